/* SPDX-License-Identifier: Apache-2.0 */
/*
 * planned - what one waiting record would do at its target, without doing it
 *
 * The operation is chosen, and its request built, as the pump would: by what waits, and by what the
 * mark says of the target. Three digests say what was looked at, for whoever lets it go later: the
 * state (the mark, and what may have left), the request before it is signed, and, where the target
 * was asked, what it has.
 */
#ifndef WB_ACTORS_PUSHER_PLANNED_H
#define WB_ACTORS_PUSHER_PLANNED_H

#include "actors/pusher/pusher.h"
#include "protocol/digest.h"

#define PLANNED_DIGEST_MAX (2 * WB_SHA256_LEN)

typedef enum {
    PLANNED_UNREADABLE, /* what the target has cannot be told: `why` */
    PLANNED_NOTHING,    /* it has nothing of it */
    PLANNED_TARGET,     /* it has `there` */
} planned_against;

typedef struct {
    wb_account *account;
    wb_envelope *env; /* ours */
    const wb_op *op;
    uint32_t flags, attempts;
    char error[160];
    bool marked;
    wb_mark_row mark;
    char remote_id[WB_REMOTE_ID_MAX + 1];
    char idempotency[WB_ID_TEXT_MAX + 1];
    char state[PLANNED_DIGEST_MAX + 1], request[PLANNED_DIGEST_MAX + 1];
    char refused[WB_ERR_TEXT_MAX + 1]; /* why no request can be made; "" = one can */
    planned_against against;
    char why[200];
    char found[PLANNED_DIGEST_MAX + 1]; /* of what the target said; "" = it was not asked */
    wb_buf there;                       /* packed */
    wb_buf step; /* the cursor by which what it shows leads to a write; empty = it does not */
} planned;

/* What it is read from: a row of the store, and the message in that. */
typedef struct {
    wb_account *account;
    wb_txn *txn;
    const wb_job_row *row;
    wb_envelope *env; /* consumed */
} planned_from;

/* *waits false, and nothing to be freed: nothing would leave. */
WB_MUST_CHECK wb_rc planned_read(planned *out, planned_from *from, bool *waits, wb_err *err);
void planned_fini(planned *self);
/* The item of a call about it. Views into self. */
wb_call_item planned_item(const planned *self);
/* The operation by which its target can be asked what it has: its probe, or itself, where it begins
 * with a question; NULL = none. */
const wb_op *planned_probe(const planned *self);
/* It was not, for that reason. */
void planned_unasked(planned *self, const char *why);
/* Its target was asked. */
void planned_found(planned *self, const wb_exchange_result *result);
/* As an object of a call.plan's answer. `personal`: values and bodies as they are. */
void planned_tell(planned *self, bool personal, wb_json_writer *out);

#endif
