/* SPDX-License-Identifier: Apache-2.0 */
/*
 * beat_file - last beats in the run folder: with no broker, the inlets of this host are found there
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "actors/runtime/lanes/beat.h"
#include "protocol/base/own.h"

static void
close_dir(DIR **dir_p)
{
    if (*dir_p)
        closedir(*dir_p);
}

static wb_rc
write_all(const char *path, wb_view bytes, wb_err *err)
{
    WB_AUTO(wb_fd_close) int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t written;

    if (fd < 0)
        return wb_fail(err, WB_RETRY, "cannot write %s: %s", path, strerror(errno));
    written = write(fd, bytes.data, bytes.len);
    if (written < 0 || (size_t)written != bytes.len)
        return wb_fail(err, WB_RETRY, "cannot write %s: %s", path, strerror(errno));
    return WB_OK;
}

/* Renamed into place, so that a reader sees the old one or the new one. Not synced: it is told
 * anew at every start. */
wb_rc
wb_beat_save(const char *run_dir, const char *instance, wb_view packed, wb_err *err)
{
    char path[PATH_MAX], temporary[PATH_MAX];
    wb_rc rc;

    if (snprintf(path, sizeof path, "%s/%s.beat", run_dir, instance) >= (int)sizeof path ||
        snprintf(temporary, sizeof temporary, "%s/%s.beat~", run_dir, instance) >=
            (int)sizeof temporary)
        return wb_fail(err, WB_REJECT, "the run folder's path is too long");
    rc = write_all(temporary, packed, err);
    if (rc)
        return rc;
    if (rename(temporary, path))
        return wb_fail(err, WB_RETRY, "cannot rename %s: %s", temporary, strerror(errno));
    return WB_OK;
}

static void
read_one(int dir_fd, const char *name, wb_beat_each each, void *arg)
{
    WB_AUTO(wb_fd_close) int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    WB_AUTO(wb_free) char *bytes = NULL;
    ssize_t len;

    if (fd < 0)
        return;
    bytes = wb_alloc(WB_BEAT_MAX);
    len = read(fd, bytes, WB_BEAT_MAX);
    if (len > 0)
        each(arg, (wb_view){bytes, (size_t)len});
}

void
wb_beat_saved(const char *run_dir, wb_beat_each each, void *arg)
{
    WB_AUTO(close_dir) DIR *dir = opendir(run_dir);

    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));) {
        size_t len = strlen(entry->d_name);
        if (len > 5 && !strcmp(entry->d_name + len - 5, ".beat"))
            read_one(dirfd(dir), entry->d_name, each, arg);
    }
}

/* --- what they tell of a store --- */

typedef struct {
    uint16_t shards;
    void (*look)(void *arg, const wb_beat *beat);
    void *arg;
} beat_look;

static void
look_at_one(void *arg, wb_view packed)
{
    const beat_look *self = arg;
    wb_beat beat = {0};

    if (wb_beat_parse(&beat, packed, self->shards, NULL))
        return; /* the directory tells of it */
    self->look(self->arg, &beat);
    wb_beat_fini(&beat);
}

typedef struct {
    const wb_id *store;
    uint64_t commits;
} commits_look;

static void
look_at_commits(void *arg, const wb_beat *beat)
{
    commits_look *self = arg;

    if (!memcmp(&beat->store, self->store, sizeof beat->store) &&
        beat->state.commits > self->commits)
        self->commits = beat->state.commits;
}

uint64_t
wb_beat_commits(const char *run_dir, const wb_id *store, uint16_t shards)
{
    commits_look found = {.store = store};
    beat_look self = {shards, look_at_commits, &found};

    wb_beat_saved(run_dir, look_at_one, &self);
    return found.commits;
}

typedef struct {
    const char *instance;
    wb_id store;
    bool found;
} store_look;

static void
look_at_store(void *arg, const wb_beat *beat)
{
    store_look *self = arg;

    if (strcmp(beat->instance, self->instance) != 0)
        return;
    self->store = beat->store;
    self->found = true;
}

bool
wb_beat_store(const char *run_dir, const char *instance, uint16_t shards, wb_id *out)
{
    store_look found = {.instance = instance};
    beat_look self = {shards, look_at_store, &found};

    wb_beat_saved(run_dir, look_at_one, &self);
    if (found.found)
        *out = found.store;
    return found.found;
}
