/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_command - `waybill run`: with the simulator, or with a real configuration (then it is `up`)
 */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "actors/runtime/process/log.h"
#include "protocol/base/own.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/host/state.h"
#include "tools/waybill/trial/run.h"

#define ORDERS_ENDLESS 1000000
#define ORDERS_DONE 1000
#define PACE_ENDLESS "50"
#define STORY_ACCOUNTS 2
#define LISTEN "127.0.0.1:0"
#define NO_LISTEN "off"

static const wb_option options[] = {
    WB_TEXT(wb_run_conf, config, "", "a real configuration, no simulator"),
    WB_BOOL(wb_run_conf, from_env, "false", "the same from environment variables or .env"),
    WB_INT(wb_run_conf, orders, "0", 0, 50000000,
           "how many orders are given; 0 = 1000 with "
           "--until-done, else no end"),
    WB_BOOL(wb_run_conf, until_done, "false", "end when all orders are given and settled"),
    WB_BOOL(wb_run_conf, json, "false", "only the last line, as JSON, on standard output"),
    WB_INT(wb_run_conf, pollers, "1", 1, 64, "processes that read"),
    WB_INT(wb_run_conf, enrichers, "1", 1, 64, "processes that complete"),
    WB_INT(wb_run_conf, mappers, "1", 1, 64, "processes that map"),
    WB_INT(wb_run_conf, pushers, "1", 1, 64, "processes that hand over"),
    WB_INT(wb_run_conf, accounts, "0", 0, 1000, "sellers; 0 = 1, of a story 2"),
    WB_INT(wb_run_conf, changes, "0", 0, 200, "how often each order changes"),
    WB_TEXT(wb_run_conf, story, "",
            "who sells and who buys: SHOP-ERP, or one name for both; see waybill sim --help"),
    WB_INT(wb_run_conf, seed, "1", 0, INT64_MAX, "what is random follows from it"),
    WB_TEXT(wb_run_conf, pace, "",
            "orders a second; 0 = all at once (with --until-done), else, and of a story, 50"),
    WB_TEXT(wb_run_conf, faults, "", "of the outside: see waybill sim --help"),
    WB_TEXT(wb_run_conf, rate_scale, "1000", "multiplies every published rate; off = unlimited"),
    WB_TEXT(wb_run_conf, listen, "",
            "where the dashboard and the API are, as 127.0.0.1:8420; off = nowhere, as with "
            "--until-done; else any free port of this machine"),
    WB_TEXT(wb_run_conf, state, "", "the state folder; absent = a new one, removed at the end"),
    WB_BOOL(wb_run_conf, keep, "false", "do not remove the new state folder"),
    WB_END,
};

/* An option of the simulated run that was given although nothing is simulated; NULL = none. */
static const char *
out_of_place(const wb_run_conf *conf)
{
    const struct {
        const char *name;
        bool given;
    } rows[] = {
        {"--orders",     conf->orders != 0                          },
        {"--until-done", conf->until_done                           },
        {"--json",       conf->json                                 },
        {"--pollers",    conf->pollers != 1                         },
        {"--enrichers",  conf->enrichers != 1                       },
        {"--mappers",    conf->mappers != 1                         },
        {"--pushers",    conf->pushers != 1                         },
        {"--accounts",   conf->accounts != 0                        },
        {"--changes",    conf->changes != 0                         },
        {"--story",      conf->story != NULL                        },
        {"--seed",       conf->seed != 1                            },
        {"--pace",       conf->pace != NULL                         },
        {"--faults",     conf->faults != NULL                       },
        {"--rate-scale", conf->rate_scale && strcmp(conf->rate_scale, "1000") != 0},
        {"--listen",              conf->listen != NULL                                               },
        {"--state",              conf->state != NULL },
        {"--keep",              conf->keep                                                },
    };

    for (size_t i = 0; i < WB_COUNT(rows); i++) {
        if (rows[i].given)
            return rows[i].name;
    }
    return NULL;
}

