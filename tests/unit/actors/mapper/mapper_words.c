/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What comes in, and from whom: the accounts of the kit, and how the test speaks for them
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/runtime/actor/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/mapper/mapper_kit.h"

#define DAY "2026-01-02T"

/* --- a connector whose records belong to orders --- */

static const wb_stream house_streams[] = {
    {.name = "shipments",                .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_SHIPMENT},
    {.name = "notices", .mode = WB_STREAM_QUEUE, .record_kind = WB_RECORD_SHIPMENT},
    {.name = "orders",                  .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_ORDER, .reads_back = true},
    {.name = NULL},
};
static const wb_op house_ops[] = {
    {.name = "push", .verb = WB_VERB_PUSH},
    {.name = NULL             },
};

static void
put_goods(wb_mapped *out, const char *sku, const char *quantity)
{
    wb_shipment_line *line = wb_alloc(sizeof *line);

    *line = (wb_shipment_line){
        .sku = wb_view_of(sku), .quantity = {strtoll(quantity, NULL, 10), true}
    };
    out->shipment.lines = (wb_field_list){line, 1};
}

/* Bytes: id, number, state, each with a NUL behind it. It claims more than is its own. */
static wb_rc
house_map_order(const wb_envelope *raw, wb_mapped *out)
{
    const char *id = raw->body.data, *number = id + strlen(id) + 1;
    const char *state = number + strlen(number) + 1;
    wb_order_handled *part = wb_alloc(sizeof *part);

    out->kind = WB_RECORD_ORDER;
    out->owners = UINT32_MAX;
    out->order = (wb_order){
        .external_id = wb_view_of(id),
        .channel = WB_VIEW_LIT("kit_house"),
        .status = WB_ORDER_CANCELLED,
        .handled = {part, 1},
    };
    *part = (wb_order_handled){.number = wb_view_of(number)};
    for (int32_t i = 1; wb_order_handled_statuses[i]; i++)
        if (!strcmp(wb_order_handled_statuses[i], state))
            part->status = i;
    if (part->status == WB_HANDLED_STOPPED)
        out->order.stopped_by = raw->account;
    return WB_OK;
}

/* Bytes: id, status, carrier, SKU, quantity, each with a NUL behind it. */
static wb_rc
house_map(const wb_envelope *raw, wb_json *json, wb_mapped *out, wb_err *err)
{
    const char *id = raw->body.data, *status = id + strlen(id) + 1;
    const char *carrier = status + strlen(status) + 1;
    const char *sku = carrier + strlen(carrier) + 1;
    static const char *const *names = wb_shipment_statuses;

    (void)json;
    (void)err;
    if (raw->record_kind == WB_RECORD_ORDER)
        return house_map_order(raw, out);
    out->kind = WB_RECORD_SHIPMENT;
    out->owners =
        1u << WB_SHIPMENT_OWNS_HEAD | 1u << WB_SHIPMENT_OWNS_LINES | 1u << WB_SHIPMENT_OWNS_PARCELS;
    out->routed = strcmp(status, "planned") != 0;
    out->source_utc_us = raw->source_utc_us;
    out->shipment = (wb_shipment){.external_id = wb_view_of(id),
                                  .source = WB_VIEW_LIT("kit_house"),
                                  .carrier = wb_view_of(carrier),
                                  .updated_utc_us = raw->source_utc_us};
    for (int32_t i = 1; names[i]; i++)
        if (!strcmp(names[i], status))
            out->shipment.status = i;
    if (*sku)
        put_goods(out, sku, sku + strlen(sku) + 1);
    return WB_OK;
}

static const wb_connector kit_house = {
    .name = "kit_house", .streams = house_streams, .ops = house_ops, .map = house_map};

/* --- a connector of orders with an address --- */

static const wb_stream mall_streams[] = {
    {.name = "orders",                .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_ORDER},
    {.name = NULL},
};

/* Bytes: id, status, line1, city, each with a NUL behind it. */
static wb_rc
mall_map(const wb_envelope *raw, wb_json *json, wb_mapped *out, wb_err *err)
{
    const char *id = raw->body.data, *status = id + strlen(id) + 1;
    const char *line1 = status + strlen(status) + 1;
    const wb_record_def *def = wb_record_def_of(WB_RECORD_ORDER);

    (void)json;
    (void)err;
    out->kind = WB_RECORD_ORDER;
    out->owners = UINT32_MAX;
    out->routed = true;
    out->source_utc_us = raw->source_utc_us;
    out->order = (wb_order){
        .external_id = wb_view_of(id),
        .channel = WB_VIEW_LIT("kit_mall"),
        .ship_to = {.line1 = wb_view_of(line1), .city = wb_view_of(line1 + strlen(line1) + 1)}
    };
    for (int32_t i = 1; i < WB_ORDER_STATUS_COUNT; i++)
        if (!strcmp(wb_record_status_name(def, i), status))
            out->order.status = i;
    return WB_OK;
}

static const wb_connector kit_mall = {
    .name = "kit_mall", .streams = mall_streams, .ops = house_ops, .map = mall_map};

