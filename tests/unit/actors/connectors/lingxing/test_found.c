/* SPDX-License-Identifier: Apache-2.0 */
/* Orders that are in the ERP: what the list of system orders says of them, edits, cancels. */
#include "actors/connectors/lingxing/uncertain.h"
#include "tests/unit/actors/connectors/lingxing/order_kit.h"

/* --- what the list says --- */

#define LIST(total, rows) "{\"code\":\"0\",\"data\":{\"total\":\"" total "\",\"list\":[" rows "]}}"
#define ROW(number, order, status, more)                                                           \
    "{\"global_order_no\":\"" number "\",\"store_id\":\"a\",\"status\":" status                    \
    ",\"item_info\":[{\"id\":\"71\",\"platform_order_no\":\"" order                                \
    "\",\"local_sku\":\"TEA-250\",\"quantity\":2}" more "]}"
#define OTHER ",{\"id\":\"72\",\"platform_order_no\":\"PO-9\",\"local_sku\":\"X\",\"quantity\":1}"
#define ADDRESS(line)                                                                              \
    "],\"address_info\":{\"receiver_name\":\"Zoë \\\"Z\\\" Buyer\",\"address_line1\":\"" line      \
    "\",\"city\":\"Springfield\",\"postal_code\":\"12345\",\"receiver_country_code\":\"US\"},"     \
    "\"order_tag\":["
#define MAIN "1 Main Street"

#define NONE LIST("0", "")
#define ONE(status) LIST("1", ROW("103", "PO-1", status, ""))
#define SPLIT(status) LIST("2", ROW("103", "PO-1", "7", "") "," ROW("104", "PO-1", status, ""))
#define PART(number, at, status)                                                                   \
    "{\"global_order_no\":\"" number "\",\"store_id\":\"a\",\"status\":" status                    \
    ",\"item_info\":[{\"id\":\"" number                                                            \
    "1\",\"platform_order_no\":\"PO-1\",\"local_sku\":\"TEA-250\",\"quantity\":1}" ADDRESS(        \
        at) "]}"
#define PARTS(at1, status1, at2, status2)                                                          \
    LIST("2", PART("103", at1, status1) "," PART("104", at2, status2))
#define MERGED(status) LIST("1", ROW("103", "PO-1", status, OTHER ADDRESS("2 Elsewhere")))
#define FOREIGN LIST("1", ROW("103", "PO-2", "5", ""))
#define AT(line, status) LIST("1", ROW("103", "PO-1", status, ADDRESS(line)))
#define STREET_ALONE                                                                               \
    LIST("1", ROW("103", "PO-1", "5",                                                              \
                  "],\"address_info\":{\"address_line1\":\"" MAIN "\"},\"order_tag\":["))
#define MOVED(status) AT("2 Elsewhere", status)

