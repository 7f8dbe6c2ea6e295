/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange - one call from build to read: token, signature, HTTP, outcomes
 *
 * The caller has a slot from wb_gate_enter; the exchange gives it back with its report. A refused
 * token is renewed and the call repeated once, here. The vendor's Date corrects the account's
 * clock offset. A large answer that breaks off is gone on with here as well (download.h).
 */
#ifndef WB_ACTORS_RUNTIME_OUTSIDE_EXCHANGE_H
#define WB_ACTORS_RUNTIME_OUTSIDE_EXCHANGE_H

#include "actors/runtime/outside/gate.h"
#include "actors/runtime/outside/http.h"
#include "actors/runtime/outside/spool.h"

typedef struct wb_exchanger wb_exchanger;

wb_exchanger *wb_exchanger_new(wb_loop *loop, wb_http *http, wb_gate *gate);
/* Where large answers go (ops with a slice); borrowed. Without it such a call is WB_REJECT. */
void wb_exchanger_spool(wb_exchanger *self, wb_spool *spool);
void wb_exchanger_destroy(wb_exchanger **self_p); /* calls under way end without callbacks */

typedef struct {
    wb_rc rc;          /* OK: outcomes are valid; RETRY, REJECT, SUSPEND: of the whole call */
    const wb_err *err; /* rc != OK */
    wb_http_end end;
    int status;             /* ANSWERED */
    wb_says says;           /* of its account */
    bool left;              /* the request may have reached the other side */
    bool effect_possible;   /* PUSH: it may have taken effect (op->effect_free says no) */
    const wb_outcomes *out; /* good until the callback returns */
    int64_t sent_utc_us;    /* start of the request, vendor's clock */
    int64_t took_us;
    bool spooled; /* rc OK: the answer is this file of the spool, whose name is yours to keep */
    wb_id spool;
    int64_t spool_len;
} wb_exchange_result;
typedef void (*wb_exchange_done)(void *arg, const wb_exchange_result *result);

/* `call`: op, stream, cursor, slice, items ... are borrowed until done; account, options, tenant,
 * now and json are filled in here. `left_soon` is told before the request leaves (may be NULL). */
WB_MUST_CHECK wb_rc wb_exchange_start(wb_exchanger *self, wb_account *account, wb_call *call,
                                      wb_exchange_done done, void *arg, wb_err *err);

/* A piece of a spooled answer, read by the call's operation. Fills in what wb_exchange_start does.
 */
WB_MUST_CHECK wb_rc wb_exchange_slice(wb_exchanger *self, wb_account *account, wb_call *call,
                                      const wb_piece *piece, wb_outcomes *out, wb_err *err);

/* Build and sign without sending (dry run): the request with secrets masked as text for people. */
WB_MUST_CHECK wb_rc wb_exchange_dry(wb_account *account, wb_call *call, wb_view token, wb_buf *out,
                                    wb_err *err);

/* What the request of a call is made of, before it is signed: the same call at the same time, the
 * same digest (WB_SHA256_LEN bytes). */
WB_MUST_CHECK wb_rc wb_exchange_digest(wb_account *account, wb_call *call, int64_t at_utc_us,
                                       uint8_t *out, wb_err *err);

#endif
