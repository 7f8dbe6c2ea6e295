/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/loop/loop.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "actors/runtime/outside/http.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/unit/actors/runtime/loop/loop_kit.h"
#include "tests/unit/suite.h"

/* timers */

typedef struct {
    wb_timer timer;
    char name;
    int again;
} named_timer;

static void
on_named(wb_timer *timer, void *arg)
{
    named_timer *self = arg;

    ck_assert(!wb_timer_running(timer));
    note(self->name);
    if (self->again-- > 0)
        wb_timer_start(loop, timer, 0);
}

/* Inside a turn, where the clock stands: however slow this is, they have one beginning. */
static void
on_start_timers(wb_timer *timer, void *arg)
{
    named_timer *timers = arg;

    (void)timer;
    wb_timer_start(loop, &timers[0].timer, 30);
    wb_timer_start(loop, &timers[1].timer, 10);
    wb_timer_start_us(loop, &timers[2].timer, 1500);
    wb_timer_start(loop, &timers[3].timer, 5);
    wb_timer_start(loop, &timers[3].timer, 20); /* restarted */
    wb_timer_start(loop, &timers[4].timer, 1);
    wb_timer_stop(loop, &timers[4].timer);
    wb_timer_stop(loop, &timers[4].timer);
}

START_TEST(test_timers)
{
    named_timer timers[5] = {0};
    wb_timer start = {.fire = on_start_timers, .arg = timers};
    int64_t began_us;

    set_up();
    for (int i = 0; i < 5; i++)
        timers[i] = (named_timer){
            .timer = {.fire = on_named, .arg = &timers[i]},
              .name = (char)('a' + i)
        };
    began_us = wb_now_us();
    wb_timer_start(loop, &start, 0);
    turn(100);
    ck_assert(!wb_timer_running(&timers[4].timer));
    turn_until(1);
    ck_assert_int_ge(wb_now_us() - began_us, 1500);
    turn_until(4);
    ck_assert_str_eq(trace, "cbda");
    ck_assert_int_ge(wb_now_us() - began_us, 30000);
    /* What a timer starts fires in a later turn, so that nothing starves. */
    timers[0].again = 3;
    wb_timer_start(loop, &timers[0].timer, 0);
    turn(100);
    ck_assert_uint_eq(traced, 5);
    turn_until(8);
    wb_timer_start(loop, &timers[0].timer, INT64_MAX);
    wb_loop_destroy(&loop);
    ck_assert(!wb_timer_running(&timers[0].timer));
}
END_TEST

/* A wait that is asked to be short is short, and a timer's is not longer than the timer. */
START_TEST(test_waits)
{
    int64_t began_ms = wb_now_ms();

    set_up();
    turn(20);
    ck_assert_int_ge(wb_now_ms() - began_ms, 19);
    ck_assert_int_lt(wb_now_ms() - began_ms, 2000);
    turn(0);
    wb_loop_destroy(&loop);
}
END_TEST

/* descriptors */

static int pipes[2][2];

static void
on_pipe(void *arg, int fd, uint32_t events)
{
    char c;

    (void)arg;
    if (events & EPOLLOUT) {
        note('w');
        wb_loop_unwatch(loop, fd);
        return;
    }
    ck_assert_int_eq(read(fd, &c, 1), 1);
    note(c);
    if (c == 'u') {
        wb_loop_unwatch(loop, pipes[0][0]);
        wb_loop_unwatch(loop, pipes[1][0]);
    }
}

static void
watch_pipe(int fd, uint32_t events)
{
    ck_assert_int_eq(wb_loop_watch(loop, fd, events, on_pipe, NULL, NULL), WB_OK);
}

static void
say(int which, const char *what)
{
    ck_assert_int_eq(write(pipes[which][1], what, strlen(what)), (ssize_t)strlen(what));
}

