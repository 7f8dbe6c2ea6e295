/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holder_turns - see holder_turns.h
 */
#include "actors/runtime/holder_turns.h"

#include <assert.h>
#include <string.h>

#include "protocol/base/own.h"

#define ROWS_MAX 256 /* remembered of one source */

typedef struct {
    wb_link link;
    uint64_t revision;
    size_t len;
    char name[];
} turn_row;

void
wb_turns_open(wb_way *way)
{
    way->sources = wb_map_new();
    wb_list_init(&way->waiting);
}

static void
forget_rows(wb_way_source *source)
{
    wb_link *link;

    while ((link = wb_list_pop(&source->rows))) {
        turn_row *row = WB_CONTAINER(link, turn_row, link);
        wb_free(&row);
    }
    source->count = 0;
    wb_list_remove(&source->turn);
}

void
wb_turns_forget(wb_way *way)
{
    while (!wb_list_empty(&way->waiting))
        forget_rows(WB_CONTAINER(way->waiting.next, wb_way_source, turn));
}

void
wb_turns_close(wb_way *way)
{
    wb_way_source *source;

    wb_turns_forget(way);
    for (size_t at = 0; (source = wb_map_next(way->sources, &at, NULL));)
        wb_free(&source);
    wb_map_destroy(&way->sources);
}

wb_way_source *
wb_turns_source(wb_way *way, const wb_envelope *env)
{
    char name[1 + WB_TENANT_MAX + WB_ACCOUNT_MAX];
    wb_view key = {name, 1 + env->tenant.len + env->account.len};
    wb_way_source *source;

    assert(env->tenant.len <= WB_TENANT_MAX && env->account.len <= WB_ACCOUNT_MAX);
    name[0] = (char)env->tenant.len;
    if (env->tenant.len)
        memcpy(name + 1, env->tenant.data, env->tenant.len);
    if (env->account.len)
        memcpy(name + 1 + env->tenant.len, env->account.data, env->account.len);
    source = wb_map_find(way->sources, key);
    if (source)
        return source;
    source = wb_alloc(sizeof *source);
    wb_list_init(&source->rows);
    wb_map_put(way->sources, key, source);
    return source;
}

bool
wb_turns_over(const wb_way *way, const wb_way_source *source, size_t share)
{
    return wb_map_count(way->sources) > 1 && source->under_way >= share;
}

void
wb_turns_remember(wb_way *way, wb_way_source *source, const wb_way_row *row)
{
    turn_row *self;

    if (source->count == ROWS_MAX)
        return;
    self = wb_alloc(sizeof *self + row->name.len);
    self->revision = row->revision;
    self->len = row->name.len;
    memcpy(self->name, row->name.data, row->name.len);
    wb_list_append(&source->rows, &self->link);
    if (!source->count++)
        wb_list_append(&way->waiting, &source->turn);
}

/* Its oldest row; its next turn is after the others'. */
static void
take_row(wb_way *way, wb_way_source *source, wb_way_row *row, wb_buf *name)
{
    turn_row *first = WB_CONTAINER(wb_list_pop(&source->rows), turn_row, link);

    wb_buf_clear(name);
    wb_buf_add_view(name, (wb_view){first->name, first->len});
    *row = (wb_way_row){first->revision, wb_buf_view(name)};
    wb_free(&first);
    wb_list_remove(&source->turn);
    if (--source->count)
        wb_list_append(&way->waiting, &source->turn);
}

bool
wb_turns_next(wb_way *way, size_t share, wb_way_row *row, wb_buf *name)
{
    for (wb_link *link = way->waiting.next; link != &way->waiting; link = link->next) {
        wb_way_source *source = WB_CONTAINER(link, wb_way_source, turn);

        if (wb_turns_over(way, source, share))
            continue;
        take_row(way, source, row, name);
        return true;
    }
    return false;
}
