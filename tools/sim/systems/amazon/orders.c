/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders - the orders API 2026-01-01: one order by its id
 */
#include "tools/sim/systems/amazon/orders.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/engine/ids.h"
#include "tools/sim/systems/amazon/account.h"
#include "tools/sim/systems/amazon/body.h"

#include <string.h>

#define PATH "/orders/2026-01-01/orders/"

bool
wb_sim_data_sets(wb_sim *sim, const wb_sim_request *request, int *out)
{
    wb_buf_clear(&sim->scratch);
    wb_view list = wb_sim_query(request->query, "includedData", &sim->scratch);
    const char *at = list.data, *end = at ? at + list.len : NULL;

    *out = 0;
    while (at && at < end) {
        const char *comma = memchr(at, ',', (size_t)(end - at));
        const char *stop = comma ? comma : end;
        int bit = wb_sim_data_set((wb_view){at, (size_t)(stop - at)});
        if (!bit)
            return false;
        *out |= bit;
        at = stop + 1;
    }
    return true;
}

uint32_t
wb_sim_visible(const wb_sim *sim, const wb_sim_account *account, uint32_t order)
{
    if (order == WB_SIM_NO_ORDER)
        return 0;
    if (sim->conf.auth && &sim->accounts[wb_sim_market_account(sim->market, order)] != account)
        return 0;
    return wb_sim_market_seen(sim->market, order, wb_now_utc_us(), sim->conf.lag * WB_US_PER_MS);
}

static wb_sim_subject
subject_of(const wb_sim *sim, wb_view id, uint32_t order)
{
    return (wb_sim_subject){
        .at = WB_SIM_AT_ORDERS, .target = "", .key = id, .order = order, .told = &sim->told};
}

uint32_t
wb_sim_order_enter(wb_sim *sim, wb_sim_conn *conn, const wb_sim_account *account, wb_view id,
                   uint32_t *version)
{
    uint32_t order = wb_sim_market_number(sim->market, id);
    wb_sim_subject subject = subject_of(sim, id, order);
    wb_sim_refusal refusal;

    *version = wb_sim_visible(sim, account, order);
    if (!*version && !wb_sim_is_foreign(order)) {
        wb_sim_refuse(sim, conn, WB_SIM_AT_ORDERS, 404, "NotFound", "The order was not found.");
        return WB_SIM_NO_ORDER;
    }
    wb_sim_refusals_enter(sim, WB_SIM_AT_ORDERS);
    if (!wb_sim_refusal_find(sim, &subject, &refusal))
        return order;
    wb_sim_refusal_note(sim, &subject, &refusal);
    wb_sim_refusal_answer(sim, conn, WB_SIM_AT_ORDERS, &refusal);
    return WB_SIM_NO_ORDER;
}

bool
wb_sim_order_left_out(const wb_sim *sim, uint32_t order)
{
    char id[WB_SIM_ID_LEN + 1];

    wb_sim_market_id(sim->market, id, order);
    wb_sim_subject subject = subject_of(sim, wb_view_of(id), order);
    return wb_sim_refusal_lasts(sim, &subject);
}

bool
wb_sim_cursor_refused(wb_sim *sim, wb_view token, uint64_t owner)
{
    uint64_t thing = wb_hash64(token.data, token.len, owner);

    if (!wb_sim_faults_marked(&sim->faults, WB_SIM_FAULT_CURSOR_REFUSED, WB_SIM_AT_ORDERS, thing))
        return false;
    wb_sim_faults_took(&sim->faults, WB_SIM_FAULT_CURSOR_REFUSED);
    return true;
}

void
wb_sim_element_unusable(wb_sim *sim, bool follows)
{
    /* no object, or one without an id: a list must get on with the rest */
    static const char *const elements[] = {
        "7", "null", "\"an order\"", "[]", "{\"lastUpdatedTime\":\"2026-01-01T00:00:00Z\"}",
    };

    if (!wb_sim_faults_strike(&sim->faults, WB_SIM_FAULT_ELEMENT_UNUSABLE, WB_SIM_AT_ORDERS))
        return;
    if (follows)
        wb_buf_add_char(&sim->body, ',');
    wb_buf_add_text(&sim->body, elements[sim->elements++ % WB_COUNT(elements)]);
}

void
wb_sim_answer_order(wb_sim *sim, wb_sim_conn *conn, wb_sim_op op)
{
    char limit[64];

    wb_sim_http_answer(conn, &(wb_sim_answer){
                                 .status = 200,
                                 .type = "application/json",
                                 .headers = wb_sim_limit_header(sim, op, limit, sizeof limit),
                                 .body = wb_buf_view(&sim->body),
                             });
}

void
wb_sim_on_order(void *arg, wb_sim_conn *conn, const wb_sim_request *request)
{
    wb_sim *sim = arg;
    wb_view id = {request->path.data + sizeof PATH - 1, request->path.len - sizeof PATH + 1};
    int sets = 0;

    if (wb_sim_begin(sim, conn, WB_SIM_OP_GET_ORDER))
        return;
    const wb_sim_account *account = wb_sim_account_enter(sim, conn, request, WB_SIM_OP_GET_ORDER);
    if (!account)
        return;
    if (!wb_sim_data_sets(sim, request, &sets)) {
        wb_sim_refuse(sim, conn, WB_SIM_AT_ORDERS, 400, "InvalidInput", "includedData is invalid.");
        return;
    }
    uint32_t version = 0, order = wb_sim_order_enter(sim, conn, account, id, &version);
    if (order == WB_SIM_NO_ORDER)
        return;
    wb_buf_clear(&sim->body);
    wb_buf_add_text(&sim->body, "{\"order\":");
    wb_sim_body_order(&sim->body, sim->market, order, version, sets);
    wb_buf_add_char(&sim->body, '}');
    wb_sim_answer_order(sim, conn, WB_SIM_OP_GET_ORDER);
}
