/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Orders that their channel has shipped, through a real pump: created, and brought out once,
 * whatever is answered, lost or comes late
 */
#include "tests/unit/actors/connectors/lingxing/pushed_kit.h"

#define ERP "default/erp"
#define RECORD "default/shop/order/PO-1"
#define RECORD_2 "default/shop/order/PO-2"
#define HEAD                                                                                       \
    "  erp: {connector: lingxing, backoff_min_ms: 10ms, backoff_max_ms: 40ms, attempts_max: 3, "   \
    "options: {url: 'http://erp', app_id: ak_TestOnlyKey01, app_secret: '${env:HOME}', "
#define TAIL "stores: [{account: shop, store_id: '111'}]}}\n"
#define TELLS                                                                                      \
    HEAD "tell_shipped: true, wid: '25', logistics_type_id: '301', logistics_provider_id: "        \
         "'6', " TAIL
#define SILENT HEAD "wid: '25', logistics_type_id: '301', " TAIL
#define NO_WAY HEAD "tell_shipped: true, " TAIL
#define NAMED HEAD "tell_shipped: true, wid: Yiwu, logistics_type_id: Air, " TAIL
#define NUMBERED HEAD "tell_shipped: true, wid: '25', logistics_type_id: '301', " TAIL

static void
setup(void)
{
    open_with(TELLS);
}

static void
setup_silent(void)
{
    open_with(SILENT);
}

static void
setup_no_way(void)
{
    open_with(NO_WAY);
}

static void
setup_named(void)
{
    open_with(NAMED);
}

static void
setup_numbered(void)
{
    open_with(NUMBERED);
}

/* --- what is wanted, and what the ERP says --- */

#define RESULT "/pb/mp/order/v2/getFastOutboundResult"
#define OUTBOUND "/pb/mp/order/v2/fastOutbound"
#define CANCEL "/pb/mp/order/v2/cancelOrder"
#define REVIEW "/multiplatform/order/review"
#define ROW(number, order, status)                                                                 \
    "{\"global_order_no\":\"" number "\",\"store_id\":\"111\",\"status\":" status                  \
    ",\"item_info\":[{\"id\":\"7\",\"platform_order_no\":\"" order "\","                           \
    "\"local_sku\":\"TEA\",\"quantity\":2}]}"
#define ROWS(total, rows) "{\"code\":0,\"data\":{\"total\":\"" total "\",\"list\":[" rows "]}}"
#define IN_LIST(status) ROWS("1", ROW("103", "PO-1", status))
#define OUT                                                                                        \
    "{\"code\":0,\"data\":{\"success\":[{\"global_order_no\":\"103\",\"wo_number\":\"WO1\"}]}}"
#define FAILURE(number, words)                                                                     \
    "{\"global_order_no\":\"" number "\",\"error_message\":\"" words "\"}"
#define NOT_OUT(words)                                                                             \
    "{\"code\":0,\"data\":{\"success\":[],\"failure\":[" FAILURE("103", words) "]}}"
#define NEVER "订单没提交快速出库"
#define WORKING "正在处理"
#define ACCEPTED "{\"code\":0,\"message\":\"success\",\"data\":true}"

typedef struct {
    const char *record, *by, *tracking;
    uint64_t revision;
    wb_order_status status;
} wanted;

static size_t
want(const wanted *what)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_order_line line = {
        .line_id = WB_VIEW_LIT("1"),
        .sku = WB_VIEW_LIT("TEA"),
        .quantity = {2,              true},
        .quantity_shipped = {             what->status == WB_ORDER_CREATED ? 0 : 2,          true    },
        .price = { .minor = 1998, .currency = "USD",     .exponent = 2}
    };
    wb_order_package package = {.package_id = WB_VIEW_LIT("P"),
                                .tracking = wb_view_of(what->tracking ? what->tracking : "")};
    wb_order order = {
        .external_id = WB_VIEW_LIT("PO-1"),
        .channel = WB_VIEW_LIT("shop"),
        .status = (int32_t)what->status,
        .fulfilled_by = wb_view_of(what->by ? what->by : "channel"),
        .ship_to = {.name = WB_VIEW_LIT("Ann"),
                    .line1 = WB_VIEW_LIT("1 Main"),
                    .city = WB_VIEW_LIT("Springfield"),
                    .country = WB_VIEW_LIT("US")},
        .lines = {&line, 1},
        .packages = {&package,                           1                          }
    };
    size_t n = ++messages;
    wb_err err = {0};

    wb_buf_init(&body, 65536);
    ck_assert(!wb_canonical_encode(wb_order_fields, &order, &body, &err));
    kit_take(&self, &(kit_want){.n = n,
                                .target = ERP,
                                .record = what->record ? what->record : RECORD,
                                .revision = what->revision,
                                .body = wb_buf_view(&body)});
    return n;
}

