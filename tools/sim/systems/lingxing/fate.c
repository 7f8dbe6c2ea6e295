/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fate - system orders are approved, delivered, or not to be shipped at all
 *
 *   cancelOrder    {order_list[global_order_no]}
 *       0; data {success_num, fail_num, process_code 10002 all, 10001 not all,
 *                failure_info[{global_order_no, message}]}
 *   review         {global_order_no[]}   the same without process_code, with success_info
 *   deliveryGoods  {order_number_list "N,N" (100 at most)}
 *       data {success_list[{order_number, status_name}], fail_list[{order_number, err_msg}]}
 *
 * An order of this world is delivered when its works do it, and not before.
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/systems/lingxing/batch.h"

#include <stdio.h>
#include <string.h>

#define DELIVER_MAX 100

/* An order that no system order is to ship any more is cancelled here. */
static void
tell_cancelled(const wb_sim_lingxing_call *call, wb_sim_lingxing_order *order)
{
    for (int i = 0; i < WB_SIM_LINGXING_PARTS; i++)
        if (order->live[i] && order->live[i]->status != WB_SIM_LINGXING_NOT_TO_SHIP)
            return;
    uint32_t version = wb_sim_lingxing_version(call->visit->sim, order->number, true);
    if (version)
        wb_sim_case_came(call->visit->sim, WB_SIM_CASE_CANCELLED_AFTER);
    wb_sim_lingxing_told(call->app, order, version);
}

static const char *
cancel(wb_sim_lingxing_call *call, wb_json_ref at, wb_sim_lingxing_sys *sys)
{
    (void)at;
    if (sys->status == WB_SIM_LINGXING_NOT_TO_SHIP)
        return "订单已是不发货状态";
    if (!wb_sim_lingxing_stop(call->house, sys))
        return wb_sim_strikes_own(call->visit->part, WB_SIM_LINGXING_FAULT_CANCEL_LIES)
                   ? NULL
                   : "订单已发货，不允许操作";
    for (int i = 0; i < WB_SIM_LINGXING_PARTS && sys->orders[i]; i++)
        tell_cancelled(call, sys->orders[i]);
    return NULL;
}

static const char *
review(wb_sim_lingxing_call *call, wb_json_ref at, wb_sim_lingxing_sys *sys)
{
    const wb_sim_lingxing_conf *conf = call->visit->part->conf;
    const wb_sim_lingxing_order *order = sys->orders[0];

    (void)at;
    if (sys->status != WB_SIM_LINGXING_TO_APPROVE)
        return "订单状态不是待审核";
    for (size_t i = 0; i < order->line_count && conf->lingxing_blocks; i++)
        if (!wb_sim_lingxing_paired(call->house, &order->lines[i]))
            return "存在未配对的商品";
    wb_sim_lingxing_approve(call->house, call->app, sys);
    return NULL;
}

void
wb_sim_lingxing_on_cancel(wb_sim_visit *visit)
{
    static const wb_sim_lingxing_batch batch = {"order_list", "message", cancel};
    WB_AUTO(wb_sim_lingxing_outcome_fini) wb_sim_lingxing_outcome outcome = {0};
    wb_sim_lingxing_call it;

    if (wb_sim_lingxing_enter(visit, WB_SIM_LINGXING_CANCEL, &it) &&
        wb_sim_lingxing_run(&it, &batch, &outcome))
        wb_sim_lingxing_answer_counts(&it, &outcome, true);
}

void
wb_sim_lingxing_on_review(wb_sim_visit *visit)
{
    static const wb_sim_lingxing_batch batch = {"global_order_no", "message", review};
    WB_AUTO(wb_sim_lingxing_outcome_fini) wb_sim_lingxing_outcome outcome = {0};
    wb_sim_lingxing_call it;

    if (wb_sim_lingxing_enter(visit, WB_SIM_LINGXING_REVIEW, &it) &&
        wb_sim_lingxing_run(&it, &batch, &outcome))
        wb_sim_lingxing_answer_counts(&it, &outcome, false);
}

/* --- delivered by hand --- */

static bool
deliver(const wb_sim_lingxing_call *call, wb_view number)
{
    wb_sim_lingxing_sys *sys = wb_sim_lingxing_find_sys(call->app, number);

    if (!sys || sys->orders[0]->number != WB_SIM_UNMARKED ||
        wb_sim_lingxing_status(call->house, sys) != WB_SIM_LINGXING_TO_SHIP)
        return false;
    sys->delivered_utc_us = sys->updated_utc_us = wb_now_utc_us();
    return true;
}

/* Of "a,b,c" the first, which it gives up. */
static wb_view
next_of(wb_view *list)
{
    const char *comma = list->len ? memchr(list->data, ',', list->len) : NULL;
    wb_view first = {list->data, comma ? (size_t)(comma - list->data) : list->len};

    list->data += first.len + (comma ? 1 : 0);
    list->len -= first.len + (comma ? 1 : 0);
    return first;
}

static void
put_one(wb_json_writer *writer, wb_view number, const char *name, const char *text)
{
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "order_number", number);
    wb_json_member_text(writer, name, wb_view_of(text));
    wb_json_close(writer, '}');
}

static void
deliver_all(wb_sim_lingxing_call *call, wb_view list, size_t count)
{
    wb_view numbers[DELIVER_MAX];
    bool done[DELIVER_MAX];

    for (size_t i = 0; i < count; i++) {
        numbers[i] = next_of(&list);
        done[i] = deliver(call, numbers[i]);
    }
    wb_json_put_key(&call->writer, "success_list");
    wb_json_open(&call->writer, '[');
    for (size_t i = 0; i < count; i++)
        if (done[i])
            put_one(&call->writer, numbers[i], "status_name", "已发货");
    wb_json_close(&call->writer, ']');
    wb_json_put_key(&call->writer, "fail_list");
    wb_json_open(&call->writer, '[');
    for (size_t i = 0; i < count; i++)
        if (!done[i])
            put_one(&call->writer, numbers[i], "err_msg", "订单不在发货中");
    wb_json_close(&call->writer, ']');
}

void
wb_sim_lingxing_on_deliver(wb_sim_visit *visit)
{
    wb_sim_lingxing_call it;
    size_t count = 1;

    if (!wb_sim_lingxing_enter(visit, WB_SIM_LINGXING_DELIVER, &it))
        return;
    wb_json_ref at = wb_json_get(it.json, 0, "order_number_list");
    wb_view list = wb_sim_lingxing_text(it.json, 0, "order_number_list");
    for (size_t i = 0; i < list.len; i++)
        count += list.data[i] == ',';
    if (wb_json_kind(it.json, at) != WB_JSON_STRING || !list.len || count > DELIVER_MAX) {
        wb_sim_lingxing_illegal(&it);
        return;
    }
    wb_sim_lingxing_open(&it, 0, "success");
    wb_json_open(&it.writer, '{');
    deliver_all(&it, list, count);
    wb_json_close(&it.writer, '}');
    wb_sim_lingxing_end(&it, 0);
}
