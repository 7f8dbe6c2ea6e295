/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parcels: confirmed once and whole, read back, changed; and what of it the far end counts.
 */
#include "tests/unit/actors/connectors/temu/sim/world.h"

#define CONFIRM "bg.logistics.shipment.v2.confirm"
#define PARCELS "bg.logistics.shipment.v2.get"
#define CHANGE "bg.logistics.shipment.shippingtype.update"
#define CARRIER "699272611"

/* A request is put together piece by piece. */
typedef struct {
    wb_buf text;
    int boxes, items;
} request;

static void
begin(request *self, int type)
{
    wb_buf_clear(&self->text);
    wb_buf_addf(&self->text, ",\"sendType\":%d,\"sendRequestList\":[", type);
    self->boxes = self->items = 0;
}

static void
add_box(request *self, const char *tracking, const char *warehouse, const char *more)
{
    wb_buf_addf(&self->text,
                "%s{\"carrierId\":" CARRIER ",\"trackingNumber\":\"%s\","
                "\"selfShippingWarehouseId\":\"%s\"%s,\"orderSendInfoList\":[",
                self->boxes++ ? "]}," : "", tracking, warehouse, more);
    self->items = 0;
}

static void
add_item(request *self, world *it, uint32_t order, int line, int64_t quantity)
{
    const char *id = id_of(it, order);

    wb_buf_addf(&self->text, "%s{\"parentOrderSn\":\"%s\",\"orderSn\":\"%s-%d\",\"quantity\":%lld}",
                self->items++ ? "," : "", id, id, line + 1, (long long)quantity);
}

/* All of an order, in the box that was begun. */
static void
add_order(request *self, world *it, uint32_t order)
{
    wb_sim_line lines[WB_SIM_LINES_MAX];
    int count = wb_sim_order_lines(it->sim->market, order, lines);

    for (int i = 0; i < count; i++)
        add_item(self, it, order, i, lines[i].quantity);
}

static void
end_request(request *self, world *it)
{
    wb_buf_add_text(&self->text, self->boxes ? "]}]" : "]");
    call(it, CONFIRM, wb_buf_text(&self->text));
}

/* An order whole in one parcel. */
static void
confirm(world *it, uint32_t order, const char *tracking, const char *more)
{
    request one;

    wb_buf_init(&one.text, 65536);
    begin(&one, 0);
    add_box(&one, tracking, "WH-01", more);
    add_order(&one, it, order);
    end_request(&one, it);
    wb_buf_fini(&one.text);
}

/* The parcels of a line. */
static wb_json_ref
parcels(world *it, uint32_t order, int line)
{
    char members[128];
    const char *id = id_of(it, order);

    (void)snprintf(members, sizeof members, ",\"parentOrderSn\":\"%s\",\"orderSn\":\"%s-%d\"", id,
                   id, line + 1);
    get(it, PARCELS, members);
    return wb_json_get(it->json, result(it), "shipmentInfoDTO");
}

static int
status_of(world *it, uint32_t order)
{
    call_of(it, "bg.order.detail.v2.get", order);
    check_good(it);
    return (int)int_at(it, "result.parentOrderMap.parentOrderStatus");
}

/* An order of so many lines, from this one on. */
static uint32_t
with_lines(world *it, uint32_t from, int wanted)
{
    wb_sim_line lines[WB_SIM_LINES_MAX];

    while (wb_sim_order_lines(it->sim->market, from, lines) != wanted)
        ck_assert_uint_lt(++from, 30);
    return from;
}

