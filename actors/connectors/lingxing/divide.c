/* SPDX-License-Identifier: Apache-2.0 */
/*
 * divide - which of an outbound order's goods are for which order, where it does not say so
 *
 *   find.c's list  ->  item_info[{platform_order_no, local_sku, quantity}] of its system order
 *
 * An outbound order is one system order, whose items name their orders. They are taken when they
 * are the same goods as those that left; when they are not, nobody knows, and a person looks.
 * Raw form: that of shipments.c, with those items as "items".
 */
#include "protocol/base/own.h"

#include "actors/connectors/lingxing/lingxing.h"
#include "protocol/answer.h"

#define WRAP_ROOM 64

/* A notice, and its system order in the answer. */
typedef struct {
    wb_json *json, *notice;
    wb_json_ref items, row; /* of the answer; of the notice */
    wb_view order;
} division;

/* Goods by SKU on both sides: what came less what left. */
typedef struct {
    struct {
        wb_view sku;
        int64_t more;
    } * rows;
    size_t count;
} balance;

static void
balance_fini(balance *self)
{
    wb_free(&self->rows);
}

static bool
add(balance *self, wb_view sku, const wb_count *count, int sign)
{
    size_t i = 0;

    if (!count->known || count->value < 0 || count->value >= INT32_MAX)
        return false;
    while (i < self->count && !wb_view_eq(self->rows[i].sku, sku))
        i++;
    if (i == self->count) {
        self->rows = wb_realloc(self->rows, (self->count + 1) * sizeof *self->rows);
        self->rows[self->count].sku = sku;
        self->rows[self->count++].more = 0;
    }
    self->rows[i].more += sign * count->value;
    return true;
}

static bool
add_items(const division *self, balance *out)
{
    wb_json *json = self->json;
    wb_view sku;

    for (wb_json_ref at = wb_json_first(json, self->items); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_count count = {0};

        wb_answer_count(json, wb_answer_member(json, at, "quantity"), &count, "quantity");
        if (!lingxing_item_sku(json, at, &sku) || !add(out, sku, &count, 1))
            return false;
    }
    return true;
}

static bool
take_products(const division *self, balance *out)
{
    wb_json *json = self->notice;
    wb_json_ref products = wb_answer_member(json, self->row, "product_info");
    wb_view sku;

    for (wb_json_ref at = wb_json_first(json, products); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_count count = {0};

        if (lingxing_is_component(json, products, at))
            continue;
        wb_answer_count(json, wb_answer_member(json, at, "count"), &count, "count");
        if (!lingxing_name(json, at, "sku", &sku) || !add(out, sku, &count, -1))
            return false;
    }
    return true;
}

/* Did just that leave which its system order has? */
static bool
is_the_same(const division *self)
{
    WB_AUTO(balance_fini) balance goods = {0};
    bool same = add_items(self, &goods) && take_products(self, &goods) && goods.count;

    for (size_t i = 0; same && i < goods.count; i++)
        same = goods.rows[i].more == 0;
    return same;
}

static void
give(const division *self, wb_outcomes *out, wb_result *result)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer writer;
    size_t count = 0;

    wb_buf_init(&body, 2 * (size_t)WB_BODY_MAX);
    wb_json_writer_init(&writer, &body);
    wb_json_open(&writer, '{');
    wb_json_put_key(&writer, "items");
    wb_json_open(&writer, '[');
    for (wb_json_ref at = wb_json_first(self->json, self->items); at != WB_JSON_NONE;
         at = wb_json_next(self->json, at))
        if (lingxing_item_is_of(self->json, at, self->order)) {
            wb_json_put_raw(&writer, wb_json_raw(self->json, at));
            count++;
        }
    wb_json_close(&writer, ']');
    for (wb_json_ref at = wb_json_first(self->notice, 0); at != WB_JSON_NONE;
         at = wb_json_next(self->notice, at)) {
        wb_json_put_key_view(&writer, wb_json_key(self->notice, at));
        wb_json_put_raw(&writer, wb_json_raw(self->notice, at));
    }
    wb_json_close(&writer, '}');
    if (!count || body.overflow) {
        wb_result_set(result, WB_RESULT_RETRY, "the list of orders does not say what is for it");
        return;
    }
    result->code = WB_RESULT_DONE;
    result->body = wb_outcomes_keep(out, wb_buf_view(&body));
    lingxing_time(self->notice, wb_answer_member(self->notice, self->row, "update_at"),
                  &result->source_utc_us, "update_at");
}

/* The system order of that number, if it is for this one; NONE = the list does not have it. */
static wb_json_ref
system_order(const wb_call *call, const lingxing_rows_read *rows, const wb_key_parts *key,
             wb_view number)
{
    wb_view has;

    for (wb_json_ref at = wb_json_first(call->json, rows->rows); at != WB_JSON_NONE;
         at = wb_json_next(call->json, at))
        if (lingxing_name(call->json, at, "global_order_no", &has) && wb_view_eq(has, number) &&
            lingxing_row_is_of(call, at, key))
            return at;
    return WB_JSON_NONE;
}

static void
divide_one(const wb_call *call, size_t item, const lingxing_rows_read *rows, wb_outcomes *out)
{
    WB_AUTO(wb_json_destroy) wb_json *notice = wb_json_new();
    const wb_envelope *env = call->items[item].env;
    wb_result *result = &out->results[item];
    division self = {.json = call->json, .notice = notice};
    wb_json_ref order = WB_JSON_NONE;
    wb_view number = {NULL, 0};
    wb_key_parts key;

    if (lingxing_order_key(env, &key, NULL) || wb_json_parse_answer(notice, env->body, NULL)) {
        wb_result_set(result, WB_RESULT_PARK, "its notice cannot be read");
        return;
    }
    self.order = wb_view_of(key.external);
    self.row = wb_answer_member(notice, 0, "row");
    if (lingxing_name(notice, self.row, "order_number", &number))
        order = system_order(call, rows, &key, number);
    if (order == WB_JSON_NONE) {
        wb_result_set(result, WB_RESULT_RETRY, "the list of orders does not have its system order");
        return;
    }
    self.items = wb_answer_member(call->json, order, "item_info");
    if (is_the_same(&self))
        give(&self, out, result);
    else
        wb_result_set(result, WB_RESULT_PARK,
                      "an outbound order for several orders, whose goods are not theirs: which are "
                      "for which nobody can tell; confirm them by hand");
}

wb_rc
lingxing_divide_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    WB_AUTO(lingxing_rows_fini) lingxing_rows_read rows = {0};
    wb_rc rc = lingxing_find_rows(call, resp, out, &rows, err);
    size_t room = 0;

    if (rc)
        return rc;
    for (size_t i = 0; i < call->item_count; i++)
        room += call->items[i].env->body.len + resp->body.len + WRAP_ROOM;
    wb_outcomes_reserve(out, room);
    for (size_t i = 0; i < call->item_count; i++)
        divide_one(call, i, &rows, out);
    return WB_OK;
}
