/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inbox - stored items on their way down the lanes, and their receipts
 *
 * A row leaves `jobs` only in the transaction that writes its outcome into the run's ledger, after
 * the receipt. What does not fit into the lane's window is dropped from memory and read again.
 */
#include <string.h>

#include "actors/poller/poller.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

typedef struct {
    wb_outgoing out;
    wb_link link; /* in poller->settled */
    wb_inbox *inbox;
    wb_envelope *env;
    wb_arrival name;
    wb_outcome outcome;
} inbox_item;

/* Arrivals rise, whatever the clock does: the inbox is a ring whose rows come at one end. */
wb_arrival
wb_inbox_arrival(wb_inbox *self)
{
    int64_t now_us = wb_now_utc_us();
    wb_arrival name;

    self->last_arrival = now_us > self->last_arrival ? now_us : self->last_arrival + 1;
    for (size_t i = 0; i < sizeof name.bytes; i++)
        name.bytes[i] = (char)(uint8_t)((uint64_t)self->last_arrival >> (56 - 8 * i));
    return name;
}

wb_view
wb_arrival_view(const wb_arrival *self)
{
    return (wb_view){self->bytes, sizeof self->bytes};
}

static void
item_destroy(inbox_item **self_p)
{
    wb_envelope_destroy(&(*self_p)->env);
    wb_free(self_p);
}

/* --- receipts --- */

#define RUNS_A_GROUP 16

/* The ledger's part of a group of receipts: a few runs at most. */
typedef struct {
    wb_poller *poller;
    wb_write *write;
    wb_txn *txn;
    wb_run_delta runs[RUNS_A_GROUP];
    size_t count;
} ledger;

static wb_rc
ledger_write(ledger *self, wb_err *err)
{
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && i < self->count; i++)
        rc = wb_run_count(self->poller, self->write, self->txn, &self->runs[i], err);
    self->count = 0;
    return rc;
}

static wb_rc
ledger_add(ledger *self, const inbox_item *item, wb_err *err)
{
    size_t at = 0;
    wb_rc rc = WB_OK;

    while (at < self->count &&
           memcmp(&self->runs[at].run, &item->env->run, sizeof item->env->run) != 0)
        at++;
    if (at == RUNS_A_GROUP) {
        rc = ledger_write(self, err);
        at = 0;
    }
    if (at == self->count) {
        self->count++;
        self->runs[at] =
            (wb_run_delta){.run = item->env->run, .shard = item->inbox->account->shard};
    }
    self->runs[at].counts[item->outcome]++;
    return rc;
}

static wb_rc
settle_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_poller *poller = WB_CONTAINER(write, wb_poller, settle_write);
    ledger sums = {.poller = poller, .write = write, .txn = txn};
    wb_rc rc = WB_OK;

    for (wb_link *link = poller->settled.next; !rc && link != &poller->settled; link = link->next) {
        const inbox_item *item = WB_CONTAINER(link, inbox_item, link);
        const wb_account *account = item->inbox->account;
        rc = wb_jobs_delete(txn, account->shard, account->key_view, wb_arrival_view(&item->name),
                            err);
        if (!rc)
            rc = ledger_add(&sums, item, err);
    }
    return rc ? rc : ledger_write(&sums, err);
}

static void
settle_done(wb_write *write)
{
    wb_poller *poller = WB_CONTAINER(write, wb_poller, settle_write);

    poller->settle_queued = false;
    wb_kill_point("poller.deleted");
    for (wb_link *link; (link = wb_list_pop(&poller->settled));) {
        inbox_item *item = WB_CONTAINER(link, inbox_item, link);
        wb_map_remove(item->inbox->sent, wb_arrival_view(&item->name));
        item->inbox->stored--;
        item_destroy(&item);
    }
}

static void
on_settled(wb_outgoing *out, wb_outcome outcome)
{
    inbox_item *item = WB_CONTAINER(out, inbox_item, out);
    wb_poller *poller = item->inbox->poller;

    wb_kill_point("poller.receipt");
    item->outcome = outcome;
    wb_list_append(&poller->settled, &item->link);
    if (poller->settle_queued)
        return;
    poller->settle_queued = true;
    wb_commit_add(wb_ctx_commit(poller->ctx), &poller->settle_write);
}

/* --- down the lane --- */

static wb_stage
next_stage(const wb_envelope *env)
{
    return env->kind == WB_KIND_NOTICE ? WB_STAGE_FETCH : WB_STAGE_MAP;
}

static bool
send_item(wb_inbox *self, wb_envelope **env_p, const wb_arrival *name)
{
    wb_lanes *lanes = wb_ctx_lanes(self->poller->ctx);
    wb_stage stage = next_stage(*env_p);
    inbox_item *item;
    wb_err err = {0};
    wb_view key;

    if (!wb_lanes_room(lanes, stage, self->account->key_view))
        return false;
    item = wb_alloc(sizeof *item);
    item->inbox = self;
    item->name = *name;
    item->env = wb_take(env_p);
    item->out.env = item->env;
    item->out.settled = on_settled;
    key = stage == WB_STAGE_FETCH ? self->account->key_view : wb_envelope_root(item->env);
    if (wb_lanes_send(lanes, &item->out, stage, key, self->account->key_view, &err)) {
        item_destroy(&item);
        return false;
    }
    wb_map_put(self->sent, wb_arrival_view(&item->name), item);
    return true;
}

