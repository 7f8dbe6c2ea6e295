/* SPDX-License-Identifier: Apache-2.0 */
/*
 * resolve - what a text refers to, in its place. Start reading at the bottom.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "actors/runtime/config/options.h"
#include "protocol/base/own.h"
#include "protocol/limits.h"

/* Where the text stands. */
typedef struct {
    const wb_option_reader *reader;
    wb_spot at;
    const char *where;
} place;

void
wb_options_note(const wb_option_reader *self, wb_view piece)
{
    uint8_t both[2 * WB_SHA256_LEN];

    if (!self->digest)
        return;
    memcpy(both, self->digest, WB_SHA256_LEN);
    wb_sha256(both + WB_SHA256_LEN, piece);
    wb_sha256(self->digest, (wb_view){(const char *)both, sizeof both});
}

static void
problem(const place *at, const char *text)
{
    wb_problems_add(at->reader->problems, at->at, "%s: %s", at->where, text);
}

static bool
resolve_env(const place *at, const char *name, wb_buf *out)
{
    const char *value = getenv(name);

    if (!value) {
        wb_problems_add(at->reader->problems, at->at, "%s: environment variable %s is not set",
                        at->where, name);
        return false;
    }
    wb_buf_add_text(out, value);
    wb_options_note(at->reader, wb_view_of(value));
    return true;
}

static bool
resolve_file(const place *at, const char *name, wb_buf *out)
{
    char *path = wb_pool_path(at->reader->pool, wb_spot_base(at->at), name);
    WB_AUTO(wb_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    char *room = wb_buf_room(out, WB_SECRET_FILE_MAX + 1);
    ssize_t got = fd < 0 || !room ? -1 : read(fd, room, WB_SECRET_FILE_MAX + 1);

    if (got < 0) {
        wb_problems_add(at->reader->problems, at->at, "%s: file %s cannot be read", at->where,
                        path);
        return false;
    }
    if (got > WB_SECRET_FILE_MAX || memchr(room, 0, (size_t)got)) {
        wb_problems_add(at->reader->problems, at->at, "%s: file %s is no text of at most %d bytes",
                        at->where, path, WB_SECRET_FILE_MAX);
        return false;
    }
    if (got && room[got - 1] == '\n')
        got--;
    if (got && room[got - 1] == '\r')
        got--;
    wb_options_note(at->reader, (wb_view){room, (size_t)got});
    wb_buf_grew(out, (size_t)got);
    return true;
}

static bool
is_reference(const char *body)
{
    return (strncmp(body, "env:", 4) == 0 && body[4]) ||
           (strncmp(body, "file:", 5) == 0 && body[5]);
}

/* `text` begins behind "${"; moves it behind "}". */
static bool
resolve_one(const place *at, const char **text, wb_buf *out)
{
    const char *end = strchr(*text, '}');
    WB_AUTO(wb_free) char *body = NULL;

    if (end)
        body = wb_text_dup_len(*text, (size_t)(end - *text));
    if (body && at->reader->blind && is_reference(body)) {
        wb_problems_add(at->reader->problems, at->at, "%s: is not read", at->where);
        at->reader->problems->rows[at->reader->problems->count - 1].unread = true;
        return false;
    }
    if (body && strncmp(body, "env:", 4) == 0 && body[4]) {
        *text = end + 1;
        return resolve_env(at, body + 4, out);
    }
    if (body && strncmp(body, "file:", 5) == 0 && body[5]) {
        *text = end + 1;
        return resolve_file(at, body + 5, out);
    }
    problem(at, "a reference is ${env:NAME} or ${file:path}; for the characters ${ write $${");
    return false;
}

char *
wb_options_resolve(const wb_option_reader *self, wb_spot at, const char *where, const char *text)
{
    const place here = {self, at, where};
    wb_buf out;
    char *resolved = NULL;
    bool good = true;

    wb_buf_init(&out, WB_CONFIG_MAX);
    while (good && *text) {
        if (strncmp(text, "$${", 3) == 0) {
            wb_buf_add_text(&out, "${");
            text += 3;
        } else if (strncmp(text, "${", 2) == 0) {
            text += 2;
            good = resolve_one(&here, &text, &out);
        } else {
            wb_buf_add_char(&out, *text++);
        }
    }
    if (good && out.overflow)
        problem(&here, "too long");
    else if (good)
        resolved = wb_pool_text(self->pool, wb_buf_view(&out));
    if (out.data)
        explicit_bzero(out.data, out.cap);
    wb_buf_fini(&out);
    return resolved;
}
