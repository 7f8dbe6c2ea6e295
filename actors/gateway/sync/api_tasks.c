/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_tasks - GET /api/sync/tasks[/{id}]: tasks of every kind
 */
#include <stdio.h>
#include <string.h>

#include "actors/gateway/api.h"
#include "actors/gateway/members.h"
#include "actors/gateway/sync/sync.h"
#include "protocol/base/own.h"

#define ANSWER_MAX 65536
#define QUESTION_MAX 4096

const wb_member wb_api_tasks_query[] = {
    {.name = "task_type",
     .type = WB_SHAPE_TEXT,
     .words = "orders products",
     .help = "of this type alone"},
    {.name = "status",
     .type = WB_SHAPE_TEXT,
     .words = "pending running completed failed",
     .help = "in this state alone"},
    {.name = "shop_id",
     .type = WB_SHAPE_INT,
     .min = 1,
     .max = WB_SHOP_ID_MAX,
     .help = "of this shop alone"},
    {.name = "account",
     .type = WB_SHAPE_TEXT,
     .max = WB_ACCOUNT_KEY_MAX,
     .help = "of this account alone: tenant/account"},
    WB_MEMBER_LIMIT(200, "50", "at most so many"),
    WB_MEMBER_CURSOR,
    {0},
};

const wb_member wb_api_whole_task_path[] = {
    {.name = "id",
     .type = WB_SHAPE_INT,
     .min = 1,
     .max = WB_SYNC_ID_MAX,
     .required = true,
     .help = "of the task"},
    {0    },
};

#define MOMENT(member, none, about)                                                                \
    {                                                                                              \
        .name = member, .type = WB_SHAPE_TIME, .required = true, .nullable = none, .help = about   \
    }

const wb_member wb_api_whole_task[] = {
    WB_MEMBER_COUNT("id", "by which it is asked for"),
    {.name = "task_type",
                                        .type = WB_SHAPE_TEXT,
                                        .words = "orders products",
                                        .required = true,
                                        .help = "what is read"},
    {.name = "status",
                                        .type = WB_SHAPE_TEXT,
                                        .words = "pending running completed failed",
                                        .required = true,
                                        .help = "its state"},
    MOMENT("start_time", true, "when its reading began; null: not yet"),
    MOMENT("end_time", true, "when it was over; null: not yet"),
    WB_MEMBER_COUNT("total_items", "items that were read so far"),
    WB_MEMBER_COUNT("success_items", "of them, those that are through"),
    WB_MEMBER_COUNT("failed_items", "of them, those that were set aside with a reason"),
    {.name = "error_message",
                                        .type = WB_SHAPE_TEXT,
                                        .required = true,
                                        .nullable = true,
                                        .help = "why it failed, or what it waits for; null: neither"},
    MOMENT("created_at", false, "when it was asked for"),
    MOMENT("updated_at", false, "its last change"),
    {0          },
};

const wb_member wb_api_tasks_answer[] = {
    {.name = "tasks",
     .type = WB_SHAPE_LIST,
     .members = wb_api_whole_task,
     .required = true,
     .help = "the newest first"},
    WB_MEMBER_NEXT("the cursor of the next page; null: there is none"),
    WB_MEMBER_SILENT("gateways that did not answer: their tasks are missing"),
    {0},
};

/* --- one --- */

static const struct {
    const char *type, *kind;
} types[] = {
    {"orders",   "order"  },
    {"products", "product"},
};

static const char *
type_of(const char *kind)
{
    for (size_t i = 0; i < WB_COUNT(types); i++)
        if (strcmp(types[i].kind, kind) == 0)
            return types[i].type;
    return kind;
}

static const char *
kind_of(const char *type)
{
    for (size_t i = 0; i < WB_COUNT(types); i++)
        if (strcmp(types[i].type, type) == 0)
            return types[i].kind;
    return type;
}

static void
put_error(wb_json *json, wb_json_ref task, wb_json_writer *out)
{
    char text[WB_SYNC_TEXT_MAX + 1];

    wb_read_text(json, task, "error", text, sizeof text);
    if (!text[0])
        wb_read_text(json, task, "note", text, sizeof text);
    wb_json_put_key(out, "error_message");
    if (text[0])
        wb_json_put_text(out, wb_view_of(text));
    else
        wb_json_put_null(out);
}

static void
put_whole(wb_json *json, wb_json_ref task, wb_json_writer *out)
{
    char kind[32];

    wb_task_put_copy(json, task, "id", "id", out);
    wb_json_member_text(out, "task_type",
                        wb_view_of(type_of(wb_read_text(json, task, "kind", kind, sizeof kind))));
    wb_task_put_copy(json, task, "status", "status", out);
    wb_task_put_copy(json, task, "start", "start_time", out);
    wb_task_put_copy(json, task, "end", "end_time", out);
    wb_task_put_copy(json, task, "total", "total_items", out);
    wb_task_put_copy(json, task, "success", "success_items", out);
    wb_task_put_copy(json, task, "failed", "failed_items", out);
    put_error(json, task, out);
    wb_task_put_copy(json, task, "created", "created_at", out);
    wb_task_put_copy(json, task, "updated", "updated_at", out);
}

static void
on_one(wb_everywhere *self)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_ref task = wb_everywhere_find(self, json);
    wb_json_writer out;

    if (task == WB_JSON_NONE) {
        wb_everywhere_refuse(self);
        return;
    }
    wb_buf_init(&body, ANSWER_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    put_whole(json, task, &out);
    wb_json_close(&out, '}');
    wb_call_in_answer(&self->call, 200, wb_buf_view(&body));
}

void
wb_api_task(wb_call_in *call)
{
    wb_everywhere_ask_one(call, wb_call_in_int(call, "id"), on_one);
}

/* --- many --- */

/* What is asked of each gateway: a filter alone is what a cursor is of. */
static void
write_filter(const wb_call_in *call, wb_buf *out, wb_json_writer *writer)
{
    const char *type = wb_call_in_text(call, "task_type");

    wb_buf_init(out, QUESTION_MAX);
    wb_json_writer_init(writer, out);
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "action", WB_VIEW_LIT("list"));
    wb_json_member_text(writer, "kind", wb_view_of(kind_of(type)));
    wb_json_member_text(writer, "status", wb_view_of(wb_call_in_text(call, "status")));
    wb_json_member_text(writer, "account", wb_view_of(wb_call_in_text(call, "account")));
    wb_json_member_int(writer, "shop_id", wb_call_in_int(call, "shop_id"));
}

static void
on_page(wb_everywhere *self)
{
    WB_AUTO(wb_buf_fini) wb_buf of = {0};
    wb_json_writer writer;

    write_filter(self->call, &of, &writer);
    wb_tasks_answer_page(self, wb_buf_view(&of), put_whole);
}

void
wb_api_tasks(wb_call_in *call)
{
    WB_AUTO(wb_buf_fini) wb_buf question = {0};
    wb_json_writer writer;
    int64_t before = 0;

    write_filter(call, &question, &writer);
    if (!wb_tasks_read_cursor(&call, wb_buf_view(&question), &before))
        return;
    wb_json_member_int(&writer, "before", before);
    wb_json_member_int(&writer, "limit", wb_call_in_int(call, "limit"));
    wb_json_close(&writer, '}');
    wb_everywhere_ask(call, wb_buf_view(&question), NULL, on_page);
}
