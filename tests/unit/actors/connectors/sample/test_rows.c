/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The document of a report: which records its rows make, in pieces of any length, and what is set
 * aside; and what such a record says.
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/actors/connectors/sample/sample_kit.h"

#define HEAD "sku\tday\tunits\torders\trefunded\tsales\trefunds\tcurrency\n"
#define ROW(sku, day, units) sku "\t" day "\t" units "\t1\t0\t1.50\t0.00\tEUR\n"

static void
start(kit *self)
{
    static const sample_report report = {.id = WB_VIEW_LIT("R-1"),
                                         .document = WB_VIEW_LIT("D-1"),
                                         .url = WB_VIEW_LIT("https://a/b"),
                                         .made_utc_us = KIT_NOW_US};
    WB_AUTO(wb_outcomes_fini) wb_outcomes out = {0};

    sample_start(self, "reports.rows");
    wb_outcomes_init(&out);
    sample_report_next(&report, SAMPLE_REPORT_ROWS, &out);
    kit_cursor(self, out.cursor);
}

/* The cursor knows the columns then. */
static void
read_columns(kit *self)
{
    wb_piece piece = {.bytes = WB_VIEW_LIT(HEAD "A")};

    ck_assert_int_eq(sample_rows_slice(&self->call, &piece, &self->out, &self->err), WB_OK);
    kit_cursor(self, self->out.cursor);
    wb_outcomes_clear(&self->out, 0);
}

/* Each record's name, what it was parked for in brackets. */
static void
told(const kit *self, wb_buf *out)
{
    wb_buf_init(out, 4096);
    for (size_t i = 0; i < self->out.item_count; i++) {
        const wb_item *item = &self->out.items[i];

        ck_assert(item->kind == WB_KIND_RAW && item->record_kind == WB_RECORD_METRIC);
        ck_assert_int_eq(item->source_utc_us, KIT_NOW_US);
        ck_assert(wb_view_is(item->root.external, "sales"));
        if (item->outcome == WB_OUTCOME_PARKED)
            wb_buf_addf(out, "[%s]", item->reason + strlen("a row of the report: "));
        else
            wb_buf_addf(out, "%.*s ", WB_VIEW_ARG(item->external));
    }
}

/* A document, and what comes of it. */
static const char *const documents[] = {
    "",
    "",
    HEAD,
    "",
    "sku\tday",
    "",
    HEAD ROW("A", "2026-01-01", "1"),
    "sales/2026-01/A ",
    "\xef\xbb\xbf" HEAD ROW("A", "2026-01-01", "1"),
    "sales/2026-01/A ",
    HEAD "A\t2026-01-01\t1\t1\t0\t1.50\t0.00\tEUR",
    "sales/2026-01/A ",
    "day\tsku\r\n2026-01-01\tA\r\n\r\n2026-01-02\tA\r\n",
    "sales/2026-01/A ",
    HEAD ROW("A/1", "2025-12-31", "1") ROW("A/1", "2026-01-01", "1"),
    "sales/2025-12/A/1 sales/2026-01/A/1 ",
    HEAD ROW("A", "2026-01-01", "1") ROW("B", "2026-01-01", "1"),
    "sales/2026-01/A sales/2026-01/B ",
    HEAD ROW("\"A\t\"\"b\"\"\nc\"", "2026-01-01", "1"),
    "sales/2026-01/A\t\"b\"\nc ",
    HEAD ROW("A", "2026-01-01", "1") ROW("A", "2026-01-01", "1"),
    "[its day is not behind the one before it]sales/2026-01/A ",
    HEAD ROW("A", "2026-01-02", "1") "A\t1\n" ROW("A", "2026-01-03", "1"),
    "[it has more cells, or fewer, than there are columns]sales/2026-01/A ",
    HEAD ROW("", "2026-01-02", "1"),
    "[it names no SKU]",
    HEAD ROW("A", "today", "1") ROW("A", "2026-1-1", "1"),
    "[its day is none][its day is none]",
    HEAD ROW("A", "2026-01-02", "\xe7") ROW("A", "2026-01-03", "1"),
    "[it cannot be read]sales/2026-01/A ",
    HEAD ROW("A", "2026-01-02", "\"1") ROW("A", "2026-01-03", "1"),
    "[it cannot be read]sales/2026-01/A ",
    HEAD ROW("A", "2026-01-01", "1") ROW("X", "2026-01-02", "1") ROW("A", "2026-01-03", "1"),
    "sales/2026-01/A [its month was told already]sales/2026-01/X ",
};
#define DOCUMENTS (WB_COUNT(documents) / 2)

