/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parcel - what goes in one parcel, as a confirmation tells it: of one order, or of several
 */
#include "actors/connectors/temu/shipping/shipping.h"

/* Another shipment before it has the same tracking number: it is in that one's parcel. */
static bool
is_in_another(const temu_set *set, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (wb_view_eq(temu_tracking_of(&set->shipments[i]), temu_tracking_of(&set->shipments[at])))
            return true;
    return false;
}

/* What of a line of the order is in the parcel of shipment `at`. */
static int64_t
in_parcel(const temu_set *set, size_t at, size_t line)
{
    int64_t sum = 0;

    for (size_t i = at; i < set->count; i++)
        if (wb_view_eq(temu_tracking_of(&set->shipments[i]), temu_tracking_of(&set->shipments[at])))
            sum += set->taken[i * set->lines + line];
    return sum;
}

bool
temu_is_parcel(const temu_set *set, size_t at)
{
    bool any = false;

    for (size_t i = 0; !any && i < set->lines; i++)
        any = in_parcel(set, at, i) > 0;
    return any && !is_in_another(set, at);
}

int64_t
temu_put_lines(const temu_set *set, size_t at, const char *order, wb_json_writer *writer)
{
    const wb_order_facts_line *lines = temu_set_lines(set);
    int64_t sum = 0;

    for (size_t i = 0; i < set->lines; i++) {
        int64_t quantity = in_parcel(set, at, i);

        if (!quantity)
            continue;
        wb_json_open(writer, '{');
        wb_json_member_text(writer, "parentOrderSn", wb_view_of(order));
        wb_json_member_text(writer, "orderSn", lines[i].line_id);
        wb_json_member_int(writer, "quantity", quantity);
        wb_json_close(writer, '}');
        sum += quantity;
    }
    return sum;
}

void
temu_put_acceptance(const temu_options *options, wb_json_writer *writer)
{
    char *const *words = options->confirm_acceptance.items;

    if (!options->confirm_acceptance.count)
        return;
    wb_json_put_key(writer, "confirmAcceptance");
    wb_json_open(writer, '[');
    for (size_t i = 0; i < options->confirm_acceptance.count; i++)
        wb_json_put_text(writer, wb_view_of(words[i]));
    wb_json_close(writer, ']');
}

wb_rc
temu_check_back(const wb_shipment *shipment, wb_err *err)
{
    return shipment->status == WB_SHIPMENT_CANCELLED
               ? wb_fail(err, WB_REJECT, "it was called back, and Temu cannot be told so")
               : WB_OK;
}
