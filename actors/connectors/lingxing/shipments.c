/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shipments - outbound orders: their list, and their mapping
 *
 *   POST /erp/sc/routing/wms/order/wmsOrderList  {"page", "page_size", "time_type": "update_at",
 *                                                 "start_date", "end_date"}
 *
 * Days are whole ones in China: the one before is read along with the present one. An outbound
 * order that is for several of ours is one shipment for each of them. Where its products do not say
 * which of them is for which, it is told without them until it is shipped; then the list of orders
 * is asked (divide.c). Raw form: {"order", "tracking", "row"}, and "items" of that list.
 */
#include "actors/connectors/lingxing/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"

#define WRAP_ROOM 700 /* around a row: two ids, percent-encoded, and names */

static wb_rc
put_filter(const wb_call *call, wb_request *out, wb_json_writer *writer, wb_err *err)
{
    char from[11], to[11];

    (void)out;
    (void)err;
    lingxing_day(from, call->from_utc_us);
    lingxing_day(to, call->to_utc_us);
    wb_json_member_text(writer, "end_date", wb_view_of(to));
    wb_json_member_text(writer, "start_date", wb_view_of(from));
    wb_json_member_text(writer, "time_type", WB_VIEW_LIT("update_at"));
    return WB_OK;
}

/* --- of one row: whose, and of which orders --- */

/* The numbers of its orders: a list of texts, or one; NONE = it names none. */
static wb_json_ref
first_order(wb_json *json, wb_json_ref row)
{
    wb_json_ref orders = wb_answer_member(json, row, "platform_order_no");

    if (wb_json_kind(json, orders) == WB_JSON_ARRAY)
        return wb_json_first(json, orders);
    return wb_answer_no_value(json, orders) ? WB_JSON_NONE : orders;
}

static wb_json_ref
next_order(wb_json *json, wb_json_ref row, wb_json_ref order)
{
    wb_json_ref orders = wb_answer_member(json, row, "platform_order_no");

    return wb_json_kind(json, orders) == WB_JSON_ARRAY ? wb_json_next(json, order) : WB_JSON_NONE;
}

static size_t
count_orders(wb_json *json, wb_json_ref row)
{
    size_t count = 0;

    for (wb_json_ref at = first_order(json, row); at != WB_JSON_NONE;
         at = next_order(json, row, at))
        count++;
    return count;
}

static size_t
row_room(wb_json *json, wb_json_ref row)
{
    size_t count = count_orders(json, row);

    count = count > LINGXING_ORDERS_OF_ROW_MAX ? 1 : count + 1;
    return count * (wb_json_raw(json, row).len + 6 * WB_EXTERNAL_ID_MAX + WRAP_ROOM);
}

/* Does each product say which order it is for? */
static bool
is_divided(wb_json *json, wb_json_ref row)
{
    wb_json_ref products = wb_answer_member(json, row, "product_info");
    wb_view number;

    for (wb_json_ref at = wb_json_first(json, products); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        if (!lingxing_name(json, at, "platform_order_no", &number))
            return false;
    return wb_json_count(json, products) > 0;
}

static void
wrap(const wb_call *call, wb_json_ref row, wb_view order, wb_outcomes *out, wb_item *item)
{
    const lingxing_options *options = call->options;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer writer;

    wb_buf_init(&body, 2 * (size_t)WB_BODY_MAX);
    wb_json_writer_init(&writer, &body);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "order", order);
    wb_json_member_text(&writer, "tracking",
                        options->tracking == LINGXING_WAYBILL ? WB_VIEW_LIT("waybill")
                                                              : WB_VIEW_LIT("tracking"));
    wb_json_put_key(&writer, "row");
    wb_json_put_raw(&writer, wb_json_raw(call->json, row));
    wb_json_close(&writer, '}');
    item->what = item->body = wb_outcomes_keep(out, wb_buf_view(&body));
}

static int32_t status_of(wb_json *json, wb_json_ref row);

