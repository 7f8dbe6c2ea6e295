/* SPDX-License-Identifier: Apache-2.0 */
/*
 * actor - the life of a process: arguments, configuration, lock, store, lanes, loop, drain
 */
#include "actors/runtime/actor/actor.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/runtime/actor/inside.h"
#include "actors/runtime/outside/account_event.h"
#include "actors/runtime/process/kill_point.h"
#include "actors/runtime/process/process.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define EXIT_ASKED 0
#define EXIT_CONFIG 100  /* do not restart me */
#define EXIT_RESTART 111 /* restart me */

/* --- arguments and configuration --- */

static void
usage(const wb_actor *actor)
{
    printf("waybill-%s - %s\n\n"
           "  --config FILE      the configuration (YAML)\n"
           "  --instance NAME    who this is: %s-1, %s-2, ...\n"
           "  --first            the deployment is new: claim this instance's share of the shards\n"
           "  --restored         the store came from a backup: what it held may be gone\n"
           "  --version\n",
           actor->name, actor->summary, actor->name, actor->name);
}

static int
tell(const wb_actor *actor, int asked)
{
    if (asked == 'h')
        usage(actor);
    else
        printf("waybill-%s %s\n", actor->name, WB_VERSION);
    return EXIT_ASKED;
}

/* Returns -1 to go on, else the exit code. */
static int
read_arguments(wb_ctx *ctx, int argc, char **argv)
{
    static const struct option options[] = {
        {"config",   required_argument, NULL, 'c'},
        {"instance", required_argument, NULL, 'i'},
        {"first",    no_argument,       NULL, 'f'},
        {"restored", no_argument,       NULL, 'r'},
        {"help",     no_argument,       NULL, 'h'},
        {"version",  no_argument,       NULL, 'v'},
        {NULL,       0,                 NULL, 0  },
    };

    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'h' || c == 'v')
            return tell(ctx->actor, c);
        if (c == 'c')
            ctx->config_path = optarg;
        else if (c == 'i')
            ctx->instance = optarg;
        else if (c == 'f')
            ctx->first = true;
        else if (c == 'r')
            ctx->restored = true;
        else
            return EXIT_CONFIG;
    }
    if (ctx->config_path && ctx->instance)
        return -1;
    fprintf(stderr, "waybill-%s: --config and --instance are needed, see --help\n",
            ctx->actor->name);
    return EXIT_CONFIG;
}

wb_rc
wb_actor_config(wb_ctx *ctx, wb_config **out, wb_err *err)
{
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    wb_rc rc = wb_config_load(out, ctx->config_path, ctx->connectors, &problems, err);

    for (size_t i = 0; i < problems.count; i++)
        wb_log(WB_ERROR, "config.problem", "file='%s' line=%d column=%d why='%s'",
               problems.rows[i].file, problems.rows[i].line, problems.rows[i].column,
               problems.rows[i].text);
    return rc;
}

/* --- state folder, store, shards --- */

static wb_rc
make_dir(const char *path, wb_err *err)
{
    if (mkdir(path, 0700) && errno != EEXIST)
        return wb_fail(err, WB_FATAL,
                       "the folder %s cannot be made: %s; make it or name another "
                       "under `state`",
                       path, strerror(errno));
    return WB_OK;
}

static wb_rc
open_folders(wb_ctx *ctx, wb_err *err)
{
    const wb_config_tree *tree = wb_config_tree_of(ctx->config);
    wb_rc rc;
    int n;

    n = snprintf(ctx->state_dir, sizeof ctx->state_dir, "%s", tree->state);
    if (n < 0 || (size_t)n + WB_INSTANCE_MAX + 8 > sizeof ctx->state_dir)
        return wb_fail(err, WB_FATAL, "the path of the state folder is too long: %s", tree->state);
    snprintf(ctx->run_dir, sizeof ctx->run_dir, "%.440s/run", ctx->state_dir);
    snprintf(ctx->store_dir, sizeof ctx->store_dir, "%.440s/%.64s", ctx->state_dir, ctx->instance);
    rc = make_dir(ctx->state_dir, err);
    return rc ? rc : make_dir(ctx->run_dir, err);
}

static void
store_broken(const char *why)
{
    wb_log(WB_ERROR, "stopped", "why='%s'", why);
    exit(EXIT_CONFIG);
}

