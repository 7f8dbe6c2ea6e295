/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an answer: the first byte chooses operation (low half) and status (high half). Every
 * connector reads it, and what Amazon's readers find to be an order is mapped.
 */
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/connectors/webhook/webhook.h"
#include "protocol/base/own.h"
#include "tests/contract/kit.h"
#include "tests/fuzz/fuzz.h"

#define ITEMS 3

static const struct {
    const char *connector, *op;
} readers[] = {
    {"amazon",  "sqs.receive"       },
    {"amazon",  "sqs.delete"        },
    {"amazon",  "orders.get"        },
    {"amazon",  "orders.search.2026"},
    {"amazon",  "orders.search.v0"  },
    {"amazon",  "orders.list50.v0"  },
    {"amazon",  "orders.items.v0"   },
    {"amazon",  "lwa.refresh"       },
    {"webhook", "records.push"      },
    {"webhook", "records.probe"     },
    {"sample",  "orders.list"       },
    {"sample",  "records.put"       },
    {"amazon",  "sqs.release"       },
    {"amazon",  "lwa.grantless"     },
    {"sample",  "orders.get"        },
    {"sample",  "records.probe"     },
};

static void
map_body(kit *self, wb_view body)
{
    wb_envelope raw = {.body = body, .record_kind = WB_RECORD_ORDER};
    wb_mapped mapped;

    if (wb_connector_map(self->connector, &raw, self->json, &mapped, NULL))
        return;
    FUZZ_MUST(mapped.order.external_id.len || strcmp(self->connector->name, "amazon") != 0);
    wb_canonical_fini(wb_order_fields, &mapped.order);
}

static void
set_up(kit *self, const char *connector, const char *op)
{
    kit_init(self, kit_connector(connector));
    kit_op(self, op);
    for (int k = 0; k < ITEMS && self->call.op->verb != WB_VERB_PULL; k++)
        kit_item(self, k == 0 ? "1-1" : k == 1 ? "2-2" : "3-3");
    if (self->connector == &wb_connector_webhook) /* else the body is not looked at */
        ((webhook_options *)self->options)->results = true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static kit kits[WB_COUNT(readers)];
    static const int statuses[16] = {200, 200, 200, 200, 200, 200, 200, 201,
                                     301, 400, 401, 403, 404, 409, 429, 503};
    kit *self;
    wb_rc rc;

    if (!kits[0].connector)
        for (size_t i = 0; i < WB_COUNT(readers); i++)
            set_up(&kits[i], readers[i].connector, readers[i].op);
    if (size == 0)
        return 0;
    self = &kits[data[0] % WB_COUNT(readers)];
    rc = kit_read(self, statuses[data[0] >> 4], NULL, (wb_view){(const char *)data + 1, size - 1});
    FUZZ_MUST(rc == WB_OK || self->err.text[0]);
    map_body(self, (wb_view){(const char *)data + 1, size - 1});
    return 0;
}
