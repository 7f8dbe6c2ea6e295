/* SPDX-License-Identifier: Apache-2.0 */
/*
 * goods_return - what a buyer sends back, or is refunded without (the record kind is "return")
 */
#ifndef WB_PROTOCOL_RECORDS_GOODS_RETURN_H
#define WB_PROTOCOL_RECORDS_GOODS_RETURN_H

#include "protocol/records/shipment.h"

typedef enum {
    WB_RETURN_UNKNOWN = 0,
    WB_RETURN_REQUESTED,
    WB_RETURN_APPROVED,
    WB_RETURN_SHIPPED,
    WB_RETURN_RECEIVED,
    WB_RETURN_REFUNDED,
    WB_RETURN_REJECTED,
    WB_RETURN_CANCELLED,
    WB_RETURN_STATUS_COUNT
} wb_return_status;

typedef struct {
    wb_view line_id, sku, reason, condition, disposition;
    wb_count quantity, quantity_received;
    wb_money refund;
} wb_return_line;

typedef struct {
    wb_view external_id, order_id, source;
    int32_t status; /* wb_return_status */
    wb_view source_status, type, reason, comment, requested_by;
    wb_money refund_total;
    wb_view carrier, tracking, warehouse;
    int64_t created_utc_us, updated_utc_us, received_utc_us, refunded_utc_us, answer_by_utc_us;
    wb_field_list lines; /* wb_return_line */
    wb_view left_out, repaired;
    wb_order_facts order;
} wb_return;

/* Owner groups: as wb_order_owner. */
typedef enum {
    WB_RETURN_OWNS_HEAD = 1,
    WB_RETURN_OWNS_LINES = 2,
} wb_return_owner;

#define WB_RETURN_FACTS 20

extern const wb_field wb_return_fields[];
extern const char *const wb_return_statuses[];

bool wb_return_may_become(int32_t from, int32_t to);

#endif
