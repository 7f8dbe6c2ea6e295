/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main - waybill-sim: the simulated outside world as a process
 *
 * Says `{"ready":true,"port":N}` when it listens; ends on SIGTERM, SIGINT or POST /sim/quit.
 */
#include "protocol/base/own.h"
#include "tools/sim/engine/options.h"
#include "tools/sim/systems/all.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#define TURN_MAX_MS 1000

static volatile sig_atomic_t stopped;

static void
on_signal(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

static void
set_up_process(void)
{
    struct sigaction stop = {.sa_handler = on_signal}, ignore = {.sa_handler = SIG_IGN};
    struct rlimit files;

    (void)sigaction(SIGTERM, &stop, NULL);
    (void)sigaction(SIGINT, &stop, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files);
    }
}

/* Whole or not at all: who waits for the file never reads half of it. */
static wb_rc
write_ready(const wb_sim *sim, wb_err *err)
{
    char part[4096];
    const char *path = sim->conf.ready_file;

    printf("{\"ready\":true,\"port\":%d}\n", sim->port);
    if (fflush(stdout))
        return wb_fail(err, WB_FATAL, "stdout: %s", strerror(errno));
    if (!*path)
        return WB_OK;
    int len = snprintf(part, sizeof part, "%s.part", path);
    if (len < 0 || (size_t)len >= sizeof part)
        return wb_fail(err, WB_FATAL, "ready file: the name is too long");
    FILE *file = fopen(part, "we");
    if (!file)
        return wb_fail(err, WB_FATAL, "%s: %s", part, strerror(errno));
    int printed = fprintf(file, "{\"ready\":true,\"port\":%d}\n", sim->port);
    if (fclose(file) || printed < 0 || rename(part, path))
        return wb_fail(err, WB_FATAL, "%s: %s", path, strerror(errno));
    return WB_OK;
}

int
main(int argc, char **argv)
{
    WB_AUTO(wb_sim_options_fini) wb_sim_settings settings = {0};
    WB_AUTO(wb_sim_destroy) wb_sim *sim = NULL; /* ends before its settings */
    wb_err err = {0};

    (void)argc;
    wb_rc rc = wb_sim_options(&settings, wb_sim_systems, argv, &err);
    if (rc == WB_REJECT)
        return 0;
    if (rc) {
        (void)fprintf(stderr, "waybill-sim: %s\n", err.text);
        return 2;
    }
    set_up_process();
    rc = wb_sim_new(&sim, &settings, &err);
    if (!rc)
        rc = write_ready(sim, &err);
    if (rc) {
        (void)fprintf(stderr, "waybill-sim: %s\n", err.text);
        return rc == WB_REJECT ? 2 : 100;
    }
    while (!stopped && !sim->quit)
        wb_sim_turn(sim, TURN_MAX_MS);
    return 0;
}
