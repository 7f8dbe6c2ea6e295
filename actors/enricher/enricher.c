/* SPDX-License-Identifier: Apache-2.0 */
/*
 * enricher - fills in what a notice only refers to
 *
 *   in     notices of channels, and of persons (call.fetch); call.record, call.parked, call.enrich
 *   out    whole records, raw, to the mappers
 *   keeps  notices that stumbled, until the mapper has their record; tasks of what records lack
 *   stops  an account on refused credentials; every other failure is retried, then parked
 *
 * A notice's receipt is the mapper's: until then its sender holds it, or our store does.
 */
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/enricher/asked.h"
#include "actors/enricher/errands.h"
#include "actors/enricher/show.h"
#include "actors/runtime/actor/actor.h"
#include "actors/runtime/actor/ops.h"
#include "actors/runtime/process/kill_point.h"
#include "actors/runtime/pump/pump.h"
#include "protocol/base/own.h"

/* A record on its way to the mapper. */
typedef struct {
    wb_outgoing out;
    wb_link link; /* in enricher.waiting while the lane has no room; in .sent after it */
    struct enricher *owner;
    wb_job *job;
    wb_envelope *env;
} handing;

typedef struct enricher {
    wb_ctx *ctx;
    wb_pump *pump;
    wb_errands *errands;
    wb_asked *asked;
    wb_link waiting, sent;
    uint64_t handed;
} enricher;

static void
handing_destroy(handing **self_p)
{
    handing *self = wb_take(self_p);

    wb_list_remove(&self->link);
    wb_envelope_destroy(&self->env);
    wb_free(&self);
}

static void
on_settled(wb_outgoing *out, wb_outcome outcome)
{
    handing *self = WB_CONTAINER(out, handing, out);
    enricher *owner = self->owner;
    wb_job *job = self->job;

    handing_destroy(&self);
    job->user = NULL;
    wb_kill_point("enricher.handed");
    owner->handed++;
    wb_pump_settle(owner->pump, job, outcome, wb_errands_concern(owner->errands, job));
}

static bool
send(handing *self)
{
    wb_err err = {0};

    wb_list_remove(&self->link);
    if (wb_lanes_send(wb_ctx_lanes(self->owner->ctx), &self->out, WB_STAGE_MAP,
                      wb_envelope_root(self->env), self->job->account->key_view, &err)) {
        wb_list_append(&self->owner->waiting, &self->link);
        return false;
    }
    wb_list_append(&self->owner->sent, &self->link);
    return true;
}

static void
on_room(void *arg, wb_stage stage, wb_view account)
{
    enricher *self = arg;
    wb_link held, *link;

    (void)stage;
    (void)account;
    wb_list_init(&held);
    while ((link = wb_list_pop(&self->waiting)))
        wb_list_append(&held, link);
    while ((link = wb_list_pop(&held)))
        send(WB_CONTAINER(link, handing, link)); /* no room: it waits again */
    wb_pump_run(self->pump);
}

/* --- what the pump asks --- */

static const wb_op *
choose(void *actor, wb_job *job)
{
    const wb_connector *connector = job->account->connector;
    const wb_stream *stream = wb_connector_stream(connector, job->env->stream);

    (void)actor;
    return stream ? wb_connector_fetch(connector, job->account->options, stream) : NULL;
}

static void
fetched(void *actor, wb_job *job, const wb_result *result, int64_t sent_utc_us)
{
    enricher *self = actor;
    wb_loop *loop = wb_ctx_loop(self->ctx);
    handing *it = wb_alloc(sizeof *it);
    wb_envelope raw = *job->env;

    raw.kind = WB_KIND_RAW;
    raw.body = result->body;
    raw.source_utc_us = result->source_utc_us;
    raw.observed_utc_us = sent_utc_us;
    raw.again = false;
    raw.sequence = 0;
    wb_envelope_hop(&raw, WB_HOP_FETCH,
                    wb_loop_utc_us(loop) - (wb_loop_now_ms(loop) - job->taken_ms) * 1000);
    wb_envelope_hop(&raw, WB_HOP_FETCHED, wb_loop_utc_us(loop));
    it->owner = self;
    it->job = job;
    it->env = wb_envelope_copy(&raw);
    it->out.env = it->env;
    it->out.settled = on_settled;
    job->user = it;
    job->wait = WB_WAIT_LANE;
    send(it);
}

/* Without this, all that waits would be read and held in memory while no mapper takes it. */
static bool
room(void *actor, const wb_account *account)
{
    enricher *self = actor;

    return wb_lanes_room(wb_ctx_lanes(self->ctx), WB_STAGE_MAP, account->key_view) > 0;
}

static wb_after_unknown
after_unknown(void *actor, wb_job *job)
{
    (void)actor;
    (void)job;
    return WB_UNKNOWN_RESEND; /* reading twice changes nothing */
}

static wb_rc
apply(void *actor, wb_job *job, wb_outcome outcome, wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_asked_tell(job, write);
    return wb_errands_apply(((enricher *)actor)->errands, job, outcome, txn, err);
}

static void
release(void *actor, wb_job *job)
{
    const enricher *self = actor;

    if (self->errands)
        wb_errands_released(self->errands, job);
}

/* --- handlers --- */

