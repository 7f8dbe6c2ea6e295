/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ids - the number of an order as the id that the marketplace shows, and back
 */
#ifndef WB_TOOLS_SIM_ENGINE_IDS_H
#define WB_TOOLS_SIM_ENGINE_IDS_H

#include "protocol/base/buf.h"

#define WB_SIM_ID_LEN 19 /* 3-7-7 digits */
#define WB_SIM_NO_ORDER UINT32_MAX

/* Ids of a real shop look random, so a store that keeps them in order touches another page for
 * each. `rising` gives them in order instead. dst: WB_SIM_ID_LEN + 1 bytes. */
void wb_sim_id(char *dst, uint64_t seed, bool rising, uint32_t number);
/* WB_SIM_NO_ORDER: not an id of this seed. */
uint32_t wb_sim_id_number(wb_view id, uint64_t seed, bool rising);

#endif
