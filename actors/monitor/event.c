/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event - the maps that the bus carries, read without an effect: of a record, of a run
 *
 * docs/wire.md, section 9. A key that we do not know is skipped.
 */
#include "actors/monitor/event.h"

#include <string.h>

#include "protocol/limits.h"

/* --- of a record --- */

static wb_rc
read_event_member(wb_unpack *in, wb_view key, wb_seen_event *out, wb_err *err)
{
    if (wb_view_is(key, "what"))
        return wb_unpack_text(in, &out->what, "what", err);
    if (wb_view_is(key, "record"))
        return wb_unpack_text(in, &out->record, "record", err);
    if (wb_view_is(key, "target"))
        return wb_unpack_text(in, &out->target, "target", err);
    if (wb_view_is(key, "text"))
        return wb_unpack_text(in, &out->text, "text", err);
    if (wb_view_is(key, "run"))
        return wb_unpack_bytes(in, &out->run, "run", err);
    if (wb_view_is(key, "at"))
        return wb_unpack_int(in, &out->at_utc_us, "at", err);
    if (wb_view_is(key, "outcome"))
        return wb_unpack_uint(in, &out->outcome, "outcome", err);
    if (wb_view_is(key, "before"))
        return wb_unpack_uint(in, &out->before, "before", err);
    if (wb_view_is(key, "revision"))
        return wb_unpack_uint(in, &out->revision, "revision", err);
    return wb_unpack_skip(in, NULL, err);
}

wb_rc
wb_seen_event_read(wb_unpack *in, wb_seen_event *out, wb_view *raw, wb_err *err)
{
    wb_unpack ahead = *in;
    uint32_t pairs = 0;
    wb_view key;
    wb_pack_item item;
    wb_rc rc = wb_unpack_skip(&ahead, raw, err);

    memset(out, 0, sizeof *out);
    if (!rc)
        rc = wb_unpack_map(in, &pairs, "event", err);
    for (uint32_t i = 0; !rc && i < pairs; i++) {
        rc = wb_unpack_next(in, &item, err);
        key = item.bytes;
        if (!rc && item.type != WB_PACK_TEXT)
            rc = wb_fail(err, WB_REJECT, "an event's key is no text");
        if (!rc)
            rc = read_event_member(in, key, out, err);
    }
    *in = ahead;
    if (!rc && out->record.len > WB_KEY_MAX)
        return wb_fail(err, WB_REJECT, "an event of a record of %zu bytes", out->record.len);
    return rc;
}

/* --- of a run --- */

static wb_rc
read_counts(wb_unpack *in, uint64_t *out, wb_err *err)
{
    uint32_t count = 0;
    wb_rc rc = wb_unpack_array(in, &count, "outcomes", err);

    for (uint32_t i = 0; !rc && i < count; i++) {
        uint64_t n = 0;
        rc = wb_unpack_uint(in, &n, "outcomes", err);
        if (i < WB_OUTCOME_COUNT)
            out[i] = n;
    }
    return rc;
}

static wb_run_status
status_of(wb_view name)
{
    for (int i = WB_RUN_PENDING; i <= WB_RUN_FAILED; i++)
        if (wb_view_is(name, wb_run_status_name((wb_run_status)i)))
            return (wb_run_status)i;
    return WB_RUN_PENDING;
}

static wb_rc
read_time(wb_unpack *in, wb_view key, wb_run_row *out, wb_err *err)
{
    if (wb_view_is(key, "start"))
        return wb_unpack_int(in, &out->start_utc_us, "start", err);
    if (wb_view_is(key, "end"))
        return wb_unpack_int(in, &out->end_utc_us, "end", err);
    if (wb_view_is(key, "from"))
        return wb_unpack_int(in, &out->from_utc_us, "from", err);
    if (wb_view_is(key, "to"))
        return wb_unpack_int(in, &out->to_utc_us, "to", err);
    return wb_unpack_skip(in, NULL, err); /* of a newer release */
}

static wb_rc
read_number(wb_unpack *in, wb_view key, wb_run_row *out, wb_err *err)
{
    uint64_t full = 0;
    wb_rc rc;

    if (wb_view_is(key, "read"))
        return wb_unpack_uint(in, &out->read, "read", err);
    if (wb_view_is(key, "slices"))
        return wb_unpack_uint(in, &out->slices, "slices", err);
    if (!wb_view_is(key, "full"))
        return read_time(in, key, out, err);
    rc = wb_unpack_uint(in, &full, "full", err);
    out->full = full != 0;
    return rc;
}

static wb_rc
read_member(wb_unpack *in, wb_view key, wb_run_row *out, wb_err *err)
{
    wb_view text = {0};
    wb_rc rc;

    if (wb_view_is(key, "run")) {
        rc = wb_unpack_bytes(in, &text, "run", err);
        if (!rc && text.len == sizeof out->id)
            memcpy(&out->id, text.data, sizeof out->id);
        return rc;
    }
    if (wb_view_is(key, "account"))
        return wb_unpack_text(in, &out->account, "account", err);
    if (wb_view_is(key, "stream"))
        return wb_unpack_text(in, &out->stream, "stream", err);
    if (wb_view_is(key, "error"))
        return wb_unpack_text(in, &out->error, "error", err);
    if (wb_view_is(key, "outcomes"))
        return read_counts(in, out->outcomes, err);
    if (wb_view_is(key, "status")) {
        rc = wb_unpack_text(in, &text, "status", err);
        out->status = status_of(text);
        return rc;
    }
    return read_number(in, key, out, err);
}

wb_rc
wb_seen_run_read(wb_view raw, wb_run_row *out, wb_err *err)
{
    uint32_t pairs = 0;
    wb_unpack in;
    wb_view key;
    wb_rc rc;

    memset(out, 0, sizeof *out);
    wb_unpack_init(&in, raw);
    rc = wb_unpack_map(&in, &pairs, "run", err);
    for (uint32_t i = 0; !rc && i < pairs; i++) {
        rc = wb_unpack_text(&in, &key, "key", err);
        if (!rc)
            rc = read_member(&in, key, out, err);
    }
    return rc;
}
