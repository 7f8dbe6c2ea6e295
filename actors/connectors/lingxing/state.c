/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state - what became of orders here: which of ours have changed, what stands for each of them, and
 * the mapping
 *
 *   POST /pb/mp/order/v2/list  {"date_type": "update_time", "start_time", "end_time", "store_id":
 *                               [...], "length", "offset"}    which orders of ours have changed
 *   find.c's list              all system orders of each of them
 *
 * A row of the list is one system order, which may be a part of ours, or for several; and of an
 * order that was split only the part that has changed is listed. So a row is a notice for each
 * order that it names, and what is told is told of all that stands for it. An order of no shop of
 * ours is counted, and left alone; so is one that was made here by hand (the mapper does not know
 * it). Raw form: {"account", "order", "rows": [{"global_order_no", "shared", "status",
 * "update_time", "wid"}]}; who bought it is not in it.
 */
#include <stdio.h>

#include "actors/connectors/lingxing/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define WHAT_MAX 256
#define NUMBER_SHOWN 100
#define MEMBER_MAX 64 /* a longer one is no number, status or time */

/* --- which have changed --- */

/* Both ends are open, and times are whole seconds: those of the slice's own ends are asked for. An
 * account without shops has no order here: it asks for no time at all. */
static wb_rc
put_filter(const wb_call *call, wb_request *out, wb_json_writer *writer, wb_err *err)
{
    const lingxing_options *options = call->options;
    const lingxing_store *stores = options->stores.items;
    int64_t end_s = call->to_utc_us / WB_US_PER_S + 1;
    wb_rc rc = WB_OK;

    wb_json_member_text(writer, "date_type", WB_VIEW_LIT("update_time"));
    wb_json_member_int(writer, "end_time", end_s);
    wb_json_member_int(writer, "start_time",
                       options->stores.count ? call->from_utc_us / WB_US_PER_S - 1 : end_s - 1);
    wb_json_put_key(writer, "store_id");
    wb_json_open(writer, '[');
    for (size_t i = 0; !rc && i < options->stores.count; i++) {
        wb_view id;

        rc = lingxing_store_id(call, &stores[i], out, &id, err);
        if (!rc)
            wb_json_put_text(writer, id);
    }
    wb_json_close(writer, ']');
    return rc;
}

static const char *const naming[] = {"item_info", "platform_info"};

static size_t
row_room(wb_json *json, wb_json_ref row)
{
    size_t names = 1;

    for (size_t i = 0; i < WB_COUNT(naming); i++)
        names += wb_json_count(json, wb_answer_member(json, row, naming[i]));
    return 3 * wb_json_raw(json, row).len + names * (WHAT_MAX + WB_EXTERNAL_ID_MAX);
}

/* Was that order given before, of the same row? */
static bool
is_again(const wb_outcomes *out, size_t first, wb_view number)
{
    for (size_t i = first; i < out->item_count; i++)
        if (wb_view_eq(out->items[i].external, number))
            return true;
    return false;
}

/* By number, status and time of the row: another one of them is other news. */
static wb_view
what_of(wb_json *json, wb_json_ref row, wb_view number, wb_outcomes *out)
{
    static const char *const members[] = {"global_order_no", "status", "update_time"};
    char what[WHAT_MAX];
    size_t len = 0;

    for (size_t i = 0; i < WB_COUNT(members); i++) {
        wb_view text = {NULL, 0};

        wb_answer_code(json, wb_answer_member(json, row, members[i]), &text, members[i]);
        len += (size_t)snprintf(what + len, sizeof what - len, "%.*s/",
                                (int)(text.len < 40 ? text.len : 40), text.data);
    }
    snprintf(what + len, sizeof what - len, "%.*s",
             (int)(number.len < NUMBER_SHOWN ? number.len : NUMBER_SHOWN), number.data);
    return wb_outcomes_keep(out, wb_view_of(what));
}

static void
take_one(const wb_call *call, wb_json_ref row, const lingxing_store *store, wb_view number,
         wb_outcomes *out)
{
    wb_item *item = wb_outcomes_item(out);

    item->kind = WB_KIND_NOTICE;
    item->record_kind = WB_RECORD_ORDER;
    item->external = wb_outcomes_keep(out, number);
    item->what = what_of(call->json, row, number, out);
    if (store)
        item->root =
            (wb_root_name){wb_outcomes_keep(out, wb_view_of(store->account)), item->external};
    lingxing_time(call->json, wb_answer_member(call->json, row, "update_time"), &item->event_utc_us,
                  "update_time");
}

