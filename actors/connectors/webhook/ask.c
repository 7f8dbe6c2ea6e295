/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask - is this account served at all?
 *
 * GET ask_url, with the account's own headers: 2xx it is. Asked when one record was refused and no
 * other is there to tell whether it is the record or the account.
 */
#include "actors/connectors/webhook/webhook.h"

wb_rc
webhook_ask_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const webhook_options *options = call->options;

    if (!options->ask_url || !*options->ask_url)
        return wb_fail(err, WB_REJECT, "this target has no ask_url");
    out->method = "GET";
    out->template = "{ask_url}";
    wb_buf_add_text(&out->url, options->ask_url);
    wb_request_header(out, "Accept", WB_VIEW_LIT("application/json"), false);
    wb_request_header(out, "User-Agent", WB_VIEW_LIT("waybill/" WB_VERSION), false);
    webhook_own_headers(options, out);
    return wb_request_check(out, err);
}

wb_rc
webhook_ask_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    if (resp->status >= 200 && resp->status < 300)
        return WB_OK;
    return webhook_refusal(call, resp, out, err);
}
