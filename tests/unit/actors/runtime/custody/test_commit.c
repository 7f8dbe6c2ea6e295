/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit: a map that is full in the middle of a group; each write takes effect once, and is told
 * once, in order, however often it had to be applied
 */
#include "actors/runtime/custody/commit.h"

#include <check.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "protocol/base/own.h"
#include "protocol/pack.h"
#include "storage/vault.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

#define WRITES_MAX 12

typedef struct {
    wb_write write;
    int number, full; /* so often there is no room for it */
} numbered;

static int told[WRITES_MAX], told_count, events, batches;

static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    numbered *self = WB_CONTAINER(write, numbered, write);
    wb_view was = {NULL, 0};
    char name[16];
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};

    if (self->full-- > 0)
        return wb_fail(err, WB_FULL, "no room for %d", self->number);
    (void)snprintf(name, sizeof name, "n%d", self->number);
    ck_assert_int_eq(wb_meta_get(txn, wb_view_of(name), &was, err), WB_OK);
    ck_assert_uint_eq(was.len, 0); /* nothing is left of a transaction that had no room */
    wb_buf_init(&packed, 16);
    wb_pack_map(&packed, 0);
    wb_commit_event(write, WB_TOPIC_RECORD, wb_buf_view(&packed));
    return wb_meta_put(txn, wb_view_of(name), WB_VIEW_LIT("1"), err);
}

static void
done(wb_write *write)
{
    told[told_count++] = WB_CONTAINER(write, numbered, write)->number;
}

static void
publish(void *arg, wb_topic topic, uint64_t sequence, wb_view batch)
{
    (void)arg;
    ck_assert_int_eq(topic, WB_TOPIC_RECORD);
    ck_assert_uint_eq(sequence, (uint64_t)++batches);
    events += (unsigned char)batch.data[0] & 0x0F; /* an array of fewer than 16 */
}

/* `number` finds no room `times`; then so many transactions got through. */
static const struct {
    int writes, number, times, commits;
} rows[] = {
    {12, -1, 0, 1}, /* room for all */
    {1,  0,  1, 1}, /* alone: the map grows */
    {1,  0,  3, 1},
    {12, 0,  1, 2}, /* 6 and 6 */
    {12, 11, 1, 2},
    {12, 0,  3, 2}, /* not 12, 6, 3: 2, then the other 10 */
    {12, 0,  6, 2}, /* down to one, for which the map grows */
};

/* What was told is there. */
static void
check_stored(wb_store *store, int count)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_err err = {0};

    ck_assert_int_eq(wb_txn_begin(&txn, store, false, &err), WB_OK);
    for (int i = 0; i < count; i++) {
        wb_view there = {NULL, 0};
        char name[16];

        (void)snprintf(name, sizeof name, "n%d", i);
        ck_assert_int_eq(wb_meta_get(txn, wb_view_of(name), &there, &err), WB_OK);
        ck_assert_msg(wb_view_is(there, "1"), "%s was told and is not there", name);
    }
}

START_TEST(each_takes_effect_once)
{
    WB_AUTO(wb_loop_destroy) wb_loop *loop = NULL;
    WB_AUTO(wb_commit_destroy) wb_commit *commit = NULL;
    numbered writes[WRITES_MAX] = {0};
    rig r;
    wb_commit_stats stats;
    wb_err err = {0};

    told_count = events = batches = 0;
    rig_init(&r);
    ck_assert_int_eq(wb_loop_new(&loop, &err), WB_OK);
    ck_assert_int_eq(wb_commit_new(&commit, loop, r.store, &err), WB_OK);
    wb_commit_on_publish(commit, publish, NULL);
    for (int i = 0; i < rows[_i].writes; i++) {
        writes[i] = (numbered){
            .write = {.apply = apply, .done = done},
            .number = i,
            .full = i == rows[_i].number ? rows[_i].times : 0
        };
        wb_commit_add(commit, &writes[i].write);
    }
    ck_assert_msg(wb_commit_flush(commit, &err) == WB_OK, "%s", err.text);
    wb_commit_stat(commit, &stats);
    ck_assert_int_eq(told_count, rows[_i].writes);
    ck_assert_int_eq(events, rows[_i].writes);
    for (int i = 0; i < told_count; i++)
        ck_assert_int_eq(told[i], i);
    ck_assert_uint_eq(stats.writes, (uint64_t)rows[_i].writes);
    ck_assert_int_eq(batches, (int)stats.commits);
    ck_assert_uint_eq(stats.commits, (uint64_t)rows[_i].commits);
    ck_assert_uint_eq(wb_commit_queued(commit), 0);
    check_stored(r.store, rows[_i].writes);
    rig_fini(&r);
}
END_TEST

