/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/systems/amazon/body.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/json.h"
#include "tests/unit/suite.h"

#define ORDERS 300
#define CHANGES 3
#define ALL_SETS ((WB_SIM_FULFILLMENT_ORDERS << 1) - 1)

static wb_sim_faults faults;
static wb_sim_market *market;
static wb_json *json;

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
    (void)wb_sim_faults_place(&faults, "orders", WB_SIM_TEXTS);
    market = wb_sim_market_new(&conf, &faults);
    json = wb_json_new();
    wb_sim_market_start(market, 1);
    (void)wb_sim_market_run(market, (wb_sim_market_turn){1, INT64_C(1767323045123456), 10000},
                            nothing, NULL);
}

static wb_view
text_at(const char *path)
{
    wb_view text = {NULL, 0};
    wb_err err = {0};

    ck_assert_msg(!wb_json_text(json, wb_json_at(json, 0, path), &text, path, &err), "%s",
                  err.text);
    return text;
}

static void
parse(const wb_buf *body, wb_err *err)
{
    ck_assert_msg(!wb_json_parse(json, wb_buf_view(body), err), "%s", err->text);
}

/* Every document of every version is JSON, and the marker leads back to order and version. */
START_TEST(test_documents)
{
    WB_AUTO(wb_buf_fini) wb_buf escaped = {0};
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_err err = {0};
    size_t total = 0;
    uint32_t order = 0, version = 0;

    ck_assert(wb_sim_market_done(market));
    wb_buf_init(&body, 1 << 20);
    wb_buf_init(&escaped, 1 << 20);
    for (uint32_t n = 0; n < ORDERS; n++)
        for (uint32_t v = 1; v <= CHANGES + 1; v++) {
            wb_buf_clear(&body);
            wb_sim_body_order(&body, market, n, v, ALL_SETS);
            parse(&body, &err);
            total += body.len;
            wb_json_ref alias = wb_json_first(json, wb_json_get(json, 0, "orderAliases"));
            wb_view marker = {NULL, 0};
            ck_assert(!wb_json_text(json, wb_json_get(json, alias, "aliasId"), &marker, "", NULL));
            ck_assert(wb_sim_marker(marker, &order, &version));
            ck_assert_uint_eq(order, n);
            ck_assert_uint_eq(version, v);
            wb_buf_clear(&body);
            wb_sim_body_order_v0(&body, market, n, v);
            parse(&body, &err);
            wb_buf_clear(&body);
            wb_buf_clear(&escaped);
            wb_buf_add_text(&escaped, "{\"Body\":\"");
            wb_sim_body_notice(&body, &escaped, market, n, v);
            wb_buf_add_text(&escaped, "\"}");
            parse(&escaped, &err); /* the same text, as it stands inside another */
            ck_assert(!wb_json_text(json, wb_json_get(json, 0, "Body"), &marker, "", NULL));
            ck_assert(wb_view_eq(marker, wb_buf_view(&body)));
            parse(&body, &err);
        }
    total /= (size_t)ORDERS * (CHANGES + 1);
    ck_assert_uint_ge(total, 3000);
    ck_assert_uint_le(total, 4500);
}
END_TEST

/* What was not asked for is not told: without FULFILLMENT there is no status at all. */
START_TEST(test_data_sets)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_err err = {0};

    wb_buf_init(&body, 1 << 20);
    wb_sim_body_order(&body, market, 5, 1, 0);
    parse(&body, &err);
    ck_assert_uint_eq(wb_json_get(json, 0, "fulfillment"), WB_JSON_NONE);
    ck_assert_uint_eq(wb_json_get(json, 0, "buyer"), WB_JSON_NONE);
    wb_buf_clear(&body);
    wb_sim_body_order(&body, market, 5, 1, WB_SIM_FULFILLMENT);
    parse(&body, &err);
    ck_assert_uint_gt(text_at("fulfillment.fulfillmentStatus").len, 0);
    ck_assert_uint_eq(wb_json_get(json, 0, "buyer"), WB_JSON_NONE);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_documents, 0},
        {test_data_sets, 0},
        {NULL,           0},
    };

    set_up();
    int rc = wb_suite_run("actors.connectors.amazon.sim.body", tests);
    wb_sim_market_destroy(&market);
    wb_json_destroy(&json);
    return rc;
}
