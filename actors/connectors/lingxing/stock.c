/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stock - what warehouses hold: whole sweeps of their list, and its mapping
 *
 *   POST /erp/sc/routing/data/local_inventory/inventoryDetails  {"length", "offset", "wid": "1,2"}
 *
 * The list knows no time: each run reads all of it. A row is one of a warehouse, a SKU, a seller
 * and an fnsku; the join adds them up. Raw form: {"field", "row"}.
 */
#include "actors/connectors/lingxing/lingxing.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define WRAP_ROOM 64

static wb_rc
put_filter(const wb_call *call, wb_request *out, wb_json_writer *writer, wb_err *err)
{
    const lingxing_options *options = call->options;
    char *const *warehouses = options->warehouses.items;
    WB_AUTO(wb_buf_fini) wb_buf list = {0};

    if (!options->warehouses.count)
        return WB_OK;
    wb_buf_init(&list, WB_BODY_MAX);
    for (size_t i = 0; i < options->warehouses.count; i++) {
        lingxing_named one = {LINGXING_WAREHOUSE, wb_view_of(warehouses[i])};
        wb_view id;
        wb_rc rc = lingxing_id_of(call, &one, out, &id, err);

        if (rc)
            return rc;
        wb_buf_addf(&list, "%s%.*s", i ? "," : "", WB_VIEW_ARG(id));
    }
    wb_json_member_text(writer, "wid", wb_buf_view(&list));
    return WB_OK;
}

static size_t
row_room(wb_json *json, wb_json_ref row)
{
    return 5 * wb_json_raw(json, row).len + WRAP_ROOM; /* three bytes of an id for one at worst */
}

/* "wid/sku/seller/fnsku"; an fnsku may be empty. False = one of them cannot be read: under another
 * name the same stock would count twice. */
static bool
name_of(wb_json *json, wb_json_ref row, wb_buf *out)
{
    static const char *const parts[] = {"wid", "sku", "seller_id", "fnsku"};

    for (size_t i = 0; i < WB_COUNT(parts); i++) {
        wb_view part = {NULL, 0};
        bool empty = wb_view_is(wb_json_raw(json, wb_json_get(json, row, parts[i])), "\"\"");

        if (!lingxing_name(json, row, parts[i], &part) && !(i == 3 && empty))
            return false;
        if (i)
            wb_buf_add_char(out, '/');
        wb_percent(out, part, NULL);
    }
    return !out->overflow;
}

static void
take(const wb_call *call, wb_json_ref row, wb_outcomes *out)
{
    const lingxing_options *options = call->options;
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_json_writer writer;
    wb_item *item;

    wb_buf_init(&text, 2 * (size_t)WB_BODY_MAX);
    if (!name_of(call->json, row, &text) || text.len > WB_EXTERNAL_ID_MAX) {
        wb_json_forgive(call->json);
        wb_item_park(lingxing_item(call, WB_RECORD_INVENTORY, row, out),
                     "stock without a usable warehouse, SKU, seller or fnsku");
        return;
    }
    item = wb_outcomes_item(out);
    item->kind = WB_KIND_RAW;
    item->record_kind = WB_RECORD_INVENTORY;
    item->external = wb_outcomes_keep(out, wb_buf_view(&text));
    wb_buf_clear(&text);
    wb_json_writer_init(&writer, &text);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "field",
                        options->stock_field == LINGXING_STOCK_SELLABLE ? WB_VIEW_LIT("sellable")
                                                                        : WB_VIEW_LIT("valid"));
    wb_json_put_key(&writer, "row");
    wb_json_put_raw(&writer, wb_json_raw(call->json, row));
    wb_json_close(&writer, '}');
    item->what = item->body = wb_outcomes_keep(out, wb_buf_view(&text));
}

const lingxing_list_def lingxing_stock = {
    .pull = "stock.list",
    .path = "/erp/sc/routing/data/local_inventory/inventoryDetails",
    .kind = WB_RECORD_INVENTORY,
    .page_max = 800,
    .filter = put_filter,
    .room = row_room,
    .take = take,
};

/* Of an overseas warehouse two systems know: one of them is taken, never their sum. */
static void
map_available(wb_json *json, wb_json_ref row, wb_inventory *out)
{
    wb_json_ref third = wb_answer_member(json, row, "third_inventory");
    wb_view field = {NULL, 0};

    wb_answer_code(json, wb_answer_member(json, 0, "field"), &field, "field");
    if (wb_view_is(field, "sellable") && wb_json_kind(json, third) == WB_JSON_OBJECT)
        wb_answer_count(json, wb_answer_member(json, third, "qty_sellable"), &out->available,
                        "qty_sellable");
    else
        wb_answer_count(json, wb_answer_member(json, row, "product_valid_num"), &out->available,
                        "product_valid_num");
}

wb_rc
lingxing_map_stock(wb_json *json, wb_mapped *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf id = {0};
    wb_inventory *inventory = &out->inventory;
    wb_json_ref row = wb_json_get(json, 0, "row");

    wb_buf_init(&id, WB_BODY_MAX);
    if (!name_of(json, row, &id) || !lingxing_name(json, row, "wid", &inventory->warehouse) ||
        !lingxing_name(json, row, "sku", &inventory->sku))
        return wb_fail(err, WB_REJECT, "wid, sku, seller_id or fnsku is missing");
    out->made = wb_text_dup_len(id.data, id.len);
    inventory->external_id = (wb_view){out->made, id.len};
    inventory->source = WB_VIEW_LIT("lingxing");
    map_available(json, row, inventory);
    wb_answer_count(json, wb_answer_member(json, row, "product_total"), &inventory->on_hand,
                    "product_total");
    wb_answer_count(json, wb_answer_member(json, row, "product_lock_num"), &inventory->reserved,
                    "product_lock_num");
    wb_answer_count(json, wb_answer_member(json, row, "product_bad_num"), &inventory->defective,
                    "product_bad_num");
    wb_answer_count(json, wb_answer_member(json, row, "product_onway"), &inventory->incoming,
                    "product_onway");
    out->owners = UINT32_C(1) << WB_INVENTORY_OWNS_HEAD;
    out->routed = true;
    return WB_OK;
}
