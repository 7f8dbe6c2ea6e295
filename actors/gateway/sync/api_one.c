/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_one - POST /api/sync/orders/{order_sn}, /api/sync/products/{goods_id}: one record, now
 *
 * The mappers say who knows it: then it is read there again. Nobody does: each shop is asked that
 * can be read by a number. Whoever has it, the enricher of the shop answers when the record is
 * through or stored. Start reading at the bottom.
 */
#include <stdio.h>
#include <string.h>

#include "actors/gateway/api.h"
#include "actors/gateway/sync/sync.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define SHOPS_MAX 16 /* that one number is looked for in */
#define ANSWER_MAX 8192
#define QUESTION_MAX 8192
#define AGAIN_MS 300
#define PATIENCE_MS 8000 /* what is stored by then is told as taken */
#define TEXT_SIZE 400

const wb_member wb_api_order_path[] = {
    {.name = "order_sn",
     .type = WB_SHAPE_TEXT,
     .min = 1,
     .max = WB_EXTERNAL_ID_MAX,
     .required = true,
     .help = "the channel's number of the order"},
    {0          },
};

const wb_member wb_api_goods_path[] = {
    {.name = "goods_id",
     .type = WB_SHAPE_TEXT,
     .min = 1,
     .max = WB_EXTERNAL_ID_MAX,
     .required = true,
     .help = "the channel's id of the product"},
    {0          },
};

const wb_member wb_api_one_query[] = {
    {.name = "shop_id",
     .type = WB_SHAPE_INT,
     .min = 1,
     .max = WB_SHOP_ID_MAX,
     .help = "of this shop; missing: of the one that has it"},
    WB_SHOP_TENANT,
    {0         },
};

#define OUTCOME(member)                                                                            \
    {.name = "success",                                                                            \
     .type = WB_SHAPE_BOOL,                                                                        \
     .required = true,                                                                             \
     .help = "it is here as its shop has it"},                                                     \
        {.name = member, .type = WB_SHAPE_TEXT, .required = true, .help = "as it was asked for"},  \
        {.name = "action",                                                                         \
         .type = WB_SHAPE_TEXT,                                                                    \
         .words = "created updated unchanged",                                                     \
         .required = true,                                                                         \
         .nullable = true,                                                                         \
         .help = "what it did here; null: nothing yet"},                                           \
        {.name = "message", .type = WB_SHAPE_TEXT, .required = true, .help = "the same in words"}, \
    {                                                                                              \
        0                                                                                          \
    }

const wb_member wb_api_one_order[] = {OUTCOME("order_sn")};
const wb_member wb_api_one_goods[] = {OUTCOME("goods_id")};

typedef struct one one;

/* A shop that is asked. */
typedef struct {
    one *owner;
    const wb_account *account;
    wb_ask *ask;
    bool over, taken; /* it has said its last word; it knows the record, or may */
    char outcome[32], text[TEXT_SIZE];
} shop;

struct one {
    wb_call_in *call;
    const char *id; /* in the call */
    bool known;     /* a mapper has it already */
    wb_ask *mappers;
    shop shops[SHOPS_MAX];
    size_t count, waiting;
    wb_timer again;
    int64_t until_ms;
};

static void
on_end(wb_call_in *call)
{
    one *self = call->own;

    wb_timer_stop(wb_ctx_loop(call->gateway->ctx), &self->again);
    wb_ask_destroy(&self->mappers);
    for (size_t i = 0; i < self->count; i++)
        wb_ask_destroy(&self->shops[i].ask);
    wb_free(&self);
}

static wb_record_kind
kind_of(const one *self)
{
    return self->call->operation->kind;
}

/* --- what is answered --- */

static bool
is(const shop *self, const char *outcome)
{
    return strcmp(self->outcome, outcome) == 0;
}

static const char *
action_of(const one *self, const shop *at)
{
    if (is(at, "handed_on") || is(at, "filtered"))
        return self->known ? "updated" : "created";
    return is(at, "unchanged") || is(at, "stale") ? "unchanged" : NULL;
}

