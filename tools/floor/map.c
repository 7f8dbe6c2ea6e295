/* SPDX-License-Identifier: Apache-2.0 */
/*
 * map - fetch the order that a notice names, parse it, map it, commit it, hand it on
 */
#include "tools/floor/floor.h"

#include "protocol/base/own.h"

#include <cjson/cJSON.h>
#include <msgpack.h>
#include <string.h>
#include <zmq.h>

#define DATA_SETS "BUYER,RECIPIENT,PROCEEDS,PROMOTION,CANCELLATION,FULFILLMENT,PACKAGES,TAX,PAYMENT"

typedef struct {
    uint64_t sequence;
    char id[FLOOR_ID_MAX + 1];
} notice;

typedef struct {
    wb_buf backlog; /* notices that wait for a free call */
    size_t backlog_at;
    wb_buf ready; /* uncommitted: length, sequence, packed; one after another */
    wb_buf acks;
    struct curl_slist *headers;
    msgpack_sbuffer packed;
} mapper;

/* Where each field of the mapped order comes from. */
static const char *const order_paths[][4] = {
    {"orderId",         NULL,                       NULL,             NULL},
    {"createdTime",     NULL,                       NULL,             NULL},
    {"lastUpdatedTime", NULL,                       NULL,             NULL},
    {"salesChannel",    "marketplaceId",            NULL,             NULL},
    {"salesChannel",    "marketplaceName",          NULL,             NULL},
    {"buyer",           "buyerName",                NULL,             NULL},
    {"buyer",           "buyerEmail",               NULL,             NULL},
    {"buyer",           "buyerPurchaseOrderNumber", NULL,             NULL},
    {"recipient",       "deliveryAddress",          "name",           NULL},
    {"recipient",       "deliveryAddress",          "addressLine1",   NULL},
    {"recipient",       "deliveryAddress",          "addressLine2",   NULL},
    {"recipient",       "deliveryAddress",          "city",           NULL},
    {"recipient",       "deliveryAddress",          "stateOrRegion",  NULL},
    {"recipient",       "deliveryAddress",          "postalCode",     NULL},
    {"recipient",       "deliveryAddress",          "countryCode",    NULL},
    {"recipient",       "deliveryAddress",          "phone",          NULL},
    {"proceeds",        "grandTotal",               "amount",         NULL},
    {"proceeds",        "grandTotal",               "currencyCode",   NULL},
    {"fulfillment",     "fulfillmentStatus",        NULL,             NULL},
    {"fulfillment",     "fulfillmentServiceLevel",  NULL,             NULL},
    {"fulfillment",     "shipByWindow",             "latestDateTime", NULL},
    {"fulfillment",     "deliverByWindow",          "latestDateTime", NULL},
};

static const char *const line_paths[][4] = {
    {"orderItemId",     NULL,                NULL,        NULL    },
    {"product",         "asin",              NULL,        NULL    },
    {"product",         "sellerSku",         NULL,        NULL    },
    {"product",         "title",             NULL,        NULL    },
    {"product",         "price",             "unitPrice", "amount"},
    {"proceeds",        "proceedsTotal",     "amount",    NULL    },
    {"quantityOrdered", NULL,                NULL,        NULL    },
    {"fulfillment",     "quantityFulfilled", NULL,        NULL    },
};

static void
pack_text(msgpack_packer *packer, const char *text)
{
    size_t len = text ? strlen(text) : 0;

    msgpack_pack_str(packer, len);
    msgpack_pack_str_body(packer, text ? text : "", len);
}

static void
pack_path(msgpack_packer *packer, const cJSON *from, const char *const path[4])
{
    for (int i = 0; i < 4 && path[i]; i++)
        from = cJSON_GetObjectItemCaseSensitive(from, path[i]);
    if (cJSON_IsNumber(from))
        msgpack_pack_int64(packer, from->valueint);
    else
        pack_text(packer, cJSON_GetStringValue(from));
}

