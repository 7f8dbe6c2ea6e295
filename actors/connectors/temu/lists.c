/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lists - what a list by numbers (pages.c) and one by tokens (tokens.c) have in common: its rows
 */
#include "actors/connectors/temu/temu.h"

#include "protocol/answer.h"
#include "protocol/base/own.h"

#define KEPT_TIMES 4 /* of each row: its bytes, as a part too, its id, and that of its message */

static void
take_row(const wb_call *call, const temu_list *list, wb_json_ref row, wb_outcomes *out)
{
    wb_item *item = wb_outcomes_item(out);
    bool sound;

    item->kind = list->as;
    item->record_kind = list->kind;
    item->what = item->body = wb_outcomes_keep(out, wb_json_raw(call->json, row));
    sound = list->name(call, row, out, item);
    wb_json_forgive(call->json);
    if (!sound)
        wb_item_park(item, "%s", list->unusable);
}

void
temu_take_rows(const wb_call *call, wb_json_ref rows, size_t more, wb_outcomes *out)
{
    wb_json *json = call->json;

    wb_outcomes_reserve(out, KEPT_TIMES * wb_json_raw(json, rows).len +
                                 wb_json_count(json, rows) * TEMU_WHAT_MORE + more);
    for (wb_json_ref row = wb_json_first(json, rows); row != WB_JSON_NONE;
         row = wb_json_next(json, row))
        take_row(call, temu_list_of(call), row, out);
}
