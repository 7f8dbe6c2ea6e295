/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask - the cheapest question that an account is answered, its shops; and what else is there that
 * its settings and rules may name
 *
 *   account.ask    shops, the first of them
 *   account.more   local warehouses, overseas ones, shipping methods of each kind, one list after
 *                  the other; before these the other shops, where one answer did not have all
 *
 * Interfaces are granted one by one: who is answered may still not be granted another. What the
 * settings name and no list has had yet travels in the cursor: "account.more STEP WID,WID/METHOD",
 * each percent-encoded, for it may be a name; behind the first page of a list
 * "account.more STEP+ROWS+PAGES ...". What is there is told as names, too (names.c).
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
#define SHOPS "/pb/mp/shop/v2/getSellerList"
#define METHODS "/erp/sc/routing/wms/WmsLogistics/listUsedLogisticsType"

typedef enum { OF_WAREHOUSES, OF_METHODS, OF_SHOPS } list_sort;

static const struct {
    const char *path;
    int64_t type;
    list_sort sort;
} lists[] = {
    {WAREHOUSES, 1, OF_WAREHOUSES}, /* local */
    {WAREHOUSES, 3, OF_WAREHOUSES}, /* overseas */
    {METHODS,    0, OF_METHODS   }, /* by an interface */
    {METHODS,    1, OF_METHODS   }, /* our own */
    {METHODS,    2, OF_METHODS   }, /* of overseas warehouses */
    {METHODS,    4, OF_METHODS   }, /* of platforms */
    {SHOPS,      0, OF_SHOPS     }, /* behind the first ones; the warehouses are next */
};
#define STEP_OF_SHOPS ((int64_t)WB_COUNT(lists) - 1)

static const struct {
    const char *what, *id, *name;
    const char *unless, *says; /* a member by which it is there no more */
} sorts[] = {
    [OF_WAREHOUSES] = {LINGXING_WAREHOUSE, "wid",      "name",       "is_delete", "1" },
    [OF_METHODS] = {LINGXING_METHOD,    "type_id",  "name",       "is_used",   "0" },
    [OF_SHOPS] = {LINGXING_SHOP,      "store_id", "store_name", NULL,        NULL},
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

/* False: it is not there any more, or nobody can say which it is. */
static bool
is_there(wb_json *json, wb_json_ref row, list_sort sort, wb_view *id)
{
    wb_view says = {NULL, 0};

    if (!lingxing_name(json, row, sorts[sort].id, id))
        return false;
    if (sorts[sort].unless)
        wb_answer_code(json, wb_answer_member(json, row, sorts[sort].unless), &says,
                       sorts[sort].unless);
    return !says.len || !wb_view_is(says, sorts[sort].says);
}

/* Who a shipping method is of, where that is told: known by the method's id. */
static void
tell_provider(wb_json *json, wb_json_ref row, wb_view id, wb_outcomes *out)
{
    wb_view provider;
    wb_item *item;

    if (!lingxing_name(json, row, "logistics_provider_id", &provider))
        return;
    item = wb_outcomes_item(out);
    item->what = WB_VIEW_LIT(LINGXING_PROVIDER);
    item->external = wb_outcomes_keep(out, provider);
    item->body = wb_outcomes_keep(out, id);
}

/* For people, and for who looks for a name. */
static void
tell_rows(wb_json *json, wb_json_ref rows, list_sort sort, wb_outcomes *out, wb_buf *words)
{
    wb_view id;

    for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view name;
        wb_item *item;

        if (!is_there(json, at, sort, &id))
            continue;
        name = name_of(json, at, sorts[sort].name);
        tell_name(words, name, id);
        item = wb_outcomes_item(out);
        item->what = wb_view_of(sorts[sort].what);
        item->external = wb_outcomes_keep(out, id);
        item->body = wb_outcomes_keep(out, name);
        if (sort == OF_METHODS)
            tell_provider(json, at, id, out);
    }
}

/* --- shops --- */

wb_rc
lingxing_ask_build(const wb_call *call, wb_request *out, wb_err *err)
{
    wb_json_writer writer;

    lingxing_post(call, SHOPS, out);
    wb_json_writer_init(&writer, &out->body);
    wb_json_open(&writer, '{');
    wb_json_member_int(&writer, "length", LENGTH);
    wb_json_member_int(&writer, "offset", 0);
    wb_json_close(&writer, '}');
    return lingxing_seal(call, out, err);
}

