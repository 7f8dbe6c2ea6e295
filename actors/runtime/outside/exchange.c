/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exchange - build, sign, send, read, report
 *
 * An exchange is pooled: its request, outcomes and their memory serve the next call.
 */
#include "actors/runtime/outside/exchange.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "actors/runtime/outside/download.h"
#include "actors/runtime/outside/learn.h"
#include "actors/runtime/outside/make.h"
#include "actors/runtime/outside/redact.h"
#include "actors/runtime/process/kill_point.h"
#include "actors/runtime/process/log.h"
#include "actors/runtime/process/process.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define SKEW_NOISE_US (2 * WB_US_PER_S)        /* a Date has whole seconds, and travels */
#define SKEW_MOST_US (24 * 3600 * WB_US_PER_S) /* a Date further away is a mistake of its own */
#define SKEW_MATTERS_US (30 * WB_US_PER_S)     /* signatures are refused for that much */
#define POOL_MAX 64
#define ASKED_SLICE_US (3600 * WB_US_PER_S) /* of a list that is asked for the answer alone */

typedef struct {
    wb_link link;
    wb_exchanger *owner;
    wb_account *account;
    wb_call *call;
    wb_exchange_done done;
    void *arg;
    wb_request request;
    wb_outcomes outcomes;
    wb_http_call *http;
    wb_gate_renewal renewal;
    bool renewed, resigned;
    int64_t sent_utc_us; /* our clock */
    int64_t started_us;
    int64_t started_ms; /* of the loop */
    uint64_t order;     /* among all that left */
    wb_download download;
    int64_t began_utc_us; /* the first request of a download */
    wb_id spooled;        /* and what came of it */
    int64_t spool_len;
} exchange;

struct wb_exchanger {
    wb_loop *loop;
    wb_http *http;
    wb_gate *gate;
    wb_spool *spool; /* NULL = there is none */
    wb_learner *learner;
    wb_json *json;
    wb_link running, pool;
    size_t pool_count;
};

/* --- pool --- */

static exchange *
exchange_get(wb_exchanger *self)
{
    wb_link *link = wb_list_pop(&self->pool);
    exchange *it = link ? WB_CONTAINER(link, exchange, link) : NULL;

    if (it) {
        assert(self->pool_count > 0);
        self->pool_count--;
    } else {
        it = wb_alloc(sizeof *it);
        it->owner = self;
        wb_request_init(&it->request);
        wb_outcomes_init(&it->outcomes);
    }
    it->http = NULL;
    it->renewed = it->resigned = false;
    it->started_us = wb_now_us();
    it->started_ms = wb_loop_now_ms(self->loop);
    it->order = wb_gate_order(self->gate); /* it may end before anything leaves */
    wb_list_append(&self->running, &it->link);
    return it;
}

static void
exchange_destroy(exchange **it_p)
{
    exchange *it = wb_take(it_p);

    wb_request_fini(&it->request);
    wb_outcomes_fini(&it->outcomes);
    wb_download_end(&it->download);
    wb_free(&it);
}

static void
exchange_put(exchange *it)
{
    wb_exchanger *self = it->owner;

    wb_list_remove(&it->link);
    wb_download_end(&it->download);
    if (self->pool_count >= POOL_MAX) {
        exchange_destroy(&it);
        return;
    }
    wb_list_append(&self->pool, &it->link);
    self->pool_count++;
}

/* --- one attempt --- */

static int64_t
vendor_now(const wb_account *account)
{
    return wb_now_utc_us() + account->clock_offset_us;
}

void
wb_exchange_fill(wb_account *account, wb_call *call, wb_json *json)
{
    call->options = account->options;
    call->tenant = account->tenant;
    call->account = account->name;
    call->now_utc_us = vendor_now(account);
    call->names = account->names;
    call->names_error = account->names_error;
    call->json = json;
}