static size_t
want_shipped(uint64_t revision)
{
    return want(&(wanted){.tracking = "1Z9", .revision = revision, .status = WB_ORDER_SHIPPED});
}

static bool
is_at(uint64_t revision)
{
    wb_mark_row mark;

    return kit_mark(&self, ERP, RECORD, &mark) && mark.revision == revision;
}

static void
no_answer(const char *path)
{
    UNTIL(kit_next(path));
    kit_reply(&(kit_answer){.end = WB_HTTP_TIMEOUT, .with = path});
}

/* A step that comes behind a settle time. */
static void
call_late(const char *path, const char *body)
{
    for (int i = 0; i < 400 && !kit_next(path); i++) {
        kit_turns(&self, 50);
        keeper_answers();
    }
    call(path, body);
}

/* After so many calls, each of which was answered above. */
static void
ends_out(size_t calls)
{
    UNTIL(is_at(1));
    UNTIL(kit_rows(&self, WB_DB_JOBS) == 0 && kit_rows(&self, WB_DB_TICKETS) == 0);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_PARKED), 0);
    ck_assert_uint_eq(kit_request_count, calls);
}

/* Up to the submission, which is not answered yet. */
static void
create_and_look(void)
{
    want_shipped(1);
    call(CREATE, CREATED);
    call(LIST, IN_LIST("4"));
    call(RESULT, NOT_OUT(NEVER));
    UNTIL(kit_next(OUTBOUND));
}

/* All that was ordered, though nothing of it is left to be sent; nobody approves it. */
START_TEST(what_its_channel_shipped_is_created_and_brought_out)
{
    want_shipped(1);
    UNTIL(kit_next(CREATE));
    ck_assert_ptr_nonnull(strstr(kit_next(CREATE)->body, "\"quantity\":2,\"sku\":\"TEA\""));
    call(CREATE, CREATED);
    call(LIST, IN_LIST("4"));
    UNTIL(kit_next(RESULT));
    ck_assert_str_eq(kit_next(RESULT)->body, "{\"global_order_no\":[\"103\"]}");
    call(RESULT, NOT_OUT(NEVER));
    UNTIL(kit_next(OUTBOUND));
    ck_assert_str_eq(kit_next(OUTBOUND)->body,
                     "{\"package\":[{\"global_order_no\":\"103\",\"logistics_type_id\":\"6-301\","
                     "\"tracking_no\":\"1Z9\",\"waybill_no\":\"1Z9\",\"wid\":\"25\"}]}");
    call(OUTBOUND, ACCEPTED);
    call(LIST, IN_LIST("4"));
    call(RESULT, NOT_OUT(WORKING));
    call(LIST, IN_LIST("5"));
    call(RESULT, OUT);
    ends_out(8);
}
END_TEST

/* Twice: a later word says nothing new of it, and another number finds it out already. */
START_TEST(what_is_out_is_not_brought_out_again)
{
    size_t n;

    create_and_look();
    call(OUTBOUND, ACCEPTED);
    call(LIST, IN_LIST("6"));
    ends_out(5);
    n = want(&(wanted){.tracking = "1Z9", .revision = 2, .status = WB_ORDER_INVOICED});
    UNTIL(kit_outcome[n] == WB_OUTCOME_UNCHANGED);
    ck_assert_uint_eq(kit_request_count, 5);
    n = want(&(wanted){.tracking = "1Z8", .revision = 3, .status = WB_ORDER_INVOICED});
    call(LIST, IN_LIST("6"));
    UNTIL(kit_outcome[n] == WB_OUTCOME_UNCHANGED);
    ck_assert_uint_eq(kit_request_count, 6);
}
END_TEST

/* Whether it came there nobody knows: the result is asked before anything else is sent. */
START_TEST(a_submission_without_an_answer_is_looked_for)
{
    create_and_look();
    no_answer(OUTBOUND);
    call(LIST, IN_LIST("4"));
    call(RESULT, NOT_OUT(WORKING));
    call(LIST, IN_LIST("6"));
    ends_out(7);
}
END_TEST

