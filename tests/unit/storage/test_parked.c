/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parked letters: once and sealed, settled, tried again, listed
 */
#include "storage/parked.h"

#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#define ACCOUNT WB_VIEW_LIT("acme/shop")
#define RECORD WB_VIEW_LIT("acme/shop/order/1")

static wb_id
id_at(uint32_t seconds, uint32_t number)
{
    wb_id id = {{0}};

    for (int i = 0; i < 4; i++) {
        id.bytes[i] = (uint8_t)(seconds >> (24 - 8 * i));
        id.bytes[12 + i] = (uint8_t)(number >> (24 - 8 * i));
    }
    return id;
}

static const char plain[] = "name=Jane Doe street=Elm Street 4711";

static void
stored_envelope(wb_buf *out, uint64_t revision)
{
    wb_envelope env = {.kind = WB_KIND_RAW,
                       .id = id_at(1, 1),
                       .tenant = WB_VIEW_LIT("acme"),
                       .connector = WB_VIEW_LIT("sample"),
                       .account = WB_VIEW_LIT("shop"),
                       .record_kind = WB_RECORD_ORDER,
                       .record = RECORD,
                       .stage = WB_STAGE_MAP,
                       .deployment = WB_VIEW_LIT("test"),
                       .instance = WB_VIEW_LIT("poller-1"),
                       .revision = revision,
                       .body = WB_VIEW_LIT(plain)};
    wb_err err;

    if (revision) {
        env.kind = WB_KIND_WANT;
        env.target = WB_VIEW_LIT("acme/erp");
        env.stage = WB_STAGE_PUSH;
    }
    wb_buf_clear(out);
    ck_assert_msg(wb_envelope_store(&env, out, &err) == WB_OK, "%s", err.text);
}

static wb_parked_row
letter(uint32_t number, wb_view envelope)
{
    return (wb_parked_row){.id = id_at(5, number),
                           .shard = 1,
                           .account = ACCOUNT,
                           .record = RECORD,
                           .reason = WB_VIEW_LIT("malformed: no lines"),
                           .parked_utc_us = 77,
                           .attempts = 4,
                           .envelope = envelope};
}

static uint64_t
parked_count(rig *r, wb_txn *txn)
{
    uint64_t count = 0;

    rig_ok(r, wb_parked_count(txn, &count, &r->err));
    return count;
}

START_TEST(parked_once_and_sealed)
{
    WB_AUTO(wb_buf_fini) wb_buf env, scratch;
    wb_parked_row row, out;
    char data[200];
    bool found = false;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    wb_buf_init(&env, 10000);
    wb_buf_init(&scratch, 10000);
    stored_envelope(&env, 0);
    row = letter(1, wb_buf_view(&env));
    for (uint32_t i = 1; i <= 2; i++) {
        txn = rig_begin(&r, true);
        rig_ok(&r, wb_parked_put(txn, &row, &r.err));
        ck_assert_uint_eq(parked_count(&r, txn), 1);
        rig_commit(&r, &txn);
    }
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_parked_get(txn, (wb_parked_place){1, row.id}, &scratch, &out, &found, &r.err));
    ck_assert(found && out.times == 2 && out.attempts == 4 && out.parked_utc_us == 77);
    ck_assert(wb_view_eq(out.envelope, wb_buf_view(&env)) && wb_view_eq(out.record, RECORD));
    ck_assert(wb_view_is(out.reason, "malformed: no lines") && wb_view_eq(out.account, ACCOUNT));
    wb_txn_abort(&txn);
    snprintf(data, sizeof data, "%s/data.mdb", r.path);
    ck_assert(file_contains(data, "malformed")); /* the search itself works */
    ck_assert(!file_contains(data, "Jane Doe") && !file_contains(data, "Elm Street"));
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_parked_delete(txn, (wb_parked_place){1, row.id}, &r.err));
    rig_ok(&r, wb_parked_delete(txn, (wb_parked_place){1, row.id}, &r.err));
    ck_assert_uint_eq(parked_count(&r, txn), 0);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

static wb_rc
list_letter(void *arg, const wb_parked_row *row, wb_err *err)
{
    char *text = arg;
    size_t at = strlen(text);

    (void)err;
    ck_assert_ptr_null(row->envelope.data);
    snprintf(text + at, 100 - at, "%u ", row->id.bytes[15]);
    return WB_OK;
}

