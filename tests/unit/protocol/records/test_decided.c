/* SPDX-License-Identifier: Apache-2.0 */
/* What rules decide is put into what leaves, and changes nothing else of it. */
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "protocol/records/facts.h"
#include "tests/unit/suite.h"

static void
pack(wb_record_kind kind, const void *record, wb_buf *out)
{
    wb_err err = {0};

    wb_buf_init(out, WB_ORDER_MAX);
    ck_assert_msg(!wb_canonical_encode(wb_record_def_of(kind)->fields, record, out, &err), "%s",
                  err.text);
}

static void
pack_order(wb_buf *out)
{
    static wb_order_line line = {
        .line_id = {"l1", 2   },
          .sku = {"A",  1   },
          .quantity = {3,    true}
    };
    const wb_order order = {
        .external_id = WB_VIEW_LIT("o-1"),
        .channel = WB_VIEW_LIT("shop"),
        .status = WB_ORDER_CREATED,
        .lines = {&line, 1}
    };

    pack(WB_RECORD_ORDER, &order, out);
}

START_TEST(filled)
{
    WB_AUTO(wb_buf_fini) wb_buf order = {0};
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_decided_line goods[] = {
        {.line_id = {"l1", 2}, .sku = {"M-1", 3}, .quantity = {6, true}},
        {.line_id = {"l1", 2}, .sku = {"M-2", 3}, .quantity = {3, true}},
    };
    wb_decided_tag tag = {WB_VIEW_LIT("gift")};
    wb_decided decided = {
        .warehouse = WB_VIEW_LIT("WH-2"), .lines = {goods, 2},
             .tags = {&tag,  1}
    };
    wb_order read = {0};
    wb_err err = {0};

    pack_order(&order);
    wb_buf_init(&out, WB_ORDER_MAX);
    ck_assert(!wb_decided_fill(WB_RECORD_ORDER, &decided, wb_buf_view(&order), &out, &err));
    ck_assert(!wb_canonical_decode(wb_order_fields, wb_buf_view(&out), &read, sizeof read, &err));
    ck_assert(wb_view_is(read.external_id, "o-1") && read.lines.count == 1);
    ck_assert(wb_view_is(read.decided.warehouse, "WH-2") && !read.decided.logistics.len);
    ck_assert_uint_eq(read.decided.lines.count, 2);
    ck_assert(wb_view_is(((wb_decided_line *)read.decided.lines.items)[1].sku, "M-2"));
    ck_assert_int_eq(((wb_decided_line *)read.decided.lines.items)[0].quantity.value, 6);
    ck_assert(wb_view_is(((wb_decided_tag *)read.decided.tags.items)[0].value, "gift"));
    wb_canonical_fini(wb_order_fields, &read);
}
END_TEST

/* Nothing decided: byte for byte as it was. */
START_TEST(nothing)
{
    WB_AUTO(wb_buf_fini) wb_buf order = {0};
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    wb_decided none = {0};
    wb_err err = {0};

    pack_order(&order);
    wb_buf_init(&out, WB_ORDER_MAX);
    ck_assert(!wb_decided_fill(WB_RECORD_ORDER, &none, wb_buf_view(&order), &out, &err));
    ck_assert(wb_view_eq(wb_buf_view(&out), wb_buf_view(&order)));
}
END_TEST

/* A shipment keeps the facts of its order beside what is decided of it. */
START_TEST(beside_the_facts)
{
    const wb_shipment shipment = {.external_id = WB_VIEW_LIT("s-1"),
                                  .source = WB_VIEW_LIT("erp"),
                                  .status = WB_SHIPMENT_SHIPPED,
                                  .carrier = WB_VIEW_LIT("DHL")};
    const wb_decided decided = {.carrier = WB_VIEW_LIT("699")};
    WB_AUTO(wb_buf_fini) wb_buf order = {0};
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    WB_AUTO(wb_buf_fini) wb_buf told = {0};
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    WB_AUTO(wb_facts_close) wb_facts facts = {0};
    wb_shipment read = {0};
    wb_err err = {0};

    pack_order(&order);
    pack(WB_RECORD_SHIPMENT, &shipment, &packed);
    wb_buf_init(&told, WB_ORDER_MAX);
    wb_buf_init(&out, WB_ORDER_MAX);
    ck_assert(!wb_facts_open(&facts, wb_buf_view(&order), &err));
    ck_assert(!wb_facts_fill(&facts, WB_RECORD_SHIPMENT, wb_buf_view(&packed), &told, &err));
    ck_assert(!wb_decided_fill(WB_RECORD_SHIPMENT, &decided, wb_buf_view(&told), &out, &err));
    ck_assert(
        !wb_canonical_decode(wb_shipment_fields, wb_buf_view(&out), &read, sizeof read, &err));
    ck_assert(wb_view_is(read.order.external_id, "o-1") && wb_view_is(read.carrier, "DHL"));
    ck_assert(wb_view_is(read.decided.carrier, "699"));
    wb_canonical_fini(wb_shipment_fields, &read);
}
END_TEST

int
main(void)
{
    const wb_suite_row tests[] = {
        {filled,           0},
        {nothing,          0},
        {beside_the_facts, 0},
        {NULL,             0},
    };

    return wb_suite_run("protocol.records.decided", tests);
}
