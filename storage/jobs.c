/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jobs - stored work, and the index of what is due
 *
 *   jobs   shard, account, name -> version, priority, due, stored, attempts, flags, error; envelope
 *          flags are eight bits; above them the number of answers that were behind, which releases
 *          before it wrote as 0 and carry along
 *          of one that has a ticket, tickets.c has another row under its key
 *          where a store's jobs are young (store.h), most of them stand in front of it
 *   ready  account, priority, due, shard, name -> nothing
 */
#include "storage/jobs.h"

#include "storage/aside.h"
#include "storage/decode.h"
#include "storage/inside.h"

#define FLAG_BITS 8
#define FLAGS_MAX ((1u << FLAG_BITS) - 1)
#define BEHIND_MAX UINT16_MAX

static const wb_view nothing = {NULL, 0};

static void
ready_prefix(wb_row_key *key, wb_view account, unsigned priority)
{
    wb_row_key_init(key);
    wb_row_key_part(key, account);
    wb_row_key_number(key, priority, 1);
}

static void
ready_key(wb_row_key *key, const wb_job_row *row)
{
    ready_prefix(key, row->account, row->priority);
    wb_row_key_number(key, wb_row_ordered(row->due_utc_us), 8);
    wb_row_key_number(key, row->shard, 2);
    wb_row_key_tail(key, row->name);
}

/* The value alone: what a key says is in `out` already. */
static wb_rc
decode_value(wb_view value, wb_job_row *out, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(value);
    uint32_t flags;

    wb_row_get_version(&reader);
    out->priority = (wb_priority)wb_row_get_below(&reader, WB_PRIORITY_COUNT - 1);
    out->due_utc_us = wb_row_get_int(&reader);
    out->stored_utc_us = wb_row_get_int(&reader);
    out->attempts = (uint32_t)wb_row_get_below(&reader, UINT32_MAX);
    flags = (uint32_t)wb_row_get_below(&reader, UINT32_MAX);
    out->flags = flags & FLAGS_MAX;
    out->behind = flags >> FLAG_BITS;
    out->error = wb_row_get_view(&reader);
    out->envelope = wb_row_get_rest(&reader);
    out->ticket = (wb_ticket){0};
    return wb_row_check(&reader, "job", err);
}

wb_rc
wb_jobs_decode(wb_view key, wb_view value, wb_job_row *out, wb_err *err)
{
    wb_row_reader reader = wb_row_reader_of(key);
    wb_rc rc;

    out->shard = (uint16_t)wb_row_get_number(&reader, 2);
    out->account = wb_row_get_part(&reader);
    out->name = wb_row_get_rest(&reader);
    rc = wb_row_check(&reader, "job", err);
    return rc ? rc : decode_value(value, out, err);
}

static wb_rc
ready_put(wb_txn *txn, const wb_job_row *row, wb_err *err)
{
    const wb_row_writer empty = {NULL, 0, 0, false};
    wb_row_key key;

    if (row->due_utc_us < 0)
        return WB_OK;
    ready_key(&key, row);
    return wb_kv_put_row(txn, WB_DB_READY, &key, (wb_row_value){&empty, nothing}, NULL, err);
}

static wb_rc
ready_delete(wb_txn *txn, const wb_job_row *row, wb_err *err)
{
    wb_row_key key;

    if (row->due_utc_us < 0)
        return WB_OK;
    ready_key(&key, row);
    return wb_kv_delete_row(txn, WB_DB_READY, &key, err);
}

/* As the flags say, of this row and of the former. */
static wb_rc
put_ticket(wb_txn *txn, const wb_row_key *key, const wb_job_row *row, uint32_t former, wb_err *err)
{
    if ((row->flags & WB_JOB_TICKET) && row->ticket.op.len)
        return wb_tickets_put(txn, key, &row->ticket, err);
    if ((former & WB_JOB_TICKET) && !(row->flags & WB_JOB_TICKET))
        return wb_tickets_delete(txn, key, err);
    return WB_OK;
}