/* Revision parked, unknown, revision that settles, gone; which reasons stay. */
static const struct {
    uint64_t revision;
    bool unknown;
    uint64_t settle;
    bool gone;
    const char *but;
} settles[] = {
    {0, false, 0, true,  NULL              },
    {0, false, 9, true,  NULL              },
    {5, false, 5, true,  NULL              },
    {5, false, 9, true,  NULL              },
    {5, false, 4, false, NULL              },
    {5, false, 0, false, NULL              },
    {5, true,  9, false, NULL              },
    {0, true,  9, false, NULL              },
    {5, false, 9, true,  "malformed: the o"},
    {5, false, 9, false, "malformed"       },
    {5, false, 9, true,  "alformed"        },
};

START_TEST(parked_settle)
{
    WB_AUTO(wb_buf_fini) wb_buf env = {0};
    wb_parked_row row;
    size_t settled = 9;
    wb_txn *txn;
    rig r;

    wb_parked_until until = {.revision = settles[_i].settle,
                             .but = wb_view_of(settles[_i].but ? settles[_i].but : "")};

    rig_init(&r);
    wb_buf_init(&env, 10000);
    stored_envelope(&env, settles[_i].revision);
    row = letter(1, wb_buf_view(&env));
    row.unknown = settles[_i].unknown;
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_parked_put(txn, &row, &r.err));
    row = letter(2, WB_VIEW_LIT("not an envelope"));
    row.record = WB_VIEW_LIT("acme/shop/order/12"); /* the other's key and more */
    rig_ok(&r, wb_parked_put(txn, &row, &r.err));
    row = letter(3, WB_VIEW_LIT("not an envelope"));
    row.record = (wb_view){NULL, 0};
    rig_ok(&r, wb_parked_put(txn, &row, &r.err));
    rig_ok(&r, wb_parked_settle(txn, (wb_row_name){1, ACCOUNT, RECORD}, until, &settled, &r.err));
    ck_assert_uint_eq(settled, settles[_i].gone);
    ck_assert_uint_eq(parked_count(&r, txn), settles[_i].gone ? 2 : 3);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

/* Its time is that of the try, its bytes are as they were, it is settled as before; one that went
 * is nothing. */
START_TEST(parked_tried)
{
    WB_AUTO(wb_buf_fini) wb_buf env, scratch;
    wb_parked_row row, out;
    bool found = false;
    size_t settled = 0;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    wb_buf_init(&env, 10000);
    wb_buf_init(&scratch, 10000);
    stored_envelope(&env, 7);
    row = letter(1, wb_buf_view(&env));
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_parked_put(txn, &row, &r.err));
    rig_ok(&r, wb_parked_tried(txn, (wb_parked_place){1, row.id}, 99, &r.err));
    rig_ok(&r, wb_parked_tried(txn, (wb_parked_place){1, id_at(5, 2)}, 99, &r.err));
    rig_ok(&r, wb_parked_get(txn, (wb_parked_place){1, row.id}, &scratch, &out, &found, &r.err));
    ck_assert(found && out.times == 1 && out.attempts == 4 && out.parked_utc_us == 99);
    ck_assert(out.revision == 7 && wb_view_eq(out.envelope, wb_buf_view(&env)));
    rig_ok(&r, wb_parked_put(txn, &row, &r.err));
    rig_ok(&r, wb_parked_get(txn, (wb_parked_place){1, row.id}, &scratch, &out, &found, &r.err));
    ck_assert(found && out.times == 2);
    rig_ok(&r, wb_parked_settle(txn, (wb_row_name){1, ACCOUNT, RECORD},
                                (wb_parked_until){.revision = 7}, &settled, &r.err));
    ck_assert(settled == 1 && parked_count(&r, txn) == 0);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

START_TEST(parked_scan)
{
    wb_id from = id_at(5, 1);
    char all[100] = "", behind[100] = "";
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    for (uint32_t i = 3; i >= 1; i--) {
        wb_parked_row row = letter(i, WB_VIEW_LIT("x"));

        rig_ok(&r, wb_parked_put(txn, &row, &r.err));
    }
    rig_ok(&r, wb_parked_scan(txn, 1, NULL, list_letter, all, &r.err));
    ck_assert_str_eq(all, "1 2 3 ");
    rig_ok(&r, wb_parked_scan(txn, 1, &from, list_letter, behind, &r.err));
    ck_assert_str_eq(behind, "2 3 ");
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {parked_once_and_sealed, 0                },
        {parked_settle,          WB_COUNT(settles)},
        {parked_tried,           0                },
        {parked_scan,            0                },
        {NULL,                   0                },
    };

    return wb_suite_run("storage.parked", rows);
}
