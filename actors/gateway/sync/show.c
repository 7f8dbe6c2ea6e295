/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show - call.tasks: what this gateway has of tasks
 *
 *   {"action": "list", "kind", "status", "account", "shop_id", "before": ID, "limit"}
 *   {"action": "show", "id"}
 *   {"action": "forget", "account"}   a thousand at a time; answered after the commit
 */
#include <string.h>

#include "actors/gateway/sync/sync.h"
#include "actors/runtime/actor/ops.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 1000
#define LOOK_ROWS 20000 /* of one answer: some ten milliseconds */
#define REPLY_MAX (4 * 1024 * 1024)

typedef struct {
    wb_tasks *tasks;
    wb_json_writer *out;
    wb_view account;
    int64_t shop_id, before, limit, shown, looked, last;
    int kind, status; /* -1 = any */
    bool more;
} listing;

/* --- one --- */

typedef struct {
    int64_t start, end, ends; /* the first; the last, and 0 while any is open; when it may end */
    uint64_t total, success, failed, progress;
    wb_view error;
} sums;

static sums
sums_of(const wb_sync_row *row, const wb_task *open)
{
    sums all = {0};
    bool over = wb_sync_is_over(wb_sync_status_of(row)), unsaid = over;

    for (size_t i = 0; i < row->part_count; i++) {
        const wb_sync_part *part = &row->parts[i];
        int64_t ends = open && !wb_sync_is_over(part->status) ? open->parts[i].ends_utc_us : 0;

        if (part->start_utc_us && (!all.start || part->start_utc_us < all.start))
            all.start = part->start_utc_us;
        all.end = part->end_utc_us > all.end ? part->end_utc_us : all.end;
        unsaid = unsaid || (!ends && !wb_sync_is_over(part->status));
        all.ends = ends > all.ends ? ends : all.ends;
        all.total += part->total;
        all.success += part->success;
        all.failed += part->failed;
        all.progress += part->progress;
        if (part->status == WB_SYNC_FAILED && !all.error.len)
            all.error = part->error;
    }
    all.progress /= row->part_count;
    all.end = over ? all.end : 0;
    all.ends = unsaid ? 0 : all.ends;
    return all;
}

