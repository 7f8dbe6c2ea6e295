/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop - one thread, one wait: timers, descriptors, ZeroMQ sockets and signals
 *
 * One epoll set holds every ZMQ_FD, a signalfd and all other descriptors, libcurl's among them.
 * Timers are one heap. After each wake-up every ZeroMQ socket that may have work is drained to
 * EAGAIN or to a budget; what is left makes the next wait zero.
 */
#ifndef WB_ACTORS_RUNTIME_LOOP_LOOP_H
#define WB_ACTORS_RUNTIME_LOOP_LOOP_H

#include "protocol/base/buf.h"
#include "protocol/base/heap.h"
#include "protocol/base/list.h"

typedef struct wb_loop wb_loop;

WB_MUST_CHECK wb_rc wb_loop_new(wb_loop **out, wb_err *err);
void wb_loop_destroy(wb_loop **self_p);
/* Turns until wb_loop_stop. */
WB_MUST_CHECK wb_rc wb_loop_run(wb_loop *self, wb_err *err);
/* One turn: wait at most `max_wait_ms`, then handle all that is ready. For tests and short tools.*/
WB_MUST_CHECK wb_rc wb_loop_turn(wb_loop *self, int64_t max_wait_ms, wb_err *err);
void wb_loop_stop(wb_loop *self);
/* Monotonic ms at the start of this turn: cheap. */
int64_t wb_loop_now_ms(const wb_loop *self);
/* UTC us at the start of this turn: cheap. */
int64_t wb_loop_utc_us(const wb_loop *self);

/* A timer lives in its owner, zeroed; it fires once per start. */
typedef struct wb_timer {
    wb_heap_node node;
    void (*fire)(struct wb_timer *self, void *arg);
    void *arg;
} wb_timer;
void wb_timer_start(wb_loop *loop, wb_timer *timer, int64_t after_ms); /* restarts when running */
void wb_timer_start_us(wb_loop *loop, wb_timer *timer, int64_t after_us); /* finer: commit rule */
void wb_timer_stop(wb_loop *loop, wb_timer *timer); /* harmless when not running */
bool wb_timer_running(const wb_timer *timer);

/* Descriptors, level-triggered. `events`: EPOLLIN, EPOLLOUT. */
typedef void (*wb_fd_ready)(void *arg, int fd, uint32_t events);
WB_MUST_CHECK wb_rc wb_loop_watch(wb_loop *self, int fd, uint32_t events, wb_fd_ready ready,
                                  void *arg, wb_err *err); /* again: changes events */
void wb_loop_unwatch(wb_loop *self, int fd);

/* ZeroMQ sockets (void * of libzmq). `drain` is called when the socket may be readable; it works
 * until EAGAIN or its budget of WB_LOOP_BUDGET messages and returns true when it stopped at the
 * budget. Sockets are drained in order of `rank` (receipts before work). */
#define WB_LOOP_BUDGET 256
typedef bool (*wb_zmq_drain)(void *arg, void *socket);
WB_MUST_CHECK wb_rc wb_loop_zmq(wb_loop *self, void *socket, int rank, wb_zmq_drain drain,
                                void *arg, wb_err *err);
void wb_loop_zmq_remove(wb_loop *self, void *socket);

/* SIGTERM, SIGINT, SIGHUP arrive here (blocked otherwise, before any thread of ZeroMQ is made). */
typedef void (*wb_signal_ready)(void *arg, int signo);
WB_MUST_CHECK wb_rc wb_loop_signals(wb_loop *self, wb_signal_ready ready, void *arg, wb_err *err);

/* Called at the end of each turn, in order of `rank`: flush what the turn gathered (0: commit,
 * 10: receipts and sends, 20: publish; HTTP's own, at 1000, sends what they started). Returns true
 * when it wants the next wait to be zero. */
typedef struct wb_loop_hook {
    wb_link link; /* private */
    int rank;
    bool (*flush)(void *arg);
    void *arg;
} wb_loop_hook;
void wb_loop_hook_add(wb_loop *self, wb_loop_hook *hook);
void wb_loop_hook_remove(wb_loop_hook *hook);

/* Turn statistics for status: turns, longest turn, wake-ups. */
typedef struct {
    uint64_t turns;
    int64_t longest_turn_ms;
} wb_loop_stats;
void wb_loop_stat(const wb_loop *self, wb_loop_stats *out);

/* The watchdog: a handler that holds the turn longer than `after_ms` (to 1.25 times that) ends the
 * process (abort), from a thread that rests while the loop does; `mark` is called there first and
 * may only write(2). 0 = off. See watchdog.h. */
void wb_loop_watchdog(wb_loop *self, int64_t after_ms, void (*mark)(void));

#endif
