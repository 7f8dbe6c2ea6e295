/* SPDX-License-Identifier: Apache-2.0 */
/*
 * board_inside - what the files of the board share
 */
#ifndef WB_ACTORS_ASK_BOARD_INSIDE_H
#define WB_ACTORS_ASK_BOARD_INSIDE_H

#include "actors/ask/board.h"
#include "protocol/base/map.h"

#define BOARD_STREAMS_MAX 16

typedef struct {
    char name[64], wait[32], next[40], error[300], ends[40];
    bool running;
    int64_t complete_utc_us, synced_utc_us; /* read without a gap until; read last; 0 = never */
    int64_t failures, failing_since_utc_us, progress; /* per cent; -1 = not known */
} board_stream;

/* In order of harm. */
typedef enum {
    BOARD_STOPPED,
    BOARD_FAILING,
    BOARD_LATE,
    BOARD_WAITING, /* not read yet */
    BOARD_READING, /* for the first time */
    BOARD_FRESH,
    BOARD_READY, /* nothing is read from it: it is a target */
} board_state;

typedef struct {
    char key[256], connector[64], reason[300], suspect[256], limit[64];
    bool suspended;
    int64_t since_utc_us;
    int64_t jobs, stored, wanted, parked; /* parked: as it was counted last */
    int64_t used;                         /* of the limit that is used most, in thousandths */
    board_state state;
    board_stream streams[BOARD_STREAMS_MAX];
    size_t stream_count;
} board_account;

typedef struct {
    board_account *rows;
    size_t count, cap;
    wb_map *by_key; /* 1 + index */
} board_accounts;

/* board_accounts.c */
void board_accounts_fini(board_accounts *self);
/* What one process says. */
void board_accounts_add(board_accounts *self, wb_json *json);
/* When all have spoken: each one's state, and their order. `parked`: account -> count. */
void board_accounts_end(board_accounts *self, const wb_map *parked, int64_t now_utc_us);
void board_accounts_put(const board_accounts *self, wb_json_writer *out);

#endif
