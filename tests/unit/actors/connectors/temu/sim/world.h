/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world - a world where temu sells, and a client of it: calls are signed, answers are read
 */
#ifndef WB_TESTS_UNIT_ACTORS_CONNECTORS_TEMU_SIM_WORLD_H
#define WB_TESTS_UNIT_ACTORS_CONNECTORS_TEMU_SIM_WORLD_H

#include "protocol/base/clock.h"
#include "protocol/base/text.h"
#include "tests/unit/tools/sim/ask.h"
#include "tools/sim/engine/options.h"
#include "tools/sim/engine/order.h"
#include "tools/sim/engine/target.h"
#include "tools/sim/engine/works.h"
#include "tools/sim/systems/all.h"
#include "tools/sim/systems/temu/sign.h"
#include "tools/sim/systems/temu/temu.h"

typedef struct {
    wb_sim_settings settings;
    wb_sim *sim;
    wb_sim_part *part;
    const wb_sim_temu_seller *seller; /* who asks */
    wb_json *json;                    /* of the answer */
    wb_buf request, sent, body;
    int status;
} world;

/* `words` end with NULL. All orders are there, and all that becomes of them; with "--gap" perhaps
 * not all of this. */
static inline void
make_world(world *self, char **words)
{
    char *argv[24] = {"waybill-sim", "--orders", "30", "--shop",       "temu", "--erp",
                      "sample",      "--goods",  "20", "--rate-scale", "off"};
    wb_err err = {0};
    bool gap = false;
    int count = 11;

    memset(self, 0, sizeof *self);
    for (; words && *words; words++) {
        gap = gap || !strcmp(*words, "--gap");
        argv[count++] = *words;
    }
    ck_assert_msg(!wb_sim_options(&self->settings, wb_sim_systems, argv, &err), "%s", err.text);
    ck_assert_msg(!wb_sim_new(&self->sim, &self->settings, &err), "%s", err.text);
    while (wb_sim_market_given(self->sim->market) < self->sim->conf.orders ||
           (!gap && !wb_sim_market_done(self->sim->market)))
        wb_sim_turn(self->sim, 0);
    self->part = self->sim->shop;
    self->seller = &((wb_sim_temu *)self->part->state)->sellers[0];
    self->json = wb_json_new();
    wb_buf_init(&self->request, SIM_ANSWER_MAX);
    wb_buf_init(&self->sent, SIM_ANSWER_MAX);
    wb_buf_init(&self->body, SIM_ANSWER_MAX);
}

static inline void
end_world(world *self)
{
    wb_json_destroy(&self->json);
    wb_buf_fini(&self->request);
    wb_buf_fini(&self->sent);
    wb_buf_fini(&self->body);
    wb_sim_destroy(&self->sim);
    wb_sim_options_fini(&self->settings);
}

/* Mall k of this world asks from here on. */
static inline void
become(world *self, unsigned number)
{
    self->seller = &((wb_sim_temu *)self->part->state)->sellers[number - 1];
}

static inline void
set_faults(world *self, const char *spec)
{
    wb_err err = {0};

    ck_assert_msg(!wb_sim_faults_set(&self->sim->faults, wb_view_of(spec), &err), "%s", err.text);
}

/* A body as it is, whoever signed it. The answer is parsed if it is JSON. */
static inline void
post_as(world *self, const char *body, const char *type)
{
    wb_buf_clear(&self->sent);
    wb_buf_addf(&self->sent,
                "POST /temu/openapi/router HTTP/1.1\r\nConnection: close\r\nContent-Type: %s\r\n"
                "Content-Length: %zu\r\n\r\n%s",
                type, strlen(body), body);
    self->status = sim_ask(self->sim, wb_buf_view(&self->sent), &self->body);
    if (wb_json_parse_answer(self->json, wb_buf_view(&self->body), NULL))
        ck_assert(!wb_json_parse(self->json, WB_VIEW_LIT("{}"), NULL));
}

