/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a notification: what goes on has an id and an order, what is set aside says why and
 * names an order only when it is another seller's, and what nobody consumes needs nothing at all.
 */
#include <string.h>

#include "actors/connectors/amazon/amazon.h"
#include "protocol/base/own.h"
#include "tests/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static wb_json *json;
    static wb_outcomes out;
    wb_item *item;

    if (!json) {
        json = wb_json_new();
        wb_outcomes_init(&out);
    }
    wb_outcomes_clear(&out, 0);
    wb_outcomes_reserve(&out, 10 * size + 64);
    item = wb_outcomes_item(&out);
    item->body = (wb_view){(const char *)data, size};
    amazon_notice_read(json, WB_VIEW_LIT("S"), &out, item);
    if (item->outcome == WB_OUTCOME_PARKED)
        FUZZ_MUST(item->reason[0] && (!item->external.len || strstr(item->reason, "seller")));
    else if (item->outcome == WB_OUTCOME_NONE)
        FUZZ_MUST(amazon_order_id_ok(item->external) && item->seen.len && item->what.len);
    else
        FUZZ_MUST(item->outcome == WB_OUTCOME_FILTERED && !item->external.len && !item->reason[0]);
    return 0;
}
