/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the warehouses do with orders, and what they hold: shipped, split, merged, stopped.
 */
#include <stdlib.h>
#include <time.h>

#include "tests/unit/actors/connectors/lingxing/sim/sim_kit.h"

#define REVIEW "/basicOpen/openapi/multiplatform/order/review"
#define CANCEL "/pb/mp/order/v2/cancelOrder"
#define PRODUCTS "/erp/sc/routing/data/local_inventory/productList"
#define WAREHOUSES "/erp/sc/data/local_inventory/warehouse"
#define METHODS "/erp/sc/routing/wms/WmsLogistics/listUsedLogisticsType"

static int64_t
int_of(world *self, wb_json_ref at, const char *name)
{
    int64_t value = -1;

    ck_assert(!wb_json_int(self->json, wb_json_get(self->json, at, name), &value, name, NULL));
    return value;
}

static wb_json_ref
row_at(world *self, const char *path, size_t number)
{
    wb_json_ref at = wb_json_first(self->json, wb_json_at(self->json, 0, path));

    while (number--)
        at = wb_json_next(self->json, at);
    return at;
}

static bool
is(world *self, wb_json_ref at, const char *name, const char *wanted)
{
    wb_view text = {"", 0};

    ck_assert(!wb_json_text(self->json, wb_json_get(self->json, at, name), &text, name, NULL));
    return wb_view_is(text, wanted);
}

static void
approve(world *self, const char *global)
{
    char body[128];

    (void)snprintf(body, sizeof body, "{\"global_order_no\":[\"%s\"]}", global);
    (void)call(self, REVIEW, body);
    ck_assert_msg(wb_view_is(text_at(self, "data.success_num"), "1"), "%s",
                  wb_buf_text(&self->body));
}

/* The outbound orders; how many there are. */
static size_t
outbound(world *self, const char *body)
{
    ck_assert_int_eq(call(self, OUTBOUND, body), 200);
    check_code(self, "0");
    return wb_json_count(self->json, wb_json_get(self->json, 0, "data"));
}

static void
wait_shipped(world *self, uint32_t number, uint32_t version)
{
    const wb_sim_shipment *at = NULL;

    for (int64_t end_ms = wb_now_ms() + 20000; !at || at->version < version;) {
        ck_assert_int_lt(wb_now_ms(), end_ms);
        wb_sim_turn(self->sim, 1);
        at = wb_sim_works_shipment(self->sim->works, number);
    }
}

/* Nothing leaves before it is approved; what does is told with its number, and corrected. */
START_TEST(test_shipped)
{
    static world it;
    char global[32], id[WB_SIM_ID_LEN + 1], first[40], body[128];

    make_world(&it, (char *[]){"--ship-after", "1", NULL});
    get_token(&it);
    create_for(&it, 10, global); /* a fifth: it is corrected */
    for (int i = 0; i < 20; i++)
        wb_sim_turn(it.sim, 1);
    ck_assert_uint_eq(wb_sim_works_due(it.sim->works), 0);
    ck_assert_uint_eq(outbound(&it, "{\"page\":1,\"page_size\":200}"), 0);
    approve(&it, global);
    wait_shipped(&it, 10, 2);
    ck_assert_uint_eq(outbound(&it, "{\"page\":1,\"page_size\":200,\"time_type\":\"update_at\"}"),
                      1);
    check_text(&it, "total", "1");
    wb_json_ref row = row_at(&it, "data", 0);
    wb_sim_market_id(it.sim->market, id, 10);
    ck_assert_int_eq(int_of(&it, row, "status"), 3);
    ck_assert(is(&it, row, "order_number", global));
    ck_assert(is(&it, row, "tracking_no", wb_sim_works_shipment(it.sim->works, 10)->tracking));
    (void)snprintf(first, sizeof first, "WB%s", wb_sim_works_shipment(it.sim->works, 10)->tracking);
    ck_assert(is(&it, row, "waybill_no", first));
    ck_assert(is(&it, row, "surface_print_time", "0000-00-00 00:00:00"));
    wb_view no = {NULL, 0};
    ck_assert(!wb_json_text(it.json,
                            wb_json_first(it.json, wb_json_get(it.json, row, "platform_order_no")),
                            &no, "", NULL));
    ck_assert(wb_view_is(no, id));
    wb_sim_line lines[WB_SIM_LINES_MAX];
    int count = wb_sim_order_lines(it.sim->market, 10, lines);
    ck_assert_uint_eq(wb_json_count(it.json, wb_json_get(it.json, row, "product_info")),
                      (size_t)count);
    ck_assert_int_eq(
        int_of(&it, wb_json_first(it.json, wb_json_get(it.json, row, "product_info")), "count"),
        lines[0].quantity);
    ck_assert_str_eq(wb_sim_works_shipment(it.sim->works, 10)->account,
                     !strcmp(store_of(&it, 10), STORE_1) ? "shop1" : "shop2");
    (void)snprintf(body, sizeof body, "{\"platform_order_no_arr\":[\"%s\"]}", id);
    ck_assert_uint_eq(outbound(&it, body), 1);
    ck_assert_uint_eq(outbound(&it, "{\"platform_order_no_arr\":[\"none\"]}"), 0);
    ck_assert_uint_eq(outbound(&it, "{\"status_arr\":[3]}"), 1);
    ck_assert_uint_eq(outbound(&it, "{\"status_arr\":[1,2,4]}"), 0);
    ck_assert_uint_eq(outbound(&it, "{\"page\":2,\"page_size\":1}"), 0);
    (void)call(&it, OUTBOUND, "{\"page_size\":201}");
    check_code(&it, "500");
    end_world(&it);
}
END_TEST

