/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a beat: what is accepted claims only shards that there are, and is packed again as
 * what reads and packs the same.
 */
#include "actors/runtime/lanes/beat.h"
#include "protocol/base/own.h"
#include "tests/fuzz/fuzz.h"

#define SHARDS 64

static void
check(const wb_beat *beat)
{
    WB_AUTO(wb_buf_fini) wb_buf once = {0};
    WB_AUTO(wb_buf_fini) wb_buf twice = {0};
    wb_beat back = {0};
    size_t claimed = 0;

    for (uint16_t shard = 0; shard < SHARDS; shard++)
        claimed += wb_beat_generation(beat, shard) > 0;
    FUZZ_MUST(claimed <= wb_beat_shard_count(beat)); /* runs may name a shard twice */
    FUZZ_MUST(wb_beat_generation(beat, SHARDS) == 0);
    FUZZ_MUST(wb_beat_same_claims(beat, beat));
    wb_buf_init(&once, 4 * WB_BEAT_MAX);
    wb_buf_init(&twice, 4 * WB_BEAT_MAX);
    wb_beat_pack(beat, &once);
    if (once.len > WB_BEAT_MAX)
        return; /* what was left out is written by us */
    FUZZ_MUST(wb_beat_parse(&back, wb_buf_view(&once), SHARDS, NULL) == WB_OK);
    wb_beat_pack(&back, &twice);
    FUZZ_MUST(wb_view_eq(wb_buf_view(&once), wb_buf_view(&twice)));
    wb_beat_fini(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    wb_beat beat = {0};

    if (wb_beat_parse(&beat, (wb_view){(const char *)data, size}, SHARDS, NULL))
        return 0;
    check(&beat);
    wb_beat_fini(&beat);
    return 0;
}
