/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ruled_show - what people ask of rules: what is kept back, what they say of a record, a release
 *
 * call.held  {"limit": N}                                    what is kept back, at most N of it
 *            {"record": KEY, "release": REASON, "by": NAME}  holds and totals of a record are over;
 *                                                            answered after the commit
 */
#include <stdio.h>

#include "actors/mapper/ruled.h"
#include "actors/mapper/ruled_inside.h"
#include "actors/runtime/actor/ops.h"
#include "protocol/base/own.h"
#include "protocol/key.h"
#include "protocol/records/record.h"

#define LIMIT_DEFAULT 1000
#define LIMIT_MAX 10000
#define BY_MAX 64
#define SAID_MAX 200

/* --- a list --- */

typedef struct {
    wb_mapper *mapper;
    wb_txn *txn;
    wb_json_writer *out;
    uint16_t shard;
    int64_t limit, shown, more;
} list;

static void
write_row(const list *self, wb_view target, wb_view record, const wb_record_delivery *delivery,
          int64_t due_utc_us)
{
    wb_json_writer *out = self->out;

    wb_json_open(out, '{');
    wb_json_member_text(out, "record", record);
    wb_json_member_text(out, "target", target);
    wb_json_member_text(out, "wait", wb_view_of(wb_wait_name(wb_ruled_wait(delivery))));
    wb_json_member_text(out, "reason", delivery->reason);
    if (due_utc_us) {
        wb_json_put_key(out, "until");
        wb_json_put_time(out, due_utc_us);
    }
    wb_json_close(out, '}');
}

static wb_rc
list_one(void *arg, wb_view name, wb_view note, wb_err *err)
{
    list *self = arg;
    wb_view target, record;
    wb_record_row row;
    int64_t due_utc_us = wb_ruled_due_of(note);
    bool found = false;
    size_t at;
    wb_rc rc;

    if (!wb_ruled_parts(name, &target, &record))
        return WB_OK;
    if (self->shown >= self->limit) {
        self->more++;
        return WB_OK;
    }
    rc = wb_records_get(self->txn, self->shard, record, &row, &found, err);
    at = found ? wb_ruled_find(&row, target) : 0;
    if (rc || !found || at == row.delivery_count)
        return rc;
    write_row(self, target, record, &row.deliveries[at], due_utc_us);
    self->shown++;
    return WB_OK;
}

static wb_rc
tell_list(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    list self = {.mapper = wb_ctx_state(ctx), .out = out, .limit = LIMIT_DEFAULT};
    wb_json *json = wb_ctx_json(ctx);
    const wb_shard_claim *claims;
    size_t count;
    wb_rc rc = wb_json_parse(json, call->body, err);

    if (!rc)
        rc = wb_json_int(json, wb_json_get(json, 0, "limit"), &self.limit, "limit", err);
    if (!rc && (self.limit < 1 || self.limit > LIMIT_MAX))
        return wb_fail(err, WB_REJECT, "limit is 1 to %d", LIMIT_MAX);
    rc = rc ? rc : wb_txn_begin(&txn, wb_ctx_store(ctx), false, err);
    if (rc)
        return rc;
    self.txn = txn;
    wb_json_member_text(out, "instance", wb_view_of(wb_ctx_instance(ctx)));
    wb_json_put_key(out, "held");
    wb_json_open(out, '[');
    claims = wb_ctx_claims(ctx, &count);
    for (size_t i = 0; !rc && i < count; i++) {
        const wb_relation_key key = wb_ruled_key(claims[i].shard);

        self.shard = claims[i].shard;
        rc = wb_relations_scan(txn, &key, (wb_view){NULL, 0}, list_one, &self, err);
    }
    wb_json_close(out, ']');
    wb_json_member_int(out, "more", self.more);
    return rc;
}

/* --- a release --- */

typedef struct {
    wb_write write;
    wb_mapper *mapper;
    wb_delivery *delivery;
    wb_buf record;
    char said[SAID_MAX + BY_MAX + 16];
    bool found;
    size_t released;
    wb_buf kept; /* why others are not */
} release;

