/* SPDX-License-Identifier: Apache-2.0 */
/*
 * format - what a store says of itself: format, id, birth, deployment; and what is done with an
 * older one
 *
 * The rows: "format" 4 bytes big endian, "id" 16 bytes, "birth" 8 bytes big endian (UTC µs),
 * "deployment" text. They outlive every format: a store is refused by reading them alone.
 */
#include <sys/stat.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "storage/events.h"
#include "storage/inside.h"

#define FIRST_PAGES 2 /* LMDB's two meta pages: the last page of an environment without a row */

static const char *const db_names[WB_DB_COUNT] = {
#define WB_DB(name, text, what) text,
#include "storage/databases.def"
#undef WB_DB
};

/* An environment opened to look at it: nothing of it is written, not even LMDB's lock file. */
typedef struct {
    MDB_env *env;
    MDB_txn *txn;
    MDB_dbi meta;
    int64_t last_bytes;
    bool empty;
} peek;

static void
peek_close(peek *self)
{
    if (self->txn)
        mdb_txn_abort(self->txn);
    if (self->env)
        mdb_env_close(self->env);
    *self = (peek){0};
}

static wb_rc
damaged(const char *path, int code, wb_err *err)
{
    if (wb_mdb_is_foreign(code))
        return wb_fail(err, WB_FATAL, WB_STORE_FOREIGN, path, "open", mdb_strerror(code));
    return wb_fail(err, WB_FATAL, "store %s is damaged (%s): " WB_STORE_TO_DO, path,
                   mdb_strerror(code));
}

/* Pages behind the end of a cut file would end the process when they are read. */
static wb_rc
check_length(peek *self, const char *path, wb_err *err)
{
    MDB_envinfo info;
    struct stat st;
    MDB_stat mst;
    int fd;

    mdb_env_info(self->env, &info);
    mdb_env_stat(self->env, &mst);
    if (mdb_env_get_fd(self->env, &fd) || fstat(fd, &st))
        return damaged(path, MDB_INVALID, err);
    if (st.st_size / mst.ms_psize < FIRST_PAGES ||
        (size_t)(st.st_size / mst.ms_psize) < info.me_last_pgno + 1)
        return wb_fail(err, WB_FATAL, "store %s is damaged (its file is cut): " WB_STORE_TO_DO,
                       path);
    self->last_bytes = (int64_t)(info.me_last_pgno + 1) * mst.ms_psize;
    return WB_OK;
}

static wb_rc
peek_open(peek *self, const char *path, wb_err *err)
{
    int code = mdb_env_create(&self->env);
    wb_rc rc;

    code = code ? code : mdb_env_set_maxdbs(self->env, WB_DB_COUNT);
    code = code ? code : mdb_env_open(self->env, path, MDB_RDONLY | MDB_NOLOCK | MDB_NOTLS, 0600);
    if (code)
        return damaged(path, code, err);
    rc = check_length(self, path, err);
    if (rc)
        return rc;
    code = mdb_txn_begin(self->env, NULL, MDB_RDONLY, &self->txn);
    code = code ? code : mdb_dbi_open(self->txn, db_names[WB_DB_META], 0, &self->meta);
    if (code == MDB_NOTFOUND) {
        MDB_stat mst;

        self->empty = mdb_env_stat(self->env, &mst) == 0 && mst.ms_entries == 0;
        if (self->empty)
            return WB_OK; /* killed between its making and its first row */
    }
    return code ? damaged(path, code, err) : WB_OK;
}

static wb_view
peek_get(const peek *self, const char *name)
{
    MDB_val key = wb_mdb_val(wb_view_of(name)), value;

    if (mdb_get(self->txn, self->meta, &key, &value))
        return (wb_view){NULL, 0};
    return wb_mdb_view(value);
}

wb_rc
wb_format_peek(const char *path, const char *deployment, int64_t *last_bytes, wb_err *err)
{
    WB_AUTO(peek_close) peek self = {0};
    wb_row_reader format;
    wb_view of;
    uint64_t number;
    wb_rc rc = peek_open(&self, path, err);

    *last_bytes = self.last_bytes;
    if (rc || self.empty)
        return rc;
    format = wb_row_reader_of(peek_get(&self, "format"));
    number = wb_row_get_number(&format, 4);
    if (format.bad)
        return wb_fail(err, WB_FATAL, "store %s is damaged (it has no format): " WB_STORE_TO_DO,
                       path);
    if (number > WB_STORE_FORMAT)
        return wb_fail(err, WB_FATAL,
                       "store %s has format %llu, of a newer release; this one knows %d", path,
                       (unsigned long long)number, WB_STORE_FORMAT);
    of = peek_get(&self, "deployment");
    if (of.len && !wb_view_is(of, deployment))
        return wb_fail(err, WB_FATAL, "store %s belongs to deployment %.*s, not %s", path,
                       WB_VIEW_ARG(of), deployment);
    return WB_OK;
}

/* Format 0, of the first trials, had no deployment: it is the one that opens it. */
static wb_rc
migrate_0(wb_txn *txn, const char *deployment, wb_err *err)
{
    return wb_kv_put(txn, WB_DB_META, WB_VIEW_LIT("deployment"), wb_view_of(deployment), err);
}

/* Format 1 had no young tables, format 2 no trouble in the rows of cursors, format 3 no young jobs:
 * empty tables are right, and rows of that version are read as they are. */
