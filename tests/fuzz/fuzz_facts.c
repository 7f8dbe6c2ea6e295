/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a shipment, and any as its order: what the facts are put into stays what it was, and
 * can be read. Of every other length its lines are made of parts: then its goods are lines.
 *
 * Input: two bytes, how long the shipment is; the shipment; the order.
 */
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "protocol/records/facts.h"
#include "tests/fuzz/fuzz.h"

static void
check(wb_view record, wb_view filled, bool in_lines)
{
    wb_shipment was, is;

    if (wb_canonical_decode(wb_shipment_fields, record, &was, sizeof was, NULL))
        return;
    FUZZ_MUST(wb_canonical_decode(wb_shipment_fields, filled, &is, sizeof is, NULL) == WB_OK);
    FUZZ_MUST(wb_view_eq(was.external_id, is.external_id) && was.status == is.status);
    FUZZ_MUST(in_lines || was.lines.count == is.lines.count);
    FUZZ_MUST(was.updated_utc_us == is.updated_utc_us);
    wb_canonical_fini(wb_shipment_fields, &was);
    wb_canonical_fini(wb_shipment_fields, &is);
}

/* Each line is a bundle: of what it is called, twice, and of what the line before it is called. */
static void
add_parts(wb_facts *facts)
{
    facts->in_lines = true;
    facts->fill.source = facts;
    for (size_t i = 0; i < facts->fill.count; i++) {
        wb_fill_part_of(&facts->fill, i, facts->lines[i].sku, 2);
        if (i)
            wb_fill_part_of(&facts->fill, i, facts->lines[i - 1].sku, 1);
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    WB_AUTO(wb_buf_fini) wb_buf out = {0};
    WB_AUTO(wb_facts_close) wb_facts facts = {0};
    wb_view record, order;
    wb_err err = {0};
    size_t len;
    wb_rc rc;

    if (size < 2)
        return 0;
    len = (size_t)data[0] | (size_t)data[1] << 8;
    len = len < size - 2 ? len : size - 2;
    record = (wb_view){(const char *)data + 2, len};
    order = (wb_view){(const char *)data + 2 + len, size - 2 - len};
    wb_buf_init(&out, WB_BODY_MAX);
    rc = wb_facts_open(&facts, order, &err);
    if (!rc && size % 2)
        add_parts(&facts);
    if (!rc) /* others of it came before, once and again */
        wb_ignore(wb_facts_take(&facts, WB_RECORD_SHIPMENT, record, &err), "it may be no shipment");
    if (!rc)
        wb_ignore(wb_facts_take(&facts, WB_RECORD_SHIPMENT, record, &err), "it may be no shipment");
    if (!rc)
        rc = wb_facts_fill(&facts, WB_RECORD_SHIPMENT, record, &out, &err);
    FUZZ_MUST(rc == WB_OK || err.text[0]);
    if (!rc)
        check(record, wb_buf_view(&out), size % 2);
    return 0;
}
