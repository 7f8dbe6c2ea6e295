/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order path by hand against the simulator: token, receive, fetch, map, push, delete, by both
 * orders APIs, and the list in pages. Started by sim.py, which starts the simulator.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/connectors/amazon/amazon.h"
#include "actors/connectors/webhook/webhook.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "tests/contract/kit_http.h"
#include "tests/unit/suite.h"

#define ORDERS 30
#define NONE ((wb_view){NULL, 0})

static char token[2048];

static amazon_options *
start(kit *self, int64_t api)
{
    const char *url = getenv("WB_SIM_URL");
    amazon_options *options;
    char queue[256];
    kit_answer got;

    kit_init(self, &wb_connector_amazon);
    options = self->options;
    snprintf(queue, sizeof queue, "%s/000000000000/q1", url);
    kit_text(&options->endpoint, url);
    kit_text(&options->lwa_endpoint, url);
    kit_text(&options->queue_url, queue);
    kit_text(&options->client_id, "amzn1.application-oa2-client.sim1");
    kit_text(&options->client_secret, "sim-client-1");
    kit_text(&options->refresh_token, "Atzr|sim-1");
    kit_text(&options->aws_access_key_id, "AKIASIM1");
    kit_text(&options->aws_secret_access_key, "sim-secret-1");
    kit_texts(&options->marketplaces, "ATVPDKIKX0DER");
    options->orders_api = api;
    self->call.now_utc_us = wb_now_utc_us();
    ck_assert_msg(kit_call(self, "lwa.refresh", NONE, &got) == WB_OK, "%s", self->err.text);
    snprintf(token, sizeof token, "%.*s", WB_VIEW_ARG(wb_buf_view(&self->out.token)));
    kit_answer_fini(&got);
    return options;
}

/* Fetch one order, with all its parts, as the enricher does. */
static void
fetch(kit *self, const char *op, const char *id, wb_buf *out)
{
    char cursor[512] = "";
    WB_AUTO(wb_buf_fini) wb_buf parts = {0};
    kit_answer got;

    wb_buf_init(&parts, WB_BODY_MAX);
    for (int turn = 0; turn < 20; turn++) {
        const wb_result *result;
        wb_call_item *item;
        unsigned char head[4];
        wb_rc rc;

        self->call.item_count = 0;
        item = kit_item(self, id);
        item->cursor = wb_view_of(*cursor ? cursor : NULL);
        item->partial = wb_buf_view(&parts);
        rc = kit_call(self, *cursor && self->call.op->more ? self->call.op->more : op,
                      wb_view_of(token), &got);
        ck_assert_msg(rc == WB_OK, "%s", self->err.text);
        result = &self->out.results[0];
        ck_assert_msg(result->code == WB_RESULT_DONE || result->code == WB_RESULT_MORE, "%s",
                      result->reason);
        if (result->code == WB_RESULT_DONE) {
            wb_buf_add_view(out, result->body);
            kit_answer_fini(&got);
            return;
        }
        for (int i = 0; i < 4; i++)
            head[i] = (unsigned char)(result->body.len >> (24 - 8 * i));
        wb_buf_add(&parts, head, sizeof head);
        wb_buf_add_view(&parts, result->body);
        snprintf(cursor, sizeof cursor, "%.*s", WB_VIEW_ARG(result->cursor));
        kit_answer_fini(&got);
    }
    ck_abort_msg("an order of more than 20 parts");
}

static void
map_and_pack(kit *self, wb_view raw, wb_buf *packed)
{
    wb_envelope env = {.body = raw, .record_kind = WB_RECORD_ORDER};
    wb_mapped mapped;

    ck_assert_msg(wb_connector_map(&wb_connector_amazon, &env, self->json, &mapped, &self->err) ==
                      WB_OK,
                  "%s", self->err.text);
    ck_assert_msg(wb_canonical_check(wb_order_fields, &mapped.order, &self->err) == WB_OK, "%s",
                  self->err.text);
    ck_assert(mapped.order.lines.count > 0);
    ck_assert(mapped.owners & 1u << WB_ORDER_OWNS_LINES);
    ck_assert(wb_canonical_encode(wb_order_fields, &mapped.order, packed, &self->err) == WB_OK);
    wb_canonical_fini(wb_order_fields, &mapped.order);
}

static void
push(const char *id, wb_view packed)
{
    char url[256];
    kit self;
    webhook_options *options;
    kit_answer got;

    kit_init(&self, &wb_connector_webhook);
    options = self.options;
    snprintf(url, sizeof url, "%s/erp/test", getenv("WB_SIM_URL"));
    kit_text(&options->url, url);
    kit_text(&options->secret, "sim-erp");
    self.call.now_utc_us = wb_now_utc_us();
    kit_item(&self, id)->idempotency = wb_view_of(id);
    self.envs[0].body = packed;
    ck_assert_msg(kit_call(&self, "records.push", NONE, &got) == WB_OK, "%s", self.err.text);
    ck_assert(self.out.results[0].code == WB_RESULT_DONE);
    kit_answer_fini(&got);
    kit_fini(&self);
}

