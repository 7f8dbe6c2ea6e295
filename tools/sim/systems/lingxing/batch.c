/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch - requests about several system orders, each of which may fail by itself
 */
#include "tools/sim/systems/lingxing/batch.h"

#define TEXT_MAX (4 * 1024 * 1024)
#define BATCH_MAX 200

/* An element is the number, or has it. */
static wb_view
number_of(wb_json *json, wb_json_ref at)
{
    wb_view text = {"", 0};

    if (wb_json_kind(json, at) == WB_JSON_OBJECT)
        return wb_sim_lingxing_text(json, at, "global_order_no");
    if (wb_json_kind(json, at) == WB_JSON_NUMBER)
        return wb_json_raw(json, at);
    return wb_json_kind(json, at) != WB_JSON_STRING || wb_json_text(json, at, &text, "no", NULL)
               ? (wb_view){"", 0}
               : text;
}

static void
put(wb_buf *out, wb_view number, const char *name, const char *message)
{
    wb_json_writer writer;

    if (out->len)
        wb_buf_add_char(out, ',');
    wb_json_writer_init(&writer, out);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "global_order_no", number);
    if (message)
        wb_json_member_text(&writer, name, wb_view_of(message));
    wb_json_close(&writer, '}');
}

bool
wb_sim_lingxing_run(wb_sim_lingxing_call *call, const wb_sim_lingxing_batch *batch,
                    wb_sim_lingxing_outcome *out)
{
    wb_json *json = call->json;
    wb_json_ref list = wb_json_get(json, 0, batch->list);
    size_t count = wb_json_kind(json, list) == WB_JSON_ARRAY ? wb_json_count(json, list) : 0;

    *out = (wb_sim_lingxing_outcome){0};
    wb_buf_init(&out->failures, TEXT_MAX);
    wb_buf_init(&out->successes, TEXT_MAX);
    if (!count || count > BATCH_MAX) {
        wb_sim_lingxing_illegal(call);
        return false;
    }
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view number = number_of(json, at);
        wb_sim_lingxing_sys *sys = wb_sim_lingxing_find_sys(call->app, number);
        const char *wrong = sys ? batch->step(call, at, sys) : "订单不存在！";
        if (wrong)
            put(&out->failures, number, batch->message, wrong);
        else
            put(&out->successes, number, NULL, NULL);
        out->done += !wrong;
        out->failed += wrong != NULL;
    }
    return true;
}

void
wb_sim_lingxing_outcome_fini(wb_sim_lingxing_outcome *self)
{
    wb_buf_fini(&self->failures);
    wb_buf_fini(&self->successes);
}

static void
put_list(wb_json_writer *writer, const char *name, const wb_buf *elements)
{
    wb_json_put_key(writer, name);
    wb_json_open(writer, '[');
    if (elements->len)
        wb_json_put_raw(writer, wb_buf_view(elements));
    wb_json_close(writer, ']');
}

void
wb_sim_lingxing_answer_details(wb_sim_lingxing_call *call, wb_sim_lingxing_outcome *outcome,
                               int all)
{
    if (!outcome->failed)
        wb_sim_lingxing_open(call, all, "操作成功");
    else if (outcome->done)
        wb_sim_lingxing_open(call, 10001, "订单更新部分成功");
    else
        wb_sim_lingxing_open(call, 10000, "订单更新失败");
    wb_json_open(&call->writer, '{');
    put_list(&call->writer, "error_details", &outcome->failures);
    wb_json_close(&call->writer, '}');
    wb_sim_lingxing_end(call, -1);
}

/* A sample of one order that failed has 10001: so has whatever is not all. */
void
wb_sim_lingxing_answer_counts(wb_sim_lingxing_call *call, wb_sim_lingxing_outcome *outcome,
                              bool with_code)
{
    wb_sim_lingxing_open(call, 0, "操作成功");
    wb_json_open(&call->writer, '{');
    wb_json_member_int(&call->writer, "success_num", outcome->done);
    wb_json_member_int(&call->writer, "fail_num", outcome->failed);
    if (with_code)
        wb_json_member_int(&call->writer, "process_code", outcome->failed ? 10001 : 10002);
    put_list(&call->writer, "failure_info", &outcome->failures);
    if (!with_code)
        put_list(&call->writer, "success_info", &outcome->successes);
    wb_json_close(&call->writer, '}');
    wb_sim_lingxing_end(call, -1);
}
