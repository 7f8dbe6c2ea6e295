/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map_address - where an order goes, and who bought it
 *
 * Each is a group of its own, and is covered only where the answer has something to say of it:
 * orders that were shipped, and such as only Temu ships, are answered with nulls and success, and
 * nulls take no address away.
 */
#include "actors/connectors/temu/orders/orders.h"

#include "protocol/answer.h"

bool
temu_restricted(wb_json *json, const temu_document *doc)
{
    wb_json_ref warning = wb_answer_member(json, doc->address, "warning");
    bool restricted = false;

    wb_answer_bool(json, wb_answer_member(json, warning, "isRestriction"), &restricted,
                   "isRestriction");
    return restricted;
}

/* By its English name; else as it is told. */
static void
map_country(wb_json *json, wb_json_ref from, wb_address *out)
{
    const temu_region *region;

    wb_answer_text(json, wb_answer_member(json, from, "regionName1"), &out->country, "regionName1");
    region = out->country.len ? temu_region_named(out->country) : NULL;
    if (region)
        out->country = wb_view_of(region->country);
}

static void
map_ship_to(wb_json *json, wb_json_ref from, wb_address *out)
{
    wb_answer_text(json, wb_answer_member(json, from, "receiptName"), &out->name, "receiptName");
    wb_answer_text(json, wb_answer_member(json, from, "addressLine1"), &out->line1, "addressLine1");
    wb_answer_text(json, wb_answer_member(json, from, "addressLine2"), &out->line2, "addressLine2");
    wb_answer_text(json, wb_answer_member(json, from, "addressLine3"), &out->line3, "addressLine3");
    if (!out->line1.len)
        wb_answer_text(json, wb_answer_member(json, from, "addressLineAll"), &out->line1,
                       "addressLineAll");
    wb_answer_text(json, wb_answer_member(json, from, "regionName2"), &out->region, "regionName2");
    wb_answer_text(json, wb_answer_member(json, from, "regionName3"), &out->city, "regionName3");
    wb_answer_text(json, wb_answer_member(json, from, "regionName4"), &out->district,
                   "regionName4");
    wb_answer_text(json, wb_answer_member(json, from, "postCode"), &out->postal_code, "postCode");
    wb_answer_text(json, wb_answer_member(json, from, "mobile"), &out->phone, "mobile");
    if (!out->phone.len)
        wb_answer_text(json, wb_answer_member(json, from, "backupMobile"), &out->phone,
                       "backupMobile");
}

static void
map_buyer(wb_json *json, wb_json_ref from, wb_order *order)
{
    wb_answer_text(json, wb_answer_member(json, from, "receiptName"), &order->buyer.name,
                   "receiptName");
    wb_answer_text(json, wb_answer_member(json, from, "mail"), &order->buyer.email, "mail");
    wb_answer_text(json, wb_answer_member(json, from, "taxCode"), &order->buyer.tax_id, "taxCode");
    wb_answer_text(json, wb_answer_member(json, from, "taxCodeType"), &order->buyer.tax_id_type,
                   "taxCodeType");
}

void
temu_map_address(wb_json *json, const temu_document *doc, wb_mapped *out)
{
    wb_order *order = &out->order;
    wb_address *to = &order->ship_to;

    if (wb_json_kind(json, doc->address) != WB_JSON_OBJECT)
        return;
    map_ship_to(json, doc->address, to);
    if (!to->name.len && !to->line1.len && !to->postal_code.len) {
        *to = (wb_address){0}; /* a region alone is none */
        return;
    }
    map_country(json, doc->address, to);
    map_buyer(json, doc->address, order);
    out->owners |= UINT32_C(1) << WB_ORDER_OWNS_ADDRESS | UINT32_C(1) << WB_ORDER_OWNS_BUYER;
}
