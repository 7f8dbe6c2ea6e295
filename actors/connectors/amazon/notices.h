/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notices - the types of notification that are known, as data
 */
#ifndef WB_ACTORS_CONNECTORS_AMAZON_NOTICES_H
#define WB_ACTORS_CONNECTORS_AMAZON_NOTICES_H

#include "actors/connectors/connector.h"

#define AMAZON_NOTICE_PATH_MAX 4
#define AMAZON_NOTICE_VERSIONS_MAX 3

typedef enum {
    AMAZON_IS_TEXT = 0,
    AMAZON_IS_TEXT_OR_NULL,
    AMAZON_IS_INT,
    AMAZON_IS_ARRAY,
    AMAZON_IS_OBJECT,
} amazon_shape;

/* A member below the payload, and what it has to be when it is there. */
typedef struct {
    const char *path[AMAZON_NOTICE_PATH_MAX]; /* ends with NULL or full */
    amazon_shape shape;
    bool required;
} amazon_member_rule;

typedef struct {
    const char *name;
    /* Payload versions whose form is known; none = any. A subscription names the one it wants, so
     * another one comes only to who asked for it. */
    const char *versions[AMAZON_NOTICE_VERSIONS_MAX];
    const amazon_member_rule *rules; /* ends with an empty path */
    /* Who consumes it; NULL = nobody yet: it is read and filtered. */
    const char *const *order_id; /* path below the payload, NULL-terminated */
    const char *const *changed;  /* the record's own update time, NULL = not told */
} amazon_notice_type;

/* Sent on demand, to see whether the way is open: it needs no id, for it has no effect. */
#define AMAZON_TEST_NOTICE "TEST_NOTIFICATION"

const amazon_notice_type *amazon_notice_type_find(wb_view name); /* NULL = unknown */

#endif
