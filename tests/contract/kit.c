/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/contract/kit.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "protocol/base/own.h"

static int64_t
duration_ms(const char *text)
{
    char *unit = NULL;
    long long number = strtoll(text, &unit, 10);

    if (strcmp(unit, "s") == 0)
        return number * 1000;
    if (strcmp(unit, "m") == 0)
        return number * 60000;
    if (strcmp(unit, "h") == 0)
        return number * 3600000;
    return number;
}

/* Of one that must be given: the first. */
static int64_t
choice_of(const wb_option *row)
{
    if (!row->fallback)
        return 0;
    for (int64_t i = 0; row->choices[i]; i++)
        if (strcmp(row->choices[i], row->fallback) == 0)
            return i;
    abort();
}

static void
set_default(const wb_option *row, char *base)
{
    void *at = base + row->offset;
    const char *text = row->fallback ? row->fallback : "required";

    switch (row->type) {
    case WB_OPTION_TEXT:
    case WB_OPTION_SECRET:
        *(char **)at = *text ? wb_text_dup(text) : NULL;
        break;
    case WB_OPTION_INT:
    case WB_OPTION_BYTES:
        *(int64_t *)at = strtoll(text, NULL, 10);
        break;
    case WB_OPTION_MS:
        *(int64_t *)at = duration_ms(text);
        break;
    case WB_OPTION_BOOL:
        *(bool *)at = strcmp(text, "true") == 0;
        break;
    case WB_OPTION_CHOICE:
        *(int64_t *)at = choice_of(row);
        break;
    case WB_OPTION_TEXTS:
    case WB_OPTION_LIST:
    case WB_OPTION_MAP:
    case WB_OPTION_GROUP:
    case WB_OPTION_RAW:
    case WB_OPTION_TABLE:
    case WB_OPTION_END:
        break; /* empty */
    }
}

const wb_connector *
kit_connector(const char *name)
{
    for (size_t i = 0; wb_connectors[i]; i++)
        if (!strcmp(wb_connectors[i]->name, name))
            return wb_connectors[i];
    return NULL;
}

void
kit_init(kit *self, const wb_connector *connector)
{
    memset(self, 0, sizeof *self);
    self->connector = connector;
    self->options = wb_alloc(connector->options_size);
    for (const wb_option *row = connector->options; row->name; row++)
        set_default(row, self->options);
    self->json = wb_json_new();
    wb_request_init(&self->request);
    wb_outcomes_init(&self->out);
    self->call = (wb_call){.options = self->options,
                           .tenant = WB_VIEW_LIT("t"),
                           .account = WB_VIEW_LIT("a"),
                           .now_utc_us = KIT_NOW_US,
                           .json = self->json,
                           .items = self->items};
}

static void
forget_kept(kit *self)
{
    for (size_t i = 0; i < self->kept_count; i++)
        wb_free(&self->kept[i]);
    wb_free(&self->kept);
    self->kept_count = 0;
}

void
kit_lists(kit *self)
{
    for (const wb_option *row = self->connector->options; row->name; row++) {
        wb_option_list *list = (wb_option_list *)(void *)((char *)self->options + row->offset);

        if (row->type != WB_OPTION_LIST || list->count)
            continue;
        *list = (wb_option_list){wb_alloc(row->sub_size), 1};
        for (const wb_option *sub = row->sub; sub->name; sub++) {
            char **text = (char **)(void *)((char *)list->items + sub->offset);

            set_default(sub, list->items);
            if (sub->type == WB_OPTION_TEXT && !sub->fallback)
                kit_text(text, "a");
        }
    }
}

static void
list_fini(const wb_option *row, wb_option_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        for (const wb_option *sub = row->sub; sub->name; sub++)
            if (sub->type == WB_OPTION_TEXT || sub->type == WB_OPTION_SECRET)
                wb_free((char **)(void *)((char *)list->items + i * row->sub_size + sub->offset));
    wb_free(&list->items);
}

void
kit_rows(kit *self, const char *option, const void *rows, size_t count)
{
    const wb_option *row = self->connector->options;
    wb_option_list *list;

    while (row->name && strcmp(row->name, option) != 0)
        row++;
    assert(row->type == WB_OPTION_LIST); /* a list of that name */
    list = (wb_option_list *)(void *)((char *)self->options + row->offset);
    list_fini(row, list);
    *list = (wb_option_list){wb_alloc(count * row->sub_size), count};
    memcpy(list->items, rows, count * row->sub_size);
    for (size_t i = 0; i < count; i++)
        for (const wb_option *sub = row->sub; sub->name; sub++) {
            char **text = (char **)(void *)((char *)list->items + i * row->sub_size + sub->offset);
            const char *given = *text;

            if (sub->type != WB_OPTION_TEXT && sub->type != WB_OPTION_SECRET)
                continue;
            *text = NULL;
            if (given)
                kit_text(text, given);
        }
}

