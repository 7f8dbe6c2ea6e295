/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Notices of a queue that routes want as they are: each is a record of its own, beside what it
 * announces, stored and known again with it
 */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "storage/parked.h"
#include "tests/unit/actors/poller/poller_kit.h"
#include "tests/unit/suite.h"

#define ERP "  erp:\n    connector: erp\n"
#define ALL ERP "routes:\n  - {from: shop, kind: notice, to: erp}\n"
#define OFFERS ERP "routes:\n  - {from: shop, kind: notice, type: OFFERS, to: erp}\n"
#define ANY ERP "routes:\n  - {from: '*', kind: notices, type: OFFERS, to: erp}\n"
#define NONE ERP "routes:\n  - {from: shop, kind: order, to: erp}\n"

static kit self;

static void
receive(const kit_item *items)
{
    kit_answer(&self, "receive", &(kit_page){.items = items});
    kit_settle(&self);
}

static void
open_queue(const char *yaml)
{
    kit_open_with(&self, yaml);
    wb_feed_look(self.queue);
    kit_next(&self, "receive");
}

/* The message on its way with this record key; NULL = none. */
static const wb_envelope *
sent(const char *record)
{
    for (wb_link *link = kit_sent.next; link != &kit_sent; link = link->next) {
        const wb_envelope *env = WB_CONTAINER(link, wb_outgoing, link)->env;
        if (wb_view_is(env->record, record))
            return env;
    }
    return NULL;
}

static size_t
sent_count(void)
{
    size_t count = 0;

    for (wb_link *link = kit_sent.next; link != &kit_sent; link = link->next)
        count++;
    return count;
}

#define AS_IT_IS "default/shop/notice/n1"
#define ORDER "default/shop/order/1"

/* What comes of one notice: which messages, and what the ledger says. */
static const struct {
    const char *label, *yaml;
    kit_item item;
    bool as_it_is, order;
    uint64_t read, filtered, parked;
} rows[] = {
    {"one that is announced and wanted",
     ALL,    {.id = "1", .seen = "n1", .type = "ORDERS"},
     true,  true,
     2, 0,
     0},
    {"one that nobody reads",
     ALL,    {.id = "",
      .seen = "n1",
      .type = "OFFERS",
      .announces_nothing = true,
      .outcome = WB_OUTCOME_FILTERED},
     true,  false,
     1, 0,
     0},
    {"one of a type that nobody knows",
     ALL,    {.id = "",
      .seen = "n1",
      .type = "NEW",
      .announces_nothing = true,
      .outcome = WB_OUTCOME_PARKED,
      .reason = "unknown type"},
     true,  false,
     1, 0,
     0},
    {"of the type that is wanted",
     OFFERS, {.id = "",
      .seen = "n1",
      .type = "OFFERS",
      .announces_nothing = true,
      .outcome = WB_OUTCOME_FILTERED},
     true,  false,
     1, 0,
     0},
    {"wanted from any account",
     ANY,    {.id = "",
      .seen = "n1",
      .type = "OFFERS",
      .announces_nothing = true,
      .outcome = WB_OUTCOME_FILTERED},
     true,  false,
     1, 0,
     0},
    {"of another type",
     OFFERS, {.id = "",
      .seen = "n1",
      .type = "STOCK",
      .announces_nothing = true,
      .outcome = WB_OUTCOME_FILTERED},
     false, false,
     1, 1,
     0},
    {"of an unknown type that is not wanted",
     OFFERS, {.id = "",
      .seen = "n1",
      .type = "NEW",
      .announces_nothing = true,
      .outcome = WB_OUTCOME_PARKED,
      .reason = "unknown type"},
     false, false,
     1, 0,
     1},
    {"an order's, where only others are wanted",
     OFFERS, {.id = "1", .seen = "n1", .type = "ORDERS"},
     false, true,
     1, 0,
     0},
    {"an order's that cannot be used: it is parked, and wanted all the same",
     ALL,    {.id = "1",
      .seen = "n1",
      .type = "ORDERS",
      .outcome = WB_OUTCOME_PARKED,
      .reason = "no order id"},
     true,  false,
     2, 0,
     1},
    {"what does not say what it is",
     ALL,    {.id = "", .seen = "n1", .outcome = WB_OUTCOME_PARKED, .reason = "not JSON"},
     false, false,
     1, 0,
     1},
    {"no route wants notices",
     NONE,   {.id = "1", .seen = "n1", .type = "ORDERS"},
     false, true,
     1, 0,
     0},
    {"no route wants notices, nobody reads it",
     NONE,   {.id = "",
      .seen = "n1",
      .type = "OFFERS",
      .announces_nothing = true,
      .outcome = WB_OUTCOME_FILTERED},
     false, false,
     1, 1,
     0},
};

