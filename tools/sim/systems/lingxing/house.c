/* SPDX-License-Identifier: Apache-2.0 */
/*
 * house - what the ERP keeps: applications with their tokens, orders as they were created, and the
 * system orders that it makes of them
 */
#include "tools/sim/systems/lingxing/house.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/engine/order.h"
#include "tools/sim/engine/works.h"

#include <stdio.h>
#include <string.h>

#define LOOK_MS 250
#define FIRST_NUMBER UINT64_C(103000000000000000)
#define APP_HEAD "ak_"
#define APP_FILL '_'

const char *const wb_sim_lingxing_address_names[WB_SIM_LINGXING_ADDRESS_COUNT] = {
#define ADDRESS_NAME(name, open) #name,
    WB_SIM_LINGXING_ADDRESS(ADDRESS_NAME)
#undef ADDRESS_NAME
};
const bool wb_sim_lingxing_address_open[WB_SIM_LINGXING_ADDRESS_COUNT] = {
#define ADDRESS_OPEN(name, open) open,
    WB_SIM_LINGXING_ADDRESS(ADDRESS_OPEN)
#undef ADDRESS_OPEN
};

/* --- applications --- */

void
wb_sim_lingxing_app_id(char *out, const char *name)
{
    size_t room = WB_SIM_LINGXING_ID_LEN - (sizeof APP_HEAD - 1), len = strlen(name);

    memcpy(out, APP_HEAD, sizeof APP_HEAD - 1);
    out += sizeof APP_HEAD - 1;
    memset(out, APP_FILL, room);
    memcpy(out, name, len < room ? len : room);
    out[room] = 0;
}

static wb_view
target_name(wb_view id)
{
    size_t head = sizeof APP_HEAD - 1;

    if (id.len != WB_SIM_LINGXING_ID_LEN || memcmp(id.data, APP_HEAD, head) != 0)
        return (wb_view){NULL, 0};
    while (id.len > head && id.data[id.len - 1] == APP_FILL)
        id.len--;
    return (wb_view){id.data + head, id.len - head};
}

wb_sim_lingxing_app *
wb_sim_lingxing_app_of(const wb_sim_visit *visit, wb_view id)
{
    wb_sim_lingxing_house *house = visit->part->state;
    wb_sim_lingxing_app *app = id.len ? wb_map_find(house->apps, id) : NULL;
    wb_view name = target_name(id);

    if (app || !name.len)
        return app;
    wb_sim_target *target = wb_sim_target_named(visit->sim->targets, name);
    if (!target)
        return NULL;
    app = wb_alloc(sizeof *app);
    memcpy(app->id, id.data, WB_SIM_LINGXING_ID_LEN);
    app->target = target;
    app->by_no = wb_map_new();
    app->by_number = wb_map_new();
    app->waiting =
        wb_alloc(((size_t)visit->sim->conf.accounts + 1) * sizeof(wb_sim_lingxing_sys *));
    wb_map_put(house->apps, id, app);
    wb_sim_timer_set(&visit->sim->timers, &house->look, wb_now_ms() + LOOK_MS);
    return app;
}

void
wb_sim_lingxing_order_free(wb_sim_lingxing_order **self_p)
{
    wb_sim_lingxing_order *self = *self_p;

    if (!self)
        return;
    for (size_t i = 0; i < self->line_count; i++) {
        wb_free(&self->lines[i].sku);
        wb_free(&self->lines[i].msku);
    }
    for (size_t i = 0; i < WB_SIM_LINGXING_ADDRESS_COUNT; i++)
        wb_free(&self->address[i]);
    wb_free(&self->lines);
    wb_free(&self->remark);
    wb_free(self_p);
}

static void
app_free(wb_sim_lingxing_app *self)
{
    for (size_t i = 0; i < self->order_count; i++)
        wb_sim_lingxing_order_free(&self->orders[i]);
    for (size_t i = 0; i < self->all_count; i++)
        wb_free(&self->all[i]);
    wb_free(&self->orders);
    wb_free(&self->all);
    wb_free(&self->waiting);
    wb_map_destroy(&self->by_no);
    wb_map_destroy(&self->by_number);
    wb_free(&self);
}

/* --- orders and system orders --- */

static wb_view
name_of(char out[128], unsigned seller, wb_view no)
{
    int len = snprintf(out, 128, "%u/%.*s", seller, WB_VIEW_ARG(no));

    return (wb_view){out, len < 128 ? (size_t)len : 127};
}

wb_sim_lingxing_order *
wb_sim_lingxing_find(const wb_sim_lingxing_app *app, unsigned seller, wb_view no)
{
    char name[128];

    return no.len > WB_SIM_LINGXING_NO_MAX ? NULL
                                           : wb_map_find(app->by_no, name_of(name, seller, no));
}

