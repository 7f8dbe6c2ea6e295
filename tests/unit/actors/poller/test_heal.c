/* SPDX-License-Identifier: Apache-2.0 */
/*
 * what a lost store held is read again: when the full sync may begin, which run counts as one, and
 * that the loss is made up for once, over kills and losses that come twice
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/actors/poller/poller_kit.h"
#include "tests/unit/suite.h"

#define SYNC(more) "{\"account\":\"shop\",\"stream\":\"orders\"" more "}"

static kit self;

/* The store of this stage's owner is lost now. */
static void
lose(wb_stage stage, uint16_t shard)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_err err = {0};

    ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
    ck_assert(!wb_heal_lost(&self.poller, stage, shard, "it was turned back", txn, &err));
    ck_assert(!wb_txn_commit(&txn, &err));
    wb_heal_reload(self.list);
}

/* A run that began so long after the loss: does it make up for it? */
static bool
counts(int64_t after_us)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_run_row run = {.id = wb_id_run(wb_now_utc_us()),
                      .start_utc_us = self.list->lost_utc_us + after_us};
    wb_err err = {0};

    ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
    ck_assert(!wb_heal_begun(self.list, &run, txn, &err));
    ck_assert(!wb_txn_commit(&txn, &err));
    wb_heal_reload(self.list);
    return memcmp(&self.list->heal_run, &run.id, sizeof run.id) == 0;
}

static void
end_run(const wb_id *run)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_err err = {0};

    ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
    ck_assert(!wb_heal_ended(self.list, run, txn, &err));
    ck_assert(!wb_txn_commit(&txn, &err));
    wb_heal_reload(self.list);
}

/* --- when --- */

/* Channels are asked by whole seconds up to the margin ago: a run that begins a moment after the
 * margin leaves out what changed in the last second before the loss. */
static const struct {
    const char *label;
    int64_t after_us;
    bool counts;
} begins[] = {
    {"at once",                   0,                               false},
    {"inside the margin",         KIT_MARGIN_US - 1,               false},
    {"at the margin",             KIT_MARGIN_US,                   false},
    {"within the second after",   KIT_MARGIN_US + 999999,          false},
    {"a second after the margin", KIT_MARGIN_US + WB_US_PER_S,     true },
    {"later",                     KIT_MARGIN_US + 2 * WB_US_PER_S, true },
};

START_TEST(a_run_counts_when_all_before_the_loss_can_be_asked_for)
{
    kit_open(&self);
    lose(WB_STAGE_MAP, 0);
    ck_assert_msg(counts(begins[_i].after_us) == begins[_i].counts, "%s", begins[_i].label);
    ck_assert_msg((wb_heal_at(self.list) == 0) == begins[_i].counts, "%s", begins[_i].label);
    kit_close(&self);
}
END_TEST

START_TEST(it_waits_for_the_margin_and_a_second)
{
    kit_open(&self);
    ck_assert_int_eq(wb_heal_at(self.list), 0);
    lose(WB_STAGE_MAP, 0);
    ck_assert_int_eq(wb_heal_at(self.list), self.list->lost_utc_us + KIT_MARGIN_US + WB_US_PER_S);
    ck_assert_str_eq(self.list->lost_why, "it was turned back");
    kit_look(&self);
    kit_settle(&self);
    ck_assert(!kit_asks("list"));
    ck_assert(wb_timer_running(&self.list->timer)); /* it begins by itself */
    kit_close(&self);
}
END_TEST

/* --- a whole one, by the clock: without a margin there is the second alone --- */

static void
read_to_its_end(void)
{
    while (kit_runs(&self, WB_RUN_COMPLETED) == 0) {
        kit_next(&self, "list");
        kit_answer(&self, "list", &(kit_page){0});
        kit_settle(&self);
    }
}

START_TEST(it_begins_by_itself_and_makes_up_for_the_loss)
{
    kit_open_with(&self, "    streams: {orders: {margin_ms: 0}}\n");
    lose(WB_STAGE_MAP, 0);
    kit_look(&self);
    ck_assert(kit_next(&self, "list")->full);
    ck_assert_int_ge(self.list->at.last_start_utc_us, self.list->lost_utc_us + WB_US_PER_S);
    ck_assert(wb_run_is(&self.list->heal_run));
    kit_restart(&self);
    ck_assert(wb_run_is(&self.list->heal_run)); /* killed: the run goes on, and is known */
    kit_look(&self);
    read_to_its_end();
    ck_assert_int_eq(self.list->lost_utc_us, 0);
    kit_restart(&self);
    ck_assert_int_eq(self.list->lost_utc_us, 0);
    kit_close(&self);
}
END_TEST

/* A person asked too early, or for less than everything. */
static const struct {
    const char *label, *margin, *ask;
} others[] = {
    {"a full sync inside the margin", "2m", SYNC(",\"full\":true")                    },
    {"an ordinary run",               "0",  SYNC(",\"from\":\"2026-01-01T00:00:00Z\"")},
};

