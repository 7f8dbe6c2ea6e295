/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random - unpredictable bytes for ids, and a seeded generator for what must be repeatable
 */
#ifndef WB_PROTOCOL_BASE_RANDOM_H
#define WB_PROTOCOL_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

/* From the kernel; aborts when there are none. */
void wb_random_bytes(void *dst, size_t len);

/* Seeded: the same seed, the same numbers (splitmix64). */
typedef struct {
    uint64_t state;
} wb_rng;

uint64_t wb_rng_next(wb_rng *self);
/* 0 .. bound - 1, bound >= 1. */
uint64_t wb_rng_below(wb_rng *self, uint64_t bound);

/* A hash for tables and shards, not for secrets: the same on every machine, for ever (FNV-1a 64
 * with a final avalanche). Shards are stored by it: it never changes. */
uint64_t wb_hash64(const void *data, size_t len, uint64_t seed);

#endif
