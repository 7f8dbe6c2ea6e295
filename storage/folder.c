/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder - the folder of a store, the lock on it, and the master key beside it
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/base/text.h"
#include "storage/inside.h"

#define KEY_LEN 32
#define LEAVE_MS 2000 /* a process that was killed is gone by then */
#define LOOK_MS 10
#define KEY_TRIES 3 /* another process may be making the same key */

char *
wb_folder_join(const char *path, const char *name)
{
    WB_AUTO(wb_buf_fini) wb_buf buf = {0};

    wb_buf_init(&buf, 1 << 16);
    wb_buf_addf(&buf, "%s/%s", path, name);
    return wb_text_dup(wb_buf_text(&buf));
}

bool
wb_folder_has_data(const char *path)
{
    WB_AUTO(wb_free) char *file = wb_folder_join(path, "data.mdb");
    struct stat st;

    return stat(file, &st) == 0 && st.st_size > 0;
}

/* Every missing folder on the way, for us alone. */
static wb_rc
make_folder(const char *path, wb_err *err)
{
    WB_AUTO(wb_free) char *part = wb_text_dup(path);

    for (char *slash = part + 1; *slash; slash++) {
        if (*slash != '/')
            continue;
        *slash = '\0';
        wb_ignore(mkdir(part, 0700), "the last mkdir tells");
        *slash = '/';
    }
    if (mkdir(part, 0700) && errno != EEXIST)
        return wb_fail(err, WB_FATAL, "cannot make folder %s: %s", path, strerror(errno));
    return WB_OK;
}

static wb_rc
tell_owner(int fd, const char *path, wb_err *err)
{
    char pid[24] = "";
    ssize_t len = pread(fd, pid, sizeof pid - 1, 0);

    pid[len > 0 ? strcspn(pid, "\n") : 0] = '\0';
    return wb_fail(err, WB_FATAL, "store %s is in use by process %s", path, *pid ? pid : "unknown");
}

/* A former life that was killed may still be on its way out: it is waited for. */
static int
lock_in_time(int fd)
{
    int64_t until_ms = wb_now_ms() + LEAVE_MS;
    int rc;

    while ((rc = flock(fd, LOCK_EX | LOCK_NB)) && errno == EWOULDBLOCK && wb_now_ms() < until_ms)
        (void)poll(NULL, 0, LOOK_MS);
    return rc;
}

/* O_CLOEXEC: else a child would hold the lock longer than we live. */
wb_rc
wb_folder_lock(int *out_fd, const char *path, wb_err *err)
{
    WB_AUTO(wb_free) char *file = wb_folder_join(path, "lock");
    WB_AUTO(wb_fd_close) int fd = -1;
    wb_rc rc = make_folder(path, err);

    if (rc)
        return rc;
    fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return wb_fail(err, WB_FATAL, "cannot write in %s: %s", path, strerror(errno));
    if (lock_in_time(fd)) {
        if (errno == EWOULDBLOCK)
            return tell_owner(fd, path, err);
        return wb_fail(err, WB_FATAL, "cannot lock %s: %s", path, strerror(errno));
    }
    *out_fd = wb_fd_take(&fd);
    return WB_OK;
}

wb_rc
wb_folder_sign(int lock_fd, wb_err *err)
{
    char text[24];
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());

    if (ftruncate(lock_fd, 0) || pwrite(lock_fd, text, (size_t)len, 0) != len)
        return wb_fail(err, WB_FATAL, "cannot write the lock file: %s", strerror(errno));
    return WB_OK;
}

static wb_rc
write_key(const char *file, wb_err *err)
{
    WB_AUTO(wb_fd_close) int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    uint8_t key[KEY_LEN];
    bool written;

    if (fd < 0)
        return wb_fail(err, WB_FATAL, "cannot make the master key: %s", strerror(errno));
    wb_random_bytes(key, sizeof key);
    written = write(fd, key, sizeof key) == (ssize_t)sizeof key && fsync(fd) == 0;
    explicit_bzero(key, sizeof key);
    return written ? WB_OK : wb_fail(err, WB_FATAL, "cannot write the master key");
}

/* Under another name first, then by link: unlike a rename it never replaces the key that another
 * process of this host made in the same moment. */
static wb_rc
make_key(const char *folder, const char *file, wb_err *err)
{
    WB_AUTO(wb_fd_close) int dir = -1;
    char name[48];
    uint64_t nonce;
    wb_rc rc;

    wb_random_bytes(&nonce, sizeof nonce);
    snprintf(name, sizeof name, "../master.key.%016llx", (unsigned long long)nonce);
    WB_AUTO(wb_free) char *draft = wb_folder_join(folder, name);
    rc = write_key(draft, err);
    if (!rc && link(draft, file) && errno != EEXIST)
        rc = wb_fail(err, WB_FATAL, "cannot make the master key: %s", strerror(errno));
    unlink(draft);
    if (rc)
        return rc;
    WB_AUTO(wb_free) char *parent = wb_folder_join(folder, "..");
    dir = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0 || fsync(dir))
        return wb_fail(err, WB_FATAL, "cannot keep the master key: %s", strerror(errno));
    return WB_OK;
}

/* 32 bytes as they are, or 64 hex digits with or without a line end. */
static wb_rc
read_key(uint8_t out[KEY_LEN], int fd, wb_err *err)
{
    char text[2 * KEY_LEN + 2];
    ssize_t len = read(fd, text, sizeof text);
    wb_rc rc = WB_OK;

    if (len > 2 * KEY_LEN && text[2 * KEY_LEN] == '\n')
        len = 2 * KEY_LEN;
    if (len == KEY_LEN)
        memcpy(out, text, KEY_LEN);
    else if (len != 2 * KEY_LEN || wb_unhex(out, KEY_LEN, (wb_view){text, 2 * KEY_LEN}, NULL))
        rc = wb_fail(err, WB_FATAL, "the master key is neither 32 bytes nor 64 hex digits");
    explicit_bzero(text, sizeof text);
    return rc;
}

static wb_rc
open_key(int *out_fd, const char *path, const char *file, bool make, wb_err *err)
{
    wb_rc rc;

    for (int i = 0; i < KEY_TRIES; i++) {
        *out_fd = open(file, O_RDONLY | O_CLOEXEC);
        if (*out_fd >= 0)
            return WB_OK;
        if (errno != ENOENT || !make)
            break;
        rc = make_key(path, file, err);
        if (rc)
            return rc;
    }
    return wb_fail(err, WB_FATAL, "cannot read the master key: %s", strerror(errno));
}

wb_rc
wb_folder_key(uint8_t out[32], const char *path, const char *key_path, wb_err *err)
{
    WB_AUTO(wb_free)
    char *file = key_path ? wb_text_dup(key_path) : wb_folder_join(path, "../master.key");
    WB_AUTO(wb_fd_close) int fd = -1;
    struct stat st;
    wb_rc rc = open_key(&fd, path, file, !key_path, err);

    if (rc)
        return rc;
    /* One that an operator names may be mounted with other rights; our own is for us alone. */
    if (!key_path && (fstat(fd, &st) || (st.st_mode & 077)))
        return wb_fail(err, WB_FATAL, "the master key must be readable by its owner only (0600)");
    return read_key(out, fd, err);
}
