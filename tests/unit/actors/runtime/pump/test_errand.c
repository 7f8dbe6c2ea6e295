/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "actors/runtime/pump/inside.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/pump/shelf.h"
#include "tests/unit/suite.h"

START_TEST(an_errand_is_read_and_leaves_nothing)
{
    shelf_taker self;

    shelf_open(&self);
    ck_assert(shelf_errand(&self, "a"));
    ck_assert(!shelf_errand(&self, "a")); /* it is in hand */
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply("has\n");
    kit_until(&self.kit, self.handed == 1 && wb_pump_jobs(self.kit.pump) == 0);
    ck_assert_str_eq(self.awaited, "number=N1,N2 of L1,L2");
    ck_assert_uint_eq(self.stumbled, 0);
    ck_assert(shelf_errand(&self, "a"));
    kit_close(&self.kit);
}
END_TEST

static const struct {
    const char *label, *answer, *why;
    int status;
} failures[] = {
    {"asked for again later",  "retry\n",  "retry",              200},
    {"it does not exist",      "absent\n", "absent: absent",     200},
    {"refused",                "park\n",   "refused: park",      200},
    {"the other side is down", "",         "get: HTTP 503",      503},
    {"the request is refused", "",         "refused (HTTP 400)", 400},
};

/* One try: nothing is parked, stored, or sent again, and its end is told once. */
START_TEST(an_errand_that_fails_is_told_and_gone)
{
    shelf_taker self;

    kit_stores_soon = true;
    shelf_open(&self);
    ck_assert(shelf_errand(&self, "a"));
    kit_until(&self.kit, kit_next(NULL));
    kit_reply(&(kit_answer){
        .end = WB_HTTP_ANSWERED, .status = failures[_i].status, .body = failures[_i].answer});
    kit_until(&self.kit, self.stumbled == 1 && wb_pump_jobs(self.kit.pump) == 0);
    ck_assert_msg(strstr(self.why, failures[_i].why), "%s: %s", failures[_i].label, self.why);
    kit_turns(&self.kit, 400);
    ck_assert_uint_eq(kit_request_count, 1);
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_PARKED), 0);
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_JOBS), 0);
    ck_assert_uint_eq(self.stumbled, 1);
    kit_close(&self.kit);
}
END_TEST

/* Somebody is owed a receipt for it from then on. */
START_TEST(a_notice_makes_an_errand_a_job_like_any_other)
{
    shelf_taker self;

    shelf_open(&self);
    self.full = true;
    ck_assert(shelf_errand(&self, "a"));
    shelf_notice(&self, 1, "a", 0);
    self.full = false;
    wb_pump_run(self.kit.pump);
    for (int i = 0; i < 2; i++) {
        kit_until(&self.kit, kit_next(NULL));
        shelf_reply(i ? "lacks\n" : "retry\n");
    }
    kit_until(&self.kit, kit_outcome[1]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(self.stumbled, 0);
    ck_assert_str_eq(self.awaited, "number= of L1,L2");
    kit_close(&self.kit);
}
END_TEST

/* What comes while it is on its way is read for itself, also when the errand fails. */
START_TEST(a_notice_behind_an_errand_that_fails_is_read)
{
    shelf_taker self;

    shelf_open(&self);
    ck_assert(shelf_errand(&self, "a"));
    kit_until(&self.kit, kit_next(NULL));
    shelf_notice(&self, 1, "a", 0);
    shelf_reply("park\n");
    kit_until(&self.kit, kit_next(NULL));
    ck_assert_uint_eq(self.stumbled, 1);
    shelf_reply("done\n");
    kit_until(&self.kit, kit_outcome[1]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HANDED_ON);
    ck_assert_str_eq(self.awaited, "= of ");
    kit_close(&self.kit);
}
END_TEST

/* A part tells it, and the last one need not say it again; read anew it may await nothing. */
START_TEST(what_a_part_awaits_is_kept_to_the_end)
{
    shelf_taker self;

    shelf_open(&self);
    shelf_notice(&self, 1, "a", 0);
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply("moreof\n");
    kit_until(&self.kit, kit_next("cursor=next"));
    shelf_reply("done\n");
    kit_until(&self.kit, self.handed == 1);
    ck_assert_str_eq(self.awaited, "number=N1,N2 of L1,L2");
    shelf_notice(&self, 2, "b", 0);
    kit_until(&self.kit, kit_next("b cursor="));
    shelf_reply("moreof\n");
    kit_until(&self.kit, kit_next("b cursor=next"));
    shelf_reply("absent\n"); /* a part is refused: from the first one on */
    kit_until(&self.kit, kit_next("b cursor= "));
    shelf_reply("done\n");
    kit_until(&self.kit, self.handed == 2);
    ck_assert_str_eq(self.awaited, "= of ");
    kit_close(&self.kit);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {an_errand_is_read_and_leaves_nothing,          0                 },
        {an_errand_that_fails_is_told_and_gone,         WB_COUNT(failures)},
        {a_notice_makes_an_errand_a_job_like_any_other, 0                 },
        {a_notice_behind_an_errand_that_fails_is_read,  0                 },
        {what_a_part_awaits_is_kept_to_the_end,         0                 },
        {NULL,                                          0                 },
    };

    return wb_suite_run("actors.pump.errand", rows);
}
