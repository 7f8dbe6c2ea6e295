/* SPDX-License-Identifier: Apache-2.0 */
/*
 * board_accounts - each account as all processes together see it
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/ask/board_inside.h"
#include "actors/ask/read.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

void
board_accounts_fini(board_accounts *self)
{
    wb_free(&self->rows);
    wb_map_destroy(&self->by_key);
    *self = (board_accounts){.count = 0};
}

static board_account *
account_of(board_accounts *self, wb_json *json, wb_json_ref at, const char *member)
{
    char key[256];
    uintptr_t place;

    if (!*wb_read_text(json, at, member, key, sizeof key))
        return NULL;
    if (!self->by_key)
        self->by_key = wb_map_new();
    place = (uintptr_t)wb_map_find(self->by_key, wb_view_of(key));
    if (place)
        return &self->rows[place - 1];
    if (self->count == self->cap) {
        self->cap = self->cap ? 2 * self->cap : 16;
        self->rows = wb_realloc(self->rows, self->cap * sizeof *self->rows);
    }
    self->rows[self->count] = (board_account){.suspended = false};
    (void)snprintf(self->rows[self->count].key, sizeof self->rows[0].key, "%s", key);
    (void)wb_map_put(self->by_key, wb_view_of(key), (void *)(uintptr_t)(self->count + 1));
    return &self->rows[self->count++];
}

/* --- what a process says --- */

static void
add_account(board_accounts *self, wb_json *json, wb_json_ref at)
{
    board_account *row = account_of(self, json, at, "account");

    if (!row)
        return;
    wb_read_text(json, at, "connector", row->connector, sizeof row->connector);
    if (!wb_read_bool(json, at, "suspended") || row->suspended)
        return;
    row->suspended = true;
    row->since_utc_us = wb_read_int(json, at, "since_utc_us");
    wb_read_text(json, at, "reason", row->reason, sizeof row->reason);
    wb_read_text(json, at, "suspect", row->suspect, sizeof row->suspect);
}

static void
add_pump(board_accounts *self, wb_json *json, wb_json_ref at)
{
    board_account *row = account_of(self, json, at, "account");

    if (!row)
        return;
    row->jobs += wb_read_int(json, at, "jobs");
    row->stored += wb_read_int(json, at, "stored");
}

/* A mapper's targets: what is on its way to them. */
static void
add_target(board_accounts *self, wb_json *json, wb_json_ref at)
{
    board_account *row = account_of(self, json, at, "target");
    int64_t open = wb_read_int(json, at, "wanted") - wb_read_int(json, at, "settled");

    if (row && open > 0)
        row->wanted += open;
}

static void
add_limit(board_accounts *self, wb_json *json, wb_json_ref at)
{
    board_account *row = account_of(self, json, at, "account");
    int64_t used = wb_read_int(json, at, "used_permille");

    if (!row || used < row->used || (row->limit[0] && used == row->used))
        return;
    row->used = used;
    wb_read_text(json, at, "operation", row->limit, sizeof row->limit);
}

static int64_t
read_time(wb_json *json, wb_json_ref at, const char *member)
{
    int64_t utc_us = 0;

    wb_ignore(wb_json_time(json, wb_json_get(json, at, member), &utc_us, member, NULL),
              "reads as none");
    return utc_us;
}

static void
add_stream(board_accounts *self, wb_json *json, wb_json_ref at)
{
    board_account *row = account_of(self, json, at, "account");
    board_stream *out;

    if (!row || row->stream_count == BOARD_STREAMS_MAX)
        return;
    out = &row->streams[row->stream_count++];
    wb_read_text(json, at, "stream", out->name, sizeof out->name);
    wb_read_text(json, at, "wait", out->wait, sizeof out->wait);
    wb_read_text(json, at, "next", out->next, sizeof out->next);
    wb_read_text(json, at, "error", out->error, sizeof out->error);
    wb_read_text(json, at, "estimated_end", out->ends, sizeof out->ends);
    out->running = wb_read_bool(json, at, "running");
    out->complete_utc_us = wb_read_int(json, at, "complete_utc_us");
    out->synced_utc_us = read_time(json, at, "last_sync_at");
    out->failures = wb_read_int(json, at, "failures");
    out->failing_since_utc_us = wb_read_int(json, at, "failing_since_utc_us");
    out->progress =
        wb_json_get(json, at, "progress") == WB_JSON_NONE ? -1 : wb_read_int(json, at, "progress");
}

void
board_accounts_add(board_accounts *self, wb_json *json)
{
    static const struct {
        const char *list;
        void (*add)(board_accounts *self, wb_json *json, wb_json_ref at);
    } lists[] = {
        {"accounts", add_account},
        {"pump",     add_pump   },
        {"targets",  add_target },
        {"limits",   add_limit  },
        {"streams",  add_stream },
    };

    for (size_t i = 0; i < WB_COUNT(lists); i++)
        for (wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, lists[i].list));
             at != WB_JSON_NONE; at = wb_json_next(json, at))
            lists[i].add(self, json, at);
}

