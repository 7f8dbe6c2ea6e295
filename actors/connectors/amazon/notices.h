/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notices - the types of notification that are known, as data
 */
#ifndef WB_ACTORS_CONNECTORS_AMAZON_NOTICES_H
#define WB_ACTORS_CONNECTORS_AMAZON_NOTICES_H

#include "actors/connectors/connector.h"

#define AMAZON_NOTICE_VERSIONS_MAX 3

typedef struct {
    const char *name;
    /* Payload versions whose form is known; none = any. A subscription names the one it wants, so
     * another one comes only to who asked for it. */
    const char *versions[AMAZON_NOTICE_VERSIONS_MAX];
    /* Paths below the payload, NULL-terminated. Who consumes it; NULL = nobody yet: it is read and
     * filtered. */
    const char *const *order_id;
    const char *const *seller;  /* whose order it is; NULL = not told */
    const char *const *changed; /* the record's own update time, NULL = not told */
} amazon_notice_type;

/* Sent on demand, to see whether the way is open: it needs no id, for it has no effect. */
#define AMAZON_TEST_NOTICE "TEST_NOTIFICATION"

const amazon_notice_type *amazon_notice_type_find(wb_view name); /* NULL = unknown */

#endif
