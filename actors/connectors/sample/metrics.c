/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics - what a SKU did in a month, as the rows of a report told it (rows.c)
 *
 *   {"report", "sku", "month", "days": [{"day", "units", "orders", "refunded", "sales", "refunds",
 *    "currency"}]}: cells as texts, those that were empty left out
 *
 * When the report was made is the time of the observation, and no member of the record: a report
 * that is made again and says the same changes nothing.
 */
#include "actors/connectors/sample/sample.h"

#include "protocol/answer.h"
#include "protocol/base/own.h"
#include "protocol/key.h"

void
sample_metric_name(wb_buf *out, wb_view month, wb_view sku)
{
    wb_buf_add_text(out, SAMPLE_SALES "/");
    wb_key_pair(out, month, sku);
}

static wb_rc
map_day(wb_json *json, wb_json_ref ref, wb_metric_day *day, wb_err *err)
{
    wb_view currency = {NULL, 0};

    wb_answer_code(json, wb_answer_member(json, ref, "currency"), &currency, "currency");
    wb_answer_count(json, wb_answer_member(json, ref, "units"), &day->units, "units");
    wb_answer_count(json, wb_answer_member(json, ref, "orders"), &day->orders, "orders");
    wb_answer_count(json, wb_answer_member(json, ref, "refunded"), &day->units_refunded,
                    "refunded");
    wb_answer_amount(json, wb_answer_member(json, ref, "sales"), currency, &day->sales, "sales");
    wb_answer_amount(json, wb_answer_member(json, ref, "refunds"), currency, &day->refunds,
                     "refunds");
    return wb_json_text(json, wb_json_get(json, ref, "day"), &day->day, "day", err);
}

static wb_rc
map_days(wb_json *json, wb_metric *metric, wb_err *err)
{
    wb_json_ref days = wb_json_get(json, 0, "days");
    size_t count = wb_json_count(json, days);
    wb_metric_day *day;
    wb_rc rc = WB_OK;

    if (wb_json_kind(json, days) != WB_JSON_ARRAY || !count)
        return wb_fail(err, WB_REJECT, "days is no list of days");
    if (count > SAMPLE_DAYS_MAX)
        return wb_fail(err, WB_REJECT, "more than %d days", SAMPLE_DAYS_MAX);
    day = wb_alloc(count * sizeof *day);
    metric->days = (wb_field_list){day, count};
    for (wb_json_ref at = wb_json_first(json, days); !rc && at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        rc = map_day(json, at, day++, err);
    return rc;
}

wb_rc
sample_map_metric(wb_json *json, wb_mapped *out, wb_err *err)
{
    WB_AUTO(wb_buf_fini) wb_buf id = {0};
    wb_metric *metric = &out->metric;
    wb_rc rc = wb_json_text(json, wb_json_get(json, 0, "report"), &metric->report, "report", err);

    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "month"), &metric->month, "month", err);
    if (!rc)
        rc = wb_json_text(json, wb_json_get(json, 0, "sku"), &metric->sku, "sku", err);
    if (rc)
        return rc;
    wb_buf_init(&id, WB_BODY_MAX);
    sample_metric_name(&id, metric->month, metric->sku);
    out->made = wb_text_dup_len(id.data, id.len);
    metric->external_id = (wb_view){out->made, id.len};
    metric->source = WB_VIEW_LIT("sample");
    out->owners = UINT32_C(1) << WB_METRIC_OWNS_HEAD | UINT32_C(1) << WB_METRIC_OWNS_DAYS;
    out->routed = true;
    return map_days(json, metric, err);
}
