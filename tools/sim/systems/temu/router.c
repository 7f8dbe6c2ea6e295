/* SPDX-License-Identifier: Apache-2.0 */
/*
 * router - one path for every call: who asks, may it, how often, and what is asked for
 *
 * The body is one flat object. Its signature is checked before everything else that can be checked
 * without a secret; then the common members, the token, the limits. A member that nobody knows is
 * passed over: who puts its parameters into an object of their own has asked without any.
 */
#include "protocol/base/clock.h"
#include "protocol/base/text.h"
#include "tools/sim/systems/temu/answer.h"
#include "tools/sim/systems/temu/sign.h"

#include <string.h>

#define CLOCK_US (300 * WB_US_PER_S)
#define NUMBER_LEN 10 /* digits at the end of a key or token */

static wb_sim_temu_handler *const handlers[] = {
#define HANDLER(id, place, handler, type) [WB_SIM_TEMU_##id] = wb_sim_temu_on_##handler,
    WB_SIM_TEMU_OPS(HANDLER)
#undef HANDLER
};

/* A common member as text; a number is told by its digits. {NULL, 0} = there is none. */
static wb_view
common(const wb_sim_visit *visit, const char *name)
{
    wb_json *json = visit->sim->json;
    wb_json_ref at = wb_sim_temu_member(json, name);
    wb_view text = {NULL, 0};

    if (wb_json_kind(json, at) == WB_JSON_NUMBER)
        return wb_json_raw(json, at);
    if (wb_json_kind(json, at) != WB_JSON_STRING || wb_json_text(json, at, &text, name, NULL))
        return (wb_view){NULL, 0};
    return text;
}

static bool
says_no(const wb_sim_visit *visit, const char *code, const char *message)
{
    wb_sim_temu_fail(visit, code, message);
    return false;
}

/* --- who asks --- */

/* The mall whose number ends this name, if it is called so. */
static wb_sim_temu_seller *
numbered(const wb_sim_visit *visit, wb_view name)
{
    const wb_sim_temu *self = wb_sim_temu_of(visit);
    uint64_t number = 0;

    if (name.len < NUMBER_LEN ||
        wb_text_uint(&number, (wb_view){name.data + name.len - NUMBER_LEN, NUMBER_LEN}, NULL) ||
        number < 1 || number > self->seller_count)
        return NULL;
    return &self->sellers[number - 1];
}

static wb_sim_temu_seller *
seller_by_key(const wb_sim_visit *visit, wb_view app_key)
{
    wb_sim_temu_seller *found = numbered(visit, app_key);

    return found && wb_view_is(app_key, found->app_key) ? found : NULL;
}

static const wb_sim_temu_seller *
seller_by_token(const wb_sim_visit *visit, wb_view token)
{
    const wb_sim_temu_seller *found = numbered(visit, token);

    return found && wb_view_is(token, found->access_token) ? found : NULL;
}

static bool
signature_good(const wb_sim_visit *visit, const wb_sim_temu_seller *app)
{
    char wanted[WB_SIM_TEMU_SIGN_LEN + 1];
    wb_view given = common(visit, "sign");
    wb_buf *text = &visit->sim->scratch;

    if (!given.len)
        return says_no(visit, "3000040", "sign is empty");
    wb_buf_clear(text);
    if (!wb_sim_temu_signed_text(visit->sim->json, text))
        return says_no(visit, WB_SIM_TEMU_BAD);
    wb_sim_temu_sign(wanted, wb_buf_view(text), app->app_secret);
    return wb_view_is(given, wanted) ||
           says_no(visit, "3000001", "sign is invalid, please check your sign calculation");
}

/* Ten digits, near enough to this clock. */
static bool
time_good(const wb_sim_visit *visit)
{
    wb_view text = common(visit, "timestamp");
    uint64_t seconds = 0;

    if (!text.len)
        return says_no(visit, "3000010", "timestamp is empty");
    if (text.len != 10 || wb_text_uint(&seconds, text, NULL))
        return says_no(visit, "3000011", "timestamp is invalid");
    int64_t apart_us = (int64_t)seconds * WB_US_PER_S - wb_now_utc_us();
    return (apart_us <= CLOCK_US && apart_us >= -CLOCK_US - WB_US_PER_S) ||
           says_no(visit, "3000012", "timestamp is expired");
}

static bool
form_good(const wb_sim_visit *visit)
{
    wb_view data_type = common(visit, "data_type");

    if (!common(visit, "type").len)
        return says_no(visit, "3000002", "type is empty");
    if (visit->op == WB_SIM_TEMU_OTHER)
        return says_no(visit, "3000003", "type is not existed");
    if (!time_good(visit))
        return false;
    if (!data_type.len)
        return says_no(visit, "3000013", "data_type is empty");
    return wb_view_is(data_type, "JSON") || says_no(visit, "3000014", "data_type is invalid");
}

