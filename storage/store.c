/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store - opening and closing: lock, look, open, make identity
 */
#include "storage/store.h"

#include <errno.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "protocol/base/own.h"
#include "storage/inside.h"

#define NEW_STORE_BYTES (INT64_C(16) << 20) /* what a new store takes at once */

void
wb_store_conf_default(wb_store_conf *conf)
{
    *conf = (wb_store_conf){
        .map_bytes = INT64_C(16) << 30,
        .intake_percent = 80,
        .calls_percent = 90,
        .intake_free_bytes = INT64_C(2) << 30,
        .calls_free_bytes = INT64_C(1) << 30,
        .young_rows_max = WB_STORE_YOUNG_MAX,
    };
}

/* A limit in percent that nobody set is the default, not 0. */
static void
fill_conf(wb_store_conf *conf)
{
    wb_store_conf fallback = {0};

    wb_store_conf_default(&fallback);
    if (!conf->map_bytes)
        conf->map_bytes = fallback.map_bytes;
    if (!conf->intake_percent)
        conf->intake_percent = fallback.intake_percent;
    if (!conf->calls_percent)
        conf->calls_percent = fallback.calls_percent;
    if (!conf->young_rows_max)
        conf->young_rows_max = WB_STORE_YOUNG_MAX;
}

static wb_rc
check_conf(const wb_store_conf *conf, wb_err *err)
{
    if (!conf->path || !*conf->path || !conf->deployment || !*conf->deployment)
        return wb_fail(err, WB_FATAL, "a store needs a path and a deployment");
    if (conf->map_bytes < WB_STORE_MAP_MIN)
        return wb_fail(err, WB_FATAL, "a store's map has at least %lld MiB, not %lld",
                       (long long)(WB_STORE_MAP_MIN >> 20), (long long)(conf->map_bytes >> 20));
    return WB_OK;
}

/* Before a byte is written: a new store that does not fit is not begun. */
static wb_rc
check_new(const char *path, wb_err *err)
{
    struct statvfs vfs;

    if (statvfs(path, &vfs))
        return wb_fail(err, WB_FATAL, "cannot look at the disk of %s: %s", path, strerror(errno));
    if ((int64_t)(vfs.f_bavail * vfs.f_frsize) < 2 * NEW_STORE_BYTES)
        return wb_fail(err, WB_FATAL, "the disk of %s is full", path);
    if (vfs.f_flag & ST_RDONLY)
        return wb_fail(err, WB_FATAL, "cannot write in %s: %s", path, strerror(EROFS));
    return WB_OK;
}

/* An assertion of LMDB's, on bytes of its file. */
static void
on_assert(MDB_env *env, const char *what)
{
    wb_store *self = mdb_env_get_userctx(env);
    wb_err err = {0};

    self->damaged = true;
    if (self->conf.broken && wb_mdb_fail(self, MDB_CORRUPTED, what, &err))
        self->conf.broken(err.text);
}

/* Keys are mostly random: what stands beside a row that is read is seldom read next, so no
 * readahead. The map is at least what is used already and a step more: a store that was grown
 * opens. */
static wb_rc
open_env(wb_store *self, int64_t last_bytes, wb_err *err)
{
    int64_t least = last_bytes + NEW_STORE_BYTES, map = self->conf.map_bytes;
    int code = mdb_env_create(&self->env);

    code = code ? code : mdb_env_set_userctx(self->env, self);
    code = code ? code : mdb_env_set_assert(self->env, on_assert);
    code = code ? code : mdb_env_set_maxdbs(self->env, WB_DB_COUNT);
    code = code ? code : mdb_env_set_mapsize(self->env, (size_t)(map > least ? map : least));
    code = code ? code : mdb_env_open(self->env, self->path, MDB_NOTLS | MDB_NORDAHEAD, 0600);
    if (code)
        return wb_fail(err, WB_FATAL, "cannot open the store in %s: %s", self->path,
                       mdb_strerror(code));
    wb_space_init(self);
    return WB_OK;
}

