/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill_point - named points where `tools/prove` lets a process end itself, as SIGKILL would
 *
 * One environment serves all processes of a host, so the plan for one of them is a file:
 * <WB_KILL_DIR>/<instance> holds "point:n". It is taken once, at the process's start (.armed), and
 * named .fired right before the end, so that the next life is not ended again and whoever
 * planned it can tell that it happened.
 *
 * A fault of our own, for the tests, is in WB_FAULT_ON, for every process of the host, or with
 * "pusher-1 " in front for that one alone: "abort:TEXT" and "spin:TEXT" end or stop a process
 * whenever it takes a message whose record key contains TEXT, "abort_late:TEXT" when an answer
 * about it alone is read; "slow_commit:MS" makes one commit of each process last so long.
 */
#include "actors/runtime/process/kill_point.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define PLAN_MAX 80
#define PATH_SIZE 512
#define SLOW_COMMIT 4 /* the commit that is slow: early in the work */

static char wanted[PLAN_MAX + 1];
static int64_t left;      /* times until it strikes; 0 = never */
static const char *fault; /* WB_FAULT_ON; NULL = none */
static char armed_path[PATH_SIZE + 8], fired_path[PATH_SIZE + 8];

static void
set_plan(const char *plan)
{
    const char *colon = strchr(plan, ':');
    wb_err err = {0};

    left = 1;
    if (colon)
        wb_ignore(wb_text_int(&left, wb_view_of(colon + 1), &err), "the first time then");
    (void)snprintf(wanted, sizeof wanted, "%.*s", colon ? (int)(colon - plan) : PLAN_MAX, plan);
}

static void
read_plan(const char *path)
{
    WB_AUTO(wb_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    char plan[PLAN_MAX + 1] = "";
    ssize_t len = fd < 0 ? -1 : read(fd, plan, PLAN_MAX);

    if (len <= 0 || rename(path, armed_path))
        return;
    plan[strcspn(plan, "\n")] = '\0';
    set_plan(plan);
}

/* "INSTANCE FAULT:..." is one process's, "FAULT:..." is everyone's. */
static void
set_fault(const char *text, const char *instance)
{
    const char *blank = text ? strchr(text, ' ') : NULL;

    if (!blank)
        fault = text;
    else if (wb_view_eq((wb_view){text, (size_t)(blank - text)}, wb_view_of(instance)))
        fault = blank + 1;
}

void
wb_kill_points_arm(const char *instance)
{
    const char *plan = getenv("WB_KILL_AT"), *dir = getenv("WB_KILL_DIR");
    char path[PATH_SIZE];

    set_fault(getenv("WB_FAULT_ON"), instance);
    if (plan) {
        set_plan(plan);
    } else if (dir && snprintf(path, sizeof path, "%s/%s", dir, instance) < (int)sizeof path) {
        (void)snprintf(armed_path, sizeof armed_path, "%s.armed", path);
        (void)snprintf(fired_path, sizeof fired_path, "%s.fired", path);
        read_plan(path);
    }
}

void
wb_kill_point(const char *name)
{
    if (left <= 0 || !name || strcmp(wanted, name) != 0 || --left > 0)
        return;
    if (*fired_path)
        wb_ignore(rename(armed_path, fired_path), "the end itself shows as well");
    (void)raise(SIGKILL);
}

/* tenant/account/KIND/id: what is escaped in the parts has no slash. {NULL, 0} = it has none. */
static wb_view
kind_of(wb_view record)
{
    const char *end = record.data + record.len, *from = record.data, *to;

    for (int i = 0; i < 2 && from; i++) {
        from = from < end ? memchr(from, '/', (size_t)(end - from)) : NULL;
        from = from ? from + 1 : NULL;
    }
    to = from && from < end ? memchr(from, '/', (size_t)(end - from)) : NULL;
    return to ? (wb_view){from, (size_t)(to - from)} : (wb_view){NULL, 0};
}

void
wb_kill_point_of(const char *name, wb_view record)
{
    char whole[PLAN_MAX + 1];
    wb_view kind;

    if (left <= 0 || !name)
        return;
    wb_kill_point(name);
    kind = kind_of(record);
    if (snprintf(whole, sizeof whole, "%s.%.*s", name, WB_VIEW_ARG(kind)) < (int)sizeof whole)
        wb_kill_point(whole);
}

/* What behind `name` and a colon stands in WB_FAULT_ON; NULL = another fault, or none. */
static const char *
fault_of(const char *name)
{
    size_t len = strlen(name);

    return fault && !strncmp(fault, name, len) && fault[len] == ':' ? fault + len + 1 : NULL;
}

static bool
contains(wb_view text, const char *part)
{
    return part && text.len && memmem(text.data, text.len, part, strlen(part));
}

void
wb_fault_on_record(wb_view record)
{
    volatile bool spinning = true;

    if (!fault)
        return;
    if (contains(record, fault_of("abort")))
        abort();
    if (contains(record, fault_of("spin")))
        while (spinning)
            continue;
}

void
wb_fault_on_answer(wb_view record)
{
    if (fault && contains(record, fault_of("abort_late")))
        abort();
}

void
wb_fault_on_commit(uint64_t commits)
{
    const char *text = commits == SLOW_COMMIT ? fault_of("slow_commit") : NULL;
    int64_t ms = 0;

    if (!text || wb_text_int(&ms, wb_view_of(text), NULL) || ms <= 0)
        return;
    /* the watchdog's ticks interrupt it */
    for (int64_t end = wb_now_ms() + ms; ms > 0; ms = end - wb_now_ms())
        (void)poll(NULL, 0, (int)ms);
}
