/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run - everything at once: the simulator, every process, one line that tells how it goes
 *
 * The life of it: the world is ready, tells its sellers, the configuration is written, the crew
 * starts, the world gives orders, we look, and at the end we count. Start reading at the bottom.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors/ask/read.h"
#include "actors/runtime/process/log.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/waybill/host/dashboard.h"
#include "tools/waybill/host/last_word.h"
#include "tools/waybill/host/proc.h"
#include "tools/waybill/host/reach.h"
#include "tools/waybill/host/state.h"
#include "tools/waybill/terminal/command.h"
#include "tools/waybill/terminal/table.h"
#include "tools/waybill/trial/demo.h"
#include "tools/waybill/trial/line.h"
#include "tools/waybill/trial/run.h"
#include "tools/waybill/trial/tally.h"
#include "tools/waybill/trial/world.h"

#define LOOK_MS 200
#define STALL_MS 90000 /* nothing moves for so long: it will not */
#define LATE_MS 5000
#define PATIENCE_MS 15000
#define START_MS 30000
#define FLOW_OFF_MS 5000 /* interrupted: how long what is under way may take to get through */

typedef struct {
    const wb_run_conf *conf;
    wb_loop *loop;
    wb_world *world;
    wb_crew *crew;
    wb_client *client;
    wb_json *json; /* scratch */
    wb_place place;
    int lock;
    wb_tally tally;
    wb_ask *ask, *status;
    wb_timer look, deadline;
    wb_line line;
    int64_t start_ms, moved_ms;
    int64_t settled_ms;     /* since then; 0 = it is not */
    int64_t moved;          /* sum of all that moves, to see a stall */
    int64_t interrupted_ms; /* 0 = not */
    bool flowing, ending, broken, refused;
    size_t step; /* of what is asked in turn */
    char why[WB_ERR_TEXT_MAX + 1];
} run_state;

static void next_step(run_state *self);

static void
fail(run_state *self, const char *why)
{
    if (!self->why[0])
        (void)snprintf(self->why, sizeof self->why, "%s", why);
    self->broken = true;
    if (self->crew)
        wb_crew_end(self->crew, PATIENCE_MS);
    else
        wb_loop_stop(self->loop);
}

/* --- does it go on? --- */

static void
look_for_stall(run_state *self)
{
    const wb_tally *tally = &self->tally;
    int64_t moved = tally->given + tally->versions + tally->read - tally->open - tally->held;

    if (tally->with_story) /* its lists are read again and again: that is no progress */
        moved = wb_story_moved(&tally->story);
    if (moved != self->moved) {
        self->moved = moved;
        self->moved_ms = wb_now_ms();
    } else if (self->conf->until_done && wb_now_ms() - self->moved_ms > STALL_MS) {
        (void)snprintf(self->why, sizeof self->why, "nothing moved for %d s", STALL_MS / 1000);
        self->broken = self->ending = self->tally.stalled = true;
    }
}

/* --- asking, one after the other: what is known while it flows, and the rest at the end --- */

static void
on_stats(void *arg, wb_json *json)
{
    run_state *self = arg;

    if (json)
        wb_tally_stats(&self->tally, json);
    next_step(self);
}

static void
on_stopped(void *arg, wb_json *json)
{
    run_state *self = arg;

    self->tally.stopped = json != NULL;
    next_step(self);
}

static void
on_missing(void *arg, wb_json *json)
{
    run_state *self = arg;

    if (json)
        wb_tally_missing(&self->tally, json);
    next_step(self);
}

static void
on_refused(void *arg, wb_json *json)
{
    run_state *self = arg;

    if (json)
        wb_apart_refused(&self->tally.apart, json);
    next_step(self);
}

static void
on_all_missing(void *arg, wb_json *json)
{
    run_state *self = arg;

    if (json)
        wb_story_missing(&self->tally.story, json, self->tally.parked_ids);
    next_step(self);
}

static void
on_runs(void *arg, wb_ask *ask)
{
    run_state *self = arg;

    wb_tally_ledger(&self->tally, ask, self->json);
    next_step(self);
}

static void
on_parked(void *arg, wb_ask *ask)
{
    run_state *self = arg;

    wb_tally_parked(&self->tally, ask, self->json);
    next_step(self);
}

