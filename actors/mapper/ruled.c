/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ruled - see ruled.h: judged, kept back, let go. The walk over what lies is ruled_walk.c
 */
#include "actors/mapper/ruled.h"

#include <string.h>

#include "actors/mapper/mapper.h"
#include "actors/mapper/ruled_inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

/* Behind the reason of what was handed on before: what is new of it is not held, only what
 * conflicts. */
#define BEFORE " (an older state of it is there)"

/* --- exceptions --- */

static bool
begins(wb_view text, const char *word)
{
    size_t len = strlen(word);

    return text.len > len + 1 && !memcmp(text.data, word, len) && text.data[len] == ':';
}

wb_wait
wb_ruled_wait(const wb_record_delivery *delivery)
{
    static const wb_wait waits[] = {WB_WAIT_RULE_HOLD, WB_WAIT_CONFLICT, WB_WAIT_TOTALS};

    for (size_t i = 0; delivery->outcome == WB_OUTCOME_HELD && i < WB_COUNT(waits); i++)
        if (begins(delivery->reason, wb_wait_name(waits[i])))
            return waits[i];
    return WB_WAIT_COUNT;
}

size_t
wb_ruled_find(const wb_record_row *row, wb_view target)
{
    size_t at = 0;

    while (at < row->delivery_count && (!wb_view_eq(row->deliveries[at].target, target) ||
                                        wb_ruled_wait(&row->deliveries[at]) == WB_WAIT_COUNT))
        at++;
    return at;
}

void
wb_ruled_keep(wb_record_row *row)
{
    size_t kept = 0;

    for (size_t i = 0; i < row->delivery_count; i++)
        if (row->deliveries[i].revision == row->revision &&
            wb_ruled_wait(&row->deliveries[i]) != WB_WAIT_COUNT)
            row->deliveries[kept++] = row->deliveries[i];
    row->delivery_count = kept;
}

static bool
ends_with(wb_view text, const char *tail)
{
    size_t len = strlen(tail);

    return text.len >= len && !memcmp(text.data + text.len - len, tail, len);
}

/* Was it handed on before? What is kept back at this target was not, unless it says so. */
static bool
has_passed(const wb_record_row *row, wb_view target)
{
    size_t at = wb_ruled_find(row, target);

    return at < row->delivery_count ? ends_with(row->deliveries[at].reason, BEFORE)
                                    : row->wanted != 0;
}

/* --- judged --- */

static wb_view
name_of(const wb_mapper *mapper, wb_view account)
{
    const wb_account *known = wb_accounts_find(wb_ctx_accounts(mapper->ctx), account);

    return known ? known->name : account;
}

static const wb_skus *
skus_of(const wb_ruled *self, const wb_route_conf *route)
{
    for (size_t i = 0; route && route->skus.name && i < self->table_count; i++)
        if (!strcmp(self->tables[i].name, route->skus.name))
            return self->tables[i].skus;
    return NULL;
}

bool
wb_ruled_table_of(const wb_ruled_asked *asked, wb_view to, wb_ruled_table *out)
{
    const wb_ruled *self = asked->mapper->ruled;
    wb_view shop = wb_key_account_of(asked->order);

    if (!self->table_count)
        return false;
    out->skus = skus_of(self, wb_routes_conf(wb_routes_of(asked->mapper, shop), asked->row, to));
    out->shop = name_of(asked->mapper, shop);
    return out->skus != NULL;
}

static wb_rc
order_of(const wb_leaving *what, wb_record_row *root, wb_rules_case *out, wb_txn *txn, wb_err *err)
{
    const wb_record_row *row = what->row;
    bool found = false;
    wb_rc rc = WB_OK;

    if (row->root.len)
        rc = wb_records_get(txn, what->shard, row->root, root, &found, err);
    if (rc || !found || root->kind != WB_RECORD_ORDER)
        return rc;
    out->order = root->canonical;
    out->known_utc_us = root->created_utc_us;
    return WB_OK;
}

static wb_rules_case
case_of(const wb_leaving *what, const wb_route_conf *route)
{
    const wb_mapper *mapper = what->mapper;
    const wb_record_row *row = what->row;

    return (wb_rules_case){
        .kind = row->kind,
        .from = name_of(mapper, wb_key_account_of(what->record)),
        .shop = name_of(mapper, wb_key_account_of(row->root.len ? row->root : what->record)),
        .to = name_of(mapper, what->target),
        .skus = skus_of(mapper->ruled, route),
        .strict = route && route->unknown_sku == WB_UNKNOWN_SKU_HOLD,
        .passed = what->released || has_passed(row, what->target),
        .known_utc_us = row->created_utc_us,
        .now_utc_us = wb_now_utc_us(),
    };
}

