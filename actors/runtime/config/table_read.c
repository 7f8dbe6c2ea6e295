/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table_read - a file of rows becomes a sheet. Start reading at the bottom.
 */
#include <string.h>

#include "actors/runtime/config/file.h"
#include "actors/runtime/config/inside.h"
#include "actors/runtime/config/rows.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/csv.h"
#include "protocol/limits.h"

#define TOLD_MAX 20 /* problems of one table: an export in the wrong form has one a row */

/* One file being read. */
typedef struct {
    const wb_table_source *source;
    wb_sheet *sheet;
    size_t told;
} reading;

static void
problem(reading *self, wb_spot at, const char *text)
{
    self->told++;
    if (self->told < TOLD_MAX)
        wb_problems_add(self->source->problems, at, "%s", text);
    else if (self->told == TOLD_MAX)
        wb_problems_add(self->source->problems, at, "%s; and so on", text);
}

static wb_spot
spot(const reading *self, int line, int column)
{
    return (wb_spot){self->source->file, line, column};
}

static void
add_column(reading *self, wb_view name, wb_spot at)
{
    WB_AUTO(wb_free) char *text = wb_text_dup_len(name.data, name.len);

    if (!name.len || name.len > WB_TABLE_NAME_MAX)
        problem(self, at, "a column needs a name, of 64 bytes at most");
    else if (wb_sheet_column(self->sheet, text) != WB_SHEET_NONE)
        problem(self, at, "two columns have this name");
    else if (wb_sheet_columns(self->sheet) == WB_TABLE_COLUMNS_MAX)
        problem(self, at, "more than 64 columns");
    else
        wb_sheet_add_column(self->sheet, name);
}

static void
add_row(reading *self, const wb_view *texts, wb_spot at)
{
    for (size_t i = 0; i < wb_sheet_columns(self->sheet); i++) {
        if (texts[i].len > WB_TABLE_CELL_MAX) {
            problem(self, at, "a cell has more than 4096 bytes");
            return;
        }
    }
    if (wb_sheet_rows(self->sheet) < WB_TABLE_ROWS_MAX)
        wb_sheet_add_row(self->sheet, texts, at.line);
    else
        problem(self, at, "more than 1000000 rows");
}

/* --- CSV --- */

static void
add_record(reading *self, const wb_csv *csv)
{
    wb_view texts[WB_CSV_CELLS_MAX];
    size_t columns = wb_sheet_columns(self->sheet);
    wb_buf text;

    if (csv->count != columns) {
        wb_buf_init(&text, 256);
        wb_buf_addf(&text, "%zu cells, where the first line names %zu columns", csv->count,
                    columns);
        problem(self, spot(self, csv->line, 1), wb_buf_text(&text));
        wb_buf_fini(&text);
        return;
    }
    for (size_t i = 0; i < columns; i++)
        texts[i] = csv->cells[i].text;
    add_row(self, texts, spot(self, csv->line, 1));
}

static void
read_csv(reading *self, wb_view text)
{
    bool found = false;
    wb_err err = {0};
    wb_csv csv;
    wb_rc rc;

    wb_csv_init(&csv, text, WB_CONFIG_SEPARATORS[self->source->conf->separator]);
    rc = wb_csv_next(&csv, &found, &err);
    if (!rc && !found)
        problem(self, spot(self, 0, 0), "it is empty: the first line names the columns");
    for (size_t i = 0; !rc && found && i < csv.count; i++)
        add_column(self, csv.cells[i].text, spot(self, csv.line, csv.cells[i].column));
    found = found && !self->told;
    while (!rc && found && self->told < TOLD_MAX) {
        rc = wb_csv_next(&csv, &found, &err);
        if (!rc && found)
            add_record(self, &csv);
    }
    if (rc)
        problem(self, spot(self, csv.at_line, csv.at_column), err.text);
    wb_csv_fini(&csv);
}

/* --- a YAML list --- */

