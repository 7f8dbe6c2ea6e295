/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an answer: the first byte chooses operation and status. Every connector reads it,
 * and what Amazon's readers find to be an order is mapped.
 */
#include <string.h>

#include "actors/connectors/all.h"
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
};

static void
map_body(kit *self, wb_view body)
{
    wb_envelope raw = {.body = body, .record_kind = WB_RECORD_ORDER};
    wb_mapped mapped;

    if (!self->connector->map || self->connector->map(&raw, self->json, &mapped, NULL))
        return;
    FUZZ_MUST(mapped.order.external_id.len || strcmp(self->connector->name, "amazon"));
    wb_canonical_fini(wb_order_fields, &mapped.order);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static kit kits[WB_COUNT(readers)];
    static const int statuses[] = {200, 200, 400, 403};
    kit *self;
    wb_rc rc;

    if (!kits[0].connector)
        for (size_t i = 0; i < WB_COUNT(readers); i++) {
            kit_init(&kits[i], wb_connectors_find(wb_view_of(readers[i].connector)));
            kit_op(&kits[i], readers[i].op);
            for (int k = 0; k < ITEMS && kits[i].call.op->verb != WB_VERB_PULL; k++)
                kit_item(&kits[i], k == 0 ? "1-1" : k == 1 ? "2-2" : "3-3");
        }
    if (size == 0)
        return 0;
    self = &kits[data[0] % WB_COUNT(readers)];
    rc = kit_read(self, statuses[data[0] >> 6], NULL, (wb_view){(const char *)data + 1, size - 1});
    FUZZ_MUST(rc == WB_OK || self->err.text[0]);
    map_body(self, (wb_view){(const char *)data + 1, size - 1});
    return 0;
}
