/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session - opens, asks, reads, and tells
 */
#include "tools/waybill/commands/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "actors/runtime/process/log.h"
#include "protocol/base/own.h"
#include "tools/waybill/host/reach.h"
#include "tools/waybill/terminal/command.h"

static wb_rc
reach(wb_session *self, const char *config, wb_err *err)
{
    wb_rc rc = wb_place_find(&self->place, config, err);

    if (!rc && access(self->place.run, R_OK | X_OK))
        rc =
            errno == ENOENT
                ? wb_fail(err, WB_RETRY, "nothing runs here: there is no %s", self->place.run)
                : wb_fail(err, WB_FATAL, "%s cannot be read: %s", self->place.run, strerror(errno));
    return rc ? rc : wb_reach(&self->client, NULL, &self->place, err);
}

int
wb_session_open(wb_session *self, const char *command, const char *config)
{
    wb_err err = {0};
    wb_rc rc;

    wb_log_init(command);
    wb_log_set_level(WB_ERROR);
    *self = (wb_session){.json = wb_json_new(), .told = wb_map_new()};
    rc = reach(self, config, &err);
    if (!rc)
        return EXIT_DONE;
    fprintf(stderr, "waybill %s: %s\n", command, err.text);
    return rc == WB_RETRY ? EXIT_SILENT : EXIT_CONFIG;
}

void
wb_session_close(wb_session *self)
{
    wb_client_destroy(&self->client);
    wb_json_destroy(&self->json);
    wb_map_destroy(&self->told);
}

int
wb_session_account(const wb_session *self, const char *command, const char *name,
                   wb_place_account *dst, const char **key)
{
    wb_err err = {0};

    *key = NULL;
    if (!name)
        return EXIT_DONE;
    if (wb_place_account_find(dst, self->place.config, name, true, &err)) {
        fprintf(stderr, "waybill %s: %s\n", command, err.text);
        return EXIT_NO;
    }
    *key = dst->key;
    return EXIT_DONE;
}

int
wb_session_ask(wb_ask **out, wb_session *self, const char *actors, wb_kind kind, wb_view body)
{
    wb_ask *ask =
        wb_ask_start(self->client, &(wb_question){.actors = actors, .kind = kind, .body = body});

    *out = ask;
    wb_ask_wait(ask);
    if (ask->nobody[0])
        fprintf(stderr, "waybill: %s\n", ask->nobody);
    for (size_t i = 0; i < ask->count; i++) {
        const wb_answer *answer = &ask->answers[i];

        if (answer->answered || wb_map_put(self->told, wb_view_of(answer->instance), self))
            continue;
        fprintf(stderr, "waybill: %s %s\n", answer->instance,
                answer->absent ? "is not running" : "does not answer");
    }
    return wb_ask_answered(ask) ? EXIT_DONE : EXIT_SILENT;
}

bool
wb_session_read(wb_session *self, const wb_answer *answer)
{
    wb_err err = {0};
    wb_rc rc = wb_answer_read(answer, self->json, &err);

    if (rc == WB_REJECT)
        fprintf(stderr, "waybill: %s: %s\n", answer->instance, err.text);
    return !rc;
}
