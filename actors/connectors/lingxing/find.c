/* SPDX-License-Identifier: Apache-2.0 */
/*
 * find - orders by their numbers at the channel, in the list of system orders
 *
 *   POST /pb/mp/order/v2/list  {"platform_order_nos": [...], "store_id": [...], "length", "offset"}
 *
 * A system order may be for several of ours (merged), and one of ours several (split): what counts
 * is which number its items have. Numbers of system orders change by that, so none is kept.
 */
#include "actors/connectors/lingxing/uncertain.h"

#include <stdio.h>
#include <stdlib.h>

#include "protocol/answer.h"
#include "protocol/base/own.h"

#define NUMBERS_SHOWN 40
/* Of a system order. */
#define STATUS_LAST 9
#define TO_SHIP 5
#define STATUS_SHIPPED 6
#define STATUS_CANCELLED 7
#define STATUS_PLATFORM 9

/* --- what is asked --- */

/* The order that an item is about: itself, or what it belongs to. */
wb_rc
lingxing_order_key(const wb_envelope *env, wb_key_parts *out, wb_err *err)
{
    return wb_key_parse(out, env->record_kind == WB_RECORD_ORDER ? env->record : env->root, err);
}

static wb_rc
store_of_item(const wb_call *call, size_t item, wb_key_parts *key, const lingxing_store **out,
              wb_err *err)
{
    wb_rc rc = lingxing_order_key(call->items[item].env, key, err);

    if (rc)
        return rc;
    *out = lingxing_store_of(call->options, wb_view_of(key->account));
    if (*out)
        return WB_OK;
    return wb_fail(err, WB_REJECT,
                   "no shop is named for account '%s': add a row to `stores` of this account",
                   key->account);
}

/* Each shop is named once, however many of its orders there are. */
static wb_rc
put_numbers(const wb_call *call, wb_request *out, wb_json_writer *orders, wb_json_writer *stores,
            wb_err *err)
{
    const lingxing_options *options = call->options;
    const lingxing_store *first = options->stores.items;
    WB_AUTO(wb_free) bool *named = wb_alloc(options->stores.count * sizeof *named);

    for (size_t i = 0; i < call->item_count; i++) {
        const lingxing_store *store;
        wb_key_parts key;
        wb_view id;
        wb_rc rc = store_of_item(call, i, &key, &store, err);

        if (rc)
            return rc;
        wb_json_put_text(orders, wb_view_of(key.external));
        rc = lingxing_store_id(call, store, out, &id, err);
        if (rc)
            return rc;
        if (!named[store - first])
            wb_json_put_text(stores, id);
        named[store - first] = true;
    }
    return WB_OK;
}

wb_rc
lingxing_find_build(const wb_call *call, wb_request *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf stores = {0};
    wb_json_writer writer, list;
    wb_rc rc;

    lingxing_post(call, "/pb/mp/order/v2/list", out);
    wb_buf_init(&stores, WB_BODY_MAX);
    wb_json_writer_init(&list, &stores);
    wb_json_open(&list, '[');
    wb_json_writer_init(&writer, &out->body);
    wb_json_open(&writer, '{');
    wb_json_member_int(&writer, "offset", 0);
    wb_json_member_int(&writer, "length", LINGXING_LIST_LENGTH);
    wb_json_put_key(&writer, "platform_order_nos");
    wb_json_open(&writer, '[');
    rc = put_numbers(call, out, &writer, &list, err);
    if (rc)
        return rc;
    wb_json_close(&writer, ']');
    wb_json_close(&list, ']');
    wb_json_put_key(&writer, "store_id");
    wb_json_put_raw(&writer, wb_buf_view(&stores));
    wb_json_close(&writer, '}');
    if (call->op->verb == WB_VERB_PUSH || call->op->verb == WB_VERB_PROBE)
        lingxing_ask_names(call, out); /* what comes next goes by them, and a dry run shows it */
    return lingxing_seal(call, out, err);
}

/* --- what is answered --- */

bool
lingxing_item_is_of(wb_json *json, wb_json_ref item, wb_view order)
{
    wb_view number;

    return lingxing_name(json, item, "platform_order_no", &number) && wb_view_eq(number, order);
}

static bool
has_number(wb_json *json, wb_json_ref list, wb_view order, bool *others)
{
    bool has = false;

    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        bool is = lingxing_item_is_of(json, at, order);

        has = has || is;
        *others = *others || !is;
    }
    return has;
}

static bool
is_of_store(const wb_call *call, wb_json_ref row, const lingxing_store *store)
{
    wb_view id, own;

    return store && !lingxing_store_id(call, store, NULL, &own, NULL) &&
           lingxing_name(call->json, row, "store_id", &id) && wb_view_eq(id, own);
}

