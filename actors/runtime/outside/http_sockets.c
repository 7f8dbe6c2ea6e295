/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_sockets - connections that libcurl has opened through us
 *
 * libcurl 7.88 takes a kept connection that has something to say for one that lives: what it says
 * would be read as the answer to the next request, and the true answer as that of the one behind.
 */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "actors/runtime/outside/inside.h"
#include "protocol/base/own.h"

void
http_sockets_note(http_sockets *self, int fd, bool open)
{
    size_t want = (size_t)fd + 1, had = self->count;

    if (want > had) {
        want = want < 2 * had ? 2 * had : want;
        self->rows = wb_realloc(self->rows, want * sizeof *self->rows);
        memset(self->rows + had, 0, (want - had) * sizeof *self->rows);
        self->count = want;
    }
    self->rows[fd] = (http_socket){.open = open};
}

bool
http_sockets_has(const http_sockets *self, int fd)
{
    return (size_t)fd < self->count && self->rows[fd].open;
}

static int
port_of(int fd)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof at;
    in_port_t port = 0;

    if (getsockname(fd, (struct sockaddr *)&at, &len))
        return 0;
    if (at.ss_family == AF_INET)
        port = ((const struct sockaddr_in *)&at)->sin_port;
    else if (at.ss_family == AF_INET6)
        port = ((const struct sockaddr_in6 *)&at)->sin6_port;
    return ntohs(port);
}

/* -1 = none of ours. */
static int
find(http_sockets *self, int local_port)
{
    for (size_t fd = 0; fd < self->count; fd++) {
        http_socket *row = &self->rows[fd];

        if (row->open && !row->port)
            row->port = port_of((int)fd);
        if (row->open && row->port && row->port == local_port)
            return (int)fd;
    }
    return -1;
}

bool
http_sockets_speaks(http_sockets *self, int local_port)
{
    int fd = find(self, local_port);
    bool used = fd >= 0 && self->rows[fd].used;
    char byte;

    if (fd < 0)
        return false;
    self->rows[fd].used = true;
    return used && recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void
http_sockets_fini(http_sockets *self)
{
    wb_free(&self->rows);
    self->count = 0;
}
