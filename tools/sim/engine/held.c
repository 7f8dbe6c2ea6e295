/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/engine/held.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/engine/goods.h"

#include <limits.h>

#define FILLED 1000
#define NEARLY_GONE 100
#define SEVERAL UINT_MAX

typedef struct {
    int64_t now[WB_SIM_WAREHOUSES];
    int64_t most[WB_SIM_WAREHOUSES]; /* that were ever held */
    int64_t changed_utc_us;
    unsigned sold_by; /* 0 nobody, k seller k, SEVERAL */
} row;

struct wb_sim_held {
    wb_sim *sim;
    uint32_t goods;
    row *rows;
};

wb_sim_held *
wb_sim_held_new(wb_sim *sim, int64_t now_utc_us)
{
    wb_sim_held *self = wb_alloc(sizeof *self);

    self->sim = sim;
    self->goods = wb_sim_market_conf_of(sim->market)->goods;
    self->rows = wb_alloc(self->goods * sizeof *self->rows);
    for (uint32_t goods = 0; goods < self->goods; goods++) {
        row *at = &self->rows[goods];
        at->changed_utc_us = now_utc_us;
        for (int i = 0; i < WB_SIM_WAREHOUSES; i++)
            at->now[i] = at->most[i] = FILLED + (int64_t)(goods % 7) * (i + 1);
    }
    return self;
}

void
wb_sim_held_destroy(wb_sim_held **self_p)
{
    if (!*self_p)
        return;
    wb_free(&(*self_p)->rows);
    wb_free(self_p);
}

void
wb_sim_held_take(wb_sim_held *self, uint32_t order, uint32_t goods, int64_t quantity)
{
    row *at = &self->rows[goods];
    int64_t *now = &at->now[order % WB_SIM_WAREHOUSES];
    int64_t *most = &at->most[order % WB_SIM_WAREHOUSES];
    unsigned seller = wb_sim_market_account(self->sim->market, order) + 1;

    *now -= quantity;
    if (*now < NEARLY_GONE)
        *now += FILLED;
    if (*now > *most)
        *most = *now;
    wb_sim_goods_leave(self->sim, goods, order, &at->now[WB_SIM_WAREHOUSES - 1]);
    at->changed_utc_us = wb_now_utc_us();
    at->sold_by = !at->sold_by || at->sold_by == seller ? seller : SEVERAL;
}

int64_t
wb_sim_held_at(const wb_sim_held *self, uint32_t goods, int warehouse)
{
    return self->rows[goods].now[warehouse];
}

int64_t
wb_sim_held_sum(const wb_sim_held *self, uint32_t goods)
{
    int64_t sum = 0;

    for (int i = 0; i < WB_SIM_WAREHOUSES; i++)
        sum += self->rows[goods].now[i];
    return sum;
}

int64_t
wb_sim_held_most(const wb_sim_held *self, uint32_t goods)
{
    int64_t sum = 0;

    for (int i = 0; i < WB_SIM_WAREHOUSES; i++)
        sum += self->rows[goods].most[i];
    return sum;
}

int64_t
wb_sim_held_changed_utc_us(const wb_sim_held *self, uint32_t goods)
{
    return self->rows[goods].changed_utc_us;
}

uint64_t
wb_sim_held_shared(const wb_sim_held *self)
{
    uint64_t count = 0;

    for (uint32_t goods = 0; goods < self->goods; goods++)
        count += self->rows[goods].sold_by == SEVERAL;
    return count;
}
