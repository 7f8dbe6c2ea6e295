/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/connectors/amazon/sigv4.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"

#define PARAMETERS_MAX 64
#define SEGMENTS_MAX 64
#define HEADERS_MAX (WB_REQUEST_HEADERS_MAX + 1) /* and host */
#define SHOWN 8                                  /* digits of a signature in a dry run */
#define CANONICAL_MAX (4 * WB_URL_MAX + 2 * WB_HTTP_HEADER_MAX)

/* The parts of a URL. */
typedef struct {
    wb_view host, path, query;
} url_parts;

static wb_rc
split_url(wb_view url, url_parts *out, wb_err *err)
{
    const char *end = url.data ? url.data + url.len : NULL;
    const char *host = end ? memmem(url.data, url.len, "://", 3) : NULL;
    bool tls = host && url.len >= 5 && memcmp(url.data, "https", 5) == 0;
    wb_view own_port = tls ? WB_VIEW_LIT(":443") : WB_VIEW_LIT(":80");
    const char *stop, *mark;

    if (!host)
        return wb_fail(err, WB_REJECT, "not a URL");
    host += 3;
    for (stop = host; stop < end && *stop != '/' && *stop != '?'; stop++)
        ;
    mark = stop < end ? memchr(stop, '?', (size_t)(end - stop)) : NULL;
    out->host = (wb_view){host, (size_t)(stop - host)};
    out->path = (wb_view){stop, (size_t)((mark ? mark : end) - stop)};
    out->query = mark ? (wb_view){mark + 1, (size_t)(end - mark - 1)} : (wb_view){NULL, 0};
    if (out->host.len > own_port.len &&
        memcmp(stop - own_port.len, own_port.data, own_port.len) == 0)
        out->host.len -= own_port.len; /* as it is sent: without the scheme's own port */
    return WB_OK;
}

/* Drop "." and empty segments, and resolve "..". */
static wb_rc
put_path(wb_view path, wb_buf *out, wb_err *err)
{
    wb_view segments[SEGMENTS_MAX];
    size_t count = 0;
    const char *at = path.data, *end = at ? at + path.len : NULL;

    while (at < end) {
        const char *stop = memchr(at, '/', (size_t)(end - at));
        wb_view segment = {at, (size_t)((stop ? stop : end) - at)};

        at += segment.len + 1;
        if (wb_view_is(segment, "..")) {
            count -= count > 0;
            continue;
        }
        if (segment.len == 0 || wb_view_is(segment, "."))
            continue;
        if (count == SEGMENTS_MAX)
            return wb_fail(err, WB_REJECT, "more than %d parts in a path", SEGMENTS_MAX);
        segments[count++] = segment;
    }
    for (size_t i = 0; i < count; i++) {
        wb_buf_add_char(out, '/');
        wb_percent(out, segments[i], NULL);
    }
    if (count == 0 || path.data[path.len - 1] == '/')
        wb_buf_add_char(out, '/');
    return WB_OK;
}

typedef struct {
    size_t name, name_len, value, value_len; /* places in the buffer of encoded texts */
    const wb_buf *texts;
} parameter;

static wb_view
parameter_name(const parameter *self)
{
    return (wb_view){self->texts->data + self->name, self->name_len};
}

static wb_view
parameter_value(const parameter *self)
{
    return (wb_view){self->texts->data + self->value, self->value_len};
}

static int
compare_parameters(const void *a, const void *b)
{
    const parameter *left = a, *right = b;
    int order = wb_view_cmp(parameter_name(left), parameter_name(right));

    return order ? order : wb_view_cmp(parameter_value(left), parameter_value(right));
}

/* What is encoded is decoded first, so that nothing is encoded twice. */
static wb_rc
put_encoded(wb_view text, wb_buf *texts, size_t *place, size_t *len, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf plain = {0};
    wb_rc rc;

    wb_buf_init(&plain, WB_URL_MAX);
    rc = wb_unpercent(&plain, text, err);
    *place = texts->len;
    if (!rc)
        wb_percent(texts, wb_buf_view(&plain), NULL);
    *len = texts->len - *place;
    return rc;
}

/* "name=value" or "name". */
static wb_rc
read_parameter(wb_view text, wb_buf *texts, parameter *out, wb_err *err)
{
    const char *equal = memchr(text.data, '=', text.len);
    wb_view name = {text.data, equal ? (size_t)(equal - text.data) : text.len};
    wb_view value = {text.data + text.len, 0};
    wb_rc rc;

    if (equal)
        value = (wb_view){equal + 1, text.len - name.len - 1};
    out->texts = texts;
    rc = put_encoded(name, texts, &out->name, &out->name_len, err);
    return rc ? rc : put_encoded(value, texts, &out->value, &out->value_len, err);
}

