/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notice - what a channel announced, as it is; and what people should know (alert)
 */
#ifndef WB_PROTOCOL_RECORDS_NOTICE_H
#define WB_PROTOCOL_RECORDS_NOTICE_H

#include "protocol/canonical.h"
#include "protocol/envelope.h"

typedef struct {
    wb_view external_id; /* the channel's id of the notice */
    wb_view stream, source;
    wb_view type; /* what it announces, in the channel's word */
    int64_t event_utc_us, updated_utc_us;
    wb_view body; /* as it came: a text, mostly JSON */
    wb_view left_out, repaired;
} wb_notice;

typedef enum { WB_NOTICE_OWNS_HEAD = 1, WB_NOTICE_OWNS_BODY = 2 } wb_notice_owner;

typedef enum {
    WB_ALERT_UNKNOWN = 0,
    WB_ALERT_FIRING,
    WB_ALERT_RESOLVED,
    WB_ALERT_STATUS_COUNT
} wb_alert_status;

typedef struct {
    wb_view external_id; /* source and condition */
    wb_view condition, severity, account, summary, detail, action, source;
    int32_t status; /* wb_alert_status */
    int64_t created_utc_us, updated_utc_us, resolved_utc_us;
    wb_count times;
    wb_view left_out, repaired;
} wb_alert;

typedef enum { WB_ALERT_OWNS_HEAD = 1 } wb_alert_owner;

/* wb_record_def.as_it_is. When it was told is left out: what is told twice says nothing new. */
void wb_notice_as_it_is(void *record, const wb_envelope *raw, wb_view external);

#define WB_NOTICE_TYPE_FIELD 9
extern const wb_field wb_notice_fields[];
extern const wb_field wb_alert_fields[];
extern const char *const wb_alert_statuses[];

#endif
