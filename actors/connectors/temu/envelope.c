/* SPDX-License-Identifier: Apache-2.0 */
/*
 * envelope - one URL, one flat JSON object as the request, one envelope around each answer
 *
 *   POST {url}   {"type": INTERFACE, "app_key": ..., "data_type": "JSON", its own members ...,
 *                 "access_token": ..., "timestamp": SECONDS, "sign": ...}
 *   200          {"success": true, "errorCode": 1000000, "errorMsg": "", "requestId": TEXT,
 *                 "result": anything}
 *
 * The last three members of a request are the signature's (sign.c). A success is `success: true`;
 * what the interface made of it may be a no all the same, and is told in `result`.
 */
#include "actors/connectors/temu/temu.h"

#include <stdio.h>
#include <string.h>

#include "actors/connectors/temu/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/text.h"

#define TIME_LAST_S INT64_C(4102444800) /* 2100-01-01 */
#define LATER_MS INT64_C(60000)
/* Codes of nine digits are an interface's, below are the gateway's. What an interface says of an
 * order that is read ("its country's addresses are closed") is that order's, however many in a row
 * get it. */
#define FIRST_OF_INTERFACES INT64_C(100000000)

void
temu_begin(const wb_call *call, const char *type, wb_request *out, wb_json_writer *writer)
{
    const temu_options *options = call->options;

    out->method = "POST";
    out->template = type;
    wb_buf_add_text(&out->url, options->url);
    wb_request_header(out, "Content-Type", WB_VIEW_LIT("application/json"), false);
    wb_json_writer_init(writer, &out->body);
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "type", wb_view_of(type));
    wb_json_member_text(writer, "app_key", wb_view_of(options->app_key));
    wb_json_member_text(writer, "data_type", WB_VIEW_LIT("JSON"));
}

wb_rc
temu_end(wb_request *out, wb_json_writer *writer, wb_err *err)
{
    wb_view body;

    wb_json_close(writer, '}');
    body = wb_buf_view(&out->body);
    for (const char *at = TEMU_UNSETTLED; *at; at++)
        if (memchr(body.data, *at, body.len))
            return wb_fail(err, WB_REJECT,
                           "it has a character in a text that Temu may sign in another way: one of "
                           "< > & \" \\, or a control character");
    return wb_request_check(out, err);
}

/* ", request us-...": the vendor's support asks for it. */
static void
request_id(wb_json *json, char *dst, size_t size)
{
    wb_view id = {NULL, 0};
    char tame[64];

    wb_answer_text(json, wb_answer_member(json, 0, "requestId"), &id, "requestId");
    wb_text_tame(tame, sizeof tame, id);
    snprintf(dst, size, "%s%s", *tame ? ", request " : "", tame);
}

static wb_rc
rc_of(temu_class class)
{
    switch (class) {
    case TEMU_CONFIG:
        return WB_SUSPEND;
    case TEMU_RETRY:
    case TEMU_THROTTLED:
    case TEMU_CLOCK:
    case TEMU_LATER:
        return WB_RETRY;
    case TEMU_FINAL:
    case TEMU_HELD:
    case TEMU_LOOK:
        return WB_REJECT;
    }
    return WB_REJECT;
}

static wb_rc
refused(const wb_call *call, int64_t code, wb_outcomes *out, wb_err *err)
{
    wb_json *json = call->json;
    const temu_code *row = temu_code_of(code);
    wb_view message = {NULL, 0};
    char id[80], said[120];

    request_id(json, id, sizeof id);
    wb_answer_text(json, wb_answer_member(json, 0, "errorMsg"), &message, "errorMsg");
    wb_text_tame(said, sizeof said, message);
    out->throttled = row->class == TEMU_THROTTLED;
    out->trouble = temu_trouble_of(code);
    out->declined =
        row->class == TEMU_FINAL && (call->op->verb != WB_VERB_FETCH || code < FIRST_OF_INTERFACES);
    if (row->class == TEMU_LATER) /* an order's, where one was asked for: others are shown */
        *(call->item_count ? &out->later_ms : &out->retry_ms) = LATER_MS;
    if (row->words)
        return wb_fail(err, rc_of(row->class), "%s: %s (%lld: %s%s)", call->op->name, row->words,
                       (long long)code, said, id);
    return wb_fail(err, rc_of(row->class), "%s: refused (%lld: %s%s)", call->op->name,
                   (long long)code, said, id);
}