/* By its items; else, of a row that shows none, by the platform's part. */
static bool
is_row_of(wb_json *json, wb_json_ref row, wb_view order, bool *shared)
{
    bool others = false, has;

    has = has_number(json, wb_answer_member(json, row, "item_info"), order, &others);
    if (!has) {
        others = false;
        has = has_number(json, wb_answer_member(json, row, "platform_info"), order, &others);
    }
    *shared = *shared || (has && others);
    return has;
}

const lingxing_store *
lingxing_row_store(const wb_call *call, wb_json_ref row)
{
    const lingxing_options *options = call->options;
    const lingxing_store *stores = options->stores.items;

    for (size_t i = 0; i < options->stores.count; i++)
        if (is_of_store(call, row, &stores[i]))
            return &stores[i];
    return NULL;
}

bool
lingxing_row_is_for(const wb_call *call, wb_json_ref row, const wb_key_parts *key, bool *shared)
{
    const lingxing_store *store = lingxing_store_of(call->options, wb_view_of(key->account));

    return is_of_store(call, row, store) &&
           is_row_of(call->json, row, wb_view_of(key->external), shared);
}

bool
lingxing_row_is_of(const wb_call *call, wb_json_ref row, const wb_key_parts *key)
{
    bool shared = false;

    return lingxing_row_is_for(call, row, key, &shared);
}

static int
by_row(const void *a, const void *b)
{
    wb_json_ref first = *(const wb_json_ref *)a, second = *(const wb_json_ref *)b;

    return (first > second) - (first < second);
}

/* How many rows are of an order that was asked for. A row may be of several, and two jobs about
 * one order: `rows` has room for each naming of each job. */
static size_t
count_asked(const wb_call *call, const lingxing_rows_read *self)
{
    WB_AUTO(wb_free) wb_json_ref *rows = NULL;
    size_t count = 0, room = 0, distinct = 0;

    for (size_t i = 0; i < call->item_count; i++) {
        wb_key_parts key;
        wb_view number;
        wb_json_ref row;
        size_t at;

        if (lingxing_order_key(call->items[i].env, &key, NULL))
            continue;
        number = wb_view_of(key.external);
        at = lingxing_rows_begin(self, number);
        while ((row = lingxing_rows_next(self, number, &at)) != WB_JSON_NONE) {
            if (!lingxing_row_is_of(call, row, &key))
                continue;
            if (count == room)
                rows = wb_realloc(rows, (room = 2 * room + 64) * sizeof *rows);
            rows[count++] = row;
        }
    }
    if (count)
        qsort(rows, count, sizeof *rows, by_row);
    for (size_t i = 0; i < count; i++)
        distinct += !i || rows[i] != rows[i - 1];
    return distinct;
}

wb_rc
lingxing_find_rows(const wb_call *call, const wb_response *resp, wb_outcomes *out,
                   lingxing_rows_read *rows, wb_err *err)
{
    wb_json *json = call->json;
    int64_t total = 0;
    wb_rc rc = lingxing_answer(call, resp, out, err);

    if (rc)
        return rc;
    if (!lingxing_list(json, &rows->rows, &total))
        return wb_fail(err, WB_RETRY, "the list of orders is unreadable");
    if ((int64_t)wb_json_count(json, rows->rows) != total)
        return wb_fail(err, WB_RETRY, "the list has %zu orders, and says that there are %lld",
                       wb_json_count(json, rows->rows), (long long)total);
    lingxing_rows_index(json, rows);
    rows->complete = count_asked(call, rows) == wb_json_count(json, rows->rows);
    return WB_OK;
}

int64_t
lingxing_status(wb_json *json, wb_json_ref row)
{
    wb_count status = {0};

    wb_answer_count(json, wb_answer_member(json, row, "status"), &status, "status");
    return status.value > 0 && status.value <= STATUS_LAST ? status.value : 0;
}

static bool
is_shipped(int64_t status)
{
    return status == STATUS_SHIPPED || status == STATUS_PLATFORM;
}

/* What is stopped stands for nothing where another part is live. */
static void
add_part(wb_json_ref row, int64_t status, lingxing_found *out)
{
    bool stopped = status == STATUS_CANCELLED;

    if (stopped && out->count && !out->cancelled)
        return;
    if (!stopped && out->cancelled)
        out->count = 0;
    if (!out->count)
        out->open = out->all_shipped = true;
    out->all_shipped = out->all_shipped && is_shipped(status);
    out->cancelled = stopped;
    out->open = out->open && status == LINGXING_STATUS_TO_APPROVE;
    out->too_many = out->count == LINGXING_PARTS_MAX;
    if (!out->count)
        out->status = status;
    if (!out->too_many)
        out->parts[out->count++] = row;
}

static void
take_numbers(wb_json *json, lingxing_found *out)
{
    wb_view number;
    bool whole = !out->too_many;

    for (size_t i = 0; whole && i < out->count; i++) {
        if (i)
            wb_buf_add_char(&out->numbers, ',');
        whole = lingxing_name(json, out->parts[i], "global_order_no", &number);
        if (whole)
            wb_buf_add_view(&out->numbers, number);
    }
    if (!whole || out->numbers.overflow)
        wb_buf_clear(&out->numbers);
}

