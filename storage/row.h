/* SPDX-License-Identifier: Apache-2.0 */
/*
 * row - the bytes of keys and values: built on the stack, read with every length checked
 *
 * For this folder. A value begins with a version byte; integers are LEB128 (signed ones zigzag),
 * texts have their length in front; one payload may be the rest of the row. A reader fails once
 * and stays failed, so that a decoder asks at its end.
 */
#ifndef WB_STORAGE_ROW_H
#define WB_STORAGE_ROW_H

#include <assert.h>
#include <string.h>

#include "protocol/base/buf.h"
#include "protocol/limits.h"

#define WB_ROW_VERSION 1
/* Everything of a row but its payload: the largest is a record's, with what is told of each target:
 * its name, its id of the record, the reason. */
#define WB_ROW_HEAD_MAX                                                                            \
    (32768 + WB_SOURCE_TARGETS_MAX * (WB_ACCOUNT_KEY_MAX + WB_REMOTE_ID_MAX + WB_REASON_MAX + 64))
#define WB_ROW_KEY_MAX 2560  /* two record keys and to spare */
#define WB_ROW_PART_LONG 255 /* a part this long or longer has two more bytes of length */

/* A key under construction. Not zeroed: only `len` bytes count. */
typedef struct {
    size_t len;
    bool overflow;
    char data[WB_ROW_KEY_MAX];
} wb_row_key;

static inline void
wb_row_key_init(wb_row_key *self)
{
    self->len = 0;
    self->overflow = false;
}

static inline void
wb_row_key_tail(wb_row_key *self, wb_view bytes)
{
    if (bytes.len > sizeof self->data - self->len) {
        self->overflow = true;
        return;
    }
    if (bytes.len)
        memcpy(self->data + self->len, bytes.data, bytes.len);
    self->len += bytes.len;
}

/* The lowest `count` bytes of value, big endian, so that memcmp orders them. */
static inline void
wb_row_key_number(wb_row_key *self, uint64_t value, size_t count)
{
    char bytes[8];

    assert(count <= sizeof bytes);
    for (size_t i = 0; i < count; i++)
        bytes[i] = (char)(uint8_t)(value >> (8 * (count - 1 - i)));
    wb_row_key_tail(self, (wb_view){bytes, count});
}

static inline void
wb_row_key_part(wb_row_key *self, wb_view part)
{
    if (part.len >= WB_ROW_PART_LONG) {
        wb_row_key_number(self, WB_ROW_PART_LONG, 1);
        wb_row_key_number(self, part.len, 2);
        self->overflow = self->overflow || part.len > UINT16_MAX;
    } else {
        wb_row_key_number(self, part.len, 1);
    }
    wb_row_key_tail(self, part);
}

static inline wb_view
wb_row_key_view(const wb_row_key *self)
{
    return (wb_view){self->data, self->len};
}

/* Signed times in an order that memcmp keeps. */
static inline uint64_t
wb_row_ordered(int64_t value)
{
    return (uint64_t)value ^ (UINT64_C(1) << 63);
}

/* The head of a value under construction, in memory of `cap` bytes that is somebody else's. */
typedef struct {
    char *data;
    size_t len, cap;
    bool overflow;
} wb_row_writer;

static inline void
wb_row_put_uint(wb_row_writer *self, uint64_t value)
{
    if (self->cap - self->len < 10) {
        self->overflow = true;
        return;
    }
    while (value >= 0x80) {
        self->data[self->len++] = (char)(uint8_t)(value | 0x80);
        value >>= 7;
    }
    self->data[self->len++] = (char)(uint8_t)value;
}

static inline void
wb_row_put_int(wb_row_writer *self, int64_t value)
{
    wb_row_put_uint(self, ((uint64_t)value << 1) ^ (uint64_t)(value >> 63));
}

static inline void
wb_row_put_bytes(wb_row_writer *self, const void *bytes, size_t len)
{
    if (len > self->cap - self->len) {
        self->overflow = true;
        return;
    }
    if (len)
        memcpy(self->data + self->len, bytes, len);
    self->len += len;
}

static inline void
wb_row_put_view(wb_row_writer *self, wb_view view)
{
    wb_row_put_uint(self, view.len);
    wb_row_put_bytes(self, view.data, view.len);
}

