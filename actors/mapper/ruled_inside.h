/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ruled_inside - what the files of ruled.h share
 */
#ifndef WB_ACTORS_MAPPER_RULED_INSIDE_H
#define WB_ACTORS_MAPPER_RULED_INSIDE_H

#include "actors/mapper/mapper.h"
#include "storage/relations.h"

#define WB_RULED_NAME_MAX (WB_ACCOUNT_KEY_MAX + 1 + WB_KEY_MAX) /* target, a blank, record */
#define WB_RULED_NOTE_MAX (sizeof(int64_t) + WB_HEADER_MAX)     /* when it is due, its cause */

typedef struct wb_ruled {
    wb_mapper *mapper;
    wb_rules *rules; /* NULL = none */
    struct {
        const char *name;
        wb_skus *skus;
    } * tables; /* of SKUs that routes of orders name */
    size_t table_count;
    char *reasons[2 * WB_RECORD_DELIVERIES_MAX]; /* of rows in the transaction; the latest stay */
    size_t reason_at;

    wb_write write;
    wb_timer timer;
    bool queued, unnoted;
    bool all; /* the walk looks at all that lies, not only at what is due */
    bool walks;
    size_t claim;          /* it stands in this claim of ours ... */
    wb_buf at;             /* ... behind this name */
    int64_t due_utc_us;    /* the next that is known; 0 = none */
    int64_t seen_utc_us;   /* ... that the walk has seen so far */
    uint64_t number;       /* of the walk */
    uint64_t looked, left; /* by the walk that was last, for people */
    struct {
        uint64_t number;
        size_t claim;
        wb_buf at;
        int64_t seen_utc_us;
        uint64_t looked, left;
        bool end;
    } step;       /* of the write that is under way */
    wb_buf noted; /* rows of the outbox: shard, revision, name, each with its length */
} wb_ruled;

/* What lies, while it is judged anew. */
typedef struct {
    uint16_t shard;
    wb_view target, record; /* outlive the writes of the transaction */
    wb_view note;           /* may be empty */
    bool released;          /* by a person */
    bool left;              /* it does */
} wb_ruled_lying;

size_t wb_ruled_find(const wb_record_row *row, wb_view target); /* delivery_count = none */
wb_relation_key wb_ruled_key(uint16_t shard);
int64_t wb_ruled_due_of(wb_view note); /* 0 = not by itself */
/* Target and record of a row; false = it is none. */
bool wb_ruled_parts(wb_view name, wb_view *target, wb_view *record);
WB_MUST_CHECK wb_rc wb_ruled_again(wb_ruled *self, wb_ruled_lying *what, wb_txn *txn, wb_err *err);
/* A row of the outbox that may have to be kept back. */
WB_MUST_CHECK wb_rc wb_ruled_take_back(wb_ruled *self, const wb_ruled_lying *what,
                                       uint64_t revision, wb_txn *txn, wb_err *err);

/* ruled_walk.c: something is due then; 0 = nothing. */
void wb_ruled_due(wb_ruled *self, int64_t due_utc_us);

#endif
