/* SPDX-License-Identifier: Apache-2.0 */
/*
 * goods - what is sold in this world: what the shops call it, what the ERP calls it, what it is
 * made of
 */
#include "tools/sim/engine/goods.h"

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/engine/cases.h"
#include "tools/sim/engine/ids.h"

#include <stdio.h>
#include <string.h>

#define BUNDLE_EACH 8 /* one in so many goods */
#define HEAD "SKU-"

static const wb_sim_article *
article_of(const wb_sim_market *market, uint32_t goods)
{
    const wb_sim_assortment *own = wb_sim_market_conf_of(market)->assortment;

    return own ? &own->rows[goods] : NULL;
}

bool
wb_sim_goods_named(const wb_sim_market *market)
{
    return wb_sim_market_conf_of(market)->assortment != NULL;
}

static bool
has_bundles(const wb_sim_market_conf *conf)
{
    return !conf->assortment && conf->case_each && (conf->cases & WB_SIM_CASE_BIT(BUNDLE));
}

bool
wb_sim_goods_bundled(const wb_sim_market *market, uint32_t goods)
{
    return has_bundles(wb_sim_market_conf_of(market)) && goods % BUNDLE_EACH == BUNDLE_EACH - 1;
}

/* One piece of the goods before it, and two of those before these. */
int
wb_sim_goods_parts(const wb_sim_market *market, uint32_t goods,
                   wb_sim_goods_part parts[WB_SIM_PARTS_MAX])
{
    const wb_sim_article *own = article_of(market, goods);

    if (own) {
        memcpy(parts, own->parts, sizeof own->parts);
        return own->count;
    }
    if (!wb_sim_goods_bundled(market, goods)) {
        parts[0] = (wb_sim_goods_part){goods, 1};
        return 1;
    }
    parts[0] = (wb_sim_goods_part){goods - 1, 1};
    parts[1] = (wb_sim_goods_part){goods - 2, 2};
    return 2;
}

int64_t
wb_sim_goods_enough(const wb_sim_market *market, uint32_t goods, wb_sim_goods_pieces *pieces,
                    const void *arg)
{
    wb_sim_goods_part parts[WB_SIM_PARTS_MAX];
    int part_count = wb_sim_goods_parts(market, goods, parts);
    int64_t least = INT64_MAX;

    for (int k = 0; k < part_count; k++) {
        int64_t enough = pieces(arg, parts[k].goods) / parts[k].quantity;
        if (enough < least)
            least = enough;
    }
    return least;
}

bool
wb_sim_goods_sold(const wb_sim_market *market, uint32_t goods, unsigned seller)
{
    const wb_sim_article *own = article_of(market, goods);

    return !own || (own->sku && (!own->seller || own->seller == seller));
}

const char *
wb_sim_goods_sku(const wb_sim_market *market, uint32_t goods, char room[WB_SIM_SKU_ROOM])
{
    const wb_sim_article *own = article_of(market, goods);

    if (own)
        return own->sku ? own->sku : "";
    (void)snprintf(room, WB_SIM_SKU_ROOM, "%s-%05u",
                   wb_sim_goods_bundled(market, goods) ? "SET" : "SKU", goods);
    return room;
}

const char *
wb_sim_goods_master(const wb_sim_market *market, uint32_t goods, char room[WB_SIM_SKU_ROOM])
{
    const wb_sim_article *own = article_of(market, goods);

    if (own)
        return own->master;
    (void)snprintf(room, WB_SIM_SKU_ROOM, HEAD "%05u", goods);
    return room;
}

const char *
wb_sim_goods_held(const wb_sim_market *market, uint32_t goods, char room[WB_SIM_SKU_ROOM])
{
    const char *master = wb_sim_goods_master(market, goods, room);

    return master ? master : wb_sim_goods_sku(market, goods, room);
}

uint32_t
wb_sim_goods_find(const wb_sim_market *market, wb_view master)
{
    const wb_sim_market_conf *conf = wb_sim_market_conf_of(market);
    const size_t head = sizeof HEAD - 1;
    uint64_t goods = 0;

    if (conf->assortment) {
        const wb_sim_article *row = wb_map_find(conf->assortment->by_master, master);
        return row ? (uint32_t)(row - conf->assortment->rows) : WB_SIM_NO_ORDER;
    }
    if (master.len <= head || memcmp(master.data, HEAD, head) != 0 ||
        wb_text_uint(&goods, (wb_view){master.data + head, master.len - head}, NULL))
        return WB_SIM_NO_ORDER;
    return goods < conf->goods ? (uint32_t)goods : WB_SIM_NO_ORDER;
}

bool
wb_sim_goods_table(const wb_sim_market *market, wb_buf *out)
{
    const wb_sim_market_conf *conf = wb_sim_market_conf_of(market);
    wb_sim_goods_part parts[WB_SIM_PARTS_MAX];
    char sku[WB_SIM_SKU_ROOM];

    wb_buf_add_text(out, "sku,master,quantity\nSKU-*,SKU-*,1\n");
    for (uint32_t goods = 0; goods < conf->goods; goods++) {
        if (!wb_sim_goods_bundled(market, goods))
            continue;
        int count = wb_sim_goods_parts(market, goods, parts);
        for (int i = 0; i < count; i++)
            wb_buf_addf(out, "%s,SKU-%05u,%lld\n", wb_sim_goods_sku(market, goods, sku),
                        parts[i].goods, (long long)parts[i].quantity);
    }
    return has_bundles(conf);
}
