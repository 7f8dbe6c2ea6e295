/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ops_answer - calls whose answer is one JSON object
 */
#include "actors/runtime/actor/ops.h"

#include "protocol/base/own.h"

void
wb_ops_refuse(wb_ctx *ctx, wb_delivery *delivery, const char *why)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_buf_init(&body, 2048);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "error", wb_view_of(why));
    wb_json_close(&out, '}');
    wb_lanes_reply(wb_ctx_lanes(ctx), delivery->env, wb_buf_view(&body), true);
    wb_delivery_drop(wb_ctx_lanes(ctx), &delivery);
}

wb_rc
wb_ops_record(wb_ctx *ctx, const wb_envelope *call, wb_view *out, wb_err *err)
{
    wb_json *json = wb_ctx_json(ctx);
    wb_view record = {NULL, 0};
    wb_rc rc = wb_json_parse(json, call->body, err);

    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "record"), &record, "record", err);
    if (!rc && !record.len)
        return wb_fail(err, WB_REJECT, "record: missing");
    if (!rc)
        *out = record;
    return rc;
}

wb_rc
wb_ops_answer(wb_ctx *ctx, wb_delivery *delivery, wb_ops_tell tell, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;
    wb_rc rc;

    wb_buf_init(&body, WB_OPS_ANSWER_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    rc = tell(ctx, delivery->env, &out, err);
    if (!rc) {
        wb_json_close(&out, '}');
        rc = wb_buf_check(&body, "the answer", err);
    }
    if (rc) {
        wb_ops_refuse(ctx, delivery, err->text);
        return WB_OK;
    }
    wb_lanes_reply(wb_ctx_lanes(ctx), delivery->env, wb_buf_view(&body), true);
    wb_delivery_drop(wb_ctx_lanes(ctx), &delivery);
    return WB_OK;
}