/* `word`: in its reason, ticket or cursor. */
static const struct {
    const char *op, *body;
    bool ticket; /* the item has one */
    wb_result_code code;
    const char *word;
} found[] = {
    {"orders.look",        NONE,                                false,WB_RESULT_ABSENT,"does not have it"},
    {"orders.look",        NONE,                                true,WB_RESULT_RETRY,"yet"},
    {"orders.look",        ONE("4"),                            false,WB_RESULT_MORE,"103"},
    {"orders.look",        ONE("2"),                            true,WB_RESULT_RETRY,"taking it in"},
    {"orders.look",        ONE("\"5\""),                        true,WB_RESULT_DONE,""},
    {"orders.look",        ONE("77"),                           true,WB_RESULT_RETRY,"status"},
    {"orders.look",        ONE("8"),                            false,WB_RESULT_RETRY,"yet"},
    {"orders.look",        FOREIGN,                             false,WB_RESULT_RETRY,"yet"},
    {"orders.cancel",      NONE,                                false,WB_RESULT_UNCHANGED,""},
    {"orders.cancel",      ONE("7"),                            false,WB_RESULT_UNCHANGED,""},
    {"orders.cancel",      ONE("8"),                            false,WB_RESULT_RETRY,"without"},
    {"orders.cancel",      ONE("5"),                            false,WB_RESULT_ACCEPTED,"103"},
    {"orders.cancel",      SPLIT("5"),                          false,WB_RESULT_ACCEPTED,"104"},
    {"orders.cancel",      PARTS(MAIN,                          "5",MAIN,"7"),false, WB_RESULT_ACCEPTED, "103"},
    {"orders.cancel",  SPLIT("7"),                                false,WB_RESULT_UNCHANGED,""},
    {"orders.cancel", SPLIT("6"),                                  false,   WB_RESULT_PARK,                                           "has shipped it (system order 104)"                                                                                                },
    {"orders.cancel",      ONE("6"),      false,WB_RESULT_PARK,"conflict: the channel has cancelled it"},
    {"orders.cancel",      MERGED("5"), false,WB_RESULT_PARK,                                                                                                            "merged it with others"                                                                                                                                                                                                                                                                                                                                   },
    {"orders.cancel",      FOREIGN,                  false,WB_RESULT_RETRY,"without"},
    {"orders.cancelled",     ONE("7"),                               true,           WB_RESULT_DONE,                                                                                                                                                                      ""                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                   },
    {"orders.cancelled",      ONE("5"),                                       true,WB_RESULT_RETRY,"not have it as"},
    {"orders.cancelled",     ONE("6"),                        true,WB_RESULT_PARK,                                                                                                                                                                                                            "has shipped it"                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                               },
    {"orders.update",      AT(MAIN,                         "5"),false,WB_RESULT_UNCHANGED,""},
    {"orders.update",               AT(MAIN,                               "4"),false,                                                                                                                                                                                                                                                                   WB_RESULT_ACCEPTED,                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                  "103"},
    {"orders.update",                MOVED("5"),                false,WB_RESULT_PARK,"another address; the ERP is packing"},
    {"orders.update",MOVED("6"),          false,WB_RESULT_PARK,                                                                                                                                                                                                                                                                                                         "another address; the ERP has shipped"                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                        },
    {"orders.update",                ONE("5"),                                     false,WB_RESULT_PARK,"does not tell its address"},
    {"orders.update",MOVED("4"),false,WB_RESULT_ACCEPTED,                                                                                                                                                                                                                                                                                                                 "103"                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                   },
    {"orders.update",              MERGED("4"),                                                      false,              WB_RESULT_PARK,"merged"},
    {"orders.update",AT(MAIN,"7"),false,                                                                                                                                                                   WB_RESULT_PARK,                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                             "not to be shipped"},
    {"orders.update",                  PARTS(MAIN,                                                                             "5",                                                                                                                               MAIN,"5"),false, WB_RESULT_UNCHANGED, ""},
    {"orders.update",      PARTS(MAIN,              "5",MAIN,"8"),false, WB_RESULT_PARK, "more of a SKU"},
    {"orders.update", PARTS(MAIN,                                  "4",MAIN,"4"),false, WB_RESULT_ACCEPTED, "103,104"},
    {"orders.update",                PARTS(MAIN,                                               "4",                                                                                                            MAIN,                                                                                                                                                                                                                                                                                                                                                                         "5"),                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                       false, WB_RESULT_UNCHANGED, ""},
    {"orders.update",      PARTS(MAIN,                               "4","2 Elsewhere","5"), false, WB_RESULT_PARK, "103,104"},
    {"orders.update",  PARTS(MAIN,                            "5","2 Elsewhere","6"),false, WB_RESULT_PARK, "has shipped"},
    {"orders.update",                NONE,                                               false,WB_RESULT_RETRY,"does not have it"},
};