static wb_rc
judge(const wb_leaving *what, wb_view body, wb_verdict *out, wb_txn *txn, wb_err *err)
{
    const wb_ruled *self = what->mapper->ruled;
    const wb_mapper_routes *routes = wb_routes_of(what->mapper, wb_key_account_of(what->record));
    wb_rules_case asked = case_of(what, wb_routes_conf(routes, what->row, what->target));
    wb_record_row root;
    wb_rc rc;

    if (!self->rules && !asked.skus)
        return WB_OK;
    asked.canonical = body;
    rc = order_of(what, &root, &asked, txn, err);
    return rc ? rc : wb_rules_judge(self->rules, &asked, out, err);
}

/* Asked of all that leaves: without rules it is one look. That the goods are gone says no rule. */
wb_rc
wb_ruled_judge(const wb_leaving *what, wb_view body, wb_verdict *out, wb_txn *txn, wb_err *err)
{
    const wb_ruled *self = what->mapper->ruled;
    wb_rc rc = WB_OK;

    if ((self->rules || self->table_count) && wb_rules_judged(what->row->kind))
        rc = judge(what, body, out, txn, err);
    rc = rc ? rc : wb_moved_judge(what, out, txn, err);
    rc = rc ? rc : wb_withdrawn_judge(what, out, err);
    if (!rc && out->wait != WB_WAIT_COUNT && has_passed(what->row, what->target))
        wb_buf_add_text(&out->reason, BEFORE);
    return rc;
}

/* --- kept back, and let go --- */

#define NAME WB_VIEW_LIT("rules")

wb_relation_key
wb_ruled_key(uint16_t shard)
{
    return (wb_relation_key){shard, WB_RELATION_RULED, NAME};
}

/* No printed key has a blank in it. `out` is begun here. */
static void
put_name(wb_view target, wb_view record, wb_buf *out)
{
    wb_buf_init(out, WB_RULED_NAME_MAX);
    wb_buf_add_view(out, target);
    wb_buf_add_text(out, " ");
    wb_buf_add_view(out, record);
}

bool
wb_ruled_parts(wb_view name, wb_view *target, wb_view *record)
{
    const char *blank = name.len ? memchr(name.data, ' ', name.len) : NULL;

    if (!blank)
        return false;
    *target = (wb_view){name.data, (size_t)(blank - name.data)};
    *record = (wb_view){blank + 1, name.len - target->len - 1};
    return true;
}

int64_t
wb_ruled_due_of(wb_view note)
{
    int64_t due_utc_us = 0;

    if (note.len >= sizeof due_utc_us)
        memcpy(&due_utc_us, note.data, sizeof due_utc_us);
    return due_utc_us;
}

/* A reason that outlives the transaction of its record: as many stay as a record has targets. */
static wb_view
keep_reason(wb_ruled *self, wb_view reason)
{
    char **at = &self->reasons[self->reason_at++ % WB_COUNT(self->reasons)];

    wb_free(at);
    *at = wb_text_dup_len(reason.data, reason.len);
    return (wb_view){*at, reason.len};
}

/* As many targets as a record can have fit; of those whose routes went the oldest gives way. */
static void
set_exception(wb_record_row *row, const wb_record_delivery *delivery)
{
    size_t at = 0, oldest = 0;

    while (at < row->delivery_count && !wb_view_eq(row->deliveries[at].target, delivery->target)) {
        if (row->deliveries[at].revision < row->deliveries[oldest].revision)
            oldest = at;
        at++;
    }
    if (at == WB_RECORD_DELIVERIES_MAX)
        at = oldest;
    else if (at == row->delivery_count)
        row->delivery_count++;
    row->deliveries[at] = *delivery;
}

