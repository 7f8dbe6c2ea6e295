/* SPDX-License-Identifier: Apache-2.0 */
/*
 * envelope - what travels between processes: a msgpack header and a body nobody touches
 *
 * Two frames. The header is one map with small-integer keys (docs/wire.md, section 2); unknown
 * keys are carried along, so that neighbouring releases understand each other.
 */
#ifndef WB_PROTOCOL_ENVELOPE_H
#define WB_PROTOCOL_ENVELOPE_H

#include "protocol/key.h"
#include "protocol/kinds.h"
#include "protocol/lanes.h"

#define WB_ENVELOPE_VERSION 1

typedef enum {
    WB_PRIORITY_LIVE = 0, /* somebody waits: a notice, a webhook */
    WB_PRIORITY_MANUAL = 1,
    WB_PRIORITY_INCREMENTAL = 2,
    WB_PRIORITY_BACKFILL = 3,
    WB_PRIORITY_COUNT
} wb_priority;

/* A moment on the way: `stage` took it (or SOURCE: it was available outside) at that time. */
typedef struct {
    uint8_t point; /* wb_hop_point */
    int64_t at_utc_us;
} wb_hop;

typedef enum {
    WB_HOP_SOURCE = 1, /* the outside had it ready (SQS SentTimestamp) */
    WB_HOP_RECEIVED,   /* the poller or gateway read it */
    WB_HOP_STORED,     /* ... and committed it */
    WB_HOP_FETCH,      /* the enricher took it */
    WB_HOP_FETCHED,    /* ... and has the whole record */
    WB_HOP_MAP,        /* the mapper took it */
    WB_HOP_MAPPED,     /* ... and committed it */
    WB_HOP_PUSH,       /* the pusher took it */
    WB_HOP_PUSHED,     /* ... and the target said done */
} wb_hop_point;

/* All texts are views: into the envelope's own memory when decoded or copied, into the caller's
 * when it fills a header to encode. Absent = {NULL, 0}. */
typedef struct {
    wb_kind kind;
    wb_id id;
    wb_view tenant, connector, account; /* the account it was read from */
    wb_record_kind record_kind;
    wb_view record;          /* printed record key */
    wb_view root;            /* printed key of its root record; absent = itself */
    wb_view target;          /* WANT, MARK: "tenant/account" of the target */
    int64_t source_utc_us;   /* observation: the source's update time; NOTICE: the announced one */
    int64_t observed_utc_us; /* observation: start of the request that read it */
    int64_t created_utc_us;  /* WANT: the record's creation at its source; 0 = not told */
    uint64_t revision;       /* 0 before the mapper */
    wb_stage stage;          /* lane: stage and shard */
    uint16_t shard;
    uint64_t generation; /* of the lane's owner as the sender knows it */
    wb_view deployment;
    wb_view instance;     /* the sender's */
    wb_id store;          /* the sender's store id */
    uint64_t incarnation; /* the sender's */
    uint64_t sequence;    /* of this message to this peer; 0 = wants no receipt */
    wb_id run;            /* zero = none */
    wb_view stream;       /* that it was read from */
    wb_view type;         /* of a notice as it is: what it announces, in its source's word */
    uint8_t trace[16];    /* W3C trace id */
    uint8_t span[8];
    wb_priority priority;
    bool again;              /* may have been handed over before */
    uint8_t tries;           /* how often a handler that ended the process had it */
    wb_view reply_to;        /* calls: where the answer goes (an endpoint) */
    uint64_t call;           /* calls and replies: the caller's number */
    int64_t deadline_utc_us; /* calls */
    bool last;               /* replies: the last chunk */
    uint8_t hop_count;
    wb_hop hops[12];
    wb_view body;
    wb_view unknown; /* header pairs of a newer release, packed key, value, ...; carried along */
    uint32_t unknown_pairs;
} wb_envelope;

/* Encode the header (not the body). WB_REJECT: a text is over its limit, or over WB_HEADER_MAX. */
WB_MUST_CHECK wb_rc wb_envelope_encode(const wb_envelope *self, wb_buf *out, wb_err *err);

/* Decode into one allocation that owns copies of both frames.
 *
 * WB_REJECT  not a map, unknown version or kind, a required field missing, a limit passed
 */
WB_MUST_CHECK wb_rc wb_envelope_decode(wb_envelope **out, wb_view header, wb_view body,
                                       wb_err *err);
/* Of a header that cannot be decoded, what can be read: the fields that are there, alone, as they
 * should be; a newer release's, whatever else is new in it. Views into `header`. False: it is no
 * map, or does not say whom a receipt goes to (deployment, incarnation, sequence). */
bool wb_envelope_glean(wb_envelope *out, wb_view header);
/* A deep copy, one allocation. */
wb_envelope *wb_envelope_copy(const wb_envelope *self);
void wb_envelope_destroy(wb_envelope **self_p);

/* Header and body in one byte string (for the store): msgpack array [header bytes, body bytes]. */
WB_MUST_CHECK wb_rc wb_envelope_store(const wb_envelope *self, wb_buf *out, wb_err *err);
WB_MUST_CHECK wb_rc wb_envelope_load(wb_envelope **out, wb_view stored, wb_err *err);

void wb_envelope_hop(wb_envelope *self, wb_hop_point point, int64_t at_utc_us); /* full = dropped */
int64_t wb_envelope_hop_at(const wb_envelope *self, wb_hop_point point);        /* 0 = none */
/* A new random trace and span. */
void wb_envelope_new_trace(wb_envelope *self);
/* The root key: `root`, or `record` when there is none. */
wb_view wb_envelope_root(const wb_envelope *self);

#endif
