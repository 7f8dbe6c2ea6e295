/* SPDX-License-Identifier: Apache-2.0 */
/*
 * how long the limits make a range take, by what is known of counts; how far a run is; when an
 * account was synced
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/actors/poller/poller_kit.h"
#include "tests/unit/suite.h"

static kit self;

static void
setup(void)
{
    kit_learnt = 0;
    kit_open(&self);
}

static void
teardown(void)
{
    kit_close(&self);
}

/* Of the last ten hours. */
static wb_forecast
forecast(void)
{
    wb_forecast out;
    wb_err err = {0};
    int64_t now_us = wb_now_utc_us();

    ck_assert_msg(!wb_forecast_of(self.list, now_us - 10 * KIT_HOUR_US, now_us, &out, &err), "%s",
                  err.text);
    return out;
}

static void
ask(const char *words)
{
    char json[300], from[WB_TIME_TEXT_MAX + 1];

    wb_time_text(from, wb_now_utc_us() - 10 * KIT_HOUR_US, true);
    (void)snprintf(json, sizeof json,
                   "{\"account\":\"shop\",\"stream\":\"orders\",\"from\":\"%s\"%s}", from, words);
    kit_sync(&self, json);
}

START_TEST(without_counts_it_is_a_lower_bound)
{
    wb_forecast out = forecast();

    ck_assert_int_eq(out.slices, 10);
    ck_assert_int_eq(out.pages, 10);
    ck_assert_int_eq(out.items, -1);
    ck_assert_int_eq(out.seconds, 5); /* ten pages, one after another, half a second each */
    ck_assert_str_eq(out.bound, "list");
}
END_TEST

/* What a first page tells of its slice is what the rest is expected to have. */
START_TEST(a_slice_that_told_its_number_counts)
{
    wb_forecast out;

    ask("");
    kit_until(&self, kit_asks("list"));
    kit_answer(&self, "list", &(kit_page){.total = 30, .took_us = 2 * WB_US_PER_S});
    kit_settle(&self);
    out = forecast();
    ck_assert_int_eq(out.items, 300);
    ck_assert_int_eq(out.pages, 100);
    ck_assert_int_eq(out.seconds, 200); /* by how long that page took */
}
END_TEST

/* In this life nobody told a number: former runs have read some. */
START_TEST(what_former_runs_have_read_counts)
{
    static const kit_item items[] = {
        {.id = "1",     .version = 1},
        {.id = "2",             .version = 1},
        {0}
    };
    wb_forecast out;

    ask("");
    while (!kit_runs(&self, WB_RUN_COMPLETED) && !kit_runs(&self, WB_RUN_SETTLING)) {
        if (kit_asks("list"))
            kit_answer(&self, "list", &(kit_page){.items = kit_call_count == 1 ? items : NULL});
        kit_turn(&self);
    }
    out = forecast();
    ck_assert_int_ge(out.items, 2);
    ck_assert_int_le(out.items, 3); /* of a little less than ten hours */
    ck_assert_str_eq(out.counted, "as many as former runs have read");
}
END_TEST

START_TEST(a_limit_that_was_learnt_bounds_it)
{
    kit_learnt = 100000; /* one in ten seconds */
    ck_assert_int_eq(forecast().seconds, 100);
}
END_TEST

START_TEST(it_is_answered_and_nothing_begins)
{
    ask(",\"forecast\":true");
    ck_assert_uint_eq(kit_reply_count, 1);
    ck_assert_msg(strstr(wb_buf_text(&kit_reply), "\"slices\":10,\"pages\":10,\"items\":null"),
                  "%s", wb_buf_text(&kit_reply));
    kit_sync(&self, "{\"account\":\"shop\",\"stream\":\"notices\",\"forecast\":true}");
    ck_assert_msg(strstr(wb_buf_text(&kit_reply), "is a queue"), "%s", wb_buf_text(&kit_reply));
    kit_settle(&self);
    ck_assert_uint_eq(kit_runs(&self, WB_RUN_RUNNING), 0);
}
END_TEST

static bool
progress(int64_t *permille, int64_t *ends_utc_us)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_err err = {0};

    ck_assert(!wb_txn_begin(&txn, wb_ctx_store(&self.ctx), false, &err));
    return wb_forecast_progress(self.list, txn, permille, ends_utc_us);
}

START_TEST(how_far_a_run_is_follows_from_its_span)
{
    int64_t permille, ends_us;

    ck_assert(!progress(&permille, &ends_us));
    ask("");
    kit_until(&self, kit_asks("list"));
    ck_assert(progress(&permille, &ends_us));
    ck_assert_int_eq(permille, 0);
    ck_assert_int_gt(ends_us, wb_now_utc_us()); /* by the forecast */
    for (int i = 0; i < 5; i++) {
        kit_until(&self, kit_asks("list"));
        kit_answer(&self, "list", &(kit_page){.rc = WB_OK});
        kit_settle(&self);
    }
    ck_assert(progress(&permille, &ends_us));
    ck_assert_int_ge(permille, 480); /* slices meet at a seam */
    ck_assert_int_le(permille, 520);
    ck_assert_int_gt(ends_us, 0);
}
END_TEST

/* A full run is a sync as well; an ordinary one is no full one. Both are remembered. */
START_TEST(when_it_was_synced_last_is_kept)
{
    wb_cursor_row at;
    char error[200];
    int64_t full_us;

    for (int i = 0; i < 2; i++) {
        kit_sync(&self, i ? "{\"account\":\"shop\",\"stream\":\"orders\"}"
                          : "{\"account\":\"shop\",\"stream\":\"orders\",\"full\":true}");
        while (kit_runs(&self, WB_RUN_COMPLETED) < (size_t)i + 1) {
            if (kit_asks("list"))
                kit_answer(&self, "list", &(kit_page){.rc = WB_OK});
            kit_turn(&self);
        }
        kit_settle(&self);
        full_us = i ? full_us : self.list->at.full_synced_utc_us;
        ck_assert_int_gt(full_us, 0);
    }
    kit_restart(&self);
    ck_assert(kit_stored(&self, self.list, &at, error, sizeof error));
    ck_assert_int_eq(at.full_synced_utc_us, full_us);
    ck_assert_int_gt(at.synced_utc_us, full_us);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {without_counts_it_is_a_lower_bound,     0},
        {a_slice_that_told_its_number_counts,    0},
        {what_former_runs_have_read_counts,      0},
        {a_limit_that_was_learnt_bounds_it,      0},
        {it_is_answered_and_nothing_begins,      0},
        {how_far_a_run_is_follows_from_its_span, 0},
        {when_it_was_synced_last_is_kept,        0},
        {NULL,                                   0},
    };

    return wb_suite_run_in("actors.poller.forecast", rows, setup, teardown);
}
