/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/clock.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define ERP "default/erp"
#define ORDER "default/shop/order/1"

static const wb_connector *const connectors[] = {&wb_connector_webhook, NULL};

static const char resend[] = KIT_RESEND;
static const char probes[] = KIT_PROBES;
static const char parks[] = KIT_TARGET("erp", "after_unknown: park");
static const char batches[] = KIT_TARGET("erp", "batch: 8");

static const char said_done[] = "{\"results\":[{\"status\":\"done\",\"id\":\"r-1\"}]}";
static const char said_no[] = "{\"results\":[{\"status\":\"refused\",\"reason\":\"no sku\"}]}";

static void
reply_ok(const char *with)
{
    kit_reply(
        &(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .body = said_done, .with = with});
}

static void
reply_end(wb_http_end end)
{
    kit_reply(&(kit_answer){.end = end});
}

static void
take(kit *self, size_t n, uint64_t revision)
{
    kit_take(self, &(kit_want){.n = n, .target = ERP, .record = ORDER, .revision = revision});
}

START_TEST(a_wanted_state_is_delivered_and_marked)
{
    kit self;
    wb_mark_row mark;

    kit_open(&self, resend, connectors);
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_NONE);
    reply_ok(NULL);
    kit_until(&self, kit_outcome[1]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HANDED_ON);
    ck_assert(kit_mark(&self, ERP, ORDER, &mark));
    ck_assert_uint_eq(mark.revision, 7);
    ck_assert_uint_eq(mark.left_revision, 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 0);
    ck_assert_uint_eq(wb_pump_jobs(self.pusher.pump), 0);
    kit_close(&self);
}
END_TEST

START_TEST(what_is_there_already_is_not_sent)
{
    kit self;

    kit_open(&self, resend, connectors);
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    reply_ok(NULL);
    kit_until(&self, kit_outcome[1]);
    take(&self, 2, 7); /* the same again */
    take(&self, 3, 6); /* an older one */
    kit_until(&self, kit_outcome[2] && kit_outcome[3]);
    ck_assert_int_eq(kit_outcome[2], WB_OUTCOME_UNCHANGED);
    ck_assert_uint_eq(kit_request_count, 1);
    kit_close(&self);
}
END_TEST

/* Every way in which a target can fail, and what follows. */
static const struct {
    const char *what;
    kit_answer first;
    wb_outcome outcome; /* NONE: it is sent again, and then done */
    uint32_t attempts;  /* after the first answer */
} faults[] = {
    {"refusal inside a 200",          {WB_HTTP_ANSWERED, 200, said_no, NULL, NULL, 0}, WB_OUTCOME_PARKED, 0},
    {"a 200 that says nothing of it",
     {WB_HTTP_ANSWERED, 200, "{\"results\":[]}", NULL, NULL, 0},
     WB_OUTCOME_NONE,                                                                                     1},
    {"a 200 that is half",
     {WB_HTTP_ANSWERED, 200, "{\"results\":[{\"sta", NULL, NULL, 0},
     WB_OUTCOME_NONE,                                                                                     1},
    {"422",                           {WB_HTTP_ANSWERED, 422, "", NULL, NULL, 0},      WB_OUTCOME_PARKED, 0},
    {"400",                           {WB_HTTP_ANSWERED, 400, "", NULL, NULL, 0},      WB_OUTCOME_PARKED, 0},
    {"500",                           {WB_HTTP_ANSWERED, 500, "", NULL, NULL, 0},      WB_OUTCOME_NONE,   1},
    {"502",                           {WB_HTTP_ANSWERED, 502, "", NULL, NULL, 0},      WB_OUTCOME_NONE,   1},
    {"503 with Retry-After",
     {WB_HTTP_ANSWERED, 503, "", "Retry-After: 0\r\n", NULL, 0},
     WB_OUTCOME_NONE,                                                                                     1},
    {"429",                           {WB_HTTP_ANSWERED, 429, "", NULL, NULL, 0},      WB_OUTCOME_NONE,   0},
    {"half an answer",                {WB_HTTP_BROKEN, 0, NULL, NULL, NULL, 0},        WB_OUTCOME_NONE,   1},
    {"nothing",                       {WB_HTTP_TIMEOUT, 0, NULL, NULL, NULL, 0},       WB_OUTCOME_NONE,   1},
    {"an answer without end",         {WB_HTTP_TOO_LARGE, 0, NULL, NULL, NULL, 0},     WB_OUTCOME_NONE,   1},
    {"no connection",                 {WB_HTTP_NOT_SENT, 0, NULL, NULL, NULL, 0},      WB_OUTCOME_NONE,   0},
};

