/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token - access tokens: for who has the secret, or the refresh token of the pair before
 *
 *   POST /api/auth-server/oauth/access-token   appId, appSecret
 *   POST /api/auth-server/oauth/refresh        appId, refreshToken; each works once
 *       {"code":"200", "msg":"OK", "data":{"access_token", "refresh_token", "expires_in"}}
 *
 * Both as multipart/form-data, or in the query. A new token is the end of the one before. The
 * secret of ak_NAME is "s+/NAME==": who forgets to encode it in the query has another one.
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/systems/lingxing/door.h"
#include "tools/sim/systems/lingxing/secret.h"
#include "tools/sim/systems/lingxing/sign.h"

#include <stdio.h>
#include <string.h>

#define REFRESH_LIFE_MS (2 * 3600 * 1000)
#define BOUNDARY_MAX 80

void
wb_sim_lingxing_secret(char out[WB_SIM_LINGXING_SECRET_MAX], const char *name)
{
    (void)snprintf(out, WB_SIM_LINGXING_SECRET_MAX, "s+/%s==", name);
}

static void
put_token(char out[40], const wb_sim_lingxing_app *app, uint64_t seed)
{
    uint64_t high = wb_hash64(app->id, strlen(app->id), seed + app->tokens);
    uint64_t low = wb_hash64(&high, sizeof high, seed);

    (void)snprintf(out, 40, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(high >> 32),
                   (unsigned)(high >> 16 & 0xffff), (unsigned)(high & 0xffff),
                   (unsigned)(low >> 48), (unsigned long long)(low & UINT64_C(0xffffffffffff)));
}

void
wb_sim_lingxing_new_tokens(wb_sim_lingxing_house *house, wb_sim_lingxing_app *app)
{
    const wb_sim_lingxing_conf *conf = house->part->conf;
    uint64_t seed = (uint64_t)house->part->sim->conf.seed;

    app->tokens++;
    house->tokens++;
    put_token(app->access, app, seed * 2 + 1);
    put_token(app->refresh, app, seed * 2 + 2);
    app->ends_ms = wb_now_ms() + conf->lingxing_token;
    app->refresh_ends_ms = wb_now_ms() + REFRESH_LIFE_MS;
}

/* --- a form of several parts --- */

/* Behind `mark` in the text; {NULL, 0} = it is not there. */
static wb_view
behind(wb_view text, const char *mark)
{
    const char *at = text.len ? memmem(text.data, text.len, mark, strlen(mark)) : NULL;

    if (!at)
        return (wb_view){NULL, 0};
    at += strlen(mark);
    return (wb_view){at, text.len - (size_t)(at - text.data)};
}

static wb_view
before(wb_view text, const char *mark)
{
    const char *at = text.len ? memmem(text.data, text.len, mark, strlen(mark)) : NULL;

    return (wb_view){text.data, at ? (size_t)(at - text.data) : 0};
}

/* "--BOUNDARY", as it stands before each part; false = the request has none. */
static bool
read_boundary(const wb_sim_request *request, char out[BOUNDARY_MAX])
{
    wb_view type = wb_sim_request_header(request, "content-type");
    wb_view text = behind(type, "boundary=");

    if (text.len && *text.data == '"')
        text = before((wb_view){text.data + 1, text.len - 1}, "\"");
    if (!behind(type, "multipart/form-data").data || !text.len || text.len > BOUNDARY_MAX - 3)
        return false;
    (void)snprintf(out, BOUNDARY_MAX, "--%.*s", WB_VIEW_ARG(text));
    return true;
}

static wb_view
part_of_form(const wb_sim_request *request, const char *name)
{
    char mark[BOUNDARY_MAX], field[64];
    wb_view rest = request->body;

    if (!read_boundary(request, mark))
        return (wb_view){NULL, 0};
    (void)snprintf(field, sizeof field, "name=\"%s\"", name);
    while ((rest = behind(rest, mark)).data) {
        wb_view head = before(rest, "\r\n\r\n");
        if (behind(head, field).data)
            return before(before(behind(rest, "\r\n\r\n"), mark), "\r\n");
    }
    return (wb_view){NULL, 0};
}

