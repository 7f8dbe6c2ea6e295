/* SPDX-License-Identifier: Apache-2.0 */
/*
 * invoice - the invoice of an order, or what takes one back (a credit note)
 */
#ifndef WB_PROTOCOL_RECORDS_INVOICE_H
#define WB_PROTOCOL_RECORDS_INVOICE_H

#include "protocol/records/shipment.h"

typedef enum {
    WB_INVOICE_UNKNOWN = 0,
    WB_INVOICE_DRAFT, /* not given out yet: recorded, not routed */
    WB_INVOICE_ISSUED,
    WB_INVOICE_PAID,
    WB_INVOICE_CANCELLED,
    WB_INVOICE_STATUS_COUNT
} wb_invoice_status;

typedef struct {
    wb_view line_id, sku, title;
    wb_count quantity;
    wb_money unit_price, price, discount, tax;
    wb_view tax_rate; /* per cent, decimal */
} wb_invoice_line;

typedef struct {
    wb_view external_id, order_id, number, source;
    int32_t status; /* wb_invoice_status */
    wb_view source_status, type, corrects;
    wb_money total, tax_total, shipping_total, discount_total;
    wb_view seller_tax_id, buyer_tax_id, payment_terms;
    int64_t issued_utc_us, due_utc_us, created_utc_us, updated_utc_us;
    /* The document, where there is one: its address at the source, type and digest. */
    wb_view document_url, document_type, document_sha256;
    wb_field_list lines; /* wb_invoice_line */
    wb_view left_out, repaired;
    wb_order_facts order;
} wb_invoice;

/* Owner groups: as wb_order_owner. */
typedef enum {
    WB_INVOICE_OWNS_HEAD = 1,
    WB_INVOICE_OWNS_LINES = 2,
    WB_INVOICE_OWNS_DOCUMENT = 3,
} wb_invoice_owner;

#define WB_INVOICE_FACTS 24

extern const wb_field wb_invoice_fields[];
extern const char *const wb_invoice_statuses[];

bool wb_invoice_may_become(int32_t from, int32_t to);

#endif
