/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_enrich - what a shop's orders lack and is asked for again, and how far its sync is
 *
 *   GET  /api/sync/shops/{shop_id}/orders/progress
 *   POST /api/sync/shops/{shop_id}/orders/enrich-details
 *   GET  /api/sync/shops/{shop_id}/orders/enrich-tasks
 *   GET  /api/sync/orders/enrich-tasks/stats
 */
#include <stdio.h>
#include <string.h>

#include "actors/gateway/api.h"
#include "actors/gateway/members.h"
#include "actors/gateway/relay.h"
#include "actors/gateway/sync/sync.h"
#include "protocol/base/own.h"

#define ANSWER_MAX 65536
#define QUESTION_MAX 8192
#define WHERE_MAX (WB_KEY_MAX + 16)

const wb_member wb_api_shop_path[] = {
    {.name = "shop_id",
     .type = WB_SHAPE_INT,
     .min = 1,
     .max = WB_SHOP_ID_MAX,
     .required = true,
     .help = "the account's shop_id in the configuration"},
    {0         },
};

#define SYNCED(member, about)                                                                      \
    {                                                                                              \
        .name = member, .type = WB_SHAPE_TIME, .required = true, .nullable = true, .help = about   \
    }
#define STATE(member, about)                                                                       \
    {                                                                                              \
        .name = member, .type = WB_SHAPE_TEXT, .required = true, .nullable = true, .help = about   \
    }

const wb_member wb_api_progress_answer[] = {
    WB_MEMBER_COUNT("shop_id", "of the shop"),
    SYNCED("last_sync_at", "when its orders were read last; null: never"),
    SYNCED("last_full_sync_at", "when all of its orders were read last"),
    STATE("sync_status", "pending, running, completed, failed; null: they are not read"),
    SYNCED("last_product_sync_at", "when its products were read last"),
    SYNCED("last_product_full_sync_at", "when all of its products were read last"),
    STATE("product_sync_status", "as sync_status"),
    WB_MEMBER_COUNT("total_items", "orders that the newest run has read"),
    WB_MEMBER_COUNT("success_items", "of them, those that are through"),
    WB_MEMBER_COUNT("failed_items", "of them, those that were set aside with a reason"),
    WB_MEMBER_COUNT("progress", "per cent of what that run is to read"),
    {0},
};

static const wb_account *
shop_of(wb_call_in **call_p)
{
    wb_shop_wanted wanted = {.shop_id = wb_call_in_int(*call_p, "shop_id"),
                             .place = "path.shop_id",
                             .kind = WB_RECORD_ORDER};

    return wb_shop_find(call_p, &wanted);
}

/* --- progress --- */

typedef struct {
    wb_call_in *call;
    const wb_account *account;
    const char *stream;
    wb_ask *pollers, *monitors;
} progress;

static void
on_progress_end(wb_call_in *call)
{
    progress *self = call->own;

    wb_ask_destroy(&self->pollers);
    wb_ask_destroy(&self->monitors);
    wb_free(&self);
}

/* The row of a list that is of this account, and, where a stream is given, of that. */
static wb_json_ref
row_of(const progress *self, wb_json *json, const char *list, const char *stream)
{
    char text[WB_ACCOUNT_KEY_MAX + 1];

    for (wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, list)); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        if (strcmp(wb_read_text(json, at, "account", text, sizeof text), self->account->key) != 0)
            continue;
        if (!stream || strcmp(wb_read_text(json, at, "stream", text, sizeof text), stream) == 0)
            return at;
    }
    return WB_JSON_NONE;
}

static void
put_or_null(wb_json *json, wb_json_ref row, const char *name, wb_json_writer *out)
{
    wb_json_ref value = wb_json_get(json, row, name);

    wb_json_put_key(out, name);
    if (value == WB_JSON_NONE)
        wb_json_put_null(out);
    else
        wb_json_put_raw(out, wb_json_raw(json, value));
}

/* What its poller says; false: nobody owns it who answered. */
static bool
put_synced(const progress *self, wb_json *json, int64_t *percent, wb_json_writer *out)
{
    static const char *const names[] = {
        "last_sync_at",         "last_full_sync_at",         "sync_status",
        "last_product_sync_at", "last_product_full_sync_at", "product_sync_status"};

    for (size_t i = 0; i < self->pollers->count; i++) {
        wb_json_ref row, stream;

        if (wb_answer_read(&self->pollers->answers[i], json, NULL))
            continue;
        row = row_of(self, json, "syncs", NULL);
        if (row == WB_JSON_NONE)
            continue;
        for (size_t k = 0; k < WB_COUNT(names); k++)
            put_or_null(json, row, names[k], out);
        stream = row_of(self, json, "streams", self->stream);
        *percent = wb_json_get(json, stream, "progress") != WB_JSON_NONE
                       ? wb_read_int(json, stream, "progress")
                       : -1;
        return true;
    }
    return false;
}

