/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show - tasks, listed, counted, and begun anew by hand
 */
#include "actors/enricher/show.h"

#include <string.h>

#include "actors/runtime/actor/ops.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define LIMIT_DEFAULT 100

typedef struct {
    char action[16];
    char account[WB_ACCOUNT_KEY_MAX + 1]; /* "" = all */
    char record[WB_KEY_MAX + 1];          /* "" = all */
    char after[WB_KEY_MAX + 1];
    char status[16]; /* "" = all */
    int64_t limit;
} request;

static wb_rc
read_text(wb_json *json, const char *name, char *dst, size_t size, wb_err *err)
{
    wb_view text = {NULL, 0};
    wb_rc rc = wb_json_text(json, wb_json_get(json, 0, name), &text, name, err);

    return rc ? rc : wb_text_set(dst, size, text, err);
}

static wb_rc
check(const request *self, wb_err *err)
{
    bool known = !*self->status;

    for (int i = 0; i < WB_TASK_STATUS_COUNT; i++)
        known |= strcmp(self->status, wb_task_status_name((wb_task_status)i)) == 0;
    if (!known)
        return wb_fail(err, WB_REJECT, "status: pending, processing, completed or failed");
    if (self->limit < 1 || self->limit > WB_STORE_CHUNK_MAX)
        return wb_fail(err, WB_REJECT, "limit: 1 to %d", WB_STORE_CHUNK_MAX);
    return WB_OK;
}

static wb_rc
read_request(wb_json *json, wb_view body, request *out, wb_err *err)
{
    wb_rc rc = wb_json_parse(json, body, err);

    out->limit = LIMIT_DEFAULT;
    if (!rc)
        rc = read_text(json, "action", out->action, sizeof out->action, err);
    if (!rc)
        rc = read_text(json, "account", out->account, sizeof out->account, err);
    if (!rc)
        rc = read_text(json, "record", out->record, sizeof out->record, err);
    if (!rc)
        rc = read_text(json, "after", out->after, sizeof out->after, err);
    if (!rc)
        rc = read_text(json, "status", out->status, sizeof out->status, err);
    if (!rc)
        rc = wb_json_int(json, wb_json_get(json, 0, "limit"), &out->limit, "limit", err);
    return rc ? rc : check(out, err);
}

static bool
fits(const request *self, const wb_task_row *row)
{
    return (!*self->account || wb_view_is(row->account, self->account)) &&
           (!*self->record || wb_view_is(row->record, self->record)) &&
           (!*self->status || strcmp(self->status, wb_task_status_name(row->status)) == 0);
}

/* --- list --- */

static void
put_ids(wb_json_writer *out, const char *name, wb_view joined)
{
    const char *at = joined.data, *end = at + joined.len;

    wb_json_put_key(out, name);
    wb_json_open(out, '[');
    while (at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;

        wb_json_put_text(out, (wb_view){at, (size_t)(stop - at)});
        at = stop + 1;
    }
    wb_json_close(out, ']');
}

static void
put_time(wb_json_writer *out, const char *name, int64_t utc_us)
{
    wb_json_put_key(out, name);
    wb_json_put_time(out, utc_us);
}

static void
put_task(wb_json_writer *out, wb_ctx *ctx, const wb_task_row *row)
{
    const wb_account *account = wb_accounts_find(wb_ctx_accounts(ctx), row->account);

    wb_json_open(out, '{');
    wb_json_member_text(out, "account", row->account);
    wb_json_member_text(out, "record", row->record);
    put_ids(out, "parts", row->parts);
    wb_json_member_text(out, "status", wb_view_of(wb_task_status_name(row->status)));
    wb_json_member_text(out, "lacks", row->name);
    put_ids(out, "found", row->value);
    wb_json_member_text(out, "error", row->error);
    wb_json_member_int(out, "attempts", row->attempts);
    if (account)
        wb_json_member_int(out, "attempts_max", account->conf->enrich_attempts);
    put_time(out, "created", row->created_utc_us);
    put_time(out, "updated", row->updated_utc_us);
    put_time(out, "due", row->due_utc_us);
    wb_json_close(out, '}');
}

typedef struct {
    wb_ctx *ctx;
    const request *asked;
    wb_json_writer *out;
    int64_t count;
    char next[WB_KEY_MAX + 1]; /* the last that was listed */
    bool behind, more;
} listing;

