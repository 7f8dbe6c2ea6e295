/* SPDX-License-Identifier: Apache-2.0 */
/*
 * results - an outcome for each record, as the receiver's answer tells it
 *
 *   {"results": [{"key": ..., "status": done|unchanged|retry|refused|unmet, "reason": ...,
 *                 "id": ...}]}
 *
 * A record that the answer does not name, or whose status is another word, is unknown. An answer
 * to one record may leave the key out.
 */
#include "actors/connectors/webhook/webhook.h"

#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

static const struct {
    const char *word;
    wb_result_code code;
} words[] = {
    {"done",      WB_RESULT_DONE     },
    {"unchanged", WB_RESULT_UNCHANGED},
    {"retry",     WB_RESULT_RETRY    },
    {"refused",   WB_RESULT_PARK     },
    {"unmet",     WB_RESULT_PARK     }, /* its reason begins with
  WB_REASON_UNMET */
};

static wb_result *
find_result(const wb_call *call, wb_view key, wb_outcomes *out)
{
    if (!key.len)
        return call->item_count == 1 ? &out->results[0] : NULL;
    for (size_t i = 0; i < call->item_count; i++)
        if (wb_view_eq(call->items[i].env->record, key))
            return &out->results[i];
    return NULL; /* of a record that was not sent: nothing to us */
}

static wb_rc
text_of(wb_json *json, wb_json_ref ref, const char *name, wb_view *out)
{
    return wb_json_text(json, wb_json_get(json, ref, name), out, name, NULL);
}

static void
set_result(wb_result *result, wb_view status, wb_view reason, wb_view id)
{
    char word[32], why[120];

    for (size_t i = 0; i < WB_COUNT(words); i++)
        if (wb_view_is(status, words[i].word)) {
            wb_text_tame(why, sizeof why, reason);
            wb_result_set(result, words[i].code, "%s%s%s", words[i].word, *why ? ": " : "", why);
            result->remote_id = id;
            return;
        }
    wb_text_tame(word, sizeof word, status);
    wb_result_set(result, WB_RESULT_UNKNOWN, "the answer says '%s'", word);
}

static void
read_one(const wb_call *call, wb_json_ref ref, wb_outcomes *out)
{
    wb_view key = {NULL, 0}, status = {NULL, 0}, reason = {NULL, 0}, id = {NULL, 0};
    wb_json *json = call->json;
    wb_result *result;

    if (text_of(json, ref, "key", &key) || text_of(json, ref, "status", &status))
        return; /* not in our form: whoever it was about stays unknown */
    wb_answer_text(json, wb_answer_member(json, ref, "reason"), &reason, "reason");
    wb_answer_code(json, wb_answer_member(json, ref, "id"), &id, "id");
    result = find_result(call, key, out);
    if (!result || result->code != WB_RESULT_NONE)
        return; /* the first word counts */
    set_result(result, status, reason, wb_outcomes_keep(out, id));
}

wb_rc
webhook_results(const wb_call *call, wb_view body, wb_outcomes *out, wb_err *err)
{
    wb_json *json = call->json;
    wb_json_ref list;

    if (wb_json_parse_answer(json, body, err))
        return wb_note(err, WB_REJECT, "the answer is unreadable");
    list = wb_json_get(json, 0, "results");
    if (wb_json_kind(json, list) != WB_JSON_ARRAY)
        return wb_fail(err, WB_REJECT, "the answer has no list of results");
    if (wb_json_check(json, err))
        return wb_note(err, WB_REJECT, "the answer is unreadable");
    wb_outcomes_reserve(out, body.len);
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        read_one(call, at, out);
    for (size_t i = 0; i < out->result_count; i++)
        if (out->results[i].code == WB_RESULT_NONE)
            wb_result_set(&out->results[i], WB_RESULT_UNKNOWN,
                          "the answer says nothing about this record");
    return WB_OK;
}
