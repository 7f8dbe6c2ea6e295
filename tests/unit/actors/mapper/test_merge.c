/* SPDX-License-Identifier: Apache-2.0 */
/*
 * the rule of observations, as rows: what was known, what is said, what comes of it
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "actors/mapper/mapper.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/records/order.h"
#include "tests/unit/suite.h"

#define T0 INT64_C(1767322800000000)
#define S(n) (T0 + (n)*WB_US_PER_S)

typedef struct {
    int status;
    const char *mark; /* something in the content that differs */
    int64_t source, observed;
} said_row;

/* The bytes of an order that says this. */
static wb_view
order_bytes(wb_buf *out, const said_row *row)
{
    wb_order order = {.external_id = WB_VIEW_LIT("111-0000001-0000001"),
                      .channel = WB_VIEW_LIT("shop"),
                      .status = row->status,
                      .seller_order_id = wb_view_of(row->mark),
                      .purchased_utc_us = T0,
                      .updated_utc_us = row->source};
    wb_err err = {0};

    wb_buf_clear(out);
    ck_assert_msg(!wb_canonical_encode(wb_order_fields, &order, out, &err), "%s", err.text);
    return wb_buf_view(out);
}

static wb_observation
observation(const said_row *row, wb_buf *bytes, const char *origin, uint32_t owners)
{
    return (wb_observation){.record = WB_VIEW_LIT("t/a/order/111"),
                            .origin = wb_view_of(origin),
                            .kind = WB_RECORD_ORDER,
                            .owners = owners,
                            .source_utc_us = row->source,
                            .observed_utc_us = row->observed,
                            .status = row->status,
                            .canonical = order_bytes(bytes, row),
                            .routed = true};
}

static const struct {
    const char *label;
    said_row known, said;
    wb_rc rc;
    wb_outcome outcome;
    bool touch;
} rows[] = {
    {"newer by source time",
     {WB_ORDER_CREATED, "a", S(1), S(2)},
     {WB_ORDER_SHIPPED, "b", S(5), S(6)},
     WB_OK,     WB_OUTCOME_HANDED_ON,
     false},
    {"older by source time",
     {WB_ORDER_CREATED, "a", S(5), S(6)},
     {WB_ORDER_CREATED, "b", S(1), S(9)},
     WB_OK,     WB_OUTCOME_STALE,
     false},
    {"same second, read later",
     {WB_ORDER_CREATED, "a", S(5), S(6)},
     {WB_ORDER_CREATED, "b", S(5), S(7)},
     WB_OK,     WB_OUTCOME_HANDED_ON,
     false},
    {"same second, read earlier",
     {WB_ORDER_CREATED, "a", S(5), S(7)},
     {WB_ORDER_CREATED, "b", S(5), S(6)},
     WB_OK,     WB_OUTCOME_STALE,
     false},
    {"the same pair, other content",
     {WB_ORDER_CREATED, "a", S(5), S(7)},
     {WB_ORDER_CREATED, "b", S(5), S(7)},
     WB_OK,     WB_OUTCOME_STALE,
     false},
    {"the same said again, later",
     {WB_ORDER_CREATED, "a", S(5), S(7)},
     {WB_ORDER_CREATED, "a", S(5), S(9)},
     WB_OK,     WB_OUTCOME_UNCHANGED,
     true },
    {"the same said again, an old copy",
     {WB_ORDER_CREATED, "a", S(5), S(7)},
     {WB_ORDER_CREATED, "a", S(5), S(6)},
     WB_OK,     WB_OUTCOME_UNCHANGED,
     false},
    {"from 2099: its reading counts",
     {WB_ORDER_CREATED, "a", S(9000), S(6)},
     {WB_ORDER_SHIPPED, "b", S(7), S(8)},
     WB_OK,     WB_OUTCOME_HANDED_ON,
     false},
    {"into 2099: its reading counts",
     {WB_ORDER_CREATED, "a", S(5), S(6)},
     {WB_ORDER_SHIPPED, "b", S(9000), S(8)},
     WB_OK,     WB_OUTCOME_HANDED_ON,
     false},
    {"2099, then a later one before now",
     {WB_ORDER_CREATED, "a", S(9000), S(10)},
     {WB_ORDER_SHIPPED, "b", S(7), S(12)},
     WB_OK,     WB_OUTCOME_STALE,
     false},
    {"its time could not be read: the reading counts",
     {WB_ORDER_CREATED, "a", S(5), S(6)},
     {WB_ORDER_SHIPPED, "b", 0, S(9)},
     WB_OK,     WB_OUTCOME_HANDED_ON,
     false},
    {"its time could not be read, of an old reading",
     {WB_ORDER_CREATED, "a", S(5), S(6)},
     {WB_ORDER_CREATED, "b", 0, S(4)},
     WB_OK,     WB_OUTCOME_STALE,
     false},
    {"no times, read later",
     {WB_ORDER_CREATED, "a", 0, S(6)},
     {WB_ORDER_SHIPPED, "b", 0, S(7)},
     WB_OK,     WB_OUTCOME_HANDED_ON,
     false},
    {"no times, read earlier",
     {WB_ORDER_CREATED, "a", 0, S(6)},
     {WB_ORDER_CREATED, "b", 0, S(5)},
     WB_OK,     WB_OUTCOME_STALE,
     false},
    {"a contradiction",
     {WB_ORDER_CANCELLED, "a", S(5), S(6)},
     {WB_ORDER_CREATED, "b", S(7), S(8)},
     WB_REJECT, WB_OUTCOME_NONE,
     false},
};

