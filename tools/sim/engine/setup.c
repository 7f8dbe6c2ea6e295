/* SPDX-License-Identifier: Apache-2.0 */
/*
 * setup - the accounts of a run, as its configuration has them: each system says what its own needs
 */
#include "tools/sim/engine/setup.h"

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/engine/target.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define VALUE_MAX 512
#define MEMBERS_MAX 65536
#define SHOP_NAME_MAX 32
#define ERP "erp"
#define SKUS "skus"
#define TABLE_MAX (1024 * 1024)
#define PLAYED_NAME_MAX 256 /* of an account's name */

/* Members of an object. */
typedef struct {
    wb_buf text;
    wb_json_writer writer;
} members;

struct wb_sim_setup {
    members options, secrets, streams;
    bool by_ids;
};

bool
wb_sim_setup_by_ids(const wb_sim_setup *self)
{
    return self->by_ids;
}

void
wb_sim_setup_option(wb_sim_setup *self, const char *name, const char *fmt, ...)
{
    char value[VALUE_MAX];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(value, sizeof value, fmt, args);
    va_end(args);
    wb_json_member_text(&self->options.writer, name, wb_view_of(value));
}

void
wb_sim_setup_secret(wb_sim_setup *self, const char *name, const char *value)
{
    wb_json_member_text(&self->secrets.writer, name, wb_view_of(value));
}

void
wb_sim_setup_stream(wb_sim_setup *self, const char *name, const char *settings)
{
    wb_json_member_text(&self->streams.writer, name, wb_view_of(settings));
}

static void
members_open(members *self)
{
    wb_buf_init(&self->text, MEMBERS_MAX);
    wb_json_writer_init(&self->writer, &self->text);
    wb_json_open(&self->writer, '{');
}

/* Appends them, as a member of that name. */
static void
members_end(members *self, const char *name, wb_json_writer *writer)
{
    wb_json_close(&self->writer, '}');
    wb_json_put_key(writer, name);
    wb_json_put_raw(writer, wb_buf_view(&self->text));
    wb_buf_fini(&self->text);
}

static void
setup_init(wb_sim_setup *self)
{
    members_open(&self->options);
    members_open(&self->secrets);
    members_open(&self->streams);
}

/* Appends the account and ends it. */
static void
setup_write(wb_sim_setup *self, const char *name, const char *connector, wb_json_writer *writer)
{
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "name", wb_view_of(name));
    wb_json_member_text(writer, "connector", wb_view_of(connector));
    members_end(&self->options, "options", writer);
    members_end(&self->secrets, "secrets", writer);
    members_end(&self->streams, "streams", writer);
    wb_json_close(writer, '}');
}

static void
shop_name(char dst[SHOP_NAME_MAX], unsigned number)
{
    (void)snprintf(dst, SHOP_NAME_MAX, "shop%u", number);
}

/* `skus`: by the table of SKUs. */
static void
put_route(wb_json_writer *writer, const char *from, const char *kind, const char *to, bool skus)
{
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "from", wb_view_of(from));
    wb_json_member_text(writer, "kind", wb_view_of(kind));
    wb_json_member_text(writer, "to", wb_view_of(to));
    if (skus)
        wb_json_member_text(writer, "skus", WB_VIEW_LIT(SKUS));
    wb_json_close(writer, '}');
}

/* Stock is each shop's, all else goes where its order came from. */
static void
put_back(const wb_sim *sim, const char *kind, bool skus, wb_json_writer *writer)
{
    char name[SHOP_NAME_MAX];

    if (strcmp(kind, "inventory") != 0) {
        put_route(writer, ERP, kind, "origin", false);
        return;
    }
    for (unsigned number = 1; number <= sim->shop->account_count; number++) {
        shop_name(name, number);
        put_route(writer, ERP, kind, name, skus);
    }
}

/* Whole files of tables, by their names. */
static bool
put_tables(const wb_sim *sim, wb_json_writer *writer)
{
    WB_AUTO(wb_buf_fini) wb_buf table = {0};
    bool some;

    wb_buf_init(&table, TABLE_MAX);
    some = wb_sim_goods_table(sim->market, &table);
    wb_json_put_key(writer, "tables");
    wb_json_open(writer, '{');
    if (some)
        wb_json_member_text(writer, SKUS, wb_buf_view(&table));
    wb_json_close(writer, '}');
    return some;
}

static void
put_routes(const wb_sim *sim, bool skus, wb_json_writer *writer)
{
    wb_json_put_key(writer, "routes");
    wb_json_open(writer, '[');
    put_route(writer, "*", "order", ERP, skus);
    for (const char *const *kind = sim->erp->system->tells; sim->works && kind && *kind; kind++)
        if (wb_sim_comes_back(sim, *kind))
            put_back(sim, *kind, skus, writer);
    wb_json_close(writer, ']');
}

