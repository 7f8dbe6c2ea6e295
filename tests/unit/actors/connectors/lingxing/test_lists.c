/* SPDX-License-Identifier: Apache-2.0 */
/* What is read: pages of lists, outbound orders of several orders and shops, times; and settings
 * that contradict each other. */
#include "tests/unit/actors/connectors/lingxing/lingxing_kit.h"

#include "protocol/answer.h"
#include "protocol/base/clock.h"

/* --- lists --- */

#define TOTAL 905

#define ROWS(rows, total) "{\"code\":0,\"data\":[" rows "],\"total\":" total "}"
#define INSIDE(name, total) "{\"code\":\"0\",\"data\":{\"" name "\":[{}],\"total\":" total "}}"
#define DAY "\"page\":2,\"page_size\":200,\"start_date\":\"2026-01-02\""
#define SECONDS "\"update_time_end\":1767322801,\"update_time_start\":1767319200"

/* `sent`: in the request; `next`: the cursor of the page behind. */
static const struct {
    const char *op, *cursor, *body;
    wb_rc rc;
    const char *next, *sent;
} pages[] = {
    {"stock.list", "",               ROWS("{},{}",               "5"),      WB_OK,     "2/800",                      "\"offset\":0"  },
    {"stock.list", "2/800",          ROWS("{},{},{}",            "5"),      WB_OK,     "",                           "\"offset\":2"  },
    {"stock.list", "2/100",          ROWS("{}",                  "905"),    WB_OK,     "3/100",                      "\"length\":100"},
    {"stock.list", "2/800",          ROWS("",                    "5"),      WB_REJECT, "",                           ""              },
    {"stock.list", "800/800",        ROWS("",                    "790"),    WB_OK,     "",                           ""              },
    {"stock.list", "",               ROWS("{},{}",               "1"),      WB_RETRY,  "",                           ""              },
    {"stock.list", "",               ROWS("{},{}",               "null"),   WB_RETRY,  "",                           ""              },
    {"stock.list", "",               ROWS("{},{}",               "-2"),     WB_RETRY,  "",                           ""              },
    {"stock.list", "",               "{\"code\":0,\"total\":0}", WB_RETRY,  "",        ""                          },
    {"stock.list",          "",    INSIDE("list",                   "\"2\""),     WB_OK,   "1/800",                           ""                },
    {"stock.list",          "", INSIDE("records",                       "1"),     WB_OK,        "",                           ""},
    {"shipments.list",       "2/2",     ROWS("{},{}",                     "402"),     WB_OK,     "4/2", "\"page\":2,\"page_size\":2"                },
    {"shipments.list",   "200/200",        ROWS("{}",                     "402"), WB_REJECT,        "",                          DAY},
    {"shipments.list",   "400/200",        ROWS("{}",                     "402"), WB_REJECT,        "",                           ""                },
    {"shipments.list",   "400/200",     ROWS("{},{}",                     "402"),     WB_OK,        "",                           ""},
    {"shipments.list",          "",     ROWS("{},{}",                     "402"),     WB_OK,     "2/2",                           ""                },
    {"shipments.list",          "",        ROWS("{}",                       "1"),     WB_OK,        "",                 "\"page\":1"},
    {"products.list",          "",          ROWS("",                       "0"),     WB_OK,        "",                      SECONDS                },
};

START_TEST(test_pages)
{
    kit it;
    wb_rc rc;

    begin(&it);
    kit_op(&it, pages[_i].op);
    if (*pages[_i].cursor)
        it.call.cursor = wb_view_of(pages[_i].cursor);
    ck_assert_int_eq(kit_build(&it), WB_OK);
    has_part(&it, pages[_i].sent);
    rc = kit_read_text(&it, 200, NULL, pages[_i].body);
    ck_assert_msg(rc == pages[_i].rc, "%s", it.err.text);
    ck_assert_msg(wb_view_is(it.out.cursor, *pages[_i].next ? pages[_i].next : "") ||
                      (!*pages[_i].next && !it.out.cursor.len),
                  "%.*s", WB_VIEW_ARG(it.out.cursor));
    kit_fini(&it);
}
END_TEST

