/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask - the cheapest question that an account is answered, its shops; and what else is there that
 * its settings may name
 *
 *   account.ask    shops
 *   account.more   local warehouses, overseas ones, shipping methods of each kind, one list a call
 *
 * Interfaces are granted one by one: who is answered may still not be granted another. What the
 * settings name and no list has yet travels in the cursor: "account.more STEP WID,WID/METHOD".
 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/lingxing/lingxing.h"
#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define MORE "account.more"
#define TEXT_MAX ((size_t)4000) /* of what is told, each */
#define LENGTH 200

/* The lists behind the shops, one after another. */
#define WAREHOUSES "/erp/sc/data/local_inventory/warehouse"
#define METHODS "/erp/sc/routing/wms/WmsLogistics/listUsedLogisticsType"

static const struct {
    const char *path;
    int64_t type;
    bool methods;
} lists[] = {
    {WAREHOUSES, 1, false}, /* local */
    {WAREHOUSES, 3, false}, /* overseas */
    {METHODS,    0, true }, /* by an interface */
    {METHODS,    1, true }, /* our own */
    {METHODS,    2, true }, /* of overseas warehouses */
    {METHODS,    4, true }, /* of platforms */
};

/* --- what is told --- */

/* "Yiwu (25)", behind what was told before. */
static void
tell_name(wb_buf *out, wb_view name, wb_view id)
{
    char words[80];

    wb_text_tame_words(words, sizeof words, name);
    if (out->len + sizeof words + id.len + 8 < TEXT_MAX)
        wb_buf_addf(out, "%s%s (%.*s)", out->len ? ", " : "", words, WB_VIEW_ARG(id));
}

static void
tell_lack(wb_buf *out, const char *what, wb_view id)
{
    if (out->len + strlen(what) + id.len + 24 < TEXT_MAX)
        wb_buf_addf(out, "%sthere is no %s %.*s", out->len ? "; " : "", what, WB_VIEW_ARG(id));
}

static wb_view
name_of(wb_json *json, wb_json_ref row, const char *member)
{
    wb_view name = {NULL, 0};

    wb_answer_text(json, wb_answer_member(json, row, member), &name, member);
    return name;
}

/* --- shops --- */

wb_rc
lingxing_ask_build(const wb_call *call, wb_request *out, wb_err *err)
{
    wb_json_writer writer;

    lingxing_post(call, "/pb/mp/shop/v2/getSellerList", out);
    wb_json_writer_init(&writer, &out->body);
    wb_json_open(&writer, '{');
    wb_json_member_int(&writer, "length", LENGTH);
    wb_json_member_int(&writer, "offset", 0);
    wb_json_close(&writer, '}');
    return lingxing_seal(call, out, err);
}

static wb_json_ref
row_of_shop(wb_json *json, wb_json_ref rows, const char *store_id)
{
    wb_view id;

    for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        if (lingxing_name(json, at, "store_id", &id) && store_id && wb_view_is(id, store_id))
            return at;
    return WB_JSON_NONE;
}

/* What the settings name and is not there; the numbers that a shop has there, where they are told.
 */
static void
compare_shops(const lingxing_options *options, wb_json *json, wb_json_ref rows, wb_buf *lacks)
{
    const lingxing_store *stores = options->stores.items;

    for (size_t i = 0; i < options->stores.count; i++) {
        wb_json_ref row = row_of_shop(json, rows, stores[i].store_id);
        wb_view sid;

        if (row == WB_JSON_NONE)
            tell_lack(lacks, "shop", wb_view_of(stores[i].store_id));
        else if (stores[i].sid && *stores[i].sid && lingxing_name(json, row, "sid", &sid) &&
                 !wb_view_is(sid, stores[i].sid) && lacks->len + 200 < TEXT_MAX)
            wb_buf_addf(lacks, "%sthe sid of shop %.64s is %.*s there", lacks->len ? "; " : "",
                        stores[i].store_id, (int)(sid.len < 64 ? sid.len : 64), sid.data);
    }
}

static void
first_cursor(const lingxing_options *options, wb_outcomes *out)
{
    char *const *warehouses = options->warehouses.items;
    WB_AUTO(wb_buf_fini) wb_buf cursor = {0};

    wb_buf_init(&cursor, TEXT_MAX);
    wb_buf_add_text(&cursor, MORE " 0 ");
    for (size_t i = 0; i < options->warehouses.count; i++)
        wb_buf_addf(&cursor, "%s%s", i ? "," : "", warehouses[i]);
    if (options->wid && *options->wid)
        wb_buf_addf(&cursor, "%s%s", options->warehouses.count ? "," : "", options->wid);
    wb_buf_addf(&cursor, "/%s", options->logistics_type_id ? options->logistics_type_id : "");
    if (!cursor.overflow)
        out->cursor = wb_outcomes_keep(out, wb_buf_view(&cursor));
}

wb_rc
lingxing_ask_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf names = {0};
    WB_AUTO(wb_buf_fini) wb_buf lacks = {0};
    wb_json *json = call->json;
    wb_json_ref rows;
    int64_t total = 0;
    wb_view id;
    wb_rc rc = lingxing_answer(call, resp, out, err);

    if (rc)
        return rc;
    if (!lingxing_list(json, &rows, &total))
        return wb_fail(err, WB_RETRY, "the list of shops is unreadable");
    wb_buf_init(&names, TEXT_MAX);
    wb_buf_init(&lacks, TEXT_MAX);
    for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        if (lingxing_name(json, at, "store_id", &id))
            tell_name(&names, name_of(json, at, "store_name"), id);
    if ((int64_t)wb_json_count(json, rows) >= total)
        compare_shops(call->options, json, rows, &lacks);
    wb_outcomes_reserve(out, 3 * TEXT_MAX);
    out->word.shop = wb_outcomes_keep(out, wb_buf_view(&names));
    out->word.lacks = wb_outcomes_keep(out, wb_buf_view(&lacks));
    first_cursor(call->options, out);
    return WB_OK;
}