START_TEST(test_found)
{
    const wb_result *result;
    wb_call_item *item;
    wanted want;
    kit it;

    begin(&it);
    order_begin(&want);
    kit_op(&it, found[_i].op);
    item = order_item(&it, &want, "PO-1");
    if (found[_i].ticket)
        item->ticket = WB_VIEW_LIT("103");
    ck_assert_msg(kit_read_text(&it, 200, NULL, found[_i].body) == WB_OK, "%s", it.err.text);
    result = &it.out.results[0];
    ck_assert_msg(result->code == found[_i].code, "%d: %s", (int)result->code, result->reason);
    ck_assert_msg(strstr(result->reason, found[_i].word) ||
                      kit_has(result->ticket, found[_i].word) ||
                      kit_has(result->cursor, found[_i].word),
                  "%s", result->reason);
    kit_fini(&it);
    wb_buf_fini(&want.packed);
}
END_TEST

/* Of many in one list each is found, whatever the order of rows and jobs: a merged row is of both,
 * what is split has all its parts, and one row that nobody asked for leaves open what else is
 * missing. An order that two jobs ask for is still one row. */
START_TEST(test_many)
{
#define BOTH ROW("105", "PO-2", "5", ",{\"platform_order_no\":\"PO-4\",\"id\":\"73\"}")
#define SOME ROW("109", "PO-3", "5", "") "," BOTH "," ROW("103", "PO-1", "5", "")
    static const struct {
        const char *total, *rows;
        const char *numbers[6]; /* of PO-1, PO-2, PO-3, PO-4, PO-5, PO-1; NULL = absent */
        bool open;              /* what is not found may be there */
    } cases[] = {
        {"3",                                             SOME, {"103", "105", "109", "105", NULL, "103"}, false                                                                                              },
        {"4",
         SOME "," ROW("99",                                     "PO-1",                                    "5",                                                                                                 ""),
         {"103,99", "105", "109", "105", NULL, "103,99"},
         false},
        {"4", SOME "," ROW("99",                                                 "PO-9",                                                                                          "5",                                                                                                                                                                                           ""), {"103", "105", "109", "105", NULL, "103"}, true},
        {"4",                                         SOME ",{\"store_id\":\"a\"}",{"103", "105", "109", "105", NULL, "103"},true},
        {"0",                                               "",                                                 {NULL, NULL, NULL, NULL, NULL, NULL},                      false                                                                                      },
    };
    static const char *const orders[] = {"PO-1", "PO-2", "PO-3", "PO-4", "PO-5", "PO-1"};

    for (size_t i = 0; i < WB_COUNT(cases); i++) {
        char body[2000];
        kit it;

        begin(&it);
        options_of(&it)->approve = false;
        kit_op(&it, "orders.look");
        for (size_t k = 0; k < WB_COUNT(orders); k++)
            kit_item(&it, orders[k]);
        snprintf(body, sizeof body, LIST("%s", "%s"), cases[i].total, cases[i].rows);
        ck_assert_msg(kit_read_text(&it, 200, NULL, body) == WB_OK, "%s", it.err.text);
        for (size_t k = 0; k < WB_COUNT(orders); k++) {
            const wb_result *result = &it.out.results[k];
            const char *numbers = cases[i].numbers[k];
            wb_result_code none = cases[i].open ? WB_RESULT_RETRY : WB_RESULT_ABSENT;

            ck_assert_msg(result->code == (numbers ? WB_RESULT_DONE : none), "%zu %s: %s", i,
                          orders[k], result->reason);
            ck_assert_msg(!numbers || wb_view_is(result->remote_id, numbers), "%zu %s: %.*s", i,
                          orders[k], WB_VIEW_ARG(result->remote_id));
        }
        kit_fini(&it);
    }
#undef SOME
#undef BOTH
}
END_TEST

/* A list that does not hold what it says proves nothing. */
START_TEST(test_short_list)
{
    kit it;

    begin(&it);
    kit_op(&it, "orders.cancel");
    kit_item(&it, "PO-1");
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, LIST("905", ROW("103", "PO-1", "5", ""))),
                     WB_RETRY);
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, LIST("1", "")), WB_RETRY);
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, "{\"code\":0,\"data\":[]}"), WB_RETRY);
    kit_fini(&it);
}
END_TEST

/* --- edits --- */

