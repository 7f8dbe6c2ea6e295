/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/json_scan.h"

#include <endian.h>
#include <string.h>

#include "protocol/base/text.h"

#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* The high bit of each byte that ends a run of plain ones: a quote, a backslash, a control byte or
 * one above 0x7f. Borrows may set bits above the first true one, never below it. */
static uint64_t
special(uint64_t word)
{
    uint64_t quote = word ^ EACH_BYTE('"'), back = word ^ EACH_BYTE('\\');

    return (((quote - EACH_BYTE(1)) & ~quote) | ((back - EACH_BYTE(1)) & ~back) |
            ((word - EACH_BYTE(0x20)) & ~word) | word) &
           EACH_BYTE(0x80);
}

static const unsigned char *
skip_plain(const unsigned char *at, const unsigned char *end)
{
    uint64_t word, found;

    while (end - at >= 8) {
        memcpy(&word, at, sizeof word);
        found = special(le64toh(word));
        if (found)
            return at + __builtin_ctzll(found) / 8;
        at += 8;
    }
    while (at < end && *at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\')
        at++;
    return at;
}

size_t
wb_json_plain(wb_view text)
{
    const unsigned char *begin = (const unsigned char *)text.data;

    return text.len ? (size_t)(skip_plain(begin, begin + text.len) - begin) : 0;
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

/* Behind the escape at `at`; NULL = none. A surrogate must have its other half. */
static const unsigned char *
skip_escape(const unsigned char *at, const unsigned char *end, unsigned *marks)
{
    int unit, low;

    *marks |= WB_JSON_ESCAPED;
    if (end - at < 2)
        return NULL;
    if (at[1] != 'u')
        return memchr("\"\\/bfnrt", at[1], 8) ? at + 2 : NULL;
    unit = unit_at(at, end);
    if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff))
        return NULL;
    if (unit == 0)
        *marks |= WB_JSON_NUL;
    if (unit < 0xd800 || unit > 0xdfff)
        return at + 6;
    low = unit_at(at + 6, end);
    return low >= 0xdc00 && low <= 0xdfff ? at + 12 : NULL;
}

bool
wb_json_scan_string(const unsigned char **at_p, const unsigned char *end, unsigned *marks)
{
    const unsigned char *at = *at_p;
    size_t step;

    for (;;) {
        at = skip_plain(at, end);
        *at_p = at;
        if (at == end || *at < 0x20)
            return false;
        if (*at == '"')
            return true;
        if (*at == '\\') {
            at = skip_escape(at, end, marks);
            if (!at)
                return false;
            continue;
        }
        step = wb_text_utf8_step(at, (size_t)(end - at));
        if (step == 0)
            return false;
        at += step;
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
    static const char names[] = "bfnrt", values[] = "\b\f\n\r\t";
    unsigned char c = (*at)[1];
    const char *name;
    unsigned code;

    if (c != 'u') {
        name = memchr(names, c, 5);
        *dst = name ? values[name - names] : (char)c;
        *at += 2;
        return 1;
    }
    code = (unsigned)unit_at(*at, end);
    *at += 6;
    if (code >= 0xd800 && code <= 0xdfff) {
        code = 0x10000 + ((code - 0xd800) << 10) + ((unsigned)unit_at(*at, end) - 0xdc00);
        *at += 6;
    }
    return put_utf8(dst, code);
}

size_t
wb_json_undo(char *dst, wb_view raw)
{
    const unsigned char *at = (const unsigned char *)raw.data, *end = at + raw.len, *escape;
    size_t len = 0, run;

    while (at < end) {
        escape = memchr(at, '\\', (size_t)(end - at));
        run = (size_t)((escape ? escape : end) - at);
        memcpy(dst + len, at, run);
        len += run;
        at += run;
        if (escape)
            len += undo_escape(dst + len, &at, end);
    }
    return len;
}
