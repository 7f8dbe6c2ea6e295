/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/actors/runtime/outside/http_server.h"

#include <arpa/inet.h>
#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define CONNECTIONS_MAX 1024
#define REQUEST_MAX (4 * 1024 * 1024)
#define DATE "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
#define OK_TEXT "HTTP/1.1 200 OK\r\n" DATE "X-Thing: 7 \r\nContent-Length: 5\r\n\r\nhello"

typedef struct {
    int fd; /* -1 = free */
    wb_buf in, out;
    size_t sent;
    int64_t answer_at_ms; /* 0 = nothing is waiting */
    bool held;            /* answered when the test says so */
    bool ends;            /* after what is to be sent */
} connection;

struct http_server {
    pthread_t thread;
    int listen_fd, stop_fd, release_fd, port;
    atomic_int connections, requests, open;
    connection slots[CONNECTIONS_MAX];
};

static void
end(connection *at)
{
    wb_fd_close(&at->fd);
    wb_buf_fini(&at->in);
    wb_buf_fini(&at->out);
}

static void
reset(connection *at)
{
    struct linger linger = {.l_onoff = 1};

    setsockopt(at->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    end(at);
}

static void
fill(wb_buf *out, size_t len, bool chunked)
{
    static const char block[1000] = {'b', 'l', 'o', 'c', 'k'};

    while (len > 0) {
        size_t part = len < sizeof block ? len : sizeof block;

        if (chunked)
            wb_buf_addf(out, "%zx\r\n", part);
        wb_buf_add(out, block, part);
        if (chunked)
            wb_buf_add_text(out, "\r\n");
        len -= part;
    }
    if (chunked)
        wb_buf_add_text(out, "0\r\n\r\n");
}

static bool
is(const char *path, const char *name)
{
    size_t len = strlen(name);

    return strncmp(path, name, len) == 0 && strchr(" /?", path[len]) != NULL;
}

static size_t
number_of(const char *path)
{
    return strtoul(strchr(path + 1, '/') + 1, NULL, 10);
}

static void
answer_long(connection *at, const char *path)
{
    if (is(path, "/big") || is(path, "/double")) {
        wb_buf_addf(&at->out, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", number_of(path));
        fill(&at->out, number_of(path), false);
    } else if (is(path, "/chunks")) {
        wb_buf_add_text(&at->out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        fill(&at->out, number_of(path), true);
    } else {
        wb_buf_add_text(&at->out, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n");
        for (int i = 0; i < 200; i++)
            wb_buf_addf(&at->out, "X-Filler-%03d: %088d\r\n", i, i);
        wb_buf_add_text(&at->out, "\r\n");
    }
}

#define GZIP_HEAD "\x1f\x8b\x08\0\0\0\0\0\0\xff"
#define GZIP_HELLO                                                                                 \
    GZIP_HEAD "\x01\x05\x00\xfa\xff"                                                               \
              "hello"                                                                              \
              "\x86\xa6\x10\x36\x05\0\0\0"

static void
put_packed(connection *at, const char *encoding, const char *bytes, size_t len)
{
    wb_buf_addf(&at->out, "HTTP/1.1 200 OK\r\nContent-Encoding: %s\r\nContent-Length: %zu\r\n\r\n",
                encoding, len);
    wb_buf_add(&at->out, bytes, len);
}

/* Bits of a deflate stream, the lowest first. */
typedef struct {
    wb_buf *out;
    unsigned held, count;
} bits;

static void
put_bits(bits *self, unsigned value, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        self->held |= (value >> i & 1) << self->count;
        if (++self->count == 8) {
            wb_buf_add_char(self->out, (char)self->held);
            self->held = self->count = 0;
        }
    }
}

/* A Huffman code: the highest bit first. */
static void
put_code(bits *self, unsigned code, unsigned count)
{
    while (count-- > 0)
        put_bits(self, code >> count, 1);
}

/* So many zeros: one of them, and runs of 258 that repeat the one before. */
static void
put_bomb(connection *at, size_t len)
{
    wb_buf packed = {0};
    bits stream = {.out = &packed};

    wb_buf_init(&packed, 8 * 1024 * 1024);
    wb_buf_add(&packed, GZIP_HEAD, sizeof GZIP_HEAD - 1);
    put_bits(&stream, 3, 3); /* the last block, of fixed codes */
    put_code(&stream, 0x30, 8);
    for (size_t done = 1; done < len; done += 258) {
        put_code(&stream, 0xc5, 8);
        put_code(&stream, 0, 5);
    }
    put_code(&stream, 0, 7);
    put_bits(&stream, 0, 7);
    put_packed(at, "gzip", packed.data, packed.len);
    wb_buf_fini(&packed);
}

static void
answer_packed(connection *at, const char *path)
{
    char bytes[] = GZIP_HELLO;
    size_t len = sizeof bytes - 1;

    if (is(path, "/gzip/bad"))
        bytes[12] ^= 1;
    if (is(path, "/bomb"))
        put_bomb(at, number_of(path));
    else if (is(path, "/odd"))
        put_packed(at, "utf-8", "hello", 5);
    else
        put_packed(at, "gzip", bytes, is(path, "/gzip/cut") ? len - 10 : len);
}

static void
answer(connection *at, const char *path, size_t len)
{
    if (is(path, "/reset") || is(path, "/drop")) {
        at->ends = true;
    } else if (is(path, "/half")) {
        wb_buf_add_text(&at->out, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789");
        at->ends = true;
    } else if (is(path, "/echo")) {
        wb_buf_addf(&at->out, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", len);
        wb_buf_add(&at->out, at->in.data, len);
    } else if (is(path, "/wait")) {
        at->answer_at_ms = wb_now_ms() + (int64_t)number_of(path);
    } else if (is(path, "/hold")) {
        at->held = true;
    } else if (is(path, "/moved")) {
        wb_buf_add_text(&at->out,
                        "HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n");
    } else if (is(path, "/empty")) {
        wb_buf_add_text(&at->out, "HTTP/1.1 204 No Content\r\n\r\n");
    } else if (is(path, "/double")) {
        answer_long(at, path);
        answer_long(at, path);
    } else if (is(path, "/big") || is(path, "/chunks") || is(path, "/headers")) {
        answer_long(at, path);
    } else if (is(path, "/gzip") || is(path, "/bomb") || is(path, "/odd")) {
        answer_packed(at, path);
    } else if (!is(path, "/never")) {
        if (is(path, "/interim"))
            wb_buf_add_text(&at->out, "HTTP/1.1 100 Continue\r\nX-Thing: 1\r\n\r\n");
        wb_buf_add_text(&at->out, OK_TEXT);
        at->ends = is(path, "/close");
    }
}

/* Bytes of the first whole request; 0 = not whole yet. */
static size_t
whole(connection *at)
{
    const char *text = wb_buf_text(&at->in), *stop = strstr(text, "\r\n\r\n"), *length;
    size_t body = 0;

    if (!stop)
        return 0;
    length = strcasestr(text, "\r\ncontent-length:");
    if (length && length < stop)
        body = strtoul(length + 17, NULL, 10);
    body += (size_t)(stop - text) + 4;
    return at->in.len >= body ? body : 0;
}

static void
push_out(connection *at)
{
    while (at->sent < at->out.len) {
        ssize_t n = send(at->fd, at->out.data + at->sent, at->out.len - at->sent,
                         MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0)
            return;
        at->sent += (size_t)n;
    }
    at->sent = 0;
    wb_buf_clear(&at->out);
    if (at->ends)
        end(at);
}

static void
on_input(http_server *self, connection *at)
{
    char *room = wb_buf_room(&at->in, 65536);
    ssize_t n = recv(at->fd, room, 65536, MSG_DONTWAIT);
    size_t len;
    const char *path;

    if (n <= 0) {
        end(at);
        return;
    }
    wb_buf_grew(&at->in, (size_t)n);
    len = whole(at);
    if (!len)
        return;
    self->requests++;
    path = strchr(at->in.data, ' ') + 1;
    if (is(path, "/reset")) {
        reset(at);
        return;
    }
    answer(at, path, len);
    memmove(at->in.data, at->in.data + len, at->in.len - len);
    at->in.len -= len;
    if (at->out.len || at->ends)
        push_out(at);
}

static void
on_accept(http_server *self)
{
    int fd = accept4(self->listen_fd, NULL, NULL, SOCK_CLOEXEC);

    for (size_t i = 0; fd >= 0 && i < CONNECTIONS_MAX; i++) {
        connection *at = &self->slots[i];

        if (at->fd >= 0)
            continue;
        *at = (connection){.fd = fd};
        wb_buf_init(&at->in, REQUEST_MAX);
        wb_buf_init(&at->out, 64 * 1024 * 1024);
        self->connections++;
        return;
    }
    wb_fd_close(&fd);
}

/* Answers what is late enough; ms until the next, -1 = none. */
static int
answer_late(http_server *self)
{
    int64_t now_ms = wb_now_ms(), next_ms = -1;

    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        connection *at = &self->slots[i];
        int64_t left_ms = at->answer_at_ms - now_ms;

        if (at->fd < 0 || at->answer_at_ms == 0)
            continue;
        if (left_ms <= 0) {
            at->answer_at_ms = 0;
            wb_buf_add_text(&at->out, OK_TEXT);
            push_out(at);
        } else if (next_ms < 0 || left_ms < next_ms) {
            next_ms = left_ms;
        }
    }
    return (int)next_ms;
}

static void
release_held(http_server *self)
{
    eventfd_t count;

    eventfd_read(self->release_fd, &count);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        connection *at = &self->slots[i];

        if (at->fd < 0 || !at->held)
            continue;
        at->held = false;
        wb_buf_add_text(&at->out, OK_TEXT);
        push_out(at);
    }
}

static void *
serve(void *arg)
{
    http_server *self = arg;
    static struct pollfd fds[CONNECTIONS_MAX + 3];
    static connection *owners[CONNECTIONS_MAX + 3];

    for (;;) {
        nfds_t count = 3;

        fds[0] = (struct pollfd){.fd = self->stop_fd, .events = POLLIN};
        fds[1] = (struct pollfd){.fd = self->listen_fd, .events = POLLIN};
        fds[2] = (struct pollfd){.fd = self->release_fd, .events = POLLIN};
        for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
            connection *at = &self->slots[i];

            if (at->fd < 0)
                continue;
            fds[count] = (struct pollfd){
                .fd = at->fd, .events = (short)(at->out.len ? POLLIN | POLLOUT : POLLIN)};
            owners[count++] = at;
        }
        self->open = (int)count - 3;
        poll(fds, count, answer_late(self));
        if (fds[0].revents)
            return NULL;
        for (nfds_t i = 3; i < count; i++) {
            if (fds[i].revents & POLLOUT)
                push_out(owners[i]);
            if (owners[i]->fd == fds[i].fd && fds[i].revents & (POLLIN | POLLHUP | POLLERR))
                on_input(self, owners[i]);
        }
        if (fds[1].revents)
            on_accept(self);
        if (fds[2].revents)
            release_held(self);
    }
}

http_server *
http_server_start(void)
{
    http_server *self = wb_alloc(sizeof *self);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int rc;

    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        self->slots[i].fd = -1;
    self->stop_fd = eventfd(0, EFD_CLOEXEC);
    self->release_fd = eventfd(0, EFD_CLOEXEC);
    self->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    rc = bind(self->listen_fd, (struct sockaddr *)&at, sizeof at);
    assert(rc == 0);
    rc = listen(self->listen_fd, 512);
    assert(rc == 0);
    getsockname(self->listen_fd, (struct sockaddr *)&at, &len);
    self->port = ntohs(at.sin_port);
    rc = pthread_create(&self->thread, NULL, serve, self);
    assert(rc == 0);
    return self;
}

void
http_server_stop(http_server **self_p)
{
    http_server *self = *self_p;

    if (!self)
        return;
    eventfd_write(self->stop_fd, 1);
    pthread_join(self->thread, NULL);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        if (self->slots[i].fd >= 0)
            end(&self->slots[i]);
    wb_fd_close(&self->listen_fd);
    wb_fd_close(&self->stop_fd);
    wb_fd_close(&self->release_fd);
    wb_free(self_p);
}

int
http_server_open(http_server *self)
{
    return self->open;
}

void
http_server_release(http_server *self)
{
    eventfd_write(self->release_fd, 1);
}

int
http_server_port(const http_server *self)
{
    return self->port;
}

int
http_server_connections(http_server *self)
{
    return self->connections;
}

int
http_server_requests(http_server *self)
{
    return self->requests;
}
