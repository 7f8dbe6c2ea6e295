/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox - shard, target, record -> version, revision, handed, priority; header
 */
#include "storage/outbox.h"

#include "storage/decode.h"
#include "storage/inside.h"

static void
outbox_key(wb_row_key *key, uint16_t shard, wb_view target, wb_view record)
{
    wb_row_key_init(key);
    wb_row_key_number(key, shard, 2);
    wb_row_key_part(key, target);
    wb_row_key_tail(key, record);
}

static wb_rc
decode_value(wb_view value, wb_outbox_row *out, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(value);

    wb_row_get_version(&reader);
    out->revision = wb_row_get_uint(&reader);
    out->handed = wb_row_get_below(&reader, 1) == 1;
    out->priority = (wb_priority)wb_row_get_below(&reader, WB_PRIORITY_COUNT - 1);
    out->header = wb_row_get_rest(&reader);
    return wb_row_check(&reader, "outbox", err);
}

wb_rc
wb_outbox_decode(wb_view key, wb_view value, wb_outbox_row *out, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(key);
    wb_rc rc;

    out->shard = (uint16_t)wb_row_get_number(&reader, 2);
    out->target = wb_row_get_part(&reader);
    out->record = wb_row_get_rest(&reader);
    rc = wb_row_check(&reader, "outbox", err);
    return rc ? rc : decode_value(value, out, err);
}

static wb_row_writer
encode(wb_txn *txn, const wb_outbox_row *row, bool handed)
{
    wb_row_writer head = wb_row_begin(txn);

    wb_row_put_uint(&head, row->revision);
    wb_row_put_uint(&head, handed);
    wb_row_put_uint(&head, row->priority);
    return head;
}

wb_rc
wb_outbox_put(wb_txn *txn, const wb_outbox_row *row, wb_err *err)
{
    wb_row_writer head = encode(txn, row, row->handed);
    wb_outbox_row was = {0};
    wb_view former = {0};
    wb_row_key key;
    wb_rc rc;

    if ((unsigned)row->priority >= WB_PRIORITY_COUNT)
        return wb_fail(err, WB_REJECT, "an outbox row of priority %d", (int)row->priority);
    outbox_key(&key, row->shard, row->target, row->record);
    rc = wb_kv_put_row(txn, WB_DB_OUTBOX, &key, &head, row->header, &former, err);
    if (rc || !former.len)
        return rc;
    rc = decode_value(former, &was, err);
    if (rc)
        return rc;
    head = encode(txn, row, row->handed || was.handed);
    return wb_kv_put_row(txn, WB_DB_OUTBOX, &key, &head, row->header, NULL, err);
}

wb_rc
wb_outbox_get(wb_txn *txn, uint16_t shard, wb_view target, wb_view record, wb_outbox_row *out,
              bool *found, wb_err *err)
{
    wb_outbox_row row = {.shard = shard, .target = target, .record = record};
    wb_view value = {0};
    wb_row_key key;
    wb_rc rc;

    outbox_key(&key, shard, target, record);
    rc = wb_kv_get_row(txn, WB_DB_OUTBOX, &key, &value, err);
    if (!rc && value.len)
        rc = decode_value(value, &row, err);
    if (rc)
        return rc;
    *found = value.len > 0;
    if (*found)
        *out = row;
    return WB_OK;
}

wb_rc
wb_outbox_done(wb_txn *txn, uint16_t shard, wb_view target, wb_view record, uint64_t revision,
               wb_err *err)
{
    wb_outbox_row row;
    bool found = false;
    wb_row_key key;
    wb_rc rc = wb_outbox_get(txn, shard, target, record, &row, &found, err);

    if (rc || !found || row.revision != revision)
        return rc;
    outbox_key(&key, shard, target, record);
    return wb_kv_delete_row(txn, WB_DB_OUTBOX, &key, err);
}

typedef struct {
    wb_outbox_each each;
    void *arg;
} outbox_visit;

static wb_rc
visit(void *arg, wb_view key, wb_view value, wb_err *err)
{
    const outbox_visit *self = arg;
    wb_outbox_row row;
    wb_rc rc = wb_outbox_decode(key, value, &row, err);

    return rc ? rc : self->each(self->arg, &row, err);
}

wb_rc
wb_outbox_scan(wb_txn *txn, uint16_t shard, wb_view target, wb_view record, wb_outbox_each each,
               void *arg, wb_err *err)
{
    outbox_visit self = {each, arg};
    wb_view behind = {NULL, 0};
    wb_row_key prefix, from;
    wb_kv_range range;

    wb_row_key_init(&prefix);
    wb_row_key_number(&prefix, shard, 2);
    outbox_key(&from, shard, target, record);
    if (from.overflow)
        return wb_fail(err, WB_REJECT, "an outbox key of %zu bytes", target.len + record.len);
    if (target.len)
        behind = wb_row_key_view(&from);
    range = (wb_kv_range){wb_row_key_view(&prefix), behind, target.len > 0};
    return wb_kv_scan_range(txn, WB_DB_OUTBOX, range, visit, &self, err);
}

wb_rc
wb_outbox_waits(wb_txn *txn, uint16_t shard, wb_view record, const wb_view *targets, size_t count,
                bool *out, wb_err *err)
{
    wb_view value = {0};
    wb_row_key key;
    wb_rc rc = WB_OK;

    for (size_t i = 0; i < count && !rc && !value.len; i++) {
        outbox_key(&key, shard, targets[i], record);
        rc = wb_kv_get_row(txn, WB_DB_OUTBOX, &key, &value, err);
    }
    if (!rc)
        *out = value.len > 0;
    return rc;
}
