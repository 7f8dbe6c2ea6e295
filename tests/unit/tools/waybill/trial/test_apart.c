/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the world says must be parked, against what is parked.
 */
#include "tools/waybill/trial/apart.h"

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

#define TOLD                                                                                       \
    "{\"refused\":[{\"target\":\"main\",\"kind\":\"order\",\"id\":\"7\",\"lasting\":true},"        \
    "{\"target\":\"\",\"kind\":\"order\",\"id\":\"8\",\"lasting\":true},"                          \
    "{\"target\":\"main\",\"kind\":\"order\",\"id\":\"9\",\"lasting\":false}],\"elements\":1}"

typedef struct {
    const char *label;
    const char *at[4]; /* "t7": order 7 at a target, "s8": at its source; "-": without an id */
    int64_t missing, unexpected;
} row;

static const row rows[] = {
    {"as it must be",        {"t7", "s8"},           0, 0},
    {"an element as well",   {"t7", "s8", "-"},      0, 0},
    {"too many elements",    {"t7", "s8", "-", "-"}, 0, 1},
    {"one is not",           {"t7"},                 1, 0},
    {"one at another place", {"t7", "t8"},           1, 1},
    {"one that need not be", {"t7", "s8", "t9"},     0, 1},
    {"nothing",              {NULL},                 2, 0},
};

static void
find(wb_apart *self, const char *what)
{
    if (*what == '-')
        wb_apart_found(self, false, WB_VIEW_LIT(""), WB_VIEW_LIT(""));
    else
        wb_apart_found(self, *what == 't', WB_VIEW_LIT("order"), wb_view_of(what + 1));
}

START_TEST(test_both)
{
    wb_json *json = wb_json_new();
    wb_apart it;

    wb_apart_init(&it);
    for (int i = 0; i < 4 && rows[_i].at[i]; i++)
        find(&it, rows[_i].at[i]);
    ck_assert(!wb_apart_good(&it)); /* the world has not said anything */
    ck_assert(!wb_json_parse(json, wb_view_of(TOLD), NULL));
    wb_apart_refused(&it, json);
    ck_assert_msg(wb_apart_missing(&it) == rows[_i].missing, "%s", rows[_i].label);
    ck_assert_msg(wb_apart_unexpected(&it) == rows[_i].unexpected, "%s", rows[_i].label);
    ck_assert_int_eq(wb_apart_good(&it), !rows[_i].missing && !rows[_i].unexpected);
    it.incomplete = true; /* somebody told a part */
    ck_assert(!wb_apart_good(&it));
    wb_apart_fini(&it);
    wb_json_destroy(&json);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {test_both, WB_COUNT(rows)},
        {NULL,      0             },
    };

    return wb_suite_run("tools.waybill.trial.apart", tests);
}
