/* SPDX-License-Identifier: Apache-2.0 */
/*
 * update - an order that is there already is wanted otherwise
 *
 *   1  orders.update  the list (find.c): what does the ERP have? The same: done. Not to be edited
 *                     any more, or merged: a conflict, for a person
 *   2  orders.edit    POST /pb/mp/order/v2/updateOrder, for those that differ
 *   3  orders.review  as after a create (look.c)
 *
 * What differs is told by the first step, in the ticket: the system orders, comma-joined, and of
 * each one's items those that go ("103;d8745387") or are to be fewer ("103;r8745388=1"). The
 * address is sent whole, to all of them. All of that may be sent twice. Nothing is added: that
 * could not.
 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/lingxing/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

/* --- what differs --- */

typedef enum { SAME, DIFFERS, UNTOLD } comparison;

/* Is it where the channel says? Members that need the permission say nothing without it. */
static comparison
compare_part(const lingxing_options *options, wb_json *json, wb_json_ref row,
             const wb_address *want)
{
    wb_json_ref told = wb_answer_member(json, row, "address_info");

    if (wb_json_kind(json, told) != WB_JSON_OBJECT || !wb_json_count(json, told))
        return UNTOLD;
    for (const lingxing_address_row *at = lingxing_address_rows; at->name; at++) {
        const wb_view *text = (const void *)((const char *)want + at->offset);
        wb_view has = {NULL, 0};

        wb_answer_text(json, wb_answer_member(json, told, at->name), &has, at->name);
        if (text->len && !wb_view_eq(*text, has) &&
            (!at->permission || options->address_permission))
            return DIFFERS;
    }
    return SAME;
}

/* One part that goes elsewhere is enough. */
static comparison
compare_address(const wb_call *call, const lingxing_found *found, const wb_address *want)
{
    comparison all = SAME;

    for (size_t i = 0; i < found->count && all != DIFFERS; i++) {
        comparison one = compare_part(call->options, call->json, found->parts[i], want);

        all = one == SAME ? all : one;
    }
    return all;
}

typedef struct {
    wb_json *json;
    const lingxing_found *found;
    wb_view order;
    wb_buf edits[LINGXING_PARTS_MAX]; /* of each part's items */
    bool edited;
    char *why; /* why it is for a person */
    size_t why_size;
} item_plan;

static bool
is_of_sku(wb_json *json, wb_json_ref item, wb_view sku)
{
    wb_view name;

    return (lingxing_name(json, item, "local_sku", &name) && wb_view_eq(name, sku)) ||
           (lingxing_name(json, item, "msku", &name) && wb_view_eq(name, sku));
}

/* False: what it says is none. */
static bool
quantity_of(wb_json *json, wb_json_ref item, int64_t *out)
{
    wb_count count = {0};

    wb_answer_count(json, wb_answer_member(json, item, "quantity"), &count, "quantity");
    *out = count.value;
    return count.known && count.value >= 0 && count.value < INT32_MAX;
}

/* One item less of what is too much; false = it cannot be named. */
static bool
take_off(item_plan *self, size_t part, wb_json_ref item, int64_t has, int64_t *surplus)
{
    int64_t off = has < *surplus ? has : *surplus;
    wb_view id;

    if (!lingxing_name(self->json, item, "id", &id))
        return false;
    *surplus -= off;
    self->edited = true;
    if (off == has)
        wb_buf_addf(&self->edits[part], ";d%.*s", WB_VIEW_ARG(id));
    else
        wb_buf_addf(&self->edits[part], ";r%.*s=%lld", WB_VIEW_ARG(id), (long long)(has - off));
    return true;
}

static wb_json_ref
items_of(const item_plan *self, size_t part)
{
    return wb_answer_member(self->json, self->found->parts[part], "item_info");
}

static bool
is_ours(const item_plan *self, wb_json_ref item, wb_view sku)
{
    return lingxing_item_is_of(self->json, item, self->order) && is_of_sku(self->json, item, sku);
}

/* How many of it all parts have; false = one of them does not say it. */
static bool
count_sku(const item_plan *self, wb_view sku, int64_t *sum)
{
    int64_t has = 0;

    *sum = 0;
    for (size_t i = 0; i < self->found->count; i++)
        for (wb_json_ref at = wb_json_first(self->json, items_of(self, i)); at != WB_JSON_NONE;
             at = wb_json_next(self->json, at)) {
            if (!is_ours(self, at, sku))
                continue;
            if (!quantity_of(self->json, at, &has))
                return false;
            *sum += has;
        }
    return true;
}

