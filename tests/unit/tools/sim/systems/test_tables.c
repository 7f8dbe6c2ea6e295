/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of all systems together: what they share has one owner each, and all of it fits.
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"
#include "tools/sim/engine/options.h"
#include "tools/sim/systems/all.h"

#define NAMES_MAX 512

typedef struct {
    const char *names[NAMES_MAX];
    size_t count;
} name_list;

/* No other has it. */
static void
own(name_list *self, const char *system, const char *name)
{
    ck_assert_msg(name && *name, "%s: a row without a name", system);
    for (size_t i = 0; i < self->count; i++)
        ck_assert_msg(strcmp(self->names[i], name) != 0, "%s: another has %s", system, name);
    ck_assert_uint_lt(self->count, NAMES_MAX);
    self->names[self->count++] = name;
}

START_TEST(test_each_is_whole)
{
    for (size_t i = 0; wb_sim_systems[i]; i++) {
        const wb_sim_system *at = wb_sim_systems[i];
        int places = 0;
        ck_assert_msg(at->summary && at->places && at->ops && at->routes, "%s", at->name);
        while (at->places[places].name)
            places++;
        ck_assert_msg(places > 0 && at->gives < places && at->announces < places, "%s", at->name);
        ck_assert_msg(!at->make == !at->destroy, "%s: what is made ends", at->name);
        ck_assert_msg(at->shop || at->erp, "%s is neither shop nor ERP", at->name);
        ck_assert_msg(!(at->usual & WB_SIM_USUAL_SHOP) || at->shop, "%s", at->name);
        ck_assert_msg(!(at->usual & WB_SIM_USUAL_ERP) || at->erp, "%s", at->name);
        ck_assert_msg(!at->shop || at->places[at->gives].nature & WB_SIM_GIVES, "%s", at->name);
        for (const wb_sim_op *op = at->ops; op->name; op++)
            ck_assert_msg(op->place < places && (!op->rate_micro || op->burst > 0), "%s", op->name);
        for (const wb_sim_own_fault *fault = at->faults; fault && fault->name; fault++)
            ck_assert_msg(fault->place < places && fault->help, "%s", fault->name);
        for (const wb_sim_route *route = at->routes; route->path; route++)
            ck_assert_msg(route->place < places && route->run && *route->path == '/', "%s",
                          route->path);
    }
}
END_TEST

START_TEST(test_names_have_one_owner)
{
    static name_list systems, places, delays, ops, faults;

    for (size_t i = 0; wb_sim_systems[i]; i++) {
        const wb_sim_system *at = wb_sim_systems[i];
        own(&systems, "", at->name);
        for (const wb_sim_place *place = at->places; place->name; place++) {
            own(&places, at->name, place->name);
            if (place->delay)
                own(&delays, at->name, place->delay);
        }
        for (const wb_sim_op *op = at->ops; op->name; op++)
            own(&ops, at->name, op->name);
        for (const wb_sim_own_fault *fault = at->faults; fault && fault->name; fault++)
            own(&faults, at->name, fault->name);
    }
}
END_TEST

/* Options too: with all their tables together each default is what its own table says. */
START_TEST(test_options_have_one_owner)
{
    static name_list options;
    WB_AUTO(wb_sim_options_fini) wb_sim_settings settings = {0};
    char *argv[] = {"waybill-sim", NULL};
    wb_err err = {0};

    ck_assert_msg(!wb_sim_options(&settings, wb_sim_systems, argv, &err), "%s", err.text);
    for (size_t i = 0; wb_sim_systems[i]; i++)
        for (const wb_option *at = wb_sim_systems[i]->options; at && at->name; at++) {
            own(&options, wb_sim_systems[i]->name, at->name);
            ck_assert_ptr_nonnull(at->fallback);
            ck_assert_uint_lt(at->offset, wb_sim_systems[i]->conf_size);
        }
}
END_TEST

/* Marks of a pattern are whole: {} between slashes, * at the end. */
START_TEST(test_paths)
{
    static name_list routes;

    for (size_t i = 0; wb_sim_systems[i]; i++)
        for (const wb_sim_route *at = wb_sim_systems[i]->routes; at->path; at++) {
            static char keys[NAMES_MAX][128];
            int marks = 0;
            for (const char *mark = at->path; (mark = strpbrk(mark, "{}*")); mark++, marks++) {
                ck_assert_msg(*mark != '}', "%s", at->path);
                ck_assert_msg(*mark == '{' ? mark[-1] == '/' && mark[1] == '}' : !mark[1], "%s",
                              at->path);
                mark += *mark == '{';
            }
            ck_assert_int_le(marks, WB_SIM_SEGMENTS_MAX);
            (void)snprintf(keys[routes.count], sizeof keys[0], "%s %s",
                           at->method ? at->method : "*", at->path);
            own(&routes, wb_sim_systems[i]->name, keys[routes.count]);
        }
}
END_TEST

/* One sells and one buys in a run that names none. */
START_TEST(test_usual_roles)
{
    int shops = 0, erps = 0;

    for (size_t i = 0; wb_sim_systems[i]; i++) {
        shops += wb_sim_systems[i]->usual & WB_SIM_USUAL_SHOP ? 1 : 0;
        erps += wb_sim_systems[i]->usual & WB_SIM_USUAL_ERP ? 1 : 0;
    }
    ck_assert(shops == 1 && erps == 1);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_each_is_whole,          0},
        {test_names_have_one_owner,   0},
        {test_options_have_one_owner, 0},
        {test_paths,                  0},
        {test_usual_roles,            0},
        {NULL,                        0},
    };

    return wb_suite_run("tools.sim.systems.tables", tests);
}
