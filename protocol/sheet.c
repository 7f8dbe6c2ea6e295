/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All texts lie in one block, a cell is a place in it. An index is two lists in arrays: from a
 * bucket to the first row of each key in it, and from each row to the next one of its key.
 */
#include "protocol/sheet.h"

#include <assert.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/random.h"

#define NO_ROW UINT32_MAX
#define KEY_SEPARATOR UINT64_C(0x9e3779b97f4a7c15)

typedef struct {
    uint32_t at, len;
} cell;

typedef struct sheet_index sheet_index;
struct sheet_index {
    sheet_index *next;
    size_t columns[WB_SHEET_KEYS_MAX];
    size_t column_count;
    uint32_t *buckets; /* the first row of the first key */
    size_t bucket_count;
    uint32_t *other; /* of a key's first row: the first row of the bucket's next key */
    uint32_t *same;  /* of any row: the next with its key */
};

struct wb_sheet {
    char **names;
    size_t column_count;
    cell *cells; /* row by row */
    int *lines;
    size_t row_count, row_cap;
    char *texts;
    size_t text_len, text_cap;
    uint64_t seed; /* the texts that are looked up are strangers' */
    uint8_t digest[WB_SHA256_LEN];
    sheet_index *indices; /* made when they are first asked for */
};

/* --- making --- */

wb_sheet *
wb_sheet_new(void)
{
    wb_sheet *self = wb_alloc(sizeof *self);

    wb_random_bytes(&self->seed, sizeof self->seed);
    return self;
}

static void
free_index(sheet_index *index)
{
    wb_free(&index->buckets);
    wb_free(&index->other);
    wb_free(&index->same);
    wb_free(&index);
}

void
wb_sheet_destroy(wb_sheet **self_p)
{
    wb_sheet *self = *self_p;
    sheet_index *index;

    *self_p = NULL;
    if (!self)
        return;
    while ((index = self->indices)) {
        self->indices = index->next;
        free_index(index);
    }
    for (size_t i = 0; i < self->column_count; i++)
        wb_free(&self->names[i]);
    wb_free(&self->names);
    wb_free(&self->cells);
    wb_free(&self->lines);
    wb_free(&self->texts);
    wb_free(&self);
}

void
wb_sheet_add_column(wb_sheet *self, wb_view name)
{
    assert(!self->row_count);
    self->names = wb_realloc(self->names, (self->column_count + 1) * sizeof *self->names);
    self->names[self->column_count++] = wb_text_dup_len(name.data, name.len);
}

static void
make_room(wb_sheet *self)
{
    self->row_cap = self->row_cap ? 2 * self->row_cap : 64;
    self->cells = wb_realloc(self->cells, self->row_cap * self->column_count * sizeof *self->cells);
    self->lines = wb_realloc(self->lines, self->row_cap * sizeof *self->lines);
}

static cell
keep_text(wb_sheet *self, wb_view text)
{
    cell at = {(uint32_t)self->text_len, (uint32_t)text.len};

    assert(self->text_len + text.len < UINT32_MAX); /* files are far smaller */
    if (self->text_len + text.len > self->text_cap) {
        self->text_cap = 2 * (self->text_len + text.len) + 4096;
        self->texts = wb_realloc(self->texts, self->text_cap);
    }
    if (text.len)
        memcpy(self->texts + self->text_len, text.data, text.len);
    self->text_len += text.len;
    return at;
}

void
wb_sheet_add_row(wb_sheet *self, const wb_view *texts, int line)
{
    assert(self->column_count && !self->indices);
    if (self->row_count == self->row_cap)
        make_room(self);
    for (size_t i = 0; i < self->column_count; i++)
        self->cells[self->row_count * self->column_count + i] = keep_text(self, texts[i]);
    self->lines[self->row_count++] = line;
}

void
wb_sheet_set_digest(wb_sheet *self, const uint8_t digest[WB_SHA256_LEN])
{
    memcpy(self->digest, digest, sizeof self->digest);
}

/* --- reading --- */

size_t
wb_sheet_rows(const wb_sheet *self)
{
    return self ? self->row_count : 0;
}

size_t
wb_sheet_columns(const wb_sheet *self)
{
    return self ? self->column_count : 0;
}

const char *
wb_sheet_column_name(const wb_sheet *self, size_t column)
{
    assert(column < wb_sheet_columns(self));
    return self->names[column];
}

size_t
wb_sheet_column(const wb_sheet *self, const char *name)
{
    for (size_t i = 0; i < wb_sheet_columns(self); i++)
        if (strcmp(self->names[i], name) == 0)
            return i;
    return WB_SHEET_NONE;
}

wb_view
wb_sheet_at(const wb_sheet *self, size_t row, size_t column)
{
    const cell *at;

    assert(row < wb_sheet_rows(self) && column < self->column_count);
    at = &self->cells[row * self->column_count + column];
    return at->len ? (wb_view){self->texts + at->at, at->len} : WB_VIEW_LIT("");
}

