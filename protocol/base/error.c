/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/base/error.h"

#include <stdio.h>
#include <string.h>

wb_rc
wb_err_set(wb_err *err, wb_rc rc, const char *file, int line, const char *fmt, ...)
{
    va_list args;

    if (!err)
        return rc;
    err->rc = rc;
    err->file = file;
    err->line = line;
    va_start(args, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    return rc;
}

/* A long chain is cut at its end: what was added last says most. */
static void
cut(char *dst, size_t size, const char *src)
{
    size_t len = strnlen(src, size - 1);

    memcpy(dst, src, len);
    dst[len] = '\0';
}

wb_rc
wb_err_note(wb_err *err, wb_rc rc, const char *fmt, ...)
{
    char was[WB_ERR_TEXT_MAX + 1];
    va_list args;
    int n;

    if (!err)
        return rc;
    memcpy(was, err->text, sizeof was);
    va_start(args, fmt);
    n = vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    if (n >= 0 && (size_t)n + 2 < sizeof err->text) {
        memcpy(err->text + n, ": ", 2);
        cut(err->text + n + 2, sizeof err->text - (size_t)n - 2, was);
    }
    err->rc = rc;
    return rc;
}
