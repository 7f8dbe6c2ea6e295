/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pack - msgpack: shortest writing, and reading that believes no length
 *
 * Written with msgpack-c's packer. Foreign bytes are scanned first (lengths and counts against the
 * bytes left, depth, number of elements) and only then walked with a cursor over the bytes:
 * nothing is allocated that a stranger's length asks for.
 */
#ifndef WB_PROTOCOL_PACK_H
#define WB_PROTOCOL_PACK_H

#include "protocol/base/buf.h"

/* writing: appends to `out`; overflow is found with wb_buf_check */
void wb_pack_nil(wb_buf *out);
void wb_pack_bool(wb_buf *out, bool value);
void wb_pack_int(wb_buf *out, int64_t value);
void wb_pack_uint(wb_buf *out, uint64_t value);
void wb_pack_text(wb_buf *out, wb_view text);
void wb_pack_bytes(wb_buf *out, wb_view bytes);
void wb_pack_array(wb_buf *out, uint32_t count);
void wb_pack_map(wb_buf *out, uint32_t pairs);
/* a pair of a map whose keys are texts */
void wb_pack_member_int(wb_buf *out, const char *key, int64_t value);
void wb_pack_member_uint(wb_buf *out, const char *key, uint64_t value);
void wb_pack_member_text(wb_buf *out, const char *key, wb_view text);
void wb_pack_member_bytes(wb_buf *out, const char *key, wb_view bytes);

/* Exactly one well-formed value, no byte behind it, depth <= WB_PACK_DEPTH_MAX, elements <=
 * `elements_max`. WB_REJECT otherwise, with the offset. */
WB_MUST_CHECK wb_rc wb_pack_scan(wb_view bytes, size_t elements_max, wb_err *err);

typedef enum {
    WB_PACK_NIL,
    WB_PACK_BOOL,
    WB_PACK_INT,   /* fits int64_t */
    WB_PACK_UINT,  /* above INT64_MAX */
    WB_PACK_FLOAT, /* no whole number: those are INT or UINT, however they were written */
    WB_PACK_TEXT,
    WB_PACK_BYTES,
    WB_PACK_ARRAY,
    WB_PACK_MAP,
    WB_PACK_EXT,
} wb_pack_type;

/* One value as it was read: every encoding of a value gives the same item. */
typedef struct {
    wb_pack_type type;
    bool boolean;
    int64_t number;
    uint64_t unsigned_number; /* set for INT >= 0 as well */
    double real;
    wb_view bytes; /* TEXT, BYTES, EXT payload */
    int8_t ext_type;
    uint32_t count; /* ARRAY: items; MAP: pairs */
} wb_pack_item;

/* A cursor over scanned bytes. Plain record: copy it to look ahead. */
typedef struct {
    const uint8_t *at, *end;
} wb_unpack;

void wb_unpack_init(wb_unpack *self, wb_view scanned);
bool wb_unpack_done(const wb_unpack *self);
/* The next value; of an array or map only its head (its members follow). WB_REJECT at the end. */
WB_MUST_CHECK wb_rc wb_unpack_next(wb_unpack *self, wb_pack_item *out, wb_err *err);
/* Skip one whole value; its bytes go to `raw` when not NULL. */
WB_MUST_CHECK wb_rc wb_unpack_skip(wb_unpack *self, wb_view *raw, wb_err *err);
/* Typed reads: WB_REJECT when it is something else, with `what` in the text and the cursor where it
 * was. nil reads as 0, false or {NULL, 0}. */
WB_MUST_CHECK wb_rc wb_unpack_int(wb_unpack *self, int64_t *out, const char *what, wb_err *err);
WB_MUST_CHECK wb_rc wb_unpack_uint(wb_unpack *self, uint64_t *out, const char *what, wb_err *err);
WB_MUST_CHECK wb_rc wb_unpack_bool(wb_unpack *self, bool *out, const char *what, wb_err *err);
WB_MUST_CHECK wb_rc wb_unpack_text(wb_unpack *self, wb_view *out, const char *what, wb_err *err);
WB_MUST_CHECK wb_rc wb_unpack_bytes(wb_unpack *self, wb_view *out, const char *what, wb_err *err);
WB_MUST_CHECK wb_rc wb_unpack_array(wb_unpack *self, uint32_t *out, const char *what, wb_err *err);
WB_MUST_CHECK wb_rc wb_unpack_map(wb_unpack *self, uint32_t *out, const char *what, wb_err *err);

/* Scanned msgpack as JSON text (for people and `--json`): bytes become base64, ext null. */
WB_MUST_CHECK wb_rc wb_pack_to_json(wb_buf *out, wb_view scanned, wb_err *err);

#endif
