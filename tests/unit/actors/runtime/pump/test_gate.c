/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/keep.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define ACCOUNTS "  a: {connector: box}\n  b: {connector: box}\n"

static wb_rc
build(const wb_call *call, wb_request *out, wb_err *err)
{
    (void)call;
    out->method = "GET";
    out->template = "/";
    wb_buf_add_text(&out->url, "http://box/");
    return wb_request_check(out, err);
}

static wb_rc
read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    if (resp->status != 401)
        return wb_response_usual(call, resp, out, err);
    out->renew_token = true;
    return wb_fail(err, WB_SUSPEND, "the token was refused");
}

static wb_rc
sign(const wb_call *call, wb_view token, wb_request *request, wb_err *err)
{
    if (call->op->needs_token)
        wb_request_set_header(request, "Idempotency-Key", token, true); /* the kit shows this one */
    wb_buf_clear(&request->body);
    wb_buf_addf(&request->body, "signed at %lld", (long long)(call->now_utc_us / WB_US_PER_S));
    return wb_request_check(request, err);
}

static void
one_scope(const void *options, const wb_op *op, wb_buf *out)
{
    (void)options;
    (void)op;
    wb_buf_add_text(out, "shared");
}

static const wb_op ops[] = {
    {.name = "limited",
     .verb = WB_VERB_PULL,
     .limit = {.rate_micro = 1000000, .burst = 10, .learnt = true},
     .timeout_ms = 1000,
     .build = build,
     .read = read},
    {.name = "keyed",
     .verb = WB_VERB_PULL,
     .timeout_ms = 1000,
     .needs_token = true,
     .build = build,
     .read = read},
    {.name = "both",
     .verb = WB_VERB_PULL,
     .limit = {.rate_micro = 1000000, .burst = 10},
     .timeout_ms = 1000,
     .needs_token = true,
     .build = build,
     .read = read},
    {.name = "token",                                                             .verb = WB_VERB_TOKEN, .timeout_ms = 1000, .build = build, .read = read},
    {.name = "write",
     .verb = WB_VERB_PUSH,
     .limit = {.rate_micro = 1000000, .burst = 10},
     .timeout_ms = 1000,
     .build = build,
     .read = read},
    {0                                          },
};
static const wb_op *const limited = &ops[0], *const keyed = &ops[1], *const both = &ops[2];
static const wb_connector box = {
    .name = "box", .summary = "a test's box", .ops = ops, .sign = sign, .scope = one_scope};
static const wb_connector *const connectors[] = {&box, NULL};

/* --- a keeper of few words: what it answers, and what it was told --- */

static wb_keep answer;
static size_t token_calls, lease_calls;
static bool asked_live;
static int64_t failed, unused, throttled, rate_micro;

static void
reply_with(wb_call_reply reply, void *arg, const wb_keep *keep)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_envelope env = {0};

    wb_buf_init(&body, WB_KEEP_MAX);
    wb_keep_encode(keep, &body);
    env.body = wb_buf_view(&body);
    reply(arg, &env, WB_OK);
}

static wb_call_reply waiting_reply;
static void *waiting_arg;

static void
keeper(wb_call_reply reply, void *arg, const wb_call_spec *spec)
{
    wb_keep keep = {0};
    wb_unpack in;
    uint32_t count;

    if (spec->kind == WB_KIND_CALL_FEEDBACK) {
        wb_unpack_init(&in, spec->body);
        ck_assert(!wb_unpack_array(&in, &count, "feedback", NULL));
        ck_assert(!wb_keep_read(&keep, &in, NULL));
        unused += keep.unused;
        throttled += keep.throttled;
        if (keep.rate_micro)
            rate_micro = keep.rate_micro;
        return;
    }
    ck_assert(!wb_keep_decode(&keep, spec->body, NULL));
    ck_assert(wb_view_is(keep.scope, "box:shared"));
    token_calls += spec->kind == WB_KIND_CALL_TOKEN;
    lease_calls += spec->kind == WB_KIND_CALL_LEASE;
    failed = keep.failed;
    asked_live = keep.live;
    waiting_reply = reply; /* as over a wire: never from inside the call */
    waiting_arg = arg;
}