static wb_rc
open_store(wb_ctx *ctx, wb_err *err)
{
    const wb_config_tree *tree = wb_config_tree_of(ctx->config);
    wb_store_conf conf;

    wb_store_conf_default(&conf);
    conf.path = ctx->store_dir;
    conf.deployment = tree->deployment;
    conf.map_bytes = tree->map_bytes;
    conf.intake_percent = tree->intake_percent;
    conf.calls_percent = tree->calls_percent;
    conf.intake_free_bytes = tree->intake_free_bytes;
    conf.calls_free_bytes = tree->calls_free_bytes;
    if (tree->master_key && *tree->master_key)
        conf.master_key_path = tree->master_key;
    conf.broken = store_broken;
    conf.young_jobs = ctx->actor->stage == WB_STAGE_FETCH || ctx->actor->stage == WB_STAGE_PUSH;
    return wb_store_open(&ctx->store, &conf, err);
}

/* How many instances the deployment starts with at this stage: the claims of `--first`. */
static int64_t
configured_count(const wb_ctx *ctx)
{
    const wb_stages_conf *stages = &wb_config_tree_of(ctx->config)->stages;

    switch (ctx->actor->stage) {
    case WB_STAGE_PULL:
        return stages->poller;
    case WB_STAGE_FETCH:
        return stages->enricher;
    case WB_STAGE_MAP:
        return stages->mapper;
    case WB_STAGE_PUSH:
        return stages->pusher;
    case WB_STAGE_NONE:
    case WB_STAGE_KEEP:
    case WB_STAGE_WATCH:
    case WB_STAGE_SERVE:
    case WB_STAGE_COUNT:
        break;
    }
    return 1;
}

/* "mapper-2" is instance 2 of its stage; a name without a number is the first. */
static int64_t
instance_number(const char *instance)
{
    const char *dash = strrchr(instance, '-');
    int64_t number = 1;
    wb_err err = {0};

    if (dash)
        wb_ignore(wb_text_int(&number, wb_view_of(dash + 1), &err), "no number: the first");
    return number;
}

/* Instance k of n claims the shards s with s mod n = k - 1. */
static wb_rc
claim_first(wb_ctx *ctx, wb_txn *txn, wb_err *err)
{
    uint16_t shards = (uint16_t)wb_config_tree_of(ctx->config)->shards;
    int64_t n = configured_count(ctx), k = instance_number(ctx->instance);
    wb_rc rc = WB_OK;

    if (k < 1 || k > n)
        return wb_fail(err, WB_FATAL,
                       "%s is not one of the %lld instances of the stage that the "
                       "configuration starts with",
                       ctx->instance, (long long)n);
    for (uint16_t shard = 0; !rc && shard < shards; shard++)
        if (shard % n == k - 1)
            rc = wb_shards_claim(txn, shard, 1, err);
    return rc;
}

/* Gateways are equal: none of them owns anything. */
static bool
owns_shards(const wb_ctx *ctx)
{
    return ctx->actor->stage != WB_STAGE_SERVE;
}

static wb_rc
load_claims(wb_ctx *ctx, wb_err *err)
{
    WB_AUTO(wb_txn_abort) wb_txn *txn = NULL;
    uint16_t shards = (uint16_t)wb_config_tree_of(ctx->config)->shards;
    wb_rc rc = wb_txn_begin(&txn, ctx->store, true, err);

    if (!rc)
        rc = wb_shards_count(txn, shards, err);
    if (!rc)
        rc = wb_shards_load(txn, ctx->claims, WB_SHARDS_MAX, &ctx->claim_count, err);
    if (!rc && !ctx->claim_count && ctx->first && owns_shards(ctx)) {
        rc = claim_first(ctx, txn, err);
        ctx->claimed = rc == WB_OK;
        if (!rc)
            rc = wb_shards_load(txn, ctx->claims, WB_SHARDS_MAX, &ctx->claim_count, err);
    }
    if (!rc)
        rc = wb_txn_commit(&txn, err);
    if (rc)
        return rc;
    if (!ctx->claim_count && owns_shards(ctx))
        return wb_fail(err, WB_FATAL,
                       "%s owns no shards: start a new deployment with `waybill up "
                       "--first`, or hand shards over to this instance",
                       ctx->instance);
    for (size_t i = 0; i < ctx->claim_count; i++)
        ctx->owned[ctx->claims[i].shard] = true;
    return WB_OK;
}

/* --- the parts --- */

static void
on_beat(void *arg, wb_beat_state *out)
{
    wb_ctx *ctx = arg;

    out->commits = wb_store_commits(ctx->store);
    for (int topic = 0; topic < WB_TOPIC_COUNT; topic++)
        out->events[topic] = ctx->event_sequence[topic];
    out->ready = ctx->ready;
    snprintf(out->note, sizeof out->note, "%s", ctx->draining ? "draining" : "running");
}