static void
put_newest(const progress *self, wb_json *json, int64_t percent, wb_json_writer *out)
{
    wb_sync_part told = {0};
    bool over = false;

    for (size_t i = 0; i < self->monitors->count && !told.start_utc_us; i++)
        if (!wb_answer_read(&self->monitors->answers[i], json, NULL))
            over =
                wb_sync_read_ledger(json, wb_json_first(json, wb_json_get(json, 0, "runs")), &told);
    if (percent < 0)
        percent = !told.start_utc_us ? 0 : over ? 100 : 99;
    wb_json_member_int(out, "total_items", (int64_t)told.total);
    wb_json_member_int(out, "success_items", (int64_t)told.success);
    wb_json_member_int(out, "failed_items", (int64_t)told.failed);
    wb_json_member_int(out, "progress", percent);
}

static void
answer_progress(progress *self)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    int64_t percent = -1;
    wb_json_writer out;

    wb_buf_init(&body, ANSWER_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_int(&out, "shop_id", self->account->conf->shop_id);
    if (!wb_ask_answered(self->monitors) || !put_synced(self, json, &percent, &out)) {
        wb_call_in_problem(&self->call, 503, "a process that has to be asked is not there",
                           "the shop's poller, or the monitor, does not answer");
        return;
    }
    put_newest(self, json, percent, &out);
    wb_json_close(&out, '}');
    wb_call_in_answer(&self->call, 200, wb_buf_view(&body));
}

static void
on_progress(void *arg, wb_ask *ask)
{
    progress *self = arg;

    (void)ask;
    if (self->pollers->over && self->monitors->over)
        answer_progress(self);
}

void
wb_api_shop_progress(wb_call_in *call)
{
    const wb_account *account = shop_of(&call);
    const wb_stream *streams[WB_SYNC_PARTS_MAX];
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;
    progress *self;

    if (!account)
        return;
    (void)wb_shop_streams(account, WB_RECORD_ORDER, streams);
    wb_buf_init(&body, QUESTION_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "account", account->key_view);
    wb_json_member_text(&out, "stream", wb_view_of(streams[0]->name));
    wb_json_member_int(&out, "limit", 1);
    wb_json_close(&out, '}');
    self = wb_alloc(sizeof *self);
    *self = (progress){.call = call, .account = account, .stream = streams[0]->name};
    call->own = self;
    call->end = on_progress_end;
    self->pollers = wb_ask_start(call->gateway->client, &(wb_question){.actors = "poller",
                                                                       .kind = WB_KIND_CALL_STATUS,
                                                                       .body = WB_VIEW_LIT("{}"),
                                                                       .done = on_progress,
                                                                       .arg = self});
    self->monitors = wb_ask_start(call->gateway->client, &(wb_question){.actors = "monitor",
                                                                        .kind = WB_KIND_CALL_RUNS,
                                                                        .body = wb_buf_view(&body),
                                                                        .done = on_progress,
                                                                        .arg = self});
}

/* --- tasks of what orders lack --- */

const wb_member wb_api_enrich_query[] = {
    {.name = "status",
     .type = WB_SHAPE_TEXT,
     .words = "pending processing completed failed",
     .help = "in this state alone"},
    WB_MEMBER_LIMIT(1000, "100", "at most so many"),
    WB_MEMBER_CURSOR,
    WB_SHOP_TENANT,
    {0},
};

static const wb_member enrich_task[] = {
    {.name = "id",              .type = WB_SHAPE_INT, .required = true, .help = "the same each time"},
    {.name = "shop_id",         .type = WB_SHAPE_INT, .required = true, .help = "of the shop"},
    {.name = "parent_order_sn",
     .type = WB_SHAPE_TEXT,
     .required = true,
     .help = "the order that lacks something"},
    {.name = "order_ids",
     .type = WB_SHAPE_LIST,
     .required = true,
     .help = "its parts, by the channel's ids"},
    {.name = "status",
     .type = WB_SHAPE_TEXT,
     .words = "pending processing completed failed",
     .required = true,
     .help = "its state"},
    STATE("package_sn", "what was found; null: nothing yet"),
    STATE("error_message", "why it was not found; null: nothing went wrong"),
    WB_MEMBER_COUNT("retry_count", "attempts that failed"),
    WB_MEMBER_COUNT("max_retries", "so many, and it has failed"),
    {.name = "created_at", .type = WB_SHAPE_TIME, .required = true, .help = "since when"},
    {.name = "updated_at",          .type = WB_SHAPE_TIME, .required = true, .help = "its last change"},
    {0                        },
};

