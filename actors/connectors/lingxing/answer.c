/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer - what all answers have in common: the code, the words, lists in their three shapes
 *
 *   {"code": 0 or "0", "message" or "msg", "error_details": [] or TEXT, "data": ...}
 *
 * An HTTP status tells next to nothing here: the gateway refuses with 200 as well.
 */
#include "actors/connectors/lingxing/lingxing.h"

#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

enum {
    FREE = 1,     /* the gateway's word: the request went no further */
    RENEW = 2,    /* the token: a new one, and once more */
    THROTTLED = 4 /* the limit of calls at a time */
};

/* Codes as they are written, without a sign; a leading zero counts. */
typedef struct {
    const char *code;
    wb_rc rc;
    unsigned flags;
    wb_trouble trouble;
    const char *why;
} code_row;

static const code_row codes[] = {
    {"2001001", WB_SUSPEND, FREE,             WB_TROUBLE_CREDENTIALS, "the appId is not known there"                 },
    {"2001002", WB_SUSPEND, FREE,             WB_TROUBLE_CREDENTIALS, "the appSecret is wrong"                       },
    {"2001003", WB_SUSPEND, FREE | RENEW,     WB_TROUBLE_CREDENTIALS, "the access token has expired"                 },
    {"2001004", WB_SUSPEND, FREE,             WB_TROUBLE_GRANT,       "the appId was not granted this interface"     },
    {"2001005", WB_SUSPEND, FREE | RENEW,     WB_TROUBLE_CREDENTIALS,
     "the access token was replaced: does another program use this appId?"                                           },
    {"2001006", WB_SUSPEND, FREE,             WB_TROUBLE_CREDENTIALS, "the signature is refused"                     },
    {"2001007", WB_RETRY,   FREE,             WB_TROUBLE_CLOCK,       "the signature came too late"                  },
    {"2001008", WB_SUSPEND, FREE | RENEW,     WB_TROUBLE_CREDENTIALS, "the refresh token has expired"                },
    {"2001009", WB_SUSPEND, FREE | RENEW,     WB_TROUBLE_CREDENTIALS, "the refresh token was used"                   },
    {"3001001", WB_SUSPEND, FREE,             WB_TROUBLE_NONE,        "a parameter of the signature is missing there"},
    {"3001002", WB_SUSPEND, FREE,             WB_TROUBLE_ADDRESS,
     "this host's IP address is not on the appId's list (Settings, Open interface)"                                  },
    {"3001008", WB_RETRY,   FREE | THROTTLED, WB_TROUBLE_NONE,        "too many calls at a time"                     },
    {"103",     WB_RETRY,   FREE | THROTTLED, WB_TROUBLE_NONE,        "too many calls at a time"                     },
    {"102",     WB_REJECT,  FREE,             WB_TROUBLE_NONE,        "the parameters are not legal"                 },
    {"400",     WB_SUSPEND, FREE,             WB_TROUBLE_HOST,        "there is no such path: is the URL right?"     },
    {"401",     WB_SUSPEND, FREE,             WB_TROUBLE_CREDENTIALS, "the appId is disabled"                        },
    {"403",     WB_SUSPEND, FREE,             WB_TROUBLE_GRANT,
     "the grant has ended, or the interface was not granted"                                                         },
    {"0001001", WB_SUSPEND, FREE,             WB_TROUBLE_CREDENTIALS,
     "the appSecret was damaged on its way, or is none"                                                              },
    {"500",     WB_REJECT,  0,                WB_TROUBLE_NONE,        "refused"                                      },
};

#define NO_PATH "404 NOT_FOUND" /* by the code of a business error */

wb_view
lingxing_code(wb_json *json)
{
    wb_view code = {NULL, 0};

    wb_answer_code(json, wb_answer_member(json, 0, "code"), &code, "code");
    return code;
}

static wb_view
text_of(wb_json *json, wb_json_ref object, const char *name)
{
    wb_view text = {NULL, 0};

    wb_answer_text(json, wb_answer_member(json, object, name), &text, name);
    return text;
}

/* The vendor's words in an answer, tame: error_details, or message, or msg. */
static void
words_of(wb_json *json, char *dst, size_t size)
{
    wb_json_ref details = wb_answer_member(json, 0, "error_details");
    wb_view words = {NULL, 0};

    if (wb_json_kind(json, details) == WB_JSON_ARRAY)
        details = wb_json_first(json, details);
    if (wb_json_kind(json, details) == WB_JSON_STRING)
        wb_answer_text(json, details, &words, "error_details");
    if (!words.len)
        words = text_of(json, 0, "message");
    if (!words.len)
        words = text_of(json, 0, "msg");
    wb_text_tame_words(dst, size, words);
}

