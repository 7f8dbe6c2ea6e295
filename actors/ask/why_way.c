/* SPDX-License-Identifier: Apache-2.0 */
/*
 * why_way - where a record has been: its targets, its hops; and what belongs to it
 */
#include <string.h>

#include "actors/ask/inside.h"
#include "actors/ask/read.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"

#define NAME_SIZE 300

const char *
why_text_of(why_book *self, wb_json_ref ref, const char *path, size_t size)
{
    char text[WB_KEY_MAX + 1];

    return why_keep(
        self, wb_read_text(self->json, ref, path, text, size < sizeof text ? size : sizeof text));
}

/* A target that was told of it. A mark of no revision says only that a write may have left. */
void
why_put_mark(why_book *self, wb_json_ref target)
{
    wb_json_ref mark = wb_json_get(self->json, target, "mark");
    wb_why_mark *row;

    if (mark == WB_JSON_NONE || wb_read_int(self->json, mark, "revision") <= 0)
        return;
    row = why_add_row(&self->marks, sizeof *row);
    *row = (wb_why_mark){.target = why_text_of(self, target, "target", NAME_SIZE),
                         .outcome = why_text_of(self, mark, "outcome", NAME_SIZE),
                         .at = why_text_of(self, mark, "at", 40),
                         .remote_id = why_text_of(self, mark, "remote_id", NAME_SIZE)};
}

bool
why_has_mark(const why_book *self, const char *target)
{
    const wb_why_mark *marks = self->marks.items;
    size_t i = 0;

    while (i < self->marks.count && strcmp(marks[i].target, target) != 0)
        i++;
    return i < self->marks.count;
}

void
why_put_parts(why_book *self, wb_json_ref record)
{
    wb_json *json = self->json;
    wb_json_ref at = wb_json_first(json, wb_json_get(json, record, "parts"));

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        wb_why_part *part = why_add_row(&self->parts, sizeof *part);

        *part = (wb_why_part){.record = why_text_of(self, at, "record", WB_KEY_MAX + 1),
                              .kind = why_text_of(self, at, "kind", 32),
                              .status = why_text_of(self, at, "status", 32)};
    }
}

/* [point, time, point, time, ...] */
void
why_put_hops(why_book *self, wb_json_ref event, wb_why_event *out)
{
    wb_json *json = self->json;
    wb_json_ref at = wb_json_first(json, wb_json_get(json, event, "hops"));
    int64_t point, time;

    out->hop_count = 0;
    while (at != WB_JSON_NONE && out->hop_count < WB_HOPS_MAX) {
        point = time = 0;
        wb_ignore(wb_json_int(json, at, &point, "point", NULL), "reads as none");
        at = wb_json_next(json, at);
        if (at == WB_JSON_NONE)
            return;
        wb_ignore(wb_json_int(json, at, &time, "time", NULL), "reads as none");
        at = wb_json_next(json, at);
        if (point >= WB_HOP_SOURCE && point <= WB_HOP_PUSHED && time > 0)
            out->hops[out->hop_count++] = (wb_hop){.point = (uint8_t)point, .at_utc_us = time};
    }
}
