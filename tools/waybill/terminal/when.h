/* SPDX-License-Identifier: Apache-2.0 */
/*
 * when - a time that a person gives: 2026-01-02T03:04:05Z, or a date, which is its beginning
 */
#ifndef WB_TOOLS_WAYBILL_TERMINAL_WHEN_H
#define WB_TOOLS_WAYBILL_TERMINAL_WHEN_H

#include <stdbool.h>
#include <stdint.h>

/* NULL = not given, and *out stays. False: told on standard error. */
bool wb_when_read(int64_t *out_utc_us, const char *command, const char *option, const char *text);

#endif
