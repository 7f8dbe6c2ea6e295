/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One call to the outside: what it costs its limit, and when it was sent.
 */
#include <stdlib.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"
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

/* A query tells what it took and what is left: "35 900"; nothing: neither. */
static wb_rc
read_points(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    const char *blank = memchr(resp->body.data, ' ', resp->body.len);
    size_t len = blank ? (size_t)(blank - resp->body.data) : resp->body.len;

    out->left_told = blank != NULL;
    ck_assert(!wb_text_int(&out->cost_taken, (wb_view){resp->body.data, len}, err));
    if (blank)
        ck_assert(!wb_text_int(&out->left, (wb_view){blank + 1, resp->body.len - len - 1}, err));
    return wb_response_usual(call, resp, out, err);
}

static int64_t
points(const void *options, int count)
{
    (void)options;
    return 5 * count;
}

static const wb_op ops[] = {
    {.name = "list",
     .verb = WB_VERB_PULL,
     .limit = {.rate_micro = 1000000, .burst = 10},
     .timeout_ms = 1000,
     .build = build,
     .read = read},
    {.name = "query",
     .verb = WB_VERB_PULL,
     .limit = {.rate_micro = 50000000, .burst = 1000},
     .batch_max = 10,
     .timeout_ms = 1000,
     .cost = points,
     .build = build,
     .read = read_points},
    {0                               },
};
static const wb_op *used; /* by this test */
static const wb_connector box = {.name = "box", .summary = "a test's box", .ops = ops};
static const wb_connector *const connectors[] = {&box, NULL};

/* --- a keeper that grants what is asked for first, and nothing more --- */

static wb_call_reply lease_reply;
static void *lease_arg;
static int64_t unused, throttled, taken_more, left_and_one;
static wb_keep asked; /* last, for a lease */

static void
keeper(wb_call_reply reply, void *arg, const wb_call_spec *spec)
{
    wb_keep keep = {0};
    wb_unpack in;
    uint32_t count;

    if (spec->kind == WB_KIND_CALL_LEASE) {
        ck_assert(!wb_keep_decode(&asked, spec->body, NULL));
        lease_reply = reply; /* as over a wire: never from inside the call */
        lease_arg = arg;
        return;
    }
    wb_unpack_init(&in, spec->body);
    ck_assert(!wb_unpack_array(&in, &count, "feedback", NULL));
    ck_assert(!wb_keep_read(&keep, &in, NULL));
    unused += keep.unused;
    throttled += keep.throttled;
    taken_more += keep.taken_more;
    if (keep.left_and_one)
        left_and_one = keep.left_and_one;
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
        wb_gate_enter(self->ctx.gate, kit_account(self, "a"), used, WB_PRIORITY_LIVE, &until),
        WB_WAIT_QUOTA);
    wb_buf_init(&body, WB_KEEP_MAX);
    wb_keep_encode(&keep, &body);
    env.body = wb_buf_view(&body);
    lease_reply(lease_arg, &env, WB_OK);
}

static void
open_for(kit *self, const wb_op *op, int64_t granted)
{
    kit_open(self, "  a: {connector: box}\n", connectors);
    unused = throttled = taken_more = left_and_one = 0;
    used = op;
    grant(self, granted);
}

static void
open_box(kit *self)
{
    open_for(self, &ops[0], 9);
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

    return wb_gate_enter(self->ctx.gate, kit_account(self, "a"), used, WB_PRIORITY_LIVE, &until);
}

static void
call(kit *self, const kit_answer *answer)
{
    static wb_call one;
    wb_err err = {0};

    one = (wb_call){.op = used};
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

/* --- a call that costs points --- */

START_TEST(points_are_leased_for_what_a_call_is_estimated_at)
{
    kit self;

    open_for(&self, &ops[1], 120);
    ck_assert_int_eq(asked.want, 50); /* one call of ten */
    ck_assert_int_eq(asked.least, 50);
    ck_assert_int_eq(enter(&self), WB_WAIT_NONE);
    ck_assert_int_eq(enter(&self), WB_WAIT_NONE);
    ck_assert_int_eq(enter(&self), WB_WAIT_QUOTA); /* twenty are not enough */
    ck_assert_int_eq(asked.least, 50);
    ck_assert_int_eq(asked.want % 50, 0);
    kit_close(&self);
}
END_TEST

/* What is told is worth more than what was estimated, and than what is held. */
static const struct {
    kit_answer answer;
    int64_t more, left_and_one;
    wb_wait then;
} takes[] = {
    {{.end = WB_HTTP_ANSWERED, .status = 200, .body = "35 900"}, -15, 901 - 450, WB_WAIT_NONE },
    {{.end = WB_HTTP_ANSWERED, .status = 200, .body = "80 49"},  30,  1,         WB_WAIT_QUOTA},
    {{.end = WB_HTTP_ANSWERED, .status = 200, .body = "80 0"},   30,  1,         WB_WAIT_QUOTA},
    {{.end = WB_HTTP_ANSWERED, .status = 200, .body = "70"},     20,  0,         WB_WAIT_NONE },
};

START_TEST(what_a_call_took_is_told_and_what_is_left_is_believed)
{
    kit self;

    open_for(&self, &ops[1], 500);
    call(&self, &takes[_i].answer);
    kit_until(&self, taken_more != 0);
    ck_assert_int_eq(taken_more, takes[_i].more);
    ck_assert_int_eq(left_and_one, takes[_i].left_and_one);
    ck_assert_int_eq(enter(&self), takes[_i].then);
    ck_assert_int_eq(unused, 0);
    kit_close(&self);
}
END_TEST

START_TEST(points_of_a_call_that_did_not_leave_go_back)
{
    static const kit_answer not_sent = {.end = WB_HTTP_NOT_SENT};
    kit self;

    open_for(&self, &ops[1], 500);
    call(&self, &not_sent);
    kit_until(&self, unused > 0);
    ck_assert_int_eq(unused, 50);
    ck_assert_int_eq(taken_more, 0);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {only_the_lease_of_a_call_that_did_not_leave_is_given_back, WB_COUNT(ways) },
        {after_a_429_what_was_leased_is_void,                       2              },
        {the_time_of_sending_is_by_the_vendors_clock,               2              },
        {points_are_leased_for_what_a_call_is_estimated_at,         0              },
        {what_a_call_took_is_told_and_what_is_left_is_believed,     WB_COUNT(takes)},
        {points_of_a_call_that_did_not_leave_go_back,               0              },
        {NULL,                                                      0              },
    };

    return wb_suite_run("actors.pump.call", rows);
}