static wb_rc
read_parameters(wb_view query, wb_buf *texts, parameter *list, size_t *count, wb_err *err)
{
    const char *at = query.data, *end = at ? at + query.len : NULL;
    wb_rc rc = WB_OK;

    while (!rc && at < end) {
        const char *stop = memchr(at, '&', (size_t)(end - at));
        size_t len = (size_t)((stop ? stop : end) - at);
        wb_view one = {at, len};

        at += len + 1;
        if (len == 0)
            continue;
        if (*count == PARAMETERS_MAX)
            return wb_fail(err, WB_REJECT, "more than %d parameters", PARAMETERS_MAX);
        rc = read_parameter(one, texts, &list[*count], err);
        *count += 1;
    }
    return rc;
}

static wb_rc
put_query(wb_view query, wb_buf *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf texts = {0};
    parameter list[PARAMETERS_MAX];
    size_t count = 0;
    wb_rc rc;

    wb_buf_init(&texts, 4 * WB_URL_MAX);
    wb_buf_add_char(&texts, ' '); /* so that it has memory */
    rc = read_parameters(query, &texts, list, &count, err);
    if (rc)
        return rc;
    qsort(list, count, sizeof *list, compare_parameters);
    for (size_t i = 0; i < count; i++) {
        if (i)
            wb_buf_add_char(out, '&');
        wb_buf_add_view(out, parameter_name(&list[i]));
        wb_buf_add_char(out, '=');
        wb_buf_add_view(out, parameter_value(&list[i]));
    }
    return wb_buf_check(&texts, "the query", err);
}

typedef struct {
    wb_view name, value;
    size_t place; /* equal names stay in order of appearance */
} header;

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static int
compare_headers(const void *a, const void *b)
{
    const header *left = a, *right = b;
    size_t len = left->name.len < right->name.len ? left->name.len : right->name.len;

    for (size_t i = 0; i < len; i++) {
        int order =
            (unsigned char)lower(left->name.data[i]) - (unsigned char)lower(right->name.data[i]);

        if (order)
            return order;
    }
    if (left->name.len != right->name.len)
        return left->name.len < right->name.len ? -1 : 1;
    return (left->place > right->place) - (left->place < right->place);
}

/* Those that a proxy or the transport may change, and the signature itself. */
static bool
unsigned_header(wb_view name)
{
    static const char *const names[] = {"authorization",   "user-agent", "expect",
                                        "x-amzn-trace-id", "connection", "content-length"};

    for (size_t i = 0; i < WB_COUNT(names); i++)
        if (wb_text_same_nocase(name, wb_view_of(names[i])))
            return true;
    return false;
}

static bool
blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Trimmed, runs of blanks as one. */
static void
put_value(wb_view value, wb_buf *out)
{
    bool pending = false, begun = false;

    for (size_t i = 0; i < value.len; i++) {
        if (blank(value.data[i])) {
            pending = begun;
            continue;
        }
        if (pending)
            wb_buf_add_char(out, ' ');
        wb_buf_add_char(out, value.data[i]);
        pending = false;
        begun = true;
    }
}

static void
put_headers(const wb_request *request, wb_view host, wb_buf *out, wb_buf *names)
{
    header list[HEADERS_MAX];
    size_t count = 0;
    wb_view last = {NULL, 0};

    list[count++] = (header){WB_VIEW_LIT("host"), host, 0};
    for (size_t i = 0; i < request->header_count; i++) {
        wb_view name = wb_view_of(request->headers[i].name);

        if (!unsigned_header(name) && !wb_text_same_nocase(name, WB_VIEW_LIT("host")))
            list[count++] = (header){name, request->headers[i].value, i + 1};
    }
    qsort(list, count, sizeof *list, compare_headers);
    for (size_t i = 0; i < count; i++) {
        bool more = last.data && wb_text_same_nocase(last, list[i].name);

        if (more) {
            out->len--; /* the line's end: the value goes on */
            wb_buf_add_char(out, ',');
        } else {
            if (i)
                wb_buf_add_char(names, ';');
            for (size_t k = 0; k < list[i].name.len; k++) {
                wb_buf_add_char(out, lower(list[i].name.data[k]));
                wb_buf_add_char(names, lower(list[i].name.data[k]));
            }
            wb_buf_add_char(out, ':');
        }
        put_value(list[i].value, out);
        wb_buf_add_char(out, '\n');
        last = list[i].name;
    }
}

static void
put_hash(wb_view data, wb_buf *out)
{
    uint8_t digest[WB_SHA256_LEN];
    char hex[2 * WB_SHA256_LEN + 1];

    wb_sha256(digest, data);
    wb_hex(hex, digest, sizeof digest);
    wb_buf_add_text(out, hex);
}

