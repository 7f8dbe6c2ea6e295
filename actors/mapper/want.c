/* SPDX-License-Identifier: Apache-2.0 */
/*
 * want - see want.h
 */
#include "actors/mapper/want.h"

#include "actors/mapper/mapper.h"
#include "actors/mapper/ruled.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "protocol/records/facts.h"

/* --- what leaves after the commit --- */

void
wb_wants_drop(wb_wants *self)
{
    for (size_t i = 0; i < self->count; i++)
        wb_envelope_destroy(&self->items[i].env);
    self->count = 0;
}

void
wb_wants_fini(wb_wants *self)
{
    wb_wants_drop(self);
    wb_free(&self->items);
    self->cap = 0;
}

void
wb_wants_feed(wb_wants *self)
{
    for (size_t i = 0; i < self->count; i++)
        wb_target_feed(self->items[i].target, &self->items[i].env);
    self->count = 0;
}

static void
add(wb_wants *self, wb_target *target, const wb_envelope *env)
{
    if (self->count == self->cap) {
        self->cap = self->cap ? 2 * self->cap : 4;
        self->items = wb_realloc(self->items, self->cap * sizeof *self->items);
    }
    self->items[self->count++] = (wb_wanted){target, wb_envelope_copy(env)};
}

wb_rc
wb_want_cause(wb_view record, const wb_record_row *row, wb_key_parts *parts, wb_envelope *out,
              wb_err *err)
{
    wb_rc rc = wb_key_parse(parts, record, err);

    *out = (wb_envelope){.kind = WB_KIND_RAW,
                         .connector = WB_VIEW_LIT("unknown"),
                         .record_kind = row->kind,
                         .record = record,
                         .root = row->root,
                         .created_utc_us = row->created_utc_us,
                         .priority = WB_PRIORITY_INCREMENTAL};
    if (!rc) {
        out->tenant = wb_view_of(parts->tenant);
        out->account = wb_view_of(parts->account);
    }
    out->id = wb_id_make(0, out->account, record);
    wb_envelope_new_trace(out);
    return rc;
}

/* --- one target --- */

static wb_rc
fill(const wb_leaving *what, const wb_record_row *order, wb_buf *room, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_facts_close) wb_facts facts = {0};
    wb_rc rc = wb_facts_open(&facts, order->canonical, err);

    rc = rc ? rc : wb_parts_take(what, order, &facts, txn, err);
    if (rc)
        return rc;
    wb_masters_tell(what, order, wb_key_account_of(what->record), &facts.fill);
    facts.in_lines = wb_view_eq(wb_key_account_of(what->row->root), what->target);
    rc = wb_facts_fill(&facts, what->row->kind, what->row->canonical, room, err);
    if (what->pieces)
        *what->pieces = facts.pieces;
    return rc;
}

static wb_rc
add_facts(wb_txn *txn, const wb_leaving *what, wb_buf *room, wb_view *body, wb_err *err)
{
    const wb_record_row *row = what->row;
    wb_record_row root;
    bool found = false;
    wb_rc rc;

    *body = row->canonical;
    if (!row->root.len || !wb_facts_any(row->kind))
        return WB_OK;
    rc = wb_records_get(txn, what->shard, row->root, &root, &found, err);
    if (rc || !found || root.kind != WB_RECORD_ORDER)
        return rc; /* it has grown too old: nothing is said of it */
    wb_buf_init(room, WB_ORDER_MAX);
    rc = fill(what, &root, room, txn, err);
    if (rc == WB_OK)
        *body = wb_buf_view(room);
    if (rc != WB_REJECT)
        return rc;
    wb_log(WB_WARN, "want.no_facts", "root=%.*s why='%s' next='it leaves without them'",
           WB_VIEW_ARG(row->root), err->text);
    return WB_OK;
}

wb_rc
wb_want_body(wb_txn *txn, const wb_leaving *what, wb_buf *room, wb_view *body, wb_err *err)
{
    wb_rc rc = add_facts(txn, what, room, body, err);

    rc = rc ? rc : wb_ruled_judge(what, *body, what->verdict, txn, err);
    if (rc == WB_OK && what->verdict->body.len)
        *body = wb_buf_view(&what->verdict->body);
    if (rc != WB_REJECT)
        return rc;
    wb_log(WB_WARN, "want.not_judged", "record=%.*s why='%s' next='it leaves as it is'",
           WB_VIEW_ARG(what->record), err->text);
    return WB_OK;
}

