/* SPDX-License-Identifier: Apache-2.0 */
/*
 * a list that tells all there is, read from its first page to its end: what is sent behind its
 * rows, and all that keeps it from being sent
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/actors/poller/poller_kit.h"
#include "tests/unit/suite.h"

#define SYNC "{\"account\":\"shop\",\"stream\":\"stock\"}"
#define STOCK(name)                                                                                \
    {                                                                                              \
        .id = (name), .kind = WB_RECORD_INVENTORY                                                  \
    }

static kit self;
static size_t runs_before; /* that were completed */
static const kit_item first[] = {STOCK("A"), STOCK("B"), {0}}, second[] = {STOCK("C"), {0}};
static const kit_item broken[] = {
    {.kind = WB_RECORD_INVENTORY,   .id = "D", .outcome = WB_OUTCOME_PARKED, .reason = "unreadable"},
    {0}
};

static void
begin_run(void)
{
    runs_before = kit_runs(&self, WB_RUN_COMPLETED);
    kit_sync(&self, SYNC);
    kit_next(&self, "sweep");
}

static void
answer(const kit_item *items, const char *cursor, int64_t total)
{
    kit_answer(&self, "sweep", &(kit_page){.items = items, .cursor = cursor, .total = total});
}

/* Its last page is stored, and its end. */
static void
end_reading(void)
{
    kit_until(&self, !self.stock->reading && self.stock->at.last_end_utc_us &&
                         !wb_run_is(&self.stock->at.run));
}

/* All rows get their receipt: the run completes, and what it proves is in the store with that. The
 * message that is no row; NULL = there is none. */
static wb_envelope *
settle_all(wb_outcome outcome)
{
    wb_envelope *swept;

    while (kit_runs(&self, WB_RUN_COMPLETED) == runs_before) {
        if (!wb_list_empty(&kit_sent))
            kit_settle_sent(&self, outcome, 1);
        kit_turn(&self);
    }
    if (!kit_rows(&self, WB_DB_JOBS))
        return NULL;
    kit_until(&self, !wb_list_empty(&kit_sent));
    swept = wb_envelope_copy(WB_CONTAINER(kit_sent.next, wb_outgoing, link)->env);
    ck_assert_int_eq(swept->kind, WB_KIND_SWEPT);
    kit_settle_sent(&self, WB_OUTCOME_HANDED_ON, 1);
    kit_settle(&self);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 0);
    return swept;
}

/* As a kill and a start. */
static void
restart(void)
{
    kit_restart(&self);
    wb_way_resume(&self.poller.inboxes[0].way);
}

static bool
is_swept(wb_outcome outcome)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *swept = settle_all(outcome);

    return swept != NULL;
}

START_TEST(behind_its_rows)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *swept = NULL;
    int64_t before_utc_us = wb_now_utc_us(), between_utc_us;

    kit_open(&self);
    begin_run();
    answer(first, "2", 3);
    between_utc_us = wb_now_utc_us();
    kit_until(&self, wb_now_utc_us() > between_utc_us + WB_US_PER_MS);
    answer(second, NULL, 3);
    end_reading();
    if (_i)
        restart(); /* its rows were stored, and that it was read */
    kit_settle_sent(&self, WB_OUTCOME_HANDED_ON, 2);
    kit_settle(&self);
    ck_assert_uint_eq(kit_runs(&self, WB_RUN_COMPLETED), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 1); /* the last row */
    swept = settle_all(WB_OUTCOME_UNCHANGED);
    ck_assert_ptr_nonnull(swept);
    ck_assert(wb_view_is(swept->root, "default/*") && wb_view_is(swept->account, "shop"));
    ck_assert(wb_view_is(swept->stream, "stock") && swept->record_kind == WB_RECORD_INVENTORY);
    ck_assert_int_ge(swept->observed_utc_us, before_utc_us);
    ck_assert_int_le(swept->observed_utc_us,
                     between_utc_us); /* when its first page was asked for */
    ck_assert_int_ge(swept->source_utc_us, before_utc_us);
    ck_assert_ptr_null(self.stock->unswept);
    kit_close(&self);
}
END_TEST

/* It is in the store before it is sent. */
START_TEST(killed_before_it_is_sent)
{
    kit_open(&self);
    begin_run();
    answer(first, NULL, 2);
    end_reading();
    kit_until(&self, !wb_list_empty(&kit_sent));
    kit_room = 0;
    for (int i = 0; i < 2; i++) {
        wb_outgoing *out = WB_CONTAINER(wb_list_pop(&kit_sent), wb_outgoing, link);
        out->settled(out, WB_OUTCOME_HANDED_ON);
    }
    kit_settle(&self);
    ck_assert_uint_eq(kit_runs(&self, WB_RUN_COMPLETED), 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 1);
    restart();
    runs_before = 0;
    ck_assert(is_swept(WB_OUTCOME_HANDED_ON));
    kit_close(&self);
}
END_TEST

