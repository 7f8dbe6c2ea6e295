/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account_event - events of class "account": stopped, let go, a breaker that turned
 */
#include "actors/runtime/outside/account_event.h"

#include "actors/runtime/process/log.h"
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

static account_event *
event_new(const wb_account *account, const char *what, uint32_t members)
{
    account_event *self = wb_alloc(sizeof *self);

    self->write = (wb_write){.apply = apply, .done = done};
    wb_buf_init(&self->packed, 4096);
    wb_pack_map(&self->packed, members);
    wb_pack_member_text(&self->packed, "what", wb_view_of(what));
    wb_pack_member_text(&self->packed, "account", account->key_view);
    wb_pack_member_int(&self->packed, "at", wb_now_utc_us());
    return self;
}

void
wb_event_account_turned(void *arg, wb_account *account)
{
    wb_commit *commit = arg;
    account_event *self = event_new(account, account->suspended ? "suspended" : "resumed",
                                    4u + (*account->suspect != 0));

    wb_pack_member_text(&self->packed, "text", wb_view_of(account->reason));
    if (*account->suspect)
        wb_pack_member_text(&self->packed, "record", wb_view_of(account->suspect));
    wb_commit_add(commit, &self->write);
    if (account->suspended)
        wb_log(WB_ERROR, "account.suspended",
               "account=%s why='%s' first=%s next='the others go on'", account->key,
               account->reason, *account->suspect ? account->suspect : "-");
    else
        wb_log(WB_INFO, "account.resumed", "account=%s", account->key);
}

void
wb_event_breaker_turned(void *arg, wb_account *account, const wb_op *op, wb_breaker breaker,
                        const char *why)
{
    static const char *const what[] = {
        [WB_BREAKER_CLOSED] = "breaker_closed",
        [WB_BREAKER_OPEN] = "breaker_open",
        [WB_BREAKER_HALF_OPEN] = "breaker_half_open",
    };
    account_event *self = event_new(account, what[breaker], 5);

    wb_pack_member_text(&self->packed, "operation", wb_view_of(op->name));
    wb_pack_member_text(&self->packed, "text", wb_view_of(why));
    wb_commit_add(arg, &self->write);
    if (breaker == WB_BREAKER_OPEN)
        wb_log(WB_WARN, "breaker.open", "account=%s operation=%s why='%s' next='one call looks'",
               account->key, op->name, why);
    else if (breaker == WB_BREAKER_CLOSED)
        wb_log(WB_INFO, "breaker.closed", "account=%s operation=%s", account->key, op->name);
}

void
wb_event_account_ends(void *arg, const wb_account *account, const char *text)
{
    account_event *self = event_new(account, "credentials_end", 4);

    wb_pack_member_text(&self->packed, "text", wb_view_of(text));
    wb_commit_add(arg, &self->write);
    wb_log(WB_WARN, "account.credentials", "account=%s why='%s'", account->key, text);
}
