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

static void
put(wb_table *table, const char *name, int64_t cpu_us, int64_t pss_kib, unsigned restarts,
    int64_t messages)
{
    wb_table_row(table, "%s\t%.2f\t%.1f\t%u\t%lld", name, (double)cpu_us / 1e6,
                 (double)pss_kib / 1024.0, restarts, (long long)messages);
}

void
wb_run_table(const wb_crew *crew, const wb_ask *status, const wb_world *world, wb_json *json,
             bool quiet)
{
    FILE *out = quiet ? stderr : stdout;
    int64_t cpu_us = 0, pss_kib = 0;
    WB_AUTO(wb_table_fini) wb_table table = {0};

    wb_table_init(&table, "process\tcpu s\tmemory MiB\trestarts\tmessages");
    for (size_t i = 0; i < wb_crew_count(crew); i++) {
        const wb_child *child = wb_crew_at(crew, i);
        int64_t cpu = child->cpu_us + wb_proc_cpu_us(child->pid);
        int64_t pss = wb_proc_pss_kib(child->pid);

        cpu_us += cpu;
        pss_kib += pss;
        put(&table, child->instance, cpu, pss, child->restarts,
            messages_of(status, child->instance, json));
    }
    put(&table, "together", cpu_us, pss_kib, wb_crew_restarts(crew), 0);
    put(&table, "(simulator)", wb_proc_cpu_us(wb_world_pid(world)),
        wb_proc_pss_kib(wb_world_pid(world)), 0, 0);
    wb_table_print(&table, out);
}
