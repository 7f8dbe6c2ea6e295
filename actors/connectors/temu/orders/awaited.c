/* SPDX-License-Identifier: Apache-2.0 */
/*
 * awaited - what an order that is shipped should have, and may have later: its package number
 *
 * Lines are shipped before the number of their package is told (spec 6): an order in one of these
 * statuses without any is asked for again.
 */
#include "actors/connectors/temu/orders/orders.h"

#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/own.h"

static const int64_t shipped[] = {4, 5, 41, 51}; /* shipped, delivered, and partly so */

static bool
is_shipped(wb_json *json, wb_json_ref parent)
{
    wb_count status = {0};

    wb_answer_count(json, wb_answer_member(json, parent, "parentOrderStatus"), &status,
                    "parentOrderStatus");
    for (size_t i = 0; status.known && i < WB_COUNT(shipped); i++)
        if (status.value == shipped[i])
            return true;
    return false;
}

/* Is it among those that stand there already, each behind a comma or in front? */
static bool
stands_there(wb_view joined, wb_view id)
{
    const char *end = joined.data + joined.len;

    for (const char *at = joined.data; at < end;) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        size_t len = (size_t)((comma ? comma : end) - at);

        if (wb_view_eq((wb_view){at, len}, id))
            return true;
        at += len + 1;
    }
    return false;
}

static void
add_id(wb_buf *arena, size_t start, wb_view id)
{
    wb_view joined = {arena->data + start, arena->len - start};

    if (!id.len || stands_there(joined, id))
        return;
    if (joined.len)
        wb_buf_add_char(arena, ',');
    wb_buf_add_view(arena, id);
}

static void
add_packages(wb_json *json, wb_json_ref infos, wb_buf *arena, size_t start)
{
    for (wb_json_ref at = wb_json_first(json, infos); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view id = {NULL, 0};

        wb_answer_code(json, wb_answer_member(json, at, "packageSn"), &id, "packageSn");
        add_id(arena, start, id);
    }
}

void
temu_await(wb_json *json, wb_json_ref parent, wb_json_ref lines, wb_outcomes *out)
{
    wb_awaited *awaited = &out->results[0].awaited;
    wb_buf *arena = &out->arena;
    size_t start = arena->len, ids;

    if (!is_shipped(json, parent))
        return;
    awaited->name = WB_VIEW_LIT("package number");
    for (wb_json_ref at = wb_json_first(json, lines); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view id = {NULL, 0};

        wb_answer_code(json, wb_answer_member(json, at, "orderSn"), &id, "orderSn");
        add_id(arena, start, id);
    }
    ids = arena->len;
    awaited->parts = (wb_view){arena->data + start, ids - start};
    for (wb_json_ref at = wb_json_first(json, lines); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        add_packages(json, wb_answer_member(json, at, "packageSnInfo"), arena, ids);
    awaited->value = (wb_view){arena->data + ids, arena->len - ids};
}
