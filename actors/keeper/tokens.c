/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tokens - access tokens: one refresh at a time for each scope, kept sealed, renewed before they
 * end
 *
 * Who was refused with a token names its generation; one refresh serves all of them. Generations
 * are times, so that a keeper whose store was lost gives out newer ones than its peers remember. A
 * token is stored before anybody is told of it. What lets us ask may be replaced by each answer
 * (grants.h).
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "actors/keeper/grants.h"
#include "actors/keeper/keeper.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/base/text.h"
#include "storage/vault.h"

#define EARLY_MIN_MS 60000
#define EARLY_MAX_MS 300000
#define USABLE_MS 5000   /* a token that ends sooner is not given out */
#define REFUSED_MS 30000 /* refused credentials are not tried again sooner */
#define RETRY_MIN_MS 1000
#define RETRY_MAX_MS 60000
#define TTL_DEFAULT_MS 3600000
#define DAY_MS INT64_C(86400000)
#define WARN_MS (30 * DAY_MS) /* a person needs some time to authorise again */
#define SECRET_MAX WB_HTTP_HEADER_MAX

typedef struct {
    wb_keeper *owner;
    char *key; /* scope#operation */
    wb_account *account;
    const wb_op *op;
    wb_buf token;
    int64_t generation, expires_ms, ttl_ms;
    int64_t failed; /* the newest generation that somebody was refused with */
    bool loaded, asked, refreshing;
    keeper_grant grant;
    wb_link waiting; /* wb_delivery.link: calls to be answered by the refresh */
    wb_call call;
    wb_timer timer;             /* renewal before the end */
    wb_timer watch;             /* of the grant's end */
    int64_t warned_ms;          /* when it was told last that it is near; 0 = never */
    int64_t retry_ms, pause_ms; /* after a failure */
    wb_rc refused;
    char why[160];
    wb_write write;
    wb_buf fresh;
    int64_t fresh_ttl_ms, fresh_generation;
} keeper_token;

static int64_t
now_of(const keeper_token *self)
{
    return wb_loop_now_ms(wb_ctx_loop(self->owner->ctx));
}

/* --- answers --- */

static void
answer(keeper_token *self, wb_delivery *delivery)
{
    wb_keep keep = {.token = wb_buf_view(&self->token),
                    .generation = self->generation,
                    .ttl_ms = self->expires_ms - now_of(self)};

    self->asked = true;
    wb_keeper_reply(self->owner, &delivery, &keep);
}

static void
refuse(keeper_token *self, wb_delivery *delivery)
{
    int64_t wait_ms = self->retry_ms - now_of(self);
    wb_keep keep = {.rc = self->refused ? self->refused : WB_RETRY,
                    .why = wb_view_of(self->why),
                    .wait_ms = wait_ms > 0 ? wait_ms : RETRY_MIN_MS};

    self->owner->refused++;
    wb_keeper_reply(self->owner, &delivery, &keep);
}

static void
tell_all(keeper_token *self, bool good)
{
    wb_link *link;

    while ((link = wb_list_pop(&self->waiting))) {
        if (good)
            answer(self, WB_CONTAINER(link, wb_delivery, link));
        else
            refuse(self, WB_CONTAINER(link, wb_delivery, link));
    }
}

/* --- the grant's end --- */

/* How long the grant is good still. Below 0: no more; INT64_MAX: nobody told an end. */
static int64_t
grant_left_ms(const keeper_token *self)
{
    if (!self->grant.option || !self->grant.ends_utc_us)
        return INT64_MAX;
    return (self->grant.ends_utc_us - wb_now_utc_us()) / WB_US_PER_MS;
}