/* Null is a list with nothing in it, where the total says so; else it is none. */
static const struct {
    const char *body;
    wb_rc rc;
} nulls[] = {
    {"{\"code\":0,\"data\":null,\"total\":0}",                WB_OK   },
    {"{\"code\":0,\"data\":{\"list\":null,\"total\":\"0\"}}", WB_OK   },
    {"{\"code\":0,\"data\":null,\"total\":2}",                WB_RETRY},
    {"{\"code\":0,\"data\":null}",                            WB_RETRY},
};

START_TEST(test_nulls)
{
    kit it;

    begin(&it);
    kit_op(&it, "shipments.list");
    ck_assert_int_eq(kit_build(&it), WB_OK);
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, nulls[_i].body), nulls[_i].rc);
    ck_assert(!it.out.item_count && !it.out.cursor.len);
    kit_fini(&it);
}
END_TEST

/* The page that was asked for, by its offset or its number, in pages of at most `most` rows. */
static void
answer_page(kit *it, int most, wb_buf *out, bool seen[])
{
    const char *body = wb_buf_text(&it->request.body);
    const char *page = strstr(body, "\"page\":"), *offset = strstr(body, "\"offset\":");
    const char *length = strstr(body, page ? "\"page_size\":" : "\"length\":");
    int size = (int)strtol(strchr(length, ':') + 1, NULL, 10), from;

    size = size < most ? size : most;
    from = page ? ((int)strtol(page + 7, NULL, 10) - 1) * size : (int)strtol(offset + 9, NULL, 10);
    wb_buf_init(out, 1000000);
    wb_buf_addf(out, "{\"code\":0,\"total\":%d,\"data\":[", TOTAL);
    for (int i = from; i < from + size && i < TOTAL; i++) {
        wb_buf_addf(out, "%s{\"id\":%d}", i > from ? "," : "", i);
        seen[i] = true;
    }
    wb_buf_add_text(out, "]}");
}

/* It is asked for long pages and gives shorter ones: nothing of 905 is left out. */
START_TEST(test_all_of_total)
{
    static const int most[] = {1000, 200, 100, 7};
    bool seen[TOTAL] = {false};
    char cursor[48] = "";
    int calls = 0;
    kit it;

    begin(&it);
    kit_op(&it, _i < 4 ? "shipments.list" : "stock.list");
    do {
        WB_AUTO(wb_buf_fini) wb_buf body = {0};

        it.call.cursor = wb_view_of(*cursor ? cursor : NULL);
        ck_assert_int_eq(kit_build(&it), WB_OK);
        answer_page(&it, most[_i % 4], &body, seen);
        ck_assert_msg(kit_read_text(&it, 200, NULL, wb_buf_text(&body)) == WB_OK, "%s",
                      it.err.text);
        snprintf(cursor, sizeof cursor, "%.*s", WB_VIEW_ARG(it.out.cursor));
        ck_assert_int_le(++calls, TOTAL);
    } while (*cursor);
    for (int i = 0; i < TOTAL; i++)
        ck_assert_msg(seen[i], "row %d was missed", i);
    kit_fini(&it);
}
END_TEST

START_TEST(test_bad_cursor)
{
    static const char *const bad[] = {"2", "x/800", "-1/800", "1/0", "1/801", "/"};
    kit it;

    begin(&it);
    kit_op(&it, "stock.list");
    for (size_t i = 0; i < WB_COUNT(bad); i++) {
        it.call.cursor = wb_view_of(bad[i]);
        ck_assert_int_eq(kit_build(&it), WB_REJECT);
    }
    kit_fini(&it);
}
END_TEST

/* An id is a whole number of 64 bits, or a text: not what a double leaves of it. */
static const struct {
    const char *id, *external; /* NULL = its row is set aside, the other goes on */
} ids[] = {
    {"1032790274616770561",     "1032790274616770561"},
    {"\"1032790274616770561\"", "1032790274616770561"},
    {"1.032790274616770561e18", NULL                 },
    {"1032790274616770561.0",   NULL                 },
    {"1e18",                    NULL                 },
    {"9223372036854775808",     NULL                 },
};