static bool
take_surplus(item_plan *self, wb_view sku, int64_t surplus)
{
    int64_t has = 0;

    for (size_t i = 0; i < self->found->count; i++)
        for (wb_json_ref at = wb_json_first(self->json, items_of(self, i));
             surplus > 0 && at != WB_JSON_NONE; at = wb_json_next(self->json, at))
            if (is_ours(self, at, sku) && quantity_of(self->json, at, &has) && has > 0 &&
                !take_off(self, i, at, has, &surplus))
                return false;
    return true;
}

/* What was shipped before it came here may be there or not. */
static bool
plan_sku(item_plan *self, const lingxing_sum_row *want)
{
    int64_t sum = 0;
    const char *why = NULL;

    if (!count_sku(self, want->sku, &sum))
        why = "the ERP's quantity of an item cannot be read";
    else if (sum < want->to_ship)
        why = "it is to have more of a SKU than the ERP has in it: add that there";
    else if (!take_surplus(self, want->sku, sum - want->ordered))
        why = "an item of the ERP's has no id to edit it by";
    if (why)
        snprintf(self->why, self->why_size, "%s", why);
    return !why;
}

/* Of all lines with that SKU: what the ERP has shipped it keeps. */
static bool
plan_items(item_plan *self, const wb_order *order)
{
    WB_AUTO(lingxing_sum_fini) lingxing_sum sum = {0};
    wb_err err = {0};

    if (lingxing_sum_goods(order, &sum, &err)) {
        snprintf(self->why, self->why_size, "%.150s", err.text);
        return false;
    }
    for (size_t i = 0; i < sum.count; i++)
        if (!plan_sku(self, &sum.rows[i]))
            return false;
    return true;
}

/* Is each part to be sent from where, and how, the rules decided? What was not decided is the
 * ERP's. */
static bool
is_sent_so(const item_plan *self, const lingxing_want *want)
{
    const wb_decided *decided = &want->order.decided;

    for (size_t i = 0; i < self->found->count; i++) {
        wb_json_ref part = self->found->parts[i];
        wb_view has = {NULL, 0}, by = {NULL, 0};

        wb_answer_code(self->json, wb_answer_member(self->json, part, "wid"), &has, "wid");
        wb_answer_code(self->json,
                       wb_answer_member(self->json,
                                        wb_answer_member(self->json, part, "logistics_info"),
                                        "logistics_type_id"),
                       &by, "logistics_type_id");
        if ((decided->warehouse.len && !wb_view_eq(want->wid, has)) ||
            (decided->logistics.len && !wb_view_eq(want->type_id, by)))
            return false;
    }
    return true;
}

/* --- the first step: what the list says --- */

static void
plan_fini(item_plan *self)
{
    for (size_t i = 0; i < LINGXING_PARTS_MAX; i++)
        wb_buf_fini(&self->edits[i]);
}

/* Both sides of it. */
static void
conflict(const lingxing_found *found, const char *channel, wb_result *result)
{
    char side[96];

    lingxing_tell_side(found, side, sizeof side);
    wb_result_set(result, WB_RESULT_PARK, WB_REASON_CONFLICT "the channel has %s; %s", channel,
                  side);
}

/* "103;d71,104" */
static void
give_ticket(const item_plan *plan, wb_outcomes *out, wb_result *result)
{
    WB_AUTO(wb_buf_fini) wb_buf ticket = {0};
    wb_view numbers = wb_buf_view(&plan->found->numbers);

    wb_buf_init(&ticket, WB_TICKET_MAX);
    for (size_t i = 0; numbers.len; i++) {
        if (i)
            wb_buf_add_char(&ticket, ',');
        wb_buf_add_view(&ticket, lingxing_next_number(&numbers));
        wb_buf_add_view(&ticket, wb_buf_view(&plan->edits[i]));
    }
    if (ticket.overflow) {
        wb_result_set(result, WB_RESULT_PARK, "too many of its items change: change it in the ERP");
        return;
    }
    result->code = WB_RESULT_ACCEPTED;
    result->ticket = wb_outcomes_keep(out, wb_buf_view(&ticket));
    result->again_ms = 1;
}

