/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records - shard, record -> version, revision, kind, status, facts, wanted, times, root,
 * observations, deliveries; canonical bytes
 */
#include "storage/records.h"

#include "storage/aside.h"
#include "storage/decode.h"
#include "storage/inside.h"

/* A group has a bit of `owners`; the generation of the mapping stands above them. Releases before
 * it set no bit there, or all. */
#define MAPPING_BIT (WB_OWNERS_MAX + 1)
#define MAPPING_END (MAPPING_BIT + 8)

/* Facts of a row. */
enum { ROUTED = 1, DELIVERED = 2 /* the time of its delivery stands behind the others */ };

static void
record_key(wb_row_key *key, uint16_t shard, wb_view record)
{
    wb_row_key_init(key);
    wb_row_key_number(key, shard, 2);
    wb_row_key_tail(key, record);
}

static void
put_observation(wb_row_writer *head, const wb_record_observation *row)
{
    wb_row_put_view(head, row->origin);
    wb_row_put_uint(head, row->owners | (uint32_t)row->mapping << MAPPING_BIT);
    wb_row_put_int(head, row->source_utc_us);
    wb_row_put_int(head, row->observed_utc_us);
    wb_row_put_bytes(head, row->hash, sizeof row->hash);
}

static void
get_observation(wb_row_reader *reader, wb_record_observation *out)
{
    uint32_t owners;
    wb_view hash;

    out->origin = wb_row_get_view(reader);
    owners = (uint32_t)wb_row_get_below(reader, UINT32_MAX);
    out->owners = owners & WB_OWNERS_ALL;
    out->mapping = owners >> MAPPING_END ? 0 : (uint8_t)(owners >> MAPPING_BIT);
    out->source_utc_us = wb_row_get_int(reader);
    out->observed_utc_us = wb_row_get_int(reader);
    hash = wb_row_get_bytes(reader, sizeof out->hash);
    if (hash.len == sizeof out->hash)
        memcpy(out->hash, hash.data, hash.len);
}

static void
put_delivery(wb_row_writer *head, const wb_record_delivery *row)
{
    wb_row_put_view(head, row->target);
    wb_row_put_uint(head, row->outcome);
    wb_row_put_uint(head, row->revision);
    wb_row_put_view(head, row->remote_id);
    wb_row_put_view(head, row->reason);
}

static void
get_delivery(wb_row_reader *reader, wb_record_delivery *out)
{
    out->target = wb_row_get_view(reader);
    out->outcome = (wb_outcome)wb_row_get_below(reader, WB_OUTCOME_COUNT - 1);
    out->revision = wb_row_get_uint(reader);
    out->remote_id = wb_row_get_view(reader);
    out->reason = wb_row_get_view(reader);
}

wb_rc
wb_records_put(wb_txn *txn, uint16_t shard, wb_view record, const wb_record_row *row, wb_err *err)
{
    wb_row_writer head = wb_row_begin(txn);
    wb_row_key key;

    if (row->observation_count > WB_RECORD_OBSERVATIONS_MAX ||
        row->delivery_count > WB_RECORD_DELIVERIES_MAX)
        return wb_fail(err, WB_REJECT, "a record of %zu observations and %zu deliveries",
                       row->observation_count, row->delivery_count);
    record_key(&key, shard, record);
    wb_row_put_uint(&head, row->revision);
    wb_row_put_uint(&head, row->kind);
    wb_row_put_int(&head, row->status);
    wb_row_put_uint(&head, (row->routed ? ROUTED : 0u) | (row->delivered_utc_us ? DELIVERED : 0u));
    wb_row_put_uint(&head, row->wanted);
    wb_row_put_int(&head, row->created_utc_us);
    wb_row_put_int(&head, row->changed_utc_us);
    if (row->delivered_utc_us)
        wb_row_put_int(&head, row->delivered_utc_us);
    wb_row_put_view(&head, row->root);
    wb_row_put_uint(&head, row->observation_count);
    for (size_t i = 0; i < row->observation_count; i++)
        put_observation(&head, &row->observations[i]);
    wb_row_put_uint(&head, row->delivery_count);
    for (size_t i = 0; i < row->delivery_count; i++)
        put_delivery(&head, &row->deliveries[i]);
    return wb_young_put_row(txn, WB_YOUNG_RECORDS, &key, (wb_row_value){&head, row->canonical},
                            err);
}

