/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session - a command's way to the processes: what goes wrong is told on standard error, and what
 * that means for the exit code
 */
#ifndef WB_TOOLS_WAYBILL_COMMANDS_SESSION_H
#define WB_TOOLS_WAYBILL_COMMANDS_SESSION_H

#include "actors/ask/read.h"
#include "protocol/base/map.h"
#include "tools/waybill/host/place.h"

typedef struct {
    wb_place place;
    wb_client *client;
    wb_json *json; /* scratch */
    wb_map *told;  /* instances that were said to be silent */
} wb_session;

/* `config` as given by the user, NULL = the usual places. EXIT_DONE, or the exit code. */
int wb_session_open(wb_session *self, const char *command, const char *config);
void wb_session_close(wb_session *self);

/* Asks all processes of the actors named and waits. EXIT_DONE: somebody answered. */
int wb_session_ask(wb_ask **out, wb_session *self, const char *actors, wb_kind kind, wb_view body);
/* The document of an answer in self->json; false = it is none, or says {"error": ...}. */
bool wb_session_read(wb_session *self, const wb_answer *answer);

/* A filter's account becomes its key in `dst`; NULL stays NULL in *key. EXIT_DONE, or the exit
 * code. */
int wb_session_account(const wb_session *self, const char *command, const char *name,
                       wb_place_account *dst, const char **key);

#endif
