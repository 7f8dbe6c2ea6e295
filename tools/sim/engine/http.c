/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http - an HTTP/1.1 server on one epoll set: keep-alive, pipelining, thousands of connections
 *
 * One thread. A connection has one request with its handler at a time; what a client pipelines
 * waits in the input buffer. Connections that end in the middle of a turn are freed at its end, for
 * the set may still have told events of theirs.
 */
#include "tools/sim/engine/http.h"

#include "protocol/base/clock.h"
#include "protocol/base/list.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/engine/answer.h"
#include "tools/sim/engine/parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_MAX 256
#define READ_LEN 8192

struct wb_sim_http {
    int listen_fd, epoll_fd;
    wb_sim_timers *timers;
    wb_sim_handler *handler;
    void *arg;
    wb_link conns, dead;
    size_t count, peak;
    int64_t date_s;
    char date[30];
};

struct wb_sim_conn {
    wb_sim_http *http;
    wb_link link; /* in conns, or in dead */
    int fd;
    bool busy;    /* a request is with its handler, or its answer waits */
    bool inside;  /* the handler is on the stack */
    bool closing; /* ends when `out` is sent */
    bool dead, wants_out;
    wb_buf in, out;
    size_t at, sent; /* read up to here; sent up to here */
    size_t held;     /* `out` is complete up to here; beyond is a delayed answer */
    wb_sim_timer due;
    int64_t delay_ms;
    wb_sim_shape shape;
    bool gzip;
    void *owner;
    void (*gone)(void *owner);
};

static void conn_work(wb_sim_conn *self);

static void
conn_free(wb_sim_conn *self)
{
    wb_list_remove(&self->link);
    wb_buf_fini(&self->in);
    wb_buf_fini(&self->out);
    wb_free(&self);
}

static void
conn_end(wb_sim_conn *self)
{
    if (self->dead)
        return;
    self->dead = true;
    if (self->gone)
        self->gone(self->owner);
    self->gone = NULL;
    wb_sim_timer_stop(self->http->timers, &self->due);
    wb_fd_close(&self->fd);
    self->http->count--;
    wb_list_remove(&self->link);
    wb_list_append(&self->http->dead, &self->link);
}

static void
conn_watch(wb_sim_conn *self, bool out)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = self};

    if (self->wants_out == out)
        return;
    self->wants_out = out;
    if (out)
        event.events |= EPOLLOUT;
    (void)epoll_ctl(self->http->epoll_fd, EPOLL_CTL_MOD, self->fd, &event);
}

static void
conn_flush(wb_sim_conn *self)
{
    while (!self->dead && self->sent < self->held) {
        ssize_t n = send(self->fd, self->out.data + self->sent, self->held - self->sent,
                         MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            conn_watch(self, true);
            return;
        }
        if (n < 0) {
            conn_end(self);
            return;
        }
        self->sent += (size_t)n;
    }
    if (self->dead || self->held < self->out.len)
        return;
    wb_buf_clear(&self->out);
    self->sent = self->held = 0;
    conn_watch(self, false);
    if (self->closing)
        conn_end(self);
}

/* The answer is complete and may leave: the next pipelined request has its turn. */
static void
conn_release(wb_sim_conn *self)
{
    self->held = self->out.len;
    self->busy = false;
    self->delay_ms = 0;
    self->shape = WB_SIM_WHOLE;
    self->gzip = false;
    if (self->inside)
        return;
    conn_work(self);
    conn_flush(self);
}

static void
conn_due(wb_sim_timer *timer)
{
    conn_release(WB_CONTAINER(timer, wb_sim_conn, due));
}

static const char *
http_date(wb_sim_http *self)
{
    int64_t now_utc_us = wb_now_utc_us();

    if (now_utc_us / WB_US_PER_S != self->date_s) {
        self->date_s = now_utc_us / WB_US_PER_S;
        wb_time_text_http(self->date, now_utc_us);
    }
    return self->date;
}

