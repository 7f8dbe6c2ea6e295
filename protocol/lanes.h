/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lanes - the stages (lanes.def), and how a sharding key becomes a shard
 */
#ifndef WB_PROTOCOL_LANES_H
#define WB_PROTOCOL_LANES_H

#include "protocol/base/buf.h"

typedef enum {
    WB_STAGE_NONE = 0,
#define WB_STAGE(name, number, text, by, from, to, why) WB_STAGE_##name = (number),
#include "protocol/lanes.def"
#undef WB_STAGE
    WB_STAGE_COUNT
} wb_stage;

const char *wb_stage_name(wb_stage stage); /* "fetch"; "?" when unknown */
wb_stage wb_stage_find(wb_view name);      /* NONE = unknown */

/* The shard of a sharding key: wb_hash64(key) mod shards. Account shards take "tenant/account",
 * record shards the root record's printed key. Stored state hangs on it: it never changes. */
uint16_t wb_shard_of(wb_view key, uint16_t shards);

#endif