START_TEST(test_one_parcel)
{
    world it;

    make_world(&it, (char *[]){"--ship-after", "1h", NULL});
    uint32_t order = with_lines(&it, 2, 2);
    wb_sim_temu_sent *sent = &((wb_sim_temu *)it.part->state)->sent[order];
    confirm(&it, order, "TR 0-1", "");
    check_good(&it);
    ck_assert_int_eq(wb_json_kind(it.json, wb_json_get(it.json, result(&it), "warningMessage")),
                     WB_JSON_ARRAY);
    ck_assert_int_gt(sent->changed_utc_us, wb_sim_market_updated_utc_us(it.sim->market, order, 1));
    ck_assert_int_eq(status_of(&it, order), 4);
    ck_assert(strstr(wb_buf_text(&it.body), "\"packageSn\":\"PK-"));
    wb_json_ref list = parcels(&it, order, 1);
    ck_assert_uint_eq(wb_json_count(it.json, list), 1);
    wb_json_ref row = row_of(&it, list, 0);
    ck_assert_str_eq(text_at(&it, row, "trackingNumber"), "TR 0-1");
    ck_assert_str_eq(text_at(&it, row, "carrierName"), "Carrier");
    confirm(&it, order, "TR 0-1", ""); /* the same again: the order is looked at first */
    check_code(&it, 120012004);
    confirm(&it, order, "TR 0-2", "");
    check_code(&it, 120012004);
    confirm(&it, order + 1, "TR 0-1", "");
    check_code(&it, 120014004);
    ck_assert_int_eq(status_of(&it, order + 1), 2);
    end_world(&it);
}
END_TEST

/* A part of the order's lines: it is partly sent; the rest may follow, a line as a whole. */
START_TEST(test_line_by_line)
{
    world it;
    request one;
    wb_sim_line lines[WB_SIM_LINES_MAX];

    make_world(&it, (char *[]){"--ship-after", "1h", NULL});
    wb_buf_init(&one.text, 65536);
    uint32_t order = with_lines(&it, 2, 3);
    (void)wb_sim_order_lines(it.sim->market, order, lines);
    begin(&one, 0);
    add_box(&one, "A1", "WH-01", "");
    add_item(&one, &it, order, 0, lines[0].quantity);
    end_request(&one, &it);
    check_good(&it);
    ck_assert_int_eq(status_of(&it, order), 41);
    begin(&one, 0);
    add_box(&one, "A2", "WH-01", "");
    add_order(&one, &it, order);
    end_request(&one, &it);
    check_code(&it, 120012004); /* the first line has gone */
    begin(&one, 0);
    add_box(&one, "A3", "WH-02", "");
    add_item(&one, &it, order, 1, lines[1].quantity);
    add_item(&one, &it, order, 2, lines[2].quantity);
    end_request(&one, &it);
    check_good(&it);
    ck_assert_int_eq(status_of(&it, order), 4);
    wb_buf_fini(&one.text);
    end_world(&it);
}
END_TEST

/* One order in several parcels, with all of each line in the one call. */
START_TEST(test_several_parcels)
{
    world it;
    request one;
    wb_sim_line lines[WB_SIM_LINES_MAX];
    uint32_t order = 2;

    make_world(&it, (char *[]){"--ship-after", "1h", NULL});
    wb_buf_init(&one.text, 65536);
    do
        order = with_lines(&it, order + 1, 1);
    while (wb_sim_order_lines(it.sim->market, order, lines), lines[0].quantity < 2);
    for (int type = 0; type < 2; type++) {
        begin(&one, type);
        add_box(&one, "B1", "WH-01", "");
        add_item(&one, &it, order, 0, lines[0].quantity - 1);
        add_box(&one, "B2", "WH-01", "");
        add_item(&one, &it, order, 0, 1);
        end_request(&one, &it);
        check_code(&it, type ? 1000000 : 3000000);
    }
    ck_assert_uint_eq(wb_json_count(it.json, parcels(&it, order, 0)), 2);
    ck_assert_int_eq(status_of(&it, order), 4);
    wb_buf_fini(&one.text);
    end_world(&it);
}
END_TEST

