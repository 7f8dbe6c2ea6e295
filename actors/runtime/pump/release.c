/* SPDX-License-Identifier: Apache-2.0 */
/*
 * release - of an account that is paused nothing leaves but what a person has let go
 *
 * What waits of it stands in no line: it is held back, in memory or on disk. A row says which
 * revision of which record may leave all the same; it is put in the transaction of whoever was told
 * by the person, and goes in the one that ends the job. A newer revision is another content, and
 * has to be looked at again.
 */
#include <assert.h>

#include "actors/runtime/pump/inside.h"
#include "protocol/base/own.h"
#include "storage/relations.h"

#define REVISION_TEXT_MAX 20

static wb_relation_key
key_of(const wb_account *account)
{
    return (wb_relation_key){account->shard, WB_RELATION_RELEASED, account->key_view};
}

static void
revision_text(wb_buf *out, uint64_t revision)
{
    wb_buf_init(out, REVISION_TEXT_MAX + 1);
    wb_buf_addf(out, "%llu", (unsigned long long)revision);
}

bool
pump_release_guards(const wb_pump *self, const wb_account *account)
{
    return self->actor.verb == WB_VERB_PUSH && account->conf->paused;
}

/* What cannot be read was not let go. */
static bool
is_released(const wb_job *job)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    WB_AUTO(wb_buf_fini) wb_buf note = {0};
    WB_AUTO(wb_buf_fini) wb_buf revision = {0};
    wb_relation_key key = key_of(job->account);
    bool found = false;
    wb_err err = {0};

    wb_buf_init(&note, REVISION_TEXT_MAX + 1);
    revision_text(&revision, job->env->revision);
    return !wb_txn_begin(&txn, job->own->pump->conf.custody.store, false, &err) &&
           !wb_relations_get(txn, &key, job->env->record, &note, &found, &err) && found &&
           wb_view_eq(wb_buf_view(&note), wb_buf_view(&revision));
}

bool
pump_release_holds(wb_job *job)
{
    if (!pump_release_guards(job->own->pump, job->account) || is_released(job))
        return false;
    assert(!job->own->held_back);
    job->own->held_back = true;
    job->own->acct->held_back++;
    return true;
}

void
pump_release_over(wb_job *job)
{
    if (!job->own->held_back)
        return;
    assert(job->own->acct->held_back > 0);
    job->own->held_back = false;
    job->own->acct->held_back--;
}

wb_rc
pump_release_end(const wb_job *job, wb_txn *txn, wb_err *err)
{
    wb_relation_key key = key_of(job->account);
    bool any = false;
    wb_rc rc = wb_relations_any(txn, WB_RELATION_RELEASED, &any, err);

    return rc || !any ? rc : wb_relations_delete(txn, &key, job->env->record, err);
}

typedef struct {
    wb_txn *txn;
    const wb_account *account;
    wb_jobs_each each;
    void *arg;
} released_rows;

static wb_rc
visit(void *arg, wb_view record, wb_view note, wb_err *err)
{
    const released_rows *self = arg;
    wb_row_name name = {self->account->shard, self->account->key_view, record};
    wb_job_row row;
    bool found = false;
    wb_rc rc = wb_jobs_get(self->txn, name, &row, &found, err);

    (void)note; /* of another revision it is held back where it gets ready */
    return rc || !found ? rc : self->each(self->arg, &row, err);
}

wb_rc
pump_release_rows(wb_txn *txn, const wb_account *account, wb_jobs_each each, void *arg, wb_err *err)
{
    released_rows self = {txn, account, each, arg};
    wb_relation_key key = key_of(account);

    return wb_relations_scan(txn, &key, (wb_view){NULL, 0}, visit, &self, err);
}

wb_rc
wb_pump_release(wb_txn *txn, const wb_account *account, wb_view record, uint64_t revision,
                wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_relation_key key = key_of(account);

    revision_text(&text, revision);
    return wb_relations_put(txn, &key, record, wb_buf_view(&text), err);
}
