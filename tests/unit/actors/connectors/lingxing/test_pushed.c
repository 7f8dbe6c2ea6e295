/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders through a real pump: which calls leave, one after another, and what is known in the end
 */
#include "tests/unit/actors/connectors/lingxing/pushed_kit.h"

#define ERP "default/erp"
#define RECORD "default/shop/order/PO-1"
#define YAML                                                                                       \
    "  erp: {connector: lingxing, backoff_min_ms: 10ms, backoff_max_ms: 40ms, attempts_max: 3, "   \
    "retry_parked: {every: 200ms, during: 1h}, "                                                   \
    "options: {url: 'http://erp', app_id: ak_TestOnlyKey01, app_secret: '${env:HOME}', "           \
    "stores: [{account: shop, store_id: '111'}]}}\n"

#define YAML_NAMED                                                                                 \
    "  erp: {connector: lingxing, backoff_min_ms: 10ms, backoff_max_ms: 40ms, attempts_max: 3, "   \
    "options: {url: 'http://erp', app_id: ak_TestOnlyKey01, app_secret: '${env:HOME}', "           \
    "wid: Yiwu, logistics_type_id: Air, stores: [{account: shop, name: Mine}]}}\n"

static void
setup(void)
{
    open_with(YAML);
}

/* --- what is wanted, and what the ERP says --- */

#define RECORD_2 "default/shop/order/PO-2"
static const char *record = RECORD;

static size_t
want(uint64_t revision, wb_order_status status, const char *line1, const char *note)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_order_line line = {
        .line_id = WB_VIEW_LIT("1"),
        .sku = WB_VIEW_LIT("TEA"),
        .quantity = {1,                  true         },
        .price = { .minor = 999, .currency = "USD", .exponent = 2}
    };
    wb_order order = {
        .external_id = WB_VIEW_LIT("PO-1"),
        .channel = WB_VIEW_LIT("shop"),
        .status = (int32_t)status,
        .order_type = wb_view_of(note),
        .ship_to = {.name = WB_VIEW_LIT("Ann"),
                    .line1 = wb_view_of(line1),
                    .city = WB_VIEW_LIT("Springfield"),
                    .country = WB_VIEW_LIT("US")},
        .lines = {&line, 1}
    };
    size_t n = ++messages;
    wb_err err = {0};

    wb_buf_init(&body, 65536);
    ck_assert(!wb_canonical_encode(wb_order_fields, &order, &body, &err));
    kit_take(&self, &(kit_want){.n = n,
                                .target = ERP,
                                .record = record,
                                .revision = revision,
                                .body = wb_buf_view(&body)});
    return n;
}

#define EDIT "/pb/mp/order/v2/updateOrder"
#define CANCEL "/pb/mp/order/v2/cancelOrder"
#define REVIEW "/multiplatform/order/review"
#define IN_LIST(status)                                                                            \
    "{\"code\":0,\"data\":{\"total\":\"1\",\"list\":[{\"global_order_no\":\"103\","                \
    "\"store_id\":\"111\",\"status\":" status                                                      \
    ",\"item_info\":[{\"id\":\"7\",\"platform_order_no\":\"PO-1\","                                \
    "\"local_sku\":\"TEA\",\"quantity\":1}],\"address_info\":{\"receiver_name\":\"Ann\","          \
    "\"address_line1\":\"1 Main\",\"city\":\"Springfield\",\"receiver_country_code\":\"US\"}}]}}"
#define APPROVED "{\"code\":0,\"data\":{\"success_info\":[{\"global_order_no\":\"103\"}]}}"
#define NOT_APPROVED(words)                                                                        \
    "{\"code\":0,\"data\":{\"failure_info\":[{\"global_order_no\":\"103\",\"message\":\"" words    \
    "\"}]}}"
#define NOT_EDITED(words)                                                                          \
    "{\"code\":0,\"data\":{\"error_details\":[{\"global_order_no\":\"103\",\"message\":\"" words   \
    "\"}]}}"
#define STOPPED "{\"code\":0,\"data\":{\"success_num\":1,\"fail_num\":0,\"process_code\":10002}}"

static bool
is_at(uint64_t revision)
{
    wb_mark_row mark;

    return kit_mark(&self, ERP, RECORD, &mark) && mark.revision == revision;
}

static void
create(void)
{
    want(1, WB_ORDER_CREATED, "1 Main", "first");
    call(CREATE, CREATED);
    call(LIST, IN_LIST("4"));
    call(REVIEW, APPROVED);
    UNTIL(is_at(1));
}

START_TEST(an_order_is_created_and_approved)
{
    create();
    ck_assert_uint_eq(kit_request_count, 3);
    UNTIL(kit_rows(&self, WB_DB_JOBS) == 0 && kit_rows(&self, WB_DB_TICKETS) == 0);
}
END_TEST

