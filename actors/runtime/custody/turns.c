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
    for (size_t i = 0; i < WB_WAY_URGENCIES; i++)
        wb_list_init(&way->waiting[i]);
}

static void
drop_first(wb_way_line *line)
{
    turn_row *row;

    assert(line->count > 0 && !wb_list_empty(&line->rows));
    row = WB_CONTAINER(wb_list_pop(&line->rows), turn_row, link);
    wb_free(&row);
    line->count--;
}

static void
forget_line(wb_way_line *line)
{
    while (line->count)
        drop_first(line);
    line->more = false;
    wb_list_remove(&line->turn);
}

void
wb_turns_forget(wb_way *way)
{
    for (size_t i = 0; i < WB_WAY_URGENCIES; i++)
        while (!wb_list_empty(&way->waiting[i]))
            forget_line(WB_CONTAINER(way->waiting[i].next, wb_way_line, turn));
}

void
wb_turns_close(wb_way *way)
{
    wb_way_source *source;

    wb_turns_forget(way);
    for (size_t at = 0; (source = wb_map_next(way->sources, &at, NULL));) {
        for (size_t i = 0; i < WB_WAY_URGENCIES; i++)
            wb_buf_fini(&source->lines[i].last_name);
        wb_free(&source);
    }
    wb_map_destroy(&way->sources);
}

static void
line_init(wb_way_line *self, wb_way_source *source, wb_link *waiting)
{
    self->source = source;
    self->waiting = waiting;
    wb_list_init(&self->rows);
    wb_buf_init(&self->last_name, WB_KEY_MAX);
}

wb_way_source *
wb_turns_source(wb_way *way, wb_view name)
{
    wb_way_source *source = wb_map_find(way->sources, name);

    if (source)
        return source;
    source = wb_alloc(sizeof *source + name.len);
    for (size_t i = 0; i < WB_WAY_URGENCIES; i++)
        line_init(&source->lines[i], source, &way->waiting[i]);
    source->name_len = name.len;
    if (name.len)
        memcpy(source->name, name.data, name.len);
    wb_map_put(way->sources, name, source);
    return source;
}

bool
wb_turns_urgent(wb_priority priority)
{
    return priority < WB_PRIORITY_BACKFILL;
}

wb_way_line *
wb_turns_line(wb_way_source *source, wb_priority priority)
{
    return &source->lines[priority <= WB_PRIORITY_MANUAL ? 0 : 1];
}

bool
wb_turns_waits(const wb_way_line *line)
{
    return line->count || line->more;
}

bool
wb_turns_over(const wb_way *way, const wb_way_source *source, size_t share)
{
    return wb_map_count(way->sources) > 1 && source->under_way >= share;
}

void
wb_turns_wait(wb_way_line *line, const wb_way_row *row)
{
    turn_row *self;

    if (!wb_list_linked(&line->turn))
        wb_list_append(line->waiting, &line->turn);
    if (line->more || line->count == ROWS_MAX) {
        line->more = true;
        return;
    }
    self = wb_alloc(sizeof *self + row->name.len);
    self->revision = row->revision;
    self->priority = row->priority;
    self->len = row->name.len;
    memcpy(self->name, row->name.data, row->name.len);
    wb_list_append(&line->rows, &self->link);
    if (++line->count < ROWS_MAX)
        return;
    line->last_revision = row->revision;
    wb_buf_clear(&line->last_name);
    wb_buf_add_view(&line->last_name, row->name);
}

wb_way_line *
wb_turns_next(const wb_way *way, size_t share)
{
    for (size_t i = 0; i < WB_WAY_URGENCIES; i++)
        for (wb_link *link = way->waiting[i].next; link != &way->waiting[i]; link = link->next) {
            wb_way_line *line = WB_CONTAINER(link, wb_way_line, turn);

            if (!wb_turns_over(way, line->source, share))
                return line;
        }
    return NULL;
}

bool
wb_turns_first(const wb_way_line *line, wb_way_row *out)
{
    const turn_row *first = WB_CONTAINER(line->rows.next, turn_row, link);

    if (!line->count)
        return false;
    *out = (wb_way_row){
        first->revision,
        {first->name,        first->len            },
        first->priority,
        {line->source->name, line->source->name_len}
    };
    return true;
}

void
wb_turns_took(wb_way_line *line)
{
    assert(wb_list_linked(&line->turn));
    drop_first(line);
    wb_list_remove(&line->turn);
    if (wb_turns_waits(line))
        wb_list_append(line->waiting, &line->turn);
}

void
wb_turns_refill(wb_way_line *line, wb_way_row *from, wb_buf *name)
{
    assert(!line->count && line->more); /* what is remembered goes first */
    wb_buf_clear(name);
    wb_buf_add_view(name, wb_buf_view(&line->last_name));
    *from = (wb_way_row){.revision = line->last_revision, .name = wb_buf_view(name)};
    line->more = false;
}

void
wb_turns_refilled(wb_way_line *line)
{
    if (!wb_turns_waits(line))
        wb_list_remove(&line->turn);
}