/* What `up` is asked for: new when nothing is remembered yet. */
static int
run_real(const wb_run_conf *conf)
{
    char first[] = "--first", command[] = "up", config[] = "--config", env[] = "--from-env";
    char path[WB_PATH_SIZE];
    char *argv[6] = {command};
    int argc = 1;
    const char *wrong = out_of_place(conf);
    wb_place place;
    wb_err err = {0};
    wb_rc rc;

    if (conf->from_env && conf->config) {
        fprintf(stderr, "waybill run: --config and --from-env exclude each other\n");
        return EXIT_USAGE;
    }
    if (wrong) {
        fprintf(stderr, "waybill run: %s is for the simulator, not for a real configuration\n",
                wrong);
        return EXIT_USAGE;
    }
    rc = conf->from_env ? wb_state_from_env(path, sizeof path, &err)
                        : wb_place_config(path, sizeof path, conf->config, &err);
    if (!rc)
        rc = wb_place_find(&place, path, &err);
    if (rc) {
        fprintf(stderr, "waybill run: %s\n", err.text);
        return EXIT_CONFIG;
    }
    if (conf->from_env) {
        argv[argc++] = env;
    } else {
        argv[argc++] = config;
        argv[argc++] = path;
    }
    if (!wb_state_has_store(place.state))
        argv[argc++] = first;
    return wb_command_main(&wb_command_up, argc, argv);
}

/* Files, and folders of files: what processes leave in a state folder. */
static void
remove_folder(const char *path, int depth)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    char below[WB_PATH_SIZE + 300];

    while (folder && (entry = readdir(folder))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        (void)snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
        if (unlink(below) && depth)
            remove_folder(below, depth - 1);
    }
    if (folder)
        (void)closedir(folder);
    (void)rmdir(path);
}

static int
run_with_simulator(const wb_run_conf *asked)
{
    wb_run_conf conf = *asked;
    const char *parent = getenv("TMPDIR");
    char made[WB_PATH_SIZE], whole[WB_PATH_SIZE];
    struct stat found;
    bool own = !conf.state, failed, worth_a_look = false;
    int code;

    (void)snprintf(made, sizeof made, "%.400s/waybill-run-XXXXXX",
                   parent && parent[0] ? parent : "/tmp");
    if (own)
        conf.state = made;
    failed = own ? !mkdtemp(made) : mkdir(conf.state, 0700) && errno != EEXIST;
    if (failed || !realpath(conf.state, whole)) {
        fprintf(stderr, "waybill run: the folder %s cannot be made: %s\n", conf.state,
                strerror(errno));
        return EXIT_CONFIG;
    }
    if (stat(whole, &found) || !S_ISDIR(found.st_mode)) {
        fprintf(stderr, "waybill run: --state: %s is no folder\n", conf.state);
        return EXIT_CONFIG;
    }
    conf.state = whole;
    code = wb_run_simulated(&conf, &worth_a_look);
    if (own && !conf.keep && !worth_a_look)
        remove_folder(whole, 2);
    else
        fprintf(stderr, "the state folder is %s\n", whole);
    return code;
}

static int
run(const void *conf, const wb_words *words)
{
    wb_run_conf self = *(const wb_run_conf *)conf;
    char pace[] = PACE_ENDLESS, listen[] = LISTEN;

    (void)words;
    wb_log_init("run");
    wb_log_set_level(WB_ERROR);
    (void)signal(SIGPIPE, SIG_IGN); /* or what was started and made would be left behind */
    if (self.config || self.from_env)
        return run_real(&self);
    if (!self.orders)
        self.orders = self.until_done ? ORDERS_DONE : ORDERS_ENDLESS;
    if (!self.pace && (self.story || !self.until_done))
        self.pace = pace;
    if (!self.listen && !self.until_done)
        self.listen = listen;
    if (self.listen && strcmp(self.listen, NO_LISTEN) == 0)
        self.listen = NULL;
    if (!self.accounts)
        self.accounts = self.story ? STORY_ACCOUNTS : 1;
    return run_with_simulator(&self);
}

const wb_command wb_command_run = {
    .name = "run",
    .words = "",
    .summary = "try everything: the simulator and every process, until Ctrl-C",
    .help = "The last line is JSON: our ledger, and the target's own count. Exit code 0: with\n"
            "--until-done, nothing was lost, held, parked, repeated or out of order.\n"
            "Of a story: nothing was made up, no stock is wrong, what is parked is what the world\n"
            "says must be, and of 2000 orders or more each special case came 20 times at least.\n",
    .options = options,
    .conf_size = sizeof(wb_run_conf),
    .run = run,
};
