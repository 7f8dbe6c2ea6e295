/* SPDX-License-Identifier: Apache-2.0 */
/*
 * change - system orders are changed
 *
 *   updateOrder  {order_list[{global_order_no, address_info{}, logistics{}, order_item_list[]}]}
 *                while it is to be approved; keys that are not sent stay
 *   editOrder    {order_list[{global_order_no, logistics{logistics_type_id, sys_wid}}]}
 *   setRemark    {orders[{global_order_no, remark, remark_is_append}]}, appended unless told
 *       10002 (editOrder: 0), 10001, 10000; data {error_details[]}
 *
 * An element of order_item_list: {type 1 add 2 delete 3 replace, id, sku, quantity, price}.
 * The vendor leaves open which way the factor of a price goes: here a price is in millionths of the
 * currency, and address_info has the names of create.
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/engine/take.h"
#include "tools/sim/systems/lingxing/batch.h"
#include "tools/sim/systems/lingxing/reference.h"

#include <stdio.h>
#include <string.h>

#define REMARK_MAX 4096
enum { ADD = 1, DELETE, REPLACE };

static char *
dup(wb_view text)
{
    return wb_text_dup_len(text.len ? text.data : "", text.len);
}

/* Where it is to go to now. */
static wb_view
street_of(const wb_sim_lingxing_call *call, wb_json_ref at, const wb_sim_lingxing_order *order)
{
    wb_view told = wb_sim_lingxing_text(call->json, wb_json_get(call->json, at, "address_info"),
                                        "address_line1");

    return told.len ? told : wb_sim_lingxing_street(order);
}

/* The channel's order has another content here: that counts at the far end. */
static const char *
tell(const wb_sim_lingxing_call *call, wb_json_ref at, wb_sim_lingxing_order *order)
{
    const wb_sim *sim = call->visit->sim;
    uint32_t version = wb_sim_lingxing_marker(wb_json_raw(call->json, at), order->number);
    wb_sim_taking taking = {.visit = call->visit,
                            .target = call->app->target,
                            .things = wb_sim_market_things(sim->market)};
    char key[256];

    order->marked |= version != 0;
    if (!version)
        version = order->marked
                      ? order->version
                      : wb_sim_lingxing_placed(sim, order->number, street_of(call, at, order));
    wb_sim_arrival arrival = {.key = wb_sim_lingxing_key(key, order),
                              .revision = order->revision + 1,
                              .number = order->number,
                              .version = version};
    wb_sim_refusal refusal;
    if (wb_sim_take_refused(&taking, &arrival, &refusal) || !wb_sim_take(&taking, &arrival).fresh)
        return "请求未知错误";
    if (version > order->version && order->number != WB_SIM_UNMARKED &&
        wb_sim_case_of(sim->market, order->number) == WB_SIM_CASE_MOVED_ADDRESS)
        wb_sim_case_came(call->visit->sim, WB_SIM_CASE_MOVED_ADDRESS);
    order->revision++;
    order->version = version;
    return NULL;
}

/* --- update --- */

static void
read_address(const wb_sim_lingxing_call *call, wb_json_ref address, wb_sim_lingxing_order *order)
{
    const wb_sim_lingxing_conf *conf = call->visit->part->conf;

    for (int i = 0; i < WB_SIM_LINGXING_ADDRESS_COUNT; i++) {
        const char *name = wb_sim_lingxing_address_names[i];
        if (wb_json_get(call->json, address, name) == WB_JSON_NONE ||
            (!conf->lingxing_address && !wb_sim_lingxing_address_open[i]))
            continue;
        wb_free(&order->address[i]);
        order->address[i] = dup(wb_sim_lingxing_text(call->json, address, name));
    }
}

/* NULL = good, or there is none. */
static const char *
read_logistics(const wb_sim *sim, wb_json *json, wb_json_ref logistics,
               wb_sim_lingxing_order *order)
{
    wb_view wid = wb_sim_lingxing_text(json, logistics, "sys_wid");
    wb_view type_id = wb_sim_lingxing_text(json, logistics, "logistics_type_id");

    if ((wid.len && !wb_sim_lingxing_warehouse_taken(sim, wid)) ||
        (type_id.len && !wb_sim_lingxing_method(sim, type_id)))
        return "仓库或物流方式不存在";
    if (wid.len)
        wb_ignore(wb_text_set(order->wid, sizeof order->wid, wid, NULL), "it is a known number");
    if (type_id.len)
        wb_ignore(wb_text_set(order->type_id, sizeof order->type_id, type_id, NULL), "so is this");
    return NULL;
}

static wb_sim_lingxing_line *
find_line(wb_sim_lingxing_order *order, uint64_t id)
{
    for (size_t i = 0; i < order->line_count; i++)
        if (order->lines[i].id == id)
            return &order->lines[i];
    return NULL;
}

static void
remove_line(wb_sim_lingxing_order *order, wb_sim_lingxing_line *line)
{
    size_t at = (size_t)(line - order->lines);

    wb_free(&line->sku);
    wb_free(&line->msku);
    memmove(line, line + 1, (order->line_count - at - 1) * sizeof *line);
    order->line_count--;
}

