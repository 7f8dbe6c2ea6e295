/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/serve/inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"

#define BUSY_MAX 150
#define CONNECTIONS_MAX 190
#define WAITING_MAX 1000
#define READ_MS 10000
#define IDLE_MS 60000
#define WRITE_MS 30000
#define BACKLOG 512
#define ACCEPTS_A_TURN 64
#define ADDRESS_MAX 128

/* --- connections come and go --- */

static void
on_deadline(wb_timer *timer, void *arg)
{
    wb_serve_connection *self = arg;

    (void)timer;
    self->server->stats.closed_slow++;
    (void)shutdown(self->fd, SHUT_RDWR); /* the daemon sees its end, and lets it go */
}

static void
connection_begin(wb_serve *server, struct MHD_Connection *mhd, void **context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    wb_serve_connection *self = wb_alloc(sizeof *self);

    self->server = server;
    self->mhd = mhd;
    self->fd = info->connect_fd;
    self->deadline = (wb_timer){.fire = on_deadline, .arg = self};
    wb_buf_init(&self->path, WB_SERVE_HEAD_MAX);
    wb_buf_init(&self->headers, 2 * WB_SERVE_HEAD_MAX);
    wb_buf_init(&self->body, server->conf.body_max);
    wb_list_append(&server->connections, &self->link);
    wb_timer_start(server->loop, &self->deadline, server->conf.read_ms);
    *context = self;
}

static void
connection_end(wb_serve *server, wb_serve_connection *self)
{
    wb_timer_stop(server->loop, &self->deadline);
    wb_list_remove(&self->link);
    server->stats.connections--;
    wb_buf_fini(&self->path);
    wb_buf_fini(&self->headers);
    wb_buf_fini(&self->body);
    wb_free(&self);
}

static void
on_connection(void *arg, struct MHD_Connection *mhd, void **context,
              enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        connection_begin(arg, mhd, context);
    else
        connection_end(arg, *context);
}

/* --- the daemon on the loop --- */

static void
turn(wb_serve *self)
{
    MHD_UNSIGNED_LONG_LONG after_ms = 0;

    self->resumed = false;
    (void)MHD_run(self->daemon);
    if (MHD_get_timeout(self->daemon, &after_ms) != MHD_YES)
        wb_timer_stop(self->loop, &self->timer);
    else if (after_ms > 0)
        wb_timer_start(self->loop, &self->timer, (int64_t)after_ms);
    else
        self->resumed = true; /* the next wait is none */
}

static void
on_ready(void *arg, int fd, uint32_t events)
{
    (void)fd;
    (void)events;
    turn(arg);
}

static void
on_timer(wb_timer *timer, void *arg)
{
    (void)timer;
    turn(arg);
}

static bool
on_turn_end(void *arg)
{
    wb_serve *self = arg;

    if (self->resumed)
        turn(self);
    return self->resumed;
}

static void
add(wb_serve *self, int fd, const struct sockaddr *address, socklen_t size)
{
    const int on = 1;

    if (wb_serve_busy(self) >= self->conf.connections_max) {
        self->stats.closed_full++;
        (void)close(fd);
        return;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (MHD_add_connection(self->daemon, fd, address, size) == MHD_YES)
        self->stats.connections++;
    else /* it is closed by then */
        self->stats.closed_full++;
    self->resumed = true;
}

static void
on_listening(void *arg, int listening, uint32_t events)
{
    wb_serve *self = arg;

    (void)events;
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        struct sockaddr_storage from;
        socklen_t size = sizeof from;
        int fd = accept4(listening, (struct sockaddr *)&from, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0)
            return;
        add(self, fd, (const struct sockaddr *)&from, size);
    }
}

/* --- where it listens --- */

/* "host:port" or "[host]:port". */
static wb_rc
split(const char *listen, char host[ADDRESS_MAX], const char **port, wb_err *err)
{
    const char *colon = strrchr(listen, ':');
    size_t len = colon ? (size_t)(colon - listen) : 0;
    bool bracketed = len >= 2 && listen[0] == '[' && listen[len - 1] == ']';

    if (!colon || !colon[1] || len == 0 || len >= ADDRESS_MAX)
        return wb_fail(err, WB_FATAL,
                       "'%s' is no address to listen at: HOST:PORT, as 127.0.0.1:8080", listen);
    (void)snprintf(host, ADDRESS_MAX, "%.*s", (int)(bracketed ? len - 2 : len),
                   listen + (bracketed ? 1 : 0));
    *port = colon + 1;
    return WB_OK;
}

static int
port_of(int fd)
{
    struct sockaddr_storage at = {0};
    socklen_t size = sizeof at;

    if (getsockname(fd, (struct sockaddr *)&at, &size))
        return 0;
    return ntohs(at.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&at)->sin6_port
                                          : ((struct sockaddr_in *)&at)->sin_port);
}

