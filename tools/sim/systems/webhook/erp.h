/* SPDX-License-Identifier: Apache-2.0 */
/*
 * erp - webhook targets: /erp/NAME takes records, /erp/NAME/records/KEY tells about one
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_WEBHOOK_ERP_H
#define WB_TOOLS_SIM_SYSTEMS_WEBHOOK_ERP_H

#include "tools/sim/engine/ledger.h"
#include "tools/sim/engine/sim.h"

/* Results that are no word in an answer: all is done, and the answer to it is none. */
#define WB_SIM_ANSWER_UNREADABLE "unreadable" /* 200 with a page of HTML */
#define WB_SIM_ANSWER_SILENT "silent"         /* 200 that names no record */

typedef struct wb_sim_target wb_sim_target;
struct wb_sim_target {
    wb_sim_target *next;
    wb_sim_ledger *ledger;
    bool down;        /* requests hang and nothing is done */
    wb_sim_told told; /* by a lever */
    char result[24];  /* say this of each record (or bad one), do nothing; WB_SIM_ANSWER_... */
    char only[64];    /* records with another key are of another world; "" = none */
    uint64_t requests;
    int64_t first_us, last_us; /* monotonic, of requests that brought something new */
};

wb_sim_erp *wb_sim_erp_new(wb_sim *sim);
void wb_sim_erp_destroy(wb_sim_erp **self_p);
wb_sim_target *wb_sim_erp_first(const wb_sim_erp *self);
/* By name; made when there is none and `make`. */
wb_sim_target *wb_sim_erp_target(wb_sim_erp *self, wb_view name, bool make);

#endif
