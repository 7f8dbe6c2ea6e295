/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "actors/runtime/pump/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/pump/shelf.h"
#include "tests/unit/suite.h"

START_TEST(a_notice_joins_a_fetch_that_has_not_left)
{
    shelf_taker self;

    shelf_open(&self);
    shelf_notice(&self, 1, "a", 0);
    shelf_notice(&self, 2, "a", 0);
    shelf_notice(&self, 3, "b", 0);
    kit_until(&self.kit, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->body, "a cursor= partial=0\nb cursor= partial=0\n");
    shelf_reply("done\ndone\n");
    kit_until(&self.kit, kit_outcome[1] && kit_outcome[2] && kit_outcome[3]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HANDED_ON);
    ck_assert_int_eq(kit_outcome[2], WB_OUTCOME_MERGED);
    ck_assert_int_eq(kit_outcome[3], WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_request_count, 1);
    ck_assert_uint_eq(self.handed, 2);
    kit_close(&self.kit);
}
END_TEST

static bool
waits_for(shelf_taker *self, const char *word)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;
    char said[64];

    wb_buf_init(&body, 65536);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_pump_tell(self->kit.pump, kit_account(&self->kit, "shop"), WB_VIEW_LIT("a"), &out);
    wb_json_close(&out, '}');
    snprintf(said, sizeof said, "\"wait\":\"%s\"", word);
    return memmem(body.data, body.len, said, strlen(said)) != NULL;
}

/* What one record is told to wait for keeps no other. */
START_TEST(a_record_that_is_not_ready_waits_alone)
{
    shelf_taker self;
    int64_t begun_ms;

    shelf_open(&self);
    begun_ms = wb_now_ms();
    shelf_notice(&self, 1, "a", 0);
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply("later");
    kit_until(&self.kit, waits_for(&self, "back-off"));
    shelf_notice(&self, 2, "b", 0);
    kit_until(&self.kit, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->body, "b cursor= partial=0\n");
    ck_assert_int_lt(wb_now_ms() - begun_ms, SHELF_LATER_MS);
    shelf_reply("done\n");
    kit_until(&self.kit, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->body, "a cursor= partial=0\n");
    ck_assert_int_ge(wb_now_ms() - begun_ms, SHELF_LATER_MS);
    shelf_reply("done\n");
    kit_until(&self.kit, self.handed == 2);
    kit_close(&self.kit);
}
END_TEST

START_TEST(nothing_is_fetched_that_could_not_be_handed_on)
{
    shelf_taker self;

    kit_stores_soon = true;
    shelf_open(&self);
    self.full = true;
    shelf_notice(&self, 1, "a", 0);
    kit_until(&self.kit, kit_outcome[1]); /* its sender need not keep it so long */
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HELD);
    ck_assert_uint_eq(kit_request_count, 0);
    self.full = false;
    wb_pump_run(self.kit.pump);
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply("done\n");
    kit_until(&self.kit, self.handed == 1);
    kit_close(&self.kit);
}
END_TEST

START_TEST(what_a_record_waits_for_is_said)
{
    wb_account *account;
    shelf_taker self;

    shelf_open(&self);
    account = kit_account(&self.kit, "shop");
    wb_gate_suspend(self.kit.ctx.gate, account, "stopped by the test");
    shelf_notice(&self, 1, "a", 0);
    kit_until(&self.kit, waits_for(&self, "suspended"));
    self.full = true; /* what it brings could not be handed on */
    wb_gate_resume(self.kit.ctx.gate, account);
    kit_until(&self.kit, waits_for(&self, "lane"));
    self.full = false;
    wb_pump_run(self.kit.pump);
    kit_until(&self.kit, kit_next(NULL));
    ck_assert(waits_for(&self, "none"));
    shelf_reply("retry\n");
    ck_assert(waits_for(&self, "back-off"));
    kit_until(&self.kit, kit_next(NULL));
    self.keep = true;
    shelf_reply("done\n");
    ck_assert(waits_for(&self, "none"));
    self.held->wait = WB_WAIT_LANE; /* it was brought, and cannot be handed on */
    ck_assert(waits_for(&self, "lane"));
    wb_pump_settle(self.kit.pump, self.held, WB_OUTCOME_HANDED_ON, false);
    kit_close(&self.kit);
}
END_TEST

