/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Temu shows of a shipment, whether it has to be corrected, and how it is.
 */
#include "tests/unit/actors/connectors/temu/shipping/ship_kit.h"

#define BOX(carrier, tracking, package)                                                            \
    "{\"carrierId\":" carrier ",\"trackingNumber\":" tracking ",\"packageSn\":" package
#define PACKAGE(tracking) BOX("699272611", tracking, "\"PK-1\"") "}"
#define PACKED(tracking, package, quantity)                                                        \
    BOX("699272611", tracking, package) ",\"quantity\":" quantity "}"
#define WITH(tracking, subs)                                                                       \
    BOX("699272611", tracking, "\"PK-1\"") ",\"subPackageShipmentInfoList\":[" subs "]}"
#define SHOWN(packages) TEMU_OK "{\"shipmentInfoDTO\":[" packages "]}}"

/* The shipment: two pieces of S2 in T1, by DHL; `boxes`: "T2" is another box. */
static const struct {
    const char *label, *body, *box;
    wb_rc rc;
    wb_result_code probed, again;
    const char *step; /* MORE: the cursor */
    bool package;     /* and it is known by its number */
} shown[] = {
    {"ours",                    SHOWN(PACKAGE("\"T1\"")), NULL,                 WB_OK,                                 WB_RESULT_DONE,                                                                       WB_RESULT_UNCHANGED,                                                                                                                                         NULL,
     true},
    {"in other letters",        SHOWN(PACKAGE("\"t1\"")), NULL,                 WB_OK,                                 WB_RESULT_DONE,                                                                       WB_RESULT_UNCHANGED,
     NULL,true                                                                                               },
    {"ours, the second",        SHOWN(PACKED("\"T9\"",    "\"PK-9\"",           "1") "," PACKAGE("\"T1\"")),           NULL,
     WB_OK,                                                                                                                                                                                                                                                                                                                                                               WB_RESULT_DONE,WB_RESULT_UNCHANGED,                                                                                 NULL, true},
    {"the only one",                     SHOWN(PACKAGE("\"T9\"")),                                             NULL,                                                    WB_OK,                                             WB_RESULT_PARK,                                                                                 WB_RESULT_MORE,
     "shipments.edit PK-1=0",true},
    {"its carrier",                     SHOWN(BOX("5",                                             "\"T1\"",                                                     "\"PK-1\"") "}"),                                                         NULL,                                                                                         WB_OK,                                                                                                                                                                                WB_RESULT_DONE,
     WB_RESULT_MORE,                                                                                                                                                                                                                                                                                                                                                                                                           "shipments.edit PK-1=0", true},
    {"no carrier told",            SHOWN(BOX("null",             "\"T1\"",                             "\"PK-1\"") "}"),                                                                  NULL,                                                                                                                                      WB_OK,                                                                                                                                                                                                                                                                      WB_RESULT_DONE,
     WB_RESULT_UNCHANGED,NULL, true},
    {"by its quantity",
     SHOWN(PACKED("\"T8\"",                              "\"PK-8\"",                                                       "1") "," PACKED("\"T9\"",                                                                                        "\"PK-1\"",                                                                                                                                                                        "2")),                                                                                                                                                                                                                                                                                                                                   NULL,WB_OK,
     WB_RESULT_PARK, WB_RESULT_MORE, "shipments.edit PK-1=0", true},
    {"any of two", SHOWN(PACKED("\"T8\"",               "\"PK-8\"","2") "," PACKED("\"T9\"","\"PK-1\"","2")),
     NULL,WB_OK,WB_RESULT_PARK, WB_RESULT_PARK, NULL, false},
    {"a row for a SKU",
     SHOWN(PACKED("\"T9\"",                                      "\"PK-1\"",                                     "5") "," PACKED("\"T9\"",                                                  "\"PK-1\"",                                                                                                                                       "7")),                                                                                                                                                                                                                                                                                                                                                                       NULL, WB_OK,
     WB_RESULT_PARK, WB_RESULT_MORE, "shipments.edit PK-1=0", true},
    {"another box",           SHOWN(WITH("\"T1\"",                     "")),                                     "T2",                                                                     WB_OK,                                                                                                                                                         WB_RESULT_DONE,                                                                                                                                                                                                                                                                                                    WB_RESULT_MORE,
     "shipments.box PK-1=1",true},
    {"both boxes",               SHOWN(WITH("\"T1\"",                                  PACKED("\"T2\"",                                                  "\"PK-2\"",                                 "1"))),                                                                                                                                                                                         "T2",                                                                                                                                                                                                                                                                                                                                      WB_OK,
     WB_RESULT_DONE,WB_RESULT_UNCHANGED, NULL, true},
    {"the other's",             SHOWN(WITH("\"T1\"",        PACKED("\"T7\"",    "\"PK-2\"", "1"))),            "T2", WB_OK,
     WB_RESULT_DONE,WB_RESULT_MORE, "shipments.edit PK-2=1", true},
    {"both are others",                         SHOWN(WITH("\"T8\"",                                      PACKED("\"T7\"",                         "\"PK-2\"",              "1"))),                                       "T2",                                                                                                                                                            WB_OK,
     WB_RESULT_PARK,WB_RESULT_MORE, "shipments.edit PK-1=0 PK-2=1", true},
    {"first, and a box",      SHOWN(WITH("\"T8\"",                          "")),                                          "T2",                                                                               WB_OK,                                                                                                                                                       WB_RESULT_PARK,                                                                                                                                                                                                                                                                                   WB_RESULT_MORE,
     "shipments.edit PK-1=0 +",true},
    {"boxes changed",                     SHOWN(WITH("\"T2\"",                                        PACKED("\"T1\"",                                                            "\"PK-2\"",                                                                                   "1"))),                                                                                                                                                "T2",                                                                                                                                                                                                                                                                                                       WB_OK,
     WB_RESULT_PARK,WB_RESULT_UNCHANGED, NULL, true},
    {"none",          SHOWN(""),NULL,WB_OK,WB_RESULT_ABSENT,                                      WB_RESULT_RETRY,                                                                                                                                                                                                                                                                                                                                                      NULL,false                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                                    },
    {"no tracking",                         SHOWN(PACKAGE("null")),                                NULL,                            WB_RETRY,                                    WB_RESULT_NONE,                                                                           WB_RESULT_NONE,                                                                                                                                                   NULL,
     false},
    {"no package",                     SHOWN(BOX("1",                                             "\"T9\"",                                                   "null") "}"),                                                 NULL,                                                                               WB_OK,                                                                                                                                                                     WB_RESULT_PARK,
     WB_RESULT_NONE,NULL, false},
    {"no list",            TEMU_OK "{}}",                 NULL,                                 WB_RETRY,                                                                  WB_RESULT_NONE,                                                                                                                                                      WB_RESULT_NONE,                                                                                                                                                                                                                                                                                                            NULL,false},
};

