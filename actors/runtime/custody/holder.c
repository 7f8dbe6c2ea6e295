/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holder - see holder.h
 *
 * A parcel is in memory from the sending to the commit behind its receipt: as long as that, its
 * row is not sent again.
 */
#include "actors/runtime/custody/holder.h"

#include <assert.h>
#include <string.h>

#include "actors/runtime/custody/inside.h"
#include "actors/runtime/process/kill_point.h"
#include "actors/runtime/process/log.h"
#include "protocol/base/own.h"

struct wb_holder {
    wb_custody custody;
    wb_holder_actor actor;
    void *owner;
    wb_map *ways; /* account -> wb_way */
    bool draining;
    wb_link receipts; /* parcels, in the order of their receipts */
    wb_link settling; /* of them, those of the write that is queued: at most a chunk */
    wb_write settle_write;
    bool settle_queued;
};

/* What a visit of the rows is for: to send them, or to learn which urgent ones wait. */
struct wb_backlog {
    wb_way *way;
    bool full; /* the visit ended because the lane has no room */
    bool learns;
    wb_way_line *of; /* of this line alone; NULL = of all */
};

/* --- parcels --- */

static wb_parcel *
parcel_new(wb_way *way, const wb_way_row *row, wb_envelope *env)
{
    wb_parcel *self = wb_alloc(sizeof *self + row->name.len);

    self->way = way;
    self->env = env;
    memcpy(self->name, row->name.data, row->name.len);
    self->row = (wb_way_row){
        .revision = row->revision, .name = {self->name, row->name.len},
             .priority = row->priority
    };
    return self;
}

static void
parcel_destroy(wb_parcel **self_p)
{
    wb_parcel *self = wb_take(self_p);

    assert(!self->source || self->source->under_way > 0);
    wb_list_remove(&self->link);
    wb_list_remove(&self->all);
    if (self->source) /* else it never left */
        self->source->under_way--;
    wb_envelope_destroy(&self->env);
    wb_free(&self);
}

/* --- receipts --- */

static void
take_chunk(wb_holder *self)
{
    wb_link *link;

    for (size_t i = 0; i < WB_STORE_CHUNK_MAX && (link = wb_list_pop(&self->receipts)); i++)
        wb_list_append(&self->settling, link);
}

static void
queue_settle(wb_holder *self)
{
    if (self->settle_queued || wb_list_empty(&self->receipts))
        return;
    self->settle_queued = true;
    wb_commit_add(self->custody.commit, &self->settle_write);
}

static wb_rc
settle_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_holder *self = WB_CONTAINER(write, wb_holder, settle_write);

    if (wb_list_empty(&self->settling)) /* else a full map let it run before */
        take_chunk(self);
    return self->actor.settle(self->owner, &self->settling, write, txn, err);
}

static void
moved(wb_holder *self)
{
    if (self->actor.moved && !self->draining)
        self->actor.moved(self->owner);
}

static void
settle_done(wb_write *write)
{
    wb_holder *self = WB_CONTAINER(write, wb_holder, settle_write);

    self->settle_queued = false;
    wb_kill_point(self->actor.deleted_point);
    for (wb_link *link; (link = wb_list_pop(&self->settling));) {
        wb_parcel *parcel = WB_CONTAINER(link, wb_parcel, link);
        wb_way *way = parcel->way;
        if (wb_map_find(way->sent, parcel->row.name) == parcel)
            wb_map_remove(way->sent, parcel->row.name);
        way->settled++;
        if (self->actor.gone)
            self->actor.gone(self->owner, parcel);
        parcel_destroy(&parcel);
    }
    queue_settle(self);
    moved(self);
}

static void
on_settled(wb_outgoing *out, wb_outcome outcome)
{
    wb_parcel *parcel = WB_CONTAINER(out, wb_parcel, out);
    wb_holder *self = parcel->way->holder;

    wb_kill_point(self->actor.receipt_point);
    parcel->outcome = outcome;
    wb_list_append(&self->receipts, &parcel->link);
    queue_settle(self);
}

/* --- down the lane --- */

static wb_stage
next_stage(wb_kind kind)
{
    if (kind == WB_KIND_NOTICE)
        return WB_STAGE_FETCH;
    return kind == WB_KIND_WANT ? WB_STAGE_PUSH : WB_STAGE_MAP;
}

/* What is new at its source, or what somebody asked for, does not wait behind a first import. */
static bool
is_urgent(const wb_way_row *row)
{
    return wb_turns_urgent(row->priority);
}

static wb_way_line *
line_of(wb_way *self, const wb_way_row *row)
{
    return wb_turns_line(wb_turns_source(self, row->source), row->priority);
}

/* How many messages of a source are urgent before the rest of the window is what they use. Only
 * wanted states are of many accounts on one way. */
static size_t
share_of(const wb_way *self)
{
    return wb_lanes_room_kept(self->holder->custody.lanes, WB_STAGE_PUSH, self->account);
}

