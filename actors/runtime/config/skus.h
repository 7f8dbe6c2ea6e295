/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skus - a row of a table of SKUs: which SKU of a shop is which SKU of the ERP
 *
 *   account,sku,master,quantity
 *   ,MUG-RED,M-100,          a piece of MUG-RED is a piece of M-100, in every shop
 *   mall,MUG-RED,M-101,      ... but in this one it is M-101
 *   ,MUG-SIX,M-100,6         six of one
 *   ,BOX,M-100,1             a bundle: all rows of one account and SKU together
 *   ,BOX,M-200,2
 *   ,EU-*,*,                 every other SKU that begins so: what follows is the master's
 *
 * `account` is the shop's name in the configuration, empty or no such column = any; `quantity` is
 * the pieces of master in one of sku, empty or no such column = 1. A star counts only at the end,
 * and in `master` only where `sku` has one. A name with a star inside is a name.
 */
#ifndef WB_ACTORS_RUNTIME_CONFIG_SKUS_H
#define WB_ACTORS_RUNTIME_CONFIG_SKUS_H

#include "protocol/base/buf.h"
#include "protocol/sheet.h"

/* Columns; the first two have to be there. */
#define WB_SKUS_SKU "sku"
#define WB_SKUS_MASTER "master"
#define WB_SKUS_ACCOUNT "account"
#define WB_SKUS_QUANTITY "quantity"

#define WB_SKUS_QUANTITY_MAX 1000000
#define WB_SKUS_PARTS_MAX 256 /* rows of one bundle */

/* A text without the star at its end. */
typedef struct {
    wb_view text;
    bool star;
} wb_sku_name;

typedef struct {
    wb_view account; /* empty = any */
    wb_sku_name sku, master;
    int64_t quantity;
} wb_sku_row;

/* Views live as long as the sheet. WB_REJECT: sku or master is empty or has two stars at its end,
 * master has a star and sku has none, a quantity is no whole number from 1 to
 * WB_SKUS_QUANTITY_MAX. */
WB_MUST_CHECK wb_rc wb_sku_row_read(const wb_sheet *sheet, size_t row, wb_sku_row *out,
                                    wb_err *err);

#endif
