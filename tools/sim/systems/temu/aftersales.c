/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aftersales - what buyers want their money back for
 *
 *   bg.aftersales.parentaftersales.list.get   {"pageNo", "pageSize" (10, at most 200),
 *       "updateAtStart", "updateAtEnd" (ms), "parentOrderSnList", "parentAfterSalesSnList"}
 *   {"data": [...], "total", "pageNumber"}
 *   temu.aftersales.parentaftersales.detail.get   {"parentOrderSn", "parentAfterSalesSn"}
 *   {..., "refundSummary", "afterSalesList": each line, with its goods and the money for it}
 *
 * With --temu-returns N the buyer of one in N orders that were sent asks for it, and has it after
 * --temu-hold: in between it is pending. Newest first. All of the order comes back, without what
 * was paid for shipping.
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/systems/temu/answer.h"
#include "tools/sim/systems/temu/orders.h"

#include <stdio.h>

#define ILLEGAL "130010001", "The parameter is illegal."
#define PAGE_MAX 200
#define REFUND_ONLY 1
#define PENDING 1
#define REFUNDED 5
#define SN_MAX (WB_SIM_ID_LEN + 8)

typedef struct {
    int64_t number, size, from_ms, to_ms;
} search;

/* One of them: of which order, since when, and since when it is as it is. */
typedef struct {
    uint32_t order;
    int status;
    int64_t created_ms, updated_ms;
    char sn[SN_MAX];
} claim;

static bool
claim_of(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, uint32_t order, claim *out)
{
    const wb_sim_temu *self = wb_sim_temu_of(visit);
    wb_sim_found at = {order, wb_sim_visible(seller->account, order)};
    char id[WB_SIM_ID_LEN + 1];
    wb_sim_temu_facts facts;

    if (!at.version || !self->conf->temu_returns || order % self->conf->temu_returns != 0)
        return false;
    wb_sim_temu_facts_of(self, &at, &facts);
    if (!facts.shipped_utc_us)
        return false;
    *out = (claim){
        .order = order, .status = PENDING, .created_ms = facts.shipped_utc_us / WB_US_PER_MS};
    out->updated_ms = out->created_ms;
    if (!self->conf->temu_hold ||
        wb_now_utc_us() / WB_US_PER_MS >= out->created_ms + self->conf->temu_hold) {
        out->status = REFUNDED;
        out->updated_ms += self->conf->temu_hold;
    }
    wb_sim_market_id(visit->sim->market, id, order);
    (void)snprintf(out->sn, sizeof out->sn, "%s-D01", id);
    return true;
}

/* Is it in the list? One that is not there names all. */
static bool
is_listed(const wb_sim_visit *visit, const char *name, const char *sn)
{
    wb_json *json = visit->sim->json;
    wb_json_ref list = wb_sim_temu_param(visit, name);

    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view text = {NULL, 0};

        if (!wb_json_text(json, at, &text, "", NULL) && wb_view_is(text, sn))
            return true;
    }
    return !wb_json_count(json, list);
}

static bool
fits(const wb_sim_visit *visit, const search *query, const claim *at)
{
    char id[WB_SIM_ID_LEN + 1];

    wb_sim_market_id(visit->sim->market, id, at->order);
    return at->updated_ms >= query->from_ms && at->updated_ms <= query->to_ms &&
           is_listed(visit, "parentOrderSnList", id) &&
           is_listed(visit, "parentAfterSalesSnList", at->sn);
}

static void
put_claim(const wb_sim_visit *visit, const claim *self, wb_json_writer *writer)
{
    char id[WB_SIM_ID_LEN + 1];

    wb_sim_market_id(visit->sim->market, id, self->order);
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "parentAfterSalesSn", wb_view_of(self->sn));
    wb_json_member_text(writer, "parentOrderSn", wb_view_of(id));
    wb_json_member_int(writer, "parentAfterSalesStatus", self->status);
    wb_json_member_int(writer, "afterSalesStatusGroup", self->status);
    wb_json_member_int(writer, "afterSalesType", REFUND_ONLY);
    wb_json_member_int(writer, "createAt", self->created_ms);
    wb_json_member_int(writer, "updateAt", self->updated_ms);
    wb_json_close(writer, '}');
}

static bool
read_query(const wb_sim_visit *visit, search *out)
{
    *out = (search){.number = 1, .size = 10, .to_ms = INT64_MAX};
    if (!wb_sim_temu_int(visit, wb_sim_temu_param(visit, "pageNo"), &out->number) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, "pageSize"), &out->size) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, "updateAtStart"), &out->from_ms) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, "updateAtEnd"), &out->to_ms))
        return false;
    if (out->number >= 1 && out->number <= INT32_MAX && out->size >= 1 && out->size <= PAGE_MAX)
        return true;
    wb_sim_temu_fail(visit, ILLEGAL);
    return false;
}

void
wb_sim_temu_on_aftersales(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    wb_json_writer writer;
    int64_t total = 0;
    search query;
    claim at;

    if (!read_query(visit, &query))
        return;
    wb_sim_temu_open(visit, &writer);
    wb_json_open(&writer, '{');
    wb_json_put_key(&writer, "data");
    wb_json_open(&writer, '[');
    for (uint32_t order = wb_sim_market_given(visit->sim->market); order-- > 0;) {
        if (!claim_of(visit, seller, order, &at) || !fits(visit, &query, &at))
            continue;
        if (total >= (query.number - 1) * query.size && total < query.number * query.size)
            put_claim(visit, &at, &writer);
        total++;
    }
    wb_json_close(&writer, ']');
    wb_json_member_int(&writer, "total", total);
    wb_json_member_int(&writer, "pageNumber", query.number);
    wb_sim_temu_close(visit, &writer);
}

