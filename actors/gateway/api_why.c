/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_why - where a record is, what holds it, since when, what comes next, who can act
 */
#include "actors/gateway/api.h"
#include "actors/gateway/gateway.h"
#include "protocol/base/own.h"

#include <stdio.h>

#define ANSWER_MAX (4 * 1024 * 1024)

const wb_member wb_api_why_path[] = {
    {.name = "key",
     .type = WB_SHAPE_TEXT,
     .min = 1,
     .required = true,
     .help = "a record's printed key, its slashes encoded as %2F, or its external id alone"},
    {0     },
};

static const wb_member hold[] = {
    {.name = "kind",
     .type = WB_SHAPE_TEXT,
     .words = "call parked source outbox apart lane task full",
     .required = true,
     .help = "how it is held"},
    {.name = "culprit",
     .type = WB_SHAPE_TEXT,
     .required = true,
     .help = "the record for which its account may be stopped"},
    {.name = "instance",                                  .type = WB_SHAPE_TEXT, .required = true, .help = "who holds it"},
    {.name = "account",                                         .type = WB_SHAPE_TEXT, .required = true, .help = "whose call, or target"},
    {.name = "wait",
     .type = WB_SHAPE_TEXT,
     .required = true,
     .nullable = true,
     .help = "the reason as a code; null: none but the words"},
    {.name = "words",                                                         .type = WB_SHAPE_TEXT, .required = true, .help = "the reason, for people"},
    {.name = "since",   .type = WB_SHAPE_TEXT, .required = true, .help = "since when; may be empty"},
    {.name = "next",                                   .type = WB_SHAPE_TEXT, .required = true, .help = "when it is tried next"},
    {.name = "who",                                         .type = WB_SHAPE_TEXT, .required = true, .help = "who can act, and how"},
    {.name = "id",                                         .type = WB_SHAPE_TEXT, .required = true, .help = "of what is parked"},
    {0                                                        },
};

static const wb_member delivery[] = {
    {.name = "target",       .type = WB_SHAPE_TEXT, .required = true, .help = "tenant/account"},
    {.name = "outcome",      .type = WB_SHAPE_TEXT, .required = true, .help = "what became of it"},
    {.name = "reason",                      .type = WB_SHAPE_TEXT, .required = true, .help = "why"},
    {0},
};

static const wb_member mark[] = {
    {.name = "target",             .type = WB_SHAPE_TEXT, .required = true, .help = "tenant/account"},
    {.name = "outcome",            .type = WB_SHAPE_TEXT, .required = true, .help = "what became of it"},
    {.name = "at",                            .type = WB_SHAPE_TEXT, .required = true, .help = "when"},
    {.name = "remote_id",
     .type = WB_SHAPE_TEXT,
     .required = true,
     .help = "what it is called there"},
    {0},
};

static const wb_member part[] = {
    {.name = "record",       .type = WB_SHAPE_TEXT, .required = true, .help = "its printed key"},
    {.name = "kind",      .type = WB_SHAPE_TEXT, .required = true, .help = "what it is"},
    {.name = "status",                      .type = WB_SHAPE_TEXT, .required = true, .help = "of its life"},
    {0},
};

static const wb_member decision[] = {
    {.name = "target",           .type = WB_SHAPE_TEXT, .required = true, .help = "tenant/account"},
    {.name = "what",          .type = WB_SHAPE_TEXT, .required = true, .help = "what is decided"},
    {.name = "is",                          .type = WB_SHAPE_TEXT, .required = true, .help = "how"},
    {.name = "by",.type = WB_SHAPE_TEXT, .required = true, .help = "the rule"},
    {0},
};

static const wb_member hop[] = {
    {.name = "point",
     .type = WB_SHAPE_TEXT,
     .words = "source received stored fetch fetched map mapped push pushed",
     .required = true,
     .help = "of its way"},
    {.name = "at", .type = WB_SHAPE_TIME, .required = true, .help = "when it was there"},
    {0                                                  },
};

static const wb_member event[] = {
    {.name = "at",             .type = WB_SHAPE_TIME, .required = true, .help = "when"},
    {.name = "what",        .type = WB_SHAPE_TEXT, .required = true, .help = "what happened"},
    {.name = "outcome",                        .type = WB_SHAPE_TEXT, .required = true, .help = "what became of it"},
    {.name = "target",.type = WB_SHAPE_TEXT, .required = true, .help = "at this target"},
    {.name = "text", .type = WB_SHAPE_TEXT, .required = true, .help = "the reason"},
    {.name = "hops",
     .type = WB_SHAPE_LIST,
     .members = hop,
     .required = true,
     .help = "its way until then"},
    {0       },
};

