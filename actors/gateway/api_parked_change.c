/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_parked_change - parked messages, sent again or dropped: one, or what fits a filter
 *
 * A filter goes with the number that was counted by it: when more fit it now, nothing is done. A
 * change goes in chunks, each in a transaction of its own; whoever asks twice finds nothing left.
 */
#include <stdio.h>
#include <string.h>

#include "actors/ask/read.h"
#include "actors/gateway/api.h"
#include "actors/gateway/gateway.h"
#include "actors/gateway/members.h"
#include "protocol/base/own.h"

#define BODY_MAX 8192
#define CHUNK 1000
#define ROUNDS_MAX 10000

const wb_member wb_api_parked_path[] = {
    {.name = "id",
     .type = WB_SHAPE_TEXT,
     .min = 32,
     .max = 32,
     .required = true,
     .help = "as the list tells it"},
    {0   },
};

const wb_member wb_api_parked_filter[] = {
    WB_MEMBERS_PARKED,
    {.name = "until",
      .type = WB_SHAPE_TIME,
      .help = "not what was parked later than this: `last` of what was counted"},
    {.name = "all", .type = WB_SHAPE_BOOL, .help = "true, without a filter: everything"},
    {.name = "count",
      .type = WB_SHAPE_INT,
      .min = 1,
      .max = INT64_MAX,
      .required = true,
      .help = "how many were counted: when there are more now, nothing is done (409)"},
    {0                            },
};

const wb_member wb_api_parked_changed[] = {
    {.name = "changed",    .type = WB_SHAPE_INT, .required = true, .help = "how many were"},
    {.name = "kept",
     .type = WB_SHAPE_INT,
     .required = true,
     .help = "how many cannot be, and stay"},
    {.name = "why",                    .type = WB_SHAPE_TEXT, .required = true, .help = "the first of them"},
    WB_MEMBER_SILENT("processes that did not answer: what they have is as it was"),
    {0},
};

typedef struct {
    wb_call_in *call;
    const char *action, *id; /* id: "" = by filter */
    wb_ask *ask;
    wb_json *json;
    int64_t changed, kept;
    char why[300];
    int rounds;
} change;

static void
on_end(wb_call_in *call)
{
    change *self = call->own;

    wb_ask_destroy(&self->ask);
    wb_json_destroy(&self->json);
    wb_free(&self);
}

/* --- asking --- */

static wb_view
filter(const change *self, const char *name)
{
    wb_json *body = self->call->body;
    wb_view text = {NULL, 0};

    if (body)
        wb_ignore(wb_json_text(body, wb_json_get(body, 0, name), &text, name, NULL),
                  "its shape was looked at");
    return text;
}

static void
ask(change *self, const char *action, wb_ask_done done)
{
    static const char *const names[] = {"account", "record", "reason", "until"};
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_buf_init(&body, BODY_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "action", wb_view_of(action));
    if (self->id[0])
        wb_json_member_text(&out, "id", wb_view_of(self->id));
    for (size_t i = 0; i < WB_COUNT(names); i++)
        if (filter(self, names[i]).len)
            wb_json_member_text(&out, names[i], filter(self, names[i]));
    wb_json_member_int(&out, "limit", CHUNK);
    wb_json_close(&out, '}');
    wb_ask_destroy(&self->ask);
    self->ask =
        wb_ask_start(self->call->gateway->client, &(wb_question){.actors = WB_ASK_PARKED,
                                                                 .kind = WB_KIND_CALL_PARKED,
                                                                 .body = wb_buf_view(&body),
                                                                 .done = done,
                                                                 .arg = self});
}

/* --- its end --- */

static void
answer(change *self)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_buf_init(&body, BODY_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_int(&out, "changed", self->changed);
    wb_json_member_int(&out, "kept", self->kept);
    wb_json_member_text(&out, "why", wb_view_of(self->kept ? self->why : ""));
    wb_ask_put_silent(self->ask, &out);
    wb_json_close(&out, '}');
    wb_call_in_answer(&self->call, 200, wb_buf_view(&body));
}

