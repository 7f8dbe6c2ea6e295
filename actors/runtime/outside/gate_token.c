/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate_token - access tokens, asked of the keeper once for all who wait
 */
#include <string.h>

#include "actors/runtime/outside/inside.h"
#include "protocol/base/own.h"
#include "protocol/keep.h"

#define TOKEN_CALL_MS 30000  /* the keeper may have to ask the vendor */
#define TOKEN_AGAIN_MS 500   /* after a keeper that did not answer */
#define TOKEN_AHEAD_MS 30000 /* asked for before it ends: the keeper renews earlier than that */
#define TOKEN_LOOK_MS 1000   /* ... and not again and again while the keeper has the same one */

void
wb_gate_scope(const wb_account *account, const wb_op *op, wb_buf *out)
{
    wb_buf_add_text(out, account->connector->name);
    wb_buf_add_char(out, ':');
    if (account->connector->scope)
        account->connector->scope(account->options, op, out);
    else
        wb_buf_add_view(out, account->key_view);
}

static const wb_op *
token_op(const wb_account *account, const wb_op *op)
{
    const wb_connector *connector = account->connector;

    if (connector->token_op)
        return wb_connector_op(connector, connector->token_op(account->options, op));
    for (const wb_op *row = connector->ops; row && row->name; row++)
        if (row->verb == WB_VERB_TOKEN)
            return row;
    return NULL;
}

gate_token *
gate_token_of(wb_gate *self, wb_account *account, const wb_op *op)
{
    const wb_op *by = token_op(account, op);
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    gate_token *token;
    size_t scope_len;

    wb_buf_init(&key, 4096);
    if (!by)
        return NULL;
    wb_gate_scope(account, by, &key);
    scope_len = key.len;
    wb_buf_addf(&key, "#%s", by->name);
    token = wb_map_find(self->tokens, wb_buf_view(&key));
    if (token)
        return token;
    token = wb_alloc(sizeof *token);
    token->gate = self;
    token->scope = wb_text_dup_len(key.data, scope_len);
    token->op = by;
    token->account = account;
    wb_buf_init(&token->token, WB_HTTP_HEADER_MAX);
    wb_list_init(&token->renewals);
    wb_map_put(self->tokens, wb_buf_view(&key), token);
    return token;
}

static void
tell_renewals(gate_token *self, wb_rc rc, const char *why)
{
    wb_link waiting, *link;

    if (wb_list_empty(&self->renewals))
        return;
    /* those that wait anew in the course of this are not told twice */
    waiting = self->renewals;
    waiting.next->prev = &waiting;
    waiting.prev->next = &waiting;
    wb_list_init(&self->renewals);
    while ((link = wb_list_pop(&waiting))) {
        wb_gate_renewal *renewal = WB_CONTAINER(link, wb_gate_renewal, link);

        renewal->ready(renewal->arg, rc, why);
    }
}

/* Everybody who uses this token may go on, or is stopped with it. */
static void
tell_lines(gate_token *self, wb_rc rc, const char *why)
{
    gate_line *line;

    for (size_t at = 0; (line = wb_map_next(self->gate->lines, &at, NULL));) {
        if (line->token != self)
            continue;
        if (rc == WB_SUSPEND && line->waited)
            wb_gate_suspend(self->gate, line->account, why);
        gate_kick(line);
    }
}

static void
take_answer(gate_token *self, const wb_keep *keep)
{
    wb_err err = {0};
    int64_t now_ms = wb_loop_now_ms(self->gate->loop);

    if (keep->rc || !keep->token.len) {
        wb_rc rc = keep->rc == WB_SUSPEND ? WB_SUSPEND : WB_RETRY;

        self->next_ms = now_ms + (keep->wait_ms > TOKEN_AGAIN_MS ? keep->wait_ms : TOKEN_AGAIN_MS);
        wb_fail(&err, rc, "%.*s", WB_VIEW_ARG(keep->why));
        tell_lines(self, rc, err.text);
        tell_renewals(self, rc, err.text);
        return;
    }
    wb_buf_clear(&self->token);
    wb_buf_add_view(&self->token, keep->token);
    self->generation = keep->generation;
    self->expires_ms = now_ms + keep->ttl_ms;
    self->next_ms = 0;
    self->ahead_ms = keep->ttl_ms / 4 < TOKEN_AHEAD_MS ? keep->ttl_ms / 4 : TOKEN_AHEAD_MS;
    tell_lines(self, WB_OK, NULL);
    tell_renewals(self, WB_OK, NULL);
}

