/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map2026_lines - the lines of an order of the 2026-01-01 API, and its programs
 */
#include <string.h>

#include "actors/connectors/amazon/map.h"
#include "protocol/answer.h"

typedef struct {
    wb_order_line line;
    wb_count unfulfilled;
    wb_json_ref breakdowns, request, gift, schemes, collections;
} item_parts;

static const wb_json_member condition_rows[] = {
    WB_MEMBER(wb_order_line, condition, "conditionType", TEXT),
    WB_MEMBER(wb_order_line, condition_detail, "conditionSubtype", TEXT),
    WB_MEMBER(wb_order_line, condition_note, "conditionNote", TEXT),
};

static const wb_json_member price_rows[] = {
    WB_MEMBER(wb_order_line, unit_price, "unitPrice", MONEY),
    WB_MEMBER(wb_order_line, price_designation, "priceDesignation", TEXT),
};

static const wb_json_member customization_rows[] = {
    WB_MEMBER(wb_order_line, customization_url, "customizedUrl", TEXT),
};

static const wb_json_member product_rows[] = {
    WB_MEMBER(wb_order_line, asin, "asin", CODE),
    WB_MEMBER(wb_order_line, title, "title", TEXT),
    WB_MEMBER(wb_order_line, sku, "sellerSku", CODE),
    WB_MEMBERS_INSIDE("condition", condition_rows),
    WB_MEMBERS_INSIDE("price", price_rows),
    WB_MEMBER(wb_order_line, serials, "serialNumbers", TEXTS),
    WB_MEMBERS_INSIDE("customization", customization_rows),
};

static const wb_json_member measurement_rows[] = {
    WB_MEMBER(wb_order_line, measure_unit, "unit", TEXT),
    WB_MEMBER(wb_order_line, measure, "value", DECIMAL),
};

static const wb_json_member associated_rows[] = {
    WB_MEMBER(wb_order_relation, external_id, "orderId", CODE),
    WB_MEMBER(wb_order_relation, line_id, "orderItemId", CODE),
    WB_MEMBER(wb_order_relation, relation, "associationType", TEXT),
};

static const wb_json_member proceeds_rows[] = {
    WB_MEMBER(item_parts, line.proceeds, "proceedsTotal", MONEY),
    WB_MEMBER(item_parts, breakdowns, "breakdowns", REF),
};

static const wb_json_member granted_rows[] = {
    WB_MEMBER(wb_order_line, points, "pointsNumber", INT),
    WB_MEMBER(wb_order_line, points_value, "pointsMonetaryValue", MONEY),
};

static const wb_json_member points_rows[] = {
    WB_MEMBERS_INSIDE("pointsGranted", granted_rows),
};

static const wb_json_member expense_rows[] = {
    WB_MEMBERS_INSIDE("pointsCost", points_rows),
};

static const wb_json_member promotion_id_rows[] = {
    WB_MEMBER(wb_order_text, value, "promotionId", TEXT),
};

static const wb_json_member promotion_rows[] = {
    WB_MEMBERS_LIST(wb_order_line, promotions, "breakdowns", promotion_id_rows, wb_order_text),
};

static const wb_json_member execution_rows[] = {
    WB_MEMBER(item_parts, line.cancelled_by, "cancelledBy", TEXT),
    WB_MEMBER(item_parts, line.cancelled_reason, "cancelReason", TEXT),
};

static const wb_json_member cancellation_rows[] = {
    WB_MEMBER(item_parts, request, "cancellationRequest", REF),
    WB_MEMBERS_INSIDE("cancellationExecution", execution_rows),
};

static const wb_json_member serial_rows[] = {
    WB_MEMBER(item_parts, line.serial_required, "requirementType", THERE),
};

static const wb_json_member packing_rows[] = {
    WB_MEMBER(item_parts, gift, "giftOption", REF),
    WB_MEMBERS_INSIDE("serialNumberRequirement", serial_rows),
};

