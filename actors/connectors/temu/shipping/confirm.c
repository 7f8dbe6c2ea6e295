/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confirm - what became of a confirmation
 *
 * One answer is about all shipments of the call. It has no package number: shown.c asks for it.
 */
#include "actors/connectors/temu/shipping/shipping.h"

#include "protocol/answer.h"
#include "protocol/base/own.h"

static void
set_all(wb_outcomes *out, wb_result_code code, int64_t retry_ms, const char *why)
{
    for (size_t i = 0; i < out->result_count; i++) {
        wb_result_set(&out->results[i], code, "%.150s", why);
        out->results[i].retry_ms = retry_ms;
    }
}

void
temu_ship_refuse(const wb_call *call, int64_t code, const char *why, wb_outcomes *out)
{
    const temu_options *options = call->options;

    switch (temu_code_of(code)->class) {
    case TEMU_HELD:
        set_all(out, WB_RESULT_RETRY, options->hold_retry, why);
        return;
    case TEMU_LOOK:
        set_all(out, WB_RESULT_UNKNOWN, 0, why);
        return;
    case TEMU_FINAL:
    case TEMU_CONFIG:
    case TEMU_RETRY:
    case TEMU_THROTTLED:
    case TEMU_CLOCK:
    case TEMU_LATER:
        set_all(out, WB_RESULT_PARK, 0, why);
    }
}

wb_rc
temu_ship_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_err local = {0};
    wb_json_ref body;
    int64_t code;
    wb_rc rc = temu_open(call, resp, out, &body, &code, err ? err : &local);

    if (rc == WB_REJECT && code) {
        temu_ship_refuse(call, code, err ? err->text : local.text, out);
        return WB_OK;
    }
    if (rc)
        return rc;
    if (wb_json_kind(call->json, body) != WB_JSON_OBJECT || (code && code != TEMU_SUCCESS))
        set_all(out, WB_RESULT_UNKNOWN, 0, "the answer does not say what became of it");
    else
        set_all(out, WB_RESULT_DONE, 0, "");
    return WB_OK;
}
