/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/base/buf.h"

#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"

wb_view
wb_view_of(const char *text)
{
    return (wb_view){text, text ? strlen(text) : 0};
}

bool
wb_view_eq(wb_view a, wb_view b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool
wb_view_begins(wb_view a, wb_view with)
{
    return a.len >= with.len && (!with.len || memcmp(a.data, with.data, with.len) == 0);
}

bool
wb_view_is(wb_view a, const char *text)
{
    return wb_view_eq(a, wb_view_of(text));
}

int
wb_view_cmp(wb_view a, wb_view b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.data, b.data, len) : 0;

    if (order)
        return order;
    return (a.len > b.len) - (a.len < b.len);
}

void
wb_buf_init(wb_buf *self, size_t max)
{
    *self = (wb_buf){.max = max};
}

void
wb_buf_fini(wb_buf *self)
{
    wb_free(&self->data);
    *self = (wb_buf){.max = self->max};
}

void
wb_buf_wipe(wb_buf *self)
{
    if (self->data)
        explicit_bzero(self->data, self->cap);
    wb_buf_fini(self);
}

void
wb_buf_clear(wb_buf *self)
{
    self->len = 0;
    self->overflow = false;
}

bool
wb_buf_more(wb_buf *self, size_t len)
{
    size_t cap = self->cap ? self->cap : 512;

    if (self->overflow || len > self->max || self->len > self->max - len) {
        self->overflow = true;
        return false;
    }
    while (cap < self->len + len + 1)
        cap *= 2;
    if (cap - 1 > self->max) /* no more than the ceiling and a NUL behind it */
        cap = self->max + 1;
    self->data = wb_realloc(self->data, cap);
    self->cap = cap;
    return true;
}

void
wb_buf_add(wb_buf *self, const void *data, size_t len)
{
    char *room = wb_buf_room(self, len);

    if (!room)
        return;
    if (len)
        memcpy(room, data, len);
    self->len += len;
}

void
wb_buf_add_view(wb_buf *self, wb_view view)
{
    wb_buf_add(self, view.data, view.len);
}

void
wb_buf_add_text(wb_buf *self, const char *text)
{
    wb_buf_add(self, text, strlen(text));
}

void
wb_buf_add_char(wb_buf *self, char c)
{
    char *room = wb_buf_room(self, 1);

    if (!room)
        return;
    *room = c;
    self->len++;
}

/* Printed where there is room, as there mostly is; if it was too little, once more. */
void
wb_buf_addf(wb_buf *self, const char *fmt, ...)
{
    size_t left = self->overflow ? 0 : self->cap - self->len;
    va_list args;
    char *room;
    int len;

    va_start(args, fmt);
    len = vsnprintf(left ? self->data + self->len : NULL, left, fmt, args);
    va_end(args);
    room = len < 0 ? NULL : wb_buf_room(self, (size_t)len);
    if (!room)
        return;
    if ((size_t)len >= left) {
        va_start(args, fmt);
        vsnprintf(room, (size_t)len + 1, fmt, args);
        va_end(args);
    }
    self->len += (size_t)len;
}

wb_view
wb_buf_view(const wb_buf *self)
{
    return (wb_view){self->data, self->len};
}

const char *
wb_buf_text(wb_buf *self)
{
    if (!self->data)
        return "";
    self->data[self->len] = '\0'; /* wb_buf_room always keeps one byte more */
    return self->data;
}

wb_rc
wb_buf_check(const wb_buf *self, const char *what, wb_err *err)
{
    if (self->overflow)
        return wb_fail(err, WB_REJECT, "%s is larger than %zu bytes", what, self->max);
    return WB_OK;
}
