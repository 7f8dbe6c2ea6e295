/* SPDX-License-Identifier: Apache-2.0 */
/*
 * broker - the event bus, and the directory of who is where
 *
 *   in      XSUB: events of every process; PULL: beats, call.directory
 *   out     XPUB: all of it, to whoever subscribes
 *   keeps   nothing: the last beat of each instance, in memory. Run two; with none, lanes go on
 *   stops   on SIGTERM or SIGINT, exit 0; 100 when it cannot be started like this
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "actors/connectors/all.h"
#include "actors/runtime/config/config.h"
#include "actors/runtime/lanes/endpoint.h"
#include "actors/runtime/lanes/lanes.h"
#include "actors/runtime/process/log.h"
#include "actors/runtime/process/process.h"
#include "broker/proxy.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define EXIT_ASKED 0
#define EXIT_CONFIG 100
#define EXIT_RESTART 111

typedef struct {
    const char *config, *run_dir, *bind, *instance, *deployment;
    int64_t shards;
} arguments;

static void
usage(void)
{
    printf(
        "waybill-broker - the event bus, and the directory of who is where\n\n"
        "  --config FILE        the configuration (YAML): deployment, shards, brokers, state\n"
        "  --instance NAME      broker-1 serves the first of `brokers`, broker-2 the second\n"
        "  --run-dir DIR        without a configuration: serve ipc://DIR/broker\n"
        "  --bind ENDPOINT      serve this base endpoint: ipc://PATH or tcp://ADDRESS:PORT (in;\n"
        "                       out is PORT+1, the inlet PORT+2)\n"
        "  --deployment NAME    without a configuration: its name (waybill)\n"
        "  --shards N           without a configuration: shards of a stage (64)\n"
        "  --version\n");
}

static int
tell(int asked)
{
    if (asked == 'h')
        usage();
    else
        printf("waybill-broker %s\n", WB_VERSION);
    return EXIT_ASKED;
}

/* -1 to go on, else the exit code. */
static int
read_arguments(arguments *out, int argc, char **argv)
{
    static const struct option options[] = {
        {"config",     required_argument, NULL, 'c'},
        {"run-dir",    required_argument, NULL, 'r'},
        {"bind",       required_argument, NULL, 'b'},
        {"instance",   required_argument, NULL, 'i'},
        {"deployment", required_argument, NULL, 'd'},
        {"shards",     required_argument, NULL, 's'},
        {"first",      no_argument,       NULL, 'f'}, /* as every process: nothing to claim here */
        {"restored",   no_argument,       NULL, 'f'}, /* nor anything that is kept */
        {"help",       no_argument,       NULL, 'h'},
        {"version",    no_argument,       NULL, 'v'},
        {NULL,         0,                 NULL, 0  },
    };
    const char **texts[] = {['c'] = &out->config,
                            ['r'] = &out->run_dir,
                            ['b'] = &out->bind,
                            ['i'] = &out->instance,
                            ['d'] = &out->deployment};

    for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (c == 'h' || c == 'v')
            return tell(c);
        if (c == '?' || (c == 's' && wb_text_int(&out->shards, wb_view_of(optarg), NULL)))
            return EXIT_CONFIG;
        if ((size_t)c < WB_COUNT(texts) && texts[c])
            *texts[c] = optarg;
    }
    if (out->config || out->run_dir || out->bind)
        return -1;
    fprintf(stderr, "waybill-broker: --config, --run-dir or --bind is needed, see --help\n");
    return EXIT_CONFIG;
}

/* What is served: of the configuration, or the arguments alone. */
typedef struct {
    wb_config *config;
    char run_dir[512], base[WB_ENDPOINT_MAX + 1];
    broker_conf conf;
} service;

static void
service_fini(service *self)
{
    if (self->config)
        wb_config_destroy(&self->config);
}

/* "broker-2" serves the second broker of the configuration; a name without a number the first. */
static size_t
broker_index(const char *instance)
{
    const char *dash = strrchr(instance, '-');
    int64_t number = 1;

    if (!dash || wb_text_int(&number, wb_view_of(dash + 1), NULL) || number < 1)
        return 0;
    return (size_t)(number - 1);
}

