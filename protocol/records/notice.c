/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/records/notice.h"

#include "protocol/base/own.h"
#include "protocol/records/field_rows.h"

const char *const wb_alert_statuses[] = {"", "firing", "resolved", NULL};

_Static_assert(WB_COUNT(wb_alert_statuses) == WB_ALERT_STATUS_COUNT + 1, "a name for each");

#define NOTICE WB_NOTICE_OWNS_HEAD
#define ALERT WB_ALERT_OWNS_HEAD

const wb_field wb_notice_fields[] = {
    TEXT(1, wb_notice, external_id, REQUIRED, NOTICE, "the channel's id of the notice"),
    TEXT(2, wb_notice, stream, 0, NOTICE, "the stream that it was read from"),
    TEXT(3, wb_notice, source, REQUIRED, NOTICE, "the connector it came from"),
    TIME(4, wb_notice, event_utc_us, "event_at", 0, NOTICE, "when it happened"),
    TIME(5, wb_notice, updated_utc_us, "updated_at", 0, NOTICE,
         "when it was told, where that is known"),
    TEXT(6, wb_notice, body, PERSONAL, WB_NOTICE_OWNS_BODY, "as it came"),
    READING(7, wb_notice, NOTICE),
    TEXT(WB_NOTICE_TYPE_FIELD, wb_notice, type, 0, NOTICE,
         "what it announces, in the channel's word"),
    FIELDS_END,
};

void
wb_notice_as_it_is(void *record, const wb_envelope *raw, wb_view external)
{
    wb_notice *self = record;

    self->external_id = external;
    self->type = raw->type;
    self->stream = raw->stream;
    self->source = raw->connector;
    self->event_utc_us = raw->source_utc_us;
    self->body = raw->body;
}

const wb_field wb_alert_fields[] = {
    TEXT(1, wb_alert, external_id, REQUIRED, ALERT, "source and condition"),
    TEXT(2, wb_alert, condition, REQUIRED, ALERT, "what is wrong, as a word"),
    TEXT(3, wb_alert, severity, 0, ALERT, "info, warning or critical"),
    TEXT(4, wb_alert, account, 0, ALERT, "whom it is about"),
    TEXT(5, wb_alert, summary, 0, ALERT, "in one line"),
    TEXT(6, wb_alert, detail, 0, ALERT, "in more"),
    TEXT(7, wb_alert, action, 0, ALERT, "who can do what"),
    TEXT(8, wb_alert, source, REQUIRED, ALERT, "who noticed it"),
    ENUM(9, wb_alert, status, wb_alert_statuses, REQUIRED, ALERT, "does it last"),
    TIME(10, wb_alert, created_utc_us, "created_at", 0, ALERT, "since when"),
    TIME(11, wb_alert, updated_utc_us, "updated_at", 0, ALERT, "when it was noticed last"),
    TIME(12, wb_alert, resolved_utc_us, "resolved_at", 0, ALERT, "when it was over"),
    INT(13, wb_alert, times, 0, ALERT, "how often it was noticed"),
    READING(14, wb_alert, ALERT),
    FIELDS_END,
};