/* Days are those of Beijing, and both ends of them are in. */
START_TEST(test_days)
{
    static world it;
    char body[256], global[32], day[WB_TIME_TEXT_MAX + 1];

    make_world(&it, (char *[]){"--ship-after", "1", NULL});
    get_token(&it);
    create_for(&it, 1, global);
    approve(&it, global);
    wait_shipped(&it, 1, 1);
    int64_t at_utc_us = wb_sim_works_shipment(it.sim->works, 1)->changed_utc_us;
    for (int shift = -1; shift <= 1; shift++) {
        wb_time_text(day, at_utc_us + (8 + 24 * shift) * 3600 * WB_US_PER_S, false);
        (void)snprintf(body, sizeof body,
                       "{\"end_date\":\"%.10s\",\"start_date\":\"%.10s\",\"time_type\":"
                       "\"update_at\"}",
                       day, day);
        ck_assert_uint_eq(outbound(&it, body), shift ? 0 : 1);
    }
    (void)call(&it, OUTBOUND, "{\"start_date\":\"20260101\"}");
    check_code(&it, "500");
    (void)call(&it, OUTBOUND, "{\"time_type\":\"changed\"}");
    check_code(&it, "500");
    end_world(&it);
}
END_TEST

/* Cancelled in time it is stopped; the works of this world do not ship it. */
START_TEST(test_stopped)
{
    static world it;
    char body[128], global[32], other[32];

    make_world(&it, (char *[]){"--ship-after", "300", NULL});
    get_token(&it);
    create_for(&it, 1, global);
    create_for(&it, 2, other);
    approve(&it, global);
    approve(&it, other);
    (void)snprintf(body, sizeof body, "{\"order_list\":[\"%s\"]}", global);
    (void)call(&it, CANCEL, body);
    check_text(&it, "data.success_num", "1");
    wait_shipped(&it, 2, 1);
    ck_assert_ptr_null(wb_sim_works_shipment(it.sim->works, 1));
    ck_assert_uint_eq(outbound(&it, "{\"status_arr\":[4]}"), 1);
    ck_assert(is(&it, row_at(&it, "data", 0), "order_number", global));
    ck_assert(is(&it, row_at(&it, "data", 0), "tracking_no", ""));
    (void)snprintf(body, sizeof body, "{\"order_list\":[\"%s\"]}", other);
    (void)call(&it, CANCEL, body);
    check_text(&it, "data.fail_num", "1");
    end_world(&it);
}
END_TEST

static uint32_t
with_lines(const world *self, int wanted, uint32_t from)
{
    wb_sim_line lines[WB_SIM_LINES_MAX];

    while (wb_sim_order_lines(self->sim->market, from, lines) < wanted)
        from++;
    ck_assert_uint_lt(from, 30);
    return from;
}

