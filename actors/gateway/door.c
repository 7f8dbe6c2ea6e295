/* SPDX-License-Identifier: Apache-2.0 */
/*
 * door - what comes in: which operation it is, who calls, and whether it has the operation's shape
 *
 * In that order, so that nobody without a key learns more than that there is no such path. The
 * pages are for everybody: they show nothing by themselves.
 */
#include "actors/gateway/caller.h"
#include "actors/gateway/pages.h"

#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"

#define VALUE_MAX 16384

/* --- its parameters --- */

static const wb_member *
member_at(const wb_member *members, wb_view name)
{
    for (; members && members->name; members++)
        if (wb_view_is(name, members->name))
            return members;
    return NULL;
}

/* '+' is a blank in a query, and a '+' in a path. */
static bool
decode(wb_view text, bool plus, wb_buf *out)
{
    WB_AUTO(wb_buf_fini) wb_buf blank = {0};

    wb_buf_init(&blank, VALUE_MAX);
    for (size_t i = 0; i < text.len; i++)
        wb_buf_add_char(&blank, plus && text.data[i] == '+' ? ' ' : text.data[i]);
    return !blank.overflow && !wb_unpercent(out, wb_buf_view(&blank), NULL);
}

static void
take_value(wb_call_in *self, const wb_member *member, wb_view raw, const char *where,
           wb_shape_errors *errors)
{
    WB_AUTO(wb_buf_fini) wb_buf value = {0};

    wb_buf_init(&value, VALUE_MAX);
    if (!decode(raw, *where == 'q', &value) || memchr(wb_buf_text(&value), 0, value.len)) {
        wb_shape_error(errors, member->name, "is not encoded as it has to be");
        return;
    }
    wb_shape_check_text(member, wb_buf_view(&value), where, errors);
    wb_buf_add(&self->members, member->name, strlen(member->name) + 1);
    wb_buf_add_view(&self->members, wb_buf_view(&value));
    wb_buf_add_char(&self->members, '\0');
}

static void
take_path(wb_call_in *self, const wb_found *found, wb_shape_errors *errors)
{
    const wb_member *member = self->operation->path_members;

    for (size_t i = 0; member && member->name; i++, member++)
        take_value(self, member, found->values[i], "path", errors);
}

static void
take_pair(wb_call_in *self, wb_view pair, wb_shape_errors *errors)
{
    const char *equals = memchr(pair.data, '=', pair.len);
    size_t len = equals ? (size_t)(equals - pair.data) : pair.len;
    const wb_member *member = member_at(self->operation->query, (wb_view){pair.data, len});

    if (!member)
        wb_shape_error(errors, "query", "has a parameter that is not known");
    else if (self->members.len && *wb_call_in_text(self, member->name) &&
             (!member->usual || strcmp(wb_call_in_text(self, member->name), member->usual) != 0))
        wb_shape_error(errors, member->name, "is given twice");
    else
        take_value(self, member,
                   equals ? (wb_view){equals + 1, pair.len - len - 1} : (wb_view){"", 0}, "query",
                   errors);
}

static void
take_query(wb_call_in *self, wb_shape_errors *errors)
{
    wb_view left = self->request->query;

    while (left.len) {
        const char *end = memchr(left.data, '&', left.len);
        size_t len = end ? (size_t)(end - left.data) : left.len;

        if (len)
            take_pair(self, (wb_view){left.data, len}, errors);
        left = (wb_view){left.data + len + (end != NULL), left.len - len - (end != NULL)};
    }
    for (const wb_member *at = self->operation->query; at && at->name; at++)
        if (at->required && !*wb_call_in_text(self, at->name))
            wb_shape_error(errors, at->name, "is missing");
}

static void
take_body(wb_call_in *self, wb_shape_errors *errors)
{
    wb_err err = {0};

    if (!self->operation->body)
        return;
    self->body = wb_json_new();
    if (wb_json_parse(self->body, self->request->body, &err))
        wb_shape_error(errors, "body", err.text);
    else
        wb_shape_check_body(self->body, self->operation->body, errors);
    if (!errors->count && wb_json_check(self->body, &err))
        wb_shape_error(errors, "body", err.text);
}

static bool
is_in_shape(wb_call_in **self_p, const wb_found *found)
{
    wb_call_in *self = *self_p;
    wb_shape_errors errors;
    bool good;

    wb_shape_errors_init(&errors);
    take_path(self, found, &errors);
    take_query(self, &errors);
    take_body(self, &errors);
    good = !errors.count;
    if (!good)
        wb_call_in_wrong(self_p, &errors);
    wb_shape_errors_fini(&errors);
    return good;
}

void
wb_door(void *gateway, wb_serve_request *request)
{
    wb_gateway *self = gateway;
    wb_call_in *call = wb_call_in_new(self, request);
    const wb_page *page = wb_page_find(request->path);
    wb_found found;

    if (page) {
        wb_call_in_page(&call, page);
        return;
    }
    wb_operations_find(self->operations, request->method, request->path, &found);
    call->operation = found.operation;
    if (found.other_method)
        wb_call_in_problem(&call, 405, "not by this method", found.allow);
    else if (!found.operation)
        wb_call_in_problem(&call, 404, "there is no such path",
                           "/openapi.json tells which there are");
    else if (wb_caller_may(&call) && is_in_shape(&call, &found))
        found.operation->run(call);
}
