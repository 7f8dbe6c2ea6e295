/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kv - rows: get, put, delete, scan; and keys longer than LMDB takes
 *
 * A key of 511 bytes or more is stored as its first 479 bytes and the SHA-256 of all of it; the
 * whole key stands in front of such a value (2 bytes of length, big endian) and is compared.
 */
#include <assert.h>
#include <errno.h>

#include "protocol/base/own.h"
#include "protocol/digest.h"
#include "storage/inside.h"

#define LONG_HEAD 2 /* length of the whole key, in front of the value */
#define PUT_PAGES 3 /* that a small put may add: leaf, its split, a branch */

/* A key as LMDB has it: a copy, because a view into the map may move under the write. */
typedef struct {
    wb_view whole;
    MDB_val val;
    bool cut;
    char data[WB_STORE_KEY_MAX];
} stored_key;

/* LMDB cannot find its way in its own file. It is not asked whether all of it is: what is whole of
 * it can be read, until a page is met that is not. */
static bool
is_damage(int code)
{
    static const int codes[] = {MDB_PAGE_NOTFOUND, MDB_CORRUPTED, MDB_INVALID, MDB_CURSOR_FULL,
                                MDB_BAD_VALSIZE};

    for (size_t i = 0; i < WB_COUNT(codes); i++)
        if (code == codes[i])
            return true;
    return false;
}

bool
wb_mdb_is_foreign(int code)
{
    return code == MDB_VERSION_MISMATCH || code == MDB_INCOMPATIBLE;
}

wb_rc
wb_mdb_fail(wb_store *store, int code, const char *what, wb_err *err)
{
    bool full = code == MDB_MAP_FULL || code == MDB_TXN_FULL || code == ENOSPC || code == EDQUOT ||
                code == EFBIG;

    if (is_damage(code)) {
        store->damaged = true;
        return wb_fail(err, WB_FATAL, "store %s/data.mdb is damaged (%s: %s): " WB_STORE_TO_DO,
                       store->path, what, mdb_strerror(code));
    }
    if (wb_mdb_is_foreign(code)) {
        store->damaged = true; /* a restart changes nothing */
        return wb_fail(err, WB_FATAL, WB_STORE_FOREIGN, store->path, what, mdb_strerror(code));
    }
    return wb_fail(err, full ? WB_FULL : WB_FATAL, "store: %s: %s", what, mdb_strerror(code));
}

/* The first failure of a transaction is its answer to all that follows. */
static wb_rc
txn_fail(wb_txn *txn, int code, const char *what, wb_err *err)
{
    txn->failed = wb_mdb_fail(txn->store, code, what, err);
    return txn->failed;
}

static wb_rc
txn_check(const wb_txn *txn, bool write, wb_err *err)
{
    assert(!write || (txn->write && !txn->scanning));
    if (txn->failed)
        return wb_fail(err, txn->failed, "store: the transaction failed before");
    return WB_OK;
}

static wb_rc
store_key(stored_key *self, wb_view key, wb_err *err)
{
    self->whole = key;
    self->cut = key.len >= WB_STORE_KEY_MAX;
    if (key.len == 0 || key.len > UINT16_MAX)
        return wb_fail(err, WB_REJECT, "store: a key of %zu bytes", key.len);
    self->val = (MDB_val){self->cut ? WB_STORE_KEY_MAX : key.len, self->data};
    memcpy(self->data, key.data, self->cut ? WB_STORE_KEY_CUT : key.len);
    if (self->cut)
        wb_sha256((uint8_t *)self->data + WB_STORE_KEY_CUT, key);
    return WB_OK;
}

/* Split what is stored under a cut key into the whole key and the value. */
static wb_rc
split_value(MDB_val stored, wb_view *key, wb_view *value, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(wb_mdb_view(stored));
    uint64_t len = wb_row_get_number(&reader, LONG_HEAD);

    *key = wb_row_get_bytes(&reader, len);
    *value = (wb_view){reader.at, (size_t)(reader.end - reader.at)};
    return wb_row_check(&reader, "long key's", err);
}

/* The value of a row that was found. One whose long key is not the one that is looked for is not
 * ours to read: noted, and as if it were not there. */
static wb_view
found_value(wb_txn *txn, wb_db db, const stored_key *key, MDB_val stored)
{
    wb_view whole = key->whole, value = wb_mdb_view(stored);

    if (!key->cut)
        return value;
    if (!split_value(stored, &whole, &value, NULL) && wb_view_eq(whole, key->whole))
        return value;
    wb_aside_raw(txn, db, (wb_view){key->data, WB_STORE_KEY_MAX}, wb_mdb_view(stored));
    return (wb_view){NULL, 0};
}

