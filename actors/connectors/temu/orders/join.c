/* SPDX-License-Identifier: Apache-2.0 */
/*
 * join - an order is read in parts, each by an interface of its own, and becomes one document:
 *
 *   {"rules": {"mode": "local", "price": "list", "pieces": true}, "order": {...}, "labels": [...],
 *    "address": {...}, "amount": {...}, "skus": [...]}
 *
 * What was not asked for is not there. A part is kept as its member, name and value. The rules are
 * what the account's options say of how to read it, as they were when it was read.
 */
#include "actors/connectors/temu/orders/orders.h"

#include <string.h>

#define JOINED_MORE 256

wb_view
temu_part(wb_view parts, const char *name)
{
    size_t len = strlen(name);
    wb_view part;

    while (wb_part_next(&parts, &part)) /* "name":value */
        if (part.len > len + 3 && memcmp(part.data + 1, name, len) == 0 &&
            part.data[len + 1] == '"')
            return (wb_view){part.data + len + 3, part.len - len - 3};
    return (wb_view){NULL, 0};
}

/* Money that was asked for is what counts, whatever the options say by now. */
static void
add_rules(const temu_options *options, bool money, wb_buf *out)
{
    static const char *const prices[] = {"list", "zero", "hold"};

    wb_buf_addf(out, "{\"rules\":{\"mode\":\"%s\",\"price\":\"%s\"%s}",
                options->mode == TEMU_SEMI ? "semi" : "local",
                money ? "amount" : prices[options->price_without_money],
                options->pieces ? ",\"pieces\":true" : "");
}

static void
add_member(wb_buf *out, const char *name, wb_view value)
{
    wb_buf_addf(out, "\"%s\":", name);
    wb_buf_add_view(out, value);
}

static void
add_all(const wb_call *call, const char *name, wb_view value, wb_buf *out)
{
    wb_view parts = call->items[0].partial, part;

    add_rules(call->options, strcmp(name, "amount") == 0, out);
    while (wb_part_next(&parts, &part)) {
        wb_buf_add_char(out, ',');
        wb_buf_add_view(out, part);
    }
    wb_buf_add_char(out, ',');
    add_member(out, name, value);
    wb_buf_add_char(out, '}');
}

wb_rc
temu_join(const wb_call *call, const char *name, wb_view value, const char *next, wb_outcomes *out,
          wb_err *err)
{
    wb_result *result = &out->results[0];
    size_t parts = call->items[0].partial.len, start;

    if (parts > WB_BODY_MAX)
        return wb_fail(err, WB_REJECT, "the order is larger than a message");
    wb_outcomes_reserve(out, parts + 2 * value.len + JOINED_MORE); /* awaited.c keeps ids of it */
    start = out->arena.len;
    if (next)
        add_member(&out->arena, name, value);
    else
        add_all(call, name, value, &out->arena);
    if (out->arena.len - start > WB_BODY_MAX)
        return wb_fail(err, WB_REJECT, "the order is larger than a message");
    result->body = (wb_view){out->arena.data + start, out->arena.len - start};
    result->code = next ? WB_RESULT_MORE : WB_RESULT_DONE;
    if (next)
        result->cursor = wb_view_of(next);
    return WB_OK;
}
