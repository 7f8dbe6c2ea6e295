/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aside_back - a row that was set aside goes back into its table, when this release can read it
 *
 * Which is so after an upgrade: a newer release's row then is a row like any other. What has taken
 * its place meanwhile is newer, and stays.
 */
#include "protocol/base/own.h"
#include "protocol/digest.h"
#include "protocol/pack.h"
#include "storage/aside.h"
#include "storage/decode.h"
#include "storage/inside.h"
#include "storage/runs.h"

typedef struct {
    wb_view name, key, value;
} aside_row;

static wb_rc
read_letter(wb_view letter, aside_row *out, wb_err *err)
{
    uint32_t parts = 0;
    wb_unpack in;
    wb_rc rc = wb_pack_scan(letter, 8, err);

    wb_unpack_init(&in, letter);
    if (!rc)
        rc = wb_unpack_array(&in, &parts, "row", err);
    if (!rc)
        rc = wb_unpack_text(&in, &out->name, "table", err);
    if (!rc)
        rc = wb_unpack_bytes(&in, &out->key, "key", err);
    return rc ? rc : wb_unpack_bytes(&in, &out->value, "value", err);
}

/* Both the row and the message in it. One that was about to leave may have left. In its run it
 * counts as parked, as what a person sends again does. */
static wb_rc
put_job(wb_txn *txn, const aside_row *row, wb_err *err)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_job_row job;
    wb_rc rc = wb_jobs_decode(row->key, row->value, &job, err);

    if (!rc)
        rc = wb_envelope_load(&env, job.envelope, err);
    if (rc)
        return rc;
    job.flags |= WB_JOB_REVIVED;
    if (job.flags & WB_JOB_LEAVING)
        job.flags |= WB_JOB_AGAIN | WB_JOB_UNKNOWN;
    return wb_jobs_put(txn, &job, err);
}

/* Its record's state is what it is now: its header alone is in the row. */
static wb_rc
put_want(wb_txn *txn, const aside_row *row, wb_err *err)
{
    WB_AUTO(wb_envelope_destroy) wb_envelope *env = NULL;
    wb_outbox_row want;
    wb_rc rc = wb_outbox_decode(row->key, row->value, &want, err);

    if (!rc)
        rc = wb_envelope_decode(&env, want.header, (wb_view){NULL, 0}, err);
    return rc ? rc : wb_outbox_put(txn, &want, err);
}

static wb_rc
put_run(wb_txn *txn, const aside_row *row, wb_err *err)
{
    wb_run_row run;
    wb_rc rc = wb_runs_decode(row->key, row->value, &run, err);

    return rc ? rc : wb_runs_put(txn, &run, err);
}

static wb_rc
put_letter(wb_txn *txn, const aside_row *row, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf opened = {0};
    wb_parked_row letter;
    wb_rc rc = wb_parked_decode(row->key, row->value, &letter, err);

    wb_buf_init(&opened, WB_STORE_VALUE_MAX);
    if (!rc)
        rc = wb_unseal(&opened, wb_store_key(txn->store), row->key, letter.envelope, err);
    letter.envelope = wb_buf_view(&opened);
    return rc ? rc : wb_parked_put(txn, &letter, err);
}

/* The others are made up for by themselves: what is set aside of them is there to be looked at. */
static const struct {
    const char *name;
    wb_db db;
    wb_rc (*put)(wb_txn *txn, const aside_row *row, wb_err *err);
} ways_back[] = {
    {"jobs",   WB_DB_JOBS,   put_job   },
    {"outbox", WB_DB_OUTBOX, put_want  },
    {"runs",   WB_DB_RUNS,   put_run   },
    {"parked", WB_DB_PARKED, put_letter},
};

wb_rc
wb_aside_restore(wb_txn *txn, wb_view letter, wb_err *err)
{
    aside_row row = {0};
    wb_view there = {NULL, 0};
    wb_err why = {0};
    size_t at = 0;
    wb_rc rc;

    if (read_letter(letter, &row, &why))
        return wb_fail(err, WB_REJECT, "its bytes cannot be opened: drop it");
    if (wb_view_is(row.name, "jobs.young"))
        return wb_fail(err, WB_REJECT, "it does not tell any more which job it was: drop it");
    while (at < WB_COUNT(ways_back) && !wb_view_is(row.name, ways_back[at].name))
        at++;
    if (at == WB_COUNT(ways_back))
        return wb_fail(err, WB_REJECT,
                       "a row of %.*s is made up for by itself, not sent again: drop it",
                       WB_VIEW_ARG(row.name));
    rc = wb_both_get(txn, ways_back[at].db, row.key, &there, err);
    if (rc)
        return rc;
    if (there.len)
        return wb_fail(err, WB_REJECT, "something newer is in the place of this row of %s: drop it",
                       ways_back[at].name);
    rc = ways_back[at].put(txn, &row, &why);
    if (rc == WB_FULL || txn->failed)
        return wb_fail(err, rc, "%s", why.text);
    if (rc)
        return wb_fail(err, WB_REJECT,
                       "this release cannot read this row of %s (%s): drop it, or try again once "
                       "the release that wrote it runs here",
                       ways_back[at].name, why.text);
    return WB_OK;
}
