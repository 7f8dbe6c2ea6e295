/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ask - the cheapest question that an account is answered: its shops
 *
 * Interfaces are granted one by one: who is answered may still not be granted another.
 */
#include "actors/connectors/lingxing/lingxing.h"

wb_rc
lingxing_ask_build(const wb_call *call, wb_request *out, wb_err *err)
{
    wb_json_writer writer;

    lingxing_post(call, "/pb/mp/shop/v2/getSellerList", out);
    wb_json_writer_init(&writer, &out->body);
    wb_json_open(&writer, '{');
    wb_json_member_int(&writer, "length", LINGXING_LENGTH_MIN);
    wb_json_member_int(&writer, "offset", 0);
    wb_json_close(&writer, '}');
    return lingxing_seal(call, out, err);
}

wb_rc
lingxing_ask_read(const wb_call *call, const wb_response *resp, wb_outcomes *out, wb_err *err)
{
    wb_json_ref rows;
    int64_t total = 0;
    wb_rc rc = lingxing_answer(call, resp, out, err);

    if (!rc && !lingxing_list(call->json, &rows, &total))
        return wb_fail(err, WB_RETRY, "the list of shops is unreadable");
    return rc;
}
