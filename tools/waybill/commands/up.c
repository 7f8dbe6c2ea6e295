/* SPDX-License-Identifier: Apache-2.0 */
/*
 * up - every process of this host, and one line that tells how it goes
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "actors/runtime/loop/loop.h"
#include "actors/runtime/process/log.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/host/crew.h"
#include "tools/waybill/host/dashboard.h"
#include "tools/waybill/host/last_word.h"
#include "tools/waybill/host/live.h"
#include "tools/waybill/host/state.h"

#define PATIENCE_MS 5000 /* beyond the drain */

typedef struct {
    char *config, *ready_file, *only;
    bool from_env, first, restored, foreground_logs;
} up_conf;

static const wb_option options[] = {
    WB_TEXT(up_conf, config, "", "the configuration"),
    WB_BOOL(up_conf, from_env, "false", "make it from environment variables or a .env file"),
    WB_BOOL(up_conf, first, "false", "this deployment is new: take the shards"),
    WB_BOOL(up_conf, restored, "false", "the state folder came from a backup: read all again"),
    WB_TEXT(up_conf, ready_file, "", "written when every process is ready"),
    WB_TEXT(up_conf, only, "", "one instance (mapper-2) or one kind (mapper)"),
    WB_BOOL(up_conf, foreground_logs, "false", "logs to standard error, not to the state folder"),
    WB_END,
};

typedef struct {
    const up_conf *conf;
    wb_place place;
    wb_loop *loop;
    wb_crew *crew;
    wb_live *live;
    int lock;
    int64_t drain_ms, started_ms;
    bool all_ready;
} up_state;

/* The line has a code that opens the dashboard: it goes to a person, not into a log. */
static void
tell_address(const up_state *self)
{
    char address[WB_DASHBOARD_SIZE];
    wb_err err = {0};

    if (!self->place.stage_counts[4] || !isatty(STDOUT_FILENO))
        return;
    if (wb_dashboard_address(address, &self->place, WB_ROLE_ADMIN, &err))
        wb_log(WB_WARN, "dashboard.none", "why='%s'", err.text);
    else
        printf("dashboard: %s   (good for a minute; `waybill dashboard` prints another)\n",
               address);
    (void)fflush(stdout);
}

static void
tell_ready(up_state *self)
{
    char text[WB_PATH_SIZE + 128];
    wb_err err = {0};

    if (self->all_ready || wb_crew_ready(self->crew) < wb_crew_count(self->crew))
        return;
    self->all_ready = true;
    wb_log(WB_INFO, "up.ready", "processes=%zu ms=%lld", wb_crew_count(self->crew),
           (long long)(wb_now_ms() - self->started_ms));
    tell_address(self);
    if (isatty(STDOUT_FILENO) && !self->conf->foreground_logs &&
        wb_live_new(&self->live, self->loop, &self->place, self->crew, &err))
        wb_log(WB_WARN, "line.failed", "why='%s'", err.text);
    if (!self->conf->ready_file)
        return;
    (void)snprintf(text, sizeof text, "{\"ready\":true,\"pid\":%ld}\n", (long)getpid());
    if (wb_state_write(self->conf->ready_file, text))
        wb_log(WB_ERROR, "ready_file.failed", "file='%s'", self->conf->ready_file);
}

static void
tell_end(const up_state *self, const wb_child *child)
{
    char why[300] = "";
    int status = child->last_status;

    wb_live_clear(self->live);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return;
    wb_last_word(why, sizeof why, &self->place, child->instance);
    if (WIFSIGNALED(status))
        wb_log(WB_WARN, "process.ended", "instance=%s signal=%d", child->instance,
               WTERMSIG(status));
    else
        wb_log(child->refused ? WB_ERROR : WB_WARN, "process.ended",
               "instance=%s exit=%d next=%s why='%s'", child->instance, WEXITSTATUS(status),
               child->refused ? "stays-down" : "restart", why);
}

static void
on_changed(void *arg, const wb_child *child)
{
    up_state *self = arg;

    if (!self->crew)
        return;
    if (!child->pid)
        tell_end(self, child);
    tell_ready(self);
}

static void
on_ended(void *arg)
{
    wb_loop_stop(((up_state *)arg)->loop);
}

static void
end(up_state *self)
{
    wb_live_clear(self->live);
    wb_live_destroy(&self->live);
    wb_state_ending(self->lock);
    wb_crew_end(self->crew, self->drain_ms + PATIENCE_MS);
}

