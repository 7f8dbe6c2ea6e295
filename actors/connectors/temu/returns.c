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
 * Which goods, and how much money, is not in the list. A full run asks without times: how they are
 * spelt is not settled (uncertain.h).
 */
#include "actors/connectors/temu/temu.h"

#include "actors/connectors/temu/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define REFUND 1 /* afterSalesType */
#define RETURN 2

static const struct {
    int64_t told;
    wb_return_status status;
} statuses[] = {
    {1,  WB_RETURN_REQUESTED}, /* money is asked for */
    {2,  WB_RETURN_SHIPPED  },
    {3,  WB_RETURN_RECEIVED },
    {4,  WB_RETURN_APPROVED }, /* Temu gives the money back */
    {5,  WB_RETURN_REFUNDED },
    {6,  WB_RETURN_CANCELLED},
    {7,  WB_RETURN_REJECTED },
    {8,  WB_RETURN_REQUESTED}, /* the seller's label is waited for */
    {9,  WB_RETURN_APPROVED }, /* as 4 */
    {10, WB_RETURN_REQUESTED}, /* goods are to come back */
    {11, WB_RETURN_REQUESTED}, /* Temu looks at it */
};

static void
return_filter(const wb_call *call, wb_json_writer *writer)
{
    const int64_t unit_us = WB_US_PER_S / TEMU_AFTERSALES_PER_S;

    if (call->full)
        return;
    wb_json_member_int(writer, "updateAtStart", call->from_utc_us / unit_us);
    wb_json_member_int(writer, "updateAtEnd", call->to_utc_us / unit_us);
}

/* Seconds or milliseconds: no time of this century is both. */
static void
answer_time(wb_json *json, wb_json_ref ref, int64_t *out_utc_us, const char *name)
{
    wb_count told = {0};

    wb_answer_count(json, ref, &told, name);
    if (told.known && told.value < TEMU_MS_FROM)
        temu_answer_seconds(json, ref, out_utc_us, name);
    else
        temu_answer_ms(json, ref, out_utc_us, name);
}

static bool
read_name(wb_json *json, wb_json_ref row, const char *name, wb_view *out)
{
    *out = (wb_view){NULL, 0};
    return !wb_json_text(json, wb_json_get(json, row, name), out, name, NULL) &&
           !wb_json_check(json, NULL) && out->len && out->len <= WB_EXTERNAL_ID_MAX;
}

static bool
return_name(const wb_call *call, wb_json_ref row, wb_outcomes *out, wb_item *item)
{
    wb_json *json = call->json;
    wb_view id, order;

    if (!read_name(json, row, "parentAfterSalesSn", &id) ||
        !read_name(json, row, "parentOrderSn", &order))
        return false;
    item->external = wb_outcomes_keep(out, id);
    item->root.external = wb_outcomes_keep(out, order);
    answer_time(json, wb_answer_member(json, row, "updateAt"), &item->source_utc_us, "updateAt");
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
    .as = WB_KIND_RAW,
    .filter = return_filter,
    .name = return_name,
    .unusable = "after-sales without a usable parentAfterSalesSn and parentOrderSn",
};

/* --- mapped --- */

/* A number that nobody knows yet is asked for, and says which. */
static wb_rc
map_status(wb_json *json, wb_return *out, wb_err *err)
{
    wb_json_ref ref = wb_json_get(json, 0, "parentAfterSalesStatus");
    int64_t told = 0;
    wb_rc rc = wb_json_int(json, ref, &told, "parentAfterSalesStatus", err);

    if (rc)
        return rc;
    if (told <= 0)
        return wb_fail(err, WB_REJECT, "parentAfterSalesStatus is missing");
    out->status = WB_RETURN_REQUESTED;
    for (size_t i = 0; i < WB_COUNT(statuses); i++)
        if (statuses[i].told == told)
            out->status = (int32_t)statuses[i].status;
    wb_answer_text(json, ref, &out->source_status, "parentAfterSalesStatus");
    return WB_OK;
}

static void
map_type(wb_json *json, wb_return *out)
{
    wb_count type = {0};

    wb_answer_count(json, wb_answer_member(json, 0, "afterSalesType"), &type, "afterSalesType");
    if (type.known && type.value == REFUND)
        out->type = WB_VIEW_LIT("refund");
    else if (type.known && type.value == RETURN)
        out->type = WB_VIEW_LIT("return");
}

wb_rc
temu_map_return(wb_json *json, wb_mapped *out, wb_err *err)
{
    wb_return *returned = &out->returned;
    wb_rc rc = wb_json_text(json, wb_json_get(json, 0, "parentAfterSalesSn"),
                            &returned->external_id, "parentAfterSalesSn", err);

    if (!rc)
        rc = map_status(json, returned, err);
    if (rc)
        return rc;
    returned->source = WB_VIEW_LIT("temu");
    wb_answer_code(json, wb_answer_member(json, 0, "parentOrderSn"), &returned->order_id,
                   "parentOrderSn");
    map_type(json, returned);
    answer_time(json, wb_answer_member(json, 0, "createAt"), &returned->created_utc_us, "createAt");
    answer_time(json, wb_answer_member(json, 0, "updateAt"), &returned->updated_utc_us, "updateAt");
    out->source_utc_us = returned->updated_utc_us;
    out->owners = UINT32_C(1) << WB_RETURN_OWNS_HEAD;
    out->routed = true;
    return WB_OK;
}
