/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reading half of pack.h: no byte is looked at that is not there, nothing is allocated.
 */
#include <assert.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "protocol/pack.h"

/* How the bytes 0xc0..0xdf are laid out: `width` bytes of number, length or count behind the first
 * byte; EXT has one byte more, its type, and FIXEXT's payload is as long as the row says. */
typedef enum { BAD, NIL, FALSE_, TRUE_, BIN, EXT, FIXEXT, FLOAT, UINT, INT, STR, ARRAY, MAP } shape;

static const struct {
    uint8_t shape, width;
} heads[32] = {
    {NIL,    0 },
    {BAD,    0 },
    {FALSE_, 0 },
    {TRUE_,  0 },
    {BIN,    1 },
    {BIN,    2 },
    {BIN,    4 },
    {EXT,    1 },
    {EXT,    2 },
    {EXT,    4 },
    {FLOAT,  4 },
    {FLOAT,  8 },
    {UINT,   1 },
    {UINT,   2 },
    {UINT,   4 },
    {UINT,   8 },
    {INT,    1 },
    {INT,    2 },
    {INT,    4 },
    {INT,    8 },
    {FIXEXT, 1 },
    {FIXEXT, 2 },
    {FIXEXT, 4 },
    {FIXEXT, 8 },
    {FIXEXT, 16},
    {STR,    1 },
    {STR,    2 },
    {STR,    4 },
    {ARRAY,  2 },
    {ARRAY,  4 },
    {MAP,    2 },
    {MAP,    4 },
};

static uint64_t
big_endian(const uint8_t *at, size_t width)
{
    uint64_t value = 0;

    for (size_t i = 0; i < width; i++)
        value = value << 8 | at[i];
    return value;
}

static void
set_uint(wb_pack_item *out, uint64_t value)
{
    out->type = value > INT64_MAX ? WB_PACK_UINT : WB_PACK_INT;
    out->unsigned_number = value;
    out->number = value > INT64_MAX ? 0 : (int64_t)value;
}

static void
set_int(wb_pack_item *out, uint64_t bits, size_t width)
{
    unsigned shift = 64 - 8 * (unsigned)width;
    int64_t value;

    assert(width >= 1 && width <= 8);
    value = (int64_t)(bits << shift) >> shift;
    out->type = WB_PACK_INT;
    out->number = value;
    out->unsigned_number = value >= 0 ? (uint64_t)value : 0;
}

/* A whole number is an integer however it was written: a peer may have only doubles. */
static void
set_real(wb_pack_item *out, double real)
{
    if (real >= -0x1p63 && real < 0x1p63 && real == (double)(int64_t)real) {
        set_int(out, (uint64_t)(int64_t)real, 8);
        return;
    }
    if (real >= 0x1p63 && real < 0x1p64) {
        set_uint(out, (uint64_t)real);
        return;
    }
    out->type = WB_PACK_FLOAT;
    out->real = real;
}

static void
set_float(wb_pack_item *out, uint64_t bits, size_t width)
{
    uint32_t bits32 = (uint32_t)bits;
    double real;
    float real32;

    if (width == 8) {
        memcpy(&real, &bits, sizeof bits);
        set_real(out, real);
        return;
    }
    memcpy(&real32, &bits32, sizeof bits32);
    set_real(out, (double)real32);
}

/* `len` payload bytes at *at, which moves behind them. */
static bool
set_payload(wb_pack_item *out, wb_pack_type type, const uint8_t **at, const uint8_t *end,
            uint64_t len)
{
    if (len > (uint64_t)(end - *at))
        return false;
    out->type = type;
    out->bytes = (wb_view){(const char *)*at, (size_t)len};
    *at += len;
    return true;
}

/* A value below 0xc0 or above 0xdf: the first byte holds the number, length or count. */
static bool
read_short(const uint8_t **at, const uint8_t *end, uint8_t first, wb_pack_item *out)
{
    if (first < 0x80)
        set_uint(out, first);
    else if (first >= 0xe0)
        set_int(out, first, 1);
    else if (first >= 0xa0)
        return set_payload(out, WB_PACK_TEXT, at, end, first & 0x1f);
    else {
        out->type = first < 0x90 ? WB_PACK_MAP : WB_PACK_ARRAY;
        out->count = first & 0x0f;
    }
    return true;
}

/* `width` bytes of number, length or count, and what they announce. */
static bool
read_long(const uint8_t **at, const uint8_t *end, shape form, size_t width, wb_pack_item *out)
{
    uint64_t number = big_endian(*at, width);

    *at += width;
    switch (form) {
    case NIL:
        return true;
    case FALSE_:
    case TRUE_:
        out->type = WB_PACK_BOOL;
        out->boolean = form == TRUE_;
        return true;
    case UINT:
        set_uint(out, number);
        return true;
    case INT:
        set_int(out, number, width);
        return true;
    case FLOAT:
        set_float(out, number, width);
        return true;
    case BIN:
        return set_payload(out, WB_PACK_BYTES, at, end, number);
    case STR:
        return set_payload(out, WB_PACK_TEXT, at, end, number);
    case EXT:
        out->ext_type = (int8_t) * *at;
        ++*at;
        return set_payload(out, WB_PACK_EXT, at, end, number);
    case ARRAY:
    case MAP:
        out->type = form == MAP ? WB_PACK_MAP : WB_PACK_ARRAY;
        out->count = (uint32_t)number;
        return true;
    case BAD:
    case FIXEXT:
        break;
    }
    return false;
}

