/* SPDX-License-Identifier: Apache-2.0 */
/*
 * waybill - the one command. Each subcommand is a row here and a file in commands/.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "actors/runtime/process/process.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/host/place.h"

static const wb_command *const commands[] = {
    &wb_command_run,
    &wb_command_up,
    &wb_command_check,
    &wb_command_status,
    &wb_command_stock,
    &wb_command_sync,
    &wb_command_records,
    &wb_command_orders,
    &wb_command_why,
    &wb_command_parked,
    &wb_command_map,
    &wb_command_plan,
    &wb_command_apply,
    &wb_command_ledger,
    &wb_command_conflicts,
    &wb_command_tasks,
    &wb_command_accounts,
    &wb_command_api_key,
    &wb_command_enrich,
    &wb_command_release,
    &wb_command_reload,
    &wb_command_tail,
    &wb_command_dashboard,
    &wb_command_version,
    NULL,
};

/* Programs of their own with their own options, beside ours. */
static const struct {
    const char *name, *program, *summary;
} others[] = {
    {"sim",   "waybill-sim",   "the simulated channels and ERPs, for tests and for trying things"},
    {"prove", "waybill-prove",
     "kills processes while orders flow, also on a configuration of your own, and counts"        },
};

static int
become(const char *name, const char *program, char **argv)
{
    char path[WB_PATH_SIZE];
    wb_err err = {0};

    if (!wb_place_executable(path, sizeof path, program, &err)) {
        (void)execv(path, argv);
        (void)wb_fail(&err, WB_FATAL, "%s cannot be run: %m", path);
    }
    fprintf(stderr, "waybill %s: %s\n", name, err.text);
    return EXIT_AGAIN;
}

static void
print_help(FILE *out)
{
    fprintf(out, "usage: waybill COMMAND [WORD]... [--OPTION]...\n\n"
                 "Keeps sales channels and ERPs in step.\n\n");
    for (size_t i = 0; commands[i]; i++)
        fprintf(out, "  %-8s %s\n", commands[i]->name, commands[i]->summary);
    for (size_t i = 0; i < WB_COUNT(others); i++)
        fprintf(out, "  %-8s %s\n", others[i].name, others[i].summary);
    fprintf(out, "\n`waybill COMMAND --help` tells more.\n\n"
                 "exit codes: 0 done; 1 the answer is no; 2 wrong arguments; 3 nobody answered;\n"
                 "100 the configuration or the state folder has to be looked at; 111 try again\n");
}

static int
unknown(const char *name)
{
    const char *names[40] = {NULL}, *nearest;
    size_t count = 0;

    for (size_t i = 0; i < WB_COUNT(others); i++)
        names[count++] = others[i].name;
    for (size_t i = 0; commands[i] && count < WB_COUNT(names) - 1; i++)
        names[count++] = commands[i]->name;
    nearest = wb_text_nearest(wb_view_of(name), names);
    fprintf(stderr, "waybill: there is no command %s; %s %s%s\n", name,
            nearest ? "did you mean" : "see", nearest ? nearest : "waybill --help",
            nearest ? "?" : "");
    return EXIT_USAGE;
}

static int
run(int argc, char **argv)
{
    wb_process_keep_private();
    if (argc < 2) {
        print_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0)
        return wb_command_main(&wb_command_version, 1, argv + 1);
    for (size_t i = 0; i < WB_COUNT(others); i++)
        if (strcmp(argv[1], others[i].name) == 0)
            return become(others[i].name, others[i].program, argv + 1);
    for (size_t i = 0; commands[i]; i++) {
        if (strcmp(argv[1], commands[i]->name) == 0)
            return wb_command_main(commands[i], argc - 1, argv + 1);
    }
    return unknown(argv[1]);
}

int
main(int argc, char **argv)
{
    int code = run(argc, argv);

    if (fflush(stdout) || ferror(stdout)) { /* a full disk behind a `>` */
        fprintf(stderr, "waybill: what was printed could not be written\n");
        return code ? code : EXIT_AGAIN;
    }
    return code;
}
