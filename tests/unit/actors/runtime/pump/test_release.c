/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of a paused account nothing leaves but what a person let go, and that once
 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/runtime/pump/inside.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define ERP "default/erp"

static const wb_connector *const connectors[] = {&wb_connector_webhook, NULL};

static const char paused[] = "  erp: {connector: webhook, paused: true, stopped_look_ms: 20ms, "
                             "backoff_min_ms: 5ms, backoff_max_ms: 20ms, "
                             "attempts_max: 3, options: {url: 'http://erp/records'}}\n";

static void
open_kit(kit *self)
{
    kit_stores_soon = true;
    kit_open(self, paused, connectors);
}

static void
record_of(char out[64], size_t n)
{
    snprintf(out, 64, "default/shop/order/n%zux", n);
}

static void
take(kit *self, size_t n, uint64_t revision)
{
    char record[64];

    record_of(record, n);
    kit_take(self, &(kit_want){.n = n, .target = ERP, .record = record, .revision = revision});
}

/* All of it is on disk, and its senders know. */
static void
until_stored(kit *self, size_t count)
{
    kit_until(self, kit_rows(self, WB_DB_JOBS) == count && kit_outcome[count]);
}

/* The commit alone: who ends right behind it has told nobody. */
static void
commit_release(kit *self, size_t n, uint64_t revision)
{
    wb_txn *txn = NULL;
    char record[64];
    wb_err err = {0};

    record_of(record, n);
    ck_assert(!wb_txn_begin(&txn, self->ctx.store, true, &err));
    ck_assert(!wb_pump_release(txn, kit_account(self, "erp"), wb_view_of(record), revision, &err));
    ck_assert(!wb_txn_commit(&txn, &err));
}

static void
release(kit *self, size_t n, uint64_t revision)
{
    char record[64];

    record_of(record, n);
    commit_release(self, n, revision);
    wb_pump_released(self->pump, kit_account(self, "erp"), wb_view_of(record));
}

static void
answer(const char *with)
{
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .with = with, .body = ""});
}

static bool
delivered(kit *self, size_t n)
{
    wb_mark_row mark;
    char record[64];

    record_of(record, n);
    return kit_mark(self, ERP, record, &mark) && mark.revision > 0;
}

START_TEST(nothing_leaves_that_nobody_let_go)
{
    kit self;

    open_kit(&self);
    for (size_t n = 1; n <= 3; n++)
        take(&self, n, 7);
    until_stored(&self, 3);
    ck_assert_uint_eq(kit_request_count, 0);
    kit_restart(&self);
    kit_turns(&self, 50);
    ck_assert_uint_eq(kit_request_count, 0);
    kit_close(&self);
}
END_TEST

START_TEST(what_was_let_go_leaves_alone_and_once)
{
    kit self;

    open_kit(&self);
    for (size_t n = 1; n <= 3; n++)
        take(&self, n, 7);
    until_stored(&self, 3);
    release(&self, 2, 7);
    release(&self, 2, 7); /* asked twice */
    kit_until(&self, kit_next("n2x"));
    answer("n2x");
    kit_until(&self, delivered(&self, 2));
    kit_until(&self, kit_rows(&self, WB_DB_RELEASED) == 0);
    release(&self, 2, 7); /* and once more, when it is there */
    kit_turns(&self, 30);
    ck_assert_uint_eq(kit_request_count, 1);
    ck_assert(!delivered(&self, 1) && !delivered(&self, 3));
    ck_assert(kit_account(&self, "erp")->suspended);
    kit_close(&self);
}
END_TEST

START_TEST(one_that_has_not_been_stored_yet_leaves_too)
{
    kit self;

    kit_open(&self, paused, connectors);
    take(&self, 1, 7);
    kit_turns(&self, 5);
    release(&self, 1, 7);
    kit_until(&self, kit_next("n1x"));
    answer("n1x");
    kit_until(&self, delivered(&self, 1));
    kit_close(&self);
}
END_TEST

START_TEST(a_newer_revision_has_to_be_looked_at_again)
{
    kit self;

    open_kit(&self);
    take(&self, 1, 7);
    until_stored(&self, 1);
    commit_release(&self, 1, 7);
    take(&self, 1, 8);
    kit_turns(&self, 30);
    ck_assert_uint_eq(kit_request_count, 0);
    release(&self, 1, 8);
    kit_until(&self, kit_next("\"revision\":8"));
    answer(NULL);
    kit_until(&self, delivered(&self, 1));
    ck_assert_uint_eq(kit_request_count, 1);
    kit_close(&self);
}
END_TEST