static bool
over_share(const wb_way *self, const wb_way_source *source)
{
    return wb_turns_over(self, source, share_of(self));
}

/* Takes the envelope only when it goes. */
static bool
send(wb_way *self, const wb_way_row *row, wb_envelope **env_p, bool urgent)
{
    wb_lanes *lanes = self->holder->custody.lanes;
    wb_stage stage = next_stage((*env_p)->kind);
    wb_way_source *source = wb_turns_source(self, row->source);
    wb_parcel *parcel;
    wb_err err = {0};
    wb_view key;

    if (!(urgent && !over_share(self, source) ? wb_lanes_room(lanes, stage, self->account)
                                              : wb_lanes_room_shared(lanes, stage, self->account)))
        return false;
    parcel = parcel_new(self, row, wb_take(env_p));
    parcel->out.env = parcel->env;
    parcel->out.settled = on_settled;
    key = stage == WB_STAGE_MAP ? wb_envelope_root(parcel->env) : self->account;
    if (wb_lanes_send(lanes, &parcel->out, stage, key, self->account, &err)) {
        *env_p = wb_take(&parcel->env);
        parcel_destroy(&parcel);
        return false;
    }
    source->under_way++;
    parcel->source = source;
    wb_list_append(&self->parcels, &parcel->all);
    wb_map_put(self->sent, parcel->row.name, parcel);
    return true;
}

/* Behind what waits in the store already? A source's own backlog goes before what it has new. */
static bool
must_wait(wb_way *self, const wb_way_row *row)
{
    const wb_way_line *line = line_of(self, row);

    if (!self->backlog)
        return false;
    return !is_urgent(row) || wb_turns_waits(line) || over_share(self, line->source);
}

void
wb_way_give(wb_way *self, const wb_way_row *row, wb_envelope **env_p)
{
    self->given++;
    if (must_wait(self, row) || !send(self, row, env_p, is_urgent(row))) {
        self->backlog = true;
        if (is_urgent(row))
            wb_turns_wait(line_of(self, row), row);
    }
    wb_envelope_destroy(env_p);
}

/* --- backlog --- */

bool
wb_backlog_wants(const wb_backlog *self, const wb_way_row *row)
{
    const wb_parcel *parcel = wb_map_find(self->way->sent, row->name);

    return !self->learns && (!parcel || parcel->row.revision < row->revision);
}

/* Its place in its line. */
static wb_rc
learn(const wb_backlog *self, const wb_way_row *row)
{
    wb_way_line *line = line_of(self->way, row);

    if (is_urgent(row) && (!self->of || self->of == line))
        wb_turns_wait(line, row);
    return self->of && self->of->more ? WB_FULL : WB_OK;
}

wb_rc
wb_backlog_row(wb_backlog *self, const wb_way_row *row, wb_envelope **env_p)
{
    wb_way *way = self->way;

    if (self->learns)
        return learn(self, row);
    if (*env_p) {
        self->full = !send(way, row, env_p, false);
        wb_envelope_destroy(env_p);
    }
    if (self->full)
        return WB_FULL;
    way->at_revision = row->revision;
    wb_buf_clear(&way->at_name);
    wb_buf_add_view(&way->at_name, row->name);
    return WB_OK;
}

static wb_rc
visit(wb_backlog *self, wb_txn *txn, wb_err *err)
{
    wb_way *way = self->way;
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    wb_way_row from = {.revision = way->at_revision};

    wb_buf_init(&name, WB_KEY_MAX); /* the way's own moves on under way */
    wb_buf_add_view(&name, wb_buf_view(&way->at_name));
    from.name = wb_buf_view(&name);
    return way->holder->actor.scan(way, &from, self, txn, err);
}

/* On from where the last visit ended; then, once, from the beginning: a clock that was set back
 * makes rows that lie before it. */
static wb_rc
visit_all(wb_backlog *self, wb_txn *txn, wb_err *err)
{
    wb_way *way = self->way;
    bool from_start = !way->at_name.len;
    wb_rc rc = visit(self, txn, err);

    if (rc || self->full || from_start)
        return rc;
    way->at_revision = 0;
    wb_buf_clear(&way->at_name);
    return visit(self, txn, err);
}

static wb_rc
learn_all(wb_way *self, wb_txn *txn, wb_err *err)
{
    const wb_way_row first = {0};
    wb_backlog all = {.way = self, .learns = true};
    wb_rc rc = self->holder->actor.scan(self, &first, &all, txn, err);

    self->unknown = rc != WB_OK;
    return rc;
}

static wb_rc
learn_more(wb_way *self, wb_way_line *line, wb_txn *txn, wb_err *err)
{
    wb_backlog one = {.way = self, .learns = true, .of = line};
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    wb_way_row from;
    wb_rc rc;

    wb_buf_init(&name, WB_KEY_MAX);
    wb_turns_refill(line, &from, &name);
    rc = self->holder->actor.scan(self, &from, &one, txn, err);
    wb_turns_refilled(line);
    return rc;
}

