/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ops_change - parked rows, sent again, dropped, accepted: one transaction, which also answers
 */
#include <stdio.h>
#include <string.h>

#include "actors/runtime/actor/inside.h"
#include "protocol/base/own.h"
#include "storage/aside.h"

typedef struct {
    wb_write write;
    wb_ctx *ctx;
    wb_delivery *delivery;
    wb_retake back;
    ops_action action;
    char by[OPS_BY_SIZE]; /* ACCEPT */
    bool more;
    ops_filter filter;
    wb_parked_place *places;
    size_t count, changed, kept;
    size_t kept_before;            /* in what was walked before, all of which had to stay */
    char why[WB_ERR_TEXT_MAX + 1]; /* of the first that is kept */
} ops_change;

/* A row of this store, not a message. */
static bool
is_row(const wb_parked_row *row)
{
    size_t len = sizeof WB_ASIDE_DAMAGED - 1;

    return row->reason.len > len && !memcmp(row->reason.data, WB_ASIDE_DAMAGED ":", len + 1);
}

/* Back to work, where this actor can take it back. Its bytes cannot be read: it stays where it can
 * be looked at. */
static wb_rc
take_back(ops_change *self, wb_txn *txn, const wb_parked_row *row, const wb_envelope *env,
          wb_err *err)
{
    if (self->action == OPS_DROP)
        return WB_OK;
    if (self->action == OPS_RETRY && is_row(row))
        return wb_aside_restore(txn, row->envelope, err);
    if (self->action == OPS_RETRY && !self->back.revive)
        return wb_fail(err, WB_REJECT, "this process cannot send again what it parked: drop it");
    if (!env)
        return wb_fail(err, WB_REJECT,
                       "this release cannot read its bytes: drop it, or try again once the "
                       "release that wrote it runs here");
    if (self->action == OPS_ACCEPT)
        return self->back.accept(self->back.arg, txn, row, self->by, err);
    return self->back.revive(self->back.arg, &self->write, txn, row, err);
}

/* Cannot be taken back: it stays, and who asked hears why. */
static void
keep(ops_change *self, const wb_err *why)
{
    if (!self->kept++ && !self->kept_before)
        snprintf(self->why, sizeof self->why, "%s", why->text);
}

static wb_rc
change_one(ops_change *self, wb_txn *txn, const wb_parked_place *place, wb_err *err)
{
    static const char *const words[] = {"retried", "dropped", "accepted"};
    WB_AUTO(wb_buf_fini) wb_buf scratch = {0};
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_record_event event = {.what = words[self->action], .before = WB_OUTCOME_PARKED};
    wb_parked_row row = {0};
    bool found = false;
    wb_rc rc;

    wb_buf_init(&scratch, WB_HEADER_MAX + WB_BODY_MAX + 64);
    rc = wb_parked_get(txn, *place, &scratch, &row, &found, err);
    if (rc || !found)
        return rc;
    wb_ignore(wb_envelope_load(&env, row.envelope, err), "what cannot be read can be dropped");
    rc = take_back(self, txn, &row, env, err);
    if (rc == WB_REJECT) {
        keep(self, err);
        return WB_OK;
    }
    if (!rc)
        rc = wb_parked_delete(txn, *place, err);
    if (rc)
        return rc;
    self->changed++;
    event.env = env;
    event.text = self->action == OPS_ACCEPT ? self->by : NULL;
    if (env)
        wb_event_record(&self->write, &event);
    return WB_OK;
}

static wb_rc
change_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    ops_change *self = WB_CONTAINER(write, ops_change, write);
    wb_rc rc = WB_OK;

    self->changed = self->kept = 0; /* may run more than once */
    for (size_t i = 0; !rc && i < self->count; i++)
        rc = change_one(self, txn, &self->places[i], err);
    return rc;
}

/* All of these had to stay: what is behind them would never be reached. False: there is nothing. */
static bool
go_on(ops_change *self)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    ops_scan scan = {.filter = &self->filter, .places = self->places};
    wb_parked_place last;
    wb_err err = {0};

    if (self->changed || !self->more || !self->count)
        return false;
    last = self->places[self->count - 1];
    scan.behind = &last;
    if (wb_txn_begin(&txn, wb_ctx_store(self->ctx), false, &err) ||
        ops_scan_all(self->ctx, txn, &scan, &err) || !scan.count)
        return false;
    self->kept_before += self->kept;
    self->count = scan.count;
    self->more = scan.more;
    wb_commit_add(wb_ctx_commit(self->ctx), &self->write);
    return true;
}

static void
change_done(wb_write *write)
{
    ops_change *self = WB_CONTAINER(write, ops_change, write);

    if (go_on(self))
        return;
    wb_retake_changed(wb_ctx_lanes(self->ctx), &self->delivery,
                      &(wb_retake_change){.changed = self->changed,
                                          .more = self->more,
                                          .kept = self->kept_before + self->kept,
                                          .why = self->why});
    wb_strays_changed(self->ctx);
    if (self->changed && self->action != OPS_DROP && self->back.revived)
        self->back.revived(self->back.arg);
    wb_free(&self->places);
    wb_free(&self);
}

wb_rc
ops_change_start(wb_ctx *ctx, wb_delivery *delivery, const wb_retake *back, const ops_order *order,
                 wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_parked_place *places = wb_alloc((size_t)order->filter.limit * sizeof *places);
    ops_scan scan = {.filter = &order->filter, .places = places};
    ops_change *self;
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(ctx), false, err);

    if (!rc && (order->action != OPS_ACCEPT || back->acceptable))
        rc = ops_scan_all(ctx, txn, &scan, err);
    if (rc) {
        wb_free(&places);
        return rc;
    }
    self = wb_alloc(sizeof *self);
    self->write = (wb_write){.apply = change_apply, .done = change_done};
    self->ctx = ctx;
    self->delivery = delivery;
    self->back = *back;
    self->action = order->action;
    memcpy(self->by, order->by, sizeof self->by);
    self->filter = order->filter;
    self->more = scan.more;
    self->places = places;
    self->count = scan.count;
    wb_commit_add(wb_ctx_commit(ctx), &self->write);
    return WB_OK;
}
