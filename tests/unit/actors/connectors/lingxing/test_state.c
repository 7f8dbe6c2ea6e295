/* SPDX-License-Identifier: Apache-2.0 */
/* What became of orders in the ERP: which of ours its list names, and what stands for each. */
#include "tests/unit/actors/connectors/lingxing/lingxing_kit.h"

#include "protocol/base/clock.h"
#include "protocol/records/order.h"

#define LIST(total, rows) "{\"code\":\"0\",\"data\":{\"total\":\"" total "\",\"list\":[" rows "]}}"
#define ITEM(order) "{\"platform_order_no\":\"" order "\"}"
#define ROW(number, store, status, items)                                                          \
    "{\"global_order_no\":\"" number "\",\"store_id\":\"" store "\",\"status\":" status            \
    ",\"update_time\":\"1767322900\",\"wid\":\"25\",\"item_info\":[" items "]}"

/* --- which have changed --- */

/* An hour from 02:00 to 03:00 of that day: both ends are open, so that both seconds are in it. */
START_TEST(both_ends_are_asked_for)
{
    kit it;

    begin(&it);
    add_store(&it);
    kit_op(&it, "orders.list");
    it.call.to_utc_us += _i ? 999999 : 0; /* a part of a second is in the second */
    ck_assert_msg(kit_build(&it) == WB_OK, "%s", it.err.text);
    has_part(&it, "\"date_type\":\"update_time\",\"end_time\":1767322801,");
    has_part(&it, "\"start_time\":1767319199,\"store_id\":[\"a\",\"222\"]");
    kit_fini(&it);
}
END_TEST

/* Without a shop of ours no order is: an interval that has no second in it. */
START_TEST(without_shops_nothing_is_asked_for)
{
    kit it;

    begin(&it);
    options_of(&it)->stores.count = 0;
    kit_op(&it, "orders.list");
    ck_assert_int_eq(kit_build(&it), WB_OK);
    has_part(&it, "\"end_time\":1767322801,");
    has_part(&it, "\"start_time\":1767322800,\"store_id\":[]");
    options_of(&it)->stores.count = 1;
    kit_fini(&it);
}
END_TEST

#define OURS ROW("1", "a", "5", ITEM("PO-1"))
#define OF_TWO_LINES ROW("1", "a", "5", ITEM("PO-1") "," ITEM("PO-1"))
#define OF_TWO ROW("1", "a", "5", ITEM("PO-1") "," ITEM("PO-2"))
#define OF_ANOTHER ROW("1", "222", "5", ITEM("PO-1"))
#define OF_NONE ROW("1", "a", "5", "")
#define OF_NULL ROW("1", "a", "5", "{\"platform_order_no\":null}")
#define NO_ITEMS                                                                                   \
    "{\"global_order_no\":\"1\",\"platform_info\":[" ITEM("PO-3") "],\"store_id\":\"a\"}"
#define ONE_MORE                                                                                   \
    "{\"item_info\":[" ITEM("PO-1") "],\"platform_info\":[" ITEM("PO-1") "," ITEM(                 \
        "PO-2") "],\"store_id\":\"a\"}"
#define NO_STORE "{\"global_order_no\":\"1\",\"item_info\":[" ITEM("PO-1") "]}"

/* `names`: the orders of account a that are announced, each with a blank behind it. */
static const struct {
    const char *rows, *names;
    size_t none, parked;
} changed[] = {
    {OURS,         "PO-1 ",      0, 0},
    {OF_TWO_LINES, "PO-1 ",      0, 0},
    {OF_TWO,       "PO-1 PO-2 ", 0, 0},
    {OF_ANOTHER,   "",           1, 0},
    {OF_NONE,      "",           1, 0},
    {OF_NULL,      "",           1, 0},
    {NO_ITEMS,     "PO-3 ",      0, 0},
    {ONE_MORE,     "PO-1 PO-2 ", 0, 0},
    {NO_STORE,     "",           0, 1},
    {"null",       "",           0, 1},
};

