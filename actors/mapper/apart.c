/* SPDX-License-Identifier: Apache-2.0 */
/*
 * apart - what may not leave yet: its order is not known, or not delivered to the same target
 *
 *   orphan   its order is not in the store: (root -> record). Taken in the transaction that puts
 *            the order's first row; after 30 days without one it is let go, and told
 *   after    its order waits for the same target, or is held or parked there: (target, order ->
 *            record). Freed in the transaction that writes what became of the order. The account
 *            that the order came from has it, and waits for nothing
 *
 * The note beside a relation is the header of what caused it, so that what leaves later tells where
 * it came from. The exception in the record (HELD, with the reason) is for people, and for the walk
 * that looks again at what lies here: nothing waits for ever because something was missed.
 *
 *   killed     relation, exception and record are one transaction, and so are their ends
 *   twice      a newer revision of the record replaces what lies here; freed twice is once: who is
 *              freed has no exception any more
 *   not freed  a message that is on its way to the target already stays there
 */
#include <stdio.h>

#include "actors/mapper/mapper.h"
#include "actors/mapper/ruled.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "storage/relations.h"

#define ORPHAN "its order is not known (yet)"
#define AFTER "after " /* and the order's key */

typedef enum { AHEAD_NOTHING, AHEAD_WAITS, AHEAD_PARKED } ahead;

/* Of what this file keeps. */
static wb_wait
wait_of(const wb_record_delivery *delivery)
{
    if (delivery->outcome != WB_OUTCOME_HELD)
        return WB_WAIT_COUNT;
    if (wb_view_is(delivery->reason, ORPHAN))
        return WB_WAIT_ORPHAN;
    return delivery->reason.len > sizeof AFTER - 1 &&
                   !memcmp(delivery->reason.data, AFTER, sizeof AFTER - 1)
               ? WB_WAIT_AFTER
               : WB_WAIT_COUNT;
}

wb_wait
wb_apart_wait(const wb_record_delivery *delivery)
{
    wb_wait wait = wait_of(delivery);

    return wait == WB_WAIT_COUNT ? wb_ruled_wait(delivery) : wait;
}

bool
wb_apart_any(const wb_record_row *row)
{
    for (size_t i = 0; i < row->delivery_count; i++)
        if (wb_apart_wait(&row->deliveries[i]) != WB_WAIT_COUNT)
            return true;
    return false;
}

static bool
lies_here(const wb_record_row *row)
{
    for (size_t i = 0; i < row->delivery_count; i++)
        if (wait_of(&row->deliveries[i]) != WB_WAIT_COUNT)
            return true;
    return false;
}

/* The exception that says so; delivery_count = none. */
static size_t
find_apart(const wb_record_row *row, wb_view target)
{
    size_t at = 0;

    while (at < row->delivery_count && (!wb_view_eq(row->deliveries[at].target, target) ||
                                        wait_of(&row->deliveries[at]) == WB_WAIT_COUNT))
        at++;
    return at;
}

static void
drop_delivery(wb_record_row *row, size_t at)
{
    row->deliveries[at] = row->deliveries[--row->delivery_count];
}

/* No printed key has a blank in it. */
static wb_relation_key
after_key(uint16_t shard, wb_view target, wb_view order, wb_buf *name)
{
    wb_buf_init(name, WB_ACCOUNT_KEY_MAX + 1 + WB_KEY_MAX);
    wb_buf_add_view(name, target);
    wb_buf_add_text(name, " ");
    wb_buf_add_view(name, order);
    return (wb_relation_key){shard, WB_RELATION_AFTER, wb_buf_view(name)};
}

