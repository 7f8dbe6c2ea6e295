/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wire - a PUSH socket to one inlet of another process, which knows when it is connected anew
 *
 * ZeroMQ reconnects by itself and says nothing to the sender; what was in its buffers is gone. The
 * socket's monitor tells of a new connection: only then is anything sent, and its user sends again
 * what has no receipt. High-water marks are off: windows bound what is on a wire. A process that
 * answers no ping for twenty seconds, because it or its host is stopped, is no connection any more.
 */
#ifndef WB_ACTORS_RUNTIME_LANES_WIRE_H
#define WB_ACTORS_RUNTIME_LANES_WIRE_H

#include "actors/runtime/loop/loop.h"
#include "protocol/limits.h"

typedef struct wb_wire wb_wire;
typedef struct wb_wires wb_wires; /* all wires of a process, by endpoint */

/* `zmq` is the ZeroMQ context; it outlives the wires. */
wb_wires *wb_wires_new(wb_loop *loop, void *zmq);
/* Of wires made from now on: how long a silent one lives, instead of 20 s. */
void wb_wires_silent(wb_wires *self, int silent_ms);
/* What was sent in this turn has `linger_ms` to leave. */
void wb_wires_destroy(wb_wires **self_p, int linger_ms);
/* Closes wires that nobody holds and nobody used for ten seconds, drops posts that are too old. */
void wb_wires_sweep(wb_wires *self);

/* The wire to an endpoint, made when there is none. WB_REJECT: neither ipc:// nor tcp://, or too
 * long; WB_FATAL: no more sockets. */
WB_MUST_CHECK wb_rc wb_wires_get(wb_wires *self, wb_wire **out, wb_view endpoint, wb_err *err);

/* A held wire is not swept. */
void wb_wire_hold(wb_wire *self);
void wb_wire_release(wb_wire *self);
/* Called at each new connection, before posts leave. One user. NULL ends it. */
void wb_wire_on_up(wb_wire *self, void (*up)(void *arg), void *arg);
bool wb_wire_connected(const wb_wire *self);
const char *wb_wire_endpoint(const wb_wire *self);

/* Two frames, now. False: not connected, nothing was kept. */
bool wb_wire_send(wb_wire *self, wb_view header, wb_view body);
/* Two frames, now or at the next connection, at the latest `keep_ms` from now. */
void wb_wire_post(wb_wire *self, wb_view header, wb_view body, int64_t keep_ms);
/* Connect anew at once instead of at the next attempt. */
void wb_wire_hurry(wb_wire *self);

#endif
