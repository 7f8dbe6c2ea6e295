/* SPDX-License-Identifier: Apache-2.0 */
/*
 * people - who works in this ERP: they approve what came, put into one parcel what goes to one
 * buyer, and wait with what is still to change
 *
 * Only where special orders come (tools/sim/engine/cases.h): elsewhere whoever creates an order
 * approves it.
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/key.h"
#include "tools/sim/engine/cases.h"
#include "tools/sim/engine/order.h"
#include "tools/sim/systems/lingxing/house.h"

#include <stdio.h>

#define LOOKED_AT_US (300 * WB_US_PER_MS) /* it waits for so long at least */
#define MATE_US (6 * WB_US_PER_S)         /* for the other order of its buyer */

/* Does the configuration that is played say that who creates an order approves it? */
static bool
approves_itself(const wb_sim_part *part)
{
    const wb_sim_play *play = part->sim->play;
    wb_json_ref own = wb_sim_play_account(play, part->system->name, 0);

    return own != WB_JSON_NONE &&
           !wb_view_is(wb_sim_play_text(play, own, "options.approve"), "false");
}

/* Nobody waits then with what has to be waited for, or puts two orders into one parcel. */
unsigned
wb_sim_lingxing_spared(const wb_sim_part *part)
{
    return approves_itself(part) ? WB_SIM_CASE_BIT(MOVED_ADDRESS) | WB_SIM_CASE_BIT(COMBINED) : 0;
}

bool
wb_sim_lingxing_people(const wb_sim_lingxing_house *house)
{
    const wb_sim *sim = house->part->sim;

    return house->part == sim->erp && wb_sim_market_conf_of(sim->market)->case_each &&
           !approves_itself(house->part);
}

static bool
is_open(const wb_sim_lingxing_order *order)
{
    return order && order->live[0] && !order->live[1] &&
           order->live[0]->status == WB_SIM_LINGXING_TO_APPROVE;
}

static wb_sim_lingxing_order *
find(const wb_sim *sim, const wb_sim_lingxing_app *app, uint32_t number)
{
    char no[WB_SIM_ID_LEN + 1];

    wb_sim_market_id(sim->market, no, number);
    return wb_sim_lingxing_find(app, wb_sim_market_account(sim->market, number) + 1,
                                wb_view_of(no));
}

/* Is the other one here, or may it still come? */
static bool
waits_for_mate(const wb_sim *sim, uint32_t mate)
{
    return !wb_sim_market_stopped(sim->market) &&
           (!wb_sim_market_newest(sim->market, mate) ||
            wb_now_utc_us() < wb_sim_market_made_utc_us(sim->market, mate, 1) + MATE_US);
}

void
wb_sim_lingxing_people_look(wb_sim_lingxing_house *house, wb_sim_lingxing_app *app,
                            wb_sim_lingxing_order *order)
{
    wb_sim *sim = house->part->sim;
    wb_sim_lingxing_order *other = NULL;
    uint32_t mate;

    if (!wb_sim_lingxing_people(house) || !is_open(order) ||
        wb_now_utc_us() < order->created_utc_us + LOOKED_AT_US)
        return;
    if (order->number == WB_SIM_UNMARKED) {
        wb_sim_lingxing_approve(house, app, order->live[0]);
        return;
    }
    if (wb_sim_case_waits(sim, order->number)) {
        wb_sim_change(sim, order->number);
        return;
    }
    mate = wb_sim_case_mate(sim->market, order->number);
    if (mate != WB_SIM_NO_ORDER)
        other = find(sim, app, mate);
    if (is_open(other))
        wb_sim_lingxing_approve_both(house, app, mate > order->number ? order : other,
                                     mate > order->number ? other : order);
    else if (mate == WB_SIM_NO_ORDER || other || !waits_for_mate(sim, mate))
        wb_sim_lingxing_approve(house, app, order->live[0]);
}

/* --- what the engine asks --- */

