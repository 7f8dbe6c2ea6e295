/* SPDX-License-Identifier: Apache-2.0 */
/*
 * amazon - what the files of this system share: its places and operations, its sellers, its answers
 *
 * Three places: the queue service, the token service, and the orders API in both its versions.
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_AMAZON_AMAZON_H
#define WB_TOOLS_SIM_SYSTEMS_AMAZON_AMAZON_H

#include "tools/sim/engine/sim.h"

typedef struct {
    int64_t token_ttl, search_lag, items_page, visibility;
} wb_sim_amazon_conf;

enum { WB_SIM_AT_SQS, WB_SIM_AT_LWA, WB_SIM_AT_ORDERS };

/* operation, its name, where it is, published rate in millionths a second (0 = none) and burst */
#define WB_SIM_AMAZON_OPS(O)                                                                       \
    O(RECEIVE, "sqs.ReceiveMessage", WB_SIM_AT_SQS, 0, 0)                                          \
    O(DELETE, "sqs.DeleteMessage", WB_SIM_AT_SQS, 0, 0)                                            \
    O(DELETE_BATCH, "sqs.DeleteMessageBatch", WB_SIM_AT_SQS, 0, 0)                                 \
    O(VISIBILITY, "sqs.ChangeMessageVisibility", WB_SIM_AT_SQS, 0, 0)                              \
    O(VISIBILITY_BATCH, "sqs.ChangeMessageVisibilityBatch", WB_SIM_AT_SQS, 0, 0)                   \
    O(SEND, "sqs.SendMessage", WB_SIM_AT_SQS, 0, 0)                                                \
    O(CREATE, "sqs.CreateQueue", WB_SIM_AT_SQS, 0, 0)                                              \
    O(SET, "sqs.SetQueueAttributes", WB_SIM_AT_SQS, 0, 0)                                          \
    O(ATTRIBUTES, "sqs.GetQueueAttributes", WB_SIM_AT_SQS, 0, 0)                                   \
    O(URL, "sqs.GetQueueUrl", WB_SIM_AT_SQS, 0, 0)                                                 \
    O(TOKEN, "lwa.token", WB_SIM_AT_LWA, 0, 0)                                                     \
    O(GET_ORDER, "orders.getOrder", WB_SIM_AT_ORDERS, 500000, 30)                                  \
    O(SEARCH, "orders.searchOrders", WB_SIM_AT_ORDERS, 5600, 20)                                   \
    O(V0_ORDERS, "orders.v0.getOrders", WB_SIM_AT_ORDERS, 16700, 20)                               \
    O(V0_ORDER, "orders.v0.getOrder", WB_SIM_AT_ORDERS, 500000, 30)                                \
    O(V0_ITEMS, "orders.v0.getOrderItems", WB_SIM_AT_ORDERS, 500000, 30)

enum {
#define WB_SIM_OP_ENUM(id, name, at, rate, burst) WB_SIM_OP_##id,
    WB_SIM_AMAZON_OPS(WB_SIM_OP_ENUM)
#undef WB_SIM_OP_ENUM
};

enum { WB_SIM_FAULT_DELETE_PART };

/* One seller, and the keys to its queue. Seller k (from 1) is called "k" in all its names. */
typedef struct {
    wb_sim_account *account;
    char access_key[32], secret_key[32], session_token[32];
    char client_id[64], client_secret[32], refresh_token[32];
    char seller_id[16], queue[16];
    /* The signing key of a day and region, kept. */
    char scope[96];
    uint8_t signing_key[32];
} wb_sim_seller;

typedef struct wb_sim_sqs wb_sim_sqs;

typedef struct {
    wb_sim_part *part;
    const wb_sim_amazon_conf *conf;
    wb_sim_seller *sellers;
    size_t seller_count;
    wb_sim_sqs *sqs;
} wb_sim_amazon;

wb_sim_amazon *wb_sim_amazon_of(const wb_sim_visit *visit);

/* Answers of the queue, in its type, with the number of the request. */
void wb_sim_answer_aws(wb_sim_conn *conn, int status, wb_view body);

/* Handlers of paths, one file each. */
wb_sim_route_fn wb_sim_on_sqs, wb_sim_on_token, wb_sim_on_order, wb_sim_on_search, wb_sim_on_v0;

extern const wb_sim_system wb_sim_system_amazon;

#endif
