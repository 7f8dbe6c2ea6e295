/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coverage - coverage.def as the connector's table
 */
#include "actors/connectors/amazon/amazon.h"

#define V2026 "amazon 2026-01-01"
#define V0 "amazon v0"
#define MAPPED(api, member, fields) {WB_RECORD_ORDER, api, member, fields, NULL},
#define UNLESS(api, member, fields, rival)                                                         \
    {WB_RECORD_ORDER, api, member, fields, "unless " rival " is told"},
#define MADE(api, field, how) {WB_RECORD_ORDER, api, NULL, field, how},
#define LEFT(api, member, why) {WB_RECORD_ORDER, api, member, NULL, why},

const wb_coverage amazon_coverage[] = {
#include "actors/connectors/amazon/coverage.def"
    {WB_RECORD_NONE, NULL, NULL, NULL, NULL},
};
