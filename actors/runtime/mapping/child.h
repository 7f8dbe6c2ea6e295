/* SPDX-License-Identifier: Apache-2.0 */
/*
 * child - a process in a box, at the other end of a socket
 */
#ifndef WB_ACTORS_RUNTIME_MAPPING_CHILD_H
#define WB_ACTORS_RUNTIME_MAPPING_CHILD_H

#include <sys/types.h>

#include "protocol/base/error.h"

typedef struct {
    pid_t pid; /* 0 = none */
    int fd;    /* its standard input and output; does not block */
} wb_child;

/* Memory in bytes. WB_RETRY: not now (no process, no descriptor); WB_FATAL: it is not there. What
 * fails behind the exec shows as the end of `fd`. */
WB_MUST_CHECK wb_rc wb_child_start(wb_child *out, const char *path, size_t memory, wb_err *err);
/* It is gone when this returns; harmless without one. `fd` must not be watched any more. */
void wb_child_end(wb_child *self);

#endif
