/* SPDX-License-Identifier: Apache-2.0 */
/*
 * orders - the records that the mappers keep: a list, or one whole
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"
#include "protocol/lanes.h"
#include "protocol/limits.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/session.h"
#include "tools/waybill/terminal/show.h"
#include "tools/waybill/terminal/table.h"

typedef struct {
    char *config, *status, *prefix, *after;
    int64_t limit;
    bool personal, json;
} orders_conf;

static const wb_option options[] = {
    WB_TEXT(orders_conf, config, "", "the configuration"),
    WB_TEXT(
        orders_conf, status, "",
        "list: pending, created, synced, partly_shipped, shipped, invoiced, cancelled, returned"),
    WB_TEXT(orders_conf, prefix, "", "list: keys that begin so, such as default/shop/"),
    WB_TEXT(orders_conf, after, "", "list: go on behind this key"),
    WB_INT(orders_conf, limit, "50", 1, 1000, "list: at most so many"),
    WB_BOOL(orders_conf, personal, "false", "show: names and addresses too"),
    WB_BOOL(orders_conf, json, "false", "as JSON"),
    WB_END,
};

/* As the mappers name them. */
static const char *const statuses[] = {"pending",        "created",  "synced",
                                       "partly_shipped", "shipped",  "invoiced",
                                       "cancelled",      "returned", NULL};

/* False = told. */
static bool
check_status(const char *status)
{
    const char *nearest;

    for (size_t i = 0; status && statuses[i]; i++) {
        if (strcmp(status, statuses[i]) == 0)
            return true;
    }
    if (!status)
        return true;
    nearest = wb_text_nearest(wb_view_of(status), statuses);
    fprintf(stderr, "waybill orders: there is no status %.100s", status);
    if (nearest)
        fprintf(stderr, "; did you mean %s?", nearest);
    for (size_t i = 0; !nearest && statuses[i]; i++)
        fprintf(stderr, "%s%s", i ? ", " : "; there are ", statuses[i]);
    fprintf(stderr, "\n");
    return false;
}

static void
put_text(wb_json_writer *out, const char *key, const char *text)
{
    if (text)
        wb_json_member_text(out, key, wb_view_of(text));
}

/* Processes list their shards in order, and keys in order within a shard; so do all of them
 * together, and a list can go on behind a key whoever it came from. */
typedef struct {
    uint16_t shard;
    char record[WB_KEY_MAX + 1], kind[32], status[32], changed[40];
    bool routed;
} order_row;

typedef struct {
    order_row *rows;
    size_t count, cap;
    bool more;
} order_list;

static void
add_rows(order_list *self, wb_json *json, uint16_t shards)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "records"));

    for (; at != WB_JSON_NONE; at = wb_json_next(json, at)) {
        order_row *row;

        if (self->count == self->cap) {
            self->cap = self->cap ? 2 * self->cap : 64;
            self->rows = wb_realloc(self->rows, self->cap * sizeof *self->rows);
        }
        row = &self->rows[self->count++];
        wb_read_text(json, at, "record", row->record, sizeof row->record);
        wb_read_text(json, at, "kind", row->kind, sizeof row->kind);
        wb_read_text(json, at, "status", row->status, sizeof row->status);
        wb_read_text(json, at, "changed", row->changed, sizeof row->changed);
        row->routed = wb_read_bool(json, at, "routed");
        row->shard = wb_shard_of(wb_view_of(row->record), shards);
    }
    self->more = self->more || wb_json_get(json, 0, "next") != WB_JSON_NONE;
}

static int
by_place(const void *a, const void *b)
{
    const order_row *left = a, *right = b;

    if (left->shard != right->shard)
        return left->shard < right->shard ? -1 : 1;
    return strcmp(left->record, right->record);
}

static void
free_rows(order_list *self)
{
    wb_free(&self->rows);
}

static void
print_rows(const order_list *self, int64_t limit)
{
    WB_AUTO(wb_table_fini) wb_table table = {0};
    size_t count = self->count < (size_t)limit ? self->count : (size_t)limit;

    wb_table_init(&table, "record\tkind\tstatus\tchanged\t");
    for (size_t i = 0; i < count; i++) {
        const order_row *row = &self->rows[i];

        wb_table_row(&table, "%s\t%s\t%s\t%s\t%s", row->record, row->kind, row->status,
                     row->changed, row->routed ? "" : "not handed on");
    }
    if (count)
        wb_table_print(&table, stdout);
    else
        printf("no records\n");
    if (count && (self->more || count < self->count))
        printf("\nmore: --after %s\n", self->rows[count - 1].record);
}