/* Tells that it is near, once a day, and looks again when it may be. */
static void
watch_grant(keeper_token *self)
{
    int64_t left_ms = grant_left_ms(self), now_ms = now_of(self), wait_ms = DAY_MS;

    if (left_ms == INT64_MAX)
        return;
    if (left_ms > WARN_MS && left_ms - WARN_MS < wait_ms)
        wait_ms = left_ms - WARN_MS + 1;
    if (left_ms <= WARN_MS && (!self->warned_ms || now_ms - self->warned_ms >= DAY_MS)) {
        char ends[WB_TIME_TEXT_MAX + 1];

        wb_time_text(ends, self->grant.ends_utc_us, false);
        wb_log(WB_WARN, "grant.ends",
               "account=%s ends=%s left_days=%lld do='authorise again and set %s'",
               self->account->key, ends, (long long)(left_ms / DAY_MS), self->grant.option);
        self->warned_ms = now_ms ? now_ms : 1;
        self->owner->grants_told++;
    }
    wb_timer_start(wb_ctx_loop(self->owner->ctx), &self->watch, wait_ms);
}

static void
on_watch(wb_timer *timer, void *arg)
{
    (void)timer;
    watch_grant(arg);
}

/* --- the vault --- */

/* Newer than all that anybody remembers, be it of a former store, or of a clock that was ahead. */
static int64_t
next_generation(const keeper_token *self)
{
    int64_t known = self->failed > self->generation ? self->failed : self->generation;
    int64_t now_us = wb_now_utc_us();

    return known < now_us ? now_us : known + 1;
}

static wb_rc
seal(wb_write *write, wb_txn *txn, wb_err *err)
{
    keeper_token *self = WB_CONTAINER(write, keeper_token, write);
    WB_AUTO(wb_buf_wipe) wb_buf secret = {0};

    self->fresh_generation = next_generation(self);
    wb_rc rc;

    wb_buf_init(&secret, SECRET_MAX + 64);
    wb_pack_array(&secret, 4);
    wb_pack_int(&secret, self->fresh_generation);
    wb_pack_int(&secret, wb_now_utc_us() + self->fresh_ttl_ms * WB_US_PER_MS);
    wb_pack_bytes(&secret, wb_buf_view(&self->fresh));
    wb_pack_int(&secret, self->fresh_ttl_ms);
    rc = wb_vault_put(txn, wb_view_of(self->key), wb_buf_view(&secret), err);
    if (!rc && self->grant.option)
        rc = wb_keeper_grant_store(&self->grant, wb_view_of(self->key), txn, err);
    return rc;
}

static void
arm(keeper_token *self)
{
    wb_rng rng = {.state = (uint64_t)wb_now_us()};
    int64_t early = EARLY_MIN_MS + (int64_t)wb_rng_below(&rng, EARLY_MAX_MS - EARLY_MIN_MS);
    int64_t left = self->expires_ms - now_of(self);

    if (early > self->ttl_ms / 2)
        early = self->ttl_ms / 2;
    wb_timer_start(wb_ctx_loop(self->owner->ctx), &self->timer, left > early ? left - early : 1);
}

static void
sealed(wb_write *write)
{
    keeper_token *self = WB_CONTAINER(write, keeper_token, write);

    wb_kill_point("keeper.stored");
    wb_buf_clear(&self->token);
    wb_buf_add_view(&self->token, wb_buf_view(&self->fresh));
    self->generation = self->fresh_generation;
    self->ttl_ms = self->fresh_ttl_ms;
    self->expires_ms = now_of(self) + self->ttl_ms;
    assert(self->refreshing && self->owner->refreshing > 0);
    self->refreshing = false;
    self->owner->refreshing--;
    self->owner->refreshed++;
    self->retry_ms = self->pause_ms = 0;
    self->refused = WB_OK;
    self->asked = false;
    arm(self);
    watch_grant(self);
    tell_all(self, true);
}

static wb_rc
unpack(keeper_token *self, wb_view secret, wb_err *err)
{
    wb_unpack in;
    uint32_t count = 0;
    int64_t ends_utc_us = 0, left_ms, most_ms = TTL_DEFAULT_MS;
    wb_view token = {NULL, 0};
    wb_rc rc = wb_pack_scan(secret, 8, err);

    wb_unpack_init(&in, secret);
    if (!rc)
        rc = wb_unpack_array(&in, &count, "token", err);
    if (!rc)
        rc = wb_unpack_int(&in, &self->generation, "generation", err);
    if (!rc)
        rc = wb_unpack_int(&in, &ends_utc_us, "end", err);
    if (!rc)
        rc = wb_unpack_bytes(&in, &token, "token", err);
    if (!rc && count > 3) /* a former release did not note it */
        rc = wb_unpack_int(&in, &most_ms, "ttl", err);
    if (rc)
        return rc;
    left_ms = (ends_utc_us - wb_now_utc_us()) / WB_US_PER_MS;
    if (left_ms > most_ms) /* a clock that was turned back: believe no longer than at first */
        left_ms = most_ms;
    wb_buf_add_view(&self->token, token);
    self->ttl_ms = left_ms;
    self->expires_ms = now_of(self) + left_ms;
    return WB_OK;
}

