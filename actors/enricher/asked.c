/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asked - see asked.h
 */
#include "actors/enricher/asked.h"

#include <string.h>

#include "actors/runtime/actor/ops.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define ENDING "the process is ending: ask again"

/* Somebody who is not answered yet. */
typedef struct {
    wb_asked *owner;
    wb_delivery *call;
    wb_account *account;
    char *record;
    char why[160]; /* there is no such record; "" = not known to be so */
} question;

struct wb_asked {
    wb_ctx *ctx;
    wb_pump *pump;
};

/* --- the answer --- */

typedef struct {
    bool ok;
    const char *outcome, *text;
} said;

static void
put_said(wb_json_writer *out, const question *asked, const said *what)
{
    wb_ctx *ctx = asked->owner->ctx;

    wb_json_open(out, '{');
    wb_json_member_text(out, "instance", wb_view_of(wb_ctx_instance(ctx)));
    wb_json_member_bool(out, "ok", what->ok);
    wb_json_member_text(out, "outcome", wb_view_of(what->outcome));
    wb_json_member_text(out, "text", wb_view_of(what->text));
    if (what->ok) {
        wb_json_member_text(out, "record", wb_view_of(asked->record));
        wb_json_put_key(out, "job");
        wb_json_open(out, '{');
        wb_pump_tell(asked->owner->pump, asked->account, wb_view_of(asked->record), out);
        wb_json_close(out, '}');
        wb_ops_parked_of(ctx, wb_view_of(asked->record), out);
    }
    wb_json_close(out, '}');
}

static void
answer(question **asked_p, const said *what)
{
    question *asked = wb_take(asked_p);
    wb_lanes *lanes = wb_ctx_lanes(asked->owner->ctx);
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_buf_init(&body, WB_OPS_ANSWER_MAX);
    wb_json_writer_init(&out, &body);
    put_said(&out, asked, what);
    wb_lanes_reply(lanes, asked->call->env, wb_buf_view(&body), true);
    wb_delivery_drop(lanes, &asked->call);
    wb_free(&asked->record);
    wb_free(&asked);
}

/* In the place of a receipt. What joined stored work is as well kept as that. */
static void
on_settled(void *arg, wb_outcome outcome)
{
    question *asked = arg;
    said what = {.ok = outcome != WB_OUTCOME_NONE,
                 .outcome = wb_outcome_name(outcome),
                 .text = outcome == WB_OUTCOME_NONE ? ENDING : asked->why};

    if (*asked->why)
        what.outcome = "absent";
    else if (outcome == WB_OUTCOME_MERGED)
        what.outcome = wb_outcome_name(WB_OUTCOME_HELD);
    wb_kill_point("enricher.asked");
    answer(&asked, &what);
}

void
wb_asked_gone(void *asked, const char *why)
{
    question *self = asked;

    wb_text_tame_words(self->why, sizeof self->why, wb_view_of(why));
}

void
wb_asked_tell(const wb_job *job, wb_write *write)
{
    const wb_record_event event = {
        .what = "absent", .env = job->env, .outcome = WB_OUTCOME_FILTERED, .text = job->error};

    if (job->gone)
        wb_event_record(write, &event);
}

/* --- the question --- */

typedef struct {
    wb_view account, kind, id;
    bool again;
} request;

static wb_rc
read_request(wb_json *json, wb_view body, request *out, wb_err *err)
{
    wb_rc rc = wb_json_parse(json, body, err);

    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "account"), &out->account, "account", err);
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "kind"), &out->kind, "kind", err);
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "id"), &out->id, "id", err);
    if (!rc)
        rc = wb_json_bool(json, wb_json_get(json, 0, "again"), &out->again, "again", err);
    return rc;
}

static wb_rc
find_account(wb_asked *self, const request *asked, wb_account **out, wb_err *err)
{
    wb_account *account = wb_accounts_find(wb_ctx_accounts(self->ctx), asked->account);

    if (!account || !wb_ctx_owns(self->ctx, account->shard))
        return wb_fail(err, WB_REJECT, "%s does not read account %.*s", wb_ctx_instance(self->ctx),
                       WB_VIEW_ARG(asked->account));
    *out = account;
    return WB_OK;
}

/* A notice as its stream's would be, without a word of the source. `key` is begun here. */
static wb_rc
make_notice(const wb_account *account, const request *asked, wb_buf *key, wb_envelope *out,
            wb_err *err)
{
    wb_record_kind kind = wb_record_kind_find(asked->kind);
    const wb_stream *stream = wb_connector_single(account->connector, kind);

    wb_buf_init(key, WB_KEY_MAX);
    if (!stream || !wb_connector_fetch(account->connector, account->options, stream))
        return wb_fail(err, WB_REJECT, "no single record of kind %.*s can be read at %s",
                       WB_VIEW_ARG(asked->kind), account->key);
    if (!asked->id.len)
        return wb_fail(err, WB_REJECT, "id: which one?");
    out->kind = WB_KIND_NOTICE;
    out->tenant = account->tenant;
    out->account = account->name;
    out->connector = wb_view_of(account->connector->name);
    out->record_kind = kind;
    out->stream = wb_view_of(stream->name);
    out->priority = WB_PRIORITY_MANUAL;
    out->again = asked->again;
    wb_envelope_new_trace(out);
    return wb_key_print(key, out->tenant, out->account, kind, asked->id, err);
}

static wb_rc
take(wb_asked *self, const request *wanted, wb_delivery **call_p, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    wb_loop *loop = wb_ctx_loop(self->ctx);
    wb_account *account = NULL;
    wb_envelope notice = {0}, *copy;
    question *asked;
    wb_rc rc = find_account(self, wanted, &account, err);

    if (!rc)
        rc = make_notice(account, wanted, &key, &notice, err);
    if (rc)
        return rc;
    notice.record = wb_buf_view(&key);
    notice.id = wb_id_make(wb_loop_utc_us(loop), account->key_view,
                           (wb_view){(const char *)notice.trace, sizeof notice.trace});
    wb_envelope_hop(&notice, WB_HOP_RECEIVED, wb_loop_utc_us(loop));
    asked = wb_alloc(sizeof *asked);
    asked->owner = self;
    asked->account = account;
    asked->call = wb_take(call_p);
    asked->record = wb_text_dup_len(notice.record.data, notice.record.len);
    copy = wb_envelope_copy(&notice);
    wb_pump_take(self->pump, wb_delivery_make(wb_ctx_lanes(self->ctx), &copy, on_settled, asked),
                 account, false);
    return WB_OK;
}

wb_rc
wb_asked_call(wb_asked *self, wb_delivery *delivery, wb_err *err)
{
    request wanted = {0};
    question *refused;
    wb_rc rc = read_request(wb_ctx_json(self->ctx), delivery->env->body, &wanted, err);

    if (!rc)
        rc = take(self, &wanted, &delivery, err);
    if (!rc)
        return WB_OK;
    refused = wb_alloc(sizeof *refused);
    refused->owner = self;
    refused->call = delivery;
    answer(&refused, &(said){.text = err->text});
    return WB_OK;
}

wb_asked *
wb_asked_new(wb_ctx *ctx, wb_pump *pump)
{
    wb_asked *self = wb_alloc(sizeof *self);

    self->ctx = ctx;
    self->pump = pump;
    return self;
}

void
wb_asked_destroy(wb_asked **self_p)
{
    wb_free(self_p);
}
