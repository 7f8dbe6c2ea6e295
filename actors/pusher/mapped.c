/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/pusher/mapped.h"

#include <stdio.h>
#include <string.h>

#include "actors/runtime/mapping/mapping.h"
#include "actors/runtime/outside/redact.h"
#include "actors/runtime/process/kill_point.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "storage/relations.h"

#define REASON_MAX 512

typedef struct {
    const wb_route_conf *conf;
    wb_mapping *mapping;
} program;

/* What was parked and is tried again: one at a time. */
typedef struct {
    wb_write write;
    bool busy;
    wb_mapping_ask ask;
    wb_account *account;
    wb_envelope *env;
    wb_buf packed;
    wb_rc rc;
    char reason[REASON_MAX];
} returning;

struct wb_mapped {
    wb_pusher *pusher;
    program *items;
    size_t count;
    wb_link waiting; /* mapped_want */
    wb_retake retake;
    returning back;
};

/* A delivery whose mapping works. */
typedef struct {
    wb_link link;
    wb_mapping_ask ask;
    struct wb_mapped *of;
    wb_mapping *mapping;
    wb_delivery *delivery;
    wb_account *account;
} mapped_want;

/* --- which mapping --- */

static bool
leaves(const wb_route_conf *conf, const wb_envelope *env)
{
    char name[WB_ACCOUNT_MAX + 1];

    return !wb_text_set(name, sizeof name, env->account, NULL) && wb_route_leaves(conf, name);
}

/* Stock that is joined reaches its target as what a listing should show. */
static bool
wants(const wb_route_conf *conf, const wb_envelope *env, const wb_connector *to)
{
    const wb_record_def *def = wb_record_def_of(env->record_kind);

    if (wb_route_joins(conf, to))
        return env->record_kind == WB_RECORD_LISTING;
    return wb_route_kind(conf) == env->record_kind && leaves(conf, env) &&
           (!def || !def->type || wb_route_wants(conf, wb_record_type(def, env->body)));
}

static wb_mapping *
find(const struct wb_mapped *self, const wb_envelope *env, const wb_account *to)
{
    for (size_t i = 0; i < self->count; i++) {
        const wb_route_conf *conf = self->items[i].conf;

        if ((wb_route_to_origin(conf) || wb_view_is(to->name, conf->to)) &&
            wants(conf, env, to->connector))
            return self->items[i].mapping;
    }
    return NULL;
}

/* What a program throws may quote the buyer. */
static void
reason_of(char out[REASON_MAX], const char *why, const wb_envelope *env)
{
    (void)snprintf(out, REASON_MAX, "%s", why);
    wb_redact_record(out, env->record_kind, env->body);
}

static wb_envelope *
with_body(const wb_envelope *env, wb_view packed)
{
    wb_envelope changed = *env;

    changed.body = packed;
    return wb_envelope_copy(&changed);
}

/* --- what comes in --- */

static void
want_destroy(mapped_want **self_p)
{
    mapped_want *self = wb_take(self_p);
    wb_lanes *lanes = wb_ctx_lanes(self->of->pusher->ctx);

    wb_list_remove(&self->link);
    wb_mapping_cancel(self->mapping, &self->ask);
    if (self->delivery)
        wb_delivery_drop(lanes, &self->delivery);
    wb_free(&self);
}

static void
on_mapped(void *arg, wb_rc rc, wb_view packed, const char *why)
{
    mapped_want *self = arg;
    wb_pusher *pusher = self->of->pusher;
    wb_delivery *delivery = wb_take(&self->delivery);
    wb_account *account = self->account;
    char reason[REASON_MAX];

    if (rc) {
        reason_of(reason, why, delivery->env);
        wb_ctx_park(pusher->ctx, &delivery, account->key_view, reason, delivery->env->again);
    } else {
        wb_envelope *env = with_body(delivery->env, packed);

        wb_envelope_destroy(&delivery->env);
        delivery->env = env;
        wb_kill_point("pusher.mapped");
        wb_pump_take(pusher->pump, delivery, account, env->again);
    }
    want_destroy(&self);
}

bool
wb_mapped_take(wb_pusher *pusher, wb_delivery *delivery, wb_account *account)
{
    struct wb_mapped *self = pusher->mapped;
    wb_mapping *mapping = find(self, delivery->env, account);
    mapped_want *want;

    if (!mapping)
        return false;
    want = wb_alloc(sizeof *want);
    want->of = self;
    want->mapping = mapping;
    want->delivery = delivery;
    want->account = account;
    want->ask.done = on_mapped;
    want->ask.arg = want;
    wb_list_append(&self->waiting, &want->link);
    wb_mapping_record(mapping, &want->ask, delivery->env->record_kind, delivery->env->body);
    return true;
}

/* --- what was parked comes back --- */

