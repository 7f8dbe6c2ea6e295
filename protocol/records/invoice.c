/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/records/invoice.h"

#include "protocol/base/own.h"
#include "protocol/records/field_rows.h"

const char *const wb_invoice_statuses[] = {"", "draft", "issued", "paid", "cancelled", NULL};

_Static_assert(WB_COUNT(wb_invoice_statuses) == WB_INVOICE_STATUS_COUNT + 1, "a name for each");

#define HEAD WB_INVOICE_OWNS_HEAD
#define DOCUMENT WB_INVOICE_OWNS_DOCUMENT

static const wb_field line_fields[] = {
    TEXT(1, wb_invoice_line, line_id, 0, 0, "the order's line, where the source knows it"),
    TEXT(2, wb_invoice_line, sku, 0, 0, "the seller's SKU"),
    TEXT(3, wb_invoice_line, title, 0, 0, "as it stands on the invoice"),
    INT(4, wb_invoice_line, quantity, REQUIRED, 0, "how many of it"),
    MONEY(5, wb_invoice_line, unit_price, 0, 0, "of one, before tax and discounts"),
    MONEY(6, wb_invoice_line, price, 0, 0, "of the whole quantity, before tax and discounts"),
    MONEY(7, wb_invoice_line, discount, 0, 0, "taken off the price; positive"),
    MONEY(8, wb_invoice_line, tax, 0, 0, "tax on it"),
    TEXT(9, wb_invoice_line, tax_rate, 0, 0, "per cent, decimal"),
    FIELDS_END,
};

const wb_field wb_invoice_fields[] = {
    TEXT(1, wb_invoice, external_id, REQUIRED, HEAD, "the source's id of it"),
    TEXT(2, wb_invoice, order_id, 0, HEAD, "the channel's order id, as the source names it"),
    TEXT(3, wb_invoice, number, 0, HEAD, "the number that stands on it"),
    TEXT(4, wb_invoice, source, REQUIRED, HEAD, "the connector it came from"),
    ENUM(5, wb_invoice, status, wb_invoice_statuses, REQUIRED, HEAD, "where it is in its life"),
    TEXT(6, wb_invoice, source_status, 0, HEAD, "as the source spells it"),
    TEXT(7, wb_invoice, type, 0, HEAD, "invoice or credit_note"),
    TEXT(8, wb_invoice, corrects, 0, HEAD, "the number of the invoice that it takes back"),
    MONEY(9, wb_invoice, total, 0, HEAD, "to be paid"),
    MONEY(10, wb_invoice, tax_total, 0, HEAD, "tax in it"),
    MONEY(11, wb_invoice, shipping_total, 0, HEAD, "shipping in it"),
    MONEY(12, wb_invoice, discount_total, 0, HEAD, "discounts; positive"),
    TEXT(13, wb_invoice, seller_tax_id, 0, HEAD, "tax number of who gives it out"),
    TEXT(14, wb_invoice, buyer_tax_id, PERSONAL, HEAD, "tax number of who pays"),
    TEXT(15, wb_invoice, payment_terms, 0, HEAD, "as the source spells them"),
    TIME(16, wb_invoice, issued_utc_us, "issued_at", 0, HEAD, "its date"),
    TIME(17, wb_invoice, due_utc_us, "due_at", 0, HEAD, "when it has to be paid"),
    TIME(18, wb_invoice, created_utc_us, "created_at", 0, HEAD, "when it was made"),
    TIME(19, wb_invoice, updated_utc_us, "updated_at", 0, HEAD, "when the source changed it last"),
    TEXT(20, wb_invoice, document_url, WB_FIELD_SECRET, DOCUMENT, "where the source has it"),
    TEXT(21, wb_invoice, document_type, 0, DOCUMENT, "media type: application/pdf"),
    TEXT(22, wb_invoice, document_sha256, 0, DOCUMENT, "digest of its bytes, hex"),
    LIST(23, wb_invoice, lines, line_fields, wb_invoice_line, 0, WB_INVOICE_OWNS_LINES,
         "what is charged"),
    GROUP(WB_INVOICE_FACTS, wb_invoice, order, wb_order_facts_fields, ASIDE, WB_OWNS_FACTS,
          "of its order, as it is known when this leaves"),
    READING(25, wb_invoice, HEAD),
    FIELDS_END,
};

/* What was given out is not taken back but cancelled, or corrected by a credit note. */
bool
wb_invoice_may_become(int32_t from, int32_t to)
{
    if (from == WB_INVOICE_CANCELLED)
        return from == to;
    return to != WB_INVOICE_DRAFT || from <= WB_INVOICE_DRAFT;
}
