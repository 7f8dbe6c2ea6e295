/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch - what one process told in one commit, taken into the timeline and the ledgers
 *
 * An event that cannot be read is not worth the others of its batch: they are taken, and the batch
 * is parked with its bytes. Of one process and class the last KEPT of them are, however many come.
 */
#include <stdio.h>
#include <string.h>

#include "actors/monitor/monitor.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/random.h"
#include "storage/parked.h"

#define ELEMENTS_MAX 4000000
#define KEPT 16

static wb_rc
apply_event(wb_txn *txn, const wb_source *source, wb_unpack *in, wb_err *err)
{
    wb_seen_event event;
    wb_view raw;
    wb_rc rc = wb_seen_event_read(in, &event, &raw, err);

    if (rc)
        return rc;
    if (source->topic == WB_TOPIC_RUN)
        return wb_watch_run(txn, &source->store, raw, err);
    if (source->topic != WB_TOPIC_RECORD || !event.record.len)
        return WB_OK;
    rc = wb_timeline_put(txn, &event, raw, wb_hash64(raw.data, raw.len, 0), err);
    return rc ? rc : wb_watch_settled(txn, &event, err);
}

/* WB_REJECT: some were left out; `err` has the first one's reason. */
static wb_rc
apply_all(wb_txn *txn, const wb_source *source, wb_view batch, wb_err *err)
{
    wb_rc rc = wb_pack_scan(batch, ELEMENTS_MAX, err), all = WB_OK;
    uint32_t count = 0;
    wb_unpack in;

    wb_unpack_init(&in, batch);
    if (!rc)
        rc = wb_unpack_array(&in, &count, "events", err);
    for (uint32_t i = 0; !rc && i < count; i++) {
        wb_err why = {0};

        rc = apply_event(txn, source, &in, &why);
        if (rc && all != WB_REJECT)
            *err = why;
        all = rc ? rc : all;
        rc = rc == WB_REJECT ? WB_OK : rc;
    }
    return rc ? rc : all;
}

static wb_rc
set_aside(wb_txn *txn, const wb_source *source, uint64_t sequence, wb_view batch, wb_err *err)
{
    char reason[200], place[sizeof(wb_id) + 2];
    wb_parked_row row = {.parked_utc_us = wb_now_utc_us(), .envelope = batch};

    memcpy(place, &source->store, sizeof source->store);
    place[sizeof source->store] = (char)source->topic;
    place[sizeof source->store + 1] = (char)(sequence % KEPT);
    row.id = wb_id_make(0, WB_VIEW_LIT("events"), (wb_view){place, sizeof place});
    snprintf(reason, sizeof reason, "malformed: events of %s (%s): %.100s", source->instance,
             wb_topic_name(source->topic), err->text);
    row.reason = wb_view_of(reason);
    wb_log(WB_WARN, "event.malformed", "instance=%s sequence=%llu why='%s' next='parked'",
           source->instance, (unsigned long long)sequence, err->text);
    return wb_parked_put(txn, &row, err);
}

wb_rc
wb_batch_apply(wb_txn *txn, const wb_source *source, uint64_t sequence, wb_view batch, wb_err *err)
{
    wb_err why = {0};
    wb_rc rc = apply_all(txn, source, batch, &why);

    if (rc == WB_REJECT)
        rc = set_aside(txn, source, sequence, batch, &why);
    return rc ? wb_fail(err, rc, "%s", why.text) : WB_OK;
}
