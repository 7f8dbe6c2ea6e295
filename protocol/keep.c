/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keep - one table of members, read and written
 */
#include "protocol/keep.h"

#include "protocol/base/own.h"

typedef struct {
    const char *name;
    bool text;
    size_t offset;
} keep_member;

#define KEEP_TEXT(member)                                                                          \
    {                                                                                              \
#member, true, offsetof(wb_keep, member)                                                   \
    }
#define KEEP_INT(member)                                                                           \
    {                                                                                              \
#member, false, offsetof(wb_keep, member)                                                  \
    }

static const keep_member members[] = {
    KEEP_TEXT(scope),     KEEP_TEXT(account),     KEEP_TEXT(op),       KEEP_INT(failed),
    KEEP_TEXT(token),     KEEP_INT(generation),   KEEP_INT(want),      KEEP_INT(least),
    KEEP_INT(live),       KEEP_INT(granted),      KEEP_INT(ttl_ms),    KEEP_INT(wait_ms),
    KEEP_INT(unused),     KEEP_INT(done),         KEEP_INT(throttled), KEEP_INT(rate_micro),
    KEEP_INT(taken_more), KEEP_INT(left_and_one), KEEP_INT(rc),        KEEP_TEXT(why),
};

static const wb_view *
text_of(const wb_keep *self, const keep_member *member)
{
    return (const void *)((const char *)self + member->offset);
}

static int64_t
int_of(const wb_keep *self, const keep_member *member)
{
    const int64_t *at = (const void *)((const char *)self + member->offset);

    return *at;
}

static bool
is_set(const wb_keep *self, const keep_member *member)
{
    return member->text ? text_of(self, member)->len > 0 : int_of(self, member) != 0;
}

void
wb_keep_encode(const wb_keep *self, wb_buf *out)
{
    uint32_t pairs = 0;

    for (size_t i = 0; i < WB_COUNT(members); i++)
        pairs += is_set(self, &members[i]);
    wb_pack_map(out, pairs);
    for (size_t i = 0; i < WB_COUNT(members); i++) {
        if (!is_set(self, &members[i]))
            continue;
        wb_pack_text(out, wb_view_of(members[i].name));
        if (members[i].text)
            wb_pack_bytes(out, *text_of(self, &members[i]));
        else
            wb_pack_int(out, int_of(self, &members[i]));
    }
}

static wb_rc
read_member(wb_keep *out, wb_view name, wb_unpack *in, wb_err *err)
{
    for (size_t i = 0; i < WB_COUNT(members); i++) {
        void *at = (char *)out + members[i].offset;

        if (!wb_view_is(name, members[i].name))
            continue;
        return members[i].text ? wb_unpack_bytes(in, at, members[i].name, err)
                               : wb_unpack_int(in, at, members[i].name, err);
    }
    return wb_unpack_skip(in, NULL, err);
}

wb_rc
wb_keep_read(wb_keep *out, wb_unpack *in, wb_err *err)
{
    wb_keep keep = {0};
    uint32_t pairs = 0;
    wb_view name = {NULL, 0};
    wb_rc rc = wb_unpack_map(in, &pairs, "keeper call", err);

    for (uint32_t i = 0; !rc && i < pairs; i++) {
        rc = wb_unpack_text(in, &name, "name", err);
        if (!rc)
            rc = read_member(&keep, name, in, err);
    }
    if (!rc)
        *out = keep;
    return rc;
}

wb_rc
wb_keep_decode(wb_keep *out, wb_view body, wb_err *err)
{
    wb_unpack in;
    wb_rc rc = wb_pack_scan(body, 256, err);

    if (rc)
        return rc;
    wb_unpack_init(&in, body);
    return wb_keep_read(out, &in, err);
}
