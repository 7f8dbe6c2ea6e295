/* SPDX-License-Identifier: Apache-2.0 */
/*
 * marks - what pushers settled of records that they had answered "held" for
 *
 * Delivery state makes no revision and is never pushed.
 */
#include "actors/mapper/mapper.h"
#include "actors/mapper/stock/reserve.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "protocol/mark.h"

typedef struct {
    wb_write write;
    wb_mapper *mapper;
    wb_delivery *delivery;
} mark_write;

static bool
is_listing(wb_view record)
{
    wb_key_parts parts;
    wb_err err = {0};

    return !wb_key_parse(&parts, record, &err) && parts.kind == WB_RECORD_LISTING;
}

static wb_rc
moved_there(wb_mapper *mapper, const wb_apart_way *way, const wb_mark *mark, wb_txn *txn,
            wb_err *err)
{
    return wb_mapper_is_there(mark->outcome) ? wb_ruled_there(mapper, way, mark->revision, txn, err)
                                             : WB_OK;
}

static wb_rc
mark_one(wb_mapper *mapper, const wb_mark *mark, uint16_t shard, wb_txn *txn, wb_err *err)
{
    const wb_apart_way way = {shard, mark->target, mark->record};
    wb_record_delivery delivery = {.target = mark->target,
                                   .outcome = mark->outcome,
                                   .revision = mark->revision,
                                   .remote_id = mark->remote_id,
                                   .reason = mark->reason};

    const wb_reserve_delivery there = {mapper, mark->record, mark->target, wb_now_utc_us()};
    wb_rc rc = wb_mapper_deliver(txn, mark->record, shard, &delivery, err);

    if (!rc && wb_mapper_is_there(mark->outcome) && is_listing(mark->record))
        wb_differs_told(mapper, mark->record);
    if (!rc && wb_mapper_is_there(mark->outcome))
        rc = wb_reserve_delivered(&there, txn, err);
    if (!rc)
        rc = moved_there(mapper, &way, mark, txn, err);
    return rc ? rc : wb_apart_free(mapper, txn, &way, err);
}

static wb_rc
mark_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    mark_write *self = WB_CONTAINER(write, mark_write, write);
    const wb_envelope *env = self->delivery->env;
    uint32_t count = 0;
    wb_unpack in;
    wb_mark mark;
    wb_rc rc;

    wb_unpack_init(&in, env->body);
    rc = wb_unpack_array(&in, &count, "marks", err);
    for (uint32_t i = 0; !rc && i < count; i++) {
        rc = wb_mark_read(&in, &mark, err);
        if (!rc)
            rc = mark_one(self->mapper, &mark, env->shard, txn, err);
    }
    return rc;
}

static void
mark_done(wb_write *write)
{
    mark_write *self = WB_CONTAINER(write, mark_write, write);

    wb_targets_look(self->mapper);
    wb_delivery_settle(wb_ctx_lanes(self->mapper->ctx), &self->delivery, WB_OUTCOME_HANDED_ON);
    wb_free(&self);
}

/* Its receipt HELD may come behind this: it waits for company, and what is told here does not. */
static void
note_end(wb_mapper *mapper, const wb_mark *mark)
{
    wb_target *target = wb_target_find(mapper, mark->target);
    wb_parcel *parcel = target ? wb_way_find(&target->way, mark->record) : NULL;

    if (parcel && parcel->row.revision <= mark->revision)
        parcel->ended = true;
}

/* Read once before anything is queued: what is malformed is parked, not met in a transaction. */
static wb_rc
check(wb_mapper *mapper, wb_view body, wb_err *err)
{
    uint32_t count = 0;
    wb_unpack in;
    wb_mark mark;
    wb_rc rc = wb_pack_scan(body, WB_PACK_ELEMENTS_MAX, err);

    if (rc)
        return rc;
    wb_unpack_init(&in, body);
    rc = wb_unpack_array(&in, &count, "marks", err);
    for (uint32_t i = 0; !rc && i < count; i++) {
        rc = wb_mark_read(&in, &mark, err);
        if (!rc)
            note_end(mapper, &mark);
    }
    return rc;
}

wb_rc
wb_mapper_mark(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    mark_write *self;
    wb_rc rc = check(wb_ctx_state(ctx), delivery->env->body, err);

    if (rc)
        return wb_note(err, rc, "malformed");
    self = wb_alloc(sizeof *self);
    self->write = (wb_write){.apply = mark_apply, .done = mark_done, .about = &delivery->env->id};
    self->mapper = wb_ctx_state(ctx);
    self->delivery = delivery;
    wb_commit_add(wb_ctx_commit(ctx), &self->write);
    return WB_OK;
}
