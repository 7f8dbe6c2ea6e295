/* SPDX-License-Identifier: Apache-2.0 */
/*
 * openapi - the table of operations as an OpenAPI 3.1 document
 *
 * https://spec.openapis.org/oas/v3.1.0: paths by their text, each with its methods; schemas stand
 * where they are used. What each operation answers beside its own (400, 401, 403, 404, 405, 413,
 * 429, 503: problems by RFC 9457) is told once and referred to.
 */
#include "actors/gateway/operations.h"

#include <stdio.h>
#include <string.h>

#include "protocol/json.h"

static const struct {
    const char *status, *help;
    wb_role from;         /* those that may be told so: of this role and above */
    bool with_parameters; /* only where something can be wrong */
} refusals[] = {
    {"400", "Something is wrong with what was sent: errors names each field",            WB_ROLE_OPEN, true },
    {"401", "No key, or one that does not count",                                        WB_ROLE_READ, false},
    {"403", "The key may not do this",                                                   WB_ROLE_READ, false},
    {"429", "Too many requests: Retry-After tells when to come back",                    WB_ROLE_OPEN, false},
    {"503", "Whoever has to be asked is not there: Retry-After tells when to come back",
     WB_ROLE_OPEN,                                                                                     false},
};

static void put_members(const wb_member *members, wb_json_writer *out);

static const char *
type_of(const wb_member *member)
{
    static const char *const types[] = {
        [WB_SHAPE_TEXT] = "string", [WB_SHAPE_INT] = "integer",   [WB_SHAPE_BOOL] = "boolean",
        [WB_SHAPE_TIME] = "string", [WB_SHAPE_OBJECT] = "object", [WB_SHAPE_LIST] = "array",
    };

    return types[member->type];
}

static void
put_type(const wb_member *member, wb_json_writer *out)
{
    wb_json_put_key(out, "type");
    if (member->nullable) {
        wb_json_open(out, '[');
        wb_json_put_text(out, wb_view_of(type_of(member)));
        wb_json_put_text(out, WB_VIEW_LIT("null"));
        wb_json_close(out, ']');
    } else {
        wb_json_put_text(out, wb_view_of(type_of(member)));
    }
}

static void
put_words(const char *words, wb_json_writer *out)
{
    wb_view word;

    wb_json_put_key(out, "enum");
    wb_json_open(out, '[');
    while (wb_words_next(&words, &word))
        wb_json_put_text(out, word);
    wb_json_close(out, ']');
}

static void
put_bounds(const wb_member *member, wb_json_writer *out)
{
    bool text = member->type == WB_SHAPE_TEXT;

    if (member->type == WB_SHAPE_TIME)
        wb_json_member_text(out, "format", WB_VIEW_LIT("date-time"));
    if (member->type == WB_SHAPE_INT && (member->min || member->max)) {
        wb_json_member_int(out, "minimum", member->min);
        wb_json_member_int(out, "maximum", member->max);
    }
    if (text && !member->words) {
        wb_json_member_int(out, "minLength", member->min ? 1 : 0);
        wb_json_member_int(out, "maxLength", member->max ? member->max : WB_MEMBER_TEXT_MAX);
    }
}

/* A schema, as members of an open object. */
static void
put_schema(const wb_member *member, wb_json_writer *out)
{
    put_type(member, out);
    if (member->words)
        put_words(member->words, out);
    put_bounds(member, out);
    if (member->type == WB_SHAPE_OBJECT && member->members)
        put_members(member->members, out);
    if (member->type == WB_SHAPE_LIST) {
        wb_json_put_key(out, "items");
        wb_json_open(out, '{');
        wb_json_member_text(out, "type",
                            member->members ? WB_VIEW_LIT("object") : WB_VIEW_LIT("string"));
        if (member->members)
            put_members(member->members, out);
        wb_json_close(out, '}');
    }
}

static void
put_required(const wb_member *members, wb_json_writer *out)
{
    bool any = false;

    for (const wb_member *at = members; at->name; at++)
        any = any || at->required;
    if (!any)
        return;
    wb_json_put_key(out, "required");
    wb_json_open(out, '[');
    for (const wb_member *at = members; at->name; at++)
        if (at->required)
            wb_json_put_text(out, wb_view_of(at->name));
    wb_json_close(out, ']');
}

