/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/ask/board.h"

#include <stdio.h>
#include <string.h>

#include "actors/ask/board_inside.h"
#include "actors/ask/read.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define PROCESSES_MAX 128
#define RATE_MS_MAX 60000 /* counters of longer ago tell no rate of now */

/* --- stages: what each one's processes count --- */

typedef enum { PULL, FETCH, MAP, PUSH, STAGE_COUNT } stage;

/* `done`: counters that grow with what goes through; `depth`: what is there and not through yet. */
static const struct {
    const char *name, *actor;
    const char *done[3], *depth[2];
} stages[STAGE_COUNT] = {
    [PULL] = {"pull",  "poller",   {"received"},                                                    {"store.rows.jobs"}},
    [FETCH] = {"fetch", "enricher", {"handed_on"},                                                   {"jobs"}           },
    [MAP] = {"map",
              "mapper",            {"outcomes.handed_on", "outcomes.unchanged", "outcomes.merged"},
              {"store.rows.outbox"}                                                                                    },
    [PUSH] = {"push",  "pusher",   {"delivered", "unchanged"},                                      {"jobs"}           },
};

typedef struct {
    char instance[WB_INSTANCE_MAX + 1], actor[32], version[32], trouble[160];
    bool ready, draining;
    int64_t pid, started_utc_us, cpu_us, peak_kib, in_hand, taken, outstanding;
    int64_t held, parked, store_bytes, done, depth;
    int64_t cpu_permille; /* of one core, since the time before; -1 = not known */
    int64_t done_before;  /* -1 = it is another life, or was not there */
} process;

struct wb_board {
    wb_json *json; /* scratch */
    process *rows, *before;
    size_t count, before_count;
    int64_t at_ms, before_ms, at_utc_us;
    board_accounts accounts;
    wb_map *parked; /* account -> rows */
    int64_t parked_rows;
    char (*silent)[WB_INSTANCE_MAX + 1];
    size_t silent_count;
};

wb_board *
wb_board_new(void)
{
    wb_board *self = wb_alloc(sizeof *self);

    self->json = wb_json_new();
    self->rows = wb_alloc(PROCESSES_MAX * sizeof *self->rows);
    self->before = wb_alloc(PROCESSES_MAX * sizeof *self->before);
    self->silent = wb_alloc(PROCESSES_MAX * sizeof *self->silent);
    self->parked = wb_map_new();
    return self;
}

void
wb_board_destroy(wb_board **self_p)
{
    wb_board *self = *self_p;

    if (!self)
        return;
    wb_json_destroy(&self->json);
    wb_free(&self->rows);
    wb_free(&self->before);
    wb_free(&self->silent);
    board_accounts_fini(&self->accounts);
    wb_map_destroy(&self->parked);
    wb_free(self_p);
}

/* --- what processes say --- */

static int64_t
sum(wb_json *json, const char *const *paths, size_t count)
{
    int64_t all = 0;

    for (size_t i = 0; i < count && paths[i]; i++)
        all += wb_read_int(json, 0, paths[i]);
    return all;
}

static void
compare(process *self, const wb_board *board)
{
    int64_t passed_ms = board->at_ms - board->before_ms;

    self->cpu_permille = self->done_before = -1;
    if (!board->before_ms || passed_ms <= 0 || passed_ms > RATE_MS_MAX)
        return;
    for (size_t i = 0; i < board->before_count; i++) {
        const process *was = &board->before[i];

        if (strcmp(was->instance, self->instance) != 0 ||
            was->started_utc_us != self->started_utc_us)
            continue;
        self->cpu_permille = (self->cpu_us - was->cpu_us) / passed_ms;
        self->done_before = was->done;
    }
}

