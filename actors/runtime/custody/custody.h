/* SPDX-License-Identifier: Apache-2.0 */
/*
 * custody - what those are made from who hold what we owe: a process's store, its commits and lanes
 */
#ifndef WB_ACTORS_RUNTIME_CUSTODY_CUSTODY_H
#define WB_ACTORS_RUNTIME_CUSTODY_CUSTODY_H

#include "actors/runtime/custody/commit.h"
#include "actors/runtime/lanes/lanes.h"

/* All of it borrowed: it lives longer than what is made from it. */
typedef struct {
    wb_lanes *lanes;
    wb_store *store;
    wb_commit *commit;
    const char *instance; /* our own name: "mapper-1" */
    /* The process cannot go on (a damaged store). */
    void (*fail)(void *arg);
    void *arg;
} wb_custody;

#endif
