/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders - system orders are read, by time or by the numbers of the channel
 *
 *   POST /pb/mp/order/v2/list   {offset, length 20..500, date_type, start_time, end_time (seconds,
 *                                both ends open, 31 days at most), platform_order_nos[<=200],
 *                                store_id[], platform_code[], order_status, include_delete}
 *       data {total (a text), list[...]}
 *
 * Lists by number need no time. Who is not permitted to see addresses has none. What another stands
 * for is there with include_delete alone.
 */
#include "protocol/base/clock.h"
#include "tools/sim/engine/works.h"
#include "tools/sim/systems/lingxing/door.h"
#include "tools/sim/systems/lingxing/reference.h"

#include <stdio.h>
#include <string.h>

#define SPAN_MAX_S INT64_C(2678400) /* 31 days */
#define NUMBERS_MAX 200

typedef struct {
    wb_sim_lingxing_call *call;
    wb_sim_lingxing_page page;
    int64_t after_s, before_s; /* both open; 0 = any time */
    int date_type;
    bool deleted;
    int64_t status; /* 0 = any */
} search;

static const char *const date_types[] = {"update_time", "global_purchase_time",
                                         "global_payment_time", "global_delivery_time", NULL};

static int64_t
time_of(const search *self, const wb_sim_lingxing_sys *sys)
{
    const wb_sim_lingxing_house *house = self->call->house;

    switch (self->date_type) {
    case 1:
        return sys->orders[0]->purchase_s;
    case 2:
        return sys->orders[0]->payment_s;
    case 3:
        return wb_sim_lingxing_status(house, sys) == WB_SIM_LINGXING_SHIPPED
                   ? wb_sim_lingxing_updated(house, sys) / WB_US_PER_S
                   : 0;
    default:
        return wb_sim_lingxing_updated(house, sys) / WB_US_PER_S;
    }
}

/* Reads lag behind writes for a while, where that strikes. */
static bool
is_seen(const search *self, const wb_sim_lingxing_order *order)
{
    char key[256];
    uint64_t revision = 0;

    return wb_sim_ledger_probe(self->call->app->target->ledgers[0], wb_sim_lingxing_key(key, order),
                               &revision);
}

static bool
fits(const search *self, const wb_sim_lingxing_sys *sys)
{
    char store[WB_SIM_LINGXING_STORE_LEN + 1];
    const wb_sim *sim = self->call->visit->sim;
    wb_json *json = self->call->json;
    int64_t at_s = time_of(self, sys);
    wb_view platform = wb_sim_lingxing_platform(sim, sys->orders[0]->seller);

    wb_sim_lingxing_store_id(sim, store, sys->orders[0]->seller);
    return (self->deleted || sys->status != WB_SIM_LINGXING_HIDDEN) &&
           (!self->before_s || (at_s > self->after_s && at_s < self->before_s)) &&
           (!self->status || self->status == wb_sim_lingxing_status(self->call->house, sys)) &&
           wb_sim_lingxing_among(json, "store_id", wb_view_of(store)) &&
           wb_sim_lingxing_among(json, "platform_code", platform) && is_seen(self, sys->orders[0]);
}

/* --- one of them --- */

/* Ids and times are told as texts here and as numbers there. */
static void
member_id(wb_json_writer *writer, const char *name, uint64_t id)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)id);
    wb_json_member_text(writer, name, wb_view_of(text));
}

