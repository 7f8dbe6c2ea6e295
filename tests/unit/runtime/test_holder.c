/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holder: stored messages travel, and their rows leave with their receipts; a kill on either side
 * of each step loses nothing, and repeats only what may have been lost
 *
 * Rows are jobs of one account; the receiver is a mapper.
 */
#include "actors/runtime/holder.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "actors/runtime/actor_ctx.h"
#include "protocol/base/own.h"
#include "storage/jobs.h"
#include "tests/unit/runtime/lanes_kit.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#define ACCOUNT WB_VIEW_LIT("default/shop")
#define ROWS 60
#define COMMIT_NEVER_US (INT64_C(1) << 60)

static kit in;
static rig disk;
static node a, b;
static struct wb_ctx ctx;
static wb_holder *holder;
static wb_way way;
static uint64_t told[WB_OUTCOME_COUNT]; /* by the transactions that settled */
static wb_priority priority;            /* of the messages that are made */
static const char *source;              /* of the messages that are made: an account */
static bool shared;                     /* the way has many accounts' rows */
static size_t most;                     /* rows that one of them deleted */

static const node_conf sender = {
    .instance = "poller-1", .stage = WB_STAGE_PULL, .generation = 1, .store = 1};
static const node_conf receiver = {
    .instance = "mapper-1", .stage = WB_STAGE_MAP, .generation = 1, .store = 2};

/* --- rows --- */

static wb_view
row_name(char *dst, size_t n)
{
    for (size_t i = 0; i < 8; i++)
        dst[i] = (char)(uint8_t)((uint64_t)n >> (56 - 8 * i));
    return (wb_view){dst, 8};
}

static wb_envelope *
message_of(size_t n)
{
    char record[48];
    wb_envelope env = {.kind = WB_KIND_RAW,
                       .tenant = WB_VIEW_LIT("default"),
                       .connector = WB_VIEW_LIT("sample"),
                       .account = wb_view_of(source),
                       .record_kind = WB_RECORD_ORDER,
                       .priority = priority,
                       .observed_utc_us = 1,
                       .body = WB_VIEW_LIT("x")};
    int len = snprintf(record, sizeof record, "default/shop/order/%zu", n % 10);

    env.record = (wb_view){record, (size_t)len};
    memcpy(env.id.bytes, &n, sizeof n);
    env.id.bytes[15] = 1;
    return wb_envelope_copy(&env);
}

static void
store(size_t n)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = rig_begin(&disk, true);
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = message_of(n);
    WB_AUTO(wb_buf_fini) wb_buf bytes = {0};
    char name[8];
    wb_job_row row = {.account = ACCOUNT, .name = row_name(name, n), .due_utc_us = -1};

    wb_buf_init(&bytes, 4096);
    rig_ok(&disk, wb_envelope_store(env, &bytes, &disk.err));
    row.envelope = wb_buf_view(&bytes);
    rig_ok(&disk, wb_jobs_put(txn, &row, &disk.err));
    rig_commit(&disk, &txn);
}

static void
give(size_t n, uint64_t revision)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = message_of(n);
    char name[8];
    wb_way_row row = {revision, row_name(name, n)};

    wb_way_give(&way, &row, &env);
    ck_assert_ptr_null(env);
}

static size_t
rows(void)
{
    wb_store_stats stats = {0};

    rig_ok(&disk, wb_store_stat(disk.store, &stats, &disk.err));
    return stats.rows[WB_DB_JOBS];
}

/* --- the actor's part --- */

static wb_rc
settle(void *owner, const wb_link *receipts, wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_rc rc = WB_OK;
    size_t count = 0;

    ck_assert_ptr_eq(owner, &ctx);
    (void)write;
    for (wb_link *link = receipts->next; !rc && link != receipts; link = link->next) {
        const wb_parcel *parcel = WB_CONTAINER(link, wb_parcel, link);
        told[parcel->outcome]++;
        count++;
        rc = wb_jobs_delete(txn, 0, parcel->way->account, parcel->row.name, err);
    }
    most = count > most ? count : most;
    return rc;
}

