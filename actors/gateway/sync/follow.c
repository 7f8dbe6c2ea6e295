/* SPDX-License-Identifier: Apache-2.0 */
/*
 * follow - what is asked for open tasks, and what the answers change. Start reading at the bottom.
 *
 * Whether a run has begun says its poller: it is asked by the id that is stored, as often as it
 * takes. What became of it says the monitor, whose ledger counts what was held and settled later.
 * Where no monitor knows it any more, its poller's word counts.
 */
#include <stdio.h>
#include <string.h>

#include "actors/gateway/sync/sync.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define EVERY_MS 1000
#define SOON_MS 1
#define ASKED_MAX 32     /* parts that are asked about in one round */
#define RUNS_MAX 100     /* that the monitor is asked for at once */
#define UNKNOWN_MS 30000 /* a monitor is so far behind at most */
#define REQUEST_MAX 16384

static void
look_again(wb_tasks *self, int64_t after_ms)
{
    if (!self->ending && !wb_list_empty(&self->open))
        wb_timer_start(wb_ctx_loop(self->gateway->ctx), &self->timer, after_ms);
}

static void
say(wb_task_part *part, const char *text)
{
    wb_text_tame_words(part->task->note, sizeof part->task->note, wb_view_of(text));
}

/* --- it changes --- */

static void
begins(wb_task_part *part, int64_t start_utc_us)
{
    if (part->row->status != WB_SYNC_PENDING)
        return;
    wb_kill_point("gateway.task_begun");
    part->row->status = WB_SYNC_RUNNING;
    part->row->start_utc_us = start_utc_us ? start_utc_us : wb_now_utc_us();
    part->task->note[0] = '\0';
    wb_task_changed(part->task);
}

static void
ends(wb_task_part *part, wb_sync_status status, int64_t end_utc_us, const char *error)
{
    wb_text_tame_words(part->error, sizeof part->error, wb_view_of(error));
    part->row->status = status;
    part->row->end_utc_us = end_utc_us ? end_utc_us : wb_now_utc_us();
    if (status == WB_SYNC_COMPLETED)
        part->row->progress = 100;
    part->ends_utc_us = 0;
    part->task->note[0] = '\0';
    wb_log(WB_INFO, "task.part_over", "task=%lld account=%s stream=%s status=%s total=%llu",
           (long long)part->task->row.id, part->task->account, part->stream,
           wb_sync_status_name(status), (unsigned long long)part->row->total);
    wb_task_changed(part->task);
}

/* --- a ledger --- */

static uint64_t
sum_of(wb_json *json, wb_json_ref at, const char *names)
{
    int64_t sum = 0;
    wb_view name;
    char text[32];

    while (wb_words_next(&names, &name)) {
        wb_ignore(wb_text_set(text, sizeof text, name, NULL), "they are short");
        sum += wb_read_int(json, at, text);
    }
    return sum > 0 ? (uint64_t)sum : 0;
}

static int64_t
time_of(wb_json *json, wb_json_ref at, const char *name)
{
    int64_t utc_us = 0;

    wb_ignore(wb_json_time(json, wb_json_get(json, at, name), &utc_us, name, NULL), "reads as 0");
    return utc_us;
}

bool
wb_sync_read_ledger(wb_json *json, wb_json_ref at, wb_sync_part *out)
{
    char status[32];

    out->total = sum_of(json, at, "read");
    out->success = sum_of(json, at, "handed_on unchanged stale merged filtered");
    out->failed = sum_of(json, at, "parked lost");
    out->start_utc_us = time_of(json, at, "start");
    out->end_utc_us = time_of(json, at, "end");
    wb_read_text(json, at, "status", status, sizeof status);
    out->status = strcmp(status, "completed") == 0 ? WB_SYNC_COMPLETED
                  : strcmp(status, "failed") == 0  ? WB_SYNC_FAILED
                                                   : WB_SYNC_RUNNING;
    return wb_sync_is_over(out->status);
}

static void
take_counts(wb_task_part *part, const wb_sync_part *told)
{
    part->row->total = told->total;
    part->row->success = told->success;
    part->row->failed = told->failed;
}

/* --- the pollers --- */

static void
take_progress(wb_task_part *part, wb_json *json, wb_json_ref ledger)
{
    wb_sync_part told = {0};
    char status[32];

    part->over_there = wb_sync_read_ledger(json, ledger, &told);
    part->there = told;
    if (part->over_there)
        wb_read_text(json, ledger, "error", part->why_there, sizeof part->why_there);
    if (told.total > part->row->total)
        take_counts(part, &told);
    part->ends_utc_us = time_of(json, ledger, "estimated_end");
    wb_read_text(json, ledger, "status", status, sizeof status);
    part->row->progress = (uint64_t)wb_read_int(json, ledger, "progress");
    if (strcmp(status, "settling") == 0 || part->over_there || part->row->progress > 99)
        part->row->progress = 99;
    begins(part, told.start_utc_us);
}

