/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line - jobs that wait for their turn: in a queue, sources take turns
 *
 * A target has the orders of many shops. One that sends a hundred thousand at once must not keep
 * the others' waiting: in each queue of a line a source has a row of its own, first in, first out,
 * and the rows are served in turn, one job each. The same holds for memory: of a long backlog the
 * source goes to disk that has more than its share of what is in memory.
 */
#include <assert.h>
#include <string.h>

#include "actors/runtime/pump/inside.h"
#include "protocol/base/own.h"

/* What one account has in one queue. */
struct pump_row {
    wb_link turn; /* in the queue, while it has jobs */
    wb_link jobs;
    wb_link *queue;
};

/* --- sources --- */

static pump_source *
source_of(pump_account *acct, const wb_envelope *env)
{
    char name[1 + WB_TENANT_MAX + WB_ACCOUNT_MAX];
    wb_view key = {name, 1 + env->tenant.len + env->account.len};
    pump_source *source;

    assert(env->tenant.len <= WB_TENANT_MAX && env->account.len <= WB_ACCOUNT_MAX);
    name[0] = (char)env->tenant.len;
    if (env->tenant.len)
        memcpy(name + 1, env->tenant.data, env->tenant.len);
    if (env->account.len)
        memcpy(name + 1 + env->tenant.len, env->account.data, env->account.len);
    source = wb_map_find(acct->sources, key);
    if (source)
        return source;
    source = wb_alloc(sizeof *source);
    wb_map_put(acct->sources, key, source);
    return source;
}

static void
count_body(struct wb_job_private *own, size_t bytes)
{
    size_t more = bytes - own->body_bytes; /* modulo: it may be less */

    own->source->body_bytes += more;
    own->acct->body_bytes += more;
    own->pump->body_bytes += more;
    own->body_bytes = bytes;
}

void
pump_source_join(wb_job *job)
{
    struct wb_job_private *own = job->own;

    if (!own->source) { /* a record has one for ever */
        own->source = source_of(own->acct, job->env);
        own->acct->sources_here += own->source->jobs++ == 0;
    }
    count_body(own, job->env->body.len);
}

void
pump_source_leave(wb_job *job)
{
    struct wb_job_private *own = job->own;

    if (!own->source)
        return;
    count_body(own, 0);
    assert(own->source->jobs > 0 && own->acct->sources_here > 0);
    own->acct->sources_here -= --own->source->jobs == 0;
}

size_t
pump_bytes_share(const wb_pump *self)
{
    return PUMP_MEMORY_BYTES / wb_map_count(self->accounts);
}

bool
pump_source_over_share(const wb_job *job)
{
    const pump_source *source = job->own->source;
    const pump_account *acct = job->own->acct;
    size_t bytes = pump_bytes_share(acct->pump);

    if (acct->jobs > PUMP_MEMORY_JOBS && source->jobs > PUMP_MEMORY_JOBS / acct->sources_here)
        return true;
    return acct->pump->body_bytes > PUMP_MEMORY_BYTES && acct->body_bytes > bytes &&
           source->body_bytes > bytes / acct->sources_here;
}

void
pump_sources_destroy(wb_map **sources_p)
{
    pump_source *source;

    for (size_t at = 0; (source = wb_map_next(*sources_p, &at, NULL));)
        wb_free(&source);
    wb_map_destroy(sources_p);
}

/* --- lines --- */

pump_line *
pump_line_of(wb_pump *self, pump_account *acct, const wb_op *op)
{
    const void *const pair[2] = {acct, op};
    wb_view key = {(const char *)pair, sizeof pair};
    pump_line *line = wb_map_find(self->lines, key);

    if (line)
        return line;
    line = wb_alloc(sizeof *line);
    line->acct = acct;
    line->op = op;
    line->rows = wb_map_new();
    for (int i = 0; i < PUMP_QUEUES; i++)
        wb_list_init(&line->ready[i]);
    wb_map_put(self->lines, key, line);
    return line;
}

void
pump_line_destroy(pump_line **line_p)
{
    pump_line *line = wb_take(line_p);
    pump_row *row;

    for (size_t at = 0; (row = wb_map_next(line->rows, &at, NULL));)
        wb_free(&row);
    wb_map_destroy(&line->rows);
    wb_free(&line);
}

static pump_row *
row_of(pump_line *line, const pump_source *source, wb_link *queue)
{
    const void *const pair[2] = {source, queue};
    wb_view key = {(const char *)pair, sizeof pair};
    pump_row *row = wb_map_find(line->rows, key);

    if (row)
        return row;
    row = wb_alloc(sizeof *row);
    row->queue = queue;
    wb_list_init(&row->jobs);
    wb_map_put(line->rows, key, row);
    return row;
}

