/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show - what an operator asks about records: one whole, or a list
 *
 * call.record   {"record": KEY, "personal": bool}
 * call.records  {"kind": NAME, "prefix": KEY, "status": NAME, "after": KEY, "after_shard": N,
 *               "limit": N}: the reply has "next" and "next_shard" when there are more, to be asked
 *               with as "after" and "after_shard"; without the latter a record is its own root
 * A bare external id instead of a key is looked for in all accounts, in each kind that is found
 * without its root.
 */
#include <stdio.h>

#include "actors/mapper/invoices.h"
#include "actors/mapper/mapper.h"
#include "actors/mapper/ruled.h"
#include "actors/runtime/actor/ops.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/records/record.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 1000

/* A record of a list, or one that is asked for. */
typedef struct {
    wb_txn *txn;
    uint16_t shard;
    wb_view record;
    const wb_record_row *row;
    bool waits; /* somewhere */
} shown;

/* An order that is shipped, and has an invoice of ours. */
static bool
is_invoiced(const shown *what)
{
    char number[WB_INVOICE_NUMBER_MAX + 1] = "";

    return what->row->kind == WB_RECORD_ORDER && what->row->status == WB_ORDER_SHIPPED &&
           !wb_invoices_number(what->txn, what->shard, what->record, number, NULL) && number[0];
}

/* "created", ..., "synced" for a created order that every target has, "invoiced" for a shipped one
 * that has an invoice. */
static const char *
status_text(const shown *what)
{
    const wb_record_row *row = what->row;
    const wb_record_def *def = wb_record_def_of(row->kind);

    if (!def || !def->statuses)
        return "";
    if (def->synced && row->status == def->synced && row->routed && !what->waits &&
        !row->delivery_count)
        return "synced";
    if (is_invoiced(what))
        return wb_record_status_name(def, WB_ORDER_INVOICED);
    return wb_record_status_name(def, row->status);
}

static bool
waits_anywhere(wb_mapper *mapper, wb_txn *txn, wb_view record, uint64_t wanted)
{
    WB_AUTO(wb_free) wb_view *targets = wb_alloc((mapper->target_count + 1) * sizeof *targets);
    bool waits = false;
    wb_err err = {0};

    for (size_t i = 0; i < mapper->target_count; i++)
        targets[i] = mapper->targets[i]->account->key_view;
    wb_ignore(wb_outbox_waits(txn, (wb_outbox_key){.record = record, .revision = wanted}, targets,
                              mapper->target_count, &waits, &err),
              "shown as not waiting");
    return waits;
}

