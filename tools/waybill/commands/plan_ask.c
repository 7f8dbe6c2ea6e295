/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/waybill/commands/plan_ask.h"

#include <stdio.h>

#include "protocol/base/own.h"
#include "tools/waybill/terminal/command.h"

#define ROWS 20 /* of one call: each may be asked about at its target */

static void
put_text(wb_json_writer *out, const char *key, const char *text)
{
    if (text)
        wb_json_member_text(out, key, wb_view_of(text));
}

static void
write_question(wb_buf *body, const wb_plan_question *self, const wb_buf *after)
{
    wb_json_writer out;

    wb_buf_clear(body);
    wb_json_writer_init(&out, body);
    wb_json_open(&out, '{');
    put_text(&out, "account", self->account);
    put_text(&out, "kind", self->kind);
    put_text(&out, "record", self->record);
    if (self->since_utc_us) {
        wb_json_put_key(&out, "since");
        wb_json_put_time(&out, self->since_utc_us);
    }
    if (after->len)
        wb_json_member_text(&out, "after", wb_buf_view(after));
    wb_json_member_int(&out, "limit", ROWS);
    wb_json_member_bool(&out, "offline", self->offline);
    wb_json_member_bool(&out, "personal", self->personal);
    wb_json_close(&out, '}');
}

/* Of all pushers one has the target. EXIT_SILENT: none says so. */
static int
find_owner(wb_session *session, const wb_ask *ask)
{
    for (size_t i = 0; i < ask->count; i++) {
        if (!ask->answers[i].answered)
            continue;
        if (!wb_session_read(session, &ask->answers[i]))
            return EXIT_NO;
        if (wb_read_bool(session->json, 0, "owner"))
            return EXIT_DONE;
    }
    return EXIT_SILENT;
}

static void
hear(wb_session *session, wb_plan_hearer *hearer, wb_buf *after)
{
    wb_json *json = session->json;
    wb_json_ref rows = wb_json_get(json, 0, "rows");
    char next[WB_KEY_MAX + 1];

    hearer->paused = wb_read_bool(json, 0, "paused");
    wb_buf_clear(after);
    wb_buf_add_text(after, wb_read_text(json, 0, "next", next, sizeof next));
    for (wb_json_ref at = wb_json_first(json, rows); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        hearer->row(hearer->arg, json, at);
}

int
wb_plan_ask(wb_session *session, const wb_plan_question *question, wb_plan_hearer *hearer)
{
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    WB_AUTO(wb_buf_fini) wb_buf after = {0};
    int code;

    wb_buf_init(&body, 8192);
    wb_buf_init(&after, WB_KEY_MAX);
    do {
        WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;

        write_question(&body, question, &after);
        code = wb_session_ask(&ask, session, "pusher", WB_KIND_CALL_PLAN, wb_buf_view(&body));
        if (!code)
            code = find_owner(session, ask);
        if (code == EXIT_SILENT)
            fprintf(stderr, "waybill: no process that answers has %s\n", question->account);
        if (!code)
            hear(session, hearer, &after);
    } while (!code && after.len);
    return code;
}

int
wb_plan_on_their_way(wb_session *session, const char *account, int64_t *out)
{
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer writer;
    int code;

    wb_buf_init(&body, 8192);
    wb_json_writer_init(&writer, &body);
    wb_json_open(&writer, '{');
    put_text(&writer, "account", account);
    wb_json_close(&writer, '}');
    code = wb_session_ask(&ask, session, "mapper", WB_KIND_CALL_PLAN, wb_buf_view(&body));
    *out = 0;
    for (size_t i = 0; !code && i < ask->count; i++) {
        if (!wb_session_read(session, &ask->answers[i]))
            code = EXIT_SILENT;
        else
            *out += wb_read_int(session->json, 0, "on_their_way");
    }
    return code;
}
