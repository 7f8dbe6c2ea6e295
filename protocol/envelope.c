/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The header's fields are rows: its key, its type, where it lives, how large it may be. Writing,
 * reading and copying walk them.
 */
#include "protocol/envelope.h"

#include <assert.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/pool.h"
#include "protocol/base/random.h"
#include "protocol/limits.h"
#include "protocol/pack.h"

#define HEADER_ELEMENTS_MAX 1024
#define HOPS_KEY 33
#define LAST_KEY 35

typedef enum { NONE = 0, TEXT, BYTES, U8, U16, U64, I64, CODE, BOOL } shape;

/* limit: TEXT: longest; BYTES: exact length; U8, U16, CODE: largest value. */
typedef struct {
    shape shape;
    size_t offset;
    uint32_t limit;
    const char *name;
} row;

#define ROW(shape, field, limit)                                                                   \
    {                                                                                              \
        shape, offsetof(wb_envelope, field), limit, #field                                         \
    }

/* By key; numbers are for ever. 1 is the version, 33 the hops. */
static const row rows[] = {
    [2] = ROW(CODE, kind, UINT16_MAX),
    [3] = ROW(BYTES, id, 16),
    [4] = ROW(TEXT, tenant, WB_TENANT_MAX),
    [5] = ROW(TEXT, connector, WB_CONNECTOR_MAX),
    [6] = ROW(TEXT, account, WB_ACCOUNT_MAX),
    [7] = ROW(CODE, record_kind, WB_RECORD_KIND_MAX),
    [8] = ROW(TEXT, record, WB_KEY_MAX),
    [9] = ROW(TEXT, root, WB_KEY_MAX),
    [10] = ROW(TEXT, target, 3 * (WB_TENANT_MAX + WB_TARGET_MAX) + 1),
    [11] = ROW(I64, source_utc_us, 0),
    [12] = ROW(I64, observed_utc_us, 0),
    [13] = ROW(U64, revision, 0),
    [14] = ROW(CODE, stage, WB_STAGE_COUNT - 1),
    [15] = ROW(U16, shard, UINT16_MAX),
    [16] = ROW(U64, generation, 0),
    [17] = ROW(TEXT, deployment, WB_INSTANCE_MAX),
    [18] = ROW(TEXT, instance, WB_INSTANCE_MAX),
    [19] = ROW(BYTES, store, 16),
    [20] = ROW(U64, incarnation, 0),
    [21] = ROW(U64, sequence, 0),
    [22] = ROW(BYTES, run, 16),
    [23] = ROW(TEXT, stream, WB_STREAM_MAX),
    [24] = ROW(BYTES, trace, 16),
    [25] = ROW(BYTES, span, 8),
    [26] = ROW(CODE, priority, WB_PRIORITY_COUNT - 1),
    [27] = ROW(BOOL, again, 1),
    [28] = ROW(U8, tries, UINT8_MAX),
    [29] = ROW(TEXT, reply_to, WB_ENDPOINT_MAX),
    [30] = ROW(U64, call, 0),
    [31] = ROW(I64, deadline_utc_us, 0),
    [32] = ROW(BOOL, last, 1),
    [34] = ROW(I64, created_utc_us, 0),
    [LAST_KEY] = ROW(TEXT, type, WB_NOTICE_TYPE_MAX),
};

_Static_assert(sizeof(wb_kind) == 4 && sizeof(wb_priority) == 4, "CODE fields are 32 bits wide");

static const void *
field_at(const wb_envelope *self, const row *field)
{
    return (const char *)self + field->offset;
}

/* The value of a number's row, of whatever width; I64 as its bits. */
static uint64_t
number_of(const wb_envelope *self, const row *field)
{
    const void *at = field_at(self, field);
    uint64_t u64;
    uint32_t u32;
    uint16_t u16;

    switch (field->shape) {
    case U8:
    case BOOL:
        return *(const uint8_t *)at;
    case U16:
        memcpy(&u16, at, sizeof u16);
        return u16;
    case CODE:
        memcpy(&u32, at, sizeof u32);
        return u32;
    case U64:
    case I64:
        memcpy(&u64, at, sizeof u64);
        return u64;
    case NONE:
    case TEXT:
    case BYTES:
        break;
    }
    return 0;
}

