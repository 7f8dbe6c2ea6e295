/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door - what every request of the open interface passes, and how it is answered
 *
 * The vendor answers nearly all with the status 200: what went wrong is a code in the body, as a
 * number from a service and as a text from the gateway before it. A gateway that is in trouble
 * itself has a page.
 */
#include "tools/sim/systems/lingxing/door.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/engine/reading.h"
#include "tools/sim/systems/lingxing/sign.h"

#include <stdio.h>
#include <string.h>

#define SIGN_LIFE_S 120
#define BEIJING_US (8 * 3600 * WB_US_PER_S)
#define BEHIND                                                                                     \
    "{\"throwable\":\"%s\",\"throwTime\":\"2024-07-11 14:58:44\",\"message\":null,"                \
    "\"stackTrace\":null,\"metadata\":{}}"

/* --- answers --- */

static void
answer_page(const wb_sim_visit *visit, int status)
{
    char text[256];
    int len = snprintf(text, sizeof text,
                       "<html>\r\n<head><title>%d</title></head>\r\n<body>\r\n<center><h1>%d"
                       "</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
                       status, status);

    wb_sim_http_answer(visit->conn,
                       &(wb_sim_answer){
                           .status = status, .type = "text/html", .body = {text, (size_t)len}
    });
}

void
wb_sim_lingxing_gateway(const wb_sim_visit *visit, const char *code, const char *message)
{
    wb_buf *out = &visit->sim->body;

    wb_buf_clear(out);
    wb_buf_addf(out, "{\"code\":\"%s\",\"msg\":\"%s\",\"data\":" BEHIND "}", code, message,
                message);
    wb_sim_answer_json(visit->conn, 200, wb_buf_view(out));
}

/* Limits are told by the gateway and by the services, each in its own words. */
static void
answer_limited(const wb_sim_visit *visit)
{
    const wb_sim_lingxing_house *house = visit->part->state;

    if (house->too_many % 2)
        wb_sim_lingxing_gateway(visit, "3001008", "requests too frequently. please request later.");
    else
        wb_sim_answer_json(
            visit->conn, 200,
            WB_VIEW_LIT("{\"code\":103,\"message\":\"请求过于频繁,请稍后再试 [0]\","
                        "\"error_details\":[],\"request_id\":\"r\",\"response_time\":"
                        "\"2024-07-21 03:10:37\",\"data\":[],\"total\":0}"));
}

void
wb_sim_lingxing_refuse(const wb_sim_visit *visit, int status, const char *code, const char *message)
{
    wb_sim_lingxing_house *house = visit->part->state;

    if (status == 429) {
        house->too_many++;
        answer_limited(visit);
    } else if (status >= 500) {
        answer_page(visit, status);
    } else {
        wb_sim_lingxing_gateway(visit, code, message);
    }
}

static void
put_time(wb_json_writer *writer, int64_t utc_us)
{
    char text[WB_TIME_TEXT_MAX + 1];

    wb_time_text(text, utc_us + BEIJING_US, false);
    text[10] = ' ';
    text[19] = 0;
    wb_json_member_text(writer, "response_time", wb_view_of(text));
}

/* Most answers have their code as a number and its text in `message`; some have neither. */
void
wb_sim_lingxing_open(wb_sim_lingxing_call *self, int code, const char *message)
{
    bool other = self->house->answers++ % 4 == 3;
    char text[32];

    wb_buf_clear(&self->visit->sim->body);
    wb_json_writer_init(&self->writer, &self->visit->sim->body);
    wb_json_open(&self->writer, '{');
    (void)snprintf(text, sizeof text, "%d", code);
    if (other)
        wb_json_member_text(&self->writer, "code", wb_view_of(text));
    else
        wb_json_member_int(&self->writer, "code", code);
    wb_json_member_text(&self->writer, other ? "msg" : "message", wb_view_of(message));
    (void)snprintf(text, sizeof text, "r-%llu", (unsigned long long)self->house->answers);
    wb_json_member_text(&self->writer, other ? "traceId" : "request_id", wb_view_of(text));
    put_time(&self->writer, wb_now_utc_us());
    wb_json_put_key(&self->writer, "data");
}

