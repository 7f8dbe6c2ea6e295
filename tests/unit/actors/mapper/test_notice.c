/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A notice that is handed on as it is: to the targets whose routes want its type, to each once
 */
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/records/notice.h"
#include "tests/unit/actors/mapper/mapper_kit.h"
#include "tests/unit/suite.h"

#define TWO "  two: {connector: kit_house}\n"
#define OPEN KIT_WAREHOUSE KIT_ERP TWO "routes:\n"
#define N1 "default/house/notice/n1"

static kit self;

static void
say(size_t n, const char *type)
{
    wb_envelope env = {.kind = WB_KIND_RAW,
                       .id = wb_id_make(0, WB_VIEW_LIT(N1), (wb_view){(const char *)&n, sizeof n}),
                       .tenant = WB_VIEW_LIT("default"),
                       .connector = WB_VIEW_LIT("kit_house"),
                       .account = WB_VIEW_LIT("house"),
                       .stream = WB_VIEW_LIT("notices"),
                       .record_kind = WB_RECORD_NOTICE,
                       .record = WB_VIEW_LIT(N1),
                       .type = wb_view_of(type),
                       .source_utc_us = 1,
                       .observed_utc_us = INT64_C(1767323045000000) + (int64_t)n,
                       .body = WB_VIEW_LIT("{\"as\": \"it is\"}")};
    wb_err err = {0};

    ck_assert_msg(!wb_mapper_raw(&self.ctx, kit_delivery(&env, n), &err), "%s", err.text);
    kit_flush(&self);
}

static const struct {
    const char *label, *routes, *type;
    size_t erp, two;
} rows[] = {
    {"of every type",                                "  - {from: house, kind: notice, to: erp}\n",               "OFFERS", 1, 0},
    {"of this type",                                 "  - {from: house, kind: notice, type: OFFERS, to: erp}\n", "OFFERS", 1, 0},
    {"of another type",                              "  - {from: house, kind: notice, type: STOCK, to: erp}\n",  "OFFERS", 0, 0},
    {"a type that begins so",                        "  - {from: house, kind: notice, type: OFFER, to: erp}\n",  "OFFERS",
     0,                                                                                                                       0},
    {"two types to one target",
     "  - {from: house, kind: notice, type: STOCK, to: erp}\n"
     "  - {from: house, kind: notice, type: OFFERS, to: erp}\n",                                                 "OFFERS", 1, 0},
    {"wanted twice by one target",
     "  - {from: house, kind: notice, type: OFFERS, to: erp}\n"
     "  - {from: house, kind: notice, to: erp}\n",                                                               "OFFERS", 1, 0},
    {"wanted twice by one target, from any account",
     "  - {from: '*', kind: notice, to: erp}\n"
     "  - {from: house, kind: notice, type: OFFERS, to: erp}\n",                                                 "OFFERS", 1, 0},
    {"each its own type",
     "  - {from: house, kind: notice, type: OFFERS, to: erp}\n"
     "  - {from: house, kind: notice, type: STOCK, to: two}\n",                                                  "OFFERS", 1, 0},
    {"two targets",
     "  - {from: house, kind: notice, type: OFFERS, to: erp}\n"
     "  - {from: house, kind: notices, to: two}\n",                                                              "OFFERS", 1, 1},
    {"another kind",                                 "  - {from: house, kind: shipment, to: erp}\n",             "OFFERS", 0, 0},
};

START_TEST(it_goes_where_its_type_is_wanted)
{
    WB_AUTO(wb_buf_fini) wb_buf yaml = {0};
    bool any = rows[_i].erp + rows[_i].two > 0;

    wb_buf_init(&yaml, 4096);
    wb_buf_addf(&yaml, "%s%s", OPEN, rows[_i].routes);
    kit_open(&self, wb_buf_text(&yaml));
    say(0, rows[_i].type);
    ck_assert_msg(kit_waiting("default/erp") == rows[_i].erp, "%s", rows[_i].label);
    ck_assert_msg(kit_waiting("default/two") == rows[_i].two, "%s", rows[_i].label);
    ck_assert_int_eq(kit_outcome[0], any ? WB_OUTCOME_HANDED_ON : WB_OUTCOME_FILTERED);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), rows[_i].erp + rows[_i].two);
    say(1, rows[_i].type); /* told once more */
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_UNCHANGED);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), rows[_i].erp + rows[_i].two);
    kit_close(&self);
}
END_TEST

START_TEST(it_is_there_as_it_came)
{
    const wb_record_row *row;
    wb_notice notice;
    wb_err err = {0};

    kit_open(&self, OPEN "  - {from: house, kind: notice, to: erp}\n");
    say(0, "OFFERS");
    row = kit_record(&self, N1);
    ck_assert(!wb_canonical_decode(wb_notice_fields, row->canonical, &notice, sizeof notice, &err));
    ck_assert(wb_view_is(notice.body, "{\"as\": \"it is\"}"));
    ck_assert(wb_view_is(notice.type, "OFFERS") && wb_view_is(notice.external_id, "n1"));
    ck_assert(wb_view_is(notice.source, "kit_house") && wb_view_is(notice.stream, "notices"));
    ck_assert(!row->root.len && notice.event_utc_us == 1);
    kit_done();
    ck_assert_int_eq(kit_last_sent()->record_kind, WB_RECORD_NOTICE);
    kit_close(&self);
}
END_TEST

/* What was kept while nobody took it goes out after a kill, once. */
START_TEST(a_kill_behind_the_commit_loses_none)
{
    kit_open(&self, OPEN "  - {from: house, kind: notice, to: erp}\n");
    say(0, "OFFERS");
    kit_restart(&self);
    kit_look(&self);
    ck_assert_uint_eq(kit_waiting("default/erp"), 1);
    say(1, "OFFERS");
    ck_assert_int_eq(kit_outcome[1], WB_OUTCOME_UNCHANGED);
    kit_receipt(&self, "default/erp", WB_OUTCOME_HANDED_ON);
    ck_assert_uint_eq(kit_rows(&self, WB_DB_OUTBOX), 0);
    kit_close(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {it_goes_where_its_type_is_wanted,    (int)WB_COUNT(rows)},
        {it_is_there_as_it_came,              0                  },
        {a_kill_behind_the_commit_loses_none, 0                  },
        {NULL,                                0                  },
    };

    return wb_suite_run("actors.mapper.notice", tests);
}
