/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shipments of an order go in one call, when they are all of it; and what became of them.
 */
#include "tests/unit/actors/connectors/temu/shipping/ship_kit.h"

/* Parcels as "S1 2,S2 1/T1/DHL", with a bar between them: lines, tracking number, carrier. They
 * live as long as `copy`. */
static size_t
parcels_of(const char *text, parcel *out, char **copy)
{
    size_t count = 0;
    char *at = *copy = wb_text_dup(text);

    for (char *end; *at; at = end) {
        char *tracking = strchr(at, '/'), *carrier;

        end = at + strcspn(at, "|");
        if (*end)
            *end++ = '\0';
        *tracking++ = '\0';
        carrier = strchr(tracking, '/');
        *carrier++ = '\0';
        out[count++] = (parcel){at, *tracking ? tracking : NULL, carrier, 0};
    }
    return count;
}

/* What is expected, as "0 T1: O1 2,O2 1|T2: O1 1": sendType, and the parcels with their lines. */
static void
body_of(const char *text, wb_buf *out)
{
    const char *at = text + 2;

    wb_buf_init(out, 10000);
    wb_buf_addf(out, "\"sendType\":%c,\"sendRequestList\":[", *text);
    while (*at) {
        wb_buf_addf(out,
                    "{\"carrierId\":699272611,\"trackingNumber\":\"%.2s\","
                    "\"selfShippingWarehouseId\":\"WH-01\",\"orderSendInfoList\":[",
                    at);
        for (at += 4; *at && *at != '|'; at += LINE_LEN + (at[LINE_LEN] == ','))
            wb_buf_addf(out, "{\"parentOrderSn\":\"PO-1\",\"orderSn\":\"%.2s\",\"quantity\":%c}%s",
                        at, at[3], at[LINE_LEN] == ',' ? "," : "");
        wb_buf_addf(out, "]}%s", *at ? "," : "");
        at += *at == '|';
    }
    wb_buf_add_text(out, "]}");
}

static const struct {
    const char *label, *ordered, *parcels;
    const char *body; /* its end; NULL: refused ... */
    const char *why;  /* ... with these words */
} builds[] = {
    {"one parcel",           "O1 2",      "S1 2/T1/dhl",             "0 T1: O1 2",          NULL                          },
    {"two lines in one",     "O1 2,O2 1", "S2 1,S1 2/T1/DHL",        "0 T1: O1 2,O2 1",     NULL                          },
    {"two parcels",          "O1 2,O2 1", "S1 2/T1/DHL|S2 1/T2/DHL", "1 T1: O1 2|T2: O2 1", NULL                          },
    {"one line in two",      "O1 3",      "S1 2/T1/DHL|S1 1/T2/DHL", "1 T1: O1 2|T2: O1 1", NULL                          },
    {"two in one parcel",    "O1 2,O2 1", "S1 2/T1/DHL|S2 1/T1/DHL", "0 T1: O1 2,O2 1",     NULL                          },
    {"pieces alone in one",  "O1 1",      "/T1/DHL|S1 1/T2/DHL",     "0 T2: O1 1",          NULL                          },
    {"pieces alone",         "O1 1",      "/T1/DHL",                 NULL,                  "nothing of its order"        },
    {"of any quantity",      "O1 ?",      "S1 2/T1/DHL",             "0 T1: O1 2",          NULL                          },
    {"more than was bought", "O1 1",      "S1 2/T1/DHL",             NULL,                  "no line for 1 of S1"         },
    {"what was cancelled",   "O1 0,O2 0", "S1 1/T1/DHL",             NULL,
     "conflict: the channel has cancelled its order"                                                                      },
    {"cancelled in part",    "O1 0,O2 1", "S1 1/T1/DHL",             NULL,                  "no line for 1 of S1"         },
    {"what was not bought",  "O1 1",      "S2 1/T1/DHL",             NULL,                  "no line for 1 of S2"         },
    {"an unknown carrier",   "O1 1",      "S1 1/T1/UPS",             NULL,                  "'UPS' has no row in carriers"},
    {"no tracking number",   "O1 1",      "S1 1//DHL",               NULL,                  "no tracking number"          },
    {"not to be signed",     "O1 1",      "S1 1/T&1/DHL",            NULL,                  "sign"                        },
};

