/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tracking - the numbers of parcels: made of an order and a version, and told apart by them
 */
#include "tools/sim/engine/works.h"

#include <stdio.h>
#include <string.h>

void
wb_sim_works_tracking(char dst[WB_SIM_TRACKING_MAX], uint32_t number, uint32_t version)
{
    (void)snprintf(dst, WB_SIM_TRACKING_MAX, "TR%010u%02u", number, version);
}

/* Is it that number, or one of a part of it? */
static bool
is_tracking(wb_view text, const char *tracking)
{
    size_t len = strlen(tracking);

    return text.len >= len && memcmp(text.data, tracking, len) == 0 &&
           (text.len == len || text.data[len] == '-');
}

uint32_t
wb_sim_shipment_version(const wb_sim_shipment *self, wb_view tracking)
{
    uint32_t version = self ? self->version : 0;
    char text[WB_SIM_TRACKING_MAX];

    for (; version > 0; version--) {
        wb_sim_works_tracking(text, self->with, version);
        if (is_tracking(tracking, text))
            break;
    }
    return version;
}
