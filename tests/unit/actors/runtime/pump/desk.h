/* SPDX-License-Identifier: Apache-2.0 */
/*
 * desk - a target that takes what it is given to a back office, and tells later what became of it
 *
 * Requests have a line for each item, "RECORD rev=REVISION again=0|1 attempt=ID number=N ticket=T
 * cursor=C"; answers have one too, "WORD": done, unchanged, later, refused, absent, unknown, more;
 * anything else is the ticket of what is accepted. A status other than 200 is what it usually is.
 *
 *   default/desk   rule for unknown outcomes: a person; tickets live a day
 *   default/keys   honours keys: what is unknown is sent again; compares revisions
 *   default/soon   as desk, but a ticket lives 300 ms
 *   default/post   is told the attempt, and looks for it
 */
#ifndef WB_TESTS_UNIT_ACTORS_RUNTIME_PUMP_DESK_H
#define WB_TESTS_UNIT_ACTORS_RUNTIME_PUMP_DESK_H

#include <check.h>

#include "tests/unit/actors/runtime/pump/pump_kit.h"

#define DESK "default/desk"
#define DESK_KEYS "default/keys"
#define DESK_SOON "default/soon"
#define DESK_POST "default/post"

void desk_open(kit *self);
/* A wanted state number `n` of the record "default/shop/order/n<n>x". */
void desk_take(kit *self, const char *target, size_t n, uint64_t revision);
/* Answer the oldest request to /push or to /look. */
void desk_reply(const char *path, const char *lines);
/* The target takes it and gives this ticket. */
void desk_accept(kit *self, const char *target, size_t n, uint64_t revision, const char *ticket);
wb_job *desk_job(kit *self, const char *target, size_t n);
bool desk_mark(kit *self, const char *target, size_t n, wb_mark_row *out);

#endif
