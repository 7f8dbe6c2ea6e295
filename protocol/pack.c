/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/pack.h"

#include <msgpack/pack.h>
#include <string.h>

#include "protocol/limits.h"

/* ---- writing ---- */

static int
append(void *data, const char *bytes, size_t len)
{
    wb_buf_add(data, bytes, len);
    return 0;
}

static msgpack_packer
packer_of(wb_buf *out)
{
    return (msgpack_packer){.data = out, .callback = append};
}

/* What msgpack says in one byte, which most numbers, counts and lengths are: a call of the packer
 * costs more than the byte. */
#define ONE_BYTE_INT 0x80  /* below this a number is itself */
#define ONE_BYTE_COUNT 16  /* of a map or an array */
#define ONE_BYTE_LENGTH 32 /* of a text */

void
wb_pack_nil(wb_buf *out)
{
    msgpack_packer packer = packer_of(out);

    msgpack_pack_nil(&packer);
}

void
wb_pack_bool(wb_buf *out, bool value)
{
    msgpack_packer packer = packer_of(out);

    if (value)
        msgpack_pack_true(&packer);
    else
        msgpack_pack_false(&packer);
}

void
wb_pack_int(wb_buf *out, int64_t value)
{
    msgpack_packer packer = packer_of(out);

    if (value >= 0 && value < ONE_BYTE_INT) {
        wb_buf_add_char(out, (char)value);
        return;
    }
    msgpack_pack_int64(&packer, value);
}

void
wb_pack_uint(wb_buf *out, uint64_t value)
{
    msgpack_packer packer = packer_of(out);

    if (value < ONE_BYTE_INT) {
        wb_buf_add_char(out, (char)value);
        return;
    }
    msgpack_pack_uint64(&packer, value);
}

void
wb_pack_text(wb_buf *out, wb_view text)
{
    msgpack_packer packer = packer_of(out);

    if (text.len < ONE_BYTE_LENGTH)
        wb_buf_add_char(out, (char)(0xa0 | text.len));
    else
        msgpack_pack_str(&packer, text.len);
    wb_buf_add_view(out, text);
}

void
wb_pack_bytes(wb_buf *out, wb_view bytes)
{
    msgpack_packer packer = packer_of(out);

    msgpack_pack_bin(&packer, bytes.len);
    wb_buf_add_view(out, bytes);
}

void
wb_pack_array(wb_buf *out, uint32_t count)
{
    msgpack_packer packer = packer_of(out);

    if (count < ONE_BYTE_COUNT) {
        wb_buf_add_char(out, (char)(0x90 | count));
        return;
    }
    msgpack_pack_array(&packer, count);
}

void
wb_pack_map(wb_buf *out, uint32_t pairs)
{
    msgpack_packer packer = packer_of(out);

    if (pairs < ONE_BYTE_COUNT) {
        wb_buf_add_char(out, (char)(0x80 | pairs));
        return;
    }
    msgpack_pack_map(&packer, pairs);
}

void
wb_pack_member_int(wb_buf *out, const char *key, int64_t value)
{
    wb_pack_text(out, wb_view_of(key));
    wb_pack_int(out, value);
}

void
wb_pack_member_uint(wb_buf *out, const char *key, uint64_t value)
{
    wb_pack_text(out, wb_view_of(key));
    wb_pack_uint(out, value);
}

void
wb_pack_member_text(wb_buf *out, const char *key, wb_view text)
{
    wb_pack_text(out, wb_view_of(key));
    wb_pack_text(out, text);
}

void
wb_pack_member_bytes(wb_buf *out, const char *key, wb_view bytes)
{
    wb_pack_text(out, wb_view_of(key));
    wb_pack_bytes(out, bytes);
}
