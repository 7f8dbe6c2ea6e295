/* SPDX-License-Identifier: Apache-2.0 */
/*
 * product - goods with their SKUs, as a channel or an ERP has them
 */
#ifndef WB_PROTOCOL_RECORDS_PRODUCT_H
#define WB_PROTOCOL_RECORDS_PRODUCT_H

#include "protocol/canonical.h"

/* What is sold of it, one by one. */
typedef struct {
    wb_view sku, variant_id, barcode, title, options;
    wb_money price, cost;
    wb_count weight_g, length_mm, width_mm, height_mm;
    wb_view hs_code, origin_country;
} wb_product_sku;

/* Part of a bundle. */
typedef struct {
    wb_view sku;
    wb_count quantity;
} wb_product_component;

typedef struct {
    wb_view external_id;
    wb_view title, brand, category, description, source;
    int32_t status; /* wb_product_status */
    wb_view source_status;
    wb_view image_url;
    int64_t created_utc_us, updated_utc_us;
    wb_field_list skus;       /* wb_product_sku */
    wb_field_list components; /* wb_product_component: it is a bundle of these */
    wb_view left_out, repaired;
} wb_product;

typedef enum {
    WB_PRODUCT_UNKNOWN = 0,
    WB_PRODUCT_ACTIVE,
    WB_PRODUCT_INACTIVE,
    WB_PRODUCT_DELETED,
    WB_PRODUCT_STATUS_COUNT
} wb_product_status;

/* Owner groups: as wb_order_owner. */
typedef enum {
    WB_PRODUCT_OWNS_HEAD = 1,
    WB_PRODUCT_OWNS_SKUS = 2,
    WB_PRODUCT_OWNS_COMPONENTS = 3,
} wb_product_owner;

extern const wb_field wb_product_fields[];
extern const char *const wb_product_statuses[];

#endif
