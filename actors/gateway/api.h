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
#define WB_API_REASON_MAX 120 /* of what a reason begins with */
extern const wb_member wb_api_parked_query[], wb_api_parked_answer[];
extern const wb_member wb_api_parked_groups_query[], wb_api_parked_groups_answer[];
void wb_api_parked(wb_call_in *call);
void wb_api_parked_groups(wb_call_in *call);
/* api_parked_change.c */
extern const wb_member wb_api_parked_path[], wb_api_parked_filter[], wb_api_parked_changed[];
void wb_api_parked_retry_one(wb_call_in *call);
void wb_api_parked_drop_one(wb_call_in *call);
void wb_api_parked_retry(wb_call_in *call);
void wb_api_parked_drop(wb_call_in *call);
/* api_overview.c */
extern const wb_member wb_api_overview_query[], wb_api_overview_answer[];
void wb_api_overview(wb_call_in *call);
/* api_records.c */
extern const wb_member wb_api_records_query[], wb_api_records_answer[];
void wb_api_records(wb_call_in *call);
/* api_why.c */
extern const wb_member wb_api_why_path[], wb_api_why_answer[];
void wb_api_why(wb_call_in *call);
/* api_session.c */
extern const wb_member wb_api_login_body[], wb_api_session_answer[];
void wb_api_login(wb_call_in *call);
void wb_api_session(wb_call_in *call);
void wb_api_logout(wb_call_in *call);
/* sync/api_sync.c */
extern const wb_member wb_api_sync_orders_body[], wb_api_sync_query[], wb_api_sync_begun[],
    wb_api_sync_products_body[];
void wb_api_sync_orders(wb_call_in *call);
void wb_api_sync_products(wb_call_in *call);
/* sync/api_status.c */
extern const wb_member wb_api_task_path[], wb_api_status_answer[], wb_api_status_query[],
    wb_api_statuses_answer[];
void wb_api_sync_status(wb_call_in *call);
void wb_api_sync_statuses(wb_call_in *call);
/* sync/api_one.c */
extern const wb_member wb_api_order_path[], wb_api_goods_path[], wb_api_one_query[],
    wb_api_one_order[], wb_api_one_goods[];
void wb_api_sync_one(wb_call_in *call);
/* sync/api_tasks.c, sync/api_logs.c */
extern const wb_member wb_api_tasks_query[], wb_api_tasks_answer[], wb_api_whole_task_path[],
    wb_api_whole_task[], wb_api_logs_query[], wb_api_logs_answer[];
void wb_api_tasks(wb_call_in *call);
void wb_api_task(wb_call_in *call);
void wb_api_task_logs(wb_call_in *call);
/* sync/api_enrich.c */
extern const wb_member wb_api_shop_path[], wb_api_progress_answer[], wb_api_enrich_query[],
    wb_api_enrich_answer[], wb_api_enrich_begun[], wb_api_enrich_stats_answer[];
void wb_api_shop_progress(wb_call_in *call);
void wb_api_enrich_tasks(wb_call_in *call);
void wb_api_enrich_details(wb_call_in *call);
void wb_api_enrich_stats(wb_call_in *call);

#endif
