/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mark - the body of a WB_KIND_MARK message: what a pusher settled of records whose wanted state
 * it had answered for with "held": a list of marks, all of one shard of the mapper
 */
#ifndef WB_PROTOCOL_MARK_H
#define WB_PROTOCOL_MARK_H

#include "protocol/kinds.h"
#include "protocol/pack.h"

/* One mark; views belong to the packed bytes. */
typedef struct {
    wb_view record, target; /* printed key; "tenant/account" */
    uint64_t revision;
    wb_outcome outcome; /* HANDED_ON, UNCHANGED, STALE, MERGED, PARKED */
    wb_view remote_id;  /* absent = not told */
    wb_view reason;     /* PARKED */
} wb_mark;

/* Pack: wb_pack_array(out, count), then each of them. */
void wb_mark_pack(wb_buf *out, const wb_mark *mark);
/* Read one from scanned bytes. WB_REJECT: not a mark, a name over its limit. */
WB_MUST_CHECK wb_rc wb_mark_read(wb_unpack *in, wb_mark *out, wb_err *err);

#endif
