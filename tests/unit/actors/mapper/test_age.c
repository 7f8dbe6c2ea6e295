/* SPDX-License-Identifier: Apache-2.0 */
/*
 * age: a record leaves when its last change and its last delivery are both old, and not before
 */
#include "actors/mapper/mapper.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/mapper/mapper_kit.h"
#include "tests/unit/suite.h"

#define ONE "default/shop/order/1"
#define ROUTE "routes:\n  - {from: shop, to: erp}\n"
#define DAY_US (INT64_C(86400) * WB_US_PER_S)

static kit self;

static void
setup(void)
{
    kit_open(&self, KIT_SHOP KIT_ERP ROUTE);
}

static void
teardown(void)
{
    kit_close(&self);
}

/* What would leave so many days from now does. */
static void
age(int days)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_err err = {0};

    kit_done();
    ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
    do
        ck_assert_msg(!wb_mapper_age(&self.mapper, wb_now_utc_us() + days * DAY_US, txn, &err),
                      "%s", err.text);
    while (!self.mapper.age.end);
    ck_assert(!wb_txn_commit(&txn, &err));
}

static const struct {
    const char *label, *status;
    wb_outcome receipt; /* NONE: not yet */
    bool stays;         /* after 401 days */
} fates[] = {
    {"delivered",             "open",    WB_OUTCOME_HANDED_ON, false},
    {"the target had it",     "open",    WB_OUTCOME_UNCHANGED, false},
    {"never to be delivered", "pending", WB_OUTCOME_NONE,      false},
    {"on its way",            "open",    WB_OUTCOME_NONE,      true },
    {"held at the pusher",    "open",    WB_OUTCOME_HELD,      true },
    {"parked at the pusher",  "open",    WB_OUTCOME_PARKED,    true },
};

START_TEST(a_record_leaves_when_it_is_old_and_through)
{
    kit_say(&self, 0, &(kit_order){.id = "1", .status = fates[_i].status, .updated = 1});
    if (fates[_i].receipt)
        kit_receipt(&self, NULL, fates[_i].receipt);
    age(399);
    ck_assert_msg(kit_has(&self, ONE), "%s: too soon", fates[_i].label);
    age(401);
    ck_assert_msg(kit_has(&self, ONE) == fates[_i].stays, "%s", fates[_i].label);
}
END_TEST

/* Changed `days` ago, and not delivered since. */
static void
change_was(int days)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_record_row row = *kit_record(&self, ONE);
    WB_AUTO(wb_buf_fini) wb_buf canonical = {0};
    WB_AUTO(wb_buf_fini) wb_buf header = {0};
    wb_outbox_row waits;
    bool found = false;
    uint64_t former = row.revision;
    wb_err err = {0};

    wb_buf_init(&canonical, WB_ORDER_MAX);
    wb_buf_init(&header, WB_HEADER_MAX);
    wb_buf_add_view(&canonical, row.canonical);
    row.canonical = wb_buf_view(&canonical);
    row.observation_count = 0;
    row.changed_utc_us -= days * DAY_US;
    row.revision -= (uint64_t)(days * DAY_US);
    row.wanted = row.revision;
    kit_done();
    ck_assert(!wb_txn_begin(&txn, self.ctx.store, true, &err));
    ck_assert(!wb_records_put(txn, 0, WB_VIEW_LIT(ONE), &row, &err));
    ck_assert(!wb_outbox_get(txn,
                             (wb_outbox_key){WB_VIEW_LIT("default/erp"), former, WB_VIEW_LIT(ONE)},
                             &waits, &found, &err));
    ck_assert(found);
    wb_buf_add_view(&header, waits.header);
    waits.header = wb_buf_view(&header);
    waits.revision = row.revision;
    waits.former = former;
    ck_assert(!wb_outbox_put(txn, &waits, &err));
    ck_assert(!wb_txn_commit(&txn, &err));
    kit_restart(&self);
    kit_look(&self);
}

/* A target that was gone for 300 days: the delivery counts, not the change. */
START_TEST(a_late_delivery_makes_a_record_young_again)
{
    kit_say(&self, 0, &(kit_order){.id = "1", .status = "open", .updated = 1});
    change_was(300);
    kit_receipt(&self, NULL, WB_OUTCOME_HANDED_ON);
    ck_assert_int_gt(kit_record(&self, ONE)->delivered_utc_us, 0);
    age(399);
    ck_assert(kit_has(&self, ONE));
    age(401);
    ck_assert(!kit_has(&self, ONE));
}
END_TEST

/* The happy path writes nothing into the record when the target has it. */
START_TEST(a_delivery_at_once_is_not_noted)
{
    kit_say(&self, 0, &(kit_order){.id = "1", .status = "open", .updated = 1});
    kit_receipt(&self, NULL, WB_OUTCOME_HANDED_ON);
    ck_assert_int_eq(kit_record(&self, ONE)->delivered_utc_us, 0);
}
END_TEST

/* Forgotten, and heard of again: it is a new record, which says how old it is. */
START_TEST(a_forgotten_record_comes_back_with_its_age)
{
    static const kit_order order = {
        .id = "1", .status = "open", .created = "2024-05-01T00:00:00Z", .updated = 1};
    uint64_t revision;

    kit_say(&self, 0, &order);
    revision = kit_record(&self, ONE)->revision;
    kit_receipt(&self, NULL, WB_OUTCOME_HANDED_ON);
    age(401);
    kit_say(&self, 1, &order);
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_HANDED_ON);
    ck_assert_uint_gt(kit_last_sent()->revision, revision);
    ck_assert_int_gt(kit_last_sent()->created_utc_us, 0);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {a_record_leaves_when_it_is_old_and_through, (int)WB_COUNT(fates)},
        {a_late_delivery_makes_a_record_young_again, 0                   },
        {a_delivery_at_once_is_not_noted,            0                   },
        {a_forgotten_record_comes_back_with_its_age, 0                   },
        {NULL,                                       0                   },
    };

    return wb_suite_run_in("actors.mapper.age", tests, setup, teardown);
}
