/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state - folders and the lock
 */
#include "tools/waybill/host/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "actors/connectors/all.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"

#define LOCK_ENDING "ending"
#define LOCK_LOOK_MS 20
#define LEAVE_MS 2000 /* a killed process may take so long to be gone */

bool
wb_state_write(const char *path, const char *text)
{
    char part[WB_PATH_SIZE + 8];
    WB_AUTO(wb_fd_close) int fd = -1;
    size_t len = strlen(text);

    (void)snprintf(part, sizeof part, "%.500s.part", path);
    fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    return fd < 0 || write(fd, text, len) != (ssize_t)len || rename(part, path);
}

static wb_rc
make_folders(const wb_place *place, wb_err *err)
{
    char log[WB_PATH_SIZE + 8];
    wb_rc rc = wb_place_folder(place->state, err);

    if (!rc)
        rc = wb_place_folder(place->run, err);
    (void)snprintf(log, sizeof log, "%s/log", place->state);
    return rc ? rc : wb_place_folder(log, err);
}

/* Who has it, by what it wrote there. */
static void
read_holder(int fd, char *dst, size_t size, bool *ending)
{
    ssize_t got = pread(fd, dst, size - 1, 0);

    dst[got > 0 ? got : 0] = '\0';
    *ending = strstr(dst, LOCK_ENDING) != NULL;
    dst[strspn(dst, "0123456789")] = '\0';
}

/* One that was killed may still be on its way out, and one that was asked to end is waited for as
 * long as it may take. */
static bool
lock_in_time(int fd, const char *state, int64_t end_ms)
{
    int64_t start_ms = wb_now_ms(), waited_ms = 0;
    bool ending = false, told = false;
    char pid[32];

    while (flock(fd, LOCK_EX | LOCK_NB)) {
        read_holder(fd, pid, sizeof pid, &ending);
        if (waited_ms > (ending ? end_ms : LEAVE_MS))
            return false;
        if (ending && !told)
            fprintf(stderr, "waiting for process %s, which is ending, to leave %s\n", pid, state);
        told = told || ending;
        (void)poll(NULL, 0, LOCK_LOOK_MS);
        waited_ms = wb_now_ms() - start_ms;
    }
    return true;
}

static wb_rc
take_lock(int *out, const wb_place *place, int64_t end_ms, wb_err *err)
{
    char path[WB_PATH_SIZE + 16], pid[32];
    WB_AUTO(wb_fd_close) int fd = -1;
    bool ending;

    (void)snprintf(path, sizeof path, "%s/up.lock", place->state);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return wb_fail(err, WB_FATAL, "%s cannot be written: %s", path, strerror(errno));
    if (!lock_in_time(fd, place->state, end_ms)) {
        read_holder(fd, pid, sizeof pid, &ending);
        return wb_fail(err, WB_FATAL,
                       "another `waybill up` runs on the state folder %s: process %s", place->state,
                       pid[0] ? pid : "unknown");
    }
    if (ftruncate(fd, 0) || dprintf(fd, "%ld\n", (long)getpid()) < 0)
        return wb_fail(err, WB_FATAL, "%s cannot be written: %s", path, strerror(errno));
    *out = wb_fd_take(&fd);
    return WB_OK;
}

void
wb_state_ending(int lock)
{
    if (lock >= 0)
        wb_ignore(dprintf(lock, "%s\n", LOCK_ENDING) < 0, "a successor waits less");
}

bool
wb_state_is_held(const char *state)
{
    char path[WB_PATH_SIZE + 16];
    WB_AUTO(wb_fd_close) int fd = -1;

    (void)snprintf(path, sizeof path, "%s/up.lock", state);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
}

bool
wb_state_has_store(const char *state)
{
    DIR *folder = opendir(state);
    const struct dirent *entry;
    char path[WB_PATH_SIZE + 300];
    bool found = false;

    while (folder && !found && (entry = readdir(folder))) {
        (void)snprintf(path, sizeof path, "%s/%s/data.mdb", state, entry->d_name);
        found = entry->d_name[0] != '.' && access(path, F_OK) == 0;
    }
    if (folder)
        (void)closedir(folder);
    return found;
}

wb_rc
wb_state_open(int *out_lock, const wb_place *place, bool first, int64_t end_ms, wb_err *err)
{
    WB_AUTO(wb_fd_close) int lock = -1;
    wb_rc rc;

    if (!first && access(place->state, R_OK | X_OK) && errno != ENOENT)
        return wb_fail(err, WB_FATAL, "the state folder %s cannot be read: %s", place->state,
                       strerror(errno));
    if (!first && !wb_state_has_store(place->state))
        return wb_fail(err, WB_FATAL,
                       "nothing is remembered in %s: if this deployment is new, start it once with "
                       "--first; if it is not, bring its state folder here first",
                       place->state);
    rc = make_folders(place, err);
    if (!rc)
        rc = take_lock(&lock, place, end_ms, err);
    if (rc)
        return rc;
    *out_lock = wb_fd_take(&lock);
    return WB_OK;
}

/* As a YAML text that nothing in it can end, and no reference. */
static void
put_state(wb_buf *out, const char *folder)
{
    wb_buf_add_text(out, "state: '");
    for (; *folder; folder++) {
        if (*folder == '\'' || (folder[0] == '$' && folder[1] == '{'))
            wb_buf_add_char(out, *folder);
        wb_buf_add_char(out, *folder);
    }
    wb_buf_add_text(out, "'\n");
}

wb_rc
wb_state_from_env(char *dst, size_t size, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    char here[WB_PATH_SIZE], folder[WB_PATH_SIZE + 16];
    const char *given;
    wb_rc rc;

    wb_buf_init(&text, WB_CONFIG_MAX);
    rc = wb_config_from_env(&text, wb_connectors, access(".env", F_OK) ? NULL : ".env", err);
    if (rc)
        return rc;
    if (!getcwd(here, sizeof here))
        return wb_fail(err, WB_FATAL, "the working folder is not known: %s", strerror(errno));
    given = getenv("WAYBILL_STATE");
    if (given && given[0] == '/')
        (void)snprintf(folder, sizeof folder, "%.500s", given);
    else
        (void)snprintf(folder, sizeof folder, "%.300s/%.200s", here,
                       given && given[0] ? given : "state");
    put_state(&text, folder);
    rc = wb_place_folder(folder, err);
    if (rc)
        return rc;
    if (snprintf(dst, size, "%s/waybill.yaml", folder) >= (int)size)
        return wb_fail(err, WB_FATAL, "the path of the state folder is too long");
    if (wb_state_write(dst, wb_buf_text(&text)))
        return wb_fail(err, WB_FATAL, "%s cannot be written: %s", dst, strerror(errno));
    return WB_OK;
}
