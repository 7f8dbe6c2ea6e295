/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_v0_lines - the lines of an order of v0, from the pages of its items
 *
 * Prices are of whole lines. A quantity that was cancelled is not told: the one ordered is reduced.
 */
#include "actors/connectors/amazon/map.h"

/* What is taken off is told for each charge, and its tax apart. */
typedef struct {
    wb_order_line line;
    wb_money item_discount, shipping_discount, cod_discount;
    wb_money item_discount_tax, shipping_discount_tax;
    bool transparency;
} item_parts;

static const wb_json_member granted_rows[] = {
    WB_MEMBER(wb_order_line, points, "PointsNumber", INT),
    WB_MEMBER(wb_order_line, points_value, "PointsMonetaryValue", MONEY),
};

static const wb_json_member collection_rows[] = {
    WB_MEMBER(wb_order_line, tax_model, "Model", TEXT),
    WB_MEMBER(wb_order_line, tax_party, "ResponsibleParty", TEXT),
};

static const wb_json_member customized_rows[] = {
    WB_MEMBER(wb_order_line, customization_url, "CustomizedURL", TEXT),
};

static const wb_json_member buyer_rows[] = {
    WB_MEMBERS_INSIDE("BuyerCustomizedInfo", customized_rows),
    WB_MEMBER(wb_order_line, gift_wrap, "GiftWrapPrice", MONEY),
    WB_MEMBER(wb_order_line, gift_wrap_tax, "GiftWrapTax", MONEY),
    WB_MEMBER(wb_order_line, gift_message, "GiftMessageText", TEXT),
    WB_MEMBER(wb_order_line, gift_wrap_level, "GiftWrapLevel", TEXT),
};

static const wb_json_member cancel_rows[] = {
    WB_MEMBER(wb_order_line, cancel_requested, "IsBuyerRequestedCancel", BOOL),
    WB_MEMBER(wb_order_line, cancel_reason, "BuyerCancelReason", TEXT),
};

static const wb_json_member measurement_rows[] = {
    WB_MEMBER(wb_order_line, measure_unit, "Unit", TEXT),
    WB_MEMBER(wb_order_line, measure, "Value", DECIMAL),
};

static const wb_json_member constraint_rows[] = {
    WB_MEMBER(wb_order_line, pallet, "PalletDelivery", THERE),
    WB_MEMBER(wb_order_line, signature_required, "SignatureConfirmation", THERE),
    WB_MEMBER(wb_order_line, identity_check, "RecipientIdentityVerification", THERE),
    WB_MEMBER(wb_order_line, age_check, "RecipientAgeVerification", THERE),
};

static const wb_json_member associated_rows[] = {
    WB_MEMBER(wb_order_relation, external_id, "OrderId", CODE),
    WB_MEMBER(wb_order_relation, line_id, "OrderItemId", CODE),
    WB_MEMBER(wb_order_relation, relation, "AssociationType", TEXT),
};

static const wb_json_member program_rows[] = {
    WB_MEMBER(wb_order_line, programs, "Programs", TEXTS),
};

