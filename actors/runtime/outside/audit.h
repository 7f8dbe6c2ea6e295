/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audit - is an account served? Its connector's cheapest harmless question, asked by one process
 * alone: no gate, no keeper, no store
 *
 * Of a question that has parts all are asked, one after another; what one of them refuses leaves
 * the account served, and is told beside it (`untold`).
 *
 * The same build, sign and read as in the exchange. A token is asked for where the question needs
 * one, and kept in memory alone; not where that would take something from whoever uses the account:
 * a grant that each answer may replace, or a token that ends the one before it.
 */
#ifndef WB_ACTORS_RUNTIME_OUTSIDE_AUDIT_H
#define WB_ACTORS_RUNTIME_OUTSIDE_AUDIT_H

#include "actors/runtime/outside/account.h"
#include "actors/runtime/outside/http.h"

typedef enum {
    WB_AUDIT_GOOD,    /* served */
    WB_AUDIT_UNASKED, /* nothing was asked: `why` says why not */
    WB_AUDIT_LATER,   /* too fast, or its system is not in order: it says nothing of the account */
    WB_AUDIT_BAD,     /* not served */
} wb_audit_verdict;

/* What was found out. Texts are tamed, and hold no secret. */
typedef struct {
    wb_audit_verdict verdict;
    wb_trouble trouble; /* BAD: which part of the account, where the vendor's word tells it */
    wb_http_end end;    /* BAD, LATER: how the last call ended below HTTP */
    int status;         /* of its answer; 0 = there was none */
    char op[64];        /* that was called last; "" = none */
    char host[256];     /* where */
    char why[200];      /* not GOOD: for people */
    char shop[64], region[64];
    char scopes[4096];      /* with blanks between them */
    char has[2000];         /* what the settings may name: "Yiwu (2501), ..." */
    char lacks[500];        /* what they name and is not there, in words */
    char untold[200];       /* GOOD: why the rest of that was not told; "" = it was */
    int64_t expires_utc_us; /* when the credentials end; 0 = not told */
    int64_t clock_ahead_us; /* the vendor's clock minus ours; 0 = as good as the same */
    int64_t took_us;        /* of the question's answer */
} wb_audit_result;

typedef void (*wb_audit_done)(void *arg, const wb_audit_result *result);

typedef struct wb_audit wb_audit;

/* `sole`: no deployment uses the account now. `done` comes from the loop, or, UNASKED, from inside
 * of this; then the audit is gone. `account`: its clock is corrected by what is learnt. */
void wb_audit_start(wb_http *http, wb_account *account, bool sole, wb_audit_done done, void *arg);

#endif
