/* SPDX-License-Identifier: Apache-2.0 */
/*
 * goods - products, and what of them is held where
 *
 *   productList       {offset, length <= 1000, update_time_start/end, create_time_start/end
 *                      (seconds; the end is open), sku_list[]}
 *       data[{id, sku, product_name, status, ...}], total
 *   inventoryDetails  {wid "1,2", sku (any part of it), offset, length <= 800}
 *       data[{wid, sku, seller_id, fnsku, product_valid_num, ...}], total; no filter by time
 *
 * Each fifth of the goods has two rows in a warehouse: that of nobody, and one of a seller's own
 * label. What is held is their sum. What a warehouse has none of has no row. The overseas warehouse
 * tells its stock a second time, as the third party sees it.
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/engine/works.h"
#include "tools/sim/systems/lingxing/door.h"
#include "tools/sim/systems/lingxing/reference.h"

#include <stdio.h>
#include <string.h>

#define FIRST_PRODUCT 10001
#define LABEL_TEXT 16
#define TWO_ROWS_EACH 5

static uint32_t
goods_of(const wb_sim_visit *visit)
{
    return wb_sim_market_conf_of(visit->sim->market)->goods;
}

/* --- products --- */

static void
put_product(wb_json_writer *writer, uint32_t goods, const char *sku, int64_t made_s)
{
    char name[32];

    (void)snprintf(name, sizeof name, "商品 %u", goods);
    wb_json_open(writer, '{');
    wb_json_member_int(writer, "id", FIRST_PRODUCT + (int64_t)goods);
    wb_json_member_int(writer, "cid", 0);
    wb_json_member_text(writer, "sku", wb_view_of(sku));
    wb_json_member_text(writer, "sku_identifier", wb_view_of(sku));
    wb_json_member_text(writer, "product_name", wb_view_of(name));
    wb_json_member_text(writer, "pic_url", WB_VIEW_LIT(""));
    wb_json_member_text(writer, "cg_price", WB_VIEW_LIT("10.0000"));
    wb_json_member_int(writer, "open_status", 1);
    wb_json_member_int(writer, "status", goods % 11 == 10 ? 3 : 1);
    wb_json_member_text(writer, "status_text", wb_view_of(goods % 11 == 10 ? "清仓" : "在售"));
    wb_json_member_int(writer, "is_combo", 0);
    wb_json_member_int(writer, "create_time", made_s);
    wb_json_member_int(writer, "update_time", made_s);
    wb_json_put_key(writer, "supplier_quote");
    wb_json_open(writer, '[');
    wb_json_close(writer, ']');
    wb_json_close(writer, '}');
}

static bool
in_time(wb_json *json, const char *start, const char *end, int64_t at_s)
{
    return at_s >= wb_sim_lingxing_int(json, 0, start, 0) &&
           at_s < wb_sim_lingxing_int(json, 0, end, INT64_MAX);
}

void
wb_sim_lingxing_on_products(wb_sim_visit *visit)
{
    static const int64_t limits[] = {1, 1000, 1000};
    wb_sim_lingxing_call it;
    wb_sim_lingxing_page page;
    char room[WB_SIM_SKU_ROOM];

    if (!wb_sim_lingxing_enter(visit, WB_SIM_LINGXING_PRODUCTS, &it) ||
        !wb_sim_lingxing_page_read(&it, limits, &page))
        return;
    int64_t made_s = it.house->begun_utc_us / WB_US_PER_S;
    bool timely = in_time(it.json, "update_time_start", "update_time_end", made_s) &&
                  in_time(it.json, "create_time_start", "create_time_end", made_s);
    wb_sim_lingxing_open(&it, 0, "success");
    wb_json_open(&it.writer, '[');
    for (uint32_t goods = 0; goods < goods_of(visit) && timely; goods++) {
        const char *sku = wb_sim_goods_master(visit->sim->market, goods, room);
        if (sku && wb_sim_lingxing_among(it.json, "sku_list", wb_view_of(sku)) &&
            wb_sim_lingxing_page_takes(&page))
            put_product(&it.writer, goods, sku, made_s);
    }
    wb_sim_lingxing_odd_element(&it, page.given > 0);
    wb_json_close(&it.writer, ']');
    wb_sim_lingxing_end(&it, page.at);
}

/* --- stock --- */

/* What of these goods a row has; `second`: the label's own. */
typedef struct {
    uint32_t goods;
    int warehouse;
    bool second;
    int64_t held, locked, wid;
    const char *sku;
} row;

static bool
has_two(uint32_t goods)
{
    return goods % TWO_ROWS_EACH == 0;
}

static void
put_third(wb_json_writer *writer, const row *at)
{
    wb_json_put_key(writer, "third_inventory");
    if (at->warehouse + 1 < WB_SIM_WAREHOUSES) {
        wb_json_open(writer, '[');
        wb_json_close(writer, ']');
        return;
    }
    wb_json_open(writer, '{');
    wb_json_member_int(writer, "qty_sellable", at->held);
    wb_json_member_int(writer, "qty_pending", 0);
    wb_json_member_int(writer, "qty_reserved", at->locked);
    wb_json_member_int(writer, "qty_onway", 0);
    wb_json_close(writer, '}');
}