/* It never came there. */
START_TEST(a_submission_that_was_lost_is_sent_when_the_erp_says_so)
{
    create_and_look();
    no_answer(OUTBOUND);
    call(LIST, IN_LIST("4"));
    call(RESULT, NOT_OUT(NEVER));
    call(OUTBOUND, ACCEPTED);
    call(LIST, IN_LIST("5"));
    call(RESULT, OUT);
    ends_out(9);
}
END_TEST

static void
restart(void)
{
    asked_count = 0;
    kit_restart(&self);
    kit_keeper = keeper;
}

/* Between "accepted" and the result. */
START_TEST(a_restart_asks_for_the_result)
{
    create_and_look();
    call(OUTBOUND, ACCEPTED);
    restart();
    call(LIST, IN_LIST("4"));
    call(RESULT, NOT_OUT(WORKING));
    call(LIST, IN_LIST("4"));
    call(RESULT, OUT);
    ends_out(8);
}
END_TEST

/* While the submission is on its way. */
START_TEST(a_restart_during_the_submission_asks_for_the_result)
{
    create_and_look();
    restart();
    call(LIST, IN_LIST("4"));
    call(RESULT, OUT);
    ends_out(6);
}
END_TEST

/* Nobody knows whether it was created; its number is there already. */
START_TEST(a_create_without_an_answer_is_looked_for)
{
    want_shipped(1);
    no_answer(CREATE);
    call_late(LIST, IN_LIST("4"));
    call(RESULT, NOT_OUT(NEVER));
    call(OUTBOUND, ACCEPTED);
    call(LIST, IN_LIST("4"));
    call(RESULT, OUT);
    ends_out(6);
}
END_TEST

/* It comes late, again and again; a list that lags, and one that repeats it, are no answer. */
START_TEST(a_result_that_is_late_is_waited_for)
{
    create_and_look();
    call(OUTBOUND, "{\"code\":0,\"data\":null}");
    call(LIST, NOT_IN_LIST);
    call(LIST, IN_LIST("2"));
    for (int i = 0; i < 5; i++) {
        call(LIST, IN_LIST("4"));
        call(RESULT, i % 2 ? NOT_OUT(WORKING) : "{\"code\":0,\"data\":{}}");
    }
    call(LIST, IN_LIST("4"));
    call(RESULT, OUT);
    ends_out(18);
}
END_TEST

/* What the ERP says in the end is final: nothing is submitted again, also by a person's retry. */
START_TEST(what_the_erp_does_not_bring_out_is_parked_in_its_words)
{
    create_and_look();
    call(OUTBOUND, ACCEPTED);
    call(LIST, IN_LIST("4"));
    call(RESULT, NOT_OUT("库存不足"));
    parked_for("refused: it is there, and the ERP does not bring it out: 库存不足");
    ck_assert_uint_eq(kit_request_count, 6);
}
END_TEST

static void
is_conflict(const char *list, const char *reason)
{
    want_shipped(1);
    call(CREATE, CREATED);
    call(LIST, list);
    parked_for(reason);
    ck_assert_uint_eq(kit_request_count, 2);
}

START_TEST(what_the_erp_has_stopped_is_a_conflict)
{
    is_conflict(IN_LIST("7"), "refused: conflict: the channel has shipped it; the ERP has it as "
                              "not to be shipped (system order 103)");
}
END_TEST

START_TEST(what_the_erp_has_split_is_a_conflict)
{
    is_conflict(ROWS("2", ROW("104", "PO-1", "4") "," ROW("105", "PO-1", "6")),
                "refused: conflict: the channel has shipped it; the ERP has split it: bring its "
                "parts out there");
}
END_TEST

/* All parts of it are out already. */
START_TEST(what_the_erp_has_sent_in_parts_is_done)
{
    want_shipped(1);
    call(CREATE, CREATED);
    call(LIST, ROWS("2", ROW("104", "PO-1", "6") "," ROW("105", "PO-1", "6")));
    ends_out(2);
}
END_TEST

