/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What surrounds the work: cursors and runs, events, the vault, shards
 */
#include "storage/decode.h"
#include "storage/events.h"
#include "storage/runs.h"
#include "storage/vault.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#define ACCOUNT WB_VIEW_LIT("acme/shop")
#define ORDERS ((wb_row_name){1, ACCOUNT, WB_VIEW_LIT("orders")})
#define REPORTS ((wb_row_name){1, ACCOUNT, WB_VIEW_LIT("reports")})

static const wb_view nothing = {NULL, 0};

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

START_TEST(cursor_round_trip)
{
    wb_cursor_row row =
                      {
                          .cursor = WB_VIEW_LIT("page 3"),
                          .slice_from_utc_us = 1,
                          .slice_to_utc_us = 2,
                          .bound_utc_us = 3,
                          .complete_utc_us = 4,
                          .last_start_utc_us = 5,
                          .last_end_utc_us = 6,
                          .run = id_at(9, 9),
                          .full = true,
                          .slice_us = 7,
                          .trouble = {300, 2, 1, 8, WB_VIEW_LIT("refused")}
    },
                  out;
    bool found = true;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_cursors_get(txn, ORDERS, &out, &found, &r.err));
    ck_assert(!found);
    rig_ok(&r, wb_cursors_put(txn, ORDERS, &row, &r.err));
    rig_ok(&r, wb_cursors_get(txn, ORDERS, &out, &found, &r.err));
    ck_assert(found && wb_view_is(out.cursor, "page 3") && out.full);
    ck_assert(out.slice_from_utc_us == 1 && out.slice_to_utc_us == 2 && out.bound_utc_us == 3);
    ck_assert(out.complete_utc_us == 4 && out.last_start_utc_us == 5 && out.last_end_utc_us == 6);
    ck_assert_mem_eq(out.run.bytes, row.run.bytes, 16);
    ck_assert(out.slice_us == 7 && out.trouble.failures == 300 && out.trouble.refused == 2);
    ck_assert(out.trouble.anew == 1 && out.trouble.since_utc_us == 8);
    ck_assert(wb_view_is(out.trouble.error, "refused"));
    row.cursor = nothing;
    rig_ok(&r, wb_cursors_put(txn, ORDERS, &row, &r.err));
    rig_ok(&r, wb_cursors_get(txn, ORDERS, &out, &found, &r.err));
    ck_assert(found && out.cursor.data == NULL);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

/* What is in the spool is named only where there is something: without it the row is one that the
 * release before reads. */
START_TEST(cursor_with_a_file_of_the_spool)
{
    wb_cursor_row row = {.cursor = WB_VIEW_LIT("document 7"),
                         .spooled = true,
                         .spool = id_at(3, 3),
                         .spool_len = INT64_C(5000000000),
                         .spool_offset = 4096,
                         .spool_sent_utc_us = 77},
                  out;
    bool found = false;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_cursors_put(txn, REPORTS, &row, &r.err));
    rig_ok(&r, wb_cursors_get(txn, REPORTS, &out, &found, &r.err));
    ck_assert(found && out.spooled && wb_view_is(out.cursor, "document 7"));
    ck_assert_mem_eq(&out.spool, &row.spool, sizeof row - offsetof(wb_cursor_row, spool));
    row.spool_offset = row.spool_len + 1; /* nobody came so far */
    rig_ok(&r, wb_cursors_put(txn, REPORTS, &row, &r.err));
    rig_ok(&r, wb_cursors_get(txn, REPORTS, &out, &found, &r.err));
    ck_assert(!found);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

