/* SPDX-License-Identifier: Apache-2.0 */
/*
 * renewal - when credentials end that no call renews: asked once a day, and told in time
 *
 * Of an account whose connector says who renews them (wb_connector.renewal), its question is asked
 * a day after the last time, and soon after a start where it never was; not all at once. What it
 * tells is stored, with the warning that was given last: 30, 7 and 1 days before the end, and when
 * they have ended. Each is told once, on the bus and in the log; who asks is told it all the time.
 * New credentials are another end, and their warnings begin anew.
 *
 *   killed before the commit   it is asked, or told, once more
 *   not answered               again in an hour; that credentials are refused, others find out
 */
#include <stdio.h>
#include <string.h>

#include "actors/poller/poller.h"
#include "actors/runtime/outside/account_event.h"
#include "actors/runtime/outside/make.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "storage/vault.h"

#define DAY_MS INT64_C(86400000)
#define DAY_US (DAY_MS * WB_US_PER_MS)
#define FIRST_MS 60000    /* at most, after a start, where accounts are few */
#define FIRST_EACH_MS 360 /* of many, each takes a token and a call: ten thousand are an hour */
#define SPREAD_MS 3600000 /* so much later than a day, at most */
#define FAILED_MS 3600000
#define CLOSED_MS 60000 /* the gate says not now, and not until when */
#define ENDED 4

/* What warning is due: one more for each of these that is left behind. */
static const int64_t days[ENDED - 1] = {30, 7, 1};

int
wb_renewal_level(int64_t ends_utc_us, int64_t now_utc_us)
{
    int level = 0;

    if (!ends_utc_us)
        return 0;
    if (ends_utc_us <= now_utc_us)
        return ENDED;
    while (level < ENDED - 1 && ends_utc_us - now_utc_us <= days[level] * DAY_US)
        level++;
    return level;
}

static void
words_of(const wb_renewal *self, int64_t ends_utc_us, char *dst, size_t size)
{
    int64_t now_utc_us = wb_now_utc_us();
    char at[WB_TIME_TEXT_MAX + 1];

    wb_time_text(at, ends_utc_us, false);
    if (ends_utc_us <= now_utc_us)
        (void)snprintf(dst, size, "the credentials ended on %s: %s", at,
                       self->account->connector->renewal);
    else
        (void)snprintf(dst, size, "the credentials end on %s, in %lld days: %s", at,
                       (long long)((ends_utc_us - now_utc_us) / DAY_US),
                       self->account->connector->renewal);
}

/* --- when --- */

static int64_t
drawn(int64_t below_ms)
{
    uint64_t number;

    wb_random_bytes(&number, sizeof number);
    return (int64_t)(number % (uint64_t)below_ms);
}

static void
again(wb_renewal *self, int64_t after_ms)
{
    if (!self->poller->draining)
        wb_timer_start(wb_ctx_loop(self->poller->ctx), &self->timer, after_ms);
}

int64_t
wb_renewal_first_ms(size_t accounts)
{
    int64_t spread_ms = FIRST_EACH_MS * (int64_t)accounts;

    return spread_ms < FIRST_MS ? FIRST_MS : spread_ms < SPREAD_MS ? spread_ms : SPREAD_MS;
}

static int64_t
first_ms(const wb_renewal *self)
{
    int64_t due_ms = (self->row.asked_utc_us + DAY_US - wb_now_utc_us()) / WB_US_PER_MS;

    if (due_ms > 0 && due_ms <= DAY_MS)
        return due_ms + drawn(SPREAD_MS);
    return drawn(wb_renewal_first_ms(self->poller->inbox_count));
}

/* --- what it told --- */

static void
row_name(const wb_renewal *self, wb_buf *out)
{
    wb_buf_init(out, 4 * WB_KEY_MAX);
    wb_buf_add_text(out, "renewal/");
    wb_buf_add_view(out, self->account->key_view);
}

static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_renewal *self = WB_CONTAINER(write, wb_renewal, write);
    WB_AUTO(wb_buf_fini) wb_buf name = {0};

    row_name(self, &name);
    return wb_meta_put(txn, wb_buf_view(&name),
                       (wb_view){(const char *)&self->row, sizeof self->row}, err);
}