static void
put_places_of(const wb_sim_part *part, wb_json_writer *writer)
{
    const wb_sim_system *system = part->system;

    for (int i = 0; system->places[i].name; i++) {
        wb_json_open(writer, '{');
        wb_json_member_text(writer, "name", wb_view_of(system->places[i].name));
        wb_json_member_bool(writer, "gives", system->places[i].nature & WB_SIM_GIVES);
        wb_json_member_bool(writer, "takes", system->places[i].nature & WB_SIM_TAKES);
        wb_json_member_bool(writer, "orders", part == part->sim->shop && i == system->gives);
        wb_json_close(writer, '}');
    }
}

static void
put_places(const wb_sim *sim, wb_json_writer *writer)
{
    wb_json_put_key(writer, "places");
    wb_json_open(writer, '[');
    put_places_of(sim->shop, writer);
    if (sim->erp != sim->shop)
        put_places_of(sim->erp, writer);
    wb_json_close(writer, ']');
}

static void
put_faults_of(const wb_sim_part *part, wb_json_writer *writer)
{
    for (const wb_sim_own_fault *at = part->system->faults; at && at->name; at++)
        if (at->usual)
            wb_json_member_text(writer, at->name, wb_view_of(at->usual));
}

/* What goes wrong with the two systems alone, and how often in a usual mix. */
static void
put_faults(const wb_sim *sim, wb_json_writer *writer)
{
    wb_json_put_key(writer, "faults");
    wb_json_open(writer, '{');
    put_faults_of(sim->shop, writer);
    if (sim->erp != sim->shop)
        put_faults_of(sim->erp, writer);
    wb_json_close(writer, '}');
}

static const wb_sim_part *
part_of(const wb_sim *sim, wb_view connector)
{
    for (size_t i = 0; i < sim->part_count; i++)
        if (wb_view_is(connector, sim->parts[i].system->name))
            return &sim->parts[i];
    return NULL;
}

/* What of the account of a configuration has to be others than it says. */
static void
put_played(const wb_sim *sim, wb_json_ref at, wb_json_writer *writer)
{
    const wb_sim_part *part = part_of(sim, wb_sim_play_text(sim->play, at, "connector"));
    unsigned seller = wb_sim_play_seller(sim->play, at);
    char name[PLAYED_NAME_MAX], target[WB_SIM_TARGET_NAME_MAX + 1];
    wb_sim_setup one = {.by_ids = false};

    if (!part || wb_text_set(name, sizeof name, wb_sim_play_text(sim->play, at, "name"), NULL) ||
        wb_text_set(target, sizeof target, wb_sim_play_text(sim->play, at, "target"), NULL))
        return;
    setup_init(&one);
    if (seller && part == sim->shop && seller <= part->account_count)
        part->system->shop(part, seller, &one);
    else if (part->system->erp)
        part->system->erp(part, target, &one);
    else
        part->system->shop(part, 1, &one);
    setup_write(&one, name, part->system->name, writer);
}

static void
put_accounts(const wb_sim *sim, const char *target, bool by_ids, wb_json_writer *writer)
{
    const wb_sim_part *shop = sim->shop, *erp = sim->erp;
    wb_sim_setup one = {.by_ids = by_ids};
    char name[SHOP_NAME_MAX];

    for (unsigned number = 1; number <= shop->account_count; number++) {
        setup_init(&one);
        shop->system->shop(shop, number, &one);
        shop_name(name, number);
        setup_write(&one, name, shop->system->name, writer);
    }
    setup_init(&one);
    erp->system->erp(erp, target, &one);
    setup_write(&one, ERP, erp->system->name, writer);
}

static void
put_kinds(const char *const *kinds, const char *name, wb_json_writer *writer)
{
    wb_json_put_key(writer, name);
    wb_json_open(writer, '[');
    while (kinds && *kinds)
        wb_json_put_text(writer, wb_view_of(*kinds++));
    wb_json_close(writer, ']');
}

void
wb_sim_setup_systems(const wb_sim *sim, wb_json_writer *writer)
{
    wb_json_put_key(writer, "systems");
    wb_json_open(writer, '{');
    for (size_t i = 0; i < sim->part_count; i++) {
        const wb_sim_system *system = sim->parts[i].system;
        wb_json_put_key(writer, system->name);
        wb_json_open(writer, '{');
        wb_json_member_bool(writer, "sells", system->shop != NULL);
        wb_json_member_bool(writer, "buys", system->erp != NULL);
        put_kinds(system->tells, "tells", writer);
        put_kinds(system->takes, "takes", writer);
        wb_json_close(writer, '}');
    }
    wb_json_close(writer, '}');
}

void
wb_sim_setup_write(const wb_sim *sim, const char *target, bool by_ids, wb_json_writer *writer)
{
    wb_json_ref at = wb_sim_play_next(sim->play, WB_JSON_NONE);

    put_places(sim, writer);
    put_faults(sim, writer);
    put_routes(sim, put_tables(sim, writer), writer);
    wb_json_put_key(writer, "accounts");
    wb_json_open(writer, '[');
    if (!sim->play)
        put_accounts(sim, target, by_ids, writer);
    for (; at != WB_JSON_NONE; at = wb_sim_play_next(sim->play, at))
        put_played(sim, at, writer);
    wb_json_close(writer, ']');
}
