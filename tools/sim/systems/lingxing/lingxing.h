/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lingxing - what the files of this system share: its places, its operations, its options
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_LINGXING_LINGXING_H
#define WB_TOOLS_SIM_SYSTEMS_LINGXING_LINGXING_H

#include "tools/sim/engine/sim.h"

typedef struct {
    int64_t lingxing_token; /* ms that an access token lives */
    int64_t lingxing_takes; /* ms that any request takes */
    int64_t lingxing_slow;  /* ms that a slow one takes */
    int64_t lingxing_hold;  /* ms until a place that nobody gave back is free */
    int64_t lingxing_works; /* ms that a quick outbound takes */
    int64_t lingxing_split; /* of a thousand orders, those sent from two places */
    int64_t lingxing_merge; /* of a thousand orders, those that may go with another */
    bool lingxing_address;  /* the permission for the fields of the address */
    bool lingxing_approves; /* orders are approved by themselves */
    bool lingxing_blocks;   /* what is not paired cannot be approved */
} wb_sim_lingxing_conf;

enum {
    WB_SIM_LINGXING_AT_TOKENS,
    WB_SIM_LINGXING_AT_READS,
    WB_SIM_LINGXING_AT_WRITES,
};

/* id, its name, the place, its path below /lingxing, how many at once */
#define WB_SIM_LINGXING_OPS(O)                                                                     \
    O(TOKEN, "token", TOKENS, "/api/auth-server/oauth/access-token", 100)                          \
    O(REFRESH, "refresh", TOKENS, "/api/auth-server/oauth/refresh", 100)                           \
    O(SELLERS, "sellers", READS, "/pb/mp/shop/v2/getSellerList", 10)                               \
    O(WAREHOUSES, "warehouses", READS, "/erp/sc/data/local_inventory/warehouse", 1)                \
    O(METHODS, "methods", READS, "/erp/sc/routing/wms/WmsLogistics/listUsedLogisticsType", 1)      \
    O(PRODUCTS, "products", READS, "/erp/sc/routing/data/local_inventory/productList", 1)          \
    O(STOCK, "stock", READS, "/erp/sc/routing/data/local_inventory/inventoryDetails", 1)           \
    O(ORDERS, "orders.list", READS, "/pb/mp/order/v2/list", 10)                                    \
    O(OUTBOUND, "outbound.list", READS, "/erp/sc/routing/wms/order/wmsOrderList", 1)               \
    O(QUICK_RESULT, "orders.quick_result", READS, "/pb/mp/order/v2/getFastOutboundResult", 10)     \
    O(CREATE, "orders.create", WRITES, "/pb/mp/order/v2/create", 10)                               \
    O(UPDATE, "orders.update", WRITES, "/pb/mp/order/v2/updateOrder", 10)                          \
    O(CANCEL, "orders.cancel", WRITES, "/pb/mp/order/v2/cancelOrder", 10)                          \
    O(EDIT, "orders.edit", WRITES, "/pb/mp/order/editOrder", 10)                                   \
    O(REMARK, "orders.remark", WRITES, "/pb/mp/order/setRemark", 10)                               \
    O(REVIEW, "orders.review", WRITES, "/basicOpen/openapi/multiplatform/order/review", 1)         \
    O(DELIVER, "orders.deliver", WRITES, "/basicOpen/selfShipmentOrder/deliveryGoods", 1)          \
    O(QUICK, "orders.quick", WRITES, "/pb/mp/order/v2/fastOutbound", 10)

enum {
#define WB_SIM_LINGXING_OP_ENUM(id, name, place, path, most) WB_SIM_LINGXING_##id,
    WB_SIM_LINGXING_OPS(WB_SIM_LINGXING_OP_ENUM)
#undef WB_SIM_LINGXING_OP_ENUM
        WB_SIM_LINGXING_OP_COUNT
};

/* Its own faults: name, place, how often in a usual mix (NULL: it is none of it), what happens */
#define WB_SIM_LINGXING_FAULTS(F)                                                                  \
    F(TOKEN_REPLACED, "token_replaced", TOKENS, "0.0005",                                          \
      "another application has fetched a token")                                                   \
    F(IP, "ip", TOKENS, NULL, "the address of who asks is not on the list")                        \
    F(NOT_GRANTED, "not_granted", TOKENS, NULL, "the interface is not granted to the application") \
    F(HTML_READ, "html_read", READS, "0.002",                                                      \
      "a gateway answers 200 with a page; nothing was done")                                       \
    F(HTML, "html", WRITES, "0.002", "a gateway answers 200 with a page; nothing was done")        \
    F(EMPTY, "empty", WRITES, "0.002", "all was done, and the body of the 200 is empty")           \
    F(PARTIAL, "partial", WRITES, "0.005", "an order of several fails inside a success, for once") \
    F(DUPLICATE_TEXT, "duplicate_text", WRITES, "0.005",                                           \
      "an order is created and called a duplicate")                                                \
    F(CANCEL_LIES, "cancel_lies", WRITES, "0.05",                                                  \
      "the cancel of a shipped order is called a success")                                         \
    F(TOTAL_WRONG, "total_wrong", READS, "0.002", "a list says a larger total than it gives")      \
    F(PAGE_REPEATS, "page_repeats", READS, "0.002",                                                \
      "a list gives its first page whatever was asked")                                            \
    F(SLOW_PATH, "slow_path", READS, NULL,                                                         \
      "a request takes --lingxing-slow, and its path is taken")                                    \
    F(SLOW_WRITE, "slow_write", WRITES, NULL, "the same of a write")

enum {
#define WB_SIM_LINGXING_FAULT_ENUM(id, name, place, usual, help) WB_SIM_LINGXING_FAULT_##id,
    WB_SIM_LINGXING_FAULTS(WB_SIM_LINGXING_FAULT_ENUM)
#undef WB_SIM_LINGXING_FAULT_ENUM
        WB_SIM_LINGXING_FAULT_COUNT
};

/* How many requests of one application may be on their way at this path. */
int wb_sim_lingxing_capacity(int op);

/* token.c */
wb_sim_route_fn wb_sim_lingxing_on_token, wb_sim_lingxing_on_refresh;
/* reference.c */
wb_sim_route_fn wb_sim_lingxing_on_sellers, wb_sim_lingxing_on_warehouses;
wb_sim_route_fn wb_sim_lingxing_on_methods;
/* goods.c */
wb_sim_route_fn wb_sim_lingxing_on_products, wb_sim_lingxing_on_stock;
/* create.c */
wb_sim_route_fn wb_sim_lingxing_on_create;
/* orders.c */
wb_sim_route_fn wb_sim_lingxing_on_orders;
/* change.c */
wb_sim_route_fn wb_sim_lingxing_on_update, wb_sim_lingxing_on_edit, wb_sim_lingxing_on_remark;
/* fate.c */
wb_sim_route_fn wb_sim_lingxing_on_cancel, wb_sim_lingxing_on_review, wb_sim_lingxing_on_deliver;
/* outbound.c */
wb_sim_route_fn wb_sim_lingxing_on_outbound;
/* quick.c */
wb_sim_route_fn wb_sim_lingxing_on_quick, wb_sim_lingxing_on_quick_result;

#endif
