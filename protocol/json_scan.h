/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_scan - the tokens of JSON: strings and numbers, checked byte by byte (inner part of json)
 */
#ifndef WB_PROTOCOL_JSON_SCAN_H
#define WB_PROTOCOL_JSON_SCAN_H

#include <endian.h>
#include <string.h>

#include "protocol/base/buf.h"

enum {
    WB_JSON_ESCAPED = 1, /* the string has escapes */
    WB_JSON_NUL = 2,     /* one of them is U+0000 */
    WB_JSON_BROKEN = 4,  /* bytes that are no UTF-8, or half of a surrogate pair */
};

/* wb_json_skip_plain byte by byte: where less than a block is left. */
const unsigned char *wb_json_skip_tail(const unsigned char *at, const unsigned char *end);

typedef signed char wb_json_block __attribute__((vector_size(8)));

/* To the first byte that cannot stand in a string as it is: a quote, a backslash, a control byte or
 * one above 0x7f; `end` when there is none. */
static inline const unsigned char *
wb_json_skip_plain(const unsigned char *at, const unsigned char *end)
{
    wb_json_block bytes, ends;
    uint64_t found;

    for (; end - at >= 8; at += 8) {
        memcpy(&bytes, at, sizeof bytes);
        ends = (bytes == '"') | (bytes == '\\') | (bytes < 0x20); /* as signed: above 0x7f too */
        memcpy(&found, &ends, sizeof found);
        if (found)
            return at + __builtin_ctzll(le64toh(found)) / 8;
    }
    return wb_json_skip_tail(at, end);
}

/* From behind the opening quote to the closing one, where *at is left; marks are added. False: *at
 * is where the string is wrong. `tolerant`: what is broken, and control bytes, are no fault. */
bool wb_json_scan_string(const unsigned char **at, const unsigned char *end, bool tolerant,
                         unsigned *marks);

/* How many bytes from the beginning can stand in a string as they are: ASCII without quote,
 * backslash and control bytes. */
size_t wb_json_plain(wb_view text);

/* One number; *at is left behind it, or, on false, where it is wrong. */
bool wb_json_scan_number(const unsigned char **at, const unsigned char *end);

/* Write a scanned string's bytes with its escapes undone, and U+FFFD for each byte or half pair
 * that is broken: at most raw.len bytes of a whole one, three times as many of a broken one; how
 * many. */
size_t wb_json_undo(char *dst, wb_view raw);

#endif