START_TEST(what_a_row_names_is_announced)
{
    WB_AUTO(wb_buf_fini) wb_buf names = {0}, body = {0};
    size_t none = 0, parked = 0;
    kit it;

    begin(&it);
    kit_op(&it, "orders.list");
    wb_buf_init(&names, 1000);
    wb_buf_init(&body, 10000);
    wb_buf_addf(&body, LIST("1", "%s"), changed[_i].rows);
    ck_assert_msg(kit_read_text(&it, 200, NULL, wb_buf_text(&body)) == WB_OK, "%s", it.err.text);
    for (size_t i = 0; i < it.out.item_count; i++) {
        const wb_item *item = &it.out.items[i];

        parked += item->outcome == WB_OUTCOME_PARKED;
        none += item->outcome == WB_OUTCOME_NONE && !item->root.external.len;
        if (!item->root.external.len)
            continue;
        ck_assert(wb_view_is(item->root.account, "a") && item->kind == WB_KIND_NOTICE);
        ck_assert(wb_view_eq(item->root.external, item->external) && !item->source_utc_us);
        wb_buf_addf(&names, "%.*s ", WB_VIEW_ARG(item->root.external));
    }
    ck_assert_str_eq(wb_buf_text(&names), changed[_i].names);
    ck_assert_uint_eq(none, changed[_i].none);
    ck_assert_uint_eq(parked, changed[_i].parked);
    kit_fini(&it);
}
END_TEST

/* Another status or time of one row is another message. */
START_TEST(other_news_are_another_message)
{
    static const char *const rows[] = {
        ROW("1", "a", "5", ITEM("PO-1")),
        ROW("1", "a", "6", ITEM("PO-1")),
        ROW("2", "a", "5", ITEM("PO-1")),
        ROW("1", "a", "5", ITEM("PO-2")),
    };
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    kit it;

    begin(&it);
    kit_op(&it, "orders.list");
    wb_buf_init(&body, 10000);
    wb_buf_addf(&body, LIST("4", "%s,%s,%s,%s"), rows[0], rows[1], rows[2], rows[3]);
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, wb_buf_text(&body)), WB_OK);
    ck_assert_uint_eq(it.out.item_count, 4);
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < i; k++)
            ck_assert(!wb_view_eq(it.out.items[i].what, it.out.items[k].what));
    kit_fini(&it);
}
END_TEST

/* --- rows that move up --- */

#define MANY 905
#define PAGE 200

/* Orders change while the list is read: each leaves the slice, and all behind it move up. None of
 * those that stay may be left out, wherever in the list the change was. */
START_TEST(none_that_stays_is_left_out)
{
    static const struct {
        int first, count; /* that leave behind the first page */
    } leave[] = {
        {0,   1  },
        {0,   150},
        {0,   700},
        {190, 20 },
        {300, 1  },
        {500, 40 }
    };
    bool there[MANY], seen[MANY] = {false};
    char cursor[72] = "";
    int calls = 0;
    kit it;

    begin(&it);
    kit_op(&it, "orders.list");
    it.call.page_max = PAGE;
    memset(there, true, sizeof there);
    do {
        WB_AUTO(wb_buf_fini) wb_buf rows = {0}, body = {0};
        const char *at;
        int offset, place = 0;

        if (calls == 1)
            memset(there + leave[_i].first, false, (size_t)leave[_i].count);
        it.call.cursor = wb_view_of(*cursor ? cursor : NULL);
        ck_assert_int_eq(kit_build(&it), WB_OK);
        at = strstr(wb_buf_text(&it.request.body), "\"offset\":");
        offset = (int)strtol(at + 9, NULL, 10);
        wb_buf_init(&rows, 1000000);
        wb_buf_init(&body, 1000000);
        for (int i = 0; i < MANY; i++) {
            if (!there[i])
                continue;
            if (place >= offset && place < offset + PAGE) {
                wb_buf_addf(&rows, "%s" ROW("%d", "a", "5", ITEM("PO-%d")), rows.len ? "," : "", i,
                            i);
                seen[i] = true;
            }
            place++;
        }
        wb_buf_addf(&body, LIST("%d", "%s"), place, wb_buf_text(&rows));
        ck_assert_msg(kit_read_text(&it, 200, NULL, wb_buf_text(&body)) == WB_OK, "%s",
                      it.err.text);
        snprintf(cursor, sizeof cursor, "%.*s", WB_VIEW_ARG(it.out.cursor));
        ck_assert_int_le(++calls, 2 * MANY / PAGE + 2);
    } while (*cursor);
    for (int i = 0; i < MANY; i++)
        ck_assert_msg(seen[i] || !there[i], "row %d was missed", i);
    kit_fini(&it);
}
END_TEST

