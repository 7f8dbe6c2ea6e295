/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lwa - the token service: POST /auth/o2/token, form-encoded
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/systems/amazon/account.h"

#include <stdio.h>

static const char *const scopes[] = {
    "sellingpartnerapi::notifications",
    "sellingpartnerapi::client_credential:rotation",
};

/* A field of the form, in the buffer that outlives the whole request. */
static wb_view
field(wb_sim *sim, const wb_sim_request *request, const char *name, char *dst, size_t size)
{
    wb_buf_clear(&sim->scratch);
    wb_view text = wb_sim_query(request->body, name, &sim->scratch);

    if (!text.data || text.len >= size)
        return (wb_view){NULL, 0};
    (void)snprintf(dst, size, "%.*s", WB_VIEW_ARG(text));
    return (wb_view){dst, text.len};
}

static const wb_sim_account *
client_of(const wb_sim *sim, wb_view client_id, wb_view client_secret)
{
    for (int64_t i = 0; i < sim->conf.accounts; i++)
        if (wb_view_is(client_id, sim->accounts[i].client_id))
            return wb_view_is(client_secret, sim->accounts[i].client_secret) ? &sim->accounts[i]
                                                                             : NULL;
    return NULL;
}

static void
answer_token(wb_sim *sim, wb_sim_conn *conn, const wb_sim_account *account, wb_view refresh_token)
{
    int64_t ttl_s = sim->conf.token_ttl / WB_MS_PER_S;

    wb_buf_clear(&sim->body);
    wb_buf_add_text(&sim->body, "{\"access_token\":\"");
    wb_sim_token_write(sim, account, wb_now_utc_us() + sim->conf.token_ttl * WB_US_PER_MS,
                       &sim->body);
    if (refresh_token.data)
        wb_buf_addf(&sim->body, "\",\"refresh_token\":\"%.*s", WB_VIEW_ARG(refresh_token));
    wb_buf_addf(&sim->body, "\",\"token_type\":\"bearer\",\"expires_in\":%lld}", (long long)ttl_s);
    wb_sim_answer_json(conn, 200, wb_buf_view(&sim->body));
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
refresh(wb_sim *sim, wb_sim_conn *conn, const wb_sim_request *request, const wb_sim_account *client)
{
    char token[64];
    wb_view refresh_token = field(sim, request, "refresh_token", token, sizeof token);
    const wb_sim_account *account = wb_sim_account_by_refresh_token(sim, refresh_token);

    if (account && account == client && !account->revoked) {
        answer_token(sim, conn, account, refresh_token);
        return;
    }
    wb_sim_refuse(sim, conn, WB_SIM_AT_LWA, 400,
                  refresh_token.data ? "invalid_grant" : "invalid_request",
                  "The request has an invalid grant parameter : refresh_token.");
}

static void
grantless(wb_sim *sim, wb_sim_conn *conn, const wb_sim_request *request,
          const wb_sim_account *client)
{
    char scope[64];

    if (scope_known(field(sim, request, "scope", scope, sizeof scope)))
        answer_token(sim, conn, client, (wb_view){NULL, 0});
    else
        wb_sim_refuse(sim, conn, WB_SIM_AT_LWA, 400, "invalid_scope", "The scope is invalid.");
}

void
wb_sim_on_token(void *arg, wb_sim_conn *conn, const wb_sim_request *request)
{
    wb_sim *sim = arg;
    char id[80], secret[80], grant[40];

    if (wb_sim_begin(sim, conn, WB_SIM_OP_TOKEN))
        return;
    wb_view grant_type = field(sim, request, "grant_type", grant, sizeof grant);
    wb_view client_id = field(sim, request, "client_id", id, sizeof id);
    wb_view client_secret = field(sim, request, "client_secret", secret, sizeof secret);
    const wb_sim_account *client = client_of(sim, client_id, client_secret);
    if (!grant_type.data || !client_id.data)
        wb_sim_refuse(sim, conn, WB_SIM_AT_LWA, 400, "invalid_request",
                      "The request is missing a required parameter.");
    else if (!client)
        wb_sim_refuse(sim, conn, WB_SIM_AT_LWA, 401, "invalid_client",
                      "Client authentication failed");
    else if (wb_view_is(grant_type, "refresh_token"))
        refresh(sim, conn, request, client);
    else if (wb_view_is(grant_type, "client_credentials"))
        grantless(sim, conn, request, client);
    else
        wb_sim_refuse(sim, conn, WB_SIM_AT_LWA, 400, "unsupported_grant_type",
                      "The grant type is not supported.");
}