static wb_rc
on_row(void *arg, const wb_job_row *row, wb_err *err)
{
    wb_way_row at = {.name = row->name};
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_rc rc = WB_OK;

    if (wb_backlog_wants(arg, &at))
        rc = wb_envelope_load(&env, row->envelope, err);
    if (env)
        env->again = true;
    return rc ? rc : wb_backlog_row(arg, &at, &env);
}

static wb_rc
scan(wb_way *self, const wb_way_row *from, wb_backlog *into, wb_txn *txn, wb_err *err)
{
    return wb_jobs_scan(txn, 0, self->account, from->name, on_row, into, err);
}

static wb_rc
load(wb_way *self, const wb_way_row *row, wb_txn *txn, wb_envelope **out, wb_err *err)
{
    wb_job_row job;
    bool found = false;
    wb_rc rc = wb_jobs_get(txn, 0, self->account, row->name, &job, &found, err);

    return rc || !found ? rc : wb_envelope_load(out, job.envelope, err);
}

/* --- a life --- */

static void
live(void)
{
    wb_holder_actor actor = {.name = "rows",
                             .receipt_point = "test.receipt",
                             .deleted_point = "test.deleted",
                             .settle = settle,
                             .scan = scan};

    actor.load = shared ? load : NULL;
    node_open(&a, &in, &sender);
    rig_ok(&disk, wb_commit_new(&ctx.commit, in.loop, disk.store, &disk.err));
    ctx.loop = in.loop;
    ctx.store = disk.store;
    ctx.lanes = a.lanes;
    holder = wb_holder_new(&ctx, &actor, &ctx);
    way = (wb_way){0};
    wb_way_open(&way, holder, ACCOUNT);
}

/* As a kill: memory is gone, what is queued is not applied, the store stays. */
static void
die(void)
{
    wb_way_close(&way);
    wb_holder_destroy(&holder);
    wb_commit_destroy(&ctx.commit);
    node_close(&a);
}

static void
setup(void)
{
    kit_open(&in);
    rig_init(&disk);
    memset(told, 0, sizeof told);
    priority = WB_PRIORITY_INCREMENTAL;
    source = "shop";
    shared = false;
    live();
}

static void
teardown(void)
{
    die();
    node_close(&b);
    rig_fini(&disk);
    kit_close(&in);
}

static void
store_and_give(size_t first, size_t end)
{
    for (size_t n = first; n < end; n++) {
        store(n);
        give(n, 0);
    }
}

static bool
no_rows(void *arg)
{
    (void)arg;
    return rows() == 0;
}

static bool
one_row(void *arg)
{
    (void)arg;
    return rows() == 1;
}

static bool
b_took(void *arg)
{
    return b.taken >= *(size_t *)arg;
}

static bool
settle_queued(void *arg)
{
    (void)arg;
    return wb_commit_queued(ctx.commit) > 0 && !wb_lanes_outstanding(a.lanes);
}

START_TEST(a_row_leaves_with_its_receipt)
{
    node_open(&b, &in, &receiver);
    b.outcome = WB_OUTCOME_UNCHANGED;
    store_and_give(0, ROWS);
    ck_assert_uint_eq(wb_way_count(&way, WB_VIEW_LIT("default/shop/order/7")), ROWS / 10);
    ck_assert_uint_eq(rows(), ROWS);
    kit_until(&in, no_rows, NULL, "rows to leave");
    ck_assert_uint_eq(told[WB_OUTCOME_UNCHANGED], ROWS);
    ck_assert_uint_eq(way.given, ROWS);
    ck_assert_uint_eq(way.settled, ROWS);
    ck_assert_uint_eq(b.repeated + b.again, 0);
    ck_assert_uint_eq(wb_way_count(&way, WB_VIEW_LIT("default/shop/order/7")), 0);
}
END_TEST