START_TEST(what_is_confirmed)
{
    WB_AUTO(wb_buf_fini) wb_buf expected = {0};
    WB_AUTO(wb_free) char *copy = NULL;
    parcel parcels[SET_MAX];
    size_t count = parcels_of(builds[_i].parcels, parcels, &copy);
    set_kit self = {0};
    wb_rc rc;

    start(&self, "shipments.put", builds[_i].ordered, parcels, count);
    rc = kit_build(&self.kit);
    if (!builds[_i].body) {
        ck_assert_msg(rc == WB_REJECT, "%s", builds[_i].label);
        ck_assert_msg(strstr(self.kit.err.text, builds[_i].why) != NULL, "%s: %s", builds[_i].label,
                      self.kit.err.text);
    } else {
        ck_assert_msg(rc == WB_OK, "%s: %s", builds[_i].label, self.kit.err.text);
        body_of(builds[_i].body, &expected);
        ck_assert_msg(temu_body_has(&self.kit, wb_buf_text(&expected)), "%s: %s", builds[_i].label,
                      wb_buf_text(&self.kit.request.body));
    }
    stop(&self);
}
END_TEST

START_TEST(what_was_called_back_is_not_confirmed)
{
    static const parcel back = {"S1 1", "T1", "DHL", WB_SHIPMENT_CANCELLED};
    set_kit self = {0};

    start(&self, "shipments.put", "O1 1", &back, 1);
    ck_assert(kit_build(&self.kit) == WB_REJECT);
    ck_assert(strstr(self.kit.err.text, "called back") != NULL);
    stop(&self);
}
END_TEST

START_TEST(what_the_account_adds)
{
    static const parcel one = {"S1 1", "T1", "UPS", 0};
    WB_AUTO(wb_buf_fini) wb_buf boxes = {0};
    set_kit self = {0};

    start(&self, "shipments.put", "O1 1", &one, 1);
    kit_text(&self.options->default_carrier, "EX-1"); /* an id may be a text */
    kit_texts(&self.options->confirm_acceptance, "DENY_CANCELLATION");
    ck_assert_msg(kit_build(&self.kit) == WB_OK, "%s", self.kit.err.text);
    ck_assert(temu_body_has(&self.kit, "\"carrierId\":\"EX-1\""));
    ck_assert(temu_body_has(&self.kit, "],\"confirmAcceptance\":[\"DENY_CANCELLATION\"]}]}"));
    pack("O1 1", &one, "T2", &boxes); /* one piece in two boxes */
    self.kit.envs[0].body = wb_buf_view(&boxes);
    ck_assert_msg(kit_build(&self.kit) == WB_OK, "%s", self.kit.err.text);
    ck_assert(temu_body_has(&self.kit, "\"subSendRequests\":[{\"carrierId\":\"EX-1\","
                                       "\"trackingNumber\":\"T2\","
                                       "\"selfShippingWarehouseId\":\"WH-01\"}]"));
    kit_text(&self.options->warehouse_id, NULL);
    ck_assert(kit_build(&self.kit) == WB_REJECT);
    ck_assert(strstr(self.kit.err.text, "warehouse_id") != NULL);
    stop(&self);
}
END_TEST

/* What the rules of the configuration decide goes before the account's own table. */
static const struct {
    const char *label, *carrier, *decided, *parcel_decided;
    const char *first, *second; /* ids of the carriers; NULL: refused */
} carriers[] = {
    {"by the account",        "DHL", NULL, NULL, "699272611", "699272611"},
    {"by a rule",             "DHL", "5",  NULL, "5",         "5"        },
    {"nobody knows it",       "UPS", NULL, NULL, NULL,        NULL       },
    {"a rule alone",          "UPS", "5",  NULL, "5",         "5"        },
    {"a parcel of its own",   "DHL", "5",  "6",  "5",         "6"        },
    {"no carrier but a rule", NULL,  "5",  NULL, "5",         "5"        },
};

