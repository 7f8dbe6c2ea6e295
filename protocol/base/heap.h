/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap - the earliest first: a binary heap of nodes that live in their owners
 */
#ifndef WB_PROTOCOL_BASE_HEAP_H
#define WB_PROTOCOL_BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t at;   /* the order: smallest first; ties in no order */
    size_t place; /* 1 + index in the heap; 0 = not in one. Zero the node before its first use. */
} wb_heap_node;

typedef struct {
    wb_heap_node **nodes;
    size_t count, cap;
} wb_heap;

void wb_heap_fini(wb_heap *self);
/* Inserts, or moves when it is in already. */
void wb_heap_put(wb_heap *self, wb_heap_node *node, int64_t at);
void wb_heap_remove(wb_heap *self, wb_heap_node *node); /* no-op when not in */
wb_heap_node *wb_heap_first(const wb_heap *self);       /* NULL = empty */

#endif