/* What keeps others waiting that belong to this order, at this target. */
static wb_rc
look_ahead(wb_txn *txn, wb_view order, const wb_record_row *row, wb_view target, ahead *out,
           wb_err *err)
{
    wb_outbox_row there;
    bool found = false;
    wb_rc rc = WB_OK;

    *out = AHEAD_NOTHING;
    if (row->wanted)
        rc = wb_outbox_get(txn, (wb_outbox_key){target, row->wanted, order}, &there, &found, err);
    if (found)
        *out = AHEAD_WAITS;
    for (size_t i = 0; i < row->delivery_count; i++)
        if (wb_view_eq(row->deliveries[i].target, target))
            *out = row->deliveries[i].outcome == WB_OUTCOME_PARKED ? AHEAD_PARKED : AHEAD_WAITS;
    return rc;
}

/* A reason is cut like any other: the key is in the record. */
static wb_view
reason_of(char out[WB_REASON_MAX + 1], wb_view order, ahead state)
{
    (void)snprintf(out, WB_REASON_MAX + 1, AFTER "%.*s%s", (int)(order.len < 400 ? order.len : 400),
                   order.data, state == AHEAD_PARKED ? ", which is parked" : "");
    return wb_view_of(out);
}

/* --- while it is decided --- */

wb_rc
wb_apart_begin(wb_apart *self, wb_txn *txn, wb_err *err)
{
    const wb_want *want = self->want;

    wb_buf_init(&self->note, WB_HEADER_MAX);
    return wb_records_take(txn, want->shard, want->row->root,
                           (wb_record_into){&self->room, &self->root}, &self->found, err);
}

void
wb_apart_fini(wb_apart *self)
{
    wb_buf_fini(&self->note);
    wb_buf_fini(&self->room);
}

static wb_rc
note(wb_apart *self, const wb_relation_key *key, const wb_record_delivery *delivery, wb_txn *txn,
     wb_err *err)
{
    if (self->count < WB_RECORD_DELIVERIES_MAX)
        self->deliveries[self->count++] = *delivery;
    if (!self->note.len && wb_envelope_encode(self->want->cause, &self->note, err))
        return wb_note(err, WB_FATAL, "what lies apart cannot be written");
    return wb_relations_put(txn, key, self->want->record, wb_buf_view(&self->note), err);
}

static wb_rc
put_orphan(wb_apart *self, wb_view target, wb_txn *txn, wb_err *err)
{
    const wb_want *want = self->want;
    wb_relation_key key = {want->shard, WB_RELATION_ORPHAN, want->row->root};
    wb_record_delivery delivery = {.target = target,
                                   .outcome = WB_OUTCOME_HELD,
                                   .revision = want->row->revision,
                                   .reason = WB_VIEW_LIT(ORPHAN)};

    return note(self, &key, &delivery, txn, err);
}

/* What is on its way there already is not called back. */
static wb_rc
is_under_way(const wb_want *want, wb_view target, bool *out, wb_txn *txn, wb_err *err)
{
    wb_outbox_row there;

    *out = false;
    return want->row->wanted
               ? wb_outbox_get(txn, (wb_outbox_key){target, want->row->wanted, want->record},
                               &there, out, err)
               : WB_OK;
}

/* An older revision may lie there: this one leaves instead of it. */
static wb_rc
forget(const wb_want *want, wb_view target, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    wb_relation_key key;

    if (find_apart(want->row, target) == want->row->delivery_count)
        return WB_OK;
    key = after_key(want->shard, target, want->row->root, &name);
    return wb_relations_delete(txn, &key, want->record, err);
}

