/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inbox - stored items of an account: what a holder asks of them
 *
 * A row leaves `jobs` only in the transaction that writes its outcome into the run's ledger.
 */
#include <string.h>

#include "actors/poller/poller.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "storage/aside.h"

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

/* --- receipts --- */

static const wb_inbox *
inbox_of(const wb_parcel *parcel)
{
    return WB_CONTAINER(parcel->way, wb_inbox, way);
}

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
ledger_add(ledger *self, const wb_parcel *parcel, wb_err *err)
{
    const wb_id *run = &parcel->env->run;
    size_t at = 0;
    wb_rc rc = WB_OK;

    while (at < self->count && memcmp(&self->runs[at].run, run, sizeof *run) != 0)
        at++;
    if (at == RUNS_A_GROUP) {
        rc = ledger_write(self, err);
        at = 0;
    }
    if (at == self->count) {
        self->count++;
        self->runs[at] = (wb_run_delta){.run = *run, .shard = inbox_of(parcel)->account->shard};
    }
    self->runs[at].counts[parcel->outcome]++;
    return rc;
}

static wb_rc
settle(void *owner, const wb_link *receipts, wb_write *write, wb_txn *txn, wb_err *err)
{
    ledger sums = {.poller = owner, .write = write, .txn = txn};
    wb_rc rc = WB_OK;

    for (wb_link *link = receipts->next; !rc && link != receipts; link = link->next) {
        const wb_parcel *parcel = WB_CONTAINER(link, wb_parcel, link);
        const wb_account *account = inbox_of(parcel)->account;
        rc = wb_jobs_delete(txn, (wb_row_name){account->shard, account->key_view, parcel->row.name},
                            err);
        if (!rc)
            rc = ledger_add(&sums, parcel, err);
    }
    return rc ? rc : ledger_write(&sums, err);
}

static void
gone(void *owner, const wb_parcel *parcel)
{
    (void)owner;
    wb_run_lost_gone(parcel);
}

/* --- rows that are not in memory --- */

typedef struct {
    wb_inbox *inbox;
    wb_backlog *into;
    wb_txn *txn;
} row_visit;

/* It may have been sent by a former life. NULL and set aside: it cannot be read. What came back
 * from what was parked is in its run's ledger already, and counts for none. */
static wb_envelope *
load_item(const row_visit *self, const wb_job_row *row)
{
    wb_envelope *env = NULL;
    wb_err why = {0};
    wb_rc rc = WB_OK;

    if (row->name.len != sizeof(wb_arrival))
        rc = wb_fail(&why, WB_REJECT, "it has no arrival");
    if (!rc)
        rc = wb_envelope_load(&env, row->envelope, &why);
    if (env && row->flags & WB_JOB_REVIVED)
        env->run = (wb_id){{0}};
    if (env)
        env->again = true;
    else if (rc && wb_aside_job(self->txn, row, why.text) && self->inbox->not_given)
        self->inbox->not_given--;
    return env;
}

static wb_rc
on_row(void *arg, const wb_job_row *row, wb_err *err)
{
    const row_visit *self = arg;
    wb_way_row at = {.name = row->name, .priority = row->priority};
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;

    (void)err;
    if (wb_backlog_wants(self->into, &at))
        env = load_item(self, row);
    return wb_backlog_row(self->into, &at, &env);
}

static wb_rc
scan(wb_way *way, const wb_way_row *from, wb_backlog *into, wb_txn *txn, wb_err *err)
{
    row_visit self = {WB_CONTAINER(way, wb_inbox, way), into, txn};
    const wb_account *account = self.inbox->account;

    return wb_jobs_scan(txn, (wb_row_name){account->shard, account->key_view, from->name}, on_row,
                        &self, err);
}

static wb_rc
load(wb_way *way, const wb_way_row *row, wb_txn *txn, wb_envelope **out, wb_err *err)
{
    row_visit self = {WB_CONTAINER(way, wb_inbox, way), NULL, txn};
    const wb_account *account = self.inbox->account;
    wb_job_row job;
    bool found = false;
    wb_rc rc = wb_jobs_get(txn, (wb_row_name){account->shard, account->key_view, row->name}, &job,
                           &found, err);

    if (!rc && found)
        *out = load_item(&self, &job);
    return rc;
}

/* --- rows that nobody gave --- */

/* A turn later: what was committed together with the rows has been given by then, and no
 * row is counted twice. */
static void
on_put_back(wb_timer *timer, void *arg)
{
    wb_poller *poller = arg;

    (void)timer;
    for (size_t i = 0; i < poller->inbox_count; i++) {
        wb_err err = {0};
        wb_ignore(wb_inbox_load(&poller->inboxes[i], &err), "a count; the look reads it again");
        wb_way_look(&poller->inboxes[i].way);
    }
}

void
wb_inbox_put_back(wb_poller *poller)
{
    wb_timer_start(wb_ctx_loop(poller->ctx), &poller->put_back_timer, 0);
}

wb_holder *
wb_inbox_holder(wb_poller *poller)
{
    static const wb_holder_actor actor = {
        .name = "inbox",
        .receipt_point = "poller.receipt",
        .deleted_point = "poller.deleted",
        .settle = settle,
        .gone = gone,
        .scan = scan,
        .load = load,
    };
    wb_custody custody = wb_ctx_custody(poller->ctx);

    poller->put_back_timer = (wb_timer){.fire = on_put_back, .arg = poller};
    return wb_holder_new(&custody, &actor, poller);
}

/* --- an account's --- */

typedef struct {
    size_t rows;
    int64_t last_arrival;
} row_count;

static wb_rc
count_row(void *arg, const wb_job_row *row, wb_err *err)
{
    row_count *self = arg;
    uint64_t arrival = 0;

    (void)err;
    self->rows++;
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
    row_count count = {.last_arrival = self->last_arrival};
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(self->poller->ctx), false, err);

    if (!rc)
        rc = wb_jobs_scan(
            txn, (wb_row_name){self->account->shard, self->account->key_view, (wb_view){0}},
            count_row, &count, err);
    if (rc)
        return rc;
    self->not_given = count.rows + self->way.settled - self->way.given;
    self->last_arrival = count.last_arrival;
    return WB_OK;
}

size_t
wb_inbox_stored(const wb_inbox *self)
{
    return self->not_given + self->way.given - self->way.settled;
}