static void
encode(wb_row_writer *head, const wb_job_row *row)
{
    wb_row_put_uint(head, row->priority);
    wb_row_put_int(head, row->due_utc_us);
    wb_row_put_int(head, row->stored_utc_us);
    wb_row_put_uint(head, row->attempts);
    wb_row_put_uint(head, (row->flags & FLAGS_MAX) |
                              (row->behind < BEHIND_MAX ? row->behind : BEHIND_MAX) << FLAG_BITS);
    wb_row_put_view(head, row->error);
}

/* Account and name as the key has them: a view of this transaction's ends with the first put. */
static wb_job_row
named_by(const wb_row_key *key, const wb_job_row *row)
{
    wb_row_reader reader = wb_row_reader_of(wb_row_key_view(key));
    wb_job_row named = *row;

    wb_row_get_number(&reader, 2);
    named.account = wb_row_get_part(&reader);
    named.name = wb_row_get_rest(&reader);
    return named;
}

wb_rc
wb_jobs_put(wb_txn *txn, const wb_job_row *row, wb_err *err)
{
    wb_job_row was = {.shard = row->shard, .due_utc_us = -1};
    wb_view former = {0};
    wb_row_writer head;
    wb_job_row named;
    wb_row_key key;
    wb_rc rc;

    if ((unsigned)row->priority >= WB_PRIORITY_COUNT)
        return wb_fail(err, WB_REJECT, "a job of priority %d", (int)row->priority);
    wb_row_key_of(&key, (wb_row_name){row->shard, row->account, row->name});
    rc = wb_young_get_row(txn, WB_YOUNG_JOBS, &key, &former, err);
    if (rc)
        return rc;
    if (former.len && decode_value(former, &was, err)) {
        was.due_utc_us = -1;
        rc = wb_aside_pass(txn, WB_DB_JOBS, wb_row_key_view(&key), former, err);
    }
    named = named_by(&key, row);
    was.account = named.account;
    was.name = named.name;
    head = wb_row_begin(txn);
    encode(&head, row);
    rc = rc ? rc
            : wb_young_put_row(txn, WB_YOUNG_JOBS, &key, (wb_row_value){&head, row->envelope}, err);
    rc = rc ? rc : ready_delete(txn, &was, err);
    if (!rc && ((row->flags | was.flags) & WB_JOB_TICKET))
        rc = put_ticket(txn, &key, row, was.flags, err);
    return rc ? rc : ready_put(txn, &named, err);
}

wb_rc
wb_jobs_get(wb_txn *txn, wb_row_name name, wb_job_row *out, bool *found, wb_err *err)
{
    wb_job_row row = {.shard = name.shard, .account = name.account, .name = name.name};
    wb_view value = {0};
    wb_row_key key;
    wb_rc rc;

    wb_row_key_of(&key, name);
    *found = false;
    rc = wb_young_get_row(txn, WB_YOUNG_JOBS, &key, &value, err);
    if (rc || !value.len)
        return rc;
    if (decode_value(value, &row, err))
        return wb_aside_pass(txn, WB_DB_JOBS, wb_row_key_view(&key), value, err);
    if (row.flags & WB_JOB_TICKET)
        rc = wb_tickets_get(txn, &key, &row.ticket, err);
    *found = !rc;
    *out = row;
    return rc;
}

wb_rc
wb_jobs_delete(wb_txn *txn, wb_row_name name, wb_err *err)
{
    wb_job_row was;
    bool found = false;
    wb_row_key key;
    wb_rc rc = wb_jobs_get(txn, name, &was, &found, err);

    if (!rc && found)
        rc = ready_delete(txn, &was, err);
    if (rc)
        return rc;
    wb_row_key_of(&key, name);
    if (found && (was.flags & WB_JOB_TICKET))
        rc = wb_tickets_delete(txn, &key, err);
    return rc ? rc : wb_young_delete(txn, WB_YOUNG_JOBS, wb_row_key_view(&key), err);
}

WB_ROW_VISIT(WB_DB_JOBS, wb_job_row, wb_jobs_each, wb_jobs_decode)

wb_rc
wb_jobs_scan(wb_txn *txn, wb_row_name from, wb_jobs_each each, void *arg, wb_err *err)
{
    row_visit self = {txn, each, arg};
    wb_row_key prefix, begin;
    wb_kv_range range;

    wb_row_key_of(&prefix, (wb_row_name){from.shard, from.account, nothing});
    wb_row_key_of(&begin, from);
    if (begin.overflow)
        return wb_fail(err, WB_REJECT, "a job's name of %zu bytes", from.name.len);
    range = (wb_kv_range){wb_row_key_view(&prefix), wb_row_key_view(&begin), from.name.len > 0};
    return wb_young_scan(txn, WB_YOUNG_JOBS, range, visit, &self, err);
}

