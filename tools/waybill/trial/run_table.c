/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_table - what each process used
 */
#include <string.h>

#include "actors/ask/read.h"
#include "protocol/base/own.h"
#include "tools/waybill/host/proc.h"
#include "tools/waybill/terminal/table.h"
#include "tools/waybill/trial/run.h"

static int64_t
messages_of(const wb_ask *status, const char *instance, wb_json *json)
{
    for (size_t i = 0; status && i < status->count; i++) {
        if (strcmp(status->answers[i].instance, instance) == 0 &&
            !wb_answer_read(&status->answers[i], json, NULL))
            return wb_read_int(json, 0, "taken");
    }
    return 0;
}

/* What a process, or all of them, used and did. */
typedef struct {
    int64_t cpu_us, pss_kib;
    unsigned restarts;
    int64_t messages;
} used;

static void
put(wb_table *table, const char *name, const used *by)
{
    wb_table_row(table, "%s\t%.2f\t%.1f\t%u\t%lld", name, (double)by->cpu_us / 1e6,
                 (double)by->pss_kib / 1024.0, by->restarts, (long long)by->messages);
}

void
wb_run_table(const wb_crew *crew, const wb_ask *status, const wb_world *world, wb_json *json,
             bool quiet)
{
    FILE *out = quiet ? stderr : stdout;
    used all = {.restarts = wb_crew_restarts(crew)};
    const used world_used = {.cpu_us = wb_proc_cpu_us(wb_world_pid(world)),
                             .pss_kib = wb_proc_pss_kib(wb_world_pid(world))};
    WB_AUTO(wb_table_fini) wb_table table = {0};

    wb_table_init(&table, "process\tcpu s\tmemory MiB\trestarts\tmessages");
    for (size_t i = 0; i < wb_crew_count(crew); i++) {
        const wb_child *child = wb_crew_at(crew, i);
        const used one = {.cpu_us = child->cpu_us + wb_proc_cpu_us(child->pid),
                          .pss_kib = wb_proc_pss_kib(child->pid),
                          .restarts = child->restarts,
                          .messages = messages_of(status, child->instance, json)};

        all.cpu_us += one.cpu_us;
        all.pss_kib += one.pss_kib;
        put(&table, child->instance, &one);
    }
    put(&table, "together", &all);
    put(&table, "(simulator)", &world_used);
    wb_table_print(&table, out);
}
