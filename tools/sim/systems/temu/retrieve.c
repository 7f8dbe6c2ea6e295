/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retrieve - what a mall sells, as the newer lists tell it: page by token, ids as texts
 *
 *   temu.local.sku.list.retrieve     pageToken, pageSize (25, at most 100); skuSearchType (a word,
 *       required), skuIdList, outSkuSnList (200), goodsIdList, outGoodsSnList (100), all texts;
 *       skuStatusChangeTimeFrom/To, goodsCreateTimeFrom/To (ms)
 *   temu.local.goods.list.retrieve   the same; goodsSearchType, which knows ALL as well,
 *       goodsStatusChangeTimeFrom/To
 *
 *   {"total", "skuList" | "goodsList": [...], "pagination": {"nextToken", "previousToken"}}
 *
 * They tell neither stock nor price. A token is "FIRST.ROUND.ENDLESS" and the search that it
 * belongs to: with another search, or unknown, it is refused.
 */
#include "tools/sim/systems/temu/goods.h"

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/engine/reading.h"
#include "tools/sim/systems/temu/answer.h"
#include "tools/sim/systems/temu/facts.h"

#include <stdio.h>
#include <string.h>

#define REFUSED "150010003", "Invalid Request Parameters"
#define SIZE 25
#define TOKEN_PARTS 4

/* A list of what may be named, and how many of it. */
typedef struct {
    const char *name;
    size_t most;
} name_list;

static const name_list named[] = {
    {"skuIdList",      200},
    {"outSkuSnList",   200},
    {"goodsIdList",    100},
    {"outGoodsSnList", 100},
};

typedef struct {
    int64_t size, from_ms, to_ms, born_from_ms, born_to_ms;
    bool on_sale; /* it asks for what is on sale: all goods of this world are */
    uint64_t hash;
    wb_sim_scan scan;
} search;

/* One of the two lists. */
typedef struct {
    const char *kind, *from, *to, *rows;
    const char *const *words; /* the first ones find what is on sale */
    size_t finding;
    uint32_t step; /* goods of one row */
    void (*put)(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, uint32_t goods,
                wb_json_writer *writer);
} told_list;

static bool
says_no(const wb_sim_visit *visit)
{
    wb_sim_temu_fail(visit, REFUSED);
    return false;
}

/* --- what is asked --- */

static bool
read_word(const wb_sim_visit *visit, const told_list *list, search *out)
{
    wb_json_ref at = wb_sim_temu_param(visit, list->kind);
    wb_view word = {NULL, 0};

    if (wb_json_kind(visit->sim->json, at) != WB_JSON_STRING ||
        wb_json_text(visit->sim->json, at, &word, "", NULL))
        return says_no(visit);
    for (size_t i = 0; list->words[i]; i++)
        if (wb_view_is(word, list->words[i])) {
            out->on_sale = i < list->finding;
            out->hash = wb_hash64(word.data, word.len, list->step);
            return true;
        }
    return says_no(visit);
}

static bool
check_lists(const wb_sim_visit *visit)
{
    wb_json *json = visit->sim->json;

    for (size_t i = 0; i < WB_COUNT(named); i++) {
        wb_json_ref list = wb_sim_temu_param(visit, named[i].name);

        if (wb_json_count(json, list) > named[i].most)
            return says_no(visit);
        for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
             at = wb_json_next(json, at))
            if (wb_json_kind(json, at) != WB_JSON_STRING)
                return says_no(visit);
    }
    return true;
}

/* {first}.{round}.{endless}.{search} */
static bool
read_token(const wb_sim_visit *visit, wb_view token, search *out)
{
    uint64_t parts[TOKEN_PARTS];

    if (wb_sim_cursor_refused(visit, token, out->hash))
        return false;
    for (int i = 0; i < TOKEN_PARTS; i++) {
        const char *point = token.len ? memchr(token.data, '.', token.len) : NULL;
        size_t len = point ? (size_t)(point - token.data) : token.len;

        if (wb_text_uint(&parts[i], (wb_view){token.data, len}, NULL))
            return false;
        token.data += len + (point ? 1 : 0);
        token.len -= len + (point ? 1 : 0);
    }
    out->scan.position = (uint32_t)parts[0];
    out->scan.round = (uint32_t)parts[1];
    out->scan.endless = parts[2];
    return parts[0] <= UINT32_MAX && parts[1] <= UINT32_MAX && parts[3] == out->hash && !token.len;
}