static void
carry(kit *self, const char *id)
{
    const char *op = ((amazon_options *)self->options)->orders_api == AMAZON_ORDERS_V0
                         ? "orders.list50.v0"
                         : "orders.get";
    WB_AUTO(wb_buf_fini) wb_buf raw = {0};
    WB_AUTO(wb_buf_fini) wb_buf packed = {0};

    wb_buf_init(&raw, WB_BODY_MAX);
    wb_buf_init(&packed, WB_ORDER_MAX);
    fetch(self, op, id, &raw);
    map_and_pack(self, wb_buf_view(&raw), &packed);
    push(id, wb_buf_view(&packed));
}

static void
acknowledge(kit *self, char handles[][1100], size_t count)
{
    kit_answer got;

    self->call.item_count = 0;
    for (size_t i = 0; i < count; i++)
        kit_item(self, "x")->handle = wb_view_of(handles[i]);
    ck_assert_msg(kit_call(self, "sqs.delete", NONE, &got) == WB_OK, "%s", self->err.text);
    for (size_t i = 0; i < count; i++)
        ck_assert(self->out.results[i].code == WB_RESULT_DONE);
    kit_answer_fini(&got);
}

START_TEST(test_queue_to_target)
{
    static char handles[AMAZON_SQS_BATCH_MAX][1100], ids[AMAZON_SQS_BATCH_MAX][64];
    size_t total = 0, count;
    kit self;

    start(&self, AMAZON_ORDERS_2026);
    do {
        kit_answer got;

        self.call.item_count = 0;
        ck_assert_msg(kit_call(&self, "sqs.receive", NONE, &got) == WB_OK, "%s", self.err.text);
        count = self.out.item_count;
        for (size_t i = 0; i < count; i++) {
            const wb_item *item = &self.out.items[i];

            ck_assert_msg(item->outcome == WB_OUTCOME_NONE, "%s", item->reason);
            ck_assert(item->available_utc_us > 0 && item->seen.len);
            snprintf(handles[i], sizeof handles[i], "%.*s", WB_VIEW_ARG(item->handle));
            snprintf(ids[i], sizeof ids[i], "%.*s", WB_VIEW_ARG(item->external));
        }
        kit_answer_fini(&got);
        for (size_t i = 0; i < count; i++) {
            ((amazon_options *)self.options)->orders_api =
                i % 2 ? AMAZON_ORDERS_V0 : AMAZON_ORDERS_2026;
            carry(&self, ids[i]);
        }
        if (count)
            acknowledge(&self, handles, count);
        total += count;
    } while (count && total < 10 * ORDERS);
    ck_assert_uint_eq(total, ORDERS);
    kit_fini(&self);
}
END_TEST

/* A list ends two minutes ago, when none of the orders was there: asked rightly, it is empty. */
START_TEST(test_lists)
{
    kit self;
    kit_answer got;

    start(&self, _i ? AMAZON_ORDERS_V0 : AMAZON_ORDERS_2026);
    self.call.item_count = 0;
    self.call.to_utc_us = self.call.now_utc_us - AMAZON_MARGIN_MS * 1000;
    self.call.from_utc_us = self.call.to_utc_us - INT64_C(86400000000);
    ck_assert_msg(kit_call(&self, _i ? "orders.search.v0" : "orders.search.2026", wb_view_of(token),
                           &got) == WB_OK,
                  "%s", self.err.text);
    ck_assert_uint_eq(self.out.item_count, 0);
    ck_assert(!self.out.cursor.len && self.out.reached_utc_us > 0);
    ck_assert(self.out.reached_utc_us <= self.call.to_utc_us);
    kit_answer_fini(&got);
    kit_fini(&self);
}
END_TEST

START_TEST(test_wrong_credentials)
{
    kit self;
    amazon_options *options = start(&self, AMAZON_ORDERS_2026);
    kit_answer got;

    self.call.item_count = 0;
    kit_item(&self, "1-1");
    ck_assert(kit_call(&self, "orders.get", WB_VIEW_LIT("Atza|nobody"), &got) == WB_SUSPEND);
    ck_assert(self.out.renew_token);
    kit_answer_fini(&got);
    self.call.item_count = 0;
    kit_text(&options->refresh_token, "Atzr|nobody");
    ck_assert(kit_call(&self, "lwa.refresh", NONE, &got) == WB_SUSPEND);
    kit_answer_fini(&got);
    kit_text(&options->aws_secret_access_key, "wrong");
    ck_assert(kit_call(&self, "sqs.receive", NONE, &got) == WB_SUSPEND);
    kit_answer_fini(&got);
    kit_text(&options->aws_secret_access_key, "sim-secret-1");
    self.call.now_utc_us -= INT64_C(3600000000); /* an hour slow: not the credentials' fault */
    ck_assert(kit_call(&self, "sqs.receive", NONE, &got) == WB_RETRY);
    kit_answer_fini(&got);
    kit_fini(&self);
}
END_TEST

int
main(void)
{
    const wb_suite_row rows[] = {
        {test_queue_to_target,   1},
        {test_lists,             2},
        {test_wrong_credentials, 1},
        {NULL,                   0}
    };

    if (!getenv("WB_SIM_URL")) {
        fprintf(stderr, "started by tests/contract/sim.py, which starts the simulator\n");
        return 1;
    }
    return wb_suite_run("contract.sim", rows);
}