static void
release_destroy(release **self_p)
{
    wb_buf_fini(&(*self_p)->record);
    wb_buf_fini(&(*self_p)->kept);
    wb_free(self_p);
}

static void
tell_event(release *self, const wb_ruled_lying *what)
{
    const wb_envelope env = {.record = what->record, .target = what->target};
    const wb_record_event event = {
        .what = "released", .env = &env, .outcome = WB_OUTCOME_HANDED_ON, .text = self->said};

    wb_event_record(&self->write, &event);
}

/* Copies of what is kept back now: what leaves changes the row. */
static wb_rc
targets_of(release *self, uint16_t shard, wb_buf *out, wb_txn *txn, wb_err *err)
{
    wb_record_row row;
    bool found = false;
    wb_rc rc = wb_records_get(txn, shard, wb_buf_view(&self->record), &row, &found, err);

    self->found = self->found || found;
    for (size_t i = 0; !rc && found && i < row.delivery_count; i++) {
        if (wb_ruled_wait(&row.deliveries[i]) == WB_WAIT_COUNT)
            continue;
        wb_buf_add_view(out, row.deliveries[i].target);
        wb_buf_add_char(out, 0);
    }
    return rc ? rc : wb_buf_check(out, "targets", err);
}

static wb_rc
note_kept(release *self, const wb_ruled_lying *what, wb_txn *txn, wb_err *err)
{
    wb_record_row row;
    bool found = false;
    wb_rc rc = wb_records_get(txn, what->shard, what->record, &row, &found, err);
    size_t at = found ? wb_ruled_find(&row, what->target) : 0;

    if (!rc && found && at < row.delivery_count)
        wb_buf_addf(&self->kept, "%s%.*s: %.*s", self->kept.len ? "; " : "",
                    WB_VIEW_ARG(what->target), WB_VIEW_ARG(row.deliveries[at].reason));
    return rc;
}

static wb_rc
release_in(release *self, uint16_t shard, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf targets = {0};
    const char *at, *end;
    wb_rc rc;

    wb_buf_init(&targets, WB_RECORD_DELIVERIES_MAX * (WB_ACCOUNT_KEY_MAX + 1));
    rc = targets_of(self, shard, &targets, txn, err);
    at = targets.data;
    end = at + targets.len;
    while (!rc && at < end) {
        wb_ruled_lying what = {.shard = shard,
                               .target = wb_view_of(at),
                               .record = wb_buf_view(&self->record),
                               .released = true};

        at += what.target.len + 1;
        rc = wb_ruled_again(self->mapper->ruled, &what, txn, err);
        self->released += what.left;
        if (!rc && what.left)
            tell_event(self, &what);
        else if (!rc)
            rc = note_kept(self, &what, txn, err);
    }
    return rc;
}

static wb_rc
release_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    release *self = WB_CONTAINER(write, release, write);
    const wb_shard_claim *claims;
    size_t count;
    wb_rc rc = WB_OK;

    self->released = 0;
    self->found = false;
    wb_buf_clear(&self->kept);
    claims = wb_ctx_claims(self->mapper->ctx, &count);
    for (size_t i = 0; !rc && !self->found && i < count; i++)
        rc = release_in(self, claims[i].shard, txn, err);
    return rc;
}

static void
release_done(wb_write *write)
{
    release *self = WB_CONTAINER(write, release, write);
    wb_ctx *ctx = self->mapper->ctx;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_targets_look(self->mapper);
    wb_buf_init(&body, WB_OPS_ANSWER_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "instance", wb_view_of(wb_ctx_instance(ctx)));
    wb_json_member_bool(&out, "found", self->found);
    wb_json_member_int(&out, "released", (int64_t)self->released);
    if (self->kept.len)
        wb_json_member_text(&out, "kept", wb_buf_view(&self->kept));
    wb_json_close(&out, '}');
    wb_lanes_reply(wb_ctx_lanes(ctx), self->delivery->env, wb_buf_view(&body), true);
    wb_delivery_drop(wb_ctx_lanes(ctx), &self->delivery);
    release_destroy(&self);
}

