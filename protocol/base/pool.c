/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/base/pool.h"

#include <assert.h>
#include <stdalign.h>

#include "protocol/base/own.h"

#ifdef __SANITIZE_ADDRESS__
#define POOLED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define POOLED 0
#endif
#endif
#ifndef POOLED
#define POOLED 1
#endif

#define STEP 512
#define CLASSES 16  /* to 8 KiB */
#define KEPT_MAX 64 /* of each class */
#define NO_CLASS CLASSES

typedef union block {
    struct {
        size_t class;
        union block *next; /* in the pool */
    } head;
    max_align_t align;
} block;

static block *kept[CLASSES];
static size_t kept_count[CLASSES];

/* Blocks of class c hold (c + 1) * STEP bytes. */
static size_t
class_of(size_t size)
{
    size_t class = size ? (size - 1) / STEP : 0;

    return class < CLASSES ? class : NO_CLASS;
}

void *
wb_pool_take(size_t size)
{
    size_t class = POOLED ? class_of(size) : NO_CLASS;
    block *self;

    if (class < CLASSES && kept[class]) {
        self = kept[class];
        kept[class] = self->head.next;
        assert(kept_count[class] > 0);
        kept_count[class]--;
        return self + 1;
    }
    self = wb_realloc(NULL, sizeof *self + (class < CLASSES ? (class + 1) * STEP : size));
    self->head.class = class;
    return self + 1;
}

void
wb_pool_give(void *pointer_p)
{
    void **p = pointer_p;
    block *self;

    if (!*p)
        return;
    self = (block *)*p - 1;
    *p = NULL;
    assert(self->head.class < CLASSES || self->head.class == NO_CLASS);
    if (self->head.class == NO_CLASS || kept_count[self->head.class] >= KEPT_MAX) {
        wb_free(&self);
        return;
    }
    self->head.next = kept[self->head.class];
    kept[self->head.class] = self;
    kept_count[self->head.class]++;
}
