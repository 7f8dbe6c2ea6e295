/* SPDX-License-Identifier: Apache-2.0 */
/*
 * skus - a look-up in a table of SKUs (config/skus.h): which goods of the ERP is a SKU of a shop?
 *
 * Of the rows that are about a SKU those count that say it most exactly: its whole name before the
 * beginning of it, a longer beginning before a shorter one, and of the same text the rows of the
 * shop's account before those of any. All rows of that account and text together are what it is
 * made of: a bundle, where they are more than one.
 *
 * An index is of one sheet, and made anew when the sheet is another (wb_ctx_on_tables). It costs a
 * pass over the rows, some 30 ms of 100,000, a look-up some 200 ns, and as much for each length of
 * a beginning that the table has.
 */
#ifndef WB_ACTORS_MAPPER_SKUS_H
#define WB_ACTORS_MAPPER_SKUS_H

#include "protocol/base/buf.h"
#include "protocol/sheet.h"

typedef struct wb_skus wb_skus;

/* The sheet has been checked, and outlives it. NULL = an empty one. */
wb_skus *wb_skus_new(const wb_sheet *sheet);
void wb_skus_destroy(wb_skus **self_p);

/* What a piece of a SKU is made of. */
typedef struct {
    wb_view master;
    int64_t quantity; /* pieces of master: 1 to WB_SKUS_QUANTITY_MAX */
    int line;         /* of the table; 0 = of none */
} wb_sku_part;

/* Zeroed at first; each look-up fills it anew. Its views live as long as it, and the sheet. */
typedef struct {
    wb_sku_part *items;
    size_t count, cap;
    wb_buf text; /* of masters that are made of the SKU */
} wb_sku_parts;

void wb_sku_parts_fini(wb_sku_parts *self);

/* `account`: the shop's name in the configuration. false: no row is about it; `out` is empty. A
 * name longer than WB_KEY_MAX is none. */
bool wb_skus_find(const wb_skus *self, wb_view account, wb_view sku, wb_sku_parts *out);

/* Where there is no table: it is itself. */
bool wb_skus_same(wb_view sku, wb_sku_parts *out);

/* The other way: SKUs of which `master` may be a part. Which of them are, wb_skus_find tells: a
 * row may be about a SKU that another one says more exactly. `prefix`: every SKU that begins with
 * it. `account` {NULL, 0}: in any shop. WB_OK goes on, any other code stops it and is returned. */
typedef wb_rc (*wb_skus_each)(void *arg, wb_view sku, bool prefix, wb_err *err);
WB_MUST_CHECK wb_rc wb_skus_of(const wb_skus *self, wb_view account, wb_view master,
                               wb_skus_each each, void *arg, wb_err *err);

/* SKUs, of any account, about which the two do not have the same rows; one may come twice. */
WB_MUST_CHECK wb_rc wb_skus_differ(const wb_skus *before, const wb_skus *now, wb_skus_each each,
                                   void *arg, wb_err *err);

#endif