static void
finish(change *self)
{
    bool all = wb_ask_answered(self->ask) == self->ask->count && self->ask->count;

    if (self->id[0] && !self->changed && self->kept)
        wb_call_in_problem(&self->call, 409, "that cannot be done with this one", self->why);
    else if (self->id[0] && !self->changed && all)
        wb_call_in_problem(&self->call, 404, "nothing is parked under this id",
                           "it may have been sent again or dropped before");
    else if (!self->changed && !self->kept && !all)
        wb_call_in_problem(&self->call, 503, "a process that has to be asked is not there",
                           "what it has parked is as it was");
    else
        answer(self);
}

/* --- chunk by chunk --- */

static void
on_changed(void *arg, wb_ask *asked)
{
    change *self = arg;
    bool more = false;

    self->kept = 0; /* of the last round, which saw them all */
    for (size_t i = 0; i < asked->count; i++) {
        int64_t now;

        if (wb_answer_read(&asked->answers[i], self->json, NULL))
            continue;
        now = wb_read_int(self->json, 0, "changed");
        self->changed += now;
        if (!self->kept)
            wb_read_text(self->json, 0, "why", self->why, sizeof self->why);
        self->kept += wb_read_int(self->json, 0, "kept");
        more = more || (now && wb_read_bool(self->json, 0, "more"));
    }
    if (more && ++self->rounds < ROUNDS_MAX)
        ask(self, self->action, on_changed);
    else
        finish(self);
}

static void
on_counted(void *arg, wb_ask *asked)
{
    change *self = arg;
    int64_t count = 0, seen = 0;
    bool more = false;
    char detail[160];

    wb_ignore(wb_json_int(self->call->body, wb_json_get(self->call->body, 0, "count"), &seen,
                          "count", NULL),
              "its shape was looked at");
    for (size_t i = 0; i < asked->count; i++) {
        if (wb_answer_read(&asked->answers[i], self->json, NULL))
            continue;
        count += wb_read_int(self->json, 0, "count");
        more = more || wb_read_bool(self->json, 0, "more");
    }
    if (count <= seen) {
        ask(self, self->action, on_changed);
        return;
    }
    (void)snprintf(detail, sizeof detail,
                   "%s%lld fit it now: count again, and ask with that number",
                   more ? "more than " : "", (long long)count);
    wb_call_in_problem(&self->call, 409, "there are more than were counted", detail);
}

static change *
begin(wb_call_in *call, const char *action, const char *id)
{
    change *self = wb_alloc(sizeof *self);

    *self = (change){.call = call, .action = action, .id = id, .json = wb_json_new()};
    call->own = self;
    call->end = on_end;
    return self;
}

/* --- operations --- */

static void
change_one(wb_call_in *call, const char *action)
{
    const char *id = wb_call_in_text(call, "id");

    if (strspn(id, "0123456789abcdef") != strlen(id)) {
        wb_call_in_problem(&call, 404, "nothing is parked under this id",
                           "an id has 32 hex digits, as the list tells it");
        return;
    }
    ask(begin(call, action, id), action, on_changed);
}

static void
change_filtered(wb_call_in *call, const char *action)
{
    change *self = begin(call, action, "");
    bool all = false, some;

    wb_ignore(wb_json_bool(call->body, wb_json_get(call->body, 0, "all"), &all, "all", NULL),
              "its shape was looked at");
    some = filter(self, "account").len || filter(self, "record").len || filter(self, "reason").len;
    if (all == some)
        wb_call_in_problem(&call, 400, "a filter, or all",
                           "send account, record or reason, or \"all\": true without any of them");
    else
        ask(self, "count", on_counted);
}

void
wb_api_parked_retry_one(wb_call_in *call)
{
    change_one(call, "retry");
}

void
wb_api_parked_drop_one(wb_call_in *call)
{
    change_one(call, "drop");
}

void
wb_api_parked_retry(wb_call_in *call)
{
    change_filtered(call, "retry");
}

void
wb_api_parked_drop(wb_call_in *call)
{
    change_filtered(call, "drop");
}