/* --- what that comes to --- */

static board_state
stream_state(const board_stream *self, int64_t now_utc_us)
{
    int64_t due_utc_us = 0;
    bool due = !wb_time_parse(&due_utc_us, wb_view_of(self->next), NULL);

    if (self->failures)
        return BOARD_FAILING;
    if (!self->running && due && now_utc_us - due_utc_us > WB_BOARD_LATE_MS * WB_US_PER_MS)
        return BOARD_LATE;
    if (self->synced_utc_us || self->complete_utc_us)
        return BOARD_FRESH;
    return self->running ? BOARD_READING : BOARD_WAITING;
}

/* The worst of its streams; one that waits for its first time says nothing where others are read.
 */
static board_state
account_state(const board_account *self, int64_t now_utc_us)
{
    board_state worst = BOARD_READY, first = BOARD_READY;

    if (self->suspended)
        return BOARD_STOPPED;
    for (size_t i = 0; i < self->stream_count; i++) {
        board_state one = stream_state(&self->streams[i], now_utc_us);

        if (one == BOARD_WAITING || one == BOARD_READING)
            first = one < first ? one : first;
        else if (one < worst)
            worst = one;
    }
    return worst < BOARD_WAITING || first == BOARD_READY || worst == BOARD_FRESH ? worst : first;
}

static int
by_harm(const void *a, const void *b)
{
    const board_account *left = a, *right = b;

    if (left->state != right->state &&
        (left->state < BOARD_WAITING || right->state < BOARD_WAITING))
        return left->state < right->state ? -1 : 1;
    if (!left->parked != !right->parked)
        return left->parked ? -1 : 1;
    return strcmp(left->key, right->key);
}

void
board_accounts_end(board_accounts *self, const wb_map *parked, int64_t now_utc_us)
{
    for (size_t i = 0; i < self->count; i++) {
        board_account *row = &self->rows[i];

        row->parked = (int64_t)(uintptr_t)wb_map_find(parked, wb_view_of(row->key));
        row->state = account_state(row, now_utc_us);
    }
    if (self->count)
        qsort(self->rows, self->count, sizeof *self->rows, by_harm);
}

/* --- told --- */

static void
put_stream(const board_stream *self, wb_json_writer *out)
{
    wb_json_open(out, '{');
    wb_json_member_text(out, "stream", wb_view_of(self->name));
    wb_json_member_bool(out, "running", self->running);
    wb_json_member_text(out, "wait", wb_view_of(self->wait));
    wb_json_member_text(out, "next", wb_view_of(self->next));
    wb_json_member_text(out, "error", wb_view_of(self->error));
    wb_json_member_time(out, "complete", self->complete_utc_us);
    wb_json_member_time(out, "synced", self->synced_utc_us);
    wb_json_member_int(out, "failures", self->failures);
    wb_json_member_time(out, "failing_since", self->failing_since_utc_us);
    if (self->progress >= 0)
        wb_json_member_int(out, "progress", self->progress);
    wb_json_member_text(out, "ends", wb_view_of(self->ends));
    wb_json_close(out, '}');
}

static void
put_account(const board_account *self, wb_json_writer *out)
{
    static const char *const states[] = {"stopped", "failing", "late", "waiting",
                                         "reading", "fresh",   "ready"};

    wb_json_open(out, '{');
    wb_json_member_text(out, "account", wb_view_of(self->key));
    wb_json_member_text(out, "connector", wb_view_of(self->connector));
    wb_json_member_text(out, "state", wb_view_of(states[self->state]));
    wb_json_member_text(out, "reason", wb_view_of(self->reason));
    wb_json_member_text(out, "suspect", wb_view_of(self->suspect));
    wb_json_member_time(out, "since", self->since_utc_us);
    wb_json_member_int(out, "waiting", self->jobs);
    wb_json_member_int(out, "held", self->stored);
    wb_json_member_int(out, "coming", self->wanted);
    wb_json_member_int(out, "parked", self->parked);
    wb_json_member_text(out, "limit", wb_view_of(self->limit));
    wb_json_member_int(out, "used_permille", self->used);
    wb_json_put_key(out, "streams");
    wb_json_open(out, '[');
    for (size_t i = 0; i < self->stream_count; i++)
        put_stream(&self->streams[i], out);
    wb_json_close(out, ']');
    wb_json_close(out, '}');
}

void
board_accounts_put(const board_accounts *self, wb_json_writer *out)
{
    wb_json_put_key(out, "accounts");
    wb_json_open(out, '[');
    for (size_t i = 0; i < self->count && i < WB_BOARD_ACCOUNTS_MAX; i++)
        put_account(&self->rows[i], out);
    wb_json_close(out, ']');
    wb_json_member_int(out, "account_count", (int64_t)self->count);
}