static void
put_row(wb_json_writer *writer, const row *at)
{
    char fnsku[LABEL_TEXT];

    (void)snprintf(fnsku, sizeof fnsku, "X%09u", at->goods);
    wb_json_open(writer, '{');
    wb_json_member_int(writer, "wid", at->wid);
    wb_json_member_int(writer, "product_id", FIRST_PRODUCT + (int64_t)at->goods);
    wb_json_member_text(writer, "sku", wb_view_of(at->sku));
    wb_json_member_text(writer, "seller_id", wb_view_of(at->second ? "101" : "0"));
    wb_json_member_text(writer, "fnsku", wb_view_of(at->second ? fnsku : ""));
    wb_json_member_int(writer, "product_total", at->held + at->locked + 2);
    wb_json_member_int(writer, "product_valid_num", at->held);
    wb_json_member_int(writer, "product_bad_num", 2);
    wb_json_member_int(writer, "product_qc_num", 0);
    wb_json_member_int(writer, "product_lock_num", at->locked);
    wb_json_member_text(writer, "quantity_receive", WB_VIEW_LIT("562"));
    wb_json_member_text(writer, "stock_cost", WB_VIEW_LIT("10.0000"));
    wb_json_member_int(writer, "product_onway", 0);
    put_third(writer, at);
    wb_json_put_key(writer, "stock_age_list");
    wb_json_open(writer, '[');
    wb_json_close(writer, ']');
    wb_json_close(writer, '}');
}

/* "2501,2502"; "" = all of them. */
static bool
warehouse_asked(const wb_sim *sim, wb_view list, int warehouse)
{
    bool any = !list.len;

    while (list.len) {
        const char *comma = memchr(list.data, ',', list.len);
        size_t len = comma ? (size_t)(comma - list.data) : list.len;
        any |= wb_sim_lingxing_warehouse(sim, (wb_view){list.data, len}) == warehouse;
        list.data += len + (comma ? 1 : 0);
        list.len -= len + (comma ? 1 : 0);
    }
    return any;
}

static void
lock_lines(const wb_sim_lingxing_call *it, const wb_sim_lingxing_sys *sys, int order,
           int64_t *locked)
{
    size_t first = 0, count = wb_sim_lingxing_lines(sys, order, &first);

    for (size_t i = first; i < first + count; i++) {
        const wb_sim_lingxing_line *line = &sys->orders[order]->lines[i];
        if (wb_sim_lingxing_paired(it->house, line))
            locked[wb_sim_lingxing_goods(it->visit->sim->market, line)] += line->quantity;
    }
}

/* What is ordered and not yet sent, by goods. */
static void
lock(const wb_sim_lingxing_call *it, int64_t *locked)
{
    for (size_t i = 0; i < it->app->all_count; i++) {
        const wb_sim_lingxing_sys *sys = it->app->all[i];
        int status = wb_sim_lingxing_status(it->house, sys);
        if (status != WB_SIM_LINGXING_TO_SHIP && status != WB_SIM_LINGXING_TO_APPROVE)
            continue;
        for (int order = 0; order < WB_SIM_LINGXING_PARTS; order++)
            lock_lines(it, sys, order, locked);
    }
}

static void
put_goods(wb_sim_lingxing_call *it, wb_sim_lingxing_page *page, const row *whole)
{
    row first = *whole, second = *whole;

    second.second = true;
    second.locked = 0;
    second.held = has_two(whole->goods) ? whole->held / 3 : 0;
    first.held -= second.held;
    if (wb_sim_lingxing_page_takes(page))
        put_row(&it->writer, &first);
    if (has_two(whole->goods) && wb_sim_lingxing_page_takes(page))
        put_row(&it->writer, &second);
}

static void
put_all(wb_sim_lingxing_call *it, wb_sim_lingxing_page *page)
{
    const wb_sim_works *works = it->visit->sim->works;
    WB_AUTO(wb_free) int64_t *locked = wb_alloc(goods_of(it->visit) * sizeof *locked);
    wb_view wids = wb_sim_lingxing_text(it->json, 0, "wid");
    wb_view part = wb_sim_lingxing_text(it->json, 0, "sku");
    const wb_sim *sim = it->visit->sim;
    char room[WB_SIM_SKU_ROOM];

    lock(it, locked);
    for (int warehouse = 0; warehouse < WB_SIM_WAREHOUSES; warehouse++) {
        for (uint32_t goods = 0; goods < goods_of(it->visit) && works; goods++) {
            const char *sku = wb_sim_goods_master(sim->market, goods, room);
            if (!sku || !warehouse_asked(sim, wids, warehouse) ||
                !wb_sim_works_held(works, goods, warehouse) ||
                (part.len && !memmem(sku, strlen(sku), part.data, part.len)))
                continue;
            put_goods(it, page,
                      &(row){.goods = goods,
                             .sku = sku,
                             .wid = wb_sim_lingxing_wid(sim, warehouse),
                             .warehouse = warehouse,
                             .held = wb_sim_works_held(works, goods, warehouse),
                             .locked = warehouse ? 0 : locked[goods]});
        }
    }
}

void
wb_sim_lingxing_on_stock(wb_sim_visit *visit)
{
    static const int64_t limits[] = {1, 800, 20};
    wb_sim_lingxing_call it;
    wb_sim_lingxing_page page;

    if (!wb_sim_lingxing_enter(visit, WB_SIM_LINGXING_STOCK, &it) ||
        !wb_sim_lingxing_page_read(&it, limits, &page))
        return;
    wb_sim_lingxing_open(&it, 0, "success");
    wb_json_open(&it.writer, '[');
    if (visit->part == visit->sim->erp)
        put_all(&it, &page);
    wb_sim_lingxing_odd_element(&it, page.given > 0);
    wb_json_close(&it.writer, ']');
    wb_sim_lingxing_end(&it, page.at);
}
