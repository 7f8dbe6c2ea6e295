/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders - the records that the mappers keep: a list, or one whole
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tools/waybill/client.h"
#include "tools/waybill/command.h"
#include "tools/waybill/show.h"
#include "tools/waybill/table.h"

typedef struct {
    char *config, *status, *prefix, *after;
    int64_t limit;
    bool personal, json;
} orders_conf;

static const wb_option options[] = {
    WB_TEXT(orders_conf, config, "", "the configuration"),
    WB_TEXT(orders_conf, status, "",
            "list: created, synced, shipped, invoiced, cancelled, returned"),
    WB_TEXT(orders_conf, prefix, "", "list: keys that begin so, such as default/shop/"),
    WB_TEXT(orders_conf, after, "", "list: go on behind this key"),
    WB_INT(orders_conf, limit, "50", 1, 1000, "list: at most so many of each process"),
    WB_BOOL(orders_conf, personal, "false", "show: names and addresses too"),
    WB_BOOL(orders_conf, json, "false", "as JSON"),
    WB_END,
};

static void
put_text(wb_json_writer *out, const char *key, const char *text)
{
    if (text)
        wb_json_member_text(out, key, wb_view_of(text));
}

static void
put_rows(wb_table *table, wb_json *json, char *next, size_t next_size)
{
    wb_json_ref list = wb_json_get(json, 0, "records");
    char record[1100], kind[32], status[32], changed[40];

    for (wb_json_ref at = wb_json_first(json, list); at != WB_JSON_NONE;
         at = wb_json_next(json, at))
        wb_table_row(table, "%s\t%s\t%s\t%s\t%s",
                     wb_read_text(json, at, "record", record, sizeof record),
                     wb_read_text(json, at, "kind", kind, sizeof kind),
                     wb_read_text(json, at, "status", status, sizeof status),
                     wb_read_text(json, at, "changed", changed, sizeof changed),
                     wb_read_bool(json, at, "routed") ? "" : "not handed on");
    if (wb_json_get(json, 0, "next") != WB_JSON_NONE)
        wb_read_text(json, 0, "next", next, next_size);
}

static int
list(wb_client *client, const orders_conf *conf)
{
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    WB_AUTO(wb_table_fini) wb_table table = {0};
    wb_json_writer out;
    char next[1100] = "";
    int code;

    wb_buf_init(&body, 65536);
    wb_table_init(&table, "record\tkind\tstatus\tchanged\t");
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    put_text(&out, "status", conf->status);
    put_text(&out, "prefix", conf->prefix);
    put_text(&out, "after", conf->after);
    wb_json_member_int(&out, "limit", conf->limit);
    wb_json_close(&out, '}');
    code = wb_ask_all(&ask, client, "mapper", WB_KIND_CALL_RECORDS, wb_buf_view(&body));
    if (code)
        return code;
    if (conf->json) {
        wb_ask_print(ask, "processes");
        return EXIT_DONE;
    }
    for (size_t i = 0; i < ask->count; i++) {
        if (wb_answer_read(&ask->answers[i], client->json, true))
            put_rows(&table, client->json, next, sizeof next);
    }
    wb_table_print(&table, stdout);
    if (next[0])
        printf("\nmore: --after %s\n", next);
    return EXIT_DONE;
}

static int
show(wb_client *client, const orders_conf *conf, const char *key)
{
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    wb_json_writer out;
    size_t shown = 0;
    int code;

    wb_buf_init(&body, 65536);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    wb_json_member_text(&out, "record", wb_view_of(key));
    wb_json_member_bool(&out, "personal", conf->personal);
    wb_json_close(&out, '}');
    code = wb_ask_all(&ask, client, "mapper", WB_KIND_CALL_RECORD, wb_buf_view(&body));
    for (size_t i = 0; !code && i < ask->count; i++) {
        wb_json_ref at;

        if (!wb_answer_read(&ask->answers[i], client->json, true))
            continue;
        at = wb_json_first(client->json, wb_json_get(client->json, 0, "records"));
        for (; at != WB_JSON_NONE; at = wb_json_next(client->json, at), shown++) {
            if (conf->json)
                printf("%.*s\n", WB_VIEW_ARG(wb_json_raw(client->json, at)));
            else
                wb_show_json(stdout, client->json, at);
        }
    }
    if (!code && !shown)
        fprintf(stderr, "waybill orders: no record %s\n", key);
    return code ? code : shown ? EXIT_DONE : EXIT_NO;
}

static int
orders(const void *conf, const wb_words *words)
{
    const orders_conf *self = conf;
    WB_AUTO(wb_client_fini) wb_client client = {0};
    bool shows = strcmp(words->items[0], "show") == 0;
    int code;

    if ((!shows && strcmp(words->items[0], "list") != 0) || words->count != (shows ? 2u : 1u)) {
        fprintf(stderr, "usage: waybill orders list | waybill orders show KEY (see --help)\n");
        return EXIT_USAGE;
    }
    code = wb_client_ready(&client, "orders", self->config);
    if (code)
        return code;
    return shows ? show(&client, self, words->items[1]) : list(&client, self);
}

const wb_command wb_command_orders = {
    .name = "orders",
    .words = "list | show KEY",
    .summary = "the records that are kept: a list, or one whole",
    .help = "KEY is a record's printed key (tenant/account/order/id) or a bare order id.\n"
            "show: exit code 1 when there is no such record.\n",
    .options = options,
    .conf_size = sizeof(orders_conf),
    .words_min = 1,
    .words_max = 2,
    .run = orders,
};