static void
on_signal(void *arg, int signo)
{
    up_state *self = arg;

    if (signo == SIGHUP)
        wb_crew_reload(self->crew);
    else
        end(self);
}

static wb_rc
supervise(up_state *self, wb_err *err)
{
    wb_crew_conf conf = {.place = &self->place,
                         .first = self->conf->first,
                         .restored = self->conf->restored,
                         .foreground_logs = self->conf->foreground_logs,
                         .only = self->conf->only,
                         .changed = on_changed,
                         .ended = on_ended,
                         .arg = self};
    wb_rc rc = wb_loop_new(&self->loop, err);

    if (!rc)
        rc = wb_loop_signals(self->loop, on_signal, self, err);
    if (!rc)
        rc = wb_crew_new(&self->crew, self->loop, &conf, err);
    if (!rc)
        rc = wb_crew_start(self->crew, err);
    if (rc)
        return rc;
    return wb_loop_run(self->loop, err);
}

static int
finish(up_state *self, wb_rc rc, const wb_err *err)
{
    bool refused = self->crew && wb_crew_refused(self->crew);

    wb_live_clear(self->live);
    wb_live_destroy(&self->live);
    if (rc)
        fprintf(stderr, "waybill up: %s\n", err->text);
    wb_crew_destroy(&self->crew);
    wb_loop_destroy(&self->loop);
    if (self->conf->ready_file)
        (void)unlink(self->conf->ready_file);
    if (rc)
        return rc == WB_FATAL ? EXIT_CONFIG : EXIT_AGAIN;
    return refused ? EXIT_CONFIG : EXIT_DONE;
}

static int
load(up_state *self, wb_config **config)
{
    char path[WB_PATH_SIZE];
    wb_err err = {0};
    wb_rc rc = self->conf->from_env ? wb_state_from_env(path, sizeof path, &err)
                                    : wb_place_config(path, sizeof path, self->conf->config, &err);
    int code;

    if (rc) {
        fprintf(stderr, "waybill up: %s\n", err.text);
        return EXIT_CONFIG;
    }
    code = wb_place_load(config, path, false);
    if (code && self->conf->from_env)
        fprintf(stderr, "these settings come from variables: aws_region AWS_REGION, endpoint "
                        "SP_API_ENDPOINT, lwa_endpoint LWA_ENDPOINT,\nqueue_url SQS_QUEUE_URL, "
                        "sqs_endpoint AWS_ENDPOINT_URL_SQS, url ERP_WEBHOOK_URL\n");
    if (code)
        return code;
    if (wb_place_of(&self->place, path, wb_config_tree_of(*config), &err)) {
        fprintf(stderr, "waybill up: %s\n", err.text);
        return EXIT_CONFIG;
    }
    self->drain_ms = wb_config_tree_of(*config)->drain_ms;
    return EXIT_DONE;
}

static int
up(const void *conf, const wb_words *words)
{
    WB_AUTO(wb_config_destroy) wb_config *config = NULL;
    up_state self = {.conf = conf, .lock = -1, .started_ms = wb_now_ms()};
    wb_err err = {0};
    wb_rc rc;
    int code;

    (void)words;
    wb_log_init("up");
    (void)signal(SIGPIPE, SIG_IGN); /* who reads our words may go; the work goes on */
    if (self.conf->config && self.conf->from_env) {
        fprintf(stderr, "waybill up: --config and --from-env exclude each other\n");
        return EXIT_USAGE;
    }
    code = load(&self, &config);
    if (code)
        return code;
    rc = wb_state_open(&self.lock, &self.place, self.conf->first, self.drain_ms + 2 * PATIENCE_MS,
                       &err);
    if (!rc)
        rc = supervise(&self, &err);
    code = finish(&self, rc, &err);
    wb_fd_close(&self.lock);
    return code;
}

const wb_command wb_command_up = {
    .name = "up",
    .words = "",
    .summary = "run every process of this host, restarted when they die",
    .help = "Ends cleanly on Ctrl-C or SIGTERM; SIGHUP makes every process read the configuration\n"
            "again. Logs are in the state folder under log/. Exit code 100: the configuration, or\n"
            "the state folder, has to be looked at.\n",
    .options = options,
    .conf_size = sizeof(up_conf),
    .run = up,
};