static int32_t
get_status(wb_row_reader *reader)
{
    int64_t status = wb_row_get_int(reader);

    reader->bad = reader->bad || status < INT32_MIN || status > INT32_MAX;
    return reader->bad ? 0 : (int32_t)status;
}

/* Fills what the counts say; the other rows of the arrays are not touched. */
wb_rc
wb_records_decode(wb_view value, wb_record_row *out, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(value);
    uint64_t facts;

    wb_row_get_version(&reader);
    out->revision = wb_row_get_uint(&reader);
    out->kind = (wb_record_kind)wb_row_get_below(&reader, WB_RECORD_KIND_MAX);
    out->status = get_status(&reader);
    facts = wb_row_get_below(&reader, ROUTED | DELIVERED);
    out->routed = facts & ROUTED;
    out->wanted = wb_row_get_uint(&reader);
    out->created_utc_us = wb_row_get_int(&reader);
    out->changed_utc_us = wb_row_get_int(&reader);
    out->delivered_utc_us = facts & DELIVERED ? wb_row_get_int(&reader) : 0;
    out->root = wb_row_get_view(&reader);
    out->observation_count = (size_t)wb_row_get_below(&reader, WB_RECORD_OBSERVATIONS_MAX);
    for (size_t i = 0; i < out->observation_count; i++)
        get_observation(&reader, &out->observations[i]);
    out->delivery_count = (size_t)wb_row_get_below(&reader, WB_RECORD_DELIVERIES_MAX);
    for (size_t i = 0; i < out->delivery_count; i++)
        get_delivery(&reader, &out->deliveries[i]);
    out->canonical = wb_row_get_rest(&reader);
    return wb_row_check(&reader, "record", err);
}

/* room: where the row's bytes are copied to before it is read; NULL = they stay where they are. */
static wb_rc
get_row(wb_txn *txn, const wb_row_key *key, wb_buf *room, wb_record_row *out, bool *found,
        wb_err *err)
{
    wb_view value = {0};
    wb_rc rc = wb_young_get_row(txn, WB_YOUNG_RECORDS, key, &value, err);

    *found = false;
    if (rc || !value.len)
        return rc;
    if (room) {
        wb_buf_fini(room);
        wb_buf_init(room, value.len);
        wb_buf_add_view(room, value);
        value = wb_buf_view(room);
    }
    if (wb_records_decode(value, out, err)) {
        memset(out, 0, sizeof *out);
        return wb_aside_pass(txn, WB_DB_RECORDS, wb_row_key_view(key), value, err);
    }
    *found = true;
    return WB_OK;
}

wb_rc
wb_records_get(wb_txn *txn, uint16_t shard, wb_view record, wb_record_row *out, bool *found,
               wb_err *err)
{
    wb_row_key key;

    record_key(&key, shard, record);
    return get_row(txn, &key, NULL, out, found, err);
}

wb_rc
wb_records_take(wb_txn *txn, uint16_t shard, wb_view record, wb_record_into into, bool *found,
                wb_err *err)
{
    wb_row_key key;

    record_key(&key, shard, record);
    return get_row(txn, &key, into.room, into.row, found, err);
}

typedef struct {
    wb_txn *txn;
    wb_records_each each;
    void *arg;
} records_visit;

static wb_rc
visit(void *arg, wb_view key, wb_view value, wb_err *err)
{
    const records_visit *self = arg;
    wb_row_reader reader = wb_row_reader_of(key);
    wb_record_row row;
    wb_rc rc;

    wb_row_get_number(&reader, 2);
    rc = wb_row_check(&reader, "record", err);
    rc = rc ? rc : wb_records_decode(value, &row, err);
    if (rc)
        return wb_aside_pass(self->txn, WB_DB_RECORDS, key, value, err);
    return self->each(self->arg, wb_row_get_rest(&reader), &row, err);
}

wb_rc
wb_records_scan(wb_txn *txn, uint16_t shard, wb_kv_range range, wb_records_each each, void *arg,
                wb_err *err)
{
    records_visit self = {txn, each, arg};
    wb_row_key begin, behind;

    record_key(&begin, shard, range.prefix);
    record_key(&behind, shard, range.from);
    if (begin.overflow || behind.overflow)
        return wb_fail(err, WB_REJECT, "a record key of %zu bytes",
                       range.prefix.len + range.from.len);
    range = (wb_kv_range){wb_row_key_view(&begin), wb_row_key_view(&behind), range.from.len > 0};
    return wb_young_scan(txn, WB_YOUNG_RECORDS, range, visit, &self, err);
}
