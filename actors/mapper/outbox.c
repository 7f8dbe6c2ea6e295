/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox - wanted states on their way to the pushers, and their receipts
 *
 * A row leaves only at the receipt of the revision that it still wants. After a restart every row
 * may have left before: it travels as `again`.
 */
#include <string.h>

#include "actors/mapper/mapper.h"
#include "protocol/base/own.h"

typedef struct {
    wb_outgoing out;
    wb_link link; /* in mapper->settled */
    wb_link all;  /* in target->items */
    wb_target *target;
    wb_envelope *env;
    uint16_t shard;    /* of the record: the envelope's is that of the lane */
    uint64_t revision; /* of the outbox row: the envelope's may be newer */
    wb_outcome outcome;
} want_item;

static void
want_destroy(want_item **self_p)
{
    wb_list_remove(&(*self_p)->all);
    wb_envelope_destroy(&(*self_p)->env);
    wb_free(self_p);
}

wb_target *
wb_target_find(wb_mapper *mapper, wb_view key)
{
    for (size_t i = 0; i < mapper->target_count; i++)
        if (wb_view_eq(mapper->targets[i].account->key_view, key))
            return &mapper->targets[i];
    return NULL;
}

void
wb_target_envelope(const wb_target *self, const wb_envelope *cause, uint64_t revision,
                   wb_view canonical, wb_envelope *env)
{
    *env = *cause;
    env->kind = WB_KIND_WANT;
    env->target = self->account->key_view;
    env->revision = revision;
    env->body = canonical;
    env->again = false;
    env->tries = 0;
    env->sequence = 0;
    env->unknown = (wb_view){0};
    env->unknown_pairs = 0;
}

/* --- receipts --- */

wb_rc
wb_mapper_deliver(wb_txn *txn, wb_view record, uint16_t shard, const wb_record_delivery *delivery,
                  wb_err *err)
{
    bool keep = delivery->outcome == WB_OUTCOME_HELD || delivery->outcome == WB_OUTCOME_PARKED;
    wb_record_row row;
    bool found = false;
    size_t at = 0;
    wb_rc rc = wb_records_get(txn, shard, record, &row, &found, err);

    if (rc || !found)
        return rc;
    while (at < row.delivery_count && !wb_view_eq(row.deliveries[at].target, delivery->target))
        at++;
    if (at < row.delivery_count && row.deliveries[at].revision > delivery->revision)
        return WB_OK;
    if (!keep && at == row.delivery_count)
        return WB_OK;
    if (!keep)
        row.deliveries[at] = row.deliveries[--row.delivery_count];
    else if (at < WB_RECORD_DELIVERIES_MAX)
        row.deliveries[at] = *delivery;
    if (keep && at == row.delivery_count && at < WB_RECORD_DELIVERIES_MAX)
        row.delivery_count++;
    return wb_records_put(txn, shard, record, &row, err);
}

static wb_rc
settle_one(const want_item *item, wb_txn *txn, wb_err *err)
{
    const wb_envelope *env = item->env;
    wb_record_delivery delivery = {
        .target = env->target, .outcome = item->outcome, .revision = env->revision};
    wb_rc rc = wb_outbox_done(txn, env->target, env->record, item->revision, err);

    if (rc || (item->outcome != WB_OUTCOME_HELD && item->outcome != WB_OUTCOME_PARKED))
        return rc;
    return wb_mapper_deliver(txn, env->record, item->shard, &delivery, err);
}

static wb_rc
settle_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_mapper *mapper = WB_CONTAINER(write, wb_mapper, settle_write);
    wb_rc rc = WB_OK;

    for (wb_link *link = mapper->settled.next; !rc && link != &mapper->settled; link = link->next)
        rc = settle_one(WB_CONTAINER(link, want_item, link), txn, err);
    return rc;
}

static void
settle_done(wb_write *write)
{
    wb_mapper *mapper = WB_CONTAINER(write, wb_mapper, settle_write);

    mapper->settle_queued = false;
    wb_kill_point("mapper.deleted");
    for (wb_link *link; (link = wb_list_pop(&mapper->settled));) {
        want_item *item = WB_CONTAINER(link, want_item, link);
        if (wb_map_find(item->target->sent, item->env->record) == item)
            wb_map_remove(item->target->sent, item->env->record);
        item->target->settled++;
        want_destroy(&item);
    }
}

static void
on_settled(wb_outgoing *out, wb_outcome outcome)
{
    want_item *item = WB_CONTAINER(out, want_item, out);
    wb_mapper *mapper = item->target->mapper;

    wb_kill_point("mapper.receipt");
    item->outcome = outcome;
    wb_list_append(&mapper->settled, &item->link);
    if (mapper->settle_queued)
        return;
    mapper->settle_queued = true;
    wb_commit_add(wb_ctx_commit(mapper->ctx), &mapper->settle_write);
}

/* --- down the lane --- */

static bool
send_want(wb_target *self, wb_envelope **env_p, uint64_t revision)
{
    wb_lanes *lanes = wb_ctx_lanes(self->mapper->ctx);
    wb_view key = self->account->key_view;
    want_item *item;
    wb_err err = {0};

    if (!wb_lanes_room(lanes, WB_STAGE_PUSH, key))
        return false;
    item = wb_alloc(sizeof *item);
    item->target = self;
    item->shard = (*env_p)->shard;
    item->revision = revision;
    item->env = wb_take(env_p);
    item->out.env = item->env;
    item->out.settled = on_settled;
    if (wb_lanes_send(lanes, &item->out, WB_STAGE_PUSH, key, key, &err)) {
        want_destroy(&item);
        return false;
    }
    wb_list_append(&self->items, &item->all);
    wb_map_put(self->sent, item->env->record, item);
    return true;
}

