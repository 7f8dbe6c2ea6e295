/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reference - shops, warehouses and shipping methods
 *
 *   getSellerList          {offset, length <= 200, platform_code[], is_sync, status}
 *       data {total (a text), list[{store_id, sid, store_name, platform_code (a text), ...}]}
 *   warehouse              {type 1 local (unless told) 3 overseas, offset, length}
 *       data[{wid, name, type, ...}], total
 *   listUsedLogisticsType  {param: {provider_type (needed), page, length}}
 *       data[{type_id, name, ...}], ids as texts
 *
 * Of the warehouses of this world the last one is overseas.
 */
#include "tools/sim/systems/lingxing/reference.h"

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/engine/works.h"
#include "tools/sim/systems/lingxing/door.h"

#include <stdio.h>
#include <string.h>

#define FIRST_STORE UINT64_C(110000000000000000)
#define FIRST_WID 2501
#define LOCAL 1
#define OVERSEAS 3

static const struct {
    const char *type_id, *name, *code;
    int provider_type;
} methods[] = {
    {"265", "方式A", "A-STD",     0},
    {"266", "Express", "A-EXPRESS", 0},
    {"301", "Own van", "OWN",       1},
    {"402", "3PL",     "THREE",     2},
};

/* What the configuration that is played says of the shop of a seller: the row of `stores` that
 * names its account. WB_JSON_NONE = nothing. */
static wb_json_ref
store_of(const wb_sim *sim, unsigned number)
{
    const wb_sim_play *play = sim->play;
    wb_view name =
        wb_sim_play_text(play, wb_sim_play_account(play, sim->shop->system->name, number), "name");
    wb_json_ref own = wb_sim_play_next(play, WB_JSON_NONE), at;

    for (; own != WB_JSON_NONE; own = wb_sim_play_next(play, own)) {
        wb_json *json = wb_sim_play_json(play);
        for (at = wb_json_first(json, wb_json_at(json, own, "options.stores")); at != WB_JSON_NONE;
             at = wb_json_next(json, at))
            if (wb_view_eq(wb_sim_play_text(play, at, "account"), name))
                return at;
    }
    return WB_JSON_NONE;
}

void
wb_sim_lingxing_store_id(const wb_sim *sim, char *out, unsigned number)
{
    wb_view own = wb_sim_play_text(sim->play, store_of(sim, number), "store_id");

    if (own.len && !wb_text_set(out, WB_SIM_LINGXING_STORE_LEN + 1, own, NULL))
        return;
    (void)snprintf(out, WB_SIM_LINGXING_STORE_LEN + 1, "%llu",
                   (unsigned long long)(FIRST_STORE + number));
}

unsigned
wb_sim_lingxing_seller(const wb_sim *sim, wb_view store_id)
{
    char text[WB_SIM_LINGXING_STORE_LEN + 1];
    uint64_t number = 0;

    for (unsigned k = 1; sim->play && k <= (unsigned)sim->conf.accounts; k++) {
        wb_sim_lingxing_store_id(sim, text, k);
        if (wb_view_is(store_id, text))
            return k;
    }
    if (sim->play || wb_text_uint(&number, store_id, NULL) || number <= FIRST_STORE ||
        number > FIRST_STORE + (uint64_t)sim->conf.accounts)
        return 0;
    return (unsigned)(number - FIRST_STORE);
}

wb_view
wb_sim_lingxing_platform(const wb_sim *sim, unsigned number)
{
    wb_view own = wb_sim_play_text(sim->play, store_of(sim, number), "platform_code");

    return own.len ? own : WB_VIEW_LIT("10009");
}

int64_t
wb_sim_lingxing_sid(const wb_sim *sim, unsigned number)
{
    int64_t sid = number;

    wb_ignore(wb_text_int(&sid, wb_sim_play_text(sim->play, store_of(sim, number), "sid"), NULL),
              "the usual one");
    return sid;
}

