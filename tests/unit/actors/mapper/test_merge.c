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
#include "protocol/order.h"
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
                      .channel = WB_VIEW_LIT("amazon"),
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
    wb_outcome outcome = WB_OUTCOME_NONE;
    uint64_t revision;
    bool touch;
    wb_err err = {0};
    wb_rc rc;

    wb_buf_init(&first, WB_ORDER_MAX);
    wb_buf_init(&second, WB_ORDER_MAX);
    wb_buf_init(&merged, WB_ORDER_MAX);
    known = observation(&rows[_i].known, &first, "t/a", UINT32_MAX);
    said = observation(&rows[_i].said, &second, "t/a", UINT32_MAX);
    rc = wb_mapper_judge(&known, false, &row, &merged, &outcome, &touch, &err);
    ck_assert_msg(!rc && outcome == WB_OUTCOME_HANDED_ON, "%s: %s", rows[_i].label, err.text);
    revision = row.revision;
    ck_assert_uint_gt(revision, 0);
    rc = wb_mapper_judge(&said, true, &row, &merged, &outcome, &touch, &err);
    ck_assert_msg(rc == rows[_i].rc, "%s: %s", rows[_i].label, err.text);
    if (rc) {
        ck_assert_ptr_nonnull(strstr(err.text, "contradiction"));
        return;
    }
    ck_assert_msg(outcome == rows[_i].outcome, "%s: %s", rows[_i].label, wb_outcome_name(outcome));
    ck_assert_msg(touch == rows[_i].touch, "%s: touch", rows[_i].label);
    ck_assert_msg((row.revision > revision) == (outcome == WB_OUTCOME_HANDED_ON),
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
    wb_outcome outcome;
    wb_order order;
    bool touch;
    wb_err err = {0};
    uint32_t owner = 0;

    wb_buf_init(&first, WB_ORDER_MAX);
    wb_buf_init(&second, WB_ORDER_MAX);
    wb_buf_init(&merged, WB_ORDER_MAX);
    for (const wb_field *field = wb_order_fields; field->type != WB_FIELD_END; field++)
        if (!strcmp(field->name, "seller_order_id"))
            owner = UINT32_C(1) << field->owner;
    said = observation(&first_row, &first, "t/a", UINT32_MAX);
    ck_assert(!wb_mapper_judge(&said, false, &row, &merged, &outcome, &touch, &err));
    said = observation(&second_row, &second, "t/erp", ~owner);
    ck_assert_msg(!wb_mapper_judge(&said, true, &row, &merged, &outcome, &touch, &err), "%s",
                  err.text);
    ck_assert_int_eq(outcome, WB_OUTCOME_HANDED_ON); /* across origins nothing is compared */
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
    wb_outcome outcome;
    bool touch;
    wb_err err = {0};

    wb_buf_init(&first, WB_ORDER_MAX);
    wb_buf_init(&second, WB_ORDER_MAX);
    wb_buf_init(&merged, WB_ORDER_MAX);
    said = observation(&first_row, &first, "t/a", UINT32_MAX);
    ck_assert(!wb_mapper_judge(&said, false, &row, &merged, &outcome, &touch, &err));
    row.revision = ahead;
    said = observation(&second_row, &second, "t/a", UINT32_MAX);
    said.routed = false;
    ck_assert(!wb_mapper_judge(&said, true, &row, &merged, &outcome, &touch, &err));
    ck_assert_uint_eq(row.revision, ahead + 1);
    ck_assert(row.routed);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {judge_row,                                      WB_COUNT(rows)},
        {groups_of_another_origin_stay,                  0             },
        {a_change_comes_after_what_was_and_stays_routed, 0             },
        {NULL,                                           0             },
    };

    return wb_suite_run("actors.mapper.merge", cases);
}
