/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/base/text.h"

#include <string.h>

#include "protocol/base/own.h"

static char
lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

/* -1: no hex digit. */
static int
hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool
plain(char c)
{
    char l = lower(c);

    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
           c == '~';
}

/* Levenshtein over at most 63 bytes, one row. */
static size_t
distance(wb_view a, wb_view b)
{
    size_t row[64], diagonal, above, best;

    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            above = row[j];
            best = diagonal + (lower(a.data[i - 1]) != lower(b.data[j - 1]));
            best = above + 1 < best ? above + 1 : best;
            row[j] = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
            diagonal = above;
        }
    }
    return row[b.len];
}

wb_rc
wb_text_set(char *dst, size_t size, wb_view src, wb_err *err)
{
    if (src.len >= size)
        return wb_fail(err, WB_REJECT, "text of %zu bytes where %zu fit", src.len, size - 1);
    if (src.len && memchr(src.data, 0, src.len))
        return wb_fail(err, WB_REJECT, "text with a NUL");
    if (src.len)
        memcpy(dst, src.data, src.len);
    dst[src.len] = '\0';
    return WB_OK;
}

void
wb_text_tame(char *dst, size_t size, wb_view text)
{
    size_t len = text.len < size - 1 ? text.len : size - 1;

    for (size_t i = 0; i < len; i++)
        dst[i] = text.data[i] >= 0x20 && text.data[i] < 0x7f ? text.data[i] : '?';
    dst[len] = '\0';
}

wb_rc
wb_text_uint(uint64_t *out, wb_view text, wb_err *err)
{
    uint64_t value = 0;

    if (text.len == 0)
        return wb_fail(err, WB_REJECT, "no number");
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return wb_fail(err, WB_REJECT, "not a whole number");
        if (__builtin_mul_overflow(value, 10u, &value) ||
            __builtin_add_overflow(value, (uint64_t)(text.data[i] - '0'), &value))
            return wb_fail(err, WB_REJECT, "number out of range");
    }
    *out = value;
    return WB_OK;
}

wb_rc
wb_text_int(int64_t *out, wb_view text, wb_err *err)
{
    bool minus = text.len > 0 && text.data[0] == '-';
    wb_view digits = minus ? (wb_view){text.data + 1, text.len - 1} : text;
    uint64_t limit = (uint64_t)INT64_MAX + (minus ? 1 : 0), value;
    wb_rc rc = wb_text_uint(&value, digits, err);

    if (rc)
        return rc;
    if (value > limit)
        return wb_fail(err, WB_REJECT, "number out of range");
    *out = minus ? (int64_t)(0 - value) : (int64_t)value;
    return WB_OK;
}

bool
wb_text_same_nocase(wb_view a, wb_view b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (a.data[i] != b.data[i] && lower(a.data[i]) != lower(b.data[i]))
            return false;
    return true;
}

/* Overlong forms, surrogates, and what is above U+10FFFF show in the second byte. */
static bool
second_is_good(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xe0:
        return second >= 0xa0 && second <= 0xbf;
    case 0xed:
        return second >= 0x80 && second <= 0x9f;
    case 0xf0:
        return second >= 0x90 && second <= 0xbf;
    case 0xf4:
        return second >= 0x80 && second <= 0x8f;
    default:
        return (second & 0xc0) == 0x80;
    }
}