static void
keeper_answers(void)
{
    wb_call_reply reply = waiting_reply;

    ck_assert_msg(reply != NULL, "nobody asked");
    waiting_reply = NULL;
    reply_with(reply, waiting_arg, &answer);
}

static size_t opened;

static void
on_open(void *arg, wb_account *account, const wb_op *op)
{
    (void)arg;
    (void)account;
    (void)op;
    opened++;
}

static void
open_gate(kit *self)
{
    kit_open(self, ACCOUNTS, connectors);
    kit_keeper = keeper;
    answer = (wb_keep){0};
    token_calls = lease_calls = opened = 0;
    failed = unused = throttled = rate_micro = 0;
    waiting_reply = NULL;
    wb_gate_on_open(self->ctx.gate, on_open, NULL);
}

static wb_wait
enter(kit *self, const char *name, const wb_op *op, int64_t *until_ms)
{
    return wb_gate_enter(self->ctx.gate, kit_account(self, name), op, WB_PRIORITY_LIVE, until_ms);
}

static void
leave(kit *self, const char *name, const wb_op *op, wb_gate_report report)
{
    wb_gate_leave(self->ctx.gate, kit_account(self, name), op, &report);
}

START_TEST(a_limited_call_waits_for_its_lease)
{
    kit self;
    int64_t until = 0, began;

    open_gate(&self);
    ck_assert_int_eq(enter(&self, "a", limited, &until), WB_WAIT_QUOTA);
    answer = (wb_keep){.granted = 2, .ttl_ms = 60000};
    keeper_answers();
    kit_until(&self, opened == 1);
    ck_assert_int_eq(enter(&self, "a", limited, &until), WB_WAIT_NONE);
    ck_assert_int_eq(enter(&self, "a", limited, &until), WB_WAIT_NONE);
    ck_assert_int_eq(enter(&self, "a", limited, &until), WB_WAIT_QUOTA);
    ck_assert_uint_ge(lease_calls, 2);
    answer = (wb_keep){.wait_ms = 150};
    began = wb_now_ms();
    keeper_answers();
    ck_assert_int_eq(enter(&self, "a", limited, &until), WB_WAIT_QUOTA);
    ck_assert_int_gt(until, began);
    waiting_reply = NULL;
    kit_until(&self, waiting_reply); /* asked again by itself when it is time */
    leave(&self, "a", limited, (wb_gate_report){.ok = true, .took_us = 1});
    leave(&self, "a", limited, (wb_gate_report){.ok = true, .took_us = 1});
    kit_close(&self);
}
END_TEST

/* The keeper leaves a fifth of a burst to live work; beside what only pulls there is none, and the
 * last calls of a burst were never used. */
static const struct {
    const char *label;
    const wb_op *op;
    wb_priority priority;
    bool live;
} bursts[] = {
    {"a page of a full sync",  &ops[0], WB_PRIORITY_BACKFILL,    true },
    {"a page of a daily sync", &ops[0], WB_PRIORITY_INCREMENTAL, true },
    {"a backfill to a target", &ops[4], WB_PRIORITY_BACKFILL,    false},
    {"an order of today",      &ops[4], WB_PRIORITY_LIVE,        true },
};

START_TEST(a_list_may_use_the_whole_burst)
{
    kit self;
    int64_t until = 0;

    open_gate(&self);
    ck_assert_int_eq(wb_gate_enter(self.ctx.gate, kit_account(&self, "a"), bursts[_i].op,
                                   bursts[_i].priority, &until),
                     WB_WAIT_QUOTA);
    ck_assert_msg(asked_live == bursts[_i].live, "%s", bursts[_i].label);
    kit_close(&self);
}
END_TEST

