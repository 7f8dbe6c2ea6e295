/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate_stop - accounts that are doubted or refused: when one call may look, and what it decides
 *
 *   served     answers are counted
 *   doubted    a record was refused: a call about another one looks at once, then after 1, 2, 4 s
 *   trial      a look was served: of those that were refused one is called for again, and no other
 *   refused    the account is: one call looks, after 5 min, doubling to an hour
 *   declined   so many different records got a 4xx in a row: the same, with pauses from a second on
 *
 * Only the call that looks decides: what left before tells of then. Each look makes one pause,
 * however many calls and jobs are refused together.
 */
#include <stdio.h>
#include <string.h>

#include "actors/runtime/outside/inside.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define LONGER_MAX 12 /* so much longer it may become until a stopped account is looked at */
#define SOON_MS 1000
#define AGAIN_MS 5000
/* Served, refused, served prove that it is the record, unless the account was in trouble for just
 * as long as the middle one took: a lease may be late, an answer slow. So the three have this long,
 * from when the first left to the answer of the last; after so many in vain the account is slow,
 * and what it says counts. */
#define PROOF_MS 1000
#define LATE_MAX 3

gate_standing *
gate_standing_of(wb_gate *self, wb_account *account)
{
    const void *const key = account;
    wb_view name = {(const char *)&key, sizeof key};
    gate_standing *standing = wb_map_find(self->standings, name);

    if (standing)
        return standing;
    standing = wb_alloc(sizeof *standing);
    standing->gate = self;
    standing->account = account;
    wb_map_put(self->standings, name, standing);
    return standing;
}

void
gate_standings_destroy(wb_map **self_p)
{
    gate_standing *standing;

    for (size_t at = 0; (standing = wb_map_next(*self_p, &at, NULL));)
        wb_free(&standing);
    wb_map_destroy(self_p);
}

/* --- looks --- */

static int64_t
now_of(const gate_standing *self)
{
    return wb_loop_now_ms(self->gate->loop);
}

static int64_t
due_ms(const gate_standing *self, bool another)
{
    return another && self->other_ms < self->probe_ms ? self->other_ms : self->probe_ms;
}

bool
gate_stopped(wb_gate *self, wb_account *account, bool another, int64_t *until_ms)
{
    const gate_standing *standing = gate_standing_of(self, account);

    if (!account->suspended)
        return false;
    if (account->conf->paused && !account->guarded)
        return true;
    if (!standing->stopped)
        return false; /* paused: a person let it go */
    if (standing->probing)
        return true; /* the look is under way */
    *until_ms = due_ms(standing, another);
    return now_of(standing) < *until_ms;
}

bool
wb_gate_look_due(wb_gate *self, wb_account *account)
{
    return gate_standing_of(self, account)->stopped &&
           !gate_stopped(self, account, true, &(int64_t){0});
}

int64_t
gate_stop_next_ms(const gate_standing *self, int64_t now_ms)
{
    if (!self->stopped)
        return INT64_MAX;
    return self->other_ms > now_ms ? due_ms(self, true) : self->probe_ms;
}

void
gate_stop_entered(gate_standing *self)
{
    if (!self->stopped)
        return;
    self->probing = true;
    self->look_order = self->gate->left;
    self->look_ms = now_of(self);
}

/* Each line of it may go on, or look, or waits for another time. */
static void
kick_all(gate_standing *self)
{
    gate_line *line;

    for (size_t at = 0; (line = wb_map_next(self->gate->lines, &at, NULL));)
        if (line->account == self->account)
            gate_kick(line);
}

static int64_t
longer(int64_t last_ms, int64_t first_ms, int64_t most_ms)
{
    int64_t next = last_ms ? last_ms * 2 : first_ms;

    return next < most_ms ? next : most_ms;
}

/* Of all the calls that are refused together the first makes the pause, and after it the one that
 * looks: what left before the account was stopped tells nothing new. */
static bool
is_news(const gate_standing *self)
{
    return !self->stopped || self->looked;
}

