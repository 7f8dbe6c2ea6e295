/* SPDX-License-Identifier: Apache-2.0 */
/*
 * body - what is sent: JSON in one form, so that whatever order the other side signs it in is ours
 */
#include <stdlib.h>
#include <string.h>

#include "actors/connectors/lingxing/lingxing.h"
#include "protocol/base/own.h"

#define ID_DIGITS_MAX 19

void
lingxing_post(const wb_call *call, const char *path, wb_request *out)
{
    const lingxing_options *options = call->options;
    size_t len = options->url ? strlen(options->url) : 0;

    while (len && options->url[len - 1] == '/') /* two of them are another path there */
        len--;
    out->method = "POST";
    out->template = path;
    wb_buf_add(&out->url, options->url, len);
    wb_buf_add_text(&out->url, path);
    wb_request_header(out, "Content-Type", WB_VIEW_LIT("application/json"), false);
    wb_request_header(out, "Accept", WB_VIEW_LIT("application/json"), false);
}

void
lingxing_put_id(wb_json_writer *writer, wb_view id)
{
    bool digits = id.len > 0 && id.len <= ID_DIGITS_MAX && id.data[0] != '0';

    for (size_t i = 0; i < id.len; i++)
        digits = digits && id.data[i] >= '0' && id.data[i] <= '9';
    if (digits)
        wb_json_put_raw(writer, id);
    else
        wb_json_put_text(writer, id);
}

/* --- one form --- */

typedef struct {
    wb_view key;
    wb_json_ref value;
} member;

static int
by_key(const void *a, const void *b)
{
    return wb_view_cmp(((const member *)a)->key, ((const member *)b)->key);
}

static void put_value(wb_json *json, wb_json_ref ref, wb_json_writer *writer);

/* What is null inside of another is left out by some who sign it; a parameter that is null takes
 * part. */
static void
put_object(wb_json *json, wb_json_ref ref, wb_json_writer *writer)
{
    size_t count = 0;
    WB_AUTO(wb_free) member *members = wb_alloc((wb_json_count(json, ref) + 1) * sizeof *members);

    for (wb_json_ref at = wb_json_first(json, ref); at != WB_JSON_NONE; at = wb_json_next(json, at))
        if (ref == 0 || wb_json_kind(json, at) != WB_JSON_NULL)
            members[count++] = (member){wb_json_key(json, at), at};
    qsort(members, count, sizeof *members, by_key);
    wb_json_open(writer, '{');
    for (size_t i = 0; i < count; i++) {
        wb_json_put_key_view(writer, members[i].key);
        put_value(json, members[i].value, writer);
    }
    wb_json_close(writer, '}');
}

/* As deep as what we wrote ourselves. */
static void
put_value(wb_json *json, wb_json_ref ref, wb_json_writer *writer)
{
    wb_json_type type = wb_json_kind(json, ref);

    if (type == WB_JSON_OBJECT) {
        put_object(json, ref, writer);
    } else if (type == WB_JSON_ARRAY) {
        wb_json_open(writer, '[');
        for (wb_json_ref at = wb_json_first(json, ref); at != WB_JSON_NONE;
             at = wb_json_next(json, at))
            put_value(json, at, writer);
        wb_json_close(writer, ']');
    } else {
        wb_json_put_raw(writer, wb_json_raw(json, ref));
    }
}

wb_rc
lingxing_seal(const wb_call *call, wb_request *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf sorted = {0};
    wb_json_writer writer;
    wb_rc rc = wb_request_check(out, err);

    if (!rc)
        rc = wb_json_parse(call->json, wb_buf_view(&out->body), err);
    if (rc)
        return rc;
    wb_buf_init(&sorted, WB_BODY_MAX);
    wb_json_writer_init(&writer, &sorted);
    put_value(call->json, 0, &writer);
    wb_buf_clear(&out->body);
    wb_buf_add_view(&out->body, wb_buf_view(&sorted));
    rc = wb_buf_check(&sorted, "the request's body", err);
    return rc ? rc : wb_request_check(out, err);
}

wb_rc
lingxing_post_list(const wb_call *call, const lingxing_list_body *body, wb_request *out,
                   wb_err *err)
{
    wb_json_writer writer;
    wb_rc rc = WB_OK;

    lingxing_post(call, body->path, out);
    wb_json_writer_init(&writer, &out->body);
    wb_json_open(&writer, '{');
    wb_json_put_key(&writer, body->member);
    wb_json_open(&writer, '[');
    for (size_t i = 0; !rc && i < call->item_count; i++)
        rc = body->put(call, i, &writer, err);
    if (rc)
        return rc;
    wb_json_close(&writer, ']');
    wb_json_close(&writer, '}');
    return lingxing_seal(call, out, err);
}
