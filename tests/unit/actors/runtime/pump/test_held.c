/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/runtime/process/process.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/key.h"
#include "tests/unit/actors/runtime/pump/pump_kit.h"
#include "tests/unit/suite.h"

#define ERP "default/erp"
#define ORDER "default/shop/order/1"

static const wb_connector *const connectors[] = {&wb_connector_webhook, NULL};

static const char resend[] = KIT_RESEND;
static const char probes[] = KIT_PROBES;

static const char said_done[] = "{\"results\":[{\"status\":\"done\",\"id\":\"r-1\"}]}";

static void
open_soon(kit *self, const char *yaml)
{
    kit_stores_soon = true;
    kit_open(self, yaml, connectors);
}

static void
reply_ok(const char *with)
{
    kit_reply(
        &(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .body = said_done, .with = with});
}

static void
take(kit *self, size_t n, uint64_t revision)
{
    kit_take(self, &(kit_want){.n = n, .target = ERP, .record = ORDER, .revision = revision});
}

/* --- memory first, disk when it stumbles --- */

START_TEST(what_waits_too_long_is_stored_and_its_mark_is_told)
{
    kit self;

    open_soon(&self, resend);
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    kit_until(&self, kit_outcome[1]);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HELD);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 1);
    take(&self, 2, 7); /* the receipt was lost: the same again */
    self.lanes_up = false;
    reply_ok(NULL);
    kit_until(&self, kit_marks_sent == 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 1); /* until the mapper has it */
    kit_restart(&self);
    self.lanes_up = true;
    kit_until(&self, kit_marks_sent == 2); /* told again after a restart */
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0);
    ck_assert_uint_eq(kit_request_count, 1);
    kit_close(&self);
}
END_TEST

START_TEST(stored_in_mid_call_it_is_again_after_a_restart)
{
    kit self;
    bool probing = _i == 1;
    char key[64];

    open_soon(&self, probing ? probes : resend);
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    snprintf(key, sizeof key, "%s", kit_next(NULL)->key);
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_HELD);
    kit_restart(&self);
    kit_until(&self, kit_next(NULL));
    if (probing) {
        ck_assert_str_eq(kit_next(NULL)->method, "GET");
        kit_reply(
            &(kit_answer){.end = WB_HTTP_ANSWERED, .status = 200, .body = "{\"revision\":7}"});
    } else {
        ck_assert_str_eq(kit_next(NULL)->key, key);
        reply_ok(NULL);
    }
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_MARKS), 1);
    kit_close(&self);
}
END_TEST

START_TEST(a_stored_one_that_left_a_second_time_is_again_as_well)
{
    kit self;

    open_soon(&self, probes);
    wb_gate_suspend(self.ctx.gate, kit_account(&self, "erp"), "stopped by the test");
    take(&self, 1, 7);
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_HELD);
    wb_gate_resume(self.ctx.gate, kit_account(&self, "erp"));
    kit_until(&self, kit_next(NULL));
    kit_reply(
        &(kit_answer){.end = WB_HTTP_ANSWERED, .status = 503, .headers = "Retry-After: 0\r\n"});
    kit_until(&self, kit_next(NULL)); /* nothing took effect: it leaves once more */
    ck_assert_str_eq(kit_next(NULL)->method, "POST");
    kit_restart(&self);
    kit_until(&self, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->method, "GET");
    kit_close(&self);
}
END_TEST

/* The clock was an hour ahead when it was stored, and has been set right since. */
START_TEST(what_a_clock_ahead_has_stored_does_not_wait_for_that_time)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_buf_fini) wb_buf bytes = {0};
    const wb_account *account;
    wb_job_row row;
    bool found = false;
    wb_err err = {0};
    kit self;

    kit_stores_soon = true;
    kit_open(&self, resend, connectors);
    account = kit_account(&self, "erp");
    take(&self, 1, 7);
    kit_until(&self, kit_next(NULL));
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_HELD);
    ck_assert_int_eq(wb_txn_begin(&txn, self.ctx.store, true, &err), WB_OK);
    ck_assert_int_eq(
        wb_jobs_get(txn, (wb_row_name){account->shard, account->key_view, wb_view_of(ORDER)}, &row,
                    &found, &err),
        WB_OK);
    ck_assert(found);
    wb_buf_init(&bytes, 65536);
    wb_buf_add_view(&bytes, row.envelope);
    row.account = account->key_view;
    row.name = wb_view_of(ORDER);
    row.error = (wb_view){0};
    row.flags = 0;
    row.envelope = wb_buf_view(&bytes);
    row.due_utc_us = wb_now_utc_us() + 3600 * WB_US_PER_S;
    ck_assert_int_eq(wb_jobs_put(txn, &row, &err), WB_OK);
    ck_assert_int_eq(wb_txn_commit(&txn, &err), WB_OK);
    kit_restart(&self);
    kit_until(&self, kit_next(NULL));
    reply_ok(NULL);
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0);
    kit_close(&self);
}
END_TEST

