/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One order in its parts: which comes next, what is asked, and the document that they become.
 */
#include "tests/unit/actors/connectors/temu/temu_kit.h"

#define DETAIL(status)                                                                             \
    "{\"parentOrderMap\":{\"parentOrderSn\":\"PO-1\",\"parentOrderStatus\":" status                \
    ",\"updateTime\":1760000000},\"orderList\":[{\"orderSn\":\"O-1\",\"skuId\":17,"                \
    "\"productList\":[{\"productSkuId\":18,\"extCode\":\"\"}]},{\"orderSn\":\"O-2\",\"skuId\":19}" \
    "]}"
#define LABELLED(status, line)                                                                     \
    "{\"parentOrderMap\":{\"parentOrderSn\":\"PO-1\",\"parentOrderStatus\":" status                \
    ",\"updateTime\":1760000000},\"orderList\":[{\"orderSn\":\"O-1\",\"orderStatus\":" line        \
    ",\"packageSnInfo\":[{\"packageSn\":\"PK-1\",\"packageDeliveryType\":2}]},{\"orderSn\":\"O-"   \
    "2\"}]}"
#define ADDRESS "{\"receiptName\":\"A\",\"warning\":{\"isRestriction\":false}}"

static const struct {
    const char *label, *op, *result;
    int64_t money, price;
    const char *next; /* NULL: it is whole */
} steps[] = {
    {"to be shipped",         "orders.get", DETAIL("2"),             TEMU_MONEY_NONE,          TEMU_PRICE_LIST,
     "orders.address"                                                                                                                                                                                                                                                                                                                                         },
    {"partly shipped",        "orders.get", DETAIL("41"),            TEMU_MONEY_NONE,          TEMU_PRICE_LIST,
     "orders.address"                                                                                                                                                                                                                                                                                                                                         },
    {"shipped",               "orders.get", DETAIL("4"),             TEMU_MONEY_NONE,          TEMU_PRICE_LIST,                                                                          "orders.address"                                                                                                                                                     },
    {"pending, with prices",  "orders.get", DETAIL("1"),             TEMU_MONEY_NONE,          TEMU_PRICE_LIST,
     "orders.prices"                                                                                                                                                                                                                                                                                                                                          },
    {"pending, with money",   "orders.get", DETAIL("1"),             TEMU_MONEY_AMOUNT,        TEMU_PRICE_LIST,
     "orders.amount"                                                                                                                                                                                                                                                                                                                                          },
    {"pending, with neither", "orders.get", DETAIL("1"),             TEMU_MONEY_NONE,          TEMU_PRICE_ZERO,                                                                          NULL                                                                                                                                                                 },
    {"cancelled",             "orders.get", DETAIL("3"),             TEMU_MONEY_AMOUNT,        TEMU_PRICE_LIST,                                                                          NULL                                                                                                                                                                 },
    {"with a label",          "orders.get", LABELLED("2",            "2"),                     TEMU_MONEY_NONE,                                                                          TEMU_PRICE_LIST,
     "orders.labels"},
    {"with one that has left",                       "orders.get",            LABELLED("41", "4"), TEMU_MONEY_NONE,                                                                                     TEMU_PRICE_LIST,
     "orders.address"},
    {"a label, pending",        "orders.get",                    LABELLED("1",                          "1"),                               TEMU_MONEY_NONE,                                                                                        TEMU_PRICE_LIST,
     "orders.prices"},
    {"a label, cancelled",        "orders.get",                       LABELLED("3",                                              "3"),                                                   TEMU_MONEY_NONE,                                                                                                                        TEMU_PRICE_LIST,
     NULL},
    {"an address, prices",        "orders.address",     ADDRESS,                                                           TEMU_MONEY_NONE,                                                                                   TEMU_PRICE_LIST,
     "orders.prices"                                                                                                                                                                                                                                                                                                     },
    {"an address, money",        "orders.address",     ADDRESS,                                                TEMU_MONEY_AMOUNT,                                                                        TEMU_PRICE_HOLD,
     "orders.amount"},
    {"an address, zero",      "orders.address",   ADDRESS,                                                TEMU_MONEY_NONE,                                                                        TEMU_PRICE_ZERO,                                                                                                                                               NULL                                                                                                                                                                                                                                                                                                        },
    {"an address, hold",        "orders.address",     ADDRESS,TEMU_MONEY_NONE,TEMU_PRICE_HOLD,NULL},
};

