/* SPDX-License-Identifier: Apache-2.0 */
/*
 * errands - see errands.h
 */
#include "actors/enricher/errands.h"

#include <string.h>

#include "actors/runtime/process/kill_point.h"
#include "protocol/base/clock.h"
#include "protocol/base/map.h"
#include "protocol/base/own.h"

#define OUT_MAX 200      /* errands in hand: an account that is slow keeps no more */
#define NOT_NOW_MS 60000 /* of an account that is stopped, or not configured */
#define PAUSE_MAX_MS 3600000
#define NOT_TOLD "its source does not tell it yet"
#define ROW_MAX (WB_HEADER_MAX + WB_BODY_MAX + 64)

const wb_errands_rule wb_errands_usual = {
    .look_ms = 5000, .lease_ms = 300000, .keep_ms = INT64_C(86400000)};

struct wb_errands {
    wb_pump_conf conf;
    wb_pump *pump;
    const wb_errands_rule *rule;
    wb_timer timer;
    bool looking; /* a write is under way */
    bool resumed; /* what a former life had leased is free */
    wb_map *out;  /* records of errands in hand */
};

/* --- a row that is changed: its texts may not be of the transaction that changes it --- */

static wb_view
keep(wb_buf *memory, wb_view text)
{
    size_t start = memory->len;

    wb_buf_add_view(memory, text);
    return (wb_view){memory->data + start, text.len};
}

/* `memory` is begun here, and ended by the caller. */
static void
own(wb_task_row *row, wb_buf *memory)
{
    size_t len = row->account.len + row->record.len + row->name.len + row->value.len +
                 row->parts.len + row->error.len + row->envelope.len;

    wb_buf_init(memory, len + 1);
    (void)wb_buf_room(memory, len); /* it does not move below */
    row->account = keep(memory, row->account);
    row->record = keep(memory, row->record);
    row->name = keep(memory, row->name);
    row->value = keep(memory, row->value);
    row->parts = keep(memory, row->parts);
    row->error = keep(memory, row->error);
    row->envelope = keep(memory, row->envelope);
}

static int64_t
after(int64_t ms)
{
    return wb_now_utc_us() + ms * WB_US_PER_MS;
}

static void
set(wb_task_row *row, wb_task_status status, int64_t due_utc_us)
{
    row->status = status;
    row->due_utc_us = due_utc_us;
    row->updated_utc_us = wb_now_utc_us();
}

static bool
is_over(const wb_task_row *row)
{
    return row->status == WB_TASK_COMPLETED || row->status == WB_TASK_FAILED;
}

/* --- the end of a job --- */

static int64_t
pause_ms(const wb_account *account, uint32_t attempts)
{
    int64_t pause = account->conf->enrich_pause_ms;

    for (uint32_t i = 1; i < attempts && pause < PAUSE_MAX_MS; i++)
        pause *= 2;
    return pause < PAUSE_MAX_MS ? pause : PAUSE_MAX_MS;
}

static void
failed_once(const wb_errands *self, const wb_account *account, wb_view error, wb_task_row *row)
{
    row->attempts++;
    row->error = error;
    if (row->attempts >= account->conf->enrich_attempts)
        set(row, WB_TASK_FAILED, after(self->rule->keep_ms));
    else
        set(row, WB_TASK_PENDING, after(pause_ms(account, row->attempts)));
}

/* At most WB_TASK_TEXT_MAX of it, whole ids. */
static wb_view
trimmed(wb_view joined)
{
    if (joined.len <= WB_TASK_TEXT_MAX)
        return joined;
    joined.len = WB_TASK_TEXT_MAX;
    while (joined.len && joined.data[joined.len] != ',')
        joined.len--;
    return joined;
}