static inline void
post(world *self, const char *body)
{
    post_as(self, body, "application/json;charset=UTF-8");
}

/* Members without their braces: signed by the mall's secret, and sent. */
static inline void
post_signed(world *self, const char *members)
{
    char sign[WB_SIM_TEMU_SIGN_LEN + 1];
    wb_buf text;

    wb_buf_init(&text, SIM_ANSWER_MAX);
    wb_buf_clear(&self->request);
    wb_buf_addf(&self->request, "{%s}", members);
    ck_assert(!wb_json_parse(self->json, wb_buf_view(&self->request), NULL));
    ck_assert(wb_sim_temu_signed_text(self->json, &text));
    wb_sim_temu_sign(sign, wb_buf_view(&text), self->seller->app_secret);
    self->request.len--;
    wb_buf_addf(&self->request, ",\"sign\":\"%s\"}", sign);
    wb_buf_fini(&text);
    post(self, wb_buf_text(&self->request));
}

/* An operation with its own members, ",..." or "". */
static inline void
call(world *self, const char *type, const char *members)
{
    wb_buf all;

    wb_buf_init(&all, SIM_ANSWER_MAX);
    wb_buf_addf(&all,
                "\"type\":\"%s\",\"app_key\":\"%s\",\"access_token\":\"%s\",\"timestamp\":%lld,"
                "\"data_type\":\"JSON\"%s",
                type, self->seller->app_key, self->seller->access_token,
                (long long)(wb_now_utc_us() / WB_US_PER_S), members);
    post_signed(self, wb_buf_text(&all));
    wb_buf_fini(&all);
}

/* --- what was said --- */

static inline int64_t
int_at(world *self, const char *path)
{
    int64_t value = INT64_MIN;

    ck_assert(!wb_json_int(self->json, wb_json_at(self->json, 0, path), &value, path, NULL));
    return value;
}

static inline const char *
text_at(world *self, wb_json_ref of, const char *path)
{
    static char text[256];
    wb_view view = {NULL, 0};

    ck_assert(!wb_json_text(self->json, wb_json_at(self->json, of, path), &view, path, NULL));
    (void)snprintf(text, sizeof text, "%.*s", WB_VIEW_ARG(view));
    return text;
}

static inline wb_json_ref
result(world *self)
{
    return wb_json_get(self->json, 0, "result");
}

/* The n-th of a list of the result. */
static inline wb_json_ref
row_of(world *self, wb_json_ref list, int number)
{
    wb_json_ref at = wb_json_first(self->json, list);

    while (number-- > 0)
        at = wb_json_next(self->json, at);
    return at;
}

static inline void
check_code(world *self, int64_t code)
{
    ck_assert_msg(self->status == 200 && int_at(self, "errorCode") == code, "%d %s", self->status,
                  wb_buf_text(&self->body));
    ck_assert_int_eq(wb_json_kind(self->json, wb_json_get(self->json, 0, "success")),
                     code == 1000000 ? WB_JSON_TRUE : WB_JSON_FALSE);
    ck_assert(!strncmp(text_at(self, 0, "requestId"), "us-", 3));
}

static inline void
check_good(world *self)
{
    check_code(self, 1000000);
}

/* Called and good. */
static inline void
get(world *self, const char *type, const char *members)
{
    call(self, type, members);
    check_good(self);
}

static inline const char *
id_of(world *self, uint32_t order)
{
    static char id[4][32];
    static unsigned next;
    char *dst = id[next++ % 4];

    wb_sim_market_id(self->sim->market, dst, order);
    return dst;
}

/* A call that names one parent order. */
static inline void
call_of(world *self, const char *type, uint32_t order)
{
    char members[128];

    (void)snprintf(members, sizeof members, ",\"parentOrderSn\":\"%s\"", id_of(self, order));
    call(self, type, members);
}

#endif
