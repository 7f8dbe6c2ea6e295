/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confirm_read - what a call that confirms parcels says
 *
 *   {"sendType", "sendRequestList": [{"carrierId", "trackingNumber", "selfShippingWarehouseId",
 *     "orderSendInfoList": [{"parentOrderSn", "orderSn", "goodsId", "skuId", "quantity"}],
 *     "confirmAcceptance": [...],
 *     "subSendRequests": [{"carrierId", "trackingNumber", "selfShippingWarehouseId"}]}]}
 */
#include "tools/sim/systems/temu/confirm.h"

#include "protocol/base/own.h"
#include "tools/sim/systems/temu/account.h"
#include "tools/sim/systems/temu/answer.h"

#include <string.h>

#define TRACKING_MAX 64

static bool
says_no(const wb_sim_visit *visit, const char *code, const char *message)
{
    wb_sim_temu_fail(visit, code, message);
    return false;
}

static wb_json_ref
member(const wb_sim_visit *visit, wb_json_ref of, const char *name)
{
    return wb_json_get(visit->sim->json, of, name);
}

/* --- the boxes --- */

static unsigned
read_denies(const wb_sim_visit *visit, wb_json_ref list)
{
    wb_json *json = visit->sim->json;
    unsigned denies = 0;

    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view word = {NULL, 0};
        if (wb_json_text(json, at, &word, "", NULL))
            continue;
        denies |= wb_view_is(word, "DENY_CANCELLATION") ? WB_SIM_TEMU_DENY_CANCEL : 0U;
        denies |= wb_view_is(word, "DENY_ADDRESS_CHANGE") ? WB_SIM_TEMU_DENY_MOVE : 0U;
    }
    return denies;
}

static bool
read_box(const wb_sim_visit *visit, wb_json_ref at, int main, wb_sim_temu_confirm *out)
{
    wb_sim_temu_box *box = &out->boxes[out->box_count];

    if (out->box_count == WB_SIM_TEMU_BOXES_MAX)
        return says_no(visit, WB_SIM_TEMU_BAD);
    *box = (wb_sim_temu_box){.carrier = -1, .main = main};
    if (!wb_sim_temu_id(visit, member(visit, at, "carrierId"), &box->carrier) ||
        !wb_sim_temu_text(visit, member(visit, at, "trackingNumber"), &box->tracking) ||
        !wb_sim_temu_text(visit, member(visit, at, "selfShippingWarehouseId"), &box->warehouse))
        return false;
    box->denies = read_denies(visit, member(visit, at, "confirmAcceptance"));
    out->box_count++;
    return true;
}

/* --- what is in them --- */

/* The parent order, looked up once. -1 = the request is answered. */
static int
find_parent(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, wb_view sn,
            wb_sim_temu_confirm *out)
{
    wb_sim_found at = {.order = wb_sim_market_number(visit->sim->market, sn)};

    at.version = wb_sim_is_foreign(at.order) ? 0 : wb_sim_visible(seller->account, at.order);
    /* lists may lag, writes do not */
    if (at.version && wb_sim_market_cancelled(visit->sim->market, at.order))
        at.version = wb_sim_market_newest(visit->sim->market, at.order);
    for (int i = 0; at.version && i < out->parent_count; i++)
        if (out->parents[i].order == at.order)
            return i;
    if (!at.version || out->parent_count == WB_SIM_TEMU_BOXES_MAX) {
        (void)says_no(visit, "120012007", "The order does not exist");
        return -1;
    }
    wb_sim_temu_facts_of(wb_sim_temu_of(visit), &at, &out->parents[out->parent_count]);
    return out->parent_count++;
}

/* The ids of goods and SKU may be left out; given, they are those of the line. */
static bool
is_of_line(const wb_sim_visit *visit, wb_json_ref at, const wb_sim_line *line)
{
    int64_t goods_id = wb_sim_temu_goods_id(line->goods), sku_id = wb_sim_temu_sku_id(line->goods);
    int64_t given_goods = goods_id, given_sku = sku_id;

    if (!wb_sim_temu_id(visit, member(visit, at, "goodsId"), &given_goods) ||
        !wb_sim_temu_id(visit, member(visit, at, "skuId"), &given_sku))
        return false;
    return (given_goods == goods_id && given_sku == sku_id) ||
           says_no(visit, "120012007", "The order has other goods");
}

