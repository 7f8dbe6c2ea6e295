/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quick - system orders that were shipped elsewhere are brought out at once
 *
 *   fastOutbound           {package[{global_order_no, wid, logistics_type_id "PROVIDER-METHOD",
 *                                    waybill_no, tracking_no}]} (1000 at most)
 *                          data true: accepted, and nothing else, whatever is wrong with them
 *   getFastOutboundResult  {global_order_no[]}
 *       data {success[{global_order_no, wo_number}], failure[{global_order_no, error_message}]}
 *
 * What is accepted is worked on for --lingxing-works. One that is submitted once more, though it
 * did not fail, is counted: `quick_again`.
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/systems/lingxing/door.h"
#include "tools/sim/systems/lingxing/reference.h"

#include <stdio.h>
#include <string.h>

#define PACKAGES_MAX 1000

static bool
is_open(const wb_sim_lingxing_house *house, const wb_sim_lingxing_sys *sys)
{
    int status = wb_sim_lingxing_status(house, sys);

    return status == WB_SIM_LINGXING_TO_APPROVE || status == WB_SIM_LINGXING_TO_SHIP;
}

/* The ids of a provider and of a method of it. */
static bool
method_known(const wb_sim *sim, wb_view joined)
{
    const char *dash = joined.len ? memchr(joined.data, '-', joined.len) : NULL;

    return dash && dash > joined.data &&
           wb_sim_lingxing_method(
               sim, (wb_view){dash + 1, joined.len - (size_t)(dash + 1 - joined.data)});
}

/* NULL = good. */
static const char *
check(const wb_sim_lingxing_call *call, wb_json_ref at, wb_sim_lingxing_sys *sys)
{
    const wb_sim *sim = call->visit->sim;
    wb_view waybill = wb_sim_lingxing_text(call->json, at, "waybill_no");
    wb_view tracking = wb_sim_lingxing_text(call->json, at, "tracking_no");

    if (!is_open(call->house, sys))
        return "订单状态不允许快速出库";
    if (!wb_sim_lingxing_warehouse_taken(sim, wb_sim_lingxing_text(call->json, at, "wid")) ||
        !method_known(sim, wb_sim_lingxing_text(call->json, at, "logistics_type_id")))
        return "仓库或物流方式不存在";
    if (!waybill.len ||
        wb_text_set(sys->tracking, sizeof sys->tracking, tracking.len ? tracking : waybill, NULL))
        return "运单号不正确";
    return NULL;
}

static void
submit(wb_sim_lingxing_call *call, wb_json_ref at)
{
    const wb_sim_lingxing_conf *conf = call->visit->part->conf;
    wb_sim_lingxing_sys *sys = wb_sim_lingxing_find_sys(
        call->app, wb_sim_lingxing_text(call->json, at, "global_order_no"));

    call->house->quick++;
    if (!sys)
        return;
    if (*sys->tracking) {
        call->house->quick_again++;
        return;
    }
    sys->quick_failed = check(call, at, sys);
    sys->updated_utc_us = wb_now_utc_us();
    if (sys->quick_failed)
        return;
    if (!sys->wo) {
        sys->wo = ++call->house->last;
        sys->approved_utc_us = sys->updated_utc_us;
    }
    sys->status = WB_SIM_LINGXING_TO_SHIP;
    sys->delivered_utc_us = sys->updated_utc_us + conf->lingxing_works * WB_US_PER_MS;
}

void
wb_sim_lingxing_on_quick(wb_sim_visit *visit)
{
    wb_sim_lingxing_call it;

    if (!wb_sim_lingxing_enter(visit, WB_SIM_LINGXING_QUICK, &it))
        return;
    wb_json_ref list = wb_json_get(it.json, 0, "package");
    size_t count = wb_json_kind(it.json, list) == WB_JSON_ARRAY ? wb_json_count(it.json, list) : 0;
    if (!count || count > PACKAGES_MAX) {
        wb_sim_lingxing_illegal(&it);
        return;
    }
    for (wb_json_ref at = wb_json_first(it.json, list); at != WB_JSON_NONE;
         at = wb_json_next(it.json, at))
        submit(&it, at);
    wb_sim_lingxing_open(&it, 0, "success");
    wb_json_put_bool(&it.writer, true);
    wb_sim_lingxing_end(&it, -1);
}

/* --- what became of them --- */

/* NULL = it is out. */
static const char *
not_out(const wb_sim_lingxing_sys *sys)
{
    if (!sys)
        return "订单不存在！";
    if (sys->quick_failed)
        return sys->quick_failed;
    if (!*sys->tracking)
        return "订单没提交快速出库";
    return wb_sim_lingxing_delivered(sys) ? NULL : "正在处理";
}

static wb_view
number_of(wb_json *json, wb_json_ref at)
{
    wb_view text = {"", 0};

    if (wb_json_kind(json, at) == WB_JSON_NUMBER)
        return wb_json_raw(json, at);
    return wb_json_kind(json, at) != WB_JSON_STRING || wb_json_text(json, at, &text, "no", NULL)
               ? (wb_view){"", 0}
               : text;
}

static void
put_one(wb_sim_lingxing_call *call, wb_view number, const char *wrong)
{
    const wb_sim_lingxing_sys *sys = wb_sim_lingxing_find_sys(call->app, number);
    char wo[32];

    (void)snprintf(wo, sizeof wo, "WO%llu", (unsigned long long)(sys ? sys->wo : 0));
    wb_json_open(&call->writer, '{');
    wb_json_member_text(&call->writer, "global_order_no", number);
    wb_json_member_text(&call->writer, wrong ? "error_message" : "wo_number",
                        wb_view_of(wrong ? wrong : wo));
    wb_json_close(&call->writer, '}');
}

static void
put_list(wb_sim_lingxing_call *call, wb_json_ref list, bool out)
{
    wb_json_put_key(&call->writer, out ? "success" : "failure");
    wb_json_open(&call->writer, '[');
    for (wb_json_ref at = wb_json_first(call->json, list); at != WB_JSON_NONE;
         at = wb_json_next(call->json, at)) {
        wb_view number = number_of(call->json, at);
        const char *wrong = not_out(wb_sim_lingxing_find_sys(call->app, number));

        if (!wrong == out)
            put_one(call, number, wrong);
    }
    wb_json_close(&call->writer, ']');
}

void
wb_sim_lingxing_on_quick_result(wb_sim_visit *visit)
{
    wb_sim_lingxing_call it;

    if (!wb_sim_lingxing_enter(visit, WB_SIM_LINGXING_QUICK_RESULT, &it))
        return;
    wb_json_ref list = wb_json_get(it.json, 0, "global_order_no");
    if (wb_json_kind(it.json, list) != WB_JSON_ARRAY || !wb_json_count(it.json, list)) {
        wb_sim_lingxing_illegal(&it);
        return;
    }
    wb_sim_lingxing_open(&it, 0, "success");
    wb_json_open(&it.writer, '{');
    put_list(&it, list, false);
    put_list(&it, list, true);
    wb_json_close(&it.writer, '}');
    wb_sim_lingxing_end(&it, -1);
}