void
kit_fini(kit *self)
{
    forget_kept(self);
    wb_free(&self->cursor);
    for (const wb_option *row = self->connector->options; row->name; row++) {
        char *at = (char *)self->options + row->offset;

        if (row->type == WB_OPTION_TEXT || row->type == WB_OPTION_SECRET)
            wb_free(at);
        if (row->type == WB_OPTION_LIST)
            list_fini(row, (wb_option_list *)(void *)at);
        if (row->type == WB_OPTION_TEXTS) {
            wb_option_list *list = (wb_option_list *)(void *)at;
            char **texts = list->items;

            for (size_t i = 0; i < list->count; i++)
                wb_free(&texts[i]);
            wb_free(&list->items);
        }
    }
    wb_free(&self->options);
    wb_free(&self->copy);
    wb_free(&self->step);
    wb_free(&self->copied_headers);
    wb_buf_fini(&self->packed);
    wb_buf_fini(&self->parts);
    for (size_t i = 0; i < KIT_ITEMS_MAX; i++)
        wb_free(&self->notices[i]);
    wb_json_destroy(&self->json);
    wb_request_fini(&self->request);
    wb_outcomes_fini(&self->out);
}

void
kit_text(char **field, const char *text)
{
    wb_free(field);
    *field = text ? wb_text_dup(text) : NULL;
}

void
kit_texts(wb_option_list *field, const char *text)
{
    char **grown = wb_realloc(field->items, (field->count + 1) * sizeof *grown);

    grown[field->count] = wb_text_dup(text);
    field->items = grown;
    field->count++;
}

void
kit_op(kit *self, const char *name)
{
    self->call.op = wb_connector_op(self->connector, name);
    if (!self->call.op)
        abort();
}

wb_call_item *
kit_item_of(kit *self, wb_record_kind kind, const char *external)
{
    const wb_record_def *def = wb_record_def_of(kind);
    size_t at = self->call.item_count++;
    wb_envelope *env = &self->envs[at];

    snprintf(self->records[at], sizeof self->records[at], "t/a/%s/%s", def->name, external);
    snprintf(self->roots[at], sizeof self->roots[at], "t/shop/order/%s", external);
    *env = (wb_envelope){
        .kind = WB_KIND_NOTICE,
        .record_kind = kind,
        .tenant = WB_VIEW_LIT("t"),
        .account = WB_VIEW_LIT("a"),
        .connector = wb_view_of(self->connector->name),
        .record = wb_view_of(self->records[at]),
        .root = wb_view_of(def->root == WB_ROOT_ORDER ? self->roots[at] : NULL),
        .revision = 1767322800000000 + at,
        .trace = {1, 2, 3, 0xab},
        .span = {9, 8,  7 }
    };
    self->items[at] = (wb_call_item){.env = env, .idempotency = WB_VIEW_LIT("idem-0")};
    return &self->items[at];
}

wb_call_item *
kit_item(kit *self, const char *external)
{
    return kit_item_of(self, WB_RECORD_ORDER, external);
}

static void
on_complaint(void *arg, const char *const *names, const char *text)
{
    wb_err *err = arg;
    wb_err before = *err;

    (void)wb_fail(err, WB_FATAL, "%s%s: %s\n", before.text, names[0], text);
}

wb_rc
kit_check(kit *self)
{
    self->err = (wb_err){0};
    wb_connector_check(self->connector, self->options, &(wb_complaints){on_complaint, &self->err});
    return self->err.rc;
}

wb_rc
kit_build(kit *self)
{
    self->err = (wb_err){0};
    wb_request_clear(&self->request);
    return self->call.op->build(&self->call, &self->request, &self->err);
}

void
kit_cursor(kit *self, wb_view cursor)
{
    char *copy = wb_text_dup_len(cursor.data ? cursor.data : "", cursor.len);

    wb_free(&self->cursor);
    self->cursor = copy;
    self->call.cursor = (wb_view){cursor.len ? copy : NULL, cursor.len};
}

/* --- documents --- */

/* A document on its way through slices: what came of it so far. */
typedef struct {
    wb_view bytes;
    size_t offset;
    wb_item *items;
    size_t count;
} document;

