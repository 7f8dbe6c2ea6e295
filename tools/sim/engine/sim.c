/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim - the simulated outside world in one process: its parts, and its loop
 */
#include "tools/sim/engine/sim.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/engine/target.h"
#include "tools/sim/engine/works.h"

#include <assert.h>
#include <string.h>

#define BODY_MAX (64 * 1024 * 1024)
#define STEPS_A_TURN 256
#define STOCK_CHANGES 4096 /* without a pace so many wait to be fetched */

static void
on_change(void *arg, uint32_t order, uint32_t version)
{
    wb_sim *self = arg;

    wb_sim_targets_changed(self->targets, wb_sim_market_things(self->market), order, version);
    if (self->shop->system->changed)
        self->shop->system->changed(self->shop, order, version);
    if (self->works)
        wb_sim_works_changed(self->works, order, version);
}

void
wb_sim_change(wb_sim *self, uint32_t order)
{
    wb_sim_market_change(self->market, order, wb_now_utc_us(), on_change, self);
}

const wb_sim_things *
wb_sim_things_of(const wb_sim *self, wb_view kind)
{
    for (size_t i = 0; i < self->thing_count; i++)
        if (wb_view_is(kind, self->things[i]->kind))
            return self->things[i];
    return NULL;
}

void
wb_sim_things_add(wb_sim *self, const wb_sim_things *things)
{
    assert(self->thing_count < WB_SIM_KINDS_MAX);
    self->things[self->thing_count++] = things;
}

static bool
names(const char *const *kinds, const char *kind)
{
    while (kinds && *kinds && strcmp(*kinds, kind) != 0)
        kinds++;
    return kinds && *kinds;
}

bool
wb_sim_comes_back(const wb_sim *self, const char *kind)
{
    return names(self->erp->system->tells, kind) && names(self->shop->system->takes, kind);
}

/* Make what is due; returns the wait until more is, -1 = nothing to wait for. */
static int64_t
run_market(wb_sim *self)
{
    const wb_sim_part *shop = self->shop;
    int64_t now_us = wb_now_us();

    if (!wb_sim_market_conf_of(self->market)->pace_micro && shop->system->backlog &&
        shop->system->backlog(shop) >= STOCK_CHANGES)
        return -1;
    int64_t next_us = wb_sim_market_run(
        self->market, (wb_sim_market_turn){now_us, wb_now_utc_us(), STEPS_A_TURN}, on_change, self);
    if (next_us <= 0)
        return next_us;
    return (next_us - now_us + WB_US_PER_MS - 1) / WB_US_PER_MS;
}

static int64_t
sooner(int64_t a, int64_t b)
{
    if (a < 0 || b < 0)
        return a < 0 ? b : a;
    return a < b ? a : b;
}

static void
turn_parts(wb_sim *self)
{
    for (size_t i = 0; i < self->part_count; i++)
        if (self->parts[i].system->turn)
            self->parts[i].system->turn(&self->parts[i]);
}

void
wb_sim_turn(wb_sim *self, int64_t wait_ms)
{
    int64_t market_ms = run_market(self);

    turn_parts(self);
    wait_ms = sooner(wait_ms, sooner(market_ms, wb_sim_timers_run(&self->timers)));
    turn_parts(self);
    wb_sim_http_turn(self->http, wait_ms);
}

/* --- building it --- */

static wb_rc
read_rates(wb_sim *self, int64_t *pace_micro, wb_err *err)
{
    const wb_sim_conf *conf = &self->conf;
    wb_rc rc = WB_OK;

    if (strcmp(conf->rate_scale, "off") != 0)
        rc = wb_sim_micro(&self->rate_scale_micro, wb_view_of(conf->rate_scale), err);
    if (rc)
        return wb_note(err, WB_REJECT, "--rate-scale");
    rc = wb_sim_micro(pace_micro, wb_view_of(conf->pace), err);
    if (rc)
        return wb_note(err, WB_REJECT, "--pace");
    rc = wb_sim_faults_set(&self->faults, wb_view_of(conf->faults), err);
    return rc ? wb_note(err, WB_REJECT, "--faults") : WB_OK;
}