wb_rc
wb_ruled_put(const wb_want *want, const wb_target *target, const wb_verdict *verdict, wb_txn *txn,
             wb_err *err)
{
    wb_ruled *self = want->mapper->ruled;
    const wb_record_delivery delivery = {.target = target->account->key_view,
                                         .outcome = WB_OUTCOME_HELD,
                                         .revision = want->row->revision,
                                         .reason =
                                             keep_reason(self, wb_buf_view(&verdict->reason))};
    const wb_relation_key key = wb_ruled_key(want->shard);
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    WB_AUTO(wb_buf_fini) wb_buf note = {0};

    put_name(delivery.target, want->record, &name);
    wb_buf_init(&note, WB_RULED_NOTE_MAX);
    wb_buf_add(&note, &verdict->due_utc_us, sizeof verdict->due_utc_us);
    if (wb_envelope_encode(want->cause, &note, err))
        return wb_note(err, WB_FATAL, "what a rule keeps back cannot be written");
    set_exception(want->row, &delivery);
    wb_ruled_due(self, verdict->due_utc_us);
    return wb_relations_put(txn, &key, wb_buf_view(&name), wb_buf_view(&note), err);
}

wb_rc
wb_ruled_let(const wb_want *want, const wb_target *target, wb_txn *txn, wb_err *err)
{
    wb_record_row *row = want->row;
    size_t at = wb_ruled_find(row, target->account->key_view);
    const wb_relation_key key = wb_ruled_key(want->shard);
    WB_AUTO(wb_buf_fini) wb_buf name = {0};

    if (at == row->delivery_count)
        return WB_OK;
    put_name(target->account->key_view, want->record, &name);
    row->deliveries[at] = row->deliveries[--row->delivery_count];
    return wb_relations_delete(txn, &key, wb_buf_view(&name), err);
}

/* --- judged anew --- */

/* What caused it. One that cannot be read is made of what the record says. */
static wb_envelope *
cause_of(const wb_ruled_lying *what, const wb_record_row *row)
{
    wb_view header = {what->note.data + sizeof(int64_t), what->note.len - sizeof(int64_t)};
    wb_envelope *env = NULL;
    wb_envelope made;
    wb_key_parts parts;

    if (what->note.len > sizeof(int64_t) &&
        !wb_envelope_decode(&env, header, (wb_view){NULL, 0}, NULL))
        return env;
    wb_ignore(wb_want_cause(what->record, row, &parts, &made, NULL),
              "it leaves without the name of its account");
    return wb_envelope_copy(&made);
}

/* It may have to wait for its order now: then that is what keeps it. */
static wb_rc
goes_apart(const wb_want *want, wb_target *target, bool *out, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_apart_fini) wb_apart apart = {.want = want};
    wb_record_row *row = want->row;
    wb_rc rc;

    *out = false;
    if (!row->root.len || wb_record_def_of(row->kind)->root != WB_ROOT_ORDER)
        return WB_OK;
    rc = wb_apart_begin(&apart, txn, err);
    rc = rc ? rc : wb_apart_put(&apart, target, out, txn, err);
    if (rc || !*out)
        return rc;
    rc = wb_ruled_let(want, target, txn, err);
    apart.deliveries[0].reason = keep_reason(want->mapper->ruled, apart.deliveries[0].reason);
    set_exception(row, &apart.deliveries[0]);
    return rc;
}

static bool
same_reason(const wb_record_row *row, wb_view target, const wb_buf *before)
{
    size_t at = wb_ruled_find(row, target);

    return at < row->delivery_count && wb_view_eq(row->deliveries[at].reason, wb_buf_view(before));
}

static wb_rc
leave(const wb_want *want, wb_target *target, wb_ruled_lying *what, wb_txn *txn, wb_err *err)
{
    wb_record_row *row = want->row;
    wb_view before = row->deliveries[wb_ruled_find(row, what->target)].reason;
    WB_AUTO(wb_buf_fini) wb_buf reason = {0};
    wb_wanted_how how = WB_WANTED_NOWHERE;
    bool apart = false;
    wb_rc rc;

    wb_buf_init(&reason, WB_REASON_MAX);
    wb_buf_add_view(&reason, before);
    rc = goes_apart(want, target, &apart, txn, err);
    if (!rc && !apart)
        rc = wb_want_put(want, target, &how, txn, err);
    if (rc)
        return rc;
    what->left = how == WB_WANTED_LEAVES;
    if (what->left) {
        row->wanted = row->revision;
        row->delivered_utc_us = 0;
    }
    if (how == WB_WANTED_APART && same_reason(row, what->target, &reason))
        return WB_OK;
    return wb_records_put(txn, what->shard, what->record, row, err);
}

