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

typedef enum { WB_YAML_SCALAR, WB_YAML_SEQUENCE, WB_YAML_MAPPING } wb_yaml_type;

typedef struct wb_yaml wb_yaml;
struct wb_yaml {
    wb_yaml_type type;
    int line;     /* where the value begins */
    bool plain;   /* SCALAR: written without quotes */
    char *text;   /* SCALAR */
    char *key;    /* child of a mapping */
    int key_line; /* where its key stands; else the value's line */
    size_t count; /* children */
    wb_yaml *first, *last, *next;
};

/* Grows; texts that do not fit are cut. */
typedef struct {
    wb_problem *rows;
    size_t count, cap;
} wb_problems;

void wb_problems_add(wb_problems *self, int line, const char *fmt, ...) WB_PRINTF(3, 4);
void wb_problems_sort(wb_problems *self); /* by line; those without a line first */
void wb_problems_fini(wb_problems *self);

/* The document's root (a mapping), or NULL: then `problems` says why. What does not stop the
 * reading (a duplicate key, an anchor) is added to `problems` and the tree is returned. An empty
 * document is an empty mapping. */
wb_yaml *wb_yaml_parse(wb_view text, wb_problems *problems);
void wb_yaml_destroy(wb_yaml **self_p);
/* The child of that key; NULL = none (also of NULL and of what is no mapping). */
const wb_yaml *wb_yaml_find(const wb_yaml *self, const char *key);
/* Nothing was written: `key:` alone, `~` or `null`; also NULL. */
bool wb_yaml_is_null(const wb_yaml *self);

#endif
