/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temu - orders, listings, products and returns of one Temu shop; shipments and stock back to it
 *
 * Every call is a POST to one URL, with the interface's name in the body (envelope.c, sign.c).
 * Lists are read from their last page (pages.c), or by tokens (tokens.c). What a code means is a
 * row (codes.c), what is not settled stands in uncertain.h.
 *
 * Four rooms: orders/ reads an order in parts, goods/ products, listings and their stock, returns/
 * after-sales; shipping/ tells the shop what was shipped. They see what stands here, and of what
 * stands here this file alone, the table of all, sees them. Start reading at the bottom.
 */
#include "actors/connectors/temu/temu.h"

#include <assert.h>
#include <string.h>

#include "actors/connectors/temu/goods/goods.h"
#include "actors/connectors/temu/orders/orders.h"
#include "actors/connectors/temu/returns/returns.h"
#include "actors/connectors/temu/shipping/shipping.h"
#include "actors/connectors/temu/uncertain.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"

#define MINUTE_MS INT64_C(60000)
#define DAY_MS INT64_C(86400000)
/* What a confirmation says: which goods, in which parcels, by which carrier. */
#define CONFIRMED                                                                                  \
    (UINT32_C(1) << WB_SHIPMENT_OWNS_HEAD | UINT32_C(1) << WB_SHIPMENT_OWNS_LINES |                \
     UINT32_C(1) << WB_SHIPMENT_OWNS_PARCELS | UINT32_C(1) << WB_OWNS_DECIDED)

/* A list that is read as a whole each time: one slice, however long ago the last one was. */
#define WHOLE_LIST .slice_ms = 90 * DAY_MS, .first_ms = 90 * DAY_MS

static const wb_stream temu_streams[] = {
    {.name = "orders.sync",
     .mode = WB_STREAM_LIST,
     .record_kind = WB_RECORD_ORDER,
     .pull = "orders.list",
     .fetch = "orders.get",
     .single = true,
     .cron = "*/10 * * * *",
     .full_cron = "0 2 * * *",
     .slice_ms = DAY_MS,
     .overlap_ms = 60 * MINUTE_MS,
     .first_ms = 90 * DAY_MS,
     .full_ms = 365 * DAY_MS,
     .margin_ms = MINUTE_MS / 2,
     .help = "orders by update time; each is then read whole, with its address"},
    {.name = "listings.sync",
     .mode = WB_STREAM_LIST,
     .record_kind = WB_RECORD_LISTING,
     .pull = "listings.list",
     .fetch = "listings.stock", /* of what is told without it */
     .cron = "*/10 * * * *",
     WHOLE_LIST, .optional = true,
     .help = "SKUs and how many of each the shop shows: all of them each time"},
    {.name = "products.sync",
     .mode = WB_STREAM_LIST,
     .record_kind = WB_RECORD_PRODUCT,
     .pull = "products.list",
     .cron = "*/10 * * * *",
     .full_cron = "0 3 * * *",
     WHOLE_LIST, .optional = true,
     .help = "goods with their SKUs: all of them each time"},
    {.name = "returns.sync",
     .mode = WB_STREAM_LIST,
     .record_kind = WB_RECORD_RETURN,
     .pull = "returns.list",
     .fetch = "returns.get",
     .cron = "*/10 * * * *",
     .full_cron = "0 4 * * *",
     .overlap_ms = 60 * MINUTE_MS,
     .margin_ms = MINUTE_MS / 2,
     WHOLE_LIST, .optional = true,
     .help = "after-sales by update time: money or goods that buyers want back; each is then read "
             "with its lines"},
    {0            },
};

#define CALL .urls = {"url"}, .limit = {.rate_micro = 15000000, .burst = 5}, .timeout_ms = 30000