START_TEST(test_ids)
{
    char body[200];
    kit it;

    begin(&it);
    kit_op(&it, "products.list");
    snprintf(
        body, sizeof body,
        "{\"code\":0,\"total\":2,\"data\":[{\"id\":%s,\"sku\":\"A\"},{\"id\":5,\"sku\":\"B\"}]}",
        ids[_i].id);
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, body), WB_OK);
    ck_assert_uint_eq(it.out.item_count, 2);
    ck_assert_int_eq(it.out.items[0].outcome,
                     ids[_i].external ? WB_OUTCOME_NONE : WB_OUTCOME_PARKED);
    ck_assert(!ids[_i].external || wb_view_is(it.out.items[0].external, ids[_i].external));
    ck_assert(wb_view_is(it.out.items[1].external, "5"));
    kit_fini(&it);
}
END_TEST

/* Stock of one name twice in a page: both go on in their order, the later one counts. */
START_TEST(test_two_of_one_id)
{
    static const char body[] =
        "{\"code\":0,\"total\":2,\"data\":["
        "{\"wid\":1,\"sku\":\"A\",\"seller_id\":0,\"fnsku\":\"\",\"product_valid_num\":2},"
        "{\"wid\":1,\"sku\":\"A\",\"seller_id\":0,\"fnsku\":\"\",\"product_valid_num\":3}]}";
    kit it;

    begin(&it);
    kit_op(&it, "stock.list");
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, body), WB_OK);
    ck_assert_uint_eq(it.out.item_count, 2);
    for (size_t i = 0; i < 2; i++)
        ck_assert(wb_view_is(it.out.items[i].external, "1/A/0/") &&
                  kit_has(it.out.items[i].body, i ? "\"product_valid_num\":3" : ":2}"));
    kit_fini(&it);
}
END_TEST

/* --- outbound orders --- */

#define OUT(orders, sid, products)                                                                 \
    "{\"code\":0,\"total\":1,\"data\":[{\"wo_number\":\"WO1\",\"platform_order_no\":" orders       \
    ",\"sid\":" sid ",\"status\":3,\"product_info\":[" products "]}]}"
#define PART(order, sku) "{\"sku\":\"" sku "\",\"count\":1,\"platform_order_no\":\"" order "\"}"

#define AB PART("", "A") "," PART("", "B")
#define A_TO_1 PART("PO-1", "A") "," PART("PO-2", "B")
#define FOR_ONE "[\"PO-1\"]"
#define FOR_TWO "[\"PO-1\",\"PO-2\"]"

/* How many shipments it is, of how many lines the first has, in whose account. `stores`, 1: one
 * without a sid; 2: two, the second's sid is 104; 3: two without. */
static const struct {
    const char *body;
    int stores;
    size_t items, lines;
    const char *external, *account, *parked;
} rows[] = {
    {OUT(FOR_ONE,    "104",     AB),                    1,       1,                                2,     "WO1",      "a",                       NULL                                                },
    {OUT("\"PO-1\"", "104",     AB),                    1,       1,                                2,     "WO1",      "a",                       NULL                                                },
    {OUT(FOR_TWO,    "104",     A_TO_1),                1,       2,                                1,     "WO1/PO-1", "a",                       NULL                                                },
    {OUT(FOR_TWO,    "104",     AB),                    1,       2,                                0,     "WO1/PO-1", "a",                       NULL                                                },
    {OUT("[]",       "104",     AB),                    1,       1,                                0,     "WO1",      "",                        NULL                                                },
    {OUT("null",     "104",     AB),                    1,       1,                                0,     "WO1",      "",                        NULL                                                },
    {OUT(FOR_ONE,    "104",     AB),                    2,       1,                                2,     "WO1",      "b",                       NULL                                                },
    {OUT(FOR_ONE,    "\"105\"", AB),                    3,       1,                                0,     NULL,       NULL,                      "`sid`"                                             },
    {OUT(FOR_ONE,    "104",     A_TO_1),                1,       1,                                0,     NULL,       NULL,                      "platform_order_no"                                 },
    {OUT(FOR_TWO,    "104",     A_TO_1 "," PART("PO-3", "C")),   1,                                1,     0,          NULL,                      NULL,                                                 "platform_order_no"},
    {OUT(FOR_ONE,              "104",             PART("PO-1",                 "A") "," PART("", "B")), 1, 1,          2,                                  "WO1",                                                                            "a", NULL},
    {OUT(FOR_ONE,           "222",                AB),                                      3,                                   1,                                                    2,                                       "WO1",           "b", NULL},
};

