/* SPDX-License-Identifier: Apache-2.0 */
/*
 * caller - who sends a request: a program with its key, or a person's browser with its cookie
 */
#ifndef WB_ACTORS_GATEWAY_CALLER_H
#define WB_ACTORS_GATEWAY_CALLER_H

#include "actors/gateway/gateway.h"

/* May this caller do what was asked? If not, it is answered and *self_p is NULL: 401 nobody that
 * counts, 403 of another role, or a page that is not ours. */
bool wb_caller_may(wb_call_in **self_p);

/* Is the request one of our own pages, or of no page at all? A browser says which page it comes
 * from. */
bool wb_caller_is_near(const wb_serve_request *request);

/* The cookie's name has the port: cookies belong to a host, not to a port of it. */
#define WB_COOKIE_NAME_SIZE 24
void wb_caller_cookie_name(const wb_gateway *gateway, char dst[WB_COOKIE_NAME_SIZE]);
/* What the browser gave as its cookie; {NULL, 0} = nothing. */
wb_view wb_caller_token(const wb_gateway *gateway, const wb_serve_request *request);

#endif
