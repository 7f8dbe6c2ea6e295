/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listings - what the shop offers, and how many of it it shows: its list, and its mapping
 */
#include "actors/connectors/sample/sample.h"

#include "protocol/answer.h"

static const sample_list listings = {
    .path = "/listings",
    .member = "listings",
    .kind = WB_RECORD_LISTING,
    .as = WB_KIND_RAW,
    .name = sample_name_by_id,
    .unusable = "a listing without a usable id",
};

wb_rc
sample_listings_build(const wb_call *call, wb_request *out, wb_err *err)
{
    return sample_list_build(call, &listings, out, err);
}

wb_rc
sample_listings_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    return sample_list_read(call, &listings, resp, out, err);
}

/* What it should show is nothing that the shop says: the stock does. */
wb_rc
sample_map_listing(wb_json *json, wb_mapped *out, wb_err *err)
{
    wb_listing *listing = &out->listing;
    wb_rc rc = wb_json_text(json, wb_json_get(json, 0, "id"), &listing->external_id, "id", err);

    if (rc)
        return rc;
    listing->channel = WB_VIEW_LIT("sample");
    listing->status = WB_LISTING_ACTIVE; /* what is not offered is not in the list */
    wb_answer_code(json, wb_answer_member(json, 0, "sku"), &listing->sku, "sku");
    wb_answer_count(json, wb_answer_member(json, 0, "quantity"), &listing->shown.quantity,
                    "quantity");
    wb_answer_time(json, wb_answer_member(json, 0, "updated"), &listing->updated_utc_us, "updated");
    out->owners = WB_LISTING_OBSERVED;
    out->source_utc_us = listing->updated_utc_us;
    out->routed = true;
    return WB_OK;
}