static void
answer(one *self, const shop *at)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    const char *action = action_of(self, at);
    char message[TEXT_SIZE + 300];
    wb_json_writer out;

    (void)snprintf(message, sizeof message, "%s: %s%s%s", at->account->key,
                   action             ? action
                   : is(at, "parked") ? "set aside"
                                      : "taken, and not through yet",
                   at->text[0] ? ": " : "", at->text);
    wb_buf_init(&body, ANSWER_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_bool(&out, "success", action != NULL);
    wb_json_member_text(&out, self->call->operation->path_members[0].name, wb_view_of(self->id));
    wb_json_put_key(&out, "action");
    if (action)
        wb_json_put_text(&out, wb_view_of(action));
    else
        wb_json_put_null(&out);
    wb_json_member_text(&out, "message", wb_view_of(message));
    wb_json_close(&out, '}');
    wb_call_in_answer(&self->call, action || is(at, "parked") ? 200 : 202, wb_buf_view(&body));
}

static void
refuse_many(one *self)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    wb_buf_init(&text, 4096);
    for (size_t i = 0; i < self->count; i++) {
        const shop *at = &self->shops[i];

        if (!at->taken && self->shops[0].over)
            continue;
        wb_buf_addf(&text, "%s%s", text.len ? ", " : "name one by ?shop_id=: ", at->account->key);
        if (at->account->conf->shop_id)
            wb_buf_addf(&text, " (%lld)", (long long)at->account->conf->shop_id);
    }
    wb_call_in_problem(&self->call, 409, "several shops have this number", wb_buf_text(&text));
}

/* All have spoken. */
static void
conclude(one *self)
{
    const shop *found = NULL, *silent = NULL;
    size_t taken = 0;

    for (size_t i = 0; i < self->count; i++) {
        const shop *at = &self->shops[i];

        found = at->taken ? at : found;
        taken += at->taken;
        silent = !at->taken && !at->outcome[0] ? at : silent;
    }
    if (taken > 1)
        refuse_many(self);
    else if (taken)
        answer(self, found);
    else if (silent)
        wb_call_in_problem(&self->call, 503, "a process that has to be asked is not there",
                           silent->text);
    else
        wb_call_in_problem(&self->call, 404, "no shop has this number", self->shops[0].text);
}

/* --- the enrichers --- */

static void ask_shop(shop *self, bool again);

/* One process reads for the account; what the others say matters only when none does. */
static void
read_answers(shop *self, const wb_ask *ask)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();

    self->taken = false;
    self->outcome[0] = self->text[0] = '\0';
    for (size_t i = 0; !self->taken && i < ask->count; i++) {
        if (wb_answer_read(&ask->answers[i], json, NULL))
            continue;
        wb_read_text(json, 0, "text", self->text, sizeof self->text);
        if (!wb_read_bool(json, 0, "ok"))
            continue;
        wb_read_text(json, 0, "outcome", self->outcome, sizeof self->outcome);
        self->taken = !is(self, "absent");
        wb_read_fetched(json, self->outcome, self->text, sizeof self->text);
        if (!self->taken)
            return;
    }
    if (!self->taken && ask->nobody[0])
        (void)snprintf(self->text, sizeof self->text, "%s", ask->nobody);
    else if (!self->taken && wb_ask_answered(ask) < ask->count)
        (void)snprintf(self->text, sizeof self->text, "an enricher does not answer");
}

static void
on_again(wb_timer *timer, void *arg)
{
    one *self = arg;

    (void)timer;
    for (size_t i = 0; i < self->count; i++)
        if (!self->shops[i].over)
            ask_shop(&self->shops[i], true);
}

static void
on_enrichers(void *arg, wb_ask *ask)
{
    shop *at = arg;
    one *self = at->owner;

    read_answers(at, ask);
    at->over = !(is(at, "held") && wb_now_ms() < self->until_ms);
    if (--self->waiting)
        return;
    for (size_t i = 0; i < self->count; i++)
        if (!self->shops[i].over) {
            wb_timer_start(wb_ctx_loop(self->call->gateway->ctx), &self->again, AGAIN_MS);
            return;
        }
    conclude(self);
}

static void
ask_shop(shop *self, bool again)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_ask_destroy(&self->ask);
    wb_buf_init(&body, QUESTION_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "account", self->account->key_view);
    wb_json_member_text(&out, "kind", wb_view_of(wb_record_kind_name(kind_of(self->owner))));
    wb_json_member_text(&out, "id", wb_view_of(self->owner->id));
    wb_json_member_bool(&out, "again", again);
    wb_json_close(&out, '}');
    self->owner->waiting++;
    self->ask =
        wb_ask_start(self->owner->call->gateway->client, &(wb_question){.actors = "enricher",
                                                                        .kind = WB_KIND_CALL_FETCH,
                                                                        .body = wb_buf_view(&body),
                                                                        .done = on_enrichers,
                                                                        .arg = self});
}

/* --- which shops --- */

