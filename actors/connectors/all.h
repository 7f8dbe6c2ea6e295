/* SPDX-License-Identifier: Apache-2.0 */
/*
 * all - every connector of connectors.def, as one table
 */
#ifndef WB_ACTORS_CONNECTORS_ALL_H
#define WB_ACTORS_CONNECTORS_ALL_H

#include "actors/connectors/connector.h"

#define WB_CONNECTOR(name) extern const wb_connector wb_connector_##name;
#include "actors/connectors/connectors.def"
#undef WB_CONNECTOR

extern const wb_connector *const wb_connectors[]; /* ends with NULL */

#endif