static void
put_items(search *self, const wb_sim_lingxing_sys *sys)
{
    wb_json_writer *writer = &self->call->writer;

    wb_json_put_key(writer, "item_info");
    wb_json_open(writer, '[');
    for (int k = 0; k < WB_SIM_LINGXING_PARTS; k++) {
        size_t first = 0, count = wb_sim_lingxing_lines(sys, k, &first);
        for (size_t i = first; i < first + count; i++) {
            const wb_sim_lingxing_line *line = &sys->orders[k]->lines[i];
            wb_json_open(writer, '{');
            member_id(writer, "id", line->id);
            wb_json_member_text(writer, "platform_order_no", wb_view_of(sys->orders[k]->no));
            wb_json_member_text(writer, "order_item_no", WB_VIEW_LIT(""));
            wb_json_member_text(writer, "msku", wb_view_of(line->msku));
            wb_json_member_text(writer, "local_sku", wb_view_of(line->sku));
            wb_json_member_int(writer, "quantity", line->quantity);
            wb_json_member_text(writer, "unit_price_amount", wb_view_of(line->price));
            wb_json_member_text(writer, "discount_amount", WB_VIEW_LIT("0.00"));
            wb_json_member_text(writer, "tax_amount", WB_VIEW_LIT("0.00"));
            wb_json_member_text(writer, "type", WB_VIEW_LIT("产品"));
            wb_json_put_key(writer, "stockCost");
            wb_json_put_null(writer);
            wb_json_close(writer, '}');
        }
    }
    wb_json_close(writer, ']');
}

static void
put_platforms(search *self, const wb_sim_lingxing_sys *sys)
{
    wb_json_writer *writer = &self->call->writer;

    wb_json_put_key(writer, "platform_info");
    wb_json_open(writer, '[');
    for (int k = 0; k < WB_SIM_LINGXING_PARTS && sys->orders[k]; k++) {
        wb_json_open(writer, '{');
        wb_json_member_text(
            writer, "platform_code",
            wb_sim_lingxing_platform(self->call->visit->sim, sys->orders[k]->seller));
        wb_json_member_text(writer, "platform_order_no", wb_view_of(sys->orders[k]->no));
        wb_json_member_text(writer, "platform_order_name", WB_VIEW_LIT(""));
        wb_json_member_text(
            writer, "store_Country_code",
            wb_view_of(sys->orders[k]->address[WB_SIM_LINGXING_A_receiver_country_code]));
        wb_json_member_int(writer, "purchase_time", sys->orders[k]->purchase_s);
        wb_json_member_int(writer, "delivery_time", 0);
        wb_json_close(writer, '}');
    }
    wb_json_close(writer, ']');
}

static void
put_logistics(search *self, const wb_sim_lingxing_sys *sys)
{
    wb_json_writer *writer = &self->call->writer;
    const wb_sim_shipment *shipment =
        wb_sim_lingxing_status(self->call->house, sys) == WB_SIM_LINGXING_SHIPPED
            ? wb_sim_lingxing_shipment(self->call->house, sys->orders[0])
            : NULL;

    wb_json_put_key(writer, "logistics_info");
    wb_json_open(writer, '{');
    wb_json_member_int(writer, "status", shipment ? 2 : 0);
    wb_json_member_text(writer, "logistics_type_id",
                        wb_view_of(*sys->orders[0]->type_id ? sys->orders[0]->type_id : "0"));
    wb_json_member_text(writer, "waybill_no", wb_view_of(shipment ? shipment->tracking : ""));
    wb_json_member_text(writer, "tracking_no", wb_view_of(shipment ? shipment->tracking : ""));
    wb_json_member_text(writer, "pre_cost_amount", WB_VIEW_LIT("-￥0.00"));
    wb_json_member_text(writer, "cost_amount", WB_VIEW_LIT("0"));
    wb_json_close(writer, '}');
}

static void
put_address(search *self, const wb_sim_lingxing_sys *sys)
{
    const wb_sim_lingxing_conf *conf = self->call->visit->part->conf;
    wb_json_writer *writer = &self->call->writer;

    if (!conf->lingxing_address)
        return;
    wb_json_put_key(writer, "address_info");
    wb_json_open(writer, '{');
    for (int i = 0; i < WB_SIM_LINGXING_ADDRESS_COUNT; i++)
        if (sys->orders[0]->address[i])
            wb_json_member_text(writer, wb_sim_lingxing_address_names[i],
                                wb_view_of(sys->orders[0]->address[i]));
    wb_json_close(writer, '}');
}