static const wb_json_member window_rows[] = {
    WB_MEMBER(item_parts, line.deliver_after_utc_us, "earliestDateTime", TIME),
    WB_MEMBER(item_parts, line.deliver_by_utc_us, "latestDateTime", TIME),
};

static const wb_json_member constraint_rows[] = {
    WB_MEMBER(item_parts, line.pallet, "palletDelivery", THERE),
    WB_MEMBER(item_parts, line.cash_on_delivery, "cashOnDelivery", THERE),
    WB_MEMBER(item_parts, line.signature_required, "signatureConfirmation", THERE),
    WB_MEMBER(item_parts, line.identity_check, "recipientIdentityVerification", THERE),
    WB_MEMBER(item_parts, line.age_check, "recipientAgeVerification", THERE),
};

static const wb_json_member international_rows[] = {
    WB_MEMBER(item_parts, line.ioss_number, "iossNumber", CODE),
};

static const wb_json_member shipping_rows[] = {
    WB_MEMBERS_INSIDE("scheduledDeliveryWindow", window_rows),
    WB_MEMBERS_INSIDE("shippingConstraints", constraint_rows),
    WB_MEMBERS_INSIDE("internationalShipping", international_rows),
};

static const wb_json_member fulfillment_rows[] = {
    WB_MEMBER(item_parts, line.quantity_shipped, "quantityFulfilled", INT),
    WB_MEMBER(item_parts, unfulfilled, "quantityUnfulfilled", INT),
    WB_MEMBERS_INSIDE("packing", packing_rows),
    WB_MEMBERS_INSIDE("shipping", shipping_rows),
};

static const wb_json_member tax_rows[] = {
    WB_MEMBER(item_parts, schemes, "taxCalculationBreakdowns", REF),
    WB_MEMBER(item_parts, collections, "taxCollections", REF),
};

static const wb_json_member item_rows[] = {
    WB_MEMBER(item_parts, line.line_id, "orderItemId", ID),
    WB_MEMBER(item_parts, line.quantity, "quantityOrdered", INT),
    WB_MEMBERS(item_parts, line, "measurement", measurement_rows),
    WB_MEMBERS_LIST(item_parts, line.related, "associatedOrderItems", associated_rows,
                    wb_order_relation),
    WB_MEMBER(item_parts, line.programs, "programs", TEXTS),
    WB_MEMBERS(item_parts, line, "product", product_rows),
    WB_MEMBERS_INSIDE("proceeds", proceeds_rows),
    WB_MEMBERS(item_parts, line, "expense", expense_rows),
    WB_MEMBERS(item_parts, line, "promotion", promotion_rows),
    WB_MEMBERS_INSIDE("cancellation", cancellation_rows),
    WB_MEMBERS_INSIDE("fulfillment", fulfillment_rows),
    WB_MEMBERS_INSIDE("tax", tax_rows),
};

static const wb_json_member request_rows[] = {
    WB_MEMBER(wb_order_line, cancel_reason, "cancelReason", TEXT),
};

static const wb_json_member gift_rows[] = {
    WB_MEMBER(wb_order_line, gift_message, "giftMessage", TEXT),
    WB_MEMBER(wb_order_line, gift_wrap_level, "giftWrapLevel", TEXT),
};

static const wb_json_member scheme_rows[] = {
    WB_MEMBER(wb_order_line, tax_scheme, "reportingScheme", TEXT),
};

static const wb_json_member collection_rows[] = {
    WB_MEMBER(wb_order_line, tax_model, "model", TEXT),
    WB_MEMBER(wb_order_line, tax_party, "responsibleParty", TEXT),
};

/* "Unfulfilled" is what remains to be shipped, so what is neither shipped nor remains is cancelled.
 * Where one of the three is not told, or they contradict each other, nobody knows. */
static wb_count
cancelled(wb_count ordered, const item_parts *parts)
{
    int64_t rest = ordered.value;
    bool sound = ordered.known && parts->line.quantity_shipped.known && parts->unfulfilled.known &&
                 !__builtin_sub_overflow(rest, parts->line.quantity_shipped.value, &rest) &&
                 !__builtin_sub_overflow(rest, parts->unfulfilled.value, &rest);

    if (!sound || rest < 0 || rest > ordered.value)
        return (wb_count){0};
    return (wb_count){rest, true};
}