static void
take_owner(wb_task_part *part, wb_json *json)
{
    wb_json_ref ledger = wb_json_get(json, 0, "ledger");
    char text[WB_SYNC_TEXT_MAX + 1];

    wb_read_text(json, 0, "text", text, sizeof text);
    if (!wb_read_bool(json, 0, "ok") && wb_read_bool(json, 0, "busy"))
        say(part, text);
    else if (!wb_read_bool(json, 0, "ok"))
        ends(part, WB_SYNC_FAILED, 0, text);
    else if (wb_json_get(json, 0, "run") == WB_JSON_NONE)
        ends(part, WB_SYNC_FAILED, 0,
             "the poller is of an older release and does not follow tasks: bring it to this one");
    else if (ledger != WB_JSON_NONE)
        take_progress(part, json, ledger);
    else
        begins(part, 0);
}

/* A shard may be on its way, a new configuration not everywhere: for a while. */
static void
take_nobody(wb_task_part *part, const wb_ask *ask)
{
    wb_task *task = part->task;
    wb_ctx *ctx = task->tasks->gateway->ctx;
    int64_t wait_us = wb_ctx_config(ctx)->unknown_account_ms * WB_US_PER_MS;
    char text[WB_SYNC_TEXT_MAX + 1];

    if (ask->nobody[0] || wb_ask_answered(ask) < ask->count) {
        (void)snprintf(text, sizeof text, "%s",
                       ask->nobody[0] ? ask->nobody : "a poller does not answer");
        say(part, text);
        return;
    }
    (void)snprintf(text, sizeof text, "no poller reads %.64s of %.200s", part->stream,
                   task->account);
    say(part, text);
    if (part->row->status == WB_SYNC_PENDING &&
        wb_now_utc_us() - task->row.created_utc_us > wait_us)
        ends(part, WB_SYNC_FAILED, 0, text);
}

static void
on_pollers(void *arg, wb_ask *ask)
{
    wb_task_part *part = arg;
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    bool owned = false;

    for (size_t i = 0; !owned && i < ask->count; i++) {
        owned = !wb_answer_read(&ask->answers[i], json, NULL) && wb_read_bool(json, 0, "owns");
        if (owned && !wb_sync_is_over(part->row->status))
            take_owner(part, json);
    }
    if (!owned && !wb_sync_is_over(part->row->status))
        take_nobody(part, ask);
    wb_ask_destroy(&part->ask);
}

static void
write_request(const wb_task_part *part, wb_buf *body)
{
    const wb_sync_row *row = &part->task->row;
    char run[WB_ID_TEXT_MAX + 1];
    wb_json_writer out;

    wb_id_text(run, &part->row->run);
    wb_json_writer_init(&out, body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "account", row->account);
    wb_json_member_text(&out, "stream", part->row->stream);
    wb_json_member_text(&out, "run", wb_view_of(run));
    wb_json_member_bool(&out, "full", row->full && !row->from_utc_us);
    if (row->from_utc_us) {
        wb_json_put_key(&out, "from");
        wb_json_put_time(&out, row->from_utc_us);
    }
    if (row->to_utc_us) {
        wb_json_put_key(&out, "to");
        wb_json_put_time(&out, row->to_utc_us);
    }
    wb_json_close(&out, '}');
}

static bool
ask_pollers(wb_task_part *part)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};

    if (part->ask || wb_sync_is_over(part->row->status))
        return false;
    wb_buf_init(&body, REQUEST_MAX);
    write_request(part, &body);
    part->ask =
        wb_ask_start(part->task->tasks->gateway->client, &(wb_question){.actors = "poller",
                                                                        .kind = WB_KIND_CALL_SYNC,
                                                                        .body = wb_buf_view(&body),
                                                                        .done = on_pollers,
                                                                        .arg = part});
    return true;
}

/* --- the monitor --- */

static wb_task_part *
part_of(wb_tasks *self, const wb_id *run)
{
    for (wb_link *link = self->open.next; link != &self->open; link = link->next) {
        wb_task *task = WB_CONTAINER(link, wb_task, link);

        for (size_t i = 0; i < task->row.part_count; i++)
            if (memcmp(&task->parts[i].row->run, run, sizeof *run) == 0)
                return &task->parts[i];
    }
    return NULL;
}

