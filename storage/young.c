/* SPDX-License-Identifier: Apache-2.0 */
/*
 * young - rows written lately, in the order of writing, in front of the table of all keys
 *
 *   young table   sequence (8 bytes, big endian) -> row, key, length of the key (2 bytes)
 *   index         in memory, made again at the start: hash of the key -> its sequence
 *
 * A key has one young row at most, and that counts before an old one. The index follows
 * transactions: what one changed is taken back when it is not committed. Why this is so: store.h.
 */
#include <assert.h>

#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "storage/aside.h"
#include "storage/young.h"

#define TRAILER 2 /* the length of the key */

const wb_db wb_young_dbs[WB_YOUNG_COUNT] = {WB_DB_RECORDS_YOUNG, WB_DB_MARKS_YOUNG,
                                            WB_DB_JOBS_YOUNG};
const wb_db wb_young_old_dbs[WB_YOUNG_COUNT] = {WB_DB_RECORDS, WB_DB_MARKS, WB_DB_JOBS};

/* --- rows --- */

wb_rc
wb_young_split(wb_view value, wb_view *key, wb_view *row, wb_err *err)
{
    size_t len = 0;

    if (value.len > TRAILER)
        len = (size_t)(uint8_t)value.data[value.len - 2] << 8 | (uint8_t)value.data[value.len - 1];
    if (!len || len > value.len - TRAILER)
        return wb_fail(err, WB_FATAL, "damaged young row");
    row->data = value.data;
    row->len = value.len - TRAILER - len;
    *key = (wb_view){value.data + row->len, len};
    return WB_OK;
}

static void
sequence_key(wb_row_key *out, uint64_t sequence)
{
    wb_row_key_init(out);
    wb_row_key_number(out, sequence, 8);
}

static uint64_t
sequence_of(wb_view key)
{
    wb_row_reader reader = wb_row_reader_of(key);

    return wb_row_get_number(&reader, 8);
}

wb_rc
wb_young_pass(wb_txn *txn, wb_young young, wb_view at, wb_err *err)
{
    wb_view value = {NULL, 0};
    wb_err why = {0};
    wb_rc rc = wb_kv_get(txn, wb_young_dbs[young], at, &value, &why);

    if (!rc && value.len)
        return wb_aside_pass(txn, wb_young_dbs[young], at, value, err);
    if (err)
        err->text[0] = '\0';
    return rc ? wb_fail(err, rc, "%s", why.text) : WB_OK;
}

static uint64_t
hash_of(const wb_store *store, wb_view key)
{
    return wb_hash64(key.data, key.len, store->young_seed);
}

static uint64_t
row_count(const wb_txn *txn, wb_db db)
{
    MDB_stat stat;

    return mdb_stat(txn->mdb, txn->store->dbis[db], &stat) ? 0 : stat.ms_entries;
}

/* --- the index --- */

/* Only inside a write transaction: the former sequence is kept until its end is known. */
static void
set_index(wb_txn *txn, wb_young young, uint64_t hash, uint64_t sequence)
{
    wb_store *store = txn->store;
    uint64_t former = wb_young_index_set(&store->young[young], hash, sequence);

    if (store->young_change_count == store->young_change_cap) {
        store->young_change_cap = store->young_change_cap ? store->young_change_cap * 2 : 256;
        store->young_changes = wb_realloc(store->young_changes,
                                          store->young_change_cap * sizeof *store->young_changes);
    }
    store->young_changes[store->young_change_count++] = (wb_young_change){young, hash, former};
}

void
wb_young_settle(wb_store *self, bool committed)
{
    size_t left = self->young_change_count;

    for (; !committed && left; left--) {
        const wb_young_change *change = &self->young_changes[left - 1];

        wb_young_index_set(&self->young[change->young], change->hash, change->former);
    }
    self->young_change_count = 0;
}

void
wb_young_check_reader(const wb_txn *txn)
{
    assert(txn->write ||
           (mdb_txn_id(txn->mdb) == txn->store->commits && txn->store->young_change_count == 0));
}

static const wb_view unreadable = {"", 1}; /* no row's version */

static bool
can_go(wb_view found)
{
    return found.len && found.data != unreadable.data;
}