/* Sent from two places: two system orders stand for the first, each with its part of the lines. */
START_TEST(test_split)
{
    static world it;
    char global[32], id[WB_SIM_ID_LEN + 1], numbers[64], body[64], tracking[40];
    wb_sim_line lines[WB_SIM_LINES_MAX];

    make_world(&it, (char *[]){"--ship-after", "1", "--lingxing-split", "1000", NULL});
    get_token(&it);
    uint32_t number = with_lines(&it, 2, 1);
    size_t count = (size_t)wb_sim_order_lines(it.sim->market, number, lines);
    create_for(&it, number, global);
    approve(&it, global);
    wait_shipped(&it, number, 1);
    wb_sim_market_id(it.sim->market, id, number);
    (void)snprintf(numbers, sizeof numbers, "\"%s\"", id);
    find(&it, numbers);
    check_text(&it, "data.total", "2");
    ck_assert(is(&it, row_at(&it, "data.list", 0), "split_type", "3"));
    ck_assert_int_eq(int_of(&it, row_at(&it, "data.list", 1), "status"), 6);
    ck_assert_uint_eq(outbound(&it, "{}"), 2);
    wb_json_ref first = row_at(&it, "data", 0), second = row_at(&it, "data", 1);
    ck_assert_uint_eq(wb_json_count(it.json, wb_json_get(it.json, first, "product_info")), 1);
    ck_assert_uint_eq(wb_json_count(it.json, wb_json_get(it.json, second, "product_info")),
                      count - 1);
    (void)snprintf(tracking, sizeof tracking, "%s-2",
                   wb_sim_works_shipment(it.sim->works, number)->tracking);
    ck_assert(is(&it, second, number % 7 ? "tracking_no" : "waybill_no", tracking));
    (void)snprintf(body, sizeof body, "{\"order_list\":[\"%s\"]}", global);
    (void)call(&it, CANCEL, body); /* the number from before is dead */
    check_text(&it, "data.fail_num", "1");
    end_world(&it);
}
END_TEST

/* Sent together: one system order stands for both, and what went alone is stopped. */
START_TEST(test_merged)
{
    static world it;
    char first[32], second[32], a[WB_SIM_ID_LEN + 1], b[WB_SIM_ID_LEN + 1], numbers[96];

    make_world(&it, (char *[]){"--ship-after", "300", "--lingxing-merge", "1000", NULL});
    get_token(&it);
    uint32_t other = 3;
    while (strcmp(store_of(&it, other), store_of(&it, 1)) != 0)
        other++;
    create_for(&it, 1, first);
    create_for(&it, other, second);
    approve(&it, first);
    approve(&it, second);
    wb_sim_market_id(it.sim->market, a, 1);
    wb_sim_market_id(it.sim->market, b, other);
    (void)snprintf(numbers, sizeof numbers, "\"%s\",\"%s\"", a, b);
    find(&it, numbers);
    check_text(&it, "data.total", "1");
    ck_assert(is(&it, row_at(&it, "data.list", 0), "split_type", "2"));
    check_holds(&it, a);
    check_holds(&it, b);
    (void)snprintf(numbers, sizeof numbers, "\"%s\"", b);
    find(&it, numbers);
    check_text(&it, "data.total", "1");
    ck_assert_uint_eq(outbound(&it, "{}"), 2);
    ck_assert_int_eq(int_of(&it, row_at(&it, "data", 0), "status"), 4);
    wait_shipped(&it, 1, 1);
    wait_shipped(&it, other, 1);
    ck_assert_uint_eq(outbound(&it, "{\"status_arr\":[3]}"), 1);
    wb_json_ref row = row_at(&it, "data", 0);
    ck_assert_uint_eq(wb_json_count(it.json, wb_json_get(it.json, row, "platform_order_no")), 2);
    end_world(&it);
}
END_TEST

/* The rows of all pages add up to what is held. */
START_TEST(test_stock)
{
    static world it;
    int64_t sums[WB_SIM_WAREHOUSES][20] = {0};
    char body[128];
    size_t rows = 0;

    make_world(&it, (char *[]){"--ship-after", "1", NULL});
    get_token(&it);
    for (int offset = 0; offset < 100; offset += 7) {
        (void)snprintf(body, sizeof body, "{\"length\":7,\"offset\":%d}", offset);
        (void)call(&it, STOCK, body);
        check_text(&it, "total", "48");
        for (wb_json_ref at = row_at(&it, "data", 0); at != WB_JSON_NONE;
             at = wb_json_next(it.json, at), rows++) {
            wb_view sku = {NULL, 0};
            int64_t goods = 0;
            ck_assert(!wb_json_text(it.json, wb_json_get(it.json, at, "sku"), &sku, "", NULL));
            ck_assert(!wb_text_int(&goods, (wb_view){sku.data + 4, sku.len - 4}, NULL));
            sums[int_of(&it, at, "wid") - 2501][goods] += int_of(&it, at, "product_valid_num");
        }
    }
    ck_assert_uint_eq(rows, 48); /* a fifth of the goods have two */
    for (uint32_t goods = 0; goods < 20; goods++)
        for (int i = 0; i < WB_SIM_WAREHOUSES; i++)
            ck_assert_int_eq(sums[i][goods], wb_sim_works_held(it.sim->works, goods, i));
    (void)call(&it, STOCK, "{\"length\":801}");
    check_code(&it, "500");
    (void)call(&it, STOCK, "{\"length\":800,\"wid\":\"2502\"}");
    check_text(&it, "total", "24");
    check_holds(&it, "\"third_inventory\":{\"qty_sellable\":");
    (void)call(&it, STOCK, "{\"length\":800,\"sku\":\"00003\",\"wid\":\"2501,2502\"}");
    check_text(&it, "total", "2");
    end_world(&it);
}
END_TEST