wb_view
wb_sheet_text(const wb_sheet *self, size_t row, const char *column)
{
    size_t at = wb_sheet_column(self, column);

    return at == WB_SHEET_NONE ? (wb_view){NULL, 0} : wb_sheet_at(self, row, at);
}

int
wb_sheet_line(const wb_sheet *self, size_t row)
{
    assert(row < wb_sheet_rows(self));
    return self->lines[row];
}

const uint8_t *
wb_sheet_digest(const wb_sheet *self)
{
    static const uint8_t none[WB_SHA256_LEN];

    return self ? self->digest : none;
}

/* --- looking up --- */

static uint64_t
hash_more(uint64_t hash, wb_view text)
{
    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.data[i]) * UINT64_C(0x100000001b3);
    return (hash ^ (hash >> 29)) * KEY_SEPARATOR;
}

static size_t
bucket_of(const wb_sheet *self, const sheet_index *index, const wb_view *texts)
{
    uint64_t hash = self->seed;

    for (size_t i = 0; i < index->column_count; i++)
        hash = hash_more(hash, texts[i]);
    return (hash ^ (hash >> 32)) & (index->bucket_count - 1);
}

static bool
row_has(const wb_sheet *self, const sheet_index *index, size_t row, const wb_view *texts)
{
    for (size_t i = 0; i < index->column_count; i++)
        if (!wb_view_eq(wb_sheet_at(self, row, index->columns[i]), texts[i]))
            return false;
    return true;
}

/* The place that leads to the first row of a key, or to nowhere. */
static uint32_t *
place_of(const wb_sheet *self, const sheet_index *index, const wb_view *texts)
{
    uint32_t *place = &index->buckets[bucket_of(self, index, texts)];

    while (*place != NO_ROW && !row_has(self, index, *place, texts))
        place = &index->other[*place];
    return place;
}

/* Backwards, so that the first row of a key is the one that is found. */
static void
fill(const wb_sheet *self, const sheet_index *index)
{
    wb_view texts[WB_SHEET_KEYS_MAX];
    uint32_t *place;

    for (size_t row = self->row_count; row-- > 0;) {
        for (size_t i = 0; i < index->column_count; i++)
            texts[i] = wb_sheet_at(self, row, index->columns[i]);
        place = place_of(self, index, texts);
        index->same[row] = *place;
        index->other[row] = *place == NO_ROW ? NO_ROW : index->other[*place];
        *place = (uint32_t)row;
    }
}

static uint32_t *
nowhere(size_t count)
{
    uint32_t *rows = wb_alloc(count * sizeof *rows);

    memset(rows, 0xff, count * sizeof *rows);
    return rows;
}

static sheet_index *
make_index(wb_sheet *self, const size_t *columns, size_t count)
{
    sheet_index *index = wb_alloc(sizeof *index);

    memcpy(index->columns, columns, count * sizeof *columns);
    index->column_count = count;
    for (index->bucket_count = 16; index->bucket_count < self->row_count;)
        index->bucket_count *= 2;
    index->buckets = nowhere(index->bucket_count);
    index->other = nowhere(self->row_count);
    index->same = nowhere(self->row_count);
    fill(self, index);
    index->next = self->indices;
    self->indices = index;
    return index;
}

/* How many columns; 0 = one of them is not there. */
static size_t
columns_of(const wb_sheet *self, const char *const *names, size_t columns[WB_SHEET_KEYS_MAX])
{
    size_t count = 0;

    for (; names[count]; count++) {
        assert(count < WB_SHEET_KEYS_MAX);
        columns[count] = wb_sheet_column(self, names[count]);
        if (columns[count] == WB_SHEET_NONE)
            return 0;
    }
    return count;
}

/* What it holds does not change by it: an index is a memory of it, made for the first who asks. */
static const sheet_index *
index_by(const wb_sheet *self, const char *const *names)
{
    size_t columns[WB_SHEET_KEYS_MAX], count = columns_of(self, names, columns);
    sheet_index *at = self && count ? self->indices : NULL;
    union {
        const wb_sheet *shown;
        wb_sheet *own;
    } us = {.shown = self};

    if (!count)
        return NULL;
    while (at &&
           (at->column_count != count || memcmp(at->columns, columns, count * sizeof *columns)))
        at = at->next;
    return at ? at : make_index(us.own, columns, count);
}

size_t
wb_sheet_find(const wb_sheet *self, const char *const *columns, const wb_view *texts)
{
    const sheet_index *index = index_by(self, columns);
    uint32_t row = index ? *place_of(self, index, texts) : NO_ROW;

    return row == NO_ROW ? WB_SHEET_NONE : row;
}

size_t
wb_sheet_next(const wb_sheet *self, const char *const *columns, size_t row)
{
    const sheet_index *index = index_by(self, columns);
    uint32_t next = index ? index->same[row] : NO_ROW;

    return next == NO_ROW ? WB_SHEET_NONE : next;
}