static void *
grown(void *rows, size_t count, size_t *room)
{
    if (count < *room)
        return rows;
    *room = *room ? 2 * *room : 64;
    return wb_realloc(rows, *room * sizeof(void *));
}

wb_sim_lingxing_sys *
wb_sim_lingxing_new_sys(wb_sim_lingxing_house *house, wb_sim_lingxing_app *app,
                        wb_sim_lingxing_order *order)
{
    wb_sim_lingxing_sys *self = wb_alloc(sizeof *self);
    char text[24];

    self->number = FIRST_NUMBER + 1001 * ++house->last;
    self->status = WB_SIM_LINGXING_TO_APPROVE;
    self->split_type = 1;
    self->orders[0] = order;
    self->updated_utc_us = wb_now_utc_us();
    app->all = grown(app->all, app->all_count, &app->all_room);
    app->all[app->all_count++] = self;
    (void)snprintf(text, sizeof text, "%llu", (unsigned long long)self->number);
    wb_map_put(app->by_number, wb_view_of(text), self);
    return self;
}

void
wb_sim_lingxing_keep(wb_sim_lingxing_house *house, wb_sim_lingxing_app *app,
                     wb_sim_lingxing_order *order)
{
    char name[128];

    app->orders = grown(app->orders, app->order_count, &app->order_room);
    app->orders[app->order_count++] = order;
    wb_map_put(app->by_no, name_of(name, order->seller, wb_view_of(order->no)), order);
    for (size_t i = 0; i < order->line_count; i++)
        order->lines[i].id = ++house->last;
    order->live[0] = wb_sim_lingxing_new_sys(house, app, order);
}

wb_sim_lingxing_sys *
wb_sim_lingxing_find_sys(const wb_sim_lingxing_app *app, wb_view number)
{
    wb_sim_lingxing_sys *found = number.len ? wb_map_find(app->by_number, number) : NULL;

    return found && found->status != WB_SIM_LINGXING_HIDDEN ? found : NULL;
}

wb_sim_works *
wb_sim_lingxing_works(const wb_sim_lingxing_house *house)
{
    return house->part == house->part->sim->erp ? house->part->sim->works : NULL;
}

const wb_sim_shipment *
wb_sim_lingxing_shipment(const wb_sim_lingxing_house *house, const wb_sim_lingxing_order *order)
{
    const wb_sim_works *works = wb_sim_lingxing_works(house);

    return order && works && order->number != WB_SIM_UNMARKED
               ? wb_sim_works_shipment(works, order->number)
               : NULL;
}

bool
wb_sim_lingxing_delivered(const wb_sim_lingxing_sys *sys)
{
    return sys->delivered_utc_us && sys->delivered_utc_us <= wb_now_utc_us();
}

int
wb_sim_lingxing_status(const wb_sim_lingxing_house *house, const wb_sim_lingxing_sys *sys)
{
    const wb_sim_shipment *first = wb_sim_lingxing_shipment(house, sys->orders[0]);
    bool all = first && (sys->part < 2 || first->rest_utc_us) &&
               (!sys->orders[1] || wb_sim_lingxing_shipment(house, sys->orders[1]));

    return sys->status == WB_SIM_LINGXING_TO_SHIP && (all || wb_sim_lingxing_delivered(sys))
               ? WB_SIM_LINGXING_SHIPPED
               : sys->status;
}

int64_t
wb_sim_lingxing_updated(const wb_sim_lingxing_house *house, const wb_sim_lingxing_sys *sys)
{
    int64_t at_utc_us = sys->updated_utc_us;

    if (wb_sim_lingxing_delivered(sys) && sys->delivered_utc_us > at_utc_us)
        at_utc_us = sys->delivered_utc_us;
    for (int i = 0; i < WB_SIM_LINGXING_PARTS && sys->status == WB_SIM_LINGXING_TO_SHIP; i++) {
        const wb_sim_shipment *shipment = wb_sim_lingxing_shipment(house, sys->orders[i]);
        if (shipment && shipment->changed_utc_us > at_utc_us)
            at_utc_us = shipment->changed_utc_us;
    }
    return at_utc_us;
}

size_t
wb_sim_lingxing_lines(const wb_sim_lingxing_sys *sys, int order, size_t *first)
{
    const wb_sim_lingxing_order *at = sys->orders[order];

    *first = sys->part == 2 ? 1 : 0;
    if (!at)
        return 0;
    return sys->part == 1 ? 1 : at->line_count - *first;
}

uint32_t
wb_sim_lingxing_goods(const wb_sim_market *market, const wb_sim_lingxing_line *line)
{
    return wb_sim_goods_find(market, wb_view_of(line->sku));
}

bool
wb_sim_lingxing_paired(const wb_sim_lingxing_house *house, const wb_sim_lingxing_line *line)
{
    return wb_sim_lingxing_goods(house->part->sim->market, line) != WB_SIM_NO_ORDER;
}

