/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/mapper/stock/reserve.h"

#include <string.h>

#include "actors/mapper/mapper.h"
#include "actors/mapper/stock/taken.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"
#include "protocol/limits.h"
#include "storage/relations.h"

/* --- its record --- */

static wb_rc
put_record(const wb_taken *at, const wb_reservation *is, wb_record_row *row, wb_txn *txn,
           wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    wb_rc rc;

    wb_buf_init(&packed, WB_ORDER_MAX);
    rc = wb_canonical_encode(wb_reservation_fields, is, &packed, err);
    rc = rc ? rc : wb_buf_check(&packed, "a reservation", err);
    if (rc)
        return rc;
    wb_mapper_revise(row);
    row->kind = WB_RECORD_RESERVATION;
    row->status = is->status;
    row->canonical = wb_buf_view(&packed);
    if (!row->created_utc_us)
        row->created_utc_us = row->changed_utc_us;
    return wb_records_put(txn, at->shard, at->record, row, err);
}

/* It takes nothing any more. */
static wb_rc
end_one(const wb_taken *at, wb_txn *txn, wb_err *err)
{
    wb_reservation is;
    wb_record_row row;
    bool found = false;
    wb_rc rc = wb_records_get(txn, at->shard, at->record, &row, &found, err);

    if (!rc && found)
        rc = wb_canonical_decode(wb_reservation_fields, row.canonical, &is, sizeof is, err);
    if (!rc && found) {
        is.status = WB_RESERVATION_ENDED;
        rc = put_record(at, &is, &row, txn, err);
    }
    return rc ? rc : wb_taken_delete(at, txn, err);
}

/* --- all of an order --- */

/* Goods whose sum has changed, each once, with a NUL behind it. */
typedef struct {
    wb_buf names;
} changed;

static void
note_goods(changed *self, const wb_taken *at)
{
    WB_AUTO(wb_buf_fini) wb_buf room = {0};
    wb_view name = wb_taken_name(at->erp, at->sku, &room);

    for (size_t i = 0; i < self->names.len; i += strlen(self->names.data + i) + 1)
        if (wb_view_is(name, self->names.data + i))
            return;
    wb_buf_add_view(&self->names, name);
    wb_buf_add_char(&self->names, 0);
}

typedef struct {
    const wb_reserve_order *of;
    wb_txn *txn;
    const wb_order *order;
    wb_view shop;
    wb_buf root;   /* of the catalogue */
    wb_buf key;    /* of the reservation that is looked at */
    wb_buf number; /* its external id */
    wb_buf kept;   /* keys of those that it takes now, each with a NUL behind it */
    wb_sku_parts parts;
    changed changed;
    uint16_t shard;
} taking;

static void
taking_fini(taking *self)
{
    wb_buf_fini(&self->root);
    wb_buf_fini(&self->key);
    wb_buf_fini(&self->number);
    wb_buf_fini(&self->kept);
    wb_buf_fini(&self->changed.names);
    wb_sku_parts_fini(&self->parts);
}

static bool
is_kept(const taking *self, wb_view record)
{
    for (size_t i = 0; i < self->kept.len; i += strlen(self->kept.data + i) + 1)
        if (wb_view_is(record, self->kept.data + i))
            return true;
    return false;
}

/* One that ended stays so, whatever its order says later. */
static wb_rc
take_one(taking *self, const wb_taken *at, wb_view external, int64_t quantity, wb_err *err)
{
    const wb_reservation is = {
        .external_id = external,
        .order = at->order,
        .sku = at->sku,
        .quantity = {quantity, true},
        .status = WB_RESERVATION_HELD,
        .created_utc_us = self->order->purchased_utc_us,
        .updated_utc_us = self->order->updated_utc_us
    };
    wb_taken_note note = {0};
    wb_record_row row;
    bool found = false;
    wb_rc rc = wb_records_get(self->txn, at->shard, at->record, &row, &found, err);

    if (!rc && found && row.status == WB_RESERVATION_ENDED)
        return WB_OK;
    if (!rc)
        rc = wb_taken_get(at, &note, self->txn, err);
    if (rc || (found && note.quantity == quantity))
        return rc;
    if (!found) {
        wb_record_row_init(&row);
        row.root = wb_buf_view(&self->root);
    }
    note = (wb_taken_note){quantity, 0};
    rc = put_record(at, &is, &row, self->txn, err);
    note_goods(&self->changed, at);
    return rc ? rc : wb_taken_put(at, &note, self->txn, err);
}