static void
on_answer(void *arg, const wb_envelope *reply, wb_rc rc)
{
    gate_token *self = arg;
    wb_keep keep = {.rc = WB_RETRY, .why = WB_VIEW_LIT("the keeper does not answer")};
    wb_err err = {0};

    self->call = 0;
    if (!rc && wb_keep_decode(&keep, reply->body, &err))
        keep = (wb_keep){.rc = WB_RETRY, .why = WB_VIEW_LIT("the keeper's answer is unreadable")};
    take_answer(self, &keep);
}

static void
ask(gate_token *self)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_keep keep = {.scope = wb_view_of(self->scope),
                    .account = self->account->key_view,
                    .op = wb_view_of(self->op->name),
                    .failed = self->failed};
    wb_call_spec spec = {
        .stage = WB_STAGE_KEEP, .kind = WB_KIND_CALL_TOKEN, .timeout_ms = TOKEN_CALL_MS};
    wb_err err = {0};

    wb_buf_init(&body, WB_KEEP_MAX);
    if (self->call || !self->gate->lanes || wb_loop_now_ms(self->gate->loop) < self->next_ms)
        return;
    wb_keep_encode(&keep, &body);
    spec.key = keep.scope;
    spec.body = wb_buf_view(&body);
    if (wb_lanes_call(self->gate->lanes, &spec, on_answer, self, &self->call, &err)) {
        self->call = 0;
        self->next_ms = wb_loop_now_ms(self->gate->loop) + TOKEN_AGAIN_MS;
    }
}

static bool
usable(const gate_token *self)
{
    return self->token.len && self->generation > self->failed &&
           wb_loop_now_ms(self->gate->loop) < self->expires_ms;
}

bool
gate_token_ready(gate_token *self, int64_t *until_ms)
{
    int64_t now_ms = wb_loop_now_ms(self->gate->loop);
    bool good = usable(self);

    if (!good) {
        ask(self);
    } else if (now_ms > self->expires_ms - self->ahead_ms && now_ms >= self->look_ms) {
        self->look_ms = now_ms + TOKEN_LOOK_MS;
        ask(self);
    }
    if (!good && !self->call)
        *until_ms = self->next_ms;
    return good;
}

void
gate_token_refused(gate_token *self)
{
    if (self->generation > self->failed)
        self->failed = self->generation;
}

void
gate_token_destroy(gate_token **self_p)
{
    gate_token *self = wb_take(self_p);

    if (!self)
        return;
    if (self->call && self->gate->lanes)
        wb_lanes_call_cancel(self->gate->lanes, self->call);
    while (wb_list_pop(&self->renewals))
        ;
    wb_buf_wipe(&self->token);
    wb_free(&self->scope);
    wb_free(&self);
}

void
wb_gate_renew(wb_gate *self, wb_account *account, const wb_op *op, wb_gate_renewal *renewal)
{
    gate_token *token = gate_token_of(self, account, op);

    if (!token) {
        renewal->ready(renewal->arg, WB_SUSPEND, "this connector gets no tokens");
        return;
    }
    if (renewal->generation > token->failed)
        token->failed = renewal->generation;
    if (usable(token)) { /* somebody else was refused earlier, and it is here already */
        renewal->ready(renewal->arg, WB_OK, NULL);
        return;
    }
    wb_list_append(&token->renewals, &renewal->link);
    ask(token);
    if (!token->call)
        tell_renewals(token, WB_RETRY, "the keeper cannot be asked now");
}

void
wb_gate_renew_cancel(wb_gate_renewal *renewal)
{
    wb_list_remove(&renewal->link);
}