/* What the end of this job says about its task. False: nothing. */
static bool
judge(const wb_errands *self, const wb_job *job, wb_outcome outcome, wb_task_row *row)
{
    const wb_awaited *told = &job->awaited;

    if (is_over(row) && !(row->status == WB_TASK_FAILED && told->value.len))
        return false;
    if (job->stumbled) {
        failed_once(self, job->account, wb_view_of(job->error), row);
        return true;
    }
    if (told->parts.len)
        row->parts = trimmed(told->parts);
    row->value = trimmed(told->value);
    if (outcome == WB_OUTCOME_PARKED) {
        failed_once(self, job->account, WB_VIEW_LIT("what was read was set aside"), row);
    } else if (!told->name.len || told->value.len) {
        row->error =
            told->value.len ? (wb_view){NULL, 0} : WB_VIEW_LIT("it is not awaited any more");
        set(row, WB_TASK_COMPLETED, after(self->rule->keep_ms));
    } else if (job->errand) {
        failed_once(self, job->account, WB_VIEW_LIT(NOT_TOLD), row);
    } else if (row->status == WB_TASK_PROCESSING) { /* a notice joined its errand: no attempt */
        set(row, WB_TASK_PENDING, after(pause_ms(job->account, 1)));
    } else {
        return false;
    }
    return true;
}

/* The notice to ask by: of no run, behind all that is urgent. */
static void
store_notice(const wb_job *job, wb_buf *out)
{
    wb_envelope env = *job->env;
    wb_err err = {0};

    env.run = (wb_id){0};
    env.priority = WB_PRIORITY_BACKFILL;
    env.again = false;
    env.sequence = 0;
    env.hop_count = 0;
    wb_ignore(wb_envelope_store(&env, out, &err), "it was decoded under the same limits");
}

static wb_rc
begin(const wb_job *job, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf notice = {0};
    int64_t now_us = wb_now_utc_us();

    wb_buf_init(&notice, ROW_MAX);
    store_notice(job, &notice);
    return wb_tasks_put(txn,
                        &(wb_task_row){.shard = job->shard,
                                       .account = job->account->key_view,
                                       .record = job->env->record,
                                       .status = WB_TASK_PENDING,
                                       .created_utc_us = now_us,
                                       .updated_utc_us = now_us,
                                       .due_utc_us = now_us,
                                       .name = job->awaited.name,
                                       .parts = trimmed(job->awaited.parts),
                                       .envelope = wb_buf_view(&notice)},
                        err);
}

wb_rc
wb_errands_apply(wb_errands *self, const wb_job *job, wb_outcome outcome, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf memory = {0};
    wb_task_row row;
    bool found = false;
    wb_rc rc;

    if (!job->errand && (!job->awaited.name.len || outcome == WB_OUTCOME_PARKED))
        return WB_OK;
    rc = wb_tasks_get(txn, (wb_row_name){job->shard, job->account->key_view, job->env->record},
                      &row, &found, err);
    if (rc)
        return rc;
    if (!found) /* of an errand: dropped by hand */
        return job->errand || job->awaited.value.len ? WB_OK : begin(job, txn, err);
    own(&row, &memory);
    return judge(self, job, outcome, &row) ? wb_tasks_put(txn, &row, err) : WB_OK;
}

bool
wb_errands_concern(wb_errands *self, const wb_job *job)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_task_row row;
    bool found = false;
    wb_err err = {0};

    if (job->errand || (job->awaited.name.len && !job->awaited.value.len))
        return true;
    if (!job->awaited.name.len)
        return false;
    return wb_txn_begin(&txn, self->conf.custody.store, false, &err) ||
           wb_tasks_get(txn, (wb_row_name){job->shard, job->account->key_view, job->env->record},
                        &row, &found, &err) ||
           found;
}

void
wb_errands_released(wb_errands *self, const wb_job *job)
{
    if (job->env && wb_map_count(self->out))
        (void)wb_map_remove(self->out, job->env->record);
}

