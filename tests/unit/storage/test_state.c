/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the mapper and the pusher remember: records, outbox, marks
 */
#include "protocol/limits.h"
#include "storage/marks.h"
#include "storage/outbox.h"
#include "storage/records.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#define TARGET WB_VIEW_LIT("acme/erp")
#define RECORD WB_VIEW_LIT("acme/shop/order/1")

static const wb_view nothing = {NULL, 0};

/* What is put after the first, and what is there then. */
#define NONE                                                                                       \
    false, {0}, false,                                                                             \
    {                                                                                              \
        0                                                                                          \
    } /* neither digest nor aim */

static const struct {
    wb_mark_row first, second, want;
} marks[] = {
    {{5, WB_OUTCOME_HANDED_ON, 50, 0, 0, {"r5", 2}, NONE},
     {6, WB_OUTCOME_HANDED_ON, 60, 0, 0, {"r6", 2}, NONE},
     {6, WB_OUTCOME_HANDED_ON, 60, 0, 0, {"r6", 2}, NONE} },
    {{5, WB_OUTCOME_HANDED_ON, 50, 0, 0, {"r5", 2}, NONE},
     {4, WB_OUTCOME_UNCHANGED, 60, 0, 0, {"r4", 2}, NONE},
     {5, WB_OUTCOME_HANDED_ON, 50, 0, 0, {"r5", 2}, NONE} },
    {{5, WB_OUTCOME_HANDED_ON, 50, 0, 0, {"r5", 2}, NONE},
     {0, WB_OUTCOME_NONE, 0, 9, 90, {NULL, 0}, NONE},
     {5, WB_OUTCOME_HANDED_ON, 50, 9, 90, {"r5", 2}, NONE}},
    {{5, WB_OUTCOME_HANDED_ON, 50, 9, 90, {"r5", 2}, NONE},
     {9, WB_OUTCOME_HANDED_ON, 99, 0, 0, {NULL, 0}, NONE},
     {9, WB_OUTCOME_HANDED_ON, 99, 0, 0, {NULL, 0}, NONE} },
    {{5, WB_OUTCOME_HANDED_ON, 50, 9, 90, {"r5", 2}, NONE},
     {5, WB_OUTCOME_UNCHANGED, 51, 0, 0, {"R", 1}, NONE},
     {5, WB_OUTCOME_UNCHANGED, 51, 0, 0, {"R", 1}, NONE}  },
    {{0, WB_OUTCOME_NONE, 0, 9, 90, {NULL, 0}, NONE},
     {0, WB_OUTCOME_NONE, 0, 0, 0, {NULL, 0}, NONE},
     {0, WB_OUTCOME_NONE, 0, 0, 0, {NULL, 0}, NONE}       },
};

START_TEST(marks_only_rise)
{
    const wb_mark_row *want = &marks[_i].want;
    wb_mark_row out;
    bool found = false;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_marks_put(txn, (wb_row_name){3, TARGET, RECORD}, &marks[_i].first, &r.err));
    rig_ok(&r, wb_marks_put(txn, (wb_row_name){3, TARGET, RECORD}, &marks[_i].second, &r.err));
    rig_commit(&r, &txn);
    txn = rig_begin(&r, false);
    rig_ok(&r, wb_marks_get(txn, (wb_row_name){3, TARGET, RECORD}, &out, &found, &r.err));
    ck_assert(found && out.revision == want->revision && out.outcome == want->outcome);
    ck_assert_int_eq(out.at_utc_us, want->at_utc_us);
    ck_assert_uint_eq(out.left_revision, want->left_revision);
    ck_assert_int_eq(out.left_utc_us, want->left_utc_us);
    ck_assert(wb_view_eq(out.remote_id, want->remote_id));
    rig_ok(&r, wb_marks_get(txn, (wb_row_name){4, TARGET, RECORD}, &out, &found, &r.err));
    ck_assert(!found);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

