/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer - what a request is told, at once or later
 */
#include "actors/runtime/serve/inside.h"

#include <assert.h>
#include <stdio.h>

#include "actors/connectors/connector.h"
#include "protocol/base/own.h"

#define PROBLEM_MAX 256

wb_serve_connection *
wb_serve_connection_of(struct MHD_Connection *mhd)
{
    return MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static wb_serve_connection *
connection_with(wb_serve_request *request)
{
    return WB_CONTAINER(request, wb_serve_connection, request);
}

/* Within a call of the daemon: it leaves. */
enum MHD_Result
wb_serve_queue(wb_serve_connection *self)
{
    enum MHD_Result done = MHD_queue_response(self->mhd, (unsigned)self->status, self->response);

    MHD_destroy_response(self->response);
    self->response = NULL;
    self->given = false;
    wb_timer_start(self->server->loop, &self->deadline, self->server->conf.write_ms);
    return done;
}

void
wb_serve_resume(wb_serve_connection *self)
{
    if (!self->suspended)
        return;
    self->suspended = false;
    self->server->stats.waiting--;
    self->server->resumed = true;
    MHD_resume_connection(self->mhd);
}

static struct MHD_Response *
response_of(const wb_serve_answer_what *what)
{
    return MHD_create_response_from_buffer(what->body.len, (void *)(uintptr_t)what->body.data,
                                           what->lasting ? MHD_RESPMEM_PERSISTENT
                                                         : MHD_RESPMEM_MUST_COPY);
}

static void
add_headers(struct MHD_Response *response, const wb_serve_header *headers)
{
    for (size_t i = 0; i < WB_SERVE_HEADERS_MAX && headers[i].name; i++) {
        bool added =
            MHD_add_response_header(response, headers[i].name, headers[i].value) == MHD_YES;

        assert(added); /* no header has a line end */
    }
}

void
wb_serve_answer(wb_serve_request **request_p, const wb_serve_answer_what *what)
{
    wb_serve_connection *self = connection_with(wb_take(request_p));

    assert(self->given && !self->response);
    self->response = response_of(what);
    self->status = what->status;
    add_headers(self->response, what->headers);
    if (what->closing || self->server->draining)
        (void)MHD_add_response_header(self->response, "Connection", "close");
    wb_serve_resume(self);
}

enum MHD_Result
wb_serve_refuse(wb_serve_connection *self, int status, const char *title)
{
    char text[PROBLEM_MAX];
    int len =
        snprintf(text, sizeof text, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d}\n",
                 title, status);
    const wb_serve_answer_what what = {
        .status = status,
        .headers = {{"Content-Type", "application/problem+json"}, {"Connection", "close"}},
        .body = {text,                                         (size_t)len            },
    };

    self->refused = true;
    self->response = response_of(&what);
    self->status = status;
    add_headers(self->response, what.headers);
    if (status == 503)
        (void)MHD_add_response_header(self->response, "Retry-After", "1");
    return wb_serve_queue(self);
}

wb_view
wb_serve_header_of(const wb_serve_request *request, const char *name)
{
    return wb_response_header(&(wb_response){.headers = request->headers}, name);
}
