/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reports - asked for, waited for, got
 *
 *   POST /reports          {"report": "sales", "from": "2026-11", "to": "2026-11"}: months
 *       202 {"id", "again_ms"}
 *   GET /reports/ID        {"id", "state": pending|done|empty|cancelled|fatal, "again_ms", "made",
 *                           "document", "reason"}
 *   GET /documents/ID      {"url", "sha256"}
 *   GET /files/ID?sig=N    the document, packed by gzip; ranges are known, by ETag; 410: that URL
 *                          has ended
 *
 * The first three want an access token (tokens.c), the last one nothing but its URL. It is done a
 * moment after it was asked for.
 */
#include "tools/sim/systems/sample/reports.h"

#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/digest.h"
#include "tools/sim/engine/gzip.h"

#include <stdio.h>
#include <string.h>

#define AFTER_US (WB_US_PER_S / 5)
#define AGAIN_MS 100
#define REPORTS_MAX 100000
#define BROKEN_KINDS 5

struct wb_sim_sample_reports {
    wb_sim_sample_report *rows; /* R-1 is the first */
    size_t count;
    uint64_t documents, files, ranges, moved; /* asked for; moved: URLs that had ended */
};

wb_sim_sample_reports *
wb_sim_sample_reports_new(void)
{
    return wb_alloc(sizeof(wb_sim_sample_reports));
}

void
wb_sim_sample_reports_destroy(wb_sim_sample_reports **self_p)
{
    wb_sim_sample_reports *self = wb_take(self_p);

    wb_free(&self->rows);
    wb_free(&self);
}

void
wb_sim_sample_reports_write(const wb_sim_sample_reports *self, wb_json_writer *writer)
{
    wb_json_member_int(writer, "reports", (int64_t)self->count);
    wb_json_member_int(writer, "documents", (int64_t)self->documents);
    wb_json_member_int(writer, "files", (int64_t)self->files);
    wb_json_member_int(writer, "ranges", (int64_t)self->ranges);
    wb_json_member_int(writer, "moved", (int64_t)self->moved);
}

static wb_sim_sample_reports *
reports_of(const wb_sim_visit *visit)
{
    return ((wb_sim_sample_state *)visit->part->state)->reports;
}

/* --- asked for --- */

/* "2026-11" */
static bool
read_month(wb_json *json, const char *member, char out[8])
{
    wb_view text = {NULL, 0};

    return !wb_json_text(json, wb_json_get(json, 0, member), &text, member, NULL) &&
           text.len == 7 && text.data[4] == '-' && !wb_text_set(out, 8, text, NULL);
}

static int
fate_of(const wb_sim_part *part)
{
    for (int fault = WB_SIM_SAMPLE_REPORT_NEVER; fault <= WB_SIM_SAMPLE_REPORT_EMPTY; fault++)
        if (wb_sim_strikes_own(part, fault))
            return fault;
    return -1;
}

void
wb_sim_sample_on_create(wb_sim_visit *visit)
{
    wb_sim_sample_reports *self = reports_of(visit);
    wb_sim *sim = visit->sim;
    wb_sim_sample_report it = {0};
    wb_view name = {NULL, 0};

    if (!wb_sim_sample_enter(visit, WB_SIM_SAMPLE_REPORT_CREATE))
        return;
    if (!wb_sim_sample_seller(visit) || self->count == REPORTS_MAX ||
        wb_json_parse(sim->json, visit->request->body, NULL) ||
        wb_json_text(sim->json, wb_json_get(sim->json, 0, "report"), &name, "report", NULL) ||
        !wb_view_is(name, "sales") || !read_month(sim->json, "from", it.from) ||
        !read_month(sim->json, "to", it.to) || strcmp(it.from, it.to) > 0) {
        wb_sim_refuse(visit, 400, "report", "no such report can be made");
        return;
    }
    it.seller = wb_sim_sample_seller(visit)->number;
    it.made_utc_us = wb_now_utc_us();
    it.ready_us = wb_now_us() + AFTER_US;
    it.fate = fate_of(visit->part);
    it.broken = it.fate < 0 && wb_sim_strikes_own(visit->part, WB_SIM_SAMPLE_ROW_BROKEN)
                    ? 1 + (int)(self->count % BROKEN_KINDS)
                    : 0;
    self->rows = wb_realloc(self->rows, (self->count + 1) * sizeof *self->rows);
    self->rows[self->count++] = it;
    wb_buf_clear(&sim->body);
    wb_buf_addf(&sim->body, "{\"id\":\"R-%zu\",\"again_ms\":%d}", self->count, AGAIN_MS);
    wb_sim_answer_json(visit->conn, 202, wb_buf_view(&sim->body));
}