/* What a target has of it, as digests: there or not, and over a mark that only rises. */
START_TEST(mark_with_a_digest)
{
    wb_mark_row row = {.revision = 5,
                       .outcome = WB_OUTCOME_HANDED_ON,
                       .digested = true,
                       .digest = "123456789012345",
                       .aimed = _i,
                       .aim = "1234567890123456789012345678901",
                       .remote_id = WB_VIEW_LIT("remote-5")};
    wb_mark_row older = {.revision = 4, .left_revision = 6}, out;
    bool found = false;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_marks_put(txn, (wb_row_name){3, TARGET, RECORD}, &row, &r.err));
    rig_ok(&r, wb_marks_put(txn, (wb_row_name){3, TARGET, RECORD}, &older, &r.err));
    rig_ok(&r, wb_marks_get(txn, (wb_row_name){3, TARGET, RECORD}, &out, &found, &r.err));
    ck_assert(found && out.revision == 5 && out.outcome == WB_OUTCOME_HANDED_ON);
    ck_assert(out.digested && !memcmp(out.digest, row.digest, sizeof out.digest));
    ck_assert(out.aimed == row.aimed && (!_i || !memcmp(out.aim, row.aim, sizeof out.aim)));
    ck_assert(wb_view_is(out.remote_id, "remote-5") && out.left_revision == 6);
    row.revision = 7;
    row.digested = false;
    rig_ok(&r, wb_marks_put(txn, (wb_row_name){3, TARGET, RECORD}, &row, &r.err));
    rig_ok(&r, wb_marks_get(txn, (wb_row_name){3, TARGET, RECORD}, &out, &found, &r.err));
    ck_assert(found && !out.digested && out.aimed == row.aimed);
    ck_assert(wb_view_is(out.remote_id, "remote-5"));
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

/* A row read in a transaction, changed in one member and put back: its texts are views. */
START_TEST(mark_put_back)
{
    wb_mark_row row = {.revision = 5, .remote_id = WB_VIEW_LIT("remote-5")};
    bool found = false;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_marks_put(txn, (wb_row_name){3, TARGET, RECORD}, &row, &r.err));
    rig_ok(&r, wb_marks_get(txn, (wb_row_name){3, TARGET, RECORD}, &row, &found, &r.err));
    row.left_revision = UINT64_MAX;
    rig_ok(&r, wb_marks_put(txn, (wb_row_name){3, TARGET, RECORD}, &row, &r.err));
    rig_ok(&r, wb_marks_get(txn, (wb_row_name){3, TARGET, RECORD}, &row, &found, &r.err));
    ck_assert(wb_view_is(row.remote_id, "remote-5") && row.left_revision == UINT64_MAX);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

static wb_outbox_row
wanted(uint64_t revision, bool handed)
{
    return (wb_outbox_row){.shard = 3,
                           .target = TARGET,
                           .record = RECORD,
                           .revision = revision,
                           .handed = handed,
                           .priority = WB_PRIORITY_MANUAL,
                           .header = WB_VIEW_LIT("header")};
}

/* A header as the mapper of one life made it. */
static wb_view
header_of(wb_buf *out, uint64_t life)
{
    wb_envelope env = {.kind = WB_KIND_WANT,
                       .tenant = WB_VIEW_LIT("default"),
                       .account = WB_VIEW_LIT("shop"),
                       .incarnation = life};

    env.id.bytes[0] = 1;
    wb_buf_init(out, WB_HEADER_MAX);
    ck_assert_int_eq(wb_envelope_encode(&env, out, NULL), WB_OK);
    return wb_buf_view(out);
}