#define ITEM(id, sku, quantity)                                                                    \
    "{\"id\":\"" id "\",\"platform_order_no\":\"PO-1\",\"local_sku\":\"" sku                       \
    "\",\"quantity\":" quantity "}"
#define ITEMS(status, items)                                                                       \
    LIST("1", "{\"global_order_no\":\"103\",\"store_id\":\"a\",\"status\":" status                 \
              ",\"item_info\":[" items ADDRESS(MAIN) "]}")

#define TWO ITEM("71", "TEA-250", "2")
#define TWICE ITEM("71", "TEA-250", "1") "," ITEM("72", "TEA-250", "1")
#define FOUR TWO "," ITEM("72", "TEA-250", "2")
#define LESS ITEM("71", "TEA-250", "1")
#define ODD ITEM("71", "TEA-250", "\"x\"")
#define FIRST_GOES "[{\"id\":71,\"type\":2}]"
#define ONE_STAYS "[{\"id\":71,\"quantity\":1,\"type\":3}]"

/* Two of TEA-250 are wanted, of which so many were cancelled, or have been shipped. */
static const struct {
    int64_t cancelled, shipped;
    const char *items, *plan, *edit;
    wb_result_code code;
} edits[] = {
    {0, 0, TWO,   "",          NULL,       WB_RESULT_UNCHANGED},
    {0, 1, TWO,   "",          NULL,       WB_RESULT_UNCHANGED},
    {1, 0, TWO,   "103;r71=1", ONE_STAYS,  WB_RESULT_ACCEPTED },
    {1, 1, TWO,   "103;r71=1", ONE_STAYS,  WB_RESULT_ACCEPTED },
    {2, 0, TWO,   "103;d71",   FIRST_GOES, WB_RESULT_ACCEPTED },
    {1, 0, TWICE, "103;d71",   FIRST_GOES, WB_RESULT_ACCEPTED },
    {0, 0, FOUR,  "103;d71",   FIRST_GOES, WB_RESULT_ACCEPTED },
    {0, 0, LESS,  "",          NULL,       WB_RESULT_PARK     },
    {0, 1, LESS,  "",          NULL,       WB_RESULT_UNCHANGED},
    {0, 0, ODD,   "",          NULL,       WB_RESULT_PARK     },
};

START_TEST(test_edits)
{
    WB_AUTO(wb_free) char *ticket = NULL;
    char body[1200];
    const wb_result *result;
    wb_call_item *item;
    wanted want;
    kit it;

    begin(&it);
    options_of(&it)->approve = false;
    order_begin(&want);
    want.lines[0].quantity_cancelled = (wb_count){edits[_i].cancelled, true};
    want.lines[0].quantity_shipped = (wb_count){edits[_i].shipped, true};
    kit_op(&it, "orders.update");
    item = order_item(&it, &want, "PO-1");
    snprintf(body, sizeof body, ITEMS("4", "%s"), edits[_i].items);
    ck_assert_msg(kit_read_text(&it, 200, NULL, body) == WB_OK, "%s", it.err.text);
    result = &it.out.results[0];
    ck_assert_msg(result->code == edits[_i].code, "%d: %s", (int)result->code, result->reason);
    ck_assert_msg(wb_view_is(result->ticket, edits[_i].plan), "%.*s", WB_VIEW_ARG(result->ticket));
    if (edits[_i].edit) {
        ticket = wb_text_dup_len(result->ticket.data, result->ticket.len);
        item->ticket = wb_view_of(ticket);
        kit_op(&it, "orders.edit");
        ck_assert_int_eq(kit_build(&it), WB_OK);
        has_part(&it, edits[_i].edit);
        has_part(&it, "\"global_order_no\":103,");
        has_part(&it, "\"address_line1\":\"1 Main Street\"");
        ck_assert(!kit_has(wb_buf_view(&it.request.body), "price"));
        ck_assert_int_eq(kit_read_text(&it, 200, NULL, "{\"code\":10002,\"data\":{}}"), WB_OK);
        ck_assert_int_eq(it.out.results[0].code, WB_RESULT_DONE);
        options_of(&it)->approve = true;
        ck_assert_int_eq(kit_read_text(&it, 200, NULL, "{\"code\":\"10002\"}"), WB_OK);
        ck_assert_int_eq(it.out.results[0].code, WB_RESULT_MORE);
        ck_assert(wb_view_is(it.out.results[0].cursor, "103"));
    }
    kit_fini(&it);
    wb_buf_fini(&want.packed);
}
END_TEST