START_TEST(a_newer_one_behind_the_call_is_held_back)
{
    kit self;

    open_kit(&self);
    take(&self, 1, 7);
    until_stored(&self, 1);
    release(&self, 1, 7);
    kit_until(&self, kit_next("n1x"));
    take(&self, 1, 8);
    answer("n1x");
    kit_until(&self, delivered(&self, 1));
    kit_turns(&self, 30);
    ck_assert_uint_eq(kit_request_count, 1);
    kit_close(&self);
}
END_TEST

START_TEST(who_ends_behind_the_commit_sends_it_in_the_next_life)
{
    enum { MANY = 300 };
    kit self;

    open_kit(&self);
    for (size_t n = 1; n <= MANY; n++)
        take(&self, n, 7);
    until_stored(&self, MANY);
    commit_release(&self, 200, 7);
    kit_restart(&self);
    kit_until(&self, kit_next("n200x"));
    kit_turns(&self, 30);
    ck_assert_uint_eq(kit_request_count, 1);
    kit_close(&self);
}
END_TEST

START_TEST(who_ends_behind_the_call_sends_it_again_under_its_key)
{
    char key[64];
    kit self;

    open_kit(&self);
    take(&self, 1, 7);
    until_stored(&self, 1);
    release(&self, 1, 7);
    kit_until(&self, kit_next("n1x"));
    snprintf(key, sizeof key, "%s", kit_next("n1x")->key);
    ck_assert_uint_gt(strlen(key), 0);
    kit_restart(&self);
    kit_until(&self, kit_next("n1x"));
    ck_assert_str_eq(kit_next("n1x")->key, key);
    answer("n1x");
    kit_until(&self, delivered(&self, 1) && !kit_rows(&self, WB_DB_RELEASED));
    kit_close(&self);
}
END_TEST

START_TEST(what_was_refused_has_to_be_let_go_again)
{
    kit self;

    open_kit(&self);
    take(&self, 1, 7);
    until_stored(&self, 1);
    release(&self, 1, 7);
    kit_until(&self, kit_next("n1x"));
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 422});
    kit_until(&self, kit_rows(&self, WB_DB_PARKED) == 1 && !kit_rows(&self, WB_DB_RELEASED));
    take(&self, 1, 8);
    kit_turns(&self, 30);
    ck_assert_uint_eq(kit_request_count, 1);
    kit_close(&self);
}
END_TEST

START_TEST(an_account_that_is_refused_while_it_is_paused_stays_paused)
{
    kit self;

    open_kit(&self);
    for (size_t n = 1; n <= 2; n++)
        take(&self, n, 7);
    until_stored(&self, 2);
    for (size_t n = 1; n <= 2; n++)
        release(&self, n, 7);
    kit_until(&self, kit_next("n1x") && kit_next("n2x"));
    kit_reply(&(kit_answer){.end = WB_HTTP_ANSWERED, .status = 401, .with = "n1x"});
    answer("n2x");
    while (!delivered(&self, 1)) { /* it is looked at, and tried again */
        kit_turn(&self);
        if (kit_next(NULL))
            answer(NULL);
    }
    kit_turns(&self, 30);
    ck_assert(kit_account(&self, "erp")->suspended);
    ck_assert_str_eq(kit_account(&self, "erp")->reason, WB_ACCOUNT_PAUSED);
    take(&self, 3, 7);
    kit_turns(&self, 30);
    ck_assert_ptr_null(kit_next(NULL));
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {nothing_leaves_that_nobody_let_go,                          0},
        {what_was_let_go_leaves_alone_and_once,                      0},
        {one_that_has_not_been_stored_yet_leaves_too,                0},
        {a_newer_revision_has_to_be_looked_at_again,                 0},
        {a_newer_one_behind_the_call_is_held_back,                   0},
        {who_ends_behind_the_commit_sends_it_in_the_next_life,       0},
        {who_ends_behind_the_call_sends_it_again_under_its_key,      0},
        {what_was_refused_has_to_be_let_go_again,                    0},
        {an_account_that_is_refused_while_it_is_paused_stays_paused, 0},
        {NULL,                                                       0},
    };

    return wb_suite_run("actors.pump.release", rows);
}
