/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as msgpack: what the scan accepts can be walked to its end and shown as JSON.
 */
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/json.h"
#include "protocol/limits.h"
#include "protocol/pack.h"
#include "tests/fuzz/fuzz.h"

static void
walk(wb_view bytes)
{
    wb_pack_item item;
    wb_unpack from;
    wb_view raw = {0};

    wb_unpack_init(&from, bytes);
    while (!wb_unpack_done(&from)) {
        FUZZ_MUST(wb_unpack_next(&from, &item, NULL) == WB_OK);
        FUZZ_MUST(item.bytes.len <= bytes.len);
    }
    wb_unpack_init(&from, bytes);
    FUZZ_MUST(wb_unpack_skip(&from, &raw, NULL) == WB_OK && wb_view_eq(raw, bytes));
}

/* The cursor over bytes that nobody scanned: it may fail, and never reads beyond them. */
static void
walk_unscanned(wb_view bytes)
{
    wb_unpack from;
    uint64_t number;
    wb_view raw;
    bool flag;

    wb_unpack_init(&from, bytes);
    while (!wb_unpack_done(&from)) {
        wb_ignore(wb_unpack_uint(&from, &number, "it", NULL), "any answer will do");
        wb_ignore(wb_unpack_text(&from, &raw, "it", NULL), "any answer will do");
        wb_ignore(wb_unpack_bool(&from, &flag, "it", NULL), "any answer will do");
        if (wb_unpack_skip(&from, NULL, NULL))
            return;
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static wb_json *json;
    wb_view bytes = {(const char *)data, size};
    WB_AUTO(wb_buf_fini) wb_buf out = {0};

    wb_buf_init(&out, 1 << 20);
    json = json ? json : wb_json_new();
    walk_unscanned(bytes);
    wb_ignore(wb_pack_to_json(&out, bytes, NULL), "not scanned: any answer will do");
    if (wb_pack_scan(bytes, WB_PACK_ELEMENTS_MAX, NULL))
        return 0;
    walk(bytes);
    wb_buf_clear(&out);
    FUZZ_MUST(wb_pack_to_json(&out, bytes, NULL) == WB_OK);
    if (wb_json_parse(json, wb_buf_view(&out), NULL)) /* a NUL in a key is no JSON of ours */
        FUZZ_MUST(strstr(wb_buf_text(&out), "\\u0000") != NULL);
    return 0;
}
