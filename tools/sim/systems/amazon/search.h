/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search - lists of orders by time, page by page, for both versions of the orders API
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_AMAZON_SEARCH_H
#define WB_TOOLS_SIM_SYSTEMS_AMAZON_SEARCH_H

#include "tools/sim/engine/reading.h"
#include "tools/sim/systems/amazon/body.h"

#define WB_SIM_PAGE_MAX 100

/* What a version of the API calls its parameters. */
typedef struct {
    const char *created_after, *created_before, *updated_after, *updated_before;
    const char *marketplaces, *statuses, *fulfilled_by, *page_max, *token;
    const char *merchant; /* the word for "by the seller" */
    const char *(*state_name)(wb_sim_state state);
    bool same_parameters; /* a page token is good only with all parameters as they were */
} wb_sim_search_names;

typedef struct {
    wb_sim_scan scan;
    int64_t page_max;
    uint64_t parameters; /* hash of all but the token */
} wb_sim_search;

/* Read the query. NULL = good; else what is wrong with it. */
const char *wb_sim_search_read(const wb_sim_visit *visit, wb_sim_account *seller,
                               const wb_sim_search_names *names, wb_sim_search *out);
/* Append the page token. It needs percent-encoding: tokens of the live service do. */
void wb_sim_search_token(const wb_sim_search *self, wb_buf *out);

#endif
