/* SPDX-License-Identifier: Apache-2.0 */
/*
 * market - a virtual marketplace: orders are born, change, and are told about
 */
#include "tools/sim/engine/market.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/engine/cases.h"
#include "tools/sim/engine/ids.h"
#include "tools/sim/engine/order.h"

#define UTC_US_2099 (INT64_C(4070908800) * WB_US_PER_S)

typedef struct {
    int64_t made_utc_us, updated_utc_us;
    int64_t received_utc_us; /* its notice was first handed out; 0 = not yet */
} change;

struct wb_sim_market {
    wb_sim_market_conf conf;
    wb_sim_faults *faults;
    change *changes; /* of order n, version v: n * versions + v - 1 */
    uint64_t step, steps, made;
    int64_t started_us; /* 0 = not started */
    bool stopped;
    wb_sim_things things;
};

static void market_things(wb_sim_market *self);

wb_sim_market *
wb_sim_market_new(const wb_sim_market_conf *conf, wb_sim_faults *faults)
{
    wb_sim_market *self = wb_alloc(sizeof *self);

    self->conf = *conf;
    if (!conf->goods)
        self->conf.goods = WB_SIM_GOODS_USUAL;
    self->faults = faults;
    self->changes = wb_alloc(sizeof *self->changes * conf->orders * (conf->changes + 1));
    if (conf->orders)
        self->steps = conf->orders + (uint64_t)conf->changes * conf->gap;
    market_things(self);
    return self;
}

void
wb_sim_market_destroy(wb_sim_market **self_p)
{
    if (!*self_p)
        return;
    wb_free(&(*self_p)->changes);
    wb_free(self_p);
}

void
wb_sim_market_start(wb_sim_market *self, int64_t now_us)
{
    if (!self->started_us)
        self->started_us = now_us;
}

void
wb_sim_market_stop(wb_sim_market *self)
{
    self->stopped = true;
}

bool
wb_sim_market_stopped(const wb_sim_market *self)
{
    return self->stopped;
}

static change *
change_of(const wb_sim_market *self, uint32_t order, uint32_t version)
{
    return &self->changes[(uint64_t)order * (self->conf.changes + 1) + version - 1];
}

static uint64_t
thing_of(uint32_t order, uint32_t version)
{
    return (uint64_t)order << 8 | (version & 0xff);
}

bool
wb_sim_market_flawed(const wb_sim_market *self, int fault, int nature, uint32_t order,
                     uint32_t version)
{
    int place = nature == WB_SIM_ANNOUNCES ? self->conf.announces : self->conf.gives;

    if (!wb_sim_faults_marked(self->faults, fault, place, thing_of(order, version)))
        return false;
    wb_sim_faults_took(self->faults, fault);
    return true;
}

static bool
strikes(const wb_sim_market *self, int fault, uint32_t order, uint32_t version)
{
    return wb_sim_market_flawed(self, fault, WB_SIM_GIVES, order, version);
}

/* Orders whose reads may lag never keep an update time: no one could tell which is newer. */
static bool
may_lag(uint32_t order)
{
    return order % 2 == 0;
}

static int64_t
update_time(const wb_sim_market *self, uint32_t order, uint32_t version, int64_t now_utc_us)
{
    int64_t ms_utc_us = now_utc_us / WB_US_PER_MS * WB_US_PER_MS;

    if (strikes(self, WB_SIM_FAULT_YEAR_2099, order, version))
        return UTC_US_2099 + version * WB_US_PER_S;
    if (version == 1)
        return ms_utc_us;
    int64_t before = change_of(self, order, version - 1)->updated_utc_us;
    if (!may_lag(order) && strikes(self, WB_SIM_FAULT_SAME_SECOND, order, version))
        return before;
    if (before < UTC_US_2099 && ms_utc_us <= before)
        return before + WB_US_PER_MS;
    return ms_utc_us;
}

