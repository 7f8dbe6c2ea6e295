/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skus - the check of the tables of SKUs that routes name, row by row
 */
#include "actors/runtime/config/skus.h"

#include <string.h>

#include "actors/runtime/config/inside.h"
#include "actors/runtime/config/rows.h"
#include "protocol/base/map.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define TOLD_MAX 20 /* problems of one table */

static wb_rc
read_name(wb_sku_name *out, const char *column, wb_view text, wb_err *err)
{
    bool star = text.len && text.data[text.len - 1] == '*';

    *out = (wb_sku_name){
        {text.data, text.len - star},
        star
    };
    if (!text.len)
        return wb_fail(err, WB_REJECT, "%s is empty", column);
    if (star && text.len > 1 && text.data[text.len - 2] == '*')
        return wb_fail(err, WB_REJECT, "%s '%.*s': one star at its end says all", column,
                       (int)(text.len < 80 ? text.len : 80), text.data);
    return WB_OK;
}

static wb_rc
read_quantity(int64_t *out, wb_view text, wb_err *err)
{
    wb_err why = {0};

    *out = 1;
    if (!text.len)
        return WB_OK;
    if (wb_text_int(out, text, &why) || *out < 1 || *out > WB_SKUS_QUANTITY_MAX)
        return wb_fail(err, WB_REJECT, "%s '%.*s' is no whole number from 1 to %d",
                       WB_SKUS_QUANTITY, (int)(text.len < 80 ? text.len : 80), text.data,
                       WB_SKUS_QUANTITY_MAX);
    return WB_OK;
}

wb_rc
wb_sku_row_read(const wb_sheet *sheet, size_t row, wb_sku_row *out, wb_err *err)
{
    wb_rc rc;

    out->account = wb_sheet_text(sheet, row, WB_SKUS_ACCOUNT);
    rc = read_name(&out->sku, WB_SKUS_SKU, wb_sheet_text(sheet, row, WB_SKUS_SKU), err);
    if (!rc)
        rc =
            read_name(&out->master, WB_SKUS_MASTER, wb_sheet_text(sheet, row, WB_SKUS_MASTER), err);
    if (!rc)
        rc = read_quantity(&out->quantity, wb_sheet_text(sheet, row, WB_SKUS_QUANTITY), err);
    if (!rc && out->master.star && !out->sku.star)
        return wb_fail(err, WB_REJECT,
                       "master ends in a star, and sku does not: there is nothing to copy");
    return rc;
}

/* --- the tables of a configuration --- */

typedef struct {
    const wb_config *config;
    const wb_map *accounts; /* by name */
    size_t *counting;       /* accounts whose goods go by this table, and come in pieces */
    size_t counting_count;
    wb_problems *problems;
    const wb_sheet *sheet;
    const char *by[4]; /* the columns of which no two rows may have the same */
    wb_spot at;        /* the row */
} look;

/* Does an account of the configuration bear that name? */
static bool
check_account(const look *self, wb_view name)
{
    if (!name.len || wb_map_find(self->accounts, name))
        return true;
    wb_problems_add(self->problems, self->at, "%s: there is no account '%.*s'", WB_SKUS_ACCOUNT,
                    (int)(name.len < 80 ? name.len : 80), name.data);
    return false;
}

static bool
check_once(const look *self, size_t row)
{
    wb_view texts[WB_COUNT(self->by)];
    size_t first;

    for (size_t i = 0; self->by[i]; i++)
        texts[i] = wb_sheet_text(self->sheet, row, self->by[i]);
    first = wb_sheet_find(self->sheet, self->by, texts);
    if (first == row)
        return true;
    wb_problems_add(self->problems, self->at,
                    "sku '%.*s' with this master is given twice (first in line %d)",
                    (int)(texts[0].len < 80 ? texts[0].len : 80), texts[0].data,
                    wb_sheet_line(self->sheet, first));
    return false;
}

/* Those of a bundle are counted at its first row. */
static bool
check_parts(const look *self, size_t row)
{
    const char *const by[] = {WB_SKUS_SKU, self->by[2], NULL};
    const wb_view texts[] = {wb_sheet_text(self->sheet, row, WB_SKUS_SKU),
                             wb_sheet_text(self->sheet, row, WB_SKUS_ACCOUNT)};
    size_t count = 0;

    if (wb_sheet_find(self->sheet, by, texts) != row)
        return true;
    while (row != WB_SHEET_NONE && ++count <= WB_SKUS_PARTS_MAX)
        row = wb_sheet_next(self->sheet, by, row);
    if (count <= WB_SKUS_PARTS_MAX)
        return true;
    wb_problems_add(self->problems, self->at, "sku '%.*s' has more than %d parts",
                    (int)(texts[0].len < 80 ? texts[0].len : 80), texts[0].data, WB_SKUS_PARTS_MAX);
    return false;
}

/* Has the shop a row of its own, which counts there instead of one for any? */
static bool
has_own_row(const look *self, wb_view sku, wb_view account)
{
    const char *const by[] = {WB_SKUS_SKU, self->by[2], NULL};
    const wb_view texts[] = {sku, account};

    return self->by[2] && wb_sheet_find(self->sheet, by, texts) != WB_SHEET_NONE;
}

/* Pieces that a row with this quantity would count once more; 1 = none: a quantity that does not
 * hold all of a pack says what one piece is. */
