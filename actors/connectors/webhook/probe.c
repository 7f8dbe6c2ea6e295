/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe - is the record there, and at which revision?
 *
 * GET probe_url with {key} in it: 200 {"key", "revision", "id"} it is; 404 or 410 it is not.
 */
#include "actors/connectors/webhook/webhook.h"

#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/text.h"

static const char place[] = "{key}";

wb_rc
webhook_probe_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const webhook_options *options = call->options;
    const char *at = options->probe_url ? strstr(options->probe_url, place) : NULL;

    if (!at)
        return wb_fail(err, WB_REJECT, "this target has no probe_url");
    out->method = "GET";
    out->template = "{probe_url}";
    wb_buf_add(&out->url, options->probe_url, (size_t)(at - options->probe_url));
    wb_percent(&out->url, call->items[0].env->record, NULL);
    wb_buf_add_text(&out->url, at + strlen(place));
    wb_request_header(out, "Accept", WB_VIEW_LIT("application/json"), false);
    wb_request_header(out, "User-Agent", WB_VIEW_LIT("waybill/" WB_VERSION), false);
    webhook_own_headers(options, out);
    return wb_request_check(out, err);
}

static wb_rc
read_found(const wb_call *call, wb_view body, wb_outcomes *out, wb_err *err)
{
    wb_json *json = call->json;
    wb_result *result = &out->results[0];
    wb_json_ref ref;
    wb_view key = {NULL, 0}, id = {NULL, 0};
    wb_count revision = {0};

    if (wb_json_parse_answer(json, body, err) || wb_json_kind(json, 0) != WB_JSON_OBJECT)
        return wb_fail(err, WB_RETRY, "the probe's answer is unreadable");
    ref = wb_json_get(json, 0, "revision");
    wb_answer_count(json, ref, &revision, "revision");
    wb_answer_code(json, wb_answer_member(json, 0, "id"), &id, "id");
    if (wb_json_text(json, wb_json_get(json, 0, "key"), &key, "key", err) ||
        wb_json_check(json, err))
        return wb_note(err, WB_RETRY, "the probe's answer is unreadable");
    if (!revision.known && !wb_answer_no_value(json, ref)) /* as none it would pass for ours */
        return wb_fail(err, WB_RETRY, "the probe's answer is unreadable: revision");
    if (key.len && !wb_view_eq(key, call->items[0].env->record))
        return wb_fail(err, WB_RETRY, "the probe answered about another record");
    wb_outcomes_reserve(out, body.len);
    result->code = WB_RESULT_DONE;
    result->revision = revision.value > 0 ? (uint64_t)revision.value : 0;
    result->remote_id = wb_outcomes_keep(out, id);
    return WB_OK;
}

wb_rc
webhook_probe_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_rc rc;

    if (resp->status == 404 || resp->status == 410) {
        wb_result_set(&out->results[0], WB_RESULT_ABSENT, "the target does not have it");
        return WB_OK;
    }
    if (resp->status >= 200 && resp->status < 300)
        return read_found(call, resp->body, out, err);
    rc = webhook_refusal(call, resp, out, err);
    if (rc == WB_REJECT) /* a question that is refused does not answer: the record stays unknown */
        wb_result_set(&out->results[0], WB_RESULT_PARK, "the probe was refused (HTTP %d)",
                      resp->status);
    return rc == WB_REJECT ? WB_OK : rc;
}