static void
on_status(void *arg, wb_ask *ask)
{
    run_state *self = arg;

    self->status = ask;
    self->ask = NULL;
    next_step(self);
}

/* OF_STORY: at its end, where two systems were named. */
typedef enum { ALWAYS, AT_END, OF_STORY } step_time;

/* A row asks the world (path) or our processes (kind). */
static const struct {
    const char *path;
    wb_world_answer answer;
    wb_kind kind;
    const char *actors;
    const char *body;
    wb_ask_done done;
    step_time when;
} steps[] = {
    {"/sim/stats",                     on_stats,       WB_KIND_NONE,        NULL,                            NULL,            NULL,      ALWAYS  },
    {NULL,                             NULL,           WB_KIND_CALL_RUNS,   "monitor",                       "{\"limit\":0}", on_runs,   ALWAYS  },
    {NULL,                             NULL,           WB_KIND_CALL_PARKED, "poller enricher mapper pusher",
     "{\"action\":\"list\",\"limit\":1000}",                                                                                  on_parked, AT_END  },
    {"/sim/missing?target=" WB_TARGET, on_missing,     WB_KIND_NONE,        NULL,                            NULL,            NULL,      AT_END  },
    {"/sim/refused",                   on_refused,     WB_KIND_NONE,        NULL,                            NULL,            NULL,      OF_STORY},
    {"/sim/missing",                   on_all_missing, WB_KIND_NONE,        NULL,                            NULL,            NULL,      OF_STORY},
    {NULL,                             NULL,           WB_KIND_CALL_STATUS, NULL,                            "{}",            on_status, AT_END  },
};

/* Why nothing moves, as far as the processes say. */
static void
explain_stall(run_state *self)
{
    wb_json *json = self->json;
    char reason[256];

    for (size_t i = 0; self->status && i < self->status->count; i++) {
        const wb_answer *answer = &self->status->answers[i];
        wb_json_ref at;

        if (wb_answer_read(answer, json, NULL))
            continue;
        wb_read_text(json, 0, "store.pressure_why", reason, sizeof reason);
        at = wb_json_first(json, wb_json_get(json, 0, "accounts"));
        for (; at != WB_JSON_NONE && !reason[0]; at = wb_json_next(json, at))
            wb_read_text(json, at, "reason", reason, sizeof reason);
        if (!reason[0])
            continue;
        (void)snprintf(self->why, sizeof self->why, "nothing moved for %d s: %s: %s",
                       STALL_MS / 1000, answer->instance, reason);
        return;
    }
}

/* Settled, and at the target; or settled so long that what is not there was lost: a list may still
 * have to be read that tells of it. */
static bool
all_came(run_state *self)
{
    if (!wb_tally_settled(&self->tally)) {
        self->settled_ms = 0;
        return false;
    }
    if (self->tally.with_story)
        return wb_story_over(&self->tally.story, wb_now_ms());
    if (!self->settled_ms)
        self->settled_ms = wb_now_ms();
    return wb_tally_arrived(&self->tally) || wb_now_ms() - self->settled_ms > LATE_MS;
}

static void
steps_over(run_state *self)
{
    if (self->step == WB_COUNT(steps)) { /* all is known: end */
        self->tally.seconds = (double)(wb_now_ms() - self->start_ms) / 1000.0;
        if (self->line.live)
            fprintf(stderr, "\r\033[K");
        if (self->tally.stalled)
            explain_stall(self);
        wb_run_table(self->crew, self->status, self->world, self->json, self->conf->json);
        wb_crew_end(self->crew, PATIENCE_MS);
        return;
    }
    wb_line_show(&self->line, &self->tally, wb_now_ms() - self->start_ms,
                 wb_crew_restarts(self->crew), self->interrupted_ms != 0);
    look_for_stall(self);
    if ((self->conf->until_done || self->tally.stopped) && all_came(self))
        self->ending = true;
    if (self->interrupted_ms && wb_now_ms() - self->interrupted_ms > FLOW_OFF_MS)
        self->ending = true;
    if (self->ending)
        next_step(self);
    else
        wb_timer_start(self->loop, &self->look, LOOK_MS);
}

static bool
is_left_out(const run_state *self, size_t step)
{
    return step < WB_COUNT(steps) && steps[step].when == OF_STORY && !self->tally.with_story;
}

