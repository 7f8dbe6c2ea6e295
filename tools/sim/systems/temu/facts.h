/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts - what a parent order is at the moment, in numbers
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_TEMU_FACTS_H
#define WB_TOOLS_SIM_SYSTEMS_TEMU_FACTS_H

#include "tools/sim/engine/ids.h"
#include "tools/sim/engine/reading.h"
#include "tools/sim/systems/temu/temu.h"

enum {
    WB_SIM_TEMU_PENDING = 1,
    WB_SIM_TEMU_UN_SHIPPING = 2,
    WB_SIM_TEMU_CANCELED = 3,
    WB_SIM_TEMU_SHIPPED = 4,
    WB_SIM_TEMU_PARTLY = 41,
};

typedef struct {
    uint32_t order, version;
    int status; /* of the parent order */
    int count;
    int line_status[WB_SIM_LINES_MAX];
    wb_sim_line lines[WB_SIM_LINES_MAX];
    int64_t created_utc_us, updated_utc_us;
    int64_t shipped_utc_us; /* 0 = something of it is not */
    bool asks_to_cancel, asks_to_move;
} wb_sim_temu_facts;

/* When something of it changed last: in the marketplace, or by a confirmation. */
int64_t wb_sim_temu_updated_utc_us(const wb_sim_temu *self, const wb_sim_found *at);
void wb_sim_temu_facts_of(const wb_sim_temu *self, const wb_sim_found *at, wb_sim_temu_facts *out);
int64_t wb_sim_temu_confirmed_utc_us(const wb_sim_temu_facts *self); /* not pending any more */
int64_t wb_sim_temu_ship_by_utc_us(const wb_sim_temu_facts *self);

/* The order whose buyer bought this one too: some buy twice, and one parcel can hold both. */
uint32_t wb_sim_temu_buyer(const wb_sim_temu *self, uint32_t order);

/* "111-2222222-3333333-1": the order (O) of a line, which counts from 0. */
#define WB_SIM_TEMU_SN_MAX 32
void wb_sim_temu_sn(const wb_sim_temu *self, char dst[WB_SIM_TEMU_SN_MAX], uint32_t order,
                    int line);
/* Of this parent order; -1 = none of its lines is called so. */
int wb_sim_temu_line(const wb_sim_temu *self, const wb_sim_temu_facts *facts, wb_view sn);

/* Was a label of the channel bought for it, and is it not confirmed yet? Its number. */
#define WB_SIM_TEMU_LABEL_MAX 32
bool wb_sim_temu_label(const wb_sim_temu *self, const wb_sim_temu_facts *facts,
                       char dst[WB_SIM_TEMU_LABEL_MAX]);

int64_t wb_sim_temu_sku_id(uint32_t goods);
int64_t wb_sim_temu_goods_id(uint32_t goods);

#endif
