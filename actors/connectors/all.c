/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/connectors/all.h"

const wb_connector *const wb_connectors[] = {
#define WB_CONNECTOR(name) &wb_connector_##name,
#include "actors/connectors/connectors.def"
#undef WB_CONNECTOR
    NULL,
};

const wb_connector *
wb_connectors_find(wb_view name)
{
    for (size_t i = 0; wb_connectors[i]; i++)
        if (wb_view_is(name, wb_connectors[i]->name))
            return wb_connectors[i];
    return NULL;
}
