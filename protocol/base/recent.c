/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recent - two tables of numbers: when the one that is filled has its share, the other is forgotten
 */
#include "protocol/base/recent.h"

#include <assert.h>

#include "protocol/base/own.h"

#define ROOM_FIRST 64

typedef struct {
    uint64_t *slots; /* open addressing, at most half of them taken; 0 = free */
    size_t room, count;
} table;

struct wb_recent {
    table now, before;
    size_t share; /* of each table */
};

/* 0 marks what is free. */
static uint64_t
marked(uint64_t number)
{
    return number ? number : 1;
}

static uint64_t *
slot_of(const table *self, uint64_t number)
{
    size_t at = (size_t)number & (self->room - 1);

    while (self->slots[at] && self->slots[at] != number)
        at = (at + 1) & (self->room - 1);
    return &self->slots[at];
}

static bool
has(const table *self, uint64_t number)
{
    return self->room && *slot_of(self, number);
}

static void
grow(table *self)
{
    table wide = {.room = self->room ? 2 * self->room : ROOM_FIRST, .count = self->count};

    wide.slots = wb_alloc(wide.room * sizeof *wide.slots);
    for (size_t i = 0; i < self->room; i++)
        if (self->slots[i])
            *slot_of(&wide, self->slots[i]) = self->slots[i];
    wb_free(&self->slots);
    *self = wide;
}

static void
put(table *self, uint64_t number)
{
    if (2 * (self->count + 1) > self->room)
        grow(self);
    *slot_of(self, number) = number;
    self->count++;
}

wb_recent *
wb_recent_new(size_t most)
{
    wb_recent *self = wb_alloc(sizeof *self);

    assert(most >= ROOM_FIRST && !(most & (most - 1)));
    self->share = most / 2;
    return self;
}

void
wb_recent_destroy(wb_recent **self_p)
{
    if (*self_p) {
        wb_free(&(*self_p)->now.slots);
        wb_free(&(*self_p)->before.slots);
    }
    wb_free(self_p);
}

bool
wb_recent_has(const wb_recent *self, uint64_t number)
{
    return has(&self->now, marked(number)) || has(&self->before, marked(number));
}

bool
wb_recent_note(wb_recent *self, uint64_t number)
{
    bool known = wb_recent_has(self, number);

    if (has(&self->now, marked(number)))
        return known;
    if (self->now.count == self->share) {
        wb_free(&self->before.slots);
        self->before = self->now;
        self->now = (table){0};
    }
    put(&self->now, marked(number));
    return known;
}