START_TEST(who_carries_it)
{
    wb_shipment_parcel boxes[] = {
        {.parcel_id = WB_VIEW_LIT("B1"), .tracking = WB_VIEW_LIT("T1")},
        {.parcel_id = WB_VIEW_LIT("B2"), .tracking = WB_VIEW_LIT("T2")}
    };
    wb_decided_parcel decided = {WB_VIEW_LIT("B2"), wb_view_of(carriers[_i].parcel_decided)};
    wb_shipment shipment = {
        .tracking = WB_VIEW_LIT("T1"),
        .carrier = wb_view_of(carriers[_i].carrier),
        .parcels = {boxes, WB_COUNT(boxes)}
    };
    temu_box out[TEMU_BOXES_MAX + 1];
    set_kit self = {0};
    static const parcel one = {"S1 1", "T1", "DHL", 0};

    shipment.decided.carrier = wb_view_of(carriers[_i].decided);
    shipment.decided.parcels =
        (wb_field_list){&decided, carriers[_i].parcel_decided ? (size_t)1 : 0};
    start(&self, "shipments.put", "O1 1", &one, 1);
    ck_assert_uint_eq(temu_boxes_of(&shipment, out), 2);
    ck_assert_msg(wb_view_is(temu_carrier_told(self.options, &out[0]),
                             carriers[_i].first ? carriers[_i].first : ""),
                  "%s", carriers[_i].label);
    ck_assert_msg(wb_view_is(temu_carrier_told(self.options, &out[1]),
                             carriers[_i].second ? carriers[_i].second : ""),
                  "%s", carriers[_i].label);
    stop(&self);
}
END_TEST

START_TEST(two_pieces_go_in_no_two_boxes)
{
    static const parcel one = {"S1 2", "T1", "DHL", 0};
    WB_AUTO(wb_buf_fini) wb_buf boxes = {0};
    set_kit self = {0};

    start(&self, "shipments.put", "O1 2", &one, 1);
    pack("O1 2", &one, "T2", &boxes);
    self.kit.envs[0].body = wb_buf_view(&boxes);
    ck_assert(kit_build(&self.kit) == WB_REJECT);
    ck_assert(strstr(self.kit.err.text, "2 pieces in 2 boxes") != NULL);
    stop(&self);
}
END_TEST

/* The order may have changed since the older one was made: the newest says what it is. */
START_TEST(the_newest_says_what_the_order_is)
{
    static const parcel parcels[] = {
        {"S1 1", "T1", "DHL", 0},
        {"S2 1", "T2", "DHL", 0}
    };
    WB_AUTO(wb_buf_fini) wb_buf newer = {0};
    wb_set what = {0};
    set_kit self = {0};

    start(&self, "shipments.put", "O1 1,O2 2", parcels, 2);
    self.options->combine_after = 0;
    temu_ship_whole(&self.kit.call, 0, &what);
    ck_assert_int_eq(what.code, WB_SET_INCOMPLETE);
    pack("O1 1,O2 1", &parcels[1], NULL, &newer); /* one of O2 was cancelled */
    self.kit.envs[1].body = wb_buf_view(&newer);
    self.options->combine_after = 0;
    temu_ship_whole(&self.kit.call, 0, &what);
    ck_assert_int_eq(what.code, WB_SET_WHOLE);
    ck_assert(kit_build(&self.kit) == WB_OK);
    ck_assert(temu_body_has(&self.kit, "\"trackingNumber\":\"T2\",\"selfShippingWarehouseId\":"
                                       "\"WH-01\",\"orderSendInfoList\":[{\"parentOrderSn\":"
                                       "\"PO-1\",\"orderSn\":\"O2\",\"quantity\":1}]"));
    stop(&self);
}
END_TEST

static const struct {
    const char *label, *ordered, *parcels;
    int64_t partial_after, waited;
    wb_set_code code;
    int64_t again;
} wholes[] = {
    {"all of it",           "O1 2",      "S1 2/T1/DHL",             0,    0,    WB_SET_WHOLE,      0  },
    {"all, in two",         "O1 2,O2 1", "S1 2/T1/DHL|S2 1/T2/DHL", 0,    0,    WB_SET_WHOLE,      0  },
    {"one of two lines",    "O1 2,O2 1", "S1 2/T1/DHL",             0,    9999, WB_SET_INCOMPLETE, 0  },
    {"a part of a line",    "O1 2",      "S1 1/T1/DHL",             0,    0,    WB_SET_INCOMPLETE, 0  },
    {"the other cancelled", "O1 2,O2 0", "S1 2/T1/DHL",             0,    0,    WB_SET_WHOLE,      0  },
    {"it waits",            "O1 2",      "S1 1/T1/DHL",             1000, 400,  WB_SET_INCOMPLETE, 600},
    {"it has waited",       "O1 2",      "S1 1/T1/DHL",             1000, 1000, WB_SET_WHOLE,      0  },
    {"of no order",         "",          "S1 1/T1/DHL",             0,    0,    WB_SET_WHOLE,      0  },
    {"what nobody bought",  "O1 2",      "S2 1/T1/DHL",             0,    0,    WB_SET_WHOLE,      0  },
};