wb_rc
wb_young_find(wb_txn *txn, wb_young young, wb_view key, wb_young_found *out, wb_err *err)
{
    wb_view value = {NULL, 0}, found;
    wb_row_key at;
    wb_rc rc;

    *out = (wb_young_found){
        .sequence = wb_young_index_find(&txn->store->young[young], hash_of(txn->store, key))};
    if (!out->sequence)
        return WB_OK;
    wb_young_check_reader(txn);
    sequence_key(&at, out->sequence);
    rc = wb_kv_get_row(txn, wb_young_dbs[young], &at, &value, err);
    if (rc)
        return rc;
    if (wb_young_split(value, &found, &value, NULL)) {
        out->value =
            unreadable; /* it was this key's when it was put; the next start sets it aside */
        return WB_OK;
    }
    out->foreign = !wb_view_eq(found, key);
    if (!out->foreign)
        out->value = value;
    return WB_OK;
}

/* --- put and get --- */

static wb_rc
put_at(wb_txn *txn, wb_young young, uint64_t sequence, wb_view key, wb_row_value value, wb_err *err)
{
    wb_buf *tail = &txn->store->young_tail;
    wb_row_key at;
    wb_rc rc;

    wb_buf_clear(tail);
    wb_buf_add_view(tail, value.payload);
    wb_buf_add_view(tail, key);
    wb_buf_add_char(tail, (char)(uint8_t)(key.len >> 8));
    wb_buf_add_char(tail, (char)(uint8_t)key.len);
    rc = wb_buf_check(tail, "a young row", err);
    sequence_key(&at, sequence);
    value.payload = wb_buf_view(tail);
    return rc ? rc : wb_kv_put_row(txn, wb_young_dbs[young], &at, value, NULL, err);
}

static wb_rc
append(wb_txn *txn, wb_young young, wb_view key, wb_row_value value, wb_err *err)
{
    uint64_t sequence = txn->store->young_next[young]++;
    wb_rc rc = put_at(txn, young, sequence, key, value, err);

    if (!rc)
        set_index(txn, young, hash_of(txn->store, key), sequence);
    return rc;
}

static wb_rc
put_old(wb_txn *txn, wb_young young, const wb_row_key *key, wb_row_value value, wb_err *err)
{
    wb_rc rc = wb_kv_put_row(txn, wb_young_old_dbs[young], key, value, NULL, err);

    if (!rc)
        set_index(txn, young, hash_of(txn->store, wb_row_key_view(key)), 0);
    return rc;
}

static wb_rc
drop(wb_txn *txn, wb_young young, uint64_t sequence, wb_err *err)
{
    wb_row_key at;

    sequence_key(&at, sequence);
    return wb_kv_delete_row(txn, wb_young_dbs[young], &at, err);
}

static uint64_t
rows_max(const wb_store *store, wb_young young)
{
    bool used = young != WB_YOUNG_JOBS || store->conf.young_jobs;

    return used ? (uint64_t)store->conf.young_rows_max : 0;
}

static bool
takes(const wb_txn *txn, wb_young young)
{
    return !txn->ascending && row_count(txn, wb_young_dbs[young]) < rows_max(txn->store, young);
}

wb_rc
wb_young_put_row(wb_txn *txn, wb_young young, const wb_row_key *key, wb_row_value value,
                 wb_err *err)
{
    wb_view whole = wb_row_key_view(key);
    wb_young_found found;
    wb_rc rc;

    if (key->overflow || whole.len > UINT16_MAX)
        return wb_fail(err, WB_REJECT, "store: a row's key is too large");
    rc = wb_young_find(txn, young, whole, &found, err);
    if (rc)
        return rc;
    if (found.foreign)
        return wb_kv_put_row(txn, wb_young_old_dbs[young], key, value, NULL, err);
    if (young == WB_YOUNG_JOBS && can_go(found.value))
        return put_at(txn, young, found.sequence, whole, value, err);
    if (takes(txn, young))
        rc = append(txn, young, whole, value, err);
    else
        rc = put_old(txn, young, key, value, err);
    return rc || !can_go(found.value) ? rc : drop(txn, young, found.sequence, err);
}

wb_rc
wb_young_get_row(wb_txn *txn, wb_young young, const wb_row_key *key, wb_view *out, wb_err *err)
{
    wb_young_found found;
    wb_rc rc;

    if (key->overflow)
        return wb_fail(err, WB_REJECT, "store: a row's key is too large");
    rc = wb_young_find(txn, young, wb_row_key_view(key), &found, err);
    *out = found.value;
    return rc || found.value.len ? rc : wb_kv_get_row(txn, wb_young_old_dbs[young], key, out, err);
}

wb_rc
wb_young_delete(wb_txn *txn, wb_young young, wb_view key, wb_err *err)
{
    wb_young_found found;
    wb_rc rc = wb_young_find(txn, young, key, &found, err);

    if (!rc && can_go(found.value))
        rc = drop(txn, young, found.sequence, err);
    if (!rc && found.value.len)
        set_index(txn, young, hash_of(txn->store, key), 0);
    return rc ? rc : wb_kv_delete(txn, wb_young_old_dbs[young], key, err);
}

