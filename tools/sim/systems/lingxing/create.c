/* SPDX-License-Identifier: Apache-2.0 */
/*
 * create - orders of a channel are taken
 *
 *   POST /pb/mp/order/v2/create   {platform_code, store_id, orders[]}; see house.h for an address
 *       data {success_details[{platform_order_no, global_order_no}],
 *             error_details[{platform_order_no, error_message}]}
 *
 * What is wrong with one of them is told inside a success, and the others are taken. A number that
 * the shop has already is refused with a text. When all of them are refused for a while the request
 * is, before anything of it is done.
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/engine/take.h"
#include "tools/sim/systems/lingxing/door.h"
#include "tools/sim/systems/lingxing/reference.h"

#include <stdio.h>
#include <string.h>

#define DUPLICATE "平台单号重复"
#define UNKNOWN_ERROR "请求未知错误"

static char *
dup(wb_view text)
{
    return wb_text_dup_len(text.len ? text.data : "", text.len);
}

/* --- what an order must have --- */

/* NULL = good. */
static const char *
read_line(wb_json *json, wb_json_ref at, wb_sim_lingxing_line *out)
{
    wb_view price = {NULL, 0};

    out->sku = dup(wb_sim_lingxing_text(json, at, "sku"));
    out->msku = dup(wb_sim_lingxing_text(json, at, "msku"));
    out->quantity = wb_sim_lingxing_int(json, at, "quantity", 0);
    if (!*out->sku && !*out->msku)
        return "sku 和 msku 不能同时为空";
    if (out->quantity < 1)
        return "商品数量必须是正整数";
    if (wb_json_decimal(json, wb_json_get(json, at, "unit_price"), &price, "unit_price", NULL) ||
        !price.len || *price.data == '-' || wb_text_set(out->price, sizeof out->price, price, NULL))
        return "商品单价不正确";
    return NULL;
}

static const char *
read_lines(wb_json *json, wb_json_ref order, wb_sim_lingxing_order *out)
{
    wb_json_ref items = wb_json_get(json, order, "items");
    size_t count = wb_json_kind(json, items) == WB_JSON_ARRAY ? wb_json_count(json, items) : 0;
    const char *wrong = NULL;

    if (!count || count > WB_SIM_LINGXING_LINES_MAX)
        return "商品信息不能为空";
    out->lines = wb_alloc(count * sizeof *out->lines);
    for (wb_json_ref at = wb_json_first(json, items); at != WB_JSON_NONE && !wrong;
         at = wb_json_next(json, at))
        wrong = read_line(json, at, &out->lines[out->line_count++]);
    return wrong;
}

/* What the account is not permitted to tell is not even kept. */
static const char *
read_address(const wb_sim_lingxing_call *call, wb_json_ref order, wb_sim_lingxing_order *out)
{
    static const int needed[] = {WB_SIM_LINGXING_A_receiver_name, WB_SIM_LINGXING_A_city,
                                 WB_SIM_LINGXING_A_address_line1};
    const wb_sim_lingxing_conf *conf = call->visit->part->conf;

    for (int i = 0; i < WB_SIM_LINGXING_ADDRESS_COUNT; i++) {
        wb_view text = wb_sim_lingxing_text(call->json, order, wb_sim_lingxing_address_names[i]);
        if (text.len && (conf->lingxing_address || wb_sim_lingxing_address_open[i]))
            out->address[i] = dup(text);
    }
    const char *country = out->address[WB_SIM_LINGXING_A_receiver_country_code];
    if (!country || strlen(country) != 2)
        return "收件人国家不正确";
    for (size_t i = 0; i < WB_COUNT(needed); i++)
        if (!out->address[needed[i]])
            return "收件人信息不完整";
    return NULL;
}

/* Where it is to be sent from, and how: both or neither. */
static const char *
read_way(const wb_sim *sim, wb_json *json, wb_json_ref order, wb_sim_lingxing_order *out)
{
    wb_view wid = wb_sim_lingxing_text(json, order, "wid");
    wb_view type_id = wb_sim_lingxing_text(json, order, "logistics_type_id");

    if (!wid.len != !type_id.len)
        return "仓库和物流方式必须同时填写";
    if (wid.len &&
        (!wb_sim_lingxing_warehouse_taken(sim, wid) || !wb_sim_lingxing_method(sim, type_id)))
        return "仓库或物流方式不存在";
    wb_ignore(wb_text_set(out->wid, sizeof out->wid, wid, NULL), "it is a number that is known");
    wb_ignore(wb_text_set(out->type_id, sizeof out->type_id, type_id, NULL), "so is this");
    return NULL;
}