void
wb_inbox_feed(wb_inbox *self, wb_envelope **env_p, const wb_arrival *name)
{
    self->stored++;
    if (self->backlog || !send_item(self, env_p, name))
        self->backlog = true; /* in order: behind what waits in the store already */
    wb_envelope_destroy(env_p);
}

/* --- backlog --- */

typedef struct {
    wb_inbox *inbox;
    bool full;
} backlog_scan;

static wb_rc
on_row(void *arg, const wb_job_row *row, wb_err *err)
{
    backlog_scan *scan = arg;
    wb_inbox *inbox = scan->inbox;
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_arrival name;
    wb_rc rc = WB_OK;

    if (row->name.len != sizeof name.bytes)
        return wb_fail(err, WB_FATAL, "a stored item without its arrival");
    memcpy(name.bytes, row->name.data, sizeof name.bytes);

    if (!wb_map_find(inbox->sent, row->name)) {
        rc = wb_envelope_load(&env, row->envelope, err);
        if (rc)
            return wb_note(err, WB_FATAL, "a stored item cannot be read");
        env->again = true; /* it may have been sent before a restart */
        scan->full = !send_item(inbox, &env, &name);
    }
    if (scan->full)
        return WB_FULL;
    wb_buf_clear(&inbox->at);
    wb_buf_add_view(&inbox->at, row->name);
    return WB_OK;
}

/* On from where the last look ended; then, once, from the beginning: what an operator sends again
 * may lie before it. */
static wb_rc
scan_backlog(wb_inbox *self, backlog_scan *scan, wb_txn *txn, wb_err *err)
{
    const wb_account *account = self->account;
    WB_AUTO(wb_buf_fini) wb_buf from = {0};
    wb_rc rc;

    wb_buf_init(&from, sizeof(wb_arrival) + 1);
    wb_buf_add_view(&from, wb_buf_view(&self->at));
    rc = wb_jobs_scan(txn, account->shard, account->key_view,
                      from.len ? wb_buf_view(&from) : (wb_view){0}, on_row, scan, err);
    if (rc || scan->full || !from.len)
        return rc;
    wb_buf_clear(&self->at);
    return wb_jobs_scan(txn, account->shard, account->key_view, (wb_view){0}, on_row, scan, err);
}

void
wb_inbox_pump(wb_inbox *self)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    backlog_scan scan = {.inbox = self};
    wb_err err = {0};
    wb_rc rc;

    if (!self->backlog || self->poller->draining)
        return;
    rc = wb_txn_begin(&txn, wb_ctx_store(self->poller->ctx), false, &err);
    if (!rc)
        rc = scan_backlog(self, &scan, txn, &err);
    if (rc) {
        wb_log(WB_ERROR, "inbox.unreadable", "account=%s why='%s'", self->account->key, err.text);
        wb_loop_stop(wb_ctx_loop(self->poller->ctx));
        return;
    }
    self->backlog = scan.full;
}

static void
on_room(void *arg, wb_stage stage, wb_view account)
{
    wb_poller *poller = arg;

    (void)stage;
    for (size_t i = 0; i < poller->inbox_count; i++)
        if (wb_view_eq(poller->inboxes[i].account->key_view, account))
            wb_inbox_pump(&poller->inboxes[i]);
}

static wb_rc
count_row(void *arg, const wb_job_row *row, wb_err *err)
{
    wb_inbox *self = arg;
    uint64_t arrival = 0;

    (void)err;
    self->stored++;
    for (size_t i = 0; i < row->name.len && i < sizeof arrival; i++)
        arrival = arrival << 8 | (uint8_t)row->name.data[i];
    if ((int64_t)arrival > self->last_arrival)
        self->last_arrival = (int64_t)arrival;
    return WB_OK;
}

wb_rc
wb_inbox_load(wb_inbox *self, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(self->poller->ctx), false, err);

    self->sent = wb_map_new();
    wb_buf_init(&self->at, sizeof(wb_arrival) + 1);
    if (!rc)
        rc = wb_jobs_scan(txn, self->account->shard, self->account->key_view, (wb_view){0},
                          count_row, self, err);
    self->backlog = self->stored > 0;
    return rc;
}

void
wb_inbox_init(wb_poller *poller)
{
    wb_list_init(&poller->settled);
    poller->settle_write = (wb_write){.apply = settle_apply, .done = settle_done};
    wb_lanes_on_room(wb_ctx_lanes(poller->ctx), on_room, poller);
}

void
wb_inbox_close(wb_inbox *self)
{
    inbox_item *item;

    for (size_t at = 0; self->sent && (item = wb_map_next(self->sent, &at, NULL));) {
        wb_lanes_cancel(wb_ctx_lanes(self->poller->ctx), &item->out);
        item_destroy(&item);
    }
    wb_map_destroy(&self->sent);
    wb_buf_fini(&self->at);
}

size_t
wb_inbox_waiting(const wb_inbox *self, wb_view record)
{
    inbox_item *item;
    size_t count = 0;

    for (size_t at = 0; (item = wb_map_next(self->sent, &at, NULL));)
        count += wb_view_eq(item->env->record, record);
    return count;
}
