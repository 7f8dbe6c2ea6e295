/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "actors/keeper/keeper.h"
#include "actors/runtime/actor/ops.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "storage/aside.h"
#include "storage/vault.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define ACCOUNTS "  a: {connector: bank}\n  b: {connector: bank}\n"

static wb_rc
build(const wb_call *call, wb_request *out, wb_err *err)
{
    (void)call;
    out->method = "POST";
    out->template = "/token";
    wb_buf_add_text(&out->url, "http://bank/token");
    return wb_request_check(out, err);
}

/* The body is the token, the status 400 a refusal. */
static wb_rc
read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    if (resp->status == 400)
        return wb_fail(err, WB_SUSPEND, "invalid_grant");
    if (resp->status != 200)
        return wb_response_usual(call, resp, out, err);
    wb_buf_add_view(&out->token, resp->body);
    out->token_ttl_ms = 3600000;
    return WB_OK;
}

static const wb_op ops[] = {
    {.name = "login",     .verb = WB_VERB_TOKEN, .timeout_ms = 1000, .build = build, .read = read},
    {.name = "slow",
     .verb = WB_VERB_PULL,
     .limit = {.rate_micro = 1000, .burst = 5, .learnt = true},
     .build = build,
     .read = read},
    {0      },
};
static const wb_connector bank = {.name = "bank", .summary = "a test's bank", .ops = ops};
static const wb_connector *const connectors[] = {&bank, NULL};

typedef struct {
    kit kit;
    wb_keeper keeper;
} vault;

static void
open_keeper(vault *self)
{
    self->keeper =
        (wb_keeper){.ctx = &self->kit.ctx, .tokens = wb_map_new(), .buckets = wb_map_new()};
    self->kit.ctx.state = &self->keeper;
}

static void
close_keeper(vault *self)
{
    wb_keeper_tokens_fini(&self->keeper);
    wb_keeper_buckets_fini(&self->keeper);
}

static void
open_vault(vault *self)
{
    kit_open(&self->kit, ACCOUNTS, connectors);
    open_keeper(self);
    kit_reply_count = 0;
}

static void
close_vault(vault *self)
{
    close_keeper(self);
    kit_close(&self->kit);
}

static void
restart(vault *self)
{
    close_keeper(self);
    kit_restart(&self->kit);
    open_keeper(self);
}

typedef wb_rc (*call_fn)(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);

static void
call(vault *self, call_fn to, const wb_keep *keep)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_envelope env = {.kind = WB_KIND_CALL_TOKEN};
    wb_err err = {0};

    wb_buf_init(&body, WB_KEEP_MAX);
    wb_keep_encode(keep, &body);
    env.body = wb_buf_view(&body);
    ck_assert(!to(&self->kit.ctx, kit_delivery(&env, 1), &err));
}

static void
ask(vault *self, int64_t failed)
{
    call(self, wb_keeper_token,
         &(wb_keep){.scope = WB_VIEW_LIT("bank:a"),
                    .account = WB_VIEW_LIT("default/a"),
                    .op = WB_VIEW_LIT("login"),
                    .failed = failed});
}

/* The last answer. */
static wb_keep
told(void)
{
    wb_keep keep;

    ck_assert(!wb_keep_decode(&keep, wb_buf_view(&kit_last_reply), NULL));
    return keep;
}

static void
give(const char *token)
{
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .body = token});
}

START_TEST(many_askers_make_one_refresh_and_it_is_stored_first)
{
    vault self;

    open_vault(&self);
    for (int i = 0; i < 5; i++)
        ask(&self, 0);
    ck_assert_uint_eq(kit_request_count, 1);
    give("t1");
    ck_assert_uint_eq(kit_reply_count, 0);
    kit_until(&self.kit, kit_reply_count == 5);
    ck_assert(wb_view_is(told().token, "t1"));
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_VAULT), 1);
    ask(&self, 0); /* there already */
    ck_assert_uint_eq(kit_reply_count, 6);
    ck_assert_uint_eq(kit_request_count, 1);
    close_vault(&self);
}
END_TEST

