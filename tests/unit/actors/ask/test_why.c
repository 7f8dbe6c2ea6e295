/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why: what processes said (tests/fixtures/ask: a line is an instance and its reply) becomes what
 * holds the record, in which words, and who can act
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "actors/ask/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/suite.h"

#define CASES WB_SOURCE_DIR "/tests/fixtures/ask/"
#define NO_CODE WB_WAIT_COUNT

static why_book book;
static wb_why why;

static void
setup(void)
{
    why_open(&book);
    why = (wb_why){.known = false};
}

static void
teardown(void)
{
    why_close(&book);
}

/* As if `instance` had said it. */
static void
say(const char *instance, wb_view body)
{
    wb_answer answer = {.answered = true, .over = true};

    snprintf(answer.instance, sizeof answer.instance, "%.64s", instance);
    wb_buf_init(&answer.body, 65536);
    wb_buf_add_view(&answer.body, body);
    if (strncmp(instance, "monitor-", 8) == 0)
        why_take_timeline(&book, &answer);
    else
        why_take(&book, &answer);
    wb_buf_fini(&answer.body);
}

static void
play(const char *name)
{
    char path[512], line[16384], *blank;
    FILE *file;

    snprintf(path, sizeof path, CASES "%s", name);
    file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s", path);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        blank = strchr(line, ' ');
        ck_assert_ptr_nonnull(blank);
        *blank = '\0';
        say(line, wb_view_of(blank + 1));
    }
    fclose(file);
    why_show(&book, &why);
}

/* Each case as a whole. */
static const struct {
    const char *name;
    bool known;
    const char *status;
    size_t holds, deliveries, events, gaps;
} cases[] = {
    {"delivered",     true,  "synced",    0, 0, 1, 0},
    {"suspended",     true,  "created",   1, 1, 1, 0},
    {"parked",        true,  "created",   1, 1, 1, 0},
    {"failing",       true,  "created",   1, 1, 1, 0},
    {"pending",       true,  "pending",   1, 0, 0, 0},
    {"outbox",        true,  "created",   2, 1, 0, 0},
    {"full",          true,  "",          3, 0, 0, 0},
    {"contradiction", true,  "cancelled", 1, 0, 0, 0},
    {"nobody",        false, "",          0, 0, 0, 0},
    {"other-release", true,  "",          3, 0, 0, 1},
    {"ticket",        true,  "",          1, 0, 0, 0},
    {"lacks",         true,  "",          2, 0, 0, 0},
    {"not-sent",      true,  "shipped",   0, 1, 0, 0},
    {"no-invoice",    true,  "shipped",   0, 1, 0, 0},
};

START_TEST(a_case_is_told_whole)
{
    play(cases[_i].name);
    ck_assert_msg(why.known == cases[_i].known, "%s", cases[_i].name);
    ck_assert_str_eq(why.status, cases[_i].status);
    ck_assert_uint_eq(why.hold_count, cases[_i].holds);
    ck_assert_uint_eq(why.delivery_count, cases[_i].deliveries);
    ck_assert_uint_eq(why.event_count, cases[_i].events);
    ck_assert_uint_eq(why.gap_count, cases[_i].gaps);
}
END_TEST