/* What the vault has; sealed by another key, or unreadable: set aside, and as if there were none.
 */
static wb_rc
load(keeper_token *self, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_buf_wipe) wb_buf secret = {0};
    bool found = false, changed = false;
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(self->owner->ctx), false, err);

    wb_buf_init(&secret, SECRET_MAX + 64);
    if (!rc)
        rc = wb_vault_get(txn, wb_view_of(self->key), &secret, &found, err);
    if (rc != WB_FATAL && self->grant.option && !self->grant.value.len &&
        wb_keeper_grant_load(&self->grant, self->account, wb_view_of(self->key), txn, &changed,
                             err))
        rc = WB_FATAL;
    if (rc == WB_FATAL)
        return rc;
    self->loaded = true;
    watch_grant(self);
    if (rc || !found)
        return WB_OK;
    if (unpack(self, wb_buf_view(&secret), err)) {
        self->generation = 0;
        return wb_vault_aside(txn, wb_view_of(self->key), err);
    }
    if (changed) /* somebody gave us another one: what the former let us have is not used */
        wb_buf_clear(&self->token);
    if (self->expires_ms > now_of(self))
        arm(self);
    return WB_OK;
}

/* --- refreshing --- */

static void
failed(keeper_token *self, wb_rc rc, const char *why)
{
    bool refused = rc == WB_SUSPEND || rc == WB_REJECT;

    self->refused = refused ? WB_SUSPEND : WB_RETRY;
    wb_text_tame_words(self->why, sizeof self->why, wb_view_of(why));
    self->pause_ms = self->pause_ms ? self->pause_ms * 2 : RETRY_MIN_MS;
    if (self->pause_ms > RETRY_MAX_MS)
        self->pause_ms = RETRY_MAX_MS;
    self->retry_ms = now_of(self) + (refused ? REFUSED_MS : self->pause_ms);
    assert(self->refreshing && self->owner->refreshing > 0);
    self->refreshing = false;
    self->owner->refreshing--;
    wb_log(WB_WARN, "token.failed", "account=%s operation=%s why='%s' next=retry in_ms=%lld",
           self->account->key, self->op->name, self->why,
           (long long)(self->retry_ms - now_of(self)));
    tell_all(self, false);
}

/* --- the grant has left, and did not after all: stored --- */

typedef struct {
    wb_write write;
    keeper_token *token;
} stayed_write;

static wb_rc
store_grant(const keeper_token *self, wb_txn *txn, wb_err *err)
{
    return wb_keeper_grant_store(&self->grant, wb_view_of(self->key), txn, err);
}

static wb_rc
stayed_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    return store_grant(WB_CONTAINER(write, stayed_write, write)->token, txn, err);
}

static void
stayed_done(wb_write *write)
{
    stayed_write *self = WB_CONTAINER(write, stayed_write, write);

    wb_free(&self);
}

static void
stayed(keeper_token *self)
{
    stayed_write *write;

    if (!self->grant.option || self->grant.doubt)
        return;
    self->grant.left = false;
    write = wb_alloc(sizeof *write);
    write->write = (wb_write){.apply = stayed_apply, .done = stayed_done};
    write->token = self;
    wb_commit_add(wb_ctx_commit(self->owner->ctx), &write->write);
}

/* A refusal, and what a person has to do about it. */
static void
explain(const keeper_token *self, wb_rc rc, const char *why, char out[WB_REASON_MAX])
{
    bool refused = rc == WB_SUSPEND || rc == WB_REJECT;

    if (!self->grant.option || !refused)
        snprintf(out, WB_REASON_MAX, "%.*s", WB_REASON_MAX - 1, why);
    else
        snprintf(out, WB_REASON_MAX, "%.60s%s; authorise again and set %s", why,
                 self->grant.doubt ? "; an answer that may have replaced the grant was lost" : "",
                 self->grant.option);
}

