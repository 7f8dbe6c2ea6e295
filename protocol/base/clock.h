/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock - wall time in UTC microseconds, waiting in monotonic milliseconds, and their texts
 */
#ifndef WB_PROTOCOL_BASE_CLOCK_H
#define WB_PROTOCOL_BASE_CLOCK_H

#include "protocol/base/buf.h"

#define WB_US_PER_S INT64_C(1000000)
#define WB_US_PER_MS INT64_C(1000)
#define WB_MS_PER_S INT64_C(1000)
#define WB_TIME_TEXT_MAX 31 /* "2026-01-02T03:04:05.123456Z" and to spare */

/* Now, UTC, microseconds since 1970. May jump; orders nothing but what it names. A test shifts it
 * with the environment variable WB_CLOCK_OFFSET_S (read once). */
int64_t wb_now_utc_us(void);
/* Monotonic; for durations and deadlines only. */
int64_t wb_now_ms(void);
int64_t wb_now_us(void);

/* ISO 8601 / RFC 3339: "2026-01-02T03:04:05[.0-9 digits](Z|+hh:mm|-hh:mm)"; years 1970..2999.
 * WB_REJECT otherwise. Digits beyond microseconds are cut. */
WB_MUST_CHECK wb_rc wb_time_parse(int64_t *out_utc_us, wb_view text, wb_err *err);
/* HTTP date, RFC 9110 IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT". */
WB_MUST_CHECK wb_rc wb_time_parse_http(int64_t *out_utc_us, wb_view text, wb_err *err);

/* "2026-01-02T03:04:05Z", with ".123456" when `us` is wanted. dst: WB_TIME_TEXT_MAX + 1 bytes. */
void wb_time_text(char *dst, int64_t utc_us, bool us);
/* "20260102T030405Z" (AWS). dst: 17 bytes. */
void wb_time_text_compact(char *dst, int64_t utc_us);
/* RFC 9110 date. dst: 30 bytes. */
void wb_time_text_http(char *dst, int64_t utc_us);

#endif