/* A writer's cursor stays where its last key was: neighbours need no way down the tree. */
static wb_rc
txn_cursor(wb_txn *txn, wb_db db, MDB_cursor **out, wb_err *err)
{
    int code;

    if (!txn->cursors[db]) {
        code = mdb_cursor_open(txn->mdb, txn->store->dbis[db], &txn->cursors[db]);
        if (code)
            return txn_fail(txn, code, "cursor", err);
    }
    *out = txn->cursors[db];
    return WB_OK;
}

/* MDB_NOTFOUND is for the caller; other codes as rc. */
static wb_rc
find(wb_txn *txn, wb_db db, stored_key *key, MDB_val *out, int *code, wb_err *err)
{
    MDB_cursor *cursor = NULL;
    wb_rc rc;

    if (!txn->write) {
        *code = mdb_get(txn->mdb, txn->store->dbis[db], &key->val, out);
    } else {
        rc = txn_cursor(txn, db, &cursor, err);
        if (rc)
            return rc;
        *code = mdb_cursor_get(cursor, &key->val, out, MDB_SET);
    }
    if (*code && *code != MDB_NOTFOUND)
        return txn_fail(txn, *code, "get", err);
    return WB_OK;
}

wb_rc
wb_kv_get(wb_txn *txn, wb_db db, wb_view key, wb_view *out, wb_err *err)
{
    stored_key stored;
    MDB_val val = {0};
    int code = 0;
    wb_rc rc = txn_check(txn, false, err);

    rc = rc ? rc : store_key(&stored, key, err);
    rc = rc ? rc : find(txn, db, &stored, &val, &code, err);
    if (rc)
        return rc;
    *out = code ? (wb_view){NULL, 0} : wb_loans_lend(txn, found_value(txn, db, &stored, val));
    return WB_OK;
}

/* Fill the room that LMDB reserved: [length, whole key,] head, payload. */
static void
fill(char *at, const stored_key *key, wb_view head, wb_view payload)
{
    if (key->cut) {
        *at++ = (char)(uint8_t)(key->whole.len >> 8);
        *at++ = (char)(uint8_t)key->whole.len;
        memcpy(at, key->whole.data, key->whole.len);
        at += key->whole.len;
    }
    if (head.len)
        memcpy(at, head.data, head.len);
    if (payload.len)
        memcpy(at + head.len, payload.data, payload.len);
}

/* Behind the last row, if the key is larger; MDB_KEYEXIST if not. */
static int
put_behind(wb_txn *txn, MDB_cursor *cursor, stored_key *key, MDB_val *val)
{
    size_t len = val->mv_size;
    int code;

    if (!txn->ascending)
        return MDB_KEYEXIST;
    code = mdb_cursor_put(cursor, &key->val, val, MDB_RESERVE | MDB_APPEND);
    val->mv_size = code ? len : val->mv_size;
    return code;
}

/* A long key stands in front of its value: it is looked at after the write, which may move what it
 * shows. */
static void
own_key(wb_txn *txn, stored_key *key)
{
    wb_buf *room = &txn->store->long_key;

    wb_buf_clear(room);
    wb_buf_add_view(room, key->whole);
    key->whole = wb_buf_view(room);
}

/* One way down the tree. With `former`, a row that is there stays. */
static wb_rc
put(wb_txn *txn, wb_db db, stored_key *key, const wb_view parts[2], wb_view *former, wb_err *err)
{
    size_t front = key->cut ? LONG_HEAD + key->whole.len : 0;
    MDB_val val = {front + parts[0].len + parts[1].len, NULL}, there = val;
    MDB_cursor *cursor = NULL;
    wb_rc rc = txn_cursor(txn, db, &cursor, err);
    int code;

    if (rc)
        return rc;
    if (key->cut)
        own_key(txn, key);
    txn->grow_bytes += PUT_PAGES * txn->store->page_bytes + (int64_t)val.mv_size;
    code = put_behind(txn, cursor, key, &val);
    if (code == MDB_KEYEXIST)
        code =
            mdb_cursor_put(cursor, &key->val, &val, MDB_RESERVE | (former ? MDB_NOOVERWRITE : 0));
    if (former && code == MDB_KEYEXIST) {
        *former = wb_loans_lend(txn, found_value(txn, db, key, val));
        if (former->len)
            return WB_OK;
        val = there;
        code = mdb_cursor_put(cursor, &key->val, &val, MDB_RESERVE);
    }
    if (code)
        return txn_fail(txn, code, "put", err);
    wb_loans_end(txn);
    fill(val.mv_data, key, parts[0], parts[1]);
    if (former)
        *former = (wb_view){NULL, 0};
    return WB_OK;
}

