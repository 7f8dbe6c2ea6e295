/* SPDX-License-Identifier: Apache-2.0 */
/*
 * damaged_file: bytes of the file itself are wrong; what LMDB cannot read is told with what can be
 * done, and of a long key the row alone is passed over
 */
#include <fcntl.h>

#include "tests/unit/storage/aside_rig.h"
#include "tests/unit/suite.h"

/* Each place of the file where `what` stands: the byte `at` before it becomes another. */
static size_t
patch(wb_view what, size_t at, char byte)
{
    char file[160];
    struct stat st;
    WB_AUTO(wb_free) char *bytes = NULL;
    size_t hits = 0;
    int fd;

    wb_store_close(&r.store);
    snprintf(file, sizeof file, "%s/data.mdb", r.path);
    fd = open(file, O_RDWR | O_CLOEXEC);
    ck_assert_int_eq(fstat(fd, &st), 0);
    bytes = wb_alloc((size_t)st.st_size);
    ck_assert_int_eq(pread(fd, bytes, (size_t)st.st_size, 0), st.st_size);
    for (off_t i = (off_t)at; i + (off_t)what.len < st.st_size; i++)
        if (!memcmp(bytes + i, what.data, what.len)) {
            ck_assert_int_eq(pwrite(fd, &byte, 1, i - (off_t)at), 1);
            hits++;
        }
    close(fd);
    return hits;
}

/* --- long keys: what stands in front of such a value --- */

static wb_rc
see_row(void *arg, wb_view key, wb_view value, wb_err *err)
{
    (void)arg, (void)key, (void)value, (void)err;
    seen++;
    return WB_OK;
}

/* rows 0: its length is wrong; 1: it is another key's */
START_TEST(a_long_key_that_cannot_be_read_is_passed_over)
{
    char key[600];
    wb_view whole = {key, sizeof key}, value = {NULL, 0};
    wb_txn *txn;

    memset(key, 'k', sizeof key);
    put(WB_DB_TIMELINE, whole, WB_VIEW_LIT("THE VALUE"));
    put(WB_DB_TIMELINE, WB_VIEW_LIT("z"), WB_VIEW_LIT("another"));
    ck_assert_uint_ge(patch(WB_VIEW_LIT("THE VALUE"), _i ? 5 : 602, '\xff'), 1);
    rig_open(&r);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_kv_get(txn, WB_DB_TIMELINE, whole, &value, &r.err));
    ck_assert_uint_eq(value.len, 0);
    rig_ok(&r, wb_kv_scan(txn, WB_DB_TIMELINE, (wb_kv_range){0}, see_row, NULL, &r.err));
    wb_txn_abort(&txn);
    ck_assert_uint_eq(seen, _i ? 2 : 1);
    set_aside(1, "timeline");
    ck_assert_uint_eq(rows_of(WB_DB_TIMELINE), 1);
}
END_TEST

/* Who finds nothing there writes it anew. */
START_TEST(a_long_key_s_bytes_are_kept_when_it_is_written_over)
{
    char key[600];
    wb_view whole = {key, sizeof key}, value = {NULL, 0};
    wb_txn *txn;

    memset(key, 'k', sizeof key);
    put(WB_DB_TIMELINE, whole, WB_VIEW_LIT("THE VALUE"));
    ck_assert_uint_ge(patch(WB_VIEW_LIT("THE VALUE"), 602, '\xff'), 1);
    rig_open(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_kv_get(txn, WB_DB_TIMELINE, whole, &value, &r.err));
    ck_assert_uint_eq(value.len, 0);
    rig_ok(&r, wb_kv_put(txn, WB_DB_TIMELINE, whole, WB_VIEW_LIT("good"), &r.err));
    rig_commit(&r, &txn);
    set_aside(1, "timeline");
    ck_assert_uint_eq(rows_of(WB_DB_PARKED), 1);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_kv_get(txn, WB_DB_TIMELINE, whole, &value, &r.err));
    ck_assert(wb_view_is(value, "good"));
    wb_txn_abort(&txn);
}
END_TEST

/* --- the file --- */

/* It is met again after each restart: who is told "page was of the wrong type" can do nothing. */
START_TEST(a_damaged_file_is_told_with_what_can_be_done)
{
    wb_txn *txn = rig_begin(&r, true);
    wb_view value;
    char key[16];

    for (int i = 0; i < 5000; i++) {
        snprintf(key, sizeof key, "key %06d", i);
        rig_ok(&r,
               wb_kv_put(txn, WB_DB_TIMELINE, wb_view_of(key), WB_VIEW_LIT("THE WORD"), &r.err));
    }
    rig_commit(&r, &txn);
    rig_break(&r, WB_VIEW_LIT("THE WORD"));
    rig_open(&r); /* what opens it does not look there */
    ck_assert(!wb_store_is_damaged(r.store));
    txn = rig_begin(&r, false);
    ck_assert_int_eq(wb_kv_get(txn, WB_DB_TIMELINE, WB_VIEW_LIT("key 002500"), &value, &r.err),
                     WB_FATAL);
    wb_txn_abort(&txn);
    ck_assert_msg(strstr(r.err.text, r.path), "%s", r.err.text);
    ck_assert_msg(strstr(r.err.text, "data.mdb is damaged"), "%s", r.err.text);
    ck_assert_msg(strstr(r.err.text, "--first"), "%s", r.err.text);
    ck_assert_msg(strstr(r.err.text, "docs/operations.md"), "%s", r.err.text);
    ck_assert(wb_store_is_damaged(r.store));
}
END_TEST

/* Told to move it away, a person would lose a store that is whole. */
START_TEST(a_file_of_another_lmdb_is_not_damaged)
{
    const off_t version_at = 16 + 4; /* in a page: behind its head, behind the magic number */
    const unsigned char version = 99;
    char file[160];
    int fd;

    wb_store_close(&r.store);
    snprintf(file, sizeof file, "%s/data.mdb", r.path);
    fd = open(file, O_RDWR | O_CLOEXEC);
    for (off_t page = 0; page < 2; page++)
        ck_assert_int_eq(pwrite(fd, &version, 1, page * sysconf(_SC_PAGESIZE) + version_at), 1);
    close(fd);
    ck_assert_int_eq(wb_store_open(&r.store, &r.conf, &r.err), WB_FATAL);
    ck_assert_msg(strstr(r.err.text, "another release of LMDB"), "%s", r.err.text);
    ck_assert_msg(!strstr(r.err.text, "--first"), "%s", r.err.text);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {a_long_key_that_cannot_be_read_is_passed_over,       2},
        {a_long_key_s_bytes_are_kept_when_it_is_written_over, 0},
        {a_damaged_file_is_told_with_what_can_be_done,        0},
        {a_file_of_another_lmdb_is_not_damaged,               0},
        {NULL,                                                0},
    };

    return wb_suite_run_in("storage.damaged_file", cases, aside_setup, aside_teardown);
}
