/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shelf - a source whose answers are words, and an actor that takes every record at once
 *
 * Its operation reads records in batches of up to four. A request's body has a line for each item,
 * "RECORD cursor=CURSOR partial=BYTES"; an answer has one for each item too, "WORD [source time]":
 * done, more, retry, hour (retry, in an hour), absent, park; lacks and has are done, moreof is
 * more, and they tell of what the record awaits. The answer "later" alone: the records of the call
 * wait for SHELF_LATER_MS; "no" alone: the vendor declines all of it, inside a success.
 */
#ifndef WB_TESTS_UNIT_ACTORS_RUNTIME_PUMP_SHELF_H
#define WB_TESTS_UNIT_ACTORS_RUNTIME_PUMP_SHELF_H

#include "actors/enricher/asked.h"
#include "actors/enricher/errands.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"

#define SHELF_LATER_MS 2000

typedef struct {
    kit kit;
    size_t handed;
    int64_t source; /* of the last one */
    bool keep;      /* hold what was fetched */
    bool full;      /* what is fetched could not be handed on */
    wb_job *held;
    wb_errands *errands;  /* told of what ends; NULL = none */
    wb_asked *asked;      /* likewise */
    wb_priority priority; /* of the last one that was handed on, and the stream that it is of */
    char stream[32];
    char awaited[80]; /* of the last one: "NAME=VALUE of PARTS" */
    size_t stumbled;  /* errands, and why the last one did */
    char why[160];
} shelf_taker;

void shelf_open(shelf_taker *self);
/* The notice with the number `n`, of a state of this time (0 = not said). */
void shelf_notice(shelf_taker *self, size_t n, const char *record, int64_t source);
bool shelf_errand(shelf_taker *self, const char *record);
void shelf_reply(const char *body);

#endif
