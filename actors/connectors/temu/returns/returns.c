/* SPDX-License-Identifier: Apache-2.0 */
/*
 * returns - what buyers want back, or money for: after-sales of a parent order, listed by
 * themselves, for they change no order
 *
 *   bg.aftersales.parentaftersales.list.get   {"pageNo", "pageSize", "updateAtStart",
 * "updateAtEnd"}
 *   {"total", "data": [{"parentAfterSalesSn", "parentOrderSn", "afterSalesType",
 *     "parentAfterSalesStatus", "createAt", "updateAt"}]}
 *
 * Which goods, and how much money, is not in the list: each is then asked for by itself (detail.c).
 * A full run asks without times: how they are spelt is not settled (uncertain.h).
 */
#include "actors/connectors/temu/returns/returns.h"

#include "actors/connectors/temu/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

static void
return_filter(const wb_call *call, wb_json_writer *writer)
{
    const int64_t unit_us = WB_US_PER_S / TEMU_AFTERSALES_PER_S;

    if (call->full)
        return;
    wb_json_member_int(writer, "updateAtStart", call->from_utc_us / unit_us);
    wb_json_member_int(writer, "updateAtEnd", call->to_utc_us / unit_us);
}

void
temu_answer_claim_time(wb_json *json, wb_json_ref ref, int64_t *out_utc_us, const char *name)
{
    wb_count told = {0};

    wb_answer_count(json, ref, &told, name);
    if (told.known && told.value < TEMU_MS_FROM)
        temu_answer_seconds(json, ref, out_utc_us, name);
    else
        temu_answer_ms(json, ref, out_utc_us, name);
}

static bool
return_name(const wb_call *call, wb_json_ref row, wb_outcomes *out, wb_item *item)
{
    wb_json *json = call->json;
    wb_view id, order;

    if (!temu_row_sn(json, row, "parentAfterSalesSn", &id) ||
        !temu_row_sn(json, row, "parentOrderSn", &order))
        return false;
    item->external = wb_outcomes_keep(out, id);
    item->root.external = wb_outcomes_keep(out, order);
    temu_answer_claim_time(json, wb_answer_member(json, row, "updateAt"), &item->source_utc_us,
                           "updateAt");
    item->event_utc_us = item->source_utc_us;
    return true;
}

const temu_list temu_returns = {
    .pull = "returns.list",
    .type = "bg.aftersales.parentaftersales.list.get",
    .number = "pageNo",
    .total = "total",
    .rows = "data",
    .kind = WB_RECORD_RETURN,
    .as = WB_KIND_NOTICE,
    .filter = return_filter,
    .name = return_name,
    .unusable = "after-sales without a usable parentAfterSalesSn and parentOrderSn",
};