int64_t
wb_sim_lingxing_wid(const wb_sim *sim, int number)
{
    int64_t wid = FIRST_WID + number;
    wb_view own = wb_sim_play_word(sim->play, "warehouses", (size_t)number, false);

    wb_ignore(wb_text_int(&wid, own, NULL), "the usual one");
    return wid;
}

int
wb_sim_lingxing_warehouse(const wb_sim *sim, wb_view wid)
{
    int64_t number = 0;

    if (wb_text_int(&number, wid, NULL))
        return -1;
    for (int i = 0; i < WB_SIM_WAREHOUSES; i++)
        if (number == wb_sim_lingxing_wid(sim, i))
            return i;
    return -1;
}

bool
wb_sim_lingxing_warehouse_taken(const wb_sim *sim, wb_view wid)
{
    int64_t number = 0;

    return sim->play ? !wb_text_int(&number, wid, NULL) : wb_sim_lingxing_warehouse(sim, wid) >= 0;
}

bool
wb_sim_lingxing_method(const wb_sim *sim, wb_view type_id)
{
    if (sim->play)
        return type_id.len;
    for (size_t i = 0; i < WB_COUNT(methods); i++)
        if (wb_view_is(type_id, methods[i].type_id))
            return true;
    return false;
}

void
wb_sim_lingxing_store_name(char out[WB_SIM_LINGXING_SHOP_NAME_MAX], unsigned number)
{
    (void)snprintf(out, WB_SIM_LINGXING_SHOP_NAME_MAX, "店铺 %u", number);
}

static void
put_seller(const wb_sim *sim, wb_json_writer *writer, unsigned number)
{
    wb_view own = wb_sim_play_text(sim->play, store_of(sim, number), "name");
    char store[WB_SIM_LINGXING_STORE_LEN + 1], name[WB_SIM_LINGXING_SHOP_NAME_MAX];

    wb_sim_lingxing_store_id(sim, store, number);
    wb_sim_lingxing_store_name(name, number);
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "store_id", wb_view_of(store));
    wb_json_member_text(writer, "sid", WB_VIEW_LIT(""));
    wb_json_member_text(writer, "store_name", own.len ? own : wb_view_of(name));
    wb_json_member_text(writer, "platform_code", wb_sim_lingxing_platform(sim, number));
    wb_json_member_text(writer, "platform_name", WB_VIEW_LIT("自定义平台"));
    wb_json_member_text(writer, "currency", WB_VIEW_LIT("USD"));
    wb_json_member_int(writer, "is_sync", 1);
    wb_json_member_int(writer, "status", 1);
    wb_json_close(writer, '}');
}

void
wb_sim_lingxing_on_sellers(wb_sim_visit *visit)
{
    static const int64_t limits[] = {1, 200, 20};
    wb_sim_lingxing_call it;
    wb_sim_lingxing_page page;
    char total[24];

    if (!wb_sim_lingxing_enter(visit, WB_SIM_LINGXING_SELLERS, &it) ||
        !wb_sim_lingxing_page_read(&it, limits, &page))
        return;
    wb_sim_lingxing_open(&it, 0, "操作成功");
    wb_json_open(&it.writer, '{');
    wb_json_put_key(&it.writer, "list");
    wb_json_open(&it.writer, '[');
    for (unsigned k = 1; k <= (unsigned)visit->sim->conf.accounts; k++)
        if (wb_sim_lingxing_among(it.json, "platform_code",
                                  wb_sim_lingxing_platform(visit->sim, k)) &&
            wb_sim_lingxing_page_takes(&page))
            put_seller(visit->sim, &it.writer, k);
    wb_json_close(&it.writer, ']');
    (void)snprintf(total, sizeof total, "%lld", (long long)page.at + (long long)it.too_much);
    wb_json_member_text(&it.writer, "total", wb_view_of(total));
    wb_json_close(&it.writer, '}');
    wb_sim_lingxing_end(&it, -1);
}