void
wb_exchange_question(const wb_account *account, wb_call *call)
{
    const wb_connector *connector = account->connector;
    const wb_stream *stream = connector->streams;

    while (stream && stream->name &&
           wb_connector_pull(connector, account->options, stream) != call->op)
        stream++;
    if (!stream || !stream->name)
        return;
    call->stream = wb_view_of(stream->name);
    call->to_utc_us = vendor_now(account) - stream->margin_ms * WB_US_PER_MS;
    call->from_utc_us = call->to_utc_us - ASKED_SLICE_US;
    call->page_max = 1;
}

/* Whose bytes a connector's functions look at: an end in the middle of them names it. */
static const wb_id *
subject_of(const wb_call *call)
{
    return call->item_count == 1 && call->items[0].env ? &call->items[0].env->id : NULL;
}

wb_rc
wb_exchange_make(wb_account *account, wb_call *call, wb_view token, wb_request *out, wb_err *err)
{
    wb_rc rc;

    wb_request_clear(out);
    wb_process_works_on(subject_of(call));
    rc = call->op->build(call, out, err);
    wb_process_works_on(NULL);
    if (!rc && account->connector->sign)
        rc = account->connector->sign(call, token, out, err);
    return rc;
}

int64_t
wb_exchange_timeout_ms(const wb_account *account, const wb_op *op)
{
    int64_t own =
        account->connector->timeout_ms ? account->connector->timeout_ms(account->options, op) : 0;

    return own > 0 ? own : op->timeout_ms;
}

wb_rc
wb_exchange_check_scheme(const wb_op *op, wb_view url, wb_err *err)
{
    uint32_t scheme = wb_scheme_of(url);

    if (!(scheme & wb_op_schemes(op)))
        return wb_fail(err, WB_REJECT, "%s: not a URL that it may have", op->name);
    if (!(scheme & WB_SCHEMES_BUILT_IN))
        return wb_fail(err, WB_REJECT, "%s: its URL's scheme is not built in", op->name);
    return WB_OK;
}

static void on_answer(void *arg, const wb_http_answer *answer);

static wb_rc
send(exchange *it, wb_err *err)
{
    const wb_op *op = it->call->op;
    int64_t timeout_ms = wb_exchange_timeout_ms(it->account, op);
    wb_http_taker taker;
    wb_rc rc = wb_exchange_check_scheme(op, wb_buf_view(&it->request.url), err);

    if (!rc && op->slice)
        wb_download_ask(&it->download, &it->request);
    if (!rc)
        rc = wb_http_start(it->owner->http, &it->request,
                           &(wb_http_waiter){timeout_ms, on_answer, it}, &it->http, err);
    if (rc || !op->slice)
        return rc;
    taker = wb_download_taker(&it->download, timeout_ms);
    wb_http_take_into(it->http, &taker);
    return WB_OK;
}

static wb_rc
attempt(exchange *it, wb_err *err)
{
    wb_exchanger *self = it->owner;
    wb_view token = {NULL, 0};
    wb_rc rc;

    wb_exchange_fill(it->account, it->call, self->json);
    if (it->call->op->needs_token) {
        token = wb_gate_token(self->gate, it->account, it->call->op);
        it->renewal.generation = wb_gate_generation(self->gate, it->account, it->call->op);
    }
    rc = wb_exchange_make(it->account, it->call, token, &it->request, err);
    if (it->request.wants_names)
        wb_learner_want(self->learner, it->account);
    if (rc)
        return rc;
    it->sent_utc_us = wb_now_utc_us();
    it->order = wb_gate_order(self->gate);
    return send(it, err);
}

/* --- the end --- */

static bool
has_left(wb_http_end end)
{
    return end != WB_HTTP_NOT_SENT && end != WB_HTTP_UNTRUSTED;
}

static bool
may_have_effect(const wb_op *op, wb_rc rc, const wb_http_answer *answer)
{
    int status = answer->response.status;

    if (op->verb != WB_VERB_PUSH || !has_left(answer->end))
        return false;
    if (answer->end != WB_HTTP_ANSWERED || rc == WB_OK)
        return true;
    if (op->effect_free)
        return !op->effect_free(&answer->response);
    return !(status >= 400 && status < 500);
}

