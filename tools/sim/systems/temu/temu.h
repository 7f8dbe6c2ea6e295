/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temu - what the files of this system share: its places and operations, its malls, what was sent
 *
 * One path takes every call; the `type` of the body says which operation it is.
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_TEMU_TEMU_H
#define WB_TOOLS_SIM_SYSTEMS_TEMU_TEMU_H

#include "protocol/base/map.h"
#include "tools/sim/engine/order.h"
#include "tools/sim/engine/sim.h"
#include "tools/sim/systems/temu/limit.h"

#define WB_SIM_TEMU_PAGE_MAX 100
#define WB_SIM_TEMU_SKU_BASE INT64_C(1759235267353400001) /* a double cannot tell two of these */
#define WB_SIM_TEMU_GOODS_BASE INT64_C(601099548666279001)
#define WB_SIM_TEMU_SKUS_EACH 2 /* of one goodsId */
#define WB_SIM_TEMU_REGION 211

typedef struct {
    bool temu_money, temu_retrieve;
    int64_t temu_hold, temu_edit_window, temu_packs, temu_returns;
} wb_sim_temu_conf;

/* Everybody passes the gateway; behind it are four services. */
enum {
    WB_SIM_TEMU_AT_GATEWAY,
    WB_SIM_TEMU_AT_ORDERS,
    WB_SIM_TEMU_AT_GOODS,
    WB_SIM_TEMU_AT_SHIPMENTS,
    WB_SIM_TEMU_AT_STOCK,
};

/* operation, place, handler, `type` of a call */
#define WB_SIM_TEMU_OPS(O)                                                                         \
    O(LIST, ORDERS, list, "bg.order.list.v2.get")                                                  \
    O(DETAIL, ORDERS, detail, "bg.order.detail.v2.get")                                            \
    O(ADDRESS, ORDERS, address, "bg.order.shippinginfo.v2.get")                                    \
    O(AMOUNT, ORDERS, amount, "bg.order.amount.query")                                             \
    O(COMBINED, ORDERS, combined, "bg.order.combinedshipment.list.get")                            \
    O(UNSHIPPED, ORDERS, unshipped, "bg.order.unshipped.package.get")                              \
    O(AFTERSALES, ORDERS, aftersales, "bg.aftersales.parentaftersales.list.get")                   \
    O(CLAIM, ORDERS, claim, "temu.aftersales.parentaftersales.detail.get")                         \
    O(SKUS, GOODS, skus, "bg.local.goods.sku.list.query")                                          \
    O(GOODS, GOODS, goods, "bg.local.goods.list.query")                                            \
    O(SKUS_TOLD, GOODS, skus_told, "temu.local.sku.list.retrieve")                                 \
    O(GOODS_TOLD, GOODS, goods_told, "temu.local.goods.list.retrieve")                             \
    O(STOCK, GOODS, stock, "temu.local.goods.sku.stock.query")                                     \
    O(EDIT, STOCK, edit, "bg.local.goods.stock.edit")                                              \
    O(COMPANIES, GATEWAY, companies, "bg.logistics.companies.get")                                 \
    O(WAREHOUSES, GATEWAY, warehouses, "bg.logistics.warehouse.list.get")                          \
    O(CONFIRM, SHIPMENTS, confirm, "bg.logistics.shipment.v2.confirm")                             \
    O(PARCELS, SHIPMENTS, parcels, "bg.logistics.shipment.v2.get")                                 \
    O(CHANGE, SHIPMENTS, change, "bg.logistics.shipment.shippingtype.update")                      \
    O(ACCOUNT, GATEWAY, account, "bg.open.accesstoken.info.get")

enum {
#define WB_SIM_TEMU_OP_ENUM(id, place, handler, type) WB_SIM_TEMU_##id,
    WB_SIM_TEMU_OPS(WB_SIM_TEMU_OP_ENUM)
#undef WB_SIM_TEMU_OP_ENUM
        WB_SIM_TEMU_OTHER, /* a call that is none of these */
};

/* What goes wrong with this vendor alone: fault, place, its name, how often in a usual mix, what it
 * does */
