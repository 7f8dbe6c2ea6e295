/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages - the dashboard: the files of pages/, compiled in (tools/cmake/wb_pages.py)
 *
 * They hold no data: what they show they ask of the API, as any other program does. Nothing in them
 * comes from another host, and a browser that keeps to the policy lets nothing else in.
 */
#ifndef WB_ACTORS_GATEWAY_PAGES_H
#define WB_ACTORS_GATEWAY_PAGES_H

#include "protocol/base/buf.h"

/* No script, style or frame but our own files; no text becomes markup in our scripts. */
#define WB_PAGES_POLICY                                                                            \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src "        \
    "'self'; "                                                                                     \
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "                                \
    "require-trusted-types-for 'script'"

typedef struct wb_page {
    const char *path; /* "/", "/app.js" */
    const char *type;
    const char *etag; /* with its quotes */
    const unsigned char *bytes;
    size_t len;
} wb_page;

extern const wb_page wb_pages[]; /* path NULL ends it */

/* NULL = there is none at this path. */
const wb_page *wb_page_find(wb_view path);

#endif
