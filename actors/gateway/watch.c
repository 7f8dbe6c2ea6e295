/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/gateway/watch.h"

#include "actors/ask/board.h"
#include "actors/gateway/call.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define BODY_MAX (4 * 1024 * 1024)
#define COUNT_MS 10000 /* what is parked is counted anew at least so often */

#define BATCH                                                                                      \
    40 /* who was answered asks again at once: were it all of them, some would be too many */
#define BATCH_MS 50

typedef struct {
    wb_link link;
    wb_call_in *call;
    int64_t after;
} watcher;

struct wb_watch {
    wb_loop *loop;
    wb_client *client;
    wb_board *board;
    wb_ask *status, *parked; /* under way, one after the other */
    wb_timer timer, rest;    /* rest: of who waits, the next batch */
    wb_link watchers;
    wb_buf body; /* the newest, with its version: a time, so that it grows over restarts, too */
    int64_t version, made_ms, wanted_ms;
    int64_t counted_ms, counted_rows; /* of what is parked: when, and how many there were */
};

/* --- one is made --- */

static void
on_gone(wb_call_in *call)
{
    watcher *self = call->own;

    wb_list_remove(&self->link);
    wb_free(&self);
}

static void
write(wb_watch *self)
{
    wb_json_writer out;
    int64_t version = wb_now_utc_us() / WB_US_PER_MS;

    self->version = version > self->version ? version : self->version + 1;
    self->made_ms = wb_now_ms();
    wb_buf_clear(&self->body);
    wb_json_writer_init(&out, &self->body);
    wb_json_open(&out, '{');
    wb_json_member_int(&out, "version", self->version);
    wb_board_put(self->board, &out);
    wb_json_close(&out, '}');
}

/* Those who came since have this one, and stand behind the others. */
static void
answer_batch(wb_watch *self)
{
    for (int i = 0; i < BATCH && !wb_list_empty(&self->watchers); i++) {
        watcher *one = WB_CONTAINER(self->watchers.next, watcher, link);
        wb_call_in *call = one->call;

        if (one->after >= self->version)
            return;
        if (self->body.overflow)
            wb_call_in_problem(&call, 500, "the answer is too large", NULL);
        else
            wb_call_in_answer(&call, 200, wb_buf_view(&self->body));
    }
    if (!wb_list_empty(&self->watchers))
        wb_timer_start(self->loop, &self->rest, BATCH_MS);
}

static void
on_rest(wb_timer *timer, void *arg)
{
    (void)timer;
    answer_batch(arg);
}

static void
publish(wb_watch *self)
{
    write(self);
    answer_batch(self);
    if (self->made_ms - self->wanted_ms < WB_WATCH_IDLE_MS)
        wb_timer_start(self->loop, &self->timer, WB_WATCH_MS);
}

static void
on_parked(void *arg, wb_ask *ask)
{
    wb_watch *self = arg;

    wb_board_take_parked(self->board, ask);
    self->counted_ms = wb_now_ms();
    self->counted_rows = wb_board_parked_rows(self->board);
    wb_ask_destroy(&self->parked);
    publish(self);
}

static void
on_status(void *arg, wb_ask *ask)
{
    wb_watch *self = arg;
    int64_t now_ms = wb_now_ms();

    wb_board_take(self->board, ask, now_ms, wb_now_utc_us());
    wb_ask_destroy(&self->status);
    if (self->counted_ms && wb_board_parked_rows(self->board) == self->counted_rows &&
        now_ms - self->counted_ms < COUNT_MS) {
        publish(self);
        return;
    }
    self->parked =
        wb_ask_start(self->client, &(wb_question){.actors = WB_ASK_PARKED,
                                                  .kind = WB_KIND_CALL_PARKED,
                                                  .body = WB_VIEW_LIT("{\"action\":\"count\"}"),
                                                  .done = on_parked,
                                                  .arg = self});
}

static void
on_timer(wb_timer *timer, void *arg)
{
    wb_watch *self = arg;

    (void)timer;
    if (!self->status && !self->parked)
        self->status = wb_ask_start(self->client, &(wb_question){.kind = WB_KIND_CALL_STATUS,
                                                                 .body = WB_VIEW_LIT("{}"),
                                                                 .done = on_status,
                                                                 .arg = self});
}

/* --- who looks --- */

wb_watch *
wb_watch_new(wb_loop *loop, wb_client *client)
{
    wb_watch *self = wb_alloc(sizeof *self);

    self->loop = loop;
    self->client = client;
    self->board = wb_board_new();
    self->timer = (wb_timer){.fire = on_timer, .arg = self};
    self->rest = (wb_timer){.fire = on_rest, .arg = self};
    wb_list_init(&self->watchers);
    wb_buf_init(&self->body, BODY_MAX);
    return self;
}

void
wb_watch_destroy(wb_watch **self_p)
{
    wb_watch *self = *self_p;

    if (!self)
        return;
    wb_timer_stop(self->loop, &self->timer);
    wb_timer_stop(self->loop, &self->rest);
    wb_ask_destroy(&self->status);
    wb_ask_destroy(&self->parked);
    wb_board_destroy(&self->board);
    wb_buf_fini(&self->body);
    wb_free(self_p);
}

void
wb_watch_answer(wb_watch *self, wb_call_in *call, int64_t after)
{
    watcher *one;

    self->wanted_ms = wb_now_ms();
    if (self->version > after && self->wanted_ms - self->made_ms < WB_WATCH_MS + WB_WATCH_MS / 2) {
        wb_call_in_answer(&call, 200, wb_buf_view(&self->body));
        return;
    }
    one = wb_alloc(sizeof *one);
    one->call = call;
    one->after = after;
    call->own = one;
    call->end = on_gone;
    wb_list_append(&self->watchers, &one->link);
    if (!self->status && !self->parked && !wb_timer_running(&self->timer))
        wb_timer_start(self->loop, &self->timer, 0);
}