static wb_rc
map_proceeds(wb_json *json, wb_json_ref breakdowns, wb_order_line *line, wb_err *err)
{
    amazon_proceeds sums = {0};
    wb_rc rc = amazon_map_2026_proceeds(json, breakdowns, &sums, err);

    if (rc)
        return rc;
    amazon_sum_add(&sums.other, amazon_sum_of(&sums.tip));
    line->price = amazon_sum_of(&sums.item);
    line->shipping = amazon_sum_of(&sums.shipping);
    line->gift_wrap = amazon_sum_of(&sums.gift_wrap);
    line->cod_fee = amazon_sum_of(&sums.cod_fee);
    line->other = amazon_sum_of(&sums.other);
    line->discount = amazon_positive(amazon_sum_of(&sums.discount));
    line->tax = amazon_sum_of(&sums.tax);
    line->shipping_tax = amazon_sum_of(&sums.shipping_tax);
    line->gift_wrap_tax = amazon_sum_of(&sums.gift_wrap_tax);
    line->other_tax = amazon_sum_of(&sums.other_tax);
    return WB_OK;
}

static wb_rc
map_line(wb_json *json, wb_json_ref ref, wb_order_line *line, wb_err *err)
{
    item_parts parts = {0};
    wb_rc rc = AMAZON_READ(json, ref, item_rows, &parts, err);

    *line = parts.line; /* with its lists */
    if (!rc)
        rc = map_proceeds(json, parts.breakdowns, line, err);
    if (!rc)
        rc = AMAZON_READ(json, parts.request, request_rows, line, err);
    if (!rc)
        rc = AMAZON_READ(json, parts.gift, gift_rows, line, err);
    if (!rc)
        rc = AMAZON_READ(json, amazon_first(json, parts.schemes), scheme_rows, line, err);
    if (!rc)
        rc = AMAZON_READ(json, amazon_first(json, parts.collections), collection_rows, line, err);
    if (rc)
        return rc;
    line->quantity_cancelled = cancelled(line->quantity, &parts);
    line->gift = wb_json_kind(json, parts.gift) == WB_JSON_OBJECT;
    line->cancel_requested = wb_json_kind(json, parts.request) == WB_JSON_OBJECT;
    return WB_OK;
}

/* "PRIME,AMAZON_BUSINESS": a view when there is one program, else joined in `room`, which has as
 * many bytes as the array is long. */
static void
map_programs(wb_json *json, wb_json_ref programs, char *room, wb_order *order)
{
    size_t len = 0;

    for (AMAZON_EACH(json, child, programs)) {
        wb_view one = {NULL, 0};

        wb_answer_code(json, child, &one, "programs"); /* never longer than it is written */
        if (!one.len)
            continue;
        order->business |= wb_view_is(one, "AMAZON_BUSINESS");
        if (len)
            room[len++] = ',';
        memcpy(room + len, one.data, one.len);
        len += one.len;
        order->programs = (wb_view){room, len};
    }
}

wb_rc
amazon_map_2026_lines(wb_json *json, wb_json_ref items, wb_json_ref programs, wb_order *order,
                      wb_err *err)
{
    size_t count = wb_json_count(json, items);
    wb_order_line *lines;
    wb_rc rc = amazon_lines_ok(json, items, "orderItems", err);

    if (rc)
        return rc;
    lines = amazon_new_lines(order, count, wb_json_raw(json, programs).len);
    if (!lines)
        return wb_fail(err, WB_REJECT, "more than %d lines", WB_ORDER_LINES_MAX);
    map_programs(json, programs, (char *)(lines + count), order);
    for (AMAZON_EACH(json, child, items)) {
        if (!rc)
            rc = map_line(json, child, lines++, err);
    }
    return rc;
}
