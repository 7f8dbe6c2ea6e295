/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop - wait, then: descriptors, ZeroMQ sockets, timers, hooks
 */
#include "actors/runtime/loop/loop.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "actors/runtime/loop/inside.h"
#include "actors/runtime/process/log.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define EVENTS_MAX 64
#define SWEEP_US 1000
#define FOREVER INT64_C(-1)

static void
read_clock(wb_loop *self)
{
    self->now_us = wb_now_us();
    self->utc_us = wb_now_utc_us();
}

wb_rc
wb_loop_new(wb_loop **out, wb_err *err)
{
    wb_loop *self;
    int fd = epoll_create1(EPOLL_CLOEXEC);

    if (fd < 0)
        return wb_fail(err, WB_FATAL, "no epoll set: %s", strerror(errno));
    self = wb_alloc(sizeof *self);
    self->epoll_fd = fd;
    self->signal_fd = -1;
    wb_list_init(&self->sockets);
    wb_list_init(&self->hooks);
    read_clock(self);
    *out = self;
    return WB_OK;
}

void
wb_loop_destroy(wb_loop **self_p)
{
    wb_loop *self = *self_p;

    if (!self)
        return;
    wb_watchdog_destroy(&self->watchdog);
    wb_loop_free_sockets(self, true);
    while (wb_list_pop(&self->hooks))
        ;
    wb_heap_fini(&self->timers);
    wb_fd_close(&self->signal_fd);
    wb_fd_close(&self->epoll_fd);
    wb_free(&self->watches);
    wb_free(self_p);
}

void
wb_loop_stop(wb_loop *self)
{
    self->stopped = true;
}

int64_t
wb_loop_now_ms(const wb_loop *self)
{
    return self->now_us / WB_US_PER_MS;
}

int64_t
wb_loop_utc_us(const wb_loop *self)
{
    return self->utc_us;
}

void
wb_loop_stat(const wb_loop *self, wb_loop_stats *out)
{
    *out = self->stats;
}

/* timers */

void
wb_timer_start_us(wb_loop *loop, wb_timer *timer, int64_t after_us)
{
    assert(timer->fire);
    /* Before the first turn, the time of the last turn may be long ago. */
    if (!loop->inside)
        read_clock(loop);
    /* At least one: what a timer starts does not fire in the same turn. */
    wb_heap_put(&loop->timers, &timer->node, loop->now_us + (after_us > 0 ? after_us : 1));
}

void
wb_timer_start(wb_loop *loop, wb_timer *timer, int64_t after_ms)
{
    int64_t max_ms = INT64_MAX / WB_US_PER_MS / 2;

    wb_timer_start_us(loop, timer, (after_ms < max_ms ? after_ms : max_ms) * WB_US_PER_MS);
}

void
wb_timer_stop(wb_loop *loop, wb_timer *timer)
{
    wb_heap_remove(&loop->timers, &timer->node);
}

bool
wb_timer_running(const wb_timer *timer)
{
    return timer->node.place != 0;
}

static void
fire_timers(wb_loop *self)
{
    for (;;) {
        wb_heap_node *first = wb_heap_first(&self->timers);
        wb_timer *timer;

        if (!first || first->at > self->now_us)
            return;
        wb_heap_remove(&self->timers, first);
        timer = WB_CONTAINER(first, wb_timer, node);
        timer->fire(timer, timer->arg);
    }
}

/* descriptors */

static wb_loop_watch_slot *
watch_of(const wb_loop *self, int fd)
{
    if (fd < 0 || (size_t)fd >= self->watch_count || !self->watches[fd].ready)
        return NULL;
    return &self->watches[fd];
}

static void
make_room(wb_loop *self, int fd)
{
    size_t want = (size_t)fd + 1, had = self->watch_count;

    if (want <= had)
        return;
    want = want < 2 * had ? 2 * had : want;
    self->watches = wb_realloc(self->watches, want * sizeof *self->watches);
    memset(self->watches + had, 0, (want - had) * sizeof *self->watches);
    self->watch_count = want;
}

wb_rc
wb_loop_watch(wb_loop *self, int fd, uint32_t events, wb_fd_ready ready, void *arg, wb_err *err)
{
    struct epoll_event event = {.events = events};
    bool known = watch_of(self, fd) != NULL;
    wb_loop_watch_slot *slot;

    if (fd < 0)
        return wb_fail(err, WB_FATAL, "cannot watch descriptor %d", fd);
    make_room(self, fd);
    slot = &self->watches[fd];
    if (!known)
        slot->generation++;
    event.data.u64 = (uint64_t)slot->generation << 32 | (uint32_t)fd;
    if (!known || slot->events != events)
        if (epoll_ctl(self->epoll_fd, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event))
            return wb_fail(err, WB_FATAL, "cannot watch descriptor %d: %s", fd, strerror(errno));
    assert(ready);
    *slot = (wb_loop_watch_slot){ready, arg, events, slot->generation};
    return WB_OK;
}

void
wb_loop_unwatch(wb_loop *self, int fd)
{
    wb_loop_watch_slot *slot = watch_of(self, fd);

    if (!slot)
        return;
    wb_ignore(epoll_ctl(self->epoll_fd, EPOLL_CTL_DEL, fd, NULL), "closed already: gone as well");
    slot->ready = NULL;
}

static void
dispatch(wb_loop *self, const struct epoll_event *events, int count)
{
    for (int i = 0; i < count; i++) {
        int fd = (int)(uint32_t)events[i].data.u64;
        const wb_loop_watch_slot *slot = watch_of(self, fd);

        if (slot && slot->generation == events[i].data.u64 >> 32)
            slot->ready(slot->arg, fd, events[i].events);
    }
}

/* signals */

