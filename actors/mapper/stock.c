/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/mapper/stock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "actors/runtime/config/skus.h"
#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "protocol/key.h"
#include "protocol/limits.h"
#include "protocol/sheet.h"
#include "storage/relations.h"

struct wb_stock {
    wb_map *shops; /* "tenant/account" of the shop -> its first way */
    size_t count;
    wb_stock_way ways[]; /* by shop, then ERP; one of each */
};

static int
compare_ways(const void *a, const void *b)
{
    const wb_stock_way *left = a, *right = b;
    int order = wb_view_cmp(left->to, right->to);

    return order ? order : wb_view_cmp(left->from, right->from);
}

wb_stock *
wb_stock_new(const wb_stock_way *ways, size_t count)
{
    wb_stock *self = wb_alloc(sizeof *self + count * sizeof *self->ways);

    self->shops = wb_map_new();
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
    return self;
}

void
wb_stock_destroy(wb_stock **self_p)
{
    if (*self_p)
        wb_map_destroy(&(*self_p)->shops);
    wb_free(self_p);
}

static bool
has_table(const wb_stock_way *way)
{
    return way->skus && way->skus->name;
}

/* The first number is that of the rules of this file: others join otherwise. */
void
wb_stock_digest(const wb_stock *self, uint8_t out[WB_SHA256_LEN])
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    wb_buf_init(&text, 64 + self->count * (2 * WB_ACCOUNT_KEY_MAX + WB_SHA256_LEN + 4));
    wb_buf_add_text(&text, "1");
    for (size_t i = 0; i < self->count; i++) {
        const wb_stock_way *way = &self->ways[i];

        wb_buf_addf(&text, "\n%.*s %.*s ", WB_VIEW_ARG(way->from), WB_VIEW_ARG(way->to));
        if (has_table(way))
            wb_buf_add(&text, wb_sheet_digest(way->skus->sheet), WB_SHA256_LEN);
    }
    assert(!text.overflow);
    wb_sha256(out, wb_buf_view(&text));
}

wb_view
wb_stock_shop_behind(const wb_stock *self, wb_view shop)
{
    for (size_t i = 0; i < self->count; i++)
        if (wb_view_cmp(self->ways[i].to, shop) > 0)
            return self->ways[i].to;
    return (wb_view){NULL, 0};
}

/* --- which SKU is which --- */

/* The stock's, of a listing's; {NULL, 0}: the table does not know it. */
static wb_view
master_of(const wb_stock_way *way, wb_view sku)
{
    size_t row;

    if (!has_table(way))
        return sku;
    row = wb_sheet_find(way->skus->sheet, WB_SHEET_BY(WB_SKUS_SKU), &sku);
    return row == WB_SHEET_NONE ? (wb_view){NULL, 0}
                                : wb_sheet_text(way->skus->sheet, row, WB_SKUS_MASTER);
}

/* --- what a row says --- */

/* Of a row: its SKU, and its number: available of inventory, wanted of a listing. */
typedef struct {
    wb_view sku;
    wb_count number;
    bool deleted; /* a listing that is no more */
} said;

static wb_rc
read_row(const wb_record_row *row, said *out, wb_err *err)
{
    wb_inventory inventory;
    wb_listing listing;
    wb_rc rc;

    *out = (said){0};
    if (row->kind == WB_RECORD_INVENTORY) {
        rc = wb_canonical_decode(wb_inventory_fields, row->canonical, &inventory, sizeof inventory,
                                 err);
        if (!rc)
            *out = (said){inventory.sku, inventory.available, false};
        return rc;
    }
    if (row->kind != WB_RECORD_LISTING)
        return WB_OK;
    rc = wb_canonical_decode(wb_listing_fields, row->canonical, &listing, sizeof listing, err);
    if (!rc)
        *out = (said){listing.sku, listing.wanted.quantity, listing.status == WB_LISTING_DELETED};
    return rc;
}

wb_rc
wb_stock_sku(const wb_record_row *row, wb_buf *out, wb_err *err)
{
    said now;
    wb_rc rc = read_row(row, &now, err);

    wb_buf_clear(out);
    if (!rc)
        wb_buf_add_view(out, now.sku);
    return rc ? rc : wb_buf_check(out, "SKU", err);
}

/* --- the indices --- */

static wb_relation_key
key_of(const wb_stock_change *change, wb_view sku)
{
    bool listing = change->row->kind == WB_RECORD_LISTING;

    return (wb_relation_key){change->shard, listing ? WB_RELATION_LISTINGS : WB_RELATION_STOCK,
                             sku};
}

