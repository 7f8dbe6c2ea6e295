/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_call - a request becomes the settings of an easy handle
 *
 * The list of headers is ours: nodes over one buffer of text, so that a call allocates nothing.
 */
#include "actors/runtime/outside/inside.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define EXPECT_FROM ((size_t)512 * 1024) /* libcurl adds "Expect" to bodies over 1 MiB */
#define METHOD_CHARS "ABCDEFGHIJKLMNOPQRSTUVWXYZ-"

static bool
is_header_name(const char *name)
{
    return *name && name[strcspn(name, "\r\n:; \t")] == '\0';
}

/* A value with a line end would forge a header, or a whole request. */
static bool
is_header_value(wb_view value)
{
    return !value.len ||
           (!memchr(value.data, '\r', value.len) && !memchr(value.data, '\n', value.len) &&
            !memchr(value.data, '\0', value.len));
}

wb_rc
wb_http_call_check(const wb_request *request, wb_err *err)
{
    wb_view url = wb_buf_view(&request->url);
    bool http = url.len > 8 && (strncasecmp(url.data, "http://", 7) == 0 ||
                                strncasecmp(url.data, "https://", 8) == 0);

    if (request->file.path &&
        (request->body.len || request->file.offset < 0 || request->file.len < 0))
        return wb_fail(err, WB_REJECT, "a file and a body, or no part of a file");
    if (request->url.overflow || request->body.overflow || request->arena.overflow)
        return wb_fail(err, WB_REJECT, "the request is too large");
    for (size_t i = 0; http && i < url.len; i++)
        http = (unsigned char)url.data[i] > 0x20 && url.data[i] != 0x7F;
    if (!http)
        return wb_fail(err, WB_REJECT, "not an http or https URL");
    if (request->method && (!*request->method || strlen(request->method) > WB_HTTP_METHOD_MAX ||
                            request->method[strspn(request->method, METHOD_CHARS)]))
        return wb_fail(err, WB_REJECT, "bad method");
    for (size_t i = 0; i < request->header_count; i++)
        if (!is_header_name(request->headers[i].name) ||
            !is_header_value(request->headers[i].value))
            return wb_fail(err, WB_REJECT, "header %zu of the request has a line end", i + 1);
    return WB_OK;
}

static void
add_line(wb_buf *text, const char *name, const char *between, wb_view value)
{
    wb_buf_add_text(text, name);
    wb_buf_add_text(text, between);
    wb_buf_add_view(text, value);
    wb_buf_add(text, "", 1);
}

static bool
is_large(const wb_request *request)
{
    return request->body.len > EXPECT_FROM || request->file.len > (int64_t)EXPECT_FROM;
}

/* The URL and the header lines as texts in one buffer; then the list over the lines. */
static wb_rc
write_text(wb_http_call *self, const wb_request *request, wb_err *err)
{
    static const wb_view none = {NULL, 0};
    wb_buf *text = &self->text;
    size_t lines = request->header_count;
    char *at;
    wb_rc rc;

    wb_buf_clear(text);
    wb_buf_add_view(text, wb_buf_view(&request->url));
    wb_buf_add(text, "", 1);
    for (size_t i = 0; i < request->header_count; i++)
        /* "Name;" is how libcurl is told of an empty value; "Name:" would remove the header. */
        add_line(text, request->headers[i].name, request->headers[i].value.len ? ": " : ";",
                 request->headers[i].value);
    if (self->with_body && !wb_request_find_header(request, "Content-Type").data) {
        add_line(text, "Content-Type:", "", none);
        lines++;
    }
    if (is_large(request)) {
        add_line(text, "Expect:", "", none);
        lines++;
    }
    rc = wb_buf_check(text, "the request's headers", err);
    if (rc)
        return rc;
    at = text->data;
    for (size_t i = 0; i < lines; i++) {
        at += strlen(at) + 1;
        self->lines[i].data = at;
        self->lines[i].next = i + 1 < lines ? &self->lines[i + 1] : NULL;
    }
    curl_easy_setopt(self->easy, CURLOPT_URL, text->data);
    curl_easy_setopt(self->easy, CURLOPT_HTTPHEADER, lines ? self->lines : NULL);
    return WB_OK;
}

