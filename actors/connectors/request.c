/* SPDX-License-Identifier: Apache-2.0 */
/*
 * request - see request.h
 *
 * Views that a request gives out point into its arena, which is reserved before the first of them
 * and never grows after, so nothing that was given out moves.
 */
#include "actors/connectors/request.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/limits.h"

#define RETRY_AFTER_MAX_MS INT64_C(86400000)

void
wb_request_init(wb_request *self)
{
    *self = (wb_request){0};
    wb_buf_init(&self->url, WB_URL_MAX);
    wb_buf_init(&self->body, WB_BODY_MAX);
    wb_buf_init(&self->arena, WB_HTTP_HEADER_MAX);
}

void
wb_request_clear(wb_request *self)
{
    self->method = self->template = NULL;
    self->header_count = 0;
    self->url_shown = 0;
    self->long_poll_ms = 0;
    self->wants_names = false;
    self->file = (wb_file){0};
    self->sink = (wb_sink){0};
    wb_buf_clear(&self->url);
    wb_buf_clear(&self->body);
    wb_buf_clear(&self->arena);
}

void
wb_request_fini(wb_request *self)
{
    wb_buf_wipe(&self->url);  /* a vendor may want its token there */
    wb_buf_wipe(&self->body); /* of a request for a token: the credentials */
    wb_buf_wipe(&self->arena);
    self->header_count = 0;
}

/* A copy with a NUL behind. The first one takes the whole arena, so that it never moves. */
wb_view
wb_request_keep(wb_request *self, wb_view text)
{
    wb_buf *arena = &self->arena;
    size_t start = arena->len;

    if (!arena->data && !wb_buf_room(arena, arena->max))
        return (wb_view){"", 0};
    wb_buf_add(arena, text.data, text.len);
    wb_buf_add(arena, "", 1);
    if (arena->overflow)
        return (wb_view){"", 0};
    return (wb_view){arena->data + start, text.len};
}

static wb_header *
find_header(const wb_request *self, wb_view name)
{
    for (size_t i = 0; i < self->header_count; i++)
        if (wb_text_same_nocase(wb_view_of(self->headers[i].name), name))
            return (wb_header *)(uintptr_t)&self->headers[i];
    return NULL;
}

void
wb_request_header(wb_request *self, const char *name, wb_view value, bool secret)
{
    assert(self->header_count < WB_REQUEST_HEADERS_MAX);
    self->headers[self->header_count++] =
        (wb_header){.name = name, .value = wb_request_keep(self, value), .secret = secret};
}

void
wb_request_set_header(wb_request *self, const char *name, wb_view value, bool secret)
{
    wb_header *header = find_header(self, wb_view_of(name));

    if (header)
        *header =
            (wb_header){.name = name, .value = wb_request_keep(self, value), .secret = secret};
    else
        wb_request_header(self, name, value, secret);
}

void
wb_request_add_header(wb_request *self, wb_view name, wb_view value, bool secret)
{
    wb_request_header(self, wb_request_keep(self, name).data, value, secret);
}

void
wb_request_show_header(wb_request *self, const char *name, wb_view shown)
{
    wb_header *header = find_header(self, wb_view_of(name));

    assert(header && header->secret);
    header->shown = wb_request_keep(self, shown);
}

wb_view
wb_request_show_url(const wb_request *self)
{
    wb_view url = wb_buf_view(&self->url);

    if (self->url_shown && self->url_shown < url.len)
        url.len = self->url_shown;
    return url;
}

wb_view
wb_request_find_header(const wb_request *self, const char *name)
{
    const wb_header *header = find_header(self, wb_view_of(name));

    return header ? header->value : (wb_view){NULL, 0};
}

wb_rc
wb_request_check(const wb_request *self, wb_err *err)
{
    wb_rc rc = wb_buf_check(&self->url, "the request's URL", err);

    if (!rc)
        rc = wb_buf_check(&self->body, "the request's body", err);
    if (!rc)
        rc = wb_buf_check(&self->arena, "the request's headers", err);
    return rc;
}

static const struct {
    const char *prefix;
    wb_scheme scheme;
} schemes[] = {
    {"http://",  WB_SCHEME_HTTP },
    {"https://", WB_SCHEME_HTTPS},
    {"sftp://",  WB_SCHEME_SFTP },
    {"ftps://",  WB_SCHEME_FTPS },
    {"smtp://",  WB_SCHEME_SMTP },
    {"smtps://", WB_SCHEME_SMTP },
};

uint32_t
wb_scheme_of(wb_view url)
{
    for (size_t i = 0; i < WB_COUNT(schemes); i++) {
        size_t len = strlen(schemes[i].prefix);

        if (url.len >= len && strncasecmp(url.data, schemes[i].prefix, len) == 0)
            return (uint32_t)schemes[i].scheme;
    }
    return 0;
}

void
wb_schemes_text(char dst[WB_SCHEMES_TEXT_MAX], uint32_t bits)
{
    size_t len = 0;

    *dst = '\0';
    for (size_t i = 0; i < WB_COUNT(schemes); i++)
        if (bits & WB_SCHEMES_BUILT_IN & (uint32_t)schemes[i].scheme)
            len += (size_t)snprintf(dst + len, WB_SCHEMES_TEXT_MAX - len, "%s%s", len ? " or " : "",
                                    schemes[i].prefix);
}

static wb_view
trim(wb_view text)
{
    while (text.len && (*text.data == ' ' || *text.data == '\t')) {
        text.data++;
        text.len--;
    }
    while (text.len && strchr(" \t\r\n", text.data[text.len - 1]))
        text.len--;
    return text;
}

wb_view
wb_response_header(const wb_response *self, const char *name)
{
    wb_view found = {NULL, 0}, want = wb_view_of(name);
    const char *at = self->headers.data, *end = at ? at + self->headers.len : NULL;

    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        const char *colon = NULL;

        if (!stop)
            stop = end;
        colon = memchr(at, ':', (size_t)(stop - at));
        if (colon && wb_text_same_nocase((wb_view){at, (size_t)(colon - at)}, want))
            found = trim((wb_view){colon + 1, (size_t)(stop - colon - 1)});
        at = stop + 1;
    }
    return found;
}

int64_t
wb_response_retry_ms(const wb_response *self, int64_t now_utc_us)
{
    wb_view text = wb_response_header(self, "retry-after");
    int64_t value = 0;

    if (!text.len)
        return 0;
    if (wb_text_int(&value, text, NULL) == WB_OK) {
        if (value > RETRY_AFTER_MAX_MS / WB_MS_PER_S)
            return RETRY_AFTER_MAX_MS;
        return value > 0 ? value * WB_MS_PER_S : 0;
    }
    if (wb_time_parse_http(&value, text, NULL) || value <= now_utc_us)
        return 0;
    value = (value - now_utc_us) / WB_US_PER_MS;
    return value < RETRY_AFTER_MAX_MS ? value : RETRY_AFTER_MAX_MS;
}
