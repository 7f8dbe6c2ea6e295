/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders - the orders API 2026-01-01: one order by its id
 */
#include "tools/sim/systems/amazon/orders.h"

#include "protocol/base/own.h"
#include "tools/sim/engine/ids.h"
#include "tools/sim/systems/amazon/body.h"
#include "tools/sim/systems/amazon/seller.h"

#include <string.h>

bool
wb_sim_data_sets(const wb_sim_visit *visit, int *out)
{
    wb_buf *scratch = &visit->sim->scratch;

    wb_buf_clear(scratch);
    wb_view list = wb_sim_query(visit->request->query, "includedData", scratch);
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

bool
wb_sim_order_find(const wb_sim_visit *visit, const wb_sim_account *account, wb_view id,
                  wb_sim_found *out)
{
    wb_sim_sight sight = wb_sim_order_enter(visit, account, id, out);

    if (sight == WB_SIM_ABSENT)
        wb_sim_refuse(visit, 404, "NotFound", "The order was not found.");
    return sight == WB_SIM_SEEN;
}

void
wb_sim_orders_unusable(const wb_sim_visit *visit, bool follows)
{
    /* no object, or one without an id: a list must get on with the rest */
    static const char *const elements[] = {
        "7", "null", "\"an order\"", "[]", "{\"lastUpdatedTime\":\"2026-01-01T00:00:00Z\"}",
    };

    wb_sim_element_unusable(visit, elements, WB_COUNT(elements), follows);
}

void
wb_sim_answer_order(const wb_sim_visit *visit)
{
    char limit[64];

    wb_sim_http_answer(visit->conn, &(wb_sim_answer){
                                        .status = 200,
                                        .type = "application/json",
                                        .headers = wb_sim_limit_header(visit, limit, sizeof limit),
                                        .body = wb_buf_view(&visit->sim->body),
                                    });
}

void
wb_sim_on_order(wb_sim_visit *visit)
{
    wb_sim *sim = visit->sim;
    wb_sim_found at;
    int sets = 0;

    const wb_sim_account *account = wb_sim_seller_enter(visit, WB_SIM_OP_GET_ORDER);
    if (!account)
        return;
    if (!wb_sim_data_sets(visit, &sets)) {
        wb_sim_refuse(visit, 400, "InvalidInput", "includedData is invalid.");
        return;
    }
    if (!wb_sim_order_find(visit, account, visit->segment[0], &at))
        return;
    wb_buf_clear(&sim->body);
    wb_buf_add_text(&sim->body, "{\"order\":");
    wb_sim_body_order(&sim->body, sim->market, at.order, at.version, sets);
    wb_buf_add_char(&sim->body, '}');
    wb_sim_answer_order(visit);
}