static wb_rc
drop(const wb_ruled_lying *what, wb_txn *txn, wb_err *err)
{
    const wb_relation_key key = wb_ruled_key(what->shard);
    WB_AUTO(wb_buf_fini) wb_buf name = {0};

    put_name(what->target, what->record, &name);
    return wb_relations_delete(txn, &key, wb_buf_view(&name), err);
}

wb_rc
wb_ruled_again(wb_ruled *self, wb_ruled_lying *what, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *cause = NULL;
    wb_target *target = wb_target_of(self->mapper, what->target);
    const wb_mapper_routes *routes = wb_routes_of(self->mapper, wb_key_account_of(what->record));
    WB_AUTO(wb_buf_fini) wb_buf room = {0};
    wb_record_row row;
    bool found = false;
    wb_rc rc =
        wb_records_take(txn, what->shard, what->record, (wb_record_into){&room, &row}, &found, err);

    what->left = false;
    if (rc)
        return rc;
    if (!found || wb_ruled_find(&row, what->target) == row.delivery_count)
        return drop(what, txn, err);
    if (!target || !routes || !wb_routes_lead_to(routes, &row, target))
        return WB_OK; /* it lies on: a route may come back */
    cause = cause_of(what, &row);
    return leave(&(wb_want){.mapper = self->mapper,
                            .routes = routes,
                            .shard = what->shard,
                            .record = what->record,
                            .row = &row,
                            .cause = cause,
                            .released = what->released},
                 target, what, txn, err);
}

wb_rc
wb_ruled_review(wb_mapper *mapper, uint16_t shard, wb_view record, wb_view target, wb_txn *txn,
                wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf names = {0};
    wb_ruled_lying what = {.shard = shard};

    put_name(target, record, &names); /* copies: what leaves changes the row */
    what.target = (wb_view){names.data, target.len};
    what.record = (wb_view){names.data + target.len + 1, record.len};
    return wb_ruled_again(mapper->ruled, &what, txn, err);
}

wb_rc
wb_ruled_there(wb_mapper *mapper, const wb_apart_way *way, uint64_t revision, wb_txn *txn,
               wb_err *err)
{
    bool over = false;
    wb_rc rc = wb_moved_there(way, revision, &over, txn, err);

    return rc || !over ? rc
                       : wb_ruled_review(mapper, way->shard, way->order, way->target, txn, err);
}

/* --- out of the outbox --- */

wb_rc
wb_ruled_take_back(wb_ruled *self, const wb_ruled_lying *what, uint64_t revision, wb_txn *txn,
                   wb_err *err)
{
    const wb_outbox_key key = {what->target, revision, what->record};
    wb_target *target = wb_target_of(self->mapper, what->target);
    WB_AUTO(wb_envelope_destroy) wb_envelope *cause = NULL;
    WB_AUTO(wb_buf_fini) wb_buf room = {0}, was = {0};
    WB_AUTO(wb_verdict_fini) wb_verdict verdict = WB_VERDICT_NONE;
    wb_record_row row;
    wb_outbox_row there;
    wb_want want = {
        .mapper = self->mapper, .shard = what->shard, .record = what->record, .row = &row};
    const wb_leaving leaving = {.mapper = self->mapper,
                                .verdict = &verdict,
                                .shard = what->shard,
                                .record = what->record,
                                .row = &row,
                                .target = what->target};
    wb_view body;
    bool waits = false, found = false;
    wb_rc rc = wb_outbox_get(txn, key, &there, &waits, err);

    if (!rc && waits)
        rc = wb_records_take(txn, what->shard, what->record, (wb_record_into){&was, &row}, &found,
                             err);
    if (rc || !found || !target)
        return rc;
    rc = wb_want_body(txn, &leaving, &room, &body, err);
    if (rc || verdict.wait == WB_WAIT_COUNT) {
        target->looks = self->mapper->looks = true; /* it may leave after all */
        return rc;
    }
    if (wb_envelope_decode(&cause, there.header, (wb_view){NULL, 0}, NULL))
        return WB_OK; /* it cannot be read: whoever reads the row sets it aside */
    want.cause = cause;
    rc = wb_outbox_done(txn, key, err);
    rc = rc ? rc : wb_ruled_put(&want, target, &verdict, txn, err);
    return rc ? rc : wb_records_put(txn, what->shard, what->record, &row, err);
}