void
wb_target_feed(wb_target *self, wb_envelope **env_p)
{
    self->wanted++;
    if (self->backlog || !send_want(self, env_p, (*env_p)->revision))
        self->backlog = true;
    wb_envelope_destroy(env_p);
}

/* --- backlog --- */

typedef struct {
    wb_target *target;
    wb_txn *txn;
    bool full;
} backlog_scan;

/* The row's header with the record's body. A record that has changed since has a newer row. */
static wb_rc
load_want(const wb_outbox_row *row, wb_txn *txn, wb_envelope **out, wb_err *err)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_record_row record;
    bool found = false;
    wb_rc rc = wb_records_get(txn, row->shard, row->record, &record, &found, err);

    if (!rc && !found)
        rc = wb_fail(err, WB_FATAL, "an outbox row without its record: %.*s",
                     WB_VIEW_ARG(row->record));
    if (!rc)
        rc = wb_envelope_decode(&env, row->header, record.canonical, err);
    if (rc)
        return rc;
    env->again = true;
    env->shard = row->shard;
    env->revision = record.revision;
    *out = wb_take(&env);
    return WB_OK;
}

/* Is this row, or a newer one of its record, on its way? */
static bool
on_its_way(const wb_target *self, const wb_outbox_row *row)
{
    const want_item *item = wb_map_find(self->sent, row->record);

    return item && item->revision >= row->revision;
}

static wb_rc
on_row(void *arg, const wb_outbox_row *row, wb_err *err)
{
    backlog_scan *scan = arg;
    wb_target *target = scan->target;
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_rc rc = WB_OK;

    if (!on_its_way(target, row)) {
        rc = load_want(row, scan->txn, &env, err);
        scan->full = !rc && !send_want(target, &env, row->revision);
    }
    if (rc || scan->full)
        return rc ? rc : WB_FULL;
    target->at_revision = row->revision;
    wb_buf_clear(&target->at_record);
    wb_buf_add_view(&target->at_record, row->record);
    return WB_OK;
}

/* On from where the last look ended; then, once, from the beginning: a clock that was set back
 * makes revisions that lie before it. */
static wb_rc
scan_backlog(wb_target *self, backlog_scan *scan, wb_err *err)
{
    bool from_start = self->at_revision == 0;
    wb_rc rc = wb_outbox_scan(scan->txn, self->account->key_view, self->at_revision,
                              wb_buf_view(&self->at_record), on_row, scan, err);

    if (rc || scan->full || from_start)
        return rc;
    self->at_revision = 0;
    wb_buf_clear(&self->at_record);
    return wb_outbox_scan(scan->txn, self->account->key_view, 0, (wb_view){0}, on_row, scan, err);
}

static void
pump_backlog(wb_target *self)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    backlog_scan scan = {.target = self};
    wb_err err = {0};
    wb_rc rc;

    if (!self->backlog)
        return;
    rc = wb_txn_begin(&txn, wb_ctx_store(self->mapper->ctx), false, &err);
    scan.txn = txn;
    if (!rc)
        rc = scan_backlog(self, &scan, &err);
    if (rc) {
        wb_log(WB_ERROR, "outbox.unreadable", "target=%s why='%s'", self->account->key, err.text);
        wb_loop_stop(wb_ctx_loop(self->mapper->ctx));
        return;
    }
    self->backlog = scan.full;
}

static void
on_room(void *arg, wb_stage stage, wb_view account)
{
    wb_mapper *mapper = arg;
    wb_target *target = wb_target_find(mapper, account);

    (void)stage;
    if (target)
        pump_backlog(target);
}

wb_rc
wb_targets_open(wb_mapper *mapper, wb_err *err)
{
    (void)err;
    wb_list_init(&mapper->settled);
    mapper->settle_write = (wb_write){.apply = settle_apply, .done = settle_done};
    wb_lanes_on_room(wb_ctx_lanes(mapper->ctx), on_room, mapper);
    for (size_t i = 0; i < mapper->target_count; i++) {
        mapper->targets[i].mapper = mapper;
        mapper->targets[i].sent = wb_map_new();
        wb_list_init(&mapper->targets[i].items);
        wb_buf_init(&mapper->targets[i].at_record, WB_KEY_MAX);
        mapper->targets[i].backlog = true; /* what a former life left */
        pump_backlog(&mapper->targets[i]);
    }
    return WB_OK;
}

void
wb_targets_close(wb_mapper *mapper)
{
    for (size_t i = 0; i < mapper->target_count; i++) {
        wb_target *target = &mapper->targets[i];
        while (!wb_list_empty(&target->items)) {
            want_item *item = WB_CONTAINER(target->items.next, want_item, all);
            wb_lanes_cancel(wb_ctx_lanes(mapper->ctx), &item->out);
            want_destroy(&item);
        }
        wb_map_destroy(&mapper->targets[i].sent);
        wb_buf_fini(&target->at_record);
    }
}
