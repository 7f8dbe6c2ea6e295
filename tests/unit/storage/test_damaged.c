/* SPDX-License-Identifier: Apache-2.0 */
/*
 * damaged: of every table, one row that cannot be used ends nothing: it is parked with its bytes,
 * and what it said is made up for
 */
#include "storage/events.h"
#include "storage/seen.h"
#include "storage/strays.h"
#include "storage/vault.h"
#include "tests/unit/storage/aside_rig.h"
#include "tests/unit/suite.h"

#define SHOP WB_VIEW_LIT("t/shop")
#define NEWER WB_VIEW_LIT("\x63of a newer release")
#define HOUR_US INT64_C(3600000000)

/* --- seen --- */

START_TEST(a_seen_id_that_cannot_be_read_is_not_seen)
{
    const wb_id id = {
        {9, 9, 9, 9, 1}
    };
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    wb_txn *txn;
    bool is = true;

    wb_buf_init(&key, 64);
    wb_store_key_shard(&key, 3);
    wb_buf_add(&key, id.bytes, sizeof id.bytes);
    put(WB_DB_SEEN, wb_buf_view(&key), NEWER);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_seen_has(txn, 3, &id, &is, &r.err));
    ck_assert(!is);
    rig_ok(&r, wb_seen_put(txn, 3, &id, &r.err));
    rig_commit(&r, &txn);
    set_aside(1, "seen");
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_seen_has(txn, 3, &id, &is, &r.err));
    ck_assert(is); /* the new one was not taken with it */
    wb_txn_abort(&txn);
}
END_TEST

/* The poller ended, and ended again, when it was time to forget. */
START_TEST(old_ids_leave_past_rows_that_cannot_be_read)
{
    const wb_id old = {
        {0, 0, 0, 9, 1}
    };
    size_t dropped = 0;
    wb_txn *txn;

    put(WB_DB_SEEN, WB_VIEW_LIT("\0\3\0\0\0\2short"), WB_VIEW_LIT("12345678"));
    put(WB_DB_SEEN, WB_VIEW_LIT("\0\3\0\0\0\0timeless1234"), WB_VIEW_LIT("1"));
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_seen_put(txn, 3, &old, &r.err));
    rig_ok(&r, wb_seen_prune(txn, 3, HOUR_US, &dropped, &r.err));
    rig_commit(&r, &txn);
    ck_assert_uint_eq(dropped, 1);
    set_aside(2, "seen");
    ck_assert_uint_eq(rows_of(WB_DB_SEEN), 0);
}
END_TEST

/* --- vault --- */

START_TEST(a_secret_that_cannot_be_opened_is_none_and_is_kept_aside)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_txn *txn = rig_begin(&r, true);
    bool found = true;

    wb_buf_init(&out, 256);
    rig_ok(&r, wb_vault_put(txn, WB_VIEW_LIT("bank:a#login"), WB_VIEW_LIT("one"), &r.err));
    rig_ok(&r, wb_vault_put(txn, WB_VIEW_LIT("bank:b#login"), WB_VIEW_LIT("two"), &r.err));
    rig_ok(&r, wb_kv_put(txn, WB_DB_VAULT, WB_VIEW_LIT("bank:a#login"), NEWER, &r.err));
    rig_commit(&r, &txn);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_vault_get(txn, WB_VIEW_LIT("bank:a#login"), &out, &found, &r.err));
    ck_assert(!found);
    wb_buf_clear(&out);
    rig_ok(&r, wb_vault_get(txn, WB_VIEW_LIT("bank:b#login"), &out, &found, &r.err));
    ck_assert(found && wb_view_is(wb_buf_view(&out), "two"));
    wb_txn_abort(&txn);
    set_aside(1, "vault: bank:a#login");
    ck_assert_uint_eq(rows_of(WB_DB_VAULT), 1);
}
END_TEST