static void
print_json(const order_list *self, int64_t limit)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    size_t count = self->count < (size_t)limit ? self->count : (size_t)limit;
    wb_json_writer out;

    wb_buf_init(&text, 64 * 1024 * 1024);
    wb_json_writer_init(&out, &text);
    wb_json_open(&out, '{');
    wb_json_put_key(&out, "records");
    wb_json_open(&out, '[');
    for (size_t i = 0; i < count; i++) {
        wb_json_open(&out, '{');
        wb_json_member_text(&out, "record", wb_view_of(self->rows[i].record));
        wb_json_member_text(&out, "kind", wb_view_of(self->rows[i].kind));
        wb_json_member_text(&out, "status", wb_view_of(self->rows[i].status));
        wb_json_member_text(&out, "changed", wb_view_of(self->rows[i].changed));
        wb_json_member_bool(&out, "routed", self->rows[i].routed);
        wb_json_close(&out, '}');
    }
    wb_json_close(&out, ']');
    if (count && (self->more || count < self->count))
        wb_json_member_text(&out, "next", wb_view_of(self->rows[count - 1].record));
    wb_json_close(&out, '}');
    printf("%s\n", wb_buf_text(&text));
}

static int
list(wb_session *session, const orders_conf *conf)
{
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    WB_AUTO(free_rows) order_list rows = {0};
    wb_json_writer out;
    int code;

    wb_buf_init(&body, 65536);
    wb_json_writer_init(&out, &body);
    wb_json_open(&out, '{');
    put_text(&out, "status", conf->status);
    put_text(&out, "prefix", conf->prefix);
    put_text(&out, "after", conf->after);
    wb_json_member_int(&out, "limit", conf->limit);
    wb_json_close(&out, '}');
    code = wb_session_ask(&ask, session, "mapper", WB_KIND_CALL_RECORDS, wb_buf_view(&body));
    if (code)
        return code;
    for (size_t i = 0; i < ask->count; i++) {
        if (wb_session_read(session, &ask->answers[i]))
            add_rows(&rows, session->json, session->place.shards);
    }
    if (rows.count)
        qsort(rows.rows, rows.count, sizeof *rows.rows, by_place);
    if (conf->json)
        print_json(&rows, conf->limit);
    else
        print_rows(&rows, conf->limit);
    return wb_ask_answered(ask) < ask->count ? EXIT_NO : EXIT_DONE;
}

static int
show(wb_session *session, const orders_conf *conf, const char *key)
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
    code = wb_session_ask(&ask, session, "mapper", WB_KIND_CALL_RECORD, wb_buf_view(&body));
    for (size_t i = 0; !code && i < ask->count; i++) {
        wb_json_ref at;

        if (!wb_session_read(session, &ask->answers[i]))
            continue;
        at = wb_json_first(session->json, wb_json_get(session->json, 0, "records"));
        for (; at != WB_JSON_NONE; at = wb_json_next(session->json, at), shown++) {
            if (conf->json)
                printf("%.*s\n", WB_VIEW_ARG(wb_json_raw(session->json, at)));
            else
                wb_show_json(stdout, session->json, at);
        }
    }
    if (!code && !shown)
        fprintf(stderr, "waybill orders: no record %.300s\n", key);
    return code ? code : shown ? EXIT_DONE : EXIT_NO;
}

static int
orders(const void *conf, const wb_words *words)
{
    const orders_conf *self = conf;
    WB_AUTO(wb_session_close) wb_session session = {0};
    bool shows = strcmp(words->items[0], "show") == 0;
    int code;

    if ((!shows && strcmp(words->items[0], "list") != 0) || words->count != (shows ? 2u : 1u)) {
        fprintf(stderr, "usage: waybill orders list | waybill orders show KEY (see --help)\n");
        return EXIT_USAGE;
    }
    if (!check_status(self->status))
        return EXIT_USAGE;
    code = wb_session_open(&session, "orders", self->config);
    if (code)
        return code;
    return shows ? show(&session, self, words->items[1]) : list(&session, self);
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
