/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/actors/poller/poller_kit.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "actors/runtime/outside/make.h"
#include "tests/unit/folder.h"

wb_link kit_calls, kit_sent;
size_t kit_call_count, kit_reply_count, kit_room;
wb_rc kit_start_rc;
wb_wait kit_gate;
const char *kit_suspended;
wb_buf kit_reply;
static char kit_run_error[300];

/* --- the exchange, the gate --- */

wb_rc
wb_exchange_start(wb_exchanger *self, wb_account *account, wb_call *call, wb_exchange_done done,
                  void *arg, wb_err *err)
{
    kit_call *it;
    wb_rc rc = kit_start_rc;

    (void)self;
    (void)account;
    kit_start_rc = WB_OK;
    if (rc)
        return wb_fail(err, rc, "it cannot be asked for");
    it = wb_alloc(sizeof *it);
    it->call = call;
    it->done = done;
    it->arg = arg;
    wb_list_append(&kit_calls, &it->link);
    kit_call_count++;
    return WB_OK;
}

void
wb_exchange_question(const wb_account *account, wb_call *call)
{
    (void)account;
    (void)call;
}

wb_rc
wb_exchange_dry(wb_account *account, wb_call *call, wb_view token, wb_buf *out, wb_err *err)
{
    (void)account;
    (void)token;
    (void)err;
    wb_buf_addf(out, "%s from %lld to %lld", call->op->name, (long long)call->from_utc_us,
                (long long)call->to_utc_us);
    return WB_OK;
}

void
wb_exchanger_spool(wb_exchanger *self, wb_spool *spool)
{
    (void)self;
    (void)spool;
}

wb_rc
wb_exchange_slice(wb_exchanger *self, wb_account *account, wb_call *call, const wb_piece *piece,
                  wb_outcomes *out, wb_err *err)
{
    (void)self;
    (void)account;
    wb_outcomes_clear(out, 0);
    return call->op->slice(call, piece, out, err);
}

wb_wait
wb_gate_enter(wb_gate *self, wb_account *account, const wb_op *op, wb_priority priority,
              int64_t *until_ms)
{
    (void)self;
    (void)account;
    (void)op;
    (void)priority;
    *until_ms = 0;
    return kit_gate;
}

int64_t kit_learnt;

int64_t
wb_gate_learnt_rate(wb_gate *self, wb_account *account, const wb_op *op)
{
    (void)self;
    (void)account;
    (void)op;
    return kit_learnt;
}

void
wb_gate_suspend(wb_gate *self, wb_account *account, const char *reason)
{
    (void)self;
    (void)reason;
    account->suspended = true;
    kit_gate = WB_WAIT_SUSPENDED;
}

void
wb_gate_on_open(wb_gate *self, wb_gate_open ready, void *arg)
{
    (void)self;
    (void)ready;
    (void)arg;
}

wb_view
wb_gate_token(wb_gate *self, wb_account *account, const wb_op *op)
{
    (void)self;
    (void)account;
    (void)op;
    return (wb_view){0};
}

/* --- lanes, losses --- */

size_t
wb_lanes_room(wb_lanes *self, wb_stage stage, wb_view account)
{
    (void)self;
    (void)stage;
    (void)account;
    return kit_room;
}

size_t
wb_lanes_room_kept(wb_lanes *self, wb_stage stage, wb_view account)
{
    return wb_lanes_room(self, stage, account);
}

size_t
wb_lanes_room_shared(wb_lanes *self, wb_stage stage, wb_view account)
{
    return wb_lanes_room(self, stage, account);
}

void
wb_lanes_on_room(wb_lanes *self, wb_lanes_room_ready ready, void *arg)
{
    (void)self;
    (void)ready;
    (void)arg;
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
    kit_room--;
    wb_list_append(&kit_sent, &outgoing->link);
    return WB_OK;
}

void
wb_lanes_cancel(wb_lanes *self, wb_outgoing *outgoing)
{
    (void)self;
    wb_list_remove(&outgoing->link);
}

void
wb_delivery_settle(wb_lanes *self, wb_delivery **delivery_p, wb_outcome outcome)
{
    (void)outcome;
    wb_delivery_drop(self, delivery_p);
}

void
wb_delivery_drop(wb_lanes *self, wb_delivery **delivery_p)
{
    wb_delivery *delivery = wb_take(delivery_p);

    (void)self;
    wb_envelope_destroy(&delivery->env);
    wb_free(&delivery);
}