const wb_member wb_api_why_answer[] = {
    {.name = "record",             .type = WB_SHAPE_TEXT, .required = true, .help = "its printed key"},
    {.name = "known",            .type = WB_SHAPE_BOOL, .required = true, .help = "somebody knows it"},
    {.name = "complete",
     .type = WB_SHAPE_BOOL,
     .required = true,
     .help = "all who were asked have answered"},
    {.name = "status",.type = WB_SHAPE_TEXT, .required = true, .help = "of its life"},
    {.name = "changed", .type = WB_SHAPE_TEXT, .required = true, .help = "its last change"},
    {.name = "holds",
     .type = WB_SHAPE_LIST,
     .members = hold,
     .required = true,
     .help = "what holds it"},
    {.name = "deliveries",
     .type = WB_SHAPE_LIST,
     .members = delivery,
     .required = true,
     .help = "targets that have not got it; one that is not named has it"},
    {.name = "marks",
     .type = WB_SHAPE_LIST,
     .members = mark,
     .required = true,
     .help = "targets that have it"},
    {.name = "parts",
     .type = WB_SHAPE_LIST,
     .members = part,
     .required = true,
     .help = "of an order: its shipments, at most 100"},
    {.name = "decisions",
     .type = WB_SHAPE_LIST,
     .members = decision,
     .required = true,
     .help = "what the rules say of it now"},
    {.name = "stock",
     .type = WB_SHAPE_LIST,
     .required = true,
     .help = "of a listing: what its number is made of, line by line"},
    {.name = "events",
     .type = WB_SHAPE_LIST,
     .members = event,
     .required = true,
     .help = "what happened, the oldest first: of 30 days"},
    {.name = "gaps",
     .type = WB_SHAPE_LIST,
     .required = true,
     .help = "what could not be learnt, for people"},
    {0       },
};

typedef struct {
    wb_call_in *call;
    wb_inquiry *inquiry;
} why_call;

static void
on_end(wb_call_in *call)
{
    why_call *self = call->own;

    wb_inquiry_destroy(&self->inquiry);
    wb_free(&self);
}

static void
put_hold(const wb_hold *self, wb_json_writer *out)
{
    static const char *const kinds[] = {
        [WB_HOLD_CALL] = "call",     [WB_HOLD_PARKED] = "parked", [WB_HOLD_SOURCE] = "source",
        [WB_HOLD_OUTBOX] = "outbox", [WB_HOLD_APART] = "apart",   [WB_HOLD_LANE] = "lane",
        [WB_HOLD_TASK] = "task",     [WB_HOLD_FULL] = "full",
    };

    wb_json_open(out, '{');
    wb_json_member_text(out, "kind", wb_view_of(kinds[self->kind]));
    wb_json_member_text(out, "culprit", wb_view_of(self->culprit ? self->culprit : ""));
    wb_json_member_text(out, "instance", wb_view_of(self->instance));
    wb_json_member_text(out, "account", wb_view_of(self->account));
    wb_json_put_key(out, "wait");
    if (self->wait == WB_WAIT_COUNT)
        wb_json_put_null(out);
    else
        wb_json_put_text(out, wb_view_of(wb_wait_name(self->wait)));
    wb_json_member_text(out, "words", wb_view_of(self->words));
    wb_json_member_text(out, "since", wb_view_of(self->since));
    wb_json_member_text(out, "next", wb_view_of(self->next));
    wb_json_member_text(out, "who", wb_view_of(self->who));
    wb_json_member_text(out, "id", wb_view_of(self->id));
    wb_json_close(out, '}');
}

static void
put_delivery(const wb_why_delivery *self, wb_json_writer *out)
{
    wb_json_open(out, '{');
    wb_json_member_text(out, "target", wb_view_of(self->target));
    wb_json_member_text(out, "outcome", wb_view_of(self->outcome));
    wb_json_member_text(out, "reason", wb_view_of(self->reason));
    wb_json_close(out, '}');
}

