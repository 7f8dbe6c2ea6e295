/* SPDX-License-Identifier: Apache-2.0 */
/*
 * create - orders.put: orders of one shop in one call, each with an outcome of its own
 *
 *   POST /pb/mp/order/v2/create  {"platform_code", "store_id", "orders": [...]}
 *   data.success_details[{platform_order_no, global_order_no}], data.error_details[{..,
 *   error_message}]
 *
 * The order's number at its channel is unique in a shop: what is there already is refused by it. So
 * whatever is not told to be done or refused is looked up by that number (look.c).
 */
#include <string.h>

#include "actors/connectors/lingxing/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/key.h"

#define REMARK_MAX 700
#define LOOK_MS 500 /* a new order is in the list soon */

/* --- what is sent --- */

static void
put_text(wb_json_writer *writer, const char *name, wb_view text)
{
    if (text.len)
        wb_json_member_text(writer, name, text);
}

static wb_rc
put_address(const lingxing_options *options, const wb_address *to, wb_json_writer *writer,
            wb_err *err)
{
    for (const lingxing_address_row *row = lingxing_address_rows; row->name; row++) {
        const wb_view *text = (const void *)((const char *)to + row->offset);

        if (row->required && !text->len)
            return wb_fail(err, WB_REJECT, "the order's address has no %s, which the ERP wants",
                           row->name);
        if (!row->permission || options->address_permission)
            put_text(writer, row->name, *text);
    }
    return WB_OK;
}

static void
put_money(wb_json_writer *writer, const char *name, const wb_money *money)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    if (!money->currency[0])
        return;
    wb_buf_init(&text, 64);
    wb_money_text(&text, money);
    wb_json_member_text(writer, name, wb_buf_view(&text));
}

static void
put_item(void *arg, wb_view sku, int64_t quantity, const wb_money *price)
{
    wb_json_writer *writer = arg;

    wb_json_open(writer, '{');
    wb_json_member_int(writer, "quantity", quantity);
    wb_json_member_text(writer, "sku", sku);
    put_money(writer, "unit_price", price);
    wb_json_close(writer, '}');
}

static wb_rc
put_lines(wb_json_writer *writer, const wb_order *order, wb_err *err)
{
    const wb_order_line *lines = order->lines.items;
    wb_rc rc = order->lines.count ? WB_OK : wb_fail(err, WB_REJECT, "the order has no lines");

    wb_json_put_key(writer, "items");
    wb_json_open(writer, '[');
    for (size_t i = 0; !rc && i < order->lines.count; i++)
        rc = lingxing_goods_to_ship(order, &lines[i], put_item, writer, err);
    wb_json_close(writer, ']');
    return rc;
}

/* One for all: the ERP has one for an order. */
static wb_rc
currency_of(const wb_order *order, const char **out, wb_err *err)
{
    const wb_order_line *lines = order->lines.items;
    const char *one = order->total.currency;

    for (size_t i = 0; i < order->lines.count; i++) {
        const wb_money *money =
            lines[i].unit_price.currency[0] ? &lines[i].unit_price : &lines[i].price;

        if (!*one)
            one = money->currency;
        if (money->currency[0] && strcmp(money->currency, one) != 0)
            return wb_fail(err, WB_REJECT, "the order has amounts in %s and in %s", one,
                           money->currency);
    }
    *out = one;
    return WB_OK;
}

static wb_rc
put_amounts(wb_json_writer *writer, const wb_order *order, wb_err *err)
{
    const struct {
        const char *name;
        const wb_money *money;
    } sums[] = {
        {"customer_shipping_amount", &order->shipping_total},
        {"customer_tax_amount",      &order->tax_total     },
        {"order_total_amount",       &order->total         },
    };
    const char *currency = "";
    wb_rc rc = currency_of(order, &currency, err);

    if (rc)
        return rc;
    put_text(writer, "amount_currency", wb_view_of(currency));
    for (size_t i = 0; i < WB_COUNT(sums); i++)
        if (strcmp(sums[i].money->currency, currency) == 0)
            put_money(writer, sums[i].name, sums[i].money);
    return WB_OK;
}

