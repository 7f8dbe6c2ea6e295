/* SPDX-License-Identifier: Apache-2.0 */
/*
 * says - what an answer says of the account that was called for
 *
 * A connector knows what an answer means for its records; here it is asked what that tells of all
 * the others. A pure function of what the connector made of it.
 */
#ifndef WB_ACTORS_RUNTIME_OUTSIDE_SAYS_H
#define WB_ACTORS_RUNTIME_OUTSIDE_SAYS_H

#include "actors/connectors/connector.h"
#include "protocol/base/error.h"

typedef enum {
    WB_SAYS_NOTHING = 0, /* none came, too fast, not now, or what it says is another thing */
    WB_SAYS_PART,        /* a part of a record is served: the rest will tell */
    WB_SAYS_GOOD,        /* served */
    WB_SAYS_REFUSED,     /* not served: the account is refused, unless it is the record */
    WB_SAYS_DECLINED,    /* a record is refused by a 4xx, unless it is so with each of them */
} wb_says;

/* `rc` is what read returned, with what it put into `out`; `status` 0: no answer. */
wb_says wb_says_of(const wb_call *call, wb_rc rc, const wb_outcomes *out, int status);

#endif
