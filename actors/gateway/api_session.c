/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_session - a person logs in at the pages, with a key or a code of this machine, and out
 */
#include <stdio.h>
#include <string.h>

#include "actors/ask/login_codes.h"
#include "actors/gateway/api.h"
#include "actors/gateway/caller.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define BODY_MAX 1024

const wb_member wb_api_login_body[] = {
    {.name = "key", .type = WB_SHAPE_TEXT, .min = 1, .help = "a key of the API"},
    {.name = "code",
     .type = WB_SHAPE_TEXT,
     .min = WB_LOGIN_CODE_LEN,
     .max = WB_LOGIN_CODE_LEN,
     .help = "instead: a code that `waybill dashboard` printed, on this machine"},
    {0            },
};

const wb_member wb_api_session_answer[] = {
    {.name = "key",
     .type = WB_SHAPE_TEXT,
     .required = true,
     .help = "the key's name; empty: a code"},
    {.name = "role",
     .type = WB_SHAPE_TEXT,
     .words = "read operate admin",
     .required = true,
     .help = "what may be done"},
    {.name = "csrf",
     .type = WB_SHAPE_TEXT,
     .required = true,
     .help = "goes as X-CSRF-Token with what the session changes; empty: of a key itself"},
    {0},
};

static void
answer(wb_call_in **call_p, const wb_api_key *key, const char *csrf)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;

    wb_buf_init(&body, BODY_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "key", wb_view_of(key->name));
    wb_json_member_text(&out, "role", wb_view_of(wb_role_name(key->role)));
    wb_json_member_text(&out, "csrf", wb_view_of(csrf));
    wb_json_close(&out, '}');
    wb_call_in_answer(call_p, 200, wb_buf_view(&body));
}

/* `Secure` where the browser came by TLS, as the proxy in front says. Who makes that up harms
 * himself alone. */
static void
set_cookie(wb_call_in *call, const char *token, const char *more)
{
    bool tls = wb_view_is(wb_serve_header_of(call->request, "x-forwarded-proto"), "https");
    char name[WB_COOKIE_NAME_SIZE];

    wb_caller_cookie_name(call->gateway, name);
    (void)snprintf(call->cookie, sizeof call->cookie,
                   "%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", name, token,
                   tls ? "; Secure" : "", more);
}

/* --- in --- */

static wb_view
member(const wb_call_in *call, const char *name)
{
    wb_view text = {NULL, 0};

    wb_ignore(wb_json_text(call->body, wb_json_get(call->body, 0, name), &text, name, NULL),
              "its shape was looked at");
    return text;
}

static bool
is_here(const char *remote)
{
    return !strncmp(remote, "127.", 4) || !strcmp(remote, "::1") ||
           !strncmp(remote, "::ffff:127.", 11);
}

/* False: nobody that counts. */
static bool
check(const wb_call_in *call, wb_api_key *out)
{
    wb_view key = member(call, "key"), code = member(call, "code");
    const wb_api_key *found;

    if (code.len) {
        *out = (wb_api_key){.name = ""};
        return call->gateway->on_this_host && is_here(call->request->remote) &&
               wb_login_code_take(call->gateway->run, code, &out->role);
    }
    found = wb_api_keys_check(call->gateway->keys, key);
    if (found)
        *out = *found;
    return found != NULL;
}

void
wb_api_login(wb_call_in *call)
{
    char token[WB_SESSION_WORD_LEN + 1];
    const wb_session_row *session;
    wb_api_key key;

    if (!!member(call, "key").len == !!member(call, "code").len) {
        wb_call_in_problem(&call, 400, "a key or a code", "send one of the two");
    } else if (!wb_caller_is_near(call->request)) {
        wb_call_in_problem(&call, 403, "this is no request of our own pages", NULL);
    } else if (!check(call, &key)) {
        wb_call_in_problem(&call, 401, "that does not count",
                           "a code is good for a minute, once, on the machine that printed it: "
                           "`waybill dashboard` prints another; keys are made by `waybill api-key "
                           "add`");
    } else {
        session = wb_sessions_begin(call->gateway->sessions, &key, wb_now_ms(), token);
        set_cookie(call, token, "");
        answer(&call, &key, session->csrf);
    }
}

void
wb_api_session(wb_call_in *call)
{
    wb_api_key key = {.role = call->role};

    memcpy(key.name, call->key, sizeof key.name);
    answer(&call, &key, call->session ? call->session->csrf : "");
}

void
wb_api_logout(wb_call_in *call)
{
    wb_sessions_end(call->gateway->sessions, wb_caller_token(call->gateway, call->request));
    set_cookie(call, "", "; Max-Age=0");
    wb_call_in_answer(&call, 200, WB_VIEW_LIT("{}"));
}