START_TEST(test_outbound)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    const wb_item *item;
    wb_mapped mapped;
    kit it;

    begin(&it);
    if (rows[_i].stores > 1)
        add_store(&it);
    if (rows[_i].stores == 2)
        kit_text(&store_at(&it, 1)->sid, "104");
    kit_op(&it, "shipments.list");
    ck_assert_msg(kit_read_text(&it, 200, NULL, rows[_i].body) == WB_OK, "%s", it.err.text);
    ck_assert_uint_eq(it.out.item_count, rows[_i].items);
    item = &it.out.items[0];
    if (rows[_i].parked) {
        ck_assert_int_eq(item->outcome, WB_OUTCOME_PARKED);
        ck_assert_msg(strstr(item->reason, rows[_i].parked), "%s", item->reason);
    } else {
        wb_envelope raw = {.record_kind = item->record_kind, .body = item->body};

        ck_assert(wb_view_is(item->external, rows[_i].external));
        ck_assert(wb_view_is(item->root.account, rows[_i].account) ||
                  (!*rows[_i].account && !item->root.account.len));
        if (rows[_i].lines) {
            ck_assert_msg(!wb_connector_map(it.connector, &raw, json, &mapped, &it.err), "%s",
                          it.err.text);
            ck_assert(wb_view_eq(mapped.shipment.external_id, item->external));
            ck_assert_uint_eq(mapped.shipment.lines.count, rows[_i].lines);
            wb_mapped_fini(&mapped);
        }
    }
    kit_fini(&it);
}
END_TEST

/* As people typed them; the other number where one is no more than blanks. */
static const struct {
    const char *numbers, *tracking;
} typed[] = {
    {"\"tracking_no\":\" 1Z 9 \",\"waybill_no\":\"W\"",       "1Z 9"},
    {"\"tracking_no\":\"1Z9\\t\\r\\n\",\"waybill_no\":\"W\"", "1Z9" },
    {"\"tracking_no\":\"  \",\"waybill_no\":\" W \"",         "W"   },
    {"\"tracking_no\":\" \",\"waybill_no\":\"\"",             ""    },
};

START_TEST(test_typed_numbers)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_envelope raw = {.record_kind = WB_RECORD_SHIPMENT};
    wb_mapped mapped;
    kit it;

    begin(&it);
    kit_op(&it, "shipments.list");
    wb_buf_init(&body, 1000);
    wb_buf_addf(&body,
                "{\"code\":0,\"total\":1,\"data\":[{\"wo_number\":\"WO1\",\"status\":3,"
                "\"platform_order_no\":[\"PO-1\"],%s,\"product_info\":[" AB "]}]}",
                typed[_i].numbers);
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, wb_buf_text(&body)), WB_OK);
    raw.body = it.out.items[0].body;
    ck_assert_msg(!wb_connector_map(it.connector, &raw, json, &mapped, &it.err), "%s", it.err.text);
    ck_assert_msg(wb_view_is(mapped.shipment.tracking, typed[_i].tracking), "'%.*s'",
                  WB_VIEW_ARG(mapped.shipment.tracking));
    wb_mapped_fini(&mapped);
    kit_fini(&it);
}
END_TEST

/* --- what the list of orders divides --- */

