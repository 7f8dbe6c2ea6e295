/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_system - the gateway itself: that it is there, and what it offers
 */
#include "actors/gateway/api.h"
#include "actors/gateway/gateway.h"

void
wb_api_health(wb_call_in *call)
{
    wb_call_in_answer(&call, 200,
                      WB_VIEW_LIT("{\"status\":\"ok\",\"version\":\"" WB_VERSION "\"}"));
}

/* It is the same as long as the process lives. */
void
wb_api_document(wb_call_in *call)
{
    wb_gateway *gateway = call->gateway;

    if (!gateway->document.len)
        wb_operations_document(gateway->operations, &gateway->document);
    wb_call_in_answer(&call, 200, wb_buf_view(&gateway->document));
}