/* The record that a call is about. Of a batch the first one's, whose failure has company then. */
static uint64_t
blamed(const wb_call *call)
{
    wb_view record =
        call->item_count && call->items[0].env ? call->items[0].env->record : (wb_view){NULL, 0};

    return record.len ? wb_hash64(record.data, record.len, 0) | 1 : 0;
}

/* Points that the call took: as the answer says, else by what it carried, which may be less than it
 * had room for. 0 = the estimate counts. */
static int64_t
points_of(const exchange *it)
{
    const wb_call *call = it->call;

    if (it->outcomes.cost_taken > 0 || !call->op->cost || !call->item_count)
        return it->outcomes.cost_taken;
    return wb_connector_cost(it->account->options, call->op, (int)call->item_count);
}

static void
report_to_gate(exchange *it, const wb_exchange_result *result, const wb_http_answer *answer)
{
    wb_rc rc = result->rc;
    bool answered = answer->end == WB_HTTP_ANSWERED;
    const wb_outcomes *out = &it->outcomes;
    wb_gate_report report = {.took_us = answer->took_us > 0 ? answer->took_us : 1,
                             .started_ms = it->started_ms,
                             .order = it->order,
                             .says = result->says,
                             .question = !it->call->item_count,
                             .why = result->err->text};

    if (answer->end != WB_HTTP_NOT_SENT) /* no connection is nobody's but the account's */
        report.subject = blamed(it->call);
    report.unused = !has_left(answer->end);
    report.throttled = answered && (out->throttled || answer->response.status == 429);
    report.refused = rc == WB_SUSPEND;
    /* one that was renewed for this call is no worse for it: what is refused is another thing */
    report.token_refused = answered && out->renew_token && !it->renewed;
    report.failed = !it->download.rc && /* that we ended, for want of room or what came */
                    (answer->end == WB_HTTP_NOT_SENT || answer->end == WB_HTTP_BROKEN ||
                     answer->end == WB_HTTP_TIMEOUT ||
                     (answered && answer->response.status >= 500 && rc == WB_RETRY));
    report.ok = !report.failed && !report.throttled && !report.refused;
    if (answered) {
        report.retry_ms = rc ? out->retry_ms : 0;
        report.learnt_rate_micro = out->learnt_rate_micro;
        report.cost_taken = points_of(it);
        report.left_told = out->left_told;
        report.left = out->left;
    }
    wb_gate_leave(it->owner->gate, it->account, it->call->op, &report);
}

static void
finish(exchange *it, wb_rc rc, const wb_err *err, const wb_http_answer *answer)
{
    int status = answer->end == WB_HTTP_ANSWERED ? answer->response.status : 0;
    wb_exchange_result result = {
        .rc = rc,
        .err = err,
        .end = answer->end,
        .status = status,
        .left = has_left(answer->end),
        .effect_possible = may_have_effect(it->call->op, rc, answer),
        .out = &it->outcomes,
        .sent_utc_us = it->sent_utc_us + it->account->clock_offset_us,
        .took_us = wb_now_us() - it->started_us,
        .says = wb_says_of(it->call, rc, &it->outcomes, status),
    };

    if (it->call->op->slice && !rc && it->spool_len >= 0) {
        result.spooled = true;
        result.spool = it->spooled;
        result.spool_len = it->spool_len;
        result.sent_utc_us = it->began_utc_us + it->account->clock_offset_us;
    }
    report_to_gate(it, &result, answer);
    it->done(it->arg, &result);
    exchange_put(it);
}

/* An end that is ours: the renewed token did not come, or the second request was not built. The
 * first answer told that nothing took effect. */
