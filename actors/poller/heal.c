/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heal - what a lost store held is read again: a full sync of every list stream of its accounts
 *
 * Notices and records that an enricher or a mapper took over have left our store; when theirs is
 * turned back or replaced (losses.h), or when ours is, only the source still has them. Who is
 * lost decides whose accounts: an enricher holds those of its shards; a mapper's records are of
 * any; our own store's are all that we read.
 *
 *   stored   meta "heal/" account "/" stream -> when it was lost, the run that makes up for it, why
 *   begins   when all that was changed before the loss can be asked for: the stream's margin and a
 *            second after it. The run is noted in the transaction that begins it
 *   ends     the row goes in the transaction that ends that run
 *   killed   between any two: the row says what is left to do
 *   twice    a loss during the run takes the run out of the row: another one follows
 *   asked    a full sync that a person started after the margin is as good
 *   left     a person began another run in its place: the next full sync makes up for it
 *   never    an account without a list stream cannot be read again: that is logged, and for a
 *            person
 */
#include <stdio.h>
#include <string.h>

#include "actors/poller/poller.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "storage/vault.h"

typedef struct {
    int64_t lost_utc_us;
    wb_id run;
} heal_head;

static void
name_of(wb_buf *out, const wb_feed *feed)
{
    wb_buf_init(out, 4 * WB_KEY_MAX);
    wb_buf_addf(out, "heal/%s/%s", feed->account->key, feed->stream->name);
}

static wb_rc
get_row(const wb_feed *feed, wb_txn *txn, heal_head *head, wb_view *why, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    wb_view value = {0};
    wb_rc rc;

    *head = (heal_head){0};
    *why = (wb_view){0};
    name_of(&name, feed);
    rc = wb_meta_get(txn, wb_buf_view(&name), &value, err);
    if (rc || value.len < sizeof *head)
        return rc;
    memcpy(head, value.data, sizeof *head);
    *why = (wb_view){value.data + sizeof *head, value.len - sizeof *head};
    return WB_OK;
}

static wb_rc
put_row(const wb_feed *feed, wb_txn *txn, const heal_head *head, wb_view why, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    WB_AUTO(wb_buf_fini) wb_buf value = {0};

    name_of(&name, feed);
    wb_buf_init(&value, 1024);
    wb_buf_add(&value, head, sizeof *head);
    wb_buf_add_view(&value, why);
    return wb_meta_put(txn, wb_buf_view(&name), wb_buf_view(&value), err);
}

/* --- the loss --- */

static bool
concerns(const wb_feed *feed, wb_stage stage, uint16_t shard)
{
    if (!feed->mode->ranged)
        return false;
    return stage != WB_STAGE_FETCH || feed->account->shard == shard;
}

/* All shards of a mapper are lost together: one row is enough for them. */
static wb_rc
lose(const wb_feed *feed, wb_view why, wb_txn *txn, wb_err *err)
{
    heal_head head = {.lost_utc_us = wb_now_utc_us()}, before;
    wb_view before_why;
    wb_rc rc = get_row(feed, txn, &before, &before_why, err);

    if (!rc && before.lost_utc_us && !wb_run_is(&before.run) &&
        before.lost_utc_us > head.lost_utc_us - WB_US_PER_S)
        return WB_OK;
    return rc ? rc : put_row(feed, txn, &head, why, err);
}

wb_rc
wb_heal_lost(void *arg, wb_stage stage, uint16_t shard, const char *why, wb_txn *txn, wb_err *err)
{
    wb_poller *poller = arg;
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && i < poller->feed_count; i++)
        if (concerns(&poller->feeds[i], stage, shard))
            rc = lose(&poller->feeds[i], wb_view_of(why), txn, err);
    return rc;
}

static bool
can_be_read(const wb_poller *poller, const wb_account *account)
{
    for (size_t i = 0; i < poller->feed_count; i++)
        if (poller->feeds[i].account == account && poller->feeds[i].mode->ranged)
            return true;
    return false;
}

static void
on_noted(void *arg)
{
    wb_poller *poller = arg;

    for (size_t i = 0; i < poller->inbox_count; i++)
        if (!can_be_read(poller, poller->inboxes[i].account))
            wb_log(WB_ERROR, "heal.impossible",
                   "account=%s why='a store was lost, perhaps with items of it, and no list of it "
                   "is read' "
                   "next='a person'",
                   poller->inboxes[i].account->key);
    for (size_t i = 0; i < poller->feed_count; i++) {
        wb_heal_reload(&poller->feeds[i]);
        wb_feed_look(&poller->feeds[i]);
    }
}

/* --- the full sync --- */

