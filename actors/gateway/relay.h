/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relay - a request that is a question to the processes of the deployment
 */
#ifndef WB_ACTORS_GATEWAY_RELAY_H
#define WB_ACTORS_GATEWAY_RELAY_H

#include "actors/gateway/gateway.h"

/* Makes the answer of what they said, into an open JSON object. `json` reads one answer at a time.
 */
typedef void (*wb_relay_tell)(const wb_call_in *call, const wb_ask *ask, wb_json *json,
                              wb_json_writer *out);

typedef struct {
    const char *actors; /* "mapper pusher" */
    wb_kind kind;
    wb_view body; /* not kept */
    wb_relay_tell tell;
    /* Somebody who is asked is not there: the answer has "silent" with their names, and is 200 all
     * the same; else it is 503. What is a list of all that there is may be in part. */
    bool in_part;
} wb_relay_question;

/* Asks, and answers the call when all is said. */
void wb_relay(wb_call_in *call, const wb_relay_question *question);

/* The elements of a list that each of them has, as one list of that name. `list`: what they call
 * it. Gives back what their "total" comes to. */
int64_t wb_relay_put_all(const wb_ask *ask, const char *list, wb_json *json, const char *name,
                         wb_json_writer *out);

#endif
