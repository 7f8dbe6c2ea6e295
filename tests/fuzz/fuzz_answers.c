/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an answer: the first byte chooses the operation, the second the status. Every
 * connector reads it, and maps it as a record of each kind that it has streams of.
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
    {"amazon",   "sqs.receive"       },
    {"amazon",   "sqs.delete"        },
    {"amazon",   "orders.get"        },
    {"amazon",   "orders.search.2026"},
    {"amazon",   "orders.search.v0"  },
    {"amazon",   "orders.list50.v0"  },
    {"amazon",   "orders.items.v0"   },
    {"amazon",   "lwa.refresh"       },
    {"webhook",  "records.push"      },
    {"webhook",  "records.probe"     },
    {"sample",   "orders.list"       },
    {"sample",   "records.put"       },
    {"amazon",   "sqs.release"       },
    {"amazon",   "lwa.grantless"     },
    {"sample",   "orders.get"        },
    {"sample",   "records.probe"     },
    {"sample",   "listings.list"     },
    {"sample",   "shipments.list"    },
    {"sample",   "stock.list"        },
    {"sample",   "shipments.put"     },
    {"sample",   "listings.put"      },
    {"sample",   "records.later"     },
    {"sample",   "tickets.get"       },
    {"sample",   "reports.create"    },
    {"sample",   "reports.get"       },
    {"sample",   "reports.document"  },
    {"sample",   "reports.rows"      },
    {"sample",   "token.get"         },
    {"temu",     "orders.list"       },
    {"temu",     "listings.list"     },
    {"temu",     "products.list"     },
    {"temu",     "listings.retrieve" },
    {"temu",     "listings.stock"    },
    {"temu",     "products.retrieve" },
    {"temu",     "orders.get"        },
    {"temu",     "returns.list"      },
    {"temu",     "orders.labels"     },
    {"temu",     "orders.address"    },
    {"temu",     "orders.amount"     },
    {"temu",     "orders.prices"     },
    {"temu",     "shipments.put"     },
    {"temu",     "shipments.get"     },
    {"temu",     "listings.put"      },
    {"temu",     "listings.get"      },
    {"temu",     "account.ask"       },
    {"lingxing", "token.get"         },
    {"lingxing", "orders.put"        },
    {"lingxing", "orders.look"       },
    {"lingxing", "orders.review"     },
    {"lingxing", "orders.update"     },
    {"lingxing", "orders.edit"       },
    {"lingxing", "orders.stop"       },
    {"lingxing", "orders.shipped"    },
    {"lingxing", "orders.outcome"    },
    {"lingxing", "orders.outbound"   },
    {"lingxing", "orders.cancelled"  },
    {"lingxing", "shipments.list"    },
    {"lingxing", "stock.list"        },
    {"lingxing", "products.list"     },
};
#define CHOICE_BYTES 2

static void
map_as(kit *self, wb_view body, wb_record_kind kind)
{
    wb_envelope raw = {.body = body, .record_kind = kind};
    wb_mapped mapped = {0};

    if (!wb_connector_map(self->connector, &raw, self->json, &mapped, NULL)) {
        FUZZ_MUST(mapped.kind == kind);
        FUZZ_MUST(wb_record_external(wb_record_def_of(kind), wb_mapped_record(&mapped)).len ||
                  strcmp(self->connector->name, "amazon") != 0);
    }
    wb_mapped_fini(&mapped);
}

/* Streams of one kind stand together. */
static void
map_body(kit *self, wb_view body)
{
    wb_record_kind last = WB_RECORD_NONE;

    for (const wb_stream *at = self->connector->streams; at && at->name; at++) {
        if (at->record_kind != last)
            map_as(self, body, at->record_kind);
        last = at->record_kind;
    }
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
    wb_view body;
    kit *self;
    wb_rc rc;

    if (!kits[0].connector)
        for (size_t i = 0; i < WB_COUNT(readers); i++)
            set_up(&kits[i], readers[i].connector, readers[i].op);
    if (size < CHOICE_BYTES)
        return 0;
    self = &kits[data[0] % WB_COUNT(readers)];
    body = (wb_view){(const char *)data + CHOICE_BYTES, size - CHOICE_BYTES};
    rc = kit_read(self, statuses[data[1] % WB_COUNT(statuses)], NULL, body);
    FUZZ_MUST(rc == WB_OK || self->err.text[0]);
    map_body(self, body);
    return 0;
}