wb_rc
wb_errands_again(const wb_task_row *row, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf memory = {0};
    wb_task_row next = *row;

    own(&next, &memory);
    next.attempts = 0;
    set(&next, WB_TASK_PENDING, wb_now_utc_us());
    return wb_tasks_put(txn, &next, err);
}

/* --- a look: what is due --- */

typedef struct {
    uint16_t shard;
    char *account_key, *record;
    wb_account *account; /* NULL = not configured */
    wb_envelope *env;    /* NULL = it cannot be read */
    bool in_hand, begins;
} due_task;

typedef struct {
    wb_write write;
    wb_errands *owner;
    size_t count, most;
    due_task tasks[WB_ERRANDS_BATCH];
} look;

static wb_row_name
name_of(const due_task *task)
{
    return (wb_row_name){task->shard, wb_view_of(task->account_key), wb_view_of(task->record)};
}

static wb_rc
collect(void *arg, const wb_task_row *row, wb_err *err)
{
    look *self = arg;
    wb_errands *owner = self->owner;
    due_task *task = &self->tasks[self->count];

    (void)err;
    if (self->count == self->most)
        return WB_FULL;
    *task = (due_task){.shard = row->shard,
                       .account_key = wb_text_dup_len(row->account.data, row->account.len),
                       .record = wb_text_dup_len(row->record.data, row->record.len),
                       .account = wb_accounts_find(owner->conf.accounts, row->account)};
    wb_ignore(wb_envelope_load(&task->env, row->envelope, NULL), "the task then fails");
    task->in_hand = task->account && wb_map_find(owner->out, row->record);
    self->count++;
    return WB_OK;
}

static wb_rc
take(const wb_errands *owner, due_task *task, wb_task_row *row, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf memory = {0};

    own(row, &memory);
    if (is_over(row))
        return wb_tasks_delete(txn, name_of(task), err);
    if (!task->env) {
        row->error = WB_VIEW_LIT("its notice cannot be read any more");
        set(row, WB_TASK_FAILED, after(owner->rule->keep_ms));
    } else if (!task->in_hand && (!task->account || task->account->suspended)) {
        row->status = WB_TASK_PENDING;
        row->due_utc_us = after(NOT_NOW_MS);
    } else {
        task->begins = !task->in_hand;
        set(row, WB_TASK_PROCESSING, after(owner->rule->lease_ms));
    }
    return wb_tasks_put(txn, row, err);
}

static wb_rc
look_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    look *self = WB_CONTAINER(write, look, write);
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && i < self->count; i++) {
        due_task *task = &self->tasks[i];
        wb_task_row row;
        bool found = false;

        task->begins = false;
        rc = wb_tasks_get(txn, name_of(task), &row, &found, err);
        if (!rc && found && row.due_utc_us <= wb_now_utc_us()) /* not changed since it was read */
            rc = take(self->owner, task, &row, txn, err);
    }
    return rc;
}

static void
look_free(look *self)
{
    for (size_t i = 0; i < self->count; i++) {
        wb_free(&self->tasks[i].account_key);
        wb_free(&self->tasks[i].record);
        wb_envelope_destroy(&self->tasks[i].env);
    }
    wb_free(&self);
}

static void
look_done(wb_write *write)
{
    look *self = WB_CONTAINER(write, look, write);
    wb_errands *owner = self->owner;

    wb_kill_point("enricher.leased");
    owner->looking = false;
    for (size_t i = 0; i < self->count; i++) {
        due_task *task = &self->tasks[i];
        wb_envelope *env = wb_take(&task->env);

        if (!task->begins) {
            wb_envelope_destroy(&env);
            continue;
        }
        wb_map_put(owner->out, wb_view_of(task->record), owner); /* it may end at once */
        if (!wb_pump_errand(owner->pump, task->account, &env))
            (void)wb_map_remove(owner->out, wb_view_of(task->record)); /* a notice reads it */
    }
    look_free(self);
}

