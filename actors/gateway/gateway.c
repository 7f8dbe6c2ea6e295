/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gateway - the HTTP API: what the command line asks, asked by programs
 *
 *   in     HTTP requests, by the table of operations (operations.h)
 *   out    calls to the processes of the deployment, as the command line makes them
 *   keeps  tasks that it took, until they are old; who is logged in at the pages, in memory alone
 *   stops  never for a request: what is wrong with one is told to who sent it
 */
#include "actors/gateway/gateway.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "actors/connectors/all.h"
#include "actors/gateway/sync/tasks.h"
#include "protocol/base/own.h"

#define DOCUMENT_MAX (4 * 1024 * 1024)
#define ADDRESS_SIZE 256

static bool
is_loopback(const char *listen)
{
    return !strncmp(listen, "127.", 4) || !strncmp(listen, "[::1]", 5) ||
           !strncmp(listen, "localhost:", 10);
}

/* Where it listens, for who opens the pages on this host: HOST:PORT in <run>/gateway-1.address. The
 * file comes whole, before anybody hears that we are ready. */
static void
tell_address(const wb_gateway *self, const char *store, const char *listen)
{
    char path[700], part[720];
    size_t host = (size_t)(strrchr(listen, ':') - listen);
    WB_AUTO(wb_fd_close) int fd = -1;
    char text[ADDRESS_SIZE];
    int len =
        snprintf(text, sizeof text, "%.*s:%d\n", (int)host, listen, wb_serve_port(self->serve));

    (void)snprintf(path, sizeof path, "%s/%.60s.address", self->run, strrchr(store, '/') + 1);
    (void)snprintf(part, sizeof part, "%s.part", path);
    fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, text, (size_t)len) != len || rename(part, path))
        wb_log(WB_WARN, "address.failed", "file='%s' why='%s'", path, strerror(errno));
}

/* Where a former life of ours listened, when any free port is wanted: who looks at the pages finds
 * us again. "" = nowhere. */
static void
read_former(const wb_gateway *self, const char *store, const char *listen,
            char former[ADDRESS_SIZE])
{
    size_t host = (size_t)(strrchr(listen, ':') - listen) + 1;
    WB_AUTO(wb_fd_close) int fd = -1;
    char path[700];
    ssize_t len;

    (void)snprintf(path, sizeof path, "%s/%.60s.address", self->run, strrchr(store, '/') + 1);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    len = fd < 0 ? 0 : read(fd, former, ADDRESS_SIZE - 1);
    former[len > 0 ? len : 0] = '\0';
    former[strcspn(former, "\n")] = '\0';
    if (strcmp(listen + host, "0") != 0 || strncmp(former, listen, host) != 0)
        former[0] = '\0';
}

static wb_rc
open_serve(wb_gateway *self, wb_ctx *ctx, wb_err *err)
{
    wb_serve_conf conf = {.handler = wb_door, .arg = self};
    const char *listen = wb_ctx_config(ctx)->gateway.listen;
    char former[ADDRESS_SIZE];
    wb_err none = {0};

    read_former(self, wb_ctx_store_dir(ctx), listen, former);
    conf.listen = former;
    if (former[0] && !wb_serve_open(&self->serve, wb_ctx_loop(ctx), &conf, &none))
        return WB_OK;
    conf.listen = listen;
    return wb_serve_open(&self->serve, wb_ctx_loop(ctx), &conf, err);
}

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
    self->sessions = wb_sessions_new();
    (void)snprintf(self->run, sizeof self->run, "%.520s/../run", wb_ctx_store_dir(ctx));
    self->on_this_host = is_loopback(wb_ctx_config(ctx)->gateway.listen);
    wb_lanes_watch(wb_ctx_lanes(ctx));
    rc = wb_client_new(&self->client, wb_ctx_loop(ctx),
                       &(wb_client_conf){.lanes = wb_ctx_lanes(ctx)}, err);
    if (!rc)
        self->watch = wb_watch_new(wb_ctx_loop(ctx), self->client);
    if (!rc)
        rc = wb_tasks_new(&self->tasks, self, err);
    if (!rc)
        rc = open_serve(self, ctx, err);
    if (rc)
        return rc;
    wb_log(WB_INFO, "gateway.listens", "address=%s port=%d", wb_ctx_config(ctx)->gateway.listen,
           wb_serve_port(self->serve));
    tell_address(self, wb_ctx_store_dir(ctx), wb_ctx_config(ctx)->gateway.listen);
    return WB_OK;
}

static void
gateway_drain(wb_ctx *ctx)
{
    wb_gateway *self = wb_ctx_state(ctx);

    if (self->serve)
        wb_serve_drain(self->serve);
    if (self->tasks)
        wb_task_follow_end(self->tasks);
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
    wb_watch_destroy(&self->watch);
    wb_tasks_destroy(&self->tasks);
    wb_client_destroy(&self->client);
    wb_sessions_destroy(&self->sessions);
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
    wb_json_member_int(out, "open_tasks", (int64_t)self->tasks->open_count);
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
    {WB_KIND_CALL_TASKS, wb_tasks_call},
    {WB_KIND_NONE,       NULL         },
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
