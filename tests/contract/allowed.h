/* SPDX-License-Identifier: Apache-2.0 */
/*
 * allowed - the rows of tests/fixtures/<connector>/allowed: what a wrong answer may come to
 */
#ifndef WB_TESTS_CONTRACT_ALLOWED_H
#define WB_TESTS_CONTRACT_ALLOWED_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/contract/mutate.h"

/* Is there a row "WORD OPERATION PATH" for this path, or what it stands in? `allowed`: the whole
 * file, NULL = none; `op` "": rows of that word have no operation. Numbers in brackets do not
 * count. */
bool allowed_is(const char *allowed, const char *word, const char *op, const char *path);
/* Has this mutation left a list empty that may be, and then says that nothing is there? */
bool allowed_empty(const char *allowed, const char *op, const mutation *at);
/* The path without the numbers of its elements. */
void allowed_bare(char *dst, size_t size, const char *path);

#endif
