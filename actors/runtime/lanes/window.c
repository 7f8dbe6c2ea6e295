/* SPDX-License-Identifier: Apache-2.0 */
/*
 * window - pressure: how many messages of an account may be under way on a lane
 *
 * Windows count messages and bytes by stage and account, so that no account holds more than its
 * share, and bytes of all. Nothing else bounds a lane.
 */
#include "actors/runtime/lanes/inside.h"

#include <assert.h>
#include <string.h>

#include "protocol/base/own.h"

#define URGENT_SHARE 8 /* this part of a window is for what is urgent */
#define WINDOW_DEFAULT 512
#define WINDOW_KEY_MAX (1 + 3 * (WB_TENANT_MAX + WB_ACCOUNT_MAX) + 8)

/* Of one account, on every lane. */
typedef struct {
    size_t messages;
} window_limit;

static size_t
limit_of(const wb_lanes *self, wb_view account)
{
    const window_limit *limit = wb_map_find(self->limits, account);

    return limit ? limit->messages : WINDOW_DEFAULT;
}

static wb_view
window_key(char *dst, wb_stage stage, wb_view account)
{
    assert(account.len < WINDOW_KEY_MAX);
    dst[0] = (char)stage;
    if (account.len)
        memcpy(dst + 1, account.data, account.len);
    return (wb_view){dst, account.len + 1};
}

wb_window *
lanes_window_find(wb_lanes *self, wb_stage stage, wb_view account, bool make)
{
    char key[WINDOW_KEY_MAX];
    wb_window *window = self->window;
    wb_view at;

    if (window && window->stage == stage && wb_view_eq(window->account, account))
        return window;
    at = window_key(key, stage, account);
    window = wb_map_find(self->windows, at);
    if (!window && make) {
        window = wb_alloc(sizeof *window + at.len);
        memcpy(window->key, at.data, at.len);
        window->stage = stage;
        window->account = (wb_view){window->key + 1, account.len};
        window->limit = limit_of(self, account);
        wb_map_put(self->windows, at, window);
    }
    if (window)
        self->window = window;
    return window;
}

/* By bytes: large orders fill memory long before they are many. Who has nothing under way may send
 * one, whatever the others have. */
static bool
over_bytes(const wb_lanes *self, const wb_window *window)
{
    return window->used &&
           (window->bytes >= WB_WINDOW_BYTES_MAX || self->window_bytes >= WB_WINDOWS_BYTES_MAX);
}

static bool
is_full(wb_lanes *self, wb_window *window)
{
    if (window->used < window->limit && !over_bytes(self, window))
        return false;
    window->wanted = true;
    self->windows_full = self->windows_full || self->window_bytes >= WB_WINDOWS_BYTES_MAX;
    return true;
}

bool
lanes_window_take(wb_lanes *self, wb_window *window, size_t bytes)
{
    if (is_full(self, window))
        return false;
    window->used++;
    window->bytes += bytes;
    self->window_bytes += bytes;
    return true;
}

static void
tell_later(wb_lanes *self, wb_window *window)
{
    if (window->wanted && window->used < window->limit && !over_bytes(self, window) &&
        !wb_list_linked(&window->ready))
        wb_list_append(&self->ready, &window->ready);
}

/* Its sender is told at the end of the turn, once for all receipts of the turn. */
void
lanes_window_give(wb_lanes *self, wb_window *window, size_t bytes)
{
    wb_window *other;

    assert(window->used > 0 && window->bytes >= bytes && self->window_bytes >= bytes);
    window->used--;
    window->bytes -= bytes;
    self->window_bytes -= bytes;
    tell_later(self, window);
    if (!self->windows_full || self->window_bytes >= WB_WINDOWS_BYTES_MAX)
        return;
    self->windows_full = false; /* what all have together kept others waiting, too */
    for (size_t at = 0; (other = wb_map_next(self->windows, &at, NULL));)
        tell_later(self, other);
}

bool
lanes_window_tell(wb_lanes *self)
{
    bool told = false;
    wb_link *link;
    wb_link now; /* what becomes ready meanwhile is told in the next turn */

    wb_list_init(&now);
    while ((link = wb_list_pop(&self->ready)))
        wb_list_append(&now, link);
    while ((link = wb_list_pop(&now))) {
        wb_window *window = WB_CONTAINER(link, wb_window, ready);
        window->wanted = false;
        told = true;
        if (self->room)
            self->room(self->room_arg, window->stage, window->account);
    }
    return told;
}

void
lanes_window_close(wb_lanes *self)
{
    void *one;

    for (size_t at = 0; self->windows && (one = wb_map_next(self->windows, &at, NULL));)
        wb_free(&one);
    for (size_t at = 0; self->limits && (one = wb_map_next(self->limits, &at, NULL));)
        wb_free(&one);
    wb_map_destroy(&self->windows);
    wb_map_destroy(&self->limits);
}

static size_t
room_below(wb_lanes *self, wb_window *window, size_t limit)
{
    if (is_full(self, window))
        return 0;
    if (window->used < limit)
        return limit - window->used;
    window->wanted = true;
    return 0;
}

size_t
wb_lanes_room(wb_lanes *self, wb_stage stage, wb_view account)
{
    wb_window *window = lanes_window_find(self, stage, account, true);

    return room_below(self, window, window->limit);
}

size_t
wb_lanes_room_shared(wb_lanes *self, wb_stage stage, wb_view account)
{
    wb_window *window = lanes_window_find(self, stage, account, true);

    return room_below(self, window, window->limit - window->limit / URGENT_SHARE);
}

size_t
wb_lanes_room_kept(wb_lanes *self, wb_stage stage, wb_view account)
{
    size_t kept = lanes_window_find(self, stage, account, true)->limit / URGENT_SHARE;

    return kept ? kept : 1;
}

void
wb_lanes_window(wb_lanes *self, wb_view account, size_t messages)
{
    window_limit *limit = wb_map_find(self->limits, account);

    if (!limit) {
        limit = wb_alloc(sizeof *limit);
        wb_map_put(self->limits, account, limit);
    }
    limit->messages = messages;
    for (int stage = 0; stage < WB_STAGE_COUNT; stage++) {
        wb_window *window = lanes_window_find(self, (wb_stage)stage, account, false);
        if (!window)
            continue;
        window->limit = messages;
        tell_later(self, window);
    }
}

void
wb_lanes_on_room(wb_lanes *self, wb_lanes_room_ready ready, void *arg)
{
    self->room = ready;
    self->room_arg = arg;
}