static const wb_record_kind deaf_takes[] = {WB_RECORD_ORDER, WB_RECORD_NONE};
/* It is told of open orders alone. */
static const char *
deaf_push_op(const void *options, const wb_envelope *want, bool delivered)
{
    wb_order order;
    bool open;

    (void)options;
    (void)delivered;
    ck_assert(!wb_canonical_decode(wb_order_fields, want->body, &order, sizeof order, NULL));
    open = order.status == WB_ORDER_CREATED;
    wb_canonical_fini(wb_order_fields, &order);
    return open ? "push" : NULL;
}

static const char *
deaf_not_sent(const void *options, const wb_envelope *want)
{
    (void)options;
    (void)want;
    return "it is gone";
}

static const wb_connector kit_deaf = {.name = "kit_deaf",
                                      .ops = house_ops,
                                      .takes = deaf_takes,
                                      .push_op = deaf_push_op,
                                      .not_sent = deaf_not_sent};

/* --- a connector of stock, and of listings that can be told what to show --- */

bool kit_timeless;
int64_t kit_shows, kit_observed_utc_us;

static const wb_stream stall_streams[] = {
    {.name = "listings",                  .record_kind = WB_RECORD_LISTING},
    {.name = "stock",                                   .record_kind = WB_RECORD_INVENTORY, .whole = true},
    {.name = NULL},
};

/* Bytes: the kit_word itself. */
static wb_rc
stall_map(const wb_envelope *raw, wb_json *json, wb_mapped *out, wb_err *err)
{
    kit_word word;

    (void)json;
    (void)err;
    memcpy(&word, raw->body.data, sizeof word);
    out->kind = raw->record_kind;
    out->routed = true;
    out->source_utc_us = raw->source_utc_us;
    if (raw->record_kind == WB_RECORD_INVENTORY) {
        out->owners = 1u << WB_INVENTORY_OWNS_HEAD;
        out->inventory = (wb_inventory){
            .external_id = wb_view_of(word.id),
            .sku = wb_view_of(word.sku),
            .source = WB_VIEW_LIT("kit_stall"),
            .available = {word.number, word.number != KIT_UNTOLD}
        };
        return WB_OK;
    }
    out->owners = WB_LISTING_OBSERVED;
    out->listing = (wb_listing){
        .external_id = wb_view_of(word.id),
        .sku = wb_view_of(word.sku),
        .channel = WB_VIEW_LIT("kit_stall"),
        .shown.quantity = {kit_shows - 1, kit_shows > 0},
        .status = word.gone ? WB_LISTING_DELETED : WB_LISTING_ACTIVE
    };
    return WB_OK;
}

static const wb_connector kit_stall = {
    .name = "kit_stall", .streams = stall_streams, .ops = house_ops, .map = stall_map};

const wb_connector *const kit_connectors[] = {&kit_house, &kit_deaf, &kit_mall, &kit_stall, NULL};

/* --- what comes in --- */

static void
add_word(wb_buf *out, const char *word)
{
    wb_buf_add(out, word, strlen(word) + 1);
}

static void
write_order(wb_buf *out, const kit_order *order)
{
    wb_buf_init(out, 4096);
    if (order->line1) {
        add_word(out, order->id);
        add_word(out, order->status);
        add_word(out, order->line1);
        add_word(out, order->city ? order->city : "");
        return;
    }
    if (order->broken) {
        wb_buf_add_text(out, "{\"id\":");
        return;
    }
    wb_buf_addf(out, "{\"id\":\"%s\",\"status\":\"%s\",\"updated\":\"" DAY "00:%02d:%02dZ\"",
                order->id, order->status, order->updated / 60, order->updated % 60);
    if (order->created)
        wb_buf_addf(out, ",\"created\":\"%s\"", order->created);
    if (order->lines)
        wb_buf_addf(out, ",\"lines\":%s", order->lines);
    wb_buf_addf(out, ",\"currency\":\"EUR\",\"total\":\"%s\"}",
                order->total ? order->total : "10.00");
}

static int64_t
second_of_day(int second)
{
    int64_t day = 0;
    wb_err err = {0};

    ck_assert(!wb_time_parse(&day, WB_VIEW_LIT(DAY "00:00:00Z"), &err));
    return day + second * WB_US_PER_S;
}

wb_delivery *
kit_delivery(const wb_envelope *env, size_t n)
{
    wb_delivery *delivery = wb_alloc(sizeof *delivery);

    delivery->env = wb_envelope_copy(env);
    delivery->env->sequence = n;
    kit_outcome[n] = WB_OUTCOME_NONE;
    return delivery;
}

/* What the runtime does with a delivery that its handler refused. */
static void
park(kit *self, wb_delivery *delivery, const char *why)
{
    WB_AUTO(wb_buf_fini) wb_buf account = {0};

    wb_ctx_account_key(&self->ctx, delivery->env, &account);
    wb_actor_park(&self->ctx, &delivery, wb_buf_view(&account), why, false);
}