static void
decide(const wb_call *call, const lingxing_found *found, const lingxing_want *want,
       wb_outcomes *out, wb_result *result)
{
    const lingxing_options *options = call->options;
    bool approve = options->approve && !lingxing_is_held(&want->order), same;
    comparison address = compare_address(call, found, &want->order.ship_to);
    WB_AUTO(plan_fini)
    item_plan plan = {.json = call->json,
                      .found = found,
                      .order = wb_view_of(want->key.external),
                      .why = result->reason,
                      .why_size = sizeof result->reason};

    for (size_t i = 0; i < LINGXING_PARTS_MAX; i++)
        wb_buf_init(&plan.edits[i], WB_TICKET_MAX);
    if (!plan_items(&plan, &want->order)) {
        result->code = WB_RESULT_PARK;
        return;
    }
    same =
        !plan.edited && address == SAME && !(found->open && (approve || !is_sent_so(&plan, want)));
    if (!found->shipped)
        result->cursor = lingxing_mark_cursor(call, found, want, same, out);
    if (result->cursor.len)
        result->code = WB_RESULT_MORE;
    else if (same)
        result->code = WB_RESULT_UNCHANGED;
    else if (found->open && !found->shared)
        give_ticket(&plan, out, result);
    else
        conflict(found,
                 plan.edited          ? "fewer goods in it"
                 : address == DIFFERS ? "another address"
                                      : "changed it, and the ERP does not tell its address",
                 result);
}

static void
update_one(const wb_call *call, size_t item, const lingxing_found *found, wb_outcomes *out)
{
    wb_result *result = &out->results[item];
    lingxing_want want;
    wb_err err = {0};
    wb_rc rc = lingxing_want_read(call, call->items[item].env, &want, &err);

    if (!rc && lingxing_is_way_decided(&want.order))
        rc = lingxing_want_way(call, &want, NULL, &err);
    if (rc)
        wb_result_set(result, rc == WB_RETRY ? WB_RESULT_RETRY : WB_RESULT_PARK, "%.150s",
                      err.text);
    else if (!found->count)
        wb_result_set(result, WB_RESULT_RETRY, "the list does not have it");
    else if (found->too_many)
        wb_result_set(result, WB_RESULT_PARK,
                      "it has changed, and was split in the ERP into too many: see there that its "
                      "parts are right");
    else if (found->cancelled)
        conflict(found, "it to be shipped", result);
    else if (!found->numbers.len || !found->status)
        wb_result_set(result, WB_RESULT_RETRY, "the list has it without its number or status");
    else
        decide(call, found, &want, out, result);
    if (!rc)
        lingxing_tell_there(call, found, &want.order.ship_to, out, result);
    wb_canonical_fini(wb_order_fields, &want.order);
}

wb_rc
lingxing_update_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    WB_AUTO(lingxing_rows_fini) lingxing_rows_read rows = {0};
    wb_rc rc = lingxing_find_rows(call, resp, out, &rows, err);

    if (rc)
        return rc;
    wb_outcomes_reserve(out, call->item_count *
                                 (WB_TICKET_MAX + LINGXING_NUMBERS_MAX + LINGXING_TOLD_MAX));
    for (size_t i = 0; !rc && i < call->item_count; i++) {
        WB_AUTO(lingxing_found_fini) lingxing_found found = {0};

        rc = lingxing_find_one(call, i, &rows, &found, err);
        if (!rc)
            update_one(call, i, &found, out);
    }
    return rc;
}

/* --- the second: the edit --- */

/* Up to the next of these; what is behind it stays. */
static wb_view
cut(wb_view *text, char separator)
{
    const char *end = text->len ? memchr(text->data, separator, text->len) : NULL;
    wb_view one = {text->data, end ? (size_t)(end - text->data) : text->len};

    text->data += one.len + (end != NULL);
    text->len -= one.len + (end != NULL);
    return one;
}

static void
put_item(wb_json_writer *writer, wb_view what)
{
    bool all = what.data[0] == 'd';
    wb_view id = {what.data + 1, what.len - 1};
    const char *equals = memchr(id.data, '=', id.len);
    int64_t left = 0;

    if (equals) {
        wb_view number = {equals + 1, id.len - (size_t)(equals + 1 - id.data)};

        wb_ignore(wb_text_int(&left, number, NULL), "we wrote it");
        id.len = (size_t)(equals - id.data);
    }
    wb_json_open(writer, '{');
    wb_json_put_key(writer, "id");
    lingxing_put_id(writer, id);
    if (!all)
        wb_json_member_int(writer, "quantity", left);
    wb_json_member_int(writer, "type", all ? 2 : 3);
    wb_json_close(writer, '}');
}

