/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A full map, room ahead of use, old readers, and what the store says of them
 */
#include "protocol/base/clock.h"
#include "tests/unit/storage/store_fill.h"
#include "tests/unit/suite.h"

/* What one does: abort, do less, at one row grow. Nothing that was committed is touched. */
START_TEST(full_map)
{
    wb_txn *txn;
    char why[100];
    int count;
    rig r;

    rig_init(&r);
    count = fill(&r, 500);
    ck_assert_uint_eq(row_count(&r), (uint64_t)count);
    ck_assert_int_eq(put_rows(&r, count, 500), WB_FULL); /* again and again */
    txn = rig_begin(&r, true);                           /* a failed one answers WB_FULL to all */
    for (wb_rc rc = WB_OK; !rc;)
        rc = wb_kv_put(txn, WB_DB_SEEN, (wb_view){value_bytes, 8},
                       (wb_view){value_bytes, WB_BODY_MAX}, &r.err),
        value_bytes[0]++;
    ck_assert_int_eq(wb_kv_delete(txn, WB_DB_SEEN, WB_VIEW_LIT("x"), &r.err), WB_FULL);
    ck_assert_int_eq(wb_txn_commit(&txn, &r.err), WB_FULL);
    ck_assert_ptr_null(txn);
    for (int chunk = 250; chunk; chunk /= 2)
        while (put_rows(&r, count, chunk) == WB_OK)
            count += chunk;
    ck_assert_int_eq(put_rows(&r, count, 1), WB_FULL);
    look_again(&r);
    ck_assert_int_eq(wb_store_pressure(r.store, why, sizeof why), WB_PRESSURE_NO_CALLS);
    ck_assert_ptr_nonnull(strstr(why, "map used"));
    rig_ok(&r, wb_store_grow(r.store, &r.err));
    rig_ok(&r, put_rows(&r, count, 500));
    count += 500;
    look_again(&r); /* what it had to grow by is no room to be used */
    ck_assert_int_eq(wb_store_pressure(r.store, why, sizeof why), WB_PRESSURE_NO_CALLS);
    rig_reopen(&r); /* with the smaller map that is configured */
    ck_assert_uint_eq(row_count(&r), (uint64_t)count);
    rig_ok(&r, put_rows(&r, count, 1));
    rig_fini(&r);
}
END_TEST

/* The last page never falls; what was freed counts as free all the same. */
START_TEST(used_falls)
{
    wb_store_stats full, empty;
    int count;
    rig r;

    rig_init(&r);
    count = fill(&r, 100);
    look_again(&r);
    rig_ok(&r, wb_store_stat(r.store, &full, &r.err));
    ck_assert_int_eq(full.map_bytes, RIG_MAP);
    ck_assert_int_gt(full.used_bytes, RIG_MAP / 10 * 9);
    for (int at = 0; at < count; at += 200) /* a full map still takes deletes, in chunks */
        rig_ok(&r, delete_rows(&r, at, 200));
    look_again(&r);
    rig_ok(&r, wb_store_stat(r.store, &empty, &r.err));
    ck_assert_int_lt(empty.used_bytes, RIG_MAP / 20);
    ck_assert_uint_eq(empty.rows[WB_DB_JOBS], 0);
    ck_assert_int_eq(wb_store_pressure(r.store, NULL, 0), WB_PRESSURE_NONE);
    rig_ok(&r, put_rows(&r, 0, count / 2)); /* and is used again */
    rig_fini(&r);
}
END_TEST

/* Percent of the map used, limits of map and disk, and what follows. */
static const struct {
    int64_t intake_percent, calls_percent, intake_free, calls_free;
    wb_pressure want;
    const char *why;
} pressures[] = {
    {80, 90, 0,         0,         WB_PRESSURE_NONE,      ""        },
    {20, 90, 0,         0,         WB_PRESSURE_NO_INTAKE, "map used"},
    {10, 20, 0,         0,         WB_PRESSURE_NO_CALLS,  "map used"},
    {80, 90, INT64_MAX, 0,         WB_PRESSURE_NO_INTAKE, "disk"    },
    {80, 90, INT64_MAX, INT64_MAX, WB_PRESSURE_NO_CALLS,  "disk"    },
    {20, 90, INT64_MAX, INT64_MAX, WB_PRESSURE_NO_CALLS,  "disk"    },
};

