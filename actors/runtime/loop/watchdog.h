/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watchdog - ends the process when one turn of its loop takes too long
 *
 * A thread that a timer wakes only while there is something to watch: it is armed by a turn that
 * finds it still, and rests at the first tick that finds the loop waiting. A turn ends the process
 * when four ticks, each seen on its own, find the same turn: a process that was stopped, or whose
 * machine was, sees one tick for all the time it missed, and is not ended for it.
 */
#ifndef WB_ACTORS_RUNTIME_LOOP_WATCHDOG_H
#define WB_ACTORS_RUNTIME_LOOP_WATCHDOG_H

#include <stdint.h>

#include "protocol/base/error.h"

typedef struct wb_watchdog wb_watchdog;

/* `mark` runs in the thread before abort() and may only write(2); NULL = none. */
WB_MUST_CHECK wb_rc wb_watchdog_new(wb_watchdog **out, int64_t after_ms, void (*mark)(void),
                                    wb_err *err);
void wb_watchdog_destroy(wb_watchdog **self_p);
/* Around each turn; no system call but at most one each after_ms / 4. */
void wb_watchdog_enter(wb_watchdog *self);
void wb_watchdog_leave(wb_watchdog *self);

#endif
