/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apply - call.apply: what a person looked at is let go, if nothing of it has changed since
 *
 * Nothing is sent from here. What is let go leaves as any push does: as the job that it is, under
 * its key, with its mark. So the same plan applied twice, or by two persons, or to a process that
 * ends in the middle, has the effect of one.
 */
#include "actors/pusher/planned.h"

#include <stdio.h>
#include <string.h>

#include "actors/runtime/actor/ops.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define ROWS_MAX 50

typedef enum { APPLY_CHANGED, APPLY_DELIVERED, APPLY_RELEASED } apply_did;

typedef struct {
    /* as it was planned */
    char *record;
    int64_t revision;
    char state[PLANNED_DIGEST_MAX + 1], request[PLANNED_DIGEST_MAX + 1];
    /* as it is */
    apply_did did;
    uint64_t revision_now;
    char state_now[PLANNED_DIGEST_MAX + 1], request_now[PLANNED_DIGEST_MAX + 1];
    const char *why;
} apply_row;

typedef struct {
    wb_write write;
    wb_ctx *ctx;
    wb_delivery *delivery;
    wb_account *account;
    apply_row rows[ROWS_MAX];
    size_t count;
} apply;

/* --- what is asked --- */

static wb_rc
read_digest(wb_json *json, wb_json_ref ref, const char *name, char out[PLANNED_DIGEST_MAX + 1],
            wb_err *err)
{
    wb_view text = {NULL, 0};
    wb_rc rc = wb_json_text(json, wb_json_get(json, ref, name), &text, name, err);

    return rc ? rc : wb_text_set(out, PLANNED_DIGEST_MAX + 1, text, err);
}

static wb_rc
read_row(wb_json *json, wb_json_ref ref, apply_row *out, wb_err *err)
{
    wb_view record = {NULL, 0};
    wb_rc rc = wb_json_text(json, wb_json_get(json, ref, "record"), &record, "record", err);

    if (!rc)
        rc = wb_json_int(json, wb_json_get(json, ref, "revision"), &out->revision, "revision", err);
    if (!rc)
        rc = read_digest(json, ref, "state", out->state, err);
    if (!rc)
        rc = read_digest(json, ref, "request", out->request, err);
    if (!rc && (!record.len || record.len > WB_KEY_MAX || out->revision <= 0 || !*out->state ||
                !*out->request))
        rc = wb_fail(err, WB_REJECT, "rows: each needs record, revision, state and request");
    if (!rc)
        out->record = wb_text_dup_len(record.data, record.len);
    return rc;
}

static wb_rc
read_request(apply *self, wb_err *err)
{
    wb_json *json = wb_ctx_json(self->ctx);
    wb_view account = {NULL, 0};
    wb_json_ref rows;
    wb_rc rc = wb_json_parse(json, self->delivery->env->body, err);

    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "account"), &account, "account", err);
    if (rc)
        return rc;
    rows = wb_json_get(json, 0, "rows");
    if (wb_json_count(json, rows) > ROWS_MAX)
        return wb_fail(err, WB_REJECT, "rows: at most %d", ROWS_MAX);
    self->account = wb_pusher_target(self->ctx, account);
    for (wb_json_ref at = wb_json_first(json, rows); !rc && at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        rc = read_row(json, at, &self->rows[self->count++], err);
    return rc ? rc : wb_json_check(json, err);
}

/* --- whether it is as it was --- */

/* Nothing of it waits: the target has it, or somebody set it aside. */
static wb_rc
judge_gone(apply *self, apply_row *row, wb_txn *txn, wb_err *err)
{
    wb_account *account = self->account;
    wb_mark_row mark = {0};
    bool found = false;
    wb_rc rc =
        wb_marks_get(txn, (wb_row_name){account->shard, account->key_view, wb_view_of(row->record)},
                     &mark, &found, err);

    row->revision_now = mark.revision;
    if (found && mark.revision == (uint64_t)row->revision)
        row->did = APPLY_DELIVERED;
    else if (found && mark.revision > (uint64_t)row->revision)
        row->why = "a newer revision was delivered";
    else
        row->why = "it does not wait here any more: see waybill why";
    return rc;
}

static void
judge_waiting(apply_row *row, const planned *now)
{
    row->revision_now = now->env->revision;
    memcpy(row->state_now, now->state, sizeof row->state_now);
    memcpy(row->request_now, now->request, sizeof row->request_now);
    if (now->env->revision != (uint64_t)row->revision)
        row->why = "another revision of it waits";
    else if (strcmp(now->state, row->state) != 0)
        row->why = "what the target is known to have has changed";
    else if (*now->refused)
        row->why = "no request can be made of it";
    else if (strcmp(now->request, row->request) != 0)
        row->why = "another request would be made of it";
    else
        row->did = APPLY_RELEASED;
}