uint64_t
wb_sim_lingxing_due(const wb_sim_part *part)
{
    const wb_sim_lingxing_house *house = part->state;
    const wb_sim_lingxing_app *app;
    uint64_t count = 0;

    if (!wb_sim_lingxing_people(house))
        return 0;
    for (size_t at = 0; (app = wb_map_next(house->apps, &at, NULL));)
        for (size_t i = 0; i < app->order_count; i++)
            count += is_open(app->orders[i]);
    return count;
}

/* It goes elsewhere, and nobody can edit it any more. */
bool
wb_sim_lingxing_closed(const wb_sim_part *part, uint32_t number)
{
    const wb_sim_lingxing_house *house = part->state;
    const wb_sim_lingxing_app *app;

    for (size_t at = 0; (app = wb_map_next(house->apps, &at, NULL));) {
        const wb_sim_lingxing_order *order = find(part->sim, app, number);
        if (order && order->live[0]->status != WB_SIM_LINGXING_TO_APPROVE)
            return wb_sim_lingxing_placed(part->sim, number, wb_sim_lingxing_street(order)) <
                   wb_sim_market_newest(part->sim->market, number);
    }
    return false;
}

/* By its outbound orders; where one is for two orders, by both numbers. */
bool
wb_sim_lingxing_shipment_name(const wb_sim_part *part, uint32_t number, int index,
                              char dst[WB_SIM_THING_ID_MAX])
{
    const wb_sim_lingxing_house *house = part->state;
    WB_AUTO(wb_buf_fini) wb_buf pair = {0};
    const wb_sim_lingxing_app *app;
    char wo[32];

    for (size_t at = 0; (app = wb_map_next(house->apps, &at, NULL));) {
        const wb_sim_lingxing_order *order = find(part->sim, app, number);
        const wb_sim_lingxing_sys *sys =
            order && index < WB_SIM_LINGXING_PARTS ? order->live[index] : NULL;
        if (!sys || !sys->wo)
            continue;
        (void)snprintf(wo, sizeof wo, "WO%llu", (unsigned long long)sys->wo);
        wb_buf_init(&pair, 256);
        wb_key_pair(&pair, wb_view_of(wo), wb_view_of(order->no));
        (void)snprintf(dst, WB_SIM_THING_ID_MAX, "%s", sys->orders[1] ? wb_buf_text(&pair) : wo);
        return true;
    }
    return false;
}

/* --- are they the right goods? --- */

static int64_t
told_of(const wb_sim_market *market, const wb_sim_lingxing_order *order, uint32_t goods)
{
    int64_t sum = 0;

    for (size_t i = 0; i < order->line_count; i++)
        sum +=
            wb_sim_lingxing_goods(market, &order->lines[i]) == goods ? order->lines[i].quantity : 0;
    return sum;
}

/* So many of all parts of the lines are these goods. */
static int64_t
wanted_of(const wb_sim_market *market, const wb_sim_line *lines, int count, uint32_t goods,
          int64_t *pieces)
{
    wb_sim_goods_part parts[WB_SIM_PARTS_MAX];
    int64_t sum = 0;

    *pieces = 0;
    for (int i = 0; i < count; i++) {
        int part_count = wb_sim_goods_parts(market, lines[i].goods, parts);
        for (int k = 0; k < part_count; k++) {
            int64_t quantity = parts[k].quantity * lines[i].quantity;
            *pieces += quantity;
            sum += parts[k].goods == goods ? quantity : 0;
        }
    }
    return sum;
}

bool
wb_sim_lingxing_goods_right(const wb_sim_lingxing_house *house, const wb_sim_lingxing_order *order)
{
    const wb_sim_market *market = house->part->sim->market;
    wb_sim_line lines[WB_SIM_LINES_MAX];
    int64_t told = 0, pieces = 0;

    if ((!wb_sim_lingxing_people(house) && !house->part->sim->play) ||
        order->number == WB_SIM_UNMARKED)
        return true;
    int count = wb_sim_order_lines(market, order->number, lines);
    for (size_t i = 0; i < order->line_count; i++) {
        uint32_t goods = wb_sim_lingxing_goods(market, &order->lines[i]);
        told += order->lines[i].quantity;
        if (wanted_of(market, lines, count, goods, &pieces) != told_of(market, order, goods))
            return false;
    }
    return told == pieces;
}
