/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows - the document of a report, piece by piece: cells between tabs, as CSV has them, a first
 * line with the names of the columns, packed by gzip
 *
 *   sku  day  units  orders  refunded  sales  refunds  currency
 *   by SKU, then by day; a day without a sale has no row
 *
 * A record is what one SKU did in a month, so the rows of both stand together: a piece ends before
 * a month that may go on behind it. A row that cannot be read, or whose day is not behind the one
 * before it, is set aside alone, with its own bytes; its month goes on.
 */
#include "actors/connectors/sample/sample.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/csv.h"

#define HEADER_MAX 4096     /* bytes of the line that names the columns: the cursor keeps it */
#define ROW_MAX (16 * 1024) /* bytes of a row; one that is longer ends at its first line end */
#define TEXT_MAX (2 * 1024 * 1024) /* of the records that one piece gives; then the next piece */
#define SKU_MAX 512                /* bytes: no key has room for more */
#define DAY_LEN 10
#define MONTH_LEN 7

typedef struct {
    size_t external, external_len, body, body_len;
} spot;

/* The month that is being read, and how all stood when it began: what is not read to its end in
 * this piece is read by the next one. */
typedef struct {
    bool open;
    wb_buf sku, json, before; /* before: the name of the record before it */
    char day[DAY_LEN + 1];    /* of its last row */
    wb_json_writer writer;
    size_t begins, items, text;
} month;

typedef struct {
    const wb_call *call;
    const wb_piece *piece;
    sample_report report;
    wb_outcomes *out;
    size_t at;          /* in the piece: what was looked at */
    wb_csv header, csv; /* the columns; a row */
    size_t sku_at, day_at;
    wb_buf text; /* of all items: it may move, so they know where theirs is */
    spot *spots; /* of each item */
    size_t spot_cap;
    month month;
} rows;

/* --- items --- */

static wb_item *
add_item(rows *self, spot at)
{
    size_t n = self->out->item_count;
    wb_item *item = wb_outcomes_item(self->out);

    if (n == self->spot_cap) {
        self->spot_cap = 2 * n + 16;
        self->spots = wb_realloc(self->spots, self->spot_cap * sizeof *self->spots);
    }
    self->spots[n] = at;
    item->kind = WB_KIND_RAW;
    item->record_kind = WB_RECORD_METRIC;
    item->root.external = WB_VIEW_LIT(SAMPLE_SALES);
    item->source_utc_us = item->event_utc_us = self->report.made_utc_us;
    return item;
}

static void
set_aside(rows *self, wb_view row, const char *why)
{
    spot at = {.body = self->text.len, .body_len = row.len};

    wb_buf_add_view(&self->text, row);
    wb_item_park(add_item(self, at), "a row of the report: %s", why);
}

static void
begin_month(rows *self, wb_view sku, wb_view day, size_t begins)
{
    month *it = &self->month;

    it->open = true;
    it->begins = begins;
    it->items = self->out->item_count;
    it->text = self->text.len;
    wb_buf_clear(&it->sku);
    wb_buf_add_view(&it->sku, sku);
    wb_buf_clear(&it->json);
    wb_json_writer_init(&it->writer, &it->json);
    wb_json_open(&it->writer, '{');
    wb_json_member_text(&it->writer, "report", WB_VIEW_LIT(SAMPLE_SALES));
    wb_json_member_text(&it->writer, "sku", sku);
    wb_json_member_text(&it->writer, "month", (wb_view){day.data, MONTH_LEN});
    wb_json_put_key(&it->writer, "days");
    wb_json_open(&it->writer, '[');
}

static void
end_month(rows *self)
{
    month *it = &self->month;
    spot at = {.body = self->text.len};

    if (!it->open)
        return;
    it->open = false;
    wb_json_close(&it->writer, ']');
    wb_json_close(&it->writer, '}');
    wb_buf_add_view(&self->text, wb_buf_view(&it->json));
    at.body_len = self->text.len - at.body;
    at.external = self->text.len;
    sample_metric_name(&self->text, (wb_view){it->day, MONTH_LEN}, wb_buf_view(&it->sku));
    at.external_len = self->text.len - at.external;
    wb_buf_clear(&it->before);
    wb_buf_add(&it->before, self->text.data + at.external, at.external_len);
    add_item(self, at);
}

/* It may go on in the next piece: as if it had not begun. */
static void
leave_month(rows *self)
{
    month *it = &self->month;

    if (!it->open)
        return;
    it->open = false;
    self->at = it->begins;
    self->out->item_count = it->items;
    self->text.len = it->text;
}

/* --- a row --- */

