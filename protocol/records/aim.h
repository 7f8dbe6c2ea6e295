/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aim - where the goods of an order go, and how many of which: what its target must have right when
 * nothing more is told to it
 *
 * Digests, no more: a buyer's data has its place in the record. 0 = it is not told.
 */
#ifndef WB_PROTOCOL_RECORDS_AIM_H
#define WB_PROTOCOL_RECORDS_AIM_H

#include "protocol/records/order.h"

#define WB_AIM_PLACES 7

typedef struct {
    uint32_t places[WB_AIM_PLACES]; /* who lives there may be told otherwise, or be withheld */
    uint32_t goods; /* of each line, what was ordered and not cancelled; in whatever order */
} wb_aim;

/* `order` is a wb_order (wb_record_def.aim). */
void wb_order_aim(const void *order, wb_aim *out);

/* What one of them does not tell says nothing: channels withhold addresses when they are old. */
bool wb_aim_elsewhere(const wb_aim *self, const wb_aim *than);
bool wb_aim_other_goods(const wb_aim *self, const wb_aim *than);

#endif