wb_rc
wb_apart_put(wb_apart *self, wb_target *target, bool *waits, wb_txn *txn, wb_err *err)
{
    const wb_want *want = self->want;
    wb_view key = target->account->key_view, order = want->row->root;
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    wb_record_delivery delivery = {
        .target = key, .outcome = WB_OUTCOME_HELD, .revision = want->row->revision};
    wb_relation_key relation;
    bool under_way = false;
    ahead state = AHEAD_NOTHING;
    wb_rc rc = WB_OK;

    *waits = !self->found;
    if (!self->found)
        return put_orphan(self, key, txn, err);
    if (!wb_view_eq(wb_key_account_of(order), key))
        rc = look_ahead(txn, order, &self->root, key, &state, err);
    if (!rc && state != AHEAD_NOTHING)
        rc = is_under_way(want, key, &under_way, txn, err);
    if (rc || state == AHEAD_NOTHING || under_way)
        return rc ? rc : forget(want, key, txn, err);
    *waits = true;
    delivery.reason = reason_of(self->reasons[state == AHEAD_PARKED], order, state);
    relation = after_key(want->shard, key, order, &name);
    return note(self, &relation, &delivery, txn, err);
}

void
wb_apart_tell(wb_apart *self)
{
    wb_record_row *row = self->want->row;

    wb_ruled_keep(row);
    for (size_t i = 0; i < self->count && row->delivery_count < WB_RECORD_DELIVERIES_MAX; i++)
        row->deliveries[row->delivery_count++] = self->deliveries[i];
}

/* --- taken up again --- */

/* A record that lies apart. */
typedef struct {
    wb_relation_key key;
    wb_buf record, note, room;
    wb_record_row row; /* in `room`: what is put for it moves the store's */
    bool found;        /* its row, and it belongs to that order */
} lying;

static void
lying_fini(lying *self)
{
    wb_buf_fini(&self->record);
    wb_buf_fini(&self->note);
    wb_buf_fini(&self->room);
}

static void
lying_begin(lying *self)
{
    wb_buf_init(&self->record, WB_KEY_MAX);
    wb_buf_init(&self->note, WB_HEADER_MAX);
}

static wb_rc
next_lying(lying *self, wb_view order, bool *more, wb_txn *txn, wb_err *err)
{
    wb_rc rc = wb_relations_next(txn, &self->key, &self->record, &self->note, more, err);

    self->found = false;
    if (rc || !*more)
        return rc;
    rc = wb_records_take(txn, self->key.shard, wb_buf_view(&self->record),
                         (wb_record_into){&self->room, &self->row}, &self->found, err);
    self->found = self->found && wb_view_eq(self->row.root, order);
    return rc;
}

/* What caused it. One that cannot be read is made of what the record says. */
static wb_envelope *
cause_of(const lying *self)
{
    wb_envelope *env = NULL;
    wb_envelope made;
    wb_key_parts parts;

    if (!wb_envelope_decode(&env, wb_buf_view(&self->note), (wb_view){NULL, 0}, NULL))
        return env;
    wb_ignore(wb_want_cause(wb_buf_view(&self->record), &self->row, &parts, &made, NULL),
              "it leaves without the name of its account");
    return wb_envelope_copy(&made);
}

static wb_rc
take_orphan(wb_mapper *mapper, lying *self, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *cause = cause_of(self);
    WB_AUTO(wb_buf_fini) wb_buf account = {0};
    wb_wanted_how how = WB_WANTED_NOWHERE;
    wb_view record = wb_buf_view(&self->record);
    wb_want want = {.mapper = mapper,
                    .shard = self->key.shard,
                    .record = record,
                    .row = &self->row,
                    .cause = cause};
    wb_rc rc = WB_OK;

    wb_ctx_account_key(mapper->ctx, cause, &account);
    want.routes = wb_routes_of(mapper, wb_buf_view(&account));
    if (want.routes)
        rc = wb_want_everywhere(&want, &how, txn, err);
    if (how == WB_WANTED_NOWHERE)
        self->row.delivery_count = 0; /* its routes are gone */
    return rc ? rc : wb_records_put(txn, self->key.shard, record, &self->row, err);
}