static const wb_json_member item_rows[] = {
    WB_MEMBER(item_parts, line.asin, "ASIN", CODE),
    WB_MEMBER(item_parts, line.sku, "SellerSKU", CODE),
    WB_MEMBER(item_parts, line.line_id, "OrderItemId", ID),
    WB_MEMBERS_LIST(item_parts, line.related, "AssociatedItems", associated_rows,
                    wb_order_relation),
    WB_MEMBER(item_parts, line.title, "Title", TEXT),
    WB_MEMBER(item_parts, line.quantity, "QuantityOrdered", INT),
    WB_MEMBER(item_parts, line.quantity_shipped, "QuantityShipped", INT),
    WB_MEMBERS(item_parts, line, "PointsGranted", granted_rows),
    WB_MEMBER(item_parts, line.price, "ItemPrice", MONEY),
    WB_MEMBER(item_parts, line.shipping, "ShippingPrice", MONEY),
    WB_MEMBER(item_parts, line.tax, "ItemTax", MONEY),
    WB_MEMBER(item_parts, line.shipping_tax, "ShippingTax", MONEY),
    WB_MEMBER(item_parts, shipping_discount, "ShippingDiscount", MONEY),
    WB_MEMBER(item_parts, shipping_discount_tax, "ShippingDiscountTax", MONEY),
    WB_MEMBER(item_parts, item_discount, "PromotionDiscount", MONEY),
    WB_MEMBER(item_parts, item_discount_tax, "PromotionDiscountTax", MONEY),
    WB_MEMBER(item_parts, line.promotions, "PromotionIds", TEXTS),
    WB_MEMBER(item_parts, line.cod_fee, "CODFee", MONEY),
    WB_MEMBER(item_parts, cod_discount, "CODFeeDiscount", MONEY),
    WB_MEMBER(item_parts, line.gift, "IsGift", BOOL),
    WB_MEMBER(item_parts, line.condition_note, "ConditionNote", TEXT),
    WB_MEMBER(item_parts, line.condition, "ConditionId", TEXT),
    WB_MEMBER(item_parts, line.condition_detail, "ConditionSubtypeId", TEXT),
    WB_MEMBER(item_parts, line.deliver_after_utc_us, "ScheduledDeliveryStartDate", TIME),
    WB_MEMBER(item_parts, line.deliver_by_utc_us, "ScheduledDeliveryEndDate", TIME),
    WB_MEMBER(item_parts, line.price_designation, "PriceDesignation", TEXT),
    WB_MEMBERS(item_parts, line, "TaxCollection", collection_rows),
    WB_MEMBER(item_parts, line.serial_required, "SerialNumberRequired", BOOL),
    WB_MEMBER(item_parts, transparency, "IsTransparency", BOOL),
    WB_MEMBER(item_parts, line.ioss_number, "IossNumber", CODE),
    WB_MEMBER(item_parts, line.tax_scheme, "DeemedResellerCategory", TEXT),
    WB_MEMBERS(item_parts, line, "BuyerInfo", buyer_rows),
    WB_MEMBERS(item_parts, line, "BuyerRequestedCancel", cancel_rows),
    WB_MEMBER(item_parts, line.serials, "SerialNumbers", TEXTS),
    WB_MEMBERS(item_parts, line, "Measurement", measurement_rows),
    WB_MEMBERS(item_parts, line, "ShippingConstraints", constraint_rows),
    WB_MEMBERS(item_parts, line, "AmazonPrograms", program_rows),
};

/* The price of one, where the line's divides without a rest. */
static void
set_unit_price(wb_order_line *line)
{
    if (!line->price.currency[0] || line->quantity.value <= 0 ||
        line->price.minor % line->quantity.value)
        return;
    line->unit_price = line->price;
    line->unit_price.minor = line->price.minor / line->quantity.value;
}

static void
set_discounts(const item_parts *parts, wb_order_line *line)
{
    amazon_sum discount = {0}, tax = {0};

    amazon_sum_add(&discount, amazon_positive(parts->item_discount));
    amazon_sum_add(&discount, amazon_positive(parts->shipping_discount));
    amazon_sum_add(&discount, amazon_positive(parts->cod_discount));
    amazon_sum_add(&tax, amazon_positive(parts->item_discount_tax));
    amazon_sum_add(&tax, amazon_positive(parts->shipping_discount_tax));
    line->discount = amazon_sum_of(&discount);
    line->discount_tax = amazon_sum_of(&tax);
}

/* The newer API has it among the programs. */
static void
add_transparency(wb_field_list *list)
{
    wb_order_text *was = list->items, *now;

    for (size_t i = 0; i < list->count; i++)
        if (wb_view_is(was[i].value, "TRANSPARENCY"))
            return;
    now = wb_alloc((list->count + 1) * sizeof *now);
    for (size_t i = 0; i < list->count; i++)
        now[i] = was[i];
    now[list->count].value = WB_VIEW_LIT("TRANSPARENCY");
    wb_free(&list->items);
    *list = (wb_field_list){now, list->count + 1};
}

static wb_rc
map_line(wb_json *json, wb_json_ref ref, wb_order_line *line, wb_err *err)
{
    item_parts parts = {0};
    wb_rc rc = AMAZON_READ(json, ref, item_rows, &parts, err);

    *line = parts.line; /* with its lists */
    if (rc)
        return rc;
    set_discounts(&parts, line);
    set_unit_price(line);
    if (parts.transparency)
        add_transparency(&line->programs);
    return WB_OK;
}

wb_rc
amazon_map_v0_lines(wb_json *json, wb_json_ref pages, size_t more, char **room, wb_order *order,
                    wb_err *err)
{
    wb_order_line *line;
    size_t count = 0;
    wb_rc rc = WB_OK;

    for (AMAZON_EACH(json, page, pages)) {
        rc = amazon_lines_ok(json, page, "OrderItems", err);
        if (rc)
            return rc;
        count += wb_json_count(json, page);
    }
    line = amazon_new_lines(order, count, more);
    if (!line)
        return wb_fail(err, WB_REJECT, "more than %d lines", WB_ORDER_LINES_MAX);
    *room = (char *)(line + count);
    for (AMAZON_EACH(json, page, pages))
        for (AMAZON_EACH(json, item, page)) {
            rc = map_line(json, item, line++, err);
            if (rc)
                return rc;
        }
    return rc;
}
