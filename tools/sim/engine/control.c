/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control - /sim/...: what the world knows about itself, and levers to pull
 *
 *   GET  /sim/stats                    everything counted, as one JSON object
 *   GET  /sim/missing?target=NAME      every order whose newest version is not at the target
 *   GET  /sim/refused                  every record that was refused, by its id
 *   GET  /sim/accounts                 the sellers and their credentials
 *   POST /sim/start                    release the orders
 *   POST /sim/stop                     give no more
 *   POST /sim/faults?set=429=0.01,...  see --faults
 *   POST /sim/orders?status=403&bad=TEXT...     what the orders API is told: see docs/simulator.md
 *   POST /sim/target?name=N&status=403&bad=TEXT...        what a target is told: see there
 *   POST /sim/account?number=K&revoked=1
 *   POST /sim/delays?api=MS&erp=MS&sqs=MS
 *   POST /sim/latency                  forget the durations measured so far
 *   POST /sim/quit
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/engine/ids.h"
#include "tools/sim/systems/amazon/sqs.h"
#include "tools/sim/systems/webhook/erp.h"

#include <string.h>
#include <sys/resource.h>

#define MISSING_SHOWN 20

static void
member_uint(wb_json_writer *writer, const char *key, uint64_t value)
{
    wb_json_put_key(writer, key);
    wb_json_put_uint(writer, value);
}

static wb_json_writer
answer_begin(wb_sim *sim)
{
    wb_json_writer writer;

    wb_buf_clear(&sim->body);
    wb_json_writer_init(&writer, &sim->body);
    wb_json_open(&writer, '{');
    return writer;
}

static void
answer_end(wb_sim *sim, wb_sim_conn *conn, wb_json_writer *writer)
{
    wb_json_close(writer, '}');
    wb_sim_answer_json(conn, 200, wb_buf_view(&sim->body));
}

static void
put_missing(wb_sim *sim, wb_json_writer *writer, const wb_sim_ledger *ledger, uint32_t most)
{
    uint32_t given = wb_sim_market_given(sim->market);
    char id[WB_SIM_ID_LEN + 1];

    wb_json_put_key(writer, "missing");
    wb_json_open(writer, '[');
    uint32_t left = given - wb_sim_ledger_newest(ledger); /* to look no further than needed */
    if (most > left)
        most = left;
    for (uint32_t order = 0; order < given && most; order++) {
        uint32_t newest = wb_sim_market_newest(sim->market, order);
        uint32_t held = wb_sim_ledger_version(ledger, order);
        if (held == newest)
            continue;
        wb_sim_market_id(sim->market, id, order);
        wb_json_open(writer, '{');
        wb_json_member_text(writer, "id", wb_view_of(id));
        member_uint(writer, "order", order);
        member_uint(writer, "account", wb_sim_market_account(sim->market, order) + 1);
        member_uint(writer, "newest", newest);
        member_uint(writer, "held", held);
        wb_json_close(writer, '}');
        most--;
    }
    wb_json_close(writer, ']');
}

static void
put_durations(wb_json_writer *writer, const char *name, const wb_sim_histogram *latency)
{
    wb_json_put_key(writer, name);
    wb_json_open(writer, '{');
    member_uint(writer, "count", latency->count);
    wb_json_member_int(writer, "p50", wb_sim_histogram_at(latency, 500));
    wb_json_member_int(writer, "p90", wb_sim_histogram_at(latency, 900));
    wb_json_member_int(writer, "p99", wb_sim_histogram_at(latency, 990));
    wb_json_member_int(writer, "max", latency->max_us);
    wb_json_close(writer, '}');
}

static void
put_target(wb_sim *sim, wb_json_writer *writer, const wb_sim_target *target)
{
    const wb_sim_ledger_counts *counts = wb_sim_ledger_counts_of(target->ledger);

    wb_json_put_key(writer, wb_sim_ledger_name(target->ledger));
    wb_json_open(writer, '{');
    wb_json_member_text(writer, "mode",
                        wb_view_of(wb_sim_ledger_keyed(target->ledger) ? "keyed" : "probed"));
    member_uint(writer, "requests", target->requests);
    member_uint(writer, "records", counts->records);
    member_uint(writer, "versions", counts->versions);
    member_uint(writer, "repeated", counts->repeated);
    member_uint(writer, "older_after_newer", counts->older_after_newer);
    member_uint(writer, "same_again", counts->same_again);
    member_uint(writer, "unchanged", counts->unchanged);
    member_uint(writer, "unmarked", counts->unmarked);
    member_uint(writer, "newest", wb_sim_ledger_newest(target->ledger));
    wb_json_member_int(writer, "first_us", target->first_us);
    wb_json_member_int(writer, "last_us", target->last_us);
    put_durations(writer, "latency_us", wb_sim_ledger_latency(target->ledger));
    put_durations(writer, "since_received_us", wb_sim_ledger_since_received(target->ledger));
    put_missing(sim, writer, target->ledger, MISSING_SHOWN);
    wb_json_close(writer, '}');
}

