/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dry - the request of a call without sending it: as a person may see it, and as a digest
 */
#include "actors/runtime/outside/exchange.h"
#include "actors/runtime/outside/make.h"
#include "actors/runtime/outside/redact.h"
#include "protocol/base/own.h"
#include "protocol/digest.h"

/* A body may have secrets in it only where the connector says so: there what is text is shown
 * without them. */
static void
show_body(const wb_account *account, wb_view token, const wb_buf *body, wb_buf *out)
{
    WB_AUTO(wb_free) char *shown = NULL;

    wb_buf_add_char(out, '\n');
    if (account->connector->secret_body) {
        shown = wb_text_dup_len(body->data, body->len);
        wb_redact_secrets(shown, account, token);
        wb_buf_add_text(out, shown);
    } else {
        wb_buf_add_view(out, wb_buf_view(body));
    }
    wb_buf_add_char(out, '\n');
}

wb_rc
wb_exchange_dry(wb_account *account, wb_call *call, wb_view token, wb_buf *out, wb_err *err)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_request_fini) wb_request request = {0};
    wb_rc rc;

    wb_request_init(&request);
    wb_exchange_fill(account, call, json);
    rc = wb_exchange_make(account, call, token, &request, err);
    call->json = NULL;
    if (rc)
        return rc;
    wb_buf_addf(out, "%s %.*s%s\n", request.method, WB_VIEW_ARG(wb_request_show_url(&request)),
                wb_request_show_url(&request).len < request.url.len ? "***" : "");
    for (size_t i = 0; i < request.header_count; i++) {
        const wb_header *header = &request.headers[i];

        wb_buf_addf(out, "%s: ", header->name);
        if (!header->secret)
            wb_buf_add_view(out, header->value);
        else
            wb_buf_add_view(out, header->shown.len ? header->shown : WB_VIEW_LIT("***"));
        wb_buf_add_char(out, '\n');
    }
    if (request.body.len)
        show_body(account, token, &request.body, out);
    return wb_buf_check(out, "request", err);
}

static void
add_part(wb_buf *out, wb_view part)
{
    wb_buf_addf(out, "%zu:", part.len);
    wb_buf_add_view(out, part);
}

wb_rc
wb_exchange_digest(wb_account *account, wb_call *call, int64_t at_utc_us, uint8_t *out, wb_err *err)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_request_fini) wb_request request = {0};
    WB_AUTO(wb_buf_fini) wb_buf all = {0};
    wb_rc rc;

    wb_request_init(&request);
    wb_buf_init(&all, 2 * WB_BODY_MAX);
    wb_exchange_fill(account, call, json);
    call->now_utc_us = at_utc_us;
    rc = call->op->build(call, &request, err);
    call->json = NULL;
    if (rc)
        return rc;
    wb_buf_addf(&all, "%s %s ", call->op->name, request.method);
    add_part(&all, wb_buf_view(&request.url));
    for (size_t i = 0; i < request.header_count; i++) {
        add_part(&all, wb_view_of(request.headers[i].name));
        add_part(&all, request.headers[i].value);
    }
    add_part(&all, wb_buf_view(&request.body));
    wb_sha256(out, wb_buf_view(&all));
    return wb_buf_check(&all, "request", err);
}
