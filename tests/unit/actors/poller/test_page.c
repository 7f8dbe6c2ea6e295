/* SPDX-License-Identifier: Apache-2.0 */
/*
 * what one answer brought: stored with its cursor and its ledger, told to the queue after that, and
 * sent; repeats are recognised, what cannot be used is parked with its bytes
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "storage/parked.h"
#include "tests/unit/actors/poller/poller_kit.h"
#include "tests/unit/suite.h"

static kit self;

/* The queue is asked, and answers once. */
static void
receive(const kit_item *items)
{
    kit_answer(&self, "receive", &(kit_page){.items = items});
    kit_settle(&self);
}

static wb_run_row
run_now(void)
{
    return kit_run(&self, &self.queue->run);
}

static void
open_queue(const char *yaml)
{
    kit_open_with(&self, yaml);
    wb_feed_look(self.queue);
    kit_next(&self, "receive");
}

/* --- custody --- */

START_TEST(stored_before_the_queue_is_told)
{
    const kit_item rows[] = {
        {.id = "1",       .seen = "n1", .handle = "h1"},
        {0}
    };
    const wb_call *call;

    open_queue("");
    kit_answer(&self, "receive", &(kit_page){.items = rows});
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 0); /* the commit is still to come */
    ck_assert(!kit_asks("delete") && wb_list_empty(&kit_sent));
    ck_assert_uint_eq(self.queue->ack_count, 0);
    kit_settle(&self);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 1);
    ck_assert(!wb_list_empty(&kit_sent));
    call = kit_next(&self, "delete");
    ck_assert_uint_eq(call->item_count, 1);
    ck_assert(wb_view_is(call->items[0].handle, "h1"));
    kit_close(&self);
}
END_TEST

START_TEST(a_row_leaves_when_its_receipt_is_counted)
{
    const kit_item rows[] = {
        {.id = "1",     .seen = "n1"},
        {.id = "2",             .seen = "n2"},
        {0}
    };
    wb_run_row row;

    open_queue("");
    receive(rows);
    ck_assert_uint_eq(run_now().read, 2);
    row = run_now();
    ck_assert_uint_eq(wb_run_open_items(&row), 2);
    kit_settle_sent(&self, WB_OUTCOME_HANDED_ON, 1);
    kit_settle_sent(&self, WB_OUTCOME_HELD, 1);
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0);
    ck_assert_uint_eq(run_now().outcomes[WB_OUTCOME_HANDED_ON], 1);
    ck_assert_uint_eq(run_now().outcomes[WB_OUTCOME_HELD], 1);
    kit_close(&self);
}
END_TEST

START_TEST(what_was_not_answered_for_is_sent_after_a_restart)
{
    const kit_item rows[] = {
        {.id = "1",     .seen = "n1"},
        {.id = "2",             .seen = "n2"},
        {0}
    };

    open_queue("");
    receive(rows);
    kit_settle_sent(&self, WB_OUTCOME_HANDED_ON, 1);
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 1);
    kit_restart(&self);
    ck_assert_uint_eq(wb_inbox_stored(self.queue->inbox), 1);
    wb_way_look(&self.queue->inbox->way);
    kit_settle_sent(&self, WB_OUTCOME_HANDED_ON, 1);
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 0);
    kit_close(&self);
}
END_TEST

/* --- repeats --- */

START_TEST(a_notice_that_comes_twice_is_counted_and_acknowledged)
{
    const kit_item rows[] = {
        {.id = "1",       .seen = "n1", .handle = "h1"},
        {0}
    };
    const kit_item again[] = {
        {.id = "1",       .seen = "n1", .handle = "h2"},
        {0}
    };

    open_queue("");
    receive(rows);
    kit_answer(&self, "delete", &(kit_page){0});
    for (int i = 0; i < 2; i++) {
        receive(again);
        ck_assert(wb_view_is(kit_next(&self, "delete")->items[0].handle, "h2"));
        kit_answer(&self, "delete", &(kit_page){0});
        kit_restart(&self); /* the memory is in the store */
        wb_feed_look(self.queue);
    }
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 1);
    kit_close(&self);
}
END_TEST