static void
put_requests(wb_sim *sim, wb_json_writer *writer)
{
    wb_json_put_key(writer, "requests");
    wb_json_open(writer, '{');
    for (int op = 0; op < WB_SIM_OP_COUNT; op++)
        if (sim->requests[op])
            member_uint(writer, wb_sim_op_rows[op].name, sim->requests[op]);
    wb_json_close(writer, '}');
    wb_json_put_key(writer, "throttled");
    wb_json_open(writer, '{');
    for (int op = 0; op < WB_SIM_OP_COUNT; op++)
        if (sim->throttled[op])
            member_uint(writer, wb_sim_op_rows[op].name, sim->throttled[op]);
    wb_json_close(writer, '}');
    wb_json_put_key(writer, "faults");
    wb_json_open(writer, '{');
    for (int i = 0; i < WB_SIM_FAULT_COUNT; i++)
        if (sim->faults.struck[i])
            member_uint(writer, wb_sim_fault_name((wb_sim_fault)i), sim->faults.struck[i]);
    wb_json_close(writer, '}');
    member_uint(writer, "unauthorized", sim->unauthorized);
    member_uint(writer, "unknown", sim->unknown);
}

static void
put_queues(wb_sim *sim, wb_json_writer *writer)
{
    wb_sim_sqs_stats stats;

    wb_sim_sqs_stats_of(sim->sqs, &stats);
    wb_json_put_key(writer, "notices");
    wb_json_open(writer, '{');
    member_uint(writer, "sent", stats.sent);
    member_uint(writer, "received", stats.received);
    member_uint(writer, "deleted", stats.deleted);
    member_uint(writer, "deleted_late", stats.deleted_late);
    member_uint(writer, "visible", stats.visible);
    member_uint(writer, "in_flight", stats.in_flight);
    member_uint(writer, "delayed", stats.delayed);
    member_uint(writer, "waiting", stats.waiting);
    wb_json_close(writer, '}');
}

