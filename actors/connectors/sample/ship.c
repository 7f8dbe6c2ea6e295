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
#include "protocol/records/fill.h"

static void
put_line(wb_json_writer *writer, wb_view line, wb_view sku, int64_t quantity)
{
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "line", line);
    wb_json_member_text(writer, "sku", sku);
    wb_json_member_int(writer, "quantity", quantity);
    wb_json_close(writer, '}');
}

/* Goods under way into their lines. */
typedef struct {
    const wb_fill *order;
    const wb_shipment_line *goods;
    wb_json_writer *writer;
} shipping;

static void
put_filled(void *arg, size_t index, int64_t quantity)
{
    const shipping *self = arg;

    if (!self->goods->line_id.len)
        put_line(self->writer, self->order->lines[index].line_id, self->goods->sku, quantity);
}

/* Where the ERP knows the line it is told as it says. */
static wb_rc
put_shipped(wb_fill *order, const wb_shipment_line *goods, wb_json_writer *writer, wb_err *err)
{
    shipping self = {order, goods, writer};
    int64_t rest = wb_fill_goods(order, goods, put_filled, &self);

    if (goods->line_id.len) {
        put_line(writer, goods->line_id, goods->sku, goods->quantity.value);
        return WB_OK;
    }
    return rest <= 0 ? WB_OK
                     : wb_fail(err, WB_REJECT, "its order has no line for %lld of %.*s",
                               (long long)rest, WB_VIEW_ARG(goods->sku));
}

static wb_rc
put_lines(const wb_shipment *shipment, wb_json_writer *writer, wb_err *err)
{
    const wb_shipment_line *lines = shipment->lines.items;
    WB_AUTO(wb_fill_close) wb_fill order = {0};
    wb_rc rc = WB_OK;

    wb_fill_open(&order, shipment->order.lines.items, shipment->order.lines.count);
    wb_json_put_key(writer, "lines");
    wb_json_open(writer, '[');
    for (size_t i = 0; !rc && i < shipment->lines.count; i++)
        rc = put_shipped(&order, &lines[i], writer, err);
    wb_json_close(writer, ']');
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
