/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows - which rows of the list of system orders name an order of ours
 *
 * A call asks for 50 orders, and the list has a row for each: to look for each order in each row
 * would read every row 50 times.
 */
#include <stdlib.h>

#include "actors/connectors/lingxing/lingxing.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"

static int
by_number(const void *a, const void *b)
{
    const lingxing_naming *first = a, *second = b;
    int order = wb_view_cmp(first->number, second->number);

    return order ? order : (first->row > second->row) - (first->row < second->row);
}

static void
add_namings(wb_json *json, wb_json_ref row, const char *list, lingxing_rows_read *out)
{
    wb_json_ref items = wb_answer_member(json, row, list);
    size_t room = wb_json_count(json, items);

    if (!room)
        return;
    out->namings = wb_realloc(out->namings, (out->count + room) * sizeof *out->namings);
    for (wb_json_ref at = wb_json_first(json, items); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        lingxing_naming naming = {.row = row};

        if (lingxing_name(json, at, "platform_order_no", &naming.number))
            out->namings[out->count++] = naming;
    }
}

size_t
lingxing_rows_begin(const lingxing_rows_read *self, wb_view number)
{
    size_t low = 0, high = self->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (wb_view_cmp(self->namings[middle].number, number) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

wb_json_ref
lingxing_rows_next(const lingxing_rows_read *self, wb_view number, size_t *at)
{
    wb_json_ref row = WB_JSON_NONE;

    if (*at < self->count && wb_view_eq(self->namings[*at].number, number))
        row = self->namings[*at].row;
    while (*at < self->count && self->namings[*at].row == row &&
           wb_view_eq(self->namings[*at].number, number))
        ++*at;
    return row;
}

void
lingxing_rows_index(wb_json *json, lingxing_rows_read *self)
{
    for (wb_json_ref at = wb_json_first(json, self->rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        add_namings(json, at, "item_info", self);
        add_namings(json, at, "platform_info", self);
    }
    if (self->count)
        qsort(self->namings, self->count, sizeof *self->namings, by_number);
}

void
lingxing_rows_fini(lingxing_rows_read *self)
{
    wb_free(&self->namings);
}
