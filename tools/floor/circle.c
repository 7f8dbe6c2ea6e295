/* SPDX-License-Identifier: Apache-2.0 */
/*
 * circle - accounts and calls by the connectors' functions
 */
#include "tools/floor/circle.h"

#include "actors/connectors/all.h"
#include "protocol/base/clock.h"
#include "protocol/base/own.h"
#include "protocol/key.h"

#include <stdio.h>
#include <string.h>

/* --- the accounts --- */

static size_t
find_account(const wb_config *config, const char *name)
{
    const wb_option_list *accounts = &wb_config_tree_of(config)->accounts;
    const wb_account_conf *rows = accounts->items;
    size_t i = 0;

    while (i < accounts->count && strcmp(rows[i].name, name) != 0)
        i++;
    if (i == accounts->count)
        floor_die("no such account");
    return i;
}

static void
open_account(circle_account *self, const wb_config *config, const char *name)
{
    size_t index = find_account(config, name);
    const wb_account_conf *rows = wb_config_tree_of(config)->accounts.items;

    self->connector = wb_config_connector_of(config, index);
    self->options = wb_config_options_of(config, index);
    self->tenant = wb_view_of(rows[index].tenant);
    self->name = wb_view_of(rows[index].name);
    wb_buf_init(&self->token, WB_HTTP_HEADER_MAX);
}

static const wb_op *
token_op(const circle_account *self)
{
    const wb_op *op = self->connector->ops;

    while (op->name && op->verb != WB_VERB_TOKEN)
        op++;
    return op->name ? op : NULL;
}

static void
set_headers(floor_call *call, const wb_request *request)
{
    WB_AUTO(wb_buf_fini) wb_buf line = {0};

    wb_buf_init(&line, WB_HTTP_HEADER_MAX);
    curl_slist_free_all(call->headers);
    call->headers = NULL;
    for (size_t i = 0; i < request->header_count; i++) {
        wb_buf_clear(&line);
        wb_buf_addf(&line, "%s: ", request->headers[i].name);
        wb_buf_add_view(&line, request->headers[i].value);
        call->headers = curl_slist_append(call->headers, wb_buf_text(&line));
    }
}

static void
make_request(floor_call *call, const circle_account *account, const wb_op *op)
{
    circle_call *own = call->own;
    wb_err err = {0};
    wb_rc rc;

    if (!op)
        floor_die("there is no such operation");
    wb_request_clear(&own->request);
    own->call.op = op;
    own->call.options = account->options;
    own->call.tenant = account->tenant;
    own->call.account = account->name;
    own->call.now_utc_us = wb_now_utc_us();
    rc = op->build(&own->call, &own->request, &err);
    if (!rc && account->connector->sign)
        rc = account->connector->sign(
            &own->call, op->needs_token ? wb_buf_view(&account->token) : (wb_view){NULL, 0},
            &own->request, &err);
    if (rc)
        floor_die(err.text);
    wb_buf_clear(&call->url);
    wb_buf_clear(&call->body);
    wb_buf_add_view(&call->url, wb_buf_view(&own->request.url));
    wb_buf_add_view(&call->body, wb_buf_view(&own->request.body));
    set_headers(call, &own->request);
}

const wb_outcomes *
circle_call_read(floor_call *call)
{
    circle_call *own = call->own;
    wb_response answer = {.status = (int)call->status,
                          .body = wb_buf_view(&call->answer),
                          .sent_utc_us = own->call.now_utc_us};
    wb_err err = {0};

    if (!call->status)
        floor_die("no answer");
    wb_outcomes_clear(&own->outcomes, own->call.item_count);
    if (own->call.op->read(&own->call, &answer, &own->outcomes, &err))
        floor_die(err.text);
    return &own->outcomes;
}

static void
get_token(circle_account *account)
{
    floor_proc alone = {0};
    const wb_op *op = token_op(account);
    floor_call *call;

    if (!op)
        return;
    call = circle_call_new(&alone, 0);
    make_request(call, account, op);
    floor_call_aim(call);
    if (curl_easy_perform(call->easy))
        floor_die("no token service");
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &call->status);
    wb_buf_add_view(&account->token, wb_buf_view(&circle_call_read(call)->token));
}

void
circle_open(circle *self, const char *config, const char *stream)
{
    wb_err err = {0};

    if (wb_config_load(&self->config, config, wb_connectors, NULL, &err))
        floor_die(err.text);
    open_account(&self->shop, self->config, "shop1");
    open_account(&self->erp, self->config, "erp");
    self->stream = wb_connector_stream(self->shop.connector, wb_view_of(stream));
    if (!self->stream)
        floor_die("no such stream");
    get_token(&self->shop);
    get_token(&self->erp);
}

/* --- calls --- */

static circle_call *
own_new(size_t items)
{
    circle_call *own = wb_alloc(sizeof *own);

    wb_request_init(&own->request);
    wb_outcomes_init(&own->outcomes);
    wb_buf_init(&own->texts, SIZE_MAX / 2);
    wb_buf_init(&own->parts, WB_BODY_MAX);
    wb_buf_init(&own->cursor, WB_BODY_MAX);
    own->items = wb_alloc((items + 1) * sizeof *own->items);
    own->envs = wb_alloc((items + 1) * sizeof *own->envs);
    own->call.items = own->items;
    own->call.json = wb_json_new();
    return own;
}

floor_call *
circle_call_new(floor_proc *self, size_t items)
{
    floor_call *call = floor_call_new(self);
    circle_call *own = call->own;

    if (!own)
        call->own = own = own_new(items);
    wb_buf_clear(&own->texts);
    wb_buf_clear(&own->parts);
    wb_buf_clear(&own->cursor);
    own->call.item_count = 0;
    return call;
}

void
circle_call_start(floor_proc *self, floor_call *call, const circle_account *account,
                  const wb_op *op)
{
    make_request(call, account, op);
    wb_buf_clear(&call->answer);
    floor_call_start(self, call);
}

void
circle_key(const circle *self, wb_view external, wb_buf *out)
{
    wb_err err = {0};

    if (wb_key_print(out, self->shop.tenant, self->shop.name, self->stream->record_kind, external,
                     &err))
        floor_die(err.text);
}
