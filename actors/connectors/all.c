/* SPDX-License-Identifier: Apache-2.0 */
#include "actors/connectors/all.h"

const wb_connector *const wb_connectors[] = {
#define WB_CONNECTOR(name) &wb_connector_##name,
#include "actors/connectors/connectors.def"
#undef WB_CONNECTOR
    NULL,
};