static void
start_one(set_kit *self, const char *op, const char *box)
{
    static const parcel two = {"S2 2", "T1", "DHL", 0};

    start(self, op, "O1 2,O2 2", &two, 1);
    if (!box)
        return;
    wb_buf_fini(&self->packed[0]);
    pack("O1 2,O2 2", &two, box, &self->packed[0]);
    self->kit.envs[0].body = wb_buf_view(&self->packed[0]);
}

START_TEST(what_temu_shows)
{
    static const char *const ops[] = {"shipments.get", "shipments.again"};

    for (size_t i = 0; i < WB_COUNT(ops); i++) {
        wb_rc rc = i && !strcmp(shown[_i].label, "no package") ? WB_RETRY : shown[_i].rc;
        set_kit self = {0};
        const wb_result *result;

        start_one(&self, ops[i], shown[_i].box);
        ck_assert_msg(kit_build(&self.kit) == WB_OK, "%s", self.kit.err.text);
        ck_assert(temu_body_has(&self.kit, "\"type\":\"bg.logistics.shipment.v2.get\""));
        ck_assert(temu_body_has(&self.kit, "\"parentOrderSn\":\"PO-1\",\"orderSn\":\"O2\"}"));
        ck_assert_msg(kit_read_text(&self.kit, 200, NULL, shown[_i].body) == rc, "%s: %s",
                      shown[_i].label, self.kit.err.text);
        result = &self.kit.out.results[0];
        ck_assert_msg(result->code == (i ? shown[_i].again : shown[_i].probed), "%s: %d %.*s",
                      shown[_i].label, result->code, WB_VIEW_ARG(result->cursor));
        ck_assert_msg(wb_view_is(result->cursor, i && shown[_i].step ? shown[_i].step : ""), "%s",
                      shown[_i].label);
        if (shown[_i].package && result->code != WB_RESULT_PARK)
            ck_assert_msg(wb_view_is(result->remote_id, "PK-1"), "%s", shown[_i].label);
        stop(&self);
    }
}
END_TEST

