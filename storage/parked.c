/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parked - dead letters, their envelopes sealed; and an index by record, for what settles them
 *
 *   shard, 0, id                    -> version, revision, unknown, time, attempts, times, account,
 *                                      record, reason; sealed envelope
 *   shard, 1, account, record, id   -> nothing; one for each, so that half the rows are the letters
 */
#include "storage/parked.h"

#include "protocol/base/own.h"
#include "protocol/digest.h"
#include "storage/aside.h"
#include "storage/decode.h"
#include "storage/inside.h"

enum { LETTER = 0, INDEX = 1 };

static const wb_view nothing = {NULL, 0};

static wb_view
id_view(const wb_id *id)
{
    return (wb_view){(const char *)id->bytes, sizeof id->bytes};
}

static void
section(wb_row_key *key, uint16_t shard, unsigned which)
{
    wb_row_key_init(key);
    wb_row_key_number(key, shard, 2);
    wb_row_key_number(key, which, 1);
}

static void
letter_key(wb_row_key *key, uint16_t shard, const wb_id *id)
{
    section(key, shard, LETTER);
    wb_row_key_tail(key, id_view(id));
}

static void
index_prefix(wb_row_key *key, uint16_t shard, wb_view account, wb_view record)
{
    section(key, shard, INDEX);
    wb_row_key_part(key, account);
    wb_row_key_part(key, record);
}

static void
index_key(wb_row_key *key, const wb_parked_row *row)
{
    index_prefix(key, row->shard, row->account, row->record);
    wb_row_key_tail(key, id_view(&row->id));
}

wb_rc
wb_parked_decode(wb_view key, wb_view value, wb_parked_row *out, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(key);
    wb_view id;
    wb_rc rc;

    out->shard = (uint16_t)wb_row_get_number(&reader, 2);
    if (wb_row_get_number(&reader, 1) != LETTER)
        reader.bad = true;
    id = wb_row_get_rest(&reader);
    if (id.len != sizeof out->id.bytes)
        reader.bad = true;
    rc = wb_row_check(&reader, "parked", err);
    if (rc)
        return rc;
    memcpy(out->id.bytes, id.data, id.len);
    reader = wb_row_reader_of(value);
    wb_row_get_version(&reader);
    out->revision = wb_row_get_uint(&reader);
    out->unknown = wb_row_get_below(&reader, 1) == 1;
    out->parked_utc_us = wb_row_get_int(&reader);
    out->attempts = (uint32_t)wb_row_get_below(&reader, UINT32_MAX);
    out->times = (uint32_t)wb_row_get_below(&reader, UINT32_MAX);
    out->account = wb_row_get_view(&reader);
    out->record = wb_row_get_view(&reader);
    out->reason = wb_row_get_view(&reader);
    out->envelope = wb_row_get_rest(&reader);
    return wb_row_check(&reader, "parked", err);
}

static void
encode(wb_row_writer *head, const wb_parked_row *row)
{
    wb_row_put_uint(head, row->revision);
    wb_row_put_uint(head, row->unknown);
    wb_row_put_int(head, row->parked_utc_us);
    wb_row_put_uint(head, row->attempts);
    wb_row_put_uint(head, row->times);
    wb_row_put_view(head, row->account);
    wb_row_put_view(head, row->record);
    wb_row_put_view(head, row->reason);
}

/* The revision is the message's; what cannot be read stopped before the mapper. */
static uint64_t
revision_of(wb_view stored)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;

    if (wb_envelope_load(&env, stored, NULL))
        return 0;
    return env->revision;
}

static wb_rc
find(wb_txn *txn, const wb_row_key *key, wb_parked_row *out, bool *found, wb_err *err)
{
    wb_view value = {0};
    wb_rc rc = wb_kv_get_row(txn, WB_DB_PARKED, key, &value, err);

    *found = false;
    if (rc || !value.len)
        return rc;
    if (wb_parked_decode(wb_row_key_view(key), value, out, err))
        return wb_aside_pass(txn, WB_DB_PARKED, wb_row_key_view(key), value, err);
    *found = true;
    return WB_OK;
}

static wb_rc
index_delete(wb_txn *txn, const wb_parked_row *row, wb_err *err)
{
    wb_row_key key;

    index_key(&key, row);
    return wb_kv_delete_row(txn, WB_DB_PARKED, &key, err);
}

