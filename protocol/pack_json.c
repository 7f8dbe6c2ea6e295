/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Msgpack as JSON, for people and `--json`.
 */
#include <math.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/json.h"
#include "protocol/limits.h"
#include "protocol/pack.h"

static void
put_base64(wb_json_writer *writer, wb_view bytes)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    wb_buf_init(&text, bytes.len * 2 + 4);
    wb_base64(&text, bytes);
    wb_json_put_text(writer, wb_buf_view(&text));
}

/* JSON has no infinities and no NaN. 17 digits give every double back. */
static void
put_float(wb_json_writer *writer, double real)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    wb_buf_init(&text, 64);
    wb_buf_addf(&text, "%.17g", real);
    if (isfinite(real))
        wb_json_put_raw(writer, wb_buf_view(&text));
    else
        wb_json_put_null(writer);
}

/* A key is written as text, whatever it was: 7 as "7". */
static wb_rc
put_key(wb_json_writer *writer, wb_unpack *from, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_pack_item item;
    wb_view raw;
    wb_unpack ahead = *from;
    wb_rc rc = wb_unpack_skip(from, &raw, err);

    wb_buf_init(&text, WB_BODY_MAX);
    if (!rc)
        rc = wb_unpack_next(&ahead, &item, err);
    if (rc)
        return rc;
    if (item.type == WB_PACK_TEXT)
        wb_buf_add_view(&text, item.bytes);
    else if (item.type == WB_PACK_INT)
        wb_buf_addf(&text, "%lld", (long long)item.number);
    else
        wb_base64(&text, raw);
    wb_json_put_key_view(writer, wb_buf_view(&text));
    return WB_OK;
}

static void
put_scalar(wb_json_writer *writer, const wb_pack_item *item)
{
    switch (item->type) {
    case WB_PACK_BOOL:
        wb_json_put_bool(writer, item->boolean);
        return;
    case WB_PACK_INT:
        wb_json_put_int(writer, item->number);
        return;
    case WB_PACK_UINT:
        wb_json_put_uint(writer, item->unsigned_number);
        return;
    case WB_PACK_FLOAT:
        put_float(writer, item->real);
        return;
    case WB_PACK_TEXT:
        wb_json_put_text(writer, item->bytes);
        return;
    case WB_PACK_BYTES:
        put_base64(writer, item->bytes);
        return;
    case WB_PACK_NIL:
    case WB_PACK_EXT:
    case WB_PACK_ARRAY:
    case WB_PACK_MAP:
        break;
    }
    wb_json_put_null(writer);
}

/* One value; `depth` bounds the recursion for bytes that nobody scanned. */
static wb_rc
put_value(wb_json_writer *writer, wb_unpack *from, int depth, wb_err *err)
{
    wb_pack_item item;
    wb_rc rc = wb_unpack_next(from, &item, err);
    bool map = !rc && item.type == WB_PACK_MAP;

    if (rc)
        return rc;
    if (!map && item.type != WB_PACK_ARRAY) {
        put_scalar(writer, &item);
        return WB_OK;
    }
    if (depth > WB_PACK_DEPTH_MAX)
        return wb_fail(err, WB_REJECT, "msgpack: too deep");
    wb_json_open(writer, map ? '{' : '[');
    for (uint32_t i = 0; i < item.count && !rc; i++) {
        if (map)
            rc = put_key(writer, from, err);
        if (!rc)
            rc = put_value(writer, from, depth + 1, err);
    }
    wb_json_close(writer, map ? '}' : ']');
    return rc;
}

wb_rc
wb_pack_to_json(wb_buf *out, wb_view scanned, wb_err *err)
{
    wb_json_writer writer;
    wb_unpack from;
    wb_rc rc;

    wb_json_writer_init(&writer, out);
    wb_unpack_init(&from, scanned);
    rc = put_value(&writer, &from, 0, err);
    return rc ? rc : wb_buf_check(out, "JSON", err);
}
