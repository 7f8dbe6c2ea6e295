/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A full disk, and one that can only be read; in a mount namespace of this process alone
 */
#include <errno.h>
#include <sched.h>
#include <sys/mount.h>

#include "tests/unit/storage/store_fill.h"
#include "tests/unit/suite.h"

/* A folder on a file system of `mib`. */
static void
small_disk(const rig *r, int mib)
{
    char options[32];

    snprintf(options, sizeof options, "size=%dm,mode=0700", mib);
    ck_assert_int_eq(mount("tmpfs", r->home, "tmpfs", 0, options), 0);
}

START_TEST(full_disk)
{
    char path[200];
    struct stat st;
    int count;
    rig r;

    rig_folder(&r);
    small_disk(&r, 24);
    /* no room for a new store: told, and no file left */
    ck_assert_int_eq(wb_store_open(&r.store, &r.conf, &r.err), WB_FATAL);
    ck_assert_ptr_nonnull(strstr(r.err.text, "full"));
    snprintf(path, sizeof path, "%s/data.mdb", r.path);
    ck_assert_int_eq(stat(path, &st), -1);

    ck_assert_int_eq(mount("none", r.home, NULL, MS_REMOUNT, "size=100m"), 0);
    rig_open(&r);
    count = fill(&r, 100);
    ck_assert_ptr_nonnull(strstr(r.err.text, "disk"));
    ck_assert_int_ge(count, 1000); /* most of 100 MiB could be used */
    for (int chunk = 50; chunk; chunk /= 2)
        while (put_rows(&r, count, chunk) == WB_OK)
            count += chunk;
    ck_assert_int_eq(wb_store_grow(r.store, &r.err), WB_FATAL);
    rig_ok(&r, delete_rows(&r, 0, 1)); /* full for puts, not for deletes */
    for (int at = 1; at <= count / 2; at += 100)
        rig_ok(&r, delete_rows(&r, at, 100));
    rig_reopen(&r); /* and a full disk does not keep an old store from working itself off */
    look_again(&r);
    rig_ok(&r, delete_rows(&r, 0, count));
    ck_assert_uint_eq(row_count(&r), 0);
    wb_store_close(&r.store);
    umount(r.home);
    rig_fini(&r);
}
END_TEST

/* Where nothing can be allocated ahead, LMDB's own write meets the full disk: the transaction is
 * gone, the store is as it was, and goes on when there is room. */
START_TEST(full_disk_in_a_commit)
{
    wb_rc rc = WB_OK;
    int count = 0;
    rig r;

    rig_folder(&r);
    small_disk(&r, 40);
    rig_open(&r);
    r.store->file_bytes = RIG_MAP; /* so it believes */
    while (!rc) {
        rc = put_rows(&r, count, _i + 1);
        count += rc ? 0 : _i + 1;
        ck_assert_int_lt(count, 5000);
    }
    ck_assert_msg(rc == WB_FULL, "%s", r.err.text);
    ck_assert_uint_eq(row_count(&r), (uint64_t)count);
    ck_assert_int_eq(mount("none", r.home, NULL, MS_REMOUNT, "size=60m"), 0);
    rig_ok(&r, put_rows(&r, count, _i + 1));
    rig_reopen(&r);
    ck_assert_uint_eq(row_count(&r), (uint64_t)(count + _i + 1));
    wb_store_close(&r.store);
    umount(r.home);
    rig_fini(&r);
}
END_TEST

/* A store whose disk can only be read. */
START_TEST(read_only_disk)
{
    rig r;

    rig_folder(&r);
    small_disk(&r, 64);
    rig_open(&r);
    wb_store_close(&r.store);
    ck_assert_int_eq(mount("none", r.home, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    ck_assert_int_eq(wb_store_open(&r.store, &r.conf, &r.err), WB_FATAL);
    ck_assert_ptr_nonnull(strstr(r.err.text, "cannot write"));
    umount(r.home);
    rig_fini(&r);
}
END_TEST

/* What is mounted here is seen here alone. In a changed root "/" is no mount that could be told so:
 * there it may be seen from outside until it is unmounted, which is at the end of each test. */
static bool
is_ours(void)
{
    return !mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) || errno == EINVAL;
}

int
main(void)
{
    const wb_suite_row rows[] = {
        {full_disk,             0 },
        {full_disk_in_a_commit, 20},
        {read_only_disk,        0 },
        {NULL,                  0 },
    };
    int code;

    if (unshare(CLONE_NEWNS) || !is_ours()) {
        printf("skipped: no mount namespace of our own here: %s\n", strerror(errno));
        return WB_TEST_SKIPPED;
    }
    fill_init();
    code = wb_suite_run("storage.disk", rows);
    fill_fini();
    return code;
}
