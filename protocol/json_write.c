/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The writing half of json.h.
 */
#include <assert.h>
#include <string.h>

#include "protocol/base/clock.h"
#include "protocol/base/text.h"
#include "protocol/json.h"
#include "protocol/json_scan.h"

#define WRITER_DEPTH_MAX 63 /* a bit of `comma` each */

/* A comma when a value stands before at this level; the next one finds one. */
static void
separate(wb_json_writer *self)
{
    uint64_t bit = UINT64_C(1) << self->depth;

    if (self->comma & bit)
        wb_buf_add_char(self->out, ',');
    self->comma |= bit;
}

/* One byte that cannot stand as it is, or a sequence above ASCII; how many bytes it took. */
static size_t
put_special(wb_buf *out, const unsigned char *at, size_t left)
{
    static const char hex[] = "0123456789abcdef", names[] = "bfnrt", values[] = "\b\f\n\r\t";
    const char *value;
    size_t step;

    if (*at >= 0x80) {
        step = wb_text_utf8_step(at, left);
        if (step)
            wb_buf_add(out, at, step);
        else
            wb_buf_add(out, "\xef\xbf\xbd", 3);
        return step ? step : 1;
    }
    value = memchr(values, *at, 5);
    if (value)
        wb_buf_add(out, (char[]){'\\', names[value - values]}, 2);
    else if (*at < 0x20)
        wb_buf_add(out, (char[]){'\\', 'u', '0', '0', hex[*at >> 4], hex[*at & 15]}, 6);
    else
        wb_buf_add(out, (char[]){'\\', (char)*at}, 2);
    return 1;
}

static void
put_escaped(wb_buf *out, wb_view text)
{
    size_t run;

    wb_buf_add_char(out, '"');
    while (text.len > 0) {
        run = wb_json_plain(text);
        wb_buf_add(out, text.data, run);
        if (run < text.len)
            run += put_special(out, (const unsigned char *)text.data + run, text.len - run);
        text = (wb_view){text.data + run, text.len - run};
    }
    wb_buf_add_char(out, '"');
}

/* Most texts need no escape: one copy. */
static void
put_quoted(wb_buf *out, wb_view text)
{
    char *room;

    if (wb_json_plain(text) < text.len) {
        put_escaped(out, text);
        return;
    }
    room = wb_buf_room(out, text.len + 2);
    if (!room)
        return;
    room[0] = '"';
    if (text.len)
        memcpy(room + 1, text.data, text.len);
    room[text.len + 1] = '"';
    wb_buf_grew(out, text.len + 2);
}

static void
put_digits(wb_buf *out, uint64_t value, bool minus)
{
    char digits[24], *at = digits + sizeof digits;

    do {
        *--at = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    if (minus)
        *--at = '-';
    wb_buf_add(out, at, (size_t)(digits + sizeof digits - at));
}

void
wb_json_writer_init(wb_json_writer *self, wb_buf *out)
{
    *self = (wb_json_writer){.out = out};
}

void
wb_json_open(wb_json_writer *self, char bracket)
{
    assert(self->depth < WRITER_DEPTH_MAX);
    separate(self);
    wb_buf_add_char(self->out, bracket);
    self->depth++;
    self->comma &= ~(UINT64_C(1) << self->depth);
}

void
wb_json_close(wb_json_writer *self, char bracket)
{
    assert(self->depth > 0);
    self->depth--;
    wb_buf_add_char(self->out, bracket);
}

void
wb_json_put_key_view(wb_json_writer *self, wb_view key)
{
    separate(self);
    put_quoted(self->out, key);
    wb_buf_add_char(self->out, ':');
    self->comma &= ~(UINT64_C(1) << self->depth); /* its value follows without a comma */
}

void
wb_json_put_key(wb_json_writer *self, const char *key)
{
    size_t len = strlen(key), comma = self->comma >> self->depth & 1;
    char *room = wb_buf_room(self->out, comma + len + 3);

    if (!room)
        return;
    *room = ','; /* where none is due, the quote is written over it */
    room += comma;
    *room = '"';
    memcpy(room + 1, key, len);
    memcpy(room + 1 + len, "\":", 2);
    wb_buf_grew(self->out, comma + len + 3);
    self->comma &= ~(UINT64_C(1) << self->depth);
}

void
wb_json_put_text(wb_json_writer *self, wb_view text)
{
    separate(self);
    put_quoted(self->out, text);
}

void
wb_json_put_int(wb_json_writer *self, int64_t value)
{
    separate(self);
    put_digits(self->out, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0);
}

void
wb_json_put_uint(wb_json_writer *self, uint64_t value)
{
    separate(self);
    put_digits(self->out, value, false);
}

void
wb_json_put_bool(wb_json_writer *self, bool value)
{
    separate(self);
    wb_buf_add_text(self->out, value ? "true" : "false");
}

void
wb_json_put_null(wb_json_writer *self)
{
    separate(self);
    wb_buf_add_text(self->out, "null");
}

void
wb_json_put_raw(wb_json_writer *self, wb_view raw)
{
    separate(self);
    wb_buf_add_view(self->out, raw);
}

void
wb_json_put_time(wb_json_writer *self, int64_t utc_us)
{
    char text[WB_TIME_TEXT_MAX + 1];

    wb_time_text(text, utc_us, utc_us % WB_US_PER_S != 0);
    wb_json_put_text(self, wb_view_of(text));
}

void
wb_json_member_text(wb_json_writer *self, const char *key, wb_view text)
{
    wb_json_put_key(self, key);
    wb_json_put_text(self, text);
}

void
wb_json_member_int(wb_json_writer *self, const char *key, int64_t value)
{
    wb_json_put_key(self, key);
    wb_json_put_int(self, value);
}

void
wb_json_member_bool(wb_json_writer *self, const char *key, bool value)
{
    wb_json_put_key(self, key);
    wb_json_put_bool(self, value);
}

void
wb_json_member_time(wb_json_writer *self, const char *key, int64_t utc_us)
{
    wb_json_put_key(self, key);
    if (utc_us)
        wb_json_put_time(self, utc_us);
    else
        wb_json_put_null(self);
}