static int64_t
counted_twice(const look *self, size_t account, const wb_sku_row *is)
{
    const wb_connector *connector = wb_config_connector_of(self->config, account);
    const wb_account_conf *accounts = wb_config_tree_of(self->config)->accounts.items;
    wb_view name = wb_view_of(accounts[account].name);
    int64_t pack;

    if (is->account.len ? !wb_view_eq(is->account, name) : has_own_row(self, is->sku.text, name))
        return 1;
    pack = connector->pack(wb_config_options_of(self->config, account), is->sku.text);
    return pack > 1 && is->quantity % pack == 0 ? pack : 1;
}

/* What an account counts in pieces by itself is not multiplied here once more. */
static bool
check_packs(const look *self, const wb_sku_row *is)
{
    const wb_account_conf *accounts = wb_config_tree_of(self->config)->accounts.items;

    for (size_t i = 0; is->quantity > 1 && !is->sku.star && i < self->counting_count; i++) {
        int64_t pack = counted_twice(self, self->counting[i], is);

        if (pack == 1)
            continue;
        wb_problems_add(self->problems, self->at,
                        "%s %lld: account '%.64s' counts sku '%.*s' in pieces already, %lld in one "
                        "that is sold: the row says what one piece is",
                        WB_SKUS_QUANTITY, (long long)is->quantity, accounts[self->counting[i]].name,
                        (int)(is->sku.text.len < 80 ? is->sku.text.len : 80), is->sku.text.data,
                        (long long)pack);
        return false;
    }
    return true;
}

static bool
check_row(look *self, size_t row)
{
    wb_sku_row is;
    wb_err why = {0};

    self->at.line = wb_sheet_line(self->sheet, row);
    self->at.column = 1;
    if (!wb_sku_row_read(self->sheet, row, &is, &why))
        return check_once(self, row) && check_account(self, is.account) && check_parts(self, row) &&
               check_packs(self, &is);
    wb_problems_add(self->problems, self->at, "%s", why.text);
    return false;
}

static void
check_table(look *self, const wb_sheet *sheet)
{
    bool accounts = wb_sheet_column(sheet, WB_SKUS_ACCOUNT) != WB_SHEET_NONE;
    size_t told = 0;

    if (wb_sheet_column(sheet, WB_SKUS_SKU) == WB_SHEET_NONE ||
        wb_sheet_column(sheet, WB_SKUS_MASTER) == WB_SHEET_NONE)
        return; /* told already */
    self->sheet = sheet;
    self->by[2] = accounts ? WB_SKUS_ACCOUNT : NULL;
    for (size_t row = 0; told < TOLD_MAX && row < wb_sheet_rows(sheet); row++)
        told += !check_row(self, row);
}

static bool
is_named(const wb_config_tree *tree, const char *table)
{
    const wb_route_conf *routes = tree->routes.items;

    for (size_t i = 0; i < tree->routes.count; i++)
        if (routes[i].skus.name && !strcmp(routes[i].skus.name, table))
            return true;
    return false;
}

/* Do goods of that account go by the table: do its orders leave by it, or is stock told to it? */
static bool
goes_by(const wb_config_tree *tree, const char *account, const char *table)
{
    const wb_route_conf *routes = tree->routes.items;

    for (size_t i = 0; i < tree->routes.count; i++) {
        const wb_route_conf *route = &routes[i];

        if (!route->skus.name || strcmp(route->skus.name, table) != 0 || !route->kind ||
            !route->from || !route->to)
            continue;
        if (wb_route_kind(route) == WB_RECORD_ORDER ? wb_route_leaves(route, account)
                                                    : !strcmp(route->to, account))
            return true;
    }
    return false;
}

static void
find_counting(look *self, const char *table)
{
    const wb_config_tree *tree = wb_config_tree_of(self->config);
    const wb_account_conf *accounts = tree->accounts.items;

    self->counting_count = 0;
    for (size_t i = 0; i < tree->accounts.count; i++) {
        const wb_connector *connector = wb_config_connector_of(self->config, i);
        const void *options = wb_config_options_of(self->config, i);

        if (connector && connector->pack && options &&
            connector->pack(options, (wb_view){NULL, 0}) > 1 &&
            goes_by(tree, accounts[i].name, table))
            self->counting[self->counting_count++] = i;
    }
}

void
wb_config_check_skus(const wb_config *config, wb_problems *problems)
{
    const wb_tables *tables = wb_config_tables(config);
    const wb_config_tree *tree = wb_config_tree_of(config);
    const wb_account_conf *accounts = tree->accounts.items;
    WB_AUTO(wb_map_destroy) wb_map *names = wb_map_new();
    WB_AUTO(wb_free) size_t *counting = wb_alloc((tree->accounts.count + 1) * sizeof *counting);
    look self = {
        .config = config,
        .accounts = names,
        .counting = counting,
        .problems = problems,
        .by = {WB_SKUS_SKU, WB_SKUS_MASTER}
    };

    for (size_t i = 0; i < tree->accounts.count; i++)
        wb_map_put(names, wb_view_of(accounts[i].name), accounts[i].name);
    for (size_t i = 0; i < wb_tables_count(tables); i++) {
        const wb_config_file file = {.path = wb_tables_file(tables, i)};

        self.at.file = &file;
        if (!wb_tables_at(tables, i) || !is_named(tree, wb_tables_name(tables, i)))
            continue;
        find_counting(&self, wb_tables_name(tables, i));
        check_table(&self, wb_tables_at(tables, i));
    }
}