static wb_rc
take_orphans(wb_mapper *mapper, wb_txn *txn, uint16_t shard, wb_view root, wb_err *err)
{
    WB_AUTO(lying_fini)
    lying self = {
        .key = {shard, WB_RELATION_ORPHAN, root}
    };
    bool more = true;
    wb_rc rc = WB_OK;

    lying_begin(&self);
    while (!rc) {
        rc = next_lying(&self, root, &more, txn, err);
        if (rc || !more)
            return rc;
        if (self.found && lies_here(&self.row))
            rc = take_orphan(mapper, &self, txn, err);
        if (!rc)
            rc = wb_relations_delete(txn, &self.key, wb_buf_view(&self.record), err);
    }
    return rc;
}

/* Asked for every order: a row is large, and is made only where something lies. */
wb_rc
wb_apart_take(wb_mapper *mapper, wb_txn *txn, uint16_t shard, wb_view root, wb_err *err)
{
    bool any = false;
    wb_rc rc = wb_relations_any(txn, WB_RELATION_ORPHAN, &any, err);

    return rc || !any ? rc : take_orphans(mapper, txn, shard, root, err);
}

static wb_rc
free_one(wb_mapper *mapper, const wb_apart_way *way, lying *self, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *cause = NULL;
    wb_target *target = wb_target_of(mapper, way->target);
    wb_view record = wb_buf_view(&self->record);
    size_t at = self->found ? find_apart(&self->row, way->target) : 0;
    wb_want want = {.mapper = mapper, .shard = way->shard, .record = record, .row = &self->row};
    wb_wanted_how how = WB_WANTED_NOWHERE;
    wb_rc rc = WB_OK;

    if (self->found && at < self->row.delivery_count) {
        if (!target)
            return WB_OK; /* not configured (any more): it lies on */
        want.cause = cause = cause_of(self);
        drop_delivery(&self->row, at);
        rc = wb_want_put(&want, target, &how, txn, err);
        if (how == WB_WANTED_LEAVES)
            self->row.wanted = self->row.revision;
        if (!rc)
            rc = wb_records_put(txn, way->shard, record, &self->row, err);
    }
    return rc ? rc : wb_relations_delete(txn, &self->key, record, err);
}

/* Still waits: people are told for what. */
static wb_rc
tell_again(const wb_apart_way *way, ahead state, lying *self, wb_txn *txn, wb_err *err)
{
    char text[WB_REASON_MAX + 1];
    wb_view reason = reason_of(text, way->order, state);
    size_t at = self->found ? find_apart(&self->row, way->target) : self->row.delivery_count;

    if (!self->found || at == self->row.delivery_count ||
        wb_view_eq(self->row.deliveries[at].reason, reason))
        return WB_OK;
    self->row.deliveries[at].reason = reason;
    return wb_records_put(txn, way->shard, wb_buf_view(&self->record), &self->row, err);
}

static wb_rc
state_of(const wb_apart_way *way, ahead *out, wb_txn *txn, wb_err *err)
{
    wb_record_row order;
    bool found = false;
    wb_rc rc = wb_records_get(txn, way->shard, way->order, &order, &found, err);

    *out = AHEAD_NOTHING;
    return rc || !found ? rc : look_ahead(txn, way->order, &order, way->target, out, err);
}

static wb_rc
free_all(wb_mapper *mapper, wb_txn *txn, const wb_apart_way *way, wb_err *err)
{
    WB_AUTO(lying_fini) lying self = {0};
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    ahead state = AHEAD_NOTHING;
    bool more = true;
    wb_rc rc = state_of(way, &state, txn, err);

    lying_begin(&self);
    self.key = after_key(way->shard, way->target, way->order, &name);
    while (!rc) {
        rc = next_lying(&self, way->order, &more, txn, err);
        if (rc || !more)
            return rc;
        rc = state == AHEAD_NOTHING ? free_one(mapper, way, &self, txn, err)
                                    : tell_again(way, state, &self, txn, err);
    }
    return rc;
}

