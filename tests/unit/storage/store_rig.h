/* SPDX-License-Identifier: Apache-2.0 */
/*
 * store_rig - a store in a folder of its own, for the tests of this folder
 */
#ifndef WB_TESTS_STORE_RIG_H
#define WB_TESTS_STORE_RIG_H

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/base/own.h"
#include "storage/store.h"
#include "tests/unit/folder.h"

#define RIG_MAP (INT64_C(320) << 20)
#define RIG_FILE_MAX ((rlim_t)2 << 30)

/* `home` holds master.key; `path` is the store's folder in it. */
typedef struct {
    char home[64], path[96];
    wb_store_conf conf;
    wb_store *store;
    wb_err err;
} rig;

#define rig_ok(self, call) ck_assert_msg((call) == WB_OK, #call ": %s", (self)->err.text)

static inline void
rig_open(rig *self)
{
    rig_ok(self, wb_store_open(&self->store, &self->conf, &self->err));
}

static inline void
rig_conf(rig *self)
{
    wb_store_conf_default(&self->conf);
    self->conf.path = self->path;
    self->conf.deployment = "test";
    self->conf.map_bytes = RIG_MAP;
    self->conf.intake_free_bytes = self->conf.calls_free_bytes = 0;
}

/* A store that runs away meets this, not the disk's end. */
static inline void
rig_bound(void)
{
    const struct rlimit most = {RIG_FILE_MAX, RIG_FILE_MAX};

    (void)signal(SIGXFSZ, SIG_IGN);
    (void)setrlimit(RLIMIT_FSIZE, &most);
}

/* A folder without a store yet. */
static inline void
rig_folder(rig *self)
{
    rig_bound();
    *self = (rig){0};
    snprintf(self->home, sizeof self->home, "/tmp/waybill-store-XXXXXX");
    ck_assert_ptr_nonnull(folder_make(self->home));
    snprintf(self->path, sizeof self->path, "%s/one", self->home);
    rig_conf(self);
}

static inline void
rig_init(rig *self)
{
    rig_folder(self);
    rig_open(self);
}

static inline void
rig_reopen(rig *self)
{
    wb_store_close(&self->store);
    rig_open(self);
}

static inline void
rig_remove(const char *path)
{
    struct dirent *entry;
    DIR *dir = opendir(path);

    while (dir && (entry = readdir(dir))) {
        char file[400];

        snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
        unlink(file);
    }
    if (dir)
        closedir(dir);
    rmdir(path);
}

static inline void
rig_fini(rig *self)
{
    wb_store_close(&self->store);
    rig_remove(self->path);
    rig_remove(self->home);
}

static inline wb_txn *
rig_begin(rig *self, bool write)
{
    wb_txn *txn = NULL;

    rig_ok(self, wb_txn_begin(&txn, self->store, write, &self->err));
    return txn;
}

static inline void
rig_commit(rig *self, wb_txn **txn)
{
    rig_ok(self, wb_txn_commit(txn, &self->err));
}

/* --- a damaged file: the store is closed, and opened again by who wants to --- */

#define RIG_PAGE 4096
#define RIG_FLAGS_AT 10 /* of a page's head, as LMDB has it */
#define RIG_ROWS_AT 14
#define RIG_IS_LEAF 2

/* Below its rows stands what was there before. */
static inline bool
rig_has_row(const char page[RIG_PAGE], wb_view word)
{
    uint16_t rows_at;

    memcpy(&rows_at, page + RIG_ROWS_AT, sizeof rows_at);
    return (page[RIG_FLAGS_AT] & RIG_IS_LEAF) && rows_at < RIG_PAGE &&
           memmem(page + rows_at, RIG_PAGE - rows_at, word.data, word.len);
}

/* Pages with this word in their rows are none any more. */
static inline void
rig_break(rig *self, wb_view word)
{
    const char none[2] = {0, 0};
    char file[160], page[RIG_PAGE];
    size_t broken = 0;
    int fd;

    wb_store_close(&self->store);
    snprintf(file, sizeof file, "%s/data.mdb", self->path);
    fd = open(file, O_RDWR | O_CLOEXEC);
    for (off_t at = 2 * RIG_PAGE; pread(fd, page, RIG_PAGE, at) == RIG_PAGE; at += RIG_PAGE)
        if (rig_has_row(page, word)) {
            ck_assert_int_eq(pwrite(fd, none, sizeof none, at + RIG_FLAGS_AT), sizeof none);
            broken++;
        }
    close(fd);
    ck_assert_uint_gt(broken, 0);
}

static inline bool
file_contains(const char *path, const char *text)
{
    WB_AUTO(wb_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    WB_AUTO(wb_free) char *bytes = NULL;
    struct stat st;

    ck_assert(fd >= 0 && fstat(fd, &st) == 0);
    bytes = wb_alloc((size_t)st.st_size);
    ck_assert_int_eq(read(fd, bytes, (size_t)st.st_size), st.st_size);
    return memmem(bytes, (size_t)st.st_size, text, strlen(text)) != NULL;
}

#endif
