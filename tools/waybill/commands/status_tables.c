/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/waybill/commands/status_tables.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"
#include "tools/waybill/terminal/table.h"

#define SEEN_MAX (4 * WB_TABLES_MAX) /* contents; more are not told apart */

/* One content of a table, and who has it. */
typedef struct {
    char name[WB_TABLE_NAME_MAX + 1], digest[32], at[WB_INSTANCE_MAX + 1];
    int64_t rows, loaded_utc_us;
    size_t processes;
} seen;

typedef struct {
    seen rows[SEEN_MAX];
    size_t count;
} seen_list;

const char *
wb_ago(char *dst, size_t size, int64_t utc_us)
{
    int64_t s = utc_us ? (wb_now_utc_us() - utc_us) / WB_US_PER_S : 0;

    if (!utc_us)
        (void)snprintf(dst, size, "-");
    else if (s >= 86400)
        (void)snprintf(dst, size, "%lldd %lldh", (long long)(s / 86400),
                       (long long)(s / 3600 % 24));
    else if (s >= 3600)
        (void)snprintf(dst, size, "%lldh %lldm", (long long)(s / 3600), (long long)(s / 60 % 60));
    else if (s >= 60)
        (void)snprintf(dst, size, "%lldm", (long long)(s / 60));
    else
        (void)snprintf(dst, size, "%llds", (long long)s);
    return dst;
}

static seen *
seen_of(seen_list *self, const char *name, const char *digest)
{
    for (size_t i = 0; i < self->count; i++)
        if (!strcmp(self->rows[i].name, name) && !strcmp(self->rows[i].digest, digest))
            return &self->rows[i];
    if (self->count == SEEN_MAX)
        return NULL;
    self->rows[self->count] = (seen){.processes = 0};
    (void)snprintf(self->rows[self->count].name, sizeof self->rows[0].name, "%s", name);
    (void)snprintf(self->rows[self->count].digest, sizeof self->rows[0].digest, "%s", digest);
    return &self->rows[self->count++];
}

static void
add_tables(seen_list *self, wb_json *json, const char *instance)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "tables"));
    char name[WB_TABLE_NAME_MAX + 1], digest[32];
    seen *row;

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        wb_read_text(json, at, "table", name, sizeof name);
        row = seen_of(self, name, wb_read_text(json, at, "digest", digest, sizeof digest));
        if (!row)
            continue;
        row->rows = wb_read_int(json, at, "rows");
        row->loaded_utc_us = wb_read_int(json, at, "loaded_utc_us");
        if (!row->processes++)
            (void)snprintf(row->at, sizeof row->at, "%s", instance);
    }
}

/* Another content of the table of that row stands before it. */
static bool
is_other(const seen_list *self, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (!strcmp(self->rows[i].name, self->rows[index].name))
            return true;
    return false;
}

static void
print(const seen_list *self)
{
    WB_AUTO(wb_table_fini) wb_table table = {0};
    char since[32], who[WB_INSTANCE_MAX + 32];

    wb_table_init(&table, "table\trows\tdigest\tloaded\tin");
    for (size_t i = 0; i < self->count; i++) {
        const seen *row = &self->rows[i];

        if (row->processes > 1)
            (void)snprintf(who, sizeof who, "%s and %zu more", row->at, row->processes - 1);
        else
            (void)snprintf(who, sizeof who, "%s", row->at);
        wb_table_row(&table, "%s\t%lld\t%s\t%s\t%s%s", row->name, (long long)row->rows, row->digest,
                     wb_ago(since, sizeof since, row->loaded_utc_us), who,
                     is_other(self, i) ? ": not the same as above: reload" : "");
    }
    printf("\n");
    wb_table_print(&table, stdout);
}

size_t
wb_status_tables(wb_session *session, const wb_ask *ask, bool show)
{
    WB_AUTO(wb_free) seen_list *list = wb_alloc(sizeof *list);
    size_t others = 0;

    for (size_t i = 0; i < ask->count; i++)
        if (!wb_answer_read(&ask->answers[i], session->json, NULL))
            add_tables(list, session->json, ask->answers[i].instance);
    for (size_t i = 0; i < list->count; i++)
        others += is_other(list, i);
    if (show && list->count)
        print(list);
    return others;
}
