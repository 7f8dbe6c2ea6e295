/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The shop is told how many it should show, by an absolute number; a write that was never answered
 * is looked up before anything is sent again.
 */
#include "tests/unit/actors/connectors/temu/temu_kit.h"

static void
pack(int64_t wanted, const char *goods, int32_t status, wb_buf *out)
{
    wb_listing listing = {
        .external_id = WB_VIEW_LIT("17592352673534"),
        .channel = WB_VIEW_LIT("temu"),
        .status = status,
        .product_id = wb_view_of(goods),
        .wanted.quantity = {wanted, wanted != -1}
    };

    wb_buf_init(out, WB_ORDER_MAX);
    ck_assert(wb_canonical_encode(wb_listing_fields, &listing, out, NULL) == WB_OK);
}

static void
start(kit *self, const char *op, wb_buf *packed)
{
    temu_start(self, op);
    kit_item_of(self, WB_RECORD_LISTING, "17592352673534");
    self->envs[0].body = wb_buf_view(packed);
}

START_TEST(the_target_is_absolute)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    WB_AUTO(wb_free) char *first = NULL;
    kit self;

    pack(25, "601099548666279", WB_LISTING_ACTIVE, &packed);
    start(&self, "listings.put", &packed);
    ck_assert_msg(kit_build(&self) == WB_OK, "%s", self.err.text);
    ck_assert(temu_body_has(&self, "\"type\":\"bg.local.goods.stock.edit\""));
    ck_assert(temu_body_has(&self, "\"goodsId\":601099548666279,\"stockType\":0,"
                                   "\"skuStockTargetList\":[{\"skuId\":17592352673534,"
                                   "\"stockTarget\":25}],\"requestUniqueKey\":\""));
    first = wb_text_dup(wb_buf_text(&self.request.body));
    self.call.now_utc_us += WB_US_PER_S; /* it is sent again: that key may be known there */
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_ne(wb_buf_text(&self.request.body), first);
    self.call.now_utc_us -= WB_US_PER_S;
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_eq(wb_buf_text(&self.request.body), first);
    self.items[0].idempotency = WB_VIEW_LIT("another revision");
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert_str_ne(wb_buf_text(&self.request.body), first);
    kit_fini(&self);
}
END_TEST

static const struct {
    int64_t wanted;
    const char *goods, *why; /* NULL: it is sent */
} bounds[] = {
    {0,       "1",  NULL          },
    {1000000, "1",  NULL          },
    {1000001, "1",  "0 to 1000000"},
    {-2,      "1",  "0 to 1000000"},
    {-1,      "1",  "nobody knows"},
    {5,       NULL, "goodsId"     },
};

START_TEST(what_cannot_be_shown_is_not_sent)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    kit self;

    pack(bounds[_i].wanted, bounds[_i].goods, WB_LISTING_ACTIVE, &packed);
    start(&self, "listings.put", &packed);
    ck_assert_int_eq(kit_build(&self), bounds[_i].why ? WB_REJECT : WB_OK);
    if (bounds[_i].why)
        ck_assert_msg(strstr(self.err.text, bounds[_i].why) != NULL, "%s", self.err.text);
    kit_fini(&self);
}
END_TEST

START_TEST(which_listings_are_pushed)
{
    static const struct {
        int64_t wanted;
        wb_listing_status status;
        bool pushed;
    } rows[] = {
        {5,  WB_LISTING_ACTIVE,   true },
        {5,  WB_LISTING_INACTIVE, true },
        {5,  WB_LISTING_DELETED,  false},
        {-1, WB_LISTING_ACTIVE,   false},
    };

    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        WB_AUTO(wb_buf_fini) wb_buf packed = {0};
        wb_envelope want = {.record_kind = WB_RECORD_LISTING};
        const char *op;

        pack(rows[i].wanted, "1", (int32_t)rows[i].status, &packed);
        want.body = wb_buf_view(&packed);
        op = wb_connector_temu.push_op(NULL, &want, true);
        ck_assert_msg(!op == !rows[i].pushed, "%zu", i);
    }
}
END_TEST

/* What became of our SKU; `code`: its error. */
#define ROW(status)                                                                                \
    TEMU_OK "{\"operateResult\":true,\"skuStockEditStatusInfoList\":[{\"skuId\":17592352673534,"   \
            "\"errorMsg\":\"no\",\"stockEditStatus\":" status "}]}}"
#define DONE "true,\"errorCode\":null"
#define YES_AND_NO "true,\"errorCode\":150013002"
#define OUT_OF_RANGE "false,\"errorCode\":150013002"
#define TRY_AGAIN "false,\"errorCode\":150010005"
#define NO_REASON "false,\"errorCode\":null"
#define ANOTHERS "{\"skuStockEditStatusInfoList\":[{\"skuId\":1,\"stockEditStatus\":true}]}}"
#define NO(code) "{\"success\":false,\"errorCode\":" code ",\"errorMsg\":\"no\"}"

