/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts - what a parent order is at the moment, in numbers
 *
 * Where the ERP of this world ships, an order is on its way when it was confirmed here; otherwise
 * the seller ships by hand, as the marketplace says. A line goes as a whole. What has left is not
 * cancelled any more.
 */
#include "tools/sim/systems/temu/facts.h"

#include "protocol/base/clock.h"

#include <stdio.h>

#define PENDING_US (960 * WB_US_PER_S)
#define SHIP_BY_US (3 * 86400 * WB_US_PER_S)
#define BUYS_TWICE 25 /* one in so many orders of a mall is the second of its buyer */

static const wb_sim_market *
market_of(const wb_sim_temu *self)
{
    return self->part->sim->market;
}

int64_t
wb_sim_temu_updated_utc_us(const wb_sim_temu *self, const wb_sim_found *at)
{
    int64_t told_utc_us = wb_sim_market_updated_utc_us(market_of(self), at->order, at->version);
    int64_t sent_utc_us = self->sent[at->order].changed_utc_us;

    return told_utc_us > sent_utc_us ? told_utc_us : sent_utc_us;
}

static int
line_status(const wb_sim_temu *self, const wb_sim_temu_facts *facts, wb_sim_state state, int line)
{
    bool by_hand = !self->part->sim->works;

    if (self->sent[facts->order].lines & (1U << line))
        return WB_SIM_TEMU_SHIPPED;
    if (state == WB_SIM_STATE_CANCELLED)
        return WB_SIM_TEMU_CANCELED;
    if (state == WB_SIM_STATE_PENDING)
        return WB_SIM_TEMU_PENDING;
    if (by_hand && (state == WB_SIM_STATE_SHIPPED ||
                    (state == WB_SIM_STATE_PARTLY && line == 0 && facts->count > 1)))
        return WB_SIM_TEMU_SHIPPED;
    return WB_SIM_TEMU_UN_SHIPPING;
}

/* Of its lines: all alike, or what is on its way decides. */
static int
parent_status(const wb_sim_temu_facts *self)
{
    int shipped = 0, open = 0;

    for (int i = 0; i < self->count; i++) {
        shipped += self->line_status[i] == WB_SIM_TEMU_SHIPPED;
        open += self->line_status[i] == WB_SIM_TEMU_UN_SHIPPING;
    }
    if (shipped)
        return open ? WB_SIM_TEMU_PARTLY : WB_SIM_TEMU_SHIPPED;
    return self->line_status[0];
}

/* A buyer asks, and after a while it is settled: nothing has come of it. */
static bool
asks(const wb_sim_temu *self, const wb_sim_temu_facts *facts, int fault)
{
    int64_t made_utc_us = wb_sim_market_made_utc_us(market_of(self), facts->order, 1);

    return (facts->status == WB_SIM_TEMU_UN_SHIPPING || facts->status == WB_SIM_TEMU_PARTLY) &&
           wb_now_utc_us() < made_utc_us + self->conf->temu_hold * WB_US_PER_MS &&
           wb_sim_temu_marked(self->part, fault, facts->order);
}

static int64_t
shipped_utc_us(const wb_sim_temu *self, const wb_sim_temu_facts *facts)
{
    if (facts->status != WB_SIM_TEMU_SHIPPED)
        return 0;
    return self->sent[facts->order].shipped_utc_us ? self->sent[facts->order].shipped_utc_us
                                                   : facts->updated_utc_us;
}

void
wb_sim_temu_facts_of(const wb_sim_temu *self, const wb_sim_found *at, wb_sim_temu_facts *out)
{
    const wb_sim_market *market = market_of(self);
    wb_sim_state state = wb_sim_state_of(market, at->order, at->version);

    *out = (wb_sim_temu_facts){.order = at->order, .version = at->version};
    out->count = wb_sim_order_lines(market, at->order, out->lines);
    out->created_utc_us = wb_sim_order_created_utc_us(market, at->order);
    out->updated_utc_us = wb_sim_temu_updated_utc_us(self, at);
    for (int i = 0; i < out->count; i++)
        out->line_status[i] = line_status(self, out, state, i);
    out->status = parent_status(out);
    out->shipped_utc_us = shipped_utc_us(self, out);
    out->asks_to_cancel = asks(self, out, WB_SIM_TEMU_HOLD_CANCEL);
    out->asks_to_move = asks(self, out, WB_SIM_TEMU_HOLD_ADDRESS);
}

int64_t
wb_sim_temu_confirmed_utc_us(const wb_sim_temu_facts *self)
{
    return self->created_utc_us + PENDING_US;
}

int64_t
wb_sim_temu_ship_by_utc_us(const wb_sim_temu_facts *self)
{
    return self->created_utc_us + SHIP_BY_US;
}

uint32_t
wb_sim_temu_buyer(const wb_sim_temu *self, uint32_t order)
{
    uint32_t malls = wb_sim_market_conf_of(market_of(self))->accounts;

    if (wb_sim_market_conf_of(market_of(self))->case_each)
        return wb_sim_case_buyer(market_of(self), order);
    return order / malls % BUYS_TWICE == 1 ? order - malls : order;
}

void
wb_sim_temu_sn(const wb_sim_temu *self, char dst[WB_SIM_TEMU_SN_MAX], uint32_t order, int line)
{
    char id[WB_SIM_ID_LEN + 1];

    wb_sim_market_id(market_of(self), id, order);
    (void)snprintf(dst, WB_SIM_TEMU_SN_MAX, "%s-%d", id, line + 1);
}

int
wb_sim_temu_line(const wb_sim_temu *self, const wb_sim_temu_facts *facts, wb_view sn)
{
    char text[WB_SIM_TEMU_SN_MAX];

    for (int i = 0; i < facts->count; i++) {
        wb_sim_temu_sn(self, text, facts->order, i);
        if (wb_view_is(sn, text))
            return i;
    }
    return -1;
}

bool
wb_sim_temu_label(const wb_sim_temu *self, const wb_sim_temu_facts *facts,
                  char dst[WB_SIM_TEMU_LABEL_MAX])
{
    (void)snprintf(dst, WB_SIM_TEMU_LABEL_MAX, "PK-L%015u", facts->order);
    return facts->status == WB_SIM_TEMU_UN_SHIPPING &&
           wb_sim_temu_marked(self->part, WB_SIM_TEMU_LABEL, facts->order);
}

int64_t
wb_sim_temu_sku_id(uint32_t goods)
{
    return WB_SIM_TEMU_SKU_BASE + goods;
}

int64_t
wb_sim_temu_goods_id(uint32_t goods)
{
    return WB_SIM_TEMU_GOODS_BASE + goods / WB_SIM_TEMU_SKUS_EACH;
}