static wb_rc
list_one(void *arg, const wb_task_row *row, wb_err *err)
{
    listing *self = arg;

    (void)err;
    if (!self->behind) {
        self->behind = wb_view_is(row->record, self->asked->after);
        return WB_OK;
    }
    if (!fits(self->asked, row))
        return WB_OK;
    self->more = self->count == self->asked->limit;
    if (self->more)
        return WB_FULL;
    self->count++;
    wb_ignore(wb_text_set(self->next, sizeof self->next, row->record, NULL), "a key fits");
    put_task(self->out, self->ctx, row);
    return WB_OK;
}

static wb_rc
list(wb_ctx *ctx, wb_txn *txn, const request *asked, wb_json_writer *out, wb_err *err)
{
    listing self = {.ctx = ctx, .asked = asked, .out = out, .behind = !*asked->after};
    wb_rc rc;

    wb_json_put_key(out, "tasks");
    wb_json_open(out, '[');
    rc = wb_tasks_all(txn, list_one, &self, err);
    wb_json_close(out, ']');
    wb_json_member_text(out, "next", wb_view_of(self.more ? self.next : ""));
    return rc;
}

/* --- stats --- */

typedef struct {
    const request *asked;
    int64_t now_utc_us, by_status[WB_TASK_STATUS_COUNT], total, queue;
} counts;

static wb_rc
count_one(void *arg, const wb_task_row *row, wb_err *err)
{
    counts *self = arg;

    (void)err;
    if (!fits(self->asked, row))
        return WB_OK;
    self->by_status[row->status]++;
    self->total++;
    self->queue += row->status == WB_TASK_PENDING && row->due_utc_us <= self->now_utc_us;
    return WB_OK;
}

static wb_rc
stats(wb_ctx *ctx, wb_txn *txn, const request *asked, wb_json_writer *out, wb_err *err)
{
    counts self = {.asked = asked, .now_utc_us = wb_now_utc_us()};
    wb_rc rc = wb_tasks_all(txn, count_one, &self, err);

    (void)ctx;
    for (int i = 0; i < WB_TASK_STATUS_COUNT; i++)
        wb_json_member_int(out, wb_task_status_name((wb_task_status)i), self.by_status[i]);
    wb_json_member_int(out, "total", self.total);
    wb_json_member_int(out, "queue_length", self.queue);
    return rc;
}

/* --- run: what waits is due now, what failed begins anew --- */

typedef struct {
    wb_write write;
    wb_ctx *ctx;
    wb_errands *errands;
    wb_delivery *delivery;
    request asked;
    bool drop;
    int64_t now_utc_us, changed;
    size_t count;
    wb_buf keys[WB_STORE_CHUNK_MAX];
    uint16_t shards[WB_STORE_CHUNK_MAX];
    size_t account_len[WB_STORE_CHUNK_MAX];
} run_write;

/* What is due already is not begun a second time, so that the next thousand come after these. */
static bool
is_meant(const run_write *self, const wb_task_row *row)
{
    if (!fits(&self->asked, row))
        return false;
    return self->drop || row->status == WB_TASK_FAILED ||
           (row->status == WB_TASK_PENDING && row->due_utc_us > self->now_utc_us);
}

static wb_rc
collect(void *arg, const wb_task_row *row, wb_err *err)
{
    run_write *self = arg;
    wb_buf *key = &self->keys[self->count];

    (void)err;
    if (!is_meant(self, row))
        return WB_OK;
    if (self->count == WB_STORE_CHUNK_MAX)
        return WB_FULL;
    wb_buf_init(key, WB_ACCOUNT_KEY_MAX + WB_KEY_MAX);
    wb_buf_add_view(key, row->account);
    wb_buf_add_view(key, row->record);
    self->account_len[self->count] = row->account.len;
    self->shards[self->count++] = row->shard;
    return WB_OK;
}

static void
forget(run_write *self)
{
    for (size_t i = 0; i < self->count; i++)
        wb_buf_fini(&self->keys[i]);
    self->count = 0;
    self->changed = 0;
}

