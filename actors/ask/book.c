/* SPDX-License-Identifier: Apache-2.0 */
/*
 * book - the rows and the texts of an answer, which grow while replies come in
 */
#include "actors/ask/inside.h"
#include "protocol/base/own.h"

void
why_open(why_book *self)
{
    *self = (why_book){.json = wb_json_new(), .silent = wb_map_new(), .status = "", .changed = ""};
}

void
why_close(why_book *self)
{
    wb_free(&self->holds.items);
    wb_free(&self->deliveries.items);
    wb_free(&self->decisions.items);
    wb_free(&self->events.items);
    wb_free(&self->gaps.items);
    wb_free(&self->stock.items);
    wb_free(&self->not_sent.items);
    wb_free(&self->marks.items);
    wb_free(&self->parts.items);
    wb_map_destroy(&self->silent);
    wb_json_destroy(&self->json);
    wb_pool_fini(&self->pool);
}

void
why_forget(why_book *self)
{
    self->holds.count = self->deliveries.count = self->events.count = 0;
    self->decisions.count = self->stock.count = 0;
    self->not_sent.count = self->marks.count = self->parts.count = 0;
    self->status = self->changed = "";
    self->known = false;
}

void *
why_add_row(why_rows *self, size_t size)
{
    if (self->count == self->cap) {
        self->cap = self->cap ? 2 * self->cap : 16;
        self->items = wb_realloc(self->items, self->cap * size);
    }
    return (char *)self->items + size * self->count++;
}

const char *
why_keep(why_book *self, const char *text)
{
    return text[0] ? wb_pool_text(&self->pool, wb_view_of(text)) : "";
}

void
why_add_text(why_book *self, why_rows *rows, const char *text)
{
    const char **row = why_add_row(rows, sizeof *row);

    *row = why_keep(self, text);
}