static wb_rc
queue_release(wb_ctx *ctx, wb_delivery *delivery, wb_view record, wb_view said, wb_view by)
{
    release *self = wb_alloc(sizeof *self);

    self->write = (wb_write){.apply = release_apply, .done = release_done};
    self->mapper = wb_ctx_state(ctx);
    self->delivery = delivery;
    wb_buf_init(&self->record, WB_KEY_MAX);
    wb_buf_add_view(&self->record, record);
    wb_buf_init(&self->kept, 64 * 1024);
    (void)snprintf(self->said, sizeof self->said, "by %.*s: %.*s", WB_VIEW_ARG(by),
                   WB_VIEW_ARG(said));
    wb_commit_add(wb_ctx_commit(ctx), &self->write);
    return WB_OK;
}

static wb_rc
read_release(wb_ctx *ctx, const wb_delivery *delivery, wb_view *record, wb_view *said, wb_view *by,
             wb_err *err)
{
    wb_json *json = wb_ctx_json(ctx);
    wb_rc rc = wb_json_parse(json, delivery->env->body, err);

    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "record"), record, "record", err);
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "release"), said, "release", err);
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "by"), by, "by", err);
    if (!rc && said->len && (!record->len || record->len > WB_KEY_MAX))
        return wb_fail(err, WB_REJECT, "record: missing, or no key");
    if (!rc && said->len && (!by->len || by->len > BY_MAX || said->len > SAID_MAX))
        return wb_fail(err, WB_REJECT, "by: a name of at most %d bytes, and a reason of %d", BY_MAX,
                       SAID_MAX);
    return rc;
}

wb_rc
wb_mapper_held(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    wb_view record = {NULL, 0}, said = {NULL, 0}, by = {NULL, 0};
    wb_rc rc = read_release(ctx, delivery, &record, &said, &by, err);

    if (rc) {
        wb_ops_refuse(ctx, delivery, err->text);
        return WB_OK;
    }
    return said.len ? queue_release(ctx, delivery, record, said, by)
                    : wb_ops_answer(ctx, delivery, tell_list, err);
}

/* --- of one record --- */

static void
tell_target(const wb_leaving *what, wb_txn *txn, wb_json_writer *out)
{
    WB_AUTO(wb_verdict_fini) wb_verdict verdict = WB_VERDICT_NONE;
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_json_writer rules;
    wb_leaving asked = *what;
    wb_err why = {0};

    wb_buf_init(&text, WB_OPS_ANSWER_MAX / 4);
    wb_json_writer_init(&rules, &text);
    wb_json_open(&rules, '[');
    verdict.why = &rules;
    asked.verdict = &verdict;
    if (wb_ruled_judge(&asked, what->row->canonical, &verdict, txn, &why))
        return;
    wb_json_close(&rules, ']');
    if (text.overflow)
        return;
    wb_json_open(out, '{');
    wb_json_member_text(out, "target", what->target);
    wb_json_put_key(out, "rules");
    wb_json_put_raw(out, wb_buf_view(&text));
    if (verdict.wait != WB_WAIT_COUNT)
        wb_json_member_text(out, "held", wb_buf_view(&verdict.reason));
    wb_json_close(out, '}');
}

void
wb_ruled_tell(const wb_leaving *what, wb_txn *txn, wb_json_writer *out)
{
    const wb_mapper_routes *routes = wb_routes_of(what->mapper, wb_key_account_of(what->record));
    wb_leaving each = *what;

    wb_json_put_key(out, "decided");
    wb_json_open(out, '[');
    for (size_t i = 0; routes && i < routes->route_count; i++) {
        const wb_target *target = wb_route_target(what->mapper, routes, i, what->row);

        if (!target)
            continue;
        each.target = target->account->key_view;
        tell_target(&each, txn, out);
    }
    wb_json_close(out, ']');
}