START_TEST(when_it_is_all_of_an_order)
{
    WB_AUTO(wb_free) char *copy = NULL;
    parcel parcels[SET_MAX];
    size_t count = parcels_of(wholes[_i].parcels, parcels, &copy);
    set_kit self = {0};
    wb_set what = {0};

    start(&self, "shipments.put", wholes[_i].ordered, parcels, count);
    self.options->partial_after = wholes[_i].partial_after;
    self.options->combine_after = 0;
    self.kit.call.json = NULL; /* the runtime has none to give here */
    temu_ship_whole(&self.kit.call, wholes[_i].waited, &what);
    ck_assert_msg(what.code == wholes[_i].code, "%s", wholes[_i].label);
    ck_assert_msg(what.again_ms == wholes[_i].again, "%s", wholes[_i].label);
    ck_assert(what.code != WB_SET_INCOMPLETE || what.reason[0]);
    stop(&self);
}
END_TEST

/* A part of the order went before: what is left of it is all of it now. */
START_TEST(what_was_told_before_is_not_waited_for)
{
    static const parcel one = {"S1 2", "T1", "DHL", 0};
    wb_set what = {0};
    set_kit self = {0};

    told_before = (wb_count){1, true};
    start(&self, "shipments.put", "O1 3", &one, 1);
    self.options->combine_after = 0;
    temu_ship_whole(&self.kit.call, 0, &what);
    ck_assert_int_eq(what.code, WB_SET_WHOLE);
    ck_assert_msg(kit_build(&self.kit) == WB_OK, "%s", self.kit.err.text);
    ck_assert(temu_body_has(&self.kit, "\"orderSn\":\"O1\",\"quantity\":2}"));
    told_before = (wb_count){2, true};
    stop(&self);
    self = (set_kit){0};
    start(&self, "shipments.put", "O1 3", &one, 1);
    ck_assert(kit_build(&self.kit) == WB_REJECT); /* one is left */
    told_before = (wb_count){0};
    stop(&self);
}
END_TEST

/* By the order; an order that is whole in a shipment, by the parcel, in which others may be. */
static const struct {
    const char *label, *ordered, *parcel, *box, *key;
    int64_t combine_after, before;
} gathered[] = {
    {"all of it",      "O1 1",      "S1 1/T1/DHL", NULL, "parcel T1",         2000, 0},
    {"not combined",   "O1 1",      "S1 1/T1/DHL", NULL, "t/shop/order/PO-1", 0,    0},
    {"a part",         "O1 1,O2 1", "S1 1/T1/DHL", NULL, "t/shop/order/PO-1", 2000, 0},
    {"the rest of it", "O1 2",      "S1 1/T1/DHL", NULL, "t/shop/order/PO-1", 2000, 1},
    {"in boxes",       "O1 1",      "S1 1/T1/DHL", "T2", "t/shop/order/PO-1", 2000, 0},
    {"no number",      "O1 1",      "S1 1//DHL",   NULL, "t/shop/order/PO-1", 2000, 0},
    {"of no order",    "",          "S1 1/T1/DHL", NULL, "t/shop/order/PO-1", 2000, 0},
};

START_TEST(what_belongs_together)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    WB_AUTO(wb_buf_fini) wb_buf boxes = {0};
    WB_AUTO(wb_free) char *copy = NULL;
    parcel parcels[SET_MAX];
    set_kit self = {0};

    (void)parcels_of(gathered[_i].parcel, parcels, &copy);
    told_before = (wb_count){gathered[_i].before, gathered[_i].before > 0};
    start(&self, "shipments.put", gathered[_i].ordered, parcels, 1);
    self.options->combine_after = gathered[_i].combine_after;
    if (gathered[_i].box) {
        pack(gathered[_i].ordered, &parcels[0], gathered[_i].box, &boxes);
        self.kit.envs[0].body = wb_buf_view(&boxes);
    }
    wb_buf_init(&key, WB_KEY_MAX);
    temu_ship_gather(self.options, &self.kit.envs[0], &key);
    ck_assert_msg(!strcmp(wb_buf_text(&key), gathered[_i].key), "%s: %s", gathered[_i].label,
                  wb_buf_text(&key));
    told_before = (wb_count){0};
    stop(&self);
}
END_TEST

