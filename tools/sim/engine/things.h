/* SPDX-License-Identifier: Apache-2.0 */
/*
 * things - records of one kind as this world made them: numbered from 0, each with versions from 1
 *
 * What a ledger at the far end is held against. The orders are the marketplace's, shipments and
 * listings those of works.h; what else a system makes is a table of the same functions, added by
 * wb_sim_things_add.
 */
#ifndef WB_TOOLS_SIM_ENGINE_THINGS_H
#define WB_TOOLS_SIM_ENGINE_THINGS_H

#include <stdbool.h>
#include <stdint.h>

#define WB_SIM_THING_ID_MAX 64
#define WB_SIM_KINDS_MAX 8

typedef struct {
    const char *kind; /* "order": as a ledger is called in /sim/stats */
    /* "orders": as a story is told of them (story.h). NULL = they have no far end in this world. */
    const char *plural;
    const void *self;
    uint32_t (*most)(const void *self);  /* there will never be more */
    uint32_t (*given)(const void *self); /* those that are there, from 0 on */
    uint32_t (*count)(const void *self); /* how many of these there are: newest > 0 */
    /* The newest version made; 0 = it is not there. */
    uint32_t (*newest)(const void *self, uint32_t number);
    int64_t (*made_utc_us)(const void *self, uint32_t number, uint32_t version);
    /* When somebody was first told of it; 0 = not yet, or who knows it found it in a list. */
    int64_t (*told_utc_us)(const void *self, uint32_t number, uint32_t version);
    /* Was it there before anything began? Nobody asks how long such a one was on its way. NULL =
     * none was. */
    bool (*ahead)(const void *self, uint32_t number);
    uint32_t (*account)(const void *self, uint32_t number); /* whose it is, from 1 */
    void (*id)(const void *self, char dst[WB_SIM_THING_ID_MAX], uint32_t number);
    /* What those who tell of it call it: one thing may be several records there, from 0 on. false =
     * that is all. NULL = by its id. */
    bool (*name)(const void *self, uint32_t number, int index, char dst[WB_SIM_THING_ID_MAX]);
    /* Nobody has to have it: it was gone before anybody could. NULL = each is to be had. */
    bool (*needless)(const void *self, uint32_t number);
} wb_sim_things;

#endif
