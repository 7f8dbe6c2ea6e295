/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/records/goods_return.h"

#include "protocol/base/own.h"
#include "protocol/records/field_rows.h"

const char *const wb_return_statuses[] = {
    "", "requested", "approved", "shipped", "received", "refunded", "rejected", "cancelled", NULL};

_Static_assert(WB_COUNT(wb_return_statuses) == WB_RETURN_STATUS_COUNT + 1, "a name for each");

#define HEAD WB_RETURN_OWNS_HEAD

static const wb_field line_fields[] = {
    TEXT(1, wb_return_line, line_id, 0, 0, "the order's line"),
    TEXT(2, wb_return_line, sku, 0, 0, "the seller's SKU"),
    INT(3, wb_return_line, quantity, REQUIRED, 0, "how many of it"),
    INT(4, wb_return_line, quantity_received, 0, 0, "came back so far"),
    TEXT(5, wb_return_line, reason, 0, 0, "as the source spells it"),
    TEXT(6, wb_return_line, condition, 0, 0, "of what came back, as the source spells it"),
    TEXT(7, wb_return_line, disposition, 0, 0, "what becomes of it, as the source spells it"),
    MONEY(8, wb_return_line, refund, 0, 0, "given back for it"),
    FIELDS_END,
};

const wb_field wb_return_fields[] = {
    TEXT(1, wb_return, external_id, REQUIRED, HEAD, "the source's id of it"),
    TEXT(2, wb_return, order_id, 0, HEAD, "the channel's order id, as the source names it"),
    TEXT(3, wb_return, source, REQUIRED, HEAD, "the connector it came from"),
    ENUM(4, wb_return, status, wb_return_statuses, REQUIRED, HEAD, "where it is in its life"),
    TEXT(5, wb_return, source_status, 0, HEAD, "as the source spells it"),
    TEXT(6, wb_return, type, 0, HEAD, "refund, return or replacement, as the source spells it"),
    TEXT(7, wb_return, reason, 0, HEAD, "as the source spells it"),
    TEXT(8, wb_return, comment, PERSONAL, HEAD, "what the buyer wrote"),
    TEXT(9, wb_return, requested_by, 0, HEAD, "buyer, seller or platform, as the source spells it"),
    MONEY(10, wb_return, refund_total, 0, HEAD, "given back"),
    TEXT(11, wb_return, carrier, 0, HEAD, "who brings it back"),
    TEXT(12, wb_return, tracking, 0, HEAD, "tracking number"),
    TEXT(13, wb_return, warehouse, 0, HEAD, "where it comes to"),
    TIME(14, wb_return, created_utc_us, "created_at", 0, HEAD, "when it was asked for"),
    TIME(15, wb_return, updated_utc_us, "updated_at", 0, HEAD, "when the source changed it last"),
    TIME(16, wb_return, received_utc_us, "received_at", 0, HEAD, "when it came back"),
    TIME(17, wb_return, refunded_utc_us, "refunded_at", 0, HEAD, "when the money was given back"),
    TIME(18, wb_return, answer_by_utc_us, "answer_by", 0, HEAD, "latest time to answer"),
    LIST(19, wb_return, lines, line_fields, wb_return_line, 0, WB_RETURN_OWNS_LINES,
         "what comes back"),
    GROUP(WB_RETURN_FACTS, wb_return, order, wb_order_facts_fields, ASIDE, WB_OWNS_FACTS,
          "of its order, as it is known when this leaves"),
    READING(21, wb_return, HEAD),
    FIELDS_END,
};

/* A platform may decide anew at any time; what is cancelled or refunded is over. */
bool
wb_return_may_become(int32_t from, int32_t to)
{
    bool over = from == WB_RETURN_CANCELLED || from == WB_RETURN_REFUNDED;

    return from == to || (!over && (to != WB_RETURN_REQUESTED || from == WB_RETURN_UNKNOWN));
}
