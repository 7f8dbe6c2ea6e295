/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call to the outside: what it costs its limit, and when it was sent.
 */
#include <stdlib.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/keep.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/suite.h"

static int64_t sent_utc_us; /* as the connector was told */

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
    sent_utc_us = resp->sent_utc_us;
    return wb_response_usual(call, resp, out, err);
}

static const wb_op ops[] = {
    {.name = "list",
     .verb = WB_VERB_PULL,
     .limit = {.rate_micro = 1000000, .burst = 10},
     .timeout_ms = 1000,
     .build = build,
     .read = read},
    {0},
};
static const wb_connector box = {.name = "box", .summary = "a test's box", .ops = ops};
static const wb_connector *const connectors[] = {&box, NULL};

/* --- a keeper that grants what is asked for first, and nothing more --- */

static wb_call_reply lease_reply;
static void *lease_arg;
static int64_t unused, throttled;

static void
keeper(wb_call_reply reply, void *arg, const wb_call_spec *spec)
{
    wb_keep keep = {0};
    wb_unpack in;
    uint32_t count;

    if (spec->kind == WB_KIND_CALL_LEASE) {
        lease_reply = reply; /* as over a wire: never from inside the call */
        lease_arg = arg;
        return;
    }
    wb_unpack_init(&in, spec->body);
    ck_assert(!wb_unpack_array(&in, &count, "feedback", NULL));
    ck_assert(!wb_keep_read(&keep, &in, NULL));
    unused += keep.unused;
    throttled += keep.throttled;
}

static void
grant(kit *self, int64_t calls)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_keep keep = {.granted = calls, .ttl_ms = 60000};
    wb_envelope env = {0};
    int64_t until;

    kit_keeper = keeper;
    ck_assert_int_eq(
        wb_gate_enter(self->ctx.gate, kit_account(self, "a"), ops, WB_PRIORITY_LIVE, &until),
        WB_WAIT_QUOTA);
    wb_buf_init(&body, WB_KEEP_MAX);
    wb_keep_encode(&keep, &body);
    env.body = wb_buf_view(&body);
    lease_reply(lease_arg, &env, WB_OK);
}

static void
open_box(kit *self)
{
    kit_open(self, "  a: {connector: box}\n", connectors);
    unused = throttled = 0;
    grant(self, 9);
}

/* --- a call --- */

static wb_exchange_result ended;
static size_t ends;

static void
on_end(void *arg, const wb_exchange_result *result)
{
    (void)arg;
    ended = *result;
    ends++;
}

static wb_wait
enter(kit *self)
{
    int64_t until;

    return wb_gate_enter(self->ctx.gate, kit_account(self, "a"), ops, WB_PRIORITY_LIVE, &until);
}

static void
call(kit *self, const kit_answer *answer)
{
    static wb_call one;
    wb_err err = {0};

    one = (wb_call){.op = ops};
    ends = 0;
    ck_assert_int_eq(enter(self), WB_WAIT_NONE);
    ck_assert(
        !wb_exchange_start(self->ctx.exchanger, kit_account(self, "a"), &one, on_end, NULL, &err));
    kit_reply(answer);
    ck_assert_uint_eq(ends, 1);
}

static const struct {
    kit_answer answer;
    int64_t given_back;
} ways[] = {
    {{.end = WB_HTTP_ANSWERED, .status = 200, .body = "{}"}, 0},
    {{.end = WB_HTTP_ANSWERED, .status = 500},               0},
    {{.end = WB_HTTP_TIMEOUT},                               0},
    {{.end = WB_HTTP_BROKEN},                                0},
    {{.end = WB_HTTP_TOO_LARGE},                             0},
    {{.end = WB_HTTP_NOT_SENT},                              1},
};

/* The other side has counted whatever left. */
START_TEST(only_the_lease_of_a_call_that_did_not_leave_is_given_back)
{
    static const kit_answer not_sent = {.end = WB_HTTP_NOT_SENT};
    kit self;

    open_box(&self);
    call(&self, &ways[_i].answer);
    call(&self, &not_sent); /* the keeper hears of this one in any case, and of both at once */
    kit_until(&self, unused > ways[_i].given_back);
    ck_assert_int_eq(unused, ways[_i].given_back + 1);
    kit_close(&self);
}
END_TEST

START_TEST(after_a_429_what_was_leased_is_void)
{
    static const kit_answer busy = {.end = WB_HTTP_ANSWERED, .status = 429};
    static const kit_answer busy_for = {
        .end = WB_HTTP_ANSWERED, .status = 429, .headers = "Retry-After: 0\r\n"};
    kit self;

    open_box(&self);
    call(&self, _i == 0 ? &busy : &busy_for);
    kit_until(&self, throttled == 1);
    ck_assert_int_eq(enter(&self), WB_WAIT_QUOTA);
    ck_assert_int_eq(unused, 0);
    kit_close(&self);
}
END_TEST

/* It is compared with the times of records, which are the vendor's. */
START_TEST(the_time_of_sending_is_by_the_vendors_clock)
{
    kit self;
    int64_t vendor_s = wb_now_utc_us() / WB_US_PER_S + (_i == 0 ? 3600 : -3600);
    kit_answer answer = {.end = WB_HTTP_ANSWERED, .status = 200, .body = "{}", .date_s = vendor_s};

    open_box(&self);
    for (int i = 0; i < 2; i++) { /* the first tells, and knows already */
        call(&self, &answer);
        ck_assert_int_lt(llabs((long long)(sent_utc_us / WB_US_PER_S - vendor_s)), 30);
        ck_assert_int_lt(llabs((long long)(ended.sent_utc_us / WB_US_PER_S - vendor_s)), 30);
    }
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {only_the_lease_of_a_call_that_did_not_leave_is_given_back, WB_COUNT(ways)},
        {after_a_429_what_was_leased_is_void,                       2             },
        {the_time_of_sending_is_by_the_vendors_clock,               2             },
        {NULL,                                                      0             },
    };

    return wb_suite_run("actors.pump.call", rows);
}
