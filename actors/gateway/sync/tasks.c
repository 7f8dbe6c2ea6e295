/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tasks - see tasks.h. Start reading at the bottom.
 */
#include "actors/gateway/sync/tasks.h"

#include <stdio.h>
#include <string.h>

#include "actors/gateway/sync/sync.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define PRUNE_MS (3600 * WB_MS_PER_S)
#define PRUNE_AGAIN_MS 200

/* --- one in memory --- */

static void
cut(char *dst, size_t size, wb_view text)
{
    wb_text_tame_words(dst, size, text);
}

/* Its texts become its own. */
static wb_task *
new_task(wb_tasks *tasks, const wb_sync_row *row)
{
    wb_task *self = wb_alloc(sizeof *self);

    self->tasks = tasks;
    self->row = *row;
    wb_ignore(wb_text_set(self->account, sizeof self->account, row->account, NULL),
              "a key of an account has this length at most");
    cut(self->note, sizeof self->note, row->note);
    for (size_t i = 0; i < row->part_count; i++) {
        wb_task_part *part = &self->parts[i];

        part->task = self;
        part->row = &self->row.parts[i];
        wb_ignore(wb_text_set(part->stream, sizeof part->stream, row->parts[i].stream, NULL),
                  "a stream's name has this length at most");
        cut(part->error, sizeof part->error, row->parts[i].error);
        part->row->stream = wb_view_of(part->stream);
        part->row->error = wb_view_of(part->error);
    }
    self->row.account = wb_view_of(self->account);
    self->row.note = wb_view_of(self->note);
    wb_list_append(&tasks->open, &self->link);
    tasks->open_count++;
    return self;
}

const wb_task *
wb_tasks_find(const wb_tasks *self, int64_t id)
{
    for (wb_link *link = self->open.next; link != &self->open; link = link->next) {
        const wb_task *task = WB_CONTAINER(link, wb_task, link);

        if (task->row.id == id)
            return task;
    }
    return NULL;
}

bool
wb_tasks_are_full(const wb_tasks *self)
{
    return self->open_count >= WB_TASKS_OPEN_MAX;
}

/* --- made --- */

static void
on_call_end(wb_call_in *call)
{
    wb_task *self = call->own;

    self->call = NULL;
}

static void
answer_begun(wb_task *self)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    if (!self->call)
        return;
    wb_buf_init(&body, 1024);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_int(&out, "task_id", self->row.id);
    wb_json_member_text(&out, "status", wb_view_of(wb_sync_status_name(WB_SYNC_PENDING)));
    wb_json_member_text(&out, "message",
                        WB_VIEW_LIT("it is stored, and begins as soon as nothing else reads this "
                                    "list of the shop"));
    wb_json_close(&out, '}');
    wb_call_in_answer(&self->call, 200, wb_buf_view(&body));
}

/* May run more than once: the id is then another one. */
static wb_rc
begin_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_task *self = WB_CONTAINER(write, wb_task, write);
    wb_rc rc = wb_syncs_next_id(txn, self->tasks->number, wb_now_utc_us(), &self->row.id, err);

    return rc ? rc : wb_syncs_put(txn, &self->row, err);
}

static void
begin_done(wb_write *write)
{
    wb_task *self = WB_CONTAINER(write, wb_task, write);

    wb_kill_point("gateway.task");
    self->writing = false;
    wb_log(WB_INFO, "task.begin", "task=%lld account=%s kind=%s full=%d", (long long)self->row.id,
           self->account, wb_record_kind_name(self->row.kind), self->row.full);
    answer_begun(self);
    if (self->changed)
        wb_task_changed(self);
    wb_task_follow_begin(self->tasks);
}

void
wb_tasks_begin(wb_tasks *self, const wb_task_ask *ask, wb_call_in *call)
{
    int64_t now_utc_us = wb_now_utc_us();
    wb_sync_row row = {.kind = ask->kind,
                       .full = ask->full,
                       .from_utc_us = ask->from_utc_us,
                       .to_utc_us = ask->to_utc_us,
                       .created_utc_us = now_utc_us,
                       .updated_utc_us = now_utc_us,
                       .shop_id = ask->shop_id,
                       .page_size = ask->page_size,
                       .filter = ask->filter,
                       .account = ask->account,
                       .part_count = ask->stream_count};
    wb_task *task;

    for (size_t i = 0; i < ask->stream_count; i++)
        row.parts[i] = (wb_sync_part){.stream = wb_view_of(ask->streams[i]->name),
                                      .run = wb_id_run(now_utc_us)};
    task = new_task(self, &row);
    task->call = call;
    call->own = task;
    call->end = on_call_end;
    task->writing = true;
    task->write = (wb_write){.apply = begin_apply, .done = begin_done};
    wb_commit_add(wb_ctx_commit(self->gateway->ctx), &task->write);
}

