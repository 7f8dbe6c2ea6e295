/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table - cells are gathered, then printed as wide as the widest
 */
#include "tools/waybill/terminal/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/own.h"

#define TABLE_MAX (64 * 1024 * 1024)
#define ROW_MAX 4096

static bool
coloured(FILE *out)
{
    const char *no = getenv("NO_COLOR");

    return isatty(fileno(out)) && !(no && no[0]);
}

const char *
wb_bold(FILE *out)
{
    return coloured(out) ? "\033[1m" : "";
}

const char *
wb_plain(FILE *out)
{
    return coloured(out) ? "\033[0m" : "";
}

/* Columns that a terminal shows for UTF-8: wide east Asian characters take two. */
static size_t
width_of(const char *cell)
{
    size_t width = 0;

    for (; *cell; cell++) {
        unsigned char c = (unsigned char)*cell;

        if ((c & 0xC0) != 0x80)
            width += c >= 0xE3 && c <= 0xED ? 2 : 1;
    }
    return width;
}

static bool
numeric(const char *cell)
{
    return cell[strspn(cell, "0123456789.,-")] == '\0';
}

static void
add_row(wb_table *self, const char *line)
{
    char cell[ROW_MAX];
    size_t len;

    for (size_t column = 0; column < self->columns; column++) {
        len = strcspn(line, "\t");
        for (size_t i = 0; i < len; i++)
            cell[i] = (unsigned char)line[i] < 0x20 || line[i] == 0x7f ? '?' : line[i];
        cell[len] = '\0';
        line += len + (line[len] ? 1 : 0);
        wb_buf_add(&self->text, cell, len + 1);
        len = width_of(cell);
        if (len > self->width[column])
            self->width[column] = len;
        if (self->rows && !numeric(cell))
            self->left[column] = true;
    }
    self->rows++;
}

void
wb_table_init(wb_table *self, const char *heads)
{
    *self = (wb_table){.columns = 1};
    wb_buf_init(&self->text, TABLE_MAX);
    for (const char *at = heads; *at; at++)
        self->columns += *at == '\t';
    if (self->columns > WB_TABLE_COLUMNS)
        self->columns = WB_TABLE_COLUMNS;
    add_row(self, heads);
}

void
wb_table_fini(wb_table *self)
{
    wb_buf_fini(&self->text);
}

void
wb_table_row(wb_table *self, const char *fmt, ...)
{
    char line[ROW_MAX];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    add_row(self, line);
}

static void
print_cell(const wb_table *self, const char *cell, size_t column, FILE *out)
{
    int pad = (int)(self->width[column] - width_of(cell));
    bool last = column + 1 == self->columns;

    if (!self->left[column])
        fprintf(out, "%*s%s%s", pad, "", cell, last ? "" : "  ");
    else if (last)
        fprintf(out, "%s", cell);
    else
        fprintf(out, "%s%*s  ", cell, pad, "");
}

void
wb_table_print(const wb_table *self, FILE *out)
{
    const char *cell = self->text.data;

    for (size_t row = 0; row < self->rows; row++) {
        fprintf(out, "%s", row ? "" : wb_bold(out));
        for (size_t column = 0; column < self->columns; column++) {
            print_cell(self, cell, column, out);
            cell += strlen(cell) + 1;
        }
        fprintf(out, "%s\n", row ? "" : wb_plain(out));
    }
}
