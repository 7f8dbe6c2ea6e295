/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recent - which numbers came lately: of many, within a memory that is known before
 *
 * Numbers are hashes of 64 bits, as wb_hash64 makes them. Of those that were noted the last
 * `most` / 2 are known for sure, and none that is older than the last `most` (which is a power of
 * two). Takes 16 bytes for each of `most` at most, and grows with what is in it.
 */
#ifndef WB_PROTOCOL_BASE_RECENT_H
#define WB_PROTOCOL_BASE_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct wb_recent wb_recent;

wb_recent *wb_recent_new(size_t most);
void wb_recent_destroy(wb_recent **self_p);
bool wb_recent_has(const wb_recent *self, uint64_t number);
/* Was it known already? It is from now on. */
bool wb_recent_note(wb_recent *self, uint64_t number);

#endif
