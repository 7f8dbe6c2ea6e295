/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Open addressing with linear probing. A removed entry leaves a grave (no key, no value),
 * so that removal of the entry just visited does not disturb a walk; graves go when it is rebuilt.
 */
#include "protocol/base/map.h"

#include <assert.h>

#include "protocol/base/own.h"
#include "protocol/base/random.h"

typedef struct {
    uint64_t hash;
    char *key; /* NULL: never used, or a grave when `grave` */
    uint32_t key_len;
    bool grave;
    void *value;
} slot;

struct wb_map {
    slot *slots;
    size_t cap, count, used; /* used: with graves */
    uint64_t seed;           /* strangers choose keys: they shall not choose collisions */
};

static slot *
seek(const wb_map *self, wb_view key, uint64_t hash)
{
    size_t mask = self->cap - 1;
    slot *at;

    if (self->cap == 0)
        return NULL;
    assert(self->used < self->cap); /* an empty slot ends the search */
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        at = &self->slots[i];
        if (!at->key && !at->grave)
            return NULL;
        if (at->key && at->hash == hash && wb_view_eq(key, (wb_view){at->key, at->key_len}))
            return at;
    }
}

static slot *
free_slot(const wb_map *self, uint64_t hash)
{
    size_t mask = self->cap - 1, i = hash & mask;

    while (self->slots[i].key || self->slots[i].grave)
        i = (i + 1) & mask;
    return &self->slots[i];
}

static void
rebuild(wb_map *self, size_t cap)
{
    slot *old = self->slots;
    size_t old_cap = self->cap;

    self->slots = wb_alloc(cap * sizeof *self->slots);
    self->cap = cap;
    self->used = self->count;
    for (size_t i = 0; i < old_cap; i++)
        if (old[i].key)
            *free_slot(self, old[i].hash) = old[i];
    wb_free(&old);
}

wb_map *
wb_map_new(void)
{
    wb_map *self = wb_alloc(sizeof *self);

    wb_random_bytes(&self->seed, sizeof self->seed);
    return self;
}

void
wb_map_destroy(wb_map **self_p)
{
    wb_map *self = *self_p;

    if (!self)
        return;
    for (size_t i = 0; i < self->cap; i++)
        wb_free(&self->slots[i].key);
    wb_free(&self->slots);
    wb_free(self_p);
}

size_t
wb_map_count(const wb_map *self)
{
    return self->count;
}

void *
wb_map_find(const wb_map *self, wb_view key)
{
    slot *at = seek(self, key, wb_hash64(key.data, key.len, self->seed));

    return at ? at->value : NULL;
}

void *
wb_map_put(wb_map *self, wb_view key, void *value)
{
    uint64_t hash = wb_hash64(key.data, key.len, self->seed);
    slot *at = seek(self, key, hash);
    void *was;

    if (at) {
        was = at->value;
        at->value = value;
        return was;
    }
    if ((self->used + 1) * 4 > self->cap * 3)
        rebuild(self, self->count * 2 < self->cap && self->cap ? self->cap
                      : self->cap                              ? self->cap * 2
                                                               : 16);
    *free_slot(self, hash) = (slot){.hash = hash,
                                    .key = wb_text_dup_len(key.data, key.len),
                                    .key_len = (uint32_t)key.len,
                                    .value = value};
    self->count++;
    self->used++;
    return NULL;
}

void *
wb_map_remove(wb_map *self, wb_view key)
{
    slot *at = seek(self, key, wb_hash64(key.data, key.len, self->seed));
    void *was;

    if (!at)
        return NULL;
    was = at->value;
    wb_free(&at->key);
    *at = (slot){.grave = true};
    assert(self->count > 0);
    self->count--;
    return was;
}

void *
wb_map_next(const wb_map *self, size_t *at, wb_view *key)
{
    for (; *at < self->cap; ++*at) {
        const slot *found = &self->slots[*at];

        if (!found->key)
            continue;
        ++*at;
        if (key)
            *key = (wb_view){found->key, found->key_len};
        return found->value;
    }
    return NULL;
}