static wb_rc
open_lanes(wb_ctx *ctx, wb_err *err)
{
    const wb_config_tree *tree = wb_config_tree_of(ctx->config);
    WB_AUTO(wb_free) const char **brokers = wb_alloc((tree->brokers.count + 2) * sizeof *brokers);
    char local[600];
    wb_lanes_conf conf = {
        .run_dir = ctx->run_dir,
        .instance = ctx->instance,
        .deployment = tree->deployment,
        .shards = (uint16_t)tree->shards,
        .stage = ctx->actor->stage,
        .claims = ctx->claims,
        .claim_count = ctx->claim_count,
        .store = *wb_store_id(ctx->store),
        .heartbeat_ms = tree->heartbeat_ms,
    };
    wb_rc rc;

    for (size_t i = 0; i < tree->brokers.count; i++)
        brokers[i] = ((char **)tree->brokers.items)[i];
    snprintf(local, sizeof local, "ipc://%s/broker", ctx->run_dir);
    if (!tree->brokers.count)
        brokers[0] = local;
    conf.brokers = brokers;
    rc = wb_lanes_new(&ctx->lanes, ctx->loop, &conf, err);
    if (rc)
        return rc;
    wb_lanes_on_beat(ctx->lanes, on_beat, ctx);
    wb_lanes_on_turned_back(ctx->lanes, wb_actor_turned_back, ctx);
    wb_lanes_on_take(ctx->lanes, wb_actor_take, ctx);
    wb_lanes_on_damaged(ctx->lanes, wb_actor_damaged, ctx);
    wb_lanes_on_stray(ctx->lanes, wb_actor_stray, ctx);
    for (size_t i = 0; i < wb_accounts_count(ctx->accounts); i++) {
        const wb_account *account = wb_accounts_at(ctx->accounts, i);
        wb_lanes_window(ctx->lanes, account->key_view, (size_t)account->conf->window_msgs);
    }
    return WB_OK;
}

static wb_rc
open_calls(wb_ctx *ctx, wb_err *err)
{
    const wb_config_tree *tree = wb_config_tree_of(ctx->config);
    wb_http_conf conf = {
        .connect_timeout_ms = 5000,
        .max_connections = tree->http_connections,
        .ca_file = tree->ca_file && *tree->ca_file ? tree->ca_file : NULL,
        .user_agent = "waybill/" WB_VERSION,
    };
    wb_rc rc = wb_http_new(&ctx->http, ctx->loop, &conf, err);

    if (!rc)
        rc = wb_gate_new(&ctx->gate, ctx->loop, ctx->lanes, ctx->store, err);
    if (rc)
        return rc;
    wb_gate_on_account(ctx->gate, wb_event_account_turned, ctx->commit);
    wb_gate_on_breaker(ctx->gate, wb_event_breaker_turned, ctx->commit);
    ctx->exchanger = wb_exchanger_new(ctx->loop, ctx->http, ctx->gate);
    return WB_OK;
}

static wb_rc
open_parts(wb_ctx *ctx, wb_err *err)
{
    const wb_config_tree *tree = wb_config_tree_of(ctx->config);
    wb_rc rc = wb_commit_new(&ctx->commit, ctx->loop, ctx->store, err);

    if (rc)
        return rc;
    wb_commit_rule(ctx->commit, tree->commit_ms * WB_US_PER_MS, (size_t)tree->commit_rows);
    wb_commit_event_limit(ctx->commit, tree->events_bytes);
    ctx->tend = wb_tend_new(ctx->loop, ctx->store, ctx->commit);
    wb_actor_aside_open(ctx);
    ctx->accounts = wb_accounts_new(ctx->config);
    ctx->json = wb_json_new();
    rc = wb_actor_events_open(ctx, err);
    if (!rc)
        rc = open_lanes(ctx, err);
    if (!rc && ctx->actor->serves_accounts)
        rc = open_calls(ctx, err);
    return rc;
}

