/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tokens - what opens the reports: an access token for an hour, by a grant that each answer
 * replaces
 *
 *   POST /token   {"grant": TEXT}
 *       {"token", "expires_in", "grant", "grant_expires_in"}; 400: the grant is none (any more)
 *
 * The first grant of an account is "sample-grant-ACCOUNT", the next ones have "-N" behind it. The
 * last one that was replaced is still taken, for an answer may be lost.
 */
#include "tools/sim/systems/sample/sample.h"

#include "protocol/base/own.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_LEN 128
#define TOKEN_S 3600

struct wb_sim_sample_tokens {
    uint64_t *given; /* of each seller */
};

wb_sim_sample_tokens *
wb_sim_sample_tokens_new(const wb_sim_part *part)
{
    wb_sim_sample_tokens *self = wb_alloc(sizeof *self);

    self->given = wb_alloc((part->account_count + 1) * sizeof *self->given);
    return self;
}

void
wb_sim_sample_tokens_destroy(wb_sim_sample_tokens **self_p)
{
    wb_sim_sample_tokens *self = wb_take(self_p);

    wb_free(&self->given);
    wb_free(&self);
}

/* The grant, or the token, with that number. */
static void
name_of(char dst[NAME_MAX_LEN], const char *head, unsigned seller, uint64_t number)
{
    if (number)
        (void)snprintf(dst, NAME_MAX_LEN, "%s%u-%llu", head, seller, (unsigned long long)number);
    else
        (void)snprintf(dst, NAME_MAX_LEN, "%s%u", head, seller);
}

/* One of the last two. */
static bool
is_one(const wb_sim_sample_tokens *self, const char *head, unsigned seller, wb_view text)
{
    uint64_t given = self->given[seller];
    char name[NAME_MAX_LEN];

    name_of(name, head, seller, given);
    if (wb_view_is(text, name))
        return true;
    name_of(name, head, seller, given ? given - 1 : 0);
    return wb_view_is(text, name);
}

bool
wb_sim_sample_token_good(const wb_sim_visit *visit, wb_view token)
{
    const wb_sim_account *seller = wb_sim_sample_seller(visit);
    const wb_sim_sample_state *state = visit->part->state;

    return seller && state->tokens->given[seller->number] &&
           is_one(state->tokens, WB_SIM_SAMPLE_ACCESS, seller->number, token);
}

void
wb_sim_sample_on_token(wb_sim_visit *visit)
{
    wb_sim_sample_tokens *self = ((wb_sim_sample_state *)visit->part->state)->tokens;
    const wb_sim_sample_conf *conf = visit->part->conf;
    const wb_sim_account *seller = wb_sim_sample_seller(visit);
    char token[NAME_MAX_LEN], next[NAME_MAX_LEN];
    wb_sim *sim = visit->sim;
    wb_view grant = {NULL, 0};

    if (wb_sim_begin(visit, WB_SIM_SAMPLE_TOKEN))
        return;
    if (!seller || seller->revoked || wb_json_parse(sim->json, visit->request->body, NULL) ||
        wb_json_text(sim->json, wb_json_get(sim->json, 0, "grant"), &grant, "grant", NULL) ||
        !is_one(self, WB_SIM_SAMPLE_GRANT, seller->number, grant)) {
        sim->unauthorized++;
        wb_sim_refuse(visit, 400, "grant", "the grant is none");
        return;
    }
    self->given[seller->number]++;
    name_of(token, WB_SIM_SAMPLE_ACCESS, seller->number, self->given[seller->number]);
    name_of(next, WB_SIM_SAMPLE_GRANT, seller->number, self->given[seller->number]);
    wb_buf_clear(&sim->body);
    wb_buf_addf(&sim->body,
                "{\"token\":\"%s\",\"expires_in\":%d,\"grant\":\"%s\",\"grant_expires_in\":%lld}",
                token, TOKEN_S, next, (long long)(conf->sample_grant / 1000));
    wb_sim_answer_json(visit->conn, 200, wb_buf_view(&sim->body));
}
