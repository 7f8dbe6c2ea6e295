/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ship - the shop is told what left for one of its orders
 *
 * The ERP tells SKUs, and the shop wants lines of its order: which they are says the order, whose
 * facts travel with the shipment.
 */
#include "actors/connectors/sample/sample.h"

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"

/* Lines of the order, and how many of each are not in this shipment yet. */
typedef struct {
    const wb_order_facts_line *lines;
    size_t count;
    int64_t *left;
} ordered;

static void
put_line(wb_json_writer *writer, wb_view line, wb_view sku, int64_t quantity)
{
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "line", line);
    wb_json_member_text(writer, "sku", sku);
    wb_json_member_int(writer, "quantity", quantity);
    wb_json_close(writer, '}');
}

/* So many of the goods go with line `i` of the order, at most what is left of it. */
static void
take_line(const ordered *order, size_t i, wb_view sku, int64_t *rest, wb_json_writer *writer)
{
    int64_t taken = order->left[i] < *rest ? order->left[i] : *rest;

    if (taken <= 0)
        return;
    put_line(writer, order->lines[i].line_id, sku, taken);
    order->left[i] -= taken;
    *rest -= taken;
}

/* The one line whose SKU nobody could read; order->count = there is none, or more than one. */
static size_t
unread_line(const ordered *order)
{
    size_t found = order->count;

    for (size_t i = 0; i < order->count; i++) {
        if (order->lines[i].sku.len)
            continue;
        if (found < order->count)
            return order->count;
        found = i;
    }
    return found;
}

/* A SKU may be on several lines of an order: the first ones are filled first. What no line names
 * can only be what is on the line that cannot be read, if it is the only one. */
static wb_rc
put_shipped(const ordered *order, const wb_shipment_line *line, wb_json_writer *writer, wb_err *err)
{
    int64_t rest = line->quantity.value;
    size_t unread = unread_line(order);

    if (line->line_id.len) {
        put_line(writer, line->line_id, line->sku, rest);
        return WB_OK;
    }
    for (size_t i = 0; i < order->count && rest > 0; i++)
        if (wb_view_eq(order->lines[i].sku, line->sku))
            take_line(order, i, line->sku, &rest, writer);
    if (unread < order->count && rest > 0)
        take_line(order, unread, line->sku, &rest, writer);
    return rest <= 0 ? WB_OK
                     : wb_fail(err, WB_REJECT, "its order has no line for %lld of %.*s",
                               (long long)rest, WB_VIEW_ARG(line->sku));
}

static wb_rc
put_lines(const wb_shipment *shipment, wb_json_writer *writer, wb_err *err)
{
    const wb_shipment_line *lines = shipment->lines.items;
    ordered order = {shipment->order.lines.items, shipment->order.lines.count, NULL};
    wb_rc rc = WB_OK;

    order.left = wb_alloc((order.count + 1) * sizeof *order.left);
    for (size_t i = 0; i < order.count; i++) /* what was not told of a line limits nothing */
        order.left[i] = order.lines[i].quantity.known ? order.lines[i].quantity.value : INT64_MAX;
    wb_json_put_key(writer, "lines");
    wb_json_open(writer, '[');
    for (size_t i = 0; !rc && i < shipment->lines.count; i++)
        rc = put_shipped(&order, &lines[i], writer, err);
    wb_json_close(writer, ']');
    wb_free(&order.left);
    return rc;
}

static wb_rc
put_shipment(const wb_shipment *shipment, uint64_t revision, wb_buf *out, wb_err *err)
{
    wb_json_writer writer;
    wb_rc rc;

    if (shipment->status == WB_SHIPMENT_CANCELLED)
        return wb_fail(err, WB_REJECT, "it was called back, and this shop cannot be told so");
    wb_json_writer_init(&writer, out);
    wb_json_open(&writer, '{');
    wb_json_put_key(&writer, "revision");
    wb_json_put_uint(&writer, revision);
    wb_json_member_text(&writer, "reference", shipment->reference);
    wb_json_member_text(&writer, "carrier", shipment->carrier);
    wb_json_member_text(&writer, "tracking", shipment->tracking);
    rc = put_lines(shipment, &writer, err);
    wb_json_close(&writer, '}');
    return rc;
}

wb_rc
sample_ship_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const sample_options *options = call->options;
    const wb_call_item *item = &call->items[0];
    wb_key_parts key, order;
    wb_shipment shipment;
    wb_rc rc = wb_key_parse(&key, item->env->record, err);

    if (!rc)
        rc = wb_key_parse(&order, wb_envelope_root(item->env), err);
    if (!rc)
        rc = wb_canonical_decode(wb_shipment_fields, item->env->body, &shipment, sizeof shipment,
                                 err);
    if (rc)
        return rc;
    sample_write(out, item->idempotency);
    out->template = "/orders/{id}/shipments/{id}";
    wb_buf_addf(&out->url, "%s/orders/", options->url);
    wb_percent(&out->url, wb_view_of(order.external), NULL);
    wb_buf_add_text(&out->url, "/shipments/");
    wb_percent(&out->url, wb_view_of(key.external), NULL);
    rc = put_shipment(&shipment, item->env->revision, &out->body, err);
    wb_canonical_fini(wb_shipment_fields, &shipment);
    if (rc)
        return rc;
    return wb_request_check(out, err);
}
