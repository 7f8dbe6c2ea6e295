/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map2026_proceeds - what an order of the 2026-01-01 API, or a line of it, brings in
 *
 * Each category has its sum: the same category may come twice. Nothing is dropped, so that the
 * parts add up to the total that is told beside them.
 */
#include "actors/connectors/amazon/map.h"

typedef struct {
    wb_view type, status;
    wb_money subtotal;
    wb_json_ref details;
} breakdown;

static const wb_json_member breakdown_rows[] = {
    WB_MEMBER(breakdown, type, "type", TEXT),
    WB_MEMBER(breakdown, status, "status", TEXT),
    WB_MEMBER(breakdown, subtotal, "subtotal", MONEY),
    WB_MEMBER(breakdown, details, "detailedBreakdowns", REF),
};

typedef struct {
    wb_view subtype;
    wb_money value;
} detail;

static const wb_json_member detail_rows[] = {
    WB_MEMBER(detail, subtype, "subtype", TEXT),
    WB_MEMBER(detail, value, "value", MONEY),
};

typedef struct {
    const char *word;
    size_t sum;
} category;

#define SUM(word, field)                                                                           \
    {                                                                                              \
        word, offsetof(amazon_proceeds, field)                                                     \
    }
static const category categories[] = {
    SUM("ITEM", item),        SUM("SHIPPING", shipping), SUM("GIFT_WRAP", gift_wrap),
    SUM("COD_FEE", cod_fee),  SUM("TAX", tax),           SUM("DISCOUNT", discount),
    SUM("DELIVERY_TIP", tip), SUM(NULL, other),
};

/* Of a tax: what is none of these is on the price, its discounts included. */
static const category taxes[] = {
    SUM("ITEM", tax),
    SUM("DISCOUNT", tax),
    SUM("SHIPPING", shipping_tax),
    SUM("GIFT_WRAP", gift_wrap_tax),
    SUM(NULL, other_tax),
};
#undef SUM

static amazon_sum *
sum_of(amazon_proceeds *self, const category *rows, wb_view word)
{
    while (rows->word && !wb_view_is(word, rows->word))
        rows++;
    return (void *)((char *)self + rows->sum);
}

/* The details by what they are on; what they do not explain of the whole is on the price. Where the
 * whole is not told, or cannot be read, nobody knows whether they explain it all. */
static wb_rc
add_taxes(wb_json *json, wb_json_ref details, bool told, amazon_proceeds *out, wb_err *err)
{
    for (AMAZON_EACH(json, child, details)) {
        detail one = {0};
        wb_rc rc = AMAZON_READ(json, child, detail_rows, &one, err);

        if (rc)
            return rc;
        if (told)
            amazon_sum_take(&out->tax, one.value);
        amazon_sum_add(sum_of(out, taxes, one.subtype), one.value);
    }
    return WB_OK;
}

wb_rc
amazon_map_2026_proceeds(wb_json *json, wb_json_ref breakdowns, amazon_proceeds *out, wb_err *err)
{
    for (AMAZON_EACH(json, child, breakdowns)) {
        breakdown one = {0};
        wb_rc rc = AMAZON_READ(json, child, breakdown_rows, &one, err);

        if (rc)
            return rc;
        amazon_sum_add(sum_of(out, categories, one.type), one.subtotal);
        if (one.status.len && wb_view_is(one.type, "DELIVERY_TIP"))
            out->tip_status = one.status;
        rc = wb_view_is(one.type, "TAX")
                 ? add_taxes(json, one.details, one.subtotal.currency[0], out, err)
                 : WB_OK;
        if (rc)
            return rc;
    }
    return WB_OK;
}
