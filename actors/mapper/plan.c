/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan - call.plan: how much for a target is still on its way to its pusher, which tells the rest
 */
#include "actors/mapper/mapper.h"
#include "actors/runtime/actor/ops.h"
#include "protocol/base/own.h"

#define COUNT_MAX 1000

static wb_rc
count_row(void *arg, const wb_outbox_row *row, wb_err *err)
{
    int64_t *count = arg;

    (void)row;
    (void)err;
    return ++*count < COUNT_MAX ? WB_OK : WB_FULL;
}

static wb_rc
tell(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_json *json = wb_ctx_json(ctx);
    wb_view account = {NULL, 0};
    int64_t count = 0;
    wb_rc rc = wb_json_parse(json, call->body, err);

    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "account"), &account, "account", err);
    if (!rc && !account.len)
        return wb_fail(err, WB_REJECT, "account: missing");
    if (!rc)
        rc = wb_txn_begin(&txn, wb_ctx_store(ctx), false, err);
    if (!rc)
        rc = wb_outbox_scan(txn, (wb_outbox_key){.target = account}, count_row, &count, err);
    if (rc && rc != WB_FULL)
        return rc;
    wb_json_member_text(out, "instance", wb_view_of(wb_ctx_instance(ctx)));
    wb_json_member_int(out, "on_their_way", count);
    return WB_OK;
}

wb_rc
wb_mapper_plan(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    return wb_ops_answer(ctx, delivery, tell, err);
}
