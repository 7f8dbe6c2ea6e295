/* SPDX-License-Identifier: Apache-2.0 */
/*
 * route - which operation a method and a path are
 *
 * A name in braces stands for one part of the path that is not empty. Where a word and a name fit
 * both, the word counts: "/api/sync/orders/status" is no order.
 */
#include "actors/gateway/operations.h"

#include <string.h>

/* The part of a path behind its next '/'; false = there is none. */
static bool
next_part(wb_view *path, wb_view *out)
{
    const char *end;

    if (!path->len || *path->data != '/')
        return false;
    *path = (wb_view){path->data + 1, path->len - 1};
    end = memchr(path->data, '/', path->len);
    *out = (wb_view){path->data, end ? (size_t)(end - path->data) : path->len};
    *path = (wb_view){out->data + out->len, path->len - out->len};
    return true;
}

/* How many words of the pattern are in the path; -1: it does not fit. */
static int
fit(const char *pattern, wb_view path, wb_view values[WB_PATH_MEMBERS_MAX])
{
    wb_view left = wb_view_of(pattern), want, part;
    int words = 0;
    size_t names = 0;

    while (next_part(&left, &want)) {
        if (!next_part(&path, &part))
            return -1;
        if (want.len && *want.data == '{') {
            if (!part.len || names == WB_PATH_MEMBERS_MAX)
                return -1;
            values[names++] = part;
        } else if (!wb_view_eq(want, part)) {
            return -1;
        } else {
            words++;
        }
    }
    return path.len ? -1 : words;
}

static bool
is_method(const wb_operation *operation, wb_view method)
{
    return wb_view_is(method, operation->method) ||
           (wb_view_is(method, "HEAD") && strcmp(operation->method, "GET") == 0);
}

static void
allow(wb_found *out, const char *method)
{
    size_t len = strlen(out->allow);

    if (strstr(out->allow, method) || len + strlen(method) + 3 > sizeof out->allow)
        return;
    if (len)
        memcpy(out->allow + len, ", ", 3);
    memcpy(out->allow + strlen(out->allow), method, strlen(method) + 1);
}

/* The most words that any pattern has in common with the path. */
static int
best_fit(const wb_operation *table, wb_view path)
{
    wb_view values[WB_PATH_MEMBERS_MAX];
    int best = -1;

    for (const wb_operation *at = table; at->method; at++) {
        int words = fit(at->path, path, values);

        best = words > best ? words : best;
    }
    return best;
}

void
wb_operations_find(const wb_operation *table, wb_view method, wb_view path, wb_found *out)
{
    int best = best_fit(table, path);

    *out = (wb_found){0};
    for (const wb_operation *at = table; best >= 0 && at->method && !out->operation; at++) {
        if (fit(at->path, path, out->values) != best)
            continue;
        if (is_method(at, method))
            out->operation = at;
        else
            allow(out, at->method);
    }
    out->other_method = best >= 0 && !out->operation;
    if (out->operation)
        out->allow[0] = '\0';
}
