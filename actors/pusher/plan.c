/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan - call.plan: what waits for a target, with the requests that it would make
 *
 * The body and the answer are in docs/wire.md, section 14. Where an operation can be probed, the
 * target is asked what it has, one record after another, by the account's own limits: nothing that
 * writes leaves. What could not be asked within ASK_MS is told as it is known here.
 */
#include "actors/pusher/planned.h"

#include <stdio.h>

#include "actors/runtime/actor/ops.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define LIMIT_DEFAULT 20
#define LIMIT_MAX 50
#define LOOKED_MAX 2000
#define ASK_MS 3000 /* less than whoever asks waits for an answer */

typedef struct {
    wb_link link; /* in wb_pusher.plans */
    wb_pusher *pusher;
    wb_delivery *delivery; /* NULL: it is answered, and only its call is waited for */
    wb_account *account;
    wb_record_kind kind; /* NONE = all */
    wb_buf record, after;
    int64_t since_utc_us, limit;
    bool offline, personal;
    planned rows[LIMIT_MAX];
    size_t count, asked; /* of them, those that were asked about, or need not be */
    bool more;
    wb_buf last; /* the last one that was looked at */
    wb_timer timer;
    bool calling;
    wb_call call;
    wb_call_item item;
} plan;

/* --- what is asked --- */

static wb_rc
read_kind(wb_json *json, plan *out, wb_err *err)
{
    wb_view name = {NULL, 0};
    wb_rc rc = wb_json_text(json, wb_json_get(json, 0, "kind"), &name, "kind", err);

    if (rc || !name.len)
        return rc;
    out->kind = wb_record_kind_word(name);
    return out->kind ? WB_OK : wb_fail(err, WB_REJECT, "kind: there is no %.*s", WB_VIEW_ARG(name));
}

static wb_rc
read_key(wb_json *json, const char *name, wb_buf *out, wb_err *err)
{
    wb_view text = {NULL, 0};
    wb_rc rc = wb_json_text(json, wb_json_get(json, 0, name), &text, name, err);

    wb_buf_init(out, WB_KEY_MAX);
    wb_buf_add_view(out, text);
    return rc ? rc : wb_buf_check(out, name, err);
}

static wb_rc
read_bounds(wb_json *json, plan *out, wb_err *err)
{
    wb_rc rc = wb_json_time(json, wb_json_get(json, 0, "since"), &out->since_utc_us, "since", err);

    out->limit = LIMIT_DEFAULT;
    if (!rc)
        rc = wb_json_int(json, wb_json_get(json, 0, "limit"), &out->limit, "limit", err);
    if (!rc && (out->limit < 1 || out->limit > LIMIT_MAX))
        return wb_fail(err, WB_REJECT, "limit: 1 to %d", LIMIT_MAX);
    if (!rc)
        rc = wb_json_bool(json, wb_json_get(json, 0, "offline"), &out->offline, "offline", err);
    if (!rc)
        rc = wb_json_bool(json, wb_json_get(json, 0, "personal"), &out->personal, "personal", err);
    return rc;
}

static wb_rc
read_request(wb_ctx *ctx, const wb_envelope *call, plan *out, wb_err *err)
{
    wb_json *json = wb_ctx_json(ctx);
    wb_view account = {NULL, 0};
    wb_rc rc = wb_json_parse(json, call->body, err);

    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "account"), &account, "account", err);
    if (!rc)
        rc = read_kind(json, out, err);
    if (!rc)
        rc = read_key(json, "record", &out->record, err);
    if (!rc)
        rc = read_key(json, "after", &out->after, err);
    if (!rc)
        rc = read_bounds(json, out, err);
    if (!rc)
        rc = wb_json_check(json, err);
    if (!rc)
        out->account = wb_pusher_target(ctx, account);
    return rc;
}

wb_account *
wb_pusher_target(wb_ctx *ctx, wb_view key)
{
    wb_account *account = wb_accounts_find(wb_ctx_accounts(ctx), key);

    return account && account->connector->push_op && wb_ctx_owns(ctx, account->shard) ? account
                                                                                      : NULL;
}

/* --- what waits --- */

typedef struct {
    plan *plan;
    wb_txn *txn;
    size_t looked;
} row_visit;

static bool
is_asked_for(const plan *self, const wb_envelope *env)
{
    return (!self->kind || env->record_kind == self->kind) &&
           (int64_t)env->revision >= self->since_utc_us;
}