START_TEST(judge_row)
{
    WB_AUTO(wb_buf_fini) wb_buf first = {0};
    WB_AUTO(wb_buf_fini) wb_buf second = {0};
    WB_AUTO(wb_buf_fini) wb_buf merged = {0};
    wb_record_row row = {0};
    wb_observation known, said;
    wb_judged judged;
    uint64_t revision;
    wb_err err = {0};
    wb_rc rc;

    wb_buf_init(&first, WB_ORDER_MAX);
    wb_buf_init(&second, WB_ORDER_MAX);
    wb_buf_init(&merged, WB_ORDER_MAX);
    known = observation(&rows[_i].known, &first, "t/a", UINT32_MAX);
    said = observation(&rows[_i].said, &second, "t/a", UINT32_MAX);
    rc = wb_mapper_judge(&known, false, &row, &merged, &judged, &err);
    ck_assert_msg(!rc && judged.outcome == WB_OUTCOME_HANDED_ON, "%s: %s", rows[_i].label,
                  err.text);
    revision = row.revision;
    ck_assert_uint_gt(revision, 0);
    rc = wb_mapper_judge(&said, true, &row, &merged, &judged, &err);
    ck_assert_msg(rc == rows[_i].rc, "%s: %s", rows[_i].label, err.text);
    if (rc) {
        ck_assert_ptr_nonnull(strstr(err.text, "contradiction"));
        return;
    }
    ck_assert_msg(judged.outcome == rows[_i].outcome, "%s: %s", rows[_i].label,
                  wb_outcome_name(judged.outcome));
    ck_assert_msg(judged.touch == rows[_i].touch, "%s: touch", rows[_i].label);
    ck_assert_msg((row.revision > revision) == (judged.outcome == WB_OUTCOME_HANDED_ON),
                  "%s: a revision is made by what is accepted, and by nothing else",
                  rows[_i].label);
}
END_TEST

/* Another origin covers the buyer's group only: the rest stays the first one's. */
START_TEST(groups_of_another_origin_stay)
{
    said_row first_row = {WB_ORDER_CREATED, "first", S(1), S(2)};
    said_row second_row = {WB_ORDER_CREATED, "second", S(0), S(3)};
    WB_AUTO(wb_buf_fini) wb_buf first = {0};
    WB_AUTO(wb_buf_fini) wb_buf second = {0};
    WB_AUTO(wb_buf_fini) wb_buf merged = {0};
    wb_record_row row = {0};
    wb_observation said;
    wb_judged judged;
    wb_order order;
    wb_err err = {0};
    uint32_t owner = 0;

    wb_buf_init(&first, WB_ORDER_MAX);
    wb_buf_init(&second, WB_ORDER_MAX);
    wb_buf_init(&merged, WB_ORDER_MAX);
    for (const wb_field *field = wb_order_fields; field->type != WB_FIELD_END; field++)
        if (!strcmp(field->name, "seller_order_id"))
            owner = UINT32_C(1) << field->owner;
    said = observation(&first_row, &first, "t/a", UINT32_MAX);
    ck_assert(!wb_mapper_judge(&said, false, &row, &merged, &judged, &err));
    said = observation(&second_row, &second, "t/erp", ~owner);
    ck_assert_msg(!wb_mapper_judge(&said, true, &row, &merged, &judged, &err), "%s", err.text);
    ck_assert_int_eq(judged.outcome, WB_OUTCOME_HANDED_ON); /* across origins nothing is compared */
    ck_assert_uint_eq(row.observation_count, 2);
    ck_assert(!wb_canonical_decode(wb_order_fields, row.canonical, &order, sizeof order, &err));
    ck_assert(wb_view_is(order.seller_order_id, "first"));
    wb_canonical_fini(wb_order_fields, &order);
}
END_TEST

