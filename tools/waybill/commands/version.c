/* SPDX-License-Identifier: Apache-2.0 */
/*
 * version - of this build
 */
#include <stdio.h>

#include "tools/waybill/commands/all.h"

typedef struct {
    bool json;
} version_conf;

static const wb_option options[] = {
    WB_BOOL(version_conf, json, "false", "as JSON"),
    WB_END,
};

static int
version(const void *conf, const wb_words *words)
{
    const version_conf *self = conf;

    (void)words;
    printf(self->json ? "{\"version\":\"%s\"}\n" : "waybill %s\n", WB_VERSION);
    return EXIT_DONE;
}

const wb_command wb_command_version = {
    .name = "version",
    .words = "",
    .summary = "print the version",
    .options = options,
    .conf_size = sizeof(version_conf),
    .run = version,
};