START_TEST(what_has_no_room_is_read_again_and_travels_once)
{
    size_t window = 7;

    node_open(&b, &in, &receiver);
    b.keep = true;
    wb_lanes_window(a.lanes, ACCOUNT, window);
    store_and_give(0, ROWS);
    ck_assert(way.backlog);
    kit_until(&in, b_took, &window, "a window of messages");
    ck_assert_uint_eq(rows(), ROWS);
    window = 14;
    wb_lanes_window(a.lanes, ACCOUNT, window + 1); /* there is room again, but not for this one: */
    store_and_give(ROWS, ROWS + 1);
    kit_until(&in, b_took, &window, "as many again");
    for (size_t n = 0; n <= ROWS; n++) /* the oldest first */
        ck_assert_int_eq(b.seen[n], n < window);
    b.keep = false;
    node_settle_held(&b, WB_OUTCOME_HANDED_ON);
    kit_until(&in, no_rows, NULL, "the backlog");
    kit_turns(&in, 20);
    ck_assert_uint_eq(b.taken, ROWS + 1);
    ck_assert_uint_eq(b.repeated, 0);
    ck_assert_uint_eq(told[WB_OUTCOME_HANDED_ON], ROWS + 1);
    ck_assert(!way.backlog);
}
END_TEST

START_TEST(rows_of_a_former_life_travel_as_again)
{
    for (size_t n = 0; n < ROWS; n++)
        store(n);
    node_open(&b, &in, &receiver);
    wb_way_look(&way);
    wb_way_look(&way); /* what is on its way is not sent twice */
    kit_until(&in, no_rows, NULL, "what was left");
    ck_assert_uint_eq(b.taken, ROWS);
    ck_assert_uint_eq(b.again, ROWS);
    ck_assert_uint_eq(b.repeated, 0);
    ck_assert_uint_eq(way.given, 0);
    ck_assert_uint_eq(way.settled, ROWS);
}
END_TEST

START_TEST(a_row_before_those_that_were_seen_is_found)
{
    node_open(&b, &in, &receiver);
    for (size_t n = 20; n < 40; n++)
        store(n);
    wb_way_look(&way);
    kit_until(&in, no_rows, NULL, "the first rows");
    store(3); /* by a clock that was set back */
    wb_way_look(&way);
    kit_until(&in, no_rows, NULL, "the row before them");
    ck_assert(b.seen[3]);
    ck_assert_uint_eq(b.repeated, 0);
}
END_TEST

/* --- kills --- */

START_TEST(killed_before_a_receipt_all_travel_again)
{
    size_t all = ROWS;

    node_open(&b, &in, &receiver);
    b.keep = true;
    store_and_give(0, ROWS);
    kit_until(&in, b_took, &all, "messages");
    die();
    ck_assert_uint_eq(rows(), ROWS);
    b.keep = false;
    live();
    wb_way_look(&way);
    kit_until(&in, no_rows, NULL, "rows to leave");
    ck_assert_uint_eq(b.repeated, ROWS);
    ck_assert_uint_eq(b.again, ROWS);
    ck_assert_uint_eq(told[WB_OUTCOME_HANDED_ON], ROWS);
}
END_TEST

START_TEST(killed_between_receipt_and_commit_all_travel_again)
{
    node_open(&b, &in, &receiver);
    wb_commit_rule(ctx.commit, COMMIT_NEVER_US, 1000);
    store_and_give(0, ROWS);
    kit_until(&in, settle_queued, NULL, "receipts");
    ck_assert_uint_eq(told[WB_OUTCOME_HANDED_ON], 0);
    die();
    ck_assert_uint_eq(rows(), ROWS);
    live();
    wb_way_look(&way);
    kit_until(&in, no_rows, NULL, "rows to leave");
    ck_assert_uint_eq(told[WB_OUTCOME_HANDED_ON], ROWS);
}
END_TEST

START_TEST(killed_after_the_commit_nothing_travels_again)
{
    size_t taken;

    node_open(&b, &in, &receiver);
    store_and_give(0, ROWS);
    kit_until(&in, no_rows, NULL, "rows to leave");
    taken = b.taken;
    die();
    live();
    wb_way_look(&way);
    kit_turns(&in, 50);
    ck_assert_uint_eq(b.taken, taken);
}
END_TEST

