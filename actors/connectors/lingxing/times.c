/* SPDX-License-Identifier: Apache-2.0 */
/*
 * times - times of this vendor: seconds, or clocks and days in China
 */
#include <stdio.h>
#include <string.h>

#include "actors/connectors/lingxing/uncertain.h"
#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/text.h"

#define CLOCK_LEN 19 /* 2026-01-02 03:04:05 */
#define NEVER "0000-00-00"
#define SECONDS_MAX INT64_C(32503680000) /* the year 3000 */

static wb_rc
clock_of(int64_t *out_utc_us, wb_view text)
{
    char whole[CLOCK_LEN + sizeof LINGXING_ZONE];

    if (text.len != CLOCK_LEN || text.data[10] != ' ')
        return wb_fail(NULL, WB_REJECT, "no time");
    snprintf(whole, sizeof whole, "%.*s" LINGXING_ZONE, WB_VIEW_ARG(text));
    whole[10] = 'T';
    return wb_time_parse(out_utc_us, wb_view_of(whole), NULL);
}

void
lingxing_time(wb_json *json, wb_json_ref ref, int64_t *out_utc_us, const char *name)
{
    wb_view text = {NULL, 0};
    int64_t seconds = 0;

    wb_answer_code(json, ref, &text, name);
    if (!text.len || (text.len >= strlen(NEVER) && memcmp(text.data, NEVER, strlen(NEVER)) == 0))
        return;
    if (!wb_text_int(&seconds, text, NULL)) {
        if (seconds > 0 && seconds < SECONDS_MAX)
            *out_utc_us = seconds * WB_US_PER_S;
        else if (seconds != 0)
            wb_answer_leave_out(json, name);
        return;
    }
    if (clock_of(out_utc_us, text))
        wb_answer_leave_out(json, name);
}

void
lingxing_day(char dst[11], int64_t utc_us)
{
    char text[WB_TIME_TEXT_MAX + 1];

    wb_time_text(text, utc_us + LINGXING_ZONE_US, false);
    snprintf(dst, 11, "%.10s", text);
}
