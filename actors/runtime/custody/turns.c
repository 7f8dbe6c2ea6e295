/* SPDX-License-Identifier: Apache-2.0 */
/*
 * turns - see turns.h
 */
#include "actors/runtime/custody/inside.h"

#include <assert.h>
#include <string.h>

#include "protocol/base/own.h"

#define ROWS_MAX 256 /* remembered of one source */

typedef struct {
    wb_link link;
    uint64_t revision;
    wb_priority priority;
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
drop_first(wb_way_source *source)
{
    turn_row *row;

    assert(source->count > 0 && !wb_list_empty(&source->rows));
    row = WB_CONTAINER(wb_list_pop(&source->rows), turn_row, link);
    wb_free(&row);
    source->count--;
}

static void
forget_line(wb_way_source *source)
{
    while (source->count)
        drop_first(source);
    source->more = false;
    wb_list_remove(&source->turn);
}

void
wb_turns_forget(wb_way *way)
{
    while (!wb_list_empty(&way->waiting))
        forget_line(WB_CONTAINER(way->waiting.next, wb_way_source, turn));
}

void
wb_turns_close(wb_way *way)
{
    wb_way_source *source;

    wb_turns_forget(way);
    for (size_t at = 0; (source = wb_map_next(way->sources, &at, NULL));) {
        wb_buf_fini(&source->last_name);
        wb_free(&source);
    }
    wb_map_destroy(&way->sources);
}

wb_way_source *
wb_turns_source(wb_way *way, wb_view name)
{
    wb_way_source *source = wb_map_find(way->sources, name);

    if (source)
        return source;
    source = wb_alloc(sizeof *source + name.len);
    wb_list_init(&source->rows);
    wb_buf_init(&source->last_name, WB_KEY_MAX);
    source->name_len = name.len;
    if (name.len)
        memcpy(source->name, name.data, name.len);
    wb_map_put(way->sources, name, source);
    return source;
}

bool
wb_turns_waits(const wb_way_source *source)
{
    return source->count || source->more;
}

bool
wb_turns_over(const wb_way *way, const wb_way_source *source, size_t share)
{
    return wb_map_count(way->sources) > 1 && source->under_way >= share;
}

void
wb_turns_wait(wb_way *way, wb_way_source *source, const wb_way_row *row)
{
    turn_row *self;

    if (!wb_list_linked(&source->turn))
        wb_list_append(&way->waiting, &source->turn);
    if (source->more || source->count == ROWS_MAX) {
        source->more = true;
        return;
    }
    self = wb_alloc(sizeof *self + row->name.len);
    self->revision = row->revision;
    self->priority = row->priority;
    self->len = row->name.len;
    memcpy(self->name, row->name.data, row->name.len);
    wb_list_append(&source->rows, &self->link);
    if (++source->count < ROWS_MAX)
        return;
    source->last_revision = row->revision;
    wb_buf_clear(&source->last_name);
    wb_buf_add_view(&source->last_name, row->name);
}

wb_way_source *
wb_turns_next(const wb_way *way, size_t share)
{
    for (wb_link *link = way->waiting.next; link != &way->waiting; link = link->next) {
        wb_way_source *source = WB_CONTAINER(link, wb_way_source, turn);

        if (!wb_turns_over(way, source, share))
            return source;
    }
    return NULL;
}

bool
wb_turns_first(const wb_way_source *source, wb_way_row *out)
{
    const turn_row *first = WB_CONTAINER(source->rows.next, turn_row, link);

    if (!source->count)
        return false;
    *out = (wb_way_row){
        first->revision,
        {first->name,  first->len      },
        first->priority,
        {source->name, source->name_len}
    };
    return true;
}

void
wb_turns_took(wb_way *way, wb_way_source *source)
{
    assert(wb_list_linked(&source->turn));
    drop_first(source);
    wb_list_remove(&source->turn);
    if (wb_turns_waits(source))
        wb_list_append(&way->waiting, &source->turn);
}

void
wb_turns_refill(wb_way_source *source, wb_way_row *from, wb_buf *name)
{
    assert(!source->count && source->more); /* what is remembered goes first */
    wb_buf_clear(name);
    wb_buf_add_view(name, wb_buf_view(&source->last_name));
    *from = (wb_way_row){.revision = source->last_revision, .name = wb_buf_view(name)};
    source->more = false;
}

void
wb_turns_refilled(wb_way_source *source)
{
    if (!wb_turns_waits(source))
        wb_list_remove(&source->turn);
}