static wb_rc
judge(apply *self, apply_row *row, wb_txn *txn, wb_err *err)
{
    wb_account *account = self->account;
    wb_row_name name = {account->shard, account->key_view, wb_view_of(row->record)};
    wb_job_row job;
    planned_from from = {account, txn, &job, NULL};
    planned now = {0};
    bool found = false, waits = false;
    wb_rc rc = wb_jobs_get(txn, name, &job, &found, err);

    row->did = APPLY_CHANGED;
    row->why = "";
    found = found && !(job.flags & WB_JOB_MARKING);
    if (!rc && found)
        rc = wb_envelope_load(&from.env, job.envelope, err);
    if (!rc && found)
        rc = planned_read(&now, &from, &waits, err);
    if (rc)
        return rc;
    if (!waits)
        return judge_gone(self, row, txn, err);
    judge_waiting(row, &now);
    planned_fini(&now);
    return WB_OK;
}

/* Judged in the transaction that lets it go: nothing comes in between. */
static wb_rc
on_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    apply *self = WB_CONTAINER(write, apply, write);
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && i < self->count; i++) {
        apply_row *row = &self->rows[i];

        rc = judge(self, row, txn, err);
        if (!rc && row->did == APPLY_RELEASED && self->account->conf->paused)
            rc = wb_pump_release(txn, self->account, wb_view_of(row->record),
                                 (uint64_t)row->revision, err);
    }
    return rc;
}

/* --- its answer --- */

static void
apply_destroy(apply **self_p)
{
    apply *self = wb_take(self_p);

    if (self->delivery)
        wb_delivery_drop(wb_ctx_lanes(self->ctx), &self->delivery);
    for (size_t i = 0; i < self->count; i++)
        wb_free(&self->rows[i].record);
    wb_free(&self);
}

static void
tell_row(const apply_row *row, wb_json_writer *out)
{
    static const char *const did[] = {"changed", "delivered", "released"};

    wb_json_open(out, '{');
    wb_json_member_text(out, "record", wb_view_of(row->record));
    wb_json_member_text(out, "did", wb_view_of(did[row->did]));
    wb_json_member_text(out, "why", wb_view_of(row->why));
    wb_json_member_int(out, "revision", (int64_t)row->revision_now);
    wb_json_member_text(out, "state", wb_view_of(row->state_now));
    wb_json_member_text(out, "request", wb_view_of(row->request_now));
    wb_json_close(out, '}');
}

static void
answer(apply *self)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_buf_init(&body, WB_OPS_ANSWER_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "instance", wb_view_of(wb_ctx_instance(self->ctx)));
    wb_json_member_bool(&out, "owner", true);
    wb_json_put_key(&out, "rows");
    wb_json_open(&out, '[');
    for (size_t i = 0; i < self->count; i++)
        tell_row(&self->rows[i], &out);
    wb_json_close(&out, ']');
    wb_json_close(&out, '}');
    wb_lanes_reply(wb_ctx_lanes(self->ctx), self->delivery->env, wb_buf_view(&body), true);
}

static void
on_done(wb_write *write)
{
    apply *self = WB_CONTAINER(write, apply, write);
    wb_pusher *pusher = wb_ctx_state(self->ctx);

    wb_kill_point("pusher.applied");
    answer(self);
    for (size_t i = 0; i < self->count; i++)
        if (self->rows[i].did == APPLY_RELEASED)
            wb_pump_released(pusher->pump, self->account, wb_view_of(self->rows[i].record));
    apply_destroy(&self);
}

wb_rc
wb_pusher_apply(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    apply *self = wb_alloc(sizeof *self);
    wb_rc rc;

    self->write = (wb_write){.apply = on_apply, .done = on_done};
    self->ctx = ctx;
    self->delivery = delivery;
    rc = read_request(self, err);
    if (!rc && self->account) {
        wb_commit_add(wb_ctx_commit(ctx), &self->write);
        return WB_OK;
    }
    self->delivery = NULL;
    apply_destroy(&self);
    if (!rc)
        return wb_ops_answer(ctx, delivery, wb_pusher_not_ours, err);
    wb_ops_refuse(ctx, delivery, err->text);
    return WB_OK;
}