/* Of no shop of ours, or of no order at all (made by hand there): its own number names it. */
static void
take_none(const wb_call *call, wb_json_ref row, wb_outcomes *out)
{
    wb_view number;

    if (!lingxing_name(call->json, row, "global_order_no", &number) ||
        number.len > WB_EXTERNAL_ID_MAX)
        number = WB_VIEW_LIT("?");
    take_one(call, row, NULL, number, out);
}

static void
take(const wb_call *call, wb_json_ref row, wb_outcomes *out)
{
    wb_json *json = call->json;
    const lingxing_store *store = lingxing_row_store(call, row);
    size_t first = out->item_count;
    wb_view text;

    if (!lingxing_name(json, row, "store_id", &text)) {
        wb_json_forgive(json);
        wb_item_park(lingxing_item(call, WB_RECORD_ORDER, row, out),
                     "store_id: whose order it is cannot be read");
        return;
    }
    for (size_t i = 0; store && i < WB_COUNT(naming); i++) {
        wb_json_ref list = wb_answer_member(json, row, naming[i]);

        for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
             at = wb_json_next(json, at))
            if (lingxing_name(json, at, "platform_order_no", &text) &&
                text.len <= WB_EXTERNAL_ID_MAX && !is_again(out, first, text))
                take_one(call, row, store, text, out);
    }
    if (out->item_count == first)
        take_none(call, row, out);
}

const lingxing_list_def lingxing_changed = {
    .pull = "orders.list",
    .path = "/pb/mp/order/v2/list",
    .kind = WB_RECORD_ORDER,
    .page_max = 500,
    .moves = true,
    .filter = put_filter,
    .room = row_room,
    .take = take,
};

/* --- what stands for one of them --- */

static void
put_member(wb_json *json, wb_json_ref row, const char *name, wb_json_writer *out)
{
    wb_json_ref value = wb_answer_member(json, row, name);

    if (wb_answer_no_value(json, value) || wb_json_raw(json, value).len > MEMBER_MAX)
        return;
    wb_json_put_key(out, name);
    wb_json_put_raw(out, wb_json_raw(json, value));
}

static void
put_row(wb_json *json, wb_json_ref row, bool shared, wb_json_writer *out)
{
    wb_json_open(out, '{');
    put_member(json, row, "global_order_no", out);
    wb_json_put_key(out, "shared");
    wb_json_put_bool(out, shared);
    put_member(json, row, "status", out);
    put_member(json, row, "update_time", out);
    put_member(json, row, "wid", out);
    wb_json_close(out, '}');
}

/* All rows of it but those that another stands for. */
static void
put_rows(const wb_call *call, const wb_key_parts *key, const lingxing_rows_read *rows,
         wb_json_writer *out)
{
    size_t at = lingxing_rows_begin(rows, wb_view_of(key->external));
    wb_json_ref row;

    wb_json_open(out, '[');
    while ((row = lingxing_rows_next(rows, wb_view_of(key->external), &at)) != WB_JSON_NONE) {
        bool shared = false;

        if (!lingxing_row_is_for(call, row, key, &shared) ||
            lingxing_status(call->json, row) == LINGXING_STATUS_HIDDEN)
            continue;
        put_row(call->json, row, shared, out);
    }
    wb_json_close(out, ']');
}

static void
state_of(const wb_call *call, size_t item, const lingxing_rows_read *rows, wb_outcomes *out)
{
    wb_result *result = &out->results[item];
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer writer;
    wb_key_parts key;

    if (wb_key_parse(&key, call->items[item].env->record, NULL)) {
        wb_result_set(result, WB_RESULT_PARK, "its notice names no order");
        return;
    }
    wb_buf_init(&body, LINGXING_TOLD_MAX);
    wb_json_writer_init(&writer, &body);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "account", call->account);
    wb_json_member_text(&writer, "order", wb_view_of(key.external));
    wb_json_put_key(&writer, "rows");
    put_rows(call, &key, rows, &writer);
    wb_json_close(&writer, '}');
    if (body.overflow)
        wb_result_set(result, WB_RESULT_PARK, "the ERP has split it into too many");
    else if (!rows->complete) /* what is left out may be a part of it, and live */
        wb_result_set(result, WB_RESULT_RETRY, "the list has orders that nobody asked for");
    else
        result->code = WB_RESULT_DONE;
    if (result->code == WB_RESULT_DONE)
        result->body = wb_outcomes_keep(out, wb_buf_view(&body));
}