#define BACKLOG_GAP_US (10 * WB_US_PER_MS)

/* What is given all at once is a backlog: it happened before now, one change after the other. */
static int64_t
happened_utc_us(const wb_sim_market *self, int64_t now_utc_us)
{
    if (self->conf.pace_micro || !self->conf.backlog)
        return now_utc_us;
    return now_utc_us - (int64_t)(self->steps - 1 - self->step) * BACKLOG_GAP_US;
}

static void
make(wb_sim_market *self, uint32_t order, uint32_t version, int64_t now_utc_us)
{
    change *at = change_of(self, order, version);

    at->updated_utc_us = update_time(self, order, version, happened_utc_us(self, now_utc_us));
    at->made_utc_us = now_utc_us;
    self->made++;
}

/* Made by what happens in this world, or made already. */
static bool
is_not_due(const wb_sim_market *self, uint32_t order, uint32_t version)
{
    return change_of(self, order, version)->made_utc_us ||
           (version == self->conf.changes + 1 && wb_sim_case_follows(self, order));
}

/* One step: the changes of this moment, the youngest order last. */
static void
market_step(wb_sim_market *self, int64_t now_utc_us, wb_sim_made *made, void *arg)
{
    for (uint32_t c = self->conf.changes + 1; c-- > 0;) {
        uint64_t behind = (uint64_t)c * self->conf.gap;
        if (self->step < behind || self->step - behind >= self->conf.orders)
            continue;
        uint32_t order = (uint32_t)(self->step - behind);
        if (is_not_due(self, order, c + 1))
            continue;
        make(self, order, c + 1, now_utc_us);
        made(arg, order, c + 1);
    }
    self->step++;
}

void
wb_sim_market_change(wb_sim_market *self, uint32_t order, int64_t now_utc_us, wb_sim_made *made,
                     void *arg)
{
    for (uint32_t version = wb_sim_market_newest(self, order) + 1;
         version <= self->conf.changes + 1; version++) {
        make(self, order, version, now_utc_us);
        made(arg, order, version);
    }
}

int64_t
wb_sim_market_run(wb_sim_market *self, wb_sim_market_turn turn, wb_sim_made *made, void *arg)
{
    if (!self->started_us || self->stopped)
        return -1;
    for (uint32_t i = 0; self->step < self->steps; i++) {
        int64_t due_us = self->started_us;
        if (self->conf.pace_micro && self->step >= self->conf.ahead)
            due_us += (int64_t)((__int128)(self->step - self->conf.ahead) * 1000000 * WB_US_PER_S /
                                self->conf.pace_micro);
        if (due_us > turn.now_us)
            return due_us;
        if (i == turn.most)
            return 0;
        market_step(self, turn.now_utc_us, made, arg);
    }
    return -1;
}

const wb_sim_market_conf *
wb_sim_market_conf_of(const wb_sim_market *self)
{
    return &self->conf;
}

uint32_t
wb_sim_market_given(const wb_sim_market *self)
{
    return self->step < self->conf.orders ? (uint32_t)self->step : self->conf.orders;
}

bool
wb_sim_market_done(const wb_sim_market *self)
{
    return self->step >= self->steps;
}

uint64_t
wb_sim_market_made(const wb_sim_market *self)
{
    return self->made;
}

uint32_t
wb_sim_market_account(const wb_sim_market *self, uint32_t order)
{
    if (!self->conf.ahead || self->conf.accounts == 1)
        return order % self->conf.accounts;
    return order < self->conf.ahead ? 0 : 1 + order % (self->conf.accounts - 1);
}

bool
wb_sim_market_ahead(const wb_sim_market *self, uint32_t order)
{
    return order < self->conf.ahead;
}

/* Newest version made; 0 = not born. */
uint32_t
wb_sim_market_newest(const wb_sim_market *self, uint32_t order)
{
    uint32_t version = 0;

    if (order >= self->conf.orders)
        return 0;
    while (version <= self->conf.changes && change_of(self, order, version + 1)->made_utc_us)
        version++;
    return version;
}

