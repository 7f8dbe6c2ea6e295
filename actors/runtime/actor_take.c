/* SPDX-License-Identifier: Apache-2.0 */
/*
 * actor_take - every message that comes in: to its handler, or aside; and careful mode
 *
 * Careful mode: after the second unclean end within a minute, messages marked `again`
 * are taken one at a time, each noted in the store before work on it begins. What was being worked
 * on at three ends, the first ones too, ends the process whenever it is touched: it is parked with
 * its bytes. An end outside of a handler names nobody in its mark: then the notes count, and the
 * third of them parks (two ends alone, and those before). What got through loses its note with the
 * next one's: its receipt may not have left when that one ends the process, and it would come
 * again, and be blamed in the end.
 */
#include <string.h>

#include "actors/runtime/actor_ctx.h"
#include "actors/runtime/process.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "storage/vault.h"

#define NOTED_MAX 3
#define CAREFUL_LOOK_MS 5

static const wb_handler *
handler_of(const wb_actor *actor, wb_kind kind)
{
    for (const wb_handler *row = actor->handlers; row->kind != WB_KIND_NONE; row++)
        if (row->kind == kind)
            return row;
    return NULL;
}

/* The account that a message is parked under: its target, or the one that it was read from. */
static void
park_refused(wb_ctx *ctx, wb_delivery *delivery, const char *why, bool unknown)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};

    wb_ctx_account_key(ctx, delivery->env, &key);
    wb_actor_park(ctx, &delivery,
                  delivery->env->target.len ? delivery->env->target : wb_buf_view(&key), why,
                  unknown);
}

static void
settle_handled(wb_ctx *ctx, wb_delivery *delivery, wb_rc rc, const wb_err *err)
{
    switch (rc) {
    case WB_OK:
        return;
    case WB_REJECT:
        park_refused(ctx, delivery, err->text, false);
        return;
    case WB_FULL:
        wb_delivery_settle(ctx->lanes, &delivery, WB_OUTCOME_FULL);
        return;
    case WB_RETRY:
    case WB_SUSPEND:
        wb_delivery_drop(ctx->lanes, &delivery);
        return;
    case WB_FATAL:
        wb_log(WB_ERROR, "handler.fatal", "why='%s'", err->text);
        wb_ctx_fail(ctx);
        wb_delivery_drop(ctx->lanes, &delivery);
    }
}

static void
handle(wb_ctx *ctx, wb_delivery *delivery)
{
    const wb_handler *row = handler_of(ctx->actor, delivery->env->kind);
    wb_err err = {0};
    wb_rc rc;

    if (!row) {
        wb_log(WB_WARN, "message.unexpected", "kind=%s", wb_kind_name(delivery->env->kind));
        wb_delivery_drop(ctx->lanes, &delivery);
        return;
    }
    wb_process_works_on(&delivery->env->id);
    wb_fault_on_record(delivery->env->record);
    rc = row->handle(ctx, delivery, &err);
    wb_process_works_on(NULL);
    settle_handled(ctx, delivery, rc, &err);
}

/* --- careful mode --- */

typedef struct {
    wb_write write;
    wb_ctx *ctx;
    wb_delivery *delivery;
    uint64_t noted;
} careful_note;

#define NOTE_NAME_SIZE (8 + WB_ID_TEXT_MAX + 1)

static wb_view
note_name(char *dst, const wb_id *id)
{
    memcpy(dst, "noted/", sizeof "noted/");
    wb_id_text(dst + sizeof "noted/" - 1, id);
    return wb_view_of(dst);
}

static wb_rc
note_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    careful_note *self = WB_CONTAINER(write, careful_note, write);
    char name[NOTE_NAME_SIZE];
    wb_view was = {0};
    wb_rc rc;

    rc = wb_meta_delete(txn, note_name(name, &self->ctx->careful_last), err);
    if (!rc)
        rc = wb_meta_get(txn, note_name(name, &self->delivery->env->id), &was, err);
    if (rc)
        return rc;
    self->noted = 0;
    if (was.len == sizeof self->noted)
        memcpy(&self->noted, was.data, sizeof self->noted);
    self->noted++;
    return wb_meta_put(txn, wb_view_of(name),
                       (wb_view){(const char *)&self->noted, sizeof self->noted}, err);
}

static void
note_done(wb_write *write)
{
    careful_note *self = WB_CONTAINER(write, careful_note, write);
    wb_ctx *ctx = self->ctx;

    ctx->careful_last = self->delivery->env->id;
    if (self->noted >= NOTED_MAX ||
        wb_process_ended_by(&self->delivery->env->id) >= WB_CAREFUL_ENDED_BY)
        /* it may have ended the process after its request had left */
        park_refused(ctx, self->delivery, WB_ENDS_THE_PROCESS,
                     self->delivery->env->kind == WB_KIND_WANT);
    else
        handle(ctx, self->delivery);
    wb_free(&self);
    wb_timer_start(ctx->loop, &ctx->careful_timer, CAREFUL_LOOK_MS);
}

/* The next one when nothing is in hand but what waits here. */
static void
on_careful(wb_timer *timer, void *arg)
{
    wb_ctx *ctx = arg;
    size_t waiting = 0;
    careful_note *note;
    wb_link *link;

    (void)timer;
    for (link = ctx->careful_queue.next; link != &ctx->careful_queue; link = link->next)
        waiting++;
    if (!waiting) {
        ctx->careful_busy = false;
        return;
    }
    if (wb_lanes_in_hand(ctx->lanes) > waiting || wb_commit_queued(ctx->commit)) {
        wb_timer_start(ctx->loop, &ctx->careful_timer, CAREFUL_LOOK_MS);
        return;
    }
    note = wb_alloc(sizeof *note);
    note->write = (wb_write){.apply = note_apply, .done = note_done};
    note->ctx = ctx;
    note->delivery = WB_CONTAINER(wb_list_pop(&ctx->careful_queue), wb_delivery, link);
    wb_commit_add(ctx->commit, &note->write);
}

void
wb_actor_careful_init(wb_ctx *ctx)
{
    wb_list_init(&ctx->careful_queue);
    ctx->careful_timer = (wb_timer){.fire = on_careful, .arg = ctx};
    ctx->careful = wb_process_careful();
    if (ctx->careful)
        wb_log(WB_WARN, "careful",
               "why='two unclean ends within a minute' "
               "next='what came before is taken one at a time'");
}

void
wb_actor_take(void *arg, wb_delivery *delivery)
{
    wb_ctx *ctx = arg;

    ctx->taken++;
    if (wb_actor_call(ctx, delivery))
        return;
    if (ctx->draining && delivery->from) {
        wb_delivery_settle(ctx->lanes, &delivery, WB_OUTCOME_FULL);
        return;
    }
    if (!ctx->careful || !delivery->env->again) {
        handle(ctx, delivery);
        return;
    }
    wb_list_append(&ctx->careful_queue, &delivery->link);
    if (!ctx->careful_busy) {
        ctx->careful_busy = true;
        wb_timer_start(ctx->loop, &ctx->careful_timer, 0);
    }
}
