/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seen - shard, id -> when it was put (8 bytes, big endian, UTC µs)
 */
#include "storage/seen.h"

#include "protocol/base/clock.h"
#include "protocol/base/random.h"
#include "storage/aside.h"
#include "storage/inside.h"

#define TIMELESS_KEPT_US (INT64_C(14) * 86400 * WB_US_PER_S)
#define TIMELESS_VISITS 4000 /* a call */
#define ID_TIME_LEN 4
#define PUT_LEN 8

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
    if (rc)
        return rc;
    *out = value.len == PUT_LEN;
    if (*out || !value.len)
        return WB_OK;
    wb_ignore(wb_fail(err, WB_REJECT, "a time of %zu bytes", value.len), "it is not seen: aside.h");
    return wb_aside_pass(txn, WB_DB_SEEN, wb_row_key_view(&key), value, err);
}

wb_rc
wb_seen_put(wb_txn *txn, uint16_t shard, const wb_id *id, wb_err *err)
{
    wb_row_key key, value;

    seen_key(&key, shard, id);
    wb_row_key_init(&value);
    wb_row_key_number(&value, (uint64_t)wb_now_utc_us(), PUT_LEN);
    return wb_kv_put(txn, WB_DB_SEEN, wb_row_key_view(&key), wb_row_key_view(&value), err);
}

/* A prune: the ids that go are collected, then deleted. */
typedef struct {
    wb_txn *txn;
    int64_t before_s, put_before_utc_us;
    const wb_id *stop; /* timeless: visit only those before; NULL = all */
    size_t visits_left;
    wb_id *gone;
    size_t count;
} pruning;

static wb_rc
drop_later(pruning *self, const wb_id *id)
{
    self->gone[self->count++] = *id;
    return self->count == WB_STORE_CHUNK_MAX ? WB_FULL : WB_OK;
}

static wb_rc
decode_key(wb_view key, wb_id *out, wb_err *err)
{
    if (key.len != 2 + sizeof out->bytes)
        return wb_fail(err, WB_REJECT, "an id of %zu bytes", key.len);
    memcpy(out->bytes, key.data + 2, sizeof out->bytes);
    return WB_OK;
}

/* In the order of time: the first that is young ends it. */
static wb_rc
visit_timed(void *arg, wb_view key, wb_view value, wb_err *err)
{
    pruning *self = arg;
    wb_row_reader reader = wb_row_reader_of(key);
    wb_id id = {{0}};

    if (decode_key(key, &id, err))
        return wb_aside_pass(self->txn, WB_DB_SEEN, key, value, err);
    wb_row_get_number(&reader, 2);
    if ((int64_t)wb_row_get_number(&reader, ID_TIME_LEN) >= self->before_s)
        return WB_FULL;
    return drop_later(self, &id);
}

static wb_rc
visit_timeless(void *arg, wb_view key, wb_view value, wb_err *err)
{
    pruning *self = arg;
    wb_row_reader reader = wb_row_reader_of(value);
    int64_t put_utc_us = (int64_t)wb_row_get_number(&reader, PUT_LEN);
    wb_id id;

    if (decode_key(key, &id, err) || wb_row_check(&reader, "seen", err))
        return wb_aside_pass(self->txn, WB_DB_SEEN, key, value, err);
    if (self->visits_left == 0 || (self->stop && memcmp(&id, self->stop, sizeof id) >= 0))
        return WB_FULL;
    self->visits_left--;
    return put_utc_us < self->put_before_utc_us ? drop_later(self, &id) : WB_OK;
}

static wb_rc
prune_timed(wb_txn *txn, uint16_t shard, pruning *self, wb_err *err)
{
    static const wb_id first = {
        {0, 0, 0, 1}
    };
    wb_row_key prefix, from;

    wb_row_key_init(&prefix);
    wb_row_key_number(&prefix, shard, 2);
    seen_key(&from, shard, &first);
    return wb_kv_scan(
        txn, WB_DB_SEEN,
        (wb_kv_range){.prefix = wb_row_key_view(&prefix), .from = wb_row_key_view(&from)},
        visit_timed, self, err);
}

/* Ids without a time lie in the order of a hash, old among young. A call looks at some of them,
 * from a random place on and around, so that a million of them holds nobody up. */
static wb_rc
prune_timeless(wb_txn *txn, uint16_t shard, pruning *self, wb_err *err)
{
    wb_id middle = {{0}};
    wb_row_key prefix, from;
    wb_rc rc;

    wb_row_key_init(&prefix);
    wb_row_key_number(&prefix, shard, 2);
    wb_row_key_number(&prefix, 0, ID_TIME_LEN);
    wb_random_bytes(middle.bytes + ID_TIME_LEN, sizeof middle.bytes - ID_TIME_LEN);
    seen_key(&from, shard, &middle);
    rc = wb_kv_scan(
        txn, WB_DB_SEEN,
        (wb_kv_range){.prefix = wb_row_key_view(&prefix), .from = wb_row_key_view(&from)},
        visit_timeless, self, err);
    if (rc || self->count == WB_STORE_CHUNK_MAX)
        return rc;
    self->stop = &middle;
    return wb_kv_scan(txn, WB_DB_SEEN, (wb_kv_range){.prefix = wb_row_key_view(&prefix)},
                      visit_timeless, self, err);
}

wb_rc
wb_seen_prune(wb_txn *txn, uint16_t shard, int64_t before_utc_us, size_t *dropped, wb_err *err)
{
    wb_id gone[WB_STORE_CHUNK_MAX];
    pruning self = {.txn = txn, .gone = gone, .visits_left = TIMELESS_VISITS};
    wb_rc rc;

    self.before_s = before_utc_us / WB_US_PER_S;
    self.put_before_utc_us = wb_now_utc_us() - TIMELESS_KEPT_US;
    rc = prune_timed(txn, shard, &self, err);
    if (!rc && self.count < WB_STORE_CHUNK_MAX)
        rc = prune_timeless(txn, shard, &self, err);
    for (size_t i = 0; i < self.count && !rc; i++) {
        wb_row_key key;

        seen_key(&key, shard, &gone[i]);
        rc = wb_kv_delete_row(txn, WB_DB_SEEN, &key, err);
    }
    if (!rc)
        *dropped = self.count;
    return rc;
}