/* Its place at the path is free when the answer has left, or when nobody waits for it any more. */
void
wb_sim_lingxing_leave(wb_sim_lingxing_call *self)
{
    const wb_sim_lingxing_conf *conf = self->visit->part->conf;
    int64_t delay_ms = wb_sim_http_delayed(self->visit->conn);

    if (delay_ms < 0)
        return;
    delay_ms += conf->lingxing_takes;
    wb_sim_http_delay(self->visit->conn, delay_ms);
    if (self->slot && delay_ms < conf->lingxing_hold)
        *self->slot = wb_now_ms() + delay_ms;
}

static bool
writes(const wb_sim_lingxing_call *self)
{
    return self->visit->place == WB_SIM_LINGXING_AT_WRITES;
}

static void
answer(wb_sim_lingxing_call *self)
{
    const wb_sim_target *target = self->app->target;
    wb_view body = wb_buf_view(&self->visit->sim->body);

    wb_sim_lingxing_leave(self);
    if (writes(self) && !strcmp(target->result, WB_SIM_ANSWER_UNREADABLE))
        body = WB_VIEW_LIT("<html>all went well</html>");
    else if (writes(self) && !strcmp(target->result, WB_SIM_ANSWER_SILENT))
        body = WB_VIEW_LIT("{\"code\":0,\"message\":\"success\",\"data\":null}");
    else if (writes(self) && wb_sim_strikes_own(self->visit->part, WB_SIM_LINGXING_FAULT_EMPTY))
        body = (wb_view){"", 0};
    wb_sim_answer_json(self->visit->conn, 200, body);
}

void
wb_sim_lingxing_end(wb_sim_lingxing_call *self, int64_t total)
{
    if (total >= 0)
        wb_json_member_int(&self->writer, "total", total + (int64_t)self->too_much);
    wb_json_close(&self->writer, '}');
    answer(self);
}

void
wb_sim_lingxing_business(wb_sim_lingxing_call *self, const char *details)
{
    wb_sim_lingxing_open(self, 500, "内部错误");
    wb_json_open(&self->writer, '[');
    wb_json_close(&self->writer, ']');
    wb_buf_clear(&self->visit->sim->scratch);
    wb_buf_addf(&self->visit->sim->scratch, "%s [请求码:%06u]", details,
                (unsigned)(self->house->answers % 1000000));
    wb_json_member_text(&self->writer, "error_details", wb_buf_view(&self->visit->sim->scratch));
    wb_json_member_int(&self->writer, "total", 0);
    wb_json_close(&self->writer, '}');
    answer(self);
}

void
wb_sim_lingxing_illegal(wb_sim_lingxing_call *self)
{
    wb_sim_lingxing_leave(self);
    wb_sim_lingxing_gateway(self->visit, "102", "参数不合法");
}

void
wb_sim_lingxing_odd_element(const wb_sim_lingxing_call *self, bool follows)
{
    static const char *const elements[] = {"7", "null", "\"a text\"", "[]", "{}"};

    wb_sim_element_unusable(self->visit, elements, WB_COUNT(elements), follows);
}

/* --- what a request must have --- */

static bool
refuse(const wb_sim_visit *visit, const char *code, const char *message)
{
    visit->sim->unauthorized++;
    wb_sim_lingxing_gateway(visit, code, message);
    return false;
}

/* true = it is good. */
static bool
token_good(const wb_sim_visit *visit, wb_sim_lingxing_app *app, wb_view token)
{
    wb_sim_lingxing_house *house = visit->part->state;

    if (wb_sim_strikes_own(visit->part, WB_SIM_LINGXING_FAULT_TOKEN_REPLACED))
        wb_sim_lingxing_new_tokens(house, app);
    if (!token.len || !*app->access ||
        (wb_view_is(token, app->access) && wb_now_ms() >= app->ends_ms))
        return refuse(visit, "2001003", "access token is missing or expire");
    if (wb_view_is(token, app->access))
        return true;
    house->not_matched++;
    return refuse(visit, "2001005", " access token not match");
}