static void
set_number(wb_envelope *self, const row *field, uint64_t value)
{
    void *at = (char *)self + field->offset;
    uint32_t u32 = (uint32_t)value;
    uint16_t u16 = (uint16_t)value;

    if (field->shape == U8)
        *(uint8_t *)at = (uint8_t)value;
    else if (field->shape == BOOL)
        *(bool *)at = value != 0;
    else if (field->shape == U16)
        memcpy(at, &u16, sizeof u16);
    else if (field->shape == CODE)
        memcpy(at, &u32, sizeof u32);
    else
        memcpy(at, &value, sizeof value);
}

static wb_view *
text_of(wb_envelope *self, const row *field)
{
    return (wb_view *)(void *)((char *)self + field->offset);
}

/* The empty value of each type is not written. */
static bool
present(const wb_envelope *self, const row *field)
{
    static const char zeros[16] = {0};

    if (field->shape == TEXT)
        return ((const wb_view *)field_at(self, field))->len > 0;
    if (field->shape == BYTES)
        return memcmp(field_at(self, field), zeros, field->limit) != 0;
    return number_of(self, field) != 0;
}

/* What moves a record must say whose it is: windows, shards and parking hang on it. */
static wb_rc
check_required(const wb_envelope *self, wb_err *err)
{
    static const uint8_t keys[] = {3, 4, 6};

    if (!wb_kind_known((uint64_t)self->kind))
        return wb_fail(err, WB_REJECT, "envelope of unknown kind %d", (int)self->kind);
    if (self->kind > WB_KIND_WANT && self->kind != WB_KIND_SWEPT)
        return WB_OK;
    for (size_t i = 0; i < sizeof keys; i++)
        if (!present(self, &rows[keys[i]]))
            return wb_fail(err, WB_REJECT, "%s without %s", wb_kind_name(self->kind),
                           rows[keys[i]].name);
    return WB_OK;
}

/* ---- writing ---- */

/* Over the limit: how large; else 0. */
static uint64_t
over_limit(const wb_envelope *self, const row *field)
{
    uint64_t size = field->shape == TEXT ? ((const wb_view *)field_at(self, field))->len
                                         : number_of(self, field);

    return field->limit && field->shape != BYTES && size > field->limit ? size : 0;
}

static void
put_field(const wb_envelope *self, const row *field, wb_buf *out)
{
    const void *at = field_at(self, field);

    if (field->shape == TEXT)
        wb_pack_text(out, *(const wb_view *)at);
    else if (field->shape == BYTES)
        wb_pack_bytes(out, (wb_view){at, field->limit});
    else if (field->shape == BOOL)
        wb_pack_bool(out, *(const bool *)at);
    else if (field->shape == I64)
        wb_pack_int(out, *(const int64_t *)at);
    else
        wb_pack_uint(out, number_of(self, field));
}

static void
put_hops(const wb_envelope *self, wb_buf *out)
{
    wb_pack_uint(out, HOPS_KEY);
    wb_pack_array(out, self->hop_count * 2u);
    for (size_t i = 0; i < self->hop_count; i++) {
        wb_pack_uint(out, self->hops[i].point);
        wb_pack_int(out, self->hops[i].at_utc_us);
    }
}

