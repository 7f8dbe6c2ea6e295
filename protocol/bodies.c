/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/bodies.h"

#include "protocol/limits.h"

#define ANSWER_ELEMENTS_MAX 65536
#define EVENTS_CALL_ELEMENTS_MAX 64

wb_rc
wb_receipts_open(wb_receipts *self, wb_view body, wb_err *err)
{
    uint32_t count = 0;
    wb_rc rc = wb_pack_scan(body, WB_PACK_ELEMENTS_MAX, err);

    if (rc)
        return rc;
    *self = (wb_receipts){.left = WB_RECEIPTS_MAX};
    wb_unpack_init(&self->from, body);
    rc = wb_unpack_array(&self->from, &count, "receipts", err);
    if (!rc)
        rc = wb_unpack_uint(&self->from, &self->incarnation, "incarnation", err);
    if (!rc && count % 3 != 1)
        rc = wb_fail(err, WB_REJECT, "%u numbers are no receipts", count);
    self->runs = count / 3;
    return rc;
}

wb_rc
wb_receipts_next(wb_receipts *self, wb_receipt_run *out, wb_err *err)
{
    uint64_t first = 0, count = 0, outcome = 0;
    wb_rc rc = wb_unpack_uint(&self->from, &first, "sequence", err);

    if (!rc)
        rc = wb_unpack_uint(&self->from, &count, "count", err);
    if (!rc)
        rc = wb_unpack_uint(&self->from, &outcome, "outcome", err);
    if (rc)
        return rc;
    if (count > WB_RECEIPTS_RUN_MAX || count > self->left || first > UINT64_MAX - count ||
        outcome == WB_OUTCOME_NONE || outcome >= WB_OUTCOME_COUNT)
        return wb_fail(err, WB_REJECT, "%llu receipts with outcome %llu", (unsigned long long)count,
                       (unsigned long long)outcome);
    self->left -= count;
    self->runs--;
    *out = (wb_receipt_run){first, count, (wb_outcome)outcome};
    return WB_OK;
}

wb_rc
wb_directory_answer_open(wb_directory_answer *self, wb_view body, wb_err *err)
{
    uint32_t count = 0;
    wb_rc rc = wb_pack_scan(body, ANSWER_ELEMENTS_MAX, err);

    if (rc)
        return rc;
    *self = (wb_directory_answer){0};
    wb_unpack_init(&self->from, body);
    rc = wb_unpack_array(&self->from, &count, "directory", err);
    if (!rc)
        rc = wb_unpack_uint(&self->from, &self->commits, "commits seen", err);
    self->members = rc ? 0 : count - 1;
    return rc;
}

wb_rc
wb_directory_answer_next(wb_directory_answer *self, wb_view *beat, int64_t *age_ms, wb_err *err)
{
    uint64_t age = 0;
    uint32_t parts = 0;
    wb_rc rc = wb_unpack_array(&self->from, &parts, "member", err);

    if (!rc && parts < 2)
        rc = wb_fail(err, WB_REJECT, "a member of %u parts", parts);
    if (!rc)
        rc = wb_unpack_bytes(&self->from, beat, "beat", err);
    if (!rc)
        rc = wb_unpack_uint(&self->from, &age, "age", err);
    for (uint32_t i = 2; i < parts && !rc; i++)
        rc = wb_unpack_skip(&self->from, NULL, err);
    if (rc)
        return rc;
    self->members--;
    *age_ms = (int64_t)(age & INT32_MAX);
    return WB_OK;
}

wb_rc
wb_events_call_read(wb_view body, wb_topic *topic, uint64_t *from, wb_err *err)
{
    wb_topic asked = WB_TOPIC_COUNT;
    wb_view name = {NULL, 0};
    uint32_t pairs = 0;
    wb_unpack in;
    wb_rc rc = wb_pack_scan(body, EVENTS_CALL_ELEMENTS_MAX, err);

    if (rc)
        return rc;
    wb_unpack_init(&in, body);
    rc = wb_unpack_map(&in, &pairs, "call.events", err);
    for (uint32_t i = 0; !rc && i < pairs; i++) {
        rc = wb_unpack_text(&in, &name, "key", err);
        if (rc)
            break;
        if (wb_view_is(name, "topic")) {
            rc = wb_unpack_text(&in, &name, "topic", err);
            asked = wb_topic_find(name);
        } else if (wb_view_is(name, "from")) {
            rc = wb_unpack_uint(&in, from, "from", err);
        } else {
            rc = wb_unpack_skip(&in, NULL, err);
        }
    }
    if (!rc && asked == WB_TOPIC_COUNT)
        return wb_fail(err, WB_REJECT, "unknown topic");
    if (!rc)
        *topic = asked;
    return rc;
}