wb_rc
lingxing_find_one(const wb_call *call, size_t item, const lingxing_rows_read *rows,
                  lingxing_found *out, wb_err *err)
{
    wb_json *json = call->json;
    const lingxing_store *store;
    bool hidden = false;
    wb_view number;
    wb_json_ref row;
    wb_key_parts key;
    size_t at;
    wb_rc rc = wb_key_parse(&key, call->items[item].env->record, err);

    *out = (lingxing_found){.status = 0};
    wb_buf_init(&out->numbers, LINGXING_NUMBERS_MAX);
    if (rc)
        return rc;
    store = lingxing_store_of(call->options, wb_view_of(key.account));
    number = wb_view_of(key.external);
    at = lingxing_rows_begin(rows, number);
    while ((row = lingxing_rows_next(rows, number, &at)) != WB_JSON_NONE) {
        int64_t status = lingxing_status(json, row);
        bool shared = false;

        if (!is_of_store(call, row, store) || !is_row_of(json, row, number, &shared))
            continue;
        hidden = hidden || status == LINGXING_STATUS_HIDDEN;
        if (status == LINGXING_STATUS_HIDDEN)
            continue;
        out->shared = out->shared || shared;
        out->shipped = out->shipped || is_shipped(status);
        add_part(row, status, out);
    }
    out->absent = !out->count && rows->complete && !hidden;
    take_numbers(json, out);
    return WB_OK;
}

void
lingxing_tell_side(const lingxing_found *found, char *dst, size_t size)
{
    const char *does = found->shipped             ? "has shipped it"
                       : found->cancelled         ? "has it as not to be shipped"
                       : found->shared            ? "has merged it with others"
                       : found->status == TO_SHIP ? "is packing it"
                       : found->open              ? "waits for its approval"
                                                  : "has it in work";
    wb_view numbers = wb_buf_view(&found->numbers);

    snprintf(dst, size, "the ERP %s (system order%s %.*s)", does, found->count > 1 ? "s" : "",
             (int)(numbers.len < NUMBERS_SHOWN ? numbers.len : NUMBERS_SHOWN), numbers.data);
}

void
lingxing_found_fini(lingxing_found *self)
{
    wb_buf_fini(&self->numbers);
}

/* --- is it there? --- */

/* One that waits for its approval, or is to be out and is not, is not what is wanted: "not there"
 * has it sent again, which the shop refuses for its number, and so it is looked at and approved
 * (look.c). Who created it died before that. */
static void
probe_one(bool approves, bool out, const lingxing_found *found, wb_result *result)
{
    if (found->count && out && !found->all_shipped)
        wb_result_set(result, WB_RESULT_ABSENT, "it is there, and is not out");
    else if (found->count && approves && found->status == LINGXING_STATUS_TO_APPROVE)
        wb_result_set(result, WB_RESULT_ABSENT, "it is there, and waits for its approval");
    else if (found->count && !found->status)
        wb_result_set(result, WB_RESULT_RETRY, "the list has it without its status");
    else if (found->count)
        result->code = WB_RESULT_DONE;
    else if (found->absent)
        wb_result_set(result, WB_RESULT_ABSENT, "the list does not have it");
    else
        wb_result_set(result, WB_RESULT_RETRY, "the list has orders that nobody asked for");
}

static bool
is_to_be_out(const wb_call *call, size_t item)
{
    lingxing_want want;
    bool told = !lingxing_want_read(call, call->items[item].env, &want, NULL) &&
                lingxing_is_told(call->options, &want.order);

    wb_canonical_fini(wb_order_fields, &want.order);
    return told;
}

static void
tell_one(const wb_call *call, size_t item, const lingxing_found *found, wb_outcomes *out)
{
    wb_result *result = &out->results[item];
    lingxing_want want;

    if (result->code != WB_RESULT_DONE)
        return;
    if (!lingxing_want_read(call, call->items[item].env, &want, NULL))
        lingxing_tell_there(call, found, &want.order.ship_to, out, result);
    wb_canonical_fini(wb_order_fields, &want.order);
}

wb_rc
lingxing_probe_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    WB_AUTO(lingxing_rows_fini) lingxing_rows_read rows = {0};
    wb_rc rc = lingxing_find_rows(call, resp, out, &rows, err);

    if (!rc)
        wb_outcomes_reserve(out, call->item_count * LINGXING_TOLD_MAX);
    for (size_t i = 0; !rc && i < call->item_count; i++) {
        WB_AUTO(lingxing_found_fini) lingxing_found found = {0};

        rc = lingxing_find_one(call, i, &rows, &found, err);
        if (rc)
            continue;
        probe_one(lingxing_approves(call, i), is_to_be_out(call, i), &found, &out->results[i]);
        tell_one(call, i, &found, out);
    }
    return rc;
}