static wb_view
keep_text(kit *self, wb_view text)
{
    if (!text.data)
        return text;
    self->kept = wb_realloc(self->kept, (self->kept_count + 1) * sizeof *self->kept);
    self->kept[self->kept_count] = wb_text_dup_len(text.data, text.len);
    return (wb_view){self->kept[self->kept_count++], text.len};
}

static void
keep_items(kit *self, document *it)
{
    for (size_t i = 0; i < self->out.item_count; i++) {
        wb_item *item;

        it->items = wb_realloc(it->items, (it->count + 1) * sizeof *it->items);
        item = &it->items[it->count++];
        *item = self->out.items[i];
        item->external = keep_text(self, item->external);
        item->what = keep_text(self, item->what);
        item->body = keep_text(self, item->body);
        item->root.external = keep_text(self, item->root.external);
        item->root.account = keep_text(self, item->root.account);
    }
}

/* Pieces of the length that the kit says, and longer until something is read of them. */
static wb_rc
read_piece(kit *self, document *it, size_t *consumed)
{
    size_t left = it->bytes.len - it->offset, want = self->piece ? self->piece : left;
    wb_rc rc;

    for (*consumed = 0; !*consumed; want *= 2) {
        wb_piece piece = {.offset = (int64_t)it->offset};
        WB_AUTO(wb_free) char *copy = NULL; /* a step beyond it is seen */

        want = want < left ? want : left;
        copy = wb_text_dup_len(it->bytes.data + it->offset, want);
        piece.bytes = (wb_view){copy, want};
        piece.end = want == left;
        wb_outcomes_clear(&self->out, self->call.item_count);
        rc = self->call.op->slice(&self->call, &piece, &self->out, &self->err);
        if (rc)
            return rc;
        *consumed = (size_t)self->out.consumed;
        if (self->out.consumed < 0 || *consumed > want)
            abort();
        if (piece.end && !*consumed)
            return left ? wb_fail(&self->err, WB_REJECT, "its end cannot be read") : WB_OK;
        keep_items(self, it); /* before the copy goes */
    }
    return WB_OK;
}

static wb_rc
read_document(kit *self, wb_view bytes)
{
    wb_view first = self->call.cursor;
    document it = {.bytes = bytes};
    size_t consumed;
    wb_rc rc;

    forget_kept(self);
    if (!self->call.page_max)
        self->call.page_max = wb_connector_batch(self->connector, self->options, self->call.op);
    do {
        rc = read_piece(self, &it, &consumed);
        it.offset += rc ? 0 : consumed;
        if (!rc && it.offset < bytes.len && self->out.cursor.len)
            self->call.cursor = keep_text(self, self->out.cursor);
    } while (!rc && it.offset < bytes.len);
    self->call.cursor = first;
    self->out.item_count = 0;
    for (size_t i = 0; !rc && i < it.count; i++)
        *wb_outcomes_item(&self->out) = it.items[i];
    self->out.cursor = keep_text(self, self->out.cursor);
    wb_free(&it.items);
    return rc;
}

wb_rc
kit_read(kit *self, int status, const char *headers, wb_view body)
{
    bool file = self->call.op->slice && status >= 200 && status <= 299;
    wb_response resp = {
        .status = status,
        .body = file ? (wb_view){"", 0}
            : body,
        .spooled = file ? (int64_t)body.len : 0,
        .headers = wb_view_of(headers),
        .sent_utc_us = self->call.now_utc_us
    };
    wb_rc rc;

    self->err = (wb_err){0};
    wb_outcomes_clear(&self->out, self->call.item_count);
    rc = self->call.op->read(&self->call, &resp, &self->out, &self->err);
    return rc || !file ? rc : read_document(self, body);
}

wb_rc
kit_read_text(kit *self, int status, const char *headers, const char *body)
{
    return kit_read(self, status, headers, wb_view_of(body));
}

char *
kit_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    wb_buf bytes;
    char *room;

    if (!file)
        return NULL;
    wb_buf_init(&bytes, (size_t)64 * 1024 * 1024);
    while ((room = wb_buf_room(&bytes, 65536))) {
        size_t got = fread(room, 1, 65536, file);

        wb_buf_grew(&bytes, got);
        if (got == 0)
            break;
    }
    fclose(file);
    *len = bytes.len;
    (void)wb_buf_text(&bytes);
    return bytes.data ? bytes.data : wb_text_dup("");
}

bool
kit_has(wb_view text, const char *part)
{
    return text.len && memmem(text.data, text.len, part, strlen(part)) != NULL;
}