/* The signature over all that was said, and how old it is. */
static bool
sign_good(const wb_sim_visit *visit, const wb_sim_lingxing_params *params)
{
    char wanted[WB_SIM_LINGXING_SIGN_LEN + 1];
    int64_t at_s = 0, now_s = wb_now_utc_us() / WB_US_PER_S;
    wb_view text = wb_sim_lingxing_param(params, "timestamp");
    WB_AUTO(wb_buf_fini) wb_buf canonical = {0};

    if (text.len != 10 || wb_text_int(&at_s, text, NULL) || at_s < now_s - SIGN_LIFE_S ||
        at_s > now_s + SIGN_LIFE_S)
        return refuse(visit, "2001007", "api sign has expired");
    wb_buf_init(&canonical, WB_SIM_LINGXING_PARAMS_TEXT_MAX);
    wb_sim_lingxing_canonical(params, &canonical);
    wb_sim_lingxing_sign(wanted, wb_sim_lingxing_param(params, "app_key"), wb_buf_view(&canonical));
    if (params->unusable || !wb_view_is(wb_sim_lingxing_param(params, "sign"), wanted))
        return refuse(visit, "2001006", " api sign not correct");
    return true;
}

/* All four are there, and the application is known. */
static wb_sim_lingxing_app *
app_of(const wb_sim_visit *visit, const wb_sim_lingxing_params *params)
{
    static const char *const names[] = {"access_token", "app_key", "timestamp", "sign"};
    wb_sim_lingxing_app *app;

    for (size_t i = 0; i < WB_COUNT(names); i++)
        if (!wb_sim_lingxing_param(params, names[i]).data) {
            (void)refuse(visit, "3001001",
                         "missing query param(access_token,sign,timestamp,app_key)");
            return NULL;
        }
    app = wb_sim_lingxing_app_of(visit, wb_sim_lingxing_param(params, "app_key"));
    if (!app)
        (void)refuse(visit, "2001001", "app not exist");
    return app;
}

/* A free place at the path; NULL = there is none. */
static int64_t *
slot_of(wb_sim_lingxing_app *app, int op)
{
    int64_t now_ms = wb_now_ms();

    for (int i = 0; i < wb_sim_lingxing_capacity(op); i++)
        if (app->until_ms[op][i] <= now_ms)
            return &app->until_ms[op][i];
    return NULL;
}

static bool
is_limited(wb_sim_lingxing_call *self)
{
    const wb_sim_visit *visit = self->visit;
    bool read = visit->place == WB_SIM_LINGXING_AT_READS;
    const wb_sim_lingxing_conf *conf = visit->part->conf;

    if (visit->sim->rate_scale_micro) {
        self->slot = slot_of(self->app, visit->op);
        if (!self->slot) {
            visit->sim->throttled[visit->part->ops + visit->op]++;
            wb_sim_http_delay(visit->conn, 0);
            wb_sim_lingxing_refuse(visit, 429, "", "");
            return true;
        }
        *self->slot = wb_now_ms() + conf->lingxing_hold;
    }
    if (wb_sim_strikes_own(visit->part, read ? WB_SIM_LINGXING_FAULT_SLOW_PATH
                                             : WB_SIM_LINGXING_FAULT_SLOW_WRITE))
        wb_sim_http_delay(visit->conn, conf->lingxing_slow);
    return false;
}

/* Begun, with what it says in `params`: who asks, and whether it may. */
static bool
admit(wb_sim_lingxing_call *self, wb_sim_lingxing_params *params)
{
    const wb_sim_visit *visit = self->visit;
    bool posted = wb_view_is(visit->request->method, "POST");

    if (posted && (wb_json_parse(self->json, visit->request->body, NULL) ||
                   wb_json_kind(self->json, 0) != WB_JSON_OBJECT)) {
        wb_sim_lingxing_gateway(visit, "102", "参数不合法");
        return false;
    }
    if (posted)
        wb_sim_lingxing_params_body(params, self->json);
    if (visit->sim->conf.auth &&
        (!token_good(visit, self->app, wb_sim_lingxing_param(params, "access_token")) ||
         !sign_good(visit, params)))
        return false;
    return !is_limited(self);
}

/* What the gateway says before it looks at anything. */
static bool
gateway_fails(const wb_sim_visit *visit)
{
    bool read = visit->place == WB_SIM_LINGXING_AT_READS;

    if (wb_sim_strikes_own(visit->part, WB_SIM_LINGXING_FAULT_IP)) {
        wb_sim_lingxing_gateway(visit, "3001002",
                                "ip not permit, please add ip to white list first.");
        return true;
    }
    if (wb_sim_strikes_own(visit->part, WB_SIM_LINGXING_FAULT_NOT_GRANTED)) {
        wb_sim_lingxing_gateway(visit, "2001004", "no permission to this api");
        return true;
    }
    if (!wb_sim_strikes_own(visit->part,
                            read ? WB_SIM_LINGXING_FAULT_HTML_READ : WB_SIM_LINGXING_FAULT_HTML))
        return false;
    answer_page(visit, 200);
    return true;
}