/* A row as the release before wrote it: what went wrong was not stored. */
START_TEST(cursor_of_the_release_before)
{
    static const char value[] = "\x01\x02\x04\x06\x08\x0a\x0c\x01"
                                "0123456789abcdefpage 3";
    wb_cursor_row out = {.slice_us = 1, .trouble = {.failures = 9}};
    wb_err err = {0};

    ck_assert_int_eq(wb_cursors_decode((wb_view){value, sizeof value - 1}, &out, &err), WB_OK);
    ck_assert(out.slice_from_utc_us == 1 && out.last_end_utc_us == 6 && out.full);
    ck_assert(wb_view_is(out.cursor, "page 3") && out.run.bytes[15] == 'f');
    ck_assert(out.slice_us == 0 && out.trouble.failures == 0 && out.trouble.error.len == 0);
}
END_TEST

START_TEST(cursor_of_a_later_release)
{
    wb_cursor_row out;
    wb_err err = {0};

    ck_assert_int_eq(wb_cursors_decode(WB_VIEW_LIT("\x04\x02\x04"), &out, &err), WB_FATAL);
}
END_TEST

static wb_rc
list_run(void *arg, const wb_run_row *row, wb_err *err)
{
    char *text = arg;
    size_t at = strlen(text);

    (void)err;
    snprintf(text + at, 200 - at, "%u:%s:%llu ", row->id.bytes[3], wb_run_status_name(row->status),
             (unsigned long long)wb_run_open_items(row));
    return WB_OK;
}

