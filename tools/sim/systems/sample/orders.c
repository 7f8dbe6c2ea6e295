/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders - what the shop gives: its orders by update time, and one of them whole
 *
 *   {"orders": [{"id", "updated"}, ...], "next"}
 *   {"id", "reference", "created", "updated", "status", "currency", "total",
 *    "lines": [{"id", "sku", "quantity", "price"}]}
 */
#include "tools/sim/engine/ids.h"
#include "tools/sim/systems/sample/lists.h"

static bool
next_order(const wb_sim_visit *visit, wb_sim_scan *scan, wb_sim_found *out, bool *more)
{
    const wb_sim_account *seller = wb_sim_sample_seller(visit);

    return seller && wb_sim_scan_next(visit, seller, scan, out, more);
}

static void
put_order(const wb_sim_visit *visit, const wb_sim_found *at, wb_buf *out)
{
    const wb_sim_market *market = visit->sim->market;
    char id[WB_SIM_ID_LEN + 1];

    wb_sim_market_id(market, id, at->order);
    wb_buf_addf(out, "{\"id\":\"%s\",", id);
    wb_sim_sample_put_time(out, "updated",
                           wb_sim_market_updated_utc_us(market, at->order, at->version));
    wb_buf_add_char(out, '}');
}

void
wb_sim_sample_on_list(wb_sim_visit *visit)
{
    static const wb_sim_sample_list list = {
        .op = WB_SIM_SAMPLE_LIST, .name = "orders", .next = next_order, .put = put_order};

    wb_sim_sample_answer_list(visit, &list);
}

static const char *
status_word(wb_sim_state state)
{
    static const char *const words[WB_SIM_STATE_COUNT] = {
        [WB_SIM_STATE_PENDING] = "pending",     [WB_SIM_STATE_UNSHIPPED] = "open",
        [WB_SIM_STATE_PARTLY] = "open",         [WB_SIM_STATE_SHIPPED] = "shipped",
        [WB_SIM_STATE_CANCELLED] = "cancelled",
    };

    return words[state];
}

static void
put_money(wb_buf *out, const char *name, int64_t minor, bool none)
{
    if (none)
        wb_buf_addf(out, ",\"%s\":null", name);
    else
        wb_buf_addf(out, ",\"%s\":\"%lld.%02d\"", name, (long long)(minor / 100),
                    (int)(minor % 100));
}

/* Of an order in whose texts something is broken, the first article number ends in half a
 * character; where nulls are told, no price is. */
static void
write_lines(wb_buf *out, const wb_sim_market *market, uint32_t order)
{
    bool broken = wb_sim_market_flawed(market, WB_SIM_FAULT_BROKEN_TEXT, WB_SIM_GIVES, order, 0);
    bool nulls = wb_sim_market_flawed(market, WB_SIM_FAULT_NULLS, WB_SIM_GIVES, order, 0);
    wb_sim_line lines[WB_SIM_LINES_MAX];
    int count = wb_sim_order_lines(market, order, lines);
    int64_t total_minor = 0;
    char room[WB_SIM_SKU_ROOM];

    wb_buf_add_text(out, ",\"lines\":[");
    for (int i = 0; i < count; i++) {
        wb_buf_addf(out, "%s{\"id\":\"%d\",\"sku\":\"%s%s\",\"quantity\":%lld", i ? "," : "", i + 1,
                    wb_sim_goods_sku(market, lines[i].goods, room),
                    broken && i == 0 ? " \\ud83d" : "", (long long)lines[i].quantity);
        put_money(out, "price", lines[i].quantity * lines[i].unit_minor, nulls);
        wb_buf_add_char(out, '}');
        total_minor += lines[i].quantity * lines[i].unit_minor;
    }
    wb_buf_add_char(out, ']');
    put_money(out, "total", total_minor, nulls);
}

static void
write_order(wb_buf *out, const wb_sim_market *market, const wb_sim_found *at)
{
    char id[WB_SIM_ID_LEN + 1];

    wb_sim_market_id(market, id, at->order);
    wb_buf_clear(out);
    wb_buf_addf(out, "{\"id\":\"%s\",\"reference\":\"", id);
    wb_sim_marker_put(out, at->order, at->version);
    wb_buf_add_text(out, "\",");
    wb_sim_sample_put_time(out, "created", wb_sim_order_created_utc_us(market, at->order));
    wb_buf_add_char(out, ',');
    wb_sim_sample_put_time(out, "updated",
                           wb_sim_market_updated_utc_us(market, at->order, at->version));
    wb_buf_addf(out, ",\"status\":\"%s\",\"currency\":\"EUR\"",
                status_word(wb_sim_state_of(market, at->order, at->version)));
    write_lines(out, market, at->order);
    wb_buf_add_char(out, '}');
}

void
wb_sim_sample_on_get(wb_sim_visit *visit)
{
    const wb_sim_account *seller = wb_sim_sample_seller(visit);
    wb_sim_sight sight = WB_SIM_ABSENT;
    wb_sim_found at;

    if (!wb_sim_sample_enter(visit, WB_SIM_SAMPLE_GET))
        return;
    if (seller)
        sight = wb_sim_order_enter(visit, seller, visit->segment[1], &at);
    if (sight == WB_SIM_ABSENT)
        wb_sim_refuse(visit, 404, "absent", "there is no such order");
    if (sight != WB_SIM_SEEN)
        return;
    write_order(&visit->sim->body, visit->sim->market, &at);
    wb_sim_answer_json(visit->conn, 200, wb_buf_view(&visit->sim->body));
}