/* Nothing says that it ever left; but since the copy was made it may have. */
START_TEST(all_that_a_store_of_yesterday_holds_is_again)
{
    static const char *const methods[] = {"POST", "GET"}; /* today's, yesterday's */
    wb_err err = {0};
    kit self;

    open_soon(&self, probes);
    wb_gate_suspend(self.ctx.gate, kit_account(&self, "erp"), "stopped by the test");
    take(&self, 1, 7);
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_HELD);
    if (_i == 1)
        ck_assert(!wb_store_renew(self.ctx.store, &err));
    kit_restart(&self);
    kit_until(&self, kit_next(NULL));
    ck_assert_str_eq(kit_next(NULL)->method, methods[_i]);
    kit_close(&self);
}
END_TEST

START_TEST(a_newer_one_takes_the_place_of_a_stored_one)
{
    kit self;

    open_soon(&self, resend);
    wb_gate_suspend(self.ctx.gate, kit_account(&self, "erp"), "stopped by the test");
    take(&self, 1, 7);
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_HELD);
    take(&self, 2, 8);
    kit_until(&self, kit_outcome[2]);
    ck_assert_int_eq(kit_outcome[2], WB_OUTCOME_HELD);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 1);
    wb_gate_resume(self.ctx.gate, kit_account(&self, "erp"));
    kit_until(&self, kit_next(NULL));
    ck_assert(strstr(kit_next(NULL)->body, "\"revision\":8"));
    reply_ok(NULL);
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0);
    ck_assert_uint_eq(kit_request_count, 1);
    kit_close(&self);
}
END_TEST

/* As many are held, and delivered now; the mapper takes nothing. */
static void
deliver_held(kit *self, size_t count)
{
    char record[64];

    open_soon(self, resend);
    self->lanes_up = false;
    wb_gate_suspend(self->ctx.gate, kit_account(self, "erp"), "stopped by the test");
    for (size_t i = 1; i <= count; i++) {
        snprintf(record, sizeof record, "default/shop/order/%zu", i);
        kit_take(self, &(kit_want){.n = i, .target = ERP, .record = record, .revision = 7});
    }
    kit_until(self, kit_outcome[count]);
    kit_until(self, kit_rows(self, WB_DB_JOBS) == count);
    wb_gate_resume(self->ctx.gate, kit_account(self, "erp"));
    while (wb_pump_jobs(self->pump)) {
        kit_turn(self);
        while (kit_next(NULL))
            reply_ok(NULL);
    }
}

START_TEST(marks_for_one_shard_leave_together)
{
    enum { MANY = 150 };
    bool killed = _i == 1;
    kit self;

    deliver_held(&self, MANY);
    kit_until(&self, kit_marks_sent > 1);
    kit_turns(&self, 100);
    ck_assert_uint_le(kit_marks_sent, MANY / 5);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), MANY); /* until the mapper has them */
    if (killed) {
        kit_marks_sent = 0;
        kit_restart(&self); /* what had left, and what had not, is told again */
        kit_until(&self, kit_marks_sent == (MANY + 63) / 64);
    }
    self.lanes_up = true;
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0);
    ck_assert_uint_eq(kit_request_count, MANY);
    kit_close(&self);
}
END_TEST

START_TEST(a_mark_does_not_wait_long_for_company_but_for_room)
{
    kit self;
    int64_t told;

    deliver_held(&self, 1);
    told = wb_now_ms();
    kit_until(&self, kit_marks_sent == 1);
    ck_assert_int_lt(wb_now_ms() - told, 5000);
    kit_close(&self);
    deliver_held(&self, 1);
    kit_room = 0;
    kit_turns(&self, 150);
    ck_assert_uint_eq(kit_marks_sent, 0);
    kit_room = 1;
    wb_pusher_room(&self.pusher, WB_STAGE_MAP, WB_VIEW_LIT(ERP));
    ck_assert_uint_eq(kit_marks_sent, 1);
    kit_close(&self);
}
END_TEST