START_TEST(pressure)
{
    char why[100];
    rig r;

    rig_folder(&r);
    r.conf.intake_percent = pressures[_i].intake_percent;
    r.conf.calls_percent = pressures[_i].calls_percent;
    r.conf.intake_free_bytes = pressures[_i].intake_free;
    r.conf.calls_free_bytes = pressures[_i].calls_free;
    rig_open(&r);
    for (int at = 0; at < 1500; at += 500)
        rig_ok(&r, put_rows(&r, at, 500)); /* some 90 of 320 MiB */
    look_again(&r);
    ck_assert_int_eq(wb_store_pressure(r.store, why, sizeof why), pressures[_i].want);
    ck_assert_msg(strstr(why, pressures[_i].why) != NULL, "%s", why);
    rig_fini(&r);
}
END_TEST

/* Much in little time: a young look is no reason to take more. */
START_TEST(growth_is_seen_at_once)
{
    rig r;

    rig_folder(&r);
    r.conf.intake_percent = 20;
    rig_open(&r);
    ck_assert_int_eq(wb_store_pressure(r.store, NULL, 0), WB_PRESSURE_NONE);
    for (int at = 0; at < 1500; at += 500)
        rig_ok(&r, put_rows(&r, at, 500));
    r.store->looked_ms = wb_now_ms();
    ck_assert_int_eq(wb_store_pressure(r.store, NULL, 0), WB_PRESSURE_NO_INTAKE);
    rig_fini(&r);
}
END_TEST

START_TEST(readers_age)
{
    wb_store_stats stats;
    wb_txn *old, *young;
    int64_t began_ms;
    rig r;

    rig_init(&r);
    rig_ok(&r, wb_store_stat(r.store, &stats, &r.err));
    ck_assert_int_eq(stats.oldest_reader_ms, 0);
    old = rig_begin(&r, false);
    for (int64_t until = wb_now_ms() + 5; wb_now_ms() < until;) {
    }
    began_ms = wb_now_ms();
    young = rig_begin(&r, false);
    rig_ok(&r, wb_store_stat(r.store, &stats, &r.err));
    ck_assert_int_ge(stats.oldest_reader_ms, 5);
    ck_assert_int_eq(wb_store_grow(r.store, &r.err), WB_FATAL); /* not under a reader's feet */
    wb_txn_abort(&old);
    rig_ok(&r, wb_store_stat(r.store, &stats, &r.err));
    ck_assert_int_le(stats.oldest_reader_ms, wb_now_ms() - began_ms + 1); /* the younger one's */
    wb_txn_abort(&young);
    wb_store_tend(r.store);
    rig_ok(&r, wb_store_stat(r.store, &stats, &r.err));
    ck_assert_int_eq(stats.oldest_reader_ms, 0);
    rig_fini(&r);
}
END_TEST

/* A reader keeps what it sees, whatever a writer does meanwhile. */
START_TEST(snapshot)
{
    wb_txn *reader;
    wb_view value;
    char key[16];
    rig r;

    rig_init(&r);
    rig_ok(&r, put_rows(&r, 0, 10));
    reader = rig_begin(&r, false);
    for (int i = 0; i < 20; i++) {
        rig_ok(&r, delete_rows(&r, 0, 10));
        rig_ok(&r, put_rows(&r, 100 * i, 10));
    }
    for (int i = 0; i < 10; i++) {
        key_of(key, i);
        rig_ok(&r, wb_kv_get(reader, WB_DB_JOBS, wb_view_of(key), &value, &r.err));
        ck_assert_uint_eq(value.len, VALUE);
    }
    wb_txn_abort(&reader);
    rig_fini(&r);
}
END_TEST

/* The file is longer than what is used, before it is used. */
START_TEST(ahead_of_use)
{
    char path[200];
    struct stat st;
    MDB_envinfo info;
    rig r;

    rig_init(&r);
    snprintf(path, sizeof path, "%s/data.mdb", r.path);
    for (int at = 0; at < 1000; at += 50) {
        rig_ok(&r, put_rows(&r, at, 50));
        mdb_env_info(r.store->env, &info);
        ck_assert_int_eq(stat(path, &st), 0);
        ck_assert_int_ge(st.st_size, (int64_t)info.me_last_pgno * 4096 + (8 << 20));
        ck_assert_int_ge(st.st_blocks * 512, st.st_size);
    }
    rig_fini(&r);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {full_map,               0                  },
        {used_falls,             0                  },
        {pressure,               WB_COUNT(pressures)},
        {growth_is_seen_at_once, 0                  },
        {readers_age,            0                  },
        {snapshot,               0                  },
        {ahead_of_use,           0                  },
        {NULL,                   0                  },
    };
    int code;

    fill_init();
    code = wb_suite_run("storage.space", cases);
    fill_fini();
    return code;
}
