/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catalogue - what a change of stock, or of a listing, makes wanted at the listings' channels
 */
#include <string.h>

#include "actors/mapper/mapper.h"
#include "protocol/base/own.h"

static bool
tells_all(const wb_account *erp)
{
    const wb_stream *at = erp->connector->streams;

    for (; at && at->name; at++)
        if (at->whole && at->record_kind == WB_RECORD_INVENTORY && wb_config_reads(erp->conf, at))
            return true;
    return false;
}

/* One way, if it is one; `out` may be NULL. */
static size_t
add_way(const wb_route_conf *route, const wb_account *from, const wb_account *to, wb_stock_way *out)
{
    if (!from || from == to || !wb_view_eq(from->tenant, to->tenant))
        return 0;
    if (out)
        *out = (wb_stock_way){from->key_view, to->key_view, wb_view_of(to->conf->name), route,
                              tells_all(from)};
    return 1;
}

/* Those of a route that begins at any account. */
static size_t
add_ways(wb_accounts *accounts, const wb_route_conf *route, const wb_account *to, wb_stock_way *out)
{
    size_t count = 0;

    for (size_t i = 0; i < wb_accounts_count(accounts); i++)
        count += add_way(route, wb_accounts_at(accounts, i), to, out ? out + count : NULL);
    return count;
}

static size_t
count_ways(const wb_mapper *mapper, wb_stock_way *out)
{
    const wb_config_tree *tree = wb_ctx_config(mapper->ctx);
    wb_accounts *accounts = wb_ctx_accounts(mapper->ctx);
    const wb_route_conf *routes = tree->routes.items;
    size_t count = 0;

    for (size_t i = 0; i < tree->routes.count; i++) {
        const wb_account *to = wb_accounts_find_name(accounts, wb_view_of(routes[i].to));
        wb_view from = wb_view_of(routes[i].from);
        wb_stock_way *at = out ? out + count : NULL;

        if (!to || !routes[i].enabled || !wb_route_joins(&routes[i], to->connector))
            continue;
        count += wb_view_is(from, "*")
                     ? add_ways(accounts, &routes[i], to, at)
                     : add_way(&routes[i], wb_accounts_find_name(accounts, from), to, at);
    }
    return count;
}

wb_rc
wb_catalogue_root(const wb_mapper *mapper, wb_view shop, wb_buf *out, wb_err *err)
{
    const wb_account *account = wb_accounts_find(wb_ctx_accounts(mapper->ctx), shop);

    wb_buf_clear(out);
    return wb_key_catalogue(out, account->tenant, err);
}

wb_rc
wb_catalogue_shard(const wb_mapper *mapper, wb_view shop, uint16_t *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf root = {0};
    wb_rc rc;

    wb_buf_init(&root, WB_KEY_MAX);
    rc = wb_catalogue_root(mapper, shop, &root, err);
    *out = wb_shard_of(wb_buf_view(&root), (uint16_t)wb_ctx_config(mapper->ctx)->shards);
    return rc;
}

static bool
has_shard(const wb_mapper *mapper, uint16_t shard)
{
    for (size_t i = 0; i < mapper->catalogue_count; i++)
        if (mapper->catalogues[i] == shard)
            return true;
    return false;
}

static wb_rc
find_shards(wb_mapper *mapper, wb_err *err)
{
    wb_view shop = WB_VIEW_LIT("");
    uint16_t shard = 0;
    wb_rc rc = WB_OK;

    mapper->catalogues = wb_alloc(WB_SHARDS_MAX * sizeof *mapper->catalogues);
    while (!rc && (shop = wb_stock_shop_behind(mapper->stock, shop)).len) {
        rc = wb_catalogue_shard(mapper, shop, &shard, err);
        if (!rc && wb_ctx_owns(mapper->ctx, shard) && !has_shard(mapper, shard))
            mapper->catalogues[mapper->catalogue_count++] = shard;
    }
    return rc;
}