/* Its printed key, from order, line and the number of the part. */
static wb_rc
name_one(taking *self, wb_view line, size_t part, wb_err *err)
{
    wb_key_parts order;
    wb_rc rc = wb_key_parse(&order, self->of->order, err);

    if (rc)
        return rc;
    wb_buf_clear(&self->number);
    wb_key_pair(&self->number, wb_view_of(order.external), line);
    if (part)
        wb_buf_addf(&self->number, "/%zu", part);
    wb_buf_clear(&self->key);
    return wb_key_print(&self->key, wb_view_of(order.tenant), wb_view_of(order.account),
                        WB_RECORD_RESERVATION, wb_buf_view(&self->number), err);
}

/* What a line takes of the goods of one ERP. */
static wb_rc
take_line(taking *self, const wb_order_line *line, const wb_stock_way *way, size_t *part,
          wb_err *err)
{
    int64_t pieces = line->quantity.value -
                     (line->quantity_cancelled.known ? line->quantity_cancelled.value : 0);
    wb_rc rc = WB_OK;

    if (!line->quantity.known || pieces <= 0 ||
        !wb_stock_parts(self->of->mapper->stock, way, line->sku, &self->parts))
        return WB_OK;
    for (size_t i = 0; !rc && i < self->parts.count; i++) {
        const wb_sku_part *is = &self->parts.items[i];
        wb_taken at = {
            .shard = self->shard, .order = self->of->order, .erp = way->from, .sku = is->master};

        if (pieces > INT32_MAX)
            continue; /* an absurd number takes nothing */
        rc = name_one(self, line->line_id, (*part)++, err);
        at.record = wb_buf_view(&self->key);
        if (rc)
            return rc;
        wb_buf_add_view(&self->kept, at.record);
        wb_buf_add_char(&self->kept, 0);
        rc = take_one(self, &at, wb_buf_view(&self->number), pieces * is->quantity, err);
    }
    return rc;
}

/* Do orders of that shop go to that ERP? Else nobody would ever say that it has one. And does it
 * tell all its stock each time? One that tells what changes may have told the last of an order
 * before we know that it has it, and never again: nothing would end what is taken. */
static bool
ends_what_is_taken(const wb_mapper *mapper, const wb_stock_way *way)
{
    const wb_mapper_routes *routes = way->whole ? wb_routes_of(mapper, way->to) : NULL;

    for (size_t i = 0; routes && i < routes->route_count; i++)
        if (routes->routes[i].kind == WB_RECORD_ORDER && routes->routes[i].target &&
            wb_view_eq(routes->routes[i].target->account->key_view, way->from))
            return true;
    return false;
}

static bool
is_open(const wb_order *order)
{
    return (order->status == WB_ORDER_PENDING || order->status == WB_ORDER_CREATED) &&
           !wb_view_is(order->fulfilled_by, "channel");
}

static wb_rc
take_lines(taking *self, wb_err *err)
{
    size_t way_count = 0;
    const wb_stock_way *ways = wb_stock_ways_to(self->of->mapper->stock, self->shop, &way_count);
    const wb_order_line *lines = self->order->lines.items;
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && i < self->order->lines.count; i++) {
        size_t part = 0;

        for (size_t k = 0; !rc && lines[i].line_id.len && k < way_count; k++)
            if (ends_what_is_taken(self->of->mapper, &ways[k]))
                rc = take_line(self, &lines[i], &ways[k], &part, err);
    }
    return rc;
}

/* What it had of one goods. */
typedef wb_rc take_each(taking *self, const wb_taken *at, wb_err *err);

static wb_rc
each_taken(taking *self, take_each *each, wb_err *err)
{
    const wb_relation_key key = {self->shard, WB_RELATION_TAKES, self->of->order};
    WB_AUTO(wb_buf_fini) wb_buf record = {0}, name = {0};
    bool found = false;
    wb_rc rc;

    wb_buf_init(&record, WB_KEY_MAX);
    wb_buf_init(&name, WB_TAKEN_NAME_MAX);
    do {
        rc = wb_relations_next(self->txn, &key, &record, &name, &found, err);
        if (!rc && found) {
            wb_taken at = {
                .shard = self->shard, .record = wb_buf_view(&record), .order = self->of->order};

            wb_taken_split(&at, wb_buf_view(&name));
            rc = each(self, &at, err);
        }
    } while (!rc && found);
    return rc;
}

/* Unless it takes it still. */
static wb_rc
end_other(taking *self, const wb_taken *at, wb_err *err)
{
    if (is_kept(self, at->record))
        return WB_OK;
    note_goods(&self->changed, at);
    return end_one(at, self->txn, err);
}

/* Its order is no more open. What its ERP has may be in the next stock and not in the last one: it
 * ends with that, or a number would rise that was right. What was cancelled before ends now. */
