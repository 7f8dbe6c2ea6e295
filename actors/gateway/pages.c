/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/gateway/pages.h"

const wb_page *
wb_page_find(wb_view path)
{
    for (const wb_page *at = wb_pages; at->path; at++)
        if (wb_view_is(path, at->path))
            return at;
    return NULL;
}
