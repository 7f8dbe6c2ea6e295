/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does the money of an order add up? In each of its forms, to the unit; and where nobody can tell
 */
#include <string.h>

#include "actors/mapper/rules/inside.h"
#include "protocol/base/own.h"
#include "tests/unit/suite.h"

#define EUR(cents)                                                                                 \
    {                                                                                              \
        cents, "EUR", 2                                                                            \
    }

/* Two lines, 2 x 10.00 and 5.00, 4.00 of shipping, 29.00 in all. */
static wb_order_line lines[2];
static wb_order order;

static void
start(void)
{
    lines[0] = (wb_order_line){
        .quantity = {2, true},
          .price = EUR(2000)
    };
    lines[1] = (wb_order_line){
        .quantity = {1, true},
          .price = EUR(500)
    };
    order = (wb_order){
        .total = EUR(2900), .shipping_total = EUR(400), .lines = {lines, 2}
    };
}

typedef enum {
    NO_CHANGE,
    TOTAL,
    LINE_PRICE,
    NO_PRICE,
    DISCOUNT,
    TAX_IN,
    TAX_ON,
    CURRENCY,
    UNREAD,
    CANCELLED,
    HEAD_SHIPPING,
    PROCEEDS,
    LINE_SHIPPING,
    NO_TOTAL,
    HUGE
} change;

static const struct {
    change change;
    int64_t by;
    int64_t tolerance;
    wb_totals is;
} sums[] = {
    {NO_CHANGE,     0,         0,  WB_TOTALS_FIT    },
    {TOTAL,         1,         0,  WB_TOTALS_WRONG  },
    {TOTAL,         -1,        0,  WB_TOTALS_WRONG  },
    {TOTAL,         3,         -1, WB_TOTALS_FIT    },
    {TOTAL,         4,         -1, WB_TOTALS_WRONG  },
    {TOTAL,         -3,        -1, WB_TOTALS_FIT    },
    {TOTAL,         -4,        -1, WB_TOTALS_WRONG  },
    {LINE_PRICE,    10,        5,  WB_TOTALS_WRONG  },
    {NO_PRICE,      0,         0,  WB_TOTALS_UNKNOWN},
    {DISCOUNT,      100,       0,  WB_TOTALS_FIT    },
    {TAX_IN,        463,       0,  WB_TOTALS_FIT    },
    {TAX_ON,        463,       0,  WB_TOTALS_FIT    },
    {CURRENCY,      0,         0,  WB_TOTALS_UNKNOWN},
    {UNREAD,        0,         0,  WB_TOTALS_UNKNOWN},
    {CANCELLED,     1,         0,  WB_TOTALS_UNKNOWN},
    {CANCELLED,     0,         0,  WB_TOTALS_FIT    },
    {HEAD_SHIPPING, 1,         0,  WB_TOTALS_WRONG  },
    {LINE_SHIPPING, 400,       0,  WB_TOTALS_FIT    },
    {LINE_SHIPPING, 300,       0,  WB_TOTALS_WRONG  },
    {PROCEEDS,      0,         0,  WB_TOTALS_FIT    },
    {PROCEEDS,      1,         0,  WB_TOTALS_WRONG  },
    {NO_TOTAL,      0,         0,  WB_TOTALS_UNKNOWN},
    {HUGE,          INT64_MIN, 0,  WB_TOTALS_UNKNOWN},
    {HUGE,          INT64_MAX, 0,  WB_TOTALS_UNKNOWN},
};

static void
change_sums(change how, int64_t by)
{
    const wb_money money = {by, "EUR", 2};

    if (how == TOTAL)
        order.total.minor += by;
    if (how == LINE_PRICE)
        lines[1].price.minor += by;
    if (how == NO_PRICE)
        lines[1].price = (wb_money){0};
    if (how == DISCOUNT) {
        lines[0].discount = money;
        order.total.minor -= by;
        order.discount_total = (wb_money)EUR(7777); /* what lines tell goes before it */
    }
    if (how == TAX_IN || how == TAX_ON)
        lines[0].tax = money;
    if (how == TAX_ON)
        order.total.minor += by;
    if (how == CURRENCY)
        memcpy(lines[1].price.currency, "USD", 4);
    if (how == UNREAD)
        lines[1].shipping.exponent = WB_MONEY_UNREAD;
    if (how == CANCELLED)
        lines[1].quantity_cancelled = (wb_count){by, true};
    if (how == HEAD_SHIPPING)
        order.shipping_total.minor += by;
    if (how == LINE_SHIPPING)
        lines[0].shipping = money;
    if (how == PROCEEDS) {
        lines[0].proceeds = (wb_money){1500, "USD", 2};
        lines[1].proceeds = (wb_money){400, "USD", 2};
        order.proceeds_total = (wb_money){1900 + by, "USD", 2};
    }
    if (how == NO_TOTAL)
        order.total = (wb_money){0};
    if (how == HUGE)
        lines[0].discount = lines[1].discount = money;
}

START_TEST(totals)
{
    WB_AUTO(wb_buf_fini) wb_buf numbers = {0};

    wb_buf_init(&numbers, 512);
    change_sums(sums[_i].change, sums[_i].by);
    ck_assert_int_eq(wb_totals_of(&order, sums[_i].tolerance, &numbers), sums[_i].is);
    ck_assert((numbers.len > 0) == (sums[_i].is == WB_TOTALS_WRONG));
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {totals, WB_COUNT(sums)},
        {NULL,   0             },
    };

    return wb_suite_run_in("actors.mapper.totals", tests, start, NULL);
}
