/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api_accounts - which there are, and when each was synced
 */
#include "actors/gateway/api.h"
#include "actors/gateway/members.h"
#include "actors/gateway/relay.h"

static const wb_member account[] = {
    {.name = "account",                                                                          .type = WB_SHAPE_TEXT, .required = true, .help = "tenant/account"},
    {.name = "last_sync_at",
     .type = WB_SHAPE_TIME,
     .nullable = true,
     .help = "when its orders were read last; null: never. Without the member it has no orders"},
    {.name = "last_full_sync_at",
     .type = WB_SHAPE_TIME,
     .nullable = true,
     .help = "when all of its orders were read last"},
    {.name = "sync_status",
     .type = WB_SHAPE_TEXT,
     .help = "what the reading of its orders is at: pending, running, completed, failed"},
    {.name = "last_product_sync_at",
     .type = WB_SHAPE_TIME,
     .nullable = true,
     .help = "when its products were read last"},
    {.name = "last_product_full_sync_at",
     .type = WB_SHAPE_TIME,
     .nullable = true,
     .help = "when all of its products were read last"},
    {.name = "product_sync_status",
     .type = WB_SHAPE_TEXT,
     .help = "what the reading of its products is at"},
    {.name = "credentials_end",
     .type = WB_SHAPE_TIME,
     .help = "when credentials end that a person renews, where that is known"},
    {.name = "credentials",
     .type = WB_SHAPE_TEXT,
     .help = "the same in words, from thirty days before; empty: there is time"},
    {0                                                                                         },
};

const wb_member wb_api_accounts_answer[] = {
    {.name = "accounts",
     .type = WB_SHAPE_LIST,
     .members = account,
     .required = true,
     .help = "those that are read from"},
    WB_MEMBER_SILENT("processes that did not answer: their accounts are missing"),
    {0},
};

static void
tell(const wb_call_in *call, const wb_ask *ask, wb_json *json, wb_json_writer *out)
{
    (void)call;
    (void)wb_relay_put_all(ask, "syncs", json, "accounts", out);
}

void
wb_api_accounts(wb_call_in *call)
{
    wb_relay(call, &(wb_relay_question){.actors = "poller",
                                        .kind = WB_KIND_CALL_STATUS,
                                        .body = WB_VIEW_LIT("{}"),
                                        .tell = tell,
                                        .in_part = true});
}