/* What the ERP shows late is waited for, and not created again. */
START_TEST(a_list_that_lags_is_asked_again)
{
    want(1, WB_ORDER_CREATED, "1 Main", "first");
    call(CREATE, CREATED);
    call(LIST, NOT_IN_LIST);
    call(LIST, IN_LIST("5"));
    UNTIL(is_at(1));
    ck_assert_uint_eq(kit_request_count, 3);
}
END_TEST

/* In the vendor's own words, which a person can read. */
START_TEST(what_is_refused_is_parked)
{
    want(1, WB_ORDER_CREATED, "1 Main", "first");
    call(CREATE, REFUSED("收件国家不能为空"));
    parked_for("refused: 收件国家不能为空");
}
END_TEST

/* "Unknown error", "busy": it is sent again; was it taken all the same, its number is there. */
static char *passing[] = {"请求未知错误", "系统繁忙，请稍后再试"};

START_TEST(what_may_go_well_the_next_time_is_looked_up)
{
    char answer[400];

    snprintf(answer, sizeof answer, REFUSED("%s"), passing[_i]);
    want(1, WB_ORDER_CREATED, "1 Main", "first");
    call(CREATE, answer);
    call(CREATE, CREATED);
    call(LIST, IN_LIST("4"));
    call(REVIEW, NOT_APPROVED("系统繁忙，请稍后再试"));
    call(LIST, IN_LIST("4"));
    call(REVIEW, APPROVED);
    UNTIL(is_at(1));
}
END_TEST

/* It is found, approved and done; nothing of it stays parked. */
static void
ends_approved(void)
{
    call(LIST, IN_LIST("4"));
    call(REVIEW, APPROVED);
    UNTIL(is_at(1));
    UNTIL(kit_rows(&self, WB_DB_PARKED) == 0);
    wb_pusher_mend_end(&self.pusher);
}

/* A SKU that the ERP does not know yet: tried again by itself until it does. */
START_TEST(what_is_missing_in_the_erp_is_tried_again_until_it_is_there)
{
    want(1, WB_ORDER_CREATED, "1 Main", "first");
    call(CREATE, REFUSED("SKU不存在: TEA"));
    parked_for("refused: unmet: SKU不存在: TEA");
    wb_pusher_mend_begin(&self.pusher);
    call(CREATE, REFUSED("SKU不存在: TEA"));
    call(CREATE, CREATED);
    ends_approved();
}
END_TEST

/* It is there, and only its approval was refused: it is found there, and not created again. */
START_TEST(what_was_not_approved_is_approved_when_its_goods_are_paired)
{
    want(1, WB_ORDER_CREATED, "1 Main", "first");
    call(CREATE, CREATED);
    call(LIST, IN_LIST("4"));
    call(REVIEW, NOT_APPROVED("存在未配对的商品"));
    parked_for("refused: unmet: it is there, and was not approved: 存在未配对的商品");
    wb_pusher_mend_begin(&self.pusher);
    call(CREATE, REFUSED("平台单号重复"));
    for (int i = 0; i < 400 && !kit_next(LIST); i++) { /* the settle time of a create */
        kit_turns(&self, 50);
        keeper_answers();
    }
    ends_approved();
}
END_TEST

/* A process that dies between the create and the approval goes on with the approval. */
START_TEST(a_restart_goes_on_with_the_approval)
{
    want(1, WB_ORDER_CREATED, "1 Main", "first");
    call(CREATE, CREATED);
    UNTIL(kit_rows(&self, WB_DB_TICKETS) == 1);
    asked_count = 0;
    kit_restart(&self);
    call(LIST, IN_LIST("4"));
    call(REVIEW, APPROVED);
    UNTIL(is_at(1));
}
END_TEST

/* Its head changes with every step at the channel: nothing of that can be told the ERP. */
START_TEST(a_head_that_changes_needs_no_call)
{
    size_t n;

    create();
    n = want(2, WB_ORDER_CREATED, "1 Main", "second");
    UNTIL(kit_outcome[n] == WB_OUTCOME_UNCHANGED);
    n = want(3, WB_ORDER_SHIPPED, "1 Main", "third");
    UNTIL(kit_outcome[n] == WB_OUTCOME_UNCHANGED);
    ck_assert_uint_eq(kit_request_count, 3);
}
END_TEST

START_TEST(an_address_that_moves_is_edited)
{
    create();
    want(2, WB_ORDER_CREATED, "2 Elsewhere", "first");
    call(LIST, IN_LIST("4"));
    UNTIL(kit_next(EDIT));
    ck_assert_ptr_nonnull(strstr(kit_next(EDIT)->body, "\"address_line1\":\"2 Elsewhere\""));
    call(EDIT, "{\"code\":10002,\"data\":{}}");
    call(REVIEW, APPROVED);
    UNTIL(is_at(2));
}
END_TEST

