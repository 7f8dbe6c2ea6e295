/* SPDX-License-Identifier: Apache-2.0 */
/*
 * canonical_leaves - every value of a mapped record as one line, "lines.quantity=2"
 *
 * List positions are left out, so that an element less does not change the others.
 */
#ifndef WB_TESTS_CONTRACT_CANONICAL_LEAVES_H
#define WB_TESTS_CONTRACT_CANONICAL_LEAVES_H

#include "actors/connectors/connector.h"

typedef struct {
    char **lines;
    size_t count;
} leaves;

/* Map a raw record (its kind, its body): WB_OK and the leaves of what came, else why not. */
wb_rc leaves_map(const wb_connector *connector, const wb_envelope *raw, leaves *out, wb_err *err);
void leaves_fini(leaves *self);
bool leaves_has(const leaves *self, const char *line);

#endif