#define HELD(number, items)                                                                        \
    "{\"code\":0,\"data\":{\"total\":\"1\",\"list\":[{\"global_order_no\":\"" number               \
    "\",\"store_id\":\"a\",\"status\":6,\"item_info\":[" items "]}]}}"
#define HAS(order, sku, count)                                                                     \
    "{\"platform_order_no\":\"" order "\",\"local_sku\":\"\",\"msku\":\"" sku                      \
    "\",\"quantity\":" count "}"
#define BOTH HAS("PO-1", "A", "2") "," HAS("PO-2", "A", "1") "," HAS("PO-2", "B", "1")

#define ALL HAS("PO-2", "B", "1") "," HAS("PO-1", "A", "3")
#define FEWER HAS("PO-1", "A", "2") "," HAS("PO-2", "B", "1")
#define MORE BOTH "," HAS("PO-2", "C", "1")
#define UNCOUNTED HAS("PO-1", "A", "3") "," HAS("PO-2", "B", "\"x\"")
#define OTHERS HAS("PO-1", "C", "3") "," HAS("PO-2", "B", "1")
#define EMPTY "{\"code\":0,\"data\":{\"total\":\"0\",\"list\":[]}}"

/* Three of A and one of B left for PO-1 and PO-2 together. `a`: how many of A are for PO-1. */
static const struct {
    const char *body;
    wb_result_code code;
    int64_t a;
} divisions[] = {
    {HELD("103",  BOTH),           WB_RESULT_DONE,  2},
    {HELD("103",  ALL),            WB_RESULT_DONE,  3},
    {HELD("104",  BOTH),           WB_RESULT_RETRY, 0},
    {EMPTY,       WB_RESULT_RETRY, 0              },
    {HELD("103",     FEWER),  WB_RESULT_PARK,               0 },
    {HELD("103",      MORE),  WB_RESULT_PARK,               0},
    {HELD("103", UNCOUNTED),  WB_RESULT_PARK,               0 },
    {HELD("103",    OTHERS),  WB_RESULT_PARK,               0},
};

#define LEFT(status)                                                                               \
    "{\"code\":0,\"total\":1,\"data\":[{\"wo_number\":\"WO1\",\"order_number\":\"103\",\"sid\":1," \
    "\"platform_order_no\":[\"PO-1\",\"PO-2\"],\"tracking_no\":\"1Z\",\"status\":" status          \
    ",\"product_info\":[{\"sku\":\"A\",\"count\":3},{\"sku\":\"B\",\"count\":1,\"wod_id\":7},"     \
    "{\"sku\":\"PART\",\"count\":9,\"bundle_wod_id\":7}]}]}"

START_TEST(test_divided)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_free) char *notice = NULL;
    const wb_result *result;
    wb_mapped mapped;
    kit it;

    begin(&it);
    kit_op(&it, "shipments.list");
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, LEFT("3")), WB_OK);
    ck_assert_uint_eq(it.out.item_count, 2);
    ck_assert_int_eq(it.out.items[0].kind, WB_KIND_NOTICE);
    notice = wb_text_dup_len(it.out.items[0].body.data, it.out.items[0].body.len);
    kit_op(&it, "shipments.divide");
    kit_item_of(&it, WB_RECORD_SHIPMENT, "WO1/PO-1");
    it.envs[0].root = WB_VIEW_LIT("t/a/order/PO-1");
    it.envs[0].body = wb_view_of(notice);
    ck_assert_int_eq(kit_build(&it), WB_OK);
    has_part(&it, "\"platform_order_nos\":[\"PO-1\"],\"store_id\":[\"a\"]");
    ck_assert_msg(kit_read_text(&it, 200, NULL, divisions[_i].body) == WB_OK, "%s", it.err.text);
    result = &it.out.results[0];
    ck_assert_msg(result->code == divisions[_i].code, "%d: %s", (int)result->code, result->reason);
    if (result->code == WB_RESULT_DONE) {
        wb_envelope raw = {.record_kind = WB_RECORD_SHIPMENT, .body = result->body};
        const wb_shipment_line *line;

        ck_assert_msg(!wb_connector_map(it.connector, &raw, json, &mapped, &it.err), "%s",
                      it.err.text);
        ck_assert(wb_view_is(mapped.shipment.external_id, "WO1/PO-1"));
        ck_assert_uint_eq(mapped.shipment.lines.count, 1);
        line = mapped.shipment.lines.items;
        ck_assert(wb_view_is(line->sku, "A"));
        ck_assert_int_eq(line->quantity.value, divisions[_i].a);
        wb_mapped_fini(&mapped);
    }
    kit_fini(&it);
}
END_TEST