void
wb_sim_http_answer(wb_sim_conn *conn, const wb_sim_answer *answer)
{
    size_t begin = conn->out.len;

    conn->gone = NULL;
    if (conn->shape == WB_SIM_NOTHING)
        wb_sim_http_cut(conn);
    if (conn->dead)
        return;
    for (int i = 0; i < (conn->shape == WB_SIM_TWICE ? 2 : 1); i++)
        wb_sim_answer_write(&conn->out, answer,
                            &(wb_sim_how){
                                .date = http_date(conn->http),
                                .closing = conn->closing,
                                .gzip = conn->gzip,
                            });
    if (conn->shape == WB_SIM_HALF) {
        conn->out.len = begin + (conn->out.len - begin) / 2;
        conn->closing = true;
    }
    if (conn->delay_ms == 0)
        conn_release(conn);
    else if (conn->delay_ms > 0)
        wb_sim_timer_set(conn->http->timers, &conn->due, wb_now_ms() + conn->delay_ms);
}

void
wb_sim_http_cut(wb_sim_conn *conn)
{
    struct linger hard = {.l_onoff = 1, .l_linger = 0};

    conn->gone = NULL;
    if (conn->dead)
        return;
    /* A reset, not an orderly end: that is what a broken connection looks like. */
    (void)setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    conn_end(conn);
}

void
wb_sim_http_delay(wb_sim_conn *conn, int64_t ms)
{
    conn->delay_ms = ms;
}

int64_t
wb_sim_http_delayed(const wb_sim_conn *conn)
{
    return conn->delay_ms;
}

void
wb_sim_http_shape(wb_sim_conn *conn, wb_sim_shape shape)
{
    conn->shape = shape;
}

void
wb_sim_http_gzip(wb_sim_conn *conn)
{
    conn->gzip = true;
}

void
wb_sim_http_hold(wb_sim_conn *conn, void *owner, void (*gone)(void *owner))
{
    conn->owner = owner;
    conn->gone = gone;
}

static void
conn_refuse(wb_sim_conn *self, int status)
{
    self->closing = true;
    self->at = self->in.len;
    wb_sim_http_answer(self, &(wb_sim_answer){.status = status});
}

