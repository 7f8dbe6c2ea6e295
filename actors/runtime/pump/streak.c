/* SPDX-License-Identifier: Apache-2.0 */
/*
 * streak - what was parked while nothing was served: kept, so that the next life counts on
 *
 * Records that are refused one behind the other are parked one by one, until there are so many that
 * it must be their account (outside/gate.h). Who ends in between must not forget how many they
 * were: the transaction that parks one of them notes it here, by operation; the one that takes them
 * back notes that the row is full. A good answer ends it. That is committed later than it is known:
 * a life that ends in between counts a few too many, which costs a call of each.
 *
 *   meta, "refused/" account "/" operation   -> of each record its name in the gate's row, and the
 *                                               message that is parked (zero: it came back)
 */
#include <string.h>

#include "actors/runtime/pump/inside.h"
#include "protocol/base/own.h"
#include "storage/vault.h"

static void
name_of(wb_buf *out, const wb_account *account, const wb_op *op)
{
    wb_buf_init(out, 4 * WB_KEY_MAX);
    wb_buf_add_text(out, "refused/");
    wb_buf_add_view(out, account->key_view);
    wb_buf_addf(out, "/%s", op->name);
}

static wb_rc
get(wb_txn *txn, const wb_account *account, const wb_op *op, pump_streak *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    wb_view value = {0};
    wb_rc rc;

    *out = (pump_streak){0};
    name_of(&name, account, op);
    rc = wb_meta_get(txn, wb_buf_view(&name), &value, err);
    if (rc || value.len > sizeof out->at || value.len % sizeof out->at[0])
        return rc; /* of another release: as if there were none */
    if (value.len)
        memcpy(out->at, value.data, value.len);
    out->count = value.len / sizeof out->at[0];
    return WB_OK;
}

static bool
has(const wb_gate_row *row, uint64_t record)
{
    for (size_t i = 0; i < row->count; i++)
        if (row->records[i] == record)
            return true;
    return false;
}

wb_rc
pump_streak_get(wb_txn *txn, const pump_line *line, const wb_gate_row *row, pump_streak *out,
                wb_err *err)
{
    size_t kept = 0;
    wb_rc rc = get(txn, line->acct->account, line->op, out, err);

    for (size_t i = 0; i < out->count; i++)
        if (!out->at[i].record || has(row, out->at[i].record))
            out->at[kept++] = out->at[i];
    out->count = kept;
    return rc;
}

static wb_rc
put(wb_txn *txn, const pump_line *line, const pump_streak *streak, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    wb_view value = {(const char *)streak->at, streak->count * sizeof streak->at[0]};

    name_of(&name, line->acct->account, line->op);
    return wb_meta_put(txn, wb_buf_view(&name), value, err);
}

/* The place of a record, or of a message that is not counted; behind the last: it has none. */
static size_t
place_of(const pump_streak *streak, uint64_t record, const wb_id *id)
{
    size_t at = 0;

    while (at < streak->count && (record ? streak->at[at].record != record
                                         : memcmp(&streak->at[at].parked, id, sizeof *id) != 0))
        at++;
    return at;
}

/* Of a record the newest message is the one that comes back. */
wb_rc
pump_streak_park(wb_txn *txn, const pump_line *line, const wb_gate_row *row, const wb_envelope *env,
                 wb_err *err)
{
    uint64_t record = wb_gate_row_name(env->record, false);
    pump_streak streak;
    size_t at;
    wb_rc rc = pump_streak_get(txn, line, row, &streak, err);

    if (rc)
        return rc;
    if (!has(row, record))
        record = 0;
    at = place_of(&streak, record, &env->id);
    if (at == PUMP_STREAK_MAX)
        return WB_OK; /* one of very many: it stays where a person sees it */
    if (at == streak.count)
        streak.count++;
    streak.at[at].record = record;
    streak.at[at].parked = env->id;
    return put(txn, line, &streak, err);
}

wb_rc
pump_streak_full(wb_txn *txn, const pump_line *line, const wb_gate_row *row, wb_err *err)
{
    pump_streak streak = {.count = row->count};

    for (size_t i = 0; i < row->count; i++)
        streak.at[i].record = row->records[i];
    return put(txn, line, &streak, err);
}

/* --- its end --- */

typedef struct {
    wb_write write;
    const pump_line *line;
} streak_end;

static wb_rc
apply(wb_write *write, wb_txn *txn, wb_err *err)
{
    const pump_line *line = WB_CONTAINER(write, streak_end, write)->line;
    WB_AUTO(wb_buf_fini) wb_buf name = {0};

    name_of(&name, line->acct->account, line->op);
    return wb_meta_delete(txn, wb_buf_view(&name), err);
}

static void
done(wb_write *write)
{
    streak_end *self = WB_CONTAINER(write, streak_end, write);

    wb_free(&self);
}

void
pump_streak_look(pump_line *line)
{
    wb_pump *pump = line->acct->pump;
    streak_end *self;

    if (!line->streak || wb_gate_row_of(pump->conf.gate, line->acct->account, line->op).count)
        return;
    line->streak = false;
    self = wb_alloc(sizeof *self);
    self->write = (wb_write){.apply = apply, .done = done};
    self->line = line;
    wb_commit_add(pump->conf.custody.commit, &self->write);
}

/* --- start --- */

static wb_rc
resume(wb_pump *self, wb_account *account, const wb_op *op, wb_txn *txn, wb_err *err)
{
    pump_streak streak;
    wb_gate_row row = {0};
    wb_rc rc = get(txn, account, op, &streak, err);

    if (rc || !streak.count)
        return rc;
    pump_line_of(self, pump_account_of(self, account), op)->streak = true;
    for (size_t i = 0; i < streak.count && row.count < WB_GATE_ROW; i++)
        if (streak.at[i].record)
            row.records[row.count++] = streak.at[i].record;
    wb_gate_row_resume(self->conf.gate, account, op, &row);
    return WB_OK;
}

wb_rc
pump_streak_start(wb_pump *self, wb_txn *txn, wb_err *err)
{
    wb_rc rc = WB_OK;

    for (size_t i = 0; i < wb_accounts_count(self->conf.accounts); i++) {
        wb_account *account = wb_accounts_at(self->conf.accounts, i);

        for (const wb_op *op = account->connector->ops; !rc && op->name; op++)
            rc = resume(self, account, op, txn, err);
    }
    return rc;
}
