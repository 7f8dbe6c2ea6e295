/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The version marker goes all the way: the simulator's order, mapped by the connector, as the
 * webhook's receiver sees it.
 */
#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tests/unit/suite.h"
#include "tools/sim/systems/amazon/body.h"

#define ORDERS 100
#define CHANGES 2
#define ALL_SETS ((WB_SIM_FULFILLMENT_ORDERS << 1) - 1)

static void
nothing(void *arg, uint32_t order, uint32_t version)
{
    (void)arg;
    (void)order;
    (void)version;
}

/* The order of the marketplace as the JSON that a target gets. */
static void
travel(const wb_sim_market *market, uint32_t order, uint32_t version, wb_json *json, wb_buf *out)
{
    WB_AUTO(wb_buf_fini) wb_buf raw = {0};
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    wb_mapped mapped;
    wb_err err = {0};

    wb_buf_init(&raw, WB_BODY_MAX);
    wb_buf_init(&packed, WB_ORDER_MAX);
    wb_buf_add_text(&raw, "{\"order\":");
    wb_sim_body_order(&raw, market, order, version, ALL_SETS);
    wb_buf_add_char(&raw, '}');
    wb_envelope env = {.body = wb_buf_view(&raw), .record_kind = WB_RECORD_ORDER};
    ck_assert_msg(!wb_connector_map(&wb_connector_amazon, &env, json, &mapped, &err), "%s",
                  err.text);
    ck_assert(mapped.routed == (wb_sim_state_of(market, order, version) != WB_SIM_STATE_PENDING));
    ck_assert_int_eq(mapped.order.updated_utc_us,
                     wb_sim_market_updated_utc_us(market, order, version));
    ck_assert_msg(!wb_canonical_encode(wb_order_fields, &mapped.order, &packed, &err), "%s",
                  err.text);
    ck_assert_msg(!wb_canonical_json(wb_order_fields, wb_buf_view(&packed), 0, out, &err), "%s",
                  err.text);
    wb_canonical_fini(wb_order_fields, &mapped.order);
}

START_TEST(test_marker)
{
    wb_sim_market_conf conf = {
        .seed = 3, .orders = ORDERS, .changes = CHANGES, .gap = 1, .accounts = 1};
    static wb_sim_faults faults;
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf out = {0};

    wb_buf_init(&out, WB_ORDER_MAX);
    wb_sim_faults_init(&faults, 3);
    WB_AUTO(wb_sim_market_destroy) wb_sim_market *market = wb_sim_market_new(&conf, &faults);
    wb_sim_market_start(market, 1);
    (void)wb_sim_market_run(market, (wb_sim_market_turn){1, INT64_C(1767323045123000), 10000},
                            nothing, NULL);
    for (uint32_t n = 0; n < ORDERS; n++)
        for (uint32_t v = 1; v <= CHANGES + 1; v++) {
            wb_view marker = {NULL, 0};
            uint32_t order = 0, version = 0;
            wb_buf_clear(&out);
            travel(market, n, v, json, &out);
            ck_assert(!wb_json_parse(json, wb_buf_view(&out), NULL));
            ck_assert(
                !wb_json_text(json, wb_json_get(json, 0, "seller_order_id"), &marker, "", NULL));
            ck_assert(wb_sim_marker(marker, &order, &version));
            ck_assert_uint_eq(order, n);
            ck_assert_uint_eq(version, v);
        }
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_marker, 0},
        {NULL,        0},
    };

    return wb_suite_run("actors.connectors.amazon.sim.marker", tests);
}