/* "properties" and what goes with them. */
static void
put_members(const wb_member *members, wb_json_writer *out)
{
    wb_json_put_key(out, "properties");
    wb_json_open(out, '{');
    for (const wb_member *at = members; at->name; at++) {
        wb_json_put_key(out, at->name);
        wb_json_open(out, '{');
        put_schema(at, out);
        wb_json_member_text(out, "description", wb_view_of(at->help));
        wb_json_close(out, '}');
    }
    wb_json_close(out, '}');
    put_required(members, out);
}

static void
put_object(const wb_member *members, bool closed, wb_json_writer *out)
{
    wb_json_put_key(out, "schema");
    wb_json_open(out, '{');
    wb_json_member_text(out, "type", WB_VIEW_LIT("object"));
    put_members(members, out);
    if (closed)
        wb_json_member_bool(out, "additionalProperties", false);
    wb_json_close(out, '}');
}

/* --- an operation --- */

static void
put_parameters_in(const wb_member *members, const char *in, wb_json_writer *out)
{
    for (const wb_member *at = members; at && at->name; at++) {
        wb_json_open(out, '{');
        wb_json_member_text(out, "name", wb_view_of(at->name));
        wb_json_member_text(out, "in", wb_view_of(in));
        wb_json_member_text(out, "description", wb_view_of(at->help));
        wb_json_member_bool(out, "required", at->required || strcmp(in, "path") == 0);
        wb_json_put_key(out, "schema");
        wb_json_open(out, '{');
        put_schema(at, out);
        if (at->usual) {
            wb_json_put_key(out, "default");
            if (at->type == WB_SHAPE_TEXT || at->type == WB_SHAPE_TIME)
                wb_json_put_text(out, wb_view_of(at->usual));
            else
                wb_json_put_raw(out, wb_view_of(at->usual));
        }
        wb_json_close(out, '}');
        wb_json_close(out, '}');
    }
}

static void
put_parameters(const wb_operation *self, wb_json_writer *out)
{
    if (!self->path_members && !self->query)
        return;
    wb_json_put_key(out, "parameters");
    wb_json_open(out, '[');
    put_parameters_in(self->path_members, "path", out);
    put_parameters_in(self->query, "query", out);
    wb_json_close(out, ']');
}

static void
put_content(const wb_member *members, const char *type, bool closed, wb_json_writer *out)
{
    wb_json_put_key(out, "content");
    wb_json_open(out, '{');
    wb_json_put_key(out, type);
    wb_json_open(out, '{');
    put_object(members, closed, out);
    wb_json_close(out, '}');
    wb_json_close(out, '}');
}

static void
put_text(const char *type, wb_json_writer *out)
{
    wb_json_put_key(out, "content");
    wb_json_open(out, '{');
    wb_json_put_key(out, type);
    wb_json_put_raw(out, WB_VIEW_LIT("{\"schema\":{\"type\":\"string\"}}"));
    wb_json_close(out, '}');
}

static void
put_body(const wb_operation *self, wb_json_writer *out)
{
    if (!self->body)
        return;
    wb_json_put_key(out, "requestBody");
    wb_json_open(out, '{');
    wb_json_member_bool(out, "required", true);
    put_content(self->body, "application/json", true, out);
    wb_json_close(out, '}');
}

static bool
tells(const wb_operation *self, const char *status)
{
    char own[8];

    for (const wb_answer_shape *at = self->answers; at->status; at++) {
        (void)snprintf(own, sizeof own, "%d", at->status);
        if (strcmp(own, status) == 0)
            return true;
    }
    return false;
}

static void
put_refusals(const wb_operation *self, wb_json_writer *out)
{
    bool some = self->path_members || self->query || self->body;
    char ref[64];

    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        if (self->role < refusals[i].from || (refusals[i].with_parameters && !some) ||
            tells(self, refusals[i].status))
            continue;
        (void)snprintf(ref, sizeof ref, "#/components/responses/%s", refusals[i].status);
        wb_json_put_key(out, refusals[i].status);
        wb_json_open(out, '{');
        wb_json_member_text(out, "$ref", wb_view_of(ref));
        wb_json_close(out, '}');
    }
}

static void
put_answers(const wb_operation *self, wb_json_writer *out)
{
    char status[8];

    wb_json_put_key(out, "responses");
    wb_json_open(out, '{');
    for (const wb_answer_shape *at = self->answers; at->status; at++) {
        (void)snprintf(status, sizeof status, "%d", at->status);
        wb_json_put_key(out, status);
        wb_json_open(out, '{');
        wb_json_member_text(out, "description", wb_view_of(at->help));
        if (self->media && at->status < 400)
            put_text(self->media, out);
        else if (at->members)
            put_content(at->members,
                        at->status < 400 ? "application/json" : "application/problem+json", false,
                        out);
        wb_json_close(out, '}');
    }
    put_refusals(self, out);
    wb_json_close(out, '}');
}