/* It is what an account lives by: what was stored meanwhile must not go with what was noted. */
START_TEST(what_was_written_over_since_it_was_noted_stays)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_txn *txn;
    bool found = true;

    wb_buf_init(&out, 256);
    put(WB_DB_VAULT, WB_VIEW_LIT("bank:a#login"), NEWER);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_vault_get(txn, WB_VIEW_LIT("bank:a#login"), &out, &found, &r.err));
    wb_txn_abort(&txn);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_vault_put(txn, WB_VIEW_LIT("bank:a#login"), WB_VIEW_LIT("new"), &r.err));
    rig_ok(&r, wb_aside_park(txn, tell, NULL, &r.err));
    rig_commit(&r, &txn);
    wb_aside_parked(r.store);
    txn = rig_begin(&r, false);
    wb_buf_clear(&out);
    rig_ok(&r, wb_vault_get(txn, WB_VIEW_LIT("bank:a#login"), &out, &found, &r.err));
    ck_assert(found && wb_view_is(wb_buf_view(&out), "new"));
    wb_txn_abort(&txn);
}
END_TEST

/* The group was too large, and its first half, with what takes rows out, went alone. */
START_TEST(what_was_parked_in_a_write_that_is_taken_back_keeps_its_bytes)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_txn *txn;
    bool found = true;

    wb_buf_init(&out, 256);
    put(WB_DB_VAULT, WB_VIEW_LIT("bank:a#login"), NEWER);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_vault_get(txn, WB_VIEW_LIT("bank:a#login"), &out, &found, &r.err));
    ck_assert(!found);
    wb_txn_abort(&txn);
    ck_assert_uint_eq(rows_of(WB_DB_PARKED), 0);
    set_aside(1, "vault: bank:a#login");
    ck_assert_uint_eq(rows_of(WB_DB_VAULT), 0);
    ck_assert_uint_eq(rows_of(WB_DB_PARKED), 1);
}
END_TEST

/* --- events --- */

static uint64_t
append(void)
{
    wb_txn *txn = rig_begin(&r, true);
    uint64_t sequence = 0;

    rig_ok(&r,
           wb_events_append(txn, WB_TOPIC_RUN, WB_VIEW_LIT("batch"), 1 << 20, &sequence, &r.err));
    rig_commit(&r, &txn);
    return sequence;
}

static wb_rc
see_event(void *arg, uint64_t sequence, wb_view batch, wb_err *err)
{
    (void)arg, (void)sequence, (void)batch, (void)err;
    seen++;
    return WB_OK;
}

/* Every commit tells something: the process ended at the first. */
START_TEST(an_event_that_cannot_be_read_does_not_end_all_that_is_told)
{
    const char topic = (char)WB_TOPIC_RUN;
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    wb_txn *txn;

    append();
    wb_buf_init(&key, 64);
    wb_buf_add(&key, &topic, 1);
    wb_buf_add(&key, "short", 5);
    put(WB_DB_EVENTS, wb_buf_view(&key), NEWER);
    rig_reopen(&r);
    ck_assert_uint_eq(append(), 2);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_events_read(txn, WB_TOPIC_RUN, 1, see_event, NULL, &r.err));
    wb_txn_abort(&txn);
    ck_assert_uint_eq(seen, 2);
    set_aside(1, "events");
    ck_assert_uint_eq(rows_of(WB_DB_EVENTS), 2);
}
END_TEST

/* Begun at 1 again, what is told would be taken for told already. */
START_TEST(a_sequence_that_cannot_be_read_goes_on_behind_all_that_was_given)
{
    const char key[] = {'e', 'v', 'e', 'n', 't', 's', '/', (char)WB_TOPIC_RUN};
    size_t dropped = 0;
    uint64_t last;
    wb_txn *txn;

    append();
    last = append();
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_events_trim(txn, WB_TOPIC_RUN, last, &dropped, &r.err));
    rig_ok(&r, wb_kv_put(txn, WB_DB_META, (wb_view){key, sizeof key}, WB_VIEW_LIT("1"), &r.err));
    rig_commit(&r, &txn);
    rig_reopen(&r);
    ck_assert_uint_gt(append(), last);
    set_aside(1, "meta");
    rig_reopen(&r);
    ck_assert_uint_gt(append(), last + 1);
}
END_TEST