START_TEST(each_fault_has_its_outcome)
{
    kit self;
    wb_job *job;
    char key[64];

    kit_open(&self, resend, connectors);
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    snprintf(key, sizeof key, "%s", kit_next(NULL)->key);
    kit_reply(&faults[_i].first);
    if (faults[_i].outcome == WB_OUTCOME_NONE) {
        job = wb_pump_find(self.pusher.pump, kit_account(&self, "erp"), WB_VIEW_LIT(ORDER));
        ck_assert_msg(job != NULL, "%s: gone", faults[_i].what);
        ck_assert_msg(job->attempts == faults[_i].attempts, "%s: %u attempts", faults[_i].what,
                      job->attempts);
        kit_until(&self, kit_next(NULL));
        ck_assert_str_eq(kit_next(NULL)->key, key); /* the same write: the same key */
        reply_ok(NULL);
    }
    kit_until(&self, kit_outcome[1]);
    ck_assert_msg(kit_outcome[1] ==
                      (faults[_i].outcome ? faults[_i].outcome : WB_OUTCOME_HANDED_ON),
                  "%s: %s", faults[_i].what, wb_outcome_name(kit_outcome[1]));
    ck_assert_uint_eq(kit_settled_times[1], 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), faults[_i].outcome == WB_OUTCOME_PARKED);
    kit_close(&self);
}
END_TEST

START_TEST(retry_after_is_obeyed)
{
    kit self;
    int64_t asked;

    kit_open(&self, resend, connectors);
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    asked = wb_now_ms();
    kit_reply(
        &(kit_answer){.end = WB_HTTP_ANSWERED, .status = 429, .headers = "Retry-After: 1\r\n"});
    kit_until(&self, kit_next(NULL));
    ck_assert_int_ge(wb_now_ms() - asked, 990);
    reply_ok(NULL);
    kit_until(&self, kit_outcome[1]);
    kit_close(&self);
}
END_TEST

START_TEST(after_the_last_attempt_it_is_parked)
{
    kit self;

    kit_open(&self, resend, connectors);
    take(&self, 1, 7);
    for (int i = 0; i < 3; i++) {
        kit_until(&self, kit_next(NULL));
        kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 500});
    }
    kit_until(&self, kit_outcome[1]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_PARKED);
    ck_assert_uint_eq(kit_request_count, 3);
    kit_close(&self);
}
END_TEST

START_TEST(refused_credentials_stop_that_account_alone)
{
    kit self;

    kit_stores_soon = true;
    kit_open(&self, resend, connectors);
    take(&self, 1, 7);
    kit_take(&self, &(kit_want){.n = 2, .target = "default/other", .record = ORDER, .revision = 7});
    kit_until(&self, kit_request_count == 2);
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 401, .with = "erp/"});
    reply_ok("other/");
    kit_until(&self, kit_outcome[2]);
    ck_assert(kit_account(&self, "erp")->suspended);
    ck_assert(strlen(kit_account(&self, "erp")->reason) > 0);
    ck_assert(!kit_account(&self, "other")->suspended);
    kit_until(&self, kit_outcome[1]); /* held, no attempt made of it */
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HELD);
    ck_assert_uint_eq(kit_request_count, 2);
    wb_gate_resume(self.ctx.gate, kit_account(&self, "erp"));
    kit_until(&self, kit_next(NULL));
    reply_ok(NULL);
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0);
    kit_close(&self);
}
END_TEST

/* --- unknown outcomes --- */

START_TEST(an_unknown_outcome_is_probed_after_its_settle_time)
{
    kit self;
    int64_t left;
    bool there = _i == 1;

    kit_open(&self, probes, connectors);
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    reply_end(WB_HTTP_TIMEOUT);
    left = wb_now_ms();
    kit_until(&self, kit_next(NULL));
    ck_assert_int_ge(wb_now_ms() - left, 195);
    ck_assert_str_eq(kit_next(NULL)->method, "GET");
    kit_reply(&(kit_answer){
        .end = WB_HTTP_ANSWERED, .status = there ? 200 : 404, .body = "{\"revision\":7}"});
    if (!there) {
        kit_until(&self, kit_next(NULL));
        ck_assert_str_eq(kit_next(NULL)->method, "POST");
        reply_ok(NULL);
    }
    kit_until(&self, kit_outcome[1]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_request_count, there ? 2 : 3);
    kit_close(&self);
}
END_TEST

START_TEST(what_may_have_been_handed_over_before_is_probed_first)
{
    kit self;

    kit_open(&self, probes, connectors);
    kit_take(&self,
             &(kit_want){.n = 1, .target = ERP, .record = ORDER, .revision = 7, .again = true});
    kit_until(&self, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->method, "GET");
    kit_reply(&(kit_answer){
        .end = WB_HTTP_ANSWERED, .status = 200, .body = "{\"revision\":5}"}); /* an older one */
    kit_until(&self, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->method, "POST");
    reply_ok(NULL);
    kit_until(&self, kit_outcome[1]);
    kit_close(&self);
}
END_TEST

