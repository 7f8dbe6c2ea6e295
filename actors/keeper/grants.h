/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grants - what lets us ask for access tokens, where a vendor replaces it by an answer
 *
 * A refresh token that is good for one use, or a token that is good for a year. The first one is an
 * option of the account; what an answer replaces it by is kept sealed, in the transaction that
 * stores the access token of the same answer, before anybody is told of that. Beside it stands the
 * digest of the option: when a person changes the option, that one counts.
 *
 *   the request has left, its answer was not stored   the old one may be dead. That it left is
 *       stored before; it is used again all the same, for many vendors take the last one twice.
 *       Refused then, the reason says what was lost, and what a person has to do
 */
#ifndef WB_ACTORS_KEEPER_GRANTS_H
#define WB_ACTORS_KEEPER_GRANTS_H

#include "actors/runtime/outside/account.h"
#include "protocol/digest.h"
#include "storage/store.h"

typedef struct {
    const char *option;            /* of the account; NULL = the operation has none */
    uint8_t digest[WB_SHA256_LEN]; /* of the option's value */
    wb_buf value;                  /* secret */
    int64_t ends_utc_us;           /* 0 = not told */
    bool left;  /* stored: a request by it has left, and what its answer brought is not stored */
    bool doubt; /* one of a former attempt did, and its answer never came */
} keeper_grant;

void wb_keeper_grant_init(keeper_grant *self, const wb_op *op);
void wb_keeper_grant_fini(keeper_grant *self);
/* The option's, or what replaced it. *changed: the option is another one than when it was stored.
 * WB_FATAL alone is a failure. */
WB_MUST_CHECK wb_rc wb_keeper_grant_load(keeper_grant *self, const wb_account *account, wb_view key,
                                         wb_txn *txn, bool *changed, wb_err *err);
WB_MUST_CHECK wb_rc wb_keeper_grant_store(const keeper_grant *self, wb_view key, wb_txn *txn,
                                          wb_err *err);
/* What the answer says takes its place; {NULL, 0} = nothing does. In memory. */
void wb_keeper_grant_take(keeper_grant *self, wb_view fresh, int64_t ttl_ms);

#endif
