/* SPDX-License-Identifier: Apache-2.0 */
/*
 * last_word - reads a log's tail
 */
#include "tools/waybill/host/last_word.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/json.h"

#define TAIL 8192

static void
last_line(wb_view *tail)
{
    size_t end = tail->len, begin;

    while (end && tail->data[end - 1] == '\n')
        end--;
    for (begin = end; begin && tail->data[begin - 1] != '\n'; begin--)
        ;
    *tail = (wb_view){tail->data + begin, end - begin};
}

/* `tail` holds TAIL bytes; the last line within, empty when there is none. */
static wb_view
read_last_line(char *tail, const char *path)
{
    WB_AUTO(wb_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    off_t end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    ssize_t got = end < 0 ? -1 : pread(fd, tail, TAIL, end > TAIL ? end - TAIL : 0);
    wb_view line = {tail, got > 0 ? (size_t)got : 0};

    last_line(&line);
    return line;
}

static void
put(char *dst, size_t size, wb_view text)
{
    if (text.len >= size)
        text.len = size - 1;
    wb_ignore(wb_text_set(dst, size, text, NULL), "for people: nothing is told then");
}

void
wb_last_line(char *dst, size_t size, const char *path)
{
    char tail[TAIL];

    dst[0] = '\0';
    put(dst, size, read_last_line(tail, path));
}

void
wb_last_word(char *dst, size_t size, const wb_place *place, const char *instance)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    char path[WB_PATH_SIZE + 128], tail[TAIL];
    wb_view why = {0};

    dst[0] = '\0';
    (void)snprintf(path, sizeof path, "%s/log/%s.log", place->state, instance);
    if (!wb_json_parse(json, read_last_line(tail, path), NULL) &&
        !wb_json_text(json, wb_json_get(json, 0, "why"), &why, "why", NULL))
        put(dst, size, why);
}
