/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside - the loop's own state, for loop.c and zmq.c alone
 */
#ifndef WB_ACTORS_RUNTIME_LOOP_INSIDE_H
#define WB_ACTORS_RUNTIME_LOOP_INSIDE_H

#include "actors/runtime/loop/inside.h"
#include "actors/runtime/loop/loop.h"
#include "protocol/base/error.h"
#include <stdint.h>

/*
 * watchdog: ends the process when one turn of its loop takes too long
 *
 * A thread that a timer wakes only while there is something to watch: it is armed by a turn that
 * finds it still, and rests at the first tick that finds the loop waiting. A turn ends the process
 * when four ticks, each seen on its own, find the same turn: a process that was stopped, or whose
 * machine was, sees one tick for all the time it missed, and is not ended for it.
 */

typedef struct wb_watchdog wb_watchdog;

/* `mark` runs in the thread before abort() and may only write(2); NULL = none. */
WB_MUST_CHECK wb_rc wb_watchdog_new(wb_watchdog **out, int64_t after_ms, void (*mark)(void),
                                    wb_err *err);
void wb_watchdog_destroy(wb_watchdog **self_p);
/* Around each turn; no system call but at most one each after_ms / 4. */
void wb_watchdog_enter(wb_watchdog *self);
void wb_watchdog_leave(wb_watchdog *self);

typedef struct {
    wb_fd_ready ready; /* NULL = not watched */
    void *arg;
    uint32_t events;
    uint32_t generation; /* tells a late event of a closed descriptor from its successor's */
} wb_loop_watch_slot;

struct wb_loop {
    int epoll_fd, signal_fd;
    bool stopped, again, no_pwait2;
    bool inside; /* a turn: the clock was just read */
    wb_loop_watch_slot *watches;
    size_t watch_count;
    wb_link sockets; /* by rank */
    bool removed;    /* some of them are to be freed */
    wb_link hooks;   /* by rank */
    wb_heap timers;  /* at: monotonic us */
    int64_t now_us, utc_us, swept_us;
    wb_signal_ready on_signal;
    void *signal_arg;
    wb_watchdog *watchdog;
    wb_loop_stats stats;
};

/* zmq.c: drain what is due, by rank. */
void wb_loop_drain_sockets(wb_loop *self);
/* Before a sleep: is there something that no descriptor will tell? */
void wb_loop_sweep_sockets(wb_loop *self);
/* Those that were removed, or all. */
void wb_loop_free_sockets(wb_loop *self, bool all);

static inline void
wb_loop_insert_before(wb_link *at, wb_link *link)
{
    link->prev = at->prev;
    link->next = at;
    at->prev->next = link;
    at->prev = link;
}

#endif
