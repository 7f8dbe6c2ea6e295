/* SPDX-License-Identifier: Apache-2.0 */
/*
 * putback_step - which records a lost pusher's store makes wanted again: one chunk of them
 *
 *   held, parked   the pusher's receipt said so, and what it stored is gone: put back
 *   apart          its order is waited for: no pusher has had it
 *   in the outbox  on its way by itself
 *   delivered      the receipt proves it to us; the mark at the pusher may be gone, and with it
 *                  what keeps a later repeat from taking effect. Put back where a target takes keys
 *                  or can be probed: who has its mark answers without a call, a target that has it
 *                  says so. One with neither would park it: it is left alone
 *
 * All of them travel as `again`: the pusher's rule for unknown outcomes decides.
 */
#include "actors/mapper/mapper.h"
#include "protocol/base/own.h"

typedef struct {
    wb_link link;
    char *record;
    size_t record_len;
    uint64_t revision;
    wb_buf header;
} pick;

typedef struct {
    const wb_mapper *mapper;
    const wb_target *target;
    uint16_t shard;
    wb_txn *txn;
    size_t room, looked, picked;
    wb_link picks;
    wb_buf *last; /* the last record that was looked at */
    bool settles; /* the target can tell, or does not mind, what it has */
} walk;

static void
drop_picks(walk *self)
{
    wb_link *link;

    while ((link = wb_list_pop(&self->picks))) {
        pick *one = WB_CONTAINER(link, pick, link);

        wb_buf_fini(&one->header);
        wb_free(&one->record);
        wb_free(&one);
    }
}

/* Can a write that may have taken effect be settled there without a person? */
static bool
settles_unknowns(const wb_account *account)
{
    const wb_connector *connector = account->connector;

    if (connector->after_unknown)
        return connector->after_unknown(account->options) != WB_UNKNOWN_PARK;
    for (const wb_op *op = connector->ops; op && op->name; op++)
        if (op->verb == WB_VERB_PUSH && !op->repeatable && !op->probe)
            return false;
    return true;
}

/* The account through which the record goes to this target: NULL = it does not. */
static const wb_account *
origin_of(const walk *self, const wb_record_row *row)
{
    for (size_t i = 0; i < row->observation_count; i++) {
        const wb_mapper_routes *routes = wb_routes_of(self->mapper, row->observations[i].origin);

        if (routes && wb_routes_lead_to(routes, row, self->target))
            return routes->account;
    }
    return NULL;
}

static const wb_record_delivery *
exception_of(const wb_target *target, const wb_record_row *row)
{
    for (size_t i = 0; i < row->delivery_count; i++)
        if (wb_view_eq(row->deliveries[i].target, target->account->key_view))
            return &row->deliveries[i];
    return NULL;
}

/* What lies apart here was not handed to anybody. */
static bool
may_be_lost(const walk *self, const wb_record_row *row)
{
    const wb_record_delivery *exception = exception_of(self->target, row);

    if (exception)
        return wb_apart_wait(exception) == WB_WAIT_COUNT;
    return self->settles && row->revision == row->wanted;
}

static wb_rc
make_header(const walk *self, const wb_account *origin, wb_view record, const wb_record_row *row,
            wb_buf *out, wb_err *err)
{
    wb_envelope env = {.kind = WB_KIND_WANT,
                       .id = wb_id_make(0, self->target->account->key_view, record),
                       .tenant = origin->tenant,
                       .connector = wb_view_of(origin->connector->name),
                       .account = origin->name,
                       .record_kind = row->kind,
                       .record = record,
                       .root = row->root,
                       .target = self->target->account->key_view,
                       .revision = row->wanted,
                       .priority = WB_PRIORITY_BACKFILL,
                       .again = true};

    wb_envelope_new_trace(&env);
    wb_buf_init(out, WB_HEADER_MAX);
    return wb_envelope_encode(&env, out, err);
}