/* --- what stands for one --- */

#define SPLIT(one, two)                                                                            \
    LIST("2", ROW("101", "a", one, ITEM("PO-1")) "," ROW("102", "a", two, ITEM("PO-1")))
#define ONE(status) LIST("1", ROW("101", "a", status, ITEM("PO-1")))

#define ONE_LIVES SPLIT("7", "5")
#define ONE_HIDDEN SPLIT("7", "8")
#define BOTH_STOPPED SPLIT("7", "7")
#define ONE_UNKNOWN SPLIT("7", "null")
#define MERGED LIST("1", ROW("101", "a", "5", ITEM("PO-1") "," ITEM("PO-9")))
#define MERGED_OFF LIST("1", ROW("101", "a", "7", ITEM("PO-1") "," ITEM("PO-9")))
#define NONE LIST("0", "")
#define FOREIGN LIST("1", ROW("101", "222", "7", ITEM("PO-1")))
#define UNREAD LIST("2", ROW("101", "a", "7", ITEM("PO-1")) ",null")

/* `parts`: number, status and whether it is shared, each with a blank behind it. */
static const struct {
    const char *body;
    wb_result_code code;
    const char *parts;
    bool stopped;
} states[] = {
    {ONE("2"),     WB_RESULT_DONE,  "101 taken_in 0 ",              false},
    {ONE("4"),     WB_RESULT_DONE,  "101 to_approve 0 ",            false},
    {ONE("\"5\""), WB_RESULT_DONE,  "101 to_ship 0 ",               false},
    {ONE("6"),     WB_RESULT_DONE,  "101 shipped 0 ",               false},
    {ONE("9"),     WB_RESULT_DONE,  "101 shipped 0 ",               false},
    {ONE("7"),     WB_RESULT_DONE,  "101 stopped 0 ",               true },
    {ONE("8"),     WB_RESULT_DONE,  "",                             false},
    {ONE("77"),    WB_RESULT_DONE,  "101  0 ",                      false},
    {ONE("null"),  WB_RESULT_DONE,  "101  0 ",                      false},
    {ONE_LIVES,    WB_RESULT_DONE,  "101 stopped 0 102 to_ship 0 ", false},
    {ONE_HIDDEN,   WB_RESULT_DONE,  "101 stopped 0 ",               true },
    {BOTH_STOPPED, WB_RESULT_DONE,  "101 stopped 0 102 stopped 0 ", true },
    {ONE_UNKNOWN,  WB_RESULT_DONE,  "101 stopped 0 102  0 ",        false},
    {MERGED,       WB_RESULT_DONE,  "101 to_ship 1 ",               false},
    {MERGED_OFF,   WB_RESULT_DONE,  "101 stopped 1 ",               true },
    {NONE,         WB_RESULT_DONE,  "",                             false},
    {FOREIGN,      WB_RESULT_RETRY, NULL,                           false},
    {UNREAD,       WB_RESULT_RETRY, NULL,                           false},
};