static const parcel same_number[] = {
    {"S1 1", "T1", "DHL", 0},
    {"S1 1", "T1", "DHL", 0}
};

/* Nobody tells how many orders are in a parcel: those that come within the time are. */
START_TEST(a_parcel_waits_for_other_orders)
{
    set_kit self = {0};
    wb_set what = {0};

    start(&self, "shipments.put", "O1 1", same_number, 2);
    self.kit.envs[1].root = WB_VIEW_LIT("t/shop/order/PO-2");
    self.options->combine_after = 2000;
    temu_ship_whole(&self.kit.call, 500, &what);
    ck_assert_int_eq(what.code, WB_SET_INCOMPLETE);
    ck_assert_int_eq(what.again_ms, 1500);
    ck_assert(what.reason[0]);
    temu_ship_whole(&self.kit.call, 2000, &what);
    ck_assert_int_eq(what.code, WB_SET_WHOLE);
    stop(&self);
}
END_TEST

START_TEST(several_orders_in_one_parcel)
{
    set_kit self = {0};

    start(&self, "shipments.put", "O1 1", same_number, 2);
    self.kit.envs[1].root = WB_VIEW_LIT("t/shop/order/PO-2");
    kit_texts(&self.options->confirm_acceptance, "DENY_CANCELLATION");
    ck_assert_msg(kit_build(&self.kit) == WB_OK, "%s", self.kit.err.text);
    ck_assert_msg(
        temu_body_has(&self.kit,
                      "\"sendType\":2,\"sendRequestList\":[{\"carrierId\":699272611,"
                      "\"trackingNumber\":\"T1\",\"selfShippingWarehouseId\":\"WH-01\","
                      "\"orderSendInfoList\":[{\"parentOrderSn\":\"PO-1\",\"orderSn\":\"O1\","
                      "\"quantity\":1},{\"parentOrderSn\":\"PO-2\",\"orderSn\":\"O1\","
                      "\"quantity\":1}],\"confirmAcceptance\":[\"DENY_CANCELLATION\"]}]"),
        "%s", wb_buf_text(&self.kit.request.body));
    stop(&self);
}
END_TEST

/* An order that is in the parcel twice is no order that left whole in one shipment. */
START_TEST(an_order_is_in_a_parcel_once)
{
    parcel three[] = {same_number[0], same_number[0], same_number[0]};
    set_kit self = {0};

    start(&self, "shipments.put", "O1 1", three, 3);
    self.kit.envs[1].root = WB_VIEW_LIT("t/shop/order/PO-2");
    ck_assert(kit_build(&self.kit) == WB_REJECT);
    ck_assert(strstr(self.kit.err.text, "by another shipment") != NULL);
    three[1].status = WB_SHIPMENT_CANCELLED;
    stop(&self);
    self = (set_kit){0};
    start(&self, "shipments.put", "O1 1", three, 2);
    self.kit.envs[1].root = WB_VIEW_LIT("t/shop/order/PO-2");
    ck_assert(kit_build(&self.kit) == WB_REJECT);
    ck_assert(strstr(self.kit.err.text, "called back") != NULL);
    stop(&self);
}
END_TEST

