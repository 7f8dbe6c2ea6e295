/* SPDX-License-Identifier: Apache-2.0 */
/*
 * works - the ERP's side of this world: what was ordered is shipped, and stock goes down
 */
#include "tools/sim/engine/works.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/engine/held.h"
#include "tools/sim/engine/order.h"
#include "tools/sim/engine/target.h"
#include "tools/sim/engine/unserved.h"

#include <stdio.h>
#include <string.h>

#define WAIT_MS 100 /* for what has to come before it is shipped */
#define CORRECTED_EACH 5

/* An order that was taken, and what became of it. */
typedef struct {
    wb_sim_timer due;
    wb_sim_works *works;
    uint32_t order;
    wb_sim_shipment shipment; /* version 0 = not yet */
} job;

struct wb_sim_works {
    wb_sim *sim;
    job **jobs; /* by order */
    wb_sim_held *held;
    wb_sim_listing *listings; /* by seller, then goods */
    wb_sim_unserved *unserved;
    uint64_t shipped, told, due, older_after_newer;
    int64_t begun_utc_us;
    wb_sim_things shipments, offers;
};

static uint32_t
orders_of(const wb_sim_works *self)
{
    return wb_sim_market_conf_of(self->sim->market)->orders;
}

static uint32_t
goods_of(const wb_sim_works *self)
{
    return wb_sim_market_conf_of(self->sim->market)->goods;
}

static size_t
listings_of(const wb_sim_works *self)
{
    return (size_t)self->sim->conf.accounts * goods_of(self);
}

/* --- what happens --- */

static void
take_from_stock(wb_sim_works *self, uint32_t order)
{
    const wb_sim_market *market = self->sim->market;
    wb_sim_line lines[WB_SIM_LINES_MAX];
    wb_sim_goods_part parts[WB_SIM_PARTS_MAX];
    int count = wb_sim_order_lines(market, order, lines);

    for (int i = 0; i < count; i++) {
        int part_count = wb_sim_goods_parts(market, lines[i].goods, parts);
        if (part_count > 1)
            wb_sim_case_came(self->sim, WB_SIM_CASE_BUNDLE);
        for (int k = 0; k < part_count; k++)
            wb_sim_held_take(self->held, order, parts[k].goods,
                             lines[i].quantity * parts[k].quantity);
    }
}

static wb_sim_case
case_of(const job *at)
{
    return wb_sim_case_of(at->works->sim->market, at->order);
}

static bool
is_corrected(const job *at)
{
    return at->order % CORRECTED_EACH == 0 && case_of(at) == WB_SIM_CASE_NONE;
}

static void
set_due(job *at, int64_t wait_ms)
{
    wb_sim_timers *timers = &at->works->sim->timers;

    at->works->due++;
    wb_sim_timer_set(timers, &at->due, wb_now_ms() + wait_ms);
}

static void
note_change(job *at)
{
    wb_sim_shipment *shipment = &at->shipment;

    shipment->changed_utc_us = wb_now_utc_us();
    wb_sim_works_tracking(shipment->tracking, at->shipment.with, shipment->version);
    wb_sim_targets_changed(at->works->sim->targets, &at->works->shipments, at->order,
                           shipment->version);
}

/* All of it leaves, or a part: then the rest is due. */
static void
ship(job *at)
{
    wb_sim_works *self = at->works;
    wb_sim_shipment *shipment = &at->shipment;
    bool whole = case_of(at) != WB_SIM_CASE_PARTLY_SHIPPED;

    shipment->version = 1;
    shipment->shipped_utc_us = wb_now_utc_us();
    shipment->rest_utc_us = whole ? shipment->shipped_utc_us : 0;
    self->shipped++;
    take_from_stock(self, at->order);
    note_change(at);
    if (!whole || is_corrected(at))
        set_due(at, self->sim->conf.ship_after);
    if (case_of(at) == WB_SIM_CASE_CANCELLED_SHIPPED)
        wb_sim_change(self->sim, at->order);
}

static void
ship_rest(job *at)
{
    at->shipment.rest_utc_us = at->shipment.changed_utc_us = wb_now_utc_us();
    wb_sim_case_came(at->works->sim, WB_SIM_CASE_PARTLY_SHIPPED);
}

/* What goes in its parcel leaves with it. */
static void
ship_all(job *at)
{
    uint32_t mate = wb_sim_case_mate(at->works->sim->market, at->order);
    job *other = mate == WB_SIM_NO_ORDER ? NULL : at->works->jobs[mate];

    ship(at);
    if (!other || other->shipment.with != at->order)
        return;
    ship(other);
    wb_sim_case_came(at->works->sim, WB_SIM_CASE_COMBINED);
}

