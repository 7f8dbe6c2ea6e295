/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seller - the sellers of this world, by what they show
 */
#include "tools/sim/systems/amazon/seller.h"

#include "protocol/base/clock.h"
#include "protocol/base/text.h"

#include <stdio.h>
#include <string.h>

#define ACCESS_KEY "AKIASIM"
#define REFRESH_TOKEN "Atzr|sim-"
#define ACCESS_TOKEN "Atza|sim-"

void
wb_sim_seller_init(wb_sim_seller *self, wb_sim_account *account)
{
    unsigned number = account->number;

    self->account = account;
    (void)snprintf(self->access_key, sizeof self->access_key, ACCESS_KEY "%u", number);
    (void)snprintf(self->secret_key, sizeof self->secret_key, "sim-secret-%u", number);
    (void)snprintf(self->session_token, sizeof self->session_token, "sim-session-%u", number);
    (void)snprintf(self->client_id, sizeof self->client_id, "amzn1.application-oa2-client.sim%u",
                   number);
    (void)snprintf(self->client_secret, sizeof self->client_secret, "sim-client-%u", number);
    (void)snprintf(self->refresh_token, sizeof self->refresh_token, REFRESH_TOKEN "%u", number);
    (void)snprintf(self->seller_id, sizeof self->seller_id, "ASIM%06u", number - 1);
    (void)snprintf(self->queue, sizeof self->queue, "q%u", number);
}

static wb_sim_seller *
numbered(const wb_sim_amazon *amazon, wb_view text, const char *prefix)
{
    size_t len = strlen(prefix);
    uint64_t number = 0;

    if (text.len <= len || memcmp(text.data, prefix, len) != 0 ||
        wb_text_uint(&number, (wb_view){text.data + len, text.len - len}, NULL) || number < 1 ||
        number > amazon->seller_count)
        return NULL;
    return &amazon->sellers[number - 1];
}

wb_sim_seller *
wb_sim_seller_by_access_key(const wb_sim_amazon *amazon, wb_view access_key)
{
    return numbered(amazon, access_key, ACCESS_KEY);
}

wb_sim_seller *
wb_sim_seller_by_refresh_token(const wb_sim_amazon *amazon, wb_view refresh_token)
{
    return numbered(amazon, refresh_token, REFRESH_TOKEN);
}

static uint64_t
seal_of(const wb_sim_amazon *amazon, uint64_t number, uint64_t expires_utc_us)
{
    uint64_t parts[2] = {number, expires_utc_us};

    return wb_hash64(parts, sizeof parts, (uint64_t)amazon->part->sim->conf.seed + 4711);
}

void
wb_sim_token_write(const wb_sim_amazon *amazon, const wb_sim_seller *seller, int64_t expires_utc_us,
                   wb_buf *out)
{
    uint64_t number = seller->account->number;

    wb_buf_addf(out, ACCESS_TOKEN "%llu-%llu-%llu", (unsigned long long)number,
                (unsigned long long)expires_utc_us,
                (unsigned long long)seal_of(amazon, number, (uint64_t)expires_utc_us));
}

/* The three numbers of a token. */
static bool
token_parts(wb_view token, uint64_t parts[3])
{
    const char *at = token.data + sizeof ACCESS_TOKEN - 1, *end = token.data + token.len;

    if (token.len < sizeof ACCESS_TOKEN ||
        memcmp(token.data, ACCESS_TOKEN, strlen(ACCESS_TOKEN)) != 0)
        return false;
    for (int i = 0; i < 3; i++) {
        const char *dash = at < end ? memchr(at, '-', (size_t)(end - at)) : NULL;
        const char *stop = i < 2 ? dash : end;
        if (!stop || wb_text_uint(&parts[i], (wb_view){at, (size_t)(stop - at)}, NULL))
            return false;
        at = stop + 1;
    }
    return true;
}

static wb_sim_token
read_token(const wb_sim_amazon *amazon, wb_view token, wb_sim_seller **out)
{
    uint64_t parts[3];

    if (!token_parts(token, parts) || parts[0] < 1 || parts[0] > amazon->seller_count ||
        parts[2] != seal_of(amazon, parts[0], parts[1]))
        return WB_SIM_TOKEN_BAD;
    if ((int64_t)parts[1] < wb_now_utc_us())
        return WB_SIM_TOKEN_EXPIRED;
    *out = &amazon->sellers[parts[0] - 1];
    return WB_SIM_TOKEN_GOOD;
}

static wb_sim_account *
token_check(const wb_sim_visit *visit)
{
    const wb_sim_amazon *amazon = wb_sim_amazon_of(visit);
    wb_view token = wb_sim_request_header(visit->request, "x-amz-access-token");
    wb_sim_seller *seller = NULL;

    if (!visit->sim->conf.auth)
        return amazon->sellers[0].account;
    wb_sim_token found = read_token(amazon, token, &seller);
    if (found == WB_SIM_TOKEN_GOOD && !seller->account->revoked &&
        !wb_sim_strikes(visit->part, WB_SIM_FAULT_TOKEN, WB_SIM_AT_ORDERS))
        return seller->account;
    visit->sim->unauthorized++;
    if (!token.data)
        wb_sim_refuse(visit, 401, "Unauthorized", "Access token is missing in the request header.");
    else if (found == WB_SIM_TOKEN_EXPIRED)
        wb_sim_refuse(visit, 403, "Unauthorized", "The access token you provided has expired.");
    else
        wb_sim_refuse(visit, 403, "Unauthorized", "Access to requested resource is denied.");
    return NULL;
}

wb_sim_account *
wb_sim_seller_enter(wb_sim_visit *visit, int op)
{
    if (wb_sim_begin(visit, op))
        return NULL;
    wb_sim_account *account = token_check(visit);
    return account && wb_sim_allow(visit, account, 1) ? account : NULL;
}

wb_view
wb_sim_limit_header(const wb_sim_visit *visit, char *dst, size_t size)
{
    int64_t rate_micro = wb_sim_rate_micro(visit);

    /* Unlimited has to be told too: a client keeps the published rate until it learns another. */
    if (!visit->sim->rate_scale_micro)
        return WB_VIEW_LIT("x-amzn-RateLimit-Limit: 1000000.0\r\n");
    int len = snprintf(dst, size, "x-amzn-RateLimit-Limit: %lld.%06lld\r\n",
                       (long long)(rate_micro / 1000000), (long long)(rate_micro % 1000000));
    return (wb_view){dst, (size_t)len};
}
