/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deliver - the pusher's part of a job: which operation, and its mark
 */
#include <string.h>

#include "actors/pusher/pusher.h"
#include "actors/pusher/untold.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"
#include "storage/vault.h"

/* Hangs on a job: what was looked up for its revision, and what the target said. */
typedef struct {
    uint64_t revision; /* looked up for this one */
    const wb_op *op;
    bool there; /* a probe had found it at the target by then */
    bool echo;  /* the target has all that it reads of it */
    bool answered;
    wb_outcome outcome;
    char *remote_id;
    size_t remote_id_len;
    char reason[160]; /* why it has it already, in its words; "" = it does not say */
} push_state;

static push_state *
state_of(wb_job *job)
{
    if (!job->user)
        job->user = wb_alloc(sizeof(push_state));
    return job->user;
}

static wb_rc
find_mark(wb_pusher *self, const wb_job *job, wb_mark_row *out, bool *found, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    wb_rc rc = wb_txn_begin(&txn, wb_ctx_store(self->ctx), false, err);

    if (!rc)
        rc = wb_marks_get(txn, (wb_row_name){job->shard, job->account->key_view, job->env->record},
                          out, found, err);
    out->remote_id = (wb_view){NULL, 0}; /* a view into the transaction that ends here */
    return rc;
}

static const wb_op *choose(void *actor, wb_job *job);

static wb_after_unknown
after_unknown(void *actor, wb_job *job)
{
    const wb_connector *connector = job->account->connector;
    const push_state *state = state_of(job);
    const wb_op *op = state->op ? state->op : choose(actor, job);

    if (connector->after_unknown)
        return (wb_after_unknown)connector->after_unknown(job->account->options);
    if (op && op->repeatable)
        return WB_UNKNOWN_RESEND;
    return op && op->probe ? WB_UNKNOWN_PROBE : WB_UNKNOWN_PARK;
}

/* Was it created before the time that we remember? Then it may have been written by a life of which
 * no mark is left: that of a former store, or one that has grown too old. What repeats do to a
 * target that honours keys is its own to see. */
static bool
forgotten(wb_pusher *self, wb_job *job)
{
    int64_t keep_us = wb_ctx_config(self->ctx)->keep_records * WB_US_PER_MS;
    int64_t since_us = wb_loop_utc_us(wb_ctx_loop(self->ctx)) - keep_us;
    int64_t birth_us = wb_store_birth_utc_us(wb_ctx_store(self->ctx));

    if (job->probed || (job->flags & WB_JOB_ACCEPTED) || !job->env->created_utc_us)
        return false;
    return job->env->created_utc_us < (since_us > birth_us ? since_us : birth_us) &&
           after_unknown(self, job) != WB_UNKNOWN_RESEND;
}

/* Of what an operation reads of a wanted state; false: of all, or it cannot be told. */
static bool
digest_of(const wb_op *op, const wb_envelope *env, uint8_t out[16])
{
    const wb_field *fields = wb_canonical_fields(env->record_kind);
    const char *name = op->renews ? op->renews : op->name; /* a create and its update are one */
    wb_mixture from = {.said = env->body, .old = WB_VIEW_LIT("\x80"), .owners = op->reads};
    WB_AUTO(wb_buf_fini) wb_buf read = {0};
    uint8_t hash[WB_SHA256_LEN];

    if (!op->reads || !fields)
        return false;
    wb_buf_init(&read, WB_BODY_MAX + 256);
    wb_buf_add(&read, name, strlen(name) + 1);
    if (wb_canonical_mix(fields, &from, &read, NULL))
        return false;
    wb_sha256(hash, wb_buf_view(&read));
    memcpy(out, hash, 16);
    return true;
}

bool
wb_pusher_says_nothing(const wb_op *op, const wb_envelope *env, const wb_mark_row *mark)
{
    uint8_t digest[16];

    return mark->digested && mark->left_revision <= mark->revision && !env->again &&
           digest_of(op, env, digest) && !memcmp(digest, mark->digest, sizeof digest);
}