/* --- old ones leave --- */

typedef struct {
    int64_t before_utc_us;
    int64_t gone[WB_STORE_CHUNK_MAX];
    size_t count;
} pruning;

static wb_rc
prune_row(void *arg, const wb_sync_row *row, wb_err *err)
{
    pruning *self = arg;

    (void)err;
    if (row->updated_utc_us >= self->before_utc_us || !wb_sync_is_over(wb_sync_status_of(row)))
        return WB_OK;
    self->gone[self->count++] = row->id;
    return self->count == WB_STORE_CHUNK_MAX ? WB_FULL : WB_OK;
}

static wb_rc
prune_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_tasks *self = WB_CONTAINER(write, wb_tasks, prune);
    WB_AUTO(wb_free) pruning *old = wb_alloc(sizeof *old);
    wb_rc rc;

    old->before_utc_us = self->keep_before_utc_us;
    rc = wb_syncs_scan(txn, 0, prune_row, old, err);
    for (size_t i = 0; !rc && i < old->count; i++)
        rc = wb_syncs_delete(txn, old->gone[i], err);
    self->pruned = old->count;
    return rc;
}

static void
prune_done(wb_write *write)
{
    wb_tasks *self = WB_CONTAINER(write, wb_tasks, prune);

    self->pruning = false;
    if (!self->ending)
        wb_timer_start(wb_ctx_loop(self->gateway->ctx), &self->prune_timer,
                       self->pruned ? PRUNE_AGAIN_MS : PRUNE_MS);
}

static void
on_prune(wb_timer *timer, void *arg)
{
    wb_tasks *self = arg;
    wb_ctx *ctx = self->gateway->ctx;

    (void)timer;
    self->keep_before_utc_us = wb_now_utc_us() - wb_ctx_config(ctx)->keep_runs_ms * WB_US_PER_MS;
    self->prune = (wb_write){.apply = prune_apply, .done = prune_done};
    self->pruning = true;
    wb_commit_add(wb_ctx_commit(ctx), &self->prune);
}

/* --- all of them --- */

static wb_rc
load_row(void *arg, const wb_sync_row *row, wb_err *err)
{
    (void)err;
    if (!wb_sync_is_over(wb_sync_status_of(row)))
        (void)new_task(arg, row);
    return WB_OK;
}

/* "gateway-3": 3. It is in each id that this gateway gives. */
static wb_rc
read_number(const char *instance, unsigned *out, wb_err *err)
{
    const char *dash = strrchr(instance, '-');
    int64_t number = -1;

    if (dash)
        wb_ignore(wb_text_int(&number, wb_view_of(dash + 1), NULL), "refused below");
    if (number < 0 || number >= WB_SYNC_GATEWAYS)
        return wb_fail(err, WB_FATAL,
                       "%s: ids of tasks have the number of their gateway in them: call it "
                       "gateway-1 to gateway-%d, each another",
                       instance, WB_SYNC_GATEWAYS - 1);
    *out = (unsigned)number;
    return WB_OK;
}

wb_rc
wb_tasks_new(wb_tasks **out, wb_gateway *gateway, wb_err *err)
{
    WB_AUTO(wb_tasks_destroy) wb_tasks *self = wb_alloc(sizeof *self);
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_rc rc;

    self->gateway = gateway;
    wb_list_init(&self->open);
    self->prune_timer = (wb_timer){.fire = on_prune, .arg = self};
    rc = read_number(wb_ctx_instance(gateway->ctx), &self->number, err);
    if (!rc)
        rc = wb_txn_begin(&txn, wb_ctx_store(gateway->ctx), false, err);
    if (!rc)
        rc = wb_syncs_scan(txn, 0, load_row, self, err);
    if (rc)
        return rc;
    wb_task_follow_begin(self);
    wb_timer_start(wb_ctx_loop(gateway->ctx), &self->prune_timer, PRUNE_AGAIN_MS);
    *out = wb_take(&self);
    return WB_OK;
}

/* What is not stored yet is stored by who drains; else the next life asks again. */
void
wb_tasks_destroy(wb_tasks **self_p)
{
    wb_tasks *self = wb_take(self_p);

    if (!self)
        return;
    wb_task_follow_end(self);
    wb_timer_stop(wb_ctx_loop(self->gateway->ctx), &self->prune_timer);
    while (!wb_list_empty(&self->open)) {
        wb_task *task = WB_CONTAINER(self->open.next, wb_task, link);

        wb_task_close(&task);
    }
    wb_free(&self);
}
