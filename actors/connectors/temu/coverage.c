/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coverage - what becomes of each member of an order, a SKU and of goods
 *
 * Members of an order are those of its document: "order" is its detail, "address", "amount" and
 * "skus" what was asked for beside it (join.c).
 */
#include "actors/connectors/temu/temu.h"

#define MAPPED(kind, member, field)                                                                \
    {                                                                                              \
        WB_RECORD_##kind, "temu", member, field, NULL                                              \
    }
#define UNLESS(kind, member, field, rival)                                                         \
    {                                                                                              \
        WB_RECORD_##kind, "temu", member, field, "unless " rival " is told"                        \
    }
#define MADE(kind, field, how)                                                                     \
    {                                                                                              \
        WB_RECORD_##kind, "temu", NULL, field, how                                                 \
    }
#define LEFT(kind, member, why)                                                                    \
    {                                                                                              \
        WB_RECORD_##kind, "temu", member, NULL, why                                                \
    }
#define PO(member) "order.parentOrderMap." member
#define O(member) "order.orderList[]." member
#define PAID(member) "amount.parentOrderMap." member
#define PAID_LINE(member) "amount.orderList[]." member

const wb_coverage temu_coverage[] = {
    MADE(ORDER, "channel", "always temu"),
    MADE(ORDER, "marketplace_name", "of the region"),
    MAPPED(ORDER, PO("parentOrderSn"), "external_id"),
    MAPPED(ORDER, PO("parentOrderStatus"), "status, channel_status"),
    MAPPED(ORDER, PO("parentOrderTime"), "purchased_at"),
    MAPPED(ORDER, PO("updateTime"), "updated_at"),
    MAPPED(ORDER, PO("parentConfirmTime"), "ship_after"),
    MAPPED(ORDER, PO("expectShipLatestTime"), "ship_by"),
    MAPPED(ORDER, PO("latestDeliveryTime"), "deliver_by"),
    MAPPED(ORDER, PO("regionId"), "marketplace, marketplace_name"),
    MAPPED(ORDER, PO("orderPaymentType"), "payment_method"),
    MAPPED(ORDER, PO("shippingMethod"), "service_level"),
    MAPPED(ORDER, PO("parentOrderLabel[]"),
           "programs, lines[].cancel_requested, lines[].signature_required"),
    MAPPED(ORDER, PO("fulfillmentWarning[]"), "programs"),
    LEFT(ORDER, PO("parentOrderPendingFinishTime"), "the status says it"),
    LEFT(ORDER, PO("parentShippingTime"), "told by each package's own record"),
    LEFT(ORDER, PO("siteId"), "the region says it"),
    LEFT(ORDER, PO("hasShippingFee"), "documented upside down: the amount says it"),
    LEFT(ORDER, PO("batchOrderNumberList"), "of the cooperative warehouse"),
    LEFT(ORDER, PO("isShipmentConsolidatedByMainMall"), "nothing here depends on it"),
    LEFT(ORDER, PO("regionName1"), "the address has it"),
    LEFT(ORDER, PO("regionName2"), "the address has it"),
    LEFT(ORDER, PO("regionName3"), "the address has it"),
    LEFT(ORDER, PO("paymentInfo[]"), "of Brazil's invoices, without an amount"),
    MAPPED(ORDER, O("orderSn"), "lines[].line_id"),
    MAPPED(ORDER, O("orderStatus"), "lines[].quantity_shipped"),
    MAPPED(ORDER, O("originalOrderQuantity"), "lines[].quantity"),
    MAPPED(ORDER, O("canceledQuantityBeforeShipment"),
           "lines[].quantity_cancelled, lines[].quantity"),
    MAPPED(ORDER, O("quantity"), "lines[].quantity, lines[].quantity_shipped"),
    MAPPED(ORDER, O("productList[].extCode"), "lines[].sku"),
    UNLESS(ORDER, O("skuId"), "lines[].sku", "extCode"),
    UNLESS(ORDER, O("productList[].productSkuId"), "lines[].sku", "extCode"),
    LEFT(ORDER, O("productList[].productId"), "goodsId says it"),
    MAPPED(ORDER, O("productList[].soldFactor"),
           "lines[].pack, lines[].quantity, lines[].quantity_cancelled, lines[].quantity_shipped"),
    MAPPED(ORDER, O("goodsId"), "lines[].asin"),
    MAPPED(ORDER, O("goodsName"), "lines[].title"),
    UNLESS(ORDER, O("originalGoodsName"), "lines[].title", "goodsName"),
    LEFT(ORDER, O("spec"), "the SKU says it"),
    LEFT(ORDER, O("originalSpecName"), "the SKU says it"),
    LEFT(ORDER, O("thumbUrl"), "a picture of the goods"),
    LEFT(ORDER, O("orderLabel[]"), "nothing here depends on it"),
    LEFT(ORDER, O("fulfillmentWarning[]"), "nothing here depends on it"),
    MAPPED(ORDER, O("fulfillmentType"), "fulfilled_by"),
    LEFT(ORDER, O("inventoryDeductionWarehouseId"), "of the cooperative warehouse"),
    LEFT(ORDER, O("inventoryDeductionWarehouseName"), "of the cooperative warehouse"),
    LEFT(ORDER, O("orderPaymentType"), "the order says it"),
    LEFT(ORDER, O("isCancelledDuringPending"), "the quantities say it"),
    LEFT(ORDER, O("packageAbnormalTypeList[]"), "a list of its own asks for it"),
    LEFT(ORDER, O("earliestTimeGetShippingDocument"), "of Temu's labels"),
    LEFT(ORDER, O("orderShippingTime"), "the status says it"),
    LEFT(ORDER, O("orderCreateTime"), "the order says it"),
    LEFT(ORDER, O("qualificationUploadEndTime"), "nothing here depends on it"),
    LEFT(ORDER, O("hasUploadedEvidence"), "nothing here depends on it"),
    MAPPED(ORDER, O("packageSnInfo[].packageSn"),
           "packages[].package_id, packages[].items[].line_id"),
    MAPPED(ORDER, O("packageSnInfo[].packageDeliveryType"), "packages[].status"),
    LEFT(ORDER, O("packageSnInfo[].callSuccess"), "of Temu's labels"),
    LEFT(ORDER, O("packageSnInfo[].needPod"), "nothing here depends on it"),
    LEFT(ORDER, O("packageSnInfo[].applySn"), "of Temu's labels"),
    MAPPED(ORDER, "address.receiptName", "ship_to.name, buyer.name"),
    MAPPED(ORDER, "address.addressLine1", "ship_to.line1"),
    MAPPED(ORDER, "address.addressLine2", "ship_to.line2"),
    MAPPED(ORDER, "address.addressLine3", "ship_to.line3"),
    UNLESS(ORDER, "address.addressLineAll", "ship_to.line1", "addressLine1"),
    MAPPED(ORDER, "address.regionName1", "ship_to.country"),
    MAPPED(ORDER, "address.regionName2", "ship_to.region"),
    MAPPED(ORDER, "address.regionName3", "ship_to.city"),
    MAPPED(ORDER, "address.regionName4", "ship_to.district"),
    MAPPED(ORDER, "address.postCode", "ship_to.postal_code"),
    MAPPED(ORDER, "address.mobile", "ship_to.phone"),
    UNLESS(ORDER, "address.backupMobile", "ship_to.phone", "mobile"),
    MAPPED(ORDER, "address.mail", "buyer.email"),
    MAPPED(ORDER, "address.taxCode", "buyer.tax_id"),
    MAPPED(ORDER, "address.taxCodeType", "buyer.tax_id_type"),
    LEFT(ORDER, "address.receiptAdditionalName", "the name in other letters"),
    LEFT(ORDER, "address.nationalAddress", "a code of the address that is told"),
    LEFT(ORDER, "address.addressExtra", "the name in parts"),
    LEFT(ORDER, "address.warning", "a restricted address holds the order"),
    MAPPED(ORDER, PAID("customerPaid"), "total"),
    MAPPED(ORDER, PAID("basePriceTotal"), "item_total"),
    MAPPED(ORDER, PAID("shippingAmountTotal"), "shipping_total"),
    MAPPED(ORDER, PAID("taxTotal"), "tax_total"),
    MAPPED(ORDER, PAID("totalDiscount"), "discount_total"),
    MAPPED(ORDER, PAID("estimatedRevenue"), "proceeds_total"),
    LEFT(ORDER, PAID("refundsTotal"), "paid back later: no part of what was paid"),
    LEFT(ORDER, PAID("discountFromSeller"), "totalDiscount has it"),
    LEFT(ORDER, PAID("discountFromTEMU"), "totalDiscount has it"),
    MAPPED(ORDER, PAID_LINE("unitBasePrice"), "lines[].unit_price"),
    MAPPED(ORDER, PAID_LINE("basePrice"), "lines[].price"),
    MAPPED(ORDER, PAID_LINE("productTaxAmount"), "lines[].tax"),
    LEFT(ORDER, PAID_LINE("productTaxRate"), "the tax says it"),
    LEFT(ORDER, PAID_LINE("shipTaxRate"), "the tax says it"),
    UNLESS(ORDER, "skus[].price", "lines[].unit_price, lines[].price_designation",
           "amount, by option price_without_money,"),

    MADE(LISTING, "channel", "always temu"),
    MADE(LISTING, "pack", "by the option packs"),
    MAPPED(LISTING, "skuId", "external_id"),
    MAPPED(LISTING, "skuSn", "sku"),
    UNLESS(LISTING, "outSkuSn", "sku", "skuSn"),
    MAPPED(LISTING, "goodsId", "product_id"),
    MAPPED(LISTING, "goodsName", "title"),
    MAPPED(LISTING, "stock", "shown.quantity"),
    MAPPED(LISTING, "price", "price"),
    UNLESS(LISTING, "retailPrice", "price", "price"),
    LEFT(LISTING, "currency", "of the price"),
    MAPPED(LISTING, "status4VO", "status, channel_status"),
    UNLESS(LISTING, "skuStatus", "status, channel_status", "status4VO"),
    MAPPED(LISTING, "crtTime", "created_at"),
    UNLESS(LISTING, "goodsCreateTime", "created_at", "crtTime"),
    LEFT(LISTING, "skuSubStatus", "why it is not for sale"),
    LEFT(LISTING, "subStatus4VO", "why it is not for sale"),
    LEFT(LISTING, "specName", "the SKU says it"),
    LEFT(LISTING, "skuStatusChangeTime", "a sale does not move it"),
    LEFT(LISTING, "volumeInfo", "nothing here depends on it"),
    LEFT(LISTING, "weightInfo", "nothing here depends on it"),

    MADE(PRODUCT, "source", "always temu"),
    MAPPED(PRODUCT, "goodsId", "external_id"),
    MAPPED(PRODUCT, "goodsName", "title"),
    MAPPED(PRODUCT, "status4VO", "status, source_status"),
    UNLESS(PRODUCT, "goodsStatus", "status, source_status", "status4VO"),
    MAPPED(PRODUCT, "crtTime", "created_at"),
    UNLESS(PRODUCT, "goodsCreateTime", "created_at", "crtTime"),
    MAPPED(PRODUCT, "goodsStatusChangeTime", "updated_at"),
    MAPPED(PRODUCT, "skuInfoList[].skuSn", "skus[].sku"),
    UNLESS(PRODUCT, "skuInfoList[].outSkuSn", "skus[].sku", "skuSn"),
    MAPPED(PRODUCT, "skuInfoList[].skuId", "skus[].variant_id, skus[].sku"),
    LEFT(PRODUCT, "skuInfoList[].specList", "the SKU says it"),
    LEFT(PRODUCT, "skuIdList", "skuInfoList has it"),
    LEFT(PRODUCT, "outSkuSnList", "skuInfoList has it"),
    LEFT(PRODUCT, "outGoodsSn", "nothing here depends on it"),
    LEFT(PRODUCT, "multiSiteInfo", "each site's shop is an account of its own"),
    LEFT(PRODUCT, "price", "each SKU has its own, in the list of SKUs"),
    LEFT(PRODUCT, "currency", "of the price"),
    LEFT(PRODUCT, "quantity", "of all SKUs: each has its own"),
    LEFT(PRODUCT, "subStatus4VO", "why it is not for sale"),
    LEFT(PRODUCT, "goodsShowSubStatus", "why it is not for sale"),
    {WB_RECORD_NONE, NULL, NULL, NULL, NULL},
};