/* --- who asks, and the answer --- */

typedef struct {
    wb_sim_visit *visit;
    wb_sim_lingxing_params query;
} form;

static wb_view
field(const form *self, const char *name)
{
    wb_view part = part_of_form(self->visit->request, name);

    return part.data ? part : wb_sim_lingxing_param(&self->query, name);
}

static void
form_fini(form *self)
{
    wb_sim_lingxing_params_fini(&self->query);
}

static wb_sim_lingxing_app *
begin(form *self, wb_sim_visit *visit, int op)
{
    wb_sim_lingxing_app *app;

    self->visit = visit;
    wb_sim_lingxing_params_init(&self->query);
    wb_sim_lingxing_params_query(&self->query, visit->request->query);
    app = wb_sim_lingxing_app_of(visit, field(self, "appId"));
    if (app && app->target->down) {
        wb_sim_http_hold(visit->conn, NULL, NULL);
        return NULL;
    }
    if (wb_sim_begin(visit, op))
        return NULL;
    if (!app)
        wb_sim_answer_json(
            visit->conn, 200,
            WB_VIEW_LIT("{\"code\":\"2001001\",\"msg\":\"app not exist\",\"data\":null}"));
    return app;
}

static void
refuse(const wb_sim_visit *visit, const char *code, const char *message)
{
    visit->sim->unauthorized++;
    wb_sim_fill(visit->sim, "{\"code\":\"%s\",\"msg\":\"%s\",\"data\":null}", code, message);
    wb_sim_answer_json(visit->conn, 200, wb_buf_view(&visit->sim->body));
}

static void
give(const wb_sim_visit *visit, wb_sim_lingxing_app *app)
{
    const wb_sim_lingxing_conf *conf = visit->part->conf;
    wb_buf *out = &visit->sim->body;

    wb_sim_lingxing_new_tokens(visit->part->state, app);
    wb_buf_clear(out);
    wb_buf_addf(out,
                "{\"code\":\"200\",\"msg\":\"OK\",\"data\":{\"access_token\":\"%s\","
                "\"refresh_token\":\"%s\",\"expires_in\":%lld}}",
                app->access, app->refresh, (long long)((conf->lingxing_token - 1) / 1000));
    wb_sim_answer_json(visit->conn, 200, wb_buf_view(out));
}

/* A secret that has lost its plus sign, or its length, cannot be read at all. */
static const char *
wrong_secret(const wb_sim_lingxing_app *app, wb_view given)
{
    char secret[WB_SIM_LINGXING_SECRET_MAX];

    wb_sim_lingxing_secret(secret, app->target->name);
    if (wb_view_is(given, secret))
        return NULL;
    return given.len && memchr(given.data, ' ', given.len) ? "0001001" : "2001002";
}

void
wb_sim_lingxing_on_token(wb_sim_visit *visit)
{
    WB_AUTO(form_fini) form it = {0};
    wb_sim_lingxing_app *app = begin(&it, visit, WB_SIM_LINGXING_TOKEN);
    const char *wrong = app ? wrong_secret(app, field(&it, "appSecret")) : NULL;

    if (!app)
        return;
    if (wrong && visit->sim->conf.auth)
        refuse(visit, wrong,
               *wrong == '0' ? "rsa private decrypt error" : "app secret is not correct");
    else
        give(visit, app);
}

void
wb_sim_lingxing_on_refresh(wb_sim_visit *visit)
{
    WB_AUTO(form_fini) form it = {0};
    wb_sim_lingxing_app *app = begin(&it, visit, WB_SIM_LINGXING_REFRESH);

    if (!app)
        return;
    if (!*app->refresh || !wb_view_is(field(&it, "refreshToken"), app->refresh))
        refuse(visit, "2001009", "refresh token is invalid");
    else if (wb_now_ms() >= app->refresh_ends_ms)
        refuse(visit, "2001008", "refresh token has expired");
    else
        give(visit, app);
}
