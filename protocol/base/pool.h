/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool - blocks of a few KiB that come and go with every order
 *
 * The C library keeps small blocks at hand, but looks for each of these and joins it with its
 * neighbours again: for an order on its way that costs more than filling them. Under the sanitizers
 * every block is the C library's, so that a use after the end is seen.
 */
#ifndef WB_PROTOCOL_BASE_POOL_H
#define WB_PROTOCOL_BASE_POOL_H

#include <stddef.h>

/* `size` bytes, not zeroed, never NULL. */
void *wb_pool_take(size_t size) __attribute__((returns_nonnull));
/* Gives a block back and sets NULL; harmless on NULL. */
void wb_pool_give(void *pointer_p);

#endif