/* A 4xx took nothing away. Any other end may have: the new one may be in an answer that we did not
 * see. */
static void
not_answered(keeper_token *self, const wb_exchange_result *result)
{
    wb_rc rc = result->rc ? result->rc : WB_RETRY;
    char why[WB_REASON_MAX];

    explain(self, rc, result->rc ? result->err->text : "the answer has no token", why);
    if (result->left && !(result->status >= 400 && result->status < 500))
        self->grant.doubt = true;
    stayed(self);
    failed(self, rc, why);
}

static void
on_result(void *arg, const wb_exchange_result *result)
{
    keeper_token *self = arg;
    const wb_outcomes *out = result->out;

    wb_kill_point("keeper.answered");
    if (result->rc || !out->token.len) {
        not_answered(self, result);
        return;
    }
    if (self->grant.option)
        wb_keeper_grant_take(&self->grant, wb_buf_view(&out->grant), out->grant_ttl_ms);
    wb_buf_clear(&self->fresh);
    wb_buf_add_view(&self->fresh, wb_buf_view(&out->token));
    self->fresh_ttl_ms = out->token_ttl_ms > 0 ? out->token_ttl_ms : TTL_DEFAULT_MS;
    self->write = (wb_write){.apply = seal, .done = sealed};
    wb_commit_add(wb_ctx_commit(self->owner->ctx), &self->write);
}

static void
leave(keeper_token *self)
{
    wb_ctx *ctx = self->owner->ctx;
    wb_err err = {0};
    wb_rc rc;

    self->call = (wb_call){.op = self->op};
    if (self->grant.option)
        self->call.grant = wb_buf_view(&self->grant.value);
    rc =
        wb_exchange_start(wb_ctx_exchanger(ctx), self->account, &self->call, on_result, self, &err);
    if (!rc)
        return;
    stayed(self);
    failed(self, rc, err.text);
}

static wb_rc
leaving_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    return store_grant(WB_CONTAINER(write, keeper_token, write), txn, err);
}

static void
leaving_done(wb_write *write)
{
    wb_kill_point("keeper.grant_leaves");
    leave(WB_CONTAINER(write, keeper_token, write));
}

static void
refresh(keeper_token *self)
{
    wb_ctx *ctx = self->owner->ctx;
    int64_t until_ms = 0;
    wb_wait wait;

    if (self->refreshing)
        return;
    self->refreshing = true;
    self->owner->refreshing++;
    wait = wb_gate_enter(wb_ctx_gate(ctx), self->account, self->op, WB_PRIORITY_LIVE, &until_ms);
    if (wait) {
        failed(self, WB_RETRY, wb_wait_means(wait));
        return;
    }
    if (!self->grant.option || self->grant.left) {
        leave(self);
        return;
    }
    self->grant.left = true;
    self->write = (wb_write){.apply = leaving_apply, .done = leaving_done};
    wb_commit_add(wb_ctx_commit(ctx), &self->write);
}

static void
on_timer(wb_timer *timer, void *arg)
{
    keeper_token *self = arg;

    (void)timer;
    if (self->asked) /* nobody used the last one: nobody needs the next */
        refresh(self);
}

/* --- the call --- */

static wb_rc
token_of(wb_keeper *self, const wb_keep *keep, keeper_token **out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    keeper_token *token;
    wb_account *account = NULL;
    const wb_op *op = NULL;
    wb_rc rc;

    wb_buf_init(&key, 4096);
    wb_keeper_key(&key, keep);
    *out = wb_map_find(self->tokens, wb_buf_view(&key));
    if (*out)
        return WB_OK;
    rc = wb_keeper_find(self, keep, &account, &op, err);
    if (!rc && op->verb != WB_VERB_TOKEN)
        return wb_fail(err, WB_REJECT, "%s gets no token", op->name);
    if (rc)
        return rc;
    token = wb_alloc(sizeof *token);
    token->owner = self;
    token->key = wb_text_dup_len(key.data, key.len);
    token->account = account;
    token->op = op;
    token->timer = (wb_timer){.fire = on_timer, .arg = token};
    token->watch = (wb_timer){.fire = on_watch, .arg = token};
    wb_list_init(&token->waiting);
    wb_buf_init(&token->token, SECRET_MAX);
    wb_buf_init(&token->fresh, SECRET_MAX);
    wb_keeper_grant_init(&token->grant, op);
    wb_map_put(self->tokens, wb_buf_view(&key), token);
    *out = token;
    return WB_OK;
}

