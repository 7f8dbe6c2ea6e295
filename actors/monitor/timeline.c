/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timeline - what happened to each record: day, record, time -> the event as it came
 *
 * The day in front lets old days leave as a range; a record is looked up in each day that is kept.
 */
#include <string.h>

#include "actors/monitor/monitor.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "storage/aside.h"

#define DAY_US (INT64_C(86400) * WB_US_PER_S)
#define DAY_LEN 2           /* of a key */
#define ELEMENTS_MAX 100000 /* of an event */

static uint16_t
day_of(int64_t utc_us)
{
    int64_t day = utc_us / DAY_US;

    return day < 0 ? 0 : day > UINT16_MAX ? UINT16_MAX : (uint16_t)day;
}

/* Day and record, each so that no other record's key begins with it. */
static void
key_front(wb_buf *key, uint16_t day, wb_view record)
{
    wb_store_key_shard(key, day); /* two bytes, big endian */
    wb_buf_add_view(key, record);
    wb_buf_add_char(key, '\0');
}

wb_rc
wb_timeline_put(wb_txn *txn, const wb_seen_event *event, wb_view raw, uint64_t salt, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};

    wb_buf_init(&key, WB_KEY_MAX + 32);
    key_front(&key, day_of(event->at_utc_us), event->record);
    wb_store_key_u64(&key, (uint64_t)event->at_utc_us);
    wb_store_key_u64(&key, salt); /* the same event stored twice is one row */
    return wb_kv_put(txn, WB_DB_TIMELINE, wb_buf_view(&key), raw, err);
}

typedef struct {
    wb_txn *txn;
    wb_timeline_each each;
    void *arg;
} read_scan;

static wb_rc
read_row(void *arg, wb_view key, wb_view value, wb_err *err)
{
    const read_scan *scan = arg;

    if (wb_pack_scan(value, ELEMENTS_MAX, err))
        return wb_aside_pass(scan->txn, WB_DB_TIMELINE, key, value, err);
    return scan->each(scan->arg, value, err);
}

wb_rc
wb_timeline_read(wb_txn *txn, wb_view record, int64_t from_utc_us, wb_timeline_each each, void *arg,
                 wb_err *err)
{
    read_scan scan = {.txn = txn, .each = each, .arg = arg};
    uint16_t today = day_of(wb_now_utc_us());
    wb_rc rc = WB_OK;

    for (uint32_t day = day_of(from_utc_us); !rc && day <= (uint32_t)today + 1; day++) {
        WB_AUTO(wb_buf_fini) wb_buf key = {0};
        wb_buf_init(&key, WB_KEY_MAX + 8);
        key_front(&key, (uint16_t)day, record);
        rc = wb_kv_scan(txn, WB_DB_TIMELINE, (wb_kv_range){.prefix = wb_buf_view(&key)}, read_row,
                        &scan, err);
    }
    return rc;
}

typedef struct {
    wb_txn *txn;
    uint16_t before;
    size_t count;
    char *keys[WB_STORE_CHUNK_MAX];
    size_t lens[WB_STORE_CHUNK_MAX];
} prune_scan;

static wb_rc
prune_row(void *arg, wb_view key, wb_view value, wb_err *err)
{
    prune_scan *scan = arg;
    uint16_t day;

    if (scan->count == WB_STORE_CHUNK_MAX)
        return WB_FULL;
    if (key.len <= DAY_LEN) {
        wb_ignore(wb_fail(err, WB_REJECT, "a key of %zu bytes", key.len), "it is noted");
        return wb_aside_pass(scan->txn, WB_DB_TIMELINE, key, value, err);
    }
    day = (uint16_t)(((uint8_t)key.data[0] << 8) | (uint8_t)key.data[1]);
    if (day >= scan->before)
        return WB_FULL;
    scan->lens[scan->count] = key.len;
    scan->keys[scan->count++] = wb_text_dup_len(key.data, key.len);
    return WB_OK;
}

static wb_rc
drop_keys(prune_scan *scan, wb_rc rc, size_t *dropped, wb_err *err)
{
    for (size_t i = 0; i < scan->count; i++) {
        if (!rc)
            rc = wb_kv_delete(scan->txn, WB_DB_TIMELINE, (wb_view){scan->keys[i], scan->lens[i]},
                              err);
        wb_free(&scan->keys[i]);
    }
    *dropped = scan->count;
    return rc;
}

/* --- the events of a run, and of an account --- */

typedef struct {
    wb_txn *txn;
    wb_timeline_row each;
    void *arg;
} walk_scan;

static wb_rc
walk_row(void *arg, wb_view key, wb_view value, wb_err *err)
{
    const walk_scan *scan = arg;

    if (key.len <= DAY_LEN || wb_pack_scan(value, ELEMENTS_MAX, err))
        return wb_aside_pass(scan->txn, WB_DB_TIMELINE, key, value, err);
    return scan->each(scan->arg, key, value, err);
}

wb_rc
wb_timeline_walk(wb_txn *txn, int64_t from_utc_us, wb_view behind, wb_timeline_row each, void *arg,
                 wb_err *err)
{
    walk_scan scan = {txn, each, arg};
    WB_AUTO(wb_buf_fini) wb_buf from = {0};

    wb_buf_init(&from, WB_KEY_MAX + 32);
    if (behind.len)
        wb_buf_add_view(&from, behind);
    else
        wb_store_key_shard(&from, day_of(from_utc_us));
    return wb_kv_scan(txn, WB_DB_TIMELINE,
                      (wb_kv_range){.from = wb_buf_view(&from), .behind = behind.len > 0}, walk_row,
                      &scan, err);
}

/* The days that are kept, each from where this account's records begin. */
wb_rc
wb_timeline_forget(wb_txn *txn, wb_view account, int64_t from_utc_us, size_t *dropped, wb_err *err)
{
    WB_AUTO(wb_free) prune_scan *scan = wb_alloc(sizeof *scan);
    uint32_t today = day_of(wb_now_utc_us());
    wb_rc rc = WB_OK;

    scan->txn = txn;
    scan->before = UINT16_MAX;
    for (uint32_t day = day_of(from_utc_us);
         !rc && day <= today + 1 && scan->count < WB_STORE_CHUNK_MAX; day++) {
        WB_AUTO(wb_buf_fini) wb_buf key = {0};

        wb_buf_init(&key, WB_KEY_MAX + 8);
        wb_store_key_shard(&key, (uint16_t)day);
        wb_buf_add_view(&key, account);
        wb_buf_add_char(&key, '/');
        rc = wb_kv_scan(txn, WB_DB_TIMELINE, (wb_kv_range){.prefix = wb_buf_view(&key)}, prune_row,
                        scan, err);
    }
    return drop_keys(scan, rc, dropped, err);
}

/* --- old days leave --- */

wb_rc
wb_timeline_prune(wb_txn *txn, int64_t before_utc_us, size_t *dropped, wb_err *err)
{
    WB_AUTO(wb_free) prune_scan *scan = wb_alloc(sizeof *scan);
    wb_rc rc;

    scan->txn = txn;
    scan->before = day_of(before_utc_us);
    rc = wb_kv_scan(txn, WB_DB_TIMELINE, (wb_kv_range){0}, prune_row, scan, err);
    return drop_keys(scan, rc, dropped, err);
}
