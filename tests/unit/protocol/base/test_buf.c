/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/base/buf.h"

#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

START_TEST(test_views)
{
    ck_assert(wb_view_eq(wb_view_of(NULL), (wb_view){0}));
    ck_assert(wb_view_begins(WB_VIEW_LIT("ab"), WB_VIEW_LIT("a")));
    ck_assert(wb_view_begins(WB_VIEW_LIT("ab"), WB_VIEW_LIT("ab")));
    ck_assert(wb_view_begins((wb_view){NULL, 0}, (wb_view){NULL, 0}));
    ck_assert(!wb_view_begins(WB_VIEW_LIT("ab"), WB_VIEW_LIT("abc")));
    ck_assert(!wb_view_begins(WB_VIEW_LIT("ab"), WB_VIEW_LIT("b")));
    ck_assert(wb_view_is(WB_VIEW_LIT("ab"), "ab") && !wb_view_is(WB_VIEW_LIT("ab"), "abc"));
    ck_assert(wb_view_cmp(WB_VIEW_LIT("a"), WB_VIEW_LIT("ab")) < 0);
    ck_assert(wb_view_cmp(WB_VIEW_LIT("b"), WB_VIEW_LIT("ab")) > 0);
    ck_assert(wb_view_cmp(WB_VIEW_LIT("\xff"), WB_VIEW_LIT("a")) > 0);
    ck_assert(wb_view_cmp((wb_view){0}, WB_VIEW_LIT("")) == 0);
}
END_TEST

START_TEST(test_growth)
{
    WB_AUTO(wb_buf_fini) wb_buf buf = {0};

    wb_buf_init(&buf, 100000);
    ck_assert_str_eq(wb_buf_text(&buf), "");
    for (int i = 0; i < 10000; i++)
        wb_buf_addf(&buf, "%04d;", i);
    ck_assert_uint_eq(buf.len, 50000);
    ck_assert(memcmp(buf.data + 49995, "9999;", 5) == 0);
    ck_assert_uint_eq(strlen(wb_buf_text(&buf)), 50000);
    ck_assert(wb_buf_check(&buf, "it", NULL) == WB_OK);
    wb_buf_clear(&buf);
    ck_assert_uint_eq(buf.len, 0);
}
END_TEST

/* What is printed may end anywhere before, at and behind the end of the room that is there. */
START_TEST(test_printing_at_every_end_of_the_room)
{
    for (int before = 480; before < 520; before++) {
        WB_AUTO(wb_buf_fini) wb_buf buf = {0};

        wb_buf_init(&buf, 530);
        wb_buf_addf(&buf, "%*s", before, "");
        wb_buf_addf(&buf, "%s", "0123456789");
        ck_assert_uint_eq(strlen(wb_buf_text(&buf)), (size_t)before + 10);
        ck_assert_str_eq(wb_buf_text(&buf) + before, "0123456789");
        wb_buf_addf(&buf, "%*s", 520 - before, "");
        ck_assert(wb_buf_check(&buf, "it", NULL) == WB_OK);
        wb_buf_addf(&buf, "%s", "x");
        ck_assert(wb_buf_check(&buf, "it", NULL) == WB_REJECT);
        ck_assert_uint_eq(strlen(wb_buf_text(&buf)), 530);
    }
}
END_TEST

START_TEST(test_ceiling)
{
    WB_AUTO(wb_buf_fini) wb_buf buf = {0};
    wb_err err = {0};

    wb_buf_init(&buf, 4);
    wb_buf_add_text(&buf, "abcd");
    ck_assert(wb_buf_check(&buf, "it", &err) == WB_OK);
    wb_buf_add_char(&buf, 'e');
    ck_assert(wb_buf_check(&buf, "it", &err) == WB_REJECT);
    ck_assert_str_eq(err.text, "it is larger than 4 bytes");
    ck_assert_str_eq(wb_buf_text(&buf), "abcd");
    wb_buf_clear(&buf);
    ck_assert_ptr_null(wb_buf_room(&buf, SIZE_MAX));
    ck_assert(wb_buf_check(&buf, "it", &err) == WB_REJECT);
}
END_TEST

START_TEST(test_errors)
{
    char giant[2 * WB_ERR_TEXT_MAX];
    wb_err err = {0};

    ck_assert(wb_fail(&err, WB_RETRY, "no %d", 7) == WB_RETRY);
    ck_assert(wb_note(&err, WB_RETRY, "order %s", "1") == WB_RETRY);
    ck_assert_str_eq(err.text, "order 1: no 7");
    ck_assert_ptr_nonnull(strstr(err.file, "test_buf.c"));
    ck_assert(wb_fail(NULL, WB_FULL, "x") == WB_FULL && wb_note(NULL, WB_FULL, "x") == WB_FULL);
    memset(giant, 'x', sizeof giant - 1);
    giant[sizeof giant - 1] = '\0';
    ck_assert(wb_note(&err, WB_REJECT, "%s", giant) == WB_REJECT);
    ck_assert_uint_eq(strlen(err.text), WB_ERR_TEXT_MAX);
}
END_TEST

START_TEST(test_owning)
{
    WB_AUTO(wb_free) char *text = wb_text_dup("abc");
    char *taken = wb_take(&text);
    WB_AUTO(wb_free) int *zeros = wb_alloc(100 * sizeof *zeros);

    ck_assert_ptr_null(text);
    ck_assert_str_eq(taken, "abc");
    wb_free(&taken);
    ck_assert_ptr_null(taken);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(zeros[i], 0);
    text = wb_text_dup_len("abcdef", 2);
    ck_assert_str_eq(text, "ab");
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_views,                             0},
        {test_growth,                            0},
        {test_printing_at_every_end_of_the_room, 0},
        {test_ceiling,                           0},
        {test_errors,                            0},
        {test_owning,                            0},
        {NULL,                                   0},
    };

    return wb_suite_run("protocol.base.buf", rows);
}