/* What the configuration that is played calls it, where that is no number; {NULL, 0} = nothing. */
static wb_view
called(wb_view own)
{
    int64_t number = 0;

    return own.len && wb_text_int(&number, own, NULL) ? own : (wb_view){NULL, 0};
}

static void
put_warehouse(const wb_sim *sim, wb_json_writer *writer, int number, int type)
{
    wb_view own = called(wb_sim_play_word(sim->play, "warehouses", (size_t)number, false));
    char name[32];

    (void)snprintf(name, sizeof name, "仓库 %d", number + 1);
    wb_json_open(writer, '{');
    wb_json_member_int(writer, "wid", wb_sim_lingxing_wid(sim, number));
    wb_json_member_text(writer, "name", own.len ? own : wb_view_of(name));
    wb_json_member_int(writer, "type", type);
    wb_json_member_int(writer, "is_delete", 0);
    wb_json_member_text(writer, "t_warehouse_code", WB_VIEW_LIT(""));
    wb_json_member_text(writer, "t_warehouse_name", WB_VIEW_LIT(""));
    wb_json_member_text(writer, "t_status", WB_VIEW_LIT(""));
    wb_json_member_text(writer, "country_code", wb_view_of(type == LOCAL ? "CN" : "US"));
    wb_json_member_int(writer, "wp_id", 0);
    wb_json_member_text(writer, "wp_name", WB_VIEW_LIT(""));
    wb_json_close(writer, '}');
}

void
wb_sim_lingxing_on_warehouses(wb_sim_visit *visit)
{
    static const int64_t limits[] = {1, 1000, 1000};
    wb_sim_lingxing_call it;
    wb_sim_lingxing_page page;

    if (!wb_sim_lingxing_enter(visit, WB_SIM_LINGXING_WAREHOUSES, &it) ||
        !wb_sim_lingxing_page_read(&it, limits, &page))
        return;
    int64_t type = wb_sim_lingxing_int(it.json, 0, "type", LOCAL);
    wb_sim_lingxing_open(&it, 0, "success");
    wb_json_open(&it.writer, '[');
    for (int i = 0; i < WB_SIM_WAREHOUSES; i++) {
        int its = i + 1 < WB_SIM_WAREHOUSES ? LOCAL : OVERSEAS;
        if (its == type && wb_sim_lingxing_page_takes(&page))
            put_warehouse(visit->sim, &it.writer, i, its);
    }
    wb_json_close(&it.writer, ']');
    wb_sim_lingxing_end(&it, page.at);
}

void
wb_sim_lingxing_on_methods(wb_sim_visit *visit)
{
    wb_sim_lingxing_call it;
    int64_t total = 0;

    if (!wb_sim_lingxing_enter(visit, WB_SIM_LINGXING_METHODS, &it))
        return;
    wb_json_ref param = wb_json_get(it.json, 0, "param");
    int64_t type = wb_sim_lingxing_int(it.json, param, "provider_type", -1);
    if (type < 0) {
        wb_sim_lingxing_business(&it, "provider_type 不能为空");
        return;
    }
    wb_sim_lingxing_open(&it, 0, "success");
    wb_json_open(&it.writer, '[');
    for (size_t i = 0; i < WB_COUNT(methods); i++) {
        if (methods[i].provider_type != type)
            continue;
        total++;
        wb_json_open(&it.writer, '{');
        wb_json_member_text(&it.writer, "type_id", wb_view_of(methods[i].type_id));
        wb_json_member_text(&it.writer, "name", wb_view_of(methods[i].name));
        wb_json_member_text(&it.writer, "code", wb_view_of(methods[i].code));
        wb_json_member_text(&it.writer, "is_used", WB_VIEW_LIT("1"));
        wb_json_member_text(&it.writer, "logistics_provider_id", WB_VIEW_LIT("6"));
        wb_json_member_text(&it.writer, "logistics_provider_name", WB_VIEW_LIT("shipout"));
        wb_json_close(&it.writer, '}');
    }
    wb_json_close(&it.writer, ']');
    wb_sim_lingxing_end(&it, total);
}
