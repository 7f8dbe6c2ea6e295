/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process is killed in the middle of commits, a thousand times: what it reported as committed is
 * there each time, and no half of a transaction is
 *
 * This program is also the process that is killed: `test.storage.crash commit FOLDER young` commits
 * as fast as it can and writes the number of each commit, 8 bytes, to its standard output.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "protocol/base/clock.h"
#include "protocol/base/random.h"
#include "storage/events.h"
#include "storage/jobs.h"
#include "storage/marks.h"
#include "storage/outbox.h"
#include "storage/seen.h"
#include "tests/unit/storage/store_rig.h"
#include "tests/unit/suite.h"

enum { LIVES = 1000, ROWS = 97, EVENTS_KEPT = 50, DEADLINE_MS = 20000 };

#define ACCOUNT WB_VIEW_LIT("acme/shop")
#define TARGET WB_VIEW_LIT("acme/erp")

/* The state that commit `number` leaves is a function of number alone. */
typedef struct {
    uint64_t number;
    char name[16], payload[6000];
    size_t payload_len;
} step;

static void
step_init(step *self, uint64_t number)
{
    self->number = number;
    snprintf(self->name, sizeof self->name, "r%02llu", (unsigned long long)(number % ROWS));
    self->payload_len = number % 13 == 0 ? sizeof self->payload : 20 + number % 300;
    memset(self->payload, (int)(number % 251), self->payload_len);
}

static wb_rc
put_job(wb_txn *txn, const step *s, wb_err *err)
{
    wb_job_row job = {
        .shard = 1,
        .account = ACCOUNT,
        .name = wb_view_of(s->name),
        .due_utc_us = (int64_t)(s->number % 1000),
        .stored_utc_us = (int64_t)s->number,
        .envelope = {s->payload, s->payload_len}
    };

    if (s->number % 5 == 0)
        return wb_jobs_delete(txn, (wb_row_name){1, ACCOUNT, job.name}, err);
    return wb_jobs_put(txn, &job, err);
}

/* One transaction over many databases: if any row of it is there, all are. */
static wb_rc
commit_step(wb_store *store, uint64_t number, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_mark_row mark = {.revision = number};
    wb_outbox_row row = {.shard = 1, .target = TARGET, .revision = number};
    uint64_t sequence;
    size_t dropped;
    step s;
    wb_rc rc = wb_txn_begin(&txn, store, true, err);

    step_init(&s, number);
    row.record = wb_view_of(s.name);
    row.header = (wb_view){s.payload, s.payload_len / 2};
    rc = rc ? rc : put_job(txn, &s, err);
    rc = rc ? rc : wb_marks_put(txn, (wb_row_name){1, TARGET, row.record}, &mark, err);
    rc = rc ? rc : wb_outbox_put(txn, &row, err);
    rc = rc ? rc : wb_events_append(txn, WB_TOPIC_RUN, wb_view_of(s.name), 1 << 20, &sequence, err);
    rc = rc ? rc
            : wb_events_trim(txn, WB_TOPIC_RUN, number > EVENTS_KEPT ? number - EVENTS_KEPT : 0,
                             &dropped, err);
    return rc ? rc : wb_txn_commit(&txn, err);
}

static uint64_t
last_step(rig *r)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = rig_begin(r, false);
    uint64_t first = 0, last = 0;

    rig_ok(r, wb_events_span(txn, WB_TOPIC_RUN, &first, &last, &r->err));
    ck_assert_uint_eq(first, last > EVENTS_KEPT ? last - EVENTS_KEPT + 1 : 1);
    return last;
}

static void
check_row(rig *r, wb_txn *txn, uint64_t number)
{
    wb_outbox_row row;
    wb_mark_row mark;
    wb_job_row job;
    bool found = false;
    step s;

    step_init(&s, number);
    rig_ok(r,
           wb_marks_get(txn, (wb_row_name){1, TARGET, wb_view_of(s.name)}, &mark, &found, &r->err));
    ck_assert(found && mark.revision == number);
    rig_ok(r, wb_outbox_get(txn, (wb_outbox_key){TARGET, number, wb_view_of(s.name)}, &row, &found,
                            &r->err));
    ck_assert(found && row.revision == number);
    ck_assert(wb_view_eq(row.header, (wb_view){s.payload, s.payload_len / 2}));
    rig_ok(r,
           wb_jobs_get(txn, (wb_row_name){1, ACCOUNT, wb_view_of(s.name)}, &job, &found, &r->err));
    ck_assert_int_eq(found, number % 5 != 0);
    if (found)
        ck_assert(wb_view_eq(job.envelope, (wb_view){s.payload, s.payload_len}));
}

