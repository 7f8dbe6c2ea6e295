/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/runtime/outside/redact.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define VALUE_MIN 4 /* shorter ones are in every text */
#define WORD_MIN 4  /* of a value with several words */
#define STARS "***"

/* What is looked for: a value whole, a word that stands alone, or, where a text was cut, a value's
 * beginning at its end. Beginnings come last, so that they break no other value. */
typedef enum { WHOLE, WORD, BEGINNING } piece;

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* Foreign text was tamed: what is not printable stands there as '?'. */
static bool
same_char(char shown, char value)
{
    return lower(shown) == lower(value) ||
           (shown == '?' && ((unsigned char)value < 0x20 || (unsigned char)value >= 0x7f));
}

/* How many bytes of the value stand at `at`. */
static size_t
match(const char *at, wb_view value)
{
    size_t len = 0;

    while (len < value.len && at[len] && same_char(at[len], value.data[len]))
        len++;
    return len;
}

static bool
word_char(char c)
{
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || (unsigned char)c > 127;
}

static bool
stands_alone(const char *text, const char *at, size_t len)
{
    return (at == text || !word_char(at[-1])) && !word_char(at[len]);
}

static bool
found(const char *text, const char *at, wb_view value, size_t len, piece what)
{
    if (what == BEGINNING)
        return len >= VALUE_MIN && at[len] == '\0';
    return len == value.len && (what == WHOLE || stands_alone(text, at, len));
}

static void
replace(char *text, wb_view value, piece what)
{
    size_t stars = strlen(STARS), left = strlen(text);

    for (char *at = text; *at; at++, left--) {
        size_t len = match(at, value);

        if (!found(text, at, value, len, what))
            continue;
        memcpy(at, STARS, stars);
        memmove(at + stars, at + len, left - len + 1);
        at += stars - 1;
        left -= len - 1;
    }
}

static void
redact(char *text, wb_view value, piece what)
{
    WB_AUTO(wb_buf_wipe) wb_buf encoded = {0};

    if (value.len < VALUE_MIN)
        return;
    replace(text, value, what);
    wb_buf_init(&encoded, 3 * value.len + 1);
    wb_percent(&encoded, value, NULL);
    if (encoded.len != value.len)
        replace(text, wb_buf_view(&encoded), what);
}

void
wb_redact_value(char *text, wb_view value)
{
    redact(text, value, WHOLE);
    redact(text, value, BEGINNING);
}

/* --- personal data --- */

static void
take_personal(void *arg, wb_view value)
{
    char *text = arg;
    const char *end = value.data + value.len;

    wb_redact_value(text, value);
    for (const char *at = value.data; at < end;) {
        const char *stop = at;

        while (stop < end && word_char(*stop))
            stop++;
        if (stop - at >= WORD_MIN)
            replace(text, (wb_view){at, (size_t)(stop - at)}, WORD);
        at = stop < end ? stop + 1 : end;
    }
}

void
wb_redact_record(char *text, wb_record_kind kind, wb_view canonical)
{
    const wb_field *fields = wb_canonical_fields(kind);

    if (fields && *text)
        wb_ignore(wb_canonical_texts(fields, canonical, WB_FIELD_PERSONAL | WB_FIELD_SECRET,
                                     take_personal, text, NULL),
                  "what cannot be read was not sent either");
}

/* --- secrets --- */

static void
redact_options(char *text, const wb_account *account, piece what)
{
    const char *options = account->options;

    for (const wb_option *row = account->connector->options; row && row->name; row++)
        if (row->type == WB_OPTION_SECRET)
            redact(text, wb_view_of(*(char *const *)(options + row->offset)), what);
}

/* "Bearer abc": the part behind the blank is the secret. */
static void
redact_headers(char *text, const wb_request *request, piece what)
{
    for (size_t i = 0; i < request->header_count; i++) {
        wb_view value = request->headers[i].value;
        const char *blank = value.len ? memrchr(value.data, ' ', value.len) : NULL;

        if (!request->headers[i].secret)
            continue;
        redact(text, value, what);
        if (blank)
            wb_redact_value(text,
                            (wb_view){blank + 1, value.len - (size_t)(blank + 1 - value.data)});
    }
}

/* A key may stand in the query of a configured URL. */
static void
redact_query(char *text, const wb_request *request, piece what)
{
    wb_view url = wb_buf_view(&request->url);
    const char *query = url.len ? memchr(url.data, '?', url.len) : NULL;

    if (query)
        redact(text, (wb_view){query + 1, url.len - (size_t)(query + 1 - url.data)}, what);
}

typedef struct {
    const wb_account *account;
    const wb_request *request;
    wb_view token, fresh; /* that the answer brought: a token, a grant */
    wb_view grant;        /* that was used */
} secrets;

static void
redact_secrets(char *text, const secrets *self)
{
    static const piece pieces[] = {WHOLE, BEGINNING};

    if (!*text)
        return;
    for (size_t i = 0; i < WB_COUNT(pieces); i++) {
        piece what = pieces[i];

        redact_options(text, self->account, what);
        redact_headers(text, self->request, what);
        redact_query(text, self->request, what);
        redact(text, self->token, what);
        redact(text, self->fresh, what);
        redact(text, self->grant, what);
    }
}

void
wb_redact_secrets(char *text, const wb_account *account, wb_view token)
{
    redact_options(text, account, WHOLE);
    redact(text, token, WHOLE);
}

static bool
canonical(const wb_call *call)
{
    return call->op->verb == WB_VERB_PUSH || call->op->verb == WB_VERB_PROBE ||
           call->op->verb == WB_VERB_LOOK;
}

static void
redact_item(char *text, const wb_call *call, size_t index)
{
    if (canonical(call) && *text)
        wb_redact_record(text, call->items[index].env->record_kind, call->items[index].env->body);
}

void
wb_redact_answer(const wb_account *account, const wb_call *call, const wb_request *request,
                 wb_outcomes *out, wb_err *err)
{
    const secrets all = {account, request, wb_buf_view(&out->token), wb_buf_view(&out->grant),
                         call->grant};

    for (size_t i = 0; i < out->result_count; i++) {
        wb_result *result = &out->results[i];

        if (result->code == WB_RESULT_DONE || result->code == WB_RESULT_UNCHANGED)
            continue; /* its reason goes nowhere */
        redact_secrets(result->reason, &all);
        if (i < call->item_count)
            redact_item(result->reason, call, i);
    }
    for (size_t i = 0; i < out->item_count; i++)
        redact_secrets(out->items[i].reason, &all);
    if (!err)
        return;
    redact_secrets(err->text, &all);
    for (size_t i = 0; i < call->item_count; i++)
        redact_item(err->text, call, i);
}
