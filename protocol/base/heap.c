/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/base/heap.h"

#include <assert.h>

#include "protocol/base/own.h"

static void
settle(wb_heap *self, size_t i, wb_heap_node *node)
{
    self->nodes[i] = node;
    node->place = i + 1;
}

/* Both leave `node` where it belongs, starting from the hole at `i`. */
static void
sift_up(wb_heap *self, size_t i, wb_heap_node *node)
{
    size_t parent;

    while (i > 0) {
        parent = (i - 1) / 2;
        if (self->nodes[parent]->at <= node->at)
            break;
        settle(self, i, self->nodes[parent]);
        i = parent;
    }
    settle(self, i, node);
}

static void
sift_down(wb_heap *self, size_t i, wb_heap_node *node)
{
    size_t child;

    for (;;) {
        child = 2 * i + 1;
        if (child >= self->count)
            break;
        if (child + 1 < self->count && self->nodes[child + 1]->at < self->nodes[child]->at)
            child++;
        if (node->at <= self->nodes[child]->at)
            break;
        settle(self, i, self->nodes[child]);
        i = child;
    }
    settle(self, i, node);
}

static void
sift(wb_heap *self, size_t i, wb_heap_node *node)
{
    if (i > 0 && node->at < self->nodes[(i - 1) / 2]->at)
        sift_up(self, i, node);
    else
        sift_down(self, i, node);
}

void
wb_heap_fini(wb_heap *self)
{
    for (size_t i = 0; i < self->count; i++)
        self->nodes[i]->place = 0;
    wb_free(&self->nodes);
    *self = (wb_heap){0};
}

void
wb_heap_put(wb_heap *self, wb_heap_node *node, int64_t at)
{
    node->at = at;
    if (node->place) {
        assert(self->nodes[node->place - 1] == node); /* in one heap at a time */
        sift(self, node->place - 1, node);
        return;
    }
    if (self->count == self->cap) {
        self->cap = self->cap ? self->cap * 2 : 16;
        self->nodes = wb_realloc(self->nodes, self->cap * sizeof *self->nodes);
    }
    sift_up(self, self->count++, node);
}

void
wb_heap_remove(wb_heap *self, wb_heap_node *node)
{
    size_t i = node->place;
    wb_heap_node *last;

    if (i == 0)
        return;
    assert(i <= self->count && self->nodes[i - 1] == node);
    node->place = 0;
    last = self->nodes[--self->count];
    if (last != node)
        sift(self, i - 1, last);
}

wb_heap_node *
wb_heap_first(const wb_heap *self)
{
    return self->count ? self->nodes[0] : NULL;
}