START_TEST(test_descriptors)
{
    set_up();
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(pipe(pipes[i]), 0);
        watch_pipe(pipes[i][0], EPOLLIN);
    }
    say(0, "ab");
    turn_until(2); /* level-triggered: a byte a turn */
    watch_pipe(pipes[0][1], EPOLLOUT);
    turn_until(3);
    watch_pipe(pipes[1][0], 0); /* changed: says nothing now */
    say(1, "d");
    turn(0);
    ck_assert_str_eq(trace, "abw");
    watch_pipe(pipes[1][0], EPOLLIN);
    turn_until(4);
    /* One that stops both: the other's event of the same wait is dropped. */
    say(0, "u");
    say(1, "u");
    turn(100);
    turn(0);
    ck_assert_str_eq(trace, "abwdu");
    /* A closed one's number comes back as another. */
    close(pipes[0][0]);
    close(pipes[0][1]);
    ck_assert_int_eq(pipe(pipes[0]), 0);
    watch_pipe(pipes[0][0], EPOLLIN);
    say(0, "z");
    turn_until(6);
    ck_assert_str_eq(trace, "abwduz");
    ck_assert_int_eq(wb_loop_watch(loop, -1, EPOLLIN, on_pipe, NULL, NULL), WB_FATAL);
    wb_loop_unwatch(loop, -1);
    wb_loop_unwatch(loop, 100000);
    wb_loop_destroy(&loop);
    for (int i = 0; i < 4; i++)
        close(pipes[i / 2][i % 2]);
}
END_TEST

/* hooks, stop and signals */

static bool
on_hook(void *arg)
{
    note(*(const char *)arg);
    return *(const char *)arg == 'b' && traced < 3;
}

static void
on_stop(wb_timer *timer, void *arg)
{
    (void)timer;
    (void)arg;
    note('!');
    wb_loop_stop(loop);
}

START_TEST(test_hooks_and_stop)
{
    static char names[] = "abc";
    wb_loop_hook hooks[3] = {
        {.rank = 0,  .flush = on_hook, .arg = names    },
        {.rank = 10, .flush = on_hook, .arg = names + 1},
        {.rank = 20, .flush = on_hook, .arg = names + 2}
    };
    wb_timer stop = {.fire = on_stop};
    wb_loop_stats stats;

    set_up();
    wb_loop_hook_add(loop, &hooks[1]);
    wb_loop_hook_add(loop, &hooks[2]);
    wb_loop_hook_add(loop, &hooks[0]);
    turn(0);
    turn(DEADLINE_MS); /* b asked for more: no wait */
    ck_assert_str_eq(trace, "abcabc");
    wb_loop_hook_remove(&hooks[1]);
    wb_loop_hook_remove(&hooks[1]);
    wb_timer_start(loop, &stop, 5);
    ck_assert_int_eq(wb_loop_run(loop, NULL), WB_OK);
    ck_assert_str_eq(trace, "abcabc!ac");
    wb_loop_stat(loop, &stats);
    ck_assert_uint_ge(stats.turns, 3);
    wb_loop_destroy(&loop);
}
END_TEST

static void
on_signal(void *arg, int signo)
{
    (void)arg;
    note(signo == SIGTERM ? 't' : signo == SIGHUP ? 'h' : signo == SIGINT ? 'i' : '?');
}

START_TEST(test_signals)
{
    sigset_t was;

    sigprocmask(SIG_BLOCK, NULL, &was);
    set_up();
    ck_assert_int_eq(wb_loop_signals(loop, on_signal, NULL, NULL), WB_OK);
    kill(getpid(), SIGHUP);
    turn_until(1);
    kill(getpid(), SIGTERM);
    turn_until(2);
    kill(getpid(), SIGINT);
    turn_until(3);
    ck_assert_str_eq(trace, "hti");
    wb_loop_destroy(&loop);
    sigprocmask(SIG_SETMASK, &was, NULL);
}
END_TEST

/* idle and stuck */

static int64_t
cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * WB_US_PER_S + now.tv_nsec / 1000;
}

