/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/waybill/host/plan_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "actors/ask/read.h"
#include "protocol/base/own.h"

typedef struct {
    FILE *file;
    char *line;
    size_t size;
    wb_json *json;
    int64_t number, rows;
} plan_file;

static void
file_close(plan_file *self)
{
    if (self->file)
        (void)fclose(self->file);
    wb_free(&self->line); /* getline's */
    wb_json_destroy(&self->json);
}

static wb_rc
refuse(const plan_file *self, const char *what, wb_err *err)
{
    return wb_fail(err, WB_REJECT, "line %lld: %s", (long long)self->number, what);
}

/* The next line in the document; *more false: there is none. */
static wb_rc
next_line(plan_file *self, bool *more, wb_err *err)
{
    ssize_t len = getline(&self->line, &self->size, self->file);

    *more = len >= 0;
    if (len < 0)
        return ferror(self->file) ? wb_fail(err, WB_REJECT, "%s", strerror(errno)) : WB_OK;
    self->number++;
    if (wb_json_parse(self->json, (wb_view){self->line, (size_t)len}, err) ||
        wb_json_kind(self->json, 0) != WB_JSON_OBJECT)
        return refuse(self, "it is no JSON object", err);
    return WB_OK;
}

static wb_rc
check_head(plan_file *self, const char *deployment, wb_err *err)
{
    char name[128];
    bool more = false;
    wb_rc rc = next_line(self, &more, err);

    if (rc || !more || wb_read_int(self->json, 0, "waybill_plan") != 1)
        return refuse(self, "it is no plan", err);
    if (strcmp(wb_read_text(self->json, 0, "deployment", name, sizeof name), deployment) != 0)
        return wb_fail(err, WB_REJECT, "it was made of the deployment %s, this is %s", name,
                       deployment);
    return WB_OK;
}

static bool
read_one(wb_json *json, wb_json_ref row, const char *path, char *dst, size_t size)
{
    wb_view text = {NULL, 0};

    if (wb_json_text(json, wb_json_at(json, row, path), &text, path, NULL) || text.len >= size)
        return false; /* a cut key would be another record */
    (void)snprintf(dst, size, "%.*s", WB_VIEW_ARG(text));
    return true;
}

static wb_rc
read_row(plan_file *self, wb_plan_row_read *out, wb_err *err)
{
    wb_json *json = self->json;
    wb_json_ref row = wb_json_get(json, 0, "row");

    *out = (wb_plan_row_read){.revision = wb_read_int(json, row, "revision")};
    if (!read_one(json, 0, "target", out->target, sizeof out->target) ||
        !read_one(json, row, "record", out->record, sizeof out->record) ||
        !read_one(json, row, "operation", out->operation, sizeof out->operation) ||
        !read_one(json, row, "digest.state", out->state, sizeof out->state) ||
        !read_one(json, row, "digest.request", out->request, sizeof out->request) ||
        !read_one(json, row, "digest.there", out->there, sizeof out->there) || !*out->target ||
        !*out->record || !*out->state || out->revision <= 0)
        return refuse(self, "it is no row of a plan", err);
    return WB_OK;
}

/* The next row; *more false: the end was there, and all rows before it. */
static wb_rc
next_row(plan_file *self, wb_plan_row_read *out, bool *more, wb_err *err)
{
    wb_rc rc = next_line(self, more, err);

    if (rc)
        return rc;
    if (!*more)
        return refuse(self, "it ends before its end: it was cut", err);
    if (wb_json_get(self->json, 0, "row") != WB_JSON_NONE) {
        self->rows++;
        return read_row(self, out, err);
    }
    *more = false;
    return wb_json_get(self->json, 0, "rows") != WB_JSON_NONE &&
                   wb_read_int(self->json, 0, "rows") == self->rows
               ? WB_OK
               : refuse(self, "rows of it are missing", err);
}

static wb_rc
begin(plan_file *self, const char *deployment, wb_err *err)
{
    rewind(self->file);
    self->number = self->rows = 0;
    return check_head(self, deployment, err);
}

static wb_rc
read_all(plan_file *self, const char *deployment, wb_plan_each each, void *arg, int *code,
         wb_err *err)
{
    wb_plan_row_read row;
    bool more = true;
    wb_rc rc = begin(self, deployment, err);

    while (!rc && more && !*code) {
        rc = next_row(self, &row, &more, err);
        if (!rc && more && each)
            *code = each(arg, &row);
    }
    return rc;
}

wb_rc
wb_plan_read(const char *path, const char *deployment, wb_plan_each each, void *arg, int *code,
             wb_err *err)
{
    WB_AUTO(file_close) plan_file self = {.file = fopen(path, "re")};
    wb_rc rc;

    *code = 0;
    if (!self.file)
        return wb_fail(err, WB_REJECT, "%s", strerror(errno));
    self.json = wb_json_new();
    rc = read_all(&self, deployment, NULL, NULL, code, err);
    return rc ? rc : read_all(&self, deployment, each, arg, code, err);
}