void
lingxing_element_words(wb_json *json, wb_json_ref element, char *dst, size_t size)
{
    static const char *const names[] = {"error_message", "message", "err_msg"};
    wb_view words = {NULL, 0};

    for (size_t i = 0; i < WB_COUNT(names) && !words.len; i++)
        words = text_of(json, element, names[i]);
    wb_text_tame_words(dst, size, words.len ? words : WB_VIEW_LIT("without a reason"));
}

static bool
is_no_path(wb_json *json)
{
    return wb_view_is(text_of(json, 0, "msg"), NO_PATH) ||
           wb_view_is(text_of(json, 0, "message"), NO_PATH);
}

/* What came instead of an answer: HTML of a proxy, nothing. */
static wb_rc
by_status(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_rc rc = wb_response_usual(call, resp, out, err);

    if (resp->status == 404 || resp->status == 405) {
        out->trouble = WB_TROUBLE_HOST;
        return wb_fail(err, WB_SUSPEND, "%s: there is no such path: is the URL right? (HTTP %d)",
                       call->op->name, resp->status);
    }
    if (rc == WB_REJECT && resp->status < 400)
        return wb_fail(err, WB_RETRY, "%s: HTTP %d", call->op->name, resp->status);
    return rc ? rc : wb_fail(err, WB_RETRY, "%s: the answer is unreadable", call->op->name);
}

static wb_rc
by_row(const wb_call *call, const code_row *row, const char *words, wb_outcomes *out, wb_err *err)
{
    bool no_path = row->rc == WB_REJECT && is_no_path(call->json);

    out->trouble = no_path ? WB_TROUBLE_HOST : row->trouble;
    if (no_path)
        return wb_fail(err, WB_SUSPEND, "%s: there is no such path: is the URL right?",
                       call->op->name);
    out->renew_token = (row->flags & RENEW) != 0;
    out->throttled = (row->flags & THROTTLED) != 0;
    return wb_fail(err, row->rc, "%s: %s (code %s: %s)", call->op->name, row->why, row->code,
                   words);
}

static wb_rc
by_code(const wb_call *call, wb_view code, wb_outcomes *out, wb_err *err)
{
    char words[120], tame[24];

    words_of(call->json, words, sizeof words);
    for (size_t i = 0; i < WB_COUNT(codes); i++)
        if (wb_view_is(code, codes[i].code))
            return by_row(call, &codes[i], words, out, err);
    wb_text_tame(tame, sizeof tame, code);
    /* nobody knows what it means: a write may have taken effect */
    return wb_fail(err, WB_RETRY, "%s: code '%s', which is not known here: %s", call->op->name,
                   tame, words);
}

wb_rc
lingxing_answer(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_view code = {NULL, 0};
    bool is_answer = !wb_json_parse_answer(call->json, resp->body, NULL) &&
                     wb_json_kind(call->json, 0) == WB_JSON_OBJECT;

    if (is_answer)
        code = lingxing_code(call->json);
    if (!code.len)
        return by_status(call, resp, out, err);
    if (!wb_view_is(code, "0"))
        return by_code(call, code, out, err);
    return resp->status >= 200 && resp->status < 300 ? WB_OK : by_status(call, resp, out, err);
}

wb_rc
lingxing_pushed(const wb_call *call, const wb_response *resp, wb_outcomes *out, bool *done,
                wb_err *err)
{
    wb_err why = {0};
    wb_rc rc = lingxing_answer(call, resp, out, &why);

    *done = rc == WB_OK;
    if (rc == WB_REJECT && call->item_count > 1 && call->op->verb == WB_VERB_LOOK)
        return wb_fail(err, WB_RETRY, "%s", why.text); /* then each is asked alone */
    if (rc == WB_REJECT && resp->status < 300 && call->item_count > 1) {
        out->refused_whole = true; /* one of them is why */
        return WB_OK;
    }
    if (rc == WB_REJECT && resp->status < 300) {
        char words[sizeof out->results[0].reason];

        wb_text_tame_words(words, sizeof words, wb_view_of(why.text));
        lingxing_refuse(out, 0, "", words);
        out->declined = true;
        return WB_OK;
    }
    return rc ? wb_fail(err, rc, "%s", why.text) : WB_OK;
}

/* Asked of a refusal alone, which is seldom: a document of its own is no loss. */
bool
lingxing_effect_free(const wb_response *resp)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    wb_view code = {NULL, 0};

    if (!wb_json_parse_answer(json, resp->body, NULL) && wb_json_kind(json, 0) == WB_JSON_OBJECT)
        code = lingxing_code(json);
    for (size_t i = 0; i < WB_COUNT(codes); i++)
        if (wb_view_is(code, codes[i].code))
            return (codes[i].flags & FREE) || is_no_path(json);
    return !code.len && resp->status >= 300 && resp->status < 500;
}

