/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_call - one call and its easy handle, for http.c and http_call.c alone
 */
#ifndef WB_ACTORS_RUNTIME_OUTSIDE_HTTP_CALL_H
#define WB_ACTORS_RUNTIME_OUTSIDE_HTTP_CALL_H

#include <curl/curl.h>

#include "actors/runtime/outside/http.h"

#define WB_HTTP_METHOD_MAX 15
#define WB_HTTP_EXTRA_HEADERS 2

struct wb_http_call {
    wb_link link; /* of the running or of the pooled */
    wb_http *http;
    CURL *easy;
    const wb_request *request; /* NULL = pooled */
    wb_http_done done;
    void *arg;
    char method[WB_HTTP_METHOD_MAX + 1]; /* what the easy handle is set to */
    bool with_body;                      /* likewise */
    bool too_large;
    int sendings;
    int64_t start_us, start_utc_us;
    wb_buf text; /* URL and header lines, each with a NUL */
    wb_buf headers, body;
    struct curl_slist lines[WB_REQUEST_HEADERS_MAX + WB_HTTP_EXTRA_HEADERS];
};

/* WB_REJECT: what may not leave, see wb_http_start. */
WB_MUST_CHECK wb_rc wb_http_call_check(const wb_request *request, wb_err *err);
/* Sets the handle to the request, which is borrowed, and the answer to nothing. */
WB_MUST_CHECK wb_rc wb_http_call_prepare(wb_http_call *self, const wb_request *request,
                                         int64_t timeout_ms, wb_err *err);
/* The answer's headers are there: libcurl would end the call at an encoding that it does not know.
 */
void wb_http_call_look(wb_http_call *self);

#endif
