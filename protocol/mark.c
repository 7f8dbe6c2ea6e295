/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/mark.h"

#include "protocol/limits.h"

/* A mark is an array of six: short, and a newer release may append. */
#define MEMBERS 6

void
wb_mark_pack(wb_buf *out, const wb_mark *mark)
{
    wb_pack_array(out, MEMBERS);
    wb_pack_text(out, mark->record);
    wb_pack_text(out, mark->target);
    wb_pack_uint(out, mark->revision);
    wb_pack_uint(out, mark->outcome);
    wb_pack_text(out, mark->remote_id);
    wb_pack_text(out, mark->reason);
}

wb_rc
wb_mark_read(wb_unpack *in, wb_mark *out, wb_err *err)
{
    uint32_t count = 0;
    uint64_t outcome = 0;
    wb_rc rc = wb_unpack_array(in, &count, "mark", err);

    if (!rc && count < MEMBERS)
        return wb_fail(err, WB_REJECT, "a mark has %u members, not %d", count, MEMBERS);
    if (!rc)
        rc = wb_unpack_text(in, &out->record, "mark.record", err);
    if (!rc)
        rc = wb_unpack_text(in, &out->target, "mark.target", err);
    if (!rc)
        rc = wb_unpack_uint(in, &out->revision, "mark.revision", err);
    if (!rc)
        rc = wb_unpack_uint(in, &outcome, "mark.outcome", err);
    if (!rc)
        rc = wb_unpack_text(in, &out->remote_id, "mark.remote_id", err);
    if (!rc)
        rc = wb_unpack_text(in, &out->reason, "mark.reason", err);
    for (uint32_t i = MEMBERS; !rc && i < count; i++)
        rc = wb_unpack_skip(in, NULL, err);
    if (rc)
        return rc;
    if (outcome >= WB_OUTCOME_COUNT || out->record.len > WB_KEY_MAX || !out->record.len)
        return wb_fail(err, WB_REJECT, "a mark names no record, or an unknown outcome");
    if (out->target.len > WB_ACCOUNT_KEY_MAX || out->remote_id.len > WB_REMOTE_ID_MAX ||
        out->reason.len > WB_REASON_MAX)
        return wb_fail(err, WB_REJECT, "a mark's text is too long");
    out->outcome = (wb_outcome)outcome;
    return WB_OK;
}