const wb_member wb_api_enrich_answer[] = {
    {.name = "tasks",
     .type = WB_SHAPE_LIST,
     .members = enrich_task,
     .required = true,
     .help = "in the order of their numbers"},
    STATE("next", "the cursor of the next page; null: there is none"),
    {0},
};

static void
put_text_or_null(wb_json_writer *out, const char *name, const char *text)
{
    wb_json_put_key(out, name);
    if (*text)
        wb_json_put_text(out, wb_view_of(text));
    else
        wb_json_put_null(out);
}

/* Several of them stand one behind the other. */
static void
join(wb_json *json, wb_json_ref list, char *dst, size_t size)
{
    size_t len = 0;

    dst[0] = '\0';
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE && len < size;
         at = wb_json_next(json, at)) {
        wb_view text = {"", 0};

        wb_ignore(wb_json_text(json, at, &text, "found", NULL), "reads as empty");
        len += (size_t)snprintf(dst + len, size - len, "%s%.*s", len ? "," : "", WB_VIEW_ARG(text));
    }
}

static void
put_enrich_task(wb_json *json, wb_json_ref task, int64_t shop_id, wb_json_writer *out)
{
    char record[WB_KEY_MAX + 1], text[4096];
    wb_key_parts key = {0};

    wb_read_text(json, task, "record", record, sizeof record);
    wb_ignore(wb_key_parse(&key, wb_view_of(record), NULL), "shown without its number");
    wb_json_open(out, '{');
    wb_json_member_int(out, "id", wb_sync_number(wb_view_of(record)));
    wb_json_member_int(out, "shop_id", shop_id);
    wb_json_member_text(out, "parent_order_sn", wb_view_of(key.external));
    wb_task_put_copy(json, task, "parts", "order_ids", out);
    wb_task_put_copy(json, task, "status", "status", out);
    join(json, wb_json_get(json, task, "found"), text, sizeof text);
    put_text_or_null(out, "package_sn", text);
    put_text_or_null(out, "error_message", wb_read_text(json, task, "error", text, sizeof text));
    wb_json_member_int(out, "retry_count", wb_read_int(json, task, "attempts"));
    wb_json_member_int(out, "max_retries", wb_read_int(json, task, "attempts_max"));
    wb_task_put_copy(json, task, "created", "created_at", out);
    wb_task_put_copy(json, task, "updated", "updated_at", out);
    wb_json_close(out, '}');
}

static void
name_list(const wb_call_in *call, wb_buf *out)
{
    wb_buf_init(out, 1024);
    wb_buf_addf(out, "enrich %s %s %s", wb_call_in_text(call, "shop_id"),
                wb_call_in_text(call, "tenant"), wb_call_in_text(call, "status"));
}

/* One enricher has an account's tasks: the others have none of them. */
static void
tell_tasks(const wb_call_in *call, const wb_ask *ask, wb_json *json, wb_json_writer *out)
{
    WB_AUTO(wb_buf_fini) wb_buf of = {0};
    WB_AUTO(wb_buf_fini) wb_buf cursor = {0};
    char next[WB_KEY_MAX + 1] = "", text[WB_KEY_MAX + 1];

    wb_json_put_key(out, "tasks");
    wb_json_open(out, '[');
    for (size_t i = 0; i < ask->count; i++) {
        if (wb_answer_read(&ask->answers[i], json, NULL))
            continue;
        for (wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "tasks"));
             at != WB_JSON_NONE; at = wb_json_next(json, at))
            put_enrich_task(json, at, wb_call_in_int(call, "shop_id"), out);
        if (*wb_read_text(json, 0, "next", text, sizeof text))
            memcpy(next, text, sizeof next);
    }
    wb_json_close(out, ']');
    name_list(call, &of);
    wb_buf_init(&cursor, WB_CURSOR_TEXT_MAX);
    if (*next)
        wb_page_cursor_put(call->gateway, wb_buf_view(&of), wb_view_of(next), &cursor);
    put_text_or_null(out, "next", wb_buf_text(&cursor));
}

static bool
read_cursor(wb_call_in **call_p, wb_buf *after)
{
    const char *text = wb_call_in_text(*call_p, "cursor");
    WB_AUTO(wb_buf_fini) wb_buf of = {0};

    wb_buf_init(after, WHERE_MAX);
    name_list(*call_p, &of);
    if (!*text || wb_page_cursor_read((*call_p)->gateway, wb_buf_view(&of), text, after))
        return true;
    wb_call_in_wrong_field(call_p, "query.cursor", WB_CURSOR_FOREIGN);
    return false;
}

