/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account_event - one event of class "account"
 */
#include "actors/runtime/account_event.h"

#include "actors/runtime/log.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/pack.h"

typedef struct {
    wb_write write;
    wb_buf packed;
} account_event;

static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    account_event *self = WB_CONTAINER(write, account_event, write);

    (void)txn;
    (void)err;
    wb_commit_event(write, WB_TOPIC_ACCOUNT, wb_buf_view(&self->packed));
    return WB_OK;
}

static void
done(wb_write *write)
{
    account_event *self = WB_CONTAINER(write, account_event, write);

    wb_buf_fini(&self->packed);
    wb_free(&self);
}

void
wb_event_account(wb_commit *commit, const wb_account *account)
{
    account_event *self = wb_alloc(sizeof *self);
    const char *what = account->suspended ? "suspended" : "resumed";

    self->write = (wb_write){.apply = apply, .done = done};
    wb_buf_init(&self->packed, 4096);
    wb_pack_map(&self->packed, 4);
    wb_pack_member_text(&self->packed, "what", wb_view_of(what));
    wb_pack_member_text(&self->packed, "account", account->key_view);
    wb_pack_member_text(&self->packed, "text", wb_view_of(account->reason));
    wb_pack_member_int(&self->packed, "at", wb_now_utc_us());
    wb_commit_add(commit, &self->write);
    if (account->suspended)
        wb_log(WB_ERROR, "account.suspended", "account=%s why='%s' next='the others go on'",
               account->key, account->reason);
    else
        wb_log(WB_INFO, "account.resumed", "account=%s", account->key);
}

void
wb_event_account_turned(void *arg, wb_account *account)
{
    wb_event_account(arg, account);
}