/* One shipment of it. Among several it is known by its order as well. */
static void
take_one(const wb_call *call, wb_json_ref row, const lingxing_store *store, wb_view order,
         wb_outcomes *out)
{
    bool alone = count_orders(call->json, row) == 1;
    WB_AUTO(wb_buf_fini) wb_buf id = {0};
    wb_item *item = wb_outcomes_item(out);
    wb_view number = {NULL, 0};

    item->kind =
        alone || is_divided(call->json, row) || status_of(call->json, row) != WB_SHIPMENT_SHIPPED
            ? WB_KIND_RAW
            : WB_KIND_NOTICE;
    item->record_kind = WB_RECORD_SHIPMENT;
    wrap(call, row, order, out, item);
    wb_buf_init(&id, 8 * WB_EXTERNAL_ID_MAX);
    if (lingxing_name(call->json, row, "wo_number", &number) && alone)
        wb_buf_add_view(&id, number);
    else if (number.len)
        wb_key_pair(&id, number, order);
    item->external = wb_outcomes_keep(out, wb_buf_view(&id));
    item->root = (wb_root_name){wb_outcomes_keep(out, wb_view_of(store->account)),
                                wb_outcomes_keep(out, order)};
    lingxing_time(call->json, wb_answer_member(call->json, row, "update_at"), &item->source_utc_us,
                  "update_at");
    item->event_utc_us = item->source_utc_us;
}

static bool
is_for(wb_json *json, wb_json_ref row, wb_view number)
{
    for (wb_json_ref at = first_order(json, row); at != WB_JSON_NONE;
         at = next_order(json, row, at)) {
        wb_view order = {NULL, 0};

        wb_answer_code(json, at, &order, "platform_order_no");
        if (wb_view_eq(order, number))
            return true;
    }
    return false;
}

