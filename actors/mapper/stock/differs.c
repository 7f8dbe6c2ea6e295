/* SPDX-License-Identifier: Apache-2.0 */
/*
 * differs - a listing that shows another number than it was told is told once more
 *
 * Somebody may have changed it at its channel, or the channel took the number and forgot it. But
 * what is shown falls with each sale, some minutes before we hear of the order: a number that is
 * told again would sell the piece twice. So it waits for retell_ms of its account, in which the
 * order comes and makes it another number; and after each time twice as long, for a channel may cap
 * or round what it is told. After TIMES it is left alone, and `why` says so, until it should show
 * another number, or shows one that it did not show before.
 *
 *   read      after what we told it was there: by the receipt, and later by the channel's settle
 *             time. When that was is in memory alone, for the newest of them; what is older came no
 *             later than what was forgotten last, and of a former life before this one began
 *   on its way, or parked: nothing is noted. Its end, and a reading behind it, decide
 *   stored    relation DIFFERS, shop -> listing, with how often it was told that number again, and
 *             since when it waits; the time is a row of DUE (pace.c)
 *   killed    the rows are there; a reading of before the start proves nothing, the next one does
 */
#include <string.h>

#include "actors/mapper/mapper.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "storage/relations.h"

#define TIMES 5
#define TOLD_MAX 65536            /* listings whose receipt is remembered */
#define NEAR_US (2 * WB_US_PER_S) /* what is known of a channel's clock is so good */

/* A listing that was told a number, and when its receipt came. */
typedef struct {
    wb_link link; /* oldest first */
    int64_t at_utc_us;
    char record[];
} told;

typedef struct wb_differs {
    wb_map *told;
    wb_link order;
    int64_t floor_utc_us; /* what is not in it came no later */
} differs;

typedef struct {
    int64_t number, shown;
    int64_t since_utc_us; /* it waits; 0 = it does not */
    int64_t times;        /* it was told that again */
} note;

/* --- when it was told --- */

static void
forget(differs *self, told *at)
{
    (void)wb_map_remove(self->told, wb_view_of(at->record));
    wb_list_remove(&at->link);
    wb_free(&at);
}

static void
forget_oldest(differs *self)
{
    told *oldest = WB_CONTAINER(self->order.next, told, link);

    self->floor_utc_us = oldest->at_utc_us;
    forget(self, oldest);
}

void
wb_differs_told(wb_mapper *mapper, wb_view record)
{
    differs *self = mapper->differs;
    told *at = wb_map_find(self->told, record);

    if (at)
        wb_list_remove(&at->link);
    if (!at && wb_map_count(self->told) >= TOLD_MAX)
        forget_oldest(self);
    if (!at) {
        at = wb_alloc(sizeof *at + record.len + 1);
        memcpy(at->record, record.data, record.len);
        (void)wb_map_put(self->told, record, at);
    }
    at->at_utc_us = wb_now_utc_us();
    wb_list_append(&self->order, &at->link);
}

/* What was read later shows what it was told. */
static int64_t
there_us(const wb_mapper *mapper, wb_view record)
{
    const differs *self = mapper->differs;
    const told *at = wb_map_find(self->told, record);
    const wb_account *shop =
        wb_accounts_find(wb_ctx_accounts(mapper->ctx), wb_key_account_of(record));

    return (at ? at->at_utc_us : self->floor_utc_us) + NEAR_US +
           (shop ? wb_pace_settle_us(shop) : 0);
}

/* --- is it so? --- */

/* It has what it was told last, as far as we know. */
static wb_rc
has_arrived(const wb_stock_change *listing, bool *out, wb_txn *txn, wb_err *err)
{
    const wb_record_row *row = listing->row;
    wb_view shop = wb_key_account_of(listing->record);
    wb_outbox_row waits;
    bool found = false;
    wb_rc rc = wb_outbox_get(txn, (wb_outbox_key){shop, row->wanted, listing->record}, &waits,
                             &found, err);

    *out = !rc && row->wanted && !found;
    for (size_t i = 0; i < row->delivery_count; i++)
        *out = *out && !wb_view_eq(row->deliveries[i].target, shop);
    return rc;
}

static wb_rc
is_wrong(const wb_mapper *mapper, const wb_stock_change *listing, const wb_stock_claim *claim,
         bool *out, wb_txn *txn, wb_err *err)
{
    const wb_record_observation *read =
        wb_mapper_heard(listing->row, wb_key_account_of(listing->record));

    *out = claim->number.known && claim->wanted.known && claim->shown.known &&
           claim->shown.value != claim->number.value &&
           claim->wanted.value == claim->number.value && read &&
           read->observed_utc_us > there_us(mapper, listing->record);
    return *out ? has_arrived(listing, out, txn, err) : WB_OK;
}

/* --- what is noted --- */

static wb_relation_key
key_of(const wb_stock_change *listing)
{
    return (wb_relation_key){listing->shard, WB_RELATION_DIFFERS,
                             wb_key_account_of(listing->record)};
}