wb_rc
lingxing_state_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    WB_AUTO(lingxing_rows_fini) lingxing_rows_read rows = {0};
    wb_rc rc = lingxing_find_rows(call, resp, out, &rows, err);

    if (rc)
        return rc;
    wb_outcomes_reserve(out, call->item_count * LINGXING_TOLD_MAX);
    for (size_t i = 0; i < call->item_count; i++)
        state_of(call, i, &rows, out);
    return WB_OK;
}

/* --- mapping --- */

static int32_t
handled_status(int64_t status)
{
    static const wb_order_handled_status by_number[] = {
        [1] = WB_HANDLED_TAKEN_IN,   [2] = WB_HANDLED_TAKEN_IN, [3] = WB_HANDLED_TAKEN_IN,
        [4] = WB_HANDLED_TO_APPROVE, [5] = WB_HANDLED_TO_SHIP,  [6] = WB_HANDLED_SHIPPED,
        [7] = WB_HANDLED_STOPPED,    [9] = WB_HANDLED_SHIPPED,
    };

    return status > 0 && status < (int64_t)WB_COUNT(by_number) ? (int32_t)by_number[status]
                                                               : WB_HANDLED_UNKNOWN;
}

static void
map_row(wb_json *json, wb_json_ref row, wb_order_handled *out)
{
    wb_answer_code(json, wb_answer_member(json, row, "global_order_no"), &out->number,
                   "global_order_no");
    out->status = handled_status(lingxing_status(json, row));
    wb_answer_code(json, wb_answer_member(json, row, "status"), &out->erp_status, "status");
    wb_answer_code(json, wb_answer_member(json, row, "wid"), &out->warehouse, "wid");
    wb_answer_bool(json, wb_answer_member(json, row, "shared"), &out->shared, "shared");
    lingxing_time(json, wb_answer_member(json, row, "update_time"), &out->updated_utc_us,
                  "update_time");
}

/* What the ERP says of it as a whole: a part that is live stands for it. */
static int32_t
status_of(const wb_order *order)
{
    const wb_order_handled *parts = order->handled.items;
    size_t stopped = 0, shipped = 0;

    for (size_t i = 0; i < order->handled.count; i++) {
        stopped += parts[i].status == WB_HANDLED_STOPPED;
        shipped += parts[i].status == WB_HANDLED_SHIPPED;
    }
    if (stopped && stopped == order->handled.count)
        return WB_ORDER_CANCELLED;
    return shipped && shipped + stopped == order->handled.count ? WB_ORDER_SHIPPED
                                                                : WB_ORDER_CREATED;
}

wb_rc
lingxing_map_order(wb_json *json, wb_mapped *out, wb_err *err)
{
    wb_order *order = &out->order;
    wb_json_ref rows = wb_json_get(json, 0, "rows");
    size_t count = wb_json_count(json, rows);

    if (!lingxing_name(json, 0, "order", &order->external_id))
        return wb_fail(err, WB_REJECT, "order is missing");
    if (wb_json_kind(json, rows) != WB_JSON_ARRAY || count > WB_ORDER_LINES_MAX)
        return wb_fail(err, WB_REJECT, "rows is missing, or too long");
    if (count)
        order->handled.items = wb_alloc(count * sizeof(wb_order_handled));
    for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        map_row(json, at, &((wb_order_handled *)order->handled.items)[order->handled.count++]);
    order->channel = WB_VIEW_LIT("lingxing");
    order->status = status_of(order);
    if (order->status == WB_ORDER_CANCELLED)
        wb_answer_code(json, wb_answer_member(json, 0, "account"), &order->stopped_by, "account");
    out->owners = UINT32_C(1) << WB_ORDER_OWNS_HANDLED;
    return WB_OK;
}