/* Several orders in one parcel: of one buyer. */
START_TEST(test_several_orders)
{
    world it;
    request one;

    make_world(&it, (char *[]){"--ship-after", "1h", NULL});
    wb_buf_init(&one.text, 65536);
    begin(&one, 2);
    add_box(&one, "C1", "WH-01", "");
    add_order(&one, &it, 0);
    add_order(&one, &it, 2);
    end_request(&one, &it);
    check_code(&it, 120012016);
    begin(&one, 2);
    add_box(&one, "C1", "WH-01", "");
    add_order(&one, &it, 0);
    end_request(&one, &it);
    check_code(&it, 3000000);
    begin(&one, 2);
    add_box(&one, "C1", "WH-01", "");
    add_order(&one, &it, 0);
    add_order(&one, &it, 1);
    end_request(&one, &it);
    check_good(&it);
    ck_assert_int_eq(status_of(&it, 0), 4);
    ck_assert_str_eq(text_at(&it, row_of(&it, parcels(&it, 1, 0), 0), "trackingNumber"), "C1");
    wb_buf_fini(&one.text);
    end_world(&it);
}
END_TEST

/* One of them is refused for good: nothing of the parcel is sent, whichever stands first, and the
 * others never can. */
START_TEST(test_parcel_that_is_refused)
{
    world it;
    request one;
    char row[80], lever[80];

    make_world(&it, (char *[]){"--ship-after", "1h", NULL});
    (void)snprintf(lever, sizeof lever, "POST /sim/target?name=1&status=404&bad=H-%d", _i);
    ck_assert_int_eq(sim_ask_text(it.sim, lever, &it.body), 200);
    wb_buf_init(&one.text, 65536);
    begin(&one, 2);
    add_box(&one, "C1", "WH-01", "");
    add_order(&one, &it, 0);
    add_order(&one, &it, 1);
    end_request(&one, &it);
    check_code(&it, 120012007);
    ck_assert_int_eq(status_of(&it, 0), 2);
    ck_assert_int_eq(status_of(&it, 1), 2);
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/refused", &it.body), 200);
    for (int order = 0; order < 2; order++) {
        (void)snprintf(row, sizeof row, "\"id\":\"H-%d\",\"kind\":\"shipment\",", order);
        ck_assert_msg(strstr(wb_buf_text(&it.body), row), "%s", wb_buf_text(&it.body));
    }
    wb_buf_fini(&one.text);
    end_world(&it);
}
END_TEST

/* Extra boxes of a single piece are found with their main one. */
START_TEST(test_extra_boxes)
{
    static const char extra[] = ",\"subSendRequests\":[{\"carrierId\":\"" CARRIER "\","
                                "\"trackingNumber\":\"D2\",\"selfShippingWarehouseId\":\"WH-01\"}]";
    world it;
    wb_sim_line lines[WB_SIM_LINES_MAX];
    uint32_t single = 2, several = 2;

    make_world(&it, (char *[]){"--ship-after", "1h", NULL});
    while (wb_sim_order_lines(it.sim->market, single, lines) != 1 || lines[0].quantity != 1)
        ck_assert_uint_lt(++single, 30);
    several = with_lines(&it, several, 2);
    confirm(&it, several, "D1", extra);
    check_code(&it, 3000000);
    confirm(&it, single, "D1", extra);
    check_good(&it);
    wb_json_ref list = parcels(&it, single, 0);
    ck_assert_uint_eq(wb_json_count(it.json, list), 1);
    wb_json_ref boxes = wb_json_get(it.json, row_of(&it, list, 0), "subPackageShipmentInfoList");
    ck_assert_str_eq(text_at(&it, row_of(&it, boxes, 0), "trackingNumber"), "D2");
    confirm(&it, several, "D2", "");
    check_code(&it, 120014004);
    end_world(&it);
}
END_TEST