bool
lingxing_list(wb_json *json, wb_json_ref *rows, int64_t *total)
{
    wb_json_ref data = wb_answer_member(json, 0, "data"), of = 0;
    wb_count count = {0};

    *rows = data;
    if (wb_json_kind(json, data) == WB_JSON_OBJECT) {
        of = data;
        *rows = wb_answer_member(json, data, "list");
        if (*rows == WB_JSON_NONE)
            *rows = wb_answer_member(json, data, "records");
    }
    wb_answer_count(json, wb_answer_member(json, of, "total"), &count, "total");
    *total = count.value;
    return wb_answer_list(json, *rows, &count) && count.known && count.value >= 0;
}

wb_item *
lingxing_item(const wb_call *call, wb_record_kind kind, wb_json_ref element, wb_outcomes *out)
{
    wb_item *item = wb_outcomes_item(out);

    item->kind = WB_KIND_RAW;
    item->record_kind = kind;
    item->what = item->body = wb_outcomes_keep(out, wb_json_raw(call->json, element));
    return item;
}

bool
lingxing_name(wb_json *json, wb_json_ref element, const char *member, wb_view *out)
{
    wb_json_ref ref = wb_json_get(json, element, member);
    wb_json_type type = wb_json_kind(json, ref);
    bool sound = !wb_json_check(json, NULL);
    int64_t number;

    *out = (wb_view){NULL, 0};
    wb_json_forgive(json);
    if (type == WB_JSON_NUMBER && !wb_text_int(&number, wb_json_raw(json, ref), NULL))
        *out = wb_json_raw(json, ref); /* 1.03e18 is what somebody's double left of an id */
    else if (type != WB_JSON_STRING || wb_json_text(json, ref, out, member, NULL))
        return false;
    return sound && out->len > 0;
}

bool
lingxing_item_sku(wb_json *json, wb_json_ref item, wb_view *out)
{
    return lingxing_name(json, item, "local_sku", out) || lingxing_name(json, item, "msku", out);
}

/* Part of a bundle whose own line is here as well: that one is what was sold. */
bool
lingxing_is_component(wb_json *json, wb_json_ref products, wb_json_ref product)
{
    wb_view bundle, id;

    if (!lingxing_name(json, product, "bundle_wod_id", &bundle) || wb_view_is(bundle, "0"))
        return false;
    for (wb_json_ref at = wb_json_first(json, products); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        if (at != product && lingxing_name(json, at, "wod_id", &id) && wb_view_eq(id, bundle))
            return true;
    return false;
}

/* 10002 all, 10001 some, 10000 none; those that were not done are named. */
static bool
is_edit_code(wb_view code)
{
    return wb_view_is(code, "0") || wb_view_is(code, "10000") || wb_view_is(code, "10001") ||
           wb_view_is(code, "10002");
}

wb_rc
lingxing_edited(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_view *code,
                bool *done, wb_err *err)
{
    wb_json *json = call->json;
    wb_rc rc;

    *code = (wb_view){NULL, 0};
    if (!wb_json_parse_answer(json, resp->body, NULL) && wb_json_kind(json, 0) == WB_JSON_OBJECT)
        *code = lingxing_code(json);
    *done = resp->status == 200 && is_edit_code(*code);
    if (*done)
        return WB_OK;
    rc = lingxing_pushed(call, resp, out, done, err);
    return rc || !*done ? rc : wb_fail(err, WB_RETRY, "the answer is unreadable");
}

wb_json_ref
lingxing_error_of(wb_json *json, const char *list, wb_view numbers)
{
    wb_json_ref rows = wb_answer_member(json, wb_answer_member(json, 0, "data"), list);
    wb_view name;

    for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        if (lingxing_name(json, at, "global_order_no", &name) && lingxing_has_number(numbers, name))
            return at;
    return WB_JSON_NONE;
}

/* --- numbers of system orders, as a text that cursors and tickets keep: "103,104" --- */

wb_view
lingxing_next_number(wb_view *list)
{
    const char *comma = memchr(list->data, ',', list->len);
    wb_view one = {list->data, comma ? (size_t)(comma - list->data) : list->len};

    list->data += one.len + (comma != NULL);
    list->len -= one.len + (comma != NULL);
    return one;
}

bool
lingxing_has_number(wb_view list, wb_view number)
{
    while (list.len)
        if (wb_view_eq(lingxing_next_number(&list), number))
            return true;
    return false;
}
