/* SPDX-License-Identifier: Apache-2.0 */
/*
 * withdrawn - an order that its channel has open, and that its ERP has as not to be shipped
 *
 * Somebody stopped it in the ERP by hand. Nobody here may undo that, and the channel waits for the
 * goods: a conflict, for a person. What the ERP says is in the record (wb_order.stopped_by), and
 * makes a revision of it; that revision lies apart as what rules keep back does (ruled.h), and
 * leaves
 *
 *   when a person releases it      who has seen to it: the next revision is judged anew
 *   when the ERP has it again      so a newer word of the ERP says
 *   cancelled or shipped           at the channel: nothing is open any more
 *
 * Our own cancellation that comes back is none: the channel's is there before it.
 */
#include <string.h>

#include "actors/mapper/mapper.h"
#include "protocol/base/own.h"
#include "protocol/records/order.h"

#define NUMBERS_SHOWN 100

/* Is it this account, "tenant/account", by its name alone? */
static bool
is_account(wb_view key, wb_view name)
{
    const char *slash = key.len ? memchr(key.data, '/', key.len) : NULL;
    size_t head = slash ? (size_t)(slash - key.data) + 1 : key.len;

    return wb_view_eq((wb_view){key.data + head, key.len - head}, name);
}

static void
explain(const wb_order *order, wb_buf *out)
{
    const wb_order_handled *items = order->handled.items;
    size_t begin;

    wb_buf_addf(out, "%s: the ERP has it as not to be shipped (", wb_wait_name(WB_WAIT_CONFLICT));
    begin = out->len;
    for (size_t i = 0; i < order->handled.count && out->len - begin < NUMBERS_SHOWN; i++)
        wb_buf_addf(out, "%s%.*s", i ? ", " : "", WB_VIEW_ARG(items[i].number));
    wb_buf_addf(out, "), and its channel has it open: have it shipped there, or cancel it at the "
                     "channel; or release it");
}

/* It left as it is now, released: it is read from the outbox once more. */
static bool
has_left(const wb_record_row *row, wb_view target)
{
    for (size_t i = 0; i < row->delivery_count; i++)
        if (wb_view_eq(row->deliveries[i].target, target))
            return false;
    return row->wanted == row->revision;
}

wb_rc
wb_withdrawn_judge(const wb_leaving *what, wb_verdict *out, wb_err *err)
{
    const wb_record_row *row = what->row;
    wb_view by = {NULL, 0};
    wb_order order;
    wb_rc rc;

    if (row->kind != WB_RECORD_ORDER || !wb_order_is_open((wb_order_status)row->status) ||
        what->released || out->wait != WB_WAIT_COUNT || has_left(row, what->target))
        return WB_OK;
    rc = wb_canonical_text_of(wb_order_fields, row->canonical, WB_ORDER_STOPPED_BY, &by, err);
    if (rc || !by.len || !is_account(what->target, by))
        return rc;
    rc = wb_canonical_decode(wb_order_fields, row->canonical, &order, sizeof order, err);
    if (rc)
        return rc;
    explain(&order, &out->reason);
    out->wait = WB_WAIT_CONFLICT;
    wb_canonical_fini(wb_order_fields, &order);
    return WB_OK;
}