wb_rc
wb_envelope_encode(const wb_envelope *self, wb_buf *out, wb_err *err)
{
    uint8_t keys[WB_COUNT(rows)];
    size_t count = 0, begin = out->len;
    wb_rc rc = check_required(self, err);

    assert(self->hop_count <= WB_COUNT(self->hops));
    if (rc)
        return rc;
    for (size_t key = 2; key < WB_COUNT(rows); key++) {
        if (!present(self, &rows[key]))
            continue;
        if (over_limit(self, &rows[key]))
            return wb_fail(err, WB_REJECT, "%s of %zu; at most %u", rows[key].name,
                           (size_t)over_limit(self, &rows[key]), rows[key].limit);
        keys[count++] = (uint8_t)key;
    }
    wb_pack_map(out, (uint32_t)count + 1 + (self->hop_count ? 1 : 0) + self->unknown_pairs);
    wb_pack_uint(out, 1);
    wb_pack_uint(out, WB_ENVELOPE_VERSION);
    for (size_t i = 0; i < count; i++) {
        wb_pack_uint(out, keys[i]);
        put_field(self, &rows[keys[i]], out);
    }
    if (self->hop_count)
        put_hops(self, out);
    wb_buf_add_view(out, self->unknown);
    if (out->len - begin > WB_HEADER_MAX)
        return wb_fail(err, WB_REJECT, "header of %zu bytes; at most %d", out->len - begin,
                       WB_HEADER_MAX);
    return wb_buf_check(out, "header", err);
}

/* ---- reading ---- */

static wb_rc
take_number(wb_envelope *self, const row *field, wb_unpack *from, wb_err *err)
{
    uint64_t value = 0;
    int64_t number = 0;
    bool flag = false;
    wb_rc rc;

    if (field->shape == BOOL) {
        rc = wb_unpack_bool(from, &flag, field->name, err);
        value = flag;
    } else if (field->shape == I64) {
        rc = wb_unpack_int(from, &number, field->name, err);
        value = (uint64_t)number;
    } else {
        rc = wb_unpack_uint(from, &value, field->name, err);
    }
    if (rc)
        return rc;
    if (field->limit && value > field->limit)
        return wb_fail(err, WB_REJECT, "%s is %llu; at most %u", field->name,
                       (unsigned long long)value, field->limit);
    set_number(self, field, value);
    return WB_OK;
}

static wb_rc
take_field(wb_envelope *self, const row *field, wb_unpack *from, wb_err *err)
{
    wb_view bytes = {0};
    wb_rc rc;

    if (field->shape == TEXT) {
        rc = wb_unpack_text(from, &bytes, field->name, err);
        if (!rc && bytes.len > field->limit)
            rc = wb_fail(err, WB_REJECT, "%s of %zu bytes; at most %u", field->name, bytes.len,
                         field->limit);
        if (!rc && bytes.len)
            *text_of(self, field) = bytes;
        return rc;
    }
    if (field->shape != BYTES)
        return take_number(self, field, from, err);
    rc = wb_unpack_bytes(from, &bytes, field->name, err);
    if (!rc && bytes.len && bytes.len != field->limit)
        rc = wb_fail(err, WB_REJECT, "%s of %zu bytes where %u are due", field->name, bytes.len,
                     field->limit);
    if (!rc && bytes.len)
        memcpy((char *)self + field->offset, bytes.data, field->limit);
    return rc;
}

/* More hops than this release has room for are a newer one's: dropped. */
static wb_rc
take_hops(wb_envelope *self, wb_unpack *from, wb_err *err)
{
    uint32_t count = 0;
    wb_rc rc = wb_unpack_array(from, &count, "hops", err);

    if (rc)
        return rc;
    if (count % 2)
        return wb_fail(err, WB_REJECT, "hops are no pairs");
    for (uint32_t i = 0; i < count / 2; i++) {
        uint64_t point = 0;
        int64_t at_utc_us = 0;

        rc = wb_unpack_uint(from, &point, "hop", err);
        if (!rc)
            rc = wb_unpack_int(from, &at_utc_us, "hop time", err);
        if (rc)
            return rc;
        if (point == 0 || point > UINT8_MAX)
            return wb_fail(err, WB_REJECT, "hop point %llu", (unsigned long long)point);
        wb_envelope_hop(self, (wb_hop_point)point, at_utc_us);
    }
    return WB_OK;
}

static wb_rc
take_version(wb_unpack *from, wb_err *err)
{
    uint64_t version = 0;
    wb_rc rc = wb_unpack_uint(from, &version, "version", err);

    if (!rc && version != WB_ENVELOPE_VERSION)
        rc = wb_fail(err, WB_REJECT, "envelope version %llu", (unsigned long long)version);
    return rc;
}

