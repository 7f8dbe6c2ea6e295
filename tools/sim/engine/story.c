/* SPDX-License-Identifier: Apache-2.0 */
/*
 * story - what became of all that this world made: kind by kind, there and at its far end
 */
#include "tools/sim/engine/story.h"

#include "tools/sim/engine/target.h"
#include "tools/sim/engine/works.h"

typedef struct {
    uint64_t at_source, at_target, repeated, older_after_newer, invented, arrived;
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

static void
sum_of(const wb_sim *sim, const wb_sim_things *things, sums *out)
{
    *out = (sums){.at_source = things->count(things->self)};
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
    wb_json_member_int(writer, "due", sim->works ? (int64_t)wb_sim_works_due(sim->works) : 0);
    wb_json_member_int(writer, "arrived", (int64_t)arrived);
    wb_json_close(writer, '}');
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

static void
put_missing(const wb_sim *sim, const wb_sim_things *things, wb_json_writer *writer)
{
    char id[WB_SIM_THING_ID_MAX];

    for (uint32_t number = 0; number < things->given(things->self); number++) {
        uint32_t newest = things->newest(things->self, number);
        uint32_t held = held_of(sim, things, number);
        if (held == newest)
            continue;
        things->id(things->self, id, number);
        wb_json_open(writer, '{');
        wb_json_member_text(writer, "kind", wb_view_of(things->kind));
        wb_json_member_text(writer, "id", wb_view_of(id));
        wb_json_member_int(writer, "number", number);
        wb_json_member_int(writer, "account", things->account(things->self, number));
        wb_json_member_int(writer, "newest", newest);
        wb_json_member_int(writer, "held", held);
        wb_json_close(writer, '}');
    }
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
        wb_sim_works_write_wrong(sim->works, writer);
    wb_json_close(writer, ']');
}