static inline wb_view
wb_row_writer_view(const wb_row_writer *self)
{
    return (wb_view){self->data, self->len};
}

/* Reading a key or a value. After a failure every read gives 0 or {NULL, 0}. */
typedef struct {
    const char *at, *end;
    bool bad;
} wb_row_reader;

static inline wb_row_reader
wb_row_reader_of(wb_view bytes)
{
    return (wb_row_reader){bytes.data, bytes.len ? bytes.data + bytes.len : bytes.data, false};
}

static inline wb_view
wb_row_get_bytes(wb_row_reader *self, uint64_t len)
{
    wb_view view = {self->at, (size_t)len};

    if (self->bad || len > (uint64_t)(self->end - self->at)) {
        self->bad = true;
        return (wb_view){NULL, 0};
    }
    if (!len)
        return (wb_view){NULL, 0};
    self->at += len;
    return view;
}

static inline uint64_t
wb_row_get_uint(wb_row_reader *self)
{
    uint64_t value = 0;

    for (unsigned shift = 0; !self->bad && shift < 64 && self->at < self->end; shift += 7) {
        uint8_t byte = (uint8_t)*self->at++;

        if (shift == 63 && byte > 1)
            break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    self->bad = true;
    return 0;
}

/* An integer of at most `max`; more is damage. */
static inline uint64_t
wb_row_get_below(wb_row_reader *self, uint64_t max)
{
    uint64_t value = wb_row_get_uint(self);

    if (value <= max)
        return value;
    self->bad = true;
    return 0;
}

static inline int64_t
wb_row_get_int(wb_row_reader *self)
{
    uint64_t value = wb_row_get_uint(self);

    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static inline wb_view
wb_row_get_view(wb_row_reader *self)
{
    uint64_t len = wb_row_get_uint(self);

    return wb_row_get_bytes(self, len);
}

/* What is left: the payload. */
static inline wb_view
wb_row_get_rest(wb_row_reader *self)
{
    return wb_row_get_bytes(self, (uint64_t)(self->end - self->at));
}

/* `count` bytes, big endian, of a key. */
static inline uint64_t
wb_row_get_number(wb_row_reader *self, size_t count)
{
    wb_view bytes = wb_row_get_bytes(self, count);
    uint64_t value = 0;

    for (size_t i = 0; i < bytes.len; i++)
        value = value << 8 | (uint8_t)bytes.data[i];
    return value;
}

/* A length-prefixed part of a key. */
static inline wb_view
wb_row_get_part(wb_row_reader *self)
{
    uint64_t len = wb_row_get_number(self, 1);

    if (len == WB_ROW_PART_LONG)
        len = wb_row_get_number(self, 2);
    return wb_row_get_bytes(self, len);
}

/* The version byte in front of every value. */
static inline void
wb_row_get_version(wb_row_reader *self)
{
    if (wb_row_get_number(self, 1) != WB_ROW_VERSION)
        self->bad = true;
}

/* WB_FATAL when a read went wrong; `what` names the row. */
WB_MUST_CHECK static inline wb_rc
wb_row_check(const wb_row_reader *self, const char *what, wb_err *err)
{
    return self->bad ? wb_fail(err, WB_FATAL, "damaged %s row", what) : WB_OK;
}

/* A scan gives typed rows: `visit` decodes each one and hands it to the reader, and is the
 * wb_kv_each of a scan over a row_visit. One that cannot be decoded is passed over (aside.h). Once
 * in a file. */
#define WB_ROW_VISIT(db, row_type, each_type, decode)                                              \
    typedef struct {                                                                               \
        wb_txn *txn;                                                                               \
        each_type each;                                                                            \
        void *arg;                                                                                 \
    } row_visit;                                                                                   \
                                                                                                   \
    static wb_rc visit(void *arg, wb_view key, wb_view value, wb_err *err)                         \
    {                                                                                              \
        const row_visit *self = arg;                                                               \
        row_type row;                                                                              \
                                                                                                   \
        if (decode(key, value, &row, err))                                                         \
            return wb_aside_pass(self->txn, db, key, value, err);                                  \
        return self->each(self->arg, &row, err);                                                   \
    }

#endif
