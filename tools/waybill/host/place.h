/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place - where a deployment lives on this host: its configuration, its folders, our executables
 */
#ifndef WB_TOOLS_WAYBILL_HOST_PLACE_H
#define WB_TOOLS_WAYBILL_HOST_PLACE_H

#include "actors/runtime/config/config.h"
#include "protocol/limits.h"

#define WB_PATH_SIZE 512

typedef struct {
    char config[WB_PATH_SIZE]; /* the file */
    char state[WB_PATH_SIZE];
    char run[WB_PATH_SIZE]; /* <state>/run */
    char deployment[128];
    uint16_t shards;
    char broker[4][WB_PATH_SIZE]; /* base endpoints */
    size_t broker_count;
    bool alone;              /* no brokers are configured: all processes are on this host */
    int64_t stage_counts[5]; /* poller, enricher, mapper, pusher, gateway */
} wb_place;

/* The configuration file that is meant: `given`, else $WAYBILL_CONFIG, else waybill.yaml in the
 * working folder, else state/waybill.yaml (which `up --from-env` leaves there). */
WB_MUST_CHECK wb_rc wb_place_config(char *dst, size_t size, const char *given, wb_err *err);

/* What a client needs to know of a configuration; no secret of it has to be there. */
WB_MUST_CHECK wb_rc wb_place_find(wb_place *out, const char *given, wb_err *err);

/* An account of the configuration, named alone or as tenant/name. */
typedef struct {
    char key[3 * (WB_TENANT_MAX + WB_ACCOUNT_MAX) + 2]; /* tenant/name, as keys are printed */
    const wb_connector *connector;                      /* NULL = not known */
} wb_place_account;

/* WB_REJECT: there is none; the nearest is named. A tenant/name that is not configured (any more)
 * is taken as it is when `any`. */
WB_MUST_CHECK wb_rc wb_place_account_find(wb_place_account *out, const char *config,
                                          const char *name, bool any, wb_err *err);

/* Every account that can be handed something, in the order of the configuration; it stops with the
 * first code that is not EXIT_DONE, which it returns. No secret of it has to be there. */
typedef int (*wb_place_target)(void *arg, const char *key);
int wb_place_targets(const char *config, wb_place_target each, void *arg);

/* From a configuration that was read whole. */
WB_MUST_CHECK wb_rc wb_place_of(wb_place *out, const char *config, const wb_config_tree *tree,
                                wb_err *err);

/* Read and check the whole configuration, `blind`: no secret of it; problems go to standard error.
 * The exit code. */
int wb_place_load(wb_config **out, const char *path, bool blind);

/* The path of an executable beside our own. */
WB_MUST_CHECK wb_rc wb_place_executable(char *dst, size_t size, const char *name, wb_err *err);

/* Make a folder (0700) unless it is there. */
WB_MUST_CHECK wb_rc wb_place_folder(const char *path, wb_err *err);

#endif
