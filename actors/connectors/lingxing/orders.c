/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders - what is wanted of an order here
 *
 *   to be shipped, not there     orders.put: it is created, and approved
 *   to be shipped, there         orders.update: what changed, while it may be edited
 *   cancelled                    orders.cancel: it is looked for, and not shipped
 *   shipped by its channel       where the settings say so: orders.tell: it is created, and brought
 *                                out; or orders.told, of one that is there (out.c)
 *   all else                     nothing: what was shipped elsewhere before it came here would be
 *                                shipped again; what the ERP ships it knows by itself
 */
#include "actors/connectors/lingxing/lingxing.h"
#include "protocol/base/own.h"

wb_rc
lingxing_want_read(const wb_call *call, const wb_envelope *env, lingxing_want *out, wb_err *err)
{
    wb_rc rc;

    *out = (lingxing_want){.store = NULL};
    rc = wb_key_parse(&out->key, env->record, err);
    if (!rc)
        rc = wb_canonical_decode(wb_order_fields, env->body, &out->order, sizeof out->order, err);
    if (rc)
        return rc;
    out->store = lingxing_store_of(call->options, wb_view_of(out->key.account));
    if (!out->store)
        return wb_fail(err, WB_REJECT,
                       "no shop is named for account '%s': add a row to `stores` of this account",
                       out->key.account);
    return WB_OK;
}

static int64_t
gone(const wb_count *count)
{
    return count->value > 0 ? count->value : 0;
}

int64_t
lingxing_ordered(const wb_order_line *line)
{
    if (!line->quantity.known || gone(&line->quantity_cancelled) > line->quantity.value)
        return -1;
    return line->quantity.value - gone(&line->quantity_cancelled);
}

int64_t
lingxing_to_ship(const wb_order_line *line)
{
    int64_t ordered = lingxing_ordered(line);

    return ordered < gone(&line->quantity_shipped) ? -1 : ordered - gone(&line->quantity_shipped);
}

wb_rc
lingxing_want_way(const wb_call *call, lingxing_want *want, wb_request *out, wb_err *err)
{
    const lingxing_options *options = call->options;
    const wb_order *order = &want->order;
    lingxing_named from = {LINGXING_WAREHOUSE, order->decided.warehouse};
    lingxing_named by = {LINGXING_METHOD, order->decided.logistics};
    wb_rc rc;

    if (!from.text.len)
        from.text = wb_view_of(options->wid);
    if (!by.text.len)
        by.text = wb_view_of(options->logistics_type_id);
    if ((from.text.len > 0) != (by.text.len > 0))
        return wb_fail(err, WB_REJECT, "a %s is decided, and no %s: the ERP takes both, or neither",
                       from.text.len ? from.what : by.what, from.text.len ? by.what : from.what);
    rc = lingxing_id_of(call, &from, out, &want->wid, err);
    return rc ? rc : lingxing_id_of(call, &by, out, &want->type_id, err);
}

wb_rc
lingxing_want_out(const wb_call *call, lingxing_want *want, wb_request *out, wb_err *err)
{
    wb_rc rc = lingxing_want_way(call, want, out, err);

    if (!rc && !want->wid.len)
        return wb_fail(err, WB_REJECT,
                       "neither warehouse nor shipping method is decided, and what is out has "
                       "both: rules, or the options wid and logistics_type_id");
    return rc ? rc : lingxing_provider_of(call, want->type_id, out, &want->provider_id, err);
}

bool
lingxing_is_way_decided(const wb_order *order)
{
    return order->decided.warehouse.len || order->decided.logistics.len;
}

void
lingxing_ask_names(const wb_call *call, wb_request *out)
{
    for (size_t i = 0; i < call->item_count; i++) {
        lingxing_want want;

        if (!lingxing_want_read(call, call->items[i].env, &want, NULL) &&
            lingxing_is_way_decided(&want.order))
            wb_ignore(lingxing_want_way(call, &want, out, NULL), "whoever needs it says so");
        wb_canonical_fini(wb_order_fields, &want.order);
    }
}

/* What cannot be read is tried, and parked by its build. */
static bool
is_any_left(const wb_order *order)
{
    const wb_order_line *lines = order->lines.items;

    for (size_t i = 0; i < order->lines.count; i++)
        if (lingxing_to_ship(&lines[i]) != 0)
            return true;
    return order->lines.count == 0;
}

/* Of one that its channel ships. */
static const char *
left_to_channel(const lingxing_options *options, const wb_order *order)
{
    if (!options->tell_shipped)
        return "its channel ships it: the ERP has nothing to do";
    return lingxing_is_shipped(order)
               ? "its channel has shipped it and tells no tracking number: the ERP is not told yet"
               : "its channel ships it: the ERP is told when it has";
}

/* What the ERP has nothing of, and is told nothing of: a row for each state that is no open one. */
static const char *
left_out(const lingxing_options *options, const wb_order *order)
{
    static const char *const by_status[] = {
        [WB_ORDER_PENDING] = "its channel has not released it yet",
        [WB_ORDER_PARTLY_SHIPPED] = "what is left of it was cancelled: nothing is to be shipped",
        [WB_ORDER_CREATED] = "all of it was cancelled, line by line: nothing is to be shipped",
        [WB_ORDER_SHIPPED] = "it was shipped when it was first seen: the ERP has nothing to do",
        [WB_ORDER_INVOICED] = "it was shipped when it was first seen: the ERP has nothing to do",
        [WB_ORDER_RETURNED] = "it had come back when it was first seen: the ERP has nothing to do",
    };

    if (lingxing_is_channels(order) && order->status != WB_ORDER_RETURNED)
        return left_to_channel(options, order);
    return (size_t)order->status < WB_COUNT(by_status) && by_status[order->status]
               ? by_status[order->status]
               : "it is in a state in which the ERP is told nothing";
}

static const char *
op_of(const lingxing_options *options, const wb_order *order, bool delivered)
{
    if (order->status == WB_ORDER_CANCELLED)
        return "orders.cancel";
    if (lingxing_is_told(options, order))
        return delivered ? "orders.told" : "orders.tell";
    if (lingxing_is_channels(order))
        return NULL;
    if (order->status == WB_ORDER_CREATED && delivered)
        return "orders.update";
    if (order->status == WB_ORDER_CREATED ||
        (order->status == WB_ORDER_PARTLY_SHIPPED && !delivered))
        return is_any_left(order) ? "orders.put" : NULL;
    return NULL;
}

const char *
lingxing_push_op(const void *options, const wb_envelope *want, bool delivered)
{
    const char *name;
    wb_order order;

    if (want->record_kind != WB_RECORD_ORDER)
        return NULL;
    if (wb_canonical_decode(wb_order_fields, want->body, &order, sizeof order, NULL))
        return "orders.put";
    name = op_of(options, &order, delivered);
    wb_canonical_fini(wb_order_fields, &order);
    return name;
}

const char *
lingxing_not_sent(const void *options, const wb_envelope *want)
{
    const char *why;
    wb_order order;

    if (want->record_kind != WB_RECORD_ORDER ||
        wb_canonical_decode(wb_order_fields, want->body, &order, sizeof order, NULL))
        return "the ERP takes orders alone";
    why = left_out(options, &order);
    wb_canonical_fini(wb_order_fields, &order);
    return why;
}
