/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records - canonical records with what each origin said last
 */
#ifndef WB_STORAGE_RECORDS_H
#define WB_STORAGE_RECORDS_H

#include "protocol/kinds.h"
#include "protocol/limits.h"
#include "storage/store.h"

#include <stddef.h>
#include <string.h>

#define WB_RECORD_OBSERVATIONS_MAX 8
#define WB_RECORD_DELIVERIES_MAX WB_SOURCE_TARGETS_MAX
#define WB_OWNERS_MAX 15 /* numbers of groups; the bits above say the mapping */
#define WB_OWNERS_ALL ((UINT32_C(1) << (WB_OWNERS_MAX + 1)) - 1)

/* What an origin said last, for the owner groups in `owners`. */
typedef struct {
    wb_view origin;  /* "tenant/account" */
    uint32_t owners; /* at most WB_OWNERS_ALL */
    uint8_t mapping; /* the generation of the mapping that read it */
    int64_t source_utc_us, observed_utc_us;
    uint8_t hash[16]; /* of what it said, canonical: tells "unchanged", orders nothing */
} wb_record_observation;

/* Only the exceptions: a target where the wanted revision is held, parked or refused. A record
 * that was routed, has no outbox row and no exception is synced. */
typedef struct {
    wb_view target;
    wb_outcome outcome; /* HELD, PARKED */
    uint64_t revision;
    wb_view remote_id, reason;
} wb_record_delivery;

typedef struct {
    uint64_t revision;
    wb_record_kind kind;
    int32_t status;
    bool routed;     /* was handed to targets at least once */
    uint64_t wanted; /* the revision that was handed to targets last; 0 = none */
    int64_t created_utc_us, changed_utc_us;
    int64_t delivered_utc_us; /* told only where it was long after the change; else 0 */
    wb_view root;             /* printed key; {NULL, 0} = itself */
    size_t observation_count;
    wb_record_observation observations[WB_RECORD_OBSERVATIONS_MAX];
    wb_view canonical; /* packed */
    size_t delivery_count;
    wb_record_delivery deliveries[WB_RECORD_DELIVERIES_MAX]; /* only so many are ever touched */
} wb_record_row;

/* A row without anything in it; its deliveries are not touched: they are many. */
static inline void
wb_record_row_init(wb_record_row *self)
{
    memset(self, 0, offsetof(wb_record_row, deliveries));
}

WB_MUST_CHECK wb_rc wb_records_put(wb_txn *txn, uint16_t shard, wb_view record,
                                   const wb_record_row *row, wb_err *err);
/* found = false and OK when there is none; views live until the transaction's next write. */
WB_MUST_CHECK wb_rc wb_records_get(wb_txn *txn, uint16_t shard, wb_view record, wb_record_row *out,
                                   bool *found, wb_err *err);
/* The same, with views into `room`, which is cleared: for who writes before it is done with the
 * row. */
typedef struct {
    wb_buf *room;
    wb_record_row *row;
} wb_record_into;
WB_MUST_CHECK wb_rc wb_records_take(wb_txn *txn, uint16_t shard, wb_view record,
                                    wb_record_into into, bool *found, wb_err *err);
typedef wb_rc (*wb_records_each)(void *arg, wb_view record, const wb_record_row *row, wb_err *err);
/* Records of a shard behind `from` ({NULL,0} = first) whose key begins with `prefix`. */
WB_MUST_CHECK wb_rc wb_records_scan(wb_txn *txn, uint16_t shard, wb_kv_range range,
                                    wb_records_each each, void *arg, wb_err *err);

#endif