static const struct {
    const char *members; /* %s: the order, twice */
    int64_t code;
} refused[] = {
    {",\"sendType\":0",                                                                               3000000  },
    {",\"sendType\":0,\"sendRequestList\":[]",                                                        3000000  },
    {",\"sendType\":3,\"sendRequestList\":[{\"carrierId\":699272611,\"trackingNumber\":\"E1\","
     "\"selfShippingWarehouseId\":\"WH-01\",\"orderSendInfoList\":[{\"parentOrderSn\":\"%s\","
     "\"orderSn\":\"%s-1\",\"quantity\":1}]}]",                                                  3000000  },
    {",\"sendType\":0,\"sendRequestList\":[{\"carrierId\":699272611,\"trackingNumber\":\"E1\","
     "\"orderSendInfoList\":[{\"parentOrderSn\":\"%s\",\"orderSn\":\"%s-1\",\"quantity\":1}]}]", 120015527},
    {",\"sendType\":0,\"sendRequestList\":[{\"carrierId\":699272611,\"trackingNumber\":\"E1\","
     "\"selfShippingWarehouseId\":\"WH-99\",\"orderSendInfoList\":[{\"parentOrderSn\":\"%s\","
     "\"orderSn\":\"%s-1\",\"quantity\":1}]}]",                                                  120011085},
    {",\"sendType\":0,\"sendRequestList\":[{\"carrierId\":699272611,\"trackingNumber\":\"\","
     "\"selfShippingWarehouseId\":\"WH-01\",\"orderSendInfoList\":[{\"parentOrderSn\":\"%s\","
     "\"orderSn\":\"%s-1\",\"quantity\":1}]}]",                                                  120014001},
    {",\"sendType\":0,\"sendRequestList\":[{\"carrierId\":699272611,\"trackingNumber\":\"E_1\","
     "\"selfShippingWarehouseId\":\"WH-01\",\"orderSendInfoList\":[{\"parentOrderSn\":\"%s\","
     "\"orderSn\":\"%s-1\",\"quantity\":1}]}]",                                                  120014020},
    {",\"sendType\":0,\"sendRequestList\":[{\"carrierId\":1,\"trackingNumber\":\"E1\","
     "\"selfShippingWarehouseId\":\"WH-01\",\"orderSendInfoList\":[{\"parentOrderSn\":\"%s\","
     "\"orderSn\":\"%s-1\",\"quantity\":1}]}]",                                                  120014022},
    {",\"sendType\":0,\"sendRequestList\":[{\"carrierId\":699272611,\"trackingNumber\":\"E1\","
     "\"selfShippingWarehouseId\":\"WH-01\",\"orderSendInfoList\":[{\"parentOrderSn\":\"%s\","
     "\"orderSn\":\"%s-9\",\"quantity\":1}]}]",                                                  120012007},
    {",\"sendType\":0,\"sendRequestList\":[{\"carrierId\":699272611,\"trackingNumber\":\"E1\","
     "\"selfShippingWarehouseId\":\"WH-01\",\"orderSendInfoList\":[{\"parentOrderSn\":\"x%s\","
     "\"orderSn\":\"%s-1\",\"quantity\":1}]}]",                                                  120012007},
    {",\"sendType\":0,\"sendRequestList\":[{\"carrierId\":699272611,\"trackingNumber\":\"E1\","
     "\"selfShippingWarehouseId\":\"WH-01\",\"orderSendInfoList\":[{\"parentOrderSn\":\"%s\","
     "\"orderSn\":\"%s-1\",\"quantity\":99}]}]",                                                 120012007},
    {",\"sendType\":0,\"sendRequestList\":[{\"carrierId\":699272611,\"trackingNumber\":\"E1\","
     "\"selfShippingWarehouseId\":\"WH-01\",\"orderSendInfoList\":[{\"parentOrderSn\":\"%s\","
     "\"orderSn\":\"%s-1\",\"skuId\":7,\"quantity\":1}]}]",                                      120012007},
    {",\"sendType\":0,\"sendRequestList\":[{\"carrierId\":699272611,\"trackingNumber\":\"E1\","
     "\"selfShippingWarehouseId\":\"WH-01\",\"orderSendInfoList\":[{\"parentOrderSn\":\"%s\","
     "\"orderSn\":\"%s-1\",\"quantity\":0}]}]",                                                  3000000  },
    {",\"sendType\":1,\"sendRequestList\":[{\"carrierId\":699272611,\"trackingNumber\":\"E1\","
     "\"selfShippingWarehouseId\":\"WH-01\",\"orderSendInfoList\":[{\"parentOrderSn\":\"%s\","
     "\"orderSn\":\"%s-1\",\"quantity\":1}],\"subSendRequests\":[{\"carrierId\":699272611,"
     "\"trackingNumber\":\"E1\",\"selfShippingWarehouseId\":\"WH-01\"}]}]",                      120014003},
};

