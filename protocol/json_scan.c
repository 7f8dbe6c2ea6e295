/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/json_scan.h"

#include <endian.h>
#include <string.h>

#include "protocol/base/text.h"

#define REPLACEMENT 0xfffdu /* what stands for text that is broken */
const unsigned char *
wb_json_skip_tail(const unsigned char *at, const unsigned char *end)
{
    while (at < end && *at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\')
        at++;
    return at;
}

size_t
wb_json_plain(wb_view text)
{
    const unsigned char *begin = (const unsigned char *)text.data;

    return text.len ? (size_t)(wb_json_skip_plain(begin, begin + text.len) - begin) : 0;
}

static int
hex_digit(unsigned char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "\uXXXX" at `at`, or -1. */
static int
unit_at(const unsigned char *at, const unsigned char *end)
{
    int unit = 0, digit;

    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        digit = hex_digit(at[i]);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* The code point of "\uXXXX", or of a pair of them, at *at, which moves behind it; -1 = no such
 * escape; -2 = half of a pair, where *at moves behind the half. */
static int
take_unit(const unsigned char **at, const unsigned char *end)
{
    int unit = unit_at(*at, end), low;

    if (unit < 0)
        return -1;
    *at += 6;
    if (unit < 0xd800 || unit > 0xdfff)
        return unit;
    low = unit < 0xdc00 ? unit_at(*at, end) : -1;
    if (low < 0xdc00 || low > 0xdfff)
        return -2;
    *at += 6;
    return 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
}

/* What the letter behind a backslash stands for; 0 = nothing. */
static char
escaped(unsigned char letter)
{
    switch (letter) {
    case '"':
    case '\\':
    case '/':
        return (char)letter;
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return 0;
    }
}

/* Behind the escape at `at`; NULL = none. A half of a pair is marked as broken. */
static const unsigned char *
skip_escape(const unsigned char *at, const unsigned char *end, unsigned *marks)
{
    int code;

    *marks |= WB_JSON_ESCAPED;
    if (end - at < 2)
        return NULL;
    if (at[1] != 'u')
        return escaped(at[1]) ? at + 2 : NULL;
    code = take_unit(&at, end);
    if (code == 0)
        *marks |= WB_JSON_NUL;
    if (code == -2)
        *marks |= WB_JSON_BROKEN;
    return code == -1 ? NULL : at;
}

/* Behind what cannot stand as it is: an escape, a sequence above ASCII, a control byte. NULL = it
 * is a fault. */
static const unsigned char *
skip_special(const unsigned char *at, const unsigned char *end, bool tolerant, unsigned *marks)
{
    unsigned found = 0;
    size_t step;

    if (*at < 0x20)
        return tolerant ? at + 1 : NULL;
    if (*at == '\\') {
        at = skip_escape(at, end, &found);
    } else {
        step = wb_text_utf8_step(at, (size_t)(end - at));
        found = step ? 0 : WB_JSON_BROKEN;
        at += step ? step : 1;
    }
    *marks |= found;
    return !tolerant && (found & WB_JSON_BROKEN) ? NULL : at;
}

/* What is rare has a frame of its own: inlined, every plain string would pay for it. */
__attribute__((noinline)) bool
wb_json_scan_string(const unsigned char **at_p, const unsigned char *end, bool tolerant,
                    unsigned *marks)
{
    const unsigned char *at = *at_p;

    for (;;) {
        at = wb_json_skip_plain(at, end);
        *at_p = at;
        if (at == end)
            return false;
        if (*at == '"')
            return true;
        at = skip_special(at, end, tolerant, marks);
        if (!at)
            return false;
    }
}

static const unsigned char *
skip_digits(const unsigned char *at, const unsigned char *end)
{
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

/* At least one digit; false leaves *at where one is missing. */
static bool
some_digits(const unsigned char **at, const unsigned char *end)
{
    const unsigned char *begin = *at;

    *at = skip_digits(begin, end);
    return *at != begin;
}

bool
wb_json_scan_number(const unsigned char **at, const unsigned char *end)
{
    if (*at < end && **at == '-')
        ++*at;
    if (*at < end && **at == '0')
        ++*at; /* what follows a leading zero is found wrong by who expects a comma */
    else if (!some_digits(at, end))
        return false;
    if (*at < end && **at == '.') {
        ++*at;
        if (!some_digits(at, end))
            return false;
    }
    if (*at < end && (**at | 0x20) == 'e') {
        ++*at;
        if (*at < end && (**at == '+' || **at == '-'))
            ++*at;
        return some_digits(at, end);
    }
    return true;
}

static size_t
put_utf8(char *dst, unsigned code)
{
    if (code < 0x80) {
        dst[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        dst[0] = (char)(0xc0 | code >> 6);
        dst[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        dst[0] = (char)(0xe0 | code >> 12);
        dst[1] = (char)(0x80 | (code >> 6 & 0x3f));
        dst[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    dst[0] = (char)(0xf0 | code >> 18);
    dst[1] = (char)(0x80 | (code >> 12 & 0x3f));
    dst[2] = (char)(0x80 | (code >> 6 & 0x3f));
    dst[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* The scanned escape at *at, which moves behind it. */
static size_t
undo_escape(char *dst, const unsigned char **at, const unsigned char *end)
{
    unsigned char letter = (*at)[1];
    int code;

    if (letter != 'u') {
        *dst = escaped(letter);
        *at += 2;
        return 1;
    }
    code = take_unit(at, end);
    return put_utf8(dst, code < 0 ? REPLACEMENT : (unsigned)code);
}

/* A sequence as it is; U+FFFD for one that is none. */
static size_t
put_whole(char *dst, const unsigned char *at, size_t step)
{
    if (!step)
        return put_utf8(dst, REPLACEMENT);
    memcpy(dst, at, step);
    return step;
}

size_t
wb_json_undo(char *dst, wb_view raw)
{
    const unsigned char *at = (const unsigned char *)raw.data, *end = at + raw.len;
    const unsigned char *plain = at;
    size_t len = 0, step;

    for (;;) {
        at = wb_json_skip_plain(at, end);
        memcpy(dst + len, plain, (size_t)(at - plain));
        len += (size_t)(at - plain);
        if (at == end)
            return len;
        if (*at == '\\') {
            len += undo_escape(dst + len, &at, end);
        } else {
            step = wb_text_utf8_step(at, (size_t)(end - at));
            len += put_whole(dst + len, at, step);
            at += step ? step : 1;
        }
        plain = at;
    }
}