static void
put_operation(const wb_operation *self, wb_json_writer *out)
{
    char method[8];
    size_t len = strlen(self->method);

    for (size_t i = 0; i <= len && i < sizeof method; i++)
        method[i] = (char)(self->method[i] | (i < len ? 0x20 : 0));
    wb_json_put_key(out, method);
    wb_json_open(out, '{');
    wb_json_member_text(out, "operationId", wb_view_of(self->id));
    wb_json_member_text(out, "summary", wb_view_of(self->help));
    wb_json_put_key(out, "tags");
    wb_json_open(out, '[');
    wb_json_put_text(out, wb_view_of(self->group));
    wb_json_close(out, ']');
    if (self->role == WB_ROLE_OPEN) {
        wb_json_put_key(out, "security");
        wb_json_open(out, '[');
        wb_json_close(out, ']');
    } else {
        wb_json_member_text(out, "x-role", wb_view_of(wb_role_name(self->role)));
    }
    put_parameters(self, out);
    put_body(self, out);
    put_answers(self, out);
    wb_json_close(out, '}');
}

/* --- the document --- */

static bool
is_first_of_path(const wb_operation *table, const wb_operation *self)
{
    for (const wb_operation *at = table; at < self; at++)
        if (strcmp(at->path, self->path) == 0)
            return false;
    return true;
}

static void
put_paths(const wb_operation *table, wb_json_writer *out)
{
    wb_json_put_key(out, "paths");
    wb_json_open(out, '{');
    for (const wb_operation *at = table; at->method; at++) {
        if (!is_first_of_path(table, at))
            continue;
        wb_json_put_key(out, at->path);
        wb_json_open(out, '{');
        for (const wb_operation *same = at; same->method; same++)
            if (strcmp(same->path, at->path) == 0)
                put_operation(same, out);
        wb_json_close(out, '}');
    }
    wb_json_close(out, '}');
}

static const char problem[] =
    "{\"type\":\"object\",\"required\":[\"type\",\"title\",\"status\"],\"properties\":{"
    "\"type\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},"
    "\"status\":{\"type\":\"integer\"},\"detail\":{\"type\":\"string\"},"
    "\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
    "\"field\":{\"type\":\"string\"},\"message\":{\"type\":\"string\"}}}}}}";

static void
put_components(wb_json_writer *out)
{
    wb_json_put_key(out, "components");
    wb_json_open(out, '{');
    wb_json_put_key(out, "securitySchemes");
    wb_json_put_raw(out, WB_VIEW_LIT("{\"key\":{\"type\":\"http\",\"scheme\":\"bearer\"}}"));
    wb_json_put_key(out, "schemas");
    wb_json_open(out, '{');
    wb_json_put_key(out, "Problem");
    wb_json_put_raw(out, WB_VIEW_LIT(problem));
    wb_json_close(out, '}');
    wb_json_put_key(out, "responses");
    wb_json_open(out, '{');
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        wb_json_put_key(out, refusals[i].status);
        wb_json_open(out, '{');
        wb_json_member_text(out, "description", wb_view_of(refusals[i].help));
        wb_json_put_key(out, "content");
        wb_json_put_raw(out, WB_VIEW_LIT("{\"application/problem+json\":{\"schema\":{\"$ref\":"
                                         "\"#/components/schemas/Problem\"}}}"));
        wb_json_close(out, '}');
    }
    wb_json_close(out, '}');
    wb_json_close(out, '}');
}

void
wb_operations_document(const wb_operation *table, wb_buf *out)
{
    wb_json_writer writer;

    wb_json_writer_init(&writer, out);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "openapi", WB_VIEW_LIT("3.1.0"));
    wb_json_put_key(&writer, "info");
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "title", WB_VIEW_LIT("Waybill"));
    wb_json_member_text(&writer, "version", WB_VIEW_LIT(WB_VERSION));
    wb_json_close(&writer, '}');
    wb_json_put_key(&writer, "security");
    wb_json_put_raw(&writer, WB_VIEW_LIT("[{\"key\":[]}]"));
    put_paths(table, &writer);
    put_components(&writer);
    wb_json_close(&writer, '}');
}
