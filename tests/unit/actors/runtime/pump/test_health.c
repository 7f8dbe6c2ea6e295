/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A bad record stops only itself, a dead account only itself: which calls leave when some fail
 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/clock.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define ERP "default/erp"

static const wb_connector *const connectors[] = {&wb_connector_webhook, NULL};

#define ACCOUNT(attempts, options) ACCOUNT_PAUSING("5ms", "20ms", attempts, options)
#define ACCOUNT_PAUSING(least, most, attempts, options)                                            \
    "  erp: {connector: webhook, backoff_min_ms: " least ", backoff_max_ms: " most ", "            \
    "attempts_max: " attempts ", options: {url: 'http://erp/records', " options "}}\n"

static const char three[] = ACCOUNT("3", "");
static const char twelve[] = ACCOUNT("12", "");
static const char fifty[] = ACCOUNT_PAUSING("100ms", "200ms", "50", "");
static const char batches[] = ACCOUNT("3", "batch: 8");

static size_t said_no, said_yes;

/* Bad records get a 500 whenever they are there, the others a 200. */
static void
answer_one(void)
{
    bool bad = strstr(kit_next(NULL)->body, "order/bad") != NULL;

    said_no += bad;
    said_yes += !bad;
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = bad ? 500 : 200});
}

static void
answer_all(kit *self)
{
    kit_turn(self);
    while (kit_next(NULL))
        answer_one();
}

static void
take_class(kit *self, size_t n, const char *what, wb_priority priority)
{
    char record[64];

    snprintf(record, sizeof record, "default/shop/order/%s%zux", what, n);
    kit_take(
        self,
        &(kit_want){.n = n, .target = ERP, .record = record, .revision = 7, .priority = priority});
}

static void
take(kit *self, size_t n, const char *what)
{
    take_class(self, n, what, WB_PRIORITY_LIVE);
}

static void
open_kit(kit *self, const char *yaml)
{
    kit_stores_soon = true;
    kit_open(self, yaml, connectors);
    said_no = said_yes = 0;
}

static wb_wait
waits(kit *self)
{
    wb_gate_view view;

    wb_gate_look(self->ctx.gate, kit_account(self, "erp"),
                 wb_connector_op(&wb_connector_webhook, "records.push"), &view);
    return view.wait;
}

START_TEST(bad_ones_that_are_read_back_first_do_not_keep_the_good_ones_waiting)
{
    enum { BAD = 30, GOOD = 20 };
    kit self;

    open_kit(&self, fifty);
    for (size_t i = 1; i <= BAD; i++) {
        take(&self, i, "bad");
        take(&self, 100 + i, "good");
        answer_all(&self);
    }
    while (!kit_outcome[BAD] || kit_rows(&self, WB_DB_JOBS) < BAD)
        answer_all(&self);
    kit_restart(&self); /* each has failed before */
    kit_until(&self, wb_pump_jobs(self.pump) == BAD);
    said_yes = 0;
    said_no = 0;
    for (size_t i = BAD + 1; i <= BAD + GOOD; i++)
        take(&self, i, "good");
    while (said_yes < GOOD && said_no < 200)
        answer_all(&self);
    ck_assert_uint_eq(said_yes, GOOD);
    /* what was under way already, and a small share */
    ck_assert_msg(said_no <= 16, "%zu bad calls before the good ones were through", said_no);
    kit_close(&self);
}
END_TEST

START_TEST(the_call_that_looks_goes_with_what_was_tried_least)
{
    kit self;

    open_kit(&self, twelve);
    for (size_t i = 1; i <= 8; i++)
        take(&self, i, "bad");
    kit_until(&self, kit_next(NULL));
    while (kit_next(NULL))
        answer_one();
    ck_assert_int_eq(waits(&self), WB_WAIT_BREAKER);
    kit_turns(&self, 50);    /* back-offs are over: they are ready before it */
    while (kit_next(NULL)) { /* on a slow machine it was time to look already */
        answer_one();
        kit_turns(&self, 50);
    }
    take_class(&self, 9, "good", WB_PRIORITY_BACKFILL);
    kit_until(&self, kit_next(NULL));
    ck_assert(strstr(kit_next(NULL)->body, "good9x"));
    ck_assert_ptr_eq(kit_requests.next, kit_requests.prev); /* one looks */
    answer_one();
    ck_assert_int_ne(waits(&self), WB_WAIT_BREAKER);
    kit_close(&self);
}
END_TEST

