/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_why - where a record is, what holds it, since when, what comes next, who can act
 */
#include "actors/gateway/api.h"
#include "actors/gateway/gateway.h"
#include "protocol/base/own.h"

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
    {.name = "instance",                                       .type = WB_SHAPE_TEXT, .required = true, .help = "who holds it"},
    {.name = "account",                                        .type = WB_SHAPE_TEXT, .required = true, .help = "whose call, or target"},
    {.name = "wait",
     .type = WB_SHAPE_TEXT,
     .required = true,
     .nullable = true,
     .help = "the reason as a code; null: none but the words"},
    {.name = "words",.type = WB_SHAPE_TEXT, .required = true, .help = "the reason, for people"},
    {.name = "since",                         .type = WB_SHAPE_TEXT, .required = true, .help = "since when; may be empty"},
    {.name = "next",                                           .type = WB_SHAPE_TEXT, .required = true, .help = "when it is tried next"},
    {.name = "who",                                         .type = WB_SHAPE_TEXT, .required = true, .help = "who can act, and how"},
    {.name = "id", .type = WB_SHAPE_TEXT, .required = true, .help = "of what is parked"},
    {0                                         },
};

static const wb_member delivery[] = {
    {.name = "target",       .type = WB_SHAPE_TEXT, .required = true, .help = "tenant/account"},
    {.name = "outcome",      .type = WB_SHAPE_TEXT, .required = true, .help = "what became of it"},
    {.name = "reason",                      .type = WB_SHAPE_TEXT, .required = true, .help = "why"},
    {0},
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
    {0                           },
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
    wb_json_open(out, '{');
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
    wb_json_put_key(&writer, "holds");
    wb_json_open(&writer, '[');
    for (size_t i = 0; i < why->hold_count; i++)
        put_hold(&why->holds[i], &writer);
    wb_json_close(&writer, ']');
    wb_json_put_key(&writer, "deliveries");
    wb_json_open(&writer, '[');
    for (size_t i = 0; i < why->delivery_count; i++)
        put_delivery(&why->deliveries[i], &writer);
    wb_json_close(&writer, ']');
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
