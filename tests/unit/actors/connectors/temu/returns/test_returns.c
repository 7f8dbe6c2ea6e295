/* SPDX-License-Identifier: Apache-2.0 */
/*
 * After-sales are returns of their order, by their own time.
 */
#include "tests/unit/actors/connectors/temu/temu_kit.h"

#define ROW(status)                                                                                \
    "{\"parentAfterSalesSn\":\"PO-1-D01\",\"parentOrderSn\":\"PO-1\","                             \
    "\"parentAfterSalesStatus\":" status                                                           \
    ",\"afterSalesType\":2,\"createAt\":1760000000000,\"updateAt\":1760003600000}"

static const struct {
    const char *told;
    int32_t status; /* UNKNOWN = it cannot be read */
} statuses[] = {
    {"1",      WB_RETURN_REQUESTED},
    {"2",      WB_RETURN_SHIPPED  },
    {"3",      WB_RETURN_RECEIVED },
    {"4",      WB_RETURN_APPROVED },
    {"5",      WB_RETURN_REFUNDED },
    {"6",      WB_RETURN_CANCELLED},
    {"7",      WB_RETURN_REJECTED },
    {"8",      WB_RETURN_REQUESTED},
    {"9",      WB_RETURN_APPROVED },
    {"10",     WB_RETURN_REQUESTED},
    {"11",     WB_RETURN_REQUESTED},
    {"12",     WB_RETURN_REQUESTED}, /* nobody knows what that is */
    {"\"5\"",  WB_RETURN_REFUNDED },
    {"null",   WB_RETURN_UNKNOWN  },
    {"0",      WB_RETURN_UNKNOWN  },
    {"\"no\"", WB_RETURN_UNKNOWN  },
};

