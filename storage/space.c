/* SPDX-License-Identifier: Apache-2.0 */
/*
 * space - how full map and disk are, and room in the file ahead of use
 *
 * Used = last page - free list: the last page never falls. The file is allocated in steps ahead of
 * the last page, so that a full disk is met here, where nothing is half done, and not in a commit.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "storage/inside.h"

#define STEP_MIN (INT64_C(16) << 20)
#define STEP_MAX (INT64_C(64) << 20)
#define GROW_MIN (INT64_C(64) << 20)
#define LOOK_PARTS 200 /* of the map: so much more is looked at at once */
#define DISK_FULL_BYTES (INT64_C(1) << 20)

static int64_t
map_bytes(const wb_store *self)
{
    MDB_envinfo info;

    mdb_env_info(self->env, &info);
    return (int64_t)info.me_mapsize;
}

static int64_t
last_bytes(const wb_store *self)
{
    MDB_envinfo info;

    mdb_env_info(self->env, &info);
    return (int64_t)(info.me_last_pgno + 1) * self->page_bytes;
}

void
wb_space_init(wb_store *self)
{
    int64_t map = map_bytes(self), step = map / 256;
    struct stat st;
    MDB_stat mst;

    mdb_env_get_fd(self->env, &self->data_fd);
    mdb_env_stat(self->env, &mst);
    self->page_bytes = mst.ms_psize;
    step = step < STEP_MIN ? STEP_MIN : step > STEP_MAX ? STEP_MAX : step;
    self->step_bytes = step / self->page_bytes * self->page_bytes;
    self->grow_step_bytes = map / 8 < GROW_MIN ? GROW_MIN : map / 8;
    /* What is sparse (a copied file) is not room: allocated again from the start. */
    if (fstat(self->data_fd, &st) == 0 && st.st_blocks * 512 >= st.st_size)
        self->file_bytes = st.st_size;
}

/* Allocate up to `bytes`, more than there are. 0, or the errno of a full disk. Where the file
 * system cannot allocate ahead, LMDB's own writes tell, and nothing is lost but the warning. */
static int
allocate(wb_store *self, int64_t bytes)
{
    int code;

    do
        code = fallocate(self->data_fd, 0, self->file_bytes, bytes - self->file_bytes) ? errno : 0;
    while (code == EINTR);
    if (code == ENOSPC || code == EDQUOT || code == EFBIG)
        return code;
    self->file_bytes = bytes;
    return 0;
}

/* Room for what a transaction may add, and half a step more. At most the map: beyond it LMDB says
 * so itself. Without a step to spare the bare need will do; a transaction that only deletes makes
 * do with what is there. A full disk is asked again after a while, not at each commit. */
wb_rc
wb_space_ahead(wb_store *self, int64_t grow_bytes, wb_err *err)
{
    int64_t need = last_bytes(self) + grow_bytes, map = map_bytes(self), want, now;

    need = need < map ? need : map;
    want = need + self->step_bytes / 2;
    want = want < map ? want : map;
    if (want <= self->file_bytes)
        return WB_OK;
    now = wb_now_ms();
    if (need <= self->file_bytes && now < self->allocate_again_ms)
        return WB_OK;
    want = (need / self->step_bytes + 2) * self->step_bytes;
    if (allocate(self, want < map ? want : map) == 0)
        return WB_OK;
    self->allocate_again_ms = now + WB_STORE_LOOK_MS;
    if (need <= self->file_bytes || grow_bytes == 0)
        return WB_OK;
    need = (need + self->page_bytes - 1) / self->page_bytes * self->page_bytes;
    if (allocate(self, need) == 0)
        return WB_OK;
    return wb_fail(err, WB_FULL, "the disk of the store is full");
}

bool
wb_space_disk_is_full(const wb_store *self)
{
    struct statvfs vfs;

    return fstatvfs(self->data_fd, &vfs) == 0 &&
           (int64_t)(vfs.f_bavail * vfs.f_frsize) < DISK_FULL_BYTES;
}

static void
count_free(void *arg, const MDB_val *value)
{
    size_t pages = 0;

    if (value->mv_size >= sizeof pages)
        memcpy(&pages, value->mv_data, sizeof pages);
    *(int64_t *)arg += (int64_t)pages;
}

/* LMDB's free list: an entry a transaction, its first word the number of pages in it. */
static int
free_pages(wb_store *self, int64_t *out)
{
    MDB_cursor *cursor = NULL;
    MDB_txn *txn = NULL;
    MDB_val key, value;
    int code = mdb_txn_begin(self->env, NULL, MDB_RDONLY, &txn);

    *out = 0;
    if (code)
        return code;
    code = mdb_cursor_open(txn, 0, &cursor);
    while (!code) {
        code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT);
        if (!code)
            count_free(out, &value);
    }
    if (cursor)
        mdb_cursor_close(cursor);
    mdb_txn_abort(txn);
    return code == MDB_NOTFOUND ? 0 : code;
}