static wb_sim_lingxing_line *
add_line(wb_sim_lingxing_call *call, wb_sim_lingxing_order *order)
{
    wb_sim_lingxing_line *line;

    order->lines = wb_realloc(order->lines, (order->line_count + 1) * sizeof *order->lines);
    line = &order->lines[order->line_count++];
    *line = (wb_sim_lingxing_line){.sku = wb_text_dup(""),
                                   .msku = wb_text_dup(""),
                                   .price = "0.00",
                                   .id = ++call->house->last};
    return line;
}

static void
write_line(wb_json *json, wb_json_ref at, wb_sim_lingxing_line *line)
{
    wb_view sku = wb_sim_lingxing_text(json, at, "sku");
    int64_t millionths = wb_sim_lingxing_int(json, at, "price", -1);

    line->quantity = wb_sim_lingxing_int(json, at, "quantity", line->quantity);
    if (sku.len) {
        wb_free(&line->sku);
        line->sku = dup(sku);
    }
    if (millionths >= 0)
        (void)snprintf(line->price, sizeof line->price, "%lld.%06lld",
                       (long long)(millionths / 1000000), (long long)(millionths % 1000000));
}

static const char *
change_line(wb_sim_lingxing_call *call, wb_json_ref at, wb_sim_lingxing_order *order)
{
    int64_t type = wb_sim_lingxing_int(call->json, at, "type", 0);
    int64_t id = wb_sim_lingxing_int(call->json, at, "id", 0);
    wb_sim_lingxing_line *line = find_line(order, (uint64_t)id);

    if (type < ADD || type > REPLACE || (type != ADD && !line))
        return "订单商品不存在";
    if (type == DELETE && order->line_count == 1)
        return "订单商品不能为空";
    if (type == DELETE) {
        remove_line(order, line);
        return NULL;
    }
    if (wb_sim_lingxing_int(call->json, at, "quantity", 1) < 1)
        return "商品数量必须是正整数";
    write_line(call->json, at, type == ADD ? add_line(call, order) : line);
    return NULL;
}

static const char *
update(wb_sim_lingxing_call *call, wb_json_ref at, wb_sim_lingxing_sys *sys)
{
    wb_json *json = call->json;
    wb_sim_lingxing_order *order = sys->orders[0];
    wb_json_ref items = wb_json_get(json, at, "order_item_list");
    const char *wrong = NULL;

    if (sys->status != WB_SIM_LINGXING_TO_APPROVE)
        return "订单状态不是待审核，不允许编辑";
    wrong = read_logistics(call->visit->sim, json, wb_json_get(json, at, "logistics"), order);
    if (!wrong)
        wrong = tell(call, at, order);
    if (!wrong)
        read_address(call, wb_json_get(json, at, "address_info"), order);
    for (wb_json_ref item = wb_json_first(json, items); item != WB_JSON_NONE && !wrong;
         item = wb_json_next(json, item))
        wrong = change_line(call, item, order);
    sys->updated_utc_us = wb_now_utc_us();
    return wrong;
}

static const char *
edit(wb_sim_lingxing_call *call, wb_json_ref at, wb_sim_lingxing_sys *sys)
{
    wb_json_ref logistics = wb_json_get(call->json, at, "logistics");

    if (sys->status != WB_SIM_LINGXING_TO_APPROVE)
        return "订单状态不允许编辑";
    if (wb_json_kind(call->json, logistics) != WB_JSON_OBJECT)
        return "请求未知错误";
    sys->updated_utc_us = wb_now_utc_us();
    return read_logistics(call->visit->sim, call->json, logistics, sys->orders[0]);
}

static const char *
remark(wb_sim_lingxing_call *call, wb_json_ref at, wb_sim_lingxing_sys *sys)
{
    wb_json_ref appends = wb_json_get(call->json, at, "remark_is_append");
    wb_view text = wb_sim_lingxing_text(call->json, at, "remark");
    wb_sim_lingxing_order *order = sys->orders[0];
    char whole[REMARK_MAX];
    int len = snprintf(whole, sizeof whole, "%s%.*s",
                       wb_json_kind(call->json, appends) == WB_JSON_FALSE ? "" : order->remark,
                       WB_VIEW_ARG(text));

    if ((size_t)len >= sizeof whole)
        return "备注过长";
    wb_free(&order->remark);
    order->remark = wb_text_dup(whole);
    sys->updated_utc_us = wb_now_utc_us();
    return NULL;
}

static void
run(wb_sim_visit *visit, int op, const wb_sim_lingxing_batch *batch, int all)
{
    WB_AUTO(wb_sim_lingxing_outcome_fini) wb_sim_lingxing_outcome outcome = {0};
    wb_sim_lingxing_call it;

    if (wb_sim_lingxing_enter(visit, op, &it) && wb_sim_lingxing_run(&it, batch, &outcome))
        wb_sim_lingxing_answer_details(&it, &outcome, all);
}

void
wb_sim_lingxing_on_update(wb_sim_visit *visit)
{
    static const wb_sim_lingxing_batch batch = {"order_list", "error_message", update};

    run(visit, WB_SIM_LINGXING_UPDATE, &batch, 10002);
}

void
wb_sim_lingxing_on_edit(wb_sim_visit *visit)
{
    static const wb_sim_lingxing_batch batch = {"order_list", "error_message", edit};

    run(visit, WB_SIM_LINGXING_EDIT, &batch, 0);
}

void
wb_sim_lingxing_on_remark(wb_sim_visit *visit)
{
    static const wb_sim_lingxing_batch batch = {"orders", "error_message", remark};

    run(visit, WB_SIM_LINGXING_REMARK, &batch, 10002);
}