/* Hand over one request if it is complete; false = wait for more bytes. */
static bool
conn_step(wb_sim_conn *self)
{
    wb_view rest = {self->in.data + self->at, self->in.len - self->at};
    wb_sim_parsed parsed = {0};

    wb_sim_parse(&parsed, rest);
    if (parsed.refuse) {
        conn_refuse(self, parsed.refuse);
        return false;
    }
    if (parsed.wants_continue)
        (void)send(self->fd, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (!parsed.used)
        return false;
    self->at += parsed.used;
    self->closing = parsed.close;
    self->busy = true;
    self->http->handler(self->http->arg, self, &parsed.request);
    return true;
}

static void
conn_work(wb_sim_conn *self)
{
    self->inside = true;
    while (!self->busy && !self->dead && !self->closing && self->at < self->in.len)
        if (!conn_step(self))
            break;
    self->inside = false;
    if (self->at == self->in.len) {
        wb_buf_clear(&self->in);
    } else if (self->at > 0) {
        memmove(self->in.data, self->in.data + self->at, self->in.len - self->at);
        self->in.len -= self->at;
    }
    self->at = 0;
}

static void
conn_read(wb_sim_conn *self)
{
    for (;;) {
        char *room = wb_buf_room(&self->in, READ_LEN);
        if (!room) {
            conn_end(self); /* more than one whole request waits behind an unanswered one */
            return;
        }
        size_t len = self->in.cap - self->in.len - 1;
        ssize_t n = recv(self->fd, room, len, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            break;
        if (n <= 0) {
            conn_end(self);
            return;
        }
        wb_buf_grew(&self->in, (size_t)n);
        if ((size_t)n < len)
            break;
    }
    if (!self->busy)
        conn_work(self);
    conn_flush(self);
}

static void
conn_born(wb_sim_http *http, int fd)
{
    wb_sim_conn *self = wb_alloc(sizeof *self);
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = self};
    int on = 1;

    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    self->http = http;
    self->fd = fd;
    self->due.fire = conn_due;
    wb_buf_init(&self->in, WB_SIM_REQUEST_MAX + READ_LEN);
    wb_buf_init(&self->out, SIZE_MAX / 2);
    wb_list_append(&http->conns, &self->link);
    http->count++;
    if (http->count > http->peak)
        http->peak = http->count;
    if (epoll_ctl(http->epoll_fd, EPOLL_CTL_ADD, fd, &event))
        conn_end(self);
}

static void
http_accept(wb_sim_http *self)
{
    int fd;

    while ((fd = accept4(self->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (self->count < WB_SIM_CONNS_MAX)
            conn_born(self, fd);
        else
            wb_fd_close(&fd);
    }
}

static void
http_event(wb_sim_http *self, const struct epoll_event *event)
{
    wb_sim_conn *conn = event->data.ptr;

    if (!conn) {
        http_accept(self);
        return;
    }
    if (!conn->dead && (event->events & EPOLLOUT))
        conn_flush(conn);
    if (!conn->dead && (event->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)))
        conn_read(conn);
}

void
wb_sim_http_turn(wb_sim_http *self, int64_t wait_ms)
{
    struct epoll_event events[EVENTS_MAX];
    int n = epoll_wait(self->epoll_fd, events, EVENTS_MAX, (int)wait_ms);

    for (int i = 0; i < n; i++)
        http_event(self, &events[i]);
    while (!wb_list_empty(&self->dead))
        conn_free(WB_CONTAINER(self->dead.next, wb_sim_conn, link));
}

void
wb_sim_http_serve(wb_sim_http *self, wb_sim_handler *handler, void *arg)
{
    self->handler = handler;
    self->arg = arg;
}

size_t
wb_sim_http_count(const wb_sim_http *self)
{
    return self->count;
}

size_t
wb_sim_http_peak(const wb_sim_http *self)
{
    return self->peak;
}

static wb_rc
http_listen(wb_sim_http *self, const char *host, int *port, wb_err *err)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    struct epoll_event event = {.events = EPOLLIN};
    socklen_t len = sizeof addr;
    int on = 1;

    if (inet_pton(AF_INET, host, &addr.sin_addr) != 1)
        return wb_fail(err, WB_FATAL, "'%s' is not an IPv4 address", host);
    self->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    self->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (self->listen_fd < 0 || self->epoll_fd < 0)
        return wb_fail(err, WB_FATAL, "no socket: %s", strerror(errno));
    (void)setsockopt(self->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    /* On a loopback there is nothing to pace, and a host whose default paces pays for it in timers.
     */
    (void)setsockopt(self->listen_fd, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
    if (bind(self->listen_fd, (struct sockaddr *)&addr, len) || listen(self->listen_fd, 4096))
        return wb_fail(err, WB_FATAL, "cannot listen on %s:%d: %s", host, *port, strerror(errno));
    if (getsockname(self->listen_fd, (struct sockaddr *)&addr, &len) ||
        epoll_ctl(self->epoll_fd, EPOLL_CTL_ADD, self->listen_fd, &event))
        return wb_fail(err, WB_FATAL, "cannot watch %s:%d: %s", host, *port, strerror(errno));
    *port = ntohs(addr.sin_port);
    return WB_OK;
}

wb_rc
wb_sim_http_open(wb_sim_http **out, const char *host, int *port, wb_sim_timers *timers, wb_err *err)
{
    WB_AUTO(wb_sim_http_close) wb_sim_http *self = wb_alloc(sizeof *self);

    self->listen_fd = self->epoll_fd = -1;
    self->timers = timers;
    wb_list_init(&self->conns);
    wb_list_init(&self->dead);
    wb_rc rc = http_listen(self, host, port, err);
    if (rc)
        return rc;
    *out = wb_take(&self);
    return WB_OK;
}

void
wb_sim_http_close(wb_sim_http **self_p)
{
    wb_sim_http *self = *self_p;

    if (!self)
        return;
    while (!wb_list_empty(&self->conns))
        conn_end(WB_CONTAINER(self->conns.next, wb_sim_conn, link));
    while (!wb_list_empty(&self->dead))
        conn_free(WB_CONTAINER(self->dead.next, wb_sim_conn, link));
    wb_fd_close(&self->listen_fd);
    wb_fd_close(&self->epoll_fd);
    wb_free(self_p);
}