static void
look_for_due(wb_errands *owner)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    size_t out = wb_map_count(owner->out);
    look *self = wb_alloc(sizeof *self);
    wb_err err = {0};

    self->write = (wb_write){.apply = look_apply, .done = look_done};
    self->owner = owner;
    self->most = out + WB_ERRANDS_BATCH <= OUT_MAX ? WB_ERRANDS_BATCH
                 : out < OUT_MAX                   ? OUT_MAX - out
                                                   : 0;
    if (wb_txn_begin(&txn, owner->conf.custody.store, false, &err) ||
        wb_tasks_due(txn, wb_now_utc_us(), collect, self, &err) || !self->count) {
        look_free(self); /* nothing, or looked for again */
        return;
    }
    owner->looking = true;
    wb_commit_add(owner->conf.custody.commit, &self->write);
}

/* --- a start: what a former life had leased --- */

typedef struct {
    wb_write write;
    wb_errands *owner;
    size_t count;
    wb_task_row rows[WB_STORE_CHUNK_MAX];
    wb_buf memory[WB_STORE_CHUNK_MAX];
} resume;

static wb_rc
collect_leased(void *arg, const wb_task_row *row, wb_err *err)
{
    resume *self = arg;

    (void)err;
    if (row->status != WB_TASK_PROCESSING)
        return WB_OK;
    if (self->count == WB_STORE_CHUNK_MAX)
        return WB_FULL;
    self->rows[self->count] = *row;
    own(&self->rows[self->count], &self->memory[self->count]);
    self->count++;
    return WB_OK;
}

static void
resume_clear(resume *self)
{
    for (size_t i = 0; i < self->count; i++)
        wb_buf_fini(&self->memory[i]);
    self->count = 0;
}

static wb_rc
resume_apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    resume *self = WB_CONTAINER(write, resume, write);
    wb_rc rc;

    resume_clear(self);
    rc = wb_tasks_all(txn, collect_leased, self, err);
    for (size_t i = 0; !rc && i < self->count; i++) {
        set(&self->rows[i], WB_TASK_PENDING, wb_now_utc_us());
        rc = wb_tasks_put(txn, &self->rows[i], err);
    }
    return rc;
}

static void
resume_done(wb_write *write)
{
    resume *self = WB_CONTAINER(write, resume, write);

    self->owner->looking = false;
    self->owner->resumed = self->count < WB_STORE_CHUNK_MAX;
    resume_clear(self);
    wb_free(&self);
}

static void
begin_resume(wb_errands *owner)
{
    resume *self = wb_alloc(sizeof *self);

    self->write = (wb_write){.apply = resume_apply, .done = resume_done};
    self->owner = owner;
    owner->looking = true;
    wb_commit_add(owner->conf.custody.commit, &self->write);
}

/* --- the whole --- */

static void
on_timer(wb_timer *timer, void *arg)
{
    wb_errands *self = arg;

    wb_timer_start(self->conf.loop, timer, self->rule->look_ms);
    if (self->looking)
        return;
    if (self->resumed)
        look_for_due(self);
    else
        begin_resume(self);
}

void
wb_errands_look(wb_errands *self)
{
    wb_timer_start(self->conf.loop, &self->timer, 0);
}

wb_errands *
wb_errands_new(const wb_pump_conf *conf, wb_pump *pump, const wb_errands_rule *rule)
{
    wb_errands *self = wb_alloc(sizeof *self);

    self->conf = *conf;
    self->pump = pump;
    self->rule = rule;
    self->out = wb_map_new();
    self->timer = (wb_timer){.fire = on_timer, .arg = self};
    wb_timer_start(conf->loop, &self->timer, 0);
    return self;
}

void
wb_errands_destroy(wb_errands **self_p)
{
    wb_errands *self = wb_take(self_p);

    if (!self)
        return;
    wb_timer_stop(self->conf.loop, &self->timer);
    wb_map_destroy(&self->out);
    wb_free(&self);
}
