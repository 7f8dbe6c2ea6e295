/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watchdog - see watchdog.h
 *
 * A thread and no signal handler: poll(2) is never started again after one, and what libzmq does
 * with an interrupted call is to fail it, in the middle of a message as well.
 */
#include "actors/runtime/loop/inside.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define TICKS 4

struct wb_watchdog {
    int timer_fd;
    pthread_t thread;
    int64_t tick_ms;
    void (*mark)(void);
    atomic_uint turn; /* of the loop */
    atomic_bool inside, armed, ended;
    unsigned seen, strikes; /* of the thread */
};

static void
arm(wb_watchdog *self, int64_t after_ms)
{
    struct itimerspec at = {
        .it_value = {after_ms / WB_MS_PER_S, (long)(after_ms % WB_MS_PER_S) * 1000000}
    };

    if (!atomic_exchange(&self->armed, true))
        timerfd_settime(self->timer_fd, 0, &at, NULL);
}

/* Who finds the loop waiting rests, and looks once more: a turn that begins just then either sees
 * that nothing is armed, or is seen. */
static void
tick(wb_watchdog *self)
{
    unsigned turn = atomic_load(&self->turn);

    atomic_store(&self->armed, false);
    if (!atomic_load(&self->inside))
        return;
    if (self->seen != turn) {
        self->seen = turn;
        self->strikes = 0;
    } else if (++self->strikes >= TICKS) {
        if (self->mark)
            self->mark();
        abort();
    }
    arm(self, self->tick_ms);
}

static void *
watch(void *arg)
{
    wb_watchdog *self = arg;
    uint64_t count;

    while (!atomic_load(&self->ended))
        if (read(self->timer_fd, &count, sizeof count) == sizeof count)
            tick(self);
    return NULL;
}

/* The loop takes signals by a descriptor: no thread may get one in its place. */
static int
start_thread(wb_watchdog *self)
{
    sigset_t all, former;
    int failed;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &former);
    failed = pthread_create(&self->thread, NULL, watch, self);
    pthread_sigmask(SIG_SETMASK, &former, NULL);
    return failed;
}

wb_rc
wb_watchdog_new(wb_watchdog **out, int64_t after_ms, void (*mark)(void), wb_err *err)
{
    wb_watchdog *self = wb_alloc(sizeof *self);
    int failed;

    self->tick_ms = after_ms / TICKS > 0 ? after_ms / TICKS : 1;
    self->mark = mark;
    self->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    failed = self->timer_fd < 0 ? errno : start_thread(self);
    if (failed) {
        if (self->timer_fd >= 0)
            close(self->timer_fd);
        wb_free(&self);
        return wb_fail(err, WB_FATAL, "no timer for the watchdog: %s", strerror(failed));
    }
    *out = self;
    return WB_OK;
}

void
wb_watchdog_destroy(wb_watchdog **self_p)
{
    wb_watchdog *self = *self_p;
    struct itimerspec now = {
        .it_value = {0, 1}
    };

    if (!self)
        return;
    atomic_store(&self->inside, false);
    atomic_store(&self->ended, true);
    timerfd_settime(self->timer_fd, 0, &now, NULL);
    pthread_join(self->thread, NULL);
    close(self->timer_fd);
    wb_free(self_p);
}

void
wb_watchdog_enter(wb_watchdog *self)
{
    atomic_fetch_add(&self->turn, 1);
    atomic_store(&self->inside, true);
    if (!atomic_load(&self->armed))
        arm(self, self->tick_ms);
}

void
wb_watchdog_leave(wb_watchdog *self)
{
    atomic_store_explicit(&self->inside, false, memory_order_release);
}
