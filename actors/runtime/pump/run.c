/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run - whose turn it is: accounts in turn, classes by weight, batches as they are there
 *
 * Runs at the end of each turn of the loop in which something changed: what came in together
 * leaves together, and nothing waits for company.
 */
#include <assert.h>
#include <string.h>

#include "actors/runtime/process/kill_point.h"
#include "actors/runtime/pump/inside.h"
#include "protocol/base/own.h"
#include "protocol/digest.h"

/* Calls out of 34 that a queue gets when all wait: of each class what is new, and what has failed
 * before. */
static const int weights[PUMP_QUEUES] = {
    [2 * WB_PRIORITY_LIVE] = 16,       [2 * WB_PRIORITY_LIVE + 1] = 2,
    [2 * WB_PRIORITY_MANUAL] = 8,      [2 * WB_PRIORITY_MANUAL + 1] = 1,
    [2 * WB_PRIORITY_INCREMENTAL] = 4, [2 * WB_PRIORITY_INCREMENTAL + 1] = 1,
    [2 * WB_PRIORITY_BACKFILL] = 1,    [2 * WB_PRIORITY_BACKFILL + 1] = 1,
};

static int
queue_with_credit(const pump_line *line)
{
    for (int i = 0; i < PUMP_QUEUES; i++)
        if (!wb_list_empty(&line->ready[i]) && line->credit[i] > 0)
            return i;
    return -1;
}

static int
next_queue(pump_line *line)
{
    int chosen = queue_with_credit(line);

    if (chosen < 0) {
        memcpy(line->credit, weights, sizeof line->credit);
        chosen = queue_with_credit(line);
    }
    return chosen;
}

/* --- a call --- */

static int
batch_of(const pump_line *line)
{
    const wb_account *account = line->acct->account;

    return wb_connector_batch(account->connector, account->options, line->op);
}

void
wb_pump_idempotency(char out[WB_ID_TEXT_MAX + 1], const wb_envelope *env, const wb_op *op)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    uint8_t digest[WB_SHA256_LEN];
    wb_id id;

    wb_buf_init(&text, 4 * WB_KEY_MAX);
    wb_buf_add_view(&text, env->record);
    wb_buf_addf(&text, "\n%.*s\n%s\n%llu", WB_VIEW_ARG(env->target), op->name,
                (unsigned long long)env->revision);
    wb_sha256(digest, wb_buf_view(&text));
    memcpy(&id, digest, sizeof id);
    wb_id_text(out, &id);
}

static void
fill_item(wb_call_item *item, wb_job *job)
{
    *item = (wb_call_item){
        .env = job->env,
        .again = (job->flags & (WB_JOB_AGAIN | WB_JOB_UNKNOWN)) != 0,
        .older = job->older || (job->left_revision && job->left_revision < job->env->revision)};
    if (job->own->partial.len)
        item->partial = wb_buf_view(&job->own->partial);
    if (job->own->cursor.len)
        item->cursor = wb_buf_view(&job->own->cursor);
    if (job->op->verb == WB_VERB_PUSH && item->again)
        job->resent = true;
    if (job->op->verb == WB_VERB_PUSH || job->op->verb == WB_VERB_PROBE) {
        if (!job->own->idempotency[0])
            wb_pump_idempotency(job->own->idempotency, job->env, job->op);
        item->idempotency = wb_view_of(job->own->idempotency);
    }
    if (job->own->ticket && job->op->verb != WB_VERB_PUSH)
        pump_ticket_fill(item, job);
}

void
pump_call_take(pump_call *call, wb_job *job)
{
    assert(job->state == WB_JOB_WAITING && job->own->line == call->line);
    pump_queue_took(job);
    job->state = WB_JOB_CALLING;
    job->own->on_trial = false;
    job->own->item = &call->items[call->count];
    fill_item(job->own->item, job);
    call->jobs[call->count++] = job;
}

/* From one queue. A job that is alone after a refused batch keeps its call small: what the call may
 * carry now. */
static size_t
gather_queue(pump_call *call, const wb_link *queue, size_t limit)
{
    while (call->count < limit && !wb_list_empty(queue)) {
        wb_job *job = pump_queue_first(queue);
        size_t own_limit = job->own->batch_limit > 0 ? (size_t)job->own->batch_limit : limit;

        if (job->own->gathered)
            return call->count; /* a set has a call of its own */
        if (own_limit < limit)
            limit = own_limit > call->count ? own_limit : call->count;
        if (call->count < limit)
            pump_call_take(call, job);
    }
    return limit;
}

/* Fill a call from a line: the chosen queue first, then the others in order, but nothing that has
 * failed before beside what has not: it may be why. */
static void
gather(pump_call *call, pump_line *line, int first, int max)
{
    size_t limit;

    if (pump_set_take(call, pump_queue_first(&line->ready[first])))
        return;
    limit = gather_queue(call, &line->ready[first], (size_t)max);
    for (int class = 0; class < WB_PRIORITY_COUNT; class ++)
        limit = gather_queue(call, &line->ready[2 * class + first % 2], limit);
}

void
pump_call_free(pump_call **call_p)
{
    pump_call *call = wb_take(call_p);

    if (!call)
        return;
    wb_list_remove(&call->link);
    wb_free(&call->items);
    wb_free(&call->jobs);
    wb_free(&call);
}

static bool
must_commit(const pump_call *call)
{
    if (call->line->op->verb != WB_VERB_PUSH)
        return false;
    if (call->line->op->look_by_attempt)
        return true;
    for (size_t i = 0; i < call->count; i++) {
        const wb_job *job = call->jobs[i];

        if (job->stored && (!(job->flags & WB_JOB_LEAVING) || job->own->told))
            return true;
    }
    return false;
}

