/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim - the simulated outside world in one process: its parts, and its loop
 */
#include "tools/sim/engine/sim.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tools/sim/systems/amazon/account.h"
#include "tools/sim/systems/amazon/sqs.h"
#include "tools/sim/systems/webhook/erp.h"

#include <stdio.h>
#include <string.h>

#define BODY_MAX (64 * 1024 * 1024)
#define STEPS_A_TURN 256
#define STOCK_MESSAGES 4096 /* without a pace the queues are kept this full */
#define DOUBLE_DELAY_MS 50
#define REQUEST_ID_MAX 80

const wb_sim_op_row wb_sim_op_rows[WB_SIM_OP_COUNT] = {
#define WB_SIM_OP_ROW(id, name, at, rate, burst) {name, at, rate, burst},
    WB_SIM_OPS(WB_SIM_OP_ROW)
#undef WB_SIM_OP_ROW
};

static const struct {
    const char *method, *path;
    bool prefix;
    wb_sim_handler *run;
} routes[] = {
    {"POST", "/",                          false, wb_sim_on_sqs    },
    {"GET",  "/orders/2026-01-01/orders/", true,  wb_sim_on_order  },
    {NULL,   "/erp/",                      true,  wb_sim_on_erp    },
    {"POST", "/auth/o2/token",             false, wb_sim_on_token  },
    {"GET",  "/orders/2026-01-01/orders",  false, wb_sim_on_search },
    {"GET",  "/orders/v0/orders",          true,  wb_sim_on_v0     },
    {NULL,   "/sim/",                      true,  wb_sim_on_control},
};

static bool
route_fits(size_t i, const wb_sim_request *request)
{
    size_t len = strlen(routes[i].path);

    if (routes[i].method && !wb_view_is(request->method, routes[i].method))
        return false;
    if (request->path.len < len || (!routes[i].prefix && request->path.len != len))
        return false;
    return !memcmp(request->path.data, routes[i].path, len);
}

static void
on_request(void *arg, wb_sim_conn *conn, const wb_sim_request *request)
{
    wb_sim *self = arg;

    for (size_t i = 0; i < WB_COUNT(routes); i++)
        if (route_fits(i, request)) {
            routes[i].run(self, conn, request);
            return;
        }
    self->unknown++;
    wb_sim_http_answer(conn, &(wb_sim_answer){.status = 404});
}

/* Numbered, in the form of a UUID. */
static void
request_id(char dst[REQUEST_ID_MAX])
{
    static uint64_t number;

    (void)snprintf(dst, REQUEST_ID_MAX, "x-amzn-RequestId: 5afe0000-0000-4000-9000-%012llx\r\n",
                   (unsigned long long)++number);
}

void
wb_sim_answer_json(wb_sim_conn *conn, int status, wb_view body)
{
    wb_sim_http_answer(
        conn, &(wb_sim_answer){.status = status, .type = "application/json", .body = body});
}

void
wb_sim_answer_aws(wb_sim_conn *conn, int status, wb_view body)
{
    char id[REQUEST_ID_MAX];

    request_id(id);
    wb_sim_http_answer(conn, &(wb_sim_answer){
                                 .status = status,
                                 .type = "application/x-amz-json-1.0",
                                 .headers = wb_view_of(id),
                                 .body = body,
                             });
}

/* The orders API tells the limit on 400 and 404 too, and which request it was, always. */
static void
refuse_order(wb_sim *self, wb_sim_conn *conn, int status)
{
    char limit[64], id[REQUEST_ID_MAX], both[sizeof limit + sizeof id];
    wb_view header = {"", 0};

    request_id(id);
    if (status == 400 || status == 404)
        header = wb_sim_limit_header(self, self->op, limit, sizeof limit);
    int len = snprintf(both, sizeof both, "%s%.*s", id, WB_VIEW_ARG(header));
    wb_sim_http_answer(conn, &(wb_sim_answer){
                                 .status = status,
                                 .type = "application/json",
                                 .headers = {both, (size_t)len},
                                 .body = wb_buf_view(&self->body),
    });
}

static const char *
refusal_form(int at)
{
    switch (at) {
    case WB_SIM_AT_SQS:
        return "{\"__type\":\"com.amazonaws.sqs#%s\",\"message\":\"%s\"}";
    case WB_SIM_AT_LWA:
        return "{\"error\":\"%s\",\"error_description\":\"%s\"}";
    case WB_SIM_AT_ORDERS:
        return "{\"errors\":[{\"code\":\"%s\",\"message\":\"%s\",\"details\":\"\"}]}";
    default:
        return "{\"error\":\"%s\",\"reason\":\"%s\"}";
    }
}