START_TEST(test_idle)
{
    void *context = zmq_ctx_new();
    sink sinks[4] = {0};
    wb_http *http = NULL;
    wb_loop_stats before, after;
    int64_t until_ms, cpu;

    set_up();
    for (int i = 0; i < 4; i++) {
        sinks[i] = (sink){.socket = socket_of(context, ZMQ_PULL, "tcp://127.0.0.1:*", NULL),
                          .name = 's',
                          .budget = 100};
        ck_assert_int_eq(wb_loop_zmq(loop, sinks[i].socket, i, on_sink, &sinks[i], NULL), WB_OK);
    }
    ck_assert_int_eq(wb_http_new(&http, loop, &(wb_http_conf){0}, NULL), WB_OK);
    wb_loop_watchdog(loop, 400, NULL);
    for (int i = 0; i < 20; i++)
        turn(10);
    cpu = cpu_us();
    wb_loop_stat(loop, &before);
    until_ms = wb_now_ms() + 2000;
    while (wb_now_ms() < until_ms)
        turn(until_ms - wb_now_ms());
    wb_loop_stat(loop, &after);
    cpu = cpu_us() - cpu;
    ck_assert_msg(cpu < 2000, "%lld us of CPU in two idle seconds", (long long)cpu);
    /* At most the last turn and a sweep after it. */
    ck_assert_uint_le(after.turns - before.turns, 4);
    wb_http_destroy(&http);
    wb_loop_destroy(&loop);
    for (int i = 0; i < 4; i++)
        zmq_close(sinks[i].socket);
    zmq_ctx_term(context);
}
END_TEST

static void
mark_stuck(void)
{
    wb_ignore(write(STDOUT_FILENO, "stuck", 5) < 0, "the parent looks at what came");
}

static void
on_stuck(wb_timer *timer, void *arg)
{
    int64_t until_ms = wb_now_ms() + *(const int64_t *)arg;

    while (wb_now_ms() < until_ms)
        ;
    wb_timer_start(loop, timer, 1);
}

/* A child whose handler holds each turn for so long, or is stopped from outside meanwhile. */
static const struct {
    int64_t hold_ms;
    bool stopped;
    int signo;
    const char *said;
} stuck[] = {
    {30000, false, SIGABRT, "stuck"},
    {60,    false, 0,       ""     },
    {60,    true,  0,       ""     },
};

static void
be_stuck(int said_fd, int64_t hold_ms)
{
    wb_timer timer = {.fire = on_stuck, .arg = &hold_ms}, end = {.fire = on_stop};
    struct rlimit none = {0, 0};

    setrlimit(RLIMIT_CORE, &none);
    dup2(said_fd, STDOUT_FILENO);
    set_up();
    wb_loop_watchdog(loop, 200, mark_stuck);
    wb_timer_start(loop, &timer, 1);
    wb_timer_start(loop, &end, 900);
    wb_ignore(wb_loop_run(loop, NULL), "the exit code tells");
    _exit(0);
}

START_TEST(test_watchdog)
{
    int said[2], status = 0;
    char text[16] = {0};
    int64_t began_ms = wb_now_ms();
    pid_t child;

    ck_assert_int_eq(pipe(said), 0);
    child = fork();
    if (child == 0)
        be_stuck(said[1], stuck[_i].hold_ms);
    close(said[1]);
    if (stuck[_i].stopped) {
        usleep(100000);
        kill(child, SIGSTOP);
        usleep(600000); /* three times what a turn may take */
        kill(child, SIGCONT);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_ge(read(said[0], text, sizeof text - 1), 0);
    close(said[0]);
    ck_assert_str_eq(text, stuck[_i].said);
    if (stuck[_i].signo == SIGABRT) {
        ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
        ck_assert_int_ge(wb_now_ms() - began_ms, 200);
        ck_assert_int_lt(wb_now_ms() - began_ms, 5000);
    } else {
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_timers,         0              },
        {test_waits,          0              },
        {test_descriptors,    0              },
        {test_hooks_and_stop, 0              },
        {test_signals,        0              },
        {test_idle,           0              },
        {test_watchdog,       WB_COUNT(stuck)},
        {NULL,                0              },
    };

    return wb_suite_run("runtime.loop", rows);
}