/* By its id, where the settings give one, else by its name. */
static wb_json_ref
row_of_shop(wb_json *json, wb_json_ref rows, const lingxing_store *store)
{
    bool by_id = store->store_id && *store->store_id;
    const char *wanted = by_id ? store->store_id : store->name;
    wb_view is;

    for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        if (lingxing_name(json, at, by_id ? "store_id" : "store_name", &is) && wanted &&
            wb_view_is(is, wanted))
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
        wb_json_ref row = row_of_shop(json, rows, &stores[i]);
        const char *called =
            stores[i].store_id && *stores[i].store_id ? stores[i].store_id : stores[i].name;
        wb_view sid;

        if (row == WB_JSON_NONE)
            tell_lack(lacks, LINGXING_SHOP, wb_view_of(called));
        else if (stores[i].sid && *stores[i].sid && lingxing_name(json, row, "sid", &sid) &&
                 !wb_view_is(sid, stores[i].sid) && lacks->len + 200 < TEXT_MAX)
            wb_buf_addf(lacks, "%sthe sid of shop %.64s is %.*s there", lacks->len ? "; " : "",
                        called, (int)(sid.len < 64 ? sid.len : 64), sid.data);
    }
}

/* What the settings name, and the place to begin at. */
static void
first_cursor(const lingxing_options *options, const char *begin, wb_outcomes *out)
{
    char *const *warehouses = options->warehouses.items;
    WB_AUTO(wb_buf_fini) wb_buf cursor = {0};

    wb_buf_init(&cursor, TEXT_MAX);
    wb_buf_addf(&cursor, MORE " %s ", begin);
    for (size_t i = 0; i < options->warehouses.count; i++) {
        wb_buf_add_text(&cursor, i ? "," : "");
        wb_percent(&cursor, wb_view_of(warehouses[i]), NULL);
    }
    if (options->wid && *options->wid) {
        wb_buf_add_text(&cursor, options->warehouses.count ? "," : "");
        wb_percent(&cursor, wb_view_of(options->wid), NULL);
    }
    wb_buf_add_char(&cursor, '/');
    wb_percent(&cursor, wb_view_of(options->logistics_type_id), NULL);
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
    int64_t total = 0, count;
    char begin[48];
    wb_rc rc = lingxing_answer(call, resp, out, err);

    if (rc)
        return rc;
    if (!lingxing_list(json, &rows, &total) || wb_json_kind(json, rows) != WB_JSON_ARRAY)
        return wb_fail(err, WB_RETRY, "the list of shops is unreadable"); /* null is no yes */
    count = (int64_t)wb_json_count(json, rows);
    wb_buf_init(&names, TEXT_MAX);
    wb_buf_init(&lacks, TEXT_MAX);
    wb_outcomes_reserve(out, 3 * TEXT_MAX + 2 * resp->body.len);
    tell_rows(json, rows, OF_SHOPS, out, &names);
    if (count >= total)
        compare_shops(call->options, json, rows, &lacks);
    out->word.shop = wb_outcomes_keep(out, wb_buf_view(&names));
    out->word.lacks = wb_outcomes_keep(out, wb_buf_view(&lacks));
    (void)snprintf(begin, sizeof begin, "%lld+%lld+1", (long long)STEP_OF_SHOPS, (long long)count);
    first_cursor(call->options, count >= total || !count ? "0" : begin, out);
    return WB_OK;
}

/* --- the lists behind them --- */

typedef struct {
    int64_t step, rows, pages;  /* of the list: rows and pages that were read */
    wb_view warehouses, method; /* that no list had so far, percent-encoded */
} place;

/* "6", or "6+200+1". */
static bool
place_numbers(wb_view text, place *out)
{
    int64_t *const numbers[] = {&out->step, &out->rows, &out->pages};
    size_t count = 0;

    while (text.len && count < WB_COUNT(numbers)) {
        const char *plus = memchr(text.data, '+', text.len);
        wb_view one = {text.data, plus ? (size_t)(plus - text.data) : text.len};

        if (wb_text_int(numbers[count], one, NULL) || *numbers[count] < 0)
            return false;
        count++;
        text.data += one.len + (plus != NULL);
        text.len -= one.len + (plus != NULL);
    }
    return !text.len && (count == 1 || count == 3) && out->step < (int64_t)WB_COUNT(lists);
}

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
        !place_numbers((wb_view){cursor.data + head, (size_t)(blank - cursor.data) - head}, out))
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
    if (lists[at.step].sort == OF_METHODS) {
        wb_json_put_key(&writer, "param");
        wb_json_open(&writer, '{');
        wb_json_member_int(&writer, "length", LENGTH);
        wb_json_member_int(&writer, "page", at.pages + 1);
        wb_json_member_int(&writer, "provider_type", lists[at.step].type);
        wb_json_close(&writer, '}');
    } else {
        wb_json_member_int(&writer, "length", LENGTH);
        wb_json_member_int(&writer, "offset", at.rows);
        if (lists[at.step].sort == OF_WAREHOUSES)
            wb_json_member_int(&writer, "type", lists[at.step].type);
    }
    wb_json_close(&writer, '}');
    return lingxing_seal(call, out, err);
}

