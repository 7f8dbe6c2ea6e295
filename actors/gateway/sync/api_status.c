/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_status - GET /api/sync/orders/status[/{task_id}], and the same of products
 */
#include <stdio.h>
#include <string.h>

#include "actors/gateway/api.h"
#include "actors/gateway/members.h"
#include "actors/gateway/sync/sync.h"
#include "protocol/base/own.h"

#define ANSWER_MAX (8 * 1024 * 1024)

const wb_member wb_api_task_path[] = {
    {.name = "task_id",
     .type = WB_SHAPE_INT,
     .min = 1,
     .max = WB_SYNC_ID_MAX,
     .required = true,
     .help = "of the task"},
    {0         },
};

const wb_member wb_api_status_answer[] = {
    WB_MEMBER_COUNT("task_id", "by which it is asked for"),
    {.name = "status",
                                             .type = WB_SHAPE_TEXT,
                                             .words = "pending running completed failed",
                                             .required = true,
                                             .help = "of the task"},
    WB_MEMBER_COUNT("total_items", "items that were read so far"),
    WB_MEMBER_COUNT("success_items", "of them, those that are through"),
    WB_MEMBER_COUNT("failed_items", "of them, those that were set aside with a reason"),
    WB_MEMBER_COUNT("progress", "per cent of what is to be read"),
    {.name = "start_time",
                                             .type = WB_SHAPE_TIME,
                                             .required = true,
                                             .nullable = true,
                                             .help = "when its reading began; null: not yet"},
    {.name = "estimated_completion",
                                             .type = WB_SHAPE_TIME,
                                             .required = true,
                                             .nullable = true,
                                             .help = "when it may be over; null: that cannot be said, or it is over"},
    {0                       },
};

const wb_member wb_api_status_query[] = {
    WB_MEMBER_LIMIT(200, "50", "at most so many"),
    WB_MEMBER_CURSOR,
    {0},
};

const wb_member wb_api_statuses_answer[] = {
    {.name = "tasks",
     .type = WB_SHAPE_LIST,
     .members = wb_api_status_answer,
     .required = true,
     .help = "the newest first"},
    WB_MEMBER_NEXT("the cursor of the next page; null: there is none"),
    WB_MEMBER_SILENT("gateways that did not answer: their tasks are missing"),
    {0},
};

/* --- one --- */

static const char *
kind_of(const wb_call_in *call)
{
    return wb_record_kind_name(call->operation->kind);
}

void
wb_task_put_copy(wb_json *json, wb_json_ref task, const char *from, const char *as,
                 wb_json_writer *out)
{
    wb_json_put_key(out, as);
    wb_json_put_raw(out, wb_json_raw(json, wb_json_get(json, task, from)));
}

static void
put_status(wb_json *json, wb_json_ref task, wb_json_writer *out)
{
    wb_task_put_copy(json, task, "id", "task_id", out);
    wb_task_put_copy(json, task, "status", "status", out);
    wb_task_put_copy(json, task, "total", "total_items", out);
    wb_task_put_copy(json, task, "success", "success_items", out);
    wb_task_put_copy(json, task, "failed", "failed_items", out);
    wb_task_put_copy(json, task, "progress", "progress", out);
    wb_task_put_copy(json, task, "start", "start_time", out);
    wb_task_put_copy(json, task, "estimated_end", "estimated_completion", out);
}

static void
answer_one(wb_everywhere *self, wb_json *json, wb_json_ref task)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_buf_init(&body, ANSWER_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    put_status(json, task, &out);
    wb_json_close(&out, '}');
    wb_call_in_answer(&self->call, 200, wb_buf_view(&body));
}

/* A task of the other kind is none of these. */
static void
on_one(wb_everywhere *self)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_json_ref task = wb_everywhere_find(self, json);
    char kind[32];

    wb_read_text(json, task, "kind", kind, sizeof kind);
    if (task == WB_JSON_NONE)
        wb_everywhere_refuse(self);
    else if (strcmp(kind, kind_of(self->call)) != 0)
        wb_call_in_problem(&self->call, 404, "there is no such task",
                           "it is of another kind: /api/sync/tasks/ID tells of any");
    else
        answer_one(self, json, task);
}

void
wb_api_sync_status(wb_call_in *call)
{
    wb_everywhere_ask_one(call, wb_call_in_int(call, "task_id"), on_one);
}

/* --- a page of many --- */

/* What a cursor is of: the operation, and what was filtered by. */
static void
name_list(const wb_call_in *call, wb_buf *out)
{
    wb_buf_init(out, 256);
    wb_buf_add_text(out, call->operation->id);
}

static void
on_page(wb_everywhere *self)
{
    WB_AUTO(wb_buf_fini) wb_buf of = {0};

    name_list(self->call, &of);
    wb_tasks_answer_page(self, wb_buf_view(&of), put_status);
}

void
wb_api_sync_statuses(wb_call_in *call)
{
    WB_AUTO(wb_buf_fini) wb_buf of = {0};
    char question[256];
    int64_t before = 0;

    name_list(call, &of);
    if (!wb_tasks_read_cursor(&call, wb_buf_view(&of), &before))
        return;
    (void)snprintf(question, sizeof question,
                   "{\"action\":\"list\",\"kind\":\"%s\",\"before\":%lld,\"limit\":%lld}",
                   kind_of(call), (long long)before, (long long)wb_call_in_int(call, "limit"));
    wb_everywhere_ask(call, wb_view_of(question), NULL, on_page);
}
