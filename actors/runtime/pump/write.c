/* SPDX-License-Identifier: Apache-2.0 */
/*
 * write - everything that the pump commits is queued here
 *
 * A write owns what it needs from when it is queued. Writes of one job are applied in the order in
 * which they were queued. Receipts leave after the commit (apply.c).
 */
#include <string.h>

#include "actors/runtime/pump/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

static pump_write *
new_write(wb_pump *pump, pump_write_kind kind, wb_job *job)
{
    pump_write *self = wb_alloc(sizeof *self);

    self->write = (wb_write){.apply = pump_write_apply, .done = pump_write_done};
    self->kind = kind;
    self->pump = pump;
    self->job = job;
    wb_list_init(&self->deliveries);
    wb_buf_init(&self->bytes, PUMP_ROW_MAX + WB_KEY_MAX + WB_TICKET_MAX);
    if (job) {
        self->id = job->env->id;
        self->write.about = &self->id;
        job->own->writes++;
        self->had_row = job->stored;
    }
    return self;
}

static void
take_deliveries(pump_write *self)
{
    wb_link *link;

    while ((link = wb_list_pop(&self->job->deliveries)))
        wb_list_append(&self->deliveries, link);
    wb_list_remove(&self->job->own->hold);
}

/* Who asked for what does not exist is told why before its end comes. */
static void
tell_gone(pump_write *self)
{
    const wb_job *job = self->job;

    for (wb_link *at = self->deliveries.next; job->gone && at != &self->deliveries; at = at->next) {
        wb_delivery *delivery = WB_CONTAINER(at, wb_delivery, link);

        if (delivery->settled && self->pump->actor.gone)
            self->pump->actor.gone(delivery->arg, job->error);
    }
}

/* The row will be of another envelope, or gone: what it was told about ends with this. */
static void
take_told(pump_write *self)
{
    wb_job *job = self->job;

    self->told = wb_take(&job->own->told);
    self->before = job->flags & WB_JOB_REVIVED ? WB_OUTCOME_PARKED : WB_OUTCOME_HELD;
    if (self->told)
        job->flags &= ~(uint32_t)WB_JOB_REVIVED; /* it was the former that had come back */
}

/* A notice that joined may have announced a newer state than the one that is stored: whoever reads
 * it back must not be content with less. */
static void
fill_bytes(pump_write *self)
{
    const wb_job *job = self->job;
    wb_envelope env = *job->env;
    wb_err err = {0};

    if (self->pump->actor.verb == WB_VERB_FETCH && job->source_utc_us > 0)
        env.source_utc_us = job->source_utc_us;
    wb_ignore(wb_envelope_store(&env, &self->bytes, &err), "it was decoded under the same limits");
}

/* `text`: its own, as this write keeps it. */
static wb_ticket
ticket_of(const wb_job *job, wb_view text)
{
    const pump_ticket *it = job->own->ticket;

    return (wb_ticket){.op = wb_view_of(it->op->name),
                       .ticket = text,
                       .attempt = it->attempt,
                       .number = it->number,
                       .revision = it->revision,
                       .since_utc_us = it->since_utc_us,
                       .doubted = it->doubted};
}