static void
read_process(process *self, wb_json *json, const char *instance)
{
    *self = (process){.ready = wb_read_bool(json, 0, "ready"),
                      .draining = wb_read_bool(json, 0, "draining"),
                      .pid = wb_read_int(json, 0, "pid"),
                      .started_utc_us = wb_read_int(json, 0, "started_utc_us"),
                      .cpu_us = wb_read_int(json, 0, "cpu_us"),
                      .peak_kib = wb_read_int(json, 0, "peak_rss_kib"),
                      .taken = wb_read_int(json, 0, "taken"),
                      .in_hand = wb_read_int(json, 0, "in_hand"),
                      .outstanding = wb_read_int(json, 0, "outstanding"),
                      .held = wb_read_int(json, 0, "store.rows.jobs"),
                      .parked = wb_read_int(json, 0, "store.rows.parked"),
                      .store_bytes = wb_read_int(json, 0, "store.used_bytes")};
    (void)snprintf(self->instance, sizeof self->instance, "%s", instance);
    wb_read_text(json, 0, "actor", self->actor, sizeof self->actor);
    wb_read_text(json, 0, "version", self->version, sizeof self->version);
    wb_read_text(json, 0, "store.pressure_why", self->trouble, sizeof self->trouble);
    self->in_hand -= self->in_hand > 0; /* the question itself */
    for (size_t i = 0; i < STAGE_COUNT; i++) {
        if (strcmp(self->actor, stages[i].actor) != 0)
            continue;
        self->done = sum(json, stages[i].done, WB_COUNT(stages[i].done));
        self->depth = sum(json, stages[i].depth, WB_COUNT(stages[i].depth));
    }
}

static void
add_answer(wb_board *self, const wb_answer *answer)
{
    if (wb_answer_read(answer, self->json, NULL)) {
        if (self->silent_count < PROCESSES_MAX)
            (void)snprintf(self->silent[self->silent_count++], sizeof self->silent[0], "%s",
                           answer->instance);
        return;
    }
    board_accounts_add(&self->accounts, self->json);
    if (self->count == PROCESSES_MAX)
        return;
    read_process(&self->rows[self->count], self->json, answer->instance);
    compare(&self->rows[self->count++], self);
}

void
wb_board_take(wb_board *self, const wb_ask *status, int64_t now_ms, int64_t now_utc_us)
{
    process *rows = self->before;

    self->before = self->rows;
    self->before_count = self->count;
    self->before_ms = self->at_ms;
    self->rows = rows;
    self->count = self->silent_count = 0;
    self->at_ms = now_ms;
    self->at_utc_us = now_utc_us;
    board_accounts_fini(&self->accounts);
    for (size_t i = 0; i < status->count; i++)
        add_answer(self, &status->answers[i]);
    self->parked_rows = 0;
    for (size_t i = 0; i < self->count; i++)
        self->parked_rows += self->rows[i].parked;
    board_accounts_end(&self->accounts, self->parked, now_utc_us);
}

int64_t
wb_board_parked_rows(const wb_board *self)
{
    return self->parked_rows;
}

static void
add_counts(wb_board *self, const wb_answer *answer)
{
    wb_json *json = self->json;
    char account[256];

    if (wb_answer_read(answer, json, NULL))
        return;
    for (wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "groups")); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view key = wb_view_of(wb_read_text(json, at, "account", account, sizeof account));
        uintptr_t so_far = (uintptr_t)wb_map_find(self->parked, key);

        so_far += (uintptr_t)wb_read_int(json, at, "count");
        if (so_far)
            (void)wb_map_put(self->parked, key, (void *)so_far);
    }
}

void
wb_board_take_parked(wb_board *self, const wb_ask *counts)
{
    wb_map_destroy(&self->parked);
    self->parked = wb_map_new();
    for (size_t i = 0; i < counts->count; i++)
        add_counts(self, &counts->answers[i]);
    board_accounts_end(&self->accounts, self->parked, self->at_utc_us);
}

/* --- told --- */