/* A dry run shows the number that is there beside the one that is wanted. */
START_TEST(what_is_shown_is_told)
{
    static const char *const ops[] = {"shipments.get", "shipments.again"};
    static const char *const numbers[] = {"t1", "T9"};
    char body[600];
    wb_shipment there = {.status = 0};
    set_kit self = {0};
    wb_err err = {0};

    start_one(&self, ops[_i], NULL);
    (void)snprintf(body, sizeof body, "%s",
                   _i ? SHOWN(PACKAGE("\"T9\"")) : SHOWN(PACKAGE("\"t1\"")));
    ck_assert_msg(kit_read_text(&self.kit, 200, NULL, body) == WB_OK, "%s", self.kit.err.text);
    ck_assert(!wb_canonical_decode(wb_shipment_fields, self.kit.out.results[0].body, &there,
                                   sizeof there, &err));
    ck_assert_msg(wb_view_is(there.tracking, numbers[_i]), "%.*s", WB_VIEW_ARG(there.tracking));
    ck_assert(!there.carrier.len && !there.lines.count);
    wb_canonical_fini(wb_shipment_fields, &there);
    stop(&self);
}
END_TEST

/* Another number is that of an older revision, if one may have left: it is written over. */
START_TEST(an_older_one_may_be_shown)
{
    set_kit self = {0};

    start_one(&self, "shipments.get", NULL);
    self.kit.items[0].older = true;
    ck_assert(kit_read_text(&self.kit, 200, NULL, SHOWN(PACKAGE("\"T9\""))) == WB_OK);
    ck_assert_int_eq(self.kit.out.results[0].code, WB_RESULT_DONE);
    ck_assert_uint_eq(self.kit.out.results[0].revision, 1);
    ck_assert(kit_read_text(&self.kit, 200, NULL, SHOWN(PACKAGE("\"T1\""))) == WB_OK);
    ck_assert_uint_eq(self.kit.out.results[0].revision, 0);
    stop(&self);
}
END_TEST

static const struct {
    const char *label, *op, *cursor, *box, *body; /* NULL: refused */
} steps[] = {
    {"the first box", "shipments.edit", "shipments.edit PK-1=0",          NULL,
     "\"type\":\"bg.logistics.shipment.shippingtype.update\",\"app_key\":"
     "\"11112222333344445555666677778888\",\"data_type\":\"JSON\",\"editPackageRequestList\":[{"
     "\"packageSn\":\"PK-1\",\"shipCompanyId\":699272611,\"trackingNumber\":\"T1\","
     "\"selfShippingWarehouseId\":\"WH-01\"}]}"                                     },
    {"both",          "shipments.edit", "shipments.edit PK-1=0 PK-2=1 +", "T2",
     "[{\"packageSn\":\"PK-1\",\"shipCompanyId\":699272611,\"trackingNumber\":\"T1\","
     "\"selfShippingWarehouseId\":\"WH-01\"},{\"packageSn\":\"PK-2\",\"shipCompanyId\":699272611,"
     "\"trackingNumber\":\"T2\",\"selfShippingWarehouseId\":\"WH-01\"}]}"           },
    {"a box more",    "shipments.box",  "shipments.box PK-1=1",           "T2",
     "\"sendSubRequestList\":[{\"carrierId\":699272611,\"trackingNumber\":\"T2\","
     "\"selfShippingWarehouseId\":\"WH-01\"}],\"mainPackageSn\":\"PK-1\"}"          },
    {"no such box",   "shipments.edit", "shipments.edit PK-1=1",          NULL, NULL},
    {"no number",     "shipments.edit", "shipments.edit PK-1",            NULL, NULL},
    {"no package",    "shipments.edit", "shipments.edit =0",              NULL, NULL},
    {"no step",       "shipments.edit", "",                               NULL, NULL},
    {"nothing to do", "shipments.edit", "shipments.edit +",               NULL, NULL},
};

START_TEST(how_it_is_corrected)
{
    set_kit self = {0};
    wb_rc rc;

    start_one(&self, steps[_i].op, steps[_i].box);
    self.kit.items[0].cursor = wb_view_of(steps[_i].cursor);
    rc = kit_build(&self.kit);
    ck_assert_msg(rc == (steps[_i].body ? WB_OK : WB_REJECT), "%s: %s", steps[_i].label,
                  self.kit.err.text);
    ck_assert_msg(!steps[_i].body || temu_body_has(&self.kit, steps[_i].body), "%s: %s",
                  steps[_i].label, wb_buf_text(&self.kit.request.body));
    kit_text(&self.options->warehouse_id, NULL);
    ck_assert(kit_build(&self.kit) == WB_REJECT);
    stop(&self);
}
END_TEST

