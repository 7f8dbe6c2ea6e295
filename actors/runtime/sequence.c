/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequence - see sequence.h
 */
#include "actors/runtime/sequence.h"

#include "protocol/base/own.h"

#define CAP_MIN 256

static struct sequence_slot *
seek(const sequence_table *self, uint64_t sequence)
{
    size_t mask = self->cap - 1, i = (size_t)sequence & mask;

    while (self->slots[i].sequence && self->slots[i].sequence != sequence)
        i = (i + 1) & mask;
    return &self->slots[i];
}

static void
grow(sequence_table *self)
{
    sequence_table grown = {.cap = self->cap ? 2 * self->cap : CAP_MIN, .count = self->count};

    grown.slots = wb_alloc(grown.cap * sizeof *grown.slots);
    for (size_t i = 0; i < self->cap; i++)
        if (self->slots[i].sequence)
            *seek(&grown, self->slots[i].sequence) = self->slots[i];
    wb_free(&self->slots);
    *self = grown;
}

void
sequence_put(sequence_table *self, uint64_t sequence, wb_outgoing *outgoing)
{
    struct sequence_slot *slot;

    if (2 * (self->count + 1) > self->cap)
        grow(self);
    slot = seek(self, sequence);
    if (!slot->sequence)
        self->count++;
    *slot = (struct sequence_slot){sequence, outgoing};
}

wb_outgoing *
sequence_find(const sequence_table *self, uint64_t sequence)
{
    if (!self->cap || !sequence)
        return NULL;
    return seek(self, sequence)->outgoing;
}

/* What follows moves up, when its place is at or before the hole. */
void
sequence_remove(sequence_table *self, uint64_t sequence)
{
    size_t mask = self->cap - 1, hole, at;

    if (!self->cap || seek(self, sequence)->sequence != sequence)
        return;
    hole = (size_t)(seek(self, sequence) - self->slots);
    for (at = (hole + 1) & mask; self->slots[at].sequence; at = (at + 1) & mask) {
        size_t home = (size_t)self->slots[at].sequence & mask;
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        self->slots[hole] = self->slots[at];
        hole = at;
    }
    self->slots[hole] = (struct sequence_slot){0};
    self->count--;
}

void
sequence_fini(sequence_table *self)
{
    wb_free(&self->slots);
    *self = (sequence_table){0};
}