/* What the system has gets its numbers in this world. */
static int
add_part(wb_sim *self, const wb_sim_settings *settings, size_t index, int ops)
{
    wb_sim_part *part = &self->parts[index];
    const wb_sim_system *system = settings->systems[index];

    *part = (wb_sim_part){.sim = self, .system = system, .conf = settings->own[index]};
    part->ops = ops;
    while (system->ops[part->op_count].name)
        part->op_count++;
    part->places = self->faults.place_count;
    part->faults = self->faults.fault_count;
    for (const wb_sim_place *at = system->places; at->name; at++) {
        int number = wb_sim_faults_place(&self->faults, at->name, at->nature);
        self->places[number] = (wb_sim_here){.row = at, .delay_ms = settings->delays_ms[number]};
    }
    return ops + part->op_count;
}

/* After all places: a fault of a system is none of another's place. */
static void
add_own_faults(wb_sim *self)
{
    for (size_t i = 0; i < self->part_count; i++) {
        wb_sim_part *part = &self->parts[i];
        part->faults = self->faults.fault_count;
        for (const wb_sim_own_fault *at = part->system->faults; at && at->name; at++)
            (void)wb_sim_faults_add(&self->faults, at->name, part->places + at->place, at->help);
    }
}

static void
add_parts(wb_sim *self, const wb_sim_settings *settings)
{
    int ops = 0;

    while (settings->systems[self->part_count])
        self->part_count++;
    self->parts = wb_alloc(self->part_count * sizeof *self->parts);
    for (size_t i = 0; i < self->part_count; i++)
        ops = add_part(self, settings, i, ops);
    add_own_faults(self);
    self->requests = wb_alloc((size_t)ops * sizeof *self->requests);
    self->throttled = wb_alloc((size_t)ops * sizeof *self->throttled);
}

/* The system of that name; without a name the usual one. */
static wb_rc
find_part(wb_sim *self, wb_sim_part **out, const char *name, int usual, wb_err *err)
{
    for (size_t i = 0; i < self->part_count; i++) {
        const wb_sim_system *system = self->parts[i].system;
        if (*name ? !strcmp(name, system->name) : system->usual & usual) {
            *out = &self->parts[i];
            return WB_OK;
        }
    }
    return wb_fail(err, WB_REJECT, "there is no system '%s': see --help", name);
}

static wb_rc
find_roles(wb_sim *self, wb_err *err)
{
    wb_rc rc = find_part(self, &self->shop, self->conf.shop, WB_SIM_USUAL_SHOP, err);

    if (!rc && !self->shop->system->shop)
        rc = wb_fail(err, WB_REJECT, "%s gives no orders", self->conf.shop);
    if (rc)
        return wb_note(err, WB_REJECT, "--shop");
    rc = find_part(self, &self->erp, self->conf.erp, WB_SIM_USUAL_ERP, err);
    if (!rc && !self->erp->system->erp)
        rc = wb_fail(err, WB_REJECT, "%s takes no orders", self->conf.erp);
    return rc ? wb_note(err, WB_REJECT, "--erp") : WB_OK;
}

/* Who sells has its sellers; any other system one account, for its limits. */
static void
make_accounts(wb_sim_part *part, size_t count)
{
    part->account_count = count;
    part->accounts = wb_alloc(count * sizeof *part->accounts);
    for (size_t i = 0; i < count; i++)
        part->accounts[i] = (wb_sim_account){
            .part = part,
            .number = (unsigned)i + 1,
            .buckets = wb_alloc((size_t)part->op_count * sizeof(wb_sim_bucket)),
        };
}

static void
make_parts(wb_sim *self)
{
    for (size_t i = 0; i < self->part_count; i++) {
        wb_sim_part *part = &self->parts[i];
        make_accounts(part, part == self->shop ? (size_t)self->conf.accounts : 1);
        if (part->system->make)
            part->state = part->system->make(part);
    }
}

