/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/waybill/terminal/when.h"

#include <stdio.h>

#include "protocol/base/clock.h"

bool
wb_when_read(int64_t *out_utc_us, const char *command, const char *option, const char *text)
{
    char whole[64];
    wb_err err = {0};

    if (!text)
        return true;
    (void)snprintf(whole, sizeof whole, "%.40sT00:00:00Z", text);
    if (wb_time_parse(out_utc_us, wb_view_of(text), &err) &&
        wb_time_parse(out_utc_us, wb_view_of(whole), NULL)) {
        fprintf(stderr, "waybill %s: --%s: %s\n", command, option, err.text);
        return false;
    }
    return true;
}
