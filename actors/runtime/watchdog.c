/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/watchdog.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define TICKS 4

struct wb_watchdog {
    timer_t timer;
    int64_t tick_ms;
    void (*mark)(void);
    volatile sig_atomic_t turn, inside, armed; /* of the loop */
    sig_atomic_t seen, strikes;                /* of the handler */
};

static void
arm(const wb_watchdog *self, int64_t after_ms)
{
    struct itimerspec at = {
        .it_value = {after_ms / WB_MS_PER_S, (long)(after_ms % WB_MS_PER_S) * 1000000}
    };

    timer_settime(self->timer, 0, &at, NULL);
}

/* In a signal handler: only what is safe there. */
static void
on_tick(int signo, siginfo_t *info, void *context)
{
    wb_watchdog *self = info->si_code == SI_TIMER ? info->si_value.sival_ptr : NULL;
    int was = errno;

    (void)signo;
    (void)context;
    if (!self)
        return;
    if (!self->inside) {
        self->armed = 0;
        return;
    }
    if (self->seen != self->turn) {
        self->seen = self->turn;
        self->strikes = 0;
    } else if (++self->strikes >= TICKS) {
        if (self->mark)
            self->mark();
        abort();
    }
    arm(self, self->tick_ms);
    errno = was;
}

wb_rc
wb_watchdog_new(wb_watchdog **out, int64_t after_ms, void (*mark)(void), wb_err *err)
{
    wb_watchdog *self = wb_alloc(sizeof *self);
    struct sigaction action = {.sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};

    event.sigev_value.sival_ptr = self;
    self->tick_ms = after_ms / TICKS > 0 ? after_ms / TICKS : 1;
    self->mark = mark;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGALRM, &action, NULL) || timer_create(CLOCK_MONOTONIC, &event, &self->timer)) {
        wb_free(&self);
        return wb_fail(err, WB_FATAL, "no timer for the watchdog: %s", strerror(errno));
    }
    *out = self;
    return WB_OK;
}

/* A tick that is under way must find nobody: SIGALRM is ignored from here on. */
void
wb_watchdog_destroy(wb_watchdog **self_p)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    if (!*self_p)
        return;
    sigaction(SIGALRM, &ignore, NULL);
    timer_delete((*self_p)->timer);
    wb_free(self_p);
}

void
wb_watchdog_enter(wb_watchdog *self)
{
    self->turn = (self->turn + 1) & 0xFFFFFF;
    self->inside = 1;
    if (self->armed)
        return;
    self->armed = 1;
    arm(self, self->tick_ms);
}

void
wb_watchdog_leave(wb_watchdog *self)
{
    self->inside = 0;
}