void
wb_lanes_reply(wb_lanes *self, const wb_envelope *call, wb_view body, bool last)
{
    (void)self;
    (void)call;
    (void)last;
    kit_reply_count++;
    wb_buf_clear(&kit_reply);
    wb_buf_add_view(&kit_reply, body);
}

wb_rc
wb_losses_new(wb_losses **out, const wb_losses_conf *conf, wb_err *err)
{
    (void)out;
    (void)conf;
    (void)err;
    return WB_OK;
}

void
wb_losses_destroy(wb_losses **self_p)
{
    *self_p = NULL;
}

wb_rc
wb_losses_watch(wb_losses *self, wb_stage stage, uint16_t shard, wb_err *err)
{
    (void)self;
    (void)stage;
    (void)shard;
    (void)err;
    return WB_OK;
}

void
wb_losses_look(wb_losses *self)
{
    (void)self;
}

/* --- open and close --- */

static void
open_poller(kit *self)
{
    wb_poller *poller = &self->poller;
    char folder[80];
    wb_err err = {0};

    *poller = (wb_poller){.ctx = &self->ctx};
    self->ctx.state = poller;
    wb_buf_init(&poller->scratch, WB_HEADER_MAX + WB_BODY_MAX + 64);
    poller->holder = wb_inbox_holder(poller);
    wb_run_progress_init(poller);
    ck_assert_msg(!wb_feeds_open(poller, &err), "%s", err.text);
    snprintf(folder, sizeof folder, "%s/spool", self->dir);
    ck_assert_msg(!wb_spooled_open(poller, folder, &err), "%s", err.text);
    ck_assert_msg(!wb_run_lost_open(poller, &err), "%s", err.text);
    ck_assert_msg(!wb_run_close_left(poller, &err), "%s", err.text);
    ck_assert_msg(!wb_heal_open(poller, &err), "%s", err.text);
    self->list = wb_feed_find(poller, WB_VIEW_LIT("shop"), WB_VIEW_LIT("orders"));
    self->stock = wb_feed_find(poller, WB_VIEW_LIT("shop"), WB_VIEW_LIT("stock"));
    self->queue = wb_feed_find(poller, WB_VIEW_LIT("shop"), WB_VIEW_LIT("notices"));
    self->back = wb_feed_find(poller, WB_VIEW_LIT("shop"), WB_VIEW_LIT("back"));
    self->reports = wb_feed_find(poller, WB_VIEW_LIT("shop"), WB_VIEW_LIT("reports"));
}

static void
open_parts(kit *self)
{
    wb_ctx *ctx = &self->ctx;
    wb_store_conf conf;
    wb_err err = {0};

    wb_store_conf_default(&conf);
    conf.path = self->dir;
    conf.deployment = "test";
    conf.map_bytes = INT64_C(1) << 30;
    conf.intake_free_bytes = conf.calls_free_bytes = 1;
    wb_list_init(&kit_calls);
    wb_list_init(&kit_sent);
    kit_gate = WB_WAIT_NONE;
    kit_start_rc = WB_OK;
    kit_room = 1024;
    ck_assert_msg(!wb_loop_new(&ctx->loop, &err), "%s", err.text);
    ck_assert_msg(!wb_store_open(&ctx->store, &conf, &err), "%s", err.text);
    ck_assert_msg(!wb_commit_new(&ctx->commit, ctx->loop, ctx->store, &err), "%s", err.text);
    wb_actor_aside_open(ctx);
    ctx->instance = "poller-1";
    ctx->lanes = (wb_lanes *)ctx;
    ctx->gate = (wb_gate *)ctx;
    ctx->claim_count = 1; /* all is shard 0 */
    ctx->owned[0] = true;
    ctx->accounts = wb_accounts_new(ctx->config);
    ctx->json = wb_json_new();
    open_poller(self);
}

static void
close_parts(kit *self)
{
    wb_ctx *ctx = &self->ctx;

    kit_settle(self);
    wb_run_progress_close(&self->poller);
    wb_heal_close(&self->poller);
    wb_run_lost_close(&self->poller);
    wb_feeds_close(&self->poller);
    wb_spooled_close(&self->poller);
    wb_holder_destroy(&self->poller.holder);
    wb_buf_fini(&self->poller.scratch);
    for (wb_link *link; (link = wb_list_pop(&kit_calls));) {
        kit_call *it = WB_CONTAINER(link, kit_call, link);
        wb_free(&it);
    }
    wb_accounts_destroy(&ctx->accounts);
    wb_actor_aside_close(ctx);
    wb_commit_destroy(&ctx->commit);
    wb_store_close(&ctx->store);
    wb_loop_destroy(&ctx->loop);
    wb_json_destroy(&ctx->json);
}