static wb_rc
count_due(void *arg, const wb_job_row *row, wb_err *err)
{
    (void)row, (void)err;
    ++*(size_t *)arg;
    return WB_OK;
}

/* Every row is that of the newest step that wrote it, and `ready` agrees with `jobs`. */
static void
check_state(rig *r, uint64_t last)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = rig_begin(r, false);
    size_t jobs = 0, due = 0;

    for (uint64_t number = last > ROWS ? last - ROWS + 1 : 1; number <= last; number++)
        check_row(r, txn, number);
    rig_ok(r, wb_jobs_all(txn, count_due, &jobs, &r->err));
    rig_ok(r, wb_jobs_due(txn, ACCOUNT, 1000, count_due, &due, &r->err));
    ck_assert_uint_eq(due, jobs);
}

typedef struct {
    pid_t pid;
    int out;
    uint64_t reported;
} life;

static life
begin_life(const rig *r, bool young)
{
    life self = {.out = -1};
    int out[2];

    ck_assert_int_eq(pipe2(out, O_CLOEXEC), 0);
    self.pid = fork();
    if (self.pid == 0) {
        dup2(out[1], STDOUT_FILENO);
        execl("/proc/self/exe", "test", "commit", r->path, young ? "young" : "old", (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    self.out = out[0];
    return self;
}

static bool
await_report(const life *self, int timeout_ms)
{
    struct pollfd fd = {.fd = self->out, .events = POLLIN};

    return poll(&fd, 1, timeout_ms) == 1;
}

/* Let it live: to its first commits and a little more, or, at times, not even until it is open. */
static void
end_life(life *self, wb_rng *rng)
{
    int64_t until;
    uint64_t number;
    int status;

    if (wb_rng_below(rng, 5))
        ck_assert(await_report(self, DEADLINE_MS));
    else
        wb_ignore(await_report(self, (int)wb_rng_below(rng, 30)), "killed early on purpose");
    until = wb_now_us() + (int64_t)wb_rng_below(rng, 4000);
    while (wb_now_us() < until) {
    }
    ck_assert_int_eq(kill(self->pid, SIGKILL), 0);
    while (read(self->out, &number, sizeof number) == (ssize_t)sizeof number)
        self->reported = number;
    close(self->out);
    ck_assert_int_eq(waitpid(self->pid, &status, 0), self->pid);
    ck_assert_msg(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "ended by itself: %d",
                  status);
}

START_TEST(killed)
{
    wb_rng rng = {20260102};
    uint64_t last = 0;
    int worked = 0;
    rig r;

    rig_folder(&r);
    for (int i = 0; i < LIVES; i++) {
        uint64_t before = last;
        life it = begin_life(&r, i % 4 < 2); /* who has been young may be old again */

        end_life(&it, &rng);
        rig_open(&r);
        last = last_step(&r);
        ck_assert_msg(last >= before && last >= it.reported, "lost: %llu of %llu",
                      (unsigned long long)last, (unsigned long long)it.reported);
        if (it.reported)
            ck_assert_uint_le(last, it.reported + 1);
        worked += last > before;
        check_state(&r, last);
        wb_store_close(&r.store);
    }
    ck_assert_int_gt(worked, LIVES / 2);
    printf("storage.crash: %d lives, %llu commits\n", LIVES, (unsigned long long)last);
    rig_fini(&r);
}
END_TEST

static int
commit_for_ever(const char *path, bool young)
{
    uint64_t first, last;
    wb_txn *txn = NULL;
    rig r = {0};

    snprintf(r.path, sizeof r.path, "%s", path);
    rig_conf(&r);
    r.conf.young_jobs = young;
    r.conf.young_rows_max = ROWS / 2;
    if (wb_store_open(&r.store, &r.conf, &r.err) || wb_txn_begin(&txn, r.store, false, &r.err) ||
        wb_events_span(txn, WB_TOPIC_RUN, &first, &last, &r.err))
        return 1;
    wb_txn_abort(&txn);
    for (last++; !commit_step(r.store, last, &r.err); last++)
        if (write(STDOUT_FILENO, &last, sizeof last) != (ssize_t)sizeof last)
            return 2;
    fprintf(stderr, "%s\n", r.err.text);
    return 3;
}

int
main(int argc, char **argv)
{
    const wb_suite_row rows[] = {
        {killed, 0},
        {NULL,   0},
    };

    if (argc == 4 && strcmp(argv[1], "commit") == 0)
        return commit_for_ever(argv[2], strcmp(argv[3], "young") == 0);
    return wb_suite_run("storage.crash", rows);
}
