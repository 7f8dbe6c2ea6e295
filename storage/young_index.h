/* SPDX-License-Identifier: Apache-2.0 */
/*
 * young_index - in memory, from the hash of a key to the sequence of its young row
 *
 * 16 bytes a slot, open addressing, at most three quarters full. Two keys with one hash are told
 * apart by who reads the row. It has room for as many rows as there may be from the first one on:
 * what is not touched is no memory, and nobody waits while a table of a hundred thousand grows.
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
    size_t cap, count, cap_min;
} wb_young_index;

/* Zeroed before. It grows when there are more rows than that, as a store of another release has. */
void wb_young_index_init(wb_young_index *self, size_t rows);

void wb_young_index_fini(wb_young_index *self);
uint64_t wb_young_index_find(const wb_young_index *self, uint64_t hash); /* 0 = none */
/* Set, replace or (sequence 0) remove. The sequence that was there, 0 = none. */
uint64_t wb_young_index_set(wb_young_index *self, uint64_t hash, uint64_t sequence);

#endif