START_TEST(two_of_one_id_in_one_answer)
{
    const kit_item rows[] = {
        {.id = "1",     .seen = "n1"},
        {.id = "1",             .seen = "n1"},
        {0}
    };

    open_queue("");
    receive(rows);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 1);
    ck_assert_uint_eq(run_now().outcomes[WB_OUTCOME_UNCHANGED], 1);
    ck_assert_uint_eq(self.poller.duplicates, 1);
    kit_close(&self);
}
END_TEST

/* A list names no notice: what it brings again goes on, and the mapper knows it. */
START_TEST(what_a_list_brings_again_goes_on)
{
    const kit_item rows[] = {{.id = "1"}, {0}};
    const kit_item more[] = {{.id = "1"}, {.id = "2"}, {0}};

    kit_open(&self);
    kit_sync(&self, "{\"account\":\"shop\",\"stream\":\"orders\",\"full\":true}");
    kit_answer(&self, "list", &(kit_page){.items = rows, .cursor = "p2"});
    kit_answer(&self, "list", &(kit_page){.items = more});
    kit_settle(&self);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 3);
    kit_close(&self);
}
END_TEST

/* --- several records --- */

static size_t
sent_of(wb_record_kind kind)
{
    size_t count = 0;

    for (wb_link *link = kit_sent.next; link != &kit_sent; link = link->next)
        count += WB_CONTAINER(link, wb_outgoing, link)->env->record_kind == kind;
    return count;
}

/* An answer of a list may carry records of several kinds: each goes its own way, and is counted. */
START_TEST(a_page_of_several_kinds)
{
    const kit_item rows[] = {
        {.id = "s1",   .kind = WB_RECORD_SHIPMENT, .root = "1"},
        {.id = "i1", .kind = WB_RECORD_INVOICE, .root = "1"},
        {.id = "i2",   .kind = WB_RECORD_INVOICE},
        {0}
    };
    const wb_envelope *env;

    kit_open(&self);
    kit_sync(&self, "{\"account\":\"shop\",\"stream\":\"orders\",\"full\":true}");
    kit_answer(&self, "list", &(kit_page){.items = rows, .cursor = "p2"});
    kit_settle(&self);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 2);
    ck_assert_uint_eq(sent_of(WB_RECORD_SHIPMENT), 1);
    ck_assert_uint_eq(sent_of(WB_RECORD_INVOICE), 1);
    env = WB_CONTAINER(kit_sent.next, wb_outgoing, link)->env;
    ck_assert(wb_view_is(env->record, "default/shop/shipment/s1"));
    ck_assert(wb_view_is(env->root, "default/shop/order/1")); /* both in the order's shard */
    env = WB_CONTAINER(kit_sent.next->next, wb_outgoing, link)->env;
    ck_assert(wb_view_is(env->record, "default/shop/invoice/i1"));
    ck_assert(wb_view_is(env->root, "default/shop/order/1"));
    ck_assert_uint_eq(kit_run(&self, &self.list->at.run).read, 3);
    ck_assert_uint_eq(kit_run(&self, &self.list->at.run).outcomes[WB_OUTCOME_FILTERED], 1);
    kit_close(&self);
}
END_TEST

/* A message that tells of several records is known, stored and deleted as one. */
START_TEST(a_message_of_several_records)
{
    const kit_item rows[] = {
        {.id = "1",       .seen = "n1", .handle = "h1"},
        {.id = "2", .beside = true},
        {.id = "s1",       .beside = true, .kind = WB_RECORD_SHIPMENT, .root = "1"},
        {.id = "3",               .seen = "n2", .handle = "h2"},
        {0}
    };
    const wb_call *call;

    open_queue("");
    kit_answer(&self, "receive", &(kit_page){.items = rows});
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 0); /* all of it with the one commit */
    kit_settle(&self);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 4);
    ck_assert_uint_eq(run_now().read, 4);
    call = kit_next(&self, "delete");
    ck_assert_uint_eq(call->item_count, 2);
    ck_assert(wb_view_is(call->items[1].handle, "h2"));
    kit_restart(&self);
    wb_feed_look(self.queue);
    receive(rows); /* its delete was lost */
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 4);
    ck_assert_uint_eq(run_now().outcomes[WB_OUTCOME_UNCHANGED], 4);
    ck_assert_uint_eq(self.poller.duplicates, 2);
    kit_close(&self);
}
END_TEST

