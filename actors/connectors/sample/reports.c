/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports - a report is asked for, waited for, and got: a chain, whose cursor knows its step
 *
 *   POST {url}/reports           {"report": "sales", "from": "2026-11", "to": "2026-11"}
 *       {"id"}: whole months, both included, as far as anything is known of them
 *   GET {url}/reports/{id}
 *       {"id", "state": pending, "again_ms"}
 *       {"id", "state": done, "made": TIME, "document": ID}
 *       {"id", "state": empty}: nothing was sold
 *       {"id", "state": cancelled|fatal, "reason"}
 *   GET {url}/documents/{id}
 *       {"url", "sha256"}: where it is for some minutes, and the digest of its bytes there
 *   GET that URL
 *       the document (rows.c), without a token; 403, 410: the URL has ended
 *
 * All but the last with the token that a grant gets (tokens.c).
 *
 *   killed between the POST and the commit of its id   a second report is made, and the first one
 *       is nobody's: it costs a call, and brings nothing, for what is read is named by the cursor.
 *       The other side knows no key by which a repeat could be told
 *   killed at any later step                           that step is asked once more
 *   it is never done, or has failed                    given up; the slice begins anew
 *   the URL has ended                                  asked for again, MOVES_MAX times at most
 */
#include "actors/connectors/sample/sample.h"

#include <string.h>

#include "protocol/answer.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/pack.h"

#define REPORT "sales"
#define MEMBERS 10
#define MONTH_LEN 7 /* "2026-11" */
#define MOVES_MAX 3
#define AGAIN_MS 30000
#define AGAIN_MIN_MS 100
#define AGAIN_MAX_MS INT64_C(600000)

static const char *const steps[] = {
    [SAMPLE_REPORT_CREATE] = "reports.create",
    [SAMPLE_REPORT_GET] = "reports.get",
    [SAMPLE_REPORT_DOCUMENT] = "reports.document",
    [SAMPLE_REPORT_ROWS] = "reports.rows",
};

/* --- the cursor --- */

static wb_rc
unpack(wb_unpack *in, sample_report *out, wb_err *err)
{
    wb_view *const texts[] = {&out->id,     &out->document, &out->url,
                              &out->sha256, &out->columns,  &out->before};
    int64_t *const numbers[] = {&out->step, &out->asked_utc_us, &out->made_utc_us, &out->moves};
    uint32_t count = 0;
    wb_rc rc = wb_unpack_array(in, &count, "report", err);

    if (!rc && count != MEMBERS)
        rc = wb_fail(err, WB_REJECT, "report: %u members", count);
    for (size_t i = 0; !rc && i < WB_COUNT(numbers); i++)
        rc = wb_unpack_int(in, numbers[i], "number", err);
    for (size_t i = 0; !rc && i < WB_COUNT(texts); i++)
        rc = wb_unpack_bytes(in, texts[i], "text", err);
    return rc;
}

bool
sample_report_of(wb_view cursor, sample_report *out)
{
    wb_unpack in;

    *out = (sample_report){0};
    if (!cursor.len)
        return true;
    if (wb_pack_scan(cursor, MEMBERS + 1, NULL))
        return false;
    wb_unpack_init(&in, cursor);
    return !unpack(&in, out, NULL) && out->step > SAMPLE_REPORT_CREATE &&
           out->step < (int64_t)WB_COUNT(steps);
}

void
sample_report_pack(const sample_report *self, sample_report_step step, wb_buf *out)
{
    const wb_view texts[] = {self->id,     self->document, self->url,
                             self->sha256, self->columns,  self->before};

    wb_pack_array(out, MEMBERS);
    wb_pack_int(out, step);
    wb_pack_int(out, self->asked_utc_us);
    wb_pack_int(out, self->made_utc_us);
    wb_pack_int(out, self->moves);
    for (size_t i = 0; i < WB_COUNT(texts); i++)
        wb_pack_bytes(out, texts[i]);
}

void
sample_report_next(const sample_report *self, sample_report_step step, wb_outcomes *out)
{
    WB_AUTO(wb_buf_fini) wb_buf cursor = {0};

    wb_buf_init(&cursor, WB_BODY_MAX);
    sample_report_pack(self, step, &cursor);
    wb_outcomes_reserve(out, cursor.len);
    out->cursor = wb_outcomes_keep(out, wb_buf_view(&cursor));
}