static void
fill_row(pump_write *self, uint32_t flags, bool ready)
{
    wb_job *job = self->job;
    wb_pump *pump = self->pump;
    int64_t now_utc = wb_loop_utc_us(pump->conf.loop), now_ms = wb_loop_now_ms(pump->conf.loop);
    int64_t due = job->due_ms > now_ms ? (job->due_ms - now_ms) * WB_US_PER_MS : 0;
    bool ticket = (flags & WB_JOB_TICKET) != 0;
    size_t envelope, name;
    const char *bytes;

    fill_bytes(self);
    envelope = self->bytes.len;
    wb_buf_add_view(&self->bytes, job->env->record);
    name = self->bytes.len;
    if (ticket && job->own->ticket->text)
        wb_buf_add_text(&self->bytes, job->own->ticket->text);
    bytes = (const char *)self->bytes.data; /* it does not move any more */
    wb_ignore(wb_text_set(self->error, sizeof self->error, wb_view_of(job->error), NULL),
              "both are as long");
    self->row = (wb_job_row){
        .shard = job->shard,
        .account = job->account->key_view,
        .name = {bytes + envelope, name - envelope},
        .priority = job->own->priority,
        .due_utc_us = ready ? now_utc + due : -1,
        .stored_utc_us = now_utc,
        .attempts = job->attempts,
        .behind = job->behind,
        .flags = flags,
        .error = wb_view_of(self->error),
        .envelope = {bytes,            envelope       }
    };
    if (ticket)
        self->row.ticket = ticket_of(job, (wb_view){bytes + name, self->bytes.len - name});
}

/* What the row will say, and the job with it: who leaves next must see what is committed. */
static uint32_t
flags_now(wb_job *job)
{
    bool leaving = job->state == WB_JOB_CALLING && job->op && job->op->verb == WB_VERB_PUSH;

    job->flags &= ~(uint32_t)WB_JOB_LEAVING;
    if (leaving)
        job->flags |= WB_JOB_LEAVING;
    return job->flags;
}

/* Rows with a ticket are outside the cap: as this one's will be, with so many bytes. */
static void
count_ticket(wb_job *job, size_t bytes)
{
    pump_account *acct = job->own->acct;

    if (!(job->flags & WB_JOB_TICKET))
        bytes = 0;
    acct->tickets += (size_t)(bytes > 0) - (size_t)(job->own->ticket_bytes > 0);
    acct->ticket_bytes += bytes - job->own->ticket_bytes; /* modulo: it may be less */
    job->own->ticket_bytes = bytes;
}

static void
count_row(wb_job *job, size_t bytes)
{
    pump_account *acct = job->own->acct;

    if (!job->stored) {
        acct->rows++;
        acct->rows_loaded++;
    }
    acct->bytes += bytes - job->own->bytes;
    job->own->bytes = bytes;
    job->stored = true;
    count_ticket(job, bytes);
}

/* What is told of an envelope needs its header alone. */
static wb_envelope *
head_of(const wb_envelope *env)
{
    wb_envelope head = *env;

    head.body = (wb_view){NULL, 0};
    return wb_envelope_copy(&head);
}

static void
store(wb_job *job, bool accepted)
{
    pump_write *self = new_write(job->own->pump, PUMP_STORE, job);

    if (!job->own->env_owned) { /* its delivery goes with the receipt */
        job->env = wb_envelope_copy(job->env);
        job->own->env_owned = true;
        if (job->own->item)
            job->own->item->env = job->env;
    }
    take_told(self);
    fill_row(self, flags_now(job), true);
    self->env = head_of(job->env);
    self->outcome = job->stored && !self->told ? WB_OUTCOME_MERGED : WB_OUTCOME_HELD;
    self->others = WB_OUTCOME_MERGED;
    take_deliveries(self);
    count_row(job, self->row.envelope.len);
    self->accepted = accepted;
    wb_commit_add(job->own->pump->conf.custody.commit, &self->write);
}

void
pump_write_store(wb_job *job)
{
    store(job, false);
}

void
pump_write_accepted(wb_job *job)
{
    store(job, true);
}

/* A row that is to be of another envelope than its sender was told about is stored anew. */
void
pump_write_update(wb_job *job)
{
    pump_write *self;

    if (job->own->told) {
        pump_write_store(job);
        return;
    }
    self = new_write(job->own->pump, PUMP_UPDATE, job);
    fill_row(self, flags_now(job), true);
    count_ticket(job, job->own->bytes);
    wb_commit_add(job->own->pump->conf.custody.commit, &self->write);
}

