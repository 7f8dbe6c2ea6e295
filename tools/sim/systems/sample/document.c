/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document - what a report says: cells between tabs, by SKU and then by day
 *
 *   sku  day  units  orders  refunded  sales  refunds  currency
 */
#include "tools/sim/systems/sample/reports.h"

#include "protocol/base/clock.h"
#include "protocol/base/random.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY_US (INT64_C(86400) * WB_US_PER_S)
#define DAY_TEXT 11

static void
day_text(char dst[DAY_TEXT], int64_t utc_us)
{
    char text[WB_TIME_TEXT_MAX + 1];

    wb_time_text(text, utc_us, false);
    (void)snprintf(dst, DAY_TEXT, "%.10s", text);
}

/* Of one of the goods on a day; 0 = nothing was sold. */
static int64_t
units_of(const wb_sim *sim, unsigned seller, uint32_t goods, int64_t day)
{
    uint64_t of[3] = {seller, goods, (uint64_t)day};

    return (int64_t)(wb_hash64(of, sizeof of, (uint64_t)sim->conf.seed) % 10) - 4;
}

static void
put_row(wb_buf *out, uint32_t goods, const char *day, int64_t units)
{
    int64_t price_minor = 199 + goods % 1000, refunded = units > 4;

    wb_buf_addf(out, "SKU-%05u\t%s\t%lld\t%lld\t%lld\t%lld.%02d\t%lld.%02d\tEUR\n", goods, day,
                (long long)units, (long long)(units + 1) / 2, (long long)refunded,
                (long long)(units * price_minor / 100), (int)(units * price_minor % 100),
                (long long)(refunded * price_minor / 100), (int)(refunded * price_minor % 100));
}

/* A row that nobody can read, in the midst of what can be read. */
static void
put_broken(wb_buf *out, int kind)
{
    static const char *const rows[] = {
        "SKU-00000\tyesterday\t1\t1\t0\t1.99\t0.00\tEUR\n", "SKU-00000\t1\t1\n",
        "SKU-00000\t\"never closed\t1\t1\t0\t1.99\t0.00\tEUR\n", "\t\t\t\t\t\t\t\n",
        "SKU-\xe7\t2026-01-01\t1\t1\t0\t1.99\t0.00\tEUR\n"};

    if (kind)
        wb_buf_add_text(out, rows[kind - 1]);
}

/* The first day of a month, and the first one of the month behind it. */
static int64_t
month_begins_us(const char *month)
{
    char text[32];
    int64_t at_us = 0;

    (void)snprintf(text, sizeof text, "%s-01T00:00:00Z", month);
    return wb_time_parse(&at_us, wb_view_of(text), NULL) ? 0 : at_us;
}

static int64_t
month_ends_us(const char *month)
{
    int64_t at_us = month_begins_us(month) + 31 * DAY_US;
    char day[DAY_TEXT];

    day_text(day, at_us);
    day[7] = '\0';
    return month_begins_us(day);
}

void
wb_sim_sample_document(const wb_sim *sim, const wb_sim_sample_report *report, wb_buf *out)
{
    uint32_t goods = wb_sim_market_conf_of(sim->market)->goods;
    int64_t from = month_begins_us(report->from) / DAY_US;
    int64_t end = month_ends_us(report->to) / DAY_US, today = report->made_utc_us / DAY_US;
    int broken = report->broken;
    char day[DAY_TEXT];

    wb_buf_add_text(out, "sku\tday\tunits\torders\trefunded\tsales\trefunds\tcurrency\n");
    for (uint32_t i = 0; i < goods; i++)
        for (int64_t at = from; at < end && at < today; at++) {
            int64_t units = units_of(sim, report->seller, i, at);

            if (units <= 0)
                continue;
            day_text(day, at * DAY_US);
            put_row(out, i, day, units);
            put_broken(out, broken);
            broken = 0;
        }
}