START_TEST(a_refused_token_is_replaced_once)
{
    int64_t first;
    vault self;

    open_vault(&self);
    ask(&self, 0);
    give("t1");
    kit_until(&self.kit, kit_reply_count == 1);
    first = told().generation;
    ask(&self, first);
    ask(&self, first);
    ck_assert_uint_eq(kit_request_count, 2);
    give("t2");
    kit_until(&self.kit, kit_reply_count == 3);
    ask(&self, first); /* late: the newer one is there */
    ck_assert(wb_view_is(told().token, "t2"));
    ck_assert_int_gt(told().generation, first);
    ck_assert_uint_eq(kit_request_count, 2);
    close_vault(&self);
}
END_TEST

START_TEST(a_token_outlives_a_restart)
{
    int64_t first;
    vault self;

    open_vault(&self);
    ask(&self, 0);
    give("t1");
    kit_until(&self.kit, kit_reply_count == 1);
    first = told().generation;
    restart(&self);
    ask(&self, 0);
    ck_assert_uint_eq(kit_reply_count, 2);
    ck_assert(wb_view_is(told().token, "t1"));
    ck_assert_int_gt(told().ttl_ms, 3000000);
    ck_assert_int_eq(told().generation, first); /* it is remembered as well */
    ask(&self, first);
    give("t2");
    kit_until(&self.kit, kit_reply_count == 3);
    ck_assert_int_gt(told().generation, first);
    close_vault(&self);
}
END_TEST

static wb_view
vault_key(void)
{
    return WB_VIEW_LIT("bank:a#login");
}

/* 0: its bytes are not what was sealed; 1: a newer release sealed another form */
static void
spoil(vault *self, int how)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_err err = {0};

    ck_assert(!wb_txn_begin(&txn, self->kit.ctx.store, true, &err));
    if (how)
        ck_assert(!wb_vault_put(txn, vault_key(), WB_VIEW_LIT("\x81\x01\x02"), &err));
    else
        ck_assert(!wb_kv_put(txn, WB_DB_VAULT, vault_key(), WB_VIEW_LIT("broken"), &err));
    ck_assert(!wb_txn_commit(&txn, &err));
}

static wb_rc
see_aside(void *arg, const wb_parked_row *row, wb_err *err)
{
    (void)err;
    ck_assert_ptr_nonnull(memmem(row->reason.data, row->reason.len, "bank:a#login", 12));
    (*(size_t *)arg)++;
    return WB_OK;
}

/* As every process answers that has nothing but rows (actor_take.c). */
static void
see_listed(vault *self)
{
    const wb_envelope env = {.kind = WB_KIND_CALL_PARKED,
                             .body = WB_VIEW_LIT("{\"action\":\"list\"}")};

    self->kit.ctx.claim_count = 1;
    wb_ops_parked(&self->kit.ctx, kit_delivery(&env, 1), &(wb_retake){0});
    ck_assert_ptr_nonnull(strstr(wb_buf_text(&kit_last_reply), "damaged: vault: bank:a#login"));
    kit_reply_count--;
}

/* It was written over without a word. */
START_TEST(a_token_that_cannot_be_read_is_fetched_anew_and_set_aside)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    size_t aside = 0;
    wb_err err = {0};
    vault self;

    open_vault(&self);
    ask(&self, 0);
    give("t1");
    kit_until(&self.kit, kit_reply_count == 1);
    spoil(&self, _i);
    restart(&self);
    ask(&self, 0);
    ck_assert(wb_aside_noted(self.kit.ctx.store));
    ck_assert(!wb_txn_begin(&txn, self.kit.ctx.store, true, &err));
    ck_assert(!wb_aside_park(txn, see_aside, &aside, &err));
    ck_assert(!wb_txn_commit(&txn, &err));
    ck_assert_uint_eq(aside, 1);
    see_listed(&self);
    give("t2");
    kit_until(&self.kit, kit_reply_count == 2);
    ck_assert(wb_view_is(told().token, "t2"));
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_PARKED), 1);
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_VAULT), 1);
    close_vault(&self);
}
END_TEST

/* rows 0: all remember the same one, of a release that counted from 1; 1: not all the same; 2: one
 * of a keeper whose clock was ahead. */