static void
next_step(run_state *self)
{
    size_t step = self->step++;
    wb_err err = {0};
    wb_rc rc = WB_OK;

    wb_ask_destroy(&self->ask);
    while (is_left_out(self, step))
        step = self->step++;
    if (step == WB_COUNT(steps) || (steps[step].when != ALWAYS && !self->ending)) {
        self->step = step;
        steps_over(self);
        return;
    }
    if (steps[step].path)
        rc = wb_world_ask(self->world, "GET", steps[step].path, steps[step].answer, self, &err);
    else
        self->ask = wb_ask_start(self->client, &(wb_question){.actors = steps[step].actors,
                                                              .kind = steps[step].kind,
                                                              .body = wb_view_of(steps[step].body),
                                                              .done = steps[step].done,
                                                              .arg = self});
    if (rc)
        next_step(self); /* nobody there just now: the others may be */
}

static void
on_look(wb_timer *timer, void *arg)
{
    run_state *self = arg;
    wb_err err = {0};

    (void)timer;
    if (!wb_world_alive(self->world)) {
        fail(self, "the simulator ended: see sim.log in the state folder");
        return;
    }
    self->step = 0;
    if (!self->interrupted_ms || self->tally.stopped ||
        wb_world_ask(self->world, "POST", "/sim/stop", on_stopped, self, &err))
        next_step(self);
}

/* --- starting --- */

static void
tell_address(const run_state *self)
{
    char address[WB_DASHBOARD_SIZE];
    wb_err err = {0};

    if (!self->conf->listen)
        return;
    if (wb_dashboard_address(address, &self->place, WB_ROLE_ADMIN, &err))
        fprintf(stderr, "no dashboard: %s\n", err.text);
    else
        fprintf(stderr, "dashboard: %s   (good for a minute; `waybill dashboard` prints another)\n",
                address);
}

static void
on_started(void *arg, wb_json *json)
{
    run_state *self = arg;

    if (!json) {
        fail(self, "the simulator does not start");
        return;
    }
    tell_address(self);
    self->flowing = true;
    self->start_ms = self->moved_ms = self->line.shown_ms = wb_now_ms();
    wb_timer_start(self->loop, &self->look, LOOK_MS);
}

static void
on_changed(void *arg, const wb_child *child)
{
    run_state *self = arg;
    wb_err err = {0};

    if (!self->crew)
        return;
    if (child->refused && !self->why[0])
        wb_last_word(self->why, sizeof self->why, &self->place, child->instance);
    if (child->refused && !self->ending)
        fail(self, "a process refused to run: see its log");
    if (self->flowing || self->ending || wb_crew_ready(self->crew) < wb_crew_count(self->crew) ||
        wb_world_busy(self->world))
        return;
    wb_timer_stop(self->loop, &self->deadline);
    if (wb_reach(&self->client, self->loop, &self->place, &err) ||
        wb_world_ask(self->world, "POST", "/sim/start", on_started, self, &err))
        fail(self, err.text);
}

static void
on_ended(void *arg)
{
    wb_loop_stop(((run_state *)arg)->loop);
}

static wb_rc
start_crew(run_state *self, const char *path, wb_err *err)
{
    wb_crew_conf conf = {.place = &self->place,
                         .first = true,
                         .changed = on_changed,
                         .ended = on_ended,
                         .arg = self};
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    wb_rc rc;

    if (wb_place_load(&config, path, false))
        return wb_fail(err, WB_FATAL, "the built-in configuration has problems");
    rc = wb_place_of(&self->place, path, wb_config_tree_of(config), err);
    if (!rc)
        rc = wb_state_open(&self->lock, &self->place, true, PATIENCE_MS, err);
    if (!rc)
        rc = wb_crew_new(&self->crew, self->loop, &conf, err);
    return rc ? rc : wb_crew_start(self->crew, err);
}

static void
on_setup(void *arg, wb_json *json)
{
    run_state *self = arg;
    wb_demo_counts counts = {self->conf->pollers, self->conf->enrichers, self->conf->mappers,
                             self->conf->pushers, self->conf->listen};
    char path[WB_PATH_SIZE];
    wb_err err = {0};
    wb_rc rc;

    if (!json) {
        fail(self, "the simulator does not answer");
        return;
    }
    rc = wb_demo_write(path, sizeof path, self->conf->state, &counts, json, &err);
    if (!rc)
        rc = start_crew(self, path, &err);
    if (rc)
        fail(self, err.text);
}

