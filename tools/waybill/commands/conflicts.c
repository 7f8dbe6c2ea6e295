/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conflicts - what the rules of the configuration keep back, why, and the way out
 */
#include <stdio.h>

#include "protocol/base/own.h"
#include "protocol/waits.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/session.h"
#include "tools/waybill/terminal/table.h"

typedef struct {
    char *config;
    int64_t limit;
    bool json;
} conflicts_conf;

static const wb_option options[] = {
    WB_TEXT(conflicts_conf, config, "", "the configuration"),
    WB_INT(conflicts_conf, limit, "1000", 1, 10000, "at most so many of each mapper"),
    WB_BOOL(conflicts_conf, json, "false", "as JSON"),
    WB_END,
};

static void
put_rows(wb_table *table, wb_json *json)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "held"));
    char record[WB_KEY_MAX + 1], target[WB_ACCOUNT_KEY_MAX + 1], reason[WB_REASON_MAX + 1];
    char wait[32], until[40];

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        wb_wait known = wb_wait_find(wb_view_of(wb_read_text(json, at, "wait", wait, sizeof wait)));

        wb_read_text(json, at, "until", until, sizeof until);
        wb_table_row(table, "%s\t%s\t%s\t%s\t%s",
                     wb_read_text(json, at, "record", record, sizeof record),
                     wb_read_text(json, at, "target", target, sizeof target),
                     wb_read_text(json, at, "reason", reason, sizeof reason),
                     until[0] ? until : "-", known < WB_WAIT_COUNT ? wb_wait_who(known) : "");
    }
}

static void
print_list(wb_session *session, const wb_ask *ask)
{
    WB_AUTO(wb_table_fini) wb_table table = {0};
    int64_t more = 0;

    wb_table_init(&table, "record\ttarget\twhat keeps it back\tuntil\twho can act");
    for (size_t i = 0; i < ask->count; i++) {
        if (!wb_session_read(session, &ask->answers[i]))
            continue;
        put_rows(&table, session->json);
        more += wb_read_int(session->json, 0, "more");
    }
    if (table.rows > 1)
        wb_table_print(&table, stdout);
    printf("%zu shown of %lld kept back\n", table.rows - 1, (long long)(table.rows - 1) + more);
}

static int
conflicts(const void *conf, const wb_words *words)
{
    const conflicts_conf *self = conf;
    WB_AUTO(wb_session_close) wb_session session = {0};
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    int code = wb_session_open(&session, "conflicts", self->config);

    (void)words;
    wb_buf_init(&body, 64);
    wb_buf_addf(&body, "{\"limit\":%lld}", (long long)self->limit);
    if (!code)
        code = wb_session_ask(&ask, &session, "mapper", WB_KIND_CALL_HELD, wb_buf_view(&body));
    if (code)
        return code;
    if (self->json)
        wb_ask_print(ask, "mappers", stdout);
    else
        print_list(&session, ask);
    return wb_ask_answered(ask) < ask->count ? EXIT_NO : EXIT_DONE;
}

const wb_command wb_command_conflicts = {
    .name = "conflicts",
    .words = "",
    .summary = "what rules and tables keep back, why, and who can act",
    .help =
        "What is a conflict of tables goes on by itself when they are mended; what a rule holds,\n"
        "and what does not add up, leaves by `waybill release KEY` as well.\n",
    .options = options,
    .conf_size = sizeof(conflicts_conf),
    .run = conflicts,
};
