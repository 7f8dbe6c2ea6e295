/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ship_lines - which lines of their order some shipments are
 *
 * The ERP tells SKUs, and Temu wants orders (O) with their quantities: which they are says the
 * order, whose facts travel with each shipment. Those of the newest one count for all.
 *
 * An order that is counted in pieces says how many are a sold unit, which is what Temu counts: of a
 * line so many units have gone as there are all pieces of. A unit is in the shipment with the last
 * of its pieces, counted in the order in which they were told.
 */
#include "actors/connectors/temu/shipping/shipping.h"

#include "protocol/base/own.h"

static void
shipment_fini(wb_shipment *self)
{
    wb_canonical_fini(wb_shipment_fields, self);
}

void
temu_set_fini(temu_set *self)
{
    for (size_t i = 0; i < self->count; i++)
        shipment_fini(&self->shipments[i]);
    wb_free(&self->shipments);
    wb_free(&self->left);
    wb_free(&self->taken);
}

const wb_order_facts_line *
temu_set_lines(const temu_set *self)
{
    return self->shipments[self->newest].order.lines.items;
}

/* So many of the goods go with line `at` of the order, at most what is left of it. */
static void
take(temu_set *self, size_t shipment, size_t at, int64_t *rest)
{
    int64_t most = self->left[at] < *rest ? self->left[at] : *rest;

    if (most <= 0)
        return;
    self->taken[shipment * self->lines + at] += most;
    self->left[at] -= most;
    *rest -= most;
}

/* The one line whose SKU nobody could read; self->lines = there is none, or more than one. */
static size_t
unread_line(const temu_set *self)
{
    size_t found = self->lines;

    for (size_t i = 0; i < self->lines; i++) {
        if (temu_set_lines(self)[i].sku.len)
            continue;
        if (found < self->lines)
            return self->lines;
        found = i;
    }
    return found;
}

/* Nothing is to be sent of any line. */
static bool
is_cancelled(const temu_set *self)
{
    for (size_t i = 0; i < self->lines; i++)
        if (!temu_set_lines(self)[i].quantity.known || temu_set_lines(self)[i].quantity.value > 0)
            return false;
    return self->lines > 0;
}

/* A SKU may be on several lines: the first ones are filled first. What no line names can only be
 * what is on the line that cannot be read, if it is the only one. */
static wb_rc
take_line(temu_set *self, size_t shipment, const wb_shipment_line *line, wb_err *err)
{
    int64_t rest = line->quantity.value;
    size_t unread = unread_line(self);

    for (size_t i = 0; i < self->lines && rest > 0; i++)
        if (line->line_id.len ? wb_view_eq(temu_set_lines(self)[i].line_id, line->line_id)
                              : wb_view_eq(temu_set_lines(self)[i].sku, line->sku))
            take(self, shipment, i, &rest);
    if (unread < self->lines && rest > 0 && !line->line_id.len)
        take(self, shipment, unread, &rest);
    if (rest <= 0)
        return WB_OK;
    if (is_cancelled(self))
        return wb_fail(err, WB_REJECT,
                       WB_REASON_CONFLICT
                       "the channel has cancelled its order; the ERP has shipped "
                       "%lld of %.*s",
                       (long long)rest, WB_VIEW_ARG(line->sku));
    return wb_fail(err, WB_REJECT, "its order has no line for %lld of %.*s", (long long)rest,
                   WB_VIEW_ARG(line->sku));
}

static wb_rc
take_shipments(temu_set *self, wb_err *err)
{
    wb_rc rc = WB_OK;

    for (size_t i = 0; !rc && i < self->count; i++) {
        const wb_shipment_line *lines = self->shipments[i].lines.items;

        for (size_t k = 0; !rc && k < self->shipments[i].lines.count; k++)
            rc = take_line(self, i, &lines[k], err);
    }
    return rc;
}

static wb_rc
decode(temu_set *self, const wb_call *call, wb_err *err)
{
    wb_rc rc = WB_OK;

    self->shipments = wb_alloc((call->item_count + 1) * sizeof *self->shipments);
    for (size_t i = 0; !rc && i < call->item_count; i++) {
        rc = wb_canonical_decode(wb_shipment_fields, call->items[i].env->body, &self->shipments[i],
                                 sizeof self->shipments[i], err);
        self->count += rc == WB_OK;
        if (call->items[i].env->revision > call->items[self->newest].env->revision)
            self->newest = i;
    }
    return rc;
}

/* What of a line is in shipments before those of the set: the first of them was told with it. */
static int64_t
shipped_before(const temu_set *self, wb_view line_id)
{
    int64_t least = INT64_MAX;

    for (size_t i = 0; i < self->count; i++) {
        const wb_order_facts_line *lines = self->shipments[i].order.lines.items;

        for (size_t k = 0; k < self->shipments[i].order.lines.count; k++)
            if (wb_view_eq(lines[k].line_id, line_id) && lines[k].shipped.value < least)
                least = lines[k].shipped.known ? lines[k].shipped.value : 0;
    }
    return least;
}

/* What was not told of a line limits nothing. */
static int64_t
left_of(const temu_set *self, const wb_order_facts_line *line)
{
    int64_t before = shipped_before(self, line->line_id);

    if (!line->quantity.known)
        return INT64_MAX;
    return before < line->quantity.value ? line->quantity.value - before : 0;
}

/* What shipments have of line `at`, from pieces to units. */
static void
count_units(temu_set *self, size_t at)
{
    const wb_order_facts_line *line = &temu_set_lines(self)[at];
    int64_t pack = line->pack.known ? line->pack.value : 1;
    int64_t before = shipped_before(self, line->line_id), rest;

    if (pack <= 1)
        return;
    rest = before == INT64_MAX ? 0 : before % pack;
    for (size_t i = 0; i < self->count; i++) {
        int64_t *taken = &self->taken[i * self->lines + at];
        int64_t pieces = *taken > INT64_MAX - rest ? INT64_MAX : *taken + rest;

        *taken = pieces / pack;
        rest = pieces % pack;
    }
}

wb_rc
temu_set_open(temu_set *self, const wb_call *call, wb_err *err)
{
    wb_rc rc;

    *self = (temu_set){0};
    rc = decode(self, call, err);
    if (rc)
        return rc;
    self->lines = self->shipments[self->newest].order.lines.count;
    self->left = wb_alloc((self->lines + 1) * sizeof *self->left);
    self->taken = wb_alloc((self->lines * self->count + 1) * sizeof *self->taken);
    for (size_t i = 0; i < self->lines; i++)
        self->left[i] = left_of(self, &temu_set_lines(self)[i]);
    rc = take_shipments(self, err);
    for (size_t i = 0; !rc && i < self->lines; i++)
        count_units(self, i);
    return rc;
}

bool
temu_set_whole(const temu_set *self)
{
    for (size_t i = 0; i < self->lines; i++)
        if (temu_set_lines(self)[i].quantity.known && self->left[i] > 0)
            return false;
    return self->lines > 0;
}