START_TEST(the_keeper_hears_what_answers_tell)
{
    kit self;
    int64_t until, began = wb_now_ms();

    open_gate(&self);
    ck_assert_int_eq(enter(&self, "a", limited, &until), WB_WAIT_QUOTA);
    answer = (wb_keep){.granted = 9, .ttl_ms = 1000};
    keeper_answers();
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(enter(&self, "a", limited, &until), WB_WAIT_NONE);
    leave(&self, "a", limited,
          (wb_gate_report){.ok = true, .took_us = 1, .learnt_rate_micro = 5000000});
    kit_until(&self, rate_micro == 5000000);
    leave(&self, "a", limited, (wb_gate_report){.unused = true});
    kit_until(&self, unused >= 1);
    kit_until(&self, unused == 7); /* not used in time: given back */
    leave(&self, "a", limited,
          (wb_gate_report){.throttled = true, .took_us = 1, .retry_ms = 60000});
    kit_until(&self, throttled == 1);
    ck_assert_int_eq(enter(&self, "a", limited, &until), WB_WAIT_QUOTA);
    ck_assert_int_ge(until, began + 60000);
    kit_close(&self);
}
END_TEST

START_TEST(a_silent_keeper_stops_limited_calls_alone)
{
    kit self;
    int64_t until;

    open_gate(&self);
    ck_assert_int_eq(enter(&self, "a", limited, &until), WB_WAIT_QUOTA);
    waiting_reply(waiting_arg, NULL, WB_RETRY); /* no answer in time */
    waiting_reply = NULL;
    ck_assert_int_eq(enter(&self, "a", limited, &until), WB_WAIT_QUOTA);
    kit_until(&self, waiting_reply); /* it goes on asking */
    ck_assert_int_eq(enter(&self, "a", &ops[3], &until), WB_WAIT_NONE);
    leave(&self, "a", &ops[3], (wb_gate_report){.ok = true, .took_us = 1});
    kit_close(&self);
}
END_TEST

START_TEST(one_token_call_serves_all_accounts_of_a_scope)
{
    kit self;
    int64_t until;

    open_gate(&self);
    ck_assert_int_eq(enter(&self, "a", keyed, &until), WB_WAIT_TOKEN);
    ck_assert_int_eq(enter(&self, "b", keyed, &until), WB_WAIT_TOKEN);
    ck_assert_uint_eq(token_calls, 1);
    answer = (wb_keep){.token = WB_VIEW_LIT("t1"), .generation = 1, .ttl_ms = 3600000};
    keeper_answers();
    kit_until(&self, opened == 2);
    ck_assert_int_eq(enter(&self, "a", keyed, &until), WB_WAIT_NONE);
    ck_assert_int_eq(enter(&self, "b", keyed, &until), WB_WAIT_NONE);
    ck_assert(wb_view_is(wb_gate_token(self.ctx.gate, kit_account(&self, "b"), keyed), "t1"));
    ck_assert_uint_eq(token_calls, 1);
    leave(&self, "a", keyed, (wb_gate_report){.ok = true, .took_us = 1});
    leave(&self, "b", keyed, (wb_gate_report){.ok = true, .took_us = 1});
    kit_close(&self);
}
END_TEST

START_TEST(refused_credentials_stop_who_waits_with_the_reason)
{
    kit self;
    int64_t until;

    open_gate(&self);
    ck_assert_int_eq(enter(&self, "a", keyed, &until), WB_WAIT_TOKEN);
    answer = (wb_keep){.rc = WB_SUSPEND, .why = WB_VIEW_LIT("invalid_grant")};
    keeper_answers();
    ck_assert(kit_account(&self, "a")->suspended);
    ck_assert_str_eq(kit_account(&self, "a")->reason, "invalid_grant");
    ck_assert(!kit_account(&self, "b")->suspended);
    ck_assert_int_eq(enter(&self, "a", keyed, &until), WB_WAIT_SUSPENDED);
    ck_assert_int_gt(until, wb_now_ms()); /* looked at again: nothing is off for good */
    kit_close(&self);
}
END_TEST

/* --- turns --- */

static char turns[512];

static void
on_breaker(void *arg, wb_account *account, const wb_op *op, wb_breaker breaker, const char *why)
{
    size_t at = strlen(turns);

    (void)arg;
    ck_assert_ptr_eq(op, &ops[3]);
    snprintf(turns + at, sizeof turns - at, "%.32s %d %.32s,", account->key, (int)breaker, why);
}

