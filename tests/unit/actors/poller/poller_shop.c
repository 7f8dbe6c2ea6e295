/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poller_shop - the connector that the kit's account is of: a list, a queue, a chain
 */
#include <string.h>

#include "tests/unit/actors/poller/poller_kit.h"

static wb_rc
no_build(const wb_call *call, wb_request *out, wb_err *err)
{
    (void)call;
    (void)out;
    (void)err;
    return WB_OK;
}

static wb_rc
no_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    (void)call;
    (void)resp;
    (void)out;
    (void)err;
    return WB_OK;
}

size_t kit_piece_max;

static void
add_row(wb_outcomes *out, wb_view line)
{
    wb_item *item = wb_outcomes_item(out);

    item->kind = WB_KIND_RAW;
    item->record_kind = WB_RECORD_ORDER;
    item->external = item->what = item->body = line;
}

/* A line is a row, by its id; "next STEP" leads to another page, "bad" cannot be read. The first
 * line names the columns, which the cursor keeps: without it no row can be read. */
static wb_rc
slice(const wb_call *call, const wb_piece *piece, wb_outcomes *out, wb_err *err)
{
    const char *at = piece->bytes.data, *end = at + piece->bytes.len, *stop;

    if (piece->bytes.len > kit_piece_max)
        kit_piece_max = piece->bytes.len;
    while (at < end && out->item_count < (size_t)call->page_max &&
           (stop = memchr(at, '\n', (size_t)(end - at)))) {
        wb_view line = {at, (size_t)(stop - at)};
        bool first = at == piece->bytes.data && !piece->offset;

        at = stop + 1;
        out->consumed = at - piece->bytes.data;
        if (first)
            out->cursor = WB_VIEW_LIT("document with columns");
        else if (wb_view_is(line, "bad") || !memmem(call->cursor.data, call->cursor.len, "col", 3))
            return wb_fail(err, WB_REJECT, "a row cannot be read");
        else
            add_row(out, line);
        if (first)
            break;
    }
    if (piece->end && out->consumed == (int64_t)piece->bytes.len)
        out->cursor = (wb_view){NULL, 0};
    return WB_OK;
}

#define OP(op_name, op_verb, max)                                                                  \
    {                                                                                              \
        .name = (op_name), .verb = (op_verb), .batch_max = (max), .timeout_ms = 1000,              \
        .build = no_build, .read = no_read                                                         \
    }
#define MS(us) ((us) / WB_US_PER_MS)

static const wb_op ops[] = {
    OP("list", WB_VERB_PULL, KIT_PAGE),
    OP("receive", WB_VERB_PULL, KIT_PAGE),
    OP("delete", WB_VERB_ACK, KIT_PAGE),
    OP("sweep", WB_VERB_PULL, KIT_PAGE),
    OP("changed", WB_VERB_PULL, KIT_PAGE),
    OP("create", WB_VERB_PULL, 1),
    OP("wait", WB_VERB_PULL, 1),
    OP("ask", WB_VERB_ASK, 1),
    {.name = "document",
                             .verb = WB_VERB_PULL,
                             .batch_max = KIT_PAGE,
                             .timeout_ms = 1000,
                             .build = no_build,
                             .read = no_read,
                             .slice = slice},
    {0},
};
static const wb_stream streams[] = {
    {.name = "orders",
     .mode = WB_STREAM_LIST,
     .record_kind = WB_RECORD_ORDER,
     .pull = "list",
     .slice_ms = MS(KIT_SLICE_US),
     .overlap_ms = MS(KIT_OVERLAP_US),
     .first_ms = MS(KIT_FIRST_US),
     .margin_ms = MS(KIT_MARGIN_US)},
    {.name = "notices",
     .mode = WB_STREAM_QUEUE,
     .record_kind = WB_RECORD_ORDER,
     .pull = "receive",
     .ack = "delete"},
    {.name = "stock",
     .mode = WB_STREAM_LIST,
     .record_kind = WB_RECORD_INVENTORY,
     .pull = "sweep",
     .first_ms = MS(KIT_FIRST_US),
     .whole = true},
    {.name = "back",
     .mode = WB_STREAM_LIST,
     .record_kind = WB_RECORD_ORDER,
     .pull = "changed",
     .first_ms = MS(KIT_FIRST_US),
     .reads_back = true,
     .optional = true},
    {.name = "reports",                              .mode = WB_STREAM_LIST, .record_kind = WB_RECORD_ORDER, .pull = "create"},
    {0       },
};

/* A cursor begins with the name of its step. */
static const char *
page_op(const void *options, const wb_stream *stream, wb_view cursor)
{
    static const char *const steps[] = {"wait", "document", "gone"};

    (void)options;
    for (size_t i = 0; strcmp(stream->name, "reports") == 0 && i < WB_COUNT(steps); i++)
        if (cursor.len >= strlen(steps[i]) && !memcmp(cursor.data, steps[i], strlen(steps[i])))
            return steps[i];
    return NULL;
}

/* Its own question, of whatever was refused. */
static const char *
ask_op(const void *options, const wb_op *refused)
{
    (void)options;
    (void)refused;
    return "ask";
}

static const wb_option no_options[] = {WB_END};
static const wb_connector shop = {.name = "shop",
                                  .options = no_options,
                                  .options_size = 8,
                                  .streams = streams,
                                  .ops = ops,
                                  .page_op = page_op,
                                  .ask_op = ask_op,
                                  .renewal = "the seller signs again"};
static const wb_op takes[] = {
    {.name = "push", .verb = WB_VERB_PUSH},
    {0             },
};
static const wb_connector erp = {.name = "erp", .ops = takes};
const wb_connector *const kit_connectors[] = {&shop, &erp, NULL};
