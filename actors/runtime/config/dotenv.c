/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dotenv - a configuration made of environment variables, and the .env file that sets them
 *
 * The configuration holds references only: it can be written to a file and shown. Start reading at
 * the bottom.
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

/* A setting and the variables that give it, the first that is set and not empty. Without a target
 * orders are read, kept and shown, and go nowhere: a person may want to see them first. */
typedef struct {
    const char *key;
    const char *names[2];
    bool required;
} variable;

static const variable source[] = {
    {"client_id",             {"SP_API_CLIENT_ID", "AMAZON_CLIENT_ID"},         true },
    {"client_secret",         {"SP_API_CLIENT_SECRET", "AMAZON_CLIENT_SECRET"}, true },
    {"refresh_token",         {"SP_API_REFRESH_TOKEN", "AMAZON_REFRESH_TOKEN"}, true },
    {"queue_url",             {"SQS_QUEUE_URL", NULL},                          true },
    {"aws_region",            {"AWS_REGION", NULL},                             true },
    {"aws_access_key_id",     {"AWS_ACCESS_KEY_ID", NULL},                      true },
    {"aws_secret_access_key", {"AWS_SECRET_ACCESS_KEY", NULL},                  true },
    {"aws_session_token",     {"AWS_SESSION_TOKEN", NULL},                      false},
    {"endpoint",              {"SP_API_ENDPOINT", NULL},                        false},
    {"lwa_endpoint",          {"LWA_ENDPOINT", NULL},                           false},
    {"sqs_endpoint",          {"AWS_ENDPOINT_URL_SQS", NULL},                   false},
};
static const variable target[] = {
    {"url",    {"ERP_WEBHOOK_URL", NULL},    true },
    {"secret", {"ERP_WEBHOOK_SECRET", NULL}, false},
};

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

static wb_rc
load_dotenv(const char *path, wb_err *err)
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

static const char *
name_set(const variable *self)
{
    for (size_t i = 0; i < WB_COUNT(self->names) && self->names[i]; i++) {
        const char *value = getenv(self->names[i]);

        if (value && value[0])
            return self->names[i];
    }
    return NULL;
}

static bool
any_set(const variable *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (name_set(&rows[i]))
            return true;
    return false;
}

static void
put(wb_buf *out, const char *indent, const variable *rows, size_t count, wb_buf *missing)
{
    for (size_t i = 0; i < count; i++) {
        const char *name = name_set(&rows[i]);

        if (name)
            wb_buf_addf(out, "%s%s: ${env:%s}\n", indent, rows[i].key, name);
        else if (rows[i].required)
            wb_buf_addf(missing, rows[i].names[1] ? "%s%s (or %s)" : "%s%s",
                        missing->len ? ", " : "", rows[i].names[0], rows[i].names[1]);
    }
}

wb_rc
wb_config_from_env(wb_buf *out, const char *path, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf missing = {0};
    wb_rc rc = path ? load_dotenv(path, err) : WB_OK;

    wb_buf_init(&missing, 1024);
    if (rc)
        return rc;
    wb_buf_add_text(out, "# made from environment variables\n");
    wb_buf_add_text(out, "accounts:\n  amazon:\n    connector: amazon\n    options:\n");
    put(out, "      ", source, WB_COUNT(source), &missing);
    if (any_set(target, WB_COUNT(target))) {
        wb_buf_add_text(out, "  erp:\n    connector: webhook\n    options:\n");
        put(out, "      ", target, WB_COUNT(target), &missing);
        wb_buf_add_text(out, "routes:\n  - from: amazon\n    kind: order\n    to: erp\n");
    }
    if (missing.len)
        return wb_fail(err, WB_FATAL, "environment variables not set: %s", wb_buf_text(&missing));
    return WB_OK;
}
