/* SPDX-License-Identifier: Apache-2.0 */
/*
 * putback - what a lost pusher's store held goes into the outbox once more
 *
 * A receipt of the pusher deleted the outbox row; when its store is turned back or replaced
 * (losses.h) what it had accepted as held is nowhere, and its marks are gone. We have every record
 * and the revision that is wanted of it, so all records are walked, and what that store can no
 * longer prove is wanted again (putback_step.c), in the class backfill.
 *
 *   stored   meta "putback/" target -> shard and record up to which was looked, counts. Made in the
 *            transaction that notes the loss
 *   a chunk  reads that row, puts rows into the outbox and moves the row on, in one transaction
 *   killed   before a chunk's commit it is done again; after it the outbox has it
 *   twice    another loss while the walk is on sets the row back to the beginning
 *   waits    for the former chunk: at most half of the window is used, so that what is live never
 *            waits behind what is put back. A dead target stops the walk, not the mapper
 *   ends     the row goes
 *
 * Whatever a route may lead to is walked for, whether it has got something in this life or not.
 */
#include <string.h>

#include "actors/mapper/mapper.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/own.h"
#include "storage/vault.h"

#define CHUNK_PUT 256 /* rows put back in a transaction */

typedef struct wb_putback {
    wb_write write;
    wb_mapper *mapper;
    wb_target *target;
    size_t room;
    bool queued, end;
    uint64_t looked, put; /* for people */
} putback;

typedef struct {
    uint64_t looked, put;
    uint16_t shard;
    uint8_t unused[6]; /* no byte of a stored row is left to chance */
} putback_head;

static void
name_of(wb_buf *out, const wb_account *target)
{
    wb_buf_init(out, 4 * WB_KEY_MAX);
    wb_buf_add_text(out, "putback/");
    wb_buf_add_view(out, target->key_view);
}

static wb_rc
get_row(const wb_account *target, wb_txn *txn, wb_putback_at *out, bool *found, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    putback_head head;
    wb_view value = {0};
    wb_rc rc;

    name_of(&name, target);
    rc = wb_meta_get(txn, wb_buf_view(&name), &value, err);
    *found = !rc && value.len >= sizeof head;
    if (!*found)
        return rc;
    memcpy(&head, value.data, sizeof head);
    out->looked = head.looked;
    out->put = head.put;
    out->shard = head.shard;
    wb_buf_clear(&out->record);
    wb_buf_add(&out->record, value.data + sizeof head, value.len - sizeof head);
    return WB_OK;
}

static wb_rc
put_row(const wb_account *target, wb_txn *txn, const wb_putback_at *at, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    WB_AUTO(wb_buf_fini) wb_buf value = {0};
    putback_head head = {.looked = at->looked, .put = at->put, .shard = at->shard};

    name_of(&name, target);
    wb_buf_init(&value, sizeof head + WB_KEY_MAX);
    wb_buf_add(&value, &head, sizeof head);
    wb_buf_add_view(&value, wb_buf_view(&at->record));
    return wb_meta_put(txn, wb_buf_view(&name), wb_buf_view(&value), err);
}

static wb_rc
drop_row(const wb_account *target, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};

    name_of(&name, target);
    return wb_meta_delete(txn, wb_buf_view(&name), err);
}

static void
at_fini(wb_putback_at *self)
{
    wb_buf_fini(&self->record);
}

/* --- a chunk --- */

static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    putback *self = WB_CONTAINER(write, putback, write);
    wb_putback_bounds bounds = {.mapper = self->mapper, .room = self->room};
    WB_AUTO(at_fini) wb_putback_at at = {0};
    bool found = false;
    wb_rc rc;

    bounds.claims = wb_ctx_claims(self->mapper->ctx, &bounds.claim_count);
    wb_buf_init(&at.record, WB_KEY_MAX);
    self->end = true;
    rc = get_row(self->target->account, txn, &at, &found, err);
    if (!rc && found)
        rc = wb_putback_step(self->target, &bounds, &at, txn, err);
    if (rc || !found)
        return rc;
    self->end = at.end;
    self->looked = at.looked;
    self->put = at.put;
    return self->end ? drop_row(self->target->account, txn, err)
                     : put_row(self->target->account, txn, &at, err);
}

static void
done(wb_write *write)
{
    putback *self = WB_CONTAINER(write, putback, write);
    wb_target *target = self->target;

    self->queued = false;
    wb_kill_point("mapper.putback");
    if (self->end) {
        wb_log(WB_INFO, "putback.done", "target=%s looked=%llu put=%llu", target->account->key,
               (unsigned long long)self->looked, (unsigned long long)self->put);
        wb_free(&target->putback);
    }
    wb_way_look(&target->way); /* comes back to wb_putback_go when all of it is on its way */
}

