/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ids of notices that were taken, and how old ones leave
 */
#include "storage/seen.h"

#include "protocol/base/clock.h"
#include "protocol/base/random.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

static wb_id
id_at(uint32_t seconds, uint32_t number)
{
    wb_id id = {{0}};

    for (int i = 0; i < 4; i++) {
        id.bytes[i] = (uint8_t)(seconds >> (24 - 8 * i));
        id.bytes[12 + i] = (uint8_t)(number >> (24 - 8 * i));
    }
    return id;
}

static bool
has(rig *r, wb_txn *txn, uint16_t shard, wb_id id)
{
    bool out = false;

    rig_ok(r, wb_seen_has(txn, shard, &id, &out, &r->err));
    return out;
}

START_TEST(seen_prune)
{
    wb_id old = id_at(100, 1), edge = id_at(200, 1), young = id_at(300, 1), timeless = id_at(0, 1);
    size_t dropped = 0;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_seen_put(txn, 1, &old, &r.err));
    rig_ok(&r, wb_seen_put(txn, 2, &old, &r.err));
    rig_ok(&r, wb_seen_put(txn, 1, &edge, &r.err));
    rig_ok(&r, wb_seen_put(txn, 1, &young, &r.err));
    rig_ok(&r, wb_seen_put(txn, 1, &timeless, &r.err));
    rig_ok(&r, wb_seen_prune(txn, 1, 200 * WB_US_PER_S, &dropped, &r.err));
    ck_assert_uint_eq(dropped, 1);
    ck_assert(!has(&r, txn, 1, old) && has(&r, txn, 2, old));
    ck_assert(has(&r, txn, 1, edge) && has(&r, txn, 1, young) && has(&r, txn, 1, timeless));
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

/* Put by hand, as if it were older. */
static void
put_aged(rig *r, wb_txn *txn, wb_id id, int64_t age_s)
{
    WB_AUTO(wb_buf_fini) wb_buf key, value;

    wb_buf_init(&key, 100);
    wb_buf_init(&value, 100);
    wb_store_key_shard(&key, 1);
    wb_buf_add(&key, id.bytes, sizeof id.bytes);
    wb_store_key_u64(&value, (uint64_t)(wb_now_utc_us() - age_s * WB_US_PER_S));
    rig_ok(r, wb_kv_put(txn, WB_DB_SEEN, wb_buf_view(&key), wb_buf_view(&value), &r->err));
}

/* An id without a time goes by when it was put; wherever a call begins, it comes around. */
START_TEST(seen_timeless)
{
    wb_rng rng = {(uint64_t)_i};
    size_t dropped = 0;
    wb_txn *txn;
    wb_id ids[40];
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    for (size_t i = 0; i < WB_COUNT(ids); i++) {
        ids[i] = id_at(0, (uint32_t)wb_rng_next(&rng));
        ids[i].bytes[4] = (uint8_t)wb_rng_next(&rng);
        put_aged(&r, txn, ids[i], (i % 2 ? 15 : 13) * 86400);
    }
    rig_ok(&r, wb_seen_prune(txn, 1, 1, &dropped, &r.err));
    ck_assert_uint_eq(dropped, WB_COUNT(ids) / 2);
    for (size_t i = 0; i < WB_COUNT(ids); i++)
        ck_assert_int_eq(has(&r, txn, 1, ids[i]), i % 2 == 0);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

/* Many young ones hide the old ones for a while only. */
START_TEST(seen_many_timeless)
{
    wb_rng rng = {77};
    size_t dropped = 0, gone = 0;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    for (uint32_t i = 0; i < 20000; i++) {
        wb_id id = id_at(0, i);
        uint64_t hash = wb_rng_next(&rng);

        memcpy(id.bytes + 4, &hash, sizeof hash);
        put_aged(&r, txn, id, i % 100 ? 0 : 15 * 86400);
    }
    for (int calls = 0; gone < 200; calls++) {
        ck_assert_int_lt(calls, 1000);
        rig_ok(&r, wb_seen_prune(txn, 1, 1, &dropped, &r.err));
        gone += dropped;
    }
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

START_TEST(seen_prune_in_chunks)
{
    size_t dropped = 0, left = 2 * WB_STORE_CHUNK_MAX + 5;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    for (uint32_t i = 0; i < left; i++) {
        wb_id id = id_at(100, i);

        rig_ok(&r, wb_seen_put(txn, 1, &id, &r.err));
    }
    for (size_t want = WB_STORE_CHUNK_MAX; left; left -= dropped) {
        rig_ok(&r, wb_seen_prune(txn, 1, 101 * WB_US_PER_S, &dropped, &r.err));
        ck_assert_uint_eq(dropped, left < want ? left : want);
    }
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {seen_prune,           0},
        {seen_timeless,        3},
        {seen_many_timeless,   0},
        {seen_prune_in_chunks, 0},
        {NULL,                 0},
    };

    return wb_suite_run("storage.seen", rows);
}
