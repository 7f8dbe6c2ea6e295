/* SPDX-License-Identifier: Apache-2.0 */
/*
 * table - the HTTP API
 */
#include "actors/gateway/api.h"

static const wb_member health[] = {
    {.name = "status",  .type = WB_SHAPE_TEXT, .required = true, .help = "ok"},
    {.name = "version", .type = WB_SHAPE_TEXT, .required = true, .help = "of this gateway"},
    {0                },
};

static const wb_member any[] = {{0}};

#define ANSWERS(...)                                                                               \
    (const wb_answer_shape[])                                                                      \
    {                                                                                              \
        __VA_ARGS__,                                                                               \
        {                                                                                          \
            0                                                                                      \
        }                                                                                          \
    }

const wb_operation wb_operations[] = {
    {.method = "GET",
     .path = "/api/health",
     .id = "health",
     .group = "system",
     .help = "That the gateway is there",
     .role = WB_ROLE_OPEN,
     .answers = ANSWERS({200, "It is there", health}),
     .run = wb_api_health},
    {.method = "GET",
     .path = "/openapi.json",
     .id = "openapi",
     .group = "system",
     .help = "This document",
     .role = WB_ROLE_OPEN,
     .answers = ANSWERS({200, "OpenAPI 3.1", any}),
     .run = wb_api_document},
    {.method = "GET",
     .path = "/metrics",
     .id = "metrics",
     .group = "system",
     .help = "What every process counts, for Prometheus; OpenMetrics for those that accept it",
     .role = WB_ROLE_READ,
     .answers = ANSWERS({200, "Metrics", NULL}),
     .media = "text/plain",
     .run = wb_api_metrics},
    {.method = "GET",
     .path = "/api/accounts",
     .id = "accounts",
     .group = "accounts",
     .help = "Accounts that are read from, and when each was synced",
     .role = WB_ROLE_READ,
     .answers = ANSWERS({200, "Accounts", wb_api_accounts_answer}),
     .run = wb_api_accounts},
    {.method = "GET",
     .path = "/api/parked",
     .id = "parked",
     .group = "parked",
     .help = "What was set aside with a reason",
     .role = WB_ROLE_READ,
     .query = wb_api_parked_query,
     .answers = ANSWERS({200, "Parked messages", wb_api_parked_answer}),
     .run = wb_api_parked},
    {.method = "GET",
     .path = "/api/why/{key}",
     .id = "why",
     .group = "records",
     .help = "Where a record is, and what holds it",
     .role = WB_ROLE_READ,
     .path_members = wb_api_why_path,
     .answers = ANSWERS({200, "What is known of it", wb_api_why_answer},
     {404, "Nobody knows this record", any}),
     .run = wb_api_why},
    {0                               },
};
