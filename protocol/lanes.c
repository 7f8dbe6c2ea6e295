/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/lanes.h"

#include "protocol/base/own.h"
#include "protocol/base/random.h"

typedef struct {
    wb_stage stage;
    const char *name;
} stage_row;

static const stage_row stage_rows[] = {
#define WB_STAGE(name, number, text, by, from, to, why) {WB_STAGE_##name, text},
#include "protocol/lanes.def"
#undef WB_STAGE
};

const char *
wb_stage_name(wb_stage stage)
{
    for (size_t i = 0; i < WB_COUNT(stage_rows); i++)
        if (stage_rows[i].stage == stage)
            return stage_rows[i].name;
    return "?";
}

wb_stage
wb_stage_find(wb_view name)
{
    for (size_t i = 0; i < WB_COUNT(stage_rows); i++)
        if (wb_view_is(name, stage_rows[i].name))
            return stage_rows[i].stage;
    return WB_STAGE_NONE;
}

uint16_t
wb_shard_of(wb_view key, uint16_t shards)
{
    return (uint16_t)(wb_hash64(key.data, key.len, 0) % shards);
}