/* The report that the path names, of the seller that it names; NULL = it is answered. */
static wb_sim_sample_report *
find_report(const wb_sim_visit *visit, const char *head)
{
    wb_sim_sample_reports *self = reports_of(visit);
    const wb_sim_account *seller = wb_sim_sample_seller(visit);
    wb_view id = visit->segment[1];
    size_t len = strlen(head);
    uint64_t number = 0;

    if (seller && id.len > len && !memcmp(id.data, head, len) &&
        !wb_text_uint(&number, (wb_view){id.data + len, id.len - len}, NULL) && number >= 1 &&
        number <= self->count && self->rows[number - 1].seller == seller->number)
        return &self->rows[number - 1];
    wb_sim_refuse(visit, 404, "absent", "there is no such report");
    return NULL;
}

static void
write_state(const wb_sim_sample_report *it, wb_json_writer *writer)
{
    if (it->fate == WB_SIM_SAMPLE_REPORT_NEVER || wb_now_us() < it->ready_us) {
        wb_json_member_text(writer, "state", WB_VIEW_LIT("pending"));
        wb_json_member_int(writer, "again_ms", AGAIN_MS);
    } else if (it->fate == WB_SIM_SAMPLE_REPORT_EMPTY) {
        wb_json_member_text(writer, "state", WB_VIEW_LIT("empty"));
    } else if (it->fate >= 0) {
        wb_json_member_text(
            writer, "state",
            wb_view_of(it->fate == WB_SIM_SAMPLE_REPORT_FATAL ? "fatal" : "cancelled"));
        wb_json_member_text(writer, "reason", WB_VIEW_LIT("it could not be made"));
    } else {
        wb_json_member_text(writer, "state", WB_VIEW_LIT("done"));
        wb_json_put_key(writer, "made");
        wb_json_put_time(writer, it->made_utc_us);
    }
}

void
wb_sim_sample_on_report(wb_sim_visit *visit)
{
    wb_sim *sim = visit->sim;
    const wb_sim_sample_report *it;
    wb_json_writer writer;
    char document[32];

    if (!wb_sim_sample_enter(visit, WB_SIM_SAMPLE_REPORT_GET) || !(it = find_report(visit, "R-")))
        return;
    (void)snprintf(document, sizeof document, "D-%zu", (size_t)(it - reports_of(visit)->rows) + 1);
    wb_buf_clear(&sim->body);
    wb_json_writer_init(&writer, &sim->body);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "id", visit->segment[1]);
    write_state(it, &writer);
    if (it->fate < 0 && wb_now_us() >= it->ready_us)
        wb_json_member_text(&writer, "document", wb_view_of(document));
    wb_json_close(&writer, '}');
    wb_sim_answer_json(visit->conn, 200, wb_buf_view(&sim->body));
}

/* --- got --- */

static void
pack_document(const wb_sim *sim, const wb_sim_sample_report *it, wb_buf *out)
{
    WB_AUTO(wb_buf_fini) wb_buf plain = {0};

    wb_buf_init(&plain, SIZE_MAX / 2);
    wb_buf_init(out, SIZE_MAX / 2);
    wb_sim_sample_document(sim, it, &plain);
    wb_sim_gzip(out, wb_buf_view(&plain));
}

