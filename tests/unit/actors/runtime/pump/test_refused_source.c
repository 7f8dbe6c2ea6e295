/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A source that refuses: one record of it, in a batch or in parts, or its account
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/pump/shelf.h"
#include "tests/unit/suite.h"

#define MANY 8

static const char *bad;    /* what the record of a refused request has in it */
static int parts;          /* of a record: the last one is refused */
static size_t told, begun; /* begun: readings of the record that is refused */

static void
on_turn(void *arg, wb_account *account)
{
    (void)arg;
    (void)account;
    told++;
}

static void
notices(shelf_taker *self, size_t from, size_t to)
{
    char record[16];

    for (size_t n = from; n <= to; n++) {
        snprintf(record, sizeof record, "n%zu", n);
        shelf_notice(self, n, record, 0);
    }
}

static void
open_shelf(shelf_taker *self, const char *refused, int count)
{
    shelf_open(self);
    wb_gate_on_account(self->kit.ctx.gate, on_turn, NULL);
    bad = refused;
    parts = count;
    told = begun = 0;
}

/* Those of a request are of one operation. */
static int
part_of(const char *body)
{
    if (strstr(body, "partial=0"))
        return 1;
    return strstr(body, "cursor=get.last") ? 3 : 2;
}

/* A word for each line. */
static void
answer_one(void)
{
    static const char *const goes_on[] = {"more\n", "last\n"};
    const char *body = kit_next(NULL)->body;
    int part = part_of(body);
    bool refused = bad && strstr(body, bad);
    WB_AUTO(wb_buf_fini) wb_buf words = {0};

    wb_buf_init(&words, 256);
    begun += refused && part == 1;
    for (const char *at = body; (at = strchr(at, '\n')); at++)
        wb_buf_add_text(&words, part < parts ? goes_on[part - 1] : "done\n");
    if (refused && part == parts)
        kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 403});
    else
        shelf_reply(wb_buf_text(&words));
}

#define answer_until(self, condition)                                                              \
    do {                                                                                           \
        int64_t end_ = wb_now_ms() + KIT_DEADLINE_MS;                                              \
        for (; !(condition) && wb_now_ms() < end_; kit_turn(&(self)->kit))                         \
            while (kit_next(NULL))                                                                 \
                answer_one();                                                                      \
        ck_assert_msg((condition), "not in time: %s", #condition);                                 \
    } while (0)

START_TEST(one_record_that_may_not_be_read_is_parked_and_the_others_are)
{
    shelf_taker self;

    open_shelf(&self, "n3", _i + 1);
    notices(&self, 1, MANY);
    answer_until(&self, self.handed == MANY - 1 && kit_rows(&self.kit, WB_DB_PARKED) == 1);
    ck_assert_int_eq(kit_outcome[3], WB_OUTCOME_PARKED);
    ck_assert_uint_eq(told, 0);
    ck_assert_uint_ge(begun, 2); /* it is read from its first part again */
    kit_close(&self.kit);
}
END_TEST

/* It is the account's, when it says so of one record after the other; what was parked until then
 * comes back. */
START_TEST(a_source_that_declines_all_inside_a_success_parks_nothing)
{
    shelf_taker self;

    open_shelf(&self, NULL, 1);
    for (size_t n = 1; n <= WB_GATE_ROW; n++) {
        notices(&self, n, n);
        kit_until(&self.kit, kit_next(NULL));
        shelf_reply("no");
    }
    kit_until(&self.kit, told == 1);
    notices(&self, WB_GATE_ROW + 1, MANY);
    answer_until(&self, self.handed == MANY && kit_rows(&self.kit, WB_DB_PARKED) == 0);
    kit_close(&self.kit);
}
END_TEST

START_TEST(a_record_that_is_declined_inside_a_success_is_parked_alone)
{
    shelf_taker self;

    open_shelf(&self, NULL, 1);
    notices(&self, 1, 1);
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply("no");
    notices(&self, 2, MANY);
    answer_until(&self, self.handed == MANY - 1 && kit_rows(&self.kit, WB_DB_PARKED) == 1);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_PARKED);
    ck_assert_uint_eq(told, 0);
    kit_close(&self.kit);
}
END_TEST

/* The parts before it are served: that must not stand for the last one, or all are parked. */
START_TEST(an_account_whose_last_parts_are_refused_parks_nothing)
{
    shelf_taker self;
    wb_account *account;

    open_shelf(&self, "n", _i + 2);
    account = kit_account(&self.kit, "shop");
    notices(&self, 1, 1);
    answer_until(&self, told == 1);
    for (size_t n = 2; n <= MANY; n++) {
        notices(&self, n, n);
        answer_until(&self, strstr(account->reason, "in a row") || !kit_next(NULL));
        kit_turns(&self.kit, 20);
    }
    answer_until(&self, strstr(account->reason, "in a row"));
    bad = NULL;
    wb_gate_look_now(self.kit.ctx.gate, account);
    answer_until(&self, self.handed == MANY);
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_PARKED), 0);
    kit_close(&self.kit);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {one_record_that_may_not_be_read_is_parked_and_the_others_are, 3},
        {a_source_that_declines_all_inside_a_success_parks_nothing,    0},
        {a_record_that_is_declined_inside_a_success_is_parked_alone,   0},
        {an_account_whose_last_parts_are_refused_parks_nothing,        2},
        {NULL,                                                         0},
    };

    return wb_suite_run("actors.pump.refused_source", rows);
}