static wb_rc
close_one(taking *self, const wb_taken *at, wb_err *err)
{
    wb_taken_note note = {0};
    wb_rc rc = wb_taken_get(at, &note, self->txn, err);

    if (rc || note.after_utc_us)
        return rc;
    if (self->order->status == WB_ORDER_CANCELLED)
        return end_other(self, at, err);
    note.after_utc_us = wb_now_utc_us();
    return wb_taken_put(at, &note, self->txn, err);
}

static wb_rc
join_changed(const taking *self, wb_err *err)
{
    wb_rc rc = WB_OK;
    size_t at = 0;

    while (!rc && at < self->changed.names.len) {
        wb_view name = wb_view_of(self->changed.names.data + at);
        wb_taken is = {0};

        wb_taken_split(&is, name);
        at += name.len + 1;
        rc = wb_catalogue_rejoin_goods(
            self->of->mapper, &(wb_stock_goods){self->shard, is.erp, is.sku}, self->txn, err);
    }
    return rc;
}

static wb_rc
take_order(taking *self, wb_err *err)
{
    wb_order order;
    wb_rc rc =
        wb_canonical_decode(wb_order_fields, self->of->row->canonical, &order, sizeof order, err);

    if (rc)
        return rc;
    self->order = &order;
    if (is_open(&order))
        rc = take_lines(self, err);
    if (!rc)
        rc = each_taken(self, is_open(&order) ? end_other : close_one, err);
    wb_canonical_fini(wb_order_fields, &order);
    return rc ? rc : join_changed(self, err);
}

/* Once in a life. */
static void
tell_elsewhere(wb_mapper *mapper, wb_view shop)
{
    if (!mapper->reserves_elsewhere)
        wb_log(WB_WARN, "reserve.elsewhere",
               "account=%.*s why='another mapper keeps its listings' next='sales do not lower its "
               "stock before its ERP says so'",
               WB_VIEW_ARG(shop));
    mapper->reserves_elsewhere = true;
}

/* An order that cannot be read takes nothing, and goes its way. */
wb_rc
wb_reserve_take(const wb_reserve_order *self, wb_txn *txn, wb_err *err)
{
    WB_AUTO(taking_fini)
    taking take = {.of = self, .txn = txn, .shop = wb_key_account_of(self->order)};
    size_t ways = 0;
    wb_err why = {0};
    wb_rc rc;

    if (!wb_stock_ways_to(self->mapper->stock, take.shop, &ways))
        return WB_OK;
    rc = wb_catalogue_shard(self->mapper, take.shop, &take.shard, err);
    if (rc || !wb_ctx_owns(self->mapper->ctx, take.shard)) {
        if (!rc)
            tell_elsewhere(self->mapper, take.shop);
        return rc;
    }
    wb_buf_init(&take.root, WB_KEY_MAX);
    wb_buf_init(&take.key, WB_KEY_MAX);
    wb_buf_init(&take.number, WB_KEY_MAX);
    wb_buf_init(&take.kept, WB_ORDER_MAX);
    wb_buf_init(&take.changed.names, WB_ORDER_MAX);
    rc = wb_catalogue_root(self->mapper, take.shop, &take.root, err);
    rc = rc ? rc : take_order(&take, &why);
    if (rc != WB_REJECT)
        return rc ? wb_fail(err, rc, "%s", why.text) : WB_OK;
    wb_log(WB_WARN, "reserve.unreadable", "order=%.*s why='%s' next='it takes no stock'",
           WB_VIEW_ARG(self->order), why.text);
    return WB_OK;
}

/* --- a target has it --- */

static bool
feeds(const wb_stock *stock, wb_view erp, wb_view shop)
{
    size_t count = 0;
    const wb_stock_way *ways = wb_stock_ways_to(stock, shop, &count);

    for (size_t i = 0; i < count; i++)
        if (wb_view_eq(ways[i].from, erp))
            return true;
    return false;
}

static wb_rc
deliver_one(const wb_taken *at, int64_t after_utc_us, wb_txn *txn, wb_err *err)
{
    wb_taken_note note = {0};
    wb_rc rc = wb_taken_get(at, &note, txn, err);

    if (rc || !note.quantity || note.after_utc_us)
        return rc;
    note.after_utc_us = after_utc_us;
    return wb_taken_put(at, &note, txn, err);
}