/* Says this revision nothing to its target? Not when a write of another one may have left. */
static bool
is_echo(const wb_job *job, const wb_op *op, const wb_mark_row *mark)
{
    return !job->there && !(job->flags & (WB_JOB_AGAIN | WB_JOB_UNKNOWN)) &&
           wb_pusher_says_nothing(op, job->env, mark);
}

/* The operation, once for each revision: what is at the target already needs none. */
static const wb_op *
choose(void *actor, wb_job *job)
{
    wb_pusher *self = actor;
    push_state *state = state_of(job);
    const wb_connector *connector = job->account->connector;
    wb_mark_row mark = {0};
    bool found = false;
    const char *name;
    wb_err err = {0};

    if (state->revision == job->env->revision && state->there == job->there)
        return state->op;
    state->revision = job->env->revision;
    state->there = job->there;
    state->op = NULL;
    state->echo = false;
    job->flags &= ~(uint32_t)WB_JOB_FORGOTTEN;
    job->older = false;
    job->silent = false;
    job->untold = NULL;
    wb_ignore(find_mark(self, job, &mark, &found, &err), "the write that follows fails for good");
    if (found && mark.revision >= job->env->revision)
        return NULL;
    if (found && mark.left_revision > mark.revision && mark.left_revision > job->settled) {
        job->flags |= WB_JOB_AGAIN | WB_JOB_UNKNOWN;
        job->older = mark.left_revision < job->env->revision;
        /* an older one, unless its sender says that this one may have left as well */
        if (!job->left_revision && !job->env->again)
            job->left_revision = mark.left_revision;
    }
    name = connector->push_op(job->account->options, job->env,
                              job->there || (found && mark.revision > 0));
    job->silent = !name;
    job->untold = job->silent && found ? wb_untold_why(job, &mark) : NULL;
    state->op = name ? wb_connector_op(connector, name) : NULL;
    state->echo = found && state->op && is_echo(job, state->op, &mark);
    if (state->echo)
        state->op = NULL;
    if (!found && forgotten(self, job))
        job->flags |= WB_JOB_FORGOTTEN;
    return state->op;
}

static void
done(void *actor, wb_job *job, const wb_result *result, int64_t sent_utc_us)
{
    wb_pusher *self = actor;
    push_state *state = state_of(job);
    wb_loop *loop = wb_ctx_loop(self->ctx);
    int64_t waited_us = (wb_loop_now_ms(loop) - job->taken_ms) * WB_US_PER_MS;

    (void)sent_utc_us;
    state->answered = true;
    state->outcome =
        result->code == WB_RESULT_UNCHANGED ? WB_OUTCOME_UNCHANGED : WB_OUTCOME_HANDED_ON;
    if (result->remote_id.len && result->remote_id.len <= WB_REMOTE_ID_MAX) {
        wb_free(&state->remote_id);
        state->remote_id = wb_text_dup_len(result->remote_id.data, result->remote_id.len);
        state->remote_id_len = result->remote_id.len;
    }
    if (state->outcome == WB_OUTCOME_UNCHANGED &&
        strcmp(result->reason, wb_outcome_name(WB_OUTCOME_UNCHANGED)) != 0)
        wb_text_tame_words(state->reason, sizeof state->reason, wb_view_of(result->reason));
    wb_envelope_hop(job->env, WB_HOP_PUSH, wb_loop_utc_us(loop) - waited_us);
    wb_envelope_hop(job->env, WB_HOP_PUSHED, wb_now_utc_us());
    if (state->outcome == WB_OUTCOME_UNCHANGED)
        self->unchanged++;
    else
        self->delivered++;
    wb_pump_settle(self->pump, job, state->outcome, true);
}

static void
unknowns_name(wb_buf *out, const wb_account *target)
{
    wb_buf_init(out, 4 * WB_KEY_MAX);
    wb_buf_add_text(out, "unknown/");
    wb_buf_add_view(out, target->key_view);
}

