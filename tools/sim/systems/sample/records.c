/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records - what is taken: by the ERP any record, one at a time, and whether it is there
 *
 *   PUT with Idempotency-Key: {"revision": N, "record": {...}}
 *       {"result": done|unchanged|refused, "reason": TEXT}
 *   GET {"key", "revision": N}, or 404
 */
#include "tools/sim/systems/sample/records.h"

#include "protocol/base/text.h"
#include "tools/sim/engine/order.h"

#include <string.h>

wb_sim_target *
wb_sim_sample_target(wb_sim_visit *visit, int op)
{
    wb_sim_target *target = wb_sim_target_named(visit->sim->targets, visit->segment[0]);

    if (!target) {
        wb_sim_refuse(visit, 404, "target", "no such target");
        return NULL;
    }
    if (op != WB_SIM_SAMPLE_PROBE)
        target->requests++;
    if (target->down) {
        wb_sim_http_hold(visit->conn, NULL, NULL); /* it hangs until the client gives up */
        return NULL;
    }
    return wb_sim_sample_enter(visit, op) ? target : NULL;
}

bool
wb_sim_sample_key(const wb_sim_visit *visit, int segment, wb_view *out)
{
    wb_buf_clear(&visit->sim->scratch);
    if (wb_unpercent(&visit->sim->scratch, visit->segment[segment], NULL)) {
        wb_sim_refuse(visit, 400, "key", "a bad escape");
        return false;
    }
    *out = wb_buf_view(&visit->sim->scratch);
    return true;
}

bool
wb_sim_sample_body(const wb_sim_visit *visit, const char *marker_path, wb_sim_arrival *out)
{
    wb_json *json = visit->sim->json;
    wb_view marker = {NULL, 0};
    int64_t revision = 0;

    if (wb_json_parse(json, visit->request->body, NULL) ||
        wb_json_int(json, wb_json_get(json, 0, "revision"), &revision, "revision", NULL) ||
        wb_json_text(json, wb_json_at(json, 0, marker_path), &marker, "marker", NULL) ||
        revision < 1) {
        wb_sim_refuse(visit, 400, "record", "no such record can be");
        return false;
    }
    out->revision = (uint64_t)revision;
    out->idempotency = wb_sim_request_header(visit->request, "idempotency-key");
    if (!wb_sim_marker(marker, &out->number, &out->version) &&
        !wb_sim_marker_in(wb_json_raw(json, wb_json_get(json, 0, "record")), &out->number,
                          &out->version))
        out->number = WB_SIM_UNMARKED;
    return true;
}

static void
answer(const wb_sim_visit *visit, const wb_sim_target *target, const wb_sim_taken *said)
{
    wb_sim *sim = visit->sim;
    wb_json_writer writer;

    wb_buf_clear(&sim->body);
    wb_json_writer_init(&writer, &sim->body);
    wb_json_open(&writer, '{');
    if (strcmp(target->result, WB_SIM_ANSWER_SILENT) != 0)
        wb_json_member_text(&writer, "result", wb_view_of(said->word));
    if (said->reason)
        wb_json_member_text(&writer, "reason", wb_view_of(said->reason));
    wb_json_close(&writer, '}');
    wb_view body = wb_buf_view(&sim->body);
    if (!strcmp(target->result, WB_SIM_ANSWER_UNREADABLE))
        body = WB_VIEW_LIT("<html>all went well</html>");
    wb_sim_answer_json(visit->conn, 200, body);
}

bool
wb_sim_sample_take(const wb_sim_taking *taking, wb_sim_arrival *arrival)
{
    const wb_sim_visit *visit = taking->visit;
    wb_sim_refusal refusal;

    wb_sim_refusals_enter(visit->sim, wb_sim_at(visit));
    if (wb_sim_take_refused(taking, arrival, &refusal)) {
        wb_sim_refusal_answer(visit, &refusal);
        return false;
    }
    wb_sim_taken said = wb_sim_take(taking, arrival);
    wb_sim_take_end(taking, said.fresh);
    answer(visit, taking->target, &said);
    return said.fresh;
}

void
wb_sim_sample_on_put(wb_sim_visit *visit)
{
    wb_sim_target *target = wb_sim_sample_target(visit, WB_SIM_SAMPLE_PUT);
    wb_sim_taking taking = {
        .visit = visit, .target = target, .things = wb_sim_market_things(visit->sim->market)};
    wb_sim_arrival arrival = {.number = WB_SIM_UNMARKED};

    if (target && wb_sim_sample_key(visit, 1, &arrival.key) &&
        wb_sim_sample_body(visit, "record.seller_order_id", &arrival))
        (void)wb_sim_sample_take(&taking, &arrival);
}

void
wb_sim_sample_on_probe(wb_sim_visit *visit)
{
    const wb_sim_target *target = wb_sim_sample_target(visit, WB_SIM_SAMPLE_PROBE);
    wb_sim *sim = visit->sim;
    wb_json_writer writer;
    uint64_t revision = 0;
    wb_view key;

    if (!target || !wb_sim_sample_key(visit, 1, &key))
        return;
    if (!wb_sim_ledger_probe(target->ledgers[0], key, &revision)) {
        wb_sim_refuse(visit, 404, "absent", "there is no such record");
        return;
    }
    wb_buf_clear(&sim->body);
    wb_json_writer_init(&writer, &sim->body);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "key", key);
    wb_json_put_key(&writer, "revision");
    wb_json_put_uint(&writer, revision);
    wb_json_close(&writer, '}');
    wb_sim_answer_json(visit->conn, 200, wb_buf_view(&sim->body));
}
