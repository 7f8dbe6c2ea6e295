/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control - /sim/...: what the world knows about itself, and levers to pull
 *
 *   GET  /sim/stats                    everything counted, as one JSON object
 *   GET  /sim/missing?target=NAME      every order whose newest version is not at the target;
 *                                      with &kind=KIND: of what else it takes
 *   GET  /sim/missing                  of all kinds, what is not at its far end: see story.h
 *   GET  /sim/refused                  every record that was refused, by its id
 *   GET  /sim/accounts                 the sellers and their credentials
 *   GET  /sim/setup?target=NAME        the accounts of a run, as its configuration has them; with
 *                                      &ids=1: ids, where people would give names
 *   GET  /sim/systems                  who can be played, and what each can do
 *   GET  /sim/stock                    what is held by goods and warehouse, what listings show, and
 *                                      the orders that no target has
 *   POST /sim/start                    release the orders
 *   POST /sim/stop                     give no more
 *   POST /sim/faults?set=429=0.01,...  see --faults
 *   POST /sim/orders?status=403&bad=TEXT...     what those who give orders are told: see
 *                                               docs/simulator.md
 *   POST /sim/place?name=P&status=403&page=1...   what one place is told
 *   POST /sim/target?name=N&status=403&bad=TEXT...        what a target is told: see there
 *   POST /sim/account?number=K&revoked=1
 *   POST /sim/delays?api=MS&...       the usual delay of places
 *   POST /sim/latency                  forget the durations measured so far
 *   POST /sim/quit
 */
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/sim/engine/setup.h"
#include "tools/sim/engine/stock.h"
#include "tools/sim/engine/story.h"
#include "tools/sim/engine/target.h"
#include "tools/sim/engine/works.h"

#include <string.h>
#include <sys/resource.h>

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
put_operations(const wb_sim *sim, wb_json_writer *writer, const uint64_t *counts)
{
    for (size_t i = 0; i < sim->part_count; i++) {
        const wb_sim_part *part = &sim->parts[i];
        for (int op = 0; op < part->op_count; op++)
            if (counts[part->ops + op])
                member_uint(writer, part->system->ops[op].name, counts[part->ops + op]);
    }
}

static void
put_requests(wb_sim *sim, wb_json_writer *writer)
{
    wb_json_put_key(writer, "requests");
    wb_json_open(writer, '{');
    put_operations(sim, writer, sim->requests);
    wb_json_close(writer, '}');
    wb_json_put_key(writer, "throttled");
    wb_json_open(writer, '{');
    put_operations(sim, writer, sim->throttled);
    wb_json_close(writer, '}');
    wb_json_put_key(writer, "faults");
    wb_json_open(writer, '{');
    for (int i = 0; i < sim->faults.fault_count; i++)
        if (sim->faults.faults[i].struck)
            member_uint(writer, sim->faults.faults[i].name, sim->faults.faults[i].struck);
    wb_json_close(writer, '}');
    member_uint(writer, "unauthorized", sim->unauthorized);
    member_uint(writer, "unknown", sim->unknown);
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
    for (size_t i = 0; i < sim->part_count; i++)
        if (sim->parts[i].system->stats)
            sim->parts[i].system->stats(&sim->parts[i], &writer);
    put_requests(sim, &writer);
    wb_sim_put_durations(&writer, "lists_us", &sim->lists);
    wb_sim_targets_write(sim->targets, &writer);
    if (sim->works)
        wb_sim_works_write(sim->works, &writer);
    wb_sim_cases_note(sim);
    wb_sim_story_write(sim, &writer);
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
    wb_view name = param(sim, query, "target");
    wb_sim_target *target = name.len ? wb_sim_target_named(sim->targets, name) : NULL;
    const wb_sim_ledger *ledger =
        target ? wb_sim_target_kind(target, param(sim, query, "kind")) : NULL;

    if (!query.len) {
        wb_json_writer writer = answer_begin(sim);
        wb_sim_story_missing(sim, &writer);
        answer_end(sim, conn, &writer);
        return;
    }
    if (!ledger) {
        wb_sim_refuse_plain(sim, conn, 404, "target", "no such target, or kind");
        return;
    }
    wb_json_writer writer = answer_begin(sim);
    wb_sim_missing_write(ledger, UINT32_MAX, &writer);
    answer_end(sim, conn, &writer);
}

static void
on_refused(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    wb_json_writer writer = answer_begin(sim);

    (void)query;
    wb_sim_cases_note(sim);
    wb_sim_refusals_write(sim, &writer);
    member_uint(&writer, "elements", sim->elements);
    answer_end(sim, conn, &writer);
}

static void
on_accounts(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    const wb_sim_part *shop = sim->shop;
    wb_json_writer writer = answer_begin(sim);

    (void)query;
    wb_json_put_key(&writer, "accounts");
    wb_json_open(&writer, '[');
    for (size_t i = 0; i < shop->account_count; i++) {
        wb_json_open(&writer, '{');
        if (shop->system->account)
            shop->system->account(shop, shop->accounts[i].number, &writer);
        wb_json_close(&writer, '}');
    }
    wb_json_close(&writer, ']');
    answer_end(sim, conn, &writer);
}