/* WB_FULL: no room for it. */
static wb_rc
serve(wb_way *self, wb_way_line *line, const wb_way_row *row, wb_txn *txn, wb_err *err)
{
    wb_backlog any = {.way = self};
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_rc rc = WB_OK;

    if (wb_backlog_wants(&any, row))
        rc = self->holder->actor.load(self, row, txn, &env, err);
    if (rc)
        return rc;
    if (env && !send(self, row, &env, true))
        return WB_FULL;
    wb_turns_took(line);
    return WB_OK;
}

/* What is urgent and waits, before the backlog: the most urgent first, each source's in its order,
 * sources in turn. */
static wb_rc
serve_turns(wb_way *self, wb_txn *txn, wb_err *err)
{
    wb_way_line *line;
    wb_way_row row;
    wb_rc rc = WB_OK;

    while (!rc && (line = wb_turns_next(self, share_of(self))))
        rc = wb_turns_first(line, &row) ? serve(self, line, &row, txn, err)
                                        : learn_more(self, line, txn, err);
    return rc == WB_FULL ? WB_OK : rc;
}

static void
pump(wb_way *self)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_holder *holder = self->holder;
    wb_backlog backlog = {.way = self};
    wb_err err = {0};
    wb_rc rc;

    if (!self->backlog || holder->draining)
        return;
    rc = wb_txn_begin(&txn, holder->custody.store, false, &err);
    if (!rc && self->unknown)
        rc = learn_all(self, txn, &err);
    if (!rc)
        rc = serve_turns(self, txn, &err);
    if (!rc)
        rc = visit_all(&backlog, txn, &err);
    if (rc) {
        wb_log(WB_ERROR, "backlog.unreadable", "rows=%s account=%.*s why='%s'", holder->actor.name,
               WB_VIEW_ARG(self->account), err.text);
        holder->custody.fail(holder->custody.arg);
        return;
    }
    self->backlog = backlog.full;
    wb_txn_abort(&txn);
    if (self->backlog)
        return;
    wb_turns_forget(self); /* all of them went */
    moved(holder);
}

void
wb_way_resume(wb_way *self)
{
    self->unknown = true;
    wb_way_look(self);
}

void
wb_way_look(wb_way *self)
{
    self->backlog = true;
    pump(self);
}

static void
on_room(void *arg, wb_stage stage, wb_view account)
{
    wb_holder *self = arg;
    wb_way *way = wb_map_find(self->ways, account);

    (void)stage;
    if (way)
        pump(way);
}

/* --- the whole --- */

wb_holder *
wb_holder_new(const wb_custody *custody, const wb_holder_actor *actor, void *owner)
{
    wb_holder *self = wb_alloc(sizeof *self);

    self->custody = *custody;
    self->actor = *actor;
    self->owner = owner;
    self->ways = wb_map_new();
    wb_list_init(&self->receipts);
    wb_list_init(&self->settling);
    self->settle_write = (wb_write){.apply = settle_apply, .done = settle_done};
    wb_lanes_on_room(custody->lanes, on_room, self);
    return self;
}

void
wb_holder_destroy(wb_holder **self_p)
{
    wb_holder *self = wb_take(self_p);

    if (!self)
        return;
    wb_lanes_on_room(self->custody.lanes, NULL, NULL);
    wb_map_destroy(&self->ways);
    wb_free(&self);
}

void
wb_holder_drain(wb_holder *self)
{
    self->draining = true;
}

void
wb_way_open(wb_way *self, wb_holder *holder, wb_view account)
{
    self->holder = holder;
    self->account = account;
    self->sent = wb_map_new();
    wb_list_init(&self->parcels);
    wb_turns_open(self);
    wb_buf_init(&self->at_name, WB_KEY_MAX);
    wb_map_put(holder->ways, account, self);
}

void
wb_way_close(wb_way *self)
{
    if (!self->holder)
        return;
    while (!wb_list_empty(&self->parcels)) {
        wb_parcel *parcel = WB_CONTAINER(self->parcels.next, wb_parcel, all);
        wb_lanes_cancel(self->holder->custody.lanes, &parcel->out);
        parcel_destroy(&parcel);
    }
    wb_map_remove(self->holder->ways, self->account);
    wb_turns_close(self);
    wb_map_destroy(&self->sent);
    wb_buf_fini(&self->at_name);
    self->holder = NULL;
}

wb_parcel *
wb_way_find(const wb_way *self, wb_view name)
{
    return wb_map_find(self->sent, name);
}

size_t
wb_way_count(const wb_way *self, wb_view record)
{
    size_t count = 0;

    for (wb_link *link = self->parcels.next; link != &self->parcels; link = link->next)
        count += wb_view_eq(WB_CONTAINER(link, wb_parcel, all)->env->record, record);
    return count;
}
