/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listings - what the shop offers, and how many of it it shows: its list, its mapping, and what it
 * is to show
 */
#include "actors/connectors/sample/sample.h"

#include "protocol/answer.h"
#include "protocol/base/text.h"
#include "protocol/key.h"

const sample_list sample_listings = {
    .pull = "listings.list",
    .path = "/listings",
    .member = "listings",
    .kind = WB_RECORD_LISTING,
    .as = WB_KIND_RAW,
    .name = sample_name_by_id,
    .unusable = "a listing without a usable id",
};

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

static wb_rc
wanted_of(const wb_envelope *want, wb_count *out, wb_err *err)
{
    wb_listing listing;
    wb_rc rc = wb_canonical_decode(wb_listing_fields, want->body, &listing, sizeof listing, err);

    if (rc)
        return rc;
    *out = listing.wanted.quantity;
    wb_canonical_fini(wb_listing_fields, &listing);
    return WB_OK;
}

/* One that cannot be read is tried, and parked by its build. */
bool
sample_listing_wants(const wb_envelope *want)
{
    wb_count wanted = {0};

    return wanted_of(want, &wanted, NULL) || wanted.known;
}

/* The revision tells the shop which word is the newest, the key that it is the same word again. */
wb_rc
sample_show_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const sample_options *options = call->options;
    const wb_envelope *want = call->items[0].env;
    wb_json_writer writer;
    wb_count wanted = {0};
    wb_key_parts key;
    wb_rc rc = wb_key_parse(&key, want->record, err);

    if (!rc)
        rc = wanted_of(want, &wanted, err);
    if (rc)
        return rc;
    if (!wanted.known)
        return wb_fail(err, WB_REJECT, "nobody knows how many it should show");
    sample_write(out, call->items[0].idempotency);
    out->template = "/listings/{id}";
    wb_buf_addf(&out->url, "%s/listings/", options->url);
    wb_percent(&out->url, wb_view_of(key.external), NULL);
    wb_json_writer_init(&writer, &out->body);
    wb_json_open(&writer, '{');
    wb_json_put_key(&writer, "revision");
    wb_json_put_uint(&writer, want->revision);
    wb_json_member_int(&writer, "quantity", wanted.value);
    wb_json_close(&writer, '}');
    return wb_request_check(out, err);
}
