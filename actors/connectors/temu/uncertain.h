/* SPDX-License-Identifier: Apache-2.0 */
/*
 * uncertain - what nobody outside the vendor knows for sure, in one place
 *
 * Each was chosen so that it is right, or harmless, however the vendor means it. A sandbox shop
 * tells; then it is changed here.
 */
#ifndef WB_ACTORS_CONNECTORS_TEMU_UNCERTAIN_H
#define WB_ACTORS_CONNECTORS_TEMU_UNCERTAIN_H

/* How a text with these characters is signed: public clients differ. None is sent. */
#define TEMU_UNSETTLED "<>&\\"

/* 20 calls a second, of one interface and one application: a bucket, a sliding window or one of the
 * calendar. A burst and what flows in within a second are no more than that together. */
#define TEMU_RATE "15"
#define TEMU_RATE_MAX 20

/* Which rows the query of SKUs gives. The query of goods says: 1 active and inactive ones. */
#define TEMU_GOODS_SEARCH 1
#define TEMU_SKU_SEARCH 1

/* status4VO of goods and SKUs: 1 is for sale; what the other numbers mean is not told. */
#define TEMU_FOR_SALE 1

/* The same of the newer lists, by words: of goods one of them is for active and inactive ones, of
 * SKUs none is told, so each is asked by itself. Incomplete ones, drafts and deleted ones are not
 * asked for. */
#define TEMU_GOODS_WORDS "ALL"
#define TEMU_SKU_WORDS "ACTIVE", "INACTIVE"

/* How their status is spelt, in whatever case: one of these, or else it is not for sale. */
#define TEMU_ACTIVE "active"
#define TEMU_DELETED "deleted"

/* SKUs whose stock one call may ask for: no limit is told. */
#define TEMU_STOCK_BATCH 50

/* Times of after-sales are milliseconds, by the guide; the page of their list has them as numbers
 * of 32 bits, which would be seconds. What changed is asked for in the former; a full run, each
 * day, asks without times. What is answered is read as either: what is less than this is seconds.
 */
#define TEMU_AFTERSALES_PER_S 1000
#define TEMU_MS_FROM INT64_C(100000000000)

/* Amounts are "minor units (cents)": taken as the smallest unit of their currency, also where that
 * has no cents. Those of after-sales have the same form: they are read the same way, and what has
 * a point in it is left out. */

/* Rows of a page that the gateway is asked for at once, and how many pages are one list at most:
 * what it counts beyond that is no count. */
#define TEMU_PAGES_MAX 1000000

/* How long an event may be on its way: the vendor tries again for so long, perhaps with the first
 * time and signature; and five minutes of clocks. */
#define TEMU_HOOK_WINDOW_MS (INT64_C(12) * 3600000 + 300000)

/* An order that has not been shipped answers the query of its shipments by an empty list. */
#define TEMU_EMPTY_IS_ABSENT true

/* The members goodsId and skuId of what is confirmed: in the vendor's example, not said to be
 * needed; the line of the order says which goods they are, so they are not sent. */

#endif
