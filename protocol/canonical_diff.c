/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What differs between two packed records, field by field, by their table.
 *
 * Both are written as JSON and indexed: one writer makes both, so that what is the same is the same
 * text. Items of a list are paired by their key (the row that says so), else by their place.
 */
#include <stdio.h>

#include "protocol/base/own.h"
#include "protocol/canonical.h"
#include "protocol/json.h"
#include "protocol/limits.h"

#define PATH_MAX_BYTES 1024

typedef struct {
    wb_buf text;
    wb_json *json;
} side;

typedef struct {
    side from, to;
    unsigned hide;
    wb_diff_each each;
    void *arg;
    wb_buf path;
} differ;

/* A value on each side; WB_JSON_NONE = it is not there. */
typedef struct {
    wb_json_ref from, to;
} pair;

static void diff_record(differ *self, const wb_field *fields, pair at);

static wb_view
raw_of(const side *self, wb_json_ref ref)
{
    return ref == WB_JSON_NONE ? (wb_view){NULL, 0} : wb_json_raw(self->json, ref);
}

static void
diff_value(differ *self, const wb_field *field, pair at)
{
    wb_field_change change = {.path = wb_buf_view(&self->path),
                              .from = raw_of(&self->from, at.from),
                              .to = raw_of(&self->to, at.to)};

    if (wb_view_eq(change.from, change.to))
        return;
    if (field->flags & self->hide) {
        change.hidden = true;
        change.from = change.from.data ? WB_VIEW_LIT("\"***\"") : change.from;
        change.to = change.to.data ? WB_VIEW_LIT("\"***\"") : change.to;
    }
    self->each(self->arg, &change);
}

static const wb_field *
key_of(const wb_field *fields)
{
    while (fields->type && !(fields->flags & WB_FIELD_KEY))
        fields++;
    return fields->type ? fields : NULL;
}

/* The item of the other side that bears the same key; NONE = there is none. */
static wb_json_ref
partner_of(const side *self, wb_json_ref list, const wb_field *key, wb_view raw)
{
    wb_json_ref at = wb_json_first(self->json, list);

    while (at != WB_JSON_NONE &&
           !wb_view_eq(raw_of(self, wb_json_get(self->json, at, key->name)), raw))
        at = wb_json_next(self->json, at);
    return at;
}

/* Two items of one key cannot be told apart by it, nor those without. */
static bool
are_told_apart(const side *self, wb_json_ref list, const wb_field *key)
{
    for (wb_json_ref at = wb_json_first(self->json, list); at != WB_JSON_NONE;
         at = wb_json_next(self->json, at)) {
        wb_view name = raw_of(self, wb_json_get(self->json, at, key->name));

        if (!name.len || partner_of(self, list, key, name) != at)
            return false;
    }
    return true;
}

/* "lines[L1]": a key is a text, and stands without its quotes. */
static void
diff_item(differ *self, const wb_field *field, pair at, wb_view name)
{
    size_t len = self->path.len;

    if (name.len >= 2 && name.data[0] == '"')
        name = (wb_view){name.data + 1, name.len - 2};
    wb_buf_addf(&self->path, "[%.*s]", WB_VIEW_ARG(name));
    diff_record(self, field->sub, at);
    self->path.len = len;
}

static void
diff_keyed(differ *self, const wb_field *field, const wb_field *key, pair lists)
{
    side *from = &self->from, *to = &self->to;
    wb_json_ref at;

    for (at = wb_json_first(to->json, lists.to); at != WB_JSON_NONE;
         at = wb_json_next(to->json, at)) {
        wb_view name = raw_of(to, wb_json_get(to->json, at, key->name));

        diff_item(self, field, (pair){partner_of(from, lists.from, key, name), at}, name);
    }
    for (at = wb_json_first(from->json, lists.from); at != WB_JSON_NONE;
         at = wb_json_next(from->json, at)) {
        wb_view name = raw_of(from, wb_json_get(from->json, at, key->name));

        if (partner_of(to, lists.to, key, name) == WB_JSON_NONE)
            diff_item(self, field, (pair){at, WB_JSON_NONE}, name);
    }
}

static void
diff_list(differ *self, const wb_field *field, pair lists)
{
    const wb_field *key = key_of(field->sub);
    pair at = {wb_json_first(self->from.json, lists.from), wb_json_first(self->to.json, lists.to)};
    char name[24];

    if (key && are_told_apart(&self->from, lists.from, key) &&
        are_told_apart(&self->to, lists.to, key)) {
        diff_keyed(self, field, key, lists);
        return;
    }
    for (int i = 0; at.from != WB_JSON_NONE || at.to != WB_JSON_NONE; i++) {
        (void)snprintf(name, sizeof name, "%d", i);
        diff_item(self, field, at, wb_view_of(name));
        at.from = at.from == WB_JSON_NONE ? at.from : wb_json_next(self->from.json, at.from);
        at.to = at.to == WB_JSON_NONE ? at.to : wb_json_next(self->to.json, at.to);
    }
}

static void
diff_field(differ *self, const wb_field *field, pair at)
{
    bool whole = (field->flags & self->hide) != 0;

    if (field->type == WB_FIELD_GROUP && !whole)
        diff_record(self, field->sub, at);
    else if (field->type == WB_FIELD_LIST && !whole)
        diff_list(self, field, at);
    else
        diff_value(self, field, at);
}

static void
diff_record(differ *self, const wb_field *fields, pair at)
{
    size_t len = self->path.len;

    for (; fields->type; fields++) {
        if (len)
            wb_buf_add_char(&self->path, '.');
        wb_buf_add_text(&self->path, fields->name);
        diff_field(self, fields,
                   (pair){wb_json_get(self->from.json, at.from, fields->name),
                          wb_json_get(self->to.json, at.to, fields->name)});
        self->path.len = len;
    }
}

static void
side_fini(side *self)
{
    wb_buf_fini(&self->text);
    wb_json_destroy(&self->json);
}

/* Of nothing all fields are absent. */
static wb_rc
side_init(side *self, const wb_field *fields, wb_view packed, wb_err *err)
{
    wb_rc rc;

    wb_buf_init(&self->text, 4 * WB_BODY_MAX);
    self->json = wb_json_new();
    rc = wb_canonical_json(fields, packed.len ? packed : WB_VIEW_LIT("\x80"), 0, &self->text, err);
    return rc ? rc : wb_json_parse(self->json, wb_buf_view(&self->text), err);
}

wb_rc
wb_canonical_diff(const wb_field *fields, const wb_diff *what, wb_diff_each each, void *arg,
                  wb_err *err)
{
    WB_AUTO(side_fini) side from = {0};
    WB_AUTO(side_fini) side to = {0};
    differ self = {.hide = what->hide, .each = each, .arg = arg};
    wb_rc rc = side_init(&from, fields, what->from, err);

    rc = rc ? rc : side_init(&to, fields, what->to, err);
    if (rc)
        return rc;
    self.from = from;
    self.to = to;
    wb_buf_init(&self.path, PATH_MAX_BYTES);
    diff_record(&self, fields, (pair){0, 0});
    wb_buf_fini(&self.path);
    return WB_OK;
}
