/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf - borrowed bytes (wb_view) and growing bytes with a ceiling (wb_buf)
 */
#ifndef WB_PROTOCOL_BASE_BUF_H
#define WB_PROTOCOL_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/base/error.h"

/* Bytes that belong to somebody else. Never NUL-terminated by promise. {NULL, 0} is "absent". */
typedef struct {
    const char *data;
    size_t len;
} wb_view;

/* A printf argument pair for "%.*s". */
#define WB_VIEW_ARG(view) (int)(view).len, (view).data ? (view).data : ""

#define WB_VIEW_LIT(literal) ((wb_view){(literal), sizeof(literal) - 1})

wb_view wb_view_of(const char *text); /* NULL gives {NULL, 0} */
bool wb_view_eq(wb_view a, wb_view b);
bool wb_view_is(wb_view a, const char *text);
bool wb_view_begins(wb_view a, wb_view with);
int wb_view_cmp(wb_view a, wb_view b); /* memcmp order, shorter first */

/* Growing bytes, born with a ceiling. An append beyond it does nothing but set `overflow`, so a
 * writer appends freely and asks once, with wb_buf_check, at its end. */
typedef struct {
    char *data;
    size_t len, cap, max;
    bool overflow;
} wb_buf;

void wb_buf_init(wb_buf *self, size_t max);
void wb_buf_fini(wb_buf *self);  /* frees; the cleanup of `WB_AUTO(wb_buf_fini) wb_buf b;` */
void wb_buf_wipe(wb_buf *self);  /* the same for what held a secret: it is overwritten first */
void wb_buf_clear(wb_buf *self); /* keeps the memory */
void wb_buf_add(wb_buf *self, const void *data, size_t len);
void wb_buf_add_view(wb_buf *self, wb_view view);
void wb_buf_add_text(wb_buf *self, const char *text);
void wb_buf_add_char(wb_buf *self, char c);
void wb_buf_addf(wb_buf *self, const char *fmt, ...) WB_PRINTF(2, 3);
/* The rare half of wb_buf_room: more memory, or, false, an overflow. */
bool wb_buf_more(wb_buf *self, size_t len);
/* Room for `len` more bytes at data + self->len, not counted until wb_buf_grew; NULL = overflow. */
static inline char *
wb_buf_room(wb_buf *self, size_t len)
{
    bool there = !self->overflow && len < self->cap - self->len;

    return there || wb_buf_more(self, len) ? self->data + self->len : NULL;
}

static inline void
wb_buf_grew(wb_buf *self, size_t len)
{
    self->len += len;
}

wb_view wb_buf_view(const wb_buf *self);
/* The content as text: a NUL is kept behind it (not counted). "" when empty. */
const char *wb_buf_text(wb_buf *self);
/* WB_REJECT when something did not fit; `what` names it. */
WB_MUST_CHECK wb_rc wb_buf_check(const wb_buf *self, const char *what, wb_err *err);

#endif