static const struct {
    const char *label, *body;
    wb_rc rc;
    wb_result_code code;
} answers[] = {
    {"done",                TEMU_OK "{\"warningMessage\":[\"x\"]}}",                    WB_OK,      WB_RESULT_DONE   },
    {"a yes about nothing", TEMU_OK "null}",                                            WB_OK,      WB_RESULT_UNKNOWN},
    {"yes and no",          "{\"success\":true,\"errorCode\":120012004,\"result\":{}}", WB_OK,
     WB_RESULT_UNKNOWN                                                                                               },
    {"shipped already",     NO("120012004"),                                            WB_OK,      WB_RESULT_UNKNOWN},
    {"abnormal",            NO("120014006"),                                            WB_OK,      WB_RESULT_UNKNOWN},
    {"address change",      NO("120012023"),                                            WB_OK,      WB_RESULT_RETRY  },
    {"cancel request",      NO("120012030"),                                            WB_OK,      WB_RESULT_RETRY  },
    {"risk alert",          NO("120012031"),                                            WB_OK,      WB_RESULT_RETRY  },
    {"cancel review",       NO("120017007"),                                            WB_OK,      WB_RESULT_RETRY  },
    {"number is used",      NO("120014004"),                                            WB_OK,      WB_RESULT_PARK   },
    {"buy a label",         NO("120012034"),                                            WB_OK,      WB_RESULT_PARK   },
    {"nobody's code",       NO("120099999"),                                            WB_OK,      WB_RESULT_PARK   },
    {"another region",      NO("120011072"),                                            WB_SUSPEND, WB_RESULT_NONE   },
    {"no warehouse",        NO("120015527"),                                            WB_SUSPEND, WB_RESULT_NONE   },
    {"throttled",           NO("4000004"),                                              WB_RETRY,   WB_RESULT_NONE   },
};

/* One answer is about all of a set. */
START_TEST(what_became_of_a_set)
{
    static const parcel parcels[] = {
        {"S1 2", "T1", "DHL", 0},
        {"S2 1", "T2", "DHL", 0}
    };
    set_kit self = {0};

    start(&self, "shipments.put", "O1 2,O2 1", parcels, 2);
    self.options->hold_retry = 7000;
    ck_assert_msg(kit_read_text(&self.kit, 200, NULL, answers[_i].body) == answers[_i].rc, "%s: %s",
                  answers[_i].label, self.kit.err.text);
    for (size_t i = 0; i < 2; i++) {
        const wb_result *result = &self.kit.out.results[i];

        ck_assert_msg(result->code == answers[_i].code, "%s", answers[_i].label);
        ck_assert(result->retry_ms == (result->code == WB_RESULT_RETRY ? 7000 : 0));
        ck_assert(result->code == WB_RESULT_DONE || result->code == WB_RESULT_NONE ||
                  result->reason[0]);
    }
    stop(&self);
}
END_TEST

static const char *
op_of(int32_t status, bool delivered)
{
    const parcel from = {"S1 1", "T1", "DHL", status};
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    wb_envelope want = {.record_kind = WB_RECORD_SHIPMENT};
    const char *op;

    pack("O1 1", &from, NULL, &packed);
    want.body = wb_buf_view(&packed);
    op = wb_connector_temu.push_op(NULL, &want, delivered);
    return op ? op : "nothing";
}

/* What was confirmed is only compared, and what was called back before is nothing to tell. */
START_TEST(which_operation_a_shipment_is)
{
    static const parcel back = {"S1 1", "T1", "DHL", WB_SHIPMENT_CANCELLED};
    wb_envelope order = {.record_kind = WB_RECORD_ORDER};
    set_kit self = {0};

    ck_assert_str_eq(op_of(WB_SHIPMENT_SHIPPED, false), "shipments.put");
    ck_assert_str_eq(op_of(WB_SHIPMENT_DELIVERED, false), "shipments.put");
    ck_assert_str_eq(op_of(WB_SHIPMENT_SHIPPED, true), "shipments.again");
    ck_assert_str_eq(op_of(WB_SHIPMENT_CANCELLED, false), "nothing");
    ck_assert_str_eq(op_of(WB_SHIPMENT_CANCELLED, true), "shipments.again");
    ck_assert(wb_connector_temu.push_op(NULL, &order, false) == NULL);
    start(&self, "shipments.again", "O1 1", &back, 1);
    ck_assert(kit_build(&self.kit) == WB_REJECT);
    ck_assert(strstr(self.kit.err.text, "called back") != NULL);
    stop(&self);
}
END_TEST

/* Pieces of an order whose sold unit is three of them: a unit is in the shipment with the last of
 * its pieces. */