/* Do its goods name no order but its own? Most name none. */
static bool
has_own_goods(wb_json *json, wb_json_ref row)
{
    wb_json_ref products = wb_answer_member(json, row, "product_info");
    wb_view number;

    for (wb_json_ref at = wb_json_first(json, products); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        if (lingxing_name(json, at, "platform_order_no", &number) && !is_for(json, row, number))
            return false;
    return true;
}

/* Why nobody can use it; NULL = it is fine. */
static const char *
fault_of(wb_json *json, wb_json_ref row)
{
    size_t count = count_orders(json, row);
    wb_view text;

    if (!lingxing_name(json, row, "wo_number", &text) || text.len > WB_EXTERNAL_ID_MAX / 3)
        return "an outbound order without a usable wo_number";
    if (count > LINGXING_ORDERS_OF_ROW_MAX)
        return "an outbound order for too many orders";
    for (wb_json_ref at = first_order(json, row); at != WB_JSON_NONE;
         at = next_order(json, row, at)) {
        text = (wb_view){NULL, 0};
        wb_answer_code(json, at, &text, "platform_order_no");
        if (!text.len || text.len > WB_EXTERNAL_ID_MAX / 3)
            return "an outbound order of an order that cannot be read";
    }
    if (count && !has_own_goods(json, row))
        return "product_info[].platform_order_no: goods of an order that it is not for";
    return NULL;
}

/* Of a shop that is none of ours, or of no order at all (a sample, sent by hand): it has no root,
 * and is counted and kept nowhere. */
static void
take_none(const wb_call *call, wb_json_ref row, wb_outcomes *out)
{
    wb_item *item = lingxing_item(call, WB_RECORD_SHIPMENT, row, out);
    wb_view number;

    if (lingxing_name(call->json, row, "wo_number", &number))
        item->external = wb_outcomes_keep(out, number);
}

static void
take(const wb_call *call, wb_json_ref row, wb_outcomes *out)
{
    wb_json *json = call->json;
    size_t count = count_orders(json, row);
    bool unsure = false;
    const lingxing_store *store = lingxing_store_of_row(call->options, json, row, &unsure);
    const char *fault = fault_of(json, row);

    if (fault || (unsure && count)) {
        wb_item_park(lingxing_item(call, WB_RECORD_SHIPMENT, row, out), "%s",
                     fault ? fault
                           : "an outbound order of a shop that cannot be told: give `sid` of each "
                             "of `stores`");
        return;
    }
    if (!store || !count) {
        take_none(call, row, out);
        return;
    }
    for (wb_json_ref at = first_order(json, row); at != WB_JSON_NONE;
         at = next_order(json, row, at)) {
        wb_view order = {NULL, 0};

        wb_answer_code(json, at, &order, "platform_order_no");
        take_one(call, row, store, order, out);
    }
}

const lingxing_list_def lingxing_shipments = {
    .pull = "shipments.list",
    .path = "/erp/sc/routing/wms/order/wmsOrderList",
    .kind = WB_RECORD_SHIPMENT,
    .page_max = 200,
    .by_page = true,
    .filter = put_filter,
    .room = row_room,
    .take = take,
};

/* --- mapping --- */

static int32_t
status_of(wb_json *json, wb_json_ref row)
{
    static const wb_shipment_status by_number[] = {
        WB_SHIPMENT_UNKNOWN, WB_SHIPMENT_PLANNED,   WB_SHIPMENT_PLANNED,
        WB_SHIPMENT_SHIPPED, WB_SHIPMENT_CANCELLED,
    };
    wb_count status = {0};

    wb_answer_count(json, wb_answer_member(json, row, "status"), &status, "status");
    if (status.value < 0 || status.value >= (int64_t)WB_COUNT(by_number))
        return WB_SHIPMENT_UNKNOWN;
    return (int32_t)by_number[status.value];
}

/* Products of a row that is for one order are all its own. */
static bool
is_of_order(wb_json *json, wb_json_ref row, wb_json_ref product, wb_view order)
{
    wb_view number;

    return count_orders(json, row) == 1 ||
           (lingxing_name(json, product, "platform_order_no", &number) &&
            wb_view_eq(number, order));
}

static wb_rc
map_product(wb_json *json, wb_json_ref product, wb_shipment_line *line, wb_err *err)
{
    if (!lingxing_name(json, product, "sku", &line->sku))
        return wb_fail(err, WB_REJECT, "product_info[].sku is missing");
    wb_answer_count(json, wb_answer_member(json, product, "count"), &line->quantity, "count");
    return WB_OK;
}

static wb_rc
map_item(wb_json *json, wb_json_ref item, wb_shipment_line *line, wb_err *err)
{
    if (!lingxing_item_sku(json, item, &line->sku))
        return wb_fail(err, WB_REJECT, "items[].local_sku is missing");
    wb_answer_count(json, wb_answer_member(json, item, "quantity"), &line->quantity, "quantity");
    return WB_OK;
}

/* What is in it is all that its order can be told: without it, it would be another shipment. By its
 * products, or as the list of orders divides them. */
static wb_rc
map_lines(wb_json *json, wb_json_ref row, wb_shipment *shipment, wb_err *err)
{
    wb_json_ref items = wb_json_get(json, 0, "items");
    bool divided = wb_json_kind(json, items) == WB_JSON_ARRAY;
    wb_json_ref products = divided ? items : wb_json_get(json, row, "product_info");
    size_t count = wb_json_count(json, products);
    wb_shipment_line *lines;
    wb_rc rc = WB_OK;

    if (wb_json_kind(json, products) != WB_JSON_ARRAY || !count || count > WB_ORDER_LINES_MAX)
        return wb_fail(err, WB_REJECT, "product_info is missing, or too long");
    lines = wb_alloc(count * sizeof *lines);
    shipment->lines = (wb_field_list){lines, 0};
    for (wb_json_ref at = wb_json_first(json, products); !rc && at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_shipment_line *line = &lines[shipment->lines.count];

        if (!divided && (!is_of_order(json, row, at, shipment->order_id) ||
                         lingxing_is_component(json, products, at)))
            continue;
        rc = divided ? map_item(json, at, line, err) : map_product(json, at, line, err);
        shipment->lines.count += rc == WB_OK;
    }
    if (!rc && !shipment->lines.count)
        rc = wb_fail(err, WB_REJECT, "nothing in it is for its order");
    return rc;
}

/* One that is for several orders, and not shipped yet, need not say what is for which. */
static bool
says_no_lines(wb_json *json, wb_json_ref row, const wb_shipment *shipment)
{
    return shipment->status != WB_SHIPMENT_SHIPPED && count_orders(json, row) > 1 &&
           !is_divided(json, row);
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* People type these numbers, and paste them with the blanks around; the channel takes none. */
static void
read_number(wb_json *json, wb_json_ref row, const char *name, wb_view *out)
{
    wb_answer_code(json, wb_answer_member(json, row, name), out, name);
    while (out->len && is_blank(out->data[0]))
        *out = (wb_view){out->data + 1, out->len - 1};
    while (out->len && is_blank(out->data[out->len - 1]))
        out->len--;
}

/* One number, or the other where it is empty. */
static void
map_numbers(wb_json *json, wb_json_ref row, wb_shipment *shipment)
{
    wb_view first = {NULL, 0};
    bool waybill;

    wb_answer_code(json, wb_answer_member(json, 0, "tracking"), &first, "tracking");
    waybill = wb_view_is(first, "waybill");
    read_number(json, row, waybill ? "waybill_no" : "tracking_no", &shipment->tracking);
    if (!shipment->tracking.len)
        read_number(json, row, waybill ? "tracking_no" : "waybill_no", &shipment->tracking);
    wb_answer_text(json, wb_answer_member(json, row, "logistics_provider_name"), &shipment->carrier,
                   "logistics_provider_name");
    wb_answer_text(json, wb_answer_member(json, row, "logistics_type_name"), &shipment->service,
                   "logistics_type_name");
    if (!shipment->carrier.len)
        shipment->carrier = shipment->service;
}

static void
map_times(wb_json *json, wb_json_ref row, wb_shipment *shipment)
{
    int64_t stock = 0;

    lingxing_time(json, wb_answer_member(json, row, "create_at"), &shipment->created_utc_us,
                  "create_at");
    lingxing_time(json, wb_answer_member(json, row, "update_at"), &shipment->updated_utc_us,
                  "update_at");
    lingxing_time(json, wb_answer_member(json, row, "delivered_at"), &shipment->shipped_utc_us,
                  "delivered_at");
    lingxing_time(json, wb_answer_member(json, row, "stock_delivered_at"), &stock,
                  "stock_delivered_at");
    if (!shipment->shipped_utc_us && shipment->status == WB_SHIPMENT_SHIPPED)
        shipment->shipped_utc_us = stock;
}

/* Its name is the list's (take_one): of several orders, with the order. */
static wb_rc
map_id(wb_json *json, wb_json_ref row, wb_mapped *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf id = {0};
    wb_shipment *shipment = &out->shipment;
    wb_view number = {NULL, 0};

    if (!lingxing_name(json, row, "wo_number", &number))
        return wb_fail(err, WB_REJECT, "wo_number is missing");
    if (!lingxing_name(json, 0, "order", &shipment->order_id))
        return wb_fail(err, WB_REJECT, "order is missing");
    shipment->external_id = number;
    if (count_orders(json, row) == 1)
        return WB_OK;
    wb_buf_init(&id, WB_BODY_MAX);
    wb_key_pair(&id, number, shipment->order_id);
    out->made = wb_text_dup_len(id.data, id.len);
    shipment->external_id = (wb_view){out->made, id.len};
    return WB_OK;
}

/* What was stopped before it left is nothing to the channel. */
wb_rc
lingxing_map_shipment(wb_json *json, wb_mapped *out, wb_err *err)
{
    wb_shipment *shipment = &out->shipment;
    wb_json_ref row = wb_json_get(json, 0, "row");
    wb_rc rc = map_id(json, row, out, err);

    if (rc)
        return rc;
    shipment->source = WB_VIEW_LIT("lingxing");
    shipment->status = status_of(json, row);
    wb_answer_text(json, wb_answer_member(json, row, "status_name"), &shipment->source_status,
                   "status_name");
    wb_answer_code(json, wb_answer_member(json, row, "order_number"), &shipment->reference,
                   "order_number");
    wb_answer_code(json, wb_answer_member(json, row, "wid"), &shipment->warehouse, "wid");
    map_numbers(json, row, shipment);
    map_times(json, row, shipment);
    out->owners = UINT32_C(1) << WB_SHIPMENT_OWNS_HEAD;
    out->source_utc_us = shipment->updated_utc_us;
    out->routed = shipment->status == WB_SHIPMENT_SHIPPED ||
                  (shipment->status == WB_SHIPMENT_CANCELLED && shipment->shipped_utc_us);
    if (says_no_lines(json, row, shipment))
        return WB_OK;
    out->owners |= UINT32_C(1) << WB_SHIPMENT_OWNS_LINES;
    return map_lines(json, row, shipment, err);
}
