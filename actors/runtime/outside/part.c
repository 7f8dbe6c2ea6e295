/* SPDX-License-Identifier: Apache-2.0 */
/*
 * part - the bytes of one answer on their way into a file
 *
 * They are synced every few megabytes: one sync of all at the end would hold the loop for seconds.
 * The digest is of the bytes as they travelled; the limit counts what comes out of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "actors/runtime/outside/inside.h"
#include "actors/runtime/outside/spool.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/digest.h"

#define UNPACK_BYTES ((size_t)64 * 1024)
#define SYNC_BYTES (8 * 1024 * 1024)
#define GZIP_WINDOW (15 + 16) /* zlib's way to say: gzip, and nothing else */
#define MAGIC "\x1f\x8b"
#define MAGIC_LEN 2

typedef enum { UNDECIDED, PLAIN, PACKED } form;

struct wb_part {
    wb_spool *spool;
    wb_id name;
    int fd;
    bool named, packed; /* packed: somebody says so */
    form form;
    char head[MAGIC_LEN]; /* the first bytes, until it is decided */
    int64_t came, len, len_max, synced;
    char declared[2 * WB_SHA256_LEN + 1];
    wb_hasher *hasher; /* NULL = no digest was declared */
    z_stream stream;
    bool streaming, ended; /* ended: at the end of what is packed, or between two of it */
};

static void
part_file(char out[SPOOL_NAME_MAX], const wb_part *self)
{
    spool_name(out, &self->name);
    snprintf(out + 2 * sizeof self->name.bytes, 6, ".part");
}

void
wb_part_packed(wb_part *self)
{
    self->packed = true;
}

int64_t
wb_part_came(const wb_part *self)
{
    return self->came;
}

static void
unstream(wb_part *self)
{
    if (self->streaming)
        inflateEnd(&self->stream);
    self->streaming = false;
}

