/* SPDX-License-Identifier: Apache-2.0 */
/*
 * invoices - the check of whose orders are invoiced, and by which numbers
 *
 * A number is given once, in the transaction that makes its invoice. So all orders of an account
 * have to be in one store, which they are where there is one mapper.
 */
#include <stdio.h>
#include <string.h>

#include "actors/runtime/config/inside.h"
#include "actors/runtime/config/rows.h"
#include "protocol/base/clock.h"

#define PREFIX_MAX 64

const wb_invoices_conf *
wb_config_invoices(const wb_config_tree *tree, const char *account)
{
    const wb_invoices_conf *rows = tree->invoices.items;

    for (size_t i = 0; i < tree->invoices.count; i++)
        if (rows[i].account && !strcmp(rows[i].account, account))
            return &rows[i];
    return NULL;
}

static void
check_account(const wb_config *config, const wb_invoices_conf *row, wb_problems *problems)
{
    const wb_config_tree *tree = wb_config_tree_of(config);
    size_t account = wb_config_account(config, row->account);
    const wb_connector *connector =
        account < tree->accounts.count ? wb_config_connector_of(config, account) : NULL;

    if (account == tree->accounts.count)
        wb_problems_add(problems, row->at, "invoices: there is no account '%.64s'", row->account);
    else if (connector && !wb_connector_gives(connector, WB_RECORD_ORDER))
        wb_problems_add(problems, row->at, "invoices: no orders come from '%.64s'", row->account);
    else if (connector && wb_connector_gives(connector, WB_RECORD_INVOICE))
        wb_problems_add(problems, row->at,
                        "invoices: '%.64s' gives invoices of its own: a second one would be made "
                        "of each order",
                        row->account);
}

static bool
same(const char *a, const char *b)
{
    return !strcmp(a ? a : "", b ? b : "");
}

/* Two accounts that number by one prefix would give one number twice. */
static void
check_once(const wb_invoices_conf *rows, size_t index, wb_problems *problems)
{
    for (size_t i = 0; i < index; i++) {
        if (rows[i].account && same(rows[i].account, rows[index].account))
            wb_problems_add(problems, rows[index].at, "invoices: '%.64s' is named twice",
                            rows[index].account);
        else if (same(rows[i].prefix, rows[index].prefix))
            wb_problems_add(problems, rows[index].at,
                            "invoices: '%.64s' and '%.64s' have the same prefix: numbers would be "
                            "given twice",
                            rows[i].account ? rows[i].account : "", rows[index].account);
    }
}

static void
read_since(wb_invoices_conf *row, wb_problems *problems)
{
    char whole[32];

    if (!row->since)
        return; /* told already: required */
    (void)snprintf(whole, sizeof whole, "%.10sT00:00:00Z", row->since);
    if (strlen(row->since) != 10 || wb_time_parse(&row->since_utc_us, wb_view_of(whole), NULL))
        wb_problems_add(problems, row->at, "invoices: since: '%.40s' is no date like 2026-01-02",
                        row->since);
}

void
wb_config_check_invoices(wb_config *config, wb_problems *problems)
{
    wb_invoices_conf *rows = config->tree.invoices.items;

    if (config->tree.invoices.count && config->tree.stages.mapper > 1)
        wb_problems_add(problems, rows[0].at,
                        "invoices: their numbers are given by one mapper: stages.mapper is %lld",
                        (long long)config->tree.stages.mapper);
    for (size_t i = 0; i < config->tree.invoices.count; i++) {
        read_since(&rows[i], problems);
        if (rows[i].prefix && strlen(rows[i].prefix) > PREFIX_MAX)
            wb_problems_add(problems, rows[i].at, "invoices: a prefix has %d bytes at most",
                            PREFIX_MAX);
        if (!rows[i].account)
            continue;
        check_account(config, &rows[i], problems);
        check_once(rows, i, problems);
    }
}
