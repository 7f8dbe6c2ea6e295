/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relations - a table for each: shard, name, record -> version; note
 *
 * A table of its own tells by its count, without a search, that a relation has no row.
 */
#include "storage/relations.h"

#include "storage/aside.h"
#include "storage/inside.h"

static const wb_db tables[] = {
    [WB_RELATION_ORPHAN] = WB_DB_ORPHANS,    [WB_RELATION_AFTER] = WB_DB_AFTERS,
    [WB_RELATION_LISTINGS] = WB_DB_LISTINGS, [WB_RELATION_STOCK] = WB_DB_STOCK,
    [WB_RELATION_PARTS] = WB_DB_PARTS,       [WB_RELATION_RULED] = WB_DB_RULED,
    [WB_RELATION_RELEASED] = WB_DB_RELEASED, [WB_RELATION_DUE] = WB_DB_DUE,
    [WB_RELATION_TAKEN] = WB_DB_TAKEN,       [WB_RELATION_TAKES] = WB_DB_TAKES,
    [WB_RELATION_UNMAPPED] = WB_DB_UNMAPPED, [WB_RELATION_DIFFERS] = WB_DB_DIFFERS,
    [WB_RELATION_INVOICED] = WB_DB_INVOICED, [WB_RELATION_MOVED] = WB_DB_MOVED,
};

static void
prefix_of(wb_row_key *out, const wb_relation_key *key)
{
    wb_row_key_init(out);
    wb_row_key_number(out, key->shard, 2);
    wb_row_key_part(out, key->name);
}

static void
row_key(wb_row_key *out, const wb_relation_key *key, wb_view record)
{
    prefix_of(out, key);
    wb_row_key_tail(out, record);
}

wb_rc
wb_relations_put(wb_txn *txn, const wb_relation_key *key, wb_view record, wb_view note, wb_err *err)
{
    wb_row_writer head = wb_row_begin(txn);
    wb_row_key row;

    row_key(&row, key, record);
    return wb_kv_put_row(txn, tables[key->relation], &row, (wb_row_value){&head, note}, NULL, err);
}

wb_rc
wb_relations_delete(wb_txn *txn, const wb_relation_key *key, wb_view record, wb_err *err)
{
    wb_row_key row;

    row_key(&row, key, record);
    return wb_kv_delete_row(txn, tables[key->relation], &row, err);
}

wb_rc
wb_relations_get(wb_txn *txn, const wb_relation_key *key, wb_view record, wb_buf *note, bool *found,
                 wb_err *err)
{
    wb_db db = tables[key->relation];
    wb_view value = {NULL, 0};
    wb_row_reader in;
    wb_row_key row;
    wb_rc rc;

    *found = false;
    row_key(&row, key, record);
    rc = wb_kv_get_row(txn, db, &row, &value, err);
    if (rc || !value.len)
        return rc;
    in = wb_row_reader_of(value);
    wb_row_get_version(&in);
    wb_buf_clear(note);
    wb_buf_add_view(note, wb_row_get_rest(&in));
    if (wb_row_check(&in, "relation", err))
        return wb_aside_pass(txn, db, wb_row_key_view(&row), value, err);
    *found = true;
    return wb_buf_check(note, "a relation's note", err);
}

typedef struct {
    wb_txn *txn;
    wb_db db;
    wb_relations_each each;
    void *arg;
    wb_rc stopped; /* by what */
} relations_visit;

static wb_rc
visit(void *arg, wb_view key, wb_view value, wb_err *err)
{
    relations_visit *self = arg;
    wb_row_reader in_key = wb_row_reader_of(key), in_value = wb_row_reader_of(value);
    wb_view record, note;

    wb_row_get_number(&in_key, 2);
    wb_row_get_part(&in_key);
    record = wb_row_get_rest(&in_key);
    wb_row_get_version(&in_value);
    note = wb_row_get_rest(&in_value);
    if (wb_row_check(&in_key, "relation", err) || wb_row_check(&in_value, "relation", err))
        return wb_aside_pass(self->txn, self->db, key, value, err);
    self->stopped = self->each(self->arg, record, note, err);
    return self->stopped ? WB_FULL : WB_OK;
}

