/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seen - shard, id -> when it was put (8 bytes, big endian, UTC µs)
 */
#include "storage/seen.h"

#include "protocol/base/clock.h"
#include "storage/inside.h"

#define TIMELESS_KEPT_US (INT64_C(14) * 86400 * WB_US_PER_S)
#define ID_TIME_LEN 4

static void
seen_key(wb_row_key *key, uint16_t shard, const wb_id *id)
{
    wb_row_key_init(key);
    wb_row_key_number(key, shard, 2);
    wb_row_key_tail(key, (wb_view){(const char *)id->bytes, sizeof id->bytes});
}

wb_rc
wb_seen_has(wb_txn *txn, uint16_t shard, const wb_id *id, bool *out, wb_err *err)
{
    wb_view value = {0};
    wb_row_key key;
    wb_rc rc;

    seen_key(&key, shard, id);
    rc = wb_kv_get_row(txn, WB_DB_SEEN, &key, &value, err);
    if (!rc)
        *out = value.len > 0;
    return rc;
}

wb_rc
wb_seen_put(wb_txn *txn, uint16_t shard, const wb_id *id, wb_err *err)
{
    wb_row_key key, value;

    seen_key(&key, shard, id);
    wb_row_key_init(&value);
    wb_row_key_number(&value, (uint64_t)wb_now_utc_us(), 8);
    return wb_kv_put(txn, WB_DB_SEEN, wb_row_key_view(&key), wb_row_key_view(&value), err);
}

/* A prune: the keys that go are collected, then deleted. */
typedef struct {
    uint16_t shard;
    int64_t before_s, put_before_utc_us;
    wb_id *gone;
    size_t count;
} pruning;

static wb_rc
note_old(void *arg, wb_view key, wb_view value, wb_err *err)
{
    pruning *self = arg;
    wb_row_reader id = wb_row_reader_of(key), put = wb_row_reader_of(value);
    int64_t event_s, put_utc_us = (int64_t)wb_row_get_number(&put, 8);

    wb_row_get_number(&id, 2);
    event_s = (int64_t)wb_row_get_number(&id, ID_TIME_LEN);
    if (key.len != 2 + sizeof(wb_id) || put.bad)
        return wb_fail(err, WB_FATAL, "damaged seen row");
    if (event_s && event_s >= self->before_s)
        return WB_FULL; /* and those behind it are younger */
    if (!event_s && put_utc_us >= self->put_before_utc_us)
        return WB_OK;
    memcpy(self->gone[self->count++].bytes, key.data + 2, sizeof(wb_id));
    return self->count == WB_STORE_CHUNK_MAX ? WB_FULL : WB_OK;
}

wb_rc
wb_seen_prune(wb_txn *txn, uint16_t shard, int64_t before_utc_us, size_t *dropped, wb_err *err)
{
    wb_id gone[WB_STORE_CHUNK_MAX];
    pruning self = {.shard = shard, .gone = gone};
    wb_row_key prefix;
    wb_rc rc;

    self.before_s = before_utc_us / WB_US_PER_S;
    self.put_before_utc_us = wb_now_utc_us() - TIMELESS_KEPT_US;
    wb_row_key_init(&prefix);
    wb_row_key_number(&prefix, shard, 2);
    rc = wb_kv_scan(txn, WB_DB_SEEN, wb_row_key_view(&prefix), (wb_view){NULL, 0}, note_old, &self,
                    err);
    for (size_t i = 0; i < self.count && !rc; i++) {
        wb_row_key key;

        seen_key(&key, shard, &gone[i]);
        rc = wb_kv_delete_row(txn, WB_DB_SEEN, &key, err);
    }
    if (!rc)
        *dropped = self.count;
    return rc;
}