wb_view
wb_sim_lingxing_street(const wb_sim_lingxing_order *order)
{
    const char *street = order->address[WB_SIM_LINGXING_A_address_line1];

    return wb_view_of(street ? street : "");
}

/* --- what of the channel's order is held --- */

uint32_t
wb_sim_lingxing_version(const wb_sim *sim, uint32_t number, bool cancelled)
{
    uint32_t version = number == WB_SIM_UNMARKED ? 0 : wb_sim_market_newest(sim->market, number);

    while (version &&
           (wb_sim_state_of(sim->market, number, version) == WB_SIM_STATE_CANCELLED) != cancelled)
        version--;
    return version;
}

uint32_t
wb_sim_lingxing_placed(const wb_sim *sim, uint32_t number, wb_view street)
{
    if (number != WB_SIM_UNMARKED &&
        wb_sim_case_of(sim->market, number) == WB_SIM_CASE_MOVED_ADDRESS)
        return wb_sim_case_street_version(sim->market, number, street);
    return wb_sim_lingxing_version(sim, number, false);
}

uint32_t
wb_sim_lingxing_marker(wb_view text, uint32_t number)
{
    uint32_t order = 0, version = 0;

    for (size_t i = 0; i + 1 < text.len; i++) {
        size_t len = 2;
        if (text.data[i] != 'S' || text.data[i + 1] != '-')
            continue;
        while (i + len < text.len && text.data[i + len] &&
               strchr("0123456789-v", text.data[i + len]))
            len++;
        if (wb_sim_marker((wb_view){text.data + i, len}, &order, &version) && order == number)
            return version;
    }
    return 0;
}

wb_view
wb_sim_lingxing_key(char out[256], const wb_sim_lingxing_order *order)
{
    int len = snprintf(out, 256, "lingxing/shop%u/order/%s", order->seller, order->no);

    return (wb_view){out, (size_t)len};
}

void
wb_sim_lingxing_told(const wb_sim_lingxing_app *app, wb_sim_lingxing_order *order, uint32_t version)
{
    char key[256];

    order->version = version ? version : order->version;
    (void)wb_sim_ledger_apply(app->target->ledgers[0],
                              &(wb_sim_arrival){.key = wb_sim_lingxing_key(key, order),
                                                .revision = ++order->revision,
                                                .number = order->number,
                                                .version = version},
                              false, 0);
}

bool
wb_sim_lingxing_stopped(const wb_sim_lingxing_order *order)
{
    for (int i = 0; i < WB_SIM_LINGXING_PARTS; i++)
        if (order->live[i] && order->live[i]->status != WB_SIM_LINGXING_NOT_TO_SHIP)
            return false;
    return true;
}

/* A version that says nothing else to an ERP than the one before has nothing to bring: it is held
 * as soon as it is made. Of an order whose versions are marked the marker tells. */
static void
look_at(const wb_sim_lingxing_app *app, wb_sim_lingxing_order *order, const wb_sim *sim)
{
    uint32_t newest = 0;

    if (order->marked || order->number == WB_SIM_UNMARKED || wb_sim_lingxing_stopped(order))
        return;
    if (wb_sim_market_cancelled(sim->market, order->number))
        return;
    newest = wb_sim_lingxing_placed(sim, order->number, wb_sim_lingxing_street(order));
    if (order->version && order->version < newest)
        wb_sim_lingxing_told(app, order, newest);
}

static void
on_look(wb_sim_timer *timer)
{
    wb_sim_lingxing_house *self = WB_CONTAINER(timer, wb_sim_lingxing_house, look);
    wb_sim *sim = self->part->sim;
    wb_sim_lingxing_app *app;

    for (size_t at = 0; (app = wb_map_next(self->apps, &at, NULL));)
        for (size_t i = 0; i < app->order_count; i++) {
            look_at(app, app->orders[i], sim);
            if (self->people)
                self->people(self, app, app->orders[i]);
        }
    wb_sim_timer_set(&sim->timers, timer, wb_now_ms() + LOOK_MS);
}

/* --- its life --- */

void *
wb_sim_lingxing_house_make(wb_sim_part *part)
{
    wb_sim_lingxing_house *self = wb_alloc(sizeof *self);

    self->part = part;
    self->apps = wb_map_new();
    self->begun_utc_us = wb_now_utc_us();
    self->look.fire = on_look;
    return self;
}

void
wb_sim_lingxing_house_destroy(void *state)
{
    wb_sim_lingxing_house *self = state;
    wb_sim_lingxing_app *app;

    wb_sim_timer_stop(&self->part->sim->timers, &self->look);
    for (size_t at = 0; (app = wb_map_next(self->apps, &at, NULL));)
        app_free(app);
    wb_map_destroy(&self->apps);
    wb_free(&self);
}
