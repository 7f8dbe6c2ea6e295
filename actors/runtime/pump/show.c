/* SPDX-License-Identifier: Apache-2.0 */
/*
 * show - what is known here of a record's waiting work, and of all
 */
#include "actors/runtime/pump/inside.h"
#include "protocol/base/clock.h"

/* In the actor's hands, it says itself what it waits for. */
static wb_wait
wait_of(const wb_job *job)
{
    const pump_line *line = job->own->line;

    if (job->state != WB_JOB_WAITING)
        return job->wait;
    if (job->own->held_back)
        return WB_WAIT_SUSPENDED;
    if (wb_list_linked(&job->own->ready) && line->wait)
        return line->wait;
    if (job->own->gathered && !wb_list_linked(&job->own->ready))
        return WB_WAIT_INCOMPLETE;
    if (job->flags & WB_JOB_TICKET)
        return job->own->ticket->text ? WB_WAIT_TICKET : WB_WAIT_SETTLE;
    if (job->probing)
        return WB_WAIT_SETTLE;
    return job->due_ms ? WB_WAIT_BACK_OFF : WB_WAIT_NONE;
}

static void
tell_job(wb_pump *self, const wb_job *job, wb_json_writer *out)
{
    static const char *const states[] = {"waiting", "calling", "handing", "gone"};
    const pump_line *line = job->own->line;
    int64_t now_ms = wb_loop_now_ms(self->conf.loop), until_ms = job->due_ms;
    bool in_line = wb_list_linked(&job->own->ready);

    if (in_line && line->until_ms > until_ms)
        until_ms = line->until_ms;
    wb_json_member_text(out, "state", wb_view_of(states[job->state]));
    wb_json_member_text(out, "operation", wb_view_of(job->op ? job->op->name : ""));
    wb_json_member_text(out, "wait", wb_view_of(wb_wait_name(wait_of(job))));
    if (until_ms > now_ms) {
        wb_json_put_key(out, "until");
        wb_json_put_time(out, wb_loop_utc_us(self->conf.loop) + (until_ms - now_ms) * WB_US_PER_MS);
    }
    wb_json_member_int(out, "since_ms", now_ms - job->taken_ms);
    wb_json_member_int(out, "attempts", job->attempts);
    wb_json_member_int(out, "attempts_max", job->account->conf->attempts_max);
    wb_json_member_int(out, "revision", (int64_t)job->env->revision);
    wb_json_member_bool(out, "stored", job->stored);
    wb_json_member_bool(out, "outcome_unknown",
                        (job->flags & WB_JOB_UNKNOWN) && !pump_ticket_tell(job, out));
    wb_json_member_text(out, "error", wb_view_of(job->error));
}

void
wb_pump_tell(wb_pump *self, wb_account *account, wb_view record, wb_json_writer *out)
{
    pump_account *acct = pump_account_of(self, account);
    wb_job *job = wb_map_find(acct->records, record);

    if (!job && acct->rows > acct->rows_loaded)
        job = pump_disk_find(acct, record);
    if (job)
        tell_job(self, job, out);
    if (account->suspended) {
        wb_json_member_bool(out, "account_suspended", true);
        wb_json_member_text(out, "account_reason", wb_view_of(account->reason));
        wb_json_member_text(out, "account_suspect", wb_view_of(account->suspect));
    }
}

/* What its names stand for, as it was told: how many, how old, and why not anew. */
static void
tell_names(const wb_account *account, wb_json_writer *out)
{
    if (account->names) {
        wb_json_member_int(out, "names", (int64_t)wb_names_count(account->names));
        wb_json_put_key(out, "names_read");
        wb_json_put_time(out, wb_names_read_utc_us(account->names));
    }
    if (*account->names_error)
        wb_json_member_text(out, "names_error", wb_view_of(account->names_error));
}

void
wb_pump_status(wb_pump *self, wb_json_writer *out)
{
    pump_account *acct;

    wb_json_member_int(out, "jobs", (int64_t)self->jobs);
    wb_json_put_key(out, "pump");
    wb_json_open(out, '[');
    for (size_t at = 0; (acct = wb_map_next(self->accounts, &at, NULL));) {
        wb_json_open(out, '{');
        wb_json_member_text(out, "account", acct->account->key_view);
        wb_json_member_int(out, "jobs", (int64_t)acct->jobs);
        wb_json_member_int(out, "stored", (int64_t)acct->rows);
        wb_json_member_int(out, "stored_bytes", (int64_t)acct->bytes);
        wb_json_member_int(out, "tickets", (int64_t)acct->tickets);
        tell_names(acct->account, out);
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}
