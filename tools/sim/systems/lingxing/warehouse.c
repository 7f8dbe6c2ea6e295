/* SPDX-License-Identifier: Apache-2.0 */
/*
 * warehouse - what becomes of an order that is approved: sent alone, from two places, with another,
 * or stopped
 */
#include "protocol/base/clock.h"
#include "protocol/base/random.h"
#include "tools/sim/engine/cases.h"
#include "tools/sim/systems/lingxing/house.h"

#include <string.h>

static bool
drawn(const wb_sim_lingxing_order *order, int64_t of_thousand, uint64_t salt)
{
    return (int64_t)(wb_hash64(order->no, strlen(order->no), salt) % 1000) < of_thousand;
}

static void
to_warehouse(wb_sim_lingxing_house *house, wb_sim_lingxing_sys *sys)
{
    sys->status = WB_SIM_LINGXING_TO_SHIP;
    sys->wo = ++house->last;
    sys->approved_utc_us = sys->updated_utc_us = wb_now_utc_us();
}

static void
hide(wb_sim_lingxing_sys *sys)
{
    sys->status = WB_SIM_LINGXING_HIDDEN;
    sys->updated_utc_us = wb_now_utc_us();
}

static void
split(wb_sim_lingxing_house *house, wb_sim_lingxing_app *app, wb_sim_lingxing_sys *sys)
{
    wb_sim_lingxing_order *order = sys->orders[0];

    hide(sys);
    house->split++;
    if (wb_sim_case_of(house->part->sim->market, order->number) == WB_SIM_CASE_SPLIT)
        wb_sim_case_came(house->part->sim, WB_SIM_CASE_SPLIT);
    for (int i = 0; i < WB_SIM_LINGXING_PARTS; i++) {
        wb_sim_lingxing_sys *fresh = wb_sim_lingxing_new_sys(house, app, order);
        fresh->split_type = 3;
        fresh->original = sys->number;
        fresh->part = i + 1;
        order->live[i] = fresh;
        to_warehouse(house, fresh);
    }
}

/* What went to the warehouse alone is stopped there, and both go together. */
static void
merge(wb_sim_lingxing_house *house, wb_sim_lingxing_app *app, wb_sim_lingxing_sys *before,
      wb_sim_lingxing_sys *sys)
{
    wb_sim_lingxing_sys *fresh = wb_sim_lingxing_new_sys(house, app, before->orders[0]);

    house->merged++;
    fresh->split_type = 2;
    fresh->original = before->number;
    fresh->orders[1] = sys->orders[0];
    fresh->orders[0]->live[0] = fresh->orders[1]->live[0] = fresh;
    hide(before);
    hide(sys);
    to_warehouse(house, fresh);
}

/* From two places, if it has two lines. */
static bool
goes_apart(const wb_sim_lingxing_house *house, const wb_sim_lingxing_order *order)
{
    const wb_sim_lingxing_conf *conf = house->part->conf;
    wb_sim_case which = wb_sim_case_of(house->part->sim->market, order->number);

    return order->line_count > 1 &&
           (which == WB_SIM_CASE_SPLIT || which == WB_SIM_CASE_PARTLY_SHIPPED ||
            drawn(order, conf->lingxing_split, 5));
}

static void
send(wb_sim_lingxing_house *house, wb_sim_lingxing_app *app, wb_sim_lingxing_sys *sys)
{
    const wb_sim_lingxing_conf *conf = house->part->conf;
    const wb_sim_lingxing_order *order = sys->orders[0];
    wb_sim_lingxing_sys **waiting = &app->waiting[order->seller];

    if (goes_apart(house, order)) {
        split(house, app, sys);
        return;
    }
    if (drawn(order, conf->lingxing_merge, 6)) {
        if (*waiting && wb_sim_lingxing_status(house, *waiting) == WB_SIM_LINGXING_TO_SHIP) {
            merge(house, app, *waiting, sys);
            *waiting = NULL;
            return;
        }
        *waiting = sys;
    }
    to_warehouse(house, sys);
}

/* The works of this world ship it. */
static void
hand_over(const wb_sim_lingxing_house *house, const wb_sim_lingxing_order *order)
{
    wb_sim_works *works = wb_sim_lingxing_works(house);
    char key[256];

    if (works && order->number != WB_SIM_UNMARKED && order->version)
        wb_sim_works_took(works, &(wb_sim_arrival){.key = wb_sim_lingxing_key(key, order),
                                                   .number = order->number,
                                                   .version = order->version});
}

void
wb_sim_lingxing_approve(wb_sim_lingxing_house *house, wb_sim_lingxing_app *app,
                        wb_sim_lingxing_sys *sys)
{
    send(house, app, sys);
    hand_over(house, sys->orders[0]);
}

void
wb_sim_lingxing_approve_both(wb_sim_lingxing_house *house, wb_sim_lingxing_app *app,
                             wb_sim_lingxing_order *first, wb_sim_lingxing_order *second)
{
    wb_sim_works *works = wb_sim_lingxing_works(house);

    merge(house, app, first->live[0], second->live[0]);
    hand_over(house, first);
    hand_over(house, second);
    if (works)
        wb_sim_works_join(works, second->number, first->number);
}

bool
wb_sim_lingxing_stop(wb_sim_lingxing_house *house, wb_sim_lingxing_sys *sys)
{
    wb_sim_works *works = wb_sim_lingxing_works(house);

    if (wb_sim_lingxing_status(house, sys) == WB_SIM_LINGXING_SHIPPED)
        return false;
    for (int i = 0; i < WB_SIM_LINGXING_PARTS; i++)
        if (wb_sim_lingxing_shipment(house, sys->orders[i]))
            return false;
    sys->status = WB_SIM_LINGXING_NOT_TO_SHIP;
    sys->cancelled_utc_us = sys->updated_utc_us = wb_now_utc_us();
    for (int i = 0; i < WB_SIM_LINGXING_PARTS && works; i++)
        if (sys->orders[i] && sys->orders[i]->number != WB_SIM_UNMARKED &&
            wb_sim_lingxing_stopped(sys->orders[i]))
            (void)wb_sim_works_stop(works, sys->orders[i]->number);
    return true;
}
