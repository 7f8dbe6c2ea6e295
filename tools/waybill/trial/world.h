/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world - the simulator as a child of ours: started, asked over its control paths, ended
 */
#ifndef WB_TOOLS_WAYBILL_TRIAL_WORLD_H
#define WB_TOOLS_WAYBILL_TRIAL_WORLD_H

#include <sys/types.h>

#include "actors/runtime/outside/http.h"
#include "protocol/json.h"

typedef struct wb_world wb_world;

typedef struct {
    const char *folder; /* its log and its ready file go here */
    int64_t orders, changes, accounts, seed;
    const char *pace, *faults, *rate_scale, *erp_secret;
    /* "SHOP-ERP", or one name for both; NULL = the usual ones, and nothing comes back */
    const char *story;
} wb_world_conf;

/* Starts it; it does nothing until it is told to. `ready` comes from the loop when it listens. */
typedef void (*wb_world_ready)(void *arg);
WB_MUST_CHECK wb_rc wb_world_new(wb_world **out, wb_loop *loop, const wb_world_conf *conf,
                                 wb_world_ready ready, void *arg, wb_err *err);
void wb_world_destroy(wb_world **self_p); /* ends it */
int wb_world_port(const wb_world *self);
pid_t wb_world_pid(const wb_world *self);
bool wb_world_alive(wb_world *self);
bool wb_world_refused(const wb_world *self); /* it ended because it does not take an option */

/* Ask; one question at a time. `json` holds the answer, NULL = none came; good until the callback
 * returns. */
typedef void (*wb_world_answer)(void *arg, wb_json *json);
WB_MUST_CHECK wb_rc wb_world_ask(wb_world *self, const char *method, const char *path,
                                 wb_world_answer answer, void *arg, wb_err *err);
bool wb_world_busy(const wb_world *self);

#endif
