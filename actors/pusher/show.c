/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show - call.record: what this pusher knows of a record, target by target
 */
#include "actors/pusher/pusher.h"
#include "actors/runtime/actor/ops.h"
#include "protocol/base/own.h"

static void
put_mark(wb_json_writer *out, const wb_mark_row *mark)
{
    wb_json_put_key(out, "mark");
    wb_json_open(out, '{');
    wb_json_member_int(out, "revision", (int64_t)mark->revision);
    wb_json_member_text(out, "outcome", wb_view_of(wb_outcome_name(mark->outcome)));
    wb_json_put_key(out, "at");
    wb_json_put_time(out, mark->at_utc_us);
    wb_json_member_text(out, "remote_id", mark->remote_id);
    if (mark->left_revision > mark->revision) {
        wb_json_member_int(out, "unknown_revision", (int64_t)mark->left_revision);
        wb_json_put_key(out, "unknown_since");
        wb_json_put_time(out, mark->left_utc_us);
    }
    wb_json_close(out, '}');
}

static wb_rc
put_target(wb_pusher *self, wb_account *account, wb_view record, wb_json_writer *out, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_mark_row mark = {0};
    bool found = false;
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(self->ctx), false, err);

    if (!rc)
        rc = wb_marks_get(txn, (wb_row_name){account->shard, account->key_view, record}, &mark,
                          &found, err);
    if (rc || (!found && !wb_pump_find(self->pump, account, record) &&
               !wb_pump_stored(self->pump, account)))
        return rc;
    wb_json_open(out, '{');
    wb_json_member_text(out, "target", account->key_view);
    if (found)
        put_mark(out, &mark);
    wb_txn_abort(&txn); /* the pump may read as well: one reader at a time */
    wb_pump_tell(self->pump, account, record, out);
    wb_json_close(out, '}');
    return WB_OK;
}

static wb_rc
tell(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out, wb_err *err)
{
    wb_pusher *self = wb_ctx_state(ctx);
    wb_accounts *accounts = wb_ctx_accounts(ctx);
    wb_view record;
    wb_rc rc = wb_ops_record(ctx, call, &record, err);

    if (rc)
        return rc;
    wb_json_member_text(out, "instance", wb_view_of(wb_ctx_instance(ctx)));
    wb_json_member_text(out, "stage", WB_VIEW_LIT("push"));
    wb_json_put_key(out, "targets");
    wb_json_open(out, '[');
    for (size_t i = 0; !rc && i < wb_accounts_count(accounts); i++) {
        wb_account *account = wb_accounts_at(accounts, i);

        if (account->connector->push_op && wb_ctx_owns(ctx, account->shard))
            rc = put_target(self, account, record, out, err);
    }
    wb_json_close(out, ']');
    wb_ops_parked_of(ctx, record, out);
    return rc;
}

wb_rc
wb_pusher_record(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    return wb_ops_answer(ctx, delivery, tell, err);
}