/* When it is looked at next. */
static void
pause_until_look(gate_standing *self, int64_t first_ms)
{
    int64_t look_ms = self->account->conf->stopped_look_ms, now_ms = now_of(self);

    if (!self->stopped || now_ms >= self->probe_ms) {
        self->pause_ms = longer(self->pause_ms, first_ms, look_ms * LONGER_MAX);
        if (self->pause_ms < first_ms)
            self->pause_ms = first_ms;
        self->probe_ms = now_ms + self->pause_ms;
    }
    if (!self->stopped)
        return;
    self->soon_ms = longer(self->soon_ms, SOON_MS < look_ms ? SOON_MS : look_ms, look_ms);
    if (self->other_ms != INT64_MAX)
        self->other_ms = now_ms + self->soon_ms;
}

/* --- stopping --- */

static void
tell(gate_standing *self)
{
    wb_gate *gate = self->gate;

    if (self->told)
        return;
    self->told = true;
    if (gate->turned)
        gate->turned(gate->turned_arg, self->account);
}

static void
stop(gate_standing *self, const char *reason, wb_view suspect)
{
    wb_account *account = self->account;

    if (!self->stopped) {
        account->since_utc_us = wb_loop_utc_us(self->gate->loop);
        wb_ignore(wb_text_set(account->suspect, sizeof account->suspect, suspect, NULL),
                  "a key always fits");
    }
    self->stopped = account->suspended = true;
    wb_text_tame_words(account->reason, sizeof account->reason, wb_view_of(reason));
}

/* So many different records: it is none of them. */
static void
stop_by_row(gate_standing *self, const wb_gate_refusal *what)
{
    char reason[sizeof self->account->reason];

    (void)snprintf(reason, sizeof reason, "%d different records in a row: %s", WB_GATE_ROW,
                   what->why);
    stop(self, reason, what->record);
    self->other_ms = INT64_MAX;
    tell(self);
}

void
wb_gate_suspend(wb_gate *self, wb_account *account, const char *reason)
{
    gate_standing *standing = gate_standing_of(self, account);

    /* what looks may be refused its token, before it is a call */
    if (standing->told && (standing->probing || now_of(standing) < standing->probe_ms))
        return;
    pause_until_look(standing, account->conf->stopped_look_ms);
    standing->other_ms = INT64_MAX;
    standing->probing = false;
    standing->trial = NULL;
    standing->refused = true;
    stop(standing, reason, (wb_view){NULL, 0});
    tell(standing);
    kick_all(standing);
}

/* One that comes again and again, by its source or by a person, is one. */
static bool
is_in_row(const gate_line *self, uint64_t record)
{
    for (uint32_t i = 0; i < self->row; i++)
        if (self->in_row[i] == record)
            return true;
    return false;
}

uint64_t
wb_gate_row_name(wb_view record, bool batch)
{
    return wb_hash64(record.data, record.len, batch);
}

/* True: the row has just become so long. */
static bool
count_in_row(gate_line *self, const wb_gate_refusal *what)
{
    uint64_t record = wb_gate_row_name(what->record, what->batch);

    if (!what->fresh || self->row >= WB_GATE_ROW || is_in_row(self, record))
        return false;
    self->left[self->row] = self->answered;
    self->in_row[self->row++] = record;
    return self->row == WB_GATE_ROW;
}

/* Who was refused since a good answer: only where it was one, and no other of the account, that
 * answer proves anything. A batch is as good as two. */
static void
suspect(gate_standing *self, gate_line *line, const wb_gate_refusal *what)
{
    uint64_t record = wb_gate_row_name(what->record, what->batch);
    gate_line *each;

    for (size_t at = 0; (each = wb_map_next(self->gate->lines, &at, NULL));)
        if (each->account == self->account && each->suspect && each->suspect != record)
            each->several = true;
    line->several |= what->batch;
    line->suspect = record;
    self->doubted = true;
}

