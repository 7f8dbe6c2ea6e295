/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/mapper/stock/supply.h"

#include <string.h>

#include "actors/mapper/stock/taken.h"
#include "protocol/base/own.h"
#include "protocol/key.h"
#include "protocol/limits.h"
#include "storage/relations.h"

#define WHOLE 100 /* per cent */

/* Hundredths of pieces: a sum of shares is rounded once, at its end. */
typedef __int128 hundredths;

/* --- beside an inventory: its number, if it is told, and its warehouse --- */

typedef struct {
    wb_count available;
    wb_view warehouse;
} note;

void
wb_supply_note(const wb_inventory *inventory, wb_buf *out)
{
    wb_buf_add(out, &inventory->available.value, sizeof inventory->available.value);
    wb_buf_add_char(out, (char)inventory->available.known);
    wb_buf_add_view(out, inventory->warehouse);
}

/* A former release had the number alone, and nothing where it was not told. */
static bool
is_former(wb_view bytes)
{
    return bytes.len <= sizeof(int64_t);
}

static note
read_note(wb_view bytes)
{
    note self = {0};

    if (bytes.len >= sizeof self.available.value) {
        memcpy(&self.available.value, bytes.data, sizeof self.available.value);
        self.available.known = true;
    }
    if (!is_former(bytes)) {
        self.available.known = bytes.data[sizeof self.available.value] != 0;
        self.warehouse = (wb_view){bytes.data + sizeof self.available.value + 1,
                                   bytes.len - sizeof self.available.value - 1};
    }
    return self;
}

/* --- goods: one SKU of one ERP --- */

typedef struct {
    const wb_supply *supply;
    const wb_stock_way *way;
    int64_t *held;  /* by the warehouses of its route: an ERP may tell of one in several records */
    hundredths sum; /* where the route names none */
    bool any, unread; /* a warehouse that counts was read; one tells no number */
} summing;

static const wb_warehouse_conf all_of_it = {.share = WHOLE};

/* What of a warehouse counts; NULL: nothing. */
static const wb_warehouse_conf *
rule_of(const wb_route_conf *route, wb_view warehouse)
{
    const wb_warehouse_conf *rows = route->warehouses.items;

    for (size_t i = 0; i < route->warehouses.count; i++)
        if (wb_view_is(warehouse, rows[i].id))
            return &rows[i];
    return route->warehouses.count ? NULL : &all_of_it;
}

static void
tell_warehouse(wb_json_writer *out, const note *is, const wb_warehouse_conf *rule)
{
    if (!out)
        return;
    wb_json_open(out, '{');
    wb_json_member_text(out, "warehouse", is->warehouse);
    if (is->available.known)
        wb_json_member_int(out, "available", is->available.value);
    wb_json_member_bool(out, "counts", rule != NULL);
    if (rule && rule->share != WHOLE)
        wb_json_member_int(out, "share", rule->share);
    if (rule && rule->reserve)
        wb_json_member_int(out, "reserve", rule->reserve);
    wb_json_close(out, '}');
}

static wb_rc
warehouse_of(const summing *self, wb_view record, note *out, wb_err *err)
{
    wb_inventory inventory;
    wb_record_row row;
    bool found = false;
    wb_rc rc = wb_records_get(self->supply->txn, self->supply->shard, record, &row, &found, err);

    if (rc || !found)
        return rc;
    rc = wb_canonical_decode(wb_inventory_fields, row.canonical, &inventory, sizeof inventory, err);
    if (!rc)
        out->warehouse = inventory.warehouse;
    return rc;
}

static void
add_held(int64_t *sum, int64_t more)
{
    *sum = more > INT64_MAX - *sum ? INT64_MAX : *sum + more;
}

static wb_rc
add_stock(void *arg, wb_view record, wb_view bytes, wb_err *err)
{
    summing *self = arg;
    const wb_warehouse_conf *rule;
    note is = read_note(bytes);
    wb_rc rc = WB_OK;

    if (!wb_view_eq(wb_key_account_of(record), self->way->from))
        return WB_OK;
    if (is_former(bytes) && (self->way->route->warehouses.count || self->supply->tell))
        rc = warehouse_of(self, record, &is, err);
    if (rc)
        return rc;
    rule = rule_of(self->way->route, is.warehouse);
    tell_warehouse(self->supply->tell, &is, rule);
    if (!rule)
        return WB_OK;
    self->any = true;
    self->unread = self->unread || !is.available.known;
    if (!is.available.known || is.available.value <= 0)
        return WB_OK;
    if (rule == &all_of_it)
        self->sum += (hundredths)is.available.value * WHOLE;
    else
        add_held(&self->held[rule - (const wb_warehouse_conf *)self->way->route->warehouses.items],
                 is.available.value);
    return WB_OK;
}

/* Once of a warehouse, however many records tell of it. */
static hundredths
less_reserves(const summing *self)
{
    const wb_warehouse_conf *rows = self->way->route->warehouses.items;
    hundredths sum = self->sum;

    for (size_t i = 0; i < self->way->route->warehouses.count; i++)
        if (self->held[i] > rows[i].reserve)
            sum += ((hundredths)self->held[i] - rows[i].reserve) * rows[i].share;
    return sum;
}

/* --- a part of a SKU --- */

typedef struct {
    int64_t pieces; /* of the SKU that can be made of it */
    bool read, unread;
} share_of_part;

