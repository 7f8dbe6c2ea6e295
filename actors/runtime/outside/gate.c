/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate - every reason that a call must wait for, asked in one place
 *
 * A line is one operation of one account: its controller, its leases, its token. Start reading at
 * the bottom.
 */
#include "actors/runtime/outside/gate.h"

#include <assert.h>
#include <string.h>

#include "actors/runtime/outside/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define PRESSURE_LOOK_MS 500
#define SLOW_MIN_MS 100
#define SLOW_MAX_MS 10000

/* --- lines --- */

static void
earlier(int64_t *at, int64_t candidate, int64_t now_ms)
{
    if (candidate > now_ms && candidate < *at)
        *at = candidate;
}

/* When what a line waits for may have changed. */
static void
look_waited(const gate_line *line, int64_t *next, int64_t now_ms)
{
    if (line->account->suspended)
        earlier(next, gate_stop_next_ms(gate_standing_of(line->gate, line->account), now_ms),
                now_ms);
    earlier(next, line->pause_ms, now_ms);
    if (line->controller.open)
        earlier(next, line->controller.probe_ms, now_ms);
    if (line->token && !line->token->call)
        earlier(next, line->token->next_ms, now_ms);
    if (line->gate->last_pressure == WB_WAIT_PRESSURE)
        earlier(next, now_ms + PRESSURE_LOOK_MS, now_ms);
}

void
gate_arm(gate_line *line)
{
    int64_t now_ms = wb_loop_now_ms(line->gate->loop), next = INT64_MAX;

    if (line->limited)
        next = gate_lease_next_ms(line);
    if (line->waited)
        look_waited(line, &next, now_ms);
    if (next == INT64_MAX)
        wb_timer_stop(line->gate->loop, &line->timer);
    else
        wb_timer_start(line->gate->loop, &line->timer, next > now_ms ? next - now_ms : 1);
}

void
gate_kick(gate_line *line)
{
    if (wb_list_linked(&line->kick))
        return;
    wb_list_append(&line->gate->kicked, &line->kick);
    if (!wb_timer_running(&line->gate->kick_timer))
        wb_timer_start(line->gate->loop, &line->gate->kick_timer, 0);
}

static void
on_kick(wb_timer *timer, void *arg)
{
    wb_gate *self = arg;
    wb_link *link;

    (void)timer;
    while ((link = wb_list_pop(&self->kicked))) {
        gate_line *line = WB_CONTAINER(link, gate_line, kick);

        line->waited = false;
        if (self->open)
            self->open(self->open_arg, line->account, line->op);
    }
}

static void
on_feedback_timer(wb_timer *timer, void *arg)
{
    (void)timer;
    gate_feedback_flush(arg);
}

static void
on_line_timer(wb_timer *timer, void *arg)
{
    gate_line *line = arg;

    (void)timer;
    if (line->limited)
        gate_lease_tick(line);
    if (line->waited)
        gate_kick(line);
    gate_arm(line);
}

static void
read_limit(gate_line *line)
{
    const wb_connector *connector = line->account->connector;

    line->limit = line->op->limit;
    if (connector->limit)
        connector->limit(line->account->options, line->op, &line->limit);
    line->cost = wb_connector_cost(line->account->options, line->op,
                                   wb_connector_batch(connector, line->account->options, line->op));
    line->limited =
        line->account->conf->limits && (line->limit.rate_micro > 0 || line->limit.in_flight > 0);
}

static wb_view
line_key(const void *const pair[2])
{
    return (wb_view){(const char *)pair, 2 * sizeof *pair};
}