static wb_rc
on_notice(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    enricher *self = wb_ctx_state(ctx);
    const wb_envelope *env = delivery->env;
    wb_account *account = wb_accounts_find_name(wb_ctx_accounts(ctx), env->account);
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    const wb_stream *stream;

    if (!account || !wb_view_eq(account->tenant, env->tenant)) {
        wb_ctx_account_key(ctx, env, &key);
        return wb_ctx_unknown(ctx, "account", wb_buf_view(&key), err);
    }
    if (!env->record.len)
        return wb_fail(err, WB_REJECT, "malformed: a notice without a record");
    stream = wb_connector_stream(account->connector, env->stream);
    if (!stream || !wb_connector_fetch(account->connector, account->options, stream))
        return wb_fail(err, WB_REJECT, "stream: %.*s completes no notices",
                       WB_VIEW_ARG(env->stream));
    wb_pump_take(self->pump, delivery, account, env->again);
    return WB_OK;
}

static wb_rc
tell_record(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out, wb_err *err)
{
    enricher *self = wb_ctx_state(ctx);
    wb_accounts *accounts = wb_ctx_accounts(ctx);
    wb_view record;
    wb_rc rc = wb_ops_record(ctx, call, &record, err);

    if (rc)
        return rc;
    wb_json_member_text(out, "instance", wb_view_of(wb_ctx_instance(ctx)));
    wb_json_member_text(out, "stage", WB_VIEW_LIT("fetch"));
    wb_json_put_key(out, "jobs");
    wb_json_open(out, '[');
    for (size_t i = 0; i < wb_accounts_count(accounts); i++) {
        wb_account *account = wb_accounts_at(accounts, i);

        if (!wb_pump_find(self->pump, account, record) && !wb_pump_stored(self->pump, account))
            continue;
        wb_json_open(out, '{');
        wb_json_member_text(out, "account", account->key_view);
        wb_pump_tell(self->pump, account, record, out);
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
    wb_enrich_tell_record(ctx, record, out);
    wb_ops_parked_of(ctx, record, out);
    return WB_OK;
}

static wb_rc
on_record(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    return wb_ops_answer(ctx, delivery, tell_record, err);
}

static wb_rc
on_parked(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    enricher *self = wb_ctx_state(ctx);

    (void)err;
    wb_ops_parked(ctx, delivery, wb_pump_retake(self->pump));
    return WB_OK;
}

static wb_rc
on_enrich(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    const enricher *self = wb_ctx_state(ctx);

    return wb_enrich_call(ctx, self->errands, delivery, err);
}

static wb_rc
on_fetch(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    const enricher *self = wb_ctx_state(ctx);

    return wb_asked_call(self->asked, delivery, err);
}

static const wb_handler handlers[] = {
    {WB_KIND_NOTICE,      on_notice},
    {WB_KIND_CALL_RECORD, on_record},
    {WB_KIND_CALL_PARKED, on_parked},
    {WB_KIND_CALL_ENRICH, on_enrich},
    {WB_KIND_CALL_FETCH,  on_fetch },
    {WB_KIND_NONE,        NULL     },
};

/* --- the actor --- */

static wb_rc
start(wb_ctx *ctx, wb_err *err)
{
    enricher *self = wb_ctx_state(ctx);
    wb_pump_conf conf = wb_ctx_pump_conf(ctx);
    static const wb_pump_actor actor = {
        .verb = WB_VERB_FETCH,
        .points = {.left = "enricher.left", .fetched = "enricher.fetched", .part = "enricher.part"},
        .choose = choose,
        .done = fetched,
        .apply = apply,
        .gone = wb_asked_gone,
        .release = release,
        .room = room,
        .after_unknown = after_unknown
    };

    (void)err;
    self->ctx = ctx;
    wb_list_init(&self->waiting);
    wb_list_init(&self->sent);
    wb_lanes_on_room(wb_ctx_lanes(ctx), on_room, self);
    self->pump = wb_pump_new(&conf, &actor, self);
    self->errands = wb_errands_new(&conf, self->pump, &wb_errands_usual);
    self->asked = wb_asked_new(ctx, self->pump);
    return WB_OK;
}

static void
forget(enricher *self, wb_link *list)
{
    wb_link *link;

    while ((link = wb_list_pop(list))) {
        handing *it = WB_CONTAINER(link, handing, link);

        wb_lanes_cancel(wb_ctx_lanes(self->ctx), &it->out);
        handing_destroy(&it);
    }
}

static void
stop(wb_ctx *ctx)
{
    enricher *self = wb_ctx_state(ctx);

    forget(self, &self->sent);
    forget(self, &self->waiting);
    wb_errands_destroy(&self->errands);
    wb_pump_destroy(&self->pump);
    wb_asked_destroy(&self->asked);
}

static void
drain(wb_ctx *ctx)
{
    enricher *self = wb_ctx_state(ctx);

    wb_pump_drain(self->pump);
}

static bool
working(wb_ctx *ctx)
{
    enricher *self = wb_ctx_state(ctx);

    return !wb_list_empty(&self->sent);
}

static void
status(wb_ctx *ctx, wb_json_writer *out)
{
    enricher *self = wb_ctx_state(ctx);

    wb_json_member_int(out, "handed_on", (int64_t)self->handed);
    wb_pump_status(self->pump, out);
}

int
main(int argc, char **argv)
{
    static const wb_actor actor = {
        .name = "enricher",
        .summary = "fills in what a notice only refers to",
        .stage = WB_STAGE_FETCH,
        .serves_accounts = true,
        .state_size = sizeof(enricher),
        .handlers = handlers,
        .start = start,
        .stop = stop,
        .working = working,
        .drain = drain,
        .status = status,
    };

    return wb_actor_main(&actor, wb_connectors, argc, argv);
}