/* One value, of a container its head; false: cut short, or the byte that msgpack never uses.
 * *at has moved behind it when true. */
static bool
read_item(const uint8_t **at, const uint8_t *end, wb_pack_item *out)
{
    uint8_t first, width;
    size_t need;
    shape form;

    *out = (wb_pack_item){.type = WB_PACK_NIL};
    if (*at >= end)
        return false;
    first = *(*at)++;
    if (first < 0xc0 || first >= 0xe0)
        return read_short(at, end, first, out);
    form = (shape)heads[first - 0xc0].shape;
    width = heads[first - 0xc0].width;
    need = form == FIXEXT ? 1u : width + (form == EXT ? 1u : 0u);
    if (need > (size_t)(end - *at))
        return false;
    if (form != FIXEXT)
        return read_long(at, end, form, width, out);
    out->ext_type = (int8_t) * *at;
    ++*at;
    return set_payload(out, WB_PACK_EXT, at, end, width);
}

/* Values that follow a container's head. */
static uint64_t
members(const wb_pack_item *item)
{
    if (item->type == WB_PACK_MAP)
        return 2 * (uint64_t)item->count;
    return item->type == WB_PACK_ARRAY ? item->count : 0;
}

/* Back to the innermost container that waits for more. False = the value is whole. */
static bool
climb(const uint64_t *left, size_t *depth)
{
    while (left[*depth] == 0) {
        if (*depth == 0)
            return false;
        --*depth;
    }
    return true;
}

/* Behind a small number or a short text, which most values are; NULL: it is something else. */
static const uint8_t *
behind_small(const uint8_t *at, const uint8_t *end)
{
    size_t len;

    if (at >= end)
        return NULL;
    if (*at < 0x80)
        return at + 1;
    len = (uint8_t)(*at - 0xa0);
    return len < 32 && len < (size_t)(end - at) ? at + 1 + len : NULL;
}

/* Walk one whole value from *at. NULL = well formed; else what is wrong, with *at at it. */
static const char *
walk(const uint8_t **at, const uint8_t *end, size_t elements_max)
{
    uint64_t left[WB_PACK_DEPTH_MAX + 1] = {1}, inside;
    size_t depth = 0, elements = 0;
    const uint8_t *small;
    wb_pack_item item;

    while (climb(left, &depth)) {
        assert(left[depth] > 0);
        left[depth]--;
        small = behind_small(*at, end);
        if (small)
            *at = small;
        else if (!read_item(at, end, &item))
            return "cut short or malformed";
        if (++elements > elements_max)
            return "too many elements";
        if (small)
            continue;
        inside = members(&item);
        if (inside > (uint64_t)(end - *at)) /* every member takes a byte at least */
            return "claims more than is there";
        if (item.type != WB_PACK_ARRAY && item.type != WB_PACK_MAP)
            continue;
        if (depth == WB_PACK_DEPTH_MAX)
            return "too deep";
        left[++depth] = inside;
    }
    return NULL;
}

wb_rc
wb_pack_scan(wb_view bytes, size_t elements_max, wb_err *err)
{
    const char *wrong;
    wb_unpack from;

    wb_unpack_init(&from, bytes);
    wrong = walk(&from.at, from.end, elements_max);
    if (!wrong && from.at != from.end)
        wrong = "bytes behind the value";
    if (wrong)
        return wb_fail(err, WB_REJECT, "msgpack: %s at %zu of %zu", wrong,
                       bytes.len - (size_t)(from.end - from.at), bytes.len);
    return WB_OK;
}

/* ---- the cursor ---- */

void
wb_unpack_init(wb_unpack *self, wb_view scanned)
{
    self->at = (const uint8_t *)scanned.data;
    self->end = scanned.len ? self->at + scanned.len : self->at;
}

bool
wb_unpack_done(const wb_unpack *self)
{
    return self->at >= self->end;
}

wb_rc
wb_unpack_next(wb_unpack *self, wb_pack_item *out, wb_err *err)
{
    const uint8_t *at = self->at;
    wb_pack_item item;

    if (!read_item(&at, self->end, &item))
        return wb_fail(err, WB_REJECT, "msgpack: ends before its last value");
    self->at = at;
    *out = item;
    return WB_OK;
}

wb_rc
wb_unpack_skip(wb_unpack *self, wb_view *raw, wb_err *err)
{
    const uint8_t *at = self->at;
    const char *wrong = walk(&at, self->end, SIZE_MAX);

    if (wrong)
        return wb_fail(err, WB_REJECT, "msgpack: %s", wrong);
    if (raw)
        *raw = (wb_view){(const char *)self->at, (size_t)(at - self->at)};
    self->at = at;
    return WB_OK;
}

