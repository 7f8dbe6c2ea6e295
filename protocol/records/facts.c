/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/records/facts.h"

#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "protocol/pack.h"

bool
wb_facts_any(wb_record_kind kind)
{
    const wb_record_def *def = wb_record_def_of(kind);

    return def && def->facts;
}

static void
facts_fini(wb_order_facts *self)
{
    wb_canonical_fini(wb_order_facts_fields, self);
}

static void
order_fini(wb_order *self)
{
    wb_canonical_fini(wb_order_fields, self);
}

static void
take_lines(const wb_order *order, wb_order_facts *out)
{
    const wb_order_line *from = order->lines.items;
    wb_order_facts_line *lines = wb_alloc((order->lines.count + 1) * sizeof *lines);

    for (size_t i = 0; i < order->lines.count; i++)
        lines[i] = (wb_order_facts_line){from[i].line_id, from[i].sku, from[i].quantity};
    out->lines = (wb_field_list){lines, order->lines.count};
}

static void
take_packages(const wb_order *order, wb_order_facts *out)
{
    const wb_order_package *from = order->packages.items;
    wb_order_facts_package *packages = wb_alloc((order->packages.count + 1) * sizeof *packages);

    for (size_t i = 0; i < order->packages.count; i++)
        packages[i].package_id = from[i].package_id;
    out->packages = (wb_field_list){packages, order->packages.count};
}

/* A record that has the group alone. */
static wb_rc
pack_group(uint8_t number, const wb_order *order, wb_buf *out, wb_err *err)
{
    WB_AUTO(facts_fini)
    wb_order_facts facts = {.external_id = order->external_id,
                            .seller_order_id = order->seller_order_id,
                            .channel = order->channel,
                            .marketplace = order->marketplace,
                            .channel_status = order->channel_status};

    take_lines(order, &facts);
    take_packages(order, &facts);
    wb_pack_map(out, 1);
    wb_pack_uint(out, number);
    return wb_canonical_encode(wb_order_facts_fields, &facts, out, err);
}

wb_rc
wb_facts_fill(wb_record_kind kind, wb_view record, wb_view order, wb_buf *out, wb_err *err)
{
    const wb_record_def *def = wb_record_def_of(kind);
    WB_AUTO(order_fini) wb_order known = {0};
    WB_AUTO(wb_buf_fini) wb_buf group = {0};
    wb_mixture from = {.old = record, .owners = UINT32_C(1) << WB_OWNS_FACTS};
    wb_rc rc = wb_canonical_decode(wb_order_fields, order, &known, sizeof known, err);

    wb_buf_init(&group, WB_ORDER_MAX);
    rc = rc ? rc : pack_group(def->facts, &known, &group, err);
    rc = rc ? rc : wb_buf_check(&group, "the order's facts", err);
    from.said = wb_buf_view(&group);
    return rc ? rc : wb_canonical_mix(def->fields, &from, out, err);
}