wb_rc
wb_catalogue_open(wb_mapper *mapper, wb_err *err)
{
    size_t count = count_ways(mapper, NULL);
    WB_AUTO(wb_free) wb_stock_way *ways = wb_alloc((count + 1) * sizeof *ways);

    mapper->stock = wb_stock_new(ways, count_ways(mapper, ways));
    return find_shards(mapper, err);
}

void
wb_catalogue_close(wb_mapper *mapper)
{
    wb_stock_destroy(&mapper->stock);
    wb_free(&mapper->catalogues);
    mapper->catalogue_count = 0;
}

static wb_stock_change
change_of(const wb_want *want, const wb_buf *former_sku)
{
    return (wb_stock_change){want->shard, want->record, want->row, wb_buf_view(former_sku)};
}

/* The listing is told that number, at its own channel. Without one that takes it nothing is wanted.
 */
static wb_rc
tell_listing(const wb_want *want, int64_t number, wb_buf *canonical, bool *wanted, wb_txn *txn,
             wb_err *err)
{
    wb_target *target = wb_target_of(want->mapper, wb_key_account_of(want->record));
    wb_wanted_how how = WB_WANTED_NOWHERE; /* no rule is about listings: it leaves */
    wb_rc rc = wb_stock_want(want->row, number, canonical, err);

    *wanted = !rc && target && wb_connector_takes(target->account->connector, WB_RECORD_LISTING);
    return *wanted ? wb_want_put(want, target, &how, txn, err) : rc;
}

void
wb_catalogue_wanted(wb_record_row *row)
{
    row->wanted = row->revision;
    row->delivery_count = 0; /* they speak of what is not wanted any more */
    row->delivered_utc_us = 0;
}

/* Is it to be told a number, and now? */
static wb_rc
may_tell(wb_mapper *mapper, const wb_stock_change *listing, const wb_stock_claim *claim, bool *now,
         wb_txn *txn, wb_err *err)
{
    return wb_stock_lacks(claim) ? wb_pace_ask(mapper, listing, claim, now, txn, err)
                                 : wb_differs_ask(mapper, listing, claim, now, txn, err);
}

wb_rc
wb_catalogue_put(const wb_want *want, const wb_buf *former_sku, wb_buf *canonical, bool *wanted,
                 wb_txn *txn, wb_err *err)
{
    const wb_stock_change change = change_of(want, former_sku);
    wb_stock_claim claim = {0};
    bool now = false;
    wb_rc rc = wb_stock_put(want->mapper->stock, txn, &change, &claim, err);

    *wanted = false;
    if (!rc && change.row->kind == WB_RECORD_LISTING)
        rc = may_tell(want->mapper, &change, &claim, &now, txn, err);
    return rc || !now ? rc : tell_listing(want, claim.number.value, canonical, wanted, txn, err);
}

/* --- listings that a change of stock is about --- */

typedef struct {
    const wb_want *cause; /* of what changed */
    wb_txn *txn;
    bool any;
    wb_buf canonical;
} joining;

static void
joining_fini(joining *self)
{
    wb_buf_fini(&self->canonical);
}

static wb_rc
on_listing(void *arg, const wb_stock_change *listing, const wb_stock_claim *claim, wb_err *err)
{
    joining *self = arg;
    wb_envelope cause = *self->cause->cause;
    wb_want want = *self->cause;
    bool wanted = false, now = false;
    wb_rc rc = wb_pace_ask(want.mapper, listing, claim, &now, self->txn, err);

    if (rc || !now)
        return rc;
    cause.record = listing->record;
    cause.record_kind = WB_RECORD_LISTING;
    cause.created_utc_us = 0; /* how old stock is tells nothing of a listing */
    wb_mapper_revise(listing->row);
    want.record = listing->record;
    want.row = listing->row;
    want.cause = &cause;
    rc = tell_listing(&want, claim->number.value, &self->canonical, &wanted, self->txn, err);
    if (rc)
        return rc;
    if (wanted)
        wb_catalogue_wanted(want.row);
    self->any = self->any || wanted;
    return wb_records_put(self->txn, want.shard, want.record, want.row, err);
}