/* What holds it: `at` of a case. NULL = not looked at here. */
static const struct {
    const char *name;
    size_t at;
    wb_hold row;
} holds[] = {
    {"suspended",
     0, {WB_HOLD_CALL, "pusher-1", WB_STAGE_PUSH, "default/erp", NULL, "2026-11-29T23:49:09.345380Z",
      WB_WAIT_SUSPENDED,
      "the account is stopped: access refused (HTTP 403) (attempt 1 of 10); first for "
      "default/shop/order/900-1-1",
      "you: as the reason says; if it is that record: waybill parked aside --record "
      "default/shop/order/900-1-1",
      "default/shop/order/900-1-1", ""}                                                          },
    {"parked",
     0, {WB_HOLD_PARKED, "pusher-1", WB_STAGE_PUSH, "", "2026-11-29T23:44:13.328078Z", "", NO_CODE,
      "refused: the endpoint refused it (HTTP 422)",
      "you: waybill parked show|retry|drop 6b0cb8cdad182b686aef5bfd33db3e1e", "",
      "6b0cb8cdad182b686aef5bfd33db3e1e"}                                                        },
    {"failing",
     0, {WB_HOLD_CALL, "pusher-1", WB_STAGE_PUSH, "default/erp", NULL, "", WB_WAIT_NONE,
      "nothing: it is being worked on: HTTP 503 (attempt 5 of 10)", "nobody", "", ""}            },
    {"pending",
     0, {WB_HOLD_SOURCE, "mapper-1", WB_STAGE_MAP, "", "2026-11-29T23:44:04.551742Z", "", NO_CODE,
      "its channel calls it pending, or no route takes it",
      "nobody: it goes on when the channel says so", "", ""}                                     },
    {"outbox",
     1, {WB_HOLD_OUTBOX, "mapper-2", WB_STAGE_MAP, "default/b2b", "2026-11-29T23:44:04.551742Z", "",
      WB_WAIT_LANE, "on its way to \"default/b2b\"", "see the pusher's line, if there is one", "",
      ""}                                                                                        },
    {"full",
     0, {WB_HOLD_CALL, "enricher-1", WB_STAGE_FETCH, "default/shop", NULL,
      "2026-11-29T23:45:00.000000Z", WB_WAIT_QUOTA,
      "the published limit is used up (attempt 1 of 10)", "nobody: it refills by itself", "", ""}},
    {"full",
     1, {WB_HOLD_FULL, "mapper-1", WB_STAGE_MAP, "", "", "", WB_WAIT_PRESSURE,
      "takes nothing new: less than 2 GiB of disk are free", "you: make room, or raise map_bytes",
      "", ""}                                                                                    },
    {"full",
     2, {WB_HOLD_LANE, "poller-1", WB_STAGE_PULL, "", "", "", WB_WAIT_LANE,
      "stored, on its way to the next process", "nobody", "", ""}                                },
    {"contradiction",
     0, {WB_HOLD_PARKED, "mapper-1", WB_STAGE_MAP, "", "2026-11-29T23:44:13.328078Z", "", NO_CODE,
      "contradiction: shipped after it was cancelled",
      "you: waybill parked show|retry|drop|accept 00112233445566778899aabbccddeeff", "",
      "00112233445566778899aabbccddeeff"}                                                        },
    {"ticket",
     0, {WB_HOLD_CALL, "pusher-1", WB_STAGE_PUSH, "default/erp", NULL, "2026-11-29T23:45:00.000000Z",
      WB_WAIT_TICKET,
      "accepted by the target, not done yet: ticket T-1 since 2026-11-29T23:44:00.000000Z",
      "nobody: the target is asked again; if it never ends, whoever runs it", "", ""}            },
    {"lacks",
     0, {WB_HOLD_TASK, "enricher-1", WB_STAGE_FETCH, "default/shop", "2026-11-29T23:44:04.551742Z",
      "2026-11-29T23:46:04.551742Z", NO_CODE,
      "no package number yet: asked for again (attempt 2 of 5): its source does not tell it yet",
      "nobody: it holds nothing up", "", ""}                                                     },
    {"lacks",
     1, {WB_HOLD_TASK, "enricher-2", WB_STAGE_FETCH, "default/shop", "2026-11-29T23:44:04.551742Z", "",
      NO_CODE, "goes without its package number: not there after 5 attempts: HTTP 503",
      "you: waybill enrich run default/shop --record default/shop/order/PO-1", "", ""}           },
    {"other-release",
     0, {WB_HOLD_CALL, "pusher-1", WB_STAGE_PUSH, "default/erp", NULL, "", NO_CODE,
      "full-moon (attempt 1 of 0)", "", "", ""}                                                  },
    {"other-release",
     1, {WB_HOLD_CALL, "pusher-1", WB_STAGE_PUSH, "", NULL, "", NO_CODE, " (attempt 1 of 0)", "", "",
      ""}                                                                                        },
    {"other-release",
     2, {WB_HOLD_LANE, "relay-1", WB_STAGE_NONE, "", "", "", WB_WAIT_LANE,
      "stored, on its way to the next process", "nobody", "", ""}                                },
};

static void
same(const char *got, const char *wanted)
{
    if (wanted)
        ck_assert_str_eq(got, wanted);
}

START_TEST(what_holds_it_is_told_as_a_code_and_in_words)
{
    const wb_hold *wanted = &holds[_i].row, *got;

    play(holds[_i].name);
    ck_assert_uint_lt(holds[_i].at, why.hold_count);
    got = &why.holds[holds[_i].at];
    ck_assert_int_eq(got->kind, wanted->kind);
    ck_assert_int_eq(got->stage, wanted->stage);
    ck_assert_int_eq(got->wait, wanted->wait);
    same(got->instance, wanted->instance);
    same(got->account, wanted->account);
    same(got->since, wanted->since);
    same(got->next, wanted->next);
    same(got->words, wanted->words);
    same(got->who, wanted->who);
    same(got->culprit, wanted->culprit);
    same(got->id, wanted->id);
}
END_TEST

START_TEST(a_job_waits_since_as_long_as_its_process_says)
{
    int64_t since_us = 0, wanted_us;
    wb_err err = {0};

    wanted_us = wb_now_utc_us() - 2619 * WB_US_PER_MS;
    play("suspended");
    ck_assert_int_eq(wb_time_parse(&since_us, wb_view_of(why.holds[0].since), &err), WB_OK);
    ck_assert_int_lt(wanted_us - since_us, 2 * WB_US_PER_S); /* whole seconds */
    ck_assert_int_lt(since_us - wanted_us, 10 * WB_US_PER_S);
}
END_TEST

