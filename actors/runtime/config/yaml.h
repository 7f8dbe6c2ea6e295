/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml - a YAML document as a tree that knows its lines, and the list of what is wrong with it
 *
 * Only what a configuration needs: one document of mappings, sequences and scalars. Aliases,
 * anchors, tags, duplicate keys, depth > WB_CONFIG_DEPTH_MAX and > WB_CONFIG_MAX bytes are
 * problems.
 */
#ifndef WB_ACTORS_RUNTIME_CONFIG_YAML_H
#define WB_ACTORS_RUNTIME_CONFIG_YAML_H

#include "actors/runtime/config/config.h"
#include "protocol/base/map.h"

typedef enum { WB_YAML_SCALAR, WB_YAML_SEQUENCE, WB_YAML_MAPPING } wb_yaml_type;

typedef struct wb_yaml wb_yaml;
struct wb_yaml {
    wb_yaml_type type;
    wb_spot at;     /* where the value begins */
    bool plain;     /* SCALAR: written without quotes */
    char *text;     /* SCALAR */
    char *key;      /* child of a mapping */
    wb_spot key_at; /* where its key stands; else the value's place */
    size_t count;   /* children */
    wb_yaml *first, *last, *next;
    wb_map *by_key; /* of a MAPPING with many children: the first child of each key */
};

/* Texts that do not fit are cut. */
void wb_problems_add(wb_problems *self, wb_spot at, const char *fmt, ...) WB_PRINTF(3, 4);
/* By file, in the order in which they were told of first, then by line; without a line first. */
void wb_problems_sort(wb_problems *self);

/* Where `other` stands, said at `here`: "line 3", or "shops.yaml:3" when it is another file. */
#define WB_SPOT_SIZE (WB_PROBLEM_FILE_SIZE + 16)
const char *wb_spot_text(char dst[WB_SPOT_SIZE], wb_spot other, wb_spot here);

/* The document's root, a `want` (MAPPING or SEQUENCE), or NULL: then `problems` says why. What does
 * not stop the reading (a duplicate key, an anchor) is added to `problems` and the tree is
 * returned. An empty document is an empty root. `file` is kept by reference. */
wb_yaml *wb_yaml_parse(wb_view text, const wb_config_file *file, wb_yaml_type want,
                       wb_problems *problems);
void wb_yaml_destroy(wb_yaml **self_p);
/* The child of that key; NULL = none (also of NULL and of what is no mapping). */
const wb_yaml *wb_yaml_find(const wb_yaml *self, const char *key);
/* A child more, the last one; of a mapping it has its key. Takes it. */
void wb_yaml_append(wb_yaml *self, wb_yaml **child_p);
/* Its first child leaves it; NULL = none is left. */
wb_yaml *wb_yaml_take_first(wb_yaml *self);
/* Nothing was written: `key:` alone, `~` or `null`; also NULL. */
bool wb_yaml_is_null(const wb_yaml *self);

#endif