void
pump_line_put(wb_job *job, bool first)
{
    struct wb_job_private *own = job->own;
    pump_line *line = own->line;
    wb_link *queue = &line->ready[2 * (int)own->priority + (own->fails > 0)];

    assert(!wb_list_linked(&own->ready) && (size_t)own->priority < PUMP_QUEUES / 2);
    own->row = row_of(line, own->source, queue);
    wb_list_append(first ? own->row->jobs.next : &own->row->jobs, &own->ready);
    if (!wb_list_linked(&own->row->turn))
        wb_list_append(first ? queue->next : queue, &own->row->turn);
    if (!line->count++)
        wb_list_append(&own->pump->active, &line->active);
}

void
pump_job_unready(wb_job *job)
{
    wb_heap_remove(&job->own->pump->due, &job->own->due);
    pump_release_over(job);
    pump_line_leave(job);
    pump_set_unready(job);
}

void
pump_line_leave(wb_job *job)
{
    struct wb_job_private *own = job->own;

    if (!wb_list_linked(&own->ready))
        return;
    wb_list_remove(&own->ready);
    if (wb_list_empty(&own->row->jobs))
        wb_list_remove(&own->row->turn);
    assert(own->line->count > 0);
    own->line->count--;
    if (!own->line->count)
        wb_list_remove(&own->line->active);
}

static struct wb_job_private *
first_of(const wb_link *jobs)
{
    return WB_CONTAINER(jobs->next, struct wb_job_private, ready);
}

wb_job *
pump_queue_first(const wb_link *queue)
{
    const pump_row *row = WB_CONTAINER(queue->next, pump_row, turn);

    assert(!wb_list_empty(queue) && !wb_list_empty(&row->jobs)); /* a row with a turn has jobs */
    return &WB_CONTAINER(first_of(&row->jobs), pump_job, own)->job;
}

void
pump_queue_took(wb_job *job)
{
    pump_row *row = job->own->row;

    pump_job_unready(job);
    if (!wb_list_linked(&row->turn))
        return;
    wb_list_remove(&row->turn);
    wb_list_append(row->queue, &row->turn);
}

static wb_job *
best_of(const pump_row *row, pump_better better, wb_job *best)
{
    for (wb_link *link = row->jobs.next; link != &row->jobs; link = link->next) {
        struct wb_job_private *own = WB_CONTAINER(link, struct wb_job_private, ready);
        wb_job *job = &WB_CONTAINER(own, pump_job, own)->job;

        if (!best || better(job, best))
            best = job;
    }
    return best;
}

/* `best`: who was found elsewhere, or NULL. */
static wb_job *
best_of_line(const pump_line *line, pump_better better, wb_job *best)
{
    for (int i = 0; i < PUMP_QUEUES; i++)
        for (wb_link *turn = line->ready[i].next; turn != &line->ready[i]; turn = turn->next)
            best = best_of(WB_CONTAINER(turn, pump_row, turn), better, best);
    return best;
}

size_t
pump_line_jobs(const pump_line *line, wb_job **out, size_t max)
{
    size_t count = 0;

    for (int i = 0; i < PUMP_QUEUES; i++) {
        const wb_link *queue = &line->ready[i];

        for (wb_link *turn = queue->next; turn != queue; turn = turn->next) {
            const wb_link *jobs = &WB_CONTAINER(turn, pump_row, turn)->jobs;

            for (wb_link *at = jobs->next; count < max && at != jobs; at = at->next)
                out[count++] =
                    &WB_CONTAINER(WB_CONTAINER(at, struct wb_job_private, ready), pump_job, own)
                         ->job;
        }
    }
    return count;
}

static pump_line *
next_of(const pump_account *acct, wb_link **link)
{
    const wb_pump *self = acct->pump;

    while ((*link = (*link)->next) != &self->active) {
        pump_line *line = WB_CONTAINER(*link, pump_line, active);

        if (line->acct == acct)
            return line;
    }
    return NULL;
}

wb_job *
pump_account_best(const pump_account *acct, pump_better better)
{
    wb_link *link = &acct->pump->active;
    const pump_line *line;
    wb_job *best = NULL;

    while ((line = next_of(acct, &link)))
        best = best_of_line(line, better, best);
    return best;
}

size_t
pump_account_ready(const pump_account *acct)
{
    wb_link *link = &acct->pump->active;
    const pump_line *line;
    size_t count = 0;

    while ((line = next_of(acct, &link)))
        count += line->count;
    return count;
}

static bool
less_tried(const wb_job *job, const wb_job *than)
{
    return job->own->fails < than->own->fails;
}

wb_job *
pump_line_least_tried(const pump_line *line)
{
    return best_of_line(line, less_tried, NULL);
}