START_TEST(a_newer_one_inherits_that_an_older_one_may_have_left)
{
    kit self;

    kit_open(&self, probes, connectors);
    take(&self, 2, 8);
    kit_take(&self,
             &(kit_want){.n = 1, .target = ERP, .record = ORDER, .revision = 7, .again = true});
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_MERGED);
    kit_until(&self, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->method, "GET");
    kit_close(&self);
}
END_TEST

START_TEST(no_newer_write_leaves_before_an_unknown_one_is_settled)
{
    kit self;

    kit_open(&self, probes, connectors);
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    reply_end(WB_HTTP_BROKEN);
    take(&self, 2, 8);
    kit_until(&self, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->method, "GET");
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 404});
    kit_until(&self, kit_next(NULL));
    ck_assert(strstr(kit_next(NULL)->body, "\"revision\":8"));
    reply_ok(NULL);
    kit_until(&self, kit_outcome[2]);
    ck_assert(kit_outcome[1] == WB_OUTCOME_MERGED || kit_outcome[1] == WB_OUTCOME_HELD);
    ck_assert_uint_eq(kit_request_count, 3); /* 7, the probe, 8 */
    kit_close(&self);
}
END_TEST

START_TEST(a_target_that_compares_revisions_gets_the_newer_one_at_once)
{
    kit self;

    kit_open(&self, resend, connectors);
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    take(&self, 2, 8);
    reply_end(WB_HTTP_BROKEN);
    kit_until(&self, kit_next(NULL));
    ck_assert(strstr(kit_next(NULL)->body, "\"revision\":8"));
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_MERGED);
    reply_ok(NULL);
    kit_until(&self, kit_outcome[2]);
    ck_assert_int_eq(kit_outcome[2], WB_OUTCOME_HANDED_ON);
    kit_close(&self);
}
END_TEST

START_TEST(with_neither_key_nor_probe_it_is_parked_and_remembered)
{
    kit self;
    wb_mark_row mark;

    kit_open(&self, parks, connectors);
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    reply_end(WB_HTTP_TIMEOUT);
    kit_until(&self, kit_outcome[1]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_PARKED);
    ck_assert(kit_mark(&self, ERP, ORDER, &mark));
    ck_assert_uint_eq(mark.left_revision, 7);
    kit_restart(&self);
    take(&self, 2, 8); /* the fact is inherited by what is newer */
    kit_until(&self, kit_outcome[2]);
    ck_assert_int_eq(kit_outcome[2], WB_OUTCOME_PARKED);
    ck_assert_uint_eq(kit_request_count, 1);
    kit_close(&self);
}
END_TEST

/* 7 may have left, 8 never did: "it is there" is no answer for 8. */
START_TEST(what_may_have_left_is_not_taken_for_what_is_newer)
{
    kit self;

    kit_stores_soon = _i == 2;
    kit_open(&self, probes, connectors);
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    reply_end(WB_HTTP_TIMEOUT);
    kit_until(&self, kit_next(NULL));
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 422}); /* it cannot be asked */
    kit_until(&self, kit_rows(&self, WB_DB_PARKED) == 1);
    if (_i == 1)
        kit_restart(&self);
    take(&self, 2, 8);
    if (_i == 2) {
        kit_until(&self, kit_outcome[2] == WB_OUTCOME_HELD);
        kit_restart(&self);
    }
    kit_until(&self, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->method, "GET");
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .body = "{}"});
    kit_until(&self, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->method, "POST");
    reply_ok(NULL);
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0 && !wb_pump_jobs(self.pump));
    kit_close(&self);
}
END_TEST

/* --- one record --- */

START_TEST(one_of_a_record_is_in_flight_and_the_newest_follows)
{
    kit self;

    kit_open(&self, resend, connectors);
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    take(&self, 2, 8);
    take(&self, 3, 9);
    take(&self, 4, 8);
    kit_turns(&self, 20);
    ck_assert_uint_eq(kit_request_count, 1);
    ck_assert_int_eq(kit_outcome[2], WB_OUTCOME_MERGED);
    ck_assert_int_eq(kit_outcome[4], WB_OUTCOME_MERGED);
    reply_ok(NULL);
    kit_until(&self, kit_next(NULL));
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HANDED_ON);
    ck_assert(strstr(kit_next(NULL)->body, "\"revision\":9"));
    reply_ok(NULL);
    kit_until(&self, kit_outcome[3]);
    ck_assert_uint_eq(kit_request_count, 2);
    kit_close(&self);
}
END_TEST