wb_rc
wb_pusher_unknowns_get(wb_txn *txn, const wb_account *target, wb_pusher_unknowns *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    wb_view value = {0};
    wb_rc rc;

    *out = (wb_pusher_unknowns){0};
    unknowns_name(&name, target);
    rc = wb_meta_get(txn, wb_buf_view(&name), &value, err);
    if (!rc && value.len == sizeof *out)
        memcpy(out, value.data, sizeof *out);
    return rc;
}

/* Counted in the transaction of the mark: a life that ends in between counts nothing twice. */
static wb_rc
count_unknown(const wb_job *job, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf name = {0};
    wb_pusher_unknowns counts;
    wb_rc rc;

    if (!job->probed && !job->resent)
        return WB_OK;
    rc = wb_pusher_unknowns_get(txn, job->account, &counts, err);
    if (rc)
        return rc;
    counts.probed += job->probed;
    counts.resent += job->resent;
    unknowns_name(&name, job->account);
    return wb_meta_put(txn, wb_buf_view(&name), (wb_view){(const char *)&counts, sizeof counts},
                       err);
}

static wb_rc
put_mark(const wb_job *job, const push_state *state, wb_write *write, wb_txn *txn, wb_err *err)
{
    wb_mark_row mark = {
        .revision = job->env->revision,
        .outcome = state->outcome,
        .at_utc_us = wb_now_utc_us(),
        .remote_id = {state->remote_id, state->remote_id_len}
    };
    wb_record_event event = {.what = "delivered",
                             .env = job->env,
                             .outcome = state->outcome,
                             .text = state->reason[0] ? state->reason : NULL};
    wb_rc rc;

    /* "unchanged", or "there", may be said of a newer one, or of an older one */
    mark.digested = state->op && state->revision == job->env->revision &&
                    state->outcome == WB_OUTCOME_HANDED_ON && !job->probed &&
                    digest_of(state->op, job->env, mark.digest);
    wb_untold_note(job, !job->older, &mark);
    rc = wb_marks_put(txn, (wb_row_name){job->shard, job->account->key_view, job->env->record},
                      &mark, err);
    if (!rc)
        rc = count_unknown(job, txn, err);
    if (!rc)
        wb_event_record(write, &event);
    return rc;
}

/* A view of a row dies with the put that replaces it. */
static void
keep_remote_id(wb_mark_row *mark, wb_buf *bytes)
{
    wb_buf_init(bytes, WB_KEY_MAX);
    wb_buf_add_view(bytes, mark->remote_id);
    mark->remote_id = wb_buf_view(bytes);
}

/* A write of it may have left, and nobody knows: a fact about target and record, kept until a mark
 * or a probe ends it. */
static wb_rc
put_left(uint16_t shard, wb_view target, wb_view record, uint64_t left, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf remote = {0};
    wb_mark_row mark = {0};
    bool found = false;
    wb_rc rc = wb_marks_get(txn, (wb_row_name){shard, target, record}, &mark, &found, err);

    if (rc || (found && mark.left_revision >= left))
        return rc;
    keep_remote_id(&mark, &remote);
    mark.left_revision = left;
    mark.left_utc_us = wb_now_utc_us();
    return wb_marks_put(txn, (wb_row_name){shard, target, record}, &mark, err);
}

/* The target said what became of it. */
static wb_rc
clear_left(const wb_job *job, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf remote = {0};
    wb_view target = job->account->key_view, record = job->env->record;
    wb_mark_row mark = {0};
    bool found = false;
    wb_rc rc = wb_marks_get(txn, (wb_row_name){job->shard, target, record}, &mark, &found, err);

    if (rc || !found || !mark.left_revision || mark.left_revision > job->settled)
        return rc;
    keep_remote_id(&mark, &remote);
    mark.left_revision = 0;
    mark.left_utc_us = 0;
    return wb_marks_put(txn, (wb_row_name){job->shard, target, record}, &mark, err);
}