static void
put_tags(search *self, const wb_sim_lingxing_sys *sys)
{
    wb_json_writer *writer = &self->call->writer;
    const wb_sim_lingxing_order *order = sys->orders[0];
    bool paired = true;

    for (size_t i = 0; i < order->line_count; i++)
        paired &= wb_sim_lingxing_paired(self->call->house, &order->lines[i]);
    wb_json_put_key(writer, "order_tag");
    wb_json_put_raw(writer, paired
                                ? WB_VIEW_LIT("[]")
                                : WB_VIEW_LIT("[{\"tag_type\":\"系统处理类型\",\"tag_no\":\"3-8\","
                                              "\"tag_name\":\"商品未配对\"}]"));
    wb_json_put_key(writer, "transaction_info");
    wb_json_put_raw(writer, WB_VIEW_LIT("[{\"order_total_amount\":\"￥49.16\","
                                        "\"transaction_fee_amount\":\"￥-0.98\"}]"));
}

static void
put_times(search *self, const wb_sim_lingxing_sys *sys, int status)
{
    wb_json_writer *writer = &self->call->writer;
    int64_t updated_s = wb_sim_lingxing_updated(self->call->house, sys) / WB_US_PER_S;

    wb_json_member_int(writer, "global_purchase_time", sys->orders[0]->purchase_s);
    wb_json_member_int(writer, "global_payment_time", sys->orders[0]->payment_s);
    wb_json_put_key(writer, "global_review_time");
    if (sys->approved_utc_us)
        wb_json_put_int(writer, sys->approved_utc_us / WB_US_PER_S);
    else
        wb_json_put_null(writer);
    wb_json_member_int(writer, "global_delivery_time",
                       status == WB_SIM_LINGXING_SHIPPED ? updated_s : 0);
    wb_json_member_int(writer, "global_cancel_time", sys->cancelled_utc_us / WB_US_PER_S);
    member_id(writer, "update_time", (uint64_t)updated_s);
}

static void
put_order(search *self, const wb_sim_lingxing_sys *sys)
{
    wb_json_writer *writer = &self->call->writer;
    const wb_sim_lingxing_order *order = sys->orders[0];
    int status = wb_sim_lingxing_status(self->call->house, sys);
    char store[WB_SIM_LINGXING_STORE_LEN + 1];

    wb_sim_lingxing_store_id(self->call->visit->sim, store, order->seller);
    wb_json_open(writer, '{');
    member_id(writer, "global_order_no", sys->number);
    wb_json_put_key(writer, "original_global_order_no");
    wb_json_put_null(writer);
    wb_json_member_text(writer, "store_id", wb_view_of(store));
    wb_json_member_text(writer, "wid", wb_view_of(*order->wid ? order->wid : "0"));
    wb_json_member_int(writer, "status", status);
    member_id(writer, "split_type", (uint64_t)sys->split_type);
    wb_json_member_int(writer, "delivery_type", 2);
    wb_json_member_text(writer, "order_from_name", WB_VIEW_LIT("手工订单"));
    wb_json_member_text(writer, "amount_currency",
                        wb_view_of(*order->currency ? order->currency : "USD"));
    wb_json_member_text(writer, "remark", wb_view_of(order->remark));
    put_times(self, sys, status);
    put_items(self, sys);
    put_platforms(self, sys);
    put_logistics(self, sys);
    put_address(self, sys);
    put_tags(self, sys);
    wb_json_close(writer, '}');
}

/* --- the search --- */

