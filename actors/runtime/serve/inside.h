/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside - a server and its connections, for the files of this room alone
 */
#ifndef WB_ACTORS_RUNTIME_SERVE_INSIDE_H
#define WB_ACTORS_RUNTIME_SERVE_INSIDE_H

#include <microhttpd.h>

#include "actors/runtime/serve/serve.h"

struct wb_serve {
    wb_loop *loop;
    wb_serve_conf conf;
    int listening, port;
    struct MHD_Daemon *daemon;
    int epoll;
    wb_timer timer;
    wb_loop_hook hook;
    bool resumed; /* some connection is to go on: the daemon has to be run */
    bool draining;
    wb_link connections;
    wb_serve_stats stats;
};

/* From its accept to its end; its requests come one after another. */
typedef struct {
    wb_link link;
    wb_serve *server;
    struct MHD_Connection *mhd;
    int fd;
    wb_timer deadline;
    wb_serve_request request; /* the one under way */
    bool begun;               /* its head is read */
    bool refused;             /* it was answered before it was whole */
    bool given;               /* the handler has it, and has not answered */
    bool suspended;
    wb_buf path, headers, body;
    struct MHD_Response *response; /* to be sent when it goes on; NULL = none yet */
    int status;
} wb_serve_connection;

/* Connections whose request does not wait. */
static inline size_t
wb_serve_busy(const wb_serve *self)
{
    return self->stats.connections - self->stats.waiting;
}

/* request.c: as libmicrohttpd's handlers. */
void *wb_serve_on_uri(void *arg, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result wb_serve_on_request(void *arg, struct MHD_Connection *mhd, const char *url,
                                    const char *method, const char *version, const char *data,
                                    size_t *size, void **request);
void wb_serve_on_completed(void *arg, struct MHD_Connection *mhd, void **request,
                           enum MHD_RequestTerminationCode how);

/* answer.c */
wb_serve_connection *wb_serve_connection_of(struct MHD_Connection *mhd);
enum MHD_Result wb_serve_queue(wb_serve_connection *self);
/* An answer of our own, as a problem document, to a request that nobody has; its connection ends.
 */
enum MHD_Result wb_serve_refuse(wb_serve_connection *self, int status, const char *title);
void wb_serve_resume(wb_serve_connection *self);

#endif
