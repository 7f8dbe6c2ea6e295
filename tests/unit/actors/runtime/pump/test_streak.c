/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 4xx for each record, and a life that ends before it is known: what was parked one by one is
 * counted on by the next one, and returns when the account is found in trouble
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "storage/vault.h"
#include "tests/unit/actors/runtime/pump/target.h"
#include "tests/unit/suite.h"

#define FEW (WB_GATE_ROW - 1) /* one fewer than what is a row */

static bool
is_first(size_t n)
{
    return n == 1;
}

static void
restart(kit *self)
{
    kit_restart(self);
    target_watch(self);
}

/* One by one, from..to, each answered before the next one comes. */
static void
take_each(kit *self, size_t from, size_t to)
{
    for (size_t n = from; n <= to; n++) {
        target_take(self, n);
        target_answer_until(self, target.times[n] > 0);
        target_answer_for(self, 5);
    }
}

static void
refuse_few(kit *self)
{
    target_open(self, TARGET_ACCOUNT("100ms", ""));
    target.all = 400;
    take_each(self, 1, FEW);
    target_answer_until(self, target_parked(self) == FEW);
}

static void
call_parked(kit *self, const char *action, const char *record)
{
    wb_envelope call = {.kind = WB_KIND_CALL_PARKED};
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    size_t replies = kit_reply_count;

    wb_buf_init(&body, 512);
    wb_buf_addf(&body, "{\"action\":\"%s\",\"record\":\"%s\",\"account\":\"%s\"}", action, record,
                TARGET_ERP);
    call.body = wb_buf_view(&body);
    wb_ops_parked(&self->ctx, kit_delivery(&call, 0), wb_pump_retake(self->pump));
    target_answer_until(self, kit_reply_count > replies);
}

/* --- counted on --- */

/* Rows: how many more are refused in the next life. The first of them makes it a row; four of eight
 * stayed parked for good. */
START_TEST(those_refused_before_a_kill_and_after_it_are_one_row)
{
    size_t more = _i ? FEW : 1;
    kit self;

    refuse_few(&self);
    restart(&self);
    take_each(&self, FEW + 1, FEW + more);
    target_answer_until(&self, target.told == 1);
    target_answer_until(&self, target_parked(&self) == 0);
    target.all = 0;
    target_answer_until(&self, target_marks(&self) == FEW + more);
    ck_assert_uint_eq(target_parked(&self), 0);
    kit_close(&self);
}
END_TEST

/* A kill after each of them. */
START_TEST(one_in_each_life_is_a_row_as_well)
{
    kit self;

    target_open(&self, TARGET_ACCOUNT("100ms", ""));
    target.all = 422;
    for (size_t n = 1; n < WB_GATE_ROW; n++) {
        take_each(&self, n, n);
        target_answer_until(&self, target_parked(&self) == n);
        restart(&self);
    }
    take_each(&self, WB_GATE_ROW, WB_GATE_ROW);
    target_answer_until(&self, target_parked(&self) == 0);
    target.all = 0;
    target_answer_until(&self, target_marks(&self) == WB_GATE_ROW);
    ck_assert_uint_eq(target_parked(&self), 0);
    kit_close(&self);
}
END_TEST

/* What a life found out, the next one knows: it parks nothing, though those that returned are too
 * few to tell by themselves. */
START_TEST(an_account_in_trouble_is_so_after_a_kill)
{
    kit self;

    refuse_few(&self);
    take_each(&self, WB_GATE_ROW, WB_GATE_ROW);
    target_answer_until(&self, target.told == 1 && target_parked(&self) == 0);
    restart(&self);
    target_answer_until(&self, target.told == 2);
    ck_assert_uint_eq(target_parked(&self), 0);
    target_take(&self, WB_GATE_ROW); /* its sender has no receipt */
    target_take(&self, WB_GATE_ROW + 1);
    target_answer_for(&self, 50);
    ck_assert_uint_eq(target_parked(&self), 0);
    target.all = 0;
    target_answer_until(&self, target_marks(&self) == WB_GATE_ROW + 1);
    ck_assert_uint_eq(target_parked(&self), 0);
    kit_close(&self);
}
END_TEST

/* Of a record that is refused, and then a newer state of it, the newer one comes back. */
START_TEST(the_newest_state_of_a_record_returns)
{
    wb_mark_row mark;
    kit self;

    target_open(&self, TARGET_ACCOUNT("100ms", ""));
    target.all = 400;
    target_take_revision(&self, 1, 7);
    target_answer_until(&self, target_parked(&self) == 1);
    target_take_revision(&self, 1, 8);
    target_answer_until(&self, target_parked(&self) == 2);
    restart(&self);
    take_each(&self, 2, WB_GATE_ROW);
    target_answer_until(&self, target.told == 1);
    target.all = 0;
    target_answer_until(&self, target_marks(&self) == WB_GATE_ROW && target_parked(&self) == 0);
    ck_assert(kit_mark(&self, TARGET_ERP, "default/shop/order/n1x", &mark));
    ck_assert_uint_eq(mark.revision, 8);
    kit_close(&self);
}
END_TEST

/* --- and no more than that --- */

/* One good answer between, and a kill: the others are to blame themselves. */
START_TEST(what_was_refused_before_a_good_answer_is_of_no_row)
{
    kit self;

    refuse_few(&self);
    target.all = 0;
    take_each(&self, FEW + 1, FEW + 1);
    target_answer_until(&self, target_marks(&self) == 1);
    target.all = 400;
    restart(&self);
    take_each(&self, FEW + 2, 2 * FEW + 1);
    ck_assert_uint_eq(target.told, 0);
    ck_assert_uint_eq(target_parked(&self), 2 * FEW);
    for (size_t n = 1; n <= FEW; n++)
        ck_assert_uint_eq(target.times[n], 1);
    kit_close(&self);
}
END_TEST