#define WB_SIM_TEMU_FAULTS(F)                                                                      \
    F(HTML, GATEWAY, "temu_html", "0.002", "answer 200 with a page of HTML; nothing was done")     \
    F(THROTTLED, GATEWAY, "temu_throttled", "0.005",                                               \
      "say 4000004 in a 200, whatever was asked before")                                           \
    F(INTERNAL, GATEWAY, "temu_internal", "0.002", "say 2000000; nothing was done")                \
    F(DOUBLE_WRAPPED, ORDERS, "temu_double_wrapped", "0.02",                                       \
      "an order, or a list of them, stands in a second envelope")                                  \
    F(TOTAL_WRONG, ORDERS, "temu_total_wrong", "0.01",                                             \
      "a list says that it has more rows than there are")                                          \
    F(COMPUTING, ORDERS, "temu_computing", "0.005", "an order is still being computed: 140020009") \
    F(RESTRICTED, ORDERS, "temu_restricted", "0.005",                                              \
      "the address of that share of the orders is withheld")                                       \
    F(AMOUNT_LATER, ORDERS, "temu_amount_later", "0.01",                                           \
      "amounts are still being computed: 140020008")                                               \
    F(LABEL, ORDERS, "temu_label", "0.01",                                                         \
      "of that share of the orders a label is bought, and not confirmed")                          \
    F(HOLD_CANCEL, SHIPMENTS, "temu_hold_cancel", "0.01",                                          \
      "that share of the buyers asks to cancel, for --temu-hold")                                  \
    F(HOLD_ADDRESS, SHIPMENTS, "temu_hold_address", "0.01",                                        \
      "that share of the buyers asks for another address, for --temu-hold")                        \
    F(CONFIRM_INTERNAL, SHIPMENTS, "temu_confirm_internal", "0.01", "confirm, and say 120014006")  \
    F(EDIT_PARTLY, STOCK, "temu_edit_partly", "0.01",                                              \
      "one SKU of an edit is to be tried again, inside a success")                                 \
    F(EDIT_INTERNAL, STOCK, "temu_edit_internal", "0.005", "edit, and say 2000000")

enum {
#define WB_SIM_TEMU_FAULT_ENUM(id, place, name, usual, help) WB_SIM_TEMU_##id,
    WB_SIM_TEMU_FAULTS(WB_SIM_TEMU_FAULT_ENUM)
#undef WB_SIM_TEMU_FAULT_ENUM
};

/* What a listing shows. */
typedef struct {
    int64_t now, before; /* before: what probes see while the write is hidden from them */
    uint64_t revision;   /* 0 = it was never told */
} wb_sim_temu_shown;

/* One mall, with an app of its own. Mall k (from 1) is called k in all its names. */
typedef struct {
    wb_sim_account *account;
    char app_key[40], app_secret[48], access_token[64];
    char target[16]; /* its name at the far end */
    int64_t mall_id;
    wb_sim_temu_shown *shown; /* by goods; NULL = none was told yet */
    wb_sim_temu_window whole; /* of the app */
    wb_sim_temu_window *each; /* by operation */
} wb_sim_temu_seller;

/* A parcel that was confirmed. */
typedef struct wb_sim_temu_parcel wb_sim_temu_parcel;
struct wb_sim_temu_parcel {
    wb_sim_temu_parcel *next;       /* of its order */
    const wb_sim_temu_parcel *main; /* an extra box of this one; NULL = none */
    wb_sim_temu_parcel *older;      /* of all */
    uint32_t order;
    int64_t quantity[WB_SIM_LINES_MAX];
    int64_t carrier, confirmed_ms;
    char sn[32], tracking[65], warehouse[16];
};

/* What was confirmed of an order. */
typedef struct {
    wb_sim_temu_parcel *parcels;
    int64_t changed_utc_us, shipped_utc_us;
    unsigned lines; /* bits: all of these lines is on its way */
    bool counted;   /* a ledger holds it */
    bool told;      /* the address of its last version was */
} wb_sim_temu_sent;

typedef struct {
    wb_sim_part *part;
    const wb_sim_temu_conf *conf;
    wb_sim_temu_seller *sellers;
    size_t seller_count;
    wb_sim_temu_sent *sent; /* by order; NULL = it sells nothing */
    wb_sim_temu_parcel *newest;
    wb_map *by_tracking, *by_sn; /* parcels */
    wb_map *edits;               /* "MALL/requestUniqueKey" of edits that were done */
    uint64_t requests, parcels, revisions;
    uint64_t sendings;             /* changes of what was sent */
    struct wb_sim_temu_kept *kept; /* what the last search found; NULL = there was none */
    uint32_t looked_at;            /* orders, of which the oldest is known: */
    int64_t oldest_utc_us;
    uint64_t endless; /* the search that never ends; 0 = none */
} wb_sim_temu;

wb_sim_temu *wb_sim_temu_of(const wb_sim_visit *visit);
/* Does this fault strike this order? The same answer whenever it is asked. */
bool wb_sim_temu_marked(const wb_sim_part *part, int fault, uint32_t order);

/* The address of that order is kept back: only a label of the channel's may be bought for it. */
bool wb_sim_temu_withheld(const wb_sim_part *part, uint32_t order);

/* Its new address was told to nobody before it was sent, and is told no more. */
bool wb_sim_temu_told(const wb_sim_part *part, uint32_t order);
bool wb_sim_temu_untold(const wb_sim_part *part, uint32_t order);

/* router.c: every call; each operation is one handler, with the request in sim->json. */
wb_sim_route_fn wb_sim_temu_on_call;
typedef void wb_sim_temu_handler(wb_sim_visit *visit, wb_sim_temu_seller *seller);
#define WB_SIM_TEMU_HANDLER(id, place, handler, type) wb_sim_temu_handler wb_sim_temu_on_##handler;
WB_SIM_TEMU_OPS(WB_SIM_TEMU_HANDLER)
#undef WB_SIM_TEMU_HANDLER
/* The name of an operation, as `type` says it. */
extern const char *const wb_sim_temu_types[];

#endif
