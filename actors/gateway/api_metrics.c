/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_metrics - what every process counts, for a scraper
 *
 * A process that does not answer is told as one that is not up; the others are told all the same.
 */
#include <string.h>

#include "actors/ask/read.h"
#include "actors/gateway/api.h"
#include "actors/gateway/gateway.h"
#include "actors/gateway/metrics.h"
#include "protocol/base/own.h"

#define METRICS_MAX (64 * 1024 * 1024)

static void
on_end(wb_call_in *call)
{
    wb_ask *ask = call->own;

    wb_ask_destroy(&ask);
}

/* The others, and this gateway, which does not ask itself. */
static void
put(wb_call_in *call, const wb_ask *ask, bool open, wb_buf *text)
{
    wb_metrics_of *of = wb_alloc((ask->count + 1) * sizeof *of);
    WB_AUTO(wb_buf_fini) wb_buf own = {0};
    size_t count = 0;

    wb_buf_init(&own, METRICS_MAX);
    wb_ctx_status(call->gateway->ctx, &own);
    of[count++] = (wb_metrics_of){wb_ctx_instance(call->gateway->ctx), wb_json_new()};
    if (wb_json_parse(of[0].json, wb_buf_view(&own), NULL))
        wb_json_destroy(&of[0].json);
    for (size_t i = 0; i < ask->count; i++) {
        if (strcmp(ask->answers[i].instance, of[0].instance) == 0)
            continue;
        of[count] = (wb_metrics_of){ask->answers[i].instance, wb_json_new()};
        if (wb_answer_read(&ask->answers[i], of[count].json, NULL))
            wb_json_destroy(&of[count].json);
        count++;
    }
    wb_metrics_put(text, of, count, open);
    while (count)
        wb_json_destroy(&of[--count].json);
    wb_free(&of);
}

static void
done(void *arg, wb_ask *ask)
{
    wb_call_in *call = arg;
    bool open = wb_metrics_open(wb_serve_header_of(call->request, "Accept"));
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    wb_buf_init(&text, METRICS_MAX);
    put(call, ask, open, &text);
    if (text.overflow)
        wb_call_in_problem(&call, 500, "the metrics are too large", NULL);
    else
        wb_call_in_answer_as(&call, 200, open ? WB_METRICS_OPEN : WB_METRICS_TEXT,
                             wb_buf_view(&text));
}

void
wb_api_metrics(wb_call_in *call)
{
    call->end = on_end;
    call->own = wb_ask_start(call->gateway->client, &(wb_question){.kind = WB_KIND_CALL_STATUS,
                                                                   .body = WB_VIEW_LIT("{}"),
                                                                   .done = done,
                                                                   .arg = call});
}
