/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_file - a plan that `waybill plan --out` wrote: its form is told at the head of plan.c
 */
#ifndef WB_TOOLS_WAYBILL_HOST_PLAN_FILE_H
#define WB_TOOLS_WAYBILL_HOST_PLAN_FILE_H

#include "protocol/json.h"
#include "protocol/limits.h"

#define WB_PLAN_DIGEST_MAX 64

typedef struct {
    char target[WB_ACCOUNT_KEY_MAX + 1], record[WB_KEY_MAX + 1];
    char operation[128];
    int64_t revision;
    char state[WB_PLAN_DIGEST_MAX + 1], request[WB_PLAN_DIGEST_MAX + 1];
    char there[WB_PLAN_DIGEST_MAX + 1]; /* "" = the target was not asked */
} wb_plan_row_read;

/* Each row in the order of the file; it stops with the first code that is not 0, which wb_plan_read
 * returns. */
typedef int (*wb_plan_each)(void *arg, const wb_plan_row_read *row);

/* Read whole before `each` is called for the first time: WB_REJECT names the line of what is no
 * plan, was cut, or is of another deployment. *code: what `each` said last. */
WB_MUST_CHECK wb_rc wb_plan_read(const char *path, const char *deployment, wb_plan_each each,
                                 void *arg, int *code, wb_err *err);

#endif
