/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http - an HTTP/1.1 server on one epoll set: keep-alive, pipelining, thousands of connections
 *
 * A handler answers at once, or holds the connection and answers later; the client may be gone by
 * then. An answer can be delayed, cut in half or sent twice: the world does all of it.
 */
#ifndef WB_TOOLS_SIM_ENGINE_HTTP_H
#define WB_TOOLS_SIM_ENGINE_HTTP_H

#include "protocol/base/buf.h"
#include "tools/sim/engine/timer.h"

#define WB_SIM_REQUEST_MAX (4 * 1024 * 1024) /* head and body of one request */
#define WB_SIM_HEAD_MAX 32768
#define WB_SIM_CONNS_MAX 8192

typedef struct wb_sim_http wb_sim_http;
typedef struct wb_sim_conn wb_sim_conn;

/* Views into the connection's memory: gone when the handler returns. */
typedef struct {
    wb_view method, path, query; /* query without '?' */
    wb_view headers;             /* raw lines, each ended by CRLF */
    wb_view body;
} wb_sim_request;

typedef struct {
    int status;
    const char *type; /* Content-Type; NULL = none */
    wb_view headers;  /* more header lines, each ended by CRLF */
    wb_view body;
} wb_sim_answer;

/* Every request ends in exactly one wb_sim_http_answer or wb_sim_http_cut, now or later. */
typedef void wb_sim_handler(void *arg, wb_sim_conn *conn, const wb_sim_request *request);

/* Listen on `host` (an IPv4 address). `*port` 0 = any free one, told back. WB_FATAL: not possible.
 * `timers` outlives the server. */
WB_MUST_CHECK wb_rc wb_sim_http_open(wb_sim_http **out, const char *host, int *port,
                                     wb_sim_timers *timers, wb_err *err);
void wb_sim_http_close(wb_sim_http **self_p);
void wb_sim_http_serve(wb_sim_http *self, wb_sim_handler *handler, void *arg);
/* Wait at most `wait_ms` (-1: for ever) for requests and handle what came. */
void wb_sim_http_turn(wb_sim_http *self, int64_t wait_ms);
size_t wb_sim_http_count(const wb_sim_http *self); /* open connections */
size_t wb_sim_http_peak(const wb_sim_http *self);

/* The last header of that name, case ignored, trimmed: {NULL, 0} = none. */
wb_view wb_sim_request_header(const wb_sim_request *self, const char *name);
/* A parameter of the query, percent-decoded into `scratch` (appended): {NULL, 0} = none. The view
 * lives until `scratch` changes. A bad escape reads as none. */
wb_view wb_sim_query(wb_view query, const char *name, wb_buf *scratch);

void wb_sim_http_answer(wb_sim_conn *conn, const wb_sim_answer *answer);
/* Close without an answer (or after what was written). */
void wb_sim_http_cut(wb_sim_conn *conn);

/* The next answer leaves only after `ms`; -1 = never: the client has to give up. */
void wb_sim_http_delay(wb_sim_conn *conn, int64_t ms);
int64_t wb_sim_http_delayed(const wb_sim_conn *conn); /* what was told, 0 when nothing was */
typedef enum {
    WB_SIM_WHOLE,
    WB_SIM_HALF,    /* half the bytes, then the connection is closed */
    WB_SIM_TWICE,   /* the whole answer twice */
    WB_SIM_NOTHING, /* the connection breaks instead */
} wb_sim_shape;
void wb_sim_http_shape(wb_sim_conn *conn, wb_sim_shape shape);
/* The next answer's body is sent as gzip. */
void wb_sim_http_gzip(wb_sim_conn *conn);

/* Keep the request open; `gone(owner)` is called if the client leaves before it is answered. */
void wb_sim_http_hold(wb_sim_conn *conn, void *owner, void (*gone)(void *owner));

#endif