/* Codes and messages are ours and need no escape. */
void
wb_sim_refuse(wb_sim *self, wb_sim_conn *conn, int at, int status, const char *code,
              const char *message)
{
    const char *form = refusal_form(at), *first = strstr(form, "%s"),
               *second = strstr(first + 2, "%s");

    wb_buf_clear(&self->body);
    wb_buf_add(&self->body, form, (size_t)(first - form));
    wb_buf_add_text(&self->body, code);
    wb_buf_add(&self->body, first + 2, (size_t)(second - first) - 2);
    wb_buf_add_text(&self->body, message);
    wb_buf_add_text(&self->body, second + 2);
    if (at == WB_SIM_AT_SQS)
        wb_sim_answer_aws(conn, status, wb_buf_view(&self->body));
    else if (at == WB_SIM_AT_ORDERS)
        refuse_order(self, conn, status);
    else
        wb_sim_answer_json(conn, status, wb_buf_view(&self->body));
}

static int64_t
usual_delay(const wb_sim *self, int at)
{
    if (at == WB_SIM_AT_ORDERS)
        return self->conf.api_delay;
    if (at == WB_SIM_AT_ERP)
        return self->conf.erp_delay;
    return at == WB_SIM_AT_SQS ? self->conf.sqs_delay : 0;
}

/* What strikes on the way back: the answer comes late, cut, doubled or never. */
static void
strike_answer(wb_sim *self, wb_sim_conn *conn, int at)
{
    int64_t delay_ms = usual_delay(self, at);

    if (wb_sim_faults_strike(&self->faults, WB_SIM_FAULT_SLOW, at))
        delay_ms += self->conf.slow;
    if (wb_sim_faults_strike(&self->faults, WB_SIM_FAULT_MUTE, at))
        delay_ms = -1;
    wb_sim_http_delay(conn, delay_ms);
    if (wb_sim_faults_strike(&self->faults, WB_SIM_FAULT_HALF, at))
        wb_sim_http_shape(conn, WB_SIM_HALF);
    if (wb_sim_faults_strike(&self->faults, WB_SIM_FAULT_TWICE, at))
        wb_sim_http_shape(conn, WB_SIM_TWICE);
    if (wb_sim_faults_strike(&self->faults, WB_SIM_FAULT_CUT_AFTER, at))
        wb_sim_http_shape(conn, WB_SIM_NOTHING);
    if (wb_sim_faults_strike(&self->faults, WB_SIM_FAULT_GZIP_UNASKED, at))
        wb_sim_http_gzip(conn);
}

bool
wb_sim_begin(wb_sim *self, wb_sim_conn *conn, wb_sim_op op)
{
    int at = wb_sim_op_rows[op].at;

    self->op = op;
    self->requests[op]++;
    if (wb_sim_faults_strike(&self->faults, WB_SIM_FAULT_CUT, at)) {
        wb_sim_http_cut(conn);
        return true;
    }
    if (wb_sim_faults_strike(&self->faults, WB_SIM_FAULT_THROTTLE, at)) {
        self->throttled[op]++;
        wb_sim_refuse(self, conn, at, 429,
                      at == WB_SIM_AT_SQS ? "RequestThrottled" : "QuotaExceeded",
                      "You exceeded your quota for the requested resource.");
        return true;
    }
    if (wb_sim_faults_strike(&self->faults, WB_SIM_FAULT_BROKEN, at)) {
        wb_sim_refuse(self, conn, at, self->requests[op] % 2 ? 500 : 503, "InternalFailure",
                      "We encountered an internal error. Please try again.");
        return true;
    }
    strike_answer(self, conn, at);
    return false;
}

/* A change is told to the queue of its seller. */
static void
on_change(void *arg, uint32_t order, uint32_t version)
{
    wb_sim *self = arg;
    const wb_sim_account *account = &self->accounts[wb_sim_market_account(self->market, order)];
    wb_sim_sqs_queue *queue = wb_sim_sqs_find(self->sqs, wb_view_of(account->queue));
    wb_sim_content content = {.order = order, .version = version};
    int64_t delay_ms = 0;

    for (const wb_sim_target *at = wb_sim_erp_first(self->erp); at; at = at->next)
        wb_sim_ledger_changed(at->ledger, order, version);
    if (wb_sim_faults_strike(&self->faults, WB_SIM_FAULT_NOTICE_LATE, WB_SIM_AT_SQS))
        delay_ms = self->conf.notice_delay;
    bool front = wb_sim_faults_strike(&self->faults, WB_SIM_FAULT_NOTICE_REORDER, WB_SIM_AT_SQS);
    (void)wb_sim_sqs_put(queue, &content, delay_ms, front);
    if (wb_sim_faults_strike(&self->faults, WB_SIM_FAULT_NOTICE_DOUBLE, WB_SIM_AT_SQS))
        (void)wb_sim_sqs_put(queue, &content, delay_ms + DOUBLE_DELAY_MS, false);
    content.order |= WB_SIM_FOREIGN;
    if (wb_sim_faults_strike(&self->faults, WB_SIM_FAULT_OTHER_SELLER, WB_SIM_AT_SQS))
        (void)wb_sim_sqs_put(queue, &content, delay_ms, false);
}

