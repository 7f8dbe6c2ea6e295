/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names - what an element of a list is known by
 */
#include "actors/connectors/sample/sample.h"

bool
sample_name(wb_json *json, wb_json_ref element, const char *member, wb_view *out)
{
    return !wb_json_text(json, wb_json_get(json, element, member), out, member, NULL) &&
           !wb_json_check(json, NULL);
}

bool
sample_name_by_id(wb_json *json, wb_json_ref element, wb_outcomes *out, wb_item *item)
{
    wb_view id = {NULL, 0};

    if (!sample_name(json, element, "id", &id) || !id.len)
        return false;
    item->external = wb_outcomes_keep(out, id);
    return true;
}
