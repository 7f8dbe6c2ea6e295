/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dashboard - the address of the pages, with a code that opens them
 */
#include <stdio.h>

#include "protocol/base/own.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/host/dashboard.h"

typedef struct {
    char *config;
    int64_t role;
} dashboard_conf;

static const char *const roles[] = {"read", "operate", "admin", NULL};

static const wb_option options[] = {
    WB_TEXT(dashboard_conf, config, "", "the configuration"),
    WB_CHOICE(dashboard_conf, role, "admin", roles, "what may be done there"),
    WB_END,
};

static int
dashboard(const void *conf, const wb_words *words)
{
    const dashboard_conf *self = conf;
    char address[WB_DASHBOARD_SIZE];
    wb_place place = {0};
    wb_err err = {0};
    wb_rc rc = wb_place_find(&place, self->config, &err);

    (void)words;
    if (!rc)
        rc = wb_dashboard_address(address, &place, (wb_role)(self->role + WB_ROLE_READ), &err);
    if (rc) {
        fprintf(stderr, "waybill dashboard: %s\n", err.text);
        return rc == WB_RETRY ? EXIT_NO : EXIT_CONFIG;
    }
    printf("%s\n", address);
    return EXIT_DONE;
}

const wb_command wb_command_dashboard = {
    .name = "dashboard",
    .words = "",
    .summary = "the address of the dashboard, with a code that opens it",
    .help = "The code is good for a minute, once, in a browser of this machine. Where the gateway\n"
            "listens to other machines, too, there are no codes: log in with a key of the API.\n"
            "Exit code 1: no gateway runs here.\n",
    .options = options,
    .conf_size = sizeof(dashboard_conf),
    .run = dashboard,
};
