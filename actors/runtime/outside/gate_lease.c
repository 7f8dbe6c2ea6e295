/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate_lease - calls asked of the keeper ahead of need, and what is told back
 *
 * Two pools, so that a backfill never takes what was asked for live work: live work takes from
 * both, the rest from its own alone. What is asked for doubles while all of it is used and halves
 * when some of it was not. What only pulls has no live work beside it: it may use the whole burst,
 * where the keeper leaves a fifth to what is live.
 *
 * Where calls cost points, points are leased: of a call as many as it is estimated at, which the
 * answer corrects. What the other side says is left beats what we hold.
 */
#include "actors/runtime/outside/inside.h"
#include "protocol/base/own.h"
#include "protocol/keep.h"

#define LEASE_CALL_MS 5000
#define LEASE_AGAIN_MS 300 /* after a keeper that did not answer */
#define LEASE_WANT_MAX 256
#define LEARNT_MS 5 /* the keeper hears of another rate first, then it is asked again */
#define FEEDBACK_MS 20
#define COST_MAX 1000000000 /* points that anybody may tell us a call took */

static int64_t
now_of(const gate_line *line)
{
    return wb_loop_now_ms(line->gate->loop);
}

static void
settle_grant(gate_line *line, const wb_keep *keep)
{
    gate_pool *pool = &line->pools[line->call_pool];
    int64_t now_ms = now_of(line);

    if (keep->rc || keep->granted <= 0) {
        line->ask_ms = now_ms + (keep->wait_ms > 0 ? keep->wait_ms : LEASE_AGAIN_MS);
        return;
    }
    line->ask_ms = 0;
    pool->left += keep->granted;
    pool->expires_ms = now_ms + keep->ttl_ms;
    pool->missed = false;
}

static void
on_answer(void *arg, const wb_envelope *reply, wb_rc rc)
{
    gate_line *line = arg;
    wb_keep keep = {.rc = WB_RETRY};
    wb_err err = {0};

    line->call = 0;
    if (!rc && wb_keep_decode(&keep, reply->body, &err))
        keep = (wb_keep){.rc = WB_RETRY};
    settle_grant(line, &keep);
    gate_arm(line);
    if (line->pools[line->call_pool].left >= line->cost)
        gate_kick(line);
}

static void
ask(gate_line *line, int pool)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_keep keep = {.scope = wb_view_of(line->scope),
                    .account = line->account->key_view,
                    .op = wb_view_of(line->op->name),
                    .want = line->pools[pool].want * line->cost,
                    .least = line->op->cost ? line->cost : 0,
                    .live = pool == GATE_LIVE || line->op->verb == WB_VERB_PULL};
    wb_call_spec spec = {
        .stage = WB_STAGE_KEEP, .kind = WB_KIND_CALL_LEASE, .timeout_ms = LEASE_CALL_MS};
    wb_err err = {0};

    wb_buf_init(&body, WB_KEEP_MAX);
    if (line->call || !line->gate->lanes || now_of(line) < line->ask_ms)
        return;
    wb_keep_encode(&keep, &body);
    spec.key = keep.scope;
    spec.body = wb_buf_view(&body);
    line->call_pool = pool;
    if (wb_lanes_call(line->gate->lanes, &spec, on_answer, line, &line->call, &err)) {
        line->call = 0;
        line->ask_ms = now_of(line) + LEASE_AGAIN_MS;
    }
}

static int64_t
want_max(const gate_line *line)
{
    int64_t cap = line->controller.cap * 2;

    return cap < LEASE_WANT_MAX ? cap : LEASE_WANT_MAX;
}

static bool
take_from(gate_line *line, int index)
{
    gate_pool *pool = &line->pools[index];

    if (pool->left < line->cost || now_of(line) >= pool->expires_ms)
        return false;
    pool->left -= line->cost;
    if (pool->left < line->cost && pool->want < want_max(line))
        pool->want = pool->want * 2 < want_max(line) ? pool->want * 2 : want_max(line);
    if (pool->left * 2 < pool->want * line->cost)
        ask(line, index);
    return true;
}

bool
gate_lease_take(gate_line *line, wb_priority priority, int64_t *until_ms)
{
    int index = priority <= WB_PRIORITY_MANUAL ? GATE_LIVE : GATE_REST;

    if (take_from(line, index) || (index == GATE_LIVE && take_from(line, GATE_REST)))
        return true;
    line->pools[index].missed = true;
    ask(line, index);
    if (!line->call)
        *until_ms = line->ask_ms;
    return false;
}

/* What is left is less than what we hold: it is not there. */
static void
hold_no_more(gate_line *line, int64_t left)
{
    for (int i = 0; i < GATE_POOLS; i++) {
        gate_pool *pool = &line->pools[i];

        if (pool->left > left)
            pool->left = left > 0 ? left : 0;
        left -= pool->left;
    }
    line->left_and_one = (left > 0 ? left : 0) + 1; /* for the others */
}