wb_rc
wb_pusher_left(wb_ctx *ctx, const wb_envelope *env, wb_txn *txn, wb_err *err)
{
    (void)ctx;
    return put_left(env->shard, env->target, env->record, env->revision, txn, err);
}

/* A stored job ends with a mark of its revision: who asks later is told by that. */
static wb_rc
put_echo(const wb_job *job, wb_txn *txn, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf remote = {0};
    wb_mark_row mark = {0};
    bool found = false;
    wb_rc rc =
        wb_marks_get(txn, (wb_row_name){job->shard, job->account->key_view, job->env->record},
                     &mark, &found, err);

    if (rc || !found || mark.revision >= job->env->revision)
        return rc;
    keep_remote_id(&mark, &remote);
    mark.revision = job->env->revision;
    mark.outcome = WB_OUTCOME_UNCHANGED;
    mark.at_utc_us = wb_now_utc_us();
    wb_untold_note(job, true, &mark);
    return wb_marks_put(txn, (wb_row_name){job->shard, job->account->key_view, job->env->record},
                        &mark, err);
}

/* A person is told of it: so it is said once. */
static wb_rc
put_told(const wb_job *job, wb_txn *txn, wb_err *err)
{
    const wb_row_name name = {job->shard, job->account->key_view, job->env->record};
    WB_AUTO(wb_buf_fini) wb_buf remote = {0};
    wb_mark_row mark = {0};
    bool found = false;
    wb_rc rc = wb_marks_get(txn, name, &mark, &found, err);

    if (rc || !found || !mark.aimed)
        return rc;
    keep_remote_id(&mark, &remote);
    wb_untold_note(job, mark.aimed, &mark);
    return wb_marks_put(txn, name, &mark, err);
}

static wb_rc
dropping(void *pump, wb_write *write, wb_txn *txn, const wb_retake_dropped *what, wb_err *err)
{
    (void)pump;
    (void)write;
    if (!(what->flags & (WB_JOB_LEAVING | WB_JOB_AGAIN | WB_JOB_UNKNOWN)))
        return WB_OK;
    return put_left(what->shard, what->account, what->env->record, what->env->revision, txn, err);
}

static wb_rc
apply(void *actor, wb_job *job, wb_outcome outcome, wb_write *write, wb_txn *txn, wb_err *err)
{
    const push_state *state = job->user;

    (void)actor;
    if (state && state->answered &&
        (outcome == WB_OUTCOME_HANDED_ON || outcome == WB_OUTCOME_UNCHANGED))
        return put_mark(job, state, write, txn, err);
    if (state && state->echo && outcome == WB_OUTCOME_UNCHANGED)
        return put_echo(job, txn, err);
    if (outcome == WB_OUTCOME_PARKED && wb_untold_is_conflict(job)) {
        wb_rc rc = put_told(job, txn, err);

        if (rc)
            return rc;
    }
    if (job->flags & WB_JOB_UNKNOWN)
        return put_left(job->shard, job->account->key_view, job->env->record,
                        job->left_revision ? job->left_revision : job->env->revision, txn, err);
    return job->settled ? clear_left(job, txn, err) : WB_OK;
}

static void
release(void *actor, wb_job *job)
{
    push_state *state = job->user;

    (void)actor;
    if (state)
        wb_free(&state->remote_id);
    wb_free(&state);
}

const wb_pump_actor wb_pusher_actor = {
    .verb = WB_VERB_PUSH,
    .points = {.leaving = "pusher.leaving",
               .half = "pusher.half",
               .left = "pusher.left",
               .answered = "pusher.answered",
               .accepted = "pusher.accepted",
               .committed = "pusher.committed",
               .receipted = "pusher.receipted"},
    .choose = choose,
    .done = done,
    .apply = apply,
    .after_unknown = after_unknown,
    .marking = wb_pusher_tell,
    .release = release,
    .dropping = dropping,
};
