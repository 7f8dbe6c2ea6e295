/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cases - the special orders of this world: which they are, and how often each came to pass
 */
#include "tools/sim/engine/cases.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/engine/order.h"
#include "tools/sim/engine/refusal.h"
#include "tools/sim/engine/target.h"
#include "tools/sim/engine/works.h"

#include <stdio.h>

#define UNLISTED_EACH 8
#define STREETS 900

/* Which of the orders of a seller: eighths of a round. */
static const struct {
    wb_sim_case which;
    uint32_t eighth, behind;
} slots[] = {
    {WB_SIM_CASE_COMBINED,          0, 0},
    {WB_SIM_CASE_COMBINED,          0, 1},
    {WB_SIM_CASE_SPLIT,             1, 0},
    {WB_SIM_CASE_PARTLY_SHIPPED,    2, 0},
    {WB_SIM_CASE_CANCELLED_BEFORE,  3, 0},
    {WB_SIM_CASE_CANCELLED_AFTER,   4, 0},
    {WB_SIM_CASE_CANCELLED_SHIPPED, 5, 0},
    {WB_SIM_CASE_MOVED_ADDRESS,     6, 0},
};

static bool
is_played(const wb_sim_market_conf *conf, wb_sim_case which)
{
    return conf->case_each && (conf->cases & 1U << which);
}

/* Its place in the round of its seller, from 0. */
static uint32_t
place_of(const wb_sim_market_conf *conf, uint32_t order)
{
    return (uint32_t)((order / conf->accounts + conf->seed) % conf->case_each);
}

uint32_t
wb_sim_case_mate(const wb_sim_market *market, uint32_t order)
{
    const wb_sim_market_conf *conf = wb_sim_market_conf_of(market);

    if (order >= conf->orders || !is_played(conf, WB_SIM_CASE_COMBINED))
        return WB_SIM_NO_ORDER;
    switch (place_of(conf, order)) {
    case 0:
        return order + conf->accounts < conf->orders ? order + conf->accounts : WB_SIM_NO_ORDER;
    case 1:
        return order >= conf->accounts ? order - conf->accounts : WB_SIM_NO_ORDER;
    default:
        return WB_SIM_NO_ORDER;
    }
}

wb_sim_case
wb_sim_case_of(const wb_sim_market *market, uint32_t order)
{
    const wb_sim_market_conf *conf = wb_sim_market_conf_of(market);

    for (size_t i = 0; i < WB_COUNT(slots) && conf->case_each && order < conf->orders; i++) {
        uint32_t at = slots[i].eighth * conf->case_each / 8 + slots[i].behind;
        if (at != place_of(conf, order) || !is_played(conf, slots[i].which))
            continue;
        return slots[i].which == WB_SIM_CASE_COMBINED &&
                       wb_sim_case_mate(market, order) == WB_SIM_NO_ORDER
                   ? WB_SIM_CASE_NONE
                   : slots[i].which;
    }
    return WB_SIM_CASE_NONE;
}

uint32_t
wb_sim_case_buyer(const wb_sim_market *market, uint32_t order)
{
    uint32_t mate = wb_sim_case_mate(market, order);

    return mate < order ? mate : order;
}

static bool
has_arrived(const wb_sim *sim, uint32_t order, uint32_t version)
{
    wb_sim_target *at = wb_sim_targets_first(sim->targets);
    const wb_sim_ledger *ledger;

    for (; at; at = at->next)
        if ((ledger = wb_sim_target_kind(at, (wb_view){"", 0})) &&
            wb_sim_ledger_version(ledger, order) >= version)
            return true;
    return false;
}

/* Its last change is still to come, or on its way here, for as long as somebody is patient. */
static bool
is_late(const wb_sim *sim, uint32_t order)
{
    uint32_t last = wb_sim_market_conf_of(sim->market)->changes + 1;
    uint32_t newest = wb_sim_market_newest(sim->market, order);

    return newest < last || (wb_now_utc_us() < wb_sim_market_made_utc_us(sim->market, order, last) +
                                                   sim->conf.case_patience * WB_US_PER_MS &&
                             !has_arrived(sim, order, last));
}

static bool
is_awaited(wb_sim_case which)
{
    return which == WB_SIM_CASE_MOVED_ADDRESS || which == WB_SIM_CASE_CANCELLED_AFTER;
}

bool
wb_sim_case_follows(const wb_sim_market *market, uint32_t order)
{
    wb_sim_case which = wb_sim_case_of(market, order);

    return is_awaited(which) || which == WB_SIM_CASE_CANCELLED_SHIPPED;
}

bool
wb_sim_case_waits(const wb_sim *sim, uint32_t order)
{
    return is_awaited(wb_sim_case_of(sim->market, order)) && !wb_sim_market_stopped(sim->market) &&
           is_late(sim, order);
}

/* --- where it goes to --- */

