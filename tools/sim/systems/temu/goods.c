/* SPDX-License-Identifier: Apache-2.0 */
/*
 * goods - what a mall sells: its SKUs, its goods, how many of each it shows
 *
 *   bg.local.goods.sku.list.query      pageNo, pageSize; skuSearchType, skuIdList,
 *                                      skuStatusChangeTimeFrom/To (ms)
 *   bg.local.goods.list.query          pageNo, pageSize; goodsSearchType (required), goodsIdList,
 *                                      goodsStatusChangeTimeFrom/To (ms)
 *   temu.local.goods.sku.stock.query   goodsId, skuIdList, outSkuSnList; no pages
 *
 * Two SKUs of a mall have one goodsId. A change of stock is no change of status.
 */
#include "tools/sim/systems/temu/goods.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/engine/reading.h"
#include "tools/sim/engine/target.h"
#include "tools/sim/systems/temu/answer.h"
#include "tools/sim/systems/temu/facts.h"

#include <stdio.h>

#define GOODS_ACTIVE 1
#define IDS_MAX 200

static bool
says_no(const wb_sim_visit *visit, const char *code, const char *message)
{
    wb_sim_temu_fail(visit, code, message);
    return false;
}

uint32_t
wb_sim_temu_goods_count(const wb_sim_visit *visit)
{
    return wb_sim_market_conf_of(visit->sim->market)->goods;
}

bool
wb_sim_temu_sku(const wb_sim_visit *visit, int64_t sku_id, uint32_t *goods)
{
    if (sku_id < WB_SIM_TEMU_SKU_BASE ||
        sku_id >= WB_SIM_TEMU_SKU_BASE + (int64_t)wb_sim_temu_goods_count(visit))
        return false;
    *goods = (uint32_t)(sku_id - WB_SIM_TEMU_SKU_BASE);
    return true;
}

int64_t
wb_sim_temu_pack(const wb_sim_visit *visit, uint32_t goods)
{
    int64_t each = wb_sim_temu_of(visit)->conf->temu_packs;

    return each && goods % each == 0 ? WB_SIM_TEMU_PACK : 1;
}

void
wb_sim_temu_listing_key(char dst[WB_SIM_TEMU_KEY_MAX], uint32_t goods)
{
    (void)snprintf(dst, WB_SIM_TEMU_KEY_MAX, "%lld", (long long)wb_sim_temu_sku_id(goods));
}

/* The ledger knows which write a probe sees. */
static bool
is_hidden(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, uint32_t goods)
{
    wb_sim_target *target = wb_sim_target_named(visit->sim->targets, wb_view_of(seller->target));
    const wb_sim_ledger *ledger =
        target ? wb_sim_target_kind(target, WB_VIEW_LIT("listing")) : NULL;
    char key[WB_SIM_TEMU_KEY_MAX];
    uint64_t revision = 0;

    wb_sim_temu_listing_key(key, goods);
    return ledger && (!wb_sim_ledger_probe(ledger, wb_view_of(key), &revision) ||
                      revision < seller->shown[goods].revision);
}

/* As it is seen now: a write may be hidden for a while. */
static int64_t
stock_of(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, uint32_t goods)
{
    if (!seller->shown || !seller->shown[goods].revision)
        return 0;
    return is_hidden(visit, seller, goods) ? seller->shown[goods].before : seller->shown[goods].now;
}

/* --- lists --- */

typedef struct {
    int64_t number, size, kind, from_ms, to_ms;
    int64_t ids[IDS_MAX];
    size_t id_count;
} search;

typedef struct {
    const char *kind, *ids, *from, *to;
    bool kind_needed;
} wording;

static bool
read_ids(const wb_sim_visit *visit, const char *name, bool texts, search *out)
{
    wb_json *json = visit->sim->json;
    wb_json_ref list = wb_sim_temu_param(visit, name);

    if (wb_json_count(json, list) > IDS_MAX)
        return says_no(visit, WB_SIM_TEMU_BAD);
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        int64_t *id = &out->ids[out->id_count++];
        if (texts ? !wb_sim_temu_id(visit, at, id) : !wb_sim_temu_int(visit, at, id))
            return false;
    }
    return true;
}