static wb_relation_key
unmapped_of(const wb_account *account)
{
    return (wb_relation_key){account->shard, WB_RELATION_UNMAPPED, account->key_view};
}

static bool
is_of_mapping(wb_view reason)
{
    size_t len = sizeof WB_MAPPING_REASON - 1;

    return reason.len > len && memcmp(reason.data, WB_MAPPING_REASON " ", len + 1) == 0;
}

static wb_rc
revive(void *arg, wb_write *write, wb_txn *txn, const wb_parked_row *row, wb_err *err)
{
    struct wb_mapped *self = arg;
    const wb_retake *pump = wb_pump_retake(self->pusher->pump);
    wb_account *account = wb_accounts_find(wb_ctx_accounts(self->pusher->ctx), row->account);
    wb_relation_key key;

    if (!is_of_mapping(row->reason) || !account)
        return pump->revive(pump->arg, write, txn, row, err);
    key = unmapped_of(account);
    return wb_relations_put(txn, &key, row->record, row->envelope, err);
}

static wb_rc
accept(void *arg, wb_txn *txn, const wb_parked_row *row, const char *by, wb_err *err)
{
    struct wb_mapped *self = arg;
    const wb_retake *pump = wb_pump_retake(self->pusher->pump);

    return pump->accept(pump->arg, txn, row, by, err);
}

static void
set_aside(void *arg, wb_delivery *delivery, const char *account, wb_view record)
{
    struct wb_mapped *self = arg;
    const wb_retake *pump = wb_pump_retake(self->pusher->pump);

    pump->aside(pump->arg, delivery, account, record);
}

static wb_rc
dropping(void *arg, wb_write *write, wb_txn *txn, const wb_retake_dropped *what, wb_err *err)
{
    struct wb_mapped *self = arg;
    const wb_retake *pump = wb_pump_retake(self->pusher->pump);

    return pump->dropping(pump->arg, write, txn, what, err);
}

/* As the pump would take it back, with the record as it was changed; or set aside once more. */
static wb_rc
put_back(returning *self, struct wb_mapped *of, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    WB_AUTO(wb_buf_fini) wb_buf bytes = {0};
    const wb_retake *pump = wb_pump_retake(of->pusher->pump);
    wb_parking parking = {self->env, self->account->shard, self->env->again,
                          self->account->key_view, self->reason};
    wb_parked_row row = {.id = self->env->id,
                         .shard = self->account->shard,
                         .account = self->account->key_view,
                         .record = self->env->record,
                         .revision = self->env->revision,
                         .parked_utc_us = INT64_MAX, /* it never was a job: nothing has left */
                         .unknown = self->env->again};
    wb_rc rc;

    if (self->rc)
        return wb_park_envelope(&self->write, txn, &parking, err);
    env = with_body(self->env, wb_buf_view(&self->packed));
    wb_buf_init(&bytes, WB_HEADER_MAX + WB_BODY_MAX + 64);
    rc = wb_envelope_store(env, &bytes, err);
    row.envelope = wb_buf_view(&bytes);
    return rc ? rc : pump->revive(pump->arg, &self->write, txn, &row, err);
}

static wb_rc
on_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    returning *self = WB_CONTAINER(write, returning, write);
    struct wb_mapped *of = WB_CONTAINER(self, struct wb_mapped, back);
    wb_relation_key key = unmapped_of(self->account);
    wb_rc rc = put_back(self, of, txn, err);

    if (rc == WB_REJECT) /* an older state of it is under way: it is told, and parked again */
        (void)snprintf(self->reason, sizeof self->reason, WB_MAPPING_REASON " waits: %.400s",
                       err->text);
    if (rc == WB_REJECT) {
        self->rc = rc;
        rc = put_back(self, of, txn, err);
    }
    return rc ? rc : wb_relations_delete(txn, &key, self->env->record, err);
}

static void next_back(struct wb_mapped *self);

static void
on_done(wb_write *write)
{
    returning *self = WB_CONTAINER(write, returning, write);
    struct wb_mapped *of = WB_CONTAINER(self, struct wb_mapped, back);
    const wb_retake *pump = wb_pump_retake(of->pusher->pump);

    if (!self->rc)
        pump->revived(pump->arg);
    wb_envelope_destroy(&self->env);
    wb_buf_fini(&self->packed);
    self->busy = false;
    next_back(of);
}

static void
on_back(void *arg, wb_rc rc, wb_view packed, const char *why)
{
    struct wb_mapped *of = arg;
    returning *self = &of->back;

    self->rc = rc;
    wb_buf_init(&self->packed, WB_BODY_MAX);
    wb_buf_add_view(&self->packed, packed);
    if (rc)
        reason_of(self->reason, why, self->env);
    self->write = (wb_write){.apply = on_apply, .done = on_done};
    wb_commit_add(wb_ctx_commit(of->pusher->ctx), &self->write);
}