static const wb_op temu_ops[] = {
    {.name = "orders.list",
     .verb = WB_VERB_PULL,
     .batch_max = TEMU_PAGE_MAX,
     .build = temu_list_build,
     .read = temu_list_read,
     CALL},
    {.name = "listings.list",
     .verb = WB_VERB_PULL,
     .batch_max = TEMU_PAGE_MAX,
     .build = temu_list_build,
     .read = temu_list_read,
     CALL},
    {.name = "products.list",
     .verb = WB_VERB_PULL,
     .batch_max = TEMU_PAGE_MAX,
     .build = temu_list_build,
     .read = temu_list_read,
     CALL},
    {.name = "listings.retrieve",
     .verb = WB_VERB_PULL,
     .batch_max = TEMU_PAGE_MAX,
     .build = temu_token_build,
     .read = temu_token_read,
     CALL},
    {.name = "listings.stock",
     .verb = WB_VERB_FETCH,
     .batch_max = TEMU_STOCK_BATCH,
     .build = temu_listed_build,
     .read = temu_listed_read,
     CALL},
    {.name = "products.retrieve",
     .verb = WB_VERB_PULL,
     .batch_max = TEMU_PAGE_MAX,
     .build = temu_token_build,
     .read = temu_token_read,
     CALL},
    {.name = "returns.list",
     .verb = WB_VERB_PULL,
     .batch_max = TEMU_PAGE_MAX,
     .build = temu_list_build,
     .read = temu_list_read,
     CALL},
    {.name = "returns.get",
     .verb = WB_VERB_FETCH,
     .batch_max = 1,
     .build = temu_detail_build,
     .read = temu_detail_read,
     CALL},
    {.name = "orders.get",
     .verb = WB_VERB_FETCH,
     .batch_max = 1,
     .more = "orders.labels",
     .build = temu_get_build,
     .read = temu_get_read,
     CALL},
    {.name = "orders.labels",
     .verb = WB_VERB_FETCH,
     .batch_max = 1,
     .more = "orders.address",
     .build = temu_labels_build,
     .read = temu_labels_read,
     CALL},
    {.name = "orders.address",
     .verb = WB_VERB_FETCH,
     .batch_max = 1,
     .more = "orders.amount",
     .build = temu_address_build,
     .read = temu_address_read,
     CALL},
    {.name = "orders.amount",
     .verb = WB_VERB_FETCH,
     .batch_max = 1,
     .more = "orders.prices",
     .build = temu_amount_build,
     .read = temu_amount_read,
     CALL},
    {.name = "orders.prices",
     .verb = WB_VERB_FETCH,
     .batch_max = 1,
     .build = temu_prices_build,
     .read = temu_prices_read,
     CALL},
    {.name = "shipments.put",
     .verb = WB_VERB_PUSH,
     .batch_max = TEMU_SET_MAX,
     .settle_ms = MINUTE_MS,
     .probe = "shipments.get",
     .reads = CONFIRMED,
     .effect_free = temu_effect_free,
     .gather = temu_ship_gather,
     .whole = temu_ship_whole,
     .build = temu_ship_build,
     .read = temu_ship_read,
     CALL},
    {.name = "shipments.again",      /* asks, and changes nothing */
     .verb = WB_VERB_PUSH,
     .batch_max = 1,
     .settle_ms = MINUTE_MS,
     .repeatable = true,
     .reads = CONFIRMED,
     .renews = "shipments.put",
     .more = TEMU_EDIT,
     .build = temu_shipped_build,
     .read = temu_again_read,
     CALL},
    {.name = TEMU_EDIT,
     .verb = WB_VERB_PUSH,
     .batch_max = 1,
     .settle_ms = MINUTE_MS,
     .more = TEMU_BOX,
     .effect_free = temu_effect_free,
     .build = temu_edit_build,
     .read = temu_edit_read,
     CALL},
    {.name = TEMU_BOX,
     .verb = WB_VERB_PUSH,
     .batch_max = 1,
     .settle_ms = MINUTE_MS,
     .effect_free = temu_effect_free,
     .build = temu_boxed_build,
     .read = temu_boxed_read,
     CALL},
    {.name = "shipments.get",
     .verb = WB_VERB_PROBE,
     .batch_max = 1,
     .build = temu_shipped_build,
     .read = temu_shipped_read,
     CALL},
    {.name = "listings.put",
     .verb = WB_VERB_PUSH,
     .batch_max = 1,
     .settle_ms = MINUTE_MS / 4,
     .probe = "listings.get",
     .reads = UINT32_C(1) << WB_LISTING_OWNS_WANTED,
     .effect_free = temu_effect_free,
     .build = temu_stock_build,
     .read = temu_stock_read,
     CALL},
    {.name = "listings.get",
     .verb = WB_VERB_PROBE,
     .batch_max = 1,
     .build = temu_shown_build,
     .read = temu_shown_read,
     CALL},
    {.name = "account.ask",
     .verb = WB_VERB_ASK,
     .batch_max = 1,
     .build = temu_ask_build,
     .read = temu_ask_read,
     CALL},
    {0       },
};

static const wb_record_kind temu_takes[] = {WB_RECORD_SHIPMENT, WB_RECORD_LISTING, WB_RECORD_NONE};

/* One that cannot be read is tried, and parked by its build. */
static bool
is_called_back(const wb_envelope *want)
{
    wb_shipment shipment;
    bool back;

    if (wb_canonical_decode(wb_shipment_fields, want->body, &shipment, sizeof shipment, NULL))
        return false;
    back = shipment.status == WB_SHIPMENT_CANCELLED;
    wb_canonical_fini(wb_shipment_fields, &shipment);
    return back;
}