static void
put_parts(const wb_sync_row *row, wb_json_writer *out)
{
    char run[WB_ID_TEXT_MAX + 1];

    wb_json_put_key(out, "parts");
    wb_json_open(out, '[');
    for (size_t i = 0; i < row->part_count; i++) {
        wb_id_text(run, &row->parts[i].run);
        wb_json_open(out, '{');
        wb_json_member_text(out, "stream", row->parts[i].stream);
        wb_json_member_text(out, "run", wb_view_of(run));
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

static void
put_task(const wb_sync_row *stored, const wb_task *open, wb_json_writer *out)
{
    const wb_sync_row *row = open ? &open->row : stored;
    sums all = sums_of(row, open);

    wb_json_open(out, '{');
    wb_json_member_int(out, "id", row->id);
    wb_json_member_text(out, "kind", wb_view_of(wb_record_kind_name(row->kind)));
    wb_json_member_bool(out, "full", row->full);
    wb_json_member_text(out, "status", wb_view_of(wb_sync_status_name(wb_sync_status_of(row))));
    wb_json_member_text(out, "account", row->account);
    wb_json_member_int(out, "shop_id", row->shop_id);
    wb_json_member_time(out, "from", row->from_utc_us);
    wb_json_member_time(out, "to", row->to_utc_us);
    wb_json_member_time(out, "start", all.start);
    wb_json_member_time(out, "end", all.end);
    wb_json_member_time(out, "estimated_end", all.ends);
    wb_json_member_time(out, "created", row->created_utc_us);
    wb_json_member_time(out, "updated", row->updated_utc_us);
    wb_json_member_int(out, "total", (int64_t)all.total);
    wb_json_member_int(out, "success", (int64_t)all.success);
    wb_json_member_int(out, "failed", (int64_t)all.failed);
    wb_json_member_int(out, "progress", (int64_t)all.progress);
    wb_json_member_text(out, "error", all.error);
    wb_json_member_text(out, "note", open ? wb_view_of(open->note) : row->note);
    put_parts(row, out);
    wb_json_close(out, '}');
}

/* --- a list --- */

static bool
fits(const listing *self, const wb_sync_row *row)
{
    return (self->kind < 0 || (int)row->kind == self->kind) &&
           (self->status < 0 || (int)wb_sync_status_of(row) == self->status) &&
           (!self->account.len || wb_view_eq(self->account, row->account)) &&
           (!self->shop_id || self->shop_id == row->shop_id);
}

static wb_rc
list_row(void *arg, const wb_sync_row *row, wb_err *err)
{
    listing *self = arg;
    const wb_task *open =
        wb_sync_is_over(wb_sync_status_of(row)) ? NULL : wb_tasks_find(self->tasks, row->id);

    (void)err;
    self->more = self->shown == self->limit || self->looked == LOOK_ROWS;
    if (self->more)
        return WB_FULL;
    self->looked++;
    self->last = row->id;
    if (!fits(self, open ? &open->row : row))
        return WB_OK;
    put_task(row, open, self->out);
    self->shown++;
    return WB_OK;
}

static wb_rc
read_word(wb_json *json, const char *name, const char *(*word)(int), int count, int *out,
          wb_err *err)
{
    wb_view text = {NULL, 0};
    wb_rc rc = wb_json_text(json, wb_json_get(json, 0, name), &text, name, err);

    *out = -1;
    if (rc || !text.len)
        return rc;
    for (int i = 0; i < count; i++)
        if (wb_view_is(text, word(i)))
            *out = i;
    return *out < 0 ? wb_fail(err, WB_REJECT, "%s: no such", name) : WB_OK;
}

static const char *
kind_word(int kind)
{
    return wb_record_kind_name((wb_record_kind)kind);
}

static const char *
status_word(int status)
{
    return wb_sync_status_name((wb_sync_status)status);
}

static wb_rc
read_listing(wb_json *json, listing *out, wb_err *err)
{
    wb_rc rc = read_word(json, "kind", kind_word, WB_RECORD_KIND_COUNT, &out->kind, err);

    out->limit = LIMIT_DEFAULT;
    if (!rc)
        rc = read_word(json, "status", status_word, WB_SYNC_STATUS_COUNT, &out->status, err);
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "account"), &out->account, "account", err);
    if (!rc)
        rc = wb_json_int(json, wb_json_get(json, 0, "shop_id"), &out->shop_id, "shop_id", err);
    if (!rc)
        rc = wb_json_int(json, wb_json_get(json, 0, "before"), &out->before, "before", err);
    if (!rc)
        rc = wb_json_int(json, wb_json_get(json, 0, "limit"), &out->limit, "limit", err);
    if (!rc && (out->limit < 1 || out->limit > LIMIT_MAX))
        rc = wb_fail(err, WB_REJECT, "limit: 1 to %d", LIMIT_MAX);
    if (!rc && (out->before < 0 || out->before > WB_SYNC_ID_MAX))
        rc = wb_fail(err, WB_REJECT, "before: no id of a task");
    return rc;
}

static wb_rc
tell_list(wb_tasks *tasks, wb_json *json, wb_txn *txn, wb_json_writer *out, wb_err *err)
{
    listing self = {.tasks = tasks, .out = out};
    wb_rc rc = read_listing(json, &self, err);

    if (rc)
        return rc;
    wb_json_put_key(out, "tasks");
    wb_json_open(out, '[');
    rc = wb_syncs_scan(txn, self.before, list_row, &self, err);
    wb_json_close(out, ']');
    /* all above it was looked at; 0 = all there is */
    wb_json_member_int(out, "next", self.more ? self.last : 0);
    return rc;
}

static wb_rc
tell_one(wb_tasks *tasks, wb_json *json, wb_txn *txn, wb_json_writer *out, wb_err *err)
{
    wb_sync_row row;
    bool found = false;
    int64_t id = 0;
    wb_rc rc = wb_json_int(json, wb_json_get(json, 0, "id"), &id, "id", err);

    if (!rc && (id < 1 || id > WB_SYNC_ID_MAX))
        rc = wb_fail(err, WB_REJECT, "id: no id of a task");
    if (!rc)
        rc = wb_syncs_get(txn, id, &row, &found, err);
    if (rc || !found)
        return rc;
    wb_json_put_key(out, "task");
    put_task(&row, wb_tasks_find(tasks, id), out);
    return WB_OK;
}