static bool
read_query(const wb_sim_visit *visit, const wording *words, search *out)
{
    *out = (search){.number = 1, .size = 10, .to_ms = INT64_MAX};
    if (words->kind_needed &&
        wb_json_kind(visit->sim->json, wb_sim_temu_param(visit, words->kind)) == WB_JSON_ABSENT)
        return says_no(visit, "7000000", "System exception");
    if (!wb_sim_temu_int(visit, wb_sim_temu_param(visit, "pageNo"), &out->number) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, "pageSize"), &out->size) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, words->kind), &out->kind) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, words->from), &out->from_ms) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, words->to), &out->to_ms) ||
        !read_ids(visit, words->ids, false, out))
        return false;
    return (out->number >= 1 && out->number <= INT32_MAX && out->size >= 1 &&
            out->size <= WB_SIM_TEMU_PAGE_MAX) ||
           says_no(visit, WB_SIM_TEMU_BAD);
}

static bool
names(const search *self, int64_t id)
{
    for (size_t i = 0; i < self->id_count; i++)
        if (self->ids[i] == id)
            return true;
    return !self->id_count;
}

/* All were born at one time, and all are on sale. */
static bool
fits(const search *self, int64_t id)
{
    return names(self, id) && (!self->kind || self->kind == GOODS_ACTIVE) &&
           WB_SIM_TEMU_BORN_MS >= self->from_ms && WB_SIM_TEMU_BORN_MS <= self->to_ms;
}

static void
put_ms_text(wb_json_writer *writer, const char *name)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%lld", (long long)WB_SIM_TEMU_BORN_MS);
    wb_json_member_text(writer, name, wb_view_of(text));
}

static void
put_status(wb_json_writer *writer)
{
    wb_json_member_int(writer, "status4VO", 1);
    wb_json_member_int(writer, "subStatus4VO", 2001);
    wb_json_member_int(writer, "crtTime", WB_SIM_TEMU_BORN_MS);
}

static void
put_price(wb_json_writer *writer, uint32_t goods)
{
    uint64_t thing = goods;
    unsigned minor = 500 + (unsigned)(wb_hash64(&thing, sizeof thing, 23) % 9500);
    char text[24];

    (void)snprintf(text, sizeof text, "%u.%02u", minor / 100, minor % 100);
    wb_json_member_text(writer, "price", wb_view_of(text));
    wb_json_member_text(writer, "currency", WB_VIEW_LIT("USD"));
}

void
wb_sim_temu_put_code(const wb_sim_visit *visit, wb_json_writer *writer, const char *name,
                     uint32_t goods)
{
    char room[WB_SIM_SKU_ROOM];

    wb_json_member_text(writer, name,
                        wb_view_of(wb_sim_goods_sku(visit->sim->market, goods, room)));
}

static void
put_sku(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, uint32_t goods,
        wb_json_writer *writer)
{
    wb_json_open(writer, '{');
    wb_json_member_int(writer, "goodsId", wb_sim_temu_goods_id(goods));
    wb_json_member_int(writer, "skuId", wb_sim_temu_sku_id(goods));
    wb_sim_temu_put_code(visit, writer, "skuSn", goods);
    wb_json_member_text(writer, "goodsName", WB_VIEW_LIT("Packaging tape"));
    wb_json_member_text(writer, "specName",
                        wb_view_of(goods % WB_SIM_TEMU_SKUS_EACH ? "blue" : "red"));
    wb_json_member_int(writer, "stock", stock_of(visit, seller, goods));
    put_price(writer, goods);
    put_status(writer);
    put_ms_text(writer, "skuStatusChangeTime");
    wb_json_close(writer, '}');
}