static int64_t
pieces_of(hundredths sum, int64_t share, int64_t quantity)
{
    hundredths pieces = sum * share / (WHOLE * WHOLE) / quantity;

    return pieces > INT64_MAX ? INT64_MAX : (int64_t)pieces;
}

/* Pieces of the part in one of what is shown. */
static int64_t
each_of(const wb_supply *self, const wb_sku_part *part)
{
    int64_t each;

    if (self->pack < 2)
        return part->quantity;
    return __builtin_mul_overflow(part->quantity, self->pack, &each) ? INT64_MAX : each;
}

static wb_rc
add_part(const wb_supply *self, const wb_stock_way *way, const wb_sku_part *part,
         share_of_part *out, wb_err *err)
{
    const wb_relation_key key = {self->shard, WB_RELATION_STOCK, part->master};
    int64_t each = each_of(self, part);
    size_t places = way->route->warehouses.count;
    summing sum = {
        .supply = self, .way = way, .held = places ? wb_alloc(places * sizeof *sum.held) : NULL};
    int64_t taken = 0;
    wb_rc rc;

    if (self->tell) {
        wb_json_open(self->tell, '{');
        wb_json_member_text(self->tell, "sku", part->master);
        wb_json_member_int(self->tell, "quantity", each);
        if (part->line)
            wb_json_member_int(self->tell, "line", part->line);
        wb_json_put_key(self->tell, "warehouses");
        wb_json_open(self->tell, '[');
    }
    rc = wb_relations_scan(self->txn, &key, (wb_view){NULL, 0}, add_stock, &sum, err);
    if (!rc)
        rc = wb_taken_sum(&(wb_stock_goods){self->shard, way->from, part->master}, &taken,
                          self->txn, err);
    sum.sum = less_reserves(&sum) - (hundredths)taken * WHOLE;
    wb_free(&sum.held);
    if (sum.sum < 0)
        sum.sum = 0;
    *out = (share_of_part){pieces_of(sum.sum, way->route->share, each), sum.any, sum.unread};
    if (self->tell) {
        wb_json_close(self->tell, ']');
        if (taken)
            wb_json_member_int(self->tell, "taken", taken);
        if (out->read && !out->unread)
            wb_json_member_int(self->tell, "pieces", out->pieces);
        wb_json_close(self->tell, '}');
    }
    return rc;
}

/* --- a route --- */

static void
tell_way(wb_json_writer *out, const wb_stock_way *way, bool known)
{
    const wb_route_conf *route = way->route;

    if (!out)
        return;
    wb_json_open(out, '{');
    wb_json_member_text(out, "from", way->from);
    wb_json_member_bool(out, "known", known);
    if (route->skus.name)
        wb_json_member_text(out, "skus", wb_view_of(route->skus.name));
    if (route->share != WHOLE)
        wb_json_member_int(out, "share", route->share);
    if (route->reserve)
        wb_json_member_int(out, "reserve", route->reserve);
    if (route->cap)
        wb_json_member_int(out, "cap", route->cap);
    wb_json_put_key(out, "parts");
    wb_json_open(out, '[');
}

static void
end_way(wb_json_writer *out, const wb_count *number)
{
    if (!out)
        return;
    wb_json_close(out, ']');
    if (number->known)
        wb_json_member_int(out, "number", number->value);
    wb_json_close(out, '}');
}

static int64_t
by_route(const wb_route_conf *route, int64_t pieces)
{
    pieces = pieces > route->reserve ? pieces - route->reserve : 0;
    return route->cap && pieces > route->cap ? route->cap : pieces;
}

/* *out unknown: the route says nothing of it, for a part of it was not read. */
static wb_rc
add_way(const wb_supply *self, const wb_stock_way *way, wb_sku_parts *parts, wb_count *out,
        bool *unread, wb_err *err)
{
    bool known = wb_stock_parts(self->stock, way, self->sku, parts), whole = known;
    int64_t least = INT64_MAX;
    wb_rc rc = WB_OK;

    tell_way(self->tell, way, known);
    for (size_t i = 0; !rc && known && i < parts->count; i++) {
        share_of_part part = {0};

        rc = add_part(self, way, &parts->items[i], &part, err);
        least = part.pieces < least ? part.pieces : least;
        whole = whole && part.read;
        *unread = *unread || part.unread;
    }
    *out = (wb_count){whole ? by_route(way->route, least) : 0, whole};
    end_way(self->tell, out);
    return rc;
}

/* --- a shop --- */

wb_rc
wb_supply_of(const wb_supply *self, wb_count *out, wb_err *err)
{
    WB_AUTO(wb_sku_parts_fini) wb_sku_parts parts = {0};
    size_t count = 0;
    const wb_stock_way *ways = wb_stock_ways_to(self->stock, self->shop, &count);
    bool unread = false;
    wb_rc rc = WB_OK;

    *out = (wb_count){0};
    for (size_t i = 0; !rc && i < count; i++) {
        wb_count one = {0};

        rc = add_way(self, &ways[i], &parts, &one, &unread, err);
        if (!one.known)
            continue;
        out->known = true;
        if (__builtin_add_overflow(out->value, one.value, &out->value))
            out->value = INT64_MAX;
    }
    out->known = out->known && !unread;
    return rc;
}