static wb_rc
change(run_write *self, size_t i, wb_txn *txn, wb_err *err)
{
    wb_view key = wb_buf_view(&self->keys[i]);
    size_t len = self->account_len[i];
    wb_row_name name = {
        self->shards[i], {key.data,       len          },
         {key.data + len, key.len - len}
    };
    wb_task_row row;
    bool found = false;
    wb_rc rc;

    if (self->drop)
        return wb_tasks_delete(txn, name, err);
    rc = wb_tasks_get(txn, name, &row, &found, err);
    return rc || !found ? rc : wb_errands_again(&row, txn, err);
}

static wb_rc
run_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    run_write *self = WB_CONTAINER(write, run_write, write);
    wb_rc rc;

    forget(self);
    self->now_utc_us = wb_now_utc_us();
    rc = wb_tasks_all(txn, collect, self, err);
    for (size_t i = 0; !rc && i < self->count; i++) {
        rc = change(self, i, txn, err);
        self->changed++;
    }
    return rc;
}

static void
run_done(wb_write *write)
{
    run_write *self = WB_CONTAINER(write, run_write, write);
    wb_lanes *lanes = wb_ctx_lanes(self->ctx);
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_buf_init(&body, 1024);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "instance", wb_view_of(wb_ctx_instance(self->ctx)));
    wb_json_member_int(&out, "changed", self->changed);
    wb_json_member_bool(&out, "more", self->count == WB_STORE_CHUNK_MAX);
    wb_json_close(&out, '}');
    wb_lanes_reply(lanes, self->delivery->env, wb_buf_view(&body), true);
    wb_delivery_drop(lanes, &self->delivery);
    if (self->changed)
        wb_errands_look(self->errands);
    forget(self);
    wb_free(&self);
}

static void
begin_change(wb_ctx *ctx, wb_errands *errands, wb_delivery *delivery, const request *asked)
{
    run_write *self = wb_alloc(sizeof *self);

    self->write = (wb_write){.apply = run_apply, .done = run_done};
    self->ctx = ctx;
    self->errands = errands;
    self->delivery = delivery;
    self->asked = *asked;
    self->drop = strcmp(asked->action, "drop") == 0;
    wb_commit_add(wb_ctx_commit(ctx), &self->write);
}

/* --- the call --- */

static wb_rc
tell(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    request asked = {0};
    wb_rc rc = read_request(wb_ctx_json(ctx), call->body, &asked, err);

    if (!rc)
        rc = wb_txn_begin(&txn, wb_ctx_store(ctx), false, err);
    if (rc)
        return rc;
    wb_json_member_text(out, "instance", wb_view_of(wb_ctx_instance(ctx)));
    if (strcmp(asked.action, "list") == 0)
        return list(ctx, txn, &asked, out, err);
    if (strcmp(asked.action, "stats") == 0)
        return stats(ctx, txn, &asked, out, err);
    return wb_fail(err, WB_REJECT, "action: list, stats, run or drop");
}

wb_rc
wb_enrich_call(wb_ctx *ctx, wb_errands *errands, wb_delivery *delivery, wb_err *err)
{
    request asked = {0};

    if (read_request(wb_ctx_json(ctx), delivery->env->body, &asked, err)) {
        wb_ops_refuse(ctx, delivery, err->text);
        return WB_OK;
    }
    if (strcmp(asked.action, "run") != 0 && strcmp(asked.action, "drop") != 0)
        return wb_ops_answer(ctx, delivery, tell, err);
    if (!*asked.account)
        wb_ops_refuse(ctx, delivery, "run and drop want an account");
    else
        begin_change(ctx, errands, delivery, &asked);
    return WB_OK;
}

void
wb_enrich_tell_record(wb_ctx *ctx, wb_view record, wb_json_writer *out)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_accounts *accounts = wb_ctx_accounts(ctx);
    wb_err err = {0};
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(ctx), false, &err);

    wb_json_put_key(out, "tasks");
    wb_json_open(out, '[');
    for (size_t i = 0; !rc && i < wb_accounts_count(accounts); i++) {
        const wb_account *account = wb_accounts_at(accounts, i);
        wb_task_row row;
        bool found = false;

        rc = wb_tasks_get(txn, (wb_row_name){account->shard, account->key_view, record}, &row,
                          &found, &err);
        if (!rc && found)
            put_task(out, ctx, &row);
    }
    wb_json_close(out, ']');
}