START_TEST(rows_are_records)
{
    static const size_t pieces[] = {0, 1, 2, 10, 50};
    const char *document = documents[2 * _i];

    for (size_t i = 0; i < WB_COUNT(pieces); i++) {
        WB_AUTO(wb_buf_fini) wb_buf said = {0};
        kit self;

        start(&self);
        self.piece = pieces[i];
        ck_assert_msg(kit_read_text(&self, 200, NULL, document) == WB_OK, "%s", self.err.text);
        ck_assert_uint_eq(self.out.cursor.len, 0); /* nothing comes behind it */
        told(&self, &said);
        ck_assert_str_eq(wb_buf_text(&said), documents[2 * _i + 1]);
        kit_fini(&self);
    }
}
END_TEST

/* It is a byte of its row as any other: what nobody can name is not named without it. */
START_TEST(a_zero_in_front_of_a_row_is_not_passed_over)
{
    static const char document[] = HEAD "\0" ROW("A", "2026-01-01", "1");
    WB_AUTO(wb_buf_fini) wb_buf said = {0};
    kit self;

    start(&self);
    ck_assert(!kit_read(&self, 200, NULL, (wb_view){document, sizeof document - 1}));
    told(&self, &said);
    ck_assert_msg(strcmp(wb_buf_text(&said), "sales/2026-01/A ") != 0, "%s", wb_buf_text(&said));
    kit_fini(&self);
}
END_TEST

static const char *const unreadable[] = {
    "sku\tunits\nA\t1\n",
    "sku\tday\tday\nA\t2026-01-01\t1\n",
    "sku\tday\t\nA\t2026-01-01\t1\n",
    "\"sku\tday\nA\t2026-01-01\n",
    "<html>\n<body>\n",
};

START_TEST(a_document_that_does_not_say_its_columns_is_refused)
{
    kit self;

    start(&self);
    ck_assert_int_eq(kit_read_text(&self, 200, NULL, unreadable[_i]), WB_REJECT);
    kit_fini(&self);
}
END_TEST

/* A quote that is never closed takes its row with it, and no more: not the rest of a large file. */
START_TEST(a_quote_that_is_never_closed_ends_with_its_line)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    size_t pieces[] = {0, 300, 20000};

    wb_buf_init(&text, 1 << 20);
    wb_buf_add_text(&text, HEAD ROW("A", "2026-01-01", "\"1"));
    for (int i = 0; i < 2000; i++)
        wb_buf_addf(&text, ROW("B-%04d", "2026-01-01", "1"), i);
    for (size_t i = 0; i < WB_COUNT(pieces); i++) {
        kit self;

        start(&self);
        self.piece = pieces[i];
        ck_assert_int_eq(kit_read(&self, 200, NULL, wb_buf_view(&text)), WB_OK);
        ck_assert_uint_eq(self.out.item_count, 2001);
        ck_assert(self.out.items[0].outcome == WB_OUTCOME_PARKED);
        ck_assert(wb_view_is(self.out.items[0].body, ROW("A", "2026-01-01", "\"1")));
        ck_assert(self.out.items[2000].outcome == WB_OUTCOME_NONE);
        kit_fini(&self);
    }
}
END_TEST

/* ... and is not waited for, however much of the file is still to come. */
START_TEST(a_quote_that_is_never_closed_is_known_within_a_row)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_piece piece = {.offset = 1};
    kit self;

    wb_buf_init(&text, 1 << 20);
    wb_buf_add_text(&text, ROW("A", "2026-01-01", "\"1"));
    for (int i = 0; i < 1000; i++)
        wb_buf_addf(&text, ROW("B-%04d", "2026-01-01", "1"), i);
    start(&self);
    read_columns(&self);
    self.call.page_max = 10;
    piece.bytes = wb_buf_view(&text);
    ck_assert_int_eq(sample_rows_slice(&self.call, &piece, &self.out, &self.err), WB_OK);
    ck_assert_uint_eq(self.out.item_count, 10);
    ck_assert(self.out.items[0].outcome == WB_OUTCOME_PARKED);
    kit_fini(&self);
}
END_TEST