/* Asked for every delivery, as above. */
wb_rc
wb_apart_free(wb_mapper *mapper, wb_txn *txn, const wb_apart_way *way, wb_err *err)
{
    bool any = false;
    wb_rc rc = wb_relations_any(txn, WB_RELATION_AFTER, &any, err);

    return rc || !any ? rc : free_all(mapper, txn, way, err);
}

/* --- now and then --- */

/* Its order did not come. */
static wb_rc
let_go(const wb_apart_look *look, wb_record_row *row, wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_relation_key key = {look->shard, WB_RELATION_ORPHAN, row->root};
    wb_envelope env = {.record = look->record, .revision = row->revision};
    wb_record_event event = {.what = "mapped",
                             .env = &env,
                             .outcome = WB_OUTCOME_FILTERED,
                             .text = "its order did not come within 30 days"};
    wb_rc rc = wb_relations_delete(txn, &key, look->record, err);

    for (size_t i = row->delivery_count; i > 0; i--)
        if (wait_of(&row->deliveries[i - 1]) == WB_WAIT_ORPHAN)
            drop_delivery(row, i - 1);
    if (!rc)
        rc = wb_records_put(txn, look->shard, look->record, row, err);
    if (!rc)
        wb_event_record(write, &event);
    return rc;
}

/* Copies: what is freed changes the row. */
static wb_rc
free_if_free(wb_mapper *mapper, const wb_apart_look *look, const wb_record_row *row, size_t at,
             wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf target = {0};
    WB_AUTO(wb_buf_fini) wb_buf order = {0};
    wb_apart_way way = {.shard = look->shard};

    wb_buf_init(&target, WB_ACCOUNT_KEY_MAX);
    wb_buf_init(&order, WB_KEY_MAX);
    wb_buf_add_view(&target, row->deliveries[at].target);
    wb_buf_add_view(&order, row->root);
    way.target = wb_buf_view(&target);
    way.order = wb_buf_view(&order);
    return wb_apart_free(mapper, txn, &way, err);
}

/* An orphan whose order is there after all, or that is too old. */
static wb_rc
review_orphan(wb_mapper *mapper, const wb_apart_look *look, wb_record_row *row, wb_write *write,
              wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf root = {0};
    wb_record_row order;
    bool found = false;
    wb_rc rc = wb_records_get(txn, look->shard, row->root, &order, &found, err);

    if (rc)
        return rc;
    if (!found && row->changed_utc_us < look->now_utc_us - WB_ORPHAN_KEPT_US)
        return let_go(look, row, write, txn, err);
    if (!found)
        return WB_OK;
    wb_buf_init(&root, WB_KEY_MAX);
    wb_buf_add_view(&root, row->root);
    return wb_apart_take(mapper, txn, look->shard, wb_buf_view(&root), err);
}

/* From the last exception to the first: one that goes is replaced by the last. */
wb_rc
wb_apart_review(wb_mapper *mapper, const wb_apart_look *look, wb_write *write, wb_txn *txn,
                wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf room = {0};
    wb_record_row row;
    bool found = false;
    wb_rc rc =
        wb_records_take(txn, look->shard, look->record, (wb_record_into){&room, &row}, &found, err);

    for (size_t i = found ? row.delivery_count : 0; !rc && found && i > 0; i--) {
        wb_wait wait =
            i <= row.delivery_count ? wb_apart_wait(&row.deliveries[i - 1]) : WB_WAIT_COUNT;

        if (wait == WB_WAIT_ORPHAN)
            return review_orphan(mapper, look, &row, write, txn, err);
        if (wait == WB_WAIT_COUNT)
            continue;
        rc = wait == WB_WAIT_AFTER ? free_if_free(mapper, look, &row, i - 1, txn, err)
                                   : wb_ruled_review(mapper, look->shard, look->record,
                                                     row.deliveries[i - 1].target, txn, err);
        if (!rc) /* it is another row now */
            rc = wb_records_take(txn, look->shard, look->record, (wb_record_into){&room, &row},
                                 &found, err);
    }
    return rc;
}
