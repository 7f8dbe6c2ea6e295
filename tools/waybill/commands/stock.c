/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stock - accounts that are told no stock, since too much of it would be zero; a person's word that
 * it is right
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/session.h"
#include "tools/waybill/terminal/table.h"

typedef struct {
    char *config;
    bool json;
} stock_conf;

static const wb_option options[] = {
    WB_TEXT(stock_conf, config, "", "the configuration"),
    WB_BOOL(stock_conf, json, "false", "what the mappers say, as JSON"),
    WB_END,
};

static void
write_request(wb_buf *body, const char *action, const char *account)
{
    wb_json_writer out;

    wb_json_writer_init(&out, body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "action", wb_view_of(action));
    if (account)
        wb_json_member_text(&out, "account", wb_view_of(account));
    wb_json_close(&out, '}');
}

static size_t
put_rows(wb_table *table, wb_json *json)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "stopped"));
    char key[256], since[64];
    size_t count = 0;

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at), count++)
        wb_table_row(table, "%s\t%s\t%lld\t%lld",
                     wb_read_text(json, at, "account", key, sizeof key),
                     wb_read_text(json, at, "since", since, sizeof since),
                     (long long)wb_read_int(json, at, "zeros"),
                     (long long)wb_read_int(json, at, "listings"));
    return count;
}

static int
list(wb_session *session, const wb_ask *ask)
{
    WB_AUTO(wb_table_fini) wb_table table = {0};
    size_t count = 0, silent = 0;

    wb_table_init(&table, "account\tstopped since\twould be sold out\tof its listings");
    for (size_t i = 0; i < ask->count; i++) {
        if (wb_session_read(session, &ask->answers[i]))
            count += put_rows(&table, session->json);
        else
            silent++;
    }
    if (count)
        wb_table_print(&table, stdout);
    else if (!silent)
        printf("no account's stock is stopped\n");
    return silent ? EXIT_SILENT : EXIT_DONE;
}

/* One mapper keeps its listings. */
static int
released(wb_session *session, const wb_ask *ask)
{
    char text[256];

    for (size_t i = 0; i < ask->count; i++) {
        bool ok;

        if (!wb_session_read(session, &ask->answers[i]) ||
            wb_json_get(session->json, 0, "ok") == WB_JSON_NONE)
            continue;
        ok = wb_read_bool(session->json, 0, "ok");
        fprintf(ok ? stdout : stderr, "%s\n",
                wb_read_text(session->json, 0, "text", text, sizeof text));
        return ok ? EXIT_DONE : EXIT_NO;
    }
    return EXIT_SILENT;
}

static int
stock(const void *conf, const wb_words *words)
{
    const stock_conf *self = conf;
    WB_AUTO(wb_session_close) wb_session session = {0};
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    bool lists = words->count == 1 && !strcmp(words->items[0], "list");
    wb_place_account account = {0};
    const char *key = NULL;
    int code;

    if (!lists && (words->count != 2 || strcmp(words->items[0], "release") != 0)) {
        fprintf(stderr, "waybill stock: list, or release ACCOUNT\n");
        return EXIT_USAGE;
    }
    code = wb_session_open(&session, "stock", self->config);
    if (!code && !lists)
        code = wb_session_account(&session, "stock", words->items[1], &account, &key);
    if (code)
        return code;
    wb_buf_init(&body, 4096);
    write_request(&body, words->items[0], key);
    code = wb_session_ask(&ask, &session, "mapper", WB_KIND_CALL_STOCK, wb_buf_view(&body));
    if (code)
        return code;
    if (self->json)
        wb_ask_print_list(ask, stdout);
    return lists ? (self->json ? EXIT_DONE : list(&session, ask)) : released(&session, ask);
}

const wb_command wb_command_stock = {
    .name = "stock",
    .words = "list|release [ACCOUNT]",
    .summary = "accounts whose stock is stopped, and a person's word that it is right",
    .help =
        "Where more listings of an account would be sold out at once than its zero_guard_percent\n"
        "allows, it is told no stock until somebody looked at it: release has its listings told\n"
        "what they should show. Exit code 1: its stock was not stopped.\n",
    .options = options,
    .conf_size = sizeof(stock_conf),
    .words_min = 1,
    .words_max = 2,
    .run = stock,
};