START_TEST(which_part_comes_next)
{
    char body[1000];
    temu_options *options;
    kit self;

    options = temu_start(&self, steps[_i].op);
    options->money = steps[_i].money;
    options->price_without_money = steps[_i].price;
    kit_item(&self, "PO-1");
    snprintf(body, sizeof body, TEMU_OK "%s}", steps[_i].result);
    ck_assert_msg(kit_read_text(&self, 200, NULL, body) == WB_OK, "%s", self.err.text);
    ck_assert_msg(self.out.results[0].code == (steps[_i].next ? WB_RESULT_MORE : WB_RESULT_DONE),
                  "%s", steps[_i].label);
    if (steps[_i].next)
        ck_assert_msg(wb_view_is(self.out.results[0].cursor, steps[_i].next), "%s",
                      steps[_i].label);
    kit_fini(&self);
}
END_TEST

/* --- labels that wait --- */

#define NO_LABELS(code) "{\"success\":false,\"errorCode\":" code ",\"errorMsg\":\"no\"}"

/* What cannot be told of labels holds no order; what stops the account does. */
static const struct {
    const char *label, *answer;
    wb_rc rc;
    const char *part; /* NULL: none */
} labels[] = {
    {"two",
     TEMU_OK
     "{\"totalItemNum\":2,\"unshippedPackage\":[{\"packageSn\":\"A\"},{\"packageSn\":\"B\"}]}}", WB_OK,      "\"labels\":[{\"packageSn\":\"A\"},{\"packageSn\":\"B\"}]"},
    {"none",                 TEMU_OK "{\"totalItemNum\":0,\"unshippedPackage\":[]}}",            WB_OK,      "\"labels\":[]"                                           },
    {"none, as a null",      TEMU_OK "{\"totalItemNum\":0,\"unshippedPackage\":null}}",          WB_OK,
     "\"labels\":null"                                                                                                                                                 },
    {"a null of some",       TEMU_OK "{\"totalItemNum\":1,\"unshippedPackage\":null}}",          WB_RETRY,   NULL                                                      },
    {"no list",              TEMU_OK "{\"totalItemNum\":1,\"unshippedPackage\":7}}",             WB_RETRY,   NULL                                                      },
    {"no result",            TEMU_OK "null}",                                                    WB_RETRY,   NULL                                                      },
    {"not granted",          NO_LABELS("3000032"),                                               WB_OK,      "\"labels\":null"                                         },
    {"of another warehouse", NO_LABELS("120011030"),                                             WB_OK,      "\"labels\":null"                                         },
    {"unknown words",        NO_LABELS("120019999"),                                             WB_OK,      "\"labels\":null"                                         },
    {"the token is over",    NO_LABELS("3000034"),                                               WB_SUSPEND, NULL                                                      },
    {"another region",       NO_LABELS("3000031"),                                               WB_SUSPEND, NULL                                                      },
    {"throttled",            NO_LABELS("4000004"),                                               WB_RETRY,   NULL                                                      },
    {"cut",                  "{\"success\":true,\"result\":{\"unship",                           WB_RETRY,   NULL                                                      },
};

START_TEST(labels_hold_no_order)
{
    WB_AUTO(wb_buf_fini) wb_buf parts = {0};
    wb_rc rc;
    kit self;

    wb_buf_init(&parts, 10000);
    temu_keep(&parts, WB_VIEW_LIT("\"order\":" LABELLED("2", "2")));
    temu_start(&self, "orders.labels");
    kit_item(&self, "PO-1")->partial = wb_buf_view(&parts);
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(temu_body_has(&self, "\"type\":\"bg.order.unshipped.package.get\""));
    ck_assert(temu_body_has(&self, ",\"parentOrderSnList\":[\"PO-1\"],\"pageNumber\":1,"
                                   "\"pageSize\":100}"));
    rc = kit_read_text(&self, 200, NULL, labels[_i].answer);
    ck_assert_msg(rc == labels[_i].rc, "%s: %s", labels[_i].label, self.err.text);
    if (!rc) {
        const wb_result *result = &self.out.results[0];

        ck_assert_int_eq(result->code, WB_RESULT_MORE);
        ck_assert(wb_view_is(result->cursor, "orders.address"));
        ck_assert_msg(wb_view_is(result->body, labels[_i].part), "%s: %.*s", labels[_i].label,
                      WB_VIEW_ARG(result->body));
        ck_assert(!self.out.trouble && !self.out.declined);
    }
    kit_fini(&self);
}
END_TEST