static wb_rc
index_row(wb_txn *txn, const wb_stock_change *change, const said *now, wb_err *err)
{
    wb_relation_key key = key_of(change, change->former_sku);
    wb_view note = {NULL, 0};
    wb_rc rc = WB_OK;

    if (key.name.len && !wb_view_eq(key.name, now->sku))
        rc = wb_relations_delete(txn, &key, change->record, err);
    if (rc || !now->sku.len)
        return rc;
    key.name = now->sku;
    if (change->row->kind == WB_RECORD_INVENTORY && now->number.known)
        note = (wb_view){(const char *)&now->number.value, sizeof now->number.value};
    return wb_relations_put(txn, &key, change->record, note, err);
}

/* --- the sum --- */

typedef struct {
    wb_view from; /* of this account's stock */
    int64_t sum;
    bool any, unread; /* a warehouse was read; one tells no number */
} summing;

static wb_rc
add_stock(void *arg, wb_view record, wb_view note, wb_err *err)
{
    summing *self = arg;
    int64_t available = 0;

    (void)err;
    if (!wb_view_eq(wb_key_account_of(record), self->from))
        return WB_OK;
    self->any = true;
    if (note.len != sizeof available) {
        self->unread = true;
        return WB_OK;
    }
    memcpy(&available, note.data, sizeof available);
    if (available > 0 && __builtin_add_overflow(self->sum, available, &self->sum))
        self->sum = INT64_MAX;
    return WB_OK;
}

/* What a listing of this shop should show; unknown = nothing is wanted. */
static wb_rc
sum_up(const wb_stock *self, wb_txn *txn, const wb_stock_change *listing, wb_view sku,
       wb_count *out, wb_err *err)
{
    wb_view shop = wb_key_account_of(listing->record);
    const wb_stock_way *way = wb_map_find(self->shops, shop), *end = self->ways + self->count;
    summing sum = {.sum = 0};
    wb_rc rc = WB_OK;

    for (; !rc && way && way < end && wb_view_eq(way->to, shop); way++) {
        wb_relation_key key = {listing->shard, WB_RELATION_STOCK, master_of(way, sku)};

        sum.from = way->from;
        if (key.name.len)
            rc = wb_relations_scan(txn, &key, (wb_view){NULL, 0}, add_stock, &sum, err);
    }
    *out = (wb_count){sum.sum, sum.any && !sum.unread};
    return rc;
}

/* --- a listing --- */

static wb_rc
set_wanted(wb_record_row *row, wb_count wanted, wb_buf *canonical, wb_err *err)
{
    wb_listing listing = {.wanted.quantity = wanted};
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    wb_mixture from = {.old = row->canonical, .owners = UINT32_C(1) << WB_LISTING_OWNS_WANTED};
    wb_rc rc;

    wb_buf_init(&packed, 256);
    rc = wb_canonical_encode(wb_listing_fields, &listing, &packed, err);
    from.said = wb_buf_view(&packed);
    wb_buf_clear(canonical);
    if (!rc)
        rc = wb_canonical_mix(wb_listing_fields, &from, canonical, err);
    if (!rc)
        row->canonical = wb_buf_view(canonical);
    return rc;
}

/* The number that a listing lacks; not known: it has the one it should. */
static wb_rc
lacks(const wb_stock *self, wb_txn *txn, const wb_stock_change *listing, const said *now,
      wb_count *out, wb_err *err)
{
    wb_rc rc = sum_up(self, txn, listing, now->sku, out, err);

    out->known = !rc && out->known && !now->deleted &&
                 !(now->number.known && now->number.value == out->value);
    return rc;
}

/* --- the whole --- */

wb_rc
wb_stock_put(const wb_stock *self, wb_txn *txn, const wb_stock_change *change, wb_buf *canonical,
             bool *wants, wb_err *err)
{
    wb_count lacking;
    said now;
    wb_rc rc = read_row(change->row, &now, err);

    *wants = false;
    if (!rc)
        rc = index_row(txn, change, &now, err);
    if (rc || change->row->kind != WB_RECORD_LISTING || !now.sku.len)
        return rc;
    rc = lacks(self, txn, change, &now, &lacking, err);
    *wants = !rc && lacking.known;
    return *wants ? set_wanted(change->row, lacking, canonical, err) : rc;
}