/* "2026-11-30" */
static bool
is_day(wb_view text)
{
    static const char form[] = "0000-00-00";

    for (size_t i = 0; i < DAY_LEN; i++)
        if (text.len != DAY_LEN ||
            (form[i] == '-' ? text.data[i] != '-' : text.data[i] < '0' || text.data[i] > '9'))
            return false;
    return true;
}

/* NULL = nothing. */
static const char *
wrong_with(const rows *self)
{
    const wb_csv_cell *cells = self->csv.cells;

    if (self->csv.count != self->header.count)
        return "it has more cells, or fewer, than there are columns";
    if (!cells[self->sku_at].text.len || cells[self->sku_at].text.len > SKU_MAX)
        return "it names no SKU";
    if (!is_day(cells[self->day_at].text))
        return "its day is none";
    return NULL;
}

/* How far a row goes that cannot be read: to its first line end; 0 = that is not here yet. */
static size_t
broken_len(const rows *self)
{
    const char *from = self->piece->bytes.data + self->at;
    size_t rest = self->piece->bytes.len - self->at;
    const char *end = memchr(from, '\n', rest);

    if (end)
        return (size_t)(end + 1 - from);
    return self->piece->end ? rest : 0;
}

static bool
is_line_end(char byte)
{
    return byte == '\r' || byte == '\n';
}

/* The next row, and what is wrong with it. false = there is none, or more of it has to come.
 * Whether one is whole is decided by what is within ROW_MAX, so that pieces of any length give the
 * same. */
static bool
next_row(rows *self, wb_view *row, const char **wrong)
{
    const char *from;
    size_t rest, len;
    bool found = false, whole, end = self->piece->end;
    wb_rc rc;

    while (self->at < self->piece->bytes.len && is_line_end(self->piece->bytes.data[self->at]))
        self->at++;
    from = self->piece->bytes.data + self->at;
    rest = self->piece->bytes.len - self->at;
    wb_csv_fini(&self->csv);
    wb_csv_init(&self->csv, (wb_view){from, rest}, '\t');
    if (!rest)
        return false;
    rc = wb_csv_next(&self->csv, &found, NULL);
    len = wb_csv_offset(&self->csv);
    whole = !rc && found && (end || from[len - 1] == '\n');
    if (whole && len <= ROW_MAX) {
        *wrong = wrong_with(self);
    } else if (!whole && !end && rest <= ROW_MAX && len + 1 >= rest) {
        return false; /* it may be one when more of it is here */
    } else {
        *wrong = "it cannot be read";
        len = broken_len(self);
    }
    *row = (wb_view){from, len};
    return len > 0;
}

static bool
is_of_month(const rows *self, wb_view sku, wb_view day)
{
    return self->month.open && wb_view_eq(wb_buf_view(&self->month.sku), sku) &&
           memcmp(self->month.day, day.data, MONTH_LEN) == 0;
}

/* A row of another SKU stood in the middle of it: what comes behind would take the place of what
 * was told before. */
static bool
was_told(const rows *self, wb_view sku, wb_view day)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};

    wb_buf_init(&name, WB_BODY_MAX);
    sample_metric_name(&name, (wb_view){day.data, MONTH_LEN}, sku);
    return wb_view_eq(wb_buf_view(&name), wb_buf_view(&self->month.before));
}

/* Every cell under the name of its column, as it stands there: a new column is not lost. */
static void
put_row(rows *self, wb_view day)
{
    month *it = &self->month;

    memcpy(it->day, day.data, DAY_LEN);
    it->day[DAY_LEN] = '\0';
    wb_json_open(&it->writer, '{');
    for (size_t i = 0; i < self->header.count; i++)
        if (i != self->sku_at && self->csv.cells[i].text.len) {
            wb_json_put_key_view(&it->writer, self->header.cells[i].text);
            wb_json_put_text(&it->writer, self->csv.cells[i].text);
        }
    wb_json_close(&it->writer, '}');
}

/* Has this piece given as much as it may? */
static bool
is_full(const rows *self)
{
    return self->out->item_count >= (size_t)self->call->page_max || self->text.len > TEXT_MAX;
}

/* false = the next piece has it. */
static bool
take_row(rows *self, wb_view row, const char *wrong)
{
    wb_view sku = {NULL, 0}, day = {NULL, 0};
    bool of_month;

    if (!wrong) {
        sku = self->csv.cells[self->sku_at].text;
        day = self->csv.cells[self->day_at].text;
    }
    of_month = !wrong && is_of_month(self, sku, day);
    if (of_month && memcmp(self->month.day, day.data, DAY_LEN) >= 0)
        wrong = "its day is not behind the one before it";
    if (!wrong && !of_month && was_told(self, sku, day))
        wrong = "its month was told already";
    if (!wrong && !of_month)
        end_month(self);
    if (!self->month.open && is_full(self))
        return false;
    if (wrong)
        set_aside(self, row, wrong);
    else if (!of_month)
        begin_month(self, sku, day, self->at);
    if (!wrong)
        put_row(self, day);
    self->at += row.len;
    return true;
}