#define SHIPPED(status, first, second)                                                             \
    "{\"parentOrderMap\":{\"parentOrderSn\":\"PO-1\",\"parentOrderStatus\":" status                \
    "},\"orderList\":[{\"orderSn\":\"O-1\"" first "},{\"orderSn\":\"O-2\"" second "}]}"
#define PACKAGE(sn) ",\"packageSnInfo\":[{\"packageSn\":" sn "}]"

static const struct {
    const char *label, *result, *name, *value;
} awaits[] = {
    {"to be shipped",       SHIPPED("2",  "",                      ""),                        "",               ""  },
    {"pending",             SHIPPED("1",  "",                      ""),                        "",               ""  },
    {"cancelled",           SHIPPED("3",  "",                      ""),                        "",               ""  },
    {"shipped, no package", SHIPPED("4",  "",                      ",\"packageSnInfo\":null"), "package number", ""  },
    {"delivered, none",     SHIPPED("5",  ",\"packageSnInfo\":[]", ""),                        "package number", ""  },
    {"partly shipped",      SHIPPED("41", "",                      ""),                        "package number", ""  },
    {"partly delivered",    SHIPPED("51", "",                      PACKAGE("null")),           "package number", ""  },
    {"one package of both", SHIPPED("4",  PACKAGE("\"P1\""),       PACKAGE("\"P1\"")),         "package number",
     "P1"                                                                                                            },
    {"a package of each",   SHIPPED("5",  PACKAGE("\"P1\""),       PACKAGE("\"P12\"")),        "package number",
     "P1,P12"                                                                                                        },
    {"the second alone",    SHIPPED("4",  "",                      PACKAGE("\"P2\"")),         "package number", "P2"},
};

START_TEST(a_shipped_order_awaits_its_package_number)
{
    const wb_awaited *awaited;
    char body[1000];
    kit self;

    temu_start(&self, "orders.get");
    kit_item(&self, "PO-1");
    snprintf(body, sizeof body, TEMU_OK "%s}", awaits[_i].result);
    ck_assert_msg(kit_read_text(&self, 200, NULL, body) == WB_OK, "%s", self.err.text);
    awaited = &self.out.results[0].awaited;
    ck_assert_msg(wb_view_is(awaited->name, awaits[_i].name), "%s", awaits[_i].label);
    ck_assert_msg(wb_view_is(awaited->value, awaits[_i].value), "%s: %.*s", awaits[_i].label,
                  WB_VIEW_ARG(awaited->value));
    ck_assert(wb_view_is(awaited->parts, *awaits[_i].name ? "O-1,O-2" : ""));
    kit_fini(&self);
}
END_TEST

/* As the runtime does it: each part by the operation of its step, with those before it. */
START_TEST(the_parts_become_one_document)
{
    static const char *const answers[] = {
        TEMU_OK DETAIL("2") "}", TEMU_OK ADDRESS "}",
        TEMU_OK "{\"total\":1,\"skuList\":[{\"skuId\":17,\"price\":\"9.99\"}]}}"};
    static const char *const types[] = {"\"type\":\"bg.order.detail.v2.get\"",
                                        "\"type\":\"bg.order.shippinginfo.v2.get\"",
                                        "\"type\":\"bg.local.goods.sku.list.query\""};
    WB_AUTO(wb_buf_fini) wb_buf parts = {0};
    const wb_op *first;
    char cursor[64] = "";
    kit self;

    temu_start(&self, "orders.get");
    first = self.call.op;
    kit_item(&self, "PO-1");
    self.envs[0].source_utc_us = INT64_C(1760000000) * WB_US_PER_S;
    wb_buf_init(&parts, 100000);
    for (size_t i = 0; i < WB_COUNT(answers); i++) {
        self.items[0].cursor = wb_view_of(*cursor ? cursor : NULL);
        self.items[0].partial = wb_buf_view(&parts);
        self.call.op = wb_connector_more(&wb_connector_temu, first, self.items[0].cursor);
        ck_assert_msg(kit_build(&self) == WB_OK, "%s", self.err.text);
        ck_assert_msg(temu_body_has(&self, types[i]), "%s", wb_buf_text(&self.request.body));
        ck_assert(i == 2 || temu_body_has(&self, "\"parentOrderSn\":\"PO-1\"}"));
        ck_assert(i != 2 || temu_body_has(&self, "\"skuIdList\":[17,19]}"));
        ck_assert(kit_read_text(&self, 200, NULL, answers[i]) == WB_OK);
        ck_assert(self.out.results[0].code == (i == 2 ? WB_RESULT_DONE : WB_RESULT_MORE));
        if (i < 2)
            temu_keep(&parts, self.out.results[0].body);
        snprintf(cursor, sizeof cursor, "%.*s", WB_VIEW_ARG(self.out.results[0].cursor));
    }
    ck_assert(wb_view_is(self.out.results[0].body,
                         "{\"rules\":{\"mode\":\"local\",\"price\":\"list\"},\"order\":" DETAIL(
                             "2") ",\"address\":" ADDRESS
                                  ",\"skus\":[{\"skuId\":17,\"price\":\"9.99\"}]}"));
    ck_assert_int_eq(self.out.results[0].source_utc_us, INT64_C(1760000000) * WB_US_PER_S);
    kit_fini(&self);
}
END_TEST

