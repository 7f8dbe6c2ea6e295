/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_return - after-sales as a record: how far they have come, what comes back, and the money
 *
 * Lines are told all or none: a return without one of its lines would take too little back. An
 * amount that was asked for is one that was given back only where the sum of all of them was.
 */
#include "actors/connectors/temu/returns/returns.h"

#include <string.h>

#include "actors/connectors/temu/orders/orders.h"
#include "protocol/answer.h"
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

/* What is told of them now; of what the detail does not tell, what the list told. How far they have
 * come is the detail's own, where there is one. */
typedef struct {
    wb_json_ref listed, detail;
} claim;

static wb_json_ref
told(wb_json *json, const claim *self, const char *name)
{
    wb_json_ref ref = wb_answer_member(json, self->detail, name);

    return wb_answer_no_value(json, ref) ? wb_answer_member(json, self->listed, name) : ref;
}

/* A number that nobody knows yet is asked for, and says which. */
static wb_rc
map_status(wb_json *json, const claim *self, wb_return *out, wb_err *err)
{
    bool detailed = wb_json_kind(json, self->detail) == WB_JSON_OBJECT;
    wb_json_ref ref =
        wb_json_get(json, detailed ? self->detail : self->listed, "parentAfterSalesStatus");
    int64_t number = 0;
    wb_rc rc = wb_json_int(json, ref, &number, "parentAfterSalesStatus", err);

    if (rc)
        return rc;
    if (number <= 0)
        return wb_fail(err, WB_REJECT, "parentAfterSalesStatus is missing");
    out->status = WB_RETURN_REQUESTED;
    for (size_t i = 0; i < WB_COUNT(statuses); i++)
        if (statuses[i].told == number)
            out->status = (int32_t)statuses[i].status;
    wb_answer_text(json, ref, &out->source_status, "parentAfterSalesStatus");
    return WB_OK;
}

static void
map_type(wb_json *json, const claim *self, wb_return *out)
{
    wb_count type = {0};

    wb_answer_count(json, told(json, self, "afterSalesType"), &type, "afterSalesType");
    if (type.known && type.value == REFUND)
        out->type = WB_VIEW_LIT("refund");
    else if (type.known && type.value == RETURN)
        out->type = WB_VIEW_LIT("return");
}

static void
map_time(wb_json *json, const claim *self, const char *detail, const char *listed,
         int64_t *out_utc_us)
{
    temu_answer_claim_time(json, wb_answer_member(json, self->detail, detail), out_utc_us, detail);
    if (!*out_utc_us)
        temu_answer_claim_time(json, wb_answer_member(json, self->listed, listed), out_utc_us,
                               listed);
}

/* --- what comes back --- */

static temu_mode
mode_of(wb_json *json)
{
    wb_view mode = {NULL, 0};

    wb_answer_code(json, wb_answer_member(json, 0, "mode"), &mode, "mode");
    return wb_view_is(mode, "semi") ? TEMU_SEMI : TEMU_LOCAL;
}

/* Of which line, and how many of it; false = nobody can say. `pack`: pieces in one sold unit. */
static bool
map_line(wb_json *json, wb_json_ref ref, int64_t pack, wb_return_line *line)
{
    wb_answer_code(json, wb_answer_member(json, ref, "orderSn"), &line->line_id, "orderSn");
    temu_map_sku(json, wb_answer_member(json, ref, "afterSalesGoodsInfo"), mode_of(json),
                 &line->sku);
    wb_answer_count(json, wb_answer_member(json, ref, "applyAfterSalesGoodsNumber"),
                    &line->quantity, "applyAfterSalesGoodsNumber");
    wb_answer_text(json, wb_answer_member(json, ref, "afterSalesReasonDesc"), &line->reason,
                   "afterSalesReasonDesc");
    return (line->line_id.len || line->sku.len) && line->quantity.known &&
           line->quantity.value > 0 &&
           !__builtin_mul_overflow(line->quantity.value, pack, &line->quantity.value);
}

static int64_t
pack_in(wb_json *json, wb_json_ref ref)
{
    wb_count pack = {0};

    wb_answer_count(json, ref, &pack, "packs");
    return pack.known && pack.value > 0 ? pack.value : 1;
}