/* NULL = good. */
static const char *
read_times(search *self)
{
    wb_json *json = self->call->json;
    wb_view type = wb_sim_lingxing_text(json, 0, "date_type");

    self->after_s = wb_sim_lingxing_int(json, 0, "start_time", 0);
    self->before_s = wb_sim_lingxing_int(json, 0, "end_time", 0);
    self->deleted = wb_json_kind(json, wb_json_get(json, 0, "include_delete")) == WB_JSON_TRUE;
    self->status = wb_sim_lingxing_int(json, 0, "order_status", 0);
    while (type.len && date_types[self->date_type] &&
           !wb_view_is(type, date_types[self->date_type]))
        self->date_type++;
    if (!date_types[self->date_type])
        return "date_type 不正确";
    if (wb_json_count(json, wb_json_get(json, 0, "platform_order_nos")) > NUMBERS_MAX)
        return "platform_order_nos 不能超过200";
    if (wb_sim_lingxing_has(json, "platform_order_nos") && !self->before_s)
        return NULL;
    if (self->after_s <= 0 || self->before_s <= self->after_s)
        return "start_time 和 end_time 不能为空";
    return self->before_s - self->after_s > SPAN_MAX_S ? "时间跨度不能超过31天" : NULL;
}

static void
put_if(search *self, const wb_sim_lingxing_sys *sys)
{
    if (sys && fits(self, sys) && wb_sim_lingxing_page_takes(&self->page))
        put_order(self, sys);
}

/* Is the first order of a merged one asked for as well? Then it is told there. */
static bool
told_before(wb_json *json, const wb_sim_lingxing_order *order, const wb_sim_lingxing_sys *sys)
{
    return sys->orders[0] != order &&
           wb_sim_lingxing_among(json, "platform_order_nos", wb_view_of(sys->orders[0]->no));
}

/* Those that stand for the order of this number now, in whichever shop. */
static void
put_number(search *self, wb_view no)
{
    unsigned sellers = (unsigned)self->call->visit->sim->conf.accounts;

    for (unsigned seller = 1; seller <= sellers; seller++) {
        const wb_sim_lingxing_order *order = wb_sim_lingxing_find(self->call->app, seller, no);
        for (int k = 0; order && k < WB_SIM_LINGXING_PARTS; k++)
            if (order->live[k] && !told_before(self->call->json, order, order->live[k]))
                put_if(self, order->live[k]);
    }
}

static void
put_by_number(search *self)
{
    wb_json *json = self->call->json;
    wb_json_ref list = wb_json_get(json, 0, "platform_order_nos");

    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view no = {"", 0};
        if (wb_json_kind(json, at) == WB_JSON_STRING && !wb_json_text(json, at, &no, "no", NULL))
            put_number(self, no);
    }
}

static void
put_by_time(search *self)
{
    const wb_sim_lingxing_app *app = self->call->app;

    for (size_t i = 0; i < app->all_count; i++)
        put_if(self, app->all[i]);
}

void
wb_sim_lingxing_on_orders(wb_sim_visit *visit)
{
    static const int64_t limits[] = {20, 500, 20};
    wb_sim_lingxing_call it;
    search self = {.call = &it};
    char total[24];

    if (!wb_sim_lingxing_enter(visit, WB_SIM_LINGXING_ORDERS, &it))
        return;
    const char *wrong = read_times(&self);
    if (wrong) {
        wb_sim_lingxing_business(&it, wrong);
        return;
    }
    if (!wb_sim_lingxing_page_read(&it, limits, &self.page))
        return;
    wb_sim_lingxing_open(&it, 0, "操作成功");
    wb_json_open(&it.writer, '{');
    wb_json_put_key(&it.writer, "list");
    wb_json_open(&it.writer, '[');
    if (wb_sim_lingxing_has(it.json, "platform_order_nos"))
        put_by_number(&self);
    else
        put_by_time(&self);
    wb_sim_lingxing_odd_element(&it, self.page.given > 0);
    wb_json_close(&it.writer, ']');
    (void)snprintf(total, sizeof total, "%lld", (long long)self.page.at + (long long)it.too_much);
    wb_json_member_text(&it.writer, "total", wb_view_of(total));
    wb_json_close(&it.writer, '}');
    wb_sim_lingxing_end(&it, -1);
}