/* --- what does not go on --- */

static void
check_parked(const char *reason, const char *body)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    WB_AUTO(wb_buf_fini) wb_buf scratch = {0};
    wb_id what = wb_id_make(0, self.queue->account->key_view, WB_VIEW_LIT("1@0"));
    wb_parked_row row = {0};
    bool found = false;
    wb_err err = {0};

    wb_buf_init(&scratch, WB_BODY_MAX + WB_HEADER_MAX);
    ck_assert(!wb_txn_begin(&txn, self.ctx.store, false, &err));
    ck_assert(!wb_parked_get(txn, (wb_parked_place){0, what}, &scratch, &row, &found, &err));
    ck_assert(found);
    ck_assert_msg(wb_view_is(row.reason, reason), "%.*s", WB_VIEW_ARG(row.reason));
    ck_assert(wb_view_eq(row.account, self.queue->account->key_view));
    ck_assert_msg(!wb_envelope_load(&env, row.envelope, &err), "%s", err.text);
    ck_assert(wb_view_is(env->body, body));
}

static const struct {
    const char *label;
    kit_item item;
    const char *reason;
} bads[] = {
    {"an element that cannot be used",
     {.id = "1", .outcome = WB_OUTCOME_PARKED, .reason = "not an object", .body = "[7]"},
     "malformed: not an object" },
    {"a type that nobody knows",
     {.id = "1",
      .outcome = WB_OUTCOME_PARKED,
      .reason = "unknown notification type",
      .body = "{\"a\":1}"},
     "unknown notification type"},
};

START_TEST(what_cannot_be_used_is_parked_with_its_bytes)
{
    const kit_item rows[] = {bads[_i].item, {.id = "2"}, {0}};

    open_queue("");
    receive(rows);
    check_parked(bads[_i].reason, bads[_i].item.body);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 1); /* the rest goes on */
    ck_assert_uint_eq(run_now().read, 2);
    ck_assert_uint_eq(run_now().outcomes[WB_OUTCOME_PARKED], 1);
    kit_close(&self);
}
END_TEST

START_TEST(a_record_without_a_usable_id_is_parked)
{
    WB_AUTO(wb_buf_fini) wb_buf id = {0};

    wb_buf_init(&id, 65536);
    for (int i = 0; i < 4000; i++)
        wb_buf_add_char(&id, _i ? 'x' : ' ');
    open_queue("");
    receive((kit_item[]){{.id = _i ? wb_buf_text(&id) : ""}, {.id = "2"}, {0}});
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 1);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 1);
    kit_close(&self);
}
END_TEST

START_TEST(what_nobody_wants_is_counted)
{
    const kit_item rows[] = {
        {.id = "1",                       .handle = "h1", .outcome = WB_OUTCOME_FILTERED},
        {0}
    };

    open_queue("");
    receive(rows);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 0);
    ck_assert_uint_eq(run_now().outcomes[WB_OUTCOME_FILTERED], 1);
    kit_next(&self, "delete");
    kit_close(&self);
}
END_TEST

/* --- runs of a queue --- */

START_TEST(a_run_that_is_rolled_over_is_closed)
{
    const kit_item rows[] = {
        {.id = "1", .seen = "n1"},
        {0        }
    };
    const kit_item later[] = {
        {.id = "2", .seen = "n2"},
        {0        }
    };
    wb_id first;

    open_queue("");
    receive(rows);
    first = self.queue->run;
    self.queue->run_start_utc_us -= 2 * KIT_HOUR_US; /* queue_run_ms is an hour */
    receive(later);
    ck_assert(memcmp(&first, &self.queue->run, sizeof first) != 0);
    ck_assert_int_eq(kit_run(&self, &first).status, WB_RUN_SETTLING);
    ck_assert_int_eq(run_now().status, WB_RUN_RUNNING);
    ck_assert_uint_eq(run_now().read, 1);
    kit_settle_sent(&self, WB_OUTCOME_HANDED_ON, 1); /* counted where it was read */
    kit_until(&self, kit_run(&self, &first).status == WB_RUN_COMPLETED);
    ck_assert_uint_eq(run_now().outcomes[WB_OUTCOME_HANDED_ON], 0);
    kit_close(&self);
}
END_TEST

