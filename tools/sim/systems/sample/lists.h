/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lists - what all lists of the shop and the ERP have in common: by update time, page by page
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_SAMPLE_LISTS_H
#define WB_TOOLS_SIM_SYSTEMS_SAMPLE_LISTS_H

#include "tools/sim/engine/reading.h"
#include "tools/sim/systems/sample/sample.h"

/* `order` of what is found is the number of whatever the list holds. */
typedef struct {
    int op;
    const char *name; /* of the member that holds the list */
    bool whole;       /* nothing is read behind it: what is refused is the list */
    /* The next that fits, from scan->position on, which it moves; false = none, or no more for now:
     * *more tells. */
    bool (*next)(const wb_sim_visit *visit, wb_sim_scan *scan, wb_sim_found *out, bool *more);
    void (*put)(const wb_sim_visit *visit, const wb_sim_found *at, wb_buf *out);
} wb_sim_sample_list;

void wb_sim_sample_answer_list(wb_sim_visit *visit, const wb_sim_sample_list *list);
bool wb_sim_sample_in_time(const wb_sim_scan *scan, int64_t at_utc_us);
/* "name":"TIME" */
void wb_sim_sample_put_time(wb_buf *out, const char *name, int64_t utc_us);

#endif