static bool
read_query(const wb_sim_visit *visit, const told_list *list, search *out)
{
    wb_view token = {NULL, 0};

    *out = (search){.size = SIZE, .to_ms = INT64_MAX, .born_to_ms = INT64_MAX};
    if (!read_word(visit, list, out) || !check_lists(visit) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, "pageSize"), &out->size) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, list->from), &out->from_ms) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, list->to), &out->to_ms) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, "goodsCreateTimeFrom"),
                         &out->born_from_ms) ||
        !wb_sim_temu_int(visit, wb_sim_temu_param(visit, "goodsCreateTimeTo"), &out->born_to_ms) ||
        !wb_sim_temu_text(visit, wb_sim_temu_param(visit, "pageToken"), &token))
        return false;
    if (out->size < 1 || out->size > WB_SIM_TEMU_PAGE_MAX)
        return says_no(visit);
    if (!token.len)
        wb_sim_scan_begin(visit, NULL, &out->scan);
    else if (!read_token(visit, token, out))
        return says_no(visit);
    return true;
}

/* --- what fits --- */

/* Is it in that list, as text? One that is not there names all. */
static bool
is_in(const wb_sim_visit *visit, const char *name, const char *wanted)
{
    wb_json *json = visit->sim->json;
    wb_json_ref list = wb_sim_temu_param(visit, name);

    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view text = {NULL, 0};

        if (!wb_json_text(json, at, &text, "", NULL) && wb_view_is(text, wanted))
            return true;
    }
    return !wb_json_count(json, list);
}

static bool
is_named(const wb_sim_visit *visit, uint32_t goods)
{
    uint32_t first = goods - goods % WB_SIM_TEMU_SKUS_EACH;
    char room[WB_SIM_SKU_ROOM], id[24];

    (void)snprintf(id, sizeof id, "%lld", (long long)wb_sim_temu_sku_id(goods));
    if (!is_in(visit, "skuIdList", id) ||
        !is_in(visit, "outSkuSnList", wb_sim_goods_sku(visit->sim->market, goods, room)))
        return false;
    (void)snprintf(id, sizeof id, "%lld", (long long)wb_sim_temu_goods_id(goods));
    return is_in(visit, "goodsIdList", id) &&
           is_in(visit, "outGoodsSnList", wb_sim_goods_sku(visit->sim->market, first, room));
}

/* One row: any of the goods in it that the mall offers. */
static bool
fits(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, const told_list *list,
     const search *query, uint32_t first)
{
    int64_t born_ms = WB_SIM_TEMU_BORN_MS;

    if (!query->on_sale || born_ms < query->from_ms || born_ms > query->to_ms ||
        born_ms < query->born_from_ms || born_ms > query->born_to_ms)
        return false;
    for (uint32_t i = first; i < first + list->step && i < wb_sim_temu_goods_count(visit); i++)
        if (wb_sim_temu_offers(visit, seller, i, 1) && is_named(visit, i))
            return true;
    return false;
}

/* --- the rows --- */

static void
put_id(wb_json_writer *writer, const char *name, int64_t id)
{
    char text[24];

    (void)snprintf(text, sizeof text, "%lld", (long long)id);
    wb_json_member_text(writer, name, wb_view_of(text));
}

static void
put_common(const wb_sim_visit *visit, uint32_t goods, wb_json_writer *writer)
{
    put_id(writer, "goodsId", wb_sim_temu_goods_id(goods));
    wb_json_member_text(writer, "goodsName", WB_VIEW_LIT("Packaging tape"));
    wb_sim_temu_put_code(visit, writer, "outGoodsSn", goods - goods % WB_SIM_TEMU_SKUS_EACH);
    put_id(writer, "catId", 29153);
    wb_json_member_int(writer, "catType", 1);
    wb_json_member_int(writer, "goodsCreateTime", WB_SIM_TEMU_BORN_MS);
    wb_json_member_int(writer, "lowTrafficTag", 2);
    wb_json_member_int(writer, "restrictedTrafficTag", 2);
}

static void
put_sku(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, uint32_t goods,
        wb_json_writer *writer)
{
    (void)seller;
    wb_json_open(writer, '{');
    put_id(writer, "skuId", wb_sim_temu_sku_id(goods));
    wb_sim_temu_put_code(visit, writer, "outSkuSn", goods);
    put_common(visit, goods, writer);
    wb_json_member_text(writer, "specName",
                        wb_view_of(goods % WB_SIM_TEMU_SKUS_EACH ? "blue" : "red"));
    wb_json_member_text(writer, "skuStatus", WB_VIEW_LIT("Active"));
    wb_json_member_text(writer, "skuSubStatus", WB_VIEW_LIT("2001"));
    wb_json_member_int(writer, "skuStatusChangeTime", WB_SIM_TEMU_BORN_MS);
    wb_json_close(writer, '}');
}

