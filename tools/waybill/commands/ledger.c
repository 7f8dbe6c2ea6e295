/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger - what each pass over a stream read, and what became of it
 */
#include <stdio.h>

#include "protocol/base/own.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/session.h"
#include "tools/waybill/terminal/table.h"

typedef struct {
    char *config, *account, *stream;
    int64_t limit;
    bool json;
} ledger_conf;

static const wb_option options[] = {
    WB_TEXT(ledger_conf, config, "", "the configuration"),
    WB_TEXT(ledger_conf, account, "", "only of this account"),
    WB_TEXT(ledger_conf, stream, "", "only of this stream"),
    WB_INT(ledger_conf, limit, "50", 1, 1000, "at most so many, the newest; the total is of all"),
    WB_BOOL(ledger_conf, json, "false", "as JSON"),
    WB_END,
};

static const char *const columns[] = {"read",     "handed_on", "unchanged", "stale", "merged",
                                      "filtered", "parked",    "held",      "lost",  "open"};

static void
put_row(wb_table *table, wb_json *json, wb_json_ref at, bool total)
{
    WB_AUTO(wb_buf_fini) wb_buf row = {0};
    char account[128] = "all", stream[64], status[32], start[40];

    wb_buf_init(&row, 1024);
    if (!total)
        wb_read_text(json, at, "account", account, sizeof account);
    wb_buf_addf(&row, "%s\t%s\t%s\t%s", account,
                wb_read_text(json, at, "stream", stream, sizeof stream),
                wb_read_text(json, at, "status", status, sizeof status),
                wb_read_text(json, at, "start", start, sizeof start));
    for (size_t i = 0; i < WB_COUNT(columns); i++)
        wb_buf_addf(&row, "\t%lld", (long long)wb_read_int(json, at, columns[i]));
    wb_table_row(table, "%s", wb_buf_text(&row));
}

static void
print_table(wb_session *session, const wb_ask *ask)
{
    wb_json *json = session->json;
    WB_AUTO(wb_table_fini) wb_table table = {0};

    wb_table_init(&table, "account\tstream\tstatus\tstart\tread\thanded on\tunchanged\tstale\t"
                          "merged\tfiltered\tparked\theld\tlost\topen");
    for (size_t i = 0; i < ask->count; i++) {
        if (!wb_session_read(session, &ask->answers[i]))
            continue;
        wb_json_ref list = wb_json_get(json, 0, "runs");
        for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
             at = wb_json_next(json, at))
            put_row(&table, json, at, false);
        put_row(&table, json, wb_json_get(json, 0, "total"), true);
    }
    wb_table_print(&table, stdout);
}

static int
ledger(const void *conf, const wb_words *words)
{
    const ledger_conf *self = conf;
    WB_AUTO(wb_session_close) wb_session session = {0};
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_place_account account;
    const char *key = NULL;
    wb_json_writer out;
    int code = wb_session_open(&session, "ledger", self->config);

    (void)words;
    if (!code)
        code = wb_session_account(&session, "ledger", self->account, &account, &key);
    wb_buf_init(&body, 1024);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    if (key)
        wb_json_member_text(&out, "account", wb_view_of(key));
    if (self->stream)
        wb_json_member_text(&out, "stream", wb_view_of(self->stream));
    wb_json_member_int(&out, "limit", self->limit);
    wb_json_close(&out, '}');
    if (!code)
        code = wb_session_ask(&ask, &session, "monitor", WB_KIND_CALL_RUNS, wb_buf_view(&body));
    if (code)
        return code;
    if (self->json)
        wb_ask_print(ask, "monitors", stdout);
    else
        print_table(&session, ask);
    return wb_ask_answered(ask) < ask->count ? EXIT_NO : EXIT_DONE;
}

const wb_command wb_command_ledger = {
    .name = "ledger",
    .words = "",
    .summary = "what each pass over a stream read, and what became of it",
    .options = options,
    .conf_size = sizeof(ledger_conf),
    .run = ledger,
};