/* A pooled handle mostly gets the method that it has. */
static void
set_method(wb_http_call *self, const char *method, bool with_body)
{
    bool plain = strcmp(method, with_body ? "POST" : "GET") == 0;

    if (strcmp(self->method, method) == 0 && self->with_body == with_body)
        return;
    snprintf(self->method, sizeof self->method, "%s", method);
    self->with_body = with_body;
    curl_easy_setopt(self->easy, with_body ? CURLOPT_POST : CURLOPT_HTTPGET, 1L);
    if (!with_body && strcmp(method, "HEAD") == 0)
        curl_easy_setopt(self->easy, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(self->easy, CURLOPT_CUSTOMREQUEST, plain ? NULL : method);
}

/* However long it takes, as long as something travels. */
static void
time_silence(wb_http_call *self, int64_t silence_ms)
{
    self->quiet = true;
    curl_easy_setopt(self->easy, CURLOPT_TIMEOUT_MS, 0L);
    curl_easy_setopt(self->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(self->easy, CURLOPT_LOW_SPEED_TIME,
                     (long)((silence_ms + WB_MS_PER_S - 1) / WB_MS_PER_S));
}

void
wb_http_call_taken(wb_http_call *self, int64_t silence_ms)
{
    time_silence(self, silence_ms);
    curl_easy_setopt(self->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)0);
    curl_easy_setopt(self->easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
}

/* What a former call of this handle set. */
static void
time_the_whole(wb_http_call *self)
{
    self->quiet = false;
    curl_easy_setopt(self->easy, CURLOPT_LOW_SPEED_LIMIT, 0L);
    curl_easy_setopt(self->easy, CURLOPT_LOW_SPEED_TIME, 0L);
    curl_easy_setopt(self->easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)WB_BODY_MAX);
}

static size_t
on_read(char *out, size_t size, size_t count, void *arg)
{
    wb_http_call *self = arg;
    size_t most = size * count;
    ssize_t got;

    if ((int64_t)most > self->file_left)
        most = (size_t)self->file_left;
    if (!most)
        return 0;
    got = pread(self->file, out, most, (off_t)self->file_at);
    if (got <= 0) /* shorter than it was: what left is no whole request, and never will be one */
        return CURL_READFUNC_ABORT;
    self->file_at += got;
    self->file_left -= got;
    return (size_t)got;
}

/* No way back is given: libcurl cannot send it a second time. */
static wb_rc
set_file(wb_http_call *self, const wb_file *file, wb_err *err)
{
    struct stat is;

    self->file = open(file->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (self->file < 0 || fstat(self->file, &is) || is.st_size < file->offset + file->len)
        return wb_fail(err, WB_REJECT, "the file to be sent is gone, or shorter than it was");
    self->file_at = file->offset;
    self->file_left = file->len;
    curl_easy_setopt(self->easy, CURLOPT_POSTFIELDS, NULL);
    curl_easy_setopt(self->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)file->len);
    curl_easy_setopt(self->easy, CURLOPT_READFUNCTION, on_read);
    curl_easy_setopt(self->easy, CURLOPT_READDATA, self);
    return WB_OK;
}

static void
set_body(wb_http_call *self, const wb_buf *body)
{
    curl_easy_setopt(self->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->len);
    curl_easy_setopt(self->easy, CURLOPT_POSTFIELDS, body->len ? body->data : "");
}

wb_rc
wb_http_call_prepare(wb_http_call *self, const wb_request *request, int64_t timeout_ms, wb_err *err)
{
    const char *method = request->method ? request->method : "GET";
    bool with_body = request->file.path || request->body.len > 0 || strcmp(method, "POST") == 0 ||
                     strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;
    wb_rc rc;

    set_method(self, method, with_body);
    rc = write_text(self, request, err);
    if (rc)
        return rc;
    if (request->file.path)
        rc = set_file(self, &request->file, err);
    else if (with_body)
        set_body(self, &request->body);
    if (rc)
        return rc;
    if (self->quiet)
        time_the_whole(self);
    self->taken = self->taking = false;
    timeout_ms += request->long_poll_ms;
    curl_easy_setopt(self->easy, CURLOPT_TIMEOUT_MS, (long)(timeout_ms > 0 ? timeout_ms : 1));
    if (request->file.path)
        time_silence(self, timeout_ms);
    curl_easy_setopt(self->easy, CURLOPT_HTTP_CONTENT_DECODING,
                     1L); /* an answer may switch it off */
    wb_buf_clear(&self->headers);
    wb_buf_clear(&self->body);
    self->too_large = false;
    self->sendings = 0;
    self->stale = false;
    return WB_OK;
}

static bool
is_encoding(wb_view word)
{
    static const char *const known[] = {"gzip", "x-gzip", "deflate", "br", "zstd", "identity"};

    for (size_t i = 0; i < WB_COUNT(known); i++)
        if (wb_text_same_nocase(word, wb_view_of(known[i])))
            return true;
    return false;
}

void
wb_http_call_look(wb_http_call *self)
{
    wb_response response = {.headers = wb_buf_view(&self->headers)};
    wb_view word = wb_response_header(&response, "content-encoding");

    if (word.len && !memchr(word.data, ',', word.len) && !is_encoding(word))
        curl_easy_setopt(self->easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
}
