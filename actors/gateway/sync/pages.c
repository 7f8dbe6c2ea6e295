/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages - a page of the tasks of all gateways, the newest first
 *
 * Each gateway tells those that it has below a place, and how far it looked. What is below where
 * any of them stopped is left for the next page: it may have others there.
 */
#include <stdlib.h>
#include <string.h>

#include "actors/gateway/sync/sync.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define ANSWER_MAX (8 * 1024 * 1024)

typedef struct {
    int64_t id;
    wb_view raw; /* in what was answered */
} entry;

typedef struct {
    entry *rows;
    size_t count, cap;
    int64_t below; /* nothing below this id counts; 0 = all do */
} page;

static int
newest_first(const void *a, const void *b)
{
    const entry *x = a, *y = b;

    return x->id < y->id ? 1 : x->id > y->id ? -1 : 0;
}

static void
take(page *self, wb_json *json)
{
    int64_t next = wb_read_int(json, 0, "next");

    self->below = next > self->below ? next : self->below;
    for (wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "tasks")); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        if (self->count == self->cap) {
            self->cap = self->cap ? self->cap * 2 : 64;
            self->rows = wb_realloc(self->rows, self->cap * sizeof *self->rows);
        }
        self->rows[self->count++] = (entry){wb_read_int(json, at, "id"), wb_json_raw(json, at)};
    }
}

static void
put_next(const wb_everywhere *self, wb_view of, int64_t last, wb_json_writer *out)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};

    wb_json_put_key(out, "next");
    if (!last) {
        wb_json_put_null(out);
        return;
    }
    wb_buf_init(&text, WB_CURSOR_TEXT_MAX);
    wb_page_cursor_put(self->call->gateway, of, (wb_view){(const char *)&last, sizeof last}, &text);
    wb_json_put_text(out, wb_buf_view(&text));
}

static void
put_rows(const page *self, size_t limit, wb_task_put put, int64_t *last, wb_json_writer *out)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    size_t shown = 0;

    *last = self->below;
    wb_json_put_key(out, "tasks");
    wb_json_open(out, '[');
    for (; shown < self->count && self->rows[shown].id >= self->below; shown++) {
        if (shown == limit) {
            *last = self->rows[shown - 1].id;
            break;
        }
        if (wb_json_parse(json, self->rows[shown].raw, NULL))
            continue;
        wb_json_open(out, '{');
        put(json, 0, out);
        wb_json_close(out, '}');
    }
    wb_json_close(out, ']');
}

void
wb_tasks_answer_page(wb_everywhere *self, wb_view of, wb_task_put put)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    page all = {0};
    wb_json_writer out;
    int64_t last = 0;

    for (size_t i = 0; i < self->count; i++)
        if (wb_everywhere_read(self, i, json))
            take(&all, json);
    if (all.count)
        qsort(all.rows, all.count, sizeof *all.rows, newest_first);
    wb_buf_init(&body, ANSWER_MAX);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    put_rows(&all, (size_t)wb_call_in_int(self->call, "limit"), put, &last, &out);
    put_next(self, of, last, &out);
    wb_everywhere_put_silent(self, &out);
    wb_json_close(&out, '}');
    wb_free(&all.rows);
    wb_call_in_answer(&self->call, 200, wb_buf_view(&body));
}

bool
wb_tasks_read_cursor(wb_call_in **call_p, wb_view of, int64_t *before)
{
    const char *text = wb_call_in_text(*call_p, "cursor");
    WB_AUTO(wb_buf_fini) wb_buf where = {0};

    *before = 0;
    if (!*text)
        return true;
    wb_buf_init(&where, sizeof *before);
    if (wb_page_cursor_read((*call_p)->gateway, of, text, &where) && where.len == sizeof *before) {
        memcpy(before, where.data, sizeof *before);
        return true;
    }
    wb_call_in_wrong_field(call_p, "query.cursor", WB_CURSOR_FOREIGN);
    return false;
}
