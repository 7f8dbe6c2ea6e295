/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stock - what is held and what listings show, told to who counts
 */
#include "tools/sim/engine/stock.h"

#include "tools/sim/engine/works.h"

#include <stdio.h>

static uint32_t
goods_of(const wb_sim *sim)
{
    return wb_sim_market_conf_of(sim->market)->goods;
}

/* The next listing that its seller offers, from `*number` on: its seller and goods. false = there
 * is none. */
static bool
next_listing(const wb_sim *sim, uint32_t *number, unsigned *seller, uint32_t *goods)
{
    for (; *number < (uint32_t)sim->conf.accounts * goods_of(sim); (*number)++) {
        *seller = *number / goods_of(sim) + 1;
        *goods = *number % goods_of(sim);
        if (wb_sim_goods_sold(sim->market, *goods, *seller))
            return true;
    }
    return false;
}

void
wb_sim_stock_write_wrong(const wb_sim *sim, wb_json_writer *writer)
{
    const wb_sim_things *listings = wb_sim_things_of(sim, WB_VIEW_LIT("listing"));
    char id[WB_SIM_THING_ID_MAX];
    uint32_t goods = 0;
    unsigned seller = 0;

    for (uint32_t number = 0; next_listing(sim, &number, &seller, &goods); number++) {
        int64_t held = wb_sim_works_should_show(sim->works, goods);
        int64_t shown = wb_sim_works_listing(sim->works, seller, goods)->quantity;
        if (shown == held)
            continue;
        listings->id(listings->self, id, number);
        wb_json_open(writer, '{');
        wb_json_member_text(writer, "kind", WB_VIEW_LIT("stock"));
        wb_json_member_text(writer, "id", wb_view_of(id));
        wb_json_member_int(writer, "number", number);
        wb_json_member_int(writer, "account", seller);
        wb_json_member_int(writer, "newest", held);
        wb_json_member_int(writer, "held", shown);
        wb_json_close(writer, '}');
    }
}

static void
put_goods(const wb_sim *sim, uint32_t goods, wb_json_writer *writer)
{
    wb_sim_goods_part parts[WB_SIM_PARTS_MAX];
    int count = wb_sim_goods_parts(sim->market, goods, parts);

    wb_json_open(writer, '{');
    wb_json_put_key(writer, "held");
    wb_json_open(writer, '[');
    for (int i = 0; i < WB_SIM_WAREHOUSES; i++)
        wb_json_put_int(writer, wb_sim_works_held(sim->works, goods, i));
    wb_json_close(writer, ']');
    wb_json_put_key(writer, "parts");
    wb_json_open(writer, '[');
    for (int i = 0; i < count; i++) {
        wb_json_open(writer, '[');
        wb_json_put_int(writer, parts[i].goods);
        wb_json_put_int(writer, parts[i].quantity);
        wb_json_close(writer, ']');
    }
    wb_json_close(writer, ']');
    wb_json_close(writer, '}');
}

void
wb_sim_stock_write(const wb_sim *sim, wb_json_writer *writer)
{
    uint32_t goods = 0;
    unsigned seller = 0;

    wb_json_put_key(writer, "goods");
    wb_json_open(writer, '[');
    for (; goods < goods_of(sim); goods++)
        put_goods(sim, goods, writer);
    wb_json_close(writer, ']');
    wb_json_put_key(writer, "listings");
    wb_json_open(writer, '[');
    for (uint32_t number = 0; next_listing(sim, &number, &seller, &goods); number++) {
        wb_json_open(writer, '{');
        wb_json_member_int(writer, "account", seller);
        wb_json_member_int(writer, "goods", goods);
        wb_json_member_int(writer, "shown",
                           wb_sim_works_listing(sim->works, seller, goods)->quantity);
        wb_json_close(writer, '}');
    }
    wb_json_close(writer, ']');
}