/* An operator has parked items sent again while receipts wait for their commit: rows on their way
 * were once freed under the list of those receipts. */
START_TEST(rows_are_looked_at_while_their_receipts_wait)
{
    node_open(&b, &in, &receiver);
    wb_commit_rule(ctx.commit, COMMIT_NEVER_US, 1000);
    store_and_give(0, ROWS);
    kit_until(&in, settle_queued, NULL, "receipts");
    store(ROWS);
    wb_way_look(&way);
    rig_ok(&disk, wb_commit_flush(ctx.commit, &disk.err));
    ck_assert_uint_eq(told[WB_OUTCOME_HANDED_ON], ROWS);
    wb_commit_rule(ctx.commit, 2000, 256);
    kit_until(&in, no_rows, NULL, "the row that came back");
    ck_assert_uint_eq(b.repeated, 0);
    ck_assert_uint_eq(b.taken, ROWS + 1);
}
END_TEST

START_TEST(a_way_that_is_closed_takes_its_receipts_along)
{
    node_open(&b, &in, &receiver);
    wb_commit_rule(ctx.commit, COMMIT_NEVER_US, 1000);
    store_and_give(0, ROWS);
    kit_until(&in, settle_queued, NULL, "receipts");
    wb_way_close(&way);
    rig_ok(&disk, wb_commit_flush(ctx.commit, &disk.err));
    ck_assert_uint_eq(told[WB_OUTCOME_HANDED_ON], 0);
    ck_assert_uint_eq(rows(), ROWS);
}
END_TEST

/* --- rows that are replaced, and an orderly end --- */

START_TEST(the_newest_of_a_name_is_the_one_on_its_way)
{
    size_t two = 2;

    node_open(&b, &in, &receiver);
    b.keep = true;
    store(5);
    give(5, 70);
    give(5, 80);
    kit_until(&in, b_took, &two, "both");
    node_settle_held(&b, WB_OUTCOME_MERGED);
    kit_until(&in, no_rows, NULL, "the row to leave");
    ck_assert_uint_eq(told[WB_OUTCOME_MERGED], 2);
    ck_assert_uint_eq(way.settled, 2);
    store(5); /* nothing of it is remembered: a later row travels */
    b.keep = false;
    wb_way_look(&way);
    kit_until(&in, no_rows, NULL, "the later row");
}
END_TEST

START_TEST(drained_it_reads_no_more_from_the_store)
{
    node_open(&b, &in, &receiver);
    wb_holder_drain(holder);
    store(1);
    store(2);
    give(2, 0);
    wb_way_look(&way);
    kit_until(&in, one_row, NULL, "what was given");
    ck_assert(b.seen[2] && !b.seen[1]);
}
END_TEST

/* A first import waits for its target; an order that changes now goes first, and what is by hand.
 */
START_TEST(what_is_urgent_overtakes_what_waits)
{
    size_t window = 14;

    node_open(&b, &in, &receiver);
    b.keep = true;
    wb_lanes_window(a.lanes, ACCOUNT, window + 2);
    priority = WB_PRIORITY_BACKFILL;
    store_and_give(0, ROWS);
    kit_until(&in, b_took, &window, "what the others may use");
    kit_turns(&in, 20);
    ck_assert_uint_eq(b.taken, window);
    priority = _i ? WB_PRIORITY_MANUAL : WB_PRIORITY_LIVE;
    store_and_give(ROWS, ROWS + 3); /* one too many */
    window += 2;
    kit_until(&in, b_took, &window, "those that are urgent");
    ck_assert(b.seen[ROWS] && b.seen[ROWS + 1]);
    b.keep = false;
    node_settle_held(&b, WB_OUTCOME_HANDED_ON);
    kit_until(&in, no_rows, NULL, "all of them");
    ck_assert_uint_eq(b.taken, ROWS + 3);
    ck_assert_uint_eq(b.repeated, 0);
}
END_TEST

