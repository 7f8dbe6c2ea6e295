/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/contract/allowed.h"

#include <stdio.h>
#include <string.h>

#include "tests/contract/mutate.h"

void
allowed_bare(char *dst, size_t size, const char *path)
{
    size_t len = 0;
    bool inside = false;

    for (; *path && len + 1 < size; path++) {
        if (*path == ']')
            inside = false;
        if (!inside)
            dst[len++] = *path;
        if (*path == '[')
            inside = true;
    }
    dst[len] = '\0';
}

/* Is `path` the one of a row, or what it stands in? */
static bool
leads_to(const char *path, const char *row, size_t row_len)
{
    size_t len = strlen(path);

    if (len > row_len || strncmp(path, row, len) != 0)
        return false;
    return len == row_len || strchr(".[:", row[len]);
}

bool
allowed_is(const char *allowed, const char *word, const char *op, const char *path)
{
    char row[MUTATE_PATH_MAX + 100], bare[MUTATE_PATH_MAX];
    const char *line = allowed;
    size_t head, most;

    allowed_bare(bare, sizeof bare, path);
    head = (size_t)snprintf(row, sizeof row, "%s %s%s", word, op, *op ? " " : "");
    while (line && *line) {
        size_t len = strcspn(line, "\n");

        most = len > head ? strcspn(line + head, " \n") : 0;
        if (most && strncmp(line, row, head) == 0 &&
            (leads_to(bare, line + head, most) ||
             (line[head + most - 1] == '*' && strncmp(bare, line + head, most - 1) == 0)))
            return true;
        line += len + (line[len] == '\n');
    }
    return false;
}

bool
allowed_empty(const char *allowed, const char *op, const mutation *at)
{
    bool taken_out = at->kind == MUTATE_MISSING && at->path[strlen(at->path) - 1] == ']';

    return (taken_out || wb_view_is(at->put, "[]")) && allowed_is(allowed, "empty", op, at->path);
}