/* After a clock that was set back, and by a reading that says nothing of routes. */
START_TEST(a_change_comes_after_what_was_and_stays_routed)
{
    said_row first_row = {WB_ORDER_CREATED, "a", S(1), S(2)};
    said_row second_row = {WB_ORDER_SHIPPED, "b", S(5), S(6)};
    WB_AUTO(wb_buf_fini) wb_buf first = {0};
    WB_AUTO(wb_buf_fini) wb_buf second = {0};
    WB_AUTO(wb_buf_fini) wb_buf merged = {0};
    uint64_t ahead = (uint64_t)wb_now_utc_us() * 2;
    wb_record_row row = {0};
    wb_observation said;
    wb_judged judged;
    wb_err err = {0};

    wb_buf_init(&first, WB_ORDER_MAX);
    wb_buf_init(&second, WB_ORDER_MAX);
    wb_buf_init(&merged, WB_ORDER_MAX);
    said = observation(&first_row, &first, "t/a", UINT32_MAX);
    ck_assert(!wb_mapper_judge(&said, false, &row, &merged, &judged, &err));
    row.revision = ahead;
    said = observation(&second_row, &second, "t/a", UINT32_MAX);
    said.routed = false;
    ck_assert(!wb_mapper_judge(&said, true, &row, &merged, &judged, &err));
    ck_assert_uint_eq(row.revision, ahead + 1);
    ck_assert(row.routed);
}
END_TEST

#define GROUP(name) (UINT32_C(1) << WB_ORDER_OWNS_##name)

typedef struct {
    wb_buf before, after, merged;
    wb_record_row row;
    int64_t source; /* 0 = the order's own update time */
    wb_judged judged;
    wb_err err;
} judge_kit;

static void
kit_start(judge_kit *self)
{
    memset(self, 0, sizeof *self);
    wb_buf_init(&self->before, WB_ORDER_MAX);
    wb_buf_init(&self->after, WB_ORDER_MAX);
    wb_buf_init(&self->merged, WB_ORDER_MAX);
}

static void
kit_end(judge_kit *self)
{
    wb_buf_fini(&self->before);
    wb_buf_fini(&self->after);
    wb_buf_fini(&self->merged);
}

/* Says an order at its own update time, read at `observed`. */
static void
say(judge_kit *self, const wb_order *order, uint32_t owners, int64_t observed)
{
    wb_buf *bytes = self->row.revision ? &self->after : &self->before;
    wb_observation said = {.record = WB_VIEW_LIT("t/a/order/111"),
                           .origin = WB_VIEW_LIT("t/a"),
                           .kind = WB_RECORD_ORDER,
                           .owners = owners,
                           .source_utc_us = self->source ? self->source : order->updated_utc_us,
                           .observed_utc_us = observed,
                           .status = order->status,
                           .routed = true};

    wb_buf_clear(bytes);
    ck_assert(!wb_canonical_encode(wb_order_fields, order, bytes, &self->err));
    said.canonical = wb_buf_view(bytes);
    ck_assert_msg(!wb_mapper_judge(&said, self->row.revision > 0, &self->row, &self->merged,
                                   &self->judged, &self->err),
                  "%s", self->err.text);
}

static wb_order
plain_order(void)
{
    return (wb_order){
        .external_id = WB_VIEW_LIT("111"),
        .channel = WB_VIEW_LIT("shop"),
        .status = WB_ORDER_CREATED,
        .updated_utc_us = S(1),
        .buyer = {.email = WB_VIEW_LIT("a@x")},
        .ship_to = { .company = WB_VIEW_LIT("Old"),  .line2 = WB_VIEW_LIT("2")}
    };
}

