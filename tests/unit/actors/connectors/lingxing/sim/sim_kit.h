/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_kit - a client of the simulated ERP: calls that are signed as its documentation says
 */
#ifndef WB_TESTS_UNIT_ACTORS_CONNECTORS_LINGXING_SIM_SIM_KIT_H
#define WB_TESTS_UNIT_ACTORS_CONNECTORS_LINGXING_SIM_SIM_KIT_H

#include "protocol/base/clock.h"
#include "protocol/base/text.h"
#include "tests/unit/tools/sim/ask.h"
#include "tools/sim/engine/ids.h"
#include "tools/sim/engine/options.h"
#include "tools/sim/engine/order.h"
#include "tools/sim/engine/target.h"
#include "tools/sim/engine/works.h"
#include "tools/sim/systems/all.h"
#include "tools/sim/systems/lingxing/sign.h"

#define APP "ak_main_________"
#define SECRET "s%2B%2Fmain%3D%3D"
#define STORE_1 "110000000000000001"
#define STORE_2 "110000000000000002"
#define CREATE "/pb/mp/order/v2/create"
#define LIST "/pb/mp/order/v2/list"
#define OUTBOUND "/erp/sc/routing/wms/order/wmsOrderList"
#define STOCK "/erp/sc/routing/data/local_inventory/inventoryDetails"

typedef struct {
    wb_sim_settings settings;
    wb_sim *sim;
    wb_json *json;
    wb_buf request, body;
    char token[64], refresh[64];
    int64_t shift_s; /* of the client's clock */
} world;

static inline void
make_world(world *self, char **words)
{
    char *argv[40] = {"waybill-sim", "--orders",   "30",      "--shop", "sample",
                      "--erp",       "lingxing",   "--goods", "20",     "--lingxing-takes",
                      "0",           "--accounts", "2"};
    wb_err err = {0};
    int count = 13;

    memset(self, 0, sizeof *self);
    while (words && *words)
        argv[count++] = *words++;
    ck_assert_msg(!wb_sim_options(&self->settings, wb_sim_systems, argv, &err), "%s", err.text);
    ck_assert_msg(!wb_sim_new(&self->sim, &self->settings, &err), "%s", err.text);
    wb_sim_turn(self->sim, 0);
    wb_buf_init(&self->request, SIM_ANSWER_MAX);
    wb_buf_init(&self->body, SIM_ANSWER_MAX);
    self->json = wb_json_new();
}

static inline void
end_world(world *self)
{
    wb_json_destroy(&self->json);
    wb_buf_fini(&self->request);
    wb_buf_fini(&self->body);
    wb_sim_destroy(&self->sim);
    wb_sim_options_fini(&self->settings);
}

/* A request with this query and body; the answer is parsed when it is JSON. The status. */
static inline int
ask(world *self, const char *path, const char *query, const char *body)
{
    wb_buf_clear(&self->request);
    wb_buf_addf(&self->request,
                "POST /lingxing%s%s%s HTTP/1.1\r\nConnection: close\r\nContent-Type: "
                "application/json\r\nContent-Length: %zu\r\n\r\n%s",
                path, *query ? "?" : "", query, strlen(body), body);
    int status = sim_ask(self->sim, wb_buf_view(&self->request), &self->body);
    if (wb_json_parse(self->json, wb_buf_view(&self->body), NULL))
        wb_ignore(wb_json_parse(self->json, WB_VIEW_LIT("null"), NULL), "it is a page");
    return status;
}

static inline wb_view
text_at(world *self, const char *path)
{
    wb_json_ref at = wb_json_at(self->json, 0, path);
    wb_view text = {"", 0};

    if (wb_json_kind(self->json, at) == WB_JSON_STRING)
        ck_assert(!wb_json_text(self->json, at, &text, path, NULL));
    else if (at != WB_JSON_NONE)
        text = wb_json_raw(self->json, at);
    return text;
}

/* The code of the last answer, number or text: "" = it has none. */
static inline void
check_code(world *self, const char *wanted)
{
    ck_assert_msg(wb_view_is(text_at(self, "code"), wanted), "%s is not in %s", wanted,
                  wb_buf_text(&self->body));
}

static inline void
check_text(world *self, const char *path, const char *wanted)
{
    ck_assert_msg(wb_view_is(text_at(self, path), wanted), "%s is not %s in %s", path, wanted,
                  wb_buf_text(&self->body));
}

static inline void
check_holds(world *self, const char *text)
{
    ck_assert_msg(strstr(wb_buf_text(&self->body), text), "no %s in %s", text,
                  wb_buf_text(&self->body));
}

static inline void
get_token(world *self)
{
    ck_assert_int_eq(
        ask(self, "/api/auth-server/oauth/access-token", "appId=" APP "&appSecret=" SECRET, ""),
        200);
    check_code(self, "200");
    (void)snprintf(self->token, sizeof self->token, "%.*s",
                   WB_VIEW_ARG(text_at(self, "data.access_token")));
    (void)snprintf(self->refresh, sizeof self->refresh, "%.*s",
                   WB_VIEW_ARG(text_at(self, "data.refresh_token")));
}

