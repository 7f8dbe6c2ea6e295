/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stock - the shop is told how many of a SKU it should show
 *
 * Targets are absolute. A write is known by its key, and one that is known is refused: so a request
 * that travels twice counts once. What was sent and never answered is looked up first; what is sent
 * again after that has a key of its own, for goods may have been sold since the first one counted.
 */
#include "actors/connectors/temu/goods/goods.h"

#include <stdio.h>

#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"
#include "protocol/key.h"

#define TOLD_MAX 256 /* a number, packed */
#define KEY_HEX 16   /* bytes of the digest that a key is */

static wb_rc
decode(const wb_envelope *want, wb_listing *out, wb_err *err)
{
    return wb_canonical_decode(wb_listing_fields, want->body, out, sizeof *out, err);
}

/* One that cannot be read is tried, and parked by its build. */
bool
temu_listing_wants(const wb_envelope *want)
{
    wb_listing listing;
    bool wants;

    if (decode(want, &listing, NULL))
        return true;
    wants = listing.wanted.quantity.known && listing.status != WB_LISTING_DELETED;
    wb_canonical_fini(wb_listing_fields, &listing);
    return wants;
}

/* The key of a write: of what is wanted, and of the second that it is sent in. */
static void
put_unique_key(const wb_call *call, wb_json_writer *writer)
{
    const wb_call_item *item = &call->items[0];
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    uint8_t digest[WB_SHA256_LEN];
    char hex[2 * KEY_HEX + 1];

    wb_buf_init(&text, WB_KEY_MAX + WB_HTTP_HEADER_MAX);
    wb_buf_addf(&text, "%.*s %lld", WB_VIEW_ARG(item->idempotency),
                (long long)(call->now_utc_us / WB_US_PER_S));
    wb_sha256(digest, wb_buf_view(&text));
    wb_hex(hex, digest, KEY_HEX);
    wb_json_member_text(writer, "requestUniqueKey", wb_view_of(hex));
}

static void
put_target(const wb_call *call, const wb_listing *listing, wb_view sku_id, wb_json_writer *writer)
{
    temu_put_id(writer, "goodsId", listing->product_id);
    wb_json_member_int(writer, "stockType", 0);
    wb_json_put_key(writer, "skuStockTargetList");
    wb_json_open(writer, '[');
    wb_json_open(writer, '{');
    temu_put_id(writer, "skuId", sku_id);
    wb_json_member_int(writer, "stockTarget", listing->wanted.quantity.value);
    wb_json_close(writer, '}');
    wb_json_close(writer, ']');
    put_unique_key(call, writer);
}

static wb_rc
check(const wb_listing *listing, wb_err *err)
{
    if (!listing->wanted.quantity.known)
        return wb_fail(err, WB_REJECT, "nobody knows how many it should show");
    if (listing->wanted.quantity.value < 0 || listing->wanted.quantity.value > TEMU_STOCK_MAX)
        return wb_fail(err, WB_REJECT, "it should show %lld: 0 to %d can be shown",
                       (long long)listing->wanted.quantity.value, TEMU_STOCK_MAX);
    if (!listing->product_id.len)
        return wb_fail(err, WB_REJECT, "its goodsId is not known");
    return WB_OK;
}

/* Which SKU it is, and what it should show; `listing` is whole, or nothing of it is kept. */
static wb_rc
read_want(const wb_call *call, wb_key_parts *key, wb_listing *listing, wb_err *err)
{
    const wb_envelope *want = call->items[0].env;
    wb_rc rc = wb_key_parse(key, want->record, err);

    return rc ? rc : decode(want, listing, err);
}

wb_rc
temu_stock_build(const wb_call *call, wb_request *out, wb_err *err)
{
    wb_json_writer writer;
    wb_listing listing;
    wb_key_parts key;
    wb_rc rc = read_want(call, &key, &listing, err);

    if (rc)
        return rc;
    rc = check(&listing, err);
    if (!rc) {
        temu_begin(call, "bg.local.goods.stock.edit", out, &writer);
        put_target(call, &listing, wb_view_of(key.external), &writer);
        rc = temu_end(out, &writer, err);
    }
    wb_canonical_fini(wb_listing_fields, &listing);
    return rc;
}

/* The row of the SKU of that item in a list of rows; NONE = there is none. */
static wb_json_ref
row_of(const wb_call *call, size_t item, wb_json_ref rows)
{
    wb_json *json = call->json;
    wb_key_parts key;

    if (wb_key_parse(&key, call->items[item].env->record, NULL))
        return WB_JSON_NONE;
    for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view id = {NULL, 0};

        if (!temu_id(json, wb_json_get(json, at, "skuId"), &id, "skuId", NULL) &&
            wb_view_is(id, key.external))
            return at;
    }
    return WB_JSON_NONE;
}

/* What is refused though nobody said that it would be may be a key that is known: it has been done
 * before. What is shown now tells; if that is not it, it is sent again, as often as the account's
 * attempts allow. */
