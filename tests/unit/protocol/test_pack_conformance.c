/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The public msgpack cases: every encoding of a value reads as the same value, and what we write
 * of it is the first, the shortest.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/json.h"
#include "protocol/limits.h"
#include "protocol/pack.h"
#include "tests/unit/suite.h"

#define CASES WB_SOURCE_DIR "/../shared/fixtures/msgpack/msgpack-test-suite.json"

static void
close_file(FILE **file)
{
    if (*file)
        fclose(*file);
}

static void
read_cases(wb_buf *out)
{
    WB_AUTO(close_file) FILE *file = fopen(CASES, "rb");
    char part[4096];
    size_t len;

    ck_assert_ptr_nonnull(file);
    while ((len = fread(part, 1, sizeof part, file)) > 0)
        wb_buf_add(out, part, len);
}

/* "c4-01-01" as bytes. */
static void
unhex(wb_buf *out, wb_view hex)
{
    uint8_t byte;

    wb_buf_clear(out);
    for (size_t i = 0; i + 1 < hex.len; i += 3) {
        ck_assert(wb_unhex(&byte, 1, (wb_view){hex.data + i, 2}, NULL) == WB_OK);
        wb_buf_add_char(out, (char)byte);
    }
}

static wb_view
text_at(wb_json *json, wb_json_ref ref)
{
    wb_view text = {0};

    ck_assert(wb_json_text(json, ref, &text, "text", NULL) == WB_OK);
    return text;
}

static void check_value(wb_json *json, wb_json_ref want, wb_unpack *from);

static void
check_number(wb_json *json, wb_json_ref want, const wb_pack_item *item)
{
    wb_view digits = {0};
    char text[64] = "";

    ck_assert(wb_json_decimal(json, want, &digits, "number", NULL) == WB_OK);
    memcpy(text, digits.data, digits.len);
    if (item->type == WB_PACK_UINT)
        ck_assert_msg(item->unsigned_number == strtoull(text, NULL, 10), "%s", text);
    else if (item->type == WB_PACK_INT)
        ck_assert_msg(item->number == strtoll(text, NULL, 10), "%s", text);
    else
        ck_assert_msg(item->type == WB_PACK_FLOAT && item->real == strtod(text, NULL), "%s", text);
}

static void
check_object(wb_json *json, wb_json_ref want, const wb_pack_item *item, wb_unpack *from)
{
    wb_view key = {0};

    ck_assert_int_eq(item->type, WB_PACK_MAP);
    ck_assert_uint_eq(item->count, wb_json_count(json, want));
    for (want = wb_json_first(json, want); want != WB_JSON_NONE; want = wb_json_next(json, want)) {
        ck_assert(wb_unpack_text(from, &key, "key", NULL) == WB_OK);
        ck_assert(wb_view_eq(key, wb_json_key(json, want)));
        check_value(json, want, from);
    }
}

static void
check_value(wb_json *json, wb_json_ref want, wb_unpack *from)
{
    wb_json_type type = wb_json_kind(json, want);
    wb_pack_item item;

    ck_assert(wb_unpack_next(from, &item, NULL) == WB_OK);
    if (type == WB_JSON_NULL) {
        ck_assert_int_eq(item.type, WB_PACK_NIL);
    } else if (type == WB_JSON_TRUE || type == WB_JSON_FALSE) {
        ck_assert(item.type == WB_PACK_BOOL && item.boolean == (type == WB_JSON_TRUE));
    } else if (type == WB_JSON_NUMBER) {
        check_number(json, want, &item);
    } else if (type == WB_JSON_STRING) {
        ck_assert(item.type == WB_PACK_TEXT && wb_view_eq(item.bytes, text_at(json, want)));
    } else if (type == WB_JSON_OBJECT) {
        check_object(json, want, &item, from);
    } else {
        ck_assert(item.type == WB_PACK_ARRAY && item.count == wb_json_count(json, want));
        for (want = wb_json_first(json, want); want != WB_JSON_NONE;
             want = wb_json_next(json, want))
            check_value(json, want, from);
    }
}

/* An extension of type -1, whose bytes we keep: seconds; or 30 bits of nanoseconds before 34 of
 * seconds; or 4 bytes and 8. */
static void
check_timestamp(wb_json *json, wb_json_ref want, const wb_pack_item *item)
{
    const unsigned char *at = (const unsigned char *)item->bytes.data;
    uint64_t first = 0, rest = 0;
    int64_t s = 0, ns = 0, got_s, got_ns = 0;
    size_t head = item->bytes.len == 12 ? 4 : item->bytes.len;

    ck_assert_int_eq(item->ext_type, -1);
    ck_assert(item->bytes.len == 4 || item->bytes.len == 8 || item->bytes.len == 12);
    for (size_t i = 0; i < item->bytes.len; i++)
        *(i < head ? &first : &rest) = *(i < head ? &first : &rest) << 8 | at[i];
    got_s = (int64_t)(item->bytes.len == 12 ? rest : first & UINT64_C(0x3ffffffff));
    if (item->bytes.len > 4)
        got_ns = (int64_t)(item->bytes.len == 12 ? first : first >> 34);
    want = wb_json_first(json, want);
    ck_assert(wb_json_int(json, want, &s, "s", NULL) == WB_OK);
    ck_assert(wb_json_int(json, wb_json_next(json, want), &ns, "ns", NULL) == WB_OK);
    ck_assert(got_s == s && got_ns == ns);
}

