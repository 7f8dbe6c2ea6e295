/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lanes_kill: a receiver killed with SIGKILL in the middle of 100,000 messages, again and again,
 * loses nothing
 *
 * The receiver is this executable once more: a process of its own that writes the number of each
 * message to a file (its store: O_APPEND, so that what was written outlives it) and settles it only
 * then.
 */
#include <check.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors/runtime/lanes/lanes.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/lanes/lanes_kit.h"
#include "tests/unit/suite.h"

#define MESSAGES 100000
#define KILLS 5

static const node_conf poller = {
    .instance = "poller-1", .stage = WB_STAGE_PULL, .generation = 1, .store = 1};

/* --- the receiver, in a process of its own --- */

typedef struct {
    wb_lanes *lanes;
    int store;
    uint32_t group[256]; /* one write(2), then their receipts: a group commit */
    wb_delivery *held[256];
    size_t count;
    wb_loop_hook hook;
} receiver;

static bool
commit(void *arg)
{
    receiver *self = arg;
    size_t len = self->count * sizeof self->group[0];

    if (!self->count)
        return false;
    if (write(self->store, self->group, len) != (ssize_t)len)
        abort();
    for (size_t i = 0; i < self->count; i++)
        wb_delivery_settle(self->lanes, &self->held[i], WB_OUTCOME_HANDED_ON);
    self->count = 0;
    return false;
}

static void
on_take(void *arg, wb_delivery *delivery)
{
    receiver *self = arg;
    size_t n;

    memcpy(&n, delivery->env->id.bytes, sizeof n);
    self->group[self->count] = (uint32_t)n;
    self->held[self->count++] = delivery;
    if (self->count == WB_COUNT(self->held))
        commit(self);
}

static int
receive(const char *run_dir)
{
    wb_shard_claim claims[KIT_SHARDS];
    wb_lanes_conf conf = {.run_dir = run_dir,
                          .instance = "mapper-1",
                          .deployment = "test",
                          .shards = KIT_SHARDS,
                          .stage = WB_STAGE_MAP,
                          .claims = claims,
                          .claim_count = KIT_SHARDS,
                          .store = kit_store(2),
                          .heartbeat_ms = 100};
    static receiver self;
    char path[256];
    wb_loop *loop = NULL;
    wb_err err = {0};

    for (uint16_t i = 0; i < KIT_SHARDS; i++)
        claims[i] = (wb_shard_claim){i, 1};
    snprintf(path, sizeof path, "%s/store", run_dir);
    self.store = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (self.store < 0 || wb_loop_new(&loop, &err) ||
        wb_lanes_new(&self.lanes, loop, &conf, &err)) {
        fprintf(stderr, "receiver: %s\n", err.text);
        return EXIT_FAILURE;
    }
    self.hook = (wb_loop_hook){.rank = 0, .flush = commit, .arg = &self};
    wb_loop_hook_add(loop, &self.hook);
    wb_lanes_on_take(self.lanes, on_take, &self);
    return wb_loop_run(loop, &err) ? EXIT_FAILURE : EXIT_SUCCESS;
}

static pid_t
start_receiver(const kit *in)
{
    pid_t pid = fork();

    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        execl("/proc/self/exe", "receiver", "--receive", in->run_dir, (char *)NULL);
        _exit(127);
    }
    return pid;
}

static void
kill_receiver(pid_t pid)
{
    int status;

    ck_assert_int_eq(kill(pid, SIGKILL), 0);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* --- the sender, here --- */

static size_t
stored_numbers(const kit *in, uint8_t *seen)
{
    char path[256];
    uint32_t n;
    size_t count = 0;
    FILE *file;

    snprintf(path, sizeof path, "%s/store", in->run_dir);
    file = fopen(path, "rbe");
    ck_assert_ptr_nonnull(file);
    while (fread(&n, sizeof n, 1, file) == 1) {
        ck_assert_uint_lt(n, MESSAGES);
        count += !seen[n];
        seen[n] = 1;
    }
    fclose(file);
    return count;
}

START_TEST(a_killed_receiver_loses_nothing)
{
    static uint8_t seen[MESSAGES];
    kit in;
    node a;
    message *messages = messages_new(0, MESSAGES, 200);
    size_t sent = 0, settled = 0, from = 0, kills = 0;
    int64_t deadline_ms = wb_now_ms() + 50000;
    pid_t pid;
    wb_err err = {0};

    kit_open(&in);
    node_open(&a, &in, &poller);
    pid = start_receiver(&in);
    while (settled < MESSAGES) {
        messages_send(&a, messages, MESSAGES, &sent, WB_STAGE_MAP);
        ck_assert_msg(wb_loop_turn(in.loop, 20, &err) == WB_OK, "%s", err.text);
        for (; from < MESSAGES && messages[from].outcome; from++)
            settled++;
        if (kills < KILLS && settled > (kills + 1) * MESSAGES / (KILLS + 2)) {
            kill_receiver(pid);
            pid = start_receiver(&in);
            kills++;
        }
        ck_assert_msg(wb_now_ms() < deadline_ms, "%zu settled in time", settled);
    }
    kill_receiver(pid);
    ck_assert_uint_eq(kills, KILLS);
    ck_assert_uint_eq(stored_numbers(&in, seen), MESSAGES);
    for (size_t i = 0; i < MESSAGES; i++)
        ck_assert_uint_eq(messages[i].times, 1);
    ck_assert_uint_eq(wb_lanes_outstanding(a.lanes), 0);
    node_close(&a);
    messages_free(&messages, MESSAGES);
    kit_close(&in);
}
END_TEST

int
main(int argc, char **argv)
{
    const wb_suite_row rows[] = {
        {a_killed_receiver_loses_nothing, 0},
        {NULL,                            0},
    };

    if (argc == 3 && !strcmp(argv[1], "--receive"))
        return receive(argv[2]);
    return wb_suite_run("runtime.lanes_kill", rows);
}