void
kit_open(kit *self)
{
    kit_open_with(self, "");
}

void
kit_open_with(kit *self, const char *yaml)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_err err = {0};

    *self = (kit){0};
    wb_buf_init(&text, 65536);
    wb_buf_addf(&text,
                "shards: 1\naccounts:\n  shop:\n    connector: shop\n    backoff_min_ms: 2ms\n"
                "    backoff_max_ms: 8ms\n%s",
                yaml);
    ck_assert_msg(
        !wb_config_parse(&self->ctx.config, wb_buf_view(&text), "/tmp", kit_connectors, NULL, &err),
        "%s", err.text);
    snprintf(self->dir, sizeof self->dir, "/tmp/wb-poller-XXXXXX");
    ck_assert(folder_make(self->dir) != NULL);
    wb_buf_init(&kit_reply, WB_BODY_MAX);
    kit_reply_count = kit_call_count = 0;
    open_parts(self);
}

void
kit_restart(kit *self)
{
    close_parts(self);
    open_parts(self);
}

void
kit_close(kit *self)
{
    close_parts(self);
    wb_config_destroy(&self->ctx.config);
    wb_buf_fini(&kit_reply);
    folder_remove(self->dir);
}

void
kit_look(kit *self)
{
    for (size_t i = 0; i < self->poller.feed_count; i++)
        wb_feed_look(&self->poller.feeds[i]);
}

/* --- turning --- */

void
kit_turn(kit *self)
{
    wb_err err = {0};

    ck_assert_msg(!wb_loop_turn(self->ctx.loop, 2, &err), "%s", err.text);
}

void
kit_settle(kit *self)
{
    wb_err err = {0};

    while (wb_commit_queued(self->ctx.commit))
        ck_assert_msg(!wb_commit_flush(self->ctx.commit, &err), "%s", err.text);
}

/* --- calls --- */

static kit_call *
find_call(const char *op)
{
    for (wb_link *link = kit_calls.next; link != &kit_calls; link = link->next) {
        kit_call *it = WB_CONTAINER(link, kit_call, link);
        if (!strcmp(it->call->op->name, op))
            return it;
    }
    return NULL;
}

bool
kit_asks(const char *op)
{
    return find_call(op) != NULL;
}

const wb_call *
kit_next(kit *self, const char *op)
{
    kit_until(self, kit_asks(op));
    return find_call(op)->call;
}

static void
add_item(wb_outcomes *out, const kit_item *row)
{
    wb_item *item = wb_outcomes_item(out);
    char what[8192];
    int len = snprintf(what, sizeof what, "%s@%d", row->id, row->version);

    item->kind = WB_KIND_RAW;
    item->record_kind = row->announces_nothing ? WB_RECORD_NONE
                        : row->kind            ? row->kind
                                               : WB_RECORD_ORDER;
    item->root.external = wb_view_of(row->root);
    item->root.account = wb_view_of(row->of);
    item->beside = row->beside;
    item->type = wb_view_of(row->type);
    item->external = wb_view_of(row->id);
    item->what = wb_outcomes_keep(out, (wb_view){what, (size_t)len});
    item->seen = wb_view_of(row->seen);
    item->handle = wb_view_of(row->handle);
    item->body = row->body ? wb_view_of(row->body) : WB_VIEW_LIT("{}");
    item->outcome = row->outcome;
    if (row->reason)
        snprintf(item->reason, sizeof item->reason, "%s", row->reason);
}

static void
put_file(kit *self, const char *text, wb_exchange_result *result)
{
    WB_AUTO(wb_part_destroy) wb_part *part = NULL;
    wb_sink how = {0};
    wb_err err = {0};

    ck_assert(!wb_part_new(&part, self->poller.spool, &how, &err));
    ck_assert(!wb_part_take(part, wb_view_of(text), &err));
    ck_assert(!wb_part_end(part, &result->spool, &result->spool_len, &err));
    result->spooled = true;
}

