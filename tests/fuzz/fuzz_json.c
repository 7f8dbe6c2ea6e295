/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as JSON, and as an answer: what is accepted can be walked and read, and written again
 * it is accepted; what is accepted as JSON is so as an answer; a text that is read is a text.
 */
#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/json.h"
#include "tests/fuzz/fuzz.h"

static void
read_all(wb_json *json, wb_json_ref ref)
{
    wb_view text = {0};
    int64_t number = 0;
    bool flag = false;

    wb_ignore(wb_json_text(json, ref, &text, "it", NULL), "any answer will do");
    wb_ignore(wb_json_decimal(json, ref, &text, "it", NULL), "any answer will do");
    wb_ignore(wb_json_int(json, ref, &number, "it", NULL), "any answer will do");
    wb_ignore(wb_json_time(json, ref, &number, "it", NULL), "any answer will do");
    wb_ignore(wb_json_bool(json, ref, &flag, "it", NULL), "any answer will do");
}

static void
read_tolerantly(wb_json *json, wb_json_ref ref)
{
    wb_view text = {NULL, 0};
    wb_count count = {0};
    int64_t number = 0;
    bool flag = false;
    wb_money money = {0};

    wb_answer_text(json, ref, &text, "a");
    FUZZ_MUST(wb_text_is_utf8(text));
    wb_answer_count(json, ref, &count, "b");
    wb_answer_bool(json, ref, &flag, "c");
    wb_answer_time(json, ref, &number, "d");
    wb_answer_amount(json, ref, WB_VIEW_LIT("USD"), &money, "e");
    FUZZ_MUST(!money.currency[0] || money.exponent <= 9);
    for (wb_json_ref at = wb_json_first(json, ref); at != WB_JSON_NONE; at = wb_json_next(json, at))
        read_tolerantly(json, at);
}

static void
copy_value(wb_json *json, wb_json_ref ref, wb_json_writer *writer)
{
    wb_json_type type = wb_json_kind(json, ref);
    wb_view text = {0};
    size_t count = 0;

    read_all(json, ref);
    if (type == WB_JSON_STRING) {
        FUZZ_MUST(wb_json_text(json, ref, &text, "it", NULL) == WB_OK);
        wb_json_put_text(writer, text);
        return;
    }
    if (type != WB_JSON_OBJECT && type != WB_JSON_ARRAY) {
        wb_json_put_raw(writer, wb_json_raw(json, ref));
        return;
    }
    if (writer->depth > 60) { /* the writer's own limit is below the reader's */
        wb_json_put_null(writer);
        return;
    }
    wb_json_open(writer, type == WB_JSON_OBJECT ? '{' : '[');
    for (wb_json_ref at = wb_json_first(json, ref); at != WB_JSON_NONE;
         at = wb_json_next(json, at), count++) {
        if (type == WB_JSON_OBJECT)
            wb_json_put_key_view(writer, wb_json_key(json, at));
        copy_value(json, at, writer);
    }
    wb_json_close(writer, type == WB_JSON_OBJECT ? '}' : ']');
    FUZZ_MUST(count == wb_json_count(json, ref));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static wb_json *json, *again;
    wb_view text = {(const char *)data, size};
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_json_writer writer;

    wb_buf_init(&out, 1 << 20);
    if (!json) { /* one document after another, as in a process */
        json = wb_json_new();
        again = wb_json_new();
    }
    if (wb_json_parse_answer(json, text, NULL)) {
        FUZZ_MUST(wb_json_parse(json, text, NULL) != WB_OK);
        return 0;
    }
    read_tolerantly(json, 0);
    if (wb_json_parse(json, text, NULL))
        return 0;
    wb_json_writer_init(&writer, &out);
    copy_value(json, 0, &writer);
    if (!out.overflow)
        FUZZ_MUST(wb_json_parse(again, wb_buf_view(&out), NULL) == WB_OK);
    (void)wb_json_at(json, 0, "a.b");
    (void)wb_json_get_nocase(json, 0, "Payload");
    wb_ignore(wb_json_check(json, NULL), "any answer will do");
    return 0;
}