START_TEST(an_empty_answer_begins_no_run)
{
    open_queue("");
    receive(NULL);
    ck_assert(!wb_run_is(&self.queue->run));
    self.queue->run_start_utc_us -= 2 * KIT_HOUR_US;
    kit_next(&self, "receive");
    ck_assert_uint_eq(kit_rows(&self, WB_DB_RUNS), 0);
    kit_close(&self);
}
END_TEST

/* --- arrivals --- */

START_TEST(arrivals_rise_whatever_the_clock_does)
{
    wb_arrival before, after;

    kit_open(&self);
    before = wb_inbox_arrival(self.queue->inbox);
    self.queue->inbox->last_arrival += KIT_HOUR_US; /* by a clock that was ahead */
    for (int i = 0; i < 3; i++) {
        after = wb_inbox_arrival(self.queue->inbox);
        ck_assert_int_lt(memcmp(before.bytes, after.bytes, sizeof before.bytes), 0);
        before = after;
    }
    kit_close(&self);
}
END_TEST

/* What became of orders that were given: each is its root's, in its shard; of no account of ours,
 * or of nobody, it is counted. */
START_TEST(what_is_read_back_is_its_roots)
{
    const kit_item rows[] = {
        {.id = "9",       .root = "1", .of = "mall"},
        {.id = "8",   .root = "1", .of = "nobody"},
        {.id = "7"      },
        {0}
    };
    const wb_envelope *env;

    kit_open_with(&self, "    streams: {back: {slice_ms: 0}}\n  mall: {connector: shop}\n");
    ck_assert_ptr_nonnull(self.back);
    kit_sync(&self, "{\"account\":\"shop\",\"stream\":\"back\",\"full\":true}");
    kit_answer(&self, "changed", &(kit_page){.items = rows, .cursor = "p2"});
    kit_settle(&self);
    ck_assert_uint_eq(kit_run(&self, &self.back->at.run).read, 3);
    ck_assert_uint_eq(kit_run(&self, &self.back->at.run).outcomes[WB_OUTCOME_FILTERED], 2);
    ck_assert_uint_eq(kit_run(&self, &self.back->at.run).outcomes[WB_OUTCOME_PARKED], 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 0);
    ck_assert(!wb_list_empty(&kit_sent));
    env = WB_CONTAINER(kit_sent.next, wb_outgoing, link)->env;
    ck_assert(wb_view_is(env->record, "default/mall/order/1"));
    ck_assert(!env->root.len && wb_view_is(env->account, "shop"));
    kit_settle_sent(&self, WB_OUTCOME_HANDED_ON, 1);
    ck_assert(wb_list_empty(&kit_sent));
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {stored_before_the_queue_is_told,                       0                  },
        {a_row_leaves_when_its_receipt_is_counted,              0                  },
        {what_was_not_answered_for_is_sent_after_a_restart,     0                  },
        {a_notice_that_comes_twice_is_counted_and_acknowledged, 0                  },
        {two_of_one_id_in_one_answer,                           0                  },
        {what_a_list_brings_again_goes_on,                      0                  },
        {a_page_of_several_kinds,                               0                  },
        {a_message_of_several_records,                          0                  },
        {what_cannot_be_used_is_parked_with_its_bytes,          (int)WB_COUNT(bads)},
        {a_record_without_a_usable_id_is_parked,                2                  },
        {what_nobody_wants_is_counted,                          0                  },
        {a_run_that_is_rolled_over_is_closed,                   0                  },
        {an_empty_answer_begins_no_run,                         0                  },
        {what_is_read_back_is_its_roots,                        0                  },
        {arrivals_rise_whatever_the_clock_does,                 0                  },
        {NULL,                                                  0                  },
    };

    return wb_suite_run("page", rows);
}
