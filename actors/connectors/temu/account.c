/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account - is this account served, and what does Temu tell of it?
 *
 *   bg.open.accesstoken.info.get   {"mallId": ID, "regionId": ID, "expiredTime": SECONDS,
 *                                   "apiScopeList": [INTERFACE, ...], ...}
 *
 * A token that is good, of another shop than the one that is configured, is refused here. When it
 * ends nothing renews it: the seller has to authorise again.
 */
#include "actors/connectors/temu/temu.h"

#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/text.h"

#define REPAIRED_MAX 3 /* bytes that stand for one that is none of a text */

wb_rc
temu_ask_build(const wb_call *call, wb_request *out, wb_err *err)
{
    wb_json_writer writer;

    temu_begin(call, "bg.open.accesstoken.info.get", out, &writer);
    return temu_end(out, &writer, err);
}

/* One text of them, in the arena; what is no interface's name is left out. */
static wb_view
keep_scopes(wb_json *json, wb_json_ref list, wb_outcomes *out)
{
    size_t start = out->arena.len;

    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view scope = {NULL, 0};

        wb_answer_text(json, at, &scope, "apiScopeList");
        if (!scope.len)
            continue;
        if (out->arena.len > start)
            wb_outcomes_keep(out, WB_VIEW_LIT(" "));
        wb_outcomes_keep(out, scope);
    }
    return (wb_view){out->arena.data + start, out->arena.len - start};
}

static wb_view
keep_id(wb_json *json, wb_json_ref body, const char *name, wb_outcomes *out)
{
    wb_view id = {NULL, 0};

    temu_answer_id(json, wb_answer_member(json, body, name), &id, name);
    return wb_outcomes_keep(out, id);
}

wb_rc
temu_ask_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    const temu_options *options = call->options;
    wb_json *json = call->json;
    wb_account_word *word = &out->word;
    wb_json_ref body;
    wb_rc rc = temu_result(call, resp, out, &body, err);

    if (rc)
        return rc;
    if (wb_json_kind(json, body) != WB_JSON_OBJECT)
        return wb_fail(err, WB_RETRY, "%s: the answer tells nothing of the account",
                       call->op->name);
    wb_outcomes_reserve(out, REPAIRED_MAX * (resp->body.len + 1));
    word->shop = keep_id(json, body, "mallId", out);
    word->region = keep_id(json, body, "regionId", out);
    word->scopes = keep_scopes(json, wb_answer_member(json, body, "apiScopeList"), out);
    temu_answer_seconds(json, wb_answer_member(json, body, "expiredTime"), &word->expires_utc_us,
                        "expiredTime");
    if (!options->mall_id || !*options->mall_id || !word->shop.len ||
        wb_view_is(word->shop, options->mall_id))
        return WB_OK;
    out->trouble = WB_TROUBLE_SHOP;
    return wb_fail(err, WB_SUSPEND, "%s: access_token is of another shop than mall_id says",
                   call->op->name);
}
