/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shape - whether what was asked has the shape that the table of operations tells
 *
 * All that is wrong is told at once, each by its place: "body.lines[2].sku", "query.limit". Words
 * of a stranger are never repeated in it.
 */
#ifndef WB_ACTORS_GATEWAY_SHAPE_H
#define WB_ACTORS_GATEWAY_SHAPE_H

#include "actors/gateway/operations.h"
#include "protocol/json.h"

#define WB_SHAPE_ERRORS_MAX 16

/* What is wrong, as members of the problem: a JSON list of {"field", "message"}. */
typedef struct {
    wb_buf list; /* without its brackets */
    size_t count;
} wb_shape_errors;

void wb_shape_errors_init(wb_shape_errors *self);
void wb_shape_errors_fini(wb_shape_errors *self);
void wb_shape_error(wb_shape_errors *self, const char *place, const char *message);

/* An object of a body against its members; `at` may be none: then it has to be one with no required
 * member. */
void wb_shape_check_body(wb_json *json, const wb_member *members, wb_shape_errors *errors);
/* A parameter of path or query, decoded, by its row. `where`: "path", "query". */
void wb_shape_check_text(const wb_member *member, wb_view value, const char *where,
                         wb_shape_errors *errors);

#endif
