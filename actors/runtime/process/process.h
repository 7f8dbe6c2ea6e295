/* SPDX-License-Identifier: Apache-2.0 */
/*
 * process - what a process does to itself at start: limits, and a mark when it ends uncleanly
 *
 * An end by a fatal signal (an abort for want of memory is one) and by the watchdog leaves one line
 * in <state_dir>/<instance>.unclean, "<UTC seconds> <why>[ <message id>]", by one write(2). The
 * message is the one that was being worked on, where that is known: so a message that ends its
 * process is known by name, also from before anybody was careful. A SIGKILL from outside, a power
 * cut and an exit leave none: only what is our own fault counts.
 */
#ifndef WB_ACTORS_RUNTIME_PROCESS_PROCESS_H
#define WB_ACTORS_RUNTIME_PROCESS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/base/error.h"
#include "protocol/key.h"

/* So many unclean ends within so long: for as long from its start, what may be the cause is taken
 * with care. */
#define WB_CAREFUL_ENDS 2
#define WB_CAREFUL_WITHIN_MS 60000
/* A message that was being worked on at so many of them is set aside. */
#define WB_CAREFUL_ENDED_BY 3
#define WB_ENDS_THE_PROCESS "ends the process: three times it ended while this was worked on"

/* First of all, in every program: no core dumps (they hold secrets), and what it makes, files and
 * sockets alike, is for its user alone. */
void wb_process_keep_private(void);

/* Once, early, before there are threads: SIGPIPE ignored, as many descriptors as are allowed (at
 * most 65536), at most `memory_bytes` of private memory (0 = no limit; mapped files do not count;
 * not under a sanitizer), and the handlers that leave the mark. WB_FATAL: the mark's file cannot be
 * opened, or a bad instance name. */
WB_MUST_CHECK wb_rc wb_process_guard(const char *state_dir, const char *instance,
                                     int64_t memory_bytes, wb_err *err);

/* How many unclean ends of this instance were marked within the last `within_ms`. */
size_t wb_process_unclean_ends(const char *state_dir, const char *instance, int64_t within_ms);

/* The message that is worked on from here on; NULL = none, or not known which. For the mark. */
void wb_process_works_on(const wb_id *id);
/* Of the marks that wb_process_guard found, none older than WB_CAREFUL_WITHIN_MS: is care needed
 * now (wb_now_ms), and how many of them name this message? Who lived so long without another end
 * needs no care any more. */
bool wb_process_careful(int64_t now_ms);
size_t wb_process_ended_by(const wb_id *id);
/* A person wants it tried again: what is known of it does not count in this life. */
void wb_process_forgive(const wb_id *id);

/* For the watchdog, in its thread: leaves the mark of a handler that does not end. */
void wb_process_mark_stuck(void);

/* <run_dir>/<instance>.ready, with our number in it: what a supervisor waits for. It comes whole,
 * so that who sees it can read it, and it goes when we are not ready any more. Best effort. */
void wb_process_tell_ready(const char *run_dir, const char *instance, bool ready);

/* In a child, after fork: `signo` when `parent` ends, at once when it has. */
void wb_process_end_with(int parent, int signo);

#endif
