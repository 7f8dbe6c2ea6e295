/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names - what makes the message of a row that may come back as it was
 */
#include "actors/connectors/temu/temu.h"

#include <stdio.h>

wb_view
temu_what(const wb_call *call, wb_view id, wb_outcomes *out)
{
    wb_view kept = wb_outcomes_keep(out, id);
    char time[TEMU_WHAT_MORE];

    snprintf(time, sizeof time, " %lld", (long long)call->to_utc_us);
    kept.len += wb_outcomes_keep(out, wb_view_of(time)).len; /* one behind the other */
    return kept;
}
