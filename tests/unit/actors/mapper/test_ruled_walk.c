/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ruled_walk: over much that rules keep back, whatever ends or changes in between
 */
#include <stdio.h>

#include "protocol/base/own.h"
#include "storage/relations.h"
#include "tests/unit/actors/mapper/ruled_kit.h"
#include "tests/unit/suite.h"

#define MANY 300 /* more than a chunk of a walk */

static void
say_many(void)
{
    for (size_t i = 0; i < MANY; i++) {
        char id[16];

        (void)snprintf(id, sizeof id, "%zu", i);
        say(i % 200, id, "open", 1, NULL);
    }
}

/* Killed after a chunk: the next life goes on, also when its rules are the former ones again. */
START_TEST(killed_in_the_walk)
{
    kit_open(&self, HELD);
    say_many();
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), MANY);
    kit_restart_as(&self, PLAIN);
    step();
    ck_assert(walks());
    ck_assert_uint_lt(kit_rows(&self, WB_DB_RULED), MANY);
    kit_restart_as(&self, _i ? OTHER_WORDS : PLAIN);
    ck_assert(walks());
    walk();
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), _i ? MANY - 256 : 0);
    if (_i)
        lies("default/shop/order/99", 1, "rule hold: look again (rule 1: always)");
    kit_restart(&self);
    ck_assert(!walks());
    kit_close(&self);
}
END_TEST

START_TEST(others_in_the_walk)
{
    put_table("reason\nx\n");
    kit_open(&self, with_table(KIT_SHOP KIT_ERP, ROUTE "rules: {holds: [{table: t}]}\n"));
    say_many();
    put_table("reason\ny\n");
    kit_done();
    kit_reload_tables(&self, with_table(KIT_SHOP KIT_ERP, ROUTE "rules: {holds: [{table: t}]}\n"));
    step();
    reload(KIT_SHOP KIT_ERP, "reason,sku\nz,NONE\n", ROUTE "rules: {holds: [{table: t}]}\n");
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), MANY);
    kit_close(&self);
}
END_TEST

/* A row whose record is not there, and one that is no name at all. */
START_TEST(a_row_of_nothing)
{
    const wb_relation_key key = {0, WB_RELATION_RULED, WB_VIEW_LIT("rules")};
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_err err = {0};

    kit_open(&self, HELD);
    say(0, "1", "open", 1, NULL);
    kit_done();
    ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
    ck_assert(!wb_relations_put(txn, &key, WB_VIEW_LIT(ERP " default/shop/order/7"),
                                WB_VIEW_LIT(""), &err));
    ck_assert(!wb_relations_put(txn, &key, WB_VIEW_LIT("damaged"), WB_VIEW_LIT(""), &err));
    ck_assert(!wb_txn_commit(&txn, &err));
    kit_restart_as(&self, PLAIN);
    walk();
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RULED), 1); /* nobody knows what that was */
    ck_assert_uint_eq(kit_waiting(ERP), 1);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {killed_in_the_walk, 2},
        {others_in_the_walk, 0},
        {a_row_of_nothing,   0},
        {NULL,               0},
    };

    return wb_suite_run_in("actors.mapper.ruled_walk", tests, make_table, remove_table);
}
