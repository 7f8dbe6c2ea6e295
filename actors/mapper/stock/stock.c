/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/mapper/stock/stock.h"

#include "actors/mapper/stock/stock_ways.h"
#include "actors/mapper/stock/supply.h"
#include "actors/runtime/process/log.h"
#include "protocol/base/own.h"
#include "protocol/key.h"
#include "protocol/limits.h"
#include "storage/relations.h"

#define NAMES_MAX (64 << 20) /* bytes of SKUs that one prefix is joined for */

/* --- what a row says --- */

/* Of a row: its SKU, and its numbers: wanted and shown of a listing. */
typedef struct {
    wb_view sku;
    wb_count wanted, shown;
    int64_t pack; /* pieces of the SKU in one of a listing */
    bool deleted; /* a listing that is no more */
} said;

static wb_rc
read_listing(const wb_record_row *row, said *out, wb_err *err)
{
    wb_listing listing;
    wb_rc rc =
        wb_canonical_decode(wb_listing_fields, row->canonical, &listing, sizeof listing, err);

    if (!rc)
        *out = (said){.sku = listing.sku,
                      .wanted = listing.wanted.quantity,
                      .shown = listing.shown.quantity,
                      .pack = listing.pack.known ? listing.pack.value : 1,
                      .deleted = listing.status == WB_LISTING_DELETED};
    return rc;
}

static wb_rc
read_inventory(const wb_record_row *row, wb_inventory *out, wb_err *err)
{
    return wb_canonical_decode(wb_inventory_fields, row->canonical, out, sizeof *out, err);
}

wb_rc
wb_stock_differs(const wb_record_row *listing, bool *out, wb_err *err)
{
    said now = {0};
    wb_rc rc = read_listing(listing, &now, err);

    *out = !rc && now.wanted.known && now.shown.known && now.wanted.value != now.shown.value;
    return rc;
}

wb_rc
wb_stock_sku(const wb_record_row *row, wb_buf *out, wb_err *err)
{
    wb_inventory inventory = {0};
    said listing = {0};
    wb_rc rc = WB_OK;

    if (row->kind == WB_RECORD_INVENTORY)
        rc = read_inventory(row, &inventory, err);
    else if (row->kind == WB_RECORD_LISTING)
        rc = read_listing(row, &listing, err);
    wb_buf_clear(out);
    if (!rc)
        wb_buf_add_view(out, row->kind == WB_RECORD_INVENTORY ? inventory.sku : listing.sku);
    return rc ? rc : wb_buf_check(out, "SKU", err);
}

/* --- the indices --- */

static wb_rc
index_row(wb_txn *txn, const wb_stock_change *change, wb_view sku, wb_view note, wb_err *err)
{
    bool listing = change->row->kind == WB_RECORD_LISTING;
    wb_relation_key key = {change->shard, listing ? WB_RELATION_LISTINGS : WB_RELATION_STOCK,
                           change->former_sku};
    wb_rc rc = WB_OK;

    if (key.name.len && !wb_view_eq(key.name, sku))
        rc = wb_relations_delete(txn, &key, change->record, err);
    if (rc || !sku.len)
        return rc;
    key.name = sku;
    return wb_relations_put(txn, &key, change->record, note, err);
}

static wb_rc
put_inventory(wb_txn *txn, const wb_stock_change *change, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf note = {0};
    wb_inventory inventory;
    wb_rc rc = read_inventory(change->row, &inventory, err);

    if (rc)
        return rc;
    wb_buf_init(&note, WB_KEY_MAX);
    wb_supply_note(&inventory, &note);
    rc = wb_buf_check(&note, "a warehouse", err);
    return rc ? rc : index_row(txn, change, inventory.sku, wb_buf_view(&note), err);
}

/* --- a listing --- */

bool
wb_stock_lacks(const wb_stock_claim *claim)
{
    return claim->number.known &&
           !(claim->wanted.known && claim->wanted.value == claim->number.value);
}

static wb_rc
claim_of(const wb_stock *self, wb_txn *txn, const wb_stock_change *listing, const said *now,
         wb_stock_claim *out, wb_err *err)
{
    const wb_supply supply = {.stock = self,
                              .txn = txn,
                              .shard = listing->shard,
                              .shop = wb_key_account_of(listing->record),
                              .sku = now->sku,
                              .pack = now->pack};

    *out = (wb_stock_claim){.wanted = now->wanted, .shown = now->shown};
    return now->deleted || !now->sku.len ? WB_OK : wb_supply_of(&supply, &out->number, err);
}