/* A pair of a newer release: kept as it is, behind those before it in `room`. */
static wb_rc
keep_pair(wb_envelope *self, char *room, wb_view key, wb_unpack *from, wb_err *err)
{
    wb_view value;
    wb_rc rc = wb_unpack_skip(from, &value, err);

    if (rc)
        return rc;
    memcpy(room + self->unknown.len, key.data, key.len);
    memcpy(room + self->unknown.len + key.len, value.data, value.len);
    self->unknown = (wb_view){room, self->unknown.len + key.len + value.len};
    self->unknown_pairs++;
    return WB_OK;
}

/* The next pair's key; 0: none of ours, its bytes are in *raw. */
static wb_rc
take_key(wb_unpack *from, uint64_t *key, wb_view *raw, wb_err *err)
{
    wb_unpack ahead = *from;
    wb_pack_item item = {0};
    wb_rc rc = wb_unpack_skip(from, raw, err);

    *key = 0;
    if (!rc)
        rc = wb_unpack_next(&ahead, &item, err);
    if (!rc && item.type == WB_PACK_INT && item.number > 0 && item.number <= LAST_KEY)
        *key = (uint64_t)item.number;
    return rc;
}

static wb_rc
take_pair(wb_envelope *self, char *room, wb_unpack *from, uint64_t *seen, wb_err *err)
{
    uint64_t key = 0;
    wb_view raw = {0};
    wb_rc rc = WB_OK;

    if (!wb_unpack_done(from) && *from->at > 0 && *from->at <= LAST_KEY)
        key = *from->at++; /* a small integer is one byte: what every peer of ours writes */
    else
        rc = take_key(from, &key, &raw, err);
    if (rc)
        return rc;
    if (key == 0)
        return keep_pair(self, room, raw, from, err);
    if (*seen >> key & 1)
        return wb_fail(err, WB_REJECT, "header field %d is there twice", (int)key);
    *seen |= UINT64_C(1) << key;
    if (key == 1)
        return take_version(from, err);
    if (key == HOPS_KEY)
        return take_hops(self, from, err);
    return take_field(self, &rows[key], from, err);
}

/* `room` takes the unknown pairs: as long as the header. */
static wb_rc
take_header(wb_envelope *self, char *room, wb_view header, wb_err *err)
{
    uint64_t seen = 0;
    uint32_t pairs = 0;
    wb_unpack from;
    wb_rc rc = wb_pack_scan(header, HEADER_ELEMENTS_MAX, err);

    if (rc)
        return rc;
    wb_unpack_init(&from, header);
    rc = wb_unpack_map(&from, &pairs, "header", err);
    for (uint32_t i = 0; i < pairs && !rc; i++)
        rc = take_pair(self, room, &from, &seen, err);
    if (rc)
        return rc;
    if (!(seen >> 1 & 1))
        return wb_fail(err, WB_REJECT, "header without a version");
    return check_required(self, err);
}

wb_rc
wb_envelope_decode(wb_envelope **out, wb_view header, wb_view body, wb_err *err)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *self = NULL;
    char *room;
    wb_rc rc;

    if (header.len == 0 || header.len > WB_HEADER_MAX)
        return wb_fail(err, WB_REJECT, "header of %zu bytes; 1 to %d are allowed", header.len,
                       WB_HEADER_MAX);
    if (body.len > WB_BODY_MAX)
        return wb_fail(err, WB_REJECT, "body of %zu bytes; at most %d", body.len, WB_BODY_MAX);
    self = wb_pool_take(sizeof *self + 2 * header.len + body.len);
    memset(self, 0, sizeof *self);
    room = (char *)(self + 1);
    memcpy(room, header.data, header.len);
    rc = take_header(self, room + header.len, (wb_view){room, header.len}, err);
    if (rc)
        return rc;
    self->body = (wb_view){room + 2 * header.len, body.len};
    if (body.len)
        memcpy(room + 2 * header.len, body.data, body.len);
    *out = wb_take(&self);
    return WB_OK;
}

