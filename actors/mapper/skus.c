/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/mapper/skus.h"

#include <stdlib.h>
#include <string.h>

#include "actors/runtime/config/skus.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"

/* Lengths of texts before a star; they descend. */
typedef struct {
    uint16_t *items;
    size_t count, cap;
} lengths;

struct wb_skus {
    const wb_sheet *sheet;
    bool accounts; /* it has that column */
    lengths skus, masters;
    uint32_t quantities[]; /* by row */
};

static int
compare(const void *a, const void *b)
{
    return *(const uint16_t *)b - *(const uint16_t *)a;
}

static void
note_length(lengths *self, size_t len)
{
    for (size_t i = 0; i < self->count; i++)
        if (self->items[i] == len)
            return;
    if (self->count == self->cap) {
        self->cap = self->cap ? 2 * self->cap : 8;
        self->items = wb_realloc(self->items, self->cap * sizeof *self->items);
    }
    self->items[self->count++] = (uint16_t)len;
}

static void
sort_lengths(lengths *self)
{
    if (self->count)
        qsort(self->items, self->count, sizeof *self->items, compare);
}

wb_skus *
wb_skus_new(const wb_sheet *sheet)
{
    size_t rows = wb_sheet_rows(sheet);
    wb_skus *self = wb_alloc(sizeof *self + rows * sizeof *self->quantities);

    self->sheet = sheet;
    self->accounts = wb_sheet_column(sheet, WB_SKUS_ACCOUNT) != WB_SHEET_NONE;
    for (size_t row = 0; row < rows; row++) {
        wb_err why = {0};
        wb_sku_row is;

        if (wb_sku_row_read(sheet, row, &is, &why))
            continue; /* the configuration was checked: nobody names this one */
        self->quantities[row] = (uint32_t)is.quantity;
        if (is.sku.star && is.sku.text.len <= WB_KEY_MAX)
            note_length(&self->skus, is.sku.text.len);
        if (is.master.star && is.master.text.len <= WB_KEY_MAX)
            note_length(&self->masters, is.master.text.len);
    }
    sort_lengths(&self->skus);
    sort_lengths(&self->masters);
    return self;
}

void
wb_skus_destroy(wb_skus **self_p)
{
    if (*self_p) {
        wb_free(&(*self_p)->skus.items);
        wb_free(&(*self_p)->masters.items);
    }
    wb_free(self_p);
}

void
wb_sku_parts_fini(wb_sku_parts *self)
{
    wb_free(&self->items);
    wb_buf_fini(&self->text);
    *self = (wb_sku_parts){0};
}

/* --- from a SKU to its parts --- */

static const char *const by_sku[] = {WB_SKUS_SKU, NULL};
static const char *const by_both[] = {WB_SKUS_SKU, WB_SKUS_ACCOUNT, NULL};

static const char *const *
columns_of(const wb_skus *self)
{
    return self->accounts ? by_both : by_sku;
}

static void
add(wb_sku_parts *self, wb_sku_part part)
{
    if (self->count == self->cap) {
        self->cap = self->cap ? 2 * self->cap : 4;
        self->items = wb_realloc(self->items, self->cap * sizeof *self->items);
    }
    self->items[self->count++] = part;
}

bool
wb_skus_same(wb_view sku, wb_sku_parts *out)
{
    out->count = 0;
    if (sku.len)
        add(out, (wb_sku_part){sku, 1, 0});
    return sku.len > 0;
}

/* Its master is a view into `text` when all of them are there: until then that may move. */
static void
add_part(const wb_skus *self, size_t row, wb_view rest, wb_sku_parts *out)
{
    wb_view master = wb_sheet_text(self->sheet, row, WB_SKUS_MASTER);

    if (master.len && master.data[master.len - 1] == '*') {
        wb_buf_add(&out->text, master.data, master.len - 1);
        wb_buf_add_view(&out->text, rest);
        master = (wb_view){NULL, master.len - 1 + rest.len};
    }
    add(out, (wb_sku_part){master, self->quantities[row], wb_sheet_line(self->sheet, row)});
}

static bool
add_parts(const wb_skus *self, const wb_view *texts, wb_view rest, wb_sku_parts *out)
{
    const char *const *by = columns_of(self);
    const char *text;

    for (size_t row = wb_sheet_find(self->sheet, by, texts);
         row != WB_SHEET_NONE && out->count < WB_SKUS_PARTS_MAX;
         row = wb_sheet_next(self->sheet, by, row))
        if (self->quantities[row])
            add_part(self, row, rest, out);
    text = out->text.data;
    for (size_t i = 0; i < out->count; i++) {
        wb_view *master = &out->items[i].master;

        if (master->data)
            continue;
        master->data = text;
        text += master->len;
    }
    return out->count > 0;
}

/* The rows of one text: the account's own, else those of any. */
static bool
find_text(const wb_skus *self, wb_view account, wb_view text, wb_view rest, wb_sku_parts *out)
{
    wb_view texts[] = {text, account};

    if (self->accounts && account.len && add_parts(self, texts, rest, out))
        return true;
    texts[1] = WB_VIEW_LIT("");
    return add_parts(self, texts, rest, out);
}

