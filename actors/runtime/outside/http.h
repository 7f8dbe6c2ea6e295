/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http - the exchange between build and read, on one multi handle of libcurl
 *
 * Driven by its sockets, which sit in the loop's epoll set, so that what is under way elsewhere
 * (long polls, slow systems) costs nothing: a turn touches only the calls that have news.
 * Keep-alive, connection reuse, TLS verified, no redirects followed (a 3xx is an answer), no
 * decompression, answers bounded by WB_BODY_MAX, no Expect header, HTTP/1.1.
 *
 * One call sends its request at most once, except GET and HEAD: these libcurl may send again when a
 * reused connection ends before the first byte of an answer. Any other method then ends BROKEN.
 */
#ifndef WB_ACTORS_RUNTIME_OUTSIDE_HTTP_H
#define WB_ACTORS_RUNTIME_OUTSIDE_HTTP_H

#include "actors/connectors/connector.h"
#include "actors/runtime/loop/loop.h"

typedef struct wb_http wb_http;

typedef struct {
    int64_t connect_timeout_ms;   /* 5000 */
    int64_t max_connections;      /* of the process: 512 */
    int64_t max_host_connections; /* 0 = no own limit */
    const char *ca_file;          /* trusted beside the system's; NULL = these alone */
    const char *user_agent;       /* default when the request has none */
} wb_http_conf;

/* How an exchange ended below HTTP. */
typedef enum {
    WB_HTTP_ANSWERED,  /* a whole answer: status and body */
    WB_HTTP_NOT_SENT,  /* surely nothing left: resolve, connect, TLS handshake failed */
    WB_HTTP_UNTRUSTED, /* nothing left either: who is there has not the certificate it should have
                        */
    WB_HTTP_BROKEN,    /* it may have left: reset, half an answer, send error */
    WB_HTTP_TIMEOUT,   /* it may have left: no (whole) answer in time */
    WB_HTTP_TOO_LARGE, /* the answer passed WB_BODY_MAX */
} wb_http_end;

typedef struct {
    wb_http_end end;
    wb_response response; /* ANSWERED only; views are good until the callback returns */
    int64_t took_us;
    int64_t date_utc_us; /* the answer's Date; 0 = none */
    char error[160];     /* not ANSWERED: for people, no URL, no secret */
} wb_http_answer;

typedef void (*wb_http_done)(void *arg, const wb_http_answer *answer);
typedef struct wb_http_call wb_http_call;

WB_MUST_CHECK wb_rc wb_http_new(wb_http **out, wb_loop *loop, const wb_http_conf *conf,
                                wb_err *err);
/* Calls under way end without their callbacks. */
void wb_http_destroy(wb_http **self_p);

/* Who waits for an answer, and how long. */
typedef struct {
    int64_t timeout_ms;
    wb_http_done done;
    void *arg;
} wb_http_waiter;

/* Start. WB_REJECT: no http(s) URL, too large, a header that would forge another (line end), or a
 * file to be sent that cannot be read. With a file, timeout_ms is how long nothing may travel.
 * WB_RETRY: no room in libcurl. response.sent_utc_us is our clock's time of the start; whoever
 * knows how far the vendor's clock is off (date_utc_us) corrects it. `request` is borrowed until
 * `done` was called. A request with long_poll_ms > 0 goes to the waiting handle; its time-out is
 * timeout_ms + long_poll_ms. `done` comes from the loop, never from inside this call. `by` is
 * copied; `out` may be NULL. */
WB_MUST_CHECK wb_rc wb_http_start(wb_http *self, const wb_request *request,
                                  const wb_http_waiter *by, wb_http_call **out, wb_err *err);
/* Who takes the body of a 2xx instead of memory, as it comes. What is not WB_OK ends the call:
 * BROKEN, and the taker knows why. */
typedef struct {
    wb_rc (*head)(void *arg, const wb_response *head); /* status and headers, no body yet */
    wb_rc (*take)(void *arg, wb_view bytes);
    void *arg;
    int64_t silence_ms; /* instead of a time-out of the whole: for so long nothing may come */
} wb_http_taker;
/* Right after wb_http_start, before the loop turns. What is packed stays so. The answer's took_us
 * ends with its headers. */
void wb_http_take_into(wb_http_call *call, const wb_http_taker *taker);
/* End it now, without its callback. */
void wb_http_cancel(wb_http *self, wb_http_call **call_p);
size_t wb_http_running(const wb_http *self); /* for tests */

#endif
