/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request - from the first byte of its head to where a handler gets it whole
 */
#include "actors/runtime/serve/inside.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/text.h"

/* --- its head --- */

/* Called first of all, with the target of the request as it was sent; what it gives back is the
 * request's own. */
void *
wb_serve_on_uri(void *arg, const char *uri, struct MHD_Connection *mhd)
{
    wb_serve_connection *self = wb_serve_connection_of(mhd);

    (void)arg;
    wb_buf_clear(&self->path);
    wb_buf_add_text(&self->path, uri);
    return NULL;
}

static void
remote_of(wb_serve_connection *self)
{
    const struct sockaddr *at =
        MHD_get_connection_info(self->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
    char *dst = self->request.remote;

    if (at && at->sa_family == AF_INET)
        (void)inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)at)->sin_addr, dst,
                        WB_SERVE_REMOTE_MAX);
    else if (at && at->sa_family == AF_INET6)
        (void)inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)at)->sin6_addr, dst,
                        WB_SERVE_REMOTE_MAX);
}

static enum MHD_Result
add_header(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_len, const char *value,
           size_t value_len)
{
    wb_buf *out = arg;

    (void)kind;
    wb_buf_add(out, name, name_len);
    wb_buf_add_text(out, ": ");
    wb_buf_add(out, value, value_len);
    wb_buf_add_text(out, "\r\n");
    return MHD_YES;
}

static void
target_of(wb_serve_connection *self)
{
    wb_view whole = wb_buf_view(&self->path);
    const char *mark = memchr(whole.data, '?', whole.len);
    size_t path = mark ? (size_t)(mark - whole.data) : whole.len;

    self->request.path = (wb_view){whole.data, path};
    if (mark)
        self->request.query = (wb_view){mark + 1, whole.len - path - 1};
}

static void
begin(wb_serve_connection *self, const char *method)
{
    self->begun = true;
    self->request = (wb_serve_request){.method = wb_view_of(method), .begun_us = wb_now_us()};
    target_of(self);
    remote_of(self);
    wb_buf_clear(&self->headers);
    wb_buf_clear(&self->body);
    (void)MHD_get_connection_values_n(self->mhd, MHD_HEADER_KIND, add_header, &self->headers);
    self->request.headers = wb_buf_view(&self->headers);
}

/* --- what is refused before its body is read --- */

typedef struct {
    size_t lengths;
    bool coded;
    int64_t length;
    bool bad;
} framing;

static enum MHD_Result
look_at(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_len, const char *value,
        size_t value_len)
{
    framing *self = arg;
    wb_view is = {name, name_len};

    (void)kind;
    if (wb_text_same_nocase(is, WB_VIEW_LIT("Transfer-Encoding")))
        self->coded = true;
    if (!wb_text_same_nocase(is, WB_VIEW_LIT("Content-Length")))
        return MHD_YES;
    self->lengths++;
    self->bad = self->bad || wb_text_int(&self->length, (wb_view){value, value_len}, NULL) ||
                self->length < 0;
    return MHD_YES;
}

/* true: it goes on. */
static bool
is_fit(wb_serve_connection *self, enum MHD_Result *done)
{
    wb_serve *server = self->server;
    framing how = {0};

    (void)MHD_get_connection_values_n(self->mhd, MHD_HEADER_KIND, look_at, &how);
    if (how.bad || how.lengths > 1 || (how.lengths && how.coded)) {
        server->stats.refused_length++;
        *done = wb_serve_refuse(self, 400, "its length is told twice, or is none");
    } else if (how.length > (int64_t)server->conf.body_max) {
        server->stats.refused_body++;
        *done = wb_serve_refuse(self, 413, "its body is too long");
    } else if (wb_serve_busy(server) > server->conf.busy_max ||
               server->stats.waiting >= server->conf.waiting_max) {
        server->stats.refused_busy++;
        *done = wb_serve_refuse(self, 503, "too many connections: come back in a second");
    } else {
        return true;
    }
    return false;
}

/* --- its body, and then it is whole --- */

/* Of no told length, and too long: there is no answer but the end. */
static enum MHD_Result
take_body(wb_serve_connection *self, const char *data, size_t *size)
{
    wb_buf_add(&self->body, data, *size);
    *size = 0;
    if (!self->body.overflow)
        return MHD_YES;
    self->server->stats.refused_body++;
    return MHD_NO;
}

static enum MHD_Result
give(wb_serve_connection *self)
{
    wb_serve *server = self->server;

    self->request.body = wb_buf_view(&self->body);
    self->given = true;
    wb_timer_stop(server->loop, &self->deadline);
    server->stats.requests++;
    server->conf.handler(server->conf.arg, &self->request);
    if (self->response)
        return wb_serve_queue(self);
    self->suspended = true;
    server->stats.waiting++;
    MHD_suspend_connection(self->mhd);
    return MHD_YES;
}

enum MHD_Result
wb_serve_on_request(void *arg, struct MHD_Connection *mhd, const char *url, const char *method,
                    const char *version, const char *data, size_t *size, void **request)
{
    wb_serve_connection *self = wb_serve_connection_of(mhd);
    enum MHD_Result done = MHD_YES;

    (void)arg;
    (void)url;
    (void)version;
    *request = self;
    if (self->refused) { /* what comes of its body is nobody's */
        *size = 0;
        return MHD_YES;
    }
    if (self->response)
        return wb_serve_queue(self);
    if (!self->begun) {
        begin(self, method);
        (void)is_fit(self, &done);
        return done;
    }
    return *size ? take_body(self, data, size) : give(self);
}

void
wb_serve_on_completed(void *arg, struct MHD_Connection *mhd, void **request,
                      enum MHD_RequestTerminationCode how)
{
    wb_serve_connection *self = *request;
    wb_serve *server = arg;

    (void)mhd;
    (void)how;
    *request = NULL;
    if (!self)
        return;
    self->begun = self->refused = self->given = false;
    wb_timer_start(server->loop, &self->deadline, server->conf.idle_ms + server->conf.read_ms);
}
