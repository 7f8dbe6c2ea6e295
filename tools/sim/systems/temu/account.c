/* SPDX-License-Identifier: Apache-2.0 */
/*
 * account - what a mall is told of itself: its token, the carriers, its warehouses
 *
 *   bg.open.accesstoken.info.get     mall, region, scope, and when the token ends
 *   bg.logistics.companies.get       the carriers, as a list
 *   bg.logistics.warehouse.list.get  the warehouses it ships from
 */
#include "tools/sim/systems/temu/account.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/systems/temu/answer.h"

#define TOKEN_LIFE_S (300 * INT64_C(86400))

static const struct {
    int64_t id;
    const char *name, *brand;
} companies[] = {
    {WB_SIM_TEMU_CARRIER, "Carrier", "CARRIER"},
    {202398511,           "UPS",     "UPS"    },
    {202398512,           "USPS",    "USPS"   },
    {202398513,           "FedEx",   "FEDEX"  },
};

static const char *const warehouses[] = {WB_SIM_TEMU_WAREHOUSE, "WH-02"};

const char *
wb_sim_temu_carrier_name(int64_t id)
{
    for (size_t i = 0; i < WB_COUNT(companies); i++)
        if (companies[i].id == id)
            return companies[i].name;
    return NULL;
}

bool
wb_sim_temu_is_carrier(const wb_sim *sim, int64_t id)
{
    return sim->play || wb_sim_temu_carrier_name(id);
}

bool
wb_sim_temu_tells_money(const wb_sim_visit *visit, const wb_sim_temu_seller *seller)
{
    const wb_sim_play *play = visit->sim->play;
    wb_json_ref own = wb_sim_play_account(play, visit->part->system->name, seller->account->number);

    return wb_sim_temu_of(visit)->conf->temu_money ||
           wb_view_is(wb_sim_play_text(play, own, "options.money"), "amount");
}

bool
wb_sim_temu_is_warehouse(const wb_sim *sim, wb_view id)
{
    if (sim->play)
        return true;
    for (size_t i = 0; i < WB_COUNT(warehouses); i++)
        if (wb_view_is(id, warehouses[i]))
            return true;
    return false;
}

static void
put_scope(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, wb_json_writer *writer)
{
    wb_json_put_key(writer, "apiScopeList");
    wb_json_open(writer, '[');
    for (int op = 0; op < WB_SIM_TEMU_OTHER; op++)
        if (op != WB_SIM_TEMU_AMOUNT || wb_sim_temu_tells_money(visit, seller))
            wb_json_put_text(writer, wb_view_of(wb_sim_temu_types[op]));
    wb_json_close(writer, ']');
}

void
wb_sim_temu_on_account(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    wb_json_writer writer;

    wb_sim_temu_open(visit, &writer);
    wb_json_open(&writer, '{');
    wb_json_member_int(&writer, "mallId", seller->mall_id);
    wb_json_member_int(&writer, "mallType", 100);
    wb_json_member_int(&writer, "regionId", WB_SIM_TEMU_REGION);
    wb_json_member_int(&writer, "expiredTime", wb_now_utc_us() / WB_US_PER_S + TOKEN_LIFE_S);
    put_scope(visit, seller, &writer);
    wb_json_put_key(&writer, "appSubscribeEventCodeList");
    wb_json_open(&writer, '[');
    wb_json_close(&writer, ']');
    wb_json_member_int(&writer, "appSubscribeStatus", 0);
    wb_json_put_key(&writer, "authEventCodeList");
    wb_json_open(&writer, '[');
    wb_json_close(&writer, ']');
    wb_sim_temu_close(visit, &writer);
}

void
wb_sim_temu_on_companies(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    wb_json_writer writer;
    int64_t region = 0;

    (void)seller;
    if (!wb_sim_temu_int(visit, wb_sim_temu_param(visit, "regionId"), &region))
        return;
    wb_sim_temu_open(visit, &writer);
    wb_json_open(&writer, '[');
    for (size_t i = 0; i < WB_COUNT(companies) && (!region || region == WB_SIM_TEMU_REGION); i++) {
        wb_json_open(&writer, '{');
        wb_json_member_int(&writer, "logisticsServiceProviderId", companies[i].id);
        wb_json_member_text(&writer, "logisticsServiceProviderName", wb_view_of(companies[i].name));
        wb_json_member_text(&writer, "logisticsBrandName", wb_view_of(companies[i].brand));
        wb_json_close(&writer, '}');
    }
    wb_json_close(&writer, ']');
    wb_sim_temu_close(visit, &writer);
}

void
wb_sim_temu_on_warehouses(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    wb_json_writer writer;

    (void)seller;
    wb_sim_temu_open(visit, &writer);
    wb_json_open(&writer, '{');
    wb_json_put_key(&writer, "warehouseList");
    wb_json_open(&writer, '[');
    for (size_t i = 0; i < WB_COUNT(warehouses); i++) {
        wb_json_open(&writer, '{');
        wb_json_member_text(&writer, "warehouseId", wb_view_of(warehouses[i]));
        wb_json_member_text(&writer, "warehouseName", wb_view_of(warehouses[i]));
        wb_json_member_bool(&writer, "defaultWarehouse", i == 0);
        wb_json_member_int(&writer, "regionId1", WB_SIM_TEMU_REGION);
        wb_json_member_bool(&writer, "enableBuyShippingLabel", true);
        wb_json_close(&writer, '}');
    }
    wb_json_close(&writer, ']');
    wb_sim_temu_close(visit, &writer);
}