static void
digest_of(char hex[2 * WB_SHA256_LEN + 1], const wb_buf *packed)
{
    uint8_t digest[WB_SHA256_LEN];

    wb_sha256(digest, wb_buf_view(packed));
    wb_hex(hex, digest, sizeof digest);
}

void
wb_sim_sample_on_document(wb_sim_visit *visit)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    char hex[2 * WB_SHA256_LEN + 1];
    wb_sim *sim = visit->sim;
    const wb_sim_sample_report *it;

    if (!wb_sim_sample_enter(visit, WB_SIM_SAMPLE_DOCUMENT) || !(it = find_report(visit, "D-")))
        return;
    reports_of(visit)->documents++;
    pack_document(sim, it, &packed);
    digest_of(hex, &packed);
    wb_buf_clear(&sim->body);
    wb_buf_addf(&sim->body,
                "{\"url\":\"http://127.0.0.1:%d/sample/%.*s/files/%.*s?sig=%llu\","
                "\"sha256\":\"%s\"}",
                sim->port, WB_VIEW_ARG(visit->segment[0]), WB_VIEW_ARG(visit->segment[1]),
                (unsigned long long)reports_of(visit)->documents, hex);
    wb_sim_answer_json(visit->conn, 200, wb_buf_view(&sim->body));
}

/* "bytes=N-" of the same document: how many of its bytes the client has; 0 = none. */
static size_t
has_already(const wb_sim_visit *visit, const char *tag, size_t len)
{
    wb_view range = wb_sim_request_header(visit->request, "range");
    wb_view same = wb_sim_request_header(visit->request, "if-range");
    size_t head = sizeof "bytes=" - 1;
    uint64_t from = 0;

    if (range.len < head + 2 || memcmp(range.data, "bytes=", head) != 0 ||
        range.data[range.len - 1] != '-' || !wb_view_is(same, tag) ||
        wb_text_uint(&from, (wb_view){range.data + head, range.len - head - 1}, NULL) ||
        from >= len)
        return 0;
    return (size_t)from;
}

static void
answer_file(const wb_sim_visit *visit, const wb_buf *packed)
{
    bool ranges = !wb_sim_strikes_own(visit->part, WB_SIM_SAMPLE_NO_RANGES);
    char hex[2 * WB_SHA256_LEN + 1], tag[80], headers[400];
    size_t from;

    digest_of(hex, packed);
    (void)snprintf(tag, sizeof tag, "\"%s\"", hex);
    from = ranges ? has_already(visit, tag, packed->len) : 0;
    reports_of(visit)->ranges += from > 0;
    (void)snprintf(headers, sizeof headers, "%s", "");
    if (ranges)
        (void)snprintf(headers, sizeof headers, "Accept-Ranges: bytes\r\nETag: %s\r\n", tag);
    if (from)
        (void)snprintf(headers + strlen(headers), sizeof headers - strlen(headers),
                       "Content-Range: bytes %zu-%zu/%zu\r\n", from, packed->len - 1, packed->len);
    wb_sim_http_answer(visit->conn, &(wb_sim_answer){
                                        .status = from ? 206 : 200,
                                        .type = "application/gzip",
                                        .headers = wb_view_of(headers),
                                        .body = {packed->data + from, packed->len - from}
    });
}

/* The URL alone opens it: there is no token here. */
void
wb_sim_sample_on_file(wb_sim_visit *visit)
{
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};
    const wb_sim_sample_report *it;

    if (wb_sim_begin(visit, WB_SIM_SAMPLE_FILE) || !(it = find_report(visit, "D-")))
        return;
    reports_of(visit)->files++;
    if (!wb_sim_sample_param(visit, "sig").len ||
        wb_sim_strikes_own(visit->part, WB_SIM_SAMPLE_URL_ENDED)) {
        reports_of(visit)->moved++;
        wb_sim_refuse(visit, 410, "ended", "this URL has ended");
        return;
    }
    pack_document(visit->sim, it, &packed);
    answer_file(visit, &packed);
}
