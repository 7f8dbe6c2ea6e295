/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sqs - the queue service: queues by name, and those who wait for messages
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_AMAZON_SQS_H
#define WB_TOOLS_SIM_SYSTEMS_AMAZON_SQS_H

#include "tools/sim/systems/amazon/amazon.h"
#include "tools/sim/systems/amazon/queue.h"

typedef struct wb_sim_sqs_queue wb_sim_sqs_queue;

wb_sim_sqs *wb_sim_sqs_new(wb_sim *sim);
void wb_sim_sqs_destroy(wb_sim_sqs **self_p);
/* Make a queue, or find it by name. */
wb_sim_sqs_queue *wb_sim_sqs_make(wb_sim_sqs *self, wb_view name, int64_t visibility_ms);
wb_sim_sqs_queue *wb_sim_sqs_find(const wb_sim_sqs *self, wb_view name);
uint64_t wb_sim_sqs_put(wb_sim_sqs_queue *queue, const wb_sim_content *content, int64_t delay_ms,
                        bool front);
/* Answer those who wait for what has come since: once a turn, so that they get it in batches. */
void wb_sim_sqs_wake(wb_sim_sqs *self);

/* Messages that nobody has received yet, about: as many as were sent more than received. */
uint64_t wb_sim_sqs_backlog(const wb_sim_sqs *self);

typedef struct {
    uint64_t sent, received, deleted, deleted_late;
    size_t visible, in_flight, delayed, waiting;
} wb_sim_sqs_stats;
void wb_sim_sqs_stats_of(const wb_sim_sqs *self, wb_sim_sqs_stats *out);

#endif
