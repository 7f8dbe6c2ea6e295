/* SPDX-License-Identifier: Apache-2.0 */
/*
 * endpoint - where inlets are: paths under the run folder, and what may be bound there
 */
#ifndef WB_ACTORS_RUNTIME_LANES_ENDPOINT_H
#define WB_ACTORS_RUNTIME_LANES_ENDPOINT_H

#include <stdbool.h>

#include "protocol/base/buf.h"

/* Make the run folder (0700), or see that it is ours alone. WB_FATAL otherwise. */
WB_MUST_CHECK wb_rc wb_run_dir_open(const char *run_dir, wb_err *err);

/* "ipc://<run_dir>/<name>.<what>" into dst. WB_FATAL: its path is longer than a socket's may be
 * (107 bytes); names the path. */
WB_MUST_CHECK wb_rc wb_inlet_endpoint(char *dst, size_t size, const char *run_dir, const char *name,
                                      const char *what, wb_err *err);

/* Bind, unless somebody listens there already: ZeroMQ would take the path away from him. WB_FATAL:
 * in use, or it cannot be bound. */
WB_MUST_CHECK wb_rc wb_endpoint_bind(void *socket, const char *endpoint, wb_err *err);

/* Does somebody accept connections at this ipc endpoint? */
bool wb_endpoint_alive(const char *endpoint);

/* Remove the sockets that ended tools left in the run folder. */
void wb_run_dir_sweep(const char *run_dir);

#endif
