/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/gateway/caller.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"

#define BEARER "Bearer "

/* --- what it brings --- */

static wb_view
key_of(const wb_serve_request *request)
{
    wb_view bearer = wb_serve_header_of(request, "authorization");
    size_t len = strlen(BEARER);

    if (bearer.len > len && wb_text_same_nocase((wb_view){bearer.data, len}, WB_VIEW_LIT(BEARER)))
        return (wb_view){bearer.data + len, bearer.len - len};
    return wb_serve_header_of(request, "x-api-key");
}

void
wb_caller_cookie_name(const wb_gateway *gateway, char dst[WB_COOKIE_NAME_SIZE])
{
    (void)snprintf(dst, WB_COOKIE_NAME_SIZE, "waybill-%d", wb_serve_port(gateway->serve));
}

/* "a=1; b=2": the value of that name. */
static wb_view
cookie_of(wb_view header, wb_view name)
{
    while (header.len) {
        const char *end = memchr(header.data, ';', header.len);
        wb_view pair = {header.data, end ? (size_t)(end - header.data) : header.len};

        header = (wb_view){header.data + pair.len + (end != NULL),
                           header.len - pair.len - (end != NULL)};
        while (pair.len && *pair.data == ' ')
            pair = (wb_view){pair.data + 1, pair.len - 1};
        if (pair.len > name.len && pair.data[name.len] == '=' && wb_view_begins(pair, name))
            return (wb_view){pair.data + name.len + 1, pair.len - name.len - 1};
    }
    return (wb_view){NULL, 0};
}

wb_view
wb_caller_token(const wb_gateway *gateway, const wb_serve_request *request)
{
    char name[WB_COOKIE_NAME_SIZE];

    wb_caller_cookie_name(gateway, name);
    return cookie_of(wb_serve_header_of(request, "cookie"), wb_view_of(name));
}

/* --- whether it is one of our pages --- */

bool
wb_caller_is_near(const wb_serve_request *request)
{
    wb_view origin = wb_serve_header_of(request, "origin");
    wb_view host = wb_serve_header_of(request, "host");
    static const char *const schemes[] = {"http://", "https://"};

    if (!origin.len)
        return true;
    for (size_t i = 0; i < WB_COUNT(schemes); i++) {
        size_t len = strlen(schemes[i]);

        if (wb_view_begins(origin, wb_view_of(schemes[i])) &&
            wb_view_eq((wb_view){origin.data + len, origin.len - len}, host))
            return true;
    }
    return false;
}

static bool
changes(const wb_serve_request *request)
{
    return !wb_view_is(request->method, "GET") && !wb_view_is(request->method, "HEAD");
}

static bool
brings_word(const wb_serve_request *request, const wb_session_row *session)
{
    return wb_digest_same(wb_serve_header_of(request, "x-csrf-token"), wb_view_of(session->csrf));
}

/* --- who it is --- */

static void
set(wb_call_in *self, const wb_api_key *key)
{
    memcpy(self->key, key->name, sizeof self->key);
    self->role = key->role;
}

/* By its cookie; NULL = it has none that counts. */
static const wb_session_row *
session_of(const wb_call_in *self)
{
    return wb_sessions_find(self->gateway->sessions, wb_caller_token(self->gateway, self->request),
                            self->gateway->keys, wb_now_ms());
}

static bool
refuse(wb_call_in **self_p)
{
    wb_call_in_problem(
        self_p, 401, "no key that counts",
        "send one as \"Authorization: Bearer KEY\"; `waybill api-key add` makes one");
    return false;
}

static bool
refuse_page(wb_call_in **self_p)
{
    wb_call_in_problem(self_p, 403, "this is no request of our own pages",
                       "what a session changes needs its X-CSRF-Token, as GET /api/session tells "
                       "it; programs send a key instead");
    return false;
}

bool
wb_caller_may(wb_call_in **self_p)
{
    wb_call_in *self = *self_p;
    wb_view text = key_of(self->request);
    const wb_session_row *session;
    const wb_api_key *key;

    if (self->operation->role == WB_ROLE_OPEN)
        return true;
    session = text.len ? NULL : session_of(self);
    key = session ? &session->key : wb_api_keys_check(self->gateway->keys, text);
    if (!key)
        return refuse(self_p);
    self->session = session;
    set(self, key);
    if (session && changes(self->request) &&
        (!wb_caller_is_near(self->request) || !brings_word(self->request, session)))
        return refuse_page(self_p);
    if (self->role >= self->operation->role)
        return true;
    wb_call_in_problem(self_p, 403, "this key may not do that",
                       "it takes a key of another role: `waybill api-key list` tells which has it");
    return false;
}