/* The four common parameters of a call with this body, signed, into `query`. */
static inline void
sign_call(world *self, const char *body, char query[512])
{
    WB_AUTO(wb_sim_lingxing_params_fini) wb_sim_lingxing_params params = {0};
    WB_AUTO(wb_buf_fini) wb_buf canonical = {0}, encoded = {0};
    char sign[WB_SIM_LINGXING_SIGN_LEN + 1];

    wb_buf_init(&canonical, SIM_ANSWER_MAX);
    wb_buf_init(&encoded, 512);
    (void)snprintf(query, 512, "access_token=%s&app_key=" APP "&timestamp=%lld", self->token,
                   (long long)(wb_now_utc_us() / WB_US_PER_S + self->shift_s));
    wb_sim_lingxing_params_init(&params);
    wb_sim_lingxing_params_query(&params, wb_view_of(query));
    ck_assert(!wb_json_parse(self->json, wb_view_of(body), NULL));
    wb_sim_lingxing_params_body(&params, self->json);
    wb_sim_lingxing_canonical(&params, &canonical);
    wb_sim_lingxing_sign(sign, WB_VIEW_LIT(APP), wb_buf_view(&canonical));
    wb_percent(&encoded, wb_view_of(sign), NULL);
    size_t len = strlen(query);
    (void)snprintf(query + len, 512 - len, "&sign=%s", wb_buf_text(&encoded));
}

/* A signed call; the status. */
static inline int
call(world *self, const char *path, const char *body)
{
    char query[512];

    sign_call(self, body, query);
    return ask(self, path, query, body);
}

/* One order of this world as create takes it; `extra` begins with a comma, or is "". */
static inline void
put_order(wb_buf *out, const world *self, uint32_t number, const char *extra)
{
    char id[WB_SIM_ID_LEN + 1];
    wb_sim_line lines[WB_SIM_LINES_MAX];
    int count = wb_sim_order_lines(self->sim->market, number, lines);

    wb_sim_market_id(self->sim->market, id, number);
    wb_buf_addf(out, "{\"address_line1\":\"A 7 栋\",\"city\":\"深圳\",\"items\":[");
    for (int i = 0; i < count; i++)
        wb_buf_addf(out, "%s{\"quantity\":%lld,\"sku\":\"SKU-%05u\",\"unit_price\":\"%lld.%02d\"}",
                    i ? "," : "", (long long)lines[i].quantity, lines[i].goods,
                    (long long)(lines[i].unit_minor / 100), (int)(lines[i].unit_minor % 100));
    wb_buf_addf(out,
                "],\"platform_order_no\":\"%s\",\"receiver_country_code\":\"CN\","
                "\"receiver_name\":\"张 三\"%s}",
                id, extra);
}

static inline const char *
store_of(const world *self, uint32_t number)
{
    return wb_sim_market_account(self->sim->market, number) ? STORE_2 : STORE_1;
}

/* Creates one order of this world; the answer is in the world. */
static inline void
create(world *self, uint32_t number, const char *extra)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};

    wb_buf_init(&body, SIM_ANSWER_MAX);
    wb_buf_addf(&body, "{\"platform_code\":10009,\"store_id\":\"%s\",\"orders\":[",
                store_of(self, number));
    put_order(&body, self, number, extra);
    wb_buf_add_text(&body, "]}");
    ck_assert_int_eq(call(self, CREATE, wb_buf_text(&body)), 200);
}

/* Creates it and keeps its global_order_no. */
static inline void
create_for(world *self, uint32_t number, char global[32])
{
    wb_json_ref at;
    wb_view text = {"", 0};

    create(self, number, "");
    check_code(self, "0");
    at = wb_json_first(self->json, wb_json_at(self->json, 0, "data.success_details"));
    ck_assert_msg(at != WB_JSON_NONE, "%s", wb_buf_text(&self->body));
    ck_assert(
        !wb_json_text(self->json, wb_json_get(self->json, at, "global_order_no"), &text, "", NULL));
    (void)snprintf(global, 32, "%.*s", WB_VIEW_ARG(text));
}

/* The orders of these numbers, as they are read; a comma list of quoted numbers. */
static inline void
find(world *self, const char *numbers)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};

    wb_buf_init(&body, 65536);
    wb_buf_addf(&body, "{\"offset\":0,\"length\":20,\"platform_order_nos\":[%s]}", numbers);
    ck_assert_int_eq(call(self, LIST, wb_buf_text(&body)), 200);
    check_code(self, "0");
}

static inline const wb_sim_ledger *
ledger_of(world *self)
{
    return wb_sim_target_named(self->sim->targets, WB_VIEW_LIT("main"))->ledgers[0];
}

static inline void
set_fault(world *self, const char *spec)
{
    wb_err err = {0};

    ck_assert_msg(!wb_sim_faults_set(&self->sim->faults, wb_view_of(spec), &err), "%s", err.text);
}

#endif
