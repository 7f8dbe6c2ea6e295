/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log - one JSON object a line on standard error: time, level, event, process, then key=value pairs
 *
 *   wb_log(WB_WARN, "order.rejected", "order=%s channel=%s why='%s'", ...);
 *
 * The format is parsed into members; a value in single quotes may hold blanks. No body, token,
 * name or address reaches a log. Lines over 4 KiB are cut.
 */
#ifndef WB_ACTORS_RUNTIME_PROCESS_LOG_H
#define WB_ACTORS_RUNTIME_PROCESS_LOG_H

#include <stdint.h>

#include "protocol/base/error.h"

typedef enum { WB_DEBUG, WB_INFO, WB_WARN, WB_ERROR } wb_log_level;

/* Once, at start. `process` is the instance name. Level and form from the environment:
 * WB_LOG=debug|info|warn|error, WB_LOG_FORM=json|text (text when standard error is a terminal). */
void wb_log_init(const char *process);
void wb_log_set_level(wb_log_level level);
/* The W3C trace id (16 bytes, copied) that lines carry until it is set anew; NULL, or all zero =
 * none. The runtime sets it for as long as one message is worked on. */
void wb_log_trace(const uint8_t *trace);
void wb_log(wb_log_level level, const char *event, const char *fmt, ...) WB_PRINTF(3, 4);

#endif
