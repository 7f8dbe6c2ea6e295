/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coverage - what becomes of each member of an outbound order, of stock and of a product
 */
#include "actors/connectors/lingxing/lingxing.h"

#define MAPPED(kind, member, field)                                                                \
    {                                                                                              \
        WB_RECORD_##kind, "lingxing", member, field, NULL                                          \
    }
#define NOTED(kind, member, field, how)                                                            \
    {                                                                                              \
        WB_RECORD_##kind, "lingxing", member, field, how                                           \
    }
#define MADE(kind, field, how)                                                                     \
    {                                                                                              \
        WB_RECORD_##kind, "lingxing", NULL, field, how                                             \
    }
#define LEFT(kind, member, why)                                                                    \
    {                                                                                              \
        WB_RECORD_##kind, "lingxing", member, NULL, why                                            \
    }

const wb_coverage lingxing_coverage[] = {
    MADE(SHIPMENT, "source", "always lingxing"),
    NOTED(SHIPMENT, "wo_number", "external_id", "with the order's number, where it is for several"),
    MAPPED(SHIPMENT, "platform_order_no", "order_id"),
    MAPPED(SHIPMENT, "order_number", "reference"),
    NOTED(SHIPMENT, "status", "status", "1 and 2: planned, 3: shipped, 4: cancelled"),
    MAPPED(SHIPMENT, "status_name", "source_status"),
    MAPPED(SHIPMENT, "logistics_provider_name", "carrier"),
    NOTED(SHIPMENT, "logistics_type_name", "service, carrier",
          "carrier where no provider is named"),
    NOTED(SHIPMENT, "tracking_no", "tracking", "or waybill_no, by the option `tracking`"),
    NOTED(SHIPMENT, "waybill_no", "tracking", "or tracking_no, by the option `tracking`"),
    MAPPED(SHIPMENT, "wid", "warehouse"),
    MAPPED(SHIPMENT, "create_at", "created_at"),
    MAPPED(SHIPMENT, "update_at", "updated_at"),
    MAPPED(SHIPMENT, "delivered_at", "shipped_at"),
    NOTED(SHIPMENT, "stock_delivered_at", "shipped_at", "where delivered_at is empty"),
    MAPPED(SHIPMENT, "product_info.sku", "lines[].sku"),
    MAPPED(SHIPMENT, "product_info.count", "lines[].quantity"),
    LEFT(SHIPMENT, "product_info.platform_order_no", "which order a product is for"),
    LEFT(SHIPMENT, "product_info.bundle_wod_id", "parts of a bundle whose own line is there"),
    LEFT(SHIPMENT, "product_info.wod_id", "the line that a bundle_wod_id names"),
    LEFT(SHIPMENT, "product_info.bundle_type", "told by bundle_wod_id"),
    LEFT(SHIPMENT, "product_info.product_id", "the SKU names it"),
    LEFT(SHIPMENT, "product_info.seller_sku", "the channel knows it by its own lines"),
    LEFT(SHIPMENT, "product_info.unit_price", "no money is in a shipment"),
    LEFT(SHIPMENT, "product_info.currency_code", "no money is in a shipment"),
    LEFT(SHIPMENT, "sid", "which shop, and so whose order"),
    LEFT(SHIPMENT, "wo_id", "wo_number names it"),
    LEFT(SHIPMENT, "warehouse_type", "of the warehouse"),
    LEFT(SHIPMENT, "order_from", "how the ERP came by the order"),
    LEFT(SHIPMENT, "reference_no", "order_number names its order"),
    LEFT(SHIPMENT, "platform_name", "of the shop"),
    LEFT(SHIPMENT, "logistics_status", "how far its label is; what was shipped is told by status"),
    LEFT(SHIPMENT, "logistics_status_name", "as logistics_status"),
    LEFT(SHIPMENT, "cancel_status",
         "that somebody asked to stop it; that it was is told by status"),
    LEFT(SHIPMENT, "surface_print_time", "when its label was printed"),
    LEFT(SHIPMENT, "logistics_provider_id", "its name is taken"),
    LEFT(SHIPMENT, "logistics_type_id", "its name is taken"),
    LEFT(SHIPMENT, "order_origin_amount", "of the order"),
    LEFT(SHIPMENT, "order_currency_code", "of the order"),
    LEFT(SHIPMENT, "remark_attachment", "the ERP's own"),
    LEFT(SHIPMENT, "tag_names", "the ERP's own"),
    LEFT(SHIPMENT, "package_delivered_data", "parcels, in a form that no page shows"),

    MADE(INVENTORY, "source", "always lingxing"),
    MADE(INVENTORY, "external_id", "warehouse, SKU, seller and fnsku"),
    MAPPED(INVENTORY, "wid", "warehouse"),
    MAPPED(INVENTORY, "sku", "sku"),
    LEFT(INVENTORY, "seller_id", "part of its id: rows of one SKU are added up"),
    LEFT(INVENTORY, "fnsku", "part of its id: rows of one SKU are added up"),
    NOTED(INVENTORY, "product_valid_num", "available", "by the option `stock_field`"),
    NOTED(INVENTORY, "third_inventory.qty_sellable", "available", "by the option `stock_field`"),
    MAPPED(INVENTORY, "product_total", "on_hand"),
    MAPPED(INVENTORY, "product_lock_num", "reserved"),
    MAPPED(INVENTORY, "product_bad_num", "defective"),
    MAPPED(INVENTORY, "product_onway", "incoming"),
    LEFT(INVENTORY, "product_qc_num", "in it, and not to be sold before it was looked at"),
    LEFT(INVENTORY, "quantity_receive", "to be received, in part what is on its way"),
    LEFT(INVENTORY, "third_inventory", "the other system's view, but for what is sellable"),
    LEFT(INVENTORY, "product_id", "the SKU names it"),
    LEFT(INVENTORY, "stock_cost", "what it cost: not kept"),
    LEFT(INVENTORY, "stock_cost_total", "what it cost: not kept"),
    LEFT(INVENTORY, "transit_head_cost", "what it cost: not kept"),
    LEFT(INVENTORY, "average_age", "not kept"),
    LEFT(INVENTORY, "stock_age_list", "not kept"),

    MADE(PRODUCT, "source", "always lingxing"),
    MAPPED(PRODUCT, "id", "external_id"),
    MAPPED(PRODUCT, "sku", "skus[].sku"),
    MAPPED(PRODUCT, "sku_identifier", "skus[].variant_id"),
    MAPPED(PRODUCT, "product_name", "title"),
    MAPPED(PRODUCT, "pic_url", "image_url"),
    NOTED(PRODUCT, "status", "status", "1 and 3 (clearance): active, 0 and 2: inactive"),
    MAPPED(PRODUCT, "status_text", "source_status"),
    MAPPED(PRODUCT, "create_time", "created_at"),
    MAPPED(PRODUCT, "update_time", "updated_at"),
    LEFT(PRODUCT, "cg_price", "what it is bought for, without a currency"),
    LEFT(PRODUCT, "cid", "the category's number, without its name"),
    LEFT(PRODUCT, "bid", "the brand's number, without its name"),
    LEFT(PRODUCT, "ps_id", "the product family's number"),
    LEFT(PRODUCT, "spu", "the product family"),
    LEFT(PRODUCT, "open_status", "whether the ERP uses it"),
    LEFT(PRODUCT, "is_combo", "that it is a bundle; of what, only the details say"),
    LEFT(PRODUCT, "supplier_quote", "the ERP's own"),
    LEFT(PRODUCT, "custom_fields", "the ERP's own"),
    {WB_RECORD_NONE, NULL, NULL, NULL, NULL},
};
