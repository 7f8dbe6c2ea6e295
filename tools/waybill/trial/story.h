/* SPDX-License-Identifier: Apache-2.0 */
/*
 * story - a run between two systems that are named: what went there and what came back, by kind
 *
 * Which kinds there are, how many of each, and what is at their far ends is the world's knowledge
 * (tools/sim/engine/story.h); ours is which of what is missing was parked. A system that has kinds
 * of its own changes nothing here.
 */
#ifndef WB_TOOLS_WAYBILL_TRIAL_STORY_H
#define WB_TOOLS_WAYBILL_TRIAL_STORY_H

#include <stdio.h>

#include "protocol/base/map.h"
#include "protocol/json.h"

#define WB_STORY_KINDS_MAX 8
#define WB_STORY_CASES_MAX 16
#define WB_STORY_FARS_MAX 32

typedef struct {
    char plural[24], kind[24]; /* "orders", "order" */
    int64_t at_source, at_target, repeated, older_after_newer, invented;
    int64_t
        kept; /* not at the far end, for it was refused there for good, or nobody can bring it */
    int64_t lost; /* missing at the far end, and not parked; once all was asked for */
} wb_story_kind;

/* A special case of the world, and how often it came. */
typedef struct {
    char name[32];
    int64_t count;
} wb_story_case;

/* What a far end says of one kind that it takes. */
typedef struct {
    char target[72], kind[24];
    int64_t records, versions, unchanged, repeated, older_after_newer;
} wb_story_far;

typedef struct {
    wb_story_kind kinds[WB_STORY_KINDS_MAX];
    size_t count;
    wb_story_case cases[WB_STORY_CASES_MAX];
    size_t case_count;
    wb_story_far fars[WB_STORY_FARS_MAX]; /* the first ones: for people */
    size_t far_count;
    int64_t stock_wrong, invented;
    int64_t due;      /* what the world will still make by itself */
    int64_t arrived;  /* all that its targets were told */
    bool asked;       /* `lost` is known, if nothing is on its way */
    int64_t quiet_ms; /* since then nothing arrived; 0 = nothing is known yet */
} wb_story;

/* Of a record that is parked, in the map of these. */
void wb_story_park(wb_map *parked, wb_view kind, wb_view external);

/* /sim/stats and /sim/missing, read. */
void wb_story_stats(wb_story *self, wb_json *json, int64_t now_ms);
void wb_story_missing(wb_story *self, wb_json *json, const wb_map *parked);

/* Is it over, when all else is settled? All is at its far end, and nothing has come there for a
 * while; or for so long that what is not there was lost: a list may still have to be read. */
bool wb_story_over(const wb_story *self, int64_t now_ms);
/* Nothing is missing, wrong, made up, repeated or out of order. */
bool wb_story_good(const wb_story *self);
/* Of that many orders each special case came often enough. */
bool wb_story_special(const wb_story *self, int64_t orders);
/* Grows whenever something happens: to see a stall. */
int64_t wb_story_moved(const wb_story *self);

/* "orders 12 of 20  shipments 3 of 8 ..." */
void wb_story_words(const wb_story *self, wb_buf *out);
/* lost_known: what is missing is lost, not on its way. */
void wb_story_print(const wb_story *self, bool lost_known, FILE *out);
/* The special cases, and the ledgers of the far ends. */
void wb_story_print_ends(const wb_story *self, FILE *out);
/* As members of an object: each kind by its plural, stock_wrong, invented, cases. */
void wb_story_json(const wb_story *self, bool lost_known, wb_json_writer *out);

#endif