static const char *
read_order(const wb_sim_lingxing_call *call, wb_json_ref at, wb_sim_lingxing_order *out)
{
    wb_json *json = call->json;
    const char *wrong = NULL;
    wb_view no = wb_sim_lingxing_text(json, at, "platform_order_no");

    if (!no.len || wb_text_set(out->no, sizeof out->no, no, NULL))
        return "平台单号不正确";
    out->remark = dup(wb_sim_lingxing_text(json, at, "remark"));
    if (wb_text_set(out->currency, sizeof out->currency,
                    wb_sim_lingxing_text(json, at, "amount_currency"), NULL))
        return "币种不正确";
    out->created_utc_us = wb_now_utc_us();
    out->purchase_s = wb_sim_lingxing_int(json, at, "global_purchase_time", 0);
    out->payment_s = wb_sim_lingxing_int(json, at, "global_payment_time", 0);
    wrong = read_address(call, at, out);
    if (!wrong)
        wrong = read_lines(json, at, out);
    return wrong ? wrong : read_way(call->visit->sim, json, at, out);
}

/* --- what becomes of it --- */

/* An order of this world, in the shop whose it is; all else is nobody's. */
static uint32_t
number_of(const wb_sim *sim, const char *no, unsigned seller)
{
    uint32_t number = wb_sim_market_number(sim->market, wb_view_of(no));

    if (number == WB_SIM_NO_ORDER || wb_sim_is_foreign(number) ||
        wb_sim_market_account(sim->market, number) + 1 != seller)
        return WB_SIM_UNMARKED;
    return number;
}

static void
find_version(const wb_sim_lingxing_call *call, wb_json_ref at, wb_sim_lingxing_order *order)
{
    const wb_sim *sim = call->visit->sim;

    order->number = number_of(sim, order->no, order->seller);
    order->version = wb_sim_lingxing_marker(wb_json_raw(call->json, at), order->number);
    order->marked = order->version != 0;
    if (!order->marked)
        order->version = wb_sim_lingxing_placed(sim, order->number, wb_sim_lingxing_street(order));
}

static wb_sim_taking
taking_of(const wb_sim_lingxing_call *call, size_t count)
{
    return (wb_sim_taking){.visit = call->visit,
                           .target = call->app->target,
                           .things = wb_sim_market_things(call->visit->sim->market),
                           .in_batch = count > 1};
}

static wb_sim_arrival
arrival_of(char key[256], const wb_sim_lingxing_order *order)
{
    return (wb_sim_arrival){.key = wb_sim_lingxing_key(key, order),
                            .revision = order->revision + 1,
                            .number = order->number,
                            .version = order->version};
}

/* NULL = it is taken. */
static const char *
take(wb_sim_lingxing_call *call, const wb_sim_taking *taking, wb_sim_lingxing_order *order,
     bool *fresh)
{
    const wb_sim_lingxing_conf *conf = call->visit->part->conf;
    char key[256];
    wb_sim_arrival arrival = arrival_of(key, order);
    wb_sim_refusal refusal;
    wb_sim_taken said;

    if (wb_sim_take_refused(taking, &arrival, &refusal))
        return "订单数据校验失败";
    said = wb_sim_take(taking, &arrival);
    if (!said.fresh)
        return strcmp(said.word, "retry") != 0 ? "订单数据校验失败" : "系统繁忙，请稍后再试";
    *fresh = true;
    order->revision++;
    wb_sim_lingxing_keep(call->house, call->app, order);
    if (conf->lingxing_approves)
        wb_sim_lingxing_approve(call->house, call->app, order->live[0]);
    return NULL;
}

static void
put_error(wb_json_writer *writer, wb_view no, const char *message)
{
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "error_message", wb_view_of(message));
    wb_json_member_text(writer, "platform_order_no", no);
    wb_json_close(writer, '}');
}

/* NULL = it is there, and its number is told. `*kept`: whatever is said, it is there. */
static const char *
create_one(wb_sim_lingxing_call *call, const wb_sim_taking *taking, wb_json_ref at,
           wb_sim_lingxing_order **kept, bool *fresh)
{
    wb_sim_part *part = call->visit->part;
    WB_AUTO(wb_sim_lingxing_order_free) wb_sim_lingxing_order *order = wb_alloc(sizeof *order);
    wb_view store = wb_sim_lingxing_text(call->json, 0, "store_id");
    const char *wrong = read_order(call, at, order);

    order->seller = wb_sim_lingxing_seller(call->visit->sim, store);
    if (wrong)
        return wrong;
    if (wb_sim_lingxing_find(call->app, order->seller, wb_view_of(order->no)))
        return DUPLICATE;
    if (taking->in_batch && wb_sim_strikes_own(part, WB_SIM_LINGXING_FAULT_PARTIAL))
        return UNKNOWN_ERROR;
    find_version(call, at, order);
    if (!wb_sim_lingxing_goods_right(call->house, order))
        order->number = WB_SIM_UNMARKED;
    wrong = take(call, taking, order, fresh);
    if (wrong)
        return wrong;
    *kept = wb_take(&order);
    return wb_sim_strikes_own(part, WB_SIM_LINGXING_FAULT_DUPLICATE_TEXT) ? DUPLICATE : NULL;
}