bool
wb_skus_find(const wb_skus *self, wb_view account, wb_view sku, wb_sku_parts *out)
{
    char text[WB_KEY_MAX + 1];

    out->count = 0;
    if (!out->text.max)
        wb_buf_init(&out->text, WB_SKUS_PARTS_MAX * 2 * WB_TABLE_CELL_MAX);
    wb_buf_clear(&out->text);
    if (!sku.len || sku.len > WB_KEY_MAX)
        return false;
    if (sku.data[sku.len - 1] != '*' && find_text(self, account, sku, (wb_view){"", 0}, out))
        return true;
    memcpy(text, sku.data, sku.len);
    for (size_t i = 0; i < self->skus.count; i++) {
        size_t len = self->skus.items[i];

        if (len > sku.len)
            continue;
        memcpy(text, sku.data, len);
        text[len] = '*';
        if (find_text(self, account, (wb_view){text, len + 1},
                      (wb_view){sku.data + len, sku.len - len}, out))
            return true;
    }
    return false;
}

/* --- from a master to the SKUs that may have it --- */

typedef struct {
    const wb_skus *skus;
    wb_view account;
    wb_skus_each each;
    void *arg;
} asking;

static bool
is_about(const asking *self, const wb_sku_row *row)
{
    return !self->account.data || !row->account.len || wb_view_eq(row->account, self->account);
}

/* A SKU whose beginning a row names, and whose rest is that of the master. */
static wb_rc
tell_made(const asking *self, wb_view start, wb_view rest, wb_err *err)
{
    char text[WB_KEY_MAX];

    if (start.len + rest.len > sizeof text)
        return WB_OK;
    memcpy(text, start.data, start.len);
    memcpy(text + start.len, rest.data, rest.len);
    return self->each(self->arg, (wb_view){text, start.len + rest.len}, false, err);
}

/* `text`: as it stands in the column of masters; `rest`: what its star stands for. */
static wb_rc
tell_rows(const asking *self, wb_view text, wb_view rest, wb_err *err)
{
    static const char *const by[] = {WB_SKUS_MASTER, NULL};
    const wb_sheet *sheet = self->skus->sheet;
    wb_rc rc = WB_OK;

    for (size_t row = wb_sheet_find(sheet, by, &text); !rc && row != WB_SHEET_NONE;
         row = wb_sheet_next(sheet, by, row)) {
        wb_err why = {0};
        wb_sku_row is;

        if (wb_sku_row_read(sheet, row, &is, &why) || !is_about(self, &is))
            continue;
        if (is.master.star)
            rc = tell_made(self, is.sku.text, rest, err);
        else
            rc = self->each(self->arg, is.sku.text, is.sku.star, err);
    }
    return rc;
}

wb_rc
wb_skus_of(const wb_skus *self, wb_view account, wb_view master, wb_skus_each each, void *arg,
           wb_err *err)
{
    const asking ask = {self, account, each, arg};
    char text[WB_KEY_MAX + 1];
    wb_rc rc = WB_OK;

    if (!master.len || master.len > WB_KEY_MAX)
        return WB_OK;
    if (master.data[master.len - 1] != '*')
        rc = tell_rows(&ask, master, (wb_view){"", 0}, err);
    memcpy(text, master.data, master.len);
    for (size_t i = 0; !rc && i < self->masters.count; i++) {
        size_t len = self->masters.items[i];

        if (len > master.len)
            continue;
        memcpy(text, master.data, len);
        text[len] = '*';
        rc = tell_rows(&ask, (wb_view){text, len + 1},
                       (wb_view){master.data + len, master.len - len}, err);
    }
    return rc;
}

/* --- two of them --- */

static bool
has_row(const wb_skus *self, const wb_sheet *sheet, size_t row, uint32_t quantity)
{
    static const char *const by[] = {WB_SKUS_SKU, WB_SKUS_MASTER, WB_SKUS_ACCOUNT, NULL};
    static const char *const by_two[] = {WB_SKUS_SKU, WB_SKUS_MASTER, NULL};
    const wb_view texts[] = {wb_sheet_text(sheet, row, WB_SKUS_SKU),
                             wb_sheet_text(sheet, row, WB_SKUS_MASTER),
                             wb_sheet_text(sheet, row, WB_SKUS_ACCOUNT)};
    size_t same = WB_SHEET_NONE;

    if (self->accounts || !texts[2].len)
        same = wb_sheet_find(self->sheet, self->accounts ? by : by_two, texts);
    return same != WB_SHEET_NONE && self->quantities[same] == quantity;
}

static wb_rc
tell_missing(const wb_skus *in, const wb_skus *of, wb_skus_each each, void *arg, wb_err *err)
{
    wb_rc rc = WB_OK;

    for (size_t row = 0; !rc && row < wb_sheet_rows(of->sheet); row++) {
        wb_err why = {0};
        wb_sku_row is;

        if (!has_row(in, of->sheet, row, of->quantities[row]) &&
            !wb_sku_row_read(of->sheet, row, &is, &why))
            rc = each(arg, is.sku.text, is.sku.star, err);
    }
    return rc;
}

wb_rc
wb_skus_differ(const wb_skus *before, const wb_skus *now, wb_skus_each each, void *arg, wb_err *err)
{
    wb_rc rc = tell_missing(before, now, each, arg, err);

    return rc ? rc : tell_missing(now, before, each, arg, err);
}