wb_rc
wb_parked_put(wb_txn *txn, const wb_parked_row *row, wb_err *err)
{
    const wb_row_writer empty = {NULL, 0, 0, false};
    wb_store *store = txn->store;
    wb_parked_row now = *row, was;
    wb_row_writer head;
    wb_row_key key, index;
    bool found;
    wb_rc rc;

    letter_key(&key, row->shard, &row->id);
    index_key(&index, row);
    rc = find(txn, &key, &was, &found, err);
    if (rc)
        return rc;
    now.times = (found ? was.times : 0) + 1;
    now.unknown = now.unknown || (found && was.unknown);
    now.revision = revision_of(row->envelope);
    wb_buf_clear(&store->scratch);
    wb_seal(&store->scratch, wb_store_key(store), wb_row_key_view(&key), row->envelope);
    rc = wb_buf_check(&store->scratch, "a parked envelope", err);
    head = wb_row_begin(txn); /* copies the texts, which may be views of the row that goes */
    encode(&head, &now);
    if (!rc && found)
        rc = index_delete(txn, &was, err);
    rc = rc ? rc
            : wb_kv_put_row(txn, WB_DB_PARKED, &key,
                            (wb_row_value){&head, wb_buf_view(&store->scratch)}, NULL, err);
    return rc ? rc
              : wb_kv_put_row(txn, WB_DB_PARKED, &index, (wb_row_value){&empty, nothing}, NULL,
                              err);
}

wb_rc
wb_parked_get(wb_txn *txn, wb_parked_place place, wb_buf *scratch, wb_parked_row *out, bool *found,
              wb_err *err)
{
    wb_parked_row row;
    wb_row_key key;
    bool here;
    wb_rc rc;

    letter_key(&key, place.shard, &place.id);
    rc = find(txn, &key, &row, &here, err);
    if (rc)
        return rc;
    if (here) {
        wb_buf_clear(scratch);
        row.envelope =
            wb_unseal(scratch, wb_store_key(txn->store), wb_row_key_view(&key), row.envelope, NULL)
                ? nothing
                : wb_buf_view(scratch);
    }
    *found = here;
    if (here)
        *out = row;
    return WB_OK;
}

wb_rc
wb_parked_tried(wb_txn *txn, wb_parked_place place, int64_t at_utc_us, wb_err *err)
{
    wb_store *store = txn->store;
    wb_row_writer head;
    wb_parked_row row;
    wb_row_key key;
    bool found;
    wb_rc rc;

    letter_key(&key, place.shard, &place.id);
    rc = find(txn, &key, &row, &found, err);
    if (rc || !found)
        return rc;
    row.parked_utc_us = at_utc_us;
    wb_buf_clear(&store->scratch); /* the row's own bytes go with the row */
    wb_buf_add_view(&store->scratch, row.envelope);
    head = wb_row_begin(txn);
    encode(&head, &row);
    rc = wb_buf_check(&store->scratch, "a parked envelope", err);
    return rc ? rc
              : wb_kv_put_row(txn, WB_DB_PARKED, &key,
                              (wb_row_value){&head, wb_buf_view(&store->scratch)}, NULL, err);
}

static wb_rc
delete_letter(wb_txn *txn, uint16_t shard, const wb_id *id, wb_err *err)
{
    wb_parked_row was;
    wb_row_key key;
    bool found;
    wb_rc rc;

    letter_key(&key, shard, id);
    rc = find(txn, &key, &was, &found, err);
    if (rc || !found)
        return rc;
    rc = index_delete(txn, &was, err);
    return rc ? rc : wb_kv_delete_row(txn, WB_DB_PARKED, &key, err);
}

wb_rc
wb_parked_delete(wb_txn *txn, wb_parked_place place, wb_err *err)
{
    return delete_letter(txn, place.shard, &place.id, err);
}

/* The envelope is sealed: wb_parked_get opens it. */
static wb_rc
decode_shown(wb_view key, wb_view value, wb_parked_row *out, wb_err *err)
{
    wb_rc rc = wb_parked_decode(key, value, out, err);

    out->envelope = nothing;
    return rc;
}

WB_ROW_VISIT(WB_DB_PARKED, wb_parked_row, wb_parked_each, decode_shown)

wb_rc
wb_parked_scan(wb_txn *txn, uint16_t shard, const wb_id *from, wb_parked_each each, void *arg,
               wb_err *err)
{
    row_visit self = {txn, each, arg};
    wb_view behind = nothing;
    wb_row_key prefix, key;
    wb_kv_range range;

    section(&prefix, shard, LETTER);
    if (from) {
        letter_key(&key, shard, from);
        behind = wb_row_key_view(&key);
    }
    range = (wb_kv_range){wb_row_key_view(&prefix), behind, from != NULL};
    return wb_kv_scan(txn, WB_DB_PARKED, range, visit, &self, err);
}

/* The letters of one record, by the index. */
typedef struct {
    wb_txn *txn;
    size_t prefix_len;
    wb_id *ids;
    size_t count;
} collecting;

static wb_rc
collect(void *arg, wb_view key, wb_view value, wb_err *err)
{
    collecting *self = arg;

    (void)value;
    (void)err;
    if (key.len != self->prefix_len + sizeof(wb_id)) {
        wb_aside_note(self->txn, WB_DB_PARKED, key, "it names no letter");
        return WB_OK;
    }
    memcpy(self->ids[self->count++].bytes, key.data + key.len - sizeof(wb_id), sizeof(wb_id));
    return self->count == WB_STORE_CHUNK_MAX ? WB_FULL : WB_OK;
}

