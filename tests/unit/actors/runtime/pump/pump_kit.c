/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/folder.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"

wb_link kit_requests;
size_t kit_request_count, kit_dropped, kit_marks_sent, kit_reply_count, kit_room;
wb_buf kit_last_reply;
bool kit_stores_soon;
wb_outcome kit_outcome[KIT_MESSAGES_MAX];
size_t kit_settled_times[KIT_MESSAGES_MAX];
void (*kit_keeper)(wb_call_reply reply, void *arg, const wb_call_spec *spec);
static wb_link marks; /* wb_outgoing, as they wait for the mapper */

/* --- lanes, as the test plays them --- */

void
wb_delivery_settle(wb_lanes *self, wb_delivery **delivery_p, wb_outcome outcome)
{
    wb_delivery *delivery = wb_take(delivery_p);
    size_t n = (size_t)delivery->env->sequence;

    (void)self;
    if (delivery->settled) {
        delivery->settled(delivery->arg, outcome);
    } else {
        kit_outcome[n] = outcome;
        kit_settled_times[n]++;
    }
    wb_envelope_destroy(&delivery->env);
    wb_free(&delivery);
}

wb_delivery *
wb_delivery_make(wb_lanes *self, wb_envelope **env_p,
                 void (*settled)(void *arg, wb_outcome outcome), void *arg)
{
    wb_delivery *delivery = wb_alloc(sizeof *delivery);

    (void)self;
    delivery->env = wb_take(env_p);
    delivery->taken_ms = wb_now_ms();
    delivery->settled = settled;
    delivery->arg = arg;
    return delivery;
}

void
wb_delivery_drop(wb_lanes *self, wb_delivery **delivery_p)
{
    wb_delivery *delivery = wb_take(delivery_p);

    (void)self;
    kit_dropped++;
    if (delivery->settled)
        delivery->settled(delivery->arg, WB_OUTCOME_NONE);
    wb_envelope_destroy(&delivery->env);
    wb_free(&delivery);
}

size_t
wb_lanes_room(wb_lanes *self, wb_stage stage, wb_view account)
{
    (void)self;
    (void)stage;
    (void)account;
    return kit_room;
}

wb_rc
wb_lanes_send(wb_lanes *self, wb_outgoing *outgoing, wb_stage stage, wb_view key, wb_view account,
              wb_err *err)
{
    (void)self;
    (void)stage;
    (void)key;
    (void)account;
    (void)err;
    kit_marks_sent++;
    kit_room--;
    wb_list_append(&marks, &outgoing->link);
    return WB_OK;
}

void
wb_lanes_cancel(wb_lanes *self, wb_outgoing *outgoing)
{
    (void)self;
    wb_list_remove(&outgoing->link);
}

wb_rc
wb_lanes_call(wb_lanes *self, const wb_call_spec *spec, wb_call_reply reply, void *arg,
              uint64_t *out_call, wb_err *err)
{
    static uint64_t calls;

    (void)self;
    (void)err;
    *out_call = ++calls;
    if (kit_keeper)
        kit_keeper(reply, arg, spec);
    return WB_OK;
}

void
wb_lanes_call_cancel(wb_lanes *self, uint64_t call)
{
    (void)self;
    (void)call;
}

void
wb_lanes_reply(wb_lanes *self, const wb_envelope *call, wb_view body, bool last)
{
    (void)self;
    (void)call;
    (void)last;
    kit_reply_count++;
    wb_buf_clear(&kit_last_reply);
    wb_buf_add_view(&kit_last_reply, body);
}

/* --- HTTP, as the test plays it --- */

static char *
text_of(wb_view view)
{
    return wb_text_dup_len(view.data ? view.data : "", view.len);
}

wb_rc
wb_http_start(wb_http *self, const wb_request *request, const wb_http_waiter *by,
              wb_http_call **out, wb_err *err)
{
    kit_request *it = wb_alloc(sizeof *it);

    (void)self;
    (void)err;
    it->url = text_of(wb_buf_view(&request->url));
    it->body = text_of(wb_buf_view(&request->body));
    it->key = text_of(wb_request_find_header(request, "Idempotency-Key"));
    it->method = request->method;
    it->done = by->done;
    it->arg = by->arg;
    wb_list_append(&kit_requests, &it->link);
    kit_request_count++;
    *out = (wb_http_call *)it;
    return WB_OK;
}

void
wb_http_take_into(wb_http_call *call, const wb_http_taker *taker)
{
    (void)call;
    (void)taker;
}

