/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api - the functions of operations, for the table
 */
#ifndef WB_ACTORS_GATEWAY_API_H
#define WB_ACTORS_GATEWAY_API_H

#include "actors/gateway/operations.h"

/* api_system.c */
void wb_api_health(wb_call_in *call);
void wb_api_document(wb_call_in *call);
/* api_metrics.c */
void wb_api_metrics(wb_call_in *call);
/* api_accounts.c */
extern const wb_member wb_api_accounts_answer[];
void wb_api_accounts(wb_call_in *call);
/* api_parked.c */
extern const wb_member wb_api_parked_query[], wb_api_parked_answer[];
void wb_api_parked(wb_call_in *call);
/* api_why.c */
extern const wb_member wb_api_why_path[], wb_api_why_answer[];
void wb_api_why(wb_call_in *call);

#endif