START_TEST(with_nothing_open_at_its_end)
{
    kit_open(&self);
    begin_run();
    answer(first, "2", 0);
    kit_settle_sent(&self, WB_OUTCOME_STALE, 2);
    kit_settle(&self);
    answer((kit_item[]){{0}}, NULL, 0); /* its last page is empty */
    end_reading();
    ck_assert(is_swept(WB_OUTCOME_HANDED_ON));
    kit_close(&self);
}
END_TEST

static const struct {
    const char *label;
    const kit_item *items;
    const char *cursor;
    int64_t totals[2]; /* of its two pages */
    const char *why;
} lossy[] = {
    {"no row",                    (const kit_item[]){{0}}, NULL, {0, 0}, "no row at all"   },
    {"fewer rows than it says",   first,                   NULL, {3, 0}, "not as many rows"},
    {"more rows than it says",    first,                   NULL, {1, 0}, "not as many rows"},
    {"its total changes",         first,                   "2",  {3, 4}, "total changed"   },
    {"a row that cannot be read", broken,                  "2",  {2, 2}, "cannot be read"  },
    {"a row twice, and one not",  first,                   "B",  {3, 3}, "not as many rows"},
};

START_TEST(what_proves_nothing)
{
    static const kit_item again[] = {STOCK("B"), {0}};

    kit_open(&self);
    begin_run();
    answer(lossy[_i].items, lossy[_i].cursor, lossy[_i].totals[0]);
    if (lossy[_i].cursor)
        answer(*lossy[_i].cursor == 'B' ? again : second, NULL, lossy[_i].totals[1]);
    end_reading();
    ck_assert_msg(!is_swept(WB_OUTCOME_HANDED_ON), "%s", lossy[_i].label);
    ck_assert_msg(self.stock->unswept && strstr(self.stock->unswept, lossy[_i].why), "%s: %s",
                  lossy[_i].label, self.stock->unswept);
    begin_run(); /* the next one is as it should be */
    answer(first, NULL, 2);
    end_reading();
    ck_assert_msg(is_swept(WB_OUTCOME_HANDED_ON), "%s", lossy[_i].label);
    kit_close(&self);
}
END_TEST

/* Who goes on at its cursor has not read what was before. */
START_TEST(killed_in_the_middle)
{
    kit_open(&self);
    begin_run();
    answer(first, "2", 3);
    kit_until(&self, kit_asks("sweep"));
    restart();
    kit_look(&self);
    answer(second, NULL, 3);
    end_reading();
    ck_assert(!is_swept(WB_OUTCOME_HANDED_ON));
    ck_assert_ptr_nonnull(strstr(self.stock->unswept, "one life"));
    kit_close(&self);
}
END_TEST

/* A page that fails is asked for again, and nothing is missing; a slice that begins anew is read
 * from its first page. */
START_TEST(pages_that_fail)
{
    kit_open(&self);
    begin_run();
    answer(first, "2", 3);
    for (int i = 0; i < _i; i++)
        kit_answer(&self, "sweep", &(kit_page){.rc = WB_REJECT, .status = 400});
    while (!self.stock->at.last_end_utc_us) { /* of a shorter slice there are more */
        if (kit_asks("sweep"))
            answer(kit_next(&self, "sweep")->cursor.len ? second : first,
                   kit_next(&self, "sweep")->cursor.len ? NULL : "2", 3);
        kit_turn(&self);
    }
    end_reading();
    ck_assert_msg(!self.stock->unswept, "%s", self.stock->unswept);
    ck_assert(is_swept(WB_OUTCOME_HANDED_ON));
    kit_close(&self);
}
END_TEST

/* It was told, and is with somebody who does not know it yet. */
START_TEST(a_row_that_is_held)
{
    kit_open(&self);
    begin_run();
    answer(first, NULL, 2);
    end_reading();
    ck_assert(!is_swept(WB_OUTCOME_HELD));
    kit_close(&self);
}
END_TEST

/* Lists of what changed say nothing of what they do not name. */
START_TEST(no_list_of_changes)
{
    kit_open(&self);
    runs_before = 0;
    kit_sync(&self, "{\"account\":\"shop\",\"stream\":\"orders\"}");
    while (!kit_runs(&self, WB_RUN_SETTLING) && !kit_runs(&self, WB_RUN_COMPLETED)) {
        if (kit_asks("list"))
            kit_answer(&self, "list",
                       &(kit_page){
                           .items = (kit_item[]){{.id = "1", .version = 1}, {0}}
            });
        kit_turn(&self);
    }
    ck_assert(!is_swept(WB_OUTCOME_HANDED_ON));
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {behind_its_rows,              2              },
        {killed_before_it_is_sent,     0              },
        {with_nothing_open_at_its_end, 0              },
        {what_proves_nothing,          WB_COUNT(lossy)},
        {killed_in_the_middle,         0              },
        {pages_that_fail,              4              },
        {a_row_that_is_held,           0              },
        {no_list_of_changes,           0              },
        {NULL,                         0              },
    };

    return wb_suite_run("actors.poller.sweep", rows);
}