START_TEST(after_its_store_was_lost_one_refresh_serves_all_who_remember_a_token_of_the_former)
{
    static const struct {
        int64_t first, then;
    } remembered[] = {
        {17,                        17                       },
        {17,                        42                       },
        {INT64_C(4102444800000000), INT64_C(4102444800000000)},
    };
    vault self;

    open_vault(&self);
    ask(&self, remembered[_i].first);
    give("t1");
    kit_until(&self.kit, kit_reply_count == 1);
    ck_assert_int_gt(told().generation, remembered[_i].first);
    ask(&self, remembered[_i].then);
    ck_assert_uint_eq(kit_reply_count, 2);
    ck_assert(wb_view_is(told().token, "t1"));
    ck_assert_int_gt(told().generation, remembered[_i].then);
    restart(&self);
    ask(&self, remembered[_i].then);
    ck_assert_uint_eq(kit_reply_count, 3);
    ck_assert_uint_eq(kit_request_count, 1);
    close_vault(&self);
}
END_TEST

/* How the vendor answers, and what is told. */
static const struct {
    kit_answer answer;
    wb_rc rc;
} refusals[] = {
    {{.end = WB_HTTP_ANSWERED, .status = 400},             WB_SUSPEND},
    {{.end = WB_HTTP_ANSWERED, .status = 503},             WB_RETRY  },
    {{.end = WB_HTTP_ANSWERED, .status = 200, .body = ""}, WB_RETRY  },
    {{.end = WB_HTTP_TIMEOUT},                             WB_RETRY  },
};

START_TEST(a_refusal_is_told_and_not_asked_for_again_at_once)
{
    vault self;

    open_vault(&self);
    ask(&self, 0);
    kit_reply(&refusals[_i].answer);
    ck_assert_uint_eq(kit_reply_count, 1);
    ck_assert_int_eq(told().rc, refusals[_i].rc);
    ck_assert(told().why.len > 0);
    ck_assert_int_gt(told().wait_ms, 0);
    ask(&self, 0);
    ck_assert_uint_eq(kit_reply_count, 2);
    ck_assert_int_eq(told().rc, refusals[_i].rc);
    ck_assert_uint_eq(kit_request_count, 1);
    close_vault(&self);
}
END_TEST

START_TEST(unknown_accounts_and_operations_are_refused)
{
    vault self;

    open_vault(&self);
    call(&self, wb_keeper_token,
         &(wb_keep){.account = WB_VIEW_LIT("default/x"), .op = WB_VIEW_LIT("login")});
    ck_assert_int_eq(told().rc, WB_REJECT);
    call(&self, wb_keeper_token,
         &(wb_keep){.account = WB_VIEW_LIT("default/a"), .op = WB_VIEW_LIT("slow")});
    ck_assert_int_eq(told().rc, WB_REJECT);
    call(&self, wb_keeper_lease,
         &(wb_keep){.account = WB_VIEW_LIT("default/a"), .op = WB_VIEW_LIT("nothing")});
    ck_assert_int_eq(told().rc, WB_REJECT);
    close_vault(&self);
}
END_TEST

START_TEST(a_lease_is_debited_before_it_is_told_and_over_restarts)
{
    static const wb_keep lease = {
        .scope = {"bank:a",    6},
        .account = {"default/a", 9},
        .op = {"slow",      4},
        .want = 3,
        .live = 1
    };
    vault self;
    int64_t granted = 0;

    open_vault(&self);
    call(&self, wb_keeper_lease, &lease);
    ck_assert_uint_eq(kit_reply_count, 0); /* not before the commit */
    kit_until(&self.kit, kit_reply_count == 1);
    granted = told().granted;
    ck_assert_int_eq(granted, 1); /* of a store that was born now: no burst is proven */
    for (int i = 0; i < 5; i++) { /* however often it is restarted */
        size_t before = kit_reply_count;

        restart(&self);
        call(&self, wb_keeper_lease, &lease);
        kit_until(&self.kit, kit_reply_count > before);
        granted += told().granted;
    }
    ck_assert_int_eq(granted, 1);
    ck_assert_int_gt(told().wait_ms, 0);
    close_vault(&self);
}
END_TEST

static int64_t
told_limit(vault *self, const char *member)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json *json = self->kit.ctx.json;
    wb_json_writer out;
    int64_t value = 0;
    wb_json_ref first;

    wb_buf_init(&body, 65536);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_keeper_buckets_tell(&self->keeper, &out);
    wb_json_close(&out, '}');
    ck_assert(!wb_json_parse(json, wb_buf_view(&body), NULL));
    first = wb_json_first(json, wb_json_get(json, 0, "limits"));
    ck_assert(!wb_json_int(json, wb_json_get(json, first, member), &value, member, NULL));
    return value;
}