static wb_rc
take(walk *self, const wb_account *origin, wb_view record, const wb_record_row *row, wb_err *err)
{
    pick *one = wb_alloc(sizeof *one);

    wb_list_append(&self->picks, &one->link);
    one->record = wb_text_dup_len(record.data, record.len);
    one->record_len = record.len;
    one->revision = row->wanted;
    self->picked++;
    return make_header(self, origin, record, row, &one->header, err);
}

static wb_rc
on_record(void *arg, wb_view record, const wb_record_row *row, wb_err *err)
{
    walk *self = arg;
    wb_view key = self->target->account->key_view;
    const wb_account *origin = row->wanted ? origin_of(self, row) : NULL;
    wb_outbox_row there;
    bool found = false, again;
    wb_rc rc = WB_OK;

    if (self->looked == WB_STORE_CHUNK_MAX || self->picked == self->room)
        return WB_FULL;
    self->looked++;
    wb_buf_clear(self->last);
    wb_buf_add_view(self->last, record);
    again = origin && may_be_lost(self, row);
    if (again)
        rc = wb_outbox_get(self->txn, (wb_outbox_key){key, row->wanted, record}, &there, &found,
                           err);
    return rc || !again || found ? rc : take(self, origin, record, row, err);
}

/* The row, and no exception any more: what the pusher says next is said of this sending. */
static wb_rc
put(const walk *self, const pick *one, wb_err *err)
{
    wb_view record = {one->record, one->record_len};
    wb_outbox_row row = {.shard = self->shard,
                         .target = self->target->account->key_view,
                         .record = record,
                         .revision = one->revision,
                         .handed = true,
                         .priority = WB_PRIORITY_BACKFILL,
                         .header = wb_buf_view(&one->header)};
    wb_record_delivery none = {
        .target = row.target, .outcome = WB_OUTCOME_HANDED_ON, .revision = UINT64_MAX};
    wb_rc rc = wb_outbox_put(self->txn, &row, err);

    return rc ? rc : wb_mapper_deliver(self->txn, record, self->shard, &none, err);
}

static wb_rc
put_all(walk *self, wb_err *err)
{
    wb_rc rc = WB_OK;

    for (wb_link *link = self->picks.next; !rc && link != &self->picks; link = link->next)
        rc = put(self, WB_CONTAINER(link, pick, link), err);
    return rc;
}

/* The claim that is at `shard`, or the next one; claim_count = none. */
static size_t
claim_from(const wb_putback_bounds *bounds, uint16_t shard)
{
    size_t i = 0;

    while (i < bounds->claim_count && bounds->claims[i].shard < shard)
        i++;
    return i;
}

wb_rc
wb_putback_step(const wb_target *target, const wb_putback_bounds *bounds, wb_putback_at *at,
                wb_txn *txn, wb_err *err)
{
    size_t claim = claim_from(bounds, at->shard);
    WB_AUTO(drop_picks)
    walk self = {.mapper = bounds->mapper,
                 .target = target,
                 .txn = txn,
                 .room = bounds->room,
                 .last = &at->record,
                 .settles = settles_unknowns(target->account)};
    WB_AUTO(wb_buf_fini) wb_buf from = {0};
    wb_rc rc = WB_OK;

    wb_list_init(&self.picks);
    wb_buf_init(&from, WB_KEY_MAX);
    at->end = claim == bounds->claim_count;
    if (at->end)
        return WB_OK;
    self.shard = bounds->claims[claim].shard;
    if (self.shard == at->shard)
        wb_buf_add_view(&from, wb_buf_view(&at->record));
    rc = wb_records_scan(txn, self.shard, (wb_kv_range){.from = wb_buf_view(&from)}, on_record,
                         &self, err);
    if (!rc)
        rc = put_all(&self, err);
    if (rc)
        return rc;
    at->looked += self.looked;
    at->put += self.picked;
    at->shard = self.shard;
    if (self.looked < WB_STORE_CHUNK_MAX && self.picked < self.room) {
        at->shard = (uint16_t)(self.shard + 1); /* this one is through */
        wb_buf_clear(&at->record);
    }
    return WB_OK;
}
