/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer - what a call names, and its answer
 */
#include "actors/keeper/keeper.h"
#include "protocol/base/own.h"

wb_rc
wb_keeper_find(wb_keeper *self, const wb_keep *keep, wb_account **account, const wb_op **op,
               wb_err *err)
{
    WB_AUTO(wb_free) char *name = wb_text_dup_len(keep->op.data ? keep->op.data : "", keep->op.len);

    *account = wb_accounts_find(wb_ctx_accounts(self->ctx), keep->account);
    if (!*account)
        return wb_fail(err, WB_REJECT, "account: not configured here");
    *op = wb_connector_op((*account)->connector, name);
    if (!*op)
        return wb_fail(err, WB_REJECT, "operation: the connector has none of that name");
    return WB_OK;
}

void
wb_keeper_key(wb_buf *out, const wb_keep *keep)
{
    wb_buf_add_view(out, keep->scope);
    wb_buf_add_char(out, '#');
    wb_buf_add_view(out, keep->op);
}

void
wb_keeper_reply(wb_keeper *self, wb_delivery **delivery_p, const wb_keep *keep)
{
    WB_AUTO(wb_buf_wipe) wb_buf body = {0};

    wb_buf_init(&body, WB_KEEP_MAX);
    wb_keep_encode(keep, &body);
    wb_lanes_reply(wb_ctx_lanes(self->ctx), (*delivery_p)->env, wb_buf_view(&body), true);
    wb_delivery_drop(wb_ctx_lanes(self->ctx), delivery_p);
}