wb_rc
wb_jobs_all(wb_txn *txn, wb_jobs_each each, void *arg, wb_err *err)
{
    row_visit self = {txn, each, arg};

    return wb_young_scan(txn, WB_YOUNG_JOBS, (wb_kv_range){0}, visit, &self, err);
}

/* Walking `ready` of one account and priority. */
typedef struct {
    wb_txn *txn;
    wb_view account;
    int64_t now_utc_us;
    wb_jobs_each each;
    void *arg;
    bool stopped;
} due_visit;

/* `there` false: it has no job. */
static wb_rc
visit_due_job(due_visit *self, uint16_t shard, wb_view name, bool *there, wb_err *err)
{
    wb_job_row row;
    wb_rc rc = wb_jobs_get(self->txn, (wb_row_name){shard, self->account, name}, &row, there, err);

    if (rc || !*there)
        return rc;
    rc = self->each(self->arg, &row, err);
    self->stopped = rc == WB_FULL;
    return rc;
}

static wb_rc
visit_ready(void *arg, wb_view key, wb_view value, wb_err *err)
{
    due_visit *self = arg;
    wb_row_reader reader = wb_row_reader_of(key);
    int64_t due_utc_us;
    uint16_t shard;
    wb_view name;
    bool there = true;
    wb_rc rc;

    wb_row_get_part(&reader);
    wb_row_get_number(&reader, 1);
    due_utc_us = (int64_t)(wb_row_get_number(&reader, 8) ^ (UINT64_C(1) << 63));
    shard = (uint16_t)wb_row_get_number(&reader, 2);
    name = wb_row_get_rest(&reader);
    if (wb_row_check(&reader, "ready", err))
        return wb_aside_pass(self->txn, WB_DB_READY, key, value, err);
    if (due_utc_us > self->now_utc_us)
        return WB_FULL; /* enough: those behind it are due later */
    rc = visit_due_job(self, shard, name, &there, err);
    if (!there)
        wb_aside_note(self->txn, WB_DB_READY, key, "it has no job");
    return rc;
}

static wb_rc
walk_ready(due_visit *self, unsigned priority, wb_err *err)
{
    wb_row_key prefix;

    ready_prefix(&prefix, self->account, priority);
    return wb_kv_scan(self->txn, WB_DB_READY, (wb_kv_range){.prefix = wb_row_key_view(&prefix)},
                      visit_ready, self, err);
}

wb_rc
wb_jobs_due(wb_txn *txn, wb_view account, int64_t now_utc_us, wb_jobs_each each, void *arg,
            wb_err *err)
{
    due_visit self = {.txn = txn, .account = account, .now_utc_us = now_utc_us};
    wb_rc rc = WB_OK;

    self.each = each;
    self.arg = arg;
    for (unsigned priority = 0; priority < WB_PRIORITY_COUNT && !rc && !self.stopped; priority++)
        rc = walk_ready(&self, priority, err);
    return rc;
}

wb_rc
wb_jobs_beyond(wb_txn *txn, wb_view account, int64_t beyond_utc_us, wb_jobs_each each, void *arg,
               wb_err *err)
{
    due_visit self = {.txn = txn, .account = account, .now_utc_us = INT64_MAX};
    wb_row_key prefix, from;
    wb_rc rc = WB_OK;

    self.each = each;
    self.arg = arg;
    for (unsigned priority = 0; priority < WB_PRIORITY_COUNT && !rc && !self.stopped; priority++) {
        ready_prefix(&prefix, account, priority);
        from = prefix;
        wb_row_key_number(&from, wb_row_ordered(beyond_utc_us + 1), 8);
        rc = wb_kv_scan(
            txn, WB_DB_READY,
            (wb_kv_range){.prefix = wb_row_key_view(&prefix), .from = wb_row_key_view(&from)},
            visit_ready, &self, err);
    }
    return rc;
}