static const struct {
    const char *label, *body;
    wb_rc rc;
    wb_result_code code;
} answers[] = {
    {"done",              ROW(DONE),         WB_OK,      WB_RESULT_DONE   },
    {"yes and no",        ROW(YES_AND_NO),   WB_OK,      WB_RESULT_UNKNOWN},
    {"out of range",      ROW(OUT_OF_RANGE), WB_OK,      WB_RESULT_PARK   },
    {"try again",         ROW(TRY_AGAIN),    WB_OK,      WB_RESULT_RETRY  },
    {"no, for no reason", ROW(NO_REASON),    WB_OK,      WB_RESULT_UNKNOWN},
    {"neither",           ROW("null"),       WB_OK,      WB_RESULT_UNKNOWN},
    {"another SKU",       TEMU_OK ANOTHERS,  WB_OK,      WB_RESULT_UNKNOWN},
    {"nothing",           TEMU_OK "null}",   WB_OK,      WB_RESULT_UNKNOWN},
    {"the key is known",  NO("150010099"),   WB_OK,      WB_RESULT_UNKNOWN},
    {"bad parameters",    NO("150010003"),   WB_OK,      WB_RESULT_PARK   },
    {"not granted",       NO("3000032"),     WB_SUSPEND, WB_RESULT_NONE   },
    {"throttled",         NO("4000004"),     WB_RETRY,   WB_RESULT_NONE   },
};

START_TEST(what_became_of_it)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    kit self;

    pack(25, "1", WB_LISTING_ACTIVE, &packed);
    start(&self, "listings.put", &packed);
    ck_assert_msg(kit_read_text(&self, 200, NULL, answers[_i].body) == answers[_i].rc, "%s: %s",
                  answers[_i].label, self.err.text);
    ck_assert_msg(self.out.results[0].code == answers[_i].code, "%s: %d", answers[_i].label,
                  self.out.results[0].code);
    kit_fini(&self);
}
END_TEST

#define SHOWN(stock)                                                                               \
    TEMU_OK "{\"stockList\":[{\"goodsId\":1,\"skuStockInfoList\":[{\"selfOrdinaryStock\":"         \
            "{\"stockType\":0,\"stock\":" stock "}]}]}}"
#define OF_US "},\"skuId\":17592352673534"
#define OF_US_IN_TEXT "},\"skuId\":\"17592352673534\""
#define OF_ANOTHER "},\"skuId\":17592352673535"

static const struct {
    const char *label, *body;
    wb_rc rc;
    wb_result_code code;
    uint64_t revision;
} shown[] = {
    {"as wanted",      SHOWN("25" OF_US),         WB_OK,     WB_RESULT_DONE, 0},
    {"an id in text",  SHOWN("25" OF_US_IN_TEXT), WB_OK,     WB_RESULT_DONE, 0},
    {"another number", SHOWN("23" OF_US),         WB_OK,     WB_RESULT_DONE, 1},
    {"no number",      SHOWN("null" OF_US),       WB_RETRY,  WB_RESULT_NONE, 0},
    {"less than none", SHOWN("-1" OF_US),         WB_RETRY,  WB_RESULT_NONE, 0},
    {"another SKU",    SHOWN("25" OF_ANOTHER),    WB_RETRY,  WB_RESULT_NONE, 0},
    {"nothing",        TEMU_OK "{}}",             WB_RETRY,  WB_RESULT_NONE, 0},
    {"it is refused",  NO("150010003"),           WB_REJECT, WB_RESULT_NONE, 0},
};

/* Another number is an older word: what is wanted is sent again. */
START_TEST(what_is_shown)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    kit self;

    pack(25, "1", WB_LISTING_ACTIVE, &packed);
    start(&self, "listings.get", &packed);
    ck_assert(kit_build(&self) == WB_OK);
    ck_assert(temu_body_has(&self, "\"goodsId\":1,\"skuIdList\":[17592352673534]}"));
    ck_assert_msg(kit_read_text(&self, 200, NULL, shown[_i].body) == shown[_i].rc, "%s: %s",
                  shown[_i].label, self.err.text);
    ck_assert_msg(self.out.results[0].code == shown[_i].code, "%s", shown[_i].label);
    ck_assert_msg(self.out.results[0].revision == shown[_i].revision, "%s", shown[_i].label);
    ck_assert_msg((self.out.results[0].body.len > 0) == (shown[_i].code == WB_RESULT_DONE), "%s",
                  shown[_i].label);
    kit_fini(&self);
}
END_TEST

/* A dry run shows it beside what is wanted, and nothing else of the listing. */
START_TEST(what_is_shown_is_told)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    wb_listing there = {.status = 0};
    wb_err err = {0};
    kit self;

    pack(25, "1", WB_LISTING_ACTIVE, &packed);
    start(&self, "listings.get", &packed);
    ck_assert(kit_read_text(&self, 200, NULL, SHOWN("0" OF_US)) == WB_OK);
    ck_assert(!wb_canonical_decode(wb_listing_fields, self.out.results[0].body, &there,
                                   sizeof there, &err));
    ck_assert(there.wanted.quantity.known && there.wanted.quantity.value == 0);
    ck_assert(!there.shown.quantity.known && !there.sku.len && !there.status);
    wb_canonical_fini(wb_listing_fields, &there);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {the_target_is_absolute,           0                },
        {what_cannot_be_shown_is_not_sent, WB_COUNT(bounds) },
        {which_listings_are_pushed,        0                },
        {what_became_of_it,                WB_COUNT(answers)},
        {what_is_shown,                    WB_COUNT(shown)  },
        {what_is_shown_is_told,            0                },
        {NULL,                             0                },
    };

    return wb_suite_run("actors.connectors.temu.goods.stock", rows);
}
