/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zmq - the ZeroMQ sockets of a loop
 *
 * A ZMQ_FD tells edges, and only of what nobody swallowed: any call on a socket (a send, a connect)
 * may take in the news of a message that came, and the descriptor stays silent. So a socket is
 * drained when its descriptor spoke, and all sockets are looked at once more before the loop sleeps
 * (at most once a millisecond: a look costs a system call).
 */
#include <errno.h>
#include <sys/epoll.h>
#include <zmq.h>

#include "actors/runtime/loop/inside.h"
#include "protocol/base/own.h"

typedef struct {
    wb_link link;
    void *socket; /* NULL = removed, freed before the next turn */
    int rank, fd;
    wb_zmq_drain drain;
    void *arg;
    bool due; /* its descriptor spoke, or the last look found something */
} zmq_entry;

static void
on_zmq_fd(void *arg, int fd, uint32_t events)
{
    zmq_entry *entry = arg;

    (void)fd;
    (void)events;
    entry->due = true;
}

static zmq_entry *
find_socket(const wb_loop *self, const void *socket)
{
    for (wb_link *at = self->sockets.next; at != &self->sockets; at = at->next) {
        zmq_entry *entry = WB_CONTAINER(at, zmq_entry, link);

        if (entry->socket == socket)
            return entry;
    }
    return NULL;
}

wb_rc
wb_loop_zmq(wb_loop *self, void *socket, int rank, wb_zmq_drain drain, void *arg, wb_err *err)
{
    wb_link *at = self->sockets.next;
    zmq_entry *entry;
    int fd = -1;
    size_t len = sizeof fd;

    if (zmq_getsockopt(socket, ZMQ_FD, &fd, &len))
        return wb_fail(err, WB_FATAL, "no descriptor of a socket: %s", zmq_strerror(zmq_errno()));
    entry = wb_alloc(sizeof *entry);
    *entry = (zmq_entry){.socket = socket, .rank = rank, .fd = fd, .drain = drain, .arg = arg};
    if (wb_loop_watch(self, fd, EPOLLIN, on_zmq_fd, entry, err)) {
        wb_free(&entry);
        return WB_FATAL;
    }
    while (at != &self->sockets && WB_CONTAINER(at, zmq_entry, link)->rank <= rank)
        at = at->next;
    wb_loop_insert_before(at, &entry->link);
    entry->due = self->again = true; /* it may hold messages already */
    return WB_OK;
}

void
wb_loop_zmq_remove(wb_loop *self, void *socket)
{
    zmq_entry *entry = find_socket(self, socket);

    if (!entry)
        return;
    wb_loop_unwatch(self, entry->fd);
    entry->socket = NULL;
    self->removed = true;
}

/* Something to read? */
static bool
has_input(const zmq_entry *entry)
{
    int events = 0;
    size_t len = sizeof events;

    if (zmq_getsockopt(entry->socket, ZMQ_EVENTS, &events, &len))
        return false; /* the context ends */
    return events & ZMQ_POLLIN;
}

void
wb_loop_drain_sockets(wb_loop *self)
{
    for (wb_link *at = self->sockets.next; at != &self->sockets; at = at->next) {
        zmq_entry *entry = WB_CONTAINER(at, zmq_entry, link);

        if (!entry->socket || !entry->due)
            continue;
        entry->due = false;
        if (has_input(entry) && entry->drain(entry->arg, entry->socket))
            entry->due = self->again = true;
    }
}

void
wb_loop_sweep_sockets(wb_loop *self)
{
    for (wb_link *at = self->sockets.next; at != &self->sockets; at = at->next) {
        zmq_entry *entry = WB_CONTAINER(at, zmq_entry, link);

        if (entry->socket && has_input(entry))
            entry->due = self->again = true;
    }
}

void
wb_loop_free_sockets(wb_loop *self, bool all)
{
    wb_link *next;

    for (wb_link *at = self->sockets.next; at != &self->sockets; at = next) {
        zmq_entry *entry = WB_CONTAINER(at, zmq_entry, link);

        next = at->next;
        if (entry->socket && !all)
            continue;
        wb_list_remove(at);
        wb_free(&entry);
    }
    self->removed = false;
}