/* Up to which state of the record: a revision, or, before it had one, when it was read. */
typedef struct {
    uint64_t revision;
    int64_t observed_utc_us; /* 0 = by the revision */
    wb_view but;             /* how a reason begins that stays */
} settle_bound;

/* When a letter's message was read. */
static int64_t
read_at(wb_txn *txn, const wb_row_key *key, const wb_parked_row *row)
{
    WB_AUTO(wb_buf_fini) wb_buf opened = {0};
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;

    wb_buf_init(&opened, WB_HEADER_MAX + WB_BODY_MAX + 64);
    if (wb_unseal(&opened, wb_store_key(txn->store), wb_row_key_view(key), row->envelope, NULL) ||
        wb_envelope_load(&env, wb_buf_view(&opened), NULL))
        return row->parked_utc_us;
    return env->observed_utc_us;
}

static bool
is_settled(wb_txn *txn, const wb_row_key *key, const wb_parked_row *row, const settle_bound *bound)
{
    if (row->unknown || row->revision > bound->revision)
        return false;
    if (bound->but.len && wb_view_begins(row->reason, bound->but))
        return false;
    return !bound->observed_utc_us || read_at(txn, key, row) <= bound->observed_utc_us;
}

static wb_rc
settle_one(wb_txn *txn, uint16_t shard, const wb_id *id, const settle_bound *bound, size_t *settled,
           wb_err *err)
{
    wb_parked_row row;
    wb_row_key key;
    bool found;
    wb_rc rc;

    letter_key(&key, shard, id);
    rc = find(txn, &key, &row, &found, err);
    if (rc || !found || !is_settled(txn, &key, &row, bound))
        return rc;
    rc = delete_letter(txn, shard, id, err);
    if (!rc)
        (*settled)++;
    return rc;
}

/* The letters of a record; `ids` has room for WB_STORE_CHUNK_MAX. */
static wb_rc
letters_of(wb_txn *txn, const wb_row_key *prefix, wb_id *ids, size_t *count, wb_err *err)
{
    collecting self = {txn, wb_row_key_view(prefix).len, ids, 0};
    wb_rc rc;

    if (prefix->overflow)
        return wb_fail(err, WB_REJECT, "a parked key is too large");
    rc = wb_kv_scan(txn, WB_DB_PARKED, (wb_kv_range){.prefix = wb_row_key_view(prefix)}, collect,
                    &self, err);
    *count = self.count;
    return rc;
}

static wb_rc
settle(wb_txn *txn, uint16_t shard, const wb_row_key *prefix, const settle_bound *bound,
       size_t *settled, wb_err *err)
{
    wb_id ids[WB_STORE_CHUNK_MAX];
    size_t letters = 0, count = 0;
    wb_rc rc = letters_of(txn, prefix, ids, &letters, err);

    for (size_t i = 0; i < letters && !rc; i++)
        rc = settle_one(txn, shard, &ids[i], bound, &count, err);
    if (!rc)
        *settled = count;
    return rc;
}

wb_rc
wb_parked_settle(wb_txn *txn, wb_row_name record, wb_parked_until until, size_t *settled,
                 wb_err *err)
{
    const settle_bound bound = {.revision = until.revision, .but = until.but};
    wb_row_key prefix;

    index_prefix(&prefix, record.shard, record.account, record.name);
    return settle(txn, record.shard, &prefix, &bound, settled, err);
}

wb_rc
wb_parked_settle_read(wb_txn *txn, wb_row_name record, int64_t observed_utc_us, size_t *settled,
                      wb_err *err)
{
    const settle_bound bound = {.observed_utc_us = observed_utc_us};
    wb_row_key prefix;

    *settled = 0;
    if (observed_utc_us <= 0)
        return WB_OK; /* it does not say when it was read: it is newer than nothing */
    index_prefix(&prefix, record.shard, record.account, record.name);
    return settle(txn, record.shard, &prefix, &bound, settled, err);
}

wb_rc
wb_parked_since(wb_txn *txn, wb_row_name record, int64_t since_utc_us, bool *out, wb_err *err)
{
    wb_id ids[WB_STORE_CHUNK_MAX];
    wb_row_key prefix, key;
    wb_parked_row row;
    size_t letters = 0;
    bool found;
    wb_rc rc;

    *out = false;
    index_prefix(&prefix, record.shard, record.account, record.name);
    rc = letters_of(txn, &prefix, ids, &letters, err);
    for (size_t i = 0; !rc && !*out && i < letters; i++) {
        letter_key(&key, record.shard, &ids[i]);
        rc = find(txn, &key, &row, &found, err);
        *out = !rc && found && row.parked_utc_us >= since_utc_us;
    }
    return rc;
}

wb_rc
wb_parked_count(wb_txn *txn, uint64_t *out, wb_err *err)
{
    MDB_stat mst;
    int code = mdb_stat(txn->mdb, txn->store->dbis[WB_DB_PARKED], &mst);

    if (code)
        return wb_mdb_fail(txn->store, code, "stat", err);
    *out = mst.ms_entries / 2;
    return WB_OK;
}
