/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stray - a message that does not even say whom a receipt goes to: its bytes are kept, told
 *
 * Nobody can be answered, and it may come from a stranger. So what is kept is bounded by its
 * place: PLACES rows in all, cut to BYTES_MAX, the same message in the same place each time, and
 * AN_HOUR writes at most. The others are counted, and told in the log now and then.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "actors/runtime/actor/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "protocol/pack.h"
#include "storage/parked.h"

#define PLACES 64
#define BYTES_MAX 4096 /* of each frame */
#define AN_HOUR 60
#define HOUR_MS (3600 * WB_MS_PER_S)

typedef struct {
    wb_write write;
    wb_ctx *ctx;
    wb_buf stored;
    wb_id id;
    uint64_t count; /* of those that came so far */
    char reason[200];
} stray_write;

static void
tell(stray_write *self)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};

    wb_buf_init(&out, 1024);
    wb_pack_map(&out, 4);
    wb_pack_member_text(&out, "what", WB_VIEW_LIT("message_unreadable"));
    wb_pack_member_text(&out, "text", wb_view_of(self->reason));
    wb_pack_member_uint(&out, "count", self->count);
    wb_pack_member_int(&out, "at", wb_now_utc_us());
    wb_commit_event(&self->write, WB_TOPIC_PROCESS, wb_buf_view(&out));
}

static wb_rc
stray_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    stray_write *self = WB_CONTAINER(write, stray_write, write);
    wb_parked_row row = {.id = self->id,
                         .shard = self->ctx->claims[0].shard,
                         .reason = wb_view_of(self->reason),
                         .parked_utc_us = wb_now_utc_us(),
                         .envelope = wb_buf_view(&self->stored)};
    wb_rc rc = wb_parked_put(txn, &row, err);

    if (!rc)
        tell(self);
    return rc;
}

static void
stray_done(wb_write *write)
{
    stray_write *self = WB_CONTAINER(write, stray_write, write);

    self->ctx->parked++;
    wb_log(WB_WARN, "parked", "count=%" PRIu64 " why='%s'", self->count, self->reason);
    wb_buf_fini(&self->stored);
    wb_free(&self);
}

/* So many an hour. */
static bool
may_keep(wb_ctx *ctx)
{
    int64_t now_ms = wb_loop_now_ms(ctx->loop);

    if (!ctx->stray_since_ms || now_ms - ctx->stray_since_ms >= HOUR_MS) {
        ctx->stray_since_ms = now_ms;
        ctx->stray_kept = 0;
    }
    return !ctx->draining && ctx->claim_count && ctx->stray_kept++ < AN_HOUR;
}

static wb_view
cut(wb_view frame)
{
    if (frame.len > BYTES_MAX)
        frame.len = BYTES_MAX;
    return frame;
}

void
wb_actor_stray(void *arg, wb_view header, wb_view body, const char *why)
{
    wb_ctx *ctx = arg;
    uint64_t place = wb_hash64(header.data, header.len, 0) ^ wb_hash64(body.data, body.len, 1);
    stray_write *self;

    ctx->stray_count++;
    if (!may_keep(ctx))
        return;
    self = wb_alloc(sizeof *self);
    self->ctx = ctx;
    self->count = ctx->stray_count;
    place %= PLACES;
    self->id = wb_id_make(0, WB_VIEW_LIT("lane"), (wb_view){(const char *)&place, sizeof place});
    wb_buf_init(&self->stored, 2 * BYTES_MAX + 32);
    wb_pack_array(&self->stored, 2);
    wb_pack_bytes(&self->stored, cut(header));
    wb_pack_bytes(&self->stored, cut(body));
    snprintf(self->reason, sizeof self->reason, "malformed: message of %zu and %zu bytes: %.120s",
             header.len, body.len, why);
    self->write = (wb_write){.apply = stray_apply, .done = stray_done};
    wb_commit_add(ctx->commit, &self->write);
}