/* A dry run shows the address that is there beside the one that is wanted; what needs a permission
 * that is not there is no difference. */
START_TEST(test_told)
{
    static const struct {
        const char *op, *body, *line, *postcode;
        bool permission;
    } cases[] = {
        {"orders.find",   MOVED("5"),   "2 Elsewhere", "12345", true },
        {"orders.update", MOVED("4"),   "2 Elsewhere", "12345", true },
        {"orders.update", MOVED("6"),   "2 Elsewhere", "12345", true },
        {"orders.update", STREET_ALONE, MAIN,          "12345", false},
        {"orders.find",   ONE("5"),     NULL,          NULL,    true },
        {"orders.update", NONE,         NULL,          NULL,    true },
    };
    wb_order there = {.status = 0};
    wb_view told;
    wb_err err = {0};
    wanted want;
    kit it;

    begin(&it);
    options_of(&it)->approve = false;
    options_of(&it)->address_permission = cases[_i].permission;
    order_begin(&want);
    kit_op(&it, cases[_i].op);
    (void)order_item(&it, &want, "PO-1");
    ck_assert_msg(kit_read_text(&it, 200, NULL, cases[_i].body) == WB_OK, "%s", it.err.text);
    told = it.out.results[0].body;
    ck_assert_msg((told.len > 0) == (cases[_i].line != NULL), "%d", _i);
    if (told.len) {
        ck_assert(!wb_canonical_decode(wb_order_fields, told, &there, sizeof there, &err));
        ck_assert(wb_view_is(there.ship_to.line1, cases[_i].line));
        ck_assert(wb_view_is(there.ship_to.postal_code, cases[_i].postcode));
        ck_assert(!there.lines.count && !there.buyer.name.len && !there.status);
    }
    wb_canonical_fini(wb_order_fields, &there);
    kit_fini(&it);
    wb_buf_fini(&want.packed);
}
END_TEST

/* Warehouse and method are told by an edit as well, while the ERP takes one; later they are its
 * own. What is there is compared by master SKUs. */
START_TEST(test_decided_later)
{
    static const struct {
        const char *status, *method;
        wb_result_code code;
    } cases[] = {
        {"4", "265", WB_RESULT_UNCHANGED},
        {"4", "266", WB_RESULT_ACCEPTED },
        {"5", "266", WB_RESULT_UNCHANGED},
    };
    wb_decided_line row = {
        WB_VIEW_LIT("PO-1-1"), WB_VIEW_LIT("LEAF"), {4, true}
    };

    for (size_t i = 0; i < WB_COUNT(cases); i++) {
        wb_call_item *item;
        char body[900];
        wanted want;
        kit it;

        begin(&it);
        options_of(&it)->approve = false;
        order_begin(&want);
        want.order.decided = (wb_decided){
            .warehouse = WB_VIEW_LIT("25"),
            .logistics = wb_view_of(cases[i].method),
            .lines = {&row, 1}
        };
        kit_op(&it, "orders.update");
        item = order_item(&it, &want, "PO-1");
        snprintf(body, sizeof body,
                 LIST("1", "{\"global_order_no\":\"103\",\"store_id\":\"a\",\"status\":%s,"
                           "\"wid\":25,\"logistics_info\":{\"logistics_type_id\":\"265\"},"
                           "\"item_info\":[" ITEM("71", "LEAF", "4") ADDRESS(MAIN) "]}"),
                 cases[i].status);
        ck_assert_msg(kit_read_text(&it, 200, NULL, body) == WB_OK, "%s", it.err.text);
        ck_assert_msg(it.out.results[0].code == cases[i].code, "%zu: %s", i,
                      it.out.results[0].reason);
        item->ticket = WB_VIEW_LIT("103");
        kit_op(&it, "orders.edit");
        ck_assert_int_eq(kit_build(&it), WB_OK);
        has_part(&it, "\"logistics\":{\"logistics_type_id\":\"26");
        has_part(&it, "\"sys_wid\":\"25\"}");
        kit_fini(&it);
        wb_buf_fini(&want.packed);
    }
}
END_TEST