/* Two halves of a refused batch: the second leaves when the first was answered. */
static bool
is_half(const pump_call *call)
{
    return call->jobs[0]->own->batch_limit > 0;
}

void
pump_call_leave(pump_call *call)
{
    wb_pump *self = call->pump;
    wb_exchange_result failed = {.end = WB_HTTP_NOT_SENT};
    static const wb_outcomes none;
    wb_err err = {0};
    wb_rc rc;

    if (call->line->op->verb == self->actor.verb)
        wb_kill_point_of(is_half(call) ? self->actor.points.half : self->actor.points.leaving,
                         call->jobs[0]->env->record);
    call->turn = self->turn;
    rc = wb_exchange_start(self->conf.exchanger, call->line->acct->account, &call->call,
                           pump_call_done, call, &err);
    if (!rc)
        return;
    failed.rc = rc;
    failed.err = &err;
    failed.out = &none;
    pump_call_done(call, &failed);
}

static void
take_alone(pump_call *call, wb_job *job)
{
    if (!pump_set_take(call, job))
        pump_call_take(call, job);
}

/* `alone`: the job that it goes with, when it is to tell something by itself. */
static void
start_call(wb_pump *self, pump_line *line, int queue, wb_job *alone)
{
    wb_gate_health health = wb_gate_health_of(self->conf.gate, line->acct->account, line->op);
    bool look = line->op->verb == WB_VERB_LOOK;
    int max = batch_of(line);
    size_t room = look ? PUMP_LOOK_RECORDS : (size_t)max;
    bool trial = alone && alone == pump_trial_next(line->acct);
    pump_call *call = wb_alloc(sizeof *call);

    line->credit[queue]--;
    call->pump = self;
    call->line = line;
    call->items = wb_alloc(room * sizeof *call->items);
    call->jobs = wb_alloc(room * sizeof(wb_job *));
    /* The call that looks whether a dead account is back goes with what was tried least, alone:
     * what fails by itself would keep it shut. */
    if (alone || health.looking)
        take_alone(call, alone ? alone : pump_line_least_tried(line));
    else if (look)
        pump_ticket_gather(call, line, (size_t)max);
    else
        gather(call, line, queue, max);
    assert(call->count > 0 && call->count <= room);
    call->jobs[0]->own->on_trial = trial;
    call->call.op = line->op;
    call->call.items = call->items;
    call->call.item_count = call->count;
    wb_list_append(&self->calls, &call->link);
    if (line->op->look)
        pump_ticket_begin(call);
    if (must_commit(call))
        pump_write_leave(call); /* leaves when that is committed */
    else
        pump_call_leave(call);
}

/* --- the turn --- */

/* Whether it may. *look: the job that looks whether a stopped account is served again. */
static wb_wait
enter(wb_pump *self, pump_line *line, wb_priority class, wb_job **look)
{
    wb_account *account = line->acct->account;
    bool another = false;

    *look = NULL;
    if (wb_gate_look_due(self->conf.gate, account)) {
        *look = pump_look_with(line->acct, &another);
        if ((*look)->own->line != line)
            return WB_WAIT_SUSPENDED; /* its own line sees to it */
        if (!another)
            pump_look_ask(line->acct, *look);
        class = (*look)->own->priority;
    }
    return another
               ? wb_gate_enter_another(self->conf.gate, account, line->op, class, &line->until_ms)
               : wb_gate_enter(self->conf.gate, account, line->op, class, &line->until_ms);
}

/* One call of a line, when it may. */
static bool
serve(wb_pump *self, pump_line *line)
{
    int queue = next_queue(line);
    wb_job *look = NULL;

    line->until_ms = 0;
    line->wait = WB_WAIT_LANE;
    if (self->actor.room && !self->actor.room(self->arg, line->acct->account))
        return false;
    line->wait = enter(self, line, (wb_priority)(queue / 2), &look);
    if (line->wait == WB_WAIT_NONE) {
        start_call(self, line, queue, look);
        return true;
    }
    line->blocked = !look || look->own->line == line;
    line->blocked_class = (wb_priority)(queue / 2);
    return false;
}

/* Every line once; those that got a call go to the end: accounts take turns. */
static bool
serve_all(wb_pump *self)
{
    wb_link *link = self->active.next, *last = self->active.prev, *next;
    bool served = false, more = link != &self->active;

    for (; more; link = next) {
        pump_line *line = WB_CONTAINER(link, pump_line, active);

        more = link != last;
        next = link->next;
        if (line->blocked || !line->count || !serve(self, line))
            continue;
        served = true;
        if (wb_list_linked(&line->active)) {
            wb_list_remove(&line->active);
            wb_list_append(&self->active, &line->active);
        }
    }
    return served;
}

static void
tell_left(wb_pump *self)
{
    for (wb_link *link = self->calls.next; link != &self->calls; link = link->next) {
        pump_call *call = WB_CONTAINER(link, pump_call, link);

        if (call->left_told || !call->turn || call->turn == self->turn)
            continue;
        call->left_told = true;
        if (call->line->op->verb == self->actor.verb)
            wb_kill_point_of(self->actor.points.left, call->jobs[0]->env->record);
    }
}

bool
pump_turn(void *arg)
{
    wb_pump *self = arg;

    self->turn++;
    if (!wb_list_empty(&self->calls))
        tell_left(self);
    if (!self->wanted || self->draining)
        return false;
    self->wanted = false;
    pump_disk_begin(self);
    do {
        pump_sets_ask(self);
        while (serve_all(self))
            ;
    } while (!wb_list_empty(&self->sets)); /* what was not even built is ready again */
    return false;
}
