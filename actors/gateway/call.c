/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/gateway/gateway.h"
#include "actors/gateway/pages.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "actors/runtime/process/log.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define MEMBERS_MAX 65536
#define PROBLEM_MAX 65536
#define JSON "application/json"
#define PROBLEM "application/problem+json"

wb_call_in *
wb_call_in_new(wb_gateway *gateway, wb_serve_request *request)
{
    wb_call_in *self = wb_alloc(sizeof *self);

    self->gateway = gateway;
    self->request = request;
    wb_buf_init(&self->members, MEMBERS_MAX);
    wb_list_append(&gateway->calls, &self->link);
    return self;
}

/* --- what was asked --- */

static const char *
given(const wb_call_in *self, const char *name)
{
    const char *at = self->members.data, *end = at + self->members.len;

    while (at && at < end) {
        const char *value = at + strlen(at) + 1;

        if (strcmp(at, name) == 0)
            return value;
        at = value + strlen(value) + 1;
    }
    return NULL;
}

const char *
wb_call_in_text(const wb_call_in *self, const char *name)
{
    const char *value = given(self, name);

    for (const wb_member *at = self->operation->query; !value && at && at->name; at++)
        if (strcmp(at->name, name) == 0)
            value = at->usual;
    return value ? value : "";
}

int64_t
wb_call_in_int(const wb_call_in *self, const char *name)
{
    int64_t value = 0;

    wb_ignore(wb_text_int(&value, wb_view_of(wb_call_in_text(self, name)), NULL),
              "absent is 0, and all else was looked at");
    return value;
}

/* --- its end --- */

/* One line a request; what a query says may be personal, and is not told. */
static void
tell(const wb_call_in *self, int status)
{
    wb_log(WB_INFO, "request", "method=%.*s path=%s status=%d us=%lld key=%s",
           WB_VIEW_ARG(self->request->method), self->operation ? self->operation->path : "-",
           status, (long long)(wb_now_us() - self->request->begun_us),
           self->key[0] ? self->key : "-");
}

static void
end(wb_call_in **self_p, const wb_serve_answer_what *what)
{
    wb_call_in *self = wb_take(self_p);

    if (!self->operation || !self->operation->quiet || what->status >= 400)
        tell(self, what->status);
    if (self->end)
        self->end(self);
    self->gateway->answers[what->status / 100 % 6]++;
    wb_serve_answer(&self->request, what);
    wb_list_remove(&self->link);
    wb_json_destroy(&self->body);
    wb_buf_fini(&self->members);
    wb_free(&self);
}

/* Answers are of the moment, of this caller alone, and no page of anybody's. */
#define SAFE                                                                                       \
    {"Cache-Control", "no-store"},                                                                 \
    {                                                                                              \
        "X-Content-Type-Options", "nosniff"                                                        \
    }

void
wb_call_in_answer_as(wb_call_in **self_p, int status, const char *media, wb_view body)
{
    wb_serve_answer_what what = {
        .status = status, .headers = {{"Content-Type", media}, SAFE},
             .body = body
    };

    if ((*self_p)->cookie[0])
        what.headers[3] = (wb_serve_header){"Set-Cookie", (*self_p)->cookie};
    end(self_p, &what);
}

/* It changes with a release alone: the browser keeps it, and asks each time whether it is the same.
 */
void
wb_call_in_page(wb_call_in **self_p, const wb_page *page)
{
    const wb_serve_request *request = (*self_p)->request;
    wb_serve_answer_what what = {
        .status = 200,
        .headers = {{"Content-Type", page->type},
                    {"ETag", page->etag},
                    {"Cache-Control", "no-cache"},
                    {"Content-Security-Policy", WB_PAGES_POLICY},
                    {"X-Content-Type-Options", "nosniff"},
                    {"Referrer-Policy", "no-referrer"},
                    {"Cross-Origin-Opener-Policy", "same-origin"},
                    {"Cross-Origin-Resource-Policy", "same-origin"}},
        .body = {(const char *)page->bytes, page->len},
        .lasting = true,
    };

    if (!wb_view_is(request->method, "GET") && !wb_view_is(request->method, "HEAD")) {
        wb_call_in_problem(self_p, 405, "not by this method", "GET");
        return;
    }
    if (wb_view_is(wb_serve_header_of(request, "if-none-match"), page->etag)) {
        what.status = 304;
        what.body = (wb_view){"", 0};
    }
    end(self_p, &what);
}

void
wb_call_in_answer(wb_call_in **self_p, int status, wb_view json)
{
    wb_call_in_answer_as(self_p, status, JSON, json);
}

static void
end_as_problem(wb_call_in **self_p, int status, const char *allow, wb_view json)
{
    wb_serve_answer_what what = {
        .status = status, .headers = {{"Content-Type", PROBLEM}, SAFE},
             .body = json
    };
    wb_serve_header *more = &what.headers[3];

    if (status == 401)
        *more = (wb_serve_header){"WWW-Authenticate", "Bearer"};
    else if (status == 405)
        *more = (wb_serve_header){"Allow", allow};
    else if (status == 429 || status == 503)
        *more = (wb_serve_header){"Retry-After", "1"};
    end(self_p, &what);
}

static void
problem(wb_call_in **self_p, int status, const char *title, const char *detail, wb_view errors)
{
    WB_AUTO(wb_buf_fini) wb_buf json = {0};
    wb_json_writer writer;

    wb_buf_init(&json, PROBLEM_MAX);
    wb_json_writer_init(&writer, &json);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "type", WB_VIEW_LIT("about:blank"));
    wb_json_member_text(&writer, "title", wb_view_of(title));
    wb_json_member_int(&writer, "status", status);
    if (detail)
        wb_json_member_text(&writer, "detail", wb_view_of(detail));
    if (errors.len) {
        wb_json_put_key(&writer, "errors");
        wb_json_open(&writer, '[');
        wb_json_put_raw(&writer, errors);
        wb_json_close(&writer, ']');
    }
    wb_json_close(&writer, '}');
    end_as_problem(self_p, status, detail, wb_buf_view(&json));
}

void
wb_call_in_problem(wb_call_in **self_p, int status, const char *title, const char *detail)
{
    problem(self_p, status, title, detail, (wb_view){NULL, 0});
}

void
wb_call_in_wrong(wb_call_in **self_p, const wb_shape_errors *errors)
{
    problem(self_p, 400, "something is wrong with what was sent", NULL, wb_buf_view(&errors->list));
}

void
wb_call_in_wrong_field(wb_call_in **self_p, const char *place, const char *message)
{
    wb_shape_errors errors;

    wb_shape_errors_init(&errors);
    wb_shape_error(&errors, place, message);
    wb_call_in_wrong(self_p, &errors);
    wb_shape_errors_fini(&errors);
}

void
wb_call_in_end_all(wb_gateway *gateway)
{
    while (!wb_list_empty(&gateway->calls)) {
        wb_call_in *call = WB_CONTAINER(gateway->calls.next, wb_call_in, link);

        wb_call_in_problem(&call, 503, "the gateway is being stopped", "ask again in a moment");
    }
}