START_TEST(runs)
{
    wb_run_row row = {.shard = 1, .account = ACCOUNT, .stream = WB_VIEW_LIT("orders"), .read = 10};
    wb_run_row out;
    char text[200] = "";
    bool found = false;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    row.id = id_at(8, 0);
    row.status = WB_RUN_COMPLETED;
    row.outcomes[WB_OUTCOME_HANDED_ON] = 7;
    row.outcomes[WB_OUTCOME_HELD] = 3;
    row.error = WB_VIEW_LIT("why");
    rig_ok(&r, wb_runs_put(txn, &row, &r.err));
    row.id = id_at(7, 0);
    row.status = WB_RUN_SETTLING;
    row.outcomes[WB_OUTCOME_HELD] = 1;
    rig_ok(&r, wb_runs_put(txn, &row, &r.err));
    rig_ok(&r, wb_runs_scan(txn, 1, list_run, text, &r.err));
    ck_assert_str_eq(text, "7:settling:2 8:completed:0 ");
    row.id = id_at(8, 0);
    rig_ok(&r, wb_runs_get(txn, 1, &row.id, &out, &found, &r.err));
    ck_assert(found && out.read == 10 && out.outcomes[WB_OUTCOME_HELD] == 3);
    ck_assert(wb_view_is(out.error, "why") && wb_view_is(out.stream, "orders"));
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

/* Only what is over leaves, oldest first, a thousand at a time. */
START_TEST(runs_prune)
{
    wb_run_row row = {.shard = 1, .account = ACCOUNT, .stream = WB_VIEW_LIT("orders")};
    size_t dropped = 0;
    bool found = false;
    wb_run_row out;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    for (uint32_t i = 1; i <= 1500; i++) {
        row.id = id_at(i, 0);
        row.start_utc_us = i;
        row.status = i == 3 ? WB_RUN_SETTLING : i == 4 ? WB_RUN_FAILED : WB_RUN_COMPLETED;
        rig_ok(&r, wb_runs_put(txn, &row, &r.err));
    }
    rig_ok(&r, wb_runs_prune(txn, 2, 1400, &dropped, &r.err));
    ck_assert_uint_eq(dropped, 0);
    rig_ok(&r, wb_runs_prune(txn, 1, 1400, &dropped, &r.err));
    ck_assert_uint_eq(dropped, WB_STORE_CHUNK_MAX);
    rig_ok(&r, wb_runs_prune(txn, 1, 1400, &dropped, &r.err));
    ck_assert_uint_eq(dropped, 1399 - 1 - WB_STORE_CHUNK_MAX);
    rig_ok(&r, wb_runs_prune(txn, 1, 1400, &dropped, &r.err));
    ck_assert_uint_eq(dropped, 0);
    row.id = id_at(3, 0);
    rig_ok(&r, wb_runs_get(txn, 1, &row.id, &out, &found, &r.err));
    ck_assert(found && out.status == WB_RUN_SETTLING);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

static wb_rc
list_event(void *arg, uint64_t sequence, wb_view batch, wb_err *err)
{
    char *text = arg;
    size_t at = strlen(text);

    (void)err;
    snprintf(text + at, 200 - at, "%llu=%.*s ", (unsigned long long)sequence, WB_VIEW_ARG(batch));
    return WB_OK;
}

static uint64_t
append(rig *r, wb_txn *txn, const char *batch, int64_t limit)
{
    uint64_t sequence = 0;

    rig_ok(r, wb_events_append(txn, WB_TOPIC_RUN, wb_view_of(batch), limit, &sequence, &r->err));
    return sequence;
}

static void
check_span(rig *r, wb_txn *txn, uint64_t first, uint64_t last)
{
    uint64_t is_first = 0, is_last = 0;

    rig_ok(r, wb_events_span(txn, WB_TOPIC_RUN, &is_first, &is_last, &r->err));
    ck_assert_uint_eq(is_first, first);
    ck_assert_uint_eq(is_last, last);
}

/* No number is given twice: not after an abort, an empty log, or a restart. */
START_TEST(events_sequence)
{
    char text[200] = "";
    size_t dropped = 0;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    check_span(&r, txn, 1, 0);
    ck_assert_uint_eq(append(&r, txn, "a", 1000), 1);
    ck_assert_uint_eq(append(&r, txn, "b", 1000), 2);
    rig_commit(&r, &txn);
    txn = rig_begin(&r, true);
    ck_assert_uint_eq(append(&r, txn, "gone", 1000), 3);
    wb_txn_abort(&txn);
    txn = rig_begin(&r, true);
    ck_assert_uint_eq(append(&r, txn, "c", 1000), 3);
    rig_commit(&r, &txn);
    rig_reopen(&r);
    txn = rig_begin(&r, true);
    check_span(&r, txn, 1, 3);
    rig_ok(&r, wb_events_read(txn, WB_TOPIC_RUN, 2, list_event, text, &r.err));
    ck_assert_str_eq(text, "2=b 3=c ");
    rig_ok(&r, wb_events_trim(txn, WB_TOPIC_RUN, 2, &dropped, &r.err));
    ck_assert_uint_eq(dropped, 2);
    check_span(&r, txn, 3, 3);
    rig_ok(&r, wb_events_trim(txn, WB_TOPIC_RUN, 99, &dropped, &r.err));
    ck_assert_uint_eq(dropped, 1);
    check_span(&r, txn, 4, 3);
    rig_commit(&r, &txn);
    rig_reopen(&r);
    txn = rig_begin(&r, true);
    check_span(&r, txn, 4, 3);
    ck_assert_uint_eq(append(&r, txn, "d", 1000), 4);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

START_TEST(events_gap)
{
    uint64_t gap = 9;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_events_gap(txn, WB_TOPIC_RUN, &gap, &r.err));
    ck_assert_uint_eq(gap, 0);
    for (uint64_t i = 1; i <= 10; i++)
        ck_assert_uint_eq(append(&r, txn, "0123456789", 3 * 42), i);
    check_span(&r, txn, 8, 10);
    rig_commit(&r, &txn);
    rig_reopen(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_events_gap(txn, WB_TOPIC_RUN, &gap, &r.err));
    ck_assert_uint_eq(gap, 7);
    ck_assert_uint_eq(append(&r, txn, "a batch larger than the limit stays: it is the newest", 1),
                      11);
    check_span(&r, txn, 11, 11);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

/* A reader sees the log as it is committed, not what a writer is about to do. */
START_TEST(events_seen_by_reader)
{
    wb_txn *writer, *reader;
    rig r;

    rig_init(&r);
    writer = rig_begin(&r, true);
    append(&r, writer, "a", 1000);
    reader = rig_begin(&r, false);
    check_span(&r, reader, 1, 0);
    wb_txn_abort(&reader);
    rig_commit(&r, &writer);
    reader = rig_begin(&r, false);
    check_span(&r, reader, 1, 1);
    wb_txn_abort(&reader);
    rig_fini(&r);
}
END_TEST

START_TEST(vault)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    char key_path[100], data[200];
    wb_view kept = {NULL, 0};
    bool found = true;
    struct stat st;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    wb_buf_init(&out, 1000);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_vault_get(txn, WB_VIEW_LIT("lwa"), &out, &found, &r.err));
    ck_assert(!found);
    rig_ok(&r, wb_vault_put(txn, WB_VIEW_LIT("lwa"), WB_VIEW_LIT("Atzr|secret"), &r.err));
    rig_ok(&r, wb_meta_put(txn, WB_VIEW_LIT("bucket"), WB_VIEW_LIT("41"), &r.err));
    rig_commit(&r, &txn);
    snprintf(data, sizeof data, "%s/data.mdb", r.path);
    ck_assert(!file_contains(data, "Atzr|secret"));
    rig_reopen(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_vault_get(txn, WB_VIEW_LIT("lwa"), &out, &found, &r.err));
    ck_assert(found && wb_view_is(wb_buf_view(&out), "Atzr|secret"));
    rig_ok(&r, wb_meta_get(txn, WB_VIEW_LIT("bucket"), &kept, &r.err));
    ck_assert(wb_view_is(kept, "41"));
    wb_txn_abort(&txn);

    /* another master key: as if there were none, not garbage */
    snprintf(key_path, sizeof key_path, "%s/master.key", r.home);
    ck_assert(stat(key_path, &st) == 0 && st.st_size == 32 && (st.st_mode & 0777) == 0600);
    wb_store_close(&r.store);
    unlink(key_path);
    rig_open(&r);
    txn = rig_begin(&r, true);
    wb_buf_clear(&out);
    rig_ok(&r, wb_vault_get(txn, WB_VIEW_LIT("lwa"), &out, &found, &r.err));
    ck_assert(!found && out.len == 0);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

START_TEST(shards)
{
    wb_shard_claim claims[4];
    size_t count = 0;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_shards_count(txn, 64, &r.err));
    rig_ok(&r, wb_shards_count(txn, 64, &r.err));
    ck_assert_int_eq(wb_shards_count(txn, 32, &r.err), WB_FATAL);
    rig_ok(&r, wb_shards_claim(txn, 300, 1, &r.err));
    rig_ok(&r, wb_shards_claim(txn, 2, 5, &r.err));
    rig_ok(&r, wb_shards_claim(txn, 2, 6, &r.err));
    ck_assert_int_eq(wb_shards_claim(txn, 2, 5, &r.err), WB_REJECT);
    rig_ok(&r, wb_shards_load(txn, claims, 4, &count, &r.err));
    ck_assert_uint_eq(count, 2);
    ck_assert(claims[0].shard == 2 && claims[0].generation == 6);
    ck_assert(claims[1].shard == 300 && claims[1].generation == 1);
    ck_assert_int_eq(wb_shards_load(txn, claims, 1, &count, &r.err), WB_REJECT);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {cursor_with_a_file_of_the_spool, 0},
        {cursor_round_trip,               0},
        {cursor_of_the_release_before,    0},
        {cursor_of_a_later_release,       0},
        {runs,                            0},
        {runs_prune,                      0},
        {events_sequence,                 0},
        {events_gap,                      0},
        {events_seen_by_reader,           0},
        {vault,                           0},
        {shards,                          0},
        {NULL,                            0},
    };

    return wb_suite_run("storage.ledger", rows);
}