/* Until it is shipped nobody asks which of its goods are for which order, and it says none. */
START_TEST(test_not_divided_yet)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_envelope raw = {.record_kind = WB_RECORD_SHIPMENT};
    wb_mapped mapped;
    kit it;

    begin(&it);
    kit_op(&it, "shipments.list");
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, LEFT("2")), WB_OK);
    ck_assert_uint_eq(it.out.item_count, 2);
    ck_assert_int_eq(it.out.items[1].kind, WB_KIND_RAW);
    raw.body = it.out.items[1].body;
    ck_assert_int_eq(wb_connector_map(it.connector, &raw, json, &mapped, &it.err), WB_OK);
    ck_assert(!mapped.routed);
    ck_assert_uint_eq(mapped.owners, UINT32_C(1) << WB_SHIPMENT_OWNS_HEAD);
    ck_assert(wb_view_is(mapped.shipment.order_id, "PO-2"));
    wb_mapped_fini(&mapped);
    kit_fini(&it);
}
END_TEST

/* Parts of a bundle whose own line is there are no lines of the order; without it they are. */
START_TEST(test_bundle)
{
    static const char *const bodies[] = {
        OUT("[\"PO-1\"]", "1",
            "{\"sku\":\"SET\",\"count\":1,\"wod_id\":7,\"bundle_wod_id\":0},"
            "{\"sku\":\"A\",\"count\":2,\"wod_id\":8,\"bundle_wod_id\":7}"),
        OUT("[\"PO-1\"]", "1", "{\"sku\":\"A\",\"count\":2,\"wod_id\":8,\"bundle_wod_id\":7}"),
    };
    static const char *const skus[] = {"SET", "A"};

    for (size_t i = 0; i < WB_COUNT(bodies); i++) {
        WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
        wb_envelope raw = {.record_kind = WB_RECORD_SHIPMENT};
        wb_mapped mapped;
        kit it;

        begin(&it);
        kit_op(&it, "shipments.list");
        ck_assert_int_eq(kit_read_text(&it, 200, NULL, bodies[i]), WB_OK);
        raw.body = it.out.items[0].body;
        ck_assert_int_eq(wb_connector_map(it.connector, &raw, json, &mapped, &it.err), WB_OK);
        ck_assert_uint_eq(mapped.shipment.lines.count, 1);
        ck_assert(wb_view_is(((wb_shipment_line *)mapped.shipment.lines.items)->sku, skus[i]));
        wb_mapped_fini(&mapped);
        kit_fini(&it);
    }
}
END_TEST

/* --- times --- */

static const struct {
    const char *json;
    int64_t seconds;
    bool left_out;
} times[] = {
    {"{\"t\":1767322800}",              1767322800, false},
    {"{\"t\":\"1767322800\"}",          1767322800, false},
    {"{\"t\":\"2026-01-02 11:00:00\"}", 1767322800, false},
    {"{\"t\":0}",                       0,          false},
    {"{\"t\":\"0\"}",                   0,          false},
    {"{\"t\":null}",                    0,          false},
    {"{\"t\":\"\"}",                    0,          false},
    {"{\"t\":\"0000-00-00 00:00:00\"}", 0,          false},
    {"{\"t\":\"0000-00-00\"}",          0,          false},
    {"{\"t\":\"yesterday\"}",           0,          true },
    {"{\"t\":\"2026-13-02 11:00:00\"}", 0,          true },
    {"{\"t\":\"2026-01-02\"}",          0,          true },
    {"{\"t\":-5}",                      0,          true },
    {"{\"t\":1767322800000}",           0,          true },
};