/* Of an order that was split each part is edited: what goes is taken off one of them, and all of
 * them learn where it goes. */
START_TEST(test_split_edit)
{
    WB_AUTO(wb_free) char *ticket = NULL;
    wb_call_item *item;
    wanted want;
    kit it;

    begin(&it);
    order_begin(&want);
    want.lines[0].quantity_cancelled = (wb_count){1, true};
    kit_op(&it, "orders.update");
    item = order_item(&it, &want, "PO-1");
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, PARTS(MAIN, "4", MAIN, "4")), WB_OK);
    ck_assert_int_eq(it.out.results[0].code, WB_RESULT_ACCEPTED);
    ck_assert(wb_view_is(it.out.results[0].ticket, "103;d1031,104"));
    ticket = wb_text_dup_len(it.out.results[0].ticket.data, it.out.results[0].ticket.len);
    item->ticket = wb_view_of(ticket);
    kit_op(&it, "orders.edit");
    ck_assert_int_eq(kit_build(&it), WB_OK);
    has_part(&it, "\"global_order_no\":103,\"order_item_list\":[{\"id\":1031,\"type\":2}]}");
    has_part(&it, "\"global_order_no\":104}]}");
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, "{\"code\":10002}"), WB_OK);
    ck_assert(wb_view_is(it.out.results[0].cursor, "103,104"));
    ck_assert_int_eq(kit_read_text(&it, 200, NULL,
                                   "{\"code\":10001,\"data\":{\"error_details\":[{\"global_order_"
                                   "no\":\"104\",\"error_message\":\"gone\"}]}}"),
                     WB_OK);
    ck_assert_int_eq(it.out.results[0].code, WB_RESULT_PARK);
    kit_fini(&it);
    wb_buf_fini(&want.packed);
}
END_TEST

/* --- what is exceptional --- */

#define HELD "[PO-1: " LINGXING_REMARK_HELD "]"
#define FREE "[PO-1: " LINGXING_REMARK_FREE "]"
#define OTHERS_HELD "[PO-9: " LINGXING_REMARK_HELD "]"

/* An order whose buyer asked to cancel it, or did so before; the remark that is there. */
static const struct {
    bool held;
    const char *status, *remark;
    wb_result_code code;
    const char *cursor;
} holds[] = {
    {true,  "4", "",               WB_RESULT_MORE,      "orders.mark = 103"},
    {true,  "5", "call them",      WB_RESULT_MORE,      "orders.mark = 103"},
    {true,  "5", OTHERS_HELD,      WB_RESULT_MORE,      "orders.mark = 103"},
    {true,  "5", HELD FREE,        WB_RESULT_MORE,      "orders.mark = 103"},
    {true,  "4", "call them" HELD, WB_RESULT_UNCHANGED, ""                 },
    {true,  "5", HELD FREE HELD,   WB_RESULT_UNCHANGED, ""                 },
    {true,  "6", "",               WB_RESULT_UNCHANGED, ""                 },
    {false, "4", HELD,             WB_RESULT_MORE,      "orders.mark + 103"},
    {false, "5", HELD,             WB_RESULT_MORE,      "orders.mark = 103"},
    {false, "4", HELD FREE,        WB_RESULT_ACCEPTED,  ""                 },
    {false, "5", HELD FREE,        WB_RESULT_UNCHANGED, ""                 },
    {false, "5", OTHERS_HELD,      WB_RESULT_UNCHANGED, ""                 },
};