/* One that cannot be read is set aside by who reads it back: here it is passed over. */
static void
look_at(plan *self, wb_txn *txn, const wb_job_row *row)
{
    planned_from from = {self->account, txn, row, NULL};
    bool waits = false;

    if (!(row->flags & WB_JOB_MARKING) && !wb_envelope_load(&from.env, row->envelope, NULL) &&
        is_asked_for(self, from.env) &&
        !planned_read(&self->rows[self->count], &from, &waits, NULL) && waits)
        self->count++;
    wb_envelope_destroy(&from.env); /* it is not asked for */
}

/* So many are looked at in one turn; whoever asks goes on behind the last. */
static wb_rc
visit(void *arg, const wb_job_row *row, wb_err *err)
{
    row_visit *self = arg;
    plan *into = self->plan;

    (void)err;
    if (into->count == (size_t)into->limit || self->looked++ == LOOKED_MAX) {
        into->more = true;
        return WB_FULL;
    }
    wb_buf_clear(&into->last);
    wb_buf_add_view(&into->last, row->name);
    look_at(into, self->txn, row);
    return WB_OK;
}

static wb_rc
look_at_one(plan *self, wb_txn *txn, wb_err *err)
{
    wb_job_row row;
    bool found = false;
    wb_rc rc = wb_jobs_get(
        txn,
        (wb_row_name){self->account->shard, self->account->key_view, wb_buf_view(&self->record)},
        &row, &found, err);

    if (!rc && found)
        look_at(self, txn, &row);
    return rc;
}

static wb_rc
gather(plan *self, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    row_visit rows = {.plan = self};
    wb_row_name from = {self->account->shard, self->account->key_view, wb_buf_view(&self->after)};
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(self->pusher->ctx), false, err);

    rows.txn = txn;
    wb_buf_init(&self->last, WB_KEY_MAX);
    if (!rc && self->record.len)
        return look_at_one(self, txn, err);
    rc = rc ? rc : wb_jobs_scan(txn, from, visit, &rows, err);
    return rc == WB_FULL ? WB_OK : rc;
}

/* --- its answer --- */

static void
plan_destroy(plan **self_p)
{
    plan *self = wb_take(self_p);

    wb_list_remove(&self->link);
    wb_timer_stop(wb_ctx_loop(self->pusher->ctx), &self->timer);
    for (size_t i = 0; i < self->count; i++)
        planned_fini(&self->rows[i]);
    if (self->delivery)
        wb_delivery_drop(wb_ctx_lanes(self->pusher->ctx), &self->delivery);
    wb_buf_fini(&self->record);
    wb_buf_fini(&self->after);
    wb_buf_fini(&self->last);
    wb_free(&self);
}

static void
tell(plan *self, wb_json_writer *out)
{
    wb_json_open(out, '{');
    wb_json_member_text(out, "instance", wb_view_of(wb_ctx_instance(self->pusher->ctx)));
    wb_json_member_bool(out, "owner", true);
    wb_json_member_bool(out, "paused", self->account->conf->paused);
    wb_json_put_key(out, "rows");
    wb_json_open(out, '[');
    for (size_t i = 0; i < self->count; i++)
        planned_tell(&self->rows[i], self->personal, out);
    wb_json_close(out, ']');
    if (self->more)
        wb_json_member_text(out, "next", wb_buf_view(&self->last));
    wb_json_close(out, '}');
}

/* A call that is under way cannot be called back: it is waited for, and says nothing any more. */
static void
answer(plan *self)
{
    wb_ctx *ctx = self->pusher->ctx;
    WB_AUTO(wb_buf_wipe) wb_buf body = {0};
    wb_json_writer out;
    wb_err err = {0};

    wb_timer_stop(wb_ctx_loop(ctx), &self->timer);
    wb_buf_init(&body, WB_OPS_ANSWER_MAX);
    wb_json_writer_init(&out, &body);
    tell(self, &out);
    if (wb_buf_check(&body, "the answer: ask for fewer at once", &err)) {
        wb_ops_refuse(ctx, wb_take(&self->delivery), err.text);
    } else {
        wb_lanes_reply(wb_ctx_lanes(ctx), self->delivery->env, wb_buf_view(&body), true);
        wb_delivery_drop(wb_ctx_lanes(ctx), &self->delivery);
    }
    if (!self->calling)
        plan_destroy(&self);
}

