/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gateway - the HTTP API: what the command line asks, asked by programs
 *
 *   in     HTTP requests, by the table of operations (operations.h)
 *   out    calls to the processes of the deployment, as the command line makes them
 *   keeps  nothing yet
 *   stops  never for a request: what is wrong with one is told to who sent it
 */
#include "actors/gateway/gateway.h"

#include <stdio.h>

#include "actors/connectors/all.h"
#include "protocol/base/own.h"

#define DOCUMENT_MAX (4 * 1024 * 1024)

static wb_rc
gateway_start(wb_ctx *ctx, wb_err *err)
{
    wb_gateway *self = wb_ctx_state(ctx);
    char keys[600];
    wb_rc rc;

    self->ctx = ctx;
    self->operations = wb_operations;
    wb_list_init(&self->calls);
    wb_buf_init(&self->document, DOCUMENT_MAX);
    (void)snprintf(keys, sizeof keys, "%.520s/../api-keys", wb_ctx_store_dir(ctx));
    self->keys = wb_api_keys_open(keys);
    wb_lanes_watch(wb_ctx_lanes(ctx));
    rc = wb_client_new(&self->client, wb_ctx_loop(ctx),
                       &(wb_client_conf){.lanes = wb_ctx_lanes(ctx)}, err);
    if (!rc)
        rc = wb_serve_open(&self->serve, wb_ctx_loop(ctx),
                           &(wb_serve_conf){.listen = wb_ctx_config(ctx)->gateway.listen,
                                            .handler = wb_door,
                                            .arg = self},
                           err);
    if (!rc)
        wb_log(WB_INFO, "gateway.listens", "address=%s port=%d", wb_ctx_config(ctx)->gateway.listen,
               wb_serve_port(self->serve));
    return rc;
}

static void
gateway_drain(wb_ctx *ctx)
{
    wb_gateway *self = wb_ctx_state(ctx);

    if (self->serve)
        wb_serve_drain(self->serve);
}

static bool
gateway_working(wb_ctx *ctx)
{
    wb_gateway *self = wb_ctx_state(ctx);

    return !wb_list_empty(&self->calls);
}

static void
gateway_stop(wb_ctx *ctx)
{
    wb_gateway *self = wb_ctx_state(ctx);

    if (self->serve)
        wb_call_in_end_all(self);
    wb_serve_close(&self->serve);
    wb_client_destroy(&self->client);
    wb_api_keys_close(&self->keys);
    wb_buf_fini(&self->document);
}

static void
gateway_status(wb_ctx *ctx, wb_json_writer *out)
{
    static const char *const names[] = {"0xx", "1xx", "2xx", "3xx", "4xx", "5xx"};
    wb_gateway *self = wb_ctx_state(ctx);
    wb_serve_stats stats;

    wb_serve_stat(self->serve, &stats);
    wb_json_member_int(out, "port", wb_serve_port(self->serve));
    wb_json_member_int(out, "requests", (int64_t)stats.requests);
    wb_json_member_int(out, "connections", (int64_t)stats.connections);
    wb_json_put_key(out, "answers");
    wb_json_open(out, '{');
    for (size_t i = 2; i < WB_COUNT(names); i++)
        wb_json_member_int(out, names[i], (int64_t)self->answers[i]);
    wb_json_close(out, '}');
    wb_json_member_int(out, "refused_busy", (int64_t)stats.refused_busy);
    wb_json_member_int(out, "closed_slow", (int64_t)stats.closed_slow);
}

static const wb_handler handlers[] = {
    {WB_KIND_NONE, NULL},
};

int
main(int argc, char **argv)
{
    static const wb_actor gateway = {
        .name = "gateway",
        .summary = "the HTTP API: what the command line asks, asked by programs",
        .stage = WB_STAGE_SERVE,
        .state_size = sizeof(wb_gateway),
        .handlers = handlers,
        .start = gateway_start,
        .stop = gateway_stop,
        .working = gateway_working,
        .drain = gateway_drain,
        .status = gateway_status,
    };

    return wb_actor_main(&gateway, wb_connectors, argc, argv);
}
