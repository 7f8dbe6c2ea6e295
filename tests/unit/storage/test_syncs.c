/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tasks of the gateway: their ids, their rows, what their parts come to
 */
#include "storage/syncs.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "storage/aside.h"
#include "storage/vault.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#define NOW_US INT64_C(1790000000000000)
#define MS WB_US_PER_MS

static rig r;

static int64_t
next_id(unsigned gateway, int64_t now_utc_us)
{
    wb_txn *txn = rig_begin(&r, true);
    int64_t id = 0;

    rig_ok(&r, wb_syncs_next_id(txn, gateway, now_utc_us, &id, &r.err));
    rig_commit(&r, &txn);
    return id;
}

static wb_sync_row
task(int64_t id)
{
    return (wb_sync_row){
        .id = id,
        .kind = WB_RECORD_ORDER,
        .full = true,
        .from_utc_us = 1,
        .to_utc_us = 2,
        .created_utc_us = 3,
        .updated_utc_us = 4,
        .shop_id = WB_SHOP_ID_MAX,
        .page_size = 5,
        .filter = 6,
        .account = WB_VIEW_LIT("acme/shop"),
        .note = WB_VIEW_LIT("waits"),
        .parts = {{.stream = WB_VIEW_LIT("orders.list"),
                   .run = {.bytes = {1, 2, 3}},
                   .status = WB_SYNC_RUNNING,
                   .start_utc_us = 7,
                   .end_utc_us = 8,
                   .total = 9,
                   .success = 10,
                   .failed = UINT64_MAX,
                   .progress = 100,
                   .error = WB_VIEW_LIT("why")},
                  {.stream = WB_VIEW_LIT("orders.more")}},
        .part_count = 2,
    };
}

static void
put(int64_t id)
{
    wb_sync_row row = task(id);
    wb_txn *txn = rig_begin(&r, true);

    rig_ok(&r, wb_syncs_put(txn, &row, &r.err));
    rig_commit(&r, &txn);
}

START_TEST(it_is_what_was_put)
{
    wb_sync_row out;
    bool found = false;
    wb_txn *txn;

    rig_init(&r);
    put(64);
    rig_reopen(&r);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_syncs_get(txn, 64, &out, &found, &r.err));
    ck_assert(found && out.id == 64 && out.kind == WB_RECORD_ORDER && out.full);
    ck_assert(out.from_utc_us == 1 && out.to_utc_us == 2 && out.created_utc_us == 3);
    ck_assert(out.updated_utc_us == 4 && out.shop_id == WB_SHOP_ID_MAX);
    ck_assert(out.page_size == 5 && out.filter == 6);
    ck_assert(wb_view_is(out.account, "acme/shop") && wb_view_is(out.note, "waits"));
    ck_assert_uint_eq(out.part_count, 2);
    ck_assert(wb_view_is(out.parts[0].stream, "orders.list") && out.parts[0].run.bytes[2] == 3);
    ck_assert(out.parts[0].status == WB_SYNC_RUNNING && out.parts[0].start_utc_us == 7);
    ck_assert(out.parts[0].end_utc_us == 8 && out.parts[0].total == 9);
    ck_assert(out.parts[0].success == 10 && out.parts[0].failed == UINT64_MAX);
    ck_assert(wb_view_is(out.parts[0].error, "why") && out.parts[0].progress == 100);
    ck_assert(wb_view_is(out.parts[1].stream, "orders.more") && !out.parts[1].error.len);
    rig_ok(&r, wb_syncs_get(txn, 65, &out, &found, &r.err));
    ck_assert(!found);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

static wb_rc
note_id(void *arg, const wb_sync_row *row, wb_err *err)
{
    (void)err;
    wb_buf_addf(arg, "%lld ", (long long)row->id);
    return WB_OK;
}

static const char *
listed(int64_t before)
{
    static wb_buf ids;
    wb_txn *txn = rig_begin(&r, false);

    wb_buf_fini(&ids);
    wb_buf_init(&ids, 4096);
    rig_ok(&r, wb_syncs_scan(txn, before, note_id, &ids, &r.err));
    wb_txn_abort(&txn);
    return wb_buf_text(&ids);
}

