/* SPDX-License-Identifier: Apache-2.0 */
/*
 * goods - goods and SKUs of a shop as products and listings, and how many of a SKU it shows
 */
#ifndef WB_ACTORS_CONNECTORS_TEMU_GOODS_GOODS_H
#define WB_ACTORS_CONNECTORS_TEMU_GOODS_GOODS_H

#include "actors/connectors/temu/temu.h"

extern const temu_list temu_listings, temu_products, temu_listings_told, temu_products_told;

/* listings.c, products.c */
wb_map_fn temu_map_listing, temu_map_product;
bool temu_listing_wants(const wb_envelope *want);
/* A value that the two generations of lists call differently: the first of both that is there. */
wb_json_ref temu_either(wb_json *json, wb_json_ref of, const char *one, const char *other);
/* Pieces in one sold unit of the seller's SKU, by the option packs; 1 = it has no row. */
int64_t temu_pack_of(const temu_options *options, wb_view sku);
/* The seller's SKU in a row of a list. */
wb_view temu_listed_sku(wb_json *json, wb_json_ref row);
/* "Active", in whatever case. */
bool temu_word_is(wb_view word, const char *wanted);

/* listed.c: a SKU that a list told without its stock, with it: {"listed": the row, "stock": of
 * skuStockInfoList}, or without the latter; and beside either, where the account sells it in packs,
 * "pack": pieces of one. */
temu_build_fn temu_listed_build;
temu_read_fn temu_listed_read;

/* stock.c */
temu_build_fn temu_stock_build, temu_shown_build;
temu_read_fn temu_stock_read, temu_shown_read;
/* Begins the question how many of some SKUs are shown; ids follow, then a bracket. */
void temu_ask_shown(const wb_call *call, wb_view goods_id, wb_request *out, wb_json_writer *writer);
/* The row of the SKU of that item in the answer to it; NONE = there is none. */
wb_json_ref temu_shown_row(const wb_call *call, size_t item, wb_json_ref body);

#endif
