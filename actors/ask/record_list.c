/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/ask/record_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/ask/read.h"
#include "protocol/base/own.h"

/* --- asked --- */

static void
put_text(wb_json_writer *out, const char *key, const char *text)
{
    if (text && *text)
        wb_json_member_text(out, key, wb_view_of(text));
}

/* The key behind "SHARD:"; *shard: -1 = none is told. */
static const char *
read_after(const char *after, long *shard)
{
    char *end;

    *shard = -1;
    if (!after || *after < '0' || *after > '9')
        return after;
    *shard = strtol(after, &end, 10);
    if (*end == ':' && *shard <= UINT16_MAX)
        return end + 1;
    *shard = -1;
    return after;
}

void
wb_record_list_ask(const wb_record_question *question, wb_buf *body)
{
    wb_json_writer out;
    long shard;
    const char *after = read_after(question->after, &shard);

    wb_json_writer_init(&out, body);
    wb_json_open(&out, '{');
    put_text(&out, "kind", question->kind);
    put_text(&out, "status", question->status);
    put_text(&out, "prefix", question->prefix);
    put_text(&out, "after", after);
    if (shard >= 0)
        wb_json_member_int(&out, "after_shard", shard);
    wb_json_member_int(&out, "limit", question->limit);
    wb_json_close(&out, '}');
}

/* --- answered --- */

void
wb_record_list_add(wb_record_list *self, wb_json *json)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "records"));

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        wb_record_item *row;

        if (self->count == self->cap) {
            self->cap = self->cap ? 2 * self->cap : 64;
            self->rows = wb_realloc(self->rows, self->cap * sizeof *self->rows);
        }
        row = &self->rows[self->count++];
        wb_read_text(json, at, "record", row->record, sizeof row->record);
        wb_read_text(json, at, "kind", row->kind, sizeof row->kind);
        wb_read_text(json, at, "status", row->status, sizeof row->status);
        wb_read_text(json, at, "changed", row->changed, sizeof row->changed);
        row->routed = wb_read_bool(json, at, "routed");
        row->shard = (uint16_t)wb_read_int(json, at, "shard");
    }
    self->more = self->more || wb_json_get(json, 0, "next") != WB_JSON_NONE;
}

static int
by_place(const void *a, const void *b)
{
    const wb_record_item *left = a, *right = b;

    if (left->shard != right->shard)
        return left->shard < right->shard ? -1 : 1;
    return strcmp(left->record, right->record);
}

void
wb_record_list_end(wb_record_list *self, int64_t limit)
{
    if (self->count)
        qsort(self->rows, self->count, sizeof *self->rows, by_place);
    if (self->count <= (size_t)limit)
        return;
    self->count = (size_t)limit;
    self->more = true;
}

const char *
wb_record_list_next(const wb_record_list *self, char dst[WB_RECORD_NEXT_SIZE])
{
    dst[0] = '\0';
    if (self->count && self->more)
        (void)snprintf(dst, WB_RECORD_NEXT_SIZE, "%u:%s", self->rows[self->count - 1].shard,
                       self->rows[self->count - 1].record);
    return dst;
}

void
wb_record_list_put(const wb_record_list *self, wb_json_writer *out)
{
    char next[WB_RECORD_NEXT_SIZE];

    wb_json_put_key(out, "records");
    wb_json_open(out, '[');
    for (size_t i = 0; i < self->count; i++) {
        wb_json_open(out, '{');
        wb_json_member_text(out, "record", wb_view_of(self->rows[i].record));
        wb_json_member_text(out, "kind", wb_view_of(self->rows[i].kind));
        wb_json_member_text(out, "status", wb_view_of(self->rows[i].status));
        wb_json_member_text(out, "changed", wb_view_of(self->rows[i].changed));
        wb_json_member_bool(out, "routed", self->rows[i].routed);
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
    if (*wb_record_list_next(self, next))
        wb_json_member_text(out, "next", wb_view_of(next));
}

void
wb_record_list_fini(wb_record_list *self)
{
    wb_free(&self->rows);
}
