/* SPDX-License-Identifier: Apache-2.0 */
/*
 * syncs - see syncs.h
 *
 *   syncs  2^64 - 1 - id -> version, kind, full, from, to, created, updated, shop id, page size,
 *          filter, account, note, parts: stream, run, status, start, end, total, success, failed,
 *          progress, error
 *   meta   "syncs.last" -> the id that was given last
 */
#include "storage/syncs.h"

#include <assert.h>

#include "protocol/base/clock.h"
#include "storage/aside.h"
#include "storage/decode.h"
#include "storage/inside.h"
#include "storage/vault.h"

#define LAST WB_VIEW_LIT("syncs.last")

static const char *const status_names[] = {"pending", "running", "completed", "failed"};

const char *
wb_sync_status_name(wb_sync_status status)
{
    return (unsigned)status < WB_SYNC_STATUS_COUNT ? status_names[status] : "?";
}

bool
wb_sync_is_over(wb_sync_status status)
{
    return status == WB_SYNC_COMPLETED || status == WB_SYNC_FAILED;
}

wb_sync_status
wb_sync_status_of(const wb_sync_row *row)
{
    size_t counts[WB_SYNC_STATUS_COUNT] = {0};

    for (size_t i = 0; i < row->part_count; i++)
        counts[row->parts[i].status]++;
    if (counts[WB_SYNC_PENDING] == row->part_count)
        return WB_SYNC_PENDING;
    if (counts[WB_SYNC_PENDING] || counts[WB_SYNC_RUNNING])
        return WB_SYNC_RUNNING;
    return counts[WB_SYNC_FAILED] ? WB_SYNC_FAILED : WB_SYNC_COMPLETED;
}

/* --- ids --- */

static int64_t
id_after(int64_t last, unsigned gateway, int64_t now_utc_us)
{
    int64_t ms = (now_utc_us - WB_SYNC_EPOCH_UTC_US) / WB_US_PER_MS;
    int64_t next = last / WB_SYNC_GATEWAYS + 1;

    assert(gateway < WB_SYNC_GATEWAYS);
    return (ms > next ? ms : next) * WB_SYNC_GATEWAYS + gateway;
}

static wb_rc
take_first(void *arg, wb_view key, wb_view value, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(key);
    uint64_t id = UINT64_MAX - wb_row_get_number(&reader, 8);

    (void)value;
    (void)err;
    if (!reader.bad && id <= WB_SYNC_ID_MAX)
        *(int64_t *)arg = (int64_t)id;
    return WB_FULL;
}

/* As it was remembered; where that is lost, the newest that is there. */
static wb_rc
last_id(wb_txn *txn, int64_t *out, wb_err *err)
{
    bool found = false;
    wb_rc rc = wb_meta_get_exact(txn, LAST, out, sizeof *out, &found, err);

    if (rc || found)
        return rc;
    *out = 0;
    return wb_kv_scan(txn, WB_DB_SYNCS, (wb_kv_range){0}, take_first, out, err);
}

wb_rc
wb_syncs_next_id(wb_txn *txn, unsigned gateway, int64_t now_utc_us, int64_t *out, wb_err *err)
{
    int64_t last = 0;
    wb_rc rc = last_id(txn, &last, err);

    if (rc)
        return rc;
    *out = id_after(last, gateway, now_utc_us);
    if (*out > WB_SYNC_ID_MAX)
        return wb_fail(err, WB_FATAL, "the clock is beyond the year 6000: no task can have an id");
    return wb_meta_put(txn, LAST, (wb_view){(const char *)out, sizeof *out}, err);
}

/* --- rows --- */

static void
key_of(wb_row_key *key, int64_t id)
{
    wb_row_key_init(key);
    wb_row_key_number(key, UINT64_MAX - (uint64_t)id, 8);
}

static void
decode_part(wb_row_reader *reader, wb_sync_part *out)
{
    wb_view run;

    out->stream = wb_row_get_view(reader);
    run = wb_row_get_bytes(reader, sizeof out->run);
    if (run.len == sizeof out->run)
        memcpy(&out->run, run.data, sizeof out->run);
    out->status = (wb_sync_status)wb_row_get_below(reader, WB_SYNC_STATUS_COUNT - 1);
    out->start_utc_us = wb_row_get_int(reader);
    out->end_utc_us = wb_row_get_int(reader);
    out->total = wb_row_get_uint(reader);
    out->success = wb_row_get_uint(reader);
    out->failed = wb_row_get_uint(reader);
    out->progress = wb_row_get_below(reader, 100);
    out->error = wb_row_get_view(reader);
}