/* The number for imports into the EU, where a line has one. */
static void
put_ioss(wb_json_writer *writer, const wb_order *order)
{
    const wb_order_line *lines = order->lines.items;

    for (size_t i = 0; i < order->lines.count; i++) {
        if (!lines[i].ioss_number.len)
            continue;
        wb_json_member_text(writer, "sender_tax_no", lines[i].ioss_number);
        wb_json_member_int(writer, "sender_tax_type", 1);
        return;
    }
}

/* What people there have to know before they approve it. */
static void
put_remark(const lingxing_want *want, wb_json_writer *writer)
{
    WB_AUTO(wb_buf_fini) wb_buf remark = {0};

    if (!lingxing_is_held(&want->order) || lingxing_is_channels(&want->order))
        return; /* what is sent already is not to be kept back */
    wb_buf_init(&remark, REMARK_MAX);
    lingxing_remark(&remark, wb_view_of(want->key.external), true);
    wb_json_member_text(writer, "remark", wb_buf_view(&remark));
}

static wb_rc
put_order(const lingxing_options *options, const lingxing_want *want, wb_json_writer *writer,
          wb_err *err)
{
    const wb_order *order = &want->order;
    wb_rc rc;

    wb_json_open(writer, '{');
    wb_json_member_text(writer, "platform_order_no", wb_view_of(want->key.external));
    put_text(writer, "buyer_choose_express", order->service_level);
    if (options->address_permission) {
        put_text(writer, "buyer_email", order->buyer.email);
        put_text(writer, "buyer_name", order->buyer.name);
    }
    put_remark(want, writer);
    if (order->purchased_utc_us > 0)
        wb_json_member_int(writer, "global_purchase_time", order->purchased_utc_us / WB_US_PER_S);
    put_text(writer, "wid", want->wid);
    put_text(writer, "logistics_type_id", want->type_id);
    rc = put_address(options, &order->ship_to, writer, err);
    if (!rc)
        rc = put_amounts(writer, order, err);
    if (!rc)
        rc = put_lines(writer, order, err);
    put_ioss(writer, order);
    wb_json_close(writer, '}');
    return rc;
}

typedef struct {
    const lingxing_store *store; /* of the first order, and so of all */
    wb_json_writer writer;
    wb_request *out;
} creation;

static wb_rc
begin_of(const wb_call *call, const lingxing_store *store, creation *self, wb_err *err)
{
    wb_view id;
    wb_rc rc = lingxing_store_id(call, store, self->out, &id, err);

    if (rc)
        return rc;
    self->store = store;
    wb_json_put_key(&self->writer, "platform_code");
    lingxing_put_id(&self->writer, wb_view_of(store->platform_code));
    wb_json_member_text(&self->writer, "store_id", id);
    wb_json_put_key(&self->writer, "orders");
    wb_json_open(&self->writer, '[');
    return WB_OK;
}

static wb_rc
put_wanted(const wb_call *call, size_t item, creation *self, wb_err *err)
{
    lingxing_want want;
    wb_rc rc = lingxing_want_read(call, call->items[item].env, &want, err);

    if (!rc && self->store && self->store != want.store)
        rc = wb_fail(err, WB_REJECT, "orders of two shops in one call");
    if (!rc && !self->store)
        rc = begin_of(call, want.store, self, err);
    if (!rc)
        rc = lingxing_is_channels(&want.order) ? lingxing_want_out(call, &want, self->out, err)
                                               : lingxing_want_way(call, &want, self->out, err);
    if (!rc)
        rc = put_order(call->options, &want, &self->writer, err);
    wb_canonical_fini(wb_order_fields, &want.order);
    return rc;
}

wb_rc
lingxing_create_build(const wb_call *call, wb_request *out, wb_err *err)
{
    creation self = {.out = out};
    wb_rc rc = WB_OK;

    lingxing_post(call, "/pb/mp/order/v2/create", out);
    wb_json_writer_init(&self.writer, &out->body);
    wb_json_open(&self.writer, '{');
    for (size_t i = 0; !rc && i < call->item_count; i++)
        rc = put_wanted(call, i, &self, err);
    if (rc)
        return rc;
    wb_json_close(&self.writer, ']');
    wb_json_close(&self.writer, '}');
    return lingxing_seal(call, out, err);
}

