/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record - the row of a kind: its struct and fields, what it belongs to, its life
 *
 * Whatever differs between orders, shipments and stock is in these rows (records.def, record.c) and
 * in the connectors; mapper, storage, commands and documentation go by the row. A new kind is a
 * line in records.def, a struct with its table of fields, and a row in record.c.
 */
#ifndef WB_PROTOCOL_RECORDS_RECORD_H
#define WB_PROTOCOL_RECORDS_RECORD_H

#include "protocol/records/aim.h"
#include "protocol/records/goods_return.h"
#include "protocol/records/invoice.h"
#include "protocol/records/metric.h"
#include "protocol/records/notice.h"
#include "protocol/records/order.h"
#include "protocol/records/product.h"
#include "protocol/records/shipment.h"
#include "protocol/records/stock.h"

/* What a record belongs to. Shards follow the root, so that what belongs together is in one store,
 * and can be compared in one transaction. */
typedef enum {
    WB_ROOT_ITSELF,
    WB_ROOT_ORDER,     /* an order, that its source names */
    WB_ROOT_CATALOGUE, /* all listings and stock of a tenant */
    WB_ROOT_REPORT,    /* a report of an account, that its source names */
} wb_root_rule;

/* No such member. */
#define WB_RECORD_NOWHERE SIZE_MAX

typedef struct {
    wb_record_kind kind;
    const char *name, *plural, *help;
    wb_root_rule root;
    bool ages;
    const wb_field *fields;
    size_t size; /* of the struct */
    /* Where the struct has them, or WB_RECORD_NOWHERE: */
    size_t external_at;              /* wb_view */
    size_t status_at;                /* int32_t */
    size_t created_at;               /* int64_t: at its source; 0 = not told */
    size_t left_out_at, repaired_at; /* wb_view: filled by wb_connector_map */
    uint8_t type;    /* number of the text by which routes may choose among its records; 0 = none */
    uint8_t facts;   /* number of the field with what the root says (wb_order_facts); 0 = none */
    uint8_t decided; /* ... with what rules decide (wb_decided); 0 = none */
    uint8_t told_back; /* the group that those alone tell who were given the record; 0 = none */
    const char *const *statuses; /* names by number, [0] = ""; NULL = has no life */
    const char *const *groups;   /* names of the owner groups by number, [0] = ""; of the facts:
                                 "order",   of what is decided: "decided" */
    int32_t synced; /* the status that is called "synced" once all targets have it; 0 = none */
    /* What it takes out of its order, so that no other record of its kind has it, too
     * (wb_shipment_line). NULL, the function or what it gives: nothing. */
    const wb_field_list *(*goods)(const void *record);
    size_t goods_at;     /* where the struct has that list, ... */
    uint8_t goods_owner; /* ... and the group that it is */
    /* May one that is `from` be `to` next? NULL = any. */
    bool (*may_become)(int32_t from, int32_t to);
    /* Why nobody can use it, though each of its parts is fine: a literal; NULL = it can be used.
     * NULL as the function: nothing is asked. */
    const char *(*fault)(const void *record);
    /* What of it has to be right at a target that is told no more. NULL = nothing. */
    void (*aim)(const void *record, wb_aim *out);
    /* While it is so, what is told back may make a revision: later nobody does anything about it.
     * NULL = ever. */
    bool (*open)(int32_t status);
    /* A list that tells all there is names it no more: what it is then. NULL = nothing follows. */
    void (*unlisted)(void *record);
    /* A message of a queue, taken as it is: no connector has to map it. Fills the zeroed struct by
     * views into `raw` and `external`, its id. NULL = such records are mapped. */
    void (*as_it_is)(void *record, const wb_envelope *raw, wb_view external);
} wb_record_def;

/* The row of a kind; NULL = no such number. */
const wb_record_def *wb_record_def_of(wb_record_kind kind);

/* "created", ...; "unknown", also of a kind without a life; "?" when there is no such number. */
const char *wb_record_status_name(const wb_record_def *self, int32_t status);

/* "head", "lines", ...; "?" when there is no such group. */
const char *wb_record_group_name(const wb_record_def *self, uint8_t owner);

/* Members of a record of that kind, in its struct; absent ones are empty, 0. */
wb_view wb_record_external(const wb_record_def *self, const void *record);
int32_t wb_record_status(const wb_record_def *self, const void *record);
int64_t wb_record_created(const wb_record_def *self, const void *record);
wb_view wb_record_left_out(const wb_record_def *self, const void *record);
wb_view wb_record_repaired(const wb_record_def *self, const void *record);
/* What routes may choose it by, of a packed record; empty: nothing, or it cannot be read. */
wb_view wb_record_type(const wb_record_def *self, wb_view packed);
/* What the reading of the answer left out and repaired; nothing where it has no place for it. */
void wb_record_set_reading(const wb_record_def *self, void *record, wb_view left_out,
                           wb_view repaired);

/* The root as its source names it. Zeroed: it names none. */
typedef struct {
    wb_view account;  /* the name of one of our accounts, of the same tenant; {NULL, 0} = the one it
                         was read from */
    wb_view external; /* the order's id there; the report's name */
} wb_root_name;

/* Append the printed root key of a record: nothing where it is its own root; tenant, slash and an
 * asterisk for the catalogue of a tenant; an order's key; "TENANT/ACCOUNT/metric/REPORT".
 *
 * WB_REJECT  a root is needed and not named, or cannot be one
 */
WB_MUST_CHECK wb_rc wb_root_print(wb_buf *out, wb_view tenant, wb_view account, wb_record_kind kind,
                                  const wb_root_name *named, wb_err *err);

#endif