const char *
sample_page_op(const void *options, const wb_stream *stream, wb_view cursor)
{
    sample_report report;

    (void)options;
    if (stream->record_kind != WB_RECORD_METRIC)
        return NULL;
    return sample_report_of(cursor, &report) ? steps[report.step] : "a step of another release";
}

/* What the call's cursor says; it is of this step, or nothing can be asked. */
static wb_rc
report_of(const wb_call *call, sample_report_step step, sample_report *out, wb_err *err)
{
    if (sample_report_of(call->cursor, out) && out->step == step)
        return WB_OK;
    return wb_fail(err, WB_REJECT, "%s: there is no such report", call->op->name);
}

static void
get(const wb_call *call, const char *template, const char *path, wb_view id, wb_request *out)
{
    out->method = "GET";
    out->template = template;
    wb_buf_addf(&out->url, "%s%s", ((const sample_options *)call->options)->url, path);
    wb_percent(&out->url, id, NULL);
}

/* A text of an answer that names what comes next: nothing can be done without it. */
static bool
named(wb_json *json, const char *member, wb_view *out)
{
    return !wb_json_text(json, wb_json_get(json, 0, member), out, member, NULL) &&
           !wb_json_check(json, NULL) && out->len > 0 && out->len <= WB_URL_MAX;
}

/* A token that is refused is renewed, once: the other side may have forgotten it before its time.
 */
static wb_rc
check(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    out->renew_token = resp->status == 401;
    return wb_response_usual(call, resp, out, err);
}

/* --- create --- */

wb_rc
sample_create_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const sample_options *options = call->options;
    char from[WB_TIME_TEXT_MAX + 1], to[WB_TIME_TEXT_MAX + 1];

    wb_time_text(from, call->from_utc_us, false);
    wb_time_text(to, call->to_utc_us, false);
    out->method = "POST";
    out->template = "/reports";
    wb_buf_addf(&out->url, "%s/reports", options->url);
    wb_buf_addf(&out->body, "{\"report\":\"" REPORT "\",\"from\":\"%.*s\",\"to\":\"%.*s\"}",
                MONTH_LEN, from, MONTH_LEN, to);
    wb_request_header(out, "Content-Type", WB_VIEW_LIT("application/json"), false);
    return wb_request_check(out, err);
}

wb_rc
sample_create_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    sample_report report = {.asked_utc_us = call->now_utc_us};
    wb_rc rc = check(call, resp, out, err);

    if (rc)
        return rc;
    if (wb_json_parse_answer(call->json, resp->body, err) || !named(call->json, "id", &report.id))
        return wb_fail(err, WB_RETRY, "the answer has no id of a report");
    sample_report_next(&report, SAMPLE_REPORT_GET, out);
    return WB_OK;
}

/* --- wait --- */

wb_rc
sample_wait_build(const wb_call *call, wb_request *out, wb_err *err)
{
    const sample_options *options = call->options;
    sample_report report;
    wb_rc rc = report_of(call, SAMPLE_REPORT_GET, &report, err);

    if (rc)
        return rc;
    if ((call->now_utc_us - report.asked_utc_us) / WB_US_PER_MS > options->report_wait)
        return wb_fail(err, WB_REJECT, "the report was not done after %lld s",
                       (long long)(options->report_wait / WB_MS_PER_S));
    get(call, "/reports/{id}", "/reports/", report.id, out);
    return wb_request_check(out, err);
}

static void
wait(wb_json *json, const sample_report *report, wb_outcomes *out)
{
    wb_count told = {0};

    wb_answer_count(json, wb_answer_member(json, 0, "again_ms"), &told, "again_ms");
    out->again_ms = told.known ? told.value : AGAIN_MS;
    if (out->again_ms < AGAIN_MIN_MS)
        out->again_ms = AGAIN_MIN_MS;
    if (out->again_ms > AGAIN_MAX_MS)
        out->again_ms = AGAIN_MAX_MS;
    sample_report_next(report, SAMPLE_REPORT_GET, out);
}