static void
done(wb_write *write)
{
    wb_renewal *self = WB_CONTAINER(write, wb_renewal, write);

    again(self, DAY_MS + drawn(SPREAD_MS));
}

static void
take(wb_renewal *self, int64_t ends_utc_us)
{
    int level = wb_renewal_level(ends_utc_us, wb_now_utc_us());
    char text[WB_RENEWAL_WORDS_MAX];

    if (level > self->row.level) {
        words_of(self, ends_utc_us, text, sizeof text);
        wb_event_account_ends(wb_ctx_commit(self->poller->ctx), self->account, text);
    }
    self->row = (wb_renewal_row){ends_utc_us, wb_now_utc_us(), level};
    self->write = (wb_write){.apply = apply, .done = done};
    wb_commit_add(wb_ctx_commit(self->poller->ctx), &self->write);
}

static void
answered(void *arg, const wb_exchange_result *result)
{
    wb_renewal *self = arg;

    if (result->rc == WB_OK)
        take(self, result->out->word.expires_utc_us);
    else
        again(self, FAILED_MS);
}

static void
on_timer(wb_timer *timer, void *arg)
{
    wb_renewal *self = arg;
    wb_ctx *ctx = self->poller->ctx;
    int64_t until_ms = 0;
    wb_err err = {0};

    (void)timer;
    if (self->poller->draining)
        return;
    if (wb_gate_enter(wb_ctx_gate(ctx), self->account, self->op, WB_PRIORITY_BACKFILL, &until_ms)) {
        again(self, CLOSED_MS);
        return;
    }
    self->call = (wb_call){.op = self->op};
    wb_exchange_question(self->account, &self->call);
    if (!wb_exchange_start(wb_ctx_exchanger(ctx), self->account, &self->call, answered, self, &err))
        return;
    again(self, FAILED_MS);
}

/* --- all of them --- */

static wb_rc
load(wb_renewal *self, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    bool found = false;

    row_name(self, &name);
    return wb_meta_get_exact(txn, wb_buf_view(&name), &self->row, sizeof self->row, &found, err);
}

static wb_rc
open_one(wb_poller *poller, wb_inbox *inbox, wb_txn *txn, wb_err *err)
{
    wb_account *account = inbox->account;
    const wb_op *op = account->connector->renewal
                          ? wb_connector_question(account->connector, account->options)
                          : NULL;
    wb_renewal *self = &poller->renewals[poller->renewal_count];
    wb_rc rc;

    if (!op || account->conf->paused)
        return WB_OK;
    poller->renewal_count++;
    inbox->renewal = self;
    self->poller = poller;
    self->account = account;
    self->op = op;
    self->timer = (wb_timer){.fire = on_timer, .arg = self};
    rc = load(self, txn, err);
    if (!rc)
        again(self, first_ms(self));
    return rc;
}

wb_rc
wb_renewals_open(wb_poller *poller, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(poller->ctx), false, err);

    poller->renewals = wb_alloc((poller->inbox_count + 1) * sizeof *poller->renewals);
    for (size_t i = 0; !rc && i < poller->inbox_count; i++)
        rc = open_one(poller, &poller->inboxes[i], txn, err);
    return rc;
}

void
wb_renewals_close(wb_poller *poller)
{
    for (size_t i = 0; i < poller->renewal_count; i++)
        wb_timer_stop(wb_ctx_loop(poller->ctx), &poller->renewals[i].timer);
    wb_free(&poller->renewals);
    poller->renewal_count = 0;
}

void
wb_renewal_show(const wb_inbox *inbox, wb_json_writer *out)
{
    char text[WB_RENEWAL_WORDS_MAX] = "";
    const wb_renewal *self = inbox->renewal;

    if (!self || !self->row.ends_utc_us)
        return;
    if (wb_renewal_level(self->row.ends_utc_us, wb_now_utc_us()))
        words_of(self, self->row.ends_utc_us, text, sizeof text);
    wb_json_put_key(out, "credentials_end");
    wb_json_put_time(out, self->row.ends_utc_us);
    wb_json_member_text(out, "credentials", wb_view_of(text));
}