/* Make what is due; returns the wait until more is, -1 = nothing to wait for. */
static int64_t
run_market(wb_sim *self)
{
    int64_t now_us = wb_now_us();

    if (!wb_sim_market_conf_of(self->market)->pace_micro &&
        wb_sim_sqs_backlog(self->sqs) >= STOCK_MESSAGES)
        return -1;
    int64_t next_us =
        wb_sim_market_run(self->market, now_us, wb_now_utc_us(), STEPS_A_TURN, on_change, self);
    if (next_us <= 0)
        return next_us;
    return (next_us - now_us + WB_US_PER_MS - 1) / WB_US_PER_MS;
}

static int64_t
sooner(int64_t a, int64_t b)
{
    if (a < 0 || b < 0)
        return a < 0 ? b : a;
    return a < b ? a : b;
}

void
wb_sim_turn(wb_sim *self, int64_t wait_ms)
{
    int64_t market_ms = run_market(self);

    wb_sim_sqs_wake(self->sqs);
    wait_ms = sooner(wait_ms, sooner(market_ms, wb_sim_timers_run(&self->timers)));
    wb_sim_sqs_wake(self->sqs);
    wb_sim_http_turn(self->http, wait_ms);
}

static wb_rc
read_rates(wb_sim *self, int64_t *pace_micro, wb_err *err)
{
    const wb_sim_conf *conf = &self->conf;
    wb_rc rc = WB_OK;

    if (strcmp(conf->rate_scale, "off") != 0)
        rc = wb_sim_micro(&self->rate_scale_micro, wb_view_of(conf->rate_scale), err);
    if (rc)
        return wb_note(err, WB_REJECT, "--rate-scale");
    rc = wb_sim_micro(pace_micro, wb_view_of(conf->pace), err);
    if (rc)
        return wb_note(err, WB_REJECT, "--pace");
    rc = wb_sim_faults_set(&self->faults, wb_view_of(conf->faults), err);
    return rc ? wb_note(err, WB_REJECT, "--faults") : WB_OK;
}

static void
make_accounts(wb_sim *self)
{
    self->accounts = wb_alloc((size_t)self->conf.accounts * sizeof *self->accounts);
    for (int64_t i = 0; i < self->conf.accounts; i++) {
        wb_sim_account_init(&self->accounts[i], (unsigned)i + 1);
        (void)wb_sim_sqs_make(self->sqs, wb_view_of(self->accounts[i].queue),
                              self->conf.visibility);
    }
}

wb_rc
wb_sim_new(wb_sim **out, const wb_sim_conf *conf, wb_err *err)
{
    WB_AUTO(wb_sim_destroy) wb_sim *self = wb_alloc(sizeof *self);
    wb_sim_market_conf market = {
        .seed = (uint64_t)conf->seed,
        .orders = (uint32_t)conf->orders,
        .changes = (uint32_t)conf->changes,
        .gap = (uint32_t)conf->gap,
        .accounts = (uint32_t)conf->accounts,
        .rising_ids = conf->ids == WB_SIM_IDS_RISING,
        .title_len = (uint32_t)conf->title,
    };

    self->conf = *conf;
    self->port = (int)conf->port;
    wb_buf_init(&self->body, BODY_MAX);
    wb_buf_init(&self->scratch, BODY_MAX);
    self->json = wb_json_new();
    wb_sim_faults_init(&self->faults, (uint64_t)conf->seed);
    wb_rc rc = read_rates(self, &market.pace_micro, err);
    if (!rc)
        rc = wb_sim_http_open(&self->http, conf->host, &self->port, &self->timers, err);
    if (rc)
        return rc;
    self->market = wb_sim_market_new(&market, &self->faults);
    self->sqs = wb_sim_sqs_new(self);
    self->erp = wb_sim_erp_new(self);
    self->refusals = wb_sim_refusals_new();
    make_accounts(self);
    wb_sim_http_serve(self->http, on_request, self);
    if (conf->start == WB_SIM_START_AUTO)
        wb_sim_market_start(self->market, wb_now_us());
    *out = wb_take(&self);
    return WB_OK;
}

void
wb_sim_destroy(wb_sim **self_p)
{
    wb_sim *self = *self_p;

    if (!self)
        return;
    wb_sim_http_close(&self->http); /* first: who waits is told to the parts below */
    wb_sim_erp_destroy(&self->erp);
    wb_sim_refusals_destroy(&self->refusals);
    wb_sim_sqs_destroy(&self->sqs);
    wb_sim_market_destroy(&self->market);
    wb_sim_timers_fini(&self->timers);
    wb_free(&self->accounts);
    wb_json_destroy(&self->json);
    wb_buf_fini(&self->body);
    wb_buf_fini(&self->scratch);
    wb_free(self_p);
}