static wb_rc
read_state(wb_json *json, sample_report *report, wb_outcomes *out, wb_err *err)
{
    wb_view state = {NULL, 0}, reason = {NULL, 0};
    char why[100];

    if (!named(json, "state", &state))
        return wb_fail(err, WB_RETRY, "the report does not say in which state it is");
    if (wb_view_is(state, "pending")) {
        wait(json, report, out);
        return WB_OK;
    }
    if (wb_view_is(state, "done")) {
        wb_answer_time(json, wb_answer_member(json, 0, "made"), &report->made_utc_us, "made");
        if (!named(json, "document", &report->document))
            return wb_fail(err, WB_RETRY, "the report is done, and has no document");
        sample_report_next(report, SAMPLE_REPORT_DOCUMENT, out);
        return WB_OK;
    }
    if (wb_view_is(state, "empty")) /* the slice is done */
        return WB_OK;
    if (!wb_view_is(state, "cancelled") && !wb_view_is(state, "fatal"))
        return wb_fail(err, WB_RETRY, "the report is in a state that nobody knows");
    wb_answer_text(json, wb_answer_member(json, 0, "reason"), &reason, "reason");
    wb_text_tame(why, sizeof why, reason);
    return wb_fail(err, WB_REJECT, "the report is %.*s: %s", WB_VIEW_ARG(state), why);
}

wb_rc
sample_wait_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    sample_report report;
    wb_view id = {NULL, 0};
    wb_rc rc = check(call, resp, out, err);

    if (!rc)
        rc = report_of(call, SAMPLE_REPORT_GET, &report, err);
    if (rc)
        return rc;
    if (wb_json_parse_answer(call->json, resp->body, err))
        return wb_note(err, WB_RETRY, "the report is unreadable");
    if (!named(call->json, "id", &id) || !wb_view_eq(id, report.id))
        return wb_fail(err, WB_RETRY, "the answer is about another report");
    return read_state(call->json, &report, out, err);
}

/* --- where the document is --- */

wb_rc
sample_document_build(const wb_call *call, wb_request *out, wb_err *err)
{
    sample_report report;
    wb_rc rc = report_of(call, SAMPLE_REPORT_DOCUMENT, &report, err);

    if (rc)
        return rc;
    get(call, "/documents/{id}", "/documents/", report.document, out);
    return wb_request_check(out, err);
}

/* A digest that is none is left out: it is not what the bytes are held against. */
wb_rc
sample_document_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json *json = call->json;
    sample_report report;
    wb_rc rc = check(call, resp, out, err);

    if (!rc)
        rc = report_of(call, SAMPLE_REPORT_DOCUMENT, &report, err);
    if (rc)
        return rc;
    if (wb_json_parse_answer(json, resp->body, err) || !named(json, "url", &report.url) ||
        !(wb_scheme_of(report.url) & wb_op_schemes(call->op)))
        return wb_fail(err, WB_RETRY, "the answer does not say where the document is");
    wb_answer_code(json, wb_answer_member(json, 0, "sha256"), &report.sha256, "sha256");
    if (report.sha256.len != SAMPLE_DIGEST_LEN)
        report.sha256 = (wb_view){NULL, 0};
    sample_report_next(&report, SAMPLE_REPORT_ROWS, out);
    return WB_OK;
}

/* --- the document --- */

wb_rc
sample_rows_build(const wb_call *call, wb_request *out, wb_err *err)
{
    sample_report report;
    wb_rc rc = report_of(call, SAMPLE_REPORT_ROWS, &report, err);

    if (rc)
        return rc;
    out->method = "GET";
    out->template = "/documents/{id}/bytes";
    wb_buf_add_view(&out->url, report.url);
    out->sink.gzip = true;
    if (report.sha256.len)
        out->sink.sha256 = wb_request_keep(out, report.sha256);
    return wb_request_check(out, err);
}

wb_rc
sample_rows_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    sample_report report;
    wb_rc rc = report_of(call, SAMPLE_REPORT_ROWS, &report, err);

    if (rc)
        return rc;
    if (resp->status != 403 && resp->status != 404 && resp->status != 410)
        return wb_response_usual(call, resp, out, err);
    if (++report.moves > MOVES_MAX)
        return wb_fail(err, WB_REJECT, "the document's URL ends before it can be read");
    report.url = report.sha256 = report.columns = report.before = (wb_view){NULL, 0};
    sample_report_next(&report, SAMPLE_REPORT_DOCUMENT, out);
    return WB_OK;
}
