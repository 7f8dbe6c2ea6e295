/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dotenv - a .env file into the environment, where a variable is not set yet
 */
#include "actors/runtime/config/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "protocol/base/own.h"
#include "protocol/limits.h"

#define VALUE_MAX 65536 /* of one line */

static bool
name_char(char c, bool first)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' ||
           (!first && c >= '0' && c <= '9');
}

static wb_view
trim(wb_view text)
{
    while (text.len && strchr(" \t\r", text.data[0])) {
        text.data++;
        text.len--;
    }
    while (text.len && strchr(" \t\r", text.data[text.len - 1]))
        text.len--;
    return text;
}

/* The characters behind a backslash within double quotes. */
static char
unescaped(char c)
{
    return c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
}

static wb_rc
quoted(wb_buf *out, wb_view text, int line, wb_err *err)
{
    char quote = text.data[0];
    size_t i;

    for (i = 1; i < text.len && text.data[i] != quote; i++) {
        if (quote == '"' && text.data[i] == '\\' && i + 1 < text.len)
            wb_buf_add_char(out, unescaped(text.data[++i]));
        else
            wb_buf_add_char(out, text.data[i]);
    }
    if (i >= text.len)
        return wb_fail(err, WB_FATAL, "line %d: the quote does not end", line);
    text = trim((wb_view){text.data + i + 1, text.len - i - 1});
    if (text.len && text.data[0] != '#')
        return wb_fail(err, WB_FATAL, "line %d: something follows the quote's end", line);
    return WB_OK;
}

static void
unquoted(wb_buf *out, wb_view text)
{
    size_t len = text.len;

    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '#' && (i == 0 || strchr(" \t", text.data[i - 1]))) {
            len = i;
            break;
        }
    }
    wb_buf_add_view(out, trim((wb_view){text.data, len}));
}

/* "NAME=value", "export NAME='value'  # why" */
static wb_rc
read_line(wb_view line_text, int line, wb_dotenv_each each, void *arg, wb_err *err)
{
    wb_view text = trim(line_text);
    WB_AUTO(wb_free) char *name = NULL;
    WB_AUTO(wb_buf_wipe) wb_buf value = {0};
    size_t len = 0;
    wb_rc rc = WB_OK;

    wb_buf_init(&value, VALUE_MAX);
    if (!text.len || text.data[0] == '#')
        return WB_OK;
    if (text.len > 7 && memcmp(text.data, "export ", 7) == 0)
        text = trim((wb_view){text.data + 7, text.len - 7});
    while (len < text.len && name_char(text.data[len], len == 0))
        len++;
    if (!len || len == text.len || text.data[len] != '=')
        return wb_fail(err, WB_FATAL, "line %d: not NAME=value", line);
    name = wb_text_dup_len(text.data, len);
    text = trim((wb_view){text.data + len + 1, text.len - len - 1});
    if (text.len && (text.data[0] == '"' || text.data[0] == '\''))
        rc = quoted(&value, text, line, err);
    else
        unquoted(&value, text);
    if (!rc)
        rc = wb_buf_check(&value, name, err);
    return rc ? rc : each(arg, name, wb_buf_text(&value), err);
}

wb_rc
wb_dotenv_read(wb_view text, wb_dotenv_each each, void *arg, wb_err *err)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* some editors put it in front of UTF-8 */
    const char *end;
    wb_rc rc = WB_OK;

    if (text.len && memchr(text.data, 0, text.len))
        return wb_fail(err, WB_FATAL, "not a text file");
    if (text.len >= sizeof mark - 1 && memcmp(text.data, mark, sizeof mark - 1) == 0)
        text = (wb_view){text.data + sizeof mark - 1, text.len - (sizeof mark - 1)};
    for (int line = 1; text.len && !rc; line++) {
        end = memchr(text.data, '\n', text.len);
        size_t len = end ? (size_t)(end - text.data) : text.len;

        rc = read_line((wb_view){text.data, len}, line, each, arg, err);
        len += end ? 1 : 0;
        text = (wb_view){text.data + len, text.len - len};
    }
    return rc;
}

static wb_rc
set_variable(void *arg, const char *name, const char *value, wb_err *err)
{
    const char *present = getenv(name);

    (void)arg;
    return setenv(name, value, !present || !present[0])
               ? wb_fail(err, WB_FATAL, "%s cannot be set: %m", name)
               : WB_OK;
}

wb_rc
wb_dotenv_load(const char *path, wb_err *err)
{
    WB_AUTO(wb_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    WB_AUTO(wb_buf_wipe) wb_buf text = {0};
    char *room;
    ssize_t got;
    wb_rc rc;

    wb_buf_init(&text, WB_CONFIG_MAX + 1);
    room = wb_buf_room(&text, WB_CONFIG_MAX + 1);
    got = fd < 0 || !room ? -1 : read(fd, room, WB_CONFIG_MAX + 1);
    if (got < 0)
        return wb_fail(err, WB_FATAL, "%s cannot be read: %s", path, strerror(errno));
    if (got > WB_CONFIG_MAX)
        return wb_fail(err, WB_FATAL, "%s is larger than %d bytes", path, WB_CONFIG_MAX);
    wb_buf_grew(&text, (size_t)got);
    rc = wb_dotenv_read(wb_buf_view(&text), set_variable, NULL, err);
    return rc ? wb_note(err, rc, "%s", path) : WB_OK;
}
