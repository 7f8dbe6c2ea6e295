/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stock_ways - which stock feeds which shop, by which table
 */
#include "actors/mapper/stock/stock_ways.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"

struct wb_stock {
    wb_map *shops; /* "tenant/account" of the shop -> its first way */
    wb_map *erps;  /* ... of the ERP -> its first look */
    wb_stock_table *tables;
    size_t table_count;
    wb_stock_look *looks; /* by ERP; one of each */
    size_t look_count;
    size_t count;
    wb_stock_way ways[]; /* by shop, then ERP; one of each */
};

/* --- ways --- */

static int
compare_ways(const void *a, const void *b)
{
    const wb_stock_way *left = a, *right = b;
    int order = wb_view_cmp(left->to, right->to);

    return order ? order : wb_view_cmp(left->from, right->from);
}

static void
take_ways(wb_stock *self, const wb_stock_way *ways, size_t count)
{
    for (size_t i = 0; i < count; i++)
        self->ways[i] = ways[i];
    if (count)
        qsort(self->ways, count, sizeof *self->ways, compare_ways);
    for (size_t i = 0; i < count; i++) {
        wb_stock_way *last = &self->ways[self->count];

        if (self->count && !compare_ways(last - 1, &self->ways[i]))
            continue;
        *last = self->ways[i];
        if (!self->count++ || !wb_view_eq(last[-1].to, last->to))
            wb_map_put(self->shops, last->to, last);
    }
}

const wb_stock_way *
wb_stock_ways_to(const wb_stock *self, wb_view shop, size_t *count)
{
    const wb_stock_way *first = wb_map_find(self->shops, shop), *end = self->ways + self->count;

    *count = 0;
    while (first && first + *count < end && wb_view_eq(first[*count].to, shop))
        ++*count;
    return first;
}

wb_view
wb_stock_shop_behind(const wb_stock *self, wb_view shop)
{
    size_t from = 0, to = self->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (wb_view_cmp(self->ways[middle].to, shop) > 0)
            to = middle;
        else
            from = middle + 1;
    }
    return from < self->count ? self->ways[from].to : (wb_view){NULL, 0};
}

/* --- tables --- */

static bool
has_table(const wb_stock_way *way)
{
    return way->route->skus.name != NULL;
}

wb_stock_table *
wb_stock_table_of(const wb_stock *self, const wb_stock_way *way)
{
    for (size_t i = 0; has_table(way) && i < self->table_count; i++)
        if (!strcmp(self->tables[i].ref->name, way->route->skus.name))
            return &self->tables[i];
    return NULL;
}

static void
open_tables(wb_stock *self)
{
    self->tables = wb_alloc((WB_TABLES_MAX + 1) * sizeof *self->tables);
    for (size_t i = 0; i < self->count; i++) {
        const wb_stock_way *way = &self->ways[i];

        if (!has_table(way) || wb_stock_table_of(self, way))
            continue;
        assert(self->table_count < WB_TABLES_MAX);
        self->tables[self->table_count++] =
            (wb_stock_table){&way->route->skus, wb_skus_new(way->route->skus.sheet)};
    }
}

wb_rc
wb_stock_tables(wb_stock *self, wb_skus_each each, void *arg, wb_err *err)
{
    wb_rc rc = WB_OK;

    for (size_t i = 0; i < self->table_count; i++) {
        wb_stock_table *is = &self->tables[i];
        WB_AUTO(wb_skus_destroy) wb_skus *former = is->index;

        is->index = wb_skus_new(is->ref->sheet);
        rc = rc ? rc : wb_skus_differ(former, is->index, each, arg, err);
    }
    return rc;
}

bool
wb_stock_parts(const wb_stock *self, const wb_stock_way *way, wb_view sku, wb_sku_parts *out)
{
    const wb_stock_table *is = wb_stock_table_of(self, way);

    return is ? wb_skus_find(is->index, way->name, sku, out) : wb_skus_same(sku, out);
}

/* --- what is looked for when an ERP's stock changes --- */

static int
compare_looks(const void *a, const void *b)
{
    return wb_view_cmp(((const wb_stock_look *)a)->from, ((const wb_stock_look *)b)->from);
}

static bool
has_look(const wb_stock *self, const wb_stock_look *is)
{
    for (size_t i = self->look_count; i-- > 0;)
        if (self->looks[i].table == is->table && wb_view_eq(self->looks[i].from, is->from))
            return true;
    return false;
}

static void
open_looks(wb_stock *self)
{
    self->looks = wb_alloc((self->count + 1) * sizeof *self->looks);
    for (size_t i = 0; i < self->count; i++) {
        const wb_stock_look is = {self->ways[i].from, wb_stock_table_of(self, &self->ways[i])};

        if (!has_look(self, &is))
            self->looks[self->look_count++] = is;
    }
    if (self->look_count)
        qsort(self->looks, self->look_count, sizeof *self->looks, compare_looks);
    for (size_t i = self->look_count; i-- > 0;)
        wb_map_put(self->erps, self->looks[i].from, &self->looks[i]);
}

const wb_stock_look *
wb_stock_looks_of(const wb_stock *self, wb_view from, size_t *count)
{
    const wb_stock_look *first = wb_map_find(self->erps, from);

    *count = 0;
    while (first && first + *count < self->looks + self->look_count &&
           wb_view_eq(first[*count].from, from))
        ++*count;
    return first;
}

/* --- its life --- */

wb_stock *
wb_stock_new(const wb_stock_way *ways, size_t count)
{
    wb_stock *self = wb_alloc(sizeof *self + count * sizeof *self->ways);

    self->shops = wb_map_new();
    self->erps = wb_map_new();
    take_ways(self, ways, count);
    open_tables(self);
    open_looks(self);
    return self;
}

void
wb_stock_destroy(wb_stock **self_p)
{
    wb_stock *self = *self_p;

    if (self) {
        for (size_t i = 0; i < self->table_count; i++)
            wb_skus_destroy(&self->tables[i].index);
        wb_free(&self->tables);
        wb_free(&self->looks);
        wb_map_destroy(&self->shops);
        wb_map_destroy(&self->erps);
    }
    wb_free(self_p);
}

static void
digest_route(wb_buf *text, const wb_route_conf *route)
{
    const wb_warehouse_conf *rows = route->warehouses.items;

    wb_buf_addf(text, "%lld %lld %lld ", (long long)route->share, (long long)route->reserve,
                (long long)route->cap);
    for (size_t i = 0; i < route->warehouses.count; i++)
        wb_buf_addf(text, "%zu %s %lld %lld ", strlen(rows[i].id), rows[i].id,
                    (long long)rows[i].share, (long long)rows[i].reserve);
}

/* The first number is that of the rules of stock.c and supply.c: others join otherwise. How
 * often a listing is told is no matter of its number. */
void
wb_stock_digest(const wb_stock *self, uint8_t out[WB_SHA256_LEN])
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    wb_buf_init(&text, SIZE_MAX / 2);
    wb_buf_add_text(&text, "2");
    for (size_t i = 0; i < self->count; i++) {
        const wb_stock_way *way = &self->ways[i];

        wb_buf_addf(&text, "\n%.*s %.*s ", WB_VIEW_ARG(way->from), WB_VIEW_ARG(way->to));
        digest_route(&text, way->route);
        if (has_table(way))
            wb_buf_add(&text, wb_sheet_digest(way->route->skus.sheet), WB_SHA256_LEN);
    }
    assert(!text.overflow);
    wb_sha256(out, wb_buf_view(&text));
}