/* A target has the orders of many shops; all of them are live. */
START_TEST(a_backlog_of_one_source_does_not_hold_up_another)
{
    size_t window = 16, small = 3;

    die();
    shared = true;
    live();
    node_open(&b, &in, &receiver);
    b.keep = true;
    wb_lanes_window(a.lanes, ACCOUNT, window);
    priority = WB_PRIORITY_LIVE;
    source = "big";
    store_and_give(0, ROWS);
    kit_until(&in, b_took, &window, "as many as may be under way");
    source = "small";
    store_and_give(ROWS, ROWS + small);
    kit_turns(&in, 20);
    ck_assert_uint_eq(b.taken, window);
    node_settle_held(&b, WB_OUTCOME_HANDED_ON); /* room: for both */
    window = 2 * window - 2;
    kit_until(&in, b_took, &window, "what goes next");
    ck_assert(b.seen[ROWS] && b.seen[ROWS + 1]); /* its share of this window is two */
    b.keep = false;
    node_settle_held(&b, WB_OUTCOME_HANDED_ON);
    kit_until(&in, no_rows, NULL, "all of them");
    ck_assert_uint_eq(b.taken, ROWS + small);
    ck_assert_uint_eq(b.repeated, 0);
}
END_TEST

/* A message too large for a lane ended the process: its source was asked of what was gone. */
START_TEST(what_the_lane_refuses_is_read_again_with_its_source)
{
    WB_AUTO(wb_free) char *body = wb_alloc(WB_BODY_MAX + 1);
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL, *large = NULL;
    char name[8];
    wb_way_row row = {0, row_name(name, 0)};

    die();
    shared = true;
    live();
    node_open(&b, &in, &receiver);
    priority = WB_PRIORITY_LIVE;
    source = "big";
    env = message_of(0);
    env->body = (wb_view){body, WB_BODY_MAX + 1};
    large = wb_envelope_copy(env);
    wb_way_give(&way, &row, &large);
    ck_assert_ptr_null(large);
    ck_assert_ptr_null(wb_way_find(&way, row.name));
}
END_TEST

/* Of a sender that was away, receipts come all at once. */
START_TEST(a_transaction_deletes_a_chunk_at_most)
{
    size_t count = 2 * WB_STORE_CHUNK_MAX + 50;

    node_open(&b, &in, &receiver);
    b.keep = true;
    wb_lanes_window(a.lanes, ACCOUNT, 2 * count);
    wb_commit_rule(ctx.commit, COMMIT_NEVER_US, count);
    store_and_give(0, count);
    kit_until(&in, b_took, &count, "all");
    node_settle_held(&b, WB_OUTCOME_HANDED_ON);
    kit_until(&in, settle_queued, NULL, "all receipts");
    most = 0;
    wb_commit_rule(ctx.commit, 0, 1);
    kit_until(&in, no_rows, NULL, "rows to leave");
    ck_assert_uint_eq(most, WB_STORE_CHUNK_MAX);
    ck_assert_uint_eq(way.settled, count);
    ck_assert_uint_eq(told[WB_OUTCOME_HANDED_ON], count);
}
END_TEST

int
main(void)
{
    const wb_suite_row cases[] = {
        {a_row_leaves_with_its_receipt,                       0},
        {what_has_no_room_is_read_again_and_travels_once,     0},
        {rows_of_a_former_life_travel_as_again,               0},
        {a_row_before_those_that_were_seen_is_found,          0},
        {killed_before_a_receipt_all_travel_again,            0},
        {killed_between_receipt_and_commit_all_travel_again,  0},
        {killed_after_the_commit_nothing_travels_again,       0},
        {rows_are_looked_at_while_their_receipts_wait,        0},
        {a_way_that_is_closed_takes_its_receipts_along,       0},
        {the_newest_of_a_name_is_the_one_on_its_way,          0},
        {drained_it_reads_no_more_from_the_store,             0},
        {a_transaction_deletes_a_chunk_at_most,               0},
        {what_is_urgent_overtakes_what_waits,                 2},
        {a_backlog_of_one_source_does_not_hold_up_another,    0},
        {what_the_lane_refuses_is_read_again_with_its_source, 0},
        {NULL,                                                0},
    };

    return wb_suite_run_in("runtime.holder", cases, setup, teardown);
}