void
wb_sim_case_street(char out[48], const wb_sim_market *market, uint32_t order, uint32_t version)
{
    uint32_t last = wb_sim_market_conf_of(market)->changes + 1;
    uint64_t dice = wb_sim_order_hash(market, wb_sim_case_buyer(market, order));
    bool moved = version == last && wb_sim_case_of(market, order) == WB_SIM_CASE_MOVED_ADDRESS;

    (void)snprintf(out, 48, "%u %s Street", (unsigned)(dice % STREETS) + 1,
                   moved ? "Orchard" : "Harbour");
}

uint32_t
wb_sim_case_street_version(const wb_sim_market *market, uint32_t order, wb_view street)
{
    uint32_t version = wb_sim_market_newest(market, order);
    char text[48];

    for (; version > 0; version--) {
        wb_sim_case_street(text, market, order, version);
        if (wb_view_is(street, text))
            break;
    }
    return version;
}

/* --- what came to pass --- */

void
wb_sim_goods_leave(wb_sim *sim, uint32_t goods, uint32_t order, int64_t *last)
{
    if (!*last || order % WB_SIM_WAREHOUSES == WB_SIM_WAREHOUSES - 1 ||
        !is_played(wb_sim_market_conf_of(sim->market), WB_SIM_CASE_UNLISTED) ||
        goods % UNLISTED_EACH != UNLISTED_EACH / 2)
        return;
    *last = 0;
    wb_sim_case_came(sim, WB_SIM_CASE_UNLISTED);
}

void
wb_sim_case_came(wb_sim *sim, wb_sim_case which)
{
    sim->cases[which]++;
}

void
wb_sim_cases_write(const wb_sim *sim, wb_json_writer *writer)
{
    static const char *const names[] = {
#define CASE_NAME(id, name) name,
        WB_SIM_CASES(CASE_NAME)
#undef CASE_NAME
    };

    wb_json_put_key(writer, "cases");
    wb_json_open(writer, '{');
    for (int i = 0; i < WB_SIM_CASE_COUNT; i++)
        if (is_played(wb_sim_market_conf_of(sim->market), (wb_sim_case)i))
            wb_json_member_int(writer, names[i],
                               i == WB_SIM_CASE_TWO_SHOPS && sim->works
                                   ? (int64_t)wb_sim_works_shared(sim->works)
                                   : (int64_t)sim->cases[i]);
    wb_json_close(writer, '}');
}

/* --- what nobody can bring any more --- */

/* Where a system takes records. */
static int
taking_place(const wb_sim_part *part)
{
    int at = 0;

    while (part->system->places[at].name && !(part->system->places[at].nature & WB_SIM_TAKES))
        at++;
    return part->places + at;
}

static void
note(wb_sim *sim, const wb_sim_part *part, const char *target, const wb_sim_things *things,
     uint32_t number)
{
    int at = taking_place(part);
    char key[WB_SIM_THING_ID_MAX];
    wb_sim_subject subject = {.at = at,
                              .target = target,
                              .things = things,
                              .order = number,
                              .told = &sim->places[at].told};

    things->id(things->self, key, number);
    subject.key = wb_view_of(key);
    if (!wb_sim_refusal_noted(sim, &subject))
        wb_sim_refusal_note(sim, &subject, &(wb_sim_refusal){.status = 422, .lasting = true});
}

/* Who has it, in an older version. NULL = nobody does. */
static const wb_sim_target *
holder_of(const wb_sim *sim, uint32_t order)
{
    const wb_sim_ledger *ledger;

    for (const wb_sim_target *at = wb_sim_targets_first(sim->targets); at; at = at->next) {
        ledger = wb_sim_target_kind(at, WB_VIEW_LIT(""));
        if (wb_sim_ledger_version(ledger, order) &&
            wb_sim_ledger_version(ledger, order) < wb_sim_market_newest(sim->market, order))
            return at;
    }
    return NULL;
}

/* It was told, and nobody can change it any more. */
static bool
is_closed(const wb_sim *sim, uint32_t order)
{
    const wb_sim_system *erp = sim->erp->system, *shop = sim->shop->system;

    return erp->closed && erp->closed(sim->erp, order) &&
           (!shop->told || shop->told(sim->shop, order));
}

static void
note_order(wb_sim *sim, uint32_t order)
{
    const wb_sim_things *shipments = wb_sim_things_of(sim, WB_VIEW_LIT("shipment"));
    const wb_sim_target *target = holder_of(sim, order);
    bool cancelled = wb_sim_market_cancelled(sim->market, order);
    char seller[16];

    if (!target ||
        !(cancelled ? wb_sim_works_shipment(sim->works, order) != NULL : is_closed(sim, order)))
        return;
    note(sim, sim->erp, target->name, wb_sim_market_things(sim->market), order);
    if (!cancelled || !shipments || !shipments->plural)
        return;
    (void)snprintf(seller, sizeof seller, "%u", wb_sim_market_account(sim->market, order) + 1);
    note(sim, sim->shop, seller, shipments, order);
}

void
wb_sim_cases_note(wb_sim *sim)
{
    for (uint32_t order = 0; sim->works && order < wb_sim_market_given(sim->market); order++)
        if (wb_sim_case_of(sim->market, order) != WB_SIM_CASE_NONE)
            note_order(sim, order);
}