START_TEST(test_refused)
{
    world it;
    char members[1024];

    make_world(&it, (char *[]){"--ship-after", "1h", "--accounts", "2", NULL});
    const char *id = id_of(&it, 2);
    const char *at = strstr(refused[_i].members, "%s"), *next = at ? strstr(at + 2, "%s") : NULL;
    if (next)
        (void)snprintf(members, sizeof members, "%.*s%s%.*s%s%s", (int)(at - refused[_i].members),
                       refused[_i].members, id, (int)(next - at - 2), at + 2, id, next + 2);
    else
        (void)snprintf(members, sizeof members, "%s", refused[_i].members);
    call(&it, CONFIRM, members);
    check_code(&it, refused[_i].code);
    ck_assert_int_eq(status_of(&it, 2), 2);
    confirm(&it, 2, "E1", ""); /* the number was not used up by it */
    check_good(&it);
    confirm(&it, 3, "E3", ""); /* the other mall's */
    check_code(&it, 120012007);
    end_world(&it);
}
END_TEST

/* A buyer asks: the order waits, for a person or until the seller says no. */
START_TEST(test_holds)
{
    world it;

    make_world(&it, (char *[]){"--ship-after", "1h", "--temu-hold", "1h", NULL});
    set_faults(&it, "temu_hold_cancel=1");
    confirm(&it, 2, "F1", "");
    check_code(&it, 120012030);
    get(&it, "bg.order.list.v2.get", ",\"parentOrderLabel\":[\"pending_buyer_cancellation\"]");
    ck_assert_int_eq(int_at(&it, "result.totalItemNum"), 30);
    confirm(&it, 2, "F1", ",\"confirmAcceptance\":[\"DENY_ADDRESS_CHANGE\"]");
    check_code(&it, 120012030);
    confirm(&it, 2, "F1", ",\"confirmAcceptance\":[\"DENY_CANCELLATION\"]");
    check_good(&it);
    set_faults(&it, "temu_hold_cancel=0,temu_hold_address=1");
    confirm(&it, 3, "F2", "");
    check_code(&it, 120012023);
    set_faults(&it, "none");
    confirm(&it, 3, "F2", "");
    check_good(&it);
    end_world(&it);
}
END_TEST

/* It is settled after a while, and nothing has come of it. */
START_TEST(test_hold_ends)
{
    world it;
    int64_t end_ms = wb_now_ms() + 10000;

    make_world(&it, (char *[]){"--ship-after", "1h", "--temu-hold", "300ms", NULL});
    set_faults(&it, "temu_hold_cancel=1");
    for (confirm(&it, 2, "F1", ""); int_at(&it, "errorCode") == 120012030;
         confirm(&it, 2, "F1", ""))
        ck_assert_int_lt(wb_now_ms(), end_ms);
    check_good(&it);
    end_world(&it);
}
END_TEST

/* --- the far end --- */

/* The ERP takes this order, and ships it. */
static const wb_sim_shipment *
ship(world *it, uint32_t order, uint32_t version)
{
    char key[64];
    int64_t end_ms = wb_now_ms() + 20000;
    const wb_sim_shipment *at = NULL;

    (void)snprintf(key, sizeof key, "t/shop1/order/%s", id_of(it, order));
    wb_sim_works_took(
        it->sim->works,
        &(wb_sim_arrival){.key = wb_view_of(key), .number = order, .version = 1, .revision = 1});
    while (!(at = wb_sim_works_shipment(it->sim->works, order)) || at->version < version) {
        ck_assert_int_lt(wb_now_ms(), end_ms);
        wb_sim_turn(it->sim, 1);
    }
    return at;
}

