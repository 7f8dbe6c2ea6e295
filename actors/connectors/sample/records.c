/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records - writing a record and asking whether it is there
 */
#include "actors/connectors/sample/sample.h"

#include "protocol/answer.h"
#include "protocol/base/text.h"

static void
record_url(const wb_call *call, wb_request *out)
{
    const sample_options *options = call->options;

    out->template = "/records/{key}";
    wb_buf_addf(&out->url, "%s/records/", options->url);
    wb_percent(&out->url, call->items[0].env->record, NULL);
}

void
sample_write(wb_request *out, wb_view once)
{
    out->method = "PUT";
    wb_request_header(out, "Content-Type", WB_VIEW_LIT("application/json"), false);
    if (once.len)
        wb_request_header(out, "Idempotency-Key", once, false);
}

wb_rc
sample_record_body(const wb_call_item *item, wb_request *out, wb_err *err)
{
    const wb_field *fields = wb_canonical_fields(item->env->record_kind);
    wb_rc rc;

    if (!fields)
        return wb_fail(err, WB_REJECT, "records of this kind are not known");
    wb_buf_addf(&out->body,
                "{\"revision\":%llu,\"record\":", (unsigned long long)item->env->revision);
    rc = wb_canonical_json(fields, item->env->body, 0, &out->body, err);
    if (rc)
        return rc;
    wb_buf_add_char(&out->body, '}');
    return wb_request_check(out, err);
}

wb_rc
sample_put_build(const wb_call *call, wb_request *out, wb_err *err)
{
    sample_write(out, call->items[0].idempotency);
    record_url(call, out);
    return sample_record_body(&call->items[0], out, err);
}

wb_rc
sample_put_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_result *result = &out->results[0];
    wb_json *json = call->json;
    wb_view word = {NULL, 0}, reason = {NULL, 0};
    char text[100];
    wb_rc rc = wb_response_usual(call, resp, out, err);

    if (rc)
        return rc;
    result->code = WB_RESULT_UNKNOWN; /* it may have taken effect: the answer does not say */
    if (wb_json_parse_answer(json, resp->body, NULL) ||
        wb_json_text(json, wb_json_get(json, 0, "result"), &word, "result", NULL) ||
        wb_json_check(json, NULL)) {
        wb_result_set(result, WB_RESULT_UNKNOWN, "the answer is unreadable");
        return WB_OK;
    }
    wb_answer_text(json, wb_answer_member(json, 0, "reason"), &reason, "reason");
    wb_text_tame(text, sizeof text, reason);
    if (wb_view_is(word, "done"))
        result->code = WB_RESULT_DONE;
    else if (wb_view_is(word, "unchanged"))
        result->code = WB_RESULT_UNCHANGED;
    else if (wb_view_is(word, "refused"))
        wb_result_set(result, WB_RESULT_PARK, "refused: %s", text);
    return WB_OK;
}

wb_rc
sample_probe_build(const wb_call *call, wb_request *out, wb_err *err)
{
    out->method = "GET";
    record_url(call, out);
    return wb_request_check(out, err);
}

wb_rc
sample_probe_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_result *result = &out->results[0];
    wb_json *json = call->json;
    int64_t revision = 0;
    wb_rc rc;

    if (resp->status == 404) {
        wb_result_set(result, WB_RESULT_ABSENT, "not there");
        return WB_OK;
    }
    rc = wb_response_usual(call, resp, out, err);
    if (rc)
        return rc;
    if (wb_json_parse_answer(json, resp->body, err) ||
        wb_json_int(json, wb_json_get(json, 0, "revision"), &revision, "revision", err) ||
        wb_json_check(json, err))
        return wb_note(err, WB_RETRY, "the answer is unreadable");
    result->code = WB_RESULT_DONE;
    result->revision = revision > 0 ? (uint64_t)revision : 0;
    return WB_OK;
}