static void
put_event(const wb_why_event *self, wb_json_writer *out)
{
    static const char *const points[] = {"",        "source", "received", "stored", "fetch",
                                         "fetched", "map",    "mapped",   "push",   "pushed"};

    wb_json_open(out, '{');
    wb_json_put_key(out, "at");
    wb_json_put_time(out, self->at_utc_us);
    wb_json_member_text(out, "what", wb_view_of(self->what));
    wb_json_member_text(out, "outcome",
                        wb_view_of(self->outcome ? wb_outcome_name(self->outcome) : ""));
    wb_json_member_text(out, "target", wb_view_of(self->target));
    wb_json_member_text(out, "text", wb_view_of(self->text));
    wb_json_put_key(out, "hops");
    wb_json_open(out, '[');
    for (size_t i = 0; i < self->hop_count; i++) {
        wb_json_open(out, '{');
        wb_json_member_text(out, "point", wb_view_of(points[self->hops[i].point]));
        wb_json_put_key(out, "at");
        wb_json_put_time(out, self->hops[i].at_utc_us);
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
    wb_json_close(out, '}');
}

static void
put_mark(const wb_why_mark *self, wb_json_writer *out)
{
    wb_json_open(out, '{');
    wb_json_member_text(out, "target", wb_view_of(self->target));
    wb_json_member_text(out, "outcome", wb_view_of(self->outcome));
    wb_json_member_text(out, "at", wb_view_of(self->at));
    wb_json_member_text(out, "remote_id", wb_view_of(self->remote_id));
    wb_json_close(out, '}');
}

static void
put_part(const wb_why_part *self, wb_json_writer *out)
{
    wb_json_open(out, '{');
    wb_json_member_text(out, "record", wb_view_of(self->record));
    wb_json_member_text(out, "kind", wb_view_of(self->kind));
    wb_json_member_text(out, "status", wb_view_of(self->status));
    wb_json_close(out, '}');
}

static void
put_decision(const wb_why_decision *self, wb_json_writer *out)
{
    wb_json_open(out, '{');
    wb_json_member_text(out, "target", wb_view_of(self->target));
    wb_json_member_text(out, "what", wb_view_of(self->what));
    wb_json_member_text(out, "is", wb_view_of(self->is));
    wb_json_member_text(out, "by", wb_view_of(self->by));
    wb_json_close(out, '}');
}

static void
put_gap(const wb_gap *self, wb_json_writer *out)
{
    char text[400];
    const char *end = self->kind == WB_GAP_SILENT   ? " does not answer"
                      : self->kind == WB_GAP_ABSENT ? " is not running"
                                                    : "";

    (void)snprintf(text, sizeof text, "%s%s%s%s", self->instance,
                   self->instance[0] && self->text[0] ? ": " : "", self->text, end);
    wb_json_put_text(out, wb_view_of(text));
}

/* Members of the answer that are lists of rows. */
#define PUT_ALL(name, rows, count, put)                                                            \
    do {                                                                                           \
        wb_json_put_key(&writer, name);                                                            \
        wb_json_open(&writer, '[');                                                                \
        for (size_t i = 0; i < (count); i++)                                                       \
            put(&(rows)[i], &writer);                                                              \
        wb_json_close(&writer, ']');                                                               \
    } while (0)

static void
put_line(const char *const *line, wb_json_writer *out)
{
    wb_json_put_text(out, wb_view_of(*line));
}

static void
write(const wb_why *why, wb_buf *out)
{
    wb_json_writer writer;

    wb_json_writer_init(&writer, out);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "record", wb_view_of(why->record));
    wb_json_member_bool(&writer, "known", why->known);
    wb_json_member_bool(&writer, "complete", why->complete);
    wb_json_member_text(&writer, "status", wb_view_of(why->status));
    wb_json_member_text(&writer, "changed", wb_view_of(why->changed));
    PUT_ALL("holds", why->holds, why->hold_count, put_hold);
    PUT_ALL("deliveries", why->deliveries, why->delivery_count, put_delivery);
    PUT_ALL("marks", why->marks, why->mark_count, put_mark);
    PUT_ALL("parts", why->parts, why->part_count, put_part);
    PUT_ALL("decisions", why->decisions, why->decision_count, put_decision);
    PUT_ALL("stock", why->stock, why->stock_count, put_line);
    PUT_ALL("events", why->events, why->event_count, put_event);
    PUT_ALL("gaps", why->gaps, why->gap_count, put_gap);
    wb_json_close(&writer, '}');
}

/* Is somebody not there who may know it? Else it is refused: it is no key. */
static bool
somebody_is_missing(const wb_why *why)
{
    for (size_t i = 0; i < why->gap_count; i++)
        if (why->gaps[i].kind != WB_GAP_REFUSED)
            return true;
    return false;
}

/* Nobody knows it, and all were asked: then there is none. */
static void
done(void *arg, const wb_why *why)
{
    why_call *self = arg;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};

    if (!why->answered && !somebody_is_missing(why)) {
        wb_call_in_problem(&self->call, 404, "nobody can know this record",
                           why->gap_count ? why->gaps[0].text : NULL);
        return;
    }
    if (!why->answered) {
        wb_call_in_problem(&self->call, 503, "a process that has to be asked is not there",
                           why->gap_count ? why->gaps[0].text : NULL);
        return;
    }
    if (!why->known && why->complete) {
        wb_call_in_problem(&self->call, 404, "nobody knows this record",
                           "the key is TENANT/ACCOUNT/KIND/ID, its slashes encoded as %2F");
        return;
    }
    wb_buf_init(&body, ANSWER_MAX);
    write(why, &body);
    wb_call_in_answer(&self->call, 200, wb_buf_view(&body));
}

void
wb_api_why(wb_call_in *call)
{
    why_call *self = wb_alloc(sizeof *self);

    self->call = call;
    call->own = self;
    call->end = on_end;
    self->inquiry = wb_inquiry_start(
        call->gateway->client,
        &(wb_inquiry_conf){
            .record = wb_call_in_text(call, "key"), .days = 30, .done = done, .arg = self});
}