static void
feed(vault *self, const wb_keep *keep)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_envelope env = {.kind = WB_KIND_CALL_FEEDBACK};
    wb_err err = {0};

    wb_buf_init(&body, WB_KEEP_MAX);
    wb_pack_array(&body, 1);
    wb_keep_encode(keep, &body);
    env.body = wb_buf_view(&body);
    ck_assert(!wb_keeper_feedback(&self->kit.ctx, kit_delivery(&env, 1), &err));
}

/* rows 0: it came alone; 1: with the word that the bucket is empty. */
START_TEST(a_rate_that_an_answer_told_is_known_after_a_restart)
{
    static const wb_keep lease = {
        .scope = {"bank:a",    6},
        .account = {"default/a", 9},
        .op = {"slow",      4},
        .want = 1,
        .live = 1
    };
    wb_keep keep = lease;
    wb_err err = {0};
    vault self;

    open_vault(&self);
    keep.want = keep.live = 0;
    keep.rate_micro = 5000;
    keep.throttled = _i;
    feed(&self, &keep);
    ck_assert_int_eq(told_limit(&self, "rate_micro"), 5000);
    ck_assert(!wb_commit_flush(self.kit.ctx.commit, &err));
    restart(&self);
    call(&self, wb_keeper_lease, &lease);
    ck_assert_int_eq(told_limit(&self, "rate_micro"), 5000);
    ck_assert(!wb_commit_flush(self.kit.ctx.commit, &err));
    close_vault(&self);
}
END_TEST

/* What makes the bucket emptier is not lost; a grant of a debt is none. */
static const struct {
    const char *label;
    wb_keep told;
    int64_t level; /* after it, and after a restart */
} points[] = {
    {"a call took more than its estimate", {.taken_more = 3},                     -3},
    {"so many are left",                   {.left_and_one = 1},                   0 },
    {"more than a debt can be",            {.taken_more = INT64_C(1) << 62},      -5},
    {"both",                               {.taken_more = 2, .left_and_one = 40}, -2},
};

/* To the nearest: some flows in meanwhile. */
static int64_t
points_there(vault *self)
{
    int64_t level = told_limit(self, "level_micro");

    return (level + (level < 0 ? -500000 : 500000)) / 1000000;
}

START_TEST(points_that_are_gone_are_gone_after_a_restart)
{
    static const wb_keep lease = {
        .scope = {"bank:a",    6},
        .account = {"default/a", 9},
        .op = {"slow",      4},
        .want = 1,
        .live = 1
    };
    wb_keep told_of = points[_i].told;
    wb_err err = {0};
    vault self;

    open_vault(&self);
    call(&self, wb_keeper_lease, &lease); /* of the one that a new store is sure of */
    kit_until(&self.kit, kit_reply_count == 1);
    told_of.scope = lease.scope;
    told_of.account = lease.account;
    told_of.op = lease.op;
    feed(&self, &told_of);
    ck_assert_int_eq(points_there(&self), points[_i].level);
    ck_assert(!wb_commit_flush(self.kit.ctx.commit, &err));
    restart(&self);
    call(&self, wb_keeper_lease, &lease);
    ck_assert_int_eq(points_there(&self), points[_i].level);
    ck_assert(!wb_commit_flush(self.kit.ctx.commit, &err));
    close_vault(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {many_askers_make_one_refresh_and_it_is_stored_first,                                0                 },
        {a_refused_token_is_replaced_once,                                                   0                 },
        {a_token_outlives_a_restart,                                                         0                 },
        {a_token_that_cannot_be_read_is_fetched_anew_and_set_aside,                          2                 },
        {after_its_store_was_lost_one_refresh_serves_all_who_remember_a_token_of_the_former, 3                 },
        {a_refusal_is_told_and_not_asked_for_again_at_once,                                  WB_COUNT(refusals)},
        {unknown_accounts_and_operations_are_refused,                                        0                 },
        {a_lease_is_debited_before_it_is_told_and_over_restarts,                             0                 },
        {a_rate_that_an_answer_told_is_known_after_a_restart,                                2                 },
        {points_that_are_gone_are_gone_after_a_restart,                                      WB_COUNT(points)  },
        {NULL,                                                                               0                 },
    };

    return wb_suite_run("actors.keeper.tokens", rows);
}