/* A copy that the write cannot move: what is put is often what was got in this transaction. */
static wb_view
own_copy(wb_txn *txn, size_t head_len, wb_view payload)
{
    wb_store *store = txn->store;

    if (payload.len <= sizeof store->head - head_len) {
        if (payload.len)
            memcpy(store->head + head_len, payload.data, payload.len);
        return (wb_view){store->head + head_len, payload.len};
    }
    wb_buf_clear(&store->payload);
    wb_buf_add_view(&store->payload, payload);
    return wb_buf_view(&store->payload);
}

wb_rc
wb_kv_put(wb_txn *txn, wb_db db, wb_view key, wb_view value, wb_err *err)
{
    wb_view parts[2] = {
        {NULL, 0},
        {NULL, 0}
    };
    stored_key stored;
    wb_rc rc = txn_check(txn, true, err);

    if (value.len > WB_STORE_VALUE_MAX)
        return wb_fail(err, WB_REJECT, "store: a value of %zu bytes", value.len);
    parts[1] = own_copy(txn, 0, value);

    rc = rc ? rc : store_key(&stored, key, err);
    return rc ? rc : put(txn, db, &stored, parts, NULL, err);
}

wb_rc
wb_kv_put_row(wb_txn *txn, wb_db db, const wb_row_key *key, wb_row_value value, wb_view *former,
              wb_err *err)
{
    const wb_row_writer *head = value.head;
    wb_view parts[2] = {
        wb_row_writer_view(head), {NULL, 0}
    };
    stored_key stored;
    wb_rc rc = txn_check(txn, true, err);

    if (key->overflow || head->overflow || value.payload.len > WB_STORE_VALUE_MAX)
        return wb_fail(err, WB_REJECT, "store: a row's %s is too large",
                       key->overflow    ? "key"
                       : head->overflow ? "head"
                                        : "payload");
    parts[1] = own_copy(txn, head->len, value.payload);
    rc = rc ? rc : store_key(&stored, wb_row_key_view(key), err);
    return rc ? rc : put(txn, db, &stored, parts, former, err);
}

wb_row_writer
wb_row_begin(wb_txn *txn)
{
    wb_row_writer head = {txn->store->head, 0, sizeof txn->store->head, false};

    head.data[head.len++] = WB_ROW_VERSION;
    return head;
}

wb_rc
wb_kv_get_row(wb_txn *txn, wb_db db, const wb_row_key *key, wb_view *out, wb_err *err)
{
    if (key->overflow)
        return wb_fail(err, WB_REJECT, "store: a row's key is too large");
    return wb_kv_get(txn, db, wb_row_key_view(key), out, err);
}

wb_rc
wb_kv_delete_row(wb_txn *txn, wb_db db, const wb_row_key *key, wb_err *err)
{
    if (key->overflow)
        return wb_fail(err, WB_REJECT, "store: a row's key is too large");
    return wb_kv_delete(txn, db, wb_row_key_view(key), err);
}

wb_rc
wb_kv_delete(wb_txn *txn, wb_db db, wb_view key, wb_err *err)
{
    stored_key stored;
    MDB_val val = {0};
    int code = 0;
    wb_rc rc = txn_check(txn, true, err);

    rc = rc ? rc : store_key(&stored, key, err);
    rc = rc ? rc : find(txn, db, &stored, &val, &code, err);
    if (rc || code == MDB_NOTFOUND)
        return rc;
    wb_loans_end(txn);
    code = mdb_cursor_del(txn->cursors[db], 0);
    return code ? txn_fail(txn, code, "delete", err) : WB_OK;
}

static wb_rc
raw_key(stored_key *self, wb_view key, wb_err *err)
{
    if (!key.len || key.len > WB_STORE_KEY_MAX)
        return wb_fail(err, WB_REJECT, "store: a stored key of %zu bytes", key.len);
    self->whole = key;
    self->cut = false;
    self->val = (MDB_val){key.len, self->data};
    memcpy(self->data, key.data, key.len);
    return WB_OK;
}

wb_rc
wb_kv_get_raw(wb_txn *txn, wb_db db, wb_view key, wb_view *out, wb_err *err)
{
    stored_key stored;
    MDB_val val = {0};
    int code = 0;
    wb_rc rc = txn_check(txn, false, err);

    rc = rc ? rc : raw_key(&stored, key, err);
    rc = rc ? rc : find(txn, db, &stored, &val, &code, err);
    if (!rc)
        *out = code ? (wb_view){NULL, 0} : wb_loans_lend(txn, wb_mdb_view(val));
    return rc;
}