static bool
can_read(const one *self, const wb_account *account)
{
    return wb_connector_single(account->connector, kind_of(self)) != NULL;
}

static void
add_shop(one *self, const wb_account *account)
{
    for (size_t i = 0; i < self->count; i++)
        if (self->shops[i].account == account)
            return;
    if (self->count < SHOPS_MAX)
        self->shops[self->count++] = (shop){.owner = self, .account = account};
}

static bool
is_tenants(const one *self, const wb_account *account)
{
    const char *tenant = wb_call_in_text(self->call, "tenant");

    return !*tenant || wb_view_is(account->tenant, tenant);
}

/* Those whose record of this number a mapper has. */
static void
add_known(one *self, wb_json *json)
{
    wb_accounts *accounts = wb_ctx_accounts(self->call->gateway->ctx);
    char record[WB_KEY_MAX + 1], kind[32];

    for (wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "records")); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        const wb_account *account;

        wb_read_text(json, at, "record", record, sizeof record);
        wb_read_text(json, at, "kind", kind, sizeof kind);
        account = wb_accounts_find(accounts, wb_key_account_of(wb_view_of(record)));
        if (!account || strcmp(kind, wb_record_kind_name(kind_of(self))) != 0 ||
            !is_tenants(self, account))
            continue;
        self->known = true;
        add_shop(self, account);
    }
}

static void
add_all(one *self)
{
    wb_accounts *accounts = wb_ctx_accounts(self->call->gateway->ctx);

    for (size_t i = 0; i < wb_accounts_count(accounts); i++) {
        const wb_account *account = wb_accounts_at(accounts, i);

        if (can_read(self, account) && is_tenants(self, account))
            add_shop(self, account);
    }
}

static void
ask_shops(one *self, bool named)
{
    if (!self->count && !named)
        add_all(self);
    else if (self->count > 1) {
        refuse_many(self);
        return;
    }
    if (!self->count || !can_read(self, self->shops[0].account)) {
        wb_call_in_problem(&self->call, 409, "no single record of this kind can be read there",
                           "its lists bring them: POST /api/sync/orders or /api/sync/products");
        return;
    }
    self->until_ms = wb_now_ms() + PATIENCE_MS;
    for (size_t i = 0; i < self->count; i++)
        ask_shop(&self->shops[i], false);
}

static void
on_mappers(void *arg, wb_ask *ask)
{
    one *self = arg;
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    bool named = self->count > 0;

    if (ask->nobody[0] || wb_ask_answered(ask) < ask->count) {
        wb_call_in_problem(&self->call, 503, "a process that has to be asked is not there",
                           ask->nobody[0] ? ask->nobody : "a mapper does not answer");
        return;
    }
    for (size_t i = 0; i < ask->count; i++)
        if (!wb_answer_read(&ask->answers[i], json, NULL))
            add_known(self, json);
    ask_shops(self, named);
}

/* By its whole key, where the shop is named: numbers of others are not asked for. */
static bool
write_question(one *self, wb_buf *body)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    wb_json_writer out;

    wb_buf_init(&key, WB_KEY_MAX);
    if (!self->count)
        wb_buf_add_text(&key, self->id);
    else if (wb_key_print(&key, self->shops[0].account->tenant, self->shops[0].account->name,
                          kind_of(self), wb_view_of(self->id), NULL))
        return false;
    wb_json_writer_init(&out, body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "record", wb_buf_view(&key));
    wb_json_close(&out, '}');
    return !key.overflow;
}

void
wb_api_sync_one(wb_call_in *call)
{
    const char *member = call->operation->path_members[0].name;
    int64_t shop_id = wb_call_in_int(call, "shop_id");
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    const wb_account *account = NULL;
    one *self;

    if (shop_id && !(account = wb_shop_by_id(&call, shop_id)))
        return;
    self = wb_alloc(sizeof *self);
    self->call = call;
    self->id = wb_call_in_text(call, member);
    self->again = (wb_timer){.fire = on_again, .arg = self};
    call->own = self;
    call->end = on_end;
    if (account)
        add_shop(self, account);
    wb_buf_init(&body, QUESTION_MAX);
    if (!write_question(self, &body)) {
        wb_call_in_wrong_field(&call, member, "is no number of a record");
        return;
    }
    self->mappers = wb_ask_start(call->gateway->client, &(wb_question){.actors = "mapper",
                                                                       .kind = WB_KIND_CALL_RECORD,
                                                                       .body = wb_buf_view(&body),
                                                                       .done = on_mappers,
                                                                       .arg = self});
}