START_TEST(one_bad_record_opens_no_breaker_and_is_parked)
{
    kit self;

    open_kit(&self, twelve);
    take(&self, 1, "bad");
    for (size_t i = 2; i < 400 && !kit_rows(&self, WB_DB_PARKED); i++) {
        take(&self, i, "good");
        answer_all(&self);
        ck_assert_int_ne(waits(&self), WB_WAIT_BREAKER);
    }
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 1);
    ck_assert_uint_eq(said_no, 12);
    kit_close(&self);
}
END_TEST

/* Nobody can tell a bad record from a dead account when nothing else is tried. */
START_TEST(alone_it_uses_no_more_attempts_until_something_gets_through)
{
    kit self;
    wb_job *job;

    open_kit(&self, twelve);
    take(&self, 1, "bad");
    while (said_no < 20)
        answer_all(&self);
    job =
        wb_pump_find(self.pump, kit_account(&self, "erp"), WB_VIEW_LIT("default/shop/order/bad1x"));
    ck_assert(job != NULL);
    ck_assert_uint_eq(job->attempts, WB_CONTROLLER_FAILURES - 1);
    take(&self, 2, "good");
    while (said_no < 40)
        answer_all(&self);
    ck_assert_uint_eq(job->attempts, 2 * (WB_CONTROLLER_FAILURES - 1));
    kit_close(&self);
}
END_TEST

START_TEST(one_that_fails_a_whole_batch_is_left_alone_in_the_end)
{
    kit self;

    open_kit(&self, batches);
    for (size_t i = 1; i <= 8; i++)
        take(&self, i, i == 3 ? "bad" : "good");
    while (wb_pump_jobs(self.pump))
        answer_all(&self);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_MARKS), 7 + 1); /* and that the third may have left */
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 1);
    kit_close(&self);
}
END_TEST

START_TEST(a_dead_target_is_looked_at_by_one_call_while_others_hang)
{
    kit self;
    size_t out = 0;

    open_kit(&self, three);
    for (size_t i = 1; i <= 20; i++)
        take(&self, i, "bad");
    kit_until(&self, kit_request_count == WB_CONTROLLER_START);
    for (int i = 0; i < WB_CONTROLLER_FAILURES; i++)
        answer_one();
    kit_until(&self, kit_request_count == WB_CONTROLLER_START + 1); /* it looks */
    answer_one();                                                   /* one of those that hang */
    kit_turns(&self, 1200);
    ck_assert_uint_eq(kit_request_count, WB_CONTROLLER_START + 1);
    for (wb_link *link = kit_requests.next; link != &kit_requests; link = link->next)
        out++;
    ck_assert_uint_eq(out, 3);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 0);
    kit_close(&self);
}
END_TEST

START_TEST(too_fast_without_a_time_slows_an_unlimited_account_down)
{
    kit self;
    int64_t end;

    open_kit(&self, three);
    take(&self, 1, "good");
    end = wb_now_ms() + 1000;
    while (wb_now_ms() < end) {
        kit_turn(&self);
        if (kit_next(NULL))
            kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 429});
    }
    ck_assert_uint_le(kit_request_count, 5); /* at 0, 0.1, 0.3, 0.7 s */
    ck_assert_uint_ge(kit_request_count, 2);
    kit_until(&self, kit_next(NULL));
    answer_one();
    kit_until(&self, !wb_pump_jobs(self.pump));
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {bad_ones_that_are_read_back_first_do_not_keep_the_good_ones_waiting, 0},
        {the_call_that_looks_goes_with_what_was_tried_least,                  0},
        {one_bad_record_opens_no_breaker_and_is_parked,                       0},
        {alone_it_uses_no_more_attempts_until_something_gets_through,         0},
        {one_that_fails_a_whole_batch_is_left_alone_in_the_end,               0},
        {a_dead_target_is_looked_at_by_one_call_while_others_hang,            0},
        {too_fast_without_a_time_slows_an_unlimited_account_down,             0},
        {NULL,                                                                0},
    };

    return wb_suite_run("actors.pump.health", rows);
}