static bool
read_item(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, wb_json_ref at,
          wb_sim_temu_confirm *out)
{
    wb_sim_temu_item *item = &out->items[out->item_count];
    wb_view parent = {NULL, 0}, sn = {NULL, 0};

    if (out->item_count == WB_SIM_TEMU_ITEMS_MAX)
        return says_no(visit, WB_SIM_TEMU_BAD);
    *item = (wb_sim_temu_item){.box = out->box_count - 1};
    if (!wb_sim_temu_text(visit, member(visit, at, "parentOrderSn"), &parent) ||
        !wb_sim_temu_text(visit, member(visit, at, "orderSn"), &sn) ||
        !wb_sim_temu_int(visit, member(visit, at, "quantity"), &item->quantity))
        return false;
    if (item->quantity < 1)
        return says_no(visit, WB_SIM_TEMU_BAD);
    item->parent = find_parent(visit, seller, parent, out);
    if (item->parent < 0)
        return false;
    const wb_sim_temu_facts *facts = &out->parents[item->parent];
    item->line = wb_sim_temu_line(wb_sim_temu_of(visit), facts, sn);
    if (item->line < 0)
        return says_no(visit, "120012007", "The order does not exist");
    out->item_count++;
    return is_of_line(visit, at, &facts->lines[item->line]);
}

static bool
read_items(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, wb_json_ref list,
           wb_sim_temu_confirm *out)
{
    wb_json *json = visit->sim->json;

    if (!wb_json_count(json, list))
        return says_no(visit, WB_SIM_TEMU_BAD);
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        if (!read_item(visit, seller, at, out))
            return false;
    return true;
}

/* Extra boxes, where a single piece is sent. */
static bool
read_extra(const wb_sim_visit *visit, wb_json_ref list, int main, wb_sim_temu_confirm *out)
{
    wb_json *json = visit->sim->json;
    int64_t pieces = 0;

    if (!wb_json_count(json, list))
        return true;
    for (int i = 0; i < out->item_count; i++)
        pieces += out->items[i].box == main ? out->items[i].quantity : 0;
    if (wb_json_count(json, list) > WB_SIM_TEMU_EXTRA_MAX || pieces != 1)
        return says_no(visit, WB_SIM_TEMU_BAD);
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        if (!read_box(visit, at, main, out))
            return false;
    return true;
}

/* One order in one parcel, one in several, several in one. */
static bool
type_fits(const wb_sim_visit *visit, int sends, const wb_sim_temu_confirm *self)
{
    bool one = self->parent_count == 1;

    return (self->send_type == 0 && sends == 1 && one) || (self->send_type == 1 && one) ||
           (self->send_type == 2 && sends == 1 && !one) || says_no(visit, WB_SIM_TEMU_BAD);
}

bool
wb_sim_temu_confirm_read(wb_sim_visit *visit, const wb_sim_temu_seller *seller,
                         wb_sim_temu_confirm *out)
{
    wb_json *json = visit->sim->json;
    wb_json_ref list = wb_sim_temu_param(visit, "sendRequestList");

    memset(out, 0, sizeof *out);
    out->send_type = -1;
    if (!wb_sim_temu_int(visit, wb_sim_temu_param(visit, "sendType"), &out->send_type))
        return false;
    if (!wb_json_count(json, list))
        return says_no(visit, WB_SIM_TEMU_BAD);
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        int main = out->box_count;
        if (!read_box(visit, at, -1, out) ||
            !read_items(visit, seller, member(visit, at, "orderSendInfoList"), out) ||
            !read_extra(visit, member(visit, at, "subSendRequests"), main, out))
            return false;
    }
    return type_fits(visit, (int)wb_json_count(json, list), out);
}

/* --- is a box good? --- */

static bool
has_symbols(wb_view text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') &&
            c != '-' && c != ' ')
            return true;
    }
    return false;
}

bool
wb_sim_temu_check_box(const wb_sim_visit *visit, const wb_sim_temu_box *box)
{
    if (!box->tracking.len)
        return says_no(visit, "120014001", "The tracking number is blank");
    if (has_symbols(box->tracking))
        return says_no(visit, "120014020", "The tracking number has symbols");
    if (box->tracking.len > TRACKING_MAX)
        return says_no(visit, "120014023", "The tracking number is invalid");
    if (!wb_sim_temu_is_carrier(visit->sim, box->carrier))
        return says_no(visit, "120014022", "The tracking number is none of this carrier");
    if (!box->warehouse.len)
        return says_no(visit, "120015527", "The warehouse is missing");
    if (!wb_sim_temu_is_warehouse(visit->sim, box->warehouse))
        return says_no(visit, "120011085", "The warehouse is invalid");
    if (wb_map_find(wb_sim_temu_of(visit)->by_tracking, box->tracking))
        return says_no(visit, "120014004", "The tracking number was used");
    return true;
}
