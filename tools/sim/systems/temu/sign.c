/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign - the signature of a call, from its body as it came
 *
 * A text counts without its quotes, a number and a truth as they are written, an object or a list
 * as its compact JSON: members in the order in which they came, letters as UTF-8, a slash without a
 * backslash. So a client may send blanks and escapes, but not sort what is inside a member.
 */
#include "tools/sim/systems/temu/sign.h"

#include "protocol/base/own.h"
#include "protocol/digest.h"

#include <stdlib.h>
#include <string.h>

#define MEMBERS_MAX 256

typedef struct {
    wb_view key;
    wb_json_ref value;
} member;

static int
by_key(const void *a, const void *b)
{
    return wb_view_cmp(((const member *)a)->key, ((const member *)b)->key);
}

static void put_value(wb_json *json, wb_json_ref value, wb_json_writer *out);

static void
put_children(wb_json *json, wb_json_ref value, bool named, wb_json_writer *out)
{
    wb_json_open(out, named ? '{' : '[');
    for (wb_json_ref at = wb_json_first(json, value); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        if (named)
            wb_json_put_key_view(out, wb_json_key(json, at));
        put_value(json, at, out);
    }
    wb_json_close(out, named ? '}' : ']');
}

/* As deep as a document may be. */
static void
put_value(wb_json *json, wb_json_ref value, wb_json_writer *out) // NOLINT(misc-no-recursion)
{
    wb_json_type kind = wb_json_kind(json, value);
    wb_view text = {NULL, 0};

    if (kind == WB_JSON_OBJECT || kind == WB_JSON_ARRAY)
        put_children(json, value, kind == WB_JSON_OBJECT, out);
    else if (kind == WB_JSON_STRING && !wb_json_text(json, value, &text, "", NULL))
        wb_json_put_text(out, text);
    else
        wb_json_put_raw(out, wb_json_raw(json, value));
}

static void
add_value(wb_json *json, wb_json_ref value, wb_buf *out)
{
    wb_view text = {NULL, 0};
    wb_json_writer writer;

    if (wb_json_kind(json, value) == WB_JSON_STRING) {
        if (!wb_json_text(json, value, &text, "", NULL))
            wb_buf_add_view(out, text);
        return;
    }
    wb_json_writer_init(&writer, out);
    put_value(json, value, &writer);
}

bool
wb_sim_temu_signed_text(wb_json *json, wb_buf *out)
{
    member members[MEMBERS_MAX];
    size_t count = 0;

    for (wb_json_ref at = wb_json_first(json, 0); at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        wb_view key = wb_json_key(json, at);
        if (wb_view_is(key, "sign") || wb_json_kind(json, at) == WB_JSON_NULL)
            continue;
        if (count == MEMBERS_MAX)
            return false;
        members[count++] = (member){key, at};
    }
    qsort(members, count, sizeof *members, by_key);
    for (size_t i = 0; i < count; i++) {
        wb_buf_add_view(out, members[i].key);
        add_value(json, members[i].value, out);
    }
    return true;
}

void
wb_sim_temu_sign(char out[WB_SIM_TEMU_SIGN_LEN + 1], wb_view text, const char *secret)
{
    WB_AUTO(wb_buf_fini) wb_buf whole = {0};

    wb_buf_init(&whole, SIZE_MAX / 2);
    wb_buf_add_text(&whole, secret);
    wb_buf_add_view(&whole, text);
    wb_buf_add_text(&whole, secret);
    wb_md5_hex(out, wb_buf_view(&whole));
    for (char *at = out; *at; at++)
        if (*at >= 'a' && *at <= 'f')
            *at = (char)(*at - 'a' + 'A');
}

wb_json_ref
wb_sim_temu_member(const wb_json *json, const char *name)
{
    for (wb_json_ref at = wb_json_first(json, 0); at != WB_JSON_NONE; at = wb_json_next(json, at))
        if (wb_view_is(wb_json_key(json, at), name))
            return at;
    return WB_JSON_NONE;
}