/* What can be looked for by its attempt is stored with it, though it had no row yet. */
void
pump_write_leave(pump_call *call)
{
    pump_write *self = new_write(call->pump, PUMP_LEAVE, NULL);

    for (size_t i = 0; i < call->count; i++)
        if (call->jobs[i]->own->told || call->line->op->look_by_attempt)
            pump_write_store(call->jobs[i]);
    self->call = call;
    wb_commit_add(call->pump->conf.custody.commit, &self->write);
}

static void
uncount_row(wb_job *job)
{
    pump_account *acct = job->own->acct;

    if (!job->stored)
        return;
    acct->rows--;
    acct->rows_loaded--;
    acct->bytes -= job->own->bytes;
    job->own->bytes = 0;
    count_ticket(job, 0);
}

static void
queue_end(pump_write *self, wb_outcome outcome)
{
    wb_job *job = self->job;

    job->state = WB_JOB_HANDING;
    pump_job_unready(job);
    take_told(self);
    self->outcome = outcome;
    self->others = WB_OUTCOME_MERGED;
    take_deliveries(self);
    tell_gone(self);
    uncount_row(job);
    wb_commit_add(self->pump->conf.custody.commit, &self->write);
}

void
pump_write_settle(wb_job *job, wb_outcome outcome)
{
    pump_write *self = new_write(job->own->pump, PUMP_SETTLE, job);

    if (job->stored && self->pump->actor.marking)
        fill_row(self, WB_JOB_MARKING, false);
    self->error[0] = 0;
    queue_end(self, outcome);
}

/* What may have left before stays so, whatever becomes of it here. True: it may have. */
static bool
note_left(wb_job *job)
{
    if (!(job->flags & (WB_JOB_AGAIN | WB_JOB_UNKNOWN)))
        return false;
    job->flags |= WB_JOB_UNKNOWN;
    if (!job->left_revision)
        job->left_revision = job->env->revision;
    return true;
}

static pump_write *
new_park(wb_job *job, bool unknown, const char *reason)
{
    pump_write *self = new_write(job->own->pump, PUMP_PARK, job);

    wb_text_tame_words(job->error, sizeof job->error, wb_view_of(reason));
    self->unknown = unknown;
    fill_row(self, WB_JOB_MARKING, false);
    return self;
}

bool
pump_write_stumbled(wb_job *job, const char *why)
{
    if (!job->errand)
        return false;
    wb_text_tame_words(job->error, sizeof job->error, wb_view_of(why));
    job->stumbled = true;
    queue_end(new_write(job->own->pump, PUMP_STUMBLE, job), WB_OUTCOME_PARKED);
    return true;
}

void
pump_write_park(wb_job *job, bool unknown, const char *reason)
{
    if (pump_write_stumbled(job, reason))
        return;
    if (unknown)
        job->flags |= WB_JOB_UNKNOWN;
    queue_end(new_park(job, note_left(job), reason), WB_OUTCOME_PARKED);
}

void
pump_write_refused(wb_job *job, bool unknown, const char *reason)
{
    pump_line *line = job->own->line;
    pump_write *self;

    if (pump_write_stumbled(job, reason))
        return;
    wb_ignore(note_left(job), "its mark says so: the row is settled by what gets through");
    if (unknown)
        job->flags |= WB_JOB_UNKNOWN;
    self = new_park(job, unknown, reason);
    self->in_row = wb_gate_row_of(self->pump->conf.gate, job->account, line->op);
    if (self->in_row.count) {
        self->streak = line;
        line->streak = true;
    }
    queue_end(self, WB_OUTCOME_PARKED);
}

void
pump_write_marked(wb_pump *pump, pump_account *acct, wb_view record, uint64_t revision)
{
    pump_write *self = new_write(pump, PUMP_MARKED, NULL);

    self->acct = acct;
    self->name = wb_text_dup_len(record.data, record.len);
    self->revision = revision;
    wb_commit_add(pump->conf.custody.commit, &self->write);
}