/* The SKUs of a semi-managed shop are its products'. */
START_TEST(prices_are_asked_by_the_id_that_counts)
{
    WB_AUTO(wb_buf_fini) wb_buf parts = {0};
    temu_options *options;
    kit self;

    options = temu_start(&self, "orders.prices");
    options->mode = TEMU_SEMI;
    kit_item(&self, "PO-1");
    wb_buf_init(&parts, 100000);
    temu_keep(&parts, WB_VIEW_LIT("\"order\":" DETAIL("2")));
    self.items[0].partial = wb_buf_view(&parts);
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(temu_body_has(&self, "\"skuIdList\":[18]}"));
    kit_fini(&self);
}
END_TEST

/* An order may change while its parts are read: the time of its first part is its own. */
START_TEST(what_is_older_than_announced_is_behind)
{
    WB_AUTO(wb_buf_fini) wb_buf parts = {0};
    temu_options *options;
    kit self;

    options = temu_start(&self, "orders.address");
    options->price_without_money = TEMU_PRICE_ZERO;
    kit_item(&self, "PO-1");
    wb_buf_init(&parts, 100000);
    temu_keep(&parts, WB_VIEW_LIT("\"order\":" DETAIL("2")));
    self.items[0].partial = wb_buf_view(&parts);
    self.envs[0].source_utc_us = INT64_C(1760000001) * WB_US_PER_S;
    ck_assert(kit_read_text(&self, 200, NULL, TEMU_OK ADDRESS "}") == WB_OK);
    ck_assert_int_eq(self.out.results[0].code, WB_RESULT_BEHIND);
    ck_assert_int_eq(self.out.results[0].source_utc_us, INT64_C(1760000000) * WB_US_PER_S);
    kit_fini(&self);
}
END_TEST

static const struct {
    const char *label, *op, *body;
    wb_rc rc;
    wb_result_code code;
} answers[] = {
    {"another order",      "orders.get",
     TEMU_OK "{\"parentOrderMap\":{\"parentOrderSn\":\"PO-2\"},\"orderList\":[{}]}}",       WB_RETRY,
     WB_RESULT_NONE                                                                                                   },
    {"another's line",     "orders.get",
     TEMU_OK "{\"parentOrderMap\":{\"parentOrderSn\":\"PO-1\"},\"orderList\":[{\"parentOrderSn\":"
             "\"PO-1\"},{\"parentOrderSn\":\"PO-2\"}]}}",                                   WB_RETRY,   WB_RESULT_NONE},
    {"lines that name it", "orders.get",
     TEMU_OK "{\"parentOrderMap\":{\"parentOrderSn\":\"PO-1\"},\"orderList\":[{\"parentOrderSn\":"
             "\"PO-1\"},{}]}}",                                                             WB_OK,      WB_RESULT_MORE},
    {"no lines",           "orders.get",
     TEMU_OK "{\"parentOrderMap\":{\"parentOrderSn\":\"PO-1\"},\"orderList\":[]}}",         WB_RETRY,
     WB_RESULT_NONE                                                                                                   },
    {"null",               "orders.get",     TEMU_OK "null}",                               WB_RETRY,   WB_RESULT_NONE},
    {"not known",          "orders.get",     "{\"success\":false,\"errorCode\":140020002}", WB_OK,
     WB_RESULT_ABSENT                                                                                                 },
    {"computing",          "orders.get",     "{\"success\":false,\"errorCode\":140020009}", WB_RETRY,
     WB_RESULT_NONE                                                                                                   },
    {"no address",         "orders.address", TEMU_OK "true}",                               WB_RETRY,   WB_RESULT_NONE},
    {"money of another",   "orders.amount",
     TEMU_OK "{\"parentOrderMap\":{\"parentOrderSn\":\"PO-2\"}}}",                          WB_RETRY,   WB_RESULT_NONE},
    {"no grant",           "orders.amount",  "{\"success\":false,\"errorCode\":3000032}",   WB_SUSPEND,
     WB_RESULT_NONE                                                                                                   },
    {"a null of some",     "orders.prices",  TEMU_OK "{\"total\":1,\"skuList\":null}}",     WB_RETRY,
     WB_RESULT_NONE                                                                                                   },
    {"no prices",          "orders.prices",  TEMU_OK "{\"skuList\":{}}}",                   WB_RETRY,   WB_RESULT_NONE},
    {"neither yes nor no", "orders.get",     "{\"errorCode\":1000000}",                     WB_RETRY,   WB_RESULT_NONE},
    {"no without a code",  "orders.get",     "{\"success\":false}",                         WB_RETRY,   WB_RESULT_NONE},
    {"final",              "orders.get",     "{\"success\":false,\"errorCode\":7000000}",   WB_REJECT,  WB_RESULT_NONE},
};