wb_rc
wb_catalogue_join(const wb_want *want, const wb_buf *former_sku, wb_wanted_how *how, wb_txn *txn,
                  wb_err *err)
{
    wb_stock_change change = change_of(want, former_sku);
    WB_AUTO(joining_fini) joining self = {.cause = want, .txn = txn};
    wb_rc rc;

    wb_buf_init(&self.canonical, WB_ORDER_MAX);
    rc = wb_stock_join(want->mapper->stock, txn, &change, on_listing, &self, err);
    if (self.any)
        *how = WB_WANTED_LEAVES;
    return rc;
}

/* --- one that did not change by itself --- */

static wb_rc
tell_anew(wb_mapper *mapper, const wb_stock_change *listing, const wb_stock_claim *claim,
          bool *wanted, wb_txn *txn, wb_err *err)
{
    wb_view shop = wb_key_account_of(listing->record);
    const wb_account *account = wb_accounts_find(wb_ctx_accounts(mapper->ctx), shop);
    wb_key_parts parts;
    wb_envelope cause;
    wb_want want = {
        .mapper = mapper, .shard = listing->shard, .row = listing->row, .cause = &cause};
    WB_AUTO(joining_fini) joining self = {.cause = &want, .txn = txn};
    wb_rc rc = wb_want_cause(listing->record, listing->row, &parts, &cause, err);

    if (rc || !account)
        return rc;
    wb_buf_init(&self.canonical, WB_ORDER_MAX);
    cause.connector = wb_view_of(account->connector->name);
    rc = on_listing(&self, listing, claim, err);
    *wanted = self.any;
    return rc;
}

wb_rc
wb_catalogue_rejoin(wb_mapper *mapper, const wb_stock_change *listing, bool *wanted, wb_txn *txn,
                    wb_err *err)
{
    wb_stock_claim claim = {0};
    bool now = false;
    wb_rc rc = wb_stock_listing(mapper->stock, txn, listing, &claim, err);

    *wanted = false;
    now = !rc && wb_stock_lacks(&claim);
    if (!rc && !now)
        rc = wb_differs_ask(mapper, listing, &claim, &now, txn, err);
    return rc || !now ? rc : tell_anew(mapper, listing, &claim, wanted, txn, err);
}

wb_rc
wb_catalogue_look(wb_mapper *mapper, const wb_stock_change *listing, bool *wanted, wb_txn *txn,
                  wb_err *err)
{
    bool differs = false;
    wb_rc rc = wb_stock_differs(listing->row, &differs, err);

    *wanted = false;
    return rc || !differs ? rc : wb_catalogue_rejoin(mapper, listing, wanted, txn, err);
}

typedef struct {
    wb_mapper *mapper;
    wb_txn *txn;
    size_t wanted;
} rejoining;

static wb_rc
on_named(void *arg, const wb_stock_change *listing, const wb_stock_claim *claim, wb_err *err)
{
    rejoining *self = arg;
    bool wanted = false;
    wb_rc rc = tell_anew(self->mapper, listing, claim, &wanted, self->txn, err);

    self->wanted += wanted;
    return rc;
}

wb_rc
wb_catalogue_rejoin_goods(wb_mapper *mapper, const wb_stock_goods *goods, wb_txn *txn, wb_err *err)
{
    rejoining self = {.mapper = mapper, .txn = txn};

    return wb_stock_join_goods(mapper->stock, txn, goods, on_named, &self, err);
}

wb_rc
wb_catalogue_rejoin_sku(wb_mapper *mapper, const wb_stock_named *named, size_t *wanted, wb_txn *txn,
                        wb_err *err)
{
    rejoining self = {.mapper = mapper, .txn = txn};
    wb_rc rc = wb_stock_join_named(mapper->stock, txn, named, on_named, &self, err);

    *wanted = self.wanted;
    return rc;
}