gate_line *
gate_line_of(wb_gate *self, wb_account *account, const wb_op *op)
{
    const void *const pair[2] = {account, op};
    gate_line *line = wb_map_find(self->lines, line_key(pair));
    WB_AUTO(wb_buf_fini) wb_buf scope = {0};

    wb_buf_init(&scope, 4096);
    if (line)
        return line;
    line = wb_alloc(sizeof *line);
    line->gate = self;
    line->account = account;
    line->op = op;
    line->timer = (wb_timer){.fire = on_line_timer, .arg = line};
    wb_controller_init(&line->controller, account->conf->calls_max,
                       wb_hash64(op->name, strlen(op->name), (uint64_t)wb_now_us()));
    read_limit(line);
    wb_gate_scope(account, op, &scope);
    line->scope = wb_text_dup_len(scope.data ? scope.data : "", scope.len);
    line->pools[GATE_LIVE].want = line->pools[GATE_REST].want = 1;
    if (op->needs_token)
        line->token = gate_token_of(self, account, op);
    wb_map_put(self->lines, line_key(pair), line);
    return line;
}

static void
line_destroy(gate_line **line_p)
{
    gate_line *line = wb_take(line_p);

    wb_timer_stop(line->gate->loop, &line->timer);
    gate_lease_fini(line);
    wb_list_remove(&line->kick);
    wb_free(&line->scope);
    wb_free(&line);
}

/* --- in and out --- */

static void
tell_breaker(gate_line *line, const char *why)
{
    wb_breaker now = wb_controller_breaker(&line->controller);

    /* one look after another is no turn: open, half-open once, closed */
    if (now == line->told || (now == WB_BREAKER_OPEN && line->told == WB_BREAKER_HALF_OPEN))
        return;
    line->told = now;
    if (line->gate->breaker)
        line->gate->breaker(line->gate->breaker_arg, line->account, line->op, now, why ? why : "");
}

static wb_wait
pressed(wb_gate *self)
{
    bool full = self->store && wb_store_pressure(self->store, NULL, 0) == WB_PRESSURE_NO_CALLS;

    self->last_pressure = full ? WB_WAIT_PRESSURE : WB_WAIT_NONE;
    return self->last_pressure;
}

/* What is ours already is told to its queue also while we end: that takes no work on. */
static bool
ends_work(const wb_op *op)
{
    return op->verb == WB_VERB_ACK || op->verb == WB_VERB_RELEASE;
}

typedef struct {
    wb_priority priority;
    bool another;
} gate_entry;

static wb_wait
reason_to_wait(wb_gate *self, gate_line *line, const gate_entry *entry, int64_t *until_ms)
{
    int64_t now_ms = wb_loop_now_ms(self->loop);
    wb_may may;

    if (self->draining && !ends_work(line->op))
        return WB_WAIT_DRAIN;
    if (gate_stopped(self, line->account, entry->another, until_ms))
        return WB_WAIT_SUSPENDED;
    if (pressed(self)) {
        *until_ms = now_ms + PRESSURE_LOOK_MS;
        return WB_WAIT_PRESSURE;
    }
    may = wb_controller_may(&line->controller, now_ms, until_ms);
    if (may != WB_MAY_GO)
        return may == WB_MAY_NOT_SLOT ? WB_WAIT_SLOT : WB_WAIT_BREAKER;
    if (now_ms < line->pause_ms) {
        *until_ms = line->pause_ms;
        return WB_WAIT_QUOTA;
    }
    if (line->op->needs_token && !(line->token && gate_token_ready(line->token, until_ms)))
        return WB_WAIT_TOKEN;
    if (line->limited && !gate_lease_take(line, entry->priority, until_ms))
        return WB_WAIT_QUOTA;
    return WB_WAIT_NONE;
}

static wb_wait
enter(wb_gate *self, gate_line *line, const gate_entry *entry, int64_t *until_ms)
{
    int64_t until = 0;
    wb_wait wait = reason_to_wait(self, line, entry, &until);

    if (until_ms)
        *until_ms = until;
    if (wait) {
        line->waited = true;
        gate_arm(line);
        return wait;
    }
    gate_stop_entered(gate_standing_of(self, line->account));
    wb_controller_enter(&line->controller, wb_loop_now_ms(self->loop));
    tell_breaker(line, NULL);
    self->in_flight++;
    if (line->limited)
        gate_arm(line);
    return WB_WAIT_NONE;
}

