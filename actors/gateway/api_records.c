/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_records - what is kept, page by page
 */
#include "actors/ask/read.h"
#include "actors/ask/record_list.h"
#include "actors/gateway/api.h"
#include "actors/gateway/members.h"
#include "actors/gateway/relay.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"

#define BODY_MAX 65536

const wb_member wb_api_records_query[] = {
    {.name = "kind",
     .type = WB_SHAPE_TEXT,
     .words = "order product inventory shipment invoice return metric listing reservation "
              "notice alert", .help = "of this kind"},
    {.name = "status",               .type = WB_SHAPE_TEXT, .max = 40, .help = "in this status, as shipped"},
    {.name = "prefix",
     .type = WB_SHAPE_TEXT,
     .max = WB_KEY_MAX,
     .help = "whose printed key begins so: default/shop/"},
    {.name = "after",
     .type = WB_SHAPE_TEXT,
     .max = WB_KEY_MAX + 16,
     .help = "go on behind this one: `next` of the page before"},
    WB_MEMBER_LIMIT(1000, "50", "at most so many"),
    {0},
};

static const wb_member row[] = {
    {.name = "record",       .type = WB_SHAPE_TEXT, .required = true, .help = "its printed key"},
    {.name = "kind",      .type = WB_SHAPE_TEXT, .required = true, .help = "what it is"},
    {.name = "status",                      .type = WB_SHAPE_TEXT, .required = true, .help = "of its life"},
    {.name = "changed",.type = WB_SHAPE_TIME, .required = true, .help = "its last change"},
    {.name = "routed",  .type = WB_SHAPE_BOOL, .required = true, .help = "some target wants it"},
    {0      },
};

const wb_member wb_api_records_answer[] = {
    {.name = "records", .type = WB_SHAPE_LIST, .members = row, .required = true, .help = "rows"},
    {.name = "next",   .type = WB_SHAPE_TEXT, .help = "for `after`; without it there are no more"},
    WB_MEMBER_SILENT("processes that did not answer: their rows are missing"),
    {0  },
};

static void
tell(const wb_call_in *call, const wb_ask *ask, wb_json *json, wb_json_writer *out)
{
    WB_AUTO(wb_record_list_fini) wb_record_list list = {0};

    for (size_t i = 0; i < ask->count; i++)
        if (!wb_answer_read(&ask->answers[i], json, NULL))
            wb_record_list_add(&list, json);
    wb_record_list_end(&list, wb_call_in_int(call, "limit"));
    wb_record_list_put(&list, out);
}

void
wb_api_records(wb_call_in *call)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};

    wb_buf_init(&body, BODY_MAX);
    wb_record_list_ask(&(wb_record_question){.kind = wb_call_in_text(call, "kind"),
                                             .status = wb_call_in_text(call, "status"),
                                             .prefix = wb_call_in_text(call, "prefix"),
                                             .after = wb_call_in_text(call, "after"),
                                             .limit = wb_call_in_int(call, "limit")},
                       &body);
    wb_relay(call, &(wb_relay_question){.actors = "mapper",
                                        .kind = WB_KIND_CALL_RECORDS,
                                        .body = wb_buf_view(&body),
                                        .tell = tell,
                                        .in_part = true});
}