START_TEST(test_times)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    int64_t time = 0;

    ck_assert_int_eq(wb_json_parse_answer(json, wb_view_of(times[_i].json), NULL), WB_OK);
    lingxing_time(json, wb_json_get(json, 0, "t"), &time, "t");
    ck_assert_int_eq(time, times[_i].seconds * WB_US_PER_S);
    ck_assert((wb_answer_left_out(json).len > 0) == times[_i].left_out);
}
END_TEST

/* The day there has begun at 16:00 here. */
START_TEST(test_days)
{
    char day[11];

    lingxing_day(day, INT64_C(1767283199000000)); /* 2026-01-01T15:59:59Z */
    ck_assert_str_eq(day, "2026-01-01");
    lingxing_day(day, INT64_C(1767283200000000));
    ck_assert_str_eq(day, "2026-01-02");
}
END_TEST

/* --- settings --- */

START_TEST(test_settings)
{
    kit it;

    begin(&it);
    ck_assert_msg(kit_check(&it) == WB_OK, "%s", it.err.text);
    kit_text(&options_of(&it)->wid, "25");
    ck_assert_int_eq(kit_check(&it), WB_FATAL);
    ck_assert_msg(strstr(it.err.text, "both, or neither"), "%s", it.err.text);
    kit_text(&options_of(&it)->logistics_type_id, "265");
    ck_assert_int_eq(kit_check(&it), WB_OK);
    add_store(&it);
    kit_text(&store_at(&it, 0)->sid, "103");
    ck_assert_int_eq(kit_check(&it), WB_FATAL);
    ck_assert_msg(strstr(it.err.text, "shop '222' has no sid"), "%s", it.err.text);
    kit_text(&store_at(&it, 1)->sid, "104");
    ck_assert_int_eq(kit_check(&it), WB_OK);
    kit_text(&store_at(&it, 1)->store_id, "a");
    kit_text(&store_at(&it, 1)->account, "a");
    kit_text(&store_at(&it, 1)->platform_code, "x");
    ck_assert_int_eq(kit_check(&it), WB_FATAL);
    ck_assert_msg(strstr(it.err.text, "account 'a' is there twice") &&
                      strstr(it.err.text, "shop 'a' is there twice") &&
                      strstr(it.err.text, "platform_code is a number"),
                  "%s", it.err.text);
    kit_text(&store_at(&it, 1)->store_id, "");
    ck_assert_int_eq(kit_check(&it), WB_FATAL);
    ck_assert_msg(strstr(it.err.text, "a shop has neither store_id nor name"), "%s", it.err.text);
    kit_text(&store_at(&it, 1)->account, "b");
    kit_text(&store_at(&it, 1)->platform_code, "10009");
    kit_text(&store_at(&it, 1)->name, "B");
    kit_texts(&options_of(&it)->warehouses, "Yiwu");
    ck_assert_msg(kit_check(&it) == WB_OK, "%s", it.err.text);
    kit_fini(&it);
}
END_TEST

int
main(void)
{
    const wb_suite_row suite[] = {
        {test_pages,           WB_COUNT(pages)    },
        {test_nulls,           WB_COUNT(nulls)    },
        {test_typed_numbers,   WB_COUNT(typed)    },
        {test_bad_cursor,      0                  },
        {test_all_of_total,    8                  },
        {test_ids,             WB_COUNT(ids)      },
        {test_two_of_one_id,   0                  },
        {test_outbound,        WB_COUNT(rows)     },
        {test_divided,         WB_COUNT(divisions)},
        {test_not_divided_yet, 0                  },
        {test_bundle,          0                  },
        {test_times,           WB_COUNT(times)    },
        {test_days,            0                  },
        {test_settings,        0                  },
        {NULL,                 0                  },
    };

    return wb_suite_run("actors.connectors.lingxing.lists", suite);
}