static void
take_run(wb_tasks *self, wb_json *json, wb_json_ref at)
{
    wb_sync_part told = {0};
    char text[WB_SYNC_TEXT_MAX + 1];
    wb_task_part *part;
    wb_id run;

    if (wb_id_parse(&run, wb_view_of(wb_read_text(json, at, "run", text, sizeof text)), NULL))
        return;
    part = part_of(self, &run);
    if (!part || part->row->status != WB_SYNC_RUNNING)
        return;
    part->unknown_since_ms = 0;
    part->asked_for = false;
    if (wb_sync_read_ledger(json, at, &told)) {
        take_counts(part, &told);
        ends(part, told.status, told.end_utc_us,
             wb_read_text(json, at, "error", text, sizeof text));
    } else if (told.total >= part->row->total) {
        take_counts(part, &told);
    }
}

/* All monitors have spoken, and none of this run: what they are told comes within a moment. */
static void
take_unknown(wb_task_part *part, int64_t now_ms)
{
    if (part->row->status != WB_SYNC_RUNNING || !part->over_there || !part->asked_for)
        return;
    if (!part->unknown_since_ms)
        part->unknown_since_ms = now_ms;
    if (now_ms - part->unknown_since_ms < UNKNOWN_MS)
        return;
    take_counts(part, &part->there);
    ends(part, part->there.status, part->there.end_utc_us, part->why_there);
}

static void
mark_unknown(wb_tasks *self)
{
    int64_t now_ms = wb_now_ms();

    for (wb_link *link = self->open.next; link != &self->open; link = link->next) {
        wb_task *task = WB_CONTAINER(link, wb_task, link);

        for (size_t i = 0; i < task->row.part_count; i++)
            take_unknown(&task->parts[i], now_ms);
    }
}

static void
on_monitors(void *arg, wb_ask *ask)
{
    wb_tasks *self = arg;
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    bool all = ask->count > 0;

    for (size_t i = 0; i < ask->count; i++) {
        if (wb_answer_read(&ask->answers[i], json, NULL)) {
            all = false;
            continue;
        }
        for (wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "runs")); at != WB_JSON_NONE;
             at = wb_json_next(json, at))
            take_run(self, json, at);
    }
    if (all)
        mark_unknown(self);
    wb_ask_destroy(&self->runs);
}

/* Those that run, of the tasks that wait longest. */
static size_t
put_runs(wb_tasks *self, wb_json_writer *out)
{
    char run[WB_ID_TEXT_MAX + 1];
    size_t count = 0;

    for (wb_link *link = self->open.next; link != &self->open; link = link->next) {
        wb_task *task = WB_CONTAINER(link, wb_task, link);

        for (size_t i = 0; i < task->row.part_count; i++) {
            task->parts[i].asked_for =
                task->row.parts[i].status == WB_SYNC_RUNNING && count < RUNS_MAX;
            if (!task->parts[i].asked_for)
                continue;
            wb_id_text(run, &task->row.parts[i].run);
            wb_json_put_text(out, wb_view_of(run));
            count++;
        }
    }
    return count;
}

static void
ask_monitors(wb_tasks *self)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;
    size_t count;

    if (self->runs)
        return;
    wb_buf_init(&body, REQUEST_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_put_key(&out, "runs");
    wb_json_open(&out, '[');
    count = put_runs(self, &out);
    wb_json_close(&out, ']');
    wb_json_close(&out, '}');
    if (count)
        self->runs = wb_ask_start(self->gateway->client, &(wb_question){.actors = "monitor",
                                                                        .kind = WB_KIND_CALL_RUNS,
                                                                        .body = wb_buf_view(&body),
                                                                        .done = on_monitors,
                                                                        .arg = self});
}

/* --- a round --- */

static void
on_round(wb_timer *timer, void *arg)
{
    wb_tasks *self = arg;
    size_t asked = 0, looked = 0, count = self->open_count;

    (void)timer;
    while (asked < ASKED_MAX && looked++ < count) {
        wb_task *task = WB_CONTAINER(wb_list_pop(&self->open), wb_task, link);

        wb_list_append(&self->open, &task->link);
        for (size_t i = 0; !task->writing && i < task->row.part_count; i++)
            asked += ask_pollers(&task->parts[i]);
    }
    ask_monitors(self);
    look_again(self, EVERY_MS);
}

void
wb_task_follow_begin(wb_tasks *self)
{
    self->timer.fire = on_round;
    self->timer.arg = self;
    look_again(self, SOON_MS);
}

void
wb_task_follow_end(wb_tasks *self)
{
    self->ending = true;
    wb_timer_stop(wb_ctx_loop(self->gateway->ctx), &self->timer);
    wb_ask_destroy(&self->runs);
    for (wb_link *link = self->open.next; link != &self->open; link = link->next) {
        wb_task *task = WB_CONTAINER(link, wb_task, link);

        for (size_t i = 0; i < task->row.part_count; i++)
            wb_ask_destroy(&task->parts[i].ask);
    }
}