static void
add(wb_commit *commit, numbered *write, int number)
{
    *write = (numbered){
        .write = {.apply = apply, .done = done},
          .number = number
    };
    wb_commit_add(commit, &write->write);
}

/* The first goes at once; what comes soon after waits for more, until its time or the number. */
START_TEST(company_is_waited_for)
{
    WB_AUTO(wb_loop_destroy) wb_loop *loop = NULL;
    WB_AUTO(wb_commit_destroy) wb_commit *commit = NULL;
    numbered writes[4];
    rig r;
    wb_err err = {0};

    told_count = events = batches = 0;
    rig_init(&r);
    ck_assert_int_eq(wb_loop_new(&loop, &err), WB_OK);
    ck_assert_int_eq(wb_commit_new(&commit, loop, r.store, &err), WB_OK);
    wb_commit_rule(commit, INT64_C(600000000), 3);
    add(commit, &writes[0], 0);
    wb_commit_soon(commit);
    ck_assert_int_eq(wb_loop_turn(loop, 0, &err), WB_OK);
    ck_assert_int_eq(told_count, 1);
    add(commit, &writes[1], 1);
    ck_assert_int_eq(wb_loop_turn(loop, 0, &err), WB_OK);
    ck_assert_int_eq(told_count, 1);
    add(commit, &writes[2], 2);
    ck_assert_int_eq(wb_loop_turn(loop, 0, &err), WB_OK);
    ck_assert_int_eq(told_count, 1);
    add(commit, &writes[3], 3);
    ck_assert_int_eq(wb_loop_turn(loop, 0, &err), WB_OK);
    ck_assert_int_eq(told_count, 4);
    rig_fini(&r);
}
END_TEST

/* --- what cannot be committed ends the process: who starts it again is told whether to --- */

static wb_rc
read_damaged(wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_view value;

    (void)write;
    return wb_kv_get(txn, WB_DB_TIMELINE, WB_VIEW_LIT("key"), &value, err);
}

static wb_rc
end_it(wb_write *write, wb_txn *txn, wb_err *err)
{
    (void)write;
    (void)txn;
    return wb_fail(err, WB_FATAL, "what another start may mend");
}

static void
never_done(wb_write *write)
{
    (void)write;
    _exit(1);
}

static const struct {
    wb_rc (*apply)(wb_write *write, wb_txn *txn, wb_err *err);
    int exit_code;
} ends[] = {
    {end_it,       111}, /* restart me */
    {read_damaged, 100}, /* do not: it would meet the page again */
};

static void
commit_and_end(rig *r, int at)
{
    wb_loop *loop = NULL;
    wb_commit *commit = NULL;
    wb_write write = {.apply = ends[at].apply, .done = never_done};
    wb_err err = {0};

    rig_open(r);
    ck_assert_int_eq(wb_loop_new(&loop, &err), WB_OK);
    ck_assert_int_eq(wb_commit_new(&commit, loop, r->store, &err), WB_OK);
    wb_commit_add(commit, &write);
    wb_commit_soon(commit);
    wb_ignore(wb_loop_turn(loop, 0, &err), "it does not return");
    _exit(0);
}

START_TEST(a_damaged_store_is_not_started_again)
{
    int status = 0;
    wb_txn *txn;
    pid_t pid;
    rig r;

    rig_init(&r);
    txn = rig_begin(&r, true);
    rig_ok(&r, wb_kv_put(txn, WB_DB_TIMELINE, WB_VIEW_LIT("key"), WB_VIEW_LIT("WORD"), &r.err));
    rig_commit(&r, &txn);
    rig_break(&r, WB_VIEW_LIT("WORD"));
    pid = fork();
    if (!pid)
        commit_and_end(&r, _i);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), ends[_i].exit_code);
    rig_fini(&r);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {each_takes_effect_once,               WB_COUNT(rows)},
        {company_is_waited_for,                0             },
        {a_damaged_store_is_not_started_again, WB_COUNT(ends)},
        {NULL,                                 0             },
    };

    return wb_suite_run("runtime.commit", tests);
}
