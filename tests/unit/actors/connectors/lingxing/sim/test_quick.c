/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders that were shipped elsewhere: accepted, worked on, out or refused; and what comes twice.
 */
#include "tests/unit/actors/connectors/lingxing/sim/sim_kit.h"
#include "tools/sim/systems/lingxing/house.h"

#define QUICK "/pb/mp/order/v2/fastOutbound"
#define RESULT "/pb/mp/order/v2/getFastOutboundResult"
#define WAY "\"logistics_type_id\":\"6-265\",\"wid\":\"2501\""
#define NUMBERS "\"tracking_no\":\"1Z9\",\"waybill_no\":\"1Z9\""

/* An order of none of this world's, which nobody else ships; its global_order_no. */
static void
create_own(world *self, const char *no, char global[32])
{
    char body[512];
    wb_json_ref at;
    wb_view text = {"", 0};

    (void)snprintf(body, sizeof body,
                   "{\"platform_code\":10009,\"store_id\":\"" STORE_1
                   "\",\"orders\":[{\"address_line1\":\"a\",\"city\":\"c\",\"items\":[{"
                   "\"quantity\":2,\"sku\":\"SKU-00003\",\"unit_price\":\"1.50\"}],"
                   "\"platform_order_no\":\"%s\",\"receiver_country_code\":\"CN\","
                   "\"receiver_name\":\"n\"}]}",
                   no);
    (void)call(self, CREATE, body);
    at = wb_json_first(self->json, wb_json_at(self->json, 0, "data.success_details"));
    ck_assert(!wb_json_text(self->json, wb_json_get(self->json, at, "global_order_no"), &text,
                            "global_order_no", NULL));
    (void)snprintf(global, 32, "%.*s", WB_VIEW_ARG(text));
}

static void
submit(world *self, const char *global, const char *rest)
{
    char body[256];

    (void)snprintf(body, sizeof body, "{\"package\":[{\"global_order_no\":\"%s\",%s}]}", global,
                   rest);
    ck_assert_int_eq(call(self, QUICK, body), 200);
    check_code(self, "0");
    check_text(self, "data", "true");
}

/* NULL: it is out. */
static void
check_result(world *self, const char *global, const char *wrong)
{
    char body[128];
    wb_json_ref at;
    wb_view text = {"", 0};

    (void)snprintf(body, sizeof body, "{\"global_order_no\":[\"%s\"]}", global);
    (void)call(self, RESULT, body);
    check_code(self, "0");
    at = wb_json_first(self->json,
                       wb_json_at(self->json, 0, wrong ? "data.failure" : "data.success"));
    ck_assert_msg(at != WB_JSON_NONE, "%s", wb_buf_text(&self->body));
    if (wrong)
        check_holds(self, wrong);
    else
        ck_assert(!wb_json_text(self->json, wb_json_get(self->json, at, "wo_number"), &text,
                                "wo_number", NULL));
    ck_assert(wrong || (text.len > 2 && memcmp(text.data, "WO", 2) == 0));
}

static uint64_t
again(const world *self)
{
    return ((const wb_sim_lingxing_house *)self->sim->erp->state)->quick_again;
}

static bool
is_status(world *self, const char *status)
{
    find(self, "\"P-1\"");
    return strstr(wb_buf_text(&self->body), status) != NULL;
}

START_TEST(test_accepted_worked_on_and_out)
{
    static world it;
    static char *words[] = {"--lingxing-works", "150", NULL};
    char global[32];
    int64_t until_ms;

    make_world(&it, words);
    get_token(&it);
    create_own(&it, "P-1", global);
    check_result(&it, global, "订单没提交快速出库");
    until_ms = wb_now_ms() + 150;
    submit(&it, global, WAY "," NUMBERS);
    if (wb_now_ms() < until_ms) { /* else this machine was busy */
        check_result(&it, global, "正在处理");
        ck_assert(wb_now_ms() >= until_ms || !is_status(&it, "\"status\":6"));
    }
    submit(&it, global, WAY "," NUMBERS);
    ck_assert_uint_eq(again(&it), 1);
    while (!is_status(&it, "\"status\":6"))
        wb_sim_turn(it.sim, 5);
    check_result(&it, global, NULL);
    (void)call(&it, OUTBOUND, "{\"page\":1,\"page_size\":20}");
    check_holds(&it, "\"waybill_no\":\"1Z9\",\"tracking_no\":\"1Z9\"");
    end_world(&it);
}
END_TEST

static const struct {
    const char *rest, *wrong;
} rows[] = {
    {"\"logistics_type_id\":\"265\",\"wid\":\"2501\"," NUMBERS, "仓库或物流方式不存在"},
    {"\"logistics_type_id\":\"6-9\",\"wid\":\"2501\"," NUMBERS, "仓库或物流方式不存在"},
    {"\"logistics_type_id\":\"6-265\",\"wid\":\"9\"," NUMBERS,  "仓库或物流方式不存在"},
    {WAY ",\"tracking_no\":\"1Z9\",\"waybill_no\":\"\"",        "运单号不正确"            },
};

/* It is accepted all the same; only the result says it, and it may be submitted once more. */
START_TEST(test_what_cannot_be)
{
    static world it;
    static char *words[] = {"--lingxing-works", "0", NULL};
    char global[32];

    make_world(&it, words);
    get_token(&it);
    create_own(&it, "P-1", global);
    submit(&it, global, rows[_i].rest);
    check_result(&it, global, rows[_i].wrong);
    ck_assert(is_status(&it, "\"status\":4"));
    submit(&it, global, WAY "," NUMBERS);
    check_result(&it, global, NULL);
    ck_assert_uint_eq(again(&it), 0);
    end_world(&it);
}
END_TEST

START_TEST(test_who_is_not_there)
{
    static world it;
    char global[32], body[128];

    make_world(&it, NULL);
    get_token(&it);
    submit(&it, "7", WAY "," NUMBERS);
    check_result(&it, "7", "订单不存在！");
    create_own(&it, "P-1", global);
    (void)snprintf(body, sizeof body, "{\"order_list\":[\"%s\"]}", global);
    (void)call(&it, "/pb/mp/order/v2/cancelOrder", body);
    submit(&it, global, WAY "," NUMBERS);
    check_result(&it, global, "订单状态不允许快速出库");
    (void)call(&it, QUICK, "{\"package\":[]}");
    check_code(&it, "102");
    (void)call(&it, RESULT, "{\"global_order_no\":\"7\"}");
    check_code(&it, "102");
    end_world(&it);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_accepted_worked_on_and_out, 0             },
        {test_what_cannot_be,             WB_COUNT(rows)},
        {test_who_is_not_there,           0             },
        {NULL,                            0             },
    };

    return wb_suite_run("actors.connectors.lingxing.sim.quick", tests);
}