static void
request_free(kit_request *it)
{
    wb_list_remove(&it->link);
    wb_free(&it->url);
    wb_free(&it->body);
    wb_free(&it->key);
    wb_free(&it);
}

void
wb_http_cancel(wb_http *self, wb_http_call **call_p)
{
    kit_request *it = (kit_request *)wb_take(call_p);

    (void)self;
    request_free(it);
}

kit_request *
kit_next(const char *with)
{
    for (wb_link *link = kit_requests.next; link != &kit_requests; link = link->next) {
        kit_request *it = WB_CONTAINER(link, kit_request, link);

        if (!with || strstr(it->body, with) || strstr(it->url, with))
            return it;
    }
    return NULL;
}

void
kit_reply(const kit_answer *answer)
{
    kit_request *it = kit_next(answer->with);
    wb_http_answer http = {.end = answer->end, .took_us = 1000};

    ck_assert_msg(it != NULL, "no request to answer");
    if (answer->end == WB_HTTP_ANSWERED) {
        http.date_utc_us = answer->date_s * WB_US_PER_S;
        http.response.status = answer->status;
        http.response.body = wb_view_of(answer->body ? answer->body : "");
        http.response.headers = wb_view_of(answer->headers ? answer->headers : "");
    } else {
        snprintf(http.error, sizeof http.error, "the test broke it");
    }
    wb_list_remove(&it->link);
    it->done(it->arg, &http);
    request_free(it);
}

/* --- open and close --- */

static void
open_parts(kit *self)
{
    wb_ctx *ctx = &self->ctx;
    wb_store_conf conf;
    wb_err err = {0};

    wb_store_conf_default(&conf);
    conf.path = self->dir;
    conf.deployment = "test";
    conf.young_jobs = true;
    conf.map_bytes = INT64_C(1) << 30;
    conf.intake_free_bytes = conf.calls_free_bytes = 1;
    if (!kit_last_reply.max)
        wb_buf_init(&kit_last_reply, WB_BODY_MAX);
    wb_list_init(&kit_requests);
    wb_list_init(&marks);
    ck_assert_msg(!wb_loop_new(&ctx->loop, &err), "%s", err.text);
    ck_assert_msg(!wb_store_open(&ctx->store, &conf, &err), "%s", err.text);
    ck_assert_msg(!wb_commit_new(&ctx->commit, ctx->loop, ctx->store, &err), "%s", err.text);
    ctx->instance = "pusher-1";
    ctx->lanes = (wb_lanes *)ctx;
    ctx->claim_count = 1; /* all is shard 0 */
    ctx->owned[0] = true;
    ctx->accounts = wb_accounts_new(ctx->config);
    ck_assert(!wb_gate_new(&ctx->gate, ctx->loop, ctx->lanes, ctx->store, &err));
    ctx->exchanger = wb_exchanger_new(ctx->loop, NULL, ctx->gate);
    ctx->json = wb_json_new();
}

static void
close_parts(kit *self)
{
    wb_ctx *ctx = &self->ctx;
    wb_err err = {0};

    ck_assert_msg(!wb_commit_flush(ctx->commit, &err), "%s", err.text);
    wb_pusher_forget(&self->pusher);
    wb_pump_destroy(&self->pump);
    wb_exchanger_destroy(&ctx->exchanger);
    wb_gate_destroy(&ctx->gate);
    wb_accounts_destroy(&ctx->accounts);
    wb_commit_destroy(&ctx->commit);
    wb_store_close(&ctx->store);
    wb_loop_destroy(&ctx->loop);
    wb_json_destroy(&ctx->json);
}

void
kit_pump_open(kit *self)
{
    wb_ctx *ctx = &self->ctx;
    wb_pump_conf conf = wb_ctx_pump_conf(ctx);

    self->pusher = (wb_pusher){.ctx = ctx};
    ctx->state = &self->pusher;
    wb_pusher_tell_init(&self->pusher);
    self->pump = wb_pump_new(&conf, self->actor ? self->actor : &wb_pusher_actor,
                             self->actor ? self->arg : &self->pusher);
    self->pusher.pump = self->pump;
}

void
kit_open(kit *self, const char *yaml, const wb_connector *const *connectors)
{
    kit_open_actor(self, yaml, connectors, NULL, NULL);
}

