/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reload - every process reads the configuration again; what each did with it
 *
 * Each checks it for itself: this shell need not know the secrets that they know.
 */
#include <stdio.h>
#include <string.h>

#include "protocol/base/own.h"
#include "tools/waybill/commands/all.h"
#include "tools/waybill/commands/session.h"
#include "tools/waybill/terminal/table.h"

typedef struct {
    char *config;
    bool tables_only, always, json;
} reload_conf;

static const wb_option options[] = {
    WB_TEXT(reload_conf, config, "", "the configuration"),
    WB_BOOL(reload_conf, tables_only, "false",
            "take new tables and nothing else: refused where more has changed"),
    WB_BOOL(reload_conf, always, "false", "drain and start anew also where nothing has changed"),
    WB_BOOL(reload_conf, json, "false", "what each process did, as JSON"),
    WB_END,
};

/* What a process says that it did, as people say it. */
static const struct {
    const char *did, *text;
    bool good;
} words[] = {
    {"nothing", "nothing has changed",           true },
    {"tables",  "the new tables are in use",     true },
    {"restart", "drains and starts anew",        true },
    {"refused", "refused, the old one stays",    false},
    {"",        "an answer that makes no sense", false},
};

static size_t
word_of(wb_json *json)
{
    char did[16];
    size_t i = 0;

    wb_read_text(json, 0, "did", did, sizeof did);
    while (words[i].did[0] && strcmp(words[i].did, did) != 0)
        i++;
    return i;
}

/* The names and digests of its tables in one text: who says the same has the same. */
static void
read_tables(wb_buf *out, wb_json *json)
{
    wb_json_ref at = wb_json_first(json, wb_json_get(json, 0, "tables"));
    char name[80], digest[32];

    wb_buf_clear(out);
    for (; at != WB_JSON_NONE; at = wb_json_next(json, at))
        wb_buf_addf(out, "%s %s\n", wb_read_text(json, at, "table", name, sizeof name),
                    wb_read_text(json, at, "digest", digest, sizeof digest));
}

/* What all said together. */
typedef struct {
    wb_table rows;
    size_t bad;
    bool known, differ; /* the first has said its tables; another has others */
    wb_buf first, other;
} summary;

static void
compare_tables(summary *self, wb_json *json)
{
    read_tables(self->known ? &self->other : &self->first, json);
    if (self->known && !wb_view_eq(wb_buf_view(&self->first), wb_buf_view(&self->other)))
        self->differ = true;
    self->known = true;
}

static void
put_answer(summary *self, wb_session *session, const wb_answer *answer)
{
    char why[512];
    size_t word;

    if (!wb_session_read(session, answer)) {
        self->bad++;
        return;
    }
    word = word_of(session->json);
    wb_read_text(session->json, 0, "why", why, sizeof why);
    wb_table_row(&self->rows, "%s\t%s\t%s", answer->instance, words[word].text, why);
    self->bad += !words[word].good;
    if (strcmp(words[word].did, "restart") != 0) /* that one reads them anew */
        compare_tables(self, session->json);
}

static int
print_answers(wb_session *session, const wb_ask *ask, bool as_json)
{
    summary self = {.bad = 0};
    int code;

    wb_table_init(&self.rows, "process\tit says\twhy");
    wb_buf_init(&self.first, 65536);
    wb_buf_init(&self.other, 65536);
    for (size_t i = 0; i < ask->count; i++)
        put_answer(&self, session, &ask->answers[i]);
    if (as_json)
        wb_ask_print(ask, "processes", stdout);
    else
        wb_table_print(&self.rows, stdout);
    if (self.differ)
        fprintf(stderr, "waybill reload: not all have the same tables: a file has changed in "
                        "between, or is another one on another host\n");
    code = self.bad || self.differ ? EXIT_NO : EXIT_DONE;
    wb_table_fini(&self.rows);
    wb_buf_fini(&self.first);
    wb_buf_fini(&self.other);
    return code;
}

static int
reload(const void *conf, const wb_words *args)
{
    const reload_conf *self = conf;
    WB_AUTO(wb_session_close) wb_session session = {0};
    WB_AUTO(wb_ask_destroy) wb_ask *ask = NULL;
    char body[64];
    int code;

    (void)args;
    if (self->tables_only && self->always) {
        fprintf(stderr, "waybill reload: --tables-only and --always exclude each other\n");
        return EXIT_USAGE;
    }
    code = wb_session_open(&session, "reload", self->config);
    if (code)
        return code;
    (void)snprintf(body, sizeof body, "{\"always\":%s,\"tables_only\":%s}",
                   self->always ? "true" : "false", self->tables_only ? "true" : "false");
    code = wb_session_ask(&ask, &session, NULL, WB_KIND_CALL_RELOAD, wb_view_of(body));
    return code ? code : print_answers(&session, ask, self->json);
}

const wb_command wb_command_reload = {
    .name = "reload",
    .words = "",
    .summary = "every process reads the configuration again",
    .help = "Where tables alone have changed, the new ones are in use at once; anything else is a\n"
            "drain and a new start of that process; with problems the old one stays.\n"
            "Exit code 1: a process refused it, does not answer or is not there, or not all have "
            "the\n"
            "same tables. It reads files that are there: write them beside, then rename them.\n",
    .options = options,
    .conf_size = sizeof(reload_conf),
    .run = reload,
};