wb_rc
wb_stock_listing(const wb_stock *self, wb_txn *txn, const wb_stock_change *listing,
                 wb_stock_claim *claim, wb_err *err)
{
    said now = {0};
    wb_rc rc = read_listing(listing->row, &now, err);

    *claim = (wb_stock_claim){0};
    return rc ? rc : claim_of(self, txn, listing, &now, claim, err);
}

wb_rc
wb_stock_put(const wb_stock *self, wb_txn *txn, const wb_stock_change *change,
             wb_stock_claim *claim, wb_err *err)
{
    said now = {0};
    wb_rc rc;

    *claim = (wb_stock_claim){0};
    if (change->row->kind == WB_RECORD_INVENTORY)
        return put_inventory(txn, change, err);
    if (change->row->kind != WB_RECORD_LISTING)
        return WB_OK;
    rc = read_listing(change->row, &now, err);
    rc = rc ? rc : index_row(txn, change, now.sku, (wb_view){NULL, 0}, err);
    return rc ? rc : claim_of(self, txn, change, &now, claim, err);
}

wb_rc
wb_stock_want(wb_record_row *row, int64_t number, wb_buf *canonical, wb_err *err)
{
    wb_listing listing = {
        .wanted.quantity = {number, true}
    };
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

static void
put_number(wb_json_writer *out, const char *name, const wb_count *number)
{
    if (number->known)
        wb_json_member_int(out, name, number->value);
}

wb_rc
wb_stock_explain(const wb_stock *self, wb_txn *txn, const wb_stock_change *listing,
                 wb_json_writer *out, wb_stock_claim *claim, wb_err *err)
{
    wb_supply supply = {.stock = self,
                        .txn = txn,
                        .shard = listing->shard,
                        .shop = wb_key_account_of(listing->record),
                        .tell = out};
    said now = {0};
    wb_rc rc = read_listing(listing->row, &now, err);

    if (rc)
        return rc;
    *claim = (wb_stock_claim){.wanted = now.wanted, .shown = now.shown};
    supply.sku = now.sku;
    supply.pack = now.pack;
    wb_json_put_key(out, "routes");
    wb_json_open(out, '[');
    rc = now.deleted ? WB_OK : wb_supply_of(&supply, &claim->number, err);
    wb_json_close(out, ']');
    put_number(out, "number", &claim->number);
    put_number(out, "wanted", &claim->wanted);
    put_number(out, "shown", &claim->shown);
    return rc;
}

/* --- the join --- */

typedef struct {
    const wb_stock *stock;
    wb_txn *txn;
    uint16_t shard;
    const wb_stock_look *by; /* whose stock has changed; NULL = any listing is meant */
    wb_stock_each each;
    void *arg;
    wb_buf record, note; /* memory of the listing that is looked at */
} joining;

static void
joining_init(joining *self)
{
    wb_buf_init(&self->record, WB_KEY_MAX);
    wb_buf_init(&self->note, WB_KEY_MAX);
}

static void
joining_fini(joining *self)
{
    wb_buf_fini(&self->record);
    wb_buf_fini(&self->note);
}

/* Is its shop fed by that ERP, by that table? */
static bool
is_meant(const joining *self, wb_view record)
{
    size_t count = 0;
    const wb_stock_way *ways = wb_stock_ways_to(self->stock, wb_key_account_of(record), &count);

    for (size_t i = 0; i < count; i++)
        if (!self->by || (wb_view_eq(ways[i].from, self->by->from) &&
                          wb_stock_table_of(self->stock, &ways[i]) == self->by->table))
            return true;
    return false;
}

static wb_rc
join_listing(joining *self, wb_err *err)
{
    WB_AUTO(wb_buf_fini)
    wb_buf room = {0}; /* what is asked and put for it moves the store's rows */
    wb_record_row row;
    const wb_stock_change listing = {
        self->shard, wb_buf_view(&self->record), &row, {NULL, 0}
    };
    wb_stock_claim claim = {0};
    wb_err why = {0};
    bool found = false;
    wb_rc rc = wb_records_take(self->txn, listing.shard, listing.record,
                               (wb_record_into){&room, &row}, &found, err);

    if (!rc && found)
        rc = wb_stock_listing(self->stock, self->txn, &listing, &claim, &why);
    if (rc == WB_REJECT) { /* it is joined when its shop tells it anew */
        wb_log(WB_WARN, "stock.unreadable", "record=%.*s why='%s' next='the others'",
               WB_VIEW_ARG(listing.record), why.text);
        return WB_OK;
    }
    if (rc)
        return wb_fail(err, rc, "%s%s", err->text, why.text);
    return !wb_stock_lacks(&claim) ? rc : self->each(self->arg, &listing, &claim, err);
}

/* The listings of a SKU, in all shops that are meant. */
static wb_rc
join_sku(joining *self, wb_view sku, wb_err *err)
{
    wb_relation_key key = {self->shard, WB_RELATION_LISTINGS, sku};
    bool found = false;
    wb_rc rc;

    wb_buf_clear(&self->record);
    do {
        rc = wb_relations_next(self->txn, &key, &self->record, &self->note, &found, err);
        if (!rc && found && is_meant(self, wb_buf_view(&self->record)))
            rc = join_listing(self, err);
    } while (!rc && found);
    return rc;
}

/* SKUs that are noted while they are looked for, since a join writes: each with a NUL behind it. */
static wb_rc
note_name(void *arg, wb_view name, wb_err *err)
{
    wb_buf *names = arg;

    (void)err;
    wb_buf_add_view(names, name);
    wb_buf_add_char(names, 0);
    return WB_OK;
}

static wb_rc
join_prefix(joining *self, wb_view prefix, wb_err *err)
{
    const wb_relation_key key = {self->shard, WB_RELATION_LISTINGS, prefix};
    WB_AUTO(wb_buf_fini) wb_buf names = {0};
    size_t at = 0;
    wb_rc rc;

    wb_buf_init(&names, NAMES_MAX);
    rc = wb_relations_names(self->txn, &key, note_name, &names, err);
    rc = rc ? rc : wb_buf_check(&names, "SKUs that begin alike", err);
    while (!rc && at < names.len) {
        wb_view name = wb_view_of(names.data + at);

        at += name.len + 1;
        rc = join_sku(self, name, err);
    }
    return rc;
}

static wb_rc
join_named(void *arg, wb_view sku, bool prefix, wb_err *err)
{
    return prefix ? join_prefix(arg, sku, err) : join_sku(arg, sku, err);
}

static wb_rc
join_goods(joining *self, wb_view from, wb_view master, wb_err *err)
{
    size_t count = 0;
    const wb_stock_look *looks = wb_stock_looks_of(self->stock, from, &count);
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && i < count; i++) {
        const wb_stock_look *by = self->by = &looks[i];

        rc = by->table
                 ? wb_skus_of(by->table->index, (wb_view){NULL, 0}, master, join_named, self, err)
                 : join_sku(self, master, err);
    }
    return rc;
}

