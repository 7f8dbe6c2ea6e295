/* SPDX-License-Identifier: Apache-2.0 */
/*
 * erp - webhook targets: /erp/NAME takes records, /erp/NAME/records/KEY tells about one
 */
#ifndef WB_TOOLS_SIM_ERP_H
#define WB_TOOLS_SIM_ERP_H

#include "tools/sim/ledger.h"
#include "tools/sim/sim.h"

typedef struct wb_sim_target wb_sim_target;
struct wb_sim_target {
    wb_sim_target *next;
    wb_sim_ledger *ledger;
    bool down;      /* requests hang and nothing is done */
    int64_t status; /* answer every push with this status; 0 = work */
    uint64_t requests;
    int64_t first_us, last_us; /* monotonic, of requests that brought something new */
};

wb_sim_erp *wb_sim_erp_new(wb_sim *sim);
void wb_sim_erp_destroy(wb_sim_erp **self_p);
wb_sim_target *wb_sim_erp_first(const wb_sim_erp *self);
/* By name; made when there is none and `make`. */
wb_sim_target *wb_sim_erp_target(wb_sim_erp *self, wb_view name, bool make);

#endif