static void
on_due(wb_sim_timer *timer)
{
    job *at = WB_CONTAINER(timer, job, due);

    at->works->due--;
    if (!at->shipment.version) {
        if (wb_sim_case_waits(at->works->sim, at->order)) {
            wb_sim_change(at->works->sim, at->order); /* where nobody looked at it before */
            set_due(at, WAIT_MS);
        } else {
            ship_all(at);
        }
    } else if (!at->shipment.rest_utc_us) {
        ship_rest(at);
    } else {
        at->shipment.version++;
        note_change(at);
    }
}

/* The second part of tenant/account/order/id. */
static wb_view
account_of(wb_view key)
{
    const char *end = key.data + key.len;
    const char *first = key.len ? memchr(key.data, '/', key.len) : NULL;
    const char *second = first ? memchr(first + 1, '/', (size_t)(end - first - 1)) : NULL;

    return second ? (wb_view){first + 1, (size_t)(second - first - 1)} : (wb_view){"", 0};
}

void
wb_sim_works_took(wb_sim_works *self, const wb_sim_arrival *order)
{
    wb_view account = account_of(order->key);

    if (order->number >= orders_of(self) || self->jobs[order->number] ||
        account.len > WB_SIM_ACCOUNT_NAME_MAX ||
        wb_sim_state_of(self->sim->market, order->number, order->version) == WB_SIM_STATE_CANCELLED)
        return;
    job *at = wb_alloc(sizeof *at);
    at->works = self;
    at->order = at->shipment.with = order->number;
    at->due.fire = on_due;
    memcpy(at->shipment.account, account.data, account.len);
    self->jobs[order->number] = at;
    set_due(at, self->sim->conf.ship_after);
}

void
wb_sim_works_join(wb_sim_works *self, uint32_t number, uint32_t with)
{
    job *at = self->jobs[number];

    if (!at || !self->jobs[with] || at->shipment.version || self->jobs[with]->shipment.version)
        return;
    wb_sim_timer_stop(&self->sim->timers, &at->due);
    self->due--;
    at->shipment.with = with;
}

/* A cancellation that comes before the ERP has the order, or when it has left already. */
void
wb_sim_works_changed(wb_sim_works *self, uint32_t number, uint32_t version)
{
    if (wb_sim_state_of(self->sim->market, number, version) != WB_SIM_STATE_CANCELLED)
        return;
    if (wb_sim_works_shipment(self, number))
        wb_sim_case_came(self->sim, WB_SIM_CASE_CANCELLED_SHIPPED);
    else if (wb_sim_case_of(self->sim->market, number) == WB_SIM_CASE_CANCELLED_BEFORE)
        wb_sim_case_came(self->sim, WB_SIM_CASE_CANCELLED_BEFORE);
}

bool
wb_sim_works_stop(wb_sim_works *self, uint32_t number)
{
    job **at = number < orders_of(self) ? &self->jobs[number] : NULL;

    if (!at || !*at)
        return true;
    if ((*at)->shipment.version)
        return false;
    if ((*at)->shipment.with == number) {
        wb_sim_timer_stop(&self->sim->timers, &(*at)->due);
        self->due--;
    }
    wb_free(at);
    return true;
}

/* --- what can be asked --- */

const wb_sim_shipment *
wb_sim_works_shipment(const wb_sim_works *self, uint32_t number)
{
    const job *at = number < orders_of(self) ? self->jobs[number] : NULL;

    return at && at->shipment.version ? &at->shipment : NULL;
}

uint64_t
wb_sim_works_shared(const wb_sim_works *self)
{
    return wb_sim_held_shared(self->held);
}

int64_t
wb_sim_works_held(const wb_sim_works *self, uint32_t goods, int warehouse)
{
    return wb_sim_held_at(self->held, goods, warehouse);
}

int64_t
wb_sim_works_stock_changed_utc_us(const wb_sim_works *self, uint32_t goods)
{
    return wb_sim_held_changed_utc_us(self->held, goods);
}

uint32_t
wb_sim_works_listing_number(const wb_sim_works *self, unsigned seller, uint32_t goods)
{
    return (seller - 1) * goods_of(self) + goods;
}

const wb_sim_listing *
wb_sim_works_listing(const wb_sim_works *self, unsigned seller, uint32_t goods)
{
    return &self->listings[wb_sim_works_listing_number(self, seller, goods)];
}

