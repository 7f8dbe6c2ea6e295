/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kit_records - a record of each kind, as small as one can be that is pushed
 */
#include "tests/contract/kit_records.h"

#include "protocol/base/own.h"
#include "protocol/limits.h"

static wb_order_line bought[] = {
    {.line_id = WB_VIEW_LIT("l1"),
     .sku = WB_VIEW_LIT("S"),
     .quantity = {2, true},
     .price = {.minor = 1998, .currency = "USD", .exponent = 2}},
};
static wb_order order = {
    .external_id = WB_VIEW_LIT("1-1"),
    .channel = WB_VIEW_LIT("sample"),
    .status = WB_ORDER_CREATED,
    .ship_to = {.name = WB_VIEW_LIT("Ann Buyer"),
                .line1 = WB_VIEW_LIT("1 Main Street"),
                .city = WB_VIEW_LIT("Springfield"),
                .country = WB_VIEW_LIT("US")},
    .lines = {bought,     WB_COUNT(bought)       },
};
static wb_order cancelled = {.external_id = WB_VIEW_LIT("1-1"),
                             .channel = WB_VIEW_LIT("sample"),
                             .status = WB_ORDER_CANCELLED};

/* Seen first when there is nothing left to do. */
static wb_order gone = {
    .external_id = WB_VIEW_LIT("1-1"),
    .channel = WB_VIEW_LIT("sample"),
    .status = WB_ORDER_SHIPPED,
    .lines = {bought, WB_COUNT(bought)}
};

/* Its channel has sent it. */
static wb_order_package packages[] = {
    {.package_id = WB_VIEW_LIT("p1"), .tracking = WB_VIEW_LIT("00340434161094")},
};
static wb_order sent = {
    .external_id = WB_VIEW_LIT("1-1"),
    .channel = WB_VIEW_LIT("sample"),
    .status = WB_ORDER_SHIPPED,
    .fulfilled_by = WB_VIEW_LIT("channel"),
    .ship_to = {.name = WB_VIEW_LIT("Ann Buyer"),
                .line1 = WB_VIEW_LIT("1 Main Street"),
                .city = WB_VIEW_LIT("Springfield"),
                .country = WB_VIEW_LIT("US")},
    .lines = {bought,     WB_COUNT(bought)       },
    .packages = {packages,            WB_COUNT(packages)       },
};

static wb_order_facts_line ordered[] = {
    {.line_id = WB_VIEW_LIT("l1"), .sku = WB_VIEW_LIT("S"), .quantity = {2, true}},
};
static wb_shipment_line shipped[] = {
    {.sku = WB_VIEW_LIT("S"), .quantity = {2, true}},
};
static wb_shipment shipment = {
    .external_id = WB_VIEW_LIT("1-1"),
    .order_id = WB_VIEW_LIT("1-1"),
    .reference = WB_VIEW_LIT("PACK-1"),
    .source = WB_VIEW_LIT("sample"),
    .status = WB_SHIPMENT_SHIPPED,
    .carrier = WB_VIEW_LIT("DHL"),
    .tracking = WB_VIEW_LIT("00340434161094"),
    .lines = {shipped,                           WB_COUNT(shipped)                    },
    .order = {.external_id = WB_VIEW_LIT("1-1"), .lines = {ordered, WB_COUNT(ordered)}},
};

static wb_shipment called_back = {.external_id = WB_VIEW_LIT("1-1"),
                                  .order_id = WB_VIEW_LIT("1-1"),
                                  .source = WB_VIEW_LIT("sample"),
                                  .status = WB_SHIPMENT_CANCELLED};

static wb_listing listing = {
    .external_id = WB_VIEW_LIT("1-1"),
    .sku = WB_VIEW_LIT("S"),
    .product_id = WB_VIEW_LIT("7"),
    .channel = WB_VIEW_LIT("sample"),
    .status = WB_LISTING_ACTIVE,
    .shown.quantity = {4, true},
    .wanted.quantity = {3, true},
};

static wb_listing no_number = {.external_id = WB_VIEW_LIT("1-1"),
                               .sku = WB_VIEW_LIT("S"),
                               .channel = WB_VIEW_LIT("sample"),
                               .status = WB_LISTING_ACTIVE};

static wb_inventory inventory = {
    .external_id = WB_VIEW_LIT("W/S"),
    .sku = WB_VIEW_LIT("S"),
    .warehouse = WB_VIEW_LIT("W"),
    .source = WB_VIEW_LIT("sample"),
    .available = {5, true},
};

#define STATES 4
static const void *const records[][STATES] = {
    [WB_RECORD_ORDER] = {&order,     &cancelled,   &gone, &sent},
    [WB_RECORD_SHIPMENT] = {&shipment,  &called_back, NULL,  NULL },
    [WB_RECORD_LISTING] = {&listing,   &no_number,   NULL,  NULL },
    [WB_RECORD_INVENTORY] = {&inventory, NULL,         NULL,  NULL },
};

bool
kit_record_state(wb_buf *out, wb_record_kind kind, int state)
{
    const wb_record_def *def = wb_record_def_of(kind);
    const void *record = NULL;

    wb_buf_init(out, WB_ORDER_MAX);
    if (def && def->fields && (size_t)kind < WB_COUNT(records) && state < STATES)
        record = records[kind][state];
    return record && !wb_canonical_check(def->fields, record, NULL) &&
           !wb_canonical_encode(def->fields, record, out, NULL);
}

bool
kit_record(wb_buf *out, wb_record_kind kind)
{
    return kit_record_state(out, kind, 0);
}