/* --- a piece --- */

/* The names of the columns; false = nothing can be read by them. */
static bool
read_header(rows *self, wb_view line)
{
    bool found = false;

    wb_csv_init(&self->header, line, '\t');
    if (wb_csv_next(&self->header, &found, NULL) || !found)
        return false;
    self->sku_at = self->day_at = self->header.count;
    for (size_t i = 0; i < self->header.count; i++) {
        wb_view name = self->header.cells[i].text;

        if (wb_view_is(name, "sku"))
            self->sku_at = i;
        if (wb_view_is(name, "day"))
            self->day_at = i;
        for (size_t k = 0; k < i; k++)
            if (!name.len || wb_view_eq(name, self->header.cells[k].text))
                return false;
    }
    return self->sku_at < self->header.count && self->day_at < self->header.count;
}

/* The first line: the cursor keeps it, and the rows are in the next piece. */
static wb_rc
read_first(rows *self, wb_err *err)
{
    wb_view all = self->piece->bytes;
    const char *end = all.len ? memchr(all.data, '\n', all.len) : NULL;
    size_t len = end ? (size_t)(end - all.data) : all.len;
    wb_view line = {all.data, len && all.data[len - 1] == '\r' ? len - 1 : len};

    if (line.len > HEADER_MAX)
        return wb_fail(err, WB_REJECT, "the document's first line is too long");
    if (!all.len || (!end && !self->piece->end))
        return WB_OK;
    if (!read_header(self, line))
        return wb_fail(err, WB_REJECT, "the document does not say which columns it has");
    self->out->consumed = (int64_t)(len + (end ? 1 : 0));
    if (self->piece->end && self->out->consumed == (int64_t)all.len)
        return WB_OK;
    self->report.columns = line;
    self->report.before = (wb_view){NULL, 0};
    sample_report_next(&self->report, SAMPLE_REPORT_ROWS, self->out);
    return WB_OK;
}

/* Items, and the cursor, now that all of it stands where it stays. */
static void
place_items(rows *self, bool whole)
{
    size_t cursor = self->text.len;
    wb_view all;

    self->report.before = wb_buf_view(&self->month.before);
    if (!whole)
        sample_report_pack(&self->report, SAMPLE_REPORT_ROWS, &self->text);
    wb_outcomes_reserve(self->out, self->text.len);
    all = wb_outcomes_keep(self->out, (wb_view){wb_buf_text(&self->text), self->text.len});
    for (size_t i = 0; i < self->out->item_count; i++) {
        const spot *at = &self->spots[i];
        wb_item *item = &self->out->items[i];

        item->body = item->what = (wb_view){all.data + at->body, at->body_len};
        if (at->external_len)
            item->external = (wb_view){all.data + at->external, at->external_len};
    }
    if (!whole)
        self->out->cursor = (wb_view){all.data + cursor, all.len - cursor};
}

static wb_rc
read_rows(rows *self, wb_err *err)
{
    const char *wrong = NULL;
    wb_view row = {NULL, 0};
    bool whole;

    wb_buf_add_view(&self->month.before, self->report.before);
    if (!read_header(self, self->report.columns))
        return wb_fail(err, WB_REJECT, "the cursor does not say which columns there are");
    while (next_row(self, &row, &wrong) && take_row(self, row, wrong))
        wrong = NULL;
    whole = self->piece->end && self->at == self->piece->bytes.len;
    if (whole)
        end_month(self);
    else
        leave_month(self);
    self->out->consumed = (int64_t)self->at;
    place_items(self, whole);
    return WB_OK;
}

wb_rc
sample_rows_slice(const wb_call *call, const wb_piece *piece, wb_outcomes *out, wb_err *err)
{
    rows self = {.call = call, .piece = piece, .out = out};
    wb_rc rc;

    wb_buf_init(&self.text, WB_BODY_MAX);
    wb_buf_init(&self.month.sku, ROW_MAX);
    wb_buf_init(&self.month.json, WB_BODY_MAX);
    wb_buf_init(&self.month.before, WB_BODY_MAX);
    if (!sample_report_of(call->cursor, &self.report))
        rc = wb_fail(err, WB_REJECT, "there is no such report");
    else
        rc = piece->offset ? read_rows(&self, err) : read_first(&self, err);
    wb_csv_fini(&self.header);
    wb_csv_fini(&self.csv);
    wb_buf_fini(&self.text);
    wb_buf_fini(&self.month.sku);
    wb_buf_fini(&self.month.json);
    wb_buf_fini(&self.month.before);
    wb_free(&self.spots);
    return rc;
}
