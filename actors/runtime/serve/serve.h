/* SPDX-License-Identifier: Apache-2.0 */
/*
 * serve - HTTP that comes in: libmicrohttpd on the actor's loop, bounded on every side
 *
 * A request is given to its handler when it is whole; the handler answers it at once, or later,
 * once. Until then its connection rests and costs nothing. What a stranger may take is named below,
 * and what is over it is answered, or closed where an answer would cost what is to be saved:
 *
 *   connections      of those whose request does not wait: above `busy_max` each request is
 *                    answered 503 and its connection closed, above `connections_max` one is closed
 *                    as it comes
 *   waiting          requests that are not answered yet: above `waiting_max` 503
 *   a request        has to be whole `read_ms` after its connection came, `idle_ms` + `read_ms`
 *                    after the answer before it: else the connection is closed, however often a
 *                    byte comes
 *   an answer        has to be taken within `write_ms`
 *   head             WB_SERVE_HEAD_MAX (431, of one field 413)
 *   body             `body_max` (413 before it is read where its length is told, else the
 *                    connection is closed)
 *   two lengths      Content-Length twice, or beside Transfer-Encoding: 400, and closed (RFC 9112,
 *                    6.3: who is asked through a proxy would read another request than the proxy)
 *
 * A client that leaves while its request waits is not known to have left until it is answered.
 */
#ifndef WB_ACTORS_RUNTIME_SERVE_SERVE_H
#define WB_ACTORS_RUNTIME_SERVE_SERVE_H

#include "actors/runtime/loop/loop.h"

#define WB_SERVE_HEAD_MAX 16384
#define WB_SERVE_REMOTE_MAX 64
#define WB_SERVE_HEADERS_MAX 12 /* of an answer */

typedef struct wb_serve wb_serve;

/* A request that is whole. Views are good until it is answered, headers of it too. */
typedef struct wb_serve_request {
    wb_view method;
    wb_view path;  /* as it was sent, not decoded, without the query */
    wb_view query; /* likewise, without '?'; {NULL, 0} = none */
    wb_view body;
    wb_view headers; /* raw lines, each ended by CRLF; a line end within is not possible */
    char remote[WB_SERVE_REMOTE_MAX]; /* the address of who sent it, without a port */
    int64_t begun_us;                 /* monotonic: when its head was read */
    void *user;                       /* the handler's own; NULL at first */
} wb_serve_request;

typedef struct {
    const char *name; /* a literal, or good until wb_serve_answer returns, as its value */
    const char *value;
} wb_serve_header;

typedef struct {
    int status;
    wb_serve_header headers[WB_SERVE_HEADERS_MAX]; /* behind the last: name NULL */
    wb_view body;                                  /* copied, but for `lasting` */
    bool lasting;                                  /* it is there as long as the process */
    bool closing;                                  /* the connection is closed behind it */
} wb_serve_answer_what;

/* Every request ends in exactly one wb_serve_answer, now or later. */
typedef void (*wb_serve_handler)(void *arg, wb_serve_request *request);

typedef struct {
    const char *listen; /* "127.0.0.1:8080", "[::1]:8080", "0.0.0.0:0"; port 0 = any free one */
    size_t busy_max, connections_max, waiting_max; /* 0 = 150, 190, 1000 */
    int64_t read_ms, idle_ms, write_ms;            /* 0 = 10 s, 60 s, 30 s */
    size_t body_max;                               /* 0 = WB_BODY_MAX */
    wb_serve_handler handler;
    void *arg;
} wb_serve_conf;

/* WB_FATAL: the address is none, or cannot be had: err says which and why. */
WB_MUST_CHECK wb_rc wb_serve_open(wb_serve **out, wb_loop *loop, const wb_serve_conf *conf,
                                  wb_err *err);
/* Nobody new comes in; who is connected goes on, and is closed after the next answer. */
void wb_serve_drain(wb_serve *self);
/* All that waits ends without an answer; handlers hear nothing of it: answer before. */
void wb_serve_close(wb_serve **self_p);
int wb_serve_port(const wb_serve *self);

/* Consumes the request. */
void wb_serve_answer(wb_serve_request **request_p, const wb_serve_answer_what *what);
/* The last header of that name, case ignored, trimmed: {NULL, 0} = none. */
wb_view wb_serve_header_of(const wb_serve_request *request, const char *name);

typedef struct {
    uint64_t requests;                                   /* that were whole */
    uint64_t refused_busy, refused_body, refused_length; /* 503; 413; 400 of two lengths */
    uint64_t closed_full, closed_slow;                   /* as it came; too slow */
    size_t connections, waiting;                         /* of them: wait for their answer */
} wb_serve_stats;
void wb_serve_stat(const wb_serve *self, wb_serve_stats *out);

#endif
