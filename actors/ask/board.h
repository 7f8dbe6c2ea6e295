/* SPDX-License-Identifier: Apache-2.0 */
/*
 * board - the whole deployment at a glance: stages with their depth and rate, accounts, processes
 *
 * Made of what all processes say of themselves (call.status) and what they have parked
 * (call.parked, count). It remembers the counters of the time before, so that it can tell rates;
 * what shows it asks again and again. No I/O here.
 */
#ifndef WB_ACTORS_ASK_BOARD_H
#define WB_ACTORS_ASK_BOARD_H

#include "actors/ask/client.h"
#include "protocol/json.h"

/* Accounts are told in order of harm; beyond so many they are counted alone. */
#define WB_BOARD_ACCOUNTS_MAX 60
/* A stream whose next reading is due for so long, and that is not being read, is late. */
#define WB_BOARD_LATE_MS 60000

typedef struct wb_board wb_board;

wb_board *wb_board_new(void);
void wb_board_destroy(wb_board **self_p);
/* `now_ms` is monotonic; what was there before is replaced, but for the counters. */
void wb_board_take(wb_board *self, const wb_ask *status, int64_t now_ms, int64_t now_utc_us);
/* How many rows are parked, as the processes' status says: another number, or another process, is
 * a reason to count anew. */
int64_t wb_board_parked_rows(const wb_board *self);
void wb_board_take_parked(wb_board *self, const wb_ask *counts);
/* Members of an open object: "at", "silent", "totals", "stages", "accounts", "account_count",
 * "processes". */
void wb_board_put(wb_board *self, wb_json_writer *out);

#endif
