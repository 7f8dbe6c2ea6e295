/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reach - names from the run folder and from the configuration
 */
#include "tools/waybill/host/reach.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tools/waybill/host/crew.h"
#include "tools/waybill/host/state.h"

static void
here(const void *arg, wb_client_name name, void *to)
{
    static const char end[] = ".ready";
    const wb_place *place = arg;
    /* an `up` that was killed took its processes with it and left their files behind */
    DIR *folder = wb_state_is_held(place->state) ? opendir(place->run) : NULL;
    const struct dirent *entry;
    char instance[256];

    while (folder && (entry = readdir(folder))) {
        size_t len = strlen(entry->d_name);

        if (len < sizeof end || strcmp(entry->d_name + len - (sizeof end - 1), end) != 0)
            continue;
        (void)snprintf(instance, sizeof instance, "%.*s", (int)(len - (sizeof end - 1)),
                       entry->d_name);
        name(to, instance);
    }
    if (folder)
        (void)closedir(folder);
}

static void
wanted(const void *arg, wb_client_name name, void *to)
{
    wb_crew_wanted(arg, name, to);
}

wb_rc
wb_reach(wb_client **out, wb_loop *loop, const wb_place *place, wb_err *err)
{
    const char *brokers[WB_COUNT(place->broker) + 1] = {NULL};
    wb_client_conf conf = {.run_dir = place->run,
                           .deployment = place->deployment,
                           .shards = place->shards,
                           .brokers = brokers,
                           .alone = place->alone,
                           .here = here,
                           .wanted = place->alone ? wanted : NULL,
                           .arg = place};

    for (size_t i = 0; i < place->broker_count; i++)
        brokers[i] = place->broker[i];
    return wb_client_new(out, loop, &conf, err);
}
