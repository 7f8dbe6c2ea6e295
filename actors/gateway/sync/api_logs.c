/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_logs - GET /api/sync/tasks/{id}/logs: what became of a task's items
 *
 * A log row is an event that the monitor keeps of a record, told with the run that read it. The
 * parts of a task are gone through one after the other; a page ends with its part, or where the
 * monitor had looked at enough, so that it may have few rows, or none, and a next page all the
 * same.
 */
#include <stdio.h>
#include <string.h>

#include "actors/gateway/api.h"
#include "actors/gateway/members.h"
#include "actors/gateway/sync/sync.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define ANSWER_MAX (8 * 1024 * 1024)
#define QUESTION_MAX 16384
#define WHERE_MAX 8192

const wb_member wb_api_logs_query[] = {
    {.name = "item_type",
     .type = WB_SHAPE_TEXT,
     .max = 32,
     .help = "of items of this kind alone: order, product, ..."},
    {.name = "action",
     .type = WB_SHAPE_TEXT,
     .words = "create update delete unchanged",
     .help = "those that did this alone"},
    {.name = "status",
     .type = WB_SHAPE_TEXT,
     .words = "success failed",
     .help = "those that ended so alone"},
    WB_MEMBER_LIMIT(1000, "100", "at most so many"),
    WB_MEMBER_CURSOR,
    {0},
};

static const wb_member log_row[] = {
    {.name = "id",           .type = WB_SHAPE_INT, .required = true, .help = "the same each time"},
    {.name = "task_id",      .type = WB_SHAPE_INT, .required = true, .help = "its task"},
    {.name = "item_type",                      .type = WB_SHAPE_TEXT, .required = true, .help = "order, product, ..."},
    {.name = "item_id",.type = WB_SHAPE_TEXT, .required = true, .help = "the source's id of it"},
    {.name = "action",
     .type = WB_SHAPE_TEXT,
     .words = "create update delete unchanged",
     .required = true,
     .help = "what it did here"},
    {.name = "status",
     .type = WB_SHAPE_TEXT,
     .words = "success failed",
     .required = true,
     .help = "how that ended"},
    {.name = "error_message",
     .type = WB_SHAPE_TEXT,
     .required = true,
     .nullable = true,
     .help = "why it failed; null: it did not"},
    {.name = "created_at",                      .type = WB_SHAPE_TIME, .required = true, .help = "when that was"},
    {0    },
};

const wb_member wb_api_logs_answer[] = {
    {.name = "logs",
     .type = WB_SHAPE_LIST,
     .members = log_row,
     .required = true,
     .help = "what became of its items; those that brought nothing new may have no row"},
    WB_MEMBER_NEXT(
        "the cursor of the next page, which there may be after an empty one; null: there is "
        "none"),
    {0},
};

typedef struct {
    wb_call_in *call;
    wb_ask *ask;
    int64_t task;
    size_t part, part_count;
    wb_buf after; /* where the monitor goes on in that part */
} logs;

static void
on_end(wb_call_in *call)
{
    logs *self = call->own;

    wb_ask_destroy(&self->ask);
    wb_buf_fini(&self->after);
    wb_free(&self);
}

/* --- cursors: the part, and the monitor's own --- */

static void
name_list(const wb_call_in *call, wb_buf *out)
{
    static const char *const names[] = {"id", "item_type", "action", "status"};

    wb_buf_init(out, WHERE_MAX);
    wb_buf_add_text(out, "logs");
    for (size_t i = 0; i < WB_COUNT(names); i++)
        wb_buf_addf(out, " %s", wb_call_in_text(call, names[i]));
}

static bool
read_cursor(wb_call_in **call_p, size_t *part, wb_buf *after)
{
    const char *text = wb_call_in_text(*call_p, "cursor");
    WB_AUTO(wb_buf_fini) wb_buf of = {0};
    WB_AUTO(wb_buf_fini) wb_buf where = {0};

    *part = 0;
    if (!*text)
        return true;
    name_list(*call_p, &of);
    wb_buf_init(&where, WHERE_MAX);
    if (!wb_page_cursor_read((*call_p)->gateway, wb_buf_view(&of), text, &where) || !where.len) {
        wb_call_in_wrong_field(call_p, "query.cursor", WB_CURSOR_FOREIGN);
        return false;
    }
    *part = (uint8_t)where.data[0];
    wb_buf_add(after, where.data + 1, where.len - 1);
    return true;
}

static void
put_next(const logs *self, const char *after, wb_json_writer *out)
{
    WB_AUTO(wb_buf_fini) wb_buf of = {0};
    WB_AUTO(wb_buf_fini) wb_buf where = {0};
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    size_t part = *after ? self->part : self->part + 1;

    wb_json_put_key(out, "next");
    if (part >= self->part_count) {
        wb_json_put_null(out);
        return;
    }
    name_list(self->call, &of);
    wb_buf_init(&where, WHERE_MAX);
    wb_buf_init(&text, WB_CURSOR_TEXT_MAX);
    wb_buf_add_char(&where, (char)(uint8_t)part);
    wb_buf_add_text(&where, after);
    wb_page_cursor_put(self->call->gateway, wb_buf_view(&of), wb_buf_view(&where), &text);
    wb_json_put_text(out, wb_buf_view(&text));
}

/* --- rows --- */