void
kit_answer(kit *self, const char *op, const kit_page *page)
{
    wb_outcomes out;
    wb_err err = {0};
    wb_exchange_result result = {.rc = page->rc,
                                 .err = &err,
                                 .end = WB_HTTP_ANSWERED,
                                 .status = page->status ? page->status : 200,
                                 .out = &out,
                                 .sent_utc_us = wb_now_utc_us()};
    kit_call *it;

    kit_next(self, op);
    it = find_call(op);
    wb_outcomes_init(&out);
    wb_outcomes_clear(&out, it->call->item_count);
    wb_outcomes_reserve(&out, 65536);
    for (size_t i = 0; i < it->call->item_count; i++)
        out.results[i].code = WB_RESULT_DONE;
    for (const kit_item *row = page->items; row && row->id; row++)
        add_item(&out, row);
    out.cursor = wb_view_of(page->cursor);
    out.reached_utc_us = page->reached_utc_us;
    out.again_ms = page->again_ms;
    out.reread = page->reread;
    out.total = page->total;
    result.took_us = page->took_us;
    out.word.expires_utc_us = page->ends_utc_us;
    if (page->spooled)
        put_file(self, page->spooled, &result);
    if (page->rc)
        wb_ignore(wb_fail(&err, page->rc, "%s", page->error ? page->error : "no"), "it is told");
    wb_list_remove(&it->link);
    it->done(it->arg, &result);
    wb_free(&it);
    wb_outcomes_fini(&out);
}

void
kit_settle_sent(kit *self, wb_outcome outcome, size_t n)
{
    for (; n; n--) {
        wb_link *link;

        kit_until(self, !wb_list_empty(&kit_sent));
        link = wb_list_pop(&kit_sent);
        kit_room++;
        wb_outgoing *out = WB_CONTAINER(link, wb_outgoing, link);
        out->settled(out, outcome);
    }
}

/* --- the store --- */

static wb_txn *
begin(kit *self)
{
    wb_txn *txn = NULL;
    wb_err err = {0};

    ck_assert_msg(!wb_txn_begin(&txn, self->ctx.store, false, &err), "%s", err.text);
    return txn;
}

bool
kit_stored(kit *self, const wb_feed *feed, wb_cursor_row *out, char *error, size_t size)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = begin(self);
    bool found = false;
    wb_err err = {0};

    ck_assert(!wb_cursors_get(txn,
                              (wb_row_name){feed->account->shard, feed->account->key_view,
                                            wb_view_of(feed->stream->name)},
                              out, &found, &err));
    if (found && error)
        snprintf(error, size, "%.*s", WB_VIEW_ARG(out->trouble.error));
    out->trouble.error = (wb_view){0};
    return found;
}

wb_run_row
kit_run(kit *self, const wb_id *id)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = begin(self);
    wb_run_row row = {0};
    bool found = false;
    wb_err err = {0};

    ck_assert(!wb_runs_get(txn, 0, id, &row, &found, &err));
    ck_assert(found);
    snprintf(kit_run_error, sizeof kit_run_error, "%.*s", WB_VIEW_ARG(row.error));
    row.error = wb_view_of(kit_run_error);
    row.account = row.stream = (wb_view){0};
    return row;
}

typedef struct {
    wb_run_status status;
    size_t count;
} run_search;

static wb_rc
count_run(void *arg, const wb_run_row *row, wb_err *err)
{
    run_search *self = arg;

    (void)err;
    self->count += row->status == self->status;
    return WB_OK;
}

size_t
kit_runs(kit *self, wb_run_status status)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = begin(self);
    run_search search = {.status = status};
    wb_err err = {0};

    ck_assert(!wb_runs_scan(txn, 0, count_run, &search, &err));
    return search.count;
}

size_t
kit_rows(kit *self, wb_db db)
{
    wb_store_stats stats;
    wb_err err = {0};

    ck_assert_msg(!wb_store_stat(self->ctx.store, &stats, &err), "%s", err.text);
    return (size_t)stats.rows[db];
}

void
kit_sync(kit *self, const char *json)
{
    wb_envelope env = {.kind = WB_KIND_CALL_SYNC, .body = wb_view_of(json)};
    wb_delivery *delivery = wb_alloc(sizeof *delivery);
    wb_err err = {0};

    delivery->env = wb_envelope_copy(&env);
    ck_assert(!wb_sync_call(&self->ctx, delivery, &err));
}