/* The first that waits of an account; NULL = none that can be read. */
static wb_envelope *
first_of(struct wb_mapped *self, const wb_account *account)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_buf_fini) wb_buf record = {0};
    WB_AUTO(wb_buf_fini) wb_buf note = {0};
    wb_relation_key key = unmapped_of(account);
    wb_envelope *env = NULL;
    bool found = false;
    wb_err err = {0};

    wb_buf_init(&record, WB_KEY_MAX);
    wb_buf_init(&note, WB_HEADER_MAX + WB_BODY_MAX + 64);
    if (wb_txn_begin(&txn, wb_ctx_store(self->pusher->ctx), false, &err) ||
        wb_relations_next(txn, &key, &record, &note, &found, &err) || !found ||
        wb_envelope_load(&env, wb_buf_view(&note), &err))
        return NULL;
    return env;
}

static void
next_back(struct wb_mapped *self)
{
    wb_accounts *accounts = wb_ctx_accounts(self->pusher->ctx);
    returning *back = &self->back;
    wb_mapping *mapping;

    for (size_t i = 0; !back->busy && i < wb_accounts_count(accounts); i++) {
        wb_account *account = wb_accounts_at(accounts, i);

        if (!account->connector->push_op || !wb_ctx_owns(self->pusher->ctx, account->shard))
            continue;
        back->env = first_of(self, account);
        if (!back->env)
            continue;
        back->busy = true;
        back->account = account;
        back->ask = (wb_mapping_ask){.done = on_back, .arg = self};
        mapping = find(self, back->env, account);
        if (mapping)
            wb_mapping_record(mapping, &back->ask, back->env->record_kind, back->env->body);
        else /* its route has none any more */
            on_back(self, WB_OK, back->env->body, NULL);
    }
}

static void
revived(void *arg)
{
    struct wb_mapped *self = arg;
    const wb_retake *pump = wb_pump_retake(self->pusher->pump);

    pump->revived(pump->arg);
    next_back(self);
}

/* --- the whole --- */

const wb_retake *
wb_mapped_retake(const wb_pusher *pusher)
{
    return &pusher->mapped->retake;
}

void
wb_mapped_status(const wb_pusher *pusher, wb_json_writer *out)
{
    const struct wb_mapped *self = pusher->mapped;

    wb_json_put_key(out, "mappings");
    wb_json_open(out, '[');
    for (size_t i = 0; i < self->count; i++) {
        wb_mapping_view view = wb_mapping_look(self->items[i].mapping);

        wb_json_open(out, '{');
        wb_json_member_text(out, "file", wb_view_of(view.name));
        wb_json_member_text(out, "target", wb_view_of(self->items[i].conf->to));
        wb_json_member_int(out, "mapped", (int64_t)view.mapped);
        wb_json_member_int(out, "refused", (int64_t)view.refused);
        wb_json_member_int(out, "missed", (int64_t)view.missed);
        wb_json_member_text(out, "off", wb_view_of(view.off));
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

static void
open_programs(struct wb_mapped *self)
{
    const wb_config_tree *tree = wb_ctx_config(self->pusher->ctx);
    const wb_route_conf *routes = tree->routes.items;

    self->items = wb_alloc((tree->routes.count + 1) * sizeof *self->items);
    for (size_t i = 0; i < tree->routes.count; i++) {
        wb_mapping_conf conf = {.name = routes[i].mapping, .program = routes[i].program};

        if (!routes[i].program.len)
            continue;
        self->items[self->count++] =
            (program){&routes[i], wb_mapping_new(wb_ctx_loop(self->pusher->ctx), &conf)};
    }
}

void
wb_mapped_open(wb_pusher *pusher)
{
    struct wb_mapped *self = wb_alloc(sizeof *self);
    const wb_retake *pump = wb_pump_retake(pusher->pump);

    pusher->mapped = self;
    self->pusher = pusher;
    self->retake = *pump;
    self->retake.arg = self;
    self->retake.revive = revive;
    self->retake.accept = accept;
    self->retake.aside = set_aside;
    self->retake.dropping = pump->dropping ? dropping : NULL;
    self->retake.revived = revived;
    wb_list_init(&self->waiting);
    open_programs(self);
    next_back(self);
}

void
wb_mapped_close(wb_pusher *pusher)
{
    struct wb_mapped *self = wb_take(&pusher->mapped);

    if (!self)
        return;
    while (!wb_list_empty(&self->waiting)) {
        mapped_want *want = WB_CONTAINER(self->waiting.next, mapped_want, link);

        want_destroy(&want);
    }
    for (size_t i = 0; i < self->count; i++)
        wb_mapping_destroy(&self->items[i].mapping);
    wb_envelope_destroy(&self->back.env);
    wb_buf_fini(&self->back.packed);
    wb_free(&self->items);
    wb_free(&self);
}