void
kit_open_actor(kit *self, const char *yaml, const wb_connector *const *connectors,
               const wb_pump_actor *actor, void *arg)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_err err = {0};

    *self = (kit){.lanes_up = true, .actor = actor, .arg = arg};
    wb_buf_init(&text, 65536);
    wb_buf_addf(&text, "shards: 1\nhold_ms: %s\naccounts:\n%s", kit_stores_soon ? "300ms" : "1h",
                yaml);
    ck_assert_msg(
        !wb_config_parse(&self->ctx.config, wb_buf_view(&text), "/tmp", connectors, NULL, &err),
        "%s", err.text);
    snprintf(self->dir, sizeof self->dir, "/tmp/wb-pump-XXXXXX");
    ck_assert(folder_make(self->dir) != NULL);
    memset(kit_outcome, 0, sizeof kit_outcome);
    memset(kit_settled_times, 0, sizeof kit_settled_times);
    kit_request_count = kit_dropped = kit_marks_sent = 0;
    kit_room = 1024;
    kit_keeper = NULL;
    open_parts(self);
    kit_pump_open(self);
}

void
kit_restart(kit *self)
{
    close_parts(self);
    open_parts(self);
    kit_pump_open(self);
}

void
kit_close(kit *self)
{
    close_parts(self);
    wb_config_destroy(&self->ctx.config);
    wb_buf_fini(&kit_last_reply);
    kit_last_reply = (wb_buf){0};
    kit_stores_soon = false;
    folder_remove(self->dir);
}

/* --- turning --- */

static void
settle_marks(kit *self)
{
    wb_link *link;

    while (self->lanes_up && (link = wb_list_pop(&marks))) {
        wb_outgoing *out = WB_CONTAINER(link, wb_outgoing, link);

        out->settled(out, WB_OUTCOME_HANDED_ON);
    }
}

void
kit_turn(kit *self)
{
    wb_err err = {0};

    settle_marks(self);
    ck_assert_msg(!wb_loop_turn(self->ctx.loop, 2, &err), "%s", err.text);
}

void
kit_turns(kit *self, int64_t ms)
{
    int64_t end = wb_now_ms() + ms;

    while (wb_now_ms() < end)
        kit_turn(self);
}

wb_delivery *
kit_delivery(const wb_envelope *env, size_t n)
{
    wb_delivery *delivery = wb_alloc(sizeof *delivery);

    delivery->env = wb_envelope_copy(env);
    delivery->env->sequence = n;
    kit_outcome[n] = WB_OUTCOME_NONE;
    return delivery;
}

void
kit_take(kit *self, const kit_want *want)
{
    wb_account *account = wb_accounts_find(self->ctx.accounts, wb_view_of(want->target));
    wb_envelope env = {.kind = WB_KIND_WANT,
                       .tenant = WB_VIEW_LIT("default"),
                       .connector = WB_VIEW_LIT("sample"),
                       .account = wb_view_of(want->source ? want->source : "shop"),
                       .record_kind = WB_RECORD_ORDER,
                       .record = wb_view_of(want->record),
                       .target = wb_view_of(want->target),
                       .revision = want->revision,
                       .created_utc_us = want->created_utc_us,
                       .priority = want->priority,
                       .again = want->again,
                       .body = want->body.len ? want->body : WB_VIEW_LIT("\x80")};
    wb_delivery *delivery;

    ck_assert_msg(account != NULL, "no account %s", want->target);
    env.id = wb_id_make(0, env.target, env.record);
    env.id.bytes[15] = (uint8_t)want->revision;
    delivery = kit_delivery(&env, want->n);
    delivery->taken_ms = wb_loop_now_ms(self->ctx.loop);
    wb_pump_take(self->pusher.pump, delivery, account, want->again);
}

/* --- looking --- */

size_t
kit_rows(kit *self, wb_db db)
{
    wb_store_stats stats;
    wb_err err = {0};

    ck_assert_msg(!wb_store_stat(self->ctx.store, &stats, &err), "%s", err.text);
    return (size_t)stats.rows[db];
}

bool
kit_mark(kit *self, const char *target, const char *record, wb_mark_row *out)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    bool found = false;
    wb_err err = {0};

    ck_assert(!wb_txn_begin(&txn, self->ctx.store, false, &err));
    ck_assert(!wb_marks_get(txn, (wb_row_name){0, wb_view_of(target), wb_view_of(record)}, out,
                            &found, &err));
    return found;
}

wb_account *
kit_account(kit *self, const char *name)
{
    return wb_accounts_find_name(self->ctx.accounts, wb_view_of(name));
}
