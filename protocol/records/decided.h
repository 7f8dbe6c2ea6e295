/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decided - what the rules of the configuration decide of a record for one target, put in when it
 * leaves
 *
 * Which warehouse an order leaves from, by which shipping method, which master SKU a line is, which
 * id a carrier has at the channel. Like the facts of a root (facts.h) it is not the record's: it is
 * not kept and makes no revision; nobody observes it. Every target is told what was decided for
 * itself. A text that is empty was not decided: then the target's own options say it.
 *
 * A target reads the group where its operation's `reads` names WB_OWNS_DECIDED; only there another
 * decision makes an update of what the target has.
 */
#ifndef WB_PROTOCOL_RECORDS_DECIDED_H
#define WB_PROTOCOL_RECORDS_DECIDED_H

#include "protocol/canonical.h"

/* Goods of a line of the order in the target's own words. A bundle has several rows of one line;
 * a line without a row is as the order says it. */
typedef struct {
    wb_view line_id;   /* the order's */
    wb_view sku;       /* the master SKU */
    wb_count quantity; /* pieces of the master in all of the line: its quantity times the factor */
} wb_decided_line;

/* The carrier of a parcel, where a shipment tells several. */
typedef struct {
    wb_view parcel_id, carrier;
} wb_decided_parcel;

typedef struct {
    wb_view value;
} wb_decided_tag;

typedef struct {
    wb_view warehouse;     /* of an order: the target's id of the place that it leaves from */
    wb_view logistics;     /* ... of its shipping method */
    wb_view tax;           /* ... of the strategy by which it is taxed */
    wb_view carrier;       /* of a shipment: the target's id of its carrier */
    wb_field_list parcels; /* wb_decided_parcel: of those parcels that tell a carrier */
    wb_field_list lines;   /* wb_decided_line */
    wb_field_list tags;    /* wb_decided_tag */
    wb_view flagged;       /* its money does not add up, in these numbers; it leaves all the same */
} wb_decided;

extern const wb_field wb_decided_fields[];

/* The group of decisions, of every kind that has them; and its number in an order and a shipment.
 */
#define WB_OWNS_DECIDED 15
#define WB_ORDER_DECIDED 45
#define WB_SHIPMENT_DECIDED 22

/* Has this kind such a group (wb_record_def.decided)? */
bool wb_decided_any(wb_record_kind kind);
/* The packed record with its group filled, appended to `out`; what else it says is as it was.
 * `kind` has decisions. Nothing decided: the record as it is. */
WB_MUST_CHECK wb_rc wb_decided_fill(wb_record_kind kind, const wb_decided *decided, wb_view record,
                                    wb_buf *out, wb_err *err);

#endif