wb_rc
wb_relations_scan(wb_txn *txn, const wb_relation_key *key, wb_view from, wb_relations_each each,
                  void *arg, wb_err *err)
{
    relations_visit self = {txn, tables[key->relation], each, arg, WB_OK};
    wb_row_key prefix, behind;
    wb_kv_range range = {.behind = from.len > 0};
    wb_rc rc;

    prefix_of(&prefix, key);
    row_key(&behind, key, from);
    if (prefix.overflow || behind.overflow)
        return wb_fail(err, WB_REJECT, "a relation's key of %zu bytes", key->name.len + from.len);
    range.prefix = wb_row_key_view(&prefix);
    if (from.len)
        range.from = wb_row_key_view(&behind);
    rc = wb_kv_scan(txn, self.db, range, visit, &self, err);
    return rc ? rc : self.stopped;
}

typedef struct {
    wb_buf *record, *note;
    bool found;
} first;

static wb_rc
take_first(void *arg, wb_view record, wb_view note, wb_err *err)
{
    first *self = arg;

    (void)err;
    wb_buf_clear(self->record);
    wb_buf_add_view(self->record, record);
    wb_buf_clear(self->note);
    wb_buf_add_view(self->note, note);
    self->found = true;
    return WB_FULL;
}

/* What is looked behind stands in the memory that is filled: the key has a copy of it. */
wb_rc
wb_relations_next(wb_txn *txn, const wb_relation_key *key, wb_buf *record, wb_buf *note,
                  bool *found, wb_err *err)
{
    first self = {record, note, false};
    wb_rc rc = wb_relations_scan(txn, key, wb_buf_view(record), take_first, &self, err);

    if (rc && rc != WB_FULL)
        return rc;
    *found = self.found;
    rc = wb_buf_check(record, "a relation's record", err);
    return rc ? rc : wb_buf_check(note, "a relation's note", err);
}

/* --- names --- */

typedef struct {
    wb_txn *txn;
    wb_db db;
    wb_relations_name each;
    void *arg;
    char last[WB_RELATION_NAME_FOUND];
    size_t last_len; /* 0 = none yet */
    wb_rc stopped;
} names_visit;

static wb_rc
visit_name(void *arg, wb_view key, wb_view value, wb_err *err)
{
    names_visit *self = arg;
    wb_row_reader in_key = wb_row_reader_of(key);
    wb_view name;

    wb_row_get_number(&in_key, 2);
    name = wb_row_get_part(&in_key);
    if (wb_row_check(&in_key, "relation", err))
        return wb_aside_pass(self->txn, self->db, key, value, err);
    if (!name.len || wb_view_eq(name, (wb_view){self->last, self->last_len}))
        return WB_OK;
    memcpy(self->last, name.data, name.len);
    self->last_len = name.len;
    self->stopped = self->each(self->arg, name, err);
    return self->stopped ? WB_FULL : WB_OK;
}

/* In a key a name has its length in front: those of one length lie together. */
wb_rc
wb_relations_names(wb_txn *txn, const wb_relation_key *prefix, wb_relations_name each, void *arg,
                   wb_err *err)
{
    names_visit self = {.txn = txn, .db = tables[prefix->relation], .each = each, .arg = arg};
    wb_rc rc = WB_OK;

    for (size_t len = prefix->name.len ? prefix->name.len : 1;
         !rc && !self.stopped && len <= WB_RELATION_NAME_FOUND; len++) {
        wb_row_key key;

        wb_row_key_init(&key);
        wb_row_key_number(&key, prefix->shard, 2);
        wb_row_key_number(&key, len, 1);
        wb_row_key_tail(&key, prefix->name);
        rc = wb_kv_scan(txn, self.db, (wb_kv_range){.prefix = wb_row_key_view(&key)}, visit_name,
                        &self, err);
    }
    return rc ? rc : self.stopped;
}

wb_rc
wb_relations_any(wb_txn *txn, wb_relation relation, bool *out, wb_err *err)
{
    MDB_stat mst;
    int code = mdb_stat(txn->mdb, txn->store->dbis[tables[relation]], &mst);

    if (code)
        return wb_mdb_fail(txn->store, code, "stat", err);
    *out = mst.ms_entries > 0;
    return WB_OK;
}