START_TEST(a_notice_that_comes_after_it_left_is_fetched_again)
{
    shelf_taker self;
    bool handing = _i == 1;

    shelf_open(&self);
    shelf_notice(&self, 1, "a", 0);
    kit_until(&self.kit, kit_next(NULL));
    self.keep = handing;
    if (handing)
        shelf_reply("done\n");
    shelf_notice(&self, 2, "a", 0);
    shelf_notice(&self, 3, "a", 0);
    kit_turns(&self.kit, 20);
    ck_assert_uint_eq(kit_request_count, 1); /* one of a record at a time */
    if (handing)
        wb_pump_settle(self.kit.pump, self.held, WB_OUTCOME_HANDED_ON, false);
    else
        shelf_reply("done\n");
    self.keep = false;
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply("done\n");
    kit_until(&self.kit, kit_outcome[2] && kit_outcome[3]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HANDED_ON);
    ck_assert_int_eq(kit_outcome[2], WB_OUTCOME_HANDED_ON);
    ck_assert_int_eq(kit_outcome[3], WB_OUTCOME_MERGED);
    kit_close(&self.kit);
}
END_TEST

START_TEST(an_answer_older_than_announced_is_asked_again_and_taken_at_last)
{
    shelf_taker self;

    kit_stores_soon = true;
    shelf_open(&self);
    shelf_notice(&self, 1, "a", 10);
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply("done 9\n");
    kit_turns(&self.kit, 50);
    ck_assert_uint_eq(self.handed, 0);
    kit_until(&self.kit, kit_next(NULL)); /* a second later */
    shelf_reply("done 11\n");
    kit_until(&self.kit, self.handed == 1);
    ck_assert_int_eq(self.source, 11);
    shelf_notice(&self, 2, "a", INT64_C(4102444800000000)); /* a time in 2100 announces nothing */
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply("done 11\n");
    kit_until(&self.kit, kit_outcome[2]);
    ck_assert_uint_eq(kit_request_count, 3);
    kit_close(&self.kit);
}
END_TEST

static void
stored(shelf_taker *self, size_t n, const char *record, int64_t source)
{
    wb_account *account = kit_account(&self->kit, "shop");

    wb_gate_suspend(self->kit.ctx.gate, account, "stopped by the test");
    shelf_notice(self, n, record, source);
    kit_until(&self->kit, kit_outcome[n]);
    wb_gate_resume(self->kit.ctx.gate, account);
}

/* The fifth answer is taken, though each came in another life. */
START_TEST(a_source_that_stays_behind_is_not_asked_for_ever_over_restarts)
{
    shelf_taker self;

    kit_stores_soon = true;
    shelf_open(&self);
    stored(&self, 1, "a", 10);
    for (int i = 1; i <= 5; i++) {
        ck_assert_uint_eq(self.handed, 0);
        kit_until(&self.kit, kit_next(NULL));
        shelf_reply("done 9\n");
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
    shelf_taker self;

    kit_stores_soon = true;
    shelf_open(&self);
    stored(&self, 1, "a", 10);
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply("retry\n");
    stored(&self, 2, "a", 20);
    kit_restart(&self.kit);
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply("done 15\n");
    kit_until(&self.kit, kit_next(NULL));
    ck_assert_uint_eq(self.handed, 0);
    shelf_reply("done 20\n");
    kit_until(&self.kit, self.handed == 1);
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
    shelf_taker self;

    shelf_open(&self);
    shelf_notice(&self, 1, "a", 0);
    shelf_notice(&self, 2, "b", 0);
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply(items[_i].answer);
    kit_until(&self.kit, kit_outcome[1]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HANDED_ON);
    if (!items[_i].outcome) {
        kit_until(&self.kit, kit_next(NULL));
        shelf_reply("done\n");
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
    shelf_taker self;

    shelf_open(&self);
    shelf_notice(&self, 1, "a", 0);
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
    shelf_taker self;
    char record[16];

    kit_stores_soon = true;
    shelf_open(&self);
    wb_gate_suspend(self.kit.ctx.gate, kit_account(&self.kit, "shop"), "stopped by the test");
    for (size_t i = 1; i <= 10; i++) {
        snprintf(record, sizeof record, "r%zu", i);
        shelf_notice(&self, i, record, 0);
    }
    kit_until(&self.kit, kit_outcome[10]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HELD);
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_JOBS), 10);
    kit_restart(&self.kit);
    while (self.handed < 10) {
        kit_turn(&self.kit);
        while (kit_next(NULL))
            shelf_reply("done\ndone\ndone\ndone\n");
    }
    kit_until(&self.kit, kit_rows(&self.kit, WB_DB_JOBS) == 0);
    kit_close(&self.kit);
}
END_TEST