static void
map_state(const kit *it, wb_view body, wb_mapped *out)
{
    wb_envelope raw = it->envs[0];
    wb_err err = {0};

    raw.body = body;
    raw.record_kind = WB_RECORD_ORDER;
    ck_assert_msg(!wb_connector_map(it->connector, &raw, it->call.json, out, &err), "%s", err.text);
    ck_assert_msg(!wb_canonical_check(wb_order_fields, &out->order, &err), "%s", err.text);
    ck_assert_uint_eq(out->owners, UINT32_C(1) << WB_ORDER_OWNS_HANDLED);
    ck_assert(!out->routed && !out->source_utc_us); /* by when it was read */
    ck_assert(wb_view_is(out->order.external_id, "PO-1"));
}

START_TEST(what_stands_for_it)
{
    WB_AUTO(wb_buf_fini) wb_buf parts = {0};
    wb_mapped mapped = {0};
    const wb_order_handled *at;
    kit it;

    begin(&it);
    kit_op(&it, "orders.state");
    kit_item(&it, "PO-1");
    ck_assert_int_eq(kit_build(&it), WB_OK);
    has_part(&it, "\"platform_order_nos\":[\"PO-1\"],\"store_id\":[\"a\"]");
    ck_assert_msg(kit_read_text(&it, 200, NULL, states[_i].body) == WB_OK, "%s", it.err.text);
    ck_assert_msg(it.out.results[0].code == states[_i].code, "%s", it.out.results[0].reason);
    if (states[_i].code == WB_RESULT_DONE) {
        wb_buf_init(&parts, 1000);
        map_state(&it, it.out.results[0].body, &mapped);
        at = mapped.order.handled.items;
        for (size_t i = 0; i < mapped.order.handled.count; i++) {
            ck_assert(at[i].updated_utc_us == INT64_C(1767322900) * WB_US_PER_S);
            ck_assert(wb_view_is(at[i].warehouse, "25"));
            wb_buf_addf(&parts, "%.*s %s %d ", WB_VIEW_ARG(at[i].number),
                        wb_order_handled_statuses[at[i].status], at[i].shared);
        }
        ck_assert_str_eq(wb_buf_text(&parts), states[_i].parts);
        ck_assert(wb_view_eq(mapped.order.stopped_by, wb_view_of(states[_i].stopped ? "a" : "")));
        wb_mapped_fini(&mapped);
    }
    kit_fini(&it);
}
END_TEST

/* Who bought it, and where it goes, is the channel's: nothing of it is kept of the answer. */
START_TEST(nobody_s_address_is_kept)
{
    static const char body[] =
        LIST("1", "{\"global_order_no\":\"1\",\"store_id\":\"a\",\"status\":5,\"address_info\":{"
                  "\"receiver_name\":\"Ann Buyer\"},\"item_info\":[" ITEM("PO-1") "]}");
    kit it;

    begin(&it);
    kit_op(&it, "orders.state");
    kit_item(&it, "PO-1");
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, body), WB_OK);
    ck_assert_int_eq(it.out.results[0].code, WB_RESULT_DONE);
    ck_assert(!kit_has(it.out.results[0].body, "Ann"));
    kit_op(&it, "orders.list");
    it.call.item_count = 0;
    ck_assert_int_eq(kit_read_text(&it, 200, NULL, body), WB_OK);
    ck_assert_uint_eq(it.out.item_count, 1);
    ck_assert_uint_eq(it.out.items[0].body.len, 0);
    kit_fini(&it);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {both_ends_are_asked_for,            2                },
        {without_shops_nothing_is_asked_for, 0                },
        {what_a_row_names_is_announced,      WB_COUNT(changed)},
        {other_news_are_another_message,     0                },
        {none_that_stays_is_left_out,        6                },
        {what_stands_for_it,                 WB_COUNT(states) },
        {nobody_s_address_is_kept,           0                },
        {NULL,                               0                },
    };

    return wb_suite_run("actors.connectors.lingxing.state", rows);
}