static bool
map_lines(wb_json *json, const claim *self, wb_return *out)
{
    wb_json_ref rows = wb_answer_member(json, self->detail, "afterSalesList");
    wb_json_ref pack = wb_json_first(json, wb_answer_member(json, 0, "packs"));
    size_t count = wb_json_kind(json, rows) == WB_JSON_ARRAY ? wb_json_count(json, rows) : 0;
    wb_return_line *line;
    bool whole = true;

    if (count == 0 || count > WB_ORDER_LINES_MAX)
        return false;
    line = wb_alloc(count * sizeof *line);
    out->lines = (wb_field_list){line, count};
    for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        whole = map_line(json, at, pack_in(json, pack), line++) && whole;
        if (!out->comment.len)
            wb_answer_text(json, wb_answer_member(json, at, "buyerComment"), &out->comment,
                           "buyerComment");
        pack = wb_json_next(json, pack);
    }
    return whole;
}

/* --- the money --- */

/* What was asked for each; false = not of all, or it is not what was given back. */
static bool
sums_up(wb_json *json, const claim *self, wb_return *out)
{
    wb_json_ref rows = wb_answer_member(json, self->detail, "afterSalesList");
    wb_return_line *line = out->lines.items;
    int64_t sum = 0;

    for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at), line++) {
        temu_answer_minor(json, wb_answer_member(json, at, "applyRefundAmount"), &line->refund,
                          "applyRefundAmount");
        if (strcmp(line->refund.currency, out->refund_total.currency) != 0 ||
            __builtin_add_overflow(sum, line->refund.minor, &sum))
            return false;
    }
    return sum == out->refund_total.minor;
}

/* Before it is given back it is what somebody asks for. */
static void
map_refund(wb_json *json, const claim *self, wb_return *out)
{
    wb_json_ref summary = wb_answer_member(json, self->detail, "refundSummary");
    wb_return_line *lines = out->lines.items;

    if (out->status != WB_RETURN_REFUNDED)
        return;
    temu_answer_minor(json, wb_answer_member(json, summary, "buyerTotalRefund"), &out->refund_total,
                      "buyerTotalRefund");
    if (*out->refund_total.currency && out->lines.count && !sums_up(json, self, out))
        for (size_t i = 0; i < out->lines.count; i++)
            lines[i].refund = (wb_money){0};
}

static void
map_detail(wb_json *json, const claim *self, wb_mapped *out)
{
    wb_return *returned = &out->returned;

    if (wb_json_kind(json, self->detail) != WB_JSON_OBJECT)
        return;
    if (map_lines(json, self, returned)) {
        out->owners |= UINT32_C(1) << WB_RETURN_OWNS_LINES;
    } else {
        wb_answer_leave_out(json, "afterSalesList[]");
        wb_free(&returned->lines.items);
        returned->lines.count = 0;
    }
    map_refund(json, self, returned);
}

wb_rc
temu_map_return(wb_json *json, wb_mapped *out, wb_err *err)
{
    wb_return *returned = &out->returned;
    wb_json_ref listed = wb_json_get(json, 0, "listed");
    bool joined = wb_json_kind(json, listed) == WB_JSON_OBJECT;
    claim self = {joined ? listed : 0, joined ? wb_json_get(json, 0, "detail") : WB_JSON_NONE};
    wb_rc rc = wb_json_text(json, wb_json_get(json, self.listed, "parentAfterSalesSn"),
                            &returned->external_id, "parentAfterSalesSn", err);

    if (!rc)
        rc = map_status(json, &self, returned, err);
    if (rc)
        return rc;
    returned->source = WB_VIEW_LIT("temu");
    wb_answer_code(json, wb_answer_member(json, self.listed, "parentOrderSn"), &returned->order_id,
                   "parentOrderSn");
    map_type(json, &self, returned);
    map_time(json, &self, "createAtMillis", "createAt", &returned->created_utc_us);
    map_time(json, &self, "lastUpdateAtMillis", "updateAt", &returned->updated_utc_us);
    out->source_utc_us = returned->updated_utc_us;
    out->owners = UINT32_C(1) << WB_RETURN_OWNS_HEAD;
    map_detail(json, &self, out);
    out->routed = true;
    return WB_OK;
}