static const wb_sim_ledger *
ledger(world *it)
{
    return wb_sim_target_kind(wb_sim_target_named(it->sim->targets, WB_VIEW_LIT("1")),
                              WB_VIEW_LIT("shipment"));
}

/* What was cancelled is not sent: that stays so, and whoever counts can ask for it. */
START_TEST(test_cancelled)
{
    world it;
    uint32_t order = 0;

    make_world(&it, (char *[]){"--ship-after", "1h", "--changes", "1", NULL});
    while (wb_sim_state_of(it.sim->market, order, 2) != WB_SIM_STATE_CANCELLED)
        ck_assert_uint_lt(++order, 30);
    confirm(&it, order, "G1", "");
    check_code(&it, 120012016);
    ck_assert_int_eq(sim_ask_text(it.sim, "GET /sim/refused", &it.body), 200);
    char row[160]; /* by the name that the ERP gave it */
    (void)snprintf(row, sizeof row,
                   "{\"at\":\"temu.shipments\",\"target\":\"1\",\"id\":\"H-%u\","
                   "\"kind\":\"shipment\",\"number\":%u,",
                   order, order);
    ck_assert(strstr(wb_buf_text(&it.body), row));
    ck_assert(strstr(wb_buf_text(&it.body), "\"lasting\":true"));
    end_world(&it);
}
END_TEST

START_TEST(test_counted)
{
    world it;
    request one;

    make_world(&it, (char *[]){"--ship-after", "1", NULL});
    confirm(&it, 3, ship(&it, 3, 1)->tracking, "");
    check_good(&it);
    ck_assert_uint_eq(wb_sim_ledger_version(ledger(&it), 3), 1);
    ck_assert_uint_eq(wb_sim_ledger_newest(ledger(&it)), 1);
    ck_assert_uint_eq(wb_sim_ledger_counts_of(ledger(&it))->unmarked, 0);
    confirm(&it, 4, "ELSE", ""); /* a number that the ERP never gave */
    check_good(&it);
    ck_assert_uint_eq(wb_sim_ledger_counts_of(ledger(&it))->unmarked, 1);
    wb_buf_init(&one.text, 65536);
    uint32_t order = 6;
    wb_sim_line lines[WB_SIM_LINES_MAX];
    while (wb_sim_order_lines(it.sim->market, order, lines), lines[0].quantity < 2)
        order++;
    begin(&one, 0);
    add_box(&one, ship(&it, order, 1)->tracking, "WH-01", "");
    add_item(&one, &it, order, 0, 1); /* less than all: what is left cannot follow */
    end_request(&one, &it);
    check_good(&it);
    ck_assert_uint_eq(wb_sim_ledger_counts_of(ledger(&it))->unmarked, 2);
    ck_assert_uint_eq(wb_sim_ledger_newest(ledger(&it)), 1);
    wb_buf_fini(&one.text);
    end_world(&it);
}
END_TEST