wb_rc
wb_stock_join_goods(const wb_stock *self, wb_txn *txn, const wb_stock_goods *goods,
                    wb_stock_each each, void *arg, wb_err *err)
{
    WB_AUTO(joining_fini)
    joining all = {.stock = self, .txn = txn, .shard = goods->shard, .each = each, .arg = arg};

    joining_init(&all);
    return join_goods(&all, goods->from, goods->master, err);
}

wb_rc
wb_stock_join_named(const wb_stock *self, wb_txn *txn, const wb_stock_named *named,
                    wb_stock_each each, void *arg, wb_err *err)
{
    WB_AUTO(joining_fini)
    joining all = {.stock = self, .txn = txn, .shard = named->shard, .each = each, .arg = arg};

    joining_init(&all);
    return join_named(&all, named->sku, named->prefix, err);
}

wb_rc
wb_stock_join(const wb_stock *self, wb_txn *txn, const wb_stock_change *change, wb_stock_each each,
              void *arg, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf sku = {0};
    wb_stock_goods goods = {
        change->shard, wb_key_account_of(change->record), {NULL, 0}
    };
    wb_rc rc;

    wb_buf_init(&sku, WB_KEY_MAX);
    rc = wb_stock_sku(change->row, &sku, err);
    goods.master = wb_buf_view(&sku);
    if (!rc && sku.len)
        rc = wb_stock_join_goods(self, txn, &goods, each, arg, err);
    if (rc || !change->former_sku.len || wb_view_eq(change->former_sku, goods.master))
        return rc;
    goods.master = change->former_sku;
    return wb_stock_join_goods(self, txn, &goods, each, arg, err);
}
