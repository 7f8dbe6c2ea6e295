/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own - memory: who owns what, and that it ends
 *
 * Out of memory aborts here: the process is supervised, the work is durable, and an untested
 * error path is worse than a restart.
 */
#ifndef WB_PROTOCOL_BASE_OWN_H
#define WB_PROTOCOL_BASE_OWN_H

#include <stddef.h>

/* An owned local: `WB_AUTO(wb_x_destroy) wb_x *x = NULL;` dies with its scope. */
#define WB_AUTO(destructor) __attribute__((cleanup(destructor)))

/* Give the object away and leave NULL: `*out = wb_take(&self);`. */
#define wb_take(pointer_p)                                                                         \
    __extension__({                                                                                \
        __typeof__(pointer_p) take_p_ = (pointer_p);                                               \
        __typeof__(*take_p_) take_v_ = *take_p_;                                                   \
        *take_p_ = NULL;                                                                           \
        take_v_;                                                                                   \
    })

#define WB_COUNT(array) (sizeof(array) / sizeof *(array))

/* The object that embeds `member` at this address. */
#define WB_CONTAINER(pointer, type, member)                                                        \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* Zeroed memory, never NULL, also for size 0. */
void *wb_alloc(size_t size) __attribute__((malloc, alloc_size(1), returns_nonnull));
/* Grown memory: new bytes are not zeroed. */
void *wb_realloc(void *memory, size_t size) __attribute__((returns_nonnull));
char *wb_text_dup(const char *text) __attribute__((malloc, returns_nonnull));
/* A copy of `len` bytes with a NUL behind. */
char *wb_text_dup_len(const char *text, size_t len) __attribute__((malloc, returns_nonnull));
/* Frees and sets NULL; the destructor of plain memory: `WB_AUTO(wb_free) char *text = NULL;`. */
void wb_free(void *pointer_p);
/* Closes and sets -1: `WB_AUTO(wb_fd_close) int fd = -1;`. */
void wb_fd_close(int *fd);
/* Give the descriptor away and leave -1: `*out = wb_fd_take(&fd);`. */
int wb_fd_take(int *fd);

#endif