START_TEST(a_repeat_of_what_is_in_flight_joins_it)
{
    kit self;

    kit_open(&self, resend, connectors);
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    take(&self, 2, 7);
    reply_ok(NULL);
    kit_until(&self, kit_outcome[1] && kit_outcome[2]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HANDED_ON);
    ck_assert_int_eq(kit_outcome[2], WB_OUTCOME_MERGED);
    ck_assert_uint_eq(kit_request_count, 1);
    kit_close(&self);
}
END_TEST

/* --- batches --- */

START_TEST(a_refused_batch_is_halved_until_the_bad_one_stands_alone)
{
    kit self;
    char record[64];
    size_t handed = 0, parked = 0;

    kit_open(&self, batches, connectors);
    for (size_t i = 1; i <= 8; i++) {
        snprintf(record, sizeof record, "default/shop/order/x%zux", i);
        kit_take(&self, &(kit_want){.n = i, .target = ERP, .record = record, .revision = 7});
    }
    kit_until(&self, kit_next(NULL));
    ck_assert_uint_eq(kit_request_count, 1); /* what came together leaves together */
    for (int i = 0; i < 40 && wb_pump_jobs(self.pusher.pump); i++) {
        kit_turns(&self, 10);
        while (kit_next(NULL))
            kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED,
                                    .status = strstr(kit_next(NULL)->body, "x5x") ? 422 : 200});
    }
    for (size_t i = 1; i <= 8; i++) {
        handed += kit_outcome[i] == WB_OUTCOME_HANDED_ON;
        parked += kit_outcome[i] == WB_OUTCOME_PARKED;
    }
    ck_assert_uint_eq(handed, 7);
    ck_assert_uint_eq(parked, 1);
    ck_assert_int_eq(kit_outcome[5], WB_OUTCOME_PARKED);
    ck_assert_uint_le(kit_request_count, 8);
    kit_close(&self);
}
END_TEST

/* --- the other side is down --- */

START_TEST(a_dead_target_uses_up_no_attempts_and_is_probed_by_one_call)
{
    kit self;
    wb_gate_view view;
    char record[64];

    kit_open(&self, resend, connectors);
    for (size_t i = 1; i <= 20; i++) {
        snprintf(record, sizeof record, "default/shop/order/%zu", i);
        kit_take(&self, &(kit_want){.n = i, .target = ERP, .record = record, .revision = 7});
    }
    kit_until(&self, kit_next(NULL));
    for (int i = 0; i < 50; i++) {
        while (kit_next(NULL))
            reply_end(WB_HTTP_NOT_SENT);
        kit_turn(&self);
    }
    wb_gate_look(self.ctx.gate, kit_account(&self, "erp"),
                 wb_connector_op(&wb_connector_webhook, "records.push"), &view);
    ck_assert_int_eq(view.wait, WB_WAIT_BREAKER);
    kit_until(&self, kit_next(NULL)); /* one call looks */
    kit_turns(&self, 20);
    ck_assert_ptr_eq(kit_requests.next, kit_requests.prev);
    while (wb_pump_jobs(self.pusher.pump)) {
        kit_turn(&self);
        while (kit_next(NULL))
            reply_ok(NULL);
    }
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_MARKS), 20);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_wanted_state_is_delivered_and_marked,                      0                             },
        {what_is_there_already_is_not_sent,                           0                             },
        {each_fault_has_its_outcome,                                  sizeof faults / sizeof *faults},
        {retry_after_is_obeyed,                                       0                             },
        {after_the_last_attempt_it_is_parked,                         0                             },
        {refused_credentials_stop_that_account_alone,                 0                             },
        {an_unknown_outcome_is_probed_after_its_settle_time,          2                             },
        {what_may_have_been_handed_over_before_is_probed_first,       0                             },
        {a_newer_one_inherits_that_an_older_one_may_have_left,        0                             },
        {no_newer_write_leaves_before_an_unknown_one_is_settled,      0                             },
        {a_target_that_compares_revisions_gets_the_newer_one_at_once, 0                             },
        {with_neither_key_nor_probe_it_is_parked_and_remembered,      0                             },
        {what_may_have_left_is_not_taken_for_what_is_newer,           3                             },
        {one_of_a_record_is_in_flight_and_the_newest_follows,         0                             },
        {a_repeat_of_what_is_in_flight_joins_it,                      0                             },
        {a_refused_batch_is_halved_until_the_bad_one_stands_alone,    0                             },
        {a_dead_target_uses_up_no_attempts_and_is_probed_by_one_call, 0                             },
        {NULL,                                                        0                             },
    };

    return wb_suite_run("actors.pump.push", rows);
}
