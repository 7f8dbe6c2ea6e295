/* SPDX-License-Identifier: Apache-2.0 */
/*
 * command - a subcommand is a row: its name, its options' table, what it does
 *
 * Exit codes are for scripts: 0 done; 1 the answer is no (not found, refused, not all settled);
 * 2 wrong arguments; 3 nobody answered; 100 the configuration has problems; 111 try again.
 */
#ifndef WB_TOOLS_WAYBILL_TERMINAL_COMMAND_H
#define WB_TOOLS_WAYBILL_TERMINAL_COMMAND_H

#include "actors/runtime/config/options.h"

enum {
    EXIT_DONE = 0,
    EXIT_NO = 1,
    EXIT_USAGE = 2,
    EXIT_SILENT = 3,
    EXIT_CONFIG = 100,
    EXIT_AGAIN = 111
};

/* What stands between the options. */
typedef struct {
    const char *const *items;
    size_t count;
} wb_words;

typedef struct {
    const char *name;
    const char *words;        /* "ACCOUNT STREAM", for the usage line */
    const char *summary;      /* one line */
    const char *help;         /* more lines, or NULL */
    const wb_option *options; /* of conf; TEXT, INT, BOOL, MS, BYTES, CHOICE */
    size_t conf_size;
    size_t words_min, words_max;
    int (*run)(const void *conf, const wb_words *words);
} wb_command;

/* Reads the arguments by the row's table and runs it. argv[0] is the command's name. A long option
 * is the field with dashes; a BOOL takes no value; an option may be `--name value` or
 * `--name=value`. --help prints the rows. */
int wb_command_main(const wb_command *command, int argc, char **argv);

#endif