wb_rc
wb_kv_delete_raw(wb_txn *txn, wb_db db, wb_view key, wb_err *err)
{
    stored_key stored;
    MDB_val val = {0};
    int code = 0;
    wb_rc rc = txn_check(txn, true, err);

    rc = rc ? rc : raw_key(&stored, key, err);
    rc = rc ? rc : find(txn, db, &stored, &val, &code, err);
    if (rc || code == MDB_NOTFOUND)
        return rc;
    wb_loans_end(txn);
    code = mdb_cursor_del(txn->cursors[db], 0);
    return code ? txn_fail(txn, code, "delete", err) : WB_OK;
}

/* A scan under way. */
typedef struct {
    wb_txn *txn;
    wb_db db;
    wb_kv_range range;
    wb_kv_each each;
    void *arg;
} scan;

/* One row; *go_on tells whether the rows behind it may still be wanted. */
static wb_rc
visit(const scan *self, MDB_val mdb_key, MDB_val mdb_value, bool *go_on, wb_err *err)
{
    wb_view key = wb_mdb_view(mdb_key), value = wb_mdb_view(mdb_value);
    wb_view prefix = self->range.prefix;
    bool cut = key.len == WB_STORE_KEY_MAX;
    wb_rc rc;

    if (cut && prefix.len > WB_STORE_KEY_CUT)
        prefix.len = WB_STORE_KEY_CUT; /* beyond it stands a hash */
    *go_on = wb_view_begins(key, prefix);
    if (!*go_on)
        return WB_OK;
    if (cut && split_value(mdb_value, &key, &value, NULL)) {
        wb_aside_raw(self->txn, self->db, wb_mdb_view(mdb_key), wb_mdb_view(mdb_value));
        return WB_OK;
    }
    if (!wb_view_begins(key, self->range.prefix) ||
        (self->range.behind && wb_view_eq(key, self->range.from)))
        return WB_OK;
    rc = self->each(self->arg, wb_loans_lend(self->txn, key), wb_loans_lend(self->txn, value), err);
    if (rc == WB_FULL)
        *go_on = false;
    return rc == WB_FULL ? WB_OK : rc;
}

static wb_rc
walk(wb_txn *txn, MDB_cursor *cursor, MDB_val start, const scan *self, wb_err *err)
{
    MDB_val key = start, value;
    int code = mdb_cursor_get(cursor, &key, &value, start.mv_size ? MDB_SET_RANGE : MDB_FIRST);
    bool go_on = true;
    wb_rc rc = WB_OK;

    while (!code && go_on && !rc) {
        rc = visit(self, key, value, &go_on, err);
        if (!rc && go_on)
            code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
    }
    if (code && code != MDB_NOTFOUND)
        return txn_fail(txn, code, "scan", err);
    return rc;
}

static void
cursor_close(MDB_cursor **cursor)
{
    if (*cursor)
        mdb_cursor_close(*cursor);
    *cursor = NULL;
}

wb_rc
wb_kv_scan(wb_txn *txn, wb_db db, wb_kv_range range, wb_kv_each each, void *arg, wb_err *err)
{
    WB_AUTO(cursor_close) MDB_cursor *cursor = NULL;
    const scan self = {txn, db, range, each, arg};
    wb_view seek = range.from;
    stored_key start = {0};
    wb_rc rc = txn_check(txn, false, err);
    int code;

    if (wb_view_cmp(range.prefix, range.from) > 0) {
        seek = range.prefix;
        seek.len = seek.len < WB_STORE_KEY_CUT ? seek.len : WB_STORE_KEY_CUT; /* has no hash */
    }
    if (!rc && seek.len)
        rc = store_key(&start, seek, err);
    if (rc)
        return rc;
    code = mdb_cursor_open(txn->mdb, txn->store->dbis[db], &cursor);
    if (code)
        return txn_fail(txn, code, "cursor", err);
    txn->scanning++;
    rc = walk(txn, cursor, start.val, &self, err);
    assert(txn->scanning > 0);
    txn->scanning--;
    return rc;
}

void
wb_store_key_shard(wb_buf *out, uint16_t shard)
{
    const char bytes[2] = {(char)(uint8_t)(shard >> 8), (char)(uint8_t)shard};

    wb_buf_add(out, bytes, sizeof bytes);
}

void
wb_store_key_u64(wb_buf *out, uint64_t value)
{
    wb_row_key key;

    wb_row_key_init(&key);
    wb_row_key_number(&key, value, sizeof value);
    wb_buf_add_view(out, wb_row_key_view(&key));
}
