/* SPDX-License-Identifier: Apache-2.0 */
/*
 * target - who takes records, by name: what was told it, and the ledgers of what took effect
 */
#include "tools/sim/engine/target.h"

#include "protocol/base/own.h"
#include "protocol/base/text.h"

#include <assert.h>

#define TARGETS_MAX 1000
#define MISSING_SHOWN 20

struct wb_sim_targets {
    const wb_sim *sim;
    wb_sim_target *first;
    size_t count;
};

wb_sim_targets *
wb_sim_targets_new(const wb_sim *sim)
{
    wb_sim_targets *self = wb_alloc(sizeof *self);

    self->sim = sim;
    return self;
}

void
wb_sim_targets_destroy(wb_sim_targets **self_p)
{
    while (*self_p && (*self_p)->first) {
        wb_sim_target *target = (*self_p)->first;
        (*self_p)->first = target->next;
        for (size_t i = 0; i < WB_SIM_KINDS_MAX; i++)
            wb_sim_ledger_destroy(&target->ledgers[i]);
        wb_free(&target);
    }
    wb_free(self_p);
}

wb_sim_target *
wb_sim_targets_first(const wb_sim_targets *self)
{
    return self->first;
}

wb_sim_target *
wb_sim_target_named(wb_sim_targets *self, wb_view name)
{
    char text[WB_SIM_TARGET_NAME_MAX + 1];

    for (wb_sim_target *at = self->first; at; at = at->next)
        if (wb_view_is(name, at->name))
            return at;
    if (self->count >= TARGETS_MAX || wb_text_set(text, sizeof text, name, NULL))
        return NULL;
    wb_sim_target *target = wb_alloc(sizeof *target);
    wb_ignore(wb_text_set(target->name, sizeof target->name, name, NULL), "it fits: see above");
    target->keyed = self->sim->conf.erp_mode == WB_SIM_ERP_KEYED;
    (void)wb_sim_target_ledger(target, wb_sim_market_things(self->sim->market));
    target->next = self->first;
    self->first = target;
    self->count++;
    return target;
}

wb_sim_ledger *
wb_sim_target_ledger(wb_sim_target *self, const wb_sim_things *things)
{
    size_t i = 0;

    while (i < WB_SIM_KINDS_MAX && self->ledgers[i] &&
           wb_sim_ledger_things(self->ledgers[i]) != things)
        i++;
    assert(i < WB_SIM_KINDS_MAX);
    if (!self->ledgers[i])
        self->ledgers[i] = wb_sim_ledger_new(things, self->keyed);
    return self->ledgers[i];
}

const wb_sim_ledger *
wb_sim_target_kind(const wb_sim_target *self, wb_view kind)
{
    for (size_t i = 0; i < WB_SIM_KINDS_MAX && self->ledgers[i]; i++)
        if (!kind.len || wb_view_is(kind, wb_sim_ledger_things(self->ledgers[i])->kind))
            return self->ledgers[i];
    return NULL;
}

void
wb_sim_target_set_keyed(wb_sim_target *self, bool keyed)
{
    self->keyed = keyed;
    for (size_t i = 0; i < WB_SIM_KINDS_MAX && self->ledgers[i]; i++)
        wb_sim_ledger_set_keyed(self->ledgers[i], keyed);
}

void
wb_sim_targets_changed(wb_sim_targets *self, const wb_sim_things *things, uint32_t number,
                       uint32_t version)
{
    for (wb_sim_target *at = self->first; at; at = at->next)
        for (size_t i = 0; i < WB_SIM_KINDS_MAX && at->ledgers[i]; i++)
            if (wb_sim_ledger_things(at->ledgers[i]) == things)
                wb_sim_ledger_changed(at->ledgers[i], number, version);
}

/* --- what it says --- */

static void
member_uint(wb_json_writer *writer, const char *key, uint64_t value)
{
    wb_json_put_key(writer, key);
    wb_json_put_uint(writer, value);
}