static wb_rc
decode_value(wb_view value, wb_sync_row *out, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(value);

    wb_row_get_version(&reader);
    out->kind = (wb_record_kind)wb_row_get_below(&reader, WB_RECORD_KIND_COUNT - 1);
    out->full = wb_row_get_below(&reader, 1);
    out->from_utc_us = wb_row_get_int(&reader);
    out->to_utc_us = wb_row_get_int(&reader);
    out->created_utc_us = wb_row_get_int(&reader);
    out->updated_utc_us = wb_row_get_int(&reader);
    out->shop_id = wb_row_get_int(&reader);
    out->page_size = wb_row_get_int(&reader);
    out->filter = wb_row_get_int(&reader);
    out->account = wb_row_get_view(&reader);
    out->note = wb_row_get_view(&reader);
    out->part_count = wb_row_get_below(&reader, WB_SYNC_PARTS_MAX);
    reader.bad = reader.bad || !out->part_count;
    for (size_t i = 0; !reader.bad && i < out->part_count; i++)
        decode_part(&reader, &out->parts[i]);
    return wb_row_check(&reader, "sync", err);
}

wb_rc
wb_syncs_decode(wb_view key, wb_view value, wb_sync_row *out, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(key);
    uint64_t id = UINT64_MAX - wb_row_get_number(&reader, 8);
    wb_rc rc;

    memset(out, 0, sizeof *out);
    reader.bad = reader.bad || reader.at != reader.end || !id || id > WB_SYNC_ID_MAX;
    rc = wb_row_check(&reader, "sync", err);
    out->id = (int64_t)id;
    return rc ? rc : decode_value(value, out, err);
}

static void
encode(wb_row_writer *head, const wb_sync_row *row)
{
    wb_row_put_uint(head, (uint64_t)row->kind);
    wb_row_put_uint(head, row->full);
    wb_row_put_int(head, row->from_utc_us);
    wb_row_put_int(head, row->to_utc_us);
    wb_row_put_int(head, row->created_utc_us);
    wb_row_put_int(head, row->updated_utc_us);
    wb_row_put_int(head, row->shop_id);
    wb_row_put_int(head, row->page_size);
    wb_row_put_int(head, row->filter);
    wb_row_put_view(head, row->account);
    wb_row_put_view(head, row->note);
    wb_row_put_uint(head, row->part_count);
    for (size_t i = 0; i < row->part_count; i++) {
        const wb_sync_part *part = &row->parts[i];

        wb_row_put_view(head, part->stream);
        wb_row_put_bytes(head, part->run.bytes, sizeof part->run.bytes);
        wb_row_put_uint(head, part->status);
        wb_row_put_int(head, part->start_utc_us);
        wb_row_put_int(head, part->end_utc_us);
        wb_row_put_uint(head, part->total);
        wb_row_put_uint(head, part->success);
        wb_row_put_uint(head, part->failed);
        wb_row_put_uint(head, part->progress);
        wb_row_put_view(head, part->error);
    }
}

wb_rc
wb_syncs_put(wb_txn *txn, const wb_sync_row *row, wb_err *err)
{
    const wb_view nothing = {NULL, 0};
    wb_row_writer head = wb_row_begin(txn);
    wb_row_key key;

    assert(row->part_count && row->part_count <= WB_SYNC_PARTS_MAX);
    encode(&head, row);
    key_of(&key, row->id);
    return wb_kv_put_row(txn, WB_DB_SYNCS, &key, (wb_row_value){&head, nothing}, NULL, err);
}

wb_rc
wb_syncs_get(wb_txn *txn, int64_t id, wb_sync_row *out, bool *found, wb_err *err)
{
    wb_view value = {0};
    wb_row_key key;
    wb_rc rc;

    *found = false;
    key_of(&key, id);
    rc = wb_kv_get_row(txn, WB_DB_SYNCS, &key, &value, err);
    if (rc || !value.len)
        return rc;
    if (wb_syncs_decode(wb_row_key_view(&key), value, out, err))
        return wb_aside_pass(txn, WB_DB_SYNCS, wb_row_key_view(&key), value, err);
    *found = true;
    return WB_OK;
}

wb_rc
wb_syncs_delete(wb_txn *txn, int64_t id, wb_err *err)
{
    wb_row_key key;

    key_of(&key, id);
    return wb_kv_delete_row(txn, WB_DB_SYNCS, &key, err);
}

WB_ROW_VISIT(WB_DB_SYNCS, wb_sync_row, wb_syncs_each, wb_syncs_decode)

wb_rc
wb_syncs_scan(wb_txn *txn, int64_t before, wb_syncs_each each, void *arg, wb_err *err)
{
    row_visit self = {txn, each, arg};
    wb_row_key key;
    wb_kv_range range = {0};

    if (before) {
        key_of(&key, before);
        range = (wb_kv_range){.from = wb_row_key_view(&key), .behind = true};
    }
    return wb_kv_scan(txn, WB_DB_SYNCS, range, visit, &self, err);
}
