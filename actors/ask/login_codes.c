/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/ask/login_codes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"

#define PATH_SIZE 1024
#define NAME_LEN ((size_t)2 * WB_SHA256_LEN)

static void
path_of(char path[PATH_SIZE], const char *run, wb_view code)
{
    uint8_t sha256[WB_SHA256_LEN];
    char name[NAME_LEN + 1];

    wb_sha256(sha256, code);
    wb_hex(name, sha256, sizeof sha256);
    (void)snprintf(path, PATH_SIZE, "%.800s/codes/%s", run, name);
}

/* A clock that was set back makes a file of the future: it is none of the last minute. */
static bool
is_young(const struct stat *file)
{
    int64_t age_us = wb_now_utc_us() -
                     (file->st_mtim.tv_sec * WB_US_PER_S + file->st_mtim.tv_nsec / WB_US_PER_MS);

    return age_us > -WB_US_PER_S && age_us < WB_LOGIN_CODE_MS * WB_US_PER_MS;
}

static void
remove_old(const char *folder)
{
    DIR *listed = opendir(folder);
    const struct dirent *file;
    struct stat is;

    while (listed && (file = readdir(listed)))
        if (strlen(file->d_name) == NAME_LEN &&
            !fstatat(dirfd(listed), file->d_name, &is, AT_SYMLINK_NOFOLLOW) && !is_young(&is))
            (void)unlinkat(dirfd(listed), file->d_name, 0);
    if (listed)
        (void)closedir(listed);
}

/* No fsync: what a machine that stops forgets is a code that was good for a minute. */
wb_rc
wb_login_code_make(const char *run, wb_role role, char code[WB_LOGIN_CODE_LEN + 1], wb_err *err)
{
    uint8_t bytes[WB_LOGIN_CODE_LEN / 2];
    char folder[PATH_SIZE], path[PATH_SIZE];
    const char *word = wb_role_name(role);
    WB_AUTO(wb_fd_close) int fd = -1;

    (void)snprintf(folder, sizeof folder, "%.800s/codes", run);
    if (mkdir(folder, 0700) && errno != EEXIST)
        return wb_fail(err, WB_FATAL, "the folder %s cannot be made: %s", folder, strerror(errno));
    remove_old(folder);
    wb_random_bytes(bytes, sizeof bytes);
    wb_hex(code, bytes, sizeof bytes);
    path_of(path, run, wb_view_of(code));
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, word, strlen(word)) != (ssize_t)strlen(word))
        return wb_fail(err, WB_FATAL, "%s cannot be written: %s", path, strerror(errno));
    return WB_OK;
}

bool
wb_login_code_take(const char *run, wb_view code, wb_role *out)
{
    char path[PATH_SIZE], word[16] = "";
    WB_AUTO(wb_fd_close) int fd = -1;
    struct stat is;
    ssize_t len;

    if (code.len != WB_LOGIN_CODE_LEN)
        return false;
    path_of(path, run, code);
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || fstat(fd, &is) || unlink(path) || !is_young(&is))
        return false;
    len = read(fd, word, sizeof word - 1);
    return len > 0 && wb_role_find(out, (wb_view){word, (size_t)len});
}