static void
put_address(const lingxing_options *options, const wb_address *to, wb_json_writer *writer)
{
    wb_json_put_key(writer, "address_info");
    wb_json_open(writer, '{');
    for (const lingxing_address_row *row = lingxing_address_rows; row->name; row++) {
        const wb_view *text = (const void *)((const char *)to + row->offset);

        if (text->len && (!row->permission || options->address_permission))
            wb_json_member_text(writer, row->name, *text);
    }
    wb_json_close(writer, '}');
}

static void
put_items(wb_json_writer *writer, wb_view plan)
{
    if (!plan.len)
        return;
    wb_json_put_key(writer, "order_item_list");
    wb_json_open(writer, '[');
    while (plan.len) {
        wb_view one = cut(&plan, ';');

        if (one.len > 1)
            put_item(writer, one);
    }
    wb_json_close(writer, ']');
}

/* As the rules decided; the settings' own are told when it is created, and are then the ERP's. */
static void
put_logistics(const lingxing_want *want, wb_json_writer *writer)
{
    if (!lingxing_is_way_decided(&want->order))
        return;
    wb_json_put_key(writer, "logistics");
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "logistics_type_id", want->type_id);
    wb_json_member_text(writer, "sys_wid", want->wid);
    wb_json_close(writer, '}');
}

static wb_rc
put_edits(const wb_call *call, size_t item, wb_json_writer *writer, wb_err *err)
{
    wb_view ticket = call->items[item].ticket;
    lingxing_want want;
    wb_rc rc = lingxing_want_read(call, call->items[item].env, &want, err);

    if (!rc && lingxing_is_way_decided(&want.order))
        rc = lingxing_want_way(call, &want, NULL, err);
    while (!rc && ticket.len) {
        wb_view plan = cut(&ticket, ',');

        wb_json_open(writer, '{');
        wb_json_put_key(writer, "global_order_no");
        lingxing_put_id(writer, cut(&plan, ';'));
        put_address(call->options, &want.order.ship_to, writer);
        put_logistics(&want, writer);
        put_items(writer, plan);
        wb_json_close(writer, '}');
    }
    wb_canonical_fini(wb_order_fields, &want.order);
    return rc;
}

wb_rc
lingxing_edit_build(const wb_call *call, wb_request *out, wb_err *err)
{
    static const lingxing_list_body body = {"/pb/mp/order/v2/updateOrder", "order_list", put_edits};

    lingxing_ask_names(call, out); /* who has begun anew does not know them any more */
    return lingxing_post_list(call, &body, out, err);
}

/* "103,104" of "103;d71,104". */
static void
numbers_of(wb_view ticket, wb_buf *out)
{
    while (ticket.len) {
        wb_view plan = cut(&ticket, ',');

        if (out->len)
            wb_buf_add_char(out, ',');
        wb_buf_add_view(out, cut(&plan, ';'));
    }
}

static void
read_edited(const wb_call *call, size_t item, bool all, wb_outcomes *out)
{
    wb_result *result = &out->results[item];
    WB_AUTO(wb_buf_fini) wb_buf numbers = {0};
    wb_json_ref bad;
    char words[100];

    wb_buf_init(&numbers, WB_TICKET_MAX);
    numbers_of(call->items[item].ticket, &numbers);
    bad = lingxing_error_of(call->json, "error_details", wb_buf_view(&numbers));
    if (bad != WB_JSON_NONE) {
        lingxing_element_words(call->json, bad, words, sizeof words);
        if (lingxing_is_state(wb_view_of(words))) /* it was approved since we looked */
            wb_result_set(result, WB_RESULT_ABSENT, "its state allows no edit any more: %s", words);
        else if (lingxing_is_passing(wb_view_of(words)))
            wb_result_set(result, WB_RESULT_ABSENT, "the ERP does not edit it: %s", words);
        else
            lingxing_refuse(out, item, "the ERP does not edit it", words);
    } else if (!all) { /* not named among those that failed: the same edit may be sent again */
        wb_result_set(result, WB_RESULT_RETRY, "the answer does not say whether it was edited");
    } else if (lingxing_approves(call, item)) {
        result->code = WB_RESULT_MORE;
        result->cursor = wb_outcomes_keep(out, wb_buf_view(&numbers));
    } else {
        result->code = WB_RESULT_DONE;
    }
}

wb_rc
lingxing_edit_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_view code = {NULL, 0};
    bool done = false;
    wb_rc rc = lingxing_edited(call, resp, out, &code, &done, err);

    if (rc || !done)
        return rc;
    wb_outcomes_reserve(out, call->item_count * WB_TICKET_MAX);
    for (size_t i = 0; i < call->item_count; i++)
        read_edited(call, i, wb_view_is(code, "10002"), out);
    return WB_OK;
}