wb_wait
wb_gate_enter(wb_gate *self, wb_account *account, const wb_op *op, wb_priority priority,
              int64_t *until_ms)
{
    return enter(self, gate_line_of(self, account, op), &(gate_entry){.priority = priority},
                 until_ms);
}

wb_wait
wb_gate_enter_another(wb_gate *self, wb_account *account, const wb_op *op, wb_priority priority,
                      int64_t *until_ms)
{
    return enter(self, gate_line_of(self, account, op),
                 &(gate_entry){.priority = priority, .another = true}, until_ms);
}

static wb_call_end
end_of(const wb_gate_report *report)
{
    if (report->throttled)
        return WB_CALL_THROTTLED;
    if (report->failed)
        return WB_CALL_FAILED;
    return report->ok || report->refused || report->token_refused ? WB_CALL_OK : WB_CALL_NOTHING;
}

/* Refused for speed by who does not say for how long: ever longer, until a call is answered. Calls
 * that left together count once. */
static void
slow_down(gate_line *line, const wb_gate_report *report, int64_t now_ms)
{
    if (report->ok)
        line->slow_ms = 0;
    if (!report->throttled || report->retry_ms > 0 || line->limited || now_ms < line->pause_ms)
        return;
    line->slow_ms = line->slow_ms ? line->slow_ms * 2 : SLOW_MIN_MS;
    if (line->slow_ms > SLOW_MAX_MS)
        line->slow_ms = SLOW_MAX_MS;
    line->pause_ms = now_ms + line->slow_ms;
}

void
wb_gate_leave(wb_gate *self, wb_account *account, const wb_op *op, const wb_gate_report *report)
{
    gate_line *line = gate_line_of(self, account, op);
    int64_t now_ms = wb_loop_now_ms(self->loop);
    wb_call_report call = {.end = end_of(report),
                           .subject = report->subject,
                           .started_ms = report->started_ms,
                           .took_us = report->took_us};

    assert(self->in_flight > 0); /* who leaves has entered */
    self->in_flight--;
    wb_controller_leave(&line->controller, &call, now_ms);
    tell_breaker(line, report->why);
    if (line->limited)
        gate_lease_leave(line, report);
    slow_down(line, report, now_ms);
    if (report->retry_ms > 0 && now_ms + report->retry_ms > line->pause_ms)
        line->pause_ms = now_ms + report->retry_ms;
    if (report->token_refused && line->token)
        gate_token_refused(line->token);
    gate_stop_answered(gate_standing_of(self, account), line, report);
    if (line->waited) {
        if (wb_controller_may(&line->controller, now_ms, &(int64_t){0}) == WB_MAY_GO)
            gate_kick(line);
        gate_arm(line);
    }
}

uint64_t
wb_gate_order(wb_gate *self)
{
    return ++self->left;
}

wb_gate_health
wb_gate_health_of(wb_gate *self, wb_account *account, const wb_op *op)
{
    const wb_controller *controller = &gate_line_of(self, account, op)->controller;

    return (wb_gate_health){.looking = controller->open, .row = controller->row};
}

bool
wb_gate_once_more(wb_gate *self, wb_account *account, const wb_op *op)
{
    gate_line *line = gate_line_of(self, account, op);
    int64_t until_ms;

    if (!line->limited || line->limit.rate_micro <= 0)
        return true; /* its place is still its own */
    if (!gate_lease_take(line, WB_PRIORITY_LIVE, &until_ms))
        return false;
    line->done++; /* the place that came with it */
    return true;
}

wb_view
wb_gate_token(wb_gate *self, wb_account *account, const wb_op *op)
{
    gate_line *line = gate_line_of(self, account, op);

    return line->token ? wb_buf_view(&line->token->token) : (wb_view){NULL, 0};
}

int64_t
wb_gate_generation(wb_gate *self, wb_account *account, const wb_op *op)
{
    gate_line *line = gate_line_of(self, account, op);

    return line->token ? line->token->generation : 0;
}

/* --- looks, and the whole --- */

