/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sigv4 - AWS Signature Version 4 of a finished request
 *
 * Our own, because a dry run must show the signed request and a wrong clock must be correctable.
 */
#ifndef WB_ACTORS_CONNECTORS_AMAZON_SIGV4_H
#define WB_ACTORS_CONNECTORS_AMAZON_SIGV4_H

#include "actors/connectors/connector.h"

typedef struct {
    wb_view access_key_id, secret, session_token; /* token: {NULL, 0} = none */
    wb_view region, service;
    int64_t utc_us;
} amazon_signing;

/* Sets X-Amz-Date, X-Amz-Security-Token (signed) and Authorization. Every header of the request is
 * signed, and `host` by its URL, except those that a proxy may change. Signing again replaces.
 *
 * WB_REJECT  the URL is none, or more parameters or headers than there is room for
 */
WB_MUST_CHECK wb_rc amazon_sigv4(const amazon_signing *signing, wb_request *request, wb_err *err);

/* The canonical request alone, for tests and for people who compare with a refusal's text. */
WB_MUST_CHECK wb_rc amazon_sigv4_canonical(const wb_request *request, wb_buf *out,
                                           wb_buf *signed_headers, wb_err *err);

#endif
