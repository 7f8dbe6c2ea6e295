/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch - requests about several system orders, each of which may fail by itself
 */
#ifndef WB_TOOLS_SIM_SYSTEMS_LINGXING_BATCH_H
#define WB_TOOLS_SIM_SYSTEMS_LINGXING_BATCH_H

#include "tools/sim/systems/lingxing/door.h"

/* What is to be done with one of them; `at`: its element. NULL = done, else why not. */
typedef const char *wb_sim_lingxing_step(wb_sim_lingxing_call *call, wb_json_ref at,
                                         wb_sim_lingxing_sys *sys);

/* How a call of this kind says what failed: the list's name, and the members of a failure. */
typedef struct {
    const char *list;    /* elements are numbers, or objects with a global_order_no */
    const char *message; /* of a failure */
    wb_sim_lingxing_step *step;
} wb_sim_lingxing_batch;

typedef struct {
    int64_t done, failed;
    wb_buf failures, successes; /* elements of arrays, as they are written */
} wb_sim_lingxing_outcome;

/* Runs all of them. false = there is nothing to do, and that is answered. */
bool wb_sim_lingxing_run(wb_sim_lingxing_call *call, const wb_sim_lingxing_batch *batch,
                         wb_sim_lingxing_outcome *out);
void wb_sim_lingxing_outcome_fini(wb_sim_lingxing_outcome *self);
/* 10002 all were done, 10001 some, 10000 none; data {error_details}. `all`: instead of 10002. */
void wb_sim_lingxing_answer_details(wb_sim_lingxing_call *call, wb_sim_lingxing_outcome *outcome,
                                    int all);
/* 0; data {success_num, fail_num, process_code (if it has one), failure_info, success_info}. */
void wb_sim_lingxing_answer_counts(wb_sim_lingxing_call *call, wb_sim_lingxing_outcome *outcome,
                                   bool with_code);

#endif