/* Without its name: "waybill-sim: --pace: ..." */
static const char *
strip(const char *why)
{
    return strncmp(why, "waybill-sim: ", 13) == 0 ? why + 13 : why;
}

static void
on_world_ready(void *arg)
{
    run_state *self = arg;
    char path[WB_PATH_SIZE + 16], why[300];
    wb_err err = {0};

    if (!wb_world_port(self->world)) {
        (void)snprintf(path, sizeof path, "%s/sim.log", self->conf->state);
        wb_last_line(why, sizeof why, path);
        self->refused = wb_world_refused(self->world);
        fail(self, why[0] ? strip(why) : "the simulator did not start");
    } else if (wb_world_ask(self->world, "GET", "/sim/setup?target=main", on_setup, self, &err)) {
        fail(self, err.text);
    }
}

static void
on_deadline(wb_timer *timer, void *arg)
{
    (void)timer;
    fail(arg, "not every process was ready in time: see the logs in the state folder");
}

static void
on_signal(void *arg, int signo)
{
    run_state *self = arg;

    if (signo == SIGHUP)
        return;
    if (!self->flowing) {
        self->interrupted_ms = wb_now_ms();
        fail(self, "interrupted");
    } else if (!self->interrupted_ms) {
        self->interrupted_ms = wb_now_ms(); /* no more is given, the rest gets through */
    } else if (!self->ending) {
        self->ending = true; /* asked twice: at once, in order */
    } else {
        wb_crew_signal(self->crew, SIGKILL);
    }
}

static wb_rc
begin(run_state *self, wb_err *err)
{
    const wb_run_conf *conf = self->conf;
    wb_world_conf world = {.folder = conf->state,
                           .orders = conf->orders,
                           .changes = conf->changes,
                           .accounts = conf->accounts,
                           .seed = conf->seed,
                           .pace = conf->pace,
                           .faults = conf->faults,
                           .rate_scale = conf->rate_scale,
                           .erp_secret = WB_DEMO_ERP_SECRET,
                           .story = conf->story};
    wb_rc rc = wb_loop_new(&self->loop, err);

    if (!rc)
        rc = wb_loop_signals(self->loop, on_signal, self, err);
    if (!rc)
        rc = wb_world_new(&self->world, self->loop, &world, on_world_ready, self, err);
    if (rc)
        return rc;
    self->look = (wb_timer){.fire = on_look, .arg = self};
    self->deadline = (wb_timer){.fire = on_deadline, .arg = self};
    wb_timer_start(self->loop, &self->deadline, START_MS);
    return wb_loop_run(self->loop, err);
}

static int
finish(run_state *self, wb_rc rc, const wb_err *err)
{
    bool good = !rc && !self->broken;

    if (self->line.live)
        fprintf(stderr, "\r\033[K");
    if (rc || self->why[0])
        fprintf(stderr, "waybill run: %s\n", rc ? err->text : self->why);
    if (self->flowing && !rc) {
        if (!self->conf->json) {
            printf("\n");
            wb_tally_print(&self->tally, stdout);
        }
        wb_tally_json(&self->tally, stdout);
    }
    if (!self->interrupted_ms || self->conf->until_done)
        good = good && wb_tally_good(&self->tally);
    if (self->refused)
        return EXIT_USAGE;
    return good ? EXIT_DONE : EXIT_NO;
}

int
wb_run_simulated(const wb_run_conf *conf, bool *worth_a_look)
{
    run_state self = {
        .conf = conf, .json = wb_json_new(), .lock = -1, .line.live = isatty(STDERR_FILENO)};
    wb_err err = {0};
    wb_rc rc;
    int code;

    wb_tally_init(&self.tally);
    self.tally.with_story = conf->story != NULL;
    rc = begin(&self, &err);
    code = finish(&self, rc, &err);
    *worth_a_look = code != EXIT_DONE && !self.interrupted_ms && self.crew;
    wb_ask_destroy(&self.ask);
    wb_ask_destroy(&self.status);
    wb_client_destroy(&self.client);
    wb_json_destroy(&self.json);
    wb_crew_destroy(&self.crew);
    wb_world_destroy(&self.world);
    wb_loop_destroy(&self.loop);
    wb_fd_close(&self.lock);
    wb_tally_fini(&self.tally);
    return code;
}