/* --- what is answered --- */

/* The one element that is about this order; NONE, also when there are two. */
static wb_json_ref
element_of(wb_json *json, wb_json_ref list, wb_view order)
{
    wb_json_ref found = WB_JSON_NONE;
    wb_view number;

    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        if (!lingxing_name(json, at, "platform_order_no", &number) || !wb_view_eq(number, order))
            continue;
        if (found != WB_JSON_NONE)
            return WB_JSON_NONE;
        found = at;
    }
    return found;
}

static void
read_created(const wb_call *call, wb_json_ref element, bool goes_on, wb_outcomes *out,
             wb_result *result)
{
    wb_view number = {NULL, 0};

    if (!lingxing_name(call->json, element, "global_order_no", &number) ||
        number.len > WB_TICKET_MAX) {
        wb_result_set(result, WB_RESULT_UNKNOWN, "it was created without a number to ask by");
        return;
    }
    result->remote_id = wb_outcomes_keep(out, number);
    if (!goes_on) {
        result->code = WB_RESULT_DONE;
        return;
    }
    result->code = WB_RESULT_ACCEPTED; /* created; it has to be approved, or brought out */
    result->ticket = result->remote_id;
    result->again_ms = LOOK_MS;
}

static void
read_refused(wb_json *json, wb_json_ref element, size_t item, wb_outcomes *out)
{
    char words[120];

    lingxing_element_words(json, element, words, sizeof words);
    if (lingxing_is_duplicate(wb_view_of(words)))
        wb_result_set(&out->results[item], WB_RESULT_UNKNOWN, "its number is there already: %s",
                      words);
    else if (lingxing_is_passing(wb_view_of(words))) /* a number that is there is refused */
        wb_result_set(&out->results[item], WB_RESULT_RETRY, "%s", words);
    else
        lingxing_refuse(out, item, "", words);
}

typedef struct {
    wb_json_ref data;
    bool to_be_out; /* whatever of it is created is looked at */
} creation_read;

static void
read_one(const wb_call *call, const creation_read *self, wb_view order, size_t item,
         wb_outcomes *out)
{
    wb_result *result = &out->results[item];
    wb_json *json = call->json;
    wb_json_ref good =
        element_of(json, wb_answer_member(json, self->data, "success_details"), order);
    wb_json_ref bad = element_of(json, wb_answer_member(json, self->data, "error_details"), order);

    if (good != WB_JSON_NONE && bad == WB_JSON_NONE)
        read_created(call, good, self->to_be_out || lingxing_approves(call, item), out, result);
    else if (bad != WB_JSON_NONE && good == WB_JSON_NONE)
        read_refused(json, bad, item, out);
    else
        wb_result_set(result, WB_RESULT_UNKNOWN, "the answer does not say what became of it");
}

static wb_rc
read_all(const wb_call *call, const wb_response *resp, wb_outcomes *out, bool to_be_out,
         wb_err *err)
{
    creation_read self = {.to_be_out = to_be_out};
    bool done;
    wb_rc rc = lingxing_pushed(call, resp, out, &done, err);

    if (rc || !done)
        return rc;
    self.data = wb_answer_member(call->json, 0, "data");
    wb_outcomes_reserve(out, resp->body.len);
    for (size_t i = 0; i < call->item_count; i++) {
        wb_key_parts key;

        if (wb_key_parse(&key, call->items[i].env->record, NULL))
            wb_result_set(&out->results[i], WB_RESULT_UNKNOWN, "its key cannot be read");
        else
            read_one(call, &self, wb_view_of(key.external), i, out);
        out->declined |= out->results[i].code == WB_RESULT_PARK;
    }
    return WB_OK;
}

wb_rc
lingxing_create_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    return read_all(call, resp, out, false, err);
}

wb_rc
lingxing_tell_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    return read_all(call, resp, out, true, err);
}