/* The row in the store of records that were refused: put back as it was before a good answer, as
 * when a life ends before that is committed. */
static void
streak(kit *self, bool put, wb_buf *value)
{
    static const wb_view name = WB_VIEW_LIT("refused/" TARGET_ERP "/records.push");
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_view there = {0};
    wb_err err = {0};

    ck_assert(!wb_txn_begin(&txn, self->ctx.store, true, &err));
    ck_assert(!wb_meta_get(txn, name, &there, &err));
    ck_assert_int_eq(there.len > 0, !put);
    if (!put)
        wb_buf_add_view(value, there);
    else
        ck_assert(!wb_meta_put(txn, name, wb_buf_view(value), &err));
    ck_assert(!wb_txn_commit(&txn, &err));
}

/* The next life counts one too many. What returns and is refused alone, with others served, is
 * parked for good. */
START_TEST(what_returns_and_is_refused_alone_is_parked_for_good)
{
    WB_AUTO(wb_buf_fini) wb_buf former = {0};
    kit self;

    wb_buf_init(&former, 1024);
    target_open(&self, TARGET_ACCOUNT("100ms", ""));
    target.bad = is_first;
    target.status = 400;
    take_each(&self, 1, 1);
    target_answer_until(&self, target_parked(&self) == 1);
    streak(&self, false, &former);
    take_each(&self, 2, 2);
    target_answer_until(&self, target_marks(&self) == 1);
    streak(&self, true, &former);
    restart(&self);
    target.all = 400;
    for (size_t n = 3; n <= WB_GATE_ROW + 1; n++)
        target_take(&self, n);
    target_answer_until(&self, target.told == 1 && target_parked(&self) == 0);
    target.all = 0;
    target_answer_until(&self, target_marks(&self) == WB_GATE_ROW && target_parked(&self) == 1);
    target_answer_for(&self, 50);
    ck_assert_uint_le(target.times[1], 4); /* alone, with all, and after that */
    restart(&self);
    take_each(&self, WB_GATE_ROW + 2, TARGET_MANY);
    ck_assert_uint_eq(target_parked(&self), 1);
    ck_assert_uint_le(target.times[1], 4);
    kit_close(&self);
}
END_TEST

/* What a person has dropped does not return, nor does it keep the others from it. */
START_TEST(what_a_person_has_dropped_does_not_return)
{
    kit self;

    refuse_few(&self);
    call_parked(&self, "drop", "default/shop/order/n1x");
    ck_assert_uint_eq(target_parked(&self), FEW - 1);
    restart(&self);
    take_each(&self, FEW + 1, FEW + 1);
    target_answer_until(&self, target_parked(&self) == 0);
    target.all = 0;
    target_answer_until(&self, target_marks(&self) == FEW);
    target_answer_for(&self, 50);
    ck_assert_uint_eq(target.times[1], 1);
    kit_close(&self);
}
END_TEST

/* Tried again by hand it came to another end: that is what it is parked for now. */
START_TEST(what_was_parked_for_another_reason_since_does_not_return)
{
    kit self;

    refuse_few(&self);
    target.all = 500;
    call_parked(&self, "retry", "default/shop/order/n1x");
    target_answer_until(&self, target.times[1] == 4 && target_parked(&self) == FEW);
    target.all = 400;
    take_each(&self, FEW + 1, FEW + 1);
    target_answer_until(&self, target.told == 1 && target_parked(&self) == 1);
    target.all = 0;
    target_answer_until(&self, target_marks(&self) == FEW + 1);
    ck_assert_uint_eq(target_parked(&self), 1);
    ck_assert_uint_eq(target.times[1], 4);
    kit_close(&self);
}
END_TEST

/* --- by hand --- */

/* Sent again with the older one, the newer state was taken for one that waits already, and lost. */
START_TEST(of_two_parked_states_that_are_sent_again_the_newer_is_not_lost)
{
    wb_mark_row mark;
    kit self;

    target_open(&self, TARGET_ACCOUNT("100ms", ""));
    target.bad = is_first;
    target.status = 400;
    target_take_revision(&self, 1, 7);
    target_answer_until(&self, target_parked(&self) == 1);
    target_take_revision(&self, 1, 8);
    target_answer_until(&self, target_parked(&self) == 2);
    target.bad = NULL;
    call_parked(&self, "retry", "default/shop/order/n1x");
    target_answer_until(&self, target_marks(&self) == 1);
    if (target_parked(&self)) /* the newer one waits until the older one is through */
        call_parked(&self, "retry", "default/shop/order/n1x");
    target_answer_until(&self, target_parked(&self) == 0);
    target_answer_until(&self, kit_mark(&self, TARGET_ERP, "default/shop/order/n1x", &mark) &&
                                   mark.revision == 8);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {those_refused_before_a_kill_and_after_it_are_one_row,           2},
        {one_in_each_life_is_a_row_as_well,                              0},
        {an_account_in_trouble_is_so_after_a_kill,                       0},
        {the_newest_state_of_a_record_returns,                           0},
        {what_was_refused_before_a_good_answer_is_of_no_row,             0},
        {what_returns_and_is_refused_alone_is_parked_for_good,           0},
        {what_was_parked_for_another_reason_since_does_not_return,       0},
        {what_a_person_has_dropped_does_not_return,                      0},
        {of_two_parked_states_that_are_sent_again_the_newer_is_not_lost, 0},
        {NULL,                                                           0},
    };

    return wb_suite_run("actors.pump.streak", rows);
}