static const struct {
    const char *label, *body;
    bool again;
    wb_rc rc;
    wb_result_code code;
} answers[] = {
    {"done",                TEMU_OK "true}",                                              false, WB_OK,      WB_RESULT_DONE   },
    {"wrapped",             TEMU_OK "{}}",                                                false, WB_OK,      WB_RESULT_UNKNOWN},
    {"a yes about nothing", TEMU_OK "null}",                                              false, WB_OK,      WB_RESULT_UNKNOWN},
    {"a no in a yes",       TEMU_OK "false}",                                             false, WB_OK,      WB_RESULT_UNKNOWN},
    {"yes and no",          "{\"success\":true,\"errorCode\":120015529,\"result\":true}", false, WB_OK,
     WB_RESULT_UNKNOWN                                                                                                        },
    {"the time is over",    NO("120015529"),                                              false, WB_OK,      WB_RESULT_PARK   },
    {"another's number",    NO("120014004"),                                              false, WB_OK,      WB_RESULT_PARK   },
    {"perhaps ours",        NO("120014004"),                                              true,  WB_OK,      WB_RESULT_RETRY  },
    {"perhaps our box",     NO("120012043"),                                              true,  WB_OK,      WB_RESULT_RETRY  },
    {"no carrier of it",    NO("120014022"),                                              true,  WB_OK,      WB_RESULT_PARK   },
    {"address change",      NO("120012023"),                                              false, WB_OK,      WB_RESULT_RETRY  },
    {"abnormal",            NO("120014006"),                                              false, WB_OK,      WB_RESULT_UNKNOWN},
    {"another region",      NO("120011072"),                                              false, WB_SUSPEND, WB_RESULT_NONE   },
    {"throttled",           NO("4000004"),                                                false, WB_RETRY,   WB_RESULT_NONE   },
};

START_TEST(what_became_of_a_correction)
{
    static const char *const ops[] = {"shipments.edit", "shipments.box"};

    for (size_t i = 0; i < WB_COUNT(ops); i++) {
        set_kit self = {0};

        start_one(&self, ops[i], NULL);
        self.kit.items[0].again = answers[_i].again;
        self.kit.items[0].cursor = WB_VIEW_LIT("shipments.edit PK-1=0");
        ck_assert_msg(kit_read_text(&self.kit, 200, NULL, answers[_i].body) == answers[_i].rc,
                      "%s: %s", answers[_i].label, self.kit.err.text);
        ck_assert_msg(self.kit.out.results[0].code == answers[_i].code, "%s: %d", answers[_i].label,
                      self.kit.out.results[0].code);
        stop(&self);
    }
}
END_TEST

/* What was written over is not all: it begins with the question again. */
START_TEST(boxes_are_added_after_that)
{
    set_kit self = {0};

    start_one(&self, "shipments.edit", "T2");
    self.kit.items[0].cursor = WB_VIEW_LIT("shipments.edit PK-1=0 +");
    ck_assert(kit_read_text(&self.kit, 200, NULL, TEMU_OK "true}") == WB_OK);
    ck_assert_int_eq(self.kit.out.results[0].code, WB_RESULT_RETRY);
    stop(&self);
}
END_TEST

/* The cursor of the question leads to the operation that it names. */
START_TEST(where_the_question_leads)
{
    const wb_op *again = wb_connector_op(&wb_connector_temu, "shipments.again");
    static const char *const names[] = {"shipments.edit", "shipments.box"};

    for (size_t i = 0; i < WB_COUNT(names); i++) {
        WB_AUTO(wb_buf_fini) wb_buf cursor = {0};
        const wb_op *step;

        wb_buf_init(&cursor, 100);
        wb_buf_addf(&cursor, "%s PK-1=0", names[i]);
        step = wb_connector_more(&wb_connector_temu, again, wb_buf_view(&cursor));
        ck_assert_str_eq(step->name, names[i]);
        ck_assert(!step->repeatable);
    }
    ck_assert(again->repeatable);
    ck_assert_str_eq(again->renews, "shipments.put");
    ck_assert(again->reads == wb_connector_op(&wb_connector_temu, "shipments.put")->reads);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {what_temu_shows,             WB_COUNT(shown)  },
        {what_is_shown_is_told,       2                },
        {an_older_one_may_be_shown,   0                },
        {how_it_is_corrected,         WB_COUNT(steps)  },
        {what_became_of_a_correction, WB_COUNT(answers)},
        {boxes_are_added_after_that,  0                },
        {where_the_question_leads,    0                },
        {NULL,                        0                },
    };

    return wb_suite_run("actors.connectors.temu.shipping.correct", rows);
}
