/* SPDX-License-Identifier: Apache-2.0 */
/*
 * actor - a process is a declaration; the runtime does the rest
 */
#ifndef WB_ACTORS_RUNTIME_ACTOR_ACTOR_H
#define WB_ACTORS_RUNTIME_ACTOR_ACTOR_H

#include "actors/runtime/config/tables.h"
#include "actors/runtime/custody/custody.h"
#include "actors/runtime/custody/event.h"
#include "actors/runtime/lanes/lanes.h"
#include "actors/runtime/loop/loop.h"
#include "actors/runtime/outside/account.h"
#include "actors/runtime/outside/exchange.h"
#include "actors/runtime/outside/gate.h"
#include "actors/runtime/outside/http.h"
#include "actors/runtime/process/log.h"
#include "actors/runtime/pump/pump.h"

typedef struct wb_ctx wb_ctx;

/* Takes the delivery over (settles or keeps it) and returns WB_OK; or leaves it and returns
 * WB_REJECT: the runtime parks it with err->text and settles it as PARKED; WB_RETRY: the runtime
 * drops it, its sender sends again; WB_FULL: it is not taken now (receipt FULL), its sender keeps
 * it and asks again in a second; WB_FATAL: the process ends. */
typedef wb_rc (*wb_handler_fn)(wb_ctx *ctx, wb_delivery *delivery, wb_err *err);

typedef struct {
    wb_kind kind; /* WB_KIND_NONE ends the table */
    wb_handler_fn handle;
} wb_handler;

typedef struct {
    const char *name; /* "mapper" */
    const char *summary;
    wb_stage stage;       /* that it serves */
    bool serves_accounts; /* sharded by account: gate and exchanger are made */
    size_t state_size;    /* zeroed memory of the actor: wb_ctx_state */
    const wb_handler *handlers;
    wb_rc (*start)(wb_ctx *ctx, wb_err *err); /* after all parts are up, before ready */
    void (*stop)(wb_ctx *ctx);                /* releases; may be NULL */
    /* Anything of its own still under way (drain waits for it)? NULL = no. */
    bool (*working)(wb_ctx *ctx);
    /* Calls in flight that nobody waits for when it stops (long polls). NULL = none. */
    size_t (*idle_calls)(wb_ctx *ctx);
    void (*drain)(wb_ctx *ctx); /* start nothing new; may be NULL */
    /* Inside the transaction that parks a message whose write may have left: keep that in mind.
     * NULL = no message of this actor is a write. */
    wb_rc (*left)(wb_ctx *ctx, const wb_envelope *env, wb_txn *txn, wb_err *err);
    /* Does a route lead to this target? NULL = whenever the configuration names it. */
    bool (*delivers)(wb_ctx *ctx, wb_view target);
    /* Members of this actor's answer to call.status, appended to an open JSON object. */
    void (*status)(wb_ctx *ctx, wb_json_writer *out);
} wb_actor;

/* The whole life: arguments (--config FILE --instance NAME --first), lock, store, lanes, loop,
 * drain. Returns the exit code: 0 asked to, 100 do not restart me, 111 restart me. */
int wb_actor_main(const wb_actor *actor, const wb_connector *const *connectors, int argc,
                  char **argv);

void *wb_ctx_state(wb_ctx *ctx);
wb_loop *wb_ctx_loop(wb_ctx *ctx);
/* The store is as new as its deployment: claimed by --first in this start, no other before it. */
bool wb_ctx_is_new(const wb_ctx *ctx);
const char *wb_ctx_store_dir(const wb_ctx *ctx); /* the folder of this instance */
wb_store *wb_ctx_store(wb_ctx *ctx);
wb_commit *wb_ctx_commit(wb_ctx *ctx);
wb_custody wb_ctx_custody(wb_ctx *ctx);
wb_pump_conf wb_ctx_pump_conf(wb_ctx *ctx); /* of one that serves accounts */
struct wb_tend *wb_ctx_tend(wb_ctx *ctx);   /* custody/tend.h */
wb_lanes *wb_ctx_lanes(wb_ctx *ctx);
wb_gate *wb_ctx_gate(wb_ctx *ctx);
wb_exchanger *wb_ctx_exchanger(wb_ctx *ctx);
wb_accounts *wb_ctx_accounts(wb_ctx *ctx);
const wb_config_tree *wb_ctx_config(wb_ctx *ctx);
const wb_tables *wb_ctx_tables(wb_ctx *ctx); /* as they are now: config/tables.h */
const char *wb_ctx_instance(wb_ctx *ctx);
void wb_ctx_status(wb_ctx *ctx, wb_buf *out); /* what it answers to call.status, appended */
/* Do we own this shard? */
bool wb_ctx_owns(wb_ctx *ctx, uint16_t shard);
const wb_shard_claim *wb_ctx_claims(wb_ctx *ctx, size_t *count);
wb_json *wb_ctx_json(wb_ctx *ctx); /* scratch */

/* Tables were changed in place, by a reload that found nothing else changed: what was made of them
 * has to be made anew. Called between two turns of work, when all options have the new sheets;
 * `before` is gone when it returns. A sheet that did not change has the same digest in both. Who
 * keeps what it made in the store notes the digest with it and compares at its start: a change may
 * also be met there, after a crash or a drain, and nobody is called then. At most
 * WB_CTX_TABLES_MAX. */
#define WB_CTX_TABLES_MAX 4
typedef void (*wb_ctx_tables_changed)(void *arg, const wb_tables *before, const wb_tables *now);
void wb_ctx_on_tables(wb_ctx *ctx, wb_ctx_tables_changed changed, void *arg);

/* The process cannot go on (a damaged store): it stops, and its supervisor starts it again. */
void wb_ctx_fail(wb_ctx *ctx);

/* Inside the transaction that takes jobs that cannot be used out of their table, behind that: what
 * has to be known of it (a ledger that would stay open). */
typedef wb_rc (*wb_ctx_aside)(void *arg, wb_write *write, wb_txn *txn, wb_err *err);
void wb_ctx_on_aside(wb_ctx *ctx, wb_ctx_aside took, void *arg);

/* The end of a message that the caller's own transaction has put aside (wb_park_envelope), after
 * its commit: counted, logged, settled as PARKED. */
void wb_ctx_parked(wb_ctx *ctx, wb_delivery **delivery_p, wb_view account, const char *reason);
/* A message that a handler kept is put aside under an account's key, as by WB_REJECT. `unknown`: a
 * write of it may have left. */
void wb_ctx_park(wb_ctx *ctx, wb_delivery **delivery_p, wb_view account, const char *reason,
                 bool unknown);

/* The account that a message was read from, "tenant/account", configured or not. `out` is begun
 * here. */
void wb_ctx_account_key(wb_ctx *ctx, const wb_envelope *env, wb_buf *out);
/* What a handler returns for a message of an account, by key, that the configuration does not name:
 * WB_FULL until `unknown_account_ms` have passed since the first of them (its sender may have read
 * a newer configuration than we have), then WB_REJECT. `what` begins the reason: "account",
 * "target". */
WB_MUST_CHECK wb_rc wb_ctx_unknown(wb_ctx *ctx, const char *what, wb_view key, wb_err *err);

#endif