wb_rc
temu_open(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_json_ref *result,
          int64_t *code, wb_err *err)
{
    wb_json *json = call->json;
    wb_json_type success;
    wb_json_ref inner;
    wb_count told = {0};
    wb_rc rc = wb_response_usual(call, resp, out, err);

    *code = 0;
    if (rc)
        return rc;
    if (wb_json_parse_answer(json, resp->body, err) || wb_json_kind(json, 0) != WB_JSON_OBJECT)
        return wb_fail(err, WB_RETRY, "%s: the answer is unreadable", call->op->name);
    success = wb_json_kind(json, wb_json_get(json, 0, "success"));
    wb_answer_count(json, wb_answer_member(json, 0, "errorCode"), &told, "errorCode");
    *code = told.known ? told.value : 0;
    *result = wb_json_get(json, 0, "result");
    inner = wb_json_get(json, *result, "result"); /* one page shows it wrapped twice */
    if (wb_json_kind(json, inner) == WB_JSON_OBJECT)
        *result = inner;
    if (wb_json_check(json, err) || (success != WB_JSON_TRUE && success != WB_JSON_FALSE) ||
        (success == WB_JSON_FALSE && *code <= 0))
        return wb_fail(err, WB_RETRY, "%s: the answer does not say whether it succeeded",
                       call->op->name);
    return success == WB_JSON_TRUE ? WB_OK : refused(call, *code, out, err);
}

wb_rc
temu_result(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_json_ref *result,
            wb_err *err)
{
    int64_t code;

    return temu_open(call, resp, out, result, &code, err);
}

bool
temu_is_declined(wb_rc rc, wb_outcomes *out)
{
    if (rc != WB_REJECT && !(rc == WB_SUSPEND && out->trouble == WB_TROUBLE_GRANT))
        return false;
    out->trouble = WB_TROUBLE_NONE;
    out->declined = false;
    return true;
}

/* --- values --- */

/* A whole number of 64 bits, as it is written: 9e17 is what somebody's double left of an id. */
static bool
is_number(wb_view text)
{
    int64_t value;

    return text.len && text.data[0] != '0' && wb_text_int(&value, text, NULL) == WB_OK && value > 0;
}

wb_rc
temu_id(wb_json *json, wb_json_ref ref, wb_view *out, const char *name, wb_err *err)
{
    wb_view raw;

    if (wb_json_kind(json, ref) != WB_JSON_NUMBER)
        return wb_json_text(json, ref, out, name, err);
    raw = wb_json_raw(json, ref);
    if (!is_number(raw))
        return wb_fail(err, WB_REJECT, "%s is no id", name);
    *out = raw;
    return WB_OK;
}

static bool
is_name(const wb_json *json, wb_view name)
{
    return !wb_json_check(json, NULL) && name.len && name.len <= WB_EXTERNAL_ID_MAX;
}

bool
temu_row_id(wb_json *json, wb_json_ref row, const char *name, wb_view *out)
{
    *out = (wb_view){NULL, 0};
    return !temu_id(json, wb_json_get(json, row, name), out, name, NULL) && is_name(json, *out);
}

bool
temu_row_sn(wb_json *json, wb_json_ref row, const char *name, wb_view *out)
{
    *out = (wb_view){NULL, 0};
    return !wb_json_text(json, wb_json_get(json, row, name), out, name, NULL) &&
           is_name(json, *out);
}

void
temu_answer_id(wb_json *json, wb_json_ref ref, wb_view *out, const char *name)
{
    if (wb_answer_no_value(json, ref))
        return;
    if (temu_id(json, ref, out, name, NULL))
        wb_answer_leave_out(json, name);
}

void
temu_put_id_item(wb_json_writer *writer, wb_view id)
{
    if (is_number(id))
        wb_json_put_raw(writer, id);
    else
        wb_json_put_text(writer, id);
}

void
temu_put_id(wb_json_writer *writer, const char *key, wb_view id)
{
    wb_json_put_key(writer, key);
    temu_put_id_item(writer, id);
}

static void
answer_time(wb_json *json, wb_json_ref ref, int64_t *out_utc_us, int64_t per_s, const char *name)
{
    wb_count told = {0};

    wb_answer_count(json, ref, &told, name);
    if (!told.known || told.value == 0)
        return;
    if (told.value < 0 || told.value / per_s > TIME_LAST_S)
        wb_answer_leave_out(json, name);
    else
        *out_utc_us = told.value * (WB_US_PER_S / per_s);
}

void
temu_answer_seconds(wb_json *json, wb_json_ref ref, int64_t *out_utc_us, const char *name)
{
    answer_time(json, ref, out_utc_us, 1, name);
}

void
temu_answer_ms(wb_json *json, wb_json_ref ref, int64_t *out_utc_us, const char *name)
{
    answer_time(json, ref, out_utc_us, WB_MS_PER_S, name);
}

void
temu_answer_minor(wb_json *json, wb_json_ref ref, wb_money *out, const char *name)
{
    wb_view currency = {NULL, 0};
    wb_count amount = {0};
    wb_money unit = {0};

    if (wb_answer_no_value(json, ref))
        return;
    wb_answer_count(json, wb_answer_member(json, ref, "amount"), &amount, name);
    wb_answer_code(json, wb_answer_member(json, ref, "currency"), &currency, name);
    if (!amount.known || amount.value < 0 || !wb_money_is_currency(currency) ||
        wb_money_parse(&unit, WB_VIEW_LIT("0"), currency, NULL)) {
        wb_answer_leave_out(json, name);
        out->exponent = WB_MONEY_UNREAD;
        return;
    }
    *out = unit;
    out->minor = amount.value;
}
