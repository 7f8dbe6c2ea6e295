/* SPDX-License-Identifier: Apache-2.0 */
/*
 * labels - packages of an order whose label was bought at Temu, and which have not left yet
 *
 *   bg.order.unshipped.package.get   {"parentOrderSnList": [PO], "pageNumber", "pageSize"} ->
 *   {"totalItemNum", "unshippedPackage": [{"packageSn", "mainPackageSn", "carrierName",
 *     "trackingNumber", "packageDetail": {"shippableOrders": [{"parentOrderSn", "orderSn",
 *     "quantity"}]}}]}
 *
 * Nothing else tells their tracking numbers. It is asked of an order that has a package and is not
 * all on its way. What cannot be told of them holds no order: not every shop is granted the call.
 */
#include "actors/connectors/temu/orders/orders.h"

#include "protocol/answer.h"
#include "protocol/key.h"

wb_rc
temu_labels_build(const wb_call *call, wb_request *out, wb_err *err)
{
    wb_json_writer writer;
    wb_key_parts key;
    wb_rc rc = wb_key_parse(&key, call->items[0].env->record, err);

    if (rc)
        return rc;
    temu_begin(call, "bg.order.unshipped.package.get", out, &writer);
    wb_json_put_key(&writer, "parentOrderSnList");
    wb_json_open(&writer, '[');
    wb_json_put_text(&writer, wb_view_of(key.external));
    wb_json_close(&writer, ']');
    wb_json_member_int(&writer, "pageNumber", 1);
    wb_json_member_int(&writer, "pageSize", TEMU_PAGE_MAX);
    return temu_end(out, &writer, err);
}

wb_rc
temu_labels_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json_ref result, rows;
    wb_count total = {0};
    wb_rc rc = temu_result(call, resp, out, &result, err);

    if (temu_is_declined(rc, out))
        return temu_keep_labels(call, WB_VIEW_LIT("null"), out, err);
    if (rc)
        return rc;
    rows = wb_json_get(call->json, result, "unshippedPackage");
    wb_answer_count(call->json, wb_answer_member(call->json, result, "totalItemNum"), &total,
                    "totalItemNum");
    if (wb_json_check(call->json, NULL) || !wb_answer_list(call->json, rows, &total))
        return wb_fail(err, WB_RETRY, "%s: the answer has no unshippedPackage", call->op->name);
    return temu_keep_labels(call, wb_json_raw(call->json, rows), out, err);
}