/* --- one of them --- */

static bool
has_no_amounts(const wb_sim_visit *visit, const claim *self)
{
    return wb_sim_market_flawed(visit->sim->market, WB_SIM_FAULT_NULLS, WB_SIM_GIVES, self->order,
                                0);
}

static void
put_goods(const wb_sim_visit *visit, const wb_sim_line *line, wb_json_writer *writer)
{
    char room[WB_SIM_SKU_ROOM];

    wb_json_put_key(writer, "afterSalesGoodsInfo");
    wb_json_open(writer, '{');
    wb_json_member_int(writer, "productSkuId", INT64_C(139696845689) + line->goods);
    wb_json_member_int(writer, "goodsId", wb_sim_temu_goods_id(line->goods));
    wb_json_member_int(writer, "skuId", wb_sim_temu_sku_id(line->goods));
    wb_json_put_key(writer, "productList");
    wb_json_open(writer, '[');
    wb_json_open(writer, '{');
    wb_json_member_int(writer, "productSkuId", INT64_C(139696845689) + line->goods);
    wb_json_member_text(writer, "extCode",
                        wb_view_of(wb_sim_goods_sku(visit->sim->market, line->goods, room)));
    wb_json_close(writer, '}');
    wb_json_close(writer, ']');
    wb_json_close(writer, '}');
}

static void
put_line(const wb_sim_visit *visit, const claim *self, const wb_sim_temu_facts *facts, int line,
         wb_json_writer *writer)
{
    const wb_sim_line *at = &facts->lines[line];
    char sn[WB_SIM_TEMU_SN_MAX], own[SN_MAX + 16];

    wb_sim_temu_sn(wb_sim_temu_of(visit), sn, facts->order, line);
    (void)snprintf(own, sizeof own, "%s-%d", self->sn, line + 1);
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "afterSalesSn", wb_view_of(own));
    wb_json_member_text(writer, "orderSn", wb_view_of(sn));
    wb_json_member_int(writer, "applyAfterSalesGoodsNumber", at->quantity);
    wb_sim_temu_put_amount(writer, "applyRefundAmount", at->quantity * at->unit_minor,
                           has_no_amounts(visit, self));
    wb_json_member_int(writer, "afterSalesReasonCode", 34);
    wb_json_member_text(writer, "afterSalesReasonDesc", WB_VIEW_LIT("No longer needed"));
    wb_json_member_text(writer, "buyerComment", WB_VIEW_LIT(""));
    wb_json_member_int(writer, "afterSalesStatus", self->status);
    put_goods(visit, at, writer);
    wb_json_close(writer, '}');
}

static void
put_refund(const wb_sim_visit *visit, const claim *self, const wb_sim_temu_facts *facts,
           wb_json_writer *writer)
{
    int64_t minor = 0;

    for (int i = 0; i < facts->count; i++)
        minor += facts->lines[i].quantity * facts->lines[i].unit_minor;
    wb_json_put_key(writer, "refundSummary");
    wb_json_open(writer, '{');
    wb_sim_temu_put_amount(writer, "buyerTotalRefund", minor, has_no_amounts(visit, self));
    wb_sim_temu_put_amount(writer, "retailPriceRefundTaxExcl", minor, has_no_amounts(visit, self));
    wb_sim_temu_put_amount(writer, "shippingAmountRefundTaxExcl", 0, false);
    wb_sim_temu_put_amount(writer, "taxTotalRefund", 0, false);
    wb_json_close(writer, '}');
}

static void
put_detail(const wb_sim_visit *visit, const claim *self, const wb_sim_temu_facts *facts,
           wb_json_writer *writer)
{
    char id[WB_SIM_ID_LEN + 1];

    wb_sim_market_id(visit->sim->market, id, self->order);
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "parentAfterSalesSn", wb_view_of(self->sn));
    wb_json_member_text(writer, "parentOrderSn", wb_view_of(id));
    wb_json_member_int(writer, "parentAfterSalesStatus", self->status);
    wb_json_member_int(writer, "afterSalesType", REFUND_ONLY);
    wb_json_member_int(writer, "createAtMillis", self->created_ms);
    wb_json_member_int(writer, "lastUpdateAtMillis", self->updated_ms);
    put_refund(visit, self, facts, writer);
    wb_json_put_key(writer, "afterSalesList");
    wb_json_open(writer, '[');
    for (int i = 0; i < facts->count; i++)
        put_line(visit, self, facts, i, writer);
    wb_json_close(writer, ']');
}

void
wb_sim_temu_on_claim(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    wb_json_ref named = wb_sim_temu_param(visit, "parentAfterSalesSn");
    wb_view sn = {NULL, 0};
    wb_json_writer writer;
    wb_sim_temu_facts facts;
    claim at;

    if (!wb_sim_temu_find_order(visit, seller, &facts))
        return;
    if (wb_json_text(visit->sim->json, named, &sn, "", NULL) || !sn.len) {
        wb_sim_temu_fail(visit, ILLEGAL);
        return;
    }
    if (!claim_of(visit, seller, facts.order, &at) || !wb_view_is(sn, at.sn)) {
        wb_sim_temu_fail(visit, "130010004", "no afterSales found");
        return;
    }
    wb_sim_temu_open(visit, &writer);
    put_detail(visit, &at, &facts, &writer);
    wb_sim_temu_close(visit, &writer);
}