static void
finish_without(exchange *it, wb_rc rc, const char *why)
{
    wb_http_answer answer = {.end = WB_HTTP_NOT_SENT};
    wb_gate_report report = {
        .refused = rc == WB_SUSPEND, .started_ms = it->started_ms, .order = it->order};
    wb_exchange_result result = {.rc = rc, .end = answer.end, .out = &it->outcomes};
    wb_err err = {0};

    wb_fail(&err, rc, "%s", why);
    result.err = &err;
    wb_outcomes_clear(&it->outcomes, it->call->item_count);
    wb_gate_leave(it->owner->gate, it->account, it->call->op, &report);
    it->done(it->arg, &result);
    exchange_put(it);
}

/* The vendor's clock by its Date; small differences are noise, and what is no clock's error is not
 * believed: times of records, of signatures and of cursors would follow it. */
static void
learn_clock(exchange *it, const wb_http_answer *answer)
{
    int64_t middle = it->sent_utc_us + answer->took_us / 2;
    int64_t offset = answer->date_utc_us + WB_US_PER_S / 2 - middle;
    int64_t change = offset - it->account->clock_offset_us;

    if (!answer->date_utc_us || llabs((long long)change) <= SKEW_NOISE_US + answer->took_us / 2)
        return;
    if (llabs((long long)offset) > SKEW_MOST_US) {
        wb_log(WB_WARN, "clock.unbelieved", "account=%s op=%s ahead_s=%lld", it->account->key,
               it->call->op->name, (long long)(offset / WB_US_PER_S));
        return;
    }
    if (llabs((long long)change) > SKEW_MATTERS_US)
        wb_log(WB_WARN, "clock.learnt", "account=%s op=%s ahead_s=%lld", it->account->key,
               it->call->op->name, (long long)(offset / WB_US_PER_S));
    it->account->clock_offset_us = llabs((long long)offset) > SKEW_NOISE_US ? offset : 0;
}

/* The same call once more, by a new token or the right clock: that is one more for the limit. */
static void
repeat(exchange *it)
{
    wb_err err = {0};
    wb_rc rc;

    if (wb_gate_once_more(it->owner->gate, it->account, it->call->op))
        rc = attempt(it, &err);
    else
        rc = wb_fail(&err, WB_RETRY, "the limit leaves no room to repeat it at once");
    if (rc)
        finish_without(it, rc, err.text);
}

static void
on_renewed(void *arg, wb_rc rc, const char *why)
{
    if (rc)
        finish_without(arg, rc, why);
    else
        repeat(arg);
}

static wb_rc
read_answer(exchange *it, const wb_http_answer *answer, wb_err *err)
{
    wb_response response = answer->response;
    wb_rc rc;

    wb_outcomes_clear(&it->outcomes, it->call->item_count);
    if (it->download.rc)
        return wb_fail(err, it->download.rc, "%s", it->download.err.text);
    if (answer->end == WB_HTTP_TOO_LARGE)
        return wb_fail(err, WB_REJECT, "the answer is too large");
    if (answer->end == WB_HTTP_UNTRUSTED) /* it stays so until somebody acts, there or here */
        return wb_fail(err, WB_SUSPEND, "%s", answer->error);
    if (answer->end != WB_HTTP_ANSWERED)
        return wb_fail(err, WB_RETRY, "%s", answer->error);
    response.sent_utc_us = it->sent_utc_us + it->account->clock_offset_us;
    if (it->call->op->slice && response.status >= 200 && response.status <= 299) {
        rc = wb_download_take(&it->download, &it->spooled, &it->spool_len, err);
        if (rc)
            return rc;
        response.spooled = it->spool_len;
    }
    wb_exchange_fill(it->account, it->call, it->owner->json);
    wb_process_works_on(subject_of(it->call));
    if (it->call->item_count == 1 && it->call->items[0].env)
        wb_fault_on_answer(it->call->items[0].env->record);
    rc = it->call->op->read(it->call, &response, &it->outcomes, err);
    wb_process_works_on(NULL);
    if (it->outcomes.names_doubted && it->account->names)
        wb_learner_want(it->owner->learner, it->account);
    wb_redact_answer(it->account, it->call, &it->request, &it->outcomes, err);
    return rc;
}