/* One of two is refused; the other goes on. */
START_TEST(one_of_two_is_refused_alone)
{
    wb_mark_row mark;

    want_shipped(1);
    want(&(wanted){
        .record = RECORD_2, .tracking = "1Z7", .revision = 1, .status = WB_ORDER_SHIPPED});
    call(CREATE, "{\"code\":0,\"data\":{\"success_details\":[{\"platform_order_no\":\"PO-1\","
                 "\"global_order_no\":\"103\"},{\"platform_order_no\":\"PO-2\","
                 "\"global_order_no\":\"104\"}],\"error_details\":[]}}");
    call(LIST, ROWS("2", ROW("103", "PO-1", "4") "," ROW("104", "PO-2", "4")));
    call(RESULT, "{\"code\":0,\"data\":{\"failure\":[" FAILURE("104", NEVER) "," FAILURE(
                     "103", NEVER) "]}}");
    call(OUTBOUND, ACCEPTED);
    call(LIST, ROWS("2", ROW("103", "PO-1", "4") "," ROW("104", "PO-2", "4")));
    call(RESULT,
         "{\"code\":0,\"data\":{\"success\":[{\"global_order_no\":\"104\"}],\"failure\":[" FAILURE(
             "103", "库存不足") "]}}");
    UNTIL(kit_mark(&self, ERP, RECORD_2, &mark) && mark.revision == 1);
    parked_for("refused: it is there, and the ERP does not bring it out: 库存不足");
    ck_assert_uint_eq(kit_request_count, 6);
}
END_TEST

/* It was the seller's own when it was created; its channel has sent it instead. */
START_TEST(what_is_there_already_is_brought_out)
{
    want(&(wanted){.by = "merchant", .revision = 1, .status = WB_ORDER_CREATED});
    call(CREATE, CREATED);
    call(LIST, IN_LIST("4"));
    call(REVIEW, "{\"code\":0,\"data\":{\"success_info\":[{\"global_order_no\":\"103\"}]}}");
    UNTIL(is_at(1));
    want_shipped(2);
    call(LIST, IN_LIST("5"));
    call(LIST, IN_LIST("5"));
    call(RESULT, NOT_OUT(NEVER));
    call(OUTBOUND, ACCEPTED);
    call(LIST, IN_LIST("5"));
    call(RESULT, OUT);
    UNTIL(is_at(2));
    ck_assert_uint_eq(kit_request_count, 9);
}
END_TEST

/* It is told when it is shipped and its number is known, and not before. */
START_TEST(it_waits_for_the_number)
{
    size_t n = want(&(wanted){.revision = 1, .status = WB_ORDER_CREATED});

    UNTIL(kit_outcome[n] == WB_OUTCOME_UNCHANGED || kit_outcome[n] == WB_OUTCOME_FILTERED);
    n = want(&(wanted){.revision = 2, .status = WB_ORDER_SHIPPED});
    UNTIL(kit_outcome[n] == WB_OUTCOME_UNCHANGED || kit_outcome[n] == WB_OUTCOME_FILTERED);
    ck_assert_uint_eq(kit_request_count, 0);
    want_shipped(3);
    call(CREATE, CREATED);
    call(LIST, IN_LIST("6"));
    UNTIL(is_at(3));
}
END_TEST

START_TEST(without_the_option_nothing_is_told)
{
    size_t n = want_shipped(1);

    UNTIL(kit_outcome[n] == WB_OUTCOME_UNCHANGED || kit_outcome[n] == WB_OUTCOME_FILTERED);
    ck_assert_uint_eq(kit_request_count, 0);
}
END_TEST

/* Nothing of it is created. */
START_TEST(without_a_way_it_is_parked_before_it_is_created)
{
    want_shipped(1);
    parked_for("refused: neither warehouse nor shipping method is decided, and what is out has "
               "both: rules, "
               "or the options wid and logistics_type_id");
    ck_assert_uint_eq(kit_request_count, 0);
}
END_TEST

#define EMPTY "{\"code\":0,\"data\":[],\"total\":0}"

