/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_parked - what was set aside with a reason
 */
#include "actors/ask/read.h"
#include "actors/gateway/api.h"
#include "actors/gateway/members.h"
#include "actors/gateway/relay.h"
#include "protocol/base/own.h"

#define BODY_MAX 8192

const wb_member wb_api_parked_query[] = {
    WB_MEMBERS_PARKED,
    WB_MEMBER_LIMIT(1000, "100", "at most so many of each process"),
    {0},
};

const wb_member wb_api_parked_groups_query[] = {
    WB_MEMBERS_PARKED,
    {0},
};

static const wb_member row[] = {
    {.name = "id",               .type = WB_SHAPE_TEXT, .required = true, .help = "by which it is named"},
    {.name = "shard",          .type = WB_SHAPE_INT, .required = true, .help = "where it lies"},
    {.name = "account",                          .type = WB_SHAPE_TEXT, .required = true, .help = "tenant/account"},
    {.name = "record",.type = WB_SHAPE_TEXT, .required = true, .help = "its printed key"},
    {.name = "reason",   .type = WB_SHAPE_TEXT, .required = true, .help = "why, for people"},
    {.name = "outcome_unknown",
     .type = WB_SHAPE_BOOL,
     .required = true,
     .help = "a write of it may have taken effect"},
    {.name = "attempts",          .type = WB_SHAPE_INT, .required = true, .help = "until it was parked"},
    {.name = "times",                          .type = WB_SHAPE_INT, .required = true, .help = "how often it was"},
    {.name = "at",         .type = WB_SHAPE_TIME, .required = true, .help = "since when"},
    {0},
};

const wb_member wb_api_parked_answer[] = {
    {.name = "parked", .type = WB_SHAPE_LIST, .members = row, .required = true, .help = "rows"},
    {.name = "total",
     .type = WB_SHAPE_INT,
     .required = true,
     .help = "how many there are, of those that answered"},
    WB_MEMBER_SILENT("processes that did not answer: their rows are missing"),
    {0 },
};

/* --- counted --- */

static const wb_member group[] = {
    {.name = "account",                               .type = WB_SHAPE_TEXT, .required = true, .help = "tenant/account"},
    {.name = "reason",
     .type = WB_SHAPE_TEXT,
     .required = true,
     .help = "what the reasons begin with: a filter"},
    {.name = "count",                                               .type = WB_SHAPE_INT, .required = true, .help = "how many"},
    {.name = "unknown",
     .type = WB_SHAPE_INT,
     .required = true,
     .help = "of them: a write may have taken effect"},
    {.name = "first", .type = WB_SHAPE_TIME, .required = true, .help = "parked first"},
    {.name = "last",                                 .type = WB_SHAPE_TIME, .required = true, .help = "parked last"},
    {0                              },
};

const wb_member wb_api_parked_groups_answer[] = {
    {.name = "groups",
     .type = WB_SHAPE_LIST,
     .members = group,
     .required = true,
     .help = "by process, account and reason"},
    {.name = "count",                         .type = WB_SHAPE_INT, .required = true, .help = "of all that fit"},
    {.name = "more",
     .type = WB_SHAPE_BOOL,
     .required = true,
     .help = "there are more: a process counts 20,000 at most"},
    WB_MEMBER_SILENT("processes that did not answer: their rows are missing"),
    {0                         },
};

static void
tell_groups(const wb_call_in *call, const wb_ask *ask, wb_json *json, wb_json_writer *out)
{
    int64_t count = 0;
    bool more = false;

    (void)call;
    (void)wb_relay_put_all(ask, "groups", json, "groups", out);
    for (size_t i = 0; i < ask->count; i++) {
        if (wb_answer_read(&ask->answers[i], json, NULL))
            continue;
        count += wb_read_int(json, 0, "count");
        more = more || wb_read_bool(json, 0, "more");
    }
    wb_json_member_int(out, "count", count);
    wb_json_member_bool(out, "more", more);
}

/* --- listed --- */

static void
tell(const wb_call_in *call, const wb_ask *ask, wb_json *json, wb_json_writer *out)
{
    int64_t total = wb_relay_put_all(ask, "rows", json, "parked", out);

    (void)call;
    wb_json_member_int(out, "total", total);
}

static void
ask(wb_call_in *call, const char *action, wb_relay_tell tell_it)
{
    static const char *const filters[] = {"account", "record", "reason"};
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer writer;

    wb_buf_init(&body, BODY_MAX);
    wb_json_writer_init(&writer, &body);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "action", wb_view_of(action));
    for (size_t i = 0; i < WB_COUNT(filters); i++)
        if (*wb_call_in_text(call, filters[i]))
            wb_json_member_text(&writer, filters[i], wb_view_of(wb_call_in_text(call, filters[i])));
    if (*wb_call_in_text(call, "limit"))
        wb_json_member_int(&writer, "limit", wb_call_in_int(call, "limit"));
    wb_json_close(&writer, '}');
    wb_relay(call, &(wb_relay_question){.actors = WB_ASK_PARKED,
                                        .kind = WB_KIND_CALL_PARKED,
                                        .body = wb_buf_view(&body),
                                        .tell = tell_it,
                                        .in_part = true});
}

void
wb_api_parked(wb_call_in *call)
{
    ask(call, "list", tell);
}

void
wb_api_parked_groups(wb_call_in *call)
{
    ask(call, "count", tell_groups);
}