static bool
token_good(const wb_sim_visit *visit, const wb_sim_temu_seller *app)
{
    wb_view token = common(visit, "access_token");
    const wb_sim_temu_seller *owner = seller_by_token(visit, token);

    if (!token.len)
        return says_no(visit, "3000030", "access_token is empty");
    if (!owner)
        return says_no(visit, "3000031", "access_token is not existed");
    if (owner != app)
        return says_no(visit, "3000033", "access_token does not belong to this app_key");
    return !app->account->revoked ||
           says_no(visit, "3000034", "access_token is expired or has been refreshed");
}

/* NULL = it is answered. */
static wb_sim_temu_seller *
who_asks(const wb_sim_visit *visit)
{
    wb_view app_key = common(visit, "app_key");
    wb_sim_temu_seller *app = seller_by_key(visit, app_key);

    if (!visit->sim->conf.auth)
        return app ? app : &wb_sim_temu_of(visit)->sellers[0];
    if (!app) {
        visit->sim->unauthorized++;
        wb_sim_temu_fail(visit, app_key.len ? "3000026" : "3000025",
                         app_key.len ? "app_key is not existed" : "app_key is empty");
        return NULL;
    }
    if (signature_good(visit, app) && form_good(visit) && token_good(visit, app))
        return app;
    visit->sim->unauthorized++;
    return NULL;
}

/* --- how often --- */

static bool
throttled(const wb_sim_visit *visit)
{
    visit->sim->throttled[visit->part->ops + visit->op]++;
    return says_no(visit, "4000004", "too frequent requests, exceeding rate limit.");
}

/* Of the app, and of the interface. */
static bool
in_limits(const wb_sim_visit *visit, wb_sim_temu_seller *seller)
{
    int64_t rate = (wb_sim_rate_micro(visit) + 999999) / 1000000, now_us = wb_now_us();
    wb_sim_temu_window *each = &seller->each[visit->op];

    if (!rate)
        return true;
    if (wb_sim_temu_window_calls(&seller->whole, now_us) >= rate ||
        wb_sim_temu_window_calls(each, now_us) >= rate)
        return throttled(visit);
    wb_sim_temu_window_add(&seller->whole);
    wb_sim_temu_window_add(each);
    return true;
}

/* --- what is asked for --- */

static int
op_of(const wb_sim_visit *visit)
{
    wb_view type = common(visit, "type");
    int op = 0;

    while (op < WB_SIM_TEMU_OTHER && !wb_view_is(type, wb_sim_temu_types[op]))
        op++;
    return op;
}

/* What strikes in the gateway itself. */
static bool
is_struck(const wb_sim_visit *visit)
{
    if (wb_sim_strikes_own(visit->part, WB_SIM_TEMU_HTML)) {
        wb_sim_temu_answer_page(visit, 200);
        return true;
    }
    if (wb_sim_strikes_own(visit->part, WB_SIM_TEMU_INTERNAL)) {
        wb_sim_temu_fail(visit, "2000000", "internal api call failed");
        return true;
    }
    return wb_sim_strikes_own(visit->part, WB_SIM_TEMU_THROTTLED) && !throttled(visit);
}

static bool
is_json(const wb_sim_visit *visit)
{
    wb_view type = wb_sim_request_header(visit->request, "content-type");
    static const char wanted[] = "application/json";

    return type.len >= sizeof wanted - 1 &&
           wb_text_same_nocase((wb_view){type.data, sizeof wanted - 1}, WB_VIEW_LIT(wanted)) &&
           !wb_json_parse(visit->sim->json, visit->request->body, NULL) &&
           wb_json_kind(visit->sim->json, 0) == WB_JSON_OBJECT;
}

void
wb_sim_temu_on_call(wb_sim_visit *visit)
{
    bool readable = is_json(visit);

    if (wb_sim_begin(visit, readable ? op_of(visit) : WB_SIM_TEMU_OTHER) || is_struck(visit))
        return;
    if (!readable) {
        wb_sim_temu_fail(visit, WB_SIM_TEMU_BAD);
        return;
    }
    wb_sim_temu_seller *seller = who_asks(visit);
    if (!seller || !in_limits(visit, seller))
        return;
    if (visit->op == WB_SIM_TEMU_OTHER)
        wb_sim_temu_fail(visit, "3000003", "type is not existed");
    else
        handlers[visit->op](visit, seller);
}