START_TEST(how_far_it_has_come)
{
    char body[500];
    wb_mapped mapped;
    kit self;
    wb_rc rc;

    temu_start(&self, "returns.list");
    snprintf(body, sizeof body, ROW("%s"), statuses[_i].told);
    rc = temu_say(&self, WB_RECORD_RETURN, wb_view_of(body), &mapped);
    ck_assert_int_eq(rc, statuses[_i].status ? WB_OK : WB_REJECT);
    if (!rc) {
        const wb_return *returned = &mapped.returned;

        ck_assert_msg(returned->status == statuses[_i].status, "%s", statuses[_i].told);
        ck_assert(wb_view_is(returned->external_id, "PO-1-D01"));
        ck_assert(wb_view_is(returned->order_id, "PO-1") && wb_view_is(returned->type, "return"));
        ck_assert(wb_view_is(returned->source, "temu") && returned->source_status.len);
        ck_assert_int_eq(returned->created_utc_us, INT64_C(1760000000) * WB_US_PER_S);
        ck_assert_int_eq(returned->updated_utc_us, INT64_C(1760003600) * WB_US_PER_S);
        ck_assert_int_eq(mapped.source_utc_us, returned->updated_utc_us);
        /* which goods is not told: what is known of them stays */
        ck_assert_uint_eq(mapped.owners, UINT32_C(1) << WB_RETURN_OWNS_HEAD);
        ck_assert(mapped.routed);
    }
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

/* What it belongs to is named, seconds are as good as milliseconds, and what names no order is set
 * aside alone. */
START_TEST(it_belongs_to_its_order)
{
    static const char body[] = TEMU_OK "{\"total\":4,\"data\":[" ROW(
        "5") ",{\"parentAfterSalesSn\":\"X\",\"updateAt\":1},"
             "{\"parentAfterSalesSn\":\"Y\",\"parentOrderSn\":\"PO-2\",\"updateAt\":1760003600},"
             "{\"parentAfterSalesSn\":\"Z\",\"parentOrderSn\":\"PO-3\",\"updateAt\":null}]}}";
    const wb_item *items;
    kit self;

    temu_start(&self, "returns.list");
    ck_assert_msg(kit_read_text(&self, 200, NULL, body) == WB_OK, "%s", self.err.text);
    items = self.out.items;
    ck_assert_uint_eq(self.out.item_count, 4);
    ck_assert(items[0].kind == WB_KIND_NOTICE && items[0].record_kind == WB_RECORD_RETURN);
    ck_assert(wb_view_is(items[0].external, "PO-1-D01"));
    ck_assert(wb_view_is(items[0].root.external, "PO-1") && !items[0].root.account.len);
    ck_assert_int_eq(items[0].source_utc_us, INT64_C(1760003600) * WB_US_PER_S);
    ck_assert_int_eq(items[1].outcome, WB_OUTCOME_PARKED);
    ck_assert(items[2].outcome == WB_OUTCOME_NONE && wb_view_is(items[2].external, "Y"));
    ck_assert_int_eq(items[2].source_utc_us, items[0].source_utc_us);
    ck_assert(items[3].outcome == WB_OUTCOME_NONE && items[3].source_utc_us == 0);
    kit_fini(&self);
}
END_TEST

/* In milliseconds, and once a day without: however Temu reads them, all of it is seen. */
START_TEST(what_is_asked)
{
    kit self;

    temu_start(&self, "returns.list");
    self.call.page_max = 50;
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(temu_body_has(&self, "\"type\":\"bg.aftersales.parentaftersales.list.get\""));
    ck_assert(temu_body_has(&self, ",\"pageNo\":1,\"pageSize\":50,\"updateAtStart\":1759996400000,"
                                   "\"updateAtEnd\":1760000000000}"));
    self.call.full = true;
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(temu_body_has(&self, ",\"pageNo\":1,\"pageSize\":50}"));
    kit_fini(&self);
}
END_TEST

/* --- with its lines --- */

#define MONEY(amount) "{\"amount\":" amount ",\"currency\":\"USD\"}"
#define LINE(order, number, code, amount)                                                          \
    "{\"orderSn\":" order ",\"applyAfterSalesGoodsNumber\":" number                                \
    ",\"applyRefundAmount\":" MONEY(                                                               \
        amount) ",\"afterSalesReasonDesc\":\"too small\",\"buyerComment\":\"hm\","                 \
                "\"afterSalesGoodsInfo\":{\"skuId\":17,\"productList\":[{\"productSkuId\":18,"     \
                "\"extCode\":" code "}]}}"
#define DETAIL(status, total, lines)                                                               \
    "{\"parentAfterSalesSn\":\"PO-1-D01\",\"parentOrderSn\":\"PO-1\",\"afterSalesType\":2,"        \
    "\"parentAfterSalesStatus\":" status ",\"createAtMillis\":1760000000000,"                      \
    "\"lastUpdateAtMillis\":1760007200000,\"refundSummary\":{\"buyerTotalRefund\":" MONEY(         \
        total) "},\"afterSalesList\":" lines "}"
#define ONE LINE("\"O-1\"", "2", "\"S\"", "500")

/* What was announced, and what is asked of it. */
static temu_options *
announce(kit *self)
{
    temu_options *options = temu_start(self, "returns.get");
    wb_envelope *env;

    kit_item_of(self, WB_RECORD_RETURN, "PO-1-D01");
    env = &self->envs[0];
    env->root = WB_VIEW_LIT("t/shop/order/PO-1");
    env->source_utc_us = INT64_C(1760003600) * WB_US_PER_S;
    env->body = WB_VIEW_LIT(ROW("2"));
    return options;
}

/* The answer read, and mapped as it goes on. Its body is freed by the caller. */
static char *
follow(kit *self, const char *detail, wb_mapped *out)
{
    WB_AUTO(wb_buf_fini) wb_buf answer = {0};
    wb_view told;
    char *body;

    wb_buf_init(&answer, WB_BODY_MAX);
    wb_buf_addf(&answer, "%s%s}", TEMU_OK, detail);
    ck_assert_msg(kit_build(self) == WB_OK, "%s", self->err.text);
    ck_assert_msg(kit_read_text(self, 200, NULL, wb_buf_text(&answer)) == WB_OK, "%s",
                  self->err.text);
    ck_assert_int_eq(self->out.results[0].code, WB_RESULT_DONE);
    told = self->out.results[0].body;
    body = wb_text_dup_len(told.data, told.len);
    ck_assert_msg(temu_say(self, WB_RECORD_RETURN, wb_view_of(body), out) == WB_OK, "%s",
                  self->err.text);
    return body;
}

static const struct {
    const char *label, *detail;
    int lines;             /* 0 = what is known of them stays */
    int64_t total, refund; /* of all, of the first line; -1 = it is not told */
    const char *left_out;
} details[] = {
    {"given back",                DETAIL("5",            "500",                             "[" ONE "]"),                                1,500,     500,          NULL},
    {"asked for",                 DETAIL("10",           "500",                             "[" ONE "]"),                                1,-1,      -1,           NULL},
    {"with the shipping",         DETAIL("5",            "700",                             "[" ONE "]"),                                1,700,     -1,           NULL},
    {"a part of it",              DETAIL("5",            "400",                             "[" ONE "]"),                                1,400,     -1,           NULL},
    {"two lines",                 DETAIL("5",            "1000",                            "[" ONE "," ONE "]"),                        2,1000,    500,          NULL},
    {"no amount of one",          DETAIL("5",            "500",                             "[" ONE "," LINE("\"O-2\"",                  "1","\"T\"", "null") "]"),
     2,500, -1, NULL},
    {"an amount with a point",                         DETAIL("5",                                          "5.5",                                                                           "[" ONE "]"),                                                                                               1,-1,-1,"buyerTotal"},
    {"no total",                         DETAIL("5",                                  "null",                                                                   "[" ONE "]"),                                                                                                     1,-1,              -1,                                                                                                                                                                                                    NULL                                                                                                                                                                                                                                                                                                                                                                                                                                                     },
    {"a line without a number",
     DETAIL("5",                                          "500",                                                                           "[" ONE "," LINE("\"O-2\"",                                                                                              "null","\"T\"","0") "]"),0,500, -1,
     "afterSalesList"},
    {"a line of none",                  DETAIL("5",                                      "500",                                                                    "[" ONE "," LINE("\"O-2\"",                                                                                                             "0","\"T\"","0") "]"),0,
     500, -1, "afterSalesList"},
    {"no lines", DETAIL("5",                   "500","[]"),0,500,-1,"afterSalesList"},
    {"lines that are none",                  DETAIL("5",                             "500",                                       "{}"),                                                                                                    0, 500,                                                                                                                                                                                                                           -1,                                                                                                                                                                                                                                                                                              "afterSalesList"                                                                                                                                                                                                                                                                                                                                },
    {"a line that nobody can name",       DETAIL("5", "500", "[{\"applyAfterSalesGoodsNumber\":1}]"), 0,
     500,-1,"afterSalesList"},
};

START_TEST(what_comes_back)
{
    WB_AUTO(wb_free) char *body = NULL;
    const wb_return_line *lines;
    const wb_return *returned;
    wb_mapped mapped;
    kit self;

    announce(&self);
    body = follow(&self, details[_i].detail, &mapped);
    returned = &mapped.returned;
    lines = returned->lines.items;
    ck_assert(wb_view_is(returned->external_id, "PO-1-D01"));
    ck_assert_int_eq(returned->updated_utc_us, INT64_C(1760007200) * WB_US_PER_S);
    ck_assert_int_eq((int)returned->lines.count, details[_i].lines);
    ck_assert_int_eq(!!(mapped.owners & UINT32_C(1) << WB_RETURN_OWNS_LINES),
                     details[_i].lines > 0);
    ck_assert_int_eq(*returned->refund_total.currency ? returned->refund_total.minor : -1,
                     details[_i].total);
    if (details[_i].left_out)
        ck_assert_msg(kit_has(returned->left_out, details[_i].left_out), "%s", details[_i].label);
    if (details[_i].lines) {
        ck_assert(wb_view_is(lines[0].line_id, "O-1") && wb_view_is(lines[0].sku, "S"));
        ck_assert(wb_view_is(lines[0].reason, "too small") && wb_view_is(returned->comment, "hm"));
        ck_assert_int_eq(lines[0].quantity.value, 2);
        ck_assert_msg((*lines[0].refund.currency ? lines[0].refund.minor : -1) ==
                          details[_i].refund,
                      "%s", details[_i].label);
    }
    wb_mapped_fini(&mapped);
    kit_fini(&self);
}
END_TEST

/* As the account counts them, and by the number that counts for it. */
START_TEST(which_goods_and_in_what)
{
    static const char detail[] = DETAIL(
        "2", "0", "[" LINE("\"O-1\"", "2", "\"S\"", "0") "," LINE("\"O-2\"", "1", "\"\"", "0") "]");
    static char sku[] = "S";

    for (int semi = 0; semi < 2; semi++) {
        WB_AUTO(wb_free) char *body = NULL;
        const wb_return_line *lines;
        temu_options *options;
        wb_mapped mapped;
        kit self;

        options = announce(&self);
        options->mode = semi ? TEMU_SEMI : TEMU_LOCAL;
        options->pieces = true;
        kit_rows(&self, "packs", &(temu_pack){sku, 6}, 1);
        body = follow(&self, detail, &mapped);
        lines = mapped.returned.lines.items;
        ck_assert_int_eq(mapped.returned.status, WB_RETURN_SHIPPED);
        ck_assert(wb_view_is(lines[0].sku, "S") && wb_view_is(lines[1].sku, semi ? "18" : "17"));
        ck_assert_int_eq(lines[0].quantity.value, 12);
        ck_assert_int_eq(lines[1].quantity.value, 1);
        wb_mapped_fini(&mapped);
        kit_fini(&self);
    }
}
END_TEST

static const struct {
    const char *label, *answer;
    wb_rc rc;
    wb_result_code code;
} answers[] = {
    {"another's",      TEMU_OK "{\"parentAfterSalesSn\":\"PO-1-D02\"}}",                    WB_RETRY, WB_RESULT_NONE},
    {"nobody's",       TEMU_OK "{\"afterSalesList\":[]}}",                                  WB_RETRY, WB_RESULT_NONE},
    {"as it was",
     TEMU_OK "{\"parentAfterSalesSn\":\"PO-1-D01\",\"lastUpdateAtMillis\":1760003599000}}", WB_OK,
     WB_RESULT_BEHIND                                                                                               },
    {"without a time",
     TEMU_OK "{\"parentAfterSalesSn\":\"PO-1-D01\",\"parentAfterSalesStatus\":2}}",         WB_OK,
     WB_RESULT_DONE                                                                                                 },
    {"not granted",    "{\"success\":false,\"errorCode\":3000032}",                         WB_OK,    WB_RESULT_DONE},
    {"not there",      "{\"success\":false,\"errorCode\":130010004}",                       WB_OK,    WB_RESULT_DONE},
    {"later",          "{\"success\":false,\"errorCode\":130010000}",                       WB_RETRY, WB_RESULT_NONE},
};

/* A no to the detail holds no return: what the list told of it goes its way, as before. */
START_TEST(what_the_detail_says)
{
    kit self;
    wb_rc rc;

    announce(&self);
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(temu_body_has(&self, "\"type\":\"temu.aftersales.parentaftersales.detail.get\""));
    ck_assert(
        temu_body_has(&self, ",\"parentOrderSn\":\"PO-1\",\"parentAfterSalesSn\":\"PO-1-D01\"}"));
    rc = kit_read_text(&self, 200, NULL, answers[_i].answer);
    ck_assert_msg(rc == answers[_i].rc, "%s: %s", answers[_i].label, self.err.text);
    if (!rc)
        ck_assert_msg(self.out.results[0].code == answers[_i].code, "%s", answers[_i].label);
    if (answers[_i].code == WB_RESULT_DONE) {
        wb_view told = self.out.results[0].body;
        WB_AUTO(wb_free) char *body = wb_text_dup_len(told.data, told.len);
        wb_mapped mapped;

        ck_assert(self.out.trouble == WB_TROUBLE_NONE);
        ck_assert_msg(temu_say(&self, WB_RECORD_RETURN, wb_view_of(body), &mapped) == WB_OK, "%s",
                      self.err.text);
        ck_assert_int_eq(mapped.returned.status, WB_RETURN_SHIPPED);
        ck_assert_int_eq(mapped.returned.updated_utc_us, INT64_C(1760003600) * WB_US_PER_S);
        ck_assert_uint_eq(mapped.owners, UINT32_C(1) << WB_RETURN_OWNS_HEAD);
        wb_mapped_fini(&mapped);
    }
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {how_far_it_has_come,     WB_COUNT(statuses)},
        {it_belongs_to_its_order, 0                 },
        {what_is_asked,           0                 },
        {what_comes_back,         WB_COUNT(details) },
        {which_goods_and_in_what, 0                 },
        {what_the_detail_says,    WB_COUNT(answers) },
        {NULL,                    0                 },
    };

    return wb_suite_run("actors.connectors.temu.returns.returns", rows);
}
