/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/config/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define TRIES 4
/* Times of files move in steps of some milliseconds: a file that was changed just now may be
 * changed again and not show it. */
#define SETTLED_MS 20

static wb_rc
read_all(wb_buf *out, int fd, const char *path, wb_err *err)
{
    size_t max = out->max;
    char *room;
    ssize_t got;

    wb_buf_clear(out);
    while ((room = wb_buf_room(out, WB_FILE_SPARE))) {
        got = read(fd, room, WB_FILE_SPARE);
        if (got < 0)
            return wb_fail(err, WB_FATAL, "%s cannot be read: %s", path, strerror(errno));
        if (got == 0)
            return WB_OK;
        wb_buf_grew(out, (size_t)got);
    }
    return wb_fail(err, WB_FATAL, "%s is larger than %zu bytes", path, max - WB_FILE_SPARE);
}

static int64_t
changed_ms(const struct stat *file)
{
    return (int64_t)file->st_mtim.tv_sec * 1000 + file->st_mtim.tv_nsec / 1000000;
}

/* Nothing was written while it was read, nor just before. */
static bool
settled(const struct stat *before, const struct stat *after, size_t len)
{
    int64_t age_ms = wb_now_utc_us() / WB_US_PER_MS - changed_ms(after);

    return before->st_size == after->st_size && (size_t)after->st_size == len &&
           changed_ms(before) == changed_ms(after) &&
           before->st_mtim.tv_nsec == after->st_mtim.tv_nsec &&
           (age_ms < 0 || age_ms >= SETTLED_MS);
}

static wb_rc
read_once(wb_buf *out, const char *path, wb_file_kind kind, struct stat file[2], wb_err *err)
{
    /* a pipe that is no file must not hold us up: nobody may write to it */
    WB_AUTO(wb_fd_close)
    int fd = open(path, O_RDONLY | O_CLOEXEC | (kind == WB_FILE_REGULAR ? O_NONBLOCK : 0));
    wb_rc rc;

    if (fd < 0 || fstat(fd, &file[0]))
        return wb_fail(err, WB_FATAL, "%s cannot be opened: %s", path, strerror(errno));
    if (S_ISDIR(file[0].st_mode) || (kind == WB_FILE_REGULAR && !S_ISREG(file[0].st_mode)))
        return wb_fail(err, WB_FATAL, "%s is no file", path);
    rc = read_all(out, fd, path, err);
    if (!rc && fstat(fd, &file[1]))
        rc = wb_fail(err, WB_FATAL, "%s cannot be read: %s", path, strerror(errno));
    return rc;
}

wb_rc
wb_file_read(wb_buf *out, const char *path, wb_file_kind kind, struct stat *was, wb_err *err)
{
    struct stat file[2];

    for (int try = 0; try < TRIES; try++) {
        wb_rc rc = read_once(out, path, kind, file, err);

        if (rc)
            return rc;
        if (!S_ISREG(file[0].st_mode) || settled(&file[0], &file[1], out->len)) {
            if (was)
                *was = file[1];
            return WB_OK;
        }
        (void)poll(NULL, 0, SETTLED_MS);
    }
    return wb_fail(err, WB_FATAL, "%s is being written: try again when it is whole", path);
}