wb_rc
amazon_sigv4_canonical(const wb_request *request, wb_buf *out, wb_buf *signed_headers, wb_err *err)
{
    url_parts url = {0};
    wb_rc rc = split_url(wb_buf_view(&request->url), &url, err);

    if (rc)
        return rc;
    wb_buf_addf(out, "%s\n", request->method);
    rc = put_path(url.path, out, err);
    if (rc)
        return rc;
    wb_buf_add_char(out, '\n');
    rc = put_query(url.query, out, err);
    if (rc)
        return rc;
    wb_buf_add_char(out, '\n');
    put_headers(request, url.host, out, signed_headers);
    wb_buf_add_char(out, '\n');
    wb_buf_add_view(out, wb_buf_view(signed_headers));
    wb_buf_add_char(out, '\n');
    put_hash(wb_buf_view(&request->body), out);
    return wb_buf_check(out, "the canonical request", err);
}

/* The key id and most of the signature are left out: nobody can send it. */
static void
set_authorization(wb_request *request, wb_view key_id, const char *scope, wb_view names,
                  wb_view signature)
{
    static const char form[] =
        "AWS4-HMAC-SHA256 Credential=%.*s/%s, SignedHeaders=%.*s, Signature=%.*s%s";
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    wb_buf_init(&text, 2 * WB_HTTP_HEADER_MAX);
    wb_buf_addf(&text, form, WB_VIEW_ARG(key_id), scope, WB_VIEW_ARG(names), WB_VIEW_ARG(signature),
                "");
    wb_request_set_header(request, "Authorization", wb_buf_view(&text), true);
    wb_buf_clear(&text);
    wb_buf_addf(&text, form, 3, "***", scope, WB_VIEW_ARG(names), SHOWN, signature.data, "***");
    wb_request_show_header(request, "Authorization", wb_buf_view(&text));
}

static void
put_signature(const amazon_signing *signing, const char *date, wb_view text, wb_buf *out)
{
    WB_AUTO(wb_buf_wipe) wb_buf first = {0};
    const wb_view steps[] = {
        {date, 8},
        signing->region, signing->service, WB_VIEW_LIT("aws4_request"), text
    };
    uint8_t key[WB_SHA256_LEN];
    char hex[2 * WB_SHA256_LEN + 1];

    wb_buf_init(&first, WB_HTTP_HEADER_MAX);
    wb_buf_add_text(&first, "AWS4");
    wb_buf_add_view(&first, signing->secret);
    wb_hmac_sha256(key, wb_buf_view(&first), steps[0]);
    for (size_t i = 1; i < WB_COUNT(steps); i++) {
        uint8_t next[WB_SHA256_LEN];

        wb_hmac_sha256(next, (wb_view){(const char *)key, sizeof key}, steps[i]);
        memcpy(key, next, sizeof key);
        explicit_bzero(next, sizeof next);
    }
    wb_hex(hex, key, sizeof key);
    wb_buf_add_text(out, hex);
}

wb_rc
amazon_sigv4(const amazon_signing *signing, wb_request *request, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf canonical = {0};
    WB_AUTO(wb_buf_fini) wb_buf names = {0};
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    char date[17], scope[160];
    wb_rc rc;

    wb_buf_init(&canonical, CANONICAL_MAX);
    wb_buf_init(&names, WB_HTTP_HEADER_MAX);
    wb_buf_init(&text, WB_HTTP_HEADER_MAX);
    wb_time_text_compact(date, signing->utc_us);
    wb_request_set_header(request, "X-Amz-Date", wb_view_of(date), false);
    if (signing->session_token.len)
        wb_request_set_header(request, "X-Amz-Security-Token", signing->session_token, true);
    rc = amazon_sigv4_canonical(request, &canonical, &names, err);
    if (rc)
        return rc;
    wb_buf_addf(&text, "%.8s/%.*s/%.*s/aws4_request", date, WB_VIEW_ARG(signing->region),
                WB_VIEW_ARG(signing->service));
    rc = wb_text_set(scope, sizeof scope, wb_buf_view(&text), err);
    if (rc)
        return rc;
    wb_buf_clear(&text);
    wb_buf_addf(&text, "AWS4-HMAC-SHA256\n%s\n%s\n", date, scope);
    put_hash(wb_buf_view(&canonical), &text);
    wb_buf_clear(&canonical);
    put_signature(signing, date, wb_buf_view(&text), &canonical);
    set_authorization(request, signing->access_key_id, scope, wb_buf_view(&names),
                      wb_buf_view(&canonical));
    return wb_request_check(request, err);
}
