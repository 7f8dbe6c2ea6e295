/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/runtime/pump_inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tests/unit/actors/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define SHOP "default/shop"
#define ACCOUNT                                                                                    \
    "  shop: {connector: shelf, backoff_min_ms: 10ms, backoff_max_ms: 40ms, attempts_max: 3}\n"

/* --- a connector whose answers are words: one line for each item, "WORD [source time]" --- */

static wb_rc
build(const wb_call *call, wb_request *out, wb_err *err)
{
    out->method = "GET";
    out->template = "/";
    wb_buf_add_text(&out->url, "http://shelf/");
    for (size_t i = 0; i < call->item_count; i++) {
        wb_buf_addf(&out->body, "%.*s", WB_VIEW_ARG(call->items[i].env->record));
        wb_buf_addf(&out->body, " cursor=%.*s partial=%zu\n", WB_VIEW_ARG(call->items[i].cursor),
                    call->items[i].partial.len);
    }
    return wb_request_check(out, err);
}

static const struct {
    const char *word;
    wb_result_code code;
} words[] = {
    {"done",   WB_RESULT_DONE  },
    {"more",   WB_RESULT_MORE  },
    {"retry",  WB_RESULT_RETRY },
    {"absent", WB_RESULT_ABSENT},
    {"park",   WB_RESULT_PARK  },
};

static wb_rc
read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    const char *at = resp->body.data, *end = at + resp->body.len;

    if (resp->status != 200)
        return wb_response_usual(call, resp, out, err);
    for (size_t i = 0; i < call->item_count; i++) {
        const char *line = memchr(at, '\n', (size_t)(end - at));
        char word[16] = "";
        long long source = 0;

        if (!line)
            return wb_fail(err, WB_REJECT, "the answer is cut short");
        for (size_t n = 0; at < line && *at != ' ' && n < sizeof word - 1; at++)
            word[n++] = *at;
        if (at < line)
            source = strtoll(at + 1, NULL, 10);
        for (size_t n = 0; n < WB_COUNT(words); n++)
            if (!strcmp(words[n].word, word))
                wb_result_set(&out->results[i], words[n].code, "%s", word);
        out->results[i].body = WB_VIEW_LIT("part");
        out->results[i].cursor = WB_VIEW_LIT("next");
        out->results[i].source_utc_us = source;
        at = line + 1;
    }
    return WB_OK;
}

static const wb_op ops[] = {
    {.name = "get",
     .verb = WB_VERB_FETCH,
     .batch_max = 4,
     .timeout_ms = 1000,
     .build = build,
     .read = read},
    {0},
};
static const wb_connector shelf = {.name = "shelf", .summary = "a test's shelf", .ops = ops};
static const wb_connector *const connectors[] = {&shelf, NULL};

/* --- an actor that takes every record at once --- */

typedef struct {
    kit kit;
    size_t handed;
    int64_t source; /* of the last one */
    bool keep;      /* hold what was fetched */
    bool full;      /* what is fetched could not be handed on */
    wb_job *held;
} taker;

static const wb_op *
choose(void *actor, wb_job *job)
{
    (void)actor;
    (void)job;
    return ops;
}

static void
fetched(void *actor, wb_job *job, const wb_result *result, int64_t sent_utc_us)
{
    taker *self = actor;

    (void)sent_utc_us;
    self->handed++;
    self->source = result->source_utc_us;
    if (self->keep)
        self->held = job;
    else
        wb_pump_settle(self->kit.pump, job, WB_OUTCOME_HANDED_ON, false);
}

static wb_after_unknown
after_unknown(void *actor, wb_job *job)
{
    (void)actor;
    (void)job;
    return WB_UNKNOWN_RESEND;
}

static bool
room(void *actor, const wb_account *account)
{
    const taker *self = actor;

    (void)account;
    return !self->full;
}

static const wb_pump_actor actor = {.verb = WB_VERB_FETCH,
                                    .choose = choose,
                                    .done = fetched,
                                    .room = room,
                                    .after_unknown = after_unknown};

static void
open_taker(taker *self)
{
    *self = (taker){0};
    kit_open_actor(&self->kit, ACCOUNT, connectors, &actor, self);
}

