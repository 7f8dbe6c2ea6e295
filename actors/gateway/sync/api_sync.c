/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_sync - POST /api/sync/orders and /api/sync/products: a task is begun
 */
#include <string.h>

#include "actors/gateway/api.h"
#include "actors/gateway/sync/sync.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define SHOP_ID                                                                                    \
    {                                                                                              \
        .name = "shop_id", .type = WB_SHAPE_INT, .min = 1, .max = WB_SHOP_ID_MAX,                  \
        .help = "the account's shop_id in the configuration; may be missing where one shop alone " \
                "is read"                                                                          \
    }

const wb_member wb_api_sync_orders_body[] = {
    {.name = "start_time",
     .type = WB_SHAPE_TIME,
     .help = "changes since then; missing: incremental begins where the last run ended, full goes "
             "as far back as is configured"},
    {.name = "end_time",             .type = WB_SHAPE_TIME, .help = "changes before then; missing: until now"},
    {.name = "sync_type",
     .type = WB_SHAPE_TEXT,
     .words = "full incremental",
     .help = "missing: incremental"},
    SHOP_ID,
    {0},
};

/* The number of the goods list that is read: of active and inactive ones. Others would have to be
 * carried through the run, which must not take what they do not name for gone. */
#define GOODS_LIST 1

const wb_member wb_api_sync_products_body[] = {
    {.name = "page_size",
     .type = WB_SHAPE_INT,
     .min = 1,
     .max = 200,
     .help = "a wish: pages are as large as the account's options say"},
    {.name = "goods_status_filter_type",
     .type = WB_SHAPE_INT,
     .min = GOODS_LIST,
     .max = GOODS_LIST,
     .help = "1: active and inactive ones, and no other list is read yet"},
    SHOP_ID,
    {0},
};

const wb_member wb_api_sync_query[] = {WB_SHOP_TENANT, {0}};

const wb_member wb_api_sync_begun[] = {
    {.name = "task_id",
     .type = WB_SHAPE_INT,
     .required = true,
     .min = 1,
     .max = WB_SYNC_ID_MAX,
     .help = "by which it is asked for"},
    {.name = "status",      .type = WB_SHAPE_TEXT, .required = true, .help = "pending"},
    {.name = "message", .type = WB_SHAPE_TEXT, .required = true, .help = "what comes next"},
    {0                    },
};

/* --- the body --- */

static int64_t
time_of(wb_json *body, const char *name)
{
    int64_t utc_us = 0;

    wb_ignore(wb_json_time(body, wb_json_get(body, 0, name), &utc_us, name, NULL),
              "its shape was looked at");
    return utc_us;
}

/* False: it was refused. */
static bool
read_range(wb_call_in **call_p, wb_task_ask *out)
{
    wb_json *body = (*call_p)->body;
    bool from = wb_json_get(body, 0, "start_time") != WB_JSON_NONE;
    bool to = wb_json_get(body, 0, "end_time") != WB_JSON_NONE;

    out->from_utc_us = time_of(body, "start_time");
    out->to_utc_us = time_of(body, "end_time");
    if (from && out->from_utc_us <= 0)
        wb_call_in_wrong_field(call_p, "body.start_time", "has to be after 1970");
    else if (to && !from)
        wb_call_in_wrong_field(call_p, "body.end_time", "needs a start_time");
    else if (to && out->to_utc_us <= out->from_utc_us)
        wb_call_in_wrong_field(call_p, "body.end_time", "has to be after start_time");
    else if (from && out->from_utc_us > wb_now_utc_us())
        wb_call_in_wrong_field(call_p, "body.start_time", "is in the future");
    return *call_p != NULL;
}

static void
begin(wb_call_in *call, wb_task_ask *ask)
{
    wb_json *body = call->body;
    wb_tasks *tasks = call->gateway->tasks;
    wb_shop_wanted wanted = {
        .shop_id = wb_read_int(body, 0, "shop_id"), .place = "body.shop_id", .kind = ask->kind};
    const wb_account *account = wb_shop_find(&call, &wanted);

    if (!account)
        return;
    if (wb_tasks_are_full(tasks)) {
        wb_call_in_problem(&call, 429, "too many tasks are open",
                           "wait until some of them are over: /api/sync/tasks?status=pending");
        return;
    }
    ask->account = account->key_view;
    ask->shop_id = account->conf->shop_id;
    ask->stream_count = wb_shop_streams(account, ask->kind, ask->streams);
    wb_tasks_begin(tasks, ask, call);
}

void
wb_api_sync_orders(wb_call_in *call)
{
    wb_task_ask ask = {.kind = WB_RECORD_ORDER};
    char type[16];

    wb_read_text(call->body, 0, "sync_type", type, sizeof type);
    ask.full = strcmp(type, "full") == 0;
    if (read_range(&call, &ask))
        begin(call, &ask);
}

/* The list tells all that there is, each time. */
void
wb_api_sync_products(wb_call_in *call)
{
    wb_task_ask ask = {.kind = WB_RECORD_PRODUCT,
                       .full = true,
                       .page_size = wb_read_int(call->body, 0, "page_size"),
                       .filter = wb_read_int(call->body, 0, "goods_status_filter_type")};

    begin(call, &ask);
}
