/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sample - what the files of this connector share: the account's options and the operations
 */
#ifndef WB_ACTORS_CONNECTORS_SAMPLE_SAMPLE_H
#define WB_ACTORS_CONNECTORS_SAMPLE_SAMPLE_H

#include "actors/connectors/connector.h"

#define SAMPLE_PAGE_MAX 1000

typedef struct {
    char *url;
    char *token;
    char *hook_secret;
    int64_t page_size;
    bool async;
} sample_options;

typedef wb_rc sample_build_fn(const wb_call *call, wb_request *out, wb_err *err);
typedef wb_rc sample_read_fn(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                             wb_err *err);
/* A document to the record of its kind. `out` is zeroed but for the kind; freed by the caller. */
typedef wb_rc sample_map_fn(wb_json *json, wb_mapped *out, wb_err *err);

/* lists.c: what a list is, and how any is read. */
typedef struct {
    const char *path;   /* behind the URL */
    const char *member; /* of the answer: the array */
    wb_record_kind kind;
    wb_kind as; /* WB_KIND_NOTICE, or WB_KIND_RAW: an element is the whole record */
    /* Its names, of an element; false = it has none that anybody can use. */
    bool (*name)(wb_json *json, wb_json_ref element, wb_outcomes *out, wb_item *item);
    const char *unusable; /* why it is parked then */
} sample_list;

wb_rc sample_list_build(const wb_call *call, const sample_list *list, wb_request *out, wb_err *err);
/* An item for each of them; there is room for all in the arena. */
void sample_list_elements(const sample_list *list, wb_json *json, wb_json_ref elements,
                          wb_outcomes *out);
wb_rc sample_list_read(const wb_call *call, const sample_list *list, const wb_response *resp,
                       wb_outcomes *out, wb_err *err);
/* A text that names something. False = it is there, and is none, or is there twice. */
bool sample_name(wb_json *json, wb_json_ref element, const char *member, wb_view *out);
/* Of what has an `id` and belongs to nothing. */
bool sample_name_by_id(wb_json *json, wb_json_ref element, wb_outcomes *out, wb_item *item);

extern const wb_coverage sample_coverage[]; /* coverage.c */

/* orders.c */
sample_build_fn sample_orders_build, sample_get_build;
sample_read_fn sample_orders_read, sample_get_read;
sample_map_fn sample_map_order;

/* shipments.c */
sample_build_fn sample_shipments_build;
sample_read_fn sample_shipments_read;
sample_map_fn sample_map_shipment;

/* ship.c */
sample_build_fn sample_ship_build;

/* stock.c */
sample_build_fn sample_stock_build;
sample_read_fn sample_stock_read;
sample_map_fn sample_map_stock;

/* listings.c */
sample_build_fn sample_listings_build, sample_show_build;
sample_read_fn sample_listings_read;
sample_map_fn sample_map_listing;
/* Is it known how many it should show? */
bool sample_listing_wants(const wb_envelope *want);

/* A notice for each row of a list of them; room in the arena is reserved before. */
void sample_order_notices(wb_json *json, wb_json_ref rows, wb_outcomes *out);

/* hooks.c */
void sample_verify(const wb_hook *hook, wb_hook_answer *out, wb_outcomes *items);

/* records.c: what is written, and how every write is answered */
/* The body of a record that is written, and its type. */
wb_rc sample_record_body(const wb_call_item *item, wb_request *out, wb_err *err);
sample_build_fn sample_put_build, sample_probe_build;
sample_read_fn sample_put_read, sample_probe_read;

/* tickets.c */
sample_build_fn sample_later_build, sample_tickets_build;
sample_read_fn sample_later_read, sample_tickets_read;

#endif
