/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shipments - what the ERP has shipped, and what the shop is told of it
 *
 *   GET /shipments   of the ERP, by update time:
 *       {"shipments": [{"id", "reference", "account", "order", "carrier", "tracking", "shipped",
 *        "updated", "lines": [{"sku", "quantity"}]}, ...], "next"}
 *   PUT /orders/ID/shipments/ID2   to the shop, with Idempotency-Key:
 *       {"revision": N, "reference": TEXT, "carrier", "tracking",
 *        "lines": [{"line", "sku", "quantity"}]}          line: the id of the order's line
 *       {"result": done|unchanged|refused, "reason"}; 404: it has no such order; 422: it has no
 *       such line, or fewer of it than all shipments of the order say
 *
 * `account` and `order` are what the record's key said when the order came; `reference` is the
 * version marker of the shipment.
 */
#include "protocol/base/own.h"
#include "tools/sim/engine/ids.h"
#include "tools/sim/engine/works.h"
#include "tools/sim/systems/sample/fills.h"
#include "tools/sim/systems/sample/lists.h"
#include "tools/sim/systems/sample/records.h"

static bool
next_shipment(const wb_sim_visit *visit, wb_sim_scan *scan, wb_sim_found *out, bool *more)
{
    const wb_sim_works *works = wb_sim_sample_works(visit);
    uint32_t given = wb_sim_market_given(visit->sim->market);

    *more = works && scan->position < given;
    while (works && scan->position < given) {
        out->order = scan->position++;
        const wb_sim_shipment *at = wb_sim_works_shipment(works, out->order);
        out->version = at ? at->version : 0;
        if (at && wb_sim_sample_in_time(scan, at->changed_utc_us))
            return true;
    }
    *more = false;
    return false;
}

static void
put_shipment(const wb_sim_visit *visit, const wb_sim_found *found, wb_buf *out)
{
    const wb_sim *sim = visit->sim;
    const wb_sim_shipment *at = wb_sim_works_shipment(sim->works, found->order);
    wb_sim_line lines[WB_SIM_LINES_MAX];
    int count = wb_sim_order_lines(sim->market, found->order, lines);
    char id[WB_SIM_ID_LEN + 1], room[WB_SIM_SKU_ROOM];

    wb_sim_market_id(sim->market, id, found->order);
    wb_buf_addf(out, "{\"id\":\"H-%u\",\"reference\":\"", found->order);
    wb_sim_marker_put(out, found->order, at->version);
    wb_buf_addf(out,
                "\",\"account\":\"%s\",\"order\":\"%s\",\"carrier\":\"Carrier\","
                "\"tracking\":\"%s\",",
                at->account, id, at->tracking);
    wb_sim_sample_put_time(out, "shipped", at->shipped_utc_us);
    wb_buf_add_char(out, ',');
    wb_sim_sample_put_time(out, "updated", at->changed_utc_us);
    wb_buf_add_text(out, ",\"lines\":[");
    for (int i = 0; i < count; i++)
        wb_buf_addf(out, "%s{\"sku\":\"%s\",\"quantity\":%lld}", i ? "," : "",
                    wb_sim_goods_held(sim->market, lines[i].goods, room),
                    (long long)lines[i].quantity);
    wb_buf_add_text(out, "]}");
}

void
wb_sim_sample_on_shipments(wb_sim_visit *visit)
{
    static const wb_sim_sample_list list = {.op = WB_SIM_SAMPLE_SHIPMENTS,
                                            .name = "shipments",
                                            .whole = true,
                                            .next = next_shipment,
                                            .put = put_shipment};

    wb_sim_sample_answer_list(visit, &list);
}

/* Of an order of this seller alone. */
static bool
find_order(const wb_sim_visit *visit, uint32_t *order)
{
    const wb_sim_account *seller = wb_sim_sample_seller(visit);
    wb_view id;

    if (!wb_sim_sample_key(visit, 1, &id))
        return false;
    *order = wb_sim_market_number(visit->sim->market, id);
    if (seller && wb_sim_visible(seller, *order))
        return true;
    wb_sim_refuse(visit, 404, "absent", "there is no such order");
    return false;
}

/* The shop takes what it is told. That another order was shipped, or other lines than its own, is
 * nothing that the ERP made: it ships an order whole. */
static void
look_whose(const wb_sim_taking *taking, const wb_sim_sample_fill *fill, wb_sim_arrival *arrival)
{
    char id[WB_SIM_THING_ID_MAX];

    taking->things->id(taking->things->self, id, fill->order);
    if (arrival->number != fill->order || !wb_view_is(arrival->key, id) ||
        (fill->told && !wb_sim_sample_fill_whole(taking->visit->sim, fill)))
        arrival->number = WB_SIM_UNMARKED;
}

/* In the world's own memory: the key is looked at while others of it are made. */
static void
ship(const wb_sim_taking *taking, uint32_t order, wb_sim_arrival *arrival)
{
    const wb_sim_visit *visit = taking->visit;
    const wb_sim_sample_state *state = visit->part->state;
    WB_AUTO(wb_free) char *shipment = wb_text_dup_len(arrival->key.data, arrival->key.len);
    wb_sim_sample_fill fill = {.order = order, .shipment = wb_view_of(shipment)};
    const char *why = wb_sim_sample_fill_read(state->fills, visit->sim, &fill);

    if (why) {
        wb_sim_refuse(visit, 422, "line", why);
        return;
    }
    look_whose(taking, &fill, arrival);
    if (wb_sim_sample_take(taking, arrival))
        wb_sim_sample_fill_put(state->fills, &fill);
}

void
wb_sim_sample_on_ship(wb_sim_visit *visit)
{
    wb_sim_target *target = wb_sim_sample_target(visit, WB_SIM_SAMPLE_SHIP);
    wb_sim_taking taking = {.visit = visit,
                            .target = target,
                            .things = wb_sim_things_of(visit->sim, WB_VIEW_LIT("shipment"))};
    wb_sim_arrival arrival = {.number = WB_SIM_UNMARKED};
    uint32_t order = 0;

    if (!target || !find_order(visit, &order) || !wb_sim_sample_key(visit, 2, &arrival.key) ||
        !wb_sim_sample_body(visit, "reference", &arrival))
        return;
    if (!taking.things) {
        wb_sim_refuse(visit, 422, "refused", "nothing is shipped in this world");
        return;
    }
    ship(&taking, order, &arrival);
}
