/* SPDX-License-Identifier: Apache-2.0 */
/*
 * visit - a request on its way through a system: whose it is, what strikes it, how it is refused
 */
#include "protocol/base/clock.h"
#include "tools/sim/engine/sim.h"

#include <string.h>

#define CONTROL "/sim/"

/* Up to the next slash, or to the end. */
static size_t
segment_len(const char *at, const char *end)
{
    const char *slash = at < end ? memchr(at, '/', (size_t)(end - at)) : NULL;

    return (size_t)((slash ? slash : end) - at);
}

/* "/sample/{}/orders/{}": fits, and what stood there. */
static bool
path_fits(const char *pattern, wb_view path, wb_view *segments)
{
    const char *at = path.data, *end = path.data + path.len;

    for (; *pattern; pattern++) {
        if (*pattern == '*') {
            *segments = (wb_view){at, (size_t)(end - at)};
            return true;
        }
        if (*pattern != '{') {
            if (at == end || *at++ != *pattern)
                return false;
            continue;
        }
        size_t len = segment_len(at, end);
        if (!len)
            return false;
        *segments++ = (wb_view){at, len};
        at += len;
        pattern++; /* the closing brace */
    }
    return at == end;
}

static const wb_sim_route *
find_route(wb_sim_part *part, wb_sim_visit *visit)
{
    const wb_sim_request *request = visit->request;

    for (const wb_sim_route *at = part->system->routes; at->path; at++)
        if ((!at->method || wb_view_is(request->method, at->method)) &&
            path_fits(at->path, request->path, visit->segment))
            return at;
    return NULL;
}

void
wb_sim_on_request(void *arg, wb_sim_conn *conn, const wb_sim_request *request)
{
    wb_sim *self = arg;
    wb_sim_visit visit = {.sim = self, .conn = conn, .request = request, .op = -1};

    for (size_t i = 0; i < self->part_count; i++) {
        const wb_sim_route *route = find_route(&self->parts[i], &visit);
        if (!route)
            continue;
        visit.part = &self->parts[i];
        visit.place = route->place;
        route->run(&visit);
        return;
    }
    if (request->path.len >= sizeof CONTROL - 1 &&
        !memcmp(request->path.data, CONTROL, sizeof CONTROL - 1)) {
        wb_sim_control(self, conn, request);
        return;
    }
    self->unknown++;
    wb_sim_http_answer(conn, &(wb_sim_answer){.status = 404});
}

void
wb_sim_answer_json(wb_sim_conn *conn, int status, wb_view body)
{
    wb_sim_http_answer(
        conn, &(wb_sim_answer){.status = status, .type = "application/json", .body = body});
}

void
wb_sim_fill(wb_sim *self, const char *form, const char *code, const char *message)
{
    const char *first = strstr(form, "%s"), *second = strstr(first + 2, "%s");

    wb_buf_clear(&self->body);
    wb_buf_add(&self->body, form, (size_t)(first - form));
    wb_buf_add_text(&self->body, code);
    wb_buf_add(&self->body, first + 2, (size_t)(second - first) - 2);
    wb_buf_add_text(&self->body, message);
    wb_buf_add_text(&self->body, second + 2);
}

void
wb_sim_refuse_plain(wb_sim *self, wb_sim_conn *conn, int status, const char *code,
                    const char *message)
{
    wb_sim_fill(self, "{\"error\":\"%s\",\"reason\":\"%s\"}", code, message);
    wb_sim_answer_json(conn, status, wb_buf_view(&self->body));
}

void
wb_sim_refuse(const wb_sim_visit *visit, int status, const char *code, const char *message)
{
    const wb_sim_place *place = &visit->part->system->places[visit->place];

    if (place->refuse)
        place->refuse(visit, status, code, message);
    else
        wb_sim_refuse_plain(visit->sim, visit->conn, status, code, message);
}

int
wb_sim_at(const wb_sim_visit *visit)
{
    return visit->part->places + visit->place;
}

bool
wb_sim_strikes(const wb_sim_part *part, int fault, int place)
{
    return wb_sim_faults_strike(&part->sim->faults, fault, part->places + place);
}

bool
wb_sim_strikes_own(const wb_sim_part *part, int number)
{
    int place = part->places + part->system->faults[number].place;

    return wb_sim_faults_strike(&part->sim->faults, part->faults + number, place);
}

/* What strikes on the way back: the answer comes late, cut, doubled or never. */
static void
strike_answer(const wb_sim_visit *visit)
{
    const wb_sim_part *part = visit->part;
    int64_t delay_ms = visit->sim->places[wb_sim_at(visit)].delay_ms;

    if (wb_sim_strikes(part, WB_SIM_FAULT_SLOW, visit->place))
        delay_ms += visit->sim->conf.slow;
    if (wb_sim_strikes(part, WB_SIM_FAULT_MUTE, visit->place))
        delay_ms = -1;
    wb_sim_http_delay(visit->conn, delay_ms);
    if (wb_sim_strikes(part, WB_SIM_FAULT_HALF, visit->place))
        wb_sim_http_shape(visit->conn, WB_SIM_HALF);
    if (wb_sim_strikes(part, WB_SIM_FAULT_TWICE, visit->place))
        wb_sim_http_shape(visit->conn, WB_SIM_TWICE);
    if (wb_sim_strikes(part, WB_SIM_FAULT_CUT_AFTER, visit->place))
        wb_sim_http_shape(visit->conn, WB_SIM_NOTHING);
    if (wb_sim_strikes(part, WB_SIM_FAULT_GZIP_UNASKED, visit->place))
        wb_sim_http_gzip(visit->conn);
}

static void
refuse_throttled(const wb_sim_visit *visit)
{
    const char *code = visit->part->system->places[visit->place].throttled;

    visit->sim->throttled[visit->part->ops + visit->op]++;
    wb_sim_refuse(visit, 429, code ? code : "throttled",
                  "You exceeded your quota for the requested resource.");
}

bool
wb_sim_begin(wb_sim_visit *visit, int op)
{
    uint64_t number = ++visit->sim->requests[visit->part->ops + op];

    visit->op = op;
    visit->place = visit->part->system->ops[op].place;
    if (wb_sim_strikes(visit->part, WB_SIM_FAULT_CUT, visit->place)) {
        wb_sim_http_cut(visit->conn);
        return true;
    }
    if (wb_sim_strikes(visit->part, WB_SIM_FAULT_THROTTLE, visit->place)) {
        refuse_throttled(visit);
        return true;
    }
    if (wb_sim_strikes(visit->part, WB_SIM_FAULT_BROKEN, visit->place)) {
        wb_sim_refuse(visit, number % 2 ? 500 : 503, "InternalFailure",
                      "We encountered an internal error. Please try again.");
        return true;
    }
    strike_answer(visit);
    return false;
}

int64_t
wb_sim_rate_micro(const wb_sim_visit *visit)
{
    int64_t rate_micro = visit->part->system->ops[visit->op].rate_micro;

    return (int64_t)((__int128)rate_micro * visit->sim->rate_scale_micro / 1000000);
}

bool
wb_sim_allow(const wb_sim_visit *visit, wb_sim_account *account, int64_t cost)
{
    wb_sim_rate rate = {.rate_micro = wb_sim_rate_micro(visit),
                        .burst = visit->part->system->ops[visit->op].burst};

    if (!rate.rate_micro ||
        wb_sim_bucket_take(&account->buckets[visit->op], &rate, cost, wb_now_us()))
        return true;
    refuse_throttled(visit);
    return false;
}
