/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gateway - the inside of the gateway, for its own files alone
 *
 *   door.c       what comes in: its operation, its caller, its shape; then it is the operation's
 *   caller.c, sessions.c   who calls: by a key, or by a session of the pages
 *   pages.c      the pages, as they were compiled in
 *   route.c, shape.c, openapi.c   what the table of operations (operations.h) is used for
 *   watch.c      the board that everybody looks at
 *   call.c       a request under way, and its answer
 *   api_*.c      operations
 *   sync/        syncs as tasks, and their operations (sync/tasks.h, sync/sync.h)
 *   table.c      the table itself
 */
#ifndef WB_ACTORS_GATEWAY_GATEWAY_H
#define WB_ACTORS_GATEWAY_GATEWAY_H

#include "actors/ask/client.h"
#include "actors/ask/why.h"
#include "actors/gateway/call.h"
#include "actors/gateway/sessions.h"
#include "actors/gateway/shape.h"
#include "actors/gateway/watch.h"
#include "actors/runtime/actor/actor.h"

typedef struct wb_gateway {
    wb_ctx *ctx;
    wb_serve *serve;
    wb_client *client;
    wb_api_keys *keys;
    wb_sessions *sessions;
    wb_watch *watch;
    char run[600];     /* the deployment's run folder */
    bool on_this_host; /* it listens to nobody else */
    const wb_operation *operations;
    wb_link calls; /* wb_call_in.link: under way */
    struct wb_tasks *tasks;
    wb_buf document;
    uint64_t answers[6]; /* by the first digit of their status */
    bool draining;
} wb_gateway;

/* door.c: as wb_serve_handler. */
void wb_door(void *gateway, wb_serve_request *request);
/* call.c */
wb_call_in *wb_call_in_new(wb_gateway *gateway, wb_serve_request *request);
/* A problem with what is wrong, each by its place. */
void wb_call_in_wrong(wb_call_in **self_p, const wb_shape_errors *errors);
/* A page, or that the browser has it. */
struct wb_page;
void wb_call_in_page(wb_call_in **self_p, const struct wb_page *page);
/* The same of one that its shape alone does not tell. */
void wb_call_in_wrong_field(wb_call_in **self_p, const char *place, const char *message);
/* Who still waits is told that we leave. */
void wb_call_in_end_all(wb_gateway *gateway);

#endif