static void feedback_soon(wb_gate *self, int64_t after_ms);

static void
count_points(gate_line *line, const wb_gate_report *report)
{
    if (report->cost_taken > 0)
        line->taken_more +=
            (report->cost_taken < COST_MAX ? report->cost_taken : COST_MAX) - line->cost;
    if (report->left_told)
        hold_no_more(line, report->left);
    if (line->taken_more || line->left_and_one)
        feedback_soon(line->gate, FEEDBACK_MS);
}

void
gate_lease_leave(gate_line *line, const wb_gate_report *report)
{
    if (report->unused)
        line->unused += line->cost;
    else
        line->done++;
    if (line->op->cost && !report->unused)
        count_points(line, report);
    if (report->throttled) {
        line->throttled = 1;
        line->pools[GATE_LIVE].left = line->pools[GATE_REST].left = 0;
    }
    if (report->learnt_rate_micro > 0 && report->learnt_rate_micro != line->rate_told) {
        line->rate_micro = line->rate_told = report->learnt_rate_micro;
        if (line->ask_ms > now_of(line) + LEARNT_MS) /* told by the former rate */
            line->ask_ms = now_of(line) + LEARNT_MS;
    }
    if (line->throttled || line->rate_micro)
        feedback_soon(line->gate, 0);
    else if (line->unused || line->limit.in_flight)
        feedback_soon(line->gate, line->limit.in_flight ? 1 : FEEDBACK_MS);
}

/* What was not used in time goes back, and less is asked for. */
static void
expire(gate_line *line, gate_pool *pool)
{
    if (pool->left <= 0 || now_of(line) < pool->expires_ms)
        return;
    line->unused += pool->left;
    pool->left = 0;
    pool->want = pool->want > 1 ? pool->want / 2 : 1;
    feedback_soon(line->gate, FEEDBACK_MS);
}

void
gate_lease_tick(gate_line *line)
{
    for (int i = 0; i < GATE_POOLS; i++)
        expire(line, &line->pools[i]);
    for (int i = 0; i < GATE_POOLS; i++)
        if (line->pools[i].missed && line->pools[i].left < line->cost)
            ask(line, i);
}

int64_t
gate_lease_next_ms(const gate_line *line)
{
    int64_t next = INT64_MAX;

    for (int i = 0; i < GATE_POOLS; i++) {
        const gate_pool *pool = &line->pools[i];

        if (pool->left > 0 && pool->expires_ms < next)
            next = pool->expires_ms;
        if (pool->missed && !line->call && line->ask_ms < next)
            next = line->ask_ms;
    }
    return next;
}

void
gate_lease_fini(gate_line *line)
{
    if (line->call && line->gate->lanes)
        wb_lanes_call_cancel(line->gate->lanes, line->call);
    line->call = 0;
}

/* --- feedback: nobody waits for the answer; what is lost was counted as used --- */

static void
on_feedback(void *arg, const wb_envelope *reply, wb_rc rc)
{
    (void)arg;
    (void)reply;
    (void)rc;
}

static void
tell(gate_line *line)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_keep keep = {.scope = wb_view_of(line->scope),
                    .account = line->account->key_view,
                    .op = wb_view_of(line->op->name),
                    .unused = line->unused,
                    .done = line->done,
                    .throttled = line->throttled,
                    .rate_micro = line->rate_micro,
                    .least = line->op->cost ? line->cost : 0,
                    .taken_more = line->taken_more,
                    .left_and_one = line->left_and_one};
    wb_call_spec spec = {
        .stage = WB_STAGE_KEEP, .kind = WB_KIND_CALL_FEEDBACK, .timeout_ms = LEASE_CALL_MS};
    uint64_t call;
    wb_err err = {0};

    line->unused = line->done = line->throttled = line->rate_micro = 0;
    line->taken_more = line->left_and_one = 0;
    wb_buf_init(&body, WB_KEEP_MAX);
    wb_pack_array(&body, 1);
    wb_keep_encode(&keep, &body);
    spec.key = keep.scope;
    spec.body = wb_buf_view(&body);
    wb_ignore(wb_lanes_call(line->gate->lanes, &spec, on_feedback, NULL, &call, &err),
              "what is lost was counted as used");
}

void
gate_feedback_flush(wb_gate *self)
{
    gate_line *line;

    for (size_t at = 0; (line = wb_map_next(self->lines, &at, NULL));)
        if (self->lanes && line->limited &&
            (line->unused || line->throttled || line->rate_micro || line->taken_more ||
             line->left_and_one || (line->done && line->limit.in_flight)))
            tell(line);
}

static void
feedback_soon(wb_gate *self, int64_t after_ms)
{
    if (self->lanes && (!wb_timer_running(&self->feedback_timer) || after_ms == 0))
        wb_timer_start(self->loop, &self->feedback_timer, after_ms);
}
