/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call - one request under way, as the function of its operation sees it
 *
 * It lives until it is answered, once, by one of the functions below. What was asked is read by
 * name: it has the shape that the table says, so that reading cannot fail.
 */
#ifndef WB_ACTORS_GATEWAY_CALL_H
#define WB_ACTORS_GATEWAY_CALL_H

#include "actors/gateway/operations.h"
#include "actors/runtime/serve/serve.h"
#include "protocol/base/list.h"
#include "protocol/json.h"

struct wb_gateway;

struct wb_call_in {
    wb_link link;
    struct wb_gateway *gateway;
    const wb_operation *operation; /* NULL = none was found */
    wb_serve_request *request;
    wb_json *body;  /* parsed; NULL = it has none */
    wb_buf members; /* of the path and the query, decoded: name, NUL, value, NUL, ... */
    char key[WB_API_KEY_NAME_MAX + 1]; /* who calls; "" = nobody was asked */
    wb_role role;
    const struct wb_session_row *session; /* it calls by a session of the pages; NULL = by a key */
    char cookie[192];                     /* what its answer sets; "" = none */
    void *own; /* of the operation's function; `end` is called before the call is gone */
    void (*end)(wb_call_in *self);
};

/* What the path or the query has of that name, or its usual value; "" = neither. Good until it is
 * answered. */
const char *wb_call_in_text(const wb_call_in *self, const char *name);
int64_t wb_call_in_int(const wb_call_in *self, const char *name);

/* Answers, each of which ends it: *self_p is NULL then. */
void wb_call_in_answer(wb_call_in **self_p, int status, wb_view json);
void wb_call_in_answer_as(wb_call_in **self_p, int status, const char *media, wb_view body);
/* RFC 9457: `title` says what is wrong, the detail what to do; NULL = nothing more to say.
 * Of 405 the detail is the methods that there are. */
void wb_call_in_problem(wb_call_in **self_p, int status, const char *title, const char *detail);

#endif