/* Channels are asked by whole seconds: the range of a run ends at the last one before its bound. */
static int64_t
askable_us(const wb_feed *self)
{
    return wb_list_margin_us(self) + WB_US_PER_S;
}

int64_t
wb_heal_at(const wb_feed *self)
{
    if (!self->lost_utc_us || wb_run_is(&self->heal_run))
        return 0;
    return self->lost_utc_us + askable_us(self);
}

wb_rc
wb_heal_begun(const wb_feed *self, const wb_run_row *run, wb_txn *txn, wb_err *err)
{
    heal_head head;
    wb_view why;
    wb_rc rc = get_row(self, txn, &head, &why, err);

    if (rc || !head.lost_utc_us || run->start_utc_us - askable_us(self) < head.lost_utc_us)
        return rc;
    head.run = run->id;
    return put_row(self, txn, &head, why, err);
}

wb_rc
wb_heal_ended(const wb_feed *self, const wb_id *run, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    heal_head head;
    wb_view why;
    wb_rc rc = get_row(self, txn, &head, &why, err);

    if (rc || !head.lost_utc_us || memcmp(&head.run, run, sizeof *run) != 0)
        return rc;
    name_of(&name, self);
    return wb_meta_delete(txn, wb_buf_view(&name), err);
}

wb_rc
wb_heal_left(const wb_feed *self, const wb_id *run, wb_txn *txn, wb_err *err)
{
    heal_head head;
    wb_view why;
    wb_rc rc = get_row(self, txn, &head, &why, err);

    if (rc || !head.lost_utc_us || memcmp(&head.run, run, sizeof *run) != 0)
        return rc;
    head.run = (wb_id){0};
    return put_row(self, txn, &head, why, err);
}

static void
tell(const wb_feed *self, bool waited, bool ran)
{
    bool runs = wb_run_is(&self->heal_run);

    if (self->lost_utc_us && !runs && !waited)
        wb_log(WB_WARN, "heal.waits", "account=%s stream=%s why='%s' next='full sync' in_ms=%lld",
               self->account->key, self->stream->name, self->lost_why,
               (long long)((wb_heal_at(self) - wb_now_utc_us()) / WB_US_PER_MS));
    else if (runs && !ran)
        wb_log(WB_WARN, "heal.begin", "account=%s stream=%s why='%s'", self->account->key,
               self->stream->name, self->lost_why);
    else if (!self->lost_utc_us && ran)
        wb_log(WB_INFO, "heal.done", "account=%s stream=%s", self->account->key,
               self->stream->name);
}

static wb_rc
load(wb_feed *self, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    heal_head head = {0};
    wb_view why = {0};
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(self->poller->ctx), false, err);

    if (!rc)
        rc = get_row(self, txn, &head, &why, err);
    if (rc)
        return rc;
    self->lost_utc_us = head.lost_utc_us;
    self->heal_run = head.run;
    wb_text_tame(self->lost_why, sizeof self->lost_why, why);
    return WB_OK;
}

/* A row that cannot be read is read at the next start. */
void
wb_heal_reload(wb_feed *self)
{
    bool ran = wb_run_is(&self->heal_run), waited = self->lost_utc_us && !ran;
    wb_err err = {0};

    if (!load(self, &err))
        tell(self, waited, ran);
}

/* --- life --- */

wb_rc
wb_heal_open(wb_poller *poller, wb_err *err)
{
    wb_ctx *ctx = poller->ctx;
    wb_losses_conf conf = {.custody = wb_ctx_custody(ctx),
                           .stage = WB_STAGE_PULL,
                           .lost = wb_heal_lost,
                           .noted = on_noted,
                           .arg = poller};
    uint16_t shards = (uint16_t)wb_ctx_config(ctx)->shards;
    wb_rc rc = wb_losses_new(&poller->losses, &conf, err);

    if (!rc)
        rc = wb_losses_watch(poller->losses, WB_STAGE_PULL, 0, err);
    for (size_t i = 0; !rc && i < poller->inbox_count; i++)
        rc =
            wb_losses_watch(poller->losses, WB_STAGE_FETCH, poller->inboxes[i].account->shard, err);
    for (uint16_t shard = 0; !rc && poller->inbox_count && shard < shards; shard++)
        rc = wb_losses_watch(poller->losses, WB_STAGE_MAP, shard, err);
    for (size_t i = 0; !rc && i < poller->feed_count; i++)
        rc = load(&poller->feeds[i], err);
    if (!rc)
        wb_losses_look(poller->losses);
    return rc;
}

void
wb_heal_close(wb_poller *poller)
{
    wb_losses_destroy(&poller->losses);
}