/* The address is told and the buyer is not, or the other way round: each is replaced by itself. */
START_TEST(an_address_changes_without_its_buyer)
{
    wb_order order = plain_order(), now;
    judge_kit self;

    kit_start(&self);
    say(&self, &order, WB_OWNERS_ALL, S(2));
    order.updated_utc_us = S(3);
    order.buyer.email = (wb_view){NULL, 0};
    order.ship_to.company = WB_VIEW_LIT("New");
    say(&self, &order, WB_OWNERS_ALL & ~GROUP(BUYER), S(4));
    ck_assert_int_eq(self.judged.outcome, WB_OUTCOME_HANDED_ON);
    ck_assert(!wb_canonical_decode(wb_order_fields, self.row.canonical, &now, sizeof now, NULL));
    ck_assert(wb_view_is(now.ship_to.company, "New"));
    ck_assert(wb_view_is(now.buyer.email, "a@x"));
    wb_canonical_fini(wb_order_fields, &now);
    kit_end(&self);
}
END_TEST

/* What a newer release wrote into a group that is not covered is still there. */
START_TEST(members_of_a_newer_release_are_carried_along)
{
    static const char old[] = "\x84\x01\xa1"
                              "A\x03\xa1"
                              "c\x06\x02\x17\x82\x02\xa3"
                              "a@x\xcc\xc8\xa1"
                              "N";
    static const char said[] = "\x83\x01\xa1"
                               "A\x03\xa1"
                               "c\x06\x04";
    wb_mixture from = {
        {said, sizeof said - 1},
        {old,  sizeof old - 1 },
        GROUP(HEAD), 0
    };
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_err err = {0};

    wb_buf_init(&out, WB_ORDER_MAX);
    ck_assert_msg(!wb_canonical_mix(wb_order_fields, &from, &out, &err), "%s", err.text);
    ck_assert_uint_eq(out.len, sizeof old - 1); /* said and carried along */
    ck_assert(memmem(out.data, out.len, "\xcc\xc8\xa1N", 4) != NULL);
    ck_assert(memmem(out.data, out.len, "\x06\x04", 2) != NULL);
}
END_TEST

/* A record as the release before left it, and what is read of the same order now. */
static const struct {
    const char *label;
    uint8_t mapping; /* that left it */
    int64_t updated; /* the order, now; what it tells shows it elsewhere */
    bool learns, changes, cancels;
    wb_outcome outcome;
} upgrades[] = {
    {"learnt alone",            0, S(1), true,  false, false, WB_OUTCOME_UNCHANGED},
    {"learnt with a change",    0, S(1), true,  true,  false, WB_OUTCOME_HANDED_ON},
    {"learnt, and newer",       0, S(5), true,  false, false, WB_OUTCOME_HANDED_ON},
    {"0 that nobody told",      0, S(1), false, false, false, WB_OUTCOME_UNCHANGED},
    {"cancelled, and was 0",    0, S(1), false, false, true,  WB_OUTCOME_HANDED_ON},
    {"no upgrade lies between", 1, S(1), true,  false, false, WB_OUTCOME_HANDED_ON},
};

START_TEST(an_upgrade_makes_no_revision_by_itself)
{
    wb_order_line line = {
        .line_id = WB_VIEW_LIT("1"), .quantity = {1, true}
    };
    bool changes = upgrades[_i].changes;
    wb_order order = plain_order();
    uint64_t revision;
    judge_kit self;

    order.lines = (wb_field_list){&line, 1};
    line.quantity_cancelled.known = upgrades[_i].mapping == 0;
    kit_start(&self);
    say(&self, &order, WB_OWNERS_ALL, S(2));
    self.row.observations[0].mapping = upgrades[_i].mapping;
    if (!upgrades[_i].mapping)
        self.row.observations[0].owners &= ~GROUP(ADDRESS); /* it was in the buyer's */
    revision = self.row.revision;
    self.source = upgrades[_i].updated;
    line.quantity_cancelled = (wb_count){1, upgrades[_i].cancels};
    if (!upgrades[_i].cancels)
        line.quantity_cancelled = (wb_count){0};
    if (upgrades[_i].learns)
        order.proceeds_total = (wb_money){100, "USD", 2};
    if (changes)
        order.ship_to.line2 = WB_VIEW_LIT("3");
    say(&self, &order, WB_OWNERS_ALL, S(8));
    ck_assert_msg(self.judged.outcome == upgrades[_i].outcome, "%s: %s", upgrades[_i].label,
                  wb_outcome_name(self.judged.outcome));
    ck_assert_msg((self.row.revision > revision) == (self.judged.outcome == WB_OUTCOME_HANDED_ON),
                  "%s", upgrades[_i].label);
    ck_assert_int_eq(self.row.observations[0].mapping, WB_MAPPING_NOW);
    if (self.judged.outcome == WB_OUTCOME_UNCHANGED) { /* and stays so, without looking again */
        ck_assert(self.judged.touch);
        say(&self, &order, WB_OWNERS_ALL, S(9));
        ck_assert_int_eq(self.judged.outcome, WB_OUTCOME_UNCHANGED);
    }
    kit_end(&self);
}
END_TEST