static void
enter_at_last(kit *self, const wb_op *op)
{
    int64_t until, end = wb_now_ms() + KIT_DEADLINE_MS;

    while (enter(self, "a", op, &until) != WB_WAIT_NONE) {
        kit_turn(self);
        ck_assert_int_lt(wb_now_ms(), end);
    }
}

START_TEST(each_turn_of_a_breaker_is_told_once_an_outage)
{
    wb_gate_report report = {.failed = true, .took_us = 1, .why = "HTTP 500"};
    kit self;

    open_gate(&self);
    turns[0] = '\0';
    wb_gate_on_breaker(self.ctx.gate, on_breaker, NULL);
    for (int i = 0; i < WB_CONTROLLER_FAILURES + 3; i++) { /* three of them look */
        enter_at_last(&self, &ops[3]);
        report.started_ms = wb_loop_now_ms(self.ctx.loop);
        leave(&self, "a", &ops[3], report);
    }
    ck_assert_str_eq(turns, "default/a 1 HTTP 500,default/a 2 ,");
    enter_at_last(&self, &ops[3]);
    report =
        (wb_gate_report){.ok = true, .took_us = 1, .started_ms = wb_loop_now_ms(self.ctx.loop)};
    leave(&self, "a", &ops[3], report);
    ck_assert_str_eq(turns, "default/a 1 HTTP 500,default/a 2 ,default/a 0 ,");
    kit_close(&self);
}
END_TEST

/* A long poll that left before the credentials were refused proves nothing. */
START_TEST(an_older_answer_lets_no_stopped_account_go_on)
{
    kit self;
    int64_t until;

    open_gate(&self);
    ck_assert_int_eq(enter(&self, "a", &ops[3], &until), WB_WAIT_NONE);
    ck_assert_int_eq(enter(&self, "a", &ops[3], &until), WB_WAIT_NONE);
    leave(&self, "a", &ops[3], (wb_gate_report){.refused = true, .took_us = 1});
    wb_gate_suspend(self.ctx.gate, kit_account(&self, "a"), "refused");
    leave(&self, "a", &ops[3], (wb_gate_report){.ok = true, .took_us = 1});
    ck_assert(kit_account(&self, "a")->suspended);
    ck_assert_int_eq(enter(&self, "a", &ops[3], &until), WB_WAIT_SUSPENDED);
    kit_close(&self);
}
END_TEST

/* --- exchanges --- */

static wb_exchange_result ended;
static size_t ends;

static void
on_end(void *arg, const wb_exchange_result *result)
{
    (void)arg;
    ended = *result;
    ends++;
}

static void
start_keyed(kit *self, wb_call *call)
{
    int64_t until;
    wb_err err = {0};

    *call = (wb_call){.op = keyed};
    ends = 0;
    ck_assert_int_eq(enter(self, "a", keyed, &until), WB_WAIT_TOKEN);
    answer = (wb_keep){.token = WB_VIEW_LIT("t1"), .generation = 1, .ttl_ms = 3600000};
    keeper_answers();
    ck_assert_int_eq(enter(self, "a", keyed, &until), WB_WAIT_NONE);
    ck_assert(
        !wb_exchange_start(self->ctx.exchanger, kit_account(self, "a"), call, on_end, NULL, &err));
}

START_TEST(a_refused_token_is_renewed_and_the_call_repeated_once)
{
    kit self;
    wb_call call;
    bool again = _i == 1;

    open_gate(&self);
    start_keyed(&self, &call);
    ck_assert_str_eq(kit_next(NULL)->key, "t1");
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 401});
    ck_assert_uint_eq(ends, 0);
    ck_assert_int_eq(failed, 1); /* the one that failed is named */
    answer = (wb_keep){.token = WB_VIEW_LIT("t2"), .generation = 2, .ttl_ms = 3600000};
    keeper_answers();
    ck_assert_str_eq(kit_next(NULL)->key, "t2");
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = again ? 401 : 200});
    ck_assert_uint_eq(ends, 1);
    ck_assert_int_eq(ended.rc, again ? WB_SUSPEND : WB_OK);
    ck_assert_uint_eq(kit_request_count, 2);
    ck_assert_uint_eq(wb_gate_in_flight(self.ctx.gate), 0);
    kit_close(&self);
}
END_TEST

