/* SPDX-License-Identifier: Apache-2.0 */
/*
 * live - sums of what the processes say of themselves
 */
#include "tools/waybill/host/live.h"

#include <stdio.h>
#include <string.h>

#include "actors/ask/read.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/waybill/host/reach.h"

#define LINE_MS 1000

struct wb_live {
    wb_loop *loop;
    wb_client *client;
    wb_json *json; /* scratch */
    const wb_crew *crew;
    wb_ask *ask;
    wb_timer timer;
    int64_t delivered, asked_ms; /* of the last answers */
    bool counted;
};

typedef struct {
    int64_t delivered, jobs, held, parked, stopped;
} sums;

static void
add(sums *self, wb_json *json)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "accounts"));

    self->delivered += wb_read_int(json, 0, "delivered");
    self->jobs += wb_read_int(json, 0, "jobs");
    self->held += wb_read_int(json, 0, "store.rows.jobs");
    self->parked += wb_read_int(json, 0, "store.rows.parked");
    for (; at != WB_JSON_NONE; at = wb_json_next(json, at))
        self->stopped += wb_read_bool(json, at, "suspended");
}

static void
on_answers(void *arg, wb_ask *ask)
{
    wb_live *self = arg;
    int64_t now_ms = wb_now_ms(), took_ms = now_ms - self->asked_ms;
    sums sum = {0};
    double rate;

    wb_timer_start(self->loop, &self->timer, LINE_MS);
    if (ask->nobody[0])
        return; /* nobody is there just now */
    for (size_t i = 0; i < ask->count; i++) {
        if (!wb_answer_read(&ask->answers[i], self->json, NULL))
            add(&sum, self->json);
    }
    /* a process that began anew counts from nothing */
    rate = self->counted && took_ms > 0 && sum.delivered >= self->delivered
               ? (double)(sum.delivered - self->delivered) * 1000.0 / (double)took_ms
               : 0;
    self->counted = true;
    self->delivered = sum.delivered;
    self->asked_ms = now_ms;
    printf("\r\033[K%zu of %zu ready  %.0f/s  under way %lld  held %lld  parked %lld  stopped "
           "accounts %lld  restarts %u",
           wb_crew_ready(self->crew), wb_crew_count(self->crew), rate, (long long)sum.jobs,
           (long long)sum.held, (long long)sum.parked, (long long)sum.stopped,
           wb_crew_restarts(self->crew));
    (void)fflush(stdout);
}

static void
on_timer(wb_timer *timer, void *arg)
{
    wb_live *self = arg;
    wb_question question = {.actors = "poller enricher mapper pusher",
                            .kind = WB_KIND_CALL_STATUS,
                            .body = WB_VIEW_LIT("{}"),
                            .done = on_answers,
                            .arg = self};

    (void)timer;
    wb_ask_destroy(&self->ask);
    self->ask = wb_ask_start(self->client, &question);
}

wb_rc
wb_live_new(wb_live **out, wb_loop *loop, const wb_place *place, const wb_crew *crew, wb_err *err)
{
    WB_AUTO(wb_live_destroy) wb_live *self = wb_alloc(sizeof *self);
    wb_rc rc;

    self->loop = loop;
    self->json = wb_json_new();
    rc = wb_reach(&self->client, loop, place, err);
    if (rc)
        return rc;
    self->crew = crew;
    self->timer = (wb_timer){.fire = on_timer, .arg = self};
    wb_timer_start(loop, &self->timer, 0);
    *out = wb_take(&self);
    return WB_OK;
}

void
wb_live_destroy(wb_live **self_p)
{
    wb_live *self = *self_p;

    *self_p = NULL;
    if (!self)
        return;
    wb_timer_stop(self->loop, &self->timer);
    wb_ask_destroy(&self->ask);
    wb_client_destroy(&self->client);
    wb_json_destroy(&self->json);
    wb_free(&self);
}

void
wb_live_clear(const wb_live *self)
{
    if (!self)
        return;
    printf("\r\033[K");
    (void)fflush(stdout);
}