/* Look again, unless the last look is young and little was added since. */
static void
look(wb_store *self)
{
    int64_t now = wb_now_ms(), last = last_bytes(self), pages;
    struct statvfs vfs;

    if (self->looked_ms && now - self->looked_ms < WB_STORE_LOOK_MS &&
        last - self->looked_last_bytes < self->conf.map_bytes / LOOK_PARTS)
        return;
    if ((!self->looked_ms || self->looked_commits != self->commits) &&
        free_pages(self, &pages) == 0) {
        self->used_bytes = last - pages * self->page_bytes;
        self->looked_commits = self->commits;
    }
    if (fstatvfs(self->data_fd, &vfs) == 0)
        self->disk_free_bytes = (int64_t)(vfs.f_bavail * vfs.f_frsize);
    self->looked_ms = now;
    self->looked_last_bytes = last;
}

/* What there is too little of. */
typedef struct {
    const char *what, *unit;
    int64_t is, limit;
} shortage;

static void
tell(char *why, size_t size, const shortage *of)
{
    if (why && size)
        snprintf(why, size, "%s: %lld %s, limit %lld", of->what, (long long)of->is, of->unit,
                 (long long)of->limit);
}

wb_pressure
wb_store_pressure(wb_store *self, char *why, size_t why_size)
{
    const wb_store_conf *conf = &self->conf;
    int64_t percent, disk;
    bool map_over, calls;

    look(self);
    /* Of the map that was configured: one that had to grow is over the limit, not far from it. */
    percent = self->used_bytes / (conf->map_bytes / 100);
    disk = self->disk_free_bytes;
    calls = percent >= conf->calls_percent || disk < conf->calls_free_bytes;
    map_over = percent >= (calls ? conf->calls_percent : conf->intake_percent);
    if (why && why_size)
        *why = '\0';
    if (map_over)
        tell(why, why_size,
             &(shortage){"map used", "%", percent,
                         calls ? conf->calls_percent : conf->intake_percent});
    else if (disk < conf->intake_free_bytes)
        tell(why, why_size,
             &(shortage){"disk free", "MiB", disk >> 20,
                         (calls ? conf->calls_free_bytes : conf->intake_free_bytes) >> 20});
    else
        return WB_PRESSURE_NONE;
    return calls ? WB_PRESSURE_NO_CALLS : WB_PRESSURE_NO_INTAKE;
}

static int64_t
oldest_reader_ms(const wb_store *self)
{
    const wb_link *first = self->readers.next;
    const wb_txn *txn;

    if (first == &self->readers)
        return 0;
    txn = (const wb_txn *)(const void *)((const char *)first - offsetof(wb_txn, link));
    return wb_now_ms() - txn->begun_ms + 1; /* 0 is none */
}

wb_rc
wb_store_stat(wb_store *self, wb_store_stats *out, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_store_stats stats = {0};
    MDB_stat mst;
    wb_rc rc;
    int code = 0;

    stats.oldest_reader_ms = oldest_reader_ms(self);
    look(self);
    rc = wb_txn_begin(&txn, self, false, err);
    if (rc)
        return rc;
    for (size_t i = 0; i < WB_DB_COUNT && !code; i++) {
        code = mdb_stat(txn->mdb, self->dbis[i], &mst);
        stats.rows[i] = mst.ms_entries;
    }
    if (code)
        return wb_mdb_fail(self, code, "stat", err);
    stats.rows[WB_DB_PARKED] /= 2;                       /* each has a row by its record */
    for (int young = 0; young < WB_YOUNG_COUNT; young++) /* what is in both is counted twice */
        stats.rows[wb_young_old_dbs[young]] += self->young[young].count;
    stats.map_bytes = map_bytes(self);
    stats.used_bytes = self->used_bytes;
    stats.disk_free_bytes = self->disk_free_bytes;
    stats.commits = self->commits;
    *out = stats;
    return WB_OK;
}

void
wb_store_tend(wb_store *self)
{
    int dead;

    mdb_reader_check(self->env, &dead);
}

wb_rc
wb_store_grow(wb_store *self, wb_err *err)
{
    int64_t map = map_bytes(self), grown = map + self->grow_step_bytes;
    int code;

    if (self->writer.mdb || !wb_list_empty(&self->readers))
        return wb_fail(err, WB_FATAL, "store: a transaction is open while the map grows");
    if (self->file_bytes < map + self->step_bytes && allocate(self, map + self->step_bytes))
        return wb_fail(err, WB_FATAL, "the disk has no room for a larger store");
    if (self->spare_reader)
        mdb_txn_abort(wb_take(&self->spare_reader));
    code = mdb_env_set_mapsize(self->env, (size_t)grown);
    if (code)
        return wb_fail(err, WB_FATAL, "store: grow: %s", mdb_strerror(code));
    self->grow_step_bytes *= 2;
    self->looked_ms = 0;
    return WB_OK;
}
