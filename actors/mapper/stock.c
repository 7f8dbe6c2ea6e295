/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/mapper/stock.h"

#include <string.h>

#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "protocol/key.h"
#include "protocol/limits.h"
#include "storage/relations.h"

/* The ERPs that feed a shop. */
typedef struct feeder {
    wb_view from;
    struct feeder *next;
} feeder;

struct wb_stock {
    wb_map *shops; /* "tenant/account" of the shop -> its first feeder */
    feeder feeders[];
};

wb_stock *
wb_stock_new(const wb_stock_way *ways, size_t count)
{
    wb_stock *self = wb_alloc(sizeof *self + count * sizeof *self->feeders);

    self->shops = wb_map_new();
    for (size_t i = 0; i < count; i++) {
        self->feeders[i] = (feeder){ways[i].from, wb_map_find(self->shops, ways[i].to)};
        wb_map_put(self->shops, ways[i].to, &self->feeders[i]);
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
    const feeder *feeders; /* of the shop */
    int64_t sum;
    bool any, unread; /* a warehouse was read; one tells no number */
} summing;

static bool
is_fed(const summing *self, wb_view from)
{
    const feeder *one = self->feeders;

    while (one && !wb_view_eq(one->from, from))
        one = one->next;
    return one != NULL;
}

static wb_rc
add_stock(void *arg, wb_view record, wb_view note, wb_err *err)
{
    summing *self = arg;
    int64_t available = 0;

    (void)err;
    if (!is_fed(self, wb_key_account_of(record)))
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
sum_up(const wb_stock *self, wb_txn *txn, const wb_relation_key *stock, wb_view shop, wb_count *out,
       wb_err *err)
{
    summing sum = {.feeders = wb_map_find(self->shops, shop)};
    wb_rc rc;

    *out = (wb_count){0};
    if (!sum.feeders)
        return WB_OK;
    rc = wb_relations_scan(txn, stock, (wb_view){NULL, 0}, add_stock, &sum, err);

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

/* *wants: the row has another number now. */
static wb_rc
want(const wb_stock *self, wb_txn *txn, const wb_stock_change *listing, const said *now,
     wb_buf *canonical, bool *wants, wb_err *err)
{
    wb_relation_key stock = {listing->shard, WB_RELATION_STOCK, now->sku};
    wb_count wanted;
    wb_rc rc = sum_up(self, txn, &stock, wb_key_account_of(listing->record), &wanted, err);

    *wants = !rc && wanted.known && !now->deleted &&
             !(now->number.known && now->number.value == wanted.value);
    return *wants ? set_wanted(listing->row, wanted, canonical, err) : rc;
}

/* --- the whole --- */

wb_rc
wb_stock_put(const wb_stock *self, wb_txn *txn, const wb_stock_change *change, wb_buf *canonical,
             bool *wants, wb_err *err)
{
    said now;
    wb_rc rc = read_row(change->row, &now, err);

    *wants = false;
    if (!rc)
        rc = index_row(txn, change, &now, err);
    if (rc || change->row->kind != WB_RECORD_LISTING || !now.sku.len)
        return rc;
    return want(self, txn, change, &now, canonical, wants, err);
}

typedef struct {
    const wb_stock *stock;
    wb_txn *txn;
    uint16_t shard;
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
        self->shard, wb_buf_view(&self->record), &row, {NULL, 0}
    };
    bool found = false, wants = false;
    said now;
    wb_rc rc = wb_records_get(self->txn, self->shard, listing.record, &row, &found, err);

    if (!rc && found)
        rc = read_row(&row, &now, err);
    if (!rc && found)
        rc = want(self->stock, self->txn, &listing, &now, &self->canonical, &wants, err);
    return rc || !wants ? rc : self->each(self->arg, listing.record, &row, err);
}

static wb_rc
join_sku(joining *self, wb_view sku, wb_err *err)
{
    wb_relation_key key = {self->shard, WB_RELATION_LISTINGS, sku};
    bool found = false;
    wb_rc rc;

    wb_buf_clear(&self->record);
    do {
        rc = wb_relations_next(self->txn, &key, &self->record, &self->note, &found, err);
        if (!rc && found)
            rc = join_listing(self, err);
    } while (!rc && found);
    return rc;
}

wb_rc
wb_stock_join(const wb_stock *self, wb_txn *txn, const wb_stock_change *change, wb_stock_each each,
              void *arg, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf sku = {0};
    WB_AUTO(joining_fini)
    joining all = {.stock = self, .txn = txn, .shard = change->shard, .each = each, .arg = arg};
    wb_rc rc;

    wb_buf_init(&sku, WB_KEY_MAX);
    wb_buf_init(&all.record, WB_KEY_MAX);
    wb_buf_init(&all.note, WB_KEY_MAX);
    wb_buf_init(&all.canonical, WB_ORDER_MAX);
    rc = wb_stock_sku(change->row, &sku, err);
    if (!rc && sku.len)
        rc = join_sku(&all, wb_buf_view(&sku), err);
    if (!rc && change->former_sku.len && !wb_view_eq(change->former_sku, wb_buf_view(&sku)))
        rc = join_sku(&all, change->former_sku, err);
    return rc;
}
