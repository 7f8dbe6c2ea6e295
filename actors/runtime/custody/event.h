/* SPDX-License-Identifier: Apache-2.0 */
/*
 * event - what happened to a record, told with the change; and putting one aside
 */
#ifndef WB_ACTORS_RUNTIME_CUSTODY_EVENT_H
#define WB_ACTORS_RUNTIME_CUSTODY_EVENT_H

#include "actors/runtime/custody/commit.h"
#include "protocol/envelope.h"

/* A record's event for the monitor: what happened and how it travelled. Inside apply. */
typedef struct {
    const char *what;       /* "taken", "mapped", "delivered", "held", "parked", "settled", ... */
    const wb_envelope *env; /* record, run, trace, hops, revision, target */
    wb_outcome outcome;
    wb_outcome before; /* settled: what it was (HELD) */
    const char *text;  /* reason; NULL = none */
} wb_record_event;
void wb_event_record(wb_write *write, const wb_record_event *event);

/* Inside apply: put a message aside, with its bytes, and tell it. A repeat counts the row's `times`
 * up. One that cannot be encoded is parked without bytes. */
typedef struct {
    const wb_envelope *env;
    uint16_t shard;  /* where its row lies: the record's, at a poller its account's */
    bool unknown;    /* a write of it may have taken effect */
    wb_view account; /* "tenant/account" that it stopped at */
    const char *reason;
} wb_parking;
WB_MUST_CHECK wb_rc wb_park_envelope(wb_write *write, wb_txn *txn, const wb_parking *what,
                                     wb_err *err);

#endif
