/* SPDX-License-Identifier: Apache-2.0 */
/*
 * members - the last beat of every instance, who claims what, and the commits seen of each store
 *
 * Soft state: a restarted broker knows everybody again within a beat.
 */
#ifndef WB_BROKER_MEMBERS_H
#define WB_BROKER_MEMBERS_H

#include "actors/runtime/lanes/beat.h"

typedef struct broker_members broker_members;

/* What a beat means to those who listen. */
typedef struct {
    bool known; /* false: old, or damaged: not for the bus */
    bool moved; /* new, or changed in what others need to reach it */
    /* it claims shards that another holds at the same generation: refused, told as long as it does
     */
    size_t refused;
    uint16_t refused_first;
    char refused_by[WB_INSTANCE_MAX + 1];
    wb_stage stage;
    char instance[WB_INSTANCE_MAX + 1];
} broker_word;

broker_members *broker_members_new(uint16_t shards);
void broker_members_destroy(broker_members **self_p);
/* WB_REJECT: not a beat. */
WB_MUST_CHECK wb_rc broker_members_take(broker_members *self, wb_view packed, int64_t now_ms,
                                        broker_word *out, wb_err *err);
/* Forget claims of those that have been silent for WB_BEAT_EXPIRY of their periods. Their last beat
 * stays known: a shard's owner does not change because it is silent. Calls `gone` once for each. */
void broker_members_expire(broker_members *self, int64_t now_ms,
                           void (*gone)(void *arg, const wb_beat *beat), void *arg);
/* Those whose claims are refused, and that are not silent: nobody may have listened when it was
 * told first, and nothing of a broker's is kept to be asked for. */
void broker_members_refused(const broker_members *self,
                            void (*each)(void *arg, const broker_word *word), void *arg);
/* The answer to call.directory: [commits seen of `store`, [beat, age ms, flags], ...]. Flags: 1 it
 * is silent, 2 shards of it are refused. */
void broker_members_pack(const broker_members *self, const wb_id *store, int64_t now_ms,
                         wb_buf *out);

#define BROKER_MEMBER_SILENT 1u
#define BROKER_MEMBER_REFUSED 2u

#endif
