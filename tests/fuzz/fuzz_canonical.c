/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a canonical order: what is accepted is written again as the same bytes twice, and
 * shown as valid JSON.
 */
#include "protocol/base/own.h"
#include "protocol/json.h"
#include "protocol/limits.h"
#include "protocol/records/order.h"
#include "tests/fuzz/fuzz.h"

static void
check(wb_order *order)
{
    WB_AUTO(wb_buf_fini) wb_buf once = {0};
    WB_AUTO(wb_buf_fini) wb_buf twice = {0};
    wb_order back;

    wb_buf_init(&once, WB_ORDER_MAX);
    wb_buf_init(&twice, WB_ORDER_MAX);
    wb_ignore(wb_canonical_check(wb_order_fields, order, NULL), "any answer will do");
    FUZZ_MUST(wb_canonical_encode(wb_order_fields, order, &once, NULL) == WB_OK);
    FUZZ_MUST(wb_canonical_decode(wb_order_fields, wb_buf_view(&once), &back, sizeof back, NULL) ==
              WB_OK);
    FUZZ_MUST(wb_canonical_encode(wb_order_fields, &back, &twice, NULL) == WB_OK);
    FUZZ_MUST(wb_view_eq(wb_buf_view(&once), wb_buf_view(&twice)));
    wb_canonical_fini(wb_order_fields, &back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static wb_json *json;
    wb_view bytes = {(const char *)data, size};
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_order order;

    wb_buf_init(&out, WB_ORDER_MAX);
    json = json ? json : wb_json_new();
    if (wb_canonical_json(wb_order_fields, bytes, WB_FIELD_PERSONAL, &out, NULL) == WB_OK)
        FUZZ_MUST(wb_json_parse(json, wb_buf_view(&out), NULL) == WB_OK);
    if (wb_canonical_decode(wb_order_fields, bytes, &order, sizeof order, NULL))
        return 0;
    check(&order);
    wb_canonical_fini(wb_order_fields, &order);
    return 0;
}