bool
wb_sim_lingxing_enter(wb_sim_visit *visit, int op, wb_sim_lingxing_call *out)
{
    WB_AUTO(wb_sim_lingxing_params_fini) wb_sim_lingxing_params params = {0};

    *out = (wb_sim_lingxing_call){
        .visit = visit, .house = visit->part->state, .json = visit->sim->json};
    wb_sim_lingxing_params_init(&params);
    wb_sim_lingxing_params_query(&params, visit->request->query);
    out->app = app_of(visit, &params);
    if (!out->app)
        return false;
    if (out->app->target->down) {
        wb_sim_http_hold(visit->conn, NULL, NULL); /* it hangs until the client gives up */
        return false;
    }
    if (visit->part->system->ops[op].place == WB_SIM_LINGXING_AT_WRITES)
        out->app->target->requests++;
    if (wb_sim_begin(visit, op) || gateway_fails(visit) ||
        (!writes(out) && wb_sim_list_refused(visit)) || !admit(out, &params))
        return false;
    if (!writes(out)) {
        out->repeats = wb_sim_strikes_own(visit->part, WB_SIM_LINGXING_FAULT_PAGE_REPEATS);
        out->too_much =
            wb_sim_strikes_own(visit->part, WB_SIM_LINGXING_FAULT_TOTAL_WRONG) ? 705 : 0;
    }
    return true;
}

/* --- what is in the body --- */

int64_t
wb_sim_lingxing_int(wb_json *json, wb_json_ref ref, const char *name, int64_t other)
{
    int64_t value = other;

    return wb_json_int(json, wb_json_get(json, ref, name), &value, name, NULL) ? -1 : value;
}

wb_view
wb_sim_lingxing_text(wb_json *json, wb_json_ref ref, const char *name)
{
    wb_json_ref at = wb_json_get(json, ref, name);
    wb_view text = {"", 0};

    if (wb_json_kind(json, at) == WB_JSON_NUMBER)
        return wb_json_raw(json, at);
    if (wb_json_kind(json, at) != WB_JSON_STRING || wb_json_text(json, at, &text, name, NULL))
        return (wb_view){"", 0};
    return text;
}

bool
wb_sim_lingxing_has(wb_json *json, const char *name)
{
    return wb_json_count(json, wb_json_get(json, 0, name)) > 0;
}

bool
wb_sim_lingxing_among(wb_json *json, const char *name, wb_view text)
{
    wb_json_ref list = wb_json_get(json, 0, name);

    if (!wb_json_count(json, list))
        return true;
    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        wb_view raw = wb_json_raw(json, at);
        bool quoted = raw.len >= 2 && *raw.data == '"';
        if (wb_view_eq(quoted ? (wb_view){raw.data + 1, raw.len - 2} : raw, text))
            return true;
    }
    return false;
}

bool
wb_sim_lingxing_page_read(wb_sim_lingxing_call *call, const int64_t limits[3],
                          wb_sim_lingxing_page *out)
{
    char text[96];

    *out = (wb_sim_lingxing_page){.from = wb_sim_lingxing_int(call->json, 0, "offset", 0),
                                  .most = wb_sim_lingxing_int(call->json, 0, "length", limits[2])};
    if (out->from < 0) {
        wb_sim_lingxing_business(call, "offset 必须是非负数");
        return false;
    }
    if (out->most < limits[0] || out->most > limits[1]) {
        (void)snprintf(text, sizeof text, "length 必须在 %lld 到 %lld 之间", (long long)limits[0],
                       (long long)limits[1]);
        wb_sim_lingxing_business(call, text);
        return false;
    }
    if (call->repeats)
        out->from = 0;
    return true;
}

bool
wb_sim_lingxing_page_takes(wb_sim_lingxing_page *self)
{
    bool takes = self->at >= self->from && self->given < self->most;

    self->at++;
    self->given += takes;
    return takes;
}
