/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/engine/order.h"

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

#define ORDERS 300
#define CHANGES 3

static wb_sim_faults faults;
static wb_sim_market *market;

static void
nothing(void *arg, uint32_t order, uint32_t version)
{
    (void)arg;
    (void)order;
    (void)version;
}

static void
set_up(void)
{
    wb_sim_market_conf conf = {
        .seed = 1, .orders = ORDERS, .changes = CHANGES, .gap = 2, .accounts = 2};

    wb_sim_faults_init(&faults, 1);
    market = wb_sim_market_new(&conf, &faults);
    wb_sim_market_start(market, 1);
    (void)wb_sim_market_run(market, (wb_sim_market_turn){1, INT64_C(1767323045123456), 10000},
                            nothing, NULL);
}

/* The last version is final, and a pending one is never the last. */
START_TEST(test_states)
{
    int seen[WB_SIM_STATE_COUNT] = {0};

    ck_assert(wb_sim_market_done(market));
    for (uint32_t n = 0; n < ORDERS; n++)
        for (uint32_t v = 1; v <= CHANGES + 1; v++) {
            wb_sim_state state = wb_sim_state_of(market, n, v);
            bool final = state == WB_SIM_STATE_SHIPPED || state == WB_SIM_STATE_CANCELLED;
            ck_assert_int_eq(final, v == CHANGES + 1);
            ck_assert(state != WB_SIM_STATE_PENDING || v == 1);
            seen[state]++;
        }
    for (int i = 0; i < WB_SIM_STATE_COUNT; i++)
        ck_assert_int_gt(seen[i], 0);
}
END_TEST

static const char *const strangers[] = {"",     "S-",     "S-1",    "S-1-v",
                                        "S-v1", "X-1-v1", "S-1-vx", "S-99999999999-v1"};

START_TEST(test_no_markers)
{
    uint32_t order, version;

    ck_assert(!wb_sim_marker(wb_view_of(strangers[_i]), &order, &version));
    ck_assert(!wb_sim_marker_in(wb_view_of(strangers[_i]), &order, &version));
}
END_TEST

START_TEST(test_markers)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    uint32_t order = 0, version = 0;

    wb_buf_init(&text, 64);
    wb_sim_marker_put(&text, 4294967294, 201);
    ck_assert_str_eq(wb_buf_text(&text), "S-4294967294-v201");
    ck_assert(wb_sim_marker(wb_buf_view(&text), &order, &version));
    ck_assert(order == 4294967294 && version == 201);
}
END_TEST

/* Wherever it stands in a text: the first whole one. */
START_TEST(test_markers_in_texts)
{
    static const char *const texts[] = {"S-17-v2", "a S-17-v2", "{\"t\":\"S-x-v1 S-17-v2\"}",
                                        "S-S-17-v2", "S-99999999999-v1 S-17-v2-S-18-v3"};

    for (size_t i = 0; i < WB_COUNT(texts); i++) {
        uint32_t order = 0, version = 0;
        ck_assert_msg(wb_sim_marker_in(wb_view_of(texts[i]), &order, &version), "%s", texts[i]);
        ck_assert(order == 17 && version == 2);
    }
}
END_TEST

/* The same order has the same lines; orders differ; nothing costs nothing. */
START_TEST(test_lines)
{
    wb_sim_line lines[WB_SIM_LINES_MAX], again[WB_SIM_LINES_MAX];
    int counts[WB_SIM_LINES_MAX + 1] = {0};

    for (uint32_t n = 0; n < ORDERS; n++) {
        int count = wb_sim_order_lines(market, n, lines);
        ck_assert_int_eq(wb_sim_order_lines(market, n, again), count);
        counts[count]++;
        for (int i = 0; i < count; i++) {
            ck_assert(lines[i].goods == again[i].goods && lines[i].goods < WB_SIM_GOODS_USUAL);
            ck_assert_int_eq(lines[i].quantity, again[i].quantity);
            ck_assert_int_ge(lines[i].quantity, 1);
            ck_assert_int_ge(lines[i].unit_minor, 500);
        }
    }
    for (int i = 1; i <= WB_SIM_LINES_MAX; i++)
        ck_assert_int_gt(counts[i], 0);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_states,           0                  },
        {test_no_markers,       WB_COUNT(strangers)},
        {test_markers,          0                  },
        {test_markers_in_texts, 0                  },
        {test_lines,            0                  },
        {NULL,                  0                  },
    };

    set_up();
    int rc = wb_suite_run("tools.sim.engine.order", tests);
    wb_sim_market_destroy(&market);
    return rc;
}