/* The same row has the same number, whoever tells it and whenever. */
static int64_t
id_of(wb_json *json, wb_json_ref row)
{
    static const char *const names[] = {"record", "target", "created_at", "status"};
    WB_AUTO(wb_buf_fini) wb_buf what = {0};

    wb_buf_init(&what, WHERE_MAX);
    for (size_t i = 0; i < WB_COUNT(names); i++)
        wb_buf_add_view(&what, wb_json_raw(json, wb_json_get(json, row, names[i])));
    return wb_sync_number(wb_buf_view(&what));
}

static bool
fits(const wb_call_in *call, wb_json *json, wb_json_ref row)
{
    static const char *const names[] = {"item_type", "action", "status"};
    char text[64];

    for (size_t i = 0; i < WB_COUNT(names); i++) {
        const char *wanted = wb_call_in_text(call, names[i]);

        if (*wanted && strcmp(wanted, wb_read_text(json, row, names[i], text, sizeof text)) != 0)
            return false;
    }
    return true;
}

static void
put_row(const logs *self, wb_json *json, wb_json_ref row, wb_json_writer *out)
{
    char error[512];

    wb_json_open(out, '{');
    wb_json_member_int(out, "id", id_of(json, row));
    wb_json_member_int(out, "task_id", self->task);
    wb_task_put_copy(json, row, "item_type", "item_type", out);
    wb_task_put_copy(json, row, "item_id", "item_id", out);
    wb_task_put_copy(json, row, "action", "action", out);
    wb_task_put_copy(json, row, "status", "status", out);
    wb_json_put_key(out, "error_message");
    if (*wb_read_text(json, row, "error_message", error, sizeof error))
        wb_json_put_text(out, wb_view_of(error));
    else
        wb_json_put_null(out);
    wb_task_put_copy(json, row, "created_at", "created_at", out);
    wb_json_close(out, '}');
}

/* --- asking --- */

/* All monitors read all: one that knows the run is enough. None knows a run that has not begun. */
static bool
find_answer(const wb_ask *ask, wb_json *json, bool *answered)
{
    *answered = false;
    for (size_t i = 0; i < ask->count; i++) {
        wb_rc rc = wb_answer_read(&ask->answers[i], json, NULL);

        *answered |= rc != WB_RETRY;
        if (!rc)
            return true;
    }
    return false;
}

static void
on_logs(void *arg, wb_ask *ask)
{
    logs *self = arg;
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    char next[WHERE_MAX] = "";
    bool answered, known = find_answer(ask, json, &answered);
    wb_json_writer out;

    if (!answered) {
        wb_call_in_problem(&self->call, 503, "a process that has to be asked is not there",
                           ask->nobody[0] ? ask->nobody : "the monitor does not answer");
        return;
    }
    wb_buf_init(&body, ANSWER_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_put_key(&out, "logs");
    wb_json_open(&out, '[');
    if (known)
        for (wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "logs")); at != WB_JSON_NONE;
             at = wb_json_next(json, at))
            if (fits(self->call, json, at))
                put_row(self, json, at, &out);
    wb_json_close(&out, ']');
    if (known)
        wb_read_text(json, 0, "next", next, sizeof next);
    put_next(self, next, &out);
    wb_json_close(&out, '}');
    if (body.overflow)
        wb_call_in_problem(&self->call, 500, "the answer is too large", "ask for fewer: limit");
    else
        wb_call_in_answer(&self->call, 200, wb_buf_view(&body));
}

static void
ask_monitors(logs *self, const char *run)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_buf_init(&body, QUESTION_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "action", WB_VIEW_LIT("logs"));
    wb_json_member_text(&out, "run", wb_view_of(run));
    wb_json_member_text(&out, "after", wb_buf_view(&self->after));
    wb_json_member_int(&out, "limit", wb_call_in_int(self->call, "limit"));
    wb_json_close(&out, '}');
    self->ask = wb_ask_start(self->call->gateway->client, &(wb_question){.actors = "monitor",
                                                                         .kind = WB_KIND_CALL_RUNS,
                                                                         .body = wb_buf_view(&body),
                                                                         .done = on_logs,
                                                                         .arg = self});
}

/* The run of a part; its parts are counted. "" = it has fewer. */
static void
find_run(wb_json *json, wb_json_ref task, size_t part, size_t *count, char run[64])
{
    run[0] = '\0';
    *count = 0;
    for (wb_json_ref at = wb_json_first(json, wb_json_get(json, task, "parts")); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        if ((*count)++ == part)
            wb_read_text(json, at, "run", run, 64);
}

static void
on_task(wb_everywhere *everywhere)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_json_ref task = wb_everywhere_find(everywhere, json);
    wb_call_in *call = everywhere->call;
    logs *self;
    char run[64];

    if (task == WB_JSON_NONE) {
        wb_everywhere_refuse(everywhere);
        return;
    }
    self = wb_alloc(sizeof *self);
    wb_buf_init(&self->after, WHERE_MAX);
    self->call = call;
    self->task = wb_read_int(json, task, "id");
    wb_ignore(read_cursor(&(wb_call_in *){call}, &self->part, &self->after), "it was looked at");
    find_run(json, task, self->part, &self->part_count, run);
    wb_everywhere_leave(&everywhere);
    call->own = self;
    call->end = on_end;
    ask_monitors(self, run);
}

void
wb_api_task_logs(wb_call_in *call)
{
    WB_AUTO(wb_buf_fini) wb_buf after = {0};
    size_t part;

    wb_buf_init(&after, WHERE_MAX);
    if (read_cursor(&call, &part, &after))
        wb_everywhere_ask_one(call, wb_call_in_int(call, "id"), on_task);
}