static wb_rc
put_row(const wb_want *self, wb_target *target, wb_view body, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf header = {0};
    const wb_record_row *record = self->row;
    wb_envelope env;
    wb_outbox_row row;
    wb_rc rc;

    wb_buf_init(&header, WB_HEADER_MAX);
    wb_target_envelope(target, self->cause, record->revision, body, &env);
    env.incarnation = wb_lanes_incarnation(wb_ctx_lanes(self->mapper->ctx));
    wb_envelope_hop(&env, WB_HOP_MAPPED, wb_now_utc_us());
    if (wb_envelope_encode(&env, &header, err))
        return wb_note(err, WB_FATAL, "a wanted state cannot be written");
    row = (wb_outbox_row){.shard = self->shard,
                          .target = target->account->key_view,
                          .record = self->record,
                          .revision = record->revision,
                          .former = record->wanted,
                          .priority = self->cause->priority,
                          .header = wb_buf_view(&header)};
    rc = wb_outbox_put(txn, &row, err);
    if (rc)
        return rc;
    if (self->out)
        add(self->out, target, &env);
    else
        target->looks = self->mapper->looks = true;
    return WB_OK;
}

wb_rc
wb_want_put(const wb_want *self, wb_target *target, wb_wanted_how *how, wb_txn *txn, wb_err *err)
{
    bool pieces = false;
    WB_AUTO(wb_verdict_fini) wb_verdict verdict = WB_VERDICT_NONE;
    WB_AUTO(wb_buf_fini) wb_buf room = {0};
    const wb_leaving what = {.mapper = self->mapper,
                             .verdict = &verdict,
                             .released = self->released,
                             .shard = self->shard,
                             .record = self->record,
                             .row = self->row,
                             .target = target->account->key_view,
                             .pieces = &pieces};
    wb_view body = {NULL, 0};
    wb_rc rc = wb_moved_note(self, what.target, txn, err);

    rc = rc ? rc : wb_want_body(txn, &what, &room, &body, err);

    *how = verdict.wait != WB_WAIT_COUNT      ? WB_WANTED_APART
           : pieces && self->row->wanted == 0 ? WB_WANTED_NOWHERE
                                              : WB_WANTED_LEAVES;
    if (rc)
        return rc;
    if (*how == WB_WANTED_APART)
        return wb_ruled_put(self, target, &verdict, txn, err);
    if (*how == WB_WANTED_LEAVES)
        rc = put_row(self, target, body, txn, err);
    return rc ? rc : wb_ruled_let(self, target, txn, err);
}

/* --- all of them --- */

typedef struct {
    size_t wanted, apart;
} spread;

static wb_rc
put_one(const wb_want *self, wb_target *target, spread *out, wb_txn *txn, wb_err *err)
{
    wb_wanted_how how = WB_WANTED_NOWHERE;
    wb_rc rc = wb_want_put(self, target, &how, txn, err);

    out->apart += how == WB_WANTED_APART;
    out->wanted += how == WB_WANTED_LEAVES;
    return rc;
}

/* What is its own root, as orders are. */
static wb_rc
put_plain(const wb_want *self, spread *out, wb_txn *txn, wb_err *err)
{
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && i < self->routes->route_count; i++) {
        wb_target *target = wb_route_target(self->mapper, self->routes, i, self->row);

        if (!target)
            continue;
        rc = put_one(self, target, out, txn, err);
    }
    if (out->wanted + out->apart)
        wb_ruled_keep(self->row); /* the others speak of what is not wanted any more */
    return rc;
}

/* What belongs to an order: whether it may leave now is asked for each target. */
static wb_rc
put_rooted(const wb_want *self, spread *out, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_apart_fini) wb_apart apart = {.want = self};
    wb_rc rc = wb_apart_begin(&apart, txn, err);

    for (size_t i = 0; !rc && i < self->routes->route_count; i++) {
        wb_target *target = wb_route_target(self->mapper, self->routes, i, self->row);
        bool waits = false;

        if (!target)
            continue;
        rc = wb_apart_put(&apart, target, &waits, txn, err);
        if (rc || waits)
            continue;
        rc = put_one(self, target, out, txn, err);
    }
    out->apart += apart.count;
    if (!rc && out->wanted + out->apart)
        wb_apart_tell(&apart);
    return rc;
}

wb_rc
wb_want_everywhere(const wb_want *self, wb_wanted_how *how, wb_txn *txn, wb_err *err)
{
    wb_record_row *row = self->row;
    spread went = {0};
    bool rooted = row->root.len && wb_record_def_of(row->kind)->root == WB_ROOT_ORDER;
    wb_rc rc = rooted ? put_rooted(self, &went, txn, err) : put_plain(self, &went, txn, err);

    *how = went.wanted ? WB_WANTED_LEAVES : went.apart ? WB_WANTED_APART : WB_WANTED_NOWHERE;
    if (went.wanted) {
        row->wanted = row->revision;
        row->delivered_utc_us = 0;
    }
    return rc;
}