static void
close_parts(wb_ctx *ctx)
{
    if (ctx->lanes)
        wb_actor_events_flush(ctx);
    if (ctx->state && ctx->actor->stop)
        ctx->actor->stop(ctx);
    if (ctx->exchanger)
        wb_exchanger_destroy(&ctx->exchanger);
    if (ctx->gate)
        wb_gate_destroy(&ctx->gate);
    if (ctx->http)
        wb_http_destroy(&ctx->http);
    if (ctx->lanes)
        wb_lanes_destroy(&ctx->lanes);
    wb_tend_destroy(&ctx->tend);
    wb_actor_aside_close(ctx);
    wb_commit_destroy(&ctx->commit);
    wb_accounts_destroy(&ctx->accounts);
    wb_actor_unknown_free(ctx);
    wb_actor_strays_free(ctx);
    wb_json_destroy(&ctx->json);
    wb_free(&ctx->state);
    if (ctx->store)
        wb_store_close(&ctx->store);
    if (ctx->loop)
        wb_loop_destroy(&ctx->loop);
    if (ctx->config)
        wb_config_destroy(&ctx->config);
}

/* --- running --- */

static void
tell_ready(const wb_ctx *ctx)
{
    wb_process_tell_ready(ctx->run_dir, ctx->instance, true);
    wb_log(WB_INFO, "ready", "instance=%s pid=%ld shards=%zu ms=%lld", ctx->instance,
           (long)getpid(), ctx->claim_count,
           (long long)((wb_now_utc_us() - ctx->started_utc_us) / WB_US_PER_MS));
}

static wb_rc
run(wb_ctx *ctx, wb_err *err)
{
    wb_rc rc;

    wb_actor_drain_init(ctx);
    ctx->state = wb_alloc(ctx->actor->state_size);
    if (wb_process_careful(wb_now_ms()))
        wb_log(WB_WARN, "careful",
               "why='two unclean ends within a minute' "
               "next='for a minute, what came before is asked and sent alone'");
    rc = ctx->actor->start ? ctx->actor->start(ctx, err) : WB_OK;
    if (rc)
        return rc;
    ctx->ready = true;
    wb_lanes_beat_now(ctx->lanes);
    tell_ready(ctx);
    wb_loop_watchdog(ctx->loop, wb_config_tree_of(ctx->config)->watchdog_ms, wb_process_mark_stuck);
    rc = wb_loop_run(ctx->loop, err);
    if (!rc)
        rc = wb_commit_flush(ctx->commit, err);
    if (!rc && ctx->failed)
        rc = wb_fail(err, WB_FATAL, "it cannot go on: see the line before");
    wb_process_tell_ready(ctx->run_dir, ctx->instance, false);
    return rc;
}

static wb_rc
begin(wb_ctx *ctx, wb_err *err)
{
    wb_rc rc = wb_actor_config(ctx, &ctx->config, err);

    if (!rc)
        rc = open_folders(ctx, err);
    if (!rc)
        rc = wb_process_guard(ctx->state_dir, ctx->instance,
                              wb_config_tree_of(ctx->config)->memory_bytes, err);
    if (!rc)
        rc = open_store(ctx, err);
    if (!rc)
        rc = wb_actor_look_back(ctx, err);
    if (!rc)
        rc = load_claims(ctx, err);
    if (!rc)
        rc = wb_loop_new(&ctx->loop, err);
    if (!rc)
        rc = wb_loop_signals(ctx->loop, wb_actor_signal, ctx, err);
    return rc ? rc : open_parts(ctx, err);
}

int
wb_actor_main(const wb_actor *actor, const wb_connector *const *connectors, int argc, char **argv)
{
    WB_AUTO(wb_free) wb_ctx *ctx = wb_alloc(sizeof *ctx);
    wb_err err = {0};
    bool begun, damaged;
    int code;
    wb_rc rc;

    wb_process_keep_private();
    ctx->actor = actor;
    ctx->connectors = connectors;
    ctx->argv = argv;
    ctx->started_utc_us = wb_now_utc_us();
    code = read_arguments(ctx, argc, argv);
    if (code >= 0)
        return code;
    wb_log_init(ctx->instance);
    wb_kill_points_arm(ctx->instance);
    rc = begin(ctx, &err);
    begun = !rc;
    if (begun)
        rc = run(ctx, &err);
    if (rc)
        wb_log(WB_ERROR, begun ? "stopped" : "start.refused", "why='%s' at=%s:%d", err.text,
               err.file ? err.file : "", err.line);
    damaged = ctx->store && wb_store_is_damaged(ctx->store);
    close_parts(ctx);
    if (!rc && ctx->reexec)
        wb_actor_again(argv);
    if (!rc && !ctx->reexec)
        return EXIT_ASKED;
    return damaged || (rc == WB_FATAL && !begun) ? EXIT_CONFIG : EXIT_RESTART;
}
