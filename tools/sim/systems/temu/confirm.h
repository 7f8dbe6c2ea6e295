/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confirm - a call that confirms parcels, as it was understood
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_TEMU_CONFIRM_H
#define WB_TOOLS_SIM_SYSTEMS_TEMU_CONFIRM_H

#include "tools/sim/systems/temu/facts.h"

#define WB_SIM_TEMU_BOXES_MAX 32
#define WB_SIM_TEMU_ITEMS_MAX 128
#define WB_SIM_TEMU_EXTRA_MAX 10 /* boxes beside a box */

/* Overruled by confirmAcceptance. */
enum { WB_SIM_TEMU_DENY_CANCEL = 1, WB_SIM_TEMU_DENY_MOVE = 2 };

/* One parcel. Views live as long as the request. */
typedef struct {
    wb_view tracking, warehouse;
    int64_t carrier;
    unsigned denies;
    int main; /* the box that it is an extra one of; -1 = none */
} wb_sim_temu_box;

/* So much of a line in a box. */
typedef struct {
    int box, parent, line;
    int64_t quantity;
} wb_sim_temu_item;

typedef struct {
    int64_t send_type;
    wb_sim_temu_box boxes[WB_SIM_TEMU_BOXES_MAX];
    wb_sim_temu_item items[WB_SIM_TEMU_ITEMS_MAX];
    wb_sim_temu_facts parents[WB_SIM_TEMU_BOXES_MAX]; /* the parent orders, each once */
    int box_count, item_count, parent_count;
} wb_sim_temu_confirm;

/* The request, with its orders looked up: of other malls there are none. false = it is answered. */
bool wb_sim_temu_confirm_read(wb_sim_visit *visit, const wb_sim_temu_seller *seller,
                              wb_sim_temu_confirm *out);

/* What is wrong with a parcel's carrier, number or warehouse. false = it is answered. */
bool wb_sim_temu_check_box(const wb_sim_visit *visit, const wb_sim_temu_box *box);

#endif