static void
on_setup(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    char target[WB_SIM_TARGET_NAME_MAX + 1];

    if (wb_text_set(target, sizeof target, param(sim, query, "target"), NULL) || !*target) {
        wb_sim_refuse_plain(sim, conn, 400, "target", "a target is needed");
        return;
    }
    wb_json_writer writer = answer_begin(sim);
    wb_sim_setup_write(sim, target, wb_view_is(param(sim, query, "ids"), "1"), &writer);
    answer_end(sim, conn, &writer);
}

static void
on_systems(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    wb_json_writer writer = answer_begin(sim);

    (void)query;
    wb_sim_setup_systems(sim, &writer);
    answer_end(sim, conn, &writer);
}

static void
on_stock(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    wb_json_writer writer = answer_begin(sim);

    (void)query;
    if (sim->works)
        wb_sim_stock_write(sim, &writer);
    wb_sim_story_open(sim, &writer);
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
        wb_sim_refuse_plain(sim, conn, 400, "faults", "not understood");
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

/* All places where orders are read. */
static void
on_orders(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    for (size_t i = 0; i < sim->part_count; i++) {
        const wb_sim_part *part = &sim->parts[i];
        set_told(sim, query, &sim->places[part->places + part->system->gives].told);
    }
    answer_ok(sim, conn);
}

static void
on_place(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    wb_view name = param(sim, query, "name");
    int at = 0;

    while (at < sim->faults.place_count && !wb_view_is(name, sim->places[at].row->name))
        at++;
    if (at == sim->faults.place_count) {
        wb_sim_refuse_plain(sim, conn, 404, "place", "no such place");
        return;
    }
    set_told(sim, query, &sim->places[at].told);
    answer_ok(sim, conn);
}

static void
on_target(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    wb_sim_target *target = wb_sim_target_named(sim->targets, param(sim, query, "name"));

    if (!target) {
        wb_sim_refuse_plain(sim, conn, 404, "target", "no such target");
        return;
    }
    target->down = number(sim, query, "down", target->down);
    set_told(sim, query, &target->told);
    set_word(sim, query, "result", target->result, sizeof target->result);
    set_word(sim, query, "only", target->only, sizeof target->only);
    wb_view mode = param(sim, query, "mode");
    if (mode.len)
        wb_sim_target_set_keyed(target, wb_view_is(mode, "keyed"));
    answer_ok(sim, conn);
}

static void
on_account(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    int64_t at = number(sim, query, "number", 0);

    if (at < 1 || at > (int64_t)sim->shop->account_count) {
        wb_sim_refuse_plain(sim, conn, 404, "account", "no such account");
        return;
    }
    sim->shop->accounts[at - 1].revoked = number(sim, query, "revoked", 0);
    answer_ok(sim, conn);
}

static void
on_delays(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    for (int i = 0; i < sim->faults.place_count; i++) {
        wb_sim_here *at = &sim->places[i];
        if (at->row->delay)
            at->delay_ms = number(sim, query, at->row->delay, at->delay_ms);
    }
    answer_ok(sim, conn);
}

static void
on_latency(wb_sim *sim, wb_sim_conn *conn, wb_view query)
{
    (void)query;
    for (wb_sim_target *at = wb_sim_targets_first(sim->targets); at; at = at->next) {
        for (size_t i = 0; i < WB_SIM_KINDS_MAX && at->ledgers[i]; i++)
            wb_sim_ledger_reset_latency(at->ledgers[i]);
        at->first_us = at->last_us = 0;
    }
    sim->lists = (wb_sim_histogram){0};
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
    {"GET",  "/sim/setup",    on_setup   },
    {"GET",  "/sim/systems",  on_systems },
    {"GET",  "/sim/stock",    on_stock   },
    {"POST", "/sim/start",    on_start   },
    {"POST", "/sim/stop",     on_stop    },
    {"POST", "/sim/faults",   on_faults  },
    {"POST", "/sim/orders",   on_orders  },
    {"POST", "/sim/place",    on_place   },
    {"POST", "/sim/target",   on_target  },
    {"POST", "/sim/account",  on_account },
    {"POST", "/sim/delays",   on_delays  },
    {"POST", "/sim/latency",  on_latency },
    {"POST", "/sim/quit",     on_quit    },
};

void
wb_sim_control(wb_sim *self, wb_sim_conn *conn, const wb_sim_request *request)
{
    for (size_t i = 0; i < WB_COUNT(levers); i++)
        if (wb_view_is(request->method, levers[i].method) &&
            wb_view_is(request->path, levers[i].path)) {
            levers[i].run(self, conn, request->query);
            return;
        }
    wb_sim_refuse_plain(self, conn, 404, "path", "no such path");
}