/* A number far ahead: what is between was never told, and is not walked through. */
START_TEST(a_hole_in_the_sequence_is_passed_at_once)
{
    const char key[] = {(char)WB_TOPIC_RUN, 0, 0, 1, 0, 0, 0, 0, 0};
    uint64_t first = 0, last = 0;
    size_t dropped = 0;
    wb_txn *txn;

    append();
    put(WB_DB_EVENTS, (wb_view){key, sizeof key}, WB_VIEW_LIT("far"));
    rig_reopen(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_events_trim(txn, WB_TOPIC_RUN, UINT64_C(1) << 50, &dropped, &r.err));
    rig_ok(&r, wb_events_span(txn, WB_TOPIC_RUN, &first, &last, &r.err));
    ck_assert_uint_eq(first, last + 1);
    rig_commit(&r, &txn);
    ck_assert_uint_eq(rows_of(WB_DB_EVENTS), 0);
}
END_TEST

/* --- named values --- */

START_TEST(a_named_value_of_another_length_is_none)
{
    wb_txn *txn = rig_begin(&r, true);
    uint64_t number = 7;
    bool found = true;

    rig_ok(&r, wb_meta_put(txn, WB_VIEW_LIT("n"), WB_VIEW_LIT("123"), &r.err));
    rig_ok(&r, wb_meta_get_exact(txn, WB_VIEW_LIT("n"), &number, sizeof number, &found, &r.err));
    ck_assert(!found && number == 7);
    rig_commit(&r, &txn);
    set_aside(1, "meta: n");
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_meta_put(txn, WB_VIEW_LIT("n"), WB_VIEW_LIT("12345678"), &r.err));
    rig_ok(&r, wb_meta_get_exact(txn, WB_VIEW_LIT("n"), &number, sizeof number, &found, &r.err));
    ck_assert(found && number != 7);
    rig_commit(&r, &txn);
}
END_TEST

/* --- young rows: the store was refused as a whole --- */

static const struct {
    wb_db db;
    const char *table;
    bool younger; /* a mark is lost: all that is older may have been written */
} young[] = {
    {WB_DB_RECORDS_YOUNG, "records.young", false},
    {WB_DB_MARKS_YOUNG,   "marks.young",   true },
    {WB_DB_JOBS_YOUNG,    "jobs.young",    false},
};

START_TEST(a_young_row_that_cannot_be_read_does_not_refuse_the_store)
{
    int64_t birth = wb_store_birth_utc_us(r.store);
    wb_txn *txn;
    size_t moved = 0;

    put(young[_i].db, WB_VIEW_LIT("\0\0\0\0\0\0\0\5"), WB_VIEW_LIT("\1"));
    rig_reopen(&r);
    ck_assert_int_eq(wb_store_birth_utc_us(r.store) > birth, young[_i].younger);
    set_aside(1, young[_i].table);
    ck_assert_uint_eq(rows_of(young[_i].db), 0);
    put(young[_i].db, WB_VIEW_LIT("\0\0\0\0\0\0\0\5"), WB_VIEW_LIT("\1"));
    birth = wb_store_birth_utc_us(r.store);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_store_fold(txn, 10, &moved, &r.err));
    rig_commit(&r, &txn);
    ck_assert_uint_eq(rows_of(young[_i].db), 0);
    set_aside(1, young[_i].table);
    rig_reopen(&r);
    ck_assert_int_eq(wb_store_birth_utc_us(r.store) > birth, young[_i].younger);
}
END_TEST

/* --- parked --- */

static wb_id
park(const char *record)
{
    wb_parked_row row = {.shard = 3,
                         .account = SHOP,
                         .record = wb_view_of(record),
                         .reason = WB_VIEW_LIT("why"),
                         .envelope = WB_VIEW_LIT("bytes")};
    wb_txn *txn = rig_begin(&r, true);

    row.id.bytes[0] = (uint8_t)record[0];
    rig_ok(&r, wb_parked_put(txn, &row, &r.err));
    rig_commit(&r, &txn);
    return row.id;
}

