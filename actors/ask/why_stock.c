/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why_stock - what a listing's number is made of, as lines for people
 *
 *   7, by default/erp: the least of its parts, 50 % of them, less 2, at most 100
 *     M-100, 2 pieces (line 14 of the table): 16
 *       WH-1: 17
 *       WH-2: 9, 50 % of it, less 2
 *       WH-3: 40, does not count
 */
#include "actors/ask/inside.h"
#include "actors/ask/read.h"
#include "protocol/base/own.h"
#include "protocol/waits.h"

#define LINE_MAX_SIZE 2048

typedef struct {
    why_book *book;
    wb_buf *line;
} writing;

static bool
has(const why_book *self, wb_json_ref at, const char *member)
{
    return wb_json_get(self->json, at, member) != WB_JSON_NONE;
}

/* The number between two texts, where it is told. */
static void
add_number(const writing *self, wb_json_ref at, const char *member, const char *before,
           const char *after)
{
    if (has(self->book, at, member))
        wb_buf_addf(self->line, "%s%lld%s", before,
                    (long long)wb_read_int(self->book->json, at, member), after);
}

static void
end_line(const writing *self)
{
    why_add_text(self->book, &self->book->stock, wb_buf_text(self->line));
    wb_buf_clear(self->line);
}

static void
put_warehouse(const writing *self, wb_json_ref at)
{
    char name[256];

    wb_buf_addf(self->line,
                "    %s: ", wb_read_text(self->book->json, at, "warehouse", name, sizeof name));
    if (has(self->book, at, "available"))
        add_number(self, at, "available", "", "");
    else
        wb_buf_add_text(self->line, "its number is not told");
    add_number(self, at, "reserve", ", less ", "");
    add_number(self, at, "share", ", ", " % of it");
    if (!wb_read_bool(self->book->json, at, "counts"))
        wb_buf_add_text(self->line, ", does not count");
    end_line(self);
}

static void
put_part(const writing *self, wb_json_ref at)
{
    wb_json_ref house =
        wb_json_first(self->book->json, wb_json_get(self->book->json, at, "warehouses"));
    int64_t quantity = wb_read_int(self->book->json, at, "quantity");
    char sku[512];

    wb_buf_addf(self->line, "  %s", wb_read_text(self->book->json, at, "sku", sku, sizeof sku));
    if (quantity > 1)
        wb_buf_addf(self->line, ", %lld pieces", (long long)quantity);
    add_number(self, at, "line", " (line ", " of the table)");
    if (house == WB_JSON_NONE)
        wb_buf_add_text(self->line, ": no stock of it was read");
    add_number(self, at, "taken", ", less ", " that orders take");
    add_number(self, at, "pieces", ": enough for ", "");
    end_line(self);
    for (; house != WB_JSON_NONE; house = wb_json_next(self->book->json, house))
        put_warehouse(self, house);
}

static void
put_route(const writing *self, wb_json_ref at)
{
    wb_json_ref part = wb_json_first(self->book->json, wb_json_get(self->book->json, at, "parts"));
    char from[256], table[128];

    if (has(self->book, at, "number"))
        add_number(self, at, "number", "", "");
    else
        wb_buf_add_text(self->line, "nothing");
    wb_buf_addf(self->line, " by %s",
                wb_read_text(self->book->json, at, "from", from, sizeof from));
    add_number(self, at, "share", ", ", " % of it");
    add_number(self, at, "reserve", ", less ", "");
    add_number(self, at, "cap", ", at most ", "");
    if (!wb_read_bool(self->book->json, at, "known"))
        wb_buf_addf(self->line, ": the table %s does not know its SKU",
                    wb_read_text(self->book->json, at, "skus", table, sizeof table));
    end_line(self);
    for (; part != WB_JSON_NONE; part = wb_json_next(self->book->json, part))
        put_part(self, part);
}

void
why_put_stock(why_book *self, wb_json_ref record)
{
    wb_json_ref stock = wb_json_get(self->json, record, "stock");
    wb_json_ref at = wb_json_first(self->json, wb_json_get(self->json, stock, "routes"));
    WB_AUTO(wb_buf_fini) wb_buf line = {0};
    const writing out = {self, &line};

    if (stock == WB_JSON_NONE)
        return;
    wb_buf_init(&line, LINE_MAX_SIZE);
    wb_buf_add_text(&line, "stock:");
    add_number(&out, stock, "number", " it should show ", "");
    add_number(&out, stock, "wanted", ", it was told ", "");
    add_number(&out, stock, "shown", ", it shows ", "");
    end_line(&out);
    for (; at != WB_JSON_NONE; at = wb_json_next(self->json, at))
        put_route(&out, at);
}