static wb_rc
migrate_nothing(wb_txn *txn, const char *deployment, wb_err *err)
{
    (void)txn;
    (void)deployment;
    (void)err;
    return WB_OK;
}

/* The step from format `index` to the next. */
static wb_rc (*const migrations[WB_STORE_FORMAT])(wb_txn *txn, const char *deployment,
                                                  wb_err *err) = {migrate_0, migrate_nothing,
                                                                  migrate_nothing, migrate_nothing};

static wb_rc
put_number(wb_txn *txn, const char *name, uint64_t number, size_t bytes, wb_err *err)
{
    wb_row_key value;

    wb_row_key_init(&value);
    wb_row_key_number(&value, number, bytes);
    return wb_kv_put(txn, WB_DB_META, wb_view_of(name), wb_row_key_view(&value), err);
}

static wb_rc
migrate(wb_txn *txn, uint64_t from, const char *deployment, wb_err *err)
{
    wb_rc rc = WB_OK;

    for (uint64_t i = from; i < WB_STORE_FORMAT && !rc; i++) {
        rc = migrations[i](txn, deployment, err);
        if (rc)
            return wb_note(err, rc, "migration from format %llu", (unsigned long long)i);
    }
    return from == WB_STORE_FORMAT ? WB_OK : put_number(txn, "format", WB_STORE_FORMAT, 4, err);
}

static wb_rc
put_identity(wb_txn *txn, wb_err *err)
{
    wb_id id;
    wb_rc rc;

    wb_random_bytes(&id, sizeof id);
    rc = wb_kv_put(txn, WB_DB_META, WB_VIEW_LIT("id"),
                   (wb_view){(const char *)id.bytes, sizeof id.bytes}, err);
    return rc ? rc : put_number(txn, "birth", (uint64_t)wb_now_utc_us(), 8, err);
}

static wb_rc
be_born(wb_txn *txn, const char *deployment, wb_err *err)
{
    wb_rc rc = put_identity(txn, err);

    rc = rc ? rc
            : wb_kv_put(txn, WB_DB_META, WB_VIEW_LIT("deployment"), wb_view_of(deployment), err);
    return rc ? rc : put_number(txn, "format", WB_STORE_FORMAT, 4, err);
}

static wb_rc
open_dbs(wb_txn *txn, wb_err *err)
{
    int code = 0;

    for (size_t i = 0; i < WB_DB_COUNT && !code; i++)
        code = mdb_dbi_open(txn->mdb, db_names[i], MDB_CREATE, &txn->store->dbis[i]);
    return code ? wb_mdb_fail(txn->store, code, "open the databases", err) : WB_OK;
}

static wb_rc
load_identity(wb_txn *txn, wb_err *err)
{
    wb_store *self = txn->store;
    wb_row_reader reader;
    wb_view id = {0}, birth = {0};
    wb_rc rc = wb_kv_get(txn, WB_DB_META, WB_VIEW_LIT("id"), &id, err);

    rc = rc ? rc : wb_kv_get(txn, WB_DB_META, WB_VIEW_LIT("birth"), &birth, err);
    if (rc)
        return rc;
    reader = wb_row_reader_of(birth);
    self->birth_utc_us = (int64_t)wb_row_get_number(&reader, 8);
    if (reader.bad || id.len != sizeof self->id.bytes)
        return wb_fail(err, WB_FATAL, "store %s is damaged (it has no identity): " WB_STORE_TO_DO,
                       self->path);
    memcpy(self->id.bytes, id.data, id.len);
    return WB_OK;
}

wb_rc
wb_format_grow_younger(wb_txn *txn, wb_err *err)
{
    wb_rc rc = put_number(txn, "birth", (uint64_t)wb_now_utc_us(), 8, err);

    return rc ? rc : load_identity(txn, err);
}

wb_rc
wb_format_settle(wb_store *self, const char *deployment, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_row_reader reader;
    wb_view format = {0};
    bool marks_lost = false;
    wb_rc rc = wb_txn_begin(&txn, self, true, err);

    rc = rc ? rc : open_dbs(txn, err);
    rc = rc ? rc : wb_kv_get(txn, WB_DB_META, WB_VIEW_LIT("format"), &format, err);
    if (rc)
        return rc;
    reader = wb_row_reader_of(format);
    rc = format.len ? migrate(txn, wb_row_get_number(&reader, 4), deployment, err)
                    : be_born(txn, deployment, err);
    rc = rc ? rc : load_identity(txn, err);
    rc = rc ? rc : wb_young_load(txn, &marks_lost, err);
    rc = rc || !marks_lost ? rc : wb_format_grow_younger(txn, err);
    return rc ? rc : wb_txn_commit(&txn, err);
}

/* What the event log holds was told under the former id, in all likelihood; told again under the
 * new one it would be counted twice. */
wb_rc
wb_store_renew(wb_store *self, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_rc rc = wb_txn_begin(&txn, self, true, err);

    rc = rc ? rc : wb_events_forget(txn, err);
    rc = rc ? rc : put_identity(txn, err);
    rc = rc ? rc : wb_txn_commit(&txn, err);
    rc = rc ? rc : wb_txn_begin(&txn, self, false, err);
    return rc ? rc : load_identity(txn, err);
}