/* A repeat is a call as well: without a lease for it, it waits its turn. */
START_TEST(a_repeat_needs_room_in_the_limit)
{
    kit self;
    wb_call call = {.op = both};
    int64_t until;
    wb_err err = {0};
    bool room = _i == 1;

    open_gate(&self);
    ends = 0;
    ck_assert_int_eq(enter(&self, "a", both, &until), WB_WAIT_TOKEN);
    answer = (wb_keep){.token = WB_VIEW_LIT("t1"), .generation = 1, .ttl_ms = 3600000};
    keeper_answers();
    ck_assert_int_eq(enter(&self, "a", both, &until), WB_WAIT_QUOTA);
    answer = (wb_keep){.granted = room ? 2 : 1, .ttl_ms = 60000};
    keeper_answers();
    ck_assert_int_eq(enter(&self, "a", both, &until), WB_WAIT_NONE);
    waiting_reply = NULL; /* it asks for the next one: nobody answers */
    ck_assert(
        !wb_exchange_start(self.ctx.exchanger, kit_account(&self, "a"), &call, on_end, NULL, &err));
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 401});
    answer = (wb_keep){.token = WB_VIEW_LIT("t2"), .generation = 2, .ttl_ms = 3600000};
    keeper_answers();
    ck_assert_uint_eq(kit_request_count, room ? 2 : 1);
    ck_assert_uint_eq(ends, room ? 0 : 1);
    if (room)
        kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200});
    ck_assert_int_eq(ended.rc, room ? WB_OK : WB_RETRY);
    ck_assert_uint_eq(wb_gate_in_flight(self.ctx.gate), 0);
    kit_close(&self);
}
END_TEST

START_TEST(no_new_token_ends_the_call)
{
    kit self;
    wb_call call;

    open_gate(&self);
    start_keyed(&self, &call);
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 401});
    answer = (wb_keep){.rc = WB_SUSPEND, .why = WB_VIEW_LIT("revoked")};
    keeper_answers();
    ck_assert_uint_eq(ends, 1);
    ck_assert_int_eq(ended.rc, WB_SUSPEND);
    ck_assert(!ended.effect_possible);
    ck_assert_uint_eq(wb_gate_in_flight(self.ctx.gate), 0);
    kit_close(&self);
}
END_TEST

START_TEST(a_signature_by_a_wrong_clock_is_made_again_by_the_vendors)
{
    kit self;
    wb_call call;
    int64_t vendor_s = wb_now_utc_us() / WB_US_PER_S + 3600, signed_s = 0;

    open_gate(&self);
    start_keyed(&self, &call);
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 403, .date_s = vendor_s});
    ck_assert_uint_eq(ends, 0);
    signed_s = strtoll(kit_next(NULL)->body + strlen("signed at "), NULL, 10);
    ck_assert_int_ge(signed_s, vendor_s - 2);
    ck_assert_int_le(signed_s, vendor_s + 5);
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 403, .date_s = vendor_s});
    ck_assert_uint_eq(ends, 1); /* once */
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_limited_call_waits_for_its_lease,                        0                    },
        {a_list_may_use_the_whole_burst,                            (int)WB_COUNT(bursts)},
        {the_keeper_hears_what_answers_tell,                        0                    },
        {a_silent_keeper_stops_limited_calls_alone,                 0                    },
        {one_token_call_serves_all_accounts_of_a_scope,             0                    },
        {refused_credentials_stop_who_waits_with_the_reason,        0                    },
        {a_refused_token_is_renewed_and_the_call_repeated_once,     2                    },
        {each_turn_of_a_breaker_is_told_once_an_outage,             0                    },
        {an_older_answer_lets_no_stopped_account_go_on,             0                    },
        {a_repeat_needs_room_in_the_limit,                          2                    },
        {no_new_token_ends_the_call,                                0                    },
        {a_signature_by_a_wrong_clock_is_made_again_by_the_vendors, 0                    },
        {NULL,                                                      0                    },
    };

    return wb_suite_run("actors.pump.gate", rows);
}
