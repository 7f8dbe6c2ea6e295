/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim - the simulated outside world in one process: its parts, and what they share
 *
 * Amazon's queue, its token service, its orders API and a webhook ERP, on one loopback port. The
 * path and the headers decide who is meant.
 */
#ifndef WB_TOOLS_SIM_ENGINE_SIM_H
#define WB_TOOLS_SIM_ENGINE_SIM_H

#include "protocol/json.h"
#include "tools/sim/engine/bucket.h"
#include "tools/sim/engine/http.h"
#include "tools/sim/engine/market.h"
#include "tools/sim/engine/refusal.h"

typedef struct {
    char *host, *ready_file, *faults, *rate_scale, *pace, *erp_secret;
    int64_t port, accounts, orders, changes, gap, seed, title;
    int64_t ids, start, erp_mode, refuse_as;
    int64_t token_ttl, visibility, sqs_delay, api_delay, erp_delay;
    int64_t slow, late, lag, spell, notice_delay, search_lag, items_page;
    bool auth;
} wb_sim_conf;

enum { WB_SIM_IDS_RANDOM, WB_SIM_IDS_RISING };
enum { WB_SIM_START_AUTO, WB_SIM_START_MANUAL };
enum { WB_SIM_ERP_KEYED, WB_SIM_ERP_PROBED };

/* operation, its name, where it is, published rate in millionths a second (0 = none) and burst */
#define WB_SIM_OPS(O)                                                                              \
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
    O(V0_ITEMS, "orders.v0.getOrderItems", WB_SIM_AT_ORDERS, 500000, 30)                           \
    O(PUSH, "erp.push", WB_SIM_AT_ERP, 0, 0)                                                       \
    O(PROBE, "erp.probe", WB_SIM_AT_ERP, 0, 0)

typedef enum {
#define WB_SIM_OP_ENUM(id, name, at, rate, burst) WB_SIM_OP_##id,
    WB_SIM_OPS(WB_SIM_OP_ENUM)
#undef WB_SIM_OP_ENUM
        WB_SIM_OP_COUNT
} wb_sim_op;

typedef struct {
    const char *name;
    int at;
    int64_t rate_micro, burst;
} wb_sim_op_row;

extern const wb_sim_op_row wb_sim_op_rows[WB_SIM_OP_COUNT];

/* One seller, and the keys to its queue. Account k (from 1) is called "k" in all its names. */
typedef struct {
    char access_key[32], secret_key[32], session_token[32];
    char client_id[64], client_secret[32], refresh_token[32];
    char seller_id[16], queue[16];
    bool revoked; /* its grant: refreshing says invalid_grant */
    /* The signing key of a day and region, kept. */
    char scope[96];
    uint8_t signing_key[32];
    wb_sim_bucket buckets[WB_SIM_OP_COUNT];
} wb_sim_account;

typedef struct wb_sim_sqs wb_sim_sqs;
typedef struct wb_sim_erp wb_sim_erp;

typedef struct wb_sim {
    wb_sim_conf conf;
    int port;
    int64_t rate_scale_micro; /* 0 = unlimited */
    wb_sim_timers timers;
    wb_sim_http *http;
    wb_sim_faults faults;
    wb_sim_market *market;
    wb_sim_sqs *sqs;
    wb_sim_erp *erp;
    wb_sim_refusals *refusals;
    wb_sim_told told;  /* of the orders API */
    uint64_t elements; /* of its lists that were no orders */
    wb_sim_account *accounts;
    wb_json *json;
    wb_buf body, scratch; /* of the request that is being answered */
    uint64_t requests[WB_SIM_OP_COUNT], throttled[WB_SIM_OP_COUNT];
    uint64_t unauthorized, unknown;
    wb_sim_op op; /* of the request that is being answered */
    bool quit;
} wb_sim;

/* Build the world. WB_FATAL: no port, or a setting that is none. */
WB_MUST_CHECK wb_rc wb_sim_new(wb_sim **out, const wb_sim_conf *conf, wb_err *err);
void wb_sim_destroy(wb_sim **self_p);
/* One turn of its loop; at most `wait_ms`. */
void wb_sim_turn(wb_sim *self, int64_t wait_ms);

/* A request has begun: count it, and let strike what strikes at the door. true = it is answered.
 * Otherwise its answer may come late, cut or never. */
bool wb_sim_begin(wb_sim *self, wb_sim_conn *conn, wb_sim_op op);
/* Answer with JSON; with an error in the words of that place. */
void wb_sim_answer_json(wb_sim_conn *conn, int status, wb_view body);
void wb_sim_answer_aws(wb_sim_conn *conn, int status, wb_view body); /* the queue's words */
void wb_sim_refuse(wb_sim *self, wb_sim_conn *conn, int at, int status, const char *code,
                   const char *message);

/* Handlers of paths, one file each. */
wb_sim_handler wb_sim_on_sqs, wb_sim_on_token, wb_sim_on_order, wb_sim_on_search, wb_sim_on_v0,
    wb_sim_on_erp, wb_sim_on_control;

#endif