wb_rc
wb_part_new(wb_part **out, wb_spool *spool, const wb_sink *how, wb_err *err)
{
    WB_AUTO(wb_part_destroy) wb_part *self = wb_alloc(sizeof *self);
    char file[SPOOL_NAME_MAX];

    self->spool = spool;
    self->fd = -1;
    self->packed = how->gzip;
    self->len_max = how->bytes_max > 0 ? how->bytes_max : WB_SPOOL_FILE_MAX;
    wb_random_bytes(&self->name, sizeof self->name);
    if (how->sha256.len) {
        if (how->sha256.len != sizeof self->declared - 1)
            return wb_fail(err, WB_REJECT, "a digest of %zu characters was declared",
                           how->sha256.len);
        memcpy(self->declared, how->sha256.data, how->sha256.len);
        self->hasher = wb_hasher_new();
    }
    part_file(file, self);
    self->fd = openat(spool->folder, file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (self->fd < 0)
        return wb_fail(err, errno == ENOSPC || errno == EDQUOT ? WB_FULL : WB_RETRY,
                       "no file can be made in the spool: %s", strerror(errno));
    *out = wb_take(&self);
    return WB_OK;
}

void
wb_part_destroy(wb_part **self_p)
{
    wb_part *self = wb_take(self_p);
    char file[SPOOL_NAME_MAX];

    if (!self)
        return;
    if (self->fd >= 0 && !self->named) {
        part_file(file, self);
        unlinkat(self->spool->folder, file, 0);
        self->spool->bytes -= self->len;
    }
    wb_fd_close(&self->fd);
    unstream(self);
    wb_hasher_destroy(&self->hasher);
    wb_free(&self);
}

/* --- into the file --- */

static wb_rc
full(wb_err *err, const char *why)
{
    return wb_fail(err, WB_FULL, "no room for a large answer: %s", why);
}

static wb_rc
sync_some(wb_part *self, wb_err *err)
{
    char why[160] = "";

    if (self->len - self->synced < SYNC_BYTES)
        return WB_OK;
    self->synced = self->len;
    if (fdatasync(self->fd))
        return full(err, strerror(errno));
    if (self->spool->store &&
        wb_store_pressure(self->spool->store, why, sizeof why) == WB_PRESSURE_NO_CALLS)
        return full(err, why);
    return WB_OK;
}

static wb_rc
put(wb_part *self, const char *data, size_t len, wb_err *err)
{
    if (self->len + (int64_t)len > self->len_max)
        return wb_fail(err, WB_REJECT, "the answer has more than %lld bytes",
                       (long long)self->len_max);
    if (self->spool->bytes + (int64_t)len > WB_SPOOL_BYTES_MAX)
        return full(err, "the spool is full");
    while (len > 0) {
        ssize_t put_now = write(self->fd, data, len);

        if (put_now < 0 && errno == EINTR)
            continue;
        if (put_now <= 0)
            return full(err, strerror(errno));
        self->len += put_now;
        self->spool->bytes += put_now;
        data += put_now;
        len -= (size_t)put_now;
    }
    return sync_some(self, err);
}

static wb_rc
unpack(wb_part *self, wb_view bytes, wb_err *err)
{
    char out[UNPACK_BYTES];
    wb_rc rc = WB_OK;

    self->stream.next_in = (Bytef *)(uintptr_t)bytes.data;
    self->stream.avail_in = (uInt)bytes.len;
    for (bool more = true; !rc && more;) {
        int did;

        self->stream.next_out = (Bytef *)out;
        self->stream.avail_out = sizeof out;
        if (self->ended && self->stream.avail_in > 0) /* files put one behind the other are one */
            inflateReset(&self->stream);
        did = inflate(&self->stream, Z_NO_FLUSH);
        if (did != Z_OK && did != Z_STREAM_END && did != Z_BUF_ERROR)
            return wb_fail(err, WB_RETRY, "the packed answer is damaged");
        self->ended = did == Z_STREAM_END || (self->ended && did == Z_BUF_ERROR);
        rc = put(self, out, sizeof out - self->stream.avail_out, err);
        more = self->stream.avail_in > 0 || self->stream.avail_out == 0;
    }
    return rc;
}

static wb_rc
pass_on(wb_part *self, wb_view bytes, wb_err *err)
{
    if (!bytes.len)
        return WB_OK;
    return self->form == PACKED ? unpack(self, bytes, err) : put(self, bytes.data, bytes.len, err);
}

/* Packed is what is said to be, and begins like it. */
static wb_rc
decide(wb_part *self, wb_err *err)
{
    bool packed = self->packed && self->came >= MAGIC_LEN && !memcmp(self->head, MAGIC, MAGIC_LEN);

    self->form = packed ? PACKED : PLAIN;
    if (packed && inflateInit2(&self->stream, GZIP_WINDOW) != Z_OK)
        return wb_fail(err, WB_RETRY, "zlib does not start");
    self->streaming = packed;
    return pass_on(self,
                   (wb_view){self->head, (size_t)(self->came < MAGIC_LEN ? self->came : MAGIC_LEN)},
                   err);
}

wb_rc
wb_part_take(wb_part *self, wb_view bytes, wb_err *err)
{
    wb_rc rc = WB_OK;

    if (self->hasher)
        wb_hasher_add(self->hasher, bytes);
    while (self->form == UNDECIDED && bytes.len && self->came < MAGIC_LEN) {
        self->head[self->came++] = *bytes.data++;
        bytes.len--;
    }
    if (self->form == UNDECIDED && self->came == MAGIC_LEN)
        rc = decide(self, err);
    if (rc || !bytes.len)
        return rc;
    self->came += (int64_t)bytes.len;
    return pass_on(self, bytes, err);
}

wb_rc
wb_part_anew(wb_part *self, wb_err *err)
{
    unstream(self);
    if (self->hasher) {
        wb_hasher_destroy(&self->hasher);
        self->hasher = wb_hasher_new();
    }
    if (ftruncate(self->fd, 0) || lseek(self->fd, 0, SEEK_SET) != 0)
        return full(err, strerror(errno));
    self->spool->bytes -= self->len;
    self->came = self->len = self->synced = 0;
    self->form = UNDECIDED;
    self->ended = false;
    self->stream = (z_stream){0};
    return WB_OK;
}

/* --- its end --- */

static wb_rc
check(wb_part *self, wb_err *err)
{
    uint8_t digest[WB_SHA256_LEN];
    char hex[2 * WB_SHA256_LEN + 1];

    if (self->form == PACKED && !self->ended)
        return wb_fail(err, WB_RETRY, "the packed answer is cut");
    if (!self->hasher)
        return WB_OK;
    wb_hasher_end(self->hasher, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    if (strcasecmp(hex, self->declared) != 0)
        return wb_fail(err, WB_RETRY, "the answer has another digest than was declared");
    return WB_OK;
}

wb_rc
wb_part_end(wb_part *self, wb_id *name, int64_t *len, wb_err *err)
{
    char from[SPOOL_NAME_MAX], to[SPOOL_NAME_MAX];
    wb_rc rc = self->form == UNDECIDED ? decide(self, err) : WB_OK;

    if (!rc)
        rc = check(self, err);
    if (rc)
        return rc;
    part_file(from, self);
    spool_name(to, &self->name);
    if (fdatasync(self->fd) || renameat(self->spool->folder, from, self->spool->folder, to) ||
        fsync(self->spool->folder))
        return full(err, strerror(errno));
    self->named = true;
    *name = self->name;
    *len = self->len;
    return WB_OK;
}