START_TEST(test_holds)
{
    const wb_result *result;
    char body[1500];
    wanted want;
    kit it;

    begin(&it);
    order_begin(&want);
    want.lines[0].cancel_requested = holds[_i].held;
    kit_op(&it, "orders.update");
    order_item(&it, &want, "PO-1");
    snprintf(body, sizeof body,
             LIST("1", "{\"global_order_no\":\"103\",\"store_id\":\"a\",\"status\":%s,"
                       "\"remark\":\"%s\",\"item_info\":[" TWO ADDRESS(MAIN) "]}"),
             holds[_i].status, holds[_i].remark);
    ck_assert_msg(kit_read_text(&it, 200, NULL, body) == WB_OK, "%s", it.err.text);
    result = &it.out.results[0];
    ck_assert_msg(result->code == holds[_i].code, "%d: %s", (int)result->code, result->reason);
    ck_assert_msg(wb_view_is(result->cursor, holds[_i].cursor) ||
                      (!*holds[_i].cursor && !result->cursor.len),
                  "%.*s", WB_VIEW_ARG(result->cursor));
    kit_fini(&it);
    wb_buf_fini(&want.packed);
}
END_TEST

/* What is held is marked and left to people; what a mark comes to is told, or asked about anew. */
START_TEST(test_mark)
{
    wb_call_item *item;
    wanted want;
    kit it;

    begin(&it);
    order_begin(&want);
    want.lines[0].cancel_requested = true;
    kit_op(&it, "orders.mark");
    item = order_item(&it, &want, "PO-1");
    ck_assert_int_eq(kit_build(&it), WB_REJECT);
    item->cursor = WB_VIEW_LIT("orders.mark = 103,104");
    ck_assert_int_eq(kit_build(&it), WB_OK);
    ck_assert_str_eq(wb_buf_text(&it.request.body),
                     "{\"orders\":[{\"global_order_no\":\"103\",\"remark\":\"" HELD
                     "\",\"remark_is_append\":true},{\"global_order_no\":\"104\",\"remark\":\"" HELD
                     "\",\"remark_is_append\":true}]}");
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, "{\"code\":10002}"), WB_OK);
    ck_assert_int_eq(it.out.results[0].code, WB_RESULT_DONE);
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, "{\"code\":10001}"), WB_OK);
    ck_assert_int_eq(it.out.results[0].code, WB_RESULT_RETRY);
    item->cursor = WB_VIEW_LIT("orders.mark + 103");
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, "{\"code\":10002}"), WB_OK);
    ck_assert_int_eq(it.out.results[0].code, WB_RESULT_RETRY);
    ck_assert_int_eq(kit_read_text(&it, 200, NULL,
                                   "{\"code\":10000,\"data\":{\"error_details\":[{\"global_order_"
                                   "no\":\"103\",\"error_message\":\"no\"}]}}"),
                     WB_OK);
    ck_assert_int_eq(it.out.results[0].code, WB_RESULT_PARK);
    kit_op(&it, "orders.look");
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, ONE("4")), WB_OK);
    ck_assert_int_eq(it.out.results[0].code, WB_RESULT_DONE);
    kit_op(&it, "orders.find");
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, ONE("4")), WB_OK);
    ck_assert_int_eq(it.out.results[0].code, WB_RESULT_DONE);
    kit_op(&it, "orders.put");
    ck_assert_int_eq(kit_build(&it), WB_OK);
    has_part(&it, "\"remark\":\"" HELD "\"");
    ck_assert_int_eq(
        kit_read_text(&it, 200, NULL,
                      "{\"code\":0,\"data\":{\"success_details\":[{\"platform_order_no\""
                      ":\"PO-1\",\"global_order_no\":\"103\"}]}}"),
        WB_OK);
    ck_assert_int_eq(it.out.results[0].code, WB_RESULT_DONE);
    kit_fini(&it);
    wb_buf_fini(&want.packed);
}
END_TEST