static bool
is_row(reading *self, const wb_yaml *row)
{
    if (row->type != WB_YAML_MAPPING) {
        problem(self, row->at, "a row must be a mapping of columns");
        return false;
    }
    for (const wb_yaml *cell = row->first; cell; cell = cell->next) {
        if (cell->type == WB_YAML_SCALAR && wb_text_is_utf8(wb_view_of(cell->text)))
            continue;
        problem(self, cell->at, "a cell must be a single value");
        return false;
    }
    return true;
}

static void
note_columns(reading *self, const wb_yaml *row)
{
    for (const wb_yaml *cell = row->first; cell; cell = cell->next)
        if (wb_sheet_column(self->sheet, cell->key) == WB_SHEET_NONE)
            add_column(self, wb_view_of(cell->key), cell->key_at);
}

static void
add_yaml_row(reading *self, const wb_yaml *row)
{
    wb_view texts[WB_TABLE_COLUMNS_MAX] = {
        {NULL, 0}
    };

    for (const wb_yaml *cell = row->first; cell; cell = cell->next) {
        size_t column = wb_sheet_column(self->sheet, cell->key);

        if (column != WB_SHEET_NONE && !wb_yaml_is_null(cell))
            texts[column] = wb_view_of(cell->text);
    }
    add_row(self, texts, row->at);
}

static void
read_yaml(reading *self, wb_view text)
{
    size_t before = self->source->problems->count;
    WB_AUTO(wb_yaml_destroy)
    wb_yaml *root =
        wb_yaml_parse(text, self->source->file, WB_YAML_SEQUENCE, self->source->problems);

    self->told = self->source->problems->count - before;
    if (!root || self->told)
        return;
    for (const wb_yaml *row = root->first; row; row = row->next)
        if (is_row(self, row))
            note_columns(self, row);
    for (const wb_yaml *row = root->first; !self->told && row; row = row->next)
        add_yaml_row(self, row);
}

/* --- by what the file is called --- */

static const struct {
    const char *ending;
    void (*read)(reading *self, wb_view text);
} forms[] = {
    {".csv",  read_csv },
    {".tsv",  read_csv },
    {".txt",  read_csv },
    {".yaml", read_yaml},
    {".yml",  read_yaml},
};

static bool
ends_with(const char *text, const char *ending)
{
    size_t len = strlen(text), tail = strlen(ending);

    return len >= tail && wb_text_same_nocase(wb_view_of(text + len - tail), wb_view_of(ending));
}

static void
read_form(reading *self, wb_view text)
{
    for (size_t i = 0; i < WB_COUNT(forms); i++) {
        if (ends_with(self->source->conf->file, forms[i].ending)) {
            forms[i].read(self, text);
            return;
        }
    }
    wb_problems_add(self->source->problems, self->source->conf->at,
                    "tables.%.64s.file: ends in none of .csv, .tsv, .txt, .yaml, .yml",
                    self->source->conf->name);
    self->told++;
}

wb_sheet *
wb_table_read(const wb_table_source *source, size_t *len)
{
    WB_AUTO(wb_sheet_destroy) wb_sheet *sheet = wb_sheet_new();
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    reading self = {.source = source, .sheet = sheet};
    uint8_t digest[WB_SHA256_LEN];
    wb_err err = {0};

    wb_buf_init(&text, (source->left < WB_TABLE_MAX ? source->left : WB_TABLE_MAX) + WB_FILE_SPARE);
    if (wb_file_read(&text, source->file->path, WB_FILE_REGULAR, NULL, &err)) {
        wb_problems_add(source->problems, source->conf->at, "tables.%.64s.file: %.170s",
                        source->conf->name, err.text);
        return NULL;
    }
    *len = text.len;
    read_form(&self, wb_buf_view(&text));
    if (self.told)
        return NULL;
    wb_sha256(digest, wb_buf_view(&text));
    wb_sheet_set_digest(sheet, digest);
    return wb_take(&sheet);
}
