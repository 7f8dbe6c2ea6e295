/* SPDX-License-Identifier: Apache-2.0 */
/*
 * watch - the board of the deployment, made anew every WB_WATCH_MS while somebody looks at it
 *
 * One question to all processes and one text serve everybody who waits: what it costs does not
 * depend on how many look. When nobody has asked for WB_WATCH_IDLE_MS, nobody is asked.
 */
#ifndef WB_ACTORS_GATEWAY_WATCH_H
#define WB_ACTORS_GATEWAY_WATCH_H

#include "actors/ask/client.h"
#include "protocol/base/buf.h"

#define WB_WATCH_MS 2000
#define WB_WATCH_IDLE_MS 10000

typedef struct wb_watch wb_watch;
struct wb_call_in;

wb_watch *wb_watch_new(wb_loop *loop, wb_client *client);
/* After all calls that wait were answered otherwise. */
void wb_watch_destroy(wb_watch **self_p);
/* Answers the call with the board when there is one that is newer than `after`: at once, or when it
 * is made. */
void wb_watch_answer(wb_watch *self, struct wb_call_in *call, int64_t after);

#endif