uint32_t
wb_sim_market_seen(const wb_sim_market *self, uint32_t order, int64_t now_utc_us, int64_t lag_us)
{
    uint32_t version = wb_sim_market_newest(self, order);

    while (version > 0 && may_lag(order) &&
           change_of(self, order, version)->made_utc_us > now_utc_us - lag_us &&
           strikes(self, WB_SIM_FAULT_READ_LAG, order, version))
        version--;
    return version;
}

void
wb_sim_market_received(wb_sim_market *self, uint32_t order, uint32_t version, int64_t now_utc_us)
{
    change *at = change_of(self, order, version);

    if (!at->received_utc_us)
        at->received_utc_us = now_utc_us;
}

int64_t
wb_sim_market_made_utc_us(const wb_sim_market *self, uint32_t order, uint32_t version)
{
    return change_of(self, order, version)->made_utc_us;
}

int64_t
wb_sim_market_updated_utc_us(const wb_sim_market *self, uint32_t order, uint32_t version)
{
    return change_of(self, order, version)->updated_utc_us;
}

bool
wb_sim_is_foreign(uint32_t order)
{
    return order != WB_SIM_NO_ORDER && (order & WB_SIM_FOREIGN);
}

void
wb_sim_market_id(const wb_sim_market *self, char *dst, uint32_t order)
{
    wb_sim_id(dst, self->conf.seed, self->conf.rising_ids, order);
}

uint32_t
wb_sim_market_number(const wb_sim_market *self, wb_view id)
{
    uint32_t order = wb_sim_id_number(id, self->conf.seed, self->conf.rising_ids);

    return (order & ~WB_SIM_FOREIGN) < self->conf.orders ? order : WB_SIM_NO_ORDER;
}

static uint32_t
thing_most(const void *self)
{
    return ((const wb_sim_market *)self)->conf.orders;
}

static uint32_t
thing_given(const void *self)
{
    return wb_sim_market_given(self);
}

static uint32_t
thing_newest(const void *self, uint32_t number)
{
    return wb_sim_market_newest(self, number);
}

static int64_t
thing_made(const void *self, uint32_t number, uint32_t version)
{
    return wb_sim_market_made_utc_us(self, number, version);
}

static int64_t
thing_told(const void *self, uint32_t number, uint32_t version)
{
    return change_of(self, number, version)->received_utc_us;
}

static bool
thing_ahead(const void *self, uint32_t number)
{
    return wb_sim_market_ahead(self, number);
}

static uint32_t
thing_account(const void *self, uint32_t number)
{
    return wb_sim_market_account(self, number) + 1;
}

static void
thing_id(const void *self, char dst[WB_SIM_THING_ID_MAX], uint32_t number)
{
    wb_sim_market_id(self, dst, number);
}

bool
wb_sim_market_cancelled(const wb_sim_market *self, uint32_t order)
{
    uint32_t newest = wb_sim_market_newest(self, order);

    return newest && wb_sim_state_of(self, order, newest) == WB_SIM_STATE_CANCELLED;
}

static bool
thing_needless(const void *self, uint32_t number)
{
    return wb_sim_market_cancelled(self, number);
}

static void
market_things(wb_sim_market *self)
{
    self->things = (wb_sim_things){.kind = "order",
                                   .plural = "orders",
                                   .self = self,
                                   .most = thing_most,
                                   .given = thing_given,
                                   .count = thing_given,
                                   .newest = thing_newest,
                                   .made_utc_us = thing_made,
                                   .told_utc_us = thing_told,
                                   .ahead = thing_ahead,
                                   .account = thing_account,
                                   .id = thing_id,
                                   .needless = thing_needless};
}

const wb_sim_things *
wb_sim_market_things(const wb_sim_market *self)
{
    return &self->things;
}