static void
put_stage(const wb_board *self, stage which, wb_json_writer *out)
{
    int64_t depth = 0, done = 0, passed_ms = self->at_ms - self->before_ms, count = 0;
    bool known = false;

    for (size_t i = 0; i < self->count; i++) {
        const process *row = &self->rows[i];

        if (strcmp(row->actor, stages[which].actor) != 0)
            continue;
        count++;
        depth += row->depth;
        known = known || row->done_before >= 0;
        if (row->done_before >= 0 && row->done > row->done_before)
            done += row->done - row->done_before;
    }
    wb_json_open(out, '{');
    wb_json_member_text(out, "stage", wb_view_of(stages[which].name));
    wb_json_member_int(out, "processes", count);
    wb_json_member_int(out, "depth", depth);
    wb_json_put_key(out, "per_1000s");
    if (known && passed_ms > 0)
        wb_json_put_int(out, done * 1000000 / passed_ms);
    else
        wb_json_put_null(out);
    wb_json_close(out, '}');
}

static void
put_process(const process *self, wb_json_writer *out)
{
    wb_json_open(out, '{');
    wb_json_member_text(out, "instance", wb_view_of(self->instance));
    wb_json_member_text(out, "actor", wb_view_of(self->actor));
    wb_json_member_text(out, "state",
                        wb_view_of(self->draining     ? "draining"
                                   : !self->ready     ? "starting"
                                   : self->trouble[0] ? "full"
                                                      : "running"));
    wb_json_member_text(out, "trouble", wb_view_of(self->trouble));
    wb_json_member_text(out, "version", wb_view_of(self->version));
    wb_json_member_int(out, "pid", self->pid);
    wb_json_put_key(out, "started");
    wb_json_put_time(out, self->started_utc_us);
    wb_json_put_key(out, "cpu_permille");
    if (self->cpu_permille >= 0)
        wb_json_put_int(out, self->cpu_permille);
    else
        wb_json_put_null(out);
    wb_json_member_int(out, "peak_kib", self->peak_kib);
    wb_json_member_int(out, "taken", self->taken);
    wb_json_member_int(out, "in_hand", self->in_hand);
    wb_json_member_int(out, "sent", self->outstanding);
    wb_json_member_int(out, "held", self->held);
    wb_json_member_int(out, "parked", self->parked);
    wb_json_member_int(out, "store_bytes", self->store_bytes);
    wb_json_close(out, '}');
}

static void
put_totals(const wb_board *self, wb_json_writer *out)
{
    int64_t held = 0, waiting = 0, counts[BOARD_READY + 1] = {0};

    for (size_t i = 0; i < self->count; i++)
        held += self->rows[i].held;
    for (size_t i = 0; i < self->accounts.count; i++) {
        waiting += self->accounts.rows[i].jobs;
        counts[self->accounts.rows[i].state]++;
    }
    wb_json_put_key(out, "totals");
    wb_json_open(out, '{');
    wb_json_member_int(out, "parked", self->parked_rows);
    wb_json_member_int(out, "held", held);
    wb_json_member_int(out, "waiting", waiting);
    wb_json_member_int(out, "stopped", counts[BOARD_STOPPED]);
    wb_json_member_int(out, "failing", counts[BOARD_FAILING]);
    wb_json_member_int(out, "late", counts[BOARD_LATE]);
    wb_json_close(out, '}');
}

void
wb_board_put(wb_board *self, wb_json_writer *out)
{
    wb_json_put_key(out, "at");
    wb_json_put_time(out, self->at_utc_us);
    wb_json_put_key(out, "silent");
    wb_json_open(out, '[');
    for (size_t i = 0; i < self->silent_count; i++)
        wb_json_put_text(out, wb_view_of(self->silent[i]));
    wb_json_close(out, ']');
    put_totals(self, out);
    wb_json_put_key(out, "stages");
    wb_json_open(out, '[');
    for (int i = 0; i < STAGE_COUNT; i++)
        put_stage(self, (stage)i, out);
    wb_json_close(out, ']');
    board_accounts_put(&self->accounts, out);
    wb_json_put_key(out, "processes");
    wb_json_open(out, '[');
    for (size_t i = 0; i < self->count; i++)
        put_process(&self->rows[i], out);
    wb_json_close(out, ']');
}
