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

static const amazon_member granted_rows[] = {
    AMAZON_MEMBER(wb_order_line, points, "PointsNumber", INT),
    AMAZON_MEMBER(wb_order_line, points_value, "PointsMonetaryValue", MONEY),
};

static const amazon_member collection_rows[] = {
    AMAZON_MEMBER(wb_order_line, tax_model, "Model", TEXT),
    AMAZON_MEMBER(wb_order_line, tax_party, "ResponsibleParty", TEXT),
};

static const amazon_member customized_rows[] = {
    AMAZON_MEMBER(wb_order_line, customization_url, "CustomizedURL", TEXT),
};

static const amazon_member buyer_rows[] = {
    AMAZON_INSIDE("BuyerCustomizedInfo", customized_rows),
    AMAZON_MEMBER(wb_order_line, gift_wrap, "GiftWrapPrice", MONEY),
    AMAZON_MEMBER(wb_order_line, gift_wrap_tax, "GiftWrapTax", MONEY),
    AMAZON_MEMBER(wb_order_line, gift_message, "GiftMessageText", TEXT),
    AMAZON_MEMBER(wb_order_line, gift_wrap_level, "GiftWrapLevel", TEXT),
};

static const amazon_member cancel_rows[] = {
    AMAZON_MEMBER(wb_order_line, cancel_requested, "IsBuyerRequestedCancel", BOOL),
    AMAZON_MEMBER(wb_order_line, cancel_reason, "BuyerCancelReason", TEXT),
};

static const amazon_member measurement_rows[] = {
    AMAZON_MEMBER(wb_order_line, measure_unit, "Unit", TEXT),
    AMAZON_MEMBER(wb_order_line, measure, "Value", DECIMAL),
};

static const amazon_member constraint_rows[] = {
    AMAZON_MEMBER(wb_order_line, pallet, "PalletDelivery", THERE),
    AMAZON_MEMBER(wb_order_line, signature_required, "SignatureConfirmation", THERE),
    AMAZON_MEMBER(wb_order_line, identity_check, "RecipientIdentityVerification", THERE),
    AMAZON_MEMBER(wb_order_line, age_check, "RecipientAgeVerification", THERE),
};

static const amazon_member associated_rows[] = {
    AMAZON_MEMBER(wb_order_relation, external_id, "OrderId", CODE),
    AMAZON_MEMBER(wb_order_relation, line_id, "OrderItemId", CODE),
    AMAZON_MEMBER(wb_order_relation, relation, "AssociationType", TEXT),
};

static const amazon_member program_rows[] = {
    AMAZON_MEMBER(wb_order_line, programs, "Programs", TEXTS),
};

static const amazon_member item_rows[] = {
    AMAZON_MEMBER(item_parts, line.asin, "ASIN", CODE),
    AMAZON_MEMBER(item_parts, line.sku, "SellerSKU", CODE),
    AMAZON_MEMBER(item_parts, line.line_id, "OrderItemId", ID),
    AMAZON_ITEMS(item_parts, line.related, "AssociatedItems", associated_rows, wb_order_relation),
    AMAZON_MEMBER(item_parts, line.title, "Title", TEXT),
    AMAZON_MEMBER(item_parts, line.quantity, "QuantityOrdered", INT),
    AMAZON_MEMBER(item_parts, line.quantity_shipped, "QuantityShipped", INT),
    AMAZON_MEMBERS(item_parts, line, "PointsGranted", granted_rows),
    AMAZON_MEMBER(item_parts, line.price, "ItemPrice", MONEY),
    AMAZON_MEMBER(item_parts, line.shipping, "ShippingPrice", MONEY),
    AMAZON_MEMBER(item_parts, line.tax, "ItemTax", MONEY),
    AMAZON_MEMBER(item_parts, line.shipping_tax, "ShippingTax", MONEY),
    AMAZON_MEMBER(item_parts, shipping_discount, "ShippingDiscount", MONEY),
    AMAZON_MEMBER(item_parts, shipping_discount_tax, "ShippingDiscountTax", MONEY),
    AMAZON_MEMBER(item_parts, item_discount, "PromotionDiscount", MONEY),
    AMAZON_MEMBER(item_parts, item_discount_tax, "PromotionDiscountTax", MONEY),
    AMAZON_MEMBER(item_parts, line.promotions, "PromotionIds", TEXTS),
    AMAZON_MEMBER(item_parts, line.cod_fee, "CODFee", MONEY),
    AMAZON_MEMBER(item_parts, cod_discount, "CODFeeDiscount", MONEY),
    AMAZON_MEMBER(item_parts, line.gift, "IsGift", BOOL),
    AMAZON_MEMBER(item_parts, line.condition_note, "ConditionNote", TEXT),
    AMAZON_MEMBER(item_parts, line.condition, "ConditionId", TEXT),
    AMAZON_MEMBER(item_parts, line.condition_detail, "ConditionSubtypeId", TEXT),
    AMAZON_MEMBER(item_parts, line.deliver_after_utc_us, "ScheduledDeliveryStartDate", TIME),
    AMAZON_MEMBER(item_parts, line.deliver_by_utc_us, "ScheduledDeliveryEndDate", TIME),
    AMAZON_MEMBER(item_parts, line.price_designation, "PriceDesignation", TEXT),
    AMAZON_MEMBERS(item_parts, line, "TaxCollection", collection_rows),
    AMAZON_MEMBER(item_parts, line.serial_required, "SerialNumberRequired", BOOL),
    AMAZON_MEMBER(item_parts, transparency, "IsTransparency", BOOL),
    AMAZON_MEMBER(item_parts, line.ioss_number, "IossNumber", CODE),
    AMAZON_MEMBER(item_parts, line.tax_scheme, "DeemedResellerCategory", TEXT),
    AMAZON_MEMBERS(item_parts, line, "BuyerInfo", buyer_rows),
    AMAZON_MEMBERS(item_parts, line, "BuyerRequestedCancel", cancel_rows),
    AMAZON_MEMBER(item_parts, line.serials, "SerialNumbers", TEXTS),
    AMAZON_MEMBERS(item_parts, line, "Measurement", measurement_rows),
    AMAZON_MEMBERS(item_parts, line, "ShippingConstraints", constraint_rows),
    AMAZON_MEMBERS(item_parts, line, "AmazonPrograms", program_rows),
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