void
kit_say(kit *self, size_t n, const kit_order *order)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    char record[80];
    int seen = order->observed ? order->observed : order->updated;
    wb_envelope env = {.kind = WB_KIND_RAW,
                       .tenant = WB_VIEW_LIT("default"),
                       .connector = wb_view_of(order->line1 ? "kit_mall" : "sample"),
                       .account = WB_VIEW_LIT("shop"),
                       .record_kind = WB_RECORD_ORDER,
                       .source_utc_us = order->line1 ? second_of_day(order->updated) : 0,
                       .observed_utc_us = second_of_day(seen)};
    wb_delivery *delivery;
    wb_err err = {0};

    snprintf(record, sizeof record, "default/shop/order/%s", order->id);
    env.record = wb_view_of(record);
    env.id = wb_id_make(0, env.record, (wb_view){(const char *)&n, sizeof n});
    write_order(&body, order);
    env.body = wb_buf_view(&body);
    delivery = kit_delivery(&env, n);
    if (wb_mapper_raw(&self->ctx, delivery, &err))
        park(self, delivery, err.text);
    kit_flush(self);
}

void
kit_say_parcel(kit *self, size_t n, const kit_parcel *parcel)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    const char *account = parcel->account ? parcel->account : "house";
    char record[80];
    wb_envelope env = {.kind = WB_KIND_RAW,
                       .tenant = WB_VIEW_LIT("default"),
                       .connector = WB_VIEW_LIT("kit_house"),
                       .account = wb_view_of(account),
                       .record_kind = WB_RECORD_SHIPMENT,
                       .root = wb_view_of(parcel->root),
                       .source_utc_us = second_of_day(parcel->updated),
                       .observed_utc_us = second_of_day(parcel->updated)};
    wb_delivery *delivery;
    wb_err err = {0};

    snprintf(record, sizeof record, "default/%s/shipment/%s", account, parcel->id);
    env.record = wb_view_of(record);
    env.id = wb_id_make(0, env.record, (wb_view){(const char *)&n, sizeof n});
    wb_buf_init(&body, 4096);
    add_word(&body, parcel->id);
    add_word(&body, parcel->status ? parcel->status : "shipped");
    add_word(&body, parcel->carrier ? parcel->carrier : "");
    add_word(&body, parcel->sku ? parcel->sku : "");
    wb_buf_addf(&body, "%d", parcel->quantity);
    wb_buf_add_char(&body, 0);
    env.body = wb_buf_view(&body);
    delivery = kit_delivery(&env, n);
    if (wb_mapper_raw(&self->ctx, delivery, &err))
        park(self, delivery, err.text);
    kit_flush(self);
}

void
kit_read_back(kit *self, size_t n, const kit_back *back)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    char record[80];
    wb_envelope env = {.kind = WB_KIND_RAW,
                       .tenant = WB_VIEW_LIT("default"),
                       .connector = WB_VIEW_LIT("kit_house"),
                       .account = WB_VIEW_LIT("house"),
                       .record_kind = WB_RECORD_ORDER,
                       .observed_utc_us = second_of_day(back->read)};
    wb_delivery *delivery;
    wb_err err = {0};

    snprintf(record, sizeof record, "default/shop/order/%s", back->id);
    env.record = wb_view_of(record);
    env.id = wb_id_make(0, env.record, (wb_view){(const char *)&n, sizeof n});
    wb_buf_init(&body, 4096);
    add_word(&body, back->id);
    add_word(&body, back->number);
    add_word(&body, back->state);
    env.body = wb_buf_view(&body);
    delivery = kit_delivery(&env, n);
    if (wb_mapper_raw(&self->ctx, delivery, &err))
        park(self, delivery, err.text);
    kit_flush(self);
}

void
kit_tell(kit *self, size_t n, const kit_word *word)
{
    wb_record_kind kind = word->listing ? WB_RECORD_LISTING : WB_RECORD_INVENTORY;
    int seen = word->observed ? word->observed : word->updated;
    char record[80];
    wb_envelope env = {
        .kind = WB_KIND_RAW,
        .tenant = WB_VIEW_LIT("default"),
        .connector = WB_VIEW_LIT("kit_stall"),
        .account = wb_view_of(word->account),
        .record_kind = kind,
        .root = WB_VIEW_LIT("default/*"),
        .source_utc_us = kit_timeless ? 0 : second_of_day(word->updated),
        .observed_utc_us = kit_observed_utc_us ? kit_observed_utc_us : second_of_day(seen),
        .body = {(const char *)word, sizeof *word}
    };
    wb_delivery *delivery;
    wb_err err = {0};

    snprintf(record, sizeof record, "default/%s/%s/%s", word->account, wb_record_kind_name(kind),
             word->id);
    env.record = wb_view_of(record);
    env.id = wb_id_make(0, env.record, (wb_view){(const char *)&n, sizeof n});
    delivery = kit_delivery(&env, n);
    ck_assert_msg(!wb_mapper_raw(&self->ctx, delivery, &err), "%s", err.text);
    kit_flush(self);
}
