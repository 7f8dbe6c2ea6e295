/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sequence - see sequence.h
 */
#include "actors/runtime/lanes/inside.h"

#include <string.h>

#include "protocol/base/own.h"

#define CAP_MIN 256

static wb_view
key_of(const uint64_t *sequence)
{
    return (wb_view){(const char *)sequence, sizeof *sequence};
}

static struct sequence_slot *
slot_of(const sequence_table *self, uint64_t sequence)
{
    return &self->slots[(size_t)sequence & (self->cap - 1)];
}

static void place(sequence_table *self, uint64_t sequence, wb_outgoing *outgoing);

static void
grow(sequence_table *self)
{
    sequence_table old = *self;
    wb_outgoing *outgoing;
    uint64_t sequence;
    wb_view key;

    *self = (sequence_table){.cap = old.cap ? 2 * old.cap : CAP_MIN};
    self->slots = wb_alloc(self->cap * sizeof *self->slots);
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].sequence)
            place(self, old.slots[i].sequence, old.slots[i].outgoing);
    for (size_t at = 0; old.late && (outgoing = wb_map_next(old.late, &at, &key));) {
        memcpy(&sequence, key.data, sizeof sequence);
        place(self, sequence, outgoing);
    }
    sequence_fini(&old);
}

/* The newer one has the slot: it is the one whose receipt is likelier to be next. */
static void
place(sequence_table *self, uint64_t sequence, wb_outgoing *outgoing)
{
    struct sequence_slot *slot = slot_of(self, sequence);
    struct sequence_slot late = {sequence, outgoing};

    if (sequence > slot->sequence) {
        late = *slot;
        *slot = (struct sequence_slot){sequence, outgoing};
    }
    if (!late.sequence)
        return;
    if (!self->late)
        self->late = wb_map_new();
    wb_map_put(self->late, key_of(&late.sequence), late.outgoing);
}

void
sequence_put(sequence_table *self, uint64_t sequence, wb_outgoing *outgoing)
{
    if (!self->cap || (self->late && wb_map_count(self->late) > self->cap / 4))
        grow(self);
    place(self, sequence, outgoing);
}

wb_outgoing *
sequence_find(const sequence_table *self, uint64_t sequence)
{
    if (!self->cap || !sequence)
        return NULL;
    if (slot_of(self, sequence)->sequence == sequence)
        return slot_of(self, sequence)->outgoing;
    return self->late ? wb_map_find(self->late, key_of(&sequence)) : NULL;
}

void
sequence_remove(sequence_table *self, uint64_t sequence)
{
    if (!self->cap)
        return;
    if (slot_of(self, sequence)->sequence == sequence)
        *slot_of(self, sequence) = (struct sequence_slot){0};
    else if (self->late)
        wb_map_remove(self->late, key_of(&sequence));
}

void
sequence_fini(sequence_table *self)
{
    wb_free(&self->slots);
    wb_map_destroy(&self->late);
    *self = (sequence_table){0};
}
