/* SPDX-License-Identifier: Apache-2.0 */
/*
 * detail - what comes back with after-sales that a list told, and how much money goes back for it
 *
 *   temu.aftersales.parentaftersales.detail.get   {"parentOrderSn", "parentAfterSalesSn"} ->
 *   {"parentAfterSalesSn", "parentAfterSalesStatus", "createAtMillis", "lastUpdateAtMillis",
 *    "refundSummary": {"buyerTotalRefund": {"amount", "currency"}},
 *    "afterSalesList": [{"orderSn", "applyAfterSalesGoodsNumber", "applyRefundAmount",
 *      "afterSalesReasonDesc", "buyerComment",
 *      "afterSalesGoodsInfo": {"skuId", "productList": [{"productSkuId", "extCode"}]}}]}
 *
 * Not every shop is granted the call: what cannot be told of them holds no after-sales.
 *
 * Source: the vendor's page of this interface, as mirrored on 2026-05-04.
 */
#include "actors/connectors/temu/returns/returns.h"

#include "actors/connectors/temu/goods/goods.h"
#include "actors/connectors/temu/orders/orders.h"
#include "protocol/answer.h"
#include "protocol/key.h"

#define AROUND 64     /* bytes around the parts of the document */
#define PACK_DIGITS 8 /* of one row: a number and a comma */

wb_rc
temu_detail_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const wb_envelope *env = call->items[0].env;
    wb_key_parts claim, order;
    wb_json_writer writer;
    wb_rc rc = wb_key_parse(&claim, env->record, err);

    if (!rc)
        rc = wb_key_parse(&order, wb_envelope_root(env), err);
    if (rc)
        return rc;
    temu_begin(call, "temu.aftersales.parentaftersales.detail.get", out, &writer);
    wb_json_member_text(&writer, "parentOrderSn", wb_view_of(order.external));
    wb_json_member_text(&writer, "parentAfterSalesSn", wb_view_of(claim.external));
    return temu_end(out, &writer, err);
}

/* Whether the answer is about what was asked for. */
static wb_rc
same_claim(const wb_call *call, wb_json_ref detail, wb_err *err)
{
    wb_view id = {NULL, 0};
    wb_key_parts key;

    if (wb_key_parse(&key, call->items[0].env->record, err) ||
        wb_json_text(call->json, wb_json_get(call->json, detail, "parentAfterSalesSn"), &id,
                     "parentAfterSalesSn", err) ||
        wb_json_check(call->json, err))
        return wb_note(err, WB_RETRY, "%s: the answer is unreadable", call->op->name);
    if (!wb_view_is(id, key.external))
        return wb_fail(err, WB_RETRY, "%s: the answer is about others", call->op->name);
    return WB_OK;
}

/* As the options say it now: whoever maps it knows no options. */
static void
add_packs(const wb_call *call, wb_json_ref detail, wb_buf *out)
{
    const temu_options *options = call->options;
    wb_json *json = call->json;
    wb_json_ref rows = wb_json_get(json, detail, "afterSalesList");
    const char *between = ",\"packs\":[";

    if (!options->pieces || wb_json_count(json, rows) == 0)
        return;
    for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view sku = {NULL, 0};

        temu_map_sku(json, wb_answer_member(json, at, "afterSalesGoodsInfo"),
                     (temu_mode)options->mode, &sku);
        wb_buf_addf(out, "%s%lld", between, (long long)temu_pack_of(options, sku));
        between = ",";
    }
    wb_buf_add_char(out, ']');
}

/* The document, without a detail where there is none. */
static void
join(const wb_call *call, wb_json_ref detail, wb_outcomes *out)
{
    const temu_options *options = call->options;
    wb_json *json = call->json;
    wb_view listed = call->items[0].env->body, told = {NULL, 0};
    wb_result *result = &out->results[0];
    size_t rows = 0, start;

    if (detail != WB_JSON_NONE) {
        told = wb_json_raw(json, detail);
        rows = wb_json_count(json, wb_json_get(json, detail, "afterSalesList"));
    }
    wb_outcomes_reserve(out, listed.len + told.len + rows * PACK_DIGITS + AROUND);
    start = out->arena.len;
    wb_buf_add_text(&out->arena, "{\"listed\":");
    wb_buf_add_view(&out->arena, listed);
    if (options->mode == TEMU_SEMI)
        wb_buf_add_text(&out->arena, ",\"mode\":\"semi\"");
    if (told.len) {
        add_packs(call, detail, &out->arena);
        wb_buf_add_text(&out->arena, ",\"detail\":");
        wb_buf_add_view(&out->arena, told);
    }
    wb_buf_add_char(&out->arena, '}');
    result->body = (wb_view){out->arena.data + start, out->arena.len - start};
    result->code = WB_RESULT_DONE;
}

/* A time that is their own; older than what announced them: they are read again. */
static void
judge(const wb_call *call, wb_json_ref detail, wb_result *result)
{
    int64_t updated = 0;

    temu_answer_claim_time(call->json, wb_answer_member(call->json, detail, "lastUpdateAtMillis"),
                           &updated, "lastUpdateAtMillis");
    result->source_utc_us = updated;
    if (updated && updated < call->items[0].env->source_utc_us)
        wb_result_set(result, WB_RESULT_BEHIND, "older than announced");
}

wb_rc
temu_detail_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json_ref detail = WB_JSON_NONE;
    wb_rc rc = temu_result(call, resp, out, &detail, err);

    if (temu_is_declined(rc, out)) {
        join(call, WB_JSON_NONE, out);
        return WB_OK;
    }
    if (!rc)
        rc = same_claim(call, detail, err);
    if (rc)
        return rc;
    join(call, detail, out);
    judge(call, detail, &out->results[0]);
    return WB_OK;
}