/* The master key is another one: `parked drop` ended the process. */
START_TEST(a_letter_that_cannot_be_opened_can_be_dropped)
{
    WB_AUTO(wb_buf_fini) wb_buf scratch = {0};
    wb_id id = park("a/a/order/1");
    char key_file[160];
    wb_parked_row row;
    bool found = false;
    wb_txn *txn;

    wb_buf_init(&scratch, 4096);
    wb_store_close(&r.store);
    snprintf(key_file, sizeof key_file, "%s/master.key", r.home);
    ck_assert_int_eq(unlink(key_file), 0);
    rig_open(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_parked_get(txn, (wb_parked_place){3, id}, &scratch, &row, &found, &r.err));
    ck_assert(found);
    ck_assert_uint_eq(row.envelope.len, 0);
    ck_assert(wb_view_is(row.record, "a/a/order/1"));
    rig_ok(&r, wb_parked_delete(txn, (wb_parked_place){3, id}, &r.err));
    rig_commit(&r, &txn);
    ck_assert_uint_eq(rows_of(WB_DB_PARKED), 0);
}
END_TEST

START_TEST(a_broken_index_of_what_is_parked_stops_no_settling)
{
    size_t settled = 0;
    wb_txn *txn;

    park("a/a/order/1");
    put(WB_DB_PARKED,
        WB_VIEW_LIT("\0\3\1\6t/shop\x0b"
                    "a/a/order/1"
                    "short"),
        (wb_view){0});
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_parked_settle(txn, (wb_row_name){3, SHOP, WB_VIEW_LIT("a/a/order/1")},
                                (wb_parked_until){.revision = 5}, &settled, &r.err));
    rig_commit(&r, &txn);
    ck_assert_uint_eq(settled, 1);
    ck_assert(wb_aside_noted(r.store));
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_aside_park(txn, tell, NULL, &r.err));
    rig_commit(&r, &txn);
    ck_assert_uint_eq(told, 0); /* it says nothing that is not in its letter */
    ck_assert_uint_eq(rows_of(WB_DB_PARKED), 0);
}
END_TEST

/* --- rows of accounts that left --- */

static bool
knows_none(void *arg, wb_view account)
{
    (void)arg, (void)account;
    return false;
}

static wb_rc
see_stray(void *arg, wb_view account, wb_view key, wb_view value, wb_err *err)
{
    (void)arg, (void)account, (void)key, (void)value, (void)err;
    seen++;
    return WB_OK;
}

START_TEST(a_stored_row_without_an_account_does_not_hide_the_strays)
{
    const wb_strays what = {knows_none, see_stray, NULL};
    wb_txn *txn;

    put(WB_DB_JOBS, WB_VIEW_LIT("\0\3"), NEWER);
    put(WB_DB_JOBS, WB_VIEW_LIT("\0\3\6t/shopname"), NEWER);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_strays_scan(txn, WB_DB_JOBS, &what, &r.err));
    wb_txn_abort(&txn);
    ck_assert_uint_eq(seen, 1);
    set_aside(1, "jobs");
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {a_seen_id_that_cannot_be_read_is_not_seen,                        0              },
        {old_ids_leave_past_rows_that_cannot_be_read,                      0              },
        {a_secret_that_cannot_be_opened_is_none_and_is_kept_aside,         0              },
        {what_was_written_over_since_it_was_noted_stays,                   0              },
        {what_was_parked_in_a_write_that_is_taken_back_keeps_its_bytes,    0              },
        {an_event_that_cannot_be_read_does_not_end_all_that_is_told,       0              },
        {a_sequence_that_cannot_be_read_goes_on_behind_all_that_was_given, 0              },
        {a_hole_in_the_sequence_is_passed_at_once,                         0              },
        {a_named_value_of_another_length_is_none,                          0              },
        {a_young_row_that_cannot_be_read_does_not_refuse_the_store,        WB_COUNT(young)},
        {a_letter_that_cannot_be_opened_can_be_dropped,                    0              },
        {a_broken_index_of_what_is_parked_stops_no_settling,               0              },
        {a_stored_row_without_an_account_does_not_hide_the_strays,         0              },
        {NULL,                                                             0              },
    };

    return wb_suite_run_in("storage.damaged", cases, aside_setup, aside_teardown);
}
