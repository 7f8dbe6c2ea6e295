/* SPDX-License-Identifier: Apache-2.0 */
/*
 * play - a configuration of somebody's own, whose accounts this world plays (--play FILE)
 *
 *   {"accounts": [{"name": "shop", "connector": "sample", "target": "1", "seller": 1,
 *                  "options": {...}}],
 *    "goods": [{"sku": "RED-1", "seller": 0, "master": "M-1"},
 *              {"sku": "SET-1", "seller": 2, "parts": [[0, 1], [2, 3]]}, {"master": "M-7"}],
 *    "warehouses": ["1001"], "carriers": ["DHL"]}
 *
 * `seller` is the number of an account that sells, 0 (or absent) of any other. `target` is how this
 * world calls the account where it takes something; of a seller its number. `options` are as they
 * were written, each value a text, and secrets are not among them. A system takes over from these
 * what only the vendor of a real account could know otherwise: its ids of shops, of warehouses, of
 * carriers. `goods` as an assortment (goods.h); parts are pairs of a row and a quantity.
 * `warehouses` and `carriers` are what rules and tables of the configuration call those of the ERP:
 * the first of the warehouses hold what is in stock.
 */
#ifndef WB_TOOLS_SIM_ENGINE_PLAY_H
#define WB_TOOLS_SIM_ENGINE_PLAY_H

#include "protocol/json.h"
#include "tools/sim/engine/goods.h"

typedef struct wb_sim_play wb_sim_play;

/* WB_REJECT: the file cannot be read, or is none of these. */
WB_MUST_CHECK wb_rc wb_sim_play_read(wb_sim_play **out, const char *path, wb_err *err);
void wb_sim_play_destroy(wb_sim_play **self_p);

/* NULL = the usual goods. */
const wb_sim_assortment *wb_sim_play_goods(const wb_sim_play *self);

/* Its document; members of accounts are read from it. */
wb_json *wb_sim_play_json(const wb_sim_play *self);
/* The accounts one after another; begin with WB_JSON_NONE. NONE = that was the last. */
wb_json_ref wb_sim_play_next(const wb_sim_play *self, wb_json_ref account);
/* The seller of that number at a connector; 0 = the first account there that sells nothing. And the
 * account of a target. WB_JSON_NONE = there is none; also without a play. */
wb_json_ref wb_sim_play_account(const wb_sim_play *self, const char *connector, unsigned seller);
wb_json_ref wb_sim_play_target(const wb_sim_play *self, const char *target);
unsigned wb_sim_play_seller(const wb_sim_play *self,
                            wb_json_ref account); /* 0 = it sells nothing */
/* A member of the account, "name" or "options.warehouse_id"; "" = it is not given. */
wb_view wb_sim_play_text(const wb_sim_play *self, wb_json_ref account, const char *path);
/* The k-th (from 0) of "warehouses" or "carriers"; "" = there are fewer. Round and round when
 * `round`. */
wb_view wb_sim_play_word(const wb_sim_play *self, const char *list, size_t k, bool round);

#endif