/* A life after three ends in the middle of this record's answer; NULL = after none. */
static void
ended_by(kit *self, const wb_id *id)
{
    char path[128], hex[WB_ID_TEXT_MAX + 1];
    wb_err err = {0};
    FILE *file;

    snprintf(path, sizeof path, "%s/pusher-1.unclean", self->dir);
    file = fopen(path, "w");
    ck_assert(file != NULL);
    if (id)
        wb_id_text(hex, id);
    for (int i = 0; id && i < 3; i++)
        fprintf(file, "%lld signal-11 %s\n", (long long)(wb_now_utc_us() / WB_US_PER_S), hex);
    ck_assert(!fclose(file));
    ck_assert_msg(!wb_process_guard(self->dir, "pusher-1", 0, &err), "%s", err.text);
}

START_TEST(what_is_stored_and_ends_the_process_is_parked_and_alone)
{
    kit self;
    wb_id id = wb_id_make(0, WB_VIEW_LIT(ERP), WB_VIEW_LIT(ORDER));

    open_soon(&self, resend);
    take(&self, 1, 7);
    kit_take(&self,
             &(kit_want){.n = 2, .target = ERP, .record = "default/shop/order/2", .revision = 7});
    kit_until(&self, kit_outcome[1] == WB_OUTCOME_HELD && kit_outcome[2] == WB_OUTCOME_HELD);
    id.bytes[15] = 7;
    ended_by(&self, &id);
    kit_restart(&self);
    kit_until(&self, kit_rows(&self, WB_DB_PARKED) == 1);
    kit_until(&self, kit_next(NULL));
    ck_assert(kit_next("order/1") == NULL);
    reply_ok(NULL);
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0);
    ended_by(&self, NULL);
    kit_close(&self);
}
END_TEST

START_TEST(at_the_cap_the_source_waits)
{
    static const char yaml[] =
        "  erp: {connector: webhook, held_rows: 1, options: {url: 'http://erp/records'}}\n";
    kit self;

    open_soon(&self, yaml);
    wb_gate_suspend(self.ctx.gate, kit_account(&self, "erp"), "stopped by the test");
    take(&self, 1, 7);
    kit_take(&self,
             &(kit_want){.n = 2, .target = ERP, .record = "default/shop/order/2", .revision = 7});
    kit_until(&self, kit_outcome[1] || kit_outcome[2]);
    kit_turns(&self, 700);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 1);
    ck_assert(!kit_outcome[1] || !kit_outcome[2]);
    kit_close(&self);
}
END_TEST

START_TEST(a_long_backlog_is_on_disk_alone_and_is_worked_off)
{
    enum { MANY = 3000 };
    kit self;
    char record[64];

    open_soon(&self, resend);
    wb_gate_suspend(self.ctx.gate, kit_account(&self, "erp"), "stopped by the test");
    for (size_t i = 1; i <= MANY; i++) {
        snprintf(record, sizeof record, "default/shop/order/%zu", i);
        kit_take(&self, &(kit_want){.n = i, .target = ERP, .record = record, .revision = 7});
    }
    kit_until(&self, kit_outcome[MANY]);
    kit_turns(&self, 50);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), MANY);
    ck_assert_uint_lt(wb_pump_jobs(self.pump), MANY); /* memory is bounded */
    if (_i == 1)
        kit_restart(&self);
    else
        wb_gate_resume(self.ctx.gate, kit_account(&self, "erp"));
    kit_turn(&self);
    /* a newer one of what is on disk alone meets it there */
    kit_take(&self, &(kit_want){.n = 0, .target = ERP, .record = record, .revision = 8});
    for (int i = 0; i < 20000 && kit_rows(&self, WB_DB_JOBS); i++) {
        kit_turn(&self);
        while (kit_next(NULL))
            reply_ok(NULL);
    }
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_MARKS), MANY);
    ck_assert_uint_le(kit_request_count, MANY + 1);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {what_waits_too_long_is_stored_and_its_mark_is_told,        0},
        {stored_in_mid_call_it_is_again_after_a_restart,            2},
        {a_stored_one_that_left_a_second_time_is_again_as_well,     0},
        {what_a_clock_ahead_has_stored_does_not_wait_for_that_time, 0},
        {all_that_a_store_of_yesterday_holds_is_again,              2},
        {a_newer_one_takes_the_place_of_a_stored_one,               0},
        {what_is_stored_and_ends_the_process_is_parked_and_alone,   0},
        {marks_for_one_shard_leave_together,                        2},
        {a_mark_does_not_wait_long_for_company_but_for_room,        0},
        {at_the_cap_the_source_waits,                               0},
        {a_long_backlog_is_on_disk_alone_and_is_worked_off,         2},
        {NULL,                                                      0},
    };

    return wb_suite_run("actors.pump.held", rows);
}
