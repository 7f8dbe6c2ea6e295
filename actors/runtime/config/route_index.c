/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route_index - rising numbers of routes, a list for each text
 */
#include "actors/runtime/config/route_index.h"

#include "protocol/base/map.h"
#include "protocol/base/own.h"

typedef struct {
    size_t *numbers;
    size_t count, cap;
} row;

struct wb_route_index {
    size_t route_count;
    wb_map *rows;   /* text -> row */
    const row *any; /* of FROM: "*" */
};

static void
add(wb_route_index *self, const char *text, size_t number)
{
    row *of = wb_map_find(self->rows, wb_view_of(text));

    if (!of) {
        of = wb_alloc(sizeof *of);
        wb_map_put(self->rows, wb_view_of(text), of);
    }
    if (of->count == of->cap) {
        of->cap = of->cap ? 2 * of->cap : 2;
        of->numbers = wb_realloc(of->numbers, of->cap * sizeof *of->numbers);
    }
    of->numbers[of->count++] = number;
}

wb_route_index *
wb_route_index_new(const wb_config_tree *tree, wb_route_end end)
{
    wb_route_index *self = wb_alloc(sizeof *self);
    const wb_route_conf *routes = tree->routes.items;

    self->route_count = tree->routes.count;
    self->rows = wb_map_new();
    for (size_t i = 0; i < self->route_count; i++) {
        const char *text = end == WB_ROUTE_FROM ? routes[i].from : routes[i].to;

        if (text)
            add(self, text, i);
    }
    if (end == WB_ROUTE_FROM)
        self->any = wb_map_find(self->rows, WB_VIEW_LIT("*"));
    return self;
}

void
wb_route_index_destroy(wb_route_index **self_p)
{
    wb_route_index *self = *self_p;
    row *of;

    if (!self)
        return;
    for (size_t at = 0; (of = wb_map_next(self->rows, &at, NULL));) {
        wb_free(&of->numbers);
        wb_free(&of);
    }
    wb_map_destroy(&self->rows);
    wb_free(self_p);
}

/* The first that is not below `at`. */
static size_t
next_in(const row *of, size_t at, size_t none)
{
    size_t low = 0, high = of ? of->count : 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (of->numbers[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return of && low < of->count ? of->numbers[low] : none;
}

size_t
wb_route_index_next(const wb_route_index *self, const char *name, size_t at)
{
    size_t own = next_in(wb_map_find(self->rows, wb_view_of(name)), at, self->route_count);
    size_t any = next_in(self->any, at, self->route_count);

    return own < any ? own : any;
}