static void
make_market(wb_sim *self, int64_t pace_micro)
{
    const wb_sim_conf *conf = &self->conf;
    const wb_sim_part *shop = self->shop;
    /* Who knows none of them leads the usual life. */
    unsigned special =
        conf->case_each && conf->ship_after ? shop->system->cases & self->erp->system->cases : 0;
    const wb_sim_assortment *assortment = wb_sim_play_goods(self->play);

    if (assortment)
        special &= ~WB_SIM_CASE_BIT(BUNDLE); /* it has bundles of its own */
    if (self->play && self->erp->system->spared)
        special &= ~self->erp->system->spared(self->erp);
    wb_sim_market_conf market = {
        .seed = (uint64_t)conf->seed,
        .orders = (uint32_t)conf->orders,
        .changes = (uint32_t)conf->changes,
        .case_each = special ? (uint32_t)conf->case_each : 0,
        .cases = special,
        .gap = (uint32_t)conf->gap,
        .accounts = (uint32_t)conf->accounts,
        .ahead = (uint32_t)conf->ahead,
        .pace_micro = pace_micro,
        .backlog = shop->system->changed, /* who reads lists by time would never hear of it */
        .rising_ids = conf->ids == WB_SIM_IDS_RISING,
        .gives = shop->places + shop->system->gives,
        .announces = shop->places + shop->system->announces,
        .title_len = (uint32_t)conf->title,
        .goods = assortment ? assortment->count : (uint32_t)conf->goods,
        .assortment = assortment,
    };

    if (special && !market.changes)
        market.changes = 1; /* what is special is a change */
    self->market = wb_sim_market_new(&market, &self->faults);
}

wb_rc
wb_sim_new(wb_sim **out, const wb_sim_settings *settings, wb_err *err)
{
    WB_AUTO(wb_sim_destroy) wb_sim *self = wb_alloc(sizeof *self);
    const wb_sim_conf *conf = &settings->conf;
    int64_t pace_micro = 0;

    self->conf = *conf;
    self->port = (int)conf->port;
    wb_buf_init(&self->body, BODY_MAX);
    wb_buf_init(&self->scratch, BODY_MAX);
    self->json = wb_json_new();
    wb_sim_faults_init(&self->faults, (uint64_t)conf->seed);
    add_parts(self, settings);
    wb_rc rc = read_rates(self, &pace_micro, err);
    if (!rc)
        rc = find_roles(self, err);
    if (!rc && *conf->play) {
        rc = wb_sim_play_read(&self->play, conf->play, err);
        rc = rc ? wb_note(err, WB_REJECT, "--play") : WB_OK;
    }
    if (!rc)
        rc = wb_sim_http_open(&self->http, conf->host, &self->port, &self->timers, err);
    if (rc)
        return rc;
    make_market(self, pace_micro);
    wb_sim_things_add(self, wb_sim_market_things(self->market));
    self->targets = wb_sim_targets_new(self);
    self->refusals = wb_sim_refusals_new();
    if (conf->ship_after)
        self->works = wb_sim_works_new(self);
    make_parts(self);
    wb_sim_http_serve(self->http, wb_sim_on_request, self);
    if (conf->start == WB_SIM_START_AUTO)
        wb_sim_market_start(self->market, wb_now_us());
    *out = wb_take(&self);
    return WB_OK;
}

static void
destroy_parts(wb_sim *self)
{
    for (size_t i = 0; i < self->part_count; i++) {
        wb_sim_part *part = &self->parts[i];
        if (part->state)
            part->system->destroy(part->state);
        for (size_t k = 0; k < part->account_count; k++)
            wb_free(&part->accounts[k].buckets);
        wb_free(&part->accounts);
    }
    wb_free(&self->parts);
}

void
wb_sim_destroy(wb_sim **self_p)
{
    wb_sim *self = *self_p;

    if (!self)
        return;
    wb_sim_http_close(&self->http); /* first: who waits is told to the parts below */
    destroy_parts(self);
    wb_sim_works_destroy(&self->works);
    wb_sim_targets_destroy(&self->targets);
    wb_sim_refusals_destroy(&self->refusals);
    wb_sim_market_destroy(&self->market);
    wb_sim_play_destroy(&self->play);
    wb_sim_timers_fini(&self->timers);
    wb_free(&self->requests);
    wb_free(&self->throttled);
    wb_json_destroy(&self->json);
    wb_buf_fini(&self->body);
    wb_buf_fini(&self->scratch);
    wb_free(self_p);
}