/* The ERP corrects a number: the parcel gets it, for a while. */
START_TEST(test_changed)
{
    world it;
    char members[256], sn[64], old[WB_SIM_TRACKING_MAX];

    make_world(&it, (char *[]){"--ship-after", "1", NULL});
    const wb_sim_shipment *made = ship(&it, 5, 2);
    wb_sim_works_tracking(old, 5, 1);
    ck_assert_str_ne(old, made->tracking);
    confirm(&it, 5, old, "");
    check_good(&it);
    ck_assert_uint_eq(wb_sim_ledger_version(ledger(&it), 5), 1);
    ck_assert_uint_eq(wb_sim_ledger_newest(ledger(&it)), 0);
    (void)snprintf(sn, sizeof sn, "%.63s",
                   text_at(&it, row_of(&it, parcels(&it, 5, 0), 0), "packageSn"));
    (void)snprintf(members, sizeof members,
                   ",\"editPackageRequestList\":[{\"packageSn\":\"%s\",\"trackingNumber\":\"%s\","
                   "\"shipCompanyId\":" CARRIER ",\"selfShippingWarehouseId\":\"WH-01\"}]",
                   sn, made->tracking);
    get(&it, CHANGE, members);
    ck_assert_int_eq(wb_json_kind(it.json, result(&it)), WB_JSON_TRUE);
    ck_assert_str_eq(text_at(&it, row_of(&it, parcels(&it, 5, 0), 0), "trackingNumber"),
                     made->tracking);
    ck_assert_uint_eq(wb_sim_ledger_newest(ledger(&it)), 1);
    call(&it, CHANGE, members);
    check_code(&it, 120014004);
    call(&it, CHANGE, ",\"editPackageRequestList\":[{\"packageSn\":\"none\"}]");
    check_code(&it, 120012007);
    call(&it, CHANGE, "");
    check_code(&it, 3000000);
    ((wb_sim_temu *)it.part->state)->newest->confirmed_ms -= 25 * INT64_C(3600000);
    call(&it, CHANGE, members);
    check_code(&it, 120015529);
    end_world(&it);
}
END_TEST

/* Confirmed, and not said: who asks sees it, a little later perhaps. */
START_TEST(test_lost_answers)
{
    world it;
    int64_t end_ms = wb_now_ms() + 10000;

    make_world(&it, (char *[]){"--ship-after", "1h", "--lag", "300ms", NULL});
    set_faults(&it, "temu_confirm_internal=1*1,probe_lag@temu.shipments=1*1");
    confirm(&it, 3, "H1", "");
    check_code(&it, 120014006);
    ck_assert_uint_eq(wb_json_count(it.json, parcels(&it, 3, 0)), 0);
    while (!wb_json_count(it.json, parcels(&it, 3, 0)))
        ck_assert_int_lt(wb_now_ms(), end_ms);
    confirm(&it, 3, "H1", "");
    check_code(&it, 120012004);
    call(&it, PARCELS, ",\"parentOrderSn\":\"none\",\"orderSn\":\"none\"");
    check_code(&it, 120012007);
    end_world(&it);
}
END_TEST

/* What was refused has not happened: it may come again. */
START_TEST(test_levers)
{
    static const struct {
        const char *lever;
        int64_t code;
    } levers[] = {
        {"result=refused",         120012016},
        {"result=none&status=404", 120012007},
        {"status=422",             120012016},
        {"status=0&result=retry",  2000000  },
    };
    world it;
    char what[128];

    make_world(&it, (char *[]){"--ship-after", "1h", NULL});
    for (size_t i = 0; i < WB_COUNT(levers); i++) {
        (void)snprintf(what, sizeof what, "POST /sim/target?name=1&%s", levers[i].lever);
        ck_assert_int_eq(sim_ask_text(it.sim, what, &it.body), 200);
        confirm(&it, 3, "I1", "");
        check_code(&it, levers[i].code);
        ck_assert_int_eq(status_of(&it, 3), 2);
    }
    ck_assert_int_eq(sim_ask_text(it.sim, "POST /sim/target?name=1&result=silent", &it.body), 200);
    confirm(&it, 3, "I1", "");
    check_good(&it);
    ck_assert_int_eq(wb_json_kind(it.json, result(&it)), WB_JSON_NULL);
    ck_assert_int_eq(status_of(&it, 3), 4);
    end_world(&it);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_one_parcel,             0                },
        {test_line_by_line,           0                },
        {test_several_parcels,        0                },
        {test_several_orders,         0                },
        {test_parcel_that_is_refused, 2                },
        {test_extra_boxes,            0                },
        {test_refused,                WB_COUNT(refused)},
        {test_holds,                  0                },
        {test_hold_ends,              0                },
        {test_cancelled,              0                },
        {test_counted,                0                },
        {test_changed,                0                },
        {test_lost_answers,           0                },
        {test_levers,                 0                },
        {NULL,                        0                },
    };

    return wb_suite_run("actors.connectors.temu.sim.shipments", tests);
}