static void
notice(taker *self, size_t n, const char *record, int64_t source)
{
    wb_account *account = kit_account(&self->kit, "shop");
    wb_envelope env = {.kind = WB_KIND_NOTICE,
                       .tenant = WB_VIEW_LIT("default"),
                       .connector = WB_VIEW_LIT("shelf"),
                       .account = WB_VIEW_LIT("shop"),
                       .record_kind = WB_RECORD_ORDER,
                       .record = wb_view_of(record),
                       .source_utc_us = source,
                       .body = WB_VIEW_LIT("{}")};
    wb_delivery *delivery;

    env.id.bytes[0] = (uint8_t)n;
    delivery = kit_delivery(&env, n);
    delivery->taken_ms = wb_loop_now_ms(self->kit.ctx.loop);
    wb_pump_take(self->kit.pump, delivery, account, false);
}

static void
reply(const char *body)
{
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .body = body});
}

START_TEST(a_notice_joins_a_fetch_that_has_not_left)
{
    taker self;

    open_taker(&self);
    notice(&self, 1, "a", 0);
    notice(&self, 2, "a", 0);
    notice(&self, 3, "b", 0);
    kit_until(&self.kit, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->body, "a cursor= partial=0\nb cursor= partial=0\n");
    reply("done\ndone\n");
    kit_until(&self.kit, kit_outcome[1] && kit_outcome[2] && kit_outcome[3]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HANDED_ON);
    ck_assert_int_eq(kit_outcome[2], WB_OUTCOME_MERGED);
    ck_assert_int_eq(kit_outcome[3], WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_request_count, 1);
    ck_assert_uint_eq(self.handed, 2);
    kit_close(&self.kit);
}
END_TEST

START_TEST(nothing_is_fetched_that_could_not_be_handed_on)
{
    taker self;

    kit_stores_soon = true;
    open_taker(&self);
    self.full = true;
    notice(&self, 1, "a", 0);
    kit_until(&self.kit, kit_outcome[1]); /* its sender need not keep it so long */
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HELD);
    ck_assert_uint_eq(kit_request_count, 0);
    self.full = false;
    wb_pump_run(self.kit.pump);
    kit_until(&self.kit, kit_next(NULL));
    reply("done\n");
    kit_until(&self.kit, self.handed == 1);
    kit_close(&self.kit);
}
END_TEST

START_TEST(a_notice_that_comes_after_it_left_is_fetched_again)
{
    taker self;
    bool handing = _i == 1;

    open_taker(&self);
    notice(&self, 1, "a", 0);
    kit_until(&self.kit, kit_next(NULL));
    self.keep = handing;
    if (handing)
        reply("done\n");
    notice(&self, 2, "a", 0);
    notice(&self, 3, "a", 0);
    kit_turns(&self.kit, 20);
    ck_assert_uint_eq(kit_request_count, 1); /* one of a record at a time */
    if (handing)
        wb_pump_settle(self.kit.pump, self.held, WB_OUTCOME_HANDED_ON, false);
    else
        reply("done\n");
    self.keep = false;
    kit_until(&self.kit, kit_next(NULL));
    reply("done\n");
    kit_until(&self.kit, kit_outcome[2] && kit_outcome[3]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HANDED_ON);
    ck_assert_int_eq(kit_outcome[2], WB_OUTCOME_HANDED_ON);
    ck_assert_int_eq(kit_outcome[3], WB_OUTCOME_MERGED);
    kit_close(&self.kit);
}
END_TEST

START_TEST(an_answer_older_than_announced_is_asked_again_and_taken_at_last)
{
    taker self;

    kit_stores_soon = true;
    open_taker(&self);
    notice(&self, 1, "a", 10);
    kit_until(&self.kit, kit_next(NULL));
    reply("done 9\n");
    kit_turns(&self.kit, 50);
    ck_assert_uint_eq(self.handed, 0);
    kit_until(&self.kit, kit_next(NULL)); /* a second later */
    reply("done 11\n");
    kit_until(&self.kit, self.handed == 1);
    ck_assert_int_eq(self.source, 11);
    notice(&self, 2, "a", INT64_C(4102444800000000)); /* a time in 2100 announces nothing */
    kit_until(&self.kit, kit_next(NULL));
    reply("done 11\n");
    kit_until(&self.kit, kit_outcome[2]);
    ck_assert_uint_eq(kit_request_count, 3);
    kit_close(&self.kit);
}
END_TEST

