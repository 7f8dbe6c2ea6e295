/* SPDX-License-Identifier: Apache-2.0 */
/*
 * goods - what is sold in this world: what the shops call it, what the ERP calls it, what it is
 * made of
 *
 * Usually all of it is made up, and goods bear one name on both sides but for bundles, where these
 * are played (cases.h). With an assortment (--play) names and parts are somebody's own table of
 * SKUs.
 */
#ifndef WB_TOOLS_SIM_ENGINE_GOODS_H
#define WB_TOOLS_SIM_ENGINE_GOODS_H

#include "protocol/base/map.h"
#include "tools/sim/engine/market.h"

#define WB_SIM_PARTS_MAX 8
#define WB_SIM_SKU_ROOM 16

typedef struct {
    uint32_t goods;
    int64_t quantity;
} wb_sim_goods_part;

/* One row of an assortment. */
typedef struct {
    char *sku;       /* as shops call it; NULL = no shop sells it */
    char *master;    /* as the ERP calls it; NULL = it has none, only the parts of it */
    unsigned seller; /* who alone sells it, from 1; 0 = all do */
    wb_sim_goods_part parts[WB_SIM_PARTS_MAX]; /* of rows with a master: itself, once */
    int count;
} wb_sim_article;

struct wb_sim_assortment {
    wb_sim_article *rows;
    uint32_t count;
    wb_map *by_master; /* -> row */
};

/* Of what goods of the shops are made at the ERP: themselves, or a bundle's parts. */
int wb_sim_goods_parts(const wb_sim_market *market, uint32_t goods,
                       wb_sim_goods_part parts[WB_SIM_PARTS_MAX]);
/* How many there are of goods that are no bundle. */
typedef int64_t wb_sim_goods_pieces(const void *arg, uint32_t goods);
/* Of a bundle as many as the scarcest of its parts is enough for. */
int64_t wb_sim_goods_enough(const wb_sim_market *market, uint32_t goods,
                            wb_sim_goods_pieces *pieces, const void *arg);
bool wb_sim_goods_bundled(const wb_sim_market *market, uint32_t goods);
/* Does this seller (from 1) offer it? */
bool wb_sim_goods_sold(const wb_sim_market *market, uint32_t goods, unsigned seller);
/* "SKU-00012", of a bundle "SET-00015", or as the assortment says: as the shops call them. `room`
 * is for names that are made up. */
const char *wb_sim_goods_sku(const wb_sim_market *market, uint32_t goods,
                             char room[WB_SIM_SKU_ROOM]);
/* As the ERP calls it, else as the shops do. */
const char *wb_sim_goods_held(const wb_sim_market *market, uint32_t goods,
                              char room[WB_SIM_SKU_ROOM]);
/* As the ERP calls it; NULL = it has no such goods. */
const char *wb_sim_goods_master(const wb_sim_market *market, uint32_t goods,
                                char room[WB_SIM_SKU_ROOM]);
/* The goods that the ERP calls so; WB_SIM_NO_ORDER = none. */
uint32_t wb_sim_goods_find(const wb_sim_market *market, wb_view master);
/* Is there an assortment? Then shops have no SKUs but those. */
bool wb_sim_goods_named(const wb_sim_market *market);
/* Which SKU of the shops is which of the ERP's, as a table of SKUs (CSV). false = they bear one
 * name all. */
bool wb_sim_goods_table(const wb_sim_market *market, wb_buf *out);

#endif
