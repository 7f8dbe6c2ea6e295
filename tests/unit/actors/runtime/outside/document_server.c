/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/actors/runtime/outside/document_server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocol/base/own.h"

static bool
read_request(int fd, char *text, size_t size)
{
    size_t len = 0;

    while (len + 1 < size) {
        ssize_t got = recv(fd, text + len, size - 1 - len, 0);

        if (got <= 0)
            return false;
        len += (size_t)got;
        text[len] = '\0';
        if (strstr(text, "\r\n\r\n"))
            return true;
    }
    return false;
}

static void
send_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t sent = send(fd, data, len, MSG_NOSIGNAL);

        if (sent <= 0)
            return;
        data += sent;
        len -= (size_t)sent;
    }
}

/* The rest that is asked for, if the document is still the one that was meant. */
static size_t
range_of(const document_server *self, const char *request, const char *etag)
{
    const char *range = strcasestr(request, "\r\nrange: bytes=");
    const char *of = strcasestr(request, "\r\nif-range: ");

    if (!range || !self->ranges || (of && etag && strncmp(of + 12, etag, strlen(etag)) != 0))
        return 0;
    return strtoul(range + 15, NULL, 10);
}

static void
write_head(const document_server *self, int fd, size_t from, const char *etag)
{
    char head[1024];
    int len = snprintf(head, sizeof head, "HTTP/1.1 %d X\r\nContent-Length: %zu\r\n",
                       self->status ? self->status
                       : from       ? 206
                                    : 200,
                       self->len - from);

    if (from)
        len +=
            snprintf(head + len, sizeof head - (size_t)len, "Content-Range: bytes %zu-%zu/%zu\r\n",
                     self->wrong_range ? from - 1 : from, self->len - 1, self->len);
    if (self->ranges)
        len += snprintf(head + len, sizeof head - (size_t)len, "Accept-Ranges: bytes\r\n");
    if (etag)
        len += snprintf(head + len, sizeof head - (size_t)len, "ETag: %s\r\n", etag);
    if (self->encoding)
        len += snprintf(head + len, sizeof head - (size_t)len, "Content-Encoding: %s\r\n",
                        self->encoding);
    len += snprintf(head + len, sizeof head - (size_t)len, "Connection: close\r\n\r\n");
    send_all(fd, head, (size_t)len);
}

static void
answer(document_server *self, int fd)
{
    char request[8192];
    const char *etag;
    size_t from, len;
    int number;

    if (!read_request(fd, request, sizeof request)) {
        close(fd);
        return;
    }
    number = ++self->requests;
    self->ranged += strcasestr(request, "\r\nrange:") != NULL;
    etag = number > 1 && self->then_etag ? self->then_etag : self->etag;
    from = range_of(self, request, etag);
    len = self->len - from;
    write_head(self, fd, from, etag);
    if (self->silent_after && number == 1) {
        send_all(fd, self->data + from, self->silent_after);
        self->silent_fd = fd; /* until the test ends */
        return;
    }
    if (self->breaks_after && len > self->breaks_after && !(self->heals && number > 1))
        len = self->breaks_after;
    send_all(fd, self->data + from, len);
    close(fd);
}

static void *
serve(void *arg)
{
    document_server *self = arg;

    for (;;) {
        struct pollfd fds[] = {
            {.fd = self->stop_fd,   .events = POLLIN},
            {.fd = self->listen_fd, .events = POLLIN}
        };
        int fd;

        poll(fds, 2, -1);
        if (fds[0].revents)
            return NULL;
        fd = accept4(self->listen_fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            answer(self, fd);
    }
}

void
document_server_start(document_server *self)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int rc;

    self->silent_fd = -1;
    self->stop_fd = eventfd(0, EFD_CLOEXEC);
    self->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    rc = bind(self->listen_fd, (struct sockaddr *)&at, sizeof at);
    assert(rc == 0);
    rc = listen(self->listen_fd, 64);
    assert(rc == 0);
    getsockname(self->listen_fd, (struct sockaddr *)&at, &len);
    self->port = ntohs(at.sin_port);
    rc = pthread_create(&self->thread, NULL, serve, self);
    assert(rc == 0);
}

void
document_server_stop(document_server *self)
{
    eventfd_write(self->stop_fd, 1);
    pthread_join(self->thread, NULL);
    wb_fd_close(&self->listen_fd);
    wb_fd_close(&self->stop_fd);
    wb_fd_close(&self->silent_fd);
}