/* One that its channel has sent is what is wanted when it is out there. */
START_TEST(test_sent)
{
    static const char *const answers[] = {ONE("4"), ONE("5"), ONE("6")};
    wanted want;
    kit it;

    begin(&it);
    options_of(&it)->tell_shipped = true;
    order_begin(&want);
    want.order.status = WB_ORDER_SHIPPED;
    want.order.fulfilled_by = WB_VIEW_LIT("channel");
    want.order.packages = (wb_field_list){
        &(wb_order_package){.package_id = WB_VIEW_LIT("P"), .tracking = WB_VIEW_LIT("1Z9")},
        1
    };
    order_item(&it, &want, "PO-1");
    kit_op(&it, "orders.find");
    for (size_t i = 0; i < WB_COUNT(answers); i++) {
        ck_assert_int_eq(kit_read_text(&it, 200, NULL, answers[i]), WB_OK);
        ck_assert_int_eq(it.out.results[0].code, i == 2 ? WB_RESULT_DONE : WB_RESULT_ABSENT);
    }
    kit_fini(&it);
    wb_buf_fini(&want.packed);
}
END_TEST

/* What was stopped is asked for by the numbers of all its parts; what failed is told when the list
 * has it still. */
START_TEST(test_stop)
{
    wb_call_item *item;
    kit it;

    begin(&it);
    kit_op(&it, "orders.stop");
    item = kit_item(&it, "PO-1");
    item->ticket = WB_VIEW_LIT("103,104");
    ck_assert_int_eq(kit_build(&it), WB_OK);
    ck_assert_str_eq(wb_buf_text(&it.request.body), "{\"order_list\":[\"103\",\"104\"]}");
    kit_op(&it, "orders.cancelled");
    item->cursor = WB_VIEW_LIT("failed: packed");
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, LIST("1", ROW("103", "PO-1", "5", ""))), WB_OK);
    ck_assert_int_eq(it.out.results[0].code, WB_RESULT_PARK);
    ck_assert_msg(strstr(it.out.results[0].reason, "packed"), "%s", it.out.results[0].reason);
    kit_fini(&it);
}
END_TEST

/* Approved and not, in one answer, by objects and by bare numbers. */
START_TEST(test_review)
{
    kit it;

    begin(&it);
    kit_op(&it, "orders.review");
    kit_item(&it, "PO-1")->cursor = WB_VIEW_LIT("103,104");
    kit_item(&it, "PO-2")->ticket = WB_VIEW_LIT("105");
    kit_item(&it, "PO-3")->ticket = WB_VIEW_LIT("106");
    ck_assert_int_eq(kit_build(&it), WB_OK);
    ck_assert_str_eq(wb_buf_text(&it.request.body),
                     "{\"global_order_no\":[\"103\",\"104\",\"105\",\"106\"]}");
    ck_assert_int_eq(kit_read_text(&it, 200, NULL,
                                   "{\"code\":0,\"data\":{\"success_info\":[\"104\"],"
                                   "\"failure_info\":[{\"global_order_no\":105,"
                                   "\"message\":\"商品未配对\"}]}}"),
                     WB_OK);
    ck_assert_int_eq(it.out.results[0].code, WB_RESULT_DONE);
    ck_assert_int_eq(it.out.results[1].code, WB_RESULT_PARK);
    ck_assert_msg(strstr(it.out.results[1].reason, "商品未配对"), "%s", it.out.results[1].reason);
    ck_assert_int_eq(it.out.results[2].code, WB_RESULT_RETRY);
    kit_fini(&it);
}
END_TEST

int
main(void)
{
    const wb_suite_row suite[] = {
        {test_decided_later, 0              },
        {test_told,          6              },
        {test_found,         WB_COUNT(found)},
        {test_many,          0              },
        {test_short_list,    0              },
        {test_edits,         WB_COUNT(edits)},
        {test_split_edit,    0              },
        {test_sent,          0              },
        {test_stop,          0              },
        {test_review,        0              },
        {test_holds,         WB_COUNT(holds)},
        {test_mark,          0              },
        {NULL,               0              },
    };

    return wb_suite_run("actors.connectors.lingxing.found", suite);
}
