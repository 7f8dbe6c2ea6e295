/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool - the folder: a file's name is 32 hex digits, a part's ends with ".part"
 */
#include "actors/runtime/outside/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/runtime/outside/inside.h"
#include "actors/runtime/process/log.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

static int64_t
size_of(const wb_spool *self, const char *name)
{
    struct stat is;

    return fstatat(self->folder, name, &is, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(is.st_mode)
               ? (int64_t)is.st_size
               : 0;
}

void
spool_name(char out[SPOOL_NAME_MAX], const wb_id *name)
{
    for (size_t i = 0; i < sizeof name->bytes; i++)
        snprintf(out + 2 * i, 3, "%02x", name->bytes[i]);
}

static void
remove_file(wb_spool *self, const char *name)
{
    int64_t size = size_of(self, name);

    if (unlinkat(self->folder, name, 0) == 0)
        self->bytes -= size;
    else if (errno != ENOENT)
        wb_log(WB_WARN, "spool.stays", "file=%s why='%s'", name, strerror(errno));
}

static bool
is_named(const char *file, const wb_id *names, size_t count)
{
    char name[SPOOL_NAME_MAX];

    for (size_t i = 0; i < count; i++) {
        spool_name(name, &names[i]);
        if (strcmp(name, file) == 0)
            return true;
    }
    return false;
}

void
wb_spool_keep(wb_spool *self, const wb_id *names, size_t count)
{
    int fd = dup(self->folder);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (!folder) {
        wb_fd_close(&fd);
        return;
    }
    rewinddir(folder);
    while ((entry = readdir(folder)))
        if (*entry->d_name != '.' && !is_named(entry->d_name, names, count))
            remove_file(self, entry->d_name);
    closedir(folder);
}

static void
count_files(wb_spool *self)
{
    int fd = dup(self->folder);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;

    if (!folder) {
        wb_fd_close(&fd);
        return;
    }
    while ((entry = readdir(folder))) {
        if (strstr(entry->d_name, ".part"))
            unlinkat(self->folder, entry->d_name, 0);
        self->bytes += size_of(self, entry->d_name);
    }
    closedir(folder);
}

wb_rc
wb_spool_open(wb_spool **out, const char *folder, wb_store *store, wb_err *err)
{
    WB_AUTO(wb_spool_close) wb_spool *self = wb_alloc(sizeof *self);

    self->store = store;
    self->folder = -1;
    if (mkdir(folder, 0700) && errno != EEXIST)
        return wb_fail(err, WB_FATAL, "%s cannot be made: %s", folder, strerror(errno));
    self->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (self->folder < 0)
        return wb_fail(err, WB_FATAL, "%s cannot be opened: %s", folder, strerror(errno));
    count_files(self);
    *out = wb_take(&self);
    return WB_OK;
}

void
wb_spool_close(wb_spool **self_p)
{
    if (!*self_p)
        return;
    wb_fd_close(&(*self_p)->folder);
    wb_free(self_p);
}

void
wb_spool_remove(wb_spool *self, const wb_id *name)
{
    char file[SPOOL_NAME_MAX];

    spool_name(file, name);
    remove_file(self, file);
}

int64_t
wb_spool_bytes(const wb_spool *self)
{
    return self->bytes;
}

wb_rc
wb_spool_read(const wb_spool *self, const wb_id *name, int64_t offset, size_t len, wb_buf *out,
              wb_err *err)
{
    WB_AUTO(wb_fd_close) int fd = -1;
    char file[SPOOL_NAME_MAX];

    spool_name(file, name);
    fd = openat(self->folder, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return wb_fail(err, WB_REJECT, "the spooled answer is gone: %s", strerror(errno));
    while (len > 0) {
        size_t part = len < 65536 ? len : 65536;
        char *room = wb_buf_room(out, part);
        ssize_t got = room ? pread(fd, room, part, (off_t)offset) : -1;

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return wb_fail(err, WB_REJECT, "the spooled answer ends early");
        wb_buf_grew(out, (size_t)got);
        offset += got;
        len -= (size_t)got;
    }
    return WB_OK;
}