wb_rc
wb_reserve_delivered(const wb_reserve_delivery *self, wb_txn *txn, wb_err *err)
{
    wb_relation_key key = {0, WB_RELATION_TAKES, self->order};
    WB_AUTO(wb_buf_fini) wb_buf record = {0}, name = {0};
    wb_view shop = wb_key_account_of(self->order);
    const wb_account *erp = wb_accounts_find(wb_ctx_accounts(self->mapper->ctx), self->target);
    bool found = false;
    wb_rc rc;

    if (!erp || !feeds(self->mapper->stock, self->target, shop))
        return WB_OK;
    rc = wb_catalogue_shard(self->mapper, shop, &key.shard, err);
    if (rc || !wb_ctx_owns(self->mapper->ctx, key.shard))
        return rc;
    wb_buf_init(&record, WB_KEY_MAX);
    wb_buf_init(&name, WB_TAKEN_NAME_MAX);
    do {
        wb_taken at = {.shard = key.shard, .order = self->order};

        rc = wb_relations_next(txn, &key, &record, &name, &found, err);
        at.record = wb_buf_view(&record);
        wb_taken_split(&at, wb_buf_view(&name));
        if (!rc && found && wb_view_eq(at.erp, self->target))
            rc = deliver_one(&at, self->at_utc_us + wb_pace_settle_us(erp), txn, err);
    } while (!rc && found);
    return rc;
}

/* --- the ERP tells its stock --- */

static wb_rc
end_told(const wb_stock_goods *goods, wb_view record, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf order = {0};
    wb_taken at = {
        .shard = goods->shard, .record = record, .erp = goods->from, .sku = goods->master};
    wb_reservation is = {0};
    wb_record_row row;
    bool found = false;
    wb_rc rc = wb_records_get(txn, goods->shard, record, &row, &found, err);

    if (!rc && found)
        rc = wb_canonical_decode(wb_reservation_fields, row.canonical, &is, sizeof is, err);
    if (rc)
        return rc;
    wb_buf_init(&order, WB_KEY_MAX);
    wb_buf_add_view(&order, is.order); /* what it stands in is written over */
    at.order = wb_buf_view(&order);
    return end_one(&at, txn, err);
}

wb_rc
wb_reserve_told(const wb_stock_goods *goods, int64_t observed_utc_us, size_t *ended, wb_txn *txn,
                wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf room = {0}, record = {0}, note = {0};
    wb_relation_key key = {
        goods->shard, WB_RELATION_TAKEN, {NULL, 0}
    };
    bool found = false;
    wb_rc rc = wb_relations_any(txn, WB_RELATION_TAKEN, &found, err);

    *ended = 0;
    if (rc || !found || !goods->master.len)
        return rc;
    key.name = wb_taken_name(goods->from, goods->master, &room);
    wb_buf_init(&record, WB_KEY_MAX);
    wb_buf_init(&note, 64);
    do {
        int64_t after_us;

        rc = wb_relations_next(txn, &key, &record, &note, &found, err);
        after_us = wb_taken_read(wb_buf_view(&note)).after_utc_us;
        if (rc || !found || !after_us || after_us >= observed_utc_us)
            continue;
        rc = end_told(goods, wb_buf_view(&record), txn, err);
        ++*ended;
    } while (!rc && found);
    return rc;
}

/* --- its end --- */

/* "tenant/shop/order/ID" of "tenant/shop/reservation/ID/LINE". */
static wb_rc
order_of(wb_view record, wb_buf *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf id = {0};
    wb_key_parts parts;
    const char *end;
    wb_rc rc = wb_key_parse(&parts, record, err);

    if (rc || parts.kind != WB_RECORD_RESERVATION)
        return rc;
    end = strchr(parts.external, '/');
    wb_buf_init(&id, WB_KEY_MAX);
    rc = wb_unpercent(
        &id,
        (wb_view){parts.external, end ? (size_t)(end - parts.external) : strlen(parts.external)},
        err);
    return rc ? rc
              : wb_key_print(out, wb_view_of(parts.tenant), wb_view_of(parts.account),
                             WB_RECORD_ORDER, wb_buf_view(&id), err);
}

wb_rc
wb_reserve_forget(uint16_t shard, wb_view record, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf order = {0}, name = {0};
    wb_relation_key key = {
        shard, WB_RELATION_TAKES, {NULL, 0}
    };
    wb_taken at = {.shard = shard, .record = record};
    bool found = false;
    wb_rc rc;

    wb_buf_init(&order, WB_KEY_MAX);
    wb_buf_init(&name, WB_TAKEN_NAME_MAX);
    rc = order_of(record, &order, err);
    if (rc || !order.len)
        return rc;
    key.name = at.order = wb_buf_view(&order);
    rc = wb_relations_get(txn, &key, record, &name, &found, err);
    if (rc || !name.len)
        return rc;
    wb_taken_split(&at, wb_buf_view(&name));
    return wb_taken_delete(&at, txn, err);
}
