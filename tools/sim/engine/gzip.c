/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gzip - bytes in the gzip format (RFC 1952), in blocks that are stored as they are
 */
#include "tools/sim/engine/gzip.h"

#define BLOCK_MAX 65535 /* RFC 1951, section 3.2.4 */
#define POLYNOMIAL UINT32_C(0xedb88320)

static uint32_t
crc_of(wb_view bytes)
{
    uint32_t crc = UINT32_MAX;

    for (size_t i = 0; i < bytes.len; i++) {
        crc ^= (unsigned char)bytes.data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ POLYNOMIAL : crc >> 1;
    }
    return ~crc;
}

/* The least byte first. */
static void
add_number(wb_buf *out, uint32_t value, int bytes)
{
    for (; bytes > 0; bytes--, value >>= 8)
        wb_buf_add_char(out, (char)(value & 0xff));
}

static void
add_block(wb_buf *out, wb_view bytes, bool last)
{
    uint32_t len = (uint32_t)bytes.len;

    add_number(out, last, 1); /* stored; the bits behind it are filled up to the byte */
    add_number(out, len, 2);
    add_number(out, ~len, 2);
    wb_buf_add_view(out, bytes);
}

void
wb_sim_gzip(wb_buf *out, wb_view bytes)
{
    static const char head[] = "\x1f\x8b\x08\0\0\0\0\0\0\xff"; /* deflate, no name, no time */
    wb_view rest = bytes;

    wb_buf_add(out, head, sizeof head - 1);
    while (rest.len > BLOCK_MAX) {
        add_block(out, (wb_view){rest.data, BLOCK_MAX}, false);
        rest = (wb_view){rest.data + BLOCK_MAX, rest.len - BLOCK_MAX};
    }
    add_block(out, rest, true);
    add_number(out, crc_of(bytes), 4);
    add_number(out, (uint32_t)bytes.len, 4);
}
