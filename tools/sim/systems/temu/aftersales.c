/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aftersales - what buyers want their money back for
 *
 *   bg.aftersales.parentaftersales.list.get   {"pageNo", "pageSize" (10, at most 200),
 *       "updateAtStart", "updateAtEnd" (ms), "parentOrderSnList", "parentAfterSalesSnList"}
 *   {"data": [...], "total", "pageNumber"}
 *
 * With --temu-returns N the buyer of one in N orders that were sent asks for it, and has it after
 * --temu-hold: in between it is pending. Newest first.
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