static wb_rc
open_all(wb_store *self, const char *deployment, bool fresh, wb_err *err)
{
    int64_t last_bytes = 0;
    wb_rc rc = fresh ? check_new(self->path, err)
                     : wb_format_peek(self->path, deployment, &last_bytes, err);

    rc = rc ? rc : wb_folder_key(self->key, self->path, self->conf.master_key_path, err);
    rc = rc ? rc : wb_folder_sign(self->lock_fd, err);
    rc = rc ? rc : open_env(self, last_bytes, err);
    if (!rc && fresh && wb_space_ahead(self, NEW_STORE_BYTES, err))
        rc = WB_FATAL; /* an old store may open on a full disk, to work itself off */
    rc = rc ? rc : wb_format_settle(self, deployment, err);
    return rc;
}

/* A store that was never one leaves no data. The lock file stays: unlinked, it could be held by
 * two, one by its old name and one by its new. */
static void
undo_fresh(const char *path)
{
    static const char *const files[] = {"data.mdb", "lock.mdb"};

    for (size_t i = 0; i < WB_COUNT(files); i++) {
        WB_AUTO(wb_free) char *file = wb_folder_join(path, files[i]);

        unlink(file);
    }
}

wb_rc
wb_store_open(wb_store **out, const wb_store_conf *conf, wb_err *err)
{
    WB_AUTO(wb_store_close) wb_store *self = NULL;
    MDB_envinfo info;
    bool fresh;
    wb_rc rc;

    self = wb_alloc(sizeof *self);
    self->lock_fd = -1;
    self->conf = *conf;
    fill_conf(&self->conf);
    wb_list_init(&self->readers);
    wb_list_init(&self->aside);
    rc = check_conf(&self->conf, err);
    if (rc)
        return rc;
    self->path = wb_text_dup(conf->path);
    wb_buf_init(&self->scratch, WB_STORE_VALUE_MAX);
    wb_buf_init(&self->payload, WB_STORE_VALUE_MAX);
    wb_buf_init(&self->long_key, UINT16_MAX);
    wb_buf_init(&self->young_tail, WB_STORE_VALUE_MAX);
    rc = wb_folder_lock(&self->lock_fd, self->path, err);
    if (rc)
        return rc;
    fresh = !wb_folder_has_data(self->path);
    rc = open_all(self, conf->deployment, fresh, err);
    self->conf.path = self->conf.deployment = self->conf.master_key_path = NULL;
    if (rc && fresh)
        undo_fresh(self->path);
    if (rc)
        return rc;
    mdb_env_info(self->env, &info);
    self->commits = info.me_last_txnid;
    *out = wb_take(&self);
    return WB_OK;
}

void
wb_store_close(wb_store **self_p)
{
    wb_store *self = wb_take(self_p);

    if (!self)
        return;
    if (self->writer.mdb)
        mdb_txn_abort(self->writer.mdb);
    if (self->spare_reader)
        mdb_txn_abort(self->spare_reader);
    if (self->env)
        mdb_env_close(self->env);
    wb_fd_close(&self->lock_fd); /* last: from here on another process may come */
    explicit_bzero(self->key, sizeof self->key);
    wb_buf_fini(&self->scratch);
    wb_buf_fini(&self->payload);
    wb_buf_fini(&self->long_key);
    wb_young_fini(self);
    wb_aside_fini(self);
    wb_free(&self->path);
    wb_free(&self);
}

const wb_id *
wb_store_id(const wb_store *self)
{
    return &self->id;
}

int64_t
wb_store_birth_utc_us(const wb_store *self)
{
    return self->birth_utc_us;
}

/* LMDB's own transaction number: counted by every commit that writes, kept in its meta page, and
 * with a file that was turned back it turns back too. */
uint64_t
wb_store_commits(const wb_store *self)
{
    return self->commits;
}

bool
wb_store_is_damaged(const wb_store *self)
{
    return self->damaged;
}

const uint8_t *
wb_store_key(const wb_store *self)
{
    return self->key;
}