static void
on_answer(void *arg, const wb_http_answer *answer)
{
    exchange *it = arg;
    int64_t offset_before = it->account->clock_offset_us, change;
    int status = answer->end == WB_HTTP_ANSWERED ? answer->response.status : 0;
    wb_err err = {0};
    wb_rc rc;

    it->http = NULL;
    if (status)
        learn_clock(it, answer);
    change = it->account->clock_offset_us - offset_before;
    if (answer->end != WB_HTTP_ANSWERED && it->call->op->slice &&
        wb_download_goes_on(&it->download)) {
        repeat(it);
        return;
    }
    rc = read_answer(it, answer, &err);
    if (rc && it->spool_len >= 0) { /* a file, which nobody will name now */
        wb_spool_remove(it->owner->spool, &it->spooled);
        it->spool_len = -1;
    }
    if (rc && !it->resigned && (status == 400 || status == 401 || status == 403) &&
        llabs((long long)change) > SKEW_MATTERS_US) {
        it->resigned = true; /* signed by a wrong clock: once more, by the right one */
        repeat(it);
        return;
    }
    if (status && it->outcomes.renew_token && !it->renewed && it->call->op->needs_token) {
        it->renewed = true;
        it->renewal.ready = on_renewed;
        it->renewal.arg = it;
        wb_gate_renew(it->owner->gate, it->account, it->call->op, &it->renewal);
        return;
    }
    finish(it, rc, &err, answer);
}

wb_rc
wb_exchange_start(wb_exchanger *self, wb_account *account, wb_call *call, wb_exchange_done done,
                  void *arg, wb_err *err)
{
    exchange *it = exchange_get(self);
    wb_gate_report report = {.unused = true, .started_ms = it->started_ms, .order = it->order};
    wb_rc rc;

    it->account = account;
    it->call = call;
    it->done = done;
    it->arg = arg;
    it->began_utc_us = wb_now_utc_us();
    it->spool_len = -1;
    wb_download_begin(&it->download, self->spool);
    rc = call->op->slice && !self->spool
             ? wb_fail(err, WB_REJECT, "%s: this process has no spool", call->op->name)
             : attempt(it, err);
    if (!rc)
        return WB_OK;
    wb_gate_leave(self->gate, account, call->op, &report);
    exchange_put(it);
    return rc;
}

wb_rc
wb_exchange_slice(wb_exchanger *self, wb_account *account, wb_call *call, const wb_piece *piece,
                  wb_outcomes *out, wb_err *err)
{
    wb_outcomes_clear(out, 0);
    wb_exchange_fill(account, call, self->json);
    return call->op->slice(call, piece, out, err);
}

/* --- the whole --- */

void
wb_exchanger_spool(wb_exchanger *self, wb_spool *spool)
{
    self->spool = spool;
}

wb_exchanger *
wb_exchanger_new(wb_loop *loop, wb_http *http, wb_gate *gate)
{
    wb_exchanger *self = wb_alloc(sizeof *self);

    self->loop = loop;
    self->http = http;
    self->gate = gate;
    self->json = wb_json_new();
    self->learner = wb_learner_new(loop, gate, wb_exchange_start, self);
    wb_list_init(&self->running);
    wb_list_init(&self->pool);
    return self;
}

void
wb_exchanger_destroy(wb_exchanger **self_p)
{
    wb_exchanger *self = wb_take(self_p);
    wb_link *link;

    if (!self)
        return;
    while ((link = wb_list_pop(&self->running))) {
        exchange *it = WB_CONTAINER(link, exchange, link);

        wb_gate_renew_cancel(&it->renewal);
        if (it->http)
            wb_http_cancel(self->http, &it->http);
        exchange_destroy(&it);
    }
    while ((link = wb_list_pop(&self->pool))) {
        exchange *it = WB_CONTAINER(link, exchange, link);

        exchange_destroy(&it);
    }
    wb_learner_destroy(&self->learner);
    wb_json_destroy(&self->json);
    wb_free(&self);
}