START_TEST(another_run_does_not_make_up_for_it)
{
    char yaml[100];

    snprintf(yaml, sizeof yaml, "    streams: {orders: {slice_ms: 0, margin_ms: %s}}\n",
             others[_i].margin);
    kit_open_with(&self, yaml);
    lose(WB_STAGE_MAP, 0);
    kit_sync(&self, others[_i].ask);
    read_to_its_end();
    ck_assert_msg(self.list->lost_utc_us > 0 && wb_heal_at(self.list) > 0, "%s", others[_i].label);
    kit_close(&self);
}
END_TEST

/* --- twice --- */

START_TEST(a_loss_during_the_run_wants_another_one)
{
    wb_id first;

    kit_open(&self);
    lose(WB_STAGE_MAP, 0);
    ck_assert(counts(KIT_MARGIN_US + WB_US_PER_S));
    first = self.list->heal_run;
    lose(WB_STAGE_FETCH, 0);
    ck_assert(!wb_run_is(&self.list->heal_run));
    end_run(&first);
    ck_assert_int_gt(wb_heal_at(self.list), 0);
    ck_assert(counts(KIT_MARGIN_US + WB_US_PER_S));
    end_run(&self.list->heal_run);
    ck_assert_int_eq(self.list->lost_utc_us, 0);
    kit_close(&self);
}
END_TEST

START_TEST(shards_that_are_lost_together_are_one_loss)
{
    int64_t first;

    kit_open(&self);
    lose(WB_STAGE_MAP, 0);
    first = self.list->lost_utc_us;
    lose(WB_STAGE_MAP, 0);
    ck_assert_int_eq(self.list->lost_utc_us, first);
    kit_close(&self);
}
END_TEST

START_TEST(the_end_of_another_run_heals_nothing)
{
    wb_id other = {{9}};

    kit_open(&self);
    lose(WB_STAGE_MAP, 0);
    end_run(&other);
    ck_assert_int_gt(self.list->lost_utc_us, 0);
    ck_assert(counts(KIT_MARGIN_US + WB_US_PER_S));
    end_run(&other);
    ck_assert_int_gt(self.list->lost_utc_us, 0);
    kit_close(&self);
}
END_TEST

START_TEST(a_run_that_a_person_ends_has_made_up_for_nothing)
{
    wb_id left;

    kit_open_with(&self, "    streams: {orders: {margin_ms: 0}}\n");
    lose(WB_STAGE_MAP, 0);
    kit_look(&self);
    kit_next(&self, "list");
    left = self.list->heal_run;
    ck_assert(wb_run_is(&left));
    kit_sync(&self, SYNC(",\"from\":\"2026-01-01T00:00:00Z\",\"restart\":true"));
    kit_answer(&self, "list", &(kit_page){.cursor = "p2"});
    kit_until(&self, memcmp(&self.list->at.run, &left, sizeof left) != 0);
    kit_settle(&self);
    ck_assert(!wb_run_is(&self.list->heal_run));
    ck_assert_int_gt(wb_heal_at(self.list), 0);
    kit_close(&self);
}
END_TEST

/* --- whose --- */

static const struct {
    const char *label;
    wb_stage stage;
    uint16_t shard;
    bool concerned;
} lost[] = {
    {"a mapper's records are of any", WB_STAGE_MAP,   7, true },
    {"our own are all that we read",  WB_STAGE_PULL,  7, true },
    {"an enricher of its shard",      WB_STAGE_FETCH, 0, true },
    {"an enricher of another shard",  WB_STAGE_FETCH, 7, false},
};

START_TEST(whose_accounts_are_read_again)
{
    kit_open(&self);
    lose(lost[_i].stage, lost[_i].shard);
    ck_assert_msg((self.list->lost_utc_us > 0) == lost[_i].concerned, "%s", lost[_i].label);
    ck_assert_int_eq(self.queue->lost_utc_us, 0); /* a queue has told what it had */
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_run_counts_when_all_before_the_loss_can_be_asked_for, (int)WB_COUNT(begins)},
        {it_waits_for_the_margin_and_a_second,                   0                    },
        {it_begins_by_itself_and_makes_up_for_the_loss,          0                    },
        {another_run_does_not_make_up_for_it,                    (int)WB_COUNT(others)},
        {a_loss_during_the_run_wants_another_one,                0                    },
        {shards_that_are_lost_together_are_one_loss,             0                    },
        {the_end_of_another_run_heals_nothing,                   0                    },
        {a_run_that_a_person_ends_has_made_up_for_nothing,       0                    },
        {whose_accounts_are_read_again,                          (int)WB_COUNT(lost)  },
        {NULL,                                                   0                    },
    };

    return wb_suite_run("heal", rows);
}
