/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics - what processes say of themselves, as Prometheus reads it
 *
 * The table is metrics.def. Two forms: the text format 0.0.4, which every scraper reads, and
 * OpenMetrics 1.0 for those that ask for it. Numbers are written from integers, never through a
 * double. Of two processes with one name, or two rows with the same labels, the first counts: a
 * scraper refuses an answer with a series that is there twice as a whole.
 */
#ifndef WB_ACTORS_GATEWAY_METRICS_H
#define WB_ACTORS_GATEWAY_METRICS_H

#include "protocol/json.h"

#define WB_METRICS_TEXT "text/plain; version=0.0.4; charset=utf-8"
#define WB_METRICS_OPEN "application/openmetrics-text; version=1.0.0; charset=utf-8"

/* One process: what it answered, or, with json NULL, that it did not. */
typedef struct {
    const char *instance;
    wb_json *json; /* read; its root is the answer to call.status */
} wb_metrics_of;

/* Appended; `out` knows its ceiling. */
void wb_metrics_put(wb_buf *out, const wb_metrics_of *processes, size_t count, bool open);
/* Whether a scraper that sends this Accept header is told OpenMetrics. */
bool wb_metrics_open(wb_view accept);

#endif
