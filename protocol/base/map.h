/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map - a hash table from bytes to a pointer
 *
 * Keys are copied in. Values are borrowed: the table never frees them. Not for iteration while
 * changing, except removal of the entry just visited.
 */
#ifndef WB_PROTOCOL_BASE_MAP_H
#define WB_PROTOCOL_BASE_MAP_H

#include "protocol/base/buf.h"

typedef struct wb_map wb_map;

wb_map *wb_map_new(void);
void wb_map_destroy(wb_map **self_p);
size_t wb_map_count(const wb_map *self);
void *wb_map_find(const wb_map *self, wb_view key); /* NULL = none */
/* Sets or replaces; returns the value that was there, or NULL. `value` is not NULL. */
void *wb_map_put(wb_map *self, wb_view key, void *value);
/* Removes; returns the value, or NULL. */
void *wb_map_remove(wb_map *self, wb_view key);
/* Visit all: `for (size_t at = 0; (value = wb_map_next(map, &at, &key));)`. key may be NULL. */
void *wb_map_next(const wb_map *self, size_t *at, wb_view *key);

#endif