static void
glean_pair(wb_envelope *self, wb_unpack *from, wb_err *err)
{
    uint64_t key = 0;
    wb_view raw = {0}, value = {0};
    wb_unpack one;

    if (take_key(from, &key, &raw, err) || wb_unpack_skip(from, &value, err) || key < 2 ||
        key >= HOPS_KEY)
        return;
    wb_unpack_init(&one, value);
    wb_ignore(take_field(self, &rows[key], &one, err), "then it is as if it were not there");
}

bool
wb_envelope_glean(wb_envelope *out, wb_view header)
{
    wb_envelope self = {0};
    uint32_t pairs = 0;
    wb_unpack from;
    wb_err err = {0};

    if (wb_pack_scan(header, HEADER_ELEMENTS_MAX, &err))
        return false;
    wb_unpack_init(&from, header);
    if (wb_unpack_map(&from, &pairs, "header", &err))
        return false;
    for (uint32_t i = 0; i < pairs; i++)
        glean_pair(&self, &from, &err);
    *out = self;
    return self.deployment.len && self.incarnation && self.sequence;
}

/* ---- the rest ---- */

static void
move_view(wb_view *view, char **room)
{
    if (view->len)
        memcpy(*room, view->data, view->len);
    if (view->data)
        view->data = *room;
    *room += view->len;
}

wb_envelope *
wb_envelope_copy(const wb_envelope *self)
{
    size_t size = sizeof *self + self->body.len + self->unknown.len;
    wb_envelope *copy;
    char *room;

    for (size_t key = 2; key < WB_COUNT(rows); key++)
        if (rows[key].shape == TEXT)
            size += ((const wb_view *)field_at(self, &rows[key]))->len;
    copy = wb_pool_take(size);
    *copy = *self;
    room = (char *)(copy + 1);
    for (size_t key = 2; key < WB_COUNT(rows); key++)
        if (rows[key].shape == TEXT)
            move_view(text_of(copy, &rows[key]), &room);
    move_view(&copy->body, &room);
    move_view(&copy->unknown, &room);
    return copy;
}

void
wb_envelope_destroy(wb_envelope **self_p)
{
    wb_pool_give(self_p);
}

wb_rc
wb_envelope_store(const wb_envelope *self, wb_buf *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf header = {0};
    wb_rc rc;

    wb_buf_init(&header, WB_HEADER_MAX);
    rc = wb_envelope_encode(self, &header, err);
    if (rc)
        return rc;
    wb_pack_array(out, 2);
    wb_pack_bytes(out, wb_buf_view(&header));
    wb_pack_bytes(out, self->body);
    return wb_buf_check(out, "stored envelope", err);
}

wb_rc
wb_envelope_load(wb_envelope **out, wb_view stored, wb_err *err)
{
    wb_view header = {0}, body = {0};
    uint32_t count = 0;
    wb_unpack from;
    wb_rc rc = wb_pack_scan(stored, 3, err);

    if (rc)
        return rc;
    wb_unpack_init(&from, stored);
    rc = wb_unpack_array(&from, &count, "stored envelope", err);
    if (!rc && count != 2)
        rc = wb_fail(err, WB_REJECT, "stored envelope of %u parts", count);
    if (!rc)
        rc = wb_unpack_bytes(&from, &header, "header", err);
    if (!rc)
        rc = wb_unpack_bytes(&from, &body, "body", err);
    return rc ? rc : wb_envelope_decode(out, header, body, err);
}

void
wb_envelope_hop(wb_envelope *self, wb_hop_point point, int64_t at_utc_us)
{
    if (self->hop_count < WB_COUNT(self->hops))
        self->hops[self->hop_count++] = (wb_hop){(uint8_t)point, at_utc_us};
}

int64_t
wb_envelope_hop_at(const wb_envelope *self, wb_hop_point point)
{
    for (size_t i = 0; i < self->hop_count; i++)
        if (self->hops[i].point == point)
            return self->hops[i].at_utc_us;
    return 0;
}

void
wb_envelope_new_trace(wb_envelope *self)
{
    wb_random_bytes(self->trace, sizeof self->trace);
    wb_random_bytes(self->span, sizeof self->span);
}

wb_view
wb_envelope_root(const wb_envelope *self)
{
    return self->root.len ? self->root : self->record;
}