START_TEST(what_a_part_may_answer)
{
    kit self;

    temu_start(&self, answers[_i].op);
    kit_item(&self, "PO-1");
    ck_assert_msg(kit_read_text(&self, 200, NULL, answers[_i].body) == answers[_i].rc, "%s: %s",
                  answers[_i].label, self.err.text);
    ck_assert_msg(self.out.results[0].code == answers[_i].code, "%s", answers[_i].label);
    kit_fini(&self);
}
END_TEST

/* An order that is still being computed waits alone; a list has no record to wait. */
START_TEST(what_is_computed_keeps_no_other)
{
    const char *no = "{\"success\":false,\"errorCode\":140020009}";
    kit self;

    temu_start(&self, "orders.get");
    kit_item(&self, "PO-1");
    ck_assert_int_eq(kit_read_text(&self, 200, NULL, no), WB_RETRY);
    ck_assert_int_eq(self.out.later_ms, 60000);
    ck_assert_int_eq(self.out.retry_ms, 0);
    kit_op(&self, "orders.list");
    self.call.item_count = 0;
    ck_assert_int_eq(kit_read_text(&self, 200, NULL, no), WB_RETRY);
    ck_assert_int_eq(self.out.later_ms, 0);
    ck_assert_int_eq(self.out.retry_ms, 60000);
    kit_fini(&self);
}
END_TEST

/* The gateway's no may be the account's, when it says so of each; an interface's is the order's. */
START_TEST(whose_a_no_is)
{
    static const struct {
        const char *op, *body;
        bool declined;
    } rows[] = {
        {"orders.get",     "{\"success\":false,\"errorCode\":7000000}",   true },
        {"orders.address", "{\"success\":false,\"errorCode\":3000000}",   true },
        {"orders.address", "{\"success\":false,\"errorCode\":180020001}", false},
    };

    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        kit self;

        temu_start(&self, rows[i].op);
        kit_item(&self, "PO-1");
        ck_assert_int_eq(kit_read_text(&self, 200, NULL, rows[i].body), WB_REJECT);
        ck_assert_int_eq(self.out.declined, rows[i].declined);
        kit_fini(&self);
    }
}
END_TEST

/* Every code of the gateway is of the class that the vendor gives it. */
static const struct {
    int64_t code;
    wb_rc rc;
    bool throttled;
} codes[] = {
    {2000000, WB_RETRY,   false},
    {3000000, WB_REJECT,  false},
    {3000001, WB_SUSPEND, false},
    {3000002, WB_REJECT,  false},
    {3000003, WB_REJECT,  false},
    {3000004, WB_REJECT,  false},
    {3000010, WB_RETRY,   false},
    {3000011, WB_RETRY,   false},
    {3000012, WB_RETRY,   false},
    {3000013, WB_REJECT,  false},
    {3000014, WB_REJECT,  false},
    {3000019, WB_SUSPEND, false},
    {3000020, WB_SUSPEND, false},
    {3000021, WB_SUSPEND, false},
    {3000022, WB_SUSPEND, false},
    {3000025, WB_SUSPEND, false},
    {3000026, WB_SUSPEND, false},
    {3000027, WB_SUSPEND, false},
    {3000028, WB_SUSPEND, false},
    {3000030, WB_SUSPEND, false},
    {3000031, WB_SUSPEND, false},
    {3000032, WB_SUSPEND, false},
    {3000033, WB_SUSPEND, false},
    {3000034, WB_SUSPEND, false},
    {3000040, WB_SUSPEND, false},
    {4000000, WB_RETRY,   false},
    {4000004, WB_RETRY,   true },
    {5000000, WB_SUSPEND, false},
    {5000001, WB_SUSPEND, false},
    {5000002, WB_SUSPEND, false},
    {5000003, WB_SUSPEND, false},
    {6000001, WB_REJECT,  false},
    {7000000, WB_REJECT,  false},
};

