/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/csv.h"

#include <string.h>

#include "protocol/base/text.h"

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

void
wb_csv_init(wb_csv *self, wb_view text, char separator)
{
    size_t mark = strlen(BYTE_ORDER_MARK);

    self->begin = self->at = text.data;
    self->end = text.data + text.len;
    if (text.len >= mark && memcmp(text.data, BYTE_ORDER_MARK, mark) == 0)
        self->at += mark;
    self->separator = separator;
    self->at_line = self->at_column = 1;
    self->count = 0;
    self->line = 0;
    wb_buf_init(&self->kept, WB_CSV_RECORD_MAX);
}

size_t
wb_csv_offset(const wb_csv *self)
{
    return self->at ? (size_t)(self->at - self->begin) : 0;
}

void
wb_csv_fini(wb_csv *self)
{
    wb_buf_fini(&self->kept);
}

static bool
at_line_end(const wb_csv *self)
{
    return self->at == self->end || *self->at == '\n' ||
           (*self->at == '\r' && self->at + 1 < self->end && self->at[1] == '\n');
}

/* One byte on, counted as people count. */
static void
step(wb_csv *self)
{
    unsigned char byte = (unsigned char)*self->at++;

    if (byte == '\n') {
        self->at_line++;
        self->at_column = 1;
    } else if ((byte & 0xc0) != 0x80) {
        self->at_column++;
    }
}

static void
keep(wb_csv *self)
{
    wb_buf_add_char(&self->kept, *self->at);
    step(self);
}

static void
pass_line_end(wb_csv *self)
{
    if (self->at < self->end && *self->at == '\r')
        step(self);
    if (self->at < self->end)
        step(self);
}

/* Stands on the opening quote; ends behind the closing one. */
static wb_rc
read_quoted(wb_csv *self, wb_err *err)
{
    int line = self->at_line, column = self->at_column;

    step(self);
    while (self->at < self->end && *self->at) {
        if (*self->at != '"') {
            keep(self);
            continue;
        }
        step(self);
        if (self->at == self->end || *self->at != '"') {
            if (at_line_end(self) || *self->at == self->separator)
                return WB_OK;
            return wb_fail(err, WB_REJECT, "there is text behind a cell's closing quote");
        }
        keep(self);
    }
    if (self->at < self->end)
        return wb_fail(err, WB_REJECT, "a cell holds a NUL character");
    self->at_line = line;
    self->at_column = column;
    return wb_fail(err, WB_REJECT, "this quote is never closed");
}

static wb_rc
read_plain(wb_csv *self, wb_err *err)
{
    while (!at_line_end(self) && *self->at != self->separator) {
        if (*self->at == '"')
            return wb_fail(err, WB_REJECT,
                           "a quote in a cell that does not begin with one: put the whole cell in "
                           "quotes, and double this one");
        if (*self->at == '\r')
            return wb_fail(err, WB_REJECT, "a carriage return without a line feed");
        if (!*self->at)
            return wb_fail(err, WB_REJECT, "a cell holds a NUL character");
        keep(self);
    }
    return WB_OK;
}

static wb_rc
read_cell(wb_csv *self, wb_err *err)
{
    int line = self->at_line, column = self->at_column;
    size_t start = self->kept.len;
    wb_rc rc;

    if (self->count == WB_CSV_CELLS_MAX)
        return wb_fail(err, WB_REJECT, "more than %d cells", WB_CSV_CELLS_MAX);
    rc = self->at < self->end && *self->at == '"' ? read_quoted(self, err) : read_plain(self, err);
    if (rc)
        return rc;
    if (self->kept.overflow)
        rc = wb_fail(err, WB_REJECT, "a record of more than %d bytes", WB_CSV_RECORD_MAX);
    else if (self->kept.len > start && /* an empty first cell has no memory yet */
             !wb_text_is_utf8((wb_view){self->kept.data + start, self->kept.len - start}))
        rc = wb_fail(err, WB_REJECT, "this is not UTF-8: save the file in that encoding");
    if (rc) {
        self->at_line = line;
        self->at_column = column;
        return rc;
    }
    self->starts[self->count] = start;
    self->cells[self->count++].column = column;
    return WB_OK;
}

/* What is kept does not move any more. */
static void
show_cells(wb_csv *self)
{
    const char *base = wb_buf_text(&self->kept);

    self->starts[self->count] = self->kept.len;
    for (size_t i = 0; i < self->count; i++)
        self->cells[i].text =
            (wb_view){base + self->starts[i], self->starts[i + 1] - self->starts[i]};
}

wb_rc
wb_csv_next(wb_csv *self, bool *found, wb_err *err)
{
    wb_rc rc;

    while (self->at < self->end && at_line_end(self))
        pass_line_end(self);
    self->count = 0;
    self->line = self->at_line;
    wb_buf_clear(&self->kept);
    *found = self->at < self->end;
    if (!*found)
        return WB_OK;
    rc = read_cell(self, err);
    while (!rc && !at_line_end(self)) {
        step(self); /* the separator */
        rc = read_cell(self, err);
    }
    if (rc)
        return rc;
    pass_line_end(self);
    show_cells(self);
    return WB_OK;
}
