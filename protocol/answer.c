/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/answer.h"

#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/json_node.h"

#define MORE ",..."
#define TIME_TEXT_MAX 40
#define DATE_LEN 10         /* 2026-03-01 */
#define MINUTE_LEN 16       /* 2026-03-01T10:00 */
#define AMOUNT_DIGITS_MAX 9 /* behind the point, of an amount that keeps its own */

/* ---- notes ---- */

static bool
has_name(const wb_json_names *self, wb_view name)
{
    const char *at = self->text, *end = at + self->len, *comma;

    for (; at < end; at = comma + 1) {
        comma = memchr(at, ',', (size_t)(end - at));
        if (!comma)
            comma = end;
        if (wb_view_eq((wb_view){at, (size_t)(comma - at)}, name))
            return true;
    }
    return false;
}

static void
add_name(wb_json_names *self, const char *name)
{
    wb_view more = WB_VIEW_LIT(MORE), text = wb_view_of(name);
    size_t room = WB_ANSWER_NAMES_MAX - more.len - self->len;

    if (has_name(self, text) || has_name(self, WB_VIEW_LIT("...")))
        return;
    if (text.len + 1 > room) {
        memcpy(self->text + self->len, more.data, more.len);
        self->len += more.len;
        return;
    }
    if (self->len)
        self->text[self->len++] = ',';
    memcpy(self->text + self->len, text.data, text.len);
    self->len += text.len;
}

void
wb_answer_leave_out(wb_json *json, const char *name)
{
    add_name(&json->notes->left_out, name);
}

static wb_view
names_of(const wb_json_names *self)
{
    return self->len ? (wb_view){self->text, self->len} : (wb_view){NULL, 0};
}

wb_view
wb_answer_left_out(const wb_json *json)
{
    return names_of(&json->notes->left_out);
}

wb_view
wb_answer_repaired(const wb_json *json)
{
    return names_of(&json->notes->repaired);
}

/* ---- values ---- */

bool
wb_answer_no_value(const wb_json *json, wb_json_ref ref)
{
    wb_json_type type = wb_json_kind(json, ref);

    if (type == WB_JSON_ARRAY || type == WB_JSON_OBJECT)
        return wb_json_count(json, ref) == 0;
    return wb_json_no_value(json, ref);
}

bool
wb_answer_list(const wb_json *json, wb_json_ref ref, const wb_count *total)
{
    wb_json_type type = wb_json_kind(json, ref);

    return type == WB_JSON_ARRAY || (type == WB_JSON_NULL && total->known && total->value == 0);
}