/* --- what the target has --- */

static void
on_found(void *arg, const wb_exchange_result *result)
{
    plan *self = arg;

    self->calling = false;
    if (!self->delivery) {
        plan_destroy(&self);
        return;
    }
    planned_found(&self->rows[self->asked++], result);
}

static void
cannot_ask(planned *row, const char *why)
{
    char text[128];

    (void)snprintf(text, sizeof text, "the target cannot be asked: %.90s", why);
    planned_unasked(row, text);
}

/* False: it has to wait. */
static bool
ask_one(plan *self)
{
    planned *row = &self->rows[self->asked];
    const wb_op *probe = planned_probe(row);
    wb_pusher *pusher = self->pusher;
    wb_wait wait;
    wb_err err = {0};

    if (!probe) {
        self->asked++;
        return true;
    }
    wait = wb_gate_enter(wb_ctx_gate(pusher->ctx), self->account, probe, WB_PRIORITY_MANUAL, NULL);
    if (wait == WB_WAIT_SUSPENDED || wait == WB_WAIT_DRAIN) {
        cannot_ask(row, wait == WB_WAIT_DRAIN ? "this process is ending" : self->account->reason);
        self->asked++;
        return true;
    }
    if (wait)
        return false;
    self->item = planned_item(row);
    self->call = (wb_call){.op = probe, .items = &self->item, .item_count = 1};
    self->calling = true;
    if (!wb_exchange_start(wb_ctx_exchanger(pusher->ctx), self->account, &self->call, on_found,
                           self, &err))
        return false; /* the answer comes */
    self->calling = false;
    cannot_ask(row, err.text);
    self->asked++;
    return true;
}

/* At the end of each turn: the gate may have opened, an answer may have come. */
static bool
on_turn(void *arg)
{
    wb_pusher *pusher = arg;

    for (wb_link *link = pusher->plans.next, *next; link != &pusher->plans; link = next) {
        plan *self = WB_CONTAINER(link, plan, link);

        next = link->next;
        if (!self->delivery)
            continue;
        while (!self->calling && self->asked < self->count && ask_one(self))
            ;
        if (!self->calling && self->asked == self->count)
            answer(self);
    }
    return false;
}

static void
on_late(wb_timer *timer, void *arg)
{
    plan *self = arg;

    (void)timer;
    for (size_t i = self->asked; i < self->count; i++)
        if (planned_probe(&self->rows[i]))
            cannot_ask(&self->rows[i], "its limit, or its answer, left no time");
    answer(self);
}

/* --- the call --- */

wb_rc
wb_pusher_not_ours(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out, wb_err *err)
{
    (void)call;
    (void)err;
    wb_json_member_text(out, "instance", wb_view_of(wb_ctx_instance(ctx)));
    wb_json_member_bool(out, "owner", false);
    return WB_OK;
}

wb_rc
wb_pusher_plan(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    wb_pusher *pusher = wb_ctx_state(ctx);
    plan *self = wb_alloc(sizeof *self);
    bool ours;
    wb_rc rc;

    self->pusher = pusher;
    self->timer = (wb_timer){.fire = on_late, .arg = self};
    wb_list_append(&pusher->plans, &self->link);
    rc = read_request(ctx, delivery->env, self, err);
    ours = !rc && self->account;
    if (ours)
        rc = gather(self, err);
    if (rc || !ours) {
        plan_destroy(&self);
        if (!rc)
            return wb_ops_answer(ctx, delivery, wb_pusher_not_ours, err);
        wb_ops_refuse(ctx, delivery, err->text);
        return WB_OK;
    }
    self->delivery = delivery;
    if (self->offline)
        self->asked = self->count;
    wb_timer_start(wb_ctx_loop(ctx), &self->timer, ASK_MS);
    return WB_OK; /* the end of the turn goes on */
}

void
wb_pusher_plans_open(wb_pusher *self)
{
    wb_list_init(&self->plans);
    self->plan_hook = (wb_loop_hook){.rank = -4, .flush = on_turn, .arg = self};
    wb_loop_hook_add(wb_ctx_loop(self->ctx), &self->plan_hook);
}

void
wb_pusher_plans_close(wb_pusher *self)
{
    wb_loop_hook_remove(&self->plan_hook);
    while (!wb_list_empty(&self->plans)) {
        plan *one = WB_CONTAINER(self->plans.next, plan, link);

        plan_destroy(&one);
    }
}