START_TEST(what_comes_of_a_notice)
{
    const kit_item items[] = {rows[_i].item, {0}};
    wb_run_row run;

    open_queue(rows[_i].yaml);
    receive(items);
    ck_assert_msg((sent(AS_IT_IS) != NULL) == rows[_i].as_it_is, "%s", rows[_i].label);
    ck_assert_msg((sent(ORDER) != NULL) == rows[_i].order, "%s", rows[_i].label);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), rows[_i].as_it_is + rows[_i].order);
    run = kit_run(&self, &self.queue->run);
    ck_assert_uint_eq(run.read, rows[_i].read);
    ck_assert_uint_eq(run.outcomes[WB_OUTCOME_FILTERED], rows[_i].filtered);
    ck_assert_uint_eq(run.outcomes[WB_OUTCOME_PARKED], rows[_i].parked);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), rows[_i].parked);
    ck_assert_uint_eq(wb_run_open_items(&run), rows[_i].as_it_is + rows[_i].order);
    ck_assert_uint_eq(self.poller.received, 1);
    kit_close(&self);
}
END_TEST

START_TEST(it_is_a_record_of_its_own)
{
    const kit_item items[] = {
        {.id = "1",         .seen = "n1", .type = "ORDERS", .body = "{\"a\": 1}"},
        {0}
    };
    const wb_envelope *env, *order;

    open_queue(ALL);
    receive(items);
    env = sent(AS_IT_IS);
    order = sent(ORDER);
    ck_assert(env && order);
    ck_assert_int_eq(env->kind, WB_KIND_RAW);
    ck_assert_int_eq(env->record_kind, WB_RECORD_NOTICE);
    ck_assert(wb_view_is(env->type, "ORDERS") && !order->type.len);
    ck_assert(wb_view_is(env->body, "{\"a\": 1}"));
    ck_assert(wb_view_is(env->stream, "notices") && !env->root.len);
    ck_assert(memcmp(&env->id, &order->id, sizeof env->id) != 0);
    ck_assert(memcmp(&env->run, &order->run, sizeof env->run) == 0);
    kit_close(&self);
}
END_TEST

/* One row of what was received is one message at the queue. */
START_TEST(it_is_acknowledged_once)
{
    const kit_item items[] = {
        {.id = "1",         .seen = "n1", .type = "ORDERS", .handle = "h1"},
        {.id = "",
         .seen = "n2",
         .type = "OFFERS",
         .handle = "h2",
         .announces_nothing = true,
         .outcome = WB_OUTCOME_FILTERED},
        {0                }
    };
    const wb_call *call;

    open_queue(ALL);
    receive(items);
    call = kit_next(&self, "delete");
    ck_assert_uint_eq(call->item_count, 2);
    ck_assert(wb_view_is(call->items[0].handle, "h1"));
    ck_assert(wb_view_is(call->items[1].handle, "h2"));
    kit_close(&self);
}
END_TEST

/* Both of what came twice are known again, in one answer, in the next, and after a restart. */
START_TEST(what_comes_twice_is_known)
{
    const kit_item items[] = {
        {.id = "1",         .seen = "n1", .type = "ORDERS"},
        {.id = "1", .seen = "n1", .type = "ORDERS"},
        {.id = "",
         .seen = "n2",
         .type = "OFFERS",
         .announces_nothing = true,
         .outcome = WB_OUTCOME_FILTERED},
        {0}
    };
    wb_run_row run;

    open_queue(ALL);
    receive(items);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 3);
    run = kit_run(&self, &self.queue->run);
    ck_assert_uint_eq(run.read, 5);
    ck_assert_uint_eq(run.outcomes[WB_OUTCOME_UNCHANGED], 2);
    ck_assert_uint_eq(self.poller.duplicates, 1);
    kit_restart(&self);
    wb_feed_look(self.queue);
    kit_next(&self, "receive");
    receive(items);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 3);
    run = kit_run(&self, &self.queue->run);
    ck_assert_uint_eq(run.outcomes[WB_OUTCOME_UNCHANGED], 5);
    ck_assert_uint_eq(wb_run_open_items(&run), 0);
    kit_close(&self);
}
END_TEST