wb_rc
wb_stock_listing(const wb_stock *self, wb_txn *txn, const wb_stock_change *listing,
                 wb_buf *canonical, bool *wants, wb_err *err)
{
    wb_count lacking;
    said now;
    wb_rc rc = read_row(listing->row, &now, err);

    *wants = false;
    if (rc || !now.sku.len)
        return rc;
    rc = lacks(self, txn, listing, &now, &lacking, err);
    *wants = !rc && lacking.known;
    return *wants ? set_wanted(listing->row, lacking, canonical, err) : rc;
}

typedef struct {
    const wb_stock *stock;
    wb_txn *txn;
    const wb_stock_change *change;
    wb_stock_each each;
    void *arg;
    wb_buf record, note, canonical; /* memory of the listing that is looked at */
} joining;

static void
joining_fini(joining *self)
{
    wb_buf_fini(&self->record);
    wb_buf_fini(&self->note);
    wb_buf_fini(&self->canonical);
}

static wb_rc
join_listing(joining *self, wb_err *err)
{
    wb_record_row row;
    wb_stock_change listing = {
        self->change->shard, wb_buf_view(&self->record), &row, {NULL, 0}
    };
    bool found = false, wants = false;
    wb_rc rc = wb_records_get(self->txn, listing.shard, listing.record, &row, &found, err);

    if (!rc && found)
        rc = wb_stock_listing(self->stock, self->txn, &listing, &self->canonical, &wants, err);
    return rc || !wants ? rc : self->each(self->arg, listing.record, &row, err);
}

/* The listings of a SKU: of one shop, or of all ({NULL, 0}). */
static wb_rc
join_sku(joining *self, wb_view sku, wb_view shop, wb_err *err)
{
    wb_relation_key key = {self->change->shard, WB_RELATION_LISTINGS, sku};
    bool found = false;
    wb_rc rc;

    wb_buf_clear(&self->record);
    if (shop.len) { /* its records stand behind it, and in front of those of any other */
        wb_buf_add_view(&self->record, shop);
        wb_buf_add_char(&self->record, '/');
    }
    do {
        rc = wb_relations_next(self->txn, &key, &self->record, &self->note, &found, err);
        if (shop.len && !wb_view_eq(wb_key_account_of(wb_buf_view(&self->record)), shop))
            found = false;
        if (!rc && found)
            rc = join_listing(self, err);
    } while (!rc && found);
    return rc;
}

/* Those that a table names for it, in the shop of that way. */
static wb_rc
join_masters(joining *self, const wb_stock_way *way, wb_view master, wb_err *err)
{
    static const char *const by[] = {WB_SKUS_MASTER, NULL};
    const wb_sheet *sheet = way->skus->sheet;
    wb_rc rc = WB_OK;

    for (size_t row = wb_sheet_find(sheet, by, &master); !rc && row != WB_SHEET_NONE;
         row = wb_sheet_next(sheet, by, row))
        rc = join_sku(self, wb_sheet_text(sheet, row, WB_SKUS_SKU), way->to, err);
    return rc;
}

static wb_rc
join_stock(joining *self, wb_view master, wb_err *err)
{
    wb_view from = wb_key_account_of(self->change->record);
    bool alike = false;
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && i < self->stock->count; i++) {
        const wb_stock_way *way = &self->stock->ways[i];

        if (!wb_view_eq(way->from, from))
            continue;
        if (has_table(way))
            rc = join_masters(self, way, master, err);
        else
            alike = true;
    }
    return rc || !alike ? rc : join_sku(self, master, (wb_view){NULL, 0}, err);
}

wb_rc
wb_stock_join(const wb_stock *self, wb_txn *txn, const wb_stock_change *change, wb_stock_each each,
              void *arg, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf sku = {0};
    WB_AUTO(joining_fini)
    joining all = {.stock = self, .txn = txn, .change = change, .each = each, .arg = arg};
    wb_rc rc;

    wb_buf_init(&sku, WB_KEY_MAX);
    wb_buf_init(&all.record, WB_KEY_MAX);
    wb_buf_init(&all.note, WB_KEY_MAX);
    wb_buf_init(&all.canonical, WB_ORDER_MAX);
    rc = wb_stock_sku(change->row, &sku, err);
    if (!rc && sku.len)
        rc = join_stock(&all, wb_buf_view(&sku), err);
    if (!rc && change->former_sku.len && !wb_view_eq(change->former_sku, wb_buf_view(&sku)))
        rc = join_stock(&all, change->former_sku, err);
    return rc;
}