wb_gate_verdict
wb_gate_doubt(wb_gate *self, wb_account *account, const wb_gate_refusal *what)
{
    gate_standing *standing = gate_standing_of(self, account);
    gate_line *line = standing->of = gate_line_of(self, account, what->op);
    bool all = count_in_row(line, what), first = !standing->stopped || standing->tried;

    suspect(standing, line, what);
    if (standing->tried) /* as at first: no look has failed */
        standing->pause_ms = 0;
    if (is_news(standing))
        pause_until_look(standing, account->conf->stopped_look_ms);
    if (first) {
        standing->other_ms = now_of(standing);
        standing->soon_ms = 0;
    }
    if (line->row >= WB_GATE_ROW) {
        standing->refused = true;
        stop_by_row(standing, what);
    } else if (!standing->refused) {
        stop(standing, what->why, what->record);
    }
    kick_all(standing);
    return all ? WB_GATE_ALL : WB_GATE_WAITS;
}

wb_gate_verdict
wb_gate_declined(wb_gate *self, wb_account *account, const wb_gate_refusal *what)
{
    gate_standing *standing = gate_standing_of(self, account);
    int64_t look_ms = account->conf->stopped_look_ms;
    gate_line *line = standing->of = gate_line_of(self, account, what->op);
    bool all = count_in_row(line, what);

    if ((!standing->stopped || standing->tried) && line->row < WB_GATE_ROW)
        return WB_GATE_RECORD;
    if (is_news(standing))
        pause_until_look(standing, SOON_MS < look_ms ? SOON_MS : look_ms);
    if (line->row >= WB_GATE_ROW)
        stop_by_row(standing, what);
    kick_all(standing);
    return all ? WB_GATE_ALL : WB_GATE_WAITS;
}

void
wb_gate_alone(wb_gate *self, wb_account *account)
{
    gate_standing *standing = gate_standing_of(self, account);

    if (standing->stopped)
        tell(standing);
}

const wb_op *
wb_gate_trial_of(wb_gate *self, wb_account *account)
{
    const gate_standing *standing = gate_standing_of(self, account);

    return standing->trial ? standing->trial->op : NULL;
}

void
wb_gate_look_now(wb_gate *self, wb_account *account)
{
    gate_standing *standing = gate_standing_of(self, account);

    if (!standing->stopped)
        return;
    standing->probe_ms = now_of(standing);
    kick_all(standing);
}

void
wb_gate_look_soon(wb_gate *self, wb_account *account)
{
    gate_standing *standing = gate_standing_of(self, account);
    int64_t look_ms = account->conf->stopped_look_ms;
    int64_t soon_ms = now_of(standing) + (SOON_MS < look_ms ? SOON_MS : look_ms);

    if (!standing->stopped || standing->probe_ms <= soon_ms)
        return;
    standing->probe_ms = soon_ms;
    kick_all(standing);
}

/* --- going on --- */

void
wb_gate_resume(wb_gate *self, wb_account *account)
{
    gate_standing *standing = gate_standing_of(self, account);
    bool told = standing->told, stopped = standing->stopped;

    standing->stopped = standing->told = standing->probing = standing->refused = false;
    standing->trial = NULL;
    standing->doubted = false;
    standing->pause_ms = standing->soon_ms = 0;
    standing->late = 0;
    standing->behind = false;
    if (!account->suspended || !stopped)
        return;
    account->suspended = account->conf->paused;
    account->reason[0] = account->suspect[0] = 0;
    if (account->conf->paused)
        wb_text_tame(account->reason, sizeof account->reason, WB_VIEW_LIT(WB_ACCOUNT_PAUSED));
    account->since_utc_us = wb_loop_utc_us(self->loop);
    kick_all(standing);
    if (told && self->turned)
        self->turned(self->turned_arg, account);
}

/* Of an operation: its records are to blame, those that left before this answer's request. What
 * left after it may be the first of an outage. */
static void
end_row(gate_line *line, uint64_t order)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < line->row; i++) {
        if (line->left[i] <= order)
            continue;
        line->in_row[kept] = line->in_row[i];
        line->left[kept++] = line->left[i];
    }
    line->row = kept;
}

/* It is served: one of those that were refused is called for again, now, before anything else
 * can happen to the account. */
static void
try_suspects(gate_standing *self, gate_line *line)
{
    self->trial = line;
    self->proof_ms = self->look_ms;
    self->probe_ms = self->other_ms = now_of(self);
    kick_all(self);
}

