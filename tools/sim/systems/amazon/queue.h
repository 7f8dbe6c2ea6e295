/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue - one message queue: visible, in flight until a moment, deleted
 *
 * Pure: time comes in. At least once, in no promised order, as the standard queue of SQS.
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_AMAZON_QUEUE_H
#define WB_TOOLS_SIM_SYSTEMS_AMAZON_QUEUE_H

#include "protocol/base/buf.h"
#include "protocol/base/list.h"

#define WB_SIM_HANDLE_LEN 44
#define WB_SIM_IN_FLIGHT_MAX 120000

typedef struct wb_sim_queue wb_sim_queue;

/* What a message holds: a text, or (text.data NULL) the notice of a change. */
typedef struct {
    wb_view text;
    uint32_t order, version;
} wb_sim_content;

typedef struct {
    wb_sim_content content; /* the text lives until the message is deleted */
    uint64_t number;
    uint32_t receives;
    int64_t sent_utc_us, first_utc_us;
    char handle[WB_SIM_HANDLE_LEN + 1];
} wb_sim_message;

typedef enum {
    WB_SIM_HANDLE_OK,
    WB_SIM_HANDLE_OLD,     /* of a receive before the newest, or of a deleted message */
    WB_SIM_HANDLE_VISIBLE, /* it came back to the queue */
    WB_SIM_HANDLE_INVALID,
} wb_sim_handle;

wb_sim_queue *wb_sim_queue_new(void);
void wb_sim_queue_destroy(wb_sim_queue **self_p);

/* Send. Invisible for `delay_ms` first. `front`: it will be received before all others. */
uint64_t wb_sim_queue_put(wb_sim_queue *self, const wb_sim_content *content, int64_t now_ms,
                          int64_t delay_ms, bool front);
/* Receive one; false = nothing visible. */
bool wb_sim_queue_take(wb_sim_queue *self, int64_t now_ms, int64_t visibility_ms,
                       wb_sim_message *out);
/* OK deletes; OLD answers success and deletes nothing, as the service may. */
wb_sim_handle wb_sim_queue_delete(wb_sim_queue *self, wb_view handle);
/* 0 = visible at once. */
wb_sim_handle wb_sim_queue_visibility(wb_sim_queue *self, wb_view handle, int64_t now_ms,
                                      int64_t visibility_ms);
/* Bring back what is due. Returns when the next is, -1 = none. */
int64_t wb_sim_queue_due(wb_sim_queue *self, int64_t now_ms);

size_t wb_sim_queue_visible(const wb_sim_queue *self);
size_t wb_sim_queue_in_flight(const wb_sim_queue *self); /* received and not deleted */
size_t wb_sim_queue_delayed(const wb_sim_queue *self);

#endif
