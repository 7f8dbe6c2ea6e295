/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stock - what the ERP holds, and what the shop shows of it
 *
 *   GET /stock      of the ERP, by update time:
 *       {"stock": [{"sku", "warehouse", "quantity", "updated"}, ...], "next"}
 *   GET /listings   of the shop, by update time; quantity null: it was never told
 *       {"listings": [{"id", "sku", "quantity", "updated"}, ...], "next"}
 *   PUT /listings/ID   to the shop, with Idempotency-Key: {"revision": N, "quantity": N}
 *       {"result": done|unchanged|refused, "reason"}; 404: it has no such listing
 */
#include "protocol/base/text.h"
#include "tools/sim/engine/works.h"
#include "tools/sim/systems/sample/lists.h"
#include "tools/sim/systems/sample/records.h"

#include <stdio.h>
#include <string.h>

#define LISTING "L-"

/* One row for each warehouse of each of the goods. */
static bool
next_stock(const wb_sim_visit *visit, wb_sim_scan *scan, wb_sim_found *out, bool *more)
{
    const wb_sim_works *works = wb_sim_sample_works(visit);
    uint32_t rows = wb_sim_market_conf_of(visit->sim->market)->goods * WB_SIM_WAREHOUSES;

    *more = works != NULL;
    while (works && scan->position < rows) {
        out->order = scan->position++;
        uint32_t goods = out->order / WB_SIM_WAREHOUSES;
        char room[WB_SIM_SKU_ROOM];
        if (wb_sim_goods_master(visit->sim->market, goods, room) &&
            wb_sim_sample_in_time(scan, wb_sim_works_stock_changed_utc_us(works, goods)))
            return true;
    }
    *more = false;
    return false;
}

static void
put_stock(const wb_sim_visit *visit, const wb_sim_found *at, wb_buf *out)
{
    const wb_sim_works *works = visit->sim->works;
    uint32_t goods = at->order / WB_SIM_WAREHOUSES;
    int warehouse = (int)(at->order % WB_SIM_WAREHOUSES);
    char room[WB_SIM_SKU_ROOM], usual[16];
    wb_view id = wb_sim_play_word(visit->sim->play, "warehouses", (size_t)warehouse, false);

    (void)snprintf(usual, sizeof usual, "W%d", warehouse + 1);
    id = id.len ? id : wb_view_of(usual);
    wb_buf_addf(out, "{\"sku\":\"%s\",\"warehouse\":\"%.*s\",\"quantity\":%lld,",
                wb_sim_goods_held(visit->sim->market, goods, room), WB_VIEW_ARG(id),
                (long long)wb_sim_works_held(works, goods, warehouse));
    wb_sim_sample_put_time(out, "updated", wb_sim_works_stock_changed_utc_us(works, goods));
    wb_buf_add_char(out, '}');
}

void
wb_sim_sample_on_stock(wb_sim_visit *visit)
{
    static const wb_sim_sample_list list = {.op = WB_SIM_SAMPLE_STOCK,
                                            .name = "stock",
                                            .whole = true,
                                            .next = next_stock,
                                            .put = put_stock};

    wb_sim_sample_answer_list(visit, &list);
}

static bool
next_listing(const wb_sim_visit *visit, wb_sim_scan *scan, wb_sim_found *out, bool *more)
{
    const wb_sim_account *seller = wb_sim_sample_seller(visit);
    const wb_sim_works *works = visit->sim->works;
    uint32_t goods = wb_sim_market_conf_of(visit->sim->market)->goods;

    *more = seller && works;
    while (seller && works && scan->position < goods) {
        out->order = scan->position++;
        if (wb_sim_goods_sold(visit->sim->market, out->order, seller->number) &&
            wb_sim_sample_in_time(
                scan, wb_sim_works_listing(works, seller->number, out->order)->changed_utc_us))
            return true;
    }
    *more = false;
    return false;
}

static void
put_listing(const wb_sim_visit *visit, const wb_sim_found *found, wb_buf *out)
{
    const wb_sim_listing *at =
        wb_sim_works_listing(visit->sim->works, wb_sim_sample_seller(visit)->number, found->order);

    char room[WB_SIM_SKU_ROOM];

    wb_buf_addf(out, "{\"id\":\"" LISTING "%u\",\"sku\":\"%s\",\"quantity\":", found->order,
                wb_sim_goods_sku(visit->sim->market, found->order, room));
    if (at->quantity < 0)
        wb_buf_add_text(out, "null,");
    else
        wb_buf_addf(out, "%lld,", (long long)at->quantity);
    wb_sim_sample_put_time(out, "updated", at->changed_utc_us);
    wb_buf_add_char(out, '}');
}

void
wb_sim_sample_on_listings(wb_sim_visit *visit)
{
    static const wb_sim_sample_list list = {.op = WB_SIM_SAMPLE_LISTINGS,
                                            .name = "listings",
                                            .whole = true,
                                            .next = next_listing,
                                            .put = put_listing};

    wb_sim_sample_answer_list(visit, &list);
}

/* "L-17" of this seller. */
static bool
find_listing(const wb_sim_visit *visit, wb_view key, uint32_t *goods)
{
    uint64_t number = 0;
    wb_view digits = {key.data + sizeof LISTING - 1, key.len - (sizeof LISTING - 1)};

    if (visit->sim->works && wb_sim_sample_seller(visit) && key.len > sizeof LISTING - 1 &&
        !memcmp(key.data, LISTING, sizeof LISTING - 1) && !wb_text_uint(&number, digits, NULL) &&
        number < wb_sim_market_conf_of(visit->sim->market)->goods) {
        *goods = (uint32_t)number;
        return true;
    }
    wb_sim_refuse(visit, 404, "absent", "there is no such listing");
    return false;
}

/* What a listing is to show is the newest that was told: it has a revision and one version. So many
 * as there never were are nothing of this world. */
void
wb_sim_sample_on_show(wb_sim_visit *visit)
{
    wb_sim *sim = visit->sim;
    wb_sim_target *target = wb_sim_sample_target(visit, WB_SIM_SAMPLE_SHOW);
    wb_sim_taking taking = {
        .visit = visit, .target = target, .things = wb_sim_things_of(sim, WB_VIEW_LIT("listing"))};
    wb_sim_arrival arrival = {.number = WB_SIM_UNMARKED};
    int64_t quantity = -1;
    uint32_t goods = 0;

    if (!target || !wb_sim_sample_key(visit, 1, &arrival.key) ||
        !find_listing(visit, arrival.key, &goods) ||
        !wb_sim_sample_body(visit, "reference", &arrival))
        return;
    unsigned seller = wb_sim_sample_seller(visit)->number;
    if (wb_json_int(sim->json, wb_json_get(sim->json, 0, "quantity"), &quantity, "", NULL) ||
        quantity < 0) {
        wb_sim_refuse(visit, 400, "quantity", "how many?");
        return;
    }
    arrival.version = 1;
    if (wb_sim_works_may_show(sim->works, goods, quantity))
        arrival.number = wb_sim_works_listing_number(sim->works, seller, goods);
    if (wb_sim_sample_take(&taking, &arrival))
        wb_sim_works_show(sim->works, seller, goods, quantity);
}
