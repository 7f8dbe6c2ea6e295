/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parked rows of a mapper: settled by what is newer, sent again, accepted by a person
 */
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/records/order.h"
#include "storage/parked.h"
#include "tests/unit/actors/mapper/mapper_kit.h"
#include "tests/unit/suite.h"

#define ONE "default/shop/order/1"
#define ROUTE "routes:\n  - {from: shop, to: erp}\n"

static kit self;

static void
setup(void)
{
    kit_open(&self, KIT_SHOP KIT_ERP ROUTE);
}

static void
teardown(void)
{
    kit_close(&self);
}

/* What a shop says of order 1, one after the other; what is parked then. */
static const struct {
    const char *label;
    kit_order said[4];
    uint64_t parked;
} stories[] = {
    {"unreadable, then good",
     {{.id = "1", .broken = true, .updated = 1}, {.id = "1", .status = "open", .updated = 2}},
     0},
    {"a contradiction, then the former status again",
     {{.id = "1", .status = "shipped", .updated = 1},
      {.id = "1", .status = "open", .updated = 2},
      {.id = "1", .status = "shipped", .updated = 3}},
     0},
    {"a contradiction, then what was known is said once more",
     {{.id = "1", .status = "shipped", .updated = 1},
      {.id = "1", .status = "open", .updated = 2},
      {.id = "1", .status = "shipped", .updated = 1, .observed = 3}},
     0},
    {"unreadable, then one that no target wants",
     {{.id = "1", .broken = true, .updated = 1}, {.id = "1", .status = "pending", .updated = 2}},
     0},
    {"good ones that are older say nothing of it",
     {{.id = "1", .status = "open", .updated = 1},
      {.id = "1", .broken = true, .updated = 9},
      {.id = "1", .status = "shipped", .updated = 5},
      {.id = "1", .status = "shipped", .updated = 5, .observed = 6}},
     1},
    {"another order says nothing of it",
     {{.id = "1", .broken = true, .updated = 1}, {.id = "2", .status = "open", .updated = 2}},
     1},
};

START_TEST(what_is_newer_settles_what_was_parked)
{
    for (size_t i = 0; i < 4 && stories[_i].said[i].id; i++)
        kit_say(&self, i, &stories[_i].said[i]);
    ck_assert_msg(kit_parked(&self) == stories[_i].parked, "%s", stories[_i].label);
}
END_TEST

static void
contradict(void)
{
    kit_say(&self, 0, &(kit_order){.id = "1", .status = "shipped", .updated = 1});
    kit_receipt(&self, NULL, WB_OUTCOME_HANDED_ON);
    kit_say(&self, 1, &(kit_order){.id = "1", .status = "open", .updated = 2});
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_PARKED);
    ck_assert_uint_eq(kit_parked(&self), 1);
}

START_TEST(a_contradiction_is_taken_when_a_person_accepts_it)
{
    uint64_t revision;

    contradict();
    revision = kit_record(&self, ONE)->revision;
    kit_call(&self, WB_KIND_CALL_PARKED,
             "{\"action\":\"accept\",\"reason\":\"contradiction\",\"by\":\"anna\"}");
    ck_assert_str_eq(wb_buf_text(&kit_last_reply), "{\"changed\":1,\"more\":false}");
    ck_assert_uint_eq(kit_parked(&self), 0);
    ck_assert_int_eq(kit_record(&self, ONE)->status, WB_ORDER_CREATED);
    ck_assert_uint_gt(kit_record(&self, ONE)->revision, revision);
    ck_assert_uint_eq(kit_waiting("default/erp"), 1);
    ck_assert_uint_eq(kit_last_sent()->revision, kit_record(&self, ONE)->revision);
    ck_assert_uint_eq(kit_events(&self, "accepted"), 1);
    ck_assert_uint_eq(kit_events(&self, "by anna"), 1);
    /* once more changes nothing */
    kit_call(&self, WB_KIND_CALL_PARKED,
             "{\"action\":\"accept\",\"reason\":\"contradiction\",\"by\":\"anna\"}");
    ck_assert_str_eq(wb_buf_text(&kit_last_reply), "{\"changed\":0,\"more\":false}");
    ck_assert_uint_eq(kit_sent_count, 2);
}
END_TEST

static wb_rc
first_id(void *arg, const wb_parked_row *row, wb_err *err)
{
    (void)err;
    *(wb_id *)arg = row->id;
    return WB_FULL;
}

/* As the transaction that accepts leaves it: not parked any more, and not judged yet. */
static void
accept_and_die(void)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_buf_fini) wb_buf scratch = {0};
    wb_parked_row row;
    bool found = false;
    wb_id id;
    wb_err err = {0};

    wb_buf_init(&scratch, WB_BODY_MAX);
    kit_done();
    ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
    ck_assert(!wb_parked_scan(txn, 0, NULL, first_id, &id, &err));
    ck_assert(!wb_parked_get(txn, (wb_parked_place){0, id}, &scratch, &row, &found, &err) && found);
    ck_assert(!wb_mapper_revive(&self.mapper, txn, &row, "by anna", &err));
    ck_assert(!wb_parked_delete(txn, (wb_parked_place){0, id}, &err));
    ck_assert(!wb_txn_commit(&txn, &err));
}

START_TEST(what_is_accepted_stays_so_over_a_kill)
{
    contradict();
    accept_and_die();
    kit_restart(&self);
    kit_flush(&self);
    ck_assert_uint_eq(kit_parked(&self), 0);
    ck_assert_int_eq(kit_record(&self, ONE)->status, WB_ORDER_CREATED);
    ck_assert_uint_eq(kit_waiting("default/erp"), 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 0);
}
END_TEST

START_TEST(what_was_retried_is_judged_as_before)
{
    contradict();
    kit_call(&self, WB_KIND_CALL_PARKED, "{\"action\":\"retry\",\"reason\":\"contradiction\"}");
    ck_assert_uint_eq(kit_parked(&self), 1);
    ck_assert_int_eq(kit_record(&self, ONE)->status, WB_ORDER_SHIPPED);
}
END_TEST

static const struct {
    const char *body, *answer;
} refused[] = {
    {"{\"action\":\"accept\"}",                 "by whom"                       },
    {"{\"action\":\"accept\",\"by\":\"\"}",     "by whom"                       },
    {"{\"action\":\"accept\",\"by\":\"anna\"}", "{\"changed\":0,\"more\":false}"},
};

START_TEST(what_is_no_contradiction_is_not_accepted)
{
    kit_say(&self, 0, &(kit_order){.id = "1", .broken = true, .updated = 1});
    kit_call(&self, WB_KIND_CALL_PARKED, refused[_i].body);
    ck_assert_msg(strstr(wb_buf_text(&kit_last_reply), refused[_i].answer) != NULL, "%s",
                  wb_buf_text(&kit_last_reply));
    ck_assert_uint_eq(kit_parked(&self), 1);
    ck_assert_uint_eq(kit_events(&self, "accepted"), 0);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {what_is_newer_settles_what_was_parked,             (int)WB_COUNT(stories)},
        {a_contradiction_is_taken_when_a_person_accepts_it, 0                     },
        {what_is_accepted_stays_so_over_a_kill,             0                     },
        {what_was_retried_is_judged_as_before,              0                     },
        {what_is_no_contradiction_is_not_accepted,          (int)WB_COUNT(refused)},
        {NULL,                                              0                     },
    };

    return wb_suite_run_in("actors.mapper.parked", tests, setup, teardown);
}
