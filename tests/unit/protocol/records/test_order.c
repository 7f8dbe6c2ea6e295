/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/records/order.h"

#include <string.h>

#include "protocol/base/own.h"
#include "tests/unit/suite.h"

/* A letter a status, and what each may become. */
static const char letters[] = "?pcxsikr";

static const struct {
    char from;
    const char *to;
} life[] = {
    {'?', "?pcxsikr"},
    {'p', "pcxsikr" },
    {'c', "cxsikr"  },
    {'x', "xsikr"   },
    {'s', "sir"     },
    {'i', "ir"      },
    {'k', "k"       },
    {'r', "r"       },
};

START_TEST(test_life)
{
    wb_order_status from = (wb_order_status)(strchr(letters, life[_i].from) - letters);

    ck_assert_uint_eq(WB_COUNT(life), WB_ORDER_STATUS_COUNT);
    for (int to = 0; to < WB_ORDER_STATUS_COUNT; to++)
        ck_assert_msg(wb_order_may_become(from, (wb_order_status)to) ==
                          (strchr(life[_i].to, letters[to]) != NULL),
                      "%s -> %s", wb_order_statuses[from], wb_order_statuses[to]);
    ck_assert(!wb_order_may_become(from, WB_ORDER_STATUS_COUNT));
    ck_assert(!wb_order_may_become((wb_order_status)99, from));
}
END_TEST

/* Ids of lines; an empty one says nothing. */
static const struct {
    const char *ids[3];
    bool fault;
} lines[] = {
    {{"1", "2", "3"}, false},
    {{"1", "2", "1"}, true },
    {{"", "", "1"},   false},
};

START_TEST(test_two_lines_of_one_id)
{
    wb_order_line three[3] = {0};
    wb_order order = {
        .lines = {three, 3}
    };

    for (size_t i = 0; i < WB_COUNT(three); i++)
        three[i].line_id = wb_view_of(lines[_i].ids[i]);
    ck_assert((wb_order_fault(&order) != NULL) == lines[_i].fault);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_life,                WB_COUNT(life) },
        {test_two_lines_of_one_id, WB_COUNT(lines)},
        {NULL,                     0              }
    };

    return wb_suite_run("protocol.records.order", rows);
}