/* By its id, or its name. */
static bool
has_it(wb_json *json, wb_json_ref rows, list_sort sort, wb_view wanted)
{
    wb_view id;

    for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        if (is_there(json, at, sort, &id) &&
            (wb_view_eq(id, wanted) || wb_view_eq(name_of(json, at, sorts[sort].name), wanted)))
            return true;
    return false;
}

/* Those that this list does not have either, or that nobody can read. */
static void
keep_missing(wb_json *json, wb_json_ref rows, list_sort sort, wb_view wanted, wb_buf *out)
{
    while (wanted.len) {
        wb_view one = lingxing_next_number(&wanted);
        WB_AUTO(wb_buf_fini) wb_buf text = {0};

        wb_buf_init(&text, TEXT_MAX);
        if (!one.len ||
            (!wb_unpercent(&text, one, NULL) && has_it(json, rows, sort, wb_buf_view(&text))))
            continue;
        wb_buf_addf(out, "%s%.*s", out->len ? "," : "", WB_VIEW_ARG(one));
    }
}

static void
tell_missing(wb_view missing, list_sort sort, wb_buf *lacks)
{
    while (missing.len) {
        WB_AUTO(wb_buf_fini) wb_buf text = {0};
        char words[80];

        wb_buf_init(&text, TEXT_MAX);
        wb_ignore(wb_unpercent(&text, lingxing_next_number(&missing), NULL), "we wrote it");
        wb_text_tame_words(words, sizeof words, wb_buf_view(&text));
        tell_lack(lacks, sorts[sort].what, wb_view_of(words));
    }
}

/* More of this list, or the next one; what none had is told behind the last that could have had it.
 */
static void
go_on(const place *at, wb_view missing, bool ends, wb_outcomes *out)
{
    list_sort sort = lists[at->step].sort;
    int64_t next = at->step == STEP_OF_SHOPS ? 0 : at->step + 1;
    bool last = ends && sort != OF_SHOPS && lists[next].sort != sort;
    wb_view warehouses = sort == OF_WAREHOUSES ? missing : at->warehouses;
    wb_view method = sort == OF_METHODS ? missing : at->method;
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    wb_buf_init(&text, 2 * TEXT_MAX);
    if (last)
        tell_missing(missing, sort, &text);
    out->word.lacks = wb_outcomes_keep(out, wb_buf_view(&text));
    if (ends && next == STEP_OF_SHOPS)
        return;
    wb_buf_clear(&text);
    wb_buf_addf(&text, MORE " %lld", (long long)(ends ? next : at->step));
    if (!ends)
        wb_buf_addf(&text, "+%lld+%lld", (long long)at->rows, (long long)at->pages);
    wb_buf_addf(&text, " %.*s/%.*s", WB_VIEW_ARG(warehouses), WB_VIEW_ARG(method));
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
    list_sort sort;
    place at;
    wb_rc rc = place_of(call->cursor, &at, err);

    rc = rc ? rc : lingxing_answer(call, resp, out, err);
    if (rc)
        return rc;
    if (!lingxing_list(json, &rows, &total))
        return wb_fail(err, WB_RETRY, "the list is unreadable");
    if (!wb_json_count(json, rows) && total > at.rows)
        return wb_fail(err, WB_RETRY, "the list says that it has %lld rows, and gives no more",
                       (long long)total);
    sort = lists[at.step].sort;
    at.rows += (int64_t)wb_json_count(json, rows);
    at.pages++;
    wb_buf_init(&names, TEXT_MAX);
    wb_buf_init(&missing, TEXT_MAX);
    wb_outcomes_reserve(out, 5 * TEXT_MAX + 2 * resp->body.len);
    tell_rows(json, rows, sort, out, &names);
    if (sort != OF_SHOPS)
        keep_missing(json, rows, sort, sort == OF_METHODS ? at.method : at.warehouses, &missing);
    out->word.has = wb_outcomes_keep(out, wb_buf_view(&names));
    go_on(&at, wb_buf_view(&missing), at.rows >= total, out);
    return WB_OK;
}