static void
on_signal_fd(void *arg, int fd, uint32_t events)
{
    wb_loop *self = arg;
    struct signalfd_siginfo info;

    (void)events;
    while (read(fd, &info, sizeof info) == (ssize_t)sizeof info)
        self->on_signal(self->signal_arg, (int)info.ssi_signo);
}

wb_rc
wb_loop_signals(wb_loop *self, wb_signal_ready ready, void *arg, wb_err *err)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    self->on_signal = ready;
    self->signal_arg = arg;
    if (self->signal_fd >= 0)
        return WB_OK;
    if (sigprocmask(SIG_BLOCK, &set, NULL))
        return wb_fail(err, WB_FATAL, "cannot block signals: %s", strerror(errno));
    self->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (self->signal_fd < 0)
        return wb_fail(err, WB_FATAL, "no signalfd: %s", strerror(errno));
    return wb_loop_watch(self, self->signal_fd, EPOLLIN, on_signal_fd, self, err);
}

/* hooks */

void
wb_loop_hook_add(wb_loop *self, wb_loop_hook *hook)
{
    wb_link *at = self->hooks.next;

    while (at != &self->hooks && WB_CONTAINER(at, wb_loop_hook, link)->rank <= hook->rank)
        at = at->next;
    wb_loop_insert_before(at, &hook->link);
}

void
wb_loop_hook_remove(wb_loop_hook *hook)
{
    wb_list_remove(&hook->link);
}

static void
flush_hooks(wb_loop *self)
{
    wb_link *next;

    for (wb_link *at = self->hooks.next; at != &self->hooks; at = next) {
        wb_loop_hook *hook = WB_CONTAINER(at, wb_loop_hook, link);

        next = at->next;
        if (hook->flush(hook->arg))
            self->again = true;
        if (!wb_list_linked(next))
            return; /* the flush removed its neighbour: the rest is for the next turn */
    }
}

/* the watchdog */

void
wb_loop_watchdog(wb_loop *self, int64_t after_ms, void (*mark)(void))
{
    wb_err err = {0};

    wb_watchdog_destroy(&self->watchdog);
    if (after_ms > 0 && wb_watchdog_new(&self->watchdog, after_ms, mark, &err))
        wb_log(WB_ERROR, "watchdog.missing", "why='%s' next=unwatched", err.text);
}

/* the turn */

/* How long the wait may be, us; FOREVER. `now_us` is fresh. */
static int64_t
longest_wait_us(wb_loop *self, int64_t max_wait_ms, int64_t now_us)
{
    int64_t limit = max_wait_ms < 0 ? FOREVER : max_wait_ms * WB_US_PER_MS, left;
    const wb_heap_node *first = wb_heap_first(&self->timers);

    if (self->again)
        return 0;
    if (first) {
        left = first->at > now_us ? first->at - now_us : 0;
        limit = limit < 0 || left < limit ? left : limit;
    }
    if (limit == 0 || wb_list_empty(&self->sockets))
        return limit;
    if (now_us - self->swept_us < SWEEP_US)
        return limit < 0 || limit > SWEEP_US ? SWEEP_US : limit;
    self->swept_us = now_us;
    wb_loop_sweep_sockets(self);
    return self->again ? 0 : limit;
}

static int
whole_ms(int64_t us)
{
    int64_t ms = (us + WB_US_PER_MS - 1) / WB_US_PER_MS;

    return us < 0 ? -1 : ms > INT_MAX ? INT_MAX : (int)ms;
}

static int
wait_events(wb_loop *self, struct epoll_event *events, int64_t us)
{
    struct timespec until = {us / WB_US_PER_S, (long)(us % WB_US_PER_S) * 1000};
    int count;

    if (us > 0 && us % WB_US_PER_MS && !self->no_pwait2) {
        count = epoll_pwait2(self->epoll_fd, events, EVENTS_MAX, &until, NULL);
        if (count >= 0 || (errno != ENOSYS && errno != EPERM))
            return count;
        self->no_pwait2 = true; /* a kernel before 5.11, or a sandbox that does not know it */
    }
    return epoll_wait(self->epoll_fd, events, EVENTS_MAX, whole_ms(us));
}

static void
work(wb_loop *self, const struct epoll_event *events, int count)
{
    read_clock(self);
    self->inside = true;
    self->again = false;
    if (self->watchdog)
        wb_watchdog_enter(self->watchdog);
    dispatch(self, events, count);
    wb_loop_drain_sockets(self);
    fire_timers(self);
    flush_hooks(self);
    if (self->watchdog)
        wb_watchdog_leave(self->watchdog);
    self->inside = false;
}

wb_rc
wb_loop_turn(wb_loop *self, int64_t max_wait_ms, wb_err *err)
{
    struct epoll_event events[EVENTS_MAX];
    int64_t took_ms, now_us = wb_now_us();
    int count;

    if (self->removed)
        wb_loop_free_sockets(self, false);
    count = wait_events(self, events, longest_wait_us(self, max_wait_ms, now_us));
    if (count < 0 && errno != EINTR)
        return wb_fail(err, WB_FATAL, "the wait failed: %s", strerror(errno));
    if (count < 0)
        return WB_OK; /* a debugger, or the process was stopped for a while */
    work(self, events, count);
    self->stats.turns++;
    took_ms = (wb_now_us() - self->now_us) / WB_US_PER_MS;
    if (took_ms > self->stats.longest_turn_ms)
        self->stats.longest_turn_ms = took_ms;
    return WB_OK;
}

wb_rc
wb_loop_run(wb_loop *self, wb_err *err)
{
    wb_rc rc = WB_OK;

    while (!self->stopped && !rc)
        rc = wb_loop_turn(self, -1, err);
    return rc;
}