static bool
all_the_same(const wb_json *json, wb_json_ref object, wb_json_ref first, const char *name)
{
    for (wb_json_ref at = wb_json_first(json, object); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        if (wb_view_is(wb_json_key(json, at), name) &&
            !wb_view_eq(wb_json_raw(json, at), wb_json_raw(json, first)))
            return false;
    return true;
}

wb_json_ref
wb_answer_member(wb_json *json, wb_json_ref object, const char *name)
{
    bool fault = json->fault->set;
    wb_json_ref ref;
    bool twice;

    json->fault->set = false;
    ref = wb_json_get(json, object, name);
    twice = json->fault->set;
    json->fault->set = fault;
    if (!twice || all_the_same(json, object, ref, name))
        return ref;
    wb_answer_leave_out(json, name);
    return WB_JSON_NONE;
}

void
wb_answer_text(wb_json *json, wb_json_ref ref, wb_view *out, const char *name)
{
    wb_json_type type = wb_json_kind(json, ref);

    if (wb_answer_no_value(json, ref))
        return;
    if (type == WB_JSON_NUMBER) {
        *out = wb_json_scalar(json, ref);
    } else if (type == WB_JSON_STRING) {
        *out = wb_json_undone(json, ref);
        if (json->nodes[ref].info & WB_NODE_BROKEN)
            add_name(&json->notes->repaired, name);
    } else {
        wb_answer_leave_out(json, name);
    }
}

void
wb_answer_code(wb_json *json, wb_json_ref ref, wb_view *out, const char *name)
{
    const wb_json_node *node = wb_json_node_at(json, ref);

    int64_t number;

    if (node &&
        ((node->info & WB_NODE_BROKEN) || (wb_json_kind(json, ref) == WB_JSON_NUMBER &&
                                           wb_text_int(&number, wb_json_scalar(json, ref), NULL))))
        wb_answer_leave_out(json, name);
    else
        wb_answer_text(json, ref, out, name);
}

void
wb_answer_count(wb_json *json, wb_json_ref ref, wb_count *out, const char *name)
{
    wb_view text = wb_json_scalar(json, ref);
    wb_count count = {.known = true};

    if (wb_answer_no_value(json, ref))
        return;
    /* the plain way first: it takes all 64 bits */
    if (wb_text_int(&count.value, text, NULL) == WB_OK || wb_money_scaled(&count.value, text, 0))
        *out = count;
    else
        wb_answer_leave_out(json, name);
}

void
wb_answer_decimal(wb_json *json, wb_json_ref ref, wb_view *out, const char *name)
{
    if (!wb_answer_no_value(json, ref) && wb_json_decimal(json, ref, out, name, NULL))
        wb_answer_leave_out(json, name);
}

void
wb_answer_bool(wb_json *json, wb_json_ref ref, bool *out, const char *name)
{
    wb_json_type type = wb_json_kind(json, ref);
    wb_view text = type == WB_JSON_STRING ? wb_json_scalar(json, ref) : (wb_view){NULL, 0};

    if (wb_answer_no_value(json, ref))
        return;
    if (type == WB_JSON_TRUE || wb_text_same_nocase(text, WB_VIEW_LIT("true")))
        *out = true;
    else if (type == WB_JSON_FALSE || wb_text_same_nocase(text, WB_VIEW_LIT("false")))
        *out = false;
    else
        wb_answer_leave_out(json, name);
}

static bool
is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The whole spelling of a time that leaves out what can mean one thing only, into `room`; what is
 * no such time comes out as something that is none either. */
static wb_view
whole_time(wb_view text, char room[TIME_TEXT_MAX])
{
    size_t len = text.len;

    if (len < MINUTE_LEN || len + sizeof ":00:00" > TIME_TEXT_MAX)
        return text;
    memcpy(room, text.data, len);
    if (room[DATE_LEN] == ' ')
        room[DATE_LEN] = 'T';
    if (len > MINUTE_LEN && room[MINUTE_LEN] != ':') { /* no seconds */
        memmove(room + MINUTE_LEN + 3, room + MINUTE_LEN, len - MINUTE_LEN);
        memcpy(room + MINUTE_LEN, ":00", 3);
        len += 3;
    }
    if (len > MINUTE_LEN + 5 && is_digit(room[len - 3]) && strchr("+-", room[len - 5])) {
        memmove(room + len - 1, room + len - 2, 2); /* +hhmm */
        room[len++ - 2] = ':';
    } else if (len > MINUTE_LEN + 3 && strchr("+-", room[len - 3])) {
        memcpy(room + len, ":00", 3); /* +hh */
        len += 3;
    }
    return (wb_view){room, len};
}

void
wb_answer_time(wb_json *json, wb_json_ref ref, int64_t *out_utc_us, const char *name)
{
    wb_view text = {NULL, 0};
    char room[TIME_TEXT_MAX];

    if (wb_answer_no_value(json, ref))
        return;
    if (wb_json_kind(json, ref) == WB_JSON_STRING)
        text = wb_json_undone(json, ref);
    if (wb_time_parse(out_utc_us, text, NULL) &&
        wb_time_parse(out_utc_us, whole_time(text, room), NULL))
        wb_answer_leave_out(json, name);
}

/* "25.99" of a currency without minor units: the amount keeps the digits that it came with. */
static bool
own_digits(wb_view amount, wb_view currency, wb_money *out)
{
    const char *point = memchr(amount.data, '.', amount.len);
    size_t digits = point ? amount.len - (size_t)(point - amount.data) - 1 : 0;
    wb_money money = {.exponent = (uint8_t)digits};

    if (digits == 0 || digits > AMOUNT_DIGITS_MAX ||
        !wb_money_scaled(&money.minor, amount, (int)digits))
        return false;
    memcpy(money.currency, currency.data, 3);
    *out = money;
    return true;
}

/* An amount that nobody can make sense of: not there, and no sum passes for the whole of it. */
static void
leave_money_out(wb_json *json, wb_money *out, const char *name)
{
    *out = (wb_money){.exponent = WB_MONEY_UNREAD};
    wb_answer_leave_out(json, name);
}

void
wb_answer_amount(wb_json *json, wb_json_ref ref, wb_view currency, wb_money *out, const char *name)
{
    wb_view amount = wb_json_scalar(json, ref);

    if (wb_answer_no_value(json, ref))
        return;
    if (wb_money_is_currency(currency) && amount.len &&
        (wb_money_parse(out, amount, currency, NULL) == WB_OK || own_digits(amount, currency, out)))
        return;
    leave_money_out(json, out, name);
}

/* One of an amount's two members; said twice they have to be the same. */
static bool
take_part(const wb_json *json, wb_json_ref child, wb_json_ref *part)
{
    if (*part != WB_JSON_NONE)
        return wb_view_eq(wb_json_raw(json, *part), wb_json_raw(json, child));
    *part = child;
    return true;
}

void
wb_answer_money(wb_json *json, wb_json_ref object, wb_money *out, const char *name)
{
    wb_json_ref amount = WB_JSON_NONE, currency = WB_JSON_NONE;
    wb_view code = {NULL, 0};
    bool sound = wb_json_kind(json, object) == WB_JSON_OBJECT;

    if (wb_answer_no_value(json, object))
        return;
    for (wb_json_ref child = wb_json_first(json, object); sound && child != WB_JSON_NONE;
         child = wb_json_next(json, child)) {
        wb_view key = wb_json_key(json, child);

        if (wb_text_same_nocase(key, WB_VIEW_LIT("amount")))
            sound = take_part(json, child, &amount);
        else if (wb_text_same_nocase(key, WB_VIEW_LIT("currencyCode")))
            sound = take_part(json, child, &currency);
    }
    if (!sound) {
        leave_money_out(json, out, name);
        return;
    }
    wb_ignore(wb_json_text(json, currency, &code, "currency", NULL),
              "an amount without a currency is left out");
    wb_answer_amount(json, amount, code, out, name);
}
