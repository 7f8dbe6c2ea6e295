/* SPDX-License-Identifier: Apache-2.0 */
/*
 * story - what became of all that this world made: kind by kind, there and at its far end
 */
#include "tools/sim/engine/story.h"

#include "tools/sim/engine/ids.h"
#include "tools/sim/engine/order.h"
#include "tools/sim/engine/refusal.h"
#include "tools/sim/engine/stock.h"
#include "tools/sim/engine/target.h"
#include "tools/sim/engine/works.h"

typedef struct {
    uint64_t at_source, at_target, kept, repeated, older_after_newer, invented, arrived;
} sums;

/* NULL = it has taken none of these. */
static const wb_sim_ledger *
ledger_of(const wb_sim_target *target, const wb_sim_things *things)
{
    for (size_t i = 0; i < WB_SIM_KINDS_MAX && target->ledgers[i]; i++)
        if (wb_sim_ledger_things(target->ledgers[i]) == things)
            return target->ledgers[i];
    return NULL;
}

static void
add_ledger(sums *self, const wb_sim_ledger *ledger)
{
    const wb_sim_ledger_counts *counts = wb_sim_ledger_counts_of(ledger);

    self->at_target += wb_sim_ledger_newest(ledger);
    self->repeated += counts->repeated;
    self->older_after_newer += counts->older_after_newer;
    self->invented += counts->unmarked;
    self->arrived +=
        counts->versions + counts->unchanged + counts->repeated + counts->older_after_newer;
}

/* The newest version that any target holds; 0 = none does. */
static uint32_t
held_of(const wb_sim *sim, const wb_sim_things *things, uint32_t number)
{
    uint32_t held = 0;

    for (const wb_sim_target *at = wb_sim_targets_first(sim->targets); at; at = at->next) {
        const wb_sim_ledger *ledger = ledger_of(at, things);
        uint32_t version = ledger ? wb_sim_ledger_version(ledger, number) : 0;
        if (version > held)
            held = version;
    }
    return held;
}

/* An order that is its shop's alone. */
static bool
is_withheld(const wb_sim *sim, const wb_sim_things *things, uint32_t number)
{
    return sim->shop->system->withheld && things == wb_sim_market_things(sim->market) &&
           sim->shop->system->withheld(sim->shop, number);
}

/* An older version of it is held, and nobody could know of the newest. */
static bool
is_untold(const wb_sim *sim, const wb_sim_things *things, uint32_t number)
{
    uint32_t held = held_of(sim, things, number);

    return sim->shop->system->untold && things == wb_sim_market_things(sim->market) && held &&
           held < things->newest(things->self, number) &&
           sim->shop->system->untold(sim->shop, number);
}

/* Nobody has it, and nobody has to. */
static bool
is_needless(const wb_sim *sim, const wb_sim_things *things, uint32_t number)
{
    return things->needless &&
           (((things->needless(things->self, number) || is_withheld(sim, things, number)) &&
             !held_of(sim, things, number)) ||
            is_untold(sim, things, number));
}

static uint64_t
count_needless(const wb_sim *sim, const wb_sim_things *things)
{
    uint64_t count = 0;

    for (uint32_t i = 0; things->needless && i < things->given(things->self); i++)
        count += is_needless(sim, things, i);
    return count;
}

static void
sum_of(const wb_sim *sim, const wb_sim_things *things, sums *out)
{
    *out = (sums){.at_source = things->count(things->self),
                  .at_target = count_needless(sim, things),
                  .kept = wb_sim_refusals_kept(sim, things, held_of)};
    for (const wb_sim_target *at = wb_sim_targets_first(sim->targets); at; at = at->next) {
        const wb_sim_ledger *ledger = ledger_of(at, things);
        if (ledger)
            add_ledger(out, ledger);
    }
}

static void
put_sums(wb_json_writer *writer, const char *plural, const char *kind, const sums *row)
{
    wb_json_put_key(writer, plural);
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "kind", wb_view_of(kind));
    wb_json_member_int(writer, "at_source", (int64_t)row->at_source);
    wb_json_member_int(writer, "at_target", (int64_t)row->at_target);
    wb_json_member_int(writer, "repeated", (int64_t)row->repeated);
    wb_json_member_int(writer, "older_after_newer", (int64_t)row->older_after_newer);
    wb_json_member_int(writer, "invented", (int64_t)row->invented);
    wb_json_member_int(writer, "kept", (int64_t)row->kept);
    wb_json_close(writer, '}');
}

static bool
stock_counts(const wb_sim *sim)
{
    return sim->works && wb_sim_comes_back(sim, "inventory");
}

