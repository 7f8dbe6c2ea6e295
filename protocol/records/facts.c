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

/* What was cancelled of it is waited for by nobody. */
static wb_count
to_ship(const wb_order_line *line)
{
    wb_count left = line->quantity;

    if (left.known && line->quantity_cancelled.known && line->quantity_cancelled.value > 0)
        left.value -= line->quantity_cancelled.value < left.value ? line->quantity_cancelled.value
                                                                  : left.value;
    return left;
}

wb_rc
wb_facts_open(wb_facts *self, wb_view order, wb_err *err)
{
    const wb_order_line *from;
    size_t count;
    wb_rc rc = wb_canonical_decode(wb_order_fields, order, &self->order, sizeof self->order, err);

    if (rc)
        return rc;
    from = self->order.lines.items;
    count = self->order.lines.count;
    self->lines = wb_alloc((count + 1) * sizeof *self->lines);
    for (size_t i = 0; i < count; i++)
        self->lines[i] = (wb_order_facts_line){.line_id = from[i].line_id,
                                               .sku = from[i].sku,
                                               .quantity = to_ship(&from[i]),
                                               .pack = from[i].pack};
    wb_fill_open(&self->fill, self->lines, count);
    return WB_OK;
}

void
wb_facts_close(wb_facts *self)
{
    wb_fill_close(&self->fill);
    wb_free(&self->lines);
    wb_canonical_fini(wb_order_fields, &self->order);
}

/* --- what others of its kind have --- */

static void
count_shipped(void *arg, size_t index, int64_t quantity)
{
    wb_facts *self = arg;
    wb_count *shipped = &self->lines[index].shipped;

    shipped->known = true;
    if (__builtin_add_overflow(shipped->value, quantity, &shipped->value))
        shipped->value = INT64_MAX;
}

static void
take_goods(wb_facts *self, const wb_field_list *goods)
{
    const wb_shipment_line *lines = goods->items;

    for (size_t i = 0; i < goods->count; i++)
        (void)wb_fill_goods(&self->fill, &lines[i], count_shipped, self);
}

wb_rc
wb_facts_take(wb_facts *self, wb_record_kind kind, wb_view record, wb_err *err)
{
    const wb_record_def *def = wb_record_def_of(kind);
    const wb_field_list *goods;
    void *read;
    wb_rc rc;

    if (!def->goods)
        return WB_OK;
    read = wb_alloc(def->size);
    rc = wb_canonical_decode(def->fields, record, read, def->size, err);
    goods = rc ? NULL : def->goods(read);
    if (goods)
        take_goods(self, goods);
    if (!rc)
        wb_canonical_fini(def->fields, read);
    wb_free(&read);
    return rc;
}

/* --- the group --- */

static void
facts_fini(wb_order_facts *self)
{
    wb_free(&self->packages.items);
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
pack_group(uint8_t number, const wb_facts *self, wb_buf *out, wb_err *err)
{
    const wb_order *order = &self->order;
    WB_AUTO(facts_fini)
    wb_order_facts facts = {
        .external_id = order->external_id,
        .seller_order_id = order->seller_order_id,
        .channel = order->channel,
        .marketplace = order->marketplace,
        .channel_status = order->channel_status,
        .lines = {self->lines, order->lines.count}
    };

    take_packages(order, &facts);
    wb_pack_map(out, 1);
    wb_pack_uint(out, number);
    return wb_canonical_encode(wb_order_facts_fields, &facts, out, err);
}

static wb_rc
fill_group(const wb_facts *self, const wb_record_def *def, wb_view record, wb_buf *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf group = {0};
    wb_mixture from = {.old = record, .owners = UINT32_C(1) << WB_OWNS_FACTS};
    wb_rc rc;

    wb_buf_init(&group, WB_ORDER_MAX);
    rc = pack_group(def->facts, self, &group, err);
    rc = rc ? rc : wb_buf_check(&group, "the order's facts", err);
    from.said = wb_buf_view(&group);
    return rc ? rc : wb_canonical_mix(def->fields, &from, out, err);
}

/* --- goods in lines --- */

/* How many of each line are in the record. */
static void
count_whole(void *arg, size_t index, int64_t quantity)
{
    int64_t *whole = arg;

    if (__builtin_add_overflow(whole[index], quantity, &whole[index]))
        whole[index] = INT64_MAX;
}

static wb_field_list
lines_of(wb_facts *self, const wb_field_list *goods)
{
    const wb_shipment_line *told = goods->items;
    size_t most = self->order.lines.count + goods->count + 1;
    wb_shipment_line *lines = wb_alloc(most * sizeof *lines);
    int64_t *whole = wb_alloc((self->order.lines.count + 1) * sizeof *whole);
    size_t count = 0;

    for (size_t i = 0; i < goods->count; i++) {
        int64_t rest = wb_fill_goods(&self->fill, &told[i], count_whole, whole);

        if (rest > 0) {
            lines[count] = told[i];
            lines[count++].quantity.value = rest;
        }
    }
    for (size_t i = 0; i < self->order.lines.count; i++)
        if (whole[i])
            lines[count++] = (wb_shipment_line){
                .line_id = self->lines[i].line_id,
                .sku = self->lines[i].sku,
                .quantity = {whole[i], true}
            };
    wb_free(&whole);
    return (wb_field_list){lines, count};
}

static wb_rc
tell_lines(const wb_record_def *def, wb_view record, void *read, wb_buf *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    wb_mixture from = {.old = record, .owners = UINT32_C(1) << def->goods_owner};
    wb_rc rc;

    wb_buf_init(&packed, WB_ORDER_MAX);
    rc = wb_canonical_encode(def->fields, read, &packed, err);
    rc = rc ? rc : wb_buf_check(&packed, "its goods", err);
    from.said = wb_buf_view(&packed);
    return rc ? rc : wb_canonical_mix(def->fields, &from, out, err);
}

/* `record` as it is, where it has nothing of a line with parts: then `out` stays empty. */
static wb_rc
put_goods(wb_facts *self, const wb_record_def *def, wb_view record, wb_buf *out, wb_err *err)
{
    void *read = wb_alloc(def->size);
    wb_rc rc = wb_canonical_decode(def->fields, record, read, def->size, err);

    if (!rc) {
        wb_field_list *goods = (wb_field_list *)(void *)((char *)read + def->goods_at);
        wb_field_list told = *goods, lines;

        self->fill.parted = false;
        lines = lines_of(self, &told);
        *goods = lines;
        self->pieces = self->fill.parted && !lines.count;
        if (self->fill.parted)
            rc = tell_lines(def, record, read, out, err);
        *goods = told;
        wb_free(&lines.items);
        wb_canonical_fini(def->fields, read);
    }
    wb_free(&read);
    return rc;
}

wb_rc
wb_facts_fill(wb_facts *self, wb_record_kind kind, wb_view record, wb_buf *out, wb_err *err)
{
    const wb_record_def *def = wb_record_def_of(kind);
    WB_AUTO(wb_buf_fini) wb_buf goods = {0};
    wb_rc rc = WB_OK;

    wb_buf_init(&goods, WB_ORDER_MAX);
    if (self->in_lines && def->goods && wb_fill_parts_known(&self->fill))
        rc = put_goods(self, def, record, &goods, err);
    return rc ? rc : fill_group(self, def, goods.len ? wb_buf_view(&goods) : record, out, err);
}
