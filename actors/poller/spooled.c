/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spooled - an answer that is too large for memory: a file, read piece by piece
 *
 * Its name is stored with the cursor that asked for it; from then on each piece is a page: its
 * items and how far it came are one transaction.
 *
 *   killed before the name is stored   nobody names the file: it is removed at the start
 *   killed between two pieces          it goes on behind the last one
 *   killed before the file is removed  the cursor is behind it: as above
 *   the file is gone                   it is asked for again, and read from its beginning: what was
 *                                      read of it is recognised
 *   a piece cannot be read             the slice begins anew, as for any page; the file is dropped
 */
#include <stdio.h>

#include "actors/poller/poller.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/own.h"

wb_rc
wb_spooled_open(wb_poller *poller, const char *folder, wb_err *err)
{
    WB_AUTO(wb_free) wb_id *named = wb_alloc((poller->feed_count + 1) * sizeof *named);
    size_t count = 0;
    wb_rc rc = wb_spool_open(&poller->spool, folder, wb_ctx_store(poller->ctx), err);

    wb_buf_init(&poller->piece, WB_PIECE_MAX);
    wb_outcomes_init(&poller->outcomes);
    if (rc)
        return rc;
    for (size_t i = 0; i < poller->feed_count; i++)
        if (poller->feeds[i].at.spooled)
            named[count++] = poller->feeds[i].at.spool;
    wb_spool_keep(poller->spool, named, count);
    wb_exchanger_spool(wb_ctx_exchanger(poller->ctx), poller->spool);
    return WB_OK;
}

void
wb_spooled_close(wb_poller *poller)
{
    wb_outcomes_fini(&poller->outcomes);
    wb_buf_fini(&poller->piece);
    wb_spool_close(&poller->spool);
}

static void
forget(wb_feed *self)
{
    self->at.spooled = false;
    self->at.spool = (wb_id){0};
    self->at.spool_len = self->at.spool_offset = self->at.spool_sent_utc_us = 0;
}

/* The store may still name it: then it is gone, and asked for again. */
void
wb_spooled_drop(wb_feed *self)
{
    if (self->at.spooled)
        wb_spool_remove(self->poller->spool, &self->at.spool);
    forget(self);
}

void
wb_spooled_store(wb_feed *self, const wb_exchange_result *result)
{
    wb_outcomes *none = &self->poller->outcomes;

    wb_kill_point("poller.spooled");
    wb_outcomes_clear(none, 0);
    self->at.spooled = true;
    self->at.spool = result->spool;
    self->at.spool_len = result->spool_len;
    self->at.spool_offset = 0;
    self->at.spool_sent_utc_us = result->sent_utc_us;
    wb_feed_fine(self);
    wb_page_store(self, &(wb_page_input){.out = none, .cursor = &self->at});
}

/* --- a piece --- */

static void
gone(wb_feed *self, const char *why)
{
    forget(self);
    wb_feed_failed(self, WB_RETRY, why, 0);
}

static void
fill_call(wb_feed *self, const wb_op *op, wb_call *call)
{
    *call = (wb_call){.op = op,
                      .stream = wb_view_of(self->stream->name),
                      .cursor = self->at.cursor,
                      .from_utc_us = self->at.slice_from_utc_us,
                      .to_utc_us = self->at.slice_to_utc_us,
                      .page_max = wb_feed_batch(self, op),
                      .full = self->at.full};
}

/* Reads until something is consumed; WB_REJECT: it never will be. */
static wb_rc
read_piece(wb_feed *self, const wb_op *op, wb_piece *piece, wb_err *err)
{
    wb_poller *poller = self->poller;
    int64_t left = self->at.spool_len - self->at.spool_offset;
    size_t want = self->piece > WB_PIECE_MIN ? self->piece : WB_PIECE_MIN;
    wb_call call;
    wb_rc rc;

    if (left < (int64_t)want)
        want = (size_t)left;
    wb_buf_clear(&poller->piece);
    rc = wb_spool_read(poller->spool, &self->at.spool, self->at.spool_offset, want, &poller->piece,
                       err);
    if (rc)
        return WB_RETRY;
    *piece = (wb_piece){.bytes = wb_buf_view(&poller->piece),
                        .offset = self->at.spool_offset,
                        .end = (int64_t)want == left};
    fill_call(self, op, &call);
    rc = wb_exchange_slice(wb_ctx_exchanger(poller->ctx), self->account, &call, piece,
                           &poller->outcomes, err);
    if (rc)
        return WB_REJECT;
    if (poller->outcomes.consumed < 0 || poller->outcomes.consumed > (int64_t)want)
        return wb_fail(err, WB_REJECT, "more was consumed than there was");
    return WB_OK;
}

/* More of it at once, or nothing helps. */
static wb_rc
grow(wb_feed *self, const wb_piece *piece, wb_err *err)
{
    if (piece->end)
        return wb_fail(err, WB_REJECT, "its end cannot be read");
    if (piece->bytes.len >= WB_PIECE_MAX)
        return wb_fail(err, WB_REJECT, "one element of it has more than %d bytes", WB_PIECE_MAX);
    self->piece = 2 * piece->bytes.len < WB_PIECE_MAX ? 2 * piece->bytes.len : WB_PIECE_MAX;
    return WB_OK;
}

static void
store_piece(wb_feed *self, const wb_piece *piece)
{
    wb_outcomes *out = &self->poller->outcomes;
    wb_page_input page = {.sent_utc_us = self->at.spool_sent_utc_us};
    bool whole = piece->end && out->consumed == (int64_t)piece->bytes.len;
    wb_id file = self->at.spool;

    self->piece = WB_PIECE_MIN;
    if (whole) {
        forget(self);
        page.read_out = &file;
        wb_slice_store(self, out, &page);
        return;
    }
    self->at.spool_offset += out->consumed;
    if (out->cursor.len && out->cursor.data != self->at.cursor.data) {
        wb_buf_clear(&self->cursor);
        wb_buf_add_view(&self->cursor, out->cursor);
        self->at.cursor = wb_buf_view(&self->cursor);
    }
    page.out = out;
    page.cursor = &self->at;
    wb_page_store(self, &page);
}

void
wb_spooled_read(wb_feed *self)
{
    const wb_op *op = wb_feed_page_op(self, self->at.cursor);
    wb_piece piece = {0};
    wb_err err = {0};
    wb_rc rc;

    if (!op || !op->slice) {
        wb_slice_anew(self, "its cursor is of a step that is not known any more");
        return;
    }
    self->reading = true;
    do {
        rc = read_piece(self, op, &piece, &err);
        if (!rc && self->poller->outcomes.consumed > 0)
            break;
        if (!rc && piece.end && !piece.bytes.len)
            break;
        rc = rc ? rc : grow(self, &piece, &err);
    } while (!rc);
    if (!rc) {
        store_piece(self, &piece);
        return;
    }
    self->reading = false;
    if (rc == WB_RETRY)
        gone(self, err.text);
    else
        wb_slice_anew(self, err.text);
}
