/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hook - a request that came in, as a connector judges it: what the other side sends to us
 *
 * wb_hook_take (connector.h) asks `verify` twice: which nonce this is (UNASKED), and, when the
 * memory of nonces has been asked, what to do with it. The signature is verified each time, the
 * time only of what is NEW: a repeat gets the answer of the first, whenever it comes. So an answer
 * follows from the request alone, never from the time.
 */
#ifndef WB_ACTORS_CONNECTORS_HOOK_H
#define WB_ACTORS_CONNECTORS_HOOK_H

#include "actors/connectors/request.h"
#include "protocol/json.h"

typedef enum {
    WB_NONCE_UNASKED = 0, /* tell which it is */
    WB_NONCE_NEW,         /* or the request has none */
    WB_NONCE_SAME,  /* it was taken before, with this body: answer as then; nothing is taken */
    WB_NONCE_OTHER, /* it was taken before, with another body: to be refused */
} wb_nonce;

/* A request as it came in. All of it is a stranger's, up to the signature. */
typedef struct {
    const void *options; /* the account's, by the connector's table */
    wb_view tenant, account;
    wb_json *json;  /* scratch */
    wb_view method; /* "POST" */
    wb_view path;   /* as it was sent, not decoded, without the query */
    wb_view query;  /* likewise; {NULL, 0} = none */
    wb_view headers;
    wb_view body;
    wb_view remote; /* the address of who sent it, as text */
    int64_t now_utc_us;
    wb_nonce nonce;
} wb_hook;

typedef enum {
    WB_HOOK_REFUSED = 0,
    WB_HOOK_TAKEN,
    WB_HOOK_ELSEWHERE, /* it is signed, but about another account of this connector */
} wb_hook_verdict;

#define WB_HOOK_HEADERS_MAX 4

/* What becomes of it. Zeroed before; views point into the request, literals or the items' arena. */
typedef struct {
    wb_hook_verdict verdict;
    char reason[160];      /* REFUSED: for our people, never sent. No secret, no personal data */
    wb_view nonce;         /* what makes this request the same as another; {NULL, 0} = nothing */
    int64_t nonce_keep_ms; /* that has to be remembered so long: while the request is in time */
    int status;            /* the answer; 0 = 200, or when refused 401 */
    wb_header headers[WB_HOOK_HEADERS_MAX];
    size_t header_count;
    wb_view body;
} wb_hook_answer;

/* The last header of that name, trimmed; what the query says for a name, still encoded: {NULL, 0} =
 * none. */
wb_view wb_hook_header(const wb_hook *self, const char *name);
wb_view wb_hook_query(const wb_hook *self, const char *name);
/* Is that time within so much of now, before or after? */
bool wb_hook_in_time(const wb_hook *self, int64_t sent_utc_us, int64_t window_ms);
/* REFUSED, with that status and reason; the answer has no body unless it is given one after. */
void wb_hook_refuse(wb_hook_answer *self, int status, const char *fmt, ...) WB_PRINTF(3, 4);

/* What is remembered of a nonce: NEW, SAME or OTHER, by the SHA-256 of the body that it came with.
 * Whoever takes a request remembers its nonce in the transaction that stores its items. */
typedef struct {
    wb_nonce (*known)(void *arg, wb_view nonce, const uint8_t body_sha256[32]);
    void *arg;
} wb_nonce_memory;

#endif