/* Rows of a release that stored no time where none was told. */
START_TEST(a_stored_observation_without_time)
{
    said_row known_row = {WB_ORDER_CREATED, "a", 0, S(6)},
             old_row = {WB_ORDER_CREATED, "b", 0, S(5)};
    WB_AUTO(wb_buf_fini) wb_buf first = {0};
    WB_AUTO(wb_buf_fini) wb_buf second = {0};
    WB_AUTO(wb_buf_fini) wb_buf merged = {0};
    wb_record_row row = {0};
    wb_observation said;
    wb_judged judged;

    wb_buf_init(&first, WB_ORDER_MAX);
    wb_buf_init(&second, WB_ORDER_MAX);
    wb_buf_init(&merged, WB_ORDER_MAX);
    said = observation(&known_row, &first, "t/a", UINT32_MAX);
    ck_assert(!wb_mapper_judge(&said, false, &row, &merged, &judged, NULL));
    row.observations[0].source_utc_us = 0;
    said = observation(&old_row, &second, "t/a", UINT32_MAX);
    ck_assert(!wb_mapper_judge(&said, true, &row, &merged, &judged, NULL));
    ck_assert_int_eq(judged.outcome, WB_OUTCOME_STALE);
}
END_TEST

/* What is told of the reading is no news of the record; what else differs is. */
START_TEST(a_field_left_out_is_no_revision)
{
    wb_order order = {.external_id = WB_VIEW_LIT("111"), .status = WB_ORDER_CREATED};
    WB_AUTO(wb_buf_fini) wb_buf whole = {0};
    WB_AUTO(wb_buf_fini) wb_buf noted = {0};
    WB_AUTO(wb_buf_fini) wb_buf meaning = {0};
    WB_AUTO(wb_buf_fini) wb_buf merged = {0};
    wb_observation said = {.record = WB_VIEW_LIT("t/a/order/111"),
                           .origin = WB_VIEW_LIT("t/a"),
                           .kind = WB_RECORD_ORDER,
                           .owners = UINT32_MAX,
                           .observed_utc_us = S(1)};
    wb_record_row row = {0};
    wb_judged judged;

    wb_buf_init(&whole, WB_ORDER_MAX);
    wb_buf_init(&noted, WB_ORDER_MAX);
    wb_buf_init(&meaning, WB_ORDER_MAX);
    wb_buf_init(&merged, WB_ORDER_MAX);
    ck_assert(!wb_canonical_encode(wb_order_fields, &order, &whole, NULL));
    said.canonical = wb_buf_view(&whole);
    ck_assert(!wb_mapper_judge(&said, false, &row, &merged, &judged, NULL));
    order.left_out = WB_VIEW_LIT("deliverByWindow");
    order.repaired = WB_VIEW_LIT("title");
    ck_assert(!wb_canonical_encode(wb_order_fields, &order, &noted, NULL));
    ck_assert(!wb_canonical_meaning(wb_order_fields, &order, &meaning, NULL));
    ck_assert(wb_view_eq(wb_buf_view(&meaning), wb_buf_view(&whole)));
    said.canonical = wb_buf_view(&noted);
    said.meaning = wb_buf_view(&meaning);
    said.observed_utc_us = S(2);
    ck_assert(!wb_mapper_judge(&said, true, &row, &merged, &judged, NULL));
    ck_assert_int_eq(judged.outcome, WB_OUTCOME_UNCHANGED);
    said.meaning = (wb_view){NULL, 0};
    said.observed_utc_us = S(3);
    ck_assert(!wb_mapper_judge(&said, true, &row, &merged, &judged, NULL));
    ck_assert_int_eq(judged.outcome, WB_OUTCOME_HANDED_ON);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {judge_row,                                      WB_COUNT(rows)    },
        {groups_of_another_origin_stay,                  0                 },
        {a_change_comes_after_what_was_and_stays_routed, 0                 },
        {an_address_changes_without_its_buyer,           0                 },
        {members_of_a_newer_release_are_carried_along,   0                 },
        {an_upgrade_makes_no_revision_by_itself,         WB_COUNT(upgrades)},
        {a_stored_observation_without_time,              0                 },
        {a_field_left_out_is_no_revision,                0                 },
        {NULL,                                           0                 },
    };

    return wb_suite_run("actors.mapper.merge", cases);
}