static wb_rc
listen_at(wb_serve *self, const struct addrinfo *at, wb_err *err)
{
    WB_AUTO(wb_fd_close)
    int fd = socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;

    if (fd >= 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (fd < 0 || bind(fd, at->ai_addr, at->ai_addrlen) || listen(fd, BACKLOG))
        return wb_fail(err, WB_FATAL, "nobody can listen at %s: %s", self->conf.listen,
                       strerror(errno));
    self->port = port_of(fd);
    self->listening = wb_fd_take(&fd);
    return wb_loop_watch(self->loop, self->listening, EPOLLIN, on_listening, self, err);
}

static wb_rc
listen_begin(wb_serve *self, wb_err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
                             .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *found = NULL;
    char host[ADDRESS_MAX];
    const char *port = NULL;
    wb_rc rc = split(self->conf.listen, host, &port, err);

    if (rc)
        return rc;
    if (getaddrinfo(host, port, &hints, &found) || !found)
        return wb_fail(err, WB_FATAL,
                       "'%s' is no address to listen at: a number, as 127.0.0.1:8080",
                       self->conf.listen);
    rc = listen_at(self, found, err);
    freeaddrinfo(found);
    return rc;
}

/* --- a server --- */

static void
defaults(wb_serve_conf *conf)
{
    conf->busy_max = conf->busy_max ? conf->busy_max : BUSY_MAX;
    conf->connections_max = conf->connections_max ? conf->connections_max : CONNECTIONS_MAX;
    conf->waiting_max = conf->waiting_max ? conf->waiting_max : WAITING_MAX;
    conf->read_ms = conf->read_ms ? conf->read_ms : READ_MS;
    conf->idle_ms = conf->idle_ms ? conf->idle_ms : IDLE_MS;
    conf->write_ms = conf->write_ms ? conf->write_ms : WRITE_MS;
    conf->body_max = conf->body_max ? conf->body_max : WB_BODY_MAX;
}

static wb_rc
daemon_begin(wb_serve *self, wb_err *err)
{
    self->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
        wb_serve_on_request, self, MHD_OPTION_URI_LOG_CALLBACK, wb_serve_on_uri, self,
        MHD_OPTION_NOTIFY_COMPLETED, wb_serve_on_completed, self, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, self, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)(self->conf.connections_max + self->conf.waiting_max),
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)2 * WB_SERVE_HEAD_MAX,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 0, MHD_OPTION_END);
    if (!self->daemon)
        return wb_fail(err, WB_FATAL, "the HTTP server does not start: %s", strerror(errno));
    self->epoll = MHD_get_daemon_info(self->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    return wb_loop_watch(self->loop, self->epoll, EPOLLIN, on_ready, self, err);
}

wb_rc
wb_serve_open(wb_serve **out, wb_loop *loop, const wb_serve_conf *conf, wb_err *err)
{
    WB_AUTO(wb_serve_close) wb_serve *self = wb_alloc(sizeof *self);
    wb_rc rc;

    self->loop = loop;
    self->conf = *conf;
    self->listening = -1;
    self->epoll = -1;
    self->timer = (wb_timer){.fire = on_timer, .arg = self};
    self->hook = (wb_loop_hook){.rank = 30, .flush = on_turn_end, .arg = self};
    wb_list_init(&self->connections);
    defaults(&self->conf);
    wb_loop_hook_add(loop, &self->hook);
    rc = daemon_begin(self, err);
    if (!rc)
        rc = listen_begin(self, err);
    if (!rc)
        *out = wb_take(&self);
    return rc;
}

void
wb_serve_drain(wb_serve *self)
{
    if (self->listening < 0)
        return;
    self->draining = true;
    wb_loop_unwatch(self->loop, self->listening);
    wb_fd_close(&self->listening);
}

void
wb_serve_close(wb_serve **self_p)
{
    wb_serve *self = *self_p;

    if (!self)
        return;
    wb_serve_drain(self);
    for (wb_link *link = self->connections.next; link != &self->connections; link = link->next)
        wb_serve_resume(WB_CONTAINER(link, wb_serve_connection, link));
    if (self->epoll >= 0)
        wb_loop_unwatch(self->loop, self->epoll);
    wb_timer_stop(self->loop, &self->timer);
    wb_loop_hook_remove(&self->hook);
    if (self->daemon)
        MHD_stop_daemon(self->daemon);
    wb_free(self_p);
}

int
wb_serve_port(const wb_serve *self)
{
    return self->port;
}

void
wb_serve_stat(const wb_serve *self, wb_serve_stats *out)
{
    *out = self->stats;
}
