/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/config/route_index.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

/* from, to */
static wb_route_conf routes[] = {
    {.from = "a",  .to = "x" },
    {.from = "*",  .to = "y" },
    {.from = "b",  .to = "x" },
    {.from = "a",  .to = "y" },
    {.from = NULL, .to = "x" },
    {.from = "*",  .to = "z" },
    {.from = "a",  .to = NULL},
};

static const struct {
    wb_route_end end;
    const char *name;
    const char *numbers;
} rows[] = {
    {WB_ROUTE_FROM, "a", "0 1 3 5 6 "},
    {WB_ROUTE_FROM, "b", "1 2 5 "    },
    {WB_ROUTE_FROM, "c", "1 5 "      },
    {WB_ROUTE_FROM, "*", "1 5 "      },
    {WB_ROUTE_TO,   "x", "0 2 4 "    },
    {WB_ROUTE_TO,   "y", "1 3 "      },
    {WB_ROUTE_TO,   "*", ""          },
    {WB_ROUTE_TO,   "a", ""          },
};

START_TEST(those_of_one_end_come_in_their_order)
{
    const wb_config_tree tree = {
        .routes = {.items = routes, .count = WB_COUNT(routes)}
    };
    WB_AUTO(wb_route_index_destroy) wb_route_index *index = wb_route_index_new(&tree, rows[_i].end);
    char found[64] = "";
    size_t len = 0;

    WB_ROUTES_EACH (i, index, rows[_i].name, WB_COUNT(routes))
        len += (size_t)snprintf(found + len, sizeof found - len, "%zu ", i);
    ck_assert_str_eq(found, rows[_i].numbers);
}
END_TEST

START_TEST(without_routes_there_is_none)
{
    const wb_config_tree tree = {0};
    WB_AUTO(wb_route_index_destroy)
    wb_route_index *index = wb_route_index_new(&tree, WB_ROUTE_FROM);

    ck_assert_uint_eq(wb_route_index_next(index, "a", 0), 0);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {those_of_one_end_come_in_their_order, WB_COUNT(rows)},
        {without_routes_there_is_none,         0             },
        {NULL,                                 0             },
    };

    return wb_suite_run("runtime.config.route_index", tests);
}