/* --- folding, and the start --- */

typedef struct {
    uint64_t sequence;
    wb_view value; /* {NULL, 0}: there is no row */
} first_row;

static wb_rc
take_first(void *arg, wb_view key, wb_view value, wb_err *err)
{
    (void)err;
    *(first_row *)arg = (first_row){sequence_of(key), value};
    return WB_FULL; /* one is enough */
}

/* It broke while we lived: the next start will not meet it, and has no index that knows of it. */
static wb_rc
fold_past(wb_txn *txn, wb_young young, uint64_t sequence, wb_err *err)
{
    wb_row_key at;
    wb_rc rc;

    sequence_key(&at, sequence);
    rc = wb_young_pass(txn, young, wb_row_key_view(&at), err);
    if (!rc && young == WB_YOUNG_MARKS)
        rc = wb_format_grow_younger(txn, err);
    return rc ? rc : drop(txn, young, sequence, err);
}

/* The first row moves to its key in the table of all keys. */
static wb_rc
fold_first(wb_txn *txn, wb_young young, bool *found, wb_err *err)
{
    first_row first = {0};
    wb_view key, row;
    uint64_t hash;
    wb_rc rc = wb_kv_scan(txn, wb_young_dbs[young], (wb_kv_range){0}, take_first, &first, err);

    *found = first.value.len > 0;
    if (rc || !*found)
        return rc;
    if (wb_young_split(first.value, &key, &row, err))
        return fold_past(txn, young, first.sequence, err);
    hash = hash_of(txn->store, key); /* the put moves what the views show */
    rc = wb_kv_put(txn, wb_young_old_dbs[young], key, row, err);
    if (rc)
        return rc;
    set_index(txn, young, hash, 0);
    return drop(txn, young, first.sequence, err);
}

wb_rc
wb_store_fold(wb_txn *txn, size_t rows_max, size_t *moved, wb_err *err)
{
    wb_rc rc = WB_OK;

    *moved = 0;
    for (int young = 0; young < WB_YOUNG_COUNT && !rc; young++) {
        bool more = true;

        while (!rc && more && *moved < rows_max) {
            rc = fold_first(txn, (wb_young)young, &more, err);
            *moved += !rc && more;
        }
    }
    return rc;
}

typedef struct {
    wb_txn *txn;
    wb_young young;
    bool marks_lost;
} young_load;

static wb_rc
load_row(void *arg, wb_view at, wb_view value, wb_err *err)
{
    young_load *self = arg;
    wb_store *store = self->txn->store;
    uint64_t sequence = sequence_of(at);
    wb_view key, row;

    store->young_next[self->young] = sequence + 1;
    if (wb_young_split(value, &key, &row, err)) {
        self->marks_lost = self->marks_lost || self->young == WB_YOUNG_MARKS;
        return wb_aside_pass(self->txn, wb_young_dbs[self->young], at, value, err);
    }
    wb_young_index_set(&store->young[self->young], hash_of(store, key), sequence);
    return WB_OK;
}

wb_rc
wb_young_load(wb_txn *txn, bool *marks_lost, wb_err *err)
{
    wb_store *store = txn->store;
    wb_rc rc = WB_OK;

    *marks_lost = false;

    wb_random_bytes(&store->young_seed, sizeof store->young_seed);
    for (int young = 0; young < WB_YOUNG_COUNT && !rc; young++) {
        young_load load = {txn, (wb_young)young, false};

        store->young_next[young] = 1;
        wb_young_index_init(&store->young[young], (size_t)rows_max(store, (wb_young)young));
        rc = wb_kv_scan(txn, wb_young_dbs[young], (wb_kv_range){0}, load_row, &load, err);
        *marks_lost = *marks_lost || load.marks_lost;
    }
    return rc;
}

void
wb_young_fini(wb_store *self)
{
    for (int young = 0; young < WB_YOUNG_COUNT; young++)
        wb_young_index_fini(&self->young[young]);
    wb_free(&self->young_changes);
    wb_buf_fini(&self->young_tail);
}

uint64_t
wb_young_count(const wb_txn *txn)
{
    uint64_t rows = 0;

    for (int young = 0; young < WB_YOUNG_COUNT; young++)
        rows += row_count(txn, wb_young_dbs[young]);
    return rows;
}

uint64_t
wb_store_young_rows(const wb_store *self)
{
    return self->young_rows;
}