START_TEST(what_a_target_has_not_got_is_told_with_its_reason)
{
    play("outbox");
    ck_assert_str_eq(why.deliveries[0].target, "default/b2b");
    ck_assert_str_eq(why.deliveries[0].outcome, "parked");
    ck_assert_str_eq(why.deliveries[0].reason, "no such buyer");
    ck_assert_str_eq(why.changed, "2026-11-29T23:44:04.551742Z");
}
END_TEST

/* One of the two has it by the pusher's word, which came before the mapper's. */
START_TEST(what_a_connector_sends_nothing_of_is_told_unless_its_target_has_it)
{
    play("not-sent");
    ck_assert_str_eq(why.deliveries[0].target, "default/erp");
    ck_assert_str_eq(why.deliveries[0].outcome, "not sent");
    ck_assert_str_eq(why.deliveries[0].reason, "it was shipped when it was first seen");
}
END_TEST

START_TEST(an_invoice_that_could_not_be_made_is_told)
{
    play("no-invoice");
    ck_assert_str_eq(why.deliveries[0].target, "invoice");
    ck_assert_str_eq(why.deliveries[0].outcome, "not made");
    ck_assert_str_eq(why.deliveries[0].reason, "line 1 has no price");
}
END_TEST

START_TEST(what_happened_is_told_with_its_time_and_outcome)
{
    play("delivered");
    ck_assert_int_eq(why.events[0].at_utc_us, 1795995844564625);
    ck_assert_str_eq(why.events[0].what, "delivered");
    ck_assert_int_eq(why.events[0].outcome, WB_OUTCOME_HANDED_ON);
    ck_assert_str_eq(why.events[0].target, "default/erp");
    ck_assert_str_eq(why.events[0].text, "");
}
END_TEST

/* One that may hold it and says no is silent about the record; the monitor's no is told. */
START_TEST(a_refusal_of_the_monitor_is_a_gap)
{
    play("other-release");
    ck_assert_int_eq(why.gaps[0].kind, WB_GAP_REFUSED);
    ck_assert_str_eq(why.gaps[0].instance, "monitor-1");
    ck_assert_str_eq(why.gaps[0].text, "no store yet");
}
END_TEST

START_TEST(another_key_begins_anew_and_keeps_what_could_not_be_learnt)
{
    why_add_gap(&book, WB_GAP_SILENT, "pusher-2", "");
    play("full");
    why_forget(&book);
    play("parked");
    ck_assert_uint_eq(why.hold_count, 1);
    ck_assert_int_eq(why.holds[0].kind, WB_HOLD_PARKED);
    ck_assert_uint_eq(why.gap_count, 1);
    why_forget(&book);
    play("nobody");
    ck_assert(!why.known);
    ck_assert_str_eq(why.status, "");
}
END_TEST

START_TEST(who_is_silent_is_named_once)
{
    wb_answer answers[] = {
        {.instance = "mapper-1", .answered = true},
        {.instance = "pusher-1"},
        {.instance = "pusher-2",        .absent = true                },
    };
    wb_ask ask = {.answers = answers, .count = WB_COUNT(answers)};
    wb_ask empty = {.nobody = "no monitor is there"};

    why_note_silent(&book, &ask);
    why_note_silent(&book, &empty);
    why_note_silent(&book, &ask);
    why_show(&book, &why);
    ck_assert_uint_eq(why.gap_count, 3);
    ck_assert_int_eq(why.gaps[0].kind, WB_GAP_SILENT);
    ck_assert_str_eq(why.gaps[0].instance, "pusher-1");
    ck_assert_int_eq(why.gaps[1].kind, WB_GAP_ABSENT);
    ck_assert_str_eq(why.gaps[1].instance, "pusher-2");
    ck_assert_int_eq(why.gaps[2].kind, WB_GAP_NOBODY);
    ck_assert_str_eq(why.gaps[2].text, "no monitor is there");
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_case_is_told_whole,                                               WB_COUNT(cases)},
        {what_holds_it_is_told_as_a_code_and_in_words,                       WB_COUNT(holds)},
        {a_job_waits_since_as_long_as_its_process_says,                      0              },
        {what_a_target_has_not_got_is_told_with_its_reason,                  0              },
        {an_invoice_that_could_not_be_made_is_told,                          0              },
        {what_a_connector_sends_nothing_of_is_told_unless_its_target_has_it, 0              },
        {what_happened_is_told_with_its_time_and_outcome,                    0              },
        {a_refusal_of_the_monitor_is_a_gap,                                  0              },
        {another_key_begins_anew_and_keeps_what_could_not_be_learnt,         0              },
        {who_is_silent_is_named_once,                                        0              },
        {NULL,                                                               0              },
    };

    return wb_suite_run_in("ask.why", rows, setup, teardown);
}