/* Types that JSON does not have are spelled: {"binary": "01-02"}, {"ext": [type, "10"]}. */
static void
check_special(wb_json *json, wb_json_ref row, wb_unpack *from)
{
    WB_AUTO(wb_buf_fini) wb_buf bytes = {0};
    wb_json_ref ext = wb_json_get(json, row, "ext"), binary = wb_json_get(json, row, "binary");
    wb_pack_item item;
    int64_t type = -1;

    wb_buf_init(&bytes, 4096);
    ck_assert(wb_unpack_next(from, &item, NULL) == WB_OK);
    if (binary != WB_JSON_NONE) {
        unhex(&bytes, text_at(json, binary));
        ck_assert(item.type == WB_PACK_BYTES && wb_view_eq(item.bytes, wb_buf_view(&bytes)));
        return;
    }
    ck_assert_int_eq(item.type, WB_PACK_EXT);
    if (ext == WB_JSON_NONE) {
        ck_assert(wb_json_get(json, row, "timestamp") != WB_JSON_NONE); /* no other kind */
        check_timestamp(json, wb_json_get(json, row, "timestamp"), &item);
        return;
    }
    ck_assert(wb_json_int(json, wb_json_first(json, ext), &type, "type", NULL) == WB_OK);
    unhex(&bytes, text_at(json, wb_json_next(json, wb_json_first(json, ext))));
    ck_assert(item.ext_type == type && wb_view_eq(item.bytes, wb_buf_view(&bytes)));
}

static const char *const plain_names[] = {"nil",    "bool",  "bignum", "number",
                                          "string", "array", "map",    NULL};

static bool
check_row(wb_json *json, wb_json_ref row)
{
    wb_json_ref want = WB_JSON_NONE, hex = wb_json_first(json, wb_json_get(json, row, "msgpack"));
    WB_AUTO(wb_buf_fini) wb_buf bytes = {0};
    wb_unpack from;

    ck_assert(hex != WB_JSON_NONE);
    wb_buf_init(&bytes, 65536);
    for (size_t i = 0; plain_names[i] && want == WB_JSON_NONE; i++)
        want = wb_json_get(json, row, plain_names[i]);
    for (; hex != WB_JSON_NONE; hex = wb_json_next(json, hex)) {
        unhex(&bytes, text_at(json, hex));
        ck_assert(wb_pack_scan(wb_buf_view(&bytes), WB_PACK_ELEMENTS_MAX, NULL) == WB_OK);
        wb_unpack_init(&from, wb_buf_view(&bytes));
        if (want == WB_JSON_NONE) {
            check_special(json, row, &from);
        } else if (wb_json_get(json, row, "bignum") != WB_JSON_NONE) {
            wb_pack_item item;

            ck_assert(wb_unpack_next(&from, &item, NULL) == WB_OK);
            check_number(json, want, &item);
        } else {
            check_value(json, want, &from);
        }
        ck_assert(wb_unpack_done(&from));
    }
    return true;
}

/* Every row of every group; how many of them `look` counts. */
static int
each_row(bool (*look)(wb_json *json, wb_json_ref row))
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    int count = 0;

    wb_buf_init(&text, 1 << 20);
    read_cases(&text);
    ck_assert(wb_json_parse(json, wb_buf_view(&text), NULL) == WB_OK);
    for (wb_json_ref group = wb_json_first(json, 0); group != WB_JSON_NONE;
         group = wb_json_next(json, group)) {
        for (wb_json_ref row = wb_json_first(json, group); row != WB_JSON_NONE;
             row = wb_json_next(json, row))
            count += look(json, row);
    }
    return count;
}

START_TEST(test_cases)
{
    ck_assert_int_ge(each_row(check_row), 85); /* as many as there were; more are welcome */
}
END_TEST

/* Writers emit the shortest: the first encoding of each integer and text of the cases. */
static bool
check_writer(wb_json *json, wb_json_ref row)
{
    wb_json_ref number = wb_json_get(json, row, "number");
    wb_json_ref string = wb_json_get(json, row, "string");
    WB_AUTO(wb_buf_fini) wb_buf want = {0};
    WB_AUTO(wb_buf_fini) wb_buf got = {0};
    int64_t value = 0;

    wb_buf_init(&want, 65536);
    wb_buf_init(&got, 65536);
    if (string != WB_JSON_NONE)
        wb_pack_text(&got, text_at(json, string));
    else if (wb_json_int(json, number, &value, "it", NULL) == WB_OK && number != WB_JSON_NONE &&
             wb_json_get(json, row, "bignum") == WB_JSON_NONE)
        wb_pack_int(&got, value);
    else
        return false;
    unhex(&want, text_at(json, wb_json_first(json, wb_json_get(json, row, "msgpack"))));
    ck_assert(wb_view_eq(wb_buf_view(&want), wb_buf_view(&got)));
    return true;
}

START_TEST(test_writers)
{
    ck_assert_int_gt(each_row(check_writer), 20);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_cases,   0},
        {test_writers, 0},
        {NULL,         0}
    };
    WB_AUTO(close_file) FILE *file = fopen(CASES, "rb");

    if (!file) {
        printf("skipped: the msgpack cases are not at %s\n", CASES);
        return WB_TEST_SKIPPED;
    }
    return wb_suite_run("protocol.pack_conformance", rows);
}