START_TEST(each_code_of_the_gateway_has_its_class)
{
    char body[200];
    kit self;

    snprintf(body, sizeof body,
             "{\"success\":false,\"errorCode\":%lld,\"errorMsg\":\"no\",\"requestId\":\"us-1\"}",
             (long long)codes[_i].code);
    temu_start(&self, "orders.address");
    kit_item(&self, "PO-1");
    ck_assert(temu_code_known(codes[_i].code));
    ck_assert_msg(kit_read_text(&self, 200, NULL, body) == codes[_i].rc, "%lld",
                  (long long)codes[_i].code);
    ck_assert(self.out.throttled == codes[_i].throttled);
    ck_assert_msg(strstr(self.err.text, "us-1") != NULL, "%s", self.err.text);
    kit_fini(&self);
}
END_TEST

/* What the gateway refuses has changed nothing; what it could not finish may have. */
START_TEST(what_has_changed_nothing)
{
    static const struct {
        int status;
        const char *body;
        bool free;
    } rows[] = {
        {200, "{\"success\":false,\"errorCode\":4000004}",   true },
        {200, "{\"success\":false,\"errorCode\":3000034}",   true },
        {200, "{\"success\":false,\"errorCode\":5000003}",   true },
        {200, "{\"success\":false,\"errorCode\":4000000}",   false},
        {200, "{\"success\":false,\"errorCode\":2000000}",   false},
        {200, "{\"success\":false,\"errorCode\":120014006}", false},
        {200, "{\"success\":true,\"errorCode\":3000034}",    false},
        {200, "<html>",                                      false},
        {429, "",                                            true },
        {403, "",                                            true },
        {502, "",                                            false},
    };

    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        wb_response resp = {.status = rows[i].status, .body = wb_view_of(rows[i].body)};

        ck_assert_msg(temu_effect_free(&resp) == rows[i].free, "%d %s", rows[i].status,
                      rows[i].body);
    }
}
END_TEST

/* Right after it was announced an order may not be readable yet. */
START_TEST(an_order_that_was_just_announced_is_asked_for_again)
{
    static const char unknown[] = "{\"success\":false,\"errorCode\":140020002}";
    kit self;

    temu_start(&self, "orders.get");
    kit_item(&self, "PO-1");
    wb_envelope_hop(&self.envs[0], WB_HOP_RECEIVED, self.call.now_utc_us - 1000000);
    ck_assert(kit_read_text(&self, 200, NULL, unknown) == WB_OK);
    ck_assert_int_eq(self.out.results[0].code, WB_RESULT_RETRY);
    self.call.now_utc_us += INT64_C(300) * WB_US_PER_S;
    ck_assert(kit_read_text(&self, 200, NULL, unknown) == WB_OK);
    ck_assert_int_eq(self.out.results[0].code, WB_RESULT_ABSENT);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {a_shipped_order_awaits_its_package_number,           WB_COUNT(awaits) },
        {labels_hold_no_order,                                WB_COUNT(labels) },
        {which_part_comes_next,                               WB_COUNT(steps)  },
        {the_parts_become_one_document,                       0                },
        {prices_are_asked_by_the_id_that_counts,              0                },
        {what_is_older_than_announced_is_behind,              0                },
        {what_a_part_may_answer,                              WB_COUNT(answers)},
        {whose_a_no_is,                                       0                },
        {what_is_computed_keeps_no_other,                     0                },
        {each_code_of_the_gateway_has_its_class,              WB_COUNT(codes)  },
        {what_has_changed_nothing,                            0                },
        {an_order_that_was_just_announced_is_asked_for_again, 0                },
        {NULL,                                                0                },
    };

    return wb_suite_run("actors.connectors.temu.orders.orders", rows);
}
