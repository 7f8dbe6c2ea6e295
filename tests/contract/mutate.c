/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mutate - a document is indexed once; each mutation is a splice of its bytes
 */
#include "tests/contract/mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"

#define LONG_TEXT 5000

typedef struct walker {
    wb_json *json;
    wb_view doc;
    wb_buf whole; /* of the mutation at hand */
    char path[MUTATE_PATH_MAX];
    mutate_fn fn;
    void *arg;
    size_t count;
} walker;

/* A value, and the member or element that it is: with its key, without commas. */
typedef struct {
    wb_json_ref ref;
    size_t from, to;   /* of the member */
    size_t value_from; /* of its value, which ends where the member does */
} place;

static const struct {
    mutate_kind kind;
    const char *json;
} puts_there[] = {
    {MUTATE_NULL,   "null"                     },
    {MUTATE_TYPE,   "true"                     },
    {MUTATE_TYPE,   "0"                        },
    {MUTATE_TYPE,   "\"\""                     },
    {MUTATE_TYPE,   "[]"                       },
    {MUTATE_TYPE,   "{}"                       },
    {MUTATE_TYPE,   "[null]"                   },
    {MUTATE_TYPE,   "{\"a\": null}"            },
    {MUTATE_ABSURD, "-1"                       },
    {MUTATE_ABSURD, "2.5"                      },
    {MUTATE_ABSURD, "1e400"                    },
    {MUTATE_ABSURD, "99999999999999999999"     },
    {MUTATE_ABSURD, "\"2026-13-45T99:99:99Z\"" },
    {MUTATE_ABSURD, "\"x\""                    },
    {MUTATE_BROKEN, "\"half \\ud83d an emoji\""},
    {MUTATE_BROKEN, "\"caf\xe9\""              },
};

const char *
mutate_kind_name(mutate_kind kind)
{
    static const char *const names[] = {"missing", "null", "type", "absurd", "broken", "twice"};

    return names[kind];
}

static void
tell(walker *self, mutate_kind kind, wb_view put, wb_view body)
{
    mutation it = {.path = self->path, .kind = kind, .put = put, .body = body};

    self->count++;
    self->fn(self->arg, &it);
}

/* The document with the bytes from..to replaced. */
static wb_view
splice(walker *self, size_t from, size_t to, wb_view put)
{
    wb_buf_clear(&self->whole);
    wb_buf_add_view(&self->whole, (wb_view){self->doc.data, from});
    wb_buf_add_view(&self->whole, put);
    wb_buf_add_view(&self->whole, (wb_view){self->doc.data + to, self->doc.len - to});
    return wb_buf_view(&self->whole);
}

static size_t
skip_blank(wb_view doc, size_t at)
{
    while (at < doc.len && strchr(" \t\r\n", doc.data[at]))
        at++;
    return at;
}

/* A member goes with the comma behind it; the last one with the comma before. */
static void
take_out(walker *self, const place *at)
{
    size_t from = at->from, to = skip_blank(self->doc, at->to);

    if (self->doc.data[to] == ',') {
        to++;
    } else {
        to = at->to;
        while (from > 0 && strchr(" \t\r\n", self->doc.data[from - 1]))
            from--;
        from = self->doc.data[from - 1] == ',' ? from - 1 : at->from;
    }
    tell(self, MUTATE_MISSING, (wb_view){NULL, 0}, splice(self, from, to, (wb_view){NULL, 0}));
}

static void
put_twice(walker *self, const place *at)
{
    WB_AUTO(wb_buf_fini) wb_buf copy = {0};

    wb_buf_init(&copy, WB_BODY_MAX);
    wb_buf_add_char(&copy, ',');
    wb_buf_add_view(&copy, (wb_view){self->doc.data + at->from, at->to - at->from});
    tell(self, MUTATE_TWICE, (wb_view){NULL, 0}, splice(self, at->to, at->to, wb_buf_view(&copy)));
}

static void
put_long(walker *self, const place *at)
{
    char text[LONG_TEXT + 2];

    memset(text, 'y', sizeof text);
    text[0] = text[sizeof text - 1] = '"';
    tell(self, MUTATE_ABSURD, (wb_view){text, sizeof text},
         splice(self, at->value_from, at->to, (wb_view){text, sizeof text}));
}

/* --- a document in a text --- */

typedef struct {
    walker *outer;
    const place *at;
} nested;

static void
on_nested(void *arg, const mutation *it)
{
    nested *self = arg;
    walker *outer = self->outer;
    size_t len = strlen(outer->path);
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_json_writer writer;
    wb_view body;

    wb_buf_init(&text, WB_BODY_MAX);
    wb_json_writer_init(&writer, &text);
    wb_json_put_text(&writer, it->body);
    snprintf(outer->path + len, sizeof outer->path - len, ":%s", it->path);
    body = splice(outer, self->at->value_from, self->at->to, wb_buf_view(&text));
    tell(outer, it->kind, it->put, body);
    outer->path[len] = '\0';
}

static void
walk_text(walker *self, const place *at)
{
    wb_view text = {NULL, 0};
    char *copy;

    if (wb_json_text(self->json, at->ref, &text, "text", NULL) || !text.len || *text.data != '{')
        return;
    copy = wb_text_dup_len(text.data, text.len);
    mutate_each((wb_view){copy, text.len}, on_nested, &(nested){self, at});
    wb_free(&copy);
}

/* --- the walk --- */

static void walk(walker *self, wb_json_ref ref);

static void
mutate_place(walker *self, const place *at)
{
    wb_view kept = {self->doc.data + at->value_from, at->to - at->value_from};

    take_out(self, at);
    for (size_t i = 0; i < WB_COUNT(puts_there); i++) {
        wb_view put = wb_view_of(puts_there[i].json);

        if (!wb_view_eq(put, kept))
            tell(self, puts_there[i].kind, put, splice(self, at->value_from, at->to, put));
    }
    put_long(self, at);
    put_twice(self, at);
    if (wb_json_kind(self->json, at->ref) == WB_JSON_STRING)
        walk_text(self, at);
    else
        walk(self, at->ref);
}

static void
walk(walker *self, wb_json_ref ref)
{
    bool object = wb_json_kind(self->json, ref) == WB_JSON_OBJECT;
    size_t len = strlen(self->path), index = 0;

    if (!object && wb_json_kind(self->json, ref) != WB_JSON_ARRAY)
        return;
    for (wb_json_ref at = wb_json_first(self->json, ref); at != WB_JSON_NONE;
         at = wb_json_next(self->json, at)) {
        wb_view raw = wb_json_raw(self->json, at);
        place here = {.ref = at, .value_from = (size_t)(raw.data - self->doc.data)};

        here.from = here.value_from;
        here.to = here.value_from + raw.len;
        if (object) {
            wb_view key = wb_json_key(self->json, at);

            here.from = (size_t)(key.data - self->doc.data) - 1;
            snprintf(self->path + len, sizeof self->path - len, "%s%.*s", len ? "." : "",
                     WB_VIEW_ARG(key));
        } else {
            snprintf(self->path + len, sizeof self->path - len, "[%zu]", index++);
        }
        mutate_place(self, &here);
        self->path[len] = '\0';
    }
}

size_t
mutate_each(wb_view body, mutate_fn fn, void *arg)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    walker self = {.json = json, .doc = body, .fn = fn, .arg = arg};

    if (wb_json_parse(json, body, NULL))
        return 0;
    wb_buf_init(&self.whole, WB_BODY_MAX);
    walk(&self, 0);
    wb_buf_fini(&self.whole);
    return self.count;
}
