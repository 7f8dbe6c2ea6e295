/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lwa - the token service: POST /auth/o2/token, form-encoded
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/systems/amazon/seller.h"

#include <stdio.h>

static const char *const scopes[] = {
    "sellingpartnerapi::notifications",
    "sellingpartnerapi::client_credential:rotation",
};

/* A field of the form, in the buffer that outlives the whole request. */
static wb_view
field(const wb_sim_visit *visit, const char *name, char *dst, size_t size)
{
    wb_buf *scratch = &visit->sim->scratch;

    wb_buf_clear(scratch);
    wb_view text = wb_sim_query(visit->request->body, name, scratch);

    if (!text.data || text.len >= size)
        return (wb_view){NULL, 0};
    (void)snprintf(dst, size, "%.*s", WB_VIEW_ARG(text));
    return (wb_view){dst, text.len};
}

static const wb_sim_seller *
client_of(const wb_sim_amazon *amazon, wb_view client_id, wb_view client_secret)
{
    for (size_t i = 0; i < amazon->seller_count; i++) {
        const wb_sim_seller *seller = &amazon->sellers[i];
        if (wb_view_is(client_id, seller->client_id))
            return wb_view_is(client_secret, seller->client_secret) ? seller : NULL;
    }
    return NULL;
}

static void
answer_token(const wb_sim_visit *visit, const wb_sim_seller *seller, wb_view refresh_token)
{
    const wb_sim_amazon *amazon = wb_sim_amazon_of(visit);
    int64_t ttl_ms = amazon->conf->token_ttl;
    wb_buf *body = &visit->sim->body;

    wb_buf_clear(body);
    wb_buf_add_text(body, "{\"access_token\":\"");
    wb_sim_token_write(amazon, seller, wb_now_utc_us() + ttl_ms * WB_US_PER_MS, body);
    if (refresh_token.data)
        wb_buf_addf(body, "\",\"refresh_token\":\"%.*s", WB_VIEW_ARG(refresh_token));
    wb_buf_addf(body, "\",\"token_type\":\"bearer\",\"expires_in\":%lld}",
                (long long)(ttl_ms / WB_MS_PER_S));
    wb_sim_answer_json(visit->conn, 200, wb_buf_view(body));
}

static bool
scope_known(wb_view scope)
{
    for (size_t i = 0; i < WB_COUNT(scopes); i++)
        if (wb_view_is(scope, scopes[i]))
            return true;
    return false;
}

static void
refresh(const wb_sim_visit *visit, const wb_sim_seller *client)
{
    char token[64];
    wb_view refresh_token = field(visit, "refresh_token", token, sizeof token);
    const wb_sim_seller *seller =
        wb_sim_seller_by_refresh_token(wb_sim_amazon_of(visit), refresh_token);

    if (seller && seller == client && !seller->account->revoked) {
        answer_token(visit, seller, refresh_token);
        return;
    }
    wb_sim_refuse(visit, 400, refresh_token.data ? "invalid_grant" : "invalid_request",
                  "The request has an invalid grant parameter : refresh_token.");
}

static void
grantless(const wb_sim_visit *visit, const wb_sim_seller *client)
{
    char scope[64];

    if (scope_known(field(visit, "scope", scope, sizeof scope)))
        answer_token(visit, client, (wb_view){NULL, 0});
    else
        wb_sim_refuse(visit, 400, "invalid_scope", "The scope is invalid.");
}

void
wb_sim_on_token(wb_sim_visit *visit)
{
    char id[80], secret[80], grant[40];

    if (wb_sim_begin(visit, WB_SIM_OP_TOKEN))
        return;
    wb_view grant_type = field(visit, "grant_type", grant, sizeof grant);
    wb_view client_id = field(visit, "client_id", id, sizeof id);
    wb_view client_secret = field(visit, "client_secret", secret, sizeof secret);
    const wb_sim_seller *client = client_of(wb_sim_amazon_of(visit), client_id, client_secret);
    if (!grant_type.data || !client_id.data)
        wb_sim_refuse(visit, 400, "invalid_request",
                      "The request is missing a required parameter.");
    else if (!client)
        wb_sim_refuse(visit, 401, "invalid_client", "Client authentication failed");
    else if (wb_view_is(grant_type, "refresh_token"))
        refresh(visit, client);
    else if (wb_view_is(grant_type, "client_credentials"))
        grantless(visit, client);
    else
        wb_sim_refuse(visit, 400, "unsupported_grant_type", "The grant type is not supported.");
}