START_TEST(the_newest_come_first)
{
    wb_txn *txn;

    rig_init(&r);
    put(300);
    put(5);
    put(WB_SYNC_ID_MAX);
    put(64);
    ck_assert_str_eq(listed(0), "9007199254740991 300 64 5 ");
    ck_assert_str_eq(listed(300), "64 5 ");
    ck_assert_str_eq(listed(299), "64 5 ");
    ck_assert_str_eq(listed(5), "");
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_syncs_delete(txn, 64, &r.err));
    rig_ok(&r, wb_syncs_delete(txn, 64, &r.err));
    rig_commit(&r, &txn);
    ck_assert_str_eq(listed(0), "9007199254740991 300 5 ");
    rig_fini(&r);
}
END_TEST

START_TEST(ids_grow_and_say_whose_they_are)
{
    int64_t first, id;

    rig_init(&r);
    first = next_id(3, NOW_US);
    ck_assert_int_eq(first, (NOW_US - WB_SYNC_EPOCH_UTC_US) / MS * 64 + 3);
    ck_assert_int_eq(next_id(3, NOW_US), first + 64);             /* the same moment */
    ck_assert_int_eq(next_id(3, NOW_US - 500 * MS), first + 128); /* a clock set back */
    rig_reopen(&r);
    ck_assert_int_eq(next_id(3, NOW_US), first + 192); /* another life, and no row is there */
    id = next_id(5, NOW_US);                           /* its number was changed */
    ck_assert_int_eq(id % 64, 5);
    ck_assert_int_gt(id, first + 192);
    ck_assert_int_eq(next_id(5, NOW_US + 3600 * INT64_C(1000) * MS) % 64, 5);
    rig_fini(&r);
}
END_TEST

START_TEST(what_it_gave_last_is_lost)
{
    wb_txn *txn;
    int64_t last;

    rig_init(&r);
    last = next_id(1, NOW_US + 1000 * MS);
    put(last);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_meta_delete(txn, WB_VIEW_LIT("syncs.last"), &r.err));
    rig_commit(&r, &txn);
    ck_assert_int_eq(next_id(1, NOW_US), last + 64);
    rig_fini(&r);
}
END_TEST

static const struct {
    wb_sync_status parts[2], whole;
} comes[] = {
    {{WB_SYNC_PENDING, WB_SYNC_PENDING},     WB_SYNC_PENDING  },
    {{WB_SYNC_PENDING, WB_SYNC_RUNNING},     WB_SYNC_RUNNING  },
    {{WB_SYNC_COMPLETED, WB_SYNC_PENDING},   WB_SYNC_RUNNING  },
    {{WB_SYNC_FAILED, WB_SYNC_PENDING},      WB_SYNC_RUNNING  },
    {{WB_SYNC_FAILED, WB_SYNC_RUNNING},      WB_SYNC_RUNNING  },
    {{WB_SYNC_COMPLETED, WB_SYNC_COMPLETED}, WB_SYNC_COMPLETED},
    {{WB_SYNC_COMPLETED, WB_SYNC_FAILED},    WB_SYNC_FAILED   },
};

START_TEST(what_its_parts_come_to)
{
    wb_sync_row row = task(64);

    for (size_t i = 0; i < 2; i++)
        row.parts[i].status = comes[_i].parts[i];
    ck_assert_int_eq(wb_sync_status_of(&row), comes[_i].whole);
    ck_assert(wb_sync_is_over(comes[_i].whole) == (comes[_i].whole >= WB_SYNC_COMPLETED));
}
END_TEST

START_TEST(a_damaged_row_is_set_aside_alone)
{
    char key[8] = {(char)0xff, (char)0xff, (char)0xff, (char)0xff,
                   (char)0xff, (char)0xff, (char)0xff, (char)(0xff - 70)};
    wb_txn *txn;

    rig_init(&r);
    put(64);
    put(80);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_kv_put(txn, WB_DB_SYNCS, (wb_view){key, sizeof key}, WB_VIEW_LIT("\1garbage"),
                         &r.err));
    rig_commit(&r, &txn);
    ck_assert_str_eq(listed(0), "80 64 ");
    ck_assert(wb_aside_noted(r.store));
    rig_fini(&r);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {it_is_what_was_put,               0              },
        {the_newest_come_first,            0              },
        {ids_grow_and_say_whose_they_are,  0              },
        {what_it_gave_last_is_lost,        0              },
        {what_its_parts_come_to,           WB_COUNT(comes)},
        {a_damaged_row_is_set_aside_alone, 0              },
        {NULL,                             0              },
    };

    return wb_suite_run("storage.syncs", rows);
}