/* A message that tells of several records is one notice, whichever of them say what it is. */
START_TEST(of_several_records_it_is_one)
{
    const kit_item items[] = {
        {.id = "1",         .seen = "n1", .type = "ORDERS"},
        {.id = "2", .beside = true, .type = "ORDERS"},
        {.id = "3",         .beside = true},
        {0}
    };

    open_queue(ALL);
    receive(items);
    ck_assert_uint_eq(sent_count(), 4);
    ck_assert(sent(AS_IT_IS) && sent(ORDER) && sent("default/shop/order/3"));
    receive(items);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 4);
    ck_assert_uint_eq(self.poller.duplicates, 1);
    kit_close(&self);
}
END_TEST

/* Without an id of its own it is known by the queue's; with one that is no key, by its digest. */
START_TEST(it_always_has_a_name)
{
    WB_AUTO(wb_buf_fini) wb_buf id = {0};
    kit_item item = {
        .id = "", .type = "OFFERS", .announces_nothing = true, .outcome = WB_OUTCOME_FILTERED};
    const kit_item *items = (kit_item[]){item, {0}};

    wb_buf_init(&id, 4096);
    for (int i = 0; i <= WB_EXTERNAL_ID_MAX; i++)
        wb_buf_add_char(&id, 'x');
    open_queue(ALL);
    receive(items);
    ck_assert(sent("default/shop/notice/@0") != NULL); /* the kit's `what` */
    item.seen = wb_buf_text(&id);
    receive((kit_item[]){item, {0}});
    item.seen = "\xff";
    receive((kit_item[]){item, {0}});
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 0);
    ck_assert_uint_eq(sent_count(), 3);
    kit_close(&self);
}
END_TEST

START_TEST(a_type_that_is_too_long_is_none)
{
    char type[WB_NOTICE_TYPE_MAX + 2];
    kit_item item = {.id = "1", .seen = "n1", .type = type};

    memset(type, 'T', sizeof type);
    type[WB_NOTICE_TYPE_MAX + 1] = '\0';
    open_queue(ALL);
    receive((kit_item[]){item, {0}});
    ck_assert(!sent(AS_IT_IS) && sent(ORDER));
    type[WB_NOTICE_TYPE_MAX] = '\0';
    item.seen = "n2";
    receive((kit_item[]){item, {0}});
    ck_assert(sent("default/shop/notice/n2") != NULL);
    kit_close(&self);
}
END_TEST

/* Only a queue has notices of its own: a list announces, or brings, what it lists. */
START_TEST(what_a_list_brings_is_no_notice)
{
    const kit_item items[] = {
        {.id = "1",         .seen = "n1", .type = "ORDERS"},
        {0}
    };

    kit_open_with(&self, ALL);
    kit_sync(&self, "{\"account\":\"shop\",\"stream\":\"orders\",\"full\":true}");
    kit_answer(&self, "list", &(kit_page){.items = items});
    kit_settle(&self);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_JOBS), 1);
    kit_close(&self);
}
END_TEST

/* Each of the two is counted by its own receipt, and kept until it. */
START_TEST(each_has_its_receipt)
{
    const kit_item items[] = {
        {.id = "1",         .seen = "n1", .type = "ORDERS"},
        {0}
    };
    wb_id id;

    open_queue(ALL);
    receive(items);
    id = self.queue->run;
    kit_settle_sent(&self, WB_OUTCOME_HELD, 1);
    kit_until(&self, kit_rows(&self, WB_DB_JOBS) == 1);
    kit_restart(&self);
    wb_way_look(&self.queue->inbox->way);
    ck_assert(sent(AS_IT_IS) != NULL);
    kit_settle_sent(&self, WB_OUTCOME_HANDED_ON, 1);
    kit_until(&self, kit_run(&self, &id).status == WB_RUN_COMPLETED);
    ck_assert_uint_eq(kit_run(&self, &id).read, 2);
    ck_assert_uint_eq(kit_run(&self, &id).outcomes[WB_OUTCOME_HELD], 1);
    ck_assert_uint_eq(kit_run(&self, &id).outcomes[WB_OUTCOME_HANDED_ON], 1);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {what_comes_of_a_notice,          (int)WB_COUNT(rows)},
        {it_is_a_record_of_its_own,       0                  },
        {it_is_acknowledged_once,         0                  },
        {what_comes_twice_is_known,       0                  },
        {of_several_records_it_is_one,    0                  },
        {it_always_has_a_name,            0                  },
        {a_type_that_is_too_long_is_none, 0                  },
        {what_a_list_brings_is_no_notice, 0                  },
        {each_has_its_receipt,            0                  },
        {NULL,                            0                  },
    };

    return wb_suite_run("notice", tests);
}
