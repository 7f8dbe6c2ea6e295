/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox - target, revision, record -> version, shard, handed, priority; header
 */
#include "storage/outbox.h"

#include "protocol/base/own.h"
#include "storage/aside.h"
#include "storage/decode.h"
#include "storage/inside.h"

static void
put_key(wb_row_key *out, wb_outbox_key key)
{
    wb_row_key_init(out);
    wb_row_key_part(out, key.target);
    wb_row_key_number(out, key.revision, 8);
    wb_row_key_tail(out, key.record);
}

static wb_rc
decode_value(wb_view value, wb_outbox_row *out, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(value);

    wb_row_get_version(&reader);
    out->shard = (uint16_t)wb_row_get_below(&reader, UINT16_MAX);
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

    out->target = wb_row_get_part(&reader);
    out->revision = wb_row_get_number(&reader, 8);
    out->former = 0;
    out->record = wb_row_get_rest(&reader);
    rc = wb_row_check(&reader, "outbox", err);
    return rc ? rc : decode_value(value, out, err);
}

static wb_row_writer
encode(wb_txn *txn, const wb_outbox_row *row, bool handed)
{
    wb_row_writer head = wb_row_begin(txn);

    wb_row_put_uint(&head, row->shard);
    wb_row_put_uint(&head, handed);
    wb_row_put_uint(&head, row->priority);
    return head;
}

/* Which life of the mapper made a row: what it made itself it knows to have sent or not. */
static uint64_t
life_of(wb_view header)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;

    if (wb_envelope_decode(&env, header, (wb_view){NULL, 0}, NULL))
        return 0;
    return env->incarnation;
}

/* The row that is replaced goes; what may have left stays a fact. One of a former life may have. */
static wb_rc
replace(wb_txn *txn, const wb_outbox_row *row, bool *handed, wb_err *err)
{
    wb_outbox_row was;
    bool found = false;
    wb_row_key key;
    wb_rc rc;

    if (!row->former || row->former == row->revision)
        return WB_OK;
    rc = wb_outbox_get(txn, (wb_outbox_key){row->target, row->former, row->record}, &was, &found,
                       err);
    if (rc || !found)
        return rc;
    *handed = *handed || was.handed || life_of(was.header) != life_of(row->header);
    put_key(&key, (wb_outbox_key){row->target, row->former, row->record});
    return wb_kv_delete_row(txn, WB_DB_OUTBOX, &key, err);
}

wb_rc
wb_outbox_put(wb_txn *txn, const wb_outbox_row *row, wb_err *err)
{
    bool handed = row->handed;
    wb_row_writer head;
    wb_row_key key;
    wb_rc rc;

    if ((unsigned)row->priority >= WB_PRIORITY_COUNT)
        return wb_fail(err, WB_REJECT, "an outbox row of priority %d", (int)row->priority);
    rc = replace(txn, row, &handed, err);
    if (rc)
        return rc;
    head = encode(txn, row, handed);
    put_key(&key, (wb_outbox_key){row->target, row->revision, row->record});
    return wb_kv_put_row(txn, WB_DB_OUTBOX, &key, (wb_row_value){&head, row->header}, NULL, err);
}

wb_rc
wb_outbox_get(wb_txn *txn, wb_outbox_key key, wb_outbox_row *out, bool *found, wb_err *err)
{
    wb_outbox_row row = {.target = key.target, .record = key.record, .revision = key.revision};
    wb_view value = {0};
    wb_row_key at;
    wb_rc rc;

    put_key(&at, key);
    *found = false;
    rc = wb_kv_get_row(txn, WB_DB_OUTBOX, &at, &value, err);
    if (rc || !value.len)
        return rc;
    if (decode_value(value, &row, err))
        return wb_aside_pass(txn, WB_DB_OUTBOX, wb_row_key_view(&at), value, err);
    *found = true;
    *out = row;
    return WB_OK;
}

wb_rc
wb_outbox_done(wb_txn *txn, wb_outbox_key key, wb_err *err)
{
    wb_row_key at;

    put_key(&at, key);
    return wb_kv_delete_row(txn, WB_DB_OUTBOX, &at, err);
}

WB_ROW_VISIT(WB_DB_OUTBOX, wb_outbox_row, wb_outbox_each, wb_outbox_decode)

wb_rc
wb_outbox_scan(wb_txn *txn, wb_outbox_key behind, wb_outbox_each each, void *arg, wb_err *err)
{
    row_visit self = {txn, each, arg};
    wb_row_key prefix, from;
    wb_kv_range range;

    wb_row_key_init(&prefix);
    wb_row_key_part(&prefix, behind.target);
    put_key(&from, behind);
    if (from.overflow)
        return wb_fail(err, WB_REJECT, "an outbox key of %zu bytes",
                       behind.target.len + behind.record.len);
    range = (wb_kv_range){wb_row_key_view(&prefix), wb_row_key_view(&from), true};
    return wb_kv_scan(txn, WB_DB_OUTBOX, range, visit, &self, err);
}

wb_rc
wb_outbox_waits(wb_txn *txn, wb_outbox_key what, const wb_view *targets, size_t count, bool *out,
                wb_err *err)
{
    wb_view value = {0};
    wb_row_key key;
    wb_rc rc = WB_OK;

    for (size_t i = 0; i < count && !rc && !value.len; i++) {
        put_key(&key, (wb_outbox_key){targets[i], what.revision, what.record});
        rc = wb_kv_get_row(txn, WB_DB_OUTBOX, &key, &value, err);
    }
    if (!rc)
        *out = value.len > 0;
    return rc;
}

/* The first key that was met; {NULL, 0} = none. */
static wb_rc
take_key(void *arg, wb_view key, wb_view value, wb_err *err)
{
    (void)value;
    (void)err;
    *(wb_view *)arg = key;
    return WB_FULL;
}

/* Behind all rows of this target: a revision is never so high. */
static void
behind_target(wb_row_key *out, wb_view target)
{
    static const char last[9] = "\xff\xff\xff\xff\xff\xff\xff\xff\xff";

    wb_row_key_init(out);
    if (!target.len)
        return;
    wb_row_key_part(out, target);
    wb_row_key_tail(out, (wb_view){last, sizeof last});
}

wb_rc
wb_outbox_next_target(wb_txn *txn, wb_buf *target, bool *found, wb_err *err)
{
    const wb_view nothing = {NULL, 0};
    wb_view key = nothing;
    wb_row_reader reader;
    wb_row_key from;
    wb_rc rc;

    behind_target(&from, wb_buf_view(target));
    rc = wb_kv_scan(txn, WB_DB_OUTBOX, (wb_kv_range){.from = wb_row_key_view(&from)}, take_key,
                    &key, err);
    *found = !rc && key.len;
    if (!*found)
        return rc;
    reader = wb_row_reader_of(key);
    wb_buf_clear(target);
    wb_buf_add_view(target, wb_row_get_part(&reader));
    return wb_row_check(&reader, "outbox", err);
}

wb_rc
wb_outbox_waits_anywhere(wb_txn *txn, wb_view record, uint64_t revision, bool *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf target = {0};
    bool more = true;
    wb_rc rc = WB_OK;

    *out = false;
    wb_buf_init(&target, WB_KEY_MAX);
    while (!rc && more && !*out) {
        wb_view at;

        rc = wb_outbox_next_target(txn, &target, &more, err);
        at = wb_buf_view(&target);
        if (!rc && more)
            rc = wb_outbox_waits(txn, (wb_outbox_key){.record = record, .revision = revision}, &at,
                                 1, out, err);
    }
    return rc;
}
