/* SPDX-License-Identifier: Apache-2.0 */
/*
 * records - what the mappers keep: a list, or one whole. `orders` is the same, of orders alone
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "actors/ask/record_list.h"
#include "protocol/base/own.h"
#include "protocol/base/text.h"
#include "protocol/key.h"
#include "protocol/limits.h"
#include "protocol/records/record.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/session.h"
#include "tools/waybill/terminal/show.h"
#include "tools/waybill/terminal/table.h"

typedef struct {
    char *config, *kind, *status, *prefix, *after;
    int64_t limit;
    bool personal, json;
} records_conf;

#define LIST_AND_SHOW                                                                              \
    WB_TEXT(records_conf, prefix, "", "list: keys that begin so, such as default/shop/"),          \
        WB_TEXT(records_conf, after, "", "list: go on behind this one, as the list before says"),  \
        WB_INT(records_conf, limit, "50", 1, 1000, "list: at most so many"),                       \
        WB_BOOL(records_conf, personal, "false", "show: names and addresses too"),                 \
        WB_BOOL(records_conf, json, "false", "as JSON"), WB_END

static const wb_option options[] = {
    WB_TEXT(records_conf, config, "", "the configuration"),
    WB_TEXT(records_conf, kind, "",
            "list: order, shipment, inventory, listing, ...; all by default"),
    WB_TEXT(records_conf, status, "",
            "list: in this status, such as shipped; of orders also synced"),
    LIST_AND_SHOW,
};

static const wb_option orders_options[] = {
    WB_TEXT(records_conf, config, "", "the configuration"),
    WB_TEXT(
        records_conf, status, "",
        "list: pending, created, synced, partly_shipped, shipped, invoiced, cancelled, returned"),
    LIST_AND_SHOW,
};

/* --- words --- */

#define WORDS_MAX 64

/* False = told. */
static bool
check_word(const char *what, const char *word, const char *const *words)
{
    const char *nearest;

    for (size_t i = 0; words[i]; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    nearest = wb_text_nearest(wb_view_of(word), words);
    fprintf(stderr, "waybill records: there is no %s %.100s", what, word);
    if (nearest)
        fprintf(stderr, "; did you mean %s?", nearest);
    for (size_t i = 0; !nearest && words[i]; i++)
        fprintf(stderr, "%s%s", i ? ", " : "; there are ", words[i]);
    fprintf(stderr, "\n");
    return false;
}

static bool
check_kind(const char *kind)
{
    const char *names[WB_RECORD_KIND_COUNT] = {NULL};

    if (!kind || wb_record_kind_word(wb_view_of(kind)) != WB_RECORD_NONE)
        return true;
    for (int i = 1; i <= WB_RECORD_KIND_MAX; i++)
        names[i - 1] = wb_record_kind_name((wb_record_kind)i);
    return check_word("kind", kind, names);
}

/* Those of one kind, or of all. */
static bool
check_status(const char *status, wb_record_kind kind)
{
    const char *words[WORDS_MAX] = {NULL};
    size_t count = 0;

    for (int i = 1; i <= WB_RECORD_KIND_MAX; i++) {
        const wb_record_def *def = wb_record_def_of((wb_record_kind)i);

        if (kind != WB_RECORD_NONE && kind != def->kind)
            continue;
        for (size_t k = 1; def->statuses && def->statuses[k] && count < WORDS_MAX - 2; k++) {
            words[count++] = def->statuses[k];
            if (def->synced == (int32_t)k)
                words[count++] = "synced";
        }
    }
    return !status || check_word("status", status, words);
}

static void
print_rows(const wb_record_list *self)
{
    WB_AUTO(wb_table_fini) wb_table table = {0};
    char next[WB_RECORD_NEXT_SIZE];

    wb_table_init(&table, "record\tkind\tstatus\tchanged\t");
    for (size_t i = 0; i < self->count; i++) {
        const wb_record_item *row = &self->rows[i];

        wb_table_row(&table, "%s\t%s\t%s\t%s\t%s", row->record, row->kind, row->status,
                     row->changed, row->routed ? "" : "not handed on");
    }
    if (self->count)
        wb_table_print(&table, stdout);
    else
        printf("no records\n");
    if (*wb_record_list_next(self, next))
        printf("\nmore: --after %s\n", next);
}

static void
print_json(const wb_record_list *self)
{
    WB_AUTO(wb_buf_fini) wb_buf text = {0};
    wb_json_writer out;

    wb_buf_init(&text, 64 * 1024 * 1024);
    wb_json_writer_init(&out, &text);
    wb_json_open(&out, '{');
    wb_record_list_put(self, &out);
    wb_json_close(&out, '}');
    printf("%s\n", wb_buf_text(&text));
}

static int
list(wb_session *session, const records_conf *conf, wb_record_kind kind)
{
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    WB_AUTO(wb_buf_fini) wb_buf body = {0};
    WB_AUTO(wb_record_list_fini) wb_record_list rows = {0};
    int code;

    wb_buf_init(&body, 65536);
    wb_record_list_ask(
        &(wb_record_question){.kind = kind == WB_RECORD_NONE ? NULL : wb_record_kind_name(kind),
                              .status = conf->status,
                              .prefix = conf->prefix,
                              .after = conf->after,
                              .limit = conf->limit},
        &body);
    code = wb_session_ask(&ask, session, "mapper", WB_KIND_CALL_RECORDS, wb_buf_view(&body));
    if (code)
        return code;
    for (size_t i = 0; i < ask->count; i++) {
        if (wb_session_read(session, &ask->answers[i]))
            wb_record_list_add(&rows, session->json);
    }
    wb_record_list_end(&rows, conf->limit);
    if (conf->json)
        print_json(&rows);
    else
        print_rows(&rows);
    return wb_ask_answered(ask) < ask->count ? EXIT_NO : EXIT_DONE;
}

static int
show(wb_session *session, const records_conf *conf, const char *key)
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
        fprintf(stderr, "waybill records: no record %.300s\n", key);
    return code ? code : shown ? EXIT_DONE : EXIT_NO;
}

