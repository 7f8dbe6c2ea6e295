/* SPDX-License-Identifier: Apache-2.0 */
/*
 * last_word - reads a log's tail
 */
#include "tools/waybill/last_word.h"

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

void
wb_last_word(char *dst, size_t size, const wb_place *place, const char *instance)
{
    WB_AUTO(wb_json_destroy) wb_json *json = wb_json_new();
    char path[WB_PATH_SIZE + 128], tail[TAIL];
    WB_AUTO(wb_fd_close) int fd = -1;
    wb_view line = {tail, 0}, why = {0};
    ssize_t got;
    off_t end;

    dst[0] = '\0';
    (void)snprintf(path, sizeof path, "%s/log/%s.log", place->state, instance);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    end = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    got = end < 0 ? -1 : pread(fd, tail, sizeof tail, end > TAIL ? end - TAIL : 0);
    if (got <= 0)
        return;
    line.len = (size_t)got;
    last_line(&line);
    if (wb_json_parse(json, line, NULL) ||
        wb_json_text(json, wb_json_get(json, 0, "why"), &why, "why", NULL))
        return;
    if (why.len >= size)
        why.len = size - 1;
    wb_ignore(wb_text_set(dst, size, why, NULL), "for people: nothing is told then");
}
