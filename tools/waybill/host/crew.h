/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crew - the processes of this host: started, watched, started again, ended in order
 *
 * A process that ends is started again, the first time at once, then with growing pauses. One that
 * was killed from outside is back at once, or, when it was not ready yet, after 0.1 s, however
 * often that happens. Exit code 100 means "do not restart me".
 * None of them outlives us: the kernel kills them when we die.
 */
#ifndef WB_TOOLS_WAYBILL_HOST_CREW_H
#define WB_TOOLS_WAYBILL_HOST_CREW_H

#include <sys/types.h>

#include "actors/runtime/loop/loop.h"
#include "protocol/limits.h"
#include "tools/waybill/host/place.h"

#define WB_CREW_MAX 300

typedef struct wb_crew wb_crew;

typedef struct {
    char instance[WB_INSTANCE_MAX + 1];
    char actor[16];
    pid_t pid; /* 0 = not running */
    bool ready;
    bool was_ready; /* at least once */
    bool refused;   /* ended with 100: stays down */
    unsigned restarts;
    int last_status;          /* of waitpid, when it ended last */
    int64_t cpu_us, peak_kib; /* of its ended lives together; highest */
    /* private */
    wb_crew *crew;
    bool reloaded; /* in this life: what it refused may be mended */
    int pidfd, rank;
    unsigned quick_ends;
    int64_t started_ms;
    wb_timer again;
} wb_child;

typedef struct {
    const wb_place *place;
    bool first;           /* until a process was ready once, it is told that it is new */
    bool restored;        /* and that its store came from a backup */
    bool foreground_logs; /* to our standard error instead of <state>/log */
    const char *only;     /* an instance or an actor; NULL = all */
    void (*changed)(void *arg, const wb_child *child); /* started, ready, ended */
    void (*ended)(void *arg); /* after wb_crew_end, or when all that were to run refused */
    void *arg;
} wb_crew_conf;

/* Every instance that the configuration wants, whoever starts it. */
typedef void (*wb_crew_each)(void *arg, const char *instance);
void wb_crew_wanted(const wb_place *place, wb_crew_each each, void *arg);

WB_MUST_CHECK wb_rc wb_crew_new(wb_crew **out, wb_loop *loop, const wb_crew_conf *conf,
                                wb_err *err);
void wb_crew_destroy(wb_crew **self_p); /* kills what still runs */
WB_MUST_CHECK wb_rc wb_crew_start(wb_crew *self, wb_err *err);
void wb_crew_signal(wb_crew *self, int signo);
/* SIGHUP to all; what refused to run may try again. */
void wb_crew_reload(wb_crew *self);
/* Sources first: SIGTERM by rank, the next when those before are gone or a second has passed. */
void wb_crew_end(wb_crew *self, int64_t patience_ms);
size_t wb_crew_count(const wb_crew *self);
const wb_child *wb_crew_at(const wb_crew *self, size_t index);
size_t wb_crew_ready(const wb_crew *self);
unsigned wb_crew_restarts(const wb_crew *self);
bool wb_crew_refused(const wb_crew *self); /* some process ended with 100 */

#endif