static void
write_deliveries(wb_mapper *mapper, wb_txn *txn, wb_view record, const wb_record_row *row,
                 wb_json_writer *out)
{
    wb_outbox_row waiting;
    bool found;
    wb_err err = {0};

    wb_json_put_key(out, "waiting_for");
    wb_json_open(out, '[');
    for (size_t i = 0; i < mapper->target_count; i++) {
        wb_view target = mapper->targets[i]->account->key_view;
        if (!wb_outbox_get(txn, (wb_outbox_key){target, row->wanted, record}, &waiting, &found,
                           &err) &&
            found)
            wb_json_put_text(out, target);
    }
    wb_json_close(out, ']');
    wb_json_put_key(out, "deliveries");
    wb_json_open(out, '[');
    for (size_t i = 0; i < row->delivery_count; i++) {
        wb_json_open(out, '{');
        wb_json_member_text(out, "target", row->deliveries[i].target);
        wb_json_member_text(out, "outcome",
                            wb_view_of(wb_outcome_name(row->deliveries[i].outcome)));
        wb_json_member_int(out, "revision", (int64_t)row->deliveries[i].revision);
        wb_json_member_text(out, "reason", row->deliveries[i].reason);
        if (wb_apart_wait(&row->deliveries[i]) != WB_WAIT_COUNT)
            wb_json_member_text(out, "wait",
                                wb_view_of(wb_wait_name(wb_apart_wait(&row->deliveries[i]))));
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

static void
write_head(const shown *what, wb_json_writer *out)
{
    const wb_record_row *row = what->row;

    wb_json_member_text(out, "record", what->record);
    wb_json_member_text(out, "kind", wb_view_of(wb_record_kind_name(row->kind)));
    wb_json_member_text(out, "status", wb_view_of(status_text(what)));
    wb_json_member_int(out, "revision", (int64_t)row->revision);
    wb_json_put_key(out, "created");
    wb_json_put_time(out, row->created_utc_us);
    wb_json_put_key(out, "changed");
    wb_json_put_time(out, row->changed_utc_us);
    wb_json_member_bool(out, "routed", row->routed);
}

static void
write_body(const wb_record_row *row, bool personal, wb_json_writer *out)
{
    unsigned hide = WB_FIELD_SECRET | (personal ? 0u : (unsigned)WB_FIELD_PERSONAL);
    const wb_field *fields = wb_canonical_fields(row->kind);
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_err err = {0};

    wb_buf_init(&body, WB_OPS_ANSWER_MAX / 2);
    if (!fields || wb_canonical_json(fields, row->canonical, hide, &body, &err))
        return;
    wb_json_put_key(out, "canonical");
    wb_json_put_raw(out, wb_buf_view(&body));
}

static void
write_observations(const wb_record_row *row, wb_json_writer *out)
{
    wb_json_put_key(out, "observations");
    wb_json_open(out, '[');
    for (size_t i = 0; i < row->observation_count; i++) {
        wb_json_open(out, '{');
        wb_json_member_text(out, "origin", row->observations[i].origin);
        wb_json_put_key(out, "source");
        wb_json_put_time(out, row->observations[i].source_utc_us);
        wb_json_put_key(out, "observed");
        wb_json_put_time(out, row->observations[i].observed_utc_us);
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

/* What its number is made of. */
static void
write_stock(wb_mapper *mapper, wb_txn *txn, const wb_stock_change *listing, wb_json_writer *out)
{
    wb_stock_claim claim = {0};
    wb_err err = {0};

    if (listing->row->kind != WB_RECORD_LISTING)
        return;
    wb_json_put_key(out, "stock");
    wb_json_open(out, '{');
    wb_ignore(wb_stock_explain(mapper->stock, txn, listing, out, &claim, &err),
              "the rest is shown");
    if (!wb_differs_explain(mapper, txn, listing, &claim, out))
        wb_pace_explain(mapper, txn, listing, &claim, out);
    wb_json_close(out, '}');
}

/* Targets that have nothing of it by their connector's own word: the pusher, which keeps nothing of
 * that, cannot tell. One that has it all the same has a mark there. */
static void
write_not_sent(wb_mapper *mapper, wb_view record, const wb_record_row *row, wb_json_writer *out)
{
    const wb_mapper_routes *routes = wb_routes_of(mapper, wb_key_account_of(record));
    const wb_envelope want = {.kind = WB_KIND_WANT,
                              .record_kind = row->kind,
                              .record = record,
                              .root = row->root,
                              .revision = row->wanted,
                              .body = row->canonical};

    wb_json_put_key(out, "not_sent");
    wb_json_open(out, '[');
    for (size_t i = 0; row->wanted && routes && i < routes->route_count; i++) {
        const wb_target *target = wb_route_target(mapper, routes, i, row);
        const char *why = target ? wb_connector_not_sent(target->account->connector,
                                                         target->account->options, &want)
                                 : NULL;

        if (!why)
            continue;
        wb_json_open(out, '{');
        wb_json_member_text(out, "target", target->account->key_view);
        wb_json_member_text(out, "reason", wb_view_of(why));
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

/* --- finding: a whole key, or an external id in any account --- */

typedef struct {
    wb_mapper *mapper;
    wb_txn *txn;
    wb_json_writer *out;
    bool personal;
    size_t shown;
} show;

static wb_rc
show_in(show *self, uint16_t shard, wb_view key, wb_err *err)
{
    wb_record_row row;
    const wb_leaving what = {.mapper = self->mapper, .shard = shard, .record = key, .row = &row};
    bool found = false;
    wb_rc rc;

    if (!wb_ctx_owns(self->mapper->ctx, shard))
        return WB_OK;
    rc = wb_records_get(self->txn, shard, key, &row, &found, err);
    if (rc || !found)
        return rc;
    wb_json_open(self->out, '{');
    write_head(&(shown){self->txn, shard, key, &row,
                        waits_anywhere(self->mapper, self->txn, key, row.wanted)},
               self->out);
    write_observations(&row, self->out);
    write_deliveries(self->mapper, self->txn, key, &row, self->out);
    write_not_sent(self->mapper, key, &row, self->out);
    write_stock(self->mapper, self->txn,
                &(wb_stock_change){
                    shard, key, &row, {NULL, 0}
    },
                self->out);
    if (row.kind == WB_RECORD_ORDER)
        wb_parts_tell(shard, key, self->txn, self->out);
    wb_ruled_tell(&what, self->txn, self->out);
    wb_invoices_tell(&what, self->txn, self->out);
    write_body(&row, self->personal, self->out);
    wb_json_close(self->out, '}');
    self->shown++;
    return WB_OK;
}

static uint16_t
shard_of(const show *self, wb_view root)
{
    return wb_shard_of(root, (uint16_t)wb_ctx_config(self->mapper->ctx)->shards);
}

/* It is kept with its root. Where the key does not tell that, it is looked for in all shards. */
static wb_rc
show_key(show *self, const wb_key_parts *parts, wb_view key, wb_err *err)
{
    const wb_record_def *def = wb_record_def_of(parts->kind);
    WB_AUTO(wb_buf_fini) wb_buf catalogue = {0};
    const wb_shard_claim *claims;
    size_t count, before = self->shown;
    wb_rc rc = WB_OK;

    if (def->root == WB_ROOT_ITSELF)
        return show_in(self, shard_of(self, key), key, err);
    if (def->root == WB_ROOT_CATALOGUE) {
        wb_buf_init(&catalogue, WB_KEY_MAX);
        rc = wb_key_catalogue(&catalogue, wb_view_of(parts->tenant), err);
        return rc ? rc : show_in(self, shard_of(self, wb_buf_view(&catalogue)), key, err);
    }
    claims = wb_ctx_claims(self->mapper->ctx, &count);
    for (size_t i = 0; !rc && self->shown == before && i < count; i++)
        rc = show_in(self, claims[i].shard, key, err);
    return rc;
}

/* In this account, of each kind that is found without its root. */
static wb_rc
show_of(show *self, const wb_account *account, wb_view external, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    wb_key_parts parts;
    wb_rc rc = WB_OK;

    wb_buf_init(&key, WB_KEY_MAX);
    for (int kind = 1; !rc && kind <= WB_RECORD_KIND_MAX; kind++) {
        wb_root_rule root = wb_record_def_of((wb_record_kind)kind)->root;

        if (root != WB_ROOT_ITSELF && root != WB_ROOT_CATALOGUE)
            continue;
        wb_buf_clear(&key);
        rc =
            wb_key_print(&key, account->tenant, account->name, (wb_record_kind)kind, external, err);
        if (!rc)
            rc = wb_key_parse(&parts, wb_buf_view(&key), err);
        if (!rc)
            rc = show_key(self, &parts, wb_buf_view(&key), err);
    }
    return rc;
}

static wb_rc
show_external(show *self, wb_view external, wb_err *err)
{
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && i < self->mapper->route_count; i++)
        rc = show_of(self, self->mapper->routes[i].account, external, err);
    return rc;
}

/* Nothing new is taken: what is not known here waits before us. */
static void
write_pressure(wb_ctx *ctx, wb_json_writer *out)
{
    char why[160];

    if (wb_store_pressure(wb_ctx_store(ctx), why, sizeof why) != WB_PRESSURE_NONE)
        wb_json_member_text(out, "pressure", wb_view_of(why));
}

static wb_rc
tell_record(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    show self = {.mapper = wb_ctx_state(ctx), .out = out};
    wb_json *json = wb_ctx_json(ctx);
    wb_key_parts parts;
    wb_err not_a_key = {0};
    wb_view record = {0};
    wb_rc rc = wb_ops_record(ctx, call, &record, err);

    if (!rc)
        rc = wb_json_bool(json, wb_json_get(json, 0, "personal"), &self.personal, "personal", err);
    if (!rc)
        rc = wb_txn_begin(&txn, wb_ctx_store(ctx), false, err);
    if (rc)
        return rc;
    self.txn = txn;
    wb_json_member_text(out, "instance", wb_view_of(wb_ctx_instance(ctx)));
    wb_json_put_key(out, "records");
    wb_json_open(out, '[');
    rc = wb_key_parse(&parts, record, &not_a_key) ? show_external(&self, record, err)
                                                  : show_key(&self, &parts, record, err);
    wb_json_close(out, ']');
    write_pressure(ctx, out);
    wb_ops_parked_of(ctx, record, out);
    return rc;
}

wb_rc
wb_mapper_record(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    return wb_ops_answer(ctx, delivery, tell_record, err);
}

/* --- lists --- */

typedef struct {
    wb_mapper *mapper;
    wb_txn *txn;
    wb_json_writer *out;
    uint16_t shard;
    wb_record_kind kind; /* NONE = all */
    wb_view status, prefix, after;
    int64_t after_shard; /* -1 = of a record that is its own root */
    int64_t limit, shown;
    char next[WB_KEY_MAX + 1];
    uint16_t next_shard;
    bool more;
} list;

static wb_rc
list_row(void *arg, wb_view record, const wb_record_row *row, wb_err *err)
{
    list *self = arg;
    shown what = {self->txn, self->shard, record, row, false};

    (void)err;
    if (self->shown >= self->limit) {
        self->more = true;
        return WB_FULL;
    }
    if (self->kind != WB_RECORD_NONE && row->kind != self->kind)
        return WB_OK;
    what.waits = waits_anywhere(self->mapper, self->txn, record, row->wanted);
    if (self->status.len && !wb_view_is(self->status, status_text(&what)))
        return WB_OK;
    wb_json_open(self->out, '{');
    write_head(&what, self->out);
    wb_json_member_int(self->out, "shard", self->shard);
    wb_json_close(self->out, '}');
    self->shown++;
    self->next_shard = self->shard;
    snprintf(self->next, sizeof self->next, "%.*s", WB_VIEW_ARG(record));
    return WB_OK;
}

static wb_rc
read_list(wb_json *json, wb_view body, list *out, wb_err *err)
{
    wb_view kind = {NULL, 0};
    wb_rc rc = wb_json_parse(json, body, err);

    out->limit = LIMIT_DEFAULT;
    out->after_shard = -1;
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "kind"), &kind, "kind", err);
    out->kind = wb_record_kind_word(kind);
    if (!rc && kind.len && out->kind == WB_RECORD_NONE)
        return wb_fail(err, WB_REJECT, "there is no kind %.*s", WB_VIEW_ARG(kind));
    if (!rc)
        rc = wb_json_int(json, wb_json_get(json, 0, "after_shard"), &out->after_shard,
                         "after_shard", err);
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "prefix"), &out->prefix, "prefix", err);
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "status"), &out->status, "status", err);
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "after"), &out->after, "after", err);
    if (!rc)
        rc = wb_json_int(json, wb_json_get(json, 0, "limit"), &out->limit, "limit", err);
    if (!rc && (out->limit < 1 || out->limit > LIMIT_MAX))
        return wb_fail(err, WB_REJECT, "limit is 1 to %d", LIMIT_MAX);
    return rc;
}

