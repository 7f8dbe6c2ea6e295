/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route_index - the routes by the account that they begin at, or lead to
 *
 * Ten thousand shops have ten thousand routes and more: who asks for those of one account must not
 * look at all of them.
 */
#ifndef WB_ACTORS_RUNTIME_CONFIG_ROUTE_INDEX_H
#define WB_ACTORS_RUNTIME_CONFIG_ROUTE_INDEX_H

#include "actors/runtime/config/config.h"

typedef enum { WB_ROUTE_FROM, WB_ROUTE_TO } wb_route_end;

typedef struct wb_route_index wb_route_index;

/* Routes without that end are left out. The tree is borrowed. */
wb_route_index *wb_route_index_new(const wb_config_tree *tree, wb_route_end end);
void wb_route_index_destroy(wb_route_index **self_p);

/* The number of the first route at or behind `at` that has this text at its end; of FROM also one
 * of any account ("*"). The count of routes = none. */
size_t wb_route_index_next(const wb_route_index *self, const char *name, size_t at);

/* `for (size_t i = first; i < count; i = ...)`: all of one account in their order. */
#define WB_ROUTES_EACH(i, index, name, count)                                                      \
    for (size_t i = wb_route_index_next(index, name, 0); i < (count);                              \
         i = wb_route_index_next(index, name, i + 1))

#endif