/* Bytes of the character that `first` begins; 0 = none begins so. */
static size_t
utf8_len(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

size_t
wb_text_utf8_step(const unsigned char *at, size_t left)
{
    size_t len = utf8_len(at[0]);

    if (len < 2)
        return len;
    if (left < len || !second_is_good(at[0], at[1]))
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

/* Letters of any script. Not: controls (ASCII, U+0080 to 9F), and what only moves others about
 * (U+200B to 200F, 2028 to 202E, 2060 to 206F, FEFF). */
static bool
is_word(const unsigned char *at, size_t step)
{
    if (step == 1)
        return at[0] >= 0x20 && at[0] < 0x7f;
    if (step == 2)
        return at[0] != 0xc2 || at[1] >= 0xa0;
    if (step == 3 && at[0] == 0xe2 && at[1] == 0x80)
        return !(at[2] >= 0x8b && at[2] <= 0x8f) && !(at[2] >= 0xa8 && at[2] <= 0xae);
    if (step == 3 && at[0] == 0xe2 && at[1] == 0x81)
        return at[2] < 0xa0 || at[2] > 0xaf;
    return !(step == 3 && at[0] == 0xef && at[1] == 0xbb && at[2] == 0xbf);
}

void
wb_text_tame_words(char *dst, size_t size, wb_view text)
{
    const unsigned char *at = (const unsigned char *)text.data;
    size_t left = text.len, len = 0, step;

    while (left > 0 && len + 1 < size) {
        step = wb_text_utf8_step(at, left);
        if (step == 0 || !is_word(at, step)) {
            dst[len++] = '?';
            step = step ? step : 1;
        } else if (len + step < size) {
            memcpy(dst + len, at, step);
            len += step;
        } else {
            break;
        }
        at += step;
        left -= step;
    }
    dst[len] = '\0';
}

bool
wb_text_is_utf8(wb_view text)
{
    const unsigned char *at = (const unsigned char *)text.data;
    size_t left = text.len, step;

    while (left > 0) {
        step = wb_text_utf8_step(at, left);
        if (step == 0)
            return false;
        at += step;
        left -= step;
    }
    return true;
}

void
wb_hex(char *dst, const void *bytes, size_t len)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *at = bytes;

    for (size_t i = 0; i < len; i++) {
        dst[2 * i] = digits[at[i] >> 4];
        dst[2 * i + 1] = digits[at[i] & 15];
    }
    dst[2 * len] = '\0';
}

wb_rc
wb_unhex(void *dst, size_t len, wb_view hex, wb_err *err)
{
    unsigned char *at = dst;

    if (hex.len != 2 * len)
        return wb_fail(err, WB_REJECT, "%zu hex digits where %zu are due", hex.len, 2 * len);
    for (size_t i = 0; i < hex.len; i++)
        if (hex_value(hex.data[i]) < 0)
            return wb_fail(err, WB_REJECT, "not a hex digit at %zu", i);
    for (size_t i = 0; i < len; i++)
        at[i] = (unsigned char)(hex_value(hex.data[2 * i]) * 16 + hex_value(hex.data[2 * i + 1]));
    return WB_OK;
}

void
wb_base64(wb_buf *out, wb_view bytes)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *at = (const unsigned char *)bytes.data;
    size_t len = (bytes.len + 2) / 3 * 4, left;
    char *room = wb_buf_room(out, len);
    uint32_t group;

    if (!room)
        return;
    for (size_t i = 0; i < bytes.len; i += 3, room += 4) {
        left = bytes.len - i;
        group = (uint32_t)at[i] << 16;
        group |= left > 1 ? (uint32_t)at[i + 1] << 8 : 0;
        group |= left > 2 ? at[i + 2] : 0;
        room[0] = digits[group >> 18];
        room[1] = digits[group >> 12 & 63];
        room[2] = left > 1 ? digits[group >> 6 & 63] : '=';
        room[3] = left > 2 ? digits[group & 63] : '=';
    }
    wb_buf_grew(out, len);
}

static int
base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four characters of which `pad` are padding; false = another character, or bits left over. */
static bool
base64_group(unsigned char out[3], const char *at, size_t pad)
{
    uint32_t group = 0;
    int value;

    for (size_t i = 0; i < 4; i++) {
        value = i < 4 - pad ? base64_value(at[i]) : 0;
        if (value < 0)
            return false;
        group = group << 6 | (uint32_t)value;
    }
    for (size_t i = 0; i < 3; i++)
        out[i] = (unsigned char)(group >> (16 - 8 * i));
    return (pad < 1 || out[2] == 0) && (pad < 2 || out[1] == 0);
}

wb_rc
wb_unbase64(wb_buf *out, wb_view base64, wb_err *err)
{
    size_t len = base64.len / 4 * 3, pad = 0;
    unsigned char *room;

    if (base64.len % 4)
        return wb_fail(err, WB_REJECT, "%zu base64 characters are no whole groups", base64.len);
    while (pad < 2 && pad < base64.len && base64.data[base64.len - 1 - pad] == '=')
        pad++;
    room = (unsigned char *)wb_buf_room(out, len);
    if (!room)
        return wb_buf_check(out, "decoded base64", err);
    for (size_t i = 0; i < base64.len; i += 4, room += 3)
        if (!base64_group(room, base64.data + i, i + 4 == base64.len ? pad : 0))
            return wb_fail(err, WB_REJECT, "bad base64 in the four characters at %zu", i);
    wb_buf_grew(out, len - pad);
    return WB_OK;
}

void
wb_percent(wb_buf *out, wb_view text, const char *also)
{
    static const char digits[] = "0123456789ABCDEF";

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];

        if (plain((char)c) || (also && c && strchr(also, c)))
            wb_buf_add_char(out, (char)c);
        else
            wb_buf_add(out, (char[]){'%', digits[c >> 4], digits[c & 15]}, 3);
    }
}

wb_rc
wb_unpercent(wb_buf *out, wb_view text, wb_err *err)
{
    int high, low;

    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] != '%') {
            wb_buf_add_char(out, text.data[i]);
            continue;
        }
        high = i + 2 < text.len ? hex_value(text.data[i + 1]) : -1;
        low = i + 2 < text.len ? hex_value(text.data[i + 2]) : -1;
        if (high < 0 || low < 0)
            return wb_fail(err, WB_REJECT, "bad percent escape at %zu", i);
        wb_buf_add_char(out, (char)(high * 16 + low));
        i += 2;
    }
    return WB_OK;
}

const char *
wb_text_nearest(wb_view text, const char *const *names)
{
    const char *best = NULL;
    size_t best_distance = SIZE_MAX, longer, d;

    if (text.len > 63)
        return NULL;
    for (; *names; names++) {
        wb_view name = wb_view_of(*names);

        if (name.len > 63)
            continue;
        longer = name.len > text.len ? name.len : text.len;
        d = distance(text, name);
        if (d * 3 <= longer && d < best_distance) {
            best = *names;
            best_distance = d;
        }
    }
    return best;
}