START_TEST(a_piece_gives_no_more_than_a_page)
{
    static const char document[] = HEAD ROW("A", "2026-01-01", "1") ROW("B", "2026-01-01", "1")
        ROW("C", "2026-01-01", "1") ROW("D", "2026-01-01", "1");
    size_t head_len = strlen(HEAD), row_len = strlen(ROW("A", "2026-01-01", "1"));
    wb_piece piece = {.bytes = wb_view_of(document), .end = true};
    kit self;

    start(&self);
    self.call.page_max = 3;
    ck_assert_int_eq(sample_rows_slice(&self.call, &piece, &self.out, &self.err), WB_OK);
    ck_assert_int_eq(self.out.consumed, (int64_t)head_len);
    piece.bytes = wb_view_of(document + head_len);
    piece.offset = (int64_t)head_len;
    kit_cursor(&self, self.out.cursor);
    wb_outcomes_clear(&self.out, 0);
    ck_assert_int_eq(sample_rows_slice(&self.call, &piece, &self.out, &self.err), WB_OK);
    ck_assert_uint_eq(self.out.item_count, 3);
    ck_assert_int_eq(self.out.consumed, (int64_t)(3 * row_len));
    kit_fini(&self);
}
END_TEST

/* --- what such a record says --- */

START_TEST(a_month_of_a_sku_is_mapped)
{
    WB_AUTO(wb_free) char *body = NULL;
    wb_mapped mapped;
    const wb_metric *metric = &mapped.metric;
    const wb_metric_day *day;
    kit self;

    start(&self);
    ck_assert_int_eq(
        kit_read_text(&self, 200, NULL,
                      "sku\tday\tunits\torders\trefunded\tsales\trefunds\tcurrency\tnew\n"
                      "A/1\t2026-01-01\t3\t2\t1\t4.50\t1.50\tEUR\tx\nA/1\t2026-01-02\tmany\t\t"
                      "\t5\t\t\ty\n"),
        WB_OK);
    ck_assert_uint_eq(self.out.item_count, 1);
    body = wb_text_dup_len(self.out.items[0].body.data, self.out.items[0].body.len);
    ck_assert_msg(sample_say(&self, WB_RECORD_METRIC, body, &mapped) == WB_OK, "%s", self.err.text);
    ck_assert(wb_canonical_check(wb_metric_fields, metric, NULL) == WB_OK);
    ck_assert(wb_view_is(metric->external_id, "sales/2026-01/A/1"));
    ck_assert(wb_view_is(metric->report, "sales") && wb_view_is(metric->month, "2026-01"));
    ck_assert(wb_view_is(metric->sku, "A/1") && metric->days.count == 2 && mapped.routed);
    day = metric->days.items;
    ck_assert(wb_view_is(day[0].day, "2026-01-01") && day[0].units.value == 3);
    ck_assert(day[0].orders.value == 2 && day[0].units_refunded.value == 1);
    ck_assert(day[0].sales.minor == 450 && day[0].refunds.minor == 150);
    ck_assert(!day[1].units.known && !day[1].orders.known); /* not told is not 0 */
    ck_assert(wb_view_is(metric->left_out, "units,sales"));
    ck_assert_int_eq(metric->updated_utc_us, 0); /* a report made again changes nothing */
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {rows_are_records,                                    DOCUMENTS           },
        {a_document_that_does_not_say_its_columns_is_refused, WB_COUNT(unreadable)},
        {a_quote_that_is_never_closed_ends_with_its_line,     0                   },
        {a_quote_that_is_never_closed_is_known_within_a_row,  0                   },
        {a_zero_in_front_of_a_row_is_not_passed_over,         0                   },
        {a_piece_gives_no_more_than_a_page,                   0                   },
        {a_month_of_a_sku_is_mapped,                          0                   },
        {NULL,                                                0                   }
    };

    return wb_suite_run("actors.connectors.sample.rows", rows);
}