void
wb_sim_missing_write(const wb_sim_ledger *ledger, uint32_t most, wb_json_writer *writer)
{
    const wb_sim_things *things = wb_sim_ledger_things(ledger);
    uint32_t given = things->given(things->self);
    uint32_t left = given - wb_sim_ledger_newest(ledger); /* to look no further than needed */
    char id[WB_SIM_THING_ID_MAX];

    wb_json_put_key(writer, "missing");
    wb_json_open(writer, '[');
    if (most > left)
        most = left;
    for (uint32_t number = 0; number < given && most; number++) {
        uint32_t newest = things->newest(things->self, number);
        uint32_t held = wb_sim_ledger_version(ledger, number);
        if (held == newest || (!held && things->needless && things->needless(things->self, number)))
            continue;
        things->id(things->self, id, number);
        wb_json_open(writer, '{');
        wb_json_member_text(writer, "id", wb_view_of(id));
        member_uint(writer, things->kind, number);
        member_uint(writer, "account", things->account(things->self, number));
        member_uint(writer, "newest", newest);
        member_uint(writer, "held", held);
        wb_json_close(writer, '}');
        most--;
    }
    wb_json_close(writer, ']');
}

void
wb_sim_put_durations(wb_json_writer *writer, const char *name, const wb_sim_histogram *latency)
{
    wb_json_put_key(writer, name);
    wb_json_open(writer, '{');
    member_uint(writer, "count", latency->count);
    wb_json_member_int(writer, "p50", wb_sim_histogram_at(latency, 500));
    wb_json_member_int(writer, "p90", wb_sim_histogram_at(latency, 900));
    wb_json_member_int(writer, "p99", wb_sim_histogram_at(latency, 990));
    wb_json_member_int(writer, "max", latency->max_us);
    wb_json_close(writer, '}');
}

static void
put_ledger(wb_json_writer *writer, const wb_sim_ledger *ledger)
{
    const wb_sim_ledger_counts *counts = wb_sim_ledger_counts_of(ledger);

    member_uint(writer, "records", counts->records);
    member_uint(writer, "versions", counts->versions);
    member_uint(writer, "repeated", counts->repeated);
    member_uint(writer, "older_after_newer", counts->older_after_newer);
    member_uint(writer, "same_again", counts->same_again);
    member_uint(writer, "unchanged", counts->unchanged);
    member_uint(writer, "unmarked", counts->unmarked);
    member_uint(writer, "newest", wb_sim_ledger_newest(ledger));
    wb_sim_put_durations(writer, "latency_us", wb_sim_ledger_latency(ledger));
    wb_sim_put_durations(writer, "since_received_us", wb_sim_ledger_since_received(ledger));
    wb_sim_missing_write(ledger, MISSING_SHOWN, writer);
}

/* Orders stand in the target itself; what else it takes, by kind. */
static void
put_target(wb_json_writer *writer, const wb_sim_target *target)
{
    wb_json_put_key(writer, target->name);
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "mode", wb_view_of(target->keyed ? "keyed" : "probed"));
    member_uint(writer, "requests", target->requests);
    wb_json_member_int(writer, "first_us", target->first_us);
    wb_json_member_int(writer, "last_us", target->last_us);
    put_ledger(writer, target->ledgers[0]);
    wb_json_put_key(writer, "kinds");
    wb_json_open(writer, '{');
    for (size_t i = 1; i < WB_SIM_KINDS_MAX && target->ledgers[i]; i++) {
        wb_json_put_key(writer, wb_sim_ledger_things(target->ledgers[i])->kind);
        wb_json_open(writer, '{');
        put_ledger(writer, target->ledgers[i]);
        wb_json_close(writer, '}');
    }
    wb_json_close(writer, '}');
    wb_json_close(writer, '}');
}

void
wb_sim_targets_write(const wb_sim_targets *self, wb_json_writer *writer)
{
    wb_json_put_key(writer, "targets");
    wb_json_open(writer, '{');
    for (const wb_sim_target *at = self->first; at; at = at->next)
        put_target(writer, at);
    wb_json_close(writer, '}');
}
