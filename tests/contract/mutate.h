/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mutate - every small lie that a JSON answer may tell, one at a time
 *
 * Of each value in a document: it is missing, null, of each other type, absurd (a number that no
 * type holds, a text of half an emoji, of bytes that are no UTF-8, of five thousand letters, a time
 * that is none), or there twice. A text that is itself a JSON object (a notice in a message) is
 * walked as well. Deterministic: the same document gives the same mutations in the same order.
 */
#ifndef WB_TESTS_CONTRACT_MUTATE_H
#define WB_TESTS_CONTRACT_MUTATE_H

#include "protocol/json.h"

#define MUTATE_PATH_MAX 400

typedef enum {
    MUTATE_MISSING, /* taken out */
    MUTATE_NULL,
    MUTATE_TYPE,   /* a value of another type, or an empty one */
    MUTATE_ABSURD, /* of its type perhaps, but not what anybody means */
    MUTATE_BROKEN, /* a text with bytes or escapes that are no text */
    MUTATE_TWICE,  /* the member, or the element, is there twice */
} mutate_kind;

typedef struct {
    const char *path; /* "orders[1].orderItems[0].quantityOrdered"; inside a text: "Body:Payload" */
    mutate_kind kind;
    wb_view put;  /* what stands there now; {NULL, 0}: nothing, or the same twice */
    wb_view body; /* the whole; dies when the function returns */
} mutation;

typedef void (*mutate_fn)(void *arg, const mutation *it);

/* Calls `fn` for each; how many there were. 0: the body is no JSON, or only a bare value. */
size_t mutate_each(wb_view body, mutate_fn fn, void *arg);

/* The same of a table (a first line of names, rows of cells, none in quotes with a line end in it):
 * of each cell, of each name of a column, of each row. Paths are "rows[1].units", "columns.units",
 * "rows[1]". */
size_t mutate_table(wb_view body, char separator, mutate_fn fn, void *arg);

const char *mutate_kind_name(mutate_kind kind);

#endif