static void
refuse(int64_t code, const char *text, wb_result *result)
{
    if (temu_code_of(code)->class == TEMU_RETRY)
        wb_result_set(result, WB_RESULT_RETRY, "%.150s", text);
    else if (!temu_code_known(code))
        wb_result_set(result, WB_RESULT_UNKNOWN, "refused, perhaps as a repeat: %.120s", text);
    else
        wb_result_set(result, WB_RESULT_PARK, "refused: %.140s", text);
}

static void
read_row(wb_json *json, wb_json_ref row, wb_result *result)
{
    wb_json_type status = wb_json_kind(json, wb_json_get(json, row, "stockEditStatus"));
    wb_view message = {NULL, 0};
    int64_t code = 0;
    char said[100], text[140];
    bool readable =
        !wb_json_int(json, wb_json_get(json, row, "errorCode"), &code, "errorCode", NULL) &&
        !wb_json_check(json, NULL);

    if (readable && status == WB_JSON_TRUE && code == 0) {
        result->code = WB_RESULT_DONE;
        return;
    }
    if (!readable || status != WB_JSON_FALSE || code <= 0) { /* or it says both */
        wb_result_set(result, WB_RESULT_UNKNOWN, "the answer does not say what became of it");
        return;
    }
    wb_answer_text(json, wb_answer_member(json, row, "errorMsg"), &message, "errorMsg");
    wb_text_tame(said, sizeof said, message);
    snprintf(text, sizeof text, "%lld: %s", (long long)code, said);
    refuse(code, text, result);
}

wb_rc
temu_stock_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_result *result = &out->results[0];
    wb_json_ref body, row;
    int64_t code;
    wb_rc rc = temu_open(call, resp, out, &body, &code, err);

    if (rc == WB_REJECT && code && err) {
        refuse(code, err->text, result);
        return WB_OK;
    }
    if (rc)
        return rc;
    row = row_of(call, 0, wb_json_get(call->json, body, "skuStockEditStatusInfoList"));
    if (row == WB_JSON_NONE)
        wb_result_set(result, WB_RESULT_UNKNOWN, "the answer does not name it");
    else
        read_row(call->json, row, result);
    return WB_OK;
}

/* --- what it shows --- */

void
temu_ask_shown(const wb_call *call, wb_view goods_id, wb_request *out, wb_json_writer *writer)
{
    temu_begin(call, "temu.local.goods.sku.stock.query", out, writer);
    if (goods_id.len)
        temu_put_id(writer, "goodsId", goods_id);
    wb_json_put_key(writer, "skuIdList");
    wb_json_open(writer, '[');
}

wb_rc
temu_shown_build(const wb_call *call, wb_request *out, wb_err *err)
{
    wb_json_writer writer;
    wb_listing listing;
    wb_key_parts key;
    wb_rc rc = read_want(call, &key, &listing, err);

    if (rc)
        return rc;
    temu_ask_shown(call, listing.product_id, out, &writer);
    temu_put_id_item(&writer, wb_view_of(key.external));
    wb_json_close(&writer, ']');
    wb_canonical_fini(wb_listing_fields, &listing);
    return temu_end(out, &writer, err);
}

/* Of all goods of the answer. */
wb_json_ref
temu_shown_row(const wb_call *call, size_t item, wb_json_ref body)
{
    wb_json *json = call->json;
    wb_json_ref goods = wb_json_get(json, body, "stockList");

    for (wb_json_ref at = wb_json_first(json, goods); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_json_ref row = row_of(call, item, wb_json_get(json, at, "skuStockInfoList"));

        if (row != WB_JSON_NONE)
            return row;
    }
    return WB_JSON_NONE;
}

/* For who looks before it leaves. */
static void
tell_shown(int64_t shown, wb_outcomes *out, wb_result *result)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    const wb_listing there = {
        .wanted.quantity = {.known = true, .value = shown}
    };

    wb_buf_init(&body, TOLD_MAX);
    if (wb_canonical_encode(wb_listing_fields, &there, &body, NULL))
        return;
    wb_outcomes_reserve(out, body.len);
    result->body = wb_outcomes_keep(out, wb_buf_view(&body));
}

/* Another number than the wanted one is an older word. */
wb_rc
temu_shown_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json *json = call->json;
    wb_result *result = &out->results[0];
    wb_listing listing;
    wb_json_ref body, row, ref;
    int64_t shown = -1;
    wb_rc rc = temu_result(call, resp, out, &body, err);

    if (rc) /* a refusal does not answer: it is asked again, for all may be refused */
        return rc;
    row = temu_shown_row(call, 0, body);
    ref = wb_json_at(json, row, "selfOrdinaryStock.stock");
    if (row == WB_JSON_NONE || wb_answer_no_value(json, ref) ||
        wb_json_int(json, ref, &shown, "stock", NULL) || wb_json_check(json, NULL) || shown < 0)
        return wb_fail(err, WB_RETRY, "%s: the answer does not say what it shows", call->op->name);
    rc = decode(call->items[0].env, &listing, err);
    if (rc)
        return rc;
    result->code = WB_RESULT_DONE;
    if (!listing.wanted.quantity.known || listing.wanted.quantity.value != shown)
        result->revision = 1; /* before any of ours */
    wb_canonical_fini(wb_listing_fields, &listing);
    tell_shown(shown, out, result);
    return WB_OK;
}