/* --- the lists behind them --- */

typedef struct {
    int64_t step;
    wb_view warehouses, method; /* that no list had so far */
} place;

/* Without a cursor: the first step. */
static wb_rc
place_of(wb_view cursor, place *out, wb_err *err)
{
    const size_t head = sizeof MORE;
    const char *blank, *slash, *end = cursor.data + cursor.len;

    *out = (place){.step = 0};
    if (!cursor.len)
        return WB_OK;
    blank = cursor.len > head ? memchr(cursor.data + head, ' ', cursor.len - head) : NULL;
    slash = blank ? memchr(blank, '/', (size_t)(end - blank)) : NULL;
    if (!slash ||
        wb_text_int(&out->step, (wb_view){cursor.data + head, (size_t)(blank - cursor.data) - head},
                    NULL) ||
        out->step < 0 || out->step >= (int64_t)WB_COUNT(lists))
        return wb_fail(err, WB_REJECT, "the cursor is none of this question");
    out->warehouses = (wb_view){blank + 1, (size_t)(slash - blank - 1)};
    out->method = (wb_view){slash + 1, (size_t)(end - slash - 1)};
    return WB_OK;
}

wb_rc
lingxing_more_build(const wb_call *call, wb_request *out, wb_err *err)
{
    wb_json_writer writer;
    place at;
    wb_rc rc = place_of(call->cursor, &at, err);

    if (rc)
        return rc;
    lingxing_post(call, lists[at.step].path, out);
    wb_json_writer_init(&writer, &out->body);
    wb_json_open(&writer, '{');
    if (lists[at.step].methods) {
        wb_json_put_key(&writer, "param");
        wb_json_open(&writer, '{');
        wb_json_member_int(&writer, "length", LENGTH);
        wb_json_member_int(&writer, "page", 1);
        wb_json_member_int(&writer, "provider_type", lists[at.step].type);
        wb_json_close(&writer, '}');
    } else {
        wb_json_member_int(&writer, "length", LENGTH);
        wb_json_member_int(&writer, "offset", 0);
        wb_json_member_int(&writer, "type", lists[at.step].type);
    }
    wb_json_close(&writer, '}');
    return lingxing_seal(call, out, err);
}

static bool
has_id(wb_json *json, wb_json_ref rows, const char *member, wb_view wanted)
{
    wb_view id;

    for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        if (lingxing_name(json, at, member, &id) && wb_view_eq(id, wanted))
            return true;
    return false;
}

/* Those that this list does not have either. */
static void
keep_missing(wb_json *json, wb_json_ref rows, const char *member, wb_view wanted, wb_buf *out)
{
    while (wanted.len) {
        wb_view id = lingxing_next_number(&wanted);

        if (id.len && !has_id(json, rows, member, id))
            wb_buf_addf(out, "%s%.*s", out->len ? "," : "", WB_VIEW_ARG(id));
    }
}

static void
tell_missing(wb_view missing, const char *what, wb_buf *lacks)
{
    while (missing.len)
        tell_lack(lacks, what, lingxing_next_number(&missing));
}

/* The next step; what no list had is told behind the last one that could have had it. */
static void
go_on(const place *at, wb_view missing, wb_outcomes *out)
{
    bool methods = lists[at->step].methods;
    bool last = at->step + 1 == WB_COUNT(lists) || lists[at->step + 1].methods != methods;
    wb_view warehouses = methods ? at->warehouses : missing;
    wb_view method = methods ? missing : at->method;
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    wb_buf_init(&text, 2 * TEXT_MAX);
    if (last)
        tell_missing(missing, methods ? "shipping method" : "warehouse", &text);
    out->word.lacks = wb_outcomes_keep(out, wb_buf_view(&text));
    if (at->step + 1 == WB_COUNT(lists))
        return;
    wb_buf_clear(&text);
    wb_buf_addf(&text, MORE " %lld %.*s/%.*s", (long long)at->step + 1, WB_VIEW_ARG(warehouses),
                WB_VIEW_ARG(method));
    out->cursor = wb_outcomes_keep(out, wb_buf_view(&text));
}

wb_rc
lingxing_more_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf names = {0};
    WB_AUTO(wb_buf_fini) wb_buf missing = {0};
    wb_json *json = call->json;
    wb_json_ref rows;
    int64_t total = 0;
    const char *member;
    wb_view id;
    place at;
    wb_rc rc = place_of(call->cursor, &at, err);

    rc = rc ? rc : lingxing_answer(call, resp, out, err);
    if (rc)
        return rc;
    if (!lingxing_list(json, &rows, &total))
        return wb_fail(err, WB_RETRY, "the list is unreadable");
    member = lists[at.step].methods ? "type_id" : "wid";
    wb_buf_init(&names, TEXT_MAX);
    wb_buf_init(&missing, TEXT_MAX);
    for (wb_json_ref row = wb_json_first(json, rows); row != WB_JSON_NONE;
         row = wb_json_next(json, row))
        if (lingxing_name(json, row, member, &id))
            tell_name(&names, name_of(json, row, "name"), id);
    if ((int64_t)wb_json_count(json, rows) >= total) /* else nobody knows what it does not have */
        keep_missing(json, rows, member, lists[at.step].methods ? at.method : at.warehouses,
                     &missing);
    wb_outcomes_reserve(out, 5 * TEXT_MAX);
    out->word.has = wb_outcomes_keep(out, wb_buf_view(&names));
    go_on(&at, wb_buf_view(&missing), out);
    return WB_OK;
}