static bool
is_late(const gate_standing *self)
{
    return self->stopped && self->late < LATE_MAX && now_of(self) - self->proof_ms > PROOF_MS;
}

static void
served(gate_standing *self, gate_line *line, const wb_gate_report *report)
{
    if (!report->question)
        end_row(line, report->order);
    else if (self->of)
        line = self->of;
    line->good++;
    line->lone = line->several || is_late(self) ? 0 : line->good;
    line->suspect = 0;
    line->several = false;
    if (self->stopped && self->doubted && !self->refused)
        try_suspects(self, line);
    else if (self->stopped)
        wb_gate_resume(self->gate, self->account);
}

/* A look that decided nothing: nothing was refused, so the next one need not wait for long. */
static void
look_again(gate_standing *self)
{
    int64_t next_ms = now_of(self) + (self->pause_ms < AGAIN_MS ? self->pause_ms : AGAIN_MS);

    if (self->probe_ms < next_ms)
        self->probe_ms = next_ms;
    if (self->other_ms < next_ms)
        self->other_ms = next_ms;
    kick_all(self);
}

/* The rest of what is served in part may be another operation's, be it the next or a later one:
 * where it leads to what was refused, that will tell, else this did. */
static wb_says
says_of(const gate_standing *self, const gate_line *line, const wb_gate_report *report)
{
    const wb_connector *connector = self->account->connector;
    const char *more = line->op->more;

    if (report->says != WB_SAYS_PART || !more)
        return report->says;
    return self->stopped && self->of &&
                   wb_connector_leads(connector, wb_connector_op(connector, more), self->of->op)
               ? WB_SAYS_PART
               : WB_SAYS_GOOD;
}

/* A trial counts as late once, be it by its own answer or by that of the look behind it. */
static void
count_late(gate_standing *self, bool look, wb_says says)
{
    bool late = is_late(self);

    if (self->tried) {
        self->late += late;
        self->behind = !late && says == WB_SAYS_REFUSED;
    } else if (look && self->behind && says == WB_SAYS_GOOD) {
        self->late += late;
        self->behind = false;
    }
}

void
gate_stop_answered(gate_standing *self, gate_line *line, const wb_gate_report *report)
{
    wb_says says = says_of(self, line, report);
    bool look = self->stopped && self->probing && report->order > self->look_order;

    self->looked = look;
    self->tried = look && self->trial != NULL;
    count_late(self, look, says);
    line->answered = report->order;
    if (look)
        self->probing = false;
    if (look && says != WB_SAYS_PART)
        self->trial = NULL;
    if (says == WB_SAYS_GOOD && (look || !self->stopped))
        served(self, line, report);
    else if (says == WB_SAYS_GOOD && !self->told && !report->question)
        end_row(line, report->order); /* it left before the doubt, as some of those did */
    else if (look && says == WB_SAYS_PART)
        wb_gate_look_now(self->gate, self->account); /* goes on with what it began */
    else if (look && says == WB_SAYS_NOTHING && !report->refused)
        look_again(self);
    else if (look && says != WB_SAYS_NOTHING)
        kick_all(self); /* nobody may have a verdict on it */
}

wb_gate_stand
wb_gate_stand_of(wb_gate *self, wb_account *account, const wb_op *op)
{
    const gate_standing *standing = gate_standing_of(self, account);
    const gate_line *line = gate_line_of(self, account, op);

    return (wb_gate_stand){.good = line->good,
                           .lone = line->lone,
                           .stopped = standing->told,
                           .several = line->several,
                           .late = is_late(standing),
                           .may_ask = line->row < WB_GATE_ROW};
}

wb_gate_row
wb_gate_row_of(wb_gate *self, wb_account *account, const wb_op *op)
{
    const gate_line *line = gate_line_of(self, account, op);
    wb_gate_row row = {.count = line->row};

    memcpy(row.records, line->in_row, sizeof row.records);
    return row;
}

void
wb_gate_row_resume(wb_gate *self, wb_account *account, const wb_op *op, const wb_gate_row *row)
{
    gate_line *line = gate_line_of(self, account, op);

    line->row = row->count; /* they left before all that leaves now */
    memcpy(line->in_row, row->records, sizeof line->in_row);
}