/* How many of a target's messages are on their way. */
static size_t
under_way(const wb_mapper *mapper, const wb_target *target)
{
    size_t window = (size_t)target->account->conf->window_msgs;
    size_t room = wb_lanes_room(wb_ctx_lanes(mapper->ctx), WB_STAGE_PUSH, target->way.account);

    return room < window ? window - room : 0;
}

static void
go(wb_mapper *mapper, wb_target *target)
{
    putback *self = target->putback;
    size_t half = (size_t)target->account->conf->window_msgs / 2, used;

    if (!self || self->queued || target->way.backlog)
        return;
    used = under_way(mapper, target);
    if (used && used >= half)
        return;
    self->room = used < half ? half - used : 1;
    if (self->room > CHUNK_PUT)
        self->room = CHUNK_PUT;
    self->queued = true;
    wb_commit_add(wb_ctx_commit(mapper->ctx), &self->write);
}

void
wb_putback_go(void *mapper)
{
    wb_mapper *self = mapper;

    for (size_t i = 0; i < self->target_count; i++)
        go(self, self->targets[i]);
}

/* --- the loss --- */

static wb_rc
on_lost(void *arg, wb_stage stage, uint16_t shard, const char *why, wb_txn *txn, wb_err *err)
{
    wb_mapper *mapper = arg;
    static const wb_putback_at beginning;
    const wb_account *account;
    wb_rc rc = WB_OK;

    (void)stage;
    (void)why; /* told by losses.c */
    for (size_t at = 0; !rc && (account = wb_map_next(mapper->reach, &at, NULL));)
        if (account->shard == shard)
            rc = put_row(account, txn, &beginning, err);
    return rc;
}

static void
begin(wb_mapper *mapper, wb_target *target, const wb_putback_at *at)
{
    if (target->putback)
        return;
    target->putback = wb_alloc(sizeof *target->putback);
    target->putback->write = (wb_write){.apply = apply, .done = done};
    target->putback->mapper = mapper;
    target->putback->target = target;
    target->putback->looked = at->looked;
    target->putback->put = at->put;
    wb_log(WB_WARN, "putback.begin", "target=%s looked=%llu why='its pusher lost its store'",
           target->account->key, (unsigned long long)at->looked);
}

/* The walk for one of the accounts that may have got something, if there is one to be done. */
static wb_rc
load(wb_mapper *mapper, const wb_account *account, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(at_fini) wb_putback_at at = {0};
    wb_target *target;
    bool found = false;
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(mapper->ctx), false, err);

    wb_buf_init(&at.record, WB_KEY_MAX);
    if (!rc)
        rc = get_row(account, txn, &at, &found, err);
    target = !rc && found ? wb_target_of(mapper, account->key_view) : NULL;
    if (target)
        begin(mapper, target, &at);
    return rc;
}

static void
on_noted(void *arg)
{
    wb_mapper *mapper = arg;
    const wb_account *account;
    wb_err err = {0};

    for (size_t at = 0; (account = wb_map_next(mapper->reach, &at, NULL));)
        if (load(mapper, account, &err))
            wb_log(WB_ERROR, "putback.unreadable", "why='%s' next='at the next start'", err.text);
    wb_putback_go(mapper);
}

/* --- life --- */

wb_rc
wb_putback_open(wb_mapper *mapper, wb_err *err)
{
    wb_losses_conf conf = {.custody = wb_ctx_custody(mapper->ctx),
                           .stage = WB_STAGE_MAP,
                           .lost = on_lost,
                           .noted = on_noted,
                           .arg = mapper};
    const wb_account *account;
    wb_rc rc = wb_losses_new(&mapper->losses, &conf, err);

    for (size_t at = 0; !rc && (account = wb_map_next(mapper->reach, &at, NULL));) {
        rc = wb_losses_watch(mapper->losses, WB_STAGE_PUSH, account->shard, err);
        if (!rc)
            rc = load(mapper, account, err);
    }
    if (rc)
        return rc;
    wb_putback_go(mapper);
    wb_losses_look(mapper->losses);
    return WB_OK;
}

void
wb_putback_close(wb_mapper *mapper)
{
    wb_losses_destroy(&mapper->losses);
    for (size_t i = 0; i < mapper->target_count; i++)
        wb_free(&mapper->targets[i]->putback);
}

void
wb_putback_status(const wb_target *target, wb_json_writer *out)
{
    const putback *self = target->putback;

    if (!self)
        return;
    wb_json_put_key(out, "putting_back");
    wb_json_open(out, '{');
    wb_json_member_int(out, "looked", (int64_t)self->looked);
    wb_json_member_int(out, "put", (int64_t)self->put);
    wb_json_close(out, '}');
}
