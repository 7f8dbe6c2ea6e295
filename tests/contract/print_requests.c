/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Prints every request that the Amazon connector builds, signed, as a line of JSON each, for
 * check_requests.py.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/connectors/all.h"
#include "actors/connectors/amazon/amazon.h"
#include "protocol/base/own.h"
#include "tests/contract/kit.h"

#define PAGE_TOKEN "a+b/c==%2B"

static void
print_request(const kit *self, const char *label)
{
    const wb_request *request = &self->request;
    wb_json_writer writer;
    wb_buf line;

    wb_buf_init(&line, WB_BODY_MAX);
    wb_json_writer_init(&writer, &line);
    wb_json_open(&writer, '{');
    wb_json_member_text(&writer, "label", wb_view_of(label));
    wb_json_member_text(&writer, "op", wb_view_of(self->call.op->name));
    wb_json_member_text(&writer, "method", wb_view_of(request->method));
    wb_json_member_text(&writer, "template", wb_view_of(request->template));
    wb_json_member_text(&writer, "url", wb_buf_view(&request->url));
    wb_json_member_text(&writer, "body", wb_buf_view(&request->body));
    wb_json_put_key(&writer, "headers");
    wb_json_open(&writer, '{');
    for (size_t i = 0; i < request->header_count; i++)
        wb_json_member_text(&writer, request->headers[i].name, request->headers[i].value);
    wb_json_close(&writer, '}');
    wb_json_close(&writer, '}');
    printf("%s\n", wb_buf_text(&line));
    wb_buf_fini(&line);
}

static void
print_op(kit *self, const char *op, const char *label)
{
    wb_rc rc;

    kit_op(self, op);
    rc = kit_build(self);
    if (!rc)
        rc = wb_connector_amazon.sign(&self->call, WB_VIEW_LIT("Atza|token"), &self->request,
                                      &self->err);
    if (rc) {
        fprintf(stderr, "%s: %s\n", op, self->err.text);
        exit(1);
    }
    print_request(self, label);
}

static void
print_lists(kit *self)
{
    static const char *const ops[] = {"orders.search.2026", "orders.search.v0"};
    static const char *const answers[] = {
        "{\"orders\":[],\"pagination\":{\"nextToken\":\"" PAGE_TOKEN "\"}}",
        "{\"payload\":{\"Orders\":[],\"NextToken\":\"" PAGE_TOKEN "\"}}"};
    char cursor[2048];

    self->call.from_utc_us = KIT_NOW_US - INT64_C(7200000000) + 123456;
    self->call.to_utc_us = KIT_NOW_US - INT64_C(3600000000);
    for (size_t i = 0; i < WB_COUNT(ops); i++) {
        self->call.cursor = (wb_view){NULL, 0};
        self->call.item_count = 0;
        print_op(self, ops[i], "first");
        if (kit_read_text(self, 200, NULL, answers[i])) {
            fprintf(stderr, "%s: %s\n", ops[i], self->err.text);
            exit(1);
        }
        snprintf(cursor, sizeof cursor, "%.*s", WB_VIEW_ARG(self->out.cursor));
        self->call.cursor = wb_view_of(cursor);
        print_op(self, ops[i], "next");
    }
    self->call.cursor = (wb_view){NULL, 0};
}

static void
print_fetches(kit *self)
{
    wb_call_item *item;
    char id[32];

    self->call.item_count = 0;
    item = kit_item(self, "123-1234567-1234567");
    print_op(self, "orders.get", "one");
    item->cursor = WB_VIEW_LIT("items");
    print_op(self, "orders.items.v0", "first");
    item->cursor = WB_VIEW_LIT("items " PAGE_TOKEN);
    print_op(self, "orders.items.v0", "next");
    self->call.item_count = 0;
    for (int i = 0; i < AMAZON_ORDER_IDS_MAX; i++) {
        snprintf(id, sizeof id, "123-1234567-%07d", i);
        kit_item(self, id)->handle = WB_VIEW_LIT("AQEB\"x/+==");
    }
    print_op(self, "orders.list50.v0", "fifty");
    self->call.item_count = AMAZON_SQS_BATCH_MAX;
    print_op(self, "sqs.delete", "ten");
    print_op(self, "sqs.release", "ten");
}

int
main(void)
{
    kit self;
    amazon_options *options;

    kit_init(&self, &wb_connector_amazon);
    options = self.options;
    options->region = AMAZON_NA;
    kit_text(&options->queue_url, "https://sqs.us-east-2.amazonaws.com/123456789012/orders");
    kit_text(&options->aws_access_key_id, "AKIDEXAMPLE");
    kit_text(&options->aws_secret_access_key, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    kit_text(&options->client_id, "amzn1.application-oa2-client.x");
    kit_text(&options->refresh_token, "Atzr|a+b/c");
    kit_texts(&options->marketplaces, "ATVPDKIKX0DER");
    kit_texts(&options->marketplaces, "A2EUQ1WTGCTBG2");
    self.call.wait_ms = 20000;
    print_op(&self, "sqs.receive", "default");
    kit_text(&options->aws_session_token, "a session/token+==");
    print_op(&self, "sqs.receive", "session");
    print_lists(&self);
    print_fetches(&self);
    print_op(&self, "lwa.refresh", "default");
    print_op(&self, "lwa.grantless", "default");
    kit_fini(&self);
    return 0;
}