static void
map_order(msgpack_sbuffer *out, const cJSON *order)
{
    const cJSON *lines = cJSON_GetObjectItemCaseSensitive(order, "orderItems"), *line;
    const cJSON *aliases = cJSON_GetObjectItemCaseSensitive(order, "orderAliases");
    msgpack_packer packer;

    msgpack_packer_init(&packer, out, msgpack_sbuffer_write);
    msgpack_pack_array(&packer, WB_COUNT(order_paths) + 2);
    pack_text(&packer, cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(
                           cJSON_GetArrayItem(aliases, 0), "aliasId")));
    for (size_t i = 0; i < WB_COUNT(order_paths); i++)
        pack_path(&packer, order, order_paths[i]);
    msgpack_pack_array(&packer, (size_t)cJSON_GetArraySize(lines));
    cJSON_ArrayForEach(line, lines)
    {
        msgpack_pack_array(&packer, WB_COUNT(line_paths));
        for (size_t i = 0; i < WB_COUNT(line_paths); i++)
            pack_path(&packer, line, line_paths[i]);
    }
}

static void
on_fetched(floor_proc *self, floor_call *call)
{
    mapper *own = self->own;

    if (call->status != 200)
        floor_die("a fetch was refused");
    cJSON *root = cJSON_ParseWithLength(call->answer.data, call->answer.len);
    msgpack_sbuffer_clear(&own->packed);
    map_order(&own->packed, cJSON_GetObjectItemCaseSensitive(root, "order"));
    cJSON_Delete(root);
    wb_view packed = {own->packed.data, own->packed.size};
    floor_put(self, ++self->sequence, packed);
    floor_add_u64(&own->ready, packed.len);
    floor_add_u64(&own->ready, self->sequence);
    wb_buf_add_view(&own->ready, packed);
    floor_add_u64(&own->acks, call->sequence);
}

static void
on_committed(floor_proc *self)
{
    mapper *own = self->own;

    for (size_t at = 0; at < own->ready.len;) {
        size_t len = (size_t)floor_get_u64(own->ready.data + at) + 8;
        floor_send(self->out, (wb_view){own->ready.data + at + 8, len});
        at += 8 + len;
        self->unacked++;
    }
    wb_buf_clear(&own->ready);
    if (own->acks.len)
        floor_send(self->ack_out, wb_buf_view(&own->acks));
    wb_buf_clear(&own->acks);
}

static void
on_message(floor_proc *self, wb_view message)
{
    mapper *own = self->own;
    notice it = {.sequence = floor_get_u64(message.data)};

    memcpy(it.id, message.data + 8, FLOOR_ID_MAX);
    wb_buf_add(&own->backlog, &it, sizeof it);
}

static void
on_turn(floor_proc *self)
{
    mapper *own = self->own;

    while (own->backlog_at < own->backlog.len && self->in_flight < self->conf->in_flight &&
           self->unacked < FLOOR_WINDOW) {
        notice it;
        memcpy(&it, own->backlog.data + own->backlog_at, sizeof it);
        own->backlog_at += sizeof it;
        floor_call *call = floor_call_new(self);
        call->headers = own->headers;
        call->done = on_fetched;
        call->sequence = it.sequence;
        wb_buf_addf(&call->url, "%s/orders/2026-01-01/orders/%s?includedData=" DATA_SETS,
                    self->conf->url, it.id);
        floor_call_start(self, call);
    }
    if (own->backlog_at == own->backlog.len) {
        wb_buf_clear(&own->backlog);
        own->backlog_at = 0;
    }
    self->more = self->in_flight > 0;
}

void
floor_map(floor_proc *self)
{
    mapper own = {0};
    wb_buf header;

    wb_buf_init(&header, SIZE_MAX / 2);
    wb_buf_addf(&header, "x-amz-access-token: %s", self->conf->token);
    own.headers = curl_slist_append(NULL, wb_buf_text(&header));
    wb_buf_init(&own.backlog, SIZE_MAX / 2);
    wb_buf_init(&own.ready, SIZE_MAX / 2);
    wb_buf_init(&own.acks, SIZE_MAX / 2);
    msgpack_sbuffer_init(&own.packed);
    self->own = &own;
    self->in = floor_socket(self, ZMQ_PULL, "notices", false);
    self->ack_out = floor_socket(self, ZMQ_PUSH, "notices.acks", false);
    self->out = floor_socket(self, ZMQ_PUSH, "orders", true);
    self->ack_in = floor_socket(self, ZMQ_PULL, "orders.acks", true);
    self->on_message = on_message;
    self->on_committed = on_committed;
    self->on_turn = on_turn;
    floor_run(self);
    msgpack_sbuffer_destroy(&own.packed);
    wb_buf_fini(&header);
}