static void
come_back(shelf_taker *self, uint8_t n)
{
    WB_AUTO(wb_buf_fini) wb_buf scratch = {0};
    wb_txn *txn = NULL;
    wb_parked_row row;
    bool found = false;
    wb_id id = {{n}};
    wb_err err = {0};

    wb_buf_init(&scratch, WB_BODY_MAX);
    ck_assert(!wb_txn_begin(&txn, self->kit.ctx.store, true, &err));
    ck_assert(!wb_parked_get(txn, (wb_parked_place){0, id}, &scratch, &row, &found, &err));
    ck_assert(found);
    ck_assert(!pump_disk_revive(self->kit.pump, NULL, txn, &row, &err));
    ck_assert(!wb_parked_delete(txn, (wb_parked_place){0, id}, &err));
    ck_assert(!wb_txn_commit(&txn, &err));
    pump_disk_revived(self->kit.pump);
}

START_TEST(parked_work_comes_back)
{
    shelf_taker self;

    shelf_open(&self);
    shelf_notice(&self, 1, "a", 0);
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply("park\n");
    kit_until(&self.kit, kit_outcome[1]);
    come_back(&self, 1);
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply("done\n");
    kit_until(&self.kit, kit_rows(&self.kit, WB_DB_JOBS) == 0);
    ck_assert_uint_eq(self.handed, 1);
    kit_close(&self.kit);
}
END_TEST

/* What is queued was counted by what lies on disk: what had come back was never read again, or was
 * looked for without end. */
START_TEST(what_comes_back_while_others_are_written_is_not_forgotten)
{
    shelf_taker self;
    wb_account *shop;
    wb_job *job;

    shelf_open(&self);
    shop = kit_account(&self.kit, "shop");
    shelf_notice(&self, 1, "a", 0);
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply("park\n");
    kit_until(&self.kit, kit_outcome[1]);
    self.keep = true;
    shelf_notice(&self, 2, "b", 0);
    kit_until(&self.kit, kit_next(NULL));
    job = wb_pump_find(self.kit.pump, shop, WB_VIEW_LIT("b"));
    pump_write_store(job);
    if (_i == 1) { /* its end is queued, not its row */
        kit_until(&self.kit, kit_outcome[2]);
        shelf_reply("done\n");
        wb_pump_settle(self.kit.pump, self.held, WB_OUTCOME_HANDED_ON, false);
    }
    come_back(&self, 1);
    self.keep = false;
    kit_until(&self.kit, kit_next("a cursor"));
    while (kit_next(NULL))
        shelf_reply("done\n");
    kit_until(&self.kit, kit_rows(&self.kit, WB_DB_JOBS) == 0);
    ck_assert_uint_eq(wb_pump_stored(self.kit.pump, shop), 0);
    kit_close(&self.kit);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {nothing_is_fetched_that_could_not_be_handed_on,                  0               },
        {what_a_record_waits_for_is_said,                                 0               },
        {a_notice_joins_a_fetch_that_has_not_left,                        0               },
        {a_record_that_is_not_ready_waits_alone,                          0               },
        {a_notice_that_comes_after_it_left_is_fetched_again,              2               },
        {an_answer_older_than_announced_is_asked_again_and_taken_at_last, 0               },
        {a_source_that_stays_behind_is_not_asked_for_ever_over_restarts,  2               },
        {the_newest_announcement_that_joined_is_known_after_a_restart,    0               },
        {one_of_a_batch_stops_only_itself,                                WB_COUNT(items) },
        {what_fails_every_time_is_parked_after_its_attempts,              WB_COUNT(wholes)},
        {held_notices_are_read_back_after_a_restart,                      0               },
        {parked_work_comes_back,                                          0               },
        {what_comes_back_while_others_are_written_is_not_forgotten,       2               },
        {NULL,                                                            0               },
    };

    return wb_suite_run("actors.pump.fetch", rows);
}