static void
put_goods(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, uint32_t first,
          wb_json_writer *writer)
{
    wb_json_open(writer, '{');
    put_common(visit, first, writer);
    wb_json_member_text(writer, "goodsStatus", WB_VIEW_LIT("Active"));
    wb_json_member_int(writer, "goodsStatusChangeTime", WB_SIM_TEMU_BORN_MS);
    wb_json_put_key(writer, "skuInfoList");
    wb_json_open(writer, '[');
    for (uint32_t i = first;
         i < first + WB_SIM_TEMU_SKUS_EACH && i < wb_sim_temu_goods_count(visit); i++) {
        if (!wb_sim_temu_offers(visit, seller, i, 1))
            continue;
        wb_json_open(writer, '{');
        wb_json_member_int(writer, "skuId", wb_sim_temu_sku_id(i));
        wb_sim_temu_put_code(visit, writer, "skuSn", i);
        wb_json_close(writer, '}');
    }
    wb_json_close(writer, ']');
    wb_json_put_key(writer, "multiSiteInfo");
    wb_json_put_null(writer);
    wb_json_close(writer, '}');
}

/* --- the page --- */

/* The rows of the page, which moves the position behind them; how many fit at all. */
static int64_t
put_rows(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, const told_list *list,
         search *query, wb_json_writer *writer)
{
    static const char *const no_records[] = {"7", "null", "\"a SKU\"", "[]", "{}"};
    uint64_t elements = visit->sim->elements;
    uint32_t behind = query->scan.position;
    int64_t total = 0, told = 0;

    for (uint32_t goods = 0; goods < wb_sim_temu_goods_count(visit); goods += list->step) {
        if (!fits(visit, seller, list, query, goods))
            continue;
        total++;
        if (goods < query->scan.position || told == query->size)
            continue;
        list->put(visit, seller, goods, writer);
        behind = goods + list->step;
        told++;
    }
    query->scan.position = behind;
    wb_sim_element_unusable(visit, no_records, WB_COUNT(no_records), told > 0);
    return total + (int64_t)(visit->sim->elements - elements);
}

static bool
has_more(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, const told_list *list,
         const search *query)
{
    for (uint32_t goods = query->scan.position; goods < wb_sim_temu_goods_count(visit);
         goods += list->step)
        if (fits(visit, seller, list, query, goods))
            return true;
    return false;
}

static void
put_pagination(const search *query, bool more, wb_json_writer *writer)
{
    char token[80];

    (void)snprintf(token, sizeof token, "%u.%u.%d.%llu", query->scan.position, query->scan.round,
                   query->scan.endless, (unsigned long long)query->hash);
    wb_json_put_key(writer, "pagination");
    wb_json_open(writer, '{');
    wb_json_put_key(writer, "nextToken");
    if (more)
        wb_json_put_text(writer, wb_view_of(token));
    else
        wb_json_put_null(writer);
    wb_json_put_key(writer, "previousToken");
    wb_json_put_null(writer);
    wb_json_close(writer, '}');
}

static void
answer_list(const wb_sim_visit *visit, const wb_sim_temu_seller *seller, const told_list *list)
{
    wb_json_writer writer;
    search query;

    if (wb_sim_list_refused(visit) || !read_query(visit, list, &query))
        return;
    wb_sim_temu_open(visit, &writer);
    wb_json_open(&writer, '{');
    wb_json_put_key(&writer, list->rows);
    wb_json_open(&writer, '[');
    int64_t total = put_rows(visit, seller, list, &query, &writer);
    wb_json_close(&writer, ']');
    wb_json_member_int(&writer, "total", total);
    bool more = wb_sim_scan_more(visit, &query.scan, has_more(visit, seller, list, &query));
    put_pagination(&query, more, &writer);
    wb_sim_temu_close(visit, &writer);
}

void
wb_sim_temu_on_skus_told(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    static const char *const words[] = {"ACTIVE", "INACTIVE", "INCOMPLETE",
                                        "DRAFT",  "DELETED",  NULL};
    static const told_list skus = {.kind = "skuSearchType",
                                   .from = "skuStatusChangeTimeFrom",
                                   .to = "skuStatusChangeTimeTo",
                                   .rows = "skuList",
                                   .words = words,
                                   .finding = 1,
                                   .step = 1,
                                   .put = put_sku};

    answer_list(visit, seller, &skus);
}

void
wb_sim_temu_on_goods_told(wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    static const char *const words[] = {"ALL",   "ACTIVE",  "INACTIVE", "INCOMPLETE",
                                        "DRAFT", "DELETED", NULL};
    static const told_list goods = {.kind = "goodsSearchType",
                                    .from = "goodsStatusChangeTimeFrom",
                                    .to = "goodsStatusChangeTimeTo",
                                    .rows = "goodsList",
                                    .words = words,
                                    .finding = 2,
                                    .step = WB_SIM_TEMU_SKUS_EACH,
                                    .put = put_goods};

    answer_list(visit, seller, &goods);
}