/* What was confirmed is not confirmed again; what was called back before is nothing to tell. */
static const char *
temu_push_op(const void *options, const wb_envelope *want, bool delivered)
{
    (void)options;
    if (want->record_kind == WB_RECORD_SHIPMENT && delivered)
        return "shipments.again";
    if (want->record_kind == WB_RECORD_SHIPMENT)
        return is_called_back(want) ? NULL : "shipments.put";
    if (want->record_kind == WB_RECORD_LISTING && temu_listing_wants(want))
        return "listings.put";
    return NULL;
}

static const char *
temu_not_sent(const void *options, const wb_envelope *want)
{
    (void)options;
    if (want->record_kind == WB_RECORD_SHIPMENT)
        return "it was called back before the shop was told of it";
    if (want->record_kind == WB_RECORD_LISTING)
        return "no number is wanted of it, or it is deleted at the shop";
    return "the shop takes shipments and stock alone";
}

/* Which list of goods and SKUs: a cursor of the other one is refused by its build. */
static const char *
temu_pull_op(const void *options, const wb_stream *stream)
{
    if (((const temu_options *)options)->goods_lists != TEMU_GOODS_RETRIEVE)
        return NULL;
    if (stream->record_kind == WB_RECORD_LISTING)
        return "listings.retrieve";
    return stream->record_kind == WB_RECORD_PRODUCT ? "products.retrieve" : NULL;
}

static const char *
temu_ask_op(const void *options, const wb_op *refused)
{
    (void)options;
    (void)refused; /* a right to one interface alone is the record's refusal, with its own words */
    return "account.ask";
}

static int
temu_batch_max(const void *options, const wb_op *op)
{
    return op->verb == WB_VERB_PULL ? (int)((const temu_options *)options)->page_size : 0;
}

/* So that no second, wherever it begins, has more than the burst and what flows in within it. */
static void
temu_limit(const void *options, const wb_op *op, wb_limit *out)
{
    int64_t rate = ((const temu_options *)options)->rate;

    (void)op;
    out->rate_micro = rate * 1000000;
    out->burst = rate / 3 > 1 ? rate / 3 : 1;
}

static int64_t
temu_pack_in(const void *options, wb_view sku)
{
    const temu_options *self = options;
    const temu_pack *rows = self->packs.items;
    int64_t most = 1;

    if (sku.len)
        return temu_pack_of(self, sku);
    for (size_t i = 0; i < self->packs.count; i++)
        most = rows[i].pieces > most ? rows[i].pieces : most;
    return most;
}

/* Limits belong to the application, in one region. */
static void
temu_scope(const void *options, const wb_op *op, wb_buf *out)
{
    const temu_options *self = options;
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    uint8_t digest[WB_SHA256_LEN];
    char hex[33];

    (void)op;
    wb_buf_init(&text, WB_HTTP_HEADER_MAX);
    wb_buf_addf(&text, "%s\n%s", self->app_key, self->url);
    wb_sha256(digest, wb_buf_view(&text));
    wb_hex(hex, digest, 16);
    wb_buf_addf(out, "temu:%s", hex);
}

const temu_list *
temu_list_of(const wb_call *call)
{
    static const temu_list *const lists[] = {&temu_orders,        &temu_listings,
                                             &temu_products,      &temu_listings_told,
                                             &temu_products_told, &temu_returns};
    size_t i = 0;

    while (i < WB_COUNT(lists) && strcmp(lists[i]->pull, call->op->name) != 0)
        i++;
    assert(i < WB_COUNT(lists)); /* an operation that lists has a list */
    return lists[i];
}

static wb_rc
temu_map(const wb_envelope *raw, wb_json *json, wb_mapped *out, wb_err *err)
{
    static const wb_map_row rows[] = {
        {WB_RECORD_ORDER,   temu_map_order  },
        {WB_RECORD_LISTING, temu_map_listing},
        {WB_RECORD_PRODUCT, temu_map_product},
        {WB_RECORD_RETURN,  temu_map_return },
        {WB_RECORD_NONE,    NULL            },
    };

    return wb_map_by_kind(rows, raw, json, out, err);
}

const wb_connector wb_connector_temu = {
    .name = "temu",
    .summary =
        "orders, listings, products and returns of one Temu shop; shipments and stock back to it",
    .options = temu_rows,
    .options_size = sizeof(temu_options),
    .example = temu_example,
    .check = temu_check,
    .streams = temu_streams,
    .takes = temu_takes,
    .ops = temu_ops,
    .pull_op = temu_pull_op,
    .push_op = temu_push_op,
    .not_sent = temu_not_sent,
    .renewal =
        "the seller authorises the application again in Seller Center; then set access_token",
    .ask_op = temu_ask_op,
    .batch_max = temu_batch_max,
    .limit = temu_limit,
    .pack = temu_pack_in,
    .map = temu_map,
    .secret_body = true,
    .coverage = temu_coverage,
    .sign = temu_sign,
    .scope = temu_scope,
    .verify = temu_verify,
};
