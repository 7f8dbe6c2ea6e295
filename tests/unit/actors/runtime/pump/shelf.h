/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shelf - a source whose answers are words, and an actor that takes every record at once
 *
 * Its operation reads records in batches of up to four. A request's body has a line for each item,
 * "RECORD cursor=CURSOR partial=BYTES"; an answer has one for each item too, "WORD [source time]":
 * done, more, retry, absent, park.
 */
#ifndef WB_TESTS_UNIT_ACTORS_RUNTIME_PUMP_SHELF_H
#define WB_TESTS_UNIT_ACTORS_RUNTIME_PUMP_SHELF_H

#include "tests/unit/actors/runtime/pump/pump_kit.h"

typedef struct {
    kit kit;
    size_t handed;
    int64_t source; /* of the last one */
    bool keep;      /* hold what was fetched */
    bool full;      /* what is fetched could not be handed on */
    wb_job *held;
} shelf_taker;

void shelf_open(shelf_taker *self);
/* The notice with the number `n`, of a state of this time (0 = not said). */
void shelf_notice(shelf_taker *self, size_t n, const char *record, int64_t source);
void shelf_reply(const char *body);

#endif
