/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listed - SKUs that a list told without their stock, with it
 *
 *   temu.local.goods.sku.stock.query   {"skuIdList": [...]} ->
 *   {"stockList": [{"goodsId", "skuStockInfoList": [{"skuId", "selfOrdinaryStock": {"stock"}}]}]}
 *
 * The record is {"listed": the row of the list, "stock": its row of that answer}. Of what the
 * answer does not name nobody knows how many are shown: the listing goes on without that, and says
 * so.
 */
#include "actors/connectors/temu/goods/goods.h"

#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/key.h"

#define AROUND 64 /* bytes around the two rows */

wb_rc
temu_listed_build(const wb_call *call, wb_request *out, wb_err *err)
{
    wb_json_writer writer;
    wb_key_parts key;

    temu_ask_shown(call, (wb_view){NULL, 0}, out, &writer);
    for (size_t i = 0; i < call->item_count; i++) {
        if (wb_key_parse(&key, call->items[i].env->record, err))
            return WB_REJECT;
        temu_put_id_item(&writer, wb_view_of(key.external));
    }
    wb_json_close(&writer, ']');
    return temu_end(out, &writer, err);
}

static int64_t
pack_of(const wb_call *call, wb_view listed)
{
    const temu_options *options = call->options;
    WB_AUTO(wb_json_destroy) wb_json *json = options->packs.count ? wb_json_new() : NULL;

    if (!json || wb_json_parse_answer(json, listed, NULL))
        return 1;
    return temu_pack_of(options, temu_listed_sku(json, 0));
}

static void
give(const wb_call *call, size_t at, wb_json_ref body, wb_outcomes *out)
{
    wb_json_ref row = temu_shown_row(call, at, body);
    int64_t pack = pack_of(call, call->items[at].env->body);
    size_t start = out->arena.len;

    wb_buf_add_text(&out->arena, "{\"listed\":");
    wb_buf_add_view(&out->arena, call->items[at].env->body);
    if (row != WB_JSON_NONE) {
        wb_buf_add_text(&out->arena, ",\"stock\":");
        wb_buf_add_view(&out->arena, wb_json_raw(call->json, row));
    }
    if (pack > 1)
        wb_buf_addf(&out->arena, ",\"pack\":%lld", (long long)pack);
    wb_buf_add_char(&out->arena, '}');
    out->results[at].body = (wb_view){out->arena.data + start, out->arena.len - start};
    out->results[at].code = WB_RESULT_DONE;
}

/* One of many may be what is refused: then they are asked for in halves. */
wb_rc
temu_listed_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    size_t room = resp->body.len;
    wb_json_ref body;
    wb_rc rc = temu_result(call, resp, out, &body, err);

    out->refused_whole = rc == WB_REJECT && call->item_count > 1;
    if (rc)
        return out->refused_whole ? WB_OK : rc;
    if (wb_json_kind(call->json, wb_json_get(call->json, body, "stockList")) != WB_JSON_ARRAY ||
        wb_json_check(call->json, NULL))
        return wb_fail(err, WB_RETRY, "%s: the answer has no stockList", call->op->name);
    for (size_t i = 0; i < call->item_count; i++)
        room += call->items[i].env->body.len + AROUND;
    wb_outcomes_reserve(out, room);
    for (size_t i = 0; i < call->item_count; i++)
        give(call, i, body, out);
    return WB_OK;
}
