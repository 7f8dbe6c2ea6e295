/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tickets - of a job that left: by what the target can be asked what became of it
 *
 * A row beside the job's own, under the same key, and only jobs.c writes it: it is there when the
 * job's flags have WB_JOB_TICKET. So a job without one costs nothing more, and a release that does
 * not know the flag sees a write of unknown outcome, which it is.
 */
#ifndef WB_STORAGE_TICKETS_H
#define WB_STORAGE_TICKETS_H

#include "storage/row.h"
#include "storage/store.h"

typedef struct {
    wb_view op;           /* that left: its name; {NULL, 0} = there is no ticket */
    wb_view ticket;       /* {NULL, 0}: the answer did not come, the attempt is what is known */
    wb_id attempt;        /* the request that it left in */
    uint32_t number;      /* and which of its items it was */
    uint64_t revision;    /* of what left */
    int64_t since_utc_us; /* when */
    bool doubted;         /* a write before it may have left as well */
} wb_ticket;

/* `key` is the job's. Views of a ticket live as long as the transaction's next write. */
WB_MUST_CHECK wb_rc wb_tickets_put(wb_txn *txn, const wb_row_key *key, const wb_ticket *ticket,
                                   wb_err *err);
/* A row that is missing, or cannot be read, is no ticket. */
WB_MUST_CHECK wb_rc wb_tickets_get(wb_txn *txn, const wb_row_key *key, wb_ticket *out, wb_err *err);
WB_MUST_CHECK wb_rc wb_tickets_delete(wb_txn *txn, const wb_row_key *key, wb_err *err);

#endif