/* What is shown is told by listings: what took effect twice, they count. */
static void
put_stock(const wb_sim *sim, wb_json_writer *writer, uint64_t *wrong)
{
    wb_sim_stock_counts counts;
    sums told;

    sum_of(sim, wb_sim_things_of(sim, WB_VIEW_LIT("listing")), &told);
    wb_sim_works_stock(sim->works, &counts);
    put_sums(writer, "stock", "stock",
             &(sums){.at_source = counts.goods,
                     .at_target = counts.right,
                     .repeated = told.repeated,
                     .older_after_newer = counts.older_after_newer});
    *wrong = counts.wrong_listings;
}

static uint64_t
due_of(const wb_sim *sim)
{
    const wb_sim_part *erp = sim->erp;

    return (sim->works ? wb_sim_works_due(sim->works) : 0) +
           (erp->system->due ? erp->system->due(erp) : 0);
}

void
wb_sim_story_write(const wb_sim *sim, wb_json_writer *writer)
{
    uint64_t invented = 0, arrived = 0, wrong = 0;
    sums row;

    wb_json_put_key(writer, "story");
    wb_json_open(writer, '{');
    wb_json_put_key(writer, "kinds");
    wb_json_open(writer, '{');
    for (size_t i = 0; i < sim->thing_count; i++) {
        const wb_sim_things *things = sim->things[i];
        if (!things->plural)
            continue;
        sum_of(sim, things, &row);
        put_sums(writer, things->plural, things->kind, &row);
        invented += row.invented;
        arrived += row.arrived;
    }
    if (stock_counts(sim))
        put_stock(sim, writer, &wrong);
    wb_json_close(writer, '}');
    wb_json_member_int(writer, "stock_wrong", (int64_t)wrong);
    wb_json_member_int(writer, "invented", (int64_t)invented);
    wb_json_member_int(writer, "due", (int64_t)due_of(sim));
    wb_json_member_int(writer, "arrived", (int64_t)arrived);
    wb_sim_cases_write(sim, writer);
    wb_json_close(writer, '}');
}

/* As those call it who tell of it. */
static void
put_name(const wb_sim_things *things, uint32_t number, wb_json_writer *writer)
{
    char id[WB_SIM_THING_ID_MAX];

    if (!things->name || !things->name(things->self, number, 0, id))
        things->id(things->self, id, number);
    wb_json_member_text(writer, "id", wb_view_of(id));
}

static void
put_missing(const wb_sim *sim, const wb_sim_things *things, wb_json_writer *writer)
{
    for (uint32_t number = 0; number < things->given(things->self); number++) {
        uint32_t newest = things->newest(things->self, number);
        uint32_t held = held_of(sim, things, number);
        if (held == newest || is_needless(sim, things, number))
            continue;
        wb_json_open(writer, '{');
        wb_json_member_text(writer, "kind", wb_view_of(things->kind));
        put_name(things, number, writer);
        wb_json_member_int(writer, "number", number);
        wb_json_member_int(writer, "account", things->account(things->self, number));
        wb_json_member_int(writer, "newest", newest);
        wb_json_member_int(writer, "held", held);
        wb_json_close(writer, '}');
    }
}

static void
put_open_order(const wb_sim *sim, uint32_t order, wb_json_writer *writer)
{
    wb_sim_line lines[WB_SIM_LINES_MAX];
    int count = wb_sim_order_lines(sim->market, order, lines);
    char id[WB_SIM_ID_LEN + 1];

    wb_sim_market_id(sim->market, id, order);
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "id", wb_view_of(id));
    wb_json_put_key(writer, "goods");
    wb_json_open(writer, '[');
    for (int i = 0; i < count; i++) {
        wb_json_open(writer, '[');
        wb_json_put_int(writer, lines[i].goods);
        wb_json_put_int(writer, lines[i].quantity);
        wb_json_close(writer, ']');
    }
    wb_json_close(writer, ']');
    wb_json_close(writer, '}');
}

void
wb_sim_story_open(const wb_sim *sim, wb_json_writer *writer)
{
    const wb_sim_things *orders = wb_sim_market_things(sim->market);

    wb_json_put_key(writer, "open");
    wb_json_open(writer, '[');
    for (uint32_t order = 0; order < wb_sim_market_given(sim->market); order++) {
        uint32_t newest = wb_sim_market_newest(sim->market, order);
        if (newest && !held_of(sim, orders, order) && !is_withheld(sim, orders, order) &&
            wb_sim_state_of(sim->market, order, newest) != WB_SIM_STATE_CANCELLED)
            put_open_order(sim, order, writer);
    }
    wb_json_close(writer, ']');
}

void
wb_sim_story_missing(const wb_sim *sim, wb_json_writer *writer)
{
    wb_json_put_key(writer, "missing");
    wb_json_open(writer, '[');
    for (size_t i = 0; i < sim->thing_count; i++)
        if (sim->things[i]->plural)
            put_missing(sim, sim->things[i], writer);
    if (stock_counts(sim))
        wb_sim_stock_write_wrong(sim, writer);
    wb_json_close(writer, ']');
}
