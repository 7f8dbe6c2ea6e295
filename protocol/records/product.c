/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/records/product.h"

#include "protocol/base/own.h"
#include "protocol/records/field_rows.h"

const char *const wb_product_statuses[] = {"", "active", "inactive", "deleted", NULL};

_Static_assert(WB_COUNT(wb_product_statuses) == WB_PRODUCT_STATUS_COUNT + 1, "a name for each");

#define HEAD WB_PRODUCT_OWNS_HEAD

static const wb_field sku_fields[] = {
    TEXT(1, wb_product_sku, sku, REQUIRED | WB_FIELD_KEY, 0, "the seller's SKU"),
    TEXT(2, wb_product_sku, variant_id, 0, 0, "the source's id of it"),
    TEXT(3, wb_product_sku, barcode, 0, 0, "EAN, UPC, ISBN or another"),
    TEXT(4, wb_product_sku, title, 0, 0, "its name"),
    TEXT(5, wb_product_sku, options, 0, 0, "colour, size, ..., comma-joined"),
    MONEY(6, wb_product_sku, price, 0, 0, "what it is sold for"),
    MONEY(7, wb_product_sku, cost, 0, 0, "what it costs the seller"),
    INT(8, wb_product_sku, weight_g, 0, 0, "weight in grams"),
    INT(9, wb_product_sku, length_mm, 0, 0, "length in millimetres"),
    INT(10, wb_product_sku, width_mm, 0, 0, "width in millimetres"),
    INT(11, wb_product_sku, height_mm, 0, 0, "height in millimetres"),
    TEXT(12, wb_product_sku, hs_code, 0, 0, "customs tariff number"),
    TEXT(13, wb_product_sku, origin_country, 0, 0, "ISO 3166-1 alpha-2"),
    FIELDS_END,
};

static const wb_field component_fields[] = {
    TEXT(1, wb_product_component, sku, REQUIRED | WB_FIELD_KEY, 0, "the component"),
    INT(2, wb_product_component, quantity, REQUIRED, 0, "how many of it are in one"),
    FIELDS_END,
};

const wb_field wb_product_fields[] = {
    TEXT(1, wb_product, external_id, REQUIRED, HEAD, "the source's id of it"),
    TEXT(2, wb_product, title, 0, HEAD, "its name"),
    TEXT(3, wb_product, brand, 0, HEAD, "brand"),
    TEXT(4, wb_product, category, 0, HEAD, "as the source spells it"),
    TEXT(5, wb_product, description, 0, HEAD, "what buyers read, as the source has it"),
    TEXT(6, wb_product, source, REQUIRED, HEAD, "the connector it came from"),
    ENUM(7, wb_product, status, wb_product_statuses, REQUIRED, HEAD, "is it for sale"),
    TEXT(8, wb_product, source_status, 0, HEAD, "as the source spells it"),
    TEXT(9, wb_product, image_url, 0, HEAD, "its first picture"),
    TIME(10, wb_product, created_utc_us, "created_at", 0, HEAD, "when it was made"),
    TIME(11, wb_product, updated_utc_us, "updated_at", 0, HEAD, "when the source changed it last"),
    LIST(12, wb_product, skus, sku_fields, wb_product_sku, 0, WB_PRODUCT_OWNS_SKUS,
         "what is sold of it"),
    LIST(13, wb_product, components, component_fields, wb_product_component, 0,
         WB_PRODUCT_OWNS_COMPONENTS, "it is a bundle of these"),
    READING(14, wb_product, HEAD),
    FIELDS_END,
};
