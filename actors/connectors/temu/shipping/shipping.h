/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shipping - what an ERP has shipped, confirmed at Temu: gathered by order or by parcel, looked
 * for, and put right
 */
#ifndef WB_ACTORS_CONNECTORS_TEMU_SHIPPING_SHIPPING_H
#define WB_ACTORS_CONNECTORS_TEMU_SHIPPING_SHIPPING_H

#include "actors/connectors/temu/temu.h"

#define TEMU_SET_MAX 50   /* shipments of one order in one call */
#define TEMU_BOXES_MAX 10 /* boxes beside the first one */

/* boxes.c */
typedef struct {
    wb_view tracking, carrier; /* the ERP's name of it */
    wb_view carrier_id; /* Temu's, by a rule of the configuration; {NULL, 0} = there is none */
} temu_box;
wb_view temu_tracking_of(const wb_shipment *shipment); /* of its first box */
/* Its first box, and those beside it with numbers of their own; how many there are, which may be
 * more than have room. */
size_t temu_boxes_of(const wb_shipment *shipment, temu_box out[TEMU_BOXES_MAX + 1]);
/* Temu's id of a carrier that a rule, or the account, says; {NULL, 0} = none of them does. */
wb_view temu_carrier_told(const temu_options *options, const temu_box *box);
/* Members of an open object: carrier (whose key calls spell differently), tracking number,
 * warehouse. WB_REJECT: there is none of them. */
wb_rc temu_put_box(const temu_options *options, const temu_box *box, const char *carrier_key,
                   wb_json_writer *writer, wb_err *err);

/* ship.c, ship_lines.c, confirm.c */
temu_build_fn temu_ship_build, temu_shipped_build;
temu_read_fn temu_ship_read, temu_shipped_read, temu_again_read;

/* shown.c, correct.c: what Temu shows of a shipment that was confirmed asks for a step, whose
 * operation the cursor names, with a package and the number of a box for each: "shipments.edit
 * PK-1=0 PK-2=1" writes these over, and ends with TEMU_AND_BOXES when others are to be added after
 * that; "shipments.box PK-1=2" adds that box beside the package. */
#define TEMU_EDIT "shipments.edit"
#define TEMU_BOX "shipments.box"
#define TEMU_AND_BOXES " +"
temu_build_fn temu_edit_build, temu_boxed_build;
temu_read_fn temu_edit_read, temu_boxed_read;
/* What a refusal of a confirmation, or of a change of one, means for all items of the call. */
void temu_ship_refuse(const wb_call *call, int64_t code, const char *why, wb_outcomes *out);
void temu_ship_gather(const void *options, const wb_envelope *want, wb_buf *out);
void temu_ship_whole(const wb_call *call, int64_t waited_ms, wb_set *out);

/* Shipments of one order, and which of its lines they are. */
typedef struct {
    wb_shipment *shipments;
    size_t count;
    int64_t *left;  /* of each line of the order, what is in none of them yet */
    int64_t *taken; /* [shipment][line]: as Temu counts it, sold units that are whole with it */
    size_t lines;
    size_t newest; /* whose facts of the order count */
} temu_set;
const wb_order_facts_line *temu_set_lines(const temu_set *self);
/* WB_REJECT: one cannot be read, or has what its order has no line for. Freed by temu_set_fini,
 * also then. */
wb_rc temu_set_open(temu_set *self, const wb_call *call, wb_err *err);
void temu_set_fini(temu_set *self);
/* Is everything of the order in them? */
bool temu_set_whole(const temu_set *self);

/* parcel.c */
/* One parcel of the call: the first of its tracking number, and something of the order is in it.
 * Pieces of goods that are sold together only are nothing of it before the last of them goes. */
bool temu_is_parcel(const temu_set *self, size_t at);
/* What of a set is in the parcel of its shipment `at`, as rows of an open list; the pieces. */
int64_t temu_put_lines(const temu_set *self, size_t at, const char *order, wb_json_writer *writer);
void temu_put_acceptance(const temu_options *options, wb_json_writer *writer);
wb_rc temu_check_back(const wb_shipment *shipment, wb_err *err); /* WB_REJECT: called back */

/* combine.c: one parcel with several orders in it */
/* An order that is whole in this one shipment may share its parcel: false = it does not. */
bool temu_combine_gather(const temu_options *options, const wb_envelope *want, wb_buf *out);
/* False: it is a set of one order's own. */
bool temu_combine_whole(const wb_call *call, int64_t waited_ms, wb_set *out);
bool temu_is_combined(const wb_call *call); /* shipments of more orders than one */
wb_rc temu_put_combined(const wb_call *call, wb_json_writer *writer, wb_err *err);

#endif
