/* SPDX-License-Identifier: Apache-2.0 */
/*
 * young_index - in memory, from the hash of a key to the sequence of its young row
 *
 * 16 bytes a slot, open addressing, at most three quarters full. Two keys with one hash are told
 * apart by who reads the row.
 */
#ifndef WB_STORAGE_YOUNG_INDEX_H
#define WB_STORAGE_YOUNG_INDEX_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint64_t hash, sequence; /* 0 = the slot is free */
} wb_young_slot;

typedef struct {
    wb_young_slot *slots;
    size_t cap, count;
} wb_young_index;

void wb_young_index_fini(wb_young_index *self);
uint64_t wb_young_index_find(const wb_young_index *self, uint64_t hash); /* 0 = none */
/* Set, replace or (sequence 0) remove. The sequence that was there, 0 = none. */
uint64_t wb_young_index_set(wb_young_index *self, uint64_t hash, uint64_t sequence);

#endif
