/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line - one live line that tells how a run goes, on a terminal alone
 */
#include "tools/waybill/trial/line.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"

#define ENDLESS 1000000 /* orders: for people there is no end */
#define WORDS_MAX 1024

static void
count_rate(wb_line *self, int64_t versions)
{
    int64_t now_ms = wb_now_ms();

    if (now_ms - self->shown_ms < 1000)
        return;
    self->rate =
        (double)(versions - self->shown_versions) * 1000.0 / (double)(now_ms - self->shown_ms);
    self->shown_ms = now_ms;
    self->shown_versions = versions;
}

void
wb_line_show(wb_line *self, const wb_tally *tally, int64_t running_ms, unsigned restarts,
             bool ending)
{
    WB_AUTO(wb_buf_fini) wb_buf words = {0};
    char of[32] = "";

    count_rate(self, tally->versions);
    if (!self->live)
        return;
    if (tally->orders < ENDLESS)
        (void)snprintf(of, sizeof of, " of %lld", (long long)tally->orders);
    wb_buf_init(&words, WORDS_MAX);
    if (tally->with_story)
        wb_story_words(&tally->story, &words);
    else
        wb_buf_addf(&words, "at the target %lld", (long long)tally->records);
    fprintf(stderr,
            "\r\033[K%.0f s  given %lld%s  %s  %.0f/s  under way %lld  parked %lld  restarts %u%s",
            (double)running_ms / 1000.0, (long long)tally->given, of, wb_buf_text(&words),
            self->rate, (long long)tally->open + tally->held + tally->queued,
            (long long)tally->parked, restarts, ending ? "  ending" : "");
}