wb_rc
wb_keeper_grants_load(wb_keeper *self, wb_err *err)
{
    wb_accounts *accounts = wb_ctx_accounts(self->ctx);
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && i < wb_accounts_count(accounts); i++) {
        const wb_account *account = wb_accounts_at(accounts, i);

        for (const wb_op *op = account->connector->ops; !rc && op && op->name; op++) {
            WB_AUTO(wb_buf_fini) wb_buf scope = {0};
            wb_keep keep = {.account = account->key_view, .op = wb_view_of(op->name)};
            keeper_token *token = NULL;

            if (!op->grant)
                continue;
            wb_buf_init(&scope, 4096);
            wb_gate_scope(account, op, &scope);
            keep.scope = wb_buf_view(&scope);
            rc = token_of(self, &keep, &token, err);
            if (!rc && !token->loaded)
                rc = load(token, err);
        }
    }
    return rc;
}

wb_rc
wb_keeper_token(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    wb_keeper *self = wb_ctx_state(ctx);
    keeper_token *token = NULL;
    wb_keep keep;
    wb_rc rc = wb_keep_decode(&keep, delivery->env->body, err);

    if (!rc)
        rc = token_of(self, &keep, &token, err);
    if (!rc && !token->loaded)
        rc = load(token, err);
    if (rc == WB_FATAL)
        return rc;
    if (rc) {
        wb_keep no = {.rc = rc, .why = wb_view_of(err->text)};
        wb_keeper_reply(self, &delivery, &no);
        return WB_OK;
    }
    if (keep.failed > token->failed && keep.failed < INT64_MAX)
        token->failed = keep.failed;
    if (token->token.len && token->generation > keep.failed &&
        token->expires_ms > now_of(token) + USABLE_MS) {
        answer(token, delivery);
        return WB_OK;
    }
    if (!token->refreshing && now_of(token) < token->retry_ms) {
        refuse(token, delivery);
        return WB_OK;
    }
    wb_list_append(&token->waiting, &delivery->link);
    refresh(token);
    return WB_OK;
}

void
wb_keeper_grants_tell(wb_keeper *self, wb_json_writer *out)
{
    keeper_token *token;

    wb_json_put_key(out, "grants");
    wb_json_open(out, '[');
    for (size_t at = 0; (token = wb_map_next(self->tokens, &at, NULL));) {
        if (!token->grant.option)
            continue;
        wb_json_open(out, '{');
        wb_json_member_text(out, "account", token->account->key_view);
        wb_json_member_text(out, "option", wb_view_of(token->grant.option));
        wb_json_member_int(out, "ends_utc_us", token->grant.ends_utc_us);
        wb_json_member_bool(out, "ends_soon", grant_left_ms(token) <= WARN_MS);
        wb_json_member_bool(out, "in_doubt", token->grant.doubt);
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

void
wb_keeper_tokens_fini(wb_keeper *self)
{
    keeper_token *token;
    wb_link *link;

    for (size_t at = 0; (token = wb_map_next(self->tokens, &at, NULL));) {
        wb_timer_stop(wb_ctx_loop(self->ctx), &token->timer);
        wb_timer_stop(wb_ctx_loop(self->ctx), &token->watch);
        while ((link = wb_list_pop(&token->waiting))) {
            wb_delivery *delivery = WB_CONTAINER(link, wb_delivery, link);

            wb_delivery_drop(wb_ctx_lanes(self->ctx), &delivery);
        }
        wb_buf_wipe(&token->token);
        wb_buf_wipe(&token->fresh);
        wb_keeper_grant_fini(&token->grant);
        wb_free(&token->key);
        wb_free(&token);
    }
    wb_map_destroy(&self->tokens);
}