/* What is ordered is locked until it is sent. */
START_TEST(test_locked)
{
    static world it;
    char global[32], body[64];
    wb_sim_line lines[WB_SIM_LINES_MAX];

    make_world(&it, (char *[]){"--ship-after", "1", NULL});
    get_token(&it);
    (void)wb_sim_order_lines(it.sim->market, 1, lines);
    (void)snprintf(body, sizeof body, "{\"sku\":\"SKU-%05u\",\"wid\":\"2501\"}", lines[0].goods);
    create_for(&it, 1, global);
    (void)call(&it, STOCK, body);
    ck_assert_int_ge(int_of(&it, row_at(&it, "data", 0), "product_lock_num"), lines[0].quantity);
    approve(&it, global);
    wait_shipped(&it, 1, 1);
    (void)call(&it, STOCK, body);
    ck_assert_int_eq(int_of(&it, row_at(&it, "data", 0), "product_lock_num"), 0);
    end_world(&it);
}
END_TEST

START_TEST(test_products_and_places)
{
    static world it;

    make_world(&it, NULL);
    get_token(&it);
    (void)call(&it, PRODUCTS, "{\"length\":15,\"offset\":10}");
    check_code(&it, "0");
    check_text(&it, "total", "20");
    ck_assert_uint_eq(wb_json_count(it.json, wb_json_get(it.json, 0, "data")), 10);
    ck_assert(is(&it, row_at(&it, "data", 0), "sku", "SKU-00010"));
    (void)call(&it, PRODUCTS, "{\"sku_list\":[\"SKU-00003\",\"none\"]}");
    check_text(&it, "total", "1");
    (void)call(&it, PRODUCTS, "{\"update_time_end\":9}");
    check_text(&it, "total", "0");
    (void)call(&it, PRODUCTS, "{\"length\":1001}");
    check_code(&it, "500");
    (void)call(&it, WAREHOUSES, "{}");
    check_text(&it, "total", "1");
    ck_assert_int_eq(int_of(&it, row_at(&it, "data", 0), "wid"), 2501);
    (void)call(&it, WAREHOUSES, "{\"type\":3}");
    ck_assert_int_eq(int_of(&it, row_at(&it, "data", 0), "wid"), 2502);
    (void)call(&it, METHODS, "{\"param\":{\"provider_type\":0}}");
    check_text(&it, "total", "2");
    ck_assert(is(&it, row_at(&it, "data", 0), "type_id", "265"));
    (void)call(&it, METHODS, "{}");
    check_code(&it, "500");
    end_world(&it);
}
END_TEST

/* What a run's configuration is told. */
START_TEST(test_setup)
{
    static world it;

    make_world(&it, (char *[]){"--ship-after", "1", NULL});
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/setup?target=main", &it.body), 200);
    check_holds(&it, "\"app_id\":\"" APP "\"");
    check_holds(&it, "\"app_secret\":\"s+/main==\"");
    check_holds(&it, "[{account: shop1, name: \\\"店铺 1\\\", sid: \\\"1\\\"}, "
                     "{account: shop2, name: \\\"店铺 2\\\", sid: \\\"2\\\"}]");
    it.body.len = 0;
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/setup?target=main&ids=1", &it.body), 200);
    check_holds(&it, "[{account: shop1, store_id: \\\"");
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/stats", &it.body), 200);
    check_holds(&it, "\"lingxing\":{\"tokens\":0,");
    end_world(&it);
}
END_TEST

/* It is 17 o'clock in this world: in Beijing the next day has begun. */
static void
be_late(void)
{
    char offset[32];
    time_t now = time(NULL);

    (void)snprintf(offset, sizeof offset, "%lld", (long long)(17 * 3600 - now % 86400));
    if (setenv("WB_CLOCK_OFFSET_S", offset, 1))
        abort();
}

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_shipped,             0},
        {test_days,                0},
        {test_stopped,             0},
        {test_split,               0},
        {test_merged,              0},
        {test_stock,               0},
        {test_locked,              0},
        {test_products_and_places, 0},
        {test_setup,               0},
        {NULL,                     0},
    };

    be_late();
    return wb_suite_run("actors.connectors.lingxing.sim.outbound", tests);
}
