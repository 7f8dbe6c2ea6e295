/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/contract/canonical_leaves.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"

#define PATH_MAX_LEN 300

static void
add(leaves *self, const char *path, wb_view value)
{
    char **lines = wb_realloc(self->lines, (self->count + 1) * sizeof *lines);
    WB_AUTO(wb_buf_fini) wb_buf line = {0};

    wb_buf_init(&line, WB_ORDER_MAX);
    wb_buf_addf(&line, "%s=%.*s", path, WB_VIEW_ARG(value));
    lines[self->count++] = wb_text_dup(wb_buf_text(&line));
    self->lines = lines;
}

static void
gather(leaves *self, wb_json *json, wb_json_ref ref, const char *path)
{
    wb_json_type type = wb_json_kind(json, ref);
    char below[PATH_MAX_LEN];
    wb_view text = wb_json_raw(json, ref);

    if (type == WB_JSON_STRING)
        ck_assert(wb_json_text(json, ref, &text, "leaf", NULL) == WB_OK);
    if (type != WB_JSON_OBJECT && type != WB_JSON_ARRAY) {
        add(self, path, text);
        return;
    }
    for (wb_json_ref at = wb_json_first(json, ref); at != WB_JSON_NONE;
         at = wb_json_next(json, at)) {
        if (type == WB_JSON_ARRAY)
            snprintf(below, sizeof below, "%s", path);
        else
            snprintf(below, sizeof below, "%s%s%.*s", path, *path ? "." : "",
                     WB_VIEW_ARG(wb_json_key(json, at)));
        gather(self, json, at, below);
    }
}

wb_rc
leaves_map(const wb_connector *connector, const wb_envelope *raw, leaves *out, wb_err *err)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    WB_AUTO(wb_json_destroy) wb_json *shown = wb_json_new();
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    const wb_field *fields = wb_canonical_fields(raw->record_kind);
    wb_mapped mapped;
    wb_rc rc = connector->map(raw, json, &mapped, err);

    if (rc)
        return rc;
    ck_assert(mapped.kind == raw->record_kind);
    wb_buf_init(&packed, WB_ORDER_MAX);
    wb_buf_init(&text, WB_BODY_MAX);
    rc = wb_canonical_encode(fields, wb_mapped_record(&mapped), &packed, err);
    wb_mapped_fini(&mapped);
    if (!rc)
        rc = wb_canonical_json(fields, wb_buf_view(&packed), 0, &text, err);
    if (!rc)
        rc = wb_json_parse(shown, wb_buf_view(&text), err);
    if (!rc)
        gather(out, shown, 0, "");
    return rc;
}

void
leaves_fini(leaves *self)
{
    for (size_t i = 0; i < self->count; i++)
        wb_free(&self->lines[i]);
    wb_free(&self->lines);
    self->count = 0;
}

bool
leaves_has(const leaves *self, const char *line)
{
    for (size_t i = 0; i < self->count; i++)
        if (strcmp(self->lines[i], line) == 0)
            return true;
    return false;
}