static uint16_t
first_shard(const list *self, uint16_t shards)
{
    if (!self->after.len)
        return 0;
    if (self->after_shard >= 0)
        return (uint16_t)(self->after_shard % shards);
    return wb_shard_of(self->after, shards);
}

/* Shards in order; `after` says in which one to go on. */
static wb_rc
list_shards(wb_ctx *ctx, list *self, wb_err *err)
{
    uint16_t shards = (uint16_t)wb_ctx_config(ctx)->shards;
    uint16_t first = first_shard(self, shards);
    const wb_shard_claim *claims;
    size_t count;
    wb_rc rc = WB_OK;

    claims = wb_ctx_claims(ctx, &count);
    for (size_t i = 0; !rc && !self->more && i < count; i++) {
        if (claims[i].shard < first)
            continue;
        self->shard = claims[i].shard;
        rc = wb_records_scan(
            self->txn, self->shard,
            (wb_kv_range){.prefix = self->prefix,
                          .from = self->shard == first ? self->after : (wb_view){0}},
            list_row, self, err);
    }
    return rc;
}

static wb_rc
tell_records(wb_ctx *ctx, const wb_envelope *call, wb_json_writer *out, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    list self = {.mapper = wb_ctx_state(ctx), .out = out};
    wb_rc rc = read_list(wb_ctx_json(ctx), call->body, &self, err);

    if (!rc)
        rc = wb_txn_begin(&txn, wb_ctx_store(ctx), false, err);
    if (rc)
        return rc;
    self.txn = txn;
    wb_json_member_text(out, "instance", wb_view_of(wb_ctx_instance(ctx)));
    wb_json_put_key(out, "records");
    wb_json_open(out, '[');
    rc = list_shards(ctx, &self, err);
    wb_json_close(out, ']');
    if (self.more) {
        wb_json_member_text(out, "next", wb_view_of(self.next));
        wb_json_member_int(out, "next_shard", self.next_shard);
    }
    return rc;
}

wb_rc
wb_mapper_records(wb_ctx *ctx, wb_delivery *delivery, wb_err *err)
{
    return wb_ops_answer(ctx, delivery, tell_records, err);
}
