/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seen - ids of notices that were taken: time-prefixed, so that neighbours share pages and old
 * ones leave as a range
 */
#ifndef WB_STORAGE_SEEN_H
#define WB_STORAGE_SEEN_H

#include "storage/store.h"

WB_MUST_CHECK wb_rc wb_seen_has(wb_txn *txn, uint16_t shard, const wb_id *id, bool *out,
                                wb_err *err);
WB_MUST_CHECK wb_rc wb_seen_put(wb_txn *txn, uint16_t shard, const wb_id *id, wb_err *err);
/* Drop those of a shard whose id's time lies before; at most WB_STORE_CHUNK_MAX a call. Ids
 * without a time (0) are dropped when they are put more than 14 days ago (value: put time). */
WB_MUST_CHECK wb_rc wb_seen_prune(wb_txn *txn, uint16_t shard, int64_t before_utc_us,
                                  size_t *dropped, wb_err *err);

#endif
