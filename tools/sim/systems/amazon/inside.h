/* SPDX-License-Identifier: Apache-2.0 */
/*
 * inside - what sqs.c (queues, receiving) and sqs_ops.c (all other operations) share
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_AMAZON_INSIDE_H
#define WB_TOOLS_SIM_SYSTEMS_AMAZON_INSIDE_H

#include "protocol/base/map.h"
#include "tools/sim/systems/amazon/sqs.h"

#define WB_SIM_VISIBILITY_MAX_S 43200

struct wb_sim_sqs_queue {
    wb_sim_sqs *sqs;
    wb_sim_queue *queue;
    char name[81];
    int64_t visibility_ms;
    wb_link waiters;
    wb_link news; /* in sqs->news: something became visible */
    wb_sim_timer due;
    wb_sim_sqs_queue *next;
};

struct wb_sim_sqs {
    wb_sim *sim;
    wb_map *by_name;
    wb_sim_sqs_queue *first;
    wb_link news;
    size_t waiting;
    uint64_t sent, received, deleted, deleted_late;
};

/* A call of one operation: its queue is found, its body is parsed into sim->json. */
typedef struct {
    wb_sim_visit *visit;
    wb_sim_sqs_queue *queue; /* NULL where the operation names none */
} wb_sim_sqs_call;

void wb_sim_sqs_rearm(wb_sim_sqs_queue *queue);
void wb_sim_sqs_refuse(const wb_sim_sqs_call *call, const char *code, const char *message);
/* A number of the request's body: `fallback` when absent; false = answered with a refusal. */
bool wb_sim_sqs_number(const wb_sim_sqs_call *call, wb_json_ref at, const char *name, int64_t max,
                       int64_t *value);

void wb_sim_sqs_receive(const wb_sim_sqs_call *call);
void wb_sim_sqs_delete(const wb_sim_sqs_call *call);
void wb_sim_sqs_delete_batch(const wb_sim_sqs_call *call);
void wb_sim_sqs_visibility(const wb_sim_sqs_call *call);
void wb_sim_sqs_visibility_batch(const wb_sim_sqs_call *call);
void wb_sim_sqs_send(const wb_sim_sqs_call *call);
void wb_sim_sqs_create(const wb_sim_sqs_call *call);
void wb_sim_sqs_set(const wb_sim_sqs_call *call);
void wb_sim_sqs_attributes(const wb_sim_sqs_call *call);
void wb_sim_sqs_url(const wb_sim_sqs_call *call);

#endif
