/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_ask - asks the process that has a target what waits for it, in as many calls as it takes
 */
#ifndef WB_TOOLS_WAYBILL_COMMANDS_PLAN_ASK_H
#define WB_TOOLS_WAYBILL_COMMANDS_PLAN_ASK_H

#include "tools/waybill/commands/session.h"

typedef struct {
    const char *account;       /* "tenant/name" */
    const char *kind, *record; /* NULL = all */
    int64_t since_utc_us;      /* 0 = all */
    bool offline, personal;
} wb_plan_question;

/* A row of the answer (docs/wire.md, call.plan), in the document. */
typedef void (*wb_plan_row)(void *arg, wb_json *json, wb_json_ref row);

typedef struct {
    wb_plan_row row;
    void *arg;
    bool paused; /* told before the first row */
} wb_plan_hearer;

/* EXIT_DONE: all was told. EXIT_SILENT: nobody has the target, or does not answer. EXIT_NO: it says
 * no, in words. */
int wb_plan_ask(wb_session *session, const wb_plan_question *question, wb_plan_hearer *hearer);
/* Rows that the mappers have for it and it has not taken yet. EXIT_SILENT: one of them does not
 * say. */
int wb_plan_on_their_way(wb_session *session, const char *account, int64_t *out);

#endif
