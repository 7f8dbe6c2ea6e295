/* SPDX-License-Identifier: Apache-2.0 */
/*
 * told - what the ERP has of an order, as our own record: for who looks before anything leaves
 *
 * Of the address alone: its items are the ERP's own, by SKU, and no line of the order's.
 */
#include "actors/connectors/lingxing/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"

/* What needs the permission, and is not told without it, is no difference. */
static bool
take_address(const lingxing_options *options, wb_json *json, wb_json_ref row, wb_address *out)
{
    wb_json_ref told = wb_answer_member(json, row, "address_info");

    if (wb_json_kind(json, told) != WB_JSON_OBJECT || !wb_json_count(json, told))
        return false;
    for (const lingxing_address_row *at = lingxing_address_rows; at->name; at++) {
        wb_view *text = (void *)((char *)out + at->offset);
        wb_view has = {NULL, 0};

        if (at->permission && !options->address_permission)
            continue;
        wb_answer_text(json, wb_answer_member(json, told, at->name), &has, at->name);
        *text = has;
    }
    return true;
}

void
lingxing_tell_there(const wb_call *call, const lingxing_found *found, const wb_address *want,
                    wb_outcomes *out, wb_result *result)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_order there = {.ship_to = *want};

    if (!found->count || !take_address(call->options, call->json, found->parts[0], &there.ship_to))
        return;
    wb_buf_init(&body, LINGXING_TOLD_MAX);
    if (!wb_canonical_encode(wb_order_fields, &there, &body, NULL) && !body.overflow)
        result->body = wb_outcomes_keep(out, wb_buf_view(&body));
}