static wb_rc
read_config(service *self, const arguments *args, wb_err *err)
{
    WB_AUTO(wb_problems_fini) wb_problems problems = {0};
    size_t at = broker_index(args->instance);
    const wb_config_tree *tree;
    wb_rc rc = wb_config_load(&self->config, args->config, wb_connectors, &problems, err);

    for (size_t i = 0; i < problems.count; i++)
        wb_log(WB_ERROR, "config.problem", "file='%s' line=%d column=%d why='%s'",
               problems.rows[i].file, problems.rows[i].line, problems.rows[i].column,
               problems.rows[i].text);
    if (rc)
        return rc;
    tree = wb_config_tree_of(self->config);
    self->conf.deployment = tree->deployment;
    self->conf.shards = (uint16_t)tree->shards;
    snprintf(self->run_dir, sizeof self->run_dir, "%s/run", tree->state);
    if (at < tree->brokers.count)
        snprintf(self->base, sizeof self->base, "%s", ((char **)tree->brokers.items)[at]);
    else if (tree->brokers.count)
        rc = wb_fail(err, WB_FATAL, "%s: the configuration names %zu brokers", args->instance,
                     tree->brokers.count);
    return rc;
}

static wb_rc
find_base(service *self, const arguments *args, wb_err *err)
{
    int len = 0;

    if (args->run_dir)
        snprintf(self->run_dir, sizeof self->run_dir, "%s", args->run_dir);
    if (args->bind)
        len = snprintf(self->base, sizeof self->base, "%s", args->bind);
    else if (!self->base[0])
        len = snprintf(self->base, sizeof self->base, "ipc://%s/broker", self->run_dir);
    if (len >= (int)sizeof self->base)
        return wb_fail(err, WB_FATAL, "the endpoint under %s is too long", self->run_dir);
    return WB_OK;
}

static wb_rc
read_service(service *self, const arguments *args, wb_err *err)
{
    wb_rc rc;

    self->conf = (broker_conf){.instance = args->instance,
                               .deployment = args->deployment,
                               .shards = (uint16_t)args->shards};
    if (args->shards < 1 || args->shards > WB_SHARDS_MAX)
        return wb_fail(err, WB_FATAL, "--shards is 1 to %d", WB_SHARDS_MAX);
    rc = args->config ? read_config(self, args, err) : WB_OK;
    if (!rc)
        rc = find_base(self, args, err);
    self->conf.base = self->base;
    if (!rc && self->run_dir[0])
        rc = wb_run_dir_open(self->run_dir, err);
    return rc;
}

static void
on_signal(void *arg, int signo)
{
    if (signo != SIGHUP)
        wb_loop_stop(arg);
}

static void
tell_ready(const service *self, bool ready)
{
    if (ready)
        wb_log(WB_INFO, "ready", "instance=%s pid=%ld base=%s", self->conf.instance, (long)getpid(),
               self->base);
    if (self->run_dir[0])
        wb_process_tell_ready(self->run_dir, self->conf.instance, ready);
}

static wb_rc
serve(const service *self, wb_loop *loop, wb_err *err)
{
    WB_AUTO(broker_proxy_destroy) broker_proxy *proxy = NULL;
    wb_rc rc = broker_proxy_new(&proxy, loop, &self->conf, err);

    if (rc)
        return rc;
    tell_ready(self, true);
    rc = wb_loop_run(loop, err);
    tell_ready(self, false);
    return rc ? WB_RETRY : WB_OK; /* the loop broke: another try may do */
}

int
main(int argc, char **argv)
{
    arguments args = {.instance = "broker-1", .deployment = "waybill", .shards = WB_SHARDS_DEFAULT};
    WB_AUTO(service_fini) service self = {0};
    WB_AUTO(wb_loop_destroy) wb_loop *loop = NULL;
    wb_err err = {0};
    int code = read_arguments(&args, argc, argv);
    wb_rc rc;

    if (code >= 0)
        return code;
    wb_process_keep_private();
    wb_log_init(args.instance);
    rc = wb_loop_new(&loop, &err);
    if (!rc)
        rc = wb_loop_signals(loop, on_signal, loop, &err); /* before ZeroMQ makes threads */
    if (!rc)
        rc = read_service(&self, &args, &err);
    if (!rc)
        rc = serve(&self, loop, &err);
    if (!rc)
        return EXIT_ASKED;
    wb_log(WB_ERROR, "start.refused", "why='%s'", err.text);
    return rc == WB_FATAL ? EXIT_CONFIG : EXIT_RESTART;
}