/* The ERP lets nobody edit it any more: a person does. */
START_TEST(an_address_that_moves_too_late_is_parked)
{
    size_t n;

    create();
    n = want(2, WB_ORDER_CREATED, "2 Elsewhere", "first");
    call(LIST, IN_LIST("5"));
    UNTIL(kit_outcome[n] == WB_OUTCOME_PARKED);
}
END_TEST

/* It was approved between the look and the edit: it is looked at again, and both sides are told. */
START_TEST(an_address_that_moves_while_it_is_approved_is_a_conflict)
{
    create();
    want(2, WB_ORDER_CREATED, "2 Elsewhere", "first");
    call(LIST, IN_LIST("4"));
    call(EDIT, NOT_EDITED("订单状态不是待审核，不允许编辑"));
    call(LIST, IN_LIST("5"));
    parked_for("refused: conflict: the channel has another address; the ERP is packing it "
               "(system order 103)");
}
END_TEST

START_TEST(an_edit_that_is_refused_for_itself_is_parked)
{
    create();
    want(2, WB_ORDER_CREATED, "2 Elsewhere", "first");
    call(LIST, IN_LIST("4"));
    call(EDIT, NOT_EDITED("收件国家不能为空"));
    parked_for("refused: the ERP does not edit it: 收件国家不能为空");
}
END_TEST

/* What stands in the list counts, and not what the cancel was answered. */
START_TEST(a_cancelled_order_is_stopped)
{
    create();
    want(2, WB_ORDER_CANCELLED, "1 Main", "first");
    call(LIST, IN_LIST("5"));
    UNTIL(kit_next(CANCEL));
    ck_assert_str_eq(kit_next(CANCEL)->body, "{\"order_list\":[\"103\"]}");
    call(CANCEL, STOPPED);
    call(LIST, IN_LIST("5"));
    call(CANCEL, STOPPED);
    call(LIST, IN_LIST("7"));
    UNTIL(is_at(2));
}
END_TEST

START_TEST(a_cancel_after_the_shipment_is_parked)
{
    size_t n;

    create();
    n = want(2, WB_ORDER_CANCELLED, "1 Main", "first");
    call(LIST, IN_LIST("6"));
    UNTIL(kit_outcome[n] == WB_OUTCOME_PARKED);
    ck_assert_uint_eq(kit_request_count, 4);
}
END_TEST

START_TEST(a_cancel_before_the_import_is_no_order)
{
    size_t n = want(1, WB_ORDER_CANCELLED, "1 Main", "first");

    call(LIST, NOT_IN_LIST);
    UNTIL(kit_outcome[n] == WB_OUTCOME_UNCHANGED);
    ck_assert_uint_eq(kit_request_count, 1);
}
END_TEST

/* Between the create and its approval: the create is settled first, then it is stopped. */
START_TEST(a_cancel_during_the_create_stops_it)
{
    want(1, WB_ORDER_CREATED, "1 Main", "first");
    call(CREATE, CREATED);
    UNTIL(kit_rows(&self, WB_DB_TICKETS) == 1);
    want(2, WB_ORDER_CANCELLED, "1 Main", "first");
    call(LIST, IN_LIST("4"));
    call(REVIEW, APPROVED);
    call(LIST, IN_LIST("5"));
    call(CANCEL, STOPPED);
    call(LIST, IN_LIST("7"));
    UNTIL(is_at(2));
}
END_TEST

/* --- by names --- */

#define SHOPS "/pb/mp/shop/v2/getSellerList"
#define WAREHOUSES "/local_inventory/warehouse"
#define METHODS "/listUsedLogisticsType"
#define LISTED(row) "{\"code\":0,\"data\":[" row "],\"total\":1}"
#define NONE_LISTED "{\"code\":0,\"data\":[],\"total\":0}"

static void
answer_names(void)
{
    call(SHOPS, LISTED("{\"store_id\":\"111\",\"store_name\":\"Mine\"}"));
    call(WAREHOUSES, NONE_LISTED);
    call(WAREHOUSES, LISTED("{\"wid\":25,\"name\":\"Yiwu\"}"));
    call(METHODS, LISTED("{\"type_id\":\"301\",\"name\":\"Air\"}"));
    call(METHODS, NONE_LISTED);
    call(METHODS, NONE_LISTED);
    call(METHODS, NONE_LISTED);
}

static bool
status_says(const char *part)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_json_writer out;

    wb_buf_init(&text, 65536);
    wb_json_writer_init(&out, &text);
    wb_json_open(&out, '{');
    wb_pump_status(self.pump, &out);
    wb_json_close(&out, '}');
    return strstr(wb_buf_text(&text), part) != NULL;
}