bool
wb_sim_temu_offers(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, uint32_t first,
                   uint32_t step)
{
    bool some = false;

    for (uint32_t i = first; i < first + step && i < wb_sim_temu_goods_count(visit); i++)
        some |= wb_sim_goods_sold(visit->sim->market, i, seller->account->number);
    return some;
}

static void
put_goods(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, uint32_t first,
          wb_json_writer *writer)
{
    int64_t stock = 0;

    wb_json_open(writer, '{');
    wb_json_member_int(writer, "goodsId", wb_sim_temu_goods_id(first));
    wb_json_member_text(writer, "goodsName", WB_VIEW_LIT("Packaging tape"));
    wb_sim_temu_put_code(visit, writer, "outGoodsSn", first);
    wb_json_put_key(writer, "skuInfoList");
    wb_json_open(writer, '[');
    for (uint32_t i = first;
         i < first + WB_SIM_TEMU_SKUS_EACH && i < wb_sim_temu_goods_count(visit); i++) {
        if (!wb_sim_temu_offers(visit, seller, i, 1))
            continue;
        wb_json_open(writer, '{');
        wb_json_member_int(writer, "skuId", wb_sim_temu_sku_id(i));
        wb_sim_temu_put_code(visit, writer, "skuSn", i);
        wb_json_put_key(writer, "specList");
        wb_json_open(writer, '[');
        wb_json_close(writer, ']');
        wb_json_close(writer, '}');
        stock += stock_of(visit, seller, i);
    }
    wb_json_close(writer, ']');
    put_price(writer, first);
    wb_json_member_int(writer, "quantity", stock);
    put_status(writer);
    put_ms_text(writer, "goodsStatusChangeTime");
    wb_json_close(writer, '}');
}

typedef struct {
    wording words;
    const char *name; /* of the list */
    uint32_t step;    /* goods of one row */
    int64_t (*id)(uint32_t goods);
    void (*put)(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, uint32_t goods,
                wb_json_writer *writer);
} row_kind;

/* The rows of the page; how many fit at all. */
static int64_t
put_rows(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, const row_kind *list,
         const search *query, wb_json_writer *writer)
{
    static const char *const no_records[] = {"7", "null", "\"a SKU\"", "[]", "{}"};
    int64_t first = (query->number - 1) * query->size, total = 0;
    uint64_t elements = visit->sim->elements;

    for (uint32_t goods = 0; goods < wb_sim_temu_goods_count(visit); goods += list->step) {
        if (!fits(query, list->id(goods)) || !wb_sim_temu_offers(visit, seller, goods, list->step))
            continue;
        if (total >= first && total < first + query->size)
            list->put(visit, seller, goods, writer);
        total++;
    }
    wb_sim_element_unusable(visit, no_records, WB_COUNT(no_records), total > first);
    return total + (int64_t)(visit->sim->elements - elements);
}

static void
answer_list(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, const row_kind *list)
{
    wb_json_writer writer;
    search query;

    if (wb_sim_list_refused(visit) || !read_query(visit, &list->words, &query))
        return;
    wb_sim_temu_open(visit, &writer);
    wb_json_open(&writer, '{');
    wb_json_member_int(&writer, "pageNo", query.number);
    wb_json_put_key(&writer, list->name);
    wb_json_open(&writer, '[');
    int64_t total = put_rows(visit, seller, list, &query, &writer);
    wb_json_close(&writer, ']');
    wb_json_member_int(&writer, "total", total);
    wb_sim_temu_close(visit, &writer);
}

void
wb_sim_temu_on_skus(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    static const row_kind skus = {
        .words = {.kind = "skuSearchType",
                  .ids = "skuIdList",
                  .from = "skuStatusChangeTimeFrom",
                  .to = "skuStatusChangeTimeTo"},
        .name = "skuList",
        .step = 1,
        .id = wb_sim_temu_sku_id,
        .put = put_sku,
    };

    answer_list(visit, seller, &skus);
}

