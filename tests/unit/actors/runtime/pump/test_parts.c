/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records that come in parts: all of them are of one reading, which no notice joins that came after
 * its first request had left.
 */
#include <string.h>

#include "tests/unit/actors/runtime/pump/shelf.h"
#include "tests/unit/suite.h"

START_TEST(a_record_in_parts_is_kept_until_the_last)
{
    shelf_taker self;

    shelf_open(&self);
    shelf_notice(&self, 1, "a", 0);
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply("more\n");
    kit_until(&self.kit, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->body, "a cursor=next partial=8\n");
    shelf_reply("more\n");
    kit_until(&self.kit, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->body, "a cursor=next partial=16\n");
    shelf_reply("done\n");
    kit_until(&self.kit, kit_outcome[1]);
    kit_close(&self.kit);
}
END_TEST

/* The part that says how new it is was read first: it has to be read again. */
START_TEST(a_record_in_parts_that_is_older_than_announced_is_read_from_its_first_part)
{
    shelf_taker self;

    shelf_open(&self);
    shelf_notice(&self, 1, "a", 10);
    for (int i = 1; i <= 4; i++) {
        kit_until(&self.kit, kit_next(NULL));
        ck_assert_str_eq(kit_next(NULL)->body, "a cursor= partial=0\n");
        shelf_reply("more\n");
        kit_until(&self.kit, kit_next(NULL));
        ck_assert_str_eq(kit_next(NULL)->body, "a cursor=next partial=8\n");
        ck_assert_uint_eq(self.handed, 0);
        shelf_reply(i < 4 ? "done 9\n" : "done 10\n");
    }
    kit_until(&self.kit, kit_outcome[1]);
    ck_assert_int_eq(self.source, 10);
    kit_close(&self.kit);
}
END_TEST

/* rows 0: nothing went wrong; 1: the next part failed, and all that waits begins anew. */
START_TEST(a_notice_that_comes_between_two_parts_is_read_anew)
{
    shelf_taker self;

    shelf_open(&self);
    shelf_notice(&self, 1, "a", 0);
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply("more\n");
    shelf_notice(&self, 2, "a", 0);
    kit_until(&self.kit, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->body, "a cursor=next partial=8\n");
    if (_i == 0) {
        shelf_reply("done\n");
        kit_until(&self.kit, kit_outcome[1]);
        ck_assert_int_eq(kit_outcome[2], WB_OUTCOME_NONE);
    } else {
        shelf_reply("retry\n");
    }
    kit_until(&self.kit, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->body, "a cursor= partial=0\n");
    shelf_reply("done\n");
    kit_until(&self.kit, kit_outcome[1] && kit_outcome[2]);
    ck_assert_uint_eq(self.handed, 2 - (size_t)_i);
    kit_close(&self.kit);
}
END_TEST

/* Cursors end. Refused from the first part on, it is the record that is refused. */
START_TEST(a_part_that_is_refused_is_read_from_the_first)
{
    shelf_taker self;

    shelf_open(&self);
    shelf_notice(&self, 1, "a", 0);
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply("more\n");
    kit_until(&self.kit, kit_next(NULL));
    if (_i == 0)
        shelf_reply("park\n");
    else
        kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 400, .body = ""});
    kit_until(&self.kit, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->body, "a cursor= partial=0\n");
    shelf_reply("park\n");
    kit_until(&self.kit, kit_outcome[1]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_PARKED);
    kit_close(&self.kit);
}
END_TEST

/* It went on behind the cursor that was refused, however long its account was stopped. */
START_TEST(a_part_that_may_be_refused_with_its_account_is_read_from_the_first)
{
    shelf_taker self;

    shelf_open(&self);
    shelf_notice(&self, 1, "a", 0);
    kit_until(&self.kit, kit_next(NULL));
    shelf_reply("more\n");
    kit_until(&self.kit, kit_next(NULL));
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 403, .body = ""});
    ck_assert(kit_account(&self.kit, "shop")->suspended);
    shelf_notice(&self, 2, "b", 0);
    kit_until(&self.kit, kit_next("b cursor"));
    shelf_reply("done\n");
    kit_until(&self.kit, kit_next("a cursor"));
    ck_assert_str_eq(kit_next("a cursor")->body, "a cursor= partial=0\n");
    kit_close(&self.kit);
}
END_TEST

/* A 4xx to the next part of every record: its first part is served, and each was parked after its
 * attempts. */
START_TEST(when_the_next_part_of_each_is_declined_none_is_parked)
{
    shelf_taker self;
    wb_account *shop;
    char name[2] = "a";
    int64_t end = wb_now_ms() + KIT_DEADLINE_MS;
    bool served = false;

    shelf_open(&self);
    shop = kit_account(&self.kit, "shop");
    for (size_t n = 1; n <= WB_GATE_ROW; n++, name[0]++)
        shelf_notice(&self, n, name, 0);
    while (self.handed < WB_GATE_ROW && wb_now_ms() < end) {
        kit_turn(&self.kit);
        served = served || shop->suspended;
        while (kit_next(NULL))
            if (!strstr(kit_next(NULL)->body, "cursor=next"))
                shelf_reply("more\nmore\nmore\nmore\n");
            else if (served)
                shelf_reply("done\ndone\ndone\ndone\n");
            else
                kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 400, .body = ""});
    }
    ck_assert_uint_eq(self.handed, WB_GATE_ROW);
    ck_assert_uint_eq(kit_rows(&self.kit, WB_DB_PARKED), 0);
    kit_close(&self.kit);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_record_in_parts_is_kept_until_the_last,                                   0},
        {a_record_in_parts_that_is_older_than_announced_is_read_from_its_first_part, 0},
        {a_notice_that_comes_between_two_parts_is_read_anew,                         2},
        {a_part_that_is_refused_is_read_from_the_first,                              2},
        {a_part_that_may_be_refused_with_its_account_is_read_from_the_first,         0},
        {when_the_next_part_of_each_is_declined_none_is_parked,                      0},
        {NULL,                                                                       0},
    };

    return wb_suite_run("actors.pump.parts", rows);
}