static int
run(const records_conf *self, const wb_words *words, const char *command, wb_record_kind kind)
{
    WB_AUTO(wb_session_close) wb_session session = {0};
    bool shows = strcmp(words->items[0], "show") == 0;
    int code;

    if ((!shows && strcmp(words->items[0], "list") != 0) || words->count != (shows ? 2u : 1u)) {
        fprintf(stderr, "usage: waybill %s list | waybill %s show KEY (see --help)\n", command,
                command);
        return EXIT_USAGE;
    }
    if (!check_status(self->status, kind))
        return EXIT_USAGE;
    code = wb_session_open(&session, command, self->config);
    if (code)
        return code;
    return shows ? show(&session, self, words->items[1]) : list(&session, self, kind);
}

static int
records(const void *conf, const wb_words *words)
{
    const records_conf *self = conf;

    if (!check_kind(self->kind))
        return EXIT_USAGE;
    return run(self, words, "records",
               self->kind ? wb_record_kind_word(wb_view_of(self->kind)) : WB_RECORD_NONE);
}

static int
orders(const void *conf, const wb_words *words)
{
    return run(conf, words, "orders", WB_RECORD_ORDER);
}

#define KEY_HELP                                                                                   \
    "KEY is a record's printed key (tenant/account/kind/id), or a bare id of an order, a\n"        \
    "product, a listing or stock.\n"                                                               \
    "show: exit code 1 when there is no such record.\n"

const wb_command wb_command_records = {
    .name = "records",
    .words = "list | show KEY",
    .summary = "the records that are kept: a list, or one whole",
    .help = KEY_HELP,
    .options = options,
    .conf_size = sizeof(records_conf),
    .words_min = 1,
    .words_max = 2,
    .run = records,
};

const wb_command wb_command_orders = {
    .name = "orders",
    .words = "list | show KEY",
    .summary = "the same, of orders",
    .help = KEY_HELP,
    .options = orders_options,
    .conf_size = sizeof(records_conf),
    .words_min = 1,
    .words_max = 2,
    .run = orders,
};