static const struct {
    const char *label, *ordered, *parcels;
    int64_t before; /* pieces in other shipments */
    const char *body, *why;
} packs[] = {
    {"two units",               "O1 6", "S1 6/T1/DHL",             0, "0 T1: O1 2",          NULL                  },
    {"one in each parcel",      "O1 6", "S1 3/T1/DHL|S1 3/T2/DHL", 0, "1 T1: O1 1|T2: O1 1", NULL                  },
    {"the last piece of one",   "O1 6", "S1 4/T1/DHL|S1 2/T2/DHL", 0, "1 T1: O1 1|T2: O1 1", NULL                  },
    {"pieces of one alone",     "O1 6", "S1 2/T1/DHL|S1 4/T2/DHL", 0, "0 T2: O1 2",          NULL                  },
    {"pieces of it before",     "O1 6", "S1 2/T1/DHL",             4, "0 T1: O1 1",          NULL                  },
    {"a piece more than units", "O1 6", "S1 4/T1/DHL",             0, "0 T1: O1 1",          NULL                  },
    {"no unit is whole",        "O1 6", "S1 2/T1/DHL",             0, NULL,                  "nothing of its order"},
    {"more pieces than bought", "O1 3", "S1 4/T1/DHL",             0, NULL,                  "no line for 1 of S1" },
};

START_TEST(what_is_sold_in_packs)
{
    WB_AUTO(wb_buf_fini) wb_buf expected = {0};
    WB_AUTO(wb_free) char *copy = NULL;
    parcel parcels[SET_MAX];
    size_t count = parcels_of(packs[_i].parcels, parcels, &copy);
    set_kit self = {0};
    wb_rc rc;

    in_packs = (wb_count){3, true};
    told_before = (wb_count){packs[_i].before, packs[_i].before > 0};
    start(&self, "shipments.put", packs[_i].ordered, parcels, count);
    in_packs = told_before = (wb_count){0};
    rc = kit_build(&self.kit);
    if (!packs[_i].body) {
        ck_assert_int_eq(rc, WB_REJECT);
        ck_assert_msg(strstr(self.kit.err.text, packs[_i].why) != NULL, "%s", self.kit.err.text);
    } else {
        ck_assert_msg(rc == WB_OK, "%s: %s", packs[_i].label, self.kit.err.text);
        body_of(packs[_i].body, &expected);
        ck_assert_msg(temu_body_has(&self.kit, wb_buf_text(&expected)), "%s: %s", packs[_i].label,
                      wb_buf_text(&self.kit.request.body));
    }
    stop(&self);
}
END_TEST

/* All pieces have to be there, not as many as there are units. */
START_TEST(packs_are_whole_with_all_their_pieces)
{
    static const struct {
        const char *parcels;
        wb_set_code code;
    } rows[] = {
        {"S1 6/T1/DHL", WB_SET_WHOLE     },
        {"S1 5/T1/DHL", WB_SET_INCOMPLETE},
        {"S1 2/T1/DHL", WB_SET_INCOMPLETE},
    };

    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        WB_AUTO(wb_free) char *copy = NULL;
        parcel parcels[SET_MAX];
        size_t count = parcels_of(rows[i].parcels, parcels, &copy);
        set_kit self = {0};
        wb_set what = {0};

        in_packs = (wb_count){3, true};
        start(&self, "shipments.put", "O1 6", parcels, count);
        in_packs = (wb_count){0};
        self.options->combine_after = 0;
        temu_ship_whole(&self.kit.call, 0, &what);
        ck_assert_msg(what.code == rows[i].code, "%s", rows[i].parcels);
        stop(&self);
    }
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {what_is_confirmed,                      WB_COUNT(builds)  },
        {what_was_called_back_is_not_confirmed,  0                 },
        {what_the_account_adds,                  0                 },
        {who_carries_it,                         WB_COUNT(carriers)},
        {two_pieces_go_in_no_two_boxes,          0                 },
        {the_newest_says_what_the_order_is,      0                 },
        {when_it_is_all_of_an_order,             WB_COUNT(wholes)  },
        {what_was_told_before_is_not_waited_for, 0                 },
        {what_belongs_together,                  WB_COUNT(gathered)},
        {a_parcel_waits_for_other_orders,        0                 },
        {several_orders_in_one_parcel,           0                 },
        {an_order_is_in_a_parcel_once,           0                 },
        {what_became_of_a_set,                   WB_COUNT(answers) },
        {which_operation_a_shipment_is,          0                 },
        {what_is_sold_in_packs,                  WB_COUNT(packs)   },
        {packs_are_whole_with_all_their_pieces,  0                 },
        {NULL,                                   0                 },
    };

    return wb_suite_run("actors.connectors.temu.shipping.ship", rows);
}