/* The first byte of the next value; 0xc1, which nothing begins with, at the end. */
static uint8_t
peek(const wb_unpack *self)
{
    return self->at < self->end ? *self->at : 0xc1;
}

/* Read the next value, wanted as `type`; a nil becomes an empty one of that type. */
static wb_rc
take(wb_unpack *self, wb_pack_type type, wb_pack_item *out, const char *what, wb_err *err)
{
    static const char *const names[] = {
        [WB_PACK_NIL] = "nil",          [WB_PACK_BOOL] = "a boolean", [WB_PACK_INT] = "an integer",
        [WB_PACK_UINT] = "an integer",  [WB_PACK_FLOAT] = "a float",  [WB_PACK_TEXT] = "a text",
        [WB_PACK_BYTES] = "bytes",      [WB_PACK_ARRAY] = "an array", [WB_PACK_MAP] = "a map",
        [WB_PACK_EXT] = "an extension",
    };
    const uint8_t *at = self->at;

    if (!read_item(&at, self->end, out))
        return wb_fail(err, WB_REJECT, "%s: msgpack ends before its last value", what);
    if (out->type != type && out->type != WB_PACK_NIL)
        return wb_fail(err, WB_REJECT, "%s is %s where %s is due", what, names[out->type],
                       names[type]);
    self->at = at;
    return WB_OK;
}

wb_rc
wb_unpack_int(wb_unpack *self, int64_t *out, const char *what, wb_err *err)
{
    wb_pack_item item;
    wb_rc rc;

    if (peek(self) < 0x80) {
        *out = *self->at++;
        return WB_OK;
    }
    rc = take(self, WB_PACK_INT, &item, what, err);
    if (!rc)
        *out = item.number;
    return rc;
}

wb_rc
wb_unpack_uint(wb_unpack *self, uint64_t *out, const char *what, wb_err *err)
{
    wb_unpack ahead = *self;
    wb_pack_item item;
    wb_rc rc;

    if (peek(self) < 0x80) { /* most are small: keys, kinds, counts */
        *out = *self->at++;
        return WB_OK;
    }
    rc = wb_unpack_next(&ahead, &item, err);
    if (rc || item.type != WB_PACK_UINT) {
        ahead = *self;
        rc = take(&ahead, WB_PACK_INT, &item, what, err);
    }
    if (!rc && item.type == WB_PACK_INT && item.number < 0)
        rc = wb_fail(err, WB_REJECT, "%s is negative", what);
    if (rc)
        return rc;
    *self = ahead;
    *out = item.unsigned_number;
    return WB_OK;
}

wb_rc
wb_unpack_bool(wb_unpack *self, bool *out, const char *what, wb_err *err)
{
    wb_pack_item item;
    wb_rc rc = take(self, WB_PACK_BOOL, &item, what, err);

    if (!rc)
        *out = item.boolean;
    return rc;
}

wb_rc
wb_unpack_text(wb_unpack *self, wb_view *out, const char *what, wb_err *err)
{
    size_t len = (uint8_t)(peek(self) - 0xa0); /* of a text shorter than 32 bytes */
    wb_pack_item item;
    wb_rc rc;

    if (len < 32 && len < (size_t)(self->end - self->at)) {
        *out = (wb_view){(const char *)self->at + 1, len};
        self->at += 1 + len;
        return WB_OK;
    }
    rc = take(self, WB_PACK_TEXT, &item, what, err);
    if (!rc)
        *out = item.bytes;
    return rc;
}

wb_rc
wb_unpack_bytes(wb_unpack *self, wb_view *out, const char *what, wb_err *err)
{
    wb_pack_item item;
    wb_rc rc = take(self, WB_PACK_BYTES, &item, what, err);

    if (!rc)
        *out = item.bytes;
    return rc;
}

wb_rc
wb_unpack_array(wb_unpack *self, uint32_t *out, const char *what, wb_err *err)
{
    uint8_t count = (uint8_t)(peek(self) - 0x90); /* of one shorter than 16 */
    wb_pack_item item;
    wb_rc rc;

    if (count < 16) {
        self->at++;
        *out = count;
        return WB_OK;
    }
    rc = take(self, WB_PACK_ARRAY, &item, what, err);
    if (!rc)
        *out = item.count;
    return rc;
}

wb_rc
wb_unpack_map(wb_unpack *self, uint32_t *out, const char *what, wb_err *err)
{
    uint8_t count = (uint8_t)(peek(self) - 0x80); /* of one shorter than 16 */
    wb_pack_item item;
    wb_rc rc;

    if (count < 16) {
        self->at++;
        *out = count;
        return WB_OK;
    }
    rc = take(self, WB_PACK_MAP, &item, what, err);
    if (!rc)
        *out = item.count;
    return rc;
}