void
wb_api_enrich_tasks(wb_call_in *call)
{
    const wb_account *account = shop_of(&call);
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    WB_AUTO(wb_buf_fini) wb_buf after = {0};
    wb_json_writer out;

    if (!account || !read_cursor(&call, &after))
        return;
    wb_buf_init(&body, QUESTION_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "action", WB_VIEW_LIT("list"));
    wb_json_member_text(&out, "account", account->key_view);
    wb_json_member_text(&out, "status", wb_view_of(wb_call_in_text(call, "status")));
    wb_json_member_text(&out, "after", wb_buf_view(&after));
    wb_json_member_int(&out, "limit", wb_call_in_int(call, "limit"));
    wb_json_close(&out, '}');
    wb_relay(call, &(wb_relay_question){.actors = "enricher",
                                        .kind = WB_KIND_CALL_ENRICH,
                                        .body = wb_buf_view(&body),
                                        .tell = tell_tasks});
}

/* --- begun anew --- */

const wb_member wb_api_enrich_begun[] = {
    {.name = "success",     .type = WB_SHAPE_BOOL, .required = true, .help = "true"},
    WB_MEMBER_COUNT("changed", "tasks that are due now"),
    {.name = "more",
     .type = WB_SHAPE_BOOL,
     .required = true,
     .help = "there are more than went in one go: ask again"},
    {.name = "message",                     .type = WB_SHAPE_TEXT, .required = true, .help = "the same in words"},
    {0},
};

static void
tell_begun(const wb_call_in *call, const wb_ask *ask, wb_json *json, wb_json_writer *out)
{
    int64_t changed = 0;
    bool more = false;
    char text[100];

    (void)call;
    for (size_t i = 0; i < ask->count; i++) {
        if (wb_answer_read(&ask->answers[i], json, NULL))
            continue;
        changed += wb_read_int(json, 0, "changed");
        more |= wb_read_bool(json, 0, "more");
    }
    (void)snprintf(text, sizeof text, "%lld orders are asked for again now", (long long)changed);
    wb_json_member_bool(out, "success", true);
    wb_json_member_int(out, "changed", changed);
    wb_json_member_bool(out, "more", more);
    wb_json_member_text(out, "message", wb_view_of(text));
}

void
wb_api_enrich_details(wb_call_in *call)
{
    const wb_account *account = shop_of(&call);
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    if (!account)
        return;
    wb_buf_init(&body, QUESTION_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "action", WB_VIEW_LIT("run"));
    wb_json_member_text(&out, "account", account->key_view);
    wb_json_close(&out, '}');
    wb_relay(call, &(wb_relay_question){.actors = "enricher",
                                        .kind = WB_KIND_CALL_ENRICH,
                                        .body = wb_buf_view(&body),
                                        .tell = tell_begun});
}

/* --- counted --- */

static const char *const counted[] = {"pending", "processing", "completed",
                                      "failed",  "total",      "queue_length"};

const wb_member wb_api_enrich_stats_answer[] = {
    WB_MEMBER_COUNT("pending", "that wait for their time"),
    WB_MEMBER_COUNT("processing", "that are being asked for"),
    WB_MEMBER_COUNT("completed", "that have ended well, of late"),
    WB_MEMBER_COUNT("failed", "that were given up"),
    WB_MEMBER_COUNT("total", "all of them"),
    WB_MEMBER_COUNT("queue_length", "that are due now"),
    {0},
};

static void
tell_stats(const wb_call_in *call, const wb_ask *ask, wb_json *json, wb_json_writer *out)
{
    int64_t sums[WB_COUNT(counted)] = {0};

    (void)call;
    for (size_t i = 0; i < ask->count; i++) {
        if (wb_answer_read(&ask->answers[i], json, NULL))
            continue;
        for (size_t k = 0; k < WB_COUNT(counted); k++)
            sums[k] += wb_read_int(json, 0, counted[k]);
    }
    for (size_t k = 0; k < WB_COUNT(counted); k++)
        wb_json_member_int(out, counted[k], sums[k]);
}

void
wb_api_enrich_stats(wb_call_in *call)
{
    wb_relay(call, &(wb_relay_question){.actors = "enricher",
                                        .kind = WB_KIND_CALL_ENRICH,
                                        .body = WB_VIEW_LIT("{\"action\":\"stats\"}"),
                                        .tell = tell_stats});
}