static void
on_stats(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    wb_json_writer writer = answer_begin(sim);
    struct rusage usage;

    (void)query;
    (void)getrusage(RUSAGE_SELF, &usage);
    wb_json_member_int(&writer, "now_us", wb_now_us());
    wb_json_member_int(&writer, "cpu_us",
                       (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * WB_US_PER_S +
                           usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    member_uint(&writer, "orders", wb_sim_market_conf_of(sim->market)->orders);
    member_uint(&writer, "given", wb_sim_market_given(sim->market));
    wb_json_member_bool(&writer, "done", wb_sim_market_done(sim->market));
    member_uint(&writer, "connections", wb_sim_http_count(sim->http));
    member_uint(&writer, "connections_peak", wb_sim_http_peak(sim->http));
    put_queues(sim, &writer);
    put_requests(sim, &writer);
    wb_json_put_key(&writer, "targets");
    wb_json_open(&writer, '{');
    for (const wb_sim_target *at = wb_sim_erp_first(sim->erp); at; at = at->next)
        put_target(sim, &writer, at);
    wb_json_close(&writer, '}');
    answer_end(sim, conn, &writer);
}

static wb_view
param(wb_sim *sim, wb_view query, const char *name)
{
    wb_buf_clear(&sim->scratch);
    return wb_sim_query(query, name, &sim->scratch);
}

static void
on_missing(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    const wb_sim_target *target = wb_sim_erp_target(sim->erp, param(sim, query, "target"), true);

    if (!target) {
        wb_sim_refuse(sim, conn, 0, 404, "target", "no such target");
        return;
    }
    wb_json_writer writer = answer_begin(sim);
    put_missing(sim, &writer, target->ledger, UINT32_MAX);
    answer_end(sim, conn, &writer);
}

static void
on_refused(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    wb_json_writer writer = answer_begin(sim);

    (void)query;
    wb_sim_refusals_write(sim, &writer);
    member_uint(&writer, "elements", sim->elements);
    answer_end(sim, conn, &writer);
}

static void
on_accounts(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    wb_json_writer writer = answer_begin(sim);

    (void)query;
    wb_json_put_key(&writer, "accounts");
    wb_json_open(&writer, '[');
    for (int64_t i = 0; i < sim->conf.accounts; i++) {
        const wb_sim_account *at = &sim->accounts[i];
        wb_json_open(&writer, '{');
        wb_json_member_text(&writer, "seller_id", wb_view_of(at->seller_id));
        wb_json_member_text(&writer, "queue", wb_view_of(at->queue));
        wb_json_member_text(&writer, "access_key", wb_view_of(at->access_key));
        wb_json_member_text(&writer, "secret_key", wb_view_of(at->secret_key));
        wb_json_member_text(&writer, "session_token", wb_view_of(at->session_token));
        wb_json_member_text(&writer, "client_id", wb_view_of(at->client_id));
        wb_json_member_text(&writer, "client_secret", wb_view_of(at->client_secret));
        wb_json_member_text(&writer, "refresh_token", wb_view_of(at->refresh_token));
        wb_json_close(&writer, '}');
    }
    wb_json_close(&writer, ']');
    answer_end(sim, conn, &writer);
}

static void
answer_ok(wb_sim *sim, wb_sim_conn *conn)
{
    wb_json_writer writer = answer_begin(sim);

    wb_json_member_bool(&writer, "ok", true);
    answer_end(sim, conn, &writer);
}

static void
on_start(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    (void)query;
    wb_sim_market_start(sim->market, wb_now_us());
    answer_ok(sim, conn);
}

static void
on_stop(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    (void)query;
    wb_sim_market_stop(sim->market);
    answer_ok(sim, conn);
}

static void
on_faults(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    if (wb_sim_faults_set(&sim->faults, param(sim, query, "set"), NULL))
        wb_sim_refuse(sim, conn, 0, 400, "faults", "not understood");
    else
        answer_ok(sim, conn);
}

/* A number of the query, or `fallback`. */
static int64_t
number(wb_sim *sim, wb_view query, const char *name, int64_t fallback)
{
    wb_view text = param(sim, query, name);
    int64_t value = fallback;

    if (text.len)
        wb_ignore(wb_text_int(&value, text, NULL), "a bad number changes nothing");
    return value;
}

/* A word of the query; "none" is none. Without it, or when it is too long, the old one stays. */
static void
set_word(wb_sim *sim, wb_view query, const char *name, char *dst, size_t size)
{
    wb_view text = param(sim, query, name);

    if (text.len)
        wb_ignore(wb_text_set(dst, size, wb_view_is(text, "none") ? (wb_view){"", 0} : text, NULL),
                  "a word that does not fit changes nothing");
}

static void
set_told(wb_sim *sim, wb_view query, wb_sim_told *told)
{
    told->status = number(sim, query, "status", told->status);
    told->retry_after = number(sim, query, "retry_after", told->retry_after);
    told->page = number(sim, query, "page", told->page);
    set_word(sim, query, "bad", told->bad, sizeof told->bad);
}

static void
on_orders(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    set_told(sim, query, &sim->told);
    answer_ok(sim, conn);
}

static void
on_target(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    wb_sim_target *target = wb_sim_erp_target(sim->erp, param(sim, query, "name"), true);

    if (!target) {
        wb_sim_refuse(sim, conn, 0, 404, "target", "no such target");
        return;
    }
    target->down = number(sim, query, "down", target->down);
    set_told(sim, query, &target->told);
    set_word(sim, query, "result", target->result, sizeof target->result);
    set_word(sim, query, "only", target->only, sizeof target->only);
    wb_view mode = param(sim, query, "mode");
    if (mode.len)
        wb_sim_ledger_set_keyed(target->ledger, wb_view_is(mode, "keyed"));
    answer_ok(sim, conn);
}

static void
on_account(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    int64_t at = number(sim, query, "number", 0);

    if (at < 1 || at > sim->conf.accounts) {
        wb_sim_refuse(sim, conn, 0, 404, "account", "no such account");
        return;
    }
    sim->accounts[at - 1].revoked = number(sim, query, "revoked", 0);
    answer_ok(sim, conn);
}

static void
on_delays(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    sim->conf.api_delay = number(sim, query, "api", sim->conf.api_delay);
    sim->conf.erp_delay = number(sim, query, "erp", sim->conf.erp_delay);
    sim->conf.sqs_delay = number(sim, query, "sqs", sim->conf.sqs_delay);
    answer_ok(sim, conn);
}

static void
on_latency(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    (void)query;
    for (wb_sim_target *at = wb_sim_erp_first(sim->erp); at; at = at->next) {
        wb_sim_ledger_reset_latency(at->ledger);
        at->first_us = at->last_us = 0;
    }
    answer_ok(sim, conn);
}

static void
on_quit(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    (void)query;
    sim->quit = true;
    answer_ok(sim, conn);
}

static const struct {
    const char *method, *path;
    void (*run)(wb_sim *sim, wb_sim_conn *conn, wb_view query);
} levers[] = {
    {"GET",  "/sim/stats",    on_stats   },
    {"GET",  "/sim/missing",  on_missing },
    {"GET",  "/sim/refused",  on_refused },
    {"GET",  "/sim/accounts", on_accounts},
    {"POST", "/sim/start",    on_start   },
    {"POST", "/sim/stop",     on_stop    },
    {"POST", "/sim/faults",   on_faults  },
    {"POST", "/sim/orders",   on_orders  },
    {"POST", "/sim/target",   on_target  },
    {"POST", "/sim/account",  on_account },
    {"POST", "/sim/delays",   on_delays  },
    {"POST", "/sim/latency",  on_latency },
    {"POST", "/sim/quit",     on_quit    },
};

void
wb_sim_on_control(void *arg, wb_sim_conn *conn, const wb_sim_request *request)
{
    wb_sim *sim = arg;

    for (size_t i = 0; i < WB_COUNT(levers); i++)
        if (wb_view_is(request->method, levers[i].method) &&
            wb_view_is(request->path, levers[i].path)) {
            levers[i].run(sim, conn, request->query);
            return;
        }
    wb_sim_refuse(sim, conn, 0, 404, "path", "no such path");
}
