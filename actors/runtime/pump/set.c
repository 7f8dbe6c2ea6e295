/* SPDX-License-Identifier: Apache-2.0 */
/*
 * set - what belongs in one call goes in one call, and only whole
 *
 * All parcels of an order, all orders of a parcel: the connector says what belongs together
 * (gather) and whether it is all there (whole). A job joins its set when it is known, and stays in
 * it until it is through, so that one that waits for a back-off, a probe or its answer is not taken
 * for missing. The set is asked for when each of its jobs could leave:
 *
 *   whole        they stand in line as one, and leave in one call
 *   incomplete   they wait, without attempts, until one more has come, or for a while
 *   park         by the account's policy they have waited long enough
 *
 * While stored work has not been read back, no time is up: what is missing may be there.
 */
#include <stdio.h>
#include <string.h>

#include "actors/runtime/pump/inside.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define ASK_AGAIN_MS 60000

struct pump_set {
    pump_account *acct;
    const wb_op *op;
    wb_buf key;          /* the operation's address, and what its jobs share */
    wb_link jobs;        /* job.own->member */
    size_t count, ready; /* ready: could leave now */
    bool in_line;        /* all of them are */
    wb_link asked;       /* in pump.sets: to be asked at the end of the turn */
    wb_timer timer;      /* or then */
};

static wb_job *
job_at(wb_link *link)
{
    struct wb_job_private *own = WB_CONTAINER(link, struct wb_job_private, member);

    return &WB_CONTAINER(own, pump_job, own)->job;
}

/* --- which there are --- */

/* Something about it is new: it is asked for again, and meanwhile not in line. */
static void
changed(pump_set *self)
{
    wb_pump *pump = self->acct->pump;

    for (wb_link *link = self->jobs.next; self->in_line && link != &self->jobs; link = link->next)
        pump_line_leave(job_at(link));
    self->in_line = false;
    if (!wb_list_linked(&self->asked))
        wb_list_append(&pump->sets, &self->asked);
    pump->wanted = true;
}

static void
on_timer(wb_timer *timer, void *arg)
{
    (void)timer;
    changed(arg);
}

static pump_set *
new_set(pump_account *acct, const wb_op *op, wb_view key)
{
    pump_set *self = wb_alloc(sizeof *self);

    self->acct = acct;
    self->op = op;
    wb_buf_init(&self->key, key.len);
    wb_buf_add_view(&self->key, key);
    wb_list_init(&self->jobs);
    self->timer = (wb_timer){.fire = on_timer, .arg = self};
    wb_map_put(acct->sets, key, self);
    return self;
}

static void
set_destroy(pump_set **self_p)
{
    pump_set *self = wb_take(self_p);

    wb_timer_stop(self->acct->pump->conf.loop, &self->timer);
    wb_list_remove(&self->asked);
    wb_map_remove(self->acct->sets, wb_buf_view(&self->key));
    wb_buf_fini(&self->key);
    wb_free(&self);
}

/* NULL: it goes by itself. */
static pump_set *
set_of(const wb_job *job)
{
    WB_AUTO(wb_buf_fini) wb_buf key = {0};
    pump_account *acct = job->own->acct;
    const wb_op *op = job->op;
    pump_set *found;

    wb_buf_init(&key, sizeof op + WB_KEY_MAX);
    wb_buf_add(&key, &op, sizeof op);
    if (op->gather)
        op->gather(job->account->options, job->env, &key);
    if (key.len == sizeof op || key.overflow)
        return NULL;
    found = wb_map_find(acct->sets, wb_buf_view(&key));
    return found ? found : new_set(acct, op, wb_buf_view(&key));
}

void
pump_set_leave(wb_job *job)
{
    pump_set *self = wb_take(&job->own->set);

    if (!self)
        return;
    if (job->own->gathered)
        pump_line_leave(job);
    self->ready -= job->own->gathered;
    job->own->gathered = false;
    wb_list_remove(&job->own->member);
    job->own->acct->gathered--;
    if (--self->count)
        changed(self);
    else
        set_destroy(&self);
}

void
pump_set_join(wb_job *job)
{
    pump_set *set;

    if (!job->op || job->op->verb != WB_VERB_PUSH || (!job->op->gather && !job->own->set))
        return; /* who is asked about stays with those that it will leave with */
    set = set_of(job);
    if (set == job->own->set)
        return;
    pump_set_leave(job);
    job->own->set = set;
    if (!set)
        return;
    wb_list_append(&set->jobs, &job->own->member);
    set->count++;
    job->own->acct->gathered++;
    changed(set);
}