uint64_t
wb_sim_works_due(const wb_sim_works *self)
{
    return self->due;
}

/* --- what is shown of it --- */

static int64_t
pieces_held(const void *works, uint32_t goods)
{
    return wb_sim_held_sum(((const wb_sim_works *)works)->held, goods);
}

static int64_t
pieces_left(const void *works, uint32_t goods)
{
    const wb_sim_works *self = works;
    int64_t sum = pieces_held(self, goods);

    sum -= wb_sim_unserved_pieces(self->unserved, self->sim, goods);
    return sum < 0 ? 0 : sum;
}

static int64_t
pieces_at_most(const void *works, uint32_t goods)
{
    return wb_sim_held_most(((const wb_sim_works *)works)->held, goods);
}

int64_t
wb_sim_works_should_show(const wb_sim_works *self, uint32_t goods)
{
    return wb_sim_goods_enough(self->sim->market, goods, pieces_left, self);
}

bool
wb_sim_works_may_show(const wb_sim_works *self, uint32_t goods, int64_t quantity)
{
    /* of each warehouse at another time: they are told of one by one */
    return quantity <= wb_sim_goods_enough(self->sim->market, goods, pieces_at_most, self);
}

/* When less or more of them was held last. */
static int64_t
pieces_changed_utc_us(const wb_sim_works *self, uint32_t goods)
{
    wb_sim_goods_part parts[WB_SIM_PARTS_MAX];
    int count = wb_sim_goods_parts(self->sim->market, goods, parts);
    int64_t last = 0;

    for (int i = 0; i < count; i++) {
        int64_t at_utc_us = wb_sim_held_changed_utc_us(self->held, parts[i].goods);
        last = at_utc_us > last ? at_utc_us : last;
    }
    return last;
}

/* Who was told what is held and then more, though nothing changed here before or between, was told
 * of an older time. What it showed before the last change may be what is held now by chance: less
 * for a sale that was not shipped yet, or one of two warehouses as it was. */
void
wb_sim_works_show(wb_sim_works *self, unsigned seller, uint32_t goods, int64_t quantity)
{
    wb_sim_listing *at = &self->listings[wb_sim_works_listing_number(self, seller, goods)];
    int64_t held = wb_sim_goods_enough(self->sim->market, goods, pieces_held, self);

    self->told++;
    self->older_after_newer += at->quantity == held && quantity > held &&
                               at->changed_utc_us > pieces_changed_utc_us(self, goods);
    at->quantity = quantity;
    at->changed_utc_us = wb_now_utc_us();
}

void
wb_sim_works_stock(const wb_sim_works *self, wb_sim_stock_counts *out)
{
    *out = (wb_sim_stock_counts){.goods = goods_of(self),
                                 .older_after_newer = self->older_after_newer};
    for (uint32_t goods = 0; goods < goods_of(self); goods++) {
        int64_t held = wb_sim_works_should_show(self, goods);
        uint64_t wrong = 0;
        for (unsigned seller = 1; seller <= (unsigned)self->sim->conf.accounts; seller++)
            wrong += wb_sim_goods_sold(self->sim->market, goods, seller) &&
                     wb_sim_works_listing(self, seller, goods)->quantity != held;
        out->right += !wrong;
        out->wrong_listings += wrong;
    }
}

void
wb_sim_works_write(const wb_sim_works *self, wb_json_writer *writer)
{
    wb_sim_stock_counts now;

    wb_sim_works_stock(self, &now);
    wb_json_put_key(writer, "works");
    wb_json_open(writer, '{');
    wb_json_member_int(writer, "shipments", (int64_t)self->shipped);
    wb_json_member_int(writer, "listings", (int64_t)listings_of(self));
    wb_json_member_int(writer, "told", (int64_t)self->told);
    wb_json_member_int(writer, "stock_wrong", (int64_t)now.wrong_listings);
    wb_json_close(writer, '}');
}

/* --- shipments as things --- */

static uint32_t
shipment_most(const void *self)
{
    return orders_of(self);
}

static uint32_t
shipment_count(const void *self)
{
    return (uint32_t)((const wb_sim_works *)self)->shipped;
}

static uint32_t
shipment_newest(const void *self, uint32_t number)
{
    const job *at = ((const wb_sim_works *)self)->jobs[number];

    return at ? at->shipment.version : 0;
}

static int64_t
shipment_made(const void *self, uint32_t number, uint32_t version)
{
    const wb_sim_shipment *at = &((const wb_sim_works *)self)->jobs[number]->shipment;

    return version == 1 ? at->shipped_utc_us : at->changed_utc_us;
}