static void
stored(taker *self, size_t n, const char *record, int64_t source)
{
    wb_account *account = kit_account(&self->kit, "shop");

    wb_gate_suspend(self->kit.ctx.gate, account, "stopped by the test");
    notice(self, n, record, source);
    kit_until(&self->kit, kit_outcome[n]);
    wb_gate_resume(self->kit.ctx.gate, account);
}

/* The fifth answer is taken, though each came in another life. */
START_TEST(a_source_that_stays_behind_is_not_asked_for_ever_over_restarts)
{
    taker self;

    kit_stores_soon = true;
    open_taker(&self);
    stored(&self, 1, "a", 10);
    for (int i = 1; i <= 5; i++) {
        ck_assert_uint_eq(self.handed, 0);
        kit_until(&self.kit, kit_next(NULL));
        reply("done 9\n");
        if (_i == 1 && i < 5)
            kit_restart(&self.kit);
    }
    kit_until(&self.kit, self.handed == 1);
    kit_until(&self.kit, kit_rows(&self.kit, WB_DB_JOBS) == 0);
    ck_assert_uint_eq(kit_request_count, 5);
    kit_close(&self.kit);
}
END_TEST

/* Both were told "held": a read between the two must not settle the newer one. */
START_TEST(the_newest_announcement_that_joined_is_known_after_a_restart)
{
    taker self;

    kit_stores_soon = true;
    open_taker(&self);
    stored(&self, 1, "a", 10);
    kit_until(&self.kit, kit_next(NULL));
    reply("retry\n");
    stored(&self, 2, "a", 20);
    kit_restart(&self.kit);
    kit_until(&self.kit, kit_next(NULL));
    reply("done 15\n");
    kit_until(&self.kit, kit_next(NULL));
    ck_assert_uint_eq(self.handed, 0);
    reply("done 20\n");
    kit_until(&self.kit, self.handed == 1);
    kit_close(&self.kit);
}
END_TEST

START_TEST(a_record_in_parts_is_kept_until_the_last)
{
    taker self;

    open_taker(&self);
    notice(&self, 1, "a", 0);
    kit_until(&self.kit, kit_next(NULL));
    reply("more\n");
    kit_until(&self.kit, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->body, "a cursor=next partial=8\n");
    reply("more\n");
    kit_until(&self.kit, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->body, "a cursor=next partial=16\n");
    reply("done\n");
    kit_until(&self.kit, kit_outcome[1]);
    kit_close(&self.kit);
}
END_TEST

/* What one item of a batch came to, beside one that is fine. */
static const struct {
    const char *answer;
    wb_outcome outcome; /* NONE: asked again, then done */
} items[] = {
    {"done\nabsent\n", WB_OUTCOME_PARKED},
    {"done\npark\n",   WB_OUTCOME_PARKED},
    {"done\nretry\n",  WB_OUTCOME_NONE  },
    {"done\nwhat\n",   WB_OUTCOME_NONE  },
};

START_TEST(one_of_a_batch_stops_only_itself)
{
    taker self;

    open_taker(&self);
    notice(&self, 1, "a", 0);
    notice(&self, 2, "b", 0);
    kit_until(&self.kit, kit_next(NULL));
    reply(items[_i].answer);
    kit_until(&self.kit, kit_outcome[1]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HANDED_ON);
    if (!items[_i].outcome) {
        kit_until(&self.kit, kit_next(NULL));
        reply("done\n");
    }
    kit_until(&self.kit, kit_outcome[2]);
    ck_assert_int_eq(kit_outcome[2], items[_i].outcome ? items[_i].outcome : WB_OUTCOME_HANDED_ON);
    kit_close(&self.kit);
}
END_TEST

