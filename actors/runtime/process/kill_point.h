/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill_point - named points where `tools/prove` lets a process end itself, and other faults of ours
 */
#ifndef WB_ACTORS_RUNTIME_PROCESS_KILL_POINT_H
#define WB_ACTORS_RUNTIME_PROCESS_KILL_POINT_H

#include <stdint.h>

#include "protocol/base/buf.h"

/* Named points where `tools/prove` kills: a no-op unless this process's plan names it
 * ("pusher.left:17": the 17th time). The plan is WB_KILL_AT, or the file <WB_KILL_DIR>/<instance>,
 * looked for once by wb_kill_points_arm.
 * NULL = a point that its caller has no name for. */
void wb_kill_points_arm(const char *instance);
void wb_kill_point(const char *name);
/* The same, and of that record's kind alone as well: "pusher.left.shipment". `record`: its key as
 * it is printed, tenant/account/kind/id. */
void wb_kill_point_of(const char *name, wb_view record);
/* Faults of our own, by WB_FAULT_ON (see kill_point.c); no-ops without it. The first may not
 * return, the second may take its time. */
void wb_fault_on_record(wb_view record);
void wb_fault_on_answer(wb_view record);
void wb_fault_on_commit(uint64_t commits);

#endif
