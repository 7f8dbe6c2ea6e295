/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/sim/engine/unserved.h"

#include "protocol/base/own.h"
#include "tools/sim/engine/goods.h"
#include "tools/sim/engine/order.h"
#include "tools/sim/engine/refusal.h"
#include "tools/sim/engine/target.h"

#define ROOM 16

void
wb_sim_unserved_fini(wb_sim_unserved *self)
{
    wb_free(&self->withheld);
    *self = (wb_sim_unserved){0};
}

static void
note_withheld(wb_sim_unserved *self, uint32_t order)
{
    if (self->count == self->room) {
        self->room = self->room ? 2 * self->room : ROOM;
        self->withheld = wb_realloc(self->withheld, self->room * sizeof *self->withheld);
    }
    self->withheld[self->count++] = order;
}

static void
look(wb_sim_unserved *self, const wb_sim *sim)
{
    const wb_sim_system *shop = sim->shop->system;

    for (; shop->withheld && self->looked_at < wb_sim_market_given(sim->market); self->looked_at++)
        if (shop->withheld(sim->shop, self->looked_at))
            note_withheld(self, self->looked_at);
}

typedef struct {
    const wb_sim *sim;
    uint32_t goods;
    int64_t pieces;
} counting;

static int64_t
pieces_of(const wb_sim_market *market, uint32_t order, uint32_t goods)
{
    wb_sim_line lines[WB_SIM_LINES_MAX];
    wb_sim_goods_part parts[WB_SIM_PARTS_MAX];
    int count = wb_sim_order_lines(market, order, lines);
    int64_t pieces = 0;

    for (int i = 0; i < count; i++) {
        int part_count = wb_sim_goods_parts(market, lines[i].goods, parts);
        for (int k = 0; k < part_count; k++)
            if (parts[k].goods == goods)
                pieces += lines[i].quantity * parts[k].quantity;
    }
    return pieces;
}

/* Not while its buyer may still go, nor when he has gone; nor what somebody has, or sent. */
static bool
stands(const wb_sim *sim, uint32_t order)
{
    const wb_sim_ledger *ledger;
    uint32_t newest = wb_sim_market_newest(sim->market, order);

    if (!newest || wb_sim_state_of(sim->market, order, newest) != WB_SIM_STATE_UNSHIPPED)
        return false;
    for (const wb_sim_target *at = wb_sim_targets_first(sim->targets); at; at = at->next) {
        ledger = wb_sim_target_kind(at, WB_VIEW_LIT(""));
        if (wb_sim_ledger_version(ledger, order))
            return false;
    }
    return true;
}

static void
add(void *arg, uint32_t order)
{
    counting *self = arg;

    if (stands(self->sim, order))
        self->pieces += pieces_of(self->sim->market, order, self->goods);
}

int64_t
wb_sim_unserved_pieces(wb_sim_unserved *self, const wb_sim *sim, uint32_t goods)
{
    counting sum = {sim, goods, 0};

    if (!sim->erp || !sim->erp->system->tells_whole_stock)
        return 0;
    look(self, sim);
    for (size_t i = 0; i < self->count; i++)
        if (!wb_sim_order_unread(sim, self->withheld[i]))
            add(&sum, self->withheld[i]);
    wb_sim_orders_refused(sim, add, &sum);
    return sum.pieces;
}