void
wb_sim_temu_on_goods(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    static const row_kind goods = {
        .words = {.kind = "goodsSearchType",
                  .ids = "goodsIdList",
                  .from = "goodsStatusChangeTimeFrom",
                  .to = "goodsStatusChangeTimeTo",
                  .kind_needed = true},
        .name = "goodsList",
        .step = WB_SIM_TEMU_SKUS_EACH,
        .id = wb_sim_temu_goods_id,
        .put = put_goods,
    };

    answer_list(visit, seller, &goods);
}

/* --- the stock of some --- */

static void
put_stock(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, uint32_t goods,
          wb_json_writer *writer)
{
    wb_json_open(writer, '{');
    wb_json_member_int(writer, "skuId", wb_sim_temu_sku_id(goods));
    wb_sim_temu_put_code(visit, writer, "outSkuSn", goods);
    wb_json_put_key(writer, "selfOrdinaryStock");
    wb_json_open(writer, '{');
    wb_json_member_int(writer, "stockType", 0);
    wb_json_member_int(writer, "stock", stock_of(visit, seller, goods));
    wb_json_close(writer, '}');
    wb_json_put_key(writer, "selfPreSaleStock");
    wb_json_put_null(writer);
    wb_json_put_key(writer, "certOrdinaryStock");
    wb_json_put_null(writer);
    wb_json_close(writer, '}');
}

static bool
is_named(const wb_sim_visit *visit, uint32_t goods)
{
    wb_json *json = visit->sim->json;
    wb_json_ref list = wb_sim_temu_param(visit, "outSkuSnList");
    char room[WB_SIM_SKU_ROOM];
    const char *code = wb_sim_goods_sku(visit->sim->market, goods, room);

    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view text = {NULL, 0};
        if (!wb_json_text(json, at, &text, "", NULL) && wb_view_is(text, code))
            return true;
    }
    return !wb_json_count(json, list);
}

/* Of one goodsId, those that are asked for: a row, if there are any. */
static void
put_stocks(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, const search *query,
           uint32_t first, wb_json_writer *writer)
{
    bool open = false;

    for (uint32_t i = first;
         i < first + WB_SIM_TEMU_SKUS_EACH && i < wb_sim_temu_goods_count(visit); i++) {
        if (!names(query, wb_sim_temu_sku_id(i)) || !is_named(visit, i) ||
            !wb_sim_temu_offers(visit, seller, i, 1))
            continue;
        if (!open) {
            wb_json_open(writer, '{');
            wb_json_member_int(writer, "goodsId", wb_sim_temu_goods_id(first));
            wb_json_put_key(writer, "skuStockInfoList");
            wb_json_open(writer, '[');
            open = true;
        }
        put_stock(visit, seller, i, writer);
    }
    if (!open)
        return;
    wb_json_close(writer, ']');
    wb_json_close(writer, '}');
}

void
wb_sim_temu_on_stock(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    search query = {0};
    int64_t goods_id = 0;
    wb_json_writer writer;

    if (wb_sim_list_refused(visit) ||
        !wb_sim_temu_id(visit, wb_sim_temu_param(visit, "goodsId"), &goods_id) ||
        !read_ids(visit, "skuIdList", true, &query))
        return;
    if (!goods_id && !query.id_count &&
        !wb_json_count(visit->sim->json, wb_sim_temu_param(visit, "outSkuSnList"))) {
        wb_sim_temu_fail(visit, "7000000", "System exception");
        return;
    }
    wb_sim_temu_open(visit, &writer);
    wb_json_open(&writer, '{');
    wb_json_put_key(&writer, "stockList");
    wb_json_open(&writer, '[');
    for (uint32_t i = 0; i < wb_sim_temu_goods_count(visit); i += WB_SIM_TEMU_SKUS_EACH)
        if (!goods_id || goods_id == wb_sim_temu_goods_id(i))
            put_stocks(visit, seller, &query, i, &writer);
    wb_json_close(&writer, ']');
    wb_sim_temu_close(visit, &writer);
}