/* What a former life made it may have sent; what this one has not sent it knows. */
START_TEST(a_row_in_place_of_a_former_lifes_may_have_left)
{
    WB_AUTO(wb_buf_fini) wb_buf ours = {0};
    WB_AUTO(wb_buf_fini) wb_buf theirs = {0};
    wb_outbox_row row = wanted(5, false), out;
    bool found = false;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    row.header = header_of(&theirs, 1);
    rig_ok(&r, wb_outbox_put(txn, &row, &r.err));
    row = wanted(6, false);
    row.former = 5;
    row.header = _i ? header_of(&ours, 2) : header_of(&ours, 1);
    rig_ok(&r, wb_outbox_put(txn, &row, &r.err));
    rig_ok(&r, wb_outbox_get(txn, (wb_outbox_key){TARGET, 6, RECORD}, &out, &found, &r.err));
    ck_assert(found);
    ck_assert_int_eq(out.handed, _i);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

START_TEST(outbox_done_at_its_revision)
{
    wb_outbox_row row = wanted(5, true), out;
    bool found = false;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_outbox_put(txn, &row, &r.err));
    row = wanted(6, false); /* newer, and what it replaced may have left */
    row.former = 5;
    rig_ok(&r, wb_outbox_put(txn, &row, &r.err));
    rig_ok(&r, wb_outbox_get(txn, (wb_outbox_key){TARGET, 5, RECORD}, &out, &found, &r.err));
    ck_assert(!found); /* replaced */
    rig_ok(&r, wb_outbox_done(txn, (wb_outbox_key){TARGET, 5, RECORD}, &r.err));
    rig_ok(&r, wb_outbox_get(txn, (wb_outbox_key){TARGET, 6, RECORD}, &out, &found, &r.err));
    ck_assert(found && out.revision == 6 && out.shard == 3 && out.handed &&
              out.priority == WB_PRIORITY_MANUAL);
    ck_assert(wb_view_is(out.header, "header") && wb_view_eq(out.record, RECORD));
    rig_ok(&r, wb_outbox_done(txn, (wb_outbox_key){TARGET, 6, RECORD}, &r.err));
    rig_ok(&r, wb_outbox_get(txn, (wb_outbox_key){TARGET, 6, RECORD}, &out, &found, &r.err));
    ck_assert(!found);
    rig_ok(&r,
           wb_outbox_done(txn, (wb_outbox_key){TARGET, 6, RECORD}, &r.err)); /* twice is harmless */
    rig_ok(&r, wb_outbox_put(txn, &row, &r.err));
    rig_ok(&r, wb_outbox_get(txn, (wb_outbox_key){TARGET, 6, RECORD}, &out, &found, &r.err));
    ck_assert(found && !out.handed);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

static wb_rc
list_outbox(void *arg, const wb_outbox_row *row, wb_err *err)
{
    char *names = arg;
    size_t at = strlen(names);

    (void)err;
    snprintf(names + at, 200 - at, "%.*s:%.*s ", WB_VIEW_ARG(row->target),
             WB_VIEW_ARG(row->record));
    return WB_OK;
}

START_TEST(outbox_scan_and_waits)
{
    static const struct {
        const char *target, *record;
        uint64_t revision;
    } rows[] = {
        {"t1", "r1", 9},
        {"t1", "r2", 5},
        {"t2", "r1", 1}
    };
    static const struct {
        const char *record;
        uint64_t revision;
        bool waits;
    } anywhere[] = {
        {"r1", 9, true }, /* the first target */
        {"r1", 1, true }, /* the last one */
        {"r2", 5, true },
        {"r1", 5, false},
        {"r3", 9, false},
    };
    const wb_view some[] = {WB_VIEW_LIT("t0"), WB_VIEW_LIT("t2")}, none[] = {WB_VIEW_LIT("t0")};
    wb_outbox_row row = wanted(1, false);
    char all[200] = "", behind[200] = "";
    bool waits = false;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        row.target = wb_view_of(rows[i].target);
        row.record = wb_view_of(rows[i].record);
        row.revision = rows[i].revision;
        rig_ok(&r, wb_outbox_put(txn, &row, &r.err));
    }
    rig_ok(&r, wb_outbox_scan(txn, (wb_outbox_key){WB_VIEW_LIT("t1"), 0, nothing}, list_outbox, all,
                              &r.err));
    ck_assert_str_eq(all, "t1:r2 t1:r1 "); /* the oldest revision first */
    rig_ok(&r, wb_outbox_scan(txn, (wb_outbox_key){WB_VIEW_LIT("t1"), 5, WB_VIEW_LIT("r2")},
                              list_outbox, behind, &r.err));
    ck_assert_str_eq(behind, "t1:r1 ");
    rig_ok(&r, wb_outbox_waits(txn, (wb_outbox_key){.record = WB_VIEW_LIT("r1"), .revision = 1},
                               some, 2, &waits, &r.err));
    ck_assert(waits);
    rig_ok(&r, wb_outbox_waits(txn, (wb_outbox_key){.record = WB_VIEW_LIT("r1"), .revision = 9},
                               some, 2, &waits, &r.err));
    ck_assert(!waits);
    rig_ok(&r, wb_outbox_waits(txn, (wb_outbox_key){.record = WB_VIEW_LIT("r1"), .revision = 1},
                               none, 1, &waits, &r.err));
    ck_assert(!waits);
    for (size_t i = 0; i < WB_COUNT(anywhere); i++) {
        rig_ok(&r, wb_outbox_waits_anywhere(txn, wb_view_of(anywhere[i].record),
                                            anywhere[i].revision, &waits, &r.err));
        ck_assert_msg(waits == anywhere[i].waits, "%zu", i);
    }
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

static wb_record_row
record_row(size_t observations, size_t deliveries)
{
    wb_record_row row = {.revision = UINT64_C(1700000000123456),
                         .kind = WB_RECORD_ORDER,
                         .status = -2,
                         .routed = true,
                         .created_utc_us = 1,
                         .changed_utc_us = -1,
                         .root = WB_VIEW_LIT("root"),
                         .observation_count = observations,
                         .delivery_count = deliveries,
                         .canonical = WB_VIEW_LIT("canonical")};

    for (size_t i = 0; i < observations && i < WB_RECORD_OBSERVATIONS_MAX; i++) {
        row.observations[i] = (wb_record_observation){.origin = WB_VIEW_LIT("acme/shop"),
                                                      .owners = 1U << i,
                                                      .mapping = (uint8_t)(i * 31),
                                                      .source_utc_us = 7,
                                                      .observed_utc_us = 8};
        row.observations[i].hash[15] = (uint8_t)i;
    }
    for (size_t i = 0; i < deliveries && i < WB_RECORD_DELIVERIES_MAX; i++)
        row.deliveries[i] =
            (wb_record_delivery){TARGET, WB_OUTCOME_PARKED, i, WB_VIEW_LIT("remote"),
                                 WB_VIEW_LIT("malformed: no lines")};
    return row;
}

static const struct {
    size_t observations, deliveries;
    wb_rc want;
} counts[] = {
    {0, 0,   WB_OK    },
    {1, 0,   WB_OK    },
    {8, 256, WB_OK    },
    {9, 0,   WB_REJECT},
    {0, 257, WB_REJECT},
};

START_TEST(record_round_trip)
{
    wb_record_row row = record_row(counts[_i].observations, counts[_i].deliveries), out;
    bool found = false;
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    ck_assert_int_eq(wb_records_put(txn, 1, RECORD, &row, &r.err), counts[_i].want);
    rig_ok(&r, wb_records_get(txn, 1, RECORD, &out, &found, &r.err));
    ck_assert_int_eq(found, counts[_i].want == WB_OK);
    if (found) {
        ck_assert(out.revision == row.revision && out.kind == row.kind && out.status == -2);
        ck_assert(out.routed && out.created_utc_us == 1 && out.changed_utc_us == -1);
        ck_assert(wb_view_is(out.root, "root") && wb_view_is(out.canonical, "canonical"));
        ck_assert_uint_eq(out.observation_count, row.observation_count);
        ck_assert_uint_eq(out.delivery_count, row.delivery_count);
    }
    for (size_t i = 0; found && i < row.observation_count; i++) {
        ck_assert(wb_view_is(out.observations[i].origin, "acme/shop"));
        ck_assert_uint_eq(out.observations[i].owners, 1U << i);
        ck_assert_uint_eq(out.observations[i].mapping, i * 31);
        ck_assert(out.observations[i].source_utc_us == 7 && out.observations[i].hash[15] == i);
    }
    for (size_t i = 0; found && i < row.delivery_count; i++) {
        ck_assert(wb_view_eq(out.deliveries[i].target, TARGET) && out.deliveries[i].revision == i);
        ck_assert(wb_view_is(out.deliveries[i].reason, "malformed: no lines"));
    }
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

/* Owners as releases wrote them that knew no mapping: some, or every bit. */
START_TEST(record_of_an_older_release)
{
    static const uint32_t written[] = {0x1e, UINT32_MAX};
    wb_record_row row = record_row(2, 0), out;
    bool found = false;
    wb_txn *txn;
    rig r;

    for (size_t i = 0; i < 2; i++) {
        row.observations[i].owners = written[i];
        row.observations[i].mapping = 0;
    }
    rig_init(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_records_put(txn, 1, RECORD, &row, &r.err));
    rig_ok(&r, wb_records_get(txn, 1, RECORD, &out, &found, &r.err));
    for (size_t i = 0; i < 2; i++) {
        ck_assert_uint_eq(out.observations[i].owners, written[i] & WB_OWNERS_ALL);
        ck_assert_uint_eq(out.observations[i].mapping, 0);
    }
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

/* The mapper's habit: get, change a member, put with the canonical bytes still in the map. */
START_TEST(record_put_back)
{
    wb_record_row row = record_row(1, 0);
    bool found = false;
    char *canonical = wb_alloc(100000), key[16];
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    for (unsigned i = 0; i < 100; i++) {
        size_t len = i % 2 ? 600 + i : 50000 + i;

        memset(canonical, (int)i, 100000);
        snprintf(key, sizeof key, "k%u", i % 10);
        row.canonical = (wb_view){canonical, len};
        rig_ok(&r, wb_records_put(txn, 1, wb_view_of(key), &row, &r.err));
        rig_ok(&r, wb_records_get(txn, 1, wb_view_of(key), &row, &found, &r.err));
        row.status = (int32_t)i;
        row.delivery_count = 1;
        row.deliveries[0] = (wb_record_delivery){.target = TARGET};
        rig_ok(&r, wb_records_put(txn, 1, wb_view_of(key), &row, &r.err));
        rig_ok(&r, wb_records_get(txn, 1, wb_view_of(key), &row, &found, &r.err));
        ck_assert(wb_view_eq(row.canonical, (wb_view){canonical, len}));
        ck_assert_int_eq(row.status, (int)i);
    }
    wb_free(&canonical);
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

static wb_rc
list_record(void *arg, wb_view record, const wb_record_row *row, wb_err *err)
{
    char *names = arg;
    size_t at = strlen(names);

    (void)err;
    ck_assert_uint_eq(row->observation_count, 1);
    snprintf(names + at, 200 - at, "%.*s ", WB_VIEW_ARG(record));
    return WB_OK;
}

START_TEST(record_scan)
{
    static const char *const names[] = {"a/x/order/2", "a/x/order/1", "a/y/order/1"};
    wb_record_row row = record_row(1, 0);
    char all[200] = "", of[200] = "", behind[200] = "";
    wb_txn *txn;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    for (size_t i = 0; i < WB_COUNT(names); i++)
        rig_ok(&r, wb_records_put(txn, 1, wb_view_of(names[i]), &row, &r.err));
    rig_ok(&r, wb_records_scan(txn, 1, (wb_kv_range){0}, list_record, all, &r.err));
    ck_assert_str_eq(all, "a/x/order/1 a/x/order/2 a/y/order/1 ");
    rig_ok(&r, wb_records_scan(txn, 1, (wb_kv_range){.prefix = WB_VIEW_LIT("a/x/")}, list_record,
                               of, &r.err));
    ck_assert_str_eq(of, "a/x/order/1 a/x/order/2 ");
    rig_ok(&r, wb_records_scan(
                   txn, 1,
                   (wb_kv_range){.prefix = WB_VIEW_LIT("a/x/"), .from = WB_VIEW_LIT("a/x/order/1")},
                   list_record, behind, &r.err));
    ck_assert_str_eq(behind, "a/x/order/2 ");
    wb_txn_abort(&txn);
    rig_fini(&r);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {marks_only_rise,                                WB_COUNT(marks) },
        {mark_with_a_digest,                             2               },
        {mark_put_back,                                  0               },
        {outbox_done_at_its_revision,                    0               },
        {a_row_in_place_of_a_former_lifes_may_have_left, 2               },
        {outbox_scan_and_waits,                          0               },
        {record_round_trip,                              WB_COUNT(counts)},
        {record_of_an_older_release,                     0               },
        {record_put_back,                                0               },
        {record_scan,                                    0               },
        {NULL,                                           0               },
    };

    return wb_suite_run("storage.state", cases);
}