static wb_rc
get_note(const wb_stock_change *listing, note *out, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf bytes = {0};
    const wb_relation_key key = key_of(listing);
    bool found = false;
    wb_rc rc;

    *out = (note){0};
    wb_buf_init(&bytes, 64);
    rc = wb_relations_get(txn, &key, listing->record, &bytes, &found, err);
    if (!rc && found && bytes.len == sizeof *out)
        memcpy(out, bytes.data, sizeof *out);
    return rc;
}

static wb_rc
put_note(const wb_stock_change *listing, const note *is, wb_txn *txn, wb_err *err)
{
    const wb_relation_key key = key_of(listing);

    return wb_relations_put(txn, &key, listing->record, (wb_view){(const char *)is, sizeof *is},
                            err);
}

/* It shows what it should, or should show another number. */
static wb_rc
drop_note(const wb_stock_change *listing, wb_txn *txn, wb_err *err)
{
    const wb_relation_key key = key_of(listing);
    bool any = false;
    wb_rc rc = wb_relations_any(txn, WB_RELATION_DIFFERS, &any, err);

    return rc || !any ? rc : wb_relations_delete(txn, &key, listing->record, err);
}

static int64_t
pause_us(const wb_mapper *mapper, const wb_stock_change *listing, const note *is)
{
    const wb_account *shop =
        wb_accounts_find(wb_ctx_accounts(mapper->ctx), wb_key_account_of(listing->record));

    return shop ? (shop->conf->retell_ms * WB_US_PER_MS) << is->times : 0;
}

/* 0 = never. */
static int64_t
due_us(const wb_mapper *mapper, const wb_stock_change *listing, const note *is)
{
    int64_t pause = pause_us(mapper, listing, is);

    return pause && is->since_utc_us && is->times < TIMES ? is->since_utc_us + pause : 0;
}

/* --- asking --- */

/* What is noted of another number says nothing of this one. */
static wb_rc
note_for(const wb_stock_change *listing, const wb_stock_claim *claim, note *out, wb_txn *txn,
         wb_err *err)
{
    wb_rc rc = get_note(listing, out, txn, err);

    if (rc || (out->since_utc_us && out->number == claim->number.value &&
               out->shown == claim->shown.value))
        return rc;
    *out = (note){claim->number.value, claim->shown.value, wb_now_utc_us(), 0};
    return put_note(listing, out, txn, err);
}

wb_rc
wb_differs_ask(wb_mapper *mapper, const wb_stock_change *listing, const wb_stock_claim *claim,
               bool *again, wb_txn *txn, wb_err *err)
{
    bool wrong = false;
    note is = {0};
    int64_t due;
    wb_rc rc = is_wrong(mapper, listing, claim, &wrong, txn, err);

    *again = false;
    if (!rc && claim->number.known && claim->shown.known &&
        claim->shown.value == claim->number.value)
        return drop_note(listing, txn, err);
    if (!rc && wrong)
        rc = note_for(listing, claim, &is, txn, err);
    due = wrong ? due_us(mapper, listing, &is) : 0;
    if (rc || !due)
        return rc;
    if (due > wb_now_utc_us())
        return wb_pace_note(mapper, listing, due, txn, err);
    rc = wb_pace_ask(mapper, listing, claim, again, txn, err);
    if (rc || !*again)
        return rc;
    is.times++;
    is.since_utc_us = wb_now_utc_us();
    return put_note(listing, &is, txn, err);
}

/* --- for people --- */

bool
wb_differs_explain(const wb_mapper *mapper, wb_txn *txn, const wb_stock_change *listing,
                   const wb_stock_claim *claim, wb_json_writer *out)
{
    note is = {0};
    wb_err err = {0};
    int64_t due;

    if (get_note(listing, &is, txn, &err) || !is.since_utc_us || !claim->shown.known ||
        is.number != claim->number.value || is.shown != claim->shown.value)
        return false;
    due = due_us(mapper, listing, &is);
    wb_json_member_text(out, "wait", wb_view_of(wb_wait_name(WB_WAIT_DIFFERS)));
    wb_json_member_int(out, "told_again", is.times);
    if (due) {
        wb_json_put_key(out, "due");
        wb_json_put_time(out, due);
    }
    return true;
}

/* --- its life --- */

void
wb_differs_open(wb_mapper *mapper)
{
    differs *self = wb_alloc(sizeof *self);

    self->told = wb_map_new();
    wb_list_init(&self->order);
    self->floor_utc_us = wb_now_utc_us();
    mapper->differs = self;
}

void
wb_differs_close(wb_mapper *mapper)
{
    differs *self = mapper->differs;

    while (self && !wb_list_empty(&self->order))
        forget(self, WB_CONTAINER(self->order.next, told, link));
    if (self)
        wb_map_destroy(&self->told);
    wb_free(&mapper->differs);
}