/* Whatever is asked just now, names among it, but a submission. */
static void
answer_any(void)
{
    static const struct {
        const char *path, *part, *good, *other;
    } rows[] = {
        {"getSellerList",             "{",                   EMPTY,                                EMPTY},
        {"local_inventory/warehouse", "\"type\":1",
         "{\"code\":0,\"data\":[{\"wid\":25,\"name\":\"Yiwu\"}],\"total\":1}",                     EMPTY},
        {"listUsedLogisticsType",     "\"provider_type\":1",
         "{\"code\":0,\"data\":[{\"type_id\":\"302\",\"name\":\"Sea\","
         "\"logistics_provider_id\":7},{\"type_id\":\"301\",\"name\":\"Air\","
         "\"logistics_provider_id\":\"6\"},{\"type_id\":\"303\",\"name\":\"Rail\"}],\"total\":3}", EMPTY},
        {LIST,                        "{",                   IN_LIST("4"),                         EMPTY},
        {RESULT,                      "{",                   NOT_OUT(NEVER),                       EMPTY},
    };

    for (size_t i = 0; i < WB_COUNT(rows); i++)
        if (kit_next(rows[i].path)) {
            bool good = strstr(kit_next(rows[i].path)->body, rows[i].part) != NULL;

            call(rows[i].path, good ? rows[i].good : rows[i].other);
            return;
        }
}

static void
answer_until(const char *path)
{
    for (int i = 0; i < 2000 && !kit_next(path); i++) {
        kit_turns(&self, 2);
        keeper_answers();
        answer_any();
    }
    ck_assert_msg(kit_next(path) != NULL, "%s", path);
}

/* By numbers, too, the provider of the method is asked for, where the settings name none. */
START_TEST(the_erp_says_whose_the_method_is)
{
    want_shipped(1);
    answer_until(CREATE);
    call(CREATE, CREATED);
    answer_until(OUTBOUND);
    ck_assert_ptr_nonnull(strstr(kit_next(OUTBOUND)->body, "\"logistics_type_id\":\"6-301\""));
    call(OUTBOUND, ACCEPTED);
    call(LIST, IN_LIST("6"));
    UNTIL(is_at(1));
}
END_TEST

/* Who has begun anew asks for them once more, and waits for them before it submits. */
START_TEST(by_names_also_after_a_restart)
{
    want_shipped(1);
    answer_until(CREATE);
    call(CREATE, CREATED);
    UNTIL(kit_rows(&self, WB_DB_TICKETS) == 1);
    restart();
    answer_until(OUTBOUND);
    ck_assert_ptr_nonnull(strstr(kit_next(OUTBOUND)->body, "\"logistics_type_id\":\"6-301\""));
    ck_assert_ptr_nonnull(strstr(kit_next(OUTBOUND)->body, "\"wid\":\"25\""));
    call(OUTBOUND, ACCEPTED);
    call(LIST, IN_LIST("6"));
    UNTIL(is_at(1));
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {what_its_channel_shipped_is_created_and_brought_out,     0},
        {what_is_out_is_not_brought_out_again,                    0},
        {a_submission_without_an_answer_is_looked_for,            0},
        {a_submission_that_was_lost_is_sent_when_the_erp_says_so, 0},
        {a_restart_asks_for_the_result,                           0},
        {a_restart_during_the_submission_asks_for_the_result,     0},
        {a_create_without_an_answer_is_looked_for,                0},
        {a_result_that_is_late_is_waited_for,                     0},
        {what_the_erp_does_not_bring_out_is_parked_in_its_words,  0},
        {what_the_erp_has_stopped_is_a_conflict,                  0},
        {what_the_erp_has_split_is_a_conflict,                    0},
        {what_the_erp_has_sent_in_parts_is_done,                  0},
        {one_of_two_is_refused_alone,                             0},
        {what_is_there_already_is_brought_out,                    0},
        {it_waits_for_the_number,                                 0},
        {NULL,                                                    0},
    };
    const wb_suite_row silent[] = {
        {without_the_option_nothing_is_told, 0},
        {NULL,                               0},
    };
    const wb_suite_row no_way[] = {
        {without_a_way_it_is_parked_before_it_is_created, 0},
        {NULL,                                            0},
    };
    const wb_suite_row named[] = {
        {by_names_also_after_a_restart, 0},
        {NULL,                          0},
    };
    const wb_suite_row numbered[] = {
        {the_erp_says_whose_the_method_is, 0},
        {by_names_also_after_a_restart,    0},
        {NULL,                             0},
    };
    const char *name = "actors.connectors.lingxing.out";

    return wb_suite_run_in(name, tests, setup, teardown) ||
           wb_suite_run_in(name, silent, setup_silent, teardown) ||
           wb_suite_run_in(name, no_way, setup_no_way, teardown) ||
           wb_suite_run_in(name, numbered, setup_numbered, teardown) ||
           wb_suite_run_in(name, named, setup_named, teardown);
}