/* --- who could leave --- */

bool
pump_set_ready(wb_job *job)
{
    pump_set *self = job->own->set;

    if (!self || self->op != job->op)
        return false;
    job->own->gathered = true;
    self->ready++;
    changed(self);
    return true;
}

void
pump_set_unready(wb_job *job)
{
    if (!job->own->gathered)
        return;
    job->own->gathered = false;
    job->own->set->ready--;
    changed(job->own->set);
}

bool
pump_set_take(pump_call *call, wb_job *job)
{
    pump_set *self = job->own->set;

    if (!job->own->gathered)
        return false;
    call->set = true;
    self->in_line = false;
    self->ready = 0;
    for (wb_link *link = self->jobs.next; link != &self->jobs; link = link->next) {
        job_at(link)->own->gathered = false;
        pump_call_take(call, job_at(link));
    }
    return true;
}

/* --- whether it is all --- */

static void
park(pump_set *self, const char *why)
{
    char reason[200];

    (void)snprintf(reason, sizeof reason, "incomplete: %s", why);
    for (wb_link *link = self->jobs.next; link != &self->jobs; link = link->next)
        pump_write_park(job_at(link), false, reason);
}

static void
line_up(pump_set *self)
{
    const wb_account *account = self->acct->account;
    int most = wb_connector_batch(account->connector, account->options, self->op);
    char why[64];

    if (self->count > (size_t)most) {
        (void)snprintf(why, sizeof why, "%zu are together, one call takes %d", self->count, most);
        park(self, why);
        return;
    }
    self->in_line = true;
    for (wb_link *link = self->jobs.next; link != &self->jobs; link = link->next)
        pump_job_line_up(job_at(link), false);
}

static void
wait_for_more(pump_set *self, const wb_set *what)
{
    const char *reason = *what->reason ? what->reason : "more of it has to come";

    for (wb_link *link = self->jobs.next; link != &self->jobs; link = link->next)
        wb_text_tame_words(job_at(link)->error, sizeof job_at(link)->error, wb_view_of(reason));
    wb_timer_start(self->acct->pump->conf.loop, &self->timer,
                   what->again_ms > 0 ? what->again_ms : ASK_AGAIN_MS);
}

/* How long it has waited; as long as some of what is stored has not been seen, not at all. What
 * nobody has released is not looked for. */
static int64_t
waited_ms(const pump_set *self)
{
    int64_t now_ms = wb_loop_now_ms(self->acct->pump->conf.loop), since_ms = now_ms;

    if (self->acct->rows > self->acct->rows_loaded &&
        !pump_release_guards(self->acct->pump, self->acct->account))
        return 0;
    for (wb_link *link = self->jobs.next; link != &self->jobs; link = link->next)
        if (job_at(link)->taken_ms < since_ms)
            since_ms = job_at(link)->taken_ms;
    return now_ms - since_ms;
}

static void
ask(pump_set *self, wb_call_item *items)
{
    const wb_account *account = self->acct->account;
    wb_call call = {.op = self->op,
                    .options = account->options,
                    .tenant = account->tenant,
                    .account = account->name,
                    .now_utc_us = wb_loop_utc_us(self->acct->pump->conf.loop),
                    .items = items};
    wb_set what = {0};

    for (wb_link *link = self->jobs.next; link != &self->jobs; link = link->next)
        items[call.item_count++] = (wb_call_item){.env = job_at(link)->env};
    self->op->whole(&call, waited_ms(self), &what);
    switch (what.code) {
    case WB_SET_WHOLE:
        line_up(self);
        return;
    case WB_SET_INCOMPLETE:
        wait_for_more(self, &what);
        return;
    case WB_SET_PARK:
        park(self, *what.reason ? what.reason : "it has waited long enough");
    }
}

void
pump_sets_ask(wb_pump *pump)
{
    wb_link *link;

    while ((link = wb_list_pop(&pump->sets))) {
        pump_set *self = WB_CONTAINER(link, pump_set, asked);
        wb_call_item *items;

        wb_timer_stop(pump->conf.loop, &self->timer);
        if (self->ready < self->count)
            continue;
        items = wb_alloc(self->count * sizeof *items);
        ask(self, items);
        wb_free(&items);
    }
}
