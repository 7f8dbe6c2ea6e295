/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run - the simulated run, and the table that it ends with
 */
#ifndef WB_TOOLS_WAYBILL_TRIAL_RUN_H
#define WB_TOOLS_WAYBILL_TRIAL_RUN_H

#include "actors/ask/client.h"
#include "tools/waybill/host/crew.h"
#include "tools/waybill/trial/world.h"

typedef struct {
    char *config, *state, *pace, *faults, *rate_scale, *story;
    char *listen; /* where the dashboard is; NULL = there is none */
    bool from_env, until_done, json, keep;
    int64_t orders, changes, accounts, seed;
    int64_t pollers, enrichers, mappers, pushers;
} wb_run_conf;

/* Runs until all is settled (until_done) or it is interrupted; conf->state is a whole path of a
 * folder that exists. The exit code; worth_a_look: the logs there may tell what went wrong. */
int wb_run_simulated(const wb_run_conf *conf, bool *worth_a_look);

/* One row a process: CPU, memory, restarts, messages. To standard error when `quiet`. */
void wb_run_table(const wb_crew *crew, const wb_ask *status, const wb_world *world, wb_json *json,
                  bool quiet);

#endif
