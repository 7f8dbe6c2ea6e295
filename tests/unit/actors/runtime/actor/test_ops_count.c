/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ops_count: what reasons have in common
 */
#include <check.h>
#include <string.h>

#include "actors/runtime/actor/inside.h"
#include "tests/unit/suite.h"

static const struct {
    const char *reason, *head;
} rows[] = {
    {"refused: conflict: the channel has cancelled its order; the ERP has shipped 1 of SKU-00214",
     "refused: conflict: the channel has cancelled its order"                                                                                                                      },
    {"refused: shipments.put: refused (120012016: The parent order is not to be sent, request "
     "us-5)",                                                                                 "refused: shipments.put: refused (120012016: The parent order is not to be sent"},
    {"refused: request us-5 was refused",                                                          "refused"                                                                       },
    {"no price of SKU-7",                                                                          "no price of"                                                                   },
    {"7 lines",                                                                                    "7 lines"                                                                       },
    {"malformed",                                                                                  "malformed"                                                                     },
    {"",                                                                                           ""                                                                              },
    {"; and more",                                                                                 ""                                                                              },
    {"a  b",                                                                                       "a  b"                                                                          },
    {"店铺拒绝了订单 PO-1",                                                                 "店铺拒绝了订单"                                                         },
};

START_TEST(a_head_is_what_many_have)
{
    wb_view head = ops_reason_head(wb_view_of(rows[_i].reason));

    ck_assert_msg(wb_view_is(head, rows[_i].head), "%.*s", WB_VIEW_ARG(head));
    ck_assert(wb_view_begins(wb_view_of(rows[_i].reason), head));
    head = ops_reason_head(head); /* what is told is a group of its own name */
    ck_assert_msg(wb_view_is(head, rows[_i].head), "%.*s", WB_VIEW_ARG(head));
}
END_TEST

START_TEST(a_long_one_is_cut_between_characters)
{
    char text[600];
    wb_view head;

    for (size_t shift = 0; shift < 3; shift++) {
        memset(text, 'x', sizeof text);
        for (size_t at = shift; at + 3 < sizeof text; at += 3)
            memcpy(text + at, "单", 3);
        head = ops_reason_head((wb_view){text, sizeof text});
        ck_assert_uint_le(head.len, OPS_REASON_MAX);
        ck_assert_uint_gt(head.len, OPS_REASON_MAX - 3);
        ck_assert_uint_eq((head.len - shift) % 3, 0);
    }
}
END_TEST

int
main(void)
{
    const wb_suite_row suite[] = {
        {a_head_is_what_many_have,             (int)(sizeof rows / sizeof *rows)},
        {a_long_one_is_cut_between_characters, 0                                },
        {NULL,                                 0                                },
    };

    return wb_suite_run("ops_count", suite);
}
