/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample - what the files of this connector share: the account's options and the operations
 */
#ifndef WB_ACTORS_CONNECTORS_SAMPLE_SAMPLE_H
#define WB_ACTORS_CONNECTORS_SAMPLE_SAMPLE_H

#include "actors/connectors/connector.h"

#define SAMPLE_PAGE_MAX 1000
#define SAMPLE_SALES "sales"          /* the report that is read */
#define SAMPLE_DIGEST_LEN 64          /* SHA-256 in hex */
#define SAMPLE_DAYS_MAX 31            /* of a month */
#define SAMPLE_TOKEN_MS 60000         /* a token whose end is not told */
#define SAMPLE_SECONDS_MAX 1000000000 /* that anybody may tell us */

typedef struct {
    char *url;
    char *token;
    char *grant;
    char *hook_secret;
    int64_t page_size;
    int64_t report_wait;
    bool async;
} sample_options;

typedef wb_rc sample_build_fn(const wb_call *call, wb_request *out, wb_err *err);
typedef wb_rc sample_read_fn(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                             wb_err *err);
/* A document to the record of its kind. `out` is zeroed but for the kind; freed by the caller. */

/* names.c */
/* A text that names something. False = it is there, and is none, or is there twice. */
bool sample_name(wb_json *json, wb_json_ref element, const char *member, wb_view *out);
/* Of what has an `id` and belongs to nothing. */
bool sample_name_by_id(wb_json *json, wb_json_ref element, wb_outcomes *out, wb_item *item);

/* lists.c: what a list is, and how any is read. Each stands in the file of its entity. */
typedef struct {
    const char *pull;   /* its operation */
    const char *path;   /* behind the URL */
    const char *member; /* of the answer: the array */
    wb_record_kind kind;
    wb_kind as; /* WB_KIND_NOTICE, or WB_KIND_RAW: an element is the whole record */
    /* Its names, of an element; false = it has none that anybody can use. */
    bool (*name)(wb_json *json, wb_json_ref element, wb_outcomes *out, wb_item *item);
    const char *unusable; /* why it is parked then */
} sample_list;

extern const sample_list sample_orders, sample_listings, sample_shipments, sample_stock;

sample_build_fn sample_list_build; /* a page of the list that the operation reads */
sample_read_fn sample_list_read;
/* An item for each of them; there is room for all in the arena. */
void sample_list_elements(const sample_list *list, wb_json *json, wb_json_ref elements,
                          wb_outcomes *out);
extern const wb_coverage sample_coverage[]; /* coverage.c */

/* orders.c */
sample_build_fn sample_get_build;
sample_read_fn sample_get_read;
wb_map_fn sample_map_order;

/* shipments.c */
wb_map_fn sample_map_shipment;

/* ship.c */
sample_build_fn sample_ship_build;

/* stock.c */
wb_map_fn sample_map_stock;

/* listings.c */
sample_build_fn sample_show_build;
wb_map_fn sample_map_listing;
/* Is it known how many it should show? */
bool sample_listing_wants(const wb_envelope *want);

/* reports.c: a report as its cursor knows it. Views are the cursor's, or an answer's. */
typedef enum {
    SAMPLE_REPORT_CREATE, /* there is no cursor */
    SAMPLE_REPORT_GET,
    SAMPLE_REPORT_DOCUMENT,
    SAMPLE_REPORT_ROWS,
} sample_report_step;
typedef struct {
    int64_t step;
    int64_t asked_utc_us, made_utc_us;
    int64_t moves; /* how often the document's URL had ended */
    wb_view id, document, url, sha256;
    wb_view columns; /* of the document: its first line */
    wb_view before;  /* the name of the record that the last piece ended with */
} sample_report;
/* Zeroed without a cursor. false = it is none that we wrote. */
bool sample_report_of(wb_view cursor, sample_report *out);
void sample_report_pack(const sample_report *self, sample_report_step step, wb_buf *out);
/* The cursor of the next page; reserves the arena for it alone. */
void sample_report_next(const sample_report *self, sample_report_step step, wb_outcomes *out);
const char *sample_page_op(const void *options, const wb_stream *stream, wb_view cursor);
sample_build_fn sample_create_build, sample_wait_build, sample_document_build, sample_rows_build;
sample_read_fn sample_create_read, sample_wait_read, sample_document_read, sample_rows_read;

/* rows.c */
wb_rc sample_rows_slice(const wb_call *call, const wb_piece *piece, wb_outcomes *out, wb_err *err);

/* metrics.c */
void sample_metric_name(wb_buf *out, wb_view month, wb_view sku);
wb_map_fn sample_map_metric;

/* tokens.c */
sample_build_fn sample_token_build;
sample_read_fn sample_token_read;

/* hooks.c */
void sample_verify(const wb_hook *hook, wb_hook_answer *out, wb_outcomes *items);

/* records.c: what is written, and how every write is answered */
/* Makes a write of a request: `once` is the key by which the other side knows a repeat; {NULL, 0} =
 * it knows none. */
void sample_write(wb_request *out, wb_view once);
wb_rc sample_record_body(const wb_call_item *item, wb_request *out, wb_err *err);
sample_build_fn sample_put_build, sample_probe_build;
sample_read_fn sample_put_read, sample_probe_read;

/* tickets.c */
sample_build_fn sample_later_build, sample_tickets_build;
sample_read_fn sample_later_read, sample_tickets_read;

#endif
