/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/young_index.h"

#include <assert.h>

#include "protocol/base/own.h"

#define CAP_MIN 1024

/* The slot of a hash, or the free one where it would stand. */
static wb_young_slot *
seek(const wb_young_index *self, uint64_t hash)
{
    size_t mask = self->cap - 1, i = hash & mask;

    while (self->slots[i].sequence && self->slots[i].hash != hash)
        i = (i + 1) & mask;
    return &self->slots[i];
}

static void
resize(wb_young_index *self, size_t cap)
{
    wb_young_index grown = {wb_alloc(cap * sizeof *grown.slots), cap, self->count, self->cap_min};

    for (size_t i = 0; i < self->cap; i++)
        if (self->slots[i].sequence)
            *seek(&grown, self->slots[i].hash) = self->slots[i];
    wb_free(&self->slots);
    *self = grown;
}

/* Those behind a slot that becomes free move up, so that no search ends too early. */
static void
vacate(wb_young_index *self, size_t hole)
{
    size_t mask = self->cap - 1;

    for (size_t i = (hole + 1) & mask; self->slots[i].sequence; i = (i + 1) & mask) {
        size_t home = self->slots[i].hash & mask;

        if (((i - home) & mask) >= ((i - hole) & mask)) {
            self->slots[hole] = self->slots[i];
            hole = i;
        }
    }
    self->slots[hole] = (wb_young_slot){0};
    assert(self->count > 0);
    self->count--;
    if (self->count * 8 < self->cap && self->cap > self->cap_min)
        resize(self, self->cap / 2);
}

void
wb_young_index_init(wb_young_index *self, size_t rows)
{
    self->cap_min = CAP_MIN;
    while (self->cap_min * 3 < rows * 4)
        self->cap_min *= 2;
}

void
wb_young_index_fini(wb_young_index *self)
{
    wb_free(&self->slots);
    *self = (wb_young_index){.cap_min = self->cap_min};
}

uint64_t
wb_young_index_find(const wb_young_index *self, uint64_t hash)
{
    return self->cap ? seek(self, hash)->sequence : 0;
}

uint64_t
wb_young_index_set(wb_young_index *self, uint64_t hash, uint64_t sequence)
{
    uint64_t former = wb_young_index_find(self, hash);

    if (!sequence) {
        if (former)
            vacate(self, (size_t)(seek(self, hash) - self->slots));
        return former;
    }
    if (!former && self->count * 4 >= self->cap * 3)
        resize(self, self->cap ? self->cap * 2 : self->cap_min);
    *seek(self, hash) = (wb_young_slot){hash, sequence};
    self->count += !former;
    return former;
}