wb_rc
wb_tasks_tell(wb_tasks *self, wb_view question, wb_json_writer *out, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_view action = {NULL, 0};
    wb_rc rc = wb_json_parse(json, question, err);

    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "action"), &action, "action", err);
    if (!rc)
        rc = wb_txn_begin(&txn, wb_ctx_store(self->gateway->ctx), false, err);
    if (rc)
        return rc;
    wb_json_member_text(out, "instance", wb_view_of(wb_ctx_instance(self->gateway->ctx)));
    if (wb_view_is(action, "list"))
        return tell_list(self, json, txn, out, err);
    if (wb_view_is(action, "show"))
        return tell_one(self, json, txn, out, err);
    return wb_fail(err, WB_REJECT, "action: list, show or forget");
}

/* --- an account is forgotten --- */

typedef struct {
    wb_write write;
    wb_tasks *tasks;
    wb_delivery *delivery;
    char account[WB_ACCOUNT_KEY_MAX + 1];
    int64_t gone[WB_STORE_CHUNK_MAX];
    size_t count, open;
    bool more;
} forget_write;

static wb_rc
forget_row(void *arg, const wb_sync_row *row, wb_err *err)
{
    forget_write *self = arg;

    (void)err;
    if (!wb_view_is(row->account, self->account))
        return WB_OK;
    self->more = self->count == WB_STORE_CHUNK_MAX;
    if (self->more)
        return WB_FULL;
    self->gone[self->count++] = row->id;
    return WB_OK;
}

static wb_rc
forget_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    forget_write *self = WB_CONTAINER(write, forget_write, write);
    wb_rc rc;

    self->count = 0;
    rc = wb_syncs_scan(txn, 0, forget_row, self, err);
    for (size_t i = 0; !rc && i < self->count; i++)
        rc = wb_syncs_delete(txn, self->gone[i], err);
    return rc;
}

static void
forget_done(wb_write *write)
{
    forget_write *self = WB_CONTAINER(write, forget_write, write);
    wb_ctx *ctx = self->tasks->gateway->ctx;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_buf_init(&body, 1024);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "instance", wb_view_of(wb_ctx_instance(ctx)));
    wb_json_member_int(&out, "changed", (int64_t)(self->count + self->open));
    wb_json_member_bool(&out, "more", self->more);
    wb_json_close(&out, '}');
    wb_lanes_reply(wb_ctx_lanes(ctx), self->delivery->env, wb_buf_view(&body), true);
    wb_delivery_drop(wb_ctx_lanes(ctx), &self->delivery);
    wb_free(&self);
}

/* Those that are open are followed no more; each goes by its own write, before this one. */
static size_t
forget_open(wb_tasks *tasks, const char *account)
{
    size_t count = 0;

    for (wb_link *link = tasks->open.next; link != &tasks->open; link = link->next) {
        wb_task *task = WB_CONTAINER(link, wb_task, link);

        if (strcmp(task->account, account) != 0 || task->forgotten)
            continue;
        task->forgotten = true;
        wb_task_changed(task);
        count++;
    }
    return count;
}

static wb_rc
forget(wb_tasks *tasks, wb_json *json, wb_delivery *delivery, wb_err *err)
{
    wb_view account = {NULL, 0};
    wb_rc rc = wb_json_text(json, wb_json_get(json, 0, "account"), &account, "account", err);
    forget_write *self;

    if (!rc && (!account.len || account.len > WB_ACCOUNT_KEY_MAX))
        rc = wb_fail(err, WB_REJECT, "forget wants an account");
    if (rc)
        return rc;
    self = wb_alloc(sizeof *self);
    self->write = (wb_write){.apply = forget_apply, .done = forget_done};
    self->tasks = tasks;
    self->delivery = delivery;
    wb_ignore(wb_text_set(self->account, sizeof self->account, account, NULL), "it was measured");
    self->open = forget_open(tasks, self->account);
    wb_commit_add(wb_ctx_commit(tasks->gateway->ctx), &self->write);
    return WB_OK;
}

static wb_rc
tell(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out, wb_err *err)
{
    const wb_gateway *gateway = wb_ctx_state(ctx);

    return wb_tasks_tell(gateway->tasks, call->body, out, err);
}

wb_rc
wb_tasks_call(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    const wb_gateway *gateway = wb_ctx_state(ctx);
    wb_json *json = wb_ctx_json(ctx);
    wb_view action = {NULL, 0};
    wb_rc rc = wb_json_parse(json, delivery->env->body, err);

    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "action"), &action, "action", err);
    if (!rc && !wb_view_is(action, "forget"))
        return wb_ops_answer(ctx, delivery, tell, err);
    if (!rc)
        rc = forget(gateway->tasks, json, delivery, err);
    if (rc)
        wb_ops_refuse(ctx, delivery, err->text);
    return WB_OK;
}