/* Who wants to know of it reads a list. */
static int64_t
never_told(const void *self, uint32_t number, uint32_t version)
{
    (void)self;
    (void)number;
    (void)version;
    return 0;
}

static uint32_t
shipment_account(const void *self, uint32_t number)
{
    return wb_sim_market_account(((const wb_sim_works *)self)->sim->market, number) + 1;
}

static void
shipment_id(const void *self, char dst[WB_SIM_THING_ID_MAX], uint32_t number)
{
    (void)self;
    (void)snprintf(dst, WB_SIM_THING_ID_MAX, "H-%u", number);
}

static bool
shipment_name(const void *self, uint32_t number, int index, char dst[WB_SIM_THING_ID_MAX])
{
    const wb_sim_part *erp = ((const wb_sim_works *)self)->sim->erp;

    if (erp->system->shipment)
        return erp->system->shipment(erp, number, index, dst);
    shipment_id(self, dst, number);
    return index == 0;
}

/* --- listings as things: what they were told to show --- */

static uint32_t
listing_most(const void *self)
{
    return (uint32_t)listings_of(self);
}

static uint32_t
listing_newest(const void *self, uint32_t number)
{
    const wb_sim_works *works = self;

    return wb_sim_goods_sold(works->sim->market, number % goods_of(works),
                             number / goods_of(works) + 1);
}

static uint32_t
listing_count(const void *self)
{
    uint32_t count = 0;

    for (uint32_t number = 0; number < listing_most(self); number++)
        count += listing_newest(self, number);
    return count;
}

/* There from the beginning. */
static int64_t
listing_made(const void *self, uint32_t number, uint32_t version)
{
    (void)number;
    (void)version;
    return ((const wb_sim_works *)self)->begun_utc_us;
}

static uint32_t
listing_account(const void *self, uint32_t number)
{
    return number / goods_of(self) + 1;
}

static void
listing_id(const void *self, char dst[WB_SIM_THING_ID_MAX], uint32_t number)
{
    (void)snprintf(dst, WB_SIM_THING_ID_MAX, "L-%u", number % goods_of(self));
}

/* --- its life --- */

wb_sim_works *
wb_sim_works_new(wb_sim *sim)
{
    wb_sim_works *self = wb_alloc(sizeof *self);

    self->sim = sim;
    self->jobs = wb_alloc(orders_of(self) * sizeof *self->jobs);
    self->begun_utc_us = wb_now_utc_us();
    self->held = wb_sim_held_new(sim, self->begun_utc_us);
    self->listings = wb_alloc(listings_of(self) * sizeof *self->listings);
    self->unserved = wb_alloc(sizeof *self->unserved);
    self->shipments =
        (wb_sim_things){.kind = "shipment",
                        .plural = wb_sim_comes_back(sim, "shipment") ? "shipments" : NULL,
                        .self = self,
                        .most = shipment_most,
                        .given = shipment_most,
                        .count = shipment_count,
                        .newest = shipment_newest,
                        .made_utc_us = shipment_made,
                        .told_utc_us = never_told,
                        .account = shipment_account,
                        .id = shipment_id,
                        .name = shipment_name};
    self->offers =
        (wb_sim_things){.kind = "listing",
                        .plural = wb_sim_comes_back(sim, "inventory") ? "listings" : NULL,
                        .self = self,
                        .most = listing_most,
                        .given = listing_most,
                        .count = listing_count,
                        .newest = listing_newest,
                        .made_utc_us = listing_made,
                        .told_utc_us = never_told,
                        .account = listing_account,
                        .id = listing_id};
    wb_sim_things_add(sim, &self->shipments);
    wb_sim_things_add(sim, &self->offers);
    for (size_t i = 0; i < listings_of(self); i++)
        self->listings[i] = (wb_sim_listing){.quantity = -1, .changed_utc_us = self->begun_utc_us};
    return self;
}

void
wb_sim_works_destroy(wb_sim_works **self_p)
{
    wb_sim_works *self = *self_p;

    if (!self)
        return;
    for (uint32_t i = 0; i < orders_of(self); i++) {
        if (!self->jobs[i])
            continue;
        wb_sim_timer_stop(&self->sim->timers, &self->jobs[i]->due);
        wb_free(&self->jobs[i]);
    }
    wb_free(&self->jobs);
    wb_sim_held_destroy(&self->held);
    wb_free(&self->listings);
    wb_sim_unserved_fini(self->unserved);
    wb_free(&self->unserved);
    wb_free(self_p);
}