static void
created_by_names(const char *no)
{
    char body[256];

    UNTIL(kit_next("http"));
    ck_assert_msg(kit_next(CREATE) != NULL, "%s", kit_next("http")->url);
    ck_assert_ptr_nonnull(strstr(kit_next(CREATE)->body, "\"store_id\":\"111\""));
    ck_assert_ptr_nonnull(strstr(kit_next(CREATE)->body, "\"wid\":\"25\""));
    ck_assert_ptr_nonnull(strstr(kit_next(CREATE)->body, "\"logistics_type_id\":\"301\""));
    snprintf(body, sizeof body,
             "{\"code\":0,\"data\":{\"success_details\":[{\"platform_order_no\":\"%s\","
             "\"global_order_no\":\"103\"}]}}",
             no);
    call(CREATE, body);
    UNTIL(kit_next(LIST));
    kit_reply(&(kit_answer){.end = WB_HTTP_TIMEOUT, .with = LIST});
}

/* The order waits until they are read, and is no worse for it; who begins anew asks once more. */
START_TEST(names_are_asked_for_once_and_again_after_a_restart)
{
    wb_mark_row mark;

    want(1, WB_ORDER_CREATED, "1 Main", "first");
    answer_names();
    created_by_names("PO-1");
    ck_assert(status_says("\"names\":3,\"names_read\":\"2"));
    call(LIST, IN_LIST("5"));
    UNTIL(is_at(1));
    record = RECORD_2;
    want(1, WB_ORDER_CREATED, "1 Main", "first");
    created_by_names("PO-2"); /* nothing was asked in between */
    kit_restart(&self);
    kit_keeper = keeper;
    record = RECORD;
    answer_names(); /* what the second one came to is looked for, in a shop by its name */
    UNTIL(kit_next(LIST));
    ck_assert_ptr_nonnull(strstr(kit_next(LIST)->body, "\"store_id\":[\"111\"]"));
    call(LIST, "{\"code\":0,\"data\":{\"total\":\"1\",\"list\":[{\"global_order_no\":\"103\","
               "\"store_id\":\"111\",\"status\":5,\"item_info\":[{\"platform_order_no\":"
               "\"PO-2\"}]}]}}");
    UNTIL(kit_mark(&self, ERP, RECORD_2, &mark) && mark.revision == 1);
}
END_TEST

/* They cannot be read: the order waits with the reason, and is not parked. */
START_TEST(an_order_waits_for_names_that_cannot_be_read)
{
    want(1, WB_ORDER_CREATED, "1 Main", "first");
    call(SHOPS, "{\"code\":\"2001004\",\"msg\":\"no\",\"data\":null}");
    for (int i = 0; i < 20; i++) {
        kit_turns(&self, 20);
        ck_assert(keeper_answers());
    }
    ck_assert_ptr_null(kit_next("http"));
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 0);
    ck_assert(!kit_account(&self, "erp")->suspended);
    ck_assert_ptr_nonnull(strstr(kit_account(&self, "erp")->names_error, "not granted"));
    ck_assert(status_says("\"names_error\":\"account.ask: the appId was not granted"));
}
END_TEST

static void
setup_named(void)
{
    record = RECORD;
    open_with(YAML_NAMED);
}

int
main(void)
{
    const wb_suite_row named[] = {
        {names_are_asked_for_once_and_again_after_a_restart, 0},
        {an_order_waits_for_names_that_cannot_be_read,       0},
        {NULL,                                               0},
    };
    const wb_suite_row tests[] = {
        {an_order_is_created_and_approved,                            0                },
        {a_list_that_lags_is_asked_again,                             0                },
        {what_is_missing_in_the_erp_is_tried_again_until_it_is_there, 0                },
        {what_was_not_approved_is_approved_when_its_goods_are_paired, 0                },
        {what_is_refused_is_parked,                                   0                },
        {what_may_go_well_the_next_time_is_looked_up,                 WB_COUNT(passing)},
        {a_restart_goes_on_with_the_approval,                         0                },
        {a_head_that_changes_needs_no_call,                           0                },
        {an_address_that_moves_is_edited,                             0                },
        {an_address_that_moves_too_late_is_parked,                    0                },
        {an_address_that_moves_while_it_is_approved_is_a_conflict,    0                },
        {an_edit_that_is_refused_for_itself_is_parked,                0                },
        {a_cancelled_order_is_stopped,                                0                },
        {a_cancel_after_the_shipment_is_parked,                       0                },
        {a_cancel_before_the_import_is_no_order,                      0                },
        {a_cancel_during_the_create_stops_it,                         0                },
        {NULL,                                                        0                },
    };

    return wb_suite_run_in("actors.connectors.lingxing.pushed", tests, setup, teardown) ||
           wb_suite_run_in("actors.connectors.lingxing.pushed", named, setup_named, teardown);
}