/* Answers of the whole call that lead to another attempt, and to the shelf in the end. */
static const kit_answer wholes[] = {
    {WB_HTTP_ANSWERED, 200, "do", NULL, NULL, 0},
    {WB_HTTP_ANSWERED, 500, "",   NULL, NULL, 0},
    {WB_HTTP_BROKEN,   0,   NULL, NULL, NULL, 0},
    {WB_HTTP_TIMEOUT,  0,   NULL, NULL, NULL, 0},
};

START_TEST(what_fails_every_time_is_parked_after_its_attempts)
{
    taker self;

    open_taker(&self);
    notice(&self, 1, "a", 0);
    for (int i = 0; i < 3; i++) {
        kit_until(&self.kit, kit_next(NULL));
        kit_reply(&wholes[_i]);
    }
    kit_until(&self.kit, kit_outcome[1]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_PARKED);
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_PARKED), 1);
    kit_close(&self.kit);
}
END_TEST

START_TEST(held_notices_are_read_back_after_a_restart)
{
    taker self;
    char record[16];

    kit_stores_soon = true;
    open_taker(&self);
    wb_gate_suspend(self.kit.ctx.gate, kit_account(&self.kit, "shop"), "stopped by the test");
    for (size_t i = 1; i <= 10; i++) {
        snprintf(record, sizeof record, "r%zu", i);
        notice(&self, i, record, 0);
    }
    kit_until(&self.kit, kit_outcome[10]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HELD);
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_JOBS), 10);
    kit_restart(&self.kit);
    while (self.handed < 10) {
        kit_turn(&self.kit);
        while (kit_next(NULL))
            reply("done\ndone\ndone\ndone\n");
    }
    kit_until(&self.kit, kit_rows(&self.kit, WB_DB_JOBS) == 0);
    kit_close(&self.kit);
}
END_TEST

START_TEST(parked_work_comes_back)
{
    taker self;
    WB_AUTO(wb_buf_fini) wb_buf scratch = {0};
    wb_txn *txn = NULL;
    wb_parked_row row;
    bool found = false;
    wb_id id = {{1}};
    wb_err err = {0};

    open_taker(&self);
    wb_buf_init(&scratch, WB_BODY_MAX);
    notice(&self, 1, "a", 0);
    kit_until(&self.kit, kit_next(NULL));
    reply("park\n");
    kit_until(&self.kit, kit_outcome[1]);
    ck_assert(!wb_txn_begin(&txn, self.kit.ctx.store, true, &err));
    ck_assert(!wb_parked_get(txn, 0, &id, &scratch, &row, &found, &err));
    ck_assert(found);
    ck_assert(!pump_disk_revive(self.kit.pump, NULL, txn, &row, &err));
    ck_assert(!wb_parked_delete(txn, 0, &id, &err));
    ck_assert(!wb_txn_commit(&txn, &err));
    pump_disk_revived(self.kit.pump);
    kit_until(&self.kit, kit_next(NULL));
    reply("done\n");
    kit_until(&self.kit, kit_rows(&self.kit, WB_DB_JOBS) == 0);
    ck_assert_uint_eq(self.handed, 1);
    kit_close(&self.kit);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {nothing_is_fetched_that_could_not_be_handed_on,                  0               },
        {a_notice_joins_a_fetch_that_has_not_left,                        0               },
        {a_notice_that_comes_after_it_left_is_fetched_again,              2               },
        {an_answer_older_than_announced_is_asked_again_and_taken_at_last, 0               },
        {a_source_that_stays_behind_is_not_asked_for_ever_over_restarts,  2               },
        {the_newest_announcement_that_joined_is_known_after_a_restart,    0               },
        {a_record_in_parts_is_kept_until_the_last,                        0               },
        {one_of_a_batch_stops_only_itself,                                WB_COUNT(items) },
        {what_fails_every_time_is_parked_after_its_attempts,              WB_COUNT(wholes)},
        {held_notices_are_read_back_after_a_restart,                      0               },
        {parked_work_comes_back,                                          0               },
        {NULL,                                                            0               },
    };

    return wb_suite_run("actors.pump.fetch", rows);
}