/* Errors first, as they come; the others are kept in mind for the list behind. */
static void
create_all(wb_sim_lingxing_call *call, wb_json_ref orders, size_t count)
{
    wb_sim_taking taking = taking_of(call, count);
    WB_AUTO(wb_free) wb_sim_lingxing_order **made = wb_alloc(count * sizeof(*made));
    size_t made_count = 0;
    bool fresh = false;

    wb_json_put_key(&call->writer, "error_details");
    wb_json_open(&call->writer, '[');
    for (wb_json_ref at = wb_json_first(call->json, orders); at != WB_JSON_NONE;
         at = wb_json_next(call->json, at)) {
        wb_sim_lingxing_order *kept = NULL;
        const char *wrong = create_one(call, &taking, at, &kept, &fresh);
        if (wrong)
            put_error(&call->writer, wb_sim_lingxing_text(call->json, at, "platform_order_no"),
                      wrong);
        else
            made[made_count++] = kept;
    }
    wb_json_close(&call->writer, ']');
    wb_json_put_key(&call->writer, "success_details");
    wb_json_open(&call->writer, '[');
    for (size_t i = 0; i < made_count; i++) {
        char number[24];
        (void)snprintf(number, sizeof number, "%llu", (unsigned long long)made[i]->live[0]->number);
        wb_json_open(&call->writer, '{');
        wb_json_member_text(&call->writer, "platform_order_no", wb_view_of(made[i]->no));
        wb_json_member_text(&call->writer, "global_order_no", wb_view_of(number));
        wb_json_close(&call->writer, '}');
    }
    wb_json_close(&call->writer, ']');
    wb_sim_take_end(&taking, fresh);
}

/* Is every order refused just now, whatever it is? One that is refused for good is named below. */
static bool
all_refused(const wb_sim_lingxing_call *call, wb_json_ref orders, size_t count, wb_sim_refusal *out)
{
    const wb_sim *sim = call->visit->sim;
    wb_sim_taking taking = taking_of(call, count);
    unsigned seller = wb_sim_lingxing_seller(sim, wb_sim_lingxing_text(call->json, 0, "store_id"));
    bool found = false;

    wb_sim_refusals_enter(call->visit->sim, wb_sim_at(call->visit));
    for (wb_json_ref at = wb_json_first(call->json, orders); at != WB_JSON_NONE;
         at = wb_json_next(call->json, at)) {
        wb_sim_lingxing_order order = {.seller = seller};
        wb_sim_refusal one;
        char key[256];
        if (wb_text_set(order.no, sizeof order.no,
                        wb_sim_lingxing_text(call->json, at, "platform_order_no"), NULL))
            continue;
        order.number = number_of(sim, order.no, seller);
        wb_sim_arrival arrival = arrival_of(key, &order);
        wb_sim_subject subject = {.at = wb_sim_at(call->visit),
                                  .target = taking.target->name,
                                  .key = arrival.key,
                                  .things = taking.things,
                                  .order = order.number,
                                  .told = &taking.target->told};
        if (!wb_sim_refusal_find(sim, &subject, &one) || one.lasting || one.status == 200)
            continue;
        wb_sim_refusal_note(call->visit->sim, &subject, &one);
        *out = one;
        found = true;
    }
    return found;
}

void
wb_sim_lingxing_on_create(wb_sim_visit *visit)
{
    wb_sim_lingxing_call it;
    wb_sim_refusal refusal;

    if (!wb_sim_lingxing_enter(visit, WB_SIM_LINGXING_CREATE, &it))
        return;
    wb_json_ref orders = wb_json_get(it.json, 0, "orders");
    size_t count =
        wb_json_kind(it.json, orders) == WB_JSON_ARRAY ? wb_json_count(it.json, orders) : 0;
    if (!count ||
        wb_json_kind(it.json, wb_json_get(it.json, 0, "platform_code")) != WB_JSON_NUMBER) {
        wb_sim_lingxing_illegal(&it);
        return;
    }
    if ((!visit->sim->play &&
         wb_sim_lingxing_int(it.json, 0, "platform_code", 0) != WB_SIM_LINGXING_PLATFORM) ||
        !wb_sim_lingxing_seller(visit->sim, wb_sim_lingxing_text(it.json, 0, "store_id"))) {
        wb_sim_lingxing_business(&it, "店铺不存在");
        return;
    }
    if (all_refused(&it, orders, count, &refusal)) {
        wb_sim_lingxing_leave(&it);
        wb_sim_refusal_answer(visit, &refusal);
        return;
    }
    wb_sim_lingxing_open(&it, 0, "操作成功");
    wb_json_open(&it.writer, '{');
    create_all(&it, orders, count);
    wb_json_close(&it.writer, '}');
    wb_sim_lingxing_end(&it, -1);
}