void
wb_gate_look(wb_gate *self, wb_account *account, const wb_op *op, wb_gate_view *out)
{
    gate_line *line = gate_line_of(self, account, op);
    const wb_controller *controller = &line->controller;
    int64_t now_ms = wb_loop_now_ms(self->loop);
    wb_may may;

    *out = (wb_gate_view){.allowed = controller->open ? 0 : controller->allowed,
                          .in_flight = controller->in_flight,
                          .p50_us = wb_controller_took_us(controller, 50),
                          .p99_us = wb_controller_took_us(controller, 99),
                          .calls = controller->calls,
                          .errors = controller->errors,
                          .throttled = controller->throttled};
    may = wb_controller_may(controller, now_ms, &out->until_ms);
    if (gate_stopped(self, account, true, &out->until_ms))
        out->wait = WB_WAIT_SUSPENDED;
    else if (self->last_pressure)
        out->wait = WB_WAIT_PRESSURE;
    else if (controller->open)
        out->wait = WB_WAIT_BREAKER;
    else if (may == WB_MAY_NOT_SLOT)
        out->wait = WB_WAIT_SLOT;
    else if (now_ms < line->pause_ms || line->pools[GATE_LIVE].missed ||
             line->pools[GATE_REST].missed)
        out->wait = WB_WAIT_QUOTA;
    if (out->wait == WB_WAIT_QUOTA)
        out->until_ms = now_ms < line->pause_ms ? line->pause_ms : line->ask_ms;
}

void
wb_gate_on_open(wb_gate *self, wb_gate_open ready, void *arg)
{
    self->open = ready;
    self->open_arg = arg;
}

void
wb_gate_on_account(wb_gate *self, wb_gate_turned turned, void *arg)
{
    self->turned = turned;
    self->turned_arg = arg;
}

void
wb_gate_on_breaker(wb_gate *self, wb_gate_breaker turned, void *arg)
{
    self->breaker = turned;
    self->breaker_arg = arg;
}

void
wb_gate_drain(wb_gate *self)
{
    gate_line *line;

    self->draining = true;
    for (size_t at = 0; (line = wb_map_next(self->lines, &at, NULL));) {
        for (int i = 0; i < GATE_POOLS; i++) {
            line->unused += line->pools[i].left;
            line->pools[i].left = 0;
        }
    }
    gate_feedback_flush(self);
}

size_t
wb_gate_in_flight(const wb_gate *self)
{
    return self->in_flight;
}

wb_rc
wb_gate_new(wb_gate **out, wb_loop *loop, wb_lanes *lanes, wb_store *store, wb_err *err)
{
    wb_gate *self = wb_alloc(sizeof *self);

    (void)err;
    self->loop = loop;
    self->lanes = lanes;
    self->store = store;
    self->lines = wb_map_new();
    self->tokens = wb_map_new();
    self->standings = wb_map_new();
    wb_list_init(&self->kicked);
    self->kick_timer = (wb_timer){.fire = on_kick, .arg = self};
    self->feedback_timer = (wb_timer){.fire = on_feedback_timer, .arg = self};
    *out = self;
    return WB_OK;
}

void
wb_gate_destroy(wb_gate **self_p)
{
    wb_gate *self = wb_take(self_p);
    gate_line *line;
    gate_token *token;

    if (!self)
        return;
    wb_timer_stop(self->loop, &self->kick_timer);
    wb_timer_stop(self->loop, &self->feedback_timer);
    for (size_t at = 0; (line = wb_map_next(self->lines, &at, NULL));)
        line_destroy(&line);
    for (size_t at = 0; (token = wb_map_next(self->tokens, &at, NULL));)
        gate_token_destroy(&token);
    wb_map_destroy(&self->lines);
    wb_map_destroy(&self->tokens);
    gate_standings_destroy(&self->standings);
    wb_free(&self);
}

int64_t
wb_gate_learnt_rate(wb_gate *self, wb_account *account, const wb_op *op)
{
    return gate_line_of(self, account, op)->rate_told;
}
